//! What a visible signature shows: the caller's words for it.

use super::font::EmbeddableFont;
use super::image::SignatureImage;
use super::qr::QrSymbol;
use crate::rect::{Point, Rect};

/// A visible signature: where, and what is seen there.
#[derive(Clone, Debug, PartialEq)]
pub struct VisibleSignature {
    /// The page, counted from 0.
    pub page: usize,
    /// The box: a rectangle of the page as seen, in points, from the lower left corner of what is seen of it. For an
    /// existing field it is what [`crate::UnsignedPdf::signature_field_place`] says.
    pub rect: Rect,
    /// What is drawn, in this order, in the box's own coordinates.
    pub content: Vec<Element>,
    /// Whether it may lie over annotations that are there.
    pub overlap: Overlap,
}

/// Whether a signature may lie over links, fields and stamps of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlap {
    /// It may not.
    #[default]
    Refuse,
    /// It may.
    Allow,
}

/// One thing that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    /// One line of text.
    Text {
        /// The characters.
        text: String,
        /// Their font.
        font: EmbeddableFont,
        /// The size, in points.
        size: f64,
        /// Their colour.
        colour: Colour,
        /// Where the base line begins.
        origin: Point,
    },
    /// A picture that fills a rectangle; [`Rect::fitted`] keeps its proportions.
    Image {
        /// The picture.
        image: SignatureImage,
        /// What it fills.
        rect: Rect,
    },
    /// A QR code, black on white, with its margin of four modules.
    Qr {
        /// The code.
        symbol: QrSymbol,
        /// The lower left corner of its margin.
        origin: Point,
        /// Side of one module, in points.
        module: f64,
    },
    /// A rectangle: filled, framed, or both.
    Frame {
        /// Its outer edge; the line is drawn inside.
        rect: Rect,
        /// Width of the line, in points; 0 for none.
        line_width: f64,
        /// Colour of the line.
        line: Colour,
        /// Colour of the inside, if it is filled.
        fill: Option<Colour>,
    },
    /// A straight line.
    Line {
        /// Where it begins.
        from: Point,
        /// Where it ends.
        to: Point,
        /// How wide it is, in points.
        width: f64,
        /// Its colour.
        colour: Colour,
    },
}

/// Red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    /// Black.
    pub const BLACK: Self = Self([0; 3]);
    /// White.
    pub const WHITE: Self = Self([255; 3]);
}

impl VisibleSignature {
    /// These elements in this box of this page, over nothing that is there.
    #[must_use]
    pub const fn new(page: usize, rect: Rect, content: Vec<Element>) -> Self {
        Self { page, rect, content, overlap: Overlap::Refuse }
    }
}
