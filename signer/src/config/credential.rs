//! From the configuration's `[credential]` to a [`Credential`] that can sign.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use keys::secret_file::{self, Kept};
use keys::{Credential, KeyError, PassphraseSource, SoftKey};
use thiserror::Error;

use super::{CredentialFiles, PassphraseFrom};

/// Why the signing key and its chain cannot be used.
#[derive(Debug, Error)]
pub enum CredentialError {
    /// The chain's file cannot be read.
    #[error("cannot read the certificate chain {}: {source}", path.display())]
    ChainUnreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The chain's file holds no chain.
    #[error("the certificate chain {} is refused: {source}", path.display())]
    Chain {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: KeyError,
    },
    /// No passphrase was to be had.
    #[error("no passphrase for the signing key: {source}")]
    Passphrase {
        /// The reason.
        source: KeyError,
    },
    /// The key's file, or the passphrase for it.
    #[error("the signing key {} cannot be opened: {source}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: KeyError,
    },
    /// Key and chain are each in order and do not belong together, or the certificate is not for signing.
    #[error("the signing key {} and the chain {} cannot be used together: {source}", key.display(), chain.display())]
    Pair {
        /// The key's file.
        key: PathBuf,
        /// The chain's file.
        chain: PathBuf,
        /// The reason.
        source: KeyError,
    },
}

impl CredentialFiles {
    /// Opens the signing key with the passphrase and joins it with its chain.
    ///
    /// # Errors
    ///
    /// [`CredentialError`], which names the file.
    pub fn load(&self) -> Result<Credential, CredentialError> {
        // The chain first: nobody should type a passphrase to learn that a certificate is missing.
        let chain = self.chain()?;
        let passphrase =
            PassphraseSource::from(&self.passphrase).read().map_err(|source| CredentialError::Passphrase { source })?;
        let key = SoftKey::load(&self.key, &passphrase)
            .map_err(|source| CredentialError::Key { path: self.key.clone(), source })?;
        Credential::new(Arc::new(key), chain).map_err(|source| CredentialError::Pair {
            key: self.key.clone(),
            chain: self.chain.clone(),
            source,
        })
    }

    /// Checks what can be checked without the passphrase: the chain, and how the key's file is kept.
    ///
    /// # Errors
    ///
    /// [`CredentialError`], which names the file.
    pub fn check_files(&self) -> Result<(), CredentialError> {
        self.chain()?;
        secret_file::read(&self.key, Kept::AsKey)
            .map(drop)
            .map_err(|source| CredentialError::Key { path: self.key.clone(), source })
    }

    fn chain(&self) -> Result<Vec<Vec<u8>>, CredentialError> {
        let path: &Path = &self.chain;
        let pem =
            fs::read(path).map_err(|source| CredentialError::ChainUnreadable { path: path.to_owned(), source })?;
        keys::chain_from_pem(&pem).map_err(|source| CredentialError::Chain { path: path.to_owned(), source })
    }
}

impl From<&PassphraseFrom> for PassphraseSource {
    fn from(from: &PassphraseFrom) -> Self {
        match from {
            PassphraseFrom::Prompt => Self::Prompt,
            PassphraseFrom::File(path) => Self::File(path.clone()),
            PassphraseFrom::Fd(descriptor) => Self::Fd(*descriptor),
        }
    }
}
