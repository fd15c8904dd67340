//! Placeholder.

mod accept;
mod clock;
pub mod config;
mod limits;
mod offices;
mod tls;

pub use accept::{OfficeConnection, PeerOffice};
pub use clock::{Clock, SystemClock};
pub use config::{Config, ConfigError};
pub use limits::ServerLimits;
pub use offices::{Office, Offices, OfficesError};
pub use tls::{CrlError, Reload, TlsError, TlsSetup};
