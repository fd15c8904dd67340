//! The table of codes and reasons, whole: whoever changes a line here changes the contract.

use std::collections::BTreeSet;

use evidence::seal::ClaimsError;
use evidence::status::StatusValue;
use evidence::{DocumentType, OfficeId, StatementError};
use keys::KeyError;
use pades::{CmsError, EmbedError, ReadBack};
use tonic_types::StatusExt;

use super::*;
use crate::domain::{AbandonedReason, ReservationName, SignatureName};
use crate::error::SelfCheck;
use crate::serve::Refused;

/// Whether `RetryInfo` says when the same request may succeed.
#[derive(Debug, PartialEq, Clone, Copy)]
enum Retry {
    Yes,
    No,
}

fn table() -> Vec<(SignError, Code, &'static str, Retry)> {
    use Code::{
        Aborted, AlreadyExists, DataLoss, DeadlineExceeded, FailedPrecondition, Internal, InvalidArgument, NotFound,
        PermissionDenied, ResourceExhausted, Unauthenticated, Unavailable,
    };
    use Retry::{No, Yes};
    let name = || SignatureName { office: OfficeId::parse("kec-utara").expect("an id"), sequence: 7 };
    let field = |fault| SignError::Malformed { field: "field", fault };
    let text = |fault| field(FieldFault::Text(fault));
    let source = || PdfError::NotAPdf;
    let part = pades::Part::Catalog;
    let key_failed = SignError::KeyUnavailable(KeyError::Randomness);
    let mandate = SignError::DocumentTypeNotAllowed { document_type: DocumentType::akta() };
    let limit = TextFault::TooLong { length: 2, limit: 1 };
    let too_long = SealError::PayloadTooLong { length: 200, limit: 124 };
    let not_allowed = SignError::StatusNotAllowed { from: StatusValue::Invalid, to: StatusValue::Valid };
    let reservation = ReservationName { office: OfficeId::parse("kec-utara").expect("an id"), number: 7 };
    vec![
        (SignError::MessageMalformed, InvalidArgument, "MESSAGE_MALFORMED", No),
        (text(TextFault::Missing), InvalidArgument, "FIELD_MISSING", No),
        (text(limit), InvalidArgument, "FIELD_TOO_LONG", No),
        (text(TextFault::Character), InvalidArgument, "FIELD_CHARACTER", No),
        (text(TextFault::NotAUuid), InvalidArgument, "REQUEST_ID_MALFORMED", No),
        (text(TextFault::NotASignatureName), InvalidArgument, "SIGNATURE_NAME_MALFORMED", No),
        (field(FieldFault::DigestLength { length: 31 }), InvalidArgument, "DIGEST_LENGTH", No),
        (field(FieldFault::DocumentType), InvalidArgument, "DOCUMENT_TYPE_UNKNOWN", No),
        (text(TextFault::NotAReservationName), InvalidArgument, "RESERVATION_NAME_MALFORMED", No),
        (field(FieldFault::ReservationTwice), InvalidArgument, "RESERVATION_TWICE", No),
        (field(FieldFault::SealText), InvalidArgument, "SEAL_TEXT", No),
        (field(FieldFault::ClaimsOtherType), InvalidArgument, "CLAIMS_OTHER_TYPE", No),
        (field(FieldFault::Claims(ClaimsError::NoMembers)), InvalidArgument, "CLAIMS_REFUSED", No),
        (field(FieldFault::Date), InvalidArgument, "DATE_MALFORMED", No),
        (field(FieldFault::NumberTooLarge { number: 2, limit: 1 }), InvalidArgument, "NUMBER_TOO_LARGE", No),
        (field(FieldFault::EnumValue), InvalidArgument, "ENUM_VALUE_UNKNOWN", No),
        (field(FieldFault::Status), InvalidArgument, "DOCUMENT_STATUS_UNKNOWN", No),
        (field(FieldFault::StatusReason), InvalidArgument, "STATUS_REASON_UNKNOWN", No),
        (SignError::Seal(too_long), InvalidArgument, "CLAIMS_REFUSED", No),
        (SignError::Seal(SealError::NoPrefix), Internal, "INTERNAL", No),
        (SignError::SealKeyUnavailable(KeyError::Randomness), Unavailable, "SEAL_KEY_UNAVAILABLE", Yes),
        (SignError::ReservationNotFound, NotFound, "RESERVATION_NOT_FOUND", No),
        (SignError::ReservationOtherDocument, FailedPrecondition, "RESERVATION_OTHER_DOCUMENT", No),
        (SignError::ReservationUsed, FailedPrecondition, "RESERVATION_USED", No),
        (SignError::ReservationExpired { expired_at: 1 }, FailedPrecondition, "RESERVATION_EXPIRED", No),
        (SignError::TooManyReservations { retry_seconds: 5 }, ResourceExhausted, "TOO_MANY_RESERVATIONS", Yes),
        (SignError::SealsNotServed, FailedPrecondition, "SEALS_NOT_SERVED", No),
        (SignError::SealTypeOff { document_type: DocumentType::kk() }, FailedPrecondition, "SEAL_TYPE_OFF", No),
        (SignError::SealNotRebuilt { name: reservation }, FailedPrecondition, "SEAL_NOT_REBUILT", No),
        (SignError::StatusNotServed, FailedPrecondition, "STATUS_NOT_SERVED", No),
        (SignError::StatusNotAllowedToOffice, PermissionDenied, "MANDATE_STATUS", No),
        (SignError::StatusNotSigned, FailedPrecondition, "STATUS_NOT_SIGNED", No),
        (SignError::StatusAbsent, FailedPrecondition, "STATUS_ABSENT", No),
        (not_allowed, FailedPrecondition, "STATUS_NOT_ALLOWED", No),
        (SignError::StatusIndexMissing, Internal, "INTERNAL", No),
        (field(FieldFault::BatchSize { count: 0, limit: 1 }), InvalidArgument, "BATCH_SIZE", No),
        (field(FieldFault::RepeatedInBatch), InvalidArgument, "REQUEST_ID_REPEATED", No),
        (field(FieldFault::PageSize), InvalidArgument, "PAGE_SIZE", No),
        (field(FieldFault::PageToken), InvalidArgument, "PAGE_TOKEN", No),
        (field(FieldFault::HeaderMissing), InvalidArgument, "HEADER_MISSING", No),
        (field(FieldFault::HeaderRepeated), InvalidArgument, "HEADER_REPEATED", No),
        (field(FieldFault::PartMissing), InvalidArgument, "PART_MISSING", No),
        (field(FieldFault::ChunkTooLarge { length: 2, limit: 1 }), InvalidArgument, "CHUNK_TOO_LARGE", No),
        (field(FieldFault::EmptyDocument), InvalidArgument, "EMPTY_DOCUMENT", No),
        (field(FieldFault::SizeDiffers { announced: 1, received: 2 }), InvalidArgument, "SIZE_DIFFERS", No),
        (SignError::NotIdentified, Unauthenticated, "CLIENT_CERTIFICATE_MISSING", No),
        (SignError::OfficeUnknown, PermissionDenied, "OFFICE_UNKNOWN", No),
        (SignError::OfficeSuspended, PermissionDenied, "OFFICE_SUSPENDED", No),
        (mandate, PermissionDenied, "MANDATE_DOCUMENT_TYPE", No),
        (SignError::RequestInFlight, Aborted, "REQUEST_IN_FLIGHT", Yes),
        (SignError::RequestIdReused, AlreadyExists, "REQUEST_ID_REUSED", No),
        (SignError::DocumentAlreadySigned { latest: name() }, AlreadyExists, "DOCUMENT_ALREADY_SIGNED", No),
        (SignError::ReplacesNotLatest, FailedPrecondition, "REPLACES_NOT_LATEST", No),
        (SignError::ReplacesOpen, Aborted, "REPLACES_IN_FLIGHT", Yes),
        (SignError::Abandoned { reason: AbandonedReason::KeyChanged }, FailedPrecondition, "SIGNATURE_ABANDONED", No),
        (SignError::NotFound, NotFound, "SIGNATURE_NOT_FOUND", No),
        (SignError::Pdf(PdfError::NotAPdf), InvalidArgument, "NOT_A_PDF", No),
        (SignError::Pdf(PdfError::BytesBeforeHeader { length: 1 }), InvalidArgument, "PDF_BYTES_BEFORE_HEADER", No),
        (SignError::Pdf(PdfError::StartxrefMissing), InvalidArgument, "PDF_TRUNCATED", No),
        (SignError::Pdf(PdfError::StartxrefDamaged { offset: 0 }), InvalidArgument, "PDF_XREF_DAMAGED", No),
        (SignError::Pdf(PdfError::Encrypted), InvalidArgument, "PDF_ENCRYPTED", No),
        (SignError::Pdf(PdfError::PrevLoop { offset: 0 }), InvalidArgument, "PDF_PREV_LOOP", No),
        (SignError::Pdf(PdfError::DecompressionBomb { offset: 0, limit: 1 }), InvalidArgument, "PDF_LIMIT", No),
        (SignError::Pdf(PdfError::NestingTooDeep { limit: 1, offset: 0 }), InvalidArgument, "PDF_LIMIT", No),
        (SignError::Pdf(PdfError::StreamLength { offset: 0 }), InvalidArgument, "PDF_DAMAGED", No),
        (SignError::Prepare(PrepareError::Unreadable { part, source: source() }), InvalidArgument, "NOT_A_PDF", No),
        (SignError::Prepare(PrepareError::FieldNotFound), InvalidArgument, "FIELD_NOT_FOUND", No),
        (SignError::Prepare(PrepareError::NotASignatureField), InvalidArgument, "FIELD_NOT_A_SIGNATURE_FIELD", No),
        (SignError::Prepare(PrepareError::FieldNameAmbiguous), FailedPrecondition, "FIELD_NOT_USABLE", No),
        (SignError::Prepare(PrepareError::FieldAlreadySigned), FailedPrecondition, "FIELD_ALREADY_SIGNED", No),
        (SignError::Prepare(PrepareError::CertifiedNoChanges), FailedPrecondition, "DOCUMENT_CERTIFIED", No),
        (SignError::Prepare(PrepareError::CertifiedNoNewField), FailedPrecondition, "DOCUMENT_CERTIFIED", No),
        (SignError::Prepare(PrepareError::FieldLocked), FailedPrecondition, "FIELD_LOCKED", No),
        (SignError::Prepare(PrepareError::DynamicXfa), InvalidArgument, "DYNAMIC_XFA", No),
        (SignError::Prepare(PrepareError::TooManyFields), InvalidArgument, "PDF_LIMIT", No),
        (SignError::Prepare(PrepareError::NoPage), InvalidArgument, "PDF_DAMAGED", No),
        (SignError::Prepare(PrepareError::ContentsSize { octets: 0, limit: 1 }), Internal, "INTERNAL", No),
        (SignError::DocumentTooLarge { limit_bytes: 1 }, ResourceExhausted, "DOCUMENT_TOO_LARGE", No),
        (SignError::NotRebuilt { name: name() }, FailedPrecondition, "DOCUMENT_NOT_REBUILT", No),
        (SignError::ClockDoubtful { now: 1, last_recorded: 3 }, FailedPrecondition, "CLOCK_DOUBTFUL", No),
        (SignError::CertificateNotYetValid { not_before: 1 }, FailedPrecondition, "CERTIFICATE_NOT_YET_VALID", No),
        (SignError::CertificateEnds { not_after: 1 }, FailedPrecondition, "CERTIFICATE_ENDS", No),
        (SignError::RegisterFull, ResourceExhausted, "REGISTER_FULL", Yes),
        (SignError::RegisterBusy, Unavailable, "REGISTER_BUSY", Yes),
        (SignError::QueueFull, ResourceExhausted, "QUEUE_FULL", Yes),
        (SignError::DocumentsBusy, ResourceExhausted, "DOCUMENTS_BUSY", Yes),
        (SignError::RegisterStopped(StopCause::Io { code: 10 }), Unavailable, "REGISTER_STOPPED", Yes),
        (SignError::RegisterStopped(StopCause::Moved), Unavailable, "REGISTER_STOPPED", Yes),
        (SignError::RegisterStopped(StopCause::Corrupt { code: 11 }), DataLoss, "REGISTER_DAMAGED", No),
        (SignError::RegisterUnreadable { code: 10 }, Unavailable, "REGISTER_UNREADABLE", Yes),
        (SignError::RecordDamaged { name: name() }, DataLoss, "REGISTER_DAMAGED", No),
        (key_failed, Unavailable, "KEY_UNAVAILABLE", Yes),
        (SignError::OutcomeUnknown, DeadlineExceeded, "OUTCOME_UNKNOWN", Yes),
        (SignError::SelfCheckFailed(SelfCheck::MessageDigest), Internal, "INTERNAL", No),
        (SignError::Attributes(CmsError::EmptyChain), Internal, "INTERNAL", No),
        (SignError::Statement(StatementError::Time), Internal, "INTERNAL", No),
        (SignError::Embed(EmbedError::ReadBack(ReadBack::Contents)), Internal, "INTERNAL", No),
        (SignError::TaskLost, Internal, "INTERNAL", No),
    ]
}

#[test]
fn every_refusal_has_its_code_its_reason_and_its_texts() {
    for (error, code, reason, retry) in table() {
        let status = status(&error);
        let details = status.get_error_details_vec();
        let count = |kind: fn(&tonic_types::ErrorDetail) -> bool| details.iter().filter(|detail| kind(detail)).count();
        assert_eq!(status.code(), code, "{error:?}");
        assert_eq!(count(|detail| matches!(detail, tonic_types::ErrorDetail::ErrorInfo(_))), 1, "{error:?}");
        let info = status.get_details_error_info().expect("an ErrorInfo");
        assert_eq!((info.reason.as_str(), info.domain.as_str()), (reason, "teken.v1"), "{error:?}");
        let localized = status.get_details_localized_message().expect("a text in Indonesian");
        assert_eq!(localized.locale, "id-ID", "{error:?}");
        assert!(localized.message.ends_with('.') && status.message().ends_with('.'), "{error:?}");
        assert_ne!(localized.message, status.message(), "{error:?}");
        let waits = if status.get_details_retry_info().is_some() { Retry::Yes } else { Retry::No };
        assert_eq!(waits, retry, "{error:?}");
        let violation = status.get_details_bad_request().is_some();
        let names_a_field =
            matches!(error, SignError::Malformed { .. } | SignError::Seal(SealError::PayloadTooLong { .. }));
        assert_eq!(violation, names_a_field, "{error:?}");

        let item = item_status(&error);
        assert_eq!((item.code, item.reason.as_str()), (i32::from(code), reason), "{error:?}");
        assert_eq!((item.message.as_str(), item.message_id), (status.message(), localized.message), "{error:?}");
    }
}

#[test]
fn a_refusal_that_may_have_used_the_key_is_never_called_unavailable_without_saying_what_to_repeat() {
    for (error, _, _, _) in table() {
        let text = status(&error).message().to_owned();
        if matches!(error, SignError::KeyUnavailable(_) | SignError::OutcomeUnknown) {
            assert!(text.contains("same request_id"), "{text}");
        }
    }
}

/// `signer/README.md` is what people read: it has every reason with its code, and none that nobody gives.
#[test]
fn the_readme_has_every_reason_with_its_code() {
    let readme = include_str!("../../../README.md");
    let documented: BTreeSet<(String, String)> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .map(|(reason, rest)| (reason.to_owned(), rest.split(" |").next().unwrap_or_default().to_owned()))
        .collect();
    let named = |code: Code, retry| {
        let words = format!("{code:?}").chars().fold(String::new(), |name, letter| {
            let word = if letter.is_uppercase() && !name.is_empty() { "_" } else { "" };
            name + word + &letter.to_uppercase().to_string()
        });
        if retry == Retry::Yes { format!("{words}, again") } else { words }
    };
    let ours = table().into_iter().map(|(_, code, reason, retry)| (reason.to_owned(), named(code, retry)));
    let edge = Refused::ALL.into_iter().map(|refused| {
        let status = refused.status();
        let retry = if status.get_details_retry_info().is_some() { Retry::Yes } else { Retry::No };
        (refused.reason().to_owned(), named(status.code(), retry))
    });
    assert_eq!(documented, ours.chain(edge).collect());
}
