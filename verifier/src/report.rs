//! The answer: what was found about a file and each of its signatures.
//!
//! Job: plain values, in the words of ETSI EN 319 102-1, that `text` and `json` write down. A verdict is made in
//! `verify` and nowhere else; a file's verdict is that of its worst signature.

use evidence::SigningStatement;
use pades::PdfError;

use crate::clock::{UnixTime, ValidationTime};
use crate::findings::Finding;
use crate::later_revisions::Change;

/// The indication of one signature (EN 319 102-1, 5.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Indication {
    /// Every check succeeded.
    TotalPassed,
    /// Nothing is wrong that is known, but not everything could be decided.
    Indeterminate,
    /// The signature is wrong.
    TotalFailed,
}

impl Indication {
    /// The standard's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TotalPassed => "TOTAL-PASSED",
            Self::Indeterminate => "INDETERMINATE",
            Self::TotalFailed => "TOTAL-FAILED",
        }
    }
}

/// The sub-indication (EN 319 102-1, 5.1.3): the reason in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the standard's word, which `as_str` spells out")]
pub enum SubIndication {
    FormatFailure,
    HashFailure,
    SigCryptoFailure,
    SigConstraintsFailure,
    CryptoConstraintsFailure,
    ChainConstraintsFailure,
    CertificateChainGeneralFailure,
    NoSigningCertificateFound,
    NoCertificateChainFound,
    OutOfBoundsNoPoe,
    RevokedNoPoe,
    RevokedCaNoPoe,
    TryLater,
    Generic,
}

impl SubIndication {
    /// The standard's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FormatFailure => "FORMAT_FAILURE",
            Self::HashFailure => "HASH_FAILURE",
            Self::SigCryptoFailure => "SIG_CRYPTO_FAILURE",
            Self::SigConstraintsFailure => "SIG_CONSTRAINTS_FAILURE",
            Self::CryptoConstraintsFailure => "CRYPTO_CONSTRAINTS_FAILURE",
            Self::ChainConstraintsFailure => "CHAIN_CONSTRAINTS_FAILURE",
            Self::CertificateChainGeneralFailure => "CERTIFICATE_CHAIN_GENERAL_FAILURE",
            Self::NoSigningCertificateFound => "NO_SIGNING_CERTIFICATE_FOUND",
            Self::NoCertificateChainFound => "NO_CERTIFICATE_CHAIN_FOUND",
            Self::OutOfBoundsNoPoe => "OUT_OF_BOUNDS_NO_POE",
            Self::RevokedNoPoe => "REVOKED_NO_POE",
            Self::RevokedCaNoPoe => "REVOKED_CA_NO_POE",
            Self::TryLater => "TRY_LATER",
            Self::Generic => "GENERIC",
        }
    }
}

/// Indication and reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// The indication.
    pub indication: Indication,
    /// The reason; `None` for TOTAL-PASSED alone.
    pub sub_indication: Option<SubIndication>,
}

/// The result of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckResult {
    /// It succeeded.
    Passed,
    /// It failed.
    Failed,
    /// It was needed, or something was there to check, and it was not done.
    NotChecked,
    /// There is nothing to check.
    NotApplicable,
}

impl CheckResult {
    /// As it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Failed => "FAILED",
            Self::NotChecked => "NOT-CHECKED",
            Self::NotApplicable => "NOT-APPLICABLE",
        }
    }
}

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
    /// No check was done.
    pub(crate) const NONE: Self = Self {
        format: CheckResult::NotChecked,
        document: CheckResult::NotChecked,
        signature_value: CheckResult::NotChecked,
        signed_attributes: CheckResult::NotChecked,
        algorithms: CheckResult::NotChecked,
        statement: CheckResult::NotChecked,
        signer_certificate: CheckResult::NotChecked,
        path: CheckResult::NotChecked,
        revocation: CheckResult::NotChecked,
        time_stamps: CheckResult::NotChecked,
        validation_data: CheckResult::NotChecked,
        later_revisions: CheckResult::NotChecked,
    };
}

/// How much of the file a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoverageWord {
    /// All of it, its own value aside.
    WholeFile,
    /// All of the file as it was at some point; more was added later.
    WholeRevision,
    /// Neither.
    Partial,
}

impl CoverageWord {
    /// As it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WholeFile => "WHOLE_FILE",
            Self::WholeRevision => "WHOLE_REVISION",
            Self::Partial => "PARTIAL",
        }
    }
}

/// The form of a signature. The level is what was *verified*, not what is present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `ETSI.CAdES.detached`
    PadesBaselineB,
    /// `ETSI.CAdES.detached` with a time-stamp on the value that holds.
    PadesBaselineT,
    /// `adbe.pkcs7.detached`
    Pkcs7Detached,
    /// `adbe.pkcs7.sha1`
    Pkcs7Sha1,
    /// `ETSI.RFC3161`
    DocumentTimeStamp,
    /// Another one, or none that can be told.
    Unknown,
}

impl Format {
    /// As it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PadesBaselineB => "PAdES-BASELINE-B",
            Self::PadesBaselineT => "PAdES-BASELINE-T",
            Self::Pkcs7Detached => "PKCS7-DETACHED",
            Self::Pkcs7Sha1 => "PKCS7-SHA1",
            Self::DocumentTimeStamp => "DOCUMENT-TIME-STAMP",
            Self::Unknown => "UNKNOWN",
        }
    }
}

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
    /// The form.
    pub format: Format,
    /// The subject of the signing certificate, for people.
    pub signed_by: Option<String>,
    /// SHA-256 of the signing certificate.
    pub certificate_sha256: Option<[u8; 32]>,
    /// What the maker of the file claims.
    pub claimed_signing_time: Option<ClaimedTime>,
    /// The earliest moment at which the signature is proved to have existed. The validation time without a time-stamp.
    pub best_signature_time: UnixTime,
    /// What the service stated.
    pub statement: Option<SigningStatement>,
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

    /// The exit code of `teken-verify` for a file with this verdict.
    pub fn exit_code(self) -> ExitStatus {
        match self {
            Self::Signed(Indication::TotalPassed) => ExitStatus::Passed,
            Self::Signed(Indication::TotalFailed) => ExitStatus::Failed,
            Self::Signed(Indication::Indeterminate) => ExitStatus::Indeterminate,
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
            findings: vec![Finding::FileNotRead(kind)],
        }
    }

    /// The answer for a file that is larger than the limit, without reading it.
    pub fn too_large(length: usize, limit: usize, time: ValidationTime) -> Self {
        let finding = Finding::FileUnreadable(PdfError::TooLarge { length, limit });
        Self { findings: vec![finding], ..Self::not_read(std::io::ErrorKind::FileTooLarge, time) }
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
