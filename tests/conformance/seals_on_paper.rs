//! Seals read from pictures and from scanned PDFs, and what is refused there. `tests/benches/qr.rs` has the whole table.

use anyhow::{Context as _, ensure};
use demo::photograph::Handling;
use lopdf::{Document, Object, Stream, dictionary};
use tests::degraded::{Condition, Shot, Symbol, seal_text, take};
use tests::{Outcome, Suite};
use verifier::qr::{Limits, NotRead, NotReadReason, QrError, read_image, read_pdf};

/// Shots of each symbol. The bench takes more of them.
const SHOTS: u64 = 20;

pub(crate) fn cases(suite: &mut Suite) {
    suite
        .case("nineteen_of_twenty_creased_letters_are_read_at_three_pixels_a_module", || creased_seals(Symbol::V10M))
        .case("nineteen_of_twenty_creased_akta_are_read_at_three_pixels_a_module", || creased_seals(Symbol::V12Q))
        .case("a_seal_whose_modules_blur_into_one_another_is_read", blurred_seal)
        .case("a_picture_without_a_seal_gives_no_text", no_seal)
        .case("a_picture_that_claims_too_many_pixels_is_refused_before_it_is_decoded", too_large)
        .case("a_seal_in_a_scanned_pdf_is_read_and_what_is_not_read_is_named", scanned);
}

fn creased_seals(symbol: Symbol) -> Outcome {
    let text = seal_text();
    let condition = Condition { wear: 0.1, ..Condition::CLEAN };
    let drawn = symbol.draw(&text);
    let read = (0..SHOTS).filter(|seed| {
        let picture = take(&drawn, &condition, 3.0, *seed).to_jpeg(condition.jpeg_quality);
        // The time limit must not decide on a busy machine.
        let limits = Limits { time: std::time::Duration::from_secs(60), ..Limits::default() };
        read_image(&picture, &limits) == Ok(vec![text.clone()])
    });
    let read = read.count() as u64;
    ensure!(read * 100 >= SHOTS * 95, "{}: {read} of {SHOTS} read", symbol.name());
    Ok(())
}

fn blurred_seal() -> Outcome {
    let text = seal_text();
    let condition = Condition { handling: Handling { blur_units: 0.35, ..Handling::STEADY }, ..Condition::CLEAN };
    for seed in 0..3 {
        let picture = take(&Symbol::V12Q.draw(&text), &condition, 4.0, seed).to_jpeg(condition.jpeg_quality);
        let limits = Limits { time: std::time::Duration::from_secs(60), ..Limits::default() };
        ensure!(read_image(&picture, &limits) == Ok(vec![text.clone()]), "shot {seed}");
    }
    Ok(())
}

fn no_seal() -> Outcome {
    let blank = tests::degraded::photograph(None, 400, 300).to_jpeg(85);
    ensure!(read_image(&blank, &Limits::default()) == Ok(Vec::new()));
    Ok(())
}

fn too_large() -> Outcome {
    // A header and nothing else: were it believed, 3.6 GB would be allocated.
    let mut png = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\xEA\x60\0\0\xEA\x60\x08\0\0\0\0".to_vec();
    png.extend(crc32(&png[12..]).to_be_bytes());
    let refused = QrError::ImageTooLarge { width: 60_000, height: 60_000, limit: Limits::default().pixels };
    ensure!(read_image(&png, &Limits::default()) == Err(refused), "{:?}", read_image(&png, &Limits::default()));
    // The same for JPEG: a frame header of 65,500 by 65,500 pixels in an honest picture.
    let mut jpeg = tests::degraded::photograph(None, 64, 64).to_jpeg(85);
    let frame = jpeg.windows(2).position(|marker| marker == [0xFF, 0xC0]).context("a baseline frame")?;
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
    let refused = QrError::ImageTooLarge { width: 65_500, height: 65_500, limit: Limits::default().pixels };
    ensure!(read_image(&jpeg, &Limits::default()) == Err(refused), "{:?}", read_image(&jpeg, &Limits::default()));
    ensure!(read_image(b"%PDF-1.7", &Limits::default()) == Err(QrError::NotAnImage));
    Ok(())
}

/// PNG's checksum (ISO/IEC 15948, annex D).
fn crc32(octets: &[u8]) -> u32 {
    !octets.iter().fold(u32::MAX, |crc, octet| {
        (0..8).fold(crc ^ u32::from(*octet), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

fn scanned() -> Outcome {
    let text = seal_text();
    let shot = take(&Symbol::V12Q.draw(&text), &Condition::CLEAN, 4.0, 0);
    let gray = image(&shot, "DeviceGray", 8, None, shot.pixels.clone());
    let jpeg = image(&shot, "DeviceRGB", 8, Some("DCTDecode"), shot.to_jpeg(85));
    let row = |row: &[u8]| -> Vec<u8> {
        row.chunks(8)
            .map(|bits| (0..8).fold(0, |octet, at| octet << 1 | u8::from(bits.get(at).is_some_and(|bit| *bit > 110))))
            .collect()
    };
    let packed = shot.pixels.chunks_exact(shot.width).flat_map(row).collect();
    let one_bit = image(&shot, "DeviceGray", 1, None, packed);
    for (kind, stream) in [("gray", gray), ("JPEG", jpeg), ("one bit", one_bit)] {
        let (pdf, _) = page_with(vec![stream])?;
        let reading = read_pdf(&pdf, &Limits::default())?;
        ensure!(reading.texts == [text.clone()] && reading.not_read.is_empty(), "{kind}: {reading:?}");
    }
    let fax = image(&shot, "DeviceGray", 1, Some("CCITTFaxDecode"), vec![0; 64]);
    let jbig2 = image(&shot, "DeviceGray", 1, Some("JBIG2Decode"), vec![0; 64]);
    let (pdf, numbers) = page_with(vec![fax, jbig2])?;
    let mut reading = read_pdf(&pdf, &Limits::default())?;
    reading.not_read.sort_by_key(|not_read| not_read.object);
    let named = |(object, filter): (&u32, &str)| NotRead {
        object: *object,
        reason: NotReadReason::UnsupportedFilter(filter.to_owned()),
    };
    let expected: Vec<_> = numbers.iter().zip(["CCITTFaxDecode", "JBIG2Decode"]).map(named).collect();
    ensure!(reading.texts.is_empty() && reading.not_read == expected, "{reading:?}");
    Ok(())
}

fn image(shot: &Shot, space: &str, bits: i64, filter: Option<&str>, data: Vec<u8>) -> Stream {
    let mut dictionary = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "ColorSpace" => space, "BitsPerComponent" => bits,
        "Width" => shot.width as i64, "Height" => shot.height as i64,
    };
    if let Some(filter) = filter {
        dictionary.set("Filter", filter);
    }
    let mut stream = Stream::new(dictionary, data);
    if filter.is_none() {
        stream.compress().ok();
    }
    stream
}

/// A page that shows the images, and their object numbers.
fn page_with(images: Vec<Stream>) -> anyhow::Result<(Vec<u8>, Vec<u32>)> {
    let mut document = Document::with_version("1.7");
    let numbers: Vec<_> = images.into_iter().map(|image| document.add_object(image)).collect();
    let shown = numbers.iter().map(|id| (format!("I{}", id.0).into_bytes(), Object::Reference(*id)));
    let xobjects = lopdf::Dictionary::from_iter(shown);
    let pages = document.new_object_id();
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        "Resources" => dictionary! { "XObject" => xobjects },
    });
    document.objects.insert(pages, dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut octets = Vec::new();
    document.save_to(&mut octets)?;
    Ok((octets, numbers.into_iter().map(|id| id.0).collect()))
}
