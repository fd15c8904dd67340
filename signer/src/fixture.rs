//! A whole signer for tests: throw-away agency, register in a directory of its own, a clock that stands where it is
//! put.

use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use evidence::seal::SealPrefix;
use evidence::{CommitmentKey, DocumentType, OfficeId, OidArc, StatusPrefix};
use keys::agency::{Agency, AgencyOptions};
use keys::{
    Credential, Dtbsr, KeyError, KeyId, Passphrase, SealKey, Signing, SigningKey, SoftKey, StatusKey, chain_from_pem,
};
use pades::Limits;
use proto::teken::v1;
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tonic::{Request, Status};
use tonic_types::StatusExt;

use crate::accept::PeerOffice;
use crate::clock::Clock;
use crate::offices::{Office, Offices};
use crate::publish::StatusLists;
use crate::register::Register;
use crate::seal::SealMaker;
use crate::service::{DocumentServiceImpl, SigningServiceImpl};
use crate::signer::{ReservationTerms, Signer, SignerParts};
use crate::wire::server::document_service_server::DocumentService;
use crate::wire::server::signing_service_server::SigningService;

/// 2026-11-24T01:00:00Z; the agency was made a day before.
pub(crate) const NOW: u64 = 1_795_482_000;
const DAY: u64 = 24 * 60 * 60;

/// Offices of every fixture: two in service, one suspended.
pub(crate) const UTARA: &str = "kec-utara";
pub(crate) const SELATAN: &str = "kec-selatan";
pub(crate) const SUSPENDED: &str = "kec-barat";

pub(crate) fn office(id: &str) -> OfficeId {
    OfficeId::parse(id).expect("a test's office id")
}

/// A clock that a test moves.
#[derive(Debug)]
pub(crate) struct TestClock(AtomicU64);

impl TestClock {
    pub(crate) fn at(now: u64) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(now)))
    }

    pub(crate) fn set(&self, now: u64) {
        self.0.store(now, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now_unix(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub(crate) type KeyAndChain = (Arc<dyn SigningKey>, Vec<Vec<u8>>);

fn passphrase() -> Passphrase {
    Passphrase::new("ini hanya untuk uji coba").expect("a passphrase")
}

fn make_agency() -> KeyAndChain {
    let dir = tempfile::tempdir().expect("a directory");
    let (agency, passphrase) = (agency_in(&dir), passphrase());
    let key = SoftKey::load(&agency.layout().signing_key(), &passphrase).expect("the key just made");
    let chain = std::fs::read(agency.layout().signing_chain()).expect("the chain just made");
    (Arc::new(key), chain_from_pem(&chain).expect("a chain"))
}

fn agency_in(dir: &TempDir) -> Agency {
    let passphrase = passphrase();
    let options = AgencyOptions::new("Dinas Contoh", "Contoh Penandatangan", "Kepala Dinas", NOW - DAY, &passphrase);
    Agency::create(&dir.path().join("agency"), &options).expect("a test agency")
}

/// The keys of seals and status lists that all fixtures share.
fn document_keys() -> (SealKey, StatusKey) {
    static AGENCY: OnceLock<(TempDir, Agency)> = OnceLock::new();
    let (_dir, agency) = AGENCY.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a directory");
        let agency = agency_in(&dir);
        (dir, agency)
    });
    let layout = agency.layout();
    let seal = SealKey::open(&layout.seal_key(), &passphrase()).expect("the key just made");
    (seal, StatusKey::open(&layout.status_key(), &passphrase()).expect("the key just made"))
}

/// The key and chain that all fixtures share: making one costs a tenth of a second.
pub(crate) fn key_and_chain() -> KeyAndChain {
    static AGENCY: OnceLock<KeyAndChain> = OnceLock::new();
    AGENCY.get_or_init(make_agency).clone()
}

/// Another agency's.
pub(crate) fn other_key_and_chain() -> KeyAndChain {
    static AGENCY: OnceLock<KeyAndChain> = OnceLock::new();
    AGENCY.get_or_init(make_agency).clone()
}

pub(crate) fn offices() -> Vec<Office> {
    [(UTARA, false), (SELATAN, false), (SUSPENDED, true)]
        .map(|(id, suspended)| Office {
            id: office(id),
            name: "Kecamatan Contoh".to_owned(),
            document_types: vec![DocumentType::surat(), DocumentType::kk()],
            suspended,
            number: Some(5),
            may_set_status: id == UTARA,
        })
        .to_vec()
}

/// A signer and what it is made of.
pub(crate) struct Fixture {
    pub(crate) signer: Arc<Signer>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) offices: Arc<Offices>,
    dir: Arc<TempDir>,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(key_and_chain())
    }

    pub(crate) fn with((key, chain): KeyAndChain) -> Self {
        let dir = Arc::new(tempfile::tempdir().expect("a directory"));
        let offices = Arc::new(Offices::new(offices()).expect("three offices"));
        Self::open(dir, TestClock::at(NOW), offices, (key, chain))
    }

    fn open(dir: Arc<TempDir>, clock: Arc<TestClock>, offices: Arc<Offices>, (key, chain): KeyAndChain) -> Self {
        let register =
            Register::open(&dir.path().join("register.db"), Arc::clone(&clock) as Arc<dyn Clock>).expect("a register");
        let parts = SignerParts {
            credential: Credential::new(key, chain).expect("a key and its chain"),
            register,
            commitment_key: CommitmentKey::from_bytes([9; 32]),
            offices: Arc::clone(&offices),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            limits: Limits { input_bytes: 1024 * 1024, ..Limits::service() },
            oid_arc: OidArc::default(),
            signer_title: None,
            batch_size: 1_000,
        };
        Self { signer: Arc::new(Signer::open(parts).expect("a signer")), clock, offices, dir }
    }

    /// The same signer with seals for surat and KK, and with status lists.
    pub(crate) fn with_documents(self) -> Self {
        self.with_seals_before("https://tte.example.go.id/v#")
    }

    /// As [`Fixture::with_documents`], with another seal prefix.
    pub(crate) fn with_seals_before(self, prefix: &str) -> Self {
        let Self { signer, clock, offices, dir } = self;
        let signer = Arc::into_inner(signer).expect("nobody else holds the signer");
        let (seal_key, status_key) = document_keys();
        let types = vec![DocumentType::surat(), DocumentType::kk()];
        let seals = SealMaker::new(seal_key, SealPrefix::parse(prefix).expect("a prefix"), types);
        let prefix = StatusPrefix::parse("https://tte.example.go.id/status/").expect("a prefix");
        let lists = StatusLists::new(status_key, dir.path().join("status"), prefix, Duration::from_secs(60));
        let terms = ReservationTerms { open_limit: 3, seconds: 900 };
        let signer = signer.with_seals(seals).with_status_lists(lists).with_reservations(terms);
        Self { signer: Arc::new(signer), clock, offices, dir }
    }

    /// Ends this signer as a crash does, and opens another one on the same register.
    pub(crate) fn reopen(self) -> Self {
        self.reopen_with(key_and_chain())
    }

    /// As [`Fixture::reopen`], after a change to the register's file.
    pub(crate) fn reopen_over(self, change: impl FnOnce(&std::path::Path)) -> Self {
        let Self { signer, clock, offices, dir } = self;
        assert_eq!(Arc::strong_count(&signer), 1, "something still holds the signer");
        drop(signer);
        change(&dir.path().join("register.db"));
        Self::open(dir, clock, offices, key_and_chain())
    }

    pub(crate) fn reopen_with(self, credential: KeyAndChain) -> Self {
        let Self { signer, clock, offices, dir } = self;
        assert_eq!(Arc::strong_count(&signer), 1, "something still holds the signer");
        drop(signer);
        Self::open(dir, clock, offices, credential)
    }

    pub(crate) fn register_path(&self) -> PathBuf {
        self.dir.path().join("register.db")
    }

    pub(crate) fn documents(&self) -> DocumentServiceImpl {
        DocumentServiceImpl::new(Arc::clone(&self.signer))
    }

    pub(crate) async fn reserve(
        &self,
        office: &str,
        message: v1::ReserveDocumentRequest,
    ) -> Result<v1::ReserveDocumentResponse, Status> {
        self.documents().reserve_document(from(office, message)).await.map(tonic::Response::into_inner)
    }

    pub(crate) async fn set_status(
        &self,
        office: &str,
        message: v1::SetDocumentStatusRequest,
    ) -> Result<v1::SetDocumentStatusResponse, Status> {
        self.documents().set_document_status(from(office, message)).await.map(tonic::Response::into_inner)
    }

    pub(crate) async fn status(&self, office: &str, name: &str) -> Result<v1::DocumentStatusRecord, Status> {
        let message = v1::GetDocumentStatusRequest { name: name.to_owned() };
        self.documents().get_document_status(from(office, message)).await.map(tonic::Response::into_inner)
    }

    pub(crate) fn service(&self) -> SigningServiceImpl {
        SigningServiceImpl::new(Arc::clone(&self.signer))
    }

    /// A second connection to the register, as an auditor would open it.
    pub(crate) fn sql(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.register_path()).expect("the register's file")
    }

    pub(crate) async fn sign(
        &self,
        office: &str,
        message: v1::SignDigestRequest,
    ) -> Result<v1::SignDigestResponse, Status> {
        self.service().sign_digest(from(office, message)).await.map(tonic::Response::into_inner)
    }

    pub(crate) async fn get(&self, office: &str, name: &str) -> Result<v1::Signature, Status> {
        let key = Some(v1::get_signature_request::Key::Name(name.to_owned()));
        self.service()
            .get_signature(from(office, v1::GetSignatureRequest { key }))
            .await
            .map(tonic::Response::into_inner)
    }
}

/// A message of an office, as the accept loop hands it over.
pub(crate) fn from<T>(office_id: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let peer = PeerOffice { office: Some(office(office_id)), certificate_serial: "01".to_owned() };
    request.extensions_mut().insert(peer);
    request
}

/// The id of the n-th request.
pub(crate) fn request_id(n: u32) -> String {
    format!("0189f7c4-5b1e-7c3a-9d2f-0000{n:08x}")
}

/// The n-th request: its own id, digest and number.
pub(crate) fn request(n: u32) -> v1::SignDigestRequest {
    let mut sha256 = vec![0xd1; 32];
    sha256[..4].copy_from_slice(&n.to_be_bytes());
    v1::SignDigestRequest {
        request_id: request_id(n),
        document_digest: Some(v1::DocumentDigest { sha256 }),
        document: Some(document(n)),
        replaces: String::new(),
        validate_only: false,
        ..v1::SignDigestRequest::default()
    }
}

pub(crate) fn document(n: u32) -> v1::Document {
    v1::Document {
        r#type: v1::DocumentType::Surat.into(),
        number: format!("474/{n}/2026"),
        requesting_officer: "petugas.contoh".to_owned(),
    }
}

/// Code and reason of a refusal, which must have exactly one `ErrorInfo` of our domain and one text in Indonesian.
pub(crate) fn refusal<T: std::fmt::Debug>(answer: Result<T, Status>) -> (tonic::Code, String) {
    let status = answer.expect_err("a refusal");
    let details = status.get_error_details_vec();
    let infos: Vec<_> = details
        .iter()
        .filter_map(|detail| match detail {
            tonic_types::ErrorDetail::ErrorInfo(info) => Some(info.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(infos.len(), 1, "{status:?}");
    assert_eq!(infos[0].domain, "teken.v1");
    assert_eq!(status.get_details_localized_message().map(|message| message.locale), Some("id-ID".to_owned()));
    (status.code(), infos[0].reason.clone())
}

/// Runs a closure before each use of the key, on the thread that uses it.
pub(crate) struct HookedKey<F> {
    inner: Arc<dyn SigningKey>,
    before: F,
}

impl<F> std::fmt::Debug for HookedKey<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("HookedKey").field(&self.inner).finish()
    }
}

impl<F, Fut> SigningKey for HookedKey<F>
where
    F: Fn(Dtbsr) -> Fut + Send + Sync,
    Fut: Future<Output = Result<(), KeyError>> + Send,
{
    fn key_id(&self) -> &KeyId {
        self.inner.key_id()
    }

    fn public_key_sec1(&self) -> &[u8] {
        self.inner.public_key_sec1()
    }

    fn sign<'a>(&'a self, dtbsr: &'a Dtbsr) -> Signing<'a> {
        Box::pin(async move {
            (self.before)(*dtbsr).await?;
            self.inner.sign(dtbsr).await
        })
    }
}

/// The shared key and chain, with something that happens before each use.
pub(crate) fn hooked<F, Fut>(before: F) -> KeyAndChain
where
    F: Fn(Dtbsr) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), KeyError>> + Send + 'static,
{
    let (inner, chain) = key_and_chain();
    (Arc::new(HookedKey { inner, before }), chain)
}

/// A key that cannot be used for so many times.
pub(crate) fn failing(times: usize) -> KeyAndChain {
    let left = AtomicUsize::new(times);
    hooked(move |_| {
        let fails = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        async move { if fails { Err(KeyError::Randomness) } else { Ok(()) } }
    })
}

/// A key that waits until it is let go.
pub(crate) struct Gate {
    /// A permit for each use that has begun.
    pub(crate) begun: Semaphore,
    /// A permit lets one use go on.
    pub(crate) go: Semaphore,
}

pub(crate) fn gated() -> (Arc<Gate>, KeyAndChain) {
    let gate = Arc::new(Gate { begun: Semaphore::new(0), go: Semaphore::new(0) });
    let held = Arc::clone(&gate);
    let key = hooked(move |_| {
        let gate = Arc::clone(&held);
        async move {
            gate.begun.add_permits(1);
            gate.go.acquire().await.expect("the gate stays").forget();
            Ok(())
        }
    });
    (gate, key)
}

/// A one-page PDF with a classic cross-reference table; `text` makes it another one.
pub(crate) fn pdf(text: &str) -> Vec<u8> {
    let stream = format!("BT /F1 12 Tf 72 720 Td (UJI COBA {text}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.7\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(&objects) {
        table += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{number} 0 obj\n{object}\nendobj\n");
    }
    let start = file.len();
    file += &format!("{table}trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    file.into_bytes()
}
