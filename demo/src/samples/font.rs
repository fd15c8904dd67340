//! The one font of the samples, and the subset of it that one page embeds: Basic Latin whole, as office suites embed it (so that
//! the samples weigh what real documents weigh), and whatever else the page uses.
//!
//! The subset is embedded as a CIDFontType2 whose CID is the glyph's number in the subset (ISO 32000-2, 9.7.4.2), because a
//! subset without `cmap` can be addressed in no other way; a ToUnicode map keeps the text searchable and copyable (9.10.3).

use std::collections::BTreeMap;
use std::fmt::Write;

use skrifa::{
    FontRef, GlyphId, MetadataProvider,
    instance::{LocationRef, Size},
};
use subsetter::GlyphRemapper;

use super::SampleError;

/// Liberation Sans Regular 2.1.5, SIL Open Font License 1.1, of the office; see `office/assets/README.md`.
const FONT: &[u8] = include_bytes!("../../../office/assets/LiberationSans-Regular.ttf");

/// PDF measures glyphs in thousandths of the font size (ISO 32000-2, 9.2.4).
const GLYPH_SPACE: f32 = 1000.0;

/// The whole font, and the glyphs that were asked of it so far.
pub(super) struct Face {
    font: FontRef<'static>,
    remapper: GlyphRemapper,
    used: BTreeMap<u16, Used>,
}

/// One glyph of the subset.
struct Used {
    character: char,
    /// Advance in thousandths of the font size.
    advance: f32,
}

/// What a font descriptor says of the face, in thousandths of the font size.
pub(super) struct Metrics {
    pub(super) ascent: f32,
    pub(super) descent: f32,
    pub(super) cap_height: f32,
    pub(super) bounds: [f32; 4],
}

impl Face {
    pub(super) fn open() -> Result<Self, SampleError> {
        let mut face = Self {
            font: FontRef::new(FONT).map_err(SampleError::Font)?,
            remapper: GlyphRemapper::new(),
            used: BTreeMap::new(),
        };
        let basic_latin = (' '..='~').collect::<String>();
        face.encode(&basic_latin)?;
        Ok(face)
    }

    /// Width of `text` at `size`, in points.
    pub(super) fn width(&self, text: &str, size: f32) -> Result<f32, SampleError> {
        let mut thousandths = 0.0;
        for character in text.chars() {
            thousandths += self.advance(self.glyph(character)?);
        }
        Ok(thousandths * size / GLYPH_SPACE)
    }

    /// `text` as the hexadecimal digits of its CIDs, ready to stand between `<` and `>`; its glyphs join the subset.
    pub(super) fn encode(&mut self, text: &str) -> Result<String, SampleError> {
        let mut digits = String::with_capacity(text.len() * 4);
        for character in text.chars() {
            let glyph = self.glyph(character)?;
            let number = u16::try_from(glyph.to_u32()).map_err(|_| SampleError::NoGlyph(character))?;
            let cid = self.remapper.remap(number);
            let advance = self.advance(glyph);
            self.used.entry(cid).or_insert(Used { character, advance });
            write!(digits, "{cid:04X}").expect("writing to a String cannot fail");
        }
        Ok(digits)
    }

    /// The subset as a TrueType file.
    pub(super) fn subset(&self) -> Result<Vec<u8>, SampleError> {
        subsetter::subset(FONT, 0, &self.remapper).map_err(SampleError::Subset)
    }

    /// Advances of the CIDs from 1 up to the last used one: the glyphs are numbered in the order of their first use.
    pub(super) fn advances(&self) -> impl Iterator<Item = f32> + '_ {
        self.used.values().map(|used| used.advance)
    }

    pub(super) fn metrics(&self) -> Metrics {
        let metrics = self.font.metrics(Size::new(GLYPH_SPACE), LocationRef::default());
        let bounds = metrics.bounds.unwrap_or_default();
        Metrics {
            ascent: metrics.ascent,
            descent: metrics.descent,
            cap_height: metrics.cap_height.unwrap_or(metrics.ascent),
            bounds: [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max],
        }
    }

    /// The ToUnicode CMap (ISO 32000-2, 9.10.3).
    pub(super) fn to_unicode(&self) -> String {
        let mut map = String::from(
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
             /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
             /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
             1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
        );
        let entries = self.used.iter().collect::<Vec<_>>();
        // A block of a CMap holds at most 100 entries.
        for block in entries.chunks(100) {
            writeln!(map, "{} beginbfchar", block.len()).expect("writing to a String cannot fail");
            for (cid, used) in block {
                let mut units = [0; 2];
                let unicode = used
                    .character
                    .encode_utf16(&mut units)
                    .iter()
                    .fold(String::new(), |text, unit| format!("{text}{unit:04X}"));
                writeln!(map, "<{cid:04X}> <{unicode}>").expect("writing to a String cannot fail");
            }
            map.push_str("endbfchar\n");
        }
        map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
        map
    }

    fn glyph(&self, character: char) -> Result<GlyphId, SampleError> {
        self.font
            .charmap()
            .map(character)
            .filter(|glyph| *glyph != GlyphId::NOTDEF)
            .ok_or(SampleError::NoGlyph(character))
    }

    fn advance(&self, glyph: GlyphId) -> f32 {
        self.font.glyph_metrics(Size::new(GLYPH_SPACE), LocationRef::default()).advance_width(glyph).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_the_font_lacks_is_named_and_not_drawn_as_a_box() {
        let mut face = Face::open().expect("the font is in the crate");
        assert!(matches!(face.encode("文"), Err(SampleError::NoGlyph('文'))));
    }

    #[test]
    fn glyphs_are_numbered_in_the_order_of_their_first_use() {
        let mut face = Face::open().expect("the font is in the crate");
        assert_eq!(face.encode(" é!é").expect("Latin letters"), "0001006000020060");
        assert_eq!(face.advances().count(), 96);
        assert!(face.to_unicode().contains("<0060> <00E9>"));
    }
}
