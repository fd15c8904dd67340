//! [`Certificate`]: an X.509 certificate (RFC 5280) read once, with what custody needs to know of it; and chains of them.
//!
//! This is not path validation, which is the verifier's: here a chain is only asked whether it is *one* chain, each
//! certificate issued and signed by the next, so that a wrong file is refused when it is installed and not by every
//! recipient afterwards. Names compare octet for octet (RFC 5280, 7.1 would allow more; CAs copy them).

use aws_lc_rs::signature::{self as native, UnparsedPublicKey, VerificationAlgorithm};
use const_oid::db::{rfc4519, rfc5912};
use der::{
    Decode, Encode, Header, Reader, SliceReader, Tag, Tagged,
    asn1::{Any, ObjectIdentifier},
    oid::AssociatedOid,
    pem,
};
use evidence::OfficeId;
use sha2::{Digest, Sha256};
use x509_cert::{
    Certificate as Parsed,
    ext::pkix::{BasicConstraints, KeyUsage, KeyUsages, SubjectAltName, name::GeneralName},
    name::Name,
};

use crate::{CertificateFault, KeyError, KeyId, pem_blocks};

/// Certificates in one chain; longer ones are mistakes (DESIGN, limits: 20 a path).
pub(crate) const CHAIN_LIMIT: usize = 20;
/// What an office's certificate says before the office's id.
pub(crate) const OFFICE_URN: &str = "urn:teken:office:";

/// A certificate, parsed once.
#[derive(Debug, Clone)]
pub struct Certificate {
    der: Vec<u8>,
    parsed: Parsed,
    spki_der: Vec<u8>,
}

impl Certificate {
    /// Reads one DER certificate; `position` in its chain is for the error alone.
    pub(crate) fn from_der_at(der: Vec<u8>, position: usize) -> Result<Self, CertificateFault> {
        let malformed = |_| CertificateFault::Malformed { position };
        let parsed = Parsed::from_der(&der).map_err(malformed)?;
        let spki_der = parsed.tbs_certificate().subject_public_key_info().to_der().map_err(malformed)?;
        Ok(Self { der, parsed, spki_der })
    }

    /// Reads one DER certificate.
    ///
    /// # Errors
    /// [`CertificateFault::Malformed`].
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        Ok(Self::from_der_at(der.to_vec(), 0)?)
    }

    /// The octets it was read from.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The parsed structure.
    pub fn parsed(&self) -> &Parsed {
        &self.parsed
    }

    /// The id of the certified key, of whatever algorithm.
    pub fn key_id(&self) -> KeyId {
        KeyId::of_spki_der(&self.spki_der)
    }

    /// DER of the certified SubjectPublicKeyInfo.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki_der
    }

    /// Start of the validity, Unix seconds.
    pub fn not_before_unix(&self) -> u64 {
        self.parsed.tbs_certificate().validity().not_before.to_unix_duration().as_secs()
    }

    /// End of the validity (the last second that is valid), Unix seconds.
    pub fn not_after_unix(&self) -> u64 {
        self.parsed.tbs_certificate().validity().not_after.to_unix_duration().as_secs()
    }

    /// Serial number in lower-case hexadecimal, two digits an octet.
    pub fn serial_hex(&self) -> String {
        hex::encode(self.parsed.tbs_certificate().serial_number().as_bytes())
    }

    /// The subject's first attribute of this type, as text.
    pub fn subject_attribute(&self, oid: ObjectIdentifier) -> Option<String> {
        attribute(self.parsed.tbs_certificate().subject(), oid)
    }

    /// The subject's common name.
    pub fn subject_common_name(&self) -> Option<String> {
        self.subject_attribute(rfc4519::COMMON_NAME)
    }

    /// The subject's title.
    pub fn subject_title(&self) -> Option<String> {
        self.subject_attribute(rfc4519::TITLE)
    }

    /// Does basicConstraints say CA?
    pub fn is_ca(&self) -> bool {
        self.extension::<BasicConstraints>().is_some_and(|constraints| constraints.ca)
    }

    pub(crate) fn key_usage(&self) -> Option<KeyUsage> {
        self.extension()
    }

    /// The first extension of this type, when it is there and can be read.
    pub(crate) fn extension<T: AssociatedOid + for<'a> Decode<'a>>(&self) -> Option<T> {
        self.parsed
            .tbs_certificate()
            .extensions()?
            .iter()
            .find(|extension| extension.extn_id == T::OID)
            .and_then(|extension| T::from_der(extension.extn_value.as_bytes()).ok())
    }

    /// Is this one issued by `issuer`: names, CA flags, signature?
    pub(crate) fn check_issued_by(&self, issuer: &Self, position: usize) -> Result<(), CertificateFault> {
        if self.parsed.tbs_certificate().issuer() != issuer.parsed.tbs_certificate().subject() {
            return Err(CertificateFault::IssuerIsNotNext { position });
        }
        let may_issue = issuer.key_usage().is_none_or(|usage| usage.0.contains(KeyUsages::KeyCertSign));
        if !issuer.is_ca() || !may_issue {
            return Err(CertificateFault::NotACa { position: position.saturating_add(1) });
        }
        let signed = to_be_signed(&self.der).map_err(|_| CertificateFault::Malformed { position })?;
        let value = self.parsed.signature().as_bytes().ok_or(CertificateFault::Malformed { position })?;
        let key = issuer.parsed.tbs_certificate().subject_public_key_info();
        let algorithm = self.parsed.signature_algorithm().oid;
        if self.parsed.tbs_certificate().signature().oid != algorithm {
            // RFC 5280, 4.1.1.2: the inner and the outer field must agree.
            return Err(CertificateFault::Malformed { position });
        }
        let curve = key.algorithm.parameters.as_ref().and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
        let checked_with = verification_algorithm(algorithm, key.algorithm.oid, curve)
            .ok_or(CertificateFault::UnsupportedAlgorithm { position })?;
        let point = key.subject_public_key.as_bytes().ok_or(CertificateFault::Malformed { position })?;
        UnparsedPublicKey::new(checked_with, point)
            .verify(signed, value)
            .map_err(|_| CertificateFault::NotSignedByNext { position })
    }
}

/// The octets that the issuer signed, as they came: encoding them again could write them in another way.
fn to_be_signed(certificate_der: &[u8]) -> der::Result<&[u8]> {
    let mut reader = SliceReader::new(certificate_der)?;
    Header::decode(&mut reader)?;
    reader.tlv_bytes()
}

/// What an outside CA may sign with; ours signs with ECDSA P-256 and SHA-256 only.
fn verification_algorithm(
    signature: ObjectIdentifier,
    key: ObjectIdentifier,
    curve: Option<ObjectIdentifier>,
) -> Option<&'static dyn VerificationAlgorithm> {
    if key == rfc5912::RSA_ENCRYPTION {
        return match signature {
            rfc5912::SHA_256_WITH_RSA_ENCRYPTION => Some(&native::RSA_PKCS1_2048_8192_SHA256),
            rfc5912::SHA_384_WITH_RSA_ENCRYPTION => Some(&native::RSA_PKCS1_2048_8192_SHA384),
            rfc5912::SHA_512_WITH_RSA_ENCRYPTION => Some(&native::RSA_PKCS1_2048_8192_SHA512),
            _ => None,
        };
    }
    if key != rfc5912::ID_EC_PUBLIC_KEY {
        return None;
    }
    match (curve?, signature) {
        (rfc5912::SECP_256_R_1, rfc5912::ECDSA_WITH_SHA_256) => Some(&native::ECDSA_P256_SHA256_ASN1),
        (rfc5912::SECP_256_R_1, rfc5912::ECDSA_WITH_SHA_384) => Some(&native::ECDSA_P256_SHA384_ASN1),
        (rfc5912::SECP_384_R_1, rfc5912::ECDSA_WITH_SHA_256) => Some(&native::ECDSA_P384_SHA256_ASN1),
        (rfc5912::SECP_384_R_1, rfc5912::ECDSA_WITH_SHA_384) => Some(&native::ECDSA_P384_SHA384_ASN1),
        (rfc5912::SECP_384_R_1, rfc5912::ECDSA_WITH_SHA_512) => Some(&native::ECDSA_P384_SHA512_ASN1),
        (rfc5912::SECP_521_R_1, rfc5912::ECDSA_WITH_SHA_256) => Some(&native::ECDSA_P521_SHA256_ASN1),
        (rfc5912::SECP_521_R_1, rfc5912::ECDSA_WITH_SHA_384) => Some(&native::ECDSA_P521_SHA384_ASN1),
        (rfc5912::SECP_521_R_1, rfc5912::ECDSA_WITH_SHA_512) => Some(&native::ECDSA_P521_SHA512_ASN1),
        _ => None,
    }
}

/// The first attribute of this type in a name, as text: UTF8String, PrintableString, IA5String (and ASCII in the old types).
pub(crate) fn attribute(name: &Name, oid: ObjectIdentifier) -> Option<String> {
    name.iter().find(|attribute| attribute.oid == oid).and_then(|attribute| text_of(&attribute.value))
}

fn text_of(value: &Any) -> Option<String> {
    match value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String => {
            core::str::from_utf8(value.value()).ok().map(str::to_owned)
        }
        // T.61 is read only where it is ASCII.
        Tag::TeletexString => {
            core::str::from_utf8(value.value()).ok().filter(|text| text.is_ascii()).map(str::to_owned)
        }
        Tag::BmpString => {
            let units: Vec<u16> = value
                .value()
                .chunks(2)
                .map(|pair| pair.iter().fold(0, |unit, &octet| (unit << 8) | u16::from(octet)))
                .collect();
            String::from_utf16(&units).ok()
        }
        _ => None,
    }
}

/// Checks that these certificates are one chain: not empty, each issued and signed by the next.
pub(crate) fn check_chain(chain: &[Certificate]) -> Result<(), CertificateFault> {
    if chain.is_empty() {
        return Err(CertificateFault::EmptyChain);
    }
    if chain.len() > CHAIN_LIMIT {
        return Err(CertificateFault::ChainTooLong { limit: CHAIN_LIMIT });
    }
    chain
        .iter()
        .zip(chain.iter().skip(1))
        .enumerate()
        .try_for_each(|(position, (certificate, issuer))| certificate.check_issued_by(issuer, position))
}

/// Reads every certificate of a PEM file, in the file's order, as DER. Text between the blocks is skipped (RFC 7468, 2).
///
/// # Errors
/// [`CertificateFault::NotPem`] when there is a block of another kind or a damaged one; [`CertificateFault::EmptyChain`] when there is none;
/// [`CertificateFault::ChainTooLong`]; [`CertificateFault::Malformed`] when a block is no certificate.
pub fn chain_from_pem(pem_text: &[u8]) -> Result<Vec<Vec<u8>>, KeyError> {
    let text = core::str::from_utf8(pem_text).map_err(|_| CertificateFault::NotPem)?;
    let mut chain = Vec::new();
    for block in pem_blocks(text) {
        let (label, der) = pem::decode_vec(block?.as_bytes()).map_err(|_| CertificateFault::NotPem)?;
        if label != "CERTIFICATE" {
            return Err(CertificateFault::NotPem.into());
        }
        let position = chain.len();
        if position == CHAIN_LIMIT {
            return Err(CertificateFault::ChainTooLong { limit: CHAIN_LIMIT }.into());
        }
        chain.push(Certificate::from_der_at(der, position)?.der);
    }
    if chain.is_empty() {
        return Err(CertificateFault::EmptyChain.into());
    }
    Ok(chain)
}

/// Writes certificates as PEM, one after the other.
pub fn chain_to_pem<D: AsRef<[u8]>>(chain: impl IntoIterator<Item = D>) -> String {
    chain
        .into_iter()
        .map(|der| {
            pem::encode_string("CERTIFICATE", pem::LineEnding::LF, der.as_ref())
                .expect("a certificate is far shorter than what PEM can hold")
        })
        .collect()
}

/// SHA-256 over the concatenated DER of a chain: names the chain in records.
pub(crate) fn chain_id(chain: &[Vec<u8>]) -> [u8; 32] {
    let mut hash = Sha256::new();
    chain.iter().for_each(|der| hash.update(der));
    hash.finalize().into()
}

/// The office that a TLS client certificate names: the one URI `urn:teken:office:<id>` among the subject's alternative names.
///
/// # Errors
/// [`CertificateFault::NoOffice`], [`CertificateFault::SeveralOffices`], [`CertificateFault::BadOffice`], or
/// [`CertificateFault::Malformed`] when it is no certificate.
pub fn office_from_certificate(der: &[u8]) -> Result<OfficeId, KeyError> {
    let certificate = Certificate::from_der(der)?;
    let names = certificate.extension::<SubjectAltName>().ok_or(CertificateFault::NoOffice)?;
    let mut offices = names.0.iter().filter_map(|name| match name {
        GeneralName::UniformResourceIdentifier(uri) => uri.as_str().strip_prefix(OFFICE_URN),
        _ => None,
    });
    let office = offices.next().ok_or(CertificateFault::NoOffice)?;
    if offices.next().is_some() {
        return Err(CertificateFault::SeveralOffices.into());
    }
    Ok(OfficeId::parse(office).map_err(|_| CertificateFault::BadOffice)?)
}
