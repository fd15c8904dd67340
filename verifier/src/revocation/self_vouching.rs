//! Lists whose signer has a certificate of its own.

use aws_lc_rs::signature::KeyPair as _;

use super::*;
use crate::asn1::tag;
use crate::certificate::Certificate;
use crate::clock::ValidationTime;
use crate::made_for_tests::{algorithm, day, key, name, signed, tlv};
use crate::oid;
use crate::path::PolicyDemands;
use crate::question::{CertificateFailure, CertificateQuestion};
use crate::trust::TrustAnchors;
use crate::validation_data::Carried;

const CA: u8 = 1;
const LIST_SIGNER: u8 = 2;

/// Everything is issued by the CA.
fn certificate(serial: u8, subject: &str, subject_key: u8, key_usage: u8) -> Certificate {
    let octets = [&[0], key(subject_key).public_key().as_ref()].concat();
    let key_info = tlv(tag::SEQUENCE, &[algorithm(), tlv(tag::BIT_STRING, &octets)].concat());
    let extension = |oid: &[u8], value: &[u8]| {
        tlv(tag::SEQUENCE, &[tlv(tag::OBJECT_IDENTIFIER, oid), tlv(tag::OCTET_STRING, value)].concat())
    };
    let is_ca = if subject_key == CA { tlv(tag::BOOLEAN, &[0xff]) } else { Vec::new() };
    let extensions = [
        extension(oid::BASIC_CONSTRAINTS, &tlv(tag::SEQUENCE, &is_ca)),
        extension(oid::KEY_USAGE, &tlv(tag::BIT_STRING, &[0, key_usage])),
    ]
    .concat();
    let tbs = [
        tlv(0xa0, &tlv(tag::INTEGER, &[2])),
        tlv(tag::INTEGER, &[serial]),
        algorithm(),
        name("CA"),
        tlv(tag::SEQUENCE, &[day(1), day(30)].concat()),
        name(subject),
        key_info,
        tlv(0xa3, &tlv(tag::SEQUENCE, &extensions)),
    ];
    Certificate::from_der(&signed(&tbs.concat(), CA)).expect("a certificate")
}

fn list(signer: u8, made_on: u8, revoked: &[u8]) -> Crl {
    let entries: Vec<u8> = revoked
        .iter()
        .flat_map(|serial| tlv(tag::SEQUENCE, &[tlv(tag::INTEGER, &[*serial]), day(2)].concat()))
        .collect();
    let entries = if entries.is_empty() { Vec::new() } else { tlv(tag::SEQUENCE, &entries) };
    let tbs = [tlv(tag::INTEGER, &[1]), algorithm(), name("CA"), day(made_on), day(30), entries];
    Crl::from_der(&signed(&tbs.concat(), signer)).expect("a list")
}

/// Is the certificate of a person, number 7, good on the 20th, if these lists are at hand?
fn answer(lists: &[Crl]) -> Result<usize, CertificateFailure> {
    let mut anchors = TrustAnchors::none();
    // keyCertSign and cRLSign
    anchors.add(certificate(1, "CA", CA, 0b0000_0110));
    // cRLSign alone, under the CA's name
    let signer = certificate(2, "CA", LIST_SIGNER, 0b0000_0010);
    let question = CertificateQuestion {
        certificate: &certificate(7, "Budi", 3, 0b1000_0000),
        intermediates: &[signer],
        anchors: &anchors,
        crls: lists,
        policies: &PolicyDemands::default(),
        revocation: RevocationDemand::Always,
        time: ValidationTime::new(UnixTime::from_utc_time(b"261120000000Z").expect("a moment")),
    };
    question.answer().map(|(_, not_revoked)| not_revoked.checked())
}

#[test]
fn a_list_answers_for_its_own_signer_where_no_other_does() {
    assert_eq!(answer(&[list(LIST_SIGNER, 10, &[])]), Ok(1));
    let revoked = answer(&[list(LIST_SIGNER, 10, &[7])]);
    assert!(matches!(revoked, Err(CertificateFailure::Revocation(RevocationFailure::Revoked { .. }))), "{revoked:?}");
}

#[test]
fn a_newer_list_of_a_revoked_signer_hides_nothing() {
    // The CA's own key took the list signer's certificate back, and the person's. Whoever stole that key says otherwise, later.
    let genuine = list(CA, 10, &[2, 7]);
    let forged = list(LIST_SIGNER, 15, &[]);
    for lists in [[genuine.clone(), forged.clone()], [forged, genuine]] {
        let revoked = answer(&lists);
        assert!(
            matches!(revoked, Err(CertificateFailure::Revocation(RevocationFailure::Revoked { .. }))),
            "{revoked:?}"
        );
    }
}

#[test]
fn a_stale_list_that_takes_the_signer_back_is_believed_before_the_signers_own() {
    let tbs_stale = {
        let entry = tlv(tag::SEQUENCE, &[tlv(tag::INTEGER, &[2]), day(2)].concat());
        [tlv(tag::INTEGER, &[1]), algorithm(), name("CA"), day(3), day(4), tlv(tag::SEQUENCE, &entry)].concat()
    };
    let stale = Crl::from_der(&signed(&tbs_stale, CA)).expect("a list");
    let unknown = answer(&[stale, list(LIST_SIGNER, 15, &[])]);
    assert!(matches!(unknown, Err(CertificateFailure::Revocation(RevocationFailure::Unknown { .. }))), "{unknown:?}");
}

#[test]
fn what_lists_in_a_document_cost_is_bounded_for_the_whole_of_it() {
    let target = certificate(7, "Budi", 3, 0b1000_0000);
    let mut anchors = TrustAnchors::none();
    anchors.add(certificate(1, "CA", CA, 0b0000_0110));
    let links = crate::links::LinkCache::default();
    let demands = PolicyDemands::default();
    let request = PathRequest {
        anchors: &anchors,
        pool: &[],
        demands: &demands,
        algorithms: crate::algorithms::AlgorithmPolicy::default(),
        time: ValidationTime::new(UnixTime::from_utc_time(b"261120000000Z").expect("a moment")),
        links: &links,
        crypto: crate::crypto::Implementation::default(),
    };
    let mut budget = Budget::default();
    let path = TrustedPath::establish(&target, &request, &mut budget).expect("a path");
    // Newer than the genuine one, so that all of them are looked at.
    let forged: Vec<Crl> = (20..40).map(|serial| list(LIST_SIGNER, 15, &[serial])).collect();
    let genuine = list(CA, 10, &[]);
    let carried = Carried::of_lists(forged.iter().chain([&genuine]));
    let at_hand = AtHand::of(&[&carried]);
    let mut ask = |given: &[Crl]| {
        NotRevoked::establish_with_carried(&path, given, &at_hand, RevocationDemand::Always, &request, &mut budget)
            .map(|not_revoked| not_revoked.checked())
    };
    assert_eq!(ask(&[]), Ok(1));
    // As many signatures as one file may have.
    let last = (0..100).map(|_| ask(&[])).last();
    assert!(matches!(last, Some(Err(RevocationFailure::Unknown { why: NoStatus::NoList, .. }))), "{last:?}");
    assert_eq!(ask(std::slice::from_ref(&genuine)), Ok(1), "what is given answers still");
}
