//! The directory of the lists: what lies there, and putting a list into it.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use evidence::status::{StatusToken, TOKEN_LIMIT};
use keys::whole_file::{self, Readers};

use super::PublishError;

/// Octets of a file that are read: one more than a list has, to see that it is none.
const READ_LIMIT: u64 = TOKEN_LIMIT as u64 + 1;

/// The directory, which is there.
#[derive(Debug)]
pub(super) struct Directory<'a>(&'a Path);

impl<'a> Directory<'a> {
    /// Makes the directory if it is not there.
    pub(super) fn open(path: &'a Path) -> Result<Self, PublishError> {
        match fs::create_dir(path) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => {}
            Err(error) => return Err(PublishError::Directory { path: path.to_owned(), kind: error.kind() }),
        }
        Ok(Self(path))
    }

    fn file(&self, shard: u32) -> PathBuf {
        self.0.join(format!("{shard}.cwt"))
    }

    /// Refuses to replace a list that was issued later than the last one that is on record.
    pub(super) fn check_age(&self, shard: u32, recorded: Option<u64>) -> Result<(), PublishError> {
        let path = self.file(shard);
        let failed = |error: std::io::Error| PublishError::Directory { path: path.clone(), kind: error.kind() };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(error)),
        };
        let mut octets = Vec::new();
        file.take(READ_LIMIT).read_to_end(&mut octets).map_err(failed)?;
        match StatusToken::from_cwt(&octets) {
            Ok(token) => {
                let issued_at = token.times().issued_at.0;
                if recorded.is_none_or(|recorded| issued_at > recorded) {
                    return Err(PublishError::RolledBack { shard, issued_at });
                }
            }
            // Nobody can read it, so nobody can be rolled back.
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "what lies here is no status list; it is replaced")
            }
        }
        Ok(())
    }

    /// Puts a list into the place of the one before, in one step that outlives a power loss.
    pub(super) fn write(&self, shard: u32, octets: &[u8]) -> Result<(), PublishError> {
        whole_file::replace(&self.file(shard), octets, Readers::Everybody).map_err(PublishError::File)
    }

    /// Removes what processes left that were killed while they wrote: nobody else writes here.
    pub(super) fn clean(&self) {
        let Ok(entries) = fs::read_dir(self.0) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with('.') && name.contains(".cwt.") && name.ends_with(".new") {
                // One that stays is in nobody's way.
                let _stays = fs::remove_file(entry.path());
            }
        }
    }
}
