use super::super::tests::{Paper, appearance, unexplained};
use super::*;

const STAMP: &str = "<</Type/Annot/Subtype/Stamp/Rect[60 680 400 740]/AP<</N 13 0 R>>>>";

fn change(action: AnnotationAction, kind: &str) -> Change {
    Change::Annotation { page: 1, action, kind: kind.into() }
}

fn add(annotation: &str) -> Vec<Change> {
    Paper::form().end().begin().edit(3, "20 0 R]", "20 0 R 30 0 R]").put(30, annotation).changes()
}

#[test]
fn what_was_done_to_an_annotation_is_told_with_its_kind() {
    let paper = Paper::form().end();
    assert_eq!(add(STAMP), [change(AnnotationAction::Added, "Stamp")]);
    assert_eq!(paper.begin().edit(20, "note", "other").changes(), [change(AnnotationAction::Changed, "Text")]);
    assert_eq!(paper.begin().edit(3, " 20 0 R]", "]").changes(), [change(AnnotationAction::Removed, "Text")]);
    assert_eq!(paper.begin().free(20).changes(), [change(AnnotationAction::Changed, "Text")]);
    assert_eq!(add("<</Rect[0 0 9 9]>>"), [change(AnnotationAction::Added, UNKNOWN_KIND)]);
    assert_eq!(add("[]"), [change(AnnotationAction::Added, UNKNOWN_KIND)]);
    let page_2 = paper.begin().edit(4, "/Type", "/Annots[30 0 R]/Type").put(30, STAMP).changes();
    assert_eq!(page_2, [Change::Annotation { page: 2, action: AnnotationAction::Added, kind: "Stamp".into() }]);
}

#[test]
fn annotations_of_no_object_are_told_too() {
    let paper = Paper::form().edit(4, "/Type", "/Annots[<</Subtype/Text/Rect[1 2 3 4]>>]/Type").end();
    assert_eq!(paper.begin().edit(4, "[1 2 3 4]", "[1.0 2 3 4]").changes(), []);
    assert_eq!(paper.begin().edit(4, "[1 2 3 4]", "[1 2 3 5]").changes().len(), 2);
    assert_eq!(
        paper
            .begin()
            .edit(4, "[<<", "30 0 R")
            .edit(4, "30 0 R/Subtype/Text/Rect[1 2 3 4]>>]", "30 0 R")
            .put(30, "[]")
            .changes()
            .len(),
        1
    );
}

#[test]
fn an_annotation_may_lead_somewhere_and_not_act() {
    let link = |action: &str| add(&format!("<</Subtype/Link/Rect[0 0 9 9]{action}>>"));
    let added = change(AnnotationAction::Added, "Link");
    for leads in
        ["", "/A<</S/URI/URI(x)>>", "/A<</S/GoTo/D[3 0 R]>>", "/A<</S/GoToR/F(x)>>", "/A<</S/Named/N/NextPage>>"]
    {
        assert_eq!(link(leads), std::slice::from_ref(&added), "{leads}");
    }
    for acts in [
        "/AA<</E<</S/URI/URI(x)>>>>",
        "/A<</S/JavaScript/JS(x)>>",
        "/A<</S/Launch/F(x)>>",
        "/A<</S/SetOCGState/State[/OFF]>>",
        "/A<</S/Hide/T(x)>>",
        "/A<<>>",
        "/A<</S/URI/URI(x)/Next<</S/JavaScript/JS(x)>>>>",
    ] {
        assert_eq!(link(acts), [added.clone(), unexplained(Place::Page(1), 30)], "{acts}");
    }
    // The same for one that was there.
    let paper = Paper::form().end();
    let changes = paper.begin().edit(20, "/Contents", "/A<</S/JavaScript/JS(x)>>/Contents").changes();
    assert_eq!(changes, [unexplained(Place::Page(1), 20)]);
    let acting = Paper::form().edit(20, "/Contents", "/AA<<>>/Contents").end();
    assert_eq!(acting.begin().edit(20, "", "").changes(), []);
}

#[test]
fn a_widget_is_the_forms_matter() {
    let paper =
        Paper::form().put(30, "<</Subtype/Widget/FT/Tx/Rect[0 0 9 9]>>").edit(3, "20 0 R]", "20 0 R 30 0 R]").end();
    // One that no field owns is as strict as content.
    let page = |number| unexplained(Place::Page(1), number);
    assert_eq!(paper.begin().edit(30, "[0 0 9 9]", "[0 0 900 900]").changes(), [page(30)]);
    assert_eq!(paper.begin().edit(20, "/Subtype/Text", "/Subtype/Widget").changes(), [page(20)]);
    assert_eq!(paper.begin().edit(30, "/Subtype/Widget", "/Subtype/Text").changes(), [page(30)]);
    assert_eq!(add("<</Subtype/Widget/FT/Tx/Rect[0 0 9 9]>>"), [change(AnnotationAction::Added, WIDGET)]);
    let removed = paper.begin().edit(3, "10 0 R ", "").changes();
    assert_eq!(removed, [change(AnnotationAction::Removed, WIDGET)]);
    let elsewhere = paper.begin().edit(4, "/Type", "/Annots[10 0 R]/Type").changes();
    assert_eq!(elsewhere, [Change::Annotation { page: 2, action: AnnotationAction::Added, kind: WIDGET.into() }]);
}

/// An annotation's appearance may be drawn by the page itself: then it is content.
#[test]
fn what_the_page_draws_too_is_content() {
    let paper = Paper::form()
        .edit(20, "/Contents", "/AP<</N 30 0 R>>/Contents")
        .edit(3, "/Type", "/Resources<</XObject<</X 30 0 R>>>>/Type")
        .put(30, appearance("a"))
        .end();
    let changes = paper.begin().put(30, appearance("b")).changes();
    assert!(changes.contains(&unexplained(Place::Page(1), 30)), "{changes:?}");
}

#[test]
fn the_area_is_compared_with_what_the_widget_itself_did_not_paint() {
    let signature = "<</Type/Sig/SubFilter/ETSI.CAdES.detached>>";
    let below = |other: &str| {
        let paper = Paper::form()
            .edit(17, "/F 4", "/F 4/AP<</N 16 0 R>>")
            .edit(20, "/Rect[500 700 520 720]", other)
            .put(30, signature)
            .end();
        match paper.begin().edit(17, "/AP<</N 16 0 R>>", "/V 30 0 R/AP<</N 13 0 R>>").changes().as_slice() {
            [Change::SignatureAdded { place: FieldPlace::ExistingVisible { beneath, .. }, .. }] => *beneath,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(below("/Rect[500 700 520 720]/AP<</N 13 0 R>>"), Beneath::Nothing);
    assert_eq!(below("/Rect[350 510 360 515]/AP<</N 13 0 R>>"), Beneath::Something);
    assert_eq!(below("/Rect[350 510 360 515]"), Beneath::Nothing);
    assert_eq!(below("/AP<</N 13 0 R>>"), Beneath::Unknown);
}
