//! The steps of the procedure, each with its result and the reason for it.

use super::words::CheckResult;
use crate::findings::Finding;

/// The result of every check of the procedure, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks {
    /// The signature's own form.
    pub format: CheckResult,
    /// ByteRange, gap, coverage of a revision, digest.
    pub document: CheckResult,
    /// The signature value with the signing certificate's key.
    pub signature_value: CheckResult,
    /// What the signed attributes must say.
    pub signed_attributes: CheckResult,
    /// The algorithms are good enough.
    pub algorithms: CheckResult,
    /// The service's statement.
    pub statement: CheckResult,
    /// The signing certificate is made for signing documents.
    pub signer_certificate: CheckResult,
    /// A path to an anchor.
    pub path: CheckResult,
    /// Nothing on the path is revoked.
    pub revocation: CheckResult,
    /// Signature time-stamps.
    pub time_stamps: CheckResult,
    /// Validation data in the document.
    pub validation_data: CheckResult,
    /// Everything that was added after the signature.
    pub later_revisions: CheckResult,
}

impl Checks {
    /// The results of the steps; a step that is not among them was not done.
    pub(crate) fn of(steps: &[Step]) -> Self {
        let of =
            |check| steps.iter().find(|step| step.check == check).map_or(CheckResult::NotChecked, |step| step.result);
        Self {
            format: of(Check::Format),
            document: of(Check::Document),
            signature_value: of(Check::SignatureValue),
            signed_attributes: of(Check::SignedAttributes),
            algorithms: of(Check::Algorithms),
            statement: of(Check::Statement),
            signer_certificate: of(Check::SignerCertificate),
            path: of(Check::Path),
            revocation: of(Check::Revocation),
            time_stamps: of(Check::TimeStamps),
            validation_data: of(Check::ValidationData),
            later_revisions: of(Check::LaterRevisions),
        }
    }
}

/// One step of the procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the field of `Checks` of that name")]
pub enum Check {
    Format,
    Document,
    SignatureValue,
    SignedAttributes,
    Algorithms,
    Statement,
    SignerCertificate,
    Path,
    Revocation,
    TimeStamps,
    ValidationData,
    LaterRevisions,
}

impl Check {
    /// All of them, in the order of the procedure.
    pub const ALL: [Self; 12] = [
        Self::Format,
        Self::Document,
        Self::SignatureValue,
        Self::SignedAttributes,
        Self::Algorithms,
        Self::Statement,
        Self::SignerCertificate,
        Self::Path,
        Self::Revocation,
        Self::TimeStamps,
        Self::ValidationData,
        Self::LaterRevisions,
    ];

    /// The step's number in the procedure, from 1.
    pub fn number(self) -> usize {
        Self::ALL.iter().position(|check| *check == self).map_or(0, |index| index.saturating_add(1))
    }
}

/// What one step gave, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Which step.
    pub check: Check,
    /// Its result.
    pub result: CheckResult,
    /// Why that.
    pub reason: Reason,
}

/// Why a step gave its result.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// What it asks for was established.
    Established,
    /// This stands against it, or is missing.
    Found(Finding),
    /// It works on what this step establishes, which gave nothing.
    Needs(Check),
    /// There is nothing to check.
    NothingThere,
    /// The procedure did not come so far: the file itself cannot be followed, as its finding says.
    NotReached,
}
