//! Is the QR seal on a paper genuine? Offline, by its own text and the agency's trust list.
//!
//! Job: read a seal, verify it ([`SealReport`] says what was found), and give its fields as a form to compare with the paper.
//! Invariant: a seal is verified over the address that was *read*, so genuine digits behind another host fail; its key is one of the
//! trust list, never one that the QR names; and TOTAL-PASSED needs every proof.
//!
//! A genuine seal proves what was issued. It does not prove that this sheet is it: anybody can copy a QR code. Only the comparison
//! does, field by field, and what the seal does not have it does not protect.
//!
//! Read first: `seal/verify.rs`.

mod checks;
mod find;
mod json;
mod problem;
mod report;
#[cfg(test)]
mod tests;
mod text;
mod verify;

pub(crate) use find::verify_sealed_file;
pub use json::seal_to_json;
pub use problem::SealProblem;
pub use report::{SealCheck, SealChecks, SealKey, SealOrigin, SealReport, SealVerdict, SealedFileReport};
pub use text::seal_to_text;
pub(crate) use verify::verify_seal;
