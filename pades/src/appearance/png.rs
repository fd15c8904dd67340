//! PNG to pixels: every colour type, depth, interlace and transparency, within the limits.

use std::io::Cursor;

use png::{BitDepth, ColorType, DecodeOptions, Decoder, Limits, Transformations};

use super::image::{FILE_LIMIT, ImageError, check_length, check_pixels};
use super::raster::Raster;

/// Octets that the decoder may allocate beside the pixels: a few rows of the widest picture.
const DECODER_OCTETS: usize = 64 << 20;

/// Decodes the whole file. Checksums count; what follows the picture does too.
pub(super) fn decode(file: &[u8]) -> Result<Raster, ImageError> {
    check_length(file)?;
    let mut options = DecodeOptions::default();
    options.set_ignore_checksums(false);
    options.set_ignore_text_chunk(true);
    options.set_ignore_iccp_chunk(true);
    options.set_skip_ancillary_crc_failures(false);
    let mut decoder = Decoder::new_with_options(Cursor::new(file), options);
    decoder.set_limits(Limits { bytes: DECODER_OCTETS });
    // Palettes, fewer than eight bits and `tRNS` become whole octets with alpha; sixteen bits become eight.
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let header = decoder.read_header_info().map_err(fault)?;
    let (width, height) = (header.width, header.height);
    check_pixels(width, height)?;
    // What a picture of this size takes at most; checked, because the pixels are.
    let mut reader = decoder.read_info().map_err(fault)?;
    if reader.info().animation_control.is_some() {
        return Err(ImageError::Animated);
    }
    let size = reader.output_buffer_size().ok_or(ImageError::TooLarge { length: usize::MAX, limit: FILE_LIMIT })?;
    let mut octets = vec![0; size];
    let frame = reader.next_frame(&mut octets).map_err(fault)?;
    reader.finish().map_err(fault)?;
    if frame.bit_depth != BitDepth::Eight {
        return Err(ImageError::Png("samples that are not octets".to_owned()));
    }
    let pixels = match frame.color_type {
        ColorType::Grayscale => octets.iter().map(|grey| [*grey, *grey, *grey, 255]).collect(),
        ColorType::GrayscaleAlpha => {
            octets.as_chunks().0.iter().map(|[grey, alpha]| [*grey, *grey, *grey, *alpha]).collect()
        }
        ColorType::Rgb => octets.as_chunks().0.iter().map(|[red, green, blue]| [*red, *green, *blue, 255]).collect(),
        ColorType::Rgba => octets.as_chunks().0.to_vec(),
        ColorType::Indexed => return Err(ImageError::Png("a palette that was not expanded".to_owned())),
    };
    Ok(Raster { width, height, pixels })
}

fn fault(error: png::DecodingError) -> ImageError {
    ImageError::Png(error.to_string())
}
