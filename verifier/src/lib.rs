//! The offline verifier: what can be said about the signatures of a PDF file, and how sure it is.
//!
//! [`verify`] (or a [`Validator`], for many files) takes octets, trust anchors, validation data, a policy and a
//! moment, and gives a [`Report`] in the words of ETSI EN 319 102-1. It owns the procedure, path validation (RFC 5280),
//! revocation by lists, and the review of what was added after a signature.
//!
//! Invariants:
//! * it needs no network, no clock and no file: everything comes in as an argument;
//! * nothing is trusted but the anchors that it was given;
//! * each check gives a proof that only its module can make, and TOTAL-PASSED needs all of them;
//! * a check that was needed and not done can only give INDETERMINATE;
//! * it always ends: work is bounded by `pades::Limits` and by a budget, and no input makes it panic.
//!
//! It deliberately does not fetch anything, repair files, decrypt, render pages, or believe a time that a signer
//! wrote. Revocation of a *certificate* is told in ETSI's words (REVOKED_NO_POE is INDETERMINATE as long as nothing
//! proves that the signature is older); exit code 5 is kept for a *document* that was revoked or superseded.
//!
//! Read first: `verify.rs`; `verifier/ATTACKS.md` says of every known attack what stops it and which test proves it.

#![deny(clippy::indexing_slicing)]

mod algorithms;
mod asn1;
mod authenticity;
mod budget;
mod certificate;
mod clock;
mod cms;
mod crypto;
mod digests;
mod file_octets;
mod findings;
mod format;
mod good_algorithms;
mod integrity;
mod json;
mod later_revisions;
mod links;
#[cfg(test)]
mod made_for_tests;
mod names;
mod oid;
mod orphans;
mod outcome;
mod path;
mod pem;
mod published;
#[cfg(all(feature = "qr", not(target_family = "wasm")))]
pub mod qr;
mod question;
mod report;
mod revocation;
mod seal;
mod signed_attributes;
mod signing_time;
mod statement;
mod suitability;
mod text;
mod time_stamps;
mod trust;
mod validation_data;
mod validator;
mod verdict;
mod verify;

// The public interface is:
pub use algorithms::{AlgorithmPolicy, WeakAlgorithm};
pub use budget::BudgetSpent;
pub use certificate::{Asn1Error, Certificate};
pub use clock::{UnixTime, ValidationTime};
pub use crypto::{CryptoFailure, Curve, DigestAlgorithm, Implementation, KeyKind, SignatureAlgorithm, verify_value};
pub use file_octets::FileOctets;
pub use findings::{Finding, Language, Orphan, Severity};
pub use json::to_json;
pub use later_revisions::{AnnotationAction, Beneath, Change, FieldPlace, Place, Ruling, Shown};
pub use oid::Oid;
pub use path::{PathFailure, PolicyDemands, TrustedPath};
pub use published::{DocumentStatus, Published, StatusProblem, StatusRead, TooManyStatusLists, TrustListProblem};
pub use question::{CertificateFailure, CertificateQuestion};
pub use report::{
    CertificateFacts, Check, CheckResult, Checks, ClaimedTime, Conclusion, CoverageWord, ExitStatus, FileVerdict,
    Format, Indication, LaterRevision, ListSource, ListUsed, Reason, Report, SignatureReport, Step, SubIndication,
    TimeBasis,
};
pub use revocation::{Crl, NoStatus, NotRevoked, Position, RevocationDemand, RevocationFailure, RevocationReason};
pub use seal::{
    SealCheck, SealChecks, SealKey, SealOrigin, SealProblem, SealReport, SealVerdict, SealedFileReport, seal_to_json,
    seal_to_text,
};
pub use text::{Detail, summary, to_text};
pub use trust::{MaterialError, TrustAnchors};
pub use validator::{Policy, ValidationData, Validator};

/// Verifies every signature of one file: [`Validator::verify`] for a single use.
pub fn verify(
    bytes: &[u8],
    anchors: &TrustAnchors,
    data: &ValidationData,
    policy: &Policy,
    time: ValidationTime,
) -> Report {
    Validator::new(anchors.clone(), data.clone(), policy.clone()).verify(bytes, time)
}
