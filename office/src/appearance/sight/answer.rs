//! The answer to a question about a page, made where it may fail.

use std::sync::Arc;

use hayro::{
    RenderCache, RenderSettings,
    hayro_interpret::{
        Context, InterpreterCache, InterpreterSettings, RenderContent, TransformExt as _, interpret_page,
    },
    hayro_syntax::Pdf,
    kurbo::{Affine, Rect},
    render_into,
    vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit, color::palette::css::WHITE},
};

use super::{
    About, Answer, GLYPHS_LIMIT, Layers, Letter, PIXELS_LIMIT, Picture, Question, SightError, device::Letters,
};

/// Answers a question. It may take for ever, panic or take all memory: see the parent.
pub(super) fn answer(pdf: Arc<Vec<u8>>, question: Question) -> Result<Answer, SightError> {
    let pdf = Pdf::new(pdf).map_err(|_| SightError::Unreadable)?;
    let page = pdf.pages().get(question.page).ok_or(SightError::NoPage { page: question.page.saturating_add(1) })?;
    let mut settings = InterpreterSettings::default();
    let (width, height) = page.render_dimensions();
    let upright = page.initial_transform(true).to_kurbo();
    match question.about {
        About::Letters => {
            let cache = InterpreterCache::new();
            let everything = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
            let mut context = Context::new(upright, everything, &cache, page.xref(), settings);
            let mut device = Letters::default();
            interpret_page(page, &mut context, &mut device);
            if device.too_many {
                return Err(SightError::TooManyLetters { limit: GLYPHS_LIMIT });
            }
            Ok(Answer::Letters(device.found))
        }
        About::Picture { scale, layers } => {
            settings.render_content = match layers {
                Layers::Everything => RenderContent::all(),
                Layers::PageOnly => RenderContent::PAGE,
            };
            let (width, height) = (pixels(f64::from(width) * scale), pixels(f64::from(height) * scale));
            let count = width.saturating_mul(height);
            let side = |pixels: u64| u16::try_from(pixels).ok().filter(|_| count <= PIXELS_LIMIT);
            let (Some(width), Some(height)) = (side(width), side(height)) else {
                return Err(SightError::TooLarge { pixels: count, limit: PIXELS_LIMIT });
            };
            let mut context = RenderContext::new(width, height);
            let transform = Affine::scale(scale) * upright;
            render_into(page, &RenderCache::new(), &settings, &RenderSettings::default(), &mut context, transform);
            context.flush();
            let mut pixmap = Pixmap::new(width, height);
            let paper = RasterizerSettings { target_init: TargetInit::Clear(WHITE), ..Default::default() };
            context.render_with(&mut pixmap, &mut Resources::default(), paper);
            let rgb = pixmap.data().iter().flat_map(|pixel| [pixel.r, pixel.g, pixel.b]).collect();
            Ok(Answer::Picture(Picture { width: width.into(), height: height.into(), rgb }))
        }
    }
}

/// Whole pixels that a length takes. What is no length takes none, and what is beyond all bounds stays there.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts of floats saturate")]
fn pixels(length: f64) -> u64 {
    length.ceil().max(1.0) as u64
}

impl Answer {
    /// For the line between two processes.
    pub(super) fn to_octets(&self) -> Vec<u8> {
        match self {
            Self::Letters(letters) => {
                let mut octets = vec![b'L'];
                serde_json::to_writer(&mut octets, letters).expect("letters are plain data, and memory takes them");
                octets
            }
            Self::Picture(picture) => {
                let mut octets = vec![b'P'];
                octets.extend_from_slice(&picture.width.to_be_bytes());
                octets.extend_from_slice(&picture.height.to_be_bytes());
                octets.extend_from_slice(&picture.rgb);
                octets
            }
        }
    }

    /// What [`Self::to_octets`] wrote; `None` for anything else.
    pub(super) fn from_octets(octets: &[u8]) -> Option<Self> {
        match octets.split_first()? {
            (b'L', rest) => {
                let letters: Vec<Letter> = serde_json::from_slice(rest).ok()?;
                (letters.len() <= GLYPHS_LIMIT).then_some(Self::Letters(letters))
            }
            (b'P', rest) => {
                let (width, rest) = rest.split_first_chunk::<4>()?;
                let (height, rgb) = rest.split_first_chunk::<4>()?;
                let (width, height) = (u32::from_be_bytes(*width), u32::from_be_bytes(*height));
                let octets = u64::from(width).checked_mul(u64::from(height))?.checked_mul(3)?;
                (u64::try_from(rgb.len()) == Ok(octets))
                    .then(|| Self::Picture(Picture { width, height, rgb: rgb.to_vec() }))
            }
            _ => None,
        }
    }
}
