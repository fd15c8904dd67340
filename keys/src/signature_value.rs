//! [`SignatureValue`]: a signature that is known to be good.
//!
//! The constructor is private to the crate and verifies with the public key, so a value that a fault in the processor, the
//! memory or a token corrupted never exists: a wrong ECDSA value made under a repeated nonce can give the key away.
//! Low-s (s <= n/2) makes the value the only one of its pair that we release: nobody can turn our CMS into a second one with
//! other octets that also verifies.

use core::fmt;

use p256::ecdsa::Signature;

use crate::{Dtbsr, KeyError, public_key::PublicKey};

/// DER `ECDSA-Sig-Value` (RFC 3279, 2.2.3), low-s, verified with the public key.
#[derive(Clone, PartialEq, Eq)]
pub struct SignatureValue(Vec<u8>);

impl SignatureValue {
    /// Normalizes s and verifies; the only way to a value.
    ///
    /// # Errors
    /// [`KeyError::SignatureDoesNotVerify`] when the value does not verify: the key is then not to be used again before
    /// somebody has looked.
    pub(crate) fn verified(signature: Signature, dtbsr: &Dtbsr, public_key: &PublicKey) -> Result<Self, KeyError> {
        let der = signature.normalize_s().to_der();
        if !public_key.verifies(dtbsr, der.as_bytes()) {
            return Err(KeyError::SignatureDoesNotVerify { key_id: public_key.key_id().clone() });
        }
        Ok(Self(der.as_bytes().to_vec()))
    }

    /// The DER, 8 to 72 octets.
    pub fn as_der(&self) -> &[u8] {
        &self.0
    }

    /// r || s, 32 octets each, as COSE writes it (RFC 9053, 2.1).
    pub(crate) fn to_r_s(&self) -> [u8; 64] {
        Signature::from_der(&self.0).expect("made from a signature").to_bytes().into()
    }
}

impl fmt::Debug for SignatureValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignatureValue({})", hex::encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use getrandom::SysRng;
    use p256::ecdsa::Signature;

    use super::SignatureValue;
    use crate::{Dtbsr, KeyError, SigningKey, SoftKey};

    /// A value as the key made it, as r || s.
    fn made(key: &SoftKey, dtbsr: &Dtbsr) -> Vec<u8> {
        let value = key.sign_with(dtbsr, &mut SysRng).expect("signed");
        Signature::from_der(value.as_der()).expect("DER").to_bytes().to_vec()
    }

    #[test]
    fn a_value_with_any_bit_wrong_is_dropped() {
        let key = SoftKey::generate(&mut SysRng).expect("a key");
        let dtbsr = Dtbsr::hash(b"signed attributes");
        let good = made(&key, &dtbsr);
        let expected = KeyError::SignatureDoesNotVerify { key_id: key.key_id().clone() };
        for bit in 0..good.len() * 8 {
            let mut wrong = good.clone();
            wrong[bit / 8] ^= 1 << (bit % 8);
            // Outside 1..n-1 there is no signature at all.
            let Ok(wrong) = Signature::from_slice(&wrong) else { continue };
            let dropped = SignatureValue::verified(wrong, &dtbsr, key.public_key()).expect_err("dropped");
            assert_eq!(dropped, expected, "bit {bit}");
        }
    }

    #[test]
    fn a_value_of_another_key_is_dropped() {
        let (key, other) =
            (SoftKey::generate(&mut SysRng).expect("a key"), SoftKey::generate(&mut SysRng).expect("a key"));
        let dtbsr = Dtbsr::hash(b"signed attributes");
        let value = Signature::from_slice(&made(&other, &dtbsr)).expect("a value");
        let dropped = SignatureValue::verified(value, &dtbsr, key.public_key()).expect_err("dropped");
        assert_eq!(dropped, KeyError::SignatureDoesNotVerify { key_id: key.key_id().clone() });
    }

    #[test]
    fn high_s_becomes_low_s() {
        let key = SoftKey::generate(&mut SysRng).expect("a key");
        let dtbsr = Dtbsr::hash(b"signed attributes");
        let low = Signature::from_slice(&made(&key, &dtbsr)).expect("a value");
        let (r, s) = low.split_scalars();
        let high = Signature::from_scalars(r, -s).expect("a value");
        assert_ne!(high, low);
        let value = SignatureValue::verified(high, &dtbsr, key.public_key()).expect("both verify");
        assert_eq!(value.as_der(), low.to_der().as_bytes());
    }
}
