//! From the darkness of a symbol's modules to its text. The port of ZXing does the error correction and the segments
//! (ISO/IEC 18004, 7); here it is decided which module is dark.

use std::panic::{AssertUnwindSafe, catch_unwind};

use evidence::seal::TEXT_LIMIT;
use rxing::common::BitMatrix;
use rxing::qrcode::cpp_port::decoder::Decode;

/// How the modules are told apart: the share of its neighbours that is taken from each module, because blur spread it
/// there, and the darkness from which a module is dark.
const RULES: [(f32, f32); 6] = [(0.0, 0.0), (0.5, 0.0), (0.25, -0.12), (0.25, 0.12), (1.0, 0.0), (0.5, -0.2)];

/// What came of one symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    Read(String),
    /// Read, and longer than any seal.
    TooLong,
}

/// The text of `dimension` by `dimension` modules, row by row, 1 for dark and -1 for light.
pub(crate) fn text(modules: &[f32], dimension: u32) -> Option<Text> {
    RULES.iter().find_map(|(share, from)| decoded(&matrix(modules, dimension, *share, *from)?))
}

fn matrix(modules: &[f32], dimension: u32, share: f32, from: f32) -> Option<BitMatrix> {
    let mut matrix = BitMatrix::with_single_dimension(dimension).ok()?;
    let side = usize::try_from(dimension).ok()?;
    let mut rows = modules.chunks_exact(side);
    let blank = vec![-1.0; side];
    let mut above: &[f32] = &blank;
    let mut current = rows.next()?;
    for y in 0..dimension {
        let below = rows.next().unwrap_or(&blank);
        let mut left = -1.0;
        for (x, ((value, above), below)) in (0..dimension).zip(current.iter().zip(above).zip(below)) {
            let right = current.get(usize::try_from(x).ok()? + 1).copied().unwrap_or(-1.0);
            let around = (left + right + above + below) / 4.0;
            if value + share * (value - around) > from {
                matrix.set(x, y);
            }
            left = *value;
        }
        (above, current) = (current, below);
    }
    Some(matrix)
}

/// `None` when the symbol's errors are too many, or its segments make no sense.
fn decoded(matrix: &BitMatrix) -> Option<Text> {
    // The port asserts here and there what ZXing's C++ asserted. An unwinding panic is a symbol that was not read.
    let result = catch_unwind(AssertUnwindSafe(|| Decode(matrix))).ok()?.ok()?;
    if !result.isValid() {
        return None;
    }
    let text = result.text();
    Some(if text.len() > TEXT_LIMIT { Text::TooLong } else { Text::Read(text) })
}
