//! [`PreparedPdf`]: a document whose octets are final but for the gap of its signature.
//!
//! Plain data: between preparing and embedding lies the network, perhaps a crash, so it can be
//! stored and loaded. Invariants: `gap` is the hexadecimal string of `/Contents` with its angle
//! brackets, all its digits are `0`; `document_digest` is the SHA-256 over everything else; the
//! first `input_length` octets are the document as it came in.
//!
//! The stored form, all integers big-endian:
//!
//! ```text
//! octets  16   "teken-prepared\r\n"
//!          2   format version, 2
//!          8   length of the input
//!          8   first octet of the gap
//!          8   first octet after the gap
//!         32   document digest
//!          4   length of the field name, then the name in UTF-8
//!          1   what the signature certifies: /P of its DocMDP transform, 0 when it certifies nothing
//!          4   length of the text of the seal, 0 when there is none, then the text
//!          8   length of the document, then the document
//!         32   SHA-256 over all of the above
//! ```
//!
//! Version 1 has neither certification nor seal. It is still read, because it may have waited on a disk.

use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::options::{DocMdpLevel, SEAL_LIMIT};
use crate::write_error::PreparedError;
use crate::{ByteRange, DocumentDigest};

const MAGIC: &[u8; 16] = b"teken-prepared\r\n";
const VERSION: u16 = 2;
const VERSION_WITHOUT_SEAL: u16 = 1;

/// A document prepared for one signature: it knows its digest and where the CMS goes.
#[derive(Clone, PartialEq, Eq)]
pub struct PreparedPdf {
    pub(crate) bytes: Vec<u8>,
    pub(crate) input_length: usize,
    pub(crate) gap: Range<usize>,
    pub(crate) document_digest: DocumentDigest,
    pub(crate) field_name: String,
    /// What the signature certifies.
    pub(crate) level: Option<DocMdpLevel>,
    pub(crate) seal: Option<String>,
}

impl PreparedPdf {
    /// What the signature will cover: every octet but the gap.
    #[must_use]
    pub const fn document_digest(&self) -> &DocumentDigest {
        &self.document_digest
    }

    /// The fully qualified name of the field that will hold the signature.
    #[must_use]
    pub fn field_name(&self) -> &str {
        &self.field_name
    }

    /// Octets of the document as it came in: a byte-for-byte prefix of the result.
    #[must_use]
    pub const fn input_length(&self) -> usize {
        self.input_length
    }

    /// Octets that `/Contents` has room for.
    #[must_use]
    pub fn reserved(&self) -> usize {
        self.gap.len().saturating_sub(2) / 2
    }

    /// The document with an empty gap.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The covered spans, checked against the document.
    pub(crate) fn byte_range(&self) -> Option<ByteRange> {
        byte_range(&self.bytes, &self.gap)
    }

    /// The stored form described in the module's documentation.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes.len().saturating_add(self.field_name.len()).saturating_add(128));
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_be_bytes());
        for number in [self.input_length, self.gap.start, self.gap.end] {
            push_u64(&mut out, number);
        }
        out.extend_from_slice(self.document_digest.as_bytes());
        let name_length = u32::try_from(self.field_name.len()).expect("field names are bounded when they are read");
        out.extend_from_slice(&name_length.to_be_bytes());
        out.extend_from_slice(self.field_name.as_bytes());
        out.push(self.level.map_or(0, DocMdpLevel::number));
        let seal = self.seal.as_deref().unwrap_or_default();
        out.extend_from_slice(&u32::try_from(seal.len()).expect("seals are bounded when they are given").to_be_bytes());
        out.extend_from_slice(seal.as_bytes());
        push_u64(&mut out, self.bytes.len());
        out.extend_from_slice(&self.bytes);
        let check = Sha256::digest(&out);
        out.extend_from_slice(&check);
        out
    }

    /// Loads what [`PreparedPdf::to_bytes`] wrote, and checks it down to the document digest.
    ///
    /// # Errors
    /// Each way in which stored octets can differ has its own [`PreparedError`].
    pub fn from_bytes(stored: &[u8]) -> Result<Self, PreparedError> {
        let mut rest = Cursor { stored, rest: stored };
        if stored.get(..MAGIC.len()) != Some(MAGIC) {
            return Err(PreparedError::NotPrepared);
        }
        rest.take(MAGIC.len())?;
        let version = u16::from_be_bytes(rest.array()?);
        if version != VERSION && version != VERSION_WITHOUT_SEAL {
            return Err(PreparedError::Version { version, supported: VERSION });
        }
        let input_length = rest.length()?;
        let gap = rest.length()?..rest.length()?;
        let document_digest = DocumentDigest::from_sha256(rest.array()?);
        let name_length = usize::try_from(u32::from_be_bytes(rest.array()?)).map_err(|_| rest.fault())?;
        let field_name = rest.take(name_length)?;
        let (level, seal) = if version == VERSION {
            let level = rest.array()?;
            let length = usize::try_from(u32::from_be_bytes(rest.array()?)).map_err(|_| rest.fault())?;
            (level, rest.take(length)?)
        } else {
            ([0], &[][..])
        };
        let length = rest.length()?;
        let bytes = rest.take(length)?;
        let checked = stored.len().saturating_sub(rest.rest.len());
        let check: [u8; 32] = rest.array()?;
        if !rest.rest.is_empty() {
            return Err(rest.fault());
        }
        if Sha256::digest(stored.split_at(checked).0) != check {
            return Err(PreparedError::Corrupted);
        }
        let prepared = Self {
            bytes: bytes.to_vec(),
            input_length,
            gap,
            document_digest,
            field_name: String::from_utf8(field_name.to_vec()).map_err(|_| PreparedError::Inconsistent)?,
            level: match level {
                [0] => None,
                [1] => Some(DocMdpLevel::NoChanges),
                [2] => Some(DocMdpLevel::FormFilling),
                [3] => Some(DocMdpLevel::Annotations),
                _ => return Err(PreparedError::Inconsistent),
            },
            seal: match seal.len() {
                0 => None,
                1..=SEAL_LIMIT => Some(String::from_utf8(seal.to_vec()).map_err(|_| PreparedError::Inconsistent)?),
                _ => return Err(PreparedError::Inconsistent),
            },
        };
        if prepared.is_consistent() { Ok(prepared) } else { Err(PreparedError::Inconsistent) }
    }

    /// The invariants of the type, for octets that come from outside.
    fn is_consistent(&self) -> bool {
        let gap_is_empty = match self.bytes.get(self.gap.clone()) {
            Some([b'<', digits @ .., b'>']) => digits.len() % 2 == 0 && digits.iter().all(|digit| *digit == b'0'),
            _ => false,
        };
        gap_is_empty
            && self.input_length <= self.gap.start
            && self.byte_range().is_some_and(|range| range.digest(&self.bytes) == self.document_digest)
    }
}

impl std::fmt::Debug for PreparedPdf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PreparedPdf")
            .field("octets", &self.bytes.len())
            .field("input_length", &self.input_length)
            .field("gap", &self.gap)
            .field("document_digest", &self.document_digest)
            .finish_non_exhaustive()
    }
}

/// The ByteRange around a gap that reaches to the end of the file.
pub(crate) fn byte_range(bytes: &[u8], gap: &Range<usize>) -> Option<ByteRange> {
    let second_length = bytes.len().checked_sub(gap.end)?;
    let numbers = [0, gap.start, gap.end, second_length].map(|number| u64::try_from(number).unwrap_or(u64::MAX));
    ByteRange::new(numbers, bytes.len()).ok()
}

fn push_u64(out: &mut Vec<u8>, number: usize) {
    let number = u64::try_from(number).expect("a usize has at most 64 bits");
    out.extend_from_slice(&number.to_be_bytes());
}

/// Takes parts from the front of the stored octets.
struct Cursor<'a> {
    stored: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], PreparedError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(|| self.fault())?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], PreparedError> {
        let taken = self.take(LENGTH)?;
        Ok(taken.try_into().expect("exactly this many octets were taken"))
    }

    fn length(&mut self) -> Result<usize, PreparedError> {
        usize::try_from(u64::from_be_bytes(self.array()?)).map_err(|_| self.fault())
    }

    fn fault(&self) -> PreparedError {
        PreparedError::Length { length: self.stored.len() }
    }
}
