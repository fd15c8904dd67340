//! Pictures: which files become one, and how.

use pades::Rect;
use pades::appearance::{Colour, Element, ImageError, JpegFault, SignatureImage};

use crate::made::{BOX, appended, page, png, sign};
use crate::shapes::Layout;

/// The update that draws this picture.
fn drawn(image: SignatureImage) -> String {
    let input = page("").file(Layout::Table);
    let rect = Rect::new(0.0, 0.0, 40.0, 40.0);
    appended(&sign(input.clone(), BOX, vec![Element::Image { image, rect }]), &input)
}

fn from_png(file: &[u8]) -> SignatureImage {
    SignatureImage::from_png(file).expect("a PNG")
}

#[test]
fn grey_pictures_are_grey_and_few_colours_are_indexed() {
    let grey = drawn(from_png(&png(2, 1, png::ColorType::Rgb, &[9, 9, 9, 200, 200, 200])));
    assert!(grey.contains("/ColorSpace /DeviceGray") && !grey.contains("/SMask"), "{grey}");
    let two = drawn(from_png(&png(2, 1, png::ColorType::Rgb, &[9, 0, 9, 200, 200, 0])));
    assert!(two.contains("/ColorSpace [/Indexed /DeviceRGB 1 <090009C8C800>] /BitsPerComponent 1"), "{two}");
    let many: Vec<u8> = (0..900_u32).flat_map(|at| [(at % 256) as u8, (at / 256) as u8, 7]).collect();
    let many = drawn(from_png(&png(30, 30, png::ColorType::Rgb, &many)));
    assert!(many.contains("/ColorSpace /DeviceRGB /BitsPerComponent 8"), "{many}");
}

#[test]
fn transparency_is_a_soft_mask_and_its_hidden_colours_cost_nothing() {
    let update = drawn(from_png(&png(2, 1, png::ColorType::Rgba, &[9, 0, 0, 255, 1, 2, 3, 0])));
    assert!(update.contains("/SMask ") && update.contains("<090000>] /BitsPerComponent 1"), "{update}");
    let opaque = drawn(from_png(&png(1, 1, png::ColorType::GrayscaleAlpha, &[9, 255])));
    assert!(!opaque.contains("/SMask"), "{opaque}");
}

#[test]
fn a_stencil_has_one_colour_and_no_transparency() {
    let file = png(2, 1, png::ColorType::Rgba, &[9, 0, 0, 255, 9, 0, 0, 10]);
    let stencil = SignatureImage::stencil_from_png(&file, Colour([0, 0, 128])).expect("a PNG");
    let update = drawn(stencil);
    assert!(update.contains("/ImageMask true /BitsPerComponent 1") && !update.contains("/SMask"), "{update}");
    let white = png(2, 1, png::ColorType::Grayscale, &[255, 255]);
    assert_eq!(SignatureImage::stencil_from_png(&white, Colour::BLACK).err(), Some(ImageError::Blank));
    let clear = png(1, 1, png::ColorType::Rgba, &[0, 0, 0, 0]);
    assert_eq!(SignatureImage::stencil_from_png(&clear, Colour::BLACK).err(), Some(ImageError::Blank));
}

#[test]
fn sixteen_bits_and_palettes_with_transparency_are_read() {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 2, 1);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_palette(vec![255, 0, 0, 0, 0, 255]);
    encoder.set_trns(vec![255, 128]);
    let mut writer = encoder.write_header().expect("a vector");
    writer.write_image_data(&[0b0100_0000]).expect("one octet");
    writer.finish().expect("a vector");
    let update = drawn(from_png(&file));
    assert!(update.contains("/SMask ") && update.contains("/Indexed /DeviceRGB 1 <FF00000000FF>"), "{update}");
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 1, 1);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Sixteen);
    let mut writer = encoder.write_header().expect("a vector");
    writer.write_image_data(&[0x12, 0x34]).expect("two octets");
    writer.finish().expect("a vector");
    assert_eq!(from_png(&file), from_png(&png(1, 1, png::ColorType::Grayscale, &[0x12])));
}

/// Strokes with soft edges and grain in a palette of two shades and 31 degrees of transparency: what a scanner and a good compressor make of
/// a signature. 20 KB.
fn grained() -> Vec<u8> {
    let (width, height) = (700_u16, 280_u16);
    let mut state = 5_u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut indexes = Vec::new();
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (f64::from(y), f64::from(x)))) {
        let near = |number: u8| {
            let (number, t) = (f64::from(number), x / f64::from(width));
            let wave = (t * (9.0 + 5.0 * number) + number).sin() * (115.0 - 24.0 * number) * (0.3 + t).min(1.0);
            (y - f64::from(height) / 2.0 - wave).abs() / (3.0 + number)
        };
        let degree = ((1.5 - (0..3).map(near).fold(f64::MAX, f64::min)) * 31.0).clamp(0.0, 31.0) as u64;
        let degree = degree.saturating_sub(if degree == 0 { 0 } else { random(2) });
        indexes.push(if degree == 0 { 0 } else { 1 + (degree - 1) * 2 + random(2) } as u8);
    }
    let (mut palette, mut alpha) = (vec![0, 0, 0], vec![0]);
    for (degree, shade) in (1..=31_u8).flat_map(|degree| (0..2_u8).map(move |shade| (degree, shade))) {
        palette.extend([18 + 20 * shade, 36 + 20 * shade, 120 + 20 * shade]);
        alpha.push(degree * 8);
    }
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, u32::from(width), u32::from(height));
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(palette);
    encoder.set_trns(alpha);
    encoder.set_deflate_compression(png::DeflateCompression::Level(9));
    encoder.set_filter(png::Filter::NoFilter);
    encoder.write_header().and_then(|mut writer| writer.write_image_data(&indexes)).expect("a vector");
    file
}

#[test]
fn a_picture_weighs_little_more_than_its_file_however_well_that_was_compressed() {
    let weight = |content| sign(page("").file(Layout::Table), BOX, content).bytes().len();
    let rect = Rect::new(0.0, 0.0, 40.0, 40.0);
    let file = grained();
    assert!((19_000..21_000).contains(&file.len()), "{}", file.len());
    let frame = Element::Frame { rect, line_width: 1.0, line: Colour::BLACK, fill: None };
    let grown = weight(vec![Element::Image { image: from_png(&file), rect }]) - weight(vec![frame]);
    assert!(grown < file.len() * 112 / 100, "{grown} octets of {}", file.len());
}

#[test]
fn a_png_that_is_damaged_or_cut_off_is_refused() {
    let whole = png(9, 9, png::ColorType::Grayscale, &[7; 81]);
    for length in 0..whole.len() - 12 {
        assert!(matches!(SignatureImage::from_png(&whole[..length]), Err(ImageError::Png(_))), "{length}");
    }
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        assert!(SignatureImage::from_png(&damaged).is_err(), "octet {at}");
    }
    assert!(matches!(SignatureImage::from_png(b"not a picture"), Err(ImageError::Png(_))));
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let mut bomb = png(1, 1, png::ColorType::Grayscale, &[0]);
    bomb[16..24].copy_from_slice(&[0, 0, 0x40, 0, 0, 0, 0x40, 0]);
    // The check value of the header that was changed.
    let check = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&check.to_be_bytes());
    let expected = ImageError::TooManyPixels { width: 16_384, height: 16_384, limit: 1 << 22 };
    assert_eq!(SignatureImage::from_png(&bomb).err(), Some(expected));
    let long = vec![0; (2 << 20) + 1];
    let expected = ImageError::TooLarge { length: long.len(), limit: 2 << 20 };
    assert_eq!(SignatureImage::from_png(&long).err(), Some(expected.clone()));
    assert_eq!(SignatureImage::from_jpeg(&long).err(), Some(expected));
}

fn crc32(octets: &[u8]) -> u32 {
    !octets.iter().fold(u32::MAX, |crc, octet| {
        (0..8).fold(crc ^ u32::from(*octet), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

/// The markers of a JPEG; nobody decodes its scan here.
fn jpeg(frame: &[u8], before: &[u8]) -> Vec<u8> {
    let scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x12, 0xFF, 0, 0xFF, 0xD0, 0x34];
    [&[0xFF, 0xD8], before, frame, &scan, &[0xFF, 0xD9]].concat()
}

fn frame(marker: u8, bits: u8, components: &[u8]) -> Vec<u8> {
    let mut segment = vec![0xFF, marker, 0, 8 + 3 * components.len() as u8, bits, 0, 20, 0, 30, components.len() as u8];
    components.iter().for_each(|name| segment.extend([*name, 0x11, 0]));
    segment
}

const EXIF: &[u8] = &[0xFF, 0xE1, 0, 8, b'E', b'x', b'i', b'f', 0, 0];
const ADOBE: &[u8] = &[0xFF, 0xEE, 0, 14, b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, 2];

#[test]
fn a_jpeg_goes_in_as_it_is_but_for_the_notes_of_cameras() {
    let image = SignatureImage::from_jpeg(&jpeg(&frame(0xC0, 8, &[1, 2, 3]), EXIF)).expect("a JPEG");
    assert_eq!((image.width(), image.height()), (30, 20));
    let update = drawn(image);
    assert!(update.contains("/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode"), "{update}");
    assert!(!update.contains("Exif"), "{update}");
    let behind = [jpeg(&frame(0xC2, 8, &[1]), b""), b"after the end".to_vec()].concat();
    let update = drawn(SignatureImage::from_jpeg(&behind).expect("a JPEG"));
    assert!(update.contains("/DeviceGray") && !update.contains("after the end"), "{update}");
}

#[test]
fn four_inks_by_adobe_are_inverted() {
    let inks =
        |before| drawn(SignatureImage::from_jpeg(&jpeg(&frame(0xC0, 8, &[1, 2, 3, 4]), before)).expect("a JPEG"));
    assert!(inks(ADOBE).contains("/DeviceCMYK /BitsPerComponent 8 /Decode [1 0 1 0 1 0 1 0]"));
    assert!(inks(b"").contains("/DeviceCMYK /BitsPerComponent 8 /Filter"));
}

#[test]
fn a_jpeg_that_no_pdf_may_contain_is_refused() {
    let refused = |file: &[u8]| match SignatureImage::from_jpeg(file) {
        Err(ImageError::Jpeg(fault)) => fault,
        other => panic!("{other:?}"),
    };
    let three = frame(0xC0, 8, &[1, 2, 3]);
    assert_eq!(refused(b""), JpegFault::NoStart);
    assert_eq!(refused(b"\x89PNG"), JpegFault::NoStart);
    for marker in [0xC3, 0xC5, 0xC7, 0xC9, 0xCA, 0xCF] {
        assert_eq!(refused(&jpeg(&frame(marker, 8, &[1]), b"")), JpegFault::Process { marker });
    }
    assert_eq!(refused(&jpeg(&frame(0xC1, 12, &[1]), b"")), JpegFault::Precision { bits: 12 });
    assert_eq!(refused(&jpeg(&frame(0xC0, 8, &[1, 2]), b"")), JpegFault::Components { components: 2 });
    assert_eq!(refused(&jpeg(&[three.clone(), three.clone()].concat(), b"")), JpegFault::Frame);
    assert_eq!(refused(&jpeg(b"", b"")), JpegFault::Frame);
    assert_eq!(refused(&jpeg(&frame(0xC0, 8, b"RGB"), b"")), JpegFault::Ambiguous);
    let mut flat = three.clone();
    flat[5..7].fill(0);
    assert_eq!(refused(&jpeg(&flat, b"")), JpegFault::NoExtent);
    assert_eq!(refused(&jpeg(&three, &[0xFF, 0xE0, 0, 1])), JpegFault::Segment);
    assert_eq!(refused(&jpeg(&three, b"x")), JpegFault::Segment);
    let mut huge = three.clone();
    huge[5..9].fill(0xFF);
    let expected = ImageError::TooManyPixels { width: 65_535, height: 65_535, limit: 1 << 22 };
    assert_eq!(SignatureImage::from_jpeg(&jpeg(&huge, b"")).err(), Some(expected));
    let whole = jpeg(&three, EXIF);
    for length in 2..whole.len() {
        assert!(SignatureImage::from_jpeg(&whole[..length]).is_err(), "{length}");
    }
}
