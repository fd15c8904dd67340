//! The clocks of a signature: claimed, best, and the validation time. They are three, never one.
//!
//! Job: read the claimed time for the report, and say since when the signature is proved to have existed.
//! Invariant: without a verified time-stamp the best signature time is the validation time (EN 319 102-1, 5.5.4): what
//! a signer writes about the time proves nothing.

use pades::EmbeddedSignature;

use crate::clock::{UnixTime, ValidationTime};
use crate::findings::Finding;
use crate::report::{ClaimedTime, TimeBasis};
use crate::time_stamps::StampedTime;

/// The earliest moment at which the signature is proved to have existed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BestSignatureTime {
    time: UnixTime,
    basis: TimeBasis,
}

impl BestSignatureTime {
    /// The time of a time-stamp that holds, if that is earlier, else the validation time (EN 319 102-1, 5.5.4).
    pub(crate) fn establish(stamped: Option<StampedTime>, time: ValidationTime) -> Self {
        match stamped.filter(|stamped| stamped.unix_time() < time.unix_time()) {
            Some(stamped) => Self { time: stamped.unix_time(), basis: stamped.into_basis() },
            None => Self { time: time.unix_time(), basis: TimeBasis::Validation },
        }
    }

    pub(crate) fn unix_time(&self) -> UnixTime {
        self.time
    }

    pub(crate) fn basis(self) -> TimeBasis {
        self.basis
    }
}

/// Reads `/M`.
pub(crate) fn claimed(
    signature: &EmbeddedSignature,
    time: ValidationTime,
    notes: &mut Vec<Finding>,
) -> Option<ClaimedTime> {
    let text = signature.claimed_signing_time()?.to_owned();
    let moment = UnixTime::from_pdf_date(&text);
    match moment {
        None => notes.push(Finding::ClaimedTimeMalformed),
        Some(moment) if moment > time.unix_time() => notes.push(Finding::ClaimedTimeInFuture),
        Some(_) => {}
    }
    Some(ClaimedTime { text, time: moment })
}
