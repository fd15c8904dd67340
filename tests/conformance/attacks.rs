//! Attacks on a known chain, and honest files that look like them: `attacks/manifest.json`, every word of it.
//!
//! A row gives the indication and the sub-indication (ETSI EN 319 102-1, 5.1), others that are also right, and what a report must
//! tell. `TOTAL-PASSED/warn` is a pass with a warning, `INDETERMINATE/*` any sub-indication. The verdict of a file is that of its
//! worst signature, so its sub-indication is the one of the first signature that has that indication.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde_json::Value;
use tests::{Outcome, Peer, Program, Suite, finish, shared};

use crate::report;

pub(crate) fn cases(suite: &mut Suite) {
    suite.case_with(&[Peer::Shared], "no_attack_passes_and_no_honest_control_fails", attacks);
}

/// So often may an answer that is also right stand for the one that the manifest prefers.
const MAX_ALTERNATIVES: usize = 10;

/// Every file of the manifest claims a time after the validation time; that warning is no answer to any attack.
const EVERYWHERE: &str = "CLAIMED_TIME_IN_FUTURE";

/// What the manifest's sentences ask for: the finding's code, and words that its sentence must have.
const MUST_REPORT: [(&str, Told); 6] = [
    ("form field amount changed 100 -> 250", Told::By("FIELD_VALUE_CHANGED", &["\"amount\"", "\"100\"", "\"250\""])),
    ("field amount changed 100 -> 999999", Told::By("CHANGE_NOT_PERMITTED", &["\"amount\"", "\"100\"", "\"999999\""])),
    ("Info dictionary changed", Told::By("INFO_CHANGED", &["Info"])),
    ("annotation covers signed page content", Told::By("ANNOTATION_CHANGED", &["page 1", "cover signed content"])),
    ("catalog Version changed", Told::By("VERSION_CHANGED", &["version in the catalog"])),
    // What a signer hid before he signed is signed. The condition in the sentence is not met: nothing here renders pages.
    ("hidden text under an overlay, if content analysis is offered", Told::OnlyIfPagesWereRendered),
];

#[derive(Clone, Copy)]
enum Told {
    By(&'static str, &'static [&'static str]),
    OnlyIfPagesWereRendered,
}

#[derive(Deserialize)]
struct Manifest {
    validation_time: String,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    file: PathBuf,
    expect: String,
    indication: String,
    subindication: Option<String>,
    alternatives: Vec<String>,
    must_report: Option<String>,
    trust: Vec<PathBuf>,
    crls: Vec<PathBuf>,
    signatures: usize,
    sha256: String,
}

/// How well an answer fits its row.
enum Fit {
    Preferred,
    AlsoRight(String),
    Wrong,
}

fn attacks() -> Outcome {
    let folder = shared().context("the peer is there")?.join("corpus/attacks");
    let manifest: Manifest = serde_json::from_str(&fs::read_to_string(folder.join("manifest.json"))?)?;
    let (mut wrong, mut also_right, mut asked) = (Vec::new(), Vec::new(), BTreeSet::new());
    for entry in &manifest.entries {
        let report = verify(&folder, entry, &manifest.validation_time)?;
        let mut fault = |text: String| wrong.push(format!("{}: {text}", entry.id));
        let (indication, sub_indication) = answer(&report)?;
        let got = sub_indication.map_or_else(|| indication.to_owned(), |sub| format!("{indication}/{sub}"));
        match fit(entry, indication, sub_indication, &report) {
            Fit::Preferred => {}
            Fit::AlsoRight(alternative) => also_right.push(format!("{}: {got} as {alternative}", entry.id)),
            Fit::Wrong => fault(format!("{got}, expected {}/{:?}", entry.indication, entry.subindication)),
        }
        // Said once more in the manifest's own words, so that no list of alternatives can hide it.
        match entry.expect.as_str() {
            "reject" if indication == "TOTAL-PASSED" => fault("an attack passes".into()),
            "accept" if indication != "TOTAL-PASSED" => fault(format!("an honest file is {indication}")),
            "accept" | "reject" | "accept-with-report" | "either" => {}
            other => fault(format!("the expectation {other:?} is not known")),
        }
        if let Some(sentence) = &entry.must_report {
            asked.insert(sentence.as_str());
            match MUST_REPORT.iter().find(|(known, _)| known == sentence) {
                None => fault(format!("nothing says what {sentence:?} asks for")),
                Some((_, Told::OnlyIfPagesWereRendered)) => {}
                Some((_, Told::By(code, words))) => {
                    let told = report::findings(&report).iter().any(|(found, severity, text)| {
                        found == code && *severity != "info" && words.iter().all(|word| text.contains(word))
                    });
                    if !told {
                        fault(format!("not reported: {sentence}"));
                    }
                }
            }
        }
        let count = report::signatures(&report).len();
        if count != entry.signatures {
            fault(format!("{count} signatures reported, {} expected", entry.signatures));
        }
        if report["sha256"] != entry.sha256.as_str() {
            fault("not the file that the manifest means".into());
        }
    }
    println!("attacks: {} cases, {} with another right answer:", manifest.entries.len(), also_right.len());
    also_right.iter().for_each(|line| println!("  {line}"));
    ensure!(manifest.entries.len() > 100 && wrong.is_empty(), "{wrong:#?}");
    ensure!(also_right.len() <= MAX_ALTERNATIVES, "{} alternatives: {also_right:#?}", also_right.len());
    ensure!(asked.len() == MUST_REPORT.len(), "the manifest asks only for {asked:?}");
    Ok(())
}

fn verify(folder: &Path, entry: &Entry, time: &str) -> anyhow::Result<Value> {
    let mut command = Program::Verify.command();
    command.args(["--json", "--lang", "en", "--at", time]);
    for (option, files) in [("--trust", &entry.trust), ("--crl", &entry.crls)] {
        for file in files {
            command.arg(option).arg(folder.join(file));
        }
    }
    command.arg(folder.join(&entry.file));
    report::first(&finish(command)?)
}

/// The file's indication, and the sub-indication of the first signature that has it.
fn answer(report: &Value) -> anyhow::Result<(&str, Option<&str>)> {
    let indication = report["verdict"].as_str().context("a verdict")?;
    let worst = report::signatures(report).iter().find(|signature| signature["indication"] == indication);
    Ok((indication, worst.and_then(|signature| signature["subIndication"].as_str())))
}

fn fit(entry: &Entry, indication: &str, sub_indication: Option<&str>, report: &Value) -> Fit {
    if indication == entry.indication && sub_indication == entry.subindication.as_deref() {
        return Fit::Preferred;
    }
    let warns =
        || report::findings(report).iter().any(|(code, severity, _)| *severity != "info" && *code != EVERYWHERE);
    let allows = |alternative: &str| match alternative.split_once('/') {
        None => alternative == indication && sub_indication.is_none(),
        Some((first, "warn")) => first == indication && sub_indication.is_none() && warns(),
        Some((first, "*")) => first == indication,
        Some((first, second)) => first == indication && sub_indication == Some(second),
    };
    entry.alternatives.iter().find(|text| allows(text)).cloned().map_or(Fit::Wrong, Fit::AlsoRight)
}
