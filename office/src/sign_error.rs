//! Why a document is not signed, or not yet, sorted by whom to call: the document, the service, this machine.

use std::{io, path::PathBuf};

use evidence::{DocumentType, OfficeId};
use pades::{EmbedError, PdfError, PrepareError, PreparedError};
use thiserror::Error;

use crate::{
    acceptance::AnswerError, appearance::AppearanceError, claims::ClaimsError, client::CallError, document::Document,
    durable::WriteError, fault::Fault, journal::JournalError, request_id::RequestId,
};

/// Why a document is not signed, or not yet.
#[derive(Debug, Error)]
pub enum SignError {
    // --- the document and the request; nothing was sent
    /// The input cannot be read.
    #[error("cannot read {}", path.display())]
    Input {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The document cannot be signed as it is.
    #[error("the document cannot be read as a PDF that may be signed")]
    Document(#[from] PdfError),
    /// The document cannot be prepared.
    #[error("the document cannot be prepared for a signature")]
    Prepare(#[from] PrepareError),
    /// The visible signature cannot be placed or drawn.
    #[error("the visible signature cannot be drawn")]
    Appearance(#[from] AppearanceError),
    /// The template has a seal, and nobody said what it says.
    #[error("the template has a seal, and there are no claims for this document")]
    NoClaims,
    /// The claims are of another kind of document.
    #[error("the claims cannot be used")]
    Claims(#[from] ClaimsError),
    /// The service gave no seal.
    #[error("the service gave no seal")]
    Reserve(CallError),
    /// A document that is sent whole cannot be drawn on here.
    #[error("a document that is sent whole gets no visible signature")]
    UploadDrawn,
    /// The place of the signed file is taken.
    #[error("{} exists", path.display())]
    OutputExists {
        /// The place.
        path: PathBuf,
    },
    /// The signed file could not be written to its place.
    #[error("the place of the signed file cannot be written to")]
    NotWritable {
        /// Why.
        source: WriteError,
    },
    /// Another content waits in the journal under this type and number. Which of the two is signed must not be left to chance.
    #[error("request {request_id} waits in the journal for another file of the same type and number")]
    NumberWaits {
        /// Its request.
        request_id: RequestId,
    },
    /// Larger than the service takes.
    #[error("the document has {size_bytes} octets; the service takes at most {limit_bytes}")]
    TooLarge {
        /// Its size.
        size_bytes: u64,
        /// The limit.
        limit_bytes: u64,
    },
    /// The profile does not list this type for this office.
    #[error("this office may not have documents of type {document_type} signed")]
    TypeNotAllowed {
        /// The type.
        document_type: DocumentType,
    },
    /// Another run works on the same document at this moment.
    #[error("another run works on request {request_id}")]
    Busy {
        /// Its request.
        request_id: RequestId,
    },

    /// The journal's request is another office's, whose certificate is not at hand.
    #[error("request {request_id} is of office {office}")]
    OtherOffice {
        /// The request.
        request_id: RequestId,
        /// Its office.
        office: OfficeId,
    },

    // --- the service
    /// The service said no, and nothing is signed under this id.
    #[error("the service refused: {fault}")]
    Refused {
        /// Its words.
        fault: Fault,
        /// The request.
        request_id: RequestId,
    },
    /// The reservation of the seal on the page ended before the signature was made. It is certain that nothing is signed under this id,
    /// and the journal holds it no longer: whoever has the claims seals, draws and signs the document anew.
    #[error("the reservation of the seal of request {request_id} ended before it was signed")]
    SealExpired {
        /// The request.
        request_id: RequestId,
        /// Which document it was.
        document: Document,
    },
    /// No answer that settles it. The journal holds the request: resume.
    #[error("request {request_id} waits in the journal: {fault}")]
    Waiting {
        /// The last failure.
        fault: Fault,
        /// Attempts of this run.
        attempts: u32,
        /// The request.
        request_id: RequestId,
    },
    /// The service's answer is not what was asked for. The journal keeps the request for whoever investigates.
    #[error("the answer to request {request_id} is not acceptable")]
    Answer {
        /// The request.
        request_id: RequestId,
        /// What is wrong with it.
        source: AnswerError,
    },
    /// The CMS cannot be put into the document. The journal keeps the request.
    #[error("the CMS of request {request_id} cannot be embedded")]
    Embed {
        /// The request.
        request_id: RequestId,
        /// Why.
        source: EmbedError,
    },

    // --- this machine
    /// The signed file cannot be written. The journal keeps the request.
    #[error("the signed file of request {request_id} cannot be written")]
    Unwritten {
        /// The request.
        request_id: RequestId,
        /// Why.
        source: WriteError,
    },
    /// A journaled request names no place for its file: the program that made it must ask again.
    #[error("request {request_id} was made by a program that takes the file itself")]
    NoPlace {
        /// The request.
        request_id: RequestId,
    },
    /// The journal failed.
    #[error("the journal failed")]
    Journal(#[from] JournalError),
    /// The journal failed for the group that this document was in; another document's outcome says why.
    #[error("the journal failed for a document of the same group")]
    NotRecorded,
    /// The prepared document in the journal is not one that this version reads.
    #[error("the prepared document of request {request_id} is not usable")]
    Prepared {
        /// The request.
        request_id: RequestId,
        /// Why.
        source: PreparedError,
    },
}

impl SignError {
    /// The request that stays in the journal, when one does.
    #[must_use]
    pub const fn kept(&self) -> Option<RequestId> {
        match self {
            Self::Waiting { request_id, .. }
            | Self::Busy { request_id }
            | Self::NumberWaits { request_id }
            | Self::OtherOffice { request_id, .. }
            | Self::Answer { request_id, .. }
            | Self::Embed { request_id, .. }
            | Self::Unwritten { request_id, .. }
            | Self::NoPlace { request_id }
            | Self::Prepared { request_id, .. } => Some(*request_id),
            Self::Input { .. }
            | Self::Document(_)
            | Self::Prepare(_)
            | Self::Appearance(_)
            | Self::NoClaims
            | Self::Claims(_)
            | Self::Reserve(_)
            | Self::UploadDrawn
            | Self::OutputExists { .. }
            | Self::NotWritable { .. }
            | Self::TooLarge { .. }
            | Self::TypeNotAllowed { .. }
            | Self::Refused { .. }
            | Self::SealExpired { .. }
            | Self::NotRecorded
            | Self::Journal(_) => None,
        }
    }
}
