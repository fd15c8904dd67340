//! Rectangles as a person measures them: in millimetres from the upper left corner, with a ruler on the paper.
//!
//! Every message that names a rectangle names it so, whatever the page's own coordinates are.

use std::fmt;

use pades::Rect;

/// Points (1/72 inch) of a millimetre.
pub(crate) const POINTS_PER_MM: f64 = 72.0 / 25.4;

/// Two edges closer than this, in millimetres, are the same edge: what a template writes as 0.1 and 0.2 adds up to 0.30000000000000004.
const TOLERANCE_MM: f64 = 0.01;

/// A rectangle in millimetres. `x` and `y` are its upper left corner, counted from the upper left corner of what it lies in: the page as it
/// is seen, or a template's box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Distance from the left edge, in millimetres.
    pub x: f64,
    /// Distance from the upper edge, in millimetres.
    pub y: f64,
    /// Width in millimetres.
    pub width: f64,
    /// Height in millimetres.
    pub height: f64,
}

impl Area {
    /// Everything of that size.
    #[must_use]
    pub const fn of_size(width: f64, height: f64) -> Self {
        Self { x: 0.0, y: 0.0, width, height }
    }

    /// A rectangle of `pades`, in points from the lower left corner of a page that is so high.
    pub(super) fn of_rect(rect: &Rect, page_height_mm: f64) -> Self {
        Self {
            x: rect.x / POINTS_PER_MM,
            y: page_height_mm - rect.top() / POINTS_PER_MM,
            width: rect.width / POINTS_PER_MM,
            height: rect.height / POINTS_PER_MM,
        }
    }

    /// Distance of the right edge from the left one of what it lies in, in millimetres.
    #[must_use]
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Distance of the lower edge from the upper one of what it lies in, in millimetres.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// Whether `other`, counted from the same corner, lies inside.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.x >= self.x - TOLERANCE_MM
            && other.y >= self.y - TOLERANCE_MM
            && other.right() <= self.right() + TOLERANCE_MM
            && other.bottom() <= self.bottom() + TOLERANCE_MM
    }

    /// The smallest area around both.
    #[must_use]
    pub fn around(&self, other: &Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Self { x, y, width: self.right().max(other.right()) - x, height: self.bottom().max(other.bottom()) - y }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { x, y, width, height } = self;
        write!(f, "x {x:.1} mm, y {y:.1} mm, {width:.1} x {height:.1} mm")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_named_by_its_upper_left_corner_and_its_size() {
        let area = Area { x: 20.0, y: 30.25, width: 80.0, height: 40.0 };
        assert_eq!(area.to_string(), "x 20.0 mm, y 30.2 mm, 80.0 x 40.0 mm");
    }

    #[test]
    fn what_touches_the_edge_lies_inside_and_what_passes_it_does_not() {
        let outer = Area::of_size(80.0, 40.0);
        assert!(outer.contains(&Area { x: 0.1 + 0.2, y: 0.0, width: 79.7, height: 40.0 }));
        assert!(!outer.contains(&Area { x: 1.0, y: 0.0, width: 79.5, height: 40.0 }));
        assert!(!outer.contains(&Area { x: 0.0, y: -0.5, width: 10.0, height: 10.0 }));
    }
}
