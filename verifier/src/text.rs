//! The report for people on a terminal: what matters first, one idea a line, no line wider than a terminal where it can be
//! broken.
//!
//! Job: the verdict in a sentence and the moment it holds for; then who, when, on whose trust; what was not checked and why;
//! then everything that was found, the worst first.
//! Invariant: nothing that a file says can move the cursor, change colours or reverse the order of letters: such
//! characters are shown as U+FFFD.

use crate::findings::{Finding, Language, Severity};
use crate::published::status_sentence;
use crate::report::{
    CertificateFacts, CheckResult, Conclusion, FileVerdict, Indication, ListSource, ListUsed, Reason, Report,
    SignatureReport,
};

mod lines;
mod reasons;
mod words;

pub(crate) use lines::{Lines, safe};
pub(crate) use reasons::sentence as reason;
pub(crate) use words::Words;

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
    let mut lines = Lines::default();
    lines.unbroken(0, &format!("{}: {}", safe(file), report.verdict.as_str()));
    lines.add(2, &words.file_with_status(report));
    lines.add(2, &words.judged_at(report.validation_time));
    if let Some(status) = &report.document_status {
        lines.add(2, &format!("{}: {}", words.status(), safe(&status_sentence(status, language))));
    }
    for signature in &report.signatures {
        write_signature(&mut lines, signature, words, detail);
    }
    write_findings(&mut lines, 2, report.findings.iter(), words);
    lines.finish()
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

fn write_signature(lines: &mut Lines, signature: &SignatureReport, words: Words, detail: Detail) {
    let field = signature.field.as_deref().map_or_else(|| words.no_field().to_owned(), safe);
    let Conclusion { indication, sub_indication } = signature.conclusion;
    let reason = sub_indication.map(|sub| format!(" / {}", sub.as_str())).unwrap_or_default();
    lines.add(2, &format!("{field}: {}{reason}", indication.as_str()));
    let mut line = |label: &str, value: &str| lines.add(4, &format!("{label}: {}", safe(value)));
    if let Some(signer) = &signature.signing_certificate {
        line(words.signed_by(), &person(signer));
        line(words.certificate(), &words.certificate_of(signer));
    }
    if let Some(statement) = &signature.statement {
        line(words.stated(), &words.statement(statement));
    }
    if let Some(claimed) = &signature.claimed_signing_time {
        let time = claimed.time.map_or_else(|| claimed.text.clone(), |time| time.to_string());
        line(words.claimed(), &words.claimed_by(&time));
    }
    if signature.signing_certificate.is_some() {
        let best = words.best_time(signature.best_signature_time, &signature.best_signature_time_basis);
        line(words.proved(), &best);
    }
    line(words.document(), words.integrity(signature.integrity, signature.coverage));
    if let Some(anchor) = &signature.trust_anchor {
        line(words.anchor(), &format!("{}, SHA-256 {}", person(anchor), short(&anchor.sha256)));
    }
    for list in &signature.revocation_lists {
        line(words.list(), &words.list_used(list));
    }
    for revision in &signature.later_revisions {
        let changes: Vec<String> = revision.changes.iter().map(|change| change.text(words.0)).collect();
        let changes = if changes.is_empty() { String::new() } else { format!(": {}", changes.join("; ")) };
        line(&format!("{} {}", words.revision(), revision.number), &format!("{}{changes}", revision.result.as_str()));
    }
    let told = write_not_checked(lines, signature, words);
    write_findings(lines, 4, signature.findings.iter().filter(|finding| !told.contains(finding)), words);
    if detail == Detail::Explain {
        lines.add(4, &format!("{}:", words.procedure()));
        for step in &signature.steps {
            let reason = reasons::sentence(step, signature, words.0);
            let step = format!(
                "{}. {}: {}: {}",
                step.check.number(),
                words.step(step.check),
                step.result.as_str(),
                safe(&reason)
            );
            lines.add(6, &step);
        }
    }
}

/// What was not checked and why. Gives the findings that say why.
fn write_not_checked<'r>(lines: &mut Lines, signature: &'r SignatureReport, words: Words) -> Vec<&'r Finding> {
    let mut told = Vec::new();
    for step in signature.steps.iter().filter(|step| step.result == CheckResult::NotChecked) {
        let name = words.step(step.check);
        match &step.reason {
            Reason::Found(finding) if !told.contains(&finding) => {
                told.push(finding);
                let text =
                    format!("{}: {name}: {} [{}]", words.not_checked(), safe(&finding.text(words.0)), finding.code());
                lines.add(4, &text);
                write_detail(lines, 6, finding, words);
            }
            Reason::Needs(needed) => {
                lines.add(4, &format!("{}: {name}: {}", words.not_checked(), words.needs(*needed)));
            }
            Reason::Found(_) | Reason::Established | Reason::NothingThere | Reason::NotReached => {}
        }
    }
    told
}

/// What was found, the worst first as it comes, one a line.
pub(crate) fn write_findings<'f>(
    lines: &mut Lines,
    indent: usize,
    findings: impl Iterator<Item = &'f Finding>,
    words: Words,
) {
    for finding in findings {
        let mark = match finding.severity() {
            Severity::Error => '!',
            Severity::Warning => '*',
            Severity::Info => '-',
        };
        lines.add(indent, &format!("{mark} {} [{}]", safe(&finding.text(words.0)), finding.code()));
        write_detail(lines, indent + 2, finding, words);
    }
}

/// A line of its own: it is English whatever the language is.
fn write_detail(lines: &mut Lines, indent: usize, finding: &Finding, words: Words) {
    if let Some(detail) = finding.detail() {
        lines.add(indent, &format!("{}: {}", words.detail(), safe(&detail)));
    }
}

/// Name, title, organization: what the certificate says of whose key it is.
pub(crate) fn person(certificate: &CertificateFacts) -> String {
    let CertificateFacts { name, title, organization, .. } = certificate;
    // A certificate without a common name is shown by everything that it says, and that has these already.
    let rest = [title, organization].into_iter().flatten().filter(|part| !name.contains(part.as_str()));
    std::iter::once(name).chain(rest).map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// The beginning of a digest, enough to compare by eye; all of it stands in JSON.
pub(crate) fn short(sha256: &[u8; 32]) -> String {
    let [a, b, c, d, e, f, g, h, ..] = *sha256;
    format!("{}\u{2026}", hex::encode([a, b, c, d, e, f, g, h]))
}

#[cfg(test)]
mod tests;
