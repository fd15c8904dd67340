//! The status of a document after it was signed: valid, withdrawn, suspended, superseded.

mod index;
mod permutation;

pub use index::{SHARD_VALUES, SHARDS, StatusIndex, StatusIndexError};
pub use permutation::IndexPermutation;
