//! [`Issuer`]: a CA key with its certificate, which signs certificates and CRLs.
//!
//! `x509-cert`'s builders are not used: its CRL builder writes the issuer's own authority key identifier where 5.2.1 asks for
//! the issuer's subject key identifier (OpenSSL then finds no CRL), and both sign with a bare key, without entropy and without a
//! look at the result.

use const_oid::db::rfc5912;
use der::{
    AnyRef, Decode, Encode, Sequence,
    asn1::{BitStringRef, Uint},
};
use rand_core::TryCryptoRng;
use x509_cert::{
    certificate::Version,
    crl::{RevokedCert, TbsCertList},
    ext::{
        Extension,
        pkix::{CrlNumber, CrlReason},
    },
    name::Name,
    serial_number::SerialNumber,
    spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoRef},
    time::{Time, Validity},
};

use super::{
    AgencyError, Authority,
    ledger::Issued,
    profile::{KeyIdentifier, Profile, authority_key_identifier, plain},
};
use crate::{Certificate, Dtbsr, KeyError, SoftKey};

/// RFC 5280, 4.1.
#[derive(Sequence)]
struct ToBeSigned<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    version: Version,
    serial_number: SerialNumber,
    signature: AlgorithmIdentifierOwned,
    issuer: Name,
    validity: Validity,
    subject: Name,
    subject_public_key_info: AnyRef<'a>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    extensions: Vec<Extension>,
}

/// The outer form that certificates, CRLs and CSRs share: what is signed, how, and the value.
#[derive(Sequence)]
struct Signed<'a> {
    to_be_signed: AnyRef<'a>,
    algorithm: AlgorithmIdentifierOwned,
    value: BitStringRef<'a>,
}

/// ecdsa-with-SHA256, without parameters (RFC 5758, 3.2).
pub(crate) fn signature_algorithm() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid: rfc5912::ECDSA_WITH_SHA_256, parameters: None }
}

/// Signs a DER structure and wraps it: certificate, CRL or CSR.
pub(crate) fn sign_structure<R: TryCryptoRng + ?Sized>(
    to_be_signed: &[u8],
    key: &SoftKey,
    rng: &mut R,
) -> Result<Vec<u8>, AgencyError> {
    let value = key.sign_with(&Dtbsr::hash(to_be_signed), rng)?;
    Ok(Signed {
        to_be_signed: AnyRef::from_der(to_be_signed)?,
        algorithm: signature_algorithm(),
        value: BitStringRef::from_bytes(value.as_der())?,
    }
    .to_der()?)
}

/// A serial number: 17 octets, positive, 134 random bits (4.1.2.2: at most 20 octets; nobody guesses or repeats it).
pub(super) fn serial_number<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<SerialNumber, AgencyError> {
    let mut octets = [0; 17];
    rng.try_fill_bytes(&mut octets).map_err(|_| KeyError::Randomness)?;
    // The first octet between 0x40 and 0x7f: positive, and always of the same length.
    octets[0] = (octets[0] & 0x3f) | 0x40;
    Ok(SerialNumber::new(&octets)?)
}

/// What a certificate is to say, beside its issuer's part.
pub(super) struct Wanted<'a> {
    pub(super) profile: &'a Profile,
    pub(super) subject: Name,
    pub(super) spki_der: &'a [u8],
    pub(super) not_before: u64,
    pub(super) not_after: u64,
    pub(super) crl_uri: Option<&'a str>,
}

/// A CA that can sign now.
pub(super) struct Issuer {
    pub(super) authority: Authority,
    pub(super) key: SoftKey,
    pub(super) certificate: Certificate,
}

impl Issuer {
    /// Makes a CA that certifies itself.
    pub(super) fn self_signed<R: TryCryptoRng + ?Sized>(
        authority: Authority,
        key: SoftKey,
        wanted: Wanted<'_>,
        rng: &mut R,
    ) -> Result<Self, AgencyError> {
        let issuer_name = wanted.subject.clone();
        let issuer_key = key_identifier(wanted.spki_der)?;
        let der = certificate(&key, issuer_name, &issuer_key, wanted, rng)?;
        Ok(Self { authority, key, certificate: Certificate::from_der(&der)? })
    }

    /// Issues a certificate. It never outlives its issuer's.
    pub(super) fn issue<R: TryCryptoRng + ?Sized>(
        &self,
        wanted: Wanted<'_>,
        rng: &mut R,
    ) -> Result<Certificate, AgencyError> {
        let own = self.certificate.not_before_unix()..=self.certificate.not_after_unix();
        if !own.contains(&wanted.not_before) {
            return Err(AgencyError::AuthorityNotValid { authority: self.authority });
        }
        let wanted = Wanted { not_after: wanted.not_after.min(*own.end()), ..wanted };
        let issuer_name = self.certificate.parsed().tbs_certificate().subject().clone();
        let der = certificate(&self.key, issuer_name, &self.key_identifier()?, wanted, rng)?;
        Ok(Certificate::from_der(&der)?)
    }

    /// Issues a complete CRL: every revoked certificate of this CA, so no issuingDistributionPoint is needed (5.2.5).
    pub(super) fn issue_crl<R: TryCryptoRng + ?Sized>(
        &self,
        revoked: &[&Issued],
        number: u64,
        this_update: u64,
        next_update: u64,
        rng: &mut R,
    ) -> Result<Vec<u8>, AgencyError> {
        let entries = revoked.iter().filter_map(|issued| entry(issued).transpose()).collect::<Result<Vec<_>, _>>()?;
        let list = TbsCertList {
            version: Version::V2,
            signature: signature_algorithm(),
            issuer: self.certificate.parsed().tbs_certificate().subject().clone(),
            this_update: time(this_update)?,
            next_update: Some(time(next_update)?),
            // 5.1.2.6: absent, not empty, when there is none.
            revoked_certificates: (!entries.is_empty()).then_some(entries),
            crl_extensions: Some(vec![
                plain(&authority_key_identifier(&self.key_identifier()?)?)?,
                plain(&CrlNumber(Uint::new(&number.to_be_bytes())?))?,
            ]),
        };
        sign_structure(&list.to_der()?, &self.key, rng)
    }

    fn key_identifier(&self) -> Result<KeyIdentifier, AgencyError> {
        key_identifier(self.certificate.spki_der())
    }
}

fn key_identifier(spki_der: &[u8]) -> Result<KeyIdentifier, AgencyError> {
    let key = SubjectPublicKeyInfoRef::from_der(spki_der)?.subject_public_key;
    Ok(KeyIdentifier::of(key.as_bytes().ok_or(AgencyError::Encoding(der::ErrorKind::Failed))?))
}

fn certificate<R: TryCryptoRng + ?Sized>(
    key: &SoftKey,
    issuer: Name,
    issuer_key: &KeyIdentifier,
    wanted: Wanted<'_>,
    rng: &mut R,
) -> Result<Vec<u8>, AgencyError> {
    if wanted.not_after <= wanted.not_before {
        return Err(AgencyError::Times);
    }
    let to_be_signed = ToBeSigned {
        version: Version::V3,
        serial_number: serial_number(rng)?,
        signature: signature_algorithm(),
        issuer,
        validity: Validity::new(time(wanted.not_before)?, time(wanted.not_after)?),
        subject: wanted.subject,
        subject_public_key_info: AnyRef::from_der(wanted.spki_der)?,
        extensions: wanted.profile.extensions(&key_identifier(wanted.spki_der)?, issuer_key, wanted.crl_uri)?,
    };
    sign_structure(&to_be_signed.to_der()?, key, rng)
}

/// 4.1.2.5: UTCTime up to 2049, GeneralizedTime after.
fn time(unix: u64) -> Result<Time, AgencyError> {
    der::DateTime::from_unix_duration(core::time::Duration::from_secs(unix))
        .map(Time::from)
        .map_err(|_| AgencyError::Times)
}

/// 5.1.2.6 and 5.3.1: the reason is left out when there is none to tell.
fn entry(issued: &Issued) -> Result<Option<RevokedCert>, AgencyError> {
    let Some(revoked) = &issued.revoked else { return Ok(None) };
    let reason = revoked.reason.crl_reason();
    let octets = hex::decode(&issued.serial).map_err(|_| AgencyError::Encoding(der::ErrorKind::Failed))?;
    Ok(Some(RevokedCert {
        serial_number: SerialNumber::new(&octets)?,
        revocation_date: time(revoked.at)?,
        crl_entry_extensions: match reason {
            CrlReason::Unspecified => None,
            reason => Some(vec![plain(&reason)?]),
        },
    }))
}
