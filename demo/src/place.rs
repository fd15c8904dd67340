//! The folder that one demo keeps to itself: made, recognised, or refused.
//!
//! Invariant: nothing is ever written into a folder with content that a demo did not make, and one demo at a time works in a
//! folder. The marker file is both the sign and the lock; the lock is the operating system's, so it ends with the process.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The marker's name in the folder.
const MARKER: &str = "demo.toml";
/// A marker has fewer octets than this; more was not written by a demo.
const MARKER_BYTES: u64 = 64 * 1024;
const MARKER_HEADER: &str = "\
# This folder was made by Teken's demo: a throw-away agency (UJI COBA), its documents and its register.
# Nothing in it is of value: delete the folder when you are done.
";

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The folder, or the marker in it, cannot be made, read or written.
    #[error("cannot use {}", path.display())]
    Io {
        /// What was touched.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// There is something of that name, and it is not a folder.
    #[error("{} is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// The folder holds something, and no demo's marker.
    #[error("{} is not empty and was not made by the demo; choose another one with --dir", .0.display())]
    Foreign(PathBuf),
    /// The marker is there but does not read as one.
    #[error("the marker {} is damaged; delete the demo's folder, or choose another one with --dir", path.display())]
    Marker {
        /// The marker.
        path: PathBuf,
        /// Where it does not parse.
        source: toml::de::Error,
    },
    /// Another demo works there at this moment.
    #[error("another demo is running in {}; stop it, or choose another folder with --dir", .0.display())]
    Busy(PathBuf),
}

/// What the demo remembers between two runs.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// The last number that was printed on a sample. A number is used once, or the service would rightly refuse it.
    pub last_number: u32,
    /// The port of the service; 0 before the first run.
    pub port: u16,
}

/// A demo's folder, locked until it is dropped.
#[derive(Debug)]
pub struct Place {
    dir: PathBuf,
    marker: File,
    memory: Memory,
}

impl Place {
    /// Makes the folder, or recognises it as a demo's, and locks it.
    ///
    /// # Errors
    /// [`PlaceError`]; nothing in a foreign folder was touched then.
    pub fn open(dir: &Path) -> Result<Self, PlaceError> {
        let io_error = |path: &Path| {
            let path = path.to_owned();
            move |source| PlaceError::Io { path, source }
        };
        let marker_path = dir.join(MARKER);
        match fs::metadata(dir) {
            Ok(found) if !found.is_dir() => return Err(PlaceError::NotAFolder(dir.to_owned())),
            Ok(_) => {
                let empty = fs::read_dir(dir).map_err(io_error(dir))?.next().is_none();
                if !empty && !marker_path.is_file() {
                    return Err(PlaceError::Foreign(dir.to_owned()));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Not for others to write in, whatever the umask: the custody of keys refuses such a folder.
                fs::DirBuilder::new().recursive(true).mode(0o755).create(dir).map_err(io_error(dir))?;
            }
            Err(error) => return Err(io_error(dir)(error)),
        }
        let mut marker = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&marker_path)
            .map_err(io_error(&marker_path))?;
        match marker.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(PlaceError::Busy(dir.to_owned())),
            Err(TryLockError::Error(source)) => return Err(io_error(&marker_path)(source)),
        }
        let mut text = String::new();
        (&mut marker).take(MARKER_BYTES).read_to_string(&mut text).map_err(io_error(&marker_path))?;
        let memory = match text.is_empty() {
            true => Memory::default(),
            false => {
                toml::from_str(&text).map_err(|source| PlaceError::Marker { path: marker_path.clone(), source })?
            }
        };
        let mut place = Self { dir: dir.to_owned(), marker, memory };
        place.remember(memory)?;
        Ok(place)
    }

    /// The folder, as it was given: relative if it was.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What the runs before this one left.
    #[must_use]
    pub const fn memory(&self) -> Memory {
        self.memory
    }

    /// Writes down what the next run must know.
    ///
    /// # Errors
    /// [`PlaceError::Io`].
    pub fn remember(&mut self, memory: Memory) -> Result<(), PlaceError> {
        let numbers = toml::to_string(&memory).expect("two numbers have a TOML form");
        let text = format!("{MARKER_HEADER}{numbers}");
        self.marker
            .rewind()
            .and_then(|()| self.marker.write_all(text.as_bytes()))
            .and_then(|()| self.marker.set_len(text.len() as u64))
            .map_err(|source| PlaceError::Io { path: self.dir.join(MARKER), source })?;
        self.memory = memory;
        Ok(())
    }

    /// A folder within this one, made when it is not there.
    ///
    /// # Errors
    /// [`PlaceError::Io`].
    pub fn folder(&self, name: &str) -> Result<PathBuf, PlaceError> {
        let path = self.dir.join(name);
        match fs::create_dir(&path) {
            Err(source) if source.kind() != io::ErrorKind::AlreadyExists => Err(PlaceError::Io { path, source }),
            _ => Ok(path),
        }
    }
}

/// The first of `stem.extension`, `stem-2.extension`, … that does not exist in `folder`: a signed document is never overwritten.
#[must_use]
pub fn free_name(folder: &Path, stem: &str, extension: &str) -> PathBuf {
    let first = folder.join(format!("{stem}.{extension}"));
    if !first.exists() {
        return first;
    }
    (2_u64..)
        .map(|number| folder.join(format!("{stem}-{number}.{extension}")))
        .find(|path| !path.exists())
        .expect("a folder holds fewer than 2^64 files")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_is_made() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let place = Place::open(&parent.path().join("a/b")).expect("both folders can be made");
        assert_eq!(place.memory(), Memory { last_number: 0, port: 0 });
    }

    #[test]
    fn a_folder_with_other_content_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("thesis.txt"), "three years").expect("writable");
        let refusal = Place::open(folder.path()).expect_err("not ours");
        assert!(matches!(refusal, PlaceError::Foreign(_)), "{refusal}");
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1);
    }

    #[test]
    fn a_file_of_that_name_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("file");
        fs::write(&file, "").expect("writable");
        assert!(matches!(Place::open(&file), Err(PlaceError::NotAFolder(_))));
    }

    #[test]
    fn a_marker_that_a_demo_did_not_write_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join(MARKER), "somebody = \"else\"\n").expect("writable");
        assert!(matches!(Place::open(folder.path()), Err(PlaceError::Marker { .. })));
        assert_eq!(fs::read_to_string(folder.path().join(MARKER)).expect("readable"), "somebody = \"else\"\n");
    }

    #[test]
    fn two_demos_do_not_share_a_folder() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let first = Place::open(folder.path()).expect("empty");
        assert!(matches!(Place::open(folder.path()), Err(PlaceError::Busy(_))));
        drop(first);
        Place::open(folder.path()).expect("the first one is gone");
    }

    #[test]
    fn the_next_run_knows_what_the_last_one_remembered() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut place = Place::open(folder.path()).expect("empty");
        place.remember(Memory { last_number: 1_000, port: 40_000 }).expect("writable");
        place.remember(Memory { last_number: 2, port: 4 }).expect("a shorter text replaces a longer one whole");
        drop(place);
        let again = Place::open(folder.path()).expect("ours");
        assert_eq!(again.memory(), Memory { last_number: 2, port: 4 });
    }

    #[test]
    fn a_name_that_is_taken_is_not_used_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(free_name(folder.path(), "surat", "pdf"), folder.path().join("surat.pdf"));
        fs::write(folder.path().join("surat.pdf"), "").expect("writable");
        fs::write(folder.path().join("surat-2.pdf"), "").expect("writable");
        assert_eq!(free_name(folder.path(), "surat", "pdf"), folder.path().join("surat-3.pdf"));
    }
}
