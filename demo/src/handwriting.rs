//! A signature that nobody writes: strokes of blue ink as a PNG with alpha, for the visible signature of the sample letter.
//!
//! A real office scans the Kepala Dinas' signature once. The demo may not carry anybody's, so it draws one.

/// Width and height of the picture in pixels: 60 mm by 25 mm, at some 300 dots an inch.
const SIZE: (usize, usize) = (720, 300);
/// Blue ink.
const INK: [u8; 3] = [24, 44, 138];
/// Half the width of the pen's line in pixels, where it is pressed and where it flies.
const PRESSED: f32 = 4.2;
const FLYING: f32 = 1.5;
/// Points that are drawn between two of a stroke.
const STEPS: u16 = 24;

/// The strokes, each through these points: across and down, in thousandths of the picture's height.
const STROKES: [&[(f32, f32)]; 3] = [
    // A tall initial with a loop, and letters that run out into a wave.
    &[
        (210.0, 780.0),
        (330.0, 420.0),
        (480.0, 110.0),
        (560.0, 130.0),
        (470.0, 420.0),
        (350.0, 800.0),
        (300.0, 900.0),
        (330.0, 700.0),
        (520.0, 470.0),
        (690.0, 400.0),
        (720.0, 500.0),
        (610.0, 640.0),
        (700.0, 670.0),
        (830.0, 520.0),
        (900.0, 480.0),
        (890.0, 620.0),
        (960.0, 650.0),
        (1080.0, 500.0),
        (1120.0, 630.0),
        (1220.0, 560.0),
        (1300.0, 520.0),
        (1330.0, 620.0),
        (1500.0, 570.0),
        (1760.0, 470.0),
        (2050.0, 380.0),
    ],
    // Back under the name.
    &[
        (2140.0, 330.0),
        (1700.0, 700.0),
        (1180.0, 830.0),
        (700.0, 850.0),
        (860.0, 780.0),
        (1500.0, 770.0),
        (2180.0, 690.0),
    ],
    // Across the initial.
    &[(150.0, 420.0), (330.0, 330.0), (620.0, 290.0)],
];

/// The picture.
///
/// # Errors
/// Never for this picture; what the encoder says.
pub fn png() -> Result<Vec<u8>, png::EncodingError> {
    let (width, height) = SIZE;
    let mut coverage = vec![0.0_f32; width * height];
    for stroke in STROKES {
        draw(&mut coverage, stroke);
    }
    let rgba: Vec<u8> = coverage
        .iter()
        .flat_map(|share| {
            let [red, green, blue] = INK;
            [red, green, blue, (share * 235.0).round() as u8]
        })
        .collect();
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_filter(png::Filter::Adaptive);
    encoder.write_header()?.write_image_data(&rgba)?;
    Ok(out)
}

/// Inks a smooth line through the points: the pen is pressed where it goes down and flies where it goes up or fast.
fn draw(coverage: &mut [f32], points: &[(f32, f32)]) {
    let scale = SIZE.1 as f32 / 1_000.0;
    let at = |index: usize| {
        let (x, y) = points[index.min(points.len() - 1)];
        (x * scale, y * scale)
    };
    let mut before: Option<((f32, f32), f32)> = None;
    for index in 0..points.len() - 1 {
        let (p0, p1, p2, p3) = (at(index.saturating_sub(1)), at(index), at(index + 1), at(index + 2));
        for step in 0..=STEPS {
            let t = f32::from(step) / f32::from(STEPS);
            let here = (spline(t, [p0.0, p1.0, p2.0, p3.0]), spline(t, [p0.1, p1.1, p2.1, p3.1]));
            if let Some((last, radius)) = before {
                let (across, down) = (here.0 - last.0, here.1 - last.1);
                let length = across.hypot(down);
                let pressed = if length > 0.0 { (0.5 + 0.5 * down / length) / (1.0 + length / 6.0) } else { 0.5 };
                let wanted = FLYING + (PRESSED - FLYING) * pressed * 1.6;
                // A hand changes its pressure slowly.
                let radius = radius + (wanted.min(PRESSED) - radius) * 0.12;
                segment(coverage, last, here, radius);
                before = Some((here, radius));
            } else {
                before = Some((here, FLYING));
            }
        }
    }
}

/// A Catmull-Rom spline between the second and the third of four values.
fn spline(t: f32, [p0, p1, p2, p3]: [f32; 4]) -> f32 {
    let (square, cube) = (t * t, t * t * t);
    0.5 * (2.0 * p1
        + (p2 - p0) * t
        + (2.0 * p0 - 5.0 * p1 + 4.0 * p2 - p3) * square
        + (3.0 * p1 - p0 - 3.0 * p2 + p3) * cube)
}

/// Inks the pixels within `radius` of a short straight line, softly at the edge.
fn segment(coverage: &mut [f32], from: (f32, f32), to: (f32, f32), radius: f32) {
    let (width, height) = SIZE;
    let reach = radius + 1.0;
    let span = |a: f32, b: f32, end: usize| {
        let low = (a.min(b) - reach).floor().max(0.0) as usize;
        let high = ((a.max(b) + reach).ceil().max(0.0) as usize).min(end);
        low..high
    };
    let along = (to.0 - from.0, to.1 - from.1);
    let square = along.0 * along.0 + along.1 * along.1;
    for y in span(from.1, to.1, height) {
        for x in span(from.0, to.0, width) {
            let off = (x as f32 + 0.5 - from.0, y as f32 + 0.5 - from.1);
            let t = if square > 0.0 { ((off.0 * along.0 + off.1 * along.1) / square).clamp(0.0, 1.0) } else { 0.0 };
            let distance = (off.0 - t * along.0).hypot(off.1 - t * along.1);
            let share = (radius + 0.5 - distance).clamp(0.0, 1.0);
            let pixel = &mut coverage[y * width + x];
            *pixel = pixel.max(share);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_is_ink_on_nothing() {
        let octets = png().expect("it can be encoded");
        let mut reader = png::Decoder::new(std::io::Cursor::new(&octets)).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("it is small")];
        let info = reader.next_frame(&mut pixels).expect("whole");
        assert_eq!((info.width, info.height), (720, 300));
        let inked = pixels.chunks_exact(4).filter(|pixel| pixel[3] > 128).count();
        let share = inked * 100 / (720 * 300);
        assert!((2..15).contains(&share), "{share} % of it is ink");
        assert!(octets.len() < 40_000, "{} octets", octets.len());
    }
}
