//! A file that waits beside the one whose place it will take.
//!
//! A new key and what vouches for it cannot get their names in one step. So the key is written under a name that nobody reads, then
//! the ledger learns of it, and only then do the files take their places. Whatever an interrupted attempt left under such a name,
//! the next one finds: what the ledger knows is finished, the rest is thrown away.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::{AgencyError, stage::file_error};
use crate::whole_file::{self, Readers};

/// A file that waits.
#[derive(Debug)]
pub(super) struct Staged {
    waits: PathBuf,
    place: PathBuf,
}

impl Staged {
    /// The file that waits to take this place, whether it is there or not.
    pub(super) fn of(place: PathBuf) -> Self {
        let mut waits = place.clone().into_os_string();
        waits.push(".new");
        Self { waits: waits.into(), place }
    }

    /// Where it waits.
    pub(super) fn path(&self) -> &Path {
        &self.waits
    }

    pub(super) fn is_there(&self) -> bool {
        self.waits.symlink_metadata().is_ok()
    }

    pub(super) fn write(&self, octets: &[u8], readers: Readers) -> Result<(), AgencyError> {
        Ok(whole_file::create(&self.waits, octets, readers)?)
    }

    /// Throws it away, if it is there.
    pub(super) fn discard(&self) -> Result<(), AgencyError> {
        match fs::remove_file(&self.waits) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file_error(&self.waits, &error)),
            _ => Ok(()),
        }
    }

    /// Takes the place of what is there now, if anything.
    pub(super) fn put_in_place(&self) -> Result<(), AgencyError> {
        fs::rename(&self.waits, &self.place).map_err(|error| file_error(&self.place, &error))?;
        let folder = self.place.parent().unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| file_error(folder, &error))
    }
}
