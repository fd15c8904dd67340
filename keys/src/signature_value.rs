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
}

impl fmt::Debug for SignatureValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignatureValue({})", hex::encode(&self.0))
    }
}
