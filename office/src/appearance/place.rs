//! From a template's place to a rectangle on one page of one document, and whether that rectangle is free.

use std::sync::Arc;

use pades::{FieldChoice, PageGeometry, Rect, UnsignedPdf};

use super::{
    anchor,
    area::{Area, POINTS_PER_MM},
    error::AppearanceError,
    ink::{DOTS_PER_INCH, Ink},
    sight::{Layers, Sight},
    template::{OnOverlap, PageChoice, Place, Template},
};

/// Points an inch.
const POINTS_PER_INCH: f64 = 72.0;

/// Where a signature goes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    pub(super) field: FieldChoice,
    /// From 0.
    pub(super) page: usize,
    /// The box in millimetres, from the upper left corner of the page as it is seen.
    pub(super) area: Area,
    /// The page's size as it is seen, in millimetres.
    pub(super) page_mm: (f64, f64),
}

impl Placed {
    /// The box as `pades` counts it: points from the lower left corner.
    pub(super) fn rect(&self) -> Rect {
        Rect::new(
            self.area.x * POINTS_PER_MM,
            (self.page_mm.1 - self.area.bottom()) * POINTS_PER_MM,
            self.area.width * POINTS_PER_MM,
            self.area.height * POINTS_PER_MM,
        )
    }
}

/// Places the template's box. A box that would cover something is refused unless the template allows it.
pub(super) fn place(
    template: &Template,
    unsigned: &UnsignedPdf,
    pdf: &Arc<Vec<u8>>,
    sight: &Sight,
) -> Result<Placed, AppearanceError> {
    // 1. The page, or the field's.
    let (page, field) = match &template.place {
        Place::Field(name) => {
            let (page, rect) = unsigned.signature_field_place(name)?;
            (page, Some((name, rect)))
        }
        _ => (choose(template.page, unsigned.page_count()?)?, None),
    };
    let look = Look { page, geometry: unsigned.page_geometry(page)?, pdf, sight };
    let page_mm = look.page_mm();
    let at = |field, area| Placed { field, page, area, page_mm };

    // 2. The box.
    let placed = match &template.place {
        Place::Box(area) => at(FieldChoice::New, *area),
        Place::Field(_) => {
            let (name, rect) = field.expect("a field was looked up");
            let area = Area::of_rect(&rect, page_mm.1);
            template.fits_box(area.width, area.height)?;
            at(FieldChoice::Existing(name.clone()), area)
        }
        Place::Anchor { text, right_mm, down_mm, size_mm } => {
            let (x, y) = look.anchor(text)?;
            let (width, height) = *size_mm;
            at(FieldChoice::New, Area { x: x + right_mm, y: y + down_mm, width, height })
        }
        Place::Zone { zone, size_mm } => {
            look.on_page(zone)?;
            let (width, height) = *size_mm;
            let down = match template.on_overlap {
                OnOverlap::Allow => 0.0,
                OnOverlap::Refuse => look
                    .ink(Layers::Everything)?
                    // A signature's box is partly blank, and nobody may sign in its blank part.
                    .with_taken(look.taken(unsigned)?)
                    .first_blank(zone, width, height)
                    .ok_or(AppearanceError::ZoneFull { zone: *zone, page: look.number(), size_mm: *size_mm })?,
            };
            // A place that was looked for is blank: nothing is left to ask.
            return Ok(at(FieldChoice::New, Area { x: zone.x, y: zone.y + down, width, height }));
        }
    };

    // 3. On the page, and free. What lies on a form's field is the field itself.
    look.on_page(&placed.area)?;
    if template.on_overlap == OnOverlap::Refuse {
        let layers = if field.is_some() { Layers::PageOnly } else { Layers::Everything };
        let ink = look.ink(layers)?.inside(&placed.area);
        if !ink.is_empty() {
            return Err(AppearanceError::NotBlank { area: placed.area, page: look.number(), ink });
        }
    }
    Ok(placed)
}

/// The page that a template asks for, from 0.
fn choose(choice: PageChoice, pages: usize) -> Result<usize, AppearanceError> {
    match choice {
        PageChoice::First => Ok(0),
        PageChoice::Last => Ok(pages.saturating_sub(1)),
        PageChoice::Number(page) => usize::try_from(page)
            .ok()
            .and_then(|page| page.checked_sub(1))
            .filter(|page| *page < pages)
            .ok_or(AppearanceError::NoPage { page, pages }),
    }
}

/// One page that is looked at.
struct Look<'a> {
    page: usize,
    geometry: PageGeometry,
    pdf: &'a Arc<Vec<u8>>,
    sight: &'a Sight,
}

impl Look<'_> {
    /// From 1, as people count.
    const fn number(&self) -> usize {
        self.page.saturating_add(1)
    }

    fn page_mm(&self) -> (f64, f64) {
        (self.geometry.width() / POINTS_PER_MM, self.geometry.height() / POINTS_PER_MM)
    }

    fn on_page(&self, area: &Area) -> Result<(), AppearanceError> {
        let page_mm = self.page_mm();
        if Area::of_size(page_mm.0, page_mm.1).contains(area) {
            Ok(())
        } else {
            Err(AppearanceError::OffPage { area: *area, page: self.number(), page_mm })
        }
    }

    /// Where a text begins, in millimetres. The renderer does not know of user units.
    fn anchor(&self, text: &str) -> Result<(f64, f64), AppearanceError> {
        let letters = self
            .sight
            .letters(self.pdf, self.page)
            .map_err(|source| AppearanceError::Sight { page: self.number(), source })?;
        let scale = self.geometry.user_unit() / POINTS_PER_MM;
        let places: Vec<(f64, f64)> =
            anchor::find(&letters, text).into_iter().map(|found| (found.x * scale, found.y * scale)).collect();
        match places.as_slice() {
            [] => Err(AppearanceError::AnchorNotFound { text: text.to_owned(), page: self.number() }),
            [place] => Ok(*place),
            _ => Err(AppearanceError::AnchorRepeated { text: text.to_owned(), page: self.number(), places }),
        }
    }

    /// Where the page's annotations are, in millimetres.
    fn taken(&self, unsigned: &UnsignedPdf) -> Result<Vec<Area>, AppearanceError> {
        let places = unsigned.annotation_places(self.page)?;
        let height_mm = self.page_mm().1;
        Ok(places.iter().map(|place| Area::of_rect(place, height_mm)).collect())
    }

    /// What is drawn on the page.
    fn ink(&self, layers: Layers) -> Result<Ink, AppearanceError> {
        let scale = self.geometry.user_unit() * DOTS_PER_INCH / POINTS_PER_INCH;
        let picture = self
            .sight
            .picture(self.pdf, self.page, scale, layers)
            .map_err(|source| AppearanceError::Sight { page: self.number(), source })?;
        // A blank place on another page than the one that is signed would be no answer.
        let expected =
            [self.geometry.width(), self.geometry.height()].map(|side| side * DOTS_PER_INCH / POINTS_PER_INCH);
        let drawn = [f64::from(picture.width), f64::from(picture.height)];
        if expected.iter().zip(drawn).any(|(expected, drawn)| (expected - drawn).abs() > 1.5) {
            let shown = |[width, height]: [f64; 2]| {
                let points = POINTS_PER_INCH / DOTS_PER_INCH;
                format!("{:.0} x {:.0}", width * points, height * points)
            };
            return Err(AppearanceError::Disagreement {
                page: self.number(),
                ours: shown(expected),
                theirs: shown(drawn),
            });
        }
        Ok(Ink::of(picture, self.page_mm().0))
    }
}
