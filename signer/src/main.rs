//! `teken-signer`: the signing service as a program.
//!
//! Exit codes: 0 ended in order · 1 refused to start, with the reason on standard error · 2 usage · 74 the register
//! failed while the service ran (EX_IOERR): restart it only after the disk was looked at.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, Subcommand};
use signer::{Config, ServeError, TlsSetup};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

/// EX_IOERR of sysexits.h.
const REGISTER_FAILED: u8 = 74;

const EXIT_CODES: &str = "Exit codes: 0 ended in order, 1 refused to start (standard error says why), 2 wrong usage, \
                          74 the register failed while the service ran.";

/// The signing service of an agency.
#[derive(Parser)]
#[command(name = "teken-signer", version, about, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves until SIGTERM or SIGINT, then lets the requests under way finish. SIGHUP makes it look at its files at
    /// once.
    Serve {
        /// The configuration; signer.example.toml documents every field.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Checks a configuration and the files that it names, without the signing key and without starting the service.
    CheckConfig {
        /// The configuration.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
}

fn main() -> ExitCode {
    // Before anything else: from here on no core dump and no debugger of the same user shows a key.
    if let Err(error) = keys::harden_process() {
        return refuse(&anyhow::Error::new(error).context("cannot protect the memory of this process"));
    }
    let arguments = Arguments::parse();
    let done = match &arguments.command {
        Command::Serve { config } => serve(config),
        Command::CheckConfig { config } => check_config(config),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => match error.downcast_ref::<ServeError>() {
            Some(ServeError::RegisterStopped(_)) => {
                say(format!("teken-signer: {}; look at the disk before the next start", told(&error)));
                ExitCode::from(REGISTER_FAILED)
            }
            _ => refuse(&error),
        },
    }
}

/// Standard error may be a pipe whose reader hangs: that must not keep this process from its end.
fn say(text: String) {
    let (told, said) = mpsc::channel::<()>();
    thread::spawn(move || {
        eprintln!("{text}");
        drop(told);
    });
    let _said_or_gave_up = said.recv_timeout(Duration::from_secs(1));
}

fn refuse(error: &anyhow::Error) -> ExitCode {
    say(format!("teken-signer: {}", told(error)));
    ExitCode::FAILURE
}

/// An error with its causes. Most of ours name their cause already: it is not said twice.
fn told(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |text, cause| match text {
        text if text.is_empty() => cause,
        text if text.contains(&cause) => text,
        text => format!("{text}: {cause}"),
    })
}

fn serve(path: &Path) -> anyhow::Result<()> {
    let config = Config::load(path)?;
    let _log = signer::logging::start(&config.settings.log).context("cannot start the log")?;
    let keys = config.settings.load_keys()?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")?;
    let served = runtime.block_on(async {
        let look_now = Arc::new(Notify::new());
        let mut hangup = signal(SignalKind::hangup()).context("cannot watch for SIGHUP")?;
        let mut terminate = signal(SignalKind::terminate()).context("cannot watch for SIGTERM")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("cannot watch for SIGINT")?;
        let on_hangup = Arc::clone(&look_now);
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                on_hangup.notify_one();
            }
        });
        let shutdown = async move {
            let received = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            };
            tracing::info!(signal = received, "ending");
        };
        signer::run_reloadable(config, keys, look_now, shutdown).await.map_err(anyhow::Error::from)
    });
    // Reads that still wait for a disk must not hold the process.
    runtime.shutdown_background();
    served
}

fn check_config(path: &Path) -> anyhow::Result<()> {
    let config = Config::load(path)?;
    let settings = &config.settings;
    TlsSetup::load(settings.tls.clone(), Arc::new(signer::SystemClock))?;
    settings.check_key_files()?;
    signer::check_commitment_key(&settings.commitment_key)?;
    println!("{} is complete: {} offices, listen on {}", path.display(), settings.offices.len(), settings.listen);
    Ok(())
}
