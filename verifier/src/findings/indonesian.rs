//! The sentences in Indonesian.

use std::io::ErrorKind;

use pades::PdfError;

use super::{Finding, Language, Orphan, moment};
use crate::algorithms::WeakAlgorithm;
use crate::later_revisions::Ruling;
use crate::path::PathFailure;
use crate::revocation::{NoStatus, RevocationFailure, RevocationReason};

pub(super) fn sentence(finding: &Finding) -> String {
    match finding {
        Finding::FileNotRead(ErrorKind::NotFound) => "Tidak ada berkas dengan nama ini.".into(),
        Finding::FileNotRead(ErrorKind::PermissionDenied) => "Berkas tidak boleh dibaca: izinnya tidak ada.".into(),
        Finding::FileNotRead(_) => "Berkas tidak dapat dibaca.".into(),
        Finding::FileUnreadable(PdfError::NotAPdf) => "Berkas ini bukan PDF.".into(),
        Finding::FileUnreadable(PdfError::Encrypted) => "Berkas terenkripsi; pemeriksa ini tidak membuka berkas terenkripsi.".into(),
        Finding::FileUnreadable(PdfError::TooLarge { length, limit }) => format!("Berkas sebesar {length} oktet melebihi batas {limit}."),
        Finding::FileUnreadable(_) => "Berkas tidak dapat dibaca sebagai PDF.".into(),
        Finding::FileMalformed(_) => "Berkas rusak, terpotong, atau telah diutak-atik, padahal memuat tanda tangan.".into(),
        Finding::NoSignature => "Tidak ada isian tanda tangan yang terisi, dan tidak ada tanda tangan di tempat lain di dalam berkas.".into(),
        Finding::Undecided => "Belum semua yang diperlukan untuk putusan dapat dipastikan.".into(),
        Finding::TimeStampExtensionUnknown(extension) => {
            format!("Stempel waktu memuat ekstensi kritis ({extension}) yang tidak dikenal.")
        }
        Finding::OrphanedSignature { offset, orphan: Orphan::Alone } => format!("Ada tanda tangan di dalam berkas (oktet {offset}), tetapi tidak ada isian tanda tangan yang merujuknya: berkas rusak, terpotong, atau tanda tangannya telah dihapus."),
        Finding::OrphanedSignature { offset, orphan: Orphan::BesideOthers } => format!("Ada tanda tangan di dalam berkas (oktet {offset}) yang tidak dirujuk oleh isian tanda tangan mana pun. Mungkin telah dihapus."),
        Finding::SignatureMalformed(_) => "Struktur tanda tangan salah bentuk: tidak dapat dipastikan apa yang dicakupnya.".into(),
        Finding::CoverageOdd => "Rentang yang ditandatangani tidak berakhir di akhir revisi mana pun, sehingga sebagian isi tidak tercakup.".into(),
        Finding::FieldNotSigned => "Pada revisi yang ditandatangani, isian ini belum memuat tanda tangan ini: tanda tangan ditempelkan kemudian.".into(),
        Finding::UsageRights => "Berkas memuat hak pakai dari perangkat lunak pembuatnya; itu bukan tanda tangan atas dokumen.".into(),
        Finding::UnknownSubFilter(name) => format!("Jenis tanda tangan \"{name}\" tidak dikenal; tidak ada yang dapat disimpulkan."),
        Finding::SubFilterRefused => "Jenis tanda tangan ini (adbe.pkcs7.sha1) bertumpu pada SHA-1, yang dapat dipalsukan.".into(),
        Finding::DigestWrong => "Dokumen diubah setelah ditandatangani: nilai hash-nya bukan yang ditandatangani.".into(),
        Finding::ContentsTrailing { octets } => format!("Ada {octets} oktet bukan nol di belakang tanda tangan pada tempatnya; tidak ditandatangani dan tidak terjelaskan."),
        Finding::CmsMalformed(_) => "Nilai tanda tangan tidak dapat dibaca.".into(),
        Finding::CmsIsBer => "Tanda tangan dikodekan dalam BER, bukan DER sebagaimana diminta PAdES.".into(),
        Finding::CmsVersion => "Tanda tangan menyebut versi struktur yang tidak ada.".into(),
        Finding::SignerInfoCount { count } => format!("Tanda tangan memuat nilai dari {count} penanda tangan; harus tepat satu."),
        Finding::ContentNotDetached => "Tanda tangan membawa isinya sendiri, bukan menandatangani dokumen.".into(),
        Finding::DigestAlgorithmNotListed => "Tanda tangan tidak mencantumkan algoritma hash apa pun.".into(),
        Finding::DigestAlgorithmOther => {
            "Tanda tangan mencantumkan algoritma hash lain daripada yang dipakai penandatangannya.".into()
        }
        Finding::SigningCertificateMissing => "Sertifikat yang disebut oleh tanda tangan tidak ada di dalamnya.".into(),
        Finding::SignedAttributesMissing => "Tanda tangan tidak mempunyai atribut yang ditandatangani.".into(),
        Finding::SignedAttributesUnsorted => "Atribut yang ditandatangani tidak dalam urutan yang diwajibkan pengodeannya.".into(),
        Finding::ContentTypeWrong => "Atribut content-type tidak ada atau tidak sesuai dengan isinya.".into(),
        Finding::MessageDigestMissing => "Atribut message-digest tidak ada atau berulang.".into(),
        Finding::CertificateReferenceMissing => "Tanda tangan tidak mengikat sertifikat penanda tangan (signing-certificate-v2), padahal PAdES mewajibkannya.".into(),
        Finding::CertificateReferenceMalformed => "Rujukan ke sertifikat penanda tangan salah bentuk.".into(),
        Finding::CertificateReferenceWrong => "Tanda tangan mengikat sertifikat lain daripada yang disebutnya.".into(),
        Finding::CertificateReferenceOld => "Sertifikat penanda tangan diikat dengan atribut lama yang memakai SHA-1.".into(),
        Finding::SigningTimeAttribute => "Tanda tangan membawa atribut signing-time yang dilarang PAdES; atribut itu diabaikan.".into(),
        Finding::AlgorithmProtectionWrong => "Algoritma yang dilindungi penanda tangan bukan yang disebut oleh tanda tangan.".into(),
        Finding::AlgorithmsDisagree => "Algoritma hash dan algoritma tanda tangan tidak bersesuaian.".into(),
        Finding::AlgorithmUnknown(oid) => format!("Algoritma {oid} tidak dikenal di sini."),
        Finding::AlgorithmUnsupported => "Algoritma tidak didukung untuk kunci ini; nilai tanda tangan tidak dapat dinilai.".into(),
        Finding::AlgorithmWeak(weak) => format!("{} tidak lagi cukup kuat.", weak_words(*weak)),
        Finding::SignatureValueWrong => "Nilai tanda tangan tidak dibuat dengan kunci sertifikat penanda tangan atas atribut ini.".into(),
        Finding::StatementMalformed(_) => "Pernyataan layanan penandatanganan salah bentuk.".into(),
        Finding::StatementRepeated => "Pernyataan layanan penandatanganan muncul lebih dari sekali.".into(),
        Finding::ClaimedTimeFar { seconds } => format!("Waktu penandatanganan yang diklaim berselisih {seconds} detik dari waktu yang dinyatakan layanan."),
        Finding::ClaimedTimeMalformed => "Waktu penandatanganan yang diklaim bukan tanggal.".into(),
        Finding::ClaimedTimeInFuture => "Waktu penandatanganan yang diklaim berada setelah saat pemeriksaan ini.".into(),
        Finding::KeyUsageUnsuitable => "Sertifikat penanda tangan tidak dibuat untuk tanda tangan (key usage).".into(),
        Finding::PurposeUnsuitable => "Sertifikat penanda tangan tidak dibuat untuk menandatangani dokumen (extended key usage).".into(),
        Finding::PurposeUnspecific => "Sertifikat penanda tangan diterima untuk dokumen walaupun tujuannya lebih umum.".into(),
        Finding::RevocationNotPublished => {
            "Ada sertifikat yang tidak menyebut tempat pencabutannya diumumkan: tidak diketahui apakah sertifikat itu dicabut.".into()
        }
        Finding::SignerIsAnchor => "Sertifikat penanda tangan dipercaya secara langsung; tidak ada otoritas di atasnya.".into(),
        Finding::Path(failure) => path(failure),
        Finding::Revocation(failure) => revocation(failure),
        Finding::TimeStampFailed(why) => format!("Stempel waktu pada tanda tangan tidak sah dan tidak memberi waktu. {}", sentence(why)),
        Finding::NotATimeStamp => "Disebut stempel waktu dokumen, tetapi tidak memuat stempel waktu.".into(),
        Finding::DssNotChecked => {
            "Dokumen membawa data validasi yang tidak dipakai versi ini (jawaban OCSP, atau terlalu banyak daftar atau sertifikat).".into()
        }
        Finding::DssMalformed(_) => "Data validasi dokumen (DSS) tidak dapat dibaca dan dikesampingkan.".into(),
        Finding::CarriedListMalformed(_) => {
            "Sebuah daftar pencabutan yang dibawa dokumen tidak dapat dibaca dan dikesampingkan.".into()
        }
        Finding::OcspNotChecked => "Ada jawaban OCSP; versi ini tidak menilainya.".into(),
        Finding::LaterChange { change, ruling } => {
            let weight = match ruling {
                Ruling::Expected | Ruling::Reported => "Diubah setelah ditandatangani, dan diperbolehkan",
                Ruling::Open => "Diubah setelah ditandatangani, dan tidak dapat diputuskan di sini",
                Ruling::Forbidden => "Diubah setelah ditandatangani, dan tidak diperbolehkan",
            };
            format!("{weight}: {}.", change.text(Language::Indonesian))
        }
        Finding::Seal(problem) => problem.text(Language::Indonesian),
        Finding::TrustList(problem) => problem.text(Language::Indonesian),
        Finding::Status(problem) => problem.text(Language::Indonesian),
        Finding::UnexplainedOctets { offset, length } => format!("{length} oktet mulai dari oktet {offset} tidak ditandatangani dan bukan bagian dari perubahan yang dikenal."),
        Finding::PaddingAfterEnd { length } => format!("Ada {length} oktet pengisi di belakang akhir berkas."),
    }
}

fn weak_words(weak: WeakAlgorithm) -> String {
    match weak {
        WeakAlgorithm::Digest(digest) => format!("Algoritma hash {digest}"),
        WeakAlgorithm::RsaKey(bits) => format!("Kunci RSA {bits} bit"),
    }
}

fn path(failure: &PathFailure) -> String {
    match failure {
        PathFailure::NoAnchors => {
            "Tidak ada jangkar kepercayaan yang diberikan (--trust), sehingga tidak ada yang menjamin penanda tangan."
                .into()
        }
        PathFailure::NoIssuer { issuer } => format!("Tidak ada jalur tepercaya: sertifikat \"{issuer}\" tidak ada."),
        PathFailure::SignatureWrong { subject } => format!(
            "Tidak ada jalur tepercaya: sertifikat \"{subject}\" tidak ditandatangani oleh otoritas yang disebutnya."
        ),
        PathFailure::AlgorithmUnknown { subject } => {
            format!("Tanda tangan pada sertifikat \"{subject}\" memakai algoritma yang tidak dikenal.")
        }
        PathFailure::Expired { subject, not_after } => {
            format!("Sertifikat \"{subject}\" kedaluwarsa pada {not_after}.")
        }
        PathFailure::NotYetValid { subject, not_before } => {
            format!("Sertifikat \"{subject}\" baru berlaku mulai {not_before}.")
        }
        PathFailure::Weak { subject, weak } => {
            format!("Sertifikat \"{subject}\": {} tidak lagi cukup kuat.", weak_words(*weak))
        }
        PathFailure::NotACa { subject } => {
            format!("\"{subject}\" menerbitkan sertifikat, padahal bukan otoritas yang berwenang.")
        }
        PathFailure::PathTooLong { subject } => {
            format!("Jumlah otoritas pada jalur melebihi batas, mulai dari \"{subject}\".")
        }
        PathFailure::NameNotAllowed { subject } => {
            format!("Suatu otoritas pada jalur tidak boleh menyertifikasi nama \"{subject}\".")
        }
        PathFailure::NoValidPolicy => {
            "Tidak ada kebijakan sertifikat yang berlaku pada jalur, padahal diwajibkan.".into()
        }
        PathFailure::UnknownCriticalExtension { subject, extension } => {
            format!("Sertifikat \"{subject}\" memuat ekstensi kritis ({extension}) yang tidak dikenal.")
        }
        PathFailure::ExtensionWrong { subject } => {
            format!("Sertifikat \"{subject}\" memuat ekstensi atau nama yang tidak diperbolehkan standar.")
        }
        PathFailure::BudgetSpent => "Pencarian jalur tepercaya dihentikan: berkas ini membuatnya terlalu mahal.".into(),
    }
}

fn revocation(failure: &RevocationFailure) -> String {
    match failure {
        RevocationFailure::Revoked { subject, date, reason, .. } if reason.is_hold() => {
            format!("Sertifikat \"{subject}\" ditangguhkan sejak {date}.")
        }
        RevocationFailure::Revoked { subject, date, reason, .. } => {
            format!("Sertifikat \"{subject}\" dicabut pada {date} ({}).", revoked_because(*reason))
        }
        RevocationFailure::Unknown { subject, why, .. } => {
            format!("Tidak diketahui apakah sertifikat \"{subject}\" telah dicabut: {}.", no_status(*why))
        }
        RevocationFailure::BudgetSpent => {
            "Pemeriksaan pencabutan dihentikan: berkas ini membuatnya terlalu mahal.".into()
        }
    }
}

/// The standard's word stands behind the translation, because lists are read with other programs too.
fn revoked_because(reason: RevocationReason) -> String {
    let translated = match reason.as_str() {
        "keyCompromise" => "kunci bocor",
        "cACompromise" => "kunci otoritas bocor",
        "affiliationChanged" => "pindah tugas",
        "superseded" => "diganti",
        "cessationOfOperation" => "tidak dipakai lagi",
        "privilegeWithdrawn" => "wewenang dicabut",
        "aACompromise" => "kunci otoritas atribut bocor",
        _ => "alasan tidak disebutkan",
    };
    format!("{translated}, {}", reason.as_str())
}

fn no_status(why: NoStatus) -> String {
    match why {
        NoStatus::NoList => "daftar pencabutan dari penerbitnya tidak diberikan (--crl)".into(),
        NoStatus::OutOfScope => "daftar yang diberikan tidak mencakupnya".into(),
        NoStatus::Delta => "hanya daftar delta yang diberikan".into(),
        NoStatus::UnknownCritical => "daftar itu memuat ekstensi kritis yang tidak dikenal".into(),
        NoStatus::FromTheFuture(time) => format!("daftar itu dibuat pada {time}, setelah saat pemeriksaan"),
        NoStatus::Stale(next) => format!(
            "daftar itu sudah lama; berikutnya seharusnya terbit {}",
            moment(next, "pada waktu yang tidak disebutkan")
        ),
        NoStatus::Algorithm => {
            "daftar itu ditandatangani dengan algoritma yang tidak dikenal atau tidak lagi cukup kuat".into()
        }
        NoStatus::NotAuthentic => "daftar itu tidak ditandatangani oleh pihak yang berwenang".into(),
    }
}
