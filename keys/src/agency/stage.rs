//! The folder in which an agency is made, and from which it is put in place.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{
    AgencyError,
    layout::{FOLDERS, Layout},
};
use crate::{Certificate, FileFault, chain_to_pem, secret_file, whole_file::Readers};

/// Where the files lie until all of them are there.
const STAGE: &str = ".agency.new";

/// A file to be written.
pub(super) struct NewFile {
    path: PathBuf,
    octets: Zeroizing<Vec<u8>>,
    readers: Readers,
}

impl NewFile {
    pub(super) fn public(path: PathBuf, octets: Vec<u8>) -> Self {
        Self { path, octets: octets.into(), readers: Readers::Everybody }
    }

    pub(super) fn certificates(path: PathBuf, chain: &[&Certificate]) -> Self {
        Self::public(path, chain_to_pem(chain.iter().map(|certificate| certificate.as_der())).into_bytes())
    }

    pub(super) fn secret(path: PathBuf, octets: Zeroizing<Vec<u8>>) -> Self {
        Self { path, octets, readers: Readers::Owner }
    }
}

/// Sees that nothing is in the way.
pub(super) fn refuse_existing(dir: &Path) -> Result<(), AgencyError> {
    for (folder, _) in FOLDERS {
        let path = dir.join(folder);
        // An empty folder is no agency, and a rename takes its place. A link is in the way wherever it leads.
        let free = match path.symlink_metadata() {
            Ok(found) if found.is_dir() => fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_none()),
            Ok(_) => false,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        if !free {
            return Err(AgencyError::Exists { path });
        }
    }
    Ok(())
}

/// The folder in which an agency is made; removed unless it was put in place.
pub(super) struct Stage {
    dir: PathBuf,
}

impl Stage {
    pub(super) fn new(agency: &Path) -> Result<Self, AgencyError> {
        let dir = agency.join(STAGE);
        let made = DirBuilder::new().mode(0o700).create(&dir);
        made.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => AgencyError::LeftOver { path: dir.clone() },
            _ => file_error(&dir, &error),
        })?;
        let stage = Self { dir };
        for folder in FOLDERS.iter().map(|(folder, _)| *folder).chain(["ca/issued"]) {
            let path = stage.dir.join(folder);
            DirBuilder::new().mode(0o700).create(&path).map_err(|error| file_error(&path, &error))?;
        }
        Ok(stage)
    }

    pub(super) fn layout(&self) -> Layout {
        Layout::new(&self.dir)
    }

    /// Nobody else sees this folder yet, so the file is written under its own name.
    pub(super) fn write(&self, new: &NewFile) -> Result<(), AgencyError> {
        let written =
            OpenOptions::new().write(true).create_new(true).mode(new.readers.mode()).open(&new.path).and_then(
                |mut file| {
                    file.set_permissions(Permissions::from_mode(new.readers.mode()))?;
                    file.write_all(&new.octets)?;
                    file.sync_all()
                },
            );
        written.map_err(|error| file_error(&new.path, &error))
    }

    pub(super) fn put_in_place(self, agency: &Path) -> Result<(), AgencyError> {
        flush(&self.dir.join("ca/issued"))?;
        for (position, (folder, mode)) in FOLDERS.into_iter().enumerate() {
            let (from, to) = (self.dir.join(folder), agency.join(folder));
            let placed = fs::set_permissions(&from, Permissions::from_mode(mode))
                .map_err(|error| file_error(&from, &error))
                .and_then(|()| flush(&from))
                // What `ca` vouches for is there before `ca` is, after a power loss too.
                .and_then(|()| flush(agency))
                .and_then(|()| fs::rename(&from, &to).map_err(|error| file_error(&to, &error)));
            if let Err(error) = placed {
                // Half an agency is worse than none: the next attempt would refuse to take its place.
                for (done, _) in FOLDERS.into_iter().take(position) {
                    let _told_by_the_next_attempt = fs::rename(agency.join(done), self.dir.join(done));
                }
                return Err(error);
            }
        }
        drop(self);
        flush(agency)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // What cannot be removed is reported by the next attempt as left over.
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Flushes a folder's entries.
fn flush(folder: &Path) -> Result<(), AgencyError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| file_error(folder, &error))
}

/// An input or output error about a file.
pub(super) fn file_error(path: &Path, error: &io::Error) -> AgencyError {
    let fault = error
        .raw_os_error()
        .map_or(FileFault::Io(error.kind()), |code| secret_file::fault_of(rustix::io::Errno::from_raw_os_error(code)));
    AgencyError::File { path: path.to_owned(), fault }
}

#[cfg(test)]
mod tests {
    use super::{FileFault, Stage, fs};
    use crate::agency::AgencyError;

    #[test]
    fn an_agency_that_cannot_be_put_in_place_leaves_nothing_behind() {
        let dir = tempfile::tempdir().expect("a folder");
        let stage = Stage::new(dir.path()).expect("a stage");
        // Somebody is faster: the fourth folder of six cannot take its place.
        fs::create_dir(dir.path().join("signer")).expect("a folder");
        fs::write(dir.path().join("signer/other"), "").expect("a file");
        let refused = stage.put_in_place(dir.path()).expect_err("refused");
        let fault = FileFault::Io(std::io::ErrorKind::DirectoryNotEmpty);
        assert_eq!(refused, AgencyError::File { path: dir.path().join("signer"), fault });
        let left: Vec<_> =
            fs::read_dir(dir.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
        assert_eq!(left, ["signer"]);
    }
}
