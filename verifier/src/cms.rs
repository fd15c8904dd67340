//! The CMS in `/Contents`, read strictly (RFC 5652, 3 and 5; EN 319 122-1).
//!
//! Job: take a SignedData apart over its own octets, so that what is hashed is what stands there. Nothing is judged
//! here but the shape; `authenticity` and `signed_attributes` do.
//! Invariant: a [`SignedData`] is well-formed DER in the parts that are read; BER around it is rewritten first and
//! that is said.
//!
//! ```text
//! SignedData ::= SEQUENCE { version, digestAlgorithms SET, encapContentInfo, certificates [0] OPTIONAL,
//!     crls [1] OPTIONAL, signerInfos SET OF SignerInfo }
//! SignerInfo ::= SEQUENCE { version, sid, digestAlgorithm, signedAttrs [0] OPTIONAL, signatureAlgorithm,
//!     signature OCTET STRING, unsignedAttrs [1] OPTIONAL }
//! ```

use std::borrow::Cow;

use crate::asn1::{Asn1Error, Asn1ErrorKind, Asn1Result, Element, Reader, ber, single_sequence, tag};
use crate::crypto::identifier::AlgorithmIdentifier;
use crate::oid;

/// How the octets were encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Der,
    Ber,
}

/// The octets of a CMS as DER.
pub(crate) struct CmsOctets<'a> {
    octets: Cow<'a, [u8]>,
    pub(crate) encoding: Encoding,
}

impl<'a> CmsOctets<'a> {
    /// Takes DER as it is and rewrites BER.
    pub(crate) fn new(octets: &'a [u8]) -> Asn1Result<Self> {
        match SignedData::read(octets) {
            Ok(_) => Ok(Self { octets: Cow::Borrowed(octets), encoding: Encoding::Der }),
            Err(error) if error.kind == Asn1ErrorKind::Length => {
                let (der, used) = ber::to_der(octets)?;
                if used != octets.len() {
                    return Err(Asn1Error { kind: Asn1ErrorKind::Trailing, offset: used });
                }
                SignedData::read(&der)?;
                Ok(Self { octets: Cow::Owned(der), encoding: Encoding::Ber })
            }
            Err(error) => Err(error),
        }
    }

    /// The SignedData in it.
    pub(crate) fn signed_data(&self) -> Asn1Result<SignedData<'_>> {
        SignedData::read(&self.octets)
    }
}

/// A SignedData.
pub(crate) struct SignedData<'a> {
    pub(crate) version: Element<'a>,
    pub(crate) digest_algorithms: Vec<AlgorithmIdentifier<'a>>,
    pub(crate) content_type: &'a [u8],
    /// The eContent octets; `None` when the signature is detached.
    pub(crate) content: Option<&'a [u8]>,
    /// Certificates as they stand, unread: one that is damaged must not hide the others.
    pub(crate) certificates: Vec<&'a [u8]>,
    /// CRLs as they stand.
    pub(crate) crls: Vec<&'a [u8]>,
    /// There are no certificates and no revocation data of other kinds.
    pub(crate) is_plain: bool,
    pub(crate) signer_infos: Vec<SignerInfo<'a>>,
}

/// Who signed (RFC 5652, 5.3).
#[derive(Clone, Copy, Debug)]
pub(crate) enum SignerIdentifier<'a> {
    IssuerAndSerial { issuer: &'a [u8], serial: &'a [u8] },
    SubjectKeyIdentifier(&'a [u8]),
}

/// A SignerInfo.
pub(crate) struct SignerInfo<'a> {
    pub(crate) version: Element<'a>,
    pub(crate) identifier: SignerIdentifier<'a>,
    pub(crate) digest_algorithm: AlgorithmIdentifier<'a>,
    pub(crate) signed_attributes: Option<Attributes<'a>>,
    pub(crate) signature_algorithm: AlgorithmIdentifier<'a>,
    pub(crate) signature: &'a [u8],
    pub(crate) unsigned_attributes: Option<Attributes<'a>>,
}

/// `SET OF Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF ANY }`, with its octets.
pub(crate) struct Attributes<'a> {
    whole: &'a [u8],
    is_sorted: bool,
    list: Vec<(&'a [u8], Element<'a>)>,
}

/// An attribute that is to have exactly one value.
pub(crate) enum Single<'a> {
    Absent,
    Value(Element<'a>),
    /// It appears twice, or has no value or several.
    Several,
}

impl<'a> Attributes<'a> {
    fn read(set: &Element<'a>) -> Asn1Result<Self> {
        let mut list = Vec::with_capacity(6);
        let mut is_sorted = true;
        let mut previous: &[u8] = &[];
        let mut reader = set.reader();
        while !reader.is_empty() {
            let attribute = reader.sequence()?;
            // X.690, 11.6: encodings in ascending order. A longer one that begins like a shorter one is greater, which
            // is how slices compare, because no encoding is a prefix of another.
            is_sorted &= previous <= attribute.whole;
            previous = attribute.whole;
            list.push(attribute.within(|reader| Ok((reader.oid()?, reader.expect(tag::SET)?)))?);
        }
        Ok(Self { whole: set.whole, is_sorted, list })
    }

    /// What was hashed: the attributes under the tag of a SET instead of their `[0]` (RFC 5652, 5.4).
    pub(crate) fn to_signed_octets(&self) -> Vec<u8> {
        let mut octets = self.whole.to_vec();
        if let Some(first) = octets.first_mut() {
            *first = tag::SET;
        }
        octets
    }

    /// They stand in DER's order.
    pub(crate) fn is_sorted(&self) -> bool {
        self.is_sorted
    }

    /// The attribute of this type.
    pub(crate) fn one(&self, wanted: &[u8]) -> Single<'a> {
        let mut found = self.list.iter().filter(|(oid, _)| *oid == wanted);
        match (found.next(), found.next()) {
            (None, _) => Single::Absent,
            (Some((_, values)), None) => {
                let mut reader = values.reader();
                match reader.any() {
                    Ok(value) if reader.is_empty() => Single::Value(value),
                    _ => Single::Several,
                }
            }
            (Some(_), Some(_)) => Single::Several,
        }
    }

    /// Some attribute of this type is there.
    pub(crate) fn has(&self, wanted: &[u8]) -> bool {
        self.list.iter().any(|(oid, _)| *oid == wanted)
    }

    /// All values of all attributes of this type.
    pub(crate) fn values(&self, wanted: &'static [u8]) -> impl Iterator<Item = Element<'a>> {
        self.list.iter().filter(move |(oid, _)| *oid == wanted).flat_map(|(_, values)| {
            let mut reader = values.reader();
            std::iter::from_fn(move || reader.any().ok())
        })
    }
}

impl<'a> SignedData<'a> {
    /// Reads a ContentInfo that fills `octets` and holds a SignedData.
    pub(crate) fn read(octets: &'a [u8]) -> Asn1Result<Self> {
        let outer = single_sequence(octets)?;
        let content = outer.within(|reader| {
            let content_type = reader.expect(tag::OBJECT_IDENTIFIER)?;
            if content_type.content != oid::SIGNED_DATA {
                return Err(content_type.error(Asn1ErrorKind::Value));
            }
            reader.expect(tag::constructed(0))
        })?;
        let signed_data = content.within(Reader::sequence)?;
        signed_data.within(|reader| {
            let version = reader.expect(tag::INTEGER)?;
            version.integer()?;
            let digest_algorithms = items(&reader.expect(tag::SET)?, |item| match item.tag {
                tag::SEQUENCE => AlgorithmIdentifier::read(&item),
                _ => Err(item.error(Asn1ErrorKind::UnexpectedTag)),
            })?;
            let (content_type, content) = reader.sequence()?.within(|reader| {
                let content_type = reader.oid()?;
                let content = match reader.optional(tag::constructed(0))? {
                    None => None,
                    Some(explicit) => Some(explicit.within(|reader| reader.expect(tag::OCTET_STRING))?.content),
                };
                Ok((content_type, content))
            })?;
            let certificates = reader.optional(tag::constructed(0))?;
            let crls = reader.optional(tag::constructed(1))?;
            // Attribute certificates and other formats (tags [0] to [3]) are nobody's signing certificate.
            let mut is_plain = true;
            let mut plain = |set: Option<Element<'a>>| -> Asn1Result<Vec<&'a [u8]>> {
                let Some(set) = set else { return Ok(Vec::new()) };
                let all = items(&set, Ok)?;
                is_plain &= all.iter().all(|item| item.tag == tag::SEQUENCE);
                Ok(all.into_iter().filter(|item| item.tag == tag::SEQUENCE).map(|item| item.whole).collect())
            };
            let (certificates, crls) = (plain(certificates)?, plain(crls)?);
            Ok(Self {
                version,
                digest_algorithms,
                content_type,
                content,
                certificates,
                crls,
                is_plain,
                signer_infos: items(&reader.expect(tag::SET)?, |item| SignerInfo::read(&item))?,
            })
        })
    }
}

impl<'a> SignerInfo<'a> {
    fn read(element: &Element<'a>) -> Asn1Result<Self> {
        if element.tag != tag::SEQUENCE {
            return Err(element.error(Asn1ErrorKind::UnexpectedTag));
        }
        element.within(|reader| {
            let version = reader.expect(tag::INTEGER)?;
            version.integer()?;
            let identifier = match reader.peek() {
                Some(tag::SEQUENCE) => reader.sequence()?.within(|reader| {
                    let issuer = reader.sequence()?.whole;
                    let serial = reader.expect(tag::INTEGER)?.integer()?;
                    Ok(SignerIdentifier::IssuerAndSerial { issuer, serial })
                })?,
                _ => SignerIdentifier::SubjectKeyIdentifier(reader.expect(tag::primitive(0))?.content),
            };
            let digest_algorithm = AlgorithmIdentifier::read(&reader.sequence()?)?;
            let attributes = |set: Option<Element<'a>>| set.map(|set| Attributes::read(&set)).transpose();
            let signed_attributes = attributes(reader.optional(tag::constructed(0))?)?;
            let signature_algorithm = AlgorithmIdentifier::read(&reader.sequence()?)?;
            let signature = reader.expect(tag::OCTET_STRING)?.content;
            let unsigned_attributes = attributes(reader.optional(tag::constructed(1))?)?;
            Ok(Self {
                version,
                identifier,
                digest_algorithm,
                signed_attributes,
                signature_algorithm,
                signature,
                unsigned_attributes,
            })
        })
    }
}

fn items<'a, T>(set: &Element<'a>, read: impl Fn(Element<'a>) -> Asn1Result<T>) -> Asn1Result<Vec<T>> {
    let mut list = Vec::new();
    let mut reader = set.reader();
    while !reader.is_empty() {
        list.push(read(reader.any()?)?);
    }
    Ok(list)
}
