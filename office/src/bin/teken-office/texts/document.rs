//! Why a document cannot be signed, with the codes that the service gives for the same faults.

use pades::{PdfError, PrepareError};

use super::{Explained, Language, chain, explained};
use crate::report::Exit;

/// A document that cannot be read.
pub(super) fn unreadable(error: &PdfError, language: Language) -> Explained {
    let (code, apa, what) = match error {
        PdfError::NotAPdf => ("NOT_A_PDF", "Berkas ini bukan PDF", "This file is not a PDF"),
        PdfError::BytesBeforeHeader { .. } => {
            ("PDF_BYTES_BEFORE_HEADER", "Ada oktet sebelum kepala PDF", "Octets stand before the PDF's header")
        }
        PdfError::StartxrefMissing => ("PDF_TRUNCATED", "PDF ini terpotong", "This PDF is cut off"),
        PdfError::StartxrefDamaged { .. } | PdfError::XrefDamaged { .. } | PdfError::RevisionEndMissing { .. } => {
            ("PDF_XREF_DAMAGED", "Data rujukan silang PDF ini rusak", "The cross-reference data of this PDF is damaged")
        }
        PdfError::Encrypted => ("PDF_ENCRYPTED", "PDF ini terenkripsi", "This PDF is encrypted"),
        PdfError::PrevLoop { .. } => {
            ("PDF_PREV_LOOP", "Revisi PDF ini berputar kembali", "The revisions of this PDF lead back to themselves")
        }
        PdfError::TooLarge { .. }
        | PdfError::TooManyRevisions { .. }
        | PdfError::TooManyObjects { .. }
        | PdfError::NestingTooDeep { .. }
        | PdfError::DecompressionBomb { .. }
        | PdfError::BudgetSpent
        | PdfError::TooManySignatures { .. }
        | PdfError::FieldNameTooLong { .. }
        | PdfError::ContentsTooLarge { .. } => ("PDF_LIMIT", "PDF ini melebihi batas", "This PDF is over a limit"),
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
        | PdfError::SecondReader { .. }
        | PdfError::SignatureCompressed
        | PdfError::SignatureNotDictionary
        | PdfError::ByteRangeMissing
        | PdfError::ByteRangeNotFourIntegers { .. }
        | PdfError::ByteRangeStart { .. }
        | PdfError::ByteRangeOverlap { .. }
        | PdfError::ByteRangeBeyondFile { .. }
        | PdfError::GapNotContents
        | PdfError::ContentsMissing
        | PdfError::ContentsNotHex { .. } => ("PDF_DAMAGED", "PDF ini rusak", "This PDF is damaged"),
    };
    explained(
        code,
        Exit::Refused,
        format!("{} ({})", language.pick(apa, what), chain(error)),
        match error {
            PdfError::NotAPdf => language.pick(
                "Belum ada yang dikirim. Ekspor dahulu dokumennya menjadi PDF.",
                "Nothing was sent. Export the document as PDF first.",
            ),
            PdfError::TooLarge { .. } => language.pick(
                "Belum ada yang dikirim. Perkecil berkasnya, misalnya dengan resolusi gambar yang lebih rendah.",
                "Nothing was sent. Make the file smaller, for example with a lower resolution of its images.",
            ),
            PdfError::Encrypted => language.pick(
                "Belum ada yang dikirim. Simpan ulang dari program pembuatnya tanpa sandi.",
                "Nothing was sent. Save it again without a password with the program that made it.",
            ),
            _ => language.pick(
                "Belum ada yang dikirim. Berkas tidak diperbaiki di sini: simpan ulang dari program pembuatnya.",
                "Nothing was sent. Files are not repaired here: save it again with the program that made it.",
            ),
        },
    )
}

/// A document that can be read and must not, or cannot, be signed.
pub(super) fn unprepared(error: &PrepareError, language: Language) -> Explained {
    let (code, apa, what) = match error {
        PrepareError::Unreadable { source, .. } => return unreadable(source, language),
        PrepareError::CertifiedNoChanges => (
            "DOCUMENT_CERTIFIED",
            "Dokumen ini disertifikasi dan tidak boleh diubah lagi",
            "This document is certified and permits no changes",
        ),
        PrepareError::CertifiedNoNewField => (
            "DOCUMENT_CERTIFIED",
            "Dokumen ini disertifikasi: hanya kolom tanda tangan yang sudah ada boleh ditandatangani",
            "This document is certified: only signature fields that it has already may be signed",
        ),
        PrepareError::FieldLocked => {
            ("FIELD_LOCKED", "Tanda tangan terdahulu mengunci kolom", "An earlier signature locks the field")
        }
        PrepareError::DynamicXfa => {
            ("DYNAMIC_XFA", "Dokumen ini formulir XFA dinamis", "This document is a dynamic XFA form")
        }
        PrepareError::FieldNotFound => {
            ("FIELD_NOT_FOUND", "Kolom tanda tangan tidak ada", "The signature field is not there")
        }
        PrepareError::NotASignatureField => {
            ("FIELD_NOT_A_SIGNATURE_FIELD", "Kolom itu bukan kolom tanda tangan", "The field is not a signature field")
        }
        PrepareError::FieldAlreadySigned => {
            ("FIELD_ALREADY_SIGNED", "Kolom itu sudah ditandatangani", "The field is already signed")
        }
        PrepareError::FieldNameAmbiguous | PrepareError::FieldNotIndirect | PrepareError::FieldDemand { .. } => {
            ("FIELD_NOT_USABLE", "Kolom tanda tangan tidak dapat dipakai", "The signature field cannot be used")
        }
        PrepareError::TooManyFields | PrepareError::ObjectNumbersExhausted | PrepareError::FileTooLong => {
            ("PDF_LIMIT", "PDF ini melebihi batas", "This PDF is over a limit")
        }
        PrepareError::NoPage | PrepareError::HiddenObjects { .. } | PrepareError::WrongType { .. } => {
            ("PDF_DAMAGED", "PDF ini rusak", "This PDF is damaged")
        }
        PrepareError::TimeOutOfRange { .. } => {
            ("CLOCK_DOUBTFUL", "Jam komputer ini tidak benar", "The clock of this machine is wrong")
        }
        PrepareError::Place(_) => (
            "NO_PLACE",
            "Tanda tangan tampak tidak dapat ditempatkan di sana",
            "The visible signature cannot stand there",
        ),
        PrepareError::Draw(_) => (
            "NOT_DRAWABLE",
            "Isi tanda tangan tampak tidak dapat digambar",
            "What the visible signature shows cannot be drawn",
        ),
        PrepareError::SealText { .. } => ("SEAL_NOT_USABLE", "Segel tidak dapat dipakai", "The seal cannot be used"),
        PrepareError::ContentsSize { .. } | PrepareError::TextTooLong { .. } => {
            ("PROFILE_NOT_USABLE", "Profil layanan tidak dapat dipakai", "The service's profile cannot be used")
        }
    };
    explained(
        code,
        Exit::Refused,
        format!("{} ({})", language.pick(apa, what), chain(error)),
        language.pick(
            format!("Belum ada yang dikirim. {}", remedy(error, language)),
            format!("Nothing was sent. {}", remedy(error, language)),
        ),
    )
}

/// What a clerk can do about it.
fn remedy(error: &PrepareError, language: Language) -> &'static str {
    match error {
        PrepareError::CertifiedNoChanges | PrepareError::FieldLocked => language.pick(
            "Minta kepada pembuatnya berkas yang masih boleh ditandatangani.",
            "Ask its author for a file that may still be signed.",
        ),
        PrepareError::CertifiedNoNewField => language.pick(
            "Tandatangani pada kolom kosong yang ada ([place] field dalam template), atau buat tanda tangan pertamanya dengan certify = \"none\" dalam templatenya.",
            "Sign in an empty field that it has ([place] field in the template), or have its first signature made with certify = \"none\" in its template.",
        ),
        PrepareError::TimeOutOfRange { .. } => {
            language.pick("Perbaiki jam komputer ini.", "Correct this machine's clock.")
        }
        PrepareError::Place(_) | PrepareError::Draw(_) => language.pick(
            "Ubah letak atau isi tanda tangan tampak dalam templatnya.",
            "Change the place or the content of the visible signature in its template.",
        ),
        PrepareError::ContentsSize { .. } | PrepareError::TextTooLong { .. } | PrepareError::SealText { .. } => {
            language.pick("Beritahu dinas.", "Tell the agency.")
        }
        PrepareError::Unreadable { .. }
        | PrepareError::DynamicXfa
        | PrepareError::FieldNotFound
        | PrepareError::NotASignatureField
        | PrepareError::FieldAlreadySigned
        | PrepareError::FieldNameAmbiguous
        | PrepareError::FieldNotIndirect
        | PrepareError::FieldDemand { .. }
        | PrepareError::TooManyFields
        | PrepareError::ObjectNumbersExhausted
        | PrepareError::FileTooLong
        | PrepareError::NoPage
        | PrepareError::HiddenObjects { .. }
        | PrepareError::WrongType { .. } => {
            language.pick("Simpan ulang dari program pembuatnya.", "Save it again with the program that made it.")
        }
    }
}
