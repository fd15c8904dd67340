//! A letter on paper: signed with a visible signature and a QR seal, printed, photographed, read back, and replaced by a corrected one.
//!
//! "Printed" is the page drawn at a printer's resolution, "photographed" a model of a telephone's camera ([`crate::photograph`]).

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use evidence::DocumentType;
use jiff::civil::Date;
use office::appearance::{Artwork, Sight, page_picture};
use office::{Claims, DocumentNumber, SignatureName, Stationery};

use crate::paperwork::{Office, Paper, Signed};
use crate::photograph::{Handling, Random, Scene, Shot};
use crate::place::{Place, free_name};
use crate::samples::{SUBJECT_NAME, SampleNumber, surat_to_be_sealed};

/// The agency's template for letters, as it is shipped.
const TEMPLATE: &str = include_str!("../../office/templates/surat.toml");
/// The name that the template gives the picture of the signature.
const HANDWRITING: &str = "tanda-tangan.png";
/// Resolution of the print, dots an inch.
const PRINTER: f64 = 300.0;
/// Pixels of the photograph for each dot of the print: 3.6 for each module of the seal.
const PIXELS_A_DOT: f32 = 0.6;
/// Pixels of the photograph: the lower half of a sheet, and some of the desk.
const PHOTOGRAPH: (usize, usize) = (1_800, 1_300);
const JPEG_QUALITY: u8 = 80;
/// How light white paper is, of what falls on it, and what the desk around it is.
const PAPER: f32 = 0.9;
const DESK: f32 = 0.35;
/// How long the list of a status is waited for: the service publishes it within a second.
const PUBLISHED_WITHIN: Duration = Duration::from_secs(30);

/// What a letter says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Letter {
    /// Its number. A replacement has that of the letter that it replaces.
    pub number: SampleNumber,
    /// Its date.
    pub date: Date,
    /// The last day on which it holds.
    pub valid_until: Date,
}

/// A signed letter and its pictures.
#[derive(Debug)]
pub struct Sheet {
    /// The signed file.
    pub signed: Signed,
    /// The page as it is printed, PNG.
    pub page: PathBuf,
    /// A photograph of its lower half, JPEG.
    pub photograph: PathBuf,
}

impl Sheet {
    /// The file and its pictures: each carries the seal.
    #[must_use]
    pub fn carriers(&self) -> [&Path; 3] {
        [&self.signed.path, &self.page, &self.photograph]
    }
}

/// The desk at which letters are sealed.
#[derive(Debug)]
pub struct Desk<'a> {
    office: &'a Office,
    artwork: Artwork,
}

impl<'a> Desk<'a> {
    /// Lays out the template and the picture of a signature in `template/`.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn lay_out(place: &Place, office: &'a Office) -> anyhow::Result<Self> {
        let folder = place.folder("template")?;
        let template = folder.join("surat.toml");
        let handwriting = crate::handwriting::png().context("the picture of a signature cannot be drawn")?;
        for (path, octets) in [(&template, TEMPLATE.as_bytes()), (&folder.join(HANDWRITING), &handwriting)] {
            fs::write(path, octets).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(Self { office, artwork: Artwork::load(&template)? })
    }

    /// Draws a letter, has it sealed and signed by its digest, prints and photographs it.
    ///
    /// # Errors
    /// Why it could not be signed, or a picture not be taken.
    pub async fn seal(
        &self,
        place: &Place,
        letter: &Letter,
        replaces: Option<&SignatureName>,
    ) -> anyhow::Result<Sheet> {
        let Letter { number, date, valid_until } = *letter;
        let pdf = surat_to_be_sealed(date, &number, valid_until)?;
        let path = free_name(&place.folder("unsigned")?, "surat-bersegel", "pdf");
        fs::write(&path, pdf).with_context(|| format!("cannot write {}", path.display()))?;
        let paper = Paper { path, document_type: DocumentType::surat(), number: number.letter() };

        let claims = Claims::parse(&claims(valid_until))?;
        let subject = (paper.document_type.clone(), DocumentNumber::parse(&paper.number)?);
        let stationery = Stationery {
            artwork: self.artwork.clone(),
            claims: HashMap::from([(subject, claims)]),
            // The page was drawn here, not by a stranger.
            sight: Sight::in_process(),
        };
        let signed = self.office.drawing(stationery).sign_sealed(&paper, replaces, &place.folder("signed")?).await?;

        let folder = place.folder("paper")?;
        let stem = signed.path.file_stem().map_or_else(|| "page".into(), |stem| stem.to_string_lossy());
        let (page, photograph) = (free_name(&folder, &stem, "png"), free_name(&folder, &stem, "jpg"));
        let printed = page_picture(fs::read(&signed.path)?, 0, PRINTER, &Sight::in_process())?;
        fs::write(&page, &printed).with_context(|| format!("cannot write {}", page.display()))?;
        let seed = u64::from(number.running);
        fs::write(&photograph, take_photograph(&printed, seed)?)
            .with_context(|| format!("cannot write {}", photograph.display()))?;
        Ok(Sheet { signed, page, photograph })
    }
}

/// What the letter states, for its seal.
fn claims(valid_until: Date) -> String {
    format!(
        "[surat]\nletter_code = 470\nname = \"{SUBJECT_NAME}\"\nnik = \"0000000000000001\"\nvalid_until = {valid_until}\n"
    )
}

/// The lower half of a printed page as a telephone sees it.
fn take_photograph(page: &[u8], seed: u64) -> anyhow::Result<Vec<u8>> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(page)).read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().context("the page is too large")?];
    let info = reader.next_frame(&mut pixels)?;
    ensure!(
        info.color_type == png::ColorType::Rgb && info.bit_depth == png::BitDepth::Eight,
        "a page is drawn in colour"
    );
    let (width, height) = (info.width as usize, info.height as usize);
    let reflectance = |(x, y): (f32, f32)| {
        if x < 0.0 || y < 0.0 || x >= width as f32 || y >= height as f32 {
            return DESK;
        }
        let at = (y as usize * width + x as usize) * 3;
        let [red, green, blue] = [0, 1, 2].map(|part| f32::from(pixels[at + part]));
        // Luma of ITU-R BT.601, as cameras have it. Black ink throws a little back.
        let luma = (0.299 * red + 0.587 * green + 0.114 * blue) / 255.0;
        0.06 + (PAPER - 0.06) * luma
    };
    let scene = Scene { middle: (width as f32 / 2.0, height as f32 * 0.72), width: width as f32, reflectance };
    let handling = Handling { rotation_degrees: 8.0, ..Handling::STEADY };
    let shot = Shot::take(&scene, &handling, PHOTOGRAPH, PIXELS_A_DOT, &mut Random::new(seed));
    Ok(shot.to_jpeg(JPEG_QUALITY))
}

/// Waits until `published` says so; the service publishes a list a second after a change.
///
/// # Errors
/// When it does not come.
pub async fn published(mut published: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let begun = Instant::now();
    while !published()? {
        ensure!(
            begun.elapsed() < PUBLISHED_WITHIN,
            "the service did not publish a status list within {} s: see service.log",
            PUBLISHED_WITHIN.as_secs()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
