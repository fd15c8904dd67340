//! One X.509 certificate, read strictly and once (RFC 5280, 4.1).
//!
//! Job: hold the octets and remember where each part lies, so that what is compared or verified is always what the
//! CA signed, never something re-encoded. Extensions are decoded here ([`Extensions`]); what they mean for a path is
//! decided in `path`.
//! Invariant: a [`Certificate`] is well-formed DER, its two algorithm fields agree, and no extension appears twice.
//!
//! ```text
//! Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue BIT STRING }
//! TBSCertificate ::= SEQUENCE { version [0] DEFAULT v1, serialNumber, signature, issuer, validity, subject,
//!     subjectPublicKeyInfo, issuerUniqueID [1] OPTIONAL, subjectUniqueID [2] OPTIONAL, extensions [3] OPTIONAL }
//! ```

use std::fmt;
use std::sync::Arc;

use crate::asn1::{Asn1ErrorKind, Asn1Result, Element, Reader, Span, single_sequence, tag};
use crate::clock::UnixTime;
use crate::crypto::digest::Digest;
use crate::crypto::identifier::{self, AlgorithmIdentifier, UnknownAlgorithm};
use crate::crypto::{PublicKey, SignatureAlgorithm};
use crate::names;

mod extensions;

pub use crate::asn1::Asn1Error;
pub(crate) use extensions::{Extensions, oids, read_extensions};

/// The longest certificate that is read. Real ones have 1 to 4 KiB; a few national ones with pictures 20 KiB.
pub(crate) const MAX_OCTETS: usize = 256 * 1024;

/// A certificate.
#[derive(Clone)]
pub struct Certificate {
    der: Arc<[u8]>,
    sha256: [u8; 32],
    version: u64,
    tbs: Span,
    serial: Span,
    issuer: Span,
    subject: Span,
    not_before: UnixTime,
    not_after: UnixTime,
    public_key: Span,
    algorithm: Span,
    signature: Span,
    extensions: Extensions,
}

impl Certificate {
    /// Reads a certificate that fills `der`.
    ///
    /// # Errors
    /// Where and how `der` is not one.
    pub fn from_der(der: &[u8]) -> Result<Self, Asn1Error> {
        if der.len() > MAX_OCTETS {
            return Err(Asn1Error { kind: Asn1ErrorKind::Length, offset: 0 });
        }
        let outer = single_sequence(der)?;
        let (tbs, algorithm, signature) = outer.within(|reader| {
            let parts = (reader.sequence()?, reader.sequence()?, reader.expect(tag::BIT_STRING)?);
            parts.2.bit_octets()?;
            Ok(parts)
        })?;
        AlgorithmIdentifier::read(&algorithm)?;
        let mut reader = tbs.reader();
        let version = version(&mut reader)?;
        let serial = reader.expect(tag::INTEGER)?;
        // RFC 5280, 4.1.2.2: at most 20 octets. Negative and zero ones exist and are only ever compared.
        if serial.integer()?.len() > 21 {
            return Err(serial.error(Asn1ErrorKind::Value));
        }
        let inner_algorithm = reader.sequence()?;
        // 4.1.1.2: MUST contain the same algorithm identifier; otherwise what was signed names another one.
        if inner_algorithm.whole != algorithm.whole {
            return Err(inner_algorithm.error(Asn1ErrorKind::Value));
        }
        let issuer = reader.sequence()?;
        let (not_before, not_after) =
            reader.sequence()?.within(|reader| Ok((reader.any()?.time()?, reader.any()?.time()?)))?;
        let subject = reader.sequence()?;
        let public_key = reader.sequence()?;
        let issuer_unique = reader.optional(tag::primitive(1))?;
        let subject_unique = reader.optional(tag::primitive(2))?;
        let extension_list = reader.optional(tag::constructed(3))?;
        reader.finish()?;
        let unique = issuer_unique.or(subject_unique);
        if let Some(unique) = unique.filter(|_| version < 1) {
            return Err(unique.error(Asn1ErrorKind::Order));
        }
        let extensions = match extension_list {
            None => Extensions::default(),
            // 4.1.2.9: extensions only in version 3.
            Some(list) if version < 2 => return Err(list.error(Asn1ErrorKind::Order)),
            Some(list) => list.within(|reader| Extensions::read(&reader.sequence()?))?,
        };
        Ok(Self {
            sha256: Digest::sha256(der),
            version,
            tbs: tbs.span(),
            serial: serial.content_span(),
            issuer: issuer.span(),
            subject: subject.span(),
            not_before,
            not_after,
            public_key: public_key.span(),
            algorithm: algorithm.span(),
            signature: bit_string_octets(&signature),
            extensions,
            der: der.into(),
        })
    }

    /// The certificate's octets.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 over the octets: the certificate's name inside this crate.
    pub fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    /// First moment of validity.
    pub fn not_before(&self) -> UnixTime {
        self.not_before
    }

    /// Last moment of validity.
    pub fn not_after(&self) -> UnixTime {
        self.not_after
    }

    /// The subject for people: its common name, else everything that it says.
    pub fn subject_for_people(&self) -> String {
        names::display(self.subject())
    }

    /// Version minus one, as it is encoded.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// What the CA signed.
    pub(crate) fn tbs(&self) -> &[u8] {
        self.tbs.of(&self.der)
    }

    /// Content octets of the serial number.
    pub(crate) fn serial(&self) -> &[u8] {
        self.serial.of(&self.der)
    }

    /// The issuer's name in DER.
    pub(crate) fn issuer(&self) -> &[u8] {
        self.issuer.of(&self.der)
    }

    /// The subject's name in DER.
    pub(crate) fn subject(&self) -> &[u8] {
        self.subject.of(&self.der)
    }

    /// `SubjectPublicKeyInfo` in DER.
    pub(crate) fn public_key_info(&self) -> &[u8] {
        self.public_key.of(&self.der)
    }

    pub(crate) fn public_key(&self) -> Result<PublicKey<'_>, UnknownAlgorithm> {
        identifier::public_key(self.public_key_info())
    }

    pub(crate) fn signature_algorithm(&self) -> Result<SignatureAlgorithm, UnknownAlgorithm> {
        signature_algorithm(self.algorithm.of(&self.der))
    }

    /// The CA's signature value.
    pub(crate) fn signature(&self) -> &[u8] {
        self.signature.of(&self.der)
    }

    pub(crate) fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Subject and issuer are the same name (RFC 5280, 6.1): a key change or a root, not one more step of trust.
    pub(crate) fn is_self_issued(&self) -> bool {
        names::is_same(self.subject(), self.issuer())
    }
}

/// Reads an `AlgorithmIdentifier` that `Certificate::from_der` or `Crl::from_der` found well formed.
pub(crate) fn signature_algorithm(der: &[u8]) -> Result<SignatureAlgorithm, UnknownAlgorithm> {
    match single_sequence(der).and_then(|sequence| AlgorithmIdentifier::read(&sequence)) {
        Ok(identifier) => identifier.signature(),
        Err(_) => Err(UnknownAlgorithm(crate::oid::Oid::new(&[]))),
    }
}

/// The octets of a BIT STRING behind the count of unused bits, which was found to be 0.
pub(crate) fn bit_string_octets(element: &Element<'_>) -> Span {
    let mut reader = element.reader();
    reader.skip(1);
    reader.rest_span()
}

/// `Version ::= INTEGER { v1(0), v2(1), v3(2) }`, `[0] EXPLICIT`. The default, encoded, is tolerated.
fn version(reader: &mut Reader<'_>) -> Asn1Result<u64> {
    let Some(explicit) = reader.optional(tag::constructed(0))? else { return Ok(0) };
    let version = explicit.within(|reader| reader.expect(tag::INTEGER)?.unsigned())?;
    if version > 2 { Err(explicit.error(Asn1ErrorKind::Value)) } else { Ok(version) }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Certificate")
            .field("subject", &names::display_full(self.subject()))
            .field("issuer", &names::display_full(self.issuer()))
            .field("sha256", &hex::encode(self.sha256))
            .finish_non_exhaustive()
    }
}
