//! Digests over a file and over what its signatures cover, with one pass where that is possible.
//!
//! Job: every ByteRange begins at octet 0, so the hash of the file and the hashes of all signatures share their
//! beginnings. The hasher is copied where a gap begins; from there each goes its own way. For a signature that was
//! appended to a large document this halves the work.

use pades::{ByteRange, EmbeddedSignature};

use crate::crypto::DigestAlgorithm;
use crate::crypto::digest::{Digest, Hasher};
use crate::file_octets::KeptStates;

/// The digests of one file.
pub(crate) struct FileDigests<'a> {
    bytes: &'a [u8],
    sha256: [u8; 32],
    /// Ends of first spans, ascending, with the SHA-256 state there.
    states: Vec<(usize, Hasher)>,
}

impl<'a> FileDigests<'a> {
    /// Hashes the file once, from where `kept` states of it end, and keeps the states that its signatures need.
    pub(crate) fn of_file(bytes: &'a [u8], kept: &KeptStates, signatures: &[EmbeddedSignature]) -> Self {
        let mut ends: Vec<usize> = signatures
            .iter()
            .filter_map(|signature| signature.byte_range().ok())
            .map(|range| range.gap().start)
            .collect();
        ends.sort_unstable();
        ends.dedup();
        let mut hasher = Hasher::new(DigestAlgorithm::Sha256).expect("SHA-256 is always there");
        let mut states = Vec::with_capacity(ends.len());
        let mut position = 0;
        let mut advance = |hasher: &mut Hasher, end: usize| {
            if let Some((reached, state)) = kept.latest_within(position, end) {
                (*hasher, position) = (state.clone(), reached);
            }
            hasher.update(bytes.get(position..end).unwrap_or_default());
            position = end;
        };
        for end in ends {
            advance(&mut hasher, end);
            states.push((end, hasher.clone()));
        }
        advance(&mut hasher, bytes.len());
        Self { bytes, sha256: hasher.finish_sha256(), states }
    }

    /// SHA-256 over the whole file.
    pub(crate) fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// The digest over what a ByteRange covers; `None` where the platform cannot compute it.
    pub(crate) fn of(&self, range: &ByteRange, algorithm: DigestAlgorithm) -> Option<Digest> {
        let [first, second] = range.covered(self.bytes);
        let known =
            self.states.iter().find(|(end, _)| *end == first.len()).filter(|_| algorithm == DigestAlgorithm::Sha256);
        match known {
            Some((_, state)) => {
                let mut hasher = state.clone();
                hasher.update(second);
                Some(hasher.finish())
            }
            None => algorithm.hash(&[first, second]),
        }
    }
}
