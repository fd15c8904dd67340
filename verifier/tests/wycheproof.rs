//! Wycheproof: both implementations of the signature arithmetic against every vector, and against each other.
//!
//! The data stays outside the repository and is found through `TEKEN_SHARED`; without it every file is reported as
//! ignored. "acceptable" vectors may be decided either way, but the same way by both.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test binary")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use verifier::{CryptoFailure, Implementation, verify_value};

const SHA256: &str = "300a06082a8648ce3d040302";
const SHA384: &str = "300a06082a8648ce3d040303";
const SHA512: &str = "300a06082a8648ce3d040304";
const RSA_SHA256: &str = "300d06092a864886f70d01010b0500";
const RSA_SHA384: &str = "300d06092a864886f70d01010c0500";
const RSA_SHA512: &str = "300d06092a864886f70d01010d0500";

/// File, AlgorithmIdentifier, vectors, and whether pure Rust has the algorithm too.
const FILES: &[(&str, &str, usize, bool)] = &[
    ("ecdsa_secp256r1_sha256_test.json", SHA256, 484, true),
    ("ecdsa_secp256r1_sha512_test.json", SHA512, 0, true),
    ("ecdsa_secp384r1_sha256_test.json", SHA256, 0, false),
    ("ecdsa_secp384r1_sha384_test.json", SHA384, 0, false),
    ("ecdsa_secp521r1_sha512_test.json", SHA512, 0, false),
    ("rsa_signature_2048_sha256_test.json", RSA_SHA256, 0, false),
    ("rsa_signature_2048_sha384_test.json", RSA_SHA384, 0, false),
    ("rsa_signature_2048_sha512_test.json", RSA_SHA512, 0, false),
    ("rsa_signature_3072_sha256_test.json", RSA_SHA256, 0, false),
    ("rsa_signature_4096_sha256_test.json", RSA_SHA256, 0, false),
];

/// PKCS#1 signatures whose DigestInfo leaves out the NULL: RFC 8017, 9.2, note 1 has verifiers accept the other form
/// only.
fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = shared().join("vectors/wycheproof");
    let trials = FILES
        .iter()
        .map(|(file, algorithm, count, has_pure)| {
            let path = folder.join(file);
            let is_absent = !path.exists();
            Trial::test(*file, move || run(&path, algorithm, *count, *has_pure)).with_ignored_flag(is_absent)
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn shared() -> PathBuf {
    std::env::var_os("TEKEN_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from)
}

fn run(path: &Path, algorithm: &str, count: usize, has_pure: bool) -> Result<(), Failed> {
    let suite: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let algorithm = hex::decode(algorithm).unwrap();
    let mut seen = 0;
    for group in suite["testGroups"].as_array().unwrap() {
        let key = octets(group.get("publicKeyDer").or(group.get("keyDer")).unwrap());
        for test in group["tests"].as_array().unwrap() {
            seen += 1;
            let check = |implementation| {
                verify_value(implementation, &key, &algorithm, &octets(&test["msg"]), &octets(&test["sig"]))
            };
            let native = check(Implementation::Native);
            let expected = test["result"].as_str().unwrap();
            let is_right = match expected {
                "valid" => native == Ok(()),
                "invalid" => native == Err(CryptoFailure::ValueWrong),
                _ => true,
            };
            if !is_right {
                return Err(
                    format!("{}: {expected}, but native says {native:?}: {}", test["tcId"], test["comment"]).into()
                );
            }
            let pure = check(Implementation::PureRust);
            if has_pure && pure != native {
                return Err(format!("{}: native says {native:?}, pure Rust {pure:?}", test["tcId"]).into());
            }
        }
    }
    if count != 0 && seen != count { Err(format!("{seen} vectors instead of {count}").into()) } else { Ok(()) }
}

fn octets(text: &Value) -> Vec<u8> {
    hex::decode(text.as_str().unwrap()).unwrap()
}
