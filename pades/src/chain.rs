//! The signer's certificates, parsed once.
//!
//! A service signs thousands of documents with one chain, so everything a signature needs from a
//! certificate (issuerAndSerialNumber, the ESS attribute, the certificates field of the CMS) is
//! computed here, when the chain is loaded. Invariant: every certificate in a [`CertificateChain`]
//! parses as RFC 5280 DER. Whether the chain leads anywhere is the verifier's question.

use const_oid::db::rfc5911::ID_AA_SIGNING_CERTIFICATE_V_2;
use der::{Decode, Tag};
use sha2::{Digest, Sha256};
use x509_cert::Certificate;

use crate::tlv::{self, Element, tlv};
use crate::write_error::CmsError;
use crate::{attributes, ess};

/// One X.509 certificate in DER, checked to parse.
#[derive(Clone, PartialEq, Eq)]
pub struct CertificateDer {
    der: Vec<u8>,
    sha256: [u8; 32],
    /// `IssuerAndSerialNumber` (RFC 5652, 10.2.4), the octets as they stand in the certificate.
    issuer_and_serial_number: Vec<u8>,
    /// The whole signing-certificate-v2 `Attribute`.
    signing_certificate_attribute: Vec<u8>,
}

impl CertificateDer {
    /// Parses one certificate.
    ///
    /// # Errors
    /// [`CmsError::Der`] when `der` is not exactly one certificate in DER.
    pub fn from_der(der: Vec<u8>) -> Result<Self, CmsError> {
        Certificate::from_der(&der)?;
        let (serial_number, issuer) = serial_number_and_issuer(&der)?;
        let sha256: [u8; 32] = Sha256::digest(&der).into();
        let issuer_and_serial_number = tlv(tlv::SEQUENCE, &[issuer, serial_number]);
        let signing_certificate_attribute = attributes::attribute(
            &ID_AA_SIGNING_CERTIFICATE_V_2,
            &ess::signing_certificate_v2(&sha256, issuer, serial_number),
        );
        Ok(Self { der, sha256, issuer_and_serial_number, signing_certificate_attribute })
    }

    /// The certificate's octets.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 over the certificate: its name in signing-certificate-v2.
    #[must_use]
    pub fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    pub(crate) fn issuer_and_serial_number(&self) -> &[u8] {
        &self.issuer_and_serial_number
    }

    pub(crate) fn signing_certificate_attribute(&self) -> &[u8] {
        &self.signing_certificate_attribute
    }
}

impl std::fmt::Debug for CertificateDer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CertificateDer")
            .field("octets", &self.der.len())
            .field("sha256", &self.sha256)
            .finish_non_exhaustive()
    }
}

/// The signing certificate first, then the certificates that issued it, as far as the signer has
/// them. Not empty, no certificate twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateChain {
    certificates: Vec<CertificateDer>,
    /// `[0] IMPLICIT CertificateSet` (RFC 5652, 5.1), members in DER order.
    certificate_set: Vec<u8>,
}

impl CertificateChain {
    /// Parses a chain, the signing certificate first.
    ///
    /// # Errors
    /// [`CmsError::EmptyChain`], [`CmsError::Certificate`], [`CmsError::RepeatedCertificate`].
    pub fn from_der(chain: impl IntoIterator<Item = Vec<u8>>) -> Result<Self, CmsError> {
        let mut certificates: Vec<CertificateDer> = Vec::new();
        for (index, der) in chain.into_iter().enumerate() {
            let certificate = CertificateDer::from_der(der).map_err(|error| match error {
                CmsError::Der(source) => CmsError::Certificate { index, source },
                other => other,
            })?;
            if certificates.contains(&certificate) {
                return Err(CmsError::RepeatedCertificate { index });
            }
            certificates.push(certificate);
        }
        if certificates.is_empty() {
            return Err(CmsError::EmptyChain);
        }
        let members: Vec<&[u8]> = certificates.iter().map(CertificateDer::as_der).collect();
        let certificate_set = tlv::set_of(tlv::CONTEXT_0, &members);
        Ok(Self { certificates, certificate_set })
    }

    /// The signing certificate.
    #[must_use]
    pub fn signing_certificate(&self) -> &CertificateDer {
        self.certificates.first().expect("a chain is not empty")
    }

    /// All certificates, the signing certificate first.
    #[must_use]
    pub fn certificates(&self) -> &[CertificateDer] {
        &self.certificates
    }

    pub(crate) fn certificate_set(&self) -> &[u8] {
        &self.certificate_set
    }
}

/// The serialNumber and issuer elements of a certificate.
///
/// ```text
/// Certificate    ::= SEQUENCE { tbsCertificate TBSCertificate, ... }
/// TBSCertificate ::= SEQUENCE { version [0] EXPLICIT DEFAULT v1, serialNumber INTEGER,
///                               signature AlgorithmIdentifier, issuer Name, ... }
/// ```
pub(crate) fn serial_number_and_issuer(certificate: &[u8]) -> der::Result<(&[u8], &[u8])> {
    let version = Tag::ContextSpecific { constructed: true, number: der::TagNumber(0) };
    let mut certificate = Element::only(certificate, Tag::Sequence)?.reader()?;
    let mut tbs = Element::read(&mut certificate, Tag::Sequence)?.reader()?;
    Element::read_optional(&mut tbs, version)?;
    let serial_number = Element::read(&mut tbs, Tag::Integer)?;
    Element::read(&mut tbs, Tag::Sequence)?;
    let issuer = Element::read(&mut tbs, Tag::Sequence)?;
    Ok((serial_number.raw, issuer.raw))
}
