//! What a COSE_Sign1 signs, read by whoever is asked to sign it.

use crate::cbor::{CborError, CborErrorKind, Reader};

use super::{CONTEXT, CoseError, KeyHint, PROTECTED_LIMIT, read_protected};

/// The octets that a statement's signature is over (RFC 9052, 4.4), in their one form.
///
/// It begins with 0x84, signed attributes with 0x31, certificates, requests and CRLs with 0x30 (DER): octets that read as this are none
/// of those. What the payload says is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SigStructure<'a> {
    key_hint: KeyHint,
    external_aad: &'a [u8],
}

impl<'a> SigStructure<'a> {
    /// Reads the structure of a statement with this type in its protected header, or with none.
    ///
    /// # Errors
    ///
    /// [`CoseError::Structure`], [`CoseError::ProtectedHeader`], [`CoseError::Algorithm`], [`CoseError::Type`].
    pub fn read(octets: &'a [u8], content_type: Option<&'static str>) -> Result<Self, CoseError> {
        let mut reader = Reader::new(octets);
        let (protected, external_aad) = read_fields(&mut reader, octets.len()).map_err(CoseError::Structure)?;
        Ok(Self { key_hint: read_protected(protected, content_type)?, external_aad })
    }

    /// Which key its header names.
    #[must_use]
    pub const fn key_hint(&self) -> KeyHint {
        self.key_hint
    }

    /// What is signed with the statement and does not stand in it: each kind of statement has its own.
    #[must_use]
    pub const fn external_aad(&self) -> &'a [u8] {
        self.external_aad
    }
}

fn read_fields<'a>(reader: &mut Reader<'a>, limit: usize) -> Result<(&'a [u8], &'a [u8]), CborError> {
    reader.array_of(4)?;
    let at = reader.at();
    if reader.text(CONTEXT.len())? != CONTEXT {
        return Err(CborError { at, kind: CborErrorKind::Name { expected: CONTEXT } });
    }
    let protected = reader.bytes(PROTECTED_LIMIT)?;
    let external_aad = reader.bytes(limit)?;
    reader.bytes(limit)?;
    reader.end()?;
    Ok((protected, external_aad))
}
