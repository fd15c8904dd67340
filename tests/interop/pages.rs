//! What the pages with the shipped templates look like, drawn by hayro and by poppler, beside pictures that a person has looked at.
//!
//! `TEKEN_RENEW_PAGES=1 cargo test -p tests --test interop page_looks` writes the pictures in `tests/data/pages` anew: look at them before you
//! commit them. Names, date, number and seal are always the same; everything else is what signing draws.

use std::{env, fs, io::Cursor, path::PathBuf, process::Command, sync::Arc};

use anyhow::{Context, ensure};
use office::appearance::{Artwork, Shown, Sight, Template, page_picture};
use pades::{ContentsSize, Limits, PdfTime, PrepareOptions, UnsignedPdf};
use tests::{
    Outcome, Peer, Suite,
    degraded::seal_text,
    desk::shipped_template,
    finish,
    paper::{Form, Paper, Shape},
    scratch, workspace,
};
use toml::{Table, Value};

/// Small files, on which a line of text is still a line.
const DOTS_PER_INCH: f64 = 60.0;
/// Side of a tile in pixels: one centimetre.
const TILE: usize = 24;
/// The largest mean difference of a tile's grey values (of 255) that another version of a renderer may make.
const TOLERANCE: f64 = 8.0;
/// 2026-11-24, 14.05 in Bekasi.
const MOMENT: u64 = 1_795_503_900;

pub(crate) fn cases(suite: &mut Suite) {
    suite
        .case("each_page_looks_as_a_person_approved_it_when_hayro_draws_it", || approved("hayro", hayro))
        .case_with(&[Peer::Pdftoppm], "each_page_looks_as_a_person_approved_it_when_poppler_draws_it", || {
            approved("poppler", poppler)
        })
        .case("a_page_looks_the_same_however_it_lies_in_its_file", || {
            same("hayro", hayro, &[Shape::Rotated, Shape::Cropped, Shape::LargeUnits])
        })
        // Poppler does not know user units, and cuts a crop box at whole pixels.
        .case_with(&[Peer::Pdftoppm], "a_turned_page_looks_the_same_to_poppler", || {
            same("poppler", poppler, &[Shape::Rotated])
        })
        .case("a_box_moved_by_3_millimetres_or_a_missing_picture_is_noticed", noticed);
}

type Renderer = fn(&[u8]) -> anyhow::Result<Gray>;

fn approved(renderer: &str, draw: Renderer) -> Outcome {
    let renews = env::var_os("TEKEN_RENEW_PAGES").is_some();
    for form in Form::ALL {
        let page = draw(&signed_page(form, Shape::Plain, |_| Ok(()))?)?;
        let path = picture(form, renderer);
        if renews {
            fs::create_dir_all(path.parent().context("a folder")?)?;
            fs::write(&path, page.to_png()?)?;
        }
        let size = fs::metadata(&path).with_context(|| path.display().to_string())?.len();
        ensure!(size < 40_000, "{}: {size} octets", path.display());
        let difference = Gray::of_png(&fs::read(&path)?)?.difference(&page)?;
        ensure!(difference <= TOLERANCE, "{}: a square centimetre differs by {difference:.1} of 255", path.display());
    }
    Ok(())
}

/// What is seen of a page does not depend on its boxes, its rotation and its units; neither does the signature on it.
fn same(renderer: &str, draw: Renderer, shapes: &[Shape]) -> Outcome {
    for form in Form::ALL {
        let plain = Gray::of_png(&fs::read(picture(form, renderer))?)?;
        for shape in shapes {
            let difference = plain.difference(&draw(&signed_page(form, *shape, |_| Ok(()))?)?)?;
            ensure!(difference <= TOLERANCE, "{} {}: {difference:.1} of 255", form.name(), shape.name());
        }
    }
    Ok(())
}

/// The guard of the others: what they must not let pass does not pass.
fn noticed() -> Outcome {
    type Change = fn(&mut Table) -> Outcome;
    for form in Form::ALL {
        let approved = Gray::of_png(&fs::read(picture(form, "hayro"))?)?;
        let changes: [(&str, Change); 3] = [
            ("the box moved by 3 mm", moved),
            ("no picture", |template| removed(template, "image")),
            ("no last line of text", |template| {
                let texts = template.get_mut("text").and_then(Value::as_array_mut).context("texts")?;
                texts.pop().map(|_| ()).context("a text")
            }),
        ];
        for (what, change) in changes {
            let difference = approved.difference(&hayro(&signed_page(form, Shape::Plain, change)?)?)?;
            ensure!(difference > 2.0 * TOLERANCE, "{} with {what}: only {difference:.1} of 255", form.name());
        }
    }
    Ok(())
}

/// Moves the box to where the page is free too.
fn moved(template: &mut Table) -> Outcome {
    let place = template.get_mut("place").and_then(Value::as_table_mut).context("a place")?;
    let (_, place) = place.iter_mut().next().context("a box or a zone")?;
    let x = place.get_mut("x_mm").context("its left edge")?;
    *x = Value::Float(x.as_integer().map_or_else(|| x.as_float(), |x| Some(x as f64)).context("a number")? - 3.0);
    Ok(())
}

fn removed(template: &mut Table, key: &str) -> Outcome {
    template.remove(key).map(|_| ()).context("it was there")
}

fn picture(form: Form, renderer: &str) -> PathBuf {
    workspace().join(format!("tests/data/pages/{}-{renderer}.png", form.name()))
}

/// A document as `teken-office sign` prepares it, before the signature is put in: that changes nothing on the page.
fn signed_page(form: Form, shape: Shape, change: impl FnOnce(&mut Table) -> Outcome) -> anyhow::Result<Vec<u8>> {
    let folder = scratch();
    fs::write(folder.path().join("tanda-tangan.png"), demo::handwriting::png()?)?;
    let mut template = shipped_template(form)?;
    change(&mut template)?;
    let artwork = Artwork::new(Template::parse(&toml::to_string(&template)?, folder.path())?)?;
    let pdf = Arc::new(Paper::new(form).shape(shape).write()?);
    let unsigned = UnsignedPdf::open(pdf.as_ref().clone(), &Limits::default())?;
    let (time, seal, number) = (PdfTime::new(MOMENT, 7 * 60)?, seal_text(), form.number(1));
    let shown = Shown {
        signer_name: "Dr. NAMA CONTOH, M.Si.",
        signer_title: "Kepala Dinas",
        number: &number,
        time,
        seal: Some(&seal),
    };
    let drawing = artwork.draw(&unsigned, &pdf, &shown, &Sight::in_process())?;
    let options = PrepareOptions {
        appearance: drawing.appearance,
        certification: drawing.certification,
        seal: Some(seal.clone()),
        ..PrepareOptions::new(drawing.field, time, ContentsSize::new(8192))
    };
    Ok(unsigned.prepare(&options)?.bytes().to_vec())
}

fn hayro(pdf: &[u8]) -> anyhow::Result<Gray> {
    Gray::of_png(&page_picture(pdf.to_vec(), 0, DOTS_PER_INCH, &Sight::in_process())?)
}

fn poppler(pdf: &[u8]) -> anyhow::Result<Gray> {
    let folder = scratch();
    let (file, page) = (folder.path().join("page.pdf"), folder.path().join("page"));
    fs::write(&file, pdf)?;
    let mut command = Command::new("pdftoppm");
    command.args(["-r", &DOTS_PER_INCH.to_string(), "-png", "-singlefile"]).arg(&file).arg(&page);
    let finished = finish(command)?;
    ensure!(finished.code == Some(0), "pdftoppm: {finished:?}");
    Gray::of_png(&fs::read(page.with_extension("png"))?)
}

/// A picture in shades of grey.
struct Gray {
    width: usize,
    pixels: Vec<u8>,
}

impl Gray {
    fn of_png(octets: &[u8]) -> anyhow::Result<Self> {
        let mut decoder = png::Decoder::new(Cursor::new(octets));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
        let mut reader = decoder.read_info()?;
        let mut octets = vec![0; reader.output_buffer_size().context("a picture that fits into memory")?];
        let frame = reader.next_frame(&mut octets)?;
        let samples = frame.color_type.samples();
        // One or three colours, and perhaps an alpha channel behind them.
        let colours = if samples < 3 { 1 } else { 3 };
        let gray = |pixel: &[u8]| {
            let sum: usize = pixel.iter().take(colours).map(|sample| usize::from(*sample)).sum();
            u8::try_from(sum / colours)
        };
        let pixels = octets.chunks_exact(samples).map(gray).collect::<Result<_, _>>()?;
        Ok(Self { width: usize::try_from(frame.width)?, pixels })
    }

    fn to_png(&self) -> anyhow::Result<Vec<u8>> {
        let mut out = Vec::new();
        let height = self.pixels.len() / self.width;
        let mut encoder = png::Encoder::new(&mut out, u32::try_from(self.width)?, u32::try_from(height)?);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_compression(png::Compression::High);
        encoder.write_header()?.write_image_data(&self.pixels)?;
        Ok(out)
    }

    /// The mean absolute difference of the tile that differs most. A mean over the whole page would drown a missing line in white.
    fn difference(&self, other: &Self) -> anyhow::Result<f64> {
        let size = |picture: &Self| (picture.width, picture.pixels.len());
        ensure!(size(self) == size(other), "{:?} pixels are not {:?}", size(self), size(other));
        let mut tiles = std::collections::BTreeMap::<_, (usize, usize)>::new();
        for (index, (one, another)) in self.pixels.iter().zip(&other.pixels).enumerate() {
            let tile = tiles.entry((index / self.width / TILE, index % self.width / TILE)).or_default();
            tile.0 += usize::from(one.abs_diff(*another));
            tile.1 += 1;
        }
        // A sliver at the edge of the page is no tile.
        let whole = tiles.values().filter(|(_, pixels)| *pixels * 2 >= TILE * TILE);
        Ok(whole.map(|(sum, pixels)| *sum as f64 / *pixels as f64).fold(0.0, f64::max))
    }
}
