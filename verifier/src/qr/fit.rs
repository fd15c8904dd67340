//! Lays a symbol's grid over the picture. The finder patterns say roughly where it lies; the modules whose colour the
//! standard fixes (ISO/IEC 18004, 6.3: finder, alignment and timing patterns) then say exactly: the four corners are
//! moved for as long as more of those modules show the colour that they must have. A crease or a blot hides a few of
//! them and moves nothing.

use rxing::qrcode::common::Version;

use super::projection::{Place, Projection};
use super::surroundings::Contrast;

/// The modules of one version whose colour is known.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    dimension: u32,
    /// Middle of each module, and 1 for dark or -1 for light.
    known: Vec<(Place, f32)>,
}

impl Template {
    /// `None` when there is no such version.
    pub(crate) fn new(version: u32) -> Option<Self> {
        let centres = if version > 1 { Version::Model2(version).ok()?.getAlignmentPatternCenters() } else { &[] };
        let dimension = version.checked_mul(4)?.checked_add(17)?;
        let far = i64::from(dimension) - 7;
        let side = i64::from(dimension);
        let mut known = Vec::new();
        let mut push = |x: i64, y: i64, dark: bool| {
            if (0..side).contains(&x) && (0..side).contains(&y) {
                known.push(((x as f32 + 0.5, y as f32 + 0.5), if dark { 1.0 } else { -1.0 }));
            }
        };
        for (left, top) in [(0, 0), (far, 0), (0, far)] {
            for (x, y) in (-1..8).flat_map(|y| (-1..8).map(move |x| (x, y))) {
                let ring = ring(x, y, 3);
                push(left + x, top + y, ring <= 1 || ring == 3);
            }
        }
        for along in 8..side - 8 {
            push(along, 6, along % 2 == 0);
            push(6, along, along % 2 == 0);
        }
        let (first, last) = (centres.first().copied(), centres.last().copied());
        for (x, y) in centres.iter().flat_map(|y| centres.iter().map(move |x| (*x, *y))) {
            let at = |a, b| Some(x) == a && Some(y) == b;
            if at(first, first) || at(first, last) || at(last, first) {
                continue;
            }
            for (across, down) in (-2..3).flat_map(|down| (-2..3).map(move |across| (across, down))) {
                push(i64::from(x) + across, i64::from(y) + down, ring(across, down, 0) != 1);
            }
        }
        Some(Self { dimension, known })
    }

    pub(crate) const fn dimension(&self) -> u32 {
        self.dimension
    }

    /// The grid through the middles of the finder patterns and, at the fourth corner, the place where a fourth one
    /// would have its middle.
    fn projection(&self, corners: &[Place; 4]) -> Option<Projection> {
        Projection::new(3.5, self.dimension as f32 - 7.0, corners)
    }

    /// How well the picture agrees with the known modules: 1 when each has its colour, about 0 on anything else.
    /// Every module is asked, or every third one for a first impression.
    fn agreement(&self, contrast: &Contrast, corners: &[Place; 4], step: usize) -> f32 {
        let Some(projection) = self.projection(corners) else { return -1.0 };
        let asked = self.known.iter().step_by(step);
        let sum: f32 = if step == 1 {
            asked.map(|(place, colour)| contrast.at(projection.of(*place)) * colour).sum()
        } else {
            asked.map(|(place, colour)| contrast.near(projection.of(*place)) * colour).sum()
        };
        sum / self.known.len().div_ceil(step) as f32
    }

    /// Grids for a symbol whose finder patterns have their middles at `three` (upper left, upper right, lower left).
    /// `unsure` names the one that was not seen, if any: it is looked for around its place.
    pub(crate) fn fits(&self, contrast: &Contrast, three: [Place; 3], module: f32, unsure: Option<Corner>) -> Vec<Fit> {
        let [top_left, top_right, bottom_left] = three;
        let opposite = (top_right.0 + bottom_left.0 - top_left.0, top_right.1 + bottom_left.1 - top_left.1);
        let begin = [top_left, top_right, bottom_left, opposite];
        let sweep = |begin: &[Place; 4], moved: &[usize], kept: usize| self.swept(contrast, begin, module, moved, kept);
        // A corner that was not seen takes the opposite side with it, as it would if the paper were sheared. Until the
        // fourth corner is right too, the best place may be a wrong one: some are kept.
        let begins = match unsure {
            Some(Corner::TopLeft) => sweep(&begin, &[0], KEPT),
            Some(Corner::TopRight) => sweep(&begin, &[1, 3], KEPT),
            Some(Corner::BottomLeft) => sweep(&begin, &[2, 3], KEPT),
            None => vec![Fit { agreement: 0.0, corners: begin }],
        };
        begins.into_iter().flat_map(|fit| sweep(&fit.corners, &[3], 1)).collect()
    }

    /// Moves the corners with these indexes together over a grid around where they are; the best of what it gives.
    fn swept(&self, contrast: &Contrast, begin: &[Place; 4], module: f32, moved: &[usize], kept: usize) -> Vec<Fit> {
        let steps = (-SWEEP..=SWEEP).flat_map(|down| (-SWEEP..=SWEEP).map(move |across| (across, down)));
        let fit = |(across, down): (i32, i32)| {
            let corners = shifted(begin, moved, (across as f32 * module * 0.9, down as f32 * module * 0.9));
            Fit { agreement: self.agreement(contrast, &corners, 3), corners }
        };
        let mut fits: Vec<Fit> = steps.map(fit).collect();
        fits.sort_by(|one, other| other.agreement.total_cmp(&one.agreement));
        fits.truncate(kept);
        fits
    }
}

/// The finder patterns' corners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Corner {
    TopLeft,
    TopRight,
    BottomLeft,
}

/// Rings around a pattern's middle, which is `middle` modules from its own first module.
fn ring(x: i64, y: i64, middle: i64) -> i64 {
    (x - middle).abs().max((y - middle).abs())
}

/// Steps of nearly a module by which a corner is moved each way from where regular squares would have it. Paper tilted by
/// 35 degrees and seen from near moves the far corner by six modules.
const SWEEP: i32 = 7;
/// Places of a corner that was not seen from which the fourth one is looked for.
const KEPT: usize = 6;

/// The corners, those with these indexes moved.
fn shifted(corners: &[Place; 4], moved: &[usize], (across, down): Place) -> [Place; 4] {
    let mut corners = *corners;
    for index in moved {
        if let Some(corner) = corners.get_mut(*index) {
            *corner = (corner.0 + across, corner.1 + down);
        }
    }
    corners
}

/// A grid over the picture and how well it agrees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fit {
    pub(crate) agreement: f32,
    corners: [Place; 4],
}

impl Fit {
    fn improve(&mut self, template: &Template, contrast: &Contrast, corners: [Place; 4], step: usize) -> bool {
        let agreement = template.agreement(contrast, &corners, step);
        let better = agreement > self.agreement;
        if better {
            *self = Self { agreement, corners };
        }
        better
    }

    /// Moves each corner by less and less for as long as that improves the agreement.
    pub(crate) fn settle(&mut self, template: &Template, contrast: &Contrast, module: f32) {
        self.agreement = template.agreement(contrast, &self.corners, 1);
        for share in [1.0, 0.5, 0.25, 0.12, 0.06] {
            let step = share * module;
            for _ in 0..6 {
                let mut moved = false;
                for corners in [&[0][..], &[1], &[2], &[3], &[1, 3], &[2, 3], &[0, 1], &[0, 2]] {
                    for by in [(step, 0.0), (-step, 0.0), (0.0, step), (0.0, -step)] {
                        moved |= self.improve(template, contrast, shifted(&self.corners, corners, by), 1);
                    }
                }
                if !moved {
                    break;
                }
            }
        }
    }

    /// The darkness of every module, row by row: the mean of five places in it.
    pub(crate) fn modules(&self, template: &Template, contrast: &Contrast) -> Vec<f32> {
        let Some(projection) = template.projection(&self.corners) else { return Vec::new() };
        let mut values = Vec::new();
        for (x, y) in (0..template.dimension).flat_map(|y| (0..template.dimension).map(move |x| (x, y))) {
            let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
            let spots = [(0.0, 0.0), (0.2, 0.0), (-0.2, 0.0), (0.0, 0.2), (0.0, -0.2)];
            let sum: f32 = spots.iter().map(|(across, down)| contrast.at(projection.of((x + across, y + down)))).sum();
            values.push(sum / spots.len() as f32);
        }
        values
    }
}
