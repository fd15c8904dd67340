//! [`Credential`]: a key together with the chain that certifies it.
//!
//! The only constructor refuses a pair that does not match, so a service that holds a credential can neither sign with a key
//! that its chain does not certify nor with a certificate that is not meant for signatures. Whether the chain is *valid now*
//! is asked at each use ([`Credential::not_before_unix`], [`Credential::not_after_unix`]): a credential outlives a day.

use core::fmt;
use std::sync::Arc;

use x509_cert::ext::pkix::KeyUsages;

use crate::{
    CertificateFault, KeyError, KeyId, SigningKey,
    certificate::{self, Certificate},
    public_key::PublicKey,
};

/// A signing key and its chain, known to belong together.
pub struct Credential {
    key: Arc<dyn SigningKey>,
    chain_der: Vec<Vec<u8>>,
    chain_id: [u8; 32],
    common_name: String,
    title: Option<String>,
    not_before: u64,
    not_after: u64,
}

impl Credential {
    /// Joins a key and its chain (DER, signing certificate first, each issued by the next; the anchor may be left out).
    ///
    /// # Errors
    /// [`KeyError::KeyAndCertificateMismatch`]; [`KeyError::Certificate`] when the chain is not one chain, or its first certificate
    /// is not for signing (a CA's, or a key usage with neither digitalSignature nor nonRepudiation) or names nobody.
    pub fn new(key: Arc<dyn SigningKey>, chain_der: Vec<Vec<u8>>) -> Result<Self, KeyError> {
        let chain = chain_der
            .iter()
            .enumerate()
            .map(|(position, der)| Certificate::from_der_at(der.clone(), position))
            .collect::<Result<Vec<_>, _>>()?;
        certificate::check_chain(&chain)?;
        let signing = chain.first().ok_or(CertificateFault::EmptyChain)?;
        let public_key = PublicKey::from_sec1(key.public_key_sec1())?;
        check_for_signing(signing, &public_key)?;
        let latest = chain.iter().map(Certificate::not_before_unix).max().unwrap_or(u64::MAX);
        let earliest = chain.iter().map(Certificate::not_after_unix).min().unwrap_or(0);
        Ok(Self {
            common_name: signing.subject_common_name().ok_or(CertificateFault::NoCommonName)?,
            title: signing.subject_title(),
            not_before: latest,
            not_after: earliest,
            chain_id: certificate::chain_id(&chain_der),
            key,
            chain_der,
        })
    }

    /// The key.
    pub fn key(&self) -> &Arc<dyn SigningKey> {
        &self.key
    }

    /// DER of the chain, signing certificate first.
    pub fn chain_der(&self) -> &[Vec<u8>] {
        &self.chain_der
    }

    /// Which key this is.
    pub fn key_id(&self) -> &KeyId {
        self.key.key_id()
    }

    /// SHA-256 over the concatenated DER of the chain.
    pub fn chain_id(&self) -> [u8; 32] {
        self.chain_id
    }

    /// From when every certificate of the chain is valid, Unix seconds.
    pub fn not_before_unix(&self) -> u64 {
        self.not_before
    }

    /// Until when (inclusive) every certificate of the chain is valid, Unix seconds.
    pub fn not_after_unix(&self) -> u64 {
        self.not_after
    }

    /// Who signs: the signing certificate's common name.
    pub fn subject_common_name(&self) -> &str {
        &self.common_name
    }

    /// In which office he signs: the signing certificate's title, when it has one.
    pub fn subject_title(&self) -> Option<&str> {
        self.title.as_deref()
    }
}

/// Does this certificate certify this key?
pub(crate) fn check_key_of(certificate: &Certificate, key: &PublicKey) -> Result<(), KeyError> {
    if certificate.spki_der() == key.spki_der() {
        return Ok(());
    }
    Err(KeyError::KeyAndCertificateMismatch { key: key.key_id().clone(), certificate: certificate.key_id() })
}

/// Is this a certificate for signatures with this key?
pub(crate) fn check_for_signing(signing: &Certificate, key: &PublicKey) -> Result<(), KeyError> {
    check_key_of(signing, key)?;
    if signing.is_ca() {
        return Err(CertificateFault::SignerIsACa.into());
    }
    // RFC 5280, 4.2.1.3: without the extension every use is allowed.
    let for_signatures = KeyUsages::DigitalSignature | KeyUsages::NonRepudiation;
    if signing.key_usage().is_some_and(|usage| (usage.0 & for_signatures).is_empty()) {
        return Err(CertificateFault::KeyUsage.into());
    }
    if signing.subject_common_name().is_none() {
        return Err(CertificateFault::NoCommonName.into());
    }
    Ok(())
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("key_id", self.key_id())
            .field("chain_id", &hex::encode(self.chain_id))
            .finish_non_exhaustive()
    }
}
