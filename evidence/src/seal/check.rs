//! What lets a checker confirm digits and rows that the seal does not show: a few bits of an HMAC under the seal's nonce.
//!
//! The nonce is in the seal, so whoever holds a seal can try numbers at will. Each wrong one passes one time in 1,024, and a NIK
//! leaves few to try: what that gives away stands in the [module](super). Where it is too much the bits are left out (0).

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::seal::error::ClaimsError;

/// The nonce of a seal.
pub(crate) type Nonce = [u8; 5];

/// Whether the seal carries the bits that confirm a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tags {
    /// It does.
    #[default]
    Sealed,
    /// It does not: for people whom even a confirmed guess endangers.
    Withheld,
}

/// What comparing something printed with the seal gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// It agrees with everything that the seal has of it.
    Agrees,
    /// It is not what was sealed.
    Differs,
    /// The seal has nothing, or too little, to compare it with.
    NotSealed,
}

/// A NIK or nomor KK: 16 digits, the last four not 0000. Never printed by `Debug`, wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct IdentityNumber([u8; 16]);

impl IdentityNumber {
    /// Reads a number.
    ///
    /// # Errors
    ///
    /// [`ClaimsError::IdentityNumber`].
    pub fn parse(text: &str) -> Result<Self, ClaimsError> {
        let digits: [u8; 16] = text.as_bytes().try_into().map_err(|_| ClaimsError::IdentityNumber)?;
        if !digits.iter().all(u8::is_ascii_digit) || digits.ends_with(b"0000") {
            return Err(ClaimsError::IdentityNumber);
        }
        Ok(Self(digits))
    }

    pub(crate) const fn digits(&self) -> &[u8] {
        &self.0
    }

    fn last_four(&self) -> u32 {
        self.0.iter().skip(12).fold(0, |number, digit| number_with(number, *digit))
    }
}

fn number_with(number: u32, digit: u8) -> u32 {
    number.wrapping_mul(10).wrapping_add(u32::from(digit.wrapping_sub(b'0')))
}

impl fmt::Debug for IdentityNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityNumber([REDACTED])")
    }
}

/// What a seal has of a NIK or nomor KK: its last four digits and ten check bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NumberCheck(u32);

/// Which number it is, as the HMAC's first field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberKind {
    Nik,
    FamilyCard,
}

impl NumberKind {
    const fn word(self) -> &'static [u8] {
        match self {
            Self::Nik => b"NIK",
            Self::FamilyCard => b"KK",
        }
    }
}

const CHECK_BITS: u32 = 10;
const CHECK_MASK: u32 = (1 << CHECK_BITS) - 1;

impl NumberCheck {
    pub(crate) fn of(nonce: &Nonce, kind: NumberKind, number: &IdentityNumber, tags: Tags) -> Self {
        let check = match tags {
            Tags::Sealed => leading_bits(nonce, &[kind.word(), number.digits()], CHECK_BITS),
            Tags::Withheld => 0,
        };
        Self(number.last_four() << CHECK_BITS | check)
    }

    /// `None` for a number that has more than four digits before its check.
    pub(crate) const fn from_field(field: u32) -> Option<Self> {
        if field >> CHECK_BITS > 9_999 { None } else { Some(Self(field)) }
    }

    pub(crate) const fn as_field(self) -> u32 {
        self.0
    }

    pub(crate) fn agrees(self, nonce: &Nonce, kind: NumberKind, number: &IdentityNumber) -> Agreement {
        let computed = Self::of(nonce, kind, number, Tags::Sealed);
        if computed == self {
            Agreement::Agrees
        } else if computed.0 >> CHECK_BITS == self.0 >> CHECK_BITS && self.0 & CHECK_MASK == 0 {
            Agreement::NotSealed
        } else {
            Agreement::Differs
        }
    }
}

/// The last four digits behind twelve asterisks.
impl fmt::Display for NumberCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "************{:04}", self.0 >> CHECK_BITS)
    }
}

/// The leading bits, at most 32, of the HMAC over fields.
pub(crate) fn leading_bits(nonce: &Nonce, fields: &[&[u8]], bits: u32) -> u32 {
    let mut mac = Hmac::<Sha256>::new_from_slice(nonce).expect("HMAC takes a key of any length");
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            mac.update(&[0x1f]);
        }
        mac.update(field);
    }
    let [a, b, c, d, ..]: [u8; 32] = mac.finalize().into_bytes().into();
    u32::from_be_bytes([a, b, c, d]) >> u32::BITS.saturating_sub(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: Nonce = [0x8f, 0x21, 0xc0, 0x5e, 0x77];

    fn number(text: &str) -> IdentityNumber {
        IdentityNumber::parse(text).expect("sixteen digits")
    }

    #[test]
    fn the_nik_of_the_golden_akta_has_its_check() {
        let check = NumberCheck::of(&NONCE, NumberKind::Nik, &number("3275054911240002"), Tags::Sealed);
        assert_eq!((check.as_field(), check.to_string()), (0x0a04, "************0002".to_owned()));
    }

    #[test]
    fn a_number_agrees_only_with_its_own_check() {
        let check = NumberCheck::of(&NONCE, NumberKind::Nik, &number("3275054911240002"), Tags::Sealed);
        assert_eq!(check.agrees(&NONCE, NumberKind::Nik, &number("3275054911240002")), Agreement::Agrees);
        assert_eq!(check.agrees(&NONCE, NumberKind::Nik, &number("3275054911240003")), Agreement::Differs);
        assert_eq!(check.agrees(&NONCE, NumberKind::Nik, &number("3275054911250002")), Agreement::Differs);
        assert_eq!(check.agrees(&NONCE, NumberKind::FamilyCard, &number("3275054911240002")), Agreement::Differs);
    }

    #[test]
    fn without_a_check_the_last_four_digits_can_only_refute() {
        let check = NumberCheck::of(&NONCE, NumberKind::Nik, &number("3275054911240002"), Tags::Withheld);
        assert_eq!(check.as_field(), 2 << 10);
        assert_eq!(check.agrees(&NONCE, NumberKind::Nik, &number("3275054911240002")), Agreement::NotSealed);
        assert_eq!(check.agrees(&NONCE, NumberKind::Nik, &number("3275054911240003")), Agreement::Differs);
    }

    #[test]
    fn what_is_no_identity_number_is_refused() {
        for text in
            ["", "327505491124000", "32750549112400022", "327505491124000x", "3275054911240000", "3275 54911240002"]
        {
            assert_eq!(IdentityNumber::parse(text), Err(ClaimsError::IdentityNumber), "{text}");
        }
        assert_eq!(format!("{:?}", number("3275054911240002")), "IdentityNumber([REDACTED])");
    }

    #[test]
    fn a_field_with_five_digits_is_none() {
        assert_eq!(NumberCheck::from_field(10_000 << 10), None);
        assert_eq!(
            NumberCheck::from_field((9_999 << 10) | 1_023).map(NumberCheck::as_field),
            Some((9_999 << 10) | 1_023)
        );
    }
}
