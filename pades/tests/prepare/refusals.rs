//! What is not opened, not prepared and not embedded, each with its own reason.

use std::io::Write;

use pades::{
    CmsError, ContentsSize, EmbedError, FieldChoice, FieldDemand, Limits, Part, PdfError, PrepareError, PreparedError,
    PreparedPdf, SecondReaderFault, SignedAttributes, UnsignedPdf, XrefFault,
};

use crate::flow::{self, existing, new_field, prepare};
use crate::pki::TestSigner;
use crate::shapes::{Layout, Source};

fn plain() -> Vec<u8> {
    Source::plain().file(Layout::Table)
}

fn refused(bytes: Vec<u8>) -> PdfError {
    UnsignedPdf::open(bytes, &Limits::service()).map(|_| ()).expect_err("refused")
}

fn replaced(old: &str, new: &str) -> Vec<u8> {
    let file = plain();
    let at = file.windows(old.len()).rposition(|window| window == old.as_bytes()).expect("there");
    [&file[..at], new.as_bytes(), &file[at + old.len()..]].concat()
}

#[test]
fn what_is_not_a_pdf_is_not_opened() {
    assert_eq!(refused(Vec::new()), PdfError::NotAPdf);
    assert_eq!(refused(b"PK\x03\x04 a word processor's file".to_vec()), PdfError::NotAPdf);
}

#[test]
fn octets_before_the_header_are_not_skipped() {
    assert_eq!(refused([b"\xef\xbb\xbf".as_slice(), &plain()].concat()), PdfError::BytesBeforeHeader { length: 3 });
}

#[test]
fn a_truncated_file_is_not_opened() {
    let file = plain();
    let end = file.windows(9).rposition(|window| window == b"startxref").expect("there");
    assert_eq!(refused(file[..end].to_vec()), PdfError::StartxrefMissing);
    assert_eq!(refused(file[..end + 9].to_vec()), PdfError::StartxrefDamaged { offset: end });
    let table = file.windows(5).position(|window| window == b"xref\n").expect("there");
    assert_eq!(refused(file[..file.len() - 6].to_vec()), PdfError::RevisionEndMissing { offset: table });
}

#[test]
fn cross_reference_data_that_need_repair_are_not_repaired() {
    let file = plain();
    let table = file.windows(5).position(|window| window == b"xref\n").expect("there");
    let wrong = replaced(&format!("startxref\n{table}"), &format!("startxref\n{}", table + 3));
    assert_eq!(refused(wrong), PdfError::XrefDamaged { offset: table + 3, fault: XrefFault::NotASection });
    assert_eq!(
        refused(replaced("65535 f \n0000000015", "65535 f \n0000000012")),
        PdfError::Syntax { offset: 12, expected: pades::Expected::IndirectObject }
    );
    // Object 4 is the page's content: nobody asks for it when a document is signed, but it is signed.
    let content = file.windows(7).position(|window| window == b"4 0 obj").expect("there");
    let wrong = replaced(&format!("{content:010}"), &format!("{:010}", content + 1));
    assert_eq!(refused(wrong), PdfError::Syntax { offset: content + 2, expected: pades::Expected::IndirectObject });
}

#[test]
fn an_entry_that_leads_to_another_object_is_not_taken_for_it() {
    let file = plain();
    let at = |header: &[u8]| file.windows(header.len()).position(|window| window == header).expect("there");
    let (page, content) = (at(b"3 0 obj"), at(b"4 0 obj"));
    let reference = pades::pdf::Ref { number: 4, generation: 0 };
    assert_eq!(
        refused(replaced(&format!("{content:010}"), &format!("{page:010}"))),
        PdfError::ObjectHeaderMismatch { reference, offset: page }
    );
}

#[test]
fn an_entry_in_use_at_offset_0_is_no_object() {
    let source = Source::plain().with(5, "(unused)");
    let file = source.file(Layout::Table);
    let at = file.windows(7).position(|window| window == b"5 0 obj").expect("there");
    let text = String::from_utf8_lossy(&file).replace(&format!("{at:010} 00000 n"), "0000000000 00000 n");
    assert!(text.contains("0000000000 00000 n"));
    assert_eq!(flow::sign(text.into_bytes(), FieldChoice::New).signatures().len(), 1);
}

#[test]
fn a_second_end_of_line_after_the_data_of_a_stream_changes_nothing() {
    let file = Source::plain().replacing(4, "\nendstream", "\r\n\nendstream").file(Layout::Table);
    assert_eq!(flow::sign(file, FieldChoice::New).signatures().len(), 1);
    // Where the data end is not to be guessed from `endstream` alone: the second reader would not know which one.
    let source =
        Source::plain().replacing(4, "0.5 g", "q\nendstream endobj 0.5 g").replacing(4, "/Length 27", "/Length 46");
    let ambiguous = source.replacing(4, "f\nendstream", "f\r\n\nendstream").file(Layout::Table);
    assert_eq!(refused(ambiguous), PdfError::SecondReader { fault: SecondReaderFault::Object });
}

#[test]
fn what_only_our_reader_loads_is_not_signed() {
    let refusal = PdfError::SecondReader { fault: SecondReaderFault::Xref };
    assert_eq!(refused(replaced("startxref\n", "startxref ")), refusal);
}

#[test]
fn a_content_stream_whose_length_is_wrong_is_not_signed() {
    let file = plain();
    let offset = file.windows(7).position(|window| window == b"stream\n").expect("there") + 7;
    assert_eq!(refused(replaced("/Length 27", "/Length 17")), PdfError::StreamLength { offset });
}

#[test]
fn an_encrypted_document_is_not_opened() {
    let source = Source::plain().with(5, "<</Filter/Standard/V 1/R 2/O()/U()/P -4>>");
    let source = Source { trailer: format!("{}/Encrypt 5 0 R", source.trailer), ..source };
    for layout in [Layout::Table, Layout::XrefStream, Layout::ObjectStream] {
        assert_eq!(refused(source.file(layout)), PdfError::Encrypted, "{layout:?}");
    }
}

#[test]
fn a_file_over_the_limit_is_not_read() {
    let file = plain();
    let (length, limit) = (file.len(), file.len() - 1);
    let limits = Limits { input_bytes: limit, ..Limits::service() };
    assert_eq!(UnsignedPdf::open(file.clone(), &limits).err(), Some(PdfError::TooLarge { length, limit }));
    let limits = Limits { input_bytes: length, ..Limits::service() };
    assert_eq!(UnsignedPdf::open(file, &limits).err(), None);
}

/// An object stream to which no entry leads; it inflates to `length` octets. The second value is
/// where its data begins.
fn bomb(length: usize, octet: impl Fn(usize) -> u8) -> (Vec<u8>, usize) {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&(0..length).map(octet).collect::<Vec<u8>>()).expect("writes to memory");
    let data = encoder.finish().expect("finishes");
    let hex: String = data.iter().map(|octet| format!("{octet:02X}")).collect();
    let body = format!(
        "<</Type/ObjStm/N 0/First 0/Filter[/ASCIIHexDecode/FlateDecode]/Length {}>>stream\n{hex}>\nendstream",
        hex.len() + 1
    );
    let file = Source::plain().with(5, &body).file(Layout::Table);
    let start = file.windows(7).rposition(|window| window == b"stream\n").expect("there");
    let start = file[..start].windows(7).rposition(|window| window == b"stream\n").expect("there") + 7;
    (file, start)
}

#[test]
fn a_decompression_bomb_is_not_inflated() {
    let limits = Limits { stream_bytes: 1 << 16, ..Limits::service() };
    // Digits in no order that Deflate could use: far below the permitted ratio.
    let digits = |at: usize| b'0' + (at.wrapping_mul(2_654_435_761) >> 13) as u8 % 10;
    let open = |(file, _): (Vec<u8>, usize)| UnsignedPdf::open(file, &limits).err();
    assert_eq!(open(bomb(1 << 16, digits)), None);
    let (file, offset) = bomb((1 << 16) + 1, digits);
    assert_eq!(open((file, offset)), Some(PdfError::DecompressionBomb { offset, limit: 1 << 16 }));
    // Spaces: 200 times the size of the stream is the most it may become.
    let (file, offset) = bomb(1 << 20, |_| b' ');
    match UnsignedPdf::open(file, &Limits::service()).err() {
        Some(PdfError::DecompressionBomb { offset: found, limit }) => {
            assert_eq!(found, offset);
            assert!(limit < 1 << 20, "{limit}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_loop_of_revisions_is_not_followed() {
    let file = plain();
    let table = file.windows(5).position(|window| window == b"xref\n").expect("there");
    let loops = replaced("/Root 1 0 R", &format!("/Root 1 0 R/Prev {table}"));
    assert_eq!(refused(loops), PdfError::PrevLoop { offset: table });
}

// --- the request

#[test]
fn sizes_and_texts_out_of_bounds_are_refused() {
    let limit = ContentsSize::LIMIT;
    for octets in [0, limit + 1, usize::MAX] {
        let mut options = new_field();
        options.contents_size = ContentsSize::new(octets);
        assert_eq!(prepare(plain(), &options), Err(PrepareError::ContentsSize { octets, limit }));
    }
    let mut options = new_field();
    options.reason = Some("x".repeat(4097));
    assert_eq!(prepare(plain(), &options), Err(PrepareError::TextTooLong { key: "Reason", length: 4097, limit: 4096 }));
}

// --- the field

/// A document with these objects as the fields of its form.
fn with_fields(fields: &[&str]) -> Source {
    let mut source = Source::plain();
    let mut references = String::new();
    for (number, field) in (10..).zip(fields) {
        source = source.with(number, field);
        references.push_str(&format!("{number} 0 R "));
    }
    source.replacing(1, "/Catalog", &format!("/Catalog/AcroForm<</Fields[{references}]>>"))
}

fn field_error(fields: &[&str], name: &str) -> PrepareError {
    prepare(with_fields(fields).file(Layout::Table), &existing(name)).expect_err("refused")
}

const SIGNED: &str = "/V<</Type/Sig/Filter/X/SubFilter/Y/ByteRange[0 1 2 3]/Contents<00>>>";

#[test]
fn only_an_empty_signature_field_of_the_exact_name_is_filled() {
    assert_eq!(prepare(plain(), &existing("a")), Err(PrepareError::FieldNotFound));
    assert_eq!(field_error(&["<</FT/Sig/T(a)>>"], "A"), PrepareError::FieldNotFound);
    assert_eq!(field_error(&["<</FT/Sig/T(a.b)>>", "<</FT/Sig/T(a.b)>>"], "a.b"), PrepareError::FieldNameAmbiguous);
    assert_eq!(field_error(&["<</FT/Tx/T(a)>>"], "a"), PrepareError::NotASignatureField);
    assert_eq!(field_error(&["<</T(a)>>"], "a"), PrepareError::NotASignatureField);
    assert_eq!(field_error(&[&format!("<</FT/Sig/T(a){SIGNED}>>")], "a"), PrepareError::FieldAlreadySigned);
    assert_eq!(
        field_error(&["<</FT/Sig/T(a)/Kids[11 0 R]>>", "<</T(b)/Parent 10 0 R>>"], "a"),
        PrepareError::NotASignatureField
    );
    assert_eq!(field_error(&["<</T(a)/Kids[<</T(b)/FT/Sig>>]>>"], "a.b"), PrepareError::FieldNotIndirect);
    assert_eq!(
        field_error(&["<</FT/Sig/T/a>>"], "a"),
        PrepareError::WrongType { part: Part::Field, expected: "named by a string" }
    );
}

#[test]
fn a_field_tree_that_bites_its_tail_is_refused() {
    assert_eq!(field_error(&["<</T(a)/Kids[10 0 R]>>"], "a"), PrepareError::TooManyFields);
    assert_eq!(field_error(&["<</T(a)/Kids[11 0 R]>>", "<</T(b)/Kids[10 0 R]>>"], "a.b"), PrepareError::TooManyFields);
}

#[test]
fn demands_that_cannot_be_met_are_refused() {
    let demand = |demand| PrepareError::FieldDemand { demand };
    assert_eq!(field_error(&["<</FT/Sig/T(a)/SV<</Ff 4>>>>"], "a"), demand(FieldDemand::SeedValue));
    assert_eq!(field_error(&["<</FT/Sig/T(a)/Lock<</Action/All/P 1>>>>"], "a"), demand(FieldDemand::LockPermissions));
    for lock in ["<<>>", "<</Action/Some>>", "<</Action/Include>>", "<</Action(All)>>"] {
        let field = format!("<</FT/Sig/T(a)/Lock{lock}>>");
        assert_eq!(field_error(&[&field], "a"), demand(FieldDemand::Lock), "{lock}");
    }
}

// --- earlier signatures

/// A signed field `dulu` whose signature has this transform, and an empty one `a`.
fn after(transform: &str) -> Source {
    with_fields(&["<</FT/Sig/T(dulu)/V 20 0 R>>", "<</FT/Sig/T(a)>>"]).with(
        20,
        &format!("<</Type/Sig/Filter/X/SubFilter/Y/ByteRange[0 1 2 3]/Contents<00>/Reference[<<{transform}>>]>>"),
    )
}

#[test]
fn a_certified_document_is_signed_only_as_it_permits() {
    let certified = |level: &str| after(&format!("/TransformMethod/DocMDP/TransformParams<<{level}>>"));
    let by_perms = |level: &str| {
        let source = certified(level).replacing(1, "/Catalog", "/Catalog/Perms<</DocMDP 20 0 R>>");
        // Out of the form: /Perms alone must be enough.
        source.replacing(1, "10 0 R ", "")
    };
    for level in ["/P 1", "/P 0", "/P(2)"] {
        for source in [certified(level), by_perms(level)] {
            for choice in [new_field(), existing("a")] {
                let refused = prepare(source.file(Layout::Table), &choice);
                assert_eq!(refused, Err(PrepareError::CertifiedNoChanges), "{level}");
            }
        }
    }
    for level in ["/P 2", "/P 3", ""] {
        for source in [certified(level), by_perms(level)] {
            assert!(prepare(source.file(Layout::Table), &existing("a")).is_ok(), "{level}");
            let refused = prepare(source.file(Layout::Table), &new_field());
            assert_eq!(refused, Err(PrepareError::CertifiedNoNewField), "{level}");
        }
    }
    // Without parameters too.
    let bare = after("/TransformMethod/DocMDP");
    assert!(prepare(bare.file(Layout::Table), &existing("a")).is_ok());
    assert_eq!(prepare(bare.file(Layout::Table), &new_field()), Err(PrepareError::CertifiedNoNewField));
}

#[test]
fn a_locked_field_is_not_signed() {
    let cases = [
        ("/Action/All", false, false),
        ("/Action/Include/Fields[(a)]", true, false),
        ("/Action/Include/Fields[(Signature1)(b)]", false, true),
        ("/Action/Exclude/Fields[(a)]", false, true),
        ("/Action/Exclude/Fields[(Signature1)]", true, false),
        ("/Action/Include/Fields[]", true, true),
        ("/Action/Other", false, false),
        ("", false, false),
    ];
    for (parameters, new_is_free, a_is_free) in cases {
        let file = after(&format!("/TransformMethod/FieldMDP/TransformParams<<{parameters}>>")).file(Layout::Table);
        for (choice, is_free) in [(new_field(), new_is_free), (existing("a"), a_is_free)] {
            let outcome = prepare(file.clone(), &choice).map(|_| ());
            let expected = if is_free { Ok(()) } else { Err(PrepareError::FieldLocked) };
            assert_eq!(outcome, expected, "{parameters} {:?}", choice.field);
        }
    }
}

// --- the document

fn refused_source(source: &Source) -> PrepareError {
    prepare(source.file(Layout::Table), &new_field()).expect_err("refused")
}

#[test]
fn a_dynamic_form_is_not_signed() {
    let form = Source::plain().replacing(1, "/Catalog", "/Catalog/NeedsRendering true/AcroForm<</XFA[]/Fields[]>>");
    assert_eq!(refused_source(&form), PrepareError::DynamicXfa);
    let fixed = form.replacing(1, "true", "false");
    assert!(prepare(fixed.file(Layout::Table), &new_field()).is_ok());
}

#[test]
fn a_document_without_a_page_is_not_signed() {
    let plain = Source::plain();
    assert_eq!(refused_source(&plain.clone().replacing(2, "3 0 R", "")), PrepareError::NoPage);
    assert_eq!(refused_source(&plain.clone().replacing(2, "3 0 R", "2 0 R")), PrepareError::NoPage);
    assert_eq!(refused_source(&plain.clone().replacing(2, "3 0 R", "9 0 R")), PrepareError::NoPage);
    assert_eq!(refused_source(&plain.clone().replacing(1, "/Pages 2 0 R", "")), PrepareError::NoPage);
    assert_eq!(refused_source(&plain.clone().replacing(2, "/Kids[3 0 R]", "")), PrepareError::NoPage);
    assert_eq!(
        refused_source(&plain.replacing(2, "3 0 R", "<</Type/Page>>")),
        PrepareError::WrongType { part: Part::Page, expected: "an indirect object" }
    );
}

#[test]
fn objects_of_another_type_than_the_standard_says_are_named() {
    let plain = Source::plain();
    let wrong = |part, expected| PrepareError::WrongType { part, expected };
    assert_eq!(
        refused_source(&plain.clone().replacing(3, "/Type/Page", "/Type/Page/Annots(x)")),
        wrong(Part::Annots, "an array")
    );
    assert_eq!(refused_source(&plain.clone().replacing(2, "[3 0 R]", " 3 0 R")), wrong(Part::PageTree, "an array"));
    assert_eq!(
        refused_source(&plain.replacing(3, "/Type/Page", "/Type/Page/Annots 4 0 R").replacing(4, "<<", "<</X[]")),
        wrong(Part::Annots, "an array")
    );
}

#[test]
fn a_key_that_occurs_twice_where_it_would_be_changed_is_refused() {
    let twice = Source::plain().replacing(3, "/Type/Page", "/Type/Page/Annots[]/An#6eots[]");
    match refused_source(&twice) {
        PrepareError::Unreadable { part: Part::Annots, source: PdfError::DuplicateKey { key: "Annots", .. } } => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_object_that_the_size_hides_is_not_brought_to_life() {
    let file = replaced("/Size 5", "/Size 4");
    assert_eq!(prepare(file, &new_field()), Err(PrepareError::HiddenObjects { number: 4, size: 4 }));
}

#[test]
fn object_numbers_run_out() {
    assert!(prepare(replaced("/Size 5", "/Size 8388604"), &new_field()).is_ok());
    let used_up = replaced("/Size 5", "/Size 8388606");
    assert_eq!(prepare(used_up, &new_field()), Err(PrepareError::ObjectNumbersExhausted));
}

// --- the stored form

fn prepared() -> PreparedPdf {
    let mut options = new_field();
    options.contents_size = ContentsSize::new(64);
    prepare(plain(), &options).expect("prepares")
}

#[test]
fn a_stored_document_loads_as_it_was() {
    let prepared = prepared();
    assert_eq!(PreparedPdf::from_bytes(&prepared.to_bytes()), Ok(prepared));
}

#[test]
fn every_flipped_bit_of_a_stored_document_is_noticed() {
    let stored = prepared().to_bytes();
    for at in 0..stored.len() {
        for bit in [0, 7] {
            let mut damaged = stored.clone();
            damaged[at] ^= 1 << bit;
            let error = PreparedPdf::from_bytes(&damaged).expect_err("refused");
            let expected = match at {
                0..16 => error == PreparedError::NotPrepared,
                16..18 => matches!(error, PreparedError::Version { supported: 2, .. }),
                _ => matches!(error, PreparedError::Corrupted | PreparedError::Length { .. }),
            };
            assert!(expected, "octet {at}, bit {bit}: {error:?}");
        }
    }
}

#[test]
fn a_stored_document_that_is_cut_off_or_longer_does_not_load() {
    let stored = prepared().to_bytes();
    for length in 16..stored.len() {
        assert_eq!(PreparedPdf::from_bytes(&stored[..length]), Err(PreparedError::Length { length }), "{length}");
    }
    let longer = [stored.as_slice(), &[0]].concat();
    assert_eq!(PreparedPdf::from_bytes(&longer), Err(PreparedError::Length { length: longer.len() }));
    assert_eq!(PreparedPdf::from_bytes(&[]), Err(PreparedError::NotPrepared));
}

#[test]
fn a_stored_document_with_a_right_check_value_must_still_agree_with_itself() {
    use sha2::{Digest, Sha256};
    let stored = prepared().to_bytes();
    let forged = |at: usize, octet: u8| {
        let mut forged = stored[..stored.len() - 32].to_vec();
        forged[at] ^= octet;
        let check = Sha256::digest(&forged);
        forged.extend_from_slice(&check);
        PreparedPdf::from_bytes(&forged)
    };
    // Gap start, gap end, document digest, and an octet of the document itself.
    for at in [33, 41, 42, 200] {
        assert_eq!(forged(at, 1), Err(PreparedError::Inconsistent), "octet {at}");
    }
}

// --- embedding

#[test]
fn a_cms_that_does_not_fit_says_by_how_much() {
    // The length of a signature value varies by an octet or two, so sizes around it are tried.
    let around = flow::cms(&prepared()).to_der().len();
    let (mut too_large, mut exact) = (0, 0);
    for reserved in around - 4..around + 4 {
        let mut options = new_field();
        options.contents_size = ContentsSize::new(reserved);
        let prepared = prepare(plain(), &options).expect("prepares");
        assert_eq!(prepared.reserved(), reserved);
        let cms = flow::cms(&prepared);
        let needed = cms.to_der().len();
        match prepared.embed(&cms) {
            Err(error) => {
                assert_eq!(error, EmbedError::TooLarge { needed, reserved });
                assert!(needed > reserved);
                too_large += 1;
            }
            Ok(signed) => {
                assert_eq!(signed.signatures()[0].cms_der(), cms.to_der());
                assert_eq!(signed.signatures()[0].contents().len(), reserved);
                exact += usize::from(needed == reserved);
            }
        }
    }
    assert!(too_large > 0 && exact > 0, "{too_large} too large, {exact} exact");
}

#[test]
fn the_cms_of_another_document_is_not_embedded() {
    let mut options = new_field();
    options.contents_size = ContentsSize::new(2048);
    let prepared = prepare(plain(), &options).expect("prepares");
    options.reason = Some("lain".to_owned());
    let other = prepare(plain(), &options).expect("prepares");
    let (digest, other_digest) = (*prepared.document_digest(), *other.document_digest());
    assert_eq!(
        prepared.embed(&flow::cms(&other)).err(),
        Some(EmbedError::OtherDocument { signed: other_digest, prepared: digest })
    );
}

#[test]
fn a_stored_document_is_embedded_after_it_was_loaded() {
    let prepared = prepare(plain(), &new_field()).expect("prepares");
    let loaded = PreparedPdf::from_bytes(&prepared.to_bytes()).expect("loads");
    let cms = flow::cms(&prepared);
    let one = prepared.embed(&cms).expect("embeds").into_bytes();
    let two = loaded.embed(&cms).expect("embeds").into_bytes();
    assert_eq!(one, two);
}

#[test]
fn a_signature_is_not_sealed_with_a_chain_that_was_not_signed_for() {
    let signer = TestSigner::new();
    let other = TestSigner::named("CN=Orang Lain UJI COBA", 9);
    let prepared = prepare(plain(), &new_field()).expect("prepares");
    let attributes =
        SignedAttributes::new(prepared.document_digest(), signer.chain.signing_certificate(), &[]).expect("valid");
    let value = signer.sign(&attributes);
    assert_eq!(attributes.seal(&value, &other.chain), Err(CmsError::SigningCertificateMismatch));
    assert_eq!(flow::sign(plain(), FieldChoice::New).signatures().len(), 1);
}
