//! The signer's certificates as the profile gives them, with the public key that every CMS is checked against.
//!
//! The office does not judge whether the chain leads to an anchor: that is the verifier's work. It knows the service by mutual TLS,
//! and holds it to the chain that it announced.

use p256::ecdsa::VerifyingKey;
use pades::{CertificateChain, CmsError};
use thiserror::Error;
use x509_cert::{
    Certificate,
    der::{Decode as _, referenced::OwnedToRef as _},
};

/// A certificate chain whose signing certificate has a P-256 key.
#[derive(Debug, Clone)]
pub struct SignerChain {
    chain: CertificateChain,
    public_key: VerifyingKey,
}

/// Why certificates are not a signer's chain.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignerChainError {
    /// A certificate does not parse, comes twice, or none is there.
    #[error("the certificate chain is not usable")]
    Chain(#[from] CmsError),
    /// The service signs with ECDSA on P-256 only.
    #[error("the key of the signing certificate is not on the curve P-256")]
    NotP256,
}

impl SignerChain {
    /// Reads a chain in DER, the signing certificate first.
    ///
    /// # Errors
    ///
    /// [`SignerChainError`].
    pub fn from_der(certificates: impl IntoIterator<Item = Vec<u8>>) -> Result<Self, SignerChainError> {
        let chain = CertificateChain::from_der(certificates)?;
        let signing = Certificate::from_der(chain.signing_certificate().as_der())
            .expect("a chain holds certificates that were parsed by the same library");
        let public_key = VerifyingKey::try_from(signing.tbs_certificate().subject_public_key_info().owned_to_ref())
            .map_err(|_| SignerChainError::NotP256)?;
        Ok(Self { chain, public_key })
    }

    /// The certificates.
    #[must_use]
    pub const fn certificates(&self) -> &CertificateChain {
        &self.chain
    }

    /// The certificates in DER, the signing certificate first.
    pub fn to_der(&self) -> impl Iterator<Item = &[u8]> {
        self.chain.certificates().iter().map(pades::CertificateDer::as_der)
    }

    /// The public key of the signing certificate.
    pub(crate) const fn public_key(&self) -> &VerifyingKey {
        &self.public_key
    }
}

impl PartialEq for SignerChain {
    fn eq(&self, other: &Self) -> bool {
        self.chain == other.chain
    }
}
