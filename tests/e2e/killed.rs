//! The office's client is killed at any moment: nothing is signed twice, nothing is lost, and no half of a file has a name.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, ensure};
use demo::samples::{SampleNumber, surat_keterangan};
use tests::{OFFICE, Outcome, Program, Suite, TestAgency, finish};

/// Runs that are killed, each a little later than the one before, until one is over before its kill.
const STEP: Duration = Duration::from_millis(5);
const RUNS: u32 = 60;
/// More than are asked one by one, so that every second run is a batch.
const FILES: [usize; 2] = [2, 6];

pub(crate) fn cases(suite: &mut Suite) {
    suite
        .case("killed_runs_by_digest_are_resumed_and_sign_each_file_once", || killed(&[]))
        .case("killed_runs_by_document_are_resumed_and_sign_each_file_once", || killed(&["--upload"]));
}

fn killed(options: &[&str]) -> Outcome {
    let agency = TestAgency::create()?;
    let service = agency.serve()?;
    let config = agency.office_config(OFFICE, &service.address)?;
    let letter = surat_keterangan(jiff::civil::date(2026, 11, 24), &SampleNumber { running: 1, year: 2026 })?;
    let mut signed = Vec::new();
    for run in 0..RUNS {
        let count = FILES.into_iter().nth(usize::from(run % 2 == 1)).context("two sizes")?;
        let folder = agency.path(&format!("run{run}"));
        fs::create_dir_all(folder.join("out"))?;
        let inputs: Vec<PathBuf> = (0..count).map(|file| folder.join(format!("{run}-{file}.pdf"))).collect();
        for input in &inputs {
            fs::write(input, &letter)?;
        }

        // 1. Killed, and nothing half under a final name.
        let mut dying = sign(&config, options, &inputs, &folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        thread::sleep(STEP.saturating_mul(run));
        dying.kill()?;
        let in_time = dying.wait()?.code().is_none();
        for path in outputs(&folder)? {
            let octets = fs::read(&path)?;
            ensure!(octets.starts_with(&letter) && octets.ends_with(b"%%EOF\n"), "half of {}", path.display());
        }

        // 2. What was recorded is resumed; what is still missing was not recorded, and is asked for the first time.
        let mut resume = Program::Office.command();
        resume.arg("resume").arg("--config").arg(&config);
        let resumed = finish(resume)?;
        ensure!(resumed.code == Some(0), "run {run}: {resumed:?}");
        let missing: Vec<PathBuf> = inputs.iter().filter(|input| !output(&folder, input).exists()).cloned().collect();
        if !missing.is_empty() {
            let again = finish(sign(&config, options, &missing, &folder))?;
            ensure!(again.code == Some(0), "run {run}: {again:?}");
        }

        // 3. Each file once, and nothing beside them.
        let found = outputs(&folder)?;
        ensure!(found.len() == count, "run {run}: {found:?}");
        let state = agency.path(&format!("state/{OFFICE}"));
        ensure!(fs::read_dir(state.join("locks"))?.count() == 0, "run {run}: a lock is left");
        let mut left: Vec<String> = fs::read_dir(&state)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<std::io::Result<_>>()?;
        left.sort();
        // The profile is written when a run comes so far.
        left.retain(|name| name != "profile.json");
        ensure!(left == ["journal.lock", "locks"], "run {run}: {left:?}");
        signed.extend(found);
        if !in_time {
            break;
        }
    }

    // 4. In the register as often as on disk, and each as good as any.
    let mut list = Program::Office.command();
    list.arg("list").arg("--config").arg(&config).args(["--most", "100000"]);
    let listed = finish(list)?;
    ensure!(listed.stdout.lines().count() == signed.len(), "{} files, {listed:?}", signed.len());
    let verified = agency.verify(std::iter::once("-q".into()).chain(signed))?;
    ensure!(verified.code == Some(0), "{verified:?}");
    Ok(())
}

fn sign(config: &Path, options: &[&str], inputs: &[PathBuf], folder: &Path) -> Command {
    let mut command = Program::Office.command();
    command.arg("sign").arg("--config").arg(config).args(["--type", "surat", "--number", "470/{stem}"]);
    command.args(options).args(inputs).arg("-o").arg(folder.join("out/"));
    command
}

fn output(folder: &Path, input: &Path) -> PathBuf {
    let stem = input.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    folder.join("out").join(format!("{stem}.signed.pdf"))
}

/// Signed files; the temporary ones are hidden, and what a killed run left of them is nobody's signature.
fn outputs(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths =
        fs::read_dir(folder.join("out"))?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "pdf"));
    Ok(paths)
}
