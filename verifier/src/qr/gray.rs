//! [`Gray`]: a picture as one octet of lightness a pixel, and what the search needs of it: smaller and larger copies,
//! the inverse, and a value between pixels.

/// A picture; 0 is black. `pixels` holds `width * height` octets, row by row from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gray {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Gray {
    /// `None` when the number of pixels is not `width * height`, or is none.
    pub(crate) fn new(width: usize, height: usize, pixels: Vec<u8>) -> Option<Self> {
        let fits = width.checked_mul(height).is_some_and(|count| count == pixels.len() && count > 0);
        fits.then_some(Self { width, height, pixels })
    }

    pub(crate) const fn width(&self) -> usize {
        self.width
    }

    pub(crate) const fn height(&self) -> usize {
        self.height
    }

    /// The rows from the top.
    pub(crate) fn rows(&self) -> std::slice::ChunksExact<'_, u8> {
        self.pixels.chunks_exact(self.width)
    }

    /// Light becomes dark.
    pub(crate) fn inverted(&self) -> Self {
        Self { pixels: self.pixels.iter().map(|pixel| !pixel).collect(), ..*self }
    }

    /// Half as wide and high: each pixel is the mean of four. `None` when there is nothing left of it.
    pub(crate) fn halved(&self) -> Option<Self> {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut pixels = Vec::with_capacity(width.saturating_mul(height));
        let mut rows = self.rows();
        while let (Some(upper), Some(lower)) = (rows.next(), rows.next()) {
            let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            pixels.extend(pairs.map(|(upper, lower)| {
                let sum: u16 = upper.iter().chain(lower).map(|pixel| u16::from(*pixel)).sum();
                ((sum + 2) / 4) as u8
            }));
        }
        Self::new(width, height, pixels)
    }

    /// Twice as wide and high, with values between the pixels in between: edges keep their place to a fraction of a
    /// pixel when the copy is made black and white.
    pub(crate) fn doubled(&self) -> Option<Self> {
        let mut pixels = Vec::with_capacity(self.pixels.len().saturating_mul(4));
        for y in 0..self.height * 2 {
            for x in 0..self.width * 2 {
                pixels.push(self.between(x as f32 / 2.0 - 0.25, y as f32 / 2.0 - 0.25) as u8);
            }
        }
        Self::new(self.width * 2, self.height * 2, pixels)
    }

    /// The part that begins at `left`, `top`, cut off at the picture's edges.
    pub(crate) fn cropped(&self, left: usize, top: usize, width: usize, height: usize) -> Option<Self> {
        let right = left.saturating_add(width).min(self.width);
        let bottom = top.saturating_add(height).min(self.height);
        let (width, height) = (right.checked_sub(left)?, bottom.checked_sub(top)?);
        let rows = self.rows().skip(top).take(height);
        let pixels = rows.flat_map(|row| row.get(left..right).unwrap_or_default()).copied().collect();
        Self::new(width, height, pixels)
    }

    /// The pixel whose middle is at `x`, `y`; beyond an edge, the pixel at the edge.
    fn pixel(&self, x: i32, y: i32) -> f32 {
        let x = usize::try_from(x).unwrap_or(0).min(self.width - 1);
        let y = usize::try_from(y).unwrap_or(0).min(self.height - 1);
        self.pixels.get(y * self.width + x).copied().map_or(0.0, f32::from)
    }

    /// The lightness at a place between the middles of four pixels, 0 to 255.
    fn between(&self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (right_part, lower_part) = (x - left, y - top);
        let (left, top) = (left as i32, top as i32);
        let upper = self.pixel(left, top) * (1.0 - right_part) + self.pixel(left + 1, top) * right_part;
        let lower = self.pixel(left, top + 1) * (1.0 - right_part) + self.pixel(left + 1, top + 1) * right_part;
        upper * (1.0 - lower_part) + lower * lower_part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_as_many_pixels_as_it_says() {
        assert_eq!(Gray::new(2, 2, vec![0; 3]), None);
        assert_eq!(Gray::new(0, 0, Vec::new()), None);
        assert_eq!(Gray::new(usize::MAX, 2, vec![0; 2]), None);
        assert!(Gray::new(2, 2, vec![0; 4]).is_some());
    }

    #[test]
    fn half_a_picture_is_the_mean_of_four_pixels_without_the_odd_ones() {
        let picture = Gray::new(3, 2, vec![0, 10, 99, 20, 30, 99]).expect("six pixels");
        assert_eq!(picture.halved(), Gray::new(1, 1, vec![15]));
        assert_eq!(Gray::new(1, 1, vec![7]).and_then(|picture| picture.halved()), None);
    }

    #[test]
    fn a_part_is_cut_off_at_the_edges() {
        let picture = Gray::new(3, 2, vec![1, 2, 3, 4, 5, 6]).expect("six pixels");
        assert_eq!(picture.cropped(1, 1, 9, 9), Gray::new(2, 1, vec![5, 6]));
        assert_eq!(picture.cropped(3, 0, 1, 1), None);
        assert_eq!(picture.cropped(usize::MAX, 0, 2, 1), None);
    }
}
