//! Reads the text of QR seals from photographs, scans and scanned PDFs (ISO/IEC 18004). It says what is printed there,
//! not whether it is genuine: a text is only octets until its signature was verified.
//!
//! A symbol is found by its finder patterns, two of three if one is damaged; its grid is laid over the picture by all
//! modules whose colour the standard fixes; the modules are told apart in gray, beside their surroundings. With that,
//! worn paper is read at 3 pixels a module. The error correction is that of `rxing`, a port of ZXing.
//!
//! Bounds: the pixels of a picture, before anything is allocated for them; the time of a search; the number and the
//! length of the texts. When time ran out before anything was read, that is an error and not "no symbol".
//!
//! Not read: symbols with fewer than about 2 pixels a module, on paper that is not nearly flat, by inline images, and
//! in pictures of other kinds than PNG, JPEG and what [`read_pdf`] names. Micro QR and other codes are not seals.

mod finder;
mod fit;
mod gray;
mod image;
mod pdf;
mod projection;
mod search;
mod surroundings;
mod symbol;

use std::time::Duration;

use gray::Gray;
pub use pdf::{NotRead, NotReadReason, PdfReading, read_pdf};
use search::Deadline;
use symbol::Text;

/// What reading one file may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of one picture. 50 million: a page of A4 at 600 dots an inch has 35, a large telephone's photo 48.
    pub pixels: usize,
    /// Time of the search in one file; beyond it, one bounded step, and the time that decoding the pictures takes.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { pixels: 50_000_000, time: Duration::from_secs(2) }
    }
}

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// Neither PNG nor JPEG.
    #[error("not a PNG or JPEG picture")]
    NotAnImage,
    /// It says that it is a picture, and is none, or only part of one.
    #[error("damaged picture")]
    ImageDamaged,
    /// Colours that are not read.
    #[error("unsupported colours in the picture")]
    ImageUnsupported,
    /// More pixels than the limit.
    #[error("picture of {width} by {height} pixels, more than {limit} altogether")]
    ImageTooLarge {
        /// Pixels.
        width: usize,
        /// Pixels.
        height: usize,
        /// The limit.
        limit: usize,
    },
    /// The symbol was read and its text is longer than a seal's can be.
    #[error("QR symbol with more than {} octets of text", evidence::seal::TEXT_LIMIT)]
    TextTooLong,
    /// Time ran out before a symbol was found: there may be one.
    #[error("time ran out before a QR symbol was found; crop the picture to the symbol")]
    TimeSpent,
    /// The PDF as a whole cannot be read.
    #[error("{0}")]
    Pdf(pades::PdfError),
}

/// The texts of the QR symbols in a PNG or JPEG picture, each text once; none when there is no symbol.
///
/// All symbols of about the size of the first one that is found are read, and no others.
///
/// # Errors
///
/// When the octets are no such picture, when it is too large or damaged, when time ran out, or when a text is longer
/// than a seal can be.
pub fn read_image(octets: &[u8], limits: &Limits) -> Result<Vec<String>, QrError> {
    let picture = image::decode(octets, limits.pixels)?;
    read_gray(picture, &Deadline::after(limits.time))
}

/// What all kinds of files come to.
fn read_gray(picture: Gray, deadline: &Deadline) -> Result<Vec<String>, QrError> {
    let mut texts = Vec::new();
    let mut too_long = false;
    for text in search::search(picture, deadline) {
        match text {
            Text::Read(text) => texts.push(text),
            Text::TooLong => too_long = true,
        }
    }
    match texts.is_empty() {
        true if too_long => Err(QrError::TextTooLong),
        true if deadline.is_over() => Err(QrError::TimeSpent),
        _ => Ok(texts),
    }
}
