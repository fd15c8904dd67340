//! The control of the power-loss replay: the service over a register that does not wait for the disk.
//!
//! It differs from `teken-signer serve --config FILE` in nothing but `synchronous=NORMAL`, and exists so that the replay can be seen to
//! find the losses that this costs.

use std::{env, path::PathBuf, sync::Arc};

use anyhow::Context;
use signer::{Register, SystemClock};
use tests::Assembly;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = env::args_os().nth(1).map(PathBuf::from).context("usage: unflushed-signer CONFIG")?;
    let assembly = Assembly::load(&config)?;
    let register = Register::open_danger_without_flush(&assembly.config.settings.register, Arc::new(SystemClock))?;
    assembly.serve(register, |address| println!("listening on {address}"), std::future::pending()).await
}
