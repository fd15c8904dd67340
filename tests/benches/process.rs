//! `teken-verify` as a whole process, from start to exit, beside `pdfsig` on the same files: a 64 KB and a 200 MB document;
//! then a directory of ten thousand files, on one core and on all.
//!
//! Run: `cargo bench -p tests --bench process`

#[path = "document_signer.rs"]
mod document_signer;
#[path = "measure.rs"]
#[expect(dead_code, reason = "processes are timed one by one")]
mod measure;

use std::{
    fs,
    hint::black_box,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use aws_lc_rs::digest::{SHA256, digest};
use keys::agency::Authority;
use measure::median;
use tests::{Peer, Program, TestAgency, sample_of};

/// Runs of each program on each file, all in turn. The file is in the page cache for everybody.
const ROUNDS: usize = 21;
/// Files of the directory, and how often it is walked.
const FILES: usize = 10_000;
const FOLDER_ROUNDS: usize = 3;
/// How often a running process is asked for its largest memory.
const LOOK_EVERY: Duration = Duration::from_millis(2);

fn main() -> anyhow::Result<()> {
    let agency = TestAgency::create()?;
    let signer = document_signer::DocumentSigner::load(&agency)?;
    let folder = tempfile::tempdir()?;
    let has_pdfsig = Peer::Pdfsig.is_present();
    println!("whole processes; median of {ROUNDS} runs, in turn; memory: the most that one run had resident\n");
    for (name, octets) in [("64 KB", 64 * 1024), ("200 MB", 200_000_000)] {
        let file = folder.path().join(format!("{octets}.pdf"));
        let signed = signer.sign(sample_of(octets)?);
        fs::write(&file, &signed)?;
        let ours = || teken_verify(&agency, &file);
        let theirs = || {
            let mut command = Command::new("pdfsig");
            command.arg("-nocert").arg(&file);
            command
        };
        let finished = tests::finish(ours())?;
        ensure!(finished.code == Some(0), "the bench's document does not pass: {}{}", finished.stdout, finished.stderr);
        if has_pdfsig {
            let finished = tests::finish(theirs())?;
            ensure!(finished.stdout.contains("Signature is Valid"), "pdfsig does not verify: {}", finished.stdout);
        }
        let (mut floor, mut ours_ms, mut theirs_ms) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            floor.push(hash_alone(&signed));
            ours_ms.push(run(ours())?);
            if has_pdfsig {
                theirs_ms.push(run(theirs())?);
            }
        }
        let (floor, ours_ms) = (median(floor), median(ours_ms));
        let memory = resident(ours())?;
        println!("{name} ({} octets)", signed.len());
        println!("  SHA-256 alone  {floor:>8.1} ms   in memory, by the library that teken-verify uses");
        let share = memory / signed.len() as f64;
        println!("  teken-verify   {ours_ms:>8.1} ms   memory {:.1} MB, {share:.2} x the file", memory / 1e6);
        if has_pdfsig {
            let theirs = median(theirs_ms);
            println!("  pdfsig         {theirs:>8.1} ms   teken-verify takes {:.2} x", ours_ms / theirs);
        } else {
            println!("  pdfsig         not on this machine");
        }
    }
    directory(&agency, &signer.sign(sample_of(64 * 1024)?))
}

/// Many files: on one core, and on all of them.
fn directory(agency: &TestAgency, signed: &[u8]) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    for index in 0..FILES {
        fs::write(folder.path().join(format!("{index}.pdf")), signed)?;
    }
    let (mut one, mut all) = (Vec::new(), Vec::new());
    for _ in 0..FOLDER_ROUNDS {
        let whole = teken_verify(agency, folder.path());
        let mut pinned = Command::new("taskset");
        pinned.args(["-c", "0"]).arg(whole.get_program()).args(whole.get_args());
        one.push(run(pinned)?);
        all.push(run(whole)?);
    }
    let (one, all) = (median(one), median(all));
    let cores = thread::available_parallelism()?;
    println!("a directory of {FILES} files of {} octets", signed.len());
    println!("  one core       {one:>8.0} ms");
    println!("  all {cores:<11}{all:>8.0} ms   {:.2} x as fast (reach 1.8 on 2 cores)", one / all);
    Ok(())
}

fn teken_verify(agency: &TestAgency, file: &Path) -> Command {
    let layout = agency.layout();
    let mut command = Program::Verify.command();
    command.arg("--trust").arg(layout.root_anchor());
    for authority in [Authority::Root, Authority::Issuing] {
        command.arg("--crl").arg(layout.crl(authority));
    }
    command.arg(file);
    command
}

/// The floor, in milliseconds: whoever verifies the file must hash it.
fn hash_alone(octets: &[u8]) -> f64 {
    let begun = Instant::now();
    black_box(digest(&SHA256, black_box(octets)));
    begun.elapsed().as_secs_f64() * 1e3
}

/// Milliseconds from start to exit.
fn run(mut command: Command) -> anyhow::Result<f64> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    command.status().with_context(|| format!("{command:?}"))?;
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

/// Octets of the largest resident set that the process was seen to have.
fn resident(mut command: Command) -> anyhow::Result<f64> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0.0_f64;
    while child.try_wait()?.is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        if let Some(kib) = line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|kib| kib.parse::<f64>().ok())
        {
            most = most.max(kib * 1024.0);
        }
        thread::sleep(LOOK_EVERY);
    }
    Ok(most)
}
