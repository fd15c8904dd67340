//! QR codes (ISO/IEC 18004): text to modules, modules to as few rectangles as their rows allow.

use std::sync::Arc;

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};

/// Modules of white around a code (ISO/IEC 18004, 6.3.8): without them many readers find nothing.
pub(crate) const MARGIN: u32 = 4;

/// The pattern that is laid over the modules (ISO/IEC 18004, 7.8), so that no large areas are all dark or all light. To try all eight
/// and weigh them takes 1 ms, more than all the rest of a visible signature; this takes 15 us. Readers find no difference: the digits of a
/// seal are a signature, hashes and packed text, as good as random, and random modules stay random under every pattern.
const MASK: u8 = 4;

/// How much of a code may be lost, at least; where the same size has room for more correction, it gets more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QrLevel {
    /// 7 %.
    L,
    /// 15 %.
    M,
    /// 25 %.
    Q,
    /// 30 %.
    H,
}

/// A QR code, ready to be drawn. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct QrSymbol {
    symbol: Arc<Symbol>,
}

#[derive(PartialEq, Eq)]
struct Symbol {
    version: u8,
    size: u32,
    /// `[column, row from below, width, height]` of the dark parts, in modules.
    rectangles: Vec<[u32; 4]>,
}

/// Why a text gives no QR code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// No text.
    #[error("a QR code without a text")]
    Empty,
    /// The text is longer than the largest permitted code.
    #[error("a text of {length} octets does not fit a QR code of version {largest}")]
    TooLong {
        /// Octets of the text.
        length: usize,
        /// The largest version permitted.
        largest: u8,
    },
}

impl QrSymbol {
    /// The smallest code for this text, of at most the version `largest` (1 to 40; others count as the nearest).
    ///
    /// The digits at the end of the text are encoded as digits, in a segment of their own; that is where seals have
    /// theirs. They should look random, as those of seals do: the mask does not depend on them.
    ///
    /// # Errors
    /// [`QrError::Empty`], [`QrError::TooLong`].
    pub fn encode(text: &str, level: QrLevel, largest: u8) -> Result<Self, QrError> {
        if text.is_empty() {
            return Err(QrError::Empty);
        }
        let largest = largest.clamp(Version::MIN.value(), Version::MAX.value());
        let too_long = QrError::TooLong { length: text.len(), largest };
        // More octets than the largest code holds digits.
        if text.len() > 7_089 {
            return Err(too_long);
        }
        let head = text.trim_end_matches(|character: char| character.is_ascii_digit());
        let (head, digits) = text.split_at(head.len());
        let mut segments = Vec::new();
        if !head.is_empty() {
            segments.extend(QrSegment::make_segments(head));
        }
        if !digits.is_empty() {
            segments.push(QrSegment::make_numeric(digits));
        }
        let level = match level {
            QrLevel::L => QrCodeEcc::Low,
            QrLevel::M => QrCodeEcc::Medium,
            QrLevel::Q => QrCodeEcc::Quartile,
            QrLevel::H => QrCodeEcc::High,
        };
        let (largest, mask) = (Version::new(largest), Some(Mask::new(MASK)));
        let code = QrCode::encode_segments_advanced(&segments, level, Version::MIN, largest, mask, true)
            .map_err(|_| too_long)?;
        let rectangles = rectangles(&code);
        let size = code.size().unsigned_abs();
        Ok(Self { symbol: Arc::new(Symbol { version: code.version().value(), size, rectangles }) })
    }

    /// Its version, 1 to 40.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.symbol.version
    }

    /// Modules of one side, without the margin.
    #[must_use]
    pub fn modules(&self) -> u32 {
        self.symbol.size
    }

    /// Modules of one side with the margin on both ends: what the drawing takes.
    #[must_use]
    pub fn modules_with_margin(&self) -> u32 {
        self.symbol.size.saturating_add(2 * MARGIN)
    }

    pub(crate) fn rectangles(&self) -> &[[u32; 4]] {
        &self.symbol.rectangles
    }
}

impl std::fmt::Debug for QrSymbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QrSymbol").field("version", &self.symbol.version).finish_non_exhaustive()
    }
}

/// The dark modules as runs of one row, equal runs of rows above each other as one rectangle.
fn rectangles(code: &QrCode) -> Vec<[u32; 4]> {
    let size = code.size();
    let mut done: Vec<[u32; 4]> = Vec::new();
    // Runs that reach to the row just looked at.
    let mut open: Vec<[u32; 4]> = Vec::new();
    for row in 0..size {
        let from_below = size.saturating_sub(1).saturating_sub(row).unsigned_abs();
        let mut runs = Vec::new();
        let mut column = 0;
        while column < size {
            let start = column;
            while column < size && code.get_module(column, row) {
                column = column.saturating_add(1);
            }
            if column > start {
                let width = column.saturating_sub(start).unsigned_abs();
                let above = open
                    .iter()
                    .position(|run| run.first() == Some(&start.unsigned_abs()) && run.get(2) == Some(&width));
                runs.push(match above.map(|index| open.swap_remove(index)) {
                    Some([x, _, width, height]) => [x, from_below, width, height.saturating_add(1)],
                    None => [start.unsigned_abs(), from_below, width, 1],
                });
            }
            column = column.saturating_add(1);
        }
        done.append(&mut open);
        open = runs;
    }
    done.append(&mut open);
    done.sort_unstable_by_key(|[x, y, ..]| (std::cmp::Reverse(*y), *x));
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The modules that the rectangles cover, each counted.
    fn painted(symbol: &QrSymbol) -> Vec<Vec<u32>> {
        let size = symbol.modules() as usize;
        let mut grid = vec![vec![0; size]; size];
        for [x, y, width, height] in symbol.rectangles() {
            for row in *y..y + height {
                for column in *x..x + width {
                    grid[size - 1 - row as usize][column as usize] += 1;
                }
            }
        }
        grid
    }

    #[test]
    fn the_rectangles_cover_each_dark_module_once_and_no_other() {
        for text in ["A", "https://tte.example.go.id/v#0123456789012345678901234567890123456789", &"x".repeat(900)] {
            let symbol = QrSymbol::encode(text, QrLevel::Q, 40).expect("fits");
            let head = text.trim_end_matches(|character: char| character.is_ascii_digit());
            let mut segments = QrSegment::make_segments(head);
            segments.extend(Some(QrSegment::make_numeric(&text[head.len()..])).filter(|_| head.len() < text.len()));
            let (level, mask) = (QrCodeEcc::Quartile, Some(Mask::new(MASK)));
            let code = QrCode::encode_segments_advanced(&segments, level, Version::MIN, Version::MAX, mask, true);
            let code = code.expect("fits");
            let grid = painted(&symbol);
            for (row, line) in (0..).zip(&grid) {
                for (column, count) in (0..).zip(line) {
                    assert_eq!(*count, u32::from(code.get_module(column, row)), "{text} {column} {row}");
                }
            }
        }
    }

    #[test]
    fn random_digits_leave_no_large_area_of_one_colour() {
        let mut state = 2_026_u64;
        for number in 0..100 {
            let mut text = "https://tte.example.go.id/v#".to_owned();
            for _ in 0..365 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push(char::from(b'0' + (state >> 40) as u8 % 10));
            }
            let level = if number % 2 == 0 { QrLevel::M } else { QrLevel::Q };
            let grid = painted(&QrSymbol::encode(&text, level, 13).expect("fits"));
            let (modules, dark) = (grid.len() * grid.len(), grid.iter().flatten().filter(|count| **count > 0).count());
            assert!((45..=55).contains(&(dark * 100 / modules)), "{dark} of {modules} modules");
            // The side of the largest square of one colour that ends at each module.
            let mut sides = vec![vec![0; grid.len()]; grid.len()];
            for (row, column) in (0..grid.len()).flat_map(|row| (0..grid.len()).map(move |column| (row, column))) {
                let others = [(1, 0), (0, 1), (1, 1)].map(|(up, left)| {
                    let (row, column) = (row.checked_sub(up)?, column.checked_sub(left)?);
                    Some((grid[row][column], sides[row][column]))
                });
                let like = |other: &Option<(u32, usize)>| other.filter(|other| other.0 == grid[row][column]);
                sides[row][column] =
                    1 + others.iter().map(|other| like(other).map_or(0, |other| other.1)).min().unwrap_or(0);
            }
            let largest = sides.iter().flatten().max();
            assert!(largest < Some(&6), "a square of {largest:?} modules");
        }
    }

    #[test]
    fn digits_at_the_end_cost_less_than_letters() {
        let digits = QrSymbol::encode(&format!("https://tte.example.go.id/v#{}", "7".repeat(374)), QrLevel::Q, 40);
        let letters = QrSymbol::encode(&format!("https://tte.example.go.id/v#{}", "x".repeat(374)), QrLevel::Q, 40);
        assert!(digits.expect("fits").version() + 3 < letters.expect("fits").version());
    }

    #[test]
    fn a_text_that_does_not_fit_is_refused_with_its_length() {
        let text = "7".repeat(500);
        assert_eq!(QrSymbol::encode(&text, QrLevel::H, 10), Err(QrError::TooLong { length: 500, largest: 10 }));
        let huge = "7".repeat(8_000);
        assert_eq!(QrSymbol::encode(&huge, QrLevel::L, 40), Err(QrError::TooLong { length: 8_000, largest: 40 }));
        assert_eq!(QrSymbol::encode("", QrLevel::L, 40), Err(QrError::Empty));
    }
}
