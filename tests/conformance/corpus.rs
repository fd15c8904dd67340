//! Other people's files: each gets the verdict that the corpus' index gives it (`INDEX.tsv`, explained in its `README.md`).
//!
//! There is no trust anchor for any of them, so none can pass; what is compared is integrity, and whether a change is told.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context, ensure};
use serde_json::Value;
use tests::{Outcome, Peer, Program, Suite, finish, shared};

use crate::{exceptions::Exceptions, report};

pub(crate) fn cases(suite: &mut Suite) {
    suite.case_with(
        &[Peer::Shared],
        "no_file_of_the_corpus_passes_without_an_anchor_and_none_breaks_the_verifier",
        corpus,
    );
}

/// One row of the index.
pub(crate) struct Row {
    /// Below `corpus/files`.
    pub(crate) path: String,
    pub(crate) file: PathBuf,
    verdict: String,
    category: String,
}

impl Row {
    pub(crate) fn is_signed(&self) -> bool {
        !self.category.starts_with("unsigned")
    }
}

pub(crate) fn index() -> anyhow::Result<Vec<Row>> {
    let folder = shared().context("the peer is there")?.join("corpus");
    let index = fs::read_to_string(folder.join("INDEX.tsv"))?;
    let mut lines = index.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let header = lines.next().context("a header")?;
    let column = |name| header.iter().position(|column| *column == name).with_context(|| format!("no column {name}"));
    let (verdict, path, category) = (column("verdict")?, column("local_path")?, column("category")?);
    lines
        .map(|row| {
            let field = |index: usize| row.get(index).map(|text| (*text).to_owned()).context("a short row");
            let path = field(path)?;
            Ok(Row {
                file: folder.join("files").join(&path),
                path,
                verdict: field(verdict)?,
                category: field(category)?,
            })
        })
        .collect()
}

/// The report on a file, without anchors; its exit code says what the report says.
pub(crate) fn report_on(row: &Row) -> anyhow::Result<Value> {
    let mut command = Program::Verify.command();
    command.args(["--json", "--lang", "en"]).arg(&row.file);
    let finished = finish(command)?;
    let report = report::first(&finished)?;
    let code = finished.code.map(i64::from);
    ensure!(report["exitCode"].as_i64() == code, "exit {code:?}, and the report says {}", report["exitCode"]);
    Ok(report)
}

fn corpus() -> Outcome {
    let rows = index()?;
    let exceptions = Exceptions::load()?;
    let mut excepted = Vec::new();
    let (mut wrong, mut counts) = (Vec::new(), BTreeMap::<&str, usize>::new());
    for row in &rows {
        *counts.entry(&row.verdict).or_default() += 1;
        let judged = report_on(row).and_then(|report| judge(row, &report));
        if let Err(fault) = judged {
            match exceptions.of_index(&row.path) {
                Some(class) => excepted.push((row.path.as_str(), class)),
                None => wrong.push(format!("{}: {fault:#}", row.path)),
            }
        }
    }
    println!("corpus: {} files, {} in classes out of scope: {excepted:?}", rows.len(), excepted.len());
    counts.iter().for_each(|(verdict, count)| println!("  {count:3} {verdict}"));
    ensure!(rows.len() > 500 && wrong.is_empty(), "{wrong:#?}");
    exceptions.index_is_not_stale(&excepted)
}

/// What names a change after signing, or a signature that was tampered with, so that nobody can overlook it.
fn names_a_change(code: &str, severity: &str) -> bool {
    let is_change = code.ends_with("_CHANGED") || code.ends_with("_ADDED") || code.starts_with("CHANGE_");
    severity != "info" && (is_change || ["UNEXPLAINED_OCTETS", "ORPHANED_SIGNATURE"].contains(&code))
}

/// The report lists what a later revision changed. Validation data are listed there and are no finding of their own.
fn names_changes(report: &Value) -> bool {
    let revisions = report::signatures(report).iter().filter_map(|signature| signature["laterRevisions"].as_array());
    revisions.flatten().any(|revision| revision["changes"].as_array().is_some_and(|changes| !changes.is_empty()))
}

fn judge(row: &Row, report: &Value) -> Outcome {
    let verdict = report["verdict"].as_str().context("a verdict")?;
    let signatures = report::signatures(report);
    let all_intact = !signatures.is_empty() && signatures.iter().all(|signature| signature["integrity"] == "PASSED");
    let findings = report::findings(report);
    let told = || findings.iter().any(|(code, severity, _)| names_a_change(code, severity));
    let against = || findings.iter().any(|(code, severity, _)| *severity == "error" && names_a_change(code, severity));
    let told_codes = || findings.iter().map(|(code, ..)| *code).collect::<Vec<_>>();
    ensure!(verdict != "TOTAL-PASSED", "it passes without an anchor");
    match row.verdict.as_str() {
        "integrity-ok" | "integrity-ok (encrypted)" => ensure!(all_intact, "not intact: {verdict} {:?}", told_codes()),
        "integrity-ok, but report illegal/unknown changes" => {
            ensure!(all_intact, "not intact: {verdict} {:?}", told_codes());
            ensure!(told() || names_changes(report), "no change told: {:?}", told_codes());
        }
        // Broken, or attacked: not intact, or what was changed counts against it.
        "not-clean"
        | "not-clean (coverage)"
        | "TOTAL-FAILED"
        | "not TOTAL-PASSED (crypto constraints / unsupported algorithm)" => {
            ensure!(["TOTAL-FAILED", "INDETERMINATE"].contains(&verdict), "{verdict}");
            ensure!(!all_intact || against(), "intact, and nothing against it: {:?}", told_codes());
        }
        // No crash; and what was not found intact did not pass, which the first line says of all files.
        "judge: no crash, no clean pass unless integrity proven"
        | "judge: see origin test (timestamp/DSS part fails, signature may pass)"
        | "judge: tools disagree"
        | "judge: detached CMS with eContent"
        | "no hang; integrity as origin test" => {}
        "graceful: needs password" | "refuse: password" | "signer must keep encryption or refuse" => {
            ensure!(verdict == "UNREADABLE", "{verdict}");
        }
        "signable; verifier: no signature"
        | "signable or refused; verifier: no signature"
        | "graceful refusal or repair; no panic" => {
            ensure!(["NO-SIGNATURE", "UNREADABLE"].contains(&verdict), "{verdict} {:?}", told_codes());
        }
        other => anyhow::bail!("the index asks for {other:?}, which nothing here knows"),
    }
    Ok(())
}
