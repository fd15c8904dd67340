//! Files made to cost time or memory, and the whole corpus: each gets a verdict within the design's bounds.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use tests::{Outcome, Peer, Program, Suite, finish, scratch, shared};

use crate::report::files_below;

pub(crate) fn cases(suite: &mut Suite) {
    suite
        .case_with(&[Peer::Shared], "every_bomb_gets_a_verdict_within_its_time_and_memory", bombs)
        .case_with(
            &[Peer::Shared, Peer::Python],
            "every_bomb_that_the_generator_makes_gets_a_verdict_within_its_time_and_memory",
            generated,
        )
        .case_with(&[Peer::Shared], "every_file_of_the_corpus_gets_a_verdict_within_its_time_and_memory", corpus);
}

const MIB: u64 = 1 << 20;

/// What a file may cost (the design's limits; the programs of this suite are not optimised): two seconds and one more for each MiB;
/// 64 MiB and twenty times its size.
struct Allowed {
    time: Duration,
    memory: u64,
}

impl Allowed {
    fn for_file(file: &Path) -> anyhow::Result<Self> {
        let size = fs::metadata(file)?.len();
        Ok(Self { time: Duration::from_secs(2 + size.div_ceil(MIB)), memory: 64 * MIB + 20 * size })
    }
}

fn bombs() -> Outcome {
    within_bounds(&files_below(&shared().context("the peer is there")?.join("vectors/synthetic-bombs"))?, 30)
}

fn generated() -> Outcome {
    let folder = scratch();
    let mut python = Command::new(Peer::python());
    python.arg(shared().context("the peer is there")?.join("tools/mkbombs.py")).arg(folder.path());
    let made = finish(python)?;
    ensure!(made.code == Some(0), "{}", made.stderr);
    within_bounds(&files_below(folder.path())?, 30)
}

fn corpus() -> Outcome {
    within_bounds(&files_below(&shared().context("the peer is there")?.join("corpus"))?, 500)
}

fn within_bounds(files: &[PathBuf], at_least: usize) -> Outcome {
    let mut wrong = Vec::new();
    for file in files {
        let allowed = Allowed::for_file(file)?;
        let command = confined(file, allowed.memory);
        let begun = Instant::now();
        let finished = finish(command)?;
        let taken = begun.elapsed();
        // Over the limit an allocation fails and a signal ends the program, which leaves no exit code.
        if !matches!(finished.code, Some(1 | 3 | 4 | 6)) || taken > allowed.time {
            wrong.push(format!("{}: exit {:?} after {taken:?}: {}", file.display(), finished.code, finished.stderr));
        }
    }
    println!("{} files", files.len());
    ensure!(files.len() >= at_least && wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

/// The verifier, with a limit of the system on the memory that it may ask for, used or not.
fn confined(file: &Path, memory: u64) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", r#"ulimit -d "$1" && shift && exec "$@""#, "sh"]);
    command.arg((memory / 1024).to_string()).arg(Program::Verify.path()).arg("--json").arg(file);
    command.stdin(std::process::Stdio::null());
    command
}
