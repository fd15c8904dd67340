//! One file, one fault, the exact refusal.

use pades::{Expected, Limits, PdfError, SignedPdf, XrefFault};

use crate::file::File;

fn refusal(octets: &[u8]) -> PdfError {
    SignedPdf::open(octets, &Limits::default()).map(|pdf| pdf.revisions().len()).expect_err("the file has a fault")
}

fn refusal_within(octets: &[u8], limits: &Limits) -> PdfError {
    SignedPdf::open(octets, limits).map(|pdf| pdf.revisions().len()).expect_err("the file is over a limit")
}

/// The only place in a file where `text` stands.
fn position(octets: &[u8], text: &str) -> usize {
    let found: Vec<usize> = octets
        .windows(text.len())
        .enumerate()
        .filter(|(_, window)| *window == text.as_bytes())
        .map(|(offset, _)| offset)
        .collect();
    assert_eq!(found.len(), 1, "{text:?} must stand in the file once");
    found[0]
}

fn replaced(octets: &[u8], old: &str, new: &str) -> Vec<u8> {
    let at = position(octets, old);
    [&octets[..at], new.as_bytes(), &octets[at + old.len()..]].concat()
}

#[test]
fn nothing_is_not_a_pdf() {
    assert_eq!(refusal(b""), PdfError::NotAPdf);
    assert_eq!(refusal(b"%PDF"), PdfError::NotAPdf);
    assert_eq!(refusal(b"PK\x03\x04 something else"), PdfError::NotAPdf);
}

#[test]
fn octets_before_the_header_are_counted() {
    let file = [b"\xEF\xBB\xBF\r\n", &File::page("").finish()[..]].concat();
    assert_eq!(refusal(&file), PdfError::BytesBeforeHeader { length: 5 });
}

#[test]
fn a_header_beyond_the_first_kilobyte_is_no_header() {
    let far = [&[b' '; 1024], &File::page("").finish()[..]].concat();
    assert_eq!(refusal(&far), PdfError::NotAPdf);
    let near = [&[b' '; 1019], &File::page("").finish()[..]].concat();
    assert_eq!(refusal(&near), PdfError::BytesBeforeHeader { length: 1019 });
}

#[test]
fn a_file_over_the_limit_is_refused_and_one_at_the_limit_is_read() {
    let file = File::page("").finish();
    let limit = |input_bytes| Limits { input_bytes, ..Limits::default() };
    let fault = PdfError::TooLarge { length: file.len(), limit: file.len() - 1 };
    assert_eq!(refusal_within(&file, &limit(file.len() - 1)), fault);
    assert!(SignedPdf::open(&file[..], &limit(file.len())).is_ok());
}

#[test]
fn a_file_without_startxref_is_truncated() {
    let file = File::page("").finish();
    let cut = position(&file, "startxref");
    assert_eq!(refusal(&file[..cut + 8]), PdfError::StartxrefMissing);
}

#[test]
fn startxref_needs_an_offset() {
    let file = File::page("").finish();
    let offset = position(&file, "startxref");
    assert_eq!(refusal(&file[..offset + 10]), PdfError::StartxrefDamaged { offset });
    let negative = replaced(&file, "startxref\n", "startxref\n-");
    assert_eq!(refusal(&negative), PdfError::StartxrefDamaged { offset });
}

#[test]
fn a_revision_needs_its_end_of_file_marker() {
    let mut file = File::page("");
    let section = file.octets.len();
    file.finish_with("");
    let cut = position(&file.octets, "%%EOF");
    assert_eq!(refusal(&file.octets[..cut]), PdfError::RevisionEndMissing { offset: section });
    let other = replaced(&file.octets, "%%EOF", "%%EOG");
    assert_eq!(refusal(&other), PdfError::RevisionEndMissing { offset: section });
}

#[test]
fn startxref_that_leads_elsewhere_is_not_mended() {
    let file = File::page("").finish();
    let section = position(&file, "xref\n0 1");
    for (target, fault) in [
        (section + 1, XrefFault::NotASection),
        (section - 3, XrefFault::NotASection),
        (file.len(), XrefFault::OffsetNowhere),
        (usize::MAX / 2, XrefFault::OffsetNowhere),
    ] {
        let moved = replaced(&file, &format!("startxref\n{section}"), &format!("startxref\n{target}"));
        assert_eq!(refusal(&moved), PdfError::XrefDamaged { offset: target, fault }, "{target}");
    }
}

#[test]
fn an_object_that_is_no_section_is_refused() {
    let file = File::page("").finish();
    let section = position(&file, "xref\n0 1");
    let moved = replaced(&file, &format!("startxref\n{section}"), "startxref\n9");
    assert_eq!(refusal(&moved), PdfError::XrefDamaged { offset: 9, fault: XrefFault::NotASection });
}

#[test]
fn a_table_without_a_trailer_is_refused() {
    let file = File::page("").finish();
    let offset = position(&file, "trailer");
    let fault = PdfError::XrefDamaged { offset, fault: XrefFault::Trailer };
    assert_eq!(refusal(&replaced(&file, "trailer", "tlailer")), fault);
    assert_eq!(refusal(&replaced(&file, "/Size 100000", "")), PdfError::KeyMissing { offset: offset + 8, key: "Size" });
}

#[test]
fn entries_shorter_than_twenty_octets_are_refused() {
    let file = File::page("").finish();
    let short = replaced(&file, "65535 f \n1 1", "65535 f\n1 1");
    // The table is read by position, so that the fault shows where the next subsection should begin.
    let offset = position(&short, " 1\n0000000009");
    assert_eq!(refusal(&short), PdfError::XrefDamaged { offset: offset + 1, fault: XrefFault::SubsectionHeader });
}

#[test]
fn an_entry_is_read_when_it_is_needed_and_then_strictly() {
    let file = File::page("").finish();
    let needed = replaced(&file, "0000000009 00000 n", "00000000o9 00000 n");
    let offset = position(&needed, "00000000o9");
    assert_eq!(refusal(&needed), PdfError::XrefDamaged { offset, fault: XrefFault::Entry });
    let unneeded = replaced(&file, "0000000000 65535 f", "00000000o0 65535 f");
    assert!(SignedPdf::open(&unneeded[..], &Limits::default()).is_ok());
}

#[test]
fn two_entries_for_one_object_in_one_section_are_refused() {
    let mut file = File::page("");
    let section = file.octets.len();
    file.push("xref\n1 2\n0000000009 00000 n \n0000000009 00000 n \n2 1\n0000000009 00000 n \n");
    file.push("trailer<</Size 4/Root 1 0 R>>\n");
    file.end(section);
    let fault = XrefFault::OverlappingSubsections;
    assert_eq!(refusal(&file.octets), PdfError::XrefDamaged { offset: section, fault });
}

#[test]
fn a_subsection_longer_than_the_file_is_refused() {
    let mut file = File::page("");
    let section = file.octets.len();
    file.push("xref\n0 999999\n0000000000 65535 f \ntrailer<</Size 4/Root 1 0 R>>\n");
    file.end(section);
    assert_eq!(refusal(&file.octets), PdfError::XrefDamaged { offset: section + 5, fault: XrefFault::Entry });
}

#[test]
fn more_entries_than_the_limit_are_refused() {
    let mut file = File::page("");
    let section = file.octets.len();
    file.push("xref\n0 1000001\n0000000000 65535 f \ntrailer<</Size 4/Root 1 0 R>>\n");
    file.end(section);
    assert_eq!(refusal(&file.octets), PdfError::TooManyObjects { limit: 1_000_000 });
}

#[test]
fn prev_that_leads_to_its_own_section_is_a_loop() {
    let mut file = File::page("");
    let section = file.octets.len();
    file.finish_with(&format!("/Prev {section}"));
    assert_eq!(refusal(&file.octets), PdfError::PrevLoop { offset: section });
}

#[test]
fn prev_that_leads_back_through_another_section_is_a_loop() {
    let mut file = File::page("");
    // The first section names the second one, whose offset is known because everything has a fixed length.
    let first = file.octets.len();
    let length = {
        let mut probe = File::page("");
        probe.finish_with("/Prev 000000");
        probe.octets.len()
    };
    file.finish_with(&format!("/Prev {length:06}"));
    file.finish_with("");
    assert_eq!(file.octets.len() - length, file.octets.len() - file.section.unwrap());
    assert_eq!(refusal(&file.octets), PdfError::PrevLoop { offset: length });
    assert!(first < length);
}

#[test]
fn white_space_does_not_hide_a_loop() {
    let mut file = File::page("");
    file.push(" ".repeat(8));
    let section = file.octets.len();
    file.finish_with(&format!("/Prev {}", section - 8));
    assert_eq!(refusal(&file.octets), PdfError::PrevLoop { offset: section - 8 });
}

#[test]
fn prev_that_leads_forwards_is_refused_unless_the_file_is_linearized() {
    // Three sections: the newest is the middle one, its /Prev leads forwards to the last, whose /Prev leads to the
    // first. In a linearized file the section at the end has no /Prev.
    let mut file = File::page("");
    file.finish_with("");
    let first = file.section.unwrap();
    let middle = file.octets.len();
    let tail = |last: usize| format!("xref\n0 0\ntrailer<</Size 4/Root 1 0 R/Prev {last:06}>>\nstartxref\n0\n%%EOF\n");
    let last = middle + tail(0).len();
    file.push(tail(last));
    file.push(format!("xref\n0 0\ntrailer<</Size 4/Root 1 0 R/Prev {first}>>\nstartxref\n{middle}\n%%EOF\n"));
    let fault = PdfError::RevisionEndMissing { offset: last };
    assert_eq!(refusal(&file.octets), fault);
}

#[test]
fn a_section_inside_an_earlier_revision_is_refused() {
    // The update's section stands in a string of the first revision, in front of that revision's own section.
    let mut file = File::page("");
    file.push("4 0 obj (");
    let hidden = file.octets.len();
    file.push("xref\n0 0\ntrailer<</Size 4/Root 1 0 R/Prev 000000>>\nstartxref\n000000\n%%EOF\n) endobj\n");
    file.finish_with("");
    let first = file.section.unwrap();
    let text = String::from_utf8(file.octets).unwrap();
    let text = text.replace("/Prev 000000", &format!("/Prev {first:06}"));
    let text = text.replace("startxref\n000000", &format!("startxref\n{hidden:06}"));
    let text = text + &format!("startxref\n{hidden}\n%%EOF\n");
    // Read as a linearized file's first-page section, it makes the true one the main section, whose startxref then
    // names another.
    assert_eq!(refusal(text.as_bytes()), PdfError::RevisionEndMissing { offset: first });
}

#[test]
fn more_revisions_than_the_limit_are_refused() {
    let mut file = File::page("");
    file.finish_with("");
    for _ in 0..3 {
        file.finish_with("");
    }
    let limits = |revisions| Limits { revisions, ..Limits::default() };
    assert_eq!(refusal_within(&file.octets, &limits(3)), PdfError::TooManyRevisions { limit: 3 });
    assert!(SignedPdf::open(&file.octets[..], &limits(4)).is_ok());
}

#[test]
fn an_encrypted_document_is_refused_whichever_trailer_says_so() {
    let mut file = File::page("");
    file.finish_with("/Encrypt<<>>");
    assert_eq!(refusal(&file.octets), PdfError::Encrypted);
    file.finish_with("");
    assert_eq!(refusal(&file.octets), PdfError::Encrypted);
}

#[test]
fn a_catalog_that_is_not_there_is_refused() {
    let file = File::page("").finish();
    let trailer = position(&file, "trailer\n") + 8;
    let missing = PdfError::KeyMissing { offset: trailer, key: "Root" };
    assert_eq!(refusal(&replaced(&file, "/Root 1 0 R", "")), missing);
    assert_eq!(refusal(&replaced(&file, "/Root 1 0 R", "/Root 9 0 R")), missing);
    assert_eq!(refusal(&replaced(&file, "/Root 1 0 R", "/Root 1 1 R")), missing);
    let direct = PdfError::WrongValue { offset: trailer + 20, expected: Expected::Reference };
    assert_eq!(refusal(&replaced(&file, "/Root 1 0 R", "/Root <<>>")), direct);
}

#[test]
fn an_entry_that_leads_to_another_object_is_not_mended() {
    let file = File::page("").finish();
    let pages = position(&file, "2 0 obj");
    let moved = replaced(&file, "1 1\n0000000009", &format!("1 1\n{pages:010}"));
    let reference = pades::pdf::Ref { number: 1, generation: 0 };
    assert_eq!(refusal(&moved), PdfError::ObjectHeaderMismatch { reference, offset: pages });
}

#[test]
fn an_entry_beyond_its_revision_is_refused() {
    let mut file = File::page("");
    file.offsets.insert(1, 5_000);
    let first = file.octets.len();
    file.finish_with("");
    let second = file.octets.len();
    file.push(vec![b' '; 5_000 - second]);
    file.object(1, "<</Type/Catalog>>");
    // The update does not list object 1, although it lies there.
    file.offsets.clear();
    file.finish_with("");
    assert!(first < second);
    let reference = pades::pdf::Ref { number: 1, generation: 0 };
    assert_eq!(refusal(&file.octets), PdfError::ObjectOutsideRevision { reference, offset: 5_000 });
}

#[test]
fn a_key_that_occurs_twice_is_refused_where_it_is_needed() {
    let file = File::page("/AcroForm<</Fields[]>>/AcroForm<</Fields[]>>").finish();
    assert_eq!(refusal(&file), PdfError::DuplicateKey { offset: 17, key: "AcroForm" });
    let escaped = File::page("/AcroForm<</Fields[]>>/Acro#46orm<</Fields[]>>").finish();
    assert_eq!(refusal(&escaped), PdfError::DuplicateKey { offset: 17, key: "AcroForm" });
    let unneeded = File::page("/Lang(id)/Lang(en)").finish();
    assert!(SignedPdf::open(&unneeded[..], &Limits::default()).is_ok());
}

#[test]
fn nesting_one_level_too_deep_is_refused() {
    let nested = |depth: usize| File::page(&format!("/X {}{}", "[".repeat(depth), "]".repeat(depth))).finish();
    // The catalog itself is the first level.
    assert!(SignedPdf::open(&nested(63)[..], &Limits::default()).is_ok());
    let file = nested(64);
    let offset = position(&file, "/X [") + 3 + 63;
    assert_eq!(refusal(&file), PdfError::NestingTooDeep { offset, limit: 64 });
}

#[test]
fn a_cross_reference_stream_must_fit_its_fields() {
    let section = |dictionary: &str, data: &str| {
        let mut file = File::page("");
        let section = file.octets.len();
        file.stream(4, &format!("/Type/XRef/Root 1 0 R{dictionary}"), data);
        file.end(section);
        (file.octets, section)
    };
    let data = "\x01\x00\x09\x00";
    for dictionary in [
        "/W[1 2 1]/Size 2",
        "/W[1 2 1]/Size 1/Index[0]",
        "/W[1 2 1]/Size 1/Index[0 -1]",
        "/W[1 2 1]/Size 1/Index[4294967295 1]",
        "/W[1 2]/Size 1",
        "/W[0 0 0]/Size 1",
        "/W[1 9 1]/Size 1",
    ] {
        let (file, offset) = section(dictionary, data);
        let fault = PdfError::XrefDamaged { offset, fault: XrefFault::StreamFields };
        assert_eq!(refusal(&file), fault, "{dictionary}");
    }
}

#[test]
fn a_bomb_in_a_cross_reference_stream_is_refused() {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![0; 1 << 20]).unwrap();
    let data = encoder.finish().unwrap();
    let mut file = File::page("");
    let section = file.octets.len();
    file.stream(4, "/Type/XRef/W[1 2 1]/Size 4/Root 1 0 R/Filter/FlateDecode", &data);
    file.end(section);
    let offset = position(&file.octets, "stream\nx") + 7;
    let fault = PdfError::DecompressionBomb { offset, limit: 200 * data.len() };
    assert_eq!(refusal(&file.octets), fault);
}

#[test]
fn a_filter_that_the_reader_does_not_have_is_refused() {
    let with = |dictionary: &str| {
        let mut file = File::page("");
        let section = file.octets.len();
        file.stream(4, &format!("/Type/XRef/W[1 2 1]/Size 4/Root 1 0 R{dictionary}"), "DATA");
        file.end(section);
        let offset = position(&file.octets, "DATA");
        (refusal(&file.octets), offset)
    };
    let (fault, offset) = with("/Filter/LZWDecode");
    assert_eq!(fault, PdfError::FilterUnsupported { offset });
    let (fault, offset) = with("/Filter[/ASCIIHexDecode/ASCIIHexDecode/ASCIIHexDecode/ASCIIHexDecode/ASCIIHexDecode]");
    assert_eq!(fault, PdfError::FilterUnsupported { offset });
    let (fault, offset) = with("/Filter/FlateDecode");
    assert_eq!(fault, PdfError::StreamDamaged { offset });
    let (fault, offset) = with("/Filter/ASCIIHexDecode");
    assert_eq!(fault, PdfError::StreamDamaged { offset });
}
