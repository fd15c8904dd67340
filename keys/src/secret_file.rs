//! Files that hold a secret are read only when they are kept as a secret is kept.
//!
//! The checks look at the *opened* file (`O_NOFOLLOW`, then `fstat` on the descriptor), relative to the opened directory, so
//! that nobody can exchange the file between the look and the reading.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{CWD, FileType, Mode, OFlags, Stat, fstat, openat},
    io::Errno,
    process::geteuid,
};
use zeroize::Zeroizing;

use crate::{FileFault, KeyError};

/// A key, passphrase or commitment key is far shorter.
const LIMIT_BYTES: u64 = 64 * 1024;
/// The permission bits of a mode.
const PERMISSION_BITS: u32 = 0o7777;
/// May group or others write?
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// How strictly a file must be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// A private key: mode 0400 or 0600, the process' own.
    AsKey,
    /// A passphrase: as a key, or given by root with mode 0440, which is how systemd shows a credential that it
    /// opens to the service's user with an access control list.
    AsCredential,
}

/// Reads a file that holds a secret.
///
/// # Errors
/// [`KeyError::File`] with the first [`FileFault`] found.
pub fn read(path: &Path, kept: Kept) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    read_checked(path, kept).map_err(|fault| KeyError::File { path: path.to_owned(), fault })
}

fn read_checked(path: &Path, kept: Kept) -> Result<Zeroizing<Vec<u8>>, FileFault> {
    let (directory, name) = split(path)?;
    let directory = openat(CWD, &directory, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .map_err(fault_of)?;
    check_directory(&fstat(&directory).map_err(fault_of)?)?;
    // NONBLOCK: opening a pipe that was put there must not wait for a writer.
    let file =
        openat(&directory, name, OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK, Mode::empty())
            .map_err(fault_of)?;
    check_file(&fstat(&file).map_err(fault_of)?, kept)?;

    let mut octets = Zeroizing::new(Vec::with_capacity(4096));
    File::from(file)
        .take(LIMIT_BYTES.saturating_add(1))
        .read_to_end(&mut octets)
        .map_err(|error| FileFault::Io(error.kind()))?;
    if octets.len() as u64 > LIMIT_BYTES {
        return Err(FileFault::TooLong { limit_bytes: LIMIT_BYTES });
    }
    Ok(octets)
}

fn check_directory(stat: &Stat) -> Result<(), FileFault> {
    let mode = stat.st_mode & PERMISSION_BITS;
    if mode & WRITABLE_BY_OTHERS != 0 {
        return Err(FileFault::DirectoryMode { mode });
    }
    let process = geteuid().as_raw();
    if stat.st_uid != process && stat.st_uid != 0 {
        return Err(FileFault::DirectoryOwner { owner: stat.st_uid, process });
    }
    Ok(())
}

fn check_file(stat: &Stat, kept: Kept) -> Result<(), FileFault> {
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(FileFault::NotARegularFile);
    }
    let mode = stat.st_mode & PERMISSION_BITS;
    let process = geteuid().as_raw();
    let given_by_root = kept == Kept::AsCredential && stat.st_uid == 0 && mode == 0o440;
    if !given_by_root {
        if stat.st_uid != process {
            return Err(FileFault::Owner { owner: stat.st_uid, process });
        }
        if mode != 0o400 && mode != 0o600 {
            return Err(FileFault::Mode { mode });
        }
    }
    if stat.st_nlink != 1 {
        return Err(FileFault::HardLinks { links: stat.st_nlink });
    }
    Ok(())
}

/// The directory that a path lies in, and its last part.
pub(crate) fn split(path: &Path) -> Result<(PathBuf, &std::ffi::OsStr), FileFault> {
    let name = path.file_name().ok_or(FileFault::NotARegularFile)?;
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    Ok((directory, name))
}

pub(crate) fn fault_of(errno: Errno) -> FileFault {
    match errno {
        Errno::NOENT => FileFault::NotFound,
        Errno::LOOP => FileFault::SymbolicLink,
        Errno::EXIST => FileFault::Exists,
        Errno::NXIO => FileFault::NotARegularFile,
        other => FileFault::Io(other.kind()),
    }
}
