//! The page as it will look, as a picture: nothing is signed, and the picture says so.
//!
//! The signature is drawn into the document exactly as for signing and the result is rendered, so that a preview cannot differ from the
//! page. A picture of a page with the signer's handwriting on it could be mistaken for the document: a band above the page says what it
//! is, and where the seal will be there is a QR code whose text is no seal.

use std::sync::Arc;

use pades::{ContentsSize, Limits, PdfError, PdfTime, PrepareError, PrepareOptions, UnsignedPdf};
use thiserror::Error;

use super::{
    artwork::{Artwork, Drawing, Shown, symbol},
    error::AppearanceError,
    sight::{Layers, Picture, Sight, SightError},
    template::ErrorCorrection,
};

/// Dots an inch of a preview: letters of the small print can be read, and an A4 page has 2 million pixels.
const DOTS_PER_INCH: f64 = 150.0;
/// Height of the band above the page, in points.
const BAND: f64 = 24.0;
/// Begin of the QR code that stands for the seal. It has no `https://`, so that no telephone opens anything.
const SAMPLE: &str = "PRATINJAU, BUKAN SEGEL. PREVIEW, NOT A SEAL. ";
/// QR versions of a seal of 87 octets of payload, the most that is planned for.
const VERSION_M: u8 = 10;
const VERSION_Q: u8 = 12;

/// What a preview shows beside what the template says.
#[derive(Debug, Clone, Copy)]
pub struct Preview<'a> {
    /// `{signer_name}`.
    pub signer_name: &'a str,
    /// `{signer_title}`, unless the template gives one.
    pub signer_title: &'a str,
    /// `{number}`.
    pub number: &'a str,
    /// `{date}` and `{time}`.
    pub time: PdfTime,
}

/// Why there is no preview.
#[derive(Debug, Error)]
pub enum PreviewError {
    /// The document cannot be signed as it is.
    #[error("the document cannot be read as a PDF that may be signed")]
    Document(#[from] PdfError),
    /// The signature cannot be placed or drawn: signing would say the same.
    #[error("the signature cannot be drawn on this document")]
    Appearance(#[from] AppearanceError),
    /// The document cannot be prepared.
    #[error("the document cannot be prepared for a signature")]
    Prepare(#[from] PrepareError),
    /// The page that was made cannot be rendered.
    #[error("the page cannot be rendered")]
    Sight(#[from] SightError),
    /// The picture cannot be written.
    #[error("the picture cannot be written")]
    Png(#[from] png::EncodingError),
}

/// The page that carries the signature, as a PNG.
///
/// # Errors
///
/// [`PreviewError`].
pub fn preview(
    pdf: Vec<u8>,
    artwork: &Artwork,
    values: &Preview<'_>,
    sight: &Sight,
) -> Result<(Vec<u8>, Drawing), PreviewError> {
    let pdf = Arc::new(pdf);
    let unsigned = UnsignedPdf::open(pdf.as_ref().clone(), &Limits::default())?;
    let seal = artwork.template().seal.as_ref().map(|seal| sample(seal.level)).transpose()?;
    let shown = Shown {
        signer_name: values.signer_name,
        signer_title: values.signer_title,
        number: values.number,
        time: values.time,
        seal: seal.as_deref(),
    };
    let drawing = artwork.draw(&unsigned, &pdf, &shown, sight)?;
    let scale = unsigned.page_geometry(drawing.page)?.user_unit() * DOTS_PER_INCH / 72.0;
    let options = PrepareOptions {
        appearance: drawing.appearance.clone(),
        // Nothing will be put there.
        ..PrepareOptions::new(drawing.field.clone(), values.time, ContentsSize::new(64))
    };
    let drawn = Arc::new(unsigned.prepare(&options)?.bytes().to_vec());
    let page = sight.picture(&drawn, drawing.page, scale, Layers::Everything)?;
    let band = band(&page, sight)?;
    Ok((png(&[&band, &page])?, drawing))
}

/// A page of any document, with its annotations, as a PNG: what a printer puts on paper. `page` counts from 0.
///
/// # Errors
///
/// [`PreviewError::Document`] when it is no PDF that may be signed, [`PreviewError::Prepare`] when it has no such page,
/// [`PreviewError::Sight`], [`PreviewError::Png`].
pub fn page_picture(pdf: Vec<u8>, page: usize, dots_per_inch: f64, sight: &Sight) -> Result<Vec<u8>, PreviewError> {
    let pdf = Arc::new(pdf);
    let user_unit = UnsignedPdf::open(pdf.as_ref().clone(), &Limits::default())?.page_geometry(page)?.user_unit();
    let picture = sight.picture(&pdf, page, user_unit * dots_per_inch / 72.0, Layers::Everything)?;
    Ok(png(&[&picture])?)
}

/// A text that is no seal and gives a QR code of the size that the largest planned seal has.
fn sample(level: ErrorCorrection) -> Result<String, AppearanceError> {
    let version = match level {
        ErrorCorrection::M => VERSION_M,
        ErrorCorrection::Q => VERSION_Q,
    };
    let mut text = SAMPLE.to_owned();
    // Fewer than 400 digits fill the largest of the versions.
    for digit in (0..10).cycle().take(1_000) {
        if symbol(&text, level)?.version() >= version {
            break;
        }
        for _ in 0..10 {
            text.push(char::from_digit(digit, 10).unwrap_or('0'));
        }
    }
    Ok(text)
}

/// A band as wide as the page that says what the picture is.
fn band(page: &Picture, sight: &Sight) -> Result<Picture, SightError> {
    let width = f64::from(page.width) * 72.0 / DOTS_PER_INCH;
    // 58 letters, each about 0.6 of the size wide.
    let size = (width / 36.0).clamp(2.0, 14.0);
    let content = format!(
        "0.75 0.05 0.05 rg 0 0 {width} {BAND} re f 1 g BT /F1 {size} Tf 8 8 Td (PRATINJAU: BELUM DITANDATANGANI / PREVIEW: NOT SIGNED) Tj ET"
    );
    let pdf = format!(
        "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n\
         3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {BAND}] /Contents 4 0 R /Resources << /Font << /F1 << /Type /Font \
         /Subtype /Type1 /BaseFont /Helvetica-Bold >> >> >> >>\nendobj\n4 0 obj\n<< /Length {} >>\nstream\n{content}\nendstream\nendobj\n\
         trailer\n<< /Root 1 0 R /Size 5 >>\n%%EOF\n",
        content.len()
    );
    sight.picture(&Arc::new(pdf.into_bytes()), 0, DOTS_PER_INCH / 72.0, Layers::Everything)
}

/// Pictures one below the other as one PNG; the last one says how wide it is.
fn png(parts: &[&Picture]) -> Result<Vec<u8>, png::EncodingError> {
    let width = parts.last().map_or(1, |picture| picture.width);
    let height = parts.iter().map(|picture| picture.height).sum();
    let row = usize::try_from(width).unwrap_or(usize::MAX).saturating_mul(3);
    let mut rgb = Vec::new();
    for picture in parts {
        let own = usize::try_from(picture.width).unwrap_or(usize::MAX).saturating_mul(3).max(1);
        for line in picture.rgb.chunks(own) {
            rgb.extend(line.iter().copied().chain(std::iter::repeat(255)).take(row));
        }
    }
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(&rgb)?;
    Ok(out)
}
