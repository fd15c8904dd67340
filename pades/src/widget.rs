//! Where a signature is seen: the widget of its field, the page that shows it, what lies there already
//! (ISO 32000-2, 12.5.2, 12.5.6.19).

use std::ops::ControlFlow;

use crate::form::{self, Field};
use crate::page_boxes;
use crate::page_geometry::PageGeometry;
use crate::page_tree::{self, Page};
use crate::pdf::{Object, Ref};
use crate::place_error::{FieldPlaceFault, PlaceError};
use crate::rect::Rect;
use crate::source::{Found, Sources};
use crate::write_error::{Part, PrepareError};

/// Flags of annotations (table 167).
pub(crate) mod flag {
    pub(crate) const INVISIBLE: i64 = 1;
    pub(crate) const HIDDEN: i64 = 1 << 1;
    pub(crate) const PRINT: i64 = 1 << 2;
    pub(crate) const NO_ZOOM: i64 = 1 << 3;
    pub(crate) const NO_ROTATE: i64 = 1 << 4;
    pub(crate) const NO_VIEW: i64 = 1 << 5;
}

/// A widget on its page.
#[derive(Debug)]
pub(crate) struct Placed<'d> {
    pub(crate) widget: Found<'d>,
    pub(crate) page: usize,
    pub(crate) geometry: PageGeometry,
    /// As seen.
    pub(crate) rect: Rect,
    pub(crate) flags: i64,
}

/// The widgets of a field: the field itself, or those of its kids that have no name (12.7.4.1).
pub(crate) fn widgets<'d>(sources: &Sources<'d>, field: &Found<'d>) -> Result<Vec<Found<'d>>, PrepareError> {
    let Some(kids) = field.entry(sources, "Kids", Part::Field)? else {
        let is_widget = field.entry(sources, "Rect", Part::Field)?.is_some();
        return Ok(if is_widget { vec![field.clone()] } else { Vec::new() });
    };
    let mut widgets = Vec::new();
    for kid in kids.elements(Part::Field)? {
        if let Some(kid) = sources.follow(&kids, kid, Part::Field)?
            && form::partial_name(sources, &kid)?.is_none()
        {
            widgets.push(kid);
        }
    }
    Ok(widgets)
}

/// The one place of a field.
pub(crate) fn place<'d>(
    sources: &Sources<'d>,
    catalog: &Found<'d>,
    field: &Field<'d>,
) -> Result<Placed<'d>, PrepareError> {
    let fault = |fault| PrepareError::Place(PlaceError::Field { fault });
    let mut widgets = widgets(sources, &field.found)?.into_iter();
    let widget = match (widgets.next(), widgets.next()) {
        (Some(widget), None) => widget,
        (None, _) => return Err(fault(FieldPlaceFault::NoWidget)),
        (Some(_), Some(_)) => return Err(fault(FieldPlaceFault::SeveralWidgets)),
    };
    if !widget.is_whole() {
        return Err(PrepareError::FieldNotIndirect);
    }
    let mut pages = Vec::new();
    page_tree::visit(sources, catalog, |index, page| {
        if annotations(sources, page)?.iter().any(|annotation| annotation.reference == widget.reference) {
            pages.push((index, page.geometry(sources, index)?));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let (page, geometry) = match pages.as_slice() {
        [one] => *one,
        [] => return Err(fault(FieldPlaceFault::NoPage)),
        _ => return Err(fault(FieldPlaceFault::SeveralPages)),
    };
    let rect = match widget.entry(sources, "Rect", Part::Field)? {
        Some(rect) => page_boxes::rectangle(sources, &rect)?,
        None => None,
    };
    let rect = geometry.as_seen(rect.ok_or_else(|| fault(FieldPlaceFault::NoExtent))?);
    let flags = flags(sources, &widget)?;
    Ok(Placed { widget, page, geometry, rect, flags })
}

/// Refuses a rectangle that lies over an annotation of the page, but for the one that is `own`.
pub(crate) fn check_overlap<'d>(
    sources: &Sources<'d>,
    page: &Page<'d>,
    (index, geometry): (usize, &PageGeometry),
    rect: Rect,
    own: Option<Ref>,
) -> Result<(), PrepareError> {
    for (annotation, place) in seen(sources, page, (index, geometry))? {
        let is_own = annotation.is_whole() && own == Some(annotation.reference);
        if !is_own && rect.overlaps(&place) {
            let kind = match annotation.entry(sources, "Subtype", Part::Annots)?.map(|kind| kind.value.object) {
                Some(Object::Name(kind)) => kind.to_text().chars().take(KIND_LIMIT).collect(),
                _ => "annotation".to_owned(),
            };
            return Err(PlaceError::Overlap { rect, kind, annotation: place }.into());
        }
    }
    Ok(())
}

/// The annotations of a page that cover something, and where they do, as seen.
pub(crate) fn seen<'d>(
    sources: &Sources<'d>,
    page: &Page<'d>,
    (index, geometry): (usize, &PageGeometry),
) -> Result<Vec<(Found<'d>, Rect)>, PrepareError> {
    let mut seen = Vec::new();
    for annotation in annotations(sources, page)? {
        if flags(sources, &annotation)? & (flag::HIDDEN | flag::INVISIBLE) != 0 {
            continue;
        }
        let Some(written) = annotation.entry(sources, "Rect", Part::Annots)? else { continue };
        let corners = page_boxes::corners(sources, &written)?;
        let place = Rect::between(corners.ok_or(PlaceError::AnnotationRect { page: index })?);
        let place = geometry.as_seen(place);
        // A field of no extent, as invisible signatures have, covers nothing.
        if place.has_area() {
            seen.push((annotation, place));
        }
    }
    Ok(seen)
}

/// Characters of a subtype that an error repeats.
const KIND_LIMIT: usize = 40;

fn annotations<'d>(sources: &Sources<'d>, page: &Page<'d>) -> Result<Vec<Found<'d>>, PrepareError> {
    let Some(list) = page.found.entry(sources, "Annots", Part::Annots)? else { return Ok(Vec::new()) };
    let mut annotations = Vec::new();
    for annotation in list.elements(Part::Annots)? {
        // What is no dictionary is no annotation.
        annotations.extend(
            sources.follow(&list, annotation, Part::Annots)?.filter(|found| found.dictionary(Part::Annots).is_ok()),
        );
    }
    Ok(annotations)
}

fn flags<'d>(sources: &Sources<'d>, annotation: &Found<'d>) -> Result<i64, PrepareError> {
    match annotation.entry(sources, "F", Part::Annots)?.map(|flags| flags.value.object) {
        Some(Object::Integer(flags)) => Ok(flags),
        Some(_) => {
            Err(PrepareError::WrongType { part: Part::Annots, expected: "an array of annotations with integers as /F" })
        }
        None => Ok(0),
    }
}
