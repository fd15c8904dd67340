//! What is inside a key file: a P-256 key with a scalar in range and its own public key, or nothing.

use der::{
    Encode, Sequence,
    asn1::{BitStringRef, ObjectIdentifier, OctetStringRef},
    pem,
};
use keys::{EnvelopeFault, KeyError, SigningKey, SoftKey};
use libtest_mimic::Trial;
use p256::{SecretKey, elliptic_curve::sec1::ToSec1Point};
use pkcs8::{AlgorithmIdentifierRef, PrivateKeyInfoRef};

use crate::{
    harness::case,
    vectors::{open_sealed, sealed_with, weak_but_allowed_scrypt},
};

const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const SECP256K1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.10");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// The order of P-256 (SEC 2, 2.4.2).
const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const ORDER_LESS_ONE: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550";
const ORDER_AND_ONE: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case("scalar::one_and_the_order_less_one_are_keys", one_and_the_order_less_one_are_keys),
        case("scalar::nought_the_order_and_more_are_none", nought_the_order_and_more_are_none),
        case("scalar::a_scalar_of_another_length_is_none", a_scalar_of_another_length_is_none),
        case("scalar::a_public_key_of_another_scalar_is_refused", a_public_key_of_another_scalar_is_refused),
        case("scalar::a_public_key_off_the_curve_is_refused", a_public_key_off_the_curve_is_refused),
        case("scalar::another_curve_inside_is_refused", another_curve_inside_is_refused),
        case("scalar::another_curve_outside_is_refused", another_curve_outside_is_refused),
        case("scalar::another_algorithm_is_refused", another_algorithm_is_refused),
        case("scalar::an_unknown_version_is_refused", an_unknown_version_is_refused),
        case("scalar::no_changed_octet_of_a_key_file_gives_another_key", no_changed_octet_gives_another_key),
        case("scalar::octets_after_the_key_are_refused", octets_after_the_key_are_refused),
    ]
}

#[derive(Sequence)]
struct EcPrivateKey<'a> {
    version: u8,
    private_key: &'a OctetStringRef,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    parameters: Option<ObjectIdentifier>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    public_key: Option<BitStringRef<'a>>,
}

/// A key file's inside, with one part to be changed.
struct Inside {
    algorithm: ObjectIdentifier,
    curve: ObjectIdentifier,
    version: u8,
    scalar: Vec<u8>,
    inner_curve: Option<ObjectIdentifier>,
    public_key: Option<Vec<u8>>,
}

impl Inside {
    fn of(scalar: &str) -> Self {
        let scalar = hex::decode(scalar).expect("hexadecimal");
        Self { algorithm: EC, curve: P256, version: 1, scalar, inner_curve: None, public_key: None }
    }

    fn der(&self) -> Vec<u8> {
        let inner = EcPrivateKey {
            version: self.version,
            private_key: OctetStringRef::new(&self.scalar).expect("short"),
            parameters: self.inner_curve,
            public_key: self.public_key.as_deref().map(|octets| BitStringRef::from_bytes(octets).expect("short")),
        }
        .to_der()
        .expect("DER");
        let algorithm = AlgorithmIdentifierRef { oid: self.algorithm, parameters: Some((&self.curve).into()) };
        PrivateKeyInfoRef::new(algorithm, OctetStringRef::new(&inner).expect("short")).to_der().expect("DER")
    }

    fn load(&self) -> Result<SoftKey, KeyError> {
        open_sealed(&sealed_with(&weak_but_allowed_scrypt(), &self.der()))
    }
}

fn one() -> Inside {
    Inside::of(&format!("{:064x}", 1))
}

fn point_of(scalar: u8) -> Vec<u8> {
    let mut octets = [0; 32];
    octets[31] = scalar;
    SecretKey::from_slice(&octets).expect("in range").public_key().to_sec1_point(false).as_bytes().to_vec()
}

fn one_and_the_order_less_one_are_keys() {
    let first = one().load().expect("1 is in range");
    assert_eq!(first.public_key_sec1(), point_of(1));
    let last = Inside::of(ORDER_LESS_ONE).load().expect("n-1 is in range");
    // (n-1)G = -G: the same x.
    assert_eq!(last.public_key_sec1().get(1..33), point_of(1).get(1..33));
    assert_ne!(last.public_key_sec1(), point_of(1));
}

fn nought_the_order_and_more_are_none() {
    for scalar in [&"00".repeat(32), ORDER, ORDER_AND_ONE, &"ff".repeat(32)] {
        assert_eq!(Inside::of(scalar).load().expect_err("refused"), KeyError::ScalarOutOfRange, "{scalar}");
    }
}

fn a_scalar_of_another_length_is_none() {
    for octets in [0, 1, 24, 31, 33, 64] {
        let scalar = "01".repeat(octets);
        assert_eq!(Inside::of(&scalar).load().expect_err("refused"), KeyError::ScalarOutOfRange, "{octets}");
    }
}

fn a_public_key_of_another_scalar_is_refused() {
    Inside { public_key: Some(point_of(1)), ..one() }.load().expect("its own");
    let refused = Inside { public_key: Some(point_of(2)), ..one() }.load().expect_err("refused");
    assert_eq!(refused, KeyError::PublicKeyMismatch);
}

fn a_public_key_off_the_curve_is_refused() {
    let mut point = point_of(1);
    *point.last_mut().expect("65 octets") ^= 1;
    let refused = Inside { public_key: Some(point), ..one() }.load().expect_err("refused");
    assert_eq!(refused, KeyError::PublicKeyMismatch);
}

fn another_curve_inside_is_refused() {
    Inside { inner_curve: Some(P256), ..one() }.load().expect("the same curve twice");
    let refused = Inside { inner_curve: Some(SECP256K1), ..one() }.load().expect_err("refused");
    assert_eq!(refused, KeyError::NotP256);
}

fn another_curve_outside_is_refused() {
    assert_eq!(Inside { curve: SECP256K1, ..one() }.load().expect_err("refused"), KeyError::NotP256);
}

fn another_algorithm_is_refused() {
    assert_eq!(Inside { algorithm: RSA, ..one() }.load().expect_err("refused"), KeyError::NotP256);
}

fn an_unknown_version_is_refused() {
    for version in [0, 2] {
        assert_eq!(Inside { version, ..one() }.load().expect_err("refused"), KeyError::NotP256);
    }
}

/// CBC has no check value of its own: what catches a change is the DER, the range and the public key inside.
fn no_changed_octet_gives_another_key() {
    let inside = Inside { public_key: Some(point_of(7)), ..Inside::of(&format!("{:064x}", 7)) };
    let sealed = sealed_with(&weak_but_allowed_scrypt(), &inside.der());
    let (label, file) = pem::decode_vec(sealed.as_bytes()).expect("PEM");
    // Every octet of the envelope and of the first blocks, then every seventh: each costs a derivation.
    for at in (0..130).chain((130..file.len()).step_by(7)) {
        let mut changed = file.clone();
        changed[at] ^= 1;
        let changed = pem::encode_string(label, pem::LineEnding::LF, &changed).expect("PEM");
        match open_sealed(&changed) {
            Err(
                KeyError::Envelope(_) | KeyError::NotP256 | KeyError::ScalarOutOfRange | KeyError::PublicKeyMismatch,
            ) => {}
            // A bit that means nothing (a key length that is not asked for, for example) leaves the same key.
            Ok(key) => assert_eq!(key.public_key_sec1(), point_of(7), "octet {at}"),
            Err(other) => panic!("octet {at}: {other:?}"),
        }
    }
}

fn octets_after_the_key_are_refused() {
    let mut der = one().der();
    der.push(0);
    let refused = open_sealed(&sealed_with(&weak_but_allowed_scrypt(), &der)).expect_err("refused");
    assert_eq!(refused, KeyError::Envelope(EnvelopeFault::WrongPassphrase));
}
