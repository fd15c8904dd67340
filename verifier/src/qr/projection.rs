//! [`Projection`]: where the modules of a flat symbol lie in the picture of a camera.

/// A place, in modules or in pixels.
pub(crate) type Place = (f32, f32);

/// From modules to pixels: a projective map that takes four corners of a square to four given places.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Projection {
    /// The square's corners in modules: `near` on both axes to `near + side`.
    near: f32,
    side: f32,
    across: [f32; 3],
    down: [f32; 3],
    depth: [f32; 2],
}

impl Projection {
    /// `places` are those of the corners upper left, upper right, lower left, lower right. `None` when three of them
    /// lie on one line.
    pub(crate) fn new(near: f32, side: f32, places: &[Place; 4]) -> Option<Self> {
        let [origin, right, below, opposite] = *places;
        let excess = (origin.0 - right.0 + opposite.0 - below.0, origin.1 - right.1 + opposite.1 - below.1);
        let (one, other) = ((right.0 - opposite.0, right.1 - opposite.1), (below.0 - opposite.0, below.1 - opposite.1));
        let area = one.0 * other.1 - other.0 * one.1;
        if area.abs() < 1.0 {
            return None;
        }
        let g = (excess.0 * other.1 - other.0 * excess.1) / area;
        let h = (one.0 * excess.1 - excess.0 * one.1) / area;
        Some(Self {
            near,
            side,
            across: [right.0 - origin.0 + g * right.0, below.0 - origin.0 + h * below.0, origin.0],
            down: [right.1 - origin.1 + g * right.1, below.1 - origin.1 + h * below.1, origin.1],
            depth: [g, h],
        })
    }

    /// The pixel place of a place in modules.
    pub(crate) fn of(&self, (x, y): Place) -> Place {
        let (u, v) = ((x - self.near) / self.side, (y - self.near) / self.side);
        let [g, h] = self.depth;
        let scale = 1.0 / (g * u + h * v + 1.0);
        let along = |[by_u, by_v, constant]: [f32; 3]| (by_u * u + by_v * v + constant) * scale;
        (along(self.across), along(self.down))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near((x, y): Place, (other_x, other_y): Place) -> bool {
        (x - other_x).abs() < 0.01 && (y - other_y).abs() < 0.01
    }

    #[test]
    fn the_four_corners_lie_where_they_were_put_and_lines_stay_straight() {
        let places = [(100.0, 90.0), (300.0, 110.0), (120.0, 280.0), (260.0, 300.0)];
        let projection = Projection::new(3.5, 50.0, &places).expect("no three on a line");
        let corners = [(3.5, 3.5), (53.5, 3.5), (3.5, 53.5), (53.5, 53.5)];
        for (corner, place) in corners.into_iter().zip(places) {
            assert!(is_near(projection.of(corner), place), "{corner:?}");
        }
        let [one, other] = [projection.of((28.5, 3.5)), projection.of((40.0, 3.5))];
        // Both on the line through the upper corners: 20 down for each 200 across.
        assert!(((one.1 - 90.0) - (one.0 - 100.0) / 10.0).abs() < 0.01);
        assert!(((other.1 - 90.0) - (other.0 - 100.0) / 10.0).abs() < 0.01);
    }

    #[test]
    fn three_corners_on_one_line_are_no_square() {
        let on_a_line = [(0.0, 0.0), (100.0, 100.0), (200.0, 200.0), (200.0, 200.0)];
        assert!(Projection::new(3.5, 50.0, &on_a_line).is_none());
    }
}
