//! Step 5: do the signed attributes say what they must? (RFC 5652, 11; EN 319 122-1, 5.2; EN 319 142-1, 5.3 and 6.3.)
//!
//! Job: DER order, content-type, the binding of the signing certificate, algorithm protection, and no signing-time
//! where PAdES puts the claimed time into the dictionary.
//! Invariant: an [`AttributesAgree`] was made with the certificate that the attributes bind, so that a look-alike
//! certificate for the same key cannot take the place of the signer's.

use crate::asn1::{Asn1Result, Element, tag};
use crate::authenticity::NamedCertificate;
use crate::certificate::Certificate;
use crate::cms::Single;
use crate::crypto::DigestAlgorithm;
use crate::crypto::identifier::AlgorithmIdentifier;
use crate::findings::Finding;
use crate::format::WellFormed;
use crate::path::constraints::{general_name, value_of};
use crate::report::Format;
use crate::{names, oid};

/// The attributes are what the format asks for, and bind the certificate.
#[derive(Debug)]
pub(crate) struct AttributesAgree(());

impl AttributesAgree {
    /// Checks them.
    pub(crate) fn establish(
        form: &WellFormed<'_>,
        named: &NamedCertificate,
        notes: &mut Vec<Finding>,
    ) -> Result<Self, Finding> {
        let Some(attributes) = form.signed_attributes() else {
            // RFC 5652, 5.3 lets plain data be signed without any; PAdES and time-stamps do not.
            return match form.format() {
                Format::Pkcs7Detached | Format::Pkcs7Sha1 => Ok(Self(())),
                _ => Err(Finding::SignedAttributesMissing),
            };
        };
        // RFC 5652, 5.3: "SignedAttributes MUST be DER encoded, even if the rest of the structure is BER".
        if !attributes.is_sorted() {
            return Err(Finding::SignedAttributesUnsorted);
        }
        // 11.1
        match attributes.one(oid::CONTENT_TYPE) {
            Single::Value(value)
                if value.tag == tag::OBJECT_IDENTIFIER && value.content == form.signed_data().content_type => {}
            _ => return Err(Finding::ContentTypeWrong),
        }
        match reference(form) {
            Reference::Absent if matches!(form.format(), Format::PadesBaselineB | Format::DocumentTimeStamp) => {
                return Err(Finding::CertificateReferenceMissing);
            }
            Reference::Absent => {}
            Reference::Malformed => return Err(Finding::CertificateReferenceMalformed),
            Reference::Present { old, references } => {
                if old {
                    notes.push(Finding::CertificateReferenceOld);
                }
                // RFC 5035, 3: the first one identifies the signing certificate.
                let is_bound = references.first().is_some_and(|first| first.names(named.certificate()));
                if !is_bound {
                    return Err(Finding::CertificateReferenceWrong);
                }
            }
        }
        match attributes.one(oid::CMS_ALGORITHM_PROTECTION) {
            Single::Absent => {}
            Single::Value(value) if protects(&value, form).unwrap_or(false) => {}
            Single::Value(_) | Single::Several => return Err(Finding::AlgorithmProtectionWrong),
        }
        if form.format() == Format::PadesBaselineB && attributes.has(oid::SIGNING_TIME) {
            notes.push(Finding::SigningTimeAttribute);
        }
        Ok(Self(()))
    }
}

/// The signature binds this certificate; also when it binds none, because then nothing speaks against it.
pub(crate) fn binds(form: &WellFormed<'_>, certificate: &Certificate) -> bool {
    match reference(form) {
        Reference::Present { references, .. } => references.first().is_some_and(|first| first.names(certificate)),
        Reference::Absent => true,
        Reference::Malformed => false,
    }
}

enum Reference<'a> {
    Absent,
    Malformed,
    Present {
        /// signing-certificate (SHA-1) rather than signing-certificate-v2.
        old: bool,
        references: Vec<CertificateReference<'a>>,
    },
}

/// `ESSCertIDv2 ::= SEQUENCE { hashAlgorithm DEFAULT sha256, certHash OCTET STRING, issuerSerial OPTIONAL }`
struct CertificateReference<'a> {
    digest: Option<DigestAlgorithm>,
    hash: &'a [u8],
    issuer_serial: Option<(Element<'a>, &'a [u8])>,
}

impl CertificateReference<'_> {
    fn names(&self, certificate: &Certificate) -> bool {
        let hash_fits = match self.digest {
            Some(DigestAlgorithm::Sha256) => self.hash == certificate.sha256(),
            Some(digest) => digest.hash(&[certificate.as_der()]).is_some_and(|hash| hash.as_bytes() == self.hash),
            None => false,
        };
        hash_fits
            && self.issuer_serial.is_none_or(|(issuer, serial)| {
                let mut names = issuer.reader();
                let mut has_issuer = false;
                while let Ok(name) = names.any() {
                    has_issuer |= name.tag == general_name::DIRECTORY
                        && value_of(&name).is_ok_and(|name| names::is_same(name, certificate.issuer()));
                }
                has_issuer && serial == certificate.serial()
            })
    }
}

/// The references to the signing certificate; the new attribute counts where both are present.
fn reference<'a>(form: &WellFormed<'a>) -> Reference<'a> {
    let Some(attributes) = form.signed_attributes() else { return Reference::Absent };
    let (old, value) = match (attributes.one(oid::SIGNING_CERTIFICATE_V2), attributes.one(oid::SIGNING_CERTIFICATE)) {
        (Single::Value(value), _) => (false, value),
        (Single::Absent, Single::Value(value)) => (true, value),
        (Single::Absent, Single::Absent) => return Reference::Absent,
        (Single::Several, _) | (Single::Absent, Single::Several) => return Reference::Malformed,
    };
    match read_references(&value, old) {
        Ok(references) if !references.is_empty() => Reference::Present { old, references },
        _ => Reference::Malformed,
    }
}

/// `SigningCertificateV2 ::= SEQUENCE { certs SEQUENCE OF ESSCertIDv2, policies SEQUENCE OF PolicyInformation OPTIONAL }`
fn read_references<'a>(value: &Element<'a>, old: bool) -> Asn1Result<Vec<CertificateReference<'a>>> {
    let whole = crate::asn1::single_sequence(value.whole)?;
    whole.within(|reader| {
        let list = reader.sequence()?;
        reader.optional(tag::SEQUENCE)?;
        let mut references = Vec::new();
        let mut items = list.reader();
        while !items.is_empty() {
            references.push(items.sequence()?.within(|reader| {
                let digest = if old {
                    Some(DigestAlgorithm::Sha1)
                } else {
                    match reader.optional(tag::SEQUENCE)? {
                        None => Some(DigestAlgorithm::Sha256),
                        Some(identifier) => AlgorithmIdentifier::read(&identifier)?.digest().ok(),
                    }
                };
                let hash = reader.expect(tag::OCTET_STRING)?.content;
                let issuer_serial = match reader.optional(tag::SEQUENCE)? {
                    None => None,
                    Some(pair) => {
                        Some(pair.within(|reader| Ok((reader.sequence()?, reader.expect(tag::INTEGER)?.integer()?)))?)
                    }
                };
                Ok(CertificateReference { digest, hash, issuer_serial })
            })?);
        }
        Ok(references)
    })
}

/// `CMSAlgorithmProtection ::= SEQUENCE { digestAlgorithm, signatureAlgorithm [1] OPTIONAL, macAlgorithm [2] OPTIONAL }`
/// (RFC 6211, 2): the same algorithms as in the SignerInfo.
fn protects(value: &Element<'_>, form: &WellFormed<'_>) -> Asn1Result<bool> {
    let (digest, signature) = value.within(|reader| {
        let digest = AlgorithmIdentifier::read(&reader.sequence()?)?;
        let signature = reader.expect(tag::constructed(1))?;
        Ok((digest, AlgorithmIdentifier::read(&signature)?))
    })?;
    let signer_info = form.signer_info();
    Ok(digest.oid == signer_info.digest_algorithm.oid
        && signature.oid == signer_info.signature_algorithm.oid
        && signature.parameters.map(|element| element.whole)
            == signer_info.signature_algorithm.parameters.map(|element| element.whole))
}
