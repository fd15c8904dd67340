//! What custody promises, seen from outside: files, envelopes, keys, chains, the agency, the command line, and OpenSSL as a peer.
//!
//! Plain libtest cannot skip at run time, so the cases are registered by hand: a case whose peer or data is absent is reported as
//! ignored, by name, and fails when `TEKEN_REQUIRE_PEERS=1`.

mod agency;
mod chain;
mod cli;
mod harness;
mod key_file;
mod openssl;
mod process;
mod revocation;
mod scalar;
mod signing_certificate;
mod soft_key;
mod statement_key;
mod trust_list;
mod vectors;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let trials = [
        agency::trials(),
        chain::trials(),
        cli::trials(),
        key_file::trials(),
        openssl::trials(),
        process::trials(),
        revocation::trials(),
        scalar::trials(),
        signing_certificate::trials(),
        soft_key::trials(),
        statement_key::trials(),
        trust_list::trials(),
        vectors::trials(),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials.into_iter().flatten().collect()).exit_code()
}
