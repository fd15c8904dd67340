//! What the service said, or that it said nothing. Its own words are shown where it gives them.

use office::{AnswerError, Fault, RequestId, Standing};

use super::{Explained, Language, chain, explained};
use crate::report::Exit;

/// The service refused, or is away.
pub(super) fn from_fault(fault: &Fault, attempts: u32, request_id: Option<RequestId>, language: Language) -> Explained {
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

/// The service answered something else than was asked.
pub(super) fn from_answer(error: &AnswerError, request_id: Option<RequestId>, language: Language) -> Explained {
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

/// What to do with an answer that is not taken.
pub(super) fn kept(request_id: RequestId, language: Language) -> String {
    language.pick(
        format!("Berkas tidak dibuat. Beritahu dinas; permintaan {request_id} tetap dalam jurnal."),
        format!("No file was made. Tell the agency; request {request_id} stays in the journal."),
    )
}
