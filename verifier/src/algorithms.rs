//! Which algorithms are good enough, and until when (ETSI EN 319 102-1, 5.2.6.4 "cryptographic constraints").
//!
//! Job: one table with dates, after ETSI TS 119 312 and the SOG-IS catalogue, applied to the signature itself and to
//! every certificate and CRL on the way. Everything is judged at the validation time, because there is no proof of
//! existence at an earlier one yet: a stronger claim needs a time-stamp.
//! Invariant: an algorithm that is not in the table is never acceptable.

use crate::clock::UnixTime;
use crate::crypto::{DigestAlgorithm, KeyKind, SignatureAlgorithm};

/// 2031-01-01T00:00:00Z: RSA keys below 3000 bits end with 2030 (SOG-IS catalogue 1.3, section 4.1; NIST SP 800-131A
/// agrees), later than the "legacy" mark of the same tables, because most certificates in use have 2048 bits.
const RSA_2048_ENDS: UnixTime = UnixTime::from_seconds(1_924_992_000);

/// What is not good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeakAlgorithm {
    /// A digest that collides.
    Digest(DigestAlgorithm),
    /// An RSA key with this many bits.
    RsaKey(u32),
}

/// The policy on algorithms. There is one; `Default` is it.
#[derive(Clone, Copy, Debug, Default)]
pub struct AlgorithmPolicy {}

impl AlgorithmPolicy {
    /// A digest, at a time.
    pub(crate) fn check_digest(self, digest: DigestAlgorithm, _at: UnixTime) -> Result<(), WeakAlgorithm> {
        match digest {
            // Chosen-prefix collisions since 2017 and 2020; refused whatever the date.
            DigestAlgorithm::Sha1 => Err(WeakAlgorithm::Digest(digest)),
            DigestAlgorithm::Sha256 | DigestAlgorithm::Sha384 | DigestAlgorithm::Sha512 => Ok(()),
        }
    }

    /// A key, at a time.
    pub(crate) fn check_key(self, key: KeyKind, at: UnixTime) -> Result<(), WeakAlgorithm> {
        match key {
            KeyKind::Rsa(bits) if bits < 2048 => Err(WeakAlgorithm::RsaKey(bits)),
            KeyKind::Rsa(bits) if bits < 3000 && at >= RSA_2048_ENDS => Err(WeakAlgorithm::RsaKey(bits)),
            KeyKind::Rsa(_) | KeyKind::Ec(_) | KeyKind::Ed25519 => Ok(()),
        }
    }

    /// A signature algorithm and the key that it is used with, at a time.
    pub(crate) fn check_signature(
        self,
        algorithm: SignatureAlgorithm,
        key: KeyKind,
        at: UnixTime,
    ) -> Result<(), WeakAlgorithm> {
        if let Some(digest) = algorithm.digest() {
            self.check_digest(digest, at)?;
        }
        if let SignatureAlgorithm::RsaPss { mask, .. } = algorithm {
            self.check_digest(mask, at)?;
        }
        self.check_key(key, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha1_is_never_good_enough_and_short_rsa_ends_with_2030() {
        let policy = AlgorithmPolicy::default();
        let before = UnixTime::from_seconds(RSA_2048_ENDS.seconds() - 1);
        let rsa = SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256);
        assert_eq!(RSA_2048_ENDS.to_string(), "2031-01-01T00:00:00Z");
        assert_eq!(
            policy.check_signature(
                SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha1),
                KeyKind::Ed25519,
                UnixTime::from_seconds(0)
            ),
            Err(WeakAlgorithm::Digest(DigestAlgorithm::Sha1))
        );
        assert_eq!(policy.check_signature(rsa, KeyKind::Rsa(2048), before), Ok(()));
        assert_eq!(policy.check_signature(rsa, KeyKind::Rsa(2048), RSA_2048_ENDS), Err(WeakAlgorithm::RsaKey(2048)));
        assert_eq!(policy.check_signature(rsa, KeyKind::Rsa(2047), before), Err(WeakAlgorithm::RsaKey(2047)));
        assert_eq!(policy.check_signature(rsa, KeyKind::Rsa(3072), RSA_2048_ENDS), Ok(()));
    }
}
