//! Everything that a report can say about a signature or a file, each with a stable code.
//!
//! Job: one closed list. A finding carries the facts as typed values; its code, its weight and what it means for the
//! verdict are told here and in `findings::codes`, its sentences in `findings::english` and `findings::indonesian`.
//! Invariant: codes are never renamed and never used for something else: scripts match on them.

use std::fmt;

use pades::PdfError;

use crate::algorithms::WeakAlgorithm;
use crate::asn1::Asn1Error;
use crate::clock::UnixTime;
use crate::later_revisions::{Change, Ruling};
use crate::oid::Oid;
use crate::path::PathFailure;
use crate::published::{StatusProblem, TrustListProblem};
use crate::report::{Conclusion, Indication, SubIndication};
use crate::revocation::{Position, RevocationFailure};
use crate::seal::SealProblem;

mod codes;
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

/// What an orphaned signature dictionary means for the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orphan {
    /// No field leads to any signature: the file had one and does not show it.
    Alone,
    /// Other signatures have their fields, and say what they cover.
    BesideOthers,
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
        /// Whether other signatures have a field.
        orphan: Orphan,
    },
    /// There is no signature, and nothing that looks like one.
    NoSignature,
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

    /// Something was not decided, and no other finding says what.
    Undecided,

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
    /// A time-stamp has a critical extension that is not known (RFC 3161, 2.4.2).
    TimeStampExtensionUnknown(Oid),
    /// Validation data that the document carries were not used: OCSP responses, or more lists or certificates than are read.
    DssNotChecked,
    /// The document's DSS, or something in it, cannot be read.
    DssMalformed(PdfError),
    /// A revocation list that the document carries cannot be read.
    CarriedListMalformed(Asn1Error),
    /// OCSP responses are present and were not judged.
    OcspNotChecked,

    // --- seals, and what the agency publishes
    /// About a QR seal.
    Seal(SealProblem),
    /// There is no trust list that a seal could be judged by.
    TrustList(TrustListProblem),
    /// A document's status was not checked, or a status list is odd.
    Status(StatusProblem),

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
    /// How much it weighs.
    pub fn severity(&self) -> Severity {
        match self {
            _ if self.conclusion().is_some() => Severity::Error,
            Self::Seal(problem) => problem.severity(),
            Self::FileNotRead(_) | Self::FileUnreadable(_) => Severity::Error,
            Self::OrphanedSignature { orphan: Orphan::BesideOthers, .. }
            | Self::NoSignature
            | Self::DigestAlgorithmNotListed
            | Self::CertificateReferenceOld
            | Self::SigningTimeAttribute
            | Self::ClaimedTimeFar { .. }
            | Self::ClaimedTimeMalformed
            | Self::ClaimedTimeInFuture
            | Self::TimeStampFailed(_)
            | Self::DssMalformed(_)
            | Self::CarriedListMalformed(_)
            | Self::Status(_)
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
            | Self::OrphanedSignature { orphan: Orphan::Alone, .. }
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
            | Self::AlgorithmProtectionWrong
            | Self::TimeStampExtensionUnknown(_) => undecided(Sub::SigConstraintsFailure),
            Self::AlgorithmsDisagree
            | Self::AlgorithmUnknown(_)
            | Self::AlgorithmUnsupported
            | Self::AlgorithmWeak(_)
            | Self::SubFilterRefused => undecided(Sub::CryptoConstraintsFailure),
            Self::KeyUsageUnsuitable | Self::PurposeUnsuitable => undecided(Sub::ChainConstraintsFailure),
            Self::Seal(problem) => problem.conclusion(),
            Self::TrustList(problem) => undecided(problem.sub_indication()),
            Self::Path(failure) => undecided(path_sub_indication(failure)),
            Self::Revocation(failure) => undecided(revocation_sub_indication(failure)),
            Self::LaterChange { ruling: Ruling::Forbidden, .. } => failed(Sub::FormatFailure),
            Self::UnknownSubFilter(_) | Self::Undecided | Self::LaterChange { ruling: Ruling::Open, .. } => {
                undecided(Sub::Generic)
            }
            Self::FileNotRead(_)
            | Self::FileUnreadable(_)
            | Self::OrphanedSignature { orphan: Orphan::BesideOthers, .. }
            | Self::NoSignature
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
            | Self::Status(_)
            | Self::PaddingAfterEnd { .. } => None,
        }
    }

    /// It is about ByteRange and gap, before anything of the CMS is read.
    pub(crate) fn is_about_the_gap(&self) -> bool {
        matches!(self, Self::SignatureMalformed(_))
    }

    /// What only people who know the formats can use, in English: where in the octets, and what stands there. The sentence does
    /// not need it.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::FileUnreadable(PdfError::NotAPdf | PdfError::Encrypted | PdfError::TooLarge { .. }) => None,
            Self::FileNotRead(kind) => Some(kind.to_string()),
            Self::FileUnreadable(error)
            | Self::FileMalformed(error)
            | Self::SignatureMalformed(error)
            | Self::DssMalformed(error)
            | Self::LaterChange { change: Change::Unreadable(error), .. } => Some(error.to_string()),
            Self::CmsMalformed(error) | Self::CarriedListMalformed(error) => Some(error.to_string()),
            Self::StatementMalformed(error) => Some(error.to_string()),
            Self::TimeStampFailed(why) => why.detail(),
            Self::Seal(problem) => problem.detail(),
            Self::TrustList(problem) => problem.detail(),
            Self::Status(problem) => problem.detail(),
            _ => None,
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
        formatter.write_str(&self.text(Language::English))?;
        self.detail().map_or(Ok(()), |detail| write!(formatter, " ({detail})"))
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
