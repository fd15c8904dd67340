//! Whether a connection that was let in may still ask: the check before every request.
//!
//! A handshake proves a certificate good at one moment, and a connection lives on for an hour. So each request asks
//! again: when the files of mTLS changed since, the connection's certificates are verified anew with the new anchor and
//! list; when time passed the end of the certificate or of the list, the answer changes without any file. Between
//! changes this costs two comparisons.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustls::CertificateError;
use rustls::pki_types::{CertificateDer, UnixTime};

use super::TlsSetup;

/// The certificates of an open connection, and under which reading of the files they were last found good.
#[derive(Debug)]
pub(crate) struct Admission {
    tls: TlsSetup,
    chain: Vec<CertificateDer<'static>>,
    not_after: u64,
    good_under: AtomicU64,
}

/// Whether a connection may ask for something now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Its certificate holds.
    Good,
    /// Its certificate is revoked, expired, or no longer the anchor's.
    Refused,
    /// The revocation list is stale: nobody can tell, and doubt stops signing.
    Unknown,
}

impl Admission {
    /// `chain`, client certificate first, was verified in a handshake under the reading `generation`; it ends at
    /// `not_after` (Unix seconds).
    pub(crate) fn new(tls: TlsSetup, chain: Vec<CertificateDer<'static>>, not_after: u64, generation: u64) -> Self {
        Self { tls, chain, not_after, good_under: AtomicU64::new(generation) }
    }

    /// Whether the connection may ask for something now.
    pub(crate) fn standing(&self) -> Standing {
        let access = self.tls.access();
        let now = self.tls.now_unix();
        if now > self.not_after {
            return Standing::Refused;
        }
        if now >= access.crl_next_update {
            return Standing::Unknown;
        }
        if self.good_under.load(Ordering::Relaxed) == access.generation {
            return Standing::Good;
        }
        let Some((end_entity, intermediates)) = self.chain.split_first() else {
            return Standing::Refused;
        };
        let now = UnixTime::since_unix_epoch(Duration::from_secs(now));
        match access.verifier.verify_client_cert(end_entity, intermediates, now) {
            Ok(_) => {
                self.good_under.store(access.generation, Ordering::Relaxed);
                Standing::Good
            }
            Err(rustls::Error::InvalidCertificate(
                CertificateError::UnknownRevocationStatus
                | CertificateError::ExpiredRevocationList
                | CertificateError::ExpiredRevocationListContext { .. },
            )) => Standing::Unknown,
            Err(_) => Standing::Refused,
        }
    }
}
