//! Wycheproof: both implementations of the signature arithmetic against every vector, and against each other.
//!
//! The data stays outside the repository and is found through `TEKEN_SHARED`. "acceptable" vectors (PKCS#1 without the
//! NULL of RFC 8017, 9.2, note 1) may be decided either way, but the same way by both.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test binary")]

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed};
use serde_json::Value;
use verifier::{CryptoFailure, Implementation, verify_value};

#[path = "support/shared.rs"]
mod shared;

const ECDSA_SHA256: &str = "300a06082a8648ce3d040302";
const ECDSA_SHA384: &str = "300a06082a8648ce3d040303";
const ECDSA_SHA512: &str = "300a06082a8648ce3d040304";
const RSA_SHA256: &str = "300d06092a864886f70d01010b0500";
const RSA_SHA384: &str = "300d06092a864886f70d01010c0500";
const RSA_SHA512: &str = "300d06092a864886f70d01010d0500";
/// SHA-256, MGF1 with SHA-256, 32 octets of salt.
const PSS_32: &str = "304106092a864886f70d01010a3034a00f300d06096086480165030402010500\
                      a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120";
/// The same with no salt.
const PSS_0: &str = "304106092a864886f70d01010a3034a00f300d06096086480165030402010500\
                     a11c301a06092a864886f70d010108300d06096086480165030402010500a203020100";
/// SHA-256 alone: the mask's SHA-1 and the salt's 20 octets are the defaults.
const PSS_SHA1_20: &str = "301e06092a864886f70d01010a3011a00f300d06096086480165030402010500";

/// How a file writes its signature values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// As certificates and CMS do.
    Der,
    /// IEEE P1363: r and s side by side, each with this many octets. Nothing that this verifier reads has such values:
    /// they are written as DER first, and those that have no such form must be refused as they are.
    P1363(usize),
}

/// File, AlgorithmIdentifier, form, and how many vectors: valid or acceptable, invalid.
const FILES: &[(&str, &str, Form, usize, usize)] = &[
    ("ecdsa_secp256r1_sha256_test.json", ECDSA_SHA256, Form::Der, 174, 310),
    ("ecdsa_secp256r1_sha256_p1363_test.json", ECDSA_SHA256, Form::P1363(32), 173, 89),
    ("ecdsa_secp256r1_sha512_test.json", ECDSA_SHA512, Form::Der, 243, 311),
    ("ecdsa_secp256r1_sha512_p1363_test.json", ECDSA_SHA512, Form::P1363(32), 242, 90),
    ("ecdsa_secp384r1_sha256_test.json", ECDSA_SHA256, Form::Der, 162, 310),
    ("ecdsa_secp384r1_sha384_test.json", ECDSA_SHA384, Form::Der, 194, 310),
    ("ecdsa_secp384r1_sha384_p1363_test.json", ECDSA_SHA384, Form::P1363(48), 193, 87),
    ("ecdsa_secp521r1_sha512_test.json", ECDSA_SHA512, Form::Der, 232, 310),
    ("ecdsa_secp521r1_sha512_p1363_test.json", ECDSA_SHA512, Form::P1363(66), 231, 87),
    ("rsa_signature_2048_sha256_test.json", RSA_SHA256, Form::Der, 10, 249),
    ("rsa_signature_2048_sha384_test.json", RSA_SHA384, Form::Der, 8, 250),
    ("rsa_signature_2048_sha512_test.json", RSA_SHA512, Form::Der, 9, 250),
    ("rsa_signature_3072_sha256_test.json", RSA_SHA256, Form::Der, 9, 250),
    ("rsa_signature_4096_sha256_test.json", RSA_SHA256, Form::Der, 8, 250),
    ("rsa_pss_2048_sha256_mgf1_0_test.json", PSS_0, Form::Der, 61, 42),
    ("rsa_pss_2048_sha256_mgf1_0_params_test.json", PSS_0, Form::Der, 61, 42),
    ("rsa_pss_2048_sha256_mgf1_32_test.json", PSS_32, Form::Der, 63, 45),
    ("rsa_pss_2048_sha256_mgf1_32_params_test.json", PSS_32, Form::Der, 63, 45),
    ("rsa_pss_2048_sha256_mgf1sha1_20_test.json", PSS_SHA1_20, Form::Der, 63, 45),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = shared::shared().join("vectors/wycheproof");
    let trials = FILES
        .iter()
        .map(|&(file, algorithm, form, good, bad)| {
            let path = folder.join(file);
            shared::case_with(&path.clone(), file, move || run(&path, algorithm, form, (good, bad)))
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn run(path: &Path, algorithm: &str, form: Form, wanted: (usize, usize)) -> Result<(), Failed> {
    let suite: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let algorithm = hex::decode(algorithm).unwrap();
    let mut seen = (0, 0);
    for group in suite["testGroups"].as_array().unwrap() {
        let key = octets(group.get("publicKeyDer").or(group.get("keyDer")).unwrap());
        for test in group["tests"].as_array().unwrap() {
            let value = match form {
                Form::Der => octets(&test["sig"]),
                Form::P1363(length) => to_der(&octets(&test["sig"]), length),
            };
            let check = |implementation| verify_value(implementation, &key, &algorithm, &octets(&test["msg"]), &value);
            let native = check(Implementation::Native);
            let pure = check(Implementation::PureRust);
            let expected = test["result"].as_str().unwrap();
            let is_right = match expected {
                "valid" => native == Ok(()),
                "invalid" => native == Err(CryptoFailure::ValueWrong),
                _ => true,
            };
            if !is_right || native != pure {
                let case = format!("{}, {}", test["tcId"], test["comment"]);
                return Err(format!("{case}: {expected}, native says {native:?}, pure Rust {pure:?}").into());
            }
            *if expected == "invalid" { &mut seen.1 } else { &mut seen.0 } += 1;
        }
    }
    if seen == wanted { Ok(()) } else { Err(format!("{seen:?} vectors instead of {wanted:?}").into()) }
}

/// `SEQUENCE { r INTEGER, s INTEGER }`; a value of another length as it is.
fn to_der(value: &[u8], length: usize) -> Vec<u8> {
    if value.len() != 2 * length {
        return value.to_vec();
    }
    let integer = |number: &[u8]| {
        let zeros = number.iter().take_while(|octet| **octet == 0).count().min(number.len() - 1);
        let number = &number[zeros..];
        let pad: &[u8] = if number[0] & 0x80 == 0 { &[] } else { &[0] };
        tlv(2, &[pad, number].concat())
    };
    tlv(0x30, &[integer(&value[..length]), integer(&value[length..])].concat())
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    let head: &[u8] = if length < 0x80 { &[tag, length] } else { &[tag, 0x81, length] };
    [head, content].concat()
}

fn octets(text: &Value) -> Vec<u8> {
    hex::decode(text.as_str().unwrap()).unwrap()
}
