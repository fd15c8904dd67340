//! What the reader makes of files written octet by octet: every shape it reads, every fault it refuses.

#![expect(clippy::unwrap_used, reason = "a test may panic, and its name says why")]

mod file;
mod objects;
mod properties;
mod refusals;
mod revisions;
mod signatures;
