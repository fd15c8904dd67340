//! What the service speaks of, once a request has left the wire.
//!
//! Every value here was checked when it was made; nothing below the edge checks it again. Numbers and officers are
//! redacted in `Debug`: they never reach a log, and only commitments to them reach the register.

use std::fmt;

use evidence::{Commitment, DocumentType, OfficeId, StatusIndex};
use pades::{DocumentDigest, FieldChoice};
use uuid::Uuid;

mod document;

pub use document::{
    ReasonText, ReservationRecord, Reserve, SealRecord, SetStatus, StatusReason, StatusRecord, may_change,
};

/// Most octets of a document's number.
const NUMBER_LIMIT: usize = 128;
/// Most octets of an officer's account.
const OFFICER_LIMIT: usize = 64;

/// Why a text is not what its field needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// Nothing there.
    #[error("is required")]
    Missing,
    /// Too long.
    #[error("has {length} octets; at most {limit} are allowed")]
    TooLong {
        /// Octets found.
        length: usize,
        /// Octets allowed.
        limit: usize,
    },
    /// A control character, or one outside the field's alphabet.
    #[error("has a character that is not allowed")]
    Character,
    /// Not a UUID in canonical form.
    #[error("is not a UUID in canonical form, such as 0189f7c4-5b1e-7c3a-9d2f-0a1b2c3d4e5f")]
    NotAUuid,
    /// Not the name of a signature.
    #[error("is not a name of the form offices/{{office}}/signatures/{{sequence}}")]
    NotASignatureName,
    /// Not the name of a reservation.
    #[error("is not a name of the form offices/{{office}}/reservations/{{number}}")]
    NotAReservationName,
}

/// What a caller names a signing act by, within its office: a UUID (RFC 9562).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(Uuid);

impl RequestId {
    /// Reads the canonical form: 36 characters, lower case (RFC 9562, 4), so that one id has one spelling.
    ///
    /// # Errors
    ///
    /// [`TextFault::Missing`] or [`TextFault::NotAUuid`]. The nil and the max UUID are no ids: they are what a client
    /// sends that forgot to make one.
    pub fn parse(text: &str) -> Result<Self, TextFault> {
        if text.is_empty() {
            return Err(TextFault::Missing);
        }
        let uuid = Uuid::try_parse(text).map_err(|_| TextFault::NotAUuid)?;
        let mut canonical = Uuid::encode_buffer();
        if uuid.hyphenated().encode_lower(&mut canonical) != text || uuid.is_nil() || uuid.is_max() {
            return Err(TextFault::NotAUuid);
        }
        Ok(Self(uuid))
    }

    /// Takes an id that the register holds.
    #[must_use]
    pub const fn from_bytes(octets: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(octets))
    }

    /// The 16 octets.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({self})")
    }
}

/// A document's number as printed. Never logged, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentNumber(String);

impl DocumentNumber {
    /// Reads a number: 1 to 128 octets without control characters.
    ///
    /// # Errors
    ///
    /// [`TextFault`].
    pub fn parse(text: String) -> Result<Self, TextFault> {
        check(&text, NUMBER_LIMIT, |character| !character.is_control())?;
        Ok(Self(text))
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DocumentNumber([REDACTED])")
    }
}

/// The account of the officer who asked. Never logged, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestingOfficer(String);

impl RequestingOfficer {
    /// Reads an account: 1 to 64 of `A-Z a-z 0-9 . _ @ -`.
    ///
    /// # Errors
    ///
    /// [`TextFault`].
    pub fn parse(text: String) -> Result<Self, TextFault> {
        check(&text, OFFICER_LIMIT, |character| {
            character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '@' | '-')
        })?;
        Ok(Self(text))
    }

    /// The account.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RequestingOfficer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestingOfficer([REDACTED])")
    }
}

fn check(text: &str, limit: usize, allowed: impl Fn(char) -> bool) -> Result<(), TextFault> {
    if text.is_empty() {
        return Err(TextFault::Missing);
    }
    if text.len() > limit {
        return Err(TextFault::TooLong { length: text.len(), limit });
    }
    if text.chars().all(allowed) { Ok(()) } else { Err(TextFault::Character) }
}

/// Resource name of a signing act: `offices/{office}/signatures/{sequence}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureName {
    /// The office that asked.
    pub office: OfficeId,
    /// Number of the intent in the register, from 1.
    pub sequence: u64,
}

impl SignatureName {
    /// Reads a name; the sequence is decimal without leading zeros, so that one act has one name.
    ///
    /// # Errors
    ///
    /// [`TextFault::NotASignatureName`].
    pub fn parse(text: &str) -> Result<Self, TextFault> {
        let (office, sequence) = name_of(text, "/signatures/").ok_or(TextFault::NotASignatureName)?;
        Ok(Self { office, sequence })
    }
}

/// Office and number of a resource name. The register counts in signed 64-bit integers; a larger number names nothing.
fn name_of(text: &str, collection: &str) -> Option<(OfficeId, u64)> {
    let (office, number) = text.strip_prefix("offices/")?.split_once(collection)?;
    let office = OfficeId::parse(office).ok()?;
    let canonical = !number.starts_with('0') && number.bytes().all(|octet| octet.is_ascii_digit());
    let number = number.parse::<i64>().ok().filter(|_| canonical)?;
    Some((office, number.unsigned_abs()))
}

impl fmt::Display for SignatureName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "offices/{}/signatures/{}", self.office, self.sequence)
    }
}

/// Resource name of a reservation: `offices/{office}/reservations/{number}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservationName {
    /// The office that asked.
    pub office: OfficeId,
    /// Number of the reservation in the register, from 1.
    pub number: u64,
}

impl ReservationName {
    /// Reads a name; the number is decimal without leading zeros, so that one reservation has one name.
    ///
    /// # Errors
    ///
    /// [`TextFault::NotAReservationName`].
    pub fn parse(text: &str) -> Result<Self, TextFault> {
        let (office, number) = name_of(text, "/reservations/").ok_or(TextFault::NotAReservationName)?;
        Ok(Self { office, number })
    }
}

impl fmt::Display for ReservationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "offices/{}/reservations/{}", self.office, self.number)
    }
}

/// How a request to sign names the reservation that it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReservationKey {
    /// By the hash of its seal.
    Seal([u8; 32]),
    /// By its name: one without a seal.
    Name(ReservationName),
}

/// Which document is to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its kind.
    pub document_type: DocumentType,
    /// Its number as printed.
    pub number: DocumentNumber,
    /// Who asked.
    pub requesting_officer: RequestingOfficer,
}

/// Whether a request is carried out or only checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Record and sign.
    Sign,
    /// Check everything that can be checked without recording or signing (AIP-163).
    ValidateOnly,
}

/// What every request to sign says, whatever brings the digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningRequest {
    /// The caller's name for this act.
    pub request_id: RequestId,
    /// Which document.
    pub document: Document,
    /// The signature that this one replaces.
    pub replaces: Option<SignatureName>,
    /// The reservation that it takes.
    pub reservation: Option<ReservationKey>,
    /// Carry out, or only check.
    pub mode: Mode,
}

/// A request to sign a document digest that the office computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignDigest {
    /// What every request says.
    pub request: SigningRequest,
    /// Hash over the ByteRange.
    pub document_digest: DocumentDigest,
}

/// The header of a request to sign a whole document; its octets follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignDocument {
    /// What every request says.
    pub request: SigningRequest,
    /// The signature field to use.
    pub field: FieldChoice,
    /// The field's name as the caller wrote it; part of what a repeated request must repeat.
    pub field_name: String,
    /// The document's size in octets, when the caller knows it.
    pub size_bytes: Option<u64>,
    /// The text of the seal, for the signature dictionary.
    pub seal_text: Option<String>,
}

/// Where a signing act stands, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// The intent is recorded and has no end yet.
    Open,
    /// Signed, recorded, released.
    Signed {
        /// The CMS, unless the reader left it out.
        cms: Option<Vec<u8>>,
    },
    /// Nothing was released and nothing will be.
    Abandoned {
        /// Why.
        reason: AbandonedReason,
    },
}

/// Why a signing act ended without a signature. The codes are stored: never renumber.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[repr(u8)]
pub enum AbandonedReason {
    /// The office is no longer in the directory.
    #[error("OFFICE_UNKNOWN")]
    OfficeUnknown = 1,
    /// The office is suspended.
    #[error("OFFICE_SUSPENDED")]
    OfficeSuspended = 2,
    /// The office may no longer have this type signed.
    #[error("DOCUMENT_TYPE_NOT_ALLOWED")]
    DocumentTypeNotAllowed = 3,
    /// The intent was recorded for another key.
    #[error("KEY_CHANGED")]
    KeyChanged = 4,
    /// The intent was recorded for another certificate chain.
    #[error("CHAIN_CHANGED")]
    ChainChanged = 5,
    /// The signing certificate is not valid now, or ends within a day.
    #[error("CERTIFICATE_NOT_USABLE")]
    CertificateNotUsable = 6,
    /// The recorded attributes are not those that the record describes.
    #[error("RECORD_INCONSISTENT")]
    RecordInconsistent = 7,
    /// The CMS that was made was not what was recorded; it was dropped.
    #[error("SELF_CHECK_FAILED")]
    SelfCheckFailed = 8,
}

impl AbandonedReason {
    /// All reasons.
    pub const ALL: [Self; 8] = [
        Self::OfficeUnknown,
        Self::OfficeSuspended,
        Self::DocumentTypeNotAllowed,
        Self::KeyChanged,
        Self::ChainChanged,
        Self::CertificateNotUsable,
        Self::RecordInconsistent,
        Self::SelfCheckFailed,
    ];

    /// The code that the register keeps.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The reason with this code.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// A signing act as its office may see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// Its name.
    pub name: SignatureName,
    /// The request that asked for it.
    pub request_id: RequestId,
    /// Time in the signing statement, Unix seconds.
    pub signed_at: u64,
    /// The document's type.
    pub document_type: DocumentType,
    /// The digest.
    pub document_digest: DocumentDigest,
    /// Where it stands.
    pub state: State,
    /// The signature that it replaced.
    pub replaces: Option<SignatureName>,
    /// The signature that replaced it.
    pub replaced_by: Option<SignatureName>,
    /// Index in the status list; none in an act that is older than status lists.
    pub status_index: Option<StatusIndex>,
    /// Hash of the document's seal.
    pub seal_hash: Option<[u8; 32]>,
}

/// Whether an answer was given before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Made for this call.
    New,
    /// A repetition of an earlier answer.
    Replayed,
}

/// What a request to sign gives back.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Signed, recorded, released.
    Signed {
        /// The act.
        signature: Box<Signature>,
        /// Whether this answer was given before.
        freshness: Freshness,
    },
    /// Only checked: a request like this would be carried out.
    Validated {
        /// Whether this very request was carried out before, so that it would be replayed.
        freshness: Freshness,
    },
}

/// What the register keeps of a request besides its document: commitments, never texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commitments {
    /// To the canonical octets of the whole request.
    pub request: Commitment,
    /// To the document's number.
    pub number: Commitment,
    /// To the officer's account.
    pub officer: Commitment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_is_a_lower_case_hyphenated_uuid() {
        let text = "0189f7c4-5b1e-7c3a-9d2f-0a1b2c3d4e5f";
        assert_eq!(RequestId::parse(text).map(|id| id.to_string()), Ok(text.to_owned()));
        assert_eq!(RequestId::parse(""), Err(TextFault::Missing));
        for malformed in [
            "0189F7C4-5B1E-7C3A-9D2F-0A1B2C3D4E5F",
            "0189f7c45b1e7c3a9d2f0a1b2c3d4e5f",
            "{0189f7c4-5b1e-7c3a-9d2f-0a1b2c3d4e5f}",
            "urn:uuid:0189f7c4-5b1e-7c3a-9d2f-0a1b2c3d4e5f",
            "0189f7c4-5b1e-7c3a-9d2f-0a1b2c3d4e5",
            " 0189f7c4-5b1e-7c3a-9d2f-0a1b2c3d4e5f",
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "1",
        ] {
            assert_eq!(RequestId::parse(malformed), Err(TextFault::NotAUuid), "{malformed:?}");
        }
    }

    #[test]
    fn a_number_is_1_to_128_octets_without_control_characters() {
        let read = |text: &str| DocumentNumber::parse(text.to_owned()).map(|number| number.as_str().to_owned());
        assert_eq!(read("474.1/012-Kec.BT/XI/2026"), Ok("474.1/012-Kec.BT/XI/2026".to_owned()));
        assert_eq!(read(""), Err(TextFault::Missing));
        assert_eq!(read(&"9".repeat(129)), Err(TextFault::TooLong { length: 129, limit: 128 }));
        assert_eq!(read("1\n2"), Err(TextFault::Character));
        assert_eq!(read("1\u{85}2"), Err(TextFault::Character));
    }

    #[test]
    fn an_officer_is_an_account_name() {
        let read = |text: &str| RequestingOfficer::parse(text.to_owned()).map(|officer| officer.as_str().to_owned());
        assert_eq!(read("siti.r_2@kec-bt.id"), Ok("siti.r_2@kec-bt.id".to_owned()));
        assert_eq!(read(""), Err(TextFault::Missing));
        assert_eq!(read("siti r"), Err(TextFault::Character));
        assert_eq!(read(&"a".repeat(65)), Err(TextFault::TooLong { length: 65, limit: 64 }));
    }

    #[test]
    fn number_and_officer_are_never_printed() {
        let number = DocumentNumber::parse("474.1/7".to_owned()).expect("a number");
        let officer = RequestingOfficer::parse("siti".to_owned()).expect("an account");
        assert_eq!(format!("{number:?} {officer:?}"), "DocumentNumber([REDACTED]) RequestingOfficer([REDACTED])");
    }

    #[test]
    fn a_signature_has_one_name() {
        let name = SignatureName::parse("offices/kec-a/signatures/12").expect("a name");
        assert_eq!((name.office.as_str(), name.sequence), ("kec-a", 12));
        assert_eq!(name.to_string(), "offices/kec-a/signatures/12");
        for malformed in [
            "",
            "offices/kec-a/signatures/",
            "offices/kec-a/signatures/0",
            "offices/kec-a/signatures/012",
            "offices/kec-a/signatures/+1",
            "offices/kec-a/signatures/-1",
            "offices/kec-a/signatures/9223372036854775808",
            "offices/Kec/signatures/1",
            "offices//signatures/1",
            "signatures/1",
        ] {
            assert_eq!(SignatureName::parse(malformed), Err(TextFault::NotASignatureName), "{malformed:?}");
        }
    }

    #[test]
    fn a_reservation_has_one_name() {
        let name = ReservationName::parse("offices/kec-a/reservations/12").expect("a name");
        assert_eq!((name.office.as_str(), name.number), ("kec-a", 12));
        assert_eq!(name.to_string(), "offices/kec-a/reservations/12");
        for malformed in
            ["", "offices/kec-a/reservations/0", "offices/kec-a/reservations/012", "offices/kec-a/signatures/1"]
        {
            assert_eq!(ReservationName::parse(malformed), Err(TextFault::NotAReservationName), "{malformed:?}");
        }
    }

    #[test]
    fn every_reason_has_its_own_code() {
        for reason in AbandonedReason::ALL {
            assert_eq!(AbandonedReason::from_code(reason.code()), Some(reason));
        }
        assert_eq!(AbandonedReason::from_code(0), None);
    }
}
