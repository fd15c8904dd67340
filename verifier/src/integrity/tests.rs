//! Which octets a signature covers, in files of several revisions that are made here.

#![expect(clippy::indexing_slicing, reason = "offsets into files that are made here")]

use std::fmt::Write as _;

use super::*;
use crate::certificate::Certificate;
use crate::clock::{UnixTime, ValidationTime};
use crate::made_for_tests::{SIGNER, Signed, attributes_of, authority, cms_of, person, tlv};
use crate::report::{CheckResult, FileVerdict, Indication, Report, SignatureReport};
use crate::trust::TrustAnchors;
use crate::validator::{Policy, ValidationData, Validator};

pub(crate) const CADES: &str = "/SubFilter/ETSI.CAdES.detached";
pub(crate) const PKCS7: &str = "/SubFilter/adbe.pkcs7.detached";
pub(crate) const PKCS7_SHA1: &str = "/SubFilter/adbe.pkcs7.sha1";

/// Octets that `/Contents` has room for.
const ROOM: usize = 1200;
const RANGE: &str = "[0 0000000000 0000000000 0000000000]";

const ROOT: (&str, u8) = ("Root", 1);

pub(crate) fn signer() -> Certificate {
    person(ROOT)
}

/// A signature dictionary that nothing is filled into yet.
pub(crate) fn dictionary(sub_filter: &str) -> String {
    format!("<</Type/Sig/Filter/Adobe.PPKLite{sub_filter}/ByteRange{RANGE}/Contents<{}>>>", "0".repeat(2 * ROOM))
}

pub(crate) fn field(value: &str) -> String {
    format!("<</Type/Annot/Subtype/Widget/FT/Sig/T(stamp)/F 132/Rect[0 0 0 0]/P 3 0 R{value}>>")
}

/// The objects of a page with this field and what stands at 5.
pub(crate) fn page(field: &str, at_5: &str) -> Vec<(u32, String)> {
    vec![
        (1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[4 0 R]>>>>".into()),
        (2, "<</Type/Pages/Count 1/Kids[3 0 R]>>".into()),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[4 0 R]>>".into()),
        (4, field.into()),
        (5, at_5.into()),
    ]
}

/// A file of these revisions, and where each ends.
pub(crate) fn file(revisions: &[Vec<(u32, String)>]) -> (String, Vec<usize>) {
    let (mut file, mut ends) = ("%PDF-1.7\n".to_owned(), Vec::new());
    let mut previous = String::new();
    for objects in revisions {
        let mut table = "xref\n0 1\n0000000000 65535 f \n".to_owned();
        for (number, body) in objects {
            write!(table, "{number} 1\n{:010} 00000 n \n", file.len()).expect("a string takes it");
            write!(file, "{number} 0 obj\n{body}\nendobj\n").expect("a string takes it");
        }
        let xref = file.len();
        write!(file, "{table}trailer\n<</Size 9/Root 1 0 R{previous}>>\nstartxref\n{xref}\n%%EOF\n")
            .expect("a string takes it");
        previous = format!("/Prev {xref}");
        ends.push(file.len());
    }
    (file, ends)
}

/// Signs the octets up to `end` but for the gap. The CMS is made from the two spans.
pub(crate) fn sign(file: &str, end: usize, cms: impl Fn(&[&[u8]]) -> Vec<u8>) -> Vec<u8> {
    let gap = file.find("/Contents<").expect("a signature dictionary") + "/Contents".len();
    let behind = gap + 2 * ROOM + 2;
    let file = file.replace(RANGE, &format!("[0 {gap:010} {behind:010} {:010}]", end - behind)).into_bytes();
    let value = hex::encode(cms(&[&file[..gap], &file[behind..end]]));
    let contents = format!("<{value:0<width$}>", width = 2 * ROOM);
    [&file[..gap], contents.as_bytes(), &file[behind..]].concat()
}

/// What honest programs make.
pub(crate) fn honest(covered: &[&[u8]]) -> Vec<u8> {
    let digest = DigestAlgorithm::Sha512.hash(covered).expect("SHA-512 is always there");
    with_message_digest(&tlv(tag::OCTET_STRING, digest.as_bytes()))
}

fn with_message_digest(value: &[u8]) -> Vec<u8> {
    let attributes = attributes_of(&signer(), oid::DATA, value);
    cms_of(&signer(), SIGNER.1, oid::DATA, None, &Signed::Attributes(attributes), &[])
}

pub(crate) fn without_attributes(covered: &[&[u8]]) -> Vec<u8> {
    cms_of(&signer(), SIGNER.1, oid::DATA, None, &Signed::Content(covered.concat()), &[])
}

pub(crate) fn verify(file: &[u8]) -> Report {
    let mut anchors = TrustAnchors::none();
    anchors.add(authority(ROOT, ROOT));
    let time = ValidationTime::new(UnixTime::from_utc_time(b"261120000000Z").expect("a moment"));
    Validator::new(anchors, ValidationData::none(), Policy::default()).verify(file, time)
}

/// The report on the file's one signature.
pub(crate) fn only(report: &Report) -> &SignatureReport {
    let [one] = report.signatures.as_slice() else { panic!("one signature: {report:#?}") };
    one
}

fn passes(report: &Report) -> bool {
    report.verdict == FileVerdict::Signed(Indication::TotalPassed)
}

/// The document fails with this finding.
fn fails_with(report: &Report, finding: &Finding) -> bool {
    let one = only(report);
    one.checks.document == CheckResult::Failed && one.findings.contains(finding) && !passes(report)
}

#[test]
fn a_signature_covers_its_revision_and_what_follows_is_told_from_there() {
    let one = file(&[page(&field("/V 5 0 R"), &dictionary(CADES))]);
    let whole = verify(&sign(&one.0, one.1[0], honest));
    assert!(passes(&whole) && only(&whole).later_revisions.is_empty(), "{whole:#?}");

    // The same page written again behind it: one later revision, the second of the file.
    let again = vec![(2, "<</Type/Pages/Count 1/Kids[3 0 R]>>".to_owned())];
    let two = file(&[page(&field("/V 5 0 R"), &dictionary(CADES)), again]);
    let report = verify(&sign(&two.0, two.1[0], honest));
    let numbers: Vec<usize> = only(&report).later_revisions.iter().map(|later| later.number).collect();
    assert_eq!((only(&report).integrity, numbers), (CheckResult::Passed, vec![2]), "{report:#?}");

    // Signed in the second revision: nothing is later, and the first is covered too.
    let signed = vec![(4, field("/V 5 0 R")), (5, dictionary(CADES))];
    let two = file(&[page(&field(""), "null"), signed]);
    let report = verify(&sign(&two.0, two.1[1], honest));
    assert!(passes(&report) && only(&report).later_revisions.is_empty(), "{report:#?}");
}

#[test]
fn a_signature_that_a_later_revision_gave_to_a_field_does_not_count_for_that_field() {
    // The dictionary lay in the first revision, which it covers, and no field had it then.
    let attached = vec![(4, field("/V 5 0 R"))];
    let two = file(&[page(&field(""), &dictionary(CADES)), attached]);
    let report = verify(&sign(&two.0, two.1[0], honest));
    assert!(fails_with(&report, &Finding::FieldNotSigned), "{report:#?}");
}

#[test]
fn a_signature_dictionary_may_stand_in_its_field() {
    let direct = field(&format!("/V {}", dictionary(CADES)));
    let one = file(&[page(&direct, "null")]);
    let report = verify(&sign(&one.0, one.1[0], honest));
    assert!(passes(&report), "{report:#?}");
}

#[test]
fn the_document_must_have_the_message_digest_that_was_signed() {
    let one = file(&[page(&field("/V 5 0 R"), &dictionary(CADES))]);
    let mut altered = sign(&one.0, one.1[0], honest);
    let position = altered.windows(3).position(|window| window == b"595").expect("the page's width");
    altered[position] = b'6';
    let report = verify(&altered);
    assert!(fails_with(&report, &Finding::DigestWrong), "{report:#?}");

    // The right digest, not as the octet string that it has to be (RFC 5652, 11.2).
    let as_bits = |covered: &[&[u8]]| {
        let digest = DigestAlgorithm::Sha512.hash(covered).expect("SHA-512 is always there");
        with_message_digest(&tlv(tag::UTF8_STRING, digest.as_bytes()))
    };
    let report = verify(&sign(&one.0, one.1[0], as_bits));
    assert!(!passes(&report) && only(&report).findings.contains(&Finding::MessageDigestMissing), "{report:#?}");
    assert_eq!(only(&report).checks.document, CheckResult::NotChecked);
}

#[test]
fn only_pkcs7_may_do_without_signed_attributes() {
    let pkcs7 = file(&[page(&field("/V 5 0 R"), &dictionary(PKCS7))]);
    let report = verify(&sign(&pkcs7.0, pkcs7.1[0], without_attributes));
    assert_eq!(only(&report).checks.document, CheckResult::Passed, "{report:#?}");

    let cades = file(&[page(&field("/V 5 0 R"), &dictionary(CADES))]);
    let report = verify(&sign(&cades.0, cades.1[0], without_attributes));
    assert!(!passes(&report) && only(&report).findings.contains(&Finding::SignedAttributesMissing), "{report:#?}");
    assert_ne!(only(&report).checks.document, CheckResult::Passed);
}

#[test]
fn a_signature_over_sha1_is_intact_where_its_content_is_the_digest_and_passes_nowhere() {
    let one = file(&[page(&field("/V 5 0 R"), &dictionary(PKCS7_SHA1))]);
    let made = |content: &[u8]| {
        let digest = DigestAlgorithm::Sha512.hash(&[content]).expect("SHA-512 is always there");
        let attributes = attributes_of(&signer(), oid::DATA, &tlv(tag::OCTET_STRING, digest.as_bytes()));
        cms_of(&signer(), SIGNER.1, oid::DATA, Some(content), &Signed::Attributes(attributes), &[])
    };
    let sha1 = |covered: &[&[u8]]| DigestAlgorithm::Sha1.hash(covered).expect("SHA-1 is there");
    let right = verify(&sign(&one.0, one.1[0], |covered| made(sha1(covered).as_bytes())));
    assert_eq!(only(&right).checks.document, CheckResult::Passed, "{right:#?}");
    let wrong = verify(&sign(&one.0, one.1[0], |_| made(sha1(&[]).as_bytes())));
    assert!(fails_with(&wrong, &Finding::DigestWrong), "{wrong:#?}");
    assert!(!passes(&right) && !passes(&wrong));
}
