//! Step 7: what did the signing service state? (The crate `evidence` specifies the attribute.)
//!
//! Job: read the service's own signed attribute and compare the claimed time with the service's time.
//! Invariant: a [`StatementRead`] comes from signed attributes; whether to believe its maker is for the path.

use evidence::signing_statement::CLAIMED_TIME_TOLERANCE_SECONDS;
use evidence::{OidArc, SigningStatement};

use crate::clock::UnixTime;
use crate::cms::Single;
use crate::findings::Finding;
use crate::format::WellFormed;
use crate::outcome::Outcome;
use crate::report::ClaimedTime;

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
