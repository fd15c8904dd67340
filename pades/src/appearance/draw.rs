//! From a [`VisibleSignature`] to objects of the update: its appearance stream, and the fonts and pictures that the
//! file has not yet.

use super::content::Content;
use super::deflate;
use super::element::{Overlap, VisibleSignature};
use super::image;
use super::number::push_all;
use super::shared::SharedObjects;
use crate::form::{self, Field};
use crate::page_geometry::PageGeometry;
use crate::page_tree::{self, Page};
use crate::pdf::{Object, Ref};
use crate::place_error::{FieldPlaceFault, PlaceError};
use crate::source::{Changes, Found, Sources};
use crate::update::Numbers;
use crate::widget::{self, flag};
use crate::write_error::{Part, PrepareError};

/// References to fonts and pictures of earlier signatures that are compared with ours.
const CANDIDATE_LIMIT: usize = 1_000;

/// Where new objects go.
#[derive(Debug)]
pub(crate) struct Canvas<'p, 'd> {
    pub(crate) sources: &'p Sources<'d>,
    pub(crate) numbers: &'p mut Numbers,
    pub(crate) objects: &'p mut Vec<(Ref, Vec<u8>)>,
}

impl VisibleSignature {
    /// Draws for a new field; gives its `/Rect` and `/AP`. `form` is there when earlier signatures may have fonts and
    /// pictures to share.
    pub(crate) fn on_page<'d>(
        &self,
        canvas: &mut Canvas<'_, 'd>,
        page: &Page<'d>,
        form: Option<&Found<'d>>,
    ) -> Result<String, PrepareError> {
        let geometry = page.geometry(canvas.sources, self.page)?;
        self.check_place(canvas.sources, page, &geometry, None)?;
        let appearance = self.appearance(canvas, &geometry, form)?;
        let user = geometry.to_default_user_space(self.rect);
        let mut rect = Vec::new();
        push_all(&mut rect, &[user.x, user.y, user.right(), user.top()]);
        let rect = String::from_utf8_lossy(rect.trim_ascii_end()).into_owned();
        Ok(format!("/Rect [{rect}] /AP << /N {appearance} >>"))
    }

    /// Draws for an existing field, which keeps its place.
    pub(crate) fn in_field<'d>(
        &self,
        canvas: &mut Canvas<'_, 'd>,
        catalog: &Found<'d>,
        field: &Field<'d>,
        form: &Found<'d>,
        changes: &mut Changes<'d>,
    ) -> Result<(), PrepareError> {
        let placed = widget::place(canvas.sources, catalog, field)?;
        if placed.page != self.page || !placed.rect.is_near(&self.rect) {
            let (page, rect) = (self.page, self.rect);
            return Err(PlaceError::FieldElsewhere { page, rect, field_page: placed.page, field: placed.rect }.into());
        }
        let hiding = flag::INVISIBLE | flag::HIDDEN | flag::NO_ZOOM | flag::NO_ROTATE | flag::NO_VIEW;
        if placed.flags & hiding != 0 {
            return Err(PlaceError::Field { fault: FieldPlaceFault::Flags }.into());
        }
        let page = page_tree::page(canvas.sources, catalog, placed.page)?;
        self.check_place(canvas.sources, &page, &placed.geometry, Some(placed.widget.reference))?;
        let appearance = self.appearance(canvas, &placed.geometry, Some(form))?;
        changes.set(&placed.widget, "AP", format!("<< /N {appearance} >>").as_bytes(), Part::Field)?;
        let flags = placed.flags | flag::PRINT;
        if flags != placed.flags {
            changes.set(&placed.widget, "F", flags.to_string().as_bytes(), Part::Field)?;
        }
        Ok(())
    }

    fn check_place<'d>(
        &self,
        sources: &Sources<'d>,
        page: &Page<'d>,
        geometry: &PageGeometry,
        own: Option<Ref>,
    ) -> Result<(), PrepareError> {
        let rect = self.rect;
        if !rect.has_area() {
            return Err(PlaceError::Empty { rect }.into());
        }
        if !rect.lies_in(&geometry.seen()) {
            return Err(PlaceError::OffPage { rect, page: geometry.seen() }.into());
        }
        match self.overlap {
            Overlap::Allow => Ok(()),
            Overlap::Refuse => widget::check_overlap(sources, page, (self.page, geometry), rect, own),
        }
    }

    /// Writes the appearance stream (8.10.2, table 93).
    fn appearance<'d>(
        &self,
        canvas: &mut Canvas<'_, 'd>,
        geometry: &PageGeometry,
        form: Option<&Found<'d>>,
    ) -> Result<Ref, PrepareError> {
        let (width, height) = (self.rect.width, self.rect.height);
        let content = Content::draw(&self.content, width, height)?;
        let known = match form {
            Some(form) => candidates(canvas.sources, form)?,
            None => Vec::new(),
        };
        let mut resources = b"/Resources << /ProcSet [/PDF".to_vec();
        if !content.fonts.is_empty() {
            resources.extend_from_slice(b" /Text");
        }
        for procedures in [" /ImageB", " /ImageC", " /ImageI"] {
            if content.images.iter().any(|image| image.procedures() == procedures.trim_start()) {
                resources.extend_from_slice(procedures.as_bytes());
            }
        }
        resources.extend_from_slice(b"] ");
        let fonts = content.fonts.iter().map(|font| font.objects());
        push_resources(canvas, &mut resources, ("Font", 'F'), fonts, &known)?;
        let images = content.images.iter().map(|image| image.objects());
        push_resources(canvas, &mut resources, ("XObject", 'I'), images, &known)?;
        resources.extend_from_slice(b">> ");

        let mut dictionary = b"/Type /XObject /Subtype /Form /FormType 1 /BBox [".to_vec();
        push_all(&mut dictionary, &[0.0, 0.0, width, height]);
        dictionary.extend_from_slice(b"] /Matrix [");
        push_all(&mut dictionary, &geometry.matrix(width, height));
        dictionary.extend_from_slice(b"] ");
        dictionary.extend_from_slice(&resources);
        let dictionary = String::from_utf8_lossy(&dictionary).into_owned();
        let reference = canvas.numbers.allocate()?;
        canvas.objects.push((reference, image::stream(&dictionary, &deflate::quickly(&content.operators))));
        Ok(reference)
    }
}

/// Appends a category of resources, each shared with an earlier signature or written now.
fn push_resources<'o>(
    canvas: &mut Canvas<'_, '_>,
    out: &mut Vec<u8>,
    (category, letter): (&str, char),
    resources: impl Iterator<Item = &'o SharedObjects>,
    known: &[Ref],
) -> Result<(), PrepareError> {
    let mut entries = String::new();
    for (index, resource) in resources.enumerate() {
        let view = canvas.sources.view();
        let reference = match known.iter().find(|candidate| resource.are_at(view, **candidate)) {
            Some(shared) => *shared,
            None => resource.write(canvas.numbers, canvas.objects)?,
        };
        entries.push_str(&format!("/{letter}{index} {reference} "));
    }
    if !entries.is_empty() {
        out.extend_from_slice(format!("/{category} << {entries}>> ").as_bytes());
    }
    Ok(())
}

/// The fonts and pictures in the appearances of signatures that are there. What cannot be read is not shared.
fn candidates<'d>(sources: &Sources<'d>, form: &Found<'d>) -> Result<Vec<Ref>, PrepareError> {
    let mut candidates = Vec::new();
    for field in form::fields(sources, form)?.iter().filter(|field| field.is_signature && field.value.is_some()) {
        for widget in widget::widgets(sources, &field.found).unwrap_or_default() {
            let part = Part::Field;
            let entry = |found: Option<Found<'d>>, key| found.and_then(|found| found.entry(sources, key, part).ok()?);
            let resources = entry(entry(entry(Some(widget), "AP"), "N"), "Resources");
            for category in ["Font", "XObject"] {
                let Some(found) = entry(resources.clone(), category) else { continue };
                let Ok(entries) = found.dictionary(part) else { continue };
                candidates.extend(entries.entries().iter().filter_map(|(_, value)| match value.object {
                    Object::Reference(reference) => Some(reference),
                    _ => None,
                }));
            }
        }
    }
    candidates.sort_unstable();
    candidates.dedup();
    candidates.truncate(CANDIDATE_LIMIT);
    Ok(candidates)
}
