//! x509-limbo: every case of its core against the path and revocation steps.
//!
//! The data stays outside the repository and is found through `TEKEN_SHARED`. Limbo tests clients of web servers, this
//! verifier judges signers of documents; every case runs all the same, and those that it decides otherwise on purpose
//! stand in [`EXCEPTIONS`], each with its class and clause. An exception that is no longer needed fails, and so does one
//! for a case that does not exist. No case that must pass is excepted.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test binary")]

use std::collections::BTreeMap;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use verifier::{
    Certificate, CertificateFailure, CertificateQuestion, Crl, PolicyDemands, RevocationDemand, TrustAnchors, UnixTime,
    ValidationTime,
};

#[path = "support/pem.rs"]
mod pem;
#[path = "support/shared.rs"]
mod shared;

use Class::{BaselineRequirements, Depth, IssuersDuty, Purpose, ServerName, Valid};

/// Cases of the core. The file is pinned: its keys are new whenever it is generated.
const CASES: usize = 208;

/// 2025-01-01T00:00:00Z, for cases that do not say when they are to be judged: their certificates end in 2969.
const TIME: i64 = 1_735_689_600;

/// Why a case that must fail is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// Which host a certificate is for (RFC 9525, and how a CA writes hosts down): a signer of documents is no host.
    ServerName,
    /// What the CA/Browser Forum asks of CAs for web servers, and RFC 5280 does not.
    BaselineRequirements,
    /// Limbo asks for a certificate for TLS. Purposes are the step `signer certificate`, for documents, not the path's.
    Purpose,
    /// A greatest depth is no input of RFC 5280, 6.1.1; this verifier has one of its own (20).
    Depth,
    /// RFC 5280 obliges whoever issues, and 6.1 or 6.3 has no step that checks it. What the extension says is applied.
    IssuersDuty,
    /// The chain is valid, says limbo too; others refuse it for its cost, which is bounded here.
    Valid,
}

const EXCEPTIONS: &[(&str, Class, &str)] = &[
    ("crl::crlnumber-critical", IssuersDuty, "5280, 5.2.3; known and understood, so 5.2 lets it be critical"),
    ("crl::crlnumber-missing", IssuersDuty, "5280, 5.2.3; 6.3.3 does not use the number of a complete list"),
    ("pathlen::max-chain-depth-0-exhausted", Depth, "5280, 6.1.1"),
    ("pathlen::max-chain-depth-1-exhausted", Depth, "5280, 6.1.1"),
    ("pathological::nc-dos-3", Valid, "5280, 4.2.1.10: with a subjectAltName, emailAddress is not constrained"),
    ("rfc5280::aki::critical-aki", IssuersDuty, "5280, 4.2.1.1; 4.2: a known critical extension is processed"),
    ("rfc5280::aki::cross-signed-root-missing-aki", IssuersDuty, "5280, 4.2.1.1: to facilitate path construction"),
    ("rfc5280::aki::intermediate-missing-aki", IssuersDuty, "5280, 4.2.1.1: to facilitate path construction"),
    ("rfc5280::aki::leaf-missing-aki", IssuersDuty, "5280, 4.2.1.1: to facilitate path construction"),
    ("rfc5280::ca-as-leaf-wrong-san", ServerName, "9525, 6.3"),
    ("rfc5280::ee-critical-aia-invalid", IssuersDuty, "5280, 4.2.2.1; 4.2: a known critical extension is processed"),
    ("rfc5280::eku::ee-wrong-eku", Purpose, "5280, 4.2.1.12"),
    ("rfc5280::leaf-ku-keycertsign", IssuersDuty, "5280, 4.2.1.9; it can issue nothing: 6.1.4 (k) asks for cA"),
    ("rfc5280::nc::permitted-dns-match-noncritical", IssuersDuty, "5280, 4.2.1.10; 6.1.4 (g) applies it all the same"),
    ("rfc5280::pc::ica-noncritical-pc", IssuersDuty, "5280, 4.2.1.11; 6.1.4 (i) applies it all the same"),
    ("rfc5280::root-non-critical-basic-constraints", IssuersDuty, "5280, 4.2.1.9; 6.1.4 (k) applies it all the same"),
    ("rfc5280::san::ip-in-dns", ServerName, "5280, 4.2.1.6; read when a constraint on such names is to be checked"),
    ("rfc5280::san::noncritical-with-empty-subject", IssuersDuty, "5280, 4.1.2.6"),
    (
        "rfc5280::san::underscore-dns",
        ServerName,
        "5280, 4.2.1.6; read when a constraint on such names is to be checked",
    ),
    ("rfc5280::serial::negative", IssuersDuty, "5280, 4.1.2.2: users SHOULD be prepared to gracefully handle it"),
    ("rfc5280::serial::zero", IssuersDuty, "5280, 4.1.2.2: users SHOULD be prepared to gracefully handle it"),
    ("rfc5280::ski::critical-ski", IssuersDuty, "5280, 4.2.1.2; 4.2: a known critical extension is processed"),
    ("rfc5280::ski::intermediate-missing-ski", IssuersDuty, "5280, 4.2.1.2: to facilitate path construction"),
    ("rfc5280::ski::root-missing-ski", IssuersDuty, "5280, 4.2.1.2: to facilitate path construction"),
    ("webpki::aki::root-with-aki-all-fields", BaselineRequirements, "BR 7.1.2.1.3"),
    ("webpki::aki::root-with-aki-authoritycertissuer", BaselineRequirements, "BR 7.1.2.1.3"),
    ("webpki::aki::root-with-aki-authoritycertserialnumber", BaselineRequirements, "BR 7.1.2.1.3"),
    ("webpki::aki::root-with-aki-missing-keyidentifier", BaselineRequirements, "BR 7.1.2.1.3"),
    ("webpki::aki::root-with-aki-ski-mismatch", BaselineRequirements, "BR 7.1.2.1.3"),
    ("webpki::ca-as-leaf", BaselineRequirements, "BR 7.1.2.7.8 and 7.1.2.7.11"),
    ("webpki::cn::case-mismatch", ServerName, "BR 7.1.4.3"),
    ("webpki::cn::ipv4-hex-mismatch", ServerName, "BR 7.1.4.3"),
    ("webpki::cn::ipv4-leading-zeros-mismatch", ServerName, "BR 7.1.4.3"),
    ("webpki::cn::ipv6-non-rfc5952-mismatch", ServerName, "BR 7.1.4.3"),
    ("webpki::cn::ipv6-uncompressed-mismatch", ServerName, "BR 7.1.4.3"),
    ("webpki::cn::ipv6-uppercase-mismatch", ServerName, "BR 7.1.4.3"),
    ("webpki::cn::not-in-san", ServerName, "BR 7.1.4.3"),
    ("webpki::cn::punycode-not-in-san", ServerName, "BR 7.1.4.3"),
    ("webpki::cn::utf8-vs-punycode-mismatch", ServerName, "BR 7.1.4.3"),
    ("webpki::ee-basicconstraints-ca", BaselineRequirements, "BR 7.1.2.7.8"),
    ("webpki::eku::ee-anyeku", BaselineRequirements, "BR 7.1.2.7.10"),
    ("webpki::eku::ee-critical-eku", BaselineRequirements, "BR 7.1.2.7.6"),
    ("webpki::eku::ee-without-eku", BaselineRequirements, "BR 7.1.2.7.6"),
    ("webpki::eku::root-has-eku", BaselineRequirements, "BR 7.1.2.1.2"),
    ("webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf", BaselineRequirements, "BR 6.1.5"),
    ("webpki::forbidden-rsa-not-divisible-by-8-in-root", BaselineRequirements, "BR 6.1.5"),
    ("webpki::malformed-aia", BaselineRequirements, "BR 7.1.2.7.7"),
    ("webpki::san::mismatch-apex-subdomain-san", ServerName, "9525, 6.3"),
    ("webpki::san::mismatch-domain-san", ServerName, "9525, 6.3"),
    ("webpki::san::mismatch-subdomain-apex-san", ServerName, "9525, 6.3"),
    ("webpki::san::mismatch-subdomain-san", ServerName, "9525, 6.3"),
    ("webpki::san::no-san", ServerName, "BR 7.1.2.7.12"),
    ("webpki::san::public-suffix-multi-label-wildcard-san", ServerName, "BR 3.2.2.6"),
    ("webpki::san::public-suffix-private-namespace-wildcard-san", ServerName, "BR 3.2.2.6"),
    ("webpki::san::public-suffix-wildcard-san", ServerName, "BR 3.2.2.6"),
    ("webpki::san::san-critical-with-nonempty-subject", BaselineRequirements, "BR 7.1.2.7.12"),
    ("webpki::san::san-wildcard-only", ServerName, "BR 3.2.2.6"),
    ("webpki::san::san-wildcard-only-tld", ServerName, "BR 3.2.2.6"),
    ("webpki::san::unicode-emoji-san", ServerName, "5280, 7.2"),
    ("webpki::san::wildcard-embedded-leftmost-san", ServerName, "9525, 6.3"),
    ("webpki::san::wildcard-embedded-ulabel-san", ServerName, "9525, 6.3"),
    ("webpki::san::wildcard-match-across-labels-san", ServerName, "9525, 6.3"),
    ("webpki::san::wildcard-not-in-leftmost-san", ServerName, "9525, 6.3"),
    ("webpki::v1-cert", BaselineRequirements, "BR 7.1.1; 5280, 6.1.4 (k) asks it of CAs, and that is applied"),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let path = shared::shared().join("vectors/x509-limbo/limbo-core.json");
    let cases: Vec<Value> = std::fs::read(&path).map_or_else(
        |_| Vec::new(),
        |octets| {
            let mut suite: Value = serde_json::from_slice(&octets).unwrap();
            serde_json::from_value(suite["testcases"].take()).unwrap()
        },
    );
    let names: Vec<String> = cases.iter().map(|case| text(case, "id").to_owned()).collect();
    let mut trials =
        vec![shared::case_with(&path, "the_suite_is_whole_and_no_exception_is_idle", move || whole(&names))];
    trials.extend(cases.into_iter().map(|case| Trial::test(text(&case, "id").to_owned(), move || run(&case))));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn whole(names: &[String]) -> Result<(), Failed> {
    let mut classes = BTreeMap::<Class, usize>::new();
    for (name, class, _) in EXCEPTIONS {
        *classes.entry(*class).or_default() += 1;
        if !names.iter().any(|known| known == name) {
            return Err(format!("{name} is no case of limbo").into());
        }
    }
    let in_scope = names.len().saturating_sub(EXCEPTIONS.len());
    println!("x509-limbo: {} cases, {in_scope} decided as limbo does, exceptions: {classes:?}", names.len());
    if names.len() == CASES { Ok(()) } else { Err(format!("{} cases instead of {CASES}", names.len()).into()) }
}

fn run(case: &Value) -> Result<(), Failed> {
    let must_pass = text(case, "expected_result") == "SUCCESS";
    let exception = EXCEPTIONS.iter().find(|(name, ..)| *name == text(case, "id"));
    match (judge(case), must_pass, exception) {
        (Ok(()), true, None) | (Err(_), false, None) | (Ok(()), false, Some(_)) => Ok(()),
        (Ok(()), false, None) => Err("accepted, but must fail".into()),
        (Err(failure), true, _) => Err(format!("refused, but must pass: {failure}").into()),
        (_, _, Some((_, class, clause))) => Err(format!("the exception is stale: {class:?}, {clause}").into()),
    }
}

fn judge(case: &Value) -> Result<(), String> {
    let certificate = |text: &Value| Certificate::from_der(&pem::der(text.as_str().unwrap()));
    let mut anchors = TrustAnchors::none();
    // What cannot be read is no anchor, no certificate and no list.
    list(case, "trusted_certs").filter_map(|text| certificate(text).ok()).for_each(|anchor| anchors.add(anchor));
    let intermediates: Vec<_> =
        list(case, "untrusted_intermediates").filter_map(|text| certificate(text).ok()).collect();
    let crls: Vec<Crl> =
        list(case, "crls").filter_map(|text| Crl::from_der(&pem::der(text.as_str().unwrap())).ok()).collect();
    let has_crls = list(case, "crls").next().is_some();
    let target = certificate(&case["peer_certificate"]).map_err(|error| error.to_string())?;
    let question = CertificateQuestion {
        certificate: &target,
        intermediates: &intermediates,
        anchors: &anchors,
        crls: &crls,
        policies: &PolicyDemands::default(),
        revocation: if has_crls { RevocationDemand::Always } else { RevocationDemand::WherePublished },
        time: ValidationTime::new(moment(case)),
    };
    match question.answer() {
        // Without lists limbo asks about the path alone.
        Err(CertificateFailure::Revocation(_)) if !has_crls => Ok(()),
        answer => answer.map(|_| ()).map_err(|failure| format!("{failure:?}")),
    }
}

/// A fraction of a second is dropped: RFC 5280, 4.1.2.5.1 and 2 know whole seconds, and limbo calls such a case
/// ambiguous.
fn moment(case: &Value) -> UnixTime {
    let Some(text) = case["validation_time"].as_str() else { return UnixTime::from_seconds(TIME) };
    let whole = text.split_once('.').map_or_else(
        || text.to_owned(),
        |(whole, rest)| format!("{whole}{}", rest.trim_start_matches(|digit: char| digit.is_ascii_digit())),
    );
    UnixTime::from_rfc3339(&whole).unwrap()
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap()
}

fn list<'a>(case: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    case[key].as_array().into_iter().flatten()
}
