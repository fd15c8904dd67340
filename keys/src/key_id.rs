//! [`KeyId`]: the short name of a key in logs, records and errors.

use core::fmt;

use sha2::{Digest, Sha256};

/// The first 16 octets of the SHA-256 over the DER of the SubjectPublicKeyInfo, in lower-case hexadecimal.
///
/// It names a key and nothing else: it is the same for a key file, a certificate and a CSR of one key pair.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(String);

impl KeyId {
    /// Octets of the hash that are kept.
    const KEPT_OCTETS: usize = 16;

    /// The id of the key whose SubjectPublicKeyInfo (RFC 5280, 4.1) is given.
    pub fn of_spki_der(spki_der: &[u8]) -> Self {
        let mut id = hex::encode(Sha256::digest(spki_der));
        id.truncate(2 * Self::KEPT_OCTETS);
        Self(id)
    }

    /// 32 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({})", self.0)
    }
}
