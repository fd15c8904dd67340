//! One page under the pen: text, lines and boxes, written as the operators of a content stream (ISO 32000-2, annex A).
//!
//! Points, with the origin in the *upper* left corner, because a page is laid out from the top; this file alone turns them
//! into PDF's coordinates.

use std::fmt::Write;

use super::SampleError;
use super::font::Face;

/// A colour in DeviceRGB, each part from 0 to 1.
#[derive(Clone, Copy)]
pub(super) struct Colour(pub(super) f32, pub(super) f32, pub(super) f32);

pub(super) const INK: Colour = Colour(0.08, 0.08, 0.10);
pub(super) const GREY: Colour = Colour(0.38, 0.38, 0.42);
/// `UJI COBA` behind the text: to be seen at once, and still to be read through.
pub(super) const MARK: Colour = Colour(0.96, 0.86, 0.86);
pub(super) const WARNING: Colour = Colour(0.68, 0.07, 0.07);

/// The samples carry one font file, so bold is the regular outline with a stroke around it (text rendering mode 2).
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) weight: Weight,
    pub(super) colour: Colour,
}

impl Style {
    pub(super) const fn regular(size: f32) -> Self {
        Self { size, weight: Weight::Regular, colour: INK }
    }

    pub(super) const fn bold(size: f32) -> Self {
        Self { size, weight: Weight::Bold, colour: INK }
    }

    pub(super) const fn in_colour(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }
}

/// Where `x` lies in the text.
#[derive(Clone, Copy)]
pub(super) enum Align {
    Left,
    Centre,
}

/// A point, in points from the upper left corner.
#[derive(Clone, Copy)]
pub(super) struct At(pub(super) f32, pub(super) f32);

/// A page and the font that it uses.
pub(super) struct Page {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) face: Face,
    content: String,
}

/// The distance between lines that a paragraph is set with, as a multiple of the font size.
const LEADING: f32 = 1.45;

/// A control point's distance that makes four Bézier curves a circle, as a part of the radius: 4/3 (sqrt 2 - 1).
const CIRCLE: f32 = 0.552_285;

impl Page {
    /// An A4 page (ISO 216: 210 mm x 297 mm), upright.
    pub(super) fn a4_portrait() -> Result<Self, SampleError> {
        Self::new(595.28, 841.89)
    }

    /// An A4 page on its side.
    pub(super) fn a4_landscape() -> Result<Self, SampleError> {
        Self::new(841.89, 595.28)
    }

    fn new(width: f32, height: f32) -> Result<Self, SampleError> {
        Ok(Self { width, height, face: Face::open()?, content: String::new() })
    }

    /// The content stream, and the font with all glyphs that it uses.
    pub(super) fn finish(self) -> (String, Face) {
        (self.content, self.face)
    }

    /// One line of text whose baseline is at `at`.
    pub(super) fn text(&mut self, at: At, align: Align, style: Style, text: &str) -> Result<(), SampleError> {
        let x = match align {
            Align::Left => at.0,
            Align::Centre => at.0 - self.face.width(text, style.size)? / 2.0,
        };
        let y = self.height - at.1;
        self.show(style, format_args!("1 0 0 1 {x:.2} {y:.2}"), text)
    }

    /// One line of text, as large as `style` says or smaller, so that it fits into `width`.
    pub(super) fn fitted(
        &mut self,
        at: At,
        align: Align,
        style: Style,
        width: f32,
        text: &str,
    ) -> Result<(), SampleError> {
        let natural = self.face.width(text, style.size)?;
        let size = if natural > width { style.size * width / natural } else { style.size };
        self.text(at, align, Style { size, ..style }, text)
    }

    /// A paragraph between `left` and `left + width`, first baseline at `top`; returns the baseline of the line after it.
    pub(super) fn paragraph(
        &mut self,
        left: f32,
        top: f32,
        width: f32,
        style: Style,
        text: &str,
    ) -> Result<f32, SampleError> {
        let mut baseline = top;
        let mut line = String::new();
        for word in text.split_whitespace() {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if !line.is_empty() && self.face.width(&longer, style.size)? > width {
                self.text(At(left, baseline), Align::Left, style, &line)?;
                baseline += style.size * LEADING;
                line = word.to_owned();
            } else {
                line = longer;
            }
        }
        self.text(At(left, baseline), Align::Left, style, &line)?;
        Ok(baseline + style.size * LEADING)
    }

    /// `text` across the middle of the page at this height, rising to the right as the page's diagonal does.
    pub(super) fn mark(&mut self, text: &str, size: f32, middle: f32) -> Result<(), SampleError> {
        let angle = self.height.atan2(self.width);
        let (sin, cos) = angle.sin_cos();
        let half = self.face.width(text, size)? / 2.0;
        // A capital letter is about 0.7 of the size high: half of it below the diagonal.
        let down = size * 0.35;
        let x = self.width / 2.0 - half * cos + down * sin;
        let y = self.height - middle - half * sin - down * cos;
        let style = Style::bold(size).in_colour(MARK);
        self.show(style, format_args!("{cos:.4} {sin:.4} {:.4} {cos:.4} {x:.2} {y:.2}", -sin), text)
    }

    /// A straight line.
    pub(super) fn line(&mut self, from: At, to: At, thickness: f32) {
        let height = self.height;
        self.write(format_args!(
            "{} RG {thickness:.2} w {:.2} {:.2} m {:.2} {:.2} l S\n",
            Rgb(INK),
            from.0,
            height - from.1,
            to.0,
            height - to.1
        ));
    }

    /// The outline of a box whose upper left corner is `corner`.
    pub(super) fn outline(&mut self, corner: At, width: f32, height: f32, thickness: f32, colour: Colour) {
        let bottom = self.height - corner.1 - height;
        self.write(format_args!(
            "{} RG {thickness:.2} w {:.2} {bottom:.2} {width:.2} {height:.2} re S\n",
            Rgb(colour),
            corner.0
        ));
    }

    /// A filled box whose upper left corner is `corner`.
    pub(super) fn fill(&mut self, corner: At, width: f32, height: f32, colour: Colour) {
        let bottom = self.height - corner.1 - height;
        self.write(format_args!("{} rg {:.2} {bottom:.2} {width:.2} {height:.2} re f\n", Rgb(colour), corner.0));
    }

    /// The outline of a circle.
    pub(super) fn circle(&mut self, centre: At, radius: f32, thickness: f32) {
        let (x, y, r, c) = (centre.0, self.height - centre.1, radius, radius * CIRCLE);
        self.write(format_args!("{} RG {thickness:.2} w {:.2} {y:.2} m ", Rgb(INK), x + r));
        for [x1, y1, x2, y2, x3, y3] in [
            [x + r, y + c, x + c, y + r, x, y + r],
            [x - c, y + r, x - r, y + c, x - r, y],
            [x - r, y - c, x - c, y - r, x, y - r],
            [x + c, y - r, x + r, y - c, x + r, y],
        ] {
            self.write(format_args!("{x1:.2} {y1:.2} {x2:.2} {y2:.2} {x3:.2} {y3:.2} c "));
        }
        self.write(format_args!("s\n"));
    }

    fn show(&mut self, style: Style, matrix: std::fmt::Arguments<'_>, text: &str) -> Result<(), SampleError> {
        let digits = self.face.encode(text)?;
        let colour = Rgb(style.colour);
        let stroke = match style.weight {
            Weight::Regular => 0.0,
            Weight::Bold => style.size / 38.0,
        };
        let mode = match style.weight {
            Weight::Regular => 0,
            Weight::Bold => 2,
        };
        self.write(format_args!(
            "BT {colour} rg {colour} RG {stroke:.2} w {mode} Tr /F1 {:.2} Tf {matrix} Tm <{digits}> Tj ET\n",
            style.size
        ));
        Ok(())
    }

    fn write(&mut self, operators: std::fmt::Arguments<'_>) {
        self.content.write_fmt(operators).expect("writing to a String cannot fail");
    }
}

/// The three operands of `rg` and `RG`.
struct Rgb(Colour);

impl std::fmt::Display for Rgb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Colour(red, green, blue) = self.0;
        write!(f, "{red:.2} {green:.2} {blue:.2}")
    }
}
