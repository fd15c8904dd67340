//! GetDocumentStatus and SetDocumentStatus: what became of a document after it was signed.
//!
//! A change is an act on record. Its request id is on disk before it leaves, so that the same command after a lost answer is the same
//! request. Invariant: a change is reported as made only when the answer names the document and the status that were asked for.

use evidence::OfficeId;
use proto::teken::v1;
use thiserror::Error;

use super::{
    Client,
    call::{Attempts, CallError, timed, within},
};
use crate::{
    acceptance::AnswerError,
    change_record::ChangeRecord,
    document_status::{DocumentStatus, StatusChange, StatusChanged},
    fault::{Fault, Standing},
    journal::{JournalError, Provenance},
    request_id::RequestId,
    signature_name::SignatureName,
    signing::blocking,
    wire,
};

/// Why a status is not known, or not changed.
#[derive(Debug, Error)]
pub enum StatusError {
    /// The name is another office's. The service would answer as if there were no such signature.
    #[error("{name} is not a signature of office {own}")]
    OtherOffice {
        /// The name.
        name: SignatureName,
        /// This office.
        own: OfficeId,
    },
    /// The status could not be asked.
    #[error("the status is not known")]
    Unknown(#[source] CallError),
    /// The service said no.
    #[error("the service refused: {fault}")]
    Refused {
        /// Its words.
        fault: Fault,
        /// An earlier attempt had no answer and may have made the change.
        doubt: bool,
    },
    /// No answer that settles it. The same change, asked for again, is the same request.
    #[error("whether request {request_id} changed the status is not known: {fault}")]
    Unsettled {
        /// The last failure.
        fault: Fault,
        /// Attempts of this run.
        attempts: u32,
        /// The request.
        request_id: RequestId,
    },
    /// The answer is not what was asked for. The request stays on record.
    #[error("the answer to request {request_id} is not acceptable")]
    Answer {
        /// The request.
        request_id: RequestId,
        /// What is wrong with it.
        source: AnswerError,
    },
    /// An earlier attempt made this very change, and the status was changed again since.
    #[error("the change was made before, and the status is {} since", status.status)]
    Overtaken {
        /// The status as it is.
        status: Box<DocumentStatus>,
    },
    /// The request id could not be recorded, or not be forgotten.
    #[error("the journal failed")]
    Journal(#[from] JournalError),
}

impl Client {
    /// The status of one of this office's documents, as the register has it.
    ///
    /// # Errors
    ///
    /// [`StatusError::OtherOffice`], [`StatusError::Unknown`].
    pub async fn document_status(&self, name: &SignatureName) -> Result<DocumentStatus, StatusError> {
        self.check_own(name)?;
        let status = self.ask_status(name).await.map_err(StatusError::Unknown)?;
        if status.name != *name {
            let answered = status.name;
            return Err(StatusError::Unknown(AnswerError::OtherSignature { answered }.into()));
        }
        Ok(status)
    }

    /// Changes the status of one of this office's documents. `new_id` is used unless an earlier run asked for the same change and got no
    /// answer: then its request is sent again, and no second change is made.
    ///
    /// # Errors
    ///
    /// [`StatusError`].
    pub async fn set_document_status(
        &self,
        change: &StatusChange,
        new_id: RequestId,
    ) -> Result<StatusChanged, StatusError> {
        self.check_own(&change.name)?;
        // 1. On disk before it leaves.
        let (state_dir, recorded) = (self.state_dir.clone(), change.clone());
        let record = blocking(move || ChangeRecord::begin(&state_dir, &recorded, new_id)).await?;
        let request_id = record.request_id();

        // 2. Asked, compared, and forgotten when its end is known.
        match self.ask_change(change, request_id).await {
            Ok((status, _)) if status.name != change.name => {
                let source = AnswerError::OtherSignature { answered: status.name };
                Err(StatusError::Answer { request_id, source })
            }
            Ok((status, replayed)) if status.status == change.status.into() => {
                blocking(move || record.forget()).await?;
                Ok(StatusChanged { request_id, status, replayed })
            }
            // A repeated request gets the status as it is now.
            Ok((status, true)) => {
                blocking(move || record.forget()).await?;
                Err(StatusError::Overtaken { status: Box::new(status) })
            }
            Ok((status, false)) => {
                let source = AnswerError::OtherStatus { answered: status.status };
                Err(StatusError::Answer { request_id, source })
            }
            Err(CallError::Answer(source)) => Err(StatusError::Answer { request_id, source }),
            Err(CallError::Fault { fault, doubt, .. }) if fault.standing == Standing::Refused => {
                // The office may have lost its mandate after an attempt whose answer was lost.
                let doubt = doubt || record.provenance() == Provenance::Found;
                if !doubt {
                    blocking(move || record.forget()).await?;
                }
                Err(StatusError::Refused { fault, doubt })
            }
            Err(CallError::Fault { fault, attempts, .. }) => {
                Err(StatusError::Unsettled { fault, attempts, request_id })
            }
        }
    }

    fn check_own(&self, name: &SignatureName) -> Result<(), StatusError> {
        match &self.settings.office {
            Some(own) if !name.is_of(own) => Err(StatusError::OtherOffice { name: name.clone(), own: own.clone() }),
            _ => Ok(()),
        }
    }

    async fn ask_status(&self, name: &SignatureName) -> Result<DocumentStatus, CallError> {
        let limit = self.settings.timeouts.request;
        let message = v1::GetDocumentStatusRequest { name: name.as_str().to_owned() };
        let mut attempts = Attempts::new(self.settings.timeouts.give_up, &RequestId::generate());
        loop {
            let mut documents = self.documents.clone();
            match within(limit, documents.get_document_status(timed(message.clone(), limit))).await {
                Ok(record) => return Ok(wire::status::record(record)?),
                Err(fault) => attempts.after(fault).await?,
            }
        }
    }

    /// The status after the change, and whether the answer repeats an earlier one.
    async fn ask_change(
        &self,
        change: &StatusChange,
        request_id: RequestId,
    ) -> Result<(DocumentStatus, bool), CallError> {
        let limit = self.settings.timeouts.request;
        let message = wire::status::change(change, request_id);
        let mut attempts = Attempts::new(self.settings.timeouts.give_up, &request_id);
        loop {
            let mut documents = self.documents.clone();
            match within(limit, documents.set_document_status(timed(message.clone(), limit))).await {
                Ok(response) => return Ok(wire::status::changed(response)?),
                Err(fault) => attempts.after(fault).await?,
            }
        }
    }
}
