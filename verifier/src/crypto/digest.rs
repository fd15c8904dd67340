//! Digests over documents, attributes and certificates.
//!
//! Job: one incremental hash with the same face natively (aws-lc-rs) and elsewhere (`sha2`), and a [`Digest`] that
//! compares whole values only.

use std::fmt;

/// A digest algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DigestAlgorithm {
    /// SHA-1: computed where the platform can, never accepted.
    Sha1,
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
}

impl fmt::Display for DigestAlgorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        })
    }
}

/// The longest digest, in octets.
const MAX_OCTETS: usize = 64;

/// A digest value.
#[derive(Clone, Copy)]
pub(crate) struct Digest {
    octets: [u8; MAX_OCTETS],
    length: usize,
}

impl Digest {
    fn new(value: &[u8]) -> Self {
        let mut octets = [0; MAX_OCTETS];
        let length = value.len().min(MAX_OCTETS);
        for (to, from) in octets.iter_mut().zip(value) {
            *to = *from;
        }
        Self { octets, length }
    }

    /// The octets.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.octets.get(..self.length).unwrap_or_default()
    }

    /// The octets of a SHA-256 value.
    pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
        let mut hasher = Hasher::new(DigestAlgorithm::Sha256).expect("SHA-256 is always there");
        hasher.update(bytes);
        hasher.finish_sha256()
    }
}

#[cfg(not(target_family = "wasm"))]
#[derive(Clone)]
pub(crate) struct Hasher(aws_lc_rs::digest::Context);

#[cfg(not(target_family = "wasm"))]
impl Hasher {
    /// `None` where the platform cannot compute it.
    pub(crate) fn new(algorithm: DigestAlgorithm) -> Option<Self> {
        use aws_lc_rs::digest;
        Some(Self(digest::Context::new(match algorithm {
            DigestAlgorithm::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            DigestAlgorithm::Sha256 => &digest::SHA256,
            DigestAlgorithm::Sha384 => &digest::SHA384,
            DigestAlgorithm::Sha512 => &digest::SHA512,
        })))
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(self) -> Digest {
        Digest::new(self.0.finish().as_ref())
    }
}

#[cfg(target_family = "wasm")]
pub(crate) use pure::Hasher;

/// Elsewhere; and in tests, to be compared.
#[cfg(any(test, target_family = "wasm"))]
mod pure {
    use sha2::Digest as _;

    use super::{Digest, DigestAlgorithm};

    #[derive(Clone)]
    pub(crate) enum Hasher {
        Sha1(sha1::Sha1),
        Sha256(sha2::Sha256),
        Sha384(sha2::Sha384),
        Sha512(sha2::Sha512),
    }

    impl Hasher {
        /// `None` where the platform cannot compute it.
        pub(crate) fn new(algorithm: DigestAlgorithm) -> Option<Self> {
            Some(match algorithm {
                DigestAlgorithm::Sha1 => Self::Sha1(sha1::Sha1::new()),
                DigestAlgorithm::Sha256 => Self::Sha256(sha2::Sha256::new()),
                DigestAlgorithm::Sha384 => Self::Sha384(sha2::Sha384::new()),
                DigestAlgorithm::Sha512 => Self::Sha512(sha2::Sha512::new()),
            })
        }

        pub(crate) fn update(&mut self, bytes: &[u8]) {
            match self {
                Self::Sha1(hasher) => hasher.update(bytes),
                Self::Sha256(hasher) => hasher.update(bytes),
                Self::Sha384(hasher) => hasher.update(bytes),
                Self::Sha512(hasher) => hasher.update(bytes),
            }
        }

        pub(crate) fn finish(self) -> Digest {
            match self {
                Self::Sha1(hasher) => Digest::new(&hasher.finalize()),
                Self::Sha256(hasher) => Digest::new(&hasher.finalize()),
                Self::Sha384(hasher) => Digest::new(&hasher.finalize()),
                Self::Sha512(hasher) => Digest::new(&hasher.finalize()),
            }
        }
    }
}

impl Hasher {
    /// Finishes a SHA-256.
    pub(crate) fn finish_sha256(self) -> [u8; 32] {
        let digest = self.finish();
        *digest.octets.first_chunk().expect("a digest holds at least 32 octets")
    }
}

impl DigestAlgorithm {
    /// Hashes the pieces one after the other; `None` where the platform cannot.
    pub(crate) fn hash(self, pieces: &[&[u8]]) -> Option<Digest> {
        let mut hasher = Hasher::new(self)?;
        for piece in pieces {
            hasher.update(piece);
        }
        Some(hasher.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_implementations_hash_alike() {
        for algorithm in
            [DigestAlgorithm::Sha1, DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512]
        {
            for length in [0, 1, 63, 64, 111, 112, 127, 128, 1000] {
                let message: Vec<u8> = (0..length).map(|index| u8::try_from(index % 251).expect("below 251")).collect();
                let mut pure = pure::Hasher::new(algorithm).expect("every digest is there");
                pure.update(&message);
                let native = algorithm.hash(&[&message]).expect("every digest is there");
                assert_eq!(pure.finish().as_bytes(), native.as_bytes(), "{algorithm}, {length} octets");
            }
        }
    }
}
