//! From the configuration to the keys that can sign: the [`Credential`], and the keys of seals and status lists.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use keys::secret_file::{self, Kept};
use keys::{Credential, KeyError, Passphrase, PassphraseSource, SealKey, SoftKey, StatusKey};
use thiserror::Error;

use super::{CredentialFiles, PassphraseFrom, Settings};

/// The keys of a service. All are kept in the same way; one passphrase opens them.
#[derive(Debug)]
pub struct ServiceKeys {
    /// The signing key and its chain.
    pub credential: Credential,
    /// The key of the seals, where `[seal]` names one.
    pub seal: Option<SealKey>,
    /// The key of the status lists, where `[status]` names one.
    pub status: Option<StatusKey>,
}

impl From<Credential> for ServiceKeys {
    /// The keys of a service that makes no seals and publishes no statuses.
    fn from(credential: Credential) -> Self {
        Self { credential, seal: None, status: None }
    }
}

impl Settings {
    /// Opens every key that the configuration names; the passphrase is asked for once.
    ///
    /// # Errors
    ///
    /// [`CredentialError`], which names the file.
    pub fn load_keys(&self) -> Result<ServiceKeys, CredentialError> {
        let chain = self.credential.chain()?;
        let passphrase = self.credential.passphrase()?;
        let credential = self.credential.open(&passphrase, chain)?;
        let refused = |path: &PathBuf| {
            let path = path.clone();
            move |source| CredentialError::Key { path, source }
        };
        let seal = self
            .seal
            .as_ref()
            .map(|seal| SealKey::open(&seal.key, &passphrase).map_err(refused(&seal.key)))
            .transpose()?;
        let status = self
            .status
            .as_ref()
            .map(|status| StatusKey::open(&status.key, &passphrase).map_err(refused(&status.key)))
            .transpose()?;
        // Three files may still hold one key.
        let ids =
            [Some(credential.key_id()), seal.as_ref().map(SealKey::key_id), status.as_ref().map(StatusKey::key_id)];
        let [signing, of_seals, of_statuses] = ids;
        if of_seals == signing || of_statuses == signing || (of_seals.is_some() && of_seals == of_statuses) {
            return Err(CredentialError::SharedKey);
        }
        Ok(ServiceKeys { credential, seal, status })
    }

    /// Checks what can be checked without the passphrase: the chain, and how the files of all keys are kept.
    ///
    /// # Errors
    ///
    /// [`CredentialError`], which names the file.
    pub fn check_key_files(&self) -> Result<(), CredentialError> {
        self.credential.check_files()?;
        let seal = self.seal.as_ref().map(|seal| &seal.key);
        let status = self.status.as_ref().map(|status| &status.key);
        seal.into_iter().chain(status).try_for_each(|path| {
            secret_file::read(path, Kept::AsKey)
                .map(drop)
                .map_err(|source| CredentialError::Key { path: path.clone(), source })
        })
    }
}

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
    /// A key's file, or the passphrase for it.
    #[error("the key {} cannot be opened: {source}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: KeyError,
    },
    /// Two of the files hold one key: who steals one purpose must not have the other.
    #[error("the signing key, the seal key and the status key must be three keys")]
    SharedKey,
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
        let passphrase = self.passphrase()?;
        self.open(&passphrase, chain)
    }

    fn passphrase(&self) -> Result<Passphrase, CredentialError> {
        PassphraseSource::from(&self.passphrase).read().map_err(|source| CredentialError::Passphrase { source })
    }

    fn open(&self, passphrase: &Passphrase, chain: Vec<Vec<u8>>) -> Result<Credential, CredentialError> {
        let key = SoftKey::load(&self.key, passphrase)
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
