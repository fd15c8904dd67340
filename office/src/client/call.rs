//! Single calls: profile, one digest, one signature, a page of signatures; and the loop that repeats them.
//!
//! A call that signs is repeated with the same bytes and the same request id, so that repeating it is safe whatever became of the
//! attempt before.

use std::time::Duration;

use pades::DocumentDigest;
use proto::teken::v1;
use thiserror::Error;
use tokio::time::{Instant, sleep, timeout};
use tonic::{Request, Response, Status};

use super::Client;
use crate::{
    acceptance::AnswerError,
    document::Document,
    fault::{Fault, Standing},
    profile::Profile,
    request_id::RequestId,
    retry::Retry,
    signature::{Answer, Signature, SignatureKey},
    signature_name::SignatureName,
    wire,
};

/// How much longer than the service's deadline the client waits, so that the service's own answer arrives first.
const GRACE: Duration = Duration::from_secs(1);

/// One digest that is to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestOrder {
    /// Makes the order repeatable.
    pub request_id: RequestId,
    /// SHA-256 over the ByteRange.
    pub document_digest: DocumentDigest,
    /// Which document it is.
    pub document: Document,
    /// The signature that the new one replaces.
    pub replaces: Option<SignatureName>,
    /// SHA-256 of the seal on the page, which names its reservation.
    pub seal_hash: Option<[u8; 32]>,
}

/// A page of this office's signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureList {
    /// Newest first, without their CMS.
    pub signatures: Vec<Signature>,
    /// For the next page; `None` on the last one.
    pub next_page_token: Option<String>,
}

/// Why a call has no answer that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CallError {
    /// The service, or the line, said no.
    #[error("no signature after {attempts} attempts: {fault}")]
    Fault {
        /// The last attempt's failure.
        fault: Fault,
        /// How many attempts were made.
        attempts: u32,
        /// An attempt, perhaps not the last, may have signed.
        doubt: bool,
    },
    /// The answer is not one that can be believed.
    #[error("the service's answer is not acceptable")]
    Answer(#[from] AnswerError),
}

impl From<wire::WireError> for CallError {
    fn from(error: wire::WireError) -> Self {
        Self::Answer(error.into())
    }
}

/// The attempts at one request, counted and judged.
#[derive(Debug)]
pub(super) struct Attempts {
    began: Instant,
    retry: Retry,
    doubt: bool,
}

impl Attempts {
    pub(super) fn new(give_up: Duration, seed: &RequestId) -> Self {
        Self { began: Instant::now(), retry: Retry::new(give_up, seed), doubt: false }
    }

    /// Waits until the next attempt may begin, or gives up.
    pub(super) async fn after(&mut self, fault: Fault) -> Result<(), CallError> {
        self.doubt |= matches!(fault.standing, Standing::Unknown | Standing::Broken);
        match self.retry.after(&fault, self.began.elapsed()) {
            Some(wait) => {
                sleep(wait).await;
                Ok(())
            }
            None => Err(CallError::Fault { fault, attempts: self.retry.attempts(), doubt: self.doubt }),
        }
    }
}

impl Client {
    /// What this office must know before it prepares a document.
    ///
    /// # Errors
    ///
    /// [`CallError`].
    pub async fn profile(&self) -> Result<Profile, CallError> {
        let limit = self.settings.timeouts.request;
        let mut attempts = Attempts::new(self.settings.timeouts.give_up, &RequestId::generate());
        loop {
            let mut service = self.service.clone();
            match within(limit, service.get_signing_profile(timed(v1::GetSigningProfileRequest {}, limit))).await {
                Ok(profile) => {
                    let profile = wire::profile(profile)?;
                    return match &self.settings.office {
                        Some(office) if *office != profile.office => {
                            Err(AnswerError::OtherOffice { named: profile.office }.into())
                        }
                        _ => Ok(profile),
                    };
                }
                Err(fault) => attempts.after(fault).await?,
            }
        }
    }

    /// Has one digest signed. The answer is the service's word, not yet compared: see [`crate::AcceptedCms`].
    pub(crate) async fn order(&self, order: &DigestOrder) -> Result<Answer, CallError> {
        let limit = self.settings.timeouts.request;
        let message = order_to_wire(order);
        let mut attempts = Attempts::new(self.settings.timeouts.give_up, &order.request_id);
        loop {
            let mut service = self.service.clone();
            match within(limit, service.sign_digest(timed(message.clone(), limit))).await {
                Ok(response) => return Ok(wire::answer(response)?),
                Err(fault) => attempts.after(fault).await?,
            }
        }
    }

    /// One signature of this office. Another office's signature is refused exactly as an absent one.
    ///
    /// # Errors
    ///
    /// [`CallError`].
    pub async fn signature(&self, key: &SignatureKey) -> Result<Signature, CallError> {
        let limit = self.settings.timeouts.request;
        let mut attempts = Attempts::new(self.settings.timeouts.give_up, &RequestId::generate());
        loop {
            let mut service = self.service.clone();
            match within(limit, service.get_signature(timed(wire::signature_key(key), limit))).await {
                Ok(signature) => return Ok(wire::signature(signature)?),
                Err(fault) => attempts.after(fault).await?,
            }
        }
    }

    /// A page of this office's signatures, newest first.
    ///
    /// # Errors
    ///
    /// [`CallError`].
    pub async fn signatures(&self, page_size: u16, page_token: Option<&str>) -> Result<SignatureList, CallError> {
        let limit = self.settings.timeouts.request;
        let message = v1::ListSignaturesRequest {
            page_size: page_size.into(),
            page_token: page_token.unwrap_or_default().to_owned(),
        };
        let mut attempts = Attempts::new(self.settings.timeouts.give_up, &RequestId::generate());
        let response = loop {
            let mut service = self.service.clone();
            match within(limit, service.list_signatures(timed(message.clone(), limit))).await {
                Ok(response) => break response,
                Err(fault) => attempts.after(fault).await?,
            }
        };
        let signatures = response.signatures.into_iter().map(wire::signature).collect::<Result<_, _>>()?;
        let next_page_token = Some(response.next_page_token).filter(|token| !token.is_empty());
        Ok(SignatureList { signatures, next_page_token })
    }
}

pub(super) fn order_to_wire(order: &DigestOrder) -> v1::SignDigestRequest {
    v1::SignDigestRequest {
        request_id: order.request_id.to_string(),
        document_digest: Some(wire::document_digest(&order.document_digest)),
        document: Some(wire::document(&order.document)),
        replaces: order.replaces.as_ref().map(|name| name.as_str().to_owned()).unwrap_or_default(),
        validate_only: false,
        seal_hash: order.seal_hash.map(Vec::from).unwrap_or_default(),
        ..v1::SignDigestRequest::default()
    }
}

/// The service requires a deadline on every call.
pub(super) fn timed<T>(message: T, limit: Duration) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(limit);
    request
}

/// The client's own clock on a call: a line that swallows everything must not hold it for ever.
pub(super) async fn within<T>(
    limit: Duration,
    call: impl Future<Output = Result<Response<T>, Status>>,
) -> Result<T, Fault> {
    match timeout(limit.saturating_add(GRACE), call).await {
        Ok(Ok(response)) => Ok(response.into_inner()),
        Ok(Err(status)) => Err(Fault::from_status(&status)),
        Err(_) => Err(Fault::silence(limit)),
    }
}
