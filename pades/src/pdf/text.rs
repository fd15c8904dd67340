//! What the written forms of names and strings stand for (ISO 32000-2, 7.3.4, 7.3.5, 7.9.2).

use std::borrow::Cow;

/// The octets of a name: `#xx` is decoded, a `#` without two hexadecimal digits stands for itself.
pub(crate) fn name_octets(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.contains(&b'#') {
        return Cow::Borrowed(raw);
    }
    let mut octets = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first == b'#'
            && let [high, low, after @ ..] = tail
            && let (Some(high), Some(low)) = (hex_digit(*high), hex_digit(*low))
        {
            octets.push((high << 4) | low);
            rest = after;
        } else {
            octets.push(first);
        }
    }
    Cow::Owned(octets)
}

/// The octets of a literal string: escapes decoded, every end-of-line one LF (7.3.4.2).
pub(crate) fn literal_octets(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.iter().any(|octet| matches!(octet, b'\\' | b'\r')) {
        return Cow::Borrowed(raw);
    }
    let mut octets = Vec::with_capacity(raw.len());
    let mut rest = raw.iter().copied().peekable();
    while let Some(octet) = rest.next() {
        match octet {
            b'\r' => {
                rest.next_if_eq(&b'\n');
                octets.push(b'\n');
            }
            b'\\' => match rest.next() {
                Some(b'n') => octets.push(b'\n'),
                Some(b'r') => octets.push(b'\r'),
                Some(b't') => octets.push(b'\t'),
                Some(b'b') => octets.push(8),
                Some(b'f') => octets.push(12),
                // A line that ends in a solidus goes on in the next one.
                Some(b'\r') => {
                    rest.next_if_eq(&b'\n');
                }
                Some(b'\n') | None => {}
                Some(digit @ b'0'..=b'7') => {
                    // One to three octal digits; what is above one octet is cut off (table 3).
                    let mut code = u32::from(digit & 7);
                    for _ in 0..2 {
                        let Some(digit) = rest.next_if(|next| matches!(next, b'0'..=b'7')) else { break };
                        code = (code << 3) | u32::from(digit & 7);
                    }
                    octets.push((code & 0xFF) as u8);
                }
                Some(other) => octets.push(other),
            },
            other => octets.push(other),
        }
    }
    Cow::Owned(octets)
}

/// The octets of a hexadecimal string of which the lexer has seen that it holds digits and white space only. A
/// missing last digit is 0 (7.3.4.3).
pub(crate) fn hexadecimal_octets(raw: &[u8]) -> Vec<u8> {
    // The common case is one long run of digits, the /Contents of a signature: loops without branches, which the
    // compiler turns into vector instructions.
    let (pairs, odd) = raw.as_chunks::<2>();
    if odd.is_empty() && all_digits(raw) {
        return pairs.iter().map(|pair| pair_value(*pair)).collect();
    }
    let digits: Vec<u8> = raw.iter().copied().filter_map(hex_digit).collect();
    let (pairs, odd) = digits.as_chunks::<2>();
    let last = odd.iter().map(|digit| digit << 4);
    pairs.iter().map(|[high, low]| (high << 4) | low).chain(last).collect()
}

/// Whether all of it is hexadecimal digits.
pub(crate) fn all_digits(octets: &[u8]) -> bool {
    octets.iter().fold(true, |all, octet| all & octet.is_ascii_hexdigit())
}

/// The octet that two digits stand for, both at once in the two halves of 16 bits.
const fn pair_value(pair: [u8; 2]) -> u8 {
    let digits = u16::from_le_bytes(pair);
    // Letters have bit 6 set, and their low nibble is 1 for A.
    let letters = (digits >> 6) & 0x0101;
    let values = (digits & 0x0F0F).wrapping_add((letters << 3) | letters) & 0x0F0F;
    ((values << 4) | (values >> 8)) as u8
}

/// The value of a hexadecimal digit.
pub(crate) const fn hex_digit(digit: u8) -> Option<u8> {
    if digit.is_ascii_hexdigit() { Some(pair_value([b'0', digit])) } else { None }
}

/// A text string as Unicode (7.9.2.2). What does not decode becomes U+FFFD.
pub(crate) fn text_string(octets: &[u8]) -> String {
    if let Some(utf16) = octets.strip_prefix(b"\xFE\xFF") {
        let (units, odd) = utf16.as_chunks::<2>();
        let decoded = char::decode_utf16(units.iter().map(|unit| u16::from_be_bytes(*unit)))
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
        return decoded.chain((!odd.is_empty()).then_some(char::REPLACEMENT_CHARACTER)).collect();
    }
    if let Some(utf8) = octets.strip_prefix(b"\xEF\xBB\xBF") {
        return String::from_utf8_lossy(utf8).into_owned();
    }
    octets.iter().copied().map(pdf_doc_encoding).collect()
}

/// PDFDocEncoding (annex D.2): Latin-1 but for these.
fn pdf_doc_encoding(octet: u8) -> char {
    match octet {
        0x18..=0x1F => ['\u{2D8}', '\u{2C7}', '\u{2C6}', '\u{2D9}', '\u{2DD}', '\u{2DB}', '\u{2DA}', '\u{2DC}']
            .get(usize::from(octet & 7))
            .copied(),
        0x80..=0x9F => [
            '\u{2022}',
            '\u{2020}',
            '\u{2021}',
            '\u{2026}',
            '\u{2014}',
            '\u{2013}',
            '\u{192}',
            '\u{2044}',
            '\u{2039}',
            '\u{203A}',
            '\u{2212}',
            '\u{2030}',
            '\u{201E}',
            '\u{201C}',
            '\u{201D}',
            '\u{2018}',
            '\u{2019}',
            '\u{201A}',
            '\u{2122}',
            '\u{FB01}',
            '\u{FB02}',
            '\u{141}',
            '\u{152}',
            '\u{160}',
            '\u{178}',
            '\u{17D}',
            '\u{131}',
            '\u{142}',
            '\u{153}',
            '\u{161}',
            '\u{17E}',
            char::REPLACEMENT_CHARACTER,
        ]
        .get(usize::from(octet & 0x1F))
        .copied(),
        0xA0 => Some('\u{20AC}'),
        0x7F | 0xAD => None,
        latin => Some(char::from(latin)),
    }
    .unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_what_they_stand_for() {
        assert_eq!(*name_octets(b"Con#74ents"), *b"Contents");
        assert_eq!(*name_octets(b"A#2"), *b"A#2");
        assert_eq!(*name_octets(b"#zz#41"), *b"#zzA");
    }

    #[test]
    fn literal_strings_decode_every_escape() {
        assert_eq!(*literal_octets(br"a\n\r\t\b\f\(\)\\\q"), *b"a\n\r\t\x08\x0C()\\q");
        assert_eq!(*literal_octets(br"\53\053\0053\777"), *b"++\x053\xFF");
        assert_eq!(*literal_octets(b"a\\\r\nb\\\nc\rd\r\ne"), *b"abc\nd\ne");
        assert_eq!(*literal_octets(b"cut\\"), *b"cut");
    }

    #[test]
    fn hexadecimal_strings_skip_white_space_and_complete_the_last_digit() {
        assert_eq!(hexadecimal_octets(b"901FA3"), [0x90, 0x1F, 0xA3]);
        assert_eq!(hexadecimal_octets(b"901fa"), [0x90, 0x1F, 0xA0]);
        assert_eq!(hexadecimal_octets(b"9 0\n1f a3 "), [0x90, 0x1F, 0xA3]);
        assert_eq!(hexadecimal_octets(b""), [0_u8; 0]);
    }

    #[test]
    fn text_strings_are_utf16_utf8_or_pdf_doc_encoding() {
        assert_eq!(text_string(b"\xFE\xFF\x00A\xD8\x3D\xDE\x00"), "A\u{1F600}");
        assert_eq!(text_string(b"\xFE\xFF\x00A\x00"), "A\u{FFFD}");
        assert_eq!(text_string(b"\xEF\xBB\xBF\xC3\xA9"), "\u{E9}");
        assert_eq!(text_string(b"a\x80\xA0\xE9\x18\x9F"), "a\u{2022}\u{20AC}\u{E9}\u{2D8}\u{FFFD}");
    }
}
