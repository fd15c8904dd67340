//! Every refusal and its one status: code, stable reason, what happened and what to do about it, in English and in
//! Indonesian.
//!
//! The match is exhaustive: a new refusal does not compile until it has its line here. The codes are those of the
//! design's table; a test holds each of them. Texts carry no document, number, name or secret, and none tells an office
//! about another one.

use std::time::Duration;

use evidence::seal::SealError;
use pades::{PdfError, PrepareError};
use proto::teken::v1;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::domain::TextFault;
use crate::error::{FieldFault, SignError};
use crate::register::StopCause;

/// `ErrorInfo.domain`.
pub(crate) const DOMAIN: &str = "teken.v1";
/// Locale of `LocalizedMessage`.
pub(crate) const LOCALE: &str = "id-ID";

/// Everything that a status says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Explanation {
    pub(crate) code: Code,
    pub(crate) reason: &'static str,
    english: String,
    indonesian: String,
    retry_after: Option<Duration>,
    /// Path of the field at fault, and what is wrong with it.
    field: Option<(&'static str, String)>,
    metadata: Option<(&'static str, String)>,
}

impl Explanation {
    fn retry(self, seconds: u64) -> Self {
        Self { retry_after: Some(Duration::from_secs(seconds)), ..self }
    }

    fn with(self, key: &'static str, value: String) -> Self {
        Self { metadata: Some((key, value)), ..self }
    }
}

fn say(code: Code, reason: &'static str, english: impl Into<String>, indonesian: impl Into<String>) -> Explanation {
    let (english, indonesian) = (english.into(), indonesian.into());
    Explanation { code, reason, english, indonesian, retry_after: None, field: None, metadata: None }
}

/// The status of a refusal.
pub(crate) fn status(error: &SignError) -> Status {
    let Explanation { code, reason, english, indonesian, retry_after, field, metadata } = explain(error);
    let metadata = metadata.into_iter().map(|(key, value)| (key.to_owned(), value));
    let mut details =
        ErrorDetails::with_error_info(reason, DOMAIN, metadata.collect::<std::collections::HashMap<_, _>>());
    details.set_localized_message(LOCALE, indonesian);
    if let Some(delay) = retry_after {
        details.set_retry_info(Some(delay));
    }
    if let Some((field, description)) = field {
        details.add_bad_request_violation(field, description);
    }
    Status::with_error_details(code, english, details)
}

/// The same for one item of a batch.
pub(crate) fn item_status(error: &SignError) -> v1::ItemStatus {
    let Explanation { code, reason, english, indonesian, .. } = explain(error);
    v1::ItemStatus { code: code.into(), reason: reason.to_owned(), message: english, message_id: indonesian }
}

/// The one mapping.
pub(crate) fn explain(error: &SignError) -> Explanation {
    use Code::{
        Aborted, AlreadyExists, DataLoss, DeadlineExceeded, FailedPrecondition, Internal, InvalidArgument, NotFound,
        PermissionDenied, ResourceExhausted, Unauthenticated, Unavailable,
    };
    match error {
        SignError::MessageMalformed => say(
            InvalidArgument,
            "MESSAGE_MALFORMED",
            "The request is not the message that this method takes. Correct the client.",
            "Permintaan bukan pesan yang diterima metode ini. Perbaiki aplikasi klien.",
        ),
        SignError::Malformed { field, fault } => Explanation {
            field: Some((field, fault.to_string())),
            ..say(
                InvalidArgument,
                field_reason(*fault),
                format!("{field} {fault}. Correct the field and send the request again."),
                format!("Isian {field} tidak sesuai. Perbaiki isian itu, lalu kirim kembali."),
            )
        },

        SignError::NotIdentified => say(
            Unauthenticated,
            "CLIENT_CERTIFICATE_MISSING",
            "The connection carries no client certificate. Connect with your office's certificate.",
            "Koneksi ini tanpa sertifikat klien. Sambungkan dengan sertifikat kantor Anda.",
        ),
        SignError::OfficeUnknown => say(
            PermissionDenied,
            "OFFICE_UNKNOWN",
            "Your certificate names no office that this service knows. Ask the agency to add your office.",
            "Sertifikat Anda tidak menyebut kantor yang dikenal layanan ini. Mintalah dinas mendaftarkan kantor Anda.",
        ),
        SignError::OfficeSuspended => say(
            PermissionDenied,
            "OFFICE_SUSPENDED",
            "Your office is suspended. Ask the agency why.",
            "Kantor Anda sedang ditangguhkan. Tanyakan alasannya kepada dinas.",
        ),
        SignError::DocumentTypeNotAllowed { document_type } => say(
            PermissionDenied,
            "MANDATE_DOCUMENT_TYPE",
            format!("Your office may not have documents of type {document_type} signed. Ask the agency for a wider mandate."),
            format!("Kantor Anda tidak berwenang meminta tanda tangan untuk dokumen jenis {document_type}. Ajukan kewenangan kepada dinas."),
        ),

        SignError::RequestInFlight => say(
            Aborted,
            "REQUEST_IN_FLIGHT",
            "A request with this request_id is under way. Repeat it with the same request_id in a moment.",
            "Permintaan dengan request_id ini sedang dikerjakan. Ulangi sebentar lagi dengan request_id yang sama.",
        )
        .retry(1),
        SignError::RequestIdReused => say(
            AlreadyExists,
            "REQUEST_ID_REUSED",
            "This request_id was used for another request. Use a new request_id for a new document.",
            "request_id ini sudah dipakai untuk permintaan lain. Pakailah request_id baru untuk dokumen baru.",
        ),
        SignError::DocumentAlreadySigned { latest } => say(
            AlreadyExists,
            "DOCUMENT_ALREADY_SIGNED",
            format!("A document of this type and number was signed before. To replace it, set replaces to {latest}."),
            format!("Dokumen dengan jenis dan nomor ini sudah ditandatangani. Untuk menggantinya, isi replaces dengan {latest}."),
        )
        .with("signature", latest.to_string()),
        SignError::ReplacesNotLatest => say(
            FailedPrecondition,
            "REPLACES_NOT_LATEST",
            "replaces does not name the latest signature of this type and number. Find it with ListSignatures.",
            "replaces bukan tanda tangan terakhir untuk jenis dan nomor ini. Carilah dengan ListSignatures.",
        ),
        SignError::ReplacesOpen => say(
            Aborted,
            "REPLACES_IN_FLIGHT",
            "The signature to replace is still under way. Repeat the request in a moment.",
            "Tanda tangan yang hendak diganti masih dikerjakan. Ulangi sebentar lagi.",
        )
        .retry(1),
        SignError::Abandoned { reason } => say(
            FailedPrecondition,
            "SIGNATURE_ABANDONED",
            format!("This request ended without a signature ({reason}). Send a new request with a new request_id."),
            format!("Permintaan ini berakhir tanpa tanda tangan ({reason}). Kirim permintaan baru dengan request_id baru."),
        )
        .with("abandoned_reason", reason.to_string()),
        SignError::NotFound => say(
            NotFound,
            "SIGNATURE_NOT_FOUND",
            "Your office has no such signature.",
            "Kantor Anda tidak memiliki tanda tangan tersebut.",
        ),

        SignError::ReservationNotFound => say(
            NotFound,
            "RESERVATION_NOT_FOUND",
            "Your office has no such reservation. Reserve with ReserveDocument and send the seal_hash that it gives.",
            "Kantor Anda tidak memiliki reservasi tersebut. Buat reservasi dengan ReserveDocument, lalu kirim seal_hash-nya.",
        ),
        SignError::ReservationOtherDocument => say(
            FailedPrecondition,
            "RESERVATION_OTHER_DOCUMENT",
            "The reservation is for another type or number. Sign the document that was reserved, or reserve for this one.",
            "Reservasi itu untuk jenis atau nomor lain. Tandatangani dokumen yang direservasi, atau buat reservasi untuk dokumen ini.",
        ),
        SignError::ReservationUsed => say(
            FailedPrecondition,
            "RESERVATION_USED",
            "The reservation was signed by another request. Reserve again with a new request_id.",
            "Reservasi itu sudah dipakai permintaan lain. Buat reservasi lagi dengan request_id baru.",
        ),
        SignError::ReservationExpired { .. } => say(
            FailedPrecondition,
            "RESERVATION_EXPIRED",
            "The reservation has expired; nothing was signed. Reserve again with a new request_id, and draw the new seal.",
            "Reservasi sudah kedaluwarsa; belum ada yang ditandatangani. Buat reservasi lagi dengan request_id baru, dan pasang segel yang baru.",
        ),
        SignError::TooManyReservations { retry_seconds } => say(
            ResourceExhausted,
            "TOO_MANY_RESERVATIONS",
            "Too many reservations of your office wait for their signature. Sign them, or wait until they expire.",
            "Terlalu banyak reservasi kantor Anda belum ditandatangani. Tandatangani, atau tunggu sampai kedaluwarsa.",
        )
        .retry(*retry_seconds),
        SignError::SealsNotServed => say(
            FailedPrecondition,
            "SEALS_NOT_SERVED",
            "This service makes no seals for your office. Reserve without claims, or ask the agency.",
            "Layanan ini tidak membuat segel untuk kantor Anda. Buat reservasi tanpa klaim, atau tanyakan kepada dinas.",
        ),
        SignError::SealTypeOff { document_type } => say(
            FailedPrecondition,
            "SEAL_TYPE_OFF",
            format!("This service makes no seals for documents of type {document_type}. Reserve without claims, or sign without a seal."),
            format!("Layanan ini tidak membuat segel untuk dokumen jenis {document_type}. Buat reservasi tanpa klaim, atau tandatangani tanpa segel."),
        ),
        SignError::SealNotRebuilt { name } => say(
            FailedPrecondition,
            "SEAL_NOT_REBUILT",
            format!("The seal of {name} was made with another key or prefix and cannot be made again. Reserve again with a new request_id."),
            format!("Segel {name} dibuat dengan kunci atau alamat lain dan tidak dapat dibuat ulang. Buat reservasi lagi dengan request_id baru."),
        )
        .with("reservation", name.to_string()),

        SignError::StatusNotServed => say(
            FailedPrecondition,
            "STATUS_NOT_SERVED",
            "This service publishes no status lists, so a status cannot be changed. Ask the agency.",
            "Layanan ini tidak menerbitkan daftar status, sehingga status tidak dapat diubah. Tanyakan kepada dinas.",
        ),
        SignError::StatusNotAllowedToOffice => say(
            PermissionDenied,
            "MANDATE_STATUS",
            "Your office may not change the status of its documents. Ask the agency to do it, or for the mandate.",
            "Kantor Anda tidak berwenang mengubah status dokumennya. Mintalah dinas melakukannya, atau ajukan kewenangan.",
        ),
        SignError::StatusNotSigned => say(
            FailedPrecondition,
            "STATUS_NOT_SIGNED",
            "No signature was released for this act, so it has no status to change.",
            "Tidak ada tanda tangan yang dikeluarkan untuk permintaan ini, sehingga tidak ada status yang dapat diubah.",
        ),
        SignError::StatusAbsent => say(
            FailedPrecondition,
            "STATUS_ABSENT",
            "This signature was made before there were status lists. Replace the document to have one with a status.",
            "Tanda tangan ini dibuat sebelum ada daftar status. Ganti dokumennya agar memiliki status.",
        ),
        SignError::StatusNotAllowed { from, to } => say(
            FailedPrecondition,
            "STATUS_NOT_ALLOWED",
            format!("The status is {from} and cannot become {to}. INVALID and SUPERSEDED are final; issue a new document instead."),
            format!("Statusnya {from} dan tidak dapat menjadi {to}. INVALID dan SUPERSEDED bersifat akhir; terbitkan dokumen baru."),
        )
        .with("status", from.to_string()),

        SignError::Pdf(error) => unreadable(error),
        SignError::Prepare(error) => unprepared(error),
        SignError::DocumentTooLarge { limit_bytes } => say(
            ResourceExhausted,
            "DOCUMENT_TOO_LARGE",
            format!("The document is over the limit of {limit_bytes} octets. Make it smaller, or prepare it yourself and send its digest."),
            format!("Dokumen melebihi batas {limit_bytes} oktet. Perkecil dokumen, atau siapkan sendiri dan kirim digest-nya."),
        )
        .with("limit_bytes", limit_bytes.to_string()),
        SignError::NotRebuilt { name } => say(
            FailedPrecondition,
            "DOCUMENT_NOT_REBUILT",
            format!("The signed file was made by another version of the service. Read the CMS of {name} with GetSignature."),
            format!("Berkas itu dibuat oleh versi layanan yang lain. Ambil CMS {name} dengan GetSignature."),
        )
        .with("signature", name.to_string()),

        SignError::ClockDoubtful { .. } => say(
            FailedPrecondition,
            "CLOCK_DOUBTFUL",
            "The service's clock is behind its own records, so nothing is signed. Tell the operator.",
            "Jam layanan tertinggal dari catatannya sendiri, sehingga penandatanganan dihentikan. Beritahu operator.",
        ),
        SignError::CertificateNotYetValid { .. } => say(
            FailedPrecondition,
            "CERTIFICATE_NOT_YET_VALID",
            "The signing certificate is not valid yet. Tell the operator.",
            "Sertifikat penanda tangan belum berlaku. Beritahu operator.",
        ),
        SignError::CertificateEnds { .. } => say(
            FailedPrecondition,
            "CERTIFICATE_ENDS",
            "The signing certificate has ended or ends within 24 hours. Tell the operator to install the next one.",
            "Sertifikat penanda tangan sudah berakhir atau berakhir dalam 24 jam. Beritahu operator agar memasang yang baru.",
        ),
        SignError::RegisterFull => say(
            ResourceExhausted,
            "REGISTER_FULL",
            "The register's disk is full; nothing was signed. Tell the operator, then repeat the request with the same request_id.",
            "Media penyimpanan register penuh; belum ada yang ditandatangani. Beritahu operator, lalu ulangi dengan request_id yang sama.",
        )
        .retry(10),
        SignError::RegisterBusy => say(
            Unavailable,
            "REGISTER_BUSY",
            "The register is held by another program; nothing was signed. Repeat the request with the same request_id.",
            "Register sedang dipakai program lain; belum ada yang ditandatangani. Ulangi dengan request_id yang sama.",
        )
        .retry(2),
        SignError::QueueFull => say(
            ResourceExhausted,
            "QUEUE_FULL",
            "Too many requests are waiting; nothing was signed. Repeat the request with the same request_id.",
            "Terlalu banyak permintaan mengantre; belum ada yang ditandatangani. Ulangi dengan request_id yang sama.",
        )
        .retry(1),
        SignError::DocumentsBusy => say(
            ResourceExhausted,
            "DOCUMENTS_BUSY",
            "Too many documents are being signed; nothing was signed of this one. Repeat the request with the same request_id.",
            "Terlalu banyak dokumen sedang dikerjakan; dokumen ini belum ditandatangani. Ulangi dengan request_id yang sama.",
        )
        .retry(2),
        SignError::RegisterStopped(StopCause::Io { .. } | StopCause::Moved) => say(
            Unavailable,
            "REGISTER_STOPPED",
            "The register has stopped at a doubt about its disk; nothing was signed. Repeat the request with the same request_id later.",
            "Register berhenti karena media penyimpanannya meragukan; belum ada yang ditandatangani. Ulangi nanti dengan request_id yang sama.",
        )
        .retry(10),
        SignError::RegisterStopped(StopCause::Corrupt { .. }) => say(
            DataLoss,
            "REGISTER_DAMAGED",
            "The register is damaged and the service has stopped signing. Tell the operator.",
            "Register rusak dan layanan berhenti menandatangani. Beritahu operator.",
        ),
        SignError::RegisterUnreadable { .. } => say(
            Unavailable,
            "REGISTER_UNREADABLE",
            "The register cannot be read; nothing was signed. Repeat the request with the same request_id later.",
            "Register tidak dapat dibaca; belum ada yang ditandatangani. Ulangi nanti dengan request_id yang sama.",
        )
        .retry(10),
        SignError::RecordDamaged { name } => say(
            DataLoss,
            "REGISTER_DAMAGED",
            format!("The record of {name} is damaged and the service has stopped signing. Tell the operator."),
            format!("Catatan {name} rusak dan layanan berhenti menandatangani. Beritahu operator."),
        ),
        SignError::KeyUnavailable(_) => say(
            Unavailable,
            "KEY_UNAVAILABLE",
            "The signing key cannot be used; no signature was released. Repeat the request with the same request_id later.",
            "Kunci penanda tangan tidak dapat dipakai; tidak ada tanda tangan yang dikeluarkan. Ulangi nanti dengan request_id yang sama.",
        )
        .retry(10),
        SignError::SealKeyUnavailable(_) => say(
            Unavailable,
            "SEAL_KEY_UNAVAILABLE",
            "The seal key cannot be used; nothing was reserved. Repeat the request with the same request_id later.",
            "Kunci segel tidak dapat dipakai; belum ada yang direservasi. Ulangi nanti dengan request_id yang sama.",
        )
        .retry(10),
        SignError::Seal(error @ (SealError::PayloadTooLong { .. } | SealError::Payload(_))) => Explanation {
            field: Some(("claims", error.to_string())),
            ..say(
                InvalidArgument,
                "CLAIMS_REFUSED",
                format!("claims cannot be sealed: {error}. Shorten what the seal says, or seal fewer rows."),
                "Isian claims tidak muat atau tidak sesuai untuk segel. Persingkat isinya.".to_owned(),
            )
        },
        SignError::OutcomeUnknown => say(
            DeadlineExceeded,
            "OUTCOME_UNKNOWN",
            "Whether the signature was recorded is not known; it was not released. Repeat the request with the same request_id.",
            "Belum diketahui apakah tanda tangan tercatat; tanda tangan tidak dikeluarkan. Ulangi dengan request_id yang sama.",
        )
        .retry(2),

        SignError::SelfCheckFailed(_)
        | SignError::Attributes(_)
        | SignError::Statement(_)
        | SignError::Embed(_)
        | SignError::Seal(_)
        | SignError::StatusIndexMissing
        | SignError::TaskLost => say(
            Internal,
            "INTERNAL",
            "The service made a mistake; no signature was released. Tell the operator the request_id.",
            "Layanan melakukan kesalahan; tidak ada tanda tangan yang dikeluarkan. Beritahu operator request_id ini.",
        ),
    }
}

/// The reason of a malformed field; which field it is stands in the violation.
const fn field_reason(fault: FieldFault) -> &'static str {
    match fault {
        FieldFault::Text(TextFault::Missing) => "FIELD_MISSING",
        FieldFault::Text(TextFault::TooLong { .. }) => "FIELD_TOO_LONG",
        FieldFault::Text(TextFault::Character) => "FIELD_CHARACTER",
        FieldFault::Text(TextFault::NotAUuid) => "REQUEST_ID_MALFORMED",
        FieldFault::Text(TextFault::NotASignatureName) => "SIGNATURE_NAME_MALFORMED",
        FieldFault::Text(TextFault::NotAReservationName) => "RESERVATION_NAME_MALFORMED",
        FieldFault::DigestLength { .. } => "DIGEST_LENGTH",
        FieldFault::DocumentType => "DOCUMENT_TYPE_UNKNOWN",
        FieldFault::Status => "DOCUMENT_STATUS_UNKNOWN",
        FieldFault::StatusReason => "STATUS_REASON_UNKNOWN",
        FieldFault::EnumValue => "ENUM_VALUE_UNKNOWN",
        FieldFault::ReservationTwice => "RESERVATION_TWICE",
        FieldFault::SealText => "SEAL_TEXT",
        FieldFault::Date => "DATE_MALFORMED",
        FieldFault::NumberTooLarge { .. } => "NUMBER_TOO_LARGE",
        FieldFault::ClaimsOtherType => "CLAIMS_OTHER_TYPE",
        FieldFault::Claims(_) => "CLAIMS_REFUSED",
        FieldFault::BatchSize { .. } => "BATCH_SIZE",
        FieldFault::RepeatedInBatch => "REQUEST_ID_REPEATED",
        FieldFault::PageSize => "PAGE_SIZE",
        FieldFault::PageToken => "PAGE_TOKEN",
        FieldFault::HeaderMissing => "HEADER_MISSING",
        FieldFault::HeaderRepeated => "HEADER_REPEATED",
        FieldFault::PartMissing => "PART_MISSING",
        FieldFault::ChunkTooLarge { .. } => "CHUNK_TOO_LARGE",
        FieldFault::EmptyDocument => "EMPTY_DOCUMENT",
        FieldFault::SizeDiffers { .. } => "SIZE_DIFFERS",
    }
}

/// A document that cannot be read.
fn unreadable(error: &PdfError) -> Explanation {
    let (reason, what, apa) = match error {
        PdfError::NotAPdf => ("NOT_A_PDF", "The file is not a PDF", "Berkas bukan PDF"),
        PdfError::BytesBeforeHeader { .. } => {
            ("PDF_BYTES_BEFORE_HEADER", "Octets stand before the PDF header", "Ada oktet sebelum kepala PDF")
        }
        PdfError::StartxrefMissing => ("PDF_TRUNCATED", "The PDF is cut off", "PDF terpotong"),
        PdfError::Encrypted => ("PDF_ENCRYPTED", "The PDF is encrypted", "PDF terenkripsi"),
        PdfError::PrevLoop { .. } => {
            ("PDF_PREV_LOOP", "The PDF's revisions lead back to themselves", "Revisi PDF berputar kembali")
        }
        PdfError::TooLarge { .. }
        | PdfError::TooManyRevisions { .. }
        | PdfError::TooManyObjects { .. }
        | PdfError::NestingTooDeep { .. }
        | PdfError::DecompressionBomb { .. }
        | PdfError::BudgetSpent
        | PdfError::TooManySignatures { .. }
        | PdfError::FieldNameTooLong { .. }
        | PdfError::ContentsTooLarge { .. } => ("PDF_LIMIT", "The PDF is over a limit", "PDF melebihi batas"),
        PdfError::StartxrefDamaged { .. } | PdfError::XrefDamaged { .. } | PdfError::RevisionEndMissing { .. } => {
            ("PDF_XREF_DAMAGED", "The PDF's cross-reference data is damaged", "Data rujukan silang PDF rusak")
        }
        PdfError::Syntax { .. }
        | PdfError::ObjectHeaderMismatch { .. }
        | PdfError::ObjectOutsideRevision { .. }
        | PdfError::ReferenceLoop { .. }
        | PdfError::DuplicateKey { .. }
        | PdfError::KeyMissing { .. }
        | PdfError::WrongValue { .. }
        | PdfError::StreamLength { .. }
        | PdfError::FilterUnsupported { .. }
        | PdfError::StreamDamaged { .. }
        | PdfError::ObjectStreamMismatch { .. }
        | PdfError::SignatureCompressed
        | PdfError::SignatureNotDictionary
        | PdfError::ByteRangeMissing
        | PdfError::ByteRangeNotFourIntegers { .. }
        | PdfError::ByteRangeStart { .. }
        | PdfError::ByteRangeOverlap { .. }
        | PdfError::ByteRangeBeyondFile { .. }
        | PdfError::GapNotContents
        | PdfError::ContentsMissing
        | PdfError::ContentsNotHex { .. }
        | PdfError::SecondReader { .. } => ("PDF_DAMAGED", "The PDF is damaged", "PDF rusak"),
    };
    say(
        Code::InvalidArgument,
        reason,
        format!("{what} ({error}). Nothing is repaired; save the document again with the program that made it."),
        format!("{apa}. Berkas tidak diperbaiki di sini; simpan ulang dari program pembuatnya."),
    )
}

/// A document that can be read and must not, or cannot, be signed as asked.
fn unprepared(error: &PrepareError) -> Explanation {
    let (code, reason, apa) = match error {
        PrepareError::Unreadable { source, .. } => return unreadable(source),
        PrepareError::FieldNotFound => {
            (Code::InvalidArgument, "FIELD_NOT_FOUND", "Kolom tanda tangan yang diminta tidak ada")
        }
        PrepareError::NotASignatureField => {
            (Code::InvalidArgument, "FIELD_NOT_A_SIGNATURE_FIELD", "Kolom yang diminta bukan kolom tanda tangan")
        }
        PrepareError::FieldNameAmbiguous | PrepareError::FieldNotIndirect | PrepareError::FieldDemand { .. } => {
            (Code::FailedPrecondition, "FIELD_NOT_USABLE", "Kolom tanda tangan yang diminta tidak dapat dipakai")
        }
        PrepareError::FieldAlreadySigned => {
            (Code::FailedPrecondition, "FIELD_ALREADY_SIGNED", "Kolom yang diminta sudah ditandatangani")
        }
        PrepareError::CertifiedNoChanges => {
            (Code::FailedPrecondition, "DOCUMENT_CERTIFIED", "Dokumen disertifikasi dan tidak boleh diubah lagi")
        }
        PrepareError::CertifiedNoNewField => (
            Code::FailedPrecondition,
            "DOCUMENT_CERTIFIED",
            "Dokumen disertifikasi: tandatangani pada kolom kosong yang sudah ada (field_name), kolom baru tidak boleh ditambahkan",
        ),
        PrepareError::FieldLocked => {
            (Code::FailedPrecondition, "FIELD_LOCKED", "Tanda tangan terdahulu mengunci kolom tersebut")
        }
        PrepareError::DynamicXfa => (Code::InvalidArgument, "DYNAMIC_XFA", "Dokumen berupa formulir XFA dinamis"),
        PrepareError::TooManyFields | PrepareError::ObjectNumbersExhausted | PrepareError::FileTooLong => {
            (Code::InvalidArgument, "PDF_LIMIT", "PDF melebihi batas")
        }
        PrepareError::NoPage | PrepareError::HiddenObjects { .. } | PrepareError::WrongType { .. } => {
            (Code::InvalidArgument, "PDF_DAMAGED", "PDF rusak")
        }
        // Time, size, texts and looks are the service's own.
        PrepareError::TimeOutOfRange { .. }
        | PrepareError::ContentsSize { .. }
        | PrepareError::TextTooLong { .. }
        | PrepareError::SealText { .. }
        | PrepareError::Place(_)
        | PrepareError::Draw(_) => (Code::Internal, "INTERNAL", "Layanan melakukan kesalahan"),
    };
    let english = format!("The document cannot be signed as asked: {error}. Nothing was signed.");
    say(code, reason, english, format!("{apa}. Belum ada yang ditandatangani."))
}

#[cfg(test)]
mod tests;
