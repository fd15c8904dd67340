//! Conformance: the public corpora, each file with the verdict it must get, and files made from one of ours.
//!
//! Path validation (PKITS, x509-limbo) and signature values (Wycheproof) are judged beside the verifier, in its own tests.

mod attacks;
mod bombs;
mod corpus;
mod report;

use std::process::ExitCode;

use tests::Suite;

fn main() -> ExitCode {
    let mut suite = Suite::new();
    attacks::cases(&mut suite);
    corpus::cases(&mut suite);
    bombs::cases(&mut suite);
    suite.run()
}
