//! What lies beneath a rectangle on a page: nothing, something, or nobody can say (ISO 32000-2, 8 and 9).
//!
//! Job: a signature that is added later may paint where the page is empty, and nowhere else. [`walk`] goes through the
//! page's content and bounds everything that it paints by a box that is never too small: text by its size and number
//! of octets, forms and images by their frame, paths by their points.
//! Invariant: whatever is not understood makes the answer [`Beneath::Unknown`]; it never makes it `Nothing`. It does
//! not render: what is white on white still counts as painted, but for plain white surfaces, on which nothing shows.

use pades::pdf::{Dictionary, Object, Ref, Value, View};

use super::compare::Compared;
use walk::Walk;

mod fonts;
mod walk;

/// What lies beneath a rectangle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beneath {
    /// Nothing is painted there.
    Nothing,
    /// Something is, or may be.
    Something,
    /// It cannot be told.
    Unknown,
}

/// A rectangle in the page's own units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    left: f64,
    bottom: f64,
    right: f64,
    top: f64,
}

impl Area {
    /// The smallest one that holds these points; `None` for points that are no numbers.
    pub(super) fn around(points: &[(f64, f64)]) -> Option<Self> {
        let mut area: Option<Self> = None;
        for (x, y) in points {
            if !x.is_finite() || !y.is_finite() {
                return None;
            }
            let area = area.get_or_insert(Self { left: *x, bottom: *y, right: *x, top: *y });
            area.left = area.left.min(*x);
            area.right = area.right.max(*x);
            area.bottom = area.bottom.min(*y);
            area.top = area.top.max(*y);
        }
        area
    }

    /// From the four numbers of a rectangle (7.9.5), in whatever order.
    pub(super) fn of(view: View<'_>, rectangle: &Value<'_>) -> Option<Self> {
        let rectangle = view.resolve(rectangle).ok()?;
        let sides: Vec<f64> = rectangle.as_array().ok()?.iter().filter_map(|side| number(view, side)).collect();
        let [x1, y1, x2, y2] = sides.as_slice() else { return None };
        Self::around(&[(*x1, *y1), (*x2, *y2)])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left == self.right || self.bottom == self.top
    }

    /// What both cover; `None` when that is nothing.
    pub(super) fn common_with(&self, other: &Self) -> Option<Self> {
        let common = Self {
            left: self.left.max(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.min(other.right),
            top: self.top.min(other.top),
        };
        (common.left < common.right && common.bottom < common.top).then_some(common)
    }

    pub(super) fn holds(&self, (x, y): (f64, f64)) -> bool {
        (self.left..=self.right).contains(&x) && (self.bottom..=self.top).contains(&y)
    }

    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.top - self.bottom
    }

    fn meets(&self, other: &Self, margin: f64) -> bool {
        self.left <= other.right + margin
            && other.left <= self.right + margin
            && self.bottom <= other.top + margin
            && other.bottom <= self.top + margin
    }

    fn corners(&self) -> [(f64, f64); 4] {
        [(self.left, self.bottom), (self.right, self.bottom), (self.left, self.top), (self.right, self.top)]
    }
}

fn number(view: View<'_>, value: &Value<'_>) -> Option<f64> {
    match view.resolve(value).ok()?.object {
        Object::Integer(integer) => Some(f64::from(i32::try_from(integer).ok()?)),
        Object::Real(text) => std::str::from_utf8(text).ok()?.parse().ok(),
        _ => None,
    }
}

/// What the page, with its annotations, paints in `area`. What `widget` itself painted there is its own.
pub(super) fn beneath(view: View<'_>, page: Ref, widget: Ref, area: &Area) -> Beneath {
    match look(view, page, widget, area) {
        Ok(Some(true)) => Beneath::Something,
        Ok(Some(false)) => Beneath::Nothing,
        Ok(None) | Err(_) => Beneath::Unknown,
    }
}

fn look(view: View<'_>, page: Ref, widget: Ref, area: &Area) -> Compared<Option<bool>> {
    let Some(page) = view.object(page)? else { return Ok(None) };
    let dictionary = page.value.as_dictionary()?;
    if let Some(annotations) = view.get(dictionary, "Annots")? {
        for annotation in annotations.as_array()? {
            if annotation.object == Object::Reference(widget) {
                continue;
            }
            let annotation = view.resolve(annotation)?;
            let Ok(annotation) = annotation.as_dictionary() else { continue };
            match view.get(annotation, "Rect")?.and_then(|rectangle| Area::of(view, &rectangle)) {
                // One without an appearance paints nothing that a signature could hide.
                _ if view.get(annotation, "AP")?.is_none() => {}
                Some(other) if !other.meets(area, 0.0) => {}
                Some(_) => return Ok(Some(true)),
                None => return Ok(None),
            }
        }
    }
    let Some(content) = content(view, dictionary)? else { return Ok(Some(false)) };
    let resources = inherited_resources(view, dictionary)?;
    Ok(Walk::new(view, resources, *area).run(&content))
}

/// The page's content streams, joined (7.7.3.3).
fn content(view: View<'_>, page: &Dictionary<'_>) -> Compared<Option<Vec<u8>>> {
    let Some(contents) = page.get("Contents")? else { return Ok(None) };
    let mut parts: Vec<Ref> = Vec::new();
    match &contents.object {
        Object::Reference(reference) => match view.object(*reference)? {
            None => return Ok(None),
            Some(object) => match object.value.object {
                Object::Array(elements) => {
                    parts.extend(elements.iter().map(Value::as_reference).collect::<Result<Vec<_>, _>>()?);
                }
                _ => parts.push(*reference),
            },
        },
        _ => parts.extend(contents.as_array()?.iter().map(Value::as_reference).collect::<Result<Vec<_>, _>>()?),
    }
    let mut joined = Vec::new();
    for part in parts {
        if let Some(stream) = view.object(part)? {
            joined.extend(view.stream_data(&stream)?);
            joined.push(b'\n');
        }
    }
    Ok(Some(joined))
}

/// `/Resources`, which a page may inherit.
fn inherited_resources<'d>(view: View<'d>, page: &Dictionary<'d>) -> Compared<Option<Dictionary<'d>>> {
    let mut node = page.clone();
    for _ in 0..64 {
        if let Some(resources) = view.get(&node, "Resources")? {
            return Ok(Some(resources.as_dictionary()?.clone()));
        }
        let Some(parent) = view.get(&node, "Parent")? else { return Ok(None) };
        node = parent.as_dictionary()?.clone();
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
