//! [`Revision`]s: the file as it was at each point of its history (ISO 32000-2, 7.5.6).
//!
//! A revision is a cross-reference section (two in a linearized file's first one, annex F) together with the octets
//! that were appended with it. Its end is known from the file alone: the section is followed by `startxref`, its own
//! offset, and `%%EOF`. Whatever stands behind the last revision belongs to none, and no signature explains it.
//!
//! The chain of `/Prev` must lead strictly backwards; every revision begins where the one before it ends.

use std::ops::Range;

use super::indirect::Meter;
use super::lexer::{Lexer, Token};
use super::xref::{Entry, Section, SectionKind};
use crate::PdfError;
use crate::error::XrefFault;

/// One revision of a file.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Where its octets begin: where the revision before it ends.
    pub start: usize,
    /// Behind the last octet of its `%%EOF`.
    pub eof: usize,
    /// Behind the end-of-line that completes its `%%EOF`; the same as `eof` when there is none.
    pub end: usize,
    /// Newest first. One, but for the first revision of a linearized file, which has two.
    pub(crate) sections: Vec<Section>,
}

impl Revision {
    /// Offset of the cross-reference section that `startxref` names.
    #[must_use]
    pub fn xref_offset(&self) -> usize {
        self.newest().map_or(0, |section| section.offset)
    }

    /// In which form that section is written.
    #[must_use]
    pub fn xref_kind(&self) -> SectionKind {
        self.newest().map_or(SectionKind::Table, |section| section.kind)
    }

    /// The octets of that section's trailer dictionary, or of the dictionary of the cross-reference stream.
    #[must_use]
    pub fn trailer_span(&self) -> Range<usize> {
        self.newest().map_or(0..0, |section| section.trailer.span.clone())
    }

    /// The octets of every section of this revision: from `xref` to the end of the trailer, or the whole stream
    /// object. The stream of a hybrid section is an object like others: [`Revision::hybrid_offset`].
    #[must_use]
    pub fn xref_spans(&self) -> Vec<Range<usize>> {
        self.sections.iter().map(|section| section.start..section.end).collect()
    }

    /// Offset of the cross-reference stream beside the table, when the section is hybrid.
    #[must_use]
    pub fn hybrid_offset(&self) -> Option<usize> {
        self.newest().and_then(Section::hybrid_offset)
    }

    /// Whether it is the first revision of a linearized file, with its section in two parts.
    #[must_use]
    pub fn is_linearized(&self) -> bool {
        self.sections.len() > 1
    }

    /// The octets that this revision added to the file.
    #[must_use]
    pub const fn span(&self) -> Range<usize> {
        self.start..self.end
    }

    /// This revision's entry for an object, if it has one.
    pub(crate) fn entry(&self, octets: &[u8], number: u32) -> Result<Option<Entry>, PdfError> {
        for section in &self.sections {
            if let Some(entry) = section.entry(octets, number)? {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// All entries of this revision, by object number: what it wrote and what it freed.
    pub(crate) fn entries(&self, octets: &[u8]) -> Result<Vec<Entry>, PdfError> {
        let mut numbers: Vec<u32> = self.sections.iter().flat_map(Section::numbers).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().filter_map(|number| self.entry(octets, number).transpose()).collect()
    }

    pub(crate) fn newest(&self) -> Option<&Section> {
        self.sections.first()
    }
}

/// Reads all revisions of a file, oldest first.
pub(crate) fn read_all(octets: &[u8], meter: Meter<'_>) -> Result<Vec<Revision>, PdfError> {
    let too_many = PdfError::TooManyRevisions { limit: meter.limits.revisions };
    let mut entries = meter.limits.objects;
    let mut sections: Vec<Section> = Vec::new();
    let mut next = Some(last_startxref(octets)?);
    while let Some(offset) = next {
        // A linearized file's first revision has two sections.
        if sections.len() > meter.limits.revisions {
            return Err(too_many);
        }
        let section = Section::read(octets, offset, meter, &mut entries)?;
        if sections.iter().any(|newer| newer.start == section.start) {
            return Err(PdfError::PrevLoop { offset });
        }
        next = section.trailer.prev;
        sections.push(section);
    }
    let revisions = into_revisions(octets, sections, meter)?;
    if revisions.len() > meter.limits.revisions { Err(too_many) } else { Ok(revisions) }
}

/// Groups the sections, given newest first, into revisions, oldest first.
fn into_revisions(octets: &[u8], sections: Vec<Section>, meter: Meter<'_>) -> Result<Vec<Revision>, PdfError> {
    let mut revisions: Vec<Revision> = Vec::with_capacity(sections.len());
    let mut oldest_first = sections.into_iter().rev().peekable();
    while let Some(section) = oldest_first.next() {
        let start = revisions.last().map_or(0, |revision| revision.end);
        // Annex F: startxref names the first-page section at the start of the file, whose /Prev leads forwards to the
        // main section at its end. Nothing but the first revision can look like that.
        let is_main = revisions.is_empty() && oldest_first.peek().is_some_and(|newer| newer.offset < section.offset);
        let first_page = if is_main { oldest_first.next() } else { None };
        let named = first_page.as_ref().map_or(section.offset, |first_page| first_page.offset);
        let (eof, end) = revision_end(octets, &section, named, meter)?;
        let sections: Vec<Section> = first_page.into_iter().chain([section]).collect();
        for section in &sections {
            if section.offset < start || section.offset >= end {
                return Err(damaged(section.offset, XrefFault::PrevForward));
            }
            // The stream may lie in an earlier revision: one word processor writes its file in two sections, the
            // second one naming a stream in the first, and updates repeat that. It cannot lie in a later one.
            if let Some(offset) = section.hybrid_offset().filter(|offset| *offset >= end) {
                return Err(damaged(offset, XrefFault::OffsetNowhere));
            }
        }
        revisions.push(Revision { start, eof, end, sections });
    }
    Ok(revisions)
}

/// The offset behind the last `startxref` of the file (7.5.5).
fn last_startxref(octets: &[u8]) -> Result<usize, PdfError> {
    const KEYWORD: &[u8] = b"startxref";
    let offset = octets.windows(KEYWORD.len()).rposition(|window| window == KEYWORD);
    let offset = offset.ok_or(PdfError::StartxrefMissing)?;
    let mut lexer = Lexer::new(octets, offset.saturating_add(KEYWORD.len()));
    match lexer.next_token() {
        Ok((Token::Integer(target), _)) => usize::try_from(target).map_err(|_| PdfError::StartxrefDamaged { offset }),
        _ => Err(PdfError::StartxrefDamaged { offset }),
    }
}

/// Where the revision of a section ends: behind `%%EOF`, and behind the end-of-line after it.
fn revision_end(octets: &[u8], section: &Section, named: usize, meter: Meter<'_>) -> Result<(usize, usize), PdfError> {
    let mut lexer = Lexer::new(octets, section.end);
    let end = find_end(&mut lexer, section, named, meter);
    meter.charge_since(&lexer, section.end)?;
    end.and_then(|end| end.ok_or(PdfError::RevisionEndMissing { offset: section.offset }))
}

/// The same, `None` when there is no end.
fn find_end(
    lexer: &mut Lexer<'_>,
    section: &Section,
    named: usize,
    meter: Meter<'_>,
) -> Result<Option<(usize, usize)>, PdfError> {
    const MARKER: &[u8] = b"%%EOF";
    if section.kind == SectionKind::Stream {
        skip_trailer(lexer, meter)?;
    }
    let (Ok((Token::Keyword(b"startxref"), _)), Ok((Token::Integer(target), _))) =
        (lexer.next_token(), lexer.next_token())
    else {
        return Ok(None);
    };
    if usize::try_from(target) != Ok(named) {
        return Ok(None);
    }
    lexer.skip_blanks();
    if !lexer.rest().starts_with(MARKER) {
        return Ok(None);
    }
    lexer.skip(MARKER.len());
    let eof = lexer.position();
    match lexer.rest() {
        [b'\r', b'\n', ..] => lexer.skip(2),
        [b'\r' | b'\n', ..] => lexer.skip(1),
        _ => {}
    }
    Ok(Some((eof, lexer.position())))
}

/// A trailer dictionary behind a cross-reference stream, which has no meaning there; some linearizers write one.
fn skip_trailer(lexer: &mut Lexer<'_>, meter: Meter<'_>) -> Result<(), PdfError> {
    let mut ahead = lexer.clone();
    if let Ok((Token::Keyword(b"trailer"), _)) = ahead.next_token() {
        meter.value(&mut ahead)?.as_dictionary()?;
        *lexer = ahead;
    }
    Ok(())
}

const fn damaged(offset: usize, fault: XrefFault) -> PdfError {
    PdfError::XrefDamaged { offset, fault }
}
