//! What is not drawn, each with the numbers that are wrong.

use pades::appearance::{BaseSet, Colour, Element, EmbeddableFont, FontError, Overlap, VisibleSignature};
use pades::{DrawError, PlaceError, Point, PrepareError, Rect};

use crate::made::{BOX, content, filled, font, font_file, options, page, sign_with, stamp, text};
use crate::shapes::Layout;

fn refused(visible: VisibleSignature) -> PrepareError {
    sign_with(page("").file(Layout::Table), &options(visible)).expect_err("refused")
}

fn place(rect: Rect) -> PrepareError {
    refused(VisibleSignature::new(0, rect, content()))
}

fn draw(content: Vec<Element>) -> DrawError {
    match refused(VisibleSignature::new(0, BOX, content)) {
        PrepareError::Draw(error) => error,
        other => panic!("{other}"),
    }
}

#[test]
fn a_rectangle_off_the_page_is_refused_with_its_numbers() {
    let seen = Rect::new(0.0, 0.0, 600.0, 800.0);
    for rect in [
        Rect::new(-1.0, 300.0, 200.0, 80.0),
        Rect::new(401.0, 300.0, 200.0, 80.0),
        Rect::new(50.0, -0.5, 200.0, 80.0),
        Rect::new(50.0, 721.0, 200.0, 80.0),
        Rect::new(1e300, 300.0, 200.0, 80.0),
    ] {
        assert_eq!(place(rect), PrepareError::Place(PlaceError::OffPage { rect, page: seen }));
    }
    assert_eq!(
        place(Rect::new(401.0, 300.0, 200.0, 80.0)).to_string(),
        "the visible signature: the rectangle of 200.00 x 80.00 points at (401.00, 300.00) is not inside the page of \
         600.00 x 800.00 points"
    );
}

#[test]
fn a_rectangle_that_covers_nothing_is_refused() {
    for rect in [
        Rect::new(50.0, 300.0, 0.0, 80.0),
        Rect::new(50.0, 300.0, 200.0, -80.0),
        Rect::new(f64::NAN, 300.0, 200.0, 80.0),
        Rect::new(50.0, 300.0, f64::INFINITY, 80.0),
    ] {
        assert_eq!(place(rect), PrepareError::Place(PlaceError::Empty { rect }));
    }
}

#[test]
fn a_page_that_is_not_there_is_refused() {
    let expected = PrepareError::Place(PlaceError::PageMissing { page: 1, pages: 1 });
    assert_eq!(refused(VisibleSignature::new(1, BOX, content())), expected);
    let last = PrepareError::Place(PlaceError::PageMissing { page: usize::MAX, pages: 1 });
    assert_eq!(refused(VisibleSignature::new(usize::MAX, BOX, content())), last);
}

#[test]
fn nothing_and_too_much_are_refused() {
    assert_eq!(draw(Vec::new()), DrawError::Nothing);
    assert_eq!(draw(vec![text("a", 5.0, 5.0); 101]), DrawError::TooManyElements { count: 101, limit: 100 });
    assert_eq!(
        draw(vec![text(&"a".repeat(1_001), 5.0, 5.0)]),
        DrawError::TextTooLong { element: 0, length: 1_001, limit: 1_000 }
    );
}

#[test]
fn a_character_without_a_glyph_is_named() {
    let error = draw(vec![text("ada", 5.0, 5.0), text("文", 5.0, 20.0)]);
    assert_eq!(error, DrawError::NoGlyph { element: 1, character: '文' });
    assert_eq!(error.to_string(), "element 2: the font has no glyph for '文' (U+6587)");
    assert_eq!(draw(vec![text("a\nb", 5.0, 5.0)]), DrawError::NoGlyph { element: 0, character: '\n' });
    assert_eq!(font().width("文", 10.0), Err(FontError::NoGlyph { character: '文' }));
}

#[test]
fn what_would_be_cut_off_is_refused() {
    let outside = |element: Element| match draw(vec![element]) {
        DrawError::Outside { element: 0, rect, within } => {
            assert_eq!(within, Rect::new(0.0, 0.0, 200.0, 80.0));
            rect
        }
        other => panic!("{other}"),
    };
    outside(text(&"W".repeat(30), 5.0, 5.0));
    outside(text("low", 5.0, 1.0));
    outside(text("high", 5.0, 72.0));
    let rect = Rect::new(180.0, 5.0, 40.0, 40.0);
    assert_eq!(outside(Element::Image { image: stamp(), rect }), rect);
    assert_eq!(outside(filled(rect, Colour::BLACK)), rect);
    let (from, to) = (Point { x: 0.0, y: 0.0 }, Point { x: 0.0, y: 81.0 });
    outside(Element::Line { from, to, width: 1.0, colour: Colour::BLACK });
}

#[test]
fn sizes_without_reason_are_refused() {
    let is_size = |element: Element| assert!(matches!(draw(vec![element]), DrawError::Size { element: 0, .. }));
    for size in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e7] {
        let origin = Point { x: 5.0, y: 5.0 };
        is_size(Element::Text { text: "a".to_owned(), font: font(), size, colour: Colour::BLACK, origin });
        is_size(Element::Line { from: origin, to: origin, width: size, colour: Colour::BLACK });
    }
    for line_width in [-1.0, 21.0, f64::NAN] {
        let rect = Rect::new(0.0, 0.0, 60.0, 40.0);
        is_size(Element::Frame { rect, line_width, line: Colour::BLACK, fill: None });
    }
    is_size(Element::Image { image: stamp(), rect: Rect::new(0.0, 0.0, 0.0, 1.0) });
}

#[test]
fn what_is_on_the_page_is_not_covered() {
    let link = |rect: &str, more: &str| {
        page("/Annots[5 0 R]").with(5, &format!("<</Type/Annot/Subtype/Link/Rect{rect}{more}>>")).file(Layout::Table)
    };
    let visible = || VisibleSignature::new(0, BOX, content());
    let refused = sign_with(link("[240 370 400 390]", ""), &options(visible())).expect_err("refused");
    let annotation = Rect::new(240.0, 370.0, 160.0, 20.0);
    let expected = PlaceError::Overlap { rect: BOX, kind: "Link".to_owned(), annotation };
    assert_eq!(refused, PrepareError::Place(expected));
    assert!(
        refused.to_string().contains("200.00 x 80.00 points at (50.00, 300.00) lies over the Link of 160.00 x 20.00")
    );
    let allowed = VisibleSignature { overlap: Overlap::Allow, ..visible() };
    sign_with(link("[240 370 400 390]", ""), &options(allowed)).expect("it may");
    for (rect, flags) in [("[250 300 400 390]", ""), ("[240 370 400 390]", "/F 2"), ("[60 310 60 310]", "")] {
        sign_with(link(rect, flags), &options(visible())).unwrap_or_else(|error| panic!("{rect} {flags}: {error}"));
    }
    let broken = sign_with(link("[240 370 400]", ""), &options(visible())).expect_err("refused");
    assert_eq!(broken, PrepareError::Place(PlaceError::AnnotationRect { page: 0 }));
}

#[test]
fn two_signatures_do_not_cover_each_other() {
    let once = crate::made::sign(page("").file(Layout::Table), BOX, content()).into_bytes();
    let refused = sign_with(once, &options(VisibleSignature::new(0, BOX, content()))).expect_err("refused");
    assert!(matches!(refused, PrepareError::Place(PlaceError::Overlap { kind, .. }) if kind == "Widget"));
}

#[test]
fn what_is_no_font_or_may_not_be_embedded_is_refused() {
    assert!(matches!(EmbeddableFont::parse(b"", BaseSet::Latin1, ""), Err(FontError::Unreadable(_))));
    assert!(matches!(EmbeddableFont::parse(b"%PDF-1.7", BaseSet::Latin1, ""), Err(FontError::Unreadable(_))));
    let file = font_file();
    assert_eq!(EmbeddableFont::parse(&file, BaseSet::Latin1, "文").err(), Some(FontError::NoGlyph { character: '文' }));
    let count = usize::from(u16::from_be_bytes([file[4], file[5]]));
    let record = |tag: &[u8]| (0..count).map(|at| 12 + 16 * at).find(|at| file[*at..].starts_with(tag)).expect("there");
    let at = record(b"OS/2");
    let table = u32::from_be_bytes(file[at + 8..at + 12].try_into().expect("four")) as usize;
    for (fs_type, is_allowed) in [(0_u16, true), (2, false), (8, true), (0x100, false), (0x200, false)] {
        let mut other = file.clone();
        other[table + 8..table + 10].copy_from_slice(&fs_type.to_be_bytes());
        let expected = (!is_allowed).then_some(FontError::EmbeddingForbidden { fs_type });
        assert_eq!(EmbeddableFont::parse(&other, BaseSet::Latin1, "").err(), expected);
    }
    let mut no_outlines = file.clone();
    no_outlines[record(b"glyf")..][..4].copy_from_slice(b"glyX");
    assert_eq!(EmbeddableFont::parse(&no_outlines, BaseSet::Latin1, "").err(), Some(FontError::NotTrueType));
    // A file that lost only what nobody needs is a font still.
    for length in (0..file.len() / 2).step_by(1_013) {
        assert!(EmbeddableFont::parse(&file[..length], BaseSet::Latin1, "").is_err(), "{length}");
    }
}
