//! [`Budget`]: the work that reading one file may cost, metered by every step that depends on the file's content.
//!
//! The caps in [`Limits`] bound each step; the budget bounds their product. It counts octets looked at, objects made
//! and octets inflated, not time, so that the same file ends in the same place on every machine.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Limits, PdfError};

/// Work for any file, however small: 64 Mi octets looked at take a fraction of a second.
const WORK_FLOOR: u64 = 64 << 20;
/// Work for each octet of the file. An honest file is looked at about twice: once to read it, once to hash it.
const WORK_PER_OCTET: u64 = 16;
/// Octets that all object streams together may inflate to, whatever the file's size, and for each of its octets.
/// With what parsed objects take, it keeps a hostile file below 64 MiB + 20 times its size.
const INFLATED_FLOOR: u64 = 32 << 20;
const INFLATED_PER_OCTET: u64 = 8;

/// What is left of the work that a file may cost. It is shared by everything that reads the same file.
#[derive(Debug)]
pub struct Budget {
    work: AtomicU64,
    inflated: AtomicU64,
}

impl Budget {
    /// The budget of a file of `length` octets.
    #[must_use]
    pub fn for_file(length: usize, limits: &Limits) -> Self {
        let length = length as u64;
        let inflated = INFLATED_FLOOR.saturating_add(length.saturating_mul(INFLATED_PER_OCTET));
        Self {
            work: AtomicU64::new(WORK_FLOOR.saturating_add(length.saturating_mul(WORK_PER_OCTET))),
            inflated: AtomicU64::new(inflated.max(limits.stream_bytes as u64)),
        }
    }

    /// Takes `units` octets of work.
    ///
    /// # Errors
    ///
    /// [`PdfError::BudgetSpent`] when there is less left; from then on every step fails.
    pub fn charge(&self, units: usize) -> Result<(), PdfError> {
        take(&self.work, units as u64).map_err(|_| PdfError::BudgetSpent)
    }

    /// Octets that may still be inflated and kept.
    #[must_use]
    pub fn inflatable(&self) -> usize {
        usize::try_from(self.inflated.load(Ordering::Relaxed)).unwrap_or(usize::MAX)
    }

    /// Takes `octets` of what may be inflated and kept.
    ///
    /// # Errors
    ///
    /// [`PdfError::BudgetSpent`] as for [`Budget::charge`].
    pub fn charge_inflated(&self, octets: usize) -> Result<(), PdfError> {
        take(&self.inflated, octets as u64).map_err(|_| PdfError::BudgetSpent)
    }
}

/// Subtracts, or empties the account when there is not enough in it.
fn take(account: &AtomicU64, units: u64) -> Result<(), ()> {
    let before = account
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(units)))
        .unwrap_or(0);
    if before < units { Err(()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_budget_stays_spent() {
        let budget = Budget::for_file(0, &Limits::default());
        assert_eq!(budget.charge(64 << 20), Ok(()));
        assert_eq!(budget.charge(1), Err(PdfError::BudgetSpent));
        assert_eq!(budget.charge(1), Err(PdfError::BudgetSpent));
    }

    #[test]
    fn an_overdraft_empties_the_budget() {
        let budget = Budget::for_file(0, &Limits::default());
        assert_eq!(budget.charge((64 << 20) + 1), Err(PdfError::BudgetSpent));
        assert_eq!(budget.charge(1), Err(PdfError::BudgetSpent));
    }

    #[test]
    fn larger_files_may_cost_more() {
        let budget = Budget::for_file(1, &Limits::default());
        assert_eq!(budget.charge((64 << 20) + 16), Ok(()));
    }

    #[test]
    fn one_stream_of_the_permitted_size_fits_even_in_a_small_file() {
        assert_eq!(Budget::for_file(0, &Limits::default()).inflatable(), 64 << 20);
    }
}
