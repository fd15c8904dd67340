//! Strict DER, read in place (ITU-T X.690, clause 10).
//!
//! Job: walk tag-length-value structures over borrowed bytes and refuse every encoding that is not the only one:
//! indefinite and non-minimal lengths, padded integers, booleans other than 00 and FF, unused bits that are set.
//! Invariant: every element lies inside the bytes it was read from; no function here recurses, so nesting costs
//! only what the caller's own grammar asks for.
//! It does not know any ASN.1 module: `certificate`, `crl` and `cms` do.

use crate::clock::UnixTime;

pub(crate) mod ber;

/// Where an element lies in the bytes that it was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The bytes of this span. A span is only ever used on the bytes that it was made from; on others the answer
    /// is empty rather than a panic.
    pub(crate) fn of(self, bytes: &[u8]) -> &[u8] {
        usize::try_from(self.start)
            .ok()
            .zip(usize::try_from(self.end).ok())
            .and_then(|(start, end)| bytes.get(start..end))
            .unwrap_or_default()
    }
}

/// What is wrong with an encoding, and where (octets from the start of the outermost value).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at octet {offset}")]
pub struct Asn1Error {
    /// What is wrong.
    pub kind: Asn1ErrorKind,
    /// Octets from the start of the outermost value.
    pub offset: usize,
}

/// The ways in which an encoding can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Asn1ErrorKind {
    /// The value ends before its length says so.
    #[error("truncated value")]
    Truncated,
    /// Octets follow where the structure ends.
    #[error("trailing octets")]
    Trailing,
    /// A tag that the structure does not have here.
    #[error("unexpected tag")]
    UnexpectedTag,
    /// A length that DER forbids: indefinite, or longer than needed.
    #[error("length that is not DER")]
    Length,
    /// A primitive value whose content DER forbids.
    #[error("value that is not DER")]
    Value,
    /// A repeated or out-of-place component.
    #[error("component repeated or out of order")]
    Order,
    /// More nesting than any structure we read has.
    #[error("nested too deeply")]
    Depth,
}

/// The result of reading.
pub(crate) type Asn1Result<T> = Result<T, Asn1Error>;

/// Tags, as the identifier octet in DER.
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const TELETEX_STRING: u8 = 0x14;
    pub(crate) const IA5_STRING: u8 = 0x16;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const VISIBLE_STRING: u8 = 0x1a;
    pub(crate) const UNIVERSAL_STRING: u8 = 0x1c;
    pub(crate) const BMP_STRING: u8 = 0x1e;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;

    /// `[n]`, primitive.
    pub(crate) const fn primitive(number: u8) -> u8 {
        0x80 | number
    }

    /// `[n]`, constructed.
    pub(crate) const fn constructed(number: u8) -> u8 {
        0xa0 | number
    }
}

/// One tag-length-value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    /// The identifier octet.
    pub(crate) tag: u8,
    /// Tag, length and content.
    pub(crate) whole: &'a [u8],
    /// The content alone.
    pub(crate) content: &'a [u8],
    /// Offset of `whole` in the outermost value.
    offset: usize,
}

impl<'a> Element<'a> {
    fn content_offset(&self) -> usize {
        self.offset + (self.whole.len() - self.content.len())
    }

    /// An error that points at this element.
    pub(crate) fn error(&self, kind: Asn1ErrorKind) -> Asn1Error {
        Asn1Error { kind, offset: self.offset }
    }

    /// The span of tag, length and content.
    pub(crate) fn span(&self) -> Span {
        span(self.offset, self.whole.len())
    }

    /// The span of the content alone.
    pub(crate) fn content_span(&self) -> Span {
        span(self.content_offset(), self.content.len())
    }

    /// A reader over the content.
    pub(crate) fn reader(&self) -> Reader<'a> {
        Reader { rest: self.content, offset: self.content_offset() }
    }

    /// Reads the whole content with `read` and refuses anything left over.
    pub(crate) fn within<T>(&self, read: impl FnOnce(&mut Reader<'a>) -> Asn1Result<T>) -> Asn1Result<T> {
        let mut reader = self.reader();
        let value = read(&mut reader)?;
        reader.finish()?;
        Ok(value)
    }

    /// The two's-complement content of an INTEGER or ENUMERATED, minimal as DER asks.
    pub(crate) fn integer(&self) -> Asn1Result<&'a [u8]> {
        match self.content {
            [] => Err(self.error(Asn1ErrorKind::Value)),
            [0x00, next, ..] if next & 0x80 == 0 => Err(self.error(Asn1ErrorKind::Value)),
            [0xff, next, ..] if next & 0x80 != 0 => Err(self.error(Asn1ErrorKind::Value)),
            content => Ok(content),
        }
    }

    /// A non-negative INTEGER that fits 64 bits.
    pub(crate) fn unsigned(&self) -> Asn1Result<u64> {
        let content = self.integer()?;
        let digits = match content {
            [first, ..] if first & 0x80 != 0 => return Err(self.error(Asn1ErrorKind::Value)),
            [0, rest @ ..] => rest,
            digits => digits,
        };
        if digits.len() > 8 {
            return Err(self.error(Asn1ErrorKind::Value));
        }
        Ok(digits.iter().fold(0_u64, |value, digit| (value << 8) | u64::from(*digit)))
    }

    /// A BOOLEAN.
    pub(crate) fn boolean(&self) -> Asn1Result<bool> {
        match self.content {
            [0x00] => Ok(false),
            [0xff] => Ok(true),
            _ => Err(self.error(Asn1ErrorKind::Value)),
        }
    }

    /// A BIT STRING: its octets and the number of unused bits, which must be zero bits.
    pub(crate) fn bits(&self) -> Asn1Result<(&'a [u8], u8)> {
        let (unused, octets) = self.content.split_first().ok_or(self.error(Asn1ErrorKind::Value))?;
        let fits = match octets.last() {
            None => *unused == 0,
            Some(last) => *unused < 8 && last.trailing_zeros() >= u32::from(*unused),
        };
        if fits { Ok((octets, *unused)) } else { Err(self.error(Asn1ErrorKind::Value)) }
    }

    /// A BIT STRING that holds octets.
    pub(crate) fn bit_octets(&self) -> Asn1Result<&'a [u8]> {
        match self.bits()? {
            (octets, 0) => Ok(octets),
            _ => Err(self.error(Asn1ErrorKind::Value)),
        }
    }

    /// A named BIT STRING of at most 16 bits, bit 0 lowest. Trailing zero bits are tolerated: they change nothing.
    pub(crate) fn named_bits(&self) -> Asn1Result<u16> {
        let (octets, _) = self.bits()?;
        match octets {
            [] => Ok(0),
            [first] => Ok(u16::from(first.reverse_bits())),
            [first, second] => Ok(u16::from(first.reverse_bits()) | (u16::from(second.reverse_bits()) << 8)),
            _ => Err(self.error(Asn1ErrorKind::Value)),
        }
    }

    /// The content octets of an OBJECT IDENTIFIER, checked to be a sequence of minimal subidentifiers.
    pub(crate) fn oid(&self) -> Asn1Result<&'a [u8]> {
        let mut at_start = true;
        for octet in self.content {
            if at_start && *octet == 0x80 {
                return Err(self.error(Asn1ErrorKind::Value));
            }
            at_start = octet & 0x80 == 0;
        }
        if at_start && !self.content.is_empty() { Ok(self.content) } else { Err(self.error(Asn1ErrorKind::Value)) }
    }

    /// A UTCTime or GeneralizedTime in the form that RFC 5280, 4.1.2.5 asks for: seconds present, `Z`, no fraction.
    pub(crate) fn time(&self) -> Asn1Result<UnixTime> {
        let parsed = match self.tag {
            tag::UTC_TIME => UnixTime::from_utc_time(self.content),
            tag::GENERALIZED_TIME => UnixTime::from_generalized_time(self.content),
            _ => None,
        };
        parsed.ok_or(self.error(Asn1ErrorKind::Value))
    }
}

fn span(start: usize, len: usize) -> Span {
    // Values longer than 4 GiB do not exist here: the largest input, a CRL file, is refused far below.
    let start_u32 = u32::try_from(start).unwrap_or(u32::MAX);
    let end_u32 = u32::try_from(start.saturating_add(len)).unwrap_or(u32::MAX);
    Span { start: start_u32, end: end_u32 }
}

/// Reads elements one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// A reader over `bytes`, whose offsets count from their start.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, offset: 0 }
    }

    fn error(&self, kind: Asn1ErrorKind) -> Asn1Error {
        Asn1Error { kind, offset: self.offset }
    }

    /// Nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Refuses octets that are left over.
    pub(crate) fn finish(&self) -> Asn1Result<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.error(Asn1ErrorKind::Trailing)) }
    }

    /// Skips octets that are not elements, such as the first of a BIT STRING.
    pub(crate) fn skip(&mut self, octets: usize) {
        self.rest = self.rest.get(octets..).unwrap_or_default();
        self.offset += octets;
    }

    /// The span of all that is left.
    pub(crate) fn rest_span(&self) -> Span {
        span(self.offset, self.rest.len())
    }

    /// The identifier octet of the next element, if there is one.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element, whatever its tag.
    pub(crate) fn any(&mut self) -> Asn1Result<Element<'a>> {
        let truncated = self.error(Asn1ErrorKind::Truncated);
        let bad_length = self.error(Asn1ErrorKind::Length);
        let (tag, after_tag) = self.rest.split_first().ok_or(truncated)?;
        if tag & 0x1f == 0x1f {
            // No structure that we read has a tag number above 30.
            return Err(self.error(Asn1ErrorKind::UnexpectedTag));
        }
        let (first, after_first) = after_tag.split_first().ok_or(truncated)?;
        let (length, body) = if first & 0x80 == 0 {
            (usize::from(*first), after_first)
        } else {
            let count = usize::from(first & 0x7f);
            if count == 0 || count > 4 {
                return Err(bad_length);
            }
            let (octets, body) = after_first.split_at_checked(count).ok_or(truncated)?;
            let length = octets.iter().fold(0_u64, |length, octet| (length << 8) | u64::from(*octet));
            if octets.first() == Some(&0) || length < 0x80 {
                return Err(bad_length);
            }
            (usize::try_from(length).map_err(|_| bad_length)?, body)
        };
        let (content, rest) = body.split_at_checked(length).ok_or(truncated)?;
        let (whole, _) = self.rest.split_at_checked(self.rest.len() - rest.len()).ok_or(truncated)?;
        let element = Element { tag: *tag, whole, content, offset: self.offset };
        self.offset += whole.len();
        self.rest = rest;
        Ok(element)
    }

    /// The next element, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Asn1Result<Element<'a>> {
        if self.peek().is_some_and(|found| found != tag) {
            return Err(self.error(Asn1ErrorKind::UnexpectedTag));
        }
        self.any()
    }

    /// The next element if it has this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Asn1Result<Option<Element<'a>>> {
        if self.peek() == Some(tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// The next element, a SEQUENCE.
    pub(crate) fn sequence(&mut self) -> Asn1Result<Element<'a>> {
        self.expect(tag::SEQUENCE)
    }

    /// The next element, an OBJECT IDENTIFIER; its content octets.
    pub(crate) fn oid(&mut self) -> Asn1Result<&'a [u8]> {
        self.expect(tag::OBJECT_IDENTIFIER)?.oid()
    }
}

/// Reads exactly one element that fills `bytes`.
pub(crate) fn single(bytes: &[u8]) -> Asn1Result<Element<'_>> {
    let mut reader = Reader::new(bytes);
    let element = reader.any()?;
    reader.finish()?;
    Ok(element)
}

/// Reads exactly one SEQUENCE that fills `bytes`.
pub(crate) fn single_sequence(bytes: &[u8]) -> Asn1Result<Element<'_>> {
    let mut reader = Reader::new(bytes);
    let element = reader.sequence()?;
    reader.finish()?;
    Ok(element)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(bytes: &[u8]) -> Asn1ErrorKind {
        single(bytes).map(|_| ()).expect_err("the encoding is wrong").kind
    }

    #[test]
    fn indefinite_and_padded_lengths_are_refused() {
        assert_eq!(kind_of(&[0x30, 0x80, 0, 0]), Asn1ErrorKind::Length);
        assert_eq!(kind_of(&[0x04, 0x81, 0x01, 0xaa]), Asn1ErrorKind::Length);
        assert_eq!(kind_of(&[0x04, 0x82, 0x00, 0x81]), Asn1ErrorKind::Length);
        assert_eq!(kind_of(&[0x04, 0x85, 0, 0, 0, 0, 1, 0]), Asn1ErrorKind::Length);
    }

    #[test]
    fn a_length_beyond_the_input_is_truncated_not_allocated() {
        assert_eq!(kind_of(&[0x04, 0x84, 0xff, 0xff, 0xff, 0xff]), Asn1ErrorKind::Truncated);
        assert_eq!(kind_of(&[0x04, 0x02, 0x00]), Asn1ErrorKind::Truncated);
        assert_eq!(kind_of(&[]), Asn1ErrorKind::Truncated);
    }

    #[test]
    fn octets_after_the_value_are_refused() {
        let error = single(&[0x05, 0x00, 0x00]).expect_err("one octet too many");
        assert_eq!(error, Asn1Error { kind: Asn1ErrorKind::Trailing, offset: 2 });
    }

    #[test]
    fn primitive_values_have_one_encoding() {
        let element = |bytes| single(bytes).expect("a well-formed element");
        assert_eq!(element(&[2, 2, 0, 1]).integer().map_err(|e| e.kind), Err(Asn1ErrorKind::Value));
        assert_eq!(element(&[2, 2, 0xff, 0x80]).integer().map_err(|e| e.kind), Err(Asn1ErrorKind::Value));
        assert_eq!(element(&[2, 0]).integer().map_err(|e| e.kind), Err(Asn1ErrorKind::Value));
        assert_eq!(element(&[2, 2, 0, 0x80]).unsigned(), Ok(128));
        assert_eq!(element(&[2, 1, 0x80]).unsigned().map_err(|e| e.kind), Err(Asn1ErrorKind::Value));
        assert_eq!(element(&[1, 1, 1]).boolean().map_err(|e| e.kind), Err(Asn1ErrorKind::Value));
        assert_eq!(element(&[3, 2, 1, 0x01]).bits().map_err(|e| e.kind), Err(Asn1ErrorKind::Value));
        assert_eq!(element(&[3, 2, 7, 0x80]).named_bits(), Ok(1));
        assert_eq!(element(&[6, 2, 0x2a, 0x80]).oid().map_err(|e| e.kind), Err(Asn1ErrorKind::Value));
        assert_eq!(element(&[6, 3, 0x2a, 0x80, 0x01]).oid().map_err(|e| e.kind), Err(Asn1ErrorKind::Value));
    }

    #[test]
    fn a_span_gives_the_same_bytes_back() {
        let bytes = [0x30, 0x05, 0x02, 0x01, 0x07, 0x05, 0x00];
        let mut inner = single_sequence(&bytes).expect("a sequence").reader();
        let integer = inner.any().expect("an integer");
        assert_eq!(integer.span().of(&bytes), [0x02, 0x01, 0x07]);
        assert_eq!(integer.content_span().of(&bytes), [0x07]);
        assert!(integer.content_span().of(&[]).is_empty());
    }
}
