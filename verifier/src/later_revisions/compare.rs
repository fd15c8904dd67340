//! Two revisions side by side: everything that can be reached from the trailer, in both at once.
//!
//! Job: list every difference. Whatever is not known to be a signature, validation data, a filled field or an
//! annotation is [`Change::Unexplained`]: the list of rules is what is allowed, never what is forbidden.
//! Invariant: an object that changed is looked at on every path that leads to it. An appearance that a field may
//! replace is strict content for the page that draws it too, because paths with and without licence keep separate
//! books (`strict`, `annotations`), and only pages, fields and the catalog, which have rules of their own, are looked
//! at once (`ruled`).
//! Objects that nothing reaches change nothing, and are not looked at.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use pades::PdfError;
use pades::pdf::{Dictionary, Name, Object, Ref, Value, View};

use super::change::{Change, Place};
use super::form::Inherited;
use super::values::{MAX_DEPTH, Site, union};

/// Differences that are listed; a revision with more is refused with these. Filled fields do not count: forms have
/// hundreds.
pub(super) const MAX_CHANGES: usize = 64;
/// Octets of appearances that are read in all, and as many as the file has.
const READABLE: usize = 4 << 20;
/// Filled fields that are listed.
const MAX_FILLED: usize = 2_000;

pub(super) type Compared<T = ()> = Result<T, PdfError>;

/// An object of the revision before and the one that stands in its place.
pub(super) type Pair = (Ref, Ref);

pub(super) struct Comparison<'d> {
    pub(super) before: View<'d>,
    pub(super) after: View<'d>,
    pub(super) changes: Vec<Change>,
    pub(super) strict: HashSet<Pair>,
    pub(super) annotations: HashSet<Pair>,
    /// Pages, fields and the catalog of the revision before: looked at under rules of their own, and nowhere else.
    pub(super) ruled: Rc<HashSet<Ref>>,
    /// Nodes of the page tree that were begun.
    entered_pages: HashSet<Pair>,
    /// Fields that were begun, with what they inherited then.
    pub(super) entered_fields: HashMap<Ref, Inherited>,
    pub(super) work: Vec<(Pair, Site)>,
    /// Widgets of fields that were signed or are new, with the change that tells of the field.
    pub(super) widgets: HashMap<Ref, usize>,
    /// Octets of appearances that may still be read.
    pub(super) readable: Cell<usize>,
    /// Fonts of the form before.
    pub(super) form_fonts: HashSet<Ref>,
    /// Full names of the fields that were there before.
    pub(super) names: HashSet<String>,
    pages: usize,
    filled: usize,
}

/// Every difference between a revision and the one before it.
pub(super) fn compare(before: View<'_>, after: View<'_>) -> Vec<Change> {
    let ruled = match ruled(before) {
        Ok(ruled) => Rc::new(ruled),
        Err(error) => return vec![Change::Unreadable(error)],
    };
    let mut comparison = Comparison::new(before, after, ruled);
    if let Err(error) = comparison.document() {
        comparison.changes.push(Change::Unreadable(error));
    }
    comparison.changes
}

impl<'d> Comparison<'d> {
    pub(super) fn new(before: View<'d>, after: View<'d>, ruled: Rc<HashSet<Ref>>) -> Self {
        Self {
            before,
            after,
            changes: Vec::new(),
            strict: HashSet::new(),
            annotations: HashSet::new(),
            ruled,
            entered_pages: HashSet::new(),
            entered_fields: HashMap::new(),
            work: Vec::new(),
            widgets: HashMap::new(),
            readable: Cell::new(READABLE.saturating_add(after.bytes().len())),
            form_fonts: HashSet::new(),
            names: HashSet::new(),
            pages: 0,
            filled: 0,
        }
    }

    fn document(&mut self) -> Compared {
        let (before, after) = (self.before.trailer()?, self.after.trailer()?);
        self.duplicates(&before, &after, &Place::Trailer, NOBODY)?;
        for (key, old, new) in union(&before, &after) {
            match key.as_slice() {
                // What a cross-reference section says about itself (7.5.5, 7.5.8.2), and the identifier, whose second
                // half is new in every revision (14.4).
                b"Size" | b"Prev" | b"XRefStm" | b"Type" | b"W" | b"Index" | b"Filter" | b"DecodeParms" | b"Length"
                | b"ID" | b"Root" => {}
                // A writer that leaves it out takes nothing away that is seen; one that names another says other
                // things.
                b"Info" => {
                    if new.is_some() && self.differs(old, new) {
                        self.push(Change::Information)?;
                    }
                }
                _ => self.optional(old, new, &Site::Strict(Place::Trailer), 0)?,
            }
        }
        if self.before.root()? != self.after.root()? {
            return self.unexplained(Place::Trailer, Some(self.after.root()?));
        }
        self.catalog()?;
        self.finish()
    }

    fn catalog(&mut self) -> Compared {
        let (before, after) = (self.before.catalog()?, self.after.catalog()?);
        let root = self.after.root()?;
        self.duplicates(&before, &after, &Place::Catalog("?".into()), root)?;
        if let (Some(before), Some(after)) = self.objects((root, root))?
            && !self.same_data(&before, &after)
        {
            self.unexplained(Place::Catalog("?".into()), Some(root))?;
        }
        let pairs = union(&before, &after);
        // The form first: it says which new widgets the pages may have.
        for (key, old, new) in &pairs {
            if key == b"AcroForm" {
                self.form(*old, *new)?;
            }
        }
        for (key, old, new) in pairs {
            let strict = || Site::Strict(Place::Catalog(String::from_utf8_lossy(&key).into_owned()));
            match key.as_slice() {
                b"AcroForm" => {}
                b"Pages" => match (old.map(|value| &value.object), new.map(|value| &value.object)) {
                    (Some(Object::Reference(old)), Some(Object::Reference(new))) => self.page_node((*old, *new), 0)?,
                    _ => self.unexplained(Place::PageTree, None)?,
                },
                b"DSS" => self.security_store(old, new)?,
                b"Metadata" => self.note_if_different(old, new, Change::Metadata)?,
                b"Extensions" => self.note_if_different(old, new, Change::Extensions)?,
                b"Version" if is_raised(old, new) => self.note_if_different(old, new, Change::Version)?,
                _ => self.optional(old, new, &strict(), 0)?,
            }
        }
        Ok(())
    }

    /// One node of the page tree (7.7.3) and everything below it.
    fn page_node(&mut self, pair: Pair, depth: usize) -> Compared {
        if depth > MAX_DEPTH || pair.0 != pair.1 {
            return self.unexplained(Place::PageTree, Some(pair.1));
        }
        if !self.entered_pages.insert(pair) {
            return Ok(());
        }
        let (Some(before), Some(after)) = self.objects(pair)? else {
            return self.unexplained(Place::PageTree, Some(pair.1));
        };
        // A stream may be a page too, and drawn as content elsewhere.
        if !self.same_data(&before, &after) {
            self.unexplained(Place::PageTree, Some(pair.1))?;
        }
        let (Ok(before), Ok(after)) = (before.value.as_dictionary(), after.value.as_dictionary()) else {
            return self.unexplained(Place::PageTree, Some(pair.1));
        };
        let is_page = before.get("Kids")?.is_none();
        self.duplicates(before, after, &Place::PageTree, pair.1)?;
        if is_page {
            self.pages += 1;
        }
        let page = self.pages;
        let place = || if is_page { Place::Page(page) } else { Place::PageTree };
        for (key, old, new) in union(before, after) {
            match key.as_slice() {
                b"Kids" => {
                    let (old, new) = (self.list(self.before, old)?, self.list(self.after, new)?);
                    // An empty list makes no page of a page.
                    if old.len() != new.len() || before.get("Kids")?.is_some() != after.get("Kids")?.is_some() {
                        self.unexplained(Place::PageTree, Some(pair.1))?;
                    }
                    for (old, new) in old.iter().zip(&new) {
                        match (&old.object, &new.object) {
                            (Object::Reference(old), Object::Reference(new)) => {
                                self.page_node((*old, *new), depth + 1)?
                            }
                            _ => self.unexplained(Place::PageTree, Some(pair.1))?,
                        }
                    }
                }
                // The mark of a widespread program on the root of the tree (annex E: a private name that readers
                // ignore).
                b"ITXT" if !is_page => {}
                b"Annots" if is_page => self.annotations(old, new, (page, pair.0))?,
                _ => self.optional_of(pair.1, old, new, &Site::Strict(place()), 0)?,
            }
        }
        Ok(())
    }

    /// The pair is one object of the revision before that has a rule of its own.
    pub(super) fn is_ruled(&self, pair: Pair) -> bool {
        pair.0 == pair.1 && self.ruled.contains(&pair.0)
    }

    /// Keys that occur twice only now: readers differ on which one counts. With one and the same value twice nothing
    /// differs but the octets; for the version, which programs write blindly, that is told as a change of it.
    pub(super) fn duplicates(
        &mut self,
        before: &Dictionary<'d>,
        after: &Dictionary<'d>,
        place: &Place,
        owner: Ref,
    ) -> Compared {
        let Some(twice) = more_often(before, after) else { return Ok(()) };
        let mut values = after.entries().iter().filter(|(key, _)| *key == twice).map(|(_, value)| &value.object);
        let first = values.next();
        if twice.is("Version") && values.all(|value| Some(value) == first) {
            return self.push(Change::Version);
        }
        self.unexplained(place.clone(), Some(owner))
    }

    pub(super) fn unexplained(&mut self, place: Place, object: Option<Ref>) -> Compared {
        self.push(Change::Unexplained { place, object: object.filter(|object| *object != NOBODY) })
    }

    /// More was found than is listed: the rest does not matter.
    pub(super) fn is_full(&self) -> bool {
        self.changes.last() == Some(&Change::TooMany)
    }

    /// Lists a change, once. Too many end the comparison: nothing in such a revision is allowed anyway.
    pub(super) fn push(&mut self, change: Change) -> Compared {
        if self.is_full() {
            return Ok(());
        }
        if matches!(change, Change::FieldValue { .. }) {
            // Each field is looked at once.
            self.filled += 1;
            self.changes.push(if self.filled > MAX_FILLED { Change::TooMany } else { change });
        } else if self.changes.len() >= MAX_CHANGES + self.filled {
            self.changes.push(Change::TooMany);
        } else if !self.changes.contains(&change) {
            self.changes.push(change);
        }
        Ok(())
    }
}

/// The catalog, the pages and the fields of a revision, with everything between.
fn ruled(view: View<'_>) -> Compared<HashSet<Ref>> {
    let mut ruled = HashSet::from([view.root()?]);
    let catalog = view.catalog()?;
    let mut open: Vec<Ref> = Vec::new();
    if let Some(Object::Reference(pages)) = catalog.get("Pages")?.map(|value| &value.object) {
        open.push(*pages);
    }
    // The form itself may move to another object: what else leads to the old one is strict.
    if let Some(form) = view.get(&catalog, "AcroForm")?
        && let Ok(form) = form.as_dictionary()
        && let Some(fields) = view.get(form, "Fields")?
    {
        open.extend(fields.as_array()?.iter().filter_map(|field| field.as_reference().ok()));
    }
    while let Some(node) = open.pop() {
        if !ruled.insert(node) {
            continue;
        }
        let Some(object) = view.object(node)? else { continue };
        let Ok(dictionary) = object.value.as_dictionary() else { continue };
        if let Some(kids) = view.get(dictionary, "Kids")? {
            open.extend(kids.as_array()?.iter().filter_map(|kid| kid.as_reference().ok()));
        }
    }
    Ok(ruled)
}

/// A key that occurs more often than before.
fn more_often<'d>(before: &Dictionary<'d>, after: &Dictionary<'d>) -> Option<Name<'d>> {
    after.duplicate_key()?;
    let mut counts: HashMap<Cow<'_, [u8]>, usize> = HashMap::new();
    before.entries().iter().for_each(|(name, _)| *counts.entry(name.octets()).or_default() += 1);
    let mut seen: HashMap<Cow<'_, [u8]>, usize> = HashMap::new();
    after.entries().iter().map(|(name, _)| *name).find(|name| {
        let times = seen.entry(name.octets()).or_default();
        *times += 1;
        *times > 1 && *times > counts.get(&name.octets()).copied().unwrap_or(0)
    })
}

/// Stands for "no object of its own".
pub(super) const NOBODY: Ref = Ref { number: 0, generation: u16::MAX };

/// The catalog's `/Version` became higher (7.7.2).
fn is_raised(old: Option<&Value<'_>>, new: Option<&Value<'_>>) -> bool {
    let version = |value: Option<&Value<'_>>| {
        let name = value?.as_name().ok()?.to_text();
        let (major, minor) = name.split_once('.')?;
        Some((major.parse::<u8>().ok()?, minor.parse::<u8>().ok()?))
    };
    version(new).is_some_and(|new| version(old).is_none_or(|old| old <= new))
}

#[cfg(test)]
mod tests;
