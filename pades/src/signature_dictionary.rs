//! The signature dictionary, written with a hole (ISO 32000-2, table 255; EN 319 142-1, 6.3).
//!
//! `/ByteRange` and `/Contents` are found by construction: writing them yields their offsets, so
//! that nobody searches the file for something that a hostile document may contain as well.
//! Invariant: between the `<` and the `>` of the gap stand only digits, all `0`, two an octet.

use std::ops::Range;

use crate::options::PrepareOptions;

/// Ten digits a number: as many as a cross-reference entry has (7.5.4).
const NUMBER_DIGITS: usize = 10;
/// `0`, three numbers, and a space before each.
const BYTE_RANGE_WIDTH: usize = 1 + 3 * (1 + NUMBER_DIGITS);

/// Where the two entries lie that are filled in later.
#[derive(Clone, Debug)]
pub(crate) struct Placeholder {
    /// The octets between the brackets of `/ByteRange`.
    byte_range: Range<usize>,
    /// The hexadecimal string of `/Contents`, with its angle brackets.
    pub(crate) gap: Range<usize>,
}

/// Appends the dictionary to the file. `reference` is a ready-made `/Reference` array, if any.
pub(crate) fn write(out: &mut Vec<u8>, options: &PrepareOptions, reference: Option<&[u8]>) -> Placeholder {
    out.extend_from_slice(b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached ");
    if let Some(seal) = &options.seal {
        out.extend_from_slice(b"/TKN_Seal ");
        push_text_string(out, seal);
        out.push(b' ');
    }
    out.extend_from_slice(b"/ByteRange [");
    let byte_range = reserve(out, BYTE_RANGE_WIDTH, b' ');
    out.extend_from_slice(b"] /Contents ");
    let gap_start = out.len();
    out.push(b'<');
    reserve(out, options.contents_size.octets().saturating_mul(2), b'0');
    out.push(b'>');
    let gap = gap_start..out.len();
    out.extend_from_slice(format!(" /M ({})", options.claimed_signing_time).as_bytes());
    for (key, text) in [("Name", &options.name), ("Reason", &options.reason), ("Location", &options.location)] {
        if let Some(text) = text {
            out.extend_from_slice(format!(" /{key} ").as_bytes());
            push_text_string(out, text);
        }
    }
    if let Some(reference) = reference {
        out.extend_from_slice(b" /Reference ");
        out.extend_from_slice(reference);
    }
    out.extend_from_slice(b" >>");
    Placeholder { byte_range, gap }
}

impl Placeholder {
    /// Fills in `/ByteRange` now that the end of the file is known. The three numbers are at most
    /// ten digits long because the caller refuses longer files.
    pub(crate) fn fill_byte_range(&self, file: &mut [u8]) {
        let numbers = format!("0 {} {} {}", self.gap.start, self.gap.end, file.len().saturating_sub(self.gap.end));
        let hole = file.get_mut(self.byte_range.clone()).expect("the hole was written by `write`");
        for (octet, digit) in hole.iter_mut().zip(numbers.bytes()) {
            *octet = digit;
        }
    }
}

fn reserve(out: &mut Vec<u8>, length: usize, fill: u8) -> Range<usize> {
    let start = out.len();
    let end = start.saturating_add(length);
    out.resize(end, fill);
    start..end
}

/// A text string (7.9.2.2): a literal string where every character is printable ASCII, which is
/// the same in PDFDocEncoding; otherwise UTF-16BE with a byte order mark, in hexadecimal.
pub(crate) fn push_text_string(out: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|octet| (0x20..0x7f).contains(&octet)) {
        out.push(b'(');
        for octet in text.bytes() {
            if matches!(octet, b'(' | b')' | b'\\') {
                out.push(b'\\');
            }
            out.push(octet);
        }
        out.push(b')');
        return;
    }
    out.extend_from_slice(b"<FEFF");
    for unit in text.encode_utf16() {
        out.extend_from_slice(format!("{unit:04X}").as_bytes());
    }
    out.push(b'>');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> String {
        let mut out = Vec::new();
        push_text_string(&mut out, text);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn parentheses_and_backslashes_cannot_end_a_string_early() {
        assert_eq!(text(r"a) /Type /X (b\"), r"(a\) /Type /X \(b\\)");
    }

    #[test]
    fn what_is_not_printable_ascii_becomes_utf_16() {
        assert_eq!(text("é"), "<FEFF00E9>");
        assert_eq!(text("a\nb"), "<FEFF0061000A0062>");
        assert_eq!(text("𝄞"), "<FEFFD834DD1E>");
        assert_eq!(text(""), "()");
    }

    #[test]
    fn the_widest_byte_range_fits_its_hole() {
        assert_eq!(format!("0 {0} {0} {0}", 9_999_999_999_u64).len(), BYTE_RANGE_WIDTH);
    }
}
