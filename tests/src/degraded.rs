//! Pictures of QR seals as a telephone takes them from worn paper: drawn, damaged, seen at an angle, blurred, dim,
//! noisy, compressed. Everything follows from a seed, so that a shot that was not read can be looked at again.
//!
//! It is a model and no field test: real printers, papers and cameras remain to be tried.

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};

/// What a seal's text looks like: a prefix and 365 digits, as long as that of a letter.
#[must_use]
pub fn seal_text() -> String {
    let mut random = Random::new(2026);
    let digits = (0..365).map(|_| char::from(b'0' + (random.next() % 10) as u8));
    "https://tte.example.go.id/v#".chars().chain(digits).collect()
}

/// The two symbols that the office prints: version 10, level M for letters; version 12, level Q for what is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// 57 modules a side, 15 % of the codewords may be lost.
    V10M,
    /// 65 modules a side, 25 % of the codewords may be lost.
    V12Q,
}

impl Symbol {
    /// For tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V10M => "v10-M",
            Self::V12Q => "v12-Q",
        }
    }

    /// The symbol with this text: the prefix in byte mode, the digits in numeric mode.
    ///
    /// # Panics
    ///
    /// When the text does not fit.
    #[must_use]
    pub fn draw(self, text: &str) -> QrCode {
        let (version, level) = match self {
            Self::V10M => (10, QrCodeEcc::Medium),
            Self::V12Q => (12, QrCodeEcc::Quartile),
        };
        let digits = text.find('#').map_or(text.len(), |at| at + 1);
        let (prefix, digits) = text.split_at(digits);
        let segments = [QrSegment::make_bytes(prefix.as_bytes()), QrSegment::make_numeric(digits)];
        let version = Version::new(version);
        QrCode::encode_segments_advanced(&segments, level, version, version, None::<Mask>, false).expect("it fits")
    }
}

/// How a shot is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    /// For tables.
    pub name: &'static str,
    /// Wear `d`: a straight white crease 0.36 d of the side wide through a random point of the symbol, and three blots
    /// of radius 0.15 d to 0.35 d of the side, each white, brown or black.
    pub wear: f32,
    /// Standard deviation of the blur, in pixels and in modules: the lens and the distance.
    pub blur_pixels: f32,
    /// See `blur_pixels`; the two add up.
    pub blur_modules: f32,
    /// Largest tilt of the paper about each axis, in degrees, seen from 2.5 times its width.
    pub tilt_degrees: f32,
    /// Largest rotation each way, in degrees.
    pub rotation_degrees: f32,
    /// Level of white paper, of 255.
    pub paper: f32,
    /// Standard deviation of the noise, in the same levels.
    pub noise: f32,
    /// Quality of the JPEG, 1 to 100.
    pub jpeg_quality: u8,
}

impl Condition {
    /// A steady hand in an office.
    pub const CLEAN: Self = Self {
        name: "clean",
        wear: 0.0,
        blur_pixels: 0.6,
        blur_modules: 0.0,
        tilt_degrees: 12.0,
        rotation_degrees: 20.0,
        paper: 215.0,
        noise: 3.0,
        jpeg_quality: 85,
    };
    /// The conditions of the report, one a column.
    pub const ALL: [Self; 9] = [
        Self::CLEAN,
        Self { name: "crease 0.1", wear: 0.1, ..Self::CLEAN },
        Self { name: "crease 0.2", wear: 0.2, ..Self::CLEAN },
        Self { name: "crease 0.3", wear: 0.3, ..Self::CLEAN },
        Self { name: "blur 0.35", blur_modules: 0.35, ..Self::CLEAN },
        Self { name: "low light", paper: 70.0, noise: 7.0, ..Self::CLEAN },
        Self { name: "tilt 35", tilt_degrees: 35.0, ..Self::CLEAN },
        Self { name: "any angle", rotation_degrees: 180.0, ..Self::CLEAN },
        Self { name: "JPEG 30", jpeg_quality: 30, ..Self::CLEAN },
    ];
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
    /// Takes a symbol at `pixels_a_module`, which holds at its middle.
    #[must_use]
    pub fn take(symbol: &QrCode, condition: &Condition, pixels_a_module: f32, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let paper = Paper::worn(symbol, condition.wear, &mut random);
        let side = paper.side;
        let camera = Camera::held(side, condition, pixels_a_module, &mut random);
        // The symbol, its quiet zone and some print around it, whatever the rotation.
        let width = ((side + 18.0) * 1.35 * pixels_a_module) as usize;
        let (light_x, light_y) = (random.between(-0.25, 0.25), random.between(-0.25, 0.25));
        let half = width as f32 / 2.0;
        let mut light = Vec::with_capacity(width * width);
        for (y, x) in (0..width).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let mut sum = 0.0;
            for (down, across) in [0.125, 0.375, 0.625, 0.875]
                .iter()
                .flat_map(|down| [0.25, 0.75].iter().map(move |across| (down, across)))
            {
                let place = camera.paper_at(x as f32 + across - half, y as f32 + down - half);
                sum += paper.reflectance(place);
            }
            let lit = 1.0 + light_x * (x as f32 / half - 1.0) + light_y * (y as f32 / half - 1.0);
            light.push(sum / 8.0 * lit * condition.paper / 0.9);
        }
        let deviation = condition.blur_pixels.hypot(condition.blur_modules * pixels_a_module);
        let light = blurred(&light, width, deviation);
        let pixels = light.into_iter().map(|level| (level + condition.noise * random.normal()).round() as u8).collect();
        Self { width, height: width, pixels }
    }

    /// As a baseline JPEG in gray.
    ///
    /// # Panics
    ///
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

/// A sheet of paper with a symbol, in modules from the symbol's upper left corner.
struct Paper {
    side: f32,
    modules: Vec<bool>,
    /// Unit normal, offset and half width of the crease.
    crease: Option<((f32, f32), f32, f32)>,
    /// Middle, radius and reflectance.
    blots: Vec<((f32, f32), f32, f32)>,
    /// What text around the symbol looks like.
    print: u64,
}

impl Paper {
    fn worn(symbol: &QrCode, wear: f32, random: &mut Random) -> Self {
        let side = symbol.size();
        let modules =
            (0..side).flat_map(|y| (0..side).map(move |x| (x, y))).map(|(x, y)| symbol.get_module(x, y)).collect();
        let side = side as f32;
        let mut paper = Self { side, modules, crease: None, blots: Vec::new(), print: random.next() };
        if wear > 0.0 {
            let (sine, cosine) = random.between(0.0, std::f32::consts::PI).sin_cos();
            let through = (random.between(0.0, side), random.between(0.0, side));
            paper.crease = Some(((cosine, sine), through.0 * cosine + through.1 * sine, 0.18 * wear * side));
            for _ in 0..3 {
                let middle = (random.between(0.0, side), random.between(0.0, side));
                let tone = [0.92, 0.35, 0.05][(random.next() % 3) as usize];
                paper.blots.push((middle, random.between(0.15, 0.35) * wear * side, tone));
            }
        }
        paper
    }

    fn reflectance(&self, (x, y): (f32, f32)) -> f32 {
        if let Some(((across, down), offset, half)) = self.crease
            && (x * across + y * down - offset).abs() < half
        {
            return 0.95;
        }
        for ((middle_x, middle_y), radius, tone) in &self.blots {
            if (x - middle_x).hypot(y - middle_y) < *radius {
                return *tone;
            }
        }
        // Ink spreads by a fifteenth of a module.
        let gain = 0.067;
        let dark = [(gain, 0.0), (-gain, 0.0), (0.0, gain), (0.0, -gain)];
        if dark.iter().any(|(across, down)| self.is_dark(x + across, y + down)) { 0.08 } else { 0.9 }
    }

    fn is_dark(&self, x: f32, y: f32) -> bool {
        if (0.0..self.side).contains(&x) && (0.0..self.side).contains(&y) {
            return self.modules[y as usize * self.side as usize + x as usize];
        }
        let margin = 5.0;
        if (-margin..self.side + margin).contains(&x) && (-margin..self.side + margin).contains(&y) {
            return false;
        }
        // Lines of letters: strokes at random, five modules high with two between the lines.
        let (line, column) = ((y / 7.0).floor(), (x / 1.3).floor());
        if y - line * 7.0 > 5.0 {
            return false;
        }
        let stroke = ((y - line * 7.0) / 1.7).floor();
        let key = (line as i64 as u64) << 40 ^ (column as i64 as u64 & 0xFFFFF) << 8 ^ stroke as u64;
        Random::new(self.print ^ key).next() % 5 < 2
    }
}

/// From pixels, measured from the picture's middle, to places on the paper.
struct Camera {
    middle: f32,
    matrix: [[f32; 3]; 3],
}

impl Camera {
    fn held(side: f32, condition: &Condition, pixels_a_module: f32, random: &mut Random) -> Self {
        let mut angle = |largest: f32| random.between(-largest, largest).to_radians();
        let (turn, about_x, about_y) =
            (angle(condition.rotation_degrees), angle(condition.tilt_degrees), angle(condition.tilt_degrees));
        let distance = side * 2.5;
        let ((sz, cz), (sx, cx), (sy, cy)) = (turn.sin_cos(), about_x.sin_cos(), about_y.sin_cos());
        // The paper is turned in its plane, then tilted about x, then about y; the pinhole is `distance` away.
        let across = [cz * cy + sz * sx * sy, -sz * cy + cz * sx * sy];
        let down = [sz * cx, cz * cx];
        let away = [-cz * sy + sz * sx * cy, sz * sy + cz * sx * cy];
        let zoom = pixels_a_module * distance;
        let shift = (random.between(-3.0, 3.0), random.between(-3.0, 3.0));
        let forward = [
            [zoom * across[0], zoom * across[1], shift.0 * distance * pixels_a_module],
            [zoom * down[0], zoom * down[1], shift.1 * distance * pixels_a_module],
            [away[0], away[1], distance],
        ];
        Self { middle: side / 2.0, matrix: inverse(&forward) }
    }

    fn paper_at(&self, x: f32, y: f32) -> (f32, f32) {
        let along = |row: &[f32; 3]| row[0] * x + row[1] * y + row[2];
        let [across, down, depth] = &self.matrix;
        (along(across) / along(depth) + self.middle, along(down) / along(depth) + self.middle)
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
fn blurred(light: &[f32], width: usize, deviation: f32) -> Vec<f32> {
    let reach = (deviation * 3.0).ceil() as isize;
    let weights: Vec<f32> =
        (-reach..=reach).map(|at| (-((at * at) as f32) / (2.0 * deviation * deviation)).exp()).collect();
    let total: f32 = weights.iter().sum();
    let last = width as isize - 1;
    let pass = |from: &[f32], at: &dyn Fn(usize, usize) -> usize| -> Vec<f32> {
        let mut to = vec![0.0; from.len()];
        for (line, place) in (0..width).flat_map(|line| (0..width).map(move |place| (line, place))) {
            let sum: f32 = (-reach..=reach)
                .zip(&weights)
                .map(|(offset, weight)| from[at(line, (place as isize + offset).clamp(0, last) as usize)] * weight)
                .sum();
            to[at(line, place)] = sum / total;
        }
        to
    };
    let rows = pass(light, &|line, place| line * width + place);
    pass(&rows, &|line, place| place * width + line)
}

/// SplitMix64: small, and the same everywhere.
struct Random(u64);

impl Random {
    const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        let share = (self.next() >> 40) as f32 / (1_u64 << 24) as f32;
        low + (high - low) * share
    }

    /// A standard normal deviate: twelve uniform ones less six.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.between(0.0, 1.0)).sum::<f32>() - 6.0
    }
}

/// A photograph of paper with grain, with a shot in it, a third of the way from the upper left corner.
///
/// # Panics
///
/// When the shot is larger than two thirds of the photograph.
#[must_use]
pub fn photograph(shot: Option<&Shot>, width: usize, height: usize) -> Shot {
    let mut random = Random::new(12);
    let mut pixels: Vec<u8> = (0..width * height).map(|_| 205 + (random.next() % 9) as u8).collect();
    if let Some(shot) = shot {
        let (left, top) = ((width - shot.width) / 3, (height - shot.height) / 3);
        for (y, row) in shot.pixels.chunks_exact(shot.width).enumerate() {
            let at = (top + y) * width + left;
            pixels[at..at + shot.width].copy_from_slice(row);
        }
    }
    Shot { width, height, pixels }
}
