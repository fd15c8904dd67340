use super::*;

fn signature(place: FieldPlace) -> Change {
    Change::SignatureAdded { field: "a".into(), is_time_stamp: false, place }
}

/// An empty field hides nothing, its signature may: in two revisions as in one.
#[test]
fn a_field_that_was_added_before_is_a_new_one_to_earlier_signatures() {
    let (page, beneath) = (Some(1), Beneath::Something);
    let (existing, new) = (FieldPlace::ExistingVisible { page, beneath }, FieldPlace::NewVisible { page, beneath });
    let added = HashSet::from(["a"]);
    assert_eq!(signature(existing).seen_from_before(&added), signature(new));
    assert_eq!(signature(existing).seen_from_before(&HashSet::from(["b"])), signature(existing));
    assert_eq!(signature(FieldPlace::Existing).seen_from_before(&added), signature(FieldPlace::Existing));
    assert_eq!(Change::Version.seen_from_before(&added), Change::Version);
}

#[test]
fn the_fields_that_a_revision_added_are_named() {
    let (page, beneath) = (None, Beneath::Unknown);
    for place in [FieldPlace::NewInvisible, FieldPlace::NewVisible { page, beneath }] {
        assert_eq!(signature(place).field_added(), Some("a"));
        assert_eq!(Change::EmptySignatureField { field: "a".into(), place }.field_added(), Some("a"));
    }
    for place in [FieldPlace::Existing, FieldPlace::ExistingVisible { page, beneath }] {
        assert_eq!(signature(place).field_added(), None);
    }
    assert_eq!(Change::Version.field_added(), None);
}

#[test]
fn the_worse_answer_of_two_widgets_is_the_greater() {
    assert!(Shown::Agrees < Shown::Unknown && Shown::Unknown < Shown::Disagrees);
}

#[test]
fn every_change_is_told_in_both_languages() {
    let (page, beneath) = (Some(3), Beneath::Something);
    let told = |change: &Change| [Language::English, Language::Indonesian].map(|language| change.text(language));
    assert_eq!(
        told(&signature(FieldPlace::NewVisible { page, beneath })),
        [
            "signature \"a\" added in a new field that paints over content of page 3",
            "tanda tangan \"a\" ditambahkan pada isian baru yang tampak di atas isi halaman 3",
        ]
    );
    assert_eq!(
        told(&Change::Unexplained { place: Place::Field("a".into()), object: Some(Ref { number: 7, generation: 0 }) }),
        ["form field \"a\" changed (object 7 0 R)", "isian formulir \"a\" diubah (objek 7 0 R)"]
    );
    assert_eq!(
        told(&Change::FieldValue { field: "a".into(), before: "1".into(), after: "2".into(), shown: Shown::Disagrees }),
        [
            "form field \"a\" changed from \"1\" to \"2\"; the page shows something else",
            "isian formulir \"a\" diubah dari \"1\" menjadi \"2\"; halaman menampilkan isi lain",
        ]
    );
}
