use super::*;

/// The worked example of the specification.
fn example() -> SigningStatement {
    SigningStatement {
        sequence: 7,
        signed_at: UnixSeconds(1_795_482_123),
        office: OfficeId::parse("kec-bekasi-timur").expect("a name"),
        document_type: DocumentType::surat(),
        number_commitment: Commitment::from_bytes([0xaa; 32]),
        seal_hash: None,
        mandate: None,
        status_index: None,
    }
}

/// The worked example with every optional field.
fn full() -> SigningStatement {
    SigningStatement {
        seal_hash: Some([0xbb; 32]),
        mandate: Some(MandateReference { id: OfficeId::parse("m-1").expect("a name"), hash: [0xcc; 32] }),
        status_index: Some(StatusIndex::from_u64(7_340_033).expect("an index")),
        ..example()
    }
}

fn example_der() -> Vec<u8> {
    let mut der =
        b"\x30\x52\x02\x01\x01\x02\x01\x07\x18\x0f20261124010203Z\x0c\x10kec-bekasi-timur\x0c\x05surat\x04\x20"
            .to_vec();
    der.extend([0xaa; 32]);
    der
}

#[test]
fn the_worked_example_has_exactly_the_octets_of_the_specification() {
    assert_eq!(example().to_der(), Ok(example_der()));
    assert_eq!(SigningStatement::from_der(&example_der()), Ok(example()));
}

#[test]
fn the_optional_fields_are_tagged_0_to_2_and_read_back() {
    let der = full().to_der().expect("a statement");
    let tail = &der[example_der().len() + 1..]; // the outer length needs one octet more
    assert_eq!(tail[..2], [0x80, 0x20]);
    assert_eq!(tail[34..36], [0xa1, 0x27]);
    assert_eq!(tail[34 + 2 + 0x27..], [0x82, 0x03, 0x70, 0x00, 0x01]);
    assert_eq!(SigningStatement::from_der(&der), Ok(full()));
}

#[test]
fn any_single_changed_bit_gives_another_statement_or_an_error() {
    let der = full().to_der().expect("a statement");
    for position in 0..der.len() {
        for bit in 0..8 {
            let mut changed = der.clone();
            changed[position] ^= 1 << bit;
            assert_ne!(SigningStatement::from_der(&changed), Ok(full()), "octet {position} bit {bit}");
        }
    }
}

#[test]
fn truncated_or_followed_by_anything_it_is_malformed() {
    let der = full().to_der().expect("a statement");
    for end in 0..der.len() {
        assert!(matches!(SigningStatement::from_der(&der[..end]), Err(StatementError::Malformed(_))), "cut at {end}");
    }
    let mut longer = der;
    longer.push(0);
    assert!(matches!(
        SigningStatement::from_der(&longer),
        Err(StatementError::Malformed(der::ErrorKind::TrailingData { .. }))
    ));
}

#[test]
fn an_unknown_version_is_named() {
    let mut der = example_der();
    der[4] = 2;
    assert_eq!(SigningStatement::from_der(&der), Err(StatementError::Version(2)));
}

#[test]
fn an_unknown_field_at_the_end_is_malformed() {
    let mut der = example_der();
    der[1] += 3;
    der.extend([0x83, 0x01, 0x00]);
    assert!(matches!(SigningStatement::from_der(&der), Err(StatementError::Malformed(_))));
}

#[test]
fn a_sequence_that_no_register_gives_is_refused_both_ways() {
    for sequence in [0, SEQUENCE_LIMIT + 1, u64::MAX] {
        assert_eq!(SigningStatement { sequence, ..example() }.to_der(), Err(StatementError::Sequence(sequence)));
    }
    let mut der = example_der();
    der[7] = 0;
    assert_eq!(SigningStatement::from_der(&der), Err(StatementError::Sequence(0)));
}

#[test]
fn a_sequence_with_a_needless_leading_zero_is_malformed() {
    let mut der = example_der();
    der.splice(5..8, [0x02, 0x02, 0x00, 0x07]);
    der[1] += 1;
    assert!(matches!(SigningStatement::from_der(&der), Err(StatementError::Malformed(_))));
}

#[test]
fn a_time_with_fractions_or_an_offset_is_malformed() {
    for time in [&b"\x18\x1120261124010203.5Z"[..], b"\x18\x1320261124080203+0700", b"\x18\x0d202611240102Z"] {
        let mut der = example_der();
        der.splice(8..25, time.iter().copied());
        der[1] = u8::try_from(der.len() - 2).expect("short");
        assert!(matches!(SigningStatement::from_der(&der), Err(StatementError::Malformed(_))), "{time:?}");
    }
}

#[test]
fn a_time_after_the_year_9999_cannot_be_written() {
    let statement = SigningStatement { signed_at: UnixSeconds(253_402_300_800), ..example() };
    assert_eq!(statement.to_der(), Err(StatementError::Time));
}

#[test]
fn a_name_outside_the_alphabet_is_refused() {
    let mut der = example_der();
    der[27] = b'K';
    assert_eq!(SigningStatement::from_der(&der), Err(StatementError::Name(NameError::Character { position: 0 })));
}

#[test]
fn a_commitment_of_31_octets_is_refused() {
    let mut der = example_der();
    der.pop();
    der[1] -= 1;
    let length_at = der.len() - 32;
    der[length_at] = 0x1f;
    assert_eq!(SigningStatement::from_der(&der), Err(StatementError::DigestLength { length: 31 }));
}

/// The worked example with these octets as its field `[2]`.
fn with_status_index(octets: &[u8]) -> Vec<u8> {
    let mut der = example_der();
    der.extend([0x82, u8::try_from(octets.len()).expect("short")]);
    der.extend(octets);
    der[1] = u8::try_from(der.len() - 2).expect("short");
    der
}

#[test]
fn a_status_index_ends_the_statement_of_the_specification() {
    let statement =
        SigningStatement { status_index: Some(StatusIndex::from_u64(7_340_033).expect("an index")), ..example() };
    let der = with_status_index(&[0x70, 0x00, 0x01]);
    assert_eq!(statement.to_der(), Ok(der.clone()));
    assert_eq!(SigningStatement::from_der(&der), Ok(statement));
}

#[test]
fn the_first_and_the_last_status_index_read_back() {
    for number in [0, StatusIndex::LIMIT] {
        let index = StatusIndex::from_u64(number).expect("an index");
        let statement = SigningStatement { status_index: Some(index), ..example() };
        let der = statement.to_der().expect("a statement");
        assert_eq!(SigningStatement::from_der(&der), Ok(statement), "{number}");
    }
}

#[test]
fn a_status_index_that_no_list_has_is_refused() {
    // 2^40, and the largest number of 64 bits
    for (octets, number) in [(&b"\x01\0\0\0\0\0"[..], 1 << 40), (b"\0\xff\xff\xff\xff\xff\xff\xff\xff", u64::MAX)] {
        let der = with_status_index(octets);
        assert_eq!(SigningStatement::from_der(&der), Err(StatementError::StatusIndex(number)));
    }
}

#[test]
fn a_status_index_that_is_no_der_integer_from_0_is_malformed() {
    // negative, a needless leading zero, nothing, more than 64 bits
    for octets in [&b"\xff"[..], b"\0\x07", b"", b"\x01\0\0\0\0\0\0\0\0"] {
        let der = with_status_index(octets);
        assert!(matches!(SigningStatement::from_der(&der), Err(StatementError::Malformed(_))), "{octets:?}");
    }
}

#[test]
fn a_status_index_in_another_form_twice_or_before_the_seal_is_malformed() {
    let field = [0x82, 0x01, 0x07];
    let constructed = [0xa2, 0x03, 0x02, 0x01, 0x07];
    let mut seal = vec![0x80, 0x20];
    seal.extend([0xbb; 32]);
    for tail in [constructed.to_vec(), [field, field].concat(), [field.to_vec(), seal].concat()] {
        let mut der = example_der();
        der.extend(&tail);
        der[1] = u8::try_from(der.len() - 2).expect("short");
        assert!(matches!(SigningStatement::from_der(&der), Err(StatementError::Malformed(_))), "{tail:?}");
    }
}
