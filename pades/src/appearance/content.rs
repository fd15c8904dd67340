//! The content stream of an appearance (ISO 32000-2, 7.8.2): elements to operators.

use super::element::{Colour, Element};
use super::font::EmbeddableFont;
use super::image::SignatureImage;
use super::number::{push, push_all};
use super::qr::{self, QrSymbol};
use crate::place_error::DrawError;
use crate::rect::{Point, Rect};

/// Elements of one signature. Real ones have a dozen.
const ELEMENT_LIMIT: usize = 100;
/// Characters of one line.
const TEXT_LIMIT: usize = 1_000;
/// Points: no size, width or place is larger, as no page is.
const FAR: f64 = 1_000_000.0;

/// What is drawn, and the fonts and pictures that it needs, each once.
#[derive(Debug)]
pub(super) struct Content<'c> {
    pub(super) operators: Vec<u8>,
    /// Named `/F0`, `/F1`, ...
    pub(super) fonts: Vec<&'c EmbeddableFont>,
    /// Named `/I0`, `/I1`, ...
    pub(super) images: Vec<&'c SignatureImage>,
    within: Rect,
}

impl<'c> Content<'c> {
    /// Draws `elements` into a box of this size.
    pub(super) fn draw(elements: &'c [Element], width: f64, height: f64) -> Result<Self, DrawError> {
        if elements.is_empty() {
            return Err(DrawError::Nothing);
        }
        if elements.len() > ELEMENT_LIMIT {
            return Err(DrawError::TooManyElements { count: elements.len(), limit: ELEMENT_LIMIT });
        }
        let within = Rect::new(0.0, 0.0, width, height);
        let mut content = Self { operators: Vec::new(), fonts: Vec::new(), images: Vec::new(), within };
        for (index, element) in elements.iter().enumerate() {
            match element {
                Element::Text { text, font, size, colour, origin } => {
                    content.text(index, text, (font, *size), *colour, *origin)?;
                }
                Element::Image { image, rect } => content.image(index, image, *rect)?,
                Element::Qr { symbol, origin, module } => content.qr(index, symbol, *origin, *module)?,
                Element::Frame { rect, line_width, line, fill } => {
                    content.frame(index, *rect, (*line_width, *line), *fill)?;
                }
                Element::Line { from, to, width, colour } => content.line(index, (*from, *to), (*width, *colour))?,
            }
        }
        Ok(content)
    }

    fn text(
        &mut self,
        element: usize,
        text: &str,
        (font, size): (&'c EmbeddableFont, f64),
        colour: Colour,
        origin: Point,
    ) -> Result<(), DrawError> {
        let length = text.chars().count();
        if length > TEXT_LIMIT {
            return Err(DrawError::TextTooLong { element, length, limit: TEXT_LIMIT });
        }
        positive(size, element, "the size of the text")?;
        let mut digits = Vec::new();
        font.encode(text, &mut digits).map_err(|character| DrawError::NoGlyph { element, character })?;
        // `encode` found every glyph.
        let width = font.width(text, size).unwrap_or_default();
        if text.is_empty() {
            return Ok(());
        }
        let low = origin.y + font.descent(size);
        let rect = Rect::new(origin.x, low, width.max(f64::MIN_POSITIVE), font.ascent(size) - font.descent(size));
        self.check(element, rect)?;
        let name = index_of(&mut self.fonts, font);
        self.colour(colour, b"g", b"rg");
        self.push(format!("BT /F{name} ").as_bytes());
        push_all(&mut self.operators, &[size]);
        self.push(b"Tf ");
        push_all(&mut self.operators, &[origin.x, origin.y]);
        self.push(b"Td <");
        self.push(&digits);
        self.push(b"> Tj ET\n");
        Ok(())
    }

    fn image(&mut self, element: usize, image: &'c SignatureImage, rect: Rect) -> Result<(), DrawError> {
        self.check(element, rect)?;
        let name = index_of(&mut self.images, image);
        self.push(b"q ");
        // A stencil is painted in the colour at hand (8.9.6.2).
        if let Some(colour) = image.stencil_colour() {
            self.colour(colour, b"g", b"rg");
        }
        push_all(&mut self.operators, &[rect.width, 0.0, 0.0, rect.height, rect.x, rect.y]);
        self.push(format!("cm /I{name} Do Q\n").as_bytes());
        Ok(())
    }

    fn qr(&mut self, element: usize, symbol: &QrSymbol, origin: Point, module: f64) -> Result<(), DrawError> {
        positive(module, element, "the module of the QR code")?;
        let modules = symbol.modules_with_margin();
        let side = f64::from(modules) * module;
        self.check(element, Rect::new(origin.x, origin.y, side, side))?;
        self.push(b"q ");
        push_all(&mut self.operators, &[module, 0.0, 0.0, module, origin.x, origin.y]);
        self.push(format!("cm 1 g 0 0 {modules} {modules} re f 0 g\n").as_bytes());
        // One path, so that no renderer leaves seams between rectangles.
        for [x, y, width, height] in symbol.rectangles() {
            let (x, y) = (x.saturating_add(qr::MARGIN), y.saturating_add(qr::MARGIN));
            self.push(format!("{x} {y} {width} {height} re\n").as_bytes());
        }
        self.push(b"f Q\n");
        Ok(())
    }

    fn frame(
        &mut self,
        element: usize,
        rect: Rect,
        (width, line): (f64, Colour),
        fill: Option<Colour>,
    ) -> Result<(), DrawError> {
        self.check(element, rect)?;
        let is_line = (0.0..=rect.width.min(rect.height) / 2.0).contains(&width);
        if !is_line {
            return Err(DrawError::Size { element, what: "the line of the frame" });
        }
        if let Some(fill) = fill {
            self.colour(fill, b"g", b"rg");
            push_all(&mut self.operators, &[rect.x, rect.y, rect.width, rect.height]);
            self.push(b"re f\n");
        }
        if width > 0.0 {
            self.colour(line, b"G", b"RG");
            push_all(&mut self.operators, &[width]);
            self.push(b"w ");
            let half = width / 2.0;
            push_all(&mut self.operators, &[rect.x + half, rect.y + half, rect.width - width, rect.height - width]);
            self.push(b"re S\n");
        }
        Ok(())
    }

    fn line(
        &mut self,
        element: usize,
        (from, to): (Point, Point),
        (width, colour): (f64, Colour),
    ) -> Result<(), DrawError> {
        positive(width, element, "the width of the line")?;
        let covered = Rect::between([from.x, from.y, to.x, to.y]);
        // A line has an extent at least as large as its width, but no more than its ends.
        let rect = Rect::new(
            covered.x,
            covered.y,
            covered.width.max(f64::MIN_POSITIVE),
            covered.height.max(f64::MIN_POSITIVE),
        );
        self.check(element, rect)?;
        self.colour(colour, b"G", b"RG");
        push_all(&mut self.operators, &[width]);
        self.push(b"w ");
        push_all(&mut self.operators, &[from.x, from.y]);
        self.push(b"m ");
        push_all(&mut self.operators, &[to.x, to.y]);
        self.push(b"l S\n");
        Ok(())
    }

    /// What lies outside the box would be cut off.
    fn check(&self, element: usize, rect: Rect) -> Result<(), DrawError> {
        if !rect.has_area() {
            return Err(DrawError::Size { element, what: "its rectangle" });
        }
        if rect.lies_in(&self.within) { Ok(()) } else { Err(DrawError::Outside { element, rect, within: self.within }) }
    }

    /// Grey where it is grey, so that PDF/A files without colours need no output intent for them.
    fn colour(&mut self, Colour([red, green, blue]): Colour, grey: &[u8], rgb: &[u8]) {
        let share = |octet: u8| f64::from(octet) / 255.0;
        if red == green && green == blue {
            push(&mut self.operators, share(red));
            self.operators.push(b' ');
            self.push(grey);
        } else {
            push_all(&mut self.operators, &[share(red), share(green), share(blue)]);
            self.push(rgb);
        }
        self.operators.push(b' ');
    }

    fn push(&mut self, octets: &[u8]) {
        self.operators.extend_from_slice(octets);
    }
}

fn positive(number: f64, element: usize, what: &'static str) -> Result<(), DrawError> {
    if number > 0.0 && number <= FAR { Ok(()) } else { Err(DrawError::Size { element, what }) }
}

/// Where `wanted` is in the list, at its end if it was not there.
fn index_of<'c, T: PartialEq>(list: &mut Vec<&'c T>, wanted: &'c T) -> usize {
    if let Some(index) = list.iter().position(|known| *known == wanted) {
        return index;
    }
    list.push(wanted);
    list.len().saturating_sub(1)
}
