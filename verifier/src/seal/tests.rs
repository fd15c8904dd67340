//! Seals that are genuine, and every way in which one is not.

use evidence::UnixSeconds;
use evidence::seal::{Claims, Days, IdentityNumber, Seal, SuratClaims, UnsignedSeal};
use evidence::trust_list::{KeyPurpose, KeyState, TrustList};

use super::*;
use crate::clock::ValidationTime;
use crate::crypto::Implementation;
use crate::findings::{Finding, Language, Severity};
use crate::made_for_tests::agency::{
    self, DAY, Key, NIK, NOW, PREFIX, ROOT, SEAL, STATUS, STRANGER, at, genuine, payload, seal, seal_with_hint,
    signed_trust_list, trust_list, trusted, usual, validator,
};
use crate::published::Published;
use crate::report::{CheckResult, ExitStatus, Indication};
use crate::trust::TrustAnchors;
use crate::validator::{Policy, ValidationData, Validator};

fn judge(text: &str) -> SealReport {
    usual(&[]).verify_seal(text, None, at(NOW))
}

/// With another trust list.
fn judge_by(list: &TrustList, seal: &Seal, time: ValidationTime) -> SealReport {
    let list = signed_trust_list(list, ROOT);
    validator(Some(&list), &[], Implementation::default()).verify_seal(&seal.to_text(), None, time)
}

fn codes(report: &SealReport) -> Vec<&'static str> {
    report.findings.iter().map(Finding::code).collect()
}

/// The verdict, its exit code, and the findings' codes.
fn told(report: &SealReport) -> (Indication, u8, Vec<&'static str>) {
    (report.conclusion.indication, report.exit_status().code(), codes(report))
}

#[test]
fn a_genuine_seal_passes_and_gives_the_form_to_compare() {
    let report = judge(&genuine().to_text());
    assert_eq!(told(&report), (Indication::TotalPassed, 0, vec![]));
    assert_eq!(report.document_status, None);
    let labels: Vec<_> = report.fields().iter().map(|field| field.label_id).collect();
    assert_eq!(
        labels,
        ["Jenis dokumen", "Tanggal terbit", "Kode kantor", "Nomor surat", "Kode jenis surat", "Nama", "NIK"]
    );
    let SealChecks { form, trust_list, signature_value, key, prefix, issue_date, number } = report.checks;
    assert!([form, trust_list, signature_value, key, prefix, issue_date].iter().all(|one| *one == CheckResult::Passed));
    assert_eq!(number, CheckResult::NotApplicable);
    let key = report.key.expect("a key");
    assert_eq!((key.hint, key.trust_list_sequence), (Key::new(SEAL).hint(), 7));
}

#[test]
fn a_seal_with_one_digit_altered_never_passes() {
    let text = genuine().to_text();
    for crypto in [Implementation::Native, Implementation::PureRust] {
        let validator = validator(Some(&signed_trust_list(&trust_list(), ROOT)), &[], crypto);
        assert_eq!(validator.verify_seal(&text, None, at(NOW)).conclusion.indication, Indication::TotalPassed);
        for position in PREFIX.len()..text.len() {
            let mut altered = text.clone().into_bytes();
            let digit = altered.get_mut(position).expect("a digit");
            *digit = b'0' + (*digit - b'0' + 1) % 10;
            let altered = String::from_utf8(altered).expect("digits");
            let report = validator.verify_seal(&altered, None, at(NOW));
            assert_eq!(told(&report).0, Indication::TotalFailed, "position {position}: {report:?}");
            assert!(report.fields().is_empty());
        }
    }
}

#[test]
fn genuine_digits_behind_another_address_fail() {
    let text = genuine().to_text();
    let elsewhere = text.replace("tte.example.go.id", "tte-example.go.id");
    assert_eq!(
        told(&judge(&elsewhere)),
        (Indication::TotalFailed, 1, vec!["SEAL_SIGNATURE_WRONG", "SEAL_PREFIX_UNKNOWN"])
    );
    // Another address of the same agency is not the one that was sealed.
    let sibling = text.replace("tte.example.go.id", "segel.example.go.id");
    assert_eq!(told(&judge(&sibling)), (Indication::TotalFailed, 1, vec!["SEAL_SIGNATURE_WRONG"]));
    // The agency's own key, for an address that is none of the agency's.
    let foreign = seal(&payload(0), SEAL, "https://tte-example.go.id/v#");
    assert_eq!(told(&judge(&foreign.to_text())), (Indication::TotalFailed, 1, vec!["SEAL_PREFIX_UNKNOWN"]));
}

#[test]
fn a_seal_by_another_key_fails_whatever_hint_it_carries() {
    let unknown = seal(&payload(0), STRANGER, PREFIX);
    assert_eq!(told(&judge(&unknown.to_text())), (Indication::TotalFailed, 1, vec!["SEAL_KEY_UNKNOWN"]));
    let pretender = seal_with_hint(&payload(0), STRANGER, Key::new(SEAL).hint(), PREFIX);
    assert_eq!(told(&judge(&pretender.to_text())), (Indication::TotalFailed, 1, vec!["SEAL_SIGNATURE_WRONG"]));
    // A status key may revoke; it may not issue. Nor may the root.
    for other in [STATUS, ROOT] {
        let by_other = seal(&payload(0), other, PREFIX);
        assert_eq!(told(&judge(&by_other.to_text())), (Indication::TotalFailed, 1, vec!["SEAL_KEY_UNKNOWN"]));
    }
}

#[test]
fn a_text_that_is_not_the_one_text_of_a_seal_fails() {
    let text = genuine().to_text();
    let twin = with_high_s(&genuine());
    let mut indefinite = genuine().as_cose().to_vec();
    // The array of four, of indefinite length.
    *indefinite.get_mut(1).expect("a head") = 0x9f;
    indefinite.push(0xff);
    for (what, text) in [
        ("the upper s", to_text(&twin)),
        ("not deterministic", to_text(&indefinite)),
        ("a digit more", format!("{text}0")),
        ("a digit less", text.get(..text.len() - 1).expect("ASCII").to_owned()),
        ("a blank", format!("{text} ")),
        ("a letter", text.replacen('0', "O", 1)),
        ("no address", text.replacen(PREFIX, "", 1)),
        ("no TLS", text.replacen("https", "http", 1)),
        ("over-long", format!("{PREFIX}{}", "0".repeat(1_200))),
        ("nothing", String::new()),
    ] {
        let report = judge(&text);
        assert_eq!(told(&report), (Indication::TotalFailed, 1, vec!["SEAL_MALFORMED"]), "{what}");
        assert!(report.findings.iter().all(|finding| finding.detail().is_some()), "{what}");
        assert!(report.seal.is_none() && report.fields().is_empty(), "{what}");
    }
}

/// The order of P-256 (SEC 2, 2.4.2).
const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

/// The same seal with the other value of s, which verifies just as well.
fn with_high_s(seal: &Seal) -> Vec<u8> {
    let mut octets = seal.as_cose().to_vec();
    let order = hex::decode(ORDER).expect("hexadecimal");
    let mut borrow = 0_i16;
    let last = octets.len();
    for (octet, order) in octets.get_mut(last - 32..).expect("s").iter_mut().rev().zip(order.iter().rev()) {
        let difference = i16::from(*order) - i16::from(*octet) - borrow;
        borrow = i16::from(difference < 0);
        *octet = u8::try_from(difference.rem_euclid(256)).expect("below 256");
    }
    octets
}

/// Digits as a maker writes them who does not care whether the octets are a seal: 7 octets, 17 digits.
fn to_text(cose: &[u8]) -> String {
    let groups = cose.chunks(7).map(|group| {
        let number = group.iter().rev().fold(0_u64, |number, octet| number << 8 | u64::from(*octet));
        let digits = match group.len() {
            7 => 17,
            6 => 15,
            5 => 13,
            4 => 10,
            3 => 8,
            2 => 5,
            _ => 3,
        };
        format!("{number:0digits$}")
    });
    format!("{PREFIX}{}", groups.collect::<String>())
}

#[test]
fn the_digits_of_a_test_are_those_of_a_seal() {
    assert_eq!(to_text(genuine().as_cose()), genuine().to_text());
    let twin = with_high_s(&genuine());
    let value: [u8; 64] = twin.get(twin.len() - 64..).expect("a value").try_into().expect("64 octets");
    let unsigned = UnsignedSeal::new(&payload(0), Key::new(SEAL).hint(), &agency::prefix(PREFIX)).expect("a payload");
    let spki = Key::new(SEAL).spki();
    let verified = crate::crypto::verify_esp256(Implementation::Native, &spki, &unsigned.to_be_signed(), &value);
    assert_eq!(verified, Ok(()), "the twin verifies, so only its form can refuse it");
}

#[test]
fn a_key_seals_only_while_it_is_in_use() {
    let with = |state: KeyState, from: u64, to: u64| {
        let mut list = trust_list();
        let mut key = trusted(SEAL, KeyPurpose::Seal, state);
        (key.issue_from, key.issue_to) = (UnixSeconds(from), UnixSeconds(to));
        list.keys = vec![key];
        list
    };
    let day = payload(-5).head.issue_date;
    let seal = seal(&payload(-5), SEAL, PREFIX);
    let (begin, end) = (day.begin_in_jakarta().0, day.end_in_jakarta().0);
    for (from, to) in [(begin, end), (end - 1, NOW), (begin - DAY, begin)] {
        for state in [KeyState::Active, KeyState::Retired] {
            let report = judge_by(&with(state, from, to), &seal, at(NOW));
            assert_eq!(told(&report), (Indication::TotalPassed, 0, vec![]), "{from} {to}");
        }
    }
    for (from, to) in [(end, NOW), (begin - DAY, begin - 1)] {
        let report = judge_by(&with(KeyState::Retired, from, to), &seal, at(NOW));
        assert_eq!(told(&report), (Indication::Indeterminate, 3, vec!["SEAL_KEY_NOT_IN_USE"]), "{from} {to}");
    }
    let leaked = with(KeyState::Compromised { at: UnixSeconds(begin) }, begin, end);
    let report = judge_by(&leaked, &seal, at(NOW));
    assert_eq!(told(&report), (Indication::Indeterminate, 3, vec!["SEAL_KEY_COMPROMISED"]));
}

#[test]
fn without_a_trust_list_that_holds_nothing_is_genuine() {
    let text = genuine().to_text();
    let good = signed_trust_list(&trust_list(), ROOT);
    let told_by = |list: Option<&[u8]>, time: u64| {
        told(&validator(list, &[], Implementation::default()).verify_seal(&text, None, at(time)))
    };
    let expected = |code| (Indication::Indeterminate, 3, vec![code]);
    assert_eq!(told_by(None, NOW), expected("TRUST_LIST_MISSING"));
    assert_eq!(told_by(Some(b"no list"), NOW), expected("TRUST_LIST_MALFORMED"));
    assert_eq!(told_by(good.get(..good.len() - 1), NOW), expected("TRUST_LIST_MALFORMED"));
    for signer in [SEAL, STATUS, STRANGER] {
        let other = signed_trust_list(&trust_list(), signer);
        assert_eq!(told_by(Some(&other), NOW), expected("TRUST_LIST_NOT_AUTHENTIC"));
    }
    let issued = trust_list().issued_at.0;
    assert_eq!(told_by(Some(&good), issued - 1).2.first(), Some(&"TRUST_LIST_FROM_FUTURE"));
    let mut short = trust_list();
    short.expires_at = UnixSeconds(NOW + DAY);
    let short = signed_trust_list(&short, ROOT);
    assert_eq!(told_by(Some(&short), NOW + DAY), expected("TRUST_LIST_EXPIRED"));
    assert_eq!(told_by(Some(&short), NOW + DAY - 1), (Indication::TotalPassed, 0, vec![]));
    // The root of the tests ends on 30 November.
    assert_eq!(told_by(Some(&good), NOW + 7 * DAY), expected("TRUST_LIST_ANCHOR_NOT_VALID"));
}

#[test]
fn without_an_anchor_the_trust_list_is_anybodys() {
    let mut published = Published::none();
    published.set_trust_list(&signed_trust_list(&trust_list(), ROOT));
    let validator = Validator::new(TrustAnchors::none(), ValidationData::none(), Policy::default());
    let report = validator.with_published(published).verify_seal(&genuine().to_text(), None, at(NOW));
    assert_eq!(told(&report), (Indication::Indeterminate, 3, vec!["TRUST_LIST_WITHOUT_ANCHOR"]));
    let english = report.findings.first().map(|finding| finding.text(Language::English)).unwrap_or_default();
    assert!(english.contains("--trust"), "{english}");
}

#[test]
fn a_day_that_has_not_come_is_not_passed_over() {
    let tomorrow = seal(&payload(1), SEAL, PREFIX).to_text();
    assert_eq!(told(&judge(&tomorrow)), (Indication::Indeterminate, 3, vec!["SEAL_ISSUED_IN_FUTURE"]));
    let begins = payload(1).head.issue_date.begin_in_jakarta().0;
    let then = usual(&[]).verify_seal(&tomorrow, None, at(begins));
    assert_eq!(told(&then), (Indication::TotalPassed, 0, vec![]));
}

#[test]
fn a_letter_that_has_ended_is_genuine_and_that_is_told() {
    let mut payload = payload(-3);
    let Claims::Surat(claims) = payload.claims else { panic!("a surat") };
    let day = Days::from_count(i64::from(payload.head.issue_date.count()) + 2).expect("a day");
    payload.claims = Claims::Surat(SuratClaims { valid_until: Some(day), ..claims });
    let report = judge(&seal(&payload, SEAL, PREFIX).to_text());
    assert_eq!(told(&report), (Indication::TotalPassed, 0, vec!["SEAL_LETTER_ENDED"]));
    let until = usual(&[]).verify_seal(&report.text, None, at(day.end_in_jakarta().0 - 1));
    assert_eq!(codes(&until), [""; 0]);
}

#[test]
fn a_number_from_the_paper_is_compared() {
    let number = |text: &str| IdentityNumber::parse(text).expect("16 digits");
    let judge = |seal: &Seal, text: &str| usual(&[]).verify_seal(&seal.to_text(), Some(&number(text)), at(NOW));
    assert_eq!(told(&judge(&genuine(), NIK)), (Indication::TotalPassed, 0, vec!["SEAL_NUMBER_AGREES"]));
    let other = judge(&genuine(), "3275054911240003");
    assert_eq!(told(&other), (Indication::TotalFailed, 1, vec!["SEAL_NUMBER_DIFFERS"]));
    assert!(!other.fields().is_empty(), "the seal is genuine: its fields are shown");
    // A wrong number brings nothing to light that a right one would not.
    let elsewhere = seal(&payload(0), SEAL, "https://tte-example.go.id/v#");
    for number in [NIK, "3275054911240003"] {
        let report = judge(&elsewhere, number);
        assert!(codes(&report).contains(&"SEAL_PREFIX_UNKNOWN") && report.fields().is_empty(), "{report:?}");
    }
    let mut payload = payload(0);
    let Claims::Surat(claims) = payload.claims else { panic!("a surat") };
    payload.claims = Claims::Surat(SuratClaims { nik: None, ..claims });
    let without = judge(&seal(&payload, SEAL, PREFIX), NIK);
    assert_eq!(told(&without), (Indication::Indeterminate, 3, vec!["SEAL_NUMBER_NOT_SEALED"]));
    // Nothing is confirmed to whoever holds a forged seal.
    let forged = judge(&seal(&agency::payload(0), STRANGER, PREFIX), NIK);
    assert_eq!(codes(&forged), ["SEAL_KEY_UNKNOWN"]);
}

#[test]
fn people_are_told_to_compare_and_what_is_not_protected() {
    let flowing = |report: &SealedFileReport, language| {
        seal_to_text("segel", report, language).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let of = |seal| SealedFileReport::of(vec![seal], Vec::new(), at(NOW));
    let genuine = of(judge(&genuine().to_text()));
    let indonesian = flowing(&genuine, Language::Indonesian);
    for part in [
        "segel: TOTAL-PASSED SEGEL ASLI \u{2013} STATUS BELUM DIPERIKSA (--status). BANDINGKAN DENGAN KERTAS",
        "[ ] Nomor surat: 470/0001/2026",
        "[ ] NIK: ************0002",
        "TIDAK DILINDUNGI SEGEL",
        "kode QR dapat disalin",
        "menurut daftar kepercayaan nomor 7",
    ] {
        assert!(indonesian.contains(part), "{part}: {indonesian}");
    }
    let english = flowing(&genuine, Language::English);
    for part in
        ["GENUINE SEAL \u{2013} STATUS NOT CHECKED", "COMPARE WITH THE PAPER", "[ ] Letter number: 470/0001/2026"]
    {
        assert!(english.contains(part), "{part}: {english}");
    }
    let forged = flowing(&of(judge("https://palsu.example/v#123")), Language::Indonesian);
    assert!(forged.contains("JANGAN DITERIMA") && !forged.contains("[ ]"), "{forged}");
}

#[test]
fn every_finding_about_a_seal_has_words_of_its_own() {
    let day = payload(0).head.issue_date;
    let moment = at(NOW).unix_time();
    let text = || "\u{1b}[2J".to_owned();
    let all = [
        SealProblem::SignatureWrong,
        SealProblem::KeyUnknown { hint: Key::new(SEAL).hint() },
        SealProblem::KeyNotInUse { day, from: moment, to: moment },
        SealProblem::KeyCompromised { since: moment },
        SealProblem::PrefixUnknown { prefix: text() },
        SealProblem::IssuedInFuture { day },
        SealProblem::LetterEnded { day },
        SealProblem::NumberAgrees,
        SealProblem::NumberDiffers,
        SealProblem::NumberNotSealed,
        SealProblem::OtherCode { text: text() },
        SealProblem::NoCode,
        SealProblem::NotSearched { what: text(), more: 0 },
        SealProblem::NotReadable { why: text() },
        SealProblem::NoSealInFile,
        SealProblem::EntryFaulty(pades::SealFault::NotCovered),
        SealProblem::NotTheStated,
        SealProblem::NotStated,
        SealProblem::StatedAndAbsent,
    ];
    let mut seen = std::collections::BTreeSet::new();
    for finding in all.map(Finding::Seal) {
        for language in [Language::Indonesian, Language::English] {
            assert!(seen.insert(finding.text(language)), "{finding:?}");
        }
        assert!(seen.insert(finding.code().to_owned()), "{finding:?}");
        assert_eq!(finding.conclusion().is_some(), finding.severity() == Severity::Error && !is_about_a_file(&finding));
    }
}

fn is_about_a_file(finding: &Finding) -> bool {
    matches!(finding, Finding::Seal(SealProblem::NoCode | SealProblem::NotReadable { .. }))
}

#[test]
fn a_file_is_read_for_what_it_is() {
    let validator = usual(&[]);
    let verify = |octets: &[u8]| {
        let report = validator.verify_sealed_file(octets, None, at(NOW));
        let codes: Vec<_> = report.findings.iter().map(Finding::code).collect();
        (report.verdict, report.exit_status(), codes)
    };
    let text = format!("{}\r\n", genuine().to_text());
    let passed = (SealVerdict::Sealed(Indication::TotalPassed), ExitStatus::Passed, vec![]);
    assert_eq!(verify(text.as_bytes()), passed);
    let unreadable = |code| (SealVerdict::Unreadable, ExitStatus::Unreadable, vec![code]);
    assert_eq!(verify(b"no picture"), unreadable("SEAL_FILE_UNREADABLE"));
    assert_eq!(verify(b"%PDF-1.7 and no more"), unreadable("FILE_UNREADABLE"));
    let plain = include_bytes!("../../fuzz/fixture/plain.pdf");
    let (verdict, exit, codes) = verify(plain);
    assert_eq!((verdict, exit, codes.last()), (SealVerdict::NoSeal, ExitStatus::NoSignature, Some(&"NO_SEAL")));
}
