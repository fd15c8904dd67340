//! The options that say where a passphrase comes from.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use keys::{KeyError, Passphrase, PassphraseSource};

/// Where the passphrase comes from. Without one of these it is asked for at the terminal.
#[derive(Debug, Args)]
pub(super) struct PassphraseOptions {
    /// Read the passphrase from the open file descriptor N (one line)
    #[arg(long, value_name = "N", conflicts_with = "passphrase_file")]
    passphrase_fd: Option<u32>,
    /// Read the passphrase from a file of one line, mode 0400 or 0600 (a systemd credential, for example)
    #[arg(long, value_name = "PATH")]
    passphrase_file: Option<PathBuf>,
}

impl PassphraseOptions {
    fn source(&self) -> PassphraseSource {
        source(self.passphrase_fd, self.passphrase_file.as_ref()).unwrap_or(PassphraseSource::Prompt)
    }

    /// The passphrase of a key that exists; `of` says which, to the person who is asked and in an error.
    pub(super) fn read(&self, of: &str) -> Result<Passphrase> {
        asked(&self.source(), of, PassphraseSource::read)
    }

    /// The passphrase of a key that is made now.
    pub(super) fn read_new(&self, of: &str) -> Result<Passphrase> {
        asked(&self.source(), of, PassphraseSource::read_new)
    }
}

/// Where the passphrase of the CAs' keys comes from, when it is not the one that the command asks for anyway.
#[derive(Debug, Args)]
pub(super) struct CaPassphraseOptions {
    /// Read the passphrase of the CAs' keys from the open file descriptor N (the same as the signing key's if not given)
    #[arg(long, value_name = "N", conflicts_with = "ca_passphrase_file")]
    ca_passphrase_fd: Option<u32>,
    /// Read the passphrase of the CAs' keys from a file of one line
    #[arg(long, value_name = "PATH")]
    ca_passphrase_file: Option<PathBuf>,
}

impl CaPassphraseOptions {
    /// The passphrase of the CAs' keys, when they have one of their own.
    pub(super) fn read(&self) -> Result<Option<Passphrase>> {
        self.read_as(PassphraseSource::read)
    }

    /// The same for keys that are made now.
    pub(super) fn read_new(&self) -> Result<Option<Passphrase>> {
        self.read_as(PassphraseSource::read_new)
    }

    fn read_as(&self, read: fn(&PassphraseSource) -> Result<Passphrase, KeyError>) -> Result<Option<Passphrase>> {
        source(self.ca_passphrase_fd, self.ca_passphrase_file.as_ref())
            .map(|source| asked(&source, "the CAs' keys", read))
            .transpose()
    }
}

/// Reads a passphrase, and tells a person at the terminal which one.
pub(super) fn asked(
    source: &PassphraseSource,
    of: &str,
    read: fn(&PassphraseSource) -> Result<Passphrase, KeyError>,
) -> Result<Passphrase> {
    if *source == PassphraseSource::Prompt {
        eprintln!("passphrase of {of}");
    }
    read(source).with_context(|| format!("passphrase of {of}"))
}

/// What two such options say; nothing when neither is given.
pub(super) fn source(descriptor: Option<u32>, file: Option<&PathBuf>) -> Option<PassphraseSource> {
    match (descriptor, file) {
        // A descriptor above i32::MAX does not exist; reading it says so.
        (Some(number), _) => Some(PassphraseSource::Fd(i32::try_from(number).unwrap_or(i32::MAX))),
        (None, Some(path)) => Some(PassphraseSource::File(path.clone())),
        (None, None) => None,
    }
}
