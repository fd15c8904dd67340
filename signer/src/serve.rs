//! The service on its port: accept, serve, reload, drain.
//!
//! [`run`] does everything that a configuration says; [`serve`] takes the parts ready-made. The order at start: files
//! of mTLS, the register with its lock, the acts that a crash left open, the port. So whoever can connect finds a
//! service that is whole.
//!
//! The order at the end: health says NOT_SERVING, the port is closed, the requests under way finish within the drain
//! time, the rest is cut. When the register stops, the same happens within a second.

use std::future::Future;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use evidence::CommitmentKey;
use keys::secret_file::{self, Kept};
use keys::{KeyError, SealKey, StatusKey};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc, watch};
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;
use tracing::Instrument;

use crate::accept::{Handshaking, LogBudget, Refusal, Slots, accept_next, establish};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, ServiceKeys, Settings};
use crate::limits::{self, ServerLimits, seconds};
use crate::offices::{Offices, OfficesError};
use crate::publish::{Publisher, StatusLists};
use crate::register::{OpenError, Register, StopCause};
use crate::seal::SealMaker;
use crate::service::{DocumentServiceImpl, SigningServiceImpl};
use crate::signer::{ReservationTerms, Signer, SignerParts, StartError};
use crate::tls::{TlsError, TlsSetup};
use crate::wire::server::document_service_server::DocumentServiceServer;
use crate::wire::server::signing_service_server::SigningServiceServer;

mod call;
mod connection;
mod deadline;
mod descriptors;
mod refusal;
mod reload;

use connection::{Phase, drive};
#[cfg(test)]
pub(crate) use refusal::Refused;

type SigningService = SigningServiceServer<SigningServiceImpl>;

/// Time for the requests under way to be told that the register stopped.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// Time for the last status lists after the last request.
const LAST_LISTS: Duration = Duration::from_secs(5);

/// Name under which the health service tells whether the status lists are as fresh as they must be.
const STATUS_LISTS: &str = "teken.v1.StatusLists";

/// Unfinished handshakes that are sent away when descriptors run out.
const LET_GO: usize = 32;

/// Why the service did not start, or stopped.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The files of mTLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The commitment key's file.
    #[error("the commitment key is refused: {0}")]
    CommitmentKey(KeyError),
    /// The commitment key has another length.
    #[error("the commitment key in {} has {length} octets; it must have 32", path.display())]
    CommitmentKeyLength {
        /// The file.
        path: PathBuf,
        /// Its length in octets.
        length: usize,
    },
    /// The configuration names a key that was not opened.
    #[error("the configuration has [{table}], and its key was not opened; open the keys with Settings::load_keys")]
    KeyNotOpened {
        /// The table that names the key.
        table: &'static str,
    },
    /// The offices.
    #[error("the offices are refused: {0}")]
    Offices(#[from] OfficesError),
    /// The register cannot be opened.
    #[error(transparent)]
    Register(#[from] OpenError),
    /// The register's acts or the credential do not allow a start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The port cannot be opened.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The register stopped while the service ran: what was being recorded is in doubt.
    #[error("the register stopped: {0}")]
    RegisterStopped(StopCause),
}

/// Runs the service that a configuration describes until `shutdown`, then drains it.
///
/// # Errors
///
/// [`ServeError`] when it cannot start, or when the register stops.
pub async fn run(
    config: Config,
    keys: impl Into<ServiceKeys>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    run_reloadable(config, keys, Arc::new(Notify::new()), shutdown).await
}

/// As [`run`]; each notification of `look_now` makes it look at its files at once, as SIGHUP does for the program.
///
/// # Errors
///
/// As [`run`].
pub async fn run_reloadable(
    config: Config,
    keys: impl Into<ServiceKeys>,
    look_now: Arc<Notify>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let settings = &config.settings;
    let ServiceKeys { credential, seal, status } = keys.into();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    descriptors::allow(&settings.limits);

    // 1. Who may connect, and who may sign.
    let tls = TlsSetup::load(settings.tls.clone(), Arc::clone(&clock))?;
    let offices = Arc::new(Offices::new(settings.offices.clone())?);

    let commitment_key = commitment_key(&settings.commitment_key)?;

    // 2. The register, and an end for every act that a crash left open.
    let signer = Signer::open(SignerParts {
        credential,
        register: Register::open(&settings.register, Arc::clone(&clock))?,
        commitment_key,
        offices: Arc::clone(&offices),
        clock,
        limits: pades::Limits {
            input_bytes: usize::try_from(settings.limits.document_bytes.get()).unwrap_or(usize::MAX),
            ..pades::Limits::service()
        },
        oid_arc: settings.oid_arc,
        signer_title: settings.signer_title.clone(),
        batch_size: settings.limits.batch_size.get(),
    })?;
    let signer = Arc::new(with_documents(signer, settings, seal, status)?);
    let mut shutdown = pin!(shutdown);
    tokio::select! {
        recovered = signer.recover() => drop(recovered?),
        () = shutdown.as_mut() => return Ok(()), // the next start goes on with it
    }

    // 3. The port.
    let listen = |source| ServeError::Listen { address: settings.listen, source };
    let listener = TcpListener::bind(settings.listen).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    tracing::info!(%address, register = %settings.register.display(), offices = settings.offices.len(), "listening");
    // Whoever started us may have closed standard output; that is no reason to end.
    let _nobody_reads = writeln!(io::stdout(), "listening on {address}").and_then(|()| io::stdout().flush());

    // 4. The status lists, beside it.
    let (stop_publishing, stopped) = watch::channel(false);
    let publishing = Publisher::new(Arc::clone(&signer)).map(|publisher| tokio::spawn(publisher.run(stopped)));

    let limits = settings.limits.clone();
    let watching = reload::watch(config, tls.clone(), offices, look_now);
    let mut serving = pin!(serve(listener, signer, tls, limits, shutdown));
    let ended = tokio::select! {
        ended = &mut serving => ended,
        never = watching => match never {},
    };
    // What the last requests changed is published now rather than at the next start.
    stop_publishing.send_replace(true);
    if let Some(publishing) = publishing
        && tokio::time::timeout(LAST_LISTS, publishing).await.is_err()
    {
        tracing::warn!("the last status lists are not published; the next start publishes them");
    }
    ended
}

/// Adds what the configuration says about seals, status lists and reservations.
fn with_documents(
    signer: Signer,
    settings: &Settings,
    seal_key: Option<SealKey>,
    status_key: Option<StatusKey>,
) -> Result<Signer, ServeError> {
    let mut signer = signer.with_reservations(ReservationTerms::of(&settings.limits));
    if let Some(seal) = &settings.seal {
        let key = seal_key.ok_or(ServeError::KeyNotOpened { table: "seal" })?;
        signer = signer.with_seals(SealMaker::new(key, seal.prefix.clone(), seal.document_types.clone()));
    }
    if let Some(status) = &settings.status {
        let key = status_key.ok_or(ServeError::KeyNotOpened { table: "status" })?;
        let within = seconds(status.publish_seconds);
        signer =
            signer.with_status_lists(StatusLists::new(key, status.directory.clone(), status.prefix.clone(), within));
    }
    Ok(signer)
}

/// Serves the signer on a listener until `shutdown`, then drains it.
///
/// # Errors
///
/// [`ServeError::RegisterStopped`].
pub async fn serve(
    listener: TcpListener,
    signer: Arc<Signer>,
    tls: TlsSetup,
    limits: ServerLimits,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let service = SigningService::new(SigningServiceImpl::new(Arc::clone(&signer)))
        .max_decoding_message_size(limits::MESSAGE_BYTES)
        .max_encoding_message_size(limits::MESSAGE_BYTES);
    let documents = DocumentServiceServer::new(DocumentServiceImpl::new(Arc::clone(&signer)))
        .max_decoding_message_size(limits::MESSAGE_BYTES)
        .max_encoding_message_size(limits::MESSAGE_BYTES);
    let routes = Routes::new(service).add_service(documents);
    let mut fatal = signer.fatal();
    let mut stopped = None;
    let ends = async {
        tokio::select! {
            () = shutdown => seconds(limits.drain_seconds),
            cause = first_stop(&mut fatal) => {
                tracing::error!(%cause, "the register stopped; the service ends");
                stopped = Some(cause);
                LAST_ANSWERS.min(seconds(limits.drain_seconds))
            }
        }
    };
    let names = vec![SigningService::NAME, <DocumentServiceServer<DocumentServiceImpl> as NamedService>::NAME];
    let lists = signer.status_lists.as_deref().map(StatusLists::health);
    let drain = serve_routes(listener, routes, (names, lists), tls, limits.clone(), ends).await;
    if stopped.is_none() {
        // A caller that went away does not end its act: it, too, gets what is left of the drain time.
        if tokio::time::timeout(drain, signer.idle()).await.is_err() {
            tracing::warn!("acts are still under way; the next start ends them");
        }
        stopped = *fatal.borrow();
    }
    stopped.map_or(Ok(()), |cause| Err(ServeError::RegisterStopped(cause)))
}

async fn first_stop(fatal: &mut watch::Receiver<Option<StopCause>>) -> StopCause {
    loop {
        if let Some(cause) = *fatal.borrow_and_update() {
            return cause;
        }
        if fatal.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}

/// Serves `routes`, with health and reflection beside them, until `ends` gives the time for the requests under way.
/// Returns what is left of that time.
pub(crate) async fn serve_routes(
    listener: TcpListener,
    routes: Routes,
    (names, lists): (Vec<&'static str>, Option<watch::Receiver<bool>>),
    tls: TlsSetup,
    limits: ServerLimits,
    ends: impl Future<Output = Duration>,
) -> Duration {
    let (routes, health) = health_and_reflection(routes);
    set_health(&health, &names, ServingStatus::Serving).await;
    let lists = lists.map(|lists| tokio::spawn(tell_lists(health.clone(), lists)));

    let limits = Arc::new(limits);
    let slots = Arc::new(Slots::new(&limits));
    let lines = Arc::new(LogBudget::default());
    let (phases, phase) = watch::channel(Phase::Open);
    // Every connection holds a sender; the receiver ends when the last of them is gone.
    let (alive, mut all_gone) = mpsc::channel::<()>(1);
    let mut ends = pin!(ends);

    let drain = {
        let listener = listener; // dropped at the end of this block: the port is closed before the drain begins
        let mut next = pin!(next_connection(&listener, &slots));
        loop {
            let (stream, peer) = tokio::select! {
                drain = ends.as_mut() => break drain,
                accepted = next.as_mut() => accepted,
            };
            next.set(next_connection(&listener, &slots));
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%peer, %error, "the connection died before its handshake");
                continue;
            }
            let Some(slot) = slots.enter() else {
                let refusal = Refusal::Full { limit: limits.connections.get() };
                tracing::info_span!("connection", %peer).in_scope(|| log_refusal(&lines, &refusal));
                continue;
            };
            let connection = Connection {
                routes: routes.clone(),
                tls: tls.clone(),
                limits: Arc::clone(&limits),
                phase: phase.clone(),
                lines: Arc::clone(&lines),
            };
            let alive = alive.clone();
            let span = tracing::info_span!("connection", %peer);
            let served = async move {
                connection.serve(stream, slot).await;
                drop(alive);
            };
            tokio::spawn(served.instrument(span));
        }
    };

    set_health(&health, &names, ServingStatus::NotServing).await;
    if let Some(lists) = lists {
        lists.abort();
    }
    phases.send_replace(Phase::Draining);
    drop(alive);
    tracing::info!(seconds = drain.as_secs(), "draining: no new connections");
    let began = tokio::time::Instant::now();
    if tokio::time::timeout(drain, all_gone.recv()).await.is_err() {
        tracing::warn!("the drain time is over; connections are cut");
        phases.send_replace(Phase::Ended);
        all_gone.recv().await;
    }
    drain.saturating_sub(began.elapsed())
}

/// Adds health (gRPC health checking protocol) and reflection (v1) to the routes.
fn health_and_reflection(routes: Routes) -> (Routes, HealthReporter) {
    let (health, health_service) = tonic_health::server::health_reporter();
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(proto::teken::v1::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
        .expect("both descriptor sets were made by the build of their crates");
    let routes = routes
        .add_service(health_service.max_decoding_message_size(limits::MESSAGE_BYTES))
        .add_service(reflection.max_decoding_message_size(limits::MESSAGE_BYTES))
        .prepare();
    (routes, health)
}

async fn set_health(health: &HealthReporter, names: &[&str], status: ServingStatus) {
    for name in std::iter::once("").chain(names.iter().copied()) {
        health.set_service_status(name, status).await;
    }
}

/// Tells for ever whether the status lists are as fresh as they must be. Signing does not depend on it.
async fn tell_lists(health: HealthReporter, mut lists: watch::Receiver<bool>) {
    loop {
        let fresh = *lists.borrow_and_update();
        let status = if fresh { ServingStatus::Serving } else { ServingStatus::NotServing };
        health.set_service_status(STATUS_LISTS, status).await;
        if lists.changed().await.is_err() {
            return;
        }
    }
}

async fn next_connection(listener: &TcpListener, slots: &Slots) -> (TcpStream, SocketAddr) {
    accept_next(async || listener.accept().await, || slots.give_way(LET_GO)).await
}

/// What a connection is served with.
struct Connection {
    routes: Routes,
    tls: TlsSetup,
    limits: Arc<ServerLimits>,
    phase: watch::Receiver<Phase>,
    lines: Arc<LogBudget>,
}

impl Connection {
    async fn serve<IO>(mut self, stream: IO, slot: Handshaking)
    where
        IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        // Before the handshake, so that a change of the files in between is seen.
        let generations = self.tls.generations();
        let established = tokio::select! {
            established = establish(stream, slot, &self.tls, &self.limits) => established,
            _ = self.phase.wait_for(|phase| *phase != Phase::Open) => return,
        };
        match established {
            Ok(connection) => drive(connection, self.routes, self.limits, generations, self.phase).await,
            Err(refusal) => log_refusal(&self.lines, &refusal),
        }
    }
}

fn log_refusal(lines: &LogBudget, refusal: &Refusal) {
    if refusal.is_mere_absence() {
        // Health checks of a load balancer and scans of a port look like this: no reason to wake anybody.
        tracing::debug!(reason = %refusal, "connection ended");
    } else if let Some(left_out) = lines.take() {
        tracing::warn!(reason = %refusal, left_out, "connection refused");
    }
}

/// Reads the commitment key, so that a check of the configuration can say what is wrong with it.
///
/// # Errors
///
/// [`ServeError::CommitmentKey`], [`ServeError::CommitmentKeyLength`].
pub fn check_commitment_key(path: &Path) -> Result<(), ServeError> {
    commitment_key(path).map(drop)
}

fn commitment_key(path: &Path) -> Result<CommitmentKey, ServeError> {
    let octets = secret_file::read(path, Kept::AsCredential).map_err(ServeError::CommitmentKey)?;
    let octets: [u8; 32] = octets
        .as_slice()
        .try_into()
        .map_err(|_| ServeError::CommitmentKeyLength { path: path.to_owned(), length: octets.len() })?;
    Ok(CommitmentKey::from_bytes(octets))
}

#[cfg(test)]
mod tests;
