//! Where the status of one document stands: a shard and a place in it.

use std::fmt;

use thiserror::Error;

/// Values in one status list: 2^20.
pub const SHARD_VALUES: u32 = 1 << PLACE_BITS;

/// Shards: 2^20, so that an index fits 40 bits.
pub const SHARDS: u32 = 1 << 20;

const PLACE_BITS: u32 = 20;
const PLACE_MASK: u64 = SHARD_VALUES as u64 - 1;

/// Why numbers are no status index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StatusIndexError {
    /// No such shard.
    #[error("shard {shard} does not exist; the last one is {last}", last = SHARDS - 1)]
    Shard {
        /// The number given.
        shard: u32,
    },
    /// No such place in a shard.
    #[error("place {place} does not exist in a shard; the last one is {last}", last = SHARD_VALUES - 1)]
    Place {
        /// The number given.
        place: u32,
    },
    /// Not a number of 40 bits.
    #[error("{number} is no status index; the last one is {last}", last = StatusIndex::LIMIT)]
    Number {
        /// The number given.
        number: u64,
    },
}

/// The index of a document's status: `shard * 2^20 + idx`, a number of 40 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusIndex(u64);

impl StatusIndex {
    /// The last index: 2^40 - 1.
    pub const LIMIT: u64 = (1 << 40) - 1;

    /// The index of a place (from 0, below [`SHARD_VALUES`]) in a shard (from 0, below [`SHARDS`]).
    ///
    /// # Errors
    ///
    /// [`StatusIndexError::Shard`], [`StatusIndexError::Place`].
    pub fn new(shard: u32, idx: u32) -> Result<Self, StatusIndexError> {
        if shard >= SHARDS {
            return Err(StatusIndexError::Shard { shard });
        }
        if idx >= SHARD_VALUES {
            return Err(StatusIndexError::Place { place: idx });
        }
        Ok(Self(u64::from(shard) << PLACE_BITS | u64::from(idx)))
    }

    /// Reads an index as seals and signing statements carry it.
    ///
    /// # Errors
    ///
    /// [`StatusIndexError::Number`] when it has more than 40 bits.
    pub const fn from_u64(number: u64) -> Result<Self, StatusIndexError> {
        if number > Self::LIMIT { Err(StatusIndexError::Number { number }) } else { Ok(Self(number)) }
    }

    /// The number that seals and signing statements carry.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// Which list has the value.
    #[must_use]
    pub const fn shard(self) -> u32 {
        (self.0 >> PLACE_BITS) as u32
    }

    /// Where it stands in that list.
    #[must_use]
    pub const fn idx(self) -> u32 {
        (self.0 & PLACE_MASK) as u32
    }
}

impl fmt::Display for StatusIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.shard(), self.idx())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_its_shard_and_its_place_in_one_number() {
        let index = StatusIndex::new(7, 12_345).expect("an index");
        assert_eq!((index.as_u64(), index.shard(), index.idx()), (7_352_377, 7, 12_345));
        assert_eq!(StatusIndex::from_u64(7_352_377), Ok(index));
        let last = StatusIndex::new(SHARDS - 1, SHARD_VALUES - 1).expect("an index");
        assert_eq!(last.as_u64(), StatusIndex::LIMIT);
        assert_eq!((last.shard(), last.idx()), (SHARDS - 1, SHARD_VALUES - 1));
    }

    #[test]
    fn what_no_list_has_is_no_index() {
        assert_eq!(StatusIndex::new(SHARDS, 0), Err(StatusIndexError::Shard { shard: SHARDS }));
        assert_eq!(StatusIndex::new(0, SHARD_VALUES), Err(StatusIndexError::Place { place: SHARD_VALUES }));
        assert_eq!(StatusIndex::from_u64(1 << 40), Err(StatusIndexError::Number { number: 1 << 40 }));
    }
}
