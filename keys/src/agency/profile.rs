//! What each kind of certificate says: its subject's name and its extensions.
//!
//! Clauses are RFC 5280's unless another is named. Everything that OpenSSL's `-x509_strict` asks for is here: critical
//! basicConstraints and keyUsage, subject and authority key identifiers, a path length on the CA that issues to people.

use core::fmt;
use std::net::IpAddr;

use const_oid::db::{rfc4519, rfc5912};
use der::{
    Decode, Encode,
    asn1::{Any, Ia5String, ObjectIdentifier, OctetString, PrintableStringRef, SetOfVec, Utf8StringRef},
    oid::AssociatedOid,
};
use evidence::OfficeId;
use sha2::{Digest, Sha256};
use x509_cert::{
    attr::AttributeTypeAndValue,
    ext::{
        Extension,
        pkix::{
            AuthorityKeyIdentifier, BasicConstraints, CrlDistributionPoints, ExtendedKeyUsage, KeyUsage, KeyUsages,
            SubjectAltName, SubjectKeyIdentifier,
            crl::dp::DistributionPoint,
            name::{DistributionPointName, GeneralName},
        },
    },
    name::{Name, RdnSequence, RelativeDistinguishedName},
};

use super::AgencyError;
use crate::certificate::OFFICE_URN;

/// Extended key usage for document signing (RFC 9336).
pub(crate) const DOCUMENT_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36");
/// Republic of Indonesia (ISO 3166-1).
const COUNTRY: &str = "ID";

/// A part of a subject's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameAttribute {
    /// O.
    Organization,
    /// OU.
    OrganizationalUnit,
    /// CN.
    CommonName,
    /// title: the office that a person holds.
    Title,
}

impl NameAttribute {
    fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Organization => rfc4519::ORGANIZATION_NAME,
            Self::OrganizationalUnit => rfc4519::ORGANIZATIONAL_UNIT_NAME,
            Self::CommonName => rfc4519::COMMON_NAME,
            Self::Title => rfc4519::TITLE,
        }
    }

    /// Upper bounds of RFC 5280, appendix A.1 (ub-organization-name and so on): 64 for all of these.
    const LIMIT: usize = 64;

    pub(super) fn check(self, text: &str) -> Result<(), AgencyError> {
        let length = text.chars().count();
        if text.trim().is_empty() {
            return Err(AgencyError::NameEmpty { attribute: self });
        }
        if length > Self::LIMIT {
            return Err(AgencyError::NameTooLong { attribute: self, length, limit: Self::LIMIT });
        }
        if text.chars().any(char::is_control) {
            return Err(AgencyError::NameControl { attribute: self });
        }
        Ok(())
    }
}

impl fmt::Display for NameAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Organization => "organization",
            Self::OrganizationalUnit => "organizational unit",
            Self::CommonName => "common name",
            Self::Title => "title",
        })
    }
}

/// A subject's name: C=ID and the given parts, in this order, each its own RDN.
pub(crate) fn name(parts: &[(NameAttribute, &str)]) -> Result<Name, AgencyError> {
    let mut rdns = vec![rdn(rfc4519::COUNTRY_NAME, Any::encode_from(&PrintableStringRef::new(COUNTRY)?)?)?];
    for &(attribute, text) in parts {
        attribute.check(text)?;
        rdns.push(rdn(attribute.oid(), Any::encode_from(&Utf8StringRef::new(text)?)?)?);
    }
    // `Name` has no constructor from its parts; its encoding is that of the sequence.
    Ok(Name::from_der(&RdnSequence::from(rdns).to_der()?)?)
}

fn rdn(oid: ObjectIdentifier, value: Any) -> Result<RelativeDistinguishedName, AgencyError> {
    Ok(RelativeDistinguishedName::from(SetOfVec::try_from(vec![AttributeTypeAndValue { oid, value }])?))
}

/// What a certificate is for.
#[derive(Debug, Clone)]
pub(super) enum Profile {
    /// The public anchor.
    Root,
    /// Issues to people; 4.2.1.9: pathLen 0, so nothing below it may be a CA.
    Issuing,
    /// Issues TLS certificates; an anchor of its own.
    AccessRoot,
    /// A person's signatures on documents.
    Signing,
    /// The service's TLS certificate.
    Server(Vec<ServerName>),
    /// An office's TLS certificate.
    Client(OfficeId),
}

/// A name of the service in its TLS certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ServerName {
    Dns(String),
    Ip(IpAddr),
}

impl ServerName {
    pub(super) fn parse(text: &str) -> Result<Self, AgencyError> {
        match text.parse() {
            Ok(address) => Ok(Self::Ip(address)),
            Err(_) if is_dns_name(text) => Ok(Self::Dns(text.to_ascii_lowercase())),
            Err(error) => Err(AgencyError::not_a_server_name(text, error)),
        }
    }

    fn general_name(&self) -> Result<GeneralName, AgencyError> {
        Ok(match self {
            Self::Dns(name) => GeneralName::DnsName(Ia5String::new(name)?),
            Self::Ip(IpAddr::V4(address)) => GeneralName::IpAddress(OctetString::new(address.octets())?),
            Self::Ip(IpAddr::V6(address)) => GeneralName::IpAddress(OctetString::new(address.octets())?),
        })
    }
}

/// RFC 1123, 2.1: labels of letters, digits and inner hyphens, 63 octets each, 253 in all. No wildcard: we name hosts.
fn is_dns_name(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
    };
    // A last label of digits alone would be a mistyped IPv4 address.
    let not_a_number = text.rsplit('.').next().is_some_and(|last| !last.bytes().all(|octet| octet.is_ascii_digit()));
    text.len() <= 253 && text.split('.').all(label) && not_a_number
}

impl Profile {
    /// The extensions, in the order in which they are written.
    pub(super) fn extensions(
        &self,
        subject_key: &KeyIdentifier,
        issuer_key: &KeyIdentifier,
        crl_uri: Option<&str>,
    ) -> Result<Vec<Extension>, AgencyError> {
        let (constraints, usage) = match self {
            Self::Root => (ca(None), KeyUsages::KeyCertSign | KeyUsages::CRLSign),
            Self::Issuing | Self::AccessRoot => (ca(Some(0)), KeyUsages::KeyCertSign | KeyUsages::CRLSign),
            Self::Signing => (END_ENTITY, KeyUsages::DigitalSignature | KeyUsages::NonRepudiation),
            Self::Server(_) | Self::Client(_) => (END_ENTITY, KeyUsages::DigitalSignature.into()),
        };
        let mut extensions = vec![critical(&constraints)?, critical(&KeyUsage(usage))?];
        match self {
            Self::Root | Self::Issuing | Self::AccessRoot => {}
            Self::Signing => extensions.push(plain(&ExtendedKeyUsage(vec![DOCUMENT_SIGNING]))?),
            Self::Server(names) => {
                extensions.push(plain(&ExtendedKeyUsage(vec![rfc5912::ID_KP_SERVER_AUTH]))?);
                let names = names.iter().map(ServerName::general_name).collect::<Result<_, _>>()?;
                extensions.push(plain(&SubjectAltName(names))?);
            }
            Self::Client(office) => {
                extensions.push(plain(&ExtendedKeyUsage(vec![rfc5912::ID_KP_CLIENT_AUTH]))?);
                let uri = Ia5String::new(&format!("{OFFICE_URN}{office}"))?;
                extensions.push(plain(&SubjectAltName(vec![GeneralName::UniformResourceIdentifier(uri)]))?);
            }
        }
        extensions.push(plain(&SubjectKeyIdentifier(OctetString::new(subject_key.0)?))?);
        extensions.push(plain(&authority_key_identifier(issuer_key)?)?);
        if let Some(uri) = crl_uri {
            let uri = GeneralName::UniformResourceIdentifier(Ia5String::new(uri)?);
            extensions.push(plain(&CrlDistributionPoints(vec![DistributionPoint {
                distribution_point: Some(DistributionPointName::FullName(vec![uri])),
                reasons: None,
                crl_issuer: None,
            }]))?);
        }
        Ok(extensions)
    }
}

/// Names a public key in extensions: the leftmost 160 bits of the SHA-256 of the key's BIT STRING (RFC 7093, 2, method 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyIdentifier([u8; 20]);

impl KeyIdentifier {
    /// Of the content of a subjectPublicKey BIT STRING.
    pub(super) fn of(subject_public_key: &[u8]) -> Self {
        let mut leftmost = [0; 20];
        leftmost.iter_mut().zip(Sha256::digest(subject_public_key)).for_each(|(kept, octet)| *kept = octet);
        Self(leftmost)
    }
}

/// 4.2.1.1: the issuer's *subject* key identifier, on certificates and on CRLs.
pub(super) fn authority_key_identifier(issuer_key: &KeyIdentifier) -> Result<AuthorityKeyIdentifier, AgencyError> {
    Ok(AuthorityKeyIdentifier {
        key_identifier: Some(OctetString::new(issuer_key.0)?),
        authority_cert_issuer: None,
        authority_cert_serial_number: None,
    })
}

const END_ENTITY: BasicConstraints = BasicConstraints { ca: false, path_len_constraint: None };

fn ca(path_len_constraint: Option<u8>) -> BasicConstraints {
    BasicConstraints { ca: true, path_len_constraint }
}

fn critical<T: AssociatedOid + Encode>(value: &T) -> Result<Extension, AgencyError> {
    Ok(Extension { critical: true, ..plain(value)? })
}

/// An extension that is not critical.
pub(crate) fn plain<T: AssociatedOid + Encode>(value: &T) -> Result<Extension, AgencyError> {
    Ok(Extension { extn_id: T::OID, critical: false, extn_value: OctetString::new(value.to_der()?)? })
}
