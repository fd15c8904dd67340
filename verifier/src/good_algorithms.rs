//! Step 6: do the algorithms of the signature agree, and are they good enough at the validation time?

use crate::algorithms::AlgorithmPolicy;
use crate::authenticity::Authentic;
use crate::clock::ValidationTime;
use crate::crypto::DigestAlgorithm;
use crate::findings::Finding;

/// They are.
#[derive(Debug)]
pub(crate) struct GoodAlgorithms(());

impl GoodAlgorithms {
    /// Checks digest, signature algorithm and key.
    pub(crate) fn establish(
        digest: DigestAlgorithm,
        authentic: &Authentic,
        policy: AlgorithmPolicy,
        time: ValidationTime,
    ) -> Result<Self, Finding> {
        let at = time.unix_time();
        policy.check_digest(digest, at).map_err(Finding::AlgorithmWeak)?;
        policy.check_signature(authentic.algorithm(), authentic.key(), at).map_err(Finding::AlgorithmWeak)?;
        if authentic.agrees_with(digest) { Ok(Self(())) } else { Err(Finding::AlgorithmsDisagree) }
    }
}
