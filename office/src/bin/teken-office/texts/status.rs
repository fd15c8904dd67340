//! Why a status is not known, or not changed.

use evidence::status::StatusValue;
use office::{CallError, Standing, StatusError};

use super::{
    Explained, Language, chain, explained, from_journal,
    service::{from_answer, from_fault},
};
use crate::report::Exit;

/// A status in a word, with its name in the status list.
pub(crate) fn status_word(status: StatusValue, language: Language) -> String {
    let word = match status {
        StatusValue::Valid => language.pick("berlaku", "in force"),
        StatusValue::Invalid => language.pick("dibatalkan", "withdrawn"),
        StatusValue::Suspended => language.pick("diblokir", "suspended"),
        StatusValue::Superseded => language.pick("diganti", "superseded"),
    };
    format!("{word} ({status})")
}

/// A failure of `status get` or `status set`.
pub(super) fn explain(error: &StatusError, language: Language) -> Explained {
    match error {
        StatusError::OtherOffice { name, own } => explained(
            "SIGNATURE_OF_ANOTHER_OFFICE",
            Exit::Usage,
            language.pick(
                format!("{name} bukan tanda tangan kantor {own}"),
                format!("{name} is not a signature of office {own}"),
            ),
            language.pick(
                "Belum ada yang dikirim. Jalankan dengan konfigurasi kantor itu; status dokumen kantor lain tidak dapat dilihat atau diubah.",
                "Nothing was sent. Run this with that office's configuration; another office's status can be neither seen nor changed.",
            ),
        ),
        StatusError::Unknown(CallError::Fault { fault, attempts, .. }) => Explained {
            hint: match fault.standing {
                Standing::Refused => asked_hint(fault.reason.as_deref(), language).to_owned(),
                _ => language.pick("Ulangi perintah ini nanti.", "Repeat this command later.").to_owned(),
            },
            ..from_fault(fault, *attempts, None, language)
        },
        StatusError::Unknown(CallError::Answer(source)) => from_answer(source, None, language),
        StatusError::Refused { fault, doubt } => Explained {
            hint: match doubt {
                false => format!(
                    "{} {}",
                    language.pick("Status tidak diubah.", "The status was not changed."),
                    asked_hint(fault.reason.as_deref(), language)
                ),
                // Who lost the mandate after a lost answer is refused all the same.
                true => language
                    .pick(
                        "Percobaan sebelumnya tidak mendapat jawaban dan mungkin sudah mengubahnya: lihat dengan teken-office status get.",
                        "An earlier attempt got no answer and may have changed it: see teken-office status get.",
                    )
                    .to_owned(),
            },
            ..from_fault(fault, 1, None, language)
        },
        StatusError::Unsettled { fault, attempts, request_id } => Explained {
            hint: match fault.standing {
                Standing::Untrusted => from_fault(fault, *attempts, None, language).hint,
                _ => language.pick(
                    format!("Mungkin sudah tercatat. Ulangi perintah yang sama, kata demi kata: permintaan {request_id} dikirim lagi, dan tidak ada perubahan kedua."),
                    format!("It may be on record. Repeat the same command word for word: request {request_id} is sent again, and no second change is made."),
                ),
            },
            ..from_fault(fault, *attempts, None, language)
        },
        StatusError::Answer { request_id, source } => Explained {
            hint: language.pick(
                format!("Beritahu dinas, dengan id permintaan {request_id}. Mungkin status sudah berubah: lihat dengan teken-office status get."),
                format!("Tell the agency, with request id {request_id}. The status may have been changed: see teken-office status get."),
            ),
            ..from_answer(source, None, language)
        },
        StatusError::Overtaken { status } => explained(
            "STATUS_OVERTAKEN",
            Exit::Refused,
            language.pick(
                format!(
                    "Perubahan ini sudah tercatat pada percobaan sebelumnya, dan sesudahnya statusnya diubah lagi: kini {}",
                    status_word(status.status, language)
                ),
                format!(
                    "An earlier attempt recorded this change, and the status was changed again since: it is {}",
                    status_word(status.status, language)
                ),
            ),
            language.pick(
                "Kali ini tidak ada yang diubah. Bila perubahan itu masih dikehendaki, ulangi perintah ini: itu permintaan baru.",
                "Nothing was changed this time. If the change is still wanted, repeat this command: that is a new request.",
            ),
        ),
        StatusError::Journal(error) => Explained {
            text: format!("{} ({})", language.pick("Catatan permintaan gagal", "The record of the request failed"), chain(error)),
            ..from_journal(error, language)
        },
    }
}

/// What to do about a refusal whose reason the service has told.
fn asked_hint(reason: Option<&str>, language: Language) -> &'static str {
    match reason {
        Some("SIGNATURE_NOT_FOUND") => language.pick(
            "Nama tanda tangan kantor ini ada pada keluaran teken-office list.",
            "teken-office list prints the names of this office's signatures.",
        ),
        Some("STATUS_NOT_ALLOWED") => language.pick(
            "teken-office status get menunjukkan sejak kapan. Dokumen baru diterbitkan dengan teken-office sign --replaces.",
            "teken-office status get shows since when. A new document is issued with teken-office sign --replaces.",
        ),
        _ => language.pick("Ikuti alasan di atas.", "Do as the reason above says."),
    }
}
