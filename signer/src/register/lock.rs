//! One server a register: an exclusive lock on a file beside it.
//!
//! The lock is the operating system's (`flock`), so it ends with the process however that ends, and a stale lock file
//! stops nobody. It does not hold between machines that share a network file system: a register lies on a local disk.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::OpenError;

/// The lock of a register.
pub(super) fn path_of(register: &Path) -> PathBuf {
    register.with_extension("lock")
}

/// Held for as long as the register is open.
#[derive(Debug)]
pub(super) struct RegisterLock(#[expect(dead_code, reason = "the lock lives as long as the open file")] File);

impl RegisterLock {
    /// Takes the lock on `<register>.lock`.
    pub(super) fn take(register: &Path) -> Result<Self, OpenError> {
        let path = path_of(register);
        let failed = |kind: io::ErrorKind| OpenError::Lock { path: path.clone(), kind };
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| failed(error.kind()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path }),
            Err(TryLockError::Error(error)) => Err(failed(error.kind())),
        }
    }
}
