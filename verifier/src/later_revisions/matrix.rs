//! Transformations of coordinates (ISO 32000-2, 8.3.4).

/// `[a b c d e f]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Matrix(pub(super) [f64; 6]);

impl Matrix {
    pub(super) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(super) const fn translation(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// First `self`, then `other`.
    pub(super) fn then(self, other: Self) -> Self {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.0, other.0);
        Self([a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l])
    }

    pub(super) fn apply(self, (x, y): (f64, f64)) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// How much it stretches at most.
    pub(super) fn stretch(self) -> f64 {
        let [a, b, c, d, ..] = self.0;
        a.abs() + b.abs() + c.abs() + d.abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transformations_apply_in_the_order_they_are_named() {
        let (move_right, double) = (Matrix::translation(10.0, 0.0), Matrix([2.0, 0.0, 0.0, 2.0, 0.0, 0.0]));
        assert_eq!(move_right.then(double).apply((1.0, 1.0)), (22.0, 2.0));
        assert_eq!(double.then(move_right).apply((1.0, 1.0)), (12.0, 2.0));
        // A quarter turn: what points right points up.
        assert_eq!(Matrix([0.0, 1.0, -1.0, 0.0, 0.0, 0.0]).apply((3.0, 1.0)), (-1.0, 3.0));
        assert_eq!(Matrix([0.0, -3.0, 2.0, 0.0, 7.0, 7.0]).stretch(), 5.0);
    }

    /// 8.3.3: the product of the matrices, worked out by hand.
    #[test]
    fn every_number_of_a_transformation_counts() {
        let (first, then) = (Matrix([2.0, 3.0, 5.0, 7.0, 11.0, 13.0]), Matrix([17.0, 19.0, 23.0, 29.0, 31.0, 37.0]));
        assert_eq!(first.apply((17.0, 19.0)), (140.0, 197.0));
        assert_eq!(first.then(then), Matrix([103.0, 125.0, 246.0, 298.0, 517.0, 623.0]));
        assert_eq!(Matrix([2.0, -3.0, -5.0, 7.0, 11.0, 13.0]).stretch(), 17.0);
    }
}
