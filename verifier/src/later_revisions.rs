//! Step 12: what was added after the signature, and was it allowed?
//!
//! Job: account for every octet behind the covered revision. Each later revision is compared with the one before it,
//! so that a later one cannot undo what an earlier one did before anybody looks; its octets are accounted for; and
//! each change is held against the permissions in force.
//! Invariant: [`Permitted`] exists only when there is nothing behind the signature, or everything there is explained
//! and allowed. What nothing allows fails; what cannot be decided leaves the verdict open.

use std::cell::OnceCell;

use pades::{EmbeddedSignature, SignedPdf};

use crate::findings::Finding;
use crate::integrity::Intact;
use crate::outcome::Outcome;
use crate::report::{CheckResult, LaterRevision};

mod annotations;
mod appearance;
mod beneath;
mod change;
mod compare;
mod dss;
mod filled;
mod form;
mod layout;
mod matrix;
mod new_field;
mod painted;
mod rules;
#[cfg(test)]
mod tests;
mod values;

pub use beneath::Beneath;
pub use change::{AnnotationAction, Change, FieldPlace, Place, Shown};
use rules::Permissions;
pub use rules::Ruling;

/// Everything behind the signature is accounted for.
#[derive(Debug)]
pub(crate) struct Permitted(());

/// What stands for a revision that cannot be compared: nothing allows it. Every revision has a view, so this is never
/// told; were it ever otherwise, an uncompared revision must not pass for an unchanged one.
const NOT_COMPARED: Change = Change::Unexplained { place: Place::Trailer, object: None };

/// What each revision of a file changed, found out once for all its signatures.
pub(crate) struct History {
    changes: Vec<OnceCell<Vec<Change>>>,
}

impl History {
    /// Of a file whose revisions nobody has compared yet.
    pub(crate) fn of(pdf: &SignedPdf<'_>) -> Self {
        Self { changes: pdf.revisions().iter().map(|_| OnceCell::new()).collect() }
    }

    /// What revision `index` changed against the one before it.
    fn changes(&self, pdf: &SignedPdf<'_>, index: usize) -> &[Change] {
        let Some(cell) = self.changes.get(index) else { return const { &[NOT_COMPARED] } };
        cell.get_or_init(|| {
            let before = index.checked_sub(1).and_then(|before| pdf.document().view(before));
            let (Some(before), Some(after)) = (before, pdf.document().view(index)) else { return vec![NOT_COMPARED] };
            let mut changes = layout::review(pdf, index);
            changes.extend(compare::compare(before, after));
            changes
        })
    }
}

impl Permitted {
    /// Accounts for it.
    pub(crate) fn establish(
        pdf: &SignedPdf<'_>,
        signature: &EmbeddedSignature,
        intact: &Intact,
        history: &History,
        later: &mut Vec<LaterRevision>,
        notes: &mut Vec<Finding>,
    ) -> Outcome<Self> {
        Self::behind(intact.revision(), pdf, signature, history, later, notes)
    }

    /// Accounts for what stands behind one revision, up to whose end everything is covered.
    fn behind(
        covered: usize,
        pdf: &SignedPdf<'_>,
        signature: &EmbeddedSignature,
        history: &History,
        later: &mut Vec<LaterRevision>,
        notes: &mut Vec<Finding>,
    ) -> Outcome<Self> {
        let mut worst: Option<(Ruling, Finding)> = None;
        let mut keep_worst = |ruling: Ruling, finding: Finding| {
            if worst.as_ref().is_none_or(|(known, _)| *known < ruling) {
                worst = Some((ruling, finding));
            }
        };
        let first = covered.saturating_add(1);
        let later_changes = (first..pdf.revisions().len()).map(|index| history.changes(pdf, index));
        let judged = Permissions::of(pdf, signature).judge(later_changes);
        for ((index, revision), judged) in pdf.revisions().iter().enumerate().skip(first).zip(judged) {
            for (change, ruling) in &judged {
                let finding = Finding::LaterChange { change: change.clone(), ruling: *ruling };
                match ruling {
                    Ruling::Expected => {}
                    Ruling::Reported => notes.push(finding),
                    Ruling::Open | Ruling::Forbidden => {
                        keep_worst(*ruling, finding.clone());
                        notes.push(finding);
                    }
                }
            }
            later.push(LaterRevision {
                number: index.saturating_add(1),
                span: revision.span(),
                result: result_of(&judged),
                changes: judged.into_iter().map(|(change, _)| change).collect(),
            });
        }
        let covered_end = signature.byte_range().map_or(0, pades::ByteRange::end);
        let start = pdf.trailing().start.max(covered_end);
        let octets = pdf.bytes().get(start..).unwrap_or_default();
        if !is_padding(octets) {
            let finding = Finding::UnexplainedOctets { offset: start, length: octets.len() };
            keep_worst(Ruling::Forbidden, finding);
        } else if !octets.is_empty() {
            // White space and zeros that a transport added: read by nobody, and said.
            notes.push(Finding::PaddingAfterEnd { length: octets.len() });
        }
        // The decisive finding is told by the outcome itself.
        if let Some((_, decisive)) = &worst {
            notes.retain(|note| note != decisive);
        }
        match worst {
            None => Outcome::Passed(Self(())),
            Some((Ruling::Forbidden, finding)) => Outcome::Failed(finding),
            Some((_, finding)) => Outcome::NotChecked(finding),
        }
    }
}

/// The strictest ruling on a revision, as a check.
fn result_of(judged: &[(Change, Ruling)]) -> CheckResult {
    match judged.iter().map(|(_, ruling)| *ruling).max() {
        None | Some(Ruling::Expected | Ruling::Reported) => CheckResult::Passed,
        Some(Ruling::Open) => CheckResult::NotChecked,
        Some(Ruling::Forbidden) => CheckResult::Failed,
    }
}

/// White space and zeros (7.2.3), which nobody reads.
fn is_padding(octets: &[u8]) -> bool {
    octets.iter().all(|octet| matches!(octet, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' '))
}
