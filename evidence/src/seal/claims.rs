//! The claims of the three profiles, as a seal has them: masked. Their tables stand in the [module](super).

use std::fmt;

use crate::{
    cbor::{Reader, Writer},
    seal::{Days, MaskedName, SealedMember, SealedNumber, SealedText, check::NumberCheck, error::PayloadError, row},
};

/// What a seal says about one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claims {
    /// Kartu keluarga, profile 1.
    Kk(KkClaims),
    /// Akta kelahiran, profile 2.
    Akta(AktaClaims),
    /// Surat, profile 3.
    Surat(SuratClaims),
}

/// Which table of claims a seal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Kartu keluarga.
    Kk,
    /// Akta kelahiran.
    Akta,
    /// Surat.
    Surat,
}

/// Kartu keluarga.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KkClaims {
    /// Number of the card.
    pub number: NumberCheck,
    /// Head of the family.
    pub head_of_family: MaskedName,
    /// Where the family lives.
    pub neighbourhood: Neighbourhood,
    /// The members in the order of the card's rows, at least one.
    pub members: Vec<SealedMember>,
}

/// Akta kelahiran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AktaClaims {
    /// Number of the akta, in full.
    pub number: SealedText,
    /// The child, in full: naming it is what an akta is for.
    pub child: SealedText,
    /// Day of birth.
    pub born: Days,
    /// Sex of the child.
    pub sex: Sex,
    /// Place of birth.
    pub birth_place: SealedText,
    /// The how-manieth child.
    pub child_order: u8,
    /// The child's NIK, if it has one.
    pub nik: Option<NumberCheck>,
    /// The father, if the akta names one.
    pub father: Option<MaskedName>,
    /// The mother, if the akta names one.
    pub mother: Option<MaskedName>,
}

/// A letter of the agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuratClaims {
    /// Number of the letter, in full, as printed.
    pub number: SealedNumber,
    /// Which kind of letter, by the agency's own list.
    pub letter_code: u16,
    /// Whom the letter is about, in full.
    pub name: SealedText,
    /// His or her NIK, if there is one.
    pub nik: Option<NumberCheck>,
    /// Last day on which the letter holds, if it ends.
    pub valid_until: Option<Days>,
}

/// Sex, as the document says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// LAKI-LAKI, 0.
    Male,
    /// PEREMPUAN, 1.
    Female,
}

impl Sex {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Male => 0,
            Self::Female => 1,
        }
    }

    pub(crate) const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Male),
            1 => Some(Self::Female),
            _ => None,
        }
    }
}

impl fmt::Display for Sex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Male => "LAKI-LAKI",
            Self::Female => "PEREMPUAN",
        })
    }
}

/// Kelurahan, RT and RW.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Neighbourhood {
    kelurahan: u16,
    rt: u8,
    rw: u8,
}

impl Neighbourhood {
    /// A kelurahan's code of four digits, the RT and the RW.
    ///
    /// # Errors
    ///
    /// The code back, when it has more than four digits.
    pub const fn new(kelurahan: u16, rt: u8, rw: u8) -> Result<Self, u16> {
        if kelurahan > 9_999 { Err(kelurahan) } else { Ok(Self { kelurahan, rt, rw }) }
    }

    /// The kelurahan's code.
    #[must_use]
    pub const fn kelurahan(self) -> u16 {
        self.kelurahan
    }

    /// Rukun tetangga.
    #[must_use]
    pub const fn rt(self) -> u8 {
        self.rt
    }

    /// Rukun warga.
    #[must_use]
    pub const fn rw(self) -> u8 {
        self.rw
    }

    fn as_field(self) -> u32 {
        u32::from(self.kelurahan) << 16 | u32::from(self.rt) << 8 | u32::from(self.rw)
    }

    fn from_field(field: u32) -> Option<Self> {
        let [high, low, rt, rw] = field.to_be_bytes();
        Self::new(u16::from_be_bytes([high, low]), rt, rw).ok()
    }
}

impl fmt::Display for Neighbourhood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04} RT {:03} RW {:03}", self.kelurahan, self.rt, self.rw)
    }
}

impl Profile {
    pub(crate) const fn code(self) -> u64 {
        match self {
            Self::Kk => 1,
            Self::Akta => 2,
            Self::Surat => 3,
        }
    }

    pub(crate) const fn from_code(code: u64) -> Option<Self> {
        match code {
            1 => Some(Self::Kk),
            2 => Some(Self::Akta),
            3 => Some(Self::Surat),
            _ => None,
        }
    }

    /// Entries of the array, the head's five included.
    pub(crate) const fn entries(self) -> usize {
        match self {
            Self::Kk => 9,
            Self::Akta => 14,
            Self::Surat => 10,
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kk => "KARTU KELUARGA",
            Self::Akta => "KUTIPAN AKTA KELAHIRAN",
            Self::Surat => "SURAT",
        })
    }
}

impl Claims {
    /// Which table they are.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        match self {
            Self::Kk(_) => Profile::Kk,
            Self::Akta(_) => Profile::Akta,
            Self::Surat(_) => Profile::Surat,
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        match self {
            Self::Kk(claims) => claims.write(writer),
            Self::Akta(claims) => claims.write(writer),
            Self::Surat(claims) => claims.write(writer),
        }
    }

    pub(crate) fn read(profile: Profile, reader: &mut Reader<'_>) -> Result<Self, PayloadError> {
        Ok(match profile {
            Profile::Kk => Self::Kk(KkClaims::read(reader)?),
            Profile::Akta => Self::Akta(AktaClaims::read(reader)?),
            Profile::Surat => Self::Surat(SuratClaims::read(reader)?),
        })
    }
}

impl KkClaims {
    fn write(&self, writer: &mut Writer) {
        writer.unsigned(u64::from(self.number.as_field()));
        MaskedName::write(Some(&self.head_of_family), writer);
        writer.unsigned(u64::from(self.neighbourhood.as_field()));
        row::write(&self.members, writer);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, PayloadError> {
        let number = coded(reader, NumberCheck::from_field)?;
        let at = reader.at();
        let head_of_family = MaskedName::read(reader)?.ok_or(PayloadError::Mask { at })?;
        let neighbourhood = coded(reader, Neighbourhood::from_field)?;
        Ok(Self { number, head_of_family, neighbourhood, members: row::read(reader)? })
    }
}

impl AktaClaims {
    fn write(&self, writer: &mut Writer) {
        self.number.write(writer);
        self.child.write(writer);
        writer.integer(i64::from(self.born.count())).unsigned(u64::from(self.sex.code()));
        self.birth_place.write(writer);
        writer.unsigned(u64::from(self.child_order));
        write_nik(self.nik, writer);
        MaskedName::write(self.father.as_ref(), writer);
        MaskedName::write(self.mother.as_ref(), writer);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, PayloadError> {
        Ok(Self {
            number: SealedText::read(reader)?,
            child: SealedText::read(reader)?,
            born: Days::from_count(reader.integer()?)?,
            sex: coded(reader, Sex::from_code)?,
            birth_place: SealedText::read(reader)?,
            child_order: reader.small()?,
            nik: read_nik(reader)?,
            father: MaskedName::read(reader)?,
            mother: MaskedName::read(reader)?,
        })
    }
}

impl SuratClaims {
    fn write(&self, writer: &mut Writer) {
        self.number.write(writer);
        writer.unsigned(u64::from(self.letter_code));
        self.name.write(writer);
        write_nik(self.nik, writer);
        writer.integer(self.valid_until.map_or(0, |days| i64::from(days.count())));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, PayloadError> {
        Ok(Self {
            number: SealedNumber::read(reader)?,
            letter_code: reader.small()?,
            name: SealedText::read(reader)?,
            nik: read_nik(reader)?,
            valid_until: match reader.integer()? {
                0 => None,
                days @ 1.. => Some(Days::from_count(days)?),
                _ => return Err(PayloadError::ValidUntil),
            },
        })
    }
}

fn write_nik(nik: Option<NumberCheck>, writer: &mut Writer) {
    writer.unsigned(nik.map_or(0, |nik| u64::from(nik.as_field())));
}

/// 0 is no NIK: none ends with 0000.
fn read_nik(reader: &mut Reader<'_>) -> Result<Option<NumberCheck>, PayloadError> {
    let check = coded(reader, NumberCheck::from_field)?;
    Ok(if check.as_field() == 0 { None } else { Some(check) })
}

/// An unsigned integer that stands for something.
fn coded<N: TryFrom<u64>, T>(reader: &mut Reader<'_>, meaning: impl FnOnce(N) -> Option<T>) -> Result<T, PayloadError> {
    let at = reader.at();
    meaning(reader.small()?).ok_or(PayloadError::Code { at })
}
