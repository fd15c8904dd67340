//! `teken-verify` as a whole process, from start to exit, beside `pdfsig` on the same files: a 64 KB and a 200 MB document.
//!
//! Run: `cargo bench -p tests --bench process`

#[path = "document_signer.rs"]
mod document_signer;
#[path = "measure.rs"]
#[expect(dead_code, reason = "processes are timed one by one")]
mod measure;

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use keys::agency::Authority;
use measure::median;
use tests::{Peer, Program, TestAgency, sample_of};

/// Runs of each program on each file, all in turn. After the first one the file is in the page cache for everybody.
const ROUNDS: usize = 21;
/// How often a running process is asked for its largest memory.
const LOOK_EVERY: Duration = Duration::from_millis(2);

fn main() -> anyhow::Result<()> {
    let agency = TestAgency::create()?;
    let signer = document_signer::DocumentSigner::load(&agency)?;
    let folder = tempfile::tempdir()?;
    let has_pdfsig = Peer::Pdfsig.is_present();
    println!("whole processes; median of {} runs, in turn; memory: the most that one run had resident\n", ROUNDS - 1);
    for (name, octets) in [("64 KB", 64 * 1024), ("200 MB", 200_000_000)] {
        let file = folder.path().join(format!("{octets}.pdf"));
        let signed = signer.sign(sample_of(octets)?);
        let size = signed.len();
        fs::write(&file, signed)?;
        let (ours, floor) = (|| teken_verify(&agency, &file), || read_whole(&file));
        let theirs = || {
            let mut command = Command::new("pdfsig");
            command.args(["-nocert", "-nssdir"]).arg(folder.path()).arg(&file);
            command
        };
        let finished = tests::finish(ours())?;
        ensure!(finished.code == Some(0), "the bench's document does not pass: {}{}", finished.stdout, finished.stderr);
        let mut times = [const { Vec::new() }; 3];
        for round in 0..ROUNDS {
            for (times, command) in times.iter_mut().zip([Some(floor()), Some(ours()), has_pdfsig.then(theirs)]) {
                let Some(command) = command else { continue };
                let took = run(command)?;
                if round > 0 {
                    times.push(took.as_secs_f64() * 1e3);
                }
            }
        }
        let [floor, ours_ms, theirs_ms] = times.map(|times| if times.is_empty() { None } else { Some(median(times)) });
        let (floor, ours_ms) = (floor.context("measured")?, ours_ms.context("measured")?);
        let memory = resident(ours())?;
        println!("{name} ({size} octets)");
        println!("  sha256sum      {floor:>8.1} ms");
        println!(
            "  teken-verify   {ours_ms:>8.1} ms   memory {:.1} MB, {:.2} x the file",
            memory / 1e6,
            memory / size as f64
        );
        match theirs_ms {
            Some(theirs) => {
                println!("  pdfsig         {theirs:>8.1} ms   teken-verify takes {:.2} x", ours_ms / theirs)
            }
            None => println!("  pdfsig         not on this machine"),
        }
    }
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

/// The floor: reading and hashing the file.
fn read_whole(file: &Path) -> Command {
    let mut command = Command::new("sha256sum");
    command.arg(file);
    command
}

fn run(mut command: Command) -> anyhow::Result<Duration> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    command.status().with_context(|| format!("{command:?}"))?;
    Ok(begun.elapsed())
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
