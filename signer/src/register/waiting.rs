//! How many reservations of each office wait for their signature: what keeps one office from filling the register.
//!
//! Two limits: those that can still be signed, and those of the last day that were not. The second one bounds what an
//! office can leave behind by letting reservations expire.

use std::collections::{BTreeMap, HashMap};

use evidence::OfficeId;

use crate::error::SignError;

/// Seconds for which a reservation that was not signed counts.
pub(super) const WINDOW_SECONDS: u64 = 24 * 60 * 60;
/// So many times the limit of open ones may be left unsigned in that time.
const UNSIGNED_FACTOR: usize = 20;

/// One reservation that was not signed yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unsigned {
    pub(super) recorded_at: u64,
    pub(super) expires_at: u64,
}

/// What a transaction did, so that it can be undone.
#[derive(Debug)]
enum Step {
    Added(OfficeId, u64),
    Removed(OfficeId, u64, Unsigned),
}

/// The reservations of the last day that were not signed, by office and number.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    offices: HashMap<OfficeId, BTreeMap<u64, Unsigned>>,
    steps: Vec<Step>,
}

impl Waiting {
    /// May this office reserve one more?
    pub(super) fn check(&mut self, office: &OfficeId, now: u64, limit: u32) -> Result<(), SignError> {
        let Some(unsigned) = self.offices.get_mut(office) else { return Ok(()) };
        // Those that no longer count are the oldest ones. Undoing a transaction never needs them.
        while unsigned
            .first_key_value()
            .is_some_and(|(_, oldest)| now > oldest.recorded_at.saturating_add(WINDOW_SECONDS))
        {
            unsigned.pop_first();
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let open = unsigned.values().rev().take_while(|unsigned| unsigned.expires_at >= now);
        let free_at = match open.take(limit).collect::<Vec<_>>() {
            open if open.len() >= limit => open.last().map(|oldest| oldest.expires_at),
            _ if unsigned.len() >= limit.saturating_mul(UNSIGNED_FACTOR) => {
                unsigned.values().next().map(|oldest| oldest.recorded_at.saturating_add(WINDOW_SECONDS))
            }
            _ => return Ok(()),
        };
        let retry_seconds = free_at.unwrap_or(now).saturating_sub(now).saturating_add(1);
        Err(SignError::TooManyReservations { retry_seconds })
    }

    pub(super) fn add(&mut self, office: &OfficeId, number: u64, unsigned: Unsigned) {
        self.offices.entry(office.clone()).or_default().insert(number, unsigned);
        self.steps.push(Step::Added(office.clone(), number));
    }

    /// It was signed.
    pub(super) fn remove(&mut self, office: &OfficeId, number: u64) {
        let removed = self.offices.get_mut(office).and_then(|unsigned| unsigned.remove(&number));
        self.steps.extend(removed.map(|unsigned| Step::Removed(office.clone(), number, unsigned)));
    }

    /// What was done since the last call is on the disk.
    pub(super) fn keep(&mut self) {
        self.steps.clear();
    }

    /// What was done since the last call is not on the disk.
    pub(super) fn undo(&mut self) {
        while let Some(step) = self.steps.pop() {
            match step {
                Step::Added(office, number) => {
                    self.offices.get_mut(&office).and_then(|unsigned| unsigned.remove(&number));
                }
                Step::Removed(office, number, unsigned) => {
                    self.offices.entry(office).or_default().insert(number, unsigned);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::office;

    const NOW: u64 = 1_000_000;

    fn full(limit: u64) -> Waiting {
        let mut waiting = Waiting::default();
        for number in 1..=limit {
            let recorded_at = NOW + number;
            waiting.add(&office("utara"), number, Unsigned { recorded_at, expires_at: recorded_at + 900 });
        }
        waiting.keep();
        waiting
    }

    #[test]
    fn an_office_waits_until_its_oldest_open_reservation_ends_and_others_do_not_wait() {
        let mut waiting = full(3);
        assert_eq!(
            waiting.check(&office("utara"), NOW + 10, 3),
            Err(SignError::TooManyReservations { retry_seconds: 892 })
        );
        assert_eq!(waiting.check(&office("utara"), NOW + 10, 4), Ok(()));
        assert_eq!(waiting.check(&office("selatan"), NOW + 10, 3), Ok(()));
        assert_eq!(waiting.check(&office("utara"), NOW + 902, 3), Ok(()), "one has expired");
        waiting.remove(&office("utara"), 2);
        assert_eq!(waiting.check(&office("utara"), NOW + 10, 3), Ok(()), "one was signed");
        waiting.undo();
        assert!(waiting.check(&office("utara"), NOW + 10, 3).is_err(), "that was not recorded");
    }

    #[test]
    fn an_office_that_lets_reservations_expire_all_day_is_stopped() {
        let mut waiting = full(60);
        let later = NOW + 60 + 901;
        let left = WINDOW_SECONDS - (later - NOW - 1) + 1;
        assert_eq!(
            waiting.check(&office("utara"), later, 3),
            Err(SignError::TooManyReservations { retry_seconds: left })
        );
        assert_eq!(waiting.check(&office("utara"), NOW + 60 + WINDOW_SECONDS + 1, 3), Ok(()));
    }
}
