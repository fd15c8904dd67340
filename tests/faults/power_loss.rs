//! Power loss: every write and flush of a real server is recorded, and the recording is cut at random instants.
//!
//! In each state what was not flushed is lost, kept or torn, in any mixture (`crashsim.py`); the register must open, be whole, and have
//! the outcome of every signature that the office had been given by then. A killed process cannot show this: the page cache survives it.
//! The control is the same run without flushes, which must lose.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    thread,
};

use anyhow::{Context, ensure};
use proto::teken::v1::Signature;
use tests::{Peer, Running, Suite, TestAgency, finish, scratch, shared};

use crate::load::{self, Load};

const PEERS: [Peer; 3] = [Peer::CCompiler, Peer::Python, Peer::Shared];

/// Crash states: the promise holds in each.
const STATES: u32 = 20_000;
/// Crash states of the control: far fewer show its losses.
const CONTROL_STATES: u32 = 500;
/// Signatures of one recording. Callers share commits, as at a busy counter.
const LOAD: Load = Load { callers: 6, signatures: 120 };

pub(crate) fn cases(suite: &mut Suite) {
    suite
        .case_with(&PEERS, "no_acknowledged_signature_is_lost_in_any_crash_state", || {
            let found = replay(Server::Real, STATES)?;
            ensure!(found.lost == 0 && found.corrupt == 0, "{found:?}");
            println!("power loss: {found:?}");
            Ok(())
        })
        .case_with(&PEERS, "without_flushes_the_replay_finds_lost_signatures", || {
            let found = replay(Server::Unflushed, CONTROL_STATES)?;
            ensure!(found.lost > CONTROL_STATES / 2, "the replay does not see what flushes are for: {found:?}");
            Ok(())
        });
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    Real,
    Unflushed,
}

/// What the replay found.
#[derive(Debug, Default)]
struct Found {
    states: u32,
    lost: u32,
    corrupt: u32,
}

fn replay(server: Server, states: u32) -> anyhow::Result<Found> {
    let folder = scratch();
    let recording = record(server, folder.path())?;
    let script = shared().context("the peer is there")?.join("tools/crashsim.py");
    // Two seeds on two cores.
    let halves = [1_u32, 2].map(|seed| {
        let (script, recording) = (script.clone(), recording.clone());
        thread::spawn(move || -> anyhow::Result<Found> {
            let mut command = Command::new(Peer::python());
            command.arg(script).arg(recording).arg((states / 2).to_string()).arg(seed.to_string());
            command.args(["register.db", "SELECT intent FROM entry WHERE kind = 3"]);
            let output = command.output()?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            ensure!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
            read_counts(&text).with_context(|| format!("cannot read {text:?}"))
        })
    });
    let mut all = Found::default();
    for half in halves {
        let found = half.join().expect("the replay does not panic")?;
        all.states += found.states;
        all.lost += found.lost;
        all.corrupt += found.corrupt;
    }
    ensure!(all.states == states, "the replay tried {} states of {states}", all.states);
    Ok(all)
}

/// Runs the server under the recorder and signs, and gives the recording's path.
fn record(server: Server, folder: &Path) -> anyhow::Result<PathBuf> {
    let recorder = build_recorder(folder)?;
    let recording = folder.join("recording");
    let agency = TestAgency::create()?;
    // The register alone in its folder: nothing else is recorded.
    let register = agency.path("register");
    fs::create_dir(&register)?;
    let config = fs::read_to_string(agency.signer_config())?;
    fs::write(agency.signer_config(), config.replace("\"register.db\"", "\"register/register.db\""))?;
    let recorded = |mut command: Command| {
        command.env("LD_PRELOAD", &recorder).env("WLOG", &recording).env("WLOG_DIR", &register);
        command
    };
    let mut running = match server {
        Server::Real => agency.serve_with(recorded)?,
        Server::Unflushed => {
            let mut command = Command::new(env!("CARGO_BIN_EXE_unflushed-signer"));
            command.arg(agency.signer_config());
            let mut running = Running::start(recorded(command), &agency.path("signer.log"))?;
            let address = running.wait_for_line("listening on ")?;
            tests::Service { running, address }
        }
    };
    // An acknowledgement goes into the same recording, by an append of its own: it stands after everything that led to it.
    let acknowledgements = Mutex::new(OpenOptions::new().append(true).open(&recording)?);
    let acknowledged =
        tokio::runtime::Runtime::new()?.block_on(load::run(&agency, &running.address, LOAD, move |signature| {
            acknowledge(&acknowledgements, signature)
        }))?;
    ensure!(
        u64::try_from(acknowledged.len())? == LOAD.signatures,
        "{} of {} signatures were acknowledged",
        acknowledged.len(),
        LOAD.signatures
    );
    running.running.kill()?;
    let flushes = fs::read(&recording)?.windows(2).filter(|octets| octets == b"S ").count();
    ensure!(server == Server::Unflushed || flushes > 100, "only {flushes} flushes were recorded");
    Ok(recording)
}

fn acknowledge(recording: &Mutex<File>, signature: &Signature) {
    let text = format!("ACK {}\n", signature.sequence);
    let event = format!("A -\t0\t{}\n{text}\n", text.len());
    recording.lock().expect("no caller panics").write_all(event.as_bytes()).expect("the recording can be appended to");
}

fn build_recorder(folder: &Path) -> anyhow::Result<PathBuf> {
    let library = folder.join("wlog.so");
    let source = shared().context("the peer is there")?.join("tools/wlog.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-O2", "-fPIC", "-shared", "-o"]).arg(&library).arg(source).arg("-ldl");
    let finished = finish(compiler)?;
    ensure!(finished.code == Some(0), "the recorder does not compile: {}", finished.stderr);
    Ok(library)
}

/// `…: E events, N crash states: L lost an acknowledged row (worst W rows), C corrupt`.
fn read_counts(text: &str) -> Option<Found> {
    let number_before = |words: &str| text.split_once(words)?.0.rsplit(' ').next()?.parse().ok();
    Some(Found {
        states: number_before(" crash states:")?,
        lost: number_before(" lost an acknowledged")?,
        corrupt: number_before(" corrupt")?,
    })
}
