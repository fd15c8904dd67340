//! Time-stamps on whole documents, made in code.

use super::*;
use crate::clock::ValidationTime;
use crate::made_for_tests::{self, attribute, certificate, extension, identifier, sequence, tlv};
use crate::report::{FileVerdict, Indication, Report};
use crate::trust::TrustAnchors;
use crate::validator::{Policy, ValidationData};

const AUTHORITY: u8 = 9;

/// A certificate for this purpose alone; the test trusts it directly.
fn certificate_for(purpose: &[u8]) -> Certificate {
    let purposes = sequence(&[&identifier(purpose)]);
    certificate(("TSA", AUTHORITY), ("TSA", AUTHORITY), &extension(oid::EXTENDED_KEY_USAGE, &purposes))
}

/// A CMS by the authority.
fn cms(certificate: &Certificate, content: &[&[u8]], holds: Option<&[u8]>, unsigned: &[u8]) -> Vec<u8> {
    made_for_tests::cms(certificate, AUTHORITY, content, holds, unsigned)
}

/// A page with this kind of signature.
fn page(kind: &str, sign: impl Fn(&[&[u8]]) -> Vec<u8>) -> Vec<u8> {
    made_for_tests::page(kind, "", &[], sign)
}

/// A token over an imprint.
fn token(imprint_algorithm: &[u8], imprint: &[u8]) -> Vec<u8> {
    token_with(imprint_algorithm, imprint, b"20261115000000Z", &[])
}

/// A token of this moment with more behind it.
fn token_with(imprint_algorithm: &[u8], imprint: &[u8], moment: &[u8], more: &[u8]) -> Vec<u8> {
    let one = tlv(tag::INTEGER, &[1]);
    let message_imprint = sequence(&[&sequence(&[&identifier(imprint_algorithm)]), &tlv(tag::OCTET_STRING, imprint)]);
    let time = tlv(tag::GENERALIZED_TIME, moment);
    let content = sequence(&[&one, &identifier(&[0x2a, 3]), &message_imprint, &one, &time, more]);
    cms(&certificate_for(oid::TIME_STAMPING), &[&content], Some(&content), &[])
}

/// A page with a time-stamp over the whole file.
fn stamped(imprint_algorithm: &[u8], digest: DigestAlgorithm) -> Vec<u8> {
    page("/Type/DocTimeStamp/SubFilter/ETSI.RFC3161", |covered| {
        token(imprint_algorithm, digest.hash(covered).expect("it is computed in tests").as_bytes())
    })
}

fn verdict(file: &[u8]) -> Report {
    verdict_at(file, b"261120000000Z")
}

fn verdict_at(file: &[u8], moment: &[u8]) -> Report {
    let mut anchors = TrustAnchors::none();
    anchors.add(certificate_for(oid::TIME_STAMPING));
    anchors.add(certificate_for(oid::DOCUMENT_SIGNING));
    let time = ValidationTime::new(UnixTime::from_utc_time(moment).expect("a moment"));
    Validator::new(anchors, ValidationData::none(), Policy::default()).verify(file, time)
}

#[test]
fn a_document_is_bound_by_the_imprint_of_its_time_stamp() {
    let good = verdict(&stamped(oid::SHA256, DigestAlgorithm::Sha256));
    assert_eq!(good.verdict, FileVerdict::Signed(Indication::TotalPassed), "{good:#?}");
    // Whatever digest the authority signs with: two documents with one SHA-1 share the stamp.
    let weak = verdict(&stamped(oid::SHA1, DigestAlgorithm::Sha1));
    assert_eq!(weak.verdict, FileVerdict::Signed(Indication::Indeterminate), "{weak:#?}");
    assert!(weak.signatures.iter().all(|one| one.findings.iter().any(|finding| finding.code() == "ALGORITHM_WEAK")));
}

#[test]
fn a_token_that_does_not_hold_takes_nothing() {
    let signed = |unsigned: &[u8]| {
        let certificate = certificate_for(oid::DOCUMENT_SIGNING);
        page("/Type/Sig/SubFilter/ETSI.CAdES.detached", |covered| cms(&certificate, covered, None, unsigned))
    };
    let alone = verdict(&signed(&[]));
    assert_eq!(alone.verdict, FileVerdict::Signed(Indication::TotalPassed), "{alone:#?}");
    let other = token(oid::SHA256, &[0; 32]);
    let stamped = verdict(&signed(&tlv(0xa1, &attribute(oid::TIME_STAMP_TOKEN, &other))));
    assert_eq!(stamped.verdict, FileVerdict::Signed(Indication::TotalPassed), "{stamped:#?}");
    let codes: Vec<&str> = stamped.signatures.iter().flat_map(|one| &one.findings).map(Finding::code).collect();
    assert!(codes.contains(&"TIME_STAMP_FAILED"), "{codes:?}");
}

#[test]
fn a_signature_exists_at_the_latest_at_the_validation_time() {
    let file = stamped(oid::SHA256, DigestAlgorithm::Sha256);
    // The stamp is of the 15th.
    for (moment, best) in [(b"261120000000Z", b"261115000000Z"), (b"261110000000Z", b"261110000000Z")] {
        let report = verdict_at(&file, moment);
        let times: Vec<UnixTime> = report.signatures.iter().map(|one| one.best_signature_time).collect();
        assert_eq!(times, [UnixTime::from_utc_time(best).expect("a moment")]);
    }
}

/// A time-stamp over a whole page, of this moment and with this behind it; and the report on it of the 20th.
fn stamped_with(moment: &[u8], more: &[u8]) -> Report {
    verdict(&page("/Type/DocTimeStamp/SubFilter/ETSI.RFC3161", |covered| {
        let imprint = DigestAlgorithm::Sha256.hash(covered).expect("it is computed in tests");
        token_with(oid::SHA256, imprint.as_bytes(), moment, more)
    }))
}

#[test]
fn what_was_stamped_existed_when_the_clock_of_the_authority_was_surely_past_it() {
    let number = |tag, value: &[u8]| tlv(tag, value);
    let accuracy = |parts: &[&[u8]]| sequence(parts);
    let cases: [(&[u8], Vec<u8>, &str); 6] = [
        (b"20261115000000Z", vec![], "2026-11-15T00:00:00Z"),
        (b"20261115000000.25Z", vec![], "2026-11-15T00:00:01Z"),
        (b"20261115000000Z", accuracy(&[&number(tag::INTEGER, &[90])]), "2026-11-15T00:01:30Z"),
        (b"20261115000000Z", accuracy(&[&number(0x80, &[1])]), "2026-11-15T00:00:01Z"),
        // 0.5 s + 1 s + 0.499999 s + 0.000001 s are two whole seconds.
        (
            b"20261115000000.5Z",
            accuracy(&[&number(tag::INTEGER, &[1]), &number(0x80, &[1, 0xf3]), &number(0x81, &[3, 0xe7])]),
            "2026-11-15T00:00:02Z",
        ),
        // As inexact as one likes, it is never later than the moment of validation.
        (b"20261115000000Z", accuracy(&[&number(tag::INTEGER, &[0x7f; 8])]), "2026-11-20T00:00:00Z"),
    ];
    for (moment, more, best) in cases {
        let report = stamped_with(moment, &more);
        assert_eq!(report.verdict, FileVerdict::Signed(Indication::TotalPassed), "{report:#?}");
        let times: Vec<String> = report.signatures.iter().map(|one| one.best_signature_time.to_string()).collect();
        assert_eq!(times, [best], "{}", String::from_utf8_lossy(moment));
    }
}

#[test]
fn a_critical_extension_that_is_not_known_makes_a_token_say_nothing() {
    let extensions = |critical: &[u8]| {
        let one = sequence(&[&identifier(&[0x2a, 3, 4]), critical, &tlv(tag::OCTET_STRING, &[5, 0])]);
        tlv(0xa1, &one)
    };
    let plain = stamped_with(b"20261115000000Z", &extensions(&[]));
    assert_eq!(plain.verdict, FileVerdict::Signed(Indication::TotalPassed), "{plain:#?}");
    let critical = stamped_with(b"20261115000000Z", &extensions(&tlv(tag::BOOLEAN, &[0xff])));
    assert_eq!(critical.verdict, FileVerdict::Signed(Indication::Indeterminate), "{critical:#?}");
    let codes: Vec<&str> = critical.signatures.iter().flat_map(|one| &one.findings).map(Finding::code).collect();
    assert_eq!(codes, ["TIME_STAMP_EXTENSION_UNKNOWN", "SIGNER_IS_ANCHOR"]);
}
