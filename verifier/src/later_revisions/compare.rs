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
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use pades::PdfError;
use pades::pdf::{Dictionary, Indirect, Object, Ref, Value, View};

use super::beneath::{Area, Beneath, beneath};
use super::change::{AnnotationAction, Change, FieldPlace, Place};

/// Differences that are listed; a revision with more is refused with these.
const MAX_CHANGES: usize = 64;
/// Direct and indirect values inside one another on one path, and levels of pages and fields. As `Limits::nesting`,
/// twice, because either side may be the one that nests.
const MAX_DEPTH: usize = 128;

pub(super) type Compared<T = ()> = Result<T, PdfError>;

/// Two values and where they stand.
type Pair = (Ref, Ref);

/// What a value belongs to.
#[derive(Clone, Debug)]
pub(super) enum Site {
    /// Must not change.
    Strict(Place),
    /// Belongs to an annotation of this page and kind.
    Annotation(usize, String),
}

pub(super) struct Comparison<'d> {
    pub(super) before: View<'d>,
    pub(super) after: View<'d>,
    pub(super) changes: Vec<Change>,
    strict: HashSet<Pair>,
    annotations: HashSet<Pair>,
    /// Pages, fields and the catalog of the revision before: looked at under rules of their own, and nowhere else.
    ruled: Rc<HashSet<Ref>>,
    entered: HashSet<Pair>,
    work: Vec<(Pair, Site)>,
    /// Widgets of signature fields that are new, with the change that tells of the field.
    pub(super) new_widgets: HashMap<Ref, usize>,
    pages: usize,
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
    fn new(before: View<'d>, after: View<'d>, ruled: Rc<HashSet<Ref>>) -> Self {
        Self {
            before,
            after,
            changes: Vec::new(),
            strict: HashSet::new(),
            annotations: HashSet::new(),
            ruled,
            entered: HashSet::new(),
            work: Vec::new(),
            new_widgets: HashMap::new(),
            pages: 0,
        }
    }

    fn document(&mut self) -> Compared {
        let (before, after) = (self.before.trailer()?, self.after.trailer()?);
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
                b"DSS" if new.is_some() => self.note_if_different(old, new, Change::SecurityStore)?,
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
        if depth > MAX_DEPTH {
            return self.unexplained(Place::PageTree, Some(pair.1));
        }
        if pair.0 != pair.1 {
            return self.unexplained(Place::PageTree, Some(pair.1));
        }
        if !self.enter(pair) {
            return Ok(());
        }
        let (Some(before), Some(after)) = self.objects(pair)? else {
            return self.unexplained(Place::PageTree, Some(pair.1));
        };
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
                    if old.len() != new.len() {
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

    /// The annotations of a page (12.5.2): those that were there stay, in their order.
    fn annotations(
        &mut self,
        old: Option<&Value<'d>>,
        new: Option<&Value<'d>>,
        (page, object): (usize, Ref),
    ) -> Compared {
        let (old, new) = (self.list(self.before, old)?, self.list(self.after, new)?);
        let (kept, added, removed) = align(&old, &new);
        for (old, new) in kept {
            let kind = self.kind(self.before, old)?;
            match (&old.object, &new.object) {
                (Object::Reference(old), Object::Reference(new)) if self.is_ruled((*old, *new)) => {}
                // A widget that no field of the form owns has no rule under which it might change.
                _ if kind == "Widget" => self.values(old, new, &Site::Strict(Place::Page(page)), 0)?,
                _ => self.values(old, new, &Site::Annotation(page, kind), 0)?,
            }
        }
        for new in added {
            let widget = match new.object {
                Object::Reference(reference) => self.new_widgets.get(&reference).copied(),
                _ => None,
            };
            let below = match widget {
                Some(_) => self.beneath(new, object),
                None => Beneath::Unknown,
            };
            match widget.and_then(|index| self.changes.get_mut(index)) {
                Some(Change::SignatureAdded { place: FieldPlace::NewVisible { page: of_page, beneath }, .. }) => {
                    // A second widget of one field has a place of its own: the worse answer stands for both.
                    *beneath = match (*of_page, *beneath) {
                        (None, _) | (_, Beneath::Nothing) => below,
                        (Some(_), known) => known,
                    };
                    *of_page = Some(page);
                }
                Some(_) => {}
                None => {
                    let kind = self.kind(self.after, new)?;
                    self.push(Change::Annotation { page, action: AnnotationAction::Added, kind })?;
                }
            }
        }
        for old in removed {
            let kind = self.kind(self.before, old)?;
            self.push(Change::Annotation { page, action: AnnotationAction::Removed, kind })?;
        }
        Ok(())
    }

    /// What the page showed, before, where this widget paints now.
    fn beneath(&self, widget: &Value<'d>, page: Ref) -> Beneath {
        let area = || {
            let widget = self.after.resolve(widget).ok()?;
            let rectangle = widget.as_dictionary().ok()?.get("Rect").ok()??.clone();
            Area::of(self.after, &rectangle)
        };
        area().map_or(Beneath::Unknown, |area| beneath(self.before, page, &area))
    }

    fn kind(&self, view: View<'d>, annotation: &Value<'d>) -> Compared<String> {
        let resolved = view.resolve(annotation)?;
        let Ok(dictionary) = resolved.as_dictionary() else { return Ok("?".into()) };
        Ok(match view.get(dictionary, "Subtype")? {
            Some(name) => name.as_name().map_or_else(|_| "?".into(), |name| name.to_text()),
            None => "?".into(),
        })
    }

    /// Compares everything that was put aside.
    fn finish(&mut self) -> Compared {
        while let Some((pair, site)) = self.work.pop() {
            if self.changes.len() > MAX_CHANGES {
                return Ok(());
            }
            match self.objects(pair)? {
                (None, None) => {}
                (Some(before), Some(after)) => {
                    if !self.same_data(&before, &after) {
                        self.different(&site, Some(pair.1))?;
                    }
                    let is_stream = before.data.is_some() && after.data.is_some();
                    self.contents(&before.value, &after.value, &site, is_stream, pair.1, 0)?;
                }
                (Some(one), None) | (None, Some(one)) => {
                    if one.value.object != Object::Null {
                        self.different(&site, Some(pair.1))?;
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn objects(&self, pair: Pair) -> Compared<(Option<Indirect<'d>>, Option<Indirect<'d>>)> {
        Ok((self.before.object(pair.0)?, self.after.object(pair.1)?))
    }

    fn same_data(&self, before: &Indirect<'d>, after: &Indirect<'d>) -> bool {
        match (&before.data, &after.data) {
            (None, None) => true,
            // The same octets of the same file need no second look.
            (Some(old), Some(new)) => {
                old == new || self.before.bytes().get(old.clone()) == self.after.bytes().get(new.clone())
            }
            _ => false,
        }
    }

    /// Two values that must be equal, or whose difference belongs to an annotation.
    pub(super) fn values(&mut self, old: &Value<'d>, new: &Value<'d>, site: &Site, depth: usize) -> Compared {
        self.values_of(None, old, new, site, depth)
    }

    fn values_of(
        &mut self,
        owner: Option<Ref>,
        old: &Value<'d>,
        new: &Value<'d>,
        site: &Site,
        depth: usize,
    ) -> Compared {
        if depth > MAX_DEPTH {
            return self.different(site, owner);
        }
        match (&old.object, &new.object) {
            (Object::Reference(old), Object::Reference(new)) => {
                self.put_aside((*old, *new), site);
                Ok(())
            }
            (Object::Reference(_), _) | (_, Object::Reference(_)) => {
                let (old, new) = (self.before.resolve(old)?.into_owned(), self.after.resolve(new)?.into_owned());
                self.contents(&old, &new, site, false, owner.unwrap_or(NOBODY), depth + 1)
            }
            _ => self.contents(old, new, site, false, owner.unwrap_or(NOBODY), depth),
        }
    }

    /// Two values that are no references.
    fn contents(
        &mut self,
        old: &Value<'d>,
        new: &Value<'d>,
        site: &Site,
        is_stream: bool,
        owner: Ref,
        depth: usize,
    ) -> Compared {
        match (&old.object, &new.object) {
            (Object::Array(before), Object::Array(after)) if before.len() == after.len() => {
                for (old, new) in before.iter().zip(after) {
                    self.values_of(Some(owner), old, new, site, depth + 1)?;
                }
                Ok(())
            }
            (Object::Dictionary(before), Object::Dictionary(after)) => {
                // A key that occurs twice shows different readers different documents.
                if after.duplicate_key().is_some() && before.duplicate_key() != after.duplicate_key() {
                    return self.different(site, Some(owner));
                }
                for (key, old, new) in union(before, after) {
                    // The data were compared themselves.
                    if !(is_stream && key == b"Length") {
                        self.optional_of(owner, old, new, site, depth + 1)?;
                    }
                }
                Ok(())
            }
            (old, new) if old == new => Ok(()),
            _ => self.different(site, Some(owner).filter(|owner| *owner != NOBODY)),
        }
    }

    /// Two values of which either may be missing, which is the same as null.
    pub(super) fn optional(
        &mut self,
        old: Option<&Value<'d>>,
        new: Option<&Value<'d>>,
        site: &Site,
        depth: usize,
    ) -> Compared {
        self.optional_of(NOBODY, old, new, site, depth)
    }

    fn optional_of(
        &mut self,
        owner: Ref,
        old: Option<&Value<'d>>,
        new: Option<&Value<'d>>,
        site: &Site,
        depth: usize,
    ) -> Compared {
        match (old, new) {
            (None, None) => Ok(()),
            (Some(old), Some(new)) => self.values_of(Some(owner), old, new, site, depth),
            (Some(one), None) => self.must_be_null(self.before, one, site, owner),
            (None, Some(one)) => self.must_be_null(self.after, one, site, owner),
        }
    }

    fn must_be_null(&mut self, view: View<'d>, value: &Value<'d>, site: &Site, owner: Ref) -> Compared {
        if view.resolve(value)?.object == Object::Null {
            return Ok(());
        }
        self.different(site, Some(owner).filter(|owner| *owner != NOBODY))
    }

    /// Whether two values differ anywhere, asked without keeping what is found. What cannot be read differs.
    pub(super) fn differs(&self, old: Option<&Value<'d>>, new: Option<&Value<'d>>) -> bool {
        let mut scratch = Self::new(self.before, self.after, Rc::clone(&self.ruled));
        let result = scratch.optional(old, new, &Site::Strict(Place::Trailer), 0).and_then(|()| scratch.finish());
        result.is_err() || !scratch.changes.is_empty()
    }

    fn note_if_different(&mut self, old: Option<&Value<'d>>, new: Option<&Value<'d>>, change: Change) -> Compared {
        if self.differs(old, new) { self.push(change) } else { Ok(()) }
    }

    fn put_aside(&mut self, pair: Pair, site: &Site) {
        if self.is_ruled(pair) {
            return;
        }
        let is_new = match site {
            Site::Strict(_) => self.strict.insert(pair),
            Site::Annotation(..) => !self.strict.contains(&pair) && self.annotations.insert(pair),
        };
        if is_new {
            self.work.push((pair, site.clone()));
        }
    }

    /// Begins with a pair that has a rule of its own; `false` when that was done before.
    pub(super) fn enter(&mut self, pair: Pair) -> bool {
        self.entered.insert(pair)
    }

    /// The pair is one object of the revision before that has a rule of its own.
    fn is_ruled(&self, pair: Pair) -> bool {
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
        let Some(twice) = after.duplicate_key().filter(|twice| before.duplicate_key() != Some(*twice)) else {
            return Ok(());
        };
        let mut values = after.entries().iter().filter(|(key, _)| *key == twice).map(|(_, value)| &value.object);
        let first = values.next();
        if twice.is("Version") && values.all(|value| Some(value) == first) {
            return self.push(Change::Version);
        }
        self.unexplained(place.clone(), Some(owner))
    }

    fn different(&mut self, site: &Site, object: Option<Ref>) -> Compared {
        match site {
            Site::Strict(place) => self.unexplained(place.clone(), object),
            Site::Annotation(page, kind) => {
                self.push(Change::Annotation { page: *page, action: AnnotationAction::Changed, kind: kind.clone() })
            }
        }
    }

    pub(super) fn unexplained(&mut self, place: Place, object: Option<Ref>) -> Compared {
        self.push(Change::Unexplained { place, object: object.filter(|object| *object != NOBODY) })
    }

    /// Lists a change, once. Too many end the comparison: nothing in such a revision is allowed anyway.
    pub(super) fn push(&mut self, change: Change) -> Compared {
        if self.changes.len() >= MAX_CHANGES {
            if self.changes.last() != Some(&Change::TooMany) {
                self.changes.push(Change::TooMany);
            }
        } else if !self.changes.contains(&change) {
            self.changes.push(change);
        }
        Ok(())
    }

    /// The elements of an array that may be missing.
    pub(super) fn list(&self, view: View<'d>, value: Option<&Value<'d>>) -> Compared<Vec<Value<'d>>> {
        let Some(value) = value else { return Ok(Vec::new()) };
        let resolved = view.resolve(value)?;
        if resolved.object == Object::Null {
            return Ok(Vec::new());
        }
        match resolved {
            Cow::Borrowed(value) => value.as_array().map(<[Value<'d>]>::to_vec),
            Cow::Owned(value) => value.as_array().map(<[Value<'d>]>::to_vec),
        }
    }
}

/// The catalog, the form, the pages and the fields of a revision, with everything between.
fn ruled(view: View<'_>) -> Compared<HashSet<Ref>> {
    let mut ruled = HashSet::from([view.root()?]);
    let catalog = view.catalog()?;
    let mut open: Vec<(Ref, usize)> = Vec::new();
    if let Some(Object::Reference(pages)) = catalog.get("Pages")?.map(|value| &value.object) {
        open.push((*pages, 0));
    }
    if let Some(form) = catalog.get("AcroForm")? {
        if let Object::Reference(form) = form.object {
            ruled.insert(form);
        }
        if let Ok(form) = view.resolve(form)?.as_dictionary()
            && let Some(fields) = view.get(form, "Fields")?
        {
            open.extend(fields.as_array()?.iter().filter_map(|field| Some((field.as_reference().ok()?, 0))));
        }
    }
    while let Some((node, depth)) = open.pop() {
        if depth > MAX_DEPTH || !ruled.insert(node) {
            continue;
        }
        let Some(object) = view.object(node)? else { continue };
        let Ok(dictionary) = object.value.as_dictionary() else { continue };
        if let Some(kids) = view.get(dictionary, "Kids")? {
            open.extend(kids.as_array()?.iter().filter_map(|kid| Some((kid.as_reference().ok()?, depth + 1))));
        }
    }
    Ok(ruled)
}

/// Stands for "no object of its own".
pub(super) const NOBODY: Ref = Ref { number: 0, generation: u16::MAX };

/// Both dictionaries' values by key, as the octets that the key stands for. Of a key that occurs twice the last one;
/// `contents` refuses what that could hide.
pub(super) fn union<'v, 'd>(
    before: &'v Dictionary<'d>,
    after: &'v Dictionary<'d>,
) -> Vec<(Vec<u8>, Option<&'v Value<'d>>, Option<&'v Value<'d>>)> {
    let mut pairs: Vec<(Vec<u8>, Option<&'v Value<'d>>, Option<&'v Value<'d>>)> =
        before.entries().iter().map(|(name, value)| (name.octets().into_owned(), Some(value), None)).collect();
    for (name, value) in after.entries() {
        let key = name.octets();
        match pairs.iter_mut().find(|(known, ..)| *known == *key) {
            Some(pair) => pair.2 = Some(value),
            None => pairs.push((key.into_owned(), None, Some(value))),
        }
    }
    pairs
}

/// Elements that stayed, were added, were removed; in order.
type Aligned<'v, 'd> = (Vec<(&'v Value<'d>, &'v Value<'d>)>, Vec<&'v Value<'d>>, Vec<&'v Value<'d>>);

/// Aligns two lists in which old elements keep their order.
pub(super) fn align<'v, 'd>(old: &'v [Value<'d>], new: &'v [Value<'d>]) -> Aligned<'v, 'd> {
    let mut kept = Vec::new();
    let mut added = Vec::new();
    let mut waiting = old.iter().peekable();
    for element in new {
        match waiting.peek() {
            Some(next) if next.object == element.object => {
                kept.push((*next, element));
                waiting.next();
            }
            _ => added.push(element),
        }
    }
    (kept, added, waiting.collect())
}

/// The catalog's `/Version` became higher (7.7.2).
fn is_raised(old: Option<&Value<'_>>, new: Option<&Value<'_>>) -> bool {
    let version = |value: Option<&Value<'_>>| {
        let name = value?.as_name().ok()?.to_text();
        let (major, minor) = name.split_once('.')?;
        Some((major.parse::<u8>().ok()?, minor.parse::<u8>().ok()?))
    };
    version(new).is_some_and(|new| version(old).is_none_or(|old| old <= new))
}
