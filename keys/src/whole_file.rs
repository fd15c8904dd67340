//! Files that are there whole or not at all, with their final mode from the first octet on.
//!
//! A key that was readable by others for a moment was readable by others. A file is therefore created with its mode, written and
//! flushed under another name, and only then gets its own; a crash leaves the old state and perhaps a file that begins with a dot.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::Write,
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

use rustix::{
    fd::OwnedFd,
    fs::{AtFlags, CWD, Mode, OFlags, fchmod, fsync, linkat, openat, renameat, unlinkat},
};

use crate::{
    FileFault, KeyError,
    secret_file::{fault_of, split},
};

/// Who may read a file. Nobody may write to it: it is replaced, or not changed at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// A secret: mode 0400.
    Owner,
    /// A certificate or CRL: mode 0444.
    Everybody,
}

impl Readers {
    pub(crate) fn mode(self) -> u32 {
        match self {
            Self::Owner => 0o400,
            Self::Everybody => 0o444,
        }
    }
}

/// Writes a new file; never over another.
///
/// # Errors
/// [`KeyError::File`], with [`FileFault::Exists`] when the name is taken.
pub fn create(path: &Path, octets: &[u8], readers: Readers) -> Result<(), KeyError> {
    about(path, || {
        let (directory, temporary, name) = write_beside(path, octets, readers.mode())?;
        // A link, not a rename: it fails when the name is taken.
        let named = linkat(&directory, &temporary, &directory, name, AtFlags::empty()).map_err(fault_of);
        unlinkat(&directory, &temporary, AtFlags::empty()).map_err(fault_of)?;
        named?;
        fsync(&directory).map_err(fault_of)
    })
}

/// Writes a file over the one that has the name now, if any.
///
/// # Errors
/// [`KeyError::File`]; the old file is then still there.
pub fn replace(path: &Path, octets: &[u8], readers: Readers) -> Result<(), KeyError> {
    about(path, || {
        let (directory, temporary, name) = write_beside(path, octets, readers.mode())?;
        if let Err(errno) = renameat(&directory, &temporary, &directory, name) {
            unlinkat(&directory, &temporary, AtFlags::empty()).map_err(fault_of)?;
            return Err(fault_of(errno));
        }
        fsync(&directory).map_err(fault_of)
    })
}

/// Says early that a name is taken, before a person is asked for a passphrase. [`create`] still decides.
///
/// # Errors
/// [`KeyError::File`] with [`FileFault::Exists`].
pub fn refuse_existing(path: &Path) -> Result<(), KeyError> {
    match path.symlink_metadata() {
        Ok(_) => about(path, || Err(FileFault::Exists)),
        // Whatever else is wrong is told by `create`.
        Err(_) => Ok(()),
    }
}

fn about(path: &Path, act: impl FnOnce() -> Result<(), FileFault>) -> Result<(), KeyError> {
    act().map_err(|fault| KeyError::File { path: path.to_owned(), fault })
}

/// Writes and flushes a file of another name in the same directory.
fn write_beside<'a>(path: &'a Path, octets: &[u8], mode: u32) -> Result<(OwnedFd, OsString, &'a OsStr), FileFault> {
    static WRITTEN: AtomicU32 = AtomicU32::new(0);
    let (directory, name) = split(path)?;
    let directory = openat(CWD, &directory, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .map_err(fault_of)?;
    // A process that was killed may have had our number, which is nearly certain where each is the first of its
    // container: what it left must not stand in the way for ever.
    let (temporary, file) = loop {
        let mut temporary = OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}-{}.new", std::process::id(), WRITTEN.fetch_add(1, Ordering::Relaxed)));
        match open_new(&directory, &temporary, mode) {
            Err(FileFault::Exists) => {}
            opened => break (temporary, opened?),
        }
    };
    if let Err(fault) = write_flushed(file, octets, mode) {
        unlinkat(&directory, &temporary, AtFlags::empty()).map_err(fault_of)?;
        return Err(fault);
    }
    Ok((directory, temporary, name))
}

fn open_new(directory: &OwnedFd, name: &OsStr, mode: u32) -> Result<File, FileFault> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(directory, name, flags, Mode::from_raw_mode(mode)).map_err(fault_of).map(File::from)
}

fn write_flushed(mut file: File, octets: &[u8], mode: u32) -> Result<(), FileFault> {
    // The umask may have taken bits away from a certificate that others are to read.
    fchmod(&file, Mode::from_raw_mode(mode)).map_err(fault_of)?;
    file.write_all(octets).and_then(|()| file.sync_all()).map_err(|error| FileFault::Io(error.kind()))
}

#[cfg(test)]
mod tests {
    use super::{Readers, replace};

    #[test]
    fn what_a_killed_process_of_the_same_number_left_is_not_in_the_way() {
        let dir = tempfile::tempdir().expect("a folder");
        // Far more than the other tests of this process write meanwhile.
        for number in 0..1_000 {
            let left = format!(".index.json.{}-{number}.new", std::process::id());
            std::fs::write(dir.path().join(left), "").expect("a file");
        }
        let path = dir.path().join("index.json");
        assert_eq!(replace(&path, b"new", Readers::Owner), Ok(()));
        assert_eq!(std::fs::read(path).expect("the file"), b"new");
    }
}
