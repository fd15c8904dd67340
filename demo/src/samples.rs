//! The documents that the demo draws when it is given none: a surat keterangan and a page in the shape of a kartu keluarga.
//!
//! They look like what a kecamatan prints: A4, real layout, an embedded subset of a TrueType font, 20 to 70 KB, and the two
//! shapes of cross-reference that real producers write (a classic table, and object streams). Everything on them is invented
//! and every page says so. Nothing here knows about signatures: these are unsigned documents from "another system".

mod document;
mod font;
mod kartu_keluarga;
mod page;
mod surat;

use jiff::civil::Date;

pub use kartu_keluarga::kartu_keluarga;
pub use surat::{SUBJECT_NAME, surat_keterangan, surat_to_be_sealed};

/// Why a sample could not be drawn. Each is a fault of this crate, not of its caller: text and font are fixed.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The font in `office/assets` cannot be read.
    #[error("the embedded font cannot be read")]
    Font(#[source] skrifa::raw::ReadError),
    /// A page uses a character that the font does not have.
    #[error("the embedded font has no glyph for {0:?}")]
    NoGlyph(char),
    /// The font cannot be cut down to the glyphs used.
    #[error("the embedded font cannot be subset: {0}")]
    Subset(subsetter::Error),
    /// A stream cannot be compressed.
    #[error("a stream of the sample cannot be compressed")]
    Compress(#[source] std::io::Error),
    /// The PDF cannot be written.
    #[error("the sample cannot be written")]
    Write(#[source] std::io::Error),
}

/// The number of a sample as its page prints it. No province has the code 00, so no family card or person has such a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleNumber {
    /// Counts the samples of one place, from 1.
    pub running: u32,
    /// The year that a letter's number ends with.
    pub year: i16,
}

impl SampleNumber {
    /// As on a letter: `470/0001/UJI-COBA/2026`.
    #[must_use]
    pub fn letter(&self) -> String {
        format!("470/{:04}/UJI-COBA/{}", self.running, self.year)
    }

    /// As on a family card: 16 digits, the first six of them zeros because a real one begins with the place's code.
    #[must_use]
    pub fn family_card(&self) -> String {
        format!("{:016}", self.running)
    }
}

/// Month names as an Indonesian document prints them.
const MONTHS: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];

/// A date as an Indonesian document prints it: `24 November 2026`.
fn indonesian_date(date: Date) -> String {
    let month = usize::try_from(date.month() - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or_default();
    format!("{} {month} {}", date.day(), date.year())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use lopdf::{Document, Object};

    const DAY: Date = date(2026, 11, 24);
    const NUMBER: SampleNumber = SampleNumber { running: 1, year: 2026 };

    fn all() -> [(&'static str, Vec<u8>); 3] {
        [
            ("to be sealed", surat_to_be_sealed(DAY, &NUMBER, date(2027, 5, 24)).expect("fixed text and font")),
            ("surat", surat_keterangan(DAY, &NUMBER).expect("fixed text and font")),
            ("kk", kartu_keluarga(DAY, &NUMBER).expect("fixed text and font")),
        ]
    }

    #[test]
    fn dates_are_printed_in_indonesian() {
        assert_eq!(indonesian_date(date(2026, 1, 1)), "1 Januari 2026");
        assert_eq!(indonesian_date(date(2026, 12, 31)), "31 Desember 2026");
    }

    #[test]
    fn a_sample_has_the_size_of_a_real_document() {
        for (name, bytes) in all() {
            assert!((20_000..=70_000).contains(&bytes.len()), "{name}: {} octets", bytes.len());
        }
    }

    #[test]
    fn a_sample_is_the_same_file_for_the_same_day() {
        let first = all();
        assert_eq!(first, all());
        assert_ne!(
            surat_keterangan(DAY, &NUMBER).expect("fixed text and font"),
            surat_keterangan(date(2026, 11, 25), &NUMBER).expect("fixed text and font")
        );
    }

    #[test]
    fn a_sample_is_one_page_with_one_embedded_truetype_font() {
        for (name, bytes) in all() {
            let document = Document::load_mem(&bytes).expect("lopdf reads what it wrote");
            assert_eq!(document.get_pages().len(), 1, "{name}");
            let font_files = document
                .objects
                .values()
                .filter(|object| matches!(object, Object::Dictionary(d) if d.has(b"FontFile2")))
                .count();
            assert_eq!(font_files, 1, "{name}");
        }
    }

    #[test]
    fn every_page_says_that_it_is_a_test_and_invented() {
        for (name, bytes) in all() {
            let document = Document::load_mem(&bytes).expect("lopdf reads what it wrote");
            let text = document.extract_text(&[1]).expect("the text has a ToUnicode map");
            assert!(text.contains("UJI COBA"), "{name}: {text}");
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains("data di halaman ini karangan"), "{name}: {words}");
        }
    }

    #[test]
    fn the_largest_running_number_still_names_no_province() {
        let number = SampleNumber { running: u32::MAX, year: 2026 };
        assert_eq!(number.family_card(), "0000004294967295");
        assert_eq!(NUMBER.letter(), "470/0001/UJI-COBA/2026");
    }

    #[test]
    fn the_two_samples_have_the_two_shapes_of_cross_reference() {
        let [_, (_, surat), (_, kk)] = all();
        let has = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
        assert!(has(&surat, b"\nxref\n") && !has(&surat, b"/XRef"));
        assert!(has(&kk, b"/XRef") && has(&kk, b"/ObjStm") && !has(&kk, b"\nxref\n"));
    }
}
