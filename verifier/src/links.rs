//! Signatures on certificates and CRLs that were found right before.
//!
//! Job: an office's thousand documents carry one chain; its links need to be verified once. What is kept is the fact
//! that a key signed certain octets, which is true at every time and for every anchor: validity, constraints and
//! revocation are judged anew each time.
//! Invariant: only success is kept, under a digest of the key and of the digest of the signed octets with their
//! signature; a full cache forgets everything rather than grow.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::budget::{Budget, BudgetSpent};
use crate::crypto::CryptoFailure;
use crate::crypto::digest::Digest;

/// Enough for every chain that one archive can hold; 32 octets each.
const MAX_LINKS: usize = 10_000;

/// What is known. An empty one, used once, caches within one file.
#[derive(Debug, Default)]
pub(crate) struct LinkCache(Mutex<HashSet<[u8; 32]>>);

impl LinkCache {
    /// Runs `verify` unless this key is known to have signed `signed_sha256`, the digest of octets that include
    /// both what is signed and the signature value.
    pub(crate) fn verify(
        &self,
        key_info: &[u8],
        signed_sha256: &[u8; 32],
        verify: impl FnOnce() -> Result<(), CryptoFailure>,
        budget: &mut Budget,
    ) -> Result<Result<(), CryptoFailure>, BudgetSpent> {
        // The digest is of fixed length, so the pair has one reading.
        let link = Digest::sha256(&[signed_sha256, key_info].concat());
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&link) {
            return Ok(Ok(()));
        }
        budget.signature()?;
        let result = verify();
        if result.is_ok() {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MAX_LINKS {
                known.clear();
            }
            known.insert(link);
        }
        Ok(result)
    }
}
