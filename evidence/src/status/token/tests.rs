use proptest::prelude::*;

use super::*;
use crate::status::{StatusIndex, StatusValue};

const ISSUED: u64 = 1_795_482_123;
/// The draft's example of a token.
const DRAFT: &str = "d2845820a2012610781a6170706c69636174696f6e2f7374617475736c6973742b637774a1044231325850a502782168747470733a2f2f6578616d706c652e636f6d2f7374617475736c697374732f31061a648c5bea041a8898dfea19fffe19a8c019fffda26462697473 01636c73744a78dadbb918000217015d584093fa4d01032b18c35e2fe1101b77fd6cc9440022caa4694450c4e4e9feab4e99d1fa6d9772ce2bf3a12e0323ded7c982c5e101a5e67f0cbc1e2b6f57ce99c279";

fn index() -> StatusIndex {
    StatusIndex::new(7, 12_345).expect("an index")
}

fn list() -> StatusList {
    let mut list = StatusList::new_invalid(7).expect("a shard");
    list.set(index(), StatusValue::Valid).expect("this shard");
    list
}

fn token() -> Vec<u8> {
    let prefix = StatusPrefix::parse("https://a/s/").expect("a prefix");
    let times = TokenTimes::usual(UnixSeconds(ISSUED));
    let unsigned = UnsignedToken::new(&list(), &prefix, times, KeyHint::from_bytes([1, 2, 3, 4])).expect("a token");
    unsigned.sign_with([1; 64]).expect("a signature in range")
}

/// A token with these octets as its payload.
fn with_claims(claims: Vec<u8>) -> Result<StatusToken, StatusError> {
    let statement = UnsignedSign1::new(KeyHint::from_bytes([0; 4]), Some(TOKEN_TYPE), claims);
    StatusToken::from_cwt(&statement.sign_with(&[1; 64]).expect("a signature in range"))
}

/// The claims, each entry apart, so that one can be changed.
fn entries() -> [Vec<u8>; 5] {
    let entry = |key, write: &dyn Fn(&mut Writer)| {
        let mut writer = Writer::default();
        writer.unsigned(key);
        write(&mut writer);
        writer.into_octets()
    };
    [
        entry(2, &|writer| _ = writer.text("https://a/s/7")),
        entry(4, &|writer| _ = writer.unsigned(ISSUED + 10)),
        entry(6, &|writer| _ = writer.unsigned(ISSUED)),
        entry(65_533, &|writer| _ = writer.map(2).text("lst").bytes(&list().compress()).text("bits").unsigned(2)),
        entry(65_534, &|writer| _ = writer.unsigned(60)),
    ]
}

fn joined(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut octets = vec![0xa0 | u8::try_from(entries.len()).expect("few")];
    octets.extend(entries.concat());
    octets
}

fn written(key: u64, write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.unsigned(key);
    write(&mut writer);
    writer.into_octets()
}

#[test]
fn a_token_reads_back() {
    let token = StatusToken::from_cwt(&token()).expect("a token");
    assert_eq!((token.sub().as_str(), token.list()), ("https://a/s/7", &list()));
    assert_eq!(
        token.times(),
        TokenTimes { issued_at: UnixSeconds(ISSUED), expires_at: UnixSeconds(ISSUED + 604_800), ttl_seconds: 3_600 }
    );
    assert_eq!(token.key_hint(), KeyHint::from_bytes([1, 2, 3, 4]));
    assert!(token.to_be_signed().starts_with(
        b"\x84\x6aSignature1\x58\x26\xa3\x01\x28\x04\x44\x01\x02\x03\x04\x10\x78\x1aapplication/statuslist+cwt\x40"
    ));
    assert_eq!(with_claims(joined(&entries())).map(|token| token.sub()), Ok("https://a/s/7".to_owned()));
}

#[test]
fn a_token_ages_and_expires() {
    let token = StatusToken::from_cwt(&token()).expect("a token");
    for (at, freshness) in [
        (ISSUED - 1, Freshness::NotYetIssued),
        (ISSUED, Freshness::Fresh),
        (ISSUED + 3_599, Freshness::Fresh),
        (ISSUED + 3_600, Freshness::Aged),
        (ISSUED + 604_799, Freshness::Aged),
        (ISSUED + 604_800, Freshness::Expired),
    ] {
        assert_eq!(token.freshness(UnixSeconds(at)), freshness);
    }
}

#[test]
fn the_drafts_token_is_outside_the_profile() {
    let octets = hex::decode(DRAFT.replace(' ', "")).expect("hexadecimal");
    assert_eq!(StatusToken::from_cwt(&octets), Err(StatusError::Cose(CoseError::Algorithm { found: -7 })));
    // its claims in their order: issued (6) before expires (4)
    let claims = hex::decode("a502782168747470733a2f2f6578616d706c652e636f6d2f7374617475736c697374732f31061a648c5bea041a8898dfea19fffe19a8c019fffda2646269747301636c73744a78dadbb918000217015d").expect("hexadecimal");
    assert!(matches!(
        with_claims(claims),
        Err(StatusError::Claims(CborError { kind: CborErrorKind::MissingKey { key: 4 }, .. }))
    ));
}

#[test]
fn other_widths_of_values_are_named() {
    for bits in [0, 1, 4, 8] {
        let mut entries = entries();
        entries[3] = written(65_533, |writer| {
            _ = writer.map(2).text("lst").bytes(&list().compress()).text("bits").unsigned(bits)
        });
        assert_eq!(with_claims(joined(&entries)), Err(StatusError::Bits { found: bits }));
    }
}

#[test]
fn truncated_followed_by_anything_or_too_long_it_is_refused() {
    let octets = token();
    for end in 0..octets.len() {
        let truncated =
            Err(StatusError::Cose(CoseError::Structure(CborError { at: 0, kind: CborErrorKind::Truncated })));
        let read = StatusToken::from_cwt(&octets[..end]);
        assert!(
            matches!(
                read,
                Err(StatusError::Cose(CoseError::Structure(CborError { kind: CborErrorKind::Truncated, .. })))
            ) || read == truncated,
            "cut at {end}"
        );
    }
    let longer = [octets.as_slice(), &[0]].concat();
    assert!(matches!(
        StatusToken::from_cwt(&longer),
        Err(StatusError::Cose(CoseError::Structure(CborError { kind: CborErrorKind::TrailingOctets, .. })))
    ));
    let long = vec![0; TOKEN_LIMIT + 1];
    assert_eq!(StatusToken::from_cwt(&long), Err(StatusError::TooLong { length: TOKEN_LIMIT + 1, limit: TOKEN_LIMIT }));
}

#[test]
fn claims_have_one_form() {
    let kind = |entries: &[Vec<u8>]| match with_claims(joined(entries)) {
        Err(StatusError::Claims(error)) => error.kind,
        other => panic!("{other:?}"),
    };
    let [sub, exp, iat, lst, ttl] = entries();
    let all = |changed: [&Vec<u8>; 5]| kind(&changed.map(Vec::clone));
    assert_eq!(all([&sub, &iat, &exp, &lst, &ttl]), CborErrorKind::MissingKey { key: 4 });
    assert_eq!(all([&sub, &exp, &exp, &lst, &ttl]), CborErrorKind::DuplicateKey { key: 4 });
    assert_eq!(all([&sub, &exp, &iat, &lst, &lst]), CborErrorKind::DuplicateKey { key: 65_533 });
    for missing in 0..5 {
        let mut fewer = entries().to_vec();
        fewer.remove(missing);
        assert!(matches!(kind(&fewer), CborErrorKind::MissingKey { .. }), "{missing}");
    }
    let other = written(7, |writer| _ = writer.unsigned(1));
    assert_eq!(all([&sub, &exp, &iat, &other, &ttl]), CborErrorKind::UnknownKey { key: 7 });
    let more = [entries().as_slice(), &[other]].concat();
    assert_eq!(kind(&more), CborErrorKind::TooLong { length: 6, limit: 5 });
    let float = [vec![0x06, 0xfb], vec![0; 8]].concat();
    assert!(matches!(all([&sub, &exp, &float, &lst, &ttl]), CborErrorKind::Type { .. }));
    let long_number = vec![0x19, 0xff, 0xfe, 0x18, 0x05];
    assert_eq!(all([&sub, &exp, &iat, &lst, &long_number]), CborErrorKind::NotShortest);
    let swapped = written(65_533, |writer| _ = writer.map(2).text("bits").unsigned(2).text("lst").bytes(&[]));
    assert_eq!(all([&sub, &exp, &iat, &swapped, &ttl]), CborErrorKind::TooLong { length: 4, limit: 3 });
    let uri = written(65_533, |writer| {
        _ = writer.map(3).text("lst").bytes(&[]).text("bits").unsigned(2).text("x").unsigned(1)
    });
    assert_eq!(all([&sub, &exp, &iat, &uri, &ttl]), CborErrorKind::Count { expected: 2, found: 3 });
}

#[test]
fn a_subject_is_a_prefix_and_a_shard() {
    for (subject, error) in [
        ("https://a/s/07", StatusError::Subject),
        ("https://a/s/", StatusError::Subject),
        ("https://a/s/x", StatusError::Subject),
        ("https://a/s/+7", StatusError::Subject),
        ("7", StatusError::Subject),
        ("http://a/7", StatusError::Prefix(AddressError::Scheme)),
        ("https://a/1048576", StatusError::Index(StatusIndexError::Shard { shard: 1_048_576 })),
    ] {
        let mut entries = entries();
        entries[0] = written(2, |writer| _ = writer.text(subject));
        assert_eq!(with_claims(joined(&entries)), Err(error), "{subject}");
    }
}

#[test]
fn times_that_hold_for_no_time_are_refused() {
    for expires in [0, ISSUED - 1, ISSUED, LAST_SECOND + 1, u64::MAX] {
        let mut entries = entries();
        entries[1] = written(4, |writer| _ = writer.unsigned(expires));
        assert_eq!(with_claims(joined(&entries)), Err(StatusError::Times { issued: ISSUED, expires }));
    }
    let mut entries = entries();
    entries[4] = written(65_534, |writer| _ = writer.unsigned(0));
    assert_eq!(with_claims(joined(&entries)), Err(StatusError::TimeToLive));
}

proptest! {
    #[test]
    fn no_octets_break_the_reader(octets: Vec<u8>) {
        prop_assert!(StatusToken::from_cwt(&octets).is_err());
    }

    #[test]
    fn a_changed_octet_gives_another_token_or_an_error(at in 0usize..400, octet: u8) {
        let genuine = token();
        let mut changed = genuine.clone();
        if let Some(place) = changed.get_mut(at) {
            *place = octet;
        }
        if changed != genuine && let Ok(token) = StatusToken::from_cwt(&changed) {
            prop_assert_ne!(Ok(token), StatusToken::from_cwt(&genuine));
        }
    }
}
