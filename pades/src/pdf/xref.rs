//! One cross-reference [`Section`]: a table (ISO 32000-2, 7.5.4), a stream (7.5.8), or a table with a stream beside
//! it (7.5.8.4, hybrid), and its trailer.
//!
//! A section is not expanded: the twenty octets of a table's entry are read in the file when an object is looked for,
//! so that opening a file of half a million objects costs nothing for those that nobody asks for.

use std::ops::Range;

use super::filter;
use super::indirect::Meter;
use super::lexer::{Lexer, Token};
use super::object::{Dictionary, Object, Ref, Value};
use crate::PdfError;
use crate::error::XrefFault;

/// Where a section says that an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Object number.
    pub number: u32,
    /// Generation number; for a free entry that of the next object to use the number.
    pub generation: u16,
    /// Where it is.
    pub place: Place,
}

/// Where an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere: the object does not exist, or no longer.
    Free,
    /// At this offset of the file.
    Offset(usize),
    /// In an object stream.
    ObjectStream {
        /// Number of the object stream.
        stream: u32,
        /// Index in it.
        index: u32,
    },
}

/// In which form a section is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    /// A table with a trailer.
    Table,
    /// A table whose trailer names a cross-reference stream too.
    Hybrid,
    /// A cross-reference stream.
    Stream,
}

/// A cross-reference section with what its trailer says.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    /// The offset that it was found by; white space may stand there.
    pub(crate) offset: usize,
    /// Where it begins: at `xref`, or at the number of the cross-reference stream.
    pub(crate) start: usize,
    /// Where its trailer dictionary, or its stream object, ends.
    pub(crate) end: usize,
    pub(crate) kind: SectionKind,
    pub(crate) trailer: Trailer,
    index: Index,
    /// Offset and content of the stream of a hybrid section.
    hybrid: Option<(usize, Index)>,
}

/// What the reader needs of a trailer dictionary (7.5.5).
#[derive(Clone, Debug)]
pub(crate) struct Trailer {
    /// Where the dictionary lies, to read the rest of it when it is wanted.
    pub(crate) span: Range<usize>,
    pub(crate) root: Option<Ref>,
    pub(crate) size: usize,
    pub(crate) prev: Option<usize>,
    pub(crate) encrypted: bool,
    xref_stream: Option<usize>,
}

/// Entries by object number.
#[derive(Clone, Debug)]
struct Index {
    /// In ascending order, without overlaps.
    subsections: Vec<Subsection>,
    rows: Rows,
}

#[derive(Clone, Copy, Debug)]
struct Subsection {
    first: u32,
    count: u32,
    /// Of the first entry: offset in the file, or row in the stream's data.
    start: usize,
}

#[derive(Clone, Debug)]
enum Rows {
    Table,
    Stream { data: Vec<u8>, widths: [usize; 3] },
}

/// What keeping and sorting a subsection takes, in octets of work.
const WORK_PER_SUBSECTION: usize = 64;

/// Octets of an entry of a table (7.5.4).
const ENTRY: usize = 20;

impl Section {
    /// Reads the section at `offset`. `entries` counts down what the whole file may have.
    pub(crate) fn read(octets: &[u8], offset: usize, meter: Meter<'_>, entries: &mut usize) -> Result<Self, PdfError> {
        let mut lexer = Lexer::new(octets, offset);
        // Some writers count from the end-of-line before the section. That is off, but it names no other section.
        lexer.skip_blanks();
        meter.charge_since(&lexer, offset)?;
        match lexer.rest() {
            [b'x', b'r', b'e', b'f', next, ..] if !next.is_ascii_alphanumeric() => {
                Self::read_table(octets, offset, meter, entries)
            }
            [b'0'..=b'9', ..] => Self::read_stream(octets, offset, meter, entries),
            [] => Err(damaged(offset, XrefFault::OffsetNowhere)),
            _ => Err(damaged(offset, XrefFault::NotASection)),
        }
    }

    fn read_table(octets: &[u8], offset: usize, meter: Meter<'_>, entries: &mut usize) -> Result<Self, PdfError> {
        let mut lexer = Lexer::new(octets, offset);
        lexer.skip_blanks();
        let start = lexer.position();
        lexer.skip(b"xref".len());
        let mut subsections = Vec::new();
        loop {
            let before = lexer.position();
            let (token, span) = lexer.next_token()?;
            match token {
                Token::Integer(first) => {
                    let subsection =
                        subsection_header(&mut lexer, first).ok_or(damaged(span.start, XrefFault::SubsectionHeader))?;
                    take_entries(entries, subsection.count, meter)?;
                    let length = (subsection.count as usize).saturating_mul(ENTRY);
                    if length > lexer.rest().len() {
                        return Err(damaged(span.start, XrefFault::Entry));
                    }
                    // Each header costs work, even one without entries; the entries are not looked at.
                    meter.charge_since(&lexer, before)?;
                    meter.budget.charge(WORK_PER_SUBSECTION)?;
                    lexer.skip(length);
                    if subsection.count > 0 {
                        subsections.push(subsection);
                    }
                }
                Token::Keyword(b"trailer") => break,
                _ => return Err(damaged(span.start, XrefFault::Trailer)),
            }
        }
        let value = meter.value(&mut lexer)?;
        let trailer = Trailer::of(&value)?;
        let end = lexer.position();
        let index = Index::of(subsections, Rows::Table, offset)?;
        let hybrid = match trailer.xref_stream {
            Some(stream) => {
                let section = Self::read_stream(octets, stream, meter, entries)?;
                Some((stream, section.index))
            }
            None => None,
        };
        let kind = if hybrid.is_some() { SectionKind::Hybrid } else { SectionKind::Table };
        Ok(Self { offset, start, end, kind, trailer, index, hybrid })
    }

    fn read_stream(octets: &[u8], offset: usize, meter: Meter<'_>, entries: &mut usize) -> Result<Self, PdfError> {
        // 7.5.8.2: all values are direct, /Length too, since nothing can be looked up yet.
        let object = meter.indirect(octets, offset, |_| Err(damaged(offset, XrefFault::StreamFields)))?;
        let dictionary = object.value.as_dictionary()?;
        let Some(data) = object.data.filter(|_| dictionary.is("Type", "XRef") == Ok(true)) else {
            return Err(damaged(offset, XrefFault::NotASection));
        };
        let trailer = Trailer::of(&object.value)?;
        let raw = octets.get(data.clone()).unwrap_or_default();
        let decoded = filter::decode(dictionary, raw, data.start, meter, meter.budget.inflatable())?;
        meter.budget.charge_inflated(decoded.len())?;
        let fault = || damaged(offset, XrefFault::StreamFields);
        let widths = widths(dictionary)?.ok_or_else(fault)?;
        let mut subsections = Vec::new();
        let mut row: usize = 0;
        for (first, count) in ranges(dictionary, trailer.size)?.ok_or_else(fault)? {
            take_entries(entries, count, meter)?;
            meter.budget.charge(WORK_PER_SUBSECTION)?;
            if count > 0 {
                subsections.push(Subsection { first, count, start: row });
            }
            row = row.saturating_add(count as usize);
        }
        let width = widths.iter().fold(0_usize, |sum, width| sum.saturating_add(*width));
        if row.saturating_mul(width) > decoded.len() {
            return Err(fault());
        }
        let index = Index::of(subsections, Rows::Stream { data: decoded, widths }, offset)?;
        let (start, end) = (object.span.start, object.span.end);
        Ok(Self { offset, start, end, kind: SectionKind::Stream, trailer, index, hybrid: None })
    }

    /// The entry of this section for an object, if it has one.
    pub(crate) fn entry(&self, octets: &[u8], number: u32) -> Result<Option<Entry>, PdfError> {
        let own = self.index.entry(octets, number)?;
        let in_use = |entry: &Entry| entry.place != Place::Free;
        match &self.hybrid {
            // 7.5.8.4: to readers that do not know cross-reference streams the table shows hidden objects as free, so
            // that the stream counts where the table says so, and before any earlier section.
            Some((_, stream)) if !own.as_ref().is_some_and(in_use) => {
                Ok(stream.entry(octets, number)?.filter(in_use).or(own))
            }
            _ => Ok(own),
        }
    }

    /// Offset of the cross-reference stream of a hybrid section.
    pub(crate) fn hybrid_offset(&self) -> Option<usize> {
        self.hybrid.as_ref().map(|(offset, _)| *offset)
    }

    /// The highest object number that this section has an entry for.
    pub(crate) fn highest_number(&self) -> u32 {
        let hidden = self.hybrid.iter().filter_map(|(_, index)| index.subsections.last());
        let last = self.index.subsections.last().into_iter().chain(hidden);
        last.map(|last| last.first.saturating_add(last.count).saturating_sub(1)).max().unwrap_or(0)
    }

    /// The numbers of all objects that this section has an entry for, in ascending order.
    pub(crate) fn numbers(&self) -> Vec<u32> {
        let hidden = self.hybrid.iter().flat_map(|(_, index)| index.subsections.iter());
        let mut numbers: Vec<u32> = self
            .index
            .subsections
            .iter()
            .chain(hidden)
            .flat_map(|subsection| subsection.first..subsection.first.saturating_add(subsection.count))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

impl Trailer {
    fn of(value: &Value<'_>) -> Result<Self, PdfError> {
        let dictionary = value.as_dictionary()?;
        let root = match dictionary.get("Root")? {
            Some(root) => Some(root.as_reference()?),
            None => None,
        };
        let offset = |key| dictionary.get(key)?.map(Value::as_size).transpose();
        Ok(Self {
            span: value.span(),
            root,
            size: dictionary.require("Size")?.as_size()?,
            prev: offset("Prev")?,
            encrypted: dictionary.get("Encrypt")?.is_some(),
            xref_stream: offset("XRefStm")?,
        })
    }
}

impl Index {
    fn of(mut subsections: Vec<Subsection>, rows: Rows, offset: usize) -> Result<Self, PdfError> {
        subsections.sort_unstable_by_key(|subsection| subsection.first);
        let overlaps = |pair: &[Subsection; 2]| {
            let [left, right] = pair;
            left.first.saturating_add(left.count) > right.first
        };
        if subsections.array_windows().any(overlaps) {
            return Err(damaged(offset, XrefFault::OverlappingSubsections));
        }
        Ok(Self { subsections, rows })
    }

    fn entry(&self, octets: &[u8], number: u32) -> Result<Option<Entry>, PdfError> {
        let after = self.subsections.partition_point(|subsection| subsection.first <= number);
        let Some(subsection) = after.checked_sub(1).and_then(|at| self.subsections.get(at)) else { return Ok(None) };
        let position = number.saturating_sub(subsection.first);
        if position >= subsection.count {
            return Ok(None);
        }
        match &self.rows {
            Rows::Table => {
                let start = subsection.start.saturating_add((position as usize).saturating_mul(ENTRY));
                table_entry(octets.get(start..).unwrap_or_default(), number)
                    .map(Some)
                    .ok_or(damaged(start, XrefFault::Entry))
            }
            Rows::Stream { data, widths } => {
                Ok(Some(stream_entry(data, widths, subsection.start.saturating_add(position as usize), number)))
            }
        }
    }
}

/// `0000000017 00000 n` and two octets of end-of-line (7.5.4).
fn table_entry(octets: &[u8], number: u32) -> Option<Entry> {
    let (entry, _) = octets.split_first_chunk::<ENTRY>()?;
    let (offset, entry) = entry.split_first_chunk::<10>()?;
    let [b' ', entry @ ..] = entry else { return None };
    let (generation, entry) = entry.split_first_chunk::<5>()?;
    let [b' ', kind, b' ' | b'\r', b'\r' | b'\n'] = entry else { return None };
    let offset = decimal(offset)?;
    let generation = u16::try_from(decimal(generation)?);
    match kind {
        b'n' => {
            Some(Entry { number, generation: generation.ok()?, place: Place::Offset(usize::try_from(offset).ok()?) })
        }
        // The generation of a free entry leads nowhere: some writers give object 0 the generation 65536.
        b'f' => Some(Entry { number, generation: generation.unwrap_or(u16::MAX), place: Place::Free }),
        _ => None,
    }
}

/// At most ten decimal digits.
fn decimal(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |value, digit| {
        let digit = digit.is_ascii_digit().then_some(u64::from(digit & 0xF))?;
        Some(value.saturating_mul(10).saturating_add(digit))
    })
}

/// One row of a cross-reference stream (7.5.8.3, table 18). Values too large for their purpose saturate, and then
/// lead nowhere.
fn stream_entry(data: &[u8], widths: &[usize; 3], row: usize, number: u32) -> Entry {
    let width = widths.iter().fold(0_usize, |sum, width| sum.saturating_add(*width));
    let mut rest = data.get(row.saturating_mul(width)..).unwrap_or_default();
    let mut field = |width: usize| {
        let (octets, after) = rest.split_at_checked(width).unwrap_or_default();
        rest = after;
        octets.iter().fold(0_u64, |value, octet| (value << 8) | u64::from(*octet))
    };
    let [kind_width, second, third] = *widths;
    let kind = if kind_width == 0 { 1 } else { field(kind_width) };
    let (second, third) = (field(second), field(third));
    let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    match kind {
        1 => Entry {
            number,
            generation: u16::try_from(third).unwrap_or(u16::MAX),
            place: Place::Offset(usize::try_from(second).unwrap_or(usize::MAX)),
        },
        2 => Entry { number, generation: 0, place: Place::ObjectStream { stream: small(second), index: small(third) } },
        // Unknown types are references to null (7.5.8.3), which is what a free object is.
        _ => Entry { number, generation: u16::try_from(third).unwrap_or(u16::MAX), place: Place::Free },
    }
}

/// The rest of a subsection's header: the count, and the end of the line.
fn subsection_header(lexer: &mut Lexer<'_>, first: i64) -> Option<Subsection> {
    let first = u32::try_from(first).ok()?;
    let (Token::Integer(count), _) = lexer.next_token().ok()? else { return None };
    let count = u32::try_from(count).ok()?;
    first.checked_add(count)?;
    let blank = lexer.rest().iter().take_while(|octet| **octet == b' ').count();
    lexer.skip(blank);
    match lexer.rest() {
        [b'\r', b'\n', ..] => lexer.skip(2),
        [b'\r' | b'\n', ..] => lexer.skip(1),
        _ => return None,
    }
    Some(Subsection { first, count, start: lexer.position() })
}

/// `/W`: three widths of at most eight octets, not all zero (7.5.8.2, table 17).
fn widths(dictionary: &Dictionary<'_>) -> Result<Option<[usize; 3]>, PdfError> {
    let [kind, second, third] = dictionary.require("W")?.as_array()? else { return Ok(None) };
    let widths = [kind.as_size()?, second.as_size()?, third.as_size()?];
    Ok(Some(widths).filter(|widths| widths.iter().all(|width| *width <= 8) && widths.iter().any(|width| *width > 0)))
}

/// `/Index`: pairs of first number and count; by default everything up to `/Size`.
fn ranges(dictionary: &Dictionary<'_>, size: usize) -> Result<Option<Vec<(u32, u32)>>, PdfError> {
    let Some(index) = dictionary.get("Index")? else {
        return Ok(u32::try_from(size).ok().map(|size| vec![(0, size)]));
    };
    let (pairs, odd) = index.as_array()?.as_chunks::<2>();
    if !odd.is_empty() {
        return Ok(None);
    }
    let number = |value: &Value<'_>| match value.object {
        Object::Integer(number) => u32::try_from(number).ok(),
        _ => None,
    };
    Ok(pairs
        .iter()
        .map(|[first, count]| {
            let (first, count) = (number(first)?, number(count)?);
            first.checked_add(count).map(|_| (first, count))
        })
        .collect())
}

fn take_entries(entries: &mut usize, count: u32, meter: Meter<'_>) -> Result<(), PdfError> {
    *entries = entries.checked_sub(count as usize).ok_or(PdfError::TooManyObjects { limit: meter.limits.objects })?;
    Ok(())
}

const fn damaged(offset: usize, fault: XrefFault) -> PdfError {
    PdfError::XrefDamaged { offset, fault }
}
