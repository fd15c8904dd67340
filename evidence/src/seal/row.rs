//! The rows of a kartu keluarga: four octets a member. Their bits stand in the [module](super).

use std::fmt;

use crate::{
    cbor::{Reader, Writer},
    seal::{
        Agreement, Days, IdentityNumber, Sex, Tags,
        check::{Nonce, leading_bits},
        error::PayloadError,
        mask::{letter, number_of},
        text::{TextError, check, normal},
    },
};

const OCTETS: usize = 4;
const TAG_BITS: u32 = 15;
const TAG_MASK: u32 = (1 << TAG_BITS) - 1;

/// Most rows in a payload: with one more even the shortest other claims exceed its limit.
pub(crate) const ROWS_LIMIT: usize = 25;

/// A member's relationship to the head of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relationship {
    /// KEPALA KELUARGA, 0.
    Head,
    /// SUAMI, 1.
    Husband,
    /// ISTRI, 2.
    Wife,
    /// ANAK, 3.
    Child,
    /// MENANTU, 4.
    ChildInLaw,
    /// CUCU, 5.
    Grandchild,
    /// ORANG TUA, 6.
    Parent,
    /// MERTUA, 7.
    ParentInLaw,
    /// FAMILI LAIN, 8.
    OtherRelative,
    /// LAINNYA, 9.
    Other,
}

impl Relationship {
    /// Every relationship, in the order of their codes.
    pub const ALL: [Self; 10] = [
        Self::Head,
        Self::Husband,
        Self::Wife,
        Self::Child,
        Self::ChildInLaw,
        Self::Grandchild,
        Self::Parent,
        Self::ParentInLaw,
        Self::OtherRelative,
        Self::Other,
    ];

    /// The words that a kartu keluarga prints.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Head => "KEPALA KELUARGA",
            Self::Husband => "SUAMI",
            Self::Wife => "ISTRI",
            Self::Child => "ANAK",
            Self::ChildInLaw => "MENANTU",
            Self::Grandchild => "CUCU",
            Self::Parent => "ORANG TUA",
            Self::ParentInLaw => "MERTUA",
            Self::OtherRelative => "FAMILI LAIN",
            Self::Other => "LAINNYA",
        }
    }

    fn code(self) -> u32 {
        (0..).zip(Self::ALL).find(|(_, known)| *known == self).map_or(0, |(code, _)| code)
    }

    fn from_code(code: u32) -> Option<Self> {
        (0..).zip(Self::ALL).find(|(known, _)| *known == code).map(|(_, relationship)| relationship)
    }
}

impl fmt::Display for Relationship {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// One row of a kartu keluarga as printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// The name.
    pub name: String,
    /// The NIK.
    pub nik: IdentityNumber,
    /// The sex.
    pub sex: Sex,
    /// Day of birth.
    pub born: Days,
    /// Relationship to the head of the family.
    pub relationship: Relationship,
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Member([REDACTED])")
    }
}

/// One row of a kartu keluarga as a seal has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SealedMember {
    initial: u8,
    sex: Sex,
    year: u8,
    relationship: Relationship,
    /// 0 when it was left out, and once in 32,768 rows by chance.
    tag: u16,
}

impl SealedMember {
    /// Masks the row with this number, from 0.
    pub(crate) fn of(nonce: &Nonce, row: usize, member: &Member, tags: Tags) -> Result<Self, TextError> {
        let name = normal(&member.name);
        check(&name)?;
        let (year, month, day) = member.born.date();
        let tag = match tags {
            Tags::Withheld => 0,
            Tags::Sealed => leading_bits(
                nonce,
                &[
                    row.to_string().as_bytes(),
                    member.nik.digits(),
                    name.as_bytes(),
                    format!("{year:04}{month:02}{day:02}").as_bytes(),
                    member.relationship.words().as_bytes(),
                ],
                TAG_BITS,
            ),
        };
        Ok(Self {
            initial: name.chars().next().map_or(0, number_of),
            sex: member.sex,
            year: u8::try_from(year.rem_euclid(100)).unwrap_or_default(),
            relationship: member.relationship,
            tag: (tag & TAG_MASK) as u16,
        })
    }

    /// Is this the member that the row was made from?
    pub(crate) fn agrees(&self, nonce: &Nonce, row: usize, member: &Member) -> Agreement {
        match Self::of(nonce, row, member, Tags::Sealed) {
            Ok(computed) if computed == *self => Agreement::Agrees,
            Ok(computed) if self.tag == 0 && Self { tag: 0, ..computed } == *self => Agreement::NotSealed,
            _ => Agreement::Differs,
        }
    }

    /// The first letter of the name, or `?`.
    #[must_use]
    pub fn initial(&self) -> char {
        letter(self.initial)
    }

    /// The sex.
    #[must_use]
    pub const fn sex(&self) -> Sex {
        self.sex
    }

    /// The last two digits of the year of birth.
    #[must_use]
    pub const fn birth_year(&self) -> u8 {
        self.year
    }

    /// Relationship to the head of the family.
    #[must_use]
    pub const fn relationship(&self) -> Relationship {
        self.relationship
    }

    fn to_octets(self) -> [u8; OCTETS] {
        let row = u32::from(self.initial) << 27
            | u32::from(self.sex.code()) << 26
            | u32::from(self.year) << 19
            | self.relationship.code() << 15
            | u32::from(self.tag);
        row.to_be_bytes()
    }

    fn from_octets(octets: [u8; OCTETS]) -> Option<Self> {
        let row = u32::from_be_bytes(octets);
        let initial = (row >> 27) as u8;
        let year = (row >> 19 & 0x7f) as u8;
        if initial > 26 || year > 99 {
            return None;
        }
        Some(Self {
            initial,
            sex: Sex::from_code((row >> 26 & 1) as u8)?,
            year,
            relationship: Relationship::from_code(row >> 15 & 0xf)?,
            tag: (row & TAG_MASK) as u16,
        })
    }
}

/// What a person compares with the row.
impl fmt::Display for SealedMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}*, {}, **{:02}, {}", self.initial(), self.sex, self.year, self.relationship)
    }
}

pub(crate) fn write(members: &[SealedMember], writer: &mut Writer) {
    let octets: Vec<u8> = members.iter().flat_map(|member| member.to_octets()).collect();
    writer.bytes(&octets);
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Vec<SealedMember>, PayloadError> {
    let at = reader.at();
    let refused = PayloadError::Rows { at };
    let octets = reader.bytes(ROWS_LIMIT.saturating_mul(OCTETS))?;
    let (rows, rest) = octets.as_chunks();
    if rows.is_empty() || !rest.is_empty() {
        return Err(refused);
    }
    rows.iter().map(|row| SealedMember::from_octets(*row)).collect::<Option<_>>().ok_or(refused)
}
