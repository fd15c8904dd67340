//! Why each step gave its result, in a sentence: for `--explain` and for JSON.

use super::words::Words;
use crate::findings::Language;
use crate::report::{Check, Format, Reason, SignatureReport, Step};

/// The reason of one step of this signature.
pub(crate) fn sentence(step: &Step, signature: &SignatureReport, language: Language) -> String {
    let words = Words(language);
    match &step.reason {
        Reason::Found(finding) => finding.text(language),
        Reason::Needs(check) => format!("{}.", words.needs(*check)),
        Reason::NotReached => words
            .pick(
                "berkas atau isian tanda tangannya tidak dapat diikuti, sehingga langkah ini tidak tercapai.",
                "the file or the signature's field cannot be followed, so this step was not reached.",
            )
            .into(),
        Reason::Established => established(step.check, signature, words),
        Reason::NothingThere => nothing(step.check, signature, words).into(),
    }
}

fn established(check: Check, signature: &SignatureReport, words: Words) -> String {
    let fixed = match check {
        Check::Format => words.pick(
            "satu penanda tangan, dan bentuknya dapat dinilai.",
            "one signer, in a form that can be judged.",
        ),
        Check::Document => words.pick(
            "seluruh isi sampai akhir revisi yang ditandatangani tercakup, dan hash-nya sama dengan yang ditandatangani.",
            "everything up to the end of the signed revision is covered, and its digest is the signed one.",
        ),
        Check::SignatureValue => words.pick(
            "dibuat dengan kunci dari sertifikat yang disebut di atas.",
            "made with the key of the certificate named above.",
        ),
        Check::SignedAttributes => words.pick(
            "lengkap menurut bentuknya, dan mengikat sertifikat itu.",
            "complete for this form, and they bind that certificate.",
        ),
        Check::Algorithms => words.pick(
            "bersesuaian satu sama lain, dan cukup kuat pada saat pemeriksaan.",
            "they agree with each other and are good enough at the moment of validation.",
        ),
        Check::Statement => words.pick(
            "ditandatangani bersama dokumen; isinya tercantum di atas.",
            "signed with the document; what it says stands above.",
        ),
        Check::SignerCertificate => words.pick(
            "sertifikat boleh dipakai untuk tanda tangan jenis ini.",
            "the certificate may be used for signatures of this kind.",
        ),
        Check::ValidationData => words.pick(
            "yang dibawa dokumen sudah dibaca dan ikut dipakai.",
            "what the document carries was read and used.",
        ),
        Check::LaterRevisions if signature.later_revisions.is_empty() => words.pick(
            "tidak ada yang ditambahkan setelah tanda tangan ini.",
            "nothing was added after this signature.",
        ),
        Check::LaterRevisions => words.pick(
            "semua yang ditambahkan kemudian dapat dijelaskan dan diperbolehkan.",
            "everything that was added later is explained and allowed.",
        ),
        Check::Path => {
            let anchor = signature.trust_anchor.as_ref().map_or("", |anchor| &anchor.name);
            return format!(
                "{} \"{anchor}\".",
                words.pick("berlaku pada saat pemeriksaan, sampai ke jangkar", "valid at the moment of validation, up to the anchor")
            );
        }
        Check::Revocation => {
            let lists: Vec<String> =
                signature.revocation_lists.iter().map(|list| format!("\"{}\"", list.issuer)).collect();
            return format!(
                "{} {}.",
                words.pick("tidak ada yang dicabut menurut daftar dari", "nothing is revoked, by the lists of"),
                lists.join(", ")
            );
        }
        Check::TimeStamps => {
            let time = words.best_time(signature.best_signature_time, &signature.best_signature_time_basis);
            return format!("{}: {time}.", words.pick("sah", "they hold"));
        }
    };
    fixed.into()
}

/// What is missing, and what would supply it.
fn nothing(check: Check, signature: &SignatureReport, words: Words) -> &'static str {
    match check {
        Check::Statement => words.pick(
            "tanda tangan tidak membawa pernyataan dari layanan penandatanganan.",
            "the signature carries no statement of a signing service.",
        ),
        Check::Revocation => words.pick(
            "tidak ada sertifikat pada jalur yang menyebut tempat pencabutannya diumumkan, dan tidak ada daftar yang mencakupnya (--crl memberi daftar).",
            "no certificate of the path says where its revocation is published, and no list covers one (--crl gives lists).",
        ),
        Check::TimeStamps if signature.format == Format::DocumentTimeStamp => {
            words.pick("ini sendiri adalah stempel waktu.", "this is itself a time-stamp.")
        }
        Check::TimeStamps => words.pick(
            "tidak ada stempel waktu pada tanda tangan.",
            "there is no time-stamp on the signature.",
        ),
        Check::ValidationData => words.pick(
            "dokumen tidak membawa daftar pencabutan atau sertifikat tambahan (--crl memberi daftar dari luar).",
            "the document carries no revocation lists or further certificates (--crl gives lists from outside).",
        ),
        _ => words.pick("tidak ada yang perlu diperiksa.", "there is nothing to check."),
    }
}
