//! Deterministic CBOR (RFC 8949, 4.2.1), as much of it as Teken's statements use: integers, byte strings, text strings, arrays,
//! maps and one tag. No floats, no simple values, no indefinite lengths.
//!
//! The reader takes one encoding of a value and refuses every other one, so that what is signed, hashed and compared is the same
//! everywhere. It never allocates: lengths are believed only after that many octets were seen. Its callers know what must come next,
//! so nothing nests deeper than they ask for.

use std::cmp::Ordering;

use thiserror::Error;

/// Why octets are not the deterministic CBOR that was expected, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("octet {at}: {kind}")]
pub struct CborError {
    /// Offset of the item that is wrong, from 0.
    pub at: usize,
    /// What is wrong.
    pub kind: CborErrorKind,
}

/// What is wrong with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CborErrorKind {
    /// The octets end inside an item, or where one should begin.
    #[error("the octets end too early")]
    Truncated,
    /// Something follows the last item.
    #[error("something follows the value")]
    TrailingOctets,
    /// An integer or length in more octets than it needs (RFC 8949, 4.2.1).
    #[error("a number is not in its shortest form")]
    NotShortest,
    /// An indefinite length, or additional information 28 to 30.
    #[error("an indefinite or reserved length")]
    IndefiniteLength,
    /// An item of another type.
    #[error("{found} stands where {expected} must stand")]
    Type {
        /// What must stand here.
        expected: CborType,
        /// What stands here.
        found: CborType,
    },
    /// An array or map with another number of entries.
    #[error("{found} entries instead of {expected}")]
    Count {
        /// Entries that there must be.
        expected: u64,
        /// Entries that there are.
        found: u64,
    },
    /// A string that is longer, or an array with more entries, than any reader takes.
    #[error("a length of {length}; at most {limit} is allowed")]
    TooLong {
        /// The length that is stated.
        length: u64,
        /// The limit.
        limit: usize,
    },
    /// A text string that is not UTF-8.
    #[error("a text is not UTF-8")]
    NotUtf8,
    /// A key that the reader does not know.
    #[error("{key} is not a key of this map")]
    UnknownKey {
        /// The key found.
        key: u64,
    },
    /// The same key again.
    #[error("key {key} stands twice")]
    DuplicateKey {
        /// The key found.
        key: u64,
    },
    /// Keys out of order (RFC 8949, 4.2.1).
    #[error("key {key} does not stand in its place")]
    KeyOrder {
        /// The key found.
        key: u64,
    },
    /// A key that must be there is not.
    #[error("key {key} is missing")]
    MissingKey {
        /// The key that must be there.
        key: u64,
    },
    /// Another text than the one that must stand here.
    #[error("the text is not {expected:?}")]
    Name {
        /// The text that must stand here.
        expected: &'static str,
    },
    /// An integer outside its range.
    #[error("a number is out of its range")]
    Range,
}

/// The types of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CborType {
    /// Major type 0.
    Unsigned,
    /// Major type 1.
    Negative,
    /// Major type 2.
    Bytes,
    /// Major type 3.
    Text,
    /// Major type 4.
    Array,
    /// Major type 5.
    Map,
    /// Major type 6.
    Tag,
    /// Major type 7.
    Simple,
}

impl CborType {
    const fn of(initial: u8) -> Self {
        match initial >> 5 {
            0 => Self::Unsigned,
            1 => Self::Negative,
            2 => Self::Bytes,
            3 => Self::Text,
            4 => Self::Array,
            5 => Self::Map,
            6 => Self::Tag,
            _ => Self::Simple,
        }
    }

    const fn major(self) -> u8 {
        match self {
            Self::Unsigned => 0,
            Self::Negative => 1,
            Self::Bytes => 2,
            Self::Text => 3,
            Self::Array => 4,
            Self::Map => 5,
            Self::Tag => 6,
            Self::Simple => 7,
        }
    }
}

impl std::fmt::Display for CborType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unsigned => "an unsigned integer",
            Self::Negative => "a negative integer",
            Self::Bytes => "a byte string",
            Self::Text => "a text string",
            Self::Array => "an array",
            Self::Map => "a map",
            Self::Tag => "a tag",
            Self::Simple => "a float or simple value",
        })
    }
}

/// Reads items one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets, at: 0 }
    }

    /// Offset of the next item.
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    fn take(&mut self, length: usize, item_at: usize) -> Result<&'a [u8], CborError> {
        let (taken, rest) =
            self.rest.split_at_checked(length).ok_or(CborError { at: item_at, kind: CborErrorKind::Truncated })?;
        self.rest = rest;
        self.at = self.at.saturating_add(length);
        Ok(taken)
    }

    /// Type and argument of the next item's head (RFC 8949, 3), in its shortest form.
    fn head(&mut self) -> Result<(CborType, u64), CborError> {
        let at = self.at;
        let initial = self.take(1, at)?.first().copied().unwrap_or_default();
        // Of floats and simple values only the type is said: none is ever expected.
        if CborType::of(initial) == CborType::Simple && initial & 0x1f < 28 {
            return Ok((CborType::Simple, 0));
        }
        let (argument, least) = match initial & 0x1f {
            small @ 0..=23 => (u64::from(small), 0),
            24 => (self.big_endian(1, at)?, 24),
            25 => (self.big_endian(2, at)?, 1 << 8),
            26 => (self.big_endian(4, at)?, 1 << 16),
            27 => (self.big_endian(8, at)?, 1 << 32),
            _ => return Err(CborError { at, kind: CborErrorKind::IndefiniteLength }),
        };
        if argument < least {
            return Err(CborError { at, kind: CborErrorKind::NotShortest });
        }
        Ok((CborType::of(initial), argument))
    }

    fn big_endian(&mut self, octets: usize, item_at: usize) -> Result<u64, CborError> {
        Ok(self.take(octets, item_at)?.iter().fold(0, |number, octet| number << 8 | u64::from(*octet)))
    }

    fn argument(&mut self, expected: CborType) -> Result<u64, CborError> {
        let at = self.at;
        let (found, argument) = self.head()?;
        if found != expected {
            return Err(CborError { at, kind: CborErrorKind::Type { expected, found } });
        }
        Ok(argument)
    }

    /// The type of the next item, which is not taken.
    pub(crate) fn peek(&self) -> Result<CborType, CborError> {
        let initial = self.rest.first().ok_or(CborError { at: self.at, kind: CborErrorKind::Truncated })?;
        Ok(CborType::of(*initial))
    }

    pub(crate) fn unsigned(&mut self) -> Result<u64, CborError> {
        self.argument(CborType::Unsigned)
    }

    /// An unsigned integer that fits a smaller type.
    pub(crate) fn small<T: TryFrom<u64>>(&mut self) -> Result<T, CborError> {
        let at = self.at;
        T::try_from(self.unsigned()?).map_err(|_| CborError { at, kind: CborErrorKind::Range })
    }

    /// An integer of either sign.
    pub(crate) fn integer(&mut self) -> Result<i64, CborError> {
        let at = self.at;
        let range = CborError { at, kind: CborErrorKind::Range };
        let (found, argument) = self.head()?;
        let magnitude = i64::try_from(argument).map_err(|_| range);
        match found {
            CborType::Unsigned => magnitude,
            CborType::Negative => Ok(!magnitude?), // -1 - n
            _ => Err(CborError { at, kind: CborErrorKind::Type { expected: CborType::Unsigned, found } }),
        }
    }

    fn string(&mut self, expected: CborType, limit: usize) -> Result<&'a [u8], CborError> {
        let at = self.at;
        let length = self.argument(expected)?;
        match usize::try_from(length) {
            Ok(octets) if octets <= limit => self.take(octets, at),
            _ => Err(CborError { at, kind: CborErrorKind::TooLong { length, limit } }),
        }
    }

    pub(crate) fn bytes(&mut self, limit: usize) -> Result<&'a [u8], CborError> {
        self.string(CborType::Bytes, limit)
    }

    /// A byte string of exactly this length.
    pub(crate) fn octets<const N: usize>(&mut self) -> Result<[u8; N], CborError> {
        let at = self.at;
        let bytes = self.bytes(N)?;
        let wrong = || CborErrorKind::Count { expected: N as u64, found: bytes.len() as u64 };
        bytes.try_into().map_err(|_| CborError { at, kind: wrong() })
    }

    pub(crate) fn text(&mut self, limit: usize) -> Result<&'a str, CborError> {
        let at = self.at;
        let octets = self.string(CborType::Text, limit)?;
        std::str::from_utf8(octets).map_err(|_| CborError { at, kind: CborErrorKind::NotUtf8 })
    }

    /// The head of an array with at most this many entries.
    pub(crate) fn array(&mut self, limit: usize) -> Result<usize, CborError> {
        self.entries(CborType::Array, limit)
    }

    fn entries(&mut self, expected: CborType, limit: usize) -> Result<usize, CborError> {
        let at = self.at;
        let length = self.argument(expected)?;
        match usize::try_from(length) {
            Ok(entries) if entries <= limit => Ok(entries),
            _ => Err(CborError { at, kind: CborErrorKind::TooLong { length, limit } }),
        }
    }

    /// The head of an array with exactly this many entries.
    pub(crate) fn array_of(&mut self, expected: u64) -> Result<(), CborError> {
        let at = self.at;
        let found = self.argument(CborType::Array)?;
        if found == expected { Ok(()) } else { Err(CborError { at, kind: CborErrorKind::Count { expected, found } }) }
    }

    /// The head of a map; its entries are read through what this gives.
    pub(crate) fn map(&mut self, known: &'static [u64]) -> Result<MapReader, CborError> {
        let at = self.at;
        let entries = self.entries(CborType::Map, known.len())?;
        Ok(MapReader { at, left: entries, known, last: None })
    }

    /// The head of a map whose entries nobody reads.
    pub(crate) fn map_length(&mut self) -> Result<u64, CborError> {
        self.argument(CborType::Map)
    }

    pub(crate) fn tag(&mut self) -> Result<u64, CborError> {
        self.argument(CborType::Tag)
    }

    pub(crate) fn end(&self) -> Result<(), CborError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(CborError { at: self.at, kind: CborErrorKind::TrailingOctets })
    }
}

/// Reads the keys of a map with unsigned keys: ascending, each once, none unknown. (In shortest form the bytewise order of unsigned
/// integers is their numerical one.)
#[derive(Debug)]
pub(crate) struct MapReader {
    at: usize,
    left: usize,
    known: &'static [u64],
    last: Option<u64>,
}

impl MapReader {
    /// Takes this key if it comes next. Keys must be asked for in ascending order, all of them.
    pub(crate) fn optional(&mut self, reader: &mut Reader<'_>, key: u64) -> Result<bool, CborError> {
        if self.left == 0 {
            return Ok(false);
        }
        let mut ahead = reader.clone();
        let at = ahead.at();
        let found = ahead.unsigned()?;
        let refused = |kind| Err(CborError { at, kind });
        if self.last == Some(found) {
            return refused(CborErrorKind::DuplicateKey { key: found });
        }
        if !self.known.contains(&found) {
            return refused(CborErrorKind::UnknownKey { key: found });
        }
        match found.cmp(&key) {
            Ordering::Less => refused(CborErrorKind::KeyOrder { key: found }),
            Ordering::Greater => Ok(false),
            Ordering::Equal => {
                *reader = ahead;
                self.left = self.left.saturating_sub(1);
                self.last = Some(found);
                Ok(true)
            }
        }
    }

    /// Takes this key, which must come next.
    pub(crate) fn required(&mut self, reader: &mut Reader<'_>, key: u64) -> Result<(), CborError> {
        if self.optional(reader, key)? {
            return Ok(());
        }
        Err(CborError { at: self.at, kind: CborErrorKind::MissingKey { key } })
    }

    /// Sees that no entry is left.
    pub(crate) fn end(&self, reader: &Reader<'_>) -> Result<(), CborError> {
        if self.left == 0 {
            return Ok(());
        }
        let mut ahead = reader.clone();
        let key = ahead.unsigned()?;
        let kind = if self.last == Some(key) {
            CborErrorKind::DuplicateKey { key }
        } else if self.known.contains(&key) {
            CborErrorKind::KeyOrder { key }
        } else {
            CborErrorKind::UnknownKey { key }
        };
        Err(CborError { at: reader.at(), kind })
    }
}

/// Writes items one after the other. What it writes is deterministic if its callers give keys in ascending order.
#[derive(Debug, Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    fn head(&mut self, item: CborType, argument: u64) {
        let major = item.major() << 5;
        let octets = argument.to_be_bytes();
        let (information, width) = match argument {
            0..=23 => (octets[7], 0),
            24..=0xff => (24, 1),
            0x100..=0xffff => (25, 2),
            0x1_0000..=0xffff_ffff => (26, 4),
            _ => (27, 8),
        };
        self.0.push(major | information);
        self.0.extend(octets.iter().skip(octets.len().saturating_sub(width)));
    }

    pub(crate) fn unsigned(&mut self, number: u64) -> &mut Self {
        self.head(CborType::Unsigned, number);
        self
    }

    pub(crate) fn integer(&mut self, number: i64) -> &mut Self {
        match u64::try_from(number) {
            Ok(number) => self.head(CborType::Unsigned, number),
            Err(_) => self.head(CborType::Negative, (!number).unsigned_abs()), // -1 - n
        }
        self
    }

    pub(crate) fn bytes(&mut self, octets: &[u8]) -> &mut Self {
        self.head(CborType::Bytes, octets.len() as u64);
        self.0.extend(octets);
        self
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.head(CborType::Text, text.len() as u64);
        self.0.extend(text.as_bytes());
        self
    }

    pub(crate) fn array(&mut self, entries: usize) -> &mut Self {
        self.head(CborType::Array, entries as u64);
        self
    }

    pub(crate) fn map(&mut self, entries: usize) -> &mut Self {
        self.head(CborType::Map, entries as u64);
        self
    }

    pub(crate) fn tag(&mut self, number: u64) -> &mut Self {
        self.head(CborType::Tag, number);
        self
    }

    pub(crate) fn into_octets(self) -> Vec<u8> {
        self.0
    }
}

#[cfg(test)]
mod tests;
