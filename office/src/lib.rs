//! The kecamatan side of Teken: prepares PDFs locally, so that only the digest travels.
mod acceptance;
mod client;
mod config;
mod document;
mod durable;
mod fault;
mod journal;
mod many;
mod platform;
mod profile;
mod request_id;
mod retry;
mod sign_error;
mod signature;
mod signature_name;
mod signer_chain;
mod signing;
mod wire;

pub use acceptance::{AcceptedCms, AnswerError, Expectation, SignedFile};
pub use client::{CallError, Client, ConnectError, DigestOrder, KnownProfile, OwnOfficeError, Settings, SignatureList};
pub use config::{Config, ConfigError, Timeouts};
pub use document::{Document, DocumentNumber, NumberError, OfficerAccount, OfficerError};
pub use durable::{Existing, WriteError, write_whole};
pub use fault::{Fault, Standing};
pub use journal::{
    Begun, Draft, Entry, Journal, JournalError, Output, Provenance, Request, Subject, Taken, Unfinished, Way,
};
pub use many::{Job, Moments, Outcome};
pub use platform::KeyFileError;
pub use profile::Profile;
pub use request_id::{RequestId, RequestIdError};
pub use sign_error::SignError;
pub use signature::{Answer, Signature, SignatureKey, SignatureState};
pub use signature_name::{SignatureName, SignatureNameError};
pub use signer_chain::{SignerChain, SignerChainError};
pub use signing::{EmbedHalfError, Moment, PrepareHalfError, Receipt, SignedDocument, Task, embed, prepare};
pub use wire::WireError;
