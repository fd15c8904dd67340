//! Certification and seal: what the signature dictionary and the catalog say, and what is refused.

use pades::{
    Certification, DocMdp, DocMdpLevel, EmbedError, FieldChoice, Limits, PrepareError, PreparedPdf, ReadBack,
    SEAL_LIMIT, SealFault, SignedPdf,
};

use crate::flow::{self, cms, new_field, options, prepare};
use crate::shapes::{LAYOUTS, Layout, Source};

const SEAL: &str = "https://tte.example.go.id/v#0123456789";

fn sign(bytes: Vec<u8>, level: DocMdpLevel, field: FieldChoice) -> SignedPdf<'static> {
    let mut options = options(field);
    options.certification = Certification::FirstSignature(level);
    options.seal = Some(SEAL.to_owned());
    let prepared = prepare(bytes, &options).expect("prepares");
    let cms = cms(&prepared);
    prepared.embed(&cms).expect("embeds")
}

fn text(signed: &SignedPdf<'_>) -> String {
    String::from_utf8_lossy(signed.bytes()).into_owned()
}

#[test]
fn the_first_signature_certifies_and_the_catalog_names_it() {
    for layout in LAYOUTS {
        for (level, read) in [
            (DocMdpLevel::NoChanges, DocMdp::NoChanges),
            (DocMdpLevel::FormFilling, DocMdp::FormFilling),
            (DocMdpLevel::Annotations, DocMdp::Annotations),
        ] {
            let signed = sign(Source::plain().file(layout), level, FieldChoice::New);
            let signature = &signed.signatures()[0];
            assert_eq!(signature.doc_mdp(), Some(read), "{layout:?}");
            assert_eq!(signed.certification(), signature.dictionary(), "{layout:?}");
            assert_eq!(signature.seal_entry(), Ok(Some(SEAL)), "{layout:?}");
        }
    }
}

#[test]
fn permissions_that_are_there_are_kept() {
    let source = Source::plain().replacing(1, "/Catalog", "/Catalog/Perms 5 0 R").with(5, "<</X 1>>");
    let signed = sign(source.file(Layout::Table), DocMdpLevel::FormFilling, FieldChoice::New);
    assert!(text(&signed).contains("<</X 1 /DocMDP 6 0 R >>"), "{}", text(&signed));
}

#[test]
fn a_file_that_is_signed_is_signed_without_certifying() {
    let once = flow::sign(Source::plain().file(Layout::Table), FieldChoice::New).into_bytes();
    let twice = sign(once, DocMdpLevel::NoChanges, FieldChoice::New);
    assert!(twice.signatures().iter().all(|signature| signature.doc_mdp().is_none()));
    assert_eq!(twice.certification(), None);
}

#[test]
fn a_certification_that_no_field_holds_is_one_all_the_same() {
    let source = Source::plain()
        .replacing(1, "/Catalog", "/Catalog/Perms<</DocMDP 5 0 R>>/AcroForm<</Fields[6 0 R]>>")
        .with(5, "<</Type/Sig/Reference[<</TransformMethod/DocMDP/TransformParams<</P 2>>>>]>>")
        .with(6, "<</FT/Sig/T(ttd)>>");
    let refused = prepare(source.file(Layout::Table), &new_field()).err();
    assert_eq!(refused, Some(PrepareError::CertifiedNoNewField));
    let signed = sign(source.file(Layout::Table), DocMdpLevel::NoChanges, FieldChoice::Existing("ttd".to_owned()));
    assert_eq!(signed.signatures()[0].doc_mdp(), None);
    assert_eq!(signed.certification().map(|reference| reference.number), Some(5));
}

#[test]
fn a_certification_that_permits_nothing_permits_no_second_signature() {
    let once = sign(Source::plain().file(Layout::Table), DocMdpLevel::NoChanges, FieldChoice::New);
    assert_eq!(prepare(once.into_bytes(), &new_field()).err(), Some(PrepareError::CertifiedNoChanges));
}

#[test]
fn a_certification_that_permits_signing_permits_it_in_fields_that_are_there() {
    let source =
        Source::plain().replacing(1, "/Catalog", "/Catalog/AcroForm<</Fields[5 0 R]>>").with(5, "<</FT/Sig/T(ttd)>>");
    for level in [DocMdpLevel::FormFilling, DocMdpLevel::Annotations] {
        let once = sign(source.file(Layout::Table), level, FieldChoice::New).into_bytes();
        let refused = prepare(once.clone(), &new_field()).err();
        assert_eq!(refused, Some(PrepareError::CertifiedNoNewField), "{level:?}");
        let twice = sign(once, level, FieldChoice::Existing("ttd".to_owned()));
        let [first, second] = twice.signatures() else { panic!("two") };
        assert_eq!((first.doc_mdp(), second.doc_mdp()), (Some(level.into()), None));
        assert_eq!(twice.certification(), first.dictionary());
    }
}

#[test]
fn a_lock_and_a_certification_stand_side_by_side() {
    let source = Source::plain()
        .replacing(1, "/Catalog", "/Catalog/AcroForm<</Fields[5 0 R]>>")
        .with(5, "<</FT/Sig/T(ttd)/Lock<</Action/All>>>>");
    let field = FieldChoice::Existing("ttd".to_owned());
    let signed = sign(source.file(Layout::Table), DocMdpLevel::FormFilling, field);
    assert_eq!(signed.signatures()[0].doc_mdp(), Some(DocMdp::FormFilling));
    let written = text(&signed);
    let reference = written.split_once("/Reference [").expect("there is one").1.split_once("] >>").expect("closed").0;
    assert_eq!(
        reference,
        "<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 2 /V /1.2 >> >> \
         << /Type /SigRef /TransformMethod /FieldMDP /Data 1 0 R /TransformParams << /Type /TransformParams /V /1.2 \
         /Action /All >> >>"
    );
}

#[test]
fn texts_that_are_no_seal_are_refused() {
    for seal in ["", "é", "a\nb", &"7".repeat(SEAL_LIMIT + 1)] {
        let mut options = new_field();
        options.seal = Some(seal.to_owned());
        let refused = prepare(Source::plain().file(Layout::Table), &options).err();
        assert_eq!(refused, Some(PrepareError::SealText { limit: SEAL_LIMIT }), "{seal:.9}");
    }
    let mut options = new_field();
    options.seal = Some(r"a) /Contents <00> (\".repeat(60));
    let prepared = prepare(Source::plain().file(Layout::Table), &options).expect("prepares");
    let cms = cms(&prepared);
    assert_eq!(prepared.embed(&cms).expect("embeds").signatures()[0].seal(), options.seal.as_deref());
}

/// The file with `from` replaced by `to`, of the same length.
fn edited(mut bytes: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).expect("it is there");
    bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    bytes
}

#[test]
fn an_entry_that_is_no_covered_string_is_no_seal() {
    let whole = sign(Source::plain().file(Layout::Table), DocMdpLevel::FormFilling, FieldChoice::New).into_bytes();
    let entry = format!("({SEAL})");
    let read = |to: String| {
        let signed = SignedPdf::open(edited(whole.clone(), &entry, &to), &Limits::default()).expect("opens");
        assert_eq!(signed.signatures()[0].seal(), None, "{to}");
        signed.signatures()[0].seal_entry().expect_err("refused")
    };
    // A reference could lead to what somebody appends later.
    assert_eq!(read(format!("{:<1$}", "1 0 R", entry.len())), SealFault::NotDirect);
    assert_eq!(read(format!("{:<1$}", "/name", entry.len())), SealFault::NotDirect);
    assert_eq!(read(format!("({:<1$})", "a\u{7}", entry.len() - 2)), SealFault::NotText);
    assert_eq!(read(format!("{:<1$}", "(a)/TKN_Seal(b)", entry.len())), SealFault::NotDirect);
    let (range, other) = {
        let text = String::from_utf8_lossy(&whole).into_owned();
        let range = text.split_once("/ByteRange [0 ").expect("there").1.split_once(' ').expect("numbers").0.to_owned();
        (format!("/ByteRange [0 {range}"), format!("/ByteRange [0 {:<1$}", "9", range.len()))
    };
    let signed = SignedPdf::open(edited(whole, &range, &other), &Limits::default()).expect("opens");
    assert_eq!(signed.signatures()[0].seal_entry(), Err(SealFault::NotCovered));
}

#[test]
fn another_seal_or_certification_than_was_prepared_is_not_released() {
    let mut options = new_field();
    options.certification = Certification::FirstSignature(DocMdpLevel::FormFilling);
    options.seal = Some(SEAL.to_owned());
    let prepared = prepare(Source::plain().file(Layout::Table), &options).expect("prepares");
    let stored = prepared.to_bytes();
    assert_eq!(PreparedPdf::from_bytes(&stored).as_ref(), Ok(&prepared));
    let release = |from: &[u8], to: &[u8]| {
        let mut forged = stored.clone();
        forged.truncate(stored.len() - 32);
        let at = forged.windows(from.len()).position(|window| window == from).expect("it is there");
        forged[at..at + to.len()].copy_from_slice(to);
        let check = <sha2::Sha256 as sha2::Digest>::digest(&forged);
        forged.extend_from_slice(&check);
        let forged = PreparedPdf::from_bytes(&forged).expect("it agrees with itself");
        let cms = cms(&forged);
        forged.embed(&cms).map(drop)
    };
    // The first occurrences are those of the stored form, before the document.
    assert_eq!(release(b"v#0123", b"v#1123"), Err(EmbedError::ReadBack(ReadBack::Seal)));
    for level in [0, 1, 3] {
        let from = [b"Signature1".as_slice(), &[2]].concat();
        let to = [b"Signature1".as_slice(), &[level]].concat();
        assert_eq!(release(&from, &to), Err(EmbedError::ReadBack(ReadBack::Certification)), "{level}");
    }
    release(b"v#0123", b"v#0123").expect("the control is released");
}

#[test]
fn what_an_earlier_version_stored_still_loads() {
    let prepared = prepare(Source::plain().file(Layout::Table), &new_field()).expect("prepares");
    let stored = prepared.to_bytes();
    // Version 1 had neither the octet of the certification nor the length of the seal.
    let mut old = stored[..stored.len() - 32].to_vec();
    let name = old.windows(10).position(|window| window == b"Signature1").expect("the field's name");
    old.drain(name + 10..name + 15);
    old[16..18].copy_from_slice(&1_u16.to_be_bytes());
    let check = <sha2::Sha256 as sha2::Digest>::digest(&old);
    old.extend_from_slice(&check);
    assert_eq!(PreparedPdf::from_bytes(&old), Ok(prepared));
}
