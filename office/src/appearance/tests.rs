//! Templates on documents: what is refused, with which rectangles, and what the page looks like.

mod handwriting;
mod looks;

use std::{path::Path, sync::Arc};

use pades::{ContentsSize, Limits, PdfTime, PrepareOptions, UnsignedPdf};

use super::{test_pdf::TestPdf, *};

/// 2026-11-24T07:05:00Z, 14.05 in Bekasi.
const MOMENT: u64 = 1_795_503_900;

/// A seal of 153 octets, as long as a real one of 72 octets of payload.
fn seal_text() -> String {
    format!("https://tte.example.go.id/v#{}", "0123456789".repeat(37))
}

fn time() -> PdfTime {
    PdfTime::new(MOMENT, 7 * 60).expect("in range")
}

fn artwork(template: &str) -> Artwork {
    Artwork::new(Template::parse(template, Path::new("")).expect("a template")).expect("ready")
}

fn shown(seal: Option<&str>) -> Shown<'_> {
    Shown {
        signer_name: "Dr. NAMA CONTOH, M.Si.",
        signer_title: "Kepala Dinas",
        number: "470/1/UJI/2026",
        time: time(),
        seal,
    }
}

fn draw(template: &str, pdf: &TestPdf) -> Result<Drawing, AppearanceError> {
    draw_with(template, pdf, &shown(Some(&seal_text())))
}

fn draw_with(template: &str, pdf: &TestPdf, shown: &Shown<'_>) -> Result<Drawing, AppearanceError> {
    let pdf = Arc::new(pdf.write());
    let unsigned = UnsignedPdf::open(pdf.as_ref().clone(), &Limits::default()).expect("a PDF");
    artwork(template).draw(&unsigned, &pdf, shown, &Sight::in_process())
}

fn refusal(template: &str, pdf: &TestPdf) -> String {
    draw(template, pdf).expect_err("this must be refused").to_string()
}

/// A template with this place and one line of text in an area of 60 x 10 mm.
fn one_line(place: &str) -> String {
    format!(
        "page = \"last\"\n[place]\n{place}\n[[text]]\ntext = \"{{signer_name}}\"\nx_mm = 0\ny_mm = 0\nwidth_mm = 60\nheight_mm = 10\nsize_pt = 11\n"
    )
}

const BOX: &str = "box = { x_mm = 100, y_mm = 200, width_mm = 60, height_mm = 30 }";
const ANCHOR: &str = "anchor = { text = \"Kepala Dinas,\", right_mm = 5, down_mm = 2, width_mm = 60, height_mm = 20 }";

#[test]
fn a_box_is_placed_in_millimetres_from_the_upper_left_corner() {
    let drawing = draw(&one_line(BOX), &TestPdf::a4()).expect("a blank page");
    assert_eq!(drawing.area, Area { x: 100.0, y: 200.0, width: 60.0, height: 30.0 });
    let pades::Appearance::Visible(visible) = drawing.appearance else { panic!("not visible") };
    assert!((visible.rect.x - 100.0 * 72.0 / 25.4).abs() < 0.01);
    assert!((visible.rect.top() - (842.0 - 200.0 * 72.0 / 25.4)).abs() < 0.01);
}

#[test]
fn a_box_that_passes_the_edge_of_the_page_is_refused_with_both() {
    let low = one_line("box = { x_mm = 100, y_mm = 280, width_mm = 60, height_mm = 30 }");
    assert_eq!(
        refusal(&low, &TestPdf::a4()),
        "the box (x 100.0 mm, y 280.0 mm, 60.0 x 30.0 mm) passes the edge of page 1, which is 209.9 x 297.0 mm"
    );
    // What is cut off by the crop box is not seen, and nothing is placed there.
    assert!(
        refusal(&one_line(BOX), &TestPdf::a4().crop_box([0.0, 300.0, 595.0, 842.0]))
            .contains("passes the edge of page 1")
    );
}

#[test]
fn a_page_that_is_not_there_is_refused_with_the_count() {
    let template = one_line(BOX).replace("\"last\"", "2");
    assert_eq!(refusal(&template, &TestPdf::a4()), "the template asks for page 2; the document has 1");
}

#[test]
fn what_is_drawn_already_is_named_and_drawn_over_only_when_allowed() {
    // 100 mm from the left is 283.5 points; 210 mm from above is 246.7 from below.
    let pdf = TestPdf::a4().content("0.5 g 300 230 40 10 re f");
    let said = refusal(&one_line(BOX), &pdf);
    assert_eq!(
        said,
        "the box (x 100.0 mm, y 200.0 mm, 60.0 x 30.0 mm) would cover what is on page 1: x 105.6 mm, y 212.2 mm, 14.5 x 3.6 mm"
    );
    let allowed = format!("on_overlap = \"allow\"\n{}", one_line(BOX));
    assert!(draw(&allowed, &pdf).is_ok());
}

#[test]
fn turned_cropped_and_scaled_pages_are_measured_as_they_are_seen() {
    // The same spot of ink, 40 x 10 mm at (120, 205) as seen, on pages that say it in three ways.
    let seen = "0 g 340.2 232.4 113.4 28.3 re f";
    let plain = TestPdf::a4().content(seen);
    let turned =
        TestPdf::a4().media_box([0.0, 0.0, 842.0, 595.0]).rotate(90).content(&format!("0 1 -1 0 842 0 cm {seen}"));
    let cropped =
        TestPdf::a4().media_box([-50.0, -60.0, 700.0, 900.0]).crop_box([0.0, 0.0, 595.0, 842.0]).content(seen);
    let scaled =
        TestPdf::a4().media_box([0.0, 0.0, 297.5, 421.0]).user_unit(2.0).content(&format!("0.5 0 0 0.5 0 0 cm {seen}"));
    let expected = refusal(&one_line(BOX), &plain);
    assert!(expected.ends_with("x 119.8 mm, y 204.8 mm, 40.1 x 10.2 mm"), "{expected}");
    for (name, pdf) in [("turned", turned), ("cropped", cropped), ("scaled", scaled)] {
        assert_eq!(refusal(&one_line(BOX), &pdf), expected, "{name}");
    }
}

#[test]
fn an_anchor_moves_the_box_with_the_text() {
    for baseline in [400.0, 300.0] {
        let pdf = TestPdf::a4().line(330.0, baseline, "Kepala Dinas,");
        let drawing = draw(&one_line(ANCHOR), &pdf).expect("found once");
        assert!((drawing.area.x - (330.0 * 25.4 / 72.0 + 5.0)).abs() < 0.05, "{}", drawing.area);
        assert!((drawing.area.y - ((842.0 - baseline) * 25.4 / 72.0 + 2.0)).abs() < 0.05, "{}", drawing.area);
    }
    let doubled = TestPdf::a4().media_box([0.0, 0.0, 297.5, 421.0]).user_unit(2.0).line(100.0, 200.0, "Kepala Dinas,");
    let drawing = draw(&one_line(ANCHOR), &doubled).expect("found once");
    assert!((drawing.area.x - (200.0 * 25.4 / 72.0 + 5.0)).abs() < 0.05, "{}", drawing.area);
}

#[test]
fn an_anchor_that_is_absent_or_there_twice_is_refused() {
    assert_eq!(refusal(&one_line(ANCHOR), &TestPdf::a4()), "the anchor \"Kepala Dinas,\" is not on page 1");
    let twice = TestPdf::a4().line(72.0, 700.0, "Kepala Dinas, dan").line(330.0, 400.0, "Kepala Dinas,");
    assert_eq!(
        refusal(&one_line(ANCHOR), &twice),
        "the anchor \"Kepala Dinas,\" is on page 1 2 times: x 25.4 mm, y 50.1 mm; x 116.4 mm, y 155.9 mm"
    );
}

#[test]
fn a_zone_takes_the_first_blank_place_under_the_text() {
    let zone = one_line(
        "zone = { x_mm = 25, y_mm = 120, width_mm = 160, height_mm = 150, box_width_mm = 60, box_height_mm = 30 }",
    );
    let drawing = draw(&zone, &TestPdf::a4()).expect("blank");
    assert_eq!(drawing.area, Area { x: 25.0, y: 120.0, width: 60.0, height: 30.0 });
    let drawing = draw(&zone, &TestPdf::a4().content("0 g 0 400 595 100 re f")).expect("blank below");
    // The ink ends 442 points below the upper edge, which is 155.9 mm.
    assert!((drawing.area.y - 155.9).abs() < 0.3, "{}", drawing.area);
    // A field is blank, and taken all the same: it ends 480 points below the upper edge, which is 169.3 mm.
    let drawing = draw(&zone, &TestPdf::a4().field("Lain", [100.0, 362.0, 200.0, 700.0])).expect("free below");
    assert!((169.3..169.9).contains(&drawing.area.y), "{}", drawing.area);
    let full = TestPdf::a4().content("0 g 80 0 40 842 re f");
    assert_eq!(
        refusal(&zone, &full),
        "the zone (x 25.0 mm, y 120.0 mm, 160.0 x 150.0 mm) of page 1 has no blank place of 60.0 x 30.0 mm"
    );
}

#[test]
fn an_existing_field_decides_page_and_size_and_its_own_look_is_no_obstacle() {
    let pdf = TestPdf::a4().field("TandaTangan", [300.0, 200.0, 500.0, 280.0]);
    let drawing = draw(&one_line("field = \"TandaTangan\""), &pdf).expect("there");
    assert_eq!(drawing.field, pades::FieldChoice::Existing("TandaTangan".into()));
    assert!((drawing.area.width - 200.0 * 25.4 / 72.0).abs() < 0.01, "{}", drawing.area);
    let small = TestPdf::a4().field("TandaTangan", [300.0, 200.0, 400.0, 280.0]);
    let error = draw(&one_line("field = \"TandaTangan\""), &small).expect_err("too narrow");
    assert!(matches!(error, AppearanceError::Box(TemplateError::OutsideBox { .. })), "{error:?}");
    let error = draw(&one_line("field = \"Lain\""), &pdf).expect_err("absent");
    assert!(matches!(error, AppearanceError::Page(pades::PrepareError::FieldNotFound)), "{error:?}");
}

#[test]
fn a_text_that_does_not_fit_is_refused_with_its_numbers() {
    let long = "SATU DUA TIGA EMPAT LIMA ENAM TUJUH DELAPAN SEMBILAN SEPULUH SEBELAS DUA BELAS TIGA BELAS";
    let error =
        draw_with(&one_line(BOX), &TestPdf::a4(), &Shown { signer_name: long, ..shown(None) }).expect_err("too long");
    assert_eq!(
        error.to_string(),
        format!(
            "[[text]] number 1 needs 18.3 mm for 4 lines of 11 points; its area (x 0.0 mm, y 0.0 mm, 60.0 x 10.0 mm) is lower: {long:?}"
        )
    );
    let word = "DONAUDAMPFSCHIFFFAHRTSGESELLSCHAFT";
    let error =
        draw_with(&one_line(BOX), &TestPdf::a4(), &Shown { signer_name: word, ..shown(None) }).expect_err("too wide");
    assert!(matches!(&error, AppearanceError::WordTooWide { needed_mm, .. } if *needed_mm > 60.0), "{error}");
}

#[test]
fn a_letter_that_the_font_lacks_is_named() {
    let name = "NAMA \u{4e2d}";
    let error =
        draw_with(&one_line(BOX), &TestPdf::a4(), &Shown { signer_name: name, ..shown(None) }).expect_err("no glyph");
    let AppearanceError::Glyph { element, font, source } = &error else { panic!("{error:?}") };
    assert!(element == "[[text]] number 1" && font.ends_with("+LiberationSans"), "{element} {font}");
    assert!(source.to_string().contains("U+4E2D"), "{source}");
    let template = one_line(BOX).replace("{signer_name}", "\u{4e2d}");
    let error = Artwork::new(Template::parse(&template, Path::new("")).expect("a template")).expect_err("no glyph");
    assert!(
        matches!(&error, ArtworkError::Font { path: None, source } if source.to_string().contains("U+4E2D")),
        "{error:?}"
    );
    let error =
        draw_with(&one_line(BOX), &TestPdf::a4(), &Shown { signer_name: "A\u{7}", ..shown(None) }).expect_err("bell");
    assert!(matches!(error, AppearanceError::ControlCharacter { character: '\u{7}', .. }), "{error:?}");
}

#[test]
fn plain_names_share_the_smaller_font_and_other_letters_take_the_larger_one() {
    let font = |signer_name| {
        let shown = Shown { signer_name, ..shown(None) };
        let drawing = draw_with(&one_line(BOX), &TestPdf::a4(), &shown).expect("it fits");
        let pades::Appearance::Visible(visible) = drawing.appearance else { panic!("not visible") };
        match visible.content.into_iter().next() {
            Some(pades::appearance::Element::Text { font, .. }) => font,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(font("NAMA CONTOH"), font("Dr. Hj. LAIN, S.H., M.Si."));
    assert_eq!(font("JOS\u{c9}"), font("RENE \u{2013} \u{d8}"));
    assert_ne!(font("JOS\u{c9}"), font("JOSE"));
}

fn sealed(size_mm: f64, level: &str) -> String {
    format!(
        "page = 1\n[place]\nbox = {{ x_mm = 20, y_mm = 20, width_mm = 100, height_mm = 100 }}\n[seal]\nx_mm = 0\ny_mm = 0\nsize_mm = {size_mm}\nlevel = \"{level}\"\n"
    )
}

/// Version and dots a module of the seal that is drawn, and where its lower left corner lies on the page, in dots from the upper left one.
fn drawn_seal(template: &str) -> (u8, f64, [f64; 2]) {
    let drawing = draw(template, &TestPdf::a4()).expect("it fits");
    let pades::Appearance::Visible(visible) = drawing.appearance else { panic!("not visible") };
    let Some(pades::appearance::Element::Qr { symbol, origin, module }) = visible.content.first() else {
        panic!("no seal")
    };
    let dot = 72.0 / 300.0;
    let corner = [visible.rect.x + origin.x, visible.rect.top() - visible.rect.height + origin.y];
    (symbol.version(), module / dot, [corner[0] / dot, (842.0 - corner[1]) / dot])
}

#[test]
fn a_seal_lies_on_the_printers_dots_as_large_as_its_area_allows() {
    for (size, level, version, dots) in
        [(33.5, "M", 10, 6.0), (38.0, "Q", 12, 6.0), (25.0, "Q", 12, 4.0), (60.0, "Q", 12, 9.0)]
    {
        let (drawn, per_module, corner) = drawn_seal(&sealed(size, level));
        assert_eq!((drawn, per_module.round()), (version, dots), "{size} {level}");
        assert!((per_module - dots).abs() < 1e-6, "a whole number of dots: {per_module}");
        for place in corner {
            assert!((place - place.round()).abs() < 1e-3, "begins on a dot: {place}");
        }
    }
}

#[test]
fn a_seal_that_would_be_too_small_to_read_is_refused_before_anything_is_signed() {
    assert_eq!(
        refusal(&sealed(24.0, "Q"), &TestPdf::a4()),
        "the seal of 73 modules needs 24.8 mm at 4 dots a module and 300 dots an inch; its area (x 0.0 mm, y 0.0 mm, 24.0 x 24.0 mm) gives 3 dots"
    );
}

#[test]
fn a_seal_of_more_modules_than_a_folded_paper_gives_back_is_refused() {
    let long = format!("https://tte.example.go.id/v#{}", "0123456789".repeat(60));
    let error = draw_with(&sealed(90.0, "Q"), &TestPdf::a4(), &shown(Some(&long))).expect_err("version 14 and more");
    assert!(matches!(error, AppearanceError::Qr(pades::appearance::QrError::TooLong { largest: 13, .. })), "{error:?}");
}

#[test]
fn a_template_with_a_seal_needs_one() {
    let error = draw_with(&sealed(38.0, "Q"), &TestPdf::a4(), &shown(None)).expect_err("no seal");
    assert!(matches!(error, AppearanceError::NoSeal), "{error:?}");
}

/// A template whose picture is this file.
fn with_picture(octets: &[u8], more: &str) -> Result<Artwork, ArtworkError> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("ttd"), octets).expect("written");
    let template =
        format!("{}[image]\npath = \"ttd\"\nx_mm = 0\ny_mm = 0\nwidth_mm = 50\nheight_mm = 20\n{more}", one_line(BOX));
    Artwork::new(Template::parse(&template, folder.path()).expect("a template"))
}

#[test]
fn a_picture_that_is_none_or_too_large_or_a_bomb_is_refused_with_its_place_and_numbers() {
    let error = with_picture(b"GIF89a", "").expect_err("no picture");
    assert!(error.to_string().starts_with("[image] (x 0.0 mm, y 0.0 mm, 50.0 x 20.0 mm):"), "{error}");
    assert!(matches!(error, ArtworkError::NoPicture { .. }), "{error:?}");
    // A hundred octets that say they are 40,000 x 40,000 pixels.
    let mut bomb = handwriting::png();
    bomb.get_mut(16..24).expect("the header").copy_from_slice(&[0, 0, 0x9c, 0x40, 0, 0, 0x9c, 0x40]);
    assert!(matches!(with_picture(&bomb, "").expect_err("a bomb"), ArtworkError::Image { .. }));
    let mut torn = handwriting::png();
    torn.truncate(200);
    assert!(matches!(with_picture(&torn, "").expect_err("torn"), ArtworkError::Image { .. }));
    assert!(matches!(
        with_picture(&[0xff, 0xd8, 0xff, 0xd9], "").expect_err("an empty JPEG"),
        ArtworkError::Image { .. }
    ));
    let stencil =
        with_picture(&[0xff, 0xd8, 0xff, 0xd9], "transparency = \"stencil\"\n").expect_err("no stencil of a JPEG");
    assert!(matches!(stencil, ArtworkError::NoStencil { .. }), "{stencil:?}");
    let error = Artwork::load(Path::new("none.toml")).expect_err("absent");
    assert!(matches!(error, ArtworkError::Template(TemplateError::Unreadable { .. })), "{error:?}");
    assert!(with_picture(&handwriting::png(), "").is_ok());
    assert!(with_picture(&handwriting::png(), "transparency = \"stencil\"\n").is_ok());
}

#[test]
fn a_font_that_is_none_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("f.ttf"), b"no font").expect("written");
    let template = format!("{}[font]\nregular = \"f.ttf\"\n", one_line(BOX));
    let error = Artwork::new(Template::parse(&template, folder.path()).expect("a template")).expect_err("no font");
    assert!(matches!(error, ArtworkError::Font { path: Some(_), .. }), "{error:?}");
}

#[test]
fn what_is_drawn_is_prepared_by_the_same_crate_that_signs() {
    let pdf = Arc::new(TestPdf::a4().write());
    let unsigned = UnsignedPdf::open(pdf.as_ref().clone(), &Limits::default()).expect("a PDF");
    let text = seal_text();
    let drawing =
        artwork(&sealed(38.0, "Q")).draw(&unsigned, &pdf, &shown(Some(&text)), &Sight::in_process()).expect("it fits");
    let options = PrepareOptions {
        appearance: drawing.appearance,
        certification: drawing.certification,
        seal: Some(text.clone()),
        ..PrepareOptions::new(drawing.field, time(), ContentsSize::new(8192))
    };
    let prepared = unsigned.prepare(&options).expect("it can be prepared");
    let has = |word: &[u8]| prepared.bytes().windows(word.len()).any(|window| window == word);
    assert!(has(b"/DocMDP") && has(text.as_bytes()));
}
