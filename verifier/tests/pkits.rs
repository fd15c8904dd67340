//! NIST PKITS: every test of the Public Key Interoperability Test Suite against the path and revocation steps.
//!
//! The data stays outside the repository and is found through `TEKEN_SHARED`; without it every case is reported as
//! ignored. Cases that this verifier decides otherwise on purpose stand in [`EXCEPTIONS`], each with its reason; an
//! exception that is no longer needed fails.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test binary")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use verifier::{
    Certificate, CertificateQuestion, Crl, Oid, PolicyDemands, RevocationDemand, TrustAnchors, UnixTime, ValidationTime,
};

/// 2024-06-01T00:00:00Z, within the validity of the suite (2010 to 2030).
const TIME: i64 = 1_717_200_000;

/// Test name -> why this verifier refuses what the suite accepts.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("valid_dsa_signatures_test4", "DSA is not among the algorithms of this verifier"),
    ("valid_dsa_parameter_inheritance_test5", "DSA is not among the algorithms of this verifier"),
    ("valid_deltacrl_test5", "a delta list cannot lift a suspension here: only what it revokes counts"),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = shared().join("vectors/pkits");
    let trials = match std::fs::read(folder.join("pkits.json")) {
        Err(_) => vec![Trial::test("pkits", || Ok(())).with_ignored_flag(true)],
        Ok(cases) => {
            let cases: Vec<Value> = serde_json::from_slice(&cases).unwrap();
            cases.into_iter().map(|case| trial(folder.clone(), case)).collect()
        }
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn shared() -> PathBuf {
    std::env::var_os("TEKEN_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from)
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
