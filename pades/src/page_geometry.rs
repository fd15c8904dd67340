//! How a page lies: as people see it, and as default user space counts it (ISO 32000-2, 8.3.2.3, 14.11.2).
//!
//! What people see is the crop box, turned by `/Rotate`, in points of 1/72 inch; a page with `/UserUnit` counts in
//! multiples of that. Callers say where a signature stands in the page as seen, with the origin in the lower left
//! corner; only this module knows how the file counts.

use crate::rect::Rect;

/// How a page is turned for people, clockwise (table 31).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// As it is.
    None,
    /// A quarter turn to the right.
    Quarter,
    /// Upside down.
    Half,
    /// A quarter turn to the left.
    ThreeQuarters,
}

impl Rotation {
    /// From a `/Rotate`, which may be negative or more than a whole turn; `None` when it is no multiple of 90.
    pub(crate) const fn from_degrees(degrees: i64) -> Option<Self> {
        Some(match degrees.rem_euclid(360) {
            0 => Self::None,
            90 => Self::Quarter,
            180 => Self::Half,
            270 => Self::ThreeQuarters,
            _ => return None,
        })
    }

    /// 0, 90, 180 or 270.
    #[must_use]
    pub const fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Quarter => 90,
            Self::Half => 180,
            Self::ThreeQuarters => 270,
        }
    }
}

/// How one page lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PageGeometry {
    /// The crop box inside the media box, in default user space.
    visible: Rect,
    rotation: Rotation,
    user_unit: f64,
}

impl PageGeometry {
    pub(crate) const fn new(visible: Rect, rotation: Rotation, user_unit: f64) -> Self {
        Self { visible, rotation, user_unit }
    }

    /// Width of the page as seen, in points.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.seen_size().0
    }

    /// Height of the page as seen, in points.
    #[must_use]
    pub fn height(&self) -> f64 {
        self.seen_size().1
    }

    /// The page as seen.
    #[must_use]
    pub fn seen(&self) -> Rect {
        let (width, height) = self.seen_size();
        Rect::new(0.0, 0.0, width, height)
    }

    /// How the page is turned.
    #[must_use]
    pub const fn rotation(&self) -> Rotation {
        self.rotation
    }

    /// `/UserUnit`: points in one unit of default user space.
    #[must_use]
    pub const fn user_unit(&self) -> f64 {
        self.user_unit
    }

    /// The visible box in default user space: the crop box inside the media box.
    #[must_use]
    pub const fn visible_box(&self) -> Rect {
        self.visible
    }

    /// Where a rectangle of the page as seen lies in default user space.
    #[must_use]
    pub fn to_default_user_space(&self, seen: Rect) -> Rect {
        let turned = |(x, y): (f64, f64)| {
            let (x, y) = (x / self.user_unit, y / self.user_unit);
            let box_ = &self.visible;
            match self.rotation {
                Rotation::None => (box_.x + x, box_.y + y),
                Rotation::Quarter => (box_.right() - y, box_.y + x),
                Rotation::Half => (box_.right() - x, box_.top() - y),
                Rotation::ThreeQuarters => (box_.x + y, box_.top() - x),
            }
        };
        let ((x0, y0), (x1, y1)) = (turned((seen.x, seen.y)), turned((seen.right(), seen.top())));
        Rect::between([x0, y0, x1, y1])
    }

    /// Where a rectangle of default user space is seen.
    #[must_use]
    pub fn as_seen(&self, user: Rect) -> Rect {
        let turned = |(x, y): (f64, f64)| {
            let box_ = &self.visible;
            let (x, y) = match self.rotation {
                Rotation::None => (x - box_.x, y - box_.y),
                Rotation::Quarter => (y - box_.y, box_.right() - x),
                Rotation::Half => (box_.right() - x, box_.top() - y),
                Rotation::ThreeQuarters => (box_.top() - y, x - box_.x),
            };
            (x * self.user_unit, y * self.user_unit)
        };
        let ((x0, y0), (x1, y1)) = (turned((user.x, user.y)), turned((user.right(), user.top())));
        Rect::between([x0, y0, x1, y1])
    }

    /// The `/Matrix` of an appearance whose box has this size: it stands upright on the turned page, and its lower
    /// left corner is at the origin (12.5.5, algorithm 8).
    pub(crate) fn matrix(&self, width: f64, height: f64) -> [f64; 6] {
        let (unit, width, height) = (1.0 / self.user_unit, width / self.user_unit, height / self.user_unit);
        match self.rotation {
            Rotation::None => [unit, 0.0, 0.0, unit, 0.0, 0.0],
            Rotation::Quarter => [0.0, unit, -unit, 0.0, height, 0.0],
            Rotation::Half => [-unit, 0.0, 0.0, -unit, width, height],
            Rotation::ThreeQuarters => [0.0, -unit, unit, 0.0, 0.0, width],
        }
    }

    fn seen_size(&self) -> (f64, f64) {
        let (width, height) = (self.visible.width * self.user_unit, self.visible.height * self.user_unit);
        match self.rotation {
            Rotation::None | Rotation::Half => (width, height),
            Rotation::Quarter | Rotation::ThreeQuarters => (height, width),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Rect = Rect::new(10.0, 20.0, 30.0, 5.0);

    fn page(degrees: i64) -> PageGeometry {
        let rotation = Rotation::from_degrees(degrees).expect("a multiple of 90");
        PageGeometry::new(Rect::new(100.0, 200.0, 300.0, 400.0), rotation, 2.0)
    }

    #[test]
    fn the_lower_left_corner_as_seen_is_another_corner_of_a_turned_page() {
        let corner = Rect::new(0.0, 0.0, 2.0, 2.0);
        let lies = |degrees| page(degrees).to_default_user_space(corner);
        assert_eq!(lies(0), Rect::new(100.0, 200.0, 1.0, 1.0));
        assert_eq!(lies(90), Rect::new(399.0, 200.0, 1.0, 1.0));
        assert_eq!(lies(180), Rect::new(399.0, 599.0, 1.0, 1.0));
        assert_eq!(lies(270), Rect::new(100.0, 599.0, 1.0, 1.0));
        assert_eq!(lies(-90), lies(270));
        assert_eq!(lies(450), lies(90));
    }

    #[test]
    fn there_and_back_is_the_same_place() {
        for degrees in [0, 90, 180, 270] {
            let page = page(degrees);
            assert!(page.as_seen(page.to_default_user_space(SMALL)).is_near(&SMALL), "{degrees}");
        }
    }

    #[test]
    fn a_page_is_as_large_as_it_is_seen() {
        assert_eq!(page(0).seen(), Rect::new(0.0, 0.0, 600.0, 800.0));
        assert_eq!(page(90).seen(), Rect::new(0.0, 0.0, 800.0, 600.0));
    }

    #[test]
    fn half_a_quarter_turn_is_none() {
        assert_eq!(Rotation::from_degrees(45), None);
        assert_eq!(Rotation::from_degrees(i64::MIN), None);
    }
}
