//! Commitments: what the service keeps instead of a document's number.
//!
//! A document number has so little entropy that its bare hash can be reversed by trying them all. A commitment is HMAC-SHA-256
//! (RFC 2104, FIPS 198-1) under a key that only the service has:
//!
//! ```text
//! commitment = HMAC-SHA-256(key, domain || 0x00 || text)
//! ```
//!
//! where `domain` is an ASCII word without NUL, so that a number and an officer of the same spelling have different commitments.
//! Whoever holds the key can open a commitment by naming the text; nobody else can test a guess.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// What a commitment is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitmentDomain {
    /// A document's number.
    DocumentNumber,
    /// The account of the officer who asked.
    RequestingOfficer,
    /// The canonical octets of a whole request, by which a repeated request is told from another one.
    Request,
    /// A page token of a listing.
    PageToken,
    /// The nonce of a seal: the same request gets the same nonce, and nobody else can compute it.
    SealNonce,
    /// The permutation that hides in which order status indexes were given out.
    StatusPermutation,
}

impl CommitmentDomain {
    const fn word(self) -> &'static [u8] {
        match self {
            Self::DocumentNumber => b"teken.v1.document-number",
            Self::PageToken => b"teken.v1.page-token",
            Self::Request => b"teken.v1.request",
            Self::RequestingOfficer => b"teken.v1.requesting-officer",
            Self::SealNonce => b"teken.v1.seal-nonce",
            Self::StatusPermutation => b"teken.v1.status-permutation",
        }
    }
}

/// The service's key for commitments: 32 octets, wiped when dropped, never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct CommitmentKey([u8; 32]);

impl CommitmentKey {
    /// Takes a key of 32 random octets.
    #[must_use]
    pub const fn from_bytes(octets: [u8; 32]) -> Self {
        Self(octets)
    }

    /// Commits to a text.
    #[must_use]
    pub fn commit(&self, domain: CommitmentDomain, text: &str) -> Commitment {
        self.commit_octets(domain, text.as_bytes())
    }

    /// Commits to octets.
    #[must_use]
    pub fn commit_octets(&self, domain: CommitmentDomain, octets: &[u8]) -> Commitment {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(domain.word());
        mac.update(&[0]);
        mac.update(octets);
        Commitment(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for CommitmentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CommitmentKey([REDACTED])")
    }
}

/// A keyed commitment to a text: 32 octets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commitment([u8; 32]);

impl Commitment {
    /// Takes a commitment that was made before.
    #[must_use]
    pub const fn from_bytes(octets: [u8; 32]) -> Self {
        Self(octets)
    }

    /// The 32 octets.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Commitment({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> CommitmentKey {
        CommitmentKey::from_bytes([0x0b; 32])
    }

    #[test]
    fn the_construction_is_hmac_sha256_over_domain_nul_text() {
        // (printf teken.v1.document-number; printf '\0'; printf 474/12/2026) | openssl dgst -sha256 -mac HMAC -macopt hexkey:0b..0b
        assert_eq!(
            key().commit(CommitmentDomain::DocumentNumber, "474/12/2026").to_string(),
            "ed27294b9fe0ff92f06d33a41e23cd8c7e9f05894334ee1a685850a1e1e617b4"
        );
    }

    #[test]
    fn another_domain_text_or_key_gives_another_commitment() {
        let one = key().commit(CommitmentDomain::DocumentNumber, "1");
        assert_ne!(one, key().commit(CommitmentDomain::RequestingOfficer, "1"));
        assert_ne!(one, key().commit(CommitmentDomain::DocumentNumber, "2"));
        assert_ne!(one, CommitmentKey::from_bytes([0x0c; 32]).commit(CommitmentDomain::DocumentNumber, "1"));
    }

    #[test]
    fn the_key_is_never_printed() {
        assert_eq!(format!("{:?}", key()), "CommitmentKey([REDACTED])");
    }
}
