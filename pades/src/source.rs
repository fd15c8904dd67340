//! Objects together with the octets they were read from, as the newest revision has them.
//!
//! The update that a signature adds copies and changes whole indirect objects, so every value is
//! handed out with the indirect object that it lies in. [`Changes`] collects what will be
//! different; an object is copied once, however many changes it gets.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::pdf::{Dictionary, Document, Lexer, Object, Ref, Token, Value, View};
use crate::splice::Splice;
use crate::update::{PreviousSection, SectionKind};
use crate::write_error::{Part, PrepareError};
use crate::{PdfError, pdf};

/// References that lead to references, before a value must come.
const HOP_LIMIT: usize = 16;

/// The document as of its newest revision.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sources<'d> {
    document: &'d Document<'d>,
    view: View<'d>,
}

/// A value, not null, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Found<'d> {
    pub(crate) value: Value<'d>,
    /// The indirect object that the value is, or lies in.
    pub(crate) reference: Ref,
    /// Where that object's value lies in `source`.
    whole: Range<usize>,
    source: &'d [u8],
    is_stream: bool,
}

impl<'d> Sources<'d> {
    pub(crate) fn newest(document: &'d Document<'d>) -> Self {
        Self { document, view: document.latest() }
    }

    /// The document as of its newest revision.
    #[cfg(feature = "appearance")]
    pub(crate) const fn view(&self) -> View<'d> {
        self.view
    }

    pub(crate) fn catalog(&self) -> Result<Found<'d>, PrepareError> {
        let part = Part::Catalog;
        let root = self.view.root().map_err(part.unreadable())?;
        let catalog = self.object(root).map_err(part.unreadable())?;
        let catalog = catalog.ok_or(PrepareError::WrongType { part, expected: "there" })?;
        catalog.dictionary(part)?;
        Ok(catalog)
    }

    /// The value itself, which lies in `holder`, or what its reference leads to. `None` is null.
    pub(crate) fn follow(
        &self,
        holder: &Found<'d>,
        value: &Value<'d>,
        part: Part,
    ) -> Result<Option<Found<'d>>, PrepareError> {
        let mut found = Some(Found { value: value.clone(), ..holder.clone() });
        for _ in 0..HOP_LIMIT {
            match found {
                Some(Found { value: Value { object: Object::Reference(next), .. }, .. }) => {
                    found = self.object(next).map_err(part.unreadable())?;
                }
                Some(Found { value: Value { object: Object::Null, .. }, .. }) | None => return Ok(None),
                Some(found) => return Ok(Some(found)),
            }
        }
        Err(part.unreadable()(PdfError::ReferenceLoop { reference: holder.reference }))
    }

    fn object(&self, reference: Ref) -> Result<Option<Found<'d>>, PdfError> {
        let Some(object) = self.view.object(reference)? else {
            return Ok(None);
        };
        let source = self.view.octets_in(object.source)?;
        let (whole, is_stream) = (object.value.span(), object.data.is_some());
        Ok(Some(Found { value: object.value, reference, whole, source, is_stream }))
    }

    /// What the update takes over from the newest cross-reference section.
    pub(crate) fn previous_section(&self) -> Result<PreviousSection, PrepareError> {
        let part = Part::Trailer;
        let wrong = |expected| PrepareError::WrongType { part, expected };
        let newest = self.document.revisions().last().ok_or(wrong("there"))?;
        let trailer = self.view.trailer().map_err(part.unreadable())?;
        if trailer.duplicate_key().is_some() {
            return Err(wrong("without repeated keys"));
        }
        let size = trailer.require("Size").and_then(Value::as_size).map_err(part.unreadable())?;
        let size = u32::try_from(size).map_err(|_| PrepareError::ObjectNumbersExhausted)?;
        let mut trailer_entries = Vec::new();
        for (key, value) in trailer.entries() {
            if !SECTION_KEYS.iter().any(|own| key.is(own)) {
                trailer_entries.push(b'/');
                trailer_entries.extend_from_slice(key.raw());
                trailer_entries.push(b' ');
                trailer_entries.extend_from_slice(self.octets(value));
                trailer_entries.push(b' ');
            }
        }
        let first_id = match trailer.get("ID").map_err(part.unreadable())?.map(|id| &id.object) {
            Some(Object::Array(strings)) => strings.first().filter(|id| matches!(id.object, Object::String(_))),
            _ => None,
        };
        Ok(PreviousSection {
            offset: newest.xref_offset(),
            kind: match newest.xref_kind() {
                pdf::SectionKind::Table | pdf::SectionKind::Hybrid => SectionKind::Table,
                pdf::SectionKind::Stream => SectionKind::Stream,
            },
            size,
            highest_number: self.highest_number(size)?,
            trailer_entries,
            first_id: first_id.map(|id| self.octets(id).to_vec()),
        })
    }

    /// The highest object number that any section lists, or that a cross-reference stream has: some
    /// writers do not list that one. An object in use although `/Size` says that it does not exist
    /// is a reason to refuse: the update's larger `/Size` would bring it to life.
    fn highest_number(&self, size: u32) -> Result<u32, PrepareError> {
        const LOOKED_AT: u32 = 1_000;
        let listed = self.view.highest_number();
        if listed.saturating_sub(size) > LOOKED_AT {
            return Err(PrepareError::HiddenObjects { number: listed, size });
        }
        for number in size..=listed {
            let located = self.view.locate(number).map_err(Part::Trailer.unreadable())?;
            if located.is_some_and(|located| located.entry.place != pdf::Place::Free) {
                return Err(PrepareError::HiddenObjects { number, size });
            }
        }
        let streams = self.document.revisions().iter().flat_map(|revision| {
            let sections = revision.xref_spans().into_iter().map(|span| span.start);
            sections.chain(revision.hybrid_offset())
        });
        let own_numbers = streams.filter_map(|offset| match Lexer::new(self.view.bytes(), offset).next_token() {
            Ok((Token::Integer(number), _)) => u32::try_from(number).ok(),
            _ => None, // `xref`: a table has no number
        });
        Ok(own_numbers.fold(listed, u32::max))
    }

    /// Source octets of a value of the trailer.
    fn octets(&self, value: &Value<'d>) -> &'d [u8] {
        self.view.bytes().get(value.span()).unwrap_or_default()
    }
}

/// Keys of a trailer or a cross-reference stream that belong to one section only (tables 15, 17,
/// 19 and 5); `/ID` is written anew.
const SECTION_KEYS: [&str; 14] = [
    "Size",
    "Prev",
    "XRefStm",
    "ID",
    "Type",
    "W",
    "Index",
    "Length",
    "Filter",
    "DecodeParms",
    "DL",
    "F",
    "FFilter",
    "FDecodeParms",
];

impl<'d> Found<'d> {
    /// Whether the value is an indirect object, not a part of one.
    pub(crate) fn is_whole(&self) -> bool {
        self.value.span() == self.whole
    }

    /// Its source octets.
    pub(crate) fn octets(&self) -> &'d [u8] {
        self.source.get(self.value.span()).unwrap_or_default()
    }

    pub(crate) fn dictionary(&self, part: Part) -> Result<&Dictionary<'d>, PrepareError> {
        self.value.as_dictionary().map_err(|_| PrepareError::WrongType { part, expected: "a dictionary" })
    }

    pub(crate) fn elements(&self, part: Part) -> Result<&[Value<'d>], PrepareError> {
        self.value.as_array().map_err(|_| PrepareError::WrongType { part, expected: "an array" })
    }

    /// What a key of this dictionary leads to. `None` when it is absent or leads to null.
    pub(crate) fn entry(
        &self,
        sources: &Sources<'d>,
        key: &'static str,
        part: Part,
    ) -> Result<Option<Self>, PrepareError> {
        match self.dictionary(part)?.get(key).map_err(part.unreadable())? {
            Some(value) => sources.follow(self, value, part),
            None => Ok(None),
        }
    }
}

/// Copies of indirect objects, each with what will be different.
#[derive(Debug, Default)]
pub(crate) struct Changes<'d> {
    splices: BTreeMap<Ref, Splice<'d>>,
}

impl<'d> Changes<'d> {
    /// Sets a key of a dictionary.
    pub(crate) fn set(
        &mut self,
        dictionary: &Found<'d>,
        key: &'static str,
        value: &[u8],
        part: Part,
    ) -> Result<(), PrepareError> {
        let span = dictionary.value.span();
        let entries = dictionary.dictionary(part)?;
        self.of(dictionary, part)?.set(entries, &span, key, value).map_err(part.unreadable())
    }

    /// Appends an element to an array.
    pub(crate) fn push(&mut self, array: &Found<'d>, element: &str, part: Part) -> Result<(), PrepareError> {
        array.elements(part)?;
        self.of(array, part)?.push(&array.value.span(), element.as_bytes());
        Ok(())
    }

    /// Writes every changed object.
    pub(crate) fn write(self) -> impl Iterator<Item = (Ref, Vec<u8>)> {
        self.splices.into_iter().map(|(reference, splice)| {
            let mut out = Vec::new();
            splice.write(&mut out);
            (reference, out)
        })
    }

    /// The copy of the indirect object that `found` is or lies in. Nothing that a signature changes
    /// lies in the dictionary of a stream, and the copy would lack the stream's data.
    fn of(&mut self, found: &Found<'d>, part: Part) -> Result<&mut Splice<'d>, PrepareError> {
        if found.is_stream {
            return Err(PrepareError::WrongType { part, expected: "outside a stream" });
        }
        Ok(self.splices.entry(found.reference).or_insert_with(|| Splice::new(found.source, found.whole.clone())))
    }
}
