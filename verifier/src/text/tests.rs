//! The report for people, on files that are in the repository.

use evidence::SigningStatement;

use super::*;
use crate::clock::{UnixTime, ValidationTime};
use crate::trust::TrustAnchors;
use crate::validator::{Policy, ValidationData, Validator};

const FILE: &[u8] = include_bytes!("../../fuzz/fixture/plain.pdf");
const ROOT: &[u8] = include_bytes!("../../fuzz/fixture/root.der");
const LISTS: [&[u8]; 2] =
    [include_bytes!("../../fuzz/fixture/root.crl"), include_bytes!("../../fuzz/fixture/issuing.crl")];
const REVOKED: &[u8] = include_bytes!("../../fuzz/fixture/issuing-revoked.crl");

fn moment() -> ValidationTime {
    let seconds = include_str!("../../fuzz/fixture/moment").trim().parse().expect("seconds");
    ValidationTime::new(UnixTime::from_seconds(seconds))
}

fn report(anchors: &[&[u8]], lists: &[&[u8]], file: &[u8]) -> Report {
    let mut trust = TrustAnchors::none();
    anchors.iter().for_each(|anchor| trust.add_file(anchor).expect("an anchor"));
    let mut data = ValidationData::none();
    lists.iter().for_each(|list| data.add_crl_file(list).expect("a list"));
    Validator::new(trust, data, Policy::default()).verify(file, moment())
}

/// The one signature of a file that has one.
fn only(report: &Report) -> &SignatureReport {
    report.signatures.first().expect("a signature")
}

/// Without the breaks that a terminal needs.
fn flowing(report: &Report, language: Language, detail: Detail) -> String {
    to_text("surat.pdf", report, language, detail).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_verdict_names_its_moment_its_signer_its_anchor_and_its_lists() {
    let report = report(&[ROOT], &LISTS, FILE);
    let [indonesian, english] =
        [Language::Indonesian, Language::English].map(|language| flowing(&report, language, Detail::Normal));
    let moment = moment().unix_time();
    let [signature] = report.signatures.as_slice() else { panic!("{report:#?}") };
    let signer = signature.signing_certificate.as_ref().expect("a signer");
    let anchor = signature.trust_anchor.as_ref().expect("an anchor");
    assert!(english.starts_with(&format!(
        "surat.pdf: TOTAL-PASSED Every signature passed every check. This verdict holds for the moment {moment}."
    )));
    assert!(indonesian.contains(&format!("Putusan ini berlaku untuk saat {moment}.")), "{indonesian}");
    let mut facts = vec![
        format!("{} ", signer.serial.trim_end()),
        format!("\"{}\"", signer.issuer),
        format!("SHA-256 {}", short(&anchor.sha256)),
        format!("SHA-256 {}", short(&signer.sha256)),
        format!("{}, ", anchor.name),
    ];
    assert_eq!(signature.revocation_lists.len(), 2, "{signature:#?}");
    for list in &signature.revocation_lists {
        facts.extend([list.issuer.clone(), list.this_update.to_string(), format!("SHA-256 {}", short(&list.sha256))]);
    }
    for fact in facts.iter().map(|fact| fact.trim_end_matches([' ', ','])) {
        assert!(english.contains(fact) && indonesian.contains(fact), "{fact}: {english}");
    }
    assert!(english.contains(&format!("Proved to exist at: {moment} (the moment of validation;")), "{english}");
    assert!(indonesian.contains(&format!("Terbukti sudah ada pada: {moment} (saat pemeriksaan;")), "{indonesian}");
}

#[test]
fn title_and_organization_stand_with_the_name_once() {
    let report = report(&[ROOT], &LISTS, FILE);
    let signer = only(&report).signing_certificate.clone().expect("a signer");
    let with = |name: &str, title: Option<&str>, organization: Option<&str>| {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let (title, organization) = (owned(title), owned(organization));
        person(&CertificateFacts { name: name.into(), title, organization, ..signer.clone() })
    };
    assert_eq!(with("Budi", Some("Kepala Dinas"), Some("Dinas Uji")), "Budi, Kepala Dinas, Dinas Uji");
    assert_eq!(with("Budi", None, Some("Dinas Uji")), "Budi, Dinas Uji");
    assert_eq!(with("O=Dinas Uji", None, Some("Dinas Uji")), "O=Dinas Uji");
}

#[test]
fn what_was_not_checked_says_why_and_what_would_supply_it() {
    let english = flowing(&report(&[], &[], FILE), Language::English, Detail::Normal);
    assert!(english.contains("Not checked: certificate path: No trust anchor was given (--trust)"), "{english}");
    assert!(english.contains("Not checked: revocation: needs what step 8 (certificate path) did not"), "{english}");
    assert_eq!(english.matches("NO_TRUST_ANCHORS").count(), 1, "{english}");
    let english = flowing(&report(&[ROOT], &[], FILE), Language::English, Detail::Normal);
    assert!(english.contains("Not checked: revocation: Whether the certificate"), "{english}");
    assert!(english.contains("(--crl)"), "{english}");
}

#[test]
fn the_list_that_revokes_is_named() {
    let report = report(&[ROOT], &[LISTS[0], REVOKED], FILE);
    let [signature] = report.signatures.as_slice() else { panic!("{report:#?}") };
    let lists: Vec<[u8; 32]> = signature.revocation_lists.iter().map(|list| list.sha256).collect();
    assert_eq!(lists, [crate::crypto::digest::Digest::sha256(REVOKED)]);
}

#[test]
fn every_step_is_explained_with_its_result_and_its_reason() {
    let cut = FILE.get(..FILE.len() - 20).expect("longer");
    for report in [report(&[ROOT], &LISTS, FILE), report(&[], &[], FILE), report(&[ROOT], &LISTS, cut)] {
        for language in [Language::Indonesian, Language::English] {
            let words = Words(language);
            let text = flowing(&report, language, Detail::Explain);
            let mut rest = text.as_str();
            for step in &only(&report).steps {
                let head = format!("{}. {}: {}: ", step.check.number(), words.step(step.check), step.result.as_str());
                let (_, after) = rest.split_once(&head).unwrap_or_else(|| panic!("no {head:?}: {text}"));
                let reason = reason(step, only(&report), language);
                assert!(reason.len() > 20 && after.starts_with(&reason), "{head}{reason}: {text}");
                rest = after;
            }
        }
    }
}

#[test]
fn the_place_in_the_register_is_not_called_a_number() {
    // The worked example of `evidence`, with sequence 1.
    let der = hex::decode(format!(
        "3052020101020101180f32303236313132343031303230335a0c106b65632d62656b6173692d74696d75720c0573757261740420{}",
        "aa".repeat(32)
    ))
    .expect("hexadecimal");
    let statement = SigningStatement::from_der(&der).expect("a statement");
    let english = Words(Language::English).statement(&statement);
    assert_eq!(english, "2026-11-24T01:02:03Z, kec-bekasi-timur, surat, register sequence 1");
    let indonesian = Words(Language::Indonesian).statement(&statement);
    assert_eq!(indonesian, "2026-11-24T01:02:03Z, kec-bekasi-timur, surat, urutan register 1");
}

#[test]
fn english_details_stand_on_a_line_of_their_own() {
    let report = report(&[ROOT], &LISTS, b"%PDF-1.7\n1 0 obj\n<</Type/Sig/ByteRange[0 1 2 3]>>\nendobj\n");
    let text = to_text("surat.pdf", &report, Language::Indonesian, Detail::Normal);
    let detail = only(&report).findings.first().expect("a finding").detail().expect("a damaged file says where");
    assert!(text.contains(&format!("\n      rincian teknis: {detail}\n")), "{text}");
    assert!(!only(&report).findings.first().expect("a finding").text(Language::Indonesian).contains(&detail), "{text}");
}
