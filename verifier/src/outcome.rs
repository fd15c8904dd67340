//! What one check gave: a proof, a finding, or neither.
//!
//! A check returns its proof or the finding that stands against it. The proof's type is known by nobody else's
//! constructor, so possession is evidence, and absence of an error is not.

use crate::findings::Finding;
use crate::report::CheckResult;

/// The outcome of one check.
#[derive(Debug)]
pub(crate) enum Outcome<P> {
    /// Established.
    Passed(P),
    /// It does not hold.
    Failed(Finding),
    /// Something is there that was not judged.
    NotChecked(Finding),
    /// A check before it gave nothing to work on; that one's finding says why.
    NotAttempted,
    /// There is nothing to check.
    NotApplicable,
}

impl<P> Outcome<P> {
    /// The proof, if there is one.
    pub(crate) fn proof(&self) -> Option<&P> {
        match self {
            Self::Passed(proof) => Some(proof),
            _ => None,
        }
    }

    /// The finding that stands against it.
    pub(crate) fn finding(&self) -> Option<&Finding> {
        match self {
            Self::Failed(finding) | Self::NotChecked(finding) => Some(finding),
            Self::Passed(_) | Self::NotAttempted | Self::NotApplicable => None,
        }
    }

    /// In the words of the report.
    pub(crate) fn result(&self) -> CheckResult {
        match self {
            Self::Passed(_) => CheckResult::Passed,
            Self::Failed(_) => CheckResult::Failed,
            Self::NotChecked(_) | Self::NotAttempted => CheckResult::NotChecked,
            Self::NotApplicable => CheckResult::NotApplicable,
        }
    }
}

impl<P> From<Result<P, Finding>> for Outcome<P> {
    fn from(result: Result<P, Finding>) -> Self {
        match result {
            Ok(proof) => Self::Passed(proof),
            Err(finding) => Self::Failed(finding),
        }
    }
}
