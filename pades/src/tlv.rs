//! Definite-length DER, element by element (X.690 clause 10).
//!
//! Writing puts already encoded parts together; reading hands out the octets exactly as they
//! stand in the input. Nothing is decoded and encoded again, so what was hashed or signed keeps
//! its octets. Invariant: everything written here has minimal lengths.

use der::{Header, Reader, SliceReader, Tag};

/// BOOLEAN, INTEGER and so on are not listed: only the tags this crate writes.
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
/// `[0]`, constructed: IMPLICIT over a SET or SEQUENCE, or EXPLICIT.
pub(crate) const CONTEXT_0: u8 = 0xa0;
/// `[4]`, constructed: directoryName of a GeneralName.
pub(crate) const CONTEXT_4: u8 = 0xa4;

/// One element whose content is `parts`, one after the other.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content_length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(content_length.saturating_add(6));
    out.push(tag);
    push_length(&mut out, content_length);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// An OBJECT IDENTIFIER element.
pub(crate) fn oid(oid: &const_oid::ObjectIdentifier) -> Vec<u8> {
    tlv(OBJECT_IDENTIFIER, &[oid.as_bytes()])
}

/// A SET OF element: DER wants its members in the order of their encodings (X.690, 11.6).
pub(crate) fn set_of(tag: u8, members: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut sorted: Vec<&[u8]> = members.iter().map(AsRef::as_ref).collect();
    sorted.sort_unstable();
    tlv(tag, &sorted)
}

fn push_length(out: &mut Vec<u8>, length: usize) {
    if length < 0x80 {
        out.push(u8::try_from(length).expect("below 0x80"));
        return;
    }
    let octets = length.to_be_bytes();
    let significant = octets.iter().position(|octet| *octet != 0).unwrap_or(0);
    let octets = octets.split_at(significant).1;
    out.push(0x80 | u8::try_from(octets.len()).expect("a usize has at most 8 octets"));
    out.extend_from_slice(octets);
}

/// One element as it stands in the input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    /// Tag, length and content.
    pub(crate) raw: &'a [u8],
    /// Content only.
    pub(crate) content: &'a [u8],
}

impl<'a> Element<'a> {
    /// Reads the one element that `octets` must be.
    pub(crate) fn only(octets: &'a [u8], tag: Tag) -> der::Result<Self> {
        let mut reader = SliceReader::new(octets)?;
        let element = Self::read(&mut reader, tag)?;
        reader.finish()?;
        Ok(element)
    }

    /// Reads the next element, which must have this tag.
    pub(crate) fn read(reader: &mut SliceReader<'a>, tag: Tag) -> der::Result<Self> {
        Header::peek(reader)?.tag().assert_eq(tag)?;
        Self::read_any(reader)
    }

    /// Reads the next element if it has this tag.
    pub(crate) fn read_optional(reader: &mut SliceReader<'a>, tag: Tag) -> der::Result<Option<Self>> {
        if reader.is_finished() || Tag::peek(reader)? != tag {
            return Ok(None);
        }
        Self::read_any(reader).map(Some)
    }

    /// Reads the next element, whatever it is.
    pub(crate) fn read_any(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        let content_length = usize::try_from(Header::peek(reader)?.length())?;
        let raw = reader.tlv_bytes()?;
        let header_length = raw.len().saturating_sub(content_length);
        Ok(Self { raw, content: raw.split_at(header_length).1 })
    }

    /// A reader over the content.
    pub(crate) fn reader(&self) -> der::Result<SliceReader<'a>> {
        SliceReader::new(self.content)
    }

    /// The content as a list of elements of one tag.
    pub(crate) fn members(&self, tag: Tag) -> der::Result<Vec<Self>> {
        let mut reader = self.reader()?;
        let mut members = Vec::new();
        while !reader.is_finished() {
            members.push(Self::read(&mut reader, tag)?);
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_minimal() {
        for (length, header) in [
            (0, vec![4, 0]),
            (0x7f, vec![4, 0x7f]),
            (0x80, vec![4, 0x81, 0x80]),
            (0xff, vec![4, 0x81, 0xff]),
            (0x100, vec![4, 0x82, 1, 0]),
            (0x1_0000, vec![4, 0x83, 1, 0, 0]),
        ] {
            let written = tlv(OCTET_STRING, &[&vec![0; length]]);
            assert_eq!(written.split_at(header.len()).0, header);
            let read = Element::only(&written, Tag::OctetString).expect("own writing");
            assert_eq!((read.raw.len(), read.content.len()), (written.len(), length));
        }
    }

    #[test]
    fn set_members_are_ordered_by_encoding() {
        let members = [tlv(INTEGER, &[&[2]]), tlv(INTEGER, &[&[1]]), tlv(OCTET_STRING, &[])];
        assert_eq!(set_of(SET, &members), [0x31, 8, 2, 1, 1, 2, 1, 2, 4, 0]);
    }

    #[test]
    fn a_second_element_is_refused() {
        assert_eq!(
            Element::only(&[4, 0, 4, 0], Tag::OctetString).map_err(|error| error.kind()).err(),
            Some(der::ErrorKind::TrailingData { decoded: der::Length::new(2), remaining: der::Length::new(2) })
        );
    }
}
