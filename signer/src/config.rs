//! The one configuration file (TOML): read whole, checked whole, refused at start when incomplete.
//!
//! Every field is described in `signer.example.toml`; a test holds the two together. Relative paths count from the
//! directory of the file. An unknown field is an error, because a misspelt limit would otherwise be no limit.
//!
//! The file holds no secret: the passphrase comes from a prompt, a file descriptor or a file of its own.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::{fs, io};

use evidence::OidArc;
use serde::{Deserialize, Deserializer, de};
use thiserror::Error;

use crate::limits::ServerLimits;
use crate::offices::{Office, OfficesError};

mod credential;
mod document;

pub use credential::{CredentialError, ServiceKeys};
pub use document::{DocumentSettingsError, SealSettings, StatusSettings};

/// Octets of a configuration file; 56 offices take less than 16 KiB.
const FILE_BYTES: u64 = 1024 * 1024;

/// The configuration of the service.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Where this was read from: the offices in it are read again when the file changes.
    pub path: PathBuf,
    /// The settings.
    pub settings: Settings,
}

/// The settings of a configuration file, with absolute paths.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The register's file.
    pub register: PathBuf,
    /// The 32 octets under which document numbers and officers are committed to.
    pub commitment_key: PathBuf,
    /// Title to show instead of the one in the signing certificate.
    #[serde(default)]
    pub signer_title: Option<String>,
    /// The arc of our own object identifiers.
    #[serde(default, deserialize_with = "oid_arc")]
    pub oid_arc: OidArc,
    /// The signing key and its chain.
    pub credential: CredentialFiles,
    /// The service's own certificate, and who may connect.
    pub tls: TlsFiles,
    /// Limits of the network face.
    #[serde(default)]
    pub limits: ServerLimits,
    /// What is logged, and how.
    #[serde(default)]
    pub log: LogSettings,
    /// How documents are sealed; without it they are not.
    #[serde(default)]
    pub seal: Option<SealSettings>,
    /// How statuses are published; without it they are not.
    #[serde(default)]
    pub status: Option<StatusSettings>,
    /// The offices; at least one.
    #[serde(rename = "office")]
    pub offices: Vec<Office>,
}

/// Where the signing key and its certificate chain lie.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialFiles {
    /// The signing key, PKCS#8 encrypted (PEM).
    pub key: PathBuf,
    /// The signing certificate and its issuers, signing certificate first (PEM).
    pub chain: PathBuf,
    /// Where the passphrase of the key comes from.
    #[serde(default)]
    pub passphrase: PassphraseFrom,
}

/// Where the passphrase of the signing key comes from. Never from arguments or the environment, which other processes
/// can read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PassphraseFrom {
    /// Asked for on the terminal.
    #[default]
    Prompt,
    /// The first line of a file, such as a systemd credential.
    File(PathBuf),
    /// The first line of an open file descriptor.
    Fd(i32),
}

/// The files of mTLS; all four are read again when one changes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    /// The service's certificate and its issuers (PEM).
    pub certificate: PathBuf,
    /// Its key, PKCS#8 (PEM), readable by the service alone.
    pub key: PathBuf,
    /// The CA that vouches for client certificates (PEM).
    pub client_anchor: PathBuf,
    /// That CA's certificate revocation list (DER or PEM).
    pub client_crl: PathBuf,
    /// Seconds between two looks at these files and at the configuration.
    #[serde(default = "reload_seconds")]
    pub reload_seconds: NonZeroU32,
}

fn reload_seconds() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(4)
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    /// One JSON object a line, or text for people.
    pub format: LogFormat,
    /// The least severe level that is logged.
    pub level: LogLevel,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { format: LogFormat::Json, level: LogLevel::Info }
    }
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// Text for people.
    Text,
}

/// Severity of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    /// Something failed.
    Error,
    /// Something was refused, or needs the operator.
    Warn,
    /// What was done.
    Info,
    /// How it was done; for the search of a fault.
    Debug,
}

/// Why a configuration was refused.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is larger than any configuration.
    #[error("the configuration {} has {length} octets; at most {limit} are read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its length in octets.
        length: u64,
        /// The limit in octets.
        limit: u64,
    },
    /// Not TOML, a field is missing, unknown or of another kind: the source names line and field.
    #[error("the configuration {} is refused: {source}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Line, field and reason.
        source: Box<toml::de::Error>,
    },
    /// The offices are no directory.
    #[error("the offices of the configuration {} are refused: {source}", path.display())]
    Offices {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: OfficesError,
    },
    /// `[seal]`, `[status]` and the offices do not fit together.
    #[error("the configuration {} is refused: {source}", path.display())]
    Documents {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: DocumentSettingsError,
    },
}

impl Config {
    /// Reads and checks a configuration file.
    ///
    /// # Errors
    ///
    /// [`ConfigError`], which names the field.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
        let absolute = std::path::absolute(path).map_err(unreadable)?;
        let length = fs::metadata(&absolute).map_err(unreadable)?.len();
        if length > FILE_BYTES {
            return Err(ConfigError::TooLarge { path: path.to_owned(), length, limit: FILE_BYTES });
        }
        let text = fs::read_to_string(&absolute).map_err(unreadable)?;
        Self::parse(&text, &absolute)
    }

    /// Reads and checks the text of a configuration file that lies at `path`, an absolute path.
    ///
    /// # Errors
    ///
    /// [`ConfigError`], which names the field.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let mut settings: Settings = toml::from_str(text)
            .map_err(|source| ConfigError::Refused { path: path.to_owned(), source: Box::new(source) })?;
        crate::Offices::new(settings.offices.clone())
            .map_err(|source| ConfigError::Offices { path: path.to_owned(), source })?;
        settings
            .check_document_settings()
            .map_err(|source| ConfigError::Documents { path: path.to_owned(), source })?;
        settings.resolve(path.parent().unwrap_or(Path::new("/")));
        Ok(Self { path: path.to_owned(), settings })
    }
}

impl Settings {
    /// Makes every relative path absolute.
    fn resolve(&mut self, directory: &Path) {
        let Self { register, commitment_key, credential, tls, seal, status, .. } = self;
        let mut paths = vec![
            register,
            commitment_key,
            &mut credential.key,
            &mut credential.chain,
            &mut tls.certificate,
            &mut tls.key,
            &mut tls.client_anchor,
            &mut tls.client_crl,
        ];
        paths.extend(seal.as_mut().map(|seal| &mut seal.key));
        paths.extend(status.iter_mut().flat_map(|status| [&mut status.key, &mut status.directory]));
        if let PassphraseFrom::File(path) = &mut credential.passphrase {
            paths.push(path);
        }
        for path in paths {
            *path = directory.join(&*path); // an absolute path replaces the directory
        }
    }
}

fn oid_arc<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OidArc, D::Error> {
    OidArc::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests;
