//! Other people's files: the verdict that the corpus' index gives each.

use anyhow::{Context, ensure};
use tests::{Outcome, Peer, Program, Suite, finish, shared};

use crate::report;

pub(crate) fn cases(suite: &mut Suite) {
    suite.case_with(
        &[Peer::Shared],
        "no_file_of_the_corpus_passes_without_an_anchor_and_none_breaks_the_verifier",
        corpus,
    );
}

/// Without an anchor nothing can pass, whatever the file; and each file must get a verdict that its exit code says too.
fn corpus() -> Outcome {
    let files = report::files_below(&shared().context("the peer is there")?.join("corpus/files"))?;
    let mut wrong = Vec::new();
    for file in &files {
        let mut command = Program::Verify.command();
        command.arg("--json").arg(file);
        let finished = finish(command)?;
        let code = finished.code;
        match report::first(&finished) {
            Ok(report) if report["verdict"] == "TOTAL-PASSED" => wrong.push(format!("{}: passes", file.display())),
            Ok(report) if report["exitCode"].as_i64() == code.map(i64::from) => {}
            other => wrong.push(format!("{}: exit {code:?}, {other:?}", file.display())),
        }
    }
    println!("corpus: {} files", files.len());
    ensure!(files.len() > 400 && wrong.is_empty(), "{wrong:#?}");
    Ok(())
}
