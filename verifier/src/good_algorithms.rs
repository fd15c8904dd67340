//! Step 6: do the algorithms of the signature agree, and are they good enough at the validation time?

use crate::algorithms::AlgorithmPolicy;
use crate::authenticity::Authentic;
use crate::clock::ValidationTime;
use crate::findings::Finding;
use crate::integrity::Binding;

/// They are.
#[derive(Debug)]
pub(crate) struct GoodAlgorithms(());

impl GoodAlgorithms {
    /// Checks digests, signature algorithm and key.
    pub(crate) fn establish(
        binding: Binding,
        authentic: &Authentic,
        policy: AlgorithmPolicy,
        time: ValidationTime,
    ) -> Result<Self, Finding> {
        let at = time.unix_time();
        for digest in [Some(binding.digest), binding.imprint].into_iter().flatten() {
            policy.check_digest(digest, at).map_err(Finding::AlgorithmWeak)?;
        }
        policy.check_signature(authentic.algorithm(), authentic.key(), at).map_err(Finding::AlgorithmWeak)?;
        if authentic.agrees_with(binding.digest) { Ok(Self(())) } else { Err(Finding::AlgorithmsDisagree) }
    }
}
