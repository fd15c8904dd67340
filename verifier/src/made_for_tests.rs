//! Certificates, lists and tokens that are made in code, for the tests of this crate.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

use crate::asn1::tag;
use crate::certificate::Certificate;
use crate::crypto::DigestAlgorithm;
use crate::oid;

pub(crate) mod agency;

pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = match u8::try_from(length) {
        Ok(short) if short < 0x80 => vec![tag, short],
        Ok(long) => vec![tag, 0x81, long],
        Err(_) => [&[tag, 0x82], &u16::try_from(length).expect("short test values").to_be_bytes()[..]].concat(),
    };
    [&head, content].concat()
}

pub(crate) fn key(number: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[number; 32]).expect("any seed is one")
}

pub(crate) fn algorithm() -> Vec<u8> {
    tlv(tag::SEQUENCE, &tlv(tag::OBJECT_IDENTIFIER, oid::ED25519))
}

pub(crate) fn name(text: &str) -> Vec<u8> {
    let value = [tlv(tag::OBJECT_IDENTIFIER, oid::COMMON_NAME), tlv(tag::UTF8_STRING, text.as_bytes())].concat();
    tlv(tag::SEQUENCE, &tlv(tag::SET, &tlv(tag::SEQUENCE, &value)))
}

pub(crate) fn day(day: u8) -> Vec<u8> {
    tlv(tag::UTC_TIME, format!("2611{day:02}000000Z").as_bytes())
}

pub(crate) fn signed(tbs: &[u8], signer: u8) -> Vec<u8> {
    let tbs = tlv(tag::SEQUENCE, tbs);
    let value = [&[0], key(signer).sign(&tbs).as_ref()].concat();
    tlv(tag::SEQUENCE, &[tbs, algorithm(), tlv(tag::BIT_STRING, &value)].concat())
}

pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(tag::SEQUENCE, &parts.concat())
}

pub(crate) fn identifier(oid: &[u8]) -> Vec<u8> {
    tlv(tag::OBJECT_IDENTIFIER, oid)
}

pub(crate) fn extension(oid: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[&identifier(oid), &tlv(tag::OCTET_STRING, value)])
}

/// A certificate of serial number 1 from one name and key to another, with these extensions.
pub(crate) fn certificate(issuer: (&str, u8), subject: (&str, u8), extensions: &[u8]) -> Certificate {
    let octets = [&[0], key(subject.1).public_key().as_ref()].concat();
    let key_info = sequence(&[&algorithm(), &tlv(tag::BIT_STRING, &octets)]);
    certificate_of_key(issuer, subject.0, &key_info, extensions)
}

/// The same for any SubjectPublicKeyInfo in DER.
pub(crate) fn certificate_of_key(issuer: (&str, u8), subject: &str, key_info: &[u8], extensions: &[u8]) -> Certificate {
    let tbs = [
        tlv(0xa0, &tlv(tag::INTEGER, &[2])),
        tlv(tag::INTEGER, &[1]),
        algorithm(),
        name(issuer.0),
        sequence(&[&day(1), &day(30)]),
        name(subject),
        key_info.to_vec(),
        tlv(0xa3, &sequence(&[extensions])),
    ];
    Certificate::from_der(&signed(&tbs.concat(), issuer.1)).expect("a certificate")
}

/// A certificate that may issue others.
pub(crate) fn authority(issuer: (&str, u8), subject: (&str, u8)) -> Certificate {
    let is_ca = tlv(tag::SEQUENCE, &tlv(tag::BOOLEAN, &[0xff]));
    certificate(issuer, subject, &extension(oid::BASIC_CONSTRAINTS, &is_ca))
}

/// Somebody who signs documents.
pub(crate) const SIGNER: (&str, u8) = ("Budi", 3);

/// Their certificate.
pub(crate) fn person(issuer: (&str, u8)) -> Certificate {
    certificate(issuer, SIGNER, &extension(oid::KEY_USAGE, &tlv(tag::BIT_STRING, &[6, 0b1100_0000])))
}

/// A CMS by this signer over these octets, which it holds or not, with these unsigned attributes.
pub(crate) fn cms(
    certificate: &Certificate,
    signer: u8,
    content: &[&[u8]],
    holds: Option<&[u8]>,
    unsigned: &[u8],
) -> Vec<u8> {
    let content_type = if holds.is_some() { oid::TST_INFO } else { oid::DATA };
    let digest = DigestAlgorithm::Sha512.hash(content).expect("SHA-512 is always there");
    let attributes =
        Signed::Attributes(attributes_of(certificate, content_type, &tlv(tag::OCTET_STRING, digest.as_bytes())));
    cms_of(certificate, signer, content_type, holds, &attributes, unsigned)
}

/// What a signature value is made over (RFC 5652, 5.4).
pub(crate) enum Signed {
    /// These signed attributes, in the order of DER.
    Attributes(Vec<u8>),
    /// The content itself.
    Content(Vec<u8>),
}

/// The attributes that PAdES wants, with this value of message-digest.
pub(crate) fn attributes_of(certificate: &Certificate, content_type: &[u8], message_digest: &[u8]) -> Vec<u8> {
    attributes_with(certificate, content_type, message_digest, &[])
}

/// The same with more attributes.
pub(crate) fn attributes_with(
    certificate: &Certificate,
    content_type: &[u8],
    message_digest: &[u8],
    more: &[Vec<u8>],
) -> Vec<u8> {
    let reference = sequence(&[&sequence(&[&sequence(&[&tlv(tag::OCTET_STRING, certificate.sha256())])])]);
    let mut attributes = vec![
        attribute(oid::CONTENT_TYPE, &identifier(content_type)),
        attribute(oid::MESSAGE_DIGEST, message_digest),
        attribute(oid::SIGNING_CERTIFICATE_V2, &reference),
    ];
    attributes.extend_from_slice(more);
    attributes.sort();
    attributes.concat()
}

/// A CMS by this signer, with nothing but what is given.
pub(crate) fn cms_of(
    certificate: &Certificate,
    signer: u8,
    content_type: &[u8],
    holds: Option<&[u8]>,
    signed: &Signed,
    unsigned: &[u8],
) -> Vec<u8> {
    let sha512 = sequence(&[&identifier(oid::SHA512)]);
    let one = tlv(tag::INTEGER, &[1]);
    let version = if content_type == oid::DATA { 1 } else { 3 };
    let (attributes, value) = match signed {
        Signed::Attributes(octets) => (tlv(0xa0, octets), key(signer).sign(&tlv(tag::SET, octets))),
        Signed::Content(octets) => (Vec::new(), key(signer).sign(octets)),
    };
    let signer_info = sequence(&[
        &one,
        &sequence(&[certificate.issuer(), &one]),
        &sha512,
        &attributes,
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

pub(crate) fn attribute(oid: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[&identifier(oid), &tlv(tag::SET, value)])
}

/// A page with this kind of signature over the whole file, with more in the catalog and more objects, from 6 on. The length of
/// the signature does not depend on what it covers.
pub(crate) fn page(kind: &str, catalog: &str, more: &[String], sign: impl Fn(&[&[u8]]) -> Vec<u8>) -> Vec<u8> {
    let room = 2 * sign(&[]).len();
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[4 0 R]>>{catalog}>>"),
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
    objects.extend_from_slice(more);
    let size = objects.len() + 1;
    let mut file = String::from("%PDF-1.7\n");
    let mut table = format!("xref\n0 {size}\n0000000000 65535 f \n");
    for (object, number) in objects.iter().zip(1..) {
        table += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{number} 0 obj\n{object}\nendobj\n");
    }
    let end = file.len();
    file += &format!("{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{end}\n%%EOF\n");
    let gap = file.find("/Contents<").expect("it was written") + "/Contents".len();
    let behind = gap + room + 2;
    let range = format!("[0 {gap:010} {behind:010} {:010}]", file.len() - behind);
    let file = file.replace("[0 0000000000 0000000000 0000000000]", &range);
    let (before, after) = (file.get(..gap).expect("before"), file.get(behind..).expect("behind"));
    let contents = hex::encode(sign(&[before.as_bytes(), after.as_bytes()]));
    format!("{before}<{contents}>{after}").into_bytes()
}
