use std::time::Duration;

use evidence::{DocumentType, OfficeId};
use office::{
    AnswerError, Document, DocumentNumber, Fault, OfficerAccount, RequestId, SignError, SignatureName, Standing,
    WireError,
    appearance::{AppearanceError, Template},
};
use pades::{DrawError, PdfError, PlaceError};
use tonic::Code;

use super::*;

fn fault(standing: Standing) -> Fault {
    Fault {
        standing,
        code: Code::Unavailable,
        reason: Some("KEY_UNAVAILABLE".to_owned()),
        message: "in English".to_owned(),
        message_id: Some("dalam bahasa Indonesia".to_owned()),
        retry_after: Some(Duration::from_secs(1)),
    }
}

fn id() -> RequestId {
    RequestId::from_random([1; 16])
}

#[test]
fn the_services_own_words_are_shown_in_the_readers_language() {
    let waiting = SignError::Waiting { fault: fault(Standing::Unknown), attempts: 3, request_id: id() };
    let indonesian = explain(&waiting, Language::Id);
    assert_eq!(indonesian.text, "Layanan belum memberi jawaban setelah 3 kali percobaan (dalam bahasa Indonesia)");
    let english = explain(&waiting, Language::En);
    assert_eq!(english.text, "The service gave no answer after 3 attempts (in English)");
    assert_eq!((english.code.as_str(), english.exit), ("KEY_UNAVAILABLE", Exit::Away));
    assert!(english.hint.contains("teken-office resume") && english.hint.contains(&id().to_string()));
}

#[test]
fn without_indonesian_words_the_english_ones_are_shown() {
    let refused = Fault { message_id: None, ..fault(Standing::Refused) };
    let text = explain(&SignError::Refused { fault: refused, request_id: id() }, Language::Id).text;
    assert_eq!(text, "Layanan menolak: in English");
}

#[test]
fn a_files_name_does_not_write_lines_of_its_own() {
    let path = PathBuf::from("a\n\u{1b}[2Jsigned: b.pdf");
    let text = explain(&SignError::OutputExists { path }, Language::En).text;
    assert_eq!(text, "a\u{fffd}\u{fffd}[2Jsigned: b.pdf exists");
}

#[test]
fn each_standing_has_its_exit_code() {
    for (standing, exit) in [
        (Standing::Refused, Exit::Refused),
        (Standing::NotDone, Exit::Away),
        (Standing::Unknown, Exit::Away),
        (Standing::Broken, Exit::Away),
        (Standing::Untrusted, Exit::Usage),
    ] {
        let error = SignError::Waiting { fault: fault(standing), attempts: 1, request_id: id() };
        assert_eq!(explain(&error, Language::En).exit, exit, "{standing:?}");
    }
}

#[test]
fn a_document_that_cannot_be_signed_has_the_code_that_the_service_would_give() {
    for (error, code) in [
        (PdfError::NotAPdf, "NOT_A_PDF"),
        (PdfError::BytesBeforeHeader { length: 3 }, "PDF_BYTES_BEFORE_HEADER"),
        (PdfError::StartxrefMissing, "PDF_TRUNCATED"),
        (PdfError::Encrypted, "PDF_ENCRYPTED"),
        (PdfError::BudgetSpent, "PDF_LIMIT"),
        (PdfError::SignatureNotDictionary, "PDF_DAMAGED"),
    ] {
        let explained = explain(&SignError::Document(error), Language::Id);
        assert_eq!((explained.code.as_str(), explained.exit), (code, Exit::Refused));
    }
    let certified = explain(&SignError::Prepare(PrepareError::CertifiedNoChanges), Language::Id);
    assert_eq!((certified.code.as_str(), certified.exit), ("DOCUMENT_CERTIFIED", Exit::Refused));
    let no_new_field = explain(&SignError::Prepare(PrepareError::CertifiedNoNewField), Language::En);
    assert_eq!((no_new_field.code.as_str(), no_new_field.exit), ("DOCUMENT_CERTIFIED", Exit::Refused));
    assert!(
        no_new_field.hint.contains("certify = \"none\"") && no_new_field.hint.contains("empty field"),
        "{no_new_field:?}"
    );
}

#[test]
fn the_help_names_every_code_of_the_bad_documents() {
    let help = crate::args::SIGN_HELP;
    for error in [
        SignError::Document(PdfError::NotAPdf),
        SignError::Document(PdfError::BytesBeforeHeader { length: 3 }),
        SignError::Document(PdfError::StartxrefMissing),
        SignError::Document(PdfError::StartxrefDamaged { offset: 3 }),
        SignError::Document(PdfError::Encrypted),
        SignError::Document(PdfError::TooLarge { length: 2, limit: 1 }),
        SignError::Document(PdfError::BudgetSpent),
        SignError::Document(PdfError::PrevLoop { offset: 3 }),
        SignError::Document(PdfError::SignatureNotDictionary),
        SignError::Prepare(PrepareError::CertifiedNoChanges),
        SignError::Prepare(PrepareError::CertifiedNoNewField),
        SignError::Prepare(PrepareError::FieldLocked),
        SignError::Prepare(PrepareError::DynamicXfa),
        SignError::TooLarge { size_bytes: 2, limit_bytes: 1 },
        SignError::Appearance(AppearanceError::NoSeal),
        SignError::Prepare(PrepareError::Place(PlaceError::PageMissing { page: 1, pages: 1 })),
        SignError::Prepare(PrepareError::Draw(DrawError::Nothing)),
        SignError::NoClaims,
        SignError::OutputExists { path: "a.pdf".into() },
    ] {
        for language in [Language::Id, Language::En] {
            let explained = explain(&error, language);
            assert!(help.contains(&explained.code), "{}", explained.code);
            assert_eq!(explained.exit, Exit::Refused, "{}", explained.code);
            // What happened with it, and what to do: two sentences.
            assert!(explained.hint.matches(". ").count() + explained.hint.matches(": ").count() >= 1, "{explained:?}");
        }
    }
}

#[test]
fn an_answer_that_is_not_acceptable_says_why_and_has_the_worst_exit_code() {
    let source = AnswerError::Wire(WireError::Field { field: "signature" });
    let explained = explain(&SignError::Answer { request_id: id(), source }, Language::En);
    assert_eq!(explained.exit, Exit::Answer);
    assert_eq!(
        explained.text,
        "The service's answer is not what was asked for (the answer is not one that the contract allows: signature is \
         missing or out of range)"
    );
}

#[test]
fn a_cause_is_told_with_the_causes_below_it_and_nothing_twice() {
    let error = SignError::Unwritten {
        request_id: id(),
        source: WriteError::Io { path: "a.pdf".into(), source: io::Error::from(io::ErrorKind::StorageFull) },
    };
    assert_eq!(
        chain(&error),
        format!("the signed file of request {} cannot be written: cannot write a.pdf: no storage space", id())
    );
}

#[test]
fn a_seal_that_expired_is_told_with_its_document_and_with_what_to_repeat() {
    let document = Document {
        document_type: DocumentType::surat(),
        number: DocumentNumber::parse("470/1").expect("a number"),
        officer: OfficerAccount::parse("loket1").expect("an account"),
    };
    for language in [Language::Id, Language::En] {
        let error = SignError::SealExpired { request_id: id(), document: document.clone() };
        let explained = explain(&error, language);
        assert_eq!((explained.code.as_str(), explained.exit), ("RESERVATION_EXPIRED", Exit::Refused));
        assert!(explained.text.contains("surat") && explained.text.contains("470/1"), "{explained:?}");
        for word in ["teken-office sign", "--template", "--claims", "--number"] {
            assert!(explained.hint.contains(word), "{explained:?}");
        }
        assert_eq!(error.kept(), None);
    }
}

#[test]
fn a_command_that_is_wrong_points_to_its_own_help() {
    for command in ["sign", "status set"] {
        let explained = Failure::from(PlanError::NoOfficer).explain(Language::En, command);
        assert_eq!((explained.code.as_str(), explained.exit), ("COMMAND_LINE", Exit::Usage));
        assert_eq!(explained.hint, format!("Nothing was sent. See teken-office {command} --help."));
    }
}

#[test]
fn a_template_that_cannot_be_used_says_so_once_and_where_its_fields_are_explained() {
    let source = Template::parse("nonsense = 1\n", std::path::Path::new("")).expect_err("no template").into();
    let failure = Failure::from(PlanError::Artwork { template: "t.toml".into(), source });
    let english = failure.explain(Language::En, "preview");
    assert_eq!((english.code.as_str(), english.exit), ("TEMPLATE", Exit::Usage));
    assert_eq!(english.text.matches("cannot be used").count(), 1, "{}", english.text);
    assert!(english.text.starts_with("The template cannot be used: t.toml (the template is not"), "{}", english.text);
    assert!(!english.text.contains("\n)") && !english.hint.contains("sign --help"), "{english:?}");
}

#[test]
fn a_status_that_is_not_changed_says_whether_it_may_have_been() {
    let explain = |error| Failure::Status(error).explain(Language::En, "status set");
    let refusal = |reason: &str| Fault { reason: Some(reason.to_owned()), ..fault(Standing::Refused) };
    let refused = explain(StatusError::Refused { fault: refusal("STATUS_NOT_ALLOWED"), doubt: false });
    assert_eq!((refused.code.as_str(), refused.exit), ("STATUS_NOT_ALLOWED", Exit::Refused));
    assert_eq!(refused.text, "The service refused: in English");
    assert!(refused.hint.starts_with("The status was not changed.") && refused.hint.contains("--replaces"));
    let doubtful = explain(StatusError::Refused { fault: refusal("MANDATE_STATUS"), doubt: true });
    assert!(doubtful.hint.contains("may have changed it") && doubtful.hint.contains("status get"), "{doubtful:?}");
    let away = explain(StatusError::Unsettled { fault: fault(Standing::Unknown), attempts: 2, request_id: id() });
    assert_eq!(away.exit, Exit::Away);
    assert!(away.hint.contains("no second change") && away.hint.contains(&id().to_string()), "{away:?}");
    let lie = AnswerError::OtherStatus { answered: evidence::status::StatusValue::Valid };
    let lie = explain(StatusError::Answer { request_id: id(), source: lie });
    assert_eq!((lie.code.as_str(), lie.exit), ("ANSWER_NOT_ACCEPTABLE", Exit::Answer));
    let name = SignatureName::parse("offices/kec-b/signatures/7").expect("a name");
    let foreign = explain(StatusError::OtherOffice { name, own: OfficeId::parse("kec-a").expect("an office") });
    assert_eq!(foreign.exit, Exit::Usage);
    assert_eq!(foreign.text, "offices/kec-b/signatures/7 is not a signature of office kec-a");
}
