//! What one check gave: a proof, a finding, or neither.
//!
//! A check returns its proof or the finding that stands against it. The proof's type is known by nobody else's
//! constructor, so possession is evidence, and absence of an error is not.

use crate::findings::Finding;
use crate::report::{Check, CheckResult, Conclusion, Indication, Reason};

/// The outcome of one check.
#[derive(Debug)]
pub(crate) enum Outcome<P, C = Check> {
    /// Established.
    Passed(P),
    /// It does not hold.
    Failed(Finding),
    /// Something is there that was not judged.
    NotChecked(Finding),
    /// This check, before it, gave nothing to work on; that one's finding says why.
    NotAttempted(C),
    /// There is nothing to check.
    NotApplicable,
}

impl<P, C: Copy> Outcome<P, C> {
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
            Self::Passed(_) | Self::NotAttempted(_) | Self::NotApplicable => None,
        }
    }

    /// The check without which nothing follows from this one: the one that it lacked itself, else `own`.
    fn lacking(&self, own: C) -> C {
        match self {
            Self::NotAttempted(root) => *root,
            _ => own,
        }
    }

    /// Runs a check on the proof of this one, which is `own`.
    pub(crate) fn then<Q, R: Into<Outcome<Q, C>>>(&self, own: C, check: impl FnOnce(&P) -> R) -> Outcome<Q, C> {
        self.proof().map_or_else(|| Outcome::NotAttempted(self.lacking(own)), |proof| check(proof).into())
    }

    /// The proofs of this check and of another one, which is `others`.
    pub(crate) fn and<'p, Q>(&'p self, own: C, other: &'p Outcome<Q, C>, others: C) -> Outcome<(&'p P, &'p Q), C> {
        match (self.proof(), other.proof()) {
            (Some(first), Some(second)) => Outcome::Passed((first, second)),
            (None, _) => Outcome::NotAttempted(self.lacking(own)),
            (_, None) => Outcome::NotAttempted(other.lacking(others)),
        }
    }

    /// FAILED is for what is known to be wrong. What could not be computed was not checked (EN 319 102-1, 5.1.3, tells
    /// the two apart as TOTAL-FAILED and INDETERMINATE).
    pub(crate) fn failed_only_if_wrong(self) -> Self {
        match self {
            Self::Failed(finding) if !is_wrong(&finding) => Self::NotChecked(finding),
            other => other,
        }
    }

    /// Where the form of the signature failed for a reason that is this check's too, this one failed with it.
    pub(crate) fn sharing<Q>(self, form: &Outcome<Q, C>, is_shared: impl FnOnce(&Finding) -> bool) -> Self {
        match form {
            Outcome::Failed(finding) if is_shared(finding) => Self::Failed(finding.clone()),
            _ => self,
        }
    }

    /// In the words of the report.
    pub(crate) fn result(&self) -> CheckResult {
        match self {
            Self::Passed(_) => CheckResult::Passed,
            Self::Failed(_) => CheckResult::Failed,
            Self::NotChecked(_) | Self::NotAttempted(_) => CheckResult::NotChecked,
            Self::NotApplicable => CheckResult::NotApplicable,
        }
    }
}

impl<P> Outcome<P> {
    /// Why it gave that.
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::Passed(_) => Reason::Established,
            Self::Failed(finding) | Self::NotChecked(finding) => Reason::Found(finding.clone()),
            Self::NotAttempted(needed) => Reason::Needs(*needed),
            Self::NotApplicable => Reason::NothingThere,
        }
    }
}

/// What findings mean together: the worst of them decides, and among those of one weight the first.
pub(crate) fn worst<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Option<Conclusion> {
    let conclusions = findings.into_iter().filter_map(Finding::conclusion);
    conclusions.reduce(|worst, next| if next.indication > worst.indication { next } else { worst })
}

fn is_wrong(finding: &Finding) -> bool {
    matches!(finding.conclusion(), Some(Conclusion { indication: Indication::TotalFailed, .. }))
}

impl<P, C> From<Result<P, Finding>> for Outcome<P, C> {
    fn from(result: Result<P, Finding>) -> Self {
        match result {
            Ok(proof) => Self::Passed(proof),
            Err(finding) => Self::Failed(finding),
        }
    }
}

#[cfg(test)]
mod tests;
