//! The status of a signed document as the register has it, and a change of it as an officer asks for it.

use std::fmt;

use evidence::{StatusIndex, status::StatusValue};
use thiserror::Error;

use crate::{document::OfficerAccount, request_id::RequestId, signature_name::SignatureName};

/// The status of one signed document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentStatus {
    /// Which signature made the document.
    pub name: SignatureName,
    /// Its index in the status list; `None` for a signature that was made before there were any.
    pub status_index: Option<StatusIndex>,
    /// The status.
    pub status: StatusValue,
    /// Why it is not what it was at first, as far as a code was given.
    pub reason: Option<StatusReason>,
    /// When it was changed last, in seconds since 1970-01-01T00:00:00Z; `None` if never.
    pub changed_at_unix: Option<u64>,
    /// The signature that replaced this one.
    pub superseded_by: Option<SignatureName>,
    /// The time of the first published list that says so, in seconds since 1970-01-01T00:00:00Z; `None` while none does.
    pub published_at_unix: Option<u64>,
}

/// Why a status was changed, as the code that the register keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusReason {
    /// Issued by mistake, or to the wrong person.
    IssuedInError,
    /// What the document says is wrong.
    ContentWrong,
    /// Obtained by fraud.
    Fraud,
    /// A court or another authority orders it.
    Order,
    /// It is being looked into.
    UnderReview,
    /// The review ended without a finding.
    ReviewEnded,
    /// The holder reports it lost or stolen.
    Lost,
    /// Replaced by a newer document. The service alone gives it.
    Replaced,
}

/// A status that can be asked for. Superseded is not among them: it comes from a signature that replaces another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewStatus {
    /// In force again, after it was suspended.
    Valid,
    /// Withdrawn, for ever.
    Invalid,
    /// Not in force for now.
    Suspended,
}

impl From<NewStatus> for StatusValue {
    fn from(status: NewStatus) -> Self {
        match status {
            NewStatus::Valid => Self::Valid,
            NewStatus::Invalid => Self::Invalid,
            NewStatus::Suspended => Self::Suspended,
        }
    }
}

/// Why a status is to be changed, in words: 1 to 500 octets of UTF-8 without control characters. The service keeps a keyed hash of it.
#[derive(Clone, PartialEq, Eq)]
pub struct ReasonText(String);

/// Why a text is no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReasonTextError {
    /// Nothing there.
    #[error("the reason is empty")]
    Empty,
    /// Longer than the limit.
    #[error("the reason has {length_bytes} octets; at most {limit_bytes} are allowed")]
    TooLong {
        /// Its length in octets.
        length_bytes: usize,
        /// The limit in octets.
        limit_bytes: usize,
    },
    /// A control character, such as the end of a line.
    #[error("octet {position} of the reason begins a control character")]
    ControlCharacter {
        /// Position of the character in octets, from 0.
        position: usize,
    },
}

impl ReasonText {
    /// Most octets of a reason (`teken.v1.SetDocumentStatusRequest.reason`).
    pub const LIMIT_BYTES: usize = 500;

    /// Reads a reason.
    ///
    /// # Errors
    ///
    /// [`ReasonTextError`].
    pub fn parse(text: &str) -> Result<Self, ReasonTextError> {
        if text.is_empty() {
            return Err(ReasonTextError::Empty);
        }
        if text.len() > Self::LIMIT_BYTES {
            return Err(ReasonTextError::TooLong { length_bytes: text.len(), limit_bytes: Self::LIMIT_BYTES });
        }
        match text.char_indices().find(|(_, character)| character.is_control()) {
            Some((position, _)) => Err(ReasonTextError::ControlCharacter { position }),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ReasonText {
    /// A reason may name people: it is not for logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReasonText(..)")
    }
}

/// A change of a status as an officer asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// Whose status.
    pub name: SignatureName,
    /// What it becomes.
    pub status: NewStatus,
    /// Why, in words.
    pub reason: ReasonText,
    /// Why, as a code that is kept.
    pub reason_code: Option<StatusReason>,
    /// Who asks.
    pub officer: OfficerAccount,
}

/// A change that is on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChanged {
    /// The request under which it is on record.
    pub request_id: RequestId,
    /// The status after it.
    pub status: DocumentStatus,
    /// An earlier attempt had made it; this one changed nothing.
    pub replayed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_1_to_500_octets_without_control_characters_and_is_never_printed() {
        assert_eq!(ReasonText::parse(""), Err(ReasonTextError::Empty));
        let long = ReasonText::parse(&"r".repeat(501));
        assert_eq!(long, Err(ReasonTextError::TooLong { length_bytes: 501, limit_bytes: 500 }));
        assert_eq!(ReasonText::parse("a\nb"), Err(ReasonTextError::ControlCharacter { position: 1 }));
        assert!(ReasonText::parse(&"r".repeat(500)).is_ok());
        assert_eq!(format!("{:?}", ReasonText::parse("nama Budi salah")), "Ok(ReasonText(..))");
    }
}
