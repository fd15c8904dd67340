//! [`SealKey`] and [`StatusKey`]: the keys of the statements that stand beside the signature. Neither is the signing person's key, and
//! neither can do his key's work: they sign a COSE Sig_structure of their own purpose that names them, and nothing else.
//!
//! Both are kept as the signing key is: encrypted PKCS#8, loaded only from a file that is kept as a secret. They differ in the nonce.
//!
//! **The seal key's nonce is RFC 6979's, without entropy.** The same octets get the same signature, for ever. A seal is made when a
//! number is reserved, and the register keeps its hash alone; when the office asks again after a broken connection it must get the
//! seal that is perhaps printed already, octet for octet, and only a deterministic signature gives it. What added entropy guards
//! against is met otherwise: the nonce needs no generator at all, and a value that a fault corrupted (two values under one nonce
//! give a key away) is verified, found wrong and dropped before anybody sees it.
//!
//! **The status key's nonce is hedged**, as the signing key's is: nobody needs a token twice with the same signature.

use core::fmt;
use std::path::Path;

use getrandom::SysRng;

use crate::{
    KeyError, KeyId, Passphrase, SoftKey,
    to_be_signed::{StatementPurpose, ToBeSigned},
};

/// The key that seals what is printed. It signs seals and nothing else, always with the same result.
pub struct SealKey(SoftKey);

impl SealKey {
    /// Loads a key file as [`SoftKey::load`] does: the same checks of file, envelope, passphrase and key.
    ///
    /// # Errors
    /// [`KeyError`], the first of these that fails.
    pub fn open(path: &Path, passphrase: &Passphrase) -> Result<Self, KeyError> {
        SoftKey::load(path, passphrase).map(Self)
    }

    /// Signs a seal's Sig_structure: r || s, low-s, verified. The same octets give the same signature.
    ///
    /// # Errors
    /// [`KeyError::NotToBeSigned`] when the octets are anything but a seal that names this key;
    /// [`KeyError::SignatureDoesNotVerify`].
    pub fn sign(&self, to_be_signed: &[u8]) -> Result<[u8; 64], KeyError> {
        let statement = ToBeSigned::of(to_be_signed, StatementPurpose::Seal, self.0.public_key())?;
        Ok(self.0.sign_deterministically(&statement.dtbsr())?.to_r_s())
    }

    /// DER of the SubjectPublicKeyInfo (RFC 5480, named curve).
    pub fn spki_der(&self) -> &[u8] {
        self.0.public_key().spki_der()
    }

    /// Which key this is.
    pub fn key_id(&self) -> &KeyId {
        self.0.public_key().key_id()
    }
}

/// The key that says which documents still hold. It signs status tokens and nothing else.
pub struct StatusKey(SoftKey);

impl StatusKey {
    /// Loads a key file as [`SoftKey::load`] does: the same checks of file, envelope, passphrase and key.
    ///
    /// # Errors
    /// [`KeyError`], the first of these that fails.
    pub fn open(path: &Path, passphrase: &Passphrase) -> Result<Self, KeyError> {
        SoftKey::load(path, passphrase).map(Self)
    }

    /// Signs a status token's Sig_structure with the system's entropy: r || s, low-s, verified; another one each time.
    ///
    /// # Errors
    /// [`KeyError::NotToBeSigned`] when the octets are anything but a token that names this key; [`KeyError::Randomness`];
    /// [`KeyError::SignatureDoesNotVerify`].
    pub fn sign(&self, to_be_signed: &[u8]) -> Result<[u8; 64], KeyError> {
        let statement = ToBeSigned::of(to_be_signed, StatementPurpose::Status, self.0.public_key())?;
        Ok(self.0.sign_with(&statement.dtbsr(), &mut SysRng)?.to_r_s())
    }

    /// DER of the SubjectPublicKeyInfo (RFC 5480, named curve).
    pub fn spki_der(&self) -> &[u8] {
        self.0.public_key().spki_der()
    }

    /// Which key this is.
    pub fn key_id(&self) -> &KeyId {
        self.0.public_key().key_id()
    }
}

/// Signs a trust list with the root's key: a hedged nonce, low-s, verified. What the root's key signs otherwise is DER.
///
/// # Errors
/// [`KeyError::NotToBeSigned`] when the octets are anything but a trust list that names this key; [`KeyError::Randomness`];
/// [`KeyError::SignatureDoesNotVerify`].
pub(crate) fn sign_trust_list(root: &SoftKey, to_be_signed: &[u8]) -> Result<[u8; 64], KeyError> {
    let statement = ToBeSigned::of(to_be_signed, StatementPurpose::TrustList, root.public_key())?;
    Ok(root.sign_with(&statement.dtbsr(), &mut SysRng)?.to_r_s())
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKey({})", self.key_id())
    }
}

impl fmt::Debug for StatusKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatusKey({})", self.key_id())
    }
}
