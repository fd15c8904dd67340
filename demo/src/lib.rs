//! The newcomer's door: one command that makes a throw-away agency and does the whole job with it.
//!
//! [`place`] is the folder, [`throwaway`] the agency in it, [`service`] the real service over it; [`paperwork`] has documents
//! signed as an office would, and `judge` verifies them as an auditor would. [`on_paper`] has a letter sealed, printed, photographed and
//! replaced. [`samples`] draws documents for who brings none.
//!
//! This crate holds no knowledge of its own about keys, signatures or verdicts: what it shows is what the other crates do.

pub mod door;
pub mod handwriting;
pub mod judge;
pub mod next_steps;
pub mod on_paper;
pub mod openssl;
pub mod paperwork;
pub mod photograph;
pub mod place;
pub mod samples;
pub mod service;
pub mod throwaway;
