//! NIST PKITS: every test of the Public Key Interoperability Test Suite against the path and revocation steps.
//!
//! The data stays outside the repository and is found through `TEKEN_SHARED`. Cases that this verifier decides otherwise
//! on purpose stand in [`EXCEPTIONS`], each with its reason; an exception that is no longer needed fails, and so does
//! one for a case that does not exist.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test binary")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use verifier::{
    Certificate, CertificateQuestion, Crl, Oid, PolicyDemands, RevocationDemand, TrustAnchors, UnixTime, ValidationTime,
};

#[path = "support/shared.rs"]
mod shared;

/// Cases of the suite: its tests, several of them once for each set of initial policies.
const CASES: usize = 246;

/// 2024-06-01T00:00:00Z, within the validity of the suite (2010 to 2030).
const TIME: i64 = 1_717_200_000;

/// Test name -> why this verifier refuses what the suite accepts.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("valid_dsa_signatures_test4", "DSA is not among the algorithms of this verifier (FIPS 186-5, 4 withdrew it)"),
    ("valid_dsa_parameter_inheritance_test5", "DSA is not among the algorithms of this verifier (FIPS 186-5, 4)"),
    (
        "valid_deltacrl_test5",
        "a delta list cannot lift a suspension here: only what it revokes counts (RFC 5280, 5.2.4)",
    ),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = shared::shared().join("vectors/pkits");
    let index = folder.join("pkits.json");
    let cases: Vec<Value> =
        std::fs::read(&index).map_or_else(|_| Vec::new(), |octets| serde_json::from_slice(&octets).unwrap());
    let names: Vec<(String, bool)> =
        cases.iter().map(|case| (text(case, "name").to_owned(), case.get("error").is_none())).collect();
    let mut trials =
        vec![shared::case_with(&index, "the_suite_is_whole_and_no_exception_is_idle", move || whole(&names))];
    trials.extend(cases.into_iter().map(|case| trial(folder.clone(), case)));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn whole(names: &[(String, bool)]) -> Result<(), Failed> {
    let mut excepted = BTreeMap::<&str, usize>::new();
    for (name, _) in EXCEPTIONS {
        let count = names.iter().filter(|(known, _)| known == name).count();
        if count == 0 {
            return Err(format!("{name} is no case of PKITS").into());
        }
        excepted.insert(name, count);
    }
    let must_pass = names.iter().filter(|(_, must_pass)| *must_pass).count();
    let otherwise: usize = excepted.values().sum();
    println!(
        "PKITS: {} cases ({must_pass} must pass, {} must fail), {} decided as the suite does, exceptions: {excepted:?}",
        names.len(),
        names.len() - must_pass,
        names.len() - otherwise
    );
    if names.len() == CASES { Ok(()) } else { Err(format!("{} cases instead of {CASES}", names.len()).into()) }
}

fn trial(folder: PathBuf, case: Value) -> Trial {
    let name = format!("{}_{}", text(&case, "id"), text(&case, "name"));
    Trial::test(name, move || run(&folder, &case))
}

fn run(folder: &Path, case: &Value) -> Result<(), Failed> {
    let certificate = |name: &str| Certificate::from_der(&std::fs::read(folder.join("certs").join(name)).unwrap());
    let mut anchors = TrustAnchors::none();
    anchors.add(certificate("TrustAnchorRootCertificate.crt").unwrap());
    // What cannot be read is no certificate and no list, as in a document.
    let intermediates: Vec<Certificate> =
        names(case, "other_certs").filter_map(|name| certificate(&name).ok()).collect();
    let crls: Vec<Crl> = std::iter::once("TrustAnchorRootCRL.crl".to_owned())
        .chain(names(case, "crls"))
        .filter_map(|name| Crl::from_der(&std::fs::read(folder.join("crls").join(name)).unwrap()).ok())
        .collect();
    let is_valid = certificate(text(case, "cert")).map_err(|error| error.to_string()).and_then(|target| {
        CertificateQuestion {
            certificate: &target,
            intermediates: &intermediates,
            anchors: &anchors,
            crls: &crls,
            policies: &demands(&case["params"]),
            revocation: RevocationDemand::Always,
            time: ValidationTime::new(UnixTime::from_seconds(TIME)),
        }
        .answer()
        .map_err(|failure| format!("{failure:?}"))
    });
    let must_pass = case.get("error").is_none();
    let exception = EXCEPTIONS.iter().find(|(name, _)| *name == text(case, "name"));
    match (is_valid, must_pass, exception) {
        (Ok(_), true, None) | (Err(_), false, None) | (Err(_), true, Some(_)) => Ok(()),
        (Ok(_), false, _) => Err(format!("accepted, but must fail: {}", case["error"]).into()),
        (Err(failure), true, None) => Err(format!("refused, but must pass: {failure}").into()),
        (_, _, Some((_, reason))) => Err(format!("the exception is stale: {reason}").into()),
    }
}

fn demands(parameters: &Value) -> PolicyDemands {
    let flag = |name: &str| parameters[name].as_bool().unwrap_or(false);
    let mut demands = PolicyDemands::default();
    demands.require_explicit_policy = flag("initial_explicit_policy");
    demands.inhibit_policy_mapping = flag("initial_policy_mapping_inhibit");
    demands.inhibit_any_policy = flag("initial_any_policy_inhibit");
    match parameters["user_initial_policy_set"].as_array() {
        None => demands,
        Some(policies) => {
            demands.accept_only(policies.iter().map(|policy| Oid::from_dotted(policy.as_str().unwrap()).unwrap()))
        }
    }
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap()
}

fn names<'a>(case: &'a Value, key: &str) -> impl Iterator<Item = String> + 'a {
    case[key].as_array().into_iter().flatten().map(|name| name.as_str().unwrap().to_owned())
}
