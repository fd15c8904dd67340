//! End to end: the real programs, started as a user starts them.

mod auditor;
mod bad_documents;
mod door;
mod kecamatan;
mod killed;
mod on_paper;

use std::process::ExitCode;

use tests::Suite;

fn main() -> ExitCode {
    let mut suite = Suite::new();
    auditor::cases(&mut suite);
    bad_documents::cases(&mut suite);
    door::cases(&mut suite);
    kecamatan::cases(&mut suite);
    killed::cases(&mut suite);
    on_paper::cases(&mut suite);
    suite.run()
}
