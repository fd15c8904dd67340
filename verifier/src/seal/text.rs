//! The report on seals for people: the verdict in a sentence, then the form to compare with the paper, then what the seal does not
//! protect, then what everything rests on.

use evidence::seal::SealedField;

use super::report::{SealKey, SealOrigin, SealReport, SealVerdict, SealedFileReport};
use crate::findings::Language;
use crate::published::{DocumentStatus, headline, status_sentence};
use crate::report::{Conclusion, ExitStatus, Indication};
use crate::text::{Lines, Words, person, safe, short, write_findings};

/// Writes the lines for one text, picture or file.
pub fn seal_to_text(file: &str, report: &SealedFileReport, language: Language) -> String {
    let words = Words(language);
    let mut lines = Lines::default();
    lines.unbroken(0, &format!("{}: {}", safe(file), report.verdict.as_str()));
    lines.add(2, &words.verdict(report));
    lines.add(2, &words.judged_at(report.validation_time));
    for seal in &report.seals {
        write_seal(&mut lines, seal, words);
    }
    write_findings(&mut lines, 2, report.findings.iter(), words);
    lines.finish()
}

fn write_seal(lines: &mut Lines, seal: &SealReport, words: Words) {
    let Conclusion { indication, sub_indication } = seal.conclusion;
    let reason = sub_indication.map(|sub| format!(" / {}", sub.as_str())).unwrap_or_default();
    lines.add(2, &format!("{}: {}{reason}", safe(&words.origin(&seal.origin)), indication.as_str()));
    let fields = seal.fields();
    if fields.is_empty() {
        lines.add(4, words.no_form());
    } else {
        lines.add(4, &words.form(indication));
        for SealedField { label_id, label_en, value } in &fields {
            lines.add(6, &format!("[ ] {}: {}", words.pick(label_id, label_en), safe(value)));
        }
        lines.add(4, words.not_protected());
    }
    let mut line = |label: &str, value: &str| lines.add(4, &format!("{label}: {}", safe(value)));
    if let Some(read) = &seal.seal {
        line(words.pick("Alamat segel", "Address of the seal"), read.prefix().as_str());
    }
    if let Some(key) = &seal.key {
        line(words.pick("Kunci segel", "Seal key"), &words.key(key));
        let anchor = format!("{}, SHA-256 {}", person(&key.anchor), short(&key.anchor.sha256));
        line(words.anchor(), &anchor);
    }
    if let Some(status) = &seal.document_status {
        line(words.status(), &status_sentence(status, words.0));
    }
    write_findings(lines, 4, seal.findings.iter(), words);
}

impl Words {
    fn verdict(self, report: &SealedFileReport) -> String {
        match report.verdict {
            SealVerdict::Sealed(Indication::TotalPassed) => self.genuine(report.document_status().as_ref()),
            SealVerdict::Sealed(Indication::Indeterminate) => {
                let status = report.document_status();
                let bad = status.as_ref().filter(|status| matches!(status, DocumentStatus::Checked(_)));
                let bad = bad.and_then(|status| headline(status, self.0)).map(|words| format!(" {words}."));
                let open = self.pick(
                    "Belum dapat dipastikan apakah segel ini asli; lihat alasannya.",
                    "Whether this seal is genuine is not decided; see the reasons.",
                );
                format!("{open}{}", bad.unwrap_or_default())
            }
            SealVerdict::Sealed(Indication::TotalFailed) => self
                .pick(
                    "JANGAN DITERIMA: segel palsu, diubah, atau tidak cocok.",
                    "DO NOT ACCEPT: the seal is forged, changed or does not fit.",
                )
                .into(),
            SealVerdict::NoSeal => self.pick("Tidak ada segel.", "There is no seal.").into(),
            SealVerdict::Unreadable => self.pick("Tidak dapat dibaca.", "It cannot be read.").into(),
        }
    }

    /// Genuine, and nothing more: the status stands in the same sentence, and the comparison is asked for, unless the paper no longer
    /// holds anyway.
    fn genuine(self, status: Option<&DocumentStatus>) -> String {
        let genuine = self.pick("SEGEL ASLI", "GENUINE SEAL");
        let holds = status.is_none_or(|status| status.exit_status() != ExitStatus::DocumentRevoked);
        let status = status.map_or_else(
            || self.pick("STATUS BELUM DIPERIKSA (--status)", "STATUS NOT CHECKED (--status)").to_owned(),
            |status| headline(status, self.0).unwrap_or_else(|| status_sentence(status, self.0)),
        );
        let compare =
            self.pick("BANDINGKAN DENGAN KERTAS sebelum menerimanya.", "COMPARE WITH THE PAPER before you accept it.");
        let advice = if holds { compare } else { self.pick("JANGAN DITERIMA.", "DO NOT ACCEPT it.") };
        format!("{genuine} \u{2013} {status}. {advice}")
    }

    fn origin(self, origin: &SealOrigin) -> String {
        match origin {
            SealOrigin::Text => self.pick("Segel dari teks", "Seal given as text").into(),
            SealOrigin::Picture => self.pick("Segel dari gambar", "Seal in a picture").into(),
            SealOrigin::SignatureDictionary { field } => {
                format!("{} {field}", self.pick("Segel di dalam tanda tangan", "Seal in the signature"))
            }
        }
    }

    fn form(self, indication: Indication) -> String {
        let form = self.pick(
            "Bandingkan dengan kertas; setiap baris harus sama (* disamarkan):",
            "Compare with the paper; every line must be the same (* is masked):",
        );
        match indication {
            Indication::TotalPassed => form.into(),
            Indication::Indeterminate | Indication::TotalFailed => {
                let unproved = self.pick("BELUM TERBUKTI.", "NOT PROVED.");
                format!("{unproved} {form}")
            }
        }
    }

    fn no_form(self) -> &'static str {
        self.pick(
            "Isinya tidak ditampilkan, karena tidak ada yang dapat dipercaya.",
            "Its content is not shown, because nothing in it can be believed.",
        )
    }

    fn not_protected(self) -> &'static str {
        self.pick(
            "TIDAK DILINDUNGI SEGEL: semua isi lain pada kertas. Segel membuktikan apa yang diterbitkan, bukan bahwa lembar ini lembar itu: kode QR dapat disalin ke kertas lain.",
            "NOT PROTECTED BY THE SEAL: everything else on the paper. A seal proves what was issued, not that this sheet is it: a QR code can be copied onto another paper.",
        )
    }

    fn key(self, key: &SealKey) -> String {
        let SealKey { hint, in_use_from, in_use_to, trust_list_sequence, trust_list_issued, .. } = key;
        let (from, to, issued) = (in_use_from.in_jakarta(), in_use_to.in_jakarta(), trust_list_issued.in_jakarta());
        match self.0 {
            Language::Indonesian => format!(
                "{hint}, dipakai {from} sampai {to}, menurut daftar kepercayaan nomor {trust_list_sequence} per {issued}"
            ),
            Language::English => {
                format!("{hint}, in use {from} to {to}, by trust list number {trust_list_sequence} of {issued}")
            }
        }
    }
}
