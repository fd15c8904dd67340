//! Steps 3 and 4: whose signature is it, and did his key make it? (EN 319 102-1, 5.2.3 and 5.2.7.)
//!
//! Job: find the certificate that the SignerInfo names among those that the CMS carries, and verify the signature
//! value over the signed attributes as they stand.
//! Invariant: [`Authentic`] holds the certificate with whose key the value was verified; no other certificate is ever
//! reported as the signer's.

use crate::certificate::Certificate;
use crate::cms::{Attributes, SignerIdentifier};
use crate::crypto::{self, CryptoFailure, DigestAlgorithm, Implementation, KeyKind, SignatureAlgorithm};
use crate::findings::Finding;
use crate::format::WellFormed;
use crate::names;

/// The certificate that the signature names. Nothing is proved by that alone.
#[derive(Debug)]
pub(crate) struct NamedCertificate(Certificate);

impl NamedCertificate {
    /// Finds it (RFC 5652, 5.3). Several may carry the name: the one that the signature binds is meant, and
    /// `signed_attributes` checks that binding.
    pub(crate) fn establish(form: &WellFormed<'_>, certificates: &[Certificate]) -> Result<Self, Finding> {
        let named = certificates.iter().filter(|certificate| match form.signer_info().identifier {
            SignerIdentifier::IssuerAndSerial { issuer, serial } => {
                certificate.serial() == serial && is_copy(issuer, certificate.issuer())
            }
            SignerIdentifier::SubjectKeyIdentifier(wanted) => {
                certificate.extensions().subject_key_id.is_some_and(|span| span.of(certificate.as_der()) == wanted)
            }
        });
        let named: Vec<&Certificate> = named.collect();
        let bound = named.iter().find(|certificate| crate::signed_attributes::binds(form, certificate));
        let chosen = bound.or(named.first()).ok_or(Finding::SigningCertificateMissing)?;
        Ok(Self((*chosen).clone()))
    }

    pub(crate) fn certificate(&self) -> &Certificate {
        &self.0
    }
}

/// The name was taken from the certificate: the same characters, in whatever string type a writer put them. The laxer comparison
/// of RFC 5280, 7.1 is for names that two people wrote; nothing signs this one, so what was changed in it must be seen.
fn is_copy(name: &[u8], original: &[u8]) -> bool {
    name == original || names::is_same(name, original) && names::display_full(name) == names::display_full(original)
}

/// The signature value was made with this certificate's key over the signed attributes.
#[derive(Debug)]
pub(crate) struct Authentic {
    certificate: Certificate,
    key: KeyKind,
    algorithm: SignatureAlgorithm,
}

impl Authentic {
    /// Verifies the value. `content` is what was signed when there are no signed attributes.
    pub(crate) fn establish(
        form: &WellFormed<'_>,
        named: &NamedCertificate,
        content: &[&[u8]],
        implementation: Implementation,
    ) -> Result<Self, Finding> {
        let signer_info = form.signer_info();
        let unknown = |unknown: crypto::identifier::UnknownAlgorithm| Finding::AlgorithmUnknown(unknown.0);
        let digest = signer_info.digest_algorithm.digest();
        // `rsaEncryption` leaves the digest to digestAlgorithm; where that is unknown the value cannot be judged.
        let algorithm = match digest {
            Ok(digest) => signer_info.signature_algorithm.signer_info_signature(digest),
            Err(_) => signer_info.signature_algorithm.signature(),
        }
        .map_err(unknown)?;
        let key = named.0.public_key().map_err(unknown)?;
        // RFC 5652, 5.4: the attributes under the tag of a SET, or without attributes the content itself.
        let signed = form.signed_attributes().map_or_else(|| content.concat(), Attributes::to_signed_octets);
        match crypto::verify(implementation, &key, algorithm, &signed, signer_info.signature) {
            Ok(()) => Ok(Self { certificate: named.0.clone(), key: key.kind(), algorithm }),
            Err(CryptoFailure::ValueWrong | CryptoFailure::KeyMismatch) => Err(Finding::SignatureValueWrong),
            Err(CryptoFailure::Unsupported) => Err(Finding::AlgorithmUnsupported),
        }
    }

    pub(crate) fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    pub(crate) fn key(&self) -> KeyKind {
        self.key
    }

    pub(crate) fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The algorithms of the signature agree with each other: RFC 5652, 10.1.1 for a digest that is named twice, RFC
    /// 8419, 3 for Ed25519, which is used with SHA-512.
    pub(crate) fn agrees_with(&self, digest: DigestAlgorithm) -> bool {
        digest == self.algorithm.digest().unwrap_or(DigestAlgorithm::Sha512)
    }
}
