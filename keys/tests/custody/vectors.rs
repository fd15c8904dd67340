//! Envelopes that are refused before any work is done, and public vectors: bad keys, and ECDSA values that two libraries must
//! judge alike.

use std::{collections::BTreeMap, fs};

use der::{
    EncodePem,
    asn1::OctetStringRef,
    pem::{self, LineEnding},
};
use keys::{Dtbsr, EnvelopeFault, KeyError, Passphrase, Protection, PublicKey, SoftKey};
use libtest_mimic::Trial;
use p256::ecdsa::{DerSignature, VerifyingKey, signature::hazmat::PrehashVerifier};
use pkcs5::{
    pbes2::{AES_256_CBC_OID, EncryptionScheme, Kdf, Parameters, Pbkdf2Params, Pbkdf2Prf, ScryptParams},
    scrypt,
};
use pkcs8::EncryptedPrivateKeyInfo;
use serde::Deserialize;

use crate::harness::{WORDS, case, case_with, passphrase, shared};

pub(crate) fn trials() -> Vec<Trial> {
    let present = |path| shared(path).exists();
    vec![
        case("envelope::pbkdf2_below_600000_rounds_is_refused", pbkdf2_below_600000_rounds_is_refused),
        case("envelope::pbkdf2_over_sha1_is_refused", pbkdf2_over_sha1_is_refused),
        case("envelope::weak_scrypt_is_refused", weak_scrypt_is_refused),
        case("envelope::absurd_costs_are_refused_at_once", absurd_costs_are_refused_at_once),
        case("envelope::a_cipher_other_than_aes_256_cbc_is_refused", another_cipher_is_refused),
        case("envelope::what_we_write_is_scrypt_16384_8_5", what_we_write_is_scrypt_16384_8_5),
        case_with("vectors::no_bad_key_of_pyca_is_loaded", present(BAD_KEYS), no_bad_key_of_pyca_is_loaded),
        case_with("vectors::the_inside_of_pycas_keys_is_judged", present(BAD_KEYS), the_inside_of_pycas_keys),
        case_with("vectors::wycheproof_ecdsa_is_judged_as_it_says_by_both_libraries", present(ECDSA), wycheproof),
    ]
}

const BAD_KEYS: &str = "vectors/pyca/pkcs8";
const ECDSA: &str = "vectors/wycheproof/ecdsa_secp256r1_sha256_test.json";

/// The cheapest envelope that is still opened: quick for cases about what is inside.
pub(crate) fn weak_but_allowed_scrypt() -> Parameters {
    scrypt_parameters(14, 8, 1)
}

fn scrypt_parameters(log_n: u8, r: u32, p: u32) -> Parameters {
    let cost = scrypt::Params::new(log_n, r, p).expect("within RFC 7914");
    Parameters::generate_scrypt_aes256cbc(cost, b"sixteen octets..", [7; 16]).expect("parameters")
}

/// Encrypts a PrivateKeyInfo and writes it as PEM.
pub(crate) fn sealed_with(parameters: &Parameters, private_key_info: &[u8]) -> String {
    let encrypted = parameters.encrypt(WORDS, private_key_info).expect("encrypted");
    written(parameters.clone(), &encrypted)
}

/// Parameters as PEM with any octets for the ciphertext: what is refused is refused before they are looked at.
fn written(parameters: Parameters, encrypted: &[u8]) -> String {
    let encrypted_data = OctetStringRef::new(encrypted).expect("short");
    EncryptedPrivateKeyInfo { encryption_algorithm: parameters.into(), encrypted_data }
        .to_pem(LineEnding::LF)
        .expect("PEM")
}

pub(crate) fn open_sealed(pem_text: &str) -> Result<SoftKey, KeyError> {
    SoftKey::from_encrypted_pem(pem_text.as_bytes(), &passphrase())
}

fn refused(parameters: Parameters) -> EnvelopeFault {
    let pem_text = written(parameters, &[0; 160]);
    let fault = Protection::of_pem(pem_text.as_bytes()).expect_err("refused");
    // The same without and with a passphrase.
    assert_eq!(open_sealed(&pem_text).expect_err("refused"), KeyError::Envelope(fault));
    fault
}

fn pbkdf2(iterations: u32, prf: Pbkdf2Prf) -> Parameters {
    let cost = Pbkdf2Params::hmac_sha256(iterations, b"salt salt").expect("parameters");
    Parameters {
        kdf: Kdf::Pbkdf2(Pbkdf2Params { prf, ..cost }),
        encryption: EncryptionScheme::Aes256Cbc { iv: [7; 16] },
    }
}

fn pbkdf2_below_600000_rounds_is_refused() {
    for iterations in [0, 1, 2_048, 599_999] {
        let fault = refused(pbkdf2(iterations, Pbkdf2Prf::HmacWithSha256));
        assert_eq!(fault, EnvelopeFault::WeakPbkdf2 { iterations, least: 600_000 });
    }
    let enough = written(pbkdf2(600_000, Pbkdf2Prf::HmacWithSha512), &[0; 160]);
    assert_eq!(Protection::of_pem(enough.as_bytes()), Ok(Protection::Pbkdf2 { iterations: 600_000 }));
}

fn pbkdf2_over_sha1_is_refused() {
    for prf in [Pbkdf2Prf::HmacWithSha1, Pbkdf2Prf::HmacWithSha224] {
        assert_eq!(refused(pbkdf2(5_000_000, prf)), EnvelopeFault::WeakPrf);
    }
}

fn weak_scrypt_is_refused() {
    assert_eq!(refused(scrypt_parameters(13, 8, 5)), EnvelopeFault::WeakScrypt { n: 8_192, r: 8 });
    assert_eq!(refused(scrypt_parameters(14, 7, 5)), EnvelopeFault::WeakScrypt { n: 16_384, r: 7 });
}

fn absurd_costs_are_refused_at_once() {
    let with = |cost_parameter, block_size, parallelization| {
        let Kdf::Scrypt(honest) = weak_but_allowed_scrypt().kdf else { panic!("scrypt") };
        Parameters {
            kdf: Kdf::Scrypt(ScryptParams { cost_parameter, block_size, parallelization, ..honest }),
            encryption: EncryptionScheme::Aes256Cbc { iv: [7; 16] },
        }
    };
    assert_eq!(refused(with(1 << 40, 8, 1)), EnvelopeFault::CostTooHigh);
    assert_eq!(refused(with(u64::MAX >> 1, u16::MAX, 1)), EnvelopeFault::CostTooHigh);
    assert_eq!(refused(with(1 << 14, 8, 33)), EnvelopeFault::CostTooHigh);
    assert_eq!(refused(pbkdf2(20_000_001, Pbkdf2Prf::HmacWithSha256)), EnvelopeFault::CostTooHigh);
    // N that is no power of two is refused too, by the derivation itself.
    let odd = written(with((1 << 14) + 1, 8, 1), &[0; 160]);
    assert_eq!(open_sealed(&odd).expect_err("refused"), KeyError::Envelope(EnvelopeFault::WrongPassphrase));
}

fn another_cipher_is_refused() {
    let kdf = weak_but_allowed_scrypt().kdf;
    for encryption in [
        EncryptionScheme::Aes128Cbc { iv: [7; 16] },
        EncryptionScheme::Aes192Cbc { iv: [7; 16] },
        EncryptionScheme::Aes256Gcm { nonce: [7; 12] },
    ] {
        assert_ne!(encryption.oid(), AES_256_CBC_OID);
        assert_eq!(refused(Parameters { kdf: kdf.clone(), encryption }), EnvelopeFault::OtherCipher);
    }
}

fn what_we_write_is_scrypt_16384_8_5() {
    let written = fs::read(crate::harness::agency().layout().signing_key()).expect("a key file");
    assert_eq!(Protection::of_pem(&written), Ok(Protection::Scrypt { n: 16_384, r: 8, p: 5 }));
}

/// What a key of the set is told, with the passphrase that the set gives it.
fn told(octets: &[u8], words: &str) -> String {
    let words = Passphrase::new(words).expect("a passphrase");
    match SoftKey::from_encrypted_pem(octets, &words) {
        Ok(_) => "loaded".to_owned(),
        Err(KeyError::Envelope(fault)) => format!("{fault:?}"),
        Err(error) => format!("{error:?}"),
    }
}

/// Not one file of the set is a key of ours: wrong algorithm, wrong curve, too weak, in the clear, or no key at all.
fn no_bad_key_of_pyca_is_loaded() {
    let mut counted = BTreeMap::<String, u32>::new();
    for entry in fs::read_dir(shared(BAD_KEYS)).expect("the set") {
        let path = entry.expect("a file").path();
        *counted.entry(told(&fs::read(&path).expect("a file"), "foobar")).or_default() += 1;
    }
    assert_eq!(counted.get("loaded"), None, "{counted:?}");
    let read = |name: &str| fs::read(shared(BAD_KEYS).join(name)).expect("a file of the set");
    for (name, words, fault) in [
        ("ed25519-scrypt.pem", "hunter42", "NotP256"),
        ("ed25519-scrypt.pem", "hunter43", "WrongPassphrase"),
        ("ec_private_key_encrypted.pem", "123456", "OtherCipher"),
        ("rsa-pbewithmd5anddescbc.pem", "hunter2", "Pbes1"),
        ("rsa-aes-192-cbc.pem", "PolarSSLTest", "OtherCipher"),
        ("enc-ec-sha1-128-rc4.pem", "password", "Malformed"),
        ("enc-unknown-kdf.pem", "foobar", "Malformed"),
        ("enc-unknown-pbkdf2-prf.pem", "foobar", "Malformed"),
        ("ec_private_key.pem", "foobar", "Unencrypted"),
        ("unenc-rsa-pkcs8.pub.pem", "foobar", "OtherPem"),
        ("invalid-version.der", "foobar", "NotPem"),
    ] {
        assert_eq!(told(&read(name), words), fault, "{name}");
    }
}

/// The set's keys in the clear, encrypted as we do it: now the inside is what is judged.
fn the_inside_of_pycas_keys() {
    for (name, expected) in [
        // The good ones of the set, to see that the others are refused for what they are.
        ("ec_private_key.pem", "loaded"),
        ("ecc_private_with_rfc5915_ext.pem", "loaded"),
        ("ec-consistent-curve.pem", "loaded"),
        ("ec-inconsistent-curve.pem", "NotP256"),
        ("ec-inconsistent-curve2.pem", "NotP256"),
        ("ec-invalid-version.pem", "NotP256"),
        ("ec_oid_not_in_reg_private_2.pkcs8.pem", "NotP256"),
        ("nodompar_private.pkcs8.pem", "NotP256"),
        ("withdompar_private.pkcs8.pem", "NotP256"),
        ("bad-oid-dsa-key.pem", "NotP256"),
        ("private.pem", "NotP256"),
        ("rsa_pss_2048.pem", "NotP256"),
        ("unenc-dsa-pkcs8.pem", "NotP256"),
    ] {
        let pem_text = fs::read(shared(BAD_KEYS).join(name)).expect("a file of the set");
        let (label, inside) = pem::decode_vec(&pem_text).expect("PEM");
        assert_eq!(label, "PRIVATE KEY");
        let sealed = sealed_with(&weak_but_allowed_scrypt(), &inside);
        assert_eq!(told(sealed.as_bytes(), WORDS), expected, "{name}");
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wycheproof {
    number_of_tests: usize,
    test_groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    public_key: Point,
    tests: Vec<Case>,
}

#[derive(Deserialize)]
struct Point {
    uncompressed: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    tc_id: u32,
    msg: String,
    sig: String,
    result: String,
}

fn wycheproof() {
    let octets = fs::read(shared(ECDSA)).expect("the vectors");
    let vectors: Wycheproof = serde_json::from_slice(&octets).expect("Wycheproof's form");
    let mut judged = 0;
    for group in vectors.test_groups {
        let point = hex::decode(group.public_key.uncompressed).expect("hexadecimal");
        let native = PublicKey::from_sec1(&point).expect("a point");
        let portable = VerifyingKey::from_sec1_bytes(&point).expect("a point");
        for case in group.tests {
            let dtbsr = Dtbsr::hash(&hex::decode(case.msg).expect("hexadecimal"));
            let value = hex::decode(case.sig).expect("hexadecimal");
            let by_portable = DerSignature::from_bytes(&value)
                .is_ok_and(|value| portable.verify_prehash(dtbsr.as_bytes(), &value).is_ok());
            let by_native = native.verifies(&dtbsr, &value);
            assert_eq!(
                (by_native, by_portable),
                (case.result == "valid", case.result == "valid"),
                "case {}",
                case.tc_id
            );
            judged += 1;
        }
    }
    assert_eq!(judged, vectors.number_of_tests);
}
