//! Octets as decimal digits, so that a QR code holds them in its numeric mode. The scheme stands in the [module](super).
//!
//! The number of octets follows from the number of digits; a group whose number does not fit its octets has no octets.

use super::SealError;

const GROUP_OCTETS: usize = 7;
const GROUP_DIGITS: usize = 17;
/// Digits for 1 to 7 octets.
const WIDTHS: [usize; GROUP_OCTETS] = [3, 5, 8, 10, 13, 15, GROUP_DIGITS];

/// The digits for these octets.
pub(crate) fn to_digits(octets: &[u8]) -> String {
    let mut text = String::new();
    for group in octets.chunks(GROUP_OCTETS) {
        let number = group.iter().rev().fold(0u64, |number, octet| number << 8 | u64::from(*octet));
        let width = group.len().checked_sub(1).and_then(|at| WIDTHS.get(at)).copied().unwrap_or_default();
        text.push_str(&format!("{number:0width$}"));
    }
    text
}

/// The octets of these digits. Positions in errors count from the first digit.
pub(crate) fn from_digits(text: &str) -> Result<Vec<u8>, SealError> {
    if let Some(position) = text.bytes().position(|octet| !octet.is_ascii_digit()) {
        return Err(SealError::NotADigit { position });
    }
    let mut octets = Vec::new();
    for (group, digits) in text.as_bytes().chunks(GROUP_DIGITS).enumerate() {
        let position = group.saturating_mul(GROUP_DIGITS);
        let wrong_length = SealError::DigitCount { digits: text.len() };
        let length = WIDTHS.iter().position(|width| *width == digits.len()).ok_or(wrong_length)?.saturating_add(1);
        // 17 digits are below 10^17, which is below 2^64.
        let number = digits
            .iter()
            .fold(0u64, |number, digit| number.wrapping_mul(10).wrapping_add(u64::from(digit.wrapping_sub(b'0'))));
        let little_endian = number.to_le_bytes();
        let (taken, beyond) = little_endian.split_at_checked(length).unwrap_or((&little_endian, &[]));
        if beyond.iter().any(|octet| *octet != 0) {
            return Err(SealError::DigitsOutOfRange { position });
        }
        octets.extend(taken);
    }
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_length_has_its_width() {
        assert_eq!(to_digits(&[]), "");
        assert_eq!(to_digits(&[0xff]), "255");
        assert_eq!(to_digits(&[1, 0]), "00001");
        assert_eq!(to_digits(&[0, 1]), "00256");
        assert_eq!(to_digits(&[0xff; 7]), "72057594037927935");
        assert_eq!(to_digits(&[0xff; 8]), "72057594037927935255");
    }

    #[test]
    fn what_no_octets_give_is_refused() {
        assert_eq!(from_digits("256"), Err(SealError::DigitsOutOfRange { position: 0 }));
        assert_eq!(from_digits("65536"), Err(SealError::DigitsOutOfRange { position: 0 }));
        assert_eq!(from_digits("72057594037927936"), Err(SealError::DigitsOutOfRange { position: 0 }));
        assert_eq!(from_digits("00000000000000000256"), Err(SealError::DigitsOutOfRange { position: 17 }));
        for digits in [1, 2, 4, 6, 7, 9, 11, 12, 14, 16, 18] {
            assert_eq!(from_digits(&"0".repeat(digits)), Err(SealError::DigitCount { digits }), "{digits}");
        }
        assert_eq!(from_digits("00a"), Err(SealError::NotADigit { position: 2 }));
        assert_eq!(from_digits("+12"), Err(SealError::NotADigit { position: 0 }));
        assert_eq!(from_digits("1\u{662}"), Err(SealError::NotADigit { position: 1 }));
    }

    proptest! {
        #[test]
        fn octets_read_back(octets: Vec<u8>) {
            prop_assert_eq!(from_digits(&to_digits(&octets)), Ok(octets));
        }

        #[test]
        fn digits_that_are_read_are_the_only_ones(text in "[0-9]{0,60}") {
            if let Ok(octets) = from_digits(&text) {
                prop_assert_eq!(to_digits(&octets), text);
            }
        }
    }
}
