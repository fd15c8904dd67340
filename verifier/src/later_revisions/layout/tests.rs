use super::super::tests::{FONT, Paper, stream, unexplained};
use super::*;

/// Octets that belong to no object, from there on.
fn octets_at(offset: usize) -> [Change; 1] {
    [unexplained(Place::Octets { offset }, 0)]
}

#[test]
fn only_white_space_and_harmless_comments_stand_for_nothing() {
    assert_eq!(first_meaningful(b" \r\n\0% comment\n%\xe2\xe3\n"), None);
    assert_eq!(first_meaningful(b"\n%%EOF\n"), Some(1));
    assert_eq!(first_meaningful(b"%PDF-1.4"), Some(0));
    assert_eq!(first_meaningful(b"% x\n7 0 obj"), Some(4));
    assert_eq!(first_meaningful(b"\t\x0c7"), Some(2));
}

#[test]
fn a_revision_ends_with_its_three_words() {
    assert!(is_end(b"\nstartxref\n123\n%%EOF"));
    assert!(is_end(b"\n%some program\nstartxref\n123\n%%EOF"));
    assert!(!is_end(b"\nstartxref\n%%EOF"));
    assert!(!is_end(b"\nstartxref\n123\n%%EOF\n%%EOF"));
    assert!(!is_end(b"7 0 obj endobj startxref\n123\n%%EOF"));
    assert!(!is_end(b"startxref\n12a\n%%EOF"));
}

#[test]
fn octets_that_belong_to_no_object_are_told() {
    let paper = Paper::form().end();
    let draft = || paper.begin().edit(8, "Surat", "Lain");
    let start = paper.octets().len();
    assert_eq!(draft().end().layout(), []);
    assert_eq!(draft().before("% a comment\n").end().layout(), []);
    for before in ["40 0 obj\n<<>>\nendobj\n", "%PDF-1.4\n", "%%EOF\n", "hello\n"] {
        assert_eq!(draft().before(before).end().layout(), octets_at(start), "{before}");
    }
    assert_eq!(draft().before("\n% a comment\n hello\n").end().layout(), octets_at(start + 14));
    // Listed twice, the first one belongs to nothing.
    let twice = draft().before("8 0 obj\n<</Title(x)>>\nendobj\n").end();
    assert_eq!(twice.layout(), octets_at(start));
}

#[test]
fn a_revision_with_only_an_end_is_complete() {
    assert_eq!(Paper::form().end().begin().end().layout(), []);
    assert_eq!(Paper::form().end().begin().free(7).end().layout(), []);
}

#[test]
fn a_linearization_dictionary_sends_readers_elsewhere() {
    let paper = Paper::form().end();
    let linearized = "<</Linearized 1/L 1000/H[1 2]/O 3/E 900/N 1/T 800>>";
    let changes = paper.begin().put(40, linearized).end().layout();
    assert_eq!(changes, [unexplained(Place::Linearization, 40)]);
    assert_eq!(paper.begin().put(40, stream(linearized, "x")).end().layout(), [unexplained(Place::Linearization, 40)]);
    assert_eq!(paper.begin().put(40, FONT).end().layout(), []);
}

/// No entry names it (7.5.8.4).
#[test]
fn the_stream_of_a_hybrid_section_stands_for_itself_and_for_nothing_behind_it() {
    let paper = Paper::form().end();
    let start = paper.octets().len();
    let hidden = "<</Type/XRef/Size 200/W[1 2 1]/Index[60 1]/Filter/ASCIIHexDecode>>";
    let object = format!("50 0 obj\n{}\nendobj", stream(hidden, "00000000>"));
    let hybrid = |behind: &str| {
        let draft = paper.begin().before(&format!("{object}{behind}\n")).edit(8, "Surat", "Lain");
        draft.trailer(&format!("/XRefStm {start}")).end().layout()
    };
    assert_eq!(hybrid(""), []);
    assert_eq!(hybrid(" 9"), octets_at(start + object.len() + 1));
    assert_eq!(hybrid("\n40 0 obj\n<<>>\nendobj"), octets_at(start + object.len() + 1));
}

#[test]
fn an_entry_that_leads_back_is_told() {
    let planted = "41 0 obj\n<</Title(x)>>\nendobj\n";
    let paper = Paper::form().put(40, stream("<<>>", planted)).end();
    let text = String::from_utf8_lossy(paper.octets()).into_owned();
    let offset = text.find(planted).expect("it is planted");
    let start = text.len();
    let previous = text.rfind("xref\n0").or_else(|| text.rfind("xref\n1 1")).expect("a table");
    let update = format!(
        "{text}xref\n41 1\n{offset:010} 00000 n \ntrailer<</Size 200/Root 1 0 R/Prev {previous}>>\nstartxref\n{start}\n%%EOF\n"
    );
    let pdf = SignedPdf::open(update.as_bytes(), &pades::Limits::default()).expect("a file that can be opened");
    assert_eq!(review(&pdf, 1), [unexplained(Place::OutsideRevision, 41)]);
}

/// Readers that look for the mark would end the revision there, and miss what the trailer says behind it.
#[test]
fn an_end_mark_inside_a_trailer_ends_no_revision() {
    let paper = Paper::form().end();
    let update = paper.begin().put(7, stream("<<>>", "")).trailer("\n%%EOF\n").end();
    let pdf = SignedPdf::open(update.octets(), &pades::Limits::default()).expect("a file that can be opened");
    assert_eq!(pdf.revisions().len(), 2);
    assert_eq!(pdf.trailing(), update.octets().len()..update.octets().len());
    assert_eq!(update.changes(), [unexplained(Place::Page(2), 7)]);
}
