//! A client verifier that says in the log whom it refused and why.
//!
//! The accept loop sees only the error of a failed handshake; the certificate's serial and office are known here alone.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

use crate::accept::{LogBudget, Peer};

#[derive(Debug)]
pub(super) struct LoggingVerifier {
    inner: Arc<dyn ClientCertVerifier>,
    lines: LogBudget,
}

impl LoggingVerifier {
    pub(super) fn new(inner: Arc<dyn ClientCertVerifier>) -> Self {
        Self { inner, lines: LogBudget::default() }
    }

    fn log(&self, end_entity: &CertificateDer<'_>, error: &Error) {
        let Some(left_out) = self.lines.take() else { return };
        match Peer::read(end_entity) {
            // What an unverified certificate says of itself: a hint for the operator, no more.
            Ok(peer) => tracing::warn!(
                serial = peer.office.certificate_serial,
                claimed_office = peer.office.office.as_ref().map(|office| office.as_str()),
                reason = %error,
                left_out,
                "client certificate refused"
            ),
            Err(_) => tracing::warn!(reason = %error, left_out, "client certificate refused"),
        }
    }
}

impl ClientCertVerifier for LoggingVerifier {
    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.inner.verify_client_cert(end_entity, intermediates, now).inspect_err(|error| self.log(end_entity, error))
    }

    fn offer_client_auth(&self) -> bool {
        self.inner.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.inner.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.inner.root_hint_subjects()
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
