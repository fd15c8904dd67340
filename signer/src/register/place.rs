//! Is the register still the file that its name leads to?
//!
//! A file that is moved, removed or replaced under a running service takes every later entry with it: SQLite goes on writing
//! to what nobody will ever open again. That is how a backup restored under a running service loses signatures that were
//! released, so an entry counts only when, after its commit, the names still lead to the files that were opened.

use std::path::{Path, PathBuf};

/// The names of the register, its log and its lock, and the files that they led to.
#[derive(Debug)]
pub(super) struct Place([(PathBuf, Option<FileId>); 3]);

/// Device and number of a file.
type FileId = (u64, u64);

impl Place {
    /// The files of the register at `path`, which is open.
    pub(super) fn of(path: &Path) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let names = [path.to_owned(), log.into(), super::lock::path_of(path)];
        Self(names.map(|name| {
            let id = file_id(&name);
            (name, id)
        }))
    }

    /// Whether every name leads where it led.
    pub(super) fn holds(&self) -> bool {
        self.0.iter().all(|(name, id)| id.is_none() || file_id(name) == *id)
    }
}

#[cfg(unix)]
fn file_id(name: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    std::fs::symlink_metadata(name).ok().map(|file| (file.dev(), file.ino()))
}

/// Here an open file cannot be moved or removed.
#[cfg(not(unix))]
fn file_id(_: &Path) -> Option<FileId> {
    None
}
