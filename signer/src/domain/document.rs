//! Status and reservation of a document, in the words of the service.

use evidence::seal::printed::PrintedFields;
use evidence::status::StatusValue;
use evidence::{Commitment, DocumentType, StatusIndex};

use super::{Document, Mode, RequestId, RequestingOfficer, ReservationName, SignatureName, TextFault};

/// Most octets of a reason.
const REASON_LIMIT: usize = 500;

/// May a document that was released change from this status to that one? As the lists' specification says; besides, what is
/// suspended is superseded when its replacement is released.
#[must_use]
pub fn may_change(from: StatusValue, to: StatusValue) -> bool {
    from.may_become(to) || (from, to) == (StatusValue::Suspended, StatusValue::Superseded)
}

/// Why a status was changed, as kept in the clear. The codes are stored: never renumber.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum StatusReason {
    /// None of the others: the text says it.
    Unspecified = 0,
    /// Issued by mistake, or to the wrong person.
    IssuedInError = 1,
    /// What the document says is wrong.
    ContentWrong = 2,
    /// Obtained by fraud.
    Fraud = 3,
    /// An authority orders it.
    Order = 4,
    /// It is being looked into.
    UnderReview = 5,
    /// The review ended without a finding.
    ReviewEnded = 6,
    /// The holder reports it lost or stolen.
    Lost = 7,
}

impl StatusReason {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Unspecified,
        Self::IssuedInError,
        Self::ContentWrong,
        Self::Fraud,
        Self::Order,
        Self::UnderReview,
        Self::ReviewEnded,
        Self::Lost,
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

/// Why a status is to be changed, in words. It may name people: never logged, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct ReasonText(String);

impl ReasonText {
    /// Reads a reason: 1 to 500 octets without control characters.
    ///
    /// # Errors
    ///
    /// [`TextFault`].
    pub fn parse(text: String) -> Result<Self, TextFault> {
        super::check(&text, REASON_LIMIT, |character| !character.is_control())?;
        Ok(Self(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for ReasonText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReasonText([REDACTED])")
    }
}

/// A request to change a status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetStatus {
    /// The caller's name for the change.
    pub request_id: RequestId,
    /// Whose status.
    pub name: SignatureName,
    /// What it becomes.
    pub status: StatusValue,
    /// Why, in words.
    pub reason: ReasonText,
    /// Why, as a code.
    pub reason_code: StatusReason,
    /// Who asked.
    pub requesting_officer: RequestingOfficer,
}

/// A request to reserve a status index, with a seal or without.
#[derive(Debug, Clone)]
pub struct Reserve {
    /// The caller's name for the reservation.
    pub request_id: RequestId,
    /// Which document is about to be signed.
    pub document: Document,
    /// What the seal says.
    pub claims: Option<PrintedFields>,
    /// Carry out, or only check.
    pub mode: Mode,
}

/// The status of a document as its office may see it.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusRecord {
    /// Whose status.
    pub name: SignatureName,
    /// Where it stands in the status lists.
    pub status_index: Option<StatusIndex>,
    /// What it is.
    pub status: StatusValue,
    /// Why it was changed last.
    pub reason_code: StatusReason,
    /// When it was changed last, Unix seconds.
    pub changed_at: Option<u64>,
    /// The signature that replaced it.
    pub superseded_by: Option<SignatureName>,
    /// Time of the first published list that says so, Unix seconds.
    pub published_at: Option<u64>,
}

/// A reservation as the register has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservationRecord {
    /// Its name.
    pub name: ReservationName,
    /// Commitment to the whole request, claims included.
    pub request: Commitment,
    /// The type of document that it is for.
    pub document_type: DocumentType,
    /// Commitment to the number of the document that it is for.
    pub number: Commitment,
    /// The index.
    pub status_index: StatusIndex,
    /// The date of issue, Unix seconds.
    pub issued_at: u64,
    /// It cannot be signed after this, Unix seconds.
    pub expires_at: u64,
    /// The seal that was made, if one was.
    pub seal: Option<SealRecord>,
}

/// What is kept of a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealRecord {
    /// SHA-256 of its octets.
    pub hash: [u8; 32],
    /// The key that made it.
    pub key_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_and_superseded_are_final_and_suspended_is_not() {
        use StatusValue::{Invalid, Superseded, Suspended, Valid};
        let all = [Valid, Invalid, Suspended, Superseded];
        let changes = |from| all.into_iter().filter(|to| may_change(from, *to)).collect::<Vec<_>>();
        assert_eq!(changes(Valid), [Invalid, Suspended, Superseded]);
        assert_eq!(changes(Suspended), [Valid, Invalid, Superseded]);
        assert_eq!((changes(Invalid), changes(Superseded)), (vec![], vec![]));
    }

    #[test]
    fn every_reason_has_its_own_code() {
        for reason in StatusReason::ALL {
            assert_eq!(StatusReason::from_code(reason.code()), Some(reason));
        }
        assert_eq!(StatusReason::from_code(8), None);
    }

    #[test]
    fn a_reason_is_1_to_500_octets_without_control_characters_and_is_never_printed() {
        let read = |text: &str| ReasonText::parse(text.to_owned());
        assert_eq!(read("").err(), Some(TextFault::Missing));
        assert_eq!(read(&"r".repeat(501)).err(), Some(TextFault::TooLong { length: 501, limit: 500 }));
        assert_eq!(read("a\nb").err(), Some(TextFault::Character));
        let reason = read("nama Budi salah tulis").expect("a reason");
        assert_eq!(format!("{reason:?}"), "ReasonText([REDACTED])");
    }
}
