//! The kecamatan side of Teken: prepares PDFs locally, so that only the digest travels.
//!
//! [`Client`] is the whole of it for programs, `teken-office` for people and scripts. Read [`Client::sign_pdf`] first, then `signing.rs`.
//!
//! ```no_run
//! use std::{path::Path, sync::Arc, time::SystemTime};
//!
//! use evidence::DocumentType;
//! use office::{Client, Config, Document, DocumentNumber, Existing, Moment, OfficerAccount, RequestId, Task};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::connect(&Config::load(Path::new("office.toml"))?).await?;
//! let profile = Arc::new(client.profile().await?);
//!
//! let task = Task {
//!     document: Document {
//!         document_type: DocumentType::surat(),
//!         number: DocumentNumber::parse("470/123/KEC-BT/2026")?,
//!         officer: OfficerAccount::parse("loket1")?,
//!     },
//!     replaces: None,
//!     input: None,
//!     output: None,
//! };
//! let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
//! let moment = Moment::new(RequestId::generate(), now)?;
//!
//! // Prepared here; only the digest travels; compared, embedded and opened again.
//! let signed = client.sign_pdf(&profile, std::fs::read("surat.pdf")?, task, moment).await?;
//! println!("{} at {}", signed.answer().signature.name, signed.statement().signed_at.0);
//!
//! // From here on the file is safe, and the journal forgets the request.
//! signed.save_to(Path::new("surat.signed.pdf"), Existing::Keep)?;
//! # Ok(())
//! # }
//! ```
//!
//! # What it holds to
//!
//! * **Recorded before it leaves.** The prepared document and the request id are flushed to the [`Journal`] first. Whatever happens
//!   then (a lost line, a power cut), the next run sends exactly those bytes under exactly that id, and the service gives exactly that
//!   signature: nothing is signed twice, and a signature that was made is found again.
//! * **Compared before it is believed.** An answer goes into a document only when it is about this request, signs this digest, verifies
//!   with the key of the chain that the service announced, and its signing statement names this office and this type
//!   ([`AcceptedCms`]). The signed file is then opened by the reader that the verifier uses.
//! * **Forgotten when it is certain.** An entry leaves the journal when its file is safe, or when the service says that nothing is
//!   signed under its id. A refusal alone does not prove that when an earlier attempt was left without an answer.
//! * **Whole or absent.** Files appear under their names complete and durable, and replace nothing unless told to.
//!
//! # What it does not do
//!
//! It does not judge certificates' paths or revocation: that is the verifier's work, and an office that wants to be sure runs
//! `teken-verify` on what it got. It does not hide documents from this machine: the journal holds them, readable by its owner alone,
//! until they are signed. In [`Client::sign_document`] the service makes the file, and what its update adds is its word.
//!
//! # Where things are
//!
//! | file | is |
//! | --- | --- |
//! | `signing.rs`, `signing/` | one document's way, and the two halves for other systems |
//! | `appearance.rs`, `appearance/` | the visible signature: template, place, drawing, preview |
//! | `stationery.rs`, `claims.rs` | the way of a drawn and sealed document; what its seal says |
//! | `many.rs` | many documents, in groups |
//! | `acceptance.rs` | what an answer is compared with |
//! | `journal.rs`, `change_record.rs` | requests on disk |
//! | `document_status.rs` | what became of a document after it was signed |
//! | `client.rs`, `client/` | the connection and its calls |
//! | `fault.rs`, `retry.rs` | what a failure means, and when to ask again |
//! | `wire.rs` | messages to types and back |
//! | `config.rs` | the configuration; `office.example.toml` documents it |
//! | `platform.rs` | the only code for one operating system |
//! | `bin/teken-office/` | the command line |

mod acceptance;
pub mod appearance;
mod change_record;
mod claims;
mod client;
mod config;
mod document;
mod document_status;
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
mod stationery;
mod wire;

pub use acceptance::{AcceptedCms, AnswerError, Expectation, SignedFile};
pub use claims::{Claims, ClaimsError};
pub use client::{
    CallError, Client, ConnectError, DigestOrder, KnownProfile, OwnOfficeError, Settings, SignatureList, StatusError,
    remembered_profile,
};
pub use config::{Config, ConfigError, Timeouts};
pub use document::{Document, DocumentNumber, NumberError, OfficerAccount, OfficerError};
pub use document_status::{
    DocumentStatus, NewStatus, ReasonText, ReasonTextError, StatusChange, StatusChanged, StatusReason,
};
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
pub use stationery::Stationery;
pub use wire::WireError;
