//! Every failure in the words of the person who meets it: what happened and what to do, in Indonesian and in English, with the exit
//! code and one stable code for scripts.
//!
//! When the service said why, its own words are shown: it gives both languages. The detail in brackets is the library's and English.

mod document;

use std::{error::Error, io, path::PathBuf};

use clap::ValueEnum;
use office::{
    AnswerError, CallError, ConfigError, ConnectError, EmbedHalfError, Fault, JournalError, PrepareHalfError,
    RequestId, SignError, Standing, WriteError,
    appearance::{AppearanceError, PreviewError},
};
use pades::PrepareError;
use thiserror::Error;

use crate::{plan::PlanError, report::Exit};

/// Language of the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// Indonesian.
    Id,
    /// English.
    En,
}

impl Language {
    /// The text in this language.
    pub(crate) fn pick<T>(self, indonesian: T, english: T) -> T {
        match self {
            Self::Id => indonesian,
            Self::En => english,
        }
    }
}

/// Why a command did not do its work at all.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error("configuration")]
    Config(#[from] ConfigError),
    #[error("command line")]
    Plan(#[from] PlanError),
    #[error("connection")]
    Connect(#[from] ConnectError),
    #[error("the service gave no profile")]
    Call(#[from] CallError),
    #[error("the journal failed")]
    Journal(#[from] JournalError),
    #[error("the document was not prepared")]
    Prepare(#[from] PrepareHalfError),
    #[error("the CMS was not embedded")]
    Embed(#[from] EmbedHalfError),
    #[error("the result was not written")]
    Write(#[from] WriteError),
    #[error("there is no preview")]
    Preview(#[from] PreviewError),
    #[error("the clock")]
    Clock(#[from] PrepareError),
    #[error("{} cannot be read", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{} is not a profile", path.display())]
    Profile { path: PathBuf, source: serde_json::Error },
    #[error("neither a request id nor the name of a signature")]
    Key,
    #[error("stdout is gone")]
    Stdout(#[from] io::Error),
}

/// A failure in a person's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Explained {
    /// Stable, for scripts: the service's own reasons where the kind is the same.
    pub(crate) code: String,
    /// What happened.
    pub(crate) text: String,
    /// What to do.
    pub(crate) hint: String,
    /// The exit code of a run that ends with it.
    pub(crate) exit: Exit,
}

fn explained(code: &str, exit: Exit, text: impl Into<String>, hint: impl Into<String>) -> Explained {
    Explained { code: code.to_owned(), text: text.into(), hint: hint.into(), exit }
}

/// Text for a terminal, where a control character in a file's name would move the cursor or begin a line like another file's.
pub(crate) fn shown(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

/// A cause with the causes below it.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        let below = error.to_string();
        // A library that prints its source in its own text would say everything twice.
        if !text.contains(&below) {
            text = format!("{text}: {below}");
        }
        next = error.source();
    }
    text
}

impl Failure {
    pub(crate) fn explain(&self, language: Language) -> Explained {
        match self {
            Self::Config(error) => explained(
                "CONFIGURATION",
                Exit::Usage,
                format!("{} ({})", language.pick("Konfigurasi tidak dapat dipakai", "The configuration cannot be used"), chain(error)),
                language.pick(
                    "Perbaiki berkas konfigurasi; setiap isian dijelaskan dalam office.example.toml.",
                    "Correct the configuration file; office.example.toml explains every field.",
                ),
            ),
            Self::Plan(error) => explained(
                "COMMAND_LINE",
                Exit::Usage,
                format!("{} ({})", language.pick("Perintah tidak dapat dijalankan", "The command cannot be carried out"), chain(error)),
                language.pick(
                    "Belum ada yang dikirim. Lihat teken-office sign --help.",
                    "Nothing was sent. See teken-office sign --help.",
                ),
            ),
            Self::Connect(error) => explained(
                "CERTIFICATE_FILES",
                Exit::Usage,
                format!(
                    "{} ({})",
                    language.pick("Sertifikat atau kunci kantor tidak dapat dipakai", "The office's certificate or key cannot be used"),
                    chain(error)
                ),
                language.pick(
                    "Periksa access_anchor, certificate, key dan state_dir dalam konfigurasi; berkas kunci hanya boleh dibaca pemiliknya.",
                    "Check access_anchor, certificate, key and state_dir in the configuration; only its owner may read the key file.",
                ),
            ),
            Self::Call(CallError::Fault { fault, attempts, .. }) => from_fault(fault, *attempts, None, language),
            Self::Call(CallError::Answer(error)) => from_answer(error, None, language),
            Self::Journal(error) => from_journal(error, language),
            Self::Prepare(PrepareHalfError::Document(error)) => document::unreadable(error, language),
            Self::Prepare(PrepareHalfError::Prepare(error)) | Self::Clock(error) => document::unprepared(error, language),
            Self::Preview(PreviewError::Document(error)) => document::unreadable(error, language),
            Self::Preview(error) => explained(
                "APPEARANCE",
                Exit::Refused,
                format!("{} ({})", language.pick("Halaman tidak dapat digambar", "The page cannot be drawn"), chain(error)),
                language.pick(
                    "Perbaiki template atau dokumen menurut alasan di atas.",
                    "Correct the template or the document as the reason above says.",
                ),
            ),
            Self::Embed(error) => explained(
                "NOT_EMBEDDED",
                Exit::Answer,
                format!(
                    "{} ({})",
                    language.pick("CMS tidak dapat dimasukkan ke dalam dokumen", "The CMS cannot be put into the document"),
                    chain(error)
                ),
                language.pick(
                    "Berkas tidak dibuat. Periksa apakah CMS itu jawaban untuk digest dokumen ini.",
                    "No file was made. Check that this CMS answers this document's digest.",
                ),
            ),
            Self::Write(error) => explained(
                "OUTPUT_UNWRITTEN",
                Exit::Machine,
                format!("{} ({})", language.pick("Berkas tidak dapat ditulis", "The file cannot be written"), chain(error)),
                language.pick(
                    "Pilih tempat lain dengan -o, atau pakai --force bila berkas lama boleh diganti.",
                    "Choose another place with -o, or use --force when the old file may go.",
                ),
            ),
            Self::Read { .. } | Self::Profile { .. } => explained(
                "INPUT_UNREADABLE",
                Exit::Usage,
                format!("{} ({})", language.pick("Berkas tidak dapat dibaca", "A file cannot be read"), chain(self)),
                language.pick("Periksa nama dan hak akses berkas.", "Check the file's name and rights."),
            ),
            Self::Key => explained(
                "COMMAND_LINE",
                Exit::Usage,
                language.pick(
                    "Bukan id permintaan dan bukan nama tanda tangan",
                    "Neither a request id nor the name of a signature",
                ),
                language.pick(
                    "Contoh: 6f0c1f6e-3f0e-4b0a-9d5c-0123456789ab atau offices/kec-bekasi-timur/signatures/7.",
                    "For example 6f0c1f6e-3f0e-4b0a-9d5c-0123456789ab or offices/kec-bekasi-timur/signatures/7.",
                ),
            ),
            Self::Stdout(error) => explained(
                "OUTPUT_UNWRITTEN",
                Exit::Machine,
                format!("{} ({error})", language.pick("Keluaran tidak dapat ditulis", "The output cannot be written")),
                language.pick(
                    "Dokumen yang sudah selesai tetap tersimpan; jalankan teken-office resume untuk sisanya.",
                    "Finished documents are saved; run teken-office resume for the rest.",
                ),
            ),
        }
    }
}

/// One document's failure, on one line.
pub(crate) fn explain(error: &SignError, language: Language) -> Explained {
    let explained = told(error, language);
    Explained { text: shown(&explained.text), ..explained }
}

fn told(error: &SignError, language: Language) -> Explained {
    match error {
        SignError::Input { .. } => explained(
            "INPUT_UNREADABLE",
            Exit::Machine,
            format!("{} ({})", language.pick("Berkas tidak dapat dibaca", "The file cannot be read"), chain(error)),
            language.pick("Periksa nama dan hak akses berkas.", "Check the file's name and rights."),
        ),
        SignError::Document(source) => document::unreadable(source, language),
        SignError::Prepare(source) => document::unprepared(source, language),
        SignError::Appearance(AppearanceError::Document(source)) => document::unreadable(source, language),
        SignError::Appearance(source) => explained(
            "APPEARANCE",
            Exit::Refused,
            format!(
                "{} ({})",
                language.pick("Tanda tangan tidak dapat digambar pada dokumen ini", "The signature cannot be drawn on this document"),
                chain(source)
            ),
            language.pick(
                "Belum ada yang ditandatangani. Perbaiki template atau dokumen; coba dengan teken-office preview.",
                "Nothing was signed. Correct the template or the document; try with teken-office preview.",
            ),
        ),
        SignError::NoClaims | SignError::Claims(_) => explained(
            "SEAL_CLAIMS",
            Exit::Refused,
            format!("{} ({})", language.pick("Isi segel tidak dapat dipakai", "What the seal says cannot be used"), chain(error)),
            language.pick(
                "Belum ada yang dikirim. Beri isi segel dengan --claims.",
                "Nothing was sent. Say with --claims what the seal says.",
            ),
        ),
        SignError::Reserve(CallError::Fault { fault, attempts, .. }) => from_fault(fault, *attempts, None, language),
        SignError::Reserve(CallError::Answer(source)) => from_answer(source, None, language),
        SignError::UploadDrawn => explained(
            "COMMAND_LINE",
            Exit::Usage,
            language.pick(
                "Dokumen yang dikirim utuh (--upload) tidak dapat diberi tanda tangan tampak",
                "A document that is sent whole (--upload) gets no visible signature",
            ),
            language.pick("Tandatangani tanpa --upload.", "Sign without --upload."),
        ),
        SignError::OutputExists { path } => explained(
            "OUTPUT_EXISTS",
            Exit::Refused,
            format!("{} {}", path.display(), language.pick("sudah ada", "exists")),
            language.pick(
                "Belum ada yang dikirim. Pindahkan berkas itu, pilih tempat lain dengan -o, atau pakai --force.",
                "Nothing was sent. Move that file, choose another place with -o, or use --force.",
            ),
        ),
        SignError::NotWritable { source } => explained(
            "OUTPUT_UNWRITTEN",
            Exit::Machine,
            format!(
                "{} ({})",
                language.pick("Berkas hasil tidak dapat ditulis di tempat itu", "The signed file cannot be written there"),
                chain(source)
            ),
            language.pick(
                "Belum ada yang dikirim. Buat foldernya, periksa hak aksesnya, atau pilih tempat lain dengan -o.",
                "Nothing was sent. Make the folder, check its rights, or choose another place with -o.",
            ),
        ),
        SignError::NumberWaits { request_id } => explained(
            "NUMBER_WAITS",
            Exit::Away,
            language.pick(
                format!("Berkas lain dengan jenis dan nomor yang sama masih menunggu dalam jurnal (permintaan {request_id})"),
                format!("Another file of the same type and number still waits in the journal (request {request_id})"),
            ),
            language.pick(
                "Jalankan dahulu teken-office resume. Bila berkas itu lalu sudah ditandatangani, gantikan dengan --replaces NAMA.",
                "Run teken-office resume first. If that file is then signed, replace it with --replaces NAME.",
            ),
        ),
        SignError::TooLarge { size_bytes, limit_bytes } => explained(
            "DOCUMENT_TOO_LARGE",
            Exit::Refused,
            language.pick(
                format!("Dokumen berukuran {size_bytes} oktet; layanan menerima paling banyak {limit_bytes}"),
                format!("The document has {size_bytes} octets; the service takes at most {limit_bytes}"),
            ),
            language.pick(
                "Tandatangani tanpa --upload: maka hanya digest yang dikirim.",
                "Sign without --upload: then only the digest is sent.",
            ),
        ),
        SignError::TypeNotAllowed { document_type } => explained(
            "MANDATE_DOCUMENT_TYPE",
            Exit::Refused,
            language.pick(
                format!("Kantor ini tidak berwenang meminta tanda tangan untuk dokumen jenis {document_type}"),
                format!("This office may not have documents of type {document_type} signed"),
            ),
            language.pick(
                "Periksa --type; jenis yang boleh ada pada keluaran teken-office profile.",
                "Check --type; teken-office profile lists the types that are allowed.",
            ),
        ),
        SignError::Busy { request_id } => explained(
            "REQUEST_BUSY",
            Exit::Away,
            language.pick(
                format!("Dokumen ini sedang dikerjakan oleh proses lain (permintaan {request_id})"),
                format!("Another run works on this document (request {request_id})"),
            ),
            language.pick("Tunggu sampai proses itu selesai.", "Wait until that run has ended."),
        ),
        SignError::OtherOffice { request_id, office } => explained(
            "REQUEST_OF_ANOTHER_OFFICE",
            Exit::Usage,
            language.pick(
                format!("Permintaan {request_id} dalam jurnal milik kantor {office}"),
                format!("Request {request_id} in the journal is of office {office}"),
            ),
            language.pick(
                "Jalankan dengan konfigurasi kantor itu, dan beri tiap kantor state_dir sendiri.",
                "Run this with that office's configuration, and give each office a state_dir of its own.",
            ),
        ),
        SignError::Refused { fault, .. } => from_fault(fault, 1, None, language),
        SignError::Waiting { fault, attempts, request_id } => from_fault(fault, *attempts, Some(*request_id), language),
        SignError::Answer { request_id, source } => from_answer(source, Some(*request_id), language),
        SignError::Embed { request_id, .. } => explained(
            "ANSWER_NOT_ACCEPTABLE",
            Exit::Answer,
            format!(
                "{} ({})",
                language.pick("CMS tidak dapat dimasukkan ke dalam dokumen", "The CMS cannot be put into the document"),
                chain(error)
            ),
            kept(*request_id, language),
        ),
        SignError::Unwritten { request_id, .. } => explained(
            "OUTPUT_UNWRITTEN",
            Exit::Machine,
            format!(
                "{} ({})",
                language.pick("Berkas hasil tidak dapat ditulis", "The signed file cannot be written"),
                chain(error)
            ),
            language.pick(
                format!("Sudah ditandatangani dan tersimpan dalam jurnal sebagai {request_id}. Perbaiki tempatnya, lalu jalankan teken-office resume; atau ulangi perintah ini dengan tempat lain: -o."),
                format!("It is signed, and in the journal as {request_id}. Mend the place, then run teken-office resume; or repeat this command with another place: -o."),
            ),
        ),
        SignError::NoPlace { request_id } => explained(
            "REQUEST_OF_A_PROGRAM",
            Exit::Away,
            language.pick(
                format!("Permintaan {request_id} dibuat oleh program yang mengambil sendiri hasilnya"),
                format!("Request {request_id} was made by a program that takes the file itself"),
            ),
            language.pick("Jalankan kembali program itu.", "Run that program again."),
        ),
        SignError::Journal(source) => from_journal(source, language),
        SignError::NotRecorded | SignError::Prepared { .. } => explained(
            "JOURNAL_FAILED",
            Exit::Machine,
            format!("{} ({})", language.pick("Jurnal gagal", "The journal failed"), chain(error)),
            language.pick(
                "Belum ada yang dikirim dalam proses ini. Periksa state_dir dan ruang media penyimpanan.",
                "Nothing was sent by this run. Check state_dir and the space on its disk.",
            ),
        ),
    }
}

fn from_fault(fault: &Fault, attempts: u32, request_id: Option<RequestId>, language: Language) -> Explained {
    let said = match (language, &fault.message_id) {
        (Language::Id, Some(indonesian)) => indonesian.clone(),
        (_, _) => fault.message.clone(),
    };
    let code = fault.reason.clone();
    let (default_code, exit, text) = match fault.standing {
        Standing::Refused => {
            ("REFUSED", Exit::Refused, format!("{}: {said}", language.pick("Layanan menolak", "The service refused")))
        }
        Standing::Untrusted => (
            "CERTIFICATE_NOT_ACCEPTED",
            Exit::Usage,
            format!(
                "{} ({said})",
                language.pick(
                    "Sertifikat kantor ini atau sertifikat layanan tidak diterima pihak lain",
                    "The certificate of this office or of the service is not accepted by the other side"
                )
            ),
        ),
        Standing::NotDone | Standing::Unknown => (
            "SERVICE_AWAY",
            Exit::Away,
            language.pick(
                format!("Layanan belum memberi jawaban setelah {attempts} kali percobaan ({said})"),
                format!("The service gave no answer after {attempts} attempts ({said})"),
            ),
        ),
        Standing::Broken => (
            "SERVICE_BROKEN",
            Exit::Away,
            format!("{} ({said})", language.pick("Layanan mengalami gangguan", "The service is out of order")),
        ),
    };
    let hint = match (fault.standing, request_id) {
        (Standing::Untrusted, _) => language
            .pick(
                "Periksa masa berlaku sertifikat, access_anchor dan server_name; sertifikat yang dicabut harus diganti dinas.",
                "Check the certificates' validity, access_anchor and server_name; the agency replaces a revoked certificate.",
            )
            .to_owned(),
        (_, Some(request_id)) => language.pick(
            format!("Permintaan {request_id} tersimpan dalam jurnal. Jalankan teken-office resume: tidak akan ditandatangani dua kali."),
            format!("Request {request_id} is in the journal. Run teken-office resume: nothing is signed twice."),
        ),
        (Standing::Refused, None) if code.as_deref() == Some("DOCUMENT_ALREADY_SIGNED") => language
            .pick(
                "Untuk menggantinya, ulangi dengan --replaces NAMA seperti yang tersebut di atas.",
                "To replace it, repeat with --replaces NAME as named above.",
            )
            .to_owned(),
        (Standing::Refused, None) => language
            .pick(
                "Berkas ini tidak ditandatangani. Perbaiki menurut alasan di atas, lalu ulangi perintah ini.",
                "This file is not signed. Correct what the reason above names, then repeat this command.",
            )
            .to_owned(),
        (Standing::NotDone | Standing::Unknown | Standing::Broken, None) => language
            .pick("Belum ada yang dikirim. Ulangi perintah ini nanti.", "Nothing was sent. Repeat this command later.")
            .to_owned(),
    };
    Explained { code: code.unwrap_or_else(|| default_code.to_owned()), text, hint, exit }
}

fn from_answer(error: &AnswerError, request_id: Option<RequestId>, language: Language) -> Explained {
    let text = format!(
        "{} ({})",
        language.pick("Jawaban layanan bukan yang diminta", "The service's answer is not what was asked for"),
        chain(error)
    );
    let hint = match request_id {
        Some(request_id) => kept(request_id, language),
        None => language.pick("Beritahu dinas.", "Tell the agency.").to_owned(),
    };
    explained("ANSWER_NOT_ACCEPTABLE", Exit::Answer, text, hint)
}

fn kept(request_id: RequestId, language: Language) -> String {
    language.pick(
        format!("Berkas tidak dibuat. Beritahu dinas; permintaan {request_id} tetap dalam jurnal."),
        format!("No file was made. Tell the agency; request {request_id} stays in the journal."),
    )
}

fn from_journal(error: &JournalError, language: Language) -> Explained {
    explained(
        "JOURNAL_FAILED",
        Exit::Machine,
        format!("{} ({})", language.pick("Jurnal gagal", "The journal failed"), chain(error)),
        language.pick(
            "Periksa state_dir, hak akses dan ruang media penyimpanan. Jangan menghapus isinya: mungkin sudah ada yang ditandatangani.",
            "Check state_dir, its rights and the space on its disk. Do not delete what it holds: some of it may be signed.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use office::WireError;
    use pades::PdfError;
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
            SignError::Prepare(PrepareError::FieldLocked),
            SignError::Prepare(PrepareError::DynamicXfa),
            SignError::TooLarge { size_bytes: 2, limit_bytes: 1 },
            SignError::OutputExists { path: "a.pdf".into() },
        ] {
            for language in [Language::Id, Language::En] {
                let explained = explain(&error, language);
                assert!(help.contains(&explained.code), "{}", explained.code);
                assert_eq!(explained.exit, Exit::Refused, "{}", explained.code);
                // What happened with it, and what to do: two sentences.
                assert!(
                    explained.hint.matches(". ").count() + explained.hint.matches(": ").count() >= 1,
                    "{explained:?}"
                );
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
}
