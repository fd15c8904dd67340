//! Visible signatures: what is drawn, where, and how it gets into the update (ISO 32000-2, 12.5.5).
//!
//! Fonts and pictures are prepared once, as [`EmbeddableFont`] and [`SignatureImage`], and drawn many times: drawing
//! only copies them. A second signature in a file shares those of the first, found by their octets.
//!
//! Everything is counted in points of 1/72 inch. The box is the rectangle in which the signature stands; its own
//! coordinates begin in its lower left corner, whichever way the page is turned.

mod content;
mod deflate;
mod draw;
mod element;
mod font;
mod image;
mod jpeg;
mod number;
mod png;
mod qr;
mod raster;
mod shared;
mod to_unicode;
mod true_type;

pub(crate) use draw::Canvas;
pub use element::{Colour, Element, Overlap, VisibleSignature};
pub use font::{BaseSet, EmbeddableFont, FontError};
pub use image::{ImageError, SignatureImage};
pub use jpeg::JpegFault;
pub use qr::{QrError, QrLevel, QrSymbol};
