//! A file's octets, hashed while they are read.
//!
//! Job: hashing a large file takes as long as reading it; done at the same time, the wait is that for the slower one.
//! Invariant: the kept states are those of exactly these octets, for only [`FileOctets::read`] takes them.

use std::io::{self, Read};
use std::sync::mpsc;
use std::thread;

use crate::crypto::DigestAlgorithm;
use crate::crypto::digest::Hasher;

/// Octets between two kept states: few enough states for the largest file, and little to hash again from any of them.
const STEP: usize = 1 << 20;
/// Below this many octets a thread costs more than it saves.
const WORTH_A_THREAD: usize = 8 * STEP;

/// The octets of one file, ready to be verified.
pub struct FileOctets {
    octets: Vec<u8>,
    kept: KeptStates,
}

/// SHA-256 states of one file's beginning, one after each whole [`STEP`]; none for octets that were not hashed yet.
#[derive(Default)]
pub(crate) struct KeptStates(Vec<Hasher>);

impl FileOctets {
    /// Reads `source` to its end. `length` is how many octets are expected; it may be wrong, and costs time only.
    ///
    /// # Errors
    /// Those of `source`.
    pub fn read(mut source: impl Read, length: usize) -> io::Result<Self> {
        if length < WORTH_A_THREAD {
            // One octet more than there are, so that the end is seen without growing.
            let mut octets = Vec::with_capacity(length.saturating_add(1));
            source.read_to_end(&mut octets)?;
            return Ok(Self { octets, kept: KeptStates::default() });
        }
        let mut octets = vec![0; length];
        let (read, states) = thread::scope(|scope| {
            let (whole_steps, arriving) = mpsc::channel::<&[u8]>();
            let hashing = scope.spawn(move || {
                let mut hasher = Hasher::new(DigestAlgorithm::Sha256).expect("SHA-256 is always there");
                let mut states = Vec::with_capacity(length / STEP);
                for step in arriving {
                    hasher.update(step);
                    states.push(hasher.clone());
                }
                states
            });
            let mut read = 0_usize;
            for step in octets.chunks_mut(STEP) {
                let count = read_fully(&mut source, step)?;
                read = read.saturating_add(count);
                if count < STEP {
                    break;
                }
                // The other end is gone only if its thread panicked, which joining tells.
                let _ = whole_steps.send(step);
            }
            drop(whole_steps);
            let states = hashing.join().map_err(|_| io::Error::other("the hashing thread ended early"))?;
            io::Result::Ok((read, states))
        })?;
        octets.truncate(read);
        source.read_to_end(&mut octets)?;
        Ok(Self { octets, kept: KeptStates(states) })
    }

    /// The octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    pub(crate) fn kept(&self) -> &KeptStates {
        &self.kept
    }
}

impl KeptStates {
    /// The kept state that lies furthest into `from..to`, and where.
    pub(crate) fn latest_within(&self, from: usize, to: usize) -> Option<(usize, &Hasher)> {
        let index = (to / STEP).min(self.0.len());
        let end = index.saturating_mul(STEP);
        let state = self.0.get(index.checked_sub(1)?)?;
        (end > from).then_some((end, state))
    }
}

impl std::fmt::Debug for FileOctets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("FileOctets").field("octets", &self.octets.len()).finish_non_exhaustive()
    }
}

/// Fills `octets`, or as much of it as there is.
fn read_fully(source: &mut impl Read, octets: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0_usize;
    while let Some(rest) = octets.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::digest::Digest;
    use crate::digests::FileDigests;

    /// Hands out what it has in pieces of odd sizes, as a pipe does.
    struct Dripping<'a>(&'a [u8]);

    impl Read for Dripping<'_> {
        fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
            let count = octets.len().min(100_003);
            self.0.read(octets.get_mut(..count).unwrap_or_default())
        }
    }

    fn octets(count: usize) -> Vec<u8> {
        (0_u32..).map(|index| index.wrapping_mul(2_654_435_761).to_be_bytes()[0]).take(count).collect()
    }

    #[test]
    fn a_file_has_its_octets_and_its_digest_whatever_length_was_expected() {
        for length in [0, 1, 8 * STEP - 1, 8 * STEP, 9 * STEP + 17] {
            let written = octets(length);
            for expected in [0, 8 * STEP, length, length.saturating_sub(1), length + 1, length + 3 * STEP] {
                let file = FileOctets::read(Dripping(&written), expected).expect("it can be read");
                assert!(file.octets() == written, "{length} octets, {expected} expected");
                let digests = FileDigests::of_file(file.octets(), file.kept(), &[]);
                assert_eq!(digests.sha256(), Digest::sha256(&written), "{length} octets, {expected} expected");
            }
        }
    }

    #[test]
    fn a_kept_state_lies_behind_what_was_hashed_and_before_what_is_asked() {
        let file = FileOctets::read(octets(9 * STEP + 17).as_slice(), 9 * STEP + 17).expect("it can be read");
        let reached = |from, to| file.kept().latest_within(from, to).map(|(end, _)| end);
        assert_eq!(reached(0, STEP - 1), None);
        assert_eq!(reached(0, STEP), Some(STEP));
        assert_eq!(reached(STEP, 2 * STEP - 1), None);
        assert_eq!(reached(3 * STEP + 5, 7 * STEP + 9), Some(7 * STEP));
        assert_eq!(reached(9 * STEP, 9 * STEP + 17), None);
        assert_eq!(reached(0, 99 * STEP), Some(9 * STEP));
    }

    #[test]
    fn a_source_that_fails_is_an_error() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        for expected in [0, 9 * STEP] {
            FileOctets::read(Failing, expected).expect_err("it cannot be read");
        }
    }
}
