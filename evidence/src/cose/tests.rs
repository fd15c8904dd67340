use super::*;
use crate::cbor::CborType;

/// sign-pass-02 of the COSE working group's examples, the one with external data.
const EXTERNAL: &str = "8443a10126a10442313154546869732069732074686520636f6e74656e742e584010729cd711cb3813d8d8e944a8da7111e7b258c9bdca6135f7ae1adbee9509891267837e1e33bd36c150326ae62755c6bd8e540c3e8f92d7d225e8db72b8820b";

fn signed() -> Vec<u8> {
    let statement = UnsignedSign1::new(KeyHint([1, 2, 3, 4]), None, b"payload".to_vec());
    statement.sign_with(&[1; 64]).expect("a signature in range")
}

fn read(octets: &[u8]) -> Result<KeyHint, CoseError> {
    Sign1::read(octets, None, 100).map(|statement| statement.key)
}

#[test]
fn to_be_signed_is_that_of_the_working_groups_example() {
    let external = hex::decode("11aa22bb33cc44dd55006699").expect("hexadecimal");
    let to_be_signed = sig_structure(&[0xa1, 0x01, 0x26], &external, b"This is the content.");
    assert_eq!(
        hex::encode(to_be_signed),
        "846a5369676e61747572653143a101264c11aa22bb33cc44dd5500669954546869732069732074686520636f6e74656e742e"
    );
}

#[test]
fn the_working_groups_examples_are_outside_the_profile() {
    let octets = |tag: &str, body: &str| hex::decode(format!("{tag}{body}")).expect("hexadecimal");
    // pass-02 has the algorithm -7, pass-03 no tag, fail-01 the tag 998, pass-01 nothing in the protected header
    assert_eq!(read(&octets("d2", EXTERNAL)), Err(CoseError::Algorithm { found: -7 }));
    let kind = CborErrorKind::Type { expected: CborType::Tag, found: CborType::Array };
    assert_eq!(read(&octets("", EXTERNAL)), Err(CoseError::Structure(CborError { at: 0, kind })));
    assert_eq!(read(&octets("d903e6", EXTERNAL)), Err(CoseError::Tag { found: 998 }));
    let kind = CborErrorKind::MissingKey { key: 1 };
    assert_eq!(
        read(&octets("d2", &EXTERNAL.replacen("43a10126", "41a0", 1))),
        Err(CoseError::ProtectedHeader(CborError { at: 0, kind }))
    );
    // fail-03: the algorithm -999; fail-04: a text as algorithm; fail-06: one more protected entry
    assert_eq!(
        read(&octets("d2", &EXTERNAL.replacen("43a10126", "45a1013903e6", 1))),
        Err(CoseError::Algorithm { found: -999 })
    );
    let kind = CborErrorKind::Type { expected: CborType::Unsigned, found: CborType::Text };
    assert_eq!(
        read(&octets("d2", &EXTERNAL.replacen("43a10126", "4aa10167756e6b6e6f776e", 1))),
        Err(CoseError::ProtectedHeader(CborError { at: 2, kind }))
    );
    let kind = CborErrorKind::UnknownKey { key: 3 };
    assert_eq!(
        read(&octets("d2", &EXTERNAL.replacen("43a10126", "45a201280300", 1))),
        Err(CoseError::ProtectedHeader(CborError { at: 3, kind }))
    );
}

#[test]
fn a_statement_has_one_form() {
    let octets = signed();
    assert_eq!(hex::encode(&octets[..23]), "d28449a20128044401020304a0477061796c6f61645840");
    assert_eq!(read(&octets), Ok(KeyHint([1, 2, 3, 4])));
    for end in 0..octets.len() {
        assert!(
            matches!(read(&octets[..end]), Err(CoseError::Structure(CborError { kind: CborErrorKind::Truncated, .. }))),
            "cut at {end}"
        );
    }
    let longer = [octets.as_slice(), &[0]].concat();
    let kind = CborErrorKind::TrailingOctets;
    assert_eq!(read(&longer), Err(CoseError::Structure(CborError { at: octets.len(), kind })));
    let mut unprotected = octets.clone();
    unprotected.splice(12..13, [0xa1, 0x04, 0x41, 0x31]);
    assert_eq!(read(&unprotected), Err(CoseError::UnprotectedHeader));
    let mut long_kid = octets.clone();
    long_kid.splice(2..12, [0x4a, 0xa2, 0x01, 0x28, 0x04, 0x45, 1, 2, 3, 4, 5]);
    assert!(matches!(
        read(&long_kid),
        Err(CoseError::ProtectedHeader(CborError { kind: CborErrorKind::TooLong { .. }, .. }))
    ));
}

#[test]
fn a_signature_out_of_range_or_with_the_upper_s_is_refused() {
    let with = |r: [u8; 32], s: [u8; 32]| check_signature(&[r, s].concat().try_into().expect("64 octets"));
    let one = [1; 32];
    let mut above_half = HALF_ORDER;
    above_half[31] += 1;
    assert_eq!(with(one, HALF_ORDER), Ok(()));
    assert_eq!(with(one, above_half), Err(CoseError::HighS));
    for (r, s) in [([0; 32], one), (one, [0; 32]), (ORDER, one), (one, ORDER), ([0xff; 32], one)] {
        assert_eq!(with(r, s), Err(CoseError::SignatureRange));
    }
}

#[test]
fn a_type_is_there_where_it_must_be_and_nowhere_else() {
    let typed = UnsignedSign1::new(KeyHint([0; 4]), Some("application/x"), Vec::new());
    let octets = typed.sign_with(&[1; 64]).expect("a signature in range");
    assert!(Sign1::read(&octets, Some("application/x"), 0).is_ok());
    assert_eq!(
        Sign1::read(&octets, Some("application/y"), 0).err(),
        Some(CoseError::Type { expected: "application/y" })
    );
    assert!(matches!(Sign1::read(&octets, None, 0), Err(CoseError::ProtectedHeader(_))));
    assert!(matches!(Sign1::read(&signed(), Some("application/x"), 9), Err(CoseError::ProtectedHeader(_))));
}

#[test]
fn whoever_signs_reads_what_is_to_be_signed() {
    let statement = UnsignedSign1::new(KeyHint([1, 2, 3, 4]), None, b"payload".to_vec());
    let octets = statement.to_be_signed(b"aad");
    let read = SigStructure::read(&octets, None).expect("a statement");
    assert_eq!((read.key_hint(), read.external_aad()), (KeyHint([1, 2, 3, 4]), &b"aad"[..]));
    let structure = |at, kind| Err(CoseError::Structure(CborError { at, kind }));
    for end in 0..octets.len() {
        assert!(
            matches!(
                SigStructure::read(&octets[..end], None),
                Err(CoseError::Structure(CborError {
                    kind: CborErrorKind::Truncated | CborErrorKind::TooLong { .. },
                    ..
                }))
            ),
            "cut at {end}"
        );
    }
    let longer = [octets.as_slice(), &[0]].concat();
    assert_eq!(SigStructure::read(&longer, None), structure(octets.len(), CborErrorKind::TrailingOctets));
    let mut countersignature = octets.clone();
    countersignature[2] = b'C';
    let kind = CborErrorKind::Name { expected: "Signature1" };
    assert_eq!(SigStructure::read(&countersignature, None), structure(1, kind));
    // The whole statement is not what is signed.
    let kind = CborErrorKind::Type { expected: CborType::Array, found: CborType::Tag };
    assert_eq!(SigStructure::read(&signed(), None), structure(0, kind));
    // ES256 (-7), and no header at all
    let with = |protected: &[u8]| sig_structure(protected, b"aad", b"payload");
    assert_eq!(
        SigStructure::read(&with(b"\xa2\x01\x26\x04\x44\x01\x02\x03\x04"), None),
        Err(CoseError::Algorithm { found: -7 })
    );
    let kind = CborErrorKind::Truncated;
    assert_eq!(SigStructure::read(&with(b""), None), Err(CoseError::ProtectedHeader(CborError { at: 0, kind })));
}

#[test]
fn whoever_signs_sees_the_type() {
    let octets = UnsignedSign1::new(KeyHint([0; 4]), Some("application/x"), Vec::new()).to_be_signed(b"");
    assert!(SigStructure::read(&octets, Some("application/x")).is_ok());
    let expected = "application/y";
    assert_eq!(SigStructure::read(&octets, Some(expected)), Err(CoseError::Type { expected }));
    assert!(matches!(SigStructure::read(&octets, None), Err(CoseError::ProtectedHeader(_))));
    let untyped = UnsignedSign1::new(KeyHint([0; 4]), None, Vec::new()).to_be_signed(b"");
    assert!(matches!(SigStructure::read(&untyped, Some(expected)), Err(CoseError::ProtectedHeader(_))));
}
