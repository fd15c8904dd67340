//! A device that draws nothing and writes down where the letters are.

use hayro::{
    hayro_interpret::{
        BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, SoftMask, font::GlyphRun,
        hayro_cmap::BfString,
    },
    kurbo::{Affine, BezPath, Point},
};

use super::{GLYPHS_LIMIT, Letter};

/// Height of the em square in glyph space (ISO 32000-2, 9.2.4): hayro scales every font's glyphs to a thousand units.
const EM: f64 = 1000.0;

/// The letters found so far, and whether there were more.
#[derive(Debug, Default)]
pub(super) struct Letters {
    pub(super) found: Vec<Letter>,
    pub(super) too_many: bool,
}

impl<'a> Device<'a> for Letters {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        for glyph in run.glyphs() {
            if self.found.len() >= GLYPHS_LIMIT {
                self.too_many = true;
                return;
            }
            let text = match glyph.as_unicode() {
                Some(BfString::Char(character)) => character.to_string(),
                Some(BfString::String(text)) => text,
                None => continue,
            };
            let placed: Affine = props.transform * glyph.transform();
            let origin = placed * Point::ZERO;
            let size = (placed * Point::new(0.0, EM) - origin).hypot();
            if origin.is_finite() && size.is_finite() {
                self.found.push(Letter { text, x: origin.x, y: origin.y, size });
            }
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
