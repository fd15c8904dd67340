//! The signed attributes: what the key really signs (RFC 5652, 5.3 and 5.4; EN 319 122-1, 5.2).
//!
//! ```text
//! SignedAttributes ::= SET SIZE (1..MAX) OF Attribute
//! Attribute        ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF AttributeValue }
//! ```
//!
//! content-type, message-digest, ESS signing-certificate-v2 and what the caller adds, in DER order.
//! No signing-time: in PAdES the claimed time is `/M` of the signature dictionary
//! (EN 319 142-1, 6.3). Invariant: [`SignedAttributes`] holds a SET OF in DER, tag 0x31, that is
//! the octets whose hash goes to the key; inside the CMS only the tag differs.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::{
    ID_AA_SIGNING_CERTIFICATE, ID_AA_SIGNING_CERTIFICATE_V_2, ID_CONTENT_TYPE, ID_DATA, ID_MESSAGE_DIGEST,
    ID_SIGNING_TIME,
};
use der::Tag;

use crate::DocumentDigest;
use crate::chain::{CertificateChain, CertificateDer};
use crate::cms::Cms;
use crate::ess;
use crate::tlv::{self, Element, tlv};
use crate::write_error::CmsError;

/// An attribute that the caller adds to the signed ones: a type and one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedAttribute {
    /// Attribute type.
    pub oid: ObjectIdentifier,
    /// Exactly one DER element.
    pub value_der: Vec<u8>,
}

/// The signed attributes of one signature, ready to be hashed for the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedAttributes {
    set_der: Vec<u8>,
    signing_certificate_sha256: [u8; 32],
}

impl SignedAttributes {
    /// Binds a document digest to the certificate that will vouch for it.
    ///
    /// # Errors
    /// [`CmsError::ReservedAttribute`], [`CmsError::RepeatedAttribute`] and
    /// [`CmsError::AttributeValue`] name the extra attribute that cannot be signed.
    pub fn new(
        digest: &DocumentDigest,
        signing_certificate: &CertificateDer,
        extra: &[SignedAttribute],
    ) -> Result<Self, CmsError> {
        for (index, attribute) in extra.iter().enumerate() {
            let oid = attribute.oid;
            if RESERVED.contains(&oid) {
                return Err(CmsError::ReservedAttribute { oid });
            }
            if extra.iter().take(index).any(|earlier| earlier.oid == oid) {
                return Err(CmsError::RepeatedAttribute { oid });
            }
            check_one_element(&attribute.value_der).map_err(|_| CmsError::AttributeValue { oid })?;
        }
        Ok(Self {
            set_der: set(digest, signing_certificate, extra),
            signing_certificate_sha256: *signing_certificate.sha256(),
        })
    }

    /// Reads attributes that were recorded before the key was used.
    ///
    /// # Errors
    /// Whatever does not look like attributes made by [`SignedAttributes::new`].
    pub fn from_der(set_der: Vec<u8>) -> Result<Self, CmsError> {
        let attributes = AttributeSet::read(&Element::only(&set_der, Tag::Set)?)?;
        let signing_certificate_sha256 = attributes.profile()?.signing_certificate_sha256;
        Ok(Self { set_der, signing_certificate_sha256 })
    }

    /// The SET OF (tag 0x31) whose SHA-256 is the DTBS/R.
    #[must_use]
    pub fn to_der(&self) -> &[u8] {
        &self.set_der
    }

    /// Puts the signature value and the chain around the attributes: a CAdES signature.
    ///
    /// The value is a DER ECDSA-Sig-Value; it is not verified here, for this crate has no
    /// cryptography beyond hashing. `keys` hands out verified values only.
    ///
    /// # Errors
    /// [`CmsError::SignatureValue`] when the value has not the shape of a P-256 signature,
    /// [`CmsError::SigningCertificateMismatch`] when the chain is not the one signed for.
    pub fn seal(self, signature_value_der: &[u8], chain: &CertificateChain) -> Result<Cms, CmsError> {
        if chain.signing_certificate().sha256() != &self.signing_certificate_sha256 {
            return Err(CmsError::SigningCertificateMismatch);
        }
        Cms::assemble(&self.set_der, signature_value_der, chain)
    }
}

/// Attribute types the caller may not add: ours, and those PAdES forbids or replaces.
const RESERVED: [ObjectIdentifier; 5] =
    [ID_CONTENT_TYPE, ID_MESSAGE_DIGEST, ID_SIGNING_TIME, ID_AA_SIGNING_CERTIFICATE, ID_AA_SIGNING_CERTIFICATE_V_2];

/// One `Attribute` with one value.
pub(crate) fn attribute(oid: &ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    tlv(tlv::SEQUENCE, &[&tlv::oid(oid), &tlv(tlv::SET, &[value])])
}

/// The SET OF without any check of `extra`: `contents_size` measures with it, too.
pub(crate) fn set(digest: &DocumentDigest, signing_certificate: &CertificateDer, extra: &[SignedAttribute]) -> Vec<u8> {
    let message_digest = tlv(tlv::OCTET_STRING, &[digest.as_bytes()]);
    let mut members = vec![
        attribute(&ID_CONTENT_TYPE, &tlv::oid(&ID_DATA)),
        attribute(&ID_MESSAGE_DIGEST, &message_digest),
        signing_certificate.signing_certificate_attribute().to_vec(),
    ];
    members.extend(extra.iter().map(|extra| attribute(&extra.oid, &extra.value_der)));
    tlv::set_of(tlv::SET, &members)
}

fn check_one_element(value: &[u8]) -> der::Result<()> {
    use der::{Reader, SliceReader};
    let mut reader = SliceReader::new(value)?;
    Element::read_any(&mut reader)?;
    reader.finish()
}

/// Signed attributes as read: type and the one value of each, in DER order, no type twice.
#[derive(Debug)]
pub(crate) struct AttributeSet<'a>(Vec<(ObjectIdentifier, &'a [u8])>);

/// What our profile needs from a set of signed attributes.
pub(crate) struct ProfileAttributes {
    pub(crate) message_digest: DocumentDigest,
    pub(crate) signing_certificate_sha256: [u8; 32],
}

impl<'a> AttributeSet<'a> {
    /// Reads the content of a SET OF Attribute, whatever tag it stands under.
    pub(crate) fn read(set: &Element<'a>) -> Result<Self, CmsError> {
        let members = set.members(Tag::Sequence)?;
        if !members.is_sorted_by(|earlier, later| earlier.raw < later.raw) {
            return Err(CmsError::AttributeOrder);
        }
        let mut attributes: Vec<(ObjectIdentifier, &[u8])> = Vec::with_capacity(members.len());
        for member in members {
            let mut reader = member.reader()?;
            let oid = Element::read(&mut reader, Tag::ObjectIdentifier)?;
            let oid = ObjectIdentifier::from_bytes(oid.content).map_err(|_| der::ErrorKind::OidMalformed.to_error())?;
            let values = Element::read(&mut reader, Tag::Set)?;
            der::Reader::finish(reader)?;
            if attributes.iter().any(|(earlier, _)| *earlier == oid) {
                return Err(CmsError::RepeatedAttribute { oid });
            }
            attributes.push((oid, only_value(oid, &values)?));
        }
        Ok(Self(attributes))
    }

    /// The value of an attribute.
    pub(crate) fn value(&self, oid: &ObjectIdentifier) -> Option<&'a [u8]> {
        self.0.iter().find(|(found, _)| found == oid).map(|(_, value)| *value)
    }

    /// Checks the set against our profile.
    pub(crate) fn profile(&self) -> Result<ProfileAttributes, CmsError> {
        let required = |oid| self.value(&oid).ok_or(CmsError::MissingAttribute { oid });
        if self.value(&ID_SIGNING_TIME).is_some() {
            return Err(CmsError::ForbiddenAttribute { oid: ID_SIGNING_TIME });
        }
        if required(ID_CONTENT_TYPE)? != tlv::oid(&ID_DATA) {
            return Err(CmsError::NotDetached);
        }
        let message_digest = Element::only(required(ID_MESSAGE_DIGEST)?, Tag::OctetString)?.content;
        let message_digest: [u8; 32] =
            message_digest.try_into().map_err(|_| CmsError::MessageDigestLength { length: message_digest.len() })?;
        Ok(ProfileAttributes {
            message_digest: DocumentDigest::from_sha256(message_digest),
            signing_certificate_sha256: ess::cert_hash(required(ID_AA_SIGNING_CERTIFICATE_V_2)?)?,
        })
    }
}

fn only_value<'a>(oid: ObjectIdentifier, values: &Element<'a>) -> Result<&'a [u8], CmsError> {
    use der::Reader;
    let mut reader = values.reader()?;
    let mut found = 0_usize;
    let mut value: &[u8] = &[];
    while !reader.is_finished() {
        value = Element::read_any(&mut reader)?.raw;
        found = found.saturating_add(1);
    }
    if found == 1 { Ok(value) } else { Err(CmsError::AttributeValues { oid, found }) }
}
