use super::super::tests::{NINES, Paper, in_catalog, stream, unexplained};
use super::*;

#[test]
fn a_revision_that_repeats_everything_changes_nothing() {
    let paper = Paper::form().end();
    let repeated = (1..=20).filter(|number| ![18, 19].contains(number));
    assert_eq!(repeated.fold(paper.begin(), |draft, number| draft.edit(number, "", "")).changes(), []);
}

#[test]
fn nothing_about_a_page_may_change() {
    let paper = Paper::form().end();
    for entry in ["/Rotate 180", "/CropBox[0 0 10 10]", "/UserUnit 10", "/AA<</O<<>>>>", "/Group<<>>", "/Resources<<>>"]
    {
        let changes = paper.begin().edit(4, "/Type", &format!("{entry}/Type")).changes();
        assert_eq!(changes, [unexplained(Place::Page(2), 4)], "{entry}");
        let changes = paper.begin().edit(2, "/Type", &format!("{entry}/Type")).changes();
        assert!(changes.contains(&unexplained(Place::PageTree, 2)), "{entry}");
    }
    assert_eq!(paper.begin().edit(2, "/Type", "/ITXT(7.1)/Type").changes(), []);
    assert_eq!(paper.begin().edit(4, "/Type", "/ITXT(7.1)/Type").changes(), [unexplained(Place::Page(2), 4)]);
    let changes = paper.begin().edit(2, "6 0 R", "30 0 R").put(30, NINES).changes();
    assert_eq!(changes, [unexplained(Place::PageTree, 30)]);
}

#[test]
fn pages_are_neither_added_nor_removed_nor_moved() {
    let paper = Paper::form().put(30, "<</Type/Page/Parent 2 0 R/Contents 5 0 R>>").end();
    let tree = |number| unexplained(Place::PageTree, number);
    assert_eq!(paper.begin().edit(2, "4 0 R]", "4 0 R 30 0 R]").changes(), [tree(2)]);
    assert_eq!(paper.begin().edit(2, "4 0 R]", "]").changes(), [tree(2)]);
    assert_eq!(paper.begin().edit(2, "[3 0 R 4 0 R]", "[4 0 R 3 0 R]").changes(), [tree(4), tree(3)]);
    assert_eq!(paper.begin().edit(2, "4 0 R]", "30 0 R]").changes(), [tree(30)]);
    assert_eq!(paper.begin().edit(2, "4 0 R]", "<</Type/Page>>]").changes(), [tree(2)]);
    assert_eq!(paper.begin().edit(2, "/Count 2", "/Count 1").changes(), [tree(2)]);
    assert_eq!(paper.begin().free(4).changes(), [tree(4)]);
    assert_eq!(paper.begin().edit(2, "/Type", "/Annots[20 0 R]/Type").changes(), [tree(2)]);
    assert_eq!(paper.begin().put(4, "[]").changes(), [tree(4)]);
    // A page with an empty list of kids is none.
    assert!(paper.begin().edit(4, "/Type", "/Kids[]/Type").changes().contains(&tree(4)));
    let changes = paper.begin().edit(1, "/Pages 2 0 R", "/Pages 30 0 R").changes();
    assert_eq!(changes, [tree(30)]);
    assert_eq!(paper.begin().edit(1, "/Pages 2 0 R", "/Pages<<>>").changes(), [tree(0)]);
}

#[test]
fn every_entry_of_the_catalog_is_strict_but_those_with_a_rule() {
    let paper = Paper::form().end();
    for key in
        ["OpenAction", "AA", "Names", "OCProperties", "Perms", "Dests", "Collection", "StructTreeRoot", "PieceInfo"]
    {
        let changes = paper.begin().edit(1, "/Type", &format!("/{key}<</A 1>>/Type")).changes();
        assert_eq!(changes, [unexplained(in_catalog(key), 0)]);
    }
    let add = |entry: &str| paper.begin().edit(1, "/Type", &format!("{entry}/Type")).put(30, stream("<<>>", "<x/>"));
    assert_eq!(add("/Metadata 30 0 R").changes(), [Change::Metadata]);
    assert_eq!(add("/Extensions<</ADBE<<>>>>").changes(), [Change::Extensions]);
    assert_eq!(add("/Version/2.0").changes(), [Change::Version]);
    assert_eq!(add("/Version/x").changes(), [unexplained(in_catalog("Version"), 0)]);
}

#[test]
fn the_version_may_rise_and_not_fall() {
    let paper = Paper::form().edit(1, "/Type", "/Version/1.7/Type").end();
    let to = |version: &str| paper.begin().edit(1, "/Version/1.7", version).changes();
    assert_eq!(to("/Version/2.0"), [Change::Version]);
    assert_eq!(to("/Version/1.10"), [Change::Version]);
    assert_eq!(to("/Version/1.7"), []);
    assert_eq!(to("/Version/1.6"), [unexplained(in_catalog("Version"), 0)]);
    assert_eq!(to(""), [unexplained(in_catalog("Version"), 0)]);
}

#[test]
fn a_version_written_twice_is_told_and_other_keys_are_refused() {
    let paper = Paper::form().end();
    assert_eq!(paper.begin().edit(1, "/Type", "/Version/2.0/Version/2.0/Type").changes(), [Change::Version]);
    let changes = paper.begin().edit(1, "/Type", "/Version/2.0/Version/1.4/Type").changes();
    assert!(changes.contains(&unexplained(in_catalog("?"), 1)), "{changes:?}");
    let changes = paper.begin().edit(1, "/Type", "/Metadata 8 0 R/Metadata 8 0 R/Type").changes();
    assert!(changes.contains(&unexplained(in_catalog("?"), 1)), "{changes:?}");
}

#[test]
fn a_key_that_was_there_twice_makes_no_other_key_suspicious() {
    let paper = Paper::form().edit(1, "/Type", "/A 1/A 1/Type").end();
    assert_eq!(paper.begin().edit(1, "/A 1/A 1", "/A 1/A 1/Version/2.0").changes(), [Change::Version]);
    // Nor does a key that came once, before it, hide one that came twice.
    let changes = Paper::form().end().begin().edit(1, "/Type", "/Version/2.0/B 1/B 1/Type").changes();
    let twice = unexplained(in_catalog("?"), 1);
    assert_eq!(changes, [twice, Change::Version, unexplained(in_catalog("B"), 0)]);
    let thrice = paper.begin().edit(1, "/A 1/A 1", "/A 1/A 1/A 1").changes();
    assert_eq!(thrice, [unexplained(in_catalog("?"), 1), unexplained(in_catalog("A"), 0)]);
}

#[test]
fn the_trailer_says_nothing_else() {
    let paper = Paper::form().put(30, "<</Type/Catalog/Pages 2 0 R>>").put(31, "<</Title(Lain)>>").end();
    assert_eq!(paper.begin().trailer("/Root 30 0 R").changes(), [unexplained(Place::Trailer, 30)]);
    assert_eq!(paper.begin().trailer("/Evil<<>>").changes(), [unexplained(Place::Trailer, 0)]);
    assert_eq!(paper.begin().trailer("/ID[<00><01>]").changes(), []);
    assert_eq!(paper.begin().trailer("/Info 31 0 R").changes(), [Change::Information]);
    assert_eq!(paper.begin().trailer("/Info null").changes().len(), 1);
    let twice = paper.begin().trailer("/Info 31 0 R/Info 8 0 R").changes();
    assert!(twice.contains(&unexplained(Place::Trailer, 0)), "{twice:?}");
    assert_eq!(paper.begin().edit(8, "Surat", "Lain").changes(), [Change::Information]);
}

/// Objects with rules of their own are looked at once, under those: what else they are may not change with them.
#[test]
fn a_stream_may_be_a_page_a_field_the_form_or_the_catalog_and_content_too() {
    let text = "BT (Rp 100) Tj ET";
    let page = |number: u32| format!("<</Type/Page/Parent 2 0 R/Contents {number} 0 R>>");
    let cases = [
        (9, "<</Fields[10 0 R]>>".to_owned(), page(9), Place::Form),
        (17, "<</FT/Sig/T(x)>>".to_owned(), page(17), Place::Field(String::new())),
        (4, page(4), page(4), Place::PageTree),
        (1, "<</Type/Catalog/Pages 2 0 R/AcroForm 9 0 R>>".to_owned(), page(1), in_catalog("?")),
    ];
    for (number, dictionary, page, place) in cases {
        let paper = Paper::form().put(4, page).put(number, stream(&dictionary, text)).end();
        assert_eq!(paper.begin().put(number, stream(&dictionary, text)).changes(), []);
        let changes = paper.begin().put(number, stream(&dictionary, &text.replace('1', "9"))).changes();
        assert!(
            matches!(changes.first(), Some(Change::Unexplained { place: found, .. }) if *found == place),
            "{changes:?}"
        );
    }
}

/// The new form says what the old one said; the old one is drawn by a page, and draws something else.
#[test]
fn a_form_that_moves_leaves_nothing_behind() {
    let form = |text: &str| stream("<</Fields[10 0 R 11 0 R 12 0 R 17 0 R]>>", text);
    let paper = Paper::form().put(9, form("a")).put(4, "<</Type/Page/Parent 2 0 R/Contents 9 0 R>>").end();
    let moved = paper.begin().edit(1, "9 0 R", "30 0 R").put(30, form("a"));
    assert_eq!(moved.put(9, form("b")).changes(), [unexplained(Place::Page(2), 9)]);
    assert_eq!(paper.begin().edit(1, "9 0 R", "30 0 R").put(30, form("a")).changes(), []);
}

#[test]
fn a_page_that_is_a_field_too_follows_both_rules() {
    let page = "<</FT/Tx/T(page)/V(1)/Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 7 0 R/AP<</N 13 0 R>>>>";
    let paper = Paper::form().put(4, page).edit(9, "10 0 R", "4 0 R 10 0 R").end();
    let changes = paper.begin().edit(4, "/V(1)", "/V(2)").edit(4, "13 0 R", "16 0 R").changes();
    assert!(changes.contains(&unexplained(Place::Page(2), 4)), "{changes:?}");
}

#[test]
fn too_many_changes_are_refused_with_those_that_are_listed() {
    let entries: String = (0..MAX_CHANGES + 5).map(|number| format!("/K{number} 1")).collect();
    let changes = Paper::form().end().begin().edit(1, "/Type", &format!("{entries}/Type")).changes();
    assert_eq!((changes.len(), changes.last()), (MAX_CHANGES + 1, Some(&Change::TooMany)));
}

#[test]
fn what_cannot_be_read_is_said() {
    let paper = Paper::form().put(30, "<</A 1>>").edit(1, "/Type", "/X 30 0 R/Type").end();
    let changes = paper.begin().put(30, "<</A").changes();
    assert!(matches!(changes.as_slice(), [Change::Unreadable(_)]), "{changes:?}");
    let twice = paper.begin().edit(2, "/Kids", "/Kids[]/Kids").changes();
    assert!(twice.iter().any(|change| !matches!(change, Change::Version)), "{twice:?}");
}

#[test]
fn the_tree_of_pages_is_followed_to_its_limit() {
    let chain = |levels: u32| {
        let draft = Paper::form().edit(2, "4 0 R]", "4 0 R 200 0 R]");
        let draft = (200..200 + levels)
            .fold(draft, |draft, number| draft.put(number, format!("<</Type/Pages/Kids[{} 0 R]>>", number + 1)));
        draft.put(200 + levels, "<</Type/Page>>").end().begin().edit(8, "", "").changes()
    };
    let limit = u32::try_from(MAX_DEPTH).expect("it is small");
    assert_eq!(chain(limit - 1), []);
    assert_eq!(chain(limit), [unexplained(Place::PageTree, 200 + limit)]);
}

#[test]
fn filled_fields_are_listed_up_to_a_limit_of_their_own() {
    let fill = |count: u32| {
        let numbers = || 1000..1000 + count;
        let list: String = numbers().map(|number| format!("{number} 0 R ")).collect();
        let draft = Paper::form().edit(9, "10 0 R", &format!("{list} 10 0 R"));
        let field = |number: u32| format!("<</FT/Tx/T({number})/V(1)>>");
        let paper = numbers().fold(draft, |draft, number| draft.put(number, field(number))).end();
        let changes = numbers().fold(paper.begin(), |draft, number| draft.edit(number, "/V(1)", "/V(2)")).changes();
        let is_full = changes.last() == Some(&Change::TooMany);
        (changes.iter().filter(|change| matches!(change, Change::FieldValue { .. })).count(), is_full, changes.len())
    };
    let limit = u32::try_from(MAX_FILLED).expect("it is small");
    assert_eq!(fill(limit), (MAX_FILLED, false, MAX_FILLED));
    assert_eq!(fill(limit + 2), (MAX_FILLED, true, MAX_FILLED + 1));
}
