//! Reservations as they are recorded.

use evidence::{DocumentType, OfficeId};

use super::status_indexes::GivenIndex;
use crate::domain::{Commitments, RequestId, ReservationRecord, SealRecord};

/// A reservation that is to be recorded.
#[derive(Debug)]
pub struct NewReservation {
    /// The office.
    pub office: OfficeId,
    /// Its name for the reservation.
    pub request_id: RequestId,
    /// What is kept of the request's texts, claims included.
    pub commitments: Commitments,
    /// The document's type.
    pub document_type: DocumentType,
    /// The index that was taken for it.
    pub given: GivenIndex,
    /// The date of issue, Unix seconds.
    pub issued_at: u64,
    /// It cannot be signed after this, Unix seconds.
    pub expires_at: u64,
    /// The seal that was made for it.
    pub seal: Option<SealRecord>,
    /// So many reservations of the office may wait for their signature.
    pub open_limit: u32,
}

/// What came of a reservation that was to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reserved {
    /// It is on record, durably.
    New(ReservationRecord),
    /// The office used this request id before; nothing was recorded.
    Existing(ReservationRecord),
}
