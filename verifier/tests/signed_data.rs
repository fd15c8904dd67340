//! Chromium's `verify_signed_data`: keys, algorithms and values that do not belong together, against both
//! implementations.
//!
//! The data stays outside the repository and is found through `TEKEN_SHARED`. Whether an algorithm is good enough is not
//! asked here: SHA-1 and RSA with 1024 bits are verified, and the policy on algorithms refuses them afterwards.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test binary")]

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed};
use verifier::CryptoFailure::{KeyMismatch, Unsupported, ValueWrong};
use verifier::{CryptoFailure, Implementation, verify_value};

#[path = "support/pem.rs"]
mod pem;
#[path = "support/shared.rs"]
mod shared;

const FILES: &[(&str, Result<(), CryptoFailure>)] = &[
    ("ecdsa-prime256v1-sha512-spki-params-null.pem", Err(Unsupported)),
    ("ecdsa-prime256v1-sha512-unused-bits-signature.pem", Err(ValueWrong)),
    ("ecdsa-prime256v1-sha512-using-ecdh-key.pem", Err(Unsupported)),
    ("ecdsa-prime256v1-sha512-using-ecmqv-key.pem", Err(Unsupported)),
    ("ecdsa-prime256v1-sha512-using-rsa-algorithm.pem", Err(KeyMismatch)),
    ("ecdsa-prime256v1-sha512-wrong-signature-format.pem", Err(ValueWrong)),
    ("ecdsa-prime256v1-sha512.pem", Ok(())),
    ("ecdsa-secp384r1-sha256-corrupted-data.pem", Err(ValueWrong)),
    ("ecdsa-secp384r1-sha256.pem", Ok(())),
    ("ecdsa-using-rsa-key.pem", Err(KeyMismatch)),
    ("rsa-pkcs1-sha1-bad-key-der-length.pem", Err(Unsupported)),
    ("rsa-pkcs1-sha1-bad-key-der-null.pem", Err(Unsupported)),
    ("rsa-pkcs1-sha1-key-params-absent.pem", Ok(())),
    ("rsa-pkcs1-sha1-using-pss-key-no-params.pem", Err(KeyMismatch)),
    ("rsa-pkcs1-sha1-wrong-algorithm.pem", Err(ValueWrong)),
    ("rsa-pkcs1-sha1.pem", Ok(())),
    ("rsa-pkcs1-sha256-key-encoded-ber.pem", Err(Unsupported)),
    ("rsa-pkcs1-sha256-spki-non-null-params.pem", Err(Unsupported)),
    ("rsa-pkcs1-sha256-using-ecdsa-algorithm.pem", Err(KeyMismatch)),
    ("rsa-pkcs1-sha256-using-id-ea-rsa.pem", Err(Unsupported)),
    ("rsa-pkcs1-sha256.pem", Ok(())),
    ("rsa-pss-sha1-salt20-using-pss-key-no-params.pem", Ok(())),
    ("rsa-pss-sha1-salt20-using-pss-key-with-null-params.pem", Err(Unsupported)),
    ("rsa-pss-sha1-salt20.pem", Ok(())),
    ("rsa-pss-sha1-wrong-salt.pem", Err(ValueWrong)),
    ("rsa-pss-sha256-mgf1-sha512-salt33.pem", Ok(())),
    ("rsa-pss-sha256-salt10-using-pss-key-with-params.pem", Ok(())),
    ("rsa-pss-sha256-salt10-using-pss-key-with-wrong-params.pem", Err(KeyMismatch)),
    ("rsa-pss-sha256-salt10.pem", Ok(())),
    ("rsa-using-ec-key.pem", Err(KeyMismatch)),
    ("rsa2048-pkcs1-sha512.pem", Ok(())),
    ("ours/ecdsa-prime256v1-sha256-compressed.pem", Err(Unsupported)),
    ("ours/ecdsa-prime256v1-sha256-spki-inside-spki.pem", Err(Unsupported)),
    ("ours/ecdsa-prime256v1-sha256.pem", Ok(())),
    ("ours/rsa-pss-sha256-salt32-corrupted-data.pem", Err(ValueWrong)),
    ("ours/rsa-pss-sha256-salt32.pem", Ok(())),
    ("ours/rsa-pss-sha384-salt48-corrupted-data.pem", Err(ValueWrong)),
    ("ours/rsa-pss-sha384-salt48.pem", Ok(())),
    ("ours/rsa-pss-sha512-salt64-corrupted-data.pem", Err(ValueWrong)),
    ("ours/rsa-pss-sha512-salt64.pem", Ok(())),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = shared::shared().join("vectors/chromium-verify_signed_data");
    let trials = FILES
        .iter()
        .map(|&(file, expected)| {
            let path = folder.join(file);
            shared::case_with(&path.clone(), file, move || run(&path, expected))
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn run(path: &Path, expected: Result<(), CryptoFailure>) -> Result<(), Failed> {
    let text = std::fs::read_to_string(path).unwrap();
    let block = |label: &str| {
        let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----")).unwrap();
        pem::der(rest.split_once("-----END").unwrap().0)
    };
    let bit_string = block("SIGNATURE");
    // What cannot be taken apart as a BIT STRING of whole octets is passed on as it is.
    let value = match bit_string.as_slice() {
        [3, length, 0, value @ ..] if usize::from(*length) == value.len() + 1 => value,
        [3, 0x81, length, 0, value @ ..] if usize::from(*length) == value.len() + 1 => value,
        [3, 0x82, high, low, 0, value @ ..] if usize::from(u16::from_be_bytes([*high, *low])) == value.len() + 1 => {
            value
        }
        whole => whole,
    };
    for implementation in [Implementation::Native, Implementation::PureRust] {
        let found = verify_value(implementation, &block("PUBLIC KEY"), &block("ALGORITHM"), &block("DATA"), value);
        if found != expected {
            return Err(format!("{implementation:?} says {found:?} instead of {expected:?}").into());
        }
    }
    Ok(())
}
