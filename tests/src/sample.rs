//! The documents that benches sign: one page, an embedded font, and as much as photographs add.

use std::io::Cursor;

use demo::samples::{SampleNumber, kartu_keluarga, surat_to_be_sealed};
use lopdf::{Document, Object, Stream, dictionary};

/// Makes a kartu keluarga of about `octets` octets; the same ones each time.
///
/// # Errors
///
/// Only a fault of the sample's own.
pub fn sample_of(octets: usize) -> anyhow::Result<Vec<u8>> {
    weighted(&kartu_keluarga(jiff::civil::date(2026, 11, 24), &SampleNumber { running: 1, year: 2026 })?, octets)
}

/// Makes a letter of about `octets` octets, with room for a signature; the same ones each time.
///
/// # Errors
///
/// Only a fault of the sample's own.
pub fn letter_of(octets: usize) -> anyhow::Result<Vec<u8>> {
    let (date, last) = (jiff::civil::date(2026, 11, 24), jiff::civil::date(2027, 5, 24));
    weighted(&surat_to_be_sealed(date, &SampleNumber { running: 1, year: 2026 }, last)?, octets)
}

fn weighted(drawn: &[u8], octets: usize) -> anyhow::Result<Vec<u8>> {
    let mut document = Document::load_mem(drawn)?;
    // Octets that do not compress, as a photograph's.
    let mut state = 1_u64;
    let photograph = (drawn.len()..octets.max(drawn.len()))
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
