//! The words of a report: those of ETSI EN 319 102-1 where it has any.

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
