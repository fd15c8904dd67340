//! What the four suites share: how a case is declared, where peers and data are found, how the real programs are started.
//!
//! Nothing here stands in for our own code: a case starts the real service, the real client and the real verifier. See `README.md`
//! beside this crate for how to run one suite and how to add a case.

mod agency;
mod assembly;
mod caller;
mod data;
pub mod degraded;
pub mod desk;
pub mod paper;
pub mod pdf_a;
mod peers;
mod programs;
mod sample;
mod suite;

pub use agency::{OFFICE, OTHER_OFFICE, PASSPHRASE, Service, TestAgency, UNKNOWN_OFFICE, now};
pub use assembly::Assembly;
pub use caller::{Caller, DocumentCaller, Timed, call_as, call_with, documents_as, sign_digest_request};
pub use data::{scratch, shared, workspace};
pub use peers::Peer;
pub use programs::{Finished, Program, Running, finish};
pub use sample::{letter_of, sample_of};
pub use suite::{Outcome, Suite};
