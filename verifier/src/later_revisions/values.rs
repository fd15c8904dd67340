//! Values of two revisions side by side: equal in everything that a reader can follow, or not (ISO 32000-2, 7.3).
//!
//! Job: follow every reference in both revisions at once, and tell the first place of each difference.
//! Invariant: an object is equal when its value, what it leads to, and the data of its stream are. A reference in place
//! of the value it leads to is no difference; a direct value in place of a stream is one, because its data are gone.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use pades::pdf::{Dictionary, Indirect, Object, Place as Entry, Ref, Value, View};

use super::change::{AnnotationAction, Change, Place};
use super::compare::{Compared, Comparison, NOBODY, Pair};

/// Direct and indirect values inside one another on one path. As `Limits::nesting`, twice, because either side may be
/// the one that nests.
pub(super) const MAX_DEPTH: usize = 128;

/// References through references.
const MAX_HOPS: usize = 16;

/// What a value belongs to.
#[derive(Clone, Debug)]
pub(super) enum Site {
    /// Must not change.
    Strict(Place),
    /// Belongs to an annotation of this page and kind.
    Annotation(usize, String),
}

impl<'d> Comparison<'d> {
    /// Compares everything that was put aside.
    pub(super) fn finish(&mut self) -> Compared {
        while let Some((pair, site)) = self.work.pop() {
            if self.is_full() {
                return Ok(());
            }
            match self.objects(pair)? {
                (None, None) => self.other_generations(pair, &site)?,
                (Some(before), Some(after)) => self.whole(&before, &after, &site)?,
                (Some(one), None) | (None, Some(one)) => {
                    if one.value.object != Object::Null {
                        self.different(&site, Some(pair.1))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Two objects with all that they are: the data of streams too.
    pub(super) fn whole(&mut self, before: &Indirect<'d>, after: &Indirect<'d>, site: &Site) -> Compared {
        let owner = after.reference;
        if !self.same_data(before, after) {
            self.different(site, Some(owner))?;
        }
        let is_reference = |value: &Value<'_>| matches!(value.object, Object::Reference(_));
        if is_reference(&before.value) || is_reference(&after.value) {
            // An object that is nothing but a reference to another: what that one holds is what is seen.
            return self.values_of(Some(owner), &before.value, &after.value, site, 0);
        }
        self.contents(&before.value, &after.value, site, owner, 0)
    }

    /// A reference whose generation no entry has leads nowhere (7.3.10). Readers that ignore generations find the
    /// object all the same, so that it may not change either.
    fn other_generations(&mut self, pair: Pair, site: &Site) -> Compared {
        let existing = |view: View<'d>, reference: Ref| -> Compared<Option<Ref>> {
            let entry = view.locate(reference.number)?.map(|located| located.entry);
            let entry = entry.filter(|entry| entry.place != Entry::Free);
            Ok(entry.map(|entry| Ref { number: entry.number, generation: entry.generation }))
        };
        match (existing(self.before, pair.0)?, existing(self.after, pair.1)?) {
            (None, None) => Ok(()),
            (Some(before), Some(after)) => {
                self.put_aside((before, after), site);
                Ok(())
            }
            (Some(_), None) | (None, Some(_)) => self.different(site, Some(pair.1)),
        }
    }

    pub(super) fn objects(&self, pair: Pair) -> Compared<(Option<Indirect<'d>>, Option<Indirect<'d>>)> {
        Ok((self.before.object(pair.0)?, self.after.object(pair.1)?))
    }

    /// Neither is a stream, or both have the same data.
    pub(super) fn same_data(&self, before: &Indirect<'d>, after: &Indirect<'d>) -> bool {
        self.same_octets(before.data.clone(), after.data.clone())
    }

    fn same_octets(&self, before: Option<Range<usize>>, after: Option<Range<usize>>) -> bool {
        match (before, after) {
            (None, None) => true,
            // The same octets of the same file need no second look.
            (Some(old), Some(new)) => {
                old == new || self.before.bytes().get(old.clone()) == self.after.bytes().get(new.clone())
            }
            _ => false,
        }
    }

    /// The data of the streams that two values lead to are the same, or neither is a stream.
    pub(super) fn lead_to_same_data(&self, old: Option<&Value<'d>>, new: Option<&Value<'d>>) -> Compared<bool> {
        let data = |view, value: Option<&Value<'d>>| -> Compared<Option<Range<usize>>> {
            Ok(match value {
                Some(value) => follow(view, value)?.1,
                None => None,
            })
        };
        Ok(self.same_octets(data(self.before, old)?, data(self.after, new)?))
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
                let ((old, old_data), (new, new_data)) = (follow(self.before, old)?, follow(self.after, new)?);
                if old_data.is_some() || new_data.is_some() {
                    return self.different(site, owner);
                }
                self.contents(&old, &new, site, owner.unwrap_or(NOBODY), depth + 1)
            }
            _ => self.contents(old, new, site, owner.unwrap_or(NOBODY), depth),
        }
    }

    /// Two values that are no references.
    fn contents(&mut self, old: &Value<'d>, new: &Value<'d>, site: &Site, owner: Ref, depth: usize) -> Compared {
        match (&old.object, &new.object) {
            (Object::Array(before), Object::Array(after)) if before.len() == after.len() => {
                for (old, new) in before.iter().zip(after) {
                    self.values_of(Some(owner), old, new, site, depth + 1)?;
                }
                Ok(())
            }
            (Object::Dictionary(before), Object::Dictionary(after)) => {
                for (_, old, new) in union(before, after) {
                    self.optional_of(owner, old, new, site, depth + 1)?;
                }
                Ok(())
            }
            (old, new) if same(old, new) => Ok(()),
            _ => self.different(site, Some(owner)),
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

    pub(super) fn optional_of(
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
        self.different(site, Some(owner))
    }

    /// Whether two values differ anywhere, asked without keeping what is found. What cannot be read differs.
    pub(super) fn differs(&self, old: Option<&Value<'d>>, new: Option<&Value<'d>>) -> bool {
        let mut scratch = Self::new(self.before, self.after, Rc::clone(&self.ruled));
        let result = scratch.optional(old, new, &Site::Strict(Place::Trailer), 0).and_then(|()| scratch.finish());
        result.is_err() || !scratch.changes.is_empty()
    }

    pub(super) fn note_if_different(
        &mut self,
        old: Option<&Value<'d>>,
        new: Option<&Value<'d>>,
        change: Change,
    ) -> Compared {
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

    fn different(&mut self, site: &Site, object: Option<Ref>) -> Compared {
        match site {
            Site::Strict(place) => self.unexplained(place.clone(), object),
            Site::Annotation(page, kind) => {
                self.push(Change::Annotation { page: *page, action: AnnotationAction::Changed, kind: kind.clone() })
            }
        }
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

/// What a value leads to, with the data when that is a stream.
fn follow<'d>(view: View<'d>, value: &Value<'d>) -> Compared<(Value<'d>, Option<Range<usize>>)> {
    let mut value = value.clone();
    for _ in 0..MAX_HOPS {
        let Object::Reference(reference) = value.object else { return Ok((value, None)) };
        match view.object(reference)? {
            Some(object) if object.data.is_some() => return Ok((object.value, object.data)),
            Some(object) => value = object.value,
            None => break,
        }
    }
    // Nothing, or a circle, which `resolve` tells apart.
    Ok((view.resolve(&value)?.into_owned(), None))
}

/// Values by key: the key's octets, the value before, the value after.
pub(super) type Pairs<'v, 'd> = Vec<(Vec<u8>, Option<&'v Value<'d>>, Option<&'v Value<'d>>)>;

/// Both dictionaries' values by key, as the octets that the key stands for. Where a key occurs more than once, the
/// first stands beside the first and the second beside the second, so that none of them hides another.
pub(super) fn union<'v, 'd>(before: &'v Dictionary<'d>, after: &'v Dictionary<'d>) -> Pairs<'v, 'd> {
    let mut pairs: Pairs<'v, 'd> = Vec::new();
    let mut waiting: HashMap<Cow<'_, [u8]>, Vec<usize>> = HashMap::new();
    for (name, value) in before.entries() {
        waiting.entry(name.octets()).or_default().push(pairs.len());
        pairs.push((name.octets().into_owned(), Some(value), None));
    }
    // Taken from the end.
    waiting.values_mut().for_each(|indices| indices.reverse());
    for (name, value) in after.entries() {
        let partner = waiting.get_mut(&name.octets()).and_then(Vec::pop).and_then(|index| pairs.get_mut(index));
        match partner {
            Some(pair) => pair.2 = Some(value),
            None => pairs.push((name.octets().into_owned(), None, Some(value))),
        }
    }
    pairs
}

/// Elements that stayed, were added, were removed; in order.
type Aligned<'v, 'd> = (Vec<(&'v Value<'d>, &'v Value<'d>)>, Vec<&'v Value<'d>>, Vec<&'v Value<'d>>);

/// Aligns two lists in which old elements keep their order. One that moved was removed and added; a reference stays
/// only as itself.
pub(super) fn align<'v, 'd>(old: &'v [Value<'d>], new: &'v [Value<'d>]) -> Aligned<'v, 'd> {
    let mut positions: HashMap<Ref, Vec<usize>> = HashMap::new();
    for (position, element) in old.iter().enumerate() {
        if let Object::Reference(reference) = element.object {
            positions.entry(reference).or_default().push(position);
        }
    }
    let (mut kept, mut added, mut removed) = (Vec::new(), Vec::new(), Vec::new());
    let mut next = 0;
    for element in new {
        let found = match element.object {
            Object::Reference(reference) => positions
                .get(&reference)
                .and_then(|positions| positions.get(positions.partition_point(|position| *position < next)).copied()),
            _ => old.get(next).is_some_and(|old| same(&old.object, &element.object)).then_some(next),
        };
        match found {
            Some(position) => {
                removed.extend(old.get(next..position).unwrap_or_default());
                kept.extend(old.get(position).map(|old| (old, element)));
                next = position + 1;
            }
            None => added.push(element),
        }
    }
    removed.extend(old.get(next..).unwrap_or_default());
    (kept, added, removed)
}

/// Two direct values stand for the same, wherever they were read and however they are written; references are not
/// followed.
fn same(old: &Object<'_>, new: &Object<'_>) -> bool {
    match (old, new) {
        (Object::Array(old), Object::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same(&old.object, &new.object))
        }
        (Object::Dictionary(old), Object::Dictionary(new)) => union(old, new).iter().all(|(_, old, new)| {
            let value = |value: &Option<&Value<'_>>| value.is_some_and(|value| value.object != Object::Null);
            match (old, new) {
                (Some(old), Some(new)) => same(&old.object, &new.object),
                _ => !value(old) && !value(new),
            }
        }),
        (Object::Integer(_) | Object::Real(_), Object::Integer(_) | Object::Real(_)) => {
            matches!((decimal(old), decimal(new)), (Some(old), Some(new)) if old == new)
        }
        (old, new) => old == new,
    }
}

/// A number without what says nothing: `+1.50`, `1.5` and `01.5` are one (7.3.3).
fn decimal(number: &Object<'_>) -> Option<(bool, String, String)> {
    let text = match number {
        Object::Integer(integer) => integer.to_string(),
        Object::Real(text) => std::str::from_utf8(text).ok()?.to_owned(),
        _ => return None,
    };
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if !whole.bytes().chain(fraction.bytes()).all(|octet| octet.is_ascii_digit()) {
        // Not a number that every reader reads alike: equal only as it is written.
        return Some((is_negative, text, String::new()));
    }
    let (whole, fraction) = (whole.trim_start_matches('0').to_owned(), fraction.trim_end_matches('0').to_owned());
    Some((is_negative && !(whole.is_empty() && fraction.is_empty()), whole, fraction))
}

#[cfg(test)]
mod tests;
