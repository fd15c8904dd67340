//! The only module with code for one operating system: who may read a file, and how a folder's entries become durable.
//!
//! On Unix a private file has mode 0600, a private folder 0700, and a folder is flushed by `fsync`. On Windows files inherit the
//! rights of the folder that the operator chose, and NTFS keeps its folders in a journal of its own.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use thiserror::Error;

/// Why a key file must not be used.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others than its owner may read or write it.
    #[error("the key file {} has mode {mode:04o}; only its owner may have rights to it", path.display())]
    NotPrivate {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
}

#[cfg(unix)]
mod system {
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};

    use super::{Path, fs, io};

    pub(super) fn create_private_folder(path: &Path) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    pub(super) fn private_file_options(options: &mut fs::OpenOptions) {
        options.mode(0o600);
    }

    pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
        fs::File::open(path)?.sync_all()
    }

    pub(super) fn limit_process(memory_bytes: u64, seconds: u64) -> io::Result<()> {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        for (resource, most) in [(Resource::As, memory_bytes), (Resource::Cpu, seconds), (Resource::Core, 0)] {
            // Whoever started us may have set less.
            let most = getrlimit(resource).maximum.map_or(most, |before| before.min(most));
            setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
        }
        Ok(())
    }

    pub(super) fn mode_open_to_others(metadata: &fs::Metadata) -> Option<u32> {
        let mode = metadata.permissions().mode() & 0o7777;
        (mode & 0o077 != 0).then_some(mode)
    }
}

#[cfg(not(unix))]
mod system {
    use super::{Path, fs, io};

    pub(super) fn create_private_folder(path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    pub(super) fn private_file_options(_options: &mut fs::OpenOptions) {}

    pub(super) fn limit_process(_: u64, _: u64) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn sync_folder(_path: &Path) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn mode_open_to_others(_metadata: &fs::Metadata) -> Option<u32> {
        None
    }
}

/// Makes a folder, and those above it, that only this user may enter. An existing one stays as it is.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    system::create_private_folder(path)
}

/// [`create_private_folder`] for folders that must survive a power loss with what will be in them.
pub(crate) fn create_private_folder_durably(path: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = path.ancestors().take_while(|folder| !folder.exists()).collect();
    create_private_folder(path)?;
    for folder in missing {
        match folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => sync_folder(parent)?,
            Some(_) => sync_folder(Path::new("."))?,
            // The working directory, which a path without a parent is relative to, is there.
            None => {}
        }
    }
    Ok(())
}

/// Options for a new file that only this user may read.
pub(crate) fn private_file_options() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    system::private_file_options(&mut options);
    options
}

/// Limits what this process may take from now on: memory in octets, processor time in seconds, and no core dump. Only Unix has it.
pub(crate) fn limit_process(memory_bytes: u64, seconds: u64) -> io::Result<()> {
    system::limit_process(memory_bytes, seconds)
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    system::sync_folder(path)
}

/// Reads a private key file, refusing one that others than its owner may touch.
///
/// # Errors
///
/// [`KeyFileError`].
pub(crate) fn read_key_file(path: &Path) -> Result<Vec<u8>, KeyFileError> {
    let unreadable = |source| KeyFileError::Unreadable { path: path.to_owned(), source };
    let mut file = fs::File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if let Some(mode) = system::mode_open_to_others(&metadata) {
        return Err(KeyFileError::NotPrivate { path: path.to_owned(), mode });
    }
    let mut octets = Vec::new();
    io::Read::read_to_end(&mut file, &mut octets).map_err(unreadable)?;
    Ok(octets)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_file_that_others_may_read_is_refused_with_its_mode() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("office.key");
        fs::write(&path, b"key").expect("written");
        for (mode, refused) in [(0o400, false), (0o600, false), (0o640, true), (0o604, true), (0o620, true)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("changed");
            match read_key_file(&path) {
                Ok(octets) => assert!(!refused && octets == b"key", "{mode:o}"),
                Err(KeyFileError::NotPrivate { mode: found, .. }) => assert!(refused && found == mode, "{mode:o}"),
                Err(error) => panic!("{mode:o}: {error}"),
            }
        }
    }

    #[test]
    fn private_files_and_folders_are_closed_to_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("state/journal");
        create_private_folder(&inner).expect("made");
        private_file_options().open(inner.join("file")).expect("made");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&inner), 0o700);
        assert_eq!(mode(&inner.join("file")), 0o600);
    }
}
