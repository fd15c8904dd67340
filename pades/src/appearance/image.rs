//! Pictures that are ready to be drawn: image XObjects (ISO 32000-2, 8.9.5), prepared once.

use std::sync::Arc;

use super::element::Colour;
use super::jpeg::{self, JpegFault};
use super::shared::{Piece, SharedObjects};
use super::{png, raster};

/// Octets of a picture's file. A scanned signature has some 20,000.
pub(super) const FILE_LIMIT: usize = 2 << 20;
/// Pixels of a picture: 17 cm square at 300 dots an inch.
pub(super) const PIXEL_LIMIT: u64 = 1 << 22;

/// A picture that is ready to be drawn. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct SignatureImage {
    image: Arc<Image>,
}

#[derive(PartialEq, Eq)]
struct Image {
    width: u32,
    height: u32,
    stencil: Option<Colour>,
    procedures: &'static str,
    objects: SharedObjects,
}

/// Why a file gives no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// The file is larger than the limit.
    #[error("a picture of {length} octets is over the limit of {limit}")]
    TooLarge {
        /// Octets of the file.
        length: usize,
        /// Octets allowed.
        limit: usize,
    },
    /// The picture has more pixels than the limit.
    #[error("a picture of {width} x {height} pixels is over the limit of {limit} pixels")]
    TooManyPixels {
        /// Pixels from left to right.
        width: u32,
        /// Pixels from top to bottom.
        height: u32,
        /// Pixels allowed.
        limit: u64,
    },
    /// The file is no PNG, or a damaged one.
    #[error("not a valid PNG: {0}")]
    Png(String),
    /// A PNG with several frames: nobody could say which one is signed.
    #[error("an animated PNG")]
    Animated,
    /// Nothing of the picture is opaque, so that a stencil of it would be empty.
    #[error("the picture shows nothing")]
    Blank,
    /// The file is no JPEG that a PDF may contain.
    #[error("not a JPEG for a PDF: {0}")]
    Jpeg(#[from] JpegFault),
}

impl SignatureImage {
    /// A PNG. Its transparency becomes a soft mask, which PDF/A-1 forbids: see [`SignatureImage::stencil_from_png`].
    ///
    /// # Errors
    /// [`ImageError`] says what is wrong with the file.
    pub fn from_png(file: &[u8]) -> Result<Self, ImageError> {
        let raster = png::decode(file)?;
        let (procedures, objects) = raster::objects(&raster);
        let (width, height) = (raster.width, raster.height);
        Ok(Self { image: Arc::new(Image { width, height, stencil: None, procedures, objects }) })
    }

    /// A PNG as a stencil (8.9.6.2): what is opaque, or dark if all of it is opaque, is painted in one colour, the rest
    /// is not painted at all. No transparency is used.
    ///
    /// # Errors
    /// [`ImageError::Blank`] when nothing would be painted; the others as for [`SignatureImage::from_png`].
    pub fn stencil_from_png(file: &[u8], colour: Colour) -> Result<Self, ImageError> {
        let raster = png::decode(file)?;
        let objects = raster::stencil(&raster).ok_or(ImageError::Blank)?;
        let (width, height) = (raster.width, raster.height);
        Ok(Self { image: Arc::new(Image { width, height, stencil: Some(colour), procedures: "/ImageB", objects }) })
    }

    /// A JPEG, whose compressed data go into the PDF as they are (7.4.8), without the notes of cameras: place, date,
    /// thumbnail. A note that the picture is to be turned is dropped too.
    ///
    /// # Errors
    /// [`ImageError`] says what is wrong with the file.
    pub fn from_jpeg(file: &[u8]) -> Result<Self, ImageError> {
        check_length(file)?;
        let jpeg = jpeg::parse(file)?;
        let (width, height) = (u32::from(jpeg.width), u32::from(jpeg.height));
        check_pixels(width, height)?;
        let (space, procedures, decode) = match (jpeg.components, jpeg.is_adobe) {
            (1, _) => ("/DeviceGray", "/ImageB", ""),
            (4, true) => ("/DeviceCMYK", "/ImageC", "/Decode [1 0 1 0 1 0 1 0] "),
            (4, false) => ("/DeviceCMYK", "/ImageC", ""),
            _ => ("/DeviceRGB", "/ImageC", ""),
        };
        let dictionary = format!(
            "<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace {space} /BitsPerComponent 8 \
             {decode}/Filter /DCTDecode /Length {} >>\nstream\n",
            jpeg.data.len()
        );
        let octets = [dictionary.as_bytes(), &jpeg.data, b"\nendstream"].concat();
        let objects = SharedObjects::new(vec![vec![Piece::Octets(octets)]]);
        Ok(Self { image: Arc::new(Image { width, height, stencil: None, procedures, objects }) })
    }

    /// Pixels from left to right.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.image.width
    }

    /// Pixels from top to bottom.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.image.height
    }

    /// The colour in which a stencil is painted.
    pub(super) fn stencil_colour(&self) -> Option<Colour> {
        self.image.stencil
    }

    /// Its entry in `/ProcSet` (14.2).
    pub(super) fn procedures(&self) -> &'static str {
        self.image.procedures
    }

    pub(super) fn objects(&self) -> &SharedObjects {
        &self.image.objects
    }
}

impl std::fmt::Debug for SignatureImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Image { width, height, stencil, .. } = &*self.image;
        f.debug_struct("SignatureImage")
            .field("width", width)
            .field("height", height)
            .field("stencil", stencil)
            .finish_non_exhaustive()
    }
}

pub(super) fn check_length(file: &[u8]) -> Result<(), ImageError> {
    if file.len() > FILE_LIMIT {
        return Err(ImageError::TooLarge { length: file.len(), limit: FILE_LIMIT });
    }
    Ok(())
}

pub(super) fn check_pixels(width: u32, height: u32) -> Result<(), ImageError> {
    if u64::from(width).saturating_mul(u64::from(height)) > PIXEL_LIMIT {
        return Err(ImageError::TooManyPixels { width, height, limit: PIXEL_LIMIT });
    }
    Ok(())
}

/// A stream of deflated data (7.3.8, 7.4.4). `entries` ends with a space or is empty.
pub(super) fn stream(entries: &str, deflated: &[u8]) -> Vec<u8> {
    let head = format!("<< {entries}/Filter /FlateDecode /Length {} >>\nstream\n", deflated.len());
    [head.as_bytes(), deflated, b"\nendstream"].concat()
}
