//! The extensions of a certificate (RFC 5280, 4.2).
//!
//! Job: decode every extension that a path decision uses; remember the first critical one that is not known.
//! Invariant: an extension that is known is well formed, or the certificate is refused. Authority information access
//! is the exception: it is a hint where to ask, and this verifier never asks.
//!
//! ```text
//! Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
//! ```

use crate::asn1::{Asn1ErrorKind, Asn1Result, Element, Span, tag};
use crate::oid::{self, Oid};

/// Bits of KeyUsage (RFC 5280, 4.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyUsage(u16);

impl KeyUsage {
    pub(crate) fn digital_signature(self) -> bool {
        self.0 & 1 != 0
    }

    /// contentCommitment is its newer name.
    pub(crate) fn non_repudiation(self) -> bool {
        self.0 & (1 << 1) != 0
    }

    pub(crate) fn key_cert_sign(self) -> bool {
        self.0 & (1 << 5) != 0
    }

    pub(crate) fn crl_sign(self) -> bool {
        self.0 & (1 << 6) != 0
    }
}

/// `BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BasicConstraints {
    pub(crate) is_ca: bool,
    pub(crate) path_length: Option<u64>,
}

/// `PolicyConstraints ::= SEQUENCE { requireExplicitPolicy [0] OPTIONAL, inhibitPolicyMapping [1] OPTIONAL }`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PolicyConstraints {
    pub(crate) require_explicit_policy: Option<u64>,
    pub(crate) inhibit_policy_mapping: Option<u64>,
}

/// What the extensions say. Spans are of the certificate's octets and were checked to be well formed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extensions {
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) key_usage: Option<KeyUsage>,
    /// Content of the SEQUENCE OF KeyPurposeId.
    pub(crate) extended_key_usage: Option<Span>,
    pub(crate) subject_key_id: Option<Span>,
    pub(crate) authority_key_id: Option<Span>,
    /// Content of the SEQUENCE OF GeneralName.
    pub(crate) subject_alt_names: Option<Span>,
    /// The NameConstraints SEQUENCE.
    pub(crate) name_constraints: Option<Span>,
    /// Content of the SEQUENCE OF PolicyInformation.
    pub(crate) policies: Option<Span>,
    /// Content of the SEQUENCE OF mappings.
    pub(crate) policy_mappings: Option<Span>,
    pub(crate) policy_constraints: PolicyConstraints,
    pub(crate) inhibit_any_policy: Option<u64>,
    /// Content of the SEQUENCE OF DistributionPoint.
    pub(crate) crl_distribution_points: Option<Span>,
    /// Authority information access names an OCSP responder.
    pub(crate) names_ocsp: bool,
    pub(crate) ocsp_no_check: bool,
    /// The first critical extension that is not known.
    pub(crate) unknown_critical: Option<Oid>,
}

/// One extension as it stands in a certificate, a CRL or a CRL entry.
pub(crate) struct Extension<'a> {
    pub(crate) oid: &'a [u8],
    pub(crate) is_critical: bool,
    /// The OCTET STRING. What is inside an extension that nobody here knows need not be DER.
    octets: Element<'a>,
}

impl<'a> Extension<'a> {
    /// The value inside the OCTET STRING, with offsets of the outermost value.
    pub(crate) fn value(&self) -> Asn1Result<Element<'a>> {
        self.octets.within(|reader| reader.any())
    }
}

/// Extensions of one certificate, list or entry. Honest ones have 10; each is compared with all before it, and a list that anybody
/// put into a document has room for millions.
const MAX_EXTENSIONS: usize = 100;

/// Reads `Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension`, each at most once (RFC 5280, 4.2).
pub(crate) fn read_extensions<'a>(sequence: &Element<'a>) -> Asn1Result<Vec<Extension<'a>>> {
    let mut extensions: Vec<Extension<'a>> = Vec::with_capacity(10);
    let mut reader = sequence.reader();
    while !reader.is_empty() {
        let element = reader.sequence()?;
        if extensions.len() >= MAX_EXTENSIONS {
            return Err(element.error(Asn1ErrorKind::Length));
        }
        let extension = element.within(|reader| {
            let oid = reader.oid()?;
            let is_critical = reader.optional(tag::BOOLEAN)?.map_or(Ok(false), |critical| critical.boolean())?;
            Ok(Extension { oid, is_critical, octets: reader.expect(tag::OCTET_STRING)? })
        })?;
        if extensions.iter().any(|seen| seen.oid == extension.oid) {
            return Err(element.error(Asn1ErrorKind::Order));
        }
        extensions.push(extension);
    }
    Ok(extensions)
}

impl Extensions {
    pub(crate) fn read(sequence: &Element<'_>) -> Asn1Result<Self> {
        let mut this = Self::default();
        for extension in read_extensions(sequence)? {
            this.take(&extension)?;
        }
        Ok(this)
    }

    fn take(&mut self, extension: &Extension<'_>) -> Asn1Result<()> {
        let value = extension.value();
        match extension.oid {
            oid::BASIC_CONSTRAINTS => self.basic_constraints = Some(basic_constraints(&value?)?),
            oid::KEY_USAGE => self.key_usage = Some(KeyUsage(expect(&value?, tag::BIT_STRING)?.named_bits()?)),
            oid::EXTENDED_KEY_USAGE => self.extended_key_usage = Some(list(&value?, |item| item.oid().map(|_| ()))?),
            oid::SUBJECT_KEY_IDENTIFIER => {
                self.subject_key_id = Some(expect(&value?, tag::OCTET_STRING)?.content_span())
            }
            oid::AUTHORITY_KEY_IDENTIFIER => self.authority_key_id = authority_key_id(&value?)?,
            oid::SUBJECT_ALT_NAME => self.subject_alt_names = Some(list(&value?, |_| Ok(()))?),
            oid::NAME_CONSTRAINTS => self.name_constraints = Some(expect(&value?, tag::SEQUENCE)?.span()),
            oid::CERTIFICATE_POLICIES => self.policies = Some(list(&value?, policy_information)?),
            oid::POLICY_MAPPINGS => self.policy_mappings = Some(list(&value?, policy_mapping)?),
            oid::POLICY_CONSTRAINTS => self.policy_constraints = policy_constraints(&value?)?,
            oid::INHIBIT_ANY_POLICY => self.inhibit_any_policy = Some(expect(&value?, tag::INTEGER)?.unsigned()?),
            oid::CRL_DISTRIBUTION_POINTS => {
                self.crl_distribution_points = Some(list(&value?, |item| expect(item, tag::SEQUENCE).map(|_| ()))?);
            }
            oid::AUTHORITY_INFORMATION_ACCESS => self.names_ocsp = value.is_ok_and(|value| names_ocsp(&value)),
            oid::OCSP_NO_CHECK => self.ocsp_no_check = true,
            // Known, and never a reason to accept or refuse a path.
            oid::ISSUER_ALT_NAME | oid::FRESHEST_CRL | oid::QC_STATEMENTS => {}
            unknown if extension.is_critical && self.unknown_critical.is_none() => {
                self.unknown_critical = Some(Oid::new(unknown));
            }
            _ => {}
        }
        Ok(())
    }
}

fn expect<'a>(element: &Element<'a>, tag: u8) -> Asn1Result<Element<'a>> {
    if element.tag == tag { Ok(*element) } else { Err(element.error(Asn1ErrorKind::UnexpectedTag)) }
}

/// A non-empty SEQUENCE OF: every item passes `check`. Gives the span of its content.
fn list(value: &Element<'_>, check: impl Fn(&Element<'_>) -> Asn1Result<()>) -> Asn1Result<Span> {
    let sequence = expect(value, tag::SEQUENCE)?;
    let mut reader = sequence.reader();
    if reader.is_empty() {
        return Err(sequence.error(Asn1ErrorKind::Value));
    }
    while !reader.is_empty() {
        check(&reader.any()?)?;
    }
    Ok(sequence.content_span())
}

fn basic_constraints(value: &Element<'_>) -> Asn1Result<BasicConstraints> {
    expect(value, tag::SEQUENCE)?.within(|reader| {
        let is_ca = reader.optional(tag::BOOLEAN)?.map_or(Ok(false), |element| element.boolean())?;
        let path_length = reader.optional(tag::INTEGER)?.map(|element| element.unsigned()).transpose()?;
        Ok(BasicConstraints { is_ca, path_length })
    })
}

/// `AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OPTIONAL, authorityCertIssuer [1] OPTIONAL,
/// authorityCertSerialNumber [2] OPTIONAL }`. Only the first is used: it orders candidates, it never decides.
fn authority_key_id(value: &Element<'_>) -> Asn1Result<Option<Span>> {
    expect(value, tag::SEQUENCE)?.within(|reader| {
        let key = reader.optional(tag::primitive(0))?.map(|element| element.content_span());
        reader.optional(tag::constructed(1))?;
        reader.optional(tag::primitive(2))?;
        Ok(key)
    })
}

fn policy_information(item: &Element<'_>) -> Asn1Result<()> {
    expect(item, tag::SEQUENCE)?.within(|reader| {
        reader.oid()?;
        reader.optional(tag::SEQUENCE)?;
        Ok(())
    })
}

fn policy_mapping(item: &Element<'_>) -> Asn1Result<()> {
    expect(item, tag::SEQUENCE)?.within(|reader| {
        reader.oid()?;
        reader.oid()?;
        Ok(())
    })
}

fn policy_constraints(value: &Element<'_>) -> Asn1Result<PolicyConstraints> {
    expect(value, tag::SEQUENCE)?.within(|reader| {
        let mut skip_certs = |number| {
            let Some(element) = reader.optional(tag::primitive(number))? else { return Ok(None) };
            element.unsigned().map(Some)
        };
        Ok(PolicyConstraints { require_explicit_policy: skip_certs(0)?, inhibit_policy_mapping: skip_certs(1)? })
    })
}

/// `AuthorityInfoAccessSyntax ::= SEQUENCE OF SEQUENCE { accessMethod OBJECT IDENTIFIER, accessLocation GeneralName }`
fn names_ocsp(value: &Element<'_>) -> bool {
    let mut reader = value.reader();
    while let Ok(description) = reader.sequence() {
        if description.reader().oid() == Ok(oid::ACCESS_OCSP) {
            return true;
        }
    }
    false
}

/// The identifiers in the content of a SEQUENCE OF OBJECT IDENTIFIER that was checked when it was read.
pub(crate) fn oids(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut reader = crate::asn1::Reader::new(content);
    std::iter::from_fn(move || reader.oid().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::single_sequence;

    fn read(der: &[u8]) -> Asn1Result<Extensions> {
        Extensions::read(&single_sequence(der)?)
    }

    #[test]
    fn an_extension_that_appears_twice_is_refused() {
        let one = [0x30, 0x09, 6, 3, 0x55, 0x1d, 19, 4, 2, 0x30, 0];
        let mut twice = vec![0x30, 22];
        twice.extend(one);
        twice.extend(one);
        assert_eq!(read(&twice).map(|_| ()).map_err(|error| error.kind), Err(Asn1ErrorKind::Order));
    }

    #[test]
    fn only_a_critical_unknown_extension_is_remembered() {
        let plain = [0x30, 11, 0x30, 9, 6, 3, 0x2a, 3, 4, 4, 2, 5, 0];
        let critical = [0x30, 14, 0x30, 12, 6, 3, 0x2a, 3, 4, 1, 1, 0xff, 4, 2, 5, 0];
        assert_eq!(read(&plain).map(|extensions| extensions.unknown_critical), Ok(None));
        assert_eq!(read(&critical).map(|extensions| extensions.unknown_critical), Ok(Some(Oid::new(&[0x2a, 3, 4]))));
    }

    #[test]
    fn an_empty_list_of_purposes_is_refused() {
        let empty = [0x30, 11, 0x30, 9, 6, 3, 0x55, 0x1d, 37, 4, 2, 0x30, 0];
        assert_eq!(read(&empty).map(|_| ()).map_err(|error| error.kind), Err(Asn1ErrorKind::Value));
    }
}
