//! Which place of a shard the n-th document gets: a keyed permutation, so that a list shows neither how many documents there are nor
//! in which order they came.
//!
//! A balanced Feistel network of [`ROUNDS`] rounds over two halves of ten bits, from the counter's upper half `L` and lower half `R`:
//!
//! ```text
//! each round r = 0..7:  (L, R) = (R, L xor F(r, R))
//! F(r, x) = the low ten bits of the big-endian 16-bit word number x mod 16 of
//!           HMAC-SHA-256(commitment key, "teken.v1.status-permutation" || 00 || shard as 4 octets || r as 1 octet || x div 16 as 1 octet)
//! ```
//!
//! with big-endian numbers. The place is `L * 2^10 + R` after the last round. Being a permutation, it gives no place twice; that a
//! counter is used once is the register's business.

use std::fmt;

use crate::{CommitmentDomain, CommitmentKey};

use super::index::{SHARD_VALUES, SHARDS, StatusIndex, StatusIndexError};

const ROUNDS: usize = 8;
const HALF_BITS: u32 = 10;
const HALF_VALUES: usize = 1 << HALF_BITS;
const HALF_MASK: u32 = HALF_VALUES as u32 - 1;
/// Words of 16 bits that one HMAC gives.
const WORDS: usize = 16;

/// The permutation of one shard, computed once: 16 KiB.
#[derive(Clone)]
pub struct IndexPermutation {
    shard: u32,
    rounds: Vec<[u16; HALF_VALUES]>,
}

impl IndexPermutation {
    /// The permutation of a shard (below [`SHARDS`]) under the service's key: 512 HMACs.
    ///
    /// # Errors
    ///
    /// [`StatusIndexError::Shard`].
    pub fn new(key: &CommitmentKey, shard: u32) -> Result<Self, StatusIndexError> {
        if shard >= SHARDS {
            return Err(StatusIndexError::Shard { shard });
        }
        let rounds = (0u8..).take(ROUNDS).map(|round| round_function(key, shard, round)).collect();
        Ok(Self { shard, rounds })
    }

    /// The index for a counter from 0, below [`SHARD_VALUES`].
    ///
    /// # Errors
    ///
    /// [`StatusIndexError::Place`]: the shard is full, the next one begins.
    pub fn index(&self, counter: u32) -> Result<StatusIndex, StatusIndexError> {
        if counter >= SHARD_VALUES {
            return Err(StatusIndexError::Place { place: counter });
        }
        let halves = (counter >> HALF_BITS, counter & HALF_MASK);
        let (left, right) = self.rounds.iter().fold(halves, |(left, right), table| {
            let word = table.get(right as usize).copied().unwrap_or_default();
            (right, left ^ u32::from(word))
        });
        StatusIndex::new(self.shard, left << HALF_BITS | right)
    }
}

/// Every value of one round's function.
fn round_function(key: &CommitmentKey, shard: u32, round: u8) -> [u16; HALF_VALUES] {
    let mut table = [0; HALF_VALUES];
    for (block, words) in (0u8..).zip(table.chunks_exact_mut(WORDS)) {
        let mut input = shard.to_be_bytes().to_vec();
        input.extend([round, block]);
        let mac = key.commit_octets(CommitmentDomain::StatusPermutation, &input);
        for (word, octets) in words.iter_mut().zip(mac.as_bytes().as_chunks().0) {
            *word = u16::from_be_bytes(*octets) & HALF_MASK as u16;
        }
    }
    table
}

impl fmt::Debug for IndexPermutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IndexPermutation").field("shard", &self.shard).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permutation(octet: u8, shard: u32) -> IndexPermutation {
        IndexPermutation::new(&CommitmentKey::from_bytes([octet; 32]), shard).expect("a shard")
    }

    #[test]
    fn every_place_of_a_shard_is_given_exactly_once() {
        let permutation = permutation(0x0b, 7);
        let mut given = vec![false; SHARD_VALUES as usize];
        for counter in 0..SHARD_VALUES {
            let index = permutation.index(counter).expect("a counter");
            assert_eq!(index.shard(), 7);
            let place = &mut given[index.idx() as usize];
            assert!(!*place, "place {} twice", index.idx());
            *place = true;
        }
    }

    #[test]
    fn a_full_shard_and_an_unknown_shard_are_refused() {
        assert_eq!(permutation(0x0b, 7).index(SHARD_VALUES), Err(StatusIndexError::Place { place: SHARD_VALUES }));
        let key = CommitmentKey::from_bytes([0; 32]);
        assert_eq!(IndexPermutation::new(&key, SHARDS).err(), Some(StatusIndexError::Shard { shard: SHARDS }));
    }

    #[test]
    fn another_key_or_shard_gives_another_order() {
        let first = |permutation: IndexPermutation| -> Vec<u32> {
            (0..8).map(|counter| permutation.index(counter).expect("a counter").idx()).collect()
        };
        let one = first(permutation(0x0b, 7));
        assert_ne!(one, first(permutation(0x0c, 7)));
        assert_ne!(one, first(permutation(0x0b, 8)));
    }
}
