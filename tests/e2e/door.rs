//! The newcomer's door: one command does the whole job, twice over the same folder, and Ctrl-C leaves nothing behind.

use std::{fs, process::Command, time::Duration};

use anyhow::ensure;
use tests::{Outcome, Program, Running, Suite, finish, scratch};

pub(crate) fn cases(suite: &mut Suite) {
    suite
        .case("the_demo_signs_and_verifies_and_does_so_again_in_the_same_folder", twice)
        .case("an_interrupted_demo_leaves_no_process_and_no_lock", interrupted);
}

fn twice() -> Outcome {
    let place = scratch();
    let folder = place.path().join("demo");
    for round in 1..=2 {
        let finished = Program::Demo.run(["--exit".as_ref(), "--dir".as_ref(), folder.as_os_str()])?;
        ensure!(finished.code == Some(0), "round {round}: {finished:?}");
        ensure!(finished.stdout.matches("  TOTAL-PASSED").count() >= 4, "round {round}: {}", finished.stdout);
    }
    for name in ["anchors/root.pem", "crls/root.crl", "crls/issuing.crl", "signer.toml", "signed", "office"] {
        ensure!(folder.join(name).exists(), "{name} is missing");
    }
    // What it printed can be done by hand: the separate verifier comes to the same verdict.
    let signed = folder.join("signed");
    let mut command = Program::Verify.command();
    command.arg("-q").arg("--trust").arg(folder.join("anchors/root.pem"));
    command
        .arg("--crl")
        .arg(folder.join("crls/root.crl"))
        .arg("--crl")
        .arg(folder.join("crls/issuing.crl"))
        .arg(&signed);
    let finished = finish(command)?;
    ensure!(finished.code == Some(0), "{finished:?}");
    // Without the lists, revocation was not checked: INDETERMINATE.
    let mut command = Program::Verify.command();
    command.arg("--json").arg("--trust").arg(folder.join("anchors/root.pem")).arg(&signed);
    let finished = finish(command)?;
    ensure!(finished.code == Some(3) && finished.stdout.contains("TRY_LATER"), "{finished:?}");
    Ok(())
}

fn interrupted() -> Outcome {
    let place = scratch();
    let folder = place.path().join("demo");
    let mut command = Program::Demo.command();
    command.arg("--dir").arg(&folder);
    let mut running = Running::start(command, &place.path().join("stderr"))?;
    running.wait_for_line("Done in ")?;
    let interrupt = finish({
        let mut kill = Command::new("kill");
        kill.arg("-INT").arg(running.id().to_string());
        kill
    })?;
    ensure!(interrupt.code == Some(0), "{interrupt:?}");
    let code = running.wait(Duration::from_secs(40))?;
    ensure!(code.is_some_and(|code| code == 0 || code == 130), "the demo ended with {code:?}");
    // The lock is free: the same register can be served again at once.
    let again = Program::Demo.run(["--exit".as_ref(), "--dir".as_ref(), folder.as_os_str()])?;
    ensure!(again.code == Some(0), "{again:?}");
    ensure!(fs::read_dir(folder.join("signed"))?.count() >= 4, "the signed files are gone");
    Ok(())
}
