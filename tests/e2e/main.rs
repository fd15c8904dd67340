//! placeholder
use std::process::ExitCode;
fn main() -> ExitCode {
    tests::Suite::new().run()
}
