//! The files to verify: named, found in directories, or standard input.

use std::ffi::OsStr;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use evidence::seal::IdentityNumber;
use verifier::{FileOctets, Report, SealedFileReport, ValidationTime, Validator};

use crate::arguments::Usage;

/// The command line's limit on a file (the design's table): 1 GiB.
const LIMIT: u64 = 1 << 30;

/// One file to verify.
#[derive(Debug)]
pub(crate) enum File {
    Standard,
    Path(PathBuf),
}

impl File {
    /// The file of this path; `-` is standard input.
    pub(crate) fn named(path: &Path) -> Self {
        if path.as_os_str() == "-" { Self::Standard } else { Self::Path(path.to_owned()) }
    }

    /// Its name in the report.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Standard => "-".into(),
            Self::Path(path) => path.display().to_string(),
        }
    }

    /// Reads and verifies it.
    pub(crate) fn verify(&self, validator: &Validator, time: ValidationTime) -> Report {
        match self.read() {
            Ok(file) => validator.verify_file(&file, time),
            Err(NotRead::TooLarge { length, limit }) => Report::too_large(length, limit, time),
            Err(NotRead::Fault(error)) => Report::not_read(error.kind(), time),
        }
    }

    /// Reads it, and verifies the seals in it.
    pub(crate) fn verify_seals(
        &self,
        number: Option<&IdentityNumber>,
        validator: &Validator,
        time: ValidationTime,
    ) -> SealedFileReport {
        match self.read() {
            Ok(file) => validator.verify_sealed_file(file.octets(), number, time),
            Err(NotRead::TooLarge { length, limit }) => SealedFileReport::too_large(length, limit, time),
            Err(NotRead::Fault(error)) => SealedFileReport::not_read(error.kind(), time),
        }
    }

    fn read(&self) -> Result<FileOctets, NotRead> {
        let file = match self {
            Self::Standard => FileOctets::read(io::stdin().lock().take(LIMIT + 1), 0)?,
            Self::Path(path) => {
                let file = std::fs::File::open(path)?;
                let length = file.metadata()?.len();
                if length > LIMIT {
                    return Err(NotRead::too_large(length));
                }
                FileOctets::read(file.take(LIMIT + 1), usize::try_from(length).unwrap_or(0))?
            }
        };
        let length = u64::try_from(file.octets().len()).unwrap_or(u64::MAX);
        if length > LIMIT { Err(NotRead::too_large(length)) } else { Ok(file) }
    }
}

/// Why there are no octets.
#[derive(Debug)]
enum NotRead {
    /// Octets, as many as are known.
    TooLarge {
        length: usize,
        limit: usize,
    },
    Fault(io::Error),
}

impl NotRead {
    fn too_large(length: u64) -> Self {
        let narrow = |octets: u64| usize::try_from(octets).unwrap_or(usize::MAX);
        Self::TooLarge { length: narrow(length), limit: narrow(LIMIT) }
    }
}

impl From<io::Error> for NotRead {
    fn from(fault: io::Error) -> Self {
        Self::Fault(fault)
    }
}

/// The files that the arguments name, directories walked, in a stable order.
///
/// Directories without a PDF file are given too: they have proved nothing.
pub(crate) fn collect(paths: &[PathBuf]) -> Result<(Vec<File>, Vec<PathBuf>), Usage> {
    let (mut files, mut empty) = (Vec::new(), Vec::new());
    for path in paths {
        if path.as_os_str() != "-" && path.is_dir() {
            let found = files_in(path, &["pdf"]).map_err(|error| Usage::NotRead { path: path.clone(), error })?;
            if found.is_empty() {
                empty.push(path.clone());
            }
            files.extend(found.into_iter().map(File::Path));
        } else {
            files.push(File::named(path));
        }
    }
    Ok((files, empty))
}

/// The files below a directory with one of these endings, sorted by path. Symbolic links to directories are not
/// followed: they can lead in a circle.
pub(crate) fn files_in(directory: &Path, endings: &[&str]) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory)? {
            let entry = entry?;
            let path = entry.path();
            let kind = entry.file_type()?;
            let has_ending = path
                .extension()
                .and_then(OsStr::to_str)
                .is_some_and(|ending| endings.iter().any(|wanted| ending.eq_ignore_ascii_case(wanted)));
            if kind.is_dir() {
                open.push(path);
            } else if has_ending && path.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
