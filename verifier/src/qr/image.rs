//! From the octets of a PNG (ISO/IEC 15948) or a JPEG (ISO/IEC 10918-1) to a [`Gray`] picture.
//!
//! The header's width and height are compared with the limit before anything is allocated for them. What the decoders
//! then allocate is at most eight octets a pixel.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use png::{BitDepth, ColorType, Transformations};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::QrError;
use super::gray::Gray;

const PNG: &[u8] = b"\x89PNG\r\n\x1A\n";
const JPEG: &[u8] = b"\xFF\xD8\xFF";

/// Scans of a progressive JPEG: each one visits all of the picture. Ten are common.
const MAX_SCANS: usize = 32;

/// What a file's first octets say that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Png,
    Jpeg,
}

pub(crate) fn kind(octets: &[u8]) -> Option<Kind> {
    if octets.starts_with(PNG) { Some(Kind::Png) } else { octets.starts_with(JPEG).then_some(Kind::Jpeg) }
}

/// The picture, of at most `pixels` pixels.
pub(crate) fn decode(octets: &[u8], pixels: usize) -> Result<Gray, QrError> {
    let kind = kind(octets).ok_or(QrError::NotAnImage)?;
    // The decoders are other people's: one that panics has not read the picture.
    catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Png => decode_png(octets, pixels),
        Kind::Jpeg => decode_jpeg(octets, pixels),
    }))
    .unwrap_or(Err(QrError::ImageDamaged))
}

/// Whether so many pixels are few enough.
pub(crate) fn admitted(width: usize, height: usize, limit: usize) -> Result<usize, QrError> {
    match width.checked_mul(height) {
        Some(0) => Err(QrError::ImageDamaged),
        Some(pixels) if pixels <= limit => Ok(pixels),
        _ => Err(QrError::ImageTooLarge { width, height, limit }),
    }
}

fn decode_png(octets: &[u8], limit: usize) -> Result<Gray, QrError> {
    let damaged = |_| QrError::ImageDamaged;
    let limits = png::Limits { bytes: limit.saturating_mul(8) };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(octets), limits);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    // Text and profiles are not needed, and compressed ones may be bombs.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let (width, height) = {
        let (width, height) = decoder.read_header_info().map_err(damaged)?.size();
        (width as usize, height as usize)
    };
    let count = admitted(width, height, limit)?;
    let mut reader = decoder.read_info().map_err(damaged)?;
    let (colour, depth) = reader.output_color_type();
    if depth != BitDepth::Eight {
        return Err(QrError::ImageUnsupported);
    }
    let mut pixels = Vec::with_capacity(count);
    if reader.info().interlaced {
        let mut buffer = vec![0; reader.output_buffer_size().ok_or(QrError::ImageDamaged)?];
        reader.next_frame(&mut buffer).map_err(damaged)?;
        append(&mut pixels, &buffer, colour)?;
    } else {
        while let Some(row) = reader.next_row().map_err(damaged)? {
            append(&mut pixels, row.data(), colour)?;
        }
    }
    Gray::new(width, height, pixels).ok_or(QrError::ImageDamaged)
}

/// Appends the lightness of samples of one octet. What is transparent shows white paper.
fn append(pixels: &mut Vec<u8>, samples: &[u8], colour: ColorType) -> Result<(), QrError> {
    let over_white = |level: u8, alpha: u8| {
        let (level, alpha) = (u32::from(level), u32::from(alpha));
        ((level * alpha + 255 * (255 - alpha)) / 255) as u8
    };
    match colour {
        ColorType::Grayscale => pixels.extend_from_slice(samples),
        ColorType::GrayscaleAlpha => {
            pixels.extend(samples.as_chunks().0.iter().map(|[level, alpha]| over_white(*level, *alpha)));
        }
        ColorType::Rgb => pixels.extend(samples.as_chunks().0.iter().map(lightness)),
        ColorType::Rgba => {
            let pixel = |[red, green, blue, alpha]: &[u8; 4]| over_white(lightness(&[*red, *green, *blue]), *alpha);
            pixels.extend(samples.as_chunks().0.iter().map(pixel));
        }
        ColorType::Indexed => return Err(QrError::ImageUnsupported),
    }
    Ok(())
}

/// Luma of red, green and blue (ITU-R BT.601), as JPEG has it.
pub(crate) fn lightness([red, green, blue]: &[u8; 3]) -> u8 {
    ((u32::from(*red) * 77 + u32::from(*green) * 150 + u32::from(*blue) * 29) >> 8) as u8
}

fn decode_jpeg(octets: &[u8], limit: usize) -> Result<Gray, QrError> {
    let damaged = |_| QrError::ImageDamaged;
    let options = DecoderOptions::default()
        .jpeg_set_max_scans(MAX_SCANS)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .set_use_unsafe(false);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(octets), options);
    decoder.decode_headers().map_err(damaged)?;
    let (width, height) = decoder.dimensions().ok_or(QrError::ImageDamaged)?;
    let count = admitted(width, height, limit)?;
    // The lightness alone, without the colours, wherever the decoder can leave them.
    let colour = match decoder.input_colorspace().ok_or(QrError::ImageDamaged)? {
        ColorSpace::Luma | ColorSpace::YCbCr => ColorSpace::Luma,
        ColorSpace::RGB | ColorSpace::CMYK | ColorSpace::YCCK => ColorSpace::RGB,
        _ => return Err(QrError::ImageUnsupported),
    };
    let options = decoder.options().jpeg_set_out_colorspace(colour);
    decoder.set_options(options);
    let samples = decoder.decode().map_err(damaged)?;
    let pixels = if samples.len() == count { samples } else { samples.as_chunks().0.iter().map(lightness).collect() };
    Gray::new(width, height, pixels).ok_or(QrError::ImageDamaged)
}
