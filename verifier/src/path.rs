//! A certificate path from the signing certificate to a trust anchor at one moment (RFC 5280, 6.1).
//!
//! Job: validate a path that `build` proposes, certificate by certificate in the standard's order, and give the
//! [`TrustedPath`] that only this module can make.
//! Invariant: every link's signature was verified with the key of the certificate above it (or of the anchor), every
//! certificate is valid at the validation time, and every restriction of RFC 5280, 6.1.3 to 6.1.5 was applied. An
//! anchor given as a certificate restricts its paths too (as RFC 5937 has it): validity, strength of its key, basic
//! constraints, key usage, name constraints, unknown critical extensions.
//! Revocation is another question: `revocation`.

use crate::algorithms::AlgorithmPolicy;
use crate::budget::{Budget, BudgetSpent};
use crate::certificate::Certificate;
use crate::clock::ValidationTime;
use crate::crypto::{CryptoFailure, Implementation};
use crate::findings::Finding;
use crate::links::LinkCache;
use crate::names;
use crate::outcome::Outcome;
use crate::report::Format;
use crate::trust::TrustAnchors;
use crate::validation_data::AtHand;
use crate::validator::Validator;

mod build;
pub(crate) mod constraints;
mod failure;
mod policies;

use constraints::{ConstraintFailure, NameConstraints};
pub use failure::PathFailure;
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

impl<'a> PathRequest<'a> {
    /// What is asked for the signing certificate of a signature of this format whose CMS carries `pool`.
    pub(crate) fn of(validator: &'a Validator, format: Format, pool: &'a [Certificate], time: ValidationTime) -> Self {
        let anchors = match format {
            Format::DocumentTimeStamp => validator.time_stamp_anchors(),
            _ => validator.anchors(),
        };
        Self {
            anchors,
            pool,
            demands: validator.policy_demands(),
            algorithms: validator.algorithms(),
            time,
            links: validator.links(),
            crypto: validator.crypto(),
        }
    }
}

impl From<Result<TrustedPath, PathFailure>> for Outcome<TrustedPath> {
    /// Without any anchor nothing was searched.
    fn from(result: Result<TrustedPath, PathFailure>) -> Self {
        match result {
            Ok(path) => Self::Passed(path),
            Err(failure @ PathFailure::NoAnchors) => Self::NotChecked(Finding::Path(failure)),
            Err(failure) => Self::Failed(Finding::Path(failure)),
        }
    }
}

impl TrustedPath {
    /// As [`TrustedPath::establish`]; where that fails, once more with the certificates that the document carries.
    ///
    /// Anybody may have put those there. They are never trusted, and what looking at them costs takes nothing from a
    /// signature that has its path without them.
    pub(crate) fn establish_with_carried(
        target: &Certificate,
        request: &PathRequest<'_>,
        at_hand: &AtHand<'_>,
        budget: &mut Budget,
    ) -> Result<Self, PathFailure> {
        let before = budget.clone();
        let failure = match Self::establish(target, request, budget) {
            Err(failure) if failure != PathFailure::NoAnchors && at_hand.has_certificates() => failure,
            result => return result,
        };
        let pool = at_hand.pool_with(request.pool);
        let request = PathRequest { pool: &pool, ..*request };
        match budget.for_carried(&before, |own| Self::establish(target, &request, own)) {
            Err(nearer) if nearer == PathFailure::BudgetSpent || nearer.progress() < failure.progress() => Err(failure),
            result => result,
        }
    }

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
