//! The newcomer's door: one command that makes a throw-away agency and does the whole job with it.

pub mod place;
pub mod samples;
