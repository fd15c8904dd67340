use pades::{Limits, PdfError};

use super::super::change::{AnnotationAction, Place};
use super::super::tests::Paper;
use super::*;

const LEVELS: [Option<DocMdp>; 5] =
    [None, Some(DocMdp::NoChanges), Some(DocMdp::FormFilling), Some(DocMdp::Annotations), Some(DocMdp::Unknown)];

/// The rulings without a certification, under P = 1, 2, 3, and under one that is not understood.
fn rulings(change: &Change) -> [Ruling; 5] {
    LEVELS.map(|certification| {
        Permissions { certification, locks: Vec::new() }.rule(change, std::slice::from_ref(change))
    })
}

fn signature(is_time_stamp: bool, place: FieldPlace) -> Change {
    Change::SignatureAdded { field: "a.b".into(), is_time_stamp, place }
}

const fn new_on(beneath: Beneath) -> FieldPlace {
    FieldPlace::NewVisible { page: Some(1), beneath }
}

const fn existing_on(beneath: Beneath) -> FieldPlace {
    FieldPlace::ExistingVisible { page: Some(1), beneath }
}

use Beneath::{Nothing, Something};
use Ruling::{Expected, Forbidden, Open, Reported};

#[test]
fn further_signatures_are_expected_unless_a_certification_forbids_them() {
    let cases = [
        (FieldPlace::Existing, [Expected, Forbidden, Expected, Expected, Forbidden]),
        (FieldPlace::NewInvisible, [Expected, Forbidden, Reported, Reported, Forbidden]),
        (existing_on(Nothing), [Expected, Forbidden, Expected, Expected, Forbidden]),
        (existing_on(Something), [Reported, Forbidden, Reported, Reported, Forbidden]),
        (existing_on(Beneath::Unknown), [Reported, Forbidden, Reported, Reported, Forbidden]),
        (new_on(Nothing), [Reported, Forbidden, Reported, Reported, Forbidden]),
        (new_on(Something), [Open, Forbidden, Open, Open, Forbidden]),
        (new_on(Beneath::Unknown), [Open, Forbidden, Open, Open, Forbidden]),
    ];
    for (place, expected) in cases {
        assert_eq!(rulings(&signature(false, place)), expected, "{place:?}");
    }
}

#[test]
fn document_time_stamps_follow_every_certification_but_cover_nothing() {
    let cases = [
        (FieldPlace::Existing, [Expected; 5]),
        (FieldPlace::NewInvisible, [Expected; 5]),
        (existing_on(Nothing), [Reported; 5]),
        (existing_on(Something), [Reported, Open, Reported, Reported, Open]),
        (existing_on(Beneath::Unknown), [Reported, Open, Reported, Reported, Open]),
        (new_on(Nothing), [Reported; 5]),
        (new_on(Something), [Open; 5]),
        (new_on(Beneath::Unknown), [Open; 5]),
    ];
    for (place, expected) in cases {
        assert_eq!(rulings(&signature(true, place)), expected, "{place:?}");
    }
}

#[test]
fn an_empty_field_is_reported_and_covers_nothing() {
    let empty = |place| Change::EmptySignatureField { field: "a".into(), place };
    assert_eq!(rulings(&empty(FieldPlace::NewInvisible)), [Reported, Forbidden, Reported, Reported, Forbidden]);
    assert_eq!(rulings(&empty(new_on(Nothing))), [Reported, Forbidden, Reported, Reported, Forbidden]);
    assert_eq!(rulings(&empty(new_on(Something))), [Open, Forbidden, Open, Open, Forbidden]);
    assert_eq!(rulings(&empty(new_on(Beneath::Unknown))), [Open, Forbidden, Open, Open, Forbidden]);
}

#[test]
fn forms_are_filled_and_pages_annotated_only_where_that_is_permitted() {
    let filled = |shown| Change::FieldValue { field: "a.b".into(), before: "1".into(), after: "2".into(), shown };
    assert_eq!(rulings(&filled(Shown::Agrees)), [Forbidden, Forbidden, Reported, Reported, Forbidden]);
    assert_eq!(rulings(&filled(Shown::Unknown)), [Forbidden, Forbidden, Open, Open, Forbidden]);
    assert_eq!(rulings(&filled(Shown::Disagrees)), [Forbidden; 5]);
    for action in [AnnotationAction::Added, AnnotationAction::Changed, AnnotationAction::Removed] {
        let annotation = |kind: &str| Change::Annotation { page: 1, action, kind: kind.into() };
        assert_eq!(rulings(&annotation("Stamp")), [Forbidden, Forbidden, Forbidden, Reported, Forbidden]);
        assert_eq!(rulings(&annotation(WIDGET)), [Forbidden; 5]);
        assert_eq!(rulings(&annotation(UNKNOWN_KIND)), [Forbidden; 5]);
    }
}

#[test]
fn what_is_no_change_of_the_document_is_told() {
    assert_eq!(rulings(&Change::SecurityStore), [Expected; 5]);
    assert_eq!(rulings(&Change::Version), [Reported; 5]);
    assert_eq!(rulings(&Change::Extensions), [Reported; 5]);
    for change in [Change::Information, Change::Metadata] {
        assert_eq!(rulings(&change), [Reported, Forbidden, Reported, Reported, Forbidden]);
    }
}

#[test]
fn what_no_rule_knows_is_forbidden_and_what_cannot_be_read_is_open() {
    assert_eq!(rulings(&Change::Unexplained { place: Place::Page(1), object: None }), [Forbidden; 5]);
    assert_eq!(rulings(&Change::TooMany), [Forbidden; 5]);
    assert_eq!(rulings(&Change::Unreadable(PdfError::BudgetSpent)), [Open; 5]);
}

/// Programs write into the metadata what they did, while they add what every certification allows.
#[test]
fn metadata_may_keep_the_books_of_archiving() {
    let permissions = Permissions { certification: Some(DocMdp::NoChanges), locks: Vec::new() };
    let with = |company: Change| permissions.rule(&Change::Metadata, &[Change::Metadata, company]);
    assert_eq!(with(Change::SecurityStore), Reported);
    assert_eq!(with(signature(true, FieldPlace::NewInvisible)), Reported);
    assert_eq!(with(signature(false, FieldPlace::NewInvisible)), Forbidden);
    assert_eq!(with(Change::Version), Forbidden);
}

#[test]
fn locked_fields_are_neither_filled_nor_signed() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let cases = [
        (Lock::All, true),
        (Lock::Include(names(&["a.b"])), true),
        (Lock::Include(names(&["a"])), true),
        (Lock::Include(names(&["a.bc", "b", "a.b.c"])), false),
        (Lock::Include(names(&[])), false),
        (Lock::Exclude(names(&["a.b"])), false),
        (Lock::Exclude(names(&["a"])), false),
        (Lock::Exclude(names(&["a.bc", "b"])), true),
    ];
    for (lock, is_locked) in cases {
        let permissions = Permissions { certification: Some(DocMdp::FormFilling), locks: vec![lock] };
        let change = |shown| Change::FieldValue { field: "a.b".into(), before: "1".into(), after: "2".into(), shown };
        let rule = |change: &Change| permissions.rule(change, &[]);
        assert_eq!(rule(&change(Shown::Agrees)) == Forbidden, is_locked);
        assert_eq!(rule(&change(Shown::Unknown)) == Forbidden, is_locked);
        assert_eq!(rule(&signature(false, FieldPlace::Existing)) == Forbidden, is_locked);
        assert_eq!(rule(&signature(false, existing_on(Nothing))) == Forbidden, is_locked);
        assert_eq!(rule(&signature(false, existing_on(Something))) == Forbidden, is_locked);
        assert_eq!(rule(&signature(false, FieldPlace::NewInvisible)), Reported);
    }
}

/// The permissions that the first signature of a file leaves, whose field has `field` and whose signature `entries`.
fn permissions(field: &str, entries: &str) -> Permissions {
    let paper = Paper::form().edit(17, "/F 4", &format!("/V 30 0 R{field}")).put(30, format!("<</Type/Sig{entries}>>"));
    let paper = paper.end();
    let pdf = SignedPdf::open(paper.octets(), &Limits::default()).expect("a file that can be opened");
    Permissions::of(&pdf, pdf.signatures().first().expect("one signature"))
}

fn of_transforms(entries: &str) -> Permissions {
    permissions("", &format!("/Reference[{entries}]"))
}

#[test]
fn a_certification_is_read_from_the_signature_and_from_the_lock_of_its_field() {
    let transform = |level: &str| format!("<</TransformMethod/DocMDP/TransformParams<</P {level}>>>>");
    assert_eq!(permissions("", "").certification, None);
    assert_eq!(of_transforms(&transform("1")).certification, Some(DocMdp::NoChanges));
    assert_eq!(of_transforms(&transform("3")).certification, Some(DocMdp::Annotations));
    assert_eq!(of_transforms(&transform("7")).certification, Some(DocMdp::Unknown));
    for (level, expected) in
        [("1", DocMdp::NoChanges), ("2", DocMdp::FormFilling), ("3", DocMdp::Annotations), ("4", DocMdp::Unknown)]
    {
        let lock = format!("/Lock<</Action/Include/Fields[]/P {level}>>");
        assert_eq!(permissions(&lock, "").certification, Some(expected));
    }
    // The strictest counts.
    let both = permissions("/Lock<</Action/Include/P 2>>", &format!("/Reference[{}]", transform("3")));
    assert_eq!(both.certification, Some(DocMdp::FormFilling));
    let both = permissions("/Lock<</Action/Include/P 3>>", &format!("/Reference[{}]", transform("9")));
    assert_eq!(both.certification, Some(DocMdp::Unknown));
}

#[test]
fn locks_are_read_from_the_signature_and_from_its_field() {
    let locked = |permissions: &Permissions| ["x", "x.y", "z"].map(|field| permissions.is_locked(field));
    let transform =
        |parameters: &str| of_transforms(&format!("<</TransformMethod/FieldMDP/TransformParams<<{parameters}>>>>"));
    assert_eq!(locked(&permissions("", "")), [false; 3]);
    assert_eq!(locked(&transform("/Action/Include/Fields[(x)]")), [true, true, false]);
    assert_eq!(locked(&transform("/Action/Exclude/Fields[(x)]")), [false, false, true]);
    assert_eq!(locked(&transform("/Action/All")), [true; 3]);
    assert_eq!(locked(&transform("/Action/Include")), [false; 3]);
    // What is not understood locks everything.
    assert_eq!(locked(&transform("")), [true; 3]);
    assert_eq!(locked(&transform("/Action/Other/Fields[(x)]")), [true; 3]);
    assert_eq!(locked(&transform("/Action(x)")), [true; 3]);
    assert_eq!(locked(&permissions("/Lock(x)", "")), [true; 3]);
    assert_eq!(locked(&permissions("/Lock<</Action/Include/Fields[(x)]>>", "")), [true, true, false]);
    let other = of_transforms("<</TransformMethod/DocMDP/TransformParams<</Action/All>>>>");
    assert_eq!(locked(&other), [false; 3]);
}

#[test]
fn an_empty_field_that_is_signed_later_is_judged_as_a_new_one() {
    let permissions = Permissions { certification: None, locks: Vec::new() };
    let empty = Change::EmptySignatureField { field: "a.b".into(), place: FieldPlace::NewInvisible };
    let signed = signature(false, existing_on(Something));
    let as_new = signature(false, new_on(Something));
    let first = permissions.judge([std::slice::from_ref(&empty), std::slice::from_ref(&signed)]);
    assert_eq!(first, [vec![(empty, Reported)], vec![(as_new, Open)]]);
    // To a signature that covers the empty field it is one that was there.
    assert_eq!(permissions.judge([std::slice::from_ref(&signed)]), [vec![(signed, Reported)]]);
}

#[test]
fn the_strictest_ruling_decides_on_a_revision() {
    use super::super::result_of;
    use crate::report::CheckResult;

    let with =
        |rulings: &[Ruling]| result_of(&rulings.iter().map(|ruling| (Change::Version, *ruling)).collect::<Vec<_>>());
    assert_eq!(with(&[]), CheckResult::Passed);
    assert_eq!(with(&[Reported, Expected]), CheckResult::Passed);
    assert_eq!(with(&[Reported, Open, Expected]), CheckResult::NotChecked);
    assert_eq!(with(&[Forbidden, Open]), CheckResult::Failed);
}
