//! The signing service: authorize, record, sign, re-read, release.
//!
//! The only crate that knows keys, documents and the wire. The life of a request:
//!
//! ```text
//! reserve       (another call, before) a status index and the seal that is printed   <- INVALID until the outcome
//! accept        TLS; the client certificate names the office
//! service       protobuf message -> domain value (wire), in a task that survives its caller
//! authorize     may this office have this type signed? the only door to the key
//! register      id, document and clock are judged; the intent is on the disk      <- before the key
//! sign_digest   the key signs the hash of what was recorded; the CMS is re-read
//! register      the outcome is on the disk                                        <- before the answer
//! service       domain value -> protobuf message
//! publish       (meanwhile) what the register says of every document, as files
//! ```
//!
//! Invariants: no signature leaves without a durable record made before the key was used; the same request gets the same CMS, for ever;
//! at the first doubt about disk, clock or key nothing more is signed.
//!
//! It deliberately does not verify paths or revocation (the verifier does, on its own), keeps no names and no numbers (commitments only),
//! and never signs a hash that it did not build itself.
//!
//! Read first: `sign_digest.rs`, then [`register`].

mod accept;
mod authorize;
mod batch;
mod call;
mod clock;
pub mod config;
pub mod domain;
mod error;
#[cfg(test)]
mod fixture;
mod in_flight;
mod limits;
pub mod logging;
mod offices;
mod page_token;
mod publish;
mod recover;
pub mod register;
mod reserve;
mod seal;
mod serve;
mod service;
mod set_status;
mod sign_digest;
mod sign_document;
mod signer;
mod tls;
mod wire;

pub use accept::{OfficeConnection, PeerOffice};
pub use clock::{Clock, SystemClock};
pub use config::{Config, ConfigError, ServiceKeys};
pub use error::{FieldFault, SelfCheck, SignError};
pub use limits::ServerLimits;
pub use offices::{Office, Offices, OfficesError};
pub use publish::{Publisher, StatusLists};
pub use recover::Recovery;
pub use register::Register;
pub use seal::SealMaker;
pub use serve::{ServeError, check_commitment_key, run, run_reloadable, serve};
pub use service::{DocumentServiceImpl, SigningServiceImpl};
pub use signer::{ReservationTerms, Signer, SignerParts, StartError};
pub use tls::{CrlError, Reload, TlsError, TlsSetup};
