//! A sheet of paper as a telephone sees it: at an angle, unevenly lit, blurred, noisy, compressed. Everything follows from a seed, so
//! that a shot that was not read can be looked at again.
//!
//! It is a model and no field test: real printers, papers and cameras remain to be tried. The test suites measure with it how much of a
//! seal may be lost.

/// How a sheet is held, lit and taken. Lengths on the paper are in the scene's units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Handling {
    /// Standard deviation of the blur in pixels: the lens.
    pub blur_pixels: f32,
    /// The same in units of the paper: the distance. The two add up.
    pub blur_units: f32,
    /// Largest tilt of the paper about each axis, in degrees, seen from 2.5 times its width.
    pub tilt_degrees: f32,
    /// Largest rotation each way, in degrees.
    pub rotation_degrees: f32,
    /// Level of white paper, of 255.
    pub paper: f32,
    /// Standard deviation of the noise, in the same levels.
    pub noise: f32,
}

impl Handling {
    /// A steady hand in an office.
    pub const STEADY: Self = Self {
        blur_pixels: 0.6,
        blur_units: 0.0,
        tilt_degrees: 12.0,
        rotation_degrees: 20.0,
        paper: 215.0,
        noise: 3.0,
    };
}

/// What is in front of the camera.
#[derive(Debug)]
pub struct Scene<Reflectance> {
    /// The place on the paper that the camera points at.
    pub middle: (f32, f32),
    /// Width of what is of interest; the camera is 2.5 times as far away.
    pub width: f32,
    /// How much light each place of the paper throws back, from 0 to 1; 0.9 is white paper.
    pub reflectance: Reflectance,
}

/// A picture in gray, one octet a pixel, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shot {
    /// Pixels.
    pub width: usize,
    /// Pixels.
    pub height: usize,
    /// Lightness.
    pub pixels: Vec<u8>,
}

impl Shot {
    /// Takes a scene, `size` pixels wide and high, at `pixels_a_unit`, which holds at its middle.
    #[must_use]
    pub fn take<Reflectance: Fn((f32, f32)) -> f32>(
        scene: &Scene<Reflectance>,
        handling: &Handling,
        size: (usize, usize),
        pixels_a_unit: f32,
        random: &mut Random,
    ) -> Self {
        let camera = Camera::held(scene.middle, scene.width, handling, pixels_a_unit, random);
        let (width, height) = size;
        let (light_x, light_y) = (random.between(-0.25, 0.25), random.between(-0.25, 0.25));
        let (half_width, half_height) = (width as f32 / 2.0, height as f32 / 2.0);
        let mut light = Vec::with_capacity(width * height);
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let mut sum = 0.0;
            for (down, across) in [0.125, 0.375, 0.625, 0.875]
                .iter()
                .flat_map(|down| [0.25, 0.75].iter().map(move |across| (down, across)))
            {
                sum +=
                    (scene.reflectance)(camera.paper_at(x as f32 + across - half_width, y as f32 + down - half_height));
            }
            let lit = 1.0 + light_x * (x as f32 / half_width - 1.0) + light_y * (y as f32 / half_height - 1.0);
            light.push(sum / 8.0 * lit * handling.paper / 0.9);
        }
        let deviation = handling.blur_pixels.hypot(handling.blur_units * pixels_a_unit);
        let light = blurred(&light, width, height, deviation);
        let pixels = light.into_iter().map(|level| (level + handling.noise * random.normal()).round() as u8).collect();
        Self { width, height, pixels }
    }

    /// As a baseline JPEG in gray; `quality` from 1 to 100.
    ///
    /// # Panics
    /// When the picture is wider or higher than 65,535 pixels.
    #[must_use]
    pub fn to_jpeg(&self, quality: u8) -> Vec<u8> {
        let mut octets = Vec::new();
        let (width, height) = (u16::try_from(self.width).expect("small"), u16::try_from(self.height).expect("small"));
        jpeg_encoder::Encoder::new(&mut octets, quality)
            .encode(&self.pixels, width, height, jpeg_encoder::ColorType::Luma)
            .expect("a vector takes everything");
        octets
    }
}

/// From pixels, measured from the picture's middle, to places on the paper.
struct Camera {
    middle: (f32, f32),
    matrix: [[f32; 3]; 3],
}

impl Camera {
    fn held(middle: (f32, f32), width: f32, handling: &Handling, pixels_a_unit: f32, random: &mut Random) -> Self {
        let mut angle = |largest: f32| random.between(-largest, largest).to_radians();
        let (turn, about_x, about_y) =
            (angle(handling.rotation_degrees), angle(handling.tilt_degrees), angle(handling.tilt_degrees));
        let distance = width * 2.5;
        let ((sz, cz), (sx, cx), (sy, cy)) = (turn.sin_cos(), about_x.sin_cos(), about_y.sin_cos());
        // The paper is turned in its plane, then tilted about x, then about y; the pinhole is `distance` away.
        let across = [cz * cy + sz * sx * sy, -sz * cy + cz * sx * sy];
        let down = [sz * cx, cz * cx];
        let away = [-cz * sy + sz * sx * cy, sz * sy + cz * sx * cy];
        let zoom = pixels_a_unit * distance;
        let shift = (random.between(-3.0, 3.0), random.between(-3.0, 3.0));
        let forward = [
            [zoom * across[0], zoom * across[1], shift.0 * distance * pixels_a_unit],
            [zoom * down[0], zoom * down[1], shift.1 * distance * pixels_a_unit],
            [away[0], away[1], distance],
        ];
        Self { middle, matrix: inverse(&forward) }
    }

    fn paper_at(&self, x: f32, y: f32) -> (f32, f32) {
        let along = |row: &[f32; 3]| row[0] * x + row[1] * y + row[2];
        let [across, down, depth] = &self.matrix;
        (along(across) / along(depth) + self.middle.0, along(down) / along(depth) + self.middle.1)
    }
}

/// The inverse up to a factor, which a projective map does not need.
fn inverse(m: &[[f32; 3]; 3]) -> [[f32; 3]; 3] {
    let minor = |r: usize, c: usize| {
        let (r1, r2, c1, c2) = ((r + 1) % 3, (r + 2) % 3, (c + 1) % 3, (c + 2) % 3);
        m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1]
    };
    std::array::from_fn(|row| std::array::from_fn(|column| minor(column, row)))
}

/// A Gaussian blur, along the rows and then along the columns.
fn blurred(light: &[f32], width: usize, height: usize, deviation: f32) -> Vec<f32> {
    let reach = (deviation * 3.0).ceil() as isize;
    let weights: Vec<f32> =
        (-reach..=reach).map(|at| (-((at * at) as f32) / (2.0 * deviation * deviation)).exp()).collect();
    let total: f32 = weights.iter().sum();
    let pass = |from: &[f32], lines: usize, places: usize, at: &dyn Fn(usize, usize) -> usize| -> Vec<f32> {
        let last = places as isize - 1;
        let mut to = vec![0.0; from.len()];
        for (line, place) in (0..lines).flat_map(|line| (0..places).map(move |place| (line, place))) {
            let sum: f32 = (-reach..=reach)
                .zip(&weights)
                .map(|(offset, weight)| from[at(line, (place as isize + offset).clamp(0, last) as usize)] * weight)
                .sum();
            to[at(line, place)] = sum / total;
        }
        to
    };
    let rows = pass(light, height, width, &|line, place| line * width + place);
    pass(&rows, width, height, &|line, place| place * width + line)
}

/// SplitMix64: small, and the same everywhere.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A uniform number from `low` to below `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        let share = (self.next() >> 40) as f32 / (1_u64 << 24) as f32;
        low + (high - low) * share
    }

    /// A standard normal deviate: twelve uniform ones less six.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.between(0.0, 1.0)).sum::<f32>() - 6.0
    }
}
