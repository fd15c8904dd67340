use pades::{Limits, SignedPdf};

use super::super::tests::{Draft, FONT, Paper, stream};
use super::*;

/// What page 1 shows in (100, 100) to (200, 150) when this is its content.
pub(super) fn under(content: &str) -> Beneath {
    under_with(content, "")
}

pub(super) fn under_with(content: &str, entries: &str) -> Beneath {
    let paper = Paper::form().put(5, stream("<<>>", content)).edit(3, "/Type", &format!("{entries}/Type"));
    let paper = paper.put(6, FONT.replace("/Encoding", "/Widths[500 600]/Encoding"));
    let paper =
        paper.put(31, stream("<</Subtype/Form/BBox[0 0 10 10]>>", "")).put(32, stream("<</Subtype/Image>>", ""));
    let composite = |encoding: &str, entries: &str| {
        format!("<</Subtype/Type0/Encoding/{encoding}/DescendantFonts[<<{entries}>>]>>")
    };
    let paper = paper
        .put(33, stream("<</Subtype/Form/BBox[0 0 10 10]/Matrix[1 0 0 1 20 0]>>", ""))
        .put(34, stream("<</Subtype/Form/BBox[0 0 10 10]/Matrix[1 0 0 1 20]>>", ""))
        .put(35, stream("<</Subtype/Form>>", ""))
        .put(36, stream("<</Subtype/Form/BBox[0 0 10.5 10]>>", ""))
        .put(40, "<</Subtype/Type1/Widths[500 600]>>")
        .put(41, "<</Subtype/Type1/Widths[500 3000]>>")
        .put(42, "<</Subtype/Type1/Widths[500]/FontDescriptor<</MissingWidth 3000>>>>")
        .put(43, "<</Subtype/Type3/Widths[500]>>")
        .put(44, composite("Identity-H", "/DW 1000/W[1[500 600]7000 8000 500]"))
        .put(45, composite("Identity-H", "/DW 3000"))
        .put(46, composite("Identity-H", "/W[1[500 3000]]"))
        .put(47, composite("Identity-V", "/DW 1000"))
        .put(48, "<</Subtype/Type0/DescendantFonts[]>>")
        .put(50, "<</Subtype/Type1/Widths[500 2000]>>")
        .put(51, "<</Subtype/Type1/Widths[3500]>>")
        .put(52, "<</Subtype/Type1/Widths[500]/FontDescriptor<</MissingWidth 2000>>>>")
        .put(53, "<</Subtype/Type1>>")
        .put(54, composite("Identity-H", "/DW 4000"))
        .put(55, composite("Identity-H", "/W[1[500 4000]]"))
        .put(56, composite("Identity-H", "/W[3000 3000 500 5[100]]"))
        .put(57, composite("Identity-H", "/W[3001 3001 500 5[100]]"))
        .put(60, "<</CA 1>>")
        .put(61, "<</Font[40 0 R 10]>>")
        .put(62, "<</LW 20>>");
    beneath_on_page_1(paper)
}

/// What page 1 shows in (100, 100) to (200, 150).
fn beneath_on_page_1(draft: Draft) -> Beneath {
    let paper = draft.end();
    let pdf = SignedPdf::open(paper.octets(), &Limits::default()).expect("a file that can be opened");
    let view = pdf.document().view(0).expect("it exists");
    let page = Ref { number: 3, generation: 0 };
    let area = Area::around(&[(100.0, 100.0), (200.0, 150.0)]).expect("a rectangle");
    beneath(view, page, Ref { number: 99, generation: 0 }, &area)
}

use Beneath::{Nothing, Something, Unknown};

/// From one corner to the other.
fn area(left: f64, bottom: f64, right: f64, top: f64) -> Area {
    Area::around(&[(left, bottom), (right, top)]).expect("a rectangle")
}

#[test]
fn an_area_has_sides_that_are_numbers() {
    for (x, y) in [(f64::INFINITY, 1.0), (1.0, f64::NEG_INFINITY), (f64::NAN, 1.0), (1.0, f64::NAN)] {
        assert_eq!(Area::around(&[(0.0, 0.0), (x, y)]), None, "{x} {y}");
    }
    assert_eq!(area(1.0, 2.0, 4.0, 7.0), area(4.0, 7.0, 1.0, 2.0));
    assert_eq!((area(1.0, 2.0, 4.0, 7.0).width(), area(1.0, 2.0, 4.0, 7.0).height()), (3.0, 5.0));
    assert!(area(1.0, 2.0, 1.0, 7.0).is_empty() && area(1.0, 2.0, 4.0, 2.0).is_empty());
    assert!(!area(1.0, 2.0, 4.0, 7.0).is_empty());
    assert_eq!(area(1.0, 2.0, 4.0, 7.0).corners(), [(1.0, 2.0), (4.0, 2.0), (1.0, 7.0), (4.0, 7.0)]);
}

#[test]
fn areas_that_touch_meet_and_have_nothing_in_common() {
    let here = area(10.0, 20.0, 30.0, 40.0);
    assert_eq!(here.common_with(&area(25.0, 10.0, 50.0, 30.0)), Some(area(25.0, 20.0, 30.0, 30.0)));
    for touching in
        [(0.0, 20.0, 10.0, 40.0), (30.0, 20.0, 50.0, 40.0), (10.0, 0.0, 30.0, 20.0), (10.0, 40.0, 30.0, 60.0)]
    {
        let other = area(touching.0, touching.1, touching.2, touching.3);
        assert_eq!(here.common_with(&other), None, "{touching:?}");
        assert!(here.meets(&other, 0.0) && other.meets(&here, 0.0), "{touching:?}");
    }
    for near in [(0.0, 20.0, 8.0, 40.0), (32.0, 20.0, 50.0, 40.0), (10.0, 0.0, 30.0, 18.0), (10.0, 42.0, 30.0, 60.0)] {
        let other = area(near.0, near.1, near.2, near.3);
        assert!(here.meets(&other, 2.0) && !here.meets(&other, 1.9), "{near:?}");
    }
    assert!(here.holds((10.0, 20.0)) && here.holds((30.0, 40.0)));
    for outside in [(9.9, 30.0), (30.1, 30.0), (20.0, 19.9), (20.0, 40.1)] {
        assert!(!here.holds(outside), "{outside:?}");
    }
}

#[test]
fn the_content_of_a_page_may_be_in_parts() {
    let parts = |contents: &str, list: &str| {
        let draft = Paper::form().edit(3, "/Contents 5 0 R", &format!("/Contents {contents}")).put(30, list);
        beneath_on_page_1(draft.put(31, stream("<<>>", "1 0 0 1 100 100 cm")).put(32, stream("<<>>", "20 20 5 5 re f")))
    };
    assert_eq!(parts("[31 0 R 32 0 R]", "null"), Something);
    assert_eq!(parts("30 0 R", "[31 0 R 32 0 R]"), Something);
    assert_eq!(parts("30 0 R", "[32 0 R 31 0 R]"), Nothing);
    assert_eq!(parts("32 0 R", "null"), Nothing);
    assert_eq!(parts("99 0 R", "null"), Nothing);
    assert_eq!(parts("[(x)]", "null"), Unknown);
}

#[test]
fn an_empty_place_is_empty() {
    assert_eq!(under(""), Nothing);
    assert_eq!(under("q Q 1 0 0 1 5 5 cm 2 w 0.5 G"), Nothing);
}

#[test]
fn text_is_bounded_by_its_size_and_length() {
    let at = |x: u32, y: u32, text: &str| under(&format!("BT /F1 10 Tf {x} {y} Td ({text}) Tj ET"));
    assert_eq!(at(120, 120, "x"), Something);
    assert_eq!(at(10, 120, "x"), Nothing);
    assert_eq!(at(10, 120, "a long line that reaches it"), Something);
    assert_eq!(at(220, 120, "x"), Nothing);
    assert_eq!(at(120, 90, "x"), Something);
    assert_eq!(at(120, 80, "x"), Nothing);
    assert_eq!(at(120, 168, "x"), Nothing);
    assert_eq!(under("BT /F1 10 Tf 10 120 Td (abc) Tj 90 0 Td (abc) Tj ET"), Something);
    assert_eq!(under("BT /F1 10 Tf 10 300 Td (abc) Tj 20 TL T* (abc) Tj ET"), Nothing);
    assert_eq!(under("BT /F1 10 Tf 120 300 Td 170 TL (abc) ' ET"), Something);
    assert_eq!(under("BT /F1 10 Tf 10 120 Td [(a) -9000 (b)] TJ ET"), Something);
}

#[test]
fn every_width_that_a_font_gives_is_counted() {
    let with_font = |font: &str, string: &str| {
        let font = format!("/Resources<</Font<</F1 {font}>>>>");
        under_with(&format!("BT /F1 10 Tf 10 120 Td {string} Tj ET"), &font)
    };
    // Three octets of one size each end before the area.
    assert_eq!(with_font("40 0 R", "(abc)"), Nothing);
    assert_eq!(with_font("41 0 R", "(abc)"), Something);
    assert_eq!(with_font("42 0 R", "(abc)"), Something);
    assert_eq!(with_font("43 0 R", "(abc)"), Unknown);
    // Two octets a glyph.
    assert_eq!(with_font("44 0 R", "(abcdef)"), Nothing);
    assert_eq!(with_font("45 0 R", "(abcdef)"), Something);
    assert_eq!(with_font("46 0 R", "(abcdef)"), Something);
    assert_eq!(with_font("47 0 R", "(abcdef)"), Unknown);
    assert_eq!(with_font("48 0 R", "(abcdef)"), Unknown);
}

#[test]
fn text_that_runs_to_the_left_is_bounded_there() {
    let left = |state: &str| under(&format!("BT {state} 260 120 Td (a long line) Tj ET"));
    assert_eq!(left("/F1 10 Tf"), Nothing);
    assert_eq!(left("/F1 -10 Tf"), Something);
    assert_eq!(left("/F1 10 Tf -100 Tz"), Something);
    assert_eq!(under("BT /F1 10 Tf 290 120 Td [(a) 15000 (b)] TJ ET"), Something);
}

#[test]
fn shapes_are_bounded_by_their_points() {
    assert_eq!(under("90 90 200 100 re f"), Something);
    assert_eq!(under("10 10 20 20 re f"), Nothing);
    assert_eq!(under("10 120 m 300 120 l S"), Something);
    assert_eq!(under("10 10 m 20 20 120 120 30 30 c S"), Something);
    assert_eq!(under("10 95 m 300 95 l S"), Nothing);
    assert_eq!(under("20 w 10 95 m 300 95 l S"), Something);
    assert_eq!(under("90 90 200 100 re n"), Nothing);
    assert_eq!(under("90 90 200 100 re W n 10 10 9 9 re f"), Nothing);
    assert_eq!(under("0.1 0 0 0.1 0 0 cm 90 90 200 100 re f"), Nothing);
    assert_eq!(under("q 1 0 0 1 500 0 cm Q 120 120 5 5 re f"), Something);
}

#[test]
fn plain_white_surfaces_show_nothing() {
    for white in ["1 g", "1 1 1 rg", "0 0 0 0 k"] {
        assert_eq!(under(&format!("{white} 90 90 200 100 re f")), Nothing, "{white}");
        assert_eq!(under(&format!("{white} 90 90 200 100 re B")), Something, "{white}");
        assert_eq!(under(&format!("q {white} Q 90 90 200 100 re f")), Something, "{white}");
        let remapped = "/Resources<</ColorSpace<</DefaultGray[/CalGray<<>>]>>>>";
        assert_eq!(under_with(&format!("{white} 90 90 200 100 re f"), remapped), Something, "{white}");
    }
    assert_eq!(under("1 g /Cs cs 90 90 200 100 re f"), Something);
    assert_eq!(under(".99 g 90 90 200 100 re f"), Something);
}

#[test]
fn forms_and_images_are_bounded_by_their_frames() {
    let resources = "/Resources<</XObject<</Fm 31 0 R/Im 32 0 R>>>>";
    assert_eq!(under_with("1 0 0 1 120 120 cm /Fm Do", resources), Something);
    assert_eq!(under_with("/Fm Do", resources), Nothing);
    assert_eq!(under_with("50 0 0 50 120 120 cm /Im Do", resources), Something);
    assert_eq!(under_with("50 0 0 50 0 0 cm /Im Do", resources), Nothing);
    assert_eq!(under_with("/Other Do", resources), Unknown);
    assert_eq!(under("q 50 0 0 50 120 120 cm BI /W 1 ID x EI Q"), Something);
    assert_eq!(under("q 50 0 0 50 10 10 cm BI /W 1 ID x EI Q"), Nothing);
    assert_eq!(under("q 50 0 0 50 10 10 cm BI /W 1 ID x EI Q 120 120 5 5 re f"), Something);
}

#[test]
fn what_is_not_understood_may_be_anywhere() {
    for content in ["/Sh sh", "Q", "what", "BT (x) Tj ET", "(x) 5 5 5 re", "BI ID x", "(x"] {
        assert_eq!(under(content), Unknown, "{content}");
    }
    assert_eq!(under(&"q ".repeat(200)), Unknown);
    assert_eq!(under_with("", "/Annots[]"), Unknown);
}
