//! What the service states about a document: its seal, and where its status stands.

use evidence::status::StatusValue;
use evidence::{Commitment, DocumentType, OfficeId, UnixSeconds};

use super::*;
use crate::asn1::tag;
use crate::crypto::DigestAlgorithm;
use crate::made_for_tests::agency::{DAY, NOW, STATUS, at, genuine, index, status_list, usual};
use crate::made_for_tests::{Signed, attribute, attributes_with, certificate, cms_of, page, tlv};
use crate::oid;
use crate::report::{CheckResult, ExitStatus, Indication, Report};

/// Where the document's status stands.
const PLACE: u32 = 77;

fn statement(seal_hash: Option<[u8; 32]>, place: Option<u32>) -> SigningStatement {
    SigningStatement {
        sequence: 1,
        signed_at: UnixSeconds(NOW - DAY),
        office: OfficeId::parse("kecamatan-contoh").expect("a name"),
        document_type: DocumentType::surat(),
        number_commitment: Commitment::from_bytes([0xaa; 32]),
        seal_hash,
        mandate: None,
        status_index: place.map(|place| index(0, place)),
    }
}

/// A page that somebody signed whom nobody trusts, with this seal in the signature dictionary and this statement.
fn signed(seal: Option<&str>, statement: Option<&SigningStatement>) -> Vec<u8> {
    let signer = certificate(("Somebody (UJI COBA)", 1), ("Somebody (UJI COBA)", 1), &[]);
    let stated = statement.map(|statement| {
        attribute(OidArc::default().signing_statement().as_bytes(), &statement.to_der().expect("a statement"))
    });
    let more: Vec<Vec<u8>> = stated.into_iter().collect();
    let seal = seal.map(|text| format!("/TKN_Seal({text})")).unwrap_or_default();
    let kind = format!("/Type/Sig/SubFilter/ETSI.CAdES.detached/M(D:20261123000000Z){seal}");
    page(&kind, "", &[], |content| {
        let digest = DigestAlgorithm::Sha512.hash(content).expect("SHA-512 is always there");
        let digest = tlv(tag::OCTET_STRING, digest.as_bytes());
        let attributes = Signed::Attributes(attributes_with(&signer, oid::DATA, &digest, &more));
        cms_of(&signer, 1, oid::DATA, None, &attributes, &[])
    })
}

fn codes(report: &Report) -> Vec<&'static str> {
    let findings = report.signatures.iter().flat_map(|signature| &signature.findings);
    findings.map(Finding::code).filter(|code| code.starts_with("SEAL")).collect()
}

#[test]
fn the_seal_in_the_signature_is_the_one_that_the_service_stated() {
    let (text, hash) = (genuine().to_text(), genuine().hash());
    let judge = |seal: Option<&str>, hash: Option<[u8; 32]>| {
        let report = usual(&[]).verify(&signed(seal, Some(&statement(hash, None))), at(NOW));
        let signature = report.signatures.first().expect("a signature");
        assert_eq!(signature.checks.statement, CheckResult::Passed, "{report:#?}");
        assert_eq!(signature.integrity, CheckResult::Passed);
        codes(&report)
    };
    assert_eq!(judge(Some(&text), Some(hash)), [""; 0]);
    assert_eq!(judge(None, None), [""; 0]);
    assert_eq!(judge(Some(&text), Some([7; 32])), ["SEAL_NOT_THE_STATED"]);
    assert_eq!(judge(Some("https://a/#1"), Some(hash)), ["SEAL_NOT_THE_STATED"]);
    assert_eq!(judge(Some(&text), None), ["SEAL_NOT_STATED"]);
    assert_eq!(judge(None, Some(hash)), ["SEAL_STATED_AND_ABSENT"]);
    assert_eq!(judge(Some("\\001"), Some(hash)), ["SEAL_ENTRY_FAULTY"]);
    let nobody = usual(&[]).verify(&signed(Some(&text), None), at(NOW));
    assert_eq!(codes(&nobody), ["SEAL_NOT_STATED"]);
}

#[test]
fn a_seal_that_is_not_the_stated_one_does_not_pass() {
    let file = signed(Some(&genuine().to_text()), Some(&statement(Some([7; 32]), None)));
    let report = usual(&[]).verify(&file, at(NOW));
    let finding = report.signatures.iter().flat_map(|signature| &signature.findings);
    let decides = finding.filter(|finding| finding.code() == "SEAL_NOT_THE_STATED").filter_map(Finding::conclusion);
    assert_eq!(decides.map(|one| one.indication).collect::<Vec<_>>(), [Indication::Indeterminate]);
}

#[test]
fn the_seal_of_a_signed_file_is_found_without_reading_pixels() {
    let file = signed(Some(&genuine().to_text()), Some(&statement(Some(genuine().hash()), None)));
    let report = usual(&[]).verify_sealed_file(&file, None, at(NOW));
    assert_eq!(report.exit_status(), ExitStatus::Passed, "{report:#?}");
    let origins: Vec<_> = report.seals.iter().map(|seal| seal.origin.as_str()).collect();
    assert_eq!(origins, ["SIGNATURE-DICTIONARY"]);
}

#[test]
fn a_revoked_document_is_5_and_one_that_was_changed_too_is_1() {
    use ExitStatus::{DocumentRevoked, Failed, Indeterminate};
    let list = |value, issued| status_list(0, &[(index(0, PLACE), value)], issued, STATUS);
    let stating = signed(None, Some(&statement(None, Some(PLACE))));
    let judge = |file: &[u8], list: &[u8]| {
        let report = usual(&[list]).verify(file, at(NOW));
        let status = report.document_status.as_ref().expect("somebody asked");
        (status.as_str(), report.verdict.exit_code(), report.exit_status())
    };
    // Nobody trusts the signer, so 3 is the best that this file can be.
    assert_eq!(judge(&stating, &list(StatusValue::Valid, NOW - 60)), ("VALID", Indeterminate, Indeterminate));
    for (value, word) in [
        (StatusValue::Invalid, "INVALID"),
        (StatusValue::Suspended, "SUSPENDED"),
        (StatusValue::Superseded, "SUPERSEDED"),
    ] {
        assert_eq!(judge(&stating, &list(value, NOW - 60)), (word, Indeterminate, DocumentRevoked));
    }
    let changed = String::from_utf8(stating.clone()).expect("ASCII").replace("0 0 595 842", "0 0 842 595");
    let invalid = list(StatusValue::Invalid, NOW - 60);
    assert_eq!(judge(changed.as_bytes(), &invalid), ("INVALID", Failed, Failed));
    // A list from before the signature, and a document that names no place.
    let before = list(StatusValue::Invalid, NOW - DAY - 1);
    assert_eq!(judge(&stating, &before), ("NOT-CHECKED", Indeterminate, Indeterminate));
    let nowhere = signed(None, Some(&statement(None, None)));
    assert_eq!(judge(&nowhere, &invalid), ("NOT-CHECKED", Indeterminate, Indeterminate));
}

#[test]
fn nobody_who_does_not_ask_is_told_a_status() {
    let file = signed(None, Some(&statement(None, Some(PLACE))));
    let report = usual(&[]).verify(&file, at(NOW));
    assert_eq!(report.document_status, None);
    assert_eq!(report.exit_status(), report.verdict.exit_code());
}
