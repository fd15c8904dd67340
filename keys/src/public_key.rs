//! [`PublicKey`]: a P-256 public key, parsed once, ready to verify.
//!
//! Verification is aws-lc's, signing is p256's: the self-check after each signature is then made by other code than the code
//! that is checked, and it costs a sixth of p256's own verification.

use core::fmt;

use aws_lc_rs::{
    digest,
    signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey},
};
use p256::{
    ecdsa::Signature,
    elliptic_curve::sec1::ToSec1Point,
    pkcs8::{DecodePublicKey, EncodePublicKey},
};

use crate::{Dtbsr, KeyError, KeyId};

/// A P-256 public key: on the curve, not the point at infinity.
#[derive(Clone)]
pub struct PublicKey {
    sec1: [u8; 65],
    spki_der: Vec<u8>,
    key_id: KeyId,
    parsed: ParsedPublicKey,
}

impl PublicKey {
    /// Reads an uncompressed or compressed point (SEC 1, 2.3.4).
    ///
    /// # Errors
    /// [`KeyError::NotP256`] when the octets are not a point of the curve.
    pub fn from_sec1(octets: &[u8]) -> Result<Self, KeyError> {
        let key = p256::PublicKey::from_sec1_bytes(octets).map_err(|_| KeyError::NotP256)?;
        Self::from_point(&key)
    }

    /// Reads the DER of a SubjectPublicKeyInfo (RFC 5480).
    ///
    /// # Errors
    /// [`KeyError::NotP256`] when it is another kind of key, or no key.
    pub fn from_spki_der(spki_der: &[u8]) -> Result<Self, KeyError> {
        let key = p256::PublicKey::from_public_key_der(spki_der).map_err(|_| KeyError::NotP256)?;
        Self::from_point(&key)
    }

    pub(crate) fn from_point(key: &p256::PublicKey) -> Result<Self, KeyError> {
        let sec1: [u8; 65] = key.to_sec1_point(false).as_bytes().try_into().map_err(|_| KeyError::NotP256)?;
        let spki_der = key.to_public_key_der().map_err(|_| KeyError::NotP256)?.into_vec();
        let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, sec1).map_err(|_| KeyError::NotP256)?;
        Ok(Self { sec1, key_id: KeyId::of_spki_der(&spki_der), spki_der, parsed })
    }

    /// Uncompressed point: 65 octets.
    pub fn sec1(&self) -> &[u8] {
        &self.sec1
    }

    /// DER of the SubjectPublicKeyInfo (RFC 5480, named curve).
    pub fn spki_der(&self) -> &[u8] {
        &self.spki_der
    }

    /// Which key this is.
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// Does this DER `ECDSA-Sig-Value` (RFC 3279, 2.2.3) sign `dtbsr`?
    pub fn verifies(&self, dtbsr: &Dtbsr, signature_der: &[u8]) -> bool {
        digest::Digest::import_less_safe(dtbsr.as_bytes(), &digest::SHA256)
            .is_ok_and(|hash| self.parsed.verify_digest_sig(&hash, signature_der).is_ok())
    }

    /// Does this r || s (RFC 9053, 2.1) sign the octets of a COSE Sig_structure?
    pub fn verifies_statement(&self, to_be_signed: &[u8], signature: &[u8; 64]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.verifies(&Dtbsr::hash(to_be_signed), signature.to_der().as_bytes()))
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.sec1 == other.sec1
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.key_id)
    }
}
