//! mTLS: who may connect, and how that changes while the service runs.
//!
//! The four files of [`TlsFiles`] are read together, checked together and swapped together: the certificate with its
//! key, the client anchor and its revocation list become one immutable [`Access`], and a connection is made under
//! exactly one of them. A set that fails a check changes nothing.
//!
//! Client certificates are required and verified (RFC 5280, through webpki) to the client anchor, for `clientAuth`,
//! with the revocation list, which must be current: a stale list refuses everybody, since it cannot say who is still an
//! office. Sessions are never resumed and early data is off, because a resumed session would skip that verification.
//!
//! A connection that is already open is verified again, by the same verifier, when the files change: see [`Admission`].

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use std::{fmt, fs};

use keys::secret_file::{self, Kept};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::time_provider::TimeProvider;
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use x509_cert::der::Decode;

use crate::clock::Clock;
use crate::config::TlsFiles;

mod admission;
mod crl;
mod error;
mod verifier;

pub(crate) use admission::{Admission, Standing};
pub use error::{CrlError, TlsError};
use verifier::LoggingVerifier;

/// ALPN protocol (RFC 7301) of HTTP/2 over TLS: the only one that we speak.
pub(crate) const HTTP2: &[u8] = b"h2";

/// Octets of one file of [`TlsFiles`]; a revocation list of 100,000 entries takes 4 MiB.
const FILE_BYTES: u64 = 16 * 1024 * 1024;

/// The files of mTLS and what they say now. Clones share one state.
#[derive(Clone)]
pub struct TlsSetup(Arc<Shared>);

struct Shared {
    files: TlsFiles,
    clock: Arc<dyn Clock>,
    access: RwLock<Arc<Access>>,
    generations: watch::Sender<u64>,
}

/// What one reading of the files says. Immutable.
#[derive(Debug)]
pub(crate) struct Access {
    /// For new connections.
    pub(crate) server: Arc<ServerConfig>,
    /// The verifier inside `server`, for connections that are already open.
    pub(crate) verifier: Arc<dyn ClientCertVerifier>,
    /// When the revocation list becomes stale, in Unix seconds.
    pub(crate) crl_next_update: u64,
    /// When the service's own certificate ends, in Unix seconds.
    not_after: u64,
    /// Counts readings that were taken over, from 1.
    pub(crate) generation: u64,
    /// SHA-256 over the files.
    content: [u8; 32],
}

/// What a look at the files led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    /// The files are as they were.
    Unchanged,
    /// New connections are made under the new files.
    TakenOver,
}

impl TlsSetup {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// [`TlsError`]: a file cannot be read or used, key and certificate do not match, the revocation list is not the
    /// anchor's or is not current.
    pub fn load(files: TlsFiles, clock: Arc<dyn Clock>) -> Result<Self, TlsError> {
        let contents = Contents::read(&files)?;
        let access = contents.establish(&files, &clock, 1)?;
        let (generations, _) = watch::channel(access.generation);
        Ok(Self(Arc::new(Shared { files, clock, access: RwLock::new(Arc::new(access)), generations })))
    }

    /// Reads the files again, and takes them over if they changed.
    ///
    /// # Errors
    ///
    /// [`TlsError`] as in [`load`](Self::load); what was taken over before then stays.
    pub fn reload(&self) -> Result<Reload, TlsError> {
        let contents = Contents::read(&self.0.files)?;
        let before = self.access();
        if contents.digest() == before.content {
            return Ok(Reload::Unchanged);
        }
        let access = contents.establish(&self.0.files, &self.0.clock, before.generation.saturating_add(1))?;
        self.take_over(access);
        self.0.generations.send_replace(self.access().generation);
        Ok(Reload::TakenOver)
    }

    fn take_over(&self, access: Access) {
        *self.0.access.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(access);
    }

    /// Takes the files over without telling the open connections, so that a test can see what a request alone meets.
    #[cfg(test)]
    pub(crate) fn reload_quietly_for_a_test(&self) {
        let contents = Contents::read(&self.0.files).expect("files");
        let generation = self.access().generation + 1;
        self.take_over(contents.establish(&self.0.files, &self.0.clock, generation).expect("files in order"));
    }

    /// What the files say now.
    pub(crate) fn access(&self) -> Arc<Access> {
        Arc::clone(&self.0.access.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells of every reading that was taken over.
    pub(crate) fn generations(&self) -> watch::Receiver<u64> {
        self.0.generations.subscribe()
    }

    /// Now, in Unix seconds.
    pub(crate) fn now_unix(&self) -> u64 {
        self.0.clock.now_unix()
    }

    /// Seconds until the revocation list becomes stale; 0 when it is.
    #[must_use]
    pub fn crl_seconds_left(&self) -> u64 {
        self.access().crl_next_update.saturating_sub(self.now_unix())
    }

    /// Seconds until the service's own certificate ends; 0 when it has.
    #[must_use]
    pub fn certificate_seconds_left(&self) -> u64 {
        self.access().not_after.saturating_sub(self.now_unix())
    }
}

impl fmt::Debug for TlsSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsSetup").field("files", &self.0.files).field("access", &self.access()).finish_non_exhaustive()
    }
}

/// Our clock as rustls asks for it.
struct TlsTime(Arc<dyn Clock>);

impl TimeProvider for TlsTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(self.0.now_unix())))
    }
}

impl fmt::Debug for TlsTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsTime")
    }
}

/// The four files' octets, read at one moment.
struct Contents {
    certificate: Vec<u8>,
    key: zeroize::Zeroizing<Vec<u8>>,
    client_anchor: Vec<u8>,
    client_crl: Vec<u8>,
}

impl Contents {
    fn read(files: &TlsFiles) -> Result<Self, TlsError> {
        Ok(Self {
            certificate: read(&files.certificate)?,
            key: secret_file::read(&files.key, Kept::AsCredential).map_err(|source| TlsError::KeyFile { source })?,
            client_anchor: read(&files.client_anchor)?,
            client_crl: read(&files.client_crl)?,
        })
    }

    fn digest(&self) -> [u8; 32] {
        let mut whole = Sha256::new();
        for part in [&self.certificate, &*self.key, &self.client_anchor, &self.client_crl] {
            whole.update(Sha256::digest(part)); // digests have one length, so no two sets of files read alike
        }
        whole.finalize().into()
    }

    fn establish(&self, files: &TlsFiles, clock: &Arc<dyn Clock>, generation: u64) -> Result<Access, TlsError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let now = clock.now_unix();

        let chain = certificates(&files.certificate, &self.certificate)?;
        let own = chain.first().ok_or_else(|| TlsError::NoCertificate { path: files.certificate.clone() })?;
        let not_after = current(&files.certificate, own, now)?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| TlsError::NoKey { path: files.key.clone() })?;

        let anchors = certificates(&files.client_anchor, &self.client_anchor)?;
        let mut roots = rustls::RootCertStore::empty();
        for anchor in &anchors {
            current(&files.client_anchor, anchor, now)?;
            roots
                .add(anchor.clone())
                .map_err(|source| TlsError::Anchor { path: files.client_anchor.clone(), source })?;
        }

        let crls = crl::read(&self.client_crl, &anchors, &provider, now)
            .map_err(|source| TlsError::Crl { path: files.client_crl.clone(), source })?;

        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .with_crls(crls.der)
            .enforce_revocation_expiration()
            .build()
            .map_err(|source| TlsError::Verifier { source })?;
        let verifier: Arc<dyn ClientCertVerifier> = Arc::new(LoggingVerifier::new(verifier));

        let mut server = ServerConfig::builder_with_details(provider, Arc::new(TlsTime(Arc::clone(clock))))
            .with_safe_default_protocol_versions()
            .map_err(|source| TlsError::Protocol { source })?
            .with_client_cert_verifier(Arc::clone(&verifier))
            .with_single_cert(chain, key)
            .map_err(|source| match source {
                rustls::Error::InconsistentKeys(_) => {
                    TlsError::KeyMismatch { key: files.key.clone(), certificate: files.certificate.clone() }
                }
                source => TlsError::Key { path: files.key.clone(), source },
            })?;
        server.alpn_protocols = vec![HTTP2.to_vec()];
        server.session_storage = Arc::new(NoServerSessionStorage {});
        server.send_tls13_tickets = 0;
        server.max_early_data_size = 0;

        Ok(Access {
            server: Arc::new(server),
            verifier,
            crl_next_update: crls.next_update,
            not_after,
            generation,
            content: self.digest(),
        })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    let unreadable = |source| TlsError::Unreadable { path: path.to_owned(), source };
    let length = fs::metadata(path).map_err(unreadable)?.len();
    if length > FILE_BYTES {
        return Err(TlsError::TooLarge { path: path.to_owned(), length, limit: FILE_BYTES });
    }
    fs::read(path).map_err(unreadable)
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let no_certificate = || TlsError::NoCertificate { path: path.to_owned() };
    let list: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| no_certificate())?;
    if list.is_empty() { Err(no_certificate()) } else { Ok(list) }
}

/// A certificate of ours must be in its validity period: clients would refuse it, and nobody here would see why. Returns its end.
fn current(path: &Path, der: &CertificateDer<'_>, now: u64) -> Result<u64, TlsError> {
    let certificate =
        x509_cert::Certificate::from_der(der).map_err(|_| TlsError::NoCertificate { path: path.to_owned() })?;
    let validity = certificate.tbs_certificate().validity();
    let not_before = validity.not_before.to_unix_duration().as_secs();
    let not_after = validity.not_after.to_unix_duration().as_secs();
    if now < not_before || now > not_after {
        return Err(TlsError::OutsideValidity { path: path.to_owned(), not_before, not_after, now });
    }
    Ok(not_after)
}
