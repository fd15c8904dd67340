//! Step 12: what was added after the signature, and was it allowed?
//!
//! Job: account for every octet behind the covered revision.
//! Invariant: [`Permitted`] exists only when there is nothing behind it, or each later revision was explained. What
//! nobody explains fails; what is not judged yet leaves the verdict open.

use pades::SignedPdf;

use crate::findings::Finding;
use crate::integrity::Intact;
use crate::outcome::Outcome;
use crate::report::{CheckResult, LaterRevision};

/// Everything behind the signature is accounted for.
#[derive(Debug)]
pub(crate) struct Permitted(());

impl Permitted {
    /// Accounts for it.
    pub(crate) fn establish(
        pdf: &SignedPdf<'_>,
        intact: &Intact,
        covered_end: usize,
        later: &mut Vec<LaterRevision>,
        notes: &mut Vec<Finding>,
    ) -> Outcome<Self> {
        for (index, revision) in pdf.revisions().iter().enumerate().skip(intact.revision().saturating_add(1)) {
            later.push(LaterRevision {
                number: index.saturating_add(1),
                span: revision.span(),
                result: CheckResult::NotChecked,
                changes: Vec::new(),
            });
        }
        let behind = pdf.trailing();
        let start = behind.start.max(covered_end);
        let octets = pdf.bytes().get(start..).unwrap_or_default();
        if !octets.is_empty() {
            // The end-of-line that completes the last line is part of the file as it was written.
            if octets.iter().all(|octet| matches!(octet, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ')) {
                notes.push(Finding::PaddingAfterEnd { length: octets.len() });
            } else {
                return Outcome::Failed(Finding::UnexplainedOctets { offset: start, length: octets.len() });
            }
        }
        if later.is_empty() {
            Outcome::Passed(Self(()))
        } else {
            Outcome::NotChecked(Finding::LaterRevisionsNotChecked { count: later.len() })
        }
    }
}
