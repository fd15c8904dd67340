//! Signature fields: which ones are found, what each says of itself, and what is wrong with it.

use pades::pdf::Ref;
use pades::{Coverage, DocMdp, EmbeddedSignature, Expected, Limits, PdfError, SignedPdf, SubFilter};

use crate::file::File;

const CMS: &str = "3003020100";

/// A file whose field 5 has the signature 6 with this `/ByteRange` and `/Contents`, and where that string lies.
fn signed(byte_range: impl Fn(usize, usize, usize) -> String, contents: &str, more: &str) -> (Vec<u8>, usize, usize) {
    let build = |byte_range: String| {
        let mut file = File::page("/AcroForm<</Fields[5 0 R]/SigFlags 3>>");
        file.object(5, "<</FT/Sig/T(Signature1)/V 6 0 R>>");
        file.object(
            6,
            format!("<</Type/Sig/SubFilter/ETSI.CAdES.detached/ByteRange{byte_range:<40}/Contents{contents}{more}>>"),
        );
        file.finish()
    };
    let probe = build(String::new());
    let start = probe.windows(9).rposition(|window| window == b"/Contents").unwrap() + 9;
    let end = start + contents.len();
    (build(byte_range(start, end, probe.len())), start, end)
}

fn whole(start: usize, end: usize, length: usize) -> String {
    format!("[0 {start} {end} {}]", length - end)
}

fn only(octets: &[u8]) -> EmbeddedSignature {
    let pdf = SignedPdf::open(octets, &Limits::default()).expect("the file as a whole is well formed");
    let [signature] = pdf.signatures() else { panic!("one signature, not {}", pdf.signatures().len()) };
    signature.clone()
}

#[test]
fn an_unsigned_file_has_no_signatures() {
    for form in ["", "/AcroForm<<>>", "/AcroForm<</Fields[]>>", "/AcroForm<</Fields[9 0 R null 7 (x)]>>"] {
        let file = File::page(form).finish();
        assert!(SignedPdf::open(&file[..], &Limits::default()).unwrap().signatures().is_empty(), "{form}");
    }
    let mut file = File::page("/AcroForm<</Fields[5 0 R 6 0 R]>>");
    file.object(5, "<</FT/Sig/T(Empty)>>");
    file.object(6, "<</FT/Tx/T(Text)/V(text)>>");
    assert!(SignedPdf::open(&file.finish()[..], &Limits::default()).unwrap().signatures().is_empty());
}

#[test]
fn a_signature_says_what_its_dictionary_says() {
    let more = "/M(D:20260102030405+07'00')/Name(\\376\\377\\000N)/Reason(r)/Location<6C>";
    let (file, start, end) = signed(whole, &format!("<{CMS}0000>"), more);
    let signature = only(&file);
    assert_eq!(signature.field_name(), "Signature1");
    assert_eq!(signature.field(), Some(Ref { number: 5, generation: 0 }));
    assert_eq!(signature.dictionary(), Some(Ref { number: 6, generation: 0 }));
    assert_eq!(*signature.sub_filter(), SubFilter::EtsiCadesDetached);
    assert_eq!(signature.revision(), 0);
    assert_eq!(signature.contents(), [0x30, 3, 2, 1, 0, 0, 0]);
    assert_eq!(signature.cms_der(), [0x30, 3, 2, 1, 0]);
    assert_eq!(signature.trailing(), [0_u8; 0]);
    assert_eq!(signature.contents_span(), Some(start..end));
    assert_eq!(signature.claimed_signing_time(), Some("D:20260102030405+07'00'"));
    assert_eq!([signature.name(), signature.reason(), signature.location()], [Some("N"), Some("r"), Some("l")]);
    assert_eq!(signature.doc_mdp(), None);
    assert_eq!(signature.coverage(), Coverage::WholeFile);
    assert!(signature.gap_is_contents());
    assert_eq!(signature.byte_range().map(|range| range.gap()), Ok(start..end));
}

#[test]
fn octets_behind_the_cms_are_told_from_padding() {
    let signature = only(&signed(whole, &format!("<{CMS}00ABCD00>"), "").0);
    assert_eq!(signature.cms_der(), [0x30, 3, 2, 1, 0]);
    assert_eq!(signature.trailing(), [0, 0xAB, 0xCD]);
}

#[test]
fn a_cms_that_is_cut_off_is_all_there_is() {
    let signature = only(&signed(whole, "<3009020100>", "").0);
    assert_eq!(signature.cms_der(), [0x30, 9, 2, 1, 0]);
    assert_eq!(signature.trailing(), [0_u8; 0]);
}

#[test]
fn byte_ranges_of_any_other_form_are_refused() {
    let four = |offset| PdfError::ByteRangeNotFourIntegers { offset };
    for written in [
        "[]",
        "[0 10 20]",
        "[0 10 20 5 30 5]",
        "[0 -1 20 5]",
        "[0 10 20 5.0]",
        "[/A/B/C/D]",
        "(0 10 20 5)",
        " 5 0 R",
        "[0 10 20 99999999999999999999]",
        "[0 10 20 5 0 R]",
    ] {
        let (file, ..) = signed(|_, _, _| written.to_owned(), "<00>", "");
        let key = file.windows(10).position(|window| window == b"/ByteRange").unwrap();
        let offset = key + 10 + written.len() - written.trim_start().len();
        assert_eq!(only(&file).byte_range(), Err(&four(offset)), "{written}");
        assert_eq!(only(&file).coverage(), Coverage::Partial, "{written}");
        assert!(!only(&file).gap_is_contents(), "{written}");
    }
    for written in ["", " null"] {
        let (file, ..) = signed(|_, _, _| written.to_owned(), "<00>", "");
        let file = if written.is_empty() { file_without_byte_range(&file) } else { file };
        assert_eq!(only(&file).byte_range(), Err(&PdfError::ByteRangeMissing), "{written}");
    }
}

fn file_without_byte_range(file: &[u8]) -> Vec<u8> {
    let at = file.windows(10).position(|window| window == b"/ByteRange").unwrap();
    [&file[..at], b"/Nothing 0", &file[at + 10..]].concat()
}

#[test]
fn byte_ranges_that_cannot_cover_the_file_are_refused() {
    for (written, fault) in [
        ("[1 9 20 5]", PdfError::ByteRangeStart { start: 1 }),
        ("[0 20 10 5]", PdfError::ByteRangeOverlap { first_end: 20, second: 10 }),
        ("[0 10 9223372036854775807 9223372036854775807]", PdfError::ByteRangeBeyondFile { length: 0 }),
    ] {
        let (file, ..) = signed(|_, _, _| written.to_owned(), "<00>", "");
        let fault = match fault {
            PdfError::ByteRangeBeyondFile { .. } => PdfError::ByteRangeBeyondFile { length: file.len() },
            other => other,
        };
        assert_eq!(only(&file).byte_range(), Err(&fault), "{written}");
    }
    let (file, ..) = signed(|start, end, length| format!("[0 {start} {end} {}]", length - end + 1), "<00>", "");
    assert_eq!(only(&file).byte_range(), Err(&PdfError::ByteRangeBeyondFile { length: file.len() }));
}

#[test]
fn the_gap_is_the_contents_to_the_octet() {
    for (before, after) in [(1, 0), (0, 1), (-1, 0), (0, -1), (1, 1)] {
        let shifted = |start: usize, end: usize, length: usize| {
            let (start, end) = (start.strict_add_signed(-before), end.strict_add_signed(after));
            whole(start, end, length)
        };
        let (file, ..) = signed(shifted, "<3000>", "");
        let signature = only(&file);
        assert!(signature.byte_range().is_ok());
        assert!(!signature.gap_is_contents(), "{before} {after}");
        assert_eq!(signature.well_formed(), Err(&PdfError::GapNotContents));
    }
}

#[test]
fn a_contents_that_closes_early_is_not_the_gap() {
    let (file, start, end) = signed(whole, "<30000000000000000000>", "");
    let stuffed = [&file[..start], b"<3000>/Reason(changed)", &file[end..]].concat();
    let signature = only(&stuffed);
    assert_eq!(signature.reason(), Some("changed"));
    assert_eq!(signature.well_formed(), Err(&PdfError::GapNotContents));
}

#[test]
fn only_a_direct_hexadecimal_string_is_a_contents() {
    for contents in ["(0\\000)", " 9 0 R", " 5", "[<3000>]", "/A"] {
        let (file, start, _) = signed(whole, contents, "");
        let offset = start + contents.len() - contents.trim_start().len();
        let fault = PdfError::ContentsNotHex { offset };
        assert_eq!(only(&file).well_formed(), Err(&fault), "{contents}");
        assert_eq!(only(&file).contents(), [0_u8; 0], "{contents}");
    }
    let (file, ..) = signed(whole, " null", "");
    assert_eq!(only(&file).well_formed(), Err(&PdfError::ContentsMissing));
}

#[test]
fn a_contents_over_the_limit_is_refused() {
    let (file, ..) = signed(whole, "<300000>", "");
    let limits = Limits { cms_bytes: 2, ..Limits::default() };
    let pdf = SignedPdf::open(&file[..], &limits).unwrap();
    let fault = PdfError::ContentsTooLarge { length: 3, limit: 2 };
    assert_eq!(pdf.signatures()[0].well_formed(), Err(&fault));
}

#[test]
fn keys_that_occur_twice_in_a_signature_are_refused() {
    let offset = |file: &[u8]| file.windows(11).position(|window| window == b"<</Type/Sig").unwrap();
    let (file, ..) = signed(whole, "<3000>", "/ByteRange[0 1 2 3]");
    let fault = PdfError::DuplicateKey { offset: offset(&file), key: "ByteRange" };
    assert_eq!(only(&file).byte_range(), Err(&fault));
    let (file, ..) = signed(whole, "<3000>", "/Con#74ents<3000>");
    let fault = PdfError::DuplicateKey { offset: offset(&file), key: "Contents" };
    assert_eq!(only(&file).well_formed(), Err(&fault));
}

#[test]
fn what_was_appended_later_is_not_covered() {
    let (mut file, ..) = signed(whole, "<3000>", "");
    let end = file.len();
    let section = file.windows(8).position(|window| window == b"xref\n0 1").unwrap();
    file.extend_from_slice(format!("xref\n0 0\ntrailer<</Size 9/Root 1 0 R/Prev {section}>>\n").as_bytes());
    file.extend_from_slice(format!("startxref\n{end}\n%%EOF\n").as_bytes());
    assert_eq!(only(&file).coverage(), Coverage::WholeRevision(0));
    assert_eq!(only(&file).revision(), 0);
    assert!(only(&file).gap_is_contents());
}

#[test]
fn octets_that_no_revision_has_are_not_covered() {
    let (mut file, ..) = signed(whole, "<3000>", "");
    file.extend_from_slice(b"0");
    assert_eq!(only(&file).coverage(), Coverage::WholeRevision(0));
}

#[test]
fn the_end_of_line_behind_the_marker_need_not_be_covered() {
    let (file, ..) = signed(|start, end, length| whole(start, end, length - 1), "<3000>", "");
    assert_eq!(only(&file).coverage(), Coverage::WholeFile);
    let (file, ..) = signed(|start, end, length| whole(start, end, length - 2), "<3000>", "");
    assert_eq!(only(&file).coverage(), Coverage::Partial);
}

#[test]
fn white_space_that_is_covered_behind_a_revision_does_no_harm() {
    let padded = |start: usize, end: usize, length: usize| whole(start, end, length + 3);
    let (mut file, ..) = signed(padded, "<3000>", "");
    file.extend_from_slice(b"\n \0");
    assert_eq!(only(&file).coverage(), Coverage::WholeFile);
    file.extend_from_slice(b"\n");
    assert_eq!(only(&file).coverage(), Coverage::WholeRevision(0));
    let at = file.len() - 2;
    file[at] = b'x';
    assert_eq!(only(&file).coverage(), Coverage::Partial);
}

#[test]
fn fields_inherit_their_type_and_make_up_their_names() {
    let mut file = File::page("/AcroForm 4 0 R");
    file.object(4, "<</Fields 8 0 R>>");
    file.object(8, "[5 0 R <</T(direct)/FT/Sig/V 9 0 R>>]");
    file.object(5, "<</T(a)/FT/Sig/Kids[6 0 R 7 0 R]>>");
    file.object(6, "<</T(b)/Parent 5 0 R/Kids[10 0 R]>>");
    file.object(10, "<</T<FEFF0063>/V 9 0 R/Parent 6 0 R>>");
    file.object(7, "<</T(text)/FT/Tx/V 9 0 R>>");
    file.object(9, "<</Contents<3000>>>");
    let file = file.finish();
    let pdf = SignedPdf::open(&file[..], &Limits::default()).unwrap();
    let names: Vec<&str> = pdf.signatures().iter().map(EmbeddedSignature::field_name).collect();
    assert_eq!(names, ["a.b.c", "direct"]);
    assert_eq!(pdf.signatures()[1].field(), None);
    assert_eq!(pdf.signatures()[0].dictionary(), pdf.signatures()[1].dictionary());
}

#[test]
fn fields_tied_into_knots_are_walked_once() {
    let mut file = File::page("/AcroForm<</Fields[5 0 R 5 0 R 6 0 R]>>");
    file.object(5, "<</FT/Sig/T(a)/V 7 0 R/Kids[5 0 R 6 0 R]>>");
    file.object(6, "<</T(b)/Kids[5 0 R 6 0 R]>>");
    file.object(7, "<</Contents<3000>>>");
    let file = file.finish();
    assert_eq!(SignedPdf::open(&file[..], &Limits::default()).unwrap().signatures().len(), 1);
}

#[test]
fn fields_nested_too_deeply_are_refused() {
    let build = |depth: u32| {
        let mut file = File::page("/AcroForm<</Fields[10 0 R]>>");
        for number in 10..10 + depth {
            file.object(number, format!("<</Kids[{} 0 R]>>", number + 1));
        }
        file.finish()
    };
    assert!(SignedPdf::open(&build(63)[..], &Limits::default()).is_ok());
    let fault = SignedPdf::open(&build(65)[..], &Limits::default()).map(|_| ());
    assert!(matches!(fault, Err(PdfError::NestingTooDeep { limit: 64, .. })), "{fault:?}");
}

#[test]
fn field_names_over_the_limit_are_refused() {
    let build = |length: usize| {
        let mut file = File::page("/AcroForm<</Fields[4 0 R]>>");
        file.object(4, format!("<</T({})/Kids[5 0 R]>>", "a".repeat(length)));
        file.object(5, format!("<</T({})/FT/Sig/V<<>>>>", "b".repeat(2_000)));
        file.finish()
    };
    let name = only(&build(2_095)).field_name().to_owned();
    assert_eq!(name.len(), 2_095 + 1 + 2_000);
    let fault = SignedPdf::open(&build(2_097)[..], &Limits::default()).map(|_| ());
    assert_eq!(fault, Err(PdfError::FieldNameTooLong { limit: 4_096 }));
}

#[test]
fn texts_over_the_limit_count_as_absent() {
    let with = |length: usize| {
        let mut file = File::page("/AcroForm<</Fields[4 0 R]>>");
        file.object(4, format!("<</FT/Sig/T(a)/V<</Reason({0})/SubFilter/{0}>>>>", "r".repeat(length)));
        only(&file.finish())
    };
    assert_eq!(with(4_096).reason().map(str::len), Some(4_096));
    assert_eq!(with(4_097).reason(), None);
    assert_eq!(*with(4_097).sub_filter(), SubFilter::Other(String::new()));
}

#[test]
fn signatures_over_the_limit_are_refused() {
    let mut file = File::page("/AcroForm<</Fields[4 0 R 5 0 R]>>");
    file.object(4, "<</FT/Sig/T(a)/V<</Contents<30>>>>>");
    file.object(5, "<</FT/Sig/T(b)/V<</Contents<30>>>>>");
    let file = file.finish();
    let limits = |signatures| Limits { signatures, ..Limits::default() };
    let fault = SignedPdf::open(&file[..], &limits(1)).map(|_| ());
    assert_eq!(fault, Err(PdfError::TooManySignatures { limit: 1 }));
    assert_eq!(SignedPdf::open(&file[..], &limits(2)).unwrap().signatures().len(), 2);
}

#[test]
fn a_value_that_is_no_dictionary_is_a_broken_signature() {
    for value in ["7 0 R", "(signed)", "5"] {
        let mut file = File::page("/AcroForm<</Fields[5 0 R]>>");
        file.object(5, format!("<</FT/Sig/T(a)/V {value}>>"));
        file.object(7, "[]");
        assert_eq!(only(&file.finish()).well_formed(), Err(&PdfError::SignatureNotDictionary), "{value}");
    }
}

#[test]
fn a_value_that_cannot_be_read_is_a_broken_signature() {
    let mut file = File::page("/AcroForm<</Fields[5 0 R]>>");
    file.object(5, "<</FT/Sig/T(a)/V 6 0 R>>");
    let at = file.octets.len() + "6 0 obj\n".len() + "<</Contents<3000> ".len();
    file.object(6, "<</Contents<3000> 1>>");
    let fault = PdfError::Syntax { offset: at, expected: Expected::KeyOrDictionaryEnd };
    assert_eq!(only(&file.finish()).well_formed(), Err(&fault));
}

#[test]
fn a_value_that_leads_to_nothing_is_an_empty_field() {
    let mut file = File::page("/AcroForm<</Fields[5 0 R]>>");
    file.object(5, "<</FT/Sig/T(a)/V 9 0 R>>");
    assert!(SignedPdf::open(&file.finish()[..], &Limits::default()).unwrap().signatures().is_empty());
}

#[test]
fn a_signature_in_an_object_stream_has_no_gap() {
    for direct in [true, false] {
        let mut file = File::new();
        let catalog = file.octets.len() as u32;
        file.object(1, "<</Type/Catalog/AcroForm<</Fields[4 0 R]>>>>");
        let objects = file.octets.len() as u32;
        let (field, value) = ("<</FT/Sig/T(a)/V 5 0 R>>", "<</Contents<3000>/ByteRange[0 1 2 3]>>");
        let field = if direct { field.replace("5 0 R", value) } else { field.to_owned() };
        let head = format!("4 0 5 {} ", field.len());
        file.stream(6, &format!("/Type/ObjStm/N 2/First {}", head.len()), format!("{head}{field}{value}"));
        let rows = [(1, [1, catalog, 0]), (4, [2, 6, 0]), (5, [2, 6, 1]), (6, [1, objects, 0])];
        let section = file.stream_section(7, &rows, "");
        file.end(section);
        assert_eq!(only(&file.octets).well_formed(), Err(&PdfError::SignatureCompressed), "{direct}");
        assert_eq!(only(&file.octets).byte_range(), Err(&PdfError::SignatureCompressed), "{direct}");
    }
}

#[test]
fn sub_filters_are_told_apart() {
    for (written, expected) in [
        ("/SubFilter/adbe.pkcs7.detached", SubFilter::AdbePkcs7Detached),
        ("/SubFilter/adbe.pkcs7.sha1", SubFilter::AdbePkcs7Sha1),
        ("/SubFilter/ETSI.RFC3161", SubFilter::EtsiRfc3161),
        ("/SubFilter/ETSI.CAdES.detache#64", SubFilter::EtsiCadesDetached),
        ("/SubFilter/adbe.x509.rsa_sha1", SubFilter::Other("adbe.x509.rsa_sha1".to_owned())),
        ("/SubFilter(ETSI.CAdES.detached)", SubFilter::Other(String::new())),
        ("/SubFilter/ETSI.RFC3161/SubFilter/ETSI.RFC3161", SubFilter::Other(String::new())),
        ("", SubFilter::Other(String::new())),
    ] {
        let mut file = File::page("/AcroForm<</Fields[5 0 R]>>");
        file.object(5, format!("<</FT/Sig/T(a)/V<<{written}>>>>"));
        assert_eq!(*only(&file.finish()).sub_filter(), expected, "{written}");
    }
}

#[test]
fn what_a_certification_permits_never_grows_by_being_odd() {
    let doc_mdp = |parameters: &str| format!("/Reference[<</TransformMethod/DocMDP{parameters}>>]");
    for (written, expected) in [
        (doc_mdp("/TransformParams<</P 1>>"), Some(DocMdp::NoChanges)),
        (doc_mdp("/TransformParams<</P 2>>"), Some(DocMdp::FormFilling)),
        (doc_mdp("/TransformParams<</P 3>>"), Some(DocMdp::Annotations)),
        (doc_mdp("/TransformParams<<>>"), Some(DocMdp::FormFilling)),
        (doc_mdp(""), Some(DocMdp::FormFilling)),
        (doc_mdp("/TransformParams<</P 0>>"), Some(DocMdp::Unknown)),
        (doc_mdp("/TransformParams<</P -1>>"), Some(DocMdp::Unknown)),
        (doc_mdp("/TransformParams<</P 2.0>>"), Some(DocMdp::Unknown)),
        (doc_mdp("/TransformParams<</P 3/P 1>>"), Some(DocMdp::Unknown)),
        ("/Reference(none)".to_owned(), Some(DocMdp::Unknown)),
        ("/Reference[<</TransformMethod/FieldMDP>>]".to_owned(), None),
        ("/Reference[]".to_owned(), None),
        (String::new(), None),
    ] {
        let mut file = File::page("/AcroForm<</Fields[5 0 R]>>");
        file.object(5, format!("<</FT/Sig/T(a)/V<<{written}>>>>"));
        assert_eq!(only(&file.finish()).doc_mdp(), expected, "{written}");
    }
}

#[test]
fn the_catalog_names_certification_and_security_store() {
    let file = File::page("/Perms<</DocMDP 6 0 R>>/DSS<<>>").finish();
    let pdf = SignedPdf::open(&file[..], &Limits::default()).unwrap();
    assert_eq!(pdf.certification(), Some(Ref { number: 6, generation: 0 }));
    assert!(pdf.has_dss());
    let file = File::page("/DSS 9 0 R").finish();
    let pdf = SignedPdf::open(&file[..], &Limits::default()).unwrap();
    assert_eq!((pdf.certification(), pdf.has_dss()), (None, false));
}

#[test]
fn signatures_come_in_the_order_of_the_file() {
    let mut file = File::page("/AcroForm<</Fields[4 0 R 5 0 R 8 0 R]>>");
    file.object(4, "<</FT/Sig/T(second)/V 7 0 R>>");
    file.object(5, "<</FT/Sig/T(first)/V 6 0 R>>");
    file.object(6, "<</Contents<3000>>>");
    file.object(7, "<</Contents<3000>>>");
    file.object(8, "<</FT/Sig/T(none)/V<<>>>>");
    let file = file.finish();
    let pdf = SignedPdf::open(&file[..], &Limits::default()).unwrap();
    let names: Vec<&str> = pdf.signatures().iter().map(EmbeddedSignature::field_name).collect();
    assert_eq!(names, ["first", "second", "none"]);
}

#[test]
fn the_file_is_given_back_as_it_came() {
    let (file, ..) = signed(whole, "<3000>", "");
    let pdf = SignedPdf::open(file.clone(), &Limits::default()).unwrap();
    assert_eq!(pdf.bytes(), file);
    assert_eq!(pdf.into_bytes(), file);
}
