//! Lines on standard output. A closed pipe is an error like any other: nobody read the result.

use std::io::{self, Write};

use anyhow::{Context, Result};

/// Writes text to standard output.
pub(super) fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).context("standard output")
}
