//! The answer: what was found about a file and each of its signatures.
//!
//! Job: plain values, in the words of ETSI EN 319 102-1, that `text` and `json` write down. A verdict is made in
//! `verdict` and nowhere else; a file's verdict is that of its worst signature.

use evidence::SigningStatement;
use pades::PdfError;

use crate::clock::{UnixTime, ValidationTime};
use crate::findings::Finding;
use crate::later_revisions::Change;
use crate::published::DocumentStatus;

mod steps;
mod used;
mod words;

pub use steps::{Check, Checks, Reason, Step};
pub use used::{CertificateFacts, ListSource, ListUsed, TimeBasis};
pub use words::{CheckResult, Conclusion, CoverageWord, Format, Indication, SubIndication};

/// `/M`: what the maker of the file claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedTime {
    /// As it stands in the file.
    pub text: String,
    /// The moment, when the text is a PDF date.
    pub time: Option<UnixTime>,
}

/// A revision that was added after a signature.
#[derive(Clone, Debug, PartialEq)]
pub struct LaterRevision {
    /// Which revision of the file, from 1.
    pub number: usize,
    /// Its octets in the file.
    pub span: std::ops::Range<usize>,
    /// What it was found to be.
    pub result: CheckResult,
    /// What it changed.
    pub changes: Vec<Change>,
}

/// Everything about one signature.
#[derive(Clone, Debug)]
pub struct SignatureReport {
    /// The field's full name; `None` for a signature that no field leads to.
    pub field: Option<String>,
    /// The verdict.
    pub conclusion: Conclusion,
    /// The document and the signature value, whatever trust says.
    pub integrity: CheckResult,
    /// Every check.
    pub checks: Checks,
    /// Every step of the procedure in its order, with the reason for its result.
    pub steps: Vec<Step>,
    /// The form.
    pub format: Format,
    /// The subject of the signing certificate, for people.
    pub signed_by: Option<String>,
    /// SHA-256 of the signing certificate.
    pub certificate_sha256: Option<[u8; 32]>,
    /// The signing certificate: that with whose key the value was verified.
    pub signing_certificate: Option<CertificateFacts>,
    /// The trust anchor that the path ends at.
    pub trust_anchor: Option<CertificateFacts>,
    /// The revocation lists that answered for the path.
    pub revocation_lists: Vec<ListUsed>,
    /// What the maker of the file claims.
    pub claimed_signing_time: Option<ClaimedTime>,
    /// The earliest moment at which the signature is proved to have existed. The validation time without a time-stamp.
    pub best_signature_time: UnixTime,
    /// What that moment rests on.
    pub best_signature_time_basis: TimeBasis,
    /// What the service stated.
    pub statement: Option<SigningStatement>,
    /// The text of the document's QR seal in the signature dictionary. `Validator::verify_seal` judges it.
    pub seal: Option<String>,
    /// What became of the document since; `None` when nobody asked, or the service stated no place in a status list.
    pub document_status: Option<DocumentStatus>,
    /// How much of the file is covered.
    pub coverage: CoverageWord,
    /// What was added later.
    pub later_revisions: Vec<LaterRevision>,
    /// Everything that was found, errors first.
    pub findings: Vec<Finding>,
}

/// The verdict on a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileVerdict {
    /// The worst signature's.
    Signed(Indication),
    /// There is no signature.
    NoSignature,
    /// The file cannot be read.
    Unreadable,
}

impl FileVerdict {
    /// As it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Signed(indication) => indication.as_str(),
            Self::NoSignature => "NO-SIGNATURE",
            Self::Unreadable => "UNREADABLE",
        }
    }

    /// The exit code for this verdict alone; see [`Report::exit_status`].
    pub fn exit_code(self) -> ExitStatus {
        match self {
            Self::Signed(indication) => indication.exit_status(),
            Self::NoSignature => ExitStatus::NoSignature,
            Self::Unreadable => ExitStatus::Unreadable,
        }
    }
}

/// Exit codes (design, section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// 0
    Passed,
    /// 1
    Failed,
    /// 2
    Usage,
    /// 3
    Indeterminate,
    /// 4
    NoSignature,
    /// 5: the document itself was revoked or superseded; needs a status list.
    DocumentRevoked,
    /// 6
    Unreadable,
}

impl Indication {
    /// The exit code for it alone.
    pub(crate) fn exit_status(self) -> ExitStatus {
        match self {
            Self::TotalPassed => ExitStatus::Passed,
            Self::TotalFailed => ExitStatus::Failed,
            Self::Indeterminate => ExitStatus::Indeterminate,
        }
    }
}

impl ExitStatus {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Indeterminate => 3,
            Self::NoSignature => 4,
            Self::DocumentRevoked => 5,
            Self::Unreadable => 6,
        }
    }

    /// The worse of two, in the order 2 6 1 4 5 3 0.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        let rank = |status| match status {
            Self::Usage => 6,
            Self::Unreadable => 5,
            Self::Failed => 4,
            Self::NoSignature => 3,
            Self::DocumentRevoked => 2,
            Self::Indeterminate => 1,
            Self::Passed => 0,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

/// Everything about one file.
#[derive(Clone, Debug)]
pub struct Report {
    /// SHA-256 over the file; `None` when it could not be read.
    pub sha256: Option<[u8; 32]>,
    /// The verdict.
    pub verdict: FileVerdict,
    /// The moment at which everything was judged.
    pub validation_time: UnixTime,
    /// Its signatures, in file order.
    pub signatures: Vec<SignatureReport>,
    /// What became of the document since, the worst of its signatures'; `None` when nobody asked or nothing was signed.
    pub document_status: Option<DocumentStatus>,
    /// What was found about the file as a whole.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The answer for a file that the operating system did not give.
    pub fn not_read(kind: std::io::ErrorKind, time: ValidationTime) -> Self {
        Self {
            sha256: None,
            verdict: FileVerdict::Unreadable,
            validation_time: time.unix_time(),
            signatures: Vec::new(),
            document_status: None,
            findings: vec![Finding::FileNotRead(kind)],
        }
    }

    /// The answer for a file that is larger than the limit, without reading it.
    pub fn too_large(length: usize, limit: usize, time: ValidationTime) -> Self {
        let finding = Finding::FileUnreadable(PdfError::TooLarge { length, limit });
        Self { findings: vec![finding], ..Self::not_read(std::io::ErrorKind::FileTooLarge, time) }
    }

    /// The exit code of `teken-verify` for this file: that of its verdict, or what became of the document if that is worse.
    pub fn exit_status(&self) -> ExitStatus {
        let verdict = self.verdict.exit_code();
        self.document_status.as_ref().map_or(verdict, |status| verdict.worse(status.exit_status()))
    }

    /// The verdict on a file with these signatures: that of the worst.
    pub(crate) fn verdict_of(signatures: &[SignatureReport]) -> FileVerdict {
        signatures
            .iter()
            .map(|signature| signature.conclusion.indication)
            .max()
            .map_or(FileVerdict::NoSignature, FileVerdict::Signed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_too_large_is_unreadable_for_its_length() {
        let report = Report::too_large(11, 10, ValidationTime::new(UnixTime::from_seconds(0)));
        assert_eq!(report.findings, [Finding::FileUnreadable(PdfError::TooLarge { length: 11, limit: 10 })]);
        assert_eq!((report.verdict, report.sha256), (FileVerdict::Unreadable, None));
    }

    #[test]
    fn the_worst_exit_code_follows_the_contract() {
        use ExitStatus as E;
        let order =
            [E::Usage, E::Unreadable, E::Failed, E::NoSignature, E::DocumentRevoked, E::Indeterminate, E::Passed];
        assert_eq!(order.map(E::code), [2, 6, 1, 4, 5, 3, 0]);
        for (index, worse) in order.iter().enumerate() {
            for better in order.iter().skip(index) {
                assert_eq!(worse.worse(*better), *worse);
                assert_eq!(better.worse(*worse), *worse);
            }
        }
    }
}
