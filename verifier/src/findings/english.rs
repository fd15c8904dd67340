//! The sentences in English.

use std::io::ErrorKind;

use pades::PdfError;

use super::{Finding, Language, Orphan, moment};
use crate::algorithms::WeakAlgorithm;
use crate::later_revisions::Ruling;
use crate::path::PathFailure;
use crate::revocation::{NoStatus, RevocationFailure};

pub(super) fn sentence(finding: &Finding) -> String {
    match finding {
        Finding::FileNotRead(ErrorKind::NotFound) => "There is no file of this name.".into(),
        Finding::FileNotRead(ErrorKind::PermissionDenied) => "The file may not be read: permission is missing.".into(),
        Finding::FileNotRead(_) => "The file cannot be read.".into(),
        Finding::FileUnreadable(PdfError::NotAPdf) => "The file is not a PDF.".into(),
        Finding::FileUnreadable(PdfError::Encrypted) => {
            "The file is encrypted; this verifier opens no encrypted files.".into()
        }
        Finding::FileUnreadable(PdfError::TooLarge { length, limit }) => {
            format!("The file of {length} octets is larger than the limit of {limit}.")
        }
        Finding::FileUnreadable(_) => "The file cannot be read as a PDF.".into(),
        Finding::FileMalformed(_) => {
            "The file is damaged, cut off or was tampered with, although it carries a signature.".into()
        }
        Finding::NoSignature => "No signature field is signed, and no signature lies anywhere in the file.".into(),
        Finding::Undecided => "Not everything that a verdict needs was established.".into(),
        Finding::TimeStampExtensionUnknown(extension) => {
            format!("The time-stamp has a critical extension ({extension}) that is not known here.")
        }
        Finding::OrphanedSignature { offset, orphan: Orphan::Alone } => format!(
            "A signature lies in the file at octet {offset}, but no signature field leads to it: the file is damaged, cut off, or its signature was removed."
        ),
        Finding::OrphanedSignature { offset, orphan: Orphan::BesideOthers } => format!(
            "A signature lies in the file at octet {offset} that no signature field leads to. It may have been removed."
        ),
        Finding::SignatureMalformed(_) => "The signature dictionary is malformed: what it covers cannot be told.".into(),
        Finding::CoverageOdd => {
            "The signed range ends at no revision's end, so that some octets are not covered.".into()
        }
        Finding::FieldNotSigned => {
            "In the revision that was signed, this field did not have this signature: it was attached later.".into()
        }
        Finding::UsageRights => {
            "The file carries usage rights of the software that made it; they are no signature on the document.".into()
        }
        Finding::UnknownSubFilter(name) => {
            format!("The signature's encoding \"{name}\" is not known here; nothing can be said about it.")
        }
        Finding::SubFilterRefused => {
            "The signature's encoding (adbe.pkcs7.sha1) rests on SHA-1, which can be forged.".into()
        }
        Finding::DigestWrong => {
            "The document was changed after it was signed: its digest is not the signed one.".into()
        }
        Finding::ContentsTrailing { octets } => {
            format!(
                "{octets} octets that are not zero stand behind the signature in its place; nothing signs or explains them."
            )
        }
        Finding::CmsMalformed(_) => "The signature value cannot be read.".into(),
        Finding::CmsIsBer => "The signature is encoded in BER, not in DER as PAdES asks.".into(),
        Finding::CmsVersion => "The signature names a version of its structure that does not exist.".into(),
        Finding::SignerInfoCount { count } => {
            format!("The signature holds {count} signers' values; exactly one is allowed.")
        }
        Finding::ContentNotDetached => {
            "The signature carries content of its own instead of signing the document.".into()
        }
        Finding::DigestAlgorithmNotListed => "The signature lists no digest algorithm at all.".into(),
        Finding::DigestAlgorithmOther => {
            "The signature lists other digest algorithms than the one that its signer used.".into()
        }
        Finding::SigningCertificateMissing => "The certificate that the signature names is not in it.".into(),
        Finding::SignedAttributesMissing => "The signature has no signed attributes.".into(),
        Finding::SignedAttributesUnsorted => {
            "The signed attributes are not in the order that their encoding requires.".into()
        }
        Finding::ContentTypeWrong => "The signed attribute content-type is missing or does not fit the content.".into(),
        Finding::MessageDigestMissing => "The signed attribute message-digest is missing or repeated.".into(),
        Finding::CertificateReferenceMissing => {
            "The signature does not bind its signing certificate (signing-certificate-v2), as PAdES requires.".into()
        }
        Finding::CertificateReferenceMalformed => "The reference to the signing certificate is malformed.".into(),
        Finding::CertificateReferenceWrong => {
            "The signature binds another certificate than the one that it names.".into()
        }
        Finding::CertificateReferenceOld => {
            "The signing certificate is bound by the old attribute, which uses SHA-1.".into()
        }
        Finding::SigningTimeAttribute => {
            "The signature carries a signing-time attribute, which PAdES forbids; it is ignored.".into()
        }
        Finding::AlgorithmProtectionWrong => {
            "The algorithms that the signer protected are not the ones that the signature names.".into()
        }
        Finding::AlgorithmsDisagree => "The digest algorithm and the signature algorithm do not agree.".into(),
        Finding::AlgorithmUnknown(oid) => format!("The algorithm {oid} is not known here."),
        Finding::AlgorithmUnsupported => {
            "The algorithm is not supported with this key; nothing is said about the signature value.".into()
        }
        Finding::AlgorithmWeak(weak) => format!("{} no longer good enough.", weak_words(*weak)),
        Finding::SignatureValueWrong => {
            "The signature value was not made with the signing certificate's key over these attributes.".into()
        }
        Finding::StatementMalformed(_) => "The signing service's statement is malformed.".into(),
        Finding::StatementRepeated => "The signing service's statement appears more than once.".into(),
        Finding::ClaimedTimeFar { seconds } => {
            format!("The claimed signing time lies {seconds} seconds from the time that the service stated.")
        }
        Finding::ClaimedTimeMalformed => "The claimed signing time is not a date.".into(),
        Finding::ClaimedTimeInFuture => "The claimed signing time lies after the moment of this verification.".into(),
        Finding::KeyUsageUnsuitable => "The signer's certificate is not made for signatures (key usage).".into(),
        Finding::PurposeUnsuitable => {
            "The signer's certificate is not made for signing documents (extended key usage).".into()
        }
        Finding::PurposeUnspecific => {
            "The signer's certificate is accepted for documents although it names a more general purpose.".into()
        }
        Finding::RevocationNotPublished => {
            "A certificate does not say where its revocation would be published: whether it was revoked is not known."
                .into()
        }
        Finding::SignerIsAnchor => {
            "The signer's certificate is itself trusted directly; no authority stands above it.".into()
        }
        Finding::Path(failure) => path(failure),
        Finding::Revocation(failure) => revocation(failure),
        Finding::TimeStampFailed(why) => {
            format!("A time-stamp on the signature does not hold and gives no time. {}", sentence(why))
        }
        Finding::NotATimeStamp => "This is said to be a document time-stamp, but holds none.".into(),
        Finding::DssNotChecked => {
            "The document carries validation data that this version does not use (OCSP responses, or too many lists or certificates)."
                .into()
        }
        Finding::DssMalformed(_) => "The document's validation data (DSS) cannot be read and are left aside.".into(),
        Finding::CarriedListMalformed(_) => {
            "A revocation list that the document carries cannot be read and is left aside.".into()
        }
        Finding::OcspNotChecked => "OCSP responses are present; this version does not judge them.".into(),
        Finding::LaterChange { change, ruling } => {
            let weight = match ruling {
                Ruling::Expected | Ruling::Reported => "Changed after signing, which is allowed",
                Ruling::Open => "Changed after signing, and cannot be decided here",
                Ruling::Forbidden => "Changed after signing, which nothing allows",
            };
            format!("{weight}: {}.", change.text(Language::English))
        }
        Finding::Seal(problem) => problem.text(Language::English),
        Finding::TrustList(problem) => problem.text(Language::English),
        Finding::Status(problem) => problem.text(Language::English),
        Finding::UnexplainedOctets { offset, length } => format!(
            "{length} octets from octet {offset} on are neither signed nor part of any change that a reader knows."
        ),
        Finding::PaddingAfterEnd { length } => format!("{length} octets of padding stand behind the end of the file."),
    }
}

fn weak_words(weak: WeakAlgorithm) -> String {
    match weak {
        WeakAlgorithm::Digest(digest) => format!("The digest algorithm {digest} is"),
        WeakAlgorithm::RsaKey(bits) => format!("An RSA key of {bits} bits is"),
    }
}

fn path(failure: &PathFailure) -> String {
    match failure {
        PathFailure::NoAnchors => "No trust anchor was given (--trust), so that nobody vouches for the signer.".into(),
        PathFailure::NoIssuer { issuer } => format!("No trusted path: the certificate of \"{issuer}\" is missing."),
        PathFailure::SignatureWrong { subject } => {
            format!("No trusted path: the certificate \"{subject}\" was not signed by the authority that it names.")
        }
        PathFailure::AlgorithmUnknown { subject } => {
            format!("The signature on the certificate \"{subject}\" uses an algorithm that is not known here.")
        }
        PathFailure::Expired { subject, not_after } => format!("The certificate \"{subject}\" expired on {not_after}."),
        PathFailure::NotYetValid { subject, not_before } => {
            format!("The certificate \"{subject}\" is valid only from {not_before} on.")
        }
        PathFailure::Weak { subject, weak } => {
            format!("Certificate \"{subject}\": {} no longer good enough.", weak_words(*weak))
        }
        PathFailure::NotACa { subject } => {
            format!("\"{subject}\" issued a certificate but is not an authority that may.")
        }
        PathFailure::PathTooLong { subject } => {
            format!("More authorities stand on the path than is allowed, from \"{subject}\" on.")
        }
        PathFailure::NameNotAllowed { subject } => {
            format!("An authority on the path may not certify the name of \"{subject}\".")
        }
        PathFailure::NoValidPolicy => "No certificate policy is valid on the path where one is required.".into(),
        PathFailure::UnknownCriticalExtension { subject, extension } => {
            format!("The certificate \"{subject}\" has a critical extension ({extension}) that is not known here.")
        }
        PathFailure::ExtensionWrong { subject } => {
            format!("The certificate \"{subject}\" has an extension or name that the standard does not allow there.")
        }
        PathFailure::BudgetSpent => "The search for a trusted path was stopped: the file makes it too costly.".into(),
    }
}

fn revocation(failure: &RevocationFailure) -> String {
    match failure {
        RevocationFailure::Revoked { subject, date, reason, .. } if reason.is_hold() => {
            format!("The certificate \"{subject}\" has been suspended since {date}.")
        }
        RevocationFailure::Revoked { subject, date, reason, .. } => {
            format!("The certificate \"{subject}\" was revoked on {date} ({}).", reason.as_str())
        }
        RevocationFailure::Unknown { subject, why, .. } => {
            format!("Whether the certificate \"{subject}\" was revoked is not known: {}.", no_status(*why))
        }
        RevocationFailure::BudgetSpent => "Checking for revocation was stopped: the file makes it too costly.".into(),
    }
}

fn no_status(why: NoStatus) -> String {
    match why {
        NoStatus::NoList => "no revocation list of its issuer was given (--crl)".into(),
        NoStatus::OutOfScope => "the lists given do not cover it".into(),
        NoStatus::Delta => "only delta lists were given".into(),
        NoStatus::UnknownCritical => "the list has a critical extension that is not known here".into(),
        NoStatus::FromTheFuture(time) => format!("the list was made at {time}, after the moment of verification"),
        NoStatus::Stale(next) => {
            format!("the list is stale; the next one was due {}", moment(next, "at a time that it does not say"))
        }
        NoStatus::Algorithm => "the list is signed with an algorithm that is unknown or no longer good enough".into(),
        NoStatus::NotAuthentic => "the list was not signed by anybody who may".into(),
    }
}
