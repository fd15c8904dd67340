//! The kecamatan side of Teken: prepares PDFs locally, so that only the digest travels.
mod config;
mod document;
mod durable;
mod journal;
mod platform;
mod request_id;
mod signature_name;

pub use config::{Config, ConfigError, Timeouts};
pub use document::{Document, DocumentNumber, NumberError, OfficerAccount, OfficerError};
pub use durable::{Existing, WriteError};
pub use journal::{Begun, Draft, Entry, Journal, JournalError, Output, Provenance, Request, Subject, Taken, Way};
pub use platform::KeyFileError;
pub use request_id::{RequestId, RequestIdError};
pub use signature_name::{SignatureName, SignatureNameError};
