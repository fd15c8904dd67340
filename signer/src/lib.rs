//! Placeholder.

mod accept;
mod authorize;
mod clock;
pub mod config;
pub mod domain;
mod error;
mod in_flight;
mod limits;
mod offices;
mod recover;
pub mod register;
mod sign_digest;
mod signer;
mod tls;

pub use accept::{OfficeConnection, PeerOffice};
pub use clock::{Clock, SystemClock};
pub use config::{Config, ConfigError};
pub use error::{FieldFault, SelfCheck, SignError};
pub use limits::ServerLimits;
pub use offices::{Office, Offices, OfficesError};
pub use recover::Recovery;
pub use register::Register;
pub use signer::{Signer, SignerParts, StartError};
pub use tls::{CrlError, Reload, TlsError, TlsSetup};
