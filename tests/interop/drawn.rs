//! What is drawn is taken by everybody: the shipped templates on pages of every geometry, in fields that wait for them, twice on one page;
//! and an update to a PDF/A file adds nothing that PDF/A forbids.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use demo::samples::{SampleNumber, surat_to_be_sealed};
use lopdf::{Dictionary, Document, Object};
use tests::{
    Outcome, Suite,
    desk::Desk,
    paper::{Form, Paper, Shape},
    pdf_a::{Part, faults},
};
use toml::{Table, Value};

use crate::judges::{self, JUDGES};

pub(crate) fn cases(suite: &mut Suite) {
    suite
        .case_with(&JUDGES, "every_template_on_every_geometry_of_page_is_valid_for_everybody", geometries)
        .case_with(&JUDGES, "a_template_in_a_field_that_waits_is_valid_for_everybody", waiting_field)
        .case_with(&JUDGES, "a_second_visible_signature_keeps_the_first_one_valid_for_everybody", twice)
        .case("what_is_drawn_keeps_a_file_pdf_a", keeps_pdf_a)
        .case("what_pdf_a_forbids_is_noticed", noticed);
}

/// Points of a millimetre.
const MM: f64 = 72.0 / 25.4;

/// A signed file, and how many signatures it must have.
type Signed = (PathBuf, usize);

/// Signs a document and checks that its octets stand in front of what was made.
fn sign(
    desk: &Desk,
    template: &Path,
    (form, number): (Form, u32),
    name: &str,
    input: &[u8],
) -> anyhow::Result<PathBuf> {
    let [unsigned, signed] = ["pdf", "signed.pdf"].map(|ending| desk.agency.path(&format!("{name}.{ending}")));
    fs::write(&unsigned, input)?;
    desk.sign_with(template, form, &form.number(number), [&unsigned, &signed], [""; 0])
        .with_context(|| name.to_owned())?;
    ensure!(fs::read(&signed)?.starts_with(input), "{name}: the document is no prefix of its signed file");
    Ok(signed)
}

fn shipped(desk: &Desk, form: Form) -> PathBuf {
    desk.agency.path(&format!("templates/{}.toml", form.name()))
}

/// Everybody's verdict on all files.
fn judged(desk: &Desk, files: &[Signed]) -> Outcome {
    for (file, signatures) in files {
        let judge = || {
            ensure!(judges::qpdf_faults(file)? == 0, "qpdf finds faults");
            judges::pdfsig(file, *signatures)?;
            judges::openssl(&desk.agency, file)
        };
        judge().with_context(|| file.display().to_string())?;
    }
    let paths: Vec<_> = files.iter().map(|(file, _)| file.clone()).collect();
    let verdicts = judges::pyhanko(&desk.agency, &paths)?;
    for (file, signatures) in files {
        let (verdict, detail) = verdicts.get(file).context("a verdict")?;
        let count = format!("{signatures} ");
        ensure!(verdict == "VALID" && detail.starts_with(&count), "{}: pyhanko: {verdict} {detail}", file.display());
    }
    judges::ours(&desk.agency, &paths)
}

fn geometries() -> Outcome {
    let desk = Desk::open()?;
    let mut files = Vec::new();
    for (number, form) in (1..).step_by(10).zip(Form::ALL) {
        for (number, shape) in (number..).zip(Shape::ALL) {
            let name = format!("{}-{}", form.name(), shape.name());
            let input = Paper::new(form).shape(shape).write()?;
            files.push((sign(&desk, &shipped(&desk, form), (form, number), &name, &input)?, 1));
        }
    }
    let (day, end) = (jiff::civil::date(2026, 11, 24), jiff::civil::date(2030, 12, 31));
    let sample = surat_to_be_sealed(day, &SampleNumber { running: 1, year: 2026 }, end)?;
    files.push((sign(&desk, &shipped(&desk, Form::Surat), (Form::Surat, 90), "sample", &sample)?, 1));
    for (file, _) in &files {
        let sealed = desk.seal_with(&desk.agency.layout().trust_list(), [file])?;
        ensure!(sealed.code == Some(0), "{}: {sealed:?}", file.display());
    }
    judged(&desk, &files)
}

/// Where the shipped template puts its box, in points from the lower left corner of the page as seen, so much higher.
fn place(form: Form, higher: f64) -> [f64; 4] {
    let [x, y, width, height] = match form {
        Form::Surat => [25.0, 210.0, 165.0, 62.0],
        Form::Kk => [160.0, 150.0, 122.0, 50.0],
        Form::Akta => [22.0, 208.0, 166.0, 66.0],
    };
    [x * MM, form.size().1 - (y - higher + height) * MM, width * MM, height * MM]
}

/// The template's box lies in the field of this name.
fn in_field(name: &str) -> impl FnOnce(&mut Table) -> Outcome {
    let place = Table::from_iter([("field".to_owned(), Value::from(name))]);
    move |template| template.insert("place".to_owned(), place.into()).map(|_| ()).context("a place")
}

fn waiting_field() -> Outcome {
    let desk = Desk::open()?;
    let mut files = Vec::new();
    for (number, form) in (1..).step_by(10).zip(Form::ALL) {
        let template = desk.template(&format!("{}-field", form.name()), form, in_field("TandaTangan"))?;
        for (number, shape) in (number..).zip(Shape::ALL) {
            let name = format!("{}-{}", form.name(), shape.name());
            let input = Paper::new(form).shape(shape).field("TandaTangan", place(form, 0.0)).write()?;
            files.push((sign(&desk, &template, (form, number), &name, &input)?, 1));
        }
    }
    for (file, _) in &files {
        let document = Document::load(file)?;
        let fields =
            document.catalog()?.get_deref(b"AcroForm", &document)?.as_dict()?.get_deref(b"Fields", &document)?;
        ensure!(fields.as_array()?.len() == 1, "{}: a field was added", file.display());
    }
    judged(&desk, &files)
}

fn twice() -> Outcome {
    let desk = Desk::open()?;
    let form = Form::Surat;
    let first = desk.template("Pertama", form, in_field("Pertama"))?;
    let second = desk.template("Kedua", form, in_field("Kedua"))?;
    let uncertified = desk.template("uncertified", form, |template| {
        template.insert("certify".to_owned(), "none".into());
        Ok(())
    })?;
    let mut files = Vec::new();
    // The first one certifies (P2), and another field waits.
    for (number, shape) in (1..).step_by(2).zip(Shape::ALL) {
        let paper = Paper::new(form).shape(shape);
        let input = paper.field("Pertama", place(form, 70.0)).field("Kedua", place(form, 0.0)).write()?;
        let name = format!("fields-{}", shape.name());
        let once = sign(&desk, &first, (form, number), &name, &input)?;
        let octets = fs::read(&once)?;
        let again = sign(&desk, &second, (form, number + 1), &format!("{name}-2"), &octets)?;
        shared(&fs::read(&once)?, &fs::read(&again)?)?;
        files.extend([(once, 1), (again, 2)]);
    }
    // The first one certifies nothing, and the second one makes a field of its own below it, in the same zone.
    let input = Paper::new(form).write()?;
    let once = sign(&desk, &uncertified, (form, 21), "zone", &input)?;
    let again = sign(&desk, &uncertified, (form, 22), "zone-2", &fs::read(&once)?)?;
    shared(&fs::read(&once)?, &fs::read(&again)?)?;
    files.extend([(once, 1), (again, 2)]);
    judged(&desk, &files)
}

/// Font and picture are those of the first signature: the second one adds only what is its own.
fn shared(once: &[u8], again: &[u8]) -> Outcome {
    let (once, again) = (Document::load_mem(once)?, Document::load_mem(again)?);
    let added = again.objects.iter().filter(|(id, _)| !once.objects.contains_key(id));
    for (id, object) in added {
        let Ok(stream) = object.as_stream() else { continue };
        let is_shared =
            stream.dict.has(b"Length1") || stream.dict.get(b"Subtype").is_ok_and(|kind| kind == &"Image".into());
        ensure!(!is_shared, "object {} {} is a font or a picture that the file has already", id.0, id.1);
    }
    Ok(())
}

fn keeps_pdf_a() -> Outcome {
    let desk = Desk::open()?;
    let none = BTreeSet::new();
    for (number, form) in (1..).step_by(10).zip(Form::ALL) {
        let stencil = desk.template(&format!("{}-stencil", form.name()), form, |template| {
            let image = template.get_mut("image").and_then(Value::as_table_mut).context("a picture")?;
            image.insert("transparency".to_owned(), "stencil".into());
            Ok(())
        })?;
        let input = Paper::new(form).output_intent().write()?;
        let name = form.name();
        let flat = fs::read(sign(&desk, &stencil, (form, number), &format!("{name}-stencil"), &input)?)?;
        for part in [Part::One, Part::Two] {
            let found = faults(&input, &flat, part)?;
            ensure!(found == none, "{name} as a stencil, {part:?}: {found:#?}");
        }
        // Its soft mask is the one thing that PDF/A-1 forbids of a picture with an alpha channel.
        let alpha =
            fs::read(sign(&desk, &shipped(&desk, form), (form, number + 1), &format!("{name}-alpha"), &input)?)?;
        let found = faults(&input, &alpha, Part::Two)?;
        ensure!(found == none, "{name} with alpha, PDF/A-2: {found:#?}");
        let found = faults(&input, &alpha, Part::One)?;
        ensure!(found == BTreeSet::from(["1:6.4 a soft mask".to_owned()]), "{name} with alpha, PDF/A-1: {found:#?}");
    }
    // What a signature is drawn with are device colours: a file without an output intent, PDF/A though it may be, is none any more.
    let input = Paper::new(Form::Surat).write()?;
    let signed = fs::read(sign(&desk, &shipped(&desk, Form::Surat), (Form::Surat, 90), "no-intent", &input)?)?;
    let found = faults(&input, &signed, Part::Two)?;
    let colours = |fault: &String| fault.starts_with("1:6.2.3.3") || fault.starts_with("2:6.2.10");
    ensure!(!found.is_empty() && found.iter().all(colours), "without an output intent: {found:#?}");
    Ok(())
}

/// The checker's own guard: each change to what was drawn is found, with the clause that forbids it.
fn noticed() -> Outcome {
    type Change = fn(&mut Document) -> Outcome;
    let desk = Desk::open()?;
    let input = Paper::new(Form::Surat).output_intent().write()?;
    let signed = fs::read(sign(&desk, &shipped(&desk, Form::Surat), (Form::Surat, 1), "letter", &input)?)?;
    let changes: [(&str, Change); 9] = [
        ("1:6.5.3 an annotation that is not printed", |document| set(document, b"Widget", "F", 0.into())),
        ("1:6.5.3 an annotation that is not printed", |document| set(document, b"Widget", "F", 6.into())),
        ("1:6.5.3 an appearance that is not", |document| set(document, b"Widget", "AP", Dictionary::new().into())),
        ("1:6.6.1", |document| set(document, b"Widget", "AA", Dictionary::new().into())),
        ("1:6.3.8", |document| remove(document, b"Type0", "ToUnicode")),
        ("1:6.3.6", |document| {
            let widths = vec![0.into(), vec![Object::Integer(500); 300].into()];
            set(document, b"CIDFontType2", "W", widths.into())
        }),
        ("1:6.3.4", |document| remove(document, b"CIDFontType2", "FontDescriptor")),
        ("1:6.2.4", |document| set(document, b"Image", "Interpolate", true.into())),
        ("1:6.4 a transparency group", |document| {
            let group = Dictionary::from_iter([("S", Object::from("Transparency"))]);
            set(document, b"Form", "Group", group.into())
        }),
    ];
    for (fault, change) in changes {
        let mut document = Document::load_mem(&signed)?;
        change(&mut document)?;
        let mut changed = Vec::new();
        document.save_to(&mut changed)?;
        let found = tests::pdf_a::faults_of_objects(&input, &changed, Part::One)?;
        ensure!(found.iter().any(|found| found.starts_with(fault)), "{fault} was not found: {found:#?}");
    }
    Ok(())
}

/// Changes every added object of this subtype.
fn set(document: &mut Document, subtype: &[u8], key: &str, value: Object) -> Outcome {
    each(document, subtype, |dictionary| dictionary.set(key, value.clone()))
}

fn remove(document: &mut Document, subtype: &[u8], key: &str) -> Outcome {
    each(document, subtype, |dictionary| drop(dictionary.remove(key.as_bytes())))
}

fn each(document: &mut Document, subtype: &[u8], mut change: impl FnMut(&mut Dictionary)) -> Outcome {
    let mut changed = 0;
    for object in document.objects.values_mut() {
        let dictionary = match object {
            Object::Dictionary(dictionary) => dictionary,
            Object::Stream(stream) => &mut stream.dict,
            _ => continue,
        };
        if dictionary.get(b"Subtype").and_then(Object::as_name).is_ok_and(|name| name == subtype) {
            change(dictionary);
            changed += 1;
        }
    }
    ensure!(changed > 0, "nothing of the subtype {}", String::from_utf8_lossy(subtype));
    Ok(())
}
