//! Conformance: the public corpora, each file with the verdict it must get.
//!
//! Path validation (PKITS) and signature values (Wycheproof) are judged beside the verifier, in its own tests.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde_json::Value;
use tests::{Finished, Outcome, Peer, Program, Suite, finish, shared};

fn main() -> ExitCode {
    let mut suite = Suite::new();
    suite
        .case_with(&[Peer::Shared], "no_attack_passes_and_no_honest_control_fails", attacks)
        .case_with(
            &[Peer::Shared],
            "no_file_of_the_corpus_passes_without_an_anchor_and_none_breaks_the_verifier",
            corpus,
        )
        .case_with(&[Peer::Shared], "every_bomb_gets_a_verdict_in_its_time", bombs);
    suite.run()
}

#[derive(Deserialize)]
struct Manifest {
    validation_time: String,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    file: String,
    expect: String,
    trust: Vec<String>,
    crls: Vec<String>,
}

/// Attacks on a known chain, and honest files that look like them: a false alarm counts as much as a miss.
fn attacks() -> Outcome {
    let folder = shared().context("the peer is there")?.join("corpus/attacks");
    let manifest: Manifest = serde_json::from_str(&fs::read_to_string(folder.join("manifest.json"))?)?;
    let mut wrong = Vec::new();
    for entry in &manifest.entries {
        let mut command = Program::Verify.command();
        command.args(["--json", "--at", &manifest.validation_time]);
        for (option, files) in [("--trust", &entry.trust), ("--crl", &entry.crls)] {
            for file in files {
                command.arg(option).arg(folder.join(file));
            }
        }
        command.arg(folder.join(&entry.file));
        let report = report(&finish(command)?)?;
        let verdict = report["verdict"].as_str().context("a verdict")?;
        match entry.expect.as_str() {
            "reject" if verdict == "TOTAL-PASSED" => wrong.push(format!("{}: an attack passes", entry.id)),
            "accept" if verdict != "TOTAL-PASSED" => wrong.push(format!("{}: an honest file is {verdict}", entry.id)),
            _ => {}
        }
    }
    println!("attacks: {} cases", manifest.entries.len());
    ensure!(manifest.entries.len() > 100 && wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

/// Without an anchor nothing can pass, whatever the file; and each file must get a verdict that its exit code says too.
fn corpus() -> Outcome {
    let files = files_below(&shared().context("the peer is there")?.join("corpus/files"))?;
    let mut wrong = Vec::new();
    for file in &files {
        let mut command = Program::Verify.command();
        command.arg("--json").arg(file);
        let finished = finish(command)?;
        let code = finished.code;
        match report(&finished) {
            Ok(report) if report["verdict"] == "TOTAL-PASSED" => wrong.push(format!("{}: passes", file.display())),
            Ok(report) if report["exitCode"].as_i64() == code.map(i64::from) => {}
            other => wrong.push(format!("{}: exit {code:?}, {other:?}", file.display())),
        }
    }
    println!("corpus: {} files", files.len());
    ensure!(files.len() > 400 && wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

/// At most two seconds and one more for each MiB (the design's limit; the programs of this suite are not optimised).
fn bombs() -> Outcome {
    let files = files_below(&shared().context("the peer is there")?.join("vectors/synthetic-bombs"))?;
    let mut wrong = Vec::new();
    for file in &files {
        let allowed = Duration::from_secs(2 + fs::metadata(file)?.len().div_ceil(1 << 20));
        let begun = Instant::now();
        let mut command = Program::Verify.command();
        command.arg("--json").arg(file);
        let finished = finish(command)?;
        let taken = begun.elapsed();
        if !matches!(finished.code, Some(1 | 3 | 4 | 6)) || taken > allowed {
            wrong.push(format!("{}: exit {:?} after {taken:?}", file.display(), finished.code));
        }
    }
    println!("bombs: {} files", files.len());
    ensure!(files.len() > 30 && wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

fn report(finished: &Finished) -> anyhow::Result<Value> {
    let line = finished.stdout.lines().next().with_context(|| format!("no report: {}", finished.stderr))?;
    Ok(serde_json::from_str(line)?)
}

fn files_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            files.append(&mut files_below(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "pdf") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
