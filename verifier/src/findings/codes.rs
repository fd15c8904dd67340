//! The stable codes. They are never renamed and never used for something else: scripts match on them.

use pades::PdfError;

use super::Finding;
use crate::later_revisions::{Change, Ruling};
use crate::path::PathFailure;
use crate::revocation::{NoStatus, RevocationFailure};

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
            Self::NoSignature => "NO_SIGNATURE",
            Self::Undecided => "UNDECIDED",
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
            Self::TimeStampExtensionUnknown(_) => "TIME_STAMP_EXTENSION_UNKNOWN",
            Self::DssNotChecked => "DSS_NOT_CHECKED",
            Self::DssMalformed(_) => "DSS_MALFORMED",
            Self::CarriedListMalformed(_) => "CARRIED_LIST_MALFORMED",
            Self::OcspNotChecked => "OCSP_NOT_CHECKED",
            Self::Seal(problem) => problem.code(),
            Self::TrustList(problem) => problem.code(),
            Self::Status(problem) => problem.code(),
            Self::LaterChange { change, ruling } => change_code(change, *ruling),
            Self::UnexplainedOctets { .. } => "UNEXPLAINED_OCTETS",
            Self::PaddingAfterEnd { .. } => "PADDING_AFTER_END",
        }
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
