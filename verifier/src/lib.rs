//! The offline verifier.

#![deny(clippy::indexing_slicing)]

mod algorithms;
mod asn1;
mod budget;
mod certificate;
mod clock;
mod crypto;
mod links;
mod names;
mod oid;
mod path;
mod pem;
mod question;
mod revocation;
mod trust;

// The public interface is:
pub use algorithms::{AlgorithmPolicy, WeakAlgorithm};
pub use budget::BudgetSpent;
pub use certificate::{Asn1Error, Certificate};
pub use clock::{UnixTime, ValidationTime};
pub use crypto::{CryptoFailure, Curve, DigestAlgorithm, KeyKind, SignatureAlgorithm};
pub use oid::Oid;
pub use path::{PathFailure, PolicyDemands, TrustedPath};
pub use question::{CertificateFailure, CertificateQuestion};
pub use revocation::{Crl, NoStatus, NotRevoked, Position, RevocationDemand, RevocationFailure, RevocationReason};
pub use trust::{MaterialError, TrustAnchors};
