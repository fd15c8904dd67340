//! Pictures of QR seals as a telephone takes them from worn paper: drawn and damaged here, held, lit and taken by `demo::photograph`.

pub use demo::photograph::Shot;
use demo::photograph::{Handling, Random, Scene};
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

    /// The symbol with this text as the office draws it: the prefix in byte mode, the digits in numeric mode, always the same mask.
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
        QrCode::encode_segments_advanced(&segments, level, version, version, Some(Mask::new(4)), false)
            .expect("it fits")
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
    /// Hand, light and camera; the unit is a module.
    pub handling: Handling,
    /// Quality of the JPEG, 1 to 100.
    pub jpeg_quality: u8,
}

impl Condition {
    /// A steady hand in an office.
    pub const CLEAN: Self = Self { name: "clean", wear: 0.0, handling: Handling::STEADY, jpeg_quality: 85 };
    /// The conditions of the report, one a column.
    pub const ALL: [Self; 9] = [
        Self::CLEAN,
        Self { name: "crease 0.1", wear: 0.1, ..Self::CLEAN },
        Self { name: "crease 0.2", wear: 0.2, ..Self::CLEAN },
        Self { name: "crease 0.3", wear: 0.3, ..Self::CLEAN },
        Self { name: "blur 0.35", handling: Handling { blur_units: 0.35, ..Handling::STEADY }, ..Self::CLEAN },
        Self { name: "low light", handling: Handling { paper: 70.0, noise: 7.0, ..Handling::STEADY }, ..Self::CLEAN },
        Self { name: "tilt 35", handling: Handling { tilt_degrees: 35.0, ..Handling::STEADY }, ..Self::CLEAN },
        Self { name: "any angle", handling: Handling { rotation_degrees: 180.0, ..Handling::STEADY }, ..Self::CLEAN },
        Self { name: "JPEG 30", jpeg_quality: 30, ..Self::CLEAN },
    ];
}

/// Takes a symbol at `pixels_a_module`, which holds at its middle.
#[must_use]
pub fn take(symbol: &QrCode, condition: &Condition, pixels_a_module: f32, seed: u64) -> Shot {
    let mut random = Random::new(seed);
    let paper = Paper::worn(symbol, condition.wear, &mut random);
    let side = paper.side;
    // The symbol, its quiet zone and some print around it, whatever the rotation.
    let width = ((side + 18.0) * 1.35 * pixels_a_module) as usize;
    let scene = Scene { middle: (side / 2.0, side / 2.0), width: side, reflectance: |place| paper.reflectance(place) };
    Shot::take(&scene, &condition.handling, (width, width), pixels_a_module, &mut random)
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
