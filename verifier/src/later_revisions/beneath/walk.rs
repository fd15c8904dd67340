//! The walk through a page's content: the graphics state (ISO 32000-2, 8.4 and 9.3) as far as it tells where
//! something is painted.
//!
//! Invariant: a box is never too small, and an operator that is not understood stops the walk.

use pades::pdf::{Dictionary, Lexer, PdfString, Ref, Token, View};

use super::fonts::{UNKNOWN_WIDTH, widest_octet};
use super::{Area, number};
use crate::later_revisions::compare::Compared;
use crate::later_revisions::matrix::Matrix;

/// Marks are at least this wide: hair lines and rounding.
const MARGIN: f64 = 1.0;

/// Nested saved states, as the standard's own annex C.2 has it.
const MAX_STATES: usize = 28 * 4;

#[derive(Clone, Copy)]
struct State {
    matrix: Matrix,
    text: Matrix,
    line: Matrix,
    font_size: Option<f64>,
    /// The widest that one octet of a string can paint, in sizes of the font.
    octet_width: f64,
    character_space: f64,
    word_space: f64,
    scale: f64,
    leading: f64,
    rise: f64,
    line_width: f64,
    /// How far the strings shown since the last move may have led, in text units before scaling.
    shown: f64,
    /// The fill colour is plain white.
    is_white: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            matrix: Matrix::IDENTITY,
            text: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
            font_size: None,
            octet_width: UNKNOWN_WIDTH,
            character_space: 0.0,
            word_space: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
            line_width: 1.0,
            shown: 0.0,
            is_white: false,
        }
    }
}

pub(super) struct Walk<'d> {
    view: View<'d>,
    resources: Option<Dictionary<'d>>,
    area: Area,
    states: Vec<State>,
    state: State,
    /// Points of the current path, in page units.
    path: Vec<(f64, f64)>,
    operands: Vec<Operand>,
}

/// What stands before an operator.
#[derive(Clone, Debug)]
enum Operand {
    Number(f64),
    Name(Vec<u8>),
    /// Octets of a string.
    Text(usize),
    Other,
}

/// Why the walk stops: something lies there, or it does not understand.
enum Stop {
    Painted,
    Unknown,
}

impl<'d> Walk<'d> {
    /// At the start of a page's content.
    pub(super) fn new(view: View<'d>, resources: Option<Dictionary<'d>>, area: Area) -> Self {
        Self {
            view,
            resources,
            area,
            states: Vec::new(),
            state: State::default(),
            path: Vec::new(),
            operands: Vec::new(),
        }
    }

    /// `Some(true)`: painted; `Some(false)`: not; `None`: unknown.
    pub(super) fn run(&mut self, content: &[u8]) -> Option<bool> {
        match self.walk(content) {
            Ok(()) => Some(false),
            Err(Stop::Painted) => Some(true),
            Err(Stop::Unknown) => None,
        }
    }

    fn walk(&mut self, content: &[u8]) -> Result<(), Stop> {
        let mut lexer = Lexer::new(content, 0);
        loop {
            let (token, _) = lexer.next_token().map_err(|_| Stop::Unknown)?;
            match token {
                Token::End => return Ok(()),
                // An integer beyond 32 bits is no coordinate of a page.
                Token::Integer(integer) => {
                    let number = i32::try_from(integer).map_err(|_| Stop::Unknown)?;
                    self.operands.push(Operand::Number(f64::from(number)));
                }
                Token::Real(text) => {
                    let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
                    self.operands.push(Operand::Number(number.ok_or(Stop::Unknown)?));
                }
                Token::Name(name) => self.operands.push(Operand::Name(name.octets().into_owned())),
                Token::String(string) => self.operands.push(Operand::Text(length(string))),
                Token::ArrayStart | Token::ArrayEnd | Token::DictionaryStart | Token::DictionaryEnd => {
                    self.operands.push(Operand::Other);
                }
                Token::Keyword(b"BI") => {
                    self.image()?;
                    let data = memchr::memmem::find(lexer.rest(), b"ID").ok_or(Stop::Unknown)?;
                    lexer.skip(data);
                    // The data may hold anything, `EI` too: skipping to the first one that stands alone may end early,
                    // and what follows then is no content and not understood.
                    let end = memchr::memmem::find_iter(lexer.rest(), b"EI")
                        .find(|at| stands_alone(lexer.rest(), *at))
                        .ok_or(Stop::Unknown)?;
                    lexer.skip(end + 2);
                    self.operands.clear();
                }
                Token::Keyword(operator) => {
                    self.operator(operator)?;
                    self.operands.clear();
                }
            }
            if self.operands.len() > 10_000 {
                return Err(Stop::Unknown);
            }
        }
    }

    fn operator(&mut self, operator: &[u8]) -> Result<(), Stop> {
        match operator {
            b"q" => {
                if self.states.len() >= MAX_STATES {
                    return Err(Stop::Unknown);
                }
                self.states.push(self.state);
            }
            b"Q" => self.state = self.states.pop().ok_or(Stop::Unknown)?,
            b"cm" => self.state.matrix = Matrix(self.numbers()?).then(self.state.matrix),
            b"w" => {
                let [width] = self.numbers()?;
                self.state.line_width = width;
            }
            // Paths (8.5)
            b"m" | b"l" => {
                let [x, y] = self.numbers()?;
                self.point(x, y);
            }
            b"c" => {
                let [x1, y1, x2, y2, x3, y3] = self.numbers()?;
                [(x1, y1), (x2, y2), (x3, y3)].into_iter().for_each(|(x, y)| self.point(x, y));
            }
            b"v" | b"y" => {
                let [x1, y1, x2, y2] = self.numbers()?;
                [(x1, y1), (x2, y2)].into_iter().for_each(|(x, y)| self.point(x, y));
            }
            b"re" => {
                let [x, y, width, height] = self.numbers()?;
                [(x, y), (x + width, y), (x, y + height), (x + width, y + height)]
                    .into_iter()
                    .for_each(|(x, y)| self.point(x, y));
            }
            b"h" | b"W" | b"W*" => {}
            b"n" => self.path.clear(),
            b"f" | b"F" | b"f*" => self.paint_path(self.state.is_white)?,
            b"S" | b"s" | b"B" | b"B*" | b"b" | b"b*" => self.paint_path(false)?,
            // Colours (8.6): only what is plainly white is told apart.
            b"g" => self.state.is_white = self.is_colour([1.0]),
            b"rg" => self.state.is_white = self.is_colour([1.0; 3]),
            b"k" => self.state.is_white = self.is_colour([0.0; 4]),
            b"cs" | b"sc" | b"scn" => self.state.is_white = false,
            b"G" | b"RG" | b"K" | b"CS" | b"SC" | b"SCN" => {}
            // Text (9)
            b"BT" => {
                (self.state.text, self.state.line) = (Matrix::IDENTITY, Matrix::IDENTITY);
                self.state.shown = 0.0;
            }
            b"ET" => {}
            b"Tf" => {
                let [size] = self.numbers()?;
                self.state.font_size = Some(size);
                self.operands.pop();
                self.state.octet_width = self.font_width()?;
            }
            b"Tc" => [self.state.character_space] = self.numbers()?,
            b"Tw" => [self.state.word_space] = self.numbers()?,
            b"Tz" => {
                let [percent] = self.numbers()?;
                self.state.scale = percent / 100.0;
            }
            b"TL" => [self.state.leading] = self.numbers()?,
            b"Ts" => [self.state.rise] = self.numbers()?,
            b"Tr" => {}
            b"Td" => {
                let [x, y] = self.numbers()?;
                self.next_line(x, y);
            }
            b"TD" => {
                let [x, y] = self.numbers()?;
                self.state.leading = -y;
                self.next_line(x, y);
            }
            b"Tm" => {
                self.state.line = Matrix(self.numbers()?);
                self.state.text = self.state.line;
                self.state.shown = 0.0;
            }
            b"T*" => self.next_line(0.0, -self.state.leading),
            b"Tj" | b"TJ" => self.show()?,
            b"'" | b"\"" => {
                self.next_line(0.0, -self.state.leading);
                self.show()?;
            }
            b"Do" => self.draw()?,
            b"gs" => self.graphics_state()?,
            // Parameters that paint nothing and move nothing.
            b"J" | b"j" | b"M" | b"d" | b"ri" | b"i" | b"BMC" | b"BDC" | b"EMC" | b"MP" | b"DP" | b"BX" | b"EX"
            | b"true" | b"false" | b"null" => {}
            // `sh` paints all that is not clipped away; others are unknown.
            _ => return Err(Stop::Unknown),
        }
        Ok(())
    }

    /// The last `N` operands, which must be numbers.
    fn numbers<const N: usize>(&self) -> Result<[f64; N], Stop> {
        let start = self.operands.len().checked_sub(N).ok_or(Stop::Unknown)?;
        let mut numbers = [0.0; N];
        for (number, operand) in numbers.iter_mut().zip(self.operands.iter().skip(start)) {
            match operand {
                Operand::Number(value) => *number = *value,
                _ => return Err(Stop::Unknown),
            }
        }
        Ok(numbers)
    }

    /// The operands are this colour, and no default colour space (8.6.5.6) makes another of it.
    fn is_colour<const N: usize>(&self, colour: [f64; N]) -> bool {
        let spaces = self.resources.as_ref().map(|resources| self.view.get(resources, "ColorSpace"));
        let is_remapped = match spaces {
            Some(Ok(Some(spaces))) => spaces
                .as_dictionary()
                .map_or(true, |spaces| spaces.entries().iter().any(|(name, _)| name.octets().starts_with(b"Default"))),
            Some(Err(_)) => true,
            Some(Ok(None)) | None => false,
        };
        !is_remapped && self.numbers::<N>().is_ok_and(|values| values == colour)
    }

    fn point(&mut self, x: f64, y: f64) {
        self.path.push(self.state.matrix.apply((x, y)));
    }

    fn paint_path(&mut self, is_invisible: bool) -> Result<(), Stop> {
        let path = std::mem::take(&mut self.path);
        if is_invisible || path.is_empty() {
            return Ok(());
        }
        self.paint(&path, self.state.line_width.abs() * self.state.matrix.stretch() + MARGIN)
    }

    fn paint(&self, points: &[(f64, f64)], margin: f64) -> Result<(), Stop> {
        match Area::around(points) {
            Some(painted) if painted.meets(&self.area, margin) => Err(Stop::Painted),
            Some(_) if margin.is_finite() => Ok(()),
            _ => Err(Stop::Unknown),
        }
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.state.line = Matrix::translation(x, y).then(self.state.line);
        self.state.text = self.state.line;
        self.state.shown = 0.0;
    }

    /// No glyph of a font in use reaches further than 1.5 sizes up or down; each octet may be as wide as the widest.
    /// The numbers between strings move by thousandths of the size, either way.
    fn show(&mut self) -> Result<(), Stop> {
        let size = self.state.font_size.ok_or(Stop::Unknown)?;
        let mut right = self.state.shown;
        let mut left = self.state.shown;
        for operand in &self.operands {
            match operand {
                Operand::Text(octets) => {
                    let octets = f64::from(u32::try_from(*octets).map_err(|_| Stop::Unknown)?);
                    let spaces = self.state.character_space.abs() + self.state.word_space.abs();
                    right += octets * (size.abs() * self.state.octet_width + spaces);
                    left += octets * spaces;
                }
                Operand::Number(thousandths) => {
                    let moved = thousandths / 1000.0 * size;
                    left += moved.max(0.0);
                    right -= moved.min(0.0);
                }
                Operand::Other | Operand::Name(_) => {}
            }
        }
        // A negative size or scale writes to the left.
        if size.is_sign_negative() || self.state.scale.is_sign_negative() {
            (left, right) = (left.max(right), left.max(right));
        }
        let scale = self.state.scale.abs();
        let frame = Area {
            left: (-left - size.abs() * 0.5) * scale,
            right: (right + size.abs() * 0.5) * scale,
            bottom: self.state.rise - size.abs() * 1.5,
            top: self.state.rise + size.abs() * 1.5,
        };
        let to_page = self.state.text.then(self.state.matrix);
        self.paint(&frame.corners().map(|corner| to_page.apply(corner)), MARGIN)?;
        // Where the next string begins is not known: somewhere in this frame. Its own frame begins at the left end and
        // is longer by what may have been passed.
        self.state.shown = left.max(right);
        Ok(())
    }

    /// An image fills the unit square (8.9.5.1).
    fn image(&self) -> Result<(), Stop> {
        let square = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)];
        self.paint(&square.map(|corner| self.state.matrix.apply(corner)), MARGIN)
    }

    fn draw(&self) -> Result<(), Stop> {
        let object = self.resource("XObject").ok().flatten().ok_or(Stop::Unknown)?;
        let object = self.view.object(object).ok().flatten().ok_or(Stop::Unknown)?;
        let dictionary = object.value.as_dictionary().map_err(|_| Stop::Unknown)?;
        if dictionary.is("Subtype", "Image").unwrap_or(false) {
            return self.image();
        }
        // A form paints inside its BBox (8.10.1).
        let get = |key| self.view.get(dictionary, key).map_err(|_| Stop::Unknown);
        let frame = get("BBox")?.and_then(|frame| Area::of(self.view, &frame)).ok_or(Stop::Unknown)?;
        let matrix = match get("Matrix")? {
            None => Matrix::IDENTITY,
            Some(matrix) => {
                let elements = matrix.as_array().map_err(|_| Stop::Unknown)?;
                let numbers: Vec<f64> = elements.iter().filter_map(|element| number(self.view, element)).collect();
                Matrix(numbers.try_into().map_err(|_| Stop::Unknown)?)
            }
        };
        let to_page = matrix.then(self.state.matrix);
        self.paint(&frame.corners().map(|corner| to_page.apply(corner)), MARGIN)
    }

    /// The widest octet of the font that the operand names (9.2.4, 9.7.4.3), in sizes of the font.
    fn font_width(&self) -> Result<f64, Stop> {
        let Some(font) = self.resource("Font").map_err(|_| Stop::Unknown)? else { return Ok(UNKNOWN_WIDTH) };
        widest_octet(self.view, font).map_err(|_| Stop::Unknown)?.ok_or(Stop::Unknown)
    }

    /// A graphics state may set the font (table 57), whose size then is not known.
    fn graphics_state(&mut self) -> Result<(), Stop> {
        let Some(name) = self.resource("ExtGState").map_err(|_| Stop::Unknown)? else {
            self.state.font_size = None;
            return Ok(());
        };
        let object = self.view.object(name).ok().flatten().ok_or(Stop::Unknown)?;
        let dictionary = object.value.as_dictionary().map_err(|_| Stop::Unknown)?;
        if dictionary.get("Font").map_err(|_| Stop::Unknown)?.is_some() {
            self.state.font_size = None;
        }
        if dictionary.get("LW").map_err(|_| Stop::Unknown)?.is_some() {
            return Err(Stop::Unknown);
        }
        Ok(())
    }

    /// The object that the operand names among the resources of this kind; `None` when it is a direct one.
    fn resource(&self, kind: &'static str) -> Compared<Option<Ref>> {
        let (Some(Operand::Name(name)), Some(resources)) = (self.operands.last(), &self.resources) else {
            return Ok(None);
        };
        let Some(list) = self.view.get(resources, kind)? else { return Ok(None) };
        let found = list.as_dictionary()?.entries().iter().find(|(known, _)| *known.octets() == **name);
        Ok(found.and_then(|(_, value)| value.as_reference().ok()))
    }
}

fn length(string: PdfString<'_>) -> usize {
    string.octets().len()
}

/// `EI` with white space on both sides (8.9.7).
fn stands_alone(octets: &[u8], at: usize) -> bool {
    let is_blank = |octet: Option<&u8>| octet.is_none_or(u8::is_ascii_whitespace);
    is_blank(at.checked_sub(1).and_then(|before| octets.get(before))) && is_blank(octets.get(at + 2))
}

#[cfg(test)]
mod tests;
