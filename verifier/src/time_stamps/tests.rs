//! Time-stamps on whole documents, made in code.

use aws_lc_rs::signature::KeyPair as _;

use super::*;
use crate::clock::ValidationTime;
use crate::made_for_tests::{algorithm, day, key, name, signed, tlv};
use crate::report::{FileVerdict, Indication, Report};
use crate::trust::TrustAnchors;
use crate::validator::{Policy, ValidationData};

const AUTHORITY: u8 = 9;

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(tag::SEQUENCE, &parts.concat())
}

fn identifier(oid: &[u8]) -> Vec<u8> {
    tlv(tag::OBJECT_IDENTIFIER, oid)
}

/// A certificate for this purpose alone; the test trusts it directly.
fn certificate_for(purpose: &[u8]) -> Certificate {
    let octets = [&[0], key(AUTHORITY).public_key().as_ref()].concat();
    let key_info = sequence(&[&algorithm(), &tlv(tag::BIT_STRING, &octets)]);
    let purposes = sequence(&[&identifier(purpose)]);
    let extension = sequence(&[&identifier(oid::EXTENDED_KEY_USAGE), &tlv(tag::OCTET_STRING, &purposes)]);
    let tbs = [
        tlv(0xa0, &tlv(tag::INTEGER, &[2])),
        tlv(tag::INTEGER, &[1]),
        algorithm(),
        name("TSA"),
        sequence(&[&day(1), &day(30)]),
        name("TSA"),
        key_info,
        tlv(0xa3, &sequence(&[&extension])),
    ];
    Certificate::from_der(&signed(&tbs.concat(), AUTHORITY)).expect("a certificate")
}

/// A CMS over these octets, which it holds or not, with these unsigned attributes.
fn cms(certificate: &Certificate, content: &[&[u8]], holds: Option<&[u8]>, unsigned: &[u8]) -> Vec<u8> {
    let sha512 = sequence(&[&identifier(oid::SHA512)]);
    let one = tlv(tag::INTEGER, &[1]);
    let (content_type, version) = if holds.is_some() { (oid::TST_INFO, 3) } else { (oid::DATA, 1) };
    let digest = DigestAlgorithm::Sha512.hash(content).expect("SHA-512 is always there");
    let reference = sequence(&[&sequence(&[&sequence(&[&tlv(tag::OCTET_STRING, certificate.sha256())])])]);
    let mut attributes = [
        attribute(oid::CONTENT_TYPE, &identifier(content_type)),
        attribute(oid::MESSAGE_DIGEST, &tlv(tag::OCTET_STRING, digest.as_bytes())),
        attribute(oid::SIGNING_CERTIFICATE_V2, &reference),
    ];
    attributes.sort();
    let attributes = attributes.concat();
    let value = key(AUTHORITY).sign(&tlv(tag::SET, &attributes));
    let signer_info = sequence(&[
        &one,
        &sequence(&[certificate.issuer(), &one]),
        &sha512,
        &tlv(0xa0, &attributes),
        &algorithm(),
        &tlv(tag::OCTET_STRING, value.as_ref()),
        unsigned,
    ]);
    let encapsulated = holds.map(|content| tlv(0xa0, &tlv(tag::OCTET_STRING, content))).unwrap_or_default();
    let signed_data = sequence(&[
        &tlv(tag::INTEGER, &[version]),
        &tlv(tag::SET, &sha512),
        &sequence(&[&identifier(content_type), &encapsulated]),
        &tlv(0xa0, certificate.as_der()),
        &tlv(tag::SET, &signer_info),
    ]);
    sequence(&[&identifier(oid::SIGNED_DATA), &tlv(0xa0, &signed_data)])
}

fn attribute(oid: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[&identifier(oid), &tlv(tag::SET, value)])
}

/// A token over an imprint.
fn token(imprint_algorithm: &[u8], imprint: &[u8]) -> Vec<u8> {
    let one = tlv(tag::INTEGER, &[1]);
    let message_imprint = sequence(&[&sequence(&[&identifier(imprint_algorithm)]), &tlv(tag::OCTET_STRING, imprint)]);
    let time = tlv(tag::GENERALIZED_TIME, b"20261115000000Z");
    let content = sequence(&[&one, &identifier(&[0x2a, 3]), &message_imprint, &one, &time]);
    cms(&certificate_for(oid::TIME_STAMPING), &[&content], Some(&content), &[])
}

/// A page with a time-stamp over the whole file.
fn stamped(imprint_algorithm: &[u8], digest: DigestAlgorithm) -> Vec<u8> {
    page("/Type/DocTimeStamp/SubFilter/ETSI.RFC3161", |covered| {
        token(imprint_algorithm, digest.hash(covered).expect("it is computed in tests").as_bytes())
    })
}

/// A page with this kind of signature over the whole file; its length does not depend on what it covers.
fn page(kind: &str, sign: impl Fn(&[&[u8]]) -> Vec<u8>) -> Vec<u8> {
    let room = 2 * sign(&[]).len();
    let objects = [
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[4 0 R]>>>>".to_owned(),
        "<</Type/Pages/Count 1/Kids[3 0 R]>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[4 0 R]>>".to_owned(),
        "<</Type/Annot/Subtype/Widget/FT/Sig/T(stamp)/F 132/Rect[0 0 0 0]/P 3 0 R/V 5 0 R>>".to_owned(),
        format!(
            "<<{kind}/Filter/Adobe.PPKLite/ByteRange[0 {:010} {:010} {:010}]\
             /Contents<{}>>>",
            0,
            0,
            0,
            "0".repeat(room)
        ),
    ];
    let mut file = String::from("%PDF-1.7\n");
    let mut table = String::from("xref\n0 6\n0000000000 65535 f \n");
    for (object, number) in objects.iter().zip(1..) {
        table += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{number} 0 obj\n{object}\nendobj\n");
    }
    let end = file.len();
    file += &format!("{table}trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n{end}\n%%EOF\n");
    let gap = file.find("/Contents<").expect("it was written") + "/Contents".len();
    let behind = gap + room + 2;
    let range = format!("[0 {gap:010} {behind:010} {:010}]", file.len() - behind);
    let file = file.replace("[0 0000000000 0000000000 0000000000]", &range);
    let (before, after) = (file.get(..gap).expect("before"), file.get(behind..).expect("behind"));
    let contents = hex::encode(sign(&[before.as_bytes(), after.as_bytes()]));
    format!("{before}<{contents}>{after}").into_bytes()
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
