//! Certificates from an outside CA: the request that goes out (PKCS#10, RFC 2986), and the chain that comes back.
//!
//! The chain is put in order and looked at before it is installed: it must certify this key for signatures, be one chain of issuers
//! and signatures, and be valid now. What a CA sends in the wrong order, with its root or in several files is taken; what does not
//! belong to the chain is refused, because nobody could say why it is there.

use const_oid::db::rfc5912;
use der::{
    AnyRef, Decode, Encode, Sequence,
    asn1::{Any, OctetString, SetOfVec},
    pem::{self, LineEnding},
};
use rand_core::TryCryptoRng;
use x509_cert::{
    attr::Attribute,
    ext::{
        Extension,
        pkix::{ExtendedKeyUsage, KeyUsage, KeyUsages},
    },
    name::Name,
};

use crate::{
    Certificate, CertificateFault, KeyError, PublicKey, SoftKey,
    agency::{self, AgencyError, NameAttribute},
    certificate::{self, CHAIN_LIMIT},
    credential::check_for_signing,
};

/// Who asks for a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// O.
    pub organization: String,
    /// OU, when there is one.
    pub organizational_unit: Option<String>,
    /// CN: the person's name.
    pub common_name: String,
    /// Title: the office that the person holds.
    pub title: Option<String>,
}

/// ```text
/// CertificationRequestInfo ::= SEQUENCE {
///     version       INTEGER { v1(0) } (v1,...),
///     subject       Name,
///     subjectPKInfo SubjectPublicKeyInfo{{ PKInfoAlgorithms }},
///     attributes    [0] Attributes{{ CRIAttributes }}
/// }
/// ```
#[derive(Sequence)]
struct RequestInfo<'a> {
    version: u8,
    subject: Name,
    subject_public_key_info: AnyRef<'a>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    attributes: SetOfVec<Attribute>,
}

/// Makes a request for a signing certificate, PEM. The key signs it, which proves that whoever asks has it.
///
/// Asked for: keyUsage digitalSignature and nonRepudiation, extended key usage document signing (RFC 9336). The CA decides.
///
/// # Errors
/// [`AgencyError`] when the subject's name cannot be in a certificate, or the key fails.
pub fn certification_request<R: TryCryptoRng + ?Sized>(
    key: &SoftKey,
    subject: &Subject,
    rng: &mut R,
) -> Result<String, AgencyError> {
    let mut parts = vec![(NameAttribute::Organization, subject.organization.as_str())];
    parts.extend(subject.organizational_unit.as_deref().map(|unit| (NameAttribute::OrganizationalUnit, unit)));
    parts.push((NameAttribute::CommonName, &subject.common_name));
    parts.extend(subject.title.as_deref().map(|title| (NameAttribute::Title, title)));

    let usage = KeyUsage(KeyUsages::DigitalSignature | KeyUsages::NonRepudiation);
    let extensions: Vec<Extension> = vec![
        Extension { extn_id: rfc5912::ID_CE_KEY_USAGE, critical: true, extn_value: OctetString::new(usage.to_der()?)? },
        agency::plain(&ExtendedKeyUsage(vec![agency::DOCUMENT_SIGNING]))?,
    ];
    let request = RequestInfo {
        version: 0,
        subject: agency::name(&parts)?,
        subject_public_key_info: AnyRef::from_der(key.public_key().spki_der())?,
        attributes: SetOfVec::try_from(vec![Attribute {
            oid: rfc5912::ID_EXTENSION_REQ,
            values: SetOfVec::try_from(vec![Any::encode_from(&extensions)?])?,
        }])?,
    };
    let signed = agency::sign_structure(&request.to_der()?, key, rng)?;
    pem::encode_string("CERTIFICATE REQUEST", LineEnding::LF, &signed)
        .map_err(|_| AgencyError::Encoding(der::ErrorKind::Failed))
}

/// Orders and checks the certificates that a CA sent for `key` (in any order, with or without the root), at `now` (Unix seconds).
/// Gives the chain to install: signing certificate first, self-signed certificates left out.
///
/// # Errors
/// [`KeyError::KeyAndCertificateMismatch`] when no certificate certifies the key; [`KeyError::Certificate`] for everything else.
pub fn install_chain(key: &PublicKey, sent: Vec<Vec<u8>>, now: u64) -> Result<Vec<Vec<u8>>, KeyError> {
    if sent.len() > CHAIN_LIMIT {
        return Err(CertificateFault::ChainTooLong { limit: CHAIN_LIMIT }.into());
    }
    let mut left = sent
        .into_iter()
        .enumerate()
        .map(|(position, der)| Certificate::from_der_at(der, position))
        .collect::<Result<Vec<_>, _>>()?;
    let first = left.first().ok_or(CertificateFault::EmptyChain)?.key_id();
    let position = left
        .iter()
        .position(|certificate| certificate.spki_der() == key.spki_der())
        .ok_or_else(|| KeyError::KeyAndCertificateMismatch { key: key.key_id().clone(), certificate: first })?;

    let mut chain = vec![left.swap_remove(position)];
    while let Some(last) = chain.last() {
        let issuer_of_last = last.parsed().tbs_certificate().issuer();
        let next = left.iter().position(|candidate| {
            candidate.parsed().tbs_certificate().subject() == issuer_of_last
                && last.check_issued_by(candidate, 0) != Err(CertificateFault::NotSignedByNext { position: 0 })
        });
        match next {
            Some(next) => chain.push(left.swap_remove(next)),
            None => break,
        }
    }
    if !left.is_empty() {
        return Err(CertificateFault::NotOfThisChain { count: left.len() }.into());
    }
    certificate::check_chain(&chain)?;
    let signing = chain.first().ok_or(CertificateFault::EmptyChain)?;
    check_for_signing(signing, key)?;
    for (position, certificate) in chain.iter().enumerate() {
        let (not_before, not_after) = (certificate.not_before_unix(), certificate.not_after_unix());
        if !(not_before..=not_after).contains(&now) {
            return Err(CertificateFault::NotValidAt { position, not_before, not_after, at: now }.into());
        }
    }
    let self_signed = |certificate: &Certificate| {
        let tbs = certificate.parsed().tbs_certificate();
        tbs.issuer() == tbs.subject()
    };
    Ok(chain
        .iter()
        .filter(|certificate| !self_signed(certificate))
        .map(|certificate| certificate.as_der().to_vec())
        .collect())
}
