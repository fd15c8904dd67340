//! The signed part of a seal: the head that every profile has, and the claims.

use crate::{
    StatusIndex,
    cbor::{CborError, CborErrorKind, Reader, Writer},
    seal::{
        Agreement, Claims, Days, IdentityNumber, Member, Profile, SealError,
        check::{Nonce, NumberKind},
        error::PayloadError,
        row::SealedMember,
    },
};

/// Most octets of a payload: with a prefix of 31 octets a QR code of version 13-Q holds no more.
pub const PAYLOAD_LIMIT: usize = 124;

/// Octets of a payload that with such a prefix a QR code of version 12-Q still holds, 33 mm wide at six dots of 300 dpi. More works, but
/// is larger or harder to read.
pub const PREFERRED_PAYLOAD: usize = 87;

/// What every seal says first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Five octets that nobody else can guess beforehand: see [`nonce`](super::nonce).
    pub nonce: [u8; 5],
    /// The day of issue in Jakarta, 1970-01-01 or later.
    pub issue_date: Days,
    /// Where the status of the document stands.
    pub status: StatusIndex,
    /// The office, by the agency's own list.
    pub office: u16,
}

/// What a seal signs, apart from its prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealPayload {
    /// What every seal says.
    pub head: Head,
    /// What seals of this profile say.
    pub claims: Claims,
}

impl SealPayload {
    /// The octets of the payload.
    ///
    /// # Errors
    ///
    /// [`SealError::PayloadTooLong`] when they are more than [`PAYLOAD_LIMIT`], [`PayloadError::IssueDate`],
    /// [`PayloadError::ValidUntil`] and [`PayloadError::Rows`] when no reader would take the claims.
    pub fn to_cbor(&self) -> Result<Vec<u8>, SealError> {
        self.refuse_what_no_reader_takes()?;
        let profile = self.claims.profile();
        let mut writer = Writer::default();
        writer
            .array(profile.entries())
            .unsigned(profile.code())
            .bytes(&self.head.nonce)
            .integer(i64::from(self.head.issue_date.count()))
            .unsigned(self.head.status.as_u64())
            .unsigned(u64::from(self.head.office));
        self.claims.write(&mut writer);
        let octets = writer.into_octets();
        check_length(octets.len())?;
        Ok(octets)
    }

    /// Reads a payload in its one form.
    ///
    /// # Errors
    ///
    /// [`SealError::PayloadTooLong`], [`SealError::Payload`].
    pub fn from_cbor(octets: &[u8]) -> Result<Self, SealError> {
        check_length(octets.len())?;
        Ok(read(octets)?)
    }

    /// Is this the NIK that was sealed? A kartu keluarga has its members' in their rows: see [`member_agrees`](Self::member_agrees).
    #[must_use]
    pub fn nik_agrees(&self, nik: &IdentityNumber) -> Agreement {
        let sealed = match &self.claims {
            Claims::Akta(claims) => claims.nik,
            Claims::Surat(claims) => claims.nik,
            Claims::Kk(_) => None,
        };
        sealed.map_or(Agreement::NotSealed, |check| check.agrees(&self.head.nonce, NumberKind::Nik, nik))
    }

    /// Is this the number of the kartu keluarga that was sealed?
    #[must_use]
    pub fn family_card_number_agrees(&self, number: &IdentityNumber) -> Agreement {
        match &self.claims {
            Claims::Kk(claims) => claims.number.agrees(&self.head.nonce, NumberKind::FamilyCard, number),
            Claims::Akta(_) | Claims::Surat(_) => Agreement::NotSealed,
        }
    }

    /// Is this the member in the row with this number, from 0? A row that the seal does not have differs.
    #[must_use]
    pub fn member_agrees(&self, row: usize, member: &Member) -> Agreement {
        match &self.claims {
            Claims::Kk(claims) => claims
                .members
                .get(row)
                .map_or(Agreement::Differs, |sealed: &SealedMember| sealed.agrees(&self.head.nonce, row, member)),
            Claims::Akta(_) | Claims::Surat(_) => Agreement::NotSealed,
        }
    }

    fn refuse_what_no_reader_takes(&self) -> Result<(), PayloadError> {
        if self.head.issue_date.count() < 0 {
            return Err(PayloadError::IssueDate);
        }
        match &self.claims {
            Claims::Surat(claims) if claims.valid_until.is_some_and(|days| days.count() < 1) => {
                Err(PayloadError::ValidUntil)
            }
            Claims::Kk(claims) if claims.members.is_empty() => Err(PayloadError::Rows { at: 0 }),
            _ => Ok(()),
        }
    }
}

fn check_length(length: usize) -> Result<(), SealError> {
    if length > PAYLOAD_LIMIT {
        return Err(SealError::PayloadTooLong { length, limit: PAYLOAD_LIMIT });
    }
    Ok(())
}

fn read(octets: &[u8]) -> Result<SealPayload, PayloadError> {
    let mut reader = Reader::new(octets);
    let found = reader.array(octets.len())?;
    let code = reader.unsigned()?;
    let profile = Profile::from_code(code).ok_or(PayloadError::Profile { found: code })?;
    if found != profile.entries() {
        let kind = CborErrorKind::Count { expected: profile.entries() as u64, found: found as u64 };
        return Err(CborError { at: 0, kind }.into());
    }
    let nonce: Nonce = reader.octets()?;
    let issue_date = reader.integer()?;
    if issue_date < 0 {
        return Err(PayloadError::IssueDate);
    }
    let head = Head {
        nonce,
        issue_date: Days::from_count(issue_date)?,
        status: StatusIndex::from_u64(reader.unsigned()?)?,
        office: reader.small()?,
    };
    let claims = Claims::read(profile, &mut reader)?;
    reader.end()?;
    Ok(SealPayload { head, claims })
}
