//! The offline verifier for a page in a browser, and for any other host of WebAssembly.
//!
//! Job: the edge between a host and the library. The host asks for room with [`reserve`], writes a question into it (see
//! [`question`]), calls [`verify`] and reads the answer: the line that `teken-verify --json` writes. `verify.mjs` beside
//! this crate does all that in one function.
//! Invariant: the module imports nothing, so it can reach neither network, clock nor storage; the moment comes in with
//! the question. It has no unsafe block: the host writes into the module's memory by itself, between calls, and an
//! attribute that keeps a function's name is the only thing that the compiler calls unsafe here.
//!
//! Plain exports rather than wasm-bindgen, because that needs a second program, of exactly its own version, to finish
//! the module; here `cargo build` is all.
//!
//! ```sh
//! rustup target add wasm32-unknown-unknown
//! export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS='--cfg getrandom_backend="unsupported"'
//! cargo build --release -p verifier-web --target wasm32-unknown-unknown
//! ```
//!
//! `CARGO_PROFILE_RELEASE_STRIP=true` makes it 1.2 MB: nine tenths of the module are debug information.
//!
//! The flag is for a random generator that comes with the signing half of `pades` and that nothing here asks.
//!
//! Read first: `question.rs`.

use std::sync::{Mutex, MutexGuard, PoisonError};

pub mod question;

/// What the host writes, and what it reads.
static QUESTION: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static ANSWER: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn lock(octets: &'static Mutex<Vec<u8>>) -> MutexGuard<'static, Vec<u8>> {
    octets.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes room for a question of `length` octets and gives its address. What was there is forgotten.
#[expect(unsafe_code, reason = "the name that the host calls; nothing else in the module has it")]
#[unsafe(no_mangle)]
pub extern "C" fn reserve(length: usize) -> *mut u8 {
    let mut question = lock(&QUESTION);
    *question = vec![0; length];
    question.as_mut_ptr()
}

/// Answers the question and gives the length of the answer, in octets of UTF-8. The question is forgotten.
#[expect(unsafe_code, reason = "the name that the host calls; nothing else in the module has it")]
#[unsafe(no_mangle)]
pub extern "C" fn verify() -> usize {
    let question = std::mem::take(&mut *lock(&QUESTION));
    let mut answer = lock(&ANSWER);
    *answer = question::answer(&question).into_bytes();
    answer.len()
}

/// The address of the last answer; it stays there until the next [`verify`].
#[expect(unsafe_code, reason = "the name that the host calls; nothing else in the module has it")]
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    lock(&ANSWER).as_ptr()
}
