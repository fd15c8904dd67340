//! The list and its signature.

use crate::{
    KeyHint,
    cose::{Sign1, UnsignedSign1},
};

use super::{EXTERNAL_AAD, TRUST_LIST_LIMIT, TrustList, TrustListError};

/// A trust list that lacks its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsignedTrustList(UnsignedSign1);

impl UnsignedTrustList {
    /// Writes a list, to be signed by the root's key, which has this hint.
    ///
    /// # Errors
    ///
    /// What [`TrustListError`] says about a number, time, prefix or key.
    pub fn new(list: &TrustList, root: KeyHint) -> Result<Self, TrustListError> {
        list.check()?;
        Ok(Self(UnsignedSign1::new(root, None, list.to_cbor())))
    }

    /// The octets that the root's key signs with ECDSA on P-256 over their SHA-256.
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        self.0.to_be_signed(EXTERNAL_AAD)
    }

    /// Adds the signature, `r || s` of 32 octets each. What is given was read back as every reader reads it.
    ///
    /// # Errors
    ///
    /// [`TrustListError::Cose`] when the signature is out of range or has the upper `s`.
    pub fn sign_with(&self, signature: [u8; 64]) -> Result<SignedTrustList, TrustListError> {
        SignedTrustList::from_cose(&self.0.sign_with(&signature)?)
    }
}

/// A trust list in its one form. Its signature has not been verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedTrustList {
    list: TrustList,
    key_hint: KeyHint,
    to_be_signed: Vec<u8>,
    signature: [u8; 64],
    cose: Vec<u8>,
}

impl SignedTrustList {
    /// Reads a list.
    ///
    /// # Errors
    ///
    /// Every [`TrustListError`].
    pub fn from_cose(octets: &[u8]) -> Result<Self, TrustListError> {
        if octets.len() > TRUST_LIST_LIMIT {
            return Err(TrustListError::TooLong { length: octets.len() });
        }
        let statement = Sign1::read(octets, None, TRUST_LIST_LIMIT)?;
        Ok(Self {
            list: TrustList::from_cbor(statement.payload)?,
            key_hint: statement.key,
            to_be_signed: statement.to_be_signed(EXTERNAL_AAD),
            signature: statement.signature,
            cose: octets.to_vec(),
        })
    }

    /// What it states; it counts once the signature was verified with the key of a trusted root.
    #[must_use]
    pub const fn list(&self) -> &TrustList {
        &self.list
    }

    /// Which root's key signed it, as far as four octets say.
    #[must_use]
    pub const fn key_hint(&self) -> KeyHint {
        self.key_hint
    }

    /// The octets that were signed.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// `r || s`, 32 octets each.
    #[must_use]
    pub const fn signature(&self) -> &[u8; 64] {
        &self.signature
    }

    /// The whole file.
    #[must_use]
    pub fn as_cose(&self) -> &[u8] {
        &self.cose
    }
}
