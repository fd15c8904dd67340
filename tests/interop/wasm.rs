//! The verifier as a WebAssembly module, run by Node: the same line, octet for octet, as the native program.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tests::{Outcome, Peer, Program, Suite, scratch, shared, workspace};

use crate::algorithms::{self, MOMENT, Signed};

pub(crate) fn cases(suite: &mut Suite) {
    suite.case_with(
        &[Peer::Node, Peer::Wasm, Peer::PyHanko, Peer::Shared],
        "the_module_says_what_the_program_says",
        same_lines,
    );
}

/// One question to both.
struct Job {
    file: PathBuf,
    anchors: Vec<PathBuf>,
    crls: Vec<PathBuf>,
    at: String,
}

fn same_lines() -> Outcome {
    let module = build()?;
    let folder = scratch();
    let mut jobs: Vec<Job> = algorithms::sign_all(folder.path())?
        .into_iter()
        .map(|Signed { file, root, .. }| Job { file, anchors: vec![root], crls: Vec::new(), at: MOMENT.to_owned() })
        .collect();
    let made = jobs.len();
    jobs.extend(attacks()?);
    let answers = ask(&module, &jobs)?;
    let mut verdicts = std::collections::BTreeMap::<String, usize>::new();
    for (job, answer) in jobs.iter().zip(&answers) {
        let program = program(job)?;
        ensure!(*answer == program, "{}: the module says {answer}, the program {program}", job.file.display());
        let report: Value = serde_json::from_str(answer)?;
        *verdicts.entry(report["verdict"].as_str().context("a verdict")?.to_owned()).or_default() += 1;
    }
    println!("{made} files of different algorithms and {} attacks: {verdicts:?}", jobs.len() - made);
    ensure!(answers.len() == jobs.len() && made >= 20, "{} answers to {} questions", answers.len(), jobs.len());
    ensure!(verdicts.get("TOTAL-PASSED").is_some_and(|count| *count >= 20) && verdicts.len() >= 3, "{verdicts:?}");
    Ok(())
}

/// Every case of the attacks' manifest: all that is honest or hostile there, with CRLs.
fn attacks() -> anyhow::Result<Vec<Job>> {
    let folder = shared().context("the peer is there")?.join("corpus/attacks");
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json"))?)?;
    let at = manifest["validation_time"].as_str().context("a moment")?;
    let entries = manifest["entries"].as_array().context("entries")?;
    let path = |name: &Value| Ok(folder.join(name.as_str().context("a file's name")?));
    let paths = |names: &Value| names.as_array().into_iter().flatten().map(path).collect::<anyhow::Result<_>>();
    entries
        .iter()
        .map(|entry| {
            Ok(Job {
                file: path(&entry["file"])?,
                anchors: paths(&entry["trust"])?,
                crls: paths(&entry["crls"])?,
                at: at.to_owned(),
            })
        })
        .collect()
}

/// Builds the module, optimised as for a page: its own folder, because another compiler may make it.
fn build() -> anyhow::Result<PathBuf> {
    let target = workspace().join("target/wasm");
    let mut command = match Peer::wasm_cargo() {
        Some(script) => {
            let mut command = Command::new("bash");
            command.arg(script);
            command
        }
        None => Command::new(env!("CARGO")),
    };
    command
        .args(["build", "--quiet", "--locked", "--release", "--package", "verifier-web", "--target-dir"])
        .arg(&target);
    if Peer::wasm_cargo().is_none() {
        command.args(["--target", "wasm32-unknown-unknown"]);
    }
    // The signing half of `pades` brings a random generator along, which no platform gives here; nothing that the module does asks it.
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", r#"--cfg getrandom_backend="unsupported""#);
    let output = command.current_dir(workspace()).stdin(Stdio::null()).output()?;
    ensure!(output.status.success(), "the module does not build: {}", String::from_utf8_lossy(&output.stderr));
    Ok(target.join("wasm32-unknown-unknown/release/verifier_web.wasm"))
}

fn ask(module: &Path, jobs: &[Job]) -> anyhow::Result<Vec<String>> {
    let questions: Vec<Value> = jobs
        .iter()
        .map(|job| json!({ "file": job.file, "anchors": job.anchors, "crls": job.crls, "at": job.at }))
        .collect();
    let mut node = Command::new("node")
        .arg(workspace().join("tests/interop/wasm.mjs"))
        .arg(workspace().join("verifier/web/verify.mjs"))
        .arg(module)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    node.stdin.take().context("standard input is piped")?.write_all(&serde_json::to_vec(&questions)?)?;
    let output = node.wait_with_output()?;
    ensure!(output.status.success(), "node: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect())
}

fn program(job: &Job) -> anyhow::Result<String> {
    let mut command = Program::Verify.command();
    command.args(["--json", "--at", &job.at]);
    for (option, files) in [("--trust", &job.anchors), ("--crl", &job.crls)] {
        for file in files {
            command.arg(option).arg(file);
        }
    }
    let finished = tests::finish({
        command.arg(&job.file);
        command
    })?;
    Ok(finished.stdout.trim_end().to_owned())
}
