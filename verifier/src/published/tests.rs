//! What became of a document, and every list that must not answer.

use evidence::status::{LIST_OCTETS, StatusList, StatusValue};
use evidence::trust_list::{KeyPurpose, KeyState, TrustedKey};
use evidence::{StatusPrefix, UnixSeconds};

use super::*;
use crate::findings::Finding;
use crate::made_for_tests::agency::{
    DAY, NOW, PREFIX, ROOT, SEAL, STATUS, STRANGER, at, genuine, index, payload, seal, signed_trust_list, status_list,
    token, token_behind, trust_list, trusted, usual, validator,
};
use crate::report::{ExitStatus, Indication};
use crate::seal::SealReport;

/// The surat was issued five days ago, so that lists of today know it.
fn judge(lists: &[&[u8]]) -> SealReport {
    usual(lists).verify_seal(&seal(&payload(-5), SEAL, PREFIX).to_text(), None, at(NOW))
}

fn of(value: StatusValue, issued: u64) -> Vec<u8> {
    status_list(0, &[(payload(0).head.status, value)], issued, STATUS)
}

/// Status, exit code, and the findings beside.
fn told(report: &SealReport) -> (&'static str, ExitStatus, Vec<&'static str>) {
    assert_eq!(report.conclusion.indication, Indication::TotalPassed, "the seal is genuine whatever its status");
    let status = report.document_status.as_ref().expect("a status was asked for");
    (status.as_str(), report.exit_status(), report.findings.iter().map(Finding::code).collect())
}

fn why(report: &SealReport) -> &'static str {
    match &report.document_status {
        Some(DocumentStatus::NotChecked(problem)) => problem.code(),
        other => panic!("{other:?}"),
    }
}

/// It was asked for, and could not be checked: never green.
fn assert_not_checked(report: &SealReport, code: &str) {
    assert_eq!(told(report).0, "NOT-CHECKED");
    assert_eq!(told(report).1, ExitStatus::Indeterminate);
    assert_eq!(why(report), code);
}

#[test]
fn each_value_of_a_list_has_its_exit_code() {
    for (value, word, exit) in [
        (StatusValue::Valid, "VALID", ExitStatus::Passed),
        (StatusValue::Invalid, "INVALID", ExitStatus::DocumentRevoked),
        (StatusValue::Suspended, "SUSPENDED", ExitStatus::DocumentRevoked),
        (StatusValue::Superseded, "SUPERSEDED", ExitStatus::DocumentRevoked),
    ] {
        assert_eq!(told(&judge(&[&of(value, NOW - 60)])), (word, exit, vec![]));
    }
    // A place that was never given to a document.
    let nothing = token(&StatusList::new_invalid(0).expect("a shard"), NOW - 60, STATUS);
    assert_eq!(told(&judge(&[&nothing])), ("INVALID", ExitStatus::DocumentRevoked, vec![]));
}

#[test]
fn a_list_is_fresh_for_an_hour_and_says_nothing_after_a_week() {
    let fresh = |age: u64| match judge(&[&of(StatusValue::Valid, NOW - age)]).document_status {
        Some(DocumentStatus::Checked(read)) => {
            assert_eq!((read.value, read.age), (StatusValue::Valid, age));
            read.is_fresh
        }
        other => panic!("{other:?}"),
    };
    assert!(fresh(0) && fresh(3_599));
    assert!(!fresh(3_600) && !fresh(7 * DAY - 1));
    assert_not_checked(&judge(&[&of(StatusValue::Valid, NOW - 7 * DAY)]), "STATUS_LIST_EXPIRED");
}

#[test]
fn without_a_list_of_its_shard_a_document_is_not_checked() {
    let mut nothing = Published::none();
    nothing.set_trust_list(&signed_trust_list(&trust_list(), ROOT));
    nothing.ask_status();
    let report = usual(&[]).with_published(nothing).verify_seal(&genuine().to_text(), None, at(NOW));
    assert_not_checked(&report, "STATUS_LIST_MISSING");
    let other_shard = status_list(1, &[(index(1, 12_345), StatusValue::Valid)], NOW - 60, STATUS);
    assert_not_checked(&judge(&[&other_shard]), "STATUS_LIST_MISSING");
}

#[test]
fn a_damaged_list_answers_nothing_and_is_told() {
    let good = of(StatusValue::Valid, NOW - 60);
    let truncated = good.get(..good.len() - 1).expect("octets");
    let report = judge(&[truncated]);
    assert_not_checked(&report, "STATUS_LIST_MISSING");
    assert_eq!(told(&report).2, ["STATUS_LIST_MALFORMED"]);
    // Beside a good one it is told all the same: it may be the newer one.
    assert_eq!(told(&judge(&[truncated, &good])), ("VALID", ExitStatus::Passed, vec!["STATUS_LIST_MALFORMED"]));
    assert_eq!(LIST_OCTETS, 262_144);
}

#[test]
fn a_list_by_a_key_that_is_no_status_key_in_use_answers_nothing() {
    let good = payload(0).head.status;
    for signer in [SEAL, ROOT, STRANGER] {
        let list = status_list(0, &[(good, StatusValue::Valid)], NOW - 60, signer);
        assert_not_checked(&judge(&[&list]), "STATUS_LIST_NOT_AUTHENTIC");
    }
    let by = |change: fn(&mut TrustedKey)| {
        let mut list = trust_list();
        let mut key = trusted(STATUS, KeyPurpose::Status, KeyState::Active);
        change(&mut key);
        list.keys = vec![trusted(SEAL, KeyPurpose::Seal, KeyState::Active), key];
        let validator = validator(
            Some(&signed_trust_list(&list, ROOT)),
            &[&of(StatusValue::Valid, NOW - 60)],
            Implementation::PureRust,
        );
        validator.verify_seal(&genuine().to_text(), None, at(NOW))
    };
    type Change = fn(&mut TrustedKey);
    // A service goes on with the old key until it has the new one; the window of a retired key ends then.
    let good: [Change; 3] = [
        |_| {},
        |key| key.state = KeyState::Retired,
        |key| (key.state, key.issue_to) = (KeyState::Retired, UnixSeconds(NOW - 60)),
    ];
    for change in good {
        assert_eq!(told(&by(change)).0, "VALID");
    }
    let bad: [Change; 5] = [
        |key| key.state = KeyState::Compromised { at: UnixSeconds(NOW - 2 * DAY) },
        |key| key.issue_from = UnixSeconds(NOW - 59),
        |key| key.issue_to = UnixSeconds(NOW - 61),
        |key| (key.state, key.issue_from) = (KeyState::Retired, UnixSeconds(NOW - 59)),
        |key| (key.state, key.issue_to) = (KeyState::Retired, UnixSeconds(NOW - 61)),
    ];
    for change in bad {
        assert_not_checked(&by(change), "STATUS_LIST_NOT_AUTHENTIC");
    }
}

#[test]
fn a_list_from_the_future_answers_nothing_yet() {
    let future = of(StatusValue::Valid, NOW + 1);
    assert_not_checked(&judge(&[&future]), "STATUS_LIST_FROM_FUTURE");
    let now = of(StatusValue::Suspended, NOW);
    let both = judge(&[&future, &now]);
    assert_eq!(told(&both), ("SUSPENDED", ExitStatus::DocumentRevoked, vec!["STATUS_LIST_FROM_FUTURE"]));
}

#[test]
fn the_newest_list_answers_and_an_older_one_beside_it_is_told() {
    let (old, new) = (of(StatusValue::Valid, NOW - DAY), of(StatusValue::Superseded, NOW - 60));
    for lists in [[&old[..], &new[..]], [&new[..], &old[..]]] {
        let expected = ("SUPERSEDED", ExitStatus::DocumentRevoked, vec!["STATUS_LIST_ROLLED_BACK"]);
        assert_eq!(told(&judge(&lists)), expected);
    }
    // One that has expired is still the newest.
    let (older, expired) = (of(StatusValue::Valid, NOW - 9 * DAY), of(StatusValue::Valid, NOW - 8 * DAY));
    assert_not_checked(&judge(&[&older, &expired]), "STATUS_LIST_EXPIRED");
    // A newer one by a stranger does not push the agency's aside.
    let place = payload(0).head.status;
    let forged = status_list(0, &[(place, StatusValue::Valid)], NOW, STRANGER);
    assert_eq!(told(&judge(&[&forged, &new])).0, "SUPERSEDED");
    let contradiction = of(StatusValue::Valid, NOW - 60);
    assert_not_checked(&judge(&[&new, &contradiction]), "STATUS_LISTS_CONTRADICT");
    assert_eq!(told(&judge(&[&new, &new])).0, "SUPERSEDED");
}

#[test]
fn a_list_of_the_day_of_issue_does_not_call_a_seal_invalid() {
    let end = payload(-5).head.issue_date.end_in_jakarta().0;
    assert_not_checked(&judge(&[&of(StatusValue::Invalid, end)]), "STATUS_LIST_OLDER_THAN_DOCUMENT");
    assert_eq!(told(&judge(&[&of(StatusValue::Invalid, end + 1)])).0, "INVALID");
    // What is not INVALID in a list was known to it.
    assert_eq!(told(&judge(&[&of(StatusValue::Valid, end - DAY)])).0, "VALID");
    assert_eq!(told(&judge(&[&of(StatusValue::Superseded, end - DAY)])).0, "SUPERSEDED");
}

/// Nobody is asked to compare a paper that no longer holds.
#[test]
fn a_genuine_seal_of_a_document_that_no_longer_holds_is_not_to_be_accepted() {
    use crate::findings::Language;
    let sentence = |value, language| {
        let report = crate::SealedFileReport::of(vec![judge(&[&of(value, NOW - 60)])], Vec::new(), at(NOW));
        let text = crate::seal_to_text("segel", &report, language);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for (value, indonesian, english) in [
        (StatusValue::Superseded, "SEGEL ASLI \u{2013} DIGANTI per ", "GENUINE SEAL \u{2013} SUPERSEDED as of "),
        (StatusValue::Suspended, "SEGEL ASLI \u{2013} DIBLOKIR per ", "GENUINE SEAL \u{2013} SUSPENDED as of "),
        (StatusValue::Invalid, "SEGEL ASLI \u{2013} DIBATALKAN per ", "GENUINE SEAL \u{2013} REVOKED as of "),
    ] {
        let (id, en) = (sentence(value, Language::Indonesian), sentence(value, Language::English));
        assert!(id.contains(indonesian) && id.contains(". JANGAN DITERIMA. "), "{id}");
        assert!(en.contains(english) && en.contains(". DO NOT ACCEPT it. "), "{en}");
        assert!(!id.contains("sebelum menerimanya") && !en.contains("before you accept"), "{id} {en}");
    }
    let good = sentence(StatusValue::Valid, Language::English);
    assert!(good.contains("COMPARE WITH THE PAPER before you accept it."), "{good}");
}

#[test]
fn a_list_from_before_the_signature_does_not_call_it_invalid() {
    let ask = |value: StatusValue, signed: u64| {
        let validator = usual(&[&of(value, NOW - 60)]);
        let since = Since::SignedAt(crate::clock::UnixTime::from(UnixSeconds(signed)));
        validator.published().status(payload(0).head.status, since, at(NOW), &mut Vec::new())
    };
    assert_eq!(ask(StatusValue::Invalid, NOW - 60).as_str(), "INVALID");
    let issued = crate::clock::UnixTime::from(UnixSeconds(NOW - 60));
    let older = DocumentStatus::NotChecked(StatusProblem::OlderThanDocument { issued });
    assert_eq!(ask(StatusValue::Invalid, NOW - 59), older);
    // What is not INVALID in a list was known to it.
    assert_eq!(ask(StatusValue::Valid, NOW - 59).as_str(), "VALID");
    assert_eq!(ask(StatusValue::Superseded, NOW - 59).as_str(), "SUPERSEDED");
}

#[test]
fn without_a_trust_list_nobodys_status_list_counts() {
    let list = of(StatusValue::Valid, NOW - 60);
    let validator = validator(None, &[&list], Implementation::default());
    let report = validator.verify_seal(&genuine().to_text(), None, at(NOW));
    assert_eq!(why(&report), "TRUST_LIST_MISSING");
    assert_eq!(report.exit_status(), ExitStatus::Indeterminate);
}

#[test]
fn a_forged_seal_is_failed_and_not_revoked() {
    let list = of(StatusValue::Invalid, NOW - 60);
    let report = usual(&[&list]).verify_seal(&seal(&payload(-5), STRANGER, PREFIX).to_text(), None, at(NOW));
    assert_eq!((report.exit_status(), why(&report)), (ExitStatus::Failed, "STATUS_INDEX_MISSING"));
}

#[test]
fn more_lists_than_there_are_shards_are_refused() {
    let mut published = Published::none();
    for _ in 0..MAX_STATUS_LISTS {
        published.add_status_list("", b"").expect("a list");
    }
    assert_eq!(published.add_status_list("", b""), Err(TooManyStatusLists));
}

#[test]
fn a_list_whose_values_cannot_be_inflated_is_damaged() {
    let good = token(&StatusList::new_invalid(0).expect("a shard"), NOW - 60, STATUS);
    let lst = StatusList::new_invalid(0).expect("a shard").compress();
    let at = good.windows(lst.len()).position(|window| window == lst).expect("the stream stands in the token");
    let mut other = good.clone();
    for octet in other.get_mut(at + 2..at + lst.len()).expect("the stream") {
        *octet = octet.wrapping_add(1);
    }
    let report = judge(&[&other]);
    assert_not_checked(&report, "STATUS_LIST_MISSING");
    assert_eq!(told(&report).2, ["STATUS_LIST_MALFORMED"]);
}

#[test]
fn a_list_behind_another_address_answers_nothing() {
    let place = payload(0).head.status;
    let mut list = StatusList::new_invalid(place.shard()).expect("a shard");
    list.set(place, StatusValue::Valid).expect("a place");
    let elsewhere = StatusPrefix::parse("https://uji.example.go.id/status/").expect("an address");
    assert_not_checked(&judge(&[&token_behind(&elsewhere, &list, NOW - 60, STATUS)]), "STATUS_LIST_MISSING");
}
