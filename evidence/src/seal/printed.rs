//! What stands on the page, in full, before it is masked; and the nonce that the masking needs.
//!
//! Nothing here is stored: these values come with a request, are masked, and are dropped. `Debug` shows none of them.

use std::fmt;

use crate::{
    CommitmentDomain, CommitmentKey, OfficeId,
    cbor::Writer,
    seal::{
        AktaClaims, Claims, ClaimsError, Days, IdentityNumber, KkClaims, MaskedName, Member, Neighbourhood,
        PrintedField, Profile, SealedMember, SealedNumber, SealedText, Sex, SuratClaims, Tags, TextError,
        check::{NumberCheck, NumberKind},
        row::ROWS_LIMIT,
        text::normal,
    },
};

/// A surat as printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SuratFields {
    /// Number of the letter.
    pub number: String,
    /// Which kind of letter, by the agency's own list.
    pub letter_code: u16,
    /// Whom the letter is about.
    pub name: String,
    /// His or her NIK, if printed.
    pub nik: Option<IdentityNumber>,
    /// Last day on which the letter holds, if it ends.
    pub valid_until: Option<Days>,
    /// Whether check bits are sealed.
    pub tags: Tags,
}

/// An akta kelahiran as printed.
#[derive(Clone, PartialEq, Eq)]
pub struct AktaFields {
    /// Number of the akta.
    pub number: String,
    /// The child.
    pub child: String,
    /// Day of birth.
    pub born: Days,
    /// Sex of the child.
    pub sex: Sex,
    /// Place of birth.
    pub birth_place: String,
    /// The how-manieth child.
    pub child_order: u8,
    /// The child's NIK, if printed.
    pub nik: Option<IdentityNumber>,
    /// The father, if the akta names one.
    pub father: Option<String>,
    /// The mother, if the akta names one.
    pub mother: Option<String>,
    /// Whether check bits are sealed.
    pub tags: Tags,
}

/// A kartu keluarga as printed.
#[derive(Clone, PartialEq, Eq)]
pub struct KkFields {
    /// Number of the card.
    pub number: IdentityNumber,
    /// Head of the family.
    pub head_of_family: String,
    /// The kelurahan's code of four digits.
    pub kelurahan: u16,
    /// Rukun tetangga.
    pub rt: u8,
    /// Rukun warga.
    pub rw: u8,
    /// The members in the order of the card's rows.
    pub members: Vec<Member>,
    /// Whether check bits are sealed.
    pub tags: Tags,
}

/// What is printed on a document of one of the three profiles.
#[derive(Clone, PartialEq, Eq)]
pub enum PrintedFields {
    /// Kartu keluarga.
    Kk(KkFields),
    /// Akta kelahiran.
    Akta(AktaFields),
    /// Surat.
    Surat(SuratFields),
}

fn redacted(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    f.debug_struct(name).finish_non_exhaustive()
}

impl fmt::Debug for SuratFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        redacted(f, "SuratFields")
    }
}

impl fmt::Debug for AktaFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        redacted(f, "AktaFields")
    }
}

impl fmt::Debug for KkFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        redacted(f, "KkFields")
    }
}

impl fmt::Debug for PrintedFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        redacted(f, "PrintedFields")
    }
}

fn about(field: PrintedField) -> impl FnOnce(TextError) -> ClaimsError {
    move |error| ClaimsError::Text { field, error }
}

fn nik_check(nonce: &[u8; 5], nik: Option<&IdentityNumber>, tags: Tags) -> Option<NumberCheck> {
    nik.map(|nik| NumberCheck::of(nonce, NumberKind::Nik, nik, tags))
}

fn masked(name: Option<&str>, field: PrintedField) -> Result<Option<MaskedName>, ClaimsError> {
    name.map(MaskedName::of).transpose().map_err(about(field))
}

impl SuratFields {
    /// Masks what must be masked.
    ///
    /// # Errors
    ///
    /// [`ClaimsError::Text`], [`ClaimsError::ValidUntil`].
    pub fn mask(&self, nonce: &[u8; 5]) -> Result<Claims, ClaimsError> {
        if self.valid_until.is_some_and(|days| days.count() < 1) {
            return Err(ClaimsError::ValidUntil);
        }
        Ok(Claims::Surat(SuratClaims {
            number: SealedNumber::new(&self.number).map_err(about(PrintedField::Number))?,
            letter_code: self.letter_code,
            name: SealedText::new(&self.name).map_err(about(PrintedField::Name))?,
            nik: nik_check(nonce, self.nik.as_ref(), self.tags),
            valid_until: self.valid_until,
        }))
    }

    fn write(&self, writer: &mut Writer) {
        writer.array(7).unsigned(Profile::Surat.code()).text(&self.number).unsigned(u64::from(self.letter_code));
        writer.text(&normal(&self.name));
        write_nik(self.nik.as_ref(), writer);
        writer.integer(self.valid_until.map_or(0, |days| i64::from(days.count())));
        write_tags(self.tags, writer);
    }
}

impl AktaFields {
    /// Masks what must be masked.
    ///
    /// # Errors
    ///
    /// [`ClaimsError::Text`].
    pub fn mask(&self, nonce: &[u8; 5]) -> Result<Claims, ClaimsError> {
        Ok(Claims::Akta(AktaClaims {
            number: SealedText::new(&self.number).map_err(about(PrintedField::Number))?,
            child: SealedText::new(&self.child).map_err(about(PrintedField::Name))?,
            born: self.born,
            sex: self.sex,
            birth_place: SealedText::new(&self.birth_place).map_err(about(PrintedField::BirthPlace))?,
            child_order: self.child_order,
            nik: nik_check(nonce, self.nik.as_ref(), self.tags),
            father: masked(self.father.as_deref(), PrintedField::Father)?,
            mother: masked(self.mother.as_deref(), PrintedField::Mother)?,
        }))
    }

    fn write(&self, writer: &mut Writer) {
        writer.array(11).unsigned(Profile::Akta.code()).text(&normal(&self.number)).text(&normal(&self.child));
        writer.integer(i64::from(self.born.count())).unsigned(u64::from(self.sex.code()));
        writer.text(&normal(&self.birth_place)).unsigned(u64::from(self.child_order));
        write_nik(self.nik.as_ref(), writer);
        writer.text(&normal(self.father.as_deref().unwrap_or_default()));
        writer.text(&normal(self.mother.as_deref().unwrap_or_default()));
        write_tags(self.tags, writer);
    }
}

impl KkFields {
    /// Masks what must be masked.
    ///
    /// # Errors
    ///
    /// [`ClaimsError::Text`], [`ClaimsError::Kelurahan`], [`ClaimsError::NoMembers`], [`ClaimsError::TooManyMembers`].
    pub fn mask(&self, nonce: &[u8; 5]) -> Result<Claims, ClaimsError> {
        if self.members.is_empty() {
            return Err(ClaimsError::NoMembers);
        }
        if self.members.len() > ROWS_LIMIT {
            return Err(ClaimsError::TooManyMembers { members: self.members.len(), limit: ROWS_LIMIT });
        }
        let row = |(row, member)| {
            SealedMember::of(nonce, row, member, self.tags).map_err(about(PrintedField::Member(row.saturating_add(1))))
        };
        Ok(Claims::Kk(KkClaims {
            number: NumberCheck::of(nonce, NumberKind::FamilyCard, &self.number, self.tags),
            head_of_family: MaskedName::of(&self.head_of_family).map_err(about(PrintedField::HeadOfFamily))?,
            neighbourhood: Neighbourhood::new(self.kelurahan, self.rt, self.rw).map_err(ClaimsError::Kelurahan)?,
            members: self.members.iter().enumerate().map(row).collect::<Result<_, _>>()?,
        }))
    }

    fn write(&self, writer: &mut Writer) {
        writer.array(8).unsigned(Profile::Kk.code()).bytes(self.number.digits()).text(&normal(&self.head_of_family));
        writer.unsigned(u64::from(self.kelurahan)).unsigned(u64::from(self.rt)).unsigned(u64::from(self.rw));
        writer.array(self.members.len());
        for member in &self.members {
            writer.array(5).text(&normal(&member.name)).bytes(member.nik.digits());
            writer.unsigned(u64::from(member.sex.code())).integer(i64::from(member.born.count()));
            writer.text(member.relationship.words());
        }
        write_tags(self.tags, writer);
    }
}

fn write_nik(nik: Option<&IdentityNumber>, writer: &mut Writer) {
    writer.bytes(nik.map(IdentityNumber::digits).unwrap_or_default());
}

fn write_tags(tags: Tags, writer: &mut Writer) {
    writer.unsigned(match tags {
        Tags::Sealed => 1,
        Tags::Withheld => 0,
    });
}

impl PrintedFields {
    /// Masks what must be masked.
    ///
    /// # Errors
    ///
    /// Every [`ClaimsError`].
    pub fn mask(&self, nonce: &[u8; 5]) -> Result<Claims, ClaimsError> {
        match self {
            Self::Kk(fields) => fields.mask(nonce),
            Self::Akta(fields) => fields.mask(nonce),
            Self::Surat(fields) => fields.mask(nonce),
        }
    }

    /// One encoding of everything printed, for a keyed hash and for nothing else: it has the whole NIK in it.
    fn canonical(&self, writer: &mut Writer) {
        match self {
            Self::Kk(fields) => fields.write(writer),
            Self::Akta(fields) => fields.write(writer),
            Self::Surat(fields) => fields.write(writer),
        }
    }
}

/// The nonce of the seal for one request: the first five octets of
/// `HMAC-SHA-256(key, "teken.v1.seal-nonce" || 00 || CBOR of [office, request id, what is printed])`.
///
/// The same request gets the same seal, without anything printed being stored; without the key nobody can compute the nonce of a
/// seal that does not exist yet.
#[must_use]
pub fn nonce(key: &CommitmentKey, office: &OfficeId, request_id: &str, printed: &PrintedFields) -> [u8; 5] {
    let mut writer = Writer::default();
    writer.array(3).text(office.as_str()).text(request_id);
    printed.canonical(&mut writer);
    let octets = zeroize::Zeroizing::new(writer.into_octets());
    let [a, b, c, d, e, ..] = *key.commit_octets(CommitmentDomain::SealNonce, &octets).as_bytes();
    [a, b, c, d, e]
}
