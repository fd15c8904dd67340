//! [`Dtbsr`]: the one thing that a signing key signs.
//!
//! "Data to be signed representation" (ETSI EN 319 102-1, 4.2.5): the SHA-256 over the DER of the signed attributes of a CMS
//! (RFC 5652, 5.4). It is *not* the document digest, which goes *into* those attributes; the two are different types in
//! crates that cannot see each other, so swapping them does not compile.

use core::fmt;

use sha2::{Digest, Sha256};

/// SHA-256 over the DER of the signed attributes: what goes to the key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dtbsr([u8; 32]);

impl Dtbsr {
    /// Hashes the DER `SET OF` (tag 0x31) of the signed attributes, as RFC 5652, 5.4 demands.
    pub fn hash(signed_attributes_der: &[u8]) -> Self {
        Self(Sha256::digest(signed_attributes_der).into())
    }

    /// Takes a value that [`Dtbsr::hash`] made earlier and that a durable record kept.
    ///
    /// For recovery only: after a crash the *same* representation is signed again for an intent that was never
    /// released. A hash that somebody else computed must not enter here: the service signs what it built itself.
    pub fn from_recorded(octets: [u8; 32]) -> Self {
        Self(octets)
    }

    /// The 32 octets.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Dtbsr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dtbsr({})", hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::Dtbsr;

    #[test]
    fn the_hash_is_plain_sha256_of_the_attributes() {
        // FIPS 180-4 example: SHA-256("abc").
        assert_eq!(
            hex::encode(Dtbsr::hash(b"abc").as_bytes()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_recorded_value_is_the_value_that_was_hashed() {
        let hashed = Dtbsr::hash(b"1 \x31\x00");
        assert_eq!(Dtbsr::from_recorded(*hashed.as_bytes()), hashed);
    }
}
