//! A seal before and after its signature.

use sha2::{Digest, Sha256};

use crate::{
    SealPrefix,
    cose::{KeyHint, Sign1, UnsignedSign1},
    seal::{SealError, SealPayload, digits, payload::PAYLOAD_LIMIT},
};

/// Most octets of a seal's text.
pub const TEXT_LIMIT: usize = 1_200;

/// A seal that lacks its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsignedSeal {
    prefix: SealPrefix,
    statement: UnsignedSign1,
}

impl UnsignedSeal {
    /// Puts claims behind a prefix, to be signed by the key with this hint.
    ///
    /// # Errors
    ///
    /// Those of [`SealPayload::to_cbor`].
    pub fn new(payload: &SealPayload, key: KeyHint, prefix: &SealPrefix) -> Result<Self, SealError> {
        let statement = UnsignedSign1::new(key, None, payload.to_cbor()?);
        Ok(Self { prefix: prefix.clone(), statement })
    }

    /// The octets that the seal key signs with ECDSA on P-256 over their SHA-256.
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        self.statement.to_be_signed(self.prefix.as_str().as_bytes())
    }

    /// Adds the signature, `r || s` of 32 octets each.
    ///
    /// # Errors
    ///
    /// [`CoseError::SignatureRange`](crate::CoseError::SignatureRange), [`CoseError::HighS`](crate::CoseError::HighS); what was made is
    /// read again, so every other [`SealError`] would show an error in this crate.
    pub fn sign_with(&self, signature: [u8; 64]) -> Result<Seal, SealError> {
        Seal::from_cose(self.statement.sign_with(&signature)?, self.prefix.clone())
    }
}

/// A seal in its one form. Its signature has not been verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    prefix: SealPrefix,
    cose: Vec<u8>,
    key_hint: KeyHint,
    payload: SealPayload,
    to_be_signed: Vec<u8>,
    signature: [u8; 64],
}

impl Seal {
    /// Reads the text of a QR code.
    ///
    /// # Errors
    ///
    /// Every [`SealError`]: the text is not the one text of a seal.
    pub fn from_text(text: &str) -> Result<Self, SealError> {
        if text.len() > TEXT_LIMIT {
            return Err(SealError::TextTooLong { length: text.len(), limit: TEXT_LIMIT });
        }
        let (before, after) = text.split_once('#').ok_or(SealError::NoPrefix)?;
        let prefix = SealPrefix::parse(&format!("{before}#"))?;
        Self::from_cose(digits::from_digits(after)?, prefix)
    }

    /// Reads the signed structure that belongs behind a prefix.
    ///
    /// # Errors
    ///
    /// [`SealError::Cose`], [`SealError::PayloadTooLong`], [`SealError::Payload`].
    pub fn from_cose(cose: Vec<u8>, prefix: SealPrefix) -> Result<Self, SealError> {
        let statement = Sign1::read(&cose, None, PAYLOAD_LIMIT)?;
        let payload = SealPayload::from_cbor(statement.payload)?;
        let to_be_signed = statement.to_be_signed(prefix.as_str().as_bytes());
        let (key_hint, signature) = (statement.key, statement.signature);
        Ok(Self { prefix, cose, key_hint, payload, to_be_signed, signature })
    }

    /// The text of the QR code: the prefix, best as a segment in byte mode, and digits, best as one in numeric mode.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}{}", self.prefix, digits::to_digits(&self.cose))
    }

    /// The signed structure.
    #[must_use]
    pub fn as_cose(&self) -> &[u8] {
        &self.cose
    }

    /// SHA-256 of the signed structure: what names this seal in a signing statement.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.cose).into()
    }

    /// What stands before the digits.
    #[must_use]
    pub const fn prefix(&self) -> &SealPrefix {
        &self.prefix
    }

    /// Where to look for the key. A reader tries every trusted seal key that has this hint.
    #[must_use]
    pub const fn key_hint(&self) -> KeyHint {
        self.key_hint
    }

    /// What the seal says.
    #[must_use]
    pub const fn payload(&self) -> &SealPayload {
        &self.payload
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
}
