//! Certificates, lists and tokens that are made in code, for the tests of this crate.

use aws_lc_rs::signature::Ed25519KeyPair;

use crate::asn1::tag;
use crate::oid;

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
