//! Files that are whole or absent: written beside their place, flushed, and then named.
//!
//! Invariant: under the final name nobody ever sees half a file, and when a function here returns `Ok`, content and name survive a
//! power loss.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::{platform, request_id::RequestId};

/// Made and removed in a folder to see whether it takes new files.
const TRIAL: &str = ".teken-office.tmp";

/// What to do when the place is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Refuse to write.
    Keep,
    /// Put the new file in its place.
    Replace,
}

/// Why a file was not written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The place is taken by another file, and [`Existing::Keep`] was asked.
    #[error("{} exists", path.display())]
    Exists {
        /// The place.
        path: PathBuf,
    },
    /// The path names no file.
    #[error("{} is not the name of a file", path.display())]
    NotAFileName {
        /// The path.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot write {}", path.display())]
    Io {
        /// The place.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A new private file that is flushed; its name becomes durable with its folder.
pub(crate) fn write_new(path: &Path, octets: &[u8]) -> io::Result<()> {
    let mut file = platform::private_file_options().open(path)?;
    file.write_all(octets)?;
    file.sync_all()
}

/// Writes `octets` to `path`, whole and durable, by way of a temporary file in the same folder.
///
/// Writing the very bytes that already lie there succeeds with either [`Existing`]: a run that died after the file was named, and
/// before it noted so, comes back here.
///
/// # Errors
///
/// [`WriteError`].
pub fn write_whole(path: &Path, octets: &[u8], existing: Existing) -> Result<(), WriteError> {
    write_owned(path, octets, existing, RequestId::generate())
}

/// [`write_whole`] for an `owner` whose id nobody else uses at the same time: what it left behind when it died, it uses again.
pub(crate) fn write_owned(path: &Path, octets: &[u8], existing: Existing, owner: RequestId) -> Result<(), WriteError> {
    let failed = |source| WriteError::Io { path: path.to_owned(), source };
    let folder = folder_of(path)?;
    // Without the name of `path`, which may be as long as a name can be.
    let temporary = folder.join(format!(".{owner}.tmp"));

    let named = if existing == Existing::Keep && is_taken(path).map_err(failed)? {
        same_or_exists(path, octets)
    } else {
        write_over(&temporary, octets).map_err(failed).and_then(|()| name_file(&temporary, path, octets, existing))
    };
    // Gone already after a rename; left behind by a link, by a failure, or by the run that died here.
    let _ = fs::remove_file(&temporary);
    named?;
    platform::sync_folder(folder).map_err(failed)
}

/// Whether [`write_owned`] could write to `path` now: the name is one that the file system takes, it is free or may be replaced, and
/// its folder is there and takes new files. Leaves nothing behind; a run that dies here leaves an empty file, which the next one in
/// that folder removes.
///
/// # Errors
///
/// [`WriteError`], as the writing itself would give it.
pub(crate) fn try_place(path: &Path, existing: Existing) -> Result<(), WriteError> {
    let failed = |source| WriteError::Io { path: path.to_owned(), source };
    let trial = folder_of(path)?.join(TRIAL);
    // A folder is not replaced by a file.
    if is_taken(path).map_err(failed)? && (existing == Existing::Keep || path.is_dir()) {
        return Err(WriteError::Exists { path: path.to_owned() });
    }
    let _ = fs::remove_file(&trial);
    match fs::OpenOptions::new().write(true).create_new(true).open(&trial) {
        Ok(_) => {}
        // Another one tries the same folder at this moment, so it takes new files.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error)),
    }
    let _ = fs::remove_file(&trial);
    Ok(())
}

fn folder_of(path: &Path) -> Result<&Path, WriteError> {
    path.file_name().ok_or_else(|| WriteError::NotAFileName { path: path.to_owned() })?;
    Ok(match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    })
}

/// Whether a file of this name is one that [`write_whole`] would have removed.
pub(crate) fn is_temporary(name: &str) -> bool {
    let owner = name.strip_prefix('.').and_then(|name| name.strip_suffix(".tmp"));
    owner.is_some_and(|owner| RequestId::parse(owner).is_ok())
}

/// A link that leads nowhere takes its place too: a file cannot be given its name.
fn is_taken(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// A new file: what lies in its place is removed, not followed, for it may be a link to somewhere else.
fn write_over(path: &Path, octets: &[u8]) -> io::Result<()> {
    let _ = fs::remove_file(path);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(octets)?;
    file.sync_all()
}

fn name_file(temporary: &Path, path: &Path, octets: &[u8], existing: Existing) -> Result<(), WriteError> {
    let failed = |source| WriteError::Io { path: path.to_owned(), source };
    if existing == Existing::Replace {
        return fs::rename(temporary, path).map_err(failed);
    }
    // A hard link fails when the name is taken, which a rename does not.
    match fs::hard_link(temporary, path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => same_or_exists(path, octets),
        // FAT and some network shares have no hard links. What is left there is the look that was taken above.
        Err(_) => fs::rename(temporary, path).map_err(failed),
    }
}

fn same_or_exists(path: &Path, octets: &[u8]) -> Result<(), WriteError> {
    let failed = |source| WriteError::Io { path: path.to_owned(), source };
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(WriteError::Exists { path: path.to_owned() });
        }
        Err(error) => return Err(failed(error)),
    };
    let same = metadata.is_file()
        && usize::try_from(metadata.len()) == Ok(octets.len())
        && fs::read(path).map_err(failed)? == octets;
    if same { Ok(()) } else { Err(WriteError::Exists { path: path.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_in(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_written_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.pdf");
        write_whole(&path, b"signed", Existing::Keep).expect("the place is free");
        assert_eq!(fs::read(&path).expect("there"), b"signed");
        assert_eq!(names_in(folder.path()), ["a.pdf"]);
    }

    #[test]
    fn an_existing_file_is_kept_unless_the_caller_says_replace() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.pdf");
        fs::write(&path, b"old").expect("written");
        assert!(matches!(write_whole(&path, b"new", Existing::Keep), Err(WriteError::Exists { path: p }) if p == path));
        assert_eq!(fs::read(&path).expect("there"), b"old");
        write_whole(&path, b"new", Existing::Replace).expect("replaced");
        assert_eq!(fs::read(&path).expect("there"), b"new");
        assert_eq!(names_in(folder.path()), ["a.pdf"]);
    }

    #[test]
    fn writing_the_same_bytes_again_succeeds_without_replace() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.pdf");
        fs::write(&path, b"signed").expect("written");
        write_whole(&path, b"signed", Existing::Keep).expect("the same bytes");
    }

    #[test]
    fn a_folder_in_the_place_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(matches!(write_whole(folder.path(), b"x", Existing::Keep), Err(WriteError::Exists { .. })));
        assert!(matches!(write_whole(folder.path(), b"x", Existing::Replace), Err(WriteError::Io { .. })));
        assert!(matches!(write_whole(Path::new("/"), b"x", Existing::Keep), Err(WriteError::NotAFileName { .. })));
    }

    #[test]
    fn what_a_crash_left_beside_the_place_is_used_again_and_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.pdf");
        let owner = RequestId::from_random([1; 16]);
        let half = folder.path().join(format!(".{owner}.tmp"));
        fs::write(&half, b"half of another content that is longer").expect("written");
        write_owned(&path, b"signed", Existing::Keep, owner).expect("the place is free");
        assert_eq!(fs::read(&path).expect("there"), b"signed");
        assert_eq!(names_in(folder.path()), ["a.pdf"]);
        // Died between the link and the removal.
        fs::write(&half, b"signed").expect("written");
        write_owned(&path, b"signed", Existing::Keep, owner).expect("the same bytes");
        assert_eq!(names_in(folder.path()), ["a.pdf"]);
    }

    #[test]
    fn a_name_as_long_as_a_name_can_be_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("n".repeat(255));
        write_whole(&path, b"signed", Existing::Keep).expect("a name of 255 octets");
        assert_eq!(names_in(folder.path()), ["n".repeat(255)]);
    }

    #[test]
    fn a_place_is_tried_without_a_trace_and_refused_as_the_writing_would_be() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        // What a run that died left.
        fs::write(at(TRIAL), []).expect("written");
        try_place(&at("free.pdf"), Existing::Keep).expect("free");
        assert_eq!(names_in(folder.path()), Vec::<String>::new());
        let absent = try_place(&at("absent/a.pdf"), Existing::Keep);
        assert!(matches!(absent, Err(WriteError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound));
        let long = try_place(&at(&"n".repeat(256)), Existing::Keep);
        assert!(matches!(long, Err(WriteError::Io { source, .. }) if source.kind() == io::ErrorKind::InvalidFilename));
        fs::create_dir(at("sub")).expect("made");
        for existing in [Existing::Keep, Existing::Replace] {
            assert!(matches!(try_place(&at("sub"), existing), Err(WriteError::Exists { .. })));
        }
        fs::write(at("old.pdf"), b"old").expect("written");
        assert!(matches!(try_place(&at("old.pdf"), Existing::Keep), Err(WriteError::Exists { .. })));
        try_place(&at("old.pdf"), Existing::Replace).expect("it may be replaced");
        assert_eq!(names_in(folder.path()), ["old.pdf", "sub"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_takes_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.pdf");
        std::os::unix::fs::symlink("nowhere", &path).expect("linked");
        assert!(matches!(try_place(&path, Existing::Keep), Err(WriteError::Exists { .. })));
        assert!(matches!(write_whole(&path, b"signed", Existing::Keep), Err(WriteError::Exists { .. })));
        write_whole(&path, b"signed", Existing::Replace).expect("the link is replaced, not followed");
        assert_eq!(names_in(folder.path()), ["a.pdf"]);
    }
}
