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
}
