//! A TrueType font, cut down to the characters of every signature and embedded (ISO 32000-2, 9.7.4 and 9.9).
//!
//! It is a Type0 font with Identity-H whose CIDs are the glyphs of the subset, because a subset without `cmap` can be
//! addressed in no other way; a ToUnicode map keeps the text searchable. The subset does not depend on the text that
//! is drawn but is one of two fixed ones, [`BaseSet`]. So two signatures of one file have the same font, octet for
//! octet, and share it.

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use skrifa::instance::{LocationRef, Size};
use skrifa::raw::TableProvider;
use skrifa::raw::types::Tag;
use skrifa::string::StringId;
use skrifa::{FontRef, GlyphId, MetadataProvider};
use subsetter::GlyphRemapper;

use super::shared::{Piece, SharedObjects};
use super::{deflate, image, to_unicode, true_type};

/// PDF measures glyphs in thousandths of the font size (9.2.4).
const GLYPH_SPACE: f32 = 1000.0;
/// Octets of a font file. Latin fonts have fewer than one million; those with Chinese some twenty.
const FILE_LIMIT: usize = 32 << 20;
/// Characters beyond the base set that one font may be asked for.
const EXTRA_LIMIT: usize = 4_096;
/// What [`BaseSet::Usual`] has beside letters and digits.
const USUAL: &str = " .,:;-/()'\"&";
/// Beside Basic Latin and Latin-1: dashes, quotes, bullet, ellipsis, euro.
const TYPOGRAPHY: &str = "\u{2013}\u{2014}\u{2018}\u{2019}\u{201A}\u{201C}\u{201D}\u{201E}\u{2022}\u{2026}\u{20AC}";

/// The characters that a font embeds whether they are drawn or not, as far as it has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaseSet {
    /// Letters and digits of Basic Latin with the punctuation of names, titles, dates and numbers: most signatures need
    /// no more. Liberation Sans takes 7 KB of the file.
    Usual,
    /// Basic Latin and Latin-1 whole, dashes and quotes. Liberation Sans takes 15 KB of the file.
    Latin1,
}

impl BaseSet {
    fn characters(self) -> Vec<char> {
        match self {
            Self::Usual => ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(USUAL.chars()).collect(),
            Self::Latin1 => (' '..='~').chain('\u{A0}'..='\u{FF}').chain(TYPOGRAPHY.chars()).collect(),
        }
    }
}

/// A font that is ready to be drawn with. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct EmbeddableFont {
    font: Arc<Font>,
}

#[derive(PartialEq, Eq)]
struct Font {
    name: String,
    glyphs: BTreeMap<char, Glyph>,
    ascent: i32,
    descent: i32,
    cap_height: i32,
    objects: SharedObjects,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Glyph {
    cid: u16,
    /// In thousandths of the font size.
    advance: u16,
}

/// Why a font cannot be embedded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FontError {
    /// The file is larger than the limit.
    #[error("a font of {length} octets is over the limit of {limit}")]
    TooLarge {
        /// Octets of the file.
        length: usize,
        /// Octets allowed.
        limit: usize,
    },
    /// The octets are no font.
    #[error("not a font: {0}")]
    Unreadable(String),
    /// The font has no TrueType outlines.
    #[error("the font has no TrueType outlines")]
    NotTrueType,
    /// Its licence bits forbid embedding, or embedding a part (OpenType, OS/2, fsType).
    #[error("the font may not be embedded as a subset (fsType {fs_type:#06x})")]
    EmbeddingForbidden {
        /// `OS/2.fsType`.
        fs_type: u16,
    },
    /// A character that was asked for has no glyph.
    #[error("the font has no glyph for {character:?} (U+{:04X})", u32::from(*character))]
    NoGlyph {
        /// The character.
        character: char,
    },
    /// More characters were asked for than the limit.
    #[error("more than {limit} characters beyond the base set")]
    TooManyCharacters {
        /// Characters allowed.
        limit: usize,
    },
    /// The font cannot be cut down.
    #[error("the font cannot be subset: {0}")]
    Subset(String),
}

impl EmbeddableFont {
    /// A font from a TrueType file, with those characters of the base set that it has and all of `extra`. Signatures
    /// share a font only if they were given the same.
    ///
    /// # Errors
    /// [`FontError::NoGlyph`] when the font lacks one of `extra`; the others say what is wrong with the file.
    pub fn parse(file: &[u8], base: BaseSet, extra: &str) -> Result<Self, FontError> {
        if file.len() > FILE_LIMIT {
            return Err(FontError::TooLarge { length: file.len(), limit: FILE_LIMIT });
        }
        let font = FontRef::new(file).map_err(|error| FontError::Unreadable(error.to_string()))?;
        if font.table_data(Tag::new(b"glyf")).is_none() {
            return Err(FontError::NotTrueType);
        }
        if let Ok(os2) = font.os2()
            && !may_embed(os2.fs_type())
        {
            return Err(FontError::EmbeddingForbidden { fs_type: os2.fs_type() });
        }
        let (remapper, glyphs) = glyphs(&font, base, extra)?;
        let subset = subsetter::subset(file, 0, &remapper).map_err(|error| FontError::Subset(error.to_string()))?;
        let program = true_type::without_instructions(&subset).unwrap_or(subset);
        let metrics = font.metrics(Size::new(GLYPH_SPACE), LocationRef::default());
        let name = name(&font, &program);
        let (ascent, descent) = (rounded(metrics.ascent), rounded(metrics.descent));
        let cap_height = rounded(metrics.cap_height.unwrap_or(metrics.ascent));
        let bounds = metrics.bounds.unwrap_or_default();
        let bounds = [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(rounded);
        let italic_angle = rounded(metrics.italic_angle);
        let descriptor = format!(
            "<< /Type /FontDescriptor /FontName /{name} /Flags {SYMBOLIC} /FontBBox [{} {} {} {}] \
             /ItalicAngle {italic_angle} /Ascent {ascent} /Descent {descent} /CapHeight {cap_height} /StemV {STEM_V} \
             /FontFile2 ",
            bounds[0], bounds[1], bounds[2], bounds[3]
        );
        let objects = SharedObjects::new(objects(&name, &descriptor, &program, &widths(&font, &remapper), &glyphs));
        Ok(Self { font: Arc::new(Font { name, glyphs, ascent, descent, cap_height, objects }) })
    }

    /// Its name in the file, with the tag of the subset.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.font.name
    }

    /// Whether it can draw all of `text`.
    #[must_use]
    pub fn covers(&self, text: &str) -> bool {
        text.chars().all(|character| self.font.glyphs.contains_key(&character))
    }

    /// Width of `text` at `size`, in points, exactly as it is drawn: the sum of the advances.
    ///
    /// # Errors
    /// [`FontError::NoGlyph`].
    pub fn width(&self, text: &str, size: f64) -> Result<f64, FontError> {
        let mut thousandths = 0.0;
        for character in text.chars() {
            let glyph = self.font.glyphs.get(&character).ok_or(FontError::NoGlyph { character })?;
            thousandths += f64::from(glyph.advance);
        }
        Ok(thousandths * size / f64::from(GLYPH_SPACE))
    }

    /// Height above the base line at `size`, in points.
    #[must_use]
    pub fn ascent(&self, size: f64) -> f64 {
        f64::from(self.font.ascent) * size / f64::from(GLYPH_SPACE)
    }

    /// Depth below the base line at `size`, in points, as a negative number.
    #[must_use]
    pub fn descent(&self, size: f64) -> f64 {
        f64::from(self.font.descent) * size / f64::from(GLYPH_SPACE)
    }

    /// Height of capital letters at `size`, in points.
    #[must_use]
    pub fn cap_height(&self, size: f64) -> f64 {
        f64::from(self.font.cap_height) * size / f64::from(GLYPH_SPACE)
    }

    /// Appends `text` as hexadecimal digits of its CIDs, or names the character that has none.
    pub(super) fn encode(&self, text: &str, out: &mut Vec<u8>) -> Result<(), char> {
        for character in text.chars() {
            let glyph = self.font.glyphs.get(&character).ok_or(character)?;
            out.extend_from_slice(format!("{:04X}", glyph.cid).as_bytes());
        }
        Ok(())
    }

    pub(super) fn objects(&self) -> &SharedObjects {
        &self.font.objects
    }
}

impl std::fmt::Debug for EmbeddableFont {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddableFont").field("name", &self.font.name).finish_non_exhaustive()
    }
}

/// Table 121. A subset without `cmap` has glyphs outside the standard Latin set, as far as a reader can tell.
const SYMBOLIC: u32 = 4;
/// The width of upright stems, which a TrueType file does not tell. It matters only to readers that replace the font.
const STEM_V: u32 = 80;

/// Restricted licence, no subsetting, bitmaps only (OpenType, OS/2, fsType). Where several of the first four bits are
/// set the least restrictive one counts.
const fn may_embed(fs_type: u16) -> bool {
    let is_restricted = fs_type & 0x000E == 0x0002;
    !is_restricted && fs_type & 0x0300 == 0
}

/// The glyphs of the subset in the order of their numbers, and who stands for which character.
fn glyphs(font: &FontRef<'_>, base: BaseSet, extra: &str) -> Result<(GlyphRemapper, BTreeMap<char, Glyph>), FontError> {
    let charmap = font.charmap();
    let metrics = font.glyph_metrics(Size::new(GLYPH_SPACE), LocationRef::default());
    let mut remapper = GlyphRemapper::new();
    let mut glyphs = BTreeMap::new();
    if extra.chars().nth(EXTRA_LIMIT).is_some() {
        return Err(FontError::TooManyCharacters { limit: EXTRA_LIMIT });
    }
    let base = base.characters().into_iter();
    let wanted = base.map(|character| (character, false)).chain(extra.chars().map(|character| (character, true)));
    for (character, is_required) in wanted {
        let glyph = charmap.map(character).filter(|glyph| *glyph != GlyphId::NOTDEF);
        let number = glyph.and_then(|glyph| Some((glyph, u16::try_from(glyph.to_u32()).ok()?)));
        let Some((glyph, number)) = number else {
            if is_required {
                return Err(FontError::NoGlyph { character });
            }
            continue;
        };
        let advance = advance(&metrics, glyph);
        glyphs.entry(character).or_insert_with(|| Glyph { cid: remapper.remap(number), advance });
    }
    if glyphs.is_empty() {
        return Err(FontError::NoGlyph { character: 'A' });
    }
    Ok((remapper, glyphs))
}

fn advance(metrics: &skrifa::metrics::GlyphMetrics<'_>, glyph: GlyphId) -> u16 {
    u16::try_from(rounded(metrics.advance_width(glyph).unwrap_or_default())).unwrap_or_default()
}

/// The advances of all glyphs of the subset, also those that only others are made of.
fn widths(font: &FontRef<'_>, remapper: &GlyphRemapper) -> Vec<u16> {
    let metrics = font.glyph_metrics(Size::new(GLYPH_SPACE), LocationRef::default());
    remapper.remapped_gids().map(|glyph| advance(&metrics, GlyphId::from(glyph))).collect()
}

/// The font's own name behind a tag of six letters that tells subsets apart (9.9.2). Told from the program, so that it
/// is the same every time.
fn name(font: &FontRef<'_>, program: &[u8]) -> String {
    let digest = Sha256::digest(program);
    let mut name: String = digest.iter().take(6).map(|octet| char::from(b'A'.wrapping_add(octet % 26))).collect();
    name.push('+');
    let own = font.localized_strings(StringId::POSTSCRIPT_NAME).english_or_first();
    let own: String = own.map(|name| name.chars().collect()).unwrap_or_default();
    let own: String = own.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(63).collect();
    name.push_str(if own.is_empty() { "Font" } else { &own });
    name
}

/// Metrics are at most a few thousand.
#[expect(clippy::cast_possible_truncation, reason = "a float to an integer saturates, and metrics are small")]
fn rounded(metric: f32) -> i32 {
    metric.round() as i32
}

fn objects(
    name: &str,
    descriptor: &str,
    program: &[u8],
    widths: &[u16],
    glyphs: &BTreeMap<char, Glyph>,
) -> Vec<Vec<Piece>> {
    let text = |text: &str| Piece::Octets(text.as_bytes().to_vec());
    let stream = |entries: &str, data: &[u8]| Piece::Octets(image::stream(entries, &deflate::thoroughly(data)));
    let characters = glyphs.iter().map(|(character, glyph)| (glyph.cid, *character));
    let count = widths.len();
    let widths: String = widths.iter().map(|width| format!("{width} ")).collect();
    let system = "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>";
    vec![
        vec![
            text(&format!("<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H /DescendantFonts [")),
            Piece::Reference(1),
            text("] /ToUnicode "),
            Piece::Reference(4),
            text(" >>"),
        ],
        vec![
            text(&format!(
                "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDSystemInfo {system} /FontDescriptor "
            )),
            Piece::Reference(2),
            text(&format!(" /CIDToGIDMap /Identity /DW 0 /W [0 [{}]] >>", widths.trim_end())),
        ],
        vec![text(descriptor), Piece::Reference(3), text(" /CIDSet "), Piece::Reference(5), text(" >>")],
        vec![stream(&format!("/Length1 {} ", program.len()), program)],
        vec![stream("", to_unicode::cmap(characters).as_bytes())],
        vec![stream("", &cid_set(count))],
    ]
}

/// Which CIDs there are (table 122): all of them. PDF/A-1 wants this stream, PDF/A-2 and 3 permit it when it is whole.
fn cid_set(count: usize) -> Vec<u8> {
    let mut set = vec![0xFF; count / 8];
    let rest = count % 8;
    if rest > 0 {
        set.push(!(0xFF_u8 >> rest));
    }
    set
}
