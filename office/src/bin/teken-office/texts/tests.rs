use std::time::Duration;

use office::{AnswerError, Fault, RequestId, SignError, Standing, WireError, appearance::AppearanceError};
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
