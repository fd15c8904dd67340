//! The configuration of an office: one TOML file, every field documented in `office.example.toml`.
//!
//! Invariant: a [`Config`] is complete and in range, and its paths are absolute or relative to the working directory, never to
//! the file: relative ones were joined to the folder of the file on load. An unknown field is refused, because a misspelt
//! time-out that is silently ignored is found on the worst day.

use std::{
    fs,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    time::Duration,
};

use evidence::{OidArc, OidArcError};
use serde::Deserialize;
use thiserror::Error;
use tonic::transport::Uri;

use crate::document::{OfficerAccount, OfficerError};

/// Largest configuration file that is read, in octets: the documented example has fewer than 4,000.
const FILE_LIMIT_BYTES: u64 = 64 * 1024;

/// Most documents prepared, or calls under way, at one time.
const CONCURRENCY_LIMIT: usize = 256;

/// What an office's client needs to know.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Where the service is: `https://host:port`.
    pub server: Uri,
    /// The name that the server's certificate must carry, when it is not the host of `server`.
    pub server_name: Option<String>,
    /// PEM file: the trust anchor of the *access* CA, which certifies server and offices. Never the anchor of the signing chain.
    pub access_anchor: PathBuf,
    /// PEM file: the office's TLS client certificate, followed by its issuers if any.
    pub certificate: PathBuf,
    /// PEM file: the private key of `certificate` (PKCS#8).
    pub key: PathBuf,
    /// The account of the officer who asks, unless a call names another one.
    pub officer: Option<OfficerAccount>,
    /// Folder of the journal of unfinished requests.
    pub state_dir: PathBuf,
    /// Most documents prepared, or single calls under way, at one time.
    pub concurrency: NonZeroUsize,
    /// The arc of the agency's object identifiers, under which the signing statement is found.
    pub oid_arc: OidArc,
    /// How long each step may take.
    pub timeouts: Timeouts,
}

/// How long each step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// TCP and TLS together.
    pub connect: Duration,
    /// One call that signs by digest or asks; for a stream, the longest silence.
    pub request: Duration,
    /// One call that sends a whole document.
    pub upload: Duration,
    /// All attempts at one request together; afterwards the request stays in the journal.
    pub give_up: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            request: Duration::from_secs(30),
            upload: Duration::from_secs(120),
            give_up: Duration::from_secs(60),
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is larger than any configuration.
    #[error("the configuration {} has {size_bytes} octets; at most {limit_bytes} are read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        size_bytes: u64,
        /// The limit.
        limit_bytes: u64,
    },
    /// Not TOML, a field is missing, unknown or of another type.
    #[error("the configuration is not complete or not understood")]
    Syntax(#[from] toml::de::Error),
    /// `server` is not `https://host[:port]`.
    #[error("server must be https://host:port, without user, path or query")]
    Server,
    /// `officer` is not an account.
    #[error("officer is not an account")]
    Officer(#[from] OfficerError),
    /// `oid_arc` is not an object identifier.
    #[error("oid_arc is not an object identifier")]
    OidArc(#[from] OidArcError),
    /// A number is out of its range.
    #[error("{field} is {value}; it must be from {least} to {most}")]
    OutOfRange {
        /// The field.
        field: &'static str,
        /// Its value.
        value: u64,
        /// Least value.
        least: u64,
        /// Greatest value.
        most: u64,
    },
}

impl Config {
    /// Reads a configuration file; relative paths in it are relative to its folder.
    ///
    /// # Errors
    ///
    /// [`ConfigError`].
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
        let size_bytes = fs::metadata(path).map_err(unreadable)?.len();
        if size_bytes > FILE_LIMIT_BYTES {
            return Err(ConfigError::TooLarge { path: path.to_owned(), size_bytes, limit_bytes: FILE_LIMIT_BYTES });
        }
        let text = fs::read_to_string(path).map_err(unreadable)?;
        Self::parse(&text, path.parent().unwrap_or(Path::new("")))
    }

    /// Reads the text of a configuration file that lies in `folder`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`].
    pub fn parse(text: &str, folder: &Path) -> Result<Self, ConfigError> {
        let file: ConfigFile = toml::from_str(text)?;
        Ok(Self {
            server: server(&file.server)?,
            server_name: file.server_name,
            access_anchor: folder.join(file.access_anchor),
            certificate: folder.join(file.certificate),
            key: folder.join(file.key),
            officer: file.officer.as_deref().map(OfficerAccount::parse).transpose()?,
            state_dir: folder.join(file.state_dir),
            concurrency: concurrency(file.concurrency)?,
            oid_arc: file.oid_arc.as_deref().map(OidArc::parse).transpose()?.unwrap_or_default(),
            timeouts: file.timeouts.checked()?,
        })
    }
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    server: String,
    server_name: Option<String>,
    access_anchor: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
    officer: Option<String>,
    state_dir: PathBuf,
    #[serde(default = "default_concurrency")]
    concurrency: u64,
    oid_arc: Option<String>,
    #[serde(default)]
    timeouts: TimeoutsTable,
}

/// The table `[timeouts]` as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TimeoutsTable {
    connect_seconds: Option<u64>,
    request_seconds: Option<u64>,
    upload_seconds: Option<u64>,
    give_up_seconds: Option<u64>,
}

impl TimeoutsTable {
    fn checked(&self) -> Result<Timeouts, ConfigError> {
        let default = Timeouts::default();
        let checked = |field, value: Option<u64>, default, least| match value {
            None => Ok(default),
            Some(value) => in_range(field, value, least, 3_600).map(Duration::from_secs),
        };
        Ok(Timeouts {
            connect: checked("timeouts.connect_seconds", self.connect_seconds, default.connect, 1)?,
            request: checked("timeouts.request_seconds", self.request_seconds, default.request, 1)?,
            upload: checked("timeouts.upload_seconds", self.upload_seconds, default.upload, 1)?,
            // 0: one attempt, for a desk that would rather come back later than wait.
            give_up: checked("timeouts.give_up_seconds", self.give_up_seconds, default.give_up, 0)?,
        })
    }
}

const fn default_concurrency() -> u64 {
    8
}

fn concurrency(value: u64) -> Result<NonZeroUsize, ConfigError> {
    let checked = in_range("concurrency", value, 1, CONCURRENCY_LIMIT as u64)?;
    Ok(usize::try_from(checked).ok().and_then(NonZeroUsize::new).expect("the range is 1 to 256"))
}

fn in_range(field: &'static str, value: u64, least: u64, most: u64) -> Result<u64, ConfigError> {
    if (least..=most).contains(&value) { Ok(value) } else { Err(ConfigError::OutOfRange { field, value, least, most }) }
}

/// Plain text gRPC is refused: what travels names documents, and the office is known by its certificate alone.
fn server(text: &str) -> Result<Uri, ConfigError> {
    let uri: Uri = text.parse().map_err(|_| ConfigError::Server)?;
    let bare = uri.path() == "/" && uri.query().is_none();
    let user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    let host = uri.host().is_some_and(|host| !host.is_empty());
    if uri.scheme_str() == Some("https") && bare && host && !user { Ok(uri) } else { Err(ConfigError::Server) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../office.example.toml");

    const LEAST: &str = "server = \"https://sign.example:8443\"\naccess_anchor = \"a.pem\"\ncertificate = \"c.pem\"\nkey = \"c.key\"\nstate_dir = \"state\"\n";

    fn refusal(text: &str) -> ConfigError {
        Config::parse(text, Path::new("office")).expect_err("this configuration must be refused")
    }

    #[test]
    fn the_documented_example_loads_and_shows_the_defaults() {
        let example = Config::parse(EXAMPLE, Path::new("office")).expect("the example is complete");
        assert_eq!(example.server.to_string(), "https://sign.disdukcapil.example:8443/");
        assert_eq!(example.certificate, Path::new("office/kec-bekasi-timur.pem"));
        assert_eq!(example.state_dir, Path::new("office/state"));
        assert_eq!(example.officer.as_ref().map(OfficerAccount::as_str), Some("loket1"));
        assert_eq!(example.concurrency.get(), 8);
        assert_eq!(example.oid_arc, OidArc::default());
        assert_eq!(example.timeouts, Timeouts::default());
    }

    #[test]
    fn every_field_is_in_the_example_once() {
        for field in [
            "server",
            "server_name",
            "access_anchor",
            "certificate",
            "key",
            "officer",
            "state_dir",
            "concurrency",
            "oid_arc",
            "connect_seconds",
            "request_seconds",
            "upload_seconds",
            "give_up_seconds",
        ] {
            let written = EXAMPLE
                .lines()
                .filter(|line| line.trim_start_matches("# ").split_once(" = ").is_some_and(|(name, _)| name == field))
                .count();
            assert_eq!(written, 1, "{field}");
        }
    }

    #[test]
    fn optional_fields_may_be_left_out() {
        let least = Config::parse(LEAST, Path::new("office")).expect("these are the required fields");
        assert_eq!(least.officer, None);
        assert_eq!(least.server_name, None);
        assert_eq!(least.timeouts, Timeouts::default());
    }

    #[test]
    fn a_missing_field_is_refused_by_name() {
        for (position, field) in ["server", "access_anchor", "certificate", "key", "state_dir"].iter().enumerate() {
            let text: String = LEAST
                .lines()
                .enumerate()
                .filter(|(line, _)| *line != position)
                .map(|(_, line)| format!("{line}\n"))
                .collect();
            let ConfigError::Syntax(error) = refusal(&text) else { panic!("{field}: not a syntax error") };
            assert!(error.message().contains(&format!("missing field `{field}`")), "{field}: {error}");
        }
    }

    #[test]
    fn an_unknown_field_is_refused_by_name() {
        for text in [format!("{LEAST}sever = 1\n"), format!("{LEAST}[timeouts]\nconect_seconds = 1\n")] {
            let ConfigError::Syntax(error) = refusal(&text) else { panic!("not a syntax error") };
            assert!(error.message().contains("unknown field"), "{error}");
        }
    }

    #[test]
    fn a_server_without_tls_or_with_more_than_an_authority_is_refused() {
        for server in [
            "http://sign.example",
            "sign.example:8443",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://u@a",
            "https://a b",
            "",
        ] {
            let text = LEAST.replace("https://sign.example:8443", server);
            assert!(matches!(refusal(&text), ConfigError::Server), "{server:?}");
        }
    }

    #[test]
    fn a_number_out_of_range_is_refused_with_its_range() {
        for (text, field, value, least, most) in [
            ("concurrency = 0", "concurrency", 0, 1, 256),
            ("concurrency = 257", "concurrency", 257, 1, 256),
            ("[timeouts]\nconnect_seconds = 0", "timeouts.connect_seconds", 0, 1, 3_600),
            ("[timeouts]\ngive_up_seconds = 3601", "timeouts.give_up_seconds", 3_601, 0, 3_600),
        ] {
            let ConfigError::OutOfRange { field: found, value: v, least: l, most: m } =
                refusal(&format!("{LEAST}{text}\n"))
            else {
                panic!("{text}: not a range error")
            };
            assert_eq!((found, v, l, m), (field, value, least, most));
        }
    }

    #[test]
    fn an_officer_that_is_no_account_and_an_arc_that_is_none_are_refused() {
        assert!(matches!(refusal(&format!("{LEAST}officer = \"Bu Sri\"\n")), ConfigError::Officer(_)));
        assert!(matches!(refusal(&format!("{LEAST}oid_arc = \"teken\"\n")), ConfigError::OidArc(_)));
    }

    #[test]
    fn an_absolute_path_stays_as_it_is() {
        let root = if cfg!(windows) { "C:/teken/a.pem" } else { "/etc/teken/a.pem" };
        let config = Config::parse(&LEAST.replace("\"a.pem\"", &format!("\"{root}\"")), Path::new("office"));
        assert_eq!(config.expect("complete").access_anchor, Path::new(root));
    }
}
