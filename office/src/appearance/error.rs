//! Why a visible signature cannot be placed or drawn on this document, with the rectangles and the numbers.

use pades::{
    PdfError, PrepareError,
    appearance::{EmbeddableFont, FontError, QrError},
};
use thiserror::Error;

use super::{area::Area, placeholder::PlaceholderError, sight::SightError, template::TemplateError};

/// Why a visible signature cannot be placed or drawn on this document. Rectangles are in millimetres from the upper left corner of the
/// page as it is seen, those of elements from the upper left corner of the box.
#[derive(Debug, Error)]
pub enum AppearanceError {
    /// The document cannot be signed as it is.
    #[error("the document cannot be read as a PDF that may be signed")]
    Document(#[from] PdfError),
    /// The document's page or field.
    #[error("the page cannot be used")]
    Page(#[from] PrepareError),
    /// There is no such page.
    #[error("the template asks for page {page}; the document has {pages}")]
    NoPage {
        /// Which one, from 1.
        page: u32,
        /// How many there are.
        pages: usize,
    },
    /// The page cannot be looked at, so that nobody knows what the signature would cover.
    #[error("page {page} cannot be looked at")]
    Sight {
        /// Which one, from 1.
        page: usize,
        /// Why.
        source: SightError,
    },
    /// Two readers disagree about the page.
    #[error("page {page} is {ours} points wide and high for one reader and {theirs} for another")]
    Disagreement {
        /// Which one, from 1.
        page: usize,
        /// As the signature is placed.
        ours: String,
        /// As the page is drawn.
        theirs: String,
    },
    /// The anchor does not stand on the page.
    #[error("the anchor {text:?} is not on page {page}")]
    AnchorNotFound {
        /// The text.
        text: String,
        /// The page, from 1.
        page: usize,
    },
    /// The anchor stands on the page more than once.
    #[error("the anchor {text:?} is on page {page} {} times: {}", places.len(), points(places))]
    AnchorRepeated {
        /// The text.
        text: String,
        /// The page, from 1.
        page: usize,
        /// Where it begins: millimetres from the left and from the upper edge.
        places: Vec<(f64, f64)>,
    },
    /// The box passes the edge of the page.
    #[error("the box ({area}) passes the edge of page {page}, which is {:.1} x {:.1} mm", page_mm.0, page_mm.1)]
    OffPage {
        /// The box.
        area: Area,
        /// The page, from 1.
        page: usize,
        /// Width and height of the page in millimetres.
        page_mm: (f64, f64),
    },
    /// Something is drawn in the place already.
    #[error("the box ({area}) would cover what is on page {page}: {}", list(ink))]
    NotBlank {
        /// The box.
        area: Area,
        /// The page, from 1.
        page: usize,
        /// What is drawn there.
        ink: Vec<Area>,
    },
    /// The reserved zone has no room left.
    #[error("the zone ({zone}) of page {page} has no blank place of {:.1} x {:.1} mm", size_mm.0, size_mm.1)]
    ZoneFull {
        /// The zone.
        zone: Area,
        /// The page, from 1.
        page: usize,
        /// What was looked for.
        size_mm: (f64, f64),
    },
    /// An element does not lie in the field's box.
    #[error("the template does not fit the field")]
    Box(#[from] TemplateError),
    /// A text has more lines than room.
    #[error(
        "{element} needs {needed_mm:.1} mm for {lines} lines of {size_pt} points; its area ({area}) is lower: {shown:?}"
    )]
    TextTooHigh {
        /// Which element.
        element: String,
        /// The filled text.
        shown: String,
        /// Its area in the box.
        area: Area,
        /// How many lines it has.
        lines: usize,
        /// Size of the font in points.
        size_pt: f64,
        /// Height that it needs, in millimetres.
        needed_mm: f64,
    },
    /// A word is wider than its area.
    #[error("{element} has a word {needed_mm:.1} mm wide, wider than its area ({area}): {word:?}")]
    WordTooWide {
        /// Which element.
        element: String,
        /// The word.
        word: String,
        /// Its area in the box.
        area: Area,
        /// Width that it needs, in millimetres.
        needed_mm: f64,
    },
    /// The font cannot show a character.
    #[error("{element} cannot be written with the font {font}")]
    Glyph {
        /// Which element.
        element: String,
        /// The font's name.
        font: String,
        /// Which character.
        source: FontError,
    },
    /// The filled text has a placeholder that is not known.
    #[error("the text of {element}")]
    Placeholder {
        /// Which element.
        element: String,
        /// What is wrong.
        source: PlaceholderError,
    },
    /// A value that is printed has a control character.
    #[error("{element} shows a control character (U+{:04X})", u32::from(*character))]
    ControlCharacter {
        /// Which element.
        element: String,
        /// The character.
        character: char,
    },
    /// The template has a seal, and there is none for the document.
    #[error("the template has a seal, and there are no claims for this document")]
    NoSeal,
    /// The text of the seal gives no QR code that may be printed.
    #[error("the seal cannot be printed")]
    Qr(#[from] QrError),
    /// The seal would be printed too small to be read.
    #[error(
        "the seal of {modules} modules needs {needed_mm:.1} mm at {least_dots} dots a module and 300 dots an inch; its area ({area}) gives {dots} dots"
    )]
    SealTooSmall {
        /// Its area in the box.
        area: Area,
        /// Modules of one side, with the quiet zone.
        modules: u32,
        /// Dots a module that the area gives.
        dots: u32,
        /// Least dots a module.
        least_dots: u32,
        /// Side that it needs, in millimetres.
        needed_mm: f64,
    },
}

impl AppearanceError {
    pub(super) fn glyph(element: &str, font: &EmbeddableFont) -> impl FnOnce(FontError) -> Self {
        let (element, font) = (element.to_owned(), font.name().to_owned());
        move |source| Self::Glyph { element, font, source }
    }
}

fn list(areas: &[Area]) -> String {
    areas.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn points(places: &[(f64, f64)]) -> String {
    places.iter().map(|(x, y)| format!("x {x:.1} mm, y {y:.1} mm")).collect::<Vec<_>>().join("; ")
}
