//! Why one document of a run is not signed, or not yet.

use office::{CallError, SignError, appearance::AppearanceError};

use super::{
    Explained, Language, chain, document, explained, from_journal,
    service::{from_answer, from_fault, kept},
    shown,
};
use crate::report::Exit;

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
        SignError::SealExpired { document, .. } => explained(
            "RESERVATION_EXPIRED",
            Exit::Refused,
            language.pick(
                format!(
                    "Segel pada halaman ({}, nomor {}) kedaluwarsa sebelum ditandatangani; belum ada yang ditandatangani",
                    document.document_type,
                    document.number.as_str()
                ),
                format!(
                    "The seal on the page ({}, number {}) expired before it was signed; nothing is signed",
                    document.document_type,
                    document.number.as_str()
                ),
            ),
            language.pick(
                "Jalankan lagi teken-office sign dengan berkas, --type, --number, --template dan --claims yang sama: segel baru dibuat dan digambar. Jurnal tidak lagi menyimpan permintaan yang lama.",
                "Run teken-office sign again with the same file, --type, --number, --template and --claims: a new seal is made and drawn. The journal holds the old request no longer.",
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
