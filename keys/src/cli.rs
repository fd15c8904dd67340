//! The command line: what can be asked for, and who does it.

mod agency;
mod arguments;
mod hint;
mod inspect;
mod key;
mod list;
mod output;
mod passphrase;
mod trust_list;

use anyhow::{Context, Result};
use jiff::Timestamp;
use keys::agency::StatementKind;

pub(crate) use arguments::Arguments;
use arguments::{Command, StatementKeyCommand};
pub(crate) use hint::hint;

/// Does what was asked for.
pub(crate) fn run(arguments: Arguments) -> Result<()> {
    let now = unix_now()?;
    match arguments.command {
        Command::Agency(command) => agency::run(command, now),
        Command::Key(command) => key::run_key(command),
        Command::Csr(options) => key::request(options),
        Command::InstallChain(options) => key::install(options, now),
        Command::CommitmentKey(command) => key::run_commitment_key(command),
        Command::Revoke(options) => agency::revoke(options, now),
        Command::SigningCertificate(command) => agency::run_signing_certificate(command, now),
        Command::TrustList(command) => trust_list::run(command, now),
        Command::SealKey(StatementKeyCommand::Roll(options)) => trust_list::roll(StatementKind::Seal, &options, now),
        Command::StatusKey(StatementKeyCommand::Roll(options)) => {
            trust_list::roll(StatementKind::Status, &options, now)
        }
        Command::Crl(command) => agency::run_crl(command, now),
        Command::List(options) => list::run(&options, now),
        Command::Inspect(options) => inspect::run(&options),
    }
}

fn unix_now() -> Result<u64> {
    u64::try_from(Timestamp::now().as_second()).context("the system's clock is before 1970")
}

/// Seconds.
const DAY: u64 = 24 * 60 * 60;

/// Unix seconds as people and programs read them: RFC 3339, UTC.
fn rfc3339(unix: u64) -> String {
    i64::try_from(unix)
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .map_or_else(|| format!("@{unix}"), |time| time.to_string())
}
