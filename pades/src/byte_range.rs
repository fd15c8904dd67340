//! [`ByteRange`]: which octets of the file a signature covers (ISO 32000-2, 12.8.1), and [`DocumentDigest`], their
//! hash.
//!
//! A `ByteRange` exists only as two spans with one gap: it begins at octet 0, the second span begins no earlier than
//! the first one ends, and it ends inside the file. Whether the gap is exactly the `/Contents` of the signature
//! dictionary is asked of the [`crate::EmbeddedSignature`], which knows where that string lies.

use std::fmt;
use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::PdfError;

/// SHA-256 over the octets that a `ByteRange` covers: it goes *into* the message-digest attribute, never to a key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DocumentDigest([u8; 32]);

impl DocumentDigest {
    /// Takes a hash that was computed elsewhere: by an office that keeps its document, or from a stored attribute.
    #[must_use]
    pub const fn from_sha256(octets: [u8; 32]) -> Self {
        Self(octets)
    }

    /// The 32 octets.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for DocumentDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(formatter, "{octet:02x}"))
    }
}

impl fmt::Debug for DocumentDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DocumentDigest({self})")
    }
}

/// The two covered spans of a signature, `[0 first second length]`, checked against the length of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    first_length: usize,
    second_start: usize,
    end: usize,
}

impl ByteRange {
    /// Checks the four numbers of a `/ByteRange` against the length of the file they speak of.
    ///
    /// # Errors
    ///
    /// [`PdfError::ByteRangeStart`], [`PdfError::ByteRangeOverlap`] or [`PdfError::ByteRangeBeyondFile`].
    pub fn new(numbers: [u64; 4], file_length: usize) -> Result<Self, PdfError> {
        let [start, first_length, second_start, second_length] = numbers;
        if start != 0 {
            return Err(PdfError::ByteRangeStart { start });
        }
        if second_start < first_length {
            return Err(PdfError::ByteRangeOverlap { first_end: first_length, second: second_start });
        }
        let beyond = PdfError::ByteRangeBeyondFile { length: file_length };
        let end = second_start.checked_add(second_length).ok_or_else(|| beyond.clone())?;
        // Each number is at most `end`, so that one comparison bounds all of them.
        match (usize::try_from(first_length), usize::try_from(second_start), usize::try_from(end)) {
            (Ok(first_length), Ok(second_start), Ok(end)) if end <= file_length => {
                Ok(Self { first_length, second_start, end })
            }
            _ => Err(beyond),
        }
    }

    /// The four numbers as they stand in the file.
    #[must_use]
    pub const fn numbers(&self) -> [usize; 4] {
        [0, self.first_length, self.second_start, self.end.saturating_sub(self.second_start)]
    }

    /// The octets between the spans: the hexadecimal string of `/Contents` with its angle brackets.
    #[must_use]
    pub const fn gap(&self) -> Range<usize> {
        self.first_length..self.second_start
    }

    /// The two covered spans.
    #[must_use]
    pub const fn spans(&self) -> [Range<usize>; 2] {
        [0..self.first_length, self.second_start..self.end]
    }

    /// Where the covered part of the file ends.
    #[must_use]
    pub const fn end(&self) -> usize {
        self.end
    }

    /// SHA-256 over both spans of `bytes`, which must be the file that the range was checked against: a span that
    /// lies beyond `bytes` counts as empty.
    #[must_use]
    pub fn digest(&self, bytes: &[u8]) -> DocumentDigest {
        let mut hash = Sha256::new();
        for covered in self.covered(bytes) {
            hash.update(covered);
        }
        DocumentDigest(hash.finalize().into())
    }

    /// The octets of both spans, for a hash other than SHA-256. The same condition holds as for
    /// [`ByteRange::digest`].
    #[must_use]
    pub fn covered<'b>(&self, bytes: &'b [u8]) -> [&'b [u8]; 2] {
        self.spans().map(|span| bytes.get(span).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spans_surround_the_gap() {
        let range = ByteRange::new([0, 10, 20, 5], 25).expect("fits");
        assert_eq!(range.spans(), [0..10, 20..25]);
        assert_eq!(range.gap(), 10..20);
        assert_eq!(range.numbers(), [0, 10, 20, 5]);
        assert_eq!(range.end(), 25);
    }

    #[test]
    fn the_digest_is_the_hash_of_both_spans_without_the_gap() {
        let range = ByteRange::new([0, 1, 3, 2], 5).expect("fits");
        // SHA-256("abc"), FIPS 180-4, the first example.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(range.digest(b"a--bc").to_string(), abc);
        assert_eq!(format!("{:?}", range.digest(b"a--bc")), format!("DocumentDigest({abc})"));
    }

    #[test]
    fn a_range_that_does_not_begin_at_the_first_octet_is_refused() {
        assert_eq!(ByteRange::new([1, 10, 20, 5], 25), Err(PdfError::ByteRangeStart { start: 1 }));
    }

    #[test]
    fn overlapping_spans_are_refused() {
        assert_eq!(ByteRange::new([0, 10, 9, 5], 25), Err(PdfError::ByteRangeOverlap { first_end: 10, second: 9 }));
    }

    #[test]
    fn a_range_one_octet_longer_than_the_file_is_refused() {
        assert_eq!(ByteRange::new([0, 10, 20, 6], 25), Err(PdfError::ByteRangeBeyondFile { length: 25 }));
    }

    #[test]
    fn numbers_whose_sum_overflows_are_refused() {
        assert_eq!(ByteRange::new([0, 10, u64::MAX, 2], 25), Err(PdfError::ByteRangeBeyondFile { length: 25 }));
    }

    #[test]
    fn spans_without_a_gap_are_a_range_whose_gap_is_empty() {
        assert!(ByteRange::new([0, 0, 0, 0], 25).expect("fits").gap().is_empty());
    }
}
