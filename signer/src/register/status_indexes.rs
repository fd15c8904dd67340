//! Giving out status indexes: each once.
//!
//! A serial is the next number that was never recorded; the index is what the shard's keyed permutation makes of it. A
//! serial that was taken and not recorded is lost until the process ends: nothing with its index ever left, so the next
//! process may give it again.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use evidence::status::{IndexPermutation, SHARD_VALUES};
use evidence::{CommitmentKey, StatusIndex};

/// An index that was given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenIndex {
    /// Which one this is, from 0.
    pub(super) serial: u64,
    /// What statement, seal and status list have.
    pub(super) index: StatusIndex,
}

impl GivenIndex {
    /// What statement, seal and status list have.
    #[must_use]
    pub const fn index(self) -> StatusIndex {
        self.index
    }
}

#[derive(Debug)]
struct Bound {
    key: CommitmentKey,
    /// The permutation of the shard that is being filled.
    current: Mutex<Option<(u32, IndexPermutation)>>,
}

/// What is left of the indexes.
#[derive(Debug)]
pub(super) struct StatusIndexes {
    next: AtomicU64,
    bound: OnceLock<Bound>,
}

impl StatusIndexes {
    /// Goes on after the serials that are on record.
    pub(super) const fn starting_at(next: u64) -> Self {
        Self { next: AtomicU64::new(next), bound: OnceLock::new() }
    }

    /// From here on indexes can be given: they are permuted under this key. The first key stays.
    pub(super) fn bind(&self, key: &CommitmentKey) {
        self.bound.get_or_init(|| Bound { key: key.clone(), current: Mutex::new(None) });
    }

    /// The shard of the last index that was given; 0 before the first one.
    pub(super) fn last_shard(&self) -> u32 {
        let last = self.next.load(Ordering::Relaxed).saturating_sub(1);
        StatusIndex::from_u64(last.min(StatusIndex::LIMIT)).map_or(0, StatusIndex::shard)
    }

    /// The next index; none when no key is bound, or when 2^40 were given.
    pub(super) fn take(&self) -> Option<GivenIndex> {
        let bound = self.bound.get()?;
        let serial = self.next.fetch_add(1, Ordering::Relaxed);
        let values = u64::from(SHARD_VALUES);
        let (shard, counter) = (serial.checked_div(values)?, serial.checked_rem(values)?);
        let (shard, counter) = (u32::try_from(shard).ok()?, u32::try_from(counter).ok()?);
        let mut current = bound.current.lock().unwrap_or_else(PoisonError::into_inner);
        let permutation = match &mut *current {
            Some((of, permutation)) if *of == shard => permutation,
            other => &mut other.insert((shard, IndexPermutation::new(&bound.key, shard).ok()?)).1,
        };
        Some(GivenIndex { serial, index: permutation.index(counter).ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_are_given_once_across_the_border_of_a_shard() {
        let indexes = StatusIndexes::starting_at(u64::from(SHARD_VALUES) - 2);
        assert_eq!(indexes.take(), None, "no key is bound");
        indexes.bind(&CommitmentKey::from_bytes([9; 32]));
        let given: Vec<GivenIndex> = (0..4).map(|_| indexes.take().expect("an index")).collect();
        assert_eq!(given.iter().map(|given| given.index.shard()).collect::<Vec<_>>(), [0, 0, 1, 1]);
        let again = StatusIndexes::starting_at(u64::from(SHARD_VALUES) - 2);
        again.bind(&CommitmentKey::from_bytes([9; 32]));
        assert_eq!((0..4).map(|_| again.take().expect("an index")).collect::<Vec<_>>(), given, "the same order");
    }

    #[test]
    fn after_the_last_index_there_is_none() {
        let indexes = StatusIndexes::starting_at(StatusIndex::LIMIT);
        indexes.bind(&CommitmentKey::from_bytes([9; 32]));
        assert!(indexes.take().is_some());
        assert_eq!(indexes.take(), None);
    }
}
