//! Conformance: the public corpora, each file with the verdict it must get, and files made from one of ours.
//!
//! Path validation (PKITS, x509-limbo) and signature values (Wycheproof) are judged beside the verifier, in its own tests.

mod attacks;
mod bit_flips;
mod bombs;
mod carried_lists;
mod corpus;
mod exceptions;
mod forms;
mod handmade;
mod peers;
mod report;
mod sample;
mod seals_on_paper;

use std::process::ExitCode;

use tests::Suite;

fn main() -> ExitCode {
    let mut suite = Suite::new();
    attacks::cases(&mut suite);
    corpus::cases(&mut suite);
    peers::cases(&mut suite);
    bombs::cases(&mut suite);
    forms::cases(&mut suite);
    carried_lists::cases(&mut suite);
    bit_flips::cases(&mut suite);
    seals_on_paper::cases(&mut suite);
    suite.run()
}
