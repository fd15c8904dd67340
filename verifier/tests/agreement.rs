//! Both implementations of the signature arithmetic on every signature value of the corpus, and the whole verifier with
//! either on every file.
//!
//! The data stays outside the repository and is found through `TEKEN_SHARED`.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test binary")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed};
use verifier::{Implementation, Language, Policy, Validator, to_json, verify_value};

#[path = "support/files.rs"]
mod files;
#[path = "support/shared.rs"]
mod shared;
#[path = "support/signatures.rs"]
mod signatures;

use signatures::Found;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = vec![
        shared::corpus_case("every_signature_value_of_the_corpus_is_judged_alike", values),
        shared::corpus_case("every_file_of_the_corpus_is_judged_alike", reports),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Every value with every key of its file: most pairs must fail, and must fail alike.
fn values(corpus: &Path) -> Result<(), Failed> {
    let (mut files, mut pairs, mut right) = (0, 0, 0);
    let mut algorithms = BTreeSet::new();
    for path in files::pdfs(corpus) {
        let Found { keys, signed } = signatures::find(&std::fs::read(&path).unwrap());
        files += usize::from(!signed.is_empty());
        for signed in &signed {
            for key in &keys {
                let check = |implementation| {
                    verify_value(implementation, key, &signed.algorithm, &signed.message, &signed.value)
                };
                let (native, pure) = (check(Implementation::Native), check(Implementation::PureRust));
                if native != pure {
                    let algorithm = hex::encode(&signed.algorithm);
                    return Err(format!(
                        "{}: native says {native:?}, pure Rust {pure:?}, algorithm {algorithm}",
                        path.display()
                    )
                    .into());
                }
                pairs += 1;
                if native.is_ok() {
                    right += 1;
                    algorithms.insert(signed.algorithm.clone());
                }
            }
        }
    }
    println!("{files} files, {pairs} pairs of value and key, {right} of them right, {} algorithms", algorithms.len());
    if files > 100 && right > 300 && algorithms.len() >= 6 { Ok(()) } else { Err("too few were found".into()) }
}

/// The report of each file, with the chain and the moment of the attacks' manifest.
fn reports(corpus: &Path) -> Result<(), Failed> {
    let validator = |crypto| files::attack_validator(corpus, Policy { crypto, ..Policy::default() });
    let ((native, time), (pure, _)) = (validator(Implementation::Native), validator(Implementation::PureRust));
    let (mut count, mut passed) = (0, 0);
    for path in files::pdfs(corpus) {
        let octets = std::fs::read(&path).unwrap();
        let line = |validator: &Validator| to_json("", &validator.verify(&octets, time), Language::English);
        let (native, pure) = (line(&native), line(&pure));
        if native != pure {
            return Err(format!("{}: native says {native}, pure Rust {pure}", path.display()).into());
        }
        count += 1;
        passed += usize::from(native.contains(r#""verdict":"TOTAL-PASSED""#));
    }
    println!("{count} files judged alike, {passed} of them TOTAL-PASSED");
    if count > 500 && passed > 10 { Ok(()) } else { Err("too few were found".into()) }
}
