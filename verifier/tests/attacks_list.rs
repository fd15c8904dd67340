//! `ATTACKS.md` names the test that proves each guard: each of them exists.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test binary")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Every Rust source below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.is_dir() {
            true if path.ends_with("target") => Vec::new(),
            true => sources(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// Tests that a source has: functions with the attribute, and cases that are given their names as text.
fn tests_in(source: &str, into: &mut BTreeSet<String>) {
    let function = Regex::new(r"#\[test\][ \n]+fn ([a-z0-9_]+)\(\)").unwrap();
    let case = Regex::new(r#"(?:case|case_with|corpus_case|Trial::test)\([ \n]*(?:&\[[^\]]*\],)?[ \n]*"([a-z0-9_]+)""#)
        .unwrap();
    for found in [function, case] {
        into.extend(found.captures_iter(source).map(|captures| captures[1].to_owned()));
    }
}

/// Names in backticks that are sentences: modules have at most two words.
fn named_in(list: &str) -> BTreeSet<String> {
    let name = Regex::new("`([a-z0-9]+(?:_[a-z0-9]+){2,})`").unwrap();
    name.captures_iter(list).map(|captures| captures[1].to_owned()).collect()
}

#[test]
fn every_test_that_the_list_of_attacks_names_exists() {
    let verifier = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known = BTreeSet::new();
    for folder in [verifier.to_owned(), verifier.join("../pades"), verifier.join("../tests")] {
        for path in sources(&folder) {
            tests_in(&std::fs::read_to_string(path).unwrap(), &mut known);
        }
    }
    let named = named_in(&std::fs::read_to_string(verifier.join("ATTACKS.md")).unwrap());
    let missing: Vec<&String> = named.difference(&known).collect();
    assert!(missing.is_empty(), "no such test: {missing:#?}");
    assert!(named.len() > 70, "only {} names were read", named.len());
}

#[test]
fn a_name_that_is_only_mentioned_is_no_test() {
    let mut known = BTreeSet::new();
    tests_in("// the_first_of_three\nfn the_second_of_three() {}\n#[test]\nfn the_third_of_three() {}", &mut known);
    assert_eq!(known.into_iter().collect::<Vec<_>>(), ["the_third_of_three"]);
    assert_eq!(named_in("`later_revisions`, `a_b_c`, `x.pdf`").into_iter().collect::<Vec<_>>(), ["a_b_c"]);
}
