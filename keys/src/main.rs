//! `teken-keys`: the key ceremony, requests and chains, certificates, CRLs and offices.
//!
//! stdout is the result, stderr is for people. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    // Before the first passphrase is asked for.
    match keys::harden_process().map_err(Into::into).and_then(|()| cli::run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("teken-keys: {error:#}");
            if let Some(hint) = cli::hint(&error) {
                eprintln!("hint: {hint}");
            }
            ExitCode::FAILURE
        }
    }
}
