use super::super::tests::{Draft, Paper, appearance, unexplained};
use super::*;

const SIGNATURE: &str = "<</Type/Sig/SubFilter/ETSI.CAdES.detached>>";
const EMPTY_AREA: &str = "300 100 400 120";
const OVER_TEXT: &str = "60 680 400 740";

/// A revision with a new field, as signing programs write it.
fn with(field: &str) -> Draft {
    with_widgets("30 0 R", field)
}

fn with_widgets(widgets: &str, field: &str) -> Draft {
    let draft = Paper::form().end().begin().edit(9, "17 0 R]", "17 0 R 30 0 R]");
    let draft = draft.edit(3, "20 0 R]", &format!("20 0 R {widgets}]"));
    draft.put(30, field).put(31, SIGNATURE).put(32, appearance("x"))
}

fn widget(rectangle: &str, entries: &str) -> String {
    format!("<</Type/Annot/Subtype/Widget/FT/Sig/T(New)/Rect[{rectangle}]{entries}>>")
}

fn signed(field: &str, place: FieldPlace) -> Change {
    Change::SignatureAdded { field: field.into(), is_time_stamp: false, place }
}

fn visible(beneath: Beneath) -> FieldPlace {
    FieldPlace::NewVisible { page: Some(1), beneath }
}

#[test]
fn a_new_signature_is_told_with_its_place() {
    let place = |rectangle: &str, entries: &str| {
        let changes = with(&widget(rectangle, &format!("/V 31 0 R{entries}"))).changes();
        match changes.as_slice() {
            [Change::SignatureAdded { place, .. }] => *place,
            other => panic!("{other:?}"),
        }
    };
    const SHOWN: &str = "/F 4/AP<</N 32 0 R>>";
    assert_eq!(place("0 0 0 0", "/F 132"), FieldPlace::NewInvisible);
    assert_eq!(place(OVER_TEXT, "/F 4"), FieldPlace::NewInvisible);
    assert_eq!(place("0 0 0 0", SHOWN), FieldPlace::NewInvisible);
    assert_eq!(place(EMPTY_AREA, SHOWN), visible(Beneath::Nothing));
    assert_eq!(place(OVER_TEXT, SHOWN), visible(Beneath::Something));
    // What it draws by itself counts as well as an appearance.
    for entries in ["/MK<<>>", "/BS<<>>", "/Border[0 0 5]"] {
        assert_eq!(place(OVER_TEXT, entries), visible(Beneath::Something), "{entries}");
    }
    assert_eq!(place(OVER_TEXT, "/Border[0 0 0]"), FieldPlace::NewInvisible);
    // Printed, or shown when the pointer passes.
    assert_eq!(place(OVER_TEXT, "/F 2/AP<</N 32 0 R>>"), FieldPlace::NewInvisible);
    assert_eq!(place(OVER_TEXT, "/F 32/AP<</N 32 0 R>>"), FieldPlace::NewInvisible);
    assert_eq!(place(OVER_TEXT, "/F 36/AP<</N 32 0 R>>"), visible(Beneath::Something));
    assert_eq!(place(OVER_TEXT, "/F 288/AP<</N 32 0 R>>"), visible(Beneath::Something));
    // Keeps its size, or its direction, whatever the page does.
    assert_eq!(place(EMPTY_AREA, "/F 12/AP<</N 32 0 R>>"), visible(Beneath::Unknown));
    assert_eq!(place(EMPTY_AREA, "/F 20/AP<</N 32 0 R>>"), visible(Beneath::Unknown));
    assert_eq!(place("1 2 3", SHOWN), visible(Beneath::Unknown));
}

#[test]
fn the_worst_of_its_widgets_stands_for_a_field() {
    let field = "<</FT/Sig/T(New)/V 31 0 R/Kids[33 0 R 34 0 R]>>";
    let kid = |rectangle: &str| format!("<</Subtype/Widget/Parent 30 0 R/Rect[{rectangle}]/AP<</N 32 0 R>>>>");
    let widgets = |first: &str, second: &str| {
        with_widgets("33 0 R 34 0 R", field).put(33, kid(first)).put(34, kid(second)).changes()
    };
    assert_eq!(widgets(EMPTY_AREA, EMPTY_AREA), [signed("New", visible(Beneath::Nothing))]);
    assert_eq!(widgets(EMPTY_AREA, OVER_TEXT), [signed("New", visible(Beneath::Something))]);
    assert_eq!(widgets(OVER_TEXT, EMPTY_AREA), [signed("New", visible(Beneath::Something))]);
}

#[test]
fn a_widget_that_no_page_lists_has_no_place() {
    let changes = with_widgets("", &widget(OVER_TEXT, "/V 31 0 R/AP<</N 32 0 R>>")).changes();
    let place = FieldPlace::NewVisible { page: None, beneath: Beneath::Unknown };
    assert_eq!(changes, [signed("New", place)]);
    // A frame is drawn by the page that lists it.
    for frame in ["/Border[0 0 5]", "/BS<<>>"] {
        let changes = with_widgets("", &widget(OVER_TEXT, &format!("/V 31 0 R{frame}"))).changes();
        assert_eq!(changes, [signed("New", FieldPlace::NewInvisible)]);
    }
}

#[test]
fn a_field_without_a_signature_is_told_with_its_place() {
    let empty = |place| Change::EmptySignatureField { field: "New".into(), place };
    assert_eq!(with(&widget(OVER_TEXT, "")).changes(), [empty(FieldPlace::NewInvisible)]);
    assert_eq!(with(&widget(EMPTY_AREA, "/AP<</N 32 0 R>>")).changes(), [empty(visible(Beneath::Nothing))]);
    assert_eq!(with(&widget(OVER_TEXT, "/AP<</N 32 0 R>>/V null")).changes(), [empty(visible(Beneath::Something))]);
    assert_eq!(with(&widget(OVER_TEXT, "/V 99 0 R")).changes(), [empty(FieldPlace::NewInvisible)]);
}

#[test]
fn whatever_is_more_than_a_signature_field_is_refused() {
    let refused = |field: &str| {
        let changes = with(field).changes();
        assert_eq!(changes.first(), Some(&unexplained(Place::Form, 30)), "{field}");
    };
    for entries in
        ["/A<<>>", "/AA<<>>", "/PA<<>>", "/FS(x)", "/Parent 10 0 R", "/RichMediaContent<<>>", "/F 4/F 2", "/Dest[]"]
    {
        refused(&widget("0 0 0 0", &format!("/V 31 0 R{entries}")));
    }
    refused("<</FT/Tx/T(New)/V(1)>>");
    refused("<</T(New)>>");
    refused("<</T(New)/Kids[]>>");
    refused("<</FT/Sig/Subtype/Stamp/T(New)/Rect[0 0 0 0]>>");
    refused("<</FT/Sig/T(New)/Kids[<<>>]>>");
    refused("[]");
    // Or takes the name, or the object, of another one.
    let named = with(&widget("0 0 0 0", "/V 31 0 R").replace("New", "amount")).changes();
    assert_eq!(named.first(), Some(&unexplained(Place::Field("amount".into()), 30)));
    let paper = Paper::form().put(30, "<</A 1>>").end();
    let reused = paper.begin().edit(9, "17 0 R]", "17 0 R 30 0 R]").put(30, widget("0 0 0 0", ""));
    assert_eq!(reused.changes(), [unexplained(Place::Form, 30)]);
}

#[test]
fn its_widgets_are_nothing_but_widgets() {
    for kid in [
        "<</Subtype/Widget/Parent 30 0 R/A<<>>>>",
        "<</Subtype/Widget/Parent 10 0 R>>",
        "<</Subtype/Stamp/Parent 30 0 R>>",
        "<</Parent 30 0 R/Kids[10 0 R]>>",
        "[]",
    ] {
        let draft = with_widgets("33 0 R", "<</FT/Sig/T(New)/V 31 0 R/Kids[33 0 R]>>").put(33, kid);
        assert_eq!(draft.changes().first(), Some(&unexplained(Place::Form, 33)), "{kid}");
    }
    let taken = with("<</FT/Sig/T(New)/V 31 0 R/Kids[20 0 R]>>").changes();
    assert_eq!(taken.first(), Some(&unexplained(Place::Form, 20)));
}

#[test]
fn a_field_may_stand_below_a_name() {
    let group = "<</T(Group)/Kids[33 0 R]>>";
    let field = "<</FT/Sig/Subtype/Widget/T(New)/Parent 30 0 R/Rect[0 0 0 0]/V 31 0 R>>";
    assert_eq!(with_widgets("33 0 R", group).put(33, field).changes(), [signed("Group.New", FieldPlace::NewInvisible)]);
    for (number, wrong) in [(30, "<</T(Group)/V(1)/Kids[33 0 R]>>"), (30, "<</T(Group)/FT/Tx/Kids[33 0 R]>>")] {
        assert_eq!(
            with_widgets("33 0 R", wrong).put(33, field).changes().first(),
            Some(&unexplained(Place::Form, number))
        );
    }
    for wrong in [field.replace("/T(New)", ""), field.replace("/Parent 30 0 R", "")] {
        assert_eq!(with_widgets("33 0 R", group).put(33, wrong).changes().first(), Some(&unexplained(Place::Form, 33)));
    }
}

/// A reader with wider limits than ours opens such a file.
#[test]
fn a_field_below_too_many_names_is_refused() {
    let wide = pades::Limits { nesting: 100, ..pades::Limits::default() };
    let below = |names: u32| {
        let name = |number: u32| {
            let parent = if number == 100 { String::new() } else { format!("/Parent {} 0 R", number - 1) };
            format!("<</T(g){parent}/Kids[{} 0 R]>>", number + 1)
        };
        let draft = Paper::form().end().begin().edit(9, "17 0 R]", "17 0 R 100 0 R]").put(31, SIGNATURE);
        let draft = (100..100 + names).fold(draft, |draft, number| draft.put(number, name(number)));
        let field = format!("<</FT/Sig/T(New)/Parent {} 0 R/V 31 0 R>>", 99 + names);
        draft.put(100 + names, field).end().changes_within(&wide)
    };
    let field = "g.".repeat(64) + "New";
    assert_eq!(below(64), [signed(&field, FieldPlace::NewInvisible)]);
    assert_eq!(below(65), [unexplained(Place::Form, 165)]);
}

#[test]
fn a_field_may_join_others_below_a_name_and_no_others() {
    let below = |parent: &str| {
        let paper = Paper::form().edit(9, "17 0 R]", "17 0 R 40 0 R]").put(40, parent).put(41, "<</T(old)>>").end();
        let field = "<</FT/Sig/Subtype/Widget/T(New)/Parent 40 0 R/Rect[0 0 0 0]/V 31 0 R>>";
        let draft = paper.begin().edit(40, "41 0 R]", "41 0 R 33 0 R]").put(33, field).put(31, SIGNATURE);
        draft.edit(3, "20 0 R]", "20 0 R 33 0 R]").changes()
    };
    assert_eq!(below("<</T(Group)/Kids[41 0 R]>>"), [signed("Group.New", FieldPlace::NewInvisible)]);
    let changes = below("<</T(Group)/FT/Tx/V(1)/Kids[41 0 R]>>");
    assert_eq!(changes.first(), Some(&unexplained(Place::Field("Group".into()), 40)));
}

#[test]
fn only_what_is_encoded_as_a_time_stamp_is_one() {
    let stamp = |dictionary: &str| {
        let changes = with(&widget("0 0 0 0", "/V 31 0 R")).put(31, dictionary).changes();
        match changes.as_slice() {
            [Change::SignatureAdded { is_time_stamp, .. }] => *is_time_stamp,
            other => panic!("{other:?}"),
        }
    };
    assert!(stamp("<</Type/DocTimeStamp/SubFilter/ETSI.RFC3161>>"));
    assert!(!stamp("<</Type/DocTimeStamp/SubFilter/ETSI.CAdES.detached>>"));
    assert!(!stamp("<</Type/Sig/SubFilter/ETSI.RFC3161>>"));
    assert!(!stamp("<</SubFilter/ETSI.RFC3161>>"));
}
