//! A throw-away agency, a server on a pipe and clients that connect to it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::Duration;

use evidence::OfficeId;
use http::{Request, Response, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo};
use keys::Passphrase;
use keys::agency::{Agency, AgencyOptions, Authority, Purpose, RevocationReason};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::DuplexStream;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic::transport::{Channel, Endpoint};
use tower::Service;

use crate::accept::Slots;
use crate::clock::Clock;
use crate::config::TlsFiles;
use crate::limits::ServerLimits;
use crate::serve::connection::Phase;
use crate::serve::{Connection, health_and_reflection};
use crate::tls::TlsSetup;

/// 2026-01-01T00:00:00Z: when the agency is made.
pub(super) const NOW: u64 = 1_767_225_600;
pub(super) const DAY: u64 = 24 * 60 * 60;

/// A clock that stands where it is put.
#[derive(Debug)]
pub(super) struct TestClock(AtomicU64);

impl TestClock {
    pub(super) fn set(&self, now: u64) {
        self.0.store(now, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now_unix(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub(super) fn passphrase() -> Passphrase {
    Passphrase::new("frasa sandi uji coba").expect("a passphrase")
}

pub(super) fn office(id: &str) -> OfficeId {
    OfficeId::parse(id).expect("an office id")
}

/// Agencies are made once for all tests, since each costs several scrypt derivations, and copied for those that change
/// theirs.
static MADE: LazyLock<[tempfile::TempDir; 2]> = LazyLock::new(|| {
    ["Dinas Contoh", "Dinas Lain"].map(|organization| {
        let dir = tempfile::tempdir().expect("a directory");
        let passphrase = passphrase();
        let mut options = AgencyOptions::new(organization, "Budi Contoh", "Kepala Dinas", NOW, &passphrase);
        options.offices = ["utara", "selatan"].map(|id| (office(id), format!("Kecamatan {id}"))).to_vec();
        Agency::create(dir.path(), &options).expect("an agency");
        dir
    })
});

/// A copy of the agency, to be changed at will.
pub(super) struct TestAgency {
    dir: tempfile::TempDir,
}

impl TestAgency {
    /// The agency whose service is tested.
    pub(super) fn ours() -> Self {
        Self::copy(MADE[0].path())
    }

    /// Another agency with offices of the same names.
    pub(super) fn foreign() -> Self {
        Self::copy(MADE[1].path())
    }

    fn copy(from: &Path) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        copy_tree(from, dir.path());
        Self { dir }
    }

    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    pub(super) fn files(&self) -> TlsFiles {
        TlsFiles {
            certificate: self.path("signer/server.pem"),
            key: self.path("signer/server.key"),
            client_anchor: self.path("anchors/access.pem"),
            client_crl: self.path("crls/access.crl"),
            reload_seconds: NonZeroU32::MIN,
        }
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Agency, &Passphrase)) {
        let mut agency = Agency::open(self.dir.path()).expect("an agency");
        change(&mut agency, &passphrase());
    }

    /// Revokes an office's certificate, at `NOW`.
    pub(super) fn revoke(&self, id: &str) {
        self.change(|agency, passphrase| {
            let serial = agency
                .issued()
                .find(|(authority, issued)| {
                    *authority == Authority::Access && issued.purpose == Purpose::Office(id.to_owned())
                })
                .map(|(_, issued)| issued.serial.clone())
                .expect("the office's certificate");
            agency.revoke(&serial, RevocationReason::KeyCompromise, NOW, passphrase).expect("a revocation");
        });
    }

    /// What a client of this agency's office connects with. It trusts `server`'s anchor.
    pub(super) fn client(&self, id: &str, server: &Self) -> rustls::ClientConfig {
        self.client_at(id, server, NOW + 1)
    }

    /// The same, with another time on the client's clock.
    pub(super) fn client_at(&self, id: &str, server: &Self, now: u64) -> rustls::ClientConfig {
        self.client_of(id, server, now, rustls::ALL_VERSIONS)
    }

    /// The same, with only these versions of TLS.
    pub(super) fn client_of(
        &self,
        id: &str,
        server: &Self,
        now: u64,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> rustls::ClientConfig {
        let chain = pem_certificates(&self.path(&format!("office/{id}.pem")));
        let key = PrivateKeyDer::from_pem_file(self.path(&format!("office/{id}.key"))).expect("a key");
        client_builder(server, now, versions)
            .with_client_auth_cert(chain, key)
            .map(with_http2)
            .expect("a key of its certificate")
    }

    /// A client without a certificate.
    pub(super) fn nameless_client(server: &Self) -> rustls::ClientConfig {
        with_http2(client_builder(server, NOW + 1, rustls::ALL_VERSIONS).with_no_client_auth())
    }
}

fn client_builder(
    server: &TestAgency,
    now: u64,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> rustls::ConfigBuilder<rustls::ClientConfig, rustls::client::WantsClientCert> {
    let mut roots = rustls::RootCertStore::empty();
    for anchor in pem_certificates(&server.path("anchors/access.pem")) {
        roots.add(anchor).expect("an anchor");
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    rustls::ClientConfig::builder_with_details(provider, Arc::new(ClientTime(now)))
        .with_protocol_versions(versions)
        .expect("protocol versions")
        .with_root_certificates(roots)
}

/// A client's clock stands still, so that only the server's time moves.
#[derive(Debug)]
struct ClientTime(u64);

impl rustls::time_provider::TimeProvider for ClientTime {
    fn current_time(&self) -> Option<rustls::pki_types::UnixTime> {
        Some(rustls::pki_types::UnixTime::since_unix_epoch(Duration::from_secs(self.0)))
    }
}

fn with_http2(mut config: rustls::ClientConfig) -> rustls::ClientConfig {
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}

pub(super) fn pem_certificates(path: &Path) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_file_iter(path).expect("a PEM file").collect::<Result<_, _>>().expect("certificates")
}

fn copy_tree(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a directory").map(|entry| entry.expect("an entry")) {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            std::fs::create_dir(&target).expect("a new directory");
            copy_tree(&source, &target);
            std::fs::set_permissions(&target, std::fs::metadata(&source).expect("a mode").permissions())
                .expect("its mode");
        } else {
            std::fs::copy(&source, &target).expect("a copy, with its mode");
        }
    }
}

/// A server that takes connections over pipes.
pub(super) struct TestServer {
    pub(super) tls: TlsSetup,
    pub(super) clock: Arc<TestClock>,
    pub(super) slow: Arc<Slow>,
    pub(super) phases: watch::Sender<Phase>,
    limits: Arc<ServerLimits>,
    slots: Arc<Slots>,
    routes: Routes,
}

impl TestServer {
    pub(super) fn new(agency: &TestAgency) -> Self {
        Self::with_limits(agency, ServerLimits::default())
    }

    pub(super) fn with_limits(agency: &TestAgency, limits: ServerLimits) -> Self {
        Self::make(agency, limits, NOW + 1)
    }

    /// A server that starts at another time.
    pub(super) fn at(agency: &TestAgency, now: u64) -> Self {
        Self::make(agency, ServerLimits::default(), now)
    }

    fn make(agency: &TestAgency, limits: ServerLimits, now: u64) -> Self {
        let clock = Arc::new(TestClock(AtomicU64::new(now)));
        let tls = TlsSetup::load(agency.files(), Arc::<TestClock>::clone(&clock)).expect("the agency's files");
        let slow = Arc::new(Slow { begun: Notify::new(), go_on: Notify::new() });
        let (routes, _health) = health_and_reflection(Routes::new(SlowService(Arc::clone(&slow))));
        let (phases, _) = watch::channel(Phase::Open);
        let slots = Arc::new(Slots::new(&limits));
        Self { tls, clock, slow, phases, limits: Arc::new(limits), slots, routes }
    }

    /// A new connection: the client's end of its pipe, and the task that ends with it.
    pub(super) fn pipe(&self) -> (DuplexStream, JoinHandle<()>) {
        let (client, server) = tokio::io::duplex(64 * 1024);
        let connection = Connection {
            routes: self.routes.clone(),
            tls: self.tls.clone(),
            limits: Arc::clone(&self.limits),
            phase: self.phases.subscribe(),
            lines: Arc::default(),
        };
        let slot = self.slots.enter().expect("a place");
        (client, tokio::spawn(connection.serve(server, slot)))
    }

    /// A connection after its TLS handshake.
    pub(super) async fn connect(
        &self,
        client: rustls::ClientConfig,
    ) -> (std::io::Result<TlsStream<DuplexStream>>, JoinHandle<()>) {
        let (pipe, ended) = self.pipe();
        (handshake(pipe, client).await, ended)
    }

    /// A client over one connection, with the connection's task. The server may not have judged the client certificate
    /// yet.
    pub(super) async fn client(&self, client: rustls::ClientConfig) -> (Client, JoinHandle<()>) {
        let (stream, ended) = self.connect(client).await;
        let stream = TokioIo::new(stream.expect("a handshake"));
        let (sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await.expect("an HTTP/2 connection");
        tokio::spawn(connection);
        (Client(sender), ended)
    }

    /// The same after a first call, so that the certificate was judged.
    pub(super) async fn used_client(&self, client: rustls::ClientConfig) -> (Client, JoinHandle<()>) {
        let (mut client, ended) = self.client(client).await;
        self.slow.go_on.notify_one();
        assert_eq!(client.call("Wait", &[], Body::empty()).await.code(), tonic::Code::Ok);
        self.slow.begun.notified().await;
        (client, ended)
    }

    /// tonic's client over one connection that is not made again.
    pub(super) async fn channel(&self, client: rustls::ClientConfig) -> (Channel, JoinHandle<()>) {
        let (stream, ended) = self.connect(client).await;
        let mut stream = Some(stream.expect("a handshake"));
        let connector = tower::service_fn(move |_: Uri| {
            let stream = stream.take().map(TokioIo::new).ok_or(std::io::Error::from(std::io::ErrorKind::NotConnected));
            async move { stream }
        });
        let endpoint = Endpoint::from_static("http://localhost");
        (endpoint.connect_with_connector(connector).await.expect("an HTTP/2 connection"), ended)
    }
}

pub(super) async fn handshake(
    pipe: DuplexStream,
    client: rustls::ClientConfig,
) -> std::io::Result<TlsStream<DuplexStream>> {
    TlsConnector::from(Arc::new(client)).connect(ServerName::try_from("localhost").expect("a name"), pipe).await
}

/// A client without a will of its own: no deadline, no second try.
#[derive(Clone)]
pub(super) struct Client(hyper::client::conn::http2::SendRequest<Body>);

impl Client {
    /// Calls a method of the slow service with this body, and returns the status with which it ends; UNKNOWN when the
    /// call ends without one.
    pub(super) async fn call(&mut self, method: &str, headers: &[(&str, &str)], body: Body) -> tonic::Status {
        let mut request = Request::builder()
            .method("POST")
            .uri(format!("https://localhost/test.Slow/{method}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match self.0.send_request(request.body(body).expect("a request")).await {
            Ok(answer) => answer,
            Err(error) => return tonic::Status::unknown(error.to_string()),
        };
        if let Some(status) = tonic::Status::from_header_map(answer.headers()) {
            return status;
        }
        let mut body = Body::new(answer.into_body());
        while let Some(frame) = next_frame(&mut body).await {
            match frame.map(http_body::Frame::into_trailers) {
                Ok(Ok(trailers)) => {
                    return tonic::Status::from_header_map(&trailers).expect("a status in the trailers");
                }
                Ok(Err(_data)) => {}
                Err(status) => return tonic::Status::unknown(status.to_string()),
            }
        }
        tonic::Status::unknown("the answer ended without a status")
    }
}

/// A method that begins, tells so, and answers when it is told to. It never reads its request unless the path says so.
pub(super) struct Slow {
    pub(super) begun: Notify,
    pub(super) go_on: Notify,
}

#[derive(Clone)]
struct SlowService(Arc<Slow>);

impl NamedService for SlowService {
    const NAME: &'static str = "test.Slow";
}

impl Service<Request<Body>> for SlowService {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let slow = Arc::clone(&self.0);
        Box::pin(async move {
            let path = request.uri().path().to_owned();
            let peer = request.extensions().get::<crate::PeerOffice>().cloned().expect("a peer");
            let mut body = request.into_body();
            match path.as_str() {
                "/test.Slow/Wait" => {
                    drain(&mut body).await;
                    slow.begun.notify_one();
                    slow.go_on.notified().await;
                }
                "/test.Slow/Read" => {
                    slow.begun.notify_one();
                    drain(&mut body).await;
                }
                "/test.Slow/Hold" => {
                    slow.go_on.notified().await;
                    drop(body);
                }
                "/test.Slow/Flood" => return Ok(Response::new(Body::new(Flood))),
                other => panic!("no method {other}"),
            }
            let status = tonic::Status::with_metadata(
                tonic::Code::Ok,
                "",
                tonic::metadata::MetadataMap::from_headers(
                    [("office", peer.office.map_or_else(String::new, |office| office.to_string()))]
                        .into_iter()
                        .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")))
                        .collect(),
                ),
            );
            Ok(status.into_http())
        })
    }
}

async fn drain(body: &mut Body) {
    while let Some(frame) = next_frame(body).await {
        if frame.is_err() {
            return;
        }
    }
}

pub(super) async fn next_frame(body: &mut Body) -> Option<Result<http_body::Frame<bytes::Bytes>, tonic::Status>> {
    std::future::poll_fn(|cx| http_body::Body::poll_frame(std::pin::Pin::new(&mut *body), cx)).await
}

/// A body without end.
struct Flood;

impl http_body::Body for Flood {
    type Data = bytes::Bytes;
    type Error = tonic::Status;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, tonic::Status>>> {
        static OCTETS: [u8; 16 * 1024] = [0; 16 * 1024];
        Poll::Ready(Some(Ok(http_body::Frame::data(bytes::Bytes::from_static(&OCTETS)))))
    }
}

/// `ErrorInfo.reason` of a status.
pub(super) fn reason(status: &tonic::Status) -> String {
    use tonic_types::StatusExt;
    let details = status.get_error_details();
    assert_eq!(details.localized_message().map(|message| message.locale.as_str()), Some("id-ID"), "{status:?}");
    details.error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

/// Limits with these fields changed.
pub(super) fn limits(changes: &[(&str, u32)]) -> ServerLimits {
    let text: String = changes.iter().map(|(field, value)| format!("{field} = {value}\n")).collect();
    toml::from_str(&text).expect("fields of the limits")
}

/// Headers as a map, for asking.
pub(super) fn metadata(status: &tonic::Status) -> HashMap<String, String> {
    status
        .metadata()
        .clone()
        .into_headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect()
}
