//! The CMS SignedData that goes into `/Contents` (RFC 5652, 5; EN 319 122-1; EN 319 142-1, 6.3).
//!
//! ```text
//! ContentInfo ::= SEQUENCE { contentType id-signedData, content [0] EXPLICIT SignedData }
//! SignedData  ::= SEQUENCE { version 1, digestAlgorithms SET { sha-256 },
//!                            encapContentInfo SEQUENCE { id-data },   -- no content: detached
//!                            certificates [0] IMPLICIT SET OF Certificate,
//!                            signerInfos SET { SignerInfo } }
//! SignerInfo  ::= SEQUENCE { version 1, sid IssuerAndSerialNumber, digestAlgorithm sha-256,
//!                            signedAttrs [0] IMPLICIT SET OF Attribute,
//!                            signatureAlgorithm ecdsa-with-SHA256, signature OCTET STRING,
//!                            unsignedAttrs [1] IMPLICIT SET OF Attribute OPTIONAL }
//! ```
//!
//! [`Cms`] is exactly this profile, whether made here or read: an office checks with
//! [`Cms::from_der`] what a server returned before it goes into a document. The verifier, which
//! meets other people's signatures, has a reader of its own. Not checked here: the signature
//! value and the path, for this crate has no key and no trust.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::{ID_DATA, ID_SIGNED_DATA};
use const_oid::db::rfc5912::{ECDSA_WITH_SHA_256, ID_SHA_256};
use der::{Reader, Tag, TagNumber};
use sha2::{Digest, Sha256};
use std::ops::Range;

use crate::DocumentDigest;
use crate::attributes::{self, AttributeSet, SignedAttribute};
use crate::chain::{self, CertificateChain};
use crate::options::ContentsSize;
use crate::tlv::{self, Element, tlv};
use crate::write_error::CmsError;

/// No CMS of ours comes near this (DESIGN limits: CMS 1 MiB).
const CMS_LIMIT: usize = 1 << 20;

/// Room for a time-stamp token, added later as an unsigned attribute (B-T).
const TIME_STAMP_ROOM: usize = 8 * 1024;
/// Room for a proof of the transparency log, an unsigned attribute too.
const PROOF_ROOM: usize = 4 * 1024;
/// The gap is a multiple of this, so that its size tells little about its content.
const ROUNDING: usize = 1024;

/// Two INTEGERs of at most 33 octets and their headers (RFC 3279, 2.2.3).
const SIGNATURE_VALUE_MAX: usize = 72;

/// A detached CAdES signature of our profile, in DER.
#[derive(Clone, PartialEq, Eq)]
pub struct Cms {
    der: Vec<u8>,
    message_digest: DocumentDigest,
    signing_certificate_sha256: [u8; 32],
    /// Content of the signedAttrs, without tag and length.
    signed_attributes: Range<usize>,
    signature_value: Range<usize>,
    /// Each certificate of the certificates field.
    certificates: Vec<Range<usize>>,
    signing_certificate: usize,
}

impl Cms {
    /// Reads a CMS and checks it against the profile, each deviation with its own error.
    ///
    /// # Errors
    /// Every variant of [`CmsError`] that names a CMS or a signed attribute.
    pub fn from_der(der: Vec<u8>) -> Result<Self, CmsError> {
        if der.len() > CMS_LIMIT {
            return Err(CmsError::TooLarge { length: der.len(), limit: CMS_LIMIT });
        }
        let parts = Parts::read(&der)?;
        let attributes = AttributeSet::read(&parts.signed_attributes)?.profile()?;
        let signing_certificate = parts.signing_certificate()?;
        let certificate = parts.certificates.get(signing_certificate).map(|found| found.raw).unwrap_or_default();
        if <[u8; 32]>::from(Sha256::digest(certificate)) != attributes.signing_certificate_sha256 {
            return Err(CmsError::SigningCertificateMismatch);
        }
        Ok(Self {
            message_digest: attributes.message_digest,
            signing_certificate_sha256: attributes.signing_certificate_sha256,
            signed_attributes: range_in(&der, parts.signed_attributes.content),
            signature_value: range_in(&der, parts.signature_value.content),
            certificates: parts.certificates.iter().map(|found| range_in(&der, found.raw)).collect(),
            signing_certificate,
            der,
        })
    }

    /// Puts a CMS together. `attributes` is a SET OF (tag 0x31) made by `SignedAttributes`.
    pub(crate) fn assemble(
        attributes: &[u8],
        signature_value: &[u8],
        chain: &CertificateChain,
    ) -> Result<Self, CmsError> {
        check_signature_value(signature_value)?;
        Self::from_parts(assemble(attributes, signature_value, chain))
    }

    fn from_parts(der: Vec<u8>) -> Result<Self, CmsError> {
        Self::from_der(der)
    }

    /// The ContentInfo, ready for `/Contents`.
    #[must_use]
    pub fn to_der(&self) -> &[u8] {
        &self.der
    }

    /// The document digest that was signed. The profile requires it, so it is always there.
    #[must_use]
    pub fn message_digest(&self) -> Option<DocumentDigest> {
        Some(self.message_digest)
    }

    /// The signed attributes as a SET OF (tag 0x31): what was hashed for the key
    /// (RFC 5652, 5.4), not the octets with the implicit tag inside the CMS.
    #[must_use]
    pub fn signed_attributes_der(&self) -> Vec<u8> {
        tlv(tlv::SET, &[self.slice(&self.signed_attributes)])
    }

    /// The value of a signed attribute, one DER element.
    #[must_use]
    pub fn signed_attribute(&self, oid: &ObjectIdentifier) -> Option<Vec<u8>> {
        let set = self.signed_attributes_der();
        let set = Element::only(&set, Tag::Set).ok()?;
        AttributeSet::read(&set).ok()?.value(oid).map(<[u8]>::to_vec)
    }

    /// The signature value, an ECDSA-Sig-Value in DER.
    #[must_use]
    pub fn signature_value(&self) -> &[u8] {
        self.slice(&self.signature_value)
    }

    /// The certificates, in the order of the CMS (DER order, not path order).
    pub fn certificates(&self) -> impl Iterator<Item = &[u8]> {
        self.certificates.iter().map(|range| self.slice(range))
    }

    /// The certificate that the SignerInfo and signing-certificate-v2 both name.
    #[must_use]
    pub fn signing_certificate(&self) -> &[u8] {
        self.certificates.get(self.signing_certificate).map(|range| self.slice(range)).unwrap_or_default()
    }

    /// SHA-256 of the signing certificate.
    #[must_use]
    pub fn signing_certificate_sha256(&self) -> &[u8; 32] {
        &self.signing_certificate_sha256
    }

    fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.der.get(range.clone()).expect("ranges were taken from these octets")
    }
}

impl std::fmt::Debug for Cms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cms")
            .field("octets", &self.der.len())
            .field("message_digest", &self.message_digest)
            .field("certificates", &self.certificates.len())
            .finish_non_exhaustive()
    }
}

/// The size to reserve for `/Contents`: a dry run, then room for a time-stamp token and a proof
/// that come later as unsigned attributes, rounded up to 1 KiB.
#[must_use]
pub fn contents_size(chain: &CertificateChain, extra: &[SignedAttribute]) -> ContentsSize {
    let digest = DocumentDigest::from_sha256([0; 32]);
    let attributes = attributes::set(&digest, chain.signing_certificate(), extra);
    let dry_run = assemble(&attributes, &[0; SIGNATURE_VALUE_MAX], chain);
    let octets = dry_run.len().saturating_add(TIME_STAMP_ROOM).saturating_add(PROOF_ROOM);
    ContentsSize::new(octets.next_multiple_of(ROUNDING))
}

fn assemble(attributes: &[u8], signature_value: &[u8], chain: &CertificateChain) -> Vec<u8> {
    let version = tlv(tlv::INTEGER, &[&[1]]);
    let digest_algorithm = tlv(tlv::SEQUENCE, &[&tlv::oid(&ID_SHA_256)]);
    let signature_algorithm = tlv(tlv::SEQUENCE, &[&tlv::oid(&ECDSA_WITH_SHA_256)]);
    // RFC 5652, 5.4: the attributes stand here under [0] instead of SET OF; nothing else changes.
    let attributes = attributes.split_first().map(|(_, rest)| rest).unwrap_or_default();
    let signer_info = tlv(
        tlv::SEQUENCE,
        &[
            &version,
            chain.signing_certificate().issuer_and_serial_number(),
            &digest_algorithm,
            &[tlv::CONTEXT_0],
            attributes,
            &signature_algorithm,
            &tlv(tlv::OCTET_STRING, &[signature_value]),
        ],
    );
    let signed_data = tlv(
        tlv::SEQUENCE,
        &[
            &version,
            &tlv(tlv::SET, &[&digest_algorithm]),
            &tlv(tlv::SEQUENCE, &[&tlv::oid(&ID_DATA)]),
            chain.certificate_set(),
            &tlv(tlv::SET, &[&signer_info]),
        ],
    );
    tlv(tlv::SEQUENCE, &[&tlv::oid(&ID_SIGNED_DATA), &tlv(tlv::CONTEXT_0, &[&signed_data])])
}

/// The parts of a CMS of our profile, still in place.
struct Parts<'a> {
    certificates: Vec<Element<'a>>,
    issuer_and_serial_number: Element<'a>,
    signed_attributes: Element<'a>,
    signature_value: Element<'a>,
}

impl<'a> Parts<'a> {
    fn read(der: &'a [u8]) -> Result<Self, CmsError> {
        let mut content_info = Element::only(der, Tag::Sequence)?.reader()?;
        let oid = read_oid(&mut content_info)?;
        if oid != ID_SIGNED_DATA {
            return Err(CmsError::NotSignedData { oid });
        }
        let content = Element::read(&mut content_info, context(0))?;
        content_info.finish()?;

        let mut signed_data = Element::only(content.content, Tag::Sequence)?.reader()?;
        check_version(&mut signed_data, "SignedData")?;
        let digest_algorithms = Element::read(&mut signed_data, Tag::Set)?;
        for algorithm in digest_algorithms.members(Tag::Sequence)? {
            check_algorithm(&algorithm, "digest", ID_SHA_256)?;
        }
        let encapsulated = Element::read(&mut signed_data, Tag::Sequence)?;
        if encapsulated.content != tlv::oid(&ID_DATA) {
            return Err(CmsError::NotDetached);
        }
        let certificates = Element::read_optional(&mut signed_data, context(0))?
            .ok_or(CmsError::SigningCertificateMissing)?
            .members(Tag::Sequence)?;
        let signer_infos = Element::read(&mut signed_data, Tag::Set)?.members(Tag::Sequence)?;
        signed_data.finish()?;
        let [signer_info] = signer_infos.as_slice() else {
            return Err(CmsError::SignerCount { found: signer_infos.len() });
        };

        let mut signer_info = signer_info.reader()?;
        check_version(&mut signer_info, "SignerInfo")?;
        let issuer_and_serial_number = Element::read(&mut signer_info, Tag::Sequence)?;
        check_algorithm(&Element::read(&mut signer_info, Tag::Sequence)?, "digest", ID_SHA_256)?;
        let signed_attributes = Element::read(&mut signer_info, context(0))?;
        check_algorithm(&Element::read(&mut signer_info, Tag::Sequence)?, "signature", ECDSA_WITH_SHA_256)?;
        let signature_value = Element::read(&mut signer_info, Tag::OctetString)?;
        check_signature_value(signature_value.content)?;
        Element::read_optional(&mut signer_info, context(1))?;
        signer_info.finish()?;
        Ok(Self { certificates, issuer_and_serial_number, signed_attributes, signature_value })
    }

    /// Position of the certificate that the SignerInfo names.
    fn signing_certificate(&self) -> Result<usize, CmsError> {
        for (index, certificate) in self.certificates.iter().enumerate() {
            let (serial_number, issuer) = chain::serial_number_and_issuer(certificate.raw)?;
            if self.issuer_and_serial_number.content.strip_prefix(issuer) == Some(serial_number) {
                return Ok(index);
            }
        }
        Err(CmsError::SigningCertificateMissing)
    }
}

fn context(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

fn read_oid(reader: &mut der::SliceReader<'_>) -> Result<ObjectIdentifier, CmsError> {
    let element = Element::read(reader, Tag::ObjectIdentifier)?;
    Ok(ObjectIdentifier::from_bytes(element.content).map_err(|_| der::ErrorKind::OidMalformed.to_error())?)
}

fn check_version(reader: &mut der::SliceReader<'_>, structure: &'static str) -> Result<(), CmsError> {
    match Element::read(reader, Tag::Integer)?.content {
        [1] => Ok(()),
        _ => Err(CmsError::Version { structure }),
    }
}

/// Both algorithms stand without parameters (RFC 5754, 2 and 3.3); for the digest algorithm NULL
/// is what many others write and RFC 5754 tells us to accept.
fn check_algorithm(algorithm: &Element<'_>, role: &'static str, expected: ObjectIdentifier) -> Result<(), CmsError> {
    let mut reader = algorithm.reader()?;
    let oid = read_oid(&mut reader)?;
    if oid != expected {
        return Err(CmsError::Algorithm { role, oid });
    }
    let null_allowed = expected == ID_SHA_256;
    if null_allowed {
        Element::read_optional(&mut reader, Tag::Null)?;
    }
    reader.finish().map_err(|_| CmsError::AlgorithmParameters { oid })
}

/// `ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }`, both positive and at most 256 bits.
fn check_signature_value(value: &[u8]) -> Result<(), CmsError> {
    let read = || -> der::Result<[&[u8]; 2]> {
        let mut reader = Element::only(value, Tag::Sequence)?.reader()?;
        let r = Element::read(&mut reader, Tag::Integer)?;
        let s = Element::read(&mut reader, Tag::Integer)?;
        reader.finish()?;
        Ok([r.content, s.content])
    };
    let positive = |integer: &[u8]| match integer {
        [] | [0] => false,
        [0, second, rest @ ..] => *second >= 0x80 && rest.len() < 32,
        [first, rest @ ..] => *first < 0x80 && rest.len() < 32,
    };
    match read() {
        Ok(integers) if integers.into_iter().all(positive) => Ok(()),
        _ => Err(CmsError::SignatureValue),
    }
}

/// Where `part` lies in `whole`. `part` must be a sub-slice of `whole`.
fn range_in(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    start..start.saturating_add(part.len())
}
