//! [`Client`]: one office's connection to the service, and its journal.
//!
//! The channel is mutual TLS with the access CA as its only anchor; it is made when the first call needs it and made again when it
//! breaks, so that [`Client::connect`] succeeds while the service is away. Every limit is set here on purpose: time to connect,
//! time of a call, keep-alive, size of messages. Invariant: nothing that signs leaves before the journal holds it.

mod batch;
mod call;
mod known_profile;
mod own_office;
mod reserve;
mod status;
mod upload;

use std::{
    fs, io,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use evidence::{OfficeId, OidArc};
use proto::teken::v1::{document_service_client::DocumentServiceClient, signing_service_client::SigningServiceClient};
use thiserror::Error;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

pub use self::call::{CallError, DigestOrder, SignatureList};
use self::own_office::own_office;
pub(crate) use self::upload::{DocumentAnswer, DocumentOrder};
pub use self::{
    known_profile::{KnownProfile, remembered_profile},
    own_office::OwnOfficeError,
    status::StatusError,
};
use crate::{
    config::{Config, Timeouts},
    journal::{Journal, JournalError},
    platform::{self, KeyFileError},
    stationery::Stationery,
};

/// Largest message that is taken: one CMS of 1 MiB, or a page of a thousand signatures without theirs.
const RECEIVE_LIMIT_BYTES: usize = 2 * 1024 * 1024;
/// Largest message that is sent: a batch of a thousand digests has about 400 KiB, a chunk 256 KiB.
const SEND_LIMIT_BYTES: usize = 2 * 1024 * 1024;
/// HTTP/2 PING while calls are under way, so that a silent loss of the line is noticed within half a minute.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(20);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// Flow-control windows: a signed document of some MiB comes back in few round trips.
const STREAM_WINDOW_BYTES: u32 = 1024 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 4 * 1024 * 1024;

/// The kecamatan side of the signing service. Cheap to clone; clones share one connection.
#[derive(Debug, Clone)]
pub struct Client {
    service: SigningServiceClient<Channel>,
    documents: DocumentServiceClient<Channel>,
    journal: Journal,
    state_dir: PathBuf,
    settings: Settings,
    pub(crate) stationery: Option<Arc<Stationery>>,
}

/// What a client takes from its configuration beside the connection.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Most documents prepared, or single calls under way, at one time.
    pub concurrency: NonZeroUsize,
    /// Where signing statements are found.
    pub oid_arc: OidArc,
    /// How long each step may take.
    pub timeouts: Timeouts,
    /// The office that the client certificate names. A profile of another one is refused.
    pub office: Option<OfficeId>,
}

/// Why a client cannot be made of its configuration.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// A certificate file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The client certificate names no office.
    #[error("{} is not the certificate of an office", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why.
        source: OwnOfficeError,
    },
    /// The key file cannot be used.
    #[error("the key of the office cannot be used")]
    Key(#[from] KeyFileError),
    /// TLS does not take the certificates, or the key does not belong to them.
    #[error("the certificates and the key are not usable for TLS")]
    Tls(#[from] tonic::transport::Error),
    /// The journal cannot be opened.
    #[error("the journal cannot be opened")]
    Journal(#[from] JournalError),
}

impl Client {
    /// Makes a client. The service need not be there yet: the connection is made by the first call.
    ///
    /// # Errors
    ///
    /// [`ConnectError`], all of them about this machine's files.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    #[expect(clippy::unused_async, reason = "the channel needs a runtime, which an async function promises")]
    pub async fn connect(config: &Config) -> Result<Self, ConnectError> {
        let certificate = read(&config.certificate)?;
        let office = own_office(&certificate)
            .map_err(|source| ConnectError::Certificate { path: config.certificate.clone(), source })?;
        let tls = ClientTlsConfig::new()
            .ca_certificate(Certificate::from_pem(read(&config.access_anchor)?))
            .identity(Identity::from_pem(certificate, platform::read_key_file(&config.key)?))
            .timeout(config.timeouts.connect);
        let tls = match &config.server_name {
            Some(name) => tls.domain_name(name),
            None => tls,
        };
        let channel = endpoint(Endpoint::from(config.server.clone()), config.timeouts.connect).tls_config(tls)?;
        let settings = Settings {
            concurrency: config.concurrency,
            oid_arc: config.oid_arc,
            timeouts: config.timeouts,
            office: Some(office),
        };
        Ok(Self::over(channel.connect_lazy(), &config.state_dir, settings)?)
    }

    /// Makes a client over a channel of the caller's: a tunnel, or a pipe within one process.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the journal cannot be opened in `state_dir`.
    pub fn over(channel: Channel, state_dir: &Path, settings: Settings) -> Result<Self, JournalError> {
        let documents = DocumentServiceClient::new(channel.clone())
            .max_decoding_message_size(RECEIVE_LIMIT_BYTES)
            .max_encoding_message_size(SEND_LIMIT_BYTES);
        let service = SigningServiceClient::new(channel)
            .max_decoding_message_size(RECEIVE_LIMIT_BYTES)
            .max_encoding_message_size(SEND_LIMIT_BYTES);
        let (journal, state_dir) = (Journal::open(state_dir)?, state_dir.to_owned());
        Ok(Self { service, documents, journal, state_dir, settings, stationery: None })
    }

    /// The journal of unfinished requests.
    #[must_use]
    pub const fn journal(&self) -> &Journal {
        &self.journal
    }

    pub(crate) const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// This client with another patience: `Duration::ZERO` makes one attempt at each request.
    #[must_use]
    pub fn giving_up_after(mut self, give_up: Duration) -> Self {
        self.settings.timeouts.give_up = give_up;
        self
    }
}

fn endpoint(endpoint: Endpoint, connect: Duration) -> Endpoint {
    endpoint
        .connect_timeout(connect)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
}

fn read(path: &Path) -> Result<Vec<u8>, ConnectError> {
    fs::read(path).map_err(|source| ConnectError::Unreadable { path: path.to_owned(), source })
}
