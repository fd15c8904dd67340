//! BER to DER, for signatures that other software wrote with indefinite lengths (ITU-T X.690, clause 8).
//!
//! Job: rewrite one BER value as DER, so that everything above reads DER only. RFC 5652 allows BER around the
//! parts that are hashed; whoever calls this reports that it was needed.
//! Invariant: nesting is limited, and the output is not longer than a small multiple of the input.
//! It does not sort SETs: an order that was signed must be seen as it stands.

use super::{Asn1Error, Asn1ErrorKind, Asn1Result};

/// Nesting that no honest CMS reaches: a time-stamp inside a signature inside a content is about 25 deep.
const MAX_DEPTH: usize = 64;

/// Rewrites the first BER value in `bytes` as DER; also says how many octets it took.
pub(crate) fn to_der(bytes: &[u8]) -> Asn1Result<(Vec<u8>, usize)> {
    let mut out = Vec::with_capacity(bytes.len());
    let used = value(bytes, 0, MAX_DEPTH, &mut out)?;
    Ok((out, used))
}

struct Header {
    tag: u8,
    /// `None`: indefinite.
    length: Option<usize>,
    content_at: usize,
}

fn header(bytes: &[u8], at: usize) -> Asn1Result<Header> {
    let error = |kind| Asn1Error { kind, offset: at };
    let (tag, first) = match bytes.get(at..) {
        Some([tag, first, ..]) => (*tag, *first),
        _ => return Err(error(Asn1ErrorKind::Truncated)),
    };
    if tag & 0x1f == 0x1f {
        return Err(error(Asn1ErrorKind::UnexpectedTag));
    }
    let content_at = at + 2;
    if first == 0x80 {
        return Ok(Header { tag, length: None, content_at });
    }
    if first & 0x80 == 0 {
        return Ok(Header { tag, length: Some(usize::from(first)), content_at });
    }
    let count = usize::from(first & 0x7f);
    let octets = bytes.get(content_at..content_at + count).ok_or(error(Asn1ErrorKind::Truncated))?;
    let length = octets
        .iter()
        .try_fold(0_usize, |length, octet| length.checked_mul(256)?.checked_add(usize::from(*octet)))
        .ok_or(error(Asn1ErrorKind::Length))?;
    Ok(Header { tag, length: Some(length), content_at: content_at + count })
}

/// Writes the value at `at` and returns the offset behind it.
fn value(bytes: &[u8], at: usize, depth: usize, out: &mut Vec<u8>) -> Asn1Result<usize> {
    let error = |kind| Asn1Error { kind, offset: at };
    let Header { tag, length, content_at } = header(bytes, at)?;
    let depth = depth.checked_sub(1).ok_or(error(Asn1ErrorKind::Depth))?;
    let end = match length {
        Some(length) => {
            let end = content_at.checked_add(length).filter(|end| *end <= bytes.len());
            Some(end.ok_or(error(Asn1ErrorKind::Truncated))?)
        }
        None => None,
    };
    if tag & 0x20 == 0 {
        let end = end.ok_or(error(Asn1ErrorKind::Length))?;
        write(out, tag, bytes.get(content_at..end).unwrap_or_default());
        return Ok(end);
    }
    // A constructed string is its pieces joined; anything else constructed keeps its members. Segmented BIT
    // STRINGs (0x23) appear in no signature that was seen: refuse them rather than join them wrongly.
    let is_string = match tag {
        0x24 | 0x2c | 0x33 | 0x36 => true,
        0x23 => return Err(error(Asn1ErrorKind::Value)),
        _ => false,
    };
    let mut members = Vec::new();
    let mut position = content_at;
    let inside = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
    let end = loop {
        match end {
            Some(end) if position == end => break end,
            None if inside.get(position..position + 2) == Some(&[0, 0]) => break position + 2,
            _ => position = member(inside, position, depth, is_string, &mut members)?,
        }
    };
    write(out, if is_string { tag & !0x20 } else { tag }, &members);
    Ok(end)
}

fn member(bytes: &[u8], at: usize, depth: usize, is_string: bool, members: &mut Vec<u8>) -> Asn1Result<usize> {
    if !is_string {
        return value(bytes, at, depth, members);
    }
    let mut piece = Vec::new();
    let end = value(bytes, at, depth, &mut piece)?;
    members.extend_from_slice(super::single(&piece)?.content);
    Ok(end)
}

fn write(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    out.push(tag);
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let octets: Vec<u8> = content.len().to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect();
            out.push(0x80 | u8::try_from(octets.len()).unwrap_or(8));
            out.extend_from_slice(&octets);
        }
    }
    out.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indefinite_lengths_and_string_pieces_become_der() {
        let ber = [0x30, 0x80, 0x24, 0x80, 0x04, 0x01, 0xaa, 0x04, 0x01, 0xbb, 0, 0, 0x05, 0x00, 0, 0];
        assert_eq!(to_der(&ber), Ok((vec![0x30, 0x06, 0x04, 0x02, 0xaa, 0xbb, 0x05, 0x00], 16)));
    }

    #[test]
    fn der_stays_as_it_is() {
        let der = [0x30, 0x03, 0x02, 0x01, 0x05];
        assert_eq!(to_der(&der), Ok((der.to_vec(), 5)));
    }

    #[test]
    fn nesting_is_limited() {
        let deep = [0x30, 0x80].repeat(100_000);
        assert_eq!(to_der(&deep).map_err(|error| error.kind), Err(Asn1ErrorKind::Depth));
    }

    #[test]
    fn a_member_may_not_pass_the_end_of_its_parent() {
        let bytes = [0x30, 0x02, 0x04, 0x05, 1, 2, 3, 4, 5];
        assert_eq!(to_der(&bytes).map_err(|error| error.kind), Err(Asn1ErrorKind::Truncated));
    }
}
