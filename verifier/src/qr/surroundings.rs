//! What a pixel is compared with: the lightness around it, so that shadows and dim light do not matter.
//!
//! [`Bitmap`] says of each pixel whether it is darker than its surroundings; [`Contrast`] says by how much, between
//! pixels too. Both run in time that depends on the number of pixels alone.

use super::gray::Gray;

/// Levels of lightness, of 256, by which a dark pixel is darker than the mean around it: paper has grain.
const GRAIN: u32 = 4;

/// The largest radius of a window: the squares of 255 by 255 octets sum to less than 2^32.
const MAX_RADIUS: usize = 127;

/// A picture in black and white: 1 is dark. One octet a pixel, because it is read one pixel at a time.
#[derive(Debug)]
pub(crate) struct Bitmap {
    width: usize,
    height: usize,
    dark: Vec<u8>,
}

impl Bitmap {
    /// Dark is what is darker than the mean of the square that reaches `radius` pixels to each side.
    pub(crate) fn new(picture: &Gray, radius: usize) -> Self {
        let mut dark = Vec::with_capacity(picture.width() * picture.height());
        each_window(picture, radius, Window::Sums, |row, windows| {
            let compared = row.iter().zip(windows.sums()).zip(&windows.across);
            let rows = windows.rows;
            dark.extend(compared.map(|((pixel, sum), across)| {
                u8::from((u32::from(*pixel) + GRAIN).wrapping_mul(across.wrapping_mul(rows)) < sum)
            }));
        });
        Self { width: picture.width(), height: picture.height(), dark }
    }

    pub(crate) const fn height(&self) -> usize {
        self.height
    }

    pub(crate) fn row(&self, y: usize) -> &[u8] {
        self.dark.get(y * self.width..(y + 1) * self.width).unwrap_or_default()
    }

    /// `None` beyond the edges.
    pub(crate) fn is_dark(&self, x: usize, y: usize) -> Option<bool> {
        (x < self.width).then(|| self.dark.get(y * self.width + x)).flatten().map(|dark| *dark == 1)
    }
}

/// How dark each pixel is beside its surroundings: 1 for much darker, -1 for much lighter.
#[derive(Debug)]
pub(crate) struct Contrast {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Contrast {
    /// Each pixel's distance from the mean of the square that reaches `radius` pixels, in standard deviations there.
    pub(crate) fn new(picture: &Gray, radius: usize) -> Self {
        let mut values = Vec::with_capacity(picture.width() * picture.height());
        each_window(picture, radius, Window::SumsAndSquares, |row, windows| {
            let windowed = row.iter().zip(windows.sums()).zip(windows.squares()).zip(&windows.across);
            let rows = windows.rows;
            values.extend(windowed.map(|(((pixel, sum), squares), across)| {
                let count = across.wrapping_mul(rows).max(1) as f32;
                let mean = sum as f32 / count;
                let deviation = (squares as f32 / count - mean * mean).max(0.0).sqrt();
                // Four levels more, so that grain on blank paper does not look like print.
                ((mean - f32::from(*pixel)) / (1.2 * deviation + 4.0)).clamp(-1.0, 1.0)
            }));
        });
        Self { width: picture.width(), height: picture.height(), values }
    }

    fn value(&self, x: i32, y: i32) -> f32 {
        let x = usize::try_from(x).ok().filter(|x| *x < self.width);
        let y = usize::try_from(y).ok().filter(|y| *y < self.height);
        // Beyond the picture nothing is known.
        x.zip(y).and_then(|(x, y)| self.values.get(y * self.width + x)).copied().unwrap_or(0.0)
    }

    /// The value of the pixel at a place: quicker than [`Contrast::at`], and good enough for a first impression.
    pub(crate) fn near(&self, (x, y): (f32, f32)) -> f32 {
        self.value(x.floor() as i32, y.floor() as i32)
    }

    /// The value at a place; the pixel in the upper left corner has its middle at 0.5, 0.5.
    pub(crate) fn at(&self, (x, y): (f32, f32)) -> f32 {
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (right_part, lower_part) = (x - left, y - top);
        let (left, top) = (left as i32, top as i32);
        let (right, below) = (left.saturating_add(1), top.saturating_add(1));
        let upper = self.value(left, top) * (1.0 - right_part) + self.value(right, top) * right_part;
        let lower = self.value(left, below) * (1.0 - right_part) + self.value(right, below) * right_part;
        upper * (1.0 - lower_part) + lower * lower_part
    }
}

/// What is summed over each window.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Window {
    Sums,
    SumsAndSquares,
}

/// The windows around the pixels of one row. The running totals along the row are padded at both ends, so that a
/// window's sum is the difference of two of them that lie `span` apart; totals may wrap, differences do not.
struct Windows {
    totals: Vec<u32>,
    total_squares: Vec<u32>,
    span: usize,
    /// Pixels in each window's row, and rows in every window: fewer at the edges.
    across: Vec<u32>,
    rows: u32,
}

impl Windows {
    fn sums(&self) -> impl Iterator<Item = u32> + '_ {
        differences(&self.totals, self.span)
    }

    fn squares(&self) -> impl Iterator<Item = u32> + '_ {
        differences(&self.total_squares, self.span)
    }
}

fn differences(totals: &[u32], span: usize) -> impl Iterator<Item = u32> + '_ {
    totals.iter().zip(totals.get(span..).unwrap_or_default()).map(|(before, after)| after.wrapping_sub(*before))
}

/// Replaces `totals` by the padded running totals of `columns`.
fn run(totals: &mut Vec<u32>, columns: &[u32], radius: usize) {
    totals.clear();
    totals.resize(radius + 1, 0);
    let mut total = 0_u32;
    totals.extend(columns.iter().map(|column| {
        total = total.wrapping_add(*column);
        total
    }));
    totals.resize(totals.len() + radius, total);
}

/// Calls `each` with every row and the windows around its pixels.
fn each_window(picture: &Gray, radius: usize, what: Window, mut each: impl FnMut(&[u8], &Windows)) {
    let radius = radius.clamp(1, MAX_RADIUS);
    let width = picture.width();
    let mut windows = Windows {
        totals: Vec::with_capacity(width + 2 * radius + 1),
        total_squares: Vec::new(),
        span: 2 * radius + 1,
        across: Vec::new(),
        rows: 0,
    };
    run(&mut windows.totals, &vec![1; width], radius);
    windows.across = windows.sums().collect();
    let (mut columns, mut squares) = (vec![0_u32; width], vec![0_u32; width]);
    let square = |pixel: &u8| u32::from(*pixel) * u32::from(*pixel);
    let add = |columns: &mut [u32], squares: &mut [u32], row: &[u8]| {
        columns.iter_mut().zip(row).for_each(|(column, pixel)| *column = column.wrapping_add(u32::from(*pixel)));
        if what == Window::SumsAndSquares {
            squares.iter_mut().zip(row).for_each(|(column, pixel)| *column = column.wrapping_add(square(pixel)));
        }
    };
    let (mut entering, mut leaving) = (picture.rows(), picture.rows());
    for row in entering.by_ref().take(radius) {
        add(&mut columns, &mut squares, row);
        windows.rows += 1;
    }
    for (y, row) in picture.rows().enumerate() {
        if let Some(row) = entering.next() {
            add(&mut columns, &mut squares, row);
            windows.rows += 1;
        }
        if let Some(row) = (y > radius).then(|| leaving.next()).flatten() {
            columns.iter_mut().zip(row).for_each(|(column, pixel)| *column = column.wrapping_sub(u32::from(*pixel)));
            if what == Window::SumsAndSquares {
                squares.iter_mut().zip(row).for_each(|(column, pixel)| *column = column.wrapping_sub(square(pixel)));
            }
            windows.rows -= 1;
        }
        run(&mut windows.totals, &columns, radius);
        if what == Window::SumsAndSquares {
            run(&mut windows.total_squares, &squares, radius);
        }
        each(row, &windows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn print_is_dark_in_bright_and_in_dim_light() {
        // A black column every fourth, under light that falls from 250 to 40.
        let row: Vec<u8> = (0..64).map(|x| if x % 4 == 0 { 5 } else { 250 - x * 10 / 3 } as u8).collect();
        let picture = Gray::new(64, 16, row.repeat(16)).expect("16 rows");
        let bitmap = Bitmap::new(&picture, 8);
        assert!((0..64).all(|x| bitmap.is_dark(x, 8) == Some(x % 4 == 0)));
        assert_eq!((bitmap.is_dark(64, 8), bitmap.is_dark(0, 16)), (None, None));
        let contrast = Contrast::new(&picture, 8);
        assert!((0..64_u8).all(|x| (contrast.at((f32::from(x) + 0.5, 8.5)) > 0.3) == (x % 4 == 0)));
    }

    #[test]
    fn blank_paper_of_any_shade_has_nothing_dark() {
        for shade in [0, 1, 128, 255] {
            let picture = Gray::new(300, 300, vec![shade; 90_000]).expect("300 rows");
            for radius in [0, 1, 50, MAX_RADIUS, 10_000] {
                let bitmap = Bitmap::new(&picture, radius);
                assert!((0..300).all(|y| bitmap.row(y).iter().all(|dark| *dark == 0)), "{shade} {radius}");
                assert!(Contrast::new(&picture, radius).values.iter().all(|value| *value == 0.0), "{shade} {radius}");
            }
        }
    }
}
