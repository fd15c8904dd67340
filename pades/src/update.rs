//! An incremental update (ISO 32000-2, 7.5.6): octets are appended, none is changed.
//!
//! Invariant: the input is a byte-for-byte prefix of the result. The new cross-reference section
//! is of the kind the newest one of the input is (a table after a table, a stream after a stream),
//! for a reader may know only one of them; after a hybrid section a table without `/XRefStm`
//! is right, since `/Prev` still leads to the hybrid one.

use std::collections::BTreeSet;

use crate::pdf::Ref;
use crate::write_error::PrepareError;

/// Ten digits (7.5.4).
const LAST_OFFSET: u64 = 9_999_999_999;
/// ISO 32000-1, annex C.2: the largest object number that readers must handle.
const LAST_OBJECT_NUMBER: u32 = 8_388_607;

/// What the update takes over from the newest cross-reference section of the input.
#[derive(Clone, Debug)]
pub(crate) struct PreviousSection {
    /// What `startxref` says at the end of the input.
    pub(crate) offset: usize,
    pub(crate) kind: SectionKind,
    /// `/Size` of the trailer.
    pub(crate) size: u32,
    /// The highest object number that the input uses or lists.
    pub(crate) highest_number: u32,
    /// The trailer's entries that an update repeats (7.5.6), source octets, each `/Key value`
    /// and a space: all but those of the section itself, `/Prev` and `/ID`.
    pub(crate) trailer_entries: Vec<u8>,
    /// The first string of `/ID`, as source octets.
    pub(crate) first_id: Option<Vec<u8>>,
}

/// How a cross-reference section is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SectionKind {
    Table,
    Stream,
}

/// Gives out object numbers that no object of the input has and nothing in it refers to.
#[derive(Debug)]
pub(crate) struct Numbers {
    next: u32,
    promised: BTreeSet<u32>,
}

impl Numbers {
    pub(crate) fn after(previous: &PreviousSection, promised: BTreeSet<u32>) -> Self {
        Self { next: previous.size.max(previous.highest_number.saturating_add(1)), promised }
    }

    pub(crate) fn allocate(&mut self) -> Result<Ref, PrepareError> {
        let mut numbers = (self.next..=LAST_OBJECT_NUMBER).filter(|number| !self.promised.contains(number));
        let number = numbers.next().ok_or(PrepareError::ObjectNumbersExhausted)?;
        self.next = number.saturating_add(1);
        Ok(Ref { number, generation: 0 })
    }
}

/// A document that grows at its end.
#[derive(Debug)]
pub(crate) struct Update {
    bytes: Vec<u8>,
    previous: PreviousSection,
    numbers: Numbers,
    entries: Vec<(Ref, usize)>,
}

impl Update {
    /// Starts after the input, on a line of its own. `room` is how much will be appended, roughly.
    pub(crate) fn begin(mut bytes: Vec<u8>, previous: PreviousSection, numbers: Numbers, room: usize) -> Self {
        bytes.reserve_exact(room);
        if !matches!(bytes.last(), Some(b'\n' | b'\r')) {
            bytes.push(b'\n');
        }
        Self { bytes, previous, numbers, entries: Vec::new() }
    }

    /// Appends one indirect object. Each reference may be written once only.
    pub(crate) fn object<T>(&mut self, reference: Ref, write: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        debug_assert!(self.entries.iter().all(|(written, _)| written.number != reference.number));
        self.entries.push((reference, self.bytes.len()));
        self.bytes.extend_from_slice(format!("{} {} obj\n", reference.number, reference.generation).as_bytes());
        let written = write(&mut self.bytes);
        self.bytes.extend_from_slice(b"\nendobj\n");
        written
    }

    /// The file so far.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Appends the cross-reference section and the end of the revision.
    /// `second_id` is the 16 octets that tell this revision from all others (14.4).
    pub(crate) fn finish(mut self, second_id: [u8; 16]) -> Result<Vec<u8>, PrepareError> {
        let section = self.bytes.len();
        match self.previous.kind {
            SectionKind::Table => {
                self.entries.sort_unstable();
                self.write_table();
                self.bytes.extend_from_slice(b"trailer\n<< ");
                self.write_trailer_entries(second_id);
                self.bytes.extend_from_slice(b">>\n");
            }
            SectionKind::Stream => self.write_stream(section, second_id)?,
        }
        self.bytes.extend_from_slice(format!("startxref\n{section}\n%%EOF\n").as_bytes());
        if u64::try_from(self.bytes.len()).unwrap_or(u64::MAX) > LAST_OFFSET {
            return Err(PrepareError::FileTooLong);
        }
        Ok(self.bytes)
    }

    fn write_table(&mut self) {
        self.bytes.extend_from_slice(b"xref\n");
        let entries = std::mem::take(&mut self.entries);
        for run in runs(&entries) {
            if let [(first, _), ..] = run {
                self.bytes.extend_from_slice(format!("{} {}\n", first.number, run.len()).as_bytes());
            }
            for (reference, offset) in run {
                // Exactly 20 octets, with the two-octet end of line (7.5.4).
                self.bytes.extend_from_slice(format!("{offset:010} {:05} n \n", reference.generation).as_bytes());
            }
        }
        self.entries = entries;
    }

    /// A cross-reference stream without filters (7.5.8): a handful of entries, readable by eye.
    fn write_stream(&mut self, section: usize, second_id: [u8; 16]) -> Result<(), PrepareError> {
        const OFFSET_OCTETS: usize = 5; // 40 bits hold ten decimal digits
        let own = self.numbers.allocate()?;
        self.entries.push((own, section));
        self.entries.sort_unstable();
        let mut index = String::new();
        let mut data = Vec::new();
        for run in runs(&self.entries) {
            if let [(first, _), ..] = run {
                index.push_str(&format!("{} {} ", first.number, run.len()));
            }
            for (reference, offset) in run {
                data.push(1); // type 1: in use, not compressed
                let offset = u64::try_from(*offset).unwrap_or(u64::MAX).to_be_bytes();
                data.extend_from_slice(offset.split_at(offset.len().saturating_sub(OFFSET_OCTETS)).1);
                data.extend_from_slice(&reference.generation.to_be_bytes());
            }
        }
        self.bytes.extend_from_slice(
            format!(
                "{} 0 obj\n<< /Type /XRef /W [1 {OFFSET_OCTETS} 2] /Index [{}] /Length {} ",
                own.number,
                index.trim_end(),
                data.len()
            )
            .as_bytes(),
        );
        self.write_trailer_entries(second_id);
        self.bytes.extend_from_slice(b">>\nstream\n");
        self.bytes.extend_from_slice(&data);
        self.bytes.extend_from_slice(b"\nendstream\nendobj\n");
        Ok(())
    }

    fn write_trailer_entries(&mut self, second_id: [u8; 16]) {
        let PreviousSection { offset, trailer_entries, first_id, .. } = &self.previous;
        self.bytes.extend_from_slice(format!("/Size {} /Prev {offset} ", self.numbers.next).as_bytes());
        self.bytes.extend_from_slice(trailer_entries);
        let second_id: String = second_id.iter().map(|octet| format!("{octet:02X}")).collect();
        self.bytes.extend_from_slice(b"/ID [");
        match first_id {
            Some(first_id) => self.bytes.extend_from_slice(first_id),
            None => self.bytes.extend_from_slice(format!("<{second_id}>").as_bytes()),
        }
        self.bytes.extend_from_slice(format!(" <{second_id}>] ").as_bytes());
    }
}

/// Entries cut into runs of consecutive object numbers: the subsections of 7.5.4.
fn runs(entries: &[(Ref, usize)]) -> impl Iterator<Item = &[(Ref, usize)]> {
    entries.chunk_by(|(earlier, _), (later, _)| earlier.number.checked_add(1) == Some(later.number))
}
