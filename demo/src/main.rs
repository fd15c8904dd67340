//! `demo`: the command behind the newcomer's door.
//!
//! Exit codes: 0 every document was signed and every verdict is TOTAL-PASSED · 1 not so, or something failed · 2 usage ·
//! 130 interrupted before the work was done.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use demo::door::{self, Door, Ending, Then};
use tokio::signal::unix::{SignalKind, signal};

/// What a shell reports for a program that SIGINT ended.
const INTERRUPTED: u8 = 130;

/// Makes a throw-away agency (UJI COBA), serves it, has documents signed over gRPC and verifies them offline.
#[derive(Parser)]
#[command(name = "demo", version)]
struct Arguments {
    /// The folder for everything; made when it is not there. A demo's folder is used again, another one with content is refused.
    #[arg(long, value_name = "DIR", default_value = "teken-demo")]
    dir: PathBuf,
    /// Ends after the verdicts, instead of serving until Ctrl-C.
    #[arg(long)]
    exit: bool,
    /// PDFs to sign; two samples are drawn when none is given.
    #[arg(value_name = "PDF")]
    documents: Vec<PathBuf>,
}

fn main() -> ExitCode {
    // The signing key will be in this process: no core dump, no debugger of the same user.
    if let Err(error) = keys::harden_process() {
        eprintln!("demo: cannot protect the memory of this process: {error}");
        return ExitCode::FAILURE;
    }
    let arguments = Arguments::parse();
    let door = Door {
        dir: arguments.dir,
        documents: arguments.documents,
        then: if arguments.exit { Then::Exit } else { Then::Serve },
    };
    match run(door) {
        Ok(Ending::AllPassed) => ExitCode::SUCCESS,
        Ok(Ending::NotAllPassed) => ExitCode::FAILURE,
        Ok(Ending::Interrupted) => ExitCode::from(INTERRUPTED),
        Err(error) => {
            eprintln!("demo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(door: Door) -> anyhow::Result<Ending> {
    let runtime = tokio::runtime::Runtime::new()?;
    let ending = runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let (first, asked) = tokio::sync::oneshot::channel::<()>();
        tokio::spawn(async move {
            let mut first = Some(first);
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                match first.take() {
                    Some(first) => drop(first),
                    // Asked twice: whoever asks does not want to wait for the requests under way. The register survives it.
                    None => std::process::exit(INTERRUPTED.into()),
                }
            }
        });
        door::open(door, async {
            let _dropped = asked.await;
        })
        .await
    });
    runtime.shutdown_background();
    ending
}
