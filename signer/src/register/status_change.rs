//! Changes of a status as they are recorded.

use evidence::status::StatusValue;
use evidence::{Commitment, OfficeId};

use crate::domain::{RequestId, StatusReason};

/// A change that is to be recorded.
#[derive(Debug)]
pub struct NewStatusChange {
    /// The office.
    pub office: OfficeId,
    /// Its name for the change.
    pub request_id: RequestId,
    /// Commitment to the whole request.
    pub request: Commitment,
    /// Commitment to the officer's account.
    pub officer: Commitment,
    /// Commitment to the reason's text.
    pub reason: Commitment,
    /// Why, as a code.
    pub reason_code: StatusReason,
    /// Number of the intent whose status it is.
    pub intent: u64,
    /// What the status becomes.
    pub status: StatusValue,
}

/// What came of a change that was to be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It is on record, durably.
    New,
    /// The office asked for this very change before; nothing was recorded.
    Existing,
}
