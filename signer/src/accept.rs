//! The accept loop's parts: from a TCP connection to an [`OfficeConnection`] whose peer is known, or to a refusal that
//! says why.
//!
//! Invariant: no octet of a request is read before the client certificate was verified, and nothing that a peer does,
//! or fails to do, ends the loop: a handshake has a deadline, a full house sends the oldest unfinished handshake away
//! first, and an error of `accept(2)` only makes the loop wait.
//!
//! What the certificate *allows* is not decided here: see `authorize`.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use evidence::OfficeId;
use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tonic::transport::server::Connected;
use x509_cert::der::Decode;

use crate::limits::{ServerLimits, seconds};
use crate::tls::{Admission, HTTP2, TlsSetup};

mod backoff;
mod log_budget;
mod slots;

pub(crate) use backoff::accept_next;
pub(crate) use log_budget::LogBudget;
use slots::Established;
pub(crate) use slots::{Handshaking, Slots};

/// Who is at the other end of a connection, as its verified client certificate says. It stands in the extensions of
/// every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerOffice {
    /// The office; `None` when the certificate is ours but names no office.
    pub office: Option<OfficeId>,
    /// Serial number of the certificate, lower-case hexadecimal.
    pub certificate_serial: String,
}

/// What we read from a client certificate.
pub(crate) struct Peer {
    pub(crate) office: PeerOffice,
    /// End of validity, Unix seconds.
    not_after: u64,
    /// SHA-256 of the DER.
    fingerprint: [u8; 32],
}

impl Peer {
    pub(crate) fn read(der: &CertificateDer<'_>) -> Result<Self, Refusal> {
        let certificate = x509_cert::Certificate::from_der(der).map_err(|_| Refusal::Certificate)?;
        let fields = certificate.tbs_certificate();
        let office = PeerOffice {
            office: keys::office_from_certificate(der).ok(),
            certificate_serial: hex::encode(fields.serial_number().as_bytes()),
        };
        let not_after = fields.validity().not_after.to_unix_duration().as_secs();
        Ok(Self { office, not_after, fingerprint: Sha256::digest(der).into() })
    }
}

/// Why a connection was refused. The peer sees a TLS alert or a closed connection; this is for the log.
#[derive(Debug, Error)]
pub(crate) enum Refusal {
    /// No place, and no unfinished handshake that could give way.
    #[error("all {limit} places are taken by established connections")]
    Full {
        /// The limit.
        limit: u32,
    },
    /// The handshake did not end in time.
    #[error("the TLS handshake took longer than {limit_seconds} s")]
    TooSlow {
        /// The limit.
        limit_seconds: u32,
    },
    /// The house was full, and this was the oldest handshake under way.
    #[error("the connection gave way to a newer one before its TLS handshake was finished")]
    GaveWay,
    /// TLS failed: no client certificate, a bad one, no common version.
    #[error("the TLS handshake failed: {0}")]
    Handshake(io::Error),
    /// The client does not speak HTTP/2.
    #[error("the client did not ask for HTTP/2 (ALPN h2)")]
    NotHttp2,
    /// A verified certificate that we cannot read.
    #[error("the client certificate cannot be read")]
    Certificate,
    /// The certificate has as many connections as it may.
    #[error("the client certificate {serial} has {limit} connections already")]
    TooManyConnections {
        /// Serial number of the certificate.
        serial: String,
        /// The limit.
        limit: u32,
    },
}

impl Refusal {
    /// Whether the peer just went away.
    pub(crate) fn is_mere_absence(&self) -> bool {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
        matches!(self, Self::Handshake(error)
            if matches!(error.kind(), UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe))
    }
}

/// A TLS connection of a verified client. Its [`PeerOffice`] is what tonic calls connect info.
#[derive(Debug)]
pub struct OfficeConnection<IO> {
    stream: TlsStream<IO>,
    peer: PeerOffice,
    pub(crate) admission: Arc<Admission>,
    _slot: Established,
}

/// Does the TLS handshake on a fresh connection, in the place that it was given.
pub(crate) async fn establish<IO>(
    io: IO,
    mut slot: Handshaking,
    tls: &TlsSetup,
    limits: &ServerLimits,
) -> Result<OfficeConnection<IO>, Refusal>
where
    IO: AsyncRead + AsyncWrite + Unpin,
{
    let access = tls.access();
    let handshake = TlsAcceptor::from(Arc::clone(&access.server)).accept(io);
    let stream = tokio::select! {
        biased;
        done = tokio::time::timeout(seconds(limits.handshake_seconds), handshake) => done
            .map_err(|_| Refusal::TooSlow { limit_seconds: limits.handshake_seconds.get() })?
            .map_err(Refusal::Handshake)?,
        () = slot.given_away() => return Err(Refusal::GaveWay),
    };

    let (_, session) = stream.get_ref();
    if session.alpn_protocol() != Some(HTTP2) {
        return Err(Refusal::NotHttp2);
    }
    let chain: Vec<_> =
        session.peer_certificates().unwrap_or_default().iter().cloned().map(CertificateDer::into_owned).collect();
    let peer = Peer::read(chain.first().ok_or(Refusal::Certificate)?)?;
    let slot = slot
        .established(peer.fingerprint)
        .map_err(|limit| Refusal::TooManyConnections { serial: peer.office.certificate_serial.clone(), limit })?;
    let admission = Arc::new(Admission::new(tls.clone(), chain, peer.not_after, access.generation));
    Ok(OfficeConnection { stream, peer: peer.office, admission, _slot: slot })
}

impl<IO> Connected for OfficeConnection<IO> {
    type ConnectInfo = PeerOffice;

    fn connect_info(&self) -> PeerOffice {
        self.peer.clone()
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> AsyncRead for OfficeConnection<IO> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> AsyncWrite for OfficeConnection<IO> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, octets)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, octets)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
