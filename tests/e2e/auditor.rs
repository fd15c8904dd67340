//! The auditor's program at its edges: what it says when there is nothing to verify, and when nobody can read what it says.

use std::{fs, fs::File, process::Stdio};

use anyhow::ensure;
use tests::{Outcome, Program, Suite, finish, scratch};

pub(crate) fn cases(suite: &mut Suite) {
    suite
        .case("a_report_that_cannot_be_written_is_no_success", unwritten)
        .case("a_directory_without_a_document_is_named_and_proves_nothing", empty_directory);
}

/// Exit code 4 would say that the file was looked at and has no signature; the report that says so is lost.
fn unwritten() -> Outcome {
    let folder = scratch();
    let file = folder.path().join("unsigned.pdf");
    fs::write(&file, tests::sample_of(0)?)?;
    let run = |stdout: Stdio| {
        let mut command = Program::Verify.command();
        command.arg(&file).stdout(stdout).stderr(Stdio::piped()).output()
    };
    ensure!(run(Stdio::piped())?.status.code() == Some(4), "the document has no signature");
    let lost = run(File::options().write(true).open("/dev/full")?.into())?;
    let told = String::from_utf8_lossy(&lost.stderr);
    ensure!(lost.status.code() == Some(2) && told.contains("could not be written"), "{:?}: {told}", lost.status);
    Ok(())
}

fn empty_directory() -> Outcome {
    let folder = scratch();
    let mut command = Program::Verify.command();
    command.args(["--lang", "en"]).arg(folder.path());
    let finished = finish(command)?;
    ensure!(
        finished.code == Some(4) && finished.stderr.contains("no PDF file in this directory"),
        "exit {:?}: {}",
        finished.code,
        finished.stderr
    );
    Ok(())
}
