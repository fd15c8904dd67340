//! A masked name: of each word its first two letters and its length, so that `BUDI SANTOSO` is `BU** SA*****`. Its octets stand in
//! the [module](super).

use std::fmt;

use crate::{
    cbor::{Reader, Writer},
    seal::{
        Agreement,
        error::PayloadError,
        text::{TextError, check, normal},
    },
};

const WORDS: usize = 6;
const WORD_BITS: usize = 14;
/// Octets of six words.
const OCTETS: usize = 11;
const LONGEST: u8 = 15;

/// A name as a seal shows it. See the module for its octets.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MaskedName(Vec<Word>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Word {
    /// 1 to 26, or 0.
    first: u8,
    second: u8,
    /// 1 to 15.
    length: u8,
}

impl MaskedName {
    /// Masks a printed name.
    ///
    /// # Errors
    ///
    /// Every [`TextError`] but [`TextError::NotNormal`].
    pub fn of(printed: &str) -> Result<Self, TextError> {
        let name = normal(printed);
        check(&name)?;
        Ok(Self(name.split(' ').take(WORDS).map(Word::of).collect()))
    }

    /// Could this name have been masked so? Another name with the same first letters and lengths agrees too.
    #[must_use]
    pub fn agrees(&self, printed: &str) -> Agreement {
        match Self::of(printed) {
            Ok(masked) if masked == *self => Agreement::Agrees,
            _ => Agreement::Differs,
        }
    }

    /// Writes a name, or that none is stated.
    pub(crate) fn write(name: Option<&Self>, writer: &mut Writer) {
        let words = name.map(|name| name.0.as_slice()).unwrap_or_default();
        let mut bits = 0u128;
        let mut width = 0u32;
        for word in words {
            let packed = u128::from(word.first) << 9 | u128::from(word.second) << 4 | u128::from(word.length);
            bits = bits << WORD_BITS | packed;
            width = width.saturating_add(WORD_BITS as u32);
        }
        let octets = bits.checked_shl(u128::BITS.saturating_sub(width)).unwrap_or(0).to_be_bytes();
        let length = width.div_ceil(8) as usize;
        writer.bytes(octets.get(..length).unwrap_or(&octets));
    }

    /// Reads a name, or that none is stated.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Option<Self>, PayloadError> {
        let at = reader.at();
        let octets = reader.bytes(OCTETS)?;
        let refused = PayloadError::Mask { at };
        let bits = octets.len().saturating_mul(8);
        let words = bits / WORD_BITS;
        // As many octets as the words need, no more.
        if words.saturating_mul(WORD_BITS).div_ceil(8) != octets.len() {
            return Err(refused);
        }
        let number = octets.iter().fold(0u128, |number, octet| number << 8 | u128::from(*octet));
        let padding = bits.saturating_sub(words.saturating_mul(WORD_BITS));
        if number & low_bits(padding) != 0 {
            return Err(refused);
        }
        let word = |at: usize| {
            let right_of_it = words.saturating_sub(at).saturating_sub(1);
            Word::from_bits(number >> padding.saturating_add(right_of_it.saturating_mul(WORD_BITS)))
        };
        let words = (0..words).map(word).collect::<Option<Vec<_>>>().ok_or(refused)?;
        Ok(if words.is_empty() { None } else { Some(Self(words)) })
    }
}

/// As the page of a verifier shows it; `?` stands for what is no letter.
impl fmt::Display for MaskedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, word) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{}", letter(word.first))?;
            if word.length > 1 {
                write!(f, "{}", letter(word.second))?;
            }
            (2..word.length).try_for_each(|_| f.write_str("*"))?;
        }
        Ok(())
    }
}

impl Word {
    fn of(word: &str) -> Self {
        let mut characters = word.chars();
        let first = characters.next().map_or(0, number_of);
        let second = characters.next().map_or(0, number_of);
        let length = u8::try_from(word.chars().count()).unwrap_or(LONGEST).min(LONGEST);
        Self { first, second, length }
    }

    /// Reads the lowest 14 bits.
    fn from_bits(bits: u128) -> Option<Self> {
        let five = |at: u32| (bits >> at & 0x1f) as u8;
        let word = Self { first: five(9), second: five(4), length: (bits & 0xf) as u8 };
        let is_one = word.first <= 26 && word.second <= 26 && word.length > 0 && (word.length > 1 || word.second == 0);
        is_one.then_some(word)
    }
}

fn low_bits(count: usize) -> u128 {
    u32::try_from(count).ok().and_then(|count| 1u128.checked_shl(count)).map_or(u128::MAX, |bit| bit.wrapping_sub(1))
}

/// A to Z are 1 to 26, anything else is 0.
pub(crate) fn number_of(character: char) -> u8 {
    match character {
        'A'..='Z' => (character as u8).wrapping_sub(b'A').wrapping_add(1),
        _ => 0,
    }
}

/// The letter of a number.
pub(crate) fn letter(number: u8) -> char {
    match number {
        1..=26 => char::from(number.wrapping_sub(1).wrapping_add(b'A')),
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(name: Option<&MaskedName>) -> Vec<u8> {
        let mut writer = Writer::default();
        MaskedName::write(name, &mut writer);
        writer.into_octets()
    }

    fn read(octets: &str) -> Result<Option<MaskedName>, PayloadError> {
        MaskedName::read(&mut Reader::new(&hex::decode(octets).expect("hexadecimal")))
    }

    #[test]
    fn the_parents_of_the_golden_akta_are_masked_as_there() {
        let father = MaskedName::of("Budi  Santoso").expect("a name");
        assert_eq!(father.to_string(), "BU** SA*****");
        assert_eq!(hex::encode(written(Some(&father))), "4415526170");
        let mother = MaskedName::of("SITI NURHALIZA").expect("a name");
        assert_eq!(mother.to_string(), "SI** NU*******");
        assert_eq!(hex::encode(written(Some(&mother))), "449a51d590");
        assert_eq!(read("4415526170"), Ok(Some(father)));
    }

    #[test]
    fn a_mask_keeps_two_letters_and_the_length() {
        for (name, mask) in [
            ("A", "A"),
            ("I MADE", "I MA**"),
            ("O'NEIL", "O?****"),
            ("2ND", "?N*"),
            ("ABCDEFGHIJKLMNOPQRST", "AB*************"),
            ("A B C D E F G H", "A B C D E F"),
        ] {
            assert_eq!(MaskedName::of(name).map(|mask| mask.to_string()), Ok(mask.to_owned()));
        }
        assert_eq!(MaskedName::of(" "), Err(TextError::Empty));
    }

    #[test]
    fn a_name_with_other_letters_or_lengths_differs() {
        let masked = MaskedName::of("BUDI SANTOSO").expect("a name");
        assert_eq!(masked.agrees("budi santoso"), Agreement::Agrees);
        assert_eq!(masked.agrees("BUNI SARTONO"), Agreement::Agrees);
        for other in ["BUDI SANTOS", "BODI SANTOSO", "BUDI", "BUDI SANTOSO S", ""] {
            assert_eq!(masked.agrees(other), Agreement::Differs, "{other}");
        }
    }

    #[test]
    fn no_name_is_no_octets() {
        assert_eq!(written(None), [0x40]);
        assert_eq!(read("40"), Ok(None));
    }

    #[test]
    fn what_no_name_gives_is_refused() {
        // 27 letters; length 0; one character with a second letter; padding; one octet; eight octets; too long
        for octets in ["42d804", "420800", "420846", "42080d", "4108", "480000000000000000"] {
            assert_eq!(read(octets), Err(PayloadError::Mask { at: 0 }), "{octets}");
        }
        assert!(matches!(read("4c000000000000000000000000"), Err(PayloadError::Cbor(_))));
    }

    proptest! {
        #[test]
        fn a_mask_reads_back(name in "[A-Z'.]{1,20}( [A-Z]{1,16}){0,5}") {
            let masked = MaskedName::of(&name).expect("a name");
            let octets = written(Some(&masked));
            prop_assert_eq!(MaskedName::read(&mut Reader::new(&octets)), Ok(Some(masked)));
        }

        #[test]
        fn what_is_read_is_what_would_be_written(octets in proptest::collection::vec(any::<u8>(), 0..12)) {
            let mut writer = Writer::default();
            writer.bytes(&octets);
            let octets = writer.into_octets();
            if let Ok(name) = MaskedName::read(&mut Reader::new(&octets)) {
                prop_assert_eq!(written(name.as_ref()), octets);
            }
        }
    }
}
