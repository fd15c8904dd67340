//! What is written: the same every time, once for all signatures of a file, in every shape of file.

use pades::appearance::{BaseSet, Colour, Element, EmbeddableFont, VisibleSignature};
use pades::{
    Appearance, Certification, Coverage, DocMdp, DocMdpLevel, FieldChoice, Point, PrepareError, PrepareOptions, Rect,
};

use crate::made::{BOX, appended, content, font, font_file, options, page, sign, sign_with, text};
use crate::shapes::{LAYOUTS, Layout, every_source};

const SECOND: Rect = Rect::new(300.0, 300.0, 200.0, 80.0);

#[test]
fn every_shape_gets_two_visible_signatures() {
    for layout in LAYOUTS {
        for (name, source) in every_source() {
            let case = format!("{name}, {layout:?}");
            let input = source.file(layout);
            let once = sign(input.clone(), BOX, content());
            assert_eq!(once.signatures()[0].coverage(), Coverage::WholeFile, "{case}");
            assert!(once.bytes().starts_with(&input), "{case}");
            let first = once.signatures()[0].clone();
            let twice = sign(once.into_bytes(), SECOND, content());
            assert_eq!(twice.signatures()[0].byte_range(), first.byte_range(), "{case}");
            assert_eq!(twice.signatures()[1].coverage(), Coverage::WholeFile, "{case}");
        }
    }
}

#[test]
fn a_second_signature_shares_the_font_and_the_picture_of_the_first() {
    for layout in LAYOUTS {
        let input = page("").file(layout);
        let once = sign(input.clone(), BOX, content());
        let first = appended(&once, &input);
        assert_eq!((first.matches("/FontFile2 ").count(), first.matches("/SMask ").count()), (1, 1), "{layout:?}");
        let once = once.into_bytes();
        let twice = sign(once.clone(), SECOND, content());
        let second = appended(&twice, &once);
        assert!(!second.contains("/FontFile2") && !second.contains("/SMask"), "{layout:?}");
        let font = |update: &str| {
            update.split_once("/F0 ").expect("a font").1.split_once(" R").expect("a reference").0.to_owned()
        };
        assert_eq!(font(&first), font(&second), "{layout:?}");
        let third = sign(twice.into_bytes(), Rect::new(50.0, 500.0, 200.0, 80.0), content());
        assert_eq!(String::from_utf8_lossy(third.bytes()).matches("/FontFile2 ").count(), 1, "{layout:?}");
    }
}

#[test]
fn a_font_that_differs_in_one_octet_is_not_shared() {
    let once = sign(page("").file(Layout::Table), BOX, content()).into_bytes();
    // The attack: the same names and lengths, and another width of one glyph, in the first signature's font.
    let at = once.windows(6).position(|window| window == b"/W [0 ").expect("the widths") + 8;
    let mut forged = once.clone();
    forged[at] = if forged[at] == b'1' { b'2' } else { b'1' };
    let twice = sign(forged.clone(), SECOND, content());
    assert!(appended(&twice, &forged).contains("/FontFile2 "), "it brings its own");
    let honest = sign(once.clone(), SECOND, content());
    assert!(!appended(&honest, &once).contains("/FontFile2 "), "the control shares");
}

#[test]
fn another_set_of_characters_is_another_font() {
    let other = EmbeddableFont::parse(&font_file(), BaseSet::Latin1, "Łł").expect("it has them");
    assert_ne!(other, font());
    assert_ne!(other.name(), font().name());
    assert_eq!(EmbeddableFont::parse(&font_file(), BaseSet::Latin1, "").expect("a font"), font());
}

#[test]
fn the_usual_letters_are_half_of_the_weight_and_no_others_are_there() {
    let usual = EmbeddableFont::parse(&font_file(), BaseSet::Usual, "").expect("a font");
    assert!(usual.covers("Dr. Hj. NAMA CONTOH, M.Si. (NIP 0123456789) 470/1-UJI & 14:05; 'a' \"b\""));
    assert!(!usual.covers("José") && font().covers("José – “x”…"));
    let weight = |font: EmbeddableFont| {
        let (size, origin) = (10.0, Point { x: 5.0, y: 5.0 });
        let content =
            vec![Element::Text { text: "Kepala Dinas".to_owned(), font, size, colour: Colour::BLACK, origin }];
        sign(page("").file(Layout::Table), BOX, content).bytes().len()
    };
    assert!(weight(usual) + 6_500 < weight(font()));
}

#[test]
fn the_same_request_gives_the_same_octets() {
    for layout in LAYOUTS {
        let one = sign(page("/Rotate 90").file(layout), BOX, content()).into_bytes();
        let two = sign(page("/Rotate 90").file(layout), BOX, content()).into_bytes();
        assert_eq!(one, two, "{layout:?}");
    }
}

#[test]
fn the_widget_is_printed_and_locked_and_nothing_asks_readers_to_draw_anew() {
    let input = page("").file(Layout::Table);
    let update = appended(&sign(input.clone(), BOX, content()), &input);
    assert!(update.contains("/Subtype /Widget /FT /Sig /T (Signature1) /Rect [50 300 250 380] /AP << /N "), "{update}");
    assert!(update.contains("/F 132 /P 3 0 R /V 5 0 R"), "{update}");
    assert!(update.contains("/ProcSet [/PDF /Text /ImageI]"), "{update}");
    assert!(!update.contains("NeedAppearances"));
    assert!(update.contains("/Encoding /Identity-H") && update.contains("/CIDToGIDMap /Identity"), "{update}");
}

#[test]
fn it_stands_on_the_page_that_was_asked_for() {
    let source =
        page("").replacing(2, "Kids[3 0 R]", "Kids[3 0 R 5 0 R]").with(5, "<</Type/Page/MediaBox[0 0 600 800]>>");
    let input = source.file(Layout::Table);
    let signed = sign_with(input.clone(), &options(VisibleSignature::new(1, BOX, content()))).expect("prepares");
    let update = appended(&signed, &input);
    assert!(update.contains("/P 5 0 R") && update.contains("5 0 obj\n<</Type/Page/MediaBox[0 0 600 800] /Annots ["));
    assert!(!update.contains("\n3 0 obj"), "the first page is left alone");
}

#[test]
fn widths_add_up_as_the_font_says() {
    let width = |text: &str| font().width(text, 1_000.0).expect("Latin");
    assert_eq!(width(""), 0.0);
    assert_eq!((width("i"), width("W"), width(" ")), (222.0, 944.0, 278.0));
    assert_eq!(width("Wi W"), 944.0 + 222.0 + 278.0 + 944.0);
    assert!(font().ascent(10.0) > font().cap_height(10.0) && font().descent(10.0) < 0.0);
}

#[test]
fn a_visible_signature_weighs_less_than_twenty_kilobytes_without_a_picture() {
    let input = page("").file(Layout::Table);
    let visible = sign(input.clone(), BOX, vec![text("Kepala Dinas", 5.0, 5.0)]).bytes().len();
    let invisible =
        PrepareOptions { appearance: Appearance::Invisible, ..options(VisibleSignature::new(0, BOX, content())) };
    let invisible = sign_with(input, &invisible).expect("prepares").bytes().len();
    assert!(visible - invisible < 20_000, "{}", visible - invisible);
}

#[test]
fn a_certified_visible_signature_lets_a_second_one_into_a_field_that_is_there() {
    let source = page("/Annots[5 0 R]")
        .replacing(1, "/Catalog", "/Catalog/AcroForm<</Fields[5 0 R]>>")
        .with(5, "<</Subtype/Widget/FT/Sig/T(ttd)/Rect[50 100 250 180]/F 4/P 3 0 R>>");
    let mut certified = options(VisibleSignature::new(0, BOX, content()));
    certified.certification = Certification::FirstSignature(DocMdpLevel::FormFilling);
    certified.seal = Some("https://tte.example.go.id/v#0123".to_owned());
    let once = sign_with(source.file(Layout::Table), &certified).expect("prepares");
    assert_eq!(once.signatures()[0].doc_mdp(), Some(DocMdp::FormFilling));
    let mut second = certified.clone();
    let place = Rect::new(50.0, 100.0, 200.0, 80.0);
    second.appearance = Appearance::Visible(Box::new(VisibleSignature::new(0, place, content())));
    let refused = sign_with(once.bytes().to_vec(), &second).expect_err("a new field");
    assert_eq!(refused, PrepareError::CertifiedNoNewField);
    second.field = FieldChoice::Existing("ttd".to_owned());
    let twice = sign_with(once.into_bytes(), &second).expect("prepares");
    let [first, second] = twice.signatures() else { panic!("two") };
    assert_eq!((first.doc_mdp(), second.doc_mdp()), (Some(DocMdp::FormFilling), None));
    assert_eq!(twice.certification(), first.dictionary());
    assert_eq!(second.seal(), Some("https://tte.example.go.id/v#0123"));
}
