//! Pages: how many, how they lie, where a field stands.

use pades::{FieldPlaceFault, PageFault, PlaceError, PrepareError, Rect, UnsignedPdf};

use crate::flow::open;
use crate::made::MEDIA_BOX;
use crate::made::{BOX, appended, content, in_field, page, sign, sign_with};
use crate::shapes::{LAYOUTS, Layout, Source};
use pades::appearance::VisibleSignature;

/// One page without a media box.
fn plain() -> Source {
    Source::plain().replacing(2, MEDIA_BOX, "")
}

fn document(source: &Source) -> UnsignedPdf {
    open(source.file(Layout::Table))
}

fn fault(source: &Source) -> PrepareError {
    document(source).page_geometry(0).expect_err("refused")
}

#[test]
fn boxes_and_rotation_are_inherited_and_user_unit_is_not() {
    let source = plain().replacing(
        2,
        "/Type/Pages",
        "/Type/Pages/MediaBox[10 20 610.5 820]/CropBox[0 70 1000 1000]/Rotate -90/UserUnit 3",
    );
    let geometry = document(&source).page_geometry(0).expect("a page");
    assert_eq!((geometry.width(), geometry.height()), (750.0, 600.5));
    assert_eq!((geometry.rotation().degrees(), geometry.user_unit()), (270, 1.0));
    assert_eq!(geometry.visible_box(), Rect::new(10.0, 70.0, 600.5, 750.0));
}

#[test]
fn pages_are_counted_through_the_tree() {
    let source = page("")
        .replacing(2, "Kids[3 0 R]", "Kids[5 0 R 3 0 R 6 0 R]")
        .with(5, "<</Type/Pages/Kids[7 0 R]/Rotate 90>>")
        .with(6, "<</Type/Pages/Kids[]>>")
        .with(7, "<</Type/Page/MediaBox[0 0 100 50]>>");
    let document = document(&source);
    assert_eq!(document.page_count(), Ok(2));
    assert_eq!(document.page_geometry(0).map(|page| page.width()), Ok(50.0));
    assert_eq!(document.page_geometry(1).map(|page| page.width()), Ok(600.0));
    let missing = PrepareError::Place(PlaceError::PageMissing { page: 2, pages: 2 });
    assert_eq!(document.page_geometry(2).map(|page| page.width()), Err(missing.clone()));
    assert_eq!(missing.to_string(), "the visible signature: there is no page 3, the document has 2");
}

#[test]
fn a_page_that_does_not_say_how_it_lies_is_named() {
    let refused = |entries: &str| fault(&plain().replacing(3, "/Type/Page", &format!("/Type/Page{entries}")));
    let page_fault = |fault| PrepareError::Place(PlaceError::Page { page: 0, fault });
    assert_eq!(refused(""), page_fault(PageFault::NoMediaBox));
    for media in [
        "[0 0 0 800]",
        "[0 0 600]",
        "[0 0 600 /x]",
        "(x)",
        "[0 0 9999999.5 1]",
        "[0 0 99999999 1]",
        "[0 0 99999999999 1]",
    ] {
        let error = refused(&format!("/MediaBox{media}"));
        assert_eq!(error, page_fault(PageFault::MediaBox), "{media}");
    }
    let with = |entries: &str| refused(&format!("/MediaBox[0 0 600 800]{entries}"));
    assert_eq!(with("/CropBox[700 0 800 100]"), page_fault(PageFault::CropBox));
    assert_eq!(with("/CropBox[0 0 1]"), page_fault(PageFault::CropBox));
    for rotate in ["45", "90.0", "/x"] {
        assert_eq!(with(&format!("/Rotate {rotate}")), page_fault(PageFault::Rotate), "{rotate}");
    }
    for unit in ["0", "-1", "1000000", "(x)"] {
        assert_eq!(with(&format!("/UserUnit {unit}")), page_fault(PageFault::UserUnit), "{unit}");
    }
}

#[test]
fn a_page_tree_that_leads_back_to_itself_ends() {
    let source = page("").replacing(2, "Kids[3 0 R]", "Kids[3 0 R 2 0 R]");
    assert_eq!(document(&source).page_count(), Err(PrepareError::NoPage));
    // Two branches at each of 32 levels: the nodes are bounded, not only the levels.
    let source = page("").replacing(2, "Kids[3 0 R]", "Kids[2 0 R 2 0 R]");
    assert_eq!(document(&source).page_count(), Err(PrepareError::NoPage));
}

fn with_field(widget: &str) -> Source {
    page("/Annots[5 0 R]").replacing(1, "/Catalog", "/Catalog/AcroForm<</Fields[5 0 R]>>").with(5, widget)
}

#[test]
fn a_field_keeps_its_place_and_gets_an_appearance() {
    let source = with_field("<</Subtype/Widget/FT/Sig/T(ttd)/Rect[50 300 250.00 380]/F 0/P 3 0 R>>");
    for layout in LAYOUTS {
        let input = source.file(layout);
        let place = open(input.clone()).signature_field_place("ttd").expect("it has one");
        assert_eq!(place, (0, BOX), "{layout:?}");
        let signed =
            sign_with(input.clone(), &in_field("ttd", VisibleSignature::new(0, BOX, content()))).expect("prepares");
        let update = appended(&signed, &input);
        assert!(update.contains("/Rect[50 300 250.00 380]/F  4/P 3 0 R"), "{layout:?}: {update}");
        assert!(update.contains("/AP << /N "), "{layout:?}");
        assert_eq!(signed.signatures()[0].field_name(), "ttd", "{layout:?}");
    }
}

#[test]
fn the_widget_below_a_field_is_its_place() {
    let source = with_field("<</FT/Sig/T(ttd)/Kids[6 0 R]>>")
        .replacing(3, "5 0 R", "6 0 R")
        .with(6, "<</Subtype/Widget/Parent 5 0 R/Rect[250 380 50 300]/F 4>>");
    let input = source.file(Layout::Table);
    assert_eq!(open(input.clone()).signature_field_place("ttd"), Ok((0, BOX)));
    let signed = sign_with(input, &in_field("ttd", VisibleSignature::new(0, BOX, content()))).expect("prepares");
    assert_eq!(signed.signatures().len(), 1);
}

#[test]
fn a_field_without_a_single_place_is_refused() {
    let refused = |source: &Source| document(source).signature_field_place("ttd").expect_err("refused");
    let fault = |fault| PrepareError::Place(PlaceError::Field { fault });
    let widget = "<</Subtype/Widget/FT/Sig/T(ttd)/Rect[50 300 250 380]>>";
    assert_eq!(refused(&with_field("<</FT/Sig/T(ttd)>>")), fault(FieldPlaceFault::NoWidget));
    assert_eq!(refused(&with_field(&widget.replace("250 380", "50 300"))), fault(FieldPlaceFault::NoExtent));
    let nowhere = with_field(widget).replacing(3, "/Annots[5 0 R]", "");
    assert_eq!(refused(&nowhere), fault(FieldPlaceFault::NoPage));
    let twice = with_field(widget)
        .replacing(2, "Kids[3 0 R]", "Kids[3 0 R 6 0 R]")
        .with(6, "<</Type/Page/MediaBox[0 0 9 9]/Annots[5 0 R]>>");
    assert_eq!(refused(&twice), fault(FieldPlaceFault::SeveralPages));
    let two = with_field("<</FT/Sig/T(ttd)/Kids[6 0 R 7 0 R]>>")
        .with(6, "<</Subtype/Widget/Rect[0 0 1 1]>>")
        .with(7, "<</Subtype/Widget/Rect[0 0 1 1]>>");
    assert_eq!(refused(&two), fault(FieldPlaceFault::SeveralWidgets));
    assert_eq!(document(&page("")).signature_field_place("ttd"), Err(PrepareError::FieldNotFound));
}

#[test]
fn a_hidden_or_detached_field_shows_nothing_and_is_refused() {
    for flags in [1, 2, 8, 16, 32, 2 + 4] {
        let source = with_field(&format!("<</Subtype/Widget/FT/Sig/T(ttd)/Rect[50 300 250 380]/F {flags}>>"));
        let refused = sign_with(source.file(Layout::Table), &in_field("ttd", VisibleSignature::new(0, BOX, content())));
        let fault = PlaceError::Field { fault: FieldPlaceFault::Flags };
        assert_eq!(refused.expect_err("refused"), PrepareError::Place(fault), "{flags}");
    }
}

#[test]
fn a_field_is_not_moved() {
    let source = with_field("<</Subtype/Widget/FT/Sig/T(ttd)/Rect[50 300 250 380]>>");
    let elsewhere = Rect::new(50.0, 301.0, 200.0, 80.0);
    let refused =
        sign_with(source.file(Layout::Table), &in_field("ttd", VisibleSignature::new(0, elsewhere, content())));
    let expected = PlaceError::FieldElsewhere { page: 0, rect: elsewhere, field_page: 0, field: BOX };
    assert_eq!(refused.expect_err("refused"), PrepareError::Place(expected));
}

#[test]
fn the_place_is_written_in_default_user_space_whichever_way_the_page_is_turned() {
    for (entries, rect, matrix) in [
        ("", "[50 300 250 380]", "[1 0 0 1 0 0 ]"),
        ("/Rotate 90", "[220 50 300 250]", "[0 1 -1 0 80 0 ]"),
        ("/Rotate 180", "[350 420 550 500]", "[-1 0 0 -1 200 80 ]"),
        ("/Rotate 270", "[300 550 380 750]", "[0 -1 1 0 0 200 ]"),
        ("/CropBox[100 40 600 800]", "[150 340 350 420]", "[1 0 0 1 0 0 ]"),
        ("/UserUnit 2", "[25 150 125 190]", "[0.5 0 0 0.5 0 0 ]"),
    ] {
        let input = page(entries).file(Layout::Table);
        let signed = sign(input.clone(), BOX, content());
        let update = appended(&signed, &input);
        assert!(update.contains(&format!("/Rect {rect} /AP << /N ")), "{entries}: {update}");
        assert!(update.contains(&format!("/BBox [0 0 200 80 ] /Matrix {matrix}")), "{entries}: {update}");
    }
}
