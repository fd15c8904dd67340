//! What the procedure hands from one check to the next.

use crate::crypto::DigestAlgorithm;
use crate::findings::Finding;
use crate::integrity::tests::{
    CADES, PKCS7, PKCS7_SHA1, dictionary, field, file, honest, only, page, sign, signer, verify, without_attributes,
};
use crate::made_for_tests::{SIGNER, Signed, cms_of};
use crate::oid;
use crate::report::{CheckResult, FileVerdict};

fn one_revision(sub_filter: &str) -> (String, usize) {
    let (file, ends) = file(&[page(&field("/V 5 0 R"), &dictionary(sub_filter))]);
    (file, ends.last().copied().expect("one revision"))
}

#[test]
fn without_signed_attributes_the_value_is_made_over_the_content() {
    let (pkcs7, end) = one_revision(PKCS7);
    let report = verify(&sign(&pkcs7, end, without_attributes));
    assert_eq!(only(&report).checks.signature_value, CheckResult::Passed, "{report:#?}");

    // adbe.pkcs7.sha1 carries its content: the SHA-1 of the document.
    let (sha1, end) = one_revision(PKCS7_SHA1);
    let over = |signed: fn(&[u8], &[&[u8]]) -> Vec<u8>| {
        verify(&sign(&sha1, end, |covered| {
            let content = DigestAlgorithm::Sha1.hash(covered).expect("SHA-1 is there");
            let value = Signed::Content(signed(content.as_bytes(), covered));
            cms_of(&signer(), SIGNER.1, oid::DATA, Some(content.as_bytes()), &value, &[])
        }))
    };
    let right = over(|content, _| content.to_vec());
    assert_eq!(only(&right).checks.signature_value, CheckResult::Passed, "{right:#?}");
    let wrong = over(|_, covered| covered.concat());
    assert_eq!(only(&wrong).checks.signature_value, CheckResult::Failed, "{wrong:#?}");
}

#[test]
fn a_form_that_failed_fails_the_check_that_it_is_about_and_no_other() {
    let (cades, end) = one_revision(CADES);
    // No CMS: the value cannot hold; of the document nothing is known.
    let no_cms = verify(&sign(&cades, end, |_| vec![0x30, 0x03, 0x02, 0x01, 0x01]));
    let checks = &only(&no_cms).checks;
    assert_eq!(
        (checks.signature_value, checks.document),
        (CheckResult::Failed, CheckResult::NotChecked),
        "{no_cms:#?}"
    );

    // A gap that is not the value of Contents: the other way round.
    let moved = String::from_utf8(sign(&cades, end, honest)).expect("text");
    let moved = moved.replacen("/ByteRange[0 0", "/ByteRange[1 0", 1);
    let gap = verify(moved.as_bytes());
    let checks = &only(&gap).checks;
    assert_eq!((checks.signature_value, checks.document), (CheckResult::NotChecked, CheckResult::Failed), "{gap:#?}");
}

#[test]
fn a_document_time_stamp_has_no_time_stamps_of_its_own() {
    let (stamp, end) = one_revision("/SubFilter/ETSI.RFC3161");
    let report = verify(&sign(&stamp, end, honest));
    assert_eq!(only(&report).checks.time_stamps, CheckResult::NotApplicable, "{report:#?}");
}

#[test]
fn a_file_that_cannot_be_opened_is_a_failed_signature_only_where_there_is_one() {
    let (signed, end) = one_revision(CADES);
    let signed = String::from_utf8(sign(&signed, end, honest)).expect("text");
    let cut = signed.replace("startxref", "startxxxx");
    assert!(matches!(verify(cut.as_bytes()).verdict, FileVerdict::Signed(_)));
    assert_eq!(verify(b"%PDF-1.7\nnothing more").verdict, FileVerdict::Unreadable);
    let encrypted = signed.replace("/Root 1 0 R", "/Root 1 0 R/Encrypt<</Filter/Standard>>");
    let report = verify(encrypted.as_bytes());
    assert_eq!(report.verdict, FileVerdict::Unreadable, "{report:#?}");
    assert!(report.findings.iter().any(|finding| matches!(finding, Finding::FileUnreadable(_))), "{report:#?}");
}
