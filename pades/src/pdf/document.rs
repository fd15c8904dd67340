//! [`Document`]: a file with its revisions, and [`View`]: the document as of one of them.
//!
//! Opening reads the header and the cross-reference sections. Everything else is found when asked for, and only in
//! the octets of the revision that wrote it: an object of revision 2 cannot lean on octets of revision 3.

use std::borrow::Cow;
use std::ops::Range;

use super::budget::Budget;
use super::filter;
use super::indirect::{Indirect, Meter, Source};
use super::lexer::Lexer;
use super::object::{Dictionary, Object, Ref, Value};
use super::object_stream::{ObjectStream, ObjectStreams};
use super::revision::{self, Revision};
use super::xref::{Entry, Place, Section};
use crate::error::Expected;
use crate::{Limits, PdfError};

/// A PDF file, opened.
#[derive(Debug)]
pub struct Document<'a> {
    octets: Cow<'a, [u8]>,
    limits: Limits,
    budget: Budget,
    revisions: Vec<Revision>,
    object_streams: ObjectStreams,
}

/// The document as of one revision: the objects that it and the revisions before it wrote.
#[derive(Clone, Copy, Debug)]
pub struct View<'d> {
    document: &'d Document<'d>,
    revision: usize,
}

/// Where the entry for an object was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Located {
    /// The entry.
    pub entry: Entry,
    /// Index of the revision that wrote it.
    pub revision: usize,
}

/// What a revision did to one object number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The entry before, if there was one.
    pub before: Option<Entry>,
    /// The entry of this revision.
    pub after: Entry,
}

const HEADER: &[u8] = b"%PDF-";
/// Where readers that repair look for a header (ISO 32000-1, annex H.3, note 13).
const HEADER_SEARCH: usize = 1024;
/// References through references, and streams whose length lies in other streams.
const MAX_HOPS: usize = 16;

impl<'a> Document<'a> {
    /// Reads header and cross-reference sections.
    ///
    /// # Errors
    ///
    /// Any [`PdfError`] of the file as a whole or of its cross-reference data; [`PdfError::Encrypted`] when any trailer
    /// has an `/Encrypt`.
    pub fn open(octets: impl Into<Cow<'a, [u8]>>, limits: &Limits) -> Result<Self, PdfError> {
        let octets = octets.into();
        // Spans are kept in 32 bits, whatever the limit says.
        let limit = limits.input_bytes.min(u32::MAX as usize);
        if octets.len() > limit {
            return Err(PdfError::TooLarge { length: octets.len(), limit });
        }
        if !octets.starts_with(HEADER) {
            let head = octets.get(..HEADER_SEARCH).unwrap_or(&octets);
            return Err(match head.windows(HEADER.len()).position(|window| window == HEADER) {
                Some(length) => PdfError::BytesBeforeHeader { length },
                None => PdfError::NotAPdf,
            });
        }
        let budget = Budget::for_file(octets.len(), limits);
        let revisions = revision::read_all(&octets, Meter { limits, budget: &budget })?;
        if revisions.iter().flat_map(|revision| &revision.sections).any(|section| section.trailer.encrypted) {
            return Err(PdfError::Encrypted);
        }
        Ok(Self { octets, limits: limits.clone(), budget, revisions, object_streams: ObjectStreams::default() })
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.octets
    }

    /// The file, given back.
    #[must_use]
    pub fn into_bytes(self) -> Cow<'a, [u8]> {
        self.octets
    }

    /// The limits it was opened with.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// All revisions, oldest first; there is at least one.
    #[must_use]
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// The octets behind the last revision. They belong to no revision, and nothing explains them.
    #[must_use]
    pub fn trailing(&self) -> Range<usize> {
        self.revisions.last().map_or(0, |revision| revision.end)..self.octets.len()
    }

    /// The document as of revision `index`, `None` when there is no such revision.
    #[must_use]
    pub fn view(&self, index: usize) -> Option<View<'_>> {
        (index < self.revisions.len()).then_some(View { document: self, revision: index })
    }

    /// The document as it is now.
    #[must_use]
    pub fn latest(&self) -> View<'_> {
        View { document: self, revision: self.revisions.len().saturating_sub(1) }
    }

    /// What revision `index` wrote and freed, by object number; empty when there is no such revision.
    ///
    /// An entry may lead outside [`Revision::span`]: nothing stops an update from naming octets of an earlier one.
    ///
    /// # Errors
    ///
    /// [`PdfError::XrefDamaged`] at the first malformed entry.
    pub fn entries(&self, index: usize) -> Result<Vec<Entry>, PdfError> {
        let Some(revision) = self.revisions.get(index) else { return Ok(Vec::new()) };
        let entries = revision.entries(&self.octets)?;
        self.budget.charge(entries.len().saturating_mul(64))?;
        Ok(entries)
    }

    /// What revision `index` changed: the entries of [`Document::entries`] that say something else than the revisions
    /// before it. Writers repeat entries; those change nothing.
    ///
    /// An object in an object stream changes too when the stream does, without an entry of its own:
    /// [`View::numbers_in_stream`].
    ///
    /// # Errors
    ///
    /// [`PdfError::XrefDamaged`] at the first malformed entry.
    pub fn changes(&self, index: usize) -> Result<Vec<Change>, PdfError> {
        let before = index.checked_sub(1).and_then(|before| self.view(before));
        let mut changes = Vec::new();
        for after in self.entries(index)? {
            let before = match before {
                Some(view) => view.locate(after.number)?.map(|located| located.entry),
                None => None,
            };
            let was_free = before.is_none_or(|entry| entry.place == Place::Free);
            if before != Some(after) && !(was_free && after.place == Place::Free) {
                changes.push(Change { before, after });
            }
        }
        Ok(changes)
    }

    const fn meter(&self) -> Meter<'_> {
        Meter { limits: &self.limits, budget: &self.budget }
    }
}

impl<'d> View<'d> {
    /// Index of the revision.
    #[must_use]
    pub const fn revision(&self) -> usize {
        self.revision
    }

    /// The file's octets up to the end of this revision.
    #[must_use]
    pub fn bytes(&self) -> &'d [u8] {
        self.octets_of(self.revision)
    }

    /// The trailer dictionary of this revision.
    ///
    /// # Errors
    ///
    /// None that [`Document::open`] did not already report; the budget may be spent meanwhile.
    pub fn trailer(&self) -> Result<Dictionary<'d>, PdfError> {
        let start = self.document.revisions.get(self.revision).map_or(0, |revision| revision.trailer_span().start);
        let value = self.document.meter().value(&mut Lexer::new(self.bytes(), start))?;
        match value.object {
            Object::Dictionary(dictionary) => Ok(dictionary),
            _ => Err(PdfError::WrongValue { offset: start, expected: Expected::Dictionary }),
        }
    }

    /// The reference of the document catalog (7.7.2), the trailer's `/Root`.
    ///
    /// # Errors
    ///
    /// [`PdfError::KeyMissing`] when the trailer has none.
    pub fn root(&self) -> Result<Ref, PdfError> {
        let newest = self.document.revisions.get(self.revision).and_then(Revision::newest);
        let offset = newest.map_or(0, |section| section.trailer.span.start);
        newest.and_then(|section| section.trailer.root).ok_or(PdfError::KeyMissing { offset, key: "Root" })
    }

    /// The document catalog.
    ///
    /// # Errors
    ///
    /// [`PdfError::KeyMissing`] when there is none, or why it cannot be read.
    pub fn catalog(&self) -> Result<Dictionary<'d>, PdfError> {
        let root = self.root()?;
        let offset = self.document.revisions.get(self.revision).map_or(0, |revision| revision.trailer_span().start);
        let object = self.object(root)?.ok_or(PdfError::KeyMissing { offset, key: "Root" })?;
        match object.value.object {
            Object::Dictionary(dictionary) => Ok(dictionary),
            _ => Err(PdfError::WrongValue { offset: object.span.start, expected: Expected::Dictionary }),
        }
    }

    /// The highest object number that any section of this revision and those before it has an entry for.
    #[must_use]
    pub fn highest_number(&self) -> u32 {
        let revisions = self.document.revisions.iter().take(self.revision.saturating_add(1));
        revisions.flat_map(|revision| &revision.sections).map(Section::highest_number).max().unwrap_or(0)
    }

    /// The newest entry for an object number in this revision and those before it.
    ///
    /// An object exists when an entry says so, whatever the trailer's `/Size`: 7.5.5 would have entries from there on
    /// ignored, which no reader in wide use does, and a reader of its own kind sees a document of its own.
    ///
    /// # Errors
    ///
    /// [`PdfError::XrefDamaged`] when the entry is malformed.
    pub fn locate(&self, number: u32) -> Result<Option<Located>, PdfError> {
        let revisions = self.document.revisions.iter().enumerate().take(self.revision.saturating_add(1)).rev();
        for (revision, content) in revisions {
            self.document.budget.charge(16)?;
            if let Some(entry) = content.entry(&self.document.octets, number)? {
                return Ok(Some(Located { entry, revision }));
            }
        }
        Ok(None)
    }

    /// The indirect object, `None` when it does not exist, which is the same as `null` (7.3.10).
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    pub fn object(&self, reference: Ref) -> Result<Option<Indirect<'d>>, PdfError> {
        self.object_within(reference, MAX_HOPS)
    }

    /// The value itself, or what its reference leads to; `Null` when that does not exist.
    ///
    /// # Errors
    ///
    /// Why it cannot be read; [`PdfError::ReferenceLoop`] when references lead in a circle.
    pub fn resolve<'v>(&self, value: &'v Value<'d>) -> Result<Cow<'v, Value<'d>>, PdfError> {
        let Object::Reference(first) = value.object else { return Ok(Cow::Borrowed(value)) };
        let mut reference = first;
        for _ in 0..MAX_HOPS {
            match self.object(reference)? {
                None => return Ok(Cow::Owned(Value::new(Object::Null, value.span()))),
                Some(Indirect { value: Value { object: Object::Reference(next), .. }, .. }) => reference = next,
                Some(object) => return Ok(Cow::Owned(object.value)),
            }
        }
        Err(PdfError::ReferenceLoop { reference: first })
    }

    /// The value of `key`, resolved; `None` when it is absent or leads to nothing.
    ///
    /// # Errors
    ///
    /// [`PdfError::DuplicateKey`], or why it cannot be read.
    pub fn get<'v>(
        &self,
        dictionary: &'v Dictionary<'d>,
        key: &'static str,
    ) -> Result<Option<Cow<'v, Value<'d>>>, PdfError> {
        let Some(value) = dictionary.get(key)? else { return Ok(None) };
        Ok(Some(self.resolve(value)?).filter(|value| value.object != Object::Null))
    }

    /// The data of a stream, decoded.
    ///
    /// # Errors
    ///
    /// [`PdfError::WrongValue`] when it is no stream, [`PdfError::FilterUnsupported`], [`PdfError::StreamDamaged`] or
    /// [`PdfError::DecompressionBomb`].
    pub fn stream_data(&self, object: &Indirect<'d>) -> Result<Vec<u8>, PdfError> {
        let offset = object.span.start;
        let data = object.data.clone().ok_or(PdfError::WrongValue { offset, expected: Expected::Stream })?;
        let raw = self.document.octets.get(data.clone()).unwrap_or_default();
        // The caller frees what it gets: it counts against the budget as work, not as memory.
        let dictionary = object.value.as_dictionary()?;
        let (filters, parameters) = (self.followed(dictionary, "Filter")?, self.followed(dictionary, "DecodeParms")?);
        filter::decode_with(&filters, &parameters, raw, data.start, self.document.meter(), usize::MAX)
    }

    /// An entry that is one value or an array of them, each reference followed. One that leads to no object is null, and
    /// an entry that is null is none (7.3.7, 7.3.10).
    fn followed(&self, dictionary: &Dictionary<'d>, key: &'static str) -> Result<Vec<Value<'d>>, PdfError> {
        let Some(value) = self.get(dictionary, key)? else { return Ok(Vec::new()) };
        // One more than may be is refused by whoever counts them; no more need be followed.
        let most = self.document.limits.filters.saturating_add(1);
        filter::one_or_many(Some(&*value)).iter().take(most).map(|one| self.resolve(one).map(Cow::into_owned)).collect()
    }

    /// The octets that the offsets of an object from `source` count in.
    ///
    /// # Errors
    ///
    /// Why the object stream cannot be read.
    pub fn octets_in(&self, source: Source) -> Result<&'d [u8], PdfError> {
        match source {
            Source::File => Ok(self.bytes()),
            Source::ObjectStream(stream) => Ok(self.object_stream(stream, MAX_HOPS)?.data()),
        }
    }

    /// The numbers of the objects that the object stream `stream` holds in this view.
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    pub fn numbers_in_stream(&self, stream: u32) -> Result<Vec<u32>, PdfError> {
        Ok(self.object_stream(stream, MAX_HOPS)?.numbers().collect())
    }

    fn object_within(&self, reference: Ref, hops: usize) -> Result<Option<Indirect<'d>>, PdfError> {
        let Some(Located { entry, revision }) = self.locate(reference.number)? else { return Ok(None) };
        match entry.place {
            Place::Free => Ok(None),
            // An object with this number exists, but not in this generation (7.3.10).
            _ if entry.generation != reference.generation => Ok(None),
            Place::Offset(offset) => self.object_at(reference, offset, revision, hops).map(Some),
            Place::ObjectStream { stream, index } => {
                let mismatch = PdfError::ObjectStreamMismatch { stream, number: reference.number, index };
                let (data, start) =
                    self.object_stream(stream, hops)?.object(reference.number, index).ok_or(mismatch)?;
                let value = self.document.meter().value(&mut Lexer::new(data, start))?;
                let span = value.span();
                Ok(Some(Indirect { reference, value, data: None, span, source: Source::ObjectStream(stream) }))
            }
        }
    }

    fn object_at(&self, reference: Ref, offset: usize, revision: usize, hops: usize) -> Result<Indirect<'d>, PdfError> {
        let octets = self.octets_of(revision);
        if offset >= octets.len() {
            return Err(PdfError::ObjectOutsideRevision { reference, offset });
        }
        let length = |length: Ref| {
            let hops = hops.checked_sub(1).ok_or(PdfError::ReferenceLoop { reference: length })?;
            let object = self.object_within(length, hops)?;
            let missing = PdfError::WrongValue { offset, expected: Expected::NonNegativeInteger };
            object.ok_or(missing)?.value.as_size()
        };
        let object = self.document.meter().indirect(octets, offset, length)?;
        if object.reference != reference {
            return Err(PdfError::ObjectHeaderMismatch { reference, offset });
        }
        Ok(object)
    }

    fn object_stream(&self, stream: u32, hops: usize) -> Result<&'d ObjectStream, PdfError> {
        let reference = Ref { number: stream, generation: 0 };
        let hops = hops.checked_sub(1).ok_or(PdfError::ReferenceLoop { reference })?;
        let wrong = |offset| PdfError::WrongValue { offset, expected: Expected::Stream };
        // 7.5.7: an object stream is never itself in an object stream.
        let Some(Located { entry: Entry { place: Place::Offset(offset), generation: 0, .. }, revision }) =
            self.locate(stream)?
        else {
            return Err(wrong(0));
        };
        let meter = self.document.meter();
        // Read as of the revision that wrote it, so that what it holds does not depend on who asks first.
        let written = View { document: self.document, revision };
        self.document.object_streams.get_or_read(stream, offset, meter, || {
            let object = written.object_at(reference, offset, revision, hops)?;
            match &object.data {
                Some(data) if object.value.as_dictionary()?.is("Type", "ObjStm")? => {
                    ObjectStream::read(&object, written.bytes().get(data.clone()).unwrap_or_default(), meter)
                }
                _ => Err(wrong(offset)),
            }
        })
    }

    fn octets_of(&self, revision: usize) -> &'d [u8] {
        let end = self.document.revisions.get(revision).map_or(0, |revision| revision.end);
        self.document.octets.get(..end).unwrap_or_default()
    }
}
