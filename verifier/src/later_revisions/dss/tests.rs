use super::super::tests::{Paper, in_catalog, stream, unexplained};
use super::*;

fn store(entries: &str) -> Vec<Change> {
    let paper = Paper::form().end();
    let draft = paper.begin().edit(1, "/Type", &format!("/DSS {entries}/Type"));
    draft.put(30, stream("<<>>", "x")).changes()
}

#[test]
fn certificates_lists_and_responses_in_streams_are_validation_data() {
    for entries in [
        "<<>>",
        "<</Type/DSS/Certs[30 0 R]/CRLs[30 0 R]/OCSPs[]>>",
        "<</VRI<</AB<</Type/VRI/Cert[30 0 R]/CRL[30 0 R]/OCSP[30 0 R]/TU(D:2026)/TS 30 0 R>>>>>>",
        "<</VRI<</Type/VRI>>>>",
    ] {
        assert_eq!(store(entries), [Change::SecurityStore], "{entries}");
    }
}

#[test]
fn whatever_else_a_store_holds_is_refused() {
    for entries in [
        "(x)",
        "[]",
        "<</Type/Catalog>>",
        "<</OpenAction<<>>>>",
        "<</Certs[30 0 R]/Pages 2 0 R>>",
        "<</Certs[3 0 R]>>",
        "<</Certs[(x)]>>",
        "<</Certs 30 0 R>>",
        "<</Certs[99 0 R]>>",
        "<</Certs[30 0 R]/Certs[]>>",
        "<</VRI[]>>",
        "<</VRI<</AB(x)>>>>",
        "<</VRI<</AB<</JS(x)>>>>>>",
        "<</VRI<</AB<</Type/Sig>>>>>>",
        "<</VRI<</AB<</Cert[3 0 R]>>>>>>",
        "<</VRI<</AB<</TU 1>>>>>>",
        "<</VRI<</AB<</TS(x)>>>>>>",
    ] {
        assert_eq!(store(entries), [unexplained(in_catalog("DSS"), 0)], "{entries}");
    }
}

#[test]
fn a_store_may_be_added_to_and_not_removed() {
    let paper = Paper::form()
        .edit(1, "/Type", "/DSS 31 0 R/Type")
        .put(31, "<</Certs[30 0 R]>>")
        .put(30, stream("<<>>", "x"))
        .end();
    assert_eq!(paper.begin().edit(31, "", "").changes(), []);
    assert_eq!(
        paper.begin().edit(31, "30 0 R]", "30 0 R 32 0 R]").put(32, stream("<<>>", "y")).changes(),
        [Change::SecurityStore]
    );
    assert_eq!(paper.begin().edit(1, "/DSS 31 0 R", "").changes(), [unexplained(in_catalog("DSS"), 0)]);
    // What it leads to is content where the page leads there too.
    let changes = Paper::form()
        .edit(1, "/Type", "/DSS<</Certs[7 0 R]>>/Type")
        .end()
        .begin()
        .put(7, stream("<<>>", "z"))
        .changes();
    assert!(changes.contains(&unexplained(Place::Page(2), 7)), "{changes:?}");
}
