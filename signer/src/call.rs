//! One call and its one event in the log.
//!
//! The event is written where the work ends, not where the caller waits: an act whose caller went away is logged too.
//! It carries method, office, request id, key id, code, reason and duration; never a document, a number, a name or a
//! secret.

use std::sync::Arc;
use std::time::Instant;

use evidence::OfficeId;
use tonic::{Code, Response, Status};

use crate::accept::PeerOffice;
use crate::authorize::identify;
use crate::domain::RequestId;
use crate::error::SignError;
use crate::signer::Signer;
use crate::wire::status::{explain, status};

/// Who calls what, since when.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    signer: Arc<Signer>,
    method: &'static str,
    office: Result<OfficeId, SignError>,
    /// Set once it was read.
    pub(crate) request_id: Option<RequestId>,
    started: Instant,
}

impl Call {
    pub(crate) fn begin(signer: &Arc<Signer>, method: &'static str, peer: Option<&PeerOffice>) -> Self {
        let office = identify(peer).cloned();
        Self { signer: Arc::clone(signer), method, office, request_id: None, started: Instant::now() }
    }

    /// One item of this call, which is an act of its own.
    pub(crate) fn item(&self, request_id: Option<RequestId>) -> Self {
        Self { request_id, started: Instant::now(), ..self.clone() }
    }

    pub(crate) fn signer(&self) -> &Arc<Signer> {
        &self.signer
    }

    /// The caller, as its certificate names it.
    pub(crate) fn office(&self) -> Result<&OfficeId, SignError> {
        self.office.as_ref().map_err(Clone::clone)
    }

    /// Logs the call and turns its answer into the wire's.
    pub(crate) fn end<T>(&self, answer: Result<T, SignError>) -> Result<Response<T>, Status> {
        self.log_answer(&answer);
        answer.map(Response::new).map_err(|refusal| status(&refusal))
    }

    /// Logs an answer.
    pub(crate) fn log_answer<T>(&self, answer: &Result<T, SignError>) {
        match answer {
            Ok(_) => self.log(Code::Ok, "", None),
            Err(refusal) => {
                let explanation = explain(refusal);
                self.log(explanation.code, explanation.reason, Some(refusal));
            }
        }
    }

    /// Logs a call that the transport ended.
    pub(crate) fn log_broken(&self, broken: &Status) {
        self.log(broken.code(), "", None);
    }

    fn log(&self, code: Code, reason: &str, cause: Option<&SignError>) {
        let office = self.office.as_ref().map(OfficeId::as_str).unwrap_or_default();
        let request_id = self.request_id.as_ref().map(tracing::field::display);
        let (method, key_id, cause) = (self.method, self.signer.room.key_id(), cause.map(tracing::field::display));
        let duration_us = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::info!(method, office, request_id, key_id, ?code, reason, cause, duration_us, "call");
    }
}
