//! Single objects that are not what they should be.

use pades::pdf::{Document, Ref};
use pades::{Expected, Limits, PdfError};

use crate::file::File;

fn fault(body: &str) -> (PdfError, usize) {
    let mut file = File::page("");
    let start = file.octets.len() + "4 0 obj\n".len();
    file.object(4, body);
    file.object(5, "5 0 R");
    file.object(6, "7 0 R");
    file.object(7, "6 0 R");
    file.finish_with("");
    let document = Document::open(&file.octets[..], &Limits::default()).expect("object 4 is not looked at");
    let fault = document.latest().object(Ref { number: 4, generation: 0 }).map(|_| ());
    (fault.expect_err("the object has a fault"), start)
}

#[test]
fn broken_syntax_is_refused_where_it_breaks() {
    for (body, at, expected) in [
        ("", 1, Expected::Object),
        ("]", 0, Expected::Object),
        (">>", 0, Expected::Object),
        (")", 0, Expected::Object),
        ("{}", 0, Expected::Object),
        ("maybe", 0, Expected::Object),
        ("--1", 0, Expected::Object),
        ("1 2 3", 2, Expected::EndObject),
        ("<</A>>", 4, Expected::Object),
        ("<</A 1 2>>", 7, Expected::KeyOrDictionaryEnd),
        ("<<1 2>>", 2, Expected::KeyOrDictionaryEnd),
        ("[1 2", 5, Expected::Object),
        ("<41 4g>", 5, Expected::HexDigit),
        ("<</A 1>> stream DATA endstream", 15, Expected::EndOfLineAfterStream),
        ("<</Length 4>>stream\rDATA\nendstream", 19, Expected::EndOfLineAfterStream),
    ] {
        let (fault, start) = fault(body);
        assert_eq!(fault, PdfError::Syntax { offset: start + at, expected }, "{body}");
    }
}

#[test]
fn a_string_without_an_end_is_refused() {
    let mut file = File::page("");
    file.object(4, "(((a) b)");
    file.finish_with("");
    let document = Document::open(&file.octets[..], &Limits::default()).expect("object 4 is not looked at");
    let fault = document.latest().object(Ref { number: 4, generation: 0 }).map(|_| ());
    assert_eq!(fault, Err(PdfError::Syntax { offset: file.octets.len(), expected: Expected::StringEnd }));
}

#[test]
fn a_stream_must_end_where_its_length_says() {
    for length in ["3", "5", "999999", "10000000000"] {
        let head = format!("<</Length {length}>>stream\n");
        let (fault, start) = fault(&format!("{head}DATA1234\nendstream"));
        assert_eq!(fault, PdfError::StreamLength { offset: start + head.len() }, "{length}");
    }
    let (fault, start) = fault("<</Length -4>>stream\nDATA\nendstream");
    assert_eq!(fault, PdfError::WrongValue { offset: start + 10, expected: Expected::NonNegativeInteger });
    let (fault, start) = self::fault("<<>>stream\nDATA\nendstream");
    assert_eq!(fault, PdfError::KeyMissing { offset: start, key: "Length" });
}

#[test]
fn a_length_that_is_the_stream_itself_is_a_loop() {
    let (fault, _) = fault("<</Length 4 0 R>>stream\nDATA\nendstream");
    assert_eq!(fault, PdfError::ReferenceLoop { reference: Ref { number: 4, generation: 0 } });
}

#[test]
fn references_that_lead_in_a_circle_are_refused() {
    let mut file = File::page("/A 5 0 R/B 6 0 R/C 9 0 R");
    file.object(5, "5 0 R");
    file.object(6, "7 0 R");
    file.object(7, "6 0 R");
    file.finish_with("");
    let document = Document::open(&file.octets[..], &Limits::default()).expect("well formed");
    let view = document.latest();
    let catalog = view.catalog().expect("well formed");
    for (key, number) in [("A", 5), ("B", 6)] {
        let reference = Ref { number, generation: 0 };
        assert_eq!(view.get(&catalog, key).map(|_| ()), Err(PdfError::ReferenceLoop { reference }));
    }
    assert_eq!(view.get(&catalog, "C"), Ok(None));
}

#[test]
fn an_object_of_another_generation_does_not_exist() {
    let file = File::page("").finish();
    let document = Document::open(&file[..], &Limits::default()).expect("well formed");
    assert_eq!(document.latest().object(Ref { number: 1, generation: 1 }), Ok(None));
    assert_eq!(document.latest().object(Ref { number: 0, generation: 65_535 }), Ok(None));
}
