//! What a CMS of the profile is, octet by octet, and which others are refused.

use const_oid::ObjectIdentifier;
use pades::{CertificateChain, CertificateDer, Cms, CmsError, DocumentDigest, SignedAttribute, SignedAttributes};

use crate::pki::TestSigner;

const OWN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.1.1");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

fn digest() -> DocumentDigest {
    DocumentDigest::from_sha256([0x5a; 32])
}

fn own_attribute() -> SignedAttribute {
    SignedAttribute { oid: OWN, value_der: vec![0x04, 0x02, 0xca, 0xfe] }
}

fn attributes(signer: &TestSigner, extra: &[SignedAttribute]) -> SignedAttributes {
    SignedAttributes::new(&digest(), signer.chain.signing_certificate(), extra).expect("valid attributes")
}

fn sealed(signer: &TestSigner, extra: &[SignedAttribute]) -> Cms {
    let attributes = attributes(signer, extra);
    let value = signer.sign(&attributes);
    attributes.seal(&value, &signer.chain).expect("seals")
}

/// Reads the CMS after one octet sequence was replaced by another of the same length.
fn read_with(cms: &Cms, old: &[u8], new: &[u8]) -> Result<Cms, CmsError> {
    let mut der = cms.to_der().to_vec();
    let at = der.windows(old.len()).position(|window| window == old).expect("the octets are there");
    der[at..at + old.len()].copy_from_slice(new);
    Cms::from_der(der)
}

#[test]
fn a_sealed_cms_says_what_was_signed_by_whom() {
    let signer = TestSigner::new();
    let attributes = attributes(&signer, &[own_attribute()]);
    let value = signer.sign(&attributes);
    let set = attributes.to_der().to_vec();
    let cms = attributes.seal(&value, &signer.chain).expect("seals");
    assert_eq!(cms.message_digest(), Some(digest()));
    assert_eq!(cms.signed_attributes_der(), set);
    assert_eq!(cms.signature_value(), value);
    assert_eq!(cms.signing_certificate(), signer.chain.signing_certificate().as_der());
    assert_eq!(cms.signing_certificate_sha256(), signer.chain.signing_certificate().sha256());
    assert_eq!(cms.signed_attribute(&OWN), Some(vec![0x04, 0x02, 0xca, 0xfe]));
    assert_eq!(cms.signed_attribute(&SIGNING_TIME), None);
    let mut certificates: Vec<&[u8]> = cms.certificates().collect();
    certificates.sort_unstable();
    let mut chain: Vec<&[u8]> = signer.chain.certificates().iter().map(CertificateDer::as_der).collect();
    chain.sort_unstable();
    assert_eq!(certificates, chain);
}

#[test]
fn a_cms_is_read_back_as_it_was_made() {
    let signer = TestSigner::new();
    let cms = sealed(&signer, &[own_attribute()]);
    assert_eq!(Cms::from_der(cms.to_der().to_vec()), Ok(cms));
}

#[test]
fn another_parser_sees_der_with_attributes_in_order() {
    use der::{Decode, Encode};
    let cms = sealed(&TestSigner::new(), &[own_attribute()]);
    let content = cms::content_info::ContentInfo::from_der(cms.to_der()).expect("parses");
    assert_eq!(content.to_der().expect("encodes"), cms.to_der());
    let signed_data: cms::signed_data::SignedData = content.content.decode_as().expect("parses");
    let [signer_info] = signed_data.signer_infos.0.as_slice() else { panic!("one signer") };
    let attributes = signer_info.signed_attrs.as_ref().expect("there").to_der().expect("encodes");
    assert_eq!(attributes, cms.signed_attributes_der());
    let types: Vec<String> =
        signer_info.signed_attrs.iter().flat_map(|set| set.iter()).map(|attribute| attribute.oid.to_string()).collect();
    // By encoded length first: content-type 26, own attribute, message-digest, signing-certificate.
    assert_eq!(types, [OWN, CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_CERTIFICATE_V2].map(|oid| oid.to_string()));
}

#[test]
fn the_order_of_extra_attributes_does_not_matter() {
    let signer = TestSigner::new();
    let other = SignedAttribute { oid: ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.1.2"), value_der: vec![5, 0] };
    let one = attributes(&signer, &[own_attribute(), other.clone()]);
    let two = attributes(&signer, &[other, own_attribute()]);
    assert_eq!(one, two);
}

#[test]
fn recorded_attributes_are_the_same_attributes() {
    let signer = TestSigner::new();
    let made = attributes(&signer, &[own_attribute()]);
    assert_eq!(SignedAttributes::from_der(made.to_der().to_vec()), Ok(made));
}

#[test]
fn attributes_out_of_order_are_not_read() {
    let signer = TestSigner::new();
    let mut set = attributes(&signer, &[]).to_der().to_vec();
    // content-type (26 octets) stands first; moved behind message-digest (49 octets) it is out of order.
    set[3..3 + 26 + 49].rotate_left(26);
    assert_eq!(SignedAttributes::from_der(set), Err(CmsError::AttributeOrder));
}

#[test]
fn the_caller_cannot_replace_our_attributes_or_add_a_signing_time() {
    let signer = TestSigner::new();
    for oid in [SIGNING_TIME, MESSAGE_DIGEST, CONTENT_TYPE, SIGNING_CERTIFICATE_V2] {
        let extra = SignedAttribute { oid, value_der: vec![5, 0] };
        assert_eq!(
            SignedAttributes::new(&digest(), signer.chain.signing_certificate(), &[extra]),
            Err(CmsError::ReservedAttribute { oid })
        );
    }
}

#[test]
fn an_extra_attribute_has_exactly_one_value_and_one_instance() {
    let signer = TestSigner::new();
    let new = |extra: &[SignedAttribute]| SignedAttributes::new(&digest(), signer.chain.signing_certificate(), extra);
    assert_eq!(new(&[own_attribute(), own_attribute()]), Err(CmsError::RepeatedAttribute { oid: OWN }));
    for value_der in [vec![], vec![5, 0, 5, 0], vec![4, 2, 1], vec![4, 0x81, 1, 7]] {
        let extra = SignedAttribute { oid: OWN, value_der };
        assert_eq!(new(&[extra]), Err(CmsError::AttributeValue { oid: OWN }));
    }
}

#[test]
fn a_chain_that_was_not_signed_for_cannot_be_put_in() {
    let signer = TestSigner::new();
    let other = TestSigner::named("CN=Orang Lain UJI COBA,O=Teken", 3);
    let attributes = attributes(&signer, &[]);
    let value = signer.sign(&attributes);
    assert_eq!(attributes.seal(&value, &other.chain), Err(CmsError::SigningCertificateMismatch));
}

#[test]
fn a_signature_value_that_is_no_ecdsa_value_is_refused() {
    let signer = TestSigner::new();
    let long = [&[0x30, 0x25, 0x02, 0x20], [1_u8; 32].as_slice(), &[2, 1, 1]].concat();
    let too_long = [&[0x30, 0x26, 0x02, 0x21], [1_u8; 33].as_slice(), &[2, 1, 1]].concat();
    assert!(attributes(&signer, &[]).seal(&long, &signer.chain).is_ok());
    for value in [
        vec![],
        vec![0x30, 0],
        vec![0x30, 3, 2, 1, 1],
        vec![0x30, 6, 2, 1, 0, 2, 1, 1],
        vec![0x30, 6, 2, 1, 0x80, 2, 1, 1],
        vec![0x30, 7, 2, 2, 0, 1, 2, 1, 1],
        vec![0x30, 9, 2, 1, 1, 2, 1, 1, 2, 1, 1],
        vec![0x30, 6, 2, 1, 1, 2, 1, 1, 0],
        too_long,
    ] {
        assert_eq!(attributes(&signer, &[]).seal(&value, &signer.chain), Err(CmsError::SignatureValue), "{value:02x?}");
    }
}

#[test]
fn chains_are_parsed_when_they_are_loaded() {
    let signer = TestSigner::new();
    assert_eq!(CertificateChain::from_der([]), Err(CmsError::EmptyChain));
    let der = |index: usize| signer.chain.certificates()[index].as_der().to_vec();
    let twice = [der(0), der(0)];
    assert_eq!(CertificateChain::from_der(twice), Err(CmsError::RepeatedCertificate { index: 1 }));
    let mut longer = der(1);
    longer.push(0);
    match CertificateChain::from_der([der(0), longer.clone()]) {
        Err(CmsError::Certificate { index: 1, source }) => {
            assert!(matches!(source.kind(), der::ErrorKind::TrailingData { .. }), "{source:?}");
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(CertificateDer::from_der(longer), Err(CmsError::Der(_))));
}

#[test]
fn a_cms_that_deviates_from_the_profile_is_refused_by_name() {
    let signer = TestSigner::new();
    let cms = sealed(&signer, &[own_attribute()]);
    let sha384 = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
    let data_in_signed_data = [0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
    let mut other_content = data_in_signed_data;
    other_content[12] = 5;
    let cases: [(&[u8], &[u8], CmsError); 8] = [
        (
            &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02],
            &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03],
            CmsError::NotSignedData { oid: ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.3") },
        ),
        (&[2, 1, 1, 0x31, 0x0d], &[2, 1, 3, 0x31, 0x0d], CmsError::Version { structure: "SignedData" }),
        (&data_in_signed_data, &other_content, CmsError::NotDetached),
        (&[0x65, 3, 4, 2, 1], &[0x65, 3, 4, 2, 2], CmsError::Algorithm { role: "digest", oid: sha384 }),
        (
            &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04, 0x31],
            &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05, 0x31],
            CmsError::ForbiddenAttribute { oid: SIGNING_TIME },
        ),
        (
            &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f],
            &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x30],
            CmsError::MissingAttribute { oid: SIGNING_CERTIFICATE_V2 },
        ),
        (
            &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03, 0x31, 0x0b],
            &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x02, 0x31, 0x0b],
            CmsError::MissingAttribute { oid: CONTENT_TYPE },
        ),
        (&signer.chain.signing_certificate().sha256()[..], &[0; 32], CmsError::SigningCertificateMismatch),
    ];
    for (old, new, error) in cases {
        assert_eq!(read_with(&cms, old, new), Err(error));
    }
}

#[test]
fn every_cut_and_every_added_octet_is_refused() {
    let cms = sealed(&TestSigner::new(), &[]);
    for length in 0..cms.to_der().len() {
        let cut = cms.to_der()[..length].to_vec();
        assert!(matches!(Cms::from_der(cut), Err(CmsError::Der(_))), "cut to {length}");
    }
    let mut longer = cms.to_der().to_vec();
    longer.push(0);
    assert!(matches!(Cms::from_der(longer), Err(CmsError::Der(_))));
    let limit = 1 << 20;
    assert_eq!(Cms::from_der(vec![0x30; limit + 1]), Err(CmsError::TooLarge { length: limit + 1, limit }));
}

#[test]
fn the_size_to_reserve_has_room_for_a_token_and_a_proof() {
    let signer = TestSigner::new();
    let longest_value = [&[0x30, 0x46, 2, 0x21, 0], [0xff; 32].as_slice(), &[2, 0x21, 0], &[0xff; 32]].concat();
    let made = attributes(&signer, &[own_attribute()]).seal(&longest_value, &signer.chain).expect("seals");
    let reserved = pades::contents_size(&signer.chain, &[own_attribute()]).octets();
    assert_eq!(reserved % 1024, 0);
    assert!(reserved >= made.to_der().len() + 12 * 1024);
    assert!(reserved < made.to_der().len() + 13 * 1024);
}
