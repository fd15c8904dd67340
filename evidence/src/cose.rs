//! COSE_Sign1 (RFC 9052, 4.2 and 4.4) in the one form that Teken's statements have.
//!
//! ```text
//! D2 84                                    tag 18, array of 4
//!    protected:   bstr .cbor { 1: -9, 4: kid, ? 16: type }   ESP256 (RFC 9864), key id, type (RFC 9596)
//!    unprotected: A0                       empty
//!    payload:     bstr
//!    signature:   58 40 r || s             32 octets each, big-endian, s in the lower half of the order
//!
//! to be signed = [ "Signature1", protected, external_aad, payload ]
//! ```
//!
//! Every length is in its shortest form. `s` must not exceed half the order of P-256: from one signature anybody can make its twin
//! `(r, n - s)`, and the hash of a statement would not name it any more.

mod sig_structure;

use std::fmt;

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::cbor::{CborError, CborErrorKind, Reader, Writer};

pub use sig_structure::SigStructure;

/// ESP256: ECDSA on P-256 with SHA-256 and nothing else (RFC 9864).
pub(crate) const ESP256: i64 = -9;
const SIGN1_TAG: u64 = 18;
const ALGORITHM: u64 = 1;
const KEY_ID: u64 = 4;
const TYPE: u64 = 16;
/// What tells a COSE_Sign1's signature from those of other COSE structures (RFC 9052, 4.4).
const CONTEXT: &str = "Signature1";
/// The order of P-256 (SEC 2, 2.4.2).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
    0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
/// Half of it, rounded down: the largest `s`.
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73, 0x7d, 0x56,
    0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
];

/// Why octets are not a COSE_Sign1 of Teken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CoseError {
    /// Not the deterministic CBOR of the outer structure.
    #[error("the COSE structure is malformed: {0}")]
    Structure(CborError),
    /// Not the deterministic CBOR of the protected header; offsets count from its beginning.
    #[error("the protected header is malformed: {0}")]
    ProtectedHeader(CborError),
    /// A tag other than COSE_Sign1's.
    #[error("the tag is {found} instead of 18, COSE_Sign1")]
    Tag {
        /// The tag found.
        found: u64,
    },
    /// An algorithm other than ESP256.
    #[error("the algorithm is {found} instead of -9, ESP256")]
    Algorithm {
        /// The algorithm found.
        found: i64,
    },
    /// The type in the protected header is not the one of this statement.
    #[error("the type in the protected header is not {expected}")]
    Type {
        /// The type of this statement.
        expected: &'static str,
    },
    /// An unprotected header, which nobody signed.
    #[error("the unprotected header is not empty")]
    UnprotectedHeader,
    /// The signature is no pair of numbers from 1 to the order of P-256.
    #[error("the signature is not r and s of 32 octets each, from 1 to the order of P-256")]
    SignatureRange,
    /// The upper one of the two values of `s`.
    #[error("the signature has the upper one of the two possible values of s")]
    HighS,
}

/// The key id in a header: the first four octets of SHA-256 over the DER of the SubjectPublicKeyInfo.
///
/// It only says where to look: several keys may have the same, and a reader tries each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyHint([u8; 4]);

impl KeyHint {
    /// The hint of a key.
    #[must_use]
    pub fn of_spki(spki_der: &[u8]) -> Self {
        let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(spki_der).into();
        Self([a, b, c, d])
    }

    /// Takes the four octets.
    #[must_use]
    pub const fn from_bytes(octets: [u8; 4]) -> Self {
        Self(octets)
    }

    /// The four octets.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }
}

impl fmt::Display for KeyHint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

/// A statement before its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnsignedSign1 {
    protected: Vec<u8>,
    payload: Vec<u8>,
}

impl UnsignedSign1 {
    pub(crate) fn new(key: KeyHint, content_type: Option<&str>, payload: Vec<u8>) -> Self {
        let mut header = Writer::default();
        header.map(if content_type.is_some() { 3 } else { 2 });
        header.unsigned(ALGORITHM).integer(ESP256).unsigned(KEY_ID).bytes(&key.0);
        if let Some(content_type) = content_type {
            header.unsigned(TYPE).text(content_type);
        }
        Self { protected: header.into_octets(), payload }
    }

    pub(crate) fn to_be_signed(&self, external_aad: &[u8]) -> Vec<u8> {
        sig_structure(&self.protected, external_aad, &self.payload)
    }

    pub(crate) fn sign_with(&self, signature: &[u8; 64]) -> Result<Vec<u8>, CoseError> {
        check_signature(signature)?;
        let mut writer = Writer::default();
        writer.tag(SIGN1_TAG).array(4).bytes(&self.protected).map(0).bytes(&self.payload).bytes(signature);
        Ok(writer.into_octets())
    }
}

/// A statement as it was read, borrowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sign1<'a> {
    pub(crate) key: KeyHint,
    protected: &'a [u8],
    pub(crate) payload: &'a [u8],
    pub(crate) signature: [u8; 64],
}

impl<'a> Sign1<'a> {
    /// Reads the whole structure; the signature's form is checked, not the signature.
    pub(crate) fn read(
        octets: &'a [u8],
        content_type: Option<&'static str>,
        payload_limit: usize,
    ) -> Result<Self, CoseError> {
        let mut reader = Reader::new(octets);
        let tag = reader.tag().map_err(CoseError::Structure)?;
        if tag != SIGN1_TAG {
            return Err(CoseError::Tag { found: tag });
        }
        reader.array_of(4).map_err(CoseError::Structure)?;
        let protected = reader.bytes(PROTECTED_LIMIT).map_err(CoseError::Structure)?;
        let key = read_protected(protected, content_type)?;
        if reader.map_length().map_err(CoseError::Structure)? != 0 {
            return Err(CoseError::UnprotectedHeader);
        }
        let payload = reader.bytes(payload_limit).map_err(CoseError::Structure)?;
        let signature = reader.octets().map_err(CoseError::Structure)?;
        reader.end().map_err(CoseError::Structure)?;
        check_signature(&signature)?;
        Ok(Self { key, protected, payload, signature })
    }

    pub(crate) fn to_be_signed(self, external_aad: &[u8]) -> Vec<u8> {
        sig_structure(self.protected, external_aad, self.payload)
    }
}

/// Enough for the three entries; a type is shorter than 32 octets.
const PROTECTED_LIMIT: usize = 64;

fn read_protected(octets: &[u8], content_type: Option<&'static str>) -> Result<KeyHint, CoseError> {
    let malformed = CoseError::ProtectedHeader;
    let mut reader = Reader::new(octets);
    let mut map = reader.map(&[ALGORITHM, KEY_ID, TYPE]).map_err(malformed)?;
    map.required(&mut reader, ALGORITHM).map_err(malformed)?;
    let found = reader.integer().map_err(malformed)?;
    if found != ESP256 {
        return Err(CoseError::Algorithm { found });
    }
    map.required(&mut reader, KEY_ID).map_err(malformed)?;
    let key = KeyHint(reader.octets().map_err(malformed)?);
    if let Some(expected) = content_type {
        map.required(&mut reader, TYPE).map_err(malformed)?;
        let found = reader.text(PROTECTED_LIMIT).map_err(malformed)?;
        if found != expected {
            return Err(CoseError::Type { expected });
        }
    } else if map.optional(&mut reader, TYPE).map_err(malformed)? {
        let kind = CborErrorKind::UnknownKey { key: TYPE };
        return Err(malformed(CborError { at: reader.at(), kind }));
    }
    map.end(&reader).map_err(malformed)?;
    reader.end().map_err(malformed)?;
    Ok(key)
}

fn sig_structure(protected: &[u8], external_aad: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.array(4).text(CONTEXT).bytes(protected).bytes(external_aad).bytes(payload);
    writer.into_octets()
}

fn check_signature(signature: &[u8; 64]) -> Result<(), CoseError> {
    let (r, s) = signature.split_at(32);
    let zero = [0; 32];
    if r == zero || s == zero || r >= ORDER.as_slice() || s >= ORDER.as_slice() {
        return Err(CoseError::SignatureRange);
    }
    if s > HALF_ORDER.as_slice() {
        return Err(CoseError::HighS);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
