//! Everything that a report can say about a signature or a file, each with a stable code.
//!
//! Job: one closed list. A finding carries the facts as typed values; its code, its weight and what it means for the
//! verdict are told here, its sentences in `findings::english` and `findings::indonesian`.
//! Invariant: codes are never renamed and never used for something else: scripts match on them.

use std::fmt;

use pades::PdfError;

use crate::algorithms::WeakAlgorithm;
use crate::asn1::Asn1Error;
use crate::clock::UnixTime;
use crate::later_revisions::{Change, Ruling};
use crate::oid::Oid;
use crate::path::PathFailure;
use crate::report::{Conclusion, Indication, SubIndication};
use crate::revocation::{NoStatus, Position, RevocationFailure};

mod english;
mod indonesian;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// A person should look at it; the verdict may still be TOTAL-PASSED.
    Warning,
    /// The signature cannot pass because of it.
    Error,
}

impl Severity {
    /// As it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The language of a sentence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Bahasa Indonesia
    #[default]
    Indonesian,
    /// English
    English,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    // --- the file
    /// The operating system did not give the file.
    FileNotRead(std::io::ErrorKind),
    /// The file cannot be read as a PDF, and carries no signature that anything could be said about.
    FileUnreadable(PdfError),
    /// The file cannot be read as a PDF, although it has signature dictionaries.
    FileMalformed(PdfError),
    /// A signature dictionary lies in the file that no signature field leads to.
    OrphanedSignature {
        /// Octets from the start of the file.
        offset: usize,
    },
    /// ByteRange or Contents of a signature is malformed, or they do not belong together.
    SignatureMalformed(PdfError),
    /// The ByteRange ends at no revision's end.
    CoverageOdd,
    /// In the revision that was signed, this field does not have this signature.
    FieldNotSigned,
    /// The file carries a usage rights signature of its maker's software: it speaks about that software, not the document.
    UsageRights,
    /// The SubFilter is none that is known.
    UnknownSubFilter(String),
    /// `adbe.pkcs7.sha1`, which hashes with SHA-1.
    SubFilterRefused,

    // --- integrity
    /// The document's digest is not the one that was signed.
    DigestWrong,
    /// Octets that are not zero stand behind the CMS in Contents.
    ContentsTrailing {
        /// How many.
        octets: usize,
    },

    // --- the CMS
    /// The CMS cannot be read.
    CmsMalformed(Asn1Error),
    /// The CMS is BER, not DER.
    CmsIsBer,
    /// A version number that the structure cannot have.
    CmsVersion,
    /// The CMS does not hold exactly one SignerInfo.
    SignerInfoCount {
        /// How many it holds.
        count: usize,
    },
    /// The CMS carries its own content, or says that it signs something other than data.
    ContentNotDetached,
    /// A document time-stamp whose CMS is no time-stamp token.
    NotATimeStamp,
    /// The CMS lists no digest algorithm at all.
    DigestAlgorithmNotListed,
    /// The CMS lists digest algorithms, but not the signer's.
    DigestAlgorithmOther,
    /// The certificate that the CMS names is not in it.
    SigningCertificateMissing,
    /// The signed attributes are missing.
    SignedAttributesMissing,
    /// The signed attributes are not in DER's order.
    SignedAttributesUnsorted,
    /// content-type is missing, repeated or not that of the content.
    ContentTypeWrong,
    /// message-digest is missing or repeated.
    MessageDigestMissing,
    /// signing-certificate-v2 is missing where the format requires it.
    CertificateReferenceMissing,
    /// The signing-certificate attribute is malformed or repeated.
    CertificateReferenceMalformed,
    /// The signing-certificate attribute names another certificate.
    CertificateReferenceWrong,
    /// The reference uses the old attribute, which hashes with SHA-1.
    CertificateReferenceOld,
    /// signing-time stands among the signed attributes, which PAdES forbids.
    SigningTimeAttribute,
    /// CMSAlgorithmProtection disagrees with the algorithms in use.
    AlgorithmProtectionWrong,
    /// Digest and signature algorithm do not agree with each other.
    AlgorithmsDisagree,
    /// An algorithm that is not known.
    AlgorithmUnknown(Oid),
    /// An algorithm whose combination with the key is not supported.
    AlgorithmUnsupported,
    /// An algorithm or key that is not good enough.
    AlgorithmWeak(WeakAlgorithm),
    /// The signature value does not verify with the signing certificate's key.
    SignatureValueWrong,

    // --- the signing statement and the clocks
    /// The statement of the service is malformed.
    StatementMalformed(evidence::StatementError),
    /// The statement's attribute is repeated or has several values.
    StatementRepeated,
    /// The claimed time lies further from the statement's time than is allowed.
    ClaimedTimeFar {
        /// Seconds between the two.
        seconds: u64,
    },
    /// The claimed time cannot be read as a PDF date.
    ClaimedTimeMalformed,
    /// The claimed time lies after the validation time.
    ClaimedTimeInFuture,

    // --- the signer's certificate
    /// Its key usage does not allow signatures on documents.
    KeyUsageUnsuitable,
    /// Its extended key usage does not allow signatures on documents.
    PurposeUnsuitable,
    /// It has a purpose that is accepted though it is not made for documents.
    PurposeUnspecific,
    /// It is itself an anchor.
    SignerIsAnchor,
    /// A certificate of the path does not say where its revocation would be published, and no list covers it.
    RevocationNotPublished,
    /// There is no valid path.
    Path(PathFailure),
    /// Revoked, or not known.
    Revocation(RevocationFailure),

    // --- what is present and not judged
    /// A time-stamp on the signature does not hold; it gives no time.
    TimeStampFailed(Box<Self>),
    /// Validation data that the document carries were not used: OCSP responses, or more lists than are read.
    DssNotChecked,
    /// The document's DSS, or something in it, cannot be read.
    DssMalformed(PdfError),
    /// A revocation list that the document carries cannot be read.
    CarriedListMalformed(Asn1Error),
    /// OCSP responses are present and were not judged.
    OcspNotChecked,

    // --- what came later
    /// Something was changed after the signature.
    LaterChange {
        /// What.
        change: Change,
        /// Whether it was allowed.
        ruling: Ruling,
    },
    /// Octets stand behind the last revision that nothing explains.
    UnexplainedOctets {
        /// Octets from the start of the file.
        offset: usize,
        /// How many.
        length: usize,
    },
    /// White space or zero octets stand behind the last revision.
    PaddingAfterEnd {
        /// How many.
        length: usize,
    },
}

impl Finding {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::FileNotRead(_) => "FILE_NOT_READ",
            Self::FileUnreadable(PdfError::NotAPdf) => "NOT_A_PDF",
            Self::FileUnreadable(PdfError::Encrypted) => "ENCRYPTED",
            Self::FileUnreadable(PdfError::TooLarge { .. }) => "TOO_LARGE",
            Self::FileUnreadable(_) => "FILE_UNREADABLE",
            Self::FileMalformed(_) => "FILE_MALFORMED",
            Self::OrphanedSignature { .. } => "ORPHANED_SIGNATURE",
            Self::SignatureMalformed(_) => "SIGNATURE_MALFORMED",
            Self::CoverageOdd => "COVERAGE_ODD",
            Self::FieldNotSigned => "FIELD_NOT_SIGNED",
            Self::UsageRights => "USAGE_RIGHTS",
            Self::UnknownSubFilter(_) => "SUBFILTER_UNKNOWN",
            Self::SubFilterRefused => "SUBFILTER_REFUSED",
            Self::DigestWrong => "DIGEST_WRONG",
            Self::ContentsTrailing { .. } => "CONTENTS_TRAILING",
            Self::CmsMalformed(_) => "CMS_MALFORMED",
            Self::CmsIsBer => "CMS_IS_BER",
            Self::CmsVersion => "CMS_VERSION",
            Self::SignerInfoCount { .. } => "SIGNER_INFO_COUNT",
            Self::ContentNotDetached => "CONTENT_NOT_DETACHED",
            Self::NotATimeStamp => "NOT_A_TIME_STAMP",
            Self::DigestAlgorithmNotListed => "DIGEST_ALGORITHM_NOT_LISTED",
            Self::DigestAlgorithmOther => "DIGEST_ALGORITHM_OTHER",
            Self::SigningCertificateMissing => "SIGNING_CERTIFICATE_MISSING",
            Self::SignedAttributesMissing => "SIGNED_ATTRIBUTES_MISSING",
            Self::SignedAttributesUnsorted => "SIGNED_ATTRIBUTES_UNSORTED",
            Self::ContentTypeWrong => "CONTENT_TYPE_WRONG",
            Self::MessageDigestMissing => "MESSAGE_DIGEST_MISSING",
            Self::CertificateReferenceMissing => "CERTIFICATE_REFERENCE_MISSING",
            Self::CertificateReferenceMalformed => "CERTIFICATE_REFERENCE_MALFORMED",
            Self::CertificateReferenceWrong => "CERTIFICATE_REFERENCE_WRONG",
            Self::CertificateReferenceOld => "CERTIFICATE_REFERENCE_OLD",
            Self::SigningTimeAttribute => "SIGNING_TIME_ATTRIBUTE",
            Self::AlgorithmProtectionWrong => "ALGORITHM_PROTECTION_WRONG",
            Self::AlgorithmsDisagree => "ALGORITHMS_DISAGREE",
            Self::AlgorithmUnknown(_) => "ALGORITHM_UNKNOWN",
            Self::AlgorithmUnsupported => "ALGORITHM_UNSUPPORTED",
            Self::AlgorithmWeak(_) => "ALGORITHM_WEAK",
            Self::SignatureValueWrong => "SIGNATURE_VALUE_WRONG",
            Self::StatementMalformed(_) => "STATEMENT_MALFORMED",
            Self::StatementRepeated => "STATEMENT_REPEATED",
            Self::ClaimedTimeFar { .. } => "CLAIMED_TIME_FAR",
            Self::ClaimedTimeMalformed => "CLAIMED_TIME_MALFORMED",
            Self::ClaimedTimeInFuture => "CLAIMED_TIME_IN_FUTURE",
            Self::KeyUsageUnsuitable => "KEY_USAGE_UNSUITABLE",
            Self::PurposeUnsuitable => "PURPOSE_UNSUITABLE",
            Self::PurposeUnspecific => "PURPOSE_UNSPECIFIC",
            Self::SignerIsAnchor => "SIGNER_IS_ANCHOR",
            Self::RevocationNotPublished => "REVOCATION_NOT_PUBLISHED",
            Self::Path(failure) => path_code(failure),
            Self::Revocation(failure) => revocation_code(failure),
            Self::TimeStampFailed(_) => "TIME_STAMP_FAILED",
            Self::DssNotChecked => "DSS_NOT_CHECKED",
            Self::DssMalformed(_) => "DSS_MALFORMED",
            Self::CarriedListMalformed(_) => "CARRIED_LIST_MALFORMED",
            Self::OcspNotChecked => "OCSP_NOT_CHECKED",
            Self::LaterChange { change, ruling } => change_code(change, *ruling),
            Self::UnexplainedOctets { .. } => "UNEXPLAINED_OCTETS",
            Self::PaddingAfterEnd { .. } => "PADDING_AFTER_END",
        }
    }

    /// How much it weighs.
    pub fn severity(&self) -> Severity {
        match self {
            _ if self.conclusion().is_some() => Severity::Error,
            Self::FileNotRead(_) | Self::FileUnreadable(_) => Severity::Error,
            Self::OrphanedSignature { .. }
            | Self::DigestAlgorithmNotListed
            | Self::CertificateReferenceOld
            | Self::SigningTimeAttribute
            | Self::ClaimedTimeFar { .. }
            | Self::ClaimedTimeMalformed
            | Self::ClaimedTimeInFuture
            | Self::TimeStampFailed(_)
            | Self::DssMalformed(_)
            | Self::CarriedListMalformed(_)
            | Self::LaterChange { .. }
            | Self::CmsIsBer
            | Self::RevocationNotPublished
            | Self::PaddingAfterEnd { .. } => Severity::Warning,
            _ => Severity::Info,
        }
    }

    /// What the verdict can be at best; `None` when it takes nothing from it. ETSI EN 319 102-1, 5.1.3, tables 5 and 6.
    pub fn conclusion(&self) -> Option<Conclusion> {
        use SubIndication as Sub;
        let failed = |sub| Some(Conclusion { indication: Indication::TotalFailed, sub_indication: Some(sub) });
        let undecided = |sub| Some(Conclusion { indication: Indication::Indeterminate, sub_indication: Some(sub) });
        match self {
            Self::FileMalformed(_)
            | Self::SignatureMalformed(_)
            | Self::CoverageOdd
            | Self::FieldNotSigned
            | Self::CmsMalformed(_)
            | Self::CmsVersion
            | Self::SignerInfoCount { .. }
            | Self::ContentNotDetached
            | Self::ContentsTrailing { .. }
            | Self::DigestAlgorithmOther
            | Self::NotATimeStamp
            | Self::SignedAttributesUnsorted
            | Self::StatementMalformed(_)
            | Self::StatementRepeated
            | Self::UnexplainedOctets { .. } => failed(Sub::FormatFailure),
            Self::DigestWrong => failed(Sub::HashFailure),
            Self::SignatureValueWrong => failed(Sub::SigCryptoFailure),
            Self::SigningCertificateMissing | Self::CertificateReferenceWrong => {
                undecided(Sub::NoSigningCertificateFound)
            }
            Self::SignedAttributesMissing
            | Self::ContentTypeWrong
            | Self::MessageDigestMissing
            | Self::CertificateReferenceMissing
            | Self::CertificateReferenceMalformed
            | Self::AlgorithmProtectionWrong => undecided(Sub::SigConstraintsFailure),
            Self::AlgorithmsDisagree
            | Self::AlgorithmUnknown(_)
            | Self::AlgorithmUnsupported
            | Self::AlgorithmWeak(_)
            | Self::SubFilterRefused => undecided(Sub::CryptoConstraintsFailure),
            Self::KeyUsageUnsuitable | Self::PurposeUnsuitable => undecided(Sub::ChainConstraintsFailure),
            Self::Path(failure) => undecided(path_sub_indication(failure)),
            Self::Revocation(failure) => undecided(revocation_sub_indication(failure)),
            Self::LaterChange { ruling: Ruling::Forbidden, .. } => failed(Sub::FormatFailure),
            Self::UnknownSubFilter(_) | Self::LaterChange { ruling: Ruling::Open, .. } => undecided(Sub::Generic),
            Self::FileNotRead(_)
            | Self::FileUnreadable(_)
            | Self::OrphanedSignature { .. }
            | Self::CmsIsBer
            | Self::DigestAlgorithmNotListed
            | Self::CertificateReferenceOld
            | Self::SigningTimeAttribute
            | Self::ClaimedTimeFar { .. }
            | Self::ClaimedTimeMalformed
            | Self::ClaimedTimeInFuture
            | Self::LaterChange { .. }
            | Self::UsageRights
            | Self::PurposeUnspecific
            | Self::SignerIsAnchor
            | Self::RevocationNotPublished
            | Self::TimeStampFailed(_)
            | Self::DssNotChecked
            | Self::DssMalformed(_)
            | Self::CarriedListMalformed(_)
            | Self::OcspNotChecked
            | Self::PaddingAfterEnd { .. } => None,
        }
    }

    /// The sentence for people.
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::Indonesian => indonesian::sentence(self),
            Language::English => english::sentence(self),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text(Language::English))
    }
}

fn change_code(change: &Change, ruling: Ruling) -> &'static str {
    match (ruling, change) {
        (Ruling::Forbidden, _) => "CHANGE_NOT_PERMITTED",
        (Ruling::Open, _) => "CHANGE_NOT_DECIDED",
        (_, Change::SignatureAdded { .. }) => "SIGNATURE_ADDED",
        (_, Change::EmptySignatureField { .. }) => "SIGNATURE_FIELD_ADDED",
        (_, Change::SecurityStore) => "DSS_ADDED",
        (_, Change::FieldValue { .. }) => "FIELD_VALUE_CHANGED",
        (_, Change::Annotation { .. }) => "ANNOTATION_CHANGED",
        (_, Change::Information) => "INFO_CHANGED",
        (_, Change::Metadata) => "METADATA_CHANGED",
        (_, Change::Version) => "VERSION_CHANGED",
        (_, Change::Extensions) => "EXTENSIONS_CHANGED",
        (_, Change::Unexplained { .. } | Change::Unreadable(_) | Change::TooMany) => "CHANGE_NOT_EXPLAINED",
    }
}

fn path_code(failure: &PathFailure) -> &'static str {
    match failure {
        PathFailure::NoAnchors => "NO_TRUST_ANCHORS",
        PathFailure::NoIssuer { .. } => "ISSUER_MISSING",
        PathFailure::SignatureWrong { .. } => "CERTIFICATE_SIGNATURE_WRONG",
        PathFailure::AlgorithmUnknown { .. } => "CERTIFICATE_ALGORITHM_UNKNOWN",
        PathFailure::Expired { .. } => "CERTIFICATE_EXPIRED",
        PathFailure::NotYetValid { .. } => "CERTIFICATE_NOT_YET_VALID",
        PathFailure::Weak { .. } => "CERTIFICATE_ALGORITHM_WEAK",
        PathFailure::NotACa { .. } => "NOT_A_CA",
        PathFailure::PathTooLong { .. } => "PATH_TOO_LONG",
        PathFailure::NameNotAllowed { .. } => "NAME_NOT_ALLOWED",
        PathFailure::NoValidPolicy => "NO_VALID_POLICY",
        PathFailure::UnknownCriticalExtension { .. } => "UNKNOWN_CRITICAL_EXTENSION",
        PathFailure::ExtensionWrong { .. } => "CERTIFICATE_EXTENSION_WRONG",
        PathFailure::BudgetSpent => "PATH_SEARCH_TOO_COSTLY",
    }
}

fn path_sub_indication(failure: &PathFailure) -> SubIndication {
    match failure {
        PathFailure::NoAnchors | PathFailure::NoIssuer { .. } | PathFailure::SignatureWrong { .. } => {
            SubIndication::NoCertificateChainFound
        }
        PathFailure::Expired { .. } | PathFailure::NotYetValid { .. } => SubIndication::OutOfBoundsNoPoe,
        PathFailure::AlgorithmUnknown { .. } | PathFailure::Weak { .. } => SubIndication::CryptoConstraintsFailure,
        PathFailure::NotACa { .. }
        | PathFailure::PathTooLong { .. }
        | PathFailure::NameNotAllowed { .. }
        | PathFailure::NoValidPolicy
        | PathFailure::UnknownCriticalExtension { .. }
        | PathFailure::ExtensionWrong { .. } => SubIndication::ChainConstraintsFailure,
        PathFailure::BudgetSpent => SubIndication::CertificateChainGeneralFailure,
    }
}

fn revocation_code(failure: &RevocationFailure) -> &'static str {
    match failure {
        RevocationFailure::Revoked { reason, .. } if reason.is_hold() => "CERTIFICATE_ON_HOLD",
        RevocationFailure::Revoked { .. } => "CERTIFICATE_REVOKED",
        RevocationFailure::Unknown { why, .. } => match why {
            NoStatus::NoList => "NO_REVOCATION_LIST",
            NoStatus::OutOfScope => "REVOCATION_LIST_OUT_OF_SCOPE",
            NoStatus::Delta => "REVOCATION_LIST_IS_DELTA",
            NoStatus::UnknownCritical => "REVOCATION_LIST_UNKNOWN_CRITICAL",
            NoStatus::FromTheFuture(_) => "REVOCATION_LIST_FROM_FUTURE",
            NoStatus::Stale(_) => "REVOCATION_LIST_STALE",
            NoStatus::Algorithm => "REVOCATION_LIST_ALGORITHM",
            NoStatus::NotAuthentic => "REVOCATION_LIST_NOT_AUTHENTIC",
        },
        RevocationFailure::BudgetSpent => "REVOCATION_TOO_COSTLY",
    }
}

fn revocation_sub_indication(failure: &RevocationFailure) -> SubIndication {
    match failure {
        // EN 319 102-1, 5.2.6.4: a suspension may end.
        RevocationFailure::Revoked { reason, .. } if reason.is_hold() => SubIndication::TryLater,
        RevocationFailure::Revoked { position: Position::Target, .. } => SubIndication::RevokedNoPoe,
        RevocationFailure::Revoked { position: Position::Ca, .. } => SubIndication::RevokedCaNoPoe,
        RevocationFailure::Unknown { .. } => SubIndication::TryLater,
        RevocationFailure::BudgetSpent => SubIndication::CertificateChainGeneralFailure,
    }
}

/// For sentences: a moment, or a word for "not given".
fn moment(time: Option<UnixTime>, otherwise: &str) -> String {
    time.map_or_else(|| otherwise.to_owned(), |time| time.to_string())
}
