//! Other people's programs judge visible signatures: poppler shows them where they were asked for, qpdf finds no fault.
//!
//! A program that is not installed is reported as ignored, by name; with `TEKEN_REQUIRE_PEERS=1` its absence is a
//! failure. `TEKEN_SHARED` names a folder with other people's PDFs in `corpus/files`; without it their case is ignored.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use pades::appearance::{Colour, Overlap, VisibleSignature};
use pades::{Limits, Rect, UnsignedPdf};
use tempfile::TempDir;

#[path = "../prepare/flow.rs"]
#[expect(dead_code, reason = "the other suite refuses more")]
mod flow;
#[path = "../visible/made.rs"]
#[expect(dead_code, reason = "the other suite draws more")]
mod made;
#[path = "../prepare/pki.rs"]
mod pki;
#[path = "../prepare/shapes.rs"]
#[expect(dead_code, reason = "the other suite has more shapes")]
mod shapes;

use shapes::Layout;

fn main() -> ExitCode {
    let mut trials = vec![
        case("poppler_shows_it_where_it_was_asked_for_whichever_way_the_page_is_turned", "pdftoppm", placed),
        case("qpdf_finds_no_fault_in_two_visible_signatures", "qpdf", faultless),
    ];
    let name = "qpdf_finds_no_fault_in_signatures_on_other_peoples_pages";
    trials.push(match std::env::var_os("TEKEN_SHARED").map(|shared| PathBuf::from(shared).join("corpus/files")) {
        Some(corpus) if corpus.is_dir() => case(name, "qpdf", move || others(&corpus)),
        _ => Trial::test(format!("{name} [needs TEKEN_SHARED]"), || Ok(())).with_ignored_flag(true),
    });
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn case(name: &str, peer: &str, run: impl FnOnce() -> Result<(), Failed> + Send + 'static) -> Trial {
    let probe = if peer == "pdftoppm" { "-v" } else { "--version" };
    if command(&[peer, probe]).is_ok_and(|output| output.status.success()) {
        Trial::test(name, run)
    } else if std::env::var("TEKEN_REQUIRE_PEERS").as_deref() == Ok("1") {
        let missing = format!("TEKEN_REQUIRE_PEERS is set and {peer} is missing");
        Trial::test(name, || Err(Failed::from(missing)))
    } else {
        Trial::test(format!("{name} [needs {peer}]"), || Ok(())).with_ignored_flag(true)
    }
}

fn command(arguments: &[&str]) -> std::io::Result<Output> {
    let (program, arguments) = arguments.split_first().expect("a program");
    Command::new(program).args(arguments).stdin(Stdio::null()).output()
}

/// The first page as poppler shows it at 72 dots an inch: width, height, and three octets a pixel.
fn rendered(file: &[u8]) -> Result<(usize, usize, Vec<u8>), Failed> {
    let folder = TempDir::new()?;
    let (pdf, out) = (folder.path().join("in.pdf"), folder.path().join("out"));
    std::fs::write(&pdf, file)?;
    let output = Command::new("pdftoppm").args(["-r", "72", "-singlefile", "-cropbox"]).arg(&pdf).arg(&out).output()?;
    if !output.status.success() || !output.stderr.is_empty() {
        return Err(format!("{output:?}").into());
    }
    let image = std::fs::read(out.with_extension("ppm"))?;
    // P6, width, height, 255, pixels.
    let mut fields = image.splitn(4, |octet| octet.is_ascii_whitespace());
    let mut number = || std::str::from_utf8(fields.next()?).ok()?.parse::<usize>().ok();
    number();
    let (Some(width), Some(height)) = (number(), number()) else { return Err("no PPM".into()) };
    let rest = fields.next().unwrap_or_default();
    Ok((width, height, rest.get(4..).unwrap_or_default().to_vec()))
}

/// The left half of the box is red, the right half blue: turned or mirrored boxes are found out.
fn placed() -> Result<(), Failed> {
    const RED: Colour = Colour([255, 0, 0]);
    const BLUE: Colour = Colour([0, 0, 255]);
    let content = || {
        vec![
            made::filled(Rect::new(0.0, 0.0, 100.0, 80.0), RED),
            made::filled(Rect::new(100.0, 0.0, 100.0, 40.0), BLUE),
        ]
    };
    for entries in [
        "",
        "/Rotate 90",
        "/Rotate 180",
        "/Rotate -90",
        "/CropBox[100 40 580 790]",
        "/Rotate 90/CropBox[100 40 580 790]",
        "/Rotate 270/CropBox[100 40 580 790]",
    ] {
        for layout in [Layout::Table, Layout::ObjectStream, Layout::Hybrid] {
            let signed = made::sign(made::page(entries).file(layout), made::BOX, content());
            let (width, height, pixels) = rendered(signed.bytes())?;
            let at = |x: usize, y: usize| {
                let start = ((height - 1 - y) * width + x) * 3;
                pixels.get(start..start + 3).map(<[u8]>::to_vec)
            };
            let points = [
                (55, 305, [255, 0, 0]),
                (145, 375, [255, 0, 0]),
                (155, 305, [0, 0, 255]),
                (245, 335, [0, 0, 255]),
                (155, 345, [255, 255, 255]),
                (45, 310, [255, 255, 255]),
                (55, 295, [255, 255, 255]),
                (55, 385, [255, 255, 255]),
                (255, 310, [255, 255, 255]),
            ];
            for (x, y, colour) in points {
                if at(x, y).as_deref() != Some(&colour) {
                    return Err(format!("{entries} {layout:?}: ({x}, {y}) is {:?}, not {colour:?}", at(x, y)).into());
                }
            }
        }
    }
    Ok(())
}

fn check(name: &str, file: &[u8]) -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let path = folder.path().join("signed.pdf");
    std::fs::write(&path, file)?;
    let output = Command::new("qpdf").arg("--check").arg(&path).output()?;
    if output.status.success() { Ok(()) } else { Err(format!("{name}: {output:?}").into()) }
}

fn faultless() -> Result<(), Failed> {
    for layout in shapes::LAYOUTS {
        let once = made::sign(made::page("/Rotate 90").file(layout), made::BOX, made::content());
        let second = Rect { x: 400.0, ..made::BOX };
        let twice = made::sign(once.into_bytes(), second, made::content());
        check(&format!("{layout:?}"), twice.bytes())?;
    }
    Ok(())
}

/// Files that others made, as many as a minute allows: those that can be signed and that qpdf accepts unsigned.
fn others(corpus: &Path) -> Result<(), Failed> {
    const WANTED: usize = 60;
    const LOOKED_AT: usize = 2_000;
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in std::fs::read_dir(corpus)? {
        let Ok(folder) = std::fs::read_dir(folder?.path()) else { continue };
        // A few of each collection.
        files.extend(
            folder
                .filter_map(|file| Some(file.ok()?.path()))
                .filter(|path| path.extension().is_some_and(|e| e == "pdf"))
                .take(12),
        );
    }
    files.sort();
    let mut signed = 0;
    for path in files.iter().take(LOOKED_AT) {
        let bytes = std::fs::read(path)?;
        let name = path.display().to_string();
        if signed == WANTED || bytes.len() > 500_000 || check("", &bytes).is_err() {
            continue;
        }
        let Ok(document) = UnsignedPdf::open(bytes.clone(), &Limits::service()) else { continue };
        let Ok(geometry) = document.page_geometry(0) else { continue };
        if geometry.width() < 220.0 || geometry.height() < 100.0 {
            continue;
        }
        let rect = Rect::new(10.0, 10.0, 200.0, 80.0);
        let visible = VisibleSignature { overlap: Overlap::Allow, ..VisibleSignature::new(0, rect, made::content()) };
        // What an earlier signature forbids is refused, and not this suite's question.
        let Ok(file) = made::sign_with(bytes, &made::options(visible)) else { continue };
        check(&name, file.bytes())?;
        signed += 1;
    }
    if signed < WANTED / 2 { Err(format!("only {signed} files could be signed").into()) } else { Ok(()) }
}
