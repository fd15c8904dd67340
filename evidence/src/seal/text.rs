//! Texts inside a seal: in base 40 where their characters allow it, in UTF-8 elsewhere. Both stand in the [module](super).
//!
//! A text has one form, so that the same words are the same octets wherever they are sealed and compared.

use std::fmt;

use thiserror::Error;

use crate::{
    cbor::{CborType, Reader, Writer},
    seal::error::PayloadError,
};

const ALPHABET: &[u8; 40] = b" ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.'-";

/// Most octets of a text in UTF-8. The payload's own limit is tighter for all texts together.
pub(crate) const TEXT_LIMIT: usize = 120;

/// Why a text must not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TextError {
    /// Nothing but spaces.
    #[error("nothing is written there")]
    Empty,
    /// Too long.
    #[error("{length} octets of text; at most {limit} are allowed")]
    TooLong {
        /// Octets in UTF-8.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// A character that does not show, or that changes how others show.
    #[error("U+{code:04X} is a character that no page shows", code = u32::from(*.0))]
    Invisible(char),
    /// Spaces at an end, or two in a row, or lower case.
    #[error("the text is not in its one form: no needless spaces, upper case")]
    NotNormal,
}

/// A text as a seal carries it: see the module for its one form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SealedText(String);

impl SealedText {
    /// Brings a printed text into its one form: needless spaces go, letters become upper case.
    ///
    /// # Errors
    ///
    /// Every [`TextError`] but [`TextError::NotNormal`].
    pub fn new(printed: &str) -> Result<Self, TextError> {
        // Before upper-casing, so that no text can grow out of its bound.
        if printed.len() > TEXT_LIMIT.saturating_mul(4) {
            return Err(TextError::TooLong { length: printed.len(), limit: TEXT_LIMIT });
        }
        let text = normal(printed);
        check(&text)?;
        Ok(Self(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        match to_base_40(&self.0) {
            Some(octets) => writer.bytes(&octets),
            None => writer.text(&self.0),
        };
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, PayloadError> {
        let at = reader.at();
        if reader.peek()? == CborType::Bytes {
            let octets = reader.bytes(TEXT_LIMIT)?;
            let text = from_base_40(octets).ok_or(PayloadError::Base40 { at })?;
            check_normal(&text, at)?;
            return Ok(Self(text));
        }
        let text = reader.text(TEXT_LIMIT)?;
        check_normal(text, at)?;
        if to_base_40(text).is_some() {
            return Err(PayloadError::NotBase40 { at });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for SealedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A document's number exactly as printed, always in UTF-8: its commitment is over these octets, so nothing in it is changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SealedNumber(String);

impl SealedNumber {
    /// Takes a number as printed.
    ///
    /// # Errors
    ///
    /// Every [`TextError`]; spaces at its ends or two in a row are [`TextError::NotNormal`].
    pub fn new(printed: &str) -> Result<Self, TextError> {
        check(printed)?;
        if printed != spaced(printed) {
            return Err(TextError::NotNormal);
        }
        Ok(Self(printed.to_owned()))
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.text(&self.0);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, PayloadError> {
        let at = reader.at();
        Self::new(reader.text(TEXT_LIMIT)?).map_err(|error| PayloadError::Text { at, error })
    }
}

impl fmt::Display for SealedNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn spaced(text: &str) -> String {
    text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Upper case, one space between words.
pub(crate) fn normal(text: &str) -> String {
    spaced(&text.to_uppercase())
}

fn check_normal(text: &str, at: usize) -> Result<(), PayloadError> {
    check(text).map_err(|error| PayloadError::Text { at, error })?;
    if text != normal(text) {
        return Err(PayloadError::Text { at, error: TextError::NotNormal });
    }
    Ok(())
}

pub(crate) fn check(text: &str) -> Result<(), TextError> {
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    if text.len() > TEXT_LIMIT {
        return Err(TextError::TooLong { length: text.len(), limit: TEXT_LIMIT });
    }
    match text.chars().find(|character| is_invisible(*character)) {
        Some(character) => Err(TextError::Invisible(character)),
        None => Ok(()),
    }
}

/// Controls, spaces other than U+0020, and the format characters that reorder or hide what a person compares.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffd}' | '\u{e0000}'..='\u{e0fff}'
        )
}

fn to_base_40(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u16> = text.bytes().map(digit).collect::<Option<_>>()?;
    let mut octets = Vec::new();
    for group in digits.chunks(3) {
        let place = |at: usize| group.get(at).copied().unwrap_or(0);
        // At most 39 * 1641 = 63,999.
        let number = place(0).wrapping_mul(1600).wrapping_add(place(1).wrapping_mul(40)).wrapping_add(place(2));
        octets.extend(number.to_be_bytes());
    }
    Some(octets)
}

fn digit(octet: u8) -> Option<u16> {
    (0u16..).zip(ALPHABET).find(|(_, character)| **character == octet).map(|(digit, _)| digit)
}

/// `None` for anything that [`to_base_40`] does not give.
fn from_base_40(octets: &[u8]) -> Option<String> {
    let mut text = String::new();
    let (groups, []) = octets.as_chunks::<2>() else { return None };
    for group in groups {
        let number = u16::from_be_bytes(*group);
        for digit in [number / 1600, number / 40 % 40, number % 40] {
            text.push(char::from(*ALPHABET.get(usize::from(digit))?));
        }
    }
    text.truncate(text.trim_end_matches(' ').len());
    (to_base_40(&text)? == octets).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str) -> String {
        let mut writer = Writer::default();
        SealedText::new(text).expect("a text").write(&mut writer);
        hex::encode(writer.into_octets())
    }

    fn read(octets: &str) -> Result<SealedText, PayloadError> {
        SealedText::read(&mut Reader::new(&hex::decode(octets).expect("hexadecimal")))
    }

    #[test]
    fn a_text_of_the_alphabet_takes_two_octets_for_three_characters() {
        assert_eq!(written("BEKASI"), "440d530941"); // of the golden akta
        assert_eq!(written("bekasi  "), "440d530941");
        assert_eq!(written("A"), "420640");
        assert_eq!(written("---"), "42f9ff");
    }

    #[test]
    fn any_other_text_is_utf8() {
        assert_eq!(written("1/2"), "63312f32");
        assert_eq!(written("Ren\u{e9}"), "6552454ec389");
    }

    #[test]
    fn another_form_of_the_same_text_is_refused() {
        // "A" with three more spaces; odd; 64,000; a space before; two spaces inside
        assert_eq!(read("4406400000"), Err(PayloadError::Base40 { at: 0 }));
        assert_eq!(read("43064000"), Err(PayloadError::Base40 { at: 0 }));
        assert_eq!(read("42fa00"), Err(PayloadError::Base40 { at: 0 }));
        assert_eq!(read("420028"), Err(PayloadError::Text { at: 0, error: TextError::NotNormal }));
        assert_eq!(read("440640002a"), Err(PayloadError::Text { at: 0, error: TextError::NotNormal }));
        assert_eq!(read("40"), Err(PayloadError::Text { at: 0, error: TextError::Empty }));
        assert_eq!(read("60"), Err(PayloadError::Text { at: 0, error: TextError::Empty }));
        // "A", "a", " /", "/ /  /" as text strings
        assert_eq!(read("6141"), Err(PayloadError::NotBase40 { at: 0 }));
        assert_eq!(read("6161"), Err(PayloadError::Text { at: 0, error: TextError::NotNormal }));
        assert_eq!(read("62202f"), Err(PayloadError::Text { at: 0, error: TextError::NotNormal }));
        assert_eq!(read("642f20202f"), Err(PayloadError::Text { at: 0, error: TextError::NotNormal }));
    }

    #[test]
    fn characters_that_hide_or_reorder_are_refused() {
        for character in ['\n', '\u{0}', '\u{85}', '\u{a0}', '\u{200b}', '\u{202e}', '\u{2066}', '\u{feff}'] {
            let text = format!("A{character}B");
            assert_eq!(SealedText::new(&text), Err(TextError::Invisible(character)), "{:04x}", u32::from(character));
            assert_eq!(SealedNumber::new(&text), Err(TextError::Invisible(character)));
        }
        assert_eq!(TextError::Invisible('\u{202e}').to_string(), "U+202E is a character that no page shows");
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        assert_eq!(SealedText::new("  "), Err(TextError::Empty));
        assert_eq!(SealedText::new(&"A".repeat(121)), Err(TextError::TooLong { length: 121, limit: 120 }));
        assert_eq!(SealedText::new(&"A".repeat(5000)), Err(TextError::TooLong { length: 5000, limit: 120 }));
    }

    #[test]
    fn a_number_is_not_changed() {
        assert_eq!(SealedNumber::new("470/a/2026").map(|number| number.to_string()), Ok("470/a/2026".to_owned()));
        assert_eq!(SealedNumber::new("470/1 "), Err(TextError::NotNormal));
        assert_eq!(SealedNumber::new("470  1"), Err(TextError::NotNormal));
    }

    proptest! {
        #[test]
        fn a_text_reads_back(text in "[A-Z0-9.' -]{1,40}|\\PC{1,20}") {
            if let Ok(sealed) = SealedText::new(&text) {
                let mut writer = Writer::default();
                sealed.write(&mut writer);
                let octets = writer.into_octets();
                prop_assert_eq!(SealedText::read(&mut Reader::new(&octets)), Ok(sealed));
            }
        }

        #[test]
        fn what_is_read_is_what_would_be_written(octets: Vec<u8>) {
            let mut reader = Reader::new(&octets);
            if let Ok(text) = SealedText::read(&mut reader) {
                let mut writer = Writer::default();
                text.write(&mut writer);
                prop_assert_eq!(writer.into_octets(), &octets[..reader.at()]);
            }
        }
    }
}
