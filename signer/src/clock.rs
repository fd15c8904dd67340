//! The wall clock, as an argument.
//!
//! Everything in this crate that needs the time asks a [`Clock`], so that a test can hold it still, turn it back, or
//! move it years ahead. Whether the time may be believed is decided where it is recorded: in the register's writer.

use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time of day.
pub trait Clock: Send + Sync {
    /// Seconds since 1970-01-01T00:00:00Z (POSIX time).
    fn now_unix(&self) -> u64;
}

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_unix(&self) -> u64 {
        // A clock before 1970 reads as 1970: the register's guard then refuses it, as it refuses every time in the
        // past.
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }
}
