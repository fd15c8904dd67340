use proptest::prelude::*;

use super::*;

fn written(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::default();
    write(&mut writer);
    writer.into_octets()
}

/// Integers of RFC 8949, appendix A.
const INTEGERS: &[(i64, &str)] = &[
    (0, "00"),
    (23, "17"),
    (24, "1818"),
    (100, "1864"),
    (1000, "1903e8"),
    (1_000_000, "1a000f4240"),
    (1_000_000_000_000, "1b000000e8d4a51000"),
    (-1, "20"),
    (-10, "29"),
    (-100, "3863"),
    (-1000, "3903e7"),
];

#[test]
fn integers_are_those_of_appendix_a() {
    for &(number, octets) in INTEGERS {
        assert_eq!(hex::encode(written(|writer| _ = writer.integer(number))), octets);
        let octets = hex::decode(octets).expect("hexadecimal");
        assert_eq!(Reader::new(&octets).integer(), Ok(number));
    }
    assert_eq!(hex::encode(written(|writer| _ = writer.unsigned(u64::MAX))), "1bffffffffffffffff");
}

#[test]
fn a_number_in_more_octets_than_it_needs_is_refused() {
    for octets in
        ["1800", "1817", "190000", "1900ff", "1a00000000", "1a0000ffff", "1b0000000000000000", "1b00000000ffffffff"]
    {
        let octets = hex::decode(octets).expect("hexadecimal");
        assert_eq!(
            Reader::new(&octets).unsigned(),
            Err(CborError { at: 0, kind: CborErrorKind::NotShortest }),
            "{octets:02x?}"
        );
    }
}

#[test]
fn indefinite_and_reserved_lengths_are_refused() {
    for initial in [0x1c, 0x1d, 0x1e, 0x5f, 0x7f, 0x9f, 0xbf] {
        let refused = Err(CborError { at: 0, kind: CborErrorKind::IndefiniteLength });
        assert_eq!(Reader::new(&[initial, 0xff]).integer(), refused, "{initial:02x}");
    }
}

#[test]
fn a_length_that_the_octets_do_not_have_costs_nothing() {
    let octets = [0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0];
    let kind = CborErrorKind::TooLong { length: i64::MAX.unsigned_abs(), limit: 10 };
    assert_eq!(Reader::new(&octets).bytes(10), Err(CborError { at: 0, kind }));
    let octets = [0x5a, 0x00, 0x01, 0x00, 0x00, 1, 2];
    assert_eq!(Reader::new(&octets).bytes(usize::MAX), Err(CborError { at: 0, kind: CborErrorKind::Truncated }));
}

#[test]
fn another_type_is_named() {
    let kind = CborErrorKind::Type { expected: CborType::Bytes, found: CborType::Text };
    assert_eq!(Reader::new(b"\x61a").bytes(9), Err(CborError { at: 0, kind }));
    assert_eq!(CborError { at: 0, kind }.to_string(), "octet 0: a text string stands where a byte string must stand");
    let kind = CborErrorKind::Type { expected: CborType::Unsigned, found: CborType::Simple };
    assert_eq!(Reader::new(b"\xf6").integer(), Err(CborError { at: 0, kind }));
}

#[test]
fn a_text_that_is_not_utf8_is_refused() {
    assert_eq!(Reader::new(b"\x62\xc3\x28").text(9), Err(CborError { at: 0, kind: CborErrorKind::NotUtf8 }));
}

#[test]
fn a_negative_number_that_64_bits_do_not_hold_is_refused() {
    let octets = [0x3b, 0x80, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(Reader::new(&octets).integer(), Err(CborError { at: 0, kind: CborErrorKind::Range }));
    let octets = [0x3b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    assert_eq!(Reader::new(&octets).integer(), Ok(i64::MIN));
}

/// A map in which 1 is required and 2 is optional.
fn read_map(octets: &[u8]) -> Result<(u64, Option<u64>), CborError> {
    let mut reader = Reader::new(octets);
    let mut map = reader.map(&[1, 2])?;
    map.required(&mut reader, 1)?;
    let one = reader.unsigned()?;
    let two = if map.optional(&mut reader, 2)? { Some(reader.unsigned()?) } else { None };
    map.end(&reader)?;
    reader.end()?;
    Ok((one, two))
}

#[test]
fn a_map_has_each_known_key_once_and_in_order() {
    let refused = |at, kind| Err(CborError { at, kind });
    assert_eq!(read_map(b"\xa1\x01\x05"), Ok((5, None)));
    assert_eq!(read_map(b"\xa2\x01\x05\x02\x06"), Ok((5, Some(6))));
    assert_eq!(read_map(b"\xa2\x02\x06\x01\x05"), refused(0, CborErrorKind::MissingKey { key: 1 }));
    assert_eq!(read_map(b"\xa2\x01\x05\x01\x05"), refused(3, CborErrorKind::DuplicateKey { key: 1 }));
    assert_eq!(read_map(b"\xa2\x01\x05\x03\x05"), refused(3, CborErrorKind::UnknownKey { key: 3 }));
    assert_eq!(read_map(b"\xa1\x02\x05"), refused(0, CborErrorKind::MissingKey { key: 1 }));
    assert_eq!(read_map(b"\xa0"), refused(0, CborErrorKind::MissingKey { key: 1 }));
    assert_eq!(read_map(b"\xa3\x01\x05\x02\x06\x02\x06"), refused(0, CborErrorKind::TooLong { length: 3, limit: 2 }));
    assert_eq!(read_map(b"\xa2\x01\x05"), refused(3, CborErrorKind::Truncated));
    assert_eq!(read_map(b"\xa1\x01\x05\x00"), refused(3, CborErrorKind::TrailingOctets));
}

proptest! {
    #[test]
    fn every_integer_reads_back(number: i64) {
        let octets = written(|writer| _ = writer.integer(number));
        prop_assert_eq!(Reader::new(&octets).integer(), Ok(number));
    }

    #[test]
    fn what_is_read_is_what_would_be_written(octets: Vec<u8>) {
        let mut reader = Reader::new(&octets);
        if let Ok(number) = reader.integer() {
            prop_assert_eq!(&octets[..reader.at()], written(|writer| _ = writer.integer(number)));
        }
        let mut reader = Reader::new(&octets);
        if let Ok(bytes) = reader.bytes(1 << 20) {
            prop_assert_eq!(&octets[..reader.at()], written(|writer| _ = writer.bytes(bytes)));
        }
    }
}
