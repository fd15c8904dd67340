use super::super::change::Shown;
use super::super::tests::{Draft, FONT, NINES, Paper, appearance, stream, unexplained};
use super::*;

const SIGNATURE: &str = "<</Type/Sig/SubFilter/ETSI.CAdES.detached>>";

fn of_field(name: &str, number: u32) -> Change {
    unexplained(Place::Field(name.into()), number)
}

fn filled(field: &str, before: &str, after: &str, shown: Shown) -> Change {
    Change::FieldValue { field: field.into(), before: before.into(), after: after.into(), shown }
}

fn signed(place: FieldPlace) -> Change {
    Change::SignatureAdded { field: "Approval".into(), is_time_stamp: false, place }
}

#[test]
fn nothing_but_the_value_and_what_shows_it_may_change() {
    let paper = Paper::form().end();
    for (from, to) in [
        ("/F 4", "/F 6"),
        ("/F 4", "/F 36"),
        ("[72 600", "[72 100"),
        ("/F 4", "/F 4/Ff 1"),
        ("/F 4", "/F 4/DA(1 g)"),
        ("/F 4", "/F 4/MK<<>>"),
        ("/F 4", "/F 4/AA<<>>"),
        ("/F 4", "/F 4/A<<>>"),
        ("/F 4", "/F 4/DV(9)"),
        ("/F 4", "/F 4/OC 8 0 R"),
        ("/FT/Tx", "/FT/Sig"),
        ("(amount)", "(total)"),
        ("13 0 R", "16 0 R"),
    ] {
        assert_eq!(paper.begin().edit(10, from, to).changes().len(), 1, "{to}");
        let with_value =
            paper.begin().edit(10, from, to).edit(10, "(100)", "(200)").put(13, appearance("200")).changes();
        assert!(with_value.iter().any(|change| *change == of_field("amount", 10)) || to == "16 0 R", "{with_value:?}");
    }
    assert_eq!(paper.begin().put(13, appearance("200")).changes(), [of_field("amount", 13)]);
    let on = paper.begin().edit(11, "/AS/Off", "/AS/Yes").changes();
    assert_eq!(on, [of_field("agree", 11)]);
}

#[test]
fn a_filled_field_is_told_with_both_values() {
    let paper = Paper::form().end();
    let changes = paper.begin().edit(10, "(100)", "(250)").put(13, appearance("250")).changes();
    assert_eq!(changes, [filled("amount", "100", "250", Shown::Agrees)]);
    let changes = paper.begin().edit(10, "/V(100)", "").put(13, appearance("")).changes();
    assert_eq!(changes, [filled("amount", "100", "", Shown::Agrees)]);
}

#[test]
fn the_form_itself_is_strict() {
    let paper = Paper::form().end();
    for entry in ["/NeedAppearances true", "/XFA[]", "/CO[10 0 R]", "/Q 2", "/DA(1 g)"] {
        let changes = paper.begin().edit(9, "/DR", &format!("{entry}/DR")).changes();
        assert_eq!(changes, [unexplained(Place::Form, 0)], "{entry}");
    }
    let swapped = paper.begin().edit(9, "/Helv 6 0 R", "/Helv 30 0 R").put(30, NINES).changes();
    assert_eq!(swapped, [unexplained(Place::Form, 30)]);
    assert_eq!(paper.begin().edit(9, "10 0 R ", "").changes().first(), Some(&unexplained(Place::Form, 0)));
    assert_eq!(paper.begin().edit(1, "/AcroForm 9 0 R", "").changes().first(), Some(&unexplained(Place::Form, 0)));
    // The same form in an object of its own, or in none.
    let copied = paper
        .begin()
        .edit(1, "9 0 R", "30 0 R")
        .put(30, "<</Fields[10 0 R 11 0 R 12 0 R 17 0 R]/DR<</Font<</Helv 6 0 R>>>>>>");
    assert_eq!(copied.changes(), []);
    let twice = paper.begin().edit(9, "/DR", "/DR<<>>/DR").changes();
    assert!(twice.contains(&unexplained(Place::Form, 0)), "{twice:?}");
}

#[test]
fn a_form_written_into_the_catalog_has_the_same_rules() {
    let form = "<</Fields[10 0 R 11 0 R 12 0 R 17 0 R]/DR<</Font<</Helv 6 0 R>>>>>>";
    let paper = Paper::form().edit(1, "9 0 R", form).end();
    assert_eq!(paper.begin().edit(1, "/DR", "/SigFlags 3/DR").changes(), []);
    assert_eq!(paper.begin().edit(1, "/DR", "/Q 1/DR").changes(), [unexplained(Place::Form, 0)]);
    let bare = Paper::form().edit(1, "/AcroForm 9 0 R", "").end();
    assert_eq!(bare.begin().edit(1, "/Type", "/AcroForm<</Fields[]/SigFlags 3/DR<<>>>>/Type").changes(), []);
    assert_eq!(bare.begin().edit(1, "/Type", "/AcroForm null/Type").changes(), []);
    let changes = bare.begin().edit(1, "/Type", "/AcroForm<</Fields[]/NeedAppearances true>>/Type").changes();
    assert_eq!(changes, [unexplained(Place::Form, 0)]);
}

#[test]
fn signature_flags_are_set_and_never_cleared() {
    let paper = Paper::form().edit(9, "/DR", "/SigFlags 1/DR").end();
    let flags = |flags: &str| paper.begin().edit(9, "/SigFlags 1", flags).changes();
    assert_eq!(flags("/SigFlags 3"), []);
    for wrong in ["/SigFlags 2", "/SigFlags 0", "/SigFlags 5", "/SigFlags(x)", ""] {
        assert_eq!(flags(wrong), [unexplained(Place::Form, 0)], "{wrong}");
    }
}

/// No field's appearance is made from the defaults then.
#[test]
fn defaults_are_free_only_while_all_fields_are_signatures() {
    let defaults = "/DA(1 g)/Q 1/DR<</Font<</Helv 30 0 R>>>>";
    let try_with = |fields: &str, kid: &str| {
        let form = format!("<</Fields[{fields}]/DR<<>>>>");
        let paper = Paper::form()
            .put(9, form)
            .put(3, "<</Type/Page/Parent 2 0 R/Contents 5 0 R>>")
            .put(40, "<</FT/Sig/T(a)/Kids[41 0 R]>>")
            .put(41, kid)
            .end();
        paper.begin().edit(9, "/DR<<>>", defaults).put(30, FONT).changes()
    };
    assert_eq!(try_with("", "null"), []);
    assert_eq!(try_with("17 0 R", "null"), []);
    assert_eq!(try_with("17 0 R 40 0 R", "<</Subtype/Widget>>"), []);
    assert_eq!(try_with("17 0 R 40 0 R", "<</FT/Tx/T(b)>>").len(), 1);
    assert_eq!(try_with("17 0 R 10 0 R", "null").len(), 1);
    assert_eq!(try_with("17 0 R 41 0 R", "<</T(b)>>").len(), 1);
    assert_eq!(try_with("8 0 R", "null").len(), 1);
    // Below a signature field it is one, and beside it none.
    assert_eq!(try_with("41 0 R 40 0 R", "<</T(b)>>").len(), 1);
}

/// Fields in one another, that many, of this kind, the last one with a value.
fn nested(kind: &str, depth: u32) -> Draft {
    let mut draft = Paper::form().put(9, "<</Fields[100 0 R]/DR<<>>>>").put(3, "<</Type/Page/Parent 2 0 R>>");
    draft = draft.put(100 + depth, format!("<</FT/{kind}/V(1)>>"));
    (100..100 + depth)
        .fold(draft, |draft, number| draft.put(number, format!("<</FT/{kind}/Kids[{} 0 R]>>", number + 1)))
}

/// A reader with wider limits than ours opens such a file.
#[test]
fn fields_deeper_than_the_deepest_are_strict() {
    let wide = pades::Limits { nesting: 100, ..pades::Limits::default() };
    let fill = |depth: u32| {
        let paper = nested("Tx", depth).end();
        paper.begin().edit(100 + depth, "(1)", "(2)").end().changes_within(&wide)
    };
    assert_eq!(fill(64), [filled("", "1", "2", Shown::Agrees)]);
    assert_eq!(fill(65), [of_field("", 165)]);
    let redefine = |depth: u32| {
        let paper = nested("Sig", depth).end();
        paper.begin().edit(9, "/DR<<>>", "/DR<<>>/Q 1").end().changes_within(&wide)
    };
    assert_eq!(redefine(64), []);
    assert_eq!(redefine(65), [of_field("", 165), unexplained(Place::Form, 0)]);
}

#[test]
fn an_unsigned_field_is_signed_where_it_stands() {
    let paper = Paper::form().put(30, SIGNATURE).end();
    let sign = |entries: &str| paper.begin().edit(17, "/F 4", &format!("/F 132/V 30 0 R{entries}"));
    assert_eq!(sign("").changes(), [signed(FieldPlace::Existing)]);
    let visible = FieldPlace::ExistingVisible { page: Some(1), beneath: Beneath::Nothing };
    assert_eq!(sign("/AP<</N 31 0 R>>").put(31, appearance("x")).changes(), [signed(visible)]);
    // Everything else about it stays.
    assert_eq!(sign("/Lock<<>>").changes(), [signed(FieldPlace::Existing), of_field("Approval", 17)]);
    assert_eq!(sign("").edit(17, "[300 500", "[0 0").changes().len(), 2);
}

#[test]
fn what_an_existing_field_paints_over_is_told() {
    let over = |flags: u32| {
        let paper =
            Paper::form().edit(17, "[300 500 400 520]", "[60 680 400 740]").edit(17, "/F 4", &format!("/F {flags}"));
        let paper = paper.put(30, SIGNATURE).end();
        let draft = paper.begin().edit(17, &format!("/F {flags}"), "/F 4/V 30 0 R/AP<</N 13 0 R>>");
        draft.changes()
    };
    let (page, beneath) = (Some(1), Beneath::Something);
    assert_eq!(over(4), [signed(FieldPlace::ExistingVisible { page, beneath })]);
    assert_eq!(over(36), [signed(FieldPlace::ExistingVisible { page, beneath })]);
    // Nobody saw it there before.
    assert_eq!(over(2), [signed(FieldPlace::NewVisible { page, beneath })]);
    assert_eq!(over(32), [signed(FieldPlace::NewVisible { page, beneath })]);
}

#[test]
fn the_widgets_of_a_field_are_judged_with_it() {
    let paper = Paper::form()
        .put(30, SIGNATURE)
        .edit(17, "/Subtype/Widget", "/Kids[31 0 R 32 0 R]")
        .put(31, "<</Subtype/Widget/F 4/Rect[300 300 400 320]>>")
        .put(32, "<</Subtype/Widget/F 4/Rect[60 680 400 740]>>")
        .edit(3, "17 0 R", "31 0 R 32 0 R")
        .end();
    let draft = paper.begin().edit(17, "/FT", "/V 30 0 R/FT");
    let draft = draft.edit(31, "/F 4", "/F 4/AP<</N 13 0 R>>").edit(32, "/F 4", "/F 4/AP<</N 13 0 R>>");
    let place = FieldPlace::ExistingVisible { page: Some(1), beneath: Beneath::Something };
    assert_eq!(draft.changes(), [signed(place)]);
}

/// Nobody saw the field where that one shows it now.
#[test]
fn a_field_with_one_widget_that_was_hidden_is_new_whichever_it_is() {
    let sign = |first: u32, second: u32| {
        let widget =
            |flags: u32, bottom: u32| format!("<</Subtype/Widget/F {flags}/Rect[300 {bottom} 400 {}]>>", bottom + 20);
        let paper = Paper::form()
            .put(30, SIGNATURE)
            .edit(17, "/Subtype/Widget", "/Kids[31 0 R 32 0 R]")
            .put(31, widget(first, 300))
            .put(32, widget(second, 340))
            .edit(3, "17 0 R", "31 0 R 32 0 R")
            .end();
        let shown = |flags: u32, bottom: u32| widget(flags, bottom).replace("/Rect", "/AP<</N 13 0 R>>/Rect");
        paper.begin().edit(17, "/FT", "/V 30 0 R/FT").put(31, shown(4, 300)).put(32, shown(4, 340)).changes()
    };
    let (page, beneath) = (Some(1), Beneath::Nothing);
    assert_eq!(sign(4, 4), [signed(FieldPlace::ExistingVisible { page, beneath })]);
    assert_eq!(sign(2, 4), [signed(FieldPlace::NewVisible { page, beneath })]);
    assert_eq!(sign(4, 2), [signed(FieldPlace::NewVisible { page, beneath })]);
}

#[test]
fn a_signature_that_was_there_stays() {
    let paper = Paper::form().put(30, SIGNATURE).put(31, SIGNATURE).edit(17, "/F 4", "/F 4/V 30 0 R").end();
    assert_eq!(paper.begin().edit(30, "ETSI", "adbe").changes(), [of_field("Approval", 17)]);
    assert_eq!(paper.begin().edit(17, "/V 30 0 R", "").changes(), [of_field("Approval", 17)]);
    assert_eq!(paper.begin().edit(17, "/V 30 0 R", "/V 32 0 R").put(32, "<<>>").changes(), [of_field("Approval", 17)]);
    // The same signature in another object.
    assert_eq!(paper.begin().edit(17, "/V 30 0 R", "/V 31 0 R").changes(), []);
    assert_eq!(paper.begin().edit(17, "/F 4", "/F 4/AP<</N 13 0 R>>").changes(), [of_field("Approval", 17)]);
}

#[test]
fn a_kind_of_field_without_rules_has_no_values() {
    for kind in ["", "/FT/Other"] {
        let paper = Paper::form().put(30, format!("<</T(x)/V(1){kind}>>")).edit(9, "10 0 R", "30 0 R 10 0 R").end();
        assert_eq!(paper.begin().edit(30, "(1)", "(2)").changes(), [of_field("x", 30)], "{kind}");
    }
}

#[test]
fn fields_are_named_by_all_above_them_and_inherit_their_kind() {
    let paper = Paper::form()
        .edit(9, "10 0 R", "30 0 R 10 0 R")
        .put(30, "<</FT/Tx/T(a)/Kids[31 0 R]>>")
        .put(31, "<</T(b)/V(1)/Parent 30 0 R>>")
        .end();
    assert_eq!(paper.begin().edit(31, "(1)", "(2)").changes(), [filled("a.b", "1", "2", Shown::Agrees)]);
    assert_eq!(paper.begin().edit(30, "[31 0 R]", "[]").changes(), [of_field("a", 30)]);
    assert_eq!(paper.begin().edit(30, "/Kids[31 0 R]", "").changes(), [of_field("a", 30)]);
    assert_eq!(paper.begin().edit(31, "/V", "/Kids[]/V").changes(), [of_field("a.b", 31)]);
    assert_eq!(paper.begin().edit(30, "[31 0 R]", "[32 0 R]").put(32, "<</T(b)/V(1)>>").changes(), [of_field("a", 30)]);
    assert_eq!(
        paper.begin().free(31).changes().first(),
        Some(&Change::Unexplained { place: Place::Field("a".into()), object: Some(Ref { number: 31, generation: 0 }) })
    );
}

#[test]
fn a_widget_of_two_fields_changes_for_none_of_them() {
    let paper = Paper::form()
        .edit(9, "10 0 R", "30 0 R 31 0 R 10 0 R")
        .put(30, "<</FT/Tx/T(a)/V(1)/Kids[32 0 R]>>")
        .put(31, "<</FT/Tx/T(locked)/V(1)/Kids[32 0 R]>>")
        .put(32, "<</Subtype/Widget/Rect[72 400 200 420]/AP<</N 33 0 R>>>>")
        .put(33, appearance("1"))
        .end();
    let changes = paper.begin().edit(30, "(1)", "(2)").put(33, appearance("2")).changes();
    assert_eq!(changes, [filled("a", "1", "2", Shown::Agrees), of_field("locked", 33)]);
    assert_eq!(paper.begin().edit(30, "", "").edit(32, "", "").changes(), []);
}

/// What one field may show, a field below it may not: it has a value, or at least a name, of its own.
#[test]
fn the_value_of_a_field_is_no_licence_for_fields_below_it() {
    let below = |entries: &str| {
        let paper = Paper::form()
            .edit(9, "10 0 R", "30 0 R 10 0 R")
            .put(30, "<</FT/Tx/T(a)/V(1)/Kids[31 0 R]>>")
            .put(31, format!("<<{entries}/Subtype/Widget/Rect[72 400 200 420]/AP<</N 32 0 R>>>>"))
            .put(32, appearance("1"))
            .end();
        paper.begin().edit(30, "/V(1)", "/V(2)").put(32, appearance("2")).changes()
    };
    assert_eq!(below(""), [filled("a", "1", "2", Shown::Agrees)]);
    assert_eq!(below("/V(1)"), [filled("a", "1", "2", Shown::Agrees), of_field("a", 32)]);
    assert_eq!(below("/T(b)"), [filled("a", "1", "2", Shown::Agrees), of_field("a.b", 32)]);
}

#[test]
fn a_field_listed_twice_is_one() {
    let paper = Paper::form().edit(9, "10 0 R", "10 0 R 10 0 R").end();
    let changes = paper.begin().edit(10, "(100)", "(250)").put(13, appearance("250")).changes();
    assert_eq!(changes, [filled("amount", "100", "250", Shown::Agrees)]);
    // One that leads nowhere is none, as long as it leads nowhere.
    let nowhere = Paper::form().edit(9, "10 0 R", "99 0 R 10 0 R").end();
    assert_eq!(nowhere.begin().edit(9, "", "").changes(), []);
    assert_eq!(nowhere.begin().put(99, "<</FT/Sig/T(x)>>").changes(), [of_field("", 99)]);
    // Listed once more, it is a new field that existed.
    let again = paper.begin().edit(9, "12 0 R", "12 0 R 10 0 R").changes();
    assert_eq!(again, [unexplained(Place::Form, 10)]);
}

#[test]
fn a_field_written_into_the_list_itself_is_strict() {
    let paper = Paper::form().edit(9, "10 0 R", "<</FT/Tx/T(x)/V(1)>> 10 0 R").end();
    assert_eq!(paper.begin().edit(9, "", "").changes(), []);
    assert_eq!(paper.begin().edit(9, "/V(1)", "/V(2)").changes(), [unexplained(Place::Form, 0)]);
}

#[test]
fn a_hundred_fields_may_be_filled() {
    let fields: String = (100..200).map(|number| format!("{number} 0 R ")).collect();
    let draft = Paper::form().edit(9, "10 0 R", &format!("{fields} 10 0 R"));
    let paper = (100..200).fold(draft, |draft, number| draft.put(number, format!("<</FT/Tx/T({number})/V(1)>>"))).end();
    let draft = (100..200).fold(paper.begin(), |draft, number| draft.edit(number, "/V(1)", "/V(2)"));
    let changes = draft.edit(1, "/Type", "/OpenAction<<>>/Type").changes();
    assert_eq!(changes.len(), 101);
    assert_eq!(changes.last(), Some(&unexplained(super::super::tests::in_catalog("OpenAction"), 0)));
    assert!(stream("<<>>", "").contains("/Length 0"));
}
