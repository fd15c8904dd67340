//! Room on the register's disk: an intent is taken only when the outcomes that are still to come will find room too.
//!
//! Otherwise the disk would as often be full between an intent and its outcome as before the intent, and the office
//! would be told "unknown" where it can be told "nothing was signed". This is a forecast, not the guard: SQLite's own
//! answer is, and on a system that does not tell how much room there is the forecast is silent.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Octets that one outcome takes in the log: a CMS with its chain is below 4 KiB, which touches up to five pages and
/// their headers; twice that.
const OUTCOME_BYTES: u64 = 40 * 1024;
/// Octets that one intent takes in the log, in the same way.
const INTENT_BYTES: u64 = 64 * 1024;
/// Octets kept for what is not counted: directory blocks, the index of the log.
const SLACK_BYTES: u64 = 128 * 1024;

/// The disk on which a register lies.
#[derive(Debug)]
pub(super) struct Space {
    directory: Option<File>,
    log: PathBuf,
}

impl Space {
    /// The disk of this register.
    pub(super) fn of(register: &Path) -> Self {
        let mut log = register.as_os_str().to_owned();
        log.push("-wal");
        Self { directory: register.parent().and_then(|directory| File::open(directory).ok()), log: log.into() }
    }

    /// Is there room for so many outcomes and one more intent?
    pub(super) fn fits(&self, outcomes: u64) -> bool {
        let needed = outcomes.saturating_add(1).saturating_mul(OUTCOME_BYTES);
        self.available() >= needed.saturating_add(INTENT_BYTES).saturating_add(SLACK_BYTES)
    }

    /// Is there room to move the whole log into the register, and still for so many outcomes?
    pub(super) fn fits_checkpoint(&self, outcomes: u64) -> bool {
        let log = fs::metadata(&self.log).map_or(0, |log| log.len());
        let needed = outcomes.saturating_mul(OUTCOME_BYTES).saturating_add(SLACK_BYTES);
        self.available() >= needed.saturating_add(log)
    }

    /// Octets that this process may still use.
    #[cfg(unix)]
    fn available(&self) -> u64 {
        let told = self.directory.as_ref().and_then(|directory| rustix::fs::fstatvfs(directory).ok());
        told.map_or(u64::MAX, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    #[cfg(not(unix))]
    fn available(&self) -> u64 {
        u64::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_does_not_tell_its_room_stops_nobody() {
        let nowhere = Space::of(Path::new("/nonexistent/register.db"));
        assert!(nowhere.fits(u64::MAX));
        assert!(nowhere.fits_checkpoint(0));
    }

    #[test]
    fn more_outcomes_than_the_disk_has_room_for_do_not_fit() {
        let dir = tempfile::tempdir().expect("a directory");
        let space = Space::of(&dir.path().join("register.db"));
        let available = space.available();
        assert!(space.fits(0), "the tests need a few hundred KiB of room");
        assert!(!space.fits(available / OUTCOME_BYTES));
        assert!(!space.fits_checkpoint(available / OUTCOME_BYTES));
    }
}
