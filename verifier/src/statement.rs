//! Step 7: what did the signing service state? (The crate `evidence` specifies the attribute.)
//!
//! Job: read the service's own signed attribute and compare the claimed time with the service's time.
//! Invariant: a [`StatementRead`] comes from signed attributes; whether to believe its maker is for the path.

use evidence::seal::Seal;
use evidence::signing_statement::CLAIMED_TIME_TOLERANCE_SECONDS;
use evidence::{OidArc, SigningStatement};
use pades::EmbeddedSignature;

use crate::clock::UnixTime;
use crate::cms::Single;
use crate::findings::Finding;
use crate::format::WellFormed;
use crate::outcome::Outcome;
use crate::report::ClaimedTime;
use crate::seal::SealProblem;

/// The statement, read.
#[derive(Debug)]
pub(crate) struct StatementRead(SigningStatement);

impl StatementRead {
    /// Reads it, if there is one.
    pub(crate) fn establish(
        form: &WellFormed<'_>,
        arc: &OidArc,
        claimed: Option<&ClaimedTime>,
        notes: &mut Vec<Finding>,
    ) -> Outcome<Self> {
        let identifier = arc.signing_statement();
        let Some(attributes) = form.signed_attributes() else { return Outcome::NotApplicable };
        let value = match attributes.one(identifier.as_bytes()) {
            Single::Absent => return Outcome::NotApplicable,
            Single::Several => return Outcome::Failed(Finding::StatementRepeated),
            Single::Value(value) => value,
        };
        match SigningStatement::from_der(value.whole) {
            Err(error) => Outcome::Failed(Finding::StatementMalformed(error)),
            Ok(statement) => {
                let seconds = i64::try_from(statement.signed_at.0).unwrap_or(i64::MAX);
                let distance =
                    claimed.and_then(|claimed| claimed.time).map(|time| time.distance(UnixTime::from_seconds(seconds)));
                if let Some(seconds) = distance.filter(|seconds| *seconds > CLAIMED_TIME_TOLERANCE_SECONDS) {
                    notes.push(Finding::ClaimedTimeFar { seconds });
                }
                Outcome::Passed(Self(statement))
            }
        }
    }

    pub(crate) fn statement(&self) -> &SigningStatement {
        &self.0
    }
}

/// Compares the seal in the signature dictionary, which the office wrote, with the one that the service stated.
pub(crate) fn note_seal(signature: &EmbeddedSignature, read: &Outcome<StatementRead>, notes: &mut Vec<Finding>) {
    let stated = match read {
        Outcome::Passed(read) => read.statement().seal_hash,
        Outcome::NotApplicable => None,
        // Nothing is known of what the service stated; the step's own finding says why.
        Outcome::Failed(_) | Outcome::NotChecked(_) | Outcome::NotAttempted(_) => return,
    };
    let entry = match signature.seal_entry() {
        Ok(entry) => entry,
        Err(fault) => return notes.push(Finding::Seal(SealProblem::EntryFaulty(fault))),
    };
    let problem = match (entry, stated) {
        (None, None) => return,
        (None, Some(_)) => SealProblem::StatedAndAbsent,
        (Some(_), None) => SealProblem::NotStated,
        (Some(text), Some(hash)) if Seal::from_text(text).is_ok_and(|seal| seal.hash() == hash) => return,
        (Some(_), Some(_)) => SealProblem::NotTheStated,
    };
    notes.push(Finding::Seal(problem));
}

#[cfg(test)]
mod tests;
