//! Has a certificate of the path been revoked? (RFC 5280, 6.3; ETSI EN 319 102-1, 5.2.5 and 5.2.6.)
//!
//! Job: for each certificate below the anchor, find lists that cover it at the validation time, verify them, and look
//! the certificate up. Only lists that are at hand count; nothing is fetched.
//! Invariant: [`NotRevoked`] exists only when every certificate that says where its status is published was found in
//! the scope of fresh, authentic lists for all reasons, and in none of them. Delta lists never make a certificate
//! good, because what they leave out depends on their base; what they revoke counts, as it does in a stale list.

use std::cmp::Reverse;

use crate::asn1::{Asn1Result, Reader, tag};
use crate::budget::{Budget, BudgetSpent};
use crate::certificate::Certificate;
use crate::clock::UnixTime;
use crate::crypto::CryptoFailure;
use crate::names;
use crate::path::{PathFailure, PathRequest, TrustedPath};

mod crl;

pub use crl::{Crl, RevocationReason};
use crl::{PointName, Reasons, Revoked, has_directory_name};

/// Lists signed by a key other than the certificate's issuer's need a path of their own, whose certificates need
/// lists in turn. Two levels serve every hierarchy that PKITS has.
const MAX_DEPTH: u8 = 2;

/// Which certificates must be covered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RevocationDemand {
    /// Those that name a CRL distribution point or an OCSP responder. A certificate that names neither has a status
    /// that nobody publishes.
    #[default]
    WherePublished,
    /// All of them.
    Always,
}

/// Why nothing is known about the status of a certificate. The nearest miss where several lists were tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoStatus {
    /// No list of the right issuer is at hand.
    NoList,
    /// The lists of its issuer do not cover it (other distribution point, other kind of certificate, some reasons).
    OutOfScope,
    /// Only delta lists are at hand.
    Delta,
    /// The list has a critical extension that is not known.
    UnknownCritical,
    /// The list was made after the validation time.
    FromTheFuture(UnixTime),
    /// A newer list was due before the validation time, or the list does not say when one is due.
    Stale(Option<UnixTime>),
    /// The list is signed with an algorithm that is unknown or not good enough.
    Algorithm,
    /// Nobody who may sign the list did.
    NotAuthentic,
}

/// What was found out about one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevocationFailure {
    /// A certificate is revoked.
    Revoked {
        /// The certificate, for people.
        subject: String,
        /// Whether it is the signing certificate or one above it.
        position: Position,
        /// Since when.
        date: UnixTime,
        /// Why.
        reason: RevocationReason,
    },
    /// The status of a certificate is not known.
    Unknown {
        /// The certificate, for people.
        subject: String,
        /// Whether it is the signing certificate or one above it.
        position: Position,
        /// Why not.
        why: NoStatus,
    },
    /// Finding out cost more than one signature may cost.
    BudgetSpent,
}

impl From<BudgetSpent> for RevocationFailure {
    fn from(_: BudgetSpent) -> Self {
        Self::BudgetSpent
    }
}

/// Where a certificate stands in its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// The certificate whose path it is.
    Target,
    /// A CA above it.
    Ca,
}

/// No certificate of the path is revoked.
#[derive(Clone, Debug)]
pub struct NotRevoked {
    checked: usize,
    unpublished: usize,
}

impl NotRevoked {
    /// Certificates whose status was looked up. 0: none of them says where it is published, and none was demanded.
    pub fn checked(&self) -> usize {
        self.checked
    }

    /// How many certificates name no place for their revocation, and no list at hand covers them: nothing is known of
    /// them, and nothing was demanded.
    pub fn unpublished(&self) -> usize {
        self.unpublished
    }

    /// Looks up every certificate of the path, the target first.
    pub(crate) fn establish(
        path: &TrustedPath,
        crls: &[Crl],
        demand: RevocationDemand,
        request: &PathRequest<'_>,
        budget: &mut Budget,
    ) -> Result<Self, RevocationFailure> {
        Self::by_all(crls.iter().collect(), path, demand, request, budget)
    }

    /// As [`NotRevoked::establish`], with lists that the document carries beside those that were given.
    ///
    /// What a document carries can be put there by anybody. It may say that a certificate is revoked, or answer where
    /// nothing that was given does; it never takes an answer away, by being stale, forged, or too much to look at.
    pub(crate) fn establish_with_carried(
        path: &TrustedPath,
        given: &[Crl],
        carried: &[&Crl],
        demand: RevocationDemand,
        request: &PathRequest<'_>,
        budget: &mut Budget,
    ) -> Result<Self, RevocationFailure> {
        let before = budget.clone();
        let by_given = Self::establish(path, given, demand, request, budget);
        if carried.is_empty() || matches!(by_given, Err(RevocationFailure::Revoked { .. })) {
            return by_given;
        }
        let both = given.iter().chain(carried.iter().copied()).collect();
        let by_both = budget.for_carried(&before, |own| Self::by_all(both, path, demand, request, own));
        match (by_given, by_both) {
            (_, Ok(proof)) => Ok(proof),
            (_, Err(failure @ RevocationFailure::Revoked { .. })) => Err(failure),
            (Ok(proof), Err(_)) => Ok(proof),
            (Err(failure), Err(RevocationFailure::BudgetSpent)) => Err(failure),
            (Err(_), Err(nearer)) => Err(nearer),
        }
    }

    fn by_all(
        mut crls: Vec<&Crl>,
        path: &TrustedPath,
        demand: RevocationDemand,
        request: &PathRequest<'_>,
        budget: &mut Budget,
    ) -> Result<Self, RevocationFailure> {
        // Deltas first: what they revoke must be seen before a base list has answered. Then the newest: what an older
        // one, not yet stale, did not know must not be overlooked.
        crls.sort_by_key(|crl| (!crl.is_delta(), Reverse(crl.this_update())));
        Inquiry { crls: &crls, demand, request, depth: 0, in_question: None }.about(path, budget)
    }
}

#[derive(Clone, Copy)]
struct Inquiry<'a> {
    crls: &'a [&'a Crl],
    demand: RevocationDemand,
    request: &'a PathRequest<'a>,
    depth: u8,
    /// The list whose signer this inquiry is about.
    in_question: Option<&'a Crl>,
}

/// One distribution point of a certificate (RFC 5280, 4.2.1.13).
#[derive(Clone, Copy)]
struct Point<'a> {
    name: Option<PointName<'a>>,
    reasons: Reasons,
    /// Content of the GeneralNames of cRLIssuer.
    crl_issuer: Option<&'a [u8]>,
}

impl Inquiry<'_> {
    fn about(&self, path: &TrustedPath, budget: &mut Budget) -> Result<NotRevoked, RevocationFailure> {
        let (mut checked, mut unpublished) = (0, 0);
        // A revoked certificate further up outweighs an unknown one below: the worst is told.
        let mut unknown = None;
        for (index, (certificate, issuer)) in path.links().enumerate() {
            let position = if index == 0 { Position::Target } else { Position::Ca };
            let subject = || certificate.subject_for_people();
            match self.status(certificate, issuer, path, budget)? {
                Status::Good => checked += 1,
                Status::Revoked(Revoked { date, reason }) => {
                    return Err(RevocationFailure::Revoked { subject: subject(), position, date, reason });
                }
                Status::Unknown(NoStatus::NoList | NoStatus::OutOfScope) if !self.is_demanded(certificate) => {
                    unpublished += 1;
                }
                Status::Unknown(why) => {
                    unknown.get_or_insert_with(|| RevocationFailure::Unknown { subject: subject(), position, why });
                }
            }
        }
        unknown.map_or(Ok(NotRevoked { checked, unpublished }), Err)
    }

    fn is_demanded(&self, certificate: &Certificate) -> bool {
        let extensions = certificate.extensions();
        self.demand == RevocationDemand::Always || extensions.crl_distribution_points.is_some() || extensions.names_ocsp
    }

    /// RFC 5280, 6.3.3, for one certificate.
    fn status(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        path: &TrustedPath,
        budget: &mut Budget,
    ) -> Result<Status, BudgetSpent> {
        let mut points = points(certificate).unwrap_or_default();
        // The last paragraph: lists that no distribution point names, as if one named the issuer and no reasons.
        points.push(Point { name: None, reasons: Reasons::ALL, crl_issuer: None });
        let mut covered = Reasons::NONE;
        let mut nearest = NoStatus::NoList;
        for point in &points {
            for crl in self.crls {
                budget.path_step()?;
                if covered == Reasons::ALL {
                    break;
                }
                let is_usable = match self.scope_of(crl, point, certificate) {
                    Ok(reasons) if reasons.is_within(covered) => continue,
                    Ok(reasons) => self.authenticate(crl, issuer, path, budget)?.map(|()| reasons),
                    Err(miss) => Err(miss),
                };
                let reasons = match is_usable {
                    Ok(reasons) => reasons,
                    Err(miss) => {
                        nearest = nearest.max(miss);
                        continue;
                    }
                };
                // A stale or delta list still proves that a certificate was revoked; only its silence proves nothing.
                let found = crl.find(certificate.serial(), certificate.issuer());
                match (found, self.freshness(crl)) {
                    (Some(revoked), Ok(())) => return Ok(Status::Revoked(revoked)),
                    (Some(revoked), Err(_))
                        if revoked.date <= self.request.time.unix_time() && revoked.reason.is_permanent() =>
                    {
                        return Ok(Status::Revoked(revoked));
                    }
                    (_, Err(miss)) => nearest = nearest.max(miss),
                    (None, Ok(())) => covered = covered.or(reasons),
                }
            }
        }
        if covered == Reasons::ALL { Ok(Status::Good) } else { Ok(Status::Unknown(self.nearest(covered, nearest))) }
    }

    fn nearest(&self, covered: Reasons, nearest: NoStatus) -> NoStatus {
        if covered == Reasons::NONE { nearest } else { nearest.max(NoStatus::OutOfScope) }
    }

    /// (b) and (d): the reasons for which this list speaks about the certificate through this point.
    fn scope_of(&self, crl: &Crl, point: &Point<'_>, certificate: &Certificate) -> Result<Reasons, NoStatus> {
        let extensions = certificate.extensions();
        // (b) (1)
        match point.crl_issuer {
            Some(issuers) if has_directory_name(issuers, crl.issuer()) => {
                if !crl.is_indirect() && !names::is_same(crl.issuer(), certificate.issuer()) {
                    return Err(NoStatus::OutOfScope);
                }
            }
            Some(_) => return Err(NoStatus::NoList),
            None if names::is_same(crl.issuer(), certificate.issuer()) => {}
            None => return Err(NoStatus::NoList),
        }
        // (b) (2) (i)
        if let Some(own) = crl.point() {
            let meets = match (point.name, point.crl_issuer) {
                (Some(name), crl_issuer) => {
                    // A relative name in a certificate hangs below cRLIssuer, else below the certificate's issuer.
                    let base = crl_issuer.map_or(certificate.issuer(), |_| crl.issuer());
                    own.meets(crl.issuer(), name, base)
                }
                (None, Some(issuers)) => {
                    has_directory_name(issuers, crl.issuer()) && own.has_directory_name(crl.issuer(), crl.issuer())
                }
                (None, None) => own.has_directory_name(crl.issuer(), certificate.issuer()),
            };
            if !meets {
                return Err(NoStatus::OutOfScope);
            }
        }
        // (b) (2) (ii) to (iv)
        let is_ca = extensions.basic_constraints.is_some_and(|constraints| constraints.is_ca);
        if !crl.covers(is_ca) {
            return Err(NoStatus::OutOfScope);
        }
        if crl.has_unknown_critical() {
            return Err(NoStatus::UnknownCritical);
        }
        // (d)
        Ok(point.reasons.and(crl.reasons()))
    }

    /// (a), judged at the validation time.
    fn freshness(&self, crl: &Crl) -> Result<(), NoStatus> {
        let at = self.request.time.unix_time();
        if crl.is_delta() {
            return Err(NoStatus::Delta);
        }
        if crl.this_update() > at {
            return Err(NoStatus::FromTheFuture(crl.this_update()));
        }
        match crl.next_update() {
            Some(next) if at <= next => Ok(()),
            next => Err(NoStatus::Stale(next)),
        }
    }

    /// (f) and (g): somebody who may sign this list did. First the certificate's own issuer; else a certificate of the
    /// list's issuer that has a path of its own to the same anchor and is not revoked.
    fn authenticate(
        &self,
        crl: &Crl,
        issuer: &Certificate,
        path: &TrustedPath,
        budget: &mut Budget,
    ) -> Result<Result<(), NoStatus>, BudgetSpent> {
        if self.in_question.is_some_and(|list| list.sha256() == crl.sha256()) {
            // Its signature holds; whether its signer is good is being asked. RFC 5280 lets a CA publish the status of
            // its list signer in that signer's own list, and then the list answers for itself, after all others.
            return Ok(Ok(()));
        }
        let mut miss = NoStatus::NotAuthentic;
        if names::is_same(issuer.subject(), crl.issuer()) {
            match self.signed_by(crl, issuer, budget)? {
                Ok(()) => return Ok(Ok(())),
                Err(other) => miss = other,
            }
        }
        if self.depth >= MAX_DEPTH {
            return Ok(Err(miss));
        }
        let others = self.request.pool.iter().chain(self.request.anchors.iter()).chain(path.certificates());
        for other in others {
            budget.path_step()?;
            if other == issuer
                || !names::is_same(other.subject(), crl.issuer())
                || self.signed_by(crl, other, budget)?.is_err()
            {
                continue;
            }
            if path.anchor() == other {
                return Ok(Ok(()));
            }
            let other_path = match TrustedPath::establish(other, self.request, budget) {
                Ok(other_path) if other_path.anchor() == path.anchor() => other_path,
                Ok(_) => continue,
                Err(PathFailure::BudgetSpent) => return Err(BudgetSpent),
                Err(_) => continue,
            };
            // What others say about its signer comes before what he says himself: he may have lost his key.
            let is_other = |list: &&&Crl| list.sha256() != crl.sha256();
            let crls: Vec<&Crl> = self.crls.iter().filter(is_other).copied().chain([crl]).collect();
            let inquiry = Inquiry { crls: &crls, depth: self.depth + 1, in_question: Some(crl), ..*self };
            match inquiry.about(&other_path, budget) {
                Ok(_) => return Ok(Ok(())),
                Err(RevocationFailure::BudgetSpent) => return Err(BudgetSpent),
                Err(_) => {}
            }
        }
        Ok(Err(miss))
    }

    /// `signer`'s key made the list's signature and may.
    fn signed_by(
        &self,
        crl: &Crl,
        signer: &Certificate,
        budget: &mut Budget,
    ) -> Result<Result<(), NoStatus>, BudgetSpent> {
        if signer.extensions().key_usage.is_some_and(|usage| !usage.crl_sign()) {
            return Ok(Err(NoStatus::NotAuthentic));
        }
        let (Ok(algorithm), Ok(key)) = (crl.signature_algorithm(), signer.public_key()) else {
            return Ok(Err(NoStatus::Algorithm));
        };
        if self.request.algorithms.check_signature(algorithm, key.kind(), self.request.time.unix_time()).is_err() {
            return Ok(Err(NoStatus::Algorithm));
        }
        let verified = self.request.links.verify(
            signer.public_key_info(),
            crl.sha256(),
            || crate::crypto::verify(self.request.crypto, &key, algorithm, crl.tbs(), crl.signature()),
            budget,
        )?;
        Ok(verified.map_err(|failure| match failure {
            CryptoFailure::Unsupported => NoStatus::Algorithm,
            CryptoFailure::ValueWrong | CryptoFailure::KeyMismatch => NoStatus::NotAuthentic,
        }))
    }
}

enum Status {
    Good,
    Revoked(Revoked),
    Unknown(NoStatus),
}

/// `DistributionPoint ::= SEQUENCE { distributionPoint [0] OPTIONAL, reasons [1] OPTIONAL, cRLIssuer [2] OPTIONAL }`
fn points(certificate: &Certificate) -> Asn1Result<Vec<Point<'_>>> {
    let Some(span) = certificate.extensions().crl_distribution_points else { return Ok(Vec::new()) };
    let mut points = Vec::new();
    let mut reader = Reader::new(span.of(certificate.as_der()));
    while !reader.is_empty() {
        points.push(reader.sequence()?.within(|reader| {
            let name = reader.optional(tag::constructed(0))?.map(|element| PointName::read(&element)).transpose()?;
            let reasons = reader.optional(tag::primitive(1))?.map(|element| Reasons::of(&element)).transpose()?;
            let crl_issuer = reader.optional(tag::constructed(2))?.map(|element| element.content);
            Ok(Point { name, reasons: reasons.unwrap_or(Reasons::ALL), crl_issuer })
        })?);
    }
    Ok(points)
}

#[cfg(test)]
mod self_vouching;
