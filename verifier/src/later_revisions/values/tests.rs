use pades::pdf::{Lexer, Parser};

use super::super::change::{AnnotationAction, Change, Place};
use super::super::tests::{FONT, Paper, stream, unexplained};
use super::*;

const TEXT: &str = "BT /F1 18 Tf 72 700 Td (Rp 100) Tj ET";
const EVIL: &str = "BT /F1 18 Tf 72 700 Td (Rp 999) Tj ET";

fn page_drawing(contents: &str) -> String {
    format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {contents}>>")
}

fn evil_page(page: usize, object: u32) -> Vec<Change> {
    vec![unexplained(Place::Page(page), object)]
}

#[test]
fn a_stream_with_other_data_is_told_with_its_page() {
    let paper = Paper::form().end();
    assert_eq!(paper.begin().put(7, stream("<<>>", "BT ET")).changes().first(), Some(&unexplained(Place::Page(2), 7)));
    assert_eq!(paper.begin().put(7, stream("<<>>", "BT /F1 18 Tf 72 700 Td (two) Tj ET")).changes(), []);
}

#[test]
fn what_is_shared_belongs_to_whatever_leads_there() {
    let paper = Paper::form().put(30, "[7 0 R]").put(4, page_drawing("30 0 R")).end();
    assert_eq!(paper.begin().put(30, "[7 0 R 31 0 R]").put(31, stream("<<>>", EVIL)).changes(), evil_page(2, 30));
    assert_eq!(paper.begin().put(30, "[31 0 R]").put(31, stream("<<>>", EVIL)).changes(), evil_page(2, 31));
}

#[test]
fn an_object_that_is_a_reference_is_followed() {
    let paper = Paper::form().put(30, "31 0 R").put(31, stream("<<>>", TEXT)).put(4, page_drawing("30 0 R")).end();
    assert_eq!(paper.begin().put(31, stream("<<>>", EVIL)).changes(), evil_page(2, 31));
    assert_eq!(paper.begin().put(30, "32 0 R").put(32, stream("<<>>", TEXT)).changes(), []);
}

/// However many references lead there, and whichever of the two was written out.
#[test]
fn a_value_in_place_of_references_to_it_is_no_difference() {
    let referred = Paper::form().edit(1, "/Type", "/X 30 0 R/Type").put(30, "31 0 R").put(31, "<</A 1>>").end();
    assert_eq!(referred.begin().put(30, "<</A 1>>").changes(), []);
    assert_eq!(referred.begin().edit(1, "30 0 R", "<</A 1>>").changes(), []);
    let written = Paper::form().edit(1, "/Type", "/X 30 0 R/Type").put(30, "<</A 1>>").end();
    assert_eq!(written.begin().put(30, "31 0 R").put(31, "<</A 1>>").changes(), []);
    let other = written.begin().put(30, "31 0 R").put(31, "<</A 2>>").changes();
    assert_eq!(other, [unexplained(Place::Catalog("X".into()), 30)]);
}

/// The length of a stream may stand in an object of its own, and is still its length.
#[test]
fn the_length_of_a_stream_is_a_value_like_others() {
    let length = TEXT.len();
    let paper = Paper::form().put(30, stream("<<>>", TEXT)).put(4, page_drawing("30 0 R")).end();
    let elsewhere = format!("<</Length 31 0 R>>\nstream\n{TEXT}\nendstream");
    assert_eq!(paper.begin().put(30, elsewhere).put(31, length.to_string()).changes(), []);
}

/// Annotations lead to each other, and to what the page draws, which must not change whatever else leads there.
#[test]
fn an_annotation_is_looked_at_once_and_gives_no_licence_to_what_the_page_draws() {
    let note = "/Contents(note)";
    let paper = Paper::form()
        .edit(20, note, "/Popup 21 0 R/AP<</N 5 0 R>>/Contents(note)")
        .put(21, "<</Type/Annot/Subtype/Popup/Parent 20 0 R/Open false>>")
        .end();
    let changed = Change::Annotation { page: 1, action: AnnotationAction::Changed, kind: "Text".into() };
    assert_eq!(paper.begin().edit(21, "false", "true").changes(), [changed]);
    assert_eq!(paper.begin().put(5, stream("<<>>", EVIL)).changes(), evil_page(1, 5));
}

#[test]
fn a_direct_dictionary_is_no_stream() {
    let paper = Paper::form().end();
    let length = TEXT.len();
    assert_eq!(
        paper.begin().edit(3, "/Contents 5 0 R", &format!("/Contents<</Length {length}>>")).changes(),
        evil_page(1, 3)
    );
    // What is no stream may stand where its reference stood.
    assert_eq!(paper.begin().edit(2, "/F1 6 0 R", &format!("/F1 {FONT}")).changes(), []);
    let other = FONT.replace("Helvetica", "Symbol");
    assert_eq!(
        paper.begin().edit(2, "/F1 6 0 R", &format!("/F1 {other}")).changes(),
        [unexplained(Place::PageTree, 2)]
    );
}

#[test]
fn a_reference_of_another_generation_leads_readers_to_the_object() {
    let paper = Paper::form().put(30, stream("<<>>", TEXT)).put(4, page_drawing("30 1 R")).end();
    assert_eq!(paper.begin().put(30, stream("<<>>", EVIL)).changes(), evil_page(2, 30));
    assert_eq!(paper.begin().put(30, stream("<<>>", TEXT)).changes(), []);
    let freed = Change::Unexplained { place: Place::Page(2), object: Some(Ref { number: 30, generation: 1 }) };
    assert_eq!(paper.begin().free(30).changes(), std::slice::from_ref(&freed));
    assert_eq!(paper.begin().put(30, stream("<<>>", EVIL)).generation(30, 1).changes(), [freed]);
}

#[test]
fn what_did_not_exist_may_not_begin_to() {
    let paper = Paper::form().put(4, page_drawing("[7 0 R 77 0 R]")).end();
    assert_eq!(paper.begin().put(77, stream("<<>>", EVIL)).changes(), evil_page(2, 77));
    // A null is nothing.
    assert_eq!(paper.begin().put(77, "null").changes(), []);
}

#[test]
fn what_was_freed_is_gone() {
    assert_eq!(Paper::form().end().begin().free(7).changes(), evil_page(2, 7));
}

#[test]
fn keys_that_occur_twice_are_compared_one_by_one() {
    let twice = "<</A 1/A 1/Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 7 0 R>>";
    let paper = Paper::form().put(4, twice).put(30, stream("<<>>", EVIL)).end();
    assert_eq!(paper.begin().put(4, twice.replace("595", "595.0")).changes(), []);
    let hidden = twice.replace("/Contents", "/Contents 30 0 R/Contents");
    assert!(paper.begin().put(4, hidden).changes().contains(&unexplained(Place::Page(2), 4)));
    // Below a dictionary that has rules too.
    let font = FONT.replace("<<", "<</A 1/A 1");
    let paper = Paper::form().put(6, font.clone()).end();
    assert_eq!(paper.begin().put(6, font.clone()).changes(), []);
    assert_eq!(
        paper.begin().put(6, font.replace("/BaseFont", "/BaseFont/Symbol/BaseFont")).changes(),
        [unexplained(Place::Form, 6)]
    );
    assert_eq!(paper.begin().put(6, font.replace("/A 1/A 1", "/A 1")).changes(), [unexplained(Place::Form, 6)]);
}

#[test]
fn only_what_a_value_stands_for_counts() {
    let paper =
        Paper::form().put(30, "<</A 1/B(x)/C/Name/D[1 2]/E true/G -1.5/H 0>>").edit(1, "/Type", "/X 30 0 R/Type").end();
    let equal = "<</A 1.0/B<78>/C/#4eame/D[+1 2.]/E true/G -01.50/H -0.0/I null>>";
    assert_eq!(paper.begin().put(30, equal).changes(), []);
    for (from, to) in [
        ("/A 1", "/A 10"),
        ("/A 1", "/A 1.01"),
        ("/A 1", "/A -1"),
        ("/A 1", "/A(1)"),
        ("(x)", "(y)"),
        ("/C/Name", "/C/Nom"),
        ("[1 2]", "[2 1]"),
        ("[1 2]", "[1 2 3]"),
        ("[1 2]", "[]"),
        ("true", "false"),
        ("-1.5", "1.5"),
        ("/H 0", ""),
        ("/H 0", "/H 0/I 1"),
    ] {
        let changes = paper.begin().edit(30, from, to).changes();
        assert_eq!(changes, [unexplained(Place::Catalog("X".into()), 30)], "{from} {to}");
    }
}

#[test]
fn values_that_nest_too_deep_differ() {
    let nested = |depth: usize| (0..depth).rev().fold(String::from("null"), |inner, _| format!("[{inner}]"));
    let chained = Paper::form().put(30, format!("<</A {}>>", nested(50))).edit(1, "/Type", "/X 30 0 R/Type").end();
    assert_eq!(chained.begin().put(30, format!("<</A {}>>", nested(50))).changes(), []);
    assert_eq!(chained.begin().put(30, format!("<</A {}>>", nested(49))).changes().len(), 1);

    // A reader with wider limits than ours opens files that nest deeper.
    let wide = pades::Limits { nesting: 300, ..pades::Limits::default() };
    let again = |number: u32, written: &str| {
        let paper = Paper::form().put(30, written).edit(1, "/Type", "/X 30 0 R/Type").end();
        paper.begin().put(number, written).end().changes_within(&wide)
    };
    let differs = [unexplained(Place::Catalog("X".into()), 30)];
    assert_eq!(again(30, &nested(MAX_DEPTH)), []);
    assert_eq!(again(30, &nested(MAX_DEPTH + 1)), differs);
    let keyed = |depth: usize| (0..depth).fold(String::from("null"), |inner, _| format!("<</K {inner}>>"));
    assert_eq!(again(30, &format!("[{}]", keyed(MAX_DEPTH - 1))), []);
    assert_eq!(again(30, &format!("[{}]", keyed(MAX_DEPTH))), differs);
    // Each level of references in place of what they lead to counts for two.
    let written_out = |levels: u32| {
        let draft = Paper::form().edit(1, "/Type", "/X 30 0 R/Type").put(30 + levels, "[]");
        let paper =
            (30..30 + levels).fold(draft, |draft, number| draft.put(number, format!("[{} 0 R]", number + 1))).end();
        let direct = (0..levels).fold(String::from("[]"), |inner, _| format!("[{inner}]"));
        paper.begin().put(30, direct).end().changes_within(&wide)
    };
    assert_eq!(written_out(64), []);
    assert_eq!(written_out(65).len(), 1);
}

fn list(written: &str) -> Vec<Value<'_>> {
    let limits = pades::Limits::default();
    let value = Parser::new(Lexer::new(written.as_bytes(), 0), &limits).value().expect("well formed");
    value.as_array().expect("an array").to_vec()
}

fn aligned(old: &str, new: &str) -> [usize; 3] {
    let (old, new) = (list(old), list(new));
    let (kept, added, removed) = align(&old, &new);
    [kept.len(), added.len(), removed.len()]
}

#[test]
fn lists_align_where_old_elements_keep_their_order() {
    assert_eq!(aligned("[1 0 R 2 0 R]", "[1 0 R 2 0 R]"), [2, 0, 0]);
    assert_eq!(aligned("[1 0 R 2 0 R]", "[3 0 R 1 0 R 4 0 R 2 0 R 5 0 R]"), [2, 3, 0]);
    assert_eq!(aligned("[1 0 R 2 0 R 3 0 R]", "[2 0 R 3 0 R]"), [2, 0, 1]);
    assert_eq!(aligned("[1 0 R 2 0 R]", "[2 0 R 1 0 R]"), [1, 1, 1]);
    assert_eq!(aligned("[1 0 R]", "[1 0 R 1 0 R]"), [1, 1, 0]);
    assert_eq!(aligned("[1 0 R]", "[1 1 R]"), [0, 1, 1]);
    assert_eq!(aligned("[<</A 1/B[2]>> 1 0 R]", "[ << /B[2.0]/A 1 >> 1 0 R]"), [2, 0, 0]);
    assert_eq!(aligned("[<</A 1>>]", "[<</A 2>>]"), [0, 1, 1]);
    assert_eq!(aligned("[<</A 1>>]", "[<</A 1/B 2>>]"), [0, 1, 1]);
    assert_eq!(aligned("[<</A 1/B 2>>]", "[<</A 1>>]"), [0, 1, 1]);
    assert_eq!(aligned("[<</A 1/B null>>]", "[<</A 1>>]"), [1, 0, 0]);
    assert_eq!(aligned("[<</A[1]>>]", "[<</A[1 2]>>]"), [0, 1, 1]);
}
