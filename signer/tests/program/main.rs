//! `teken-signer` as a program: what it says when it refuses to start, what it does on signals, and what it survives.
//!
//! Each test starts the real program with the files of an agency of its own, so the time is the machine's.

mod abuse;
mod documents;
mod fixture;
#[path = "../../src/serve/tests/frames.rs"]
mod frames;
mod refusals;
mod running;
