//! The text that an appearance stream shows (ISO 32000-2, 12.7.4.3 and 9.4), where that can be told.
//!
//! Job: follow the operators that programs use for the appearance of a text field, and give the strings that are
//! painted inside the field's frame, large enough to be read, in a colour that differs from what lies behind.
//! Invariant: an operator that is not understood, a font that is not known, and anything painted over the text make
//! the answer `None`. It is never the text of something that nobody sees.

use pades::pdf::{Lexer, Token};

use super::beneath::Area;
use super::matrix::Matrix;

/// Smaller than this, in units of the page (1/72 inch), nobody reads it.
const SMALLEST: f64 = 2.0;

/// Characters further apart, or words, are another text. In units of the appearance.
const WIDEST_SPACE: f64 = 100.0;

/// Moves between strings, in thousandths of the font's size, that leave them one line in their order: a negative
/// number moves on, a positive one back (9.4.3).
const MOVES: std::ops::RangeInclusive<f64> = -2000.0..=300.0;

/// Lines wider than this are surfaces.
const WIDEST_LINE: f64 = 5.0;

/// Colours nearer than this in each component are one to the eye.
const SAME_COLOUR: f64 = 0.1;

const MAX_STATES: usize = 64;
const MAX_OPERANDS: usize = 10_000;

/// How a font turns octets into letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letters {
    /// As ASCII; the upper half is not known.
    Ascii,
    /// As `WinAnsiEncoding` (annex D), whose upper half is that of Latin 1.
    Latin,
}

/// Where an appearance lies: its `/BBox`, and how many units of the page one of its own takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) area: Area,
    pub(super) scale: (f64, f64),
}

#[derive(Clone, Copy)]
struct State {
    matrix: Matrix,
    clip: Area,
    colour: [f64; 3],
    font: Option<(Letters, f64)>,
}

enum Operand {
    Number(f64),
    Name(Vec<u8>),
    Text(Vec<u8>),
    Other,
}

struct Reader<'f> {
    frame: Frame,
    font: &'f dyn Fn(&[u8]) -> Option<Letters>,
    state: State,
    states: Vec<State>,
    line: Matrix,
    leading: f64,
    operands: Vec<Operand>,
    /// Corners of the path; `None` when it is no rectangle.
    path: Vec<(f64, f64)>,
    has_only_rectangles: bool,
    clips: bool,
    /// What lies behind the text.
    backgrounds: Vec<[f64; 3]>,
    painted: String,
    is_text: bool,
    /// Where the last string began.
    last: Option<(f64, f64)>,
}

/// The text that is seen, `None` when that cannot be told. `font` knows the fonts of the appearance by name.
pub(super) fn painted_text(content: &[u8], frame: Frame, font: &dyn Fn(&[u8]) -> Option<Letters>) -> Option<String> {
    let state = State { matrix: Matrix::IDENTITY, clip: frame.area, colour: [0.0; 3], font: None };
    let mut reader = Reader {
        frame,
        font,
        state,
        states: Vec::new(),
        line: Matrix::IDENTITY,
        leading: 0.0,
        operands: Vec::new(),
        path: Vec::new(),
        has_only_rectangles: true,
        clips: false,
        backgrounds: vec![[1.0; 3]],
        painted: String::new(),
        is_text: false,
        last: None,
    };
    let mut lexer = Lexer::new(content, 0);
    loop {
        let operand = match lexer.next_token().ok()?.0 {
            Token::End => return reader.states.is_empty().then_some(reader.painted),
            Token::Keyword(operator) => {
                reader.operator(operator)?;
                reader.operands.clear();
                continue;
            }
            Token::Integer(integer) => Operand::Number(f64::from(i32::try_from(integer).ok()?)),
            Token::Real(text) => Operand::Number(std::str::from_utf8(text).ok()?.parse().ok()?),
            Token::Name(name) => Operand::Name(name.octets().into_owned()),
            Token::String(string) => Operand::Text(string.octets().into_owned()),
            _ => Operand::Other,
        };
        reader.operands.push(operand);
        if reader.operands.len() > MAX_OPERANDS {
            return None;
        }
    }
}

impl Reader<'_> {
    fn operator(&mut self, operator: &[u8]) -> Option<()> {
        match operator {
            b"q" if self.states.len() < MAX_STATES => self.states.push(self.state),
            b"Q" => self.state = self.states.pop()?,
            b"cm" => self.state.matrix = Matrix(self.numbers()?).then(self.state.matrix),
            b"g" => self.state.colour = [self.numbers::<1>()?[0]; 3],
            b"rg" => self.state.colour = self.numbers()?,
            b"k" => {
                let [cyan, magenta, yellow, black] = self.numbers()?;
                self.state.colour = [cyan, magenta, yellow].map(|ink| 1.0 - (ink + black).min(1.0));
            }
            b"re" => {
                let [x, y, width, height] = self.numbers()?;
                [(x, y), (x + width, y + height), (x + width, y), (x, y + height)]
                    .into_iter()
                    .for_each(|point| self.path.push(self.state.matrix.apply(point)));
            }
            b"m" | b"l" => self.has_only_rectangles = false,
            // A border; a thicker line may be as black as the text that follows.
            b"w" => (0.0..=WIDEST_LINE).contains(&self.numbers::<1>()?[0]).then_some(())?,
            b"W" | b"W*" => self.clips = true,
            b"n" => self.end_path()?,
            b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" => {
                self.backgrounds.push(self.state.colour);
                self.paint_path()?;
            }
            b"S" | b"s" => self.paint_path()?,
            b"BT" => (self.line, self.is_text) = (Matrix::IDENTITY, true),
            b"ET" => self.is_text = false,
            b"Tf" => {
                let [size] = self.numbers()?;
                let [Operand::Name(name), Operand::Number(_)] = self.operands.as_slice() else { return None };
                self.state.font = Some(((self.font)(name)?, size));
            }
            b"Tc" | b"Tw" => {
                let [space] = self.numbers()?;
                (-1.0..=WIDEST_SPACE).contains(&space).then_some(())?;
            }
            b"Tz" => {
                let [percent] = self.numbers()?;
                (20.0..=300.0).contains(&percent).then_some(())?;
            }
            b"TL" => [self.leading] = self.numbers()?,
            // Filled, which is how text begins; the other modes outline, hide or clip.
            b"Tr" => (self.numbers()? == [0.0]).then_some(())?,
            b"Td" => {
                let [x, y] = self.numbers()?;
                self.next_line(x, y);
            }
            b"TD" => {
                let [x, y] = self.numbers()?;
                self.leading = -y;
                self.next_line(x, y);
            }
            b"Tm" => self.line = Matrix(self.numbers()?),
            b"T*" => self.next_line(0.0, -self.leading),
            b"Tj" | b"TJ" => self.show()?,
            b"'" => {
                self.next_line(0.0, -self.leading);
                self.show()?;
            }
            // Optional content may hide what it marks (8.11.3.2).
            b"BDC" => {
                let is_optional = matches!(self.operands.first(), Some(Operand::Name(name)) if name == b"OC");
                (!is_optional).then_some(())?;
            }
            b"BMC" | b"EMC" | b"MP" | b"DP" | b"h" | b"G" | b"RG" | b"K" | b"J" | b"j" | b"M" | b"d" | b"i" | b"ri" => {
            }
            _ => return None,
        }
        Some(())
    }

    fn numbers<const N: usize>(&self) -> Option<[f64; N]> {
        let start = self.operands.len().checked_sub(N)?;
        let mut numbers = [0.0; N];
        for (number, operand) in numbers.iter_mut().zip(self.operands.iter().skip(start)) {
            match operand {
                Operand::Number(value) => *number = *value,
                _ => return None,
            }
        }
        Some(numbers)
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line = Matrix::translation(x, y).then(self.line);
    }

    /// What is painted after the text may cover it.
    fn paint_path(&mut self) -> Option<()> {
        self.last.is_none().then_some(())?;
        self.end_path()
    }

    fn end_path(&mut self) -> Option<()> {
        let path = std::mem::take(&mut self.path);
        let is_rectangle = std::mem::replace(&mut self.has_only_rectangles, true);
        if std::mem::take(&mut self.clips) {
            let inside = is_rectangle.then(|| Area::around(&path)).flatten()?;
            self.state.clip = self.state.clip.common_with(&inside)?;
        }
        Some(())
    }

    fn show(&mut self) -> Option<()> {
        let (letters, size) = self.state.font?;
        let to_frame = self.line.then(self.state.matrix);
        let [a, b, c, d, x, y] = to_frame.0;
        // Nothing is legible at zero.
        let is_upright = a.is_sign_positive() && d.is_sign_positive() && b == 0.0 && c == 0.0;
        let (scale_x, scale_y) = self.frame.scale;
        let is_legible = is_upright && size * a * scale_x >= SMALLEST && size * d * scale_y >= SMALLEST;
        let is_seen = self.backgrounds.iter().all(|behind| differ(behind, &self.state.colour));
        if !self.is_text || !is_legible || !is_seen || !self.state.clip.holds((x, y)) {
            return None;
        }
        // Strings follow each other to the right, and lines downwards: otherwise they are read in another order.
        if let Some((last_x, last_y)) = self.last {
            let down = last_y - y;
            let is_same_line = down.abs() < size * d / 2.0;
            (if is_same_line { x >= last_x } else { down.is_sign_positive() }).then_some(())?;
        }
        self.last = Some((x, y));
        for operand in &self.operands {
            match operand {
                Operand::Text(octets) => {
                    for octet in octets {
                        let is_known = matches!((octet, letters), (b' '..=b'~', _) | (0xA1.., Letters::Latin));
                        self.painted.push(is_known.then_some(char::from(*octet))?);
                    }
                }
                Operand::Number(thousandths) if !MOVES.contains(thousandths) => return None,
                Operand::Number(_) | Operand::Name(_) | Operand::Other => {}
            }
        }
        Some(())
    }
}

fn differ(behind: &[f64; 3], colour: &[f64; 3]) -> bool {
    behind.iter().zip(colour).any(|(behind, colour)| (behind - colour).abs() > SAME_COLOUR)
}

#[cfg(test)]
mod tests;
