//! What is drawn on a page already: is a rectangle blank, and if not, where is the ink.

use super::{area::Area, sight::Picture};

/// Dots an inch at which pages are looked at: a hairline of 0.1 point still darkens a pixel by an eighth.
pub(super) const DOTS_PER_INCH: f64 = 100.0;
/// A pixel is ink when a channel is below this. White paper is 255; a watermark that one hardly sees is 245.
const INK_BELOW: u8 = 250;
/// Ink closer than this is told as one rectangle, in millimetres: the letters of a line, the lines of a paragraph.
const CELL_MM: f64 = 3.0;
/// Most rectangles that are told.
const TOLD: usize = 5;

/// A page's ink.
#[derive(Debug)]
pub(super) struct Ink {
    picture: Picture,
    pixels_per_mm: f64,
    /// What counts as ink although it may be blank: the places of annotations, in millimetres.
    taken: Vec<Area>,
}

impl Ink {
    /// The ink of a page of this width in millimetres.
    pub(super) fn of(picture: Picture, width_mm: f64) -> Self {
        let pixels_per_mm = f64::from(picture.width) / width_mm.max(1.0);
        Self { picture, pixels_per_mm, taken: Vec::new() }
    }

    /// The same with places that are taken although they may be blank.
    pub(super) fn with_taken(self, taken: Vec<Area>) -> Self {
        Self { taken, ..self }
    }

    /// The rectangles that are drawn on inside `area`: none when it is blank, at most [`TOLD`].
    pub(super) fn inside(&self, area: &Area) -> Vec<Area> {
        let cell = (CELL_MM * self.pixels_per_mm).max(1.0);
        let mut found: Vec<Area> = Vec::new();
        let columns = self.span(area.x, area.right(), self.picture.width);
        for y in self.span(area.y, area.bottom(), self.picture.height) {
            for x in columns.clone() {
                if !self.is_ink(x, y) {
                    continue;
                }
                let pixel = Area { x: f64::from(x), y: f64::from(y), width: 1.0, height: 1.0 };
                // What is beyond the count grows the last one.
                let full = found.len() >= TOLD;
                let near = found.iter().position(|known| is_near(known, &pixel, cell));
                match near.or_else(|| found.len().checked_sub(1).filter(|_| full)).and_then(|at| found.get_mut(at)) {
                    Some(known) => *known = known.around(&pixel),
                    None => found.push(pixel),
                }
            }
        }
        merged(found, cell).into_iter().map(|area| self.in_mm(&area)).collect()
    }

    /// Whether a row lies in a place that is taken in one of these columns.
    fn is_taken(&self, columns: &std::ops::Range<u32>, y: u32) -> bool {
        self.taken.iter().any(|place| {
            let across = self.span(place.x, place.right(), self.picture.width);
            across.start < columns.end
                && columns.start < across.end
                && self.span(place.y, place.bottom(), self.picture.height).contains(&y)
        })
    }

    /// The distance in millimetres from the upper edge of `zone` to the first place where a box of that size is blank.
    pub(super) fn first_blank(&self, zone: &Area, width_mm: f64, height_mm: f64) -> Option<f64> {
        let columns = self.span(zone.x, zone.x + width_mm, self.picture.width);
        let rows = self.span(zone.y, zone.bottom(), self.picture.height);
        let (first, end) = (rows.start, rows.end);
        let mut free_from = first;
        for y in rows {
            if columns.clone().any(|x| self.is_ink(x, y)) || self.is_taken(&columns, y) {
                free_from = y.saturating_add(1);
            }
            let offset = f64::from(free_from.saturating_sub(first)) / self.pixels_per_mm;
            // The rows that a box from here takes, and no longer than the zone.
            if offset + height_mm > zone.height + 0.01 {
                return None;
            }
            let needed = self.span(zone.y + offset, zone.y + offset + height_mm, self.picture.height);
            if y.saturating_add(1) >= needed.end.min(end) {
                return Some(offset);
            }
        }
        None
    }

    /// The pixels between two distances in millimetres, each that is touched.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts of floats saturate")]
    fn span(&self, from_mm: f64, to_mm: f64, most: u32) -> std::ops::Range<u32> {
        // A box that ends where a pixel begins does not touch it.
        let from = (from_mm * self.pixels_per_mm + 0.01).floor().max(0.0) as u32;
        let to = (to_mm * self.pixels_per_mm - 0.01).ceil().max(0.0) as u32;
        from.min(most)..to.min(most)
    }

    fn is_ink(&self, x: u32, y: u32) -> bool {
        let index = (u64::from(y) * u64::from(self.picture.width) + u64::from(x)) * 3;
        usize::try_from(index)
            .ok()
            .and_then(|index| self.picture.rgb.get(index..)?.first_chunk::<3>())
            .is_some_and(|pixel| pixel.iter().any(|channel| *channel < INK_BELOW))
    }

    fn in_mm(&self, pixels: &Area) -> Area {
        Area {
            x: pixels.x / self.pixels_per_mm,
            y: pixels.y / self.pixels_per_mm,
            width: pixels.width / self.pixels_per_mm,
            height: pixels.height / self.pixels_per_mm,
        }
    }
}

fn is_near(a: &Area, b: &Area, distance: f64) -> bool {
    b.x <= a.right() + distance
        && a.x <= b.right() + distance
        && b.y <= a.bottom() + distance
        && a.y <= b.bottom() + distance
}

/// Rectangles that grew into one another become one.
fn merged(mut areas: Vec<Area>, distance: f64) -> Vec<Area> {
    let mut done: Vec<Area> = Vec::new();
    while let Some(mut area) = areas.pop() {
        while let Some(index) = done.iter().position(|other| is_near(other, &area, distance)) {
            area = area.around(&done.swap_remove(index));
        }
        done.push(area);
    }
    done.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x)));
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of 100 x 200 mm at 2 pixels a millimetre with black rectangles.
    fn page(drawn: &[Area]) -> Ink {
        let (width, height) = (200_u32, 400_u32);
        let rgb = (0..height)
            .flat_map(|y| (0..width).map(move |x| (f64::from(x) / 2.0, f64::from(y) / 2.0)))
            .flat_map(|(x, y)| {
                let inside = |area: &Area| x >= area.x && x < area.right() && y >= area.y && y < area.bottom();
                [if drawn.iter().any(inside) { 0 } else { 255 }; 3]
            })
            .collect();
        Ink::of(Picture { width, height, rgb }, 100.0)
    }

    const fn area(x: f64, y: f64, width: f64, height: f64) -> Area {
        Area { x, y, width, height }
    }

    #[test]
    fn a_blank_rectangle_has_no_ink_even_when_ink_touches_it() {
        let ink = page(&[area(10.0, 10.0, 20.0, 5.0)]);
        assert_eq!(ink.inside(&area(30.0, 10.0, 20.0, 5.0)), []);
        assert_eq!(ink.inside(&area(10.0, 15.0, 20.0, 5.0)), []);
    }

    #[test]
    fn what_is_drawn_is_named_by_its_own_rectangle() {
        let ink = page(&[area(10.0, 10.0, 20.0, 5.0), area(60.0, 50.0, 5.0, 5.0)]);
        assert_eq!(
            ink.inside(&area(0.0, 0.0, 100.0, 100.0)),
            [area(10.0, 10.0, 20.0, 5.0), area(60.0, 50.0, 5.0, 5.0)]
        );
        // Only what lies inside counts.
        assert_eq!(ink.inside(&area(25.0, 0.0, 20.0, 100.0)), [area(25.0, 10.0, 5.0, 5.0)]);
    }

    #[test]
    fn ink_that_hardly_shows_is_ink() {
        let mut faint = page(&[]);
        for channel in faint.picture.rgb.iter_mut().skip(3 * (20 * 200 + 30)).take(3) {
            *channel = 245;
        }
        assert_eq!(faint.inside(&area(0.0, 0.0, 100.0, 100.0)), [area(15.0, 10.0, 0.5, 0.5)]);
    }

    #[test]
    fn many_spots_are_told_as_a_few_rectangles() {
        let spots: Vec<Area> = (0..20).map(|n| area(5.0, f64::from(n) * 9.0, 1.0, 1.0)).collect();
        assert_eq!(page(&spots).inside(&area(0.0, 0.0, 100.0, 200.0)).len(), TOLD);
    }

    #[test]
    fn the_first_blank_place_of_a_zone_lies_under_what_is_drawn_in_it() {
        let zone = area(0.0, 100.0, 60.0, 80.0);
        assert_eq!(page(&[]).first_blank(&zone, 50.0, 30.0), Some(0.0));
        // Ink down to 10 mm below the zone's upper edge.
        assert_eq!(page(&[area(0.0, 90.0, 40.0, 20.0)]).first_blank(&zone, 50.0, 30.0), Some(10.0));
        // What is too low a gap between two lines is passed over.
        let two = [area(0.0, 90.0, 40.0, 20.0), area(0.0, 130.0, 40.0, 5.0)];
        assert_eq!(page(&two).first_blank(&zone, 50.0, 30.0), Some(35.0));
        // Beside the box there may be anything.
        assert_eq!(page(&[area(55.0, 100.0, 40.0, 80.0)]).first_blank(&zone, 50.0, 30.0), Some(0.0));
    }

    #[test]
    fn a_place_that_is_taken_counts_as_ink_although_it_is_blank() {
        let zone = area(0.0, 100.0, 60.0, 80.0);
        let taken = |places: &[Area]| page(&[]).with_taken(places.to_vec()).first_blank(&zone, 50.0, 30.0);
        assert_eq!(taken(&[area(20.0, 100.0, 10.0, 35.0)]), Some(35.0));
        assert_eq!(taken(&[area(50.0, 100.0, 40.0, 80.0)]), Some(0.0));
        assert_eq!(taken(&[area(-10.0, 90.0, 200.0, 75.0)]), None);
    }

    #[test]
    fn a_zone_without_room_has_no_blank_place() {
        let zone = area(0.0, 100.0, 60.0, 40.0);
        assert_eq!(page(&[area(0.0, 110.0, 40.0, 5.0)]).first_blank(&zone, 50.0, 30.0), None);
        assert_eq!(page(&[area(0.0, 100.0, 40.0, 40.0)]).first_blank(&zone, 50.0, 30.0), None);
    }
}
