//! Lists that anybody can put into a document: nothing in them is signed until somebody has looked at all of it.

use std::time::{Duration, Instant};

use super::*;

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let octets: Vec<u8> = content.len().to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect();
    let length = match content.len() {
        0..0x80 => vec![u8::try_from(content.len()).expect("a short length")],
        _ => [&[0x80 | u8::try_from(octets.len()).expect("eight at most")], &octets[..]].concat(),
    };
    [&[tag], &length[..], content].concat()
}

/// A list with this content of the issuer's name, these entries and these extensions. Its signature is nobody's.
fn list(issuer: &[u8], entries: &[u8], extensions: &[u8]) -> Vec<u8> {
    let algorithm = tlv(0x30, &tlv(6, oid::ED25519));
    let revoked = if entries.is_empty() { Vec::new() } else { tlv(0x30, entries) };
    let extensions = if extensions.is_empty() { Vec::new() } else { tlv(0xa0, &tlv(0x30, extensions)) };
    let time = tlv(tag::UTC_TIME, b"261124000000Z");
    let tbs = [tlv(2, &[1]), algorithm.clone(), tlv(0x30, issuer), time.clone(), time, revoked, extensions].concat();
    tlv(0x30, &[tlv(0x30, &tbs), algorithm, tlv(3, &[0; 65])].concat())
}

fn entry(serial: &[u8]) -> Vec<u8> {
    tlv(0x30, &[tlv(2, serial), tlv(tag::UTC_TIME, b"261124000000Z")].concat())
}

fn extension(identifier: &[u8], value: &[u8]) -> Vec<u8> {
    tlv(0x30, &[tlv(6, identifier), tlv(4, value)].concat())
}

fn kind_of(der: &[u8]) -> Option<Asn1ErrorKind> {
    Crl::from_der(der).err().map(|error| error.kind)
}

#[test]
fn a_serial_number_has_one_encoding() {
    let minimal = Crl::from_der(&list(&[], &entry(&[0x11]), &[])).expect("a list");
    assert!(minimal.find(&[0x11], &[0x30, 0]).is_some());
    // Read leniently, it would name a certificate that nobody finds in it.
    assert_eq!(kind_of(&list(&[], &entry(&[0, 0x11]), &[])), Some(Asn1ErrorKind::Value));
    assert_eq!(kind_of(&list(&[], &entry(&[]), &[])), Some(Asn1ErrorKind::Value));
}

#[test]
fn extensions_without_number_are_refused_before_they_are_compared_with_each_other() {
    let many: Vec<u8> = (0..20_000_u32)
        .flat_map(|number| {
            let digits =
                [number >> 14, number >> 7 & 0x7f, number & 0x7f].map(|digit| u8::try_from(digit).expect("7 bits"));
            extension(&[0x2a, 0x82 | digits[0], 0x80 | digits[1], digits[2]], &[])
        })
        .collect();
    let before = Instant::now();
    let kind = kind_of(&list(&[], &[], &many));
    assert_eq!(kind, Some(Asn1ErrorKind::Length), "after {:?}", before.elapsed());
}

#[test]
fn names_that_are_compared_again_and_again_are_short() {
    let common_name = |blanks: usize| {
        let text = [&vec![b' '; blanks][..], b"CA"].concat();
        tlv(0x31, &tlv(0x30, &[tlv(6, oid::COMMON_NAME), tlv(tag::UTF8_STRING, &text)].concat()))
    };
    let point = |names: usize| {
        let directory_names = [0xa4, 2, 0x30, 0].repeat(names);
        extension(oid::ISSUING_DISTRIBUTION_POINT, &tlv(0x30, &tlv(0xa0, &tlv(0xa0, &directory_names))))
    };
    assert_eq!(kind_of(&list(&common_name(1_000), &[], &point(100))), None);
    let long = list(&common_name(4_000_000), &[], &[]);
    let before = Instant::now();
    let same = Crl::from_der(&long).map(|list| names::is_same(list.issuer(), &tlv(0x30, &common_name(0))));
    let spent: Duration = before.elapsed();
    assert_eq!(same.map_err(|error| error.kind), Err(Asn1ErrorKind::Length), "after {spent:?}");
    let wide = list(&common_name(0), &[], &point(1_000_000));
    let before = Instant::now();
    let meets = Crl::from_der(&wide).map(|list| {
        list.point().is_some_and(|point| point.has_directory_name(list.issuer(), &tlv(0x30, &common_name(0))))
    });
    let spent = before.elapsed();
    assert_eq!(meets.map_err(|error| error.kind), Err(Asn1ErrorKind::Length), "after {spent:?}");
}
