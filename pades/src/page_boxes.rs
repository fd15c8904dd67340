//! What a page's dictionary says about how it lies (ISO 32000-2, table 31), and rectangles as the file writes them
//! (7.9.5).

use crate::page_geometry::{PageGeometry, Rotation};
use crate::page_tree::Page;
use crate::pdf::{Object, Value};
use crate::place_error::{PageFault, PlaceError};
use crate::rect::Rect;
use crate::source::{Found, Sources};
use crate::write_error::{Part, PrepareError};

/// Coordinates beyond this, in units of default user space, are no page: 14,400 is what readers must handle at least
/// (ISO 32000-1, annex C.2).
const FAR: f64 = 1_000_000.0;
/// The largest `/UserUnit` that makes sense with the largest page (table 31: implementations may have a limit).
const LARGEST_UNIT: f64 = 75_000.0;

impl<'d> Page<'d> {
    /// How the page lies: its boxes, `/Rotate` and `/UserUnit` (table 31).
    pub(crate) fn geometry(&self, sources: &Sources<'d>, page: usize) -> Result<PageGeometry, PrepareError> {
        let fault = |fault| PlaceError::Page { page, fault };
        let media = self.inherited(sources, "MediaBox")?.ok_or(fault(PageFault::NoMediaBox))?;
        let media = rectangle(sources, &media)?.ok_or(fault(PageFault::MediaBox))?;
        let visible = match self.inherited(sources, "CropBox")? {
            Some(crop) => {
                let crop = rectangle(sources, &crop)?.ok_or(fault(PageFault::CropBox))?;
                common(&media, &crop).ok_or(fault(PageFault::CropBox))?
            }
            None => media,
        };
        let rotation = match self.inherited(sources, "Rotate")? {
            Some(Found { value: Value { object: Object::Integer(degrees), .. }, .. }) => {
                Rotation::from_degrees(degrees).ok_or(fault(PageFault::Rotate))?
            }
            Some(_) => return Err(fault(PageFault::Rotate).into()),
            None => Rotation::None,
        };
        // Not inherited.
        let user_unit = match self.found.entry(sources, "UserUnit", Part::Page)? {
            Some(unit) => number(&unit.value).filter(|unit| *unit > 0.0 && *unit <= LARGEST_UNIT),
            None => Some(1.0),
        };
        Ok(PageGeometry::new(visible, rotation, user_unit.ok_or(fault(PageFault::UserUnit))?))
    }

    /// An entry of the page or of the nearest node above that has it (7.7.3.4).
    fn inherited(&self, sources: &Sources<'d>, key: &'static str) -> Result<Option<Found<'d>>, PrepareError> {
        for node in std::iter::once(&self.found).chain(self.above.iter().rev()) {
            if let Some(found) = node.entry(sources, key, Part::Page)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// A rectangle with an area (7.9.5), `None` when it is none.
pub(crate) fn rectangle<'d>(sources: &Sources<'d>, found: &Found<'d>) -> Result<Option<Rect>, PrepareError> {
    Ok(corners(sources, found)?.map(Rect::between).filter(Rect::has_area))
}

/// Four numbers, `None` when it is something else.
pub(crate) fn corners<'d>(sources: &Sources<'d>, found: &Found<'d>) -> Result<Option<[f64; 4]>, PrepareError> {
    let Object::Array(elements) = &found.value.object else { return Ok(None) };
    let [x0, y0, x1, y1] = elements.as_slice() else { return Ok(None) };
    let mut corners = [0.0; 4];
    for (corner, element) in corners.iter_mut().zip([x0, y0, x1, y1]) {
        let Some(element) = sources.follow(found, element, Part::Page)? else { return Ok(None) };
        let Some(number) = number(&element.value) else { return Ok(None) };
        *corner = number;
    }
    Ok(Some(corners))
}

/// A number that may be a coordinate (7.3.3).
fn number(value: &Value<'_>) -> Option<f64> {
    let number = match value.object {
        Object::Integer(integer) => f64::from(i32::try_from(integer).ok()?),
        Object::Real(written) => std::str::from_utf8(written).ok()?.parse().ok()?,
        _ => return None,
    };
    (-FAR..=FAR).contains(&number).then_some(number)
}

fn common(one: &Rect, other: &Rect) -> Option<Rect> {
    let (left, low) = (one.x.max(other.x), one.y.max(other.y));
    let (right, top) = (one.right().min(other.right()), one.top().min(other.top()));
    Some(Rect::new(left, low, right - left, top - low)).filter(Rect::has_area)
}
