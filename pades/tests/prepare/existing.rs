//! Existing fields are filled: wherever they stand in the form, whatever they inherit.

use pades::{FieldChoice, SignedPdf};

use crate::flow::{NEW_YEAR, sign};
use crate::shapes::{LAYOUTS, Layout, Source};

fn form(fields: &str) -> Source {
    Source::plain().replacing(1, "/Catalog", &format!("/Catalog/AcroForm<</Fields[{fields}]>>"))
}

fn filled(source: &Source, layout: Layout, name: &str) -> SignedPdf<'static> {
    let input = source.file(layout);
    let signed = sign(input.clone(), FieldChoice::Existing(name.to_owned()));
    assert!(signed.bytes().starts_with(&input));
    let [signature] = signed.signatures() else { panic!("{} signatures", signed.signatures().len()) };
    assert_eq!(signature.field_name(), name);
    signed
}

fn appended(signed: &SignedPdf<'_>, source: &Source, layout: Layout) -> String {
    String::from_utf8_lossy(&signed.bytes()[source.file(layout).len()..]).into_owned()
}

#[test]
fn a_field_with_its_widget_is_filled_and_the_page_is_left_alone() {
    let widget = "<</Type/Annot/Subtype/Widget/FT/Sig/T(ttd)/Rect[10 10 90 40.50]/P 3 0 R>>";
    let source = form("5 0 R").replacing(3, "/Type/Page", "/Type/Page/Annots[5 0 R]").with(5, widget);
    for layout in LAYOUTS {
        let update = appended(&filled(&source, layout, "ttd"), &source, layout);
        let number = update.split_once(" 0 obj").expect("an object").0.trim();
        assert!(["1", "5"].contains(&number), "{layout:?}: {number}");
        assert!(update.contains("/Rect[10 10 90 40.50]/P 3 0 R /V "), "{layout:?}: the field keeps its spelling");
        assert!(!update.contains("3 0 obj"), "{layout:?}: the page is not written again");
        assert!(update.contains("/SigFlags 3"), "{layout:?}");
    }
}

#[test]
fn a_field_below_others_is_found_by_its_full_name_and_inherits_its_type() {
    let source = form("5 0 R")
        .with(5, "<</T(surat)/FT/Sig/Kids[6 0 R 7 0 R]>>")
        .with(6, "<</T(kepala)/Parent 5 0 R/Kids[8 0 R]>>")
        .with(7, "<</T(saksi)/Parent 5 0 R/FT/Tx>>")
        .with(8, "<</Type/Annot/Subtype/Widget/Rect[0 0 1 1]/Parent 6 0 R>>");
    for layout in LAYOUTS {
        filled(&source, layout, "surat.kepala");
    }
}

#[test]
fn an_empty_value_is_no_value() {
    let source = form("5 0 R").with(5, "<</FT/Sig/T(a)/V null>>");
    let update = appended(&filled(&source, Layout::Table, "a"), &source, Layout::Table);
    assert_eq!(update.matches("/V ").count(), 1, "the null is replaced, not doubled: {update}");
    let source = form("5 0 R").with(5, "<</FT/Sig/T(a)/V 9 0 R>>");
    filled(&source, Layout::Table, "a");
}

#[test]
fn a_field_of_another_generation_keeps_it() {
    let source = form("5 0 R").with(5, "<</FT/Sig/T(a)>>").generation(5, 2);
    for layout in LAYOUTS {
        let update = appended(&filled(&source, layout, "a"), &source, layout);
        assert!(update.contains("5 2 obj"), "{layout:?}");
    }
}

#[test]
fn the_lock_of_a_field_becomes_a_transform_of_its_signature() {
    for (lock, parameters) in [
        ("<</Type/SigFieldLock/Action/All>>", "<< /Type /TransformParams /V /1.2 /Action /All >>"),
        (
            "<</Action/Include/Fields[(nama)(a\\)b)]>>",
            "<< /Type /TransformParams /V /1.2 /Action /Include /Fields [(nama)(a\\)b)] >>",
        ),
        (
            "<</Action/Exclude/Fields 7 0 R>>",
            "<< /Type /TransformParams /V /1.2 /Action /Exclude /Fields [(catatan)] >>",
        ),
    ] {
        let source = form("5 0 R").with(5, "<</FT/Sig/T(a)/Lock 6 0 R>>").with(6, lock).with(7, "[(catatan)]");
        for layout in [Layout::Table, Layout::ObjectStream] {
            let update = appended(&filled(&source, layout, "a"), &source, layout);
            let expected = format!(
                "/Reference [<< /Type /SigRef /TransformMethod /FieldMDP /Data 1 0 R /TransformParams {parameters} >>] >>"
            );
            assert!(update.contains(&expected), "{layout:?}: {update}");
        }
    }
}

#[test]
fn a_field_can_be_filled_beside_an_earlier_signature_and_a_new_one_added_after() {
    let source = form("5 0 R 6 0 R").with(5, "<</FT/Sig/T(a)>>").with(6, "<</FT/Sig/T(b)>>");
    for layout in LAYOUTS {
        let mut file = source.file(layout);
        for (choice, name) in [
            (FieldChoice::Existing("b".to_owned()), "b"),
            (FieldChoice::New, "Signature1"),
            (FieldChoice::Existing("a".to_owned()), "a"),
        ] {
            let before = SignedPdf::open(file.clone(), &pades::Limits::service()).expect("opens");
            let signed = sign(file.clone(), choice);
            let last = signed.signatures().last().expect("signed");
            assert_eq!(last.field_name(), name, "{layout:?}");
            for (earlier, now) in before.signatures().iter().zip(signed.signatures()) {
                assert_eq!(earlier.byte_range(), now.byte_range(), "{layout:?}");
                assert_eq!(earlier.contents(), now.contents(), "{layout:?}");
            }
            file = signed.into_bytes();
        }
    }
}

#[test]
fn the_claimed_time_is_the_callers() {
    let source = form("5 0 R").with(5, "<</FT/Sig/T(a)>>");
    let signed = filled(&source, Layout::Table, "a");
    assert_eq!(NEW_YEAR, 1_767_200_400);
    assert_eq!(signed.signatures()[0].claimed_signing_time(), Some("D:20260101000000+07'00'"));
}
