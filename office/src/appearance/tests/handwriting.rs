//! A handwritten signature that nobody has: strokes drawn by arithmetic, dark blue with an alpha channel.

/// Pixels of the picture: its file has 20 KB, as a scanned signature has.
const WIDTH: u32 = 600 * SCALE;
const HEIGHT: u32 = 240 * SCALE;
const SCALE: u32 = 2;
/// Colour of the ink.
const INK: [u8; 3] = [18, 36, 120];

/// A point on a stroke and half the width of the pen there, in pixels.
type Dab = (f64, f64, f64);

/// The strokes as dabs of the pen.
fn dabs() -> Vec<Dab> {
    let mut dabs = Vec::new();
    let steps = 900 * i32::try_from(SCALE).expect("small");
    // A tall loop, a row of smaller waves that sink, and a long flourish under all of it.
    for step in 0..steps {
        let t = f64::from(step) / f64::from(steps);
        let angle = t * 2.6 * std::f64::consts::PI - 0.9;
        dabs.push((
            95.0 + 55.0 * angle.cos() + 60.0 * t,
            105.0 - 85.0 * angle.sin() * (1.0 - 0.35 * t),
            2.0 + 1.6 * (angle * 1.3).sin().abs(),
        ));
        let x = 165.0 + 270.0 * t;
        let wave = (t * 13.0 * std::f64::consts::PI).sin();
        dabs.push((x + 9.0 * wave, 128.0 + 20.0 * t - (34.0 - 22.0 * t) * wave, 1.5 + 1.4 * wave.abs()));
        let u = 2.0 * t - 1.0;
        dabs.push((75.0 + 450.0 * t, 196.0 - 26.0 * (1.0 - u * u) - 30.0 * t, 1.2 + 2.2 * (1.0 - t)));
    }
    dabs
}

/// The signature as a PNG.
pub(super) fn png() -> Vec<u8> {
    let mut alpha = vec![0_u8; (WIDTH * HEIGHT) as usize];
    for dab in dabs() {
        let [x, y, radius] = [dab.0, dab.1, dab.2].map(|length| length * f64::from(SCALE));
        for row in ((y - radius - 1.0).max(0.0) as u32)..((y + radius + 2.0) as u32).min(HEIGHT) {
            for column in ((x - radius - 1.0).max(0.0) as u32)..((x + radius + 2.0) as u32).min(WIDTH) {
                let distance = (f64::from(column) - x).hypot(f64::from(row) - y);
                let cover = ((radius + 0.5 - distance).clamp(0.0, 1.0) * 235.0) as u8;
                let pixel = &mut alpha[(row * WIDTH + column) as usize];
                *pixel = cover.max(*pixel);
            }
        }
    }
    let rgba: Vec<u8> = alpha.into_iter().flat_map(|alpha| [INK[0], INK[1], INK[2], alpha]).collect();
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header().and_then(|mut writer| writer.write_image_data(&rgba)).expect("memory takes it");
    out
}
