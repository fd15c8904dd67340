//! Finder patterns (ISO/IEC 18004, 6.3.3): squares that are dark, light, dark, light, dark in the ratio 1:1:3:1:1
//! along every line through their middle, and the sets of three that may be corners of one symbol.

use super::fit::Corner;
use super::projection::Place;
use super::surroundings::Bitmap;

/// Patterns kept, the best seen first. A page of text gives some dozens of false ones; more cost time and find nothing.
const MAX_FINDERS: usize = 64;
/// Candidates remembered while a picture is searched: what bounds the work on a picture that is all finder patterns.
const MAX_CANDIDATES: usize = 512;
/// Sets of three that are tried.
const MAX_CORNERS: usize = 48;
/// Finder patterns, and sets of two and a supposed third, that are tried when no set of three is a symbol.
const MAX_FINDERS_OF_TWO: usize = 8;
const MAX_CORNERS_OF_TWO: usize = 60;

/// Where a finder pattern has its middle, in pixels, and how long a module of it is along the rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Finder {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) module: f32,
    /// Lines on which it was seen.
    pub(crate) seen: u32,
}

impl Finder {
    pub(crate) const fn place(&self) -> Place {
        (self.x, self.y)
    }

    fn distance(&self, other: &Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// Where the finder patterns of one symbol have their middles, seen or supposed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Corners {
    /// Upper left, upper right, lower left.
    pub(crate) places: [Place; 3],
    /// Pixels a module.
    pub(crate) module: f32,
    /// Which one is supposed.
    pub(crate) unsure: Option<Corner>,
}

impl Corners {
    /// Modules a side, by distances.
    pub(crate) fn dimension(&self) -> f32 {
        let [top_left, top_right, bottom_left] = self.places;
        let side = |end: Place| (end.0 - top_left.0).hypot(end.1 - top_left.1);
        (side(top_right) + side(bottom_left)) / 2.0 / self.module + 7.0
    }

    fn are_possible(&self) -> bool {
        (18.0..200.0).contains(&self.dimension())
    }
}

/// The cosine of the angle between the line through two patterns and the nearest axis.
fn upright(one: &Finder, other: &Finder) -> f32 {
    let (across, down) = ((one.x - other.x).abs(), (one.y - other.y).abs());
    across.max(down) / across.hypot(down).max(f32::EPSILON)
}

/// All finder patterns, those seen on most lines first. `go_on` is asked once a row.
pub(crate) fn finders(bitmap: &Bitmap, mut go_on: impl FnMut() -> bool) -> Vec<Finder> {
    let mut found: Vec<Finder> = Vec::new();
    for y in 0..bitmap.height() {
        if !go_on() {
            break;
        }
        let mut runs = Runs::default();
        for (x, dark) in bitmap.row(y).iter().chain(std::iter::once(&2)).enumerate() {
            if let Some((middle, module)) = runs.next(*dark, x)
                && let Some(finder) = confirmed(bitmap, middle, y, module)
            {
                remember(&mut found, finder);
            }
        }
    }
    found.retain(|finder| finder.seen > 1 || finder.module < 2.5);
    found.sort_by_key(|finder| std::cmp::Reverse(finder.seen));
    found.truncate(MAX_FINDERS);
    found
}

/// Adds those that are not there yet, and says how many; those seen on most lines come first.
pub(crate) fn merge(finders: &mut Vec<Finder>, more: Vec<Finder>) -> usize {
    let mut added = 0;
    for finder in more {
        if finders.iter().all(|known| known.distance(&finder) > 2.0 * known.module) {
            finders.push(finder);
            added += 1;
        }
    }
    finders.sort_by_key(|finder| std::cmp::Reverse(finder.seen));
    finders.truncate(MAX_FINDERS);
    added
}

/// The last five runs of equal pixels in a row.
#[derive(Default)]
struct Runs {
    lengths: [f32; 5],
    colour: u8,
    begun: usize,
}

impl Runs {
    /// Takes one pixel's colour; when it ends the fifth run of a pattern, gives the pattern's middle and module.
    fn next(&mut self, colour: u8, x: usize) -> Option<(f32, f32)> {
        if colour == self.colour {
            return None;
        }
        let ended = self.colour;
        self.lengths.rotate_left(1);
        if let Some(last) = self.lengths.last_mut() {
            *last = (x - self.begun) as f32;
        }
        (self.colour, self.begun) = (colour, x);
        let module = (ended == 1).then(|| module_of(&self.lengths)).flatten()?;
        let [.., third, fourth, fifth] = self.lengths;
        Some((x as f32 - fifth - fourth - third / 2.0, module))
    }
}

/// The module of five runs in the ratio 1:1:3:1:1, each within half a module, or a pixel where modules are small.
fn module_of(runs: &[f32; 5]) -> Option<f32> {
    let module = runs.iter().sum::<f32>() / 7.0;
    let tolerance = (module * 0.65).max(1.3);
    let [first, second, third, fourth, fifth] = *runs;
    let fits = [first, second, fourth, fifth].iter().all(|run| *run > 0.0 && (run - module).abs() <= tolerance)
        && (third - 3.0 * module).abs() <= 1.4 * tolerance;
    (fits && module >= 1.0).then_some(module)
}

/// The same pattern seen along the column, and then again along the row through its middle.
fn confirmed(bitmap: &Bitmap, x: f32, y: usize, module: f32) -> Option<Finder> {
    let reach = (module * 8.0) as usize + 4;
    let column = x as usize;
    let (middle_y, module_y) = crossed(y, reach, |at| bitmap.is_dark(column, at))?;
    let row = middle_y as usize;
    let (middle_x, module_x) = crossed(column, reach, |at| bitmap.is_dark(at, row))?;
    let alike = module_x < module_y * 1.7 && module_y < module_x * 1.7;
    alike.then(|| Finder { x: middle_x, y: middle_y, module: (module_x + module_y) / 2.0, seen: 1 })
}

/// Follows a line both ways from `start`, at most `reach` pixels, and gives the pattern's middle and module on it.
fn crossed(start: usize, reach: usize, is_dark: impl Fn(usize) -> Option<bool>) -> Option<(f32, f32)> {
    let side = |next: &dyn Fn(usize) -> Option<usize>| -> Option<([usize; 3], usize)> {
        let (mut lengths, mut at) = ([0_usize; 3], start);
        let mut steps = 0;
        for (length, colour) in lengths.iter_mut().zip([true, false, true]) {
            while is_dark(at) == Some(colour) {
                *length += 1;
                steps += 1;
                match next(at) {
                    Some(beyond) if steps <= reach => at = beyond,
                    // The picture's edge ends the last run, and no other.
                    _ => return (*length > 0 && colour && steps <= reach).then_some((lengths, at)),
                }
            }
        }
        Some((lengths, at))
    };
    let ([after, light_after, dark_after], _) = side(&|at| at.checked_add(1))?;
    let ([before, light_before, dark_before], _) = side(&|at| at.checked_sub(1))?;
    // The starting pixel was counted both ways.
    let middle = (before + after).checked_sub(1)?;
    let runs = [dark_before, light_before, middle, light_after, dark_after].map(|length| length as f32);
    let module = module_of(&runs)?;
    Some((start as f32 + 0.5 + (after as f32 - before as f32) / 2.0, module))
}

/// Adds what was seen to the pattern it belongs to, or to the list.
fn remember(found: &mut Vec<Finder>, new: Finder) {
    let near = |old: &&mut Finder| old.distance(&new) < 2.0 * old.module;
    if let Some(old) = found.iter_mut().find(near) {
        let seen = old.seen as f32;
        let mean = |old: f32, new: f32| (old * seen + new) / (seen + 1.0);
        *old = Finder {
            x: mean(old.x, new.x),
            y: mean(old.y, new.y),
            module: mean(old.module, new.module),
            seen: old.seen + 1,
        };
    } else if found.len() < MAX_CANDIDATES {
        found.push(new);
    }
}

/// Sets of three that may be corners of one symbol, the most regular first.
pub(crate) fn corners(finders: &[Finder]) -> Vec<Corners> {
    let mut sets = Vec::new();
    for (index, one) in finders.iter().enumerate() {
        for (second, two) in finders.iter().enumerate().skip(index + 1) {
            for three in finders.iter().skip(second + 1) {
                let sides = [(one.distance(two), three), (one.distance(three), two), (two.distance(three), one)];
                // The corner with the right angle lies opposite the longest side.
                let Some((_, corner)) = sides.into_iter().max_by(|one, other| one.0.total_cmp(&other.0)) else {
                    continue;
                };
                let mut others = [one, two, three].into_iter().filter(|finder| !std::ptr::eq(*finder, corner));
                if let (Some(first), Some(second)) = (others.next(), others.next()) {
                    sets.extend(regular(corner, first, second));
                }
            }
        }
    }
    sets.sort_by(|one, other| one.0.total_cmp(&other.0));
    sets.into_iter().take(MAX_CORNERS).map(|(_, corners)| corners).collect()
}

/// The set, and how irregular it is, when it can be a symbol that is seen at an angle.
fn regular(corner: &Finder, first: &Finder, second: &Finder) -> Option<(f32, Corners)> {
    let modules = [corner.module, first.module, second.module];
    let sizes = ratio(modules);
    let (one, other) = ((first.x - corner.x, first.y - corner.y), (second.x - corner.x, second.y - corner.y));
    let (length, other_length) = (one.0.hypot(one.1), other.0.hypot(other.1));
    let sides = ratio([length, other_length, length]);
    let cosine = (one.0 * other.0 + one.1 * other.1) / (length * other_length).max(f32::EPSILON);
    let cross = one.0 * other.1 - one.1 * other.0;
    let (top_right, bottom_left) = if cross > 0.0 { (first, second) } else { (second, first) };
    // A line at an angle is longer in each pattern: what counts is its part along the symbol's side.
    let module = modules.iter().sum::<f32>() / 3.0 * upright(corner, first);
    let places = [corner.place(), top_right.place(), bottom_left.place()];
    let set = Corners { places, module, unsure: None };
    let possible = sizes < 1.8 && sides < 2.0 && cosine.abs() < 0.6;
    (possible && set.are_possible()).then_some((sides.ln() + cosine.abs() + sizes.ln(), set))
}

/// The largest by the smallest.
fn ratio(values: [f32; 3]) -> f32 {
    let smallest = values.iter().copied().fold(f32::INFINITY, f32::min);
    values.iter().copied().fold(0.0, f32::max) / smallest.max(f32::EPSILON)
}

/// Where a third finder pattern may be when a crease or a blot hides it and two were seen.
pub(crate) fn corners_of_two(finders: &[Finder]) -> Vec<Corners> {
    let mut sets = Vec::new();
    let seen = finders.iter().take(MAX_FINDERS_OF_TWO);
    for (index, one) in seen.clone().enumerate() {
        for two in seen.clone().skip(index + 1).filter(|two| ratio([one.module, two.module, one.module]) < 1.4) {
            let module = (one.module + two.module) / 2.0;
            let (across, down) = (two.x - one.x, two.y - one.y);
            let at = |from: &Finder, (x, y): Place| (from.x + x, from.y + y);
            let beside = module * upright(one, two);
            // Beside one another: the missing one is beyond either, to the right or to the left.
            for (from, to, (across, down)) in [(one, two, (across, down)), (two, one, (-across, -down))] {
                let right = Corners {
                    places: [from.place(), to.place(), at(from, (-down, across))],
                    module: beside,
                    unsure: Some(Corner::BottomLeft),
                };
                let left = Corners {
                    places: [from.place(), at(from, (down, -across)), to.place()],
                    module: beside,
                    unsure: Some(Corner::TopRight),
                };
                // Opposite one another: the missing one is at the right angle, on this side of the diagonal.
                let middle = (across / 2.0, down / 2.0);
                let corner = at(from, (middle.0 + middle.1, middle.1 - middle.0));
                let turned = Finder { x: corner.0, y: corner.1, ..*from };
                let between = Corners {
                    places: [corner, to.place(), from.place()],
                    module: module * upright(&turned, from),
                    unsure: Some(Corner::TopLeft),
                };
                sets.extend([right, left, between]);
            }
        }
    }
    sets.retain(Corners::are_possible);
    sets.truncate(MAX_CORNERS_OF_TWO);
    sets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qr::gray::Gray;

    #[test]
    fn a_finder_pattern_is_found_at_its_middle() {
        // Four pixels a module, with a quiet zone of eight.
        let pixel = |x: i32, y: i32| {
            let ring = ((x - 8).div_euclid(4) - 3).abs().max(((y - 8).div_euclid(4) - 3).abs());
            if ring <= 1 || ring == 3 { 10 } else { 240 }
        };
        let pixels = (0..44).flat_map(|y| (0..44).map(move |x| pixel(x, y))).collect();
        let picture = Gray::new(44, 44, pixels).expect("44 rows");
        let found = finders(&Bitmap::new(&picture, 20), || true);
        let [finder] = found[..] else { panic!("{found:?}") };
        assert!((finder.x - 22.0).abs() < 0.6 && (finder.y - 22.0).abs() < 0.6, "{finder:?}");
        assert!((finder.module - 4.0).abs() < 0.3, "{finder:?}");
        assert_eq!(finders(&Bitmap::new(&picture, 20), || false), []);
    }

    #[test]
    fn the_corner_with_the_right_angle_is_the_upper_left_one() {
        let at = |x, y| Finder { x, y, module: 4.0, seen: 9 };
        let found = corners(&[at(300.0, 100.0), at(100.0, 300.0), at(100.0, 100.0)]);
        let [set] = found[..] else { panic!("{found:?}") };
        assert_eq!(set.places, [(100.0, 100.0), (300.0, 100.0), (100.0, 300.0)]);
        assert!((set.dimension() - 57.0).abs() < 0.1);
        assert_eq!(corners_of_two(&[at(300.0, 100.0), at(100.0, 100.0)]).len(), 6);
    }
}
