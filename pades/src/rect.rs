//! [`Point`] and [`Rect`]: places, in points of 1/72 inch unless said otherwise.

use std::fmt;

/// What rounding may add to a place, in points: three thousandths of a millimetre.
#[cfg(feature = "appearance")]
pub(crate) const TOLERANCE: f64 = 0.01;

/// A point, in points of 1/72 inch, x to the right and y upwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Upwards.
    pub y: f64,
}

/// A rectangle with upright sides, in points of 1/72 inch.
///
/// Two are equal when their numbers are; one that is no number equals itself, so that errors can be compared.
#[derive(Clone, Copy, Debug)]
pub struct Rect {
    /// The left side.
    pub x: f64,
    /// The lower side.
    pub y: f64,
    /// From the left side to the right one.
    pub width: f64,
    /// From the lower side to the upper one.
    pub height: f64,
}

impl Rect {
    /// The rectangle with this lower left corner and these sides. It may be anything; what uses it refuses.
    #[must_use]
    pub const fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x, y, width, height }
    }

    /// The right side.
    #[must_use]
    pub const fn right(&self) -> f64 {
        self.x + self.width
    }

    /// The upper side.
    #[must_use]
    pub const fn top(&self) -> f64 {
        self.y + self.height
    }

    /// Its numbers are numbers, and it covers something.
    #[must_use]
    pub fn has_area(&self) -> bool {
        self.numbers().iter().all(|number| number.is_finite()) && self.width > 0.0 && self.height > 0.0
    }

    /// The largest rectangle of the proportions `width` : `height` inside this one, in its middle. For pictures that
    /// must not be distorted.
    #[must_use]
    pub fn fitted(&self, width: f64, height: f64) -> Self {
        let scale = (self.width / width).min(self.height / height);
        let (width, height) = (width * scale, height * scale);
        Self::new(self.x + (self.width - width) / 2.0, self.y + (self.height - height) / 2.0, width, height)
    }

    fn numbers(&self) -> [f64; 4] {
        [self.x, self.y, self.width, self.height]
    }
}

#[cfg(feature = "appearance")]
impl Rect {
    /// The rectangle between two opposite corners.
    pub(crate) const fn between([x0, y0, x1, y1]: [f64; 4]) -> Self {
        let (left, low) = (x0.min(x1), y0.min(y1));
        Self::new(left, low, x0.max(x1) - left, y0.max(y1) - low)
    }

    /// Whether it lies in `outer`, but for rounding.
    pub(crate) fn lies_in(&self, outer: &Self) -> bool {
        self.x >= outer.x - TOLERANCE
            && self.y >= outer.y - TOLERANCE
            && self.right() <= outer.right() + TOLERANCE
            && self.top() <= outer.top() + TOLERANCE
    }

    /// Whether both cover something in common, but for rounding: rectangles that touch do not overlap.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.x + TOLERANCE < other.right()
            && other.x + TOLERANCE < self.right()
            && self.y + TOLERANCE < other.top()
            && other.y + TOLERANCE < self.top()
    }

    /// Whether both are the same, but for rounding.
    pub(crate) fn is_near(&self, other: &Self) -> bool {
        self.lies_in(other) && other.lies_in(self)
    }
}

impl PartialEq for Rect {
    fn eq(&self, other: &Self) -> bool {
        // Zero is added because there are two zeros.
        self.numbers().map(|number| (number + 0.0).to_bits()) == other.numbers().map(|number| (number + 0.0).to_bits())
    }
}

impl Eq for Rect {}

impl fmt::Display for Rect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { x, y, width, height } = self;
        write!(formatter, "{width:.2} x {height:.2} points at ({x:.2}, {y:.2})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "appearance")]
    #[test]
    fn rectangles_that_touch_do_not_overlap() {
        const SMALL: Rect = Rect::new(10.0, 20.0, 30.0, 5.0);
        assert!(!SMALL.overlaps(&Rect::new(40.0, 20.0, 5.0, 5.0)));
        assert!(!SMALL.overlaps(&Rect::new(10.0, 25.0, 5.0, 5.0)));
        assert!(SMALL.overlaps(&Rect::new(39.0, 24.0, 5.0, 5.0)));
        assert!(SMALL.overlaps(&Rect::new(0.0, 0.0, 500.0, 500.0)));
    }

    #[test]
    fn nothing_that_is_no_number_or_has_no_extent_has_an_area() {
        for rect in [
            Rect::new(f64::NAN, 0.0, 1.0, 1.0),
            Rect::new(0.0, f64::INFINITY, 1.0, 1.0),
            Rect::new(0.0, 0.0, 0.0, 1.0),
            Rect::new(0.0, 0.0, 1.0, -1.0),
            Rect::new(0.0, 0.0, f64::NAN, 1.0),
        ] {
            assert!(!rect.has_area(), "{rect}");
            assert_eq!(rect, rect);
        }
        assert_eq!(Rect::new(-0.0, 0.0, 1.0, 1.0), Rect::new(0.0, 0.0, 1.0, 1.0));
    }

    #[test]
    fn a_picture_is_fitted_without_distortion_into_the_middle() {
        assert_eq!(Rect::new(0.0, 0.0, 100.0, 50.0).fitted(10.0, 10.0), Rect::new(25.0, 0.0, 50.0, 50.0));
    }
}
