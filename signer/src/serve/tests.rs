//! The network face under test: real TLS and real HTTP/2 in memory, with a clock that the test moves.
//!
//! The two ends of a connection are the ends of an in-memory pipe, so tokio's paused time can stand still while octets
//! move: a test of an hour takes milliseconds, and nothing sleeps.

mod admission;
mod calls;
mod connections;
mod fixture;
mod frames;
mod handshake;
mod wire;
