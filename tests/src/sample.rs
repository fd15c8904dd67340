//! The document that benches sign: one page, an embedded font, and as much as a photograph adds, about 64 KB in all.

use std::io::Cursor;

use demo::samples::{SampleNumber, kartu_keluarga};
use lopdf::{Document, Object, Stream, dictionary};

/// Octets of the whole document, about.
const SIZE_BYTES: usize = 64 * 1024;

/// Makes the document; the same octets each time.
///
/// # Errors
///
/// Only a fault of the sample's own.
pub fn sample_of_64_kb() -> anyhow::Result<Vec<u8>> {
    let drawn = kartu_keluarga(jiff::civil::date(2026, 11, 24), &SampleNumber { running: 1, year: 2026 })?;
    let mut document = Document::load_mem(&drawn)?;
    // Octets that do not compress, as a photograph's.
    let mut state = 1_u64;
    let photograph = (drawn.len()..SIZE_BYTES.max(drawn.len()))
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        })
        .collect();
    let stream = Stream::new(dictionary! { "Type" => "EmbeddedFile" }, photograph);
    let number = document.add_object(stream);
    document.catalog_mut()?.set("PieceInfo", dictionary! { "Uji" => Object::Reference(number) });
    let mut octets = Cursor::new(Vec::new());
    document.save_to(&mut octets)?;
    Ok(octets.into_inner())
}
