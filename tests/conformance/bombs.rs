//! Files made to cost time or memory: each gets a verdict within the design's bound.

use std::{
    fs,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use tests::{Outcome, Peer, Program, Suite, finish, shared};

use crate::report::files_below;

pub(crate) fn cases(suite: &mut Suite) {
    suite.case_with(&[Peer::Shared], "every_bomb_gets_a_verdict_in_its_time", bombs);
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
