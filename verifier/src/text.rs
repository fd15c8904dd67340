//! The report for people on a terminal: what matters first, one idea a line.
//!
//! Invariant: nothing that a file says can move the cursor, change colours or reverse the order of letters: such
//! characters are shown as U+FFFD.

use std::fmt::Write as _;

use crate::clock::UnixTime;
use crate::findings::{Finding, Language, Severity};
use crate::report::{CheckResult, Checks, Conclusion, CoverageWord, FileVerdict, Indication, Report, SignatureReport};

/// How much is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Verdicts, who, when, and everything that was found.
    Normal,
    /// Every step of the procedure too.
    Explain,
}

/// Writes the lines for one file.
pub fn to_text(file: &str, report: &Report, language: Language, detail: Detail) -> String {
    let words = Words(language);
    let mut out = format!("{}: {}\n", safe(file), words.file(report.verdict));
    for signature in &report.signatures {
        write_signature(&mut out, signature, words, detail);
    }
    write_findings(&mut out, "  ", &report.findings, language);
    out
}

/// One line that sums up many files.
pub fn summary(verdicts: &[FileVerdict], language: Language) -> String {
    let count = |wanted: FileVerdict| verdicts.iter().filter(|verdict| **verdict == wanted).count();
    let mut parts = Vec::new();
    for verdict in [
        FileVerdict::Signed(Indication::TotalPassed),
        FileVerdict::Signed(Indication::Indeterminate),
        FileVerdict::Signed(Indication::TotalFailed),
        FileVerdict::NoSignature,
        FileVerdict::Unreadable,
    ] {
        match count(verdict) {
            0 => {}
            count => parts.push(format!("{count} {}", verdict.as_str())),
        }
    }
    let files = match language {
        Language::Indonesian => "berkas",
        Language::English if verdicts.len() == 1 => "file",
        Language::English => "files",
    };
    format!("{} {files}: {}", verdicts.len(), parts.join(", "))
}

fn write_signature(out: &mut String, signature: &SignatureReport, words: Words, detail: Detail) {
    let field = signature.field.as_deref().map_or_else(|| words.no_field().to_owned(), safe);
    let Conclusion { indication, sub_indication } = signature.conclusion;
    let reason = sub_indication.map(|sub| format!(" / {}", sub.as_str())).unwrap_or_default();
    writeln!(out, "  {field}: {}{reason}", indication.as_str()).expect("a String takes everything");
    let mut line = |label: &str, value: &str| writeln!(out, "    {label}: {value}").expect("a String takes everything");
    if let Some(who) = &signature.signed_by {
        line(words.signed_by(), &safe(who));
    }
    if let Some(statement) = &signature.statement {
        let at = UnixTime::from_seconds(i64::try_from(statement.signed_at.0).unwrap_or(i64::MAX));
        line(
            words.stated(),
            &format!("{at}, {} {}, no. {}", statement.office, statement.document_type.as_str(), statement.sequence),
        );
    }
    if let Some(claimed) = &signature.claimed_signing_time {
        line(words.claimed(), &claimed.time.map_or_else(|| safe(&claimed.text), |time| time.to_string()));
    }
    line(words.document(), words.integrity(signature.integrity, signature.coverage));
    for revision in &signature.later_revisions {
        let changes: Vec<String> = revision.changes.iter().map(|change| safe(&change.text(words.0))).collect();
        let changes = if changes.is_empty() { String::new() } else { format!(": {}", changes.join("; ")) };
        line(&format!("{} {}", words.revision(), revision.number), &format!("{}{changes}", revision.result.as_str()));
    }
    if detail == Detail::Explain {
        for (step, (name, result)) in words.steps(&signature.checks).into_iter().enumerate() {
            writeln!(out, "    {:>2}. {name}: {}", step + 1, result.as_str()).expect("a String takes everything");
        }
    }
    write_findings(out, "    ", &signature.findings, words.0);
}

fn write_findings(out: &mut String, indent: &str, findings: &[Finding], language: Language) {
    for finding in findings {
        let mark = match finding.severity() {
            Severity::Error => '!',
            Severity::Warning => '*',
            Severity::Info => '-',
        };
        writeln!(out, "{indent}{mark} {} [{}]", safe(&finding.text(language)), finding.code())
            .expect("a String takes everything");
    }
}

/// Text from outside, made harmless for a terminal.
fn safe(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            // Directional marks, overrides and isolates make "gpj.exe" of "exe.jpg".
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            control if control.is_control() => '\u{fffd}',
            other => other,
        })
        .collect()
}

#[derive(Clone, Copy)]
struct Words(Language);

impl Words {
    fn pick(self, indonesian: &'static str, english: &'static str) -> &'static str {
        match self.0 {
            Language::Indonesian => indonesian,
            Language::English => english,
        }
    }

    fn file(self, verdict: FileVerdict) -> String {
        let meaning = match verdict {
            FileVerdict::Signed(Indication::TotalPassed) => {
                self.pick("semua tanda tangan lolos semua pemeriksaan", "every signature passed every check")
            }
            FileVerdict::Signed(Indication::Indeterminate) => {
                self.pick("belum dapat dipastikan; lihat alasannya", "not decided; see the reasons")
            }
            FileVerdict::Signed(Indication::TotalFailed) => self.pick(
                "JANGAN DITERIMA: tanda tangan atau isi berkas salah",
                "DO NOT ACCEPT: a signature or the content is wrong",
            ),
            FileVerdict::NoSignature => {
                self.pick("tidak ada tanda tangan elektronik", "there is no electronic signature")
            }
            FileVerdict::Unreadable => self.pick("berkas tidak dapat dibaca", "the file cannot be read"),
        };
        format!("{} ({meaning})", verdict.as_str())
    }

    fn no_field(self) -> &'static str {
        self.pick("(tanpa isian)", "(no field)")
    }

    fn signed_by(self) -> &'static str {
        self.pick("Ditandatangani oleh", "Signed by")
    }

    fn stated(self) -> &'static str {
        self.pick("Dinyatakan layanan", "Stated by the service")
    }

    fn claimed(self) -> &'static str {
        self.pick("Waktu yang diklaim", "Claimed time")
    }

    fn document(self) -> &'static str {
        self.pick("Isi dokumen", "Document")
    }

    fn revision(self) -> &'static str {
        self.pick("Revisi kemudian", "Later revision")
    }

    fn integrity(self, integrity: CheckResult, coverage: CoverageWord) -> &'static str {
        match (integrity, coverage) {
            (CheckResult::Passed, CoverageWord::WholeFile) => self.pick(
                "tidak berubah sejak ditandatangani (seluruh berkas)",
                "unchanged since it was signed (whole file)",
            ),
            (CheckResult::Passed, _) => self.pick(
                "bagian yang ditandatangani tidak berubah; ada tambahan kemudian",
                "the signed part is unchanged; more was added later",
            ),
            (CheckResult::Failed, _) => self.pick("BERUBAH atau rusak", "CHANGED or damaged"),
            (CheckResult::NotChecked | CheckResult::NotApplicable, _) => {
                self.pick("tidak dapat dinilai", "could not be judged")
            }
        }
    }

    fn steps(self, checks: &Checks) -> [(&'static str, CheckResult); 12] {
        [
            (self.pick("bentuk tanda tangan", "form of the signature"), checks.format),
            (self.pick("isi dokumen", "the document's octets"), checks.document),
            (self.pick("nilai tanda tangan", "signature value"), checks.signature_value),
            (self.pick("atribut yang ditandatangani", "signed attributes"), checks.signed_attributes),
            (self.pick("algoritma", "algorithms"), checks.algorithms),
            (self.pick("pernyataan layanan", "the service's statement"), checks.statement),
            (self.pick("kegunaan sertifikat", "purpose of the certificate"), checks.signer_certificate),
            (self.pick("jalur sertifikat", "certificate path"), checks.path),
            (self.pick("pencabutan", "revocation"), checks.revocation),
            (self.pick("stempel waktu", "time-stamps"), checks.time_stamps),
            (self.pick("data validasi di dalam dokumen", "validation data in the document"), checks.validation_data),
            (self.pick("perubahan kemudian", "later changes"), checks.later_revisions),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_says_cannot_move_the_cursor_or_turn_letters_around() {
        assert_eq!(safe("a\u{1b}[31mb\u{202e}c\nd"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}d");
        assert_eq!(safe("Dinas Kependudukan – Bekasi"), "Dinas Kependudukan – Bekasi");
    }
}
