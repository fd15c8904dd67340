//! What a report must say whatever the file is, on every attack, every honest control and every file of the corpus.
//!
//! The corpus stays outside the repository and is found through `TEKEN_SHARED`.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test binary")]

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed};
use regex::Regex;
use verifier::{
    CheckResult, Detail, FileVerdict, Finding, Indication, Language, Policy, Reason, Report, Severity, SignatureReport,
    TrustAnchors, ValidationData, ValidationTime, Validator, to_text,
};

#[path = "support/files.rs"]
mod files;
#[path = "support/shared.rs"]
mod shared;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = vec![
        shared::corpus_case("every_verdict_is_explained_by_a_finding_of_its_weight", explained),
        shared::corpus_case("integrity_follows_from_the_checks_of_the_document_and_of_the_value", integrity),
        shared::corpus_case("what_reaches_a_reader_of_indonesian_is_indonesian", indonesian),
        shared::corpus_case("no_line_is_wider_than_a_terminal_where_it_can_be_broken", widths),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// With all the trust that the attacks' manifest gives, and with none.
fn reports(corpus: &Path) -> impl Iterator<Item = (String, Report)> {
    let (trusting, time): (Validator, ValidationTime) = files::attack_validator(corpus, Policy::default());
    let doubting = Validator::new(TrustAnchors::none(), ValidationData::none(), Policy::default());
    let paths = files::pdfs(corpus);
    assert!(paths.len() > 500, "the corpus is not there");
    paths.into_iter().flat_map(move |path| {
        let octets = std::fs::read(&path).unwrap();
        [&trusting, &doubting].map(|validator| (path.display().to_string(), validator.verify(&octets, time)))
    })
}

fn none_is_wrong(wrong: &[String]) -> Result<(), Failed> {
    if wrong.is_empty() { Ok(()) } else { Err(format!("{}: {wrong:#?}", wrong.len()).into()) }
}

fn worst(findings: &[Finding]) -> Option<Severity> {
    findings.iter().map(Finding::severity).max()
}

fn explained(corpus: &Path) -> Result<(), Failed> {
    let mut wrong = Vec::new();
    for (file, report) in reports(corpus) {
        for signature in &report.signatures {
            let has_error = worst(&signature.findings) == Some(Severity::Error);
            let passes = signature.conclusion.indication == Indication::TotalPassed;
            let says_it = signature.findings.iter().any(|finding| finding.conclusion() == Some(signature.conclusion));
            if has_error == passes || says_it == passes {
                wrong.push(format!("{file}: {:?}: {:?}", signature.conclusion, signature.findings));
            }
        }
        let is_explained = match report.verdict {
            FileVerdict::Signed(_) => !report.signatures.is_empty(),
            FileVerdict::NoSignature => worst(&report.findings) == Some(Severity::Warning),
            FileVerdict::Unreadable => worst(&report.findings) == Some(Severity::Error),
        };
        if !is_explained {
            wrong.push(format!("{file}: {:?}: {:?}", report.verdict, report.findings));
        }
    }
    none_is_wrong(&wrong)
}

fn integrity(corpus: &Path) -> Result<(), Failed> {
    let (mut wrong, mut failed) = (Vec::new(), 0);
    for (file, report) in reports(corpus) {
        for SignatureReport { integrity, checks, steps, findings, .. } in &report.signatures {
            let both = [checks.document, checks.signature_value];
            let expected = if both == [CheckResult::Passed; 2] {
                CheckResult::Passed
            } else if both.contains(&CheckResult::Failed) {
                CheckResult::Failed
            } else {
                CheckResult::NotChecked
            };
            failed += usize::from(*integrity == CheckResult::Failed);
            let follows = *integrity == expected;
            // Whatever did not pass says why, with a finding that is told, or with the step that it waited for.
            let told = steps.iter().all(|step| match &step.reason {
                Reason::Found(finding) => findings.contains(finding),
                Reason::Established => step.result == CheckResult::Passed,
                Reason::NothingThere => step.result == CheckResult::NotApplicable,
                Reason::Needs(check) => {
                    step.result == CheckResult::NotChecked
                        && steps.iter().any(|other| other.check == *check && matches!(other.reason, Reason::Found(_)))
                }
                Reason::NotReached => step.result == CheckResult::NotChecked,
            });
            if !follows || !told {
                wrong.push(format!("{file}: {integrity:?}: {steps:#?}"));
            }
        }
    }
    if failed < 50 {
        return Err(format!("only {failed} signatures are not intact").into());
    }
    none_is_wrong(&wrong)
}

/// Words that English sentences cannot do without, and Indonesian ones do not have.
const ENGLISH: [&str; 36] = [
    "the",
    "is",
    "are",
    "was",
    "were",
    "not",
    "of",
    "has",
    "have",
    "with",
    "than",
    "and",
    "or",
    "at",
    "that",
    "which",
    "does",
    "no",
    "to",
    "in",
    "on",
    "for",
    "by",
    "be",
    "value",
    "file",
    "stream",
    "expected",
    "octets",
    "unexpected",
    "length",
    "points",
    "behind",
    "found",
    "key",
    "more",
];

fn indonesian(corpus: &Path) -> Result<(), Failed> {
    // Names are as they are, and what stands in brackets is a term of the standards.
    let quoted = Regex::new("\"[^\"]*\"|[(][^)]*[)]").unwrap();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (file, report) in reports(corpus) {
        let sentences = report
            .signatures
            .iter()
            .flat_map(|signature| {
                let changes = signature.later_revisions.iter().flat_map(|revision| &revision.changes);
                signature
                    .findings
                    .iter()
                    .map(|finding| finding.text(Language::Indonesian))
                    .chain(changes.map(|change| change.text(Language::Indonesian)))
                    .collect::<Vec<_>>()
            })
            .chain(report.findings.iter().map(|finding| finding.text(Language::Indonesian)));
        for sentence in sentences {
            seen += 1;
            let bare = quoted.replace_all(&sentence, "");
            let words = bare.split(|character: char| !character.is_alphanumeric() && !"_-.".contains(character));
            for word in words.map(str::to_lowercase).filter(|word| ENGLISH.contains(&word.as_str())) {
                wrong.push(format!("{file}: {word:?} in: {sentence}"));
            }
        }
    }
    if seen < 1_000 {
        return Err(format!("only {seen} sentences").into());
    }
    none_is_wrong(&wrong)
}

fn widths(corpus: &Path) -> Result<(), Failed> {
    let mut wrong = Vec::new();
    for (file, report) in reports(corpus) {
        for language in [Language::Indonesian, Language::English] {
            for line in to_text("-", &report, language, Detail::Explain).lines() {
                let is_one_word = line.trim().split(' ').count() <= 1;
                if line.chars().count() > 80 && !is_one_word {
                    wrong.push(format!("{file}: {line}"));
                }
            }
        }
    }
    none_is_wrong(&wrong)
}
