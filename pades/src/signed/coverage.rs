//! [`Coverage`]: how much of the file a signature covers.

use crate::ByteRange;
use crate::pdf::{Document, is_white_space};

/// How much of the file a signature covers, its own `/Contents` aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All of it; the end-of-line that completes the last `%%EOF` may be outside.
    WholeFile,
    /// All of it up to the end of this revision. What stands behind was added later.
    WholeRevision(usize),
    /// Neither the file nor any revision of it: there are octets before the end of a revision that are not covered.
    Partial,
}

impl Coverage {
    pub(crate) fn of(range: &ByteRange, document: &Document<'_>) -> Self {
        let octets = document.bytes();
        if range.end() == octets.len() {
            return Self::WholeFile;
        }
        // The second span may end at the marker, behind its end-of-line, or further in the white space after it: only there
        // are octets between.
        let blank = |from: usize| octets.get(from..range.end()).is_none_or(|between| between.iter().all(is_blank));
        let mut revisions = document.revisions().iter().enumerate().rev();
        let Some((index, revision)) = revisions.find(|(_, revision)| revision.eof <= range.end()) else {
            return Self::Partial;
        };
        if !blank(revision.end) {
            return Self::Partial;
        }
        let is_last = index.saturating_add(1) == document.revisions().len();
        if is_last && revision.end == octets.len() { Self::WholeFile } else { Self::WholeRevision(index) }
    }
}

const fn is_blank(octet: &u8) -> bool {
    is_white_space(*octet)
}
