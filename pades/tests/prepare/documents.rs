//! Documents of every shape are signed, read back, and signed again.

use pades::{Coverage, FieldChoice, SignedPdf, SubFilter};

use crate::flow::{self, new_field, sign};
use crate::shapes::{LAYOUTS, Layout, Source, every_source};

/// The octets that the last update appended, without the hole for the CMS.
fn update(signed: &SignedPdf<'_>, input: &[u8]) -> String {
    assert!(signed.bytes().starts_with(input), "the input is a prefix of the output");
    let gap = signed.signatures().last().and_then(|last| last.byte_range().ok()).expect("signed").gap();
    let mut appended = signed.bytes()[input.len()..gap.start].to_vec();
    appended.extend_from_slice(b"<>");
    appended.extend_from_slice(&signed.bytes()[gap.end..]);
    String::from_utf8_lossy(&appended).into_owned()
}

#[test]
fn every_shape_is_signed_twice_and_the_first_signature_stays() {
    for layout in LAYOUTS {
        for (name, source) in every_source() {
            let case = format!("{name}, {layout:?}");
            let input = source.file(layout);
            let once = sign(input.clone(), FieldChoice::New);
            let [first] = once.signatures() else { panic!("{case}: {} signatures", once.signatures().len()) };
            assert_eq!(first.field_name(), "Signature1", "{case}");
            assert_eq!(first.coverage(), Coverage::WholeFile, "{case}");
            assert_eq!(first.sub_filter(), &SubFilter::EtsiCadesDetached, "{case}");
            assert_eq!(first.claimed_signing_time(), Some("D:20260101000000+07'00'"), "{case}");
            assert_eq!(first.name(), Some("Kepala Dinas (UJI COBA)"), "{case}");
            assert_eq!((first.reason(), first.location()), (None, Some("Kota Bekasi")), "{case}");
            assert!(once.bytes().starts_with(&input), "{case}");

            let (first, first_file) = (first.clone(), once.bytes().to_vec());
            let twice = sign(once.into_bytes(), FieldChoice::New);
            let [still_first, second] = twice.signatures() else {
                panic!("{case}: {} signatures", twice.signatures().len())
            };
            assert_eq!(second.field_name(), "Signature2", "{case}");
            assert_eq!(second.coverage(), Coverage::WholeFile, "{case}");
            assert!(twice.bytes().starts_with(&first_file), "{case}");
            assert_eq!(still_first.byte_range(), first.byte_range(), "{case}");
            assert_eq!(still_first.contents(), first.contents(), "{case}");
            let range = still_first.byte_range().expect("valid");
            assert_eq!(range.digest(twice.bytes()), range.digest(&first_file), "{case}");
            assert_eq!(twice.revisions().len(), once_revisions(layout) + 2, "{case}");
        }
    }
}

/// Revisions of the input: one in every layout.
const fn once_revisions(_layout: Layout) -> usize {
    1
}

#[test]
fn the_update_is_a_table_after_a_table_and_a_stream_after_a_stream() {
    for (layout, is_stream) in [
        (Layout::Table, false),
        (Layout::TableCrLf, false),
        (Layout::Hybrid, false),
        (Layout::Linearized, false),
        (Layout::XrefStream, true),
        (Layout::ObjectStream, true),
    ] {
        let input = Source::plain().file(layout);
        let signed = sign(input.clone(), FieldChoice::New);
        let update = update(&signed, &input);
        assert_eq!(update.contains("/Type /XRef"), is_stream, "{layout:?}");
        assert_eq!(update.contains("\ntrailer\n"), !is_stream, "{layout:?}");
        assert!(!update.contains("XRefStm"), "{layout:?}");
    }
}

#[test]
fn an_update_reads_like_this() {
    let input = Source::plain().file(Layout::Table);
    let signed = sign(input.clone(), FieldChoice::New);
    let update = update(&signed, &input);
    let (objects, rest) = update.split_once("/ByteRange [").expect("there is one");
    assert_eq!(
        objects,
        "6 0 obj\n\
         << /Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /Rect [0 0 0 0] /F 132 /P 3 0 R /V 5 0 R >>\n\
         endobj\n\
         7 0 obj\n<< /Fields [6 0 R] /SigFlags 3 >>\nendobj\n\
         1 0 obj\n<</Type/Catalog/Pages 2 0 R /AcroForm 7 0 R >>\nendobj\n\
         3 0 obj\n<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<>> /Annots [6 0 R] >>\nendobj\n\
         5 0 obj\n<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached "
    );
    let (byte_range, rest) = rest.split_once(']').expect("closed");
    assert_eq!(byte_range.len(), 34);
    let (entries, end) = rest.split_once("xref\n").expect("there is one");
    assert_eq!(
        entries,
        " /Contents <> /M (D:20260101000000+07'00') /Name (Kepala Dinas \\(UJI COBA\\)) /Location (Kota Bekasi) >>\n\
         endobj\n"
    );
    let lines: Vec<&str> = end.lines().collect();
    let subsections: Vec<&str> = lines.iter().copied().filter(|line| line.len() == 3).collect();
    assert_eq!(subsections, ["1 1", "3 1", "5 3"]);
    assert_eq!(lines.last(), Some(&"%%EOF"));
    let table = input.windows(5).position(|window| window == b"xref\n").expect("a table");
    assert!(end.contains(&format!("<< /Size 8 /Prev {table} /Root 1 0 R /ID [<00112233445566778899AABBCCDDEEFF> <")));
}

#[test]
fn the_same_document_and_options_give_the_same_octets() {
    for layout in LAYOUTS {
        let input = Source::plain().file(layout);
        let one = flow::prepare(input.clone(), &new_field()).expect("prepares");
        let two = flow::prepare(input.clone(), &new_field()).expect("prepares");
        assert_eq!(one, two, "{layout:?}");
        let mut later = new_field();
        later.claimed_signing_time = pades::PdfTime::new(flow::NEW_YEAR + 1, 420).expect("in range");
        let three = flow::prepare(input, &later).expect("prepares");
        assert_ne!(one.document_digest(), three.document_digest(), "{layout:?}");
        assert_ne!(second_id(one.bytes()), second_id(three.bytes()), "{layout:?}: another revision has another /ID");
    }
}

fn second_id(file: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(file).into_owned();
    let id = text.rsplit("/ID [").next().expect("there is one");
    id.split(['<', '>']).nth(3).expect("two strings").as_bytes().to_vec()
}

#[test]
fn a_document_that_ends_without_an_end_of_line_gets_one_first() {
    let mut input = Source::plain().file(Layout::Table);
    assert_eq!(input.pop(), Some(b'\n'));
    let signed = sign(input.clone(), FieldChoice::New);
    assert!(update(&signed, &input).starts_with("\n6 0 obj\n"));
}

#[test]
fn the_number_of_a_cross_reference_stream_that_nobody_lists_is_not_used_again() {
    let input = Source::plain().file_with_unlisted_stream(6);
    let signed = sign(input.clone(), FieldChoice::New);
    let update = update(&signed, &input);
    assert!(!update.contains("\n6 0 obj"), "{update}");
    assert!(update.contains("\n7 0 obj") && update.contains("/Size 11 "), "{update}");
}

#[test]
fn a_reference_to_an_object_that_does_not_exist_is_not_given_one() {
    // The next free number is 6, 7 or 8; the document refers to 8, 9 and 10.
    let dangling = "<</FT/Sig/T(lama)/V 8 0 R>>";
    for layout in [Layout::Table, Layout::XrefStream, Layout::ObjectStream] {
        let source = Source::plain()
            .replacing(1, "/Catalog", "/Catalog/AcroForm<</Fields[5 0 R 9 0 R]>>/Next[<</X 10 0 R>>]")
            .with(5, dangling);
        let signed = sign(source.file(layout), FieldChoice::New);
        let names: Vec<&str> = signed.signatures().iter().map(|signature| signature.field_name()).collect();
        assert_eq!(names, ["Signature1"], "{layout:?}");
        for number in [8, 9, 10] {
            let object = signed.document().latest().locate(number).expect("readable");
            let is_new = object.is_some_and(|located| located.revision == 1);
            assert!(!is_new, "{layout:?}: {number}");
        }
    }
}

#[test]
fn white_space_behind_the_end_is_kept() {
    let mut input = Source::plain().file(Layout::Table);
    input.extend_from_slice(b"\r\n \0\0\n");
    let signed = sign(input.clone(), FieldChoice::New);
    assert!(update(&signed, &input).starts_with("6 0 obj\n"));
}

#[test]
fn field_names_count_on_from_the_highest() {
    let form = |names: &[&str]| {
        let mut source = Source::plain().replacing(1, "/Catalog", "/Catalog/AcroForm<</Fields[5 0 R 6 0 R]>>");
        for (number, name) in (5..).zip(names) {
            source = source.with(number, &format!("<</FT/Tx/T{name}>>"));
        }
        sign(source.file(Layout::Table), FieldChoice::New)
    };
    let name = |signed: &SignedPdf<'_>| signed.signatures()[0].field_name().to_owned();
    assert_eq!(name(&form(&["(Signature1)", "(Signature2)"])), "Signature3");
    assert_eq!(name(&form(&["(Signature7)", "(nama)"])), "Signature8");
    assert_eq!(name(&form(&["(Signature)", "(Signature1x)"])), "Signature1");
    assert_eq!(name(&form(&["<FEFF005300690067006E0061007400750072006500340032>", "(x)"])), "Signature43");
}

#[test]
fn texts_that_look_like_syntax_stay_texts() {
    let mut options = new_field();
    options.name = Some(r"a) /Contents <00> /ByteRange [0 1 2 3] (\".to_owned());
    options.reason = Some("Désa\n>>".to_owned());
    options.location = Some(String::new());
    let prepared = flow::prepare(Source::plain().file(Layout::Table), &options).expect("prepares");
    let cms = flow::cms(&prepared);
    let signed = prepared.embed(&cms).expect("embeds");
    let signature = &signed.signatures()[0];
    assert_eq!(signature.name(), options.name.as_deref());
    assert_eq!(signature.reason(), options.reason.as_deref());
    assert_eq!(signature.location(), Some(""));
}
