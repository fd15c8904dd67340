//! The search for symbols in one picture: which copies of it are looked at, in which order, and when it ends.
//!
//! Passes, each over copies of several sizes, and only for as long as nothing was read:
//! 1. three finder patterns, each a corner;
//! 2. two, the third one hidden by a crease or a blot;
//! 3. both again on the inverse, for light symbols on dark ground.
//!
//! All symbols that a pass finds in a copy are read. Each step is bounded by the size of the picture or by a count,
//! and between steps the deadline is asked, so that a hostile picture costs the deadline and one step.

use std::time::{Duration, Instant};

use super::finder::{self, Corners, Finder};
use super::fit::Template;
use super::gray::Gray;
use super::surroundings::{Bitmap, Contrast};
use super::symbol::{self, Text};

/// Pixels of the copy that is looked at first. Every symbol of a page that is photographed with 3 pixels a module on
/// half a telephone's 12 million pixels is found there, in a quarter of the time.
const FIRST_PIXELS: usize = 3_200_000;
/// Pixels up to which a copy is also looked at in double size.
const DOUBLED_PIXELS: usize = 1_000_000;
/// Pixels below which a smaller copy shows nothing new.
const LEAST_PIXELS: usize = 20_000;
/// Radius in pixels of a narrow surrounding: some three modules across, in one of the copies.
const NARROW: usize = 6;
/// Agreement with the known modules, of 1, from which the rest is read. Symbols that can be read show 0.5 and more, the
/// best false grid of a picture 0.2 to 0.4; the error correction tells those apart.
const AGREEMENT: f32 = 0.3;
/// Grids that are tried for one set of corners.
const MAX_FITS: usize = 3;
/// Texts taken from one picture.
const MAX_TEXTS: usize = 16;

/// When a search must end.
#[derive(Debug)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    pub(crate) fn after(span: Duration) -> Self {
        Self(Instant::now().checked_add(span))
    }

    pub(crate) fn is_over(&self) -> bool {
        self.0.is_some_and(|end| Instant::now() >= end)
    }
}

/// A copy of the picture and the finder patterns in it.
struct Copy {
    picture: Gray,
    finders: Vec<Finder>,
}

/// The texts of the symbols in a picture.
pub(crate) fn search(picture: Gray, deadline: &Deadline) -> Vec<Text> {
    let inverse = picture.inverted();
    let texts = search_dark(picture, deadline);
    if texts.is_empty() { search_dark(inverse, deadline) } else { texts }
}

/// The texts of dark symbols on light ground.
fn search_dark(picture: Gray, deadline: &Deadline) -> Vec<Text> {
    let mut texts = Vec::new();
    let mut copies = Vec::new();
    for picture in sizes(picture) {
        let wide = (picture.width().min(picture.height()) / 16).max(12);
        let mut finders: Vec<Finder> = Vec::new();
        // Beside a wide surrounding, shadows do not matter; beside a narrow one, blur does not.
        for radius in [wide, NARROW] {
            let bitmap = Bitmap::new(&picture, radius);
            if finder::merge(&mut finders, finder::finders(&bitmap, || !deadline.is_over())) == 0 {
                continue;
            }
            read_all(&picture, &finder::corners(&finders), deadline, &mut texts);
            if !texts.is_empty() || deadline.is_over() {
                return texts;
            }
        }
        copies.push(Copy { picture, finders });
    }
    for Copy { picture, finders } in copies {
        read_all(&picture, &finder::corners_of_two(&finders), deadline, &mut texts);
        if !texts.is_empty() || deadline.is_over() {
            break;
        }
    }
    texts
}

/// The copies, in the order in which they are looked at: a small one first, then larger ones, then the rest.
fn sizes(picture: Gray) -> Vec<Gray> {
    let pixels = |picture: &Gray| picture.width().saturating_mul(picture.height());
    let mut halves = vec![picture];
    while let Some(half) = halves.last().filter(|last| pixels(last) > LEAST_PIXELS * 4).and_then(Gray::halved) {
        halves.push(half);
    }
    let begin = halves.iter().position(|copy| pixels(copy) <= FIRST_PIXELS).unwrap_or(0);
    let smaller = halves.split_off(begin.saturating_add(1).min(halves.len()));
    let doubled = halves.first().filter(|copy| pixels(copy) <= DOUBLED_PIXELS).and_then(Gray::doubled);
    halves.into_iter().rev().chain(doubled).chain(smaller).collect()
}

/// Reads every set of corners that is a symbol, and no place twice.
fn read_all(picture: &Gray, sets: &[Corners], deadline: &Deadline, texts: &mut Vec<Text>) {
    let mut used: Vec<Corners> = Vec::new();
    for corners in sets {
        if deadline.is_over() || texts.len() >= MAX_TEXTS {
            return;
        }
        if used.iter().any(|used| used.places.iter().any(|place| corners.places.contains(place))) {
            continue;
        }
        if let Some(text) = read(picture, corners) {
            used.push(*corners);
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
    }
}

/// The text of the symbol with these corners.
fn read(picture: &Gray, corners: &Corners) -> Option<Text> {
    // All of the symbol, its fourth corner too, and what a tilt adds.
    let margin = corners.module * 14.0;
    let [first, second, third] = corners.places;
    let fourth = (second.0 + third.0 - first.0, second.1 + third.1 - first.1);
    let range = |values: [f32; 4]| {
        let low = values.into_iter().fold(f32::INFINITY, f32::min) - margin;
        let high = values.into_iter().fold(0.0, f32::max) + margin;
        (low.max(0.0) as usize, (high - low.max(0.0)).max(0.0) as usize)
    };
    let (left, width) = range([first.0, second.0, third.0, fourth.0]);
    let (top, height) = range([first.1, second.1, third.1, fourth.1]);
    let part = picture.cropped(left, top, width, height)?;
    let contrast = Contrast::new(&part, (corners.module * 6.0) as usize);
    let places = corners.places.map(|(x, y)| (x - left as f32, y - top as f32));

    let estimate = ((corners.dimension() - 17.0) / 4.0).round() as i32;
    // Two finder patterns beside one another tell the number of modules less well than three, but no tilt hides in it.
    let around = if corners.unsure.is_some() { 1 } else { 2 };
    let versions = estimate.saturating_sub(around).max(1)..=estimate.saturating_add(around).min(40);
    let mut fits: Vec<_> = versions
        .filter_map(|version| Template::new(u32::try_from(version).ok()?))
        .flat_map(|template| {
            let fits = template.fits(&contrast, places, corners.module, corners.unsure);
            fits.into_iter().map(move |fit| (fit, template.clone()))
        })
        .collect();
    fits.sort_by(|one, other| other.0.agreement.total_cmp(&one.0.agreement));
    fits.into_iter().take(MAX_FITS).filter(|(fit, _)| fit.agreement > AGREEMENT / 2.0).find_map(
        |(mut fit, template)| {
            fit.settle(&template, &contrast, corners.module);
            let modules = (fit.agreement > AGREEMENT).then(|| fit.modules(&template, &contrast))?;
            symbol::text(&modules, template.dimension())
        },
    )
}
