//! Distinguished names: comparing them as RFC 5280, 7.1 says, and showing them.
//!
//! Job: decide whether two names are the same name, or one lies below another, although one CA writes
//! PrintableString where another writes UTF8String, other case, or more blanks. Byte equality is the fast path.
//! Invariant: equality is symmetric and never looks at the display form, so look-alike letters (Latin a, Cyrillic а)
//! stay different.
//!
//! ```text
//! Name ::= SEQUENCE OF RelativeDistinguishedName
//! RelativeDistinguishedName ::= SET SIZE (1..MAX) OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }
//! ```

use std::fmt::Write as _;

use crate::asn1::{Asn1Result, Element, Reader, single_sequence, tag};
use crate::oid::{self, Oid};

/// One attribute of a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Attribute<'a> {
    oid: &'a [u8],
    value: Value<'a>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value<'a> {
    /// A character string, prepared for comparison.
    Text(String),
    /// Anything else: compared octet by octet (RFC 5280, 7.1, last paragraph).
    Raw(u8, &'a [u8]),
}

/// A name, prepared: relative distinguished names in order, the attributes of each sorted.
type Prepared<'a> = Vec<Vec<Attribute<'a>>>;

/// The two names are the same. A name that cannot be read is the same as none, itself included unless octet-equal.
pub(crate) fn is_same(first: &[u8], second: &[u8]) -> bool {
    if first == second {
        return true;
    }
    match (prepare(first), prepare(second)) {
        (Ok(first), Ok(second)) => first == second,
        _ => false,
    }
}

/// `name` lies in the subtree that `base` spans: its first relative distinguished names are those of `base`
/// (RFC 5280, 4.2.1.10).
pub(crate) fn is_within(name: &[u8], base: &[u8]) -> Asn1Result<bool> {
    Ok(prepare(name)?.starts_with(&prepare(base)?))
}

/// `issuer` with one more relative distinguished name, given as the content of its SET (RFC 5280, 4.2.1.13,
/// nameRelativeToCRLIssuer), is `name`.
pub(crate) fn is_relative(name: &[u8], issuer: &[u8], last: &[u8]) -> bool {
    let Ok(name) = prepare(name) else { return false };
    let (Ok(mut full), Ok(last)) = (prepare(issuer), prepare_rdn(Reader::new(last))) else { return false };
    full.push(last);
    name == full
}

/// The name has no attribute at all.
pub(crate) fn is_empty(name: &[u8]) -> bool {
    single_sequence(name).is_ok_and(|sequence| sequence.content.is_empty())
}

fn prepare(name: &[u8]) -> Asn1Result<Prepared<'_>> {
    let mut rdns = Vec::new();
    let mut reader = single_sequence(name)?.reader();
    while !reader.is_empty() {
        rdns.push(prepare_rdn(reader.expect(tag::SET)?.reader())?);
    }
    Ok(rdns)
}

fn prepare_rdn(mut reader: Reader<'_>) -> Asn1Result<Vec<Attribute<'_>>> {
    let mut attributes = Vec::new();
    while !reader.is_empty() {
        let (oid, value) = attribute(&mut reader)?;
        let value = text(&value).map_or(Value::Raw(value.tag, value.content), |text| Value::Text(fold(&text)));
        attributes.push(Attribute { oid, value });
    }
    attributes.sort();
    Ok(attributes)
}

fn attribute<'a>(reader: &mut Reader<'a>) -> Asn1Result<(&'a [u8], Element<'a>)> {
    reader.sequence()?.within(|reader| Ok((reader.oid()?, reader.any()?)))
}

/// The characters of a string type; `None` for other types and for octets that the type does not allow.
fn text(value: &Element<'_>) -> Option<String> {
    match value.tag {
        tag::UTF8_STRING => std::str::from_utf8(value.content).ok().map(str::to_owned),
        tag::PRINTABLE_STRING | tag::IA5_STRING | tag::VISIBLE_STRING if value.content.is_ascii() => {
            std::str::from_utf8(value.content).ok().map(str::to_owned)
        }
        // T.61 in practice is Latin-1 (what every implementation writes).
        tag::TELETEX_STRING => Some(value.content.iter().copied().map(char::from).collect()),
        tag::BMP_STRING if value.content.len().is_multiple_of(2) => {
            let units = value
                .content
                .chunks_exact(2)
                .map(|pair| pair.iter().fold(0_u16, |unit, octet| (unit << 8) | u16::from(*octet)));
            char::decode_utf16(units).collect::<Result<_, _>>().ok()
        }
        tag::UNIVERSAL_STRING if value.content.len().is_multiple_of(4) => value
            .content
            .chunks_exact(4)
            .map(|quad| char::from_u32(quad.iter().fold(0_u32, |unit, octet| (unit << 8) | u32::from(*octet))))
            .collect(),
        _ => None,
    }
}

/// Prepares characters for comparison: case folded, characters that print nothing dropped, blanks at the ends
/// dropped and inner runs made one (RFC 4518, 2.2 and 2.6.1). Compatibility forms are not unified (2.3): two names
/// that differ in them are different names here, which can only refuse.
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank_pending = false;
    for character in text.chars() {
        if character.is_whitespace() {
            blank_pending = !out.is_empty();
            continue;
        }
        if character.is_control() || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}') {
            continue;
        }
        if std::mem::take(&mut blank_pending) {
            out.push(' ');
        }
        out.extend(character.to_lowercase());
    }
    out
}

/// The values of every attribute of this type, in order, as they are shown.
pub(crate) fn attribute_values(name: &[u8], wanted: &[u8]) -> Vec<String> {
    let mut values = Vec::new();
    let mut collect = || -> Asn1Result<()> {
        let mut rdns = single_sequence(name)?.reader();
        while !rdns.is_empty() {
            let mut rdn = rdns.expect(tag::SET)?.reader();
            while !rdn.is_empty() {
                let (oid, value) = attribute(&mut rdn)?;
                if oid == wanted {
                    values.extend(text(&value));
                }
            }
        }
        Ok(())
    };
    // What was read before a malformed part is still worth showing; nothing is decided by it.
    let _ = collect();
    values
}

/// The name for people: the common name, else everything that it says.
pub(crate) fn display(name: &[u8]) -> String {
    attribute_values(name, oid::COMMON_NAME).into_iter().next_back().unwrap_or_else(|| display_full(name))
}

/// The whole name, most specific part first (in the manner of RFC 4514).
pub(crate) fn display_full(name: &[u8]) -> String {
    let mut parts = Vec::new();
    let Ok(sequence) = single_sequence(name) else { return String::new() };
    let mut rdns = sequence.reader();
    while let Ok(rdn) = rdns.expect(tag::SET) {
        let mut rdn = rdn.reader();
        while let Ok((oid, value)) = attribute(&mut rdn) {
            let mut part = String::new();
            match short_name(oid) {
                Some(short) => part.push_str(short),
                None => write!(part, "{}", Oid::new(oid)).unwrap_or_default(),
            }
            part.push('=');
            match text(&value) {
                Some(text) => part.push_str(&text),
                None => write!(part, "#{}", hex::encode(value.whole)).unwrap_or_default(),
            }
            parts.push(part);
        }
    }
    parts.reverse();
    parts.join(", ")
}

fn short_name(oid: &[u8]) -> Option<&'static str> {
    Some(match oid {
        [0x55, 4, 3] => "CN",
        [0x55, 4, 5] => "serialNumber",
        [0x55, 4, 6] => "C",
        [0x55, 4, 7] => "L",
        [0x55, 4, 8] => "ST",
        [0x55, 4, 10] => "O",
        [0x55, 4, 11] => "OU",
        [0x55, 4, 12] => "title",
        oid::EMAIL_ADDRESS => "emailAddress",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORGANIZATION: &[u8] = &[0x55, 4, 10];

    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![tag, u8::try_from(content.len()).expect("short test values")];
        out.extend_from_slice(content);
        out
    }

    fn name(attributes: &[(&[u8], u8, &[u8])]) -> Vec<u8> {
        let rdns: Vec<u8> = attributes
            .iter()
            .flat_map(|(oid, string, value)| tlv(0x31, &tlv(0x30, &[tlv(6, oid), tlv(*string, value)].concat())))
            .collect();
        tlv(0x30, &rdns)
    }

    #[test]
    fn case_blanks_and_string_type_make_no_difference() {
        let printable = name(&[(oid::COMMON_NAME, tag::PRINTABLE_STRING, b"Kepala Dinas")]);
        let utf8 = name(&[(oid::COMMON_NAME, tag::UTF8_STRING, b"  KEPALA \t dinas ")]);
        let bmp = name(&[(oid::COMMON_NAME, tag::BMP_STRING, b"\0k\0e\0p\0a\0l\0a\0 \0d\0i\0n\0a\0s")]);
        assert!(is_same(&printable, &utf8));
        assert!(is_same(&bmp, &utf8));
    }

    #[test]
    fn look_alike_letters_and_missing_blanks_make_another_name() {
        let latin = name(&[(oid::COMMON_NAME, tag::UTF8_STRING, "Kepala".as_bytes())]);
        let cyrillic = name(&[(oid::COMMON_NAME, tag::UTF8_STRING, "K\u{435}pala".as_bytes())]);
        let split = name(&[(oid::COMMON_NAME, tag::UTF8_STRING, b"Kep ala")]);
        assert!(!is_same(&latin, &cyrillic));
        assert!(!is_same(&latin, &split));
    }

    #[test]
    fn order_of_the_parts_matters_and_prefixes_are_subtrees() {
        let org = (ORGANIZATION, tag::UTF8_STRING, &b"Dinas"[..]);
        let common = (oid::COMMON_NAME, tag::UTF8_STRING, &b"Budi"[..]);
        let whole = name(&[org, common]);
        assert!(!is_same(&whole, &name(&[common, org])));
        assert_eq!(is_within(&whole, &name(&[org])), Ok(true));
        assert_eq!(is_within(&name(&[org]), &whole), Ok(false));
        assert_eq!(is_within(&whole, &name(&[])), Ok(true));
    }

    #[test]
    fn what_cannot_be_read_is_no_name() {
        assert!(!is_same(&[0x30, 0x01, 0x31], &[0x30, 0x00]));
        assert_eq!(display(&[0xff]), "");
    }
}
