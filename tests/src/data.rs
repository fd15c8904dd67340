//! Where files lie: the workspace, the public test data beside it, and scratch folders that vanish.

use std::{
    env,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

/// The root of the workspace.
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a member of the workspace")
}

/// The folder of public test data: `TEKEN_SHARED`, else `../shared` beside the workspace; `None` where there is none.
///
/// Its files have licences of their own and are never copied into the repository.
#[must_use]
pub fn shared() -> Option<PathBuf> {
    let folder = env::var_os("TEKEN_SHARED").map_or_else(|| workspace().join("../shared"), PathBuf::from);
    folder.join("corpus").is_dir().then_some(folder)
}

/// A new folder that is removed when the value is dropped.
///
/// # Panics
///
/// When the system's folder for temporary files cannot be written.
#[must_use]
pub fn scratch() -> TempDir {
    tempfile::Builder::new().prefix("teken-").tempdir().expect("the folder for temporary files can be written")
}
