use super::super::tests::{Draft, FONT, NINES, Paper, appearance, appearance_of, stream};
use super::*;

/// What the review says of the field that was filled.
fn shown(draft: Draft) -> Shown {
    let changes = draft.changes();
    let mut values = changes.iter().filter_map(|change| match change {
        Change::FieldValue { shown, .. } => Some(*shown),
        _ => None,
    });
    let shown = values.next().expect("a filled field");
    assert_eq!((values.next(), changes.len()), (None, 1), "{changes:?}");
    shown
}

fn text(value: &str, appearance: String) -> Shown {
    shown(Paper::form().end().begin().edit(10, "(100)", &format!("({value})")).put(13, appearance))
}

#[test]
fn a_page_that_shows_another_text_disagrees() {
    assert_eq!(text("250", appearance("250")), Shown::Agrees);
    assert_eq!(text("a b", appearance("ab")), Shown::Agrees);
    assert_eq!(text("250", appearance("999")), Shown::Disagrees);
    assert_eq!(text("250", appearance("100")), Shown::Disagrees);
    assert_eq!(text("250", appearance("")), Shown::Disagrees);
}

#[test]
fn letters_beyond_ascii_are_those_of_the_fonts_encoding() {
    let octal = appearance("M\\374ller");
    assert_eq!(text("M\\374ller", octal.clone()), Shown::Agrees);
    assert_eq!(text("M\\374ller", appearance("Muller")), Shown::Unknown);
    let paper = Paper::form().put(6, FONT.replace("/Encoding/WinAnsiEncoding", "")).end();
    assert_eq!(shown(paper.begin().edit(10, "(100)", "(M\\374ller)").put(13, octal)), Shown::Unknown);
}

#[test]
fn only_fonts_of_the_form_and_those_that_every_reader_has_are_known() {
    let with_font = |font: &str| appearance("250").replace("/Helv 6 0 R", &format!("/Helv {font}"));
    let cases = [
        ("<</Subtype/Type1/BaseFont/Times-Roman>>", Shown::Agrees),
        (FONT, Shown::Agrees),
        (NINES, Shown::Unknown),
        ("<</Subtype/Type1/BaseFont/Symbol>>", Shown::Unknown),
        ("<</Subtype/Type1>>", Shown::Unknown),
        ("<</Subtype/Type1/BaseFont/Helvetica/FontDescriptor<<>>>>", Shown::Unknown),
        ("<</Subtype/Type3/BaseFont/Helvetica>>", Shown::Unknown),
        ("<</Subtype/Type1/BaseFont/Helvetica/Encoding/MacExpertEncoding>>", Shown::Unknown),
        ("6 0 R/Helv 6 0 R", Shown::Unknown),
    ];
    for (font, expected) in cases {
        assert_eq!(text("250", with_font(font)), expected, "{font}");
    }
    let draft = || Paper::form().end().begin().edit(10, "(100)", "(250)").put(30, NINES);
    assert_eq!(shown(draft().put(13, with_font("30 0 R"))), Shown::Unknown);
    assert_eq!(text("250", appearance("250").replace("/Helv 6", "/Other 6")), Shown::Unknown);
    // One that was among the form's defaults or in the appearance before, though it is not standard.
    let own = Paper::form().put(6, FONT.replace("Helvetica", "ABCDEF+Own")).end();
    assert_eq!(shown(own.begin().edit(10, "(100)", "(250)").put(13, appearance("250"))), Shown::Agrees);
    let own = Paper::form().edit(9, "/Helv 6 0 R", "").put(6, FONT.replace("Helvetica", "ABCDEF+Own")).end();
    assert_eq!(shown(own.begin().edit(10, "(100)", "(250)").put(13, appearance("250"))), Shown::Agrees);
    let composite = Paper::form().put(6, "<</Subtype/Type0/BaseFont/Own>>").end();
    assert_eq!(shown(composite.begin().edit(10, "(100)", "(250)").put(13, appearance("250"))), Shown::Unknown);
}

#[test]
fn a_font_of_the_old_appearance_that_changed_is_not_known() {
    let paper = Paper::form()
        .edit(9, "/Helv 6 0 R", "")
        .put(30, FONT.replace("Helvetica", "Own"))
        .put(13, appearance("100").replace("6 0 R", "30 0 R"))
        .end();
    let changed = NINES.replace("Helvetica", "Own");
    let draft = paper.begin().edit(10, "(100)", "(250)").put(13, appearance("250").replace("6 0 R", "30 0 R"));
    assert_eq!(shown(draft.put(30, changed)), Shown::Unknown);
}

#[test]
fn an_appearance_that_is_turned_scaled_away_or_optional_tells_nothing() {
    let with = |from: &str, to: &str| text("250", appearance("250").replace(from, to));
    assert_eq!(with("/BBox", "/Matrix[1 0 0 1 0 0]/BBox"), Shown::Agrees);
    assert_eq!(with("/BBox", "/Matrix[1.0 0 0.0 1 0 0]/BBox"), Shown::Agrees);
    for (from, to) in [
        ("/BBox", "/Matrix[0 0 0 0 0 0]/BBox"),
        ("/BBox", "/Matrix[1 0 0 1 0 90]/BBox"),
        ("/BBox", "/Matrix 8 0 R/BBox"),
        ("/BBox", "/OC 8 0 R/BBox"),
        ("/BBox[0 0 128 20]", ""),
        ("/BBox[0 0 128 20]", "/BBox[0 0 0 20]"),
        ("/BBox[0 0 128 20]", "/BBox[2 0 2 20]"),
        ("/BBox[0 0 128 20]", "/BBox[0 30 128 50]"),
        ("/BBox[0 0 128 20]", "/BBox[0 0 1280 20]"),
        ("/BBox[0 0 128 20]", "/BBox[0 0 128 200]"),
        ("/BBox[0 0 128 20]", "/BBox[0 0 128000 20000]"),
    ] {
        assert_eq!(with(from, to), Shown::Unknown, "{to}");
    }
}

#[test]
fn other_appearances_and_rich_text_tell_nothing() {
    let with = |entries: &str| {
        let draft = Paper::form().end().begin().edit(10, "(100)", &format!("(250){entries}"));
        shown(draft.put(13, appearance("250")))
    };
    assert_eq!(with("/RV(<p>999</p>)"), Shown::Unknown);
    let with_appearance = |to: &str| {
        let draft = Paper::form().end().begin().edit(10, "(100)", "(250)").edit(10, "<</N 13 0 R>>", to);
        shown(draft.put(13, appearance("250")).put(30, appearance("250")))
    };
    assert_eq!(with_appearance("<</N 30 0 R>>"), Shown::Agrees);
    assert_eq!(with_appearance("<</N 13 0 R/R 30 0 R>>"), Shown::Unknown);
    assert_eq!(with_appearance("<</N 13 0 R/D 30 0 R>>"), Shown::Unknown);
    assert_eq!(with_appearance("<</N<<>>>>"), Shown::Unknown);
    assert_eq!(with_appearance("<</N 99 0 R>>"), Shown::Unknown);
    assert_eq!(with_appearance(" null"), Shown::Unknown);
    assert_eq!(text("250", appearance_of("/Fm0 Do")), Shown::Unknown);
    assert_eq!(text("250", stream("<<>>", "BT (250) Tj ET")), Shown::Unknown);
}

#[test]
fn the_worst_widget_of_a_field_stands_for_it() {
    let paper = Paper::form()
        .edit(10, "/Subtype/Widget", "/Kids[30 0 R 31 0 R]")
        .edit(10, "/Rect[72 600 200 620]/AP<</N 13 0 R>>", "")
        .put(30, "<</Subtype/Widget/Rect[72 600 200 620]/AP<</N 13 0 R>>>>")
        .put(31, "<</Subtype/Widget/Rect[72 630 200 650]/AP<</N 16 0 R>>>>")
        .edit(12, "16 0 R", "13 0 R")
        .end();
    let draft = || paper.begin().edit(10, "(100)", "(250)").edit(30, "13 0 R", "40 0 R").put(40, appearance("250"));
    assert_eq!(shown(draft().put(16, appearance("250"))), Shown::Agrees);
    assert_eq!(shown(draft().put(16, appearance("999"))), Shown::Disagrees);
    assert_eq!(shown(draft().put(16, appearance_of("/Fm0 Do"))), Shown::Unknown);
    assert_eq!(shown(draft()), Shown::Disagrees);
}

#[test]
fn appearances_beyond_all_measure_are_not_read() {
    let long = appearance_of(&format!("/Tx BMC {} q BT /Helv 12 Tf 2 5 Td (250) Tj ET Q EMC", " ".repeat(1 << 20)));
    let fill = |fields: std::ops::Range<u32>| {
        let list: String = fields.clone().map(|number| format!("{number} 0 R ")).collect();
        let draft = Paper::form().edit(9, "10 0 R", &list).edit(3, "10 0 R", "");
        let field = |value: u32| format!("<</FT/Tx/V({value})/Rect[72 600 200 620]/AP<</N 13 0 R>>/T");
        let paper =
            fields.clone().fold(draft, |draft, number| draft.put(number, field(100) + &format!("({number})>>")));
        let paper = paper.end();
        let draft = fields.clone().fold(paper.begin(), |draft, number| draft.edit(number, "(100)", "(250)"));
        let changes = draft.put(13, long.clone()).changes();
        let unknown =
            changes.iter().filter(|change| matches!(change, Change::FieldValue { shown: Shown::Unknown, .. }));
        (unknown.count(), changes.len())
    };
    assert_eq!(fill(100..105), (0, 5));
    assert_eq!(fill(100..120), (15, 20));
}

#[test]
fn passwords_and_lists_do_not_show_their_values() {
    let password = Paper::form().edit(10, "/FT/Tx", "/FT/Tx/Ff 8192").end();
    let draft = password.begin().edit(10, "(100)", "(250)").put(13, appearance("250"));
    assert_eq!(shown(draft), Shown::Unknown);
    let list = Paper::form().edit(12, "/Ff 131072", "/Ff 0").end();
    assert_eq!(shown(list.begin().edit(12, "/V(B)", "/V(J)").put(16, appearance("J"))), Shown::Unknown);
}

#[test]
fn a_choice_shows_the_text_of_its_option() {
    let choose = |value: &str, text: &str| {
        shown(Paper::form().end().begin().edit(12, "/V(B)", &format!("/V({value})")).put(16, appearance(text)))
    };
    assert_eq!(choose("J", "Jakarta"), Shown::Agrees);
    assert_eq!(choose("J", "J"), Shown::Disagrees);
    assert_eq!(choose("J", "Bekasi"), Shown::Disagrees);
    assert_eq!(choose("Depok", "Depok"), Shown::Agrees);
    assert_eq!(choose("Depok", "Bekasi"), Shown::Disagrees);
}

#[test]
fn the_number_of_an_option_agrees_with_the_value() {
    let numbered = |index: &str| {
        let draft = Paper::form().end().begin().edit(12, "/V(B)", &format!("/V(J)/I{index}"));
        shown(draft.put(16, appearance("Jakarta")))
    };
    assert_eq!(numbered("[1]"), Shown::Agrees);
    assert_eq!(numbered("[]"), Shown::Agrees);
    for index in ["[0]", "[1 0]", "[2]", "[-1]", "[(1)]"] {
        assert_eq!(numbered(index), Shown::Unknown, "{index}");
    }
    let plain = Paper::form().edit(12, "[[(B)(Bekasi)][(J)(Jakarta)]]", "[(B)(Jakarta)]").end();
    let draft = plain.begin().edit(12, "/V(B)", "/V(Jakarta)/I[1]").put(16, appearance("Jakarta"));
    assert_eq!(shown(draft), Shown::Agrees);
    // A number that was there before and stayed.
    let stale = Paper::form().edit(12, "/V(B)", "/V(B)/I[0]").end();
    assert_eq!(shown(stale.begin().edit(12, "/V(B)", "/V(J)").put(16, appearance("Jakarta"))), Shown::Unknown);
}

#[test]
fn a_button_shows_its_value_by_its_state() {
    let press = |value: &str, state: &str| {
        let draft = Paper::form().end().begin();
        shown(draft.edit(11, "/V/Off", &format!("/V{value}")).edit(11, "/AS/Off", &format!("/AS{state}")))
    };
    assert_eq!(press("/Yes", "/Yes"), Shown::Agrees);
    assert_eq!(press("/Yes", "/Off"), Shown::Disagrees);
    assert_eq!(press("/Yes", "/Maybe"), Shown::Disagrees);
    assert_eq!(press("/Maybe", "/Yes"), Shown::Disagrees);
    assert_eq!(press("/Maybe", "/Off"), Shown::Unknown);
    let paper = Paper::form().edit(11, "/V/Off/AS/Off", "/V/Yes/AS/Yes").end();
    assert_eq!(shown(paper.begin().edit(11, "/V/Yes/AS/Yes", "/V/Off/AS/Off")), Shown::Agrees);
    assert_eq!(shown(paper.begin().edit(11, "/V/Yes", "/V/Off")), Shown::Disagrees);
    assert_eq!(shown(paper.begin().edit(11, "/V/Yes/AS/Yes", "/AS/Yes")), Shown::Disagrees);
    // Off needs no appearance, whether it is written or left out.
    assert_eq!(shown(paper.begin().edit(11, "/V/Yes/AS/Yes", "/AS/Off")), Shown::Agrees);
    let alone = Paper::form().edit(11, "/V/Off/AS/Off", "/V/Yes/AS/Yes").edit(11, "/Off 15 0 R", "").end();
    assert_eq!(shown(alone.begin().edit(11, "/V/Yes/AS/Yes", "/V/Off/AS/Off")), Shown::Agrees);
    // What a state looks like stays.
    let other = stream("<</Subtype/Form/BBox[0 0 20 20]>>", "0 0 20 20 re S");
    let draft = paper.begin().edit(11, "/V/Yes/AS/Yes", "/V/Off/AS/Off").put(15, other.replace("re S", "re f"));
    assert_eq!(shown(draft), Shown::Unknown);
    let bare = Paper::form().edit(11, "/AP<</N<</Yes 14 0 R/Off 15 0 R>>>>", "").end();
    assert_eq!(shown(bare.begin().edit(11, "/V/Off/AS/Off", "/V/Yes/AS/Yes")), Shown::Unknown);
}

#[test]
fn the_other_buttons_of_a_group_are_off() {
    let button =
        |state: &str| format!("<</Subtype/Widget/Rect[0 0 20 20]/AS/Off/AP<</N<</{state} 14 0 R/Off 15 0 R>>>>>>");
    let paper = Paper::form()
        .edit(9, "10 0 R", "30 0 R 10 0 R")
        .put(30, "<</FT/Btn/Ff 32768/T(group)/V/Off/Kids[31 0 R 32 0 R]>>")
        .put(31, button("one"))
        .put(32, button("two"))
        .end();
    let choose = || paper.begin().edit(30, "/V/Off", "/V/one");
    assert_eq!(shown(choose().edit(31, "/AS/Off", "/AS/one")), Shown::Agrees);
    assert_eq!(shown(choose().edit(32, "/AS/Off", "/AS/two")), Shown::Disagrees);
    assert_eq!(shown(choose().edit(31, "/AS/Off", "/AS/one").edit(32, "/AS/Off", "/AS/two")), Shown::Disagrees);
    assert_eq!(shown(choose()), Shown::Disagrees);
}

#[test]
fn values_are_told_as_text() {
    let after = |value: &str| {
        let changes = Paper::form().end().begin().edit(10, "(100)", &format!(" {value}")).changes();
        match changes.as_slice() {
            [Change::FieldValue { before, after, .. }] => (before.clone(), after.clone()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(after("/Name"), ("100".into(), "Name".into()));
    assert_eq!(after("[(a)(b)]").1, "a, b");
    assert_eq!(after("null").1, "");
    assert_eq!(after("5").1, "?");
}
