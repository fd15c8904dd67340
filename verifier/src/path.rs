//! A certificate path from the signing certificate to a trust anchor at one moment (RFC 5280, 6.1).
//!
//! Job: validate a path that `build` proposes, certificate by certificate in the standard's order, and give the
//! [`TrustedPath`] that only this module can make.
//! Invariant: every link's signature was verified with the key of the certificate above it (or of the anchor), every
//! certificate is valid at the validation time, and every restriction of RFC 5280, 6.1.3 to 6.1.5 was applied. An
//! anchor given as a certificate restricts its paths too (as RFC 5937 has it): validity, strength of its key, basic
//! constraints, key usage, name constraints, unknown critical extensions.
//! Revocation is another question: `revocation`.

use crate::algorithms::{AlgorithmPolicy, WeakAlgorithm};
use crate::budget::{Budget, BudgetSpent};
use crate::certificate::Certificate;
use crate::clock::{UnixTime, ValidationTime};
use crate::crypto::{CryptoFailure, Implementation};
use crate::links::LinkCache;
use crate::names;
use crate::oid::Oid;
use crate::trust::TrustAnchors;

mod build;
pub(crate) mod constraints;
mod policies;

use constraints::{ConstraintFailure, NameConstraints};
pub use policies::PolicyDemands;
use policies::{PolicyFailure, PolicyState};

/// Certificates in one path, the anchor not counted (the design's table; honest chains have 2 to 4).
pub(crate) const MAX_LENGTH: usize = 20;

/// What a path is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PathRequest<'a> {
    pub(crate) anchors: &'a TrustAnchors,
    /// Certificates that may stand between; nothing about them is trusted.
    pub(crate) pool: &'a [Certificate],
    pub(crate) demands: &'a PolicyDemands,
    pub(crate) algorithms: AlgorithmPolicy,
    pub(crate) time: ValidationTime,
    pub(crate) links: &'a LinkCache,
    pub(crate) crypto: Implementation,
}

/// A valid path.
#[derive(Clone, Debug)]
pub struct TrustedPath {
    /// The target first; empty when the target is itself an anchor.
    certificates: Vec<Certificate>,
    anchor: Certificate,
}

/// Why there is no valid path. Where several were tried, the one that came furthest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathFailure {
    /// No anchor was given.
    NoAnchors,
    /// No certificate of this issuer is at hand that signed.
    NoIssuer {
        /// The issuer that is missing, for people.
        issuer: String,
    },
    /// Certificates of the issuer's name are at hand, but none of their keys made the signature.
    SignatureWrong {
        /// The certificate whose signature is wrong, for people.
        subject: String,
    },
    /// The link is made with an algorithm or key that is not known.
    AlgorithmUnknown {
        /// The certificate whose signature cannot be checked, for people.
        subject: String,
    },
    /// A certificate, or the anchor, is no longer valid.
    Expired {
        /// The certificate, for people.
        subject: String,
        /// Its last moment.
        not_after: UnixTime,
    },
    /// A certificate, or the anchor, is not valid yet.
    NotYetValid {
        /// The certificate, for people.
        subject: String,
        /// Its first moment.
        not_before: UnixTime,
    },
    /// An algorithm or key that is not good enough.
    Weak {
        /// The certificate, for people.
        subject: String,
        /// What is weak.
        weak: WeakAlgorithm,
    },
    /// A certificate above another one is no CA's (basic constraints, version, or keyCertSign missing).
    NotACa {
        /// The certificate, for people.
        subject: String,
    },
    /// More CAs follow than a CA above allows.
    PathTooLong {
        /// The first certificate that is one too many, for people.
        subject: String,
    },
    /// A name that a CA above does not allow.
    NameNotAllowed {
        /// The certificate, for people.
        subject: String,
    },
    /// No certificate policy is valid where one is demanded.
    NoValidPolicy,
    /// A critical extension that is not known.
    UnknownCriticalExtension {
        /// The certificate, for people.
        subject: String,
        /// The extension.
        extension: Oid,
    },
    /// An extension that the standard does not allow there, or whose content cannot be followed.
    ExtensionWrong {
        /// The certificate, for people.
        subject: String,
    },
    /// Searching cost more than one signature may cost.
    BudgetSpent,
}

impl PathFailure {
    /// How far the search had come: a complete path that fails tells more than a missing issuer.
    fn progress(&self) -> u8 {
        match self {
            Self::NoAnchors => 0,
            Self::NoIssuer { .. } => 1,
            Self::SignatureWrong { .. } => 2,
            Self::AlgorithmUnknown { .. } => 3,
            Self::PathTooLong { .. } => 4,
            Self::Expired { .. }
            | Self::NotYetValid { .. }
            | Self::Weak { .. }
            | Self::NotACa { .. }
            | Self::NameNotAllowed { .. }
            | Self::NoValidPolicy
            | Self::UnknownCriticalExtension { .. }
            | Self::ExtensionWrong { .. } => 5,
            Self::BudgetSpent => 6,
        }
    }
}

impl From<BudgetSpent> for PathFailure {
    fn from(_: BudgetSpent) -> Self {
        Self::BudgetSpent
    }
}

impl TrustedPath {
    /// Finds a valid path for `target`.
    pub(crate) fn establish(
        target: &Certificate,
        request: &PathRequest<'_>,
        budget: &mut Budget,
    ) -> Result<Self, PathFailure> {
        if request.anchors.is_empty() {
            return Err(PathFailure::NoAnchors);
        }
        // Whoever gives the very certificate as an anchor trusts it directly; it still has to be in its time.
        if let Some(anchor) = request.anchors.find(target) {
            check_validity(anchor, request.time)?;
            check_key(anchor, request)?;
            return Ok(Self { certificates: Vec::new(), anchor: anchor.clone() });
        }
        build::search(target, request, budget)
    }

    /// Validates one proposed path whose links are verified: `certificates` from the target upwards.
    fn validate(
        certificates: &[&Certificate],
        anchor: &Certificate,
        request: &PathRequest<'_>,
        budget: &mut Budget,
    ) -> Result<Self, PathFailure> {
        let length = certificates.len();
        let mut policies = PolicyState::new(length, request.demands);
        let mut names = NameConstraints::default();
        let mut room = u64::try_from(length).unwrap_or(u64::MAX);

        check_anchor(anchor, request)?;
        restrict(anchor, &mut names, &mut room)?;

        for (above_target, certificate) in certificates.iter().enumerate().rev() {
            let is_last = above_target == 0;
            let extensions = certificate.extensions();
            let subject = || certificate.subject_for_people();
            // 6.1.3 (a) (2); (a) (1) and (4) are the links themselves.
            check_validity(certificate, request.time)?;
            check_strength(certificate, request)?;
            if names::is_empty(certificate.issuer()) {
                return Err(PathFailure::ExtensionWrong { subject: subject() });
            }
            // 6.1.3 (b), (c): a self-issued CA certificate only changes keys.
            if is_last || !certificate.is_self_issued() {
                names.check(certificate, budget).map_err(|failure| constraint_failure(failure, certificate))?;
            }
            // 6.1.3 (d) to (f)
            policies.process(certificate, is_last).map_err(|failure| policy_failure(failure, certificate))?;
            // 6.1.4 (o), 6.1.5 (e)
            if let Some(extension) = &extensions.unknown_critical {
                return Err(PathFailure::UnknownCriticalExtension { subject: subject(), extension: extension.clone() });
            }
            let is_ca = extensions.basic_constraints.is_some_and(|constraints| constraints.is_ca);
            if is_last {
                // 4.2.1.10: name constraints "MUST be used only in a CA certificate".
                if extensions.name_constraints.is_some() && !is_ca {
                    return Err(PathFailure::ExtensionWrong { subject: subject() });
                }
                break;
            }
            // 6.1.4 (a), (b), (h) to (j)
            policies.prepare_next(certificate).map_err(|failure| policy_failure(failure, certificate))?;
            // 6.1.4 (k), (n)
            if certificate.version() < 2 || !is_ca || extensions.key_usage.is_some_and(|usage| !usage.key_cert_sign()) {
                return Err(PathFailure::NotACa { subject: subject() });
            }
            // 4.2.1.6: a CA without a subject name cannot be an issuer.
            if names::is_empty(certificate.subject()) {
                return Err(PathFailure::ExtensionWrong { subject: subject() });
            }
            // 6.1.4 (l)
            if !certificate.is_self_issued() {
                room = room.checked_sub(1).ok_or_else(|| PathFailure::PathTooLong { subject: subject() })?;
            }
            // 6.1.4 (g), (m)
            restrict(certificate, &mut names, &mut room)?;
        }

        let target = certificates.first().ok_or(PathFailure::NoAnchors)?;
        policies.finish(target).map_err(|failure| policy_failure(failure, target))?;
        Ok(Self {
            certificates: certificates.iter().map(|certificate| (*certificate).clone()).collect(),
            anchor: anchor.clone(),
        })
    }

    /// The path from the target upwards, without the anchor.
    pub(crate) fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The anchor that it ends at.
    pub fn anchor(&self) -> &Certificate {
        &self.anchor
    }

    /// Each certificate of the path with the one above it.
    pub(crate) fn links(&self) -> impl Iterator<Item = (&Certificate, &Certificate)> {
        let above = self.certificates.iter().skip(1).chain(std::iter::once(&self.anchor));
        self.certificates.iter().zip(above)
    }
}

fn check_validity(certificate: &Certificate, time: ValidationTime) -> Result<(), PathFailure> {
    let at = time.unix_time();
    let subject = || certificate.subject_for_people();
    if at < certificate.not_before() {
        return Err(PathFailure::NotYetValid { subject: subject(), not_before: certificate.not_before() });
    }
    if at > certificate.not_after() {
        return Err(PathFailure::Expired { subject: subject(), not_after: certificate.not_after() });
    }
    Ok(())
}

/// The certificate's own key, and the algorithm of the signature on it. The issuer's key is checked with the issuer.
fn check_strength(certificate: &Certificate, request: &PathRequest<'_>) -> Result<(), PathFailure> {
    let subject = || certificate.subject_for_people();
    let unknown = |_| PathFailure::AlgorithmUnknown { subject: subject() };
    let key = certificate.public_key().map_err(unknown)?.kind();
    let algorithm = certificate.signature_algorithm().map_err(unknown)?;
    request
        .algorithms
        .check_signature(algorithm, key, request.time.unix_time())
        .map_err(|weak| PathFailure::Weak { subject: subject(), weak })
}

/// An anchor's own signature says nothing, but what its key signed is worth as much as the key.
fn check_key(anchor: &Certificate, request: &PathRequest<'_>) -> Result<(), PathFailure> {
    let subject = || anchor.subject_for_people();
    let key = anchor.public_key().map_err(|_| PathFailure::AlgorithmUnknown { subject: subject() })?.kind();
    request
        .algorithms
        .check_key(key, request.time.unix_time())
        .map_err(|weak| PathFailure::Weak { subject: subject(), weak })
}

fn check_anchor(anchor: &Certificate, request: &PathRequest<'_>) -> Result<(), PathFailure> {
    check_validity(anchor, request.time)?;
    check_key(anchor, request)?;
    let extensions = anchor.extensions();
    let subject = || anchor.subject_for_people();
    if let Some(extension) = &extensions.unknown_critical {
        return Err(PathFailure::UnknownCriticalExtension { subject: subject(), extension: extension.clone() });
    }
    // A version 1 root has no extensions to say that it is a CA; a version 3 one says so.
    let is_ca = match extensions.basic_constraints {
        Some(constraints) => constraints.is_ca,
        None => anchor.version() < 2,
    };
    if !is_ca || extensions.key_usage.is_some_and(|usage| !usage.key_cert_sign()) {
        return Err(PathFailure::NotACa { subject: subject() });
    }
    Ok(())
}

/// 6.1.4 (g) and (m).
fn restrict<'a>(
    certificate: &'a Certificate,
    names: &mut NameConstraints<'a>,
    room: &mut u64,
) -> Result<(), PathFailure> {
    let extensions = certificate.extensions();
    if let Some(span) = extensions.name_constraints {
        names.add(span.of(certificate.as_der())).map_err(|failure| constraint_failure(failure, certificate))?;
    }
    if let Some(limit) = extensions.basic_constraints.and_then(|constraints| constraints.path_length) {
        *room = (*room).min(limit);
    }
    Ok(())
}

fn constraint_failure(failure: ConstraintFailure, certificate: &Certificate) -> PathFailure {
    let subject = certificate.subject_for_people();
    match failure {
        ConstraintFailure::Violated => PathFailure::NameNotAllowed { subject },
        ConstraintFailure::Malformed => PathFailure::ExtensionWrong { subject },
        ConstraintFailure::BudgetSpent => PathFailure::BudgetSpent,
    }
}

fn policy_failure(failure: PolicyFailure, certificate: &Certificate) -> PathFailure {
    match failure {
        PolicyFailure::NoneValid => PathFailure::NoValidPolicy,
        PolicyFailure::Malformed => PathFailure::ExtensionWrong { subject: certificate.subject_for_people() },
        PolicyFailure::TooMany => PathFailure::BudgetSpent,
    }
}

/// Verifies that `issuer`'s key signed `certificate`.
pub(crate) fn verify_link(
    certificate: &Certificate,
    issuer: &Certificate,
    request: &PathRequest<'_>,
    budget: &mut Budget,
) -> Result<Result<(), CryptoFailure>, BudgetSpent> {
    let (Ok(algorithm), Ok(key)) = (certificate.signature_algorithm(), issuer.public_key()) else {
        return Ok(Err(CryptoFailure::Unsupported));
    };
    request.links.verify(
        issuer.public_key_info(),
        certificate.sha256(),
        || crate::crypto::verify(request.crypto, &key, algorithm, certificate.tbs(), certificate.signature()),
        budget,
    )
}
