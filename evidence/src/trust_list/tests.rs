use p256::{
    SecretKey,
    ecdsa::{Signature, SigningKey, VerifyingKey, signature::Signer as _, signature::Verifier as _},
    pkcs8::EncodePublicKey as _,
};
use proptest::prelude::*;

use super::*;
use crate::{CborErrorKind, cose::UnsignedSign1};

const ISSUED: u64 = 1_795_482_123;
const HINT: KeyHint = KeyHint::from_bytes([1, 2, 3, 4]);

fn prefix(text: &str) -> SealPrefix {
    SealPrefix::parse(text).expect("a prefix")
}

fn key(fill: u8, purpose: KeyPurpose, state: KeyState) -> TrustedKey {
    TrustedKey {
        spki_der: [SPKI_P256.as_slice(), &[fill; 64]].concat(),
        purpose,
        issue_from: UnixSeconds(ISSUED - 1_000),
        issue_to: UnixSeconds(ISSUED + 1_000),
        state,
    }
}

fn list() -> TrustList {
    TrustList {
        sequence: 7,
        issued_at: UnixSeconds(ISSUED),
        expires_at: UnixSeconds(ISSUED + LONGEST_SECONDS),
        prefixes: vec![prefix("https://a/v#"), prefix("https://b.example/v#")],
        status_prefix: StatusPrefix::parse("https://a/s/").expect("a prefix"),
        keys: vec![
            key(1, KeyPurpose::Seal, KeyState::Compromised { at: UnixSeconds(ISSUED - 5) }),
            key(2, KeyPurpose::Seal, KeyState::Retired),
            key(3, KeyPurpose::Seal, KeyState::Active),
            key(4, KeyPurpose::Status, KeyState::Active),
        ],
    }
}

fn signed(list: &TrustList) -> SignedTrustList {
    UnsignedTrustList::new(list, HINT).and_then(|unsigned| unsigned.sign_with([1; 64])).expect("a list")
}

/// What both sides say: who makes a list, and who reads one that was made without the rules.
fn refused(change: impl FnOnce(&mut TrustList)) -> TrustListError {
    let mut list = list();
    change(&mut list);
    let writer = UnsignedTrustList::new(&list, HINT).expect_err("refused by the writer");
    assert_eq!(Err(writer), TrustList::from_cbor(&list.to_cbor()), "the reader says the same");
    writer
}

/// What the reader says of this payload.
fn read(payload: Vec<u8>) -> Result<SignedTrustList, TrustListError> {
    let octets = UnsignedSign1::new(HINT, None, payload).sign_with(&[1; 64]).expect("a signature in range");
    SignedTrustList::from_cose(&octets)
}

fn payload_error(payload: Vec<u8>) -> CborErrorKind {
    match read(payload) {
        Err(TrustListError::Payload(error)) => error.kind,
        other => panic!("{other:?}"),
    }
}

fn entry(key: u64, write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.unsigned(key);
    write(&mut writer);
    writer.into_octets()
}

fn map_of(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut octets = vec![0xa0 | u8::try_from(entries.len()).expect("few")];
    octets.extend(entries.concat());
    octets
}

/// The entries of a whole list with this one key.
fn entries(key: &[u8]) -> [Vec<u8>; 6] {
    let mut keys = entry(6, |writer| _ = writer.array(1));
    keys.extend(key);
    [
        entry(1, |writer| _ = writer.unsigned(7)),
        entry(2, |writer| _ = writer.unsigned(ISSUED)),
        entry(3, |writer| _ = writer.unsigned(ISSUED + 10)),
        entry(4, |writer| _ = writer.array(1).text("https://a/v#")),
        entry(5, |writer| _ = writer.text("https://a/s/")),
        keys,
    ]
}

fn key_entries() -> [Vec<u8>; 6] {
    [
        entry(1, |writer| _ = writer.bytes(&[SPKI_P256.as_slice(), &[9; 64]].concat())),
        entry(2, |writer| _ = writer.integer(-9)),
        entry(3, |writer| _ = writer.unsigned(1)),
        entry(4, |writer| _ = writer.unsigned(5)),
        entry(5, |writer| _ = writer.unsigned(6)),
        entry(6, |writer| _ = writer.unsigned(1)),
    ]
}

fn with_key(entries_of_key: &[Vec<u8>]) -> Vec<u8> {
    map_of(&entries(&map_of(entries_of_key)))
}

#[test]
fn a_list_reads_back_with_its_signature() {
    let signed = signed(&list());
    let read = SignedTrustList::from_cose(signed.as_cose()).expect("a list");
    assert_eq!((read.list(), read.key_hint(), read.signature()), (&list(), HINT, &[1; 64]));
    assert_eq!(read.to_be_signed(), UnsignedTrustList::new(&list(), HINT).expect("a list").to_be_signed());
    assert!(
        read.to_be_signed()
            .starts_with(b"\x84\x6aSignature1\x49\xa2\x01\x28\x04\x44\x01\x02\x03\x04\x53teken trust list v1\x59")
    );
}

#[test]
fn the_layout_is_the_documented_one() {
    let expected = format!(
        "a6010702{iat}03{exp}0481{prefix}05{status}0681a701585b{spki}0228030104050506060307{iat}",
        iat = "1a6b04e20b",
        exp = "1a6b04e215",
        prefix = format_args!("6c{}", hex::encode("https://a/v#")),
        status = format_args!("6c{}", hex::encode("https://a/s/")),
        spki = hex::encode([SPKI_P256.as_slice(), &[9; 64]].concat()),
    );
    let written = TrustList {
        expires_at: UnixSeconds(ISSUED + 10),
        prefixes: vec![prefix("https://a/v#")],
        keys: vec![TrustedKey {
            issue_from: UnixSeconds(5),
            issue_to: UnixSeconds(6),
            ..key(9, KeyPurpose::Seal, KeyState::Compromised { at: UnixSeconds(ISSUED) })
        }],
        ..list()
    };
    assert_eq!(hex::encode(written.to_cbor()), expected);
}

#[test]
fn a_list_is_signed_with_its_own_context() {
    let root = SigningKey::from(SecretKey::from_slice(&[7; 32]).expect("a scalar"));
    let spki = root.verifying_key().to_public_key_der().expect("DER");
    assert_eq!((spki.as_bytes().len(), &spki.as_bytes()[..27]), (SPKI_OCTETS, SPKI_P256.as_slice()));
    let unsigned = UnsignedTrustList::new(&list(), KeyHint::of_spki(spki.as_bytes())).expect("a list");
    let signature: Signature = root.sign(&unsigned.to_be_signed());
    let signature: Signature = signature.normalize_s();
    let signed = unsigned.sign_with(signature.to_bytes().into()).expect("a list");
    let verifies = |octets: &[u8]| VerifyingKey::from(&root).verify(octets, &signature).is_ok();
    assert!(verifies(signed.to_be_signed()));
    // The same octets as a status list (no context) or under another version are not what was signed.
    let cose = UnsignedSign1::new(KeyHint::of_spki(spki.as_bytes()), None, list().to_cbor());
    assert!(verifies(&cose.to_be_signed(EXTERNAL_AAD)));
    assert!(!verifies(&cose.to_be_signed(b"")));
    assert!(!verifies(&cose.to_be_signed(b"teken trust list v2")));
}

#[test]
fn candidates_are_of_the_purpose_and_the_hint() {
    let mut list = list();
    list.keys.push(key(3, KeyPurpose::Status, KeyState::Active));
    let found = |purpose, key: &TrustedKey| list.candidates(purpose, key.hint()).count();
    assert_eq!((found(KeyPurpose::Seal, &list.keys[2]), found(KeyPurpose::Status, &list.keys[2])), (1, 1));
    assert_eq!(found(KeyPurpose::Seal, &list.keys[3]), 0);
    assert!(UnsignedTrustList::new(&list, HINT).is_ok(), "one key may have both purposes");
}

#[test]
fn numbers_and_times_have_bounds() {
    assert_eq!(refused(|list| list.sequence = 0), TrustListError::Sequence);
    for expires in [0, ISSUED - 1, ISSUED, ISSUED + LONGEST_SECONDS + 1, u64::MAX] {
        let error = TrustListError::Times { issued: ISSUED, expires };
        assert_eq!(refused(|list| list.expires_at = UnixSeconds(expires)), error);
    }
    let late = refused(|list| {
        list.issued_at = UnixSeconds(LAST_SECOND);
        list.expires_at = UnixSeconds(LAST_SECOND + 1);
    });
    assert_eq!(late, TrustListError::Times { issued: LAST_SECOND, expires: LAST_SECOND + 1 });
}

#[test]
fn prefixes_are_there_and_each_stands_once() {
    assert_eq!(refused(|list| list.prefixes.clear()), TrustListError::PrefixCount { count: 0 });
    let again = refused(|list| list.prefixes.push(prefix("https://a/v#")));
    assert_eq!(again, TrustListError::DuplicatePrefix { position: 2 });
    let many: Vec<_> = (0..=PREFIXES_LIMIT).map(|number| prefix(&format!("https://a/{number}#"))).collect();
    let mut list = TrustList { prefixes: many, ..list() };
    let error = TrustListError::PrefixCount { count: PREFIXES_LIMIT + 1 };
    assert_eq!(UnsignedTrustList::new(&list, HINT), Err(error));
    let kind = CborErrorKind::TooLong { length: PREFIXES_LIMIT as u64 + 1, limit: PREFIXES_LIMIT };
    assert_eq!(payload_error(list.to_cbor()), kind);
    list.prefixes.pop();
    assert_eq!(read(list.to_cbor()).map(|signed| signed.list().clone()), Ok(list));
}

#[test]
fn keys_are_there_and_each_stands_once_for_a_purpose() {
    assert_eq!(refused(|list| list.keys.clear()), TrustListError::KeyCount { count: 0 });
    let again = refused(|list| list.keys.push(key(1, KeyPurpose::Seal, KeyState::Active)));
    assert_eq!(again, TrustListError::DuplicateKey { position: 4 }, "a compromised key does not come back as active");
    let many = |count: usize| {
        let one = |number: usize| {
            let mut one = key(0, KeyPurpose::Status, KeyState::Compromised { at: UnixSeconds(ISSUED) });
            one.spki_der[40..42].copy_from_slice(&u16::try_from(number).expect("few").to_be_bytes());
            one
        };
        TrustList { keys: (0..count).map(one).collect(), ..list() }
    };
    let error = TrustListError::KeyCount { count: KEYS_LIMIT + 1 };
    assert_eq!(UnsignedTrustList::new(&many(KEYS_LIMIT + 1), HINT), Err(error));
    let kind = CborErrorKind::TooLong { length: KEYS_LIMIT as u64 + 1, limit: KEYS_LIMIT };
    assert_eq!(payload_error(many(KEYS_LIMIT + 1).to_cbor()), kind);
    // The largest list there can be is not refused for its length.
    let mut largest = many(KEYS_LIMIT);
    let long = |number: usize| prefix(&format!("https://a/{number:0>53}#"));
    largest.prefixes = (0..PREFIXES_LIMIT).map(long).collect();
    assert_eq!(signed(&largest).list(), &largest);
}

#[test]
fn a_key_has_one_form() {
    let compressed = |list: &mut TrustList| list.keys[1].spki_der[26] = 2;
    let other_curve = |list: &mut TrustList| list.keys[1].spki_der[22] = 6;
    for change in [compressed as fn(&mut TrustList), other_curve] {
        assert_eq!(refused(change), TrustListError::KeyForm { position: 1 });
    }
    for length in [0, 27, 90, 92, 120] {
        let mut list = list();
        list.keys[1].spki_der.resize(length, 1);
        assert_eq!(UnsignedTrustList::new(&list, HINT), Err(TrustListError::KeyForm { position: 1 }));
        let kind = payload_error(list.to_cbor());
        assert!(matches!(kind, CborErrorKind::Count { .. } | CborErrorKind::TooLong { .. }), "{kind:?}");
    }
}

#[test]
fn a_key_signs_at_some_time_and_is_compromised_in_it() {
    for (from, to) in [(5, 5), (6, 5), (5, LAST_SECOND + 1), (0, u64::MAX)] {
        let error = refused(|list| {
            list.keys[2].issue_from = UnixSeconds(from);
            list.keys[2].issue_to = UnixSeconds(to);
        });
        assert_eq!(error, TrustListError::KeyTimes { position: 2, from, to });
    }
    for at in [0, ISSUED - 1_001, ISSUED + 1, u64::MAX] {
        let error = refused(|list| list.keys[0].state = KeyState::Compromised { at: UnixSeconds(at) });
        assert_eq!(error, TrustListError::CompromiseTime { position: 0, at });
    }
    for at in [ISSUED - 1_000, ISSUED] {
        let mut list = list();
        list.keys[0].state = KeyState::Compromised { at: UnixSeconds(at) };
        assert_eq!(signed(&list).list(), &list);
    }
}

#[test]
fn numbers_that_stand_for_nothing_are_named() {
    assert!(read(with_key(&key_entries())).is_ok());
    let changed = |place: usize, entry: Vec<u8>| {
        let mut entries = key_entries();
        entries[place] = entry;
        read(with_key(&entries)).map(|_| ())
    };
    for found in [-7, -8, -35, 9] {
        let error = Err(TrustListError::KeyAlgorithm { position: 0, found });
        assert_eq!(changed(1, entry(2, |writer| _ = writer.integer(found))), error);
    }
    for found in [0, 3, u64::MAX] {
        let error = Err(TrustListError::KeyPurpose { position: 0, found });
        assert_eq!(changed(2, entry(3, |writer| _ = writer.unsigned(found))), error);
    }
    for found in [0, 4, u64::MAX] {
        let error = Err(TrustListError::KeyState { position: 0, found });
        assert_eq!(changed(5, entry(6, |writer| _ = writer.unsigned(found))), error);
    }
}

#[test]
fn a_time_of_compromise_stands_with_that_state_alone() {
    let at = entry(7, |writer| _ = writer.unsigned(5));
    let with_state = |state: u64, at: &[Vec<u8>]| {
        let mut entries = key_entries().to_vec();
        entries[5] = entry(6, |writer| _ = writer.unsigned(state));
        entries.extend_from_slice(at);
        with_key(&entries)
    };
    let at = [at];
    assert!(read(with_state(3, &at)).is_ok());
    assert_eq!(payload_error(with_state(3, &[])), CborErrorKind::MissingKey { key: 7 });
    assert_eq!(payload_error(with_state(1, &at)), CborErrorKind::KeyOrder { key: 7 });
    assert_eq!(payload_error(with_state(2, &at)), CborErrorKind::KeyOrder { key: 7 });
}

#[test]
fn maps_have_every_key_once_in_order_and_no_other() {
    let key = map_of(&key_entries());
    for missing in 0..6 {
        let mut fewer = entries(&key).to_vec();
        fewer.remove(missing);
        assert!(matches!(payload_error(map_of(&fewer)), CborErrorKind::MissingKey { .. }), "{missing} of the list");
        let mut fewer = key_entries().to_vec();
        fewer.remove(missing);
        assert!(matches!(payload_error(with_key(&fewer)), CborErrorKind::MissingKey { .. }), "{missing} of the key");
    }
    for (one, other) in [(0, 1), (2, 3), (4, 5)] {
        let mut swapped = entries(&key);
        swapped.swap(one, other);
        assert!(matches!(payload_error(map_of(&swapped)), CborErrorKind::MissingKey { .. }), "{one} of the list");
        let mut swapped = key_entries();
        swapped.swap(one, other);
        assert!(matches!(payload_error(with_key(&swapped)), CborErrorKind::MissingKey { .. }), "{one} of the key");
    }
    let mut twice = entries(&key);
    twice[1] = twice[0].clone();
    assert_eq!(payload_error(map_of(&twice)), CborErrorKind::DuplicateKey { key: 1 });
    let unknown = entry(9, |writer| _ = writer.unsigned(1));
    let mut more = key_entries().to_vec();
    more.push(unknown.clone());
    assert_eq!(payload_error(with_key(&more)), CborErrorKind::UnknownKey { key: 9 });
    let more = [entries(&key).as_slice(), &[unknown]].concat();
    assert_eq!(payload_error(map_of(&more)), CborErrorKind::TooLong { length: 7, limit: 6 });
    let trailing = [map_of(&entries(&key)), vec![0]].concat();
    assert_eq!(payload_error(trailing), CborErrorKind::TrailingOctets);
    let mut long_number = entries(&key);
    long_number[0] = vec![0x01, 0x18, 0x07];
    assert_eq!(payload_error(map_of(&long_number)), CborErrorKind::NotShortest);
    assert_eq!(payload_error(Vec::new()), CborErrorKind::Truncated);
}

#[test]
fn addresses_of_another_form_are_refused_with_their_place() {
    let key = map_of(&key_entries());
    let mut other = entries(&key);
    other[3] = entry(4, |writer| _ = writer.array(2).text("https://a/v#").text("https://a/v/"));
    let error = AddressError::End { expected: '#' };
    assert_eq!(read(map_of(&other)), Err(TrustListError::Prefix { position: 1, error }));
    let mut other = entries(&key);
    other[4] = entry(5, |writer| _ = writer.text("http://a/s/"));
    assert_eq!(read(map_of(&other)), Err(TrustListError::StatusPrefix(AddressError::Scheme)));
    let mut other = entries(&key);
    other[4] = entry(5, |writer| _ = writer.text(&"x".repeat(65)));
    assert_eq!(payload_error(map_of(&other)), CborErrorKind::TooLong { length: 65, limit: 64 });
}

#[test]
fn a_file_that_is_cut_or_followed_or_too_long_is_refused() {
    let signed = signed(&list());
    let octets = signed.as_cose();
    for end in 0..octets.len() {
        let read = SignedTrustList::from_cose(&octets[..end]);
        assert!(matches!(read, Err(TrustListError::Cose(CoseError::Structure(_)))), "cut at {end}");
    }
    let longer = [octets, &[0]].concat();
    let read = SignedTrustList::from_cose(&longer);
    assert!(matches!(
        read,
        Err(TrustListError::Cose(CoseError::Structure(CborError { kind: CborErrorKind::TrailingOctets, .. })))
    ));
    let length = TRUST_LIST_LIMIT + 1;
    assert_eq!(SignedTrustList::from_cose(&vec![0; length]), Err(TrustListError::TooLong { length }));
}

#[test]
fn signatures_out_of_range_are_refused() {
    let unsigned = UnsignedTrustList::new(&list(), HINT).expect("a list");
    assert_eq!(unsigned.sign_with([0; 64]), Err(TrustListError::Cose(CoseError::SignatureRange)));
    let mut high_s = [1; 64];
    high_s[32] = 0xf0;
    assert_eq!(unsigned.sign_with(high_s), Err(TrustListError::Cose(CoseError::HighS)));
}

#[test]
fn another_statement_is_no_trust_list() {
    let typed = UnsignedSign1::new(HINT, Some("application/statuslist+cwt"), list().to_cbor());
    let octets = typed.sign_with(&[1; 64]).expect("a signature in range");
    assert!(matches!(SignedTrustList::from_cose(&octets), Err(TrustListError::Cose(CoseError::ProtectedHeader(_)))));
}

prop_compose! {
    fn any_key(issued: u64)(
        fill: [u8; 8],
        purpose in prop_oneof![Just(KeyPurpose::Seal), Just(KeyPurpose::Status)],
        from in 0..=issued,
        length in 1u64..100_000_000,
        state in 0u8..3,
        late: u64,
    ) -> TrustedKey {
        let at = UnixSeconds(from + late % (issued - from + 1));
        TrustedKey {
            spki_der: [SPKI_P256.as_slice(), &fill.repeat(8)].concat(),
            purpose,
            issue_from: UnixSeconds(from),
            issue_to: UnixSeconds(from + length),
            state: [KeyState::Active, KeyState::Retired, KeyState::Compromised { at }][usize::from(state)],
        }
    }
}

proptest! {
    #[test]
    fn every_list_reads_back(
        sequence in 1u64..,
        lifetime in 1..=LONGEST_SECONDS,
        prefixes in proptest::collection::btree_set("https://[a-z]{1,9}/[a-zA-Z0-9]{0,9}#", 1..5),
        keys in proptest::collection::vec(any_key(ISSUED), 1..6),
    ) {
        let list = TrustList {
            sequence,
            expires_at: UnixSeconds(ISSUED + lifetime),
            prefixes: prefixes.iter().map(|text| prefix(text)).collect(),
            keys,
            ..list()
        };
        let signed = signed(&list);
        prop_assert_eq!(signed.list(), &list);
    }

    #[test]
    fn no_octets_break_the_reader(octets: Vec<u8>) {
        prop_assert!(SignedTrustList::from_cose(&octets).is_err());
        prop_assert!(read(octets).is_err());
    }

    #[test]
    fn a_changed_octet_gives_another_list_or_an_error(at in 0usize..700, octet: u8) {
        let genuine = signed(&list());
        let mut changed = genuine.as_cose().to_vec();
        if let Some(place) = changed.get_mut(at) {
            *place = octet;
        }
        if changed != genuine.as_cose() && let Ok(read) = SignedTrustList::from_cose(&changed) {
            let same_content = read.to_be_signed() == genuine.to_be_signed() && read.key_hint() == genuine.key_hint();
            prop_assert!(!same_content || read.signature() != genuine.signature());
        }
    }
}
