//! Revisions, their ends, and the document as of each of them.

use pades::pdf::{Document, Entry, Object, Place, Ref, SectionKind, View};
use pades::{Limits, PdfError};

use crate::file::File;

fn open(octets: &[u8]) -> Document<'_> {
    Document::open(octets, &Limits::default()).expect("a well-formed file")
}

fn integer(view: View<'_>, number: u32) -> Option<i64> {
    let object = view.object(Ref { number, generation: 0 }).expect("a well-formed object")?;
    Some(object.value.as_integer().expect("an integer"))
}

/// Object 4 is 1 in the first revision, 2 in the second, gone in the third.
fn three_revisions() -> (Vec<u8>, [usize; 3]) {
    let mut file = File::page("");
    file.object(4, "1");
    file.finish_with("");
    let first = file.octets.len();
    file.object(4, "2");
    file.object(5, "5");
    file.finish_with("");
    let second = file.octets.len();
    let section = file.octets.len();
    let prev = file.section.unwrap();
    file.push(format!("xref\n4 1\n0000000000 00001 f \ntrailer<</Size 6/Root 1 0 R/Prev {prev}>>\n"));
    file.end(section);
    let third = file.octets.len();
    (file.octets, [first, second, third])
}

#[test]
fn every_revision_ends_behind_its_own_marker() {
    let (file, ends) = three_revisions();
    let document = open(&file);
    let found: Vec<usize> = document.revisions().iter().map(|revision| revision.end).collect();
    assert_eq!(found, ends);
    let starts: Vec<usize> = document.revisions().iter().map(|revision| revision.start).collect();
    assert_eq!(starts, [0, ends[0], ends[1]]);
    assert!(document.revisions().iter().all(|revision| revision.eof + 1 == revision.end));
    assert!(document.trailing().is_empty());
}

#[test]
fn the_document_is_seen_as_of_each_revision() {
    let (file, _) = three_revisions();
    let document = open(&file);
    let at = |revision| document.view(revision).expect("there are three");
    assert_eq!([integer(at(0), 4), integer(at(1), 4), integer(at(2), 4)], [Some(1), Some(2), None]);
    assert_eq!([integer(at(0), 5), integer(at(1), 5), integer(at(2), 5)], [None, Some(5), Some(5)]);
    assert!(document.view(3).is_none());
    assert_eq!(at(2).locate(5).expect("well formed").map(|located| located.revision), Some(1));
}

#[test]
fn a_revision_says_what_it_wrote_freed_and_changed() {
    let (file, _) = three_revisions();
    let document = open(&file);
    let numbers = |revision| {
        let entries = document.entries(revision).expect("well formed");
        entries.into_iter().map(|entry| entry.number).collect::<Vec<u32>>()
    };
    assert_eq!([numbers(0), numbers(1), numbers(2)], [vec![0, 1, 2, 3, 4], vec![0, 4, 5], vec![4]]);
    let changed = |revision| {
        let changes = document.changes(revision).expect("well formed");
        changes.into_iter().map(|change| change.after.number).collect::<Vec<u32>>()
    };
    assert_eq!([changed(0), changed(1), changed(2)], [vec![1, 2, 3, 4], vec![4, 5], vec![4]]);
    let freed = Entry { number: 4, generation: 1, place: Place::Free };
    assert_eq!(document.changes(2).expect("well formed")[0].after, freed);
}

#[test]
fn the_span_of_an_object_is_all_its_octets() {
    let (file, _) = three_revisions();
    let document = open(&file);
    let object = document.latest().object(Ref { number: 5, generation: 0 }).unwrap().expect("it is there");
    assert_eq!(&file[object.span], b"5 0 obj\n5\nendobj");
    assert_eq!(&file[object.value.span()], b"5");
}

#[test]
fn the_end_of_line_behind_the_marker_belongs_to_the_revision() {
    for (line_end, length) in [("\n", 1), ("\r\n", 2), ("\r", 1), ("", 0), (" \n", 0), ("\n\n", 1)] {
        let mut file = File::page("").finish();
        file.pop();
        let eof = file.len();
        file.extend_from_slice(line_end.as_bytes());
        let document = open(&file);
        let last = document.revisions().last().expect("there is one");
        assert_eq!((last.eof, last.end), (eof, eof + length), "{line_end:?}");
        assert_eq!(document.trailing(), eof + length..file.len(), "{line_end:?}");
    }
}

#[test]
fn octets_behind_the_last_revision_belong_to_none() {
    let mut file = File::page("").finish();
    let end = file.len();
    file.extend_from_slice(b"4 0 obj 666 endobj\n");
    let document = open(&file);
    assert_eq!(document.trailing(), end..file.len());
    assert_eq!(integer(document.latest(), 4), None);
}

#[test]
fn an_update_without_a_section_of_its_own_is_not_a_revision() {
    let mut file = File::page("");
    file.finish_with("");
    let (end, section) = (file.octets.len(), file.section.unwrap());
    file.object(4, "666");
    file.push(format!("trailer<</Size 5/Root 1 0 R>>\nstartxref\n{section}\n%%EOF\n"));
    let document = open(&file.octets);
    assert_eq!(document.revisions().len(), 1);
    assert_eq!(document.trailing(), end..file.octets.len());
}

#[test]
fn an_entry_may_lead_into_an_earlier_revision_and_shows_it() {
    let mut file = File::page("");
    file.object(4, "(inside 5 0 obj 666 endobj a string)");
    file.finish_with("");
    let hidden = file.octets.windows(7).position(|window| window == b"5 0 obj").expect("it is there");
    file.offsets.insert(5, hidden);
    file.finish_with("");
    let document = open(&file.octets);
    let change = document.changes(1).expect("well formed")[0];
    assert_eq!(change.after.place, Place::Offset(hidden));
    assert!(!document.revisions()[1].span().contains(&hidden));
    assert_eq!(integer(document.latest(), 5), Some(666));
}

#[test]
fn cross_reference_streams_and_object_streams_are_read() {
    let mut file = File::new();
    let catalog = file.octets.len() as u32;
    file.object(1, "<</Type/Catalog>>");
    let objects = file.octets.len() as u32;
    file.stream(6, "/Type/ObjStm/N 2/First 8", "4 0 5 2 41 <</A 42>>");
    let rows = [(1, [1, catalog, 0]), (4, [2, 6, 0]), (5, [2, 6, 1]), (6, [1, objects, 0])];
    let section = file.stream_section(7, &rows, "");
    file.end(section);
    let document = open(&file.octets);
    assert_eq!(document.revisions()[0].xref_kind(), SectionKind::Stream);
    assert_eq!(integer(document.latest(), 4), Some(41));
    let object = document.latest().object(Ref { number: 5, generation: 0 }).unwrap().expect("it is there");
    let dictionary = object.value.as_dictionary().expect("a dictionary");
    assert_eq!(dictionary.get("A").unwrap().map(|value| value.as_integer()), Some(Ok(42)));
    assert_eq!(document.latest().numbers_in_stream(6), Ok(vec![4, 5]));
}

#[test]
fn an_object_stream_must_hold_what_the_entry_says() {
    let mut file = File::new();
    let catalog = file.octets.len() as u32;
    file.object(1, "<</Type/Catalog>>");
    let objects = file.octets.len() as u32;
    file.stream(6, "/Type/ObjStm/N 2/First 8", "4 0 5 2 41 <</A 42>>");
    let rows = [(1, [1, catalog, 0]), (4, [2, 6, 1]), (5, [2, 6, 9]), (6, [1, objects, 0]), (8, [2, 1, 0])];
    let section = file.stream_section(7, &rows, "");
    file.end(section);
    let document = open(&file.octets);
    let object = |number| document.latest().object(Ref { number, generation: 0 }).map(|_| ());
    assert_eq!(object(4), Err(PdfError::ObjectStreamMismatch { stream: 6, number: 4, index: 1 }));
    assert_eq!(object(5), Err(PdfError::ObjectStreamMismatch { stream: 6, number: 5, index: 9 }));
    assert!(matches!(object(8), Err(PdfError::WrongValue { .. })));
}

#[test]
fn an_object_stream_is_read_under_its_own_number_only() {
    let mut file = File::new();
    let catalog = file.octets.len() as u32;
    file.object(1, "<</Type/Catalog>>");
    let objects = file.octets.len() as u32;
    file.stream(6, "/Type/ObjStm/N 1/First 4", "4 0 41");
    let rows = [(1, [1, catalog, 0]), (4, [2, 6, 0]), (5, [2, 8, 0]), (6, [1, objects, 0]), (8, [1, objects, 0])];
    let section = file.stream_section(7, &rows, "");
    file.end(section);
    let document = open(&file.octets);
    assert_eq!(integer(document.latest(), 4), Some(41));
    let reference = Ref { number: 8, generation: 0 };
    let mismatch = PdfError::ObjectHeaderMismatch { reference, offset: objects as usize };
    for _ in 0..2 {
        let object = document.latest().object(Ref { number: 5, generation: 0 }).map(|_| ());
        assert_eq!(object, Err(mismatch.clone()));
    }
}

#[test]
fn a_hybrid_section_shows_hidden_objects() {
    let mut file = File::page("");
    let hidden = file.octets.len() as u32;
    file.object(4, "4");
    let stream = file.octets.len();
    let offsets = std::mem::take(&mut file.offsets);
    file.stream_section(5, &[(4, [1, hidden, 0])], "");
    file.offsets = offsets;
    file.offsets.remove(&4);
    let section = file.octets.len();
    file.push("xref\n0 1\n0000000000 65535 f \n");
    for (number, offset) in std::mem::take(&mut file.offsets) {
        file.push(format!("{number} 1\n{offset:010} 00000 n \n"));
    }
    file.push("4 1\n0000000000 00000 f \n");
    file.push(format!("trailer<</Size 6/Root 1 0 R/XRefStm {stream}>>\n"));
    file.end(section);
    let document = open(&file.octets);
    assert_eq!(document.revisions()[0].xref_kind(), SectionKind::Hybrid);
    assert_eq!(document.revisions()[0].hybrid_offset(), Some(stream));
    assert_eq!(integer(document.latest(), 4), Some(4));
    assert!(document.entries(0).unwrap().iter().any(|entry| entry.number == 4 && entry.place != Place::Free));
}

#[test]
fn the_table_of_a_hybrid_section_counts_before_its_stream() {
    let mut file = File::page("");
    let hidden = file.octets.len() as u32;
    file.object(4, "666");
    file.object(4, "4");
    let offsets = std::mem::take(&mut file.offsets);
    let stream = file.stream_section(5, &[(4, [1, hidden, 0])], "");
    file.offsets = offsets;
    file.finish_with(&format!("/XRefStm {stream}"));
    let document = open(&file.octets);
    assert_eq!(integer(document.latest(), 4), Some(4));
}

#[test]
fn a_linearized_file_has_one_first_revision() {
    let mut file = File::page("");
    let first_page = file.octets.len();
    let head = |main: usize| {
        format!("xref\n1 1\n0000000009 00000 n \ntrailer<</Size 4/Root 1 0 R/Prev {main:06}>>\nstartxref\n0\n%%EOF\n")
    };
    let offsets = std::mem::take(&mut file.offsets);
    let main = first_page + head(0).len();
    file.push(head(main));
    file.push(format!("xref\n2 2\n{:010} 00000 n \n{:010} 00000 n \n", offsets[&2], offsets[&3]));
    file.push("trailer<</Size 4>>\n");
    file.end(first_page);
    let end = file.octets.len();
    {
        let document = open(&file.octets);
        let [revision] = document.revisions() else { panic!("one revision") };
        assert!(revision.is_linearized());
        assert_eq!((revision.start, revision.end, revision.xref_offset()), (0, end, first_page));
        assert_eq!(revision.xref_spans().len(), 2);
        assert_eq!(document.entries(0).unwrap().iter().map(|entry| entry.number).collect::<Vec<_>>(), [1, 2, 3]);
    }
    file.section = Some(first_page);
    file.object(3, "<</Type/Page/Parent 2 0 R/Rotate 90>>");
    file.finish_with("");
    let document = open(&file.octets);
    assert_eq!(document.revisions().len(), 2);
    assert_eq!(document.revisions()[1].span(), end..file.octets.len());
}

#[test]
fn white_space_before_a_section_or_an_object_names_no_other() {
    let mut file = File::page("");
    for offset in file.offsets.values_mut().filter(|offset| **offset > 10) {
        *offset -= 1;
    }
    let section = file.table();
    file.push("trailer<</Size 4/Root 1 0 R>>\n");
    file.end(section - 1);
    let document = open(&file.octets);
    let page = document.latest().object(Ref { number: 3, generation: 0 }).unwrap().expect("it is there");
    assert!(file.octets[page.span.start..].starts_with(b"3 0 obj"));
}

#[test]
fn the_length_of_a_stream_may_be_a_reference() {
    let mut file = File::page("");
    file.object(4, "<</Length 5 0 R>>stream\r\nDATA\nendstream");
    file.object(5, "4");
    file.finish_with("");
    let document = open(&file.octets);
    let view = document.latest();
    let object = view.object(Ref { number: 4, generation: 0 }).unwrap().expect("it is there");
    assert_eq!(view.stream_data(&object), Ok(b"DATA".to_vec()));
}

#[test]
fn the_filters_of_a_stream_may_be_references() {
    for (entries, data, decoded) in [
        ("/Filter 5 0 R", "44415441>", "DATA"),
        ("/Filter[5 0 R]", "44415441>", "DATA"),
        ("/Filter 6 0 R", "34343431353434313e>", "DATA"),
        ("/Filter/AHx/DecodeParms 7 0 R", "44415441>", "DATA"),
        // No object, and none in this generation: null, and an entry that is null is none (7.3.7, 7.3.10).
        ("/Filter 9 0 R", "DATA", "DATA"),
        ("/Filter 5 1 R", "DATA", "DATA"),
    ] {
        let mut file = File::page("");
        file.object(4, format!("<<{entries}/Length {}>>stream\r\n{data}\nendstream", data.len()));
        file.object(5, "/ASCIIHexDecode");
        file.object(6, "[5 0 R 5 0 R]");
        file.object(7, "null");
        file.finish_with("");
        let document = open(&file.octets);
        let view = document.latest();
        let object = view.object(Ref { number: 4, generation: 0 }).unwrap().expect("it is there");
        assert_eq!(view.stream_data(&object), Ok(decoded.as_bytes().to_vec()), "{entries}");
    }
}

#[test]
fn filters_that_lead_in_a_circle_or_to_something_else_are_refused() {
    for (entries, at_5) in [
        ("/Filter 5 0 R", "5 0 R"),
        ("/Filter 5 0 R", "(AHx)"),
        ("/Filter[5 0 R]", "null"),
        ("/Filter[5 0 R]", "[/AHx]"),
    ] {
        let mut file = File::page("");
        file.object(4, format!("<<{entries}/Length 4>>stream\r\nDATA\nendstream"));
        file.object(5, at_5);
        file.finish_with("");
        let document = open(&file.octets);
        let view = document.latest();
        let object = view.object(Ref { number: 4, generation: 0 }).unwrap().expect("it is there");
        assert!(view.stream_data(&object).is_err(), "{entries} {at_5}");
    }
}

#[test]
fn trailers_are_read_as_of_each_revision() {
    let mut file = File::page("");
    file.finish_with("/Info 2 0 R");
    file.finish_with("/Info 3 0 R");
    let document = open(&file.octets);
    let info = |revision| {
        let trailer = document.view(revision).expect("there are two").trailer().expect("well formed");
        let Some(Object::Reference(info)) = trailer.get("Info").unwrap().map(|value| value.object.clone()) else {
            panic!("a reference")
        };
        info.number
    };
    assert_eq!([info(0), info(1)], [2, 3]);
}
