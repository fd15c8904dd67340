//! Looking one path up in lists (RFC 5280, 6.3.3).
//!
//! Job: for each certificate find the lists in whose scope it is, verify who signed them, and look it up. What a list that
//! is not the newest, or stale, says is weighed as `revocation` explains.

use super::crl::{PointName, Reasons, Revoked, has_directory_name};
use super::{Crl, NoStatus, NotRevoked, Position, RevocationDemand, RevocationFailure};
use crate::asn1::{Asn1Result, Reader, tag};
use crate::budget::{Budget, BudgetSpent};
use crate::certificate::Certificate;
use crate::crypto::CryptoFailure;
use crate::names;
use crate::path::{PathFailure, PathRequest, TrustedPath};
use crate::report::{ListSource, ListUsed};

/// Lists signed by a key other than the certificate's issuer's need a path of their own, whose certificates need
/// lists in turn. Two levels serve every hierarchy that PKITS has.
const MAX_DEPTH: u8 = 2;

/// What is asked, and of which lists.
#[derive(Clone, Copy)]
pub(super) struct Inquiry<'a> {
    pub(super) crls: &'a [&'a Crl],
    pub(super) demand: RevocationDemand,
    pub(super) request: &'a PathRequest<'a>,
    pub(super) depth: u8,
    /// The list whose signer this inquiry is about.
    pub(super) in_question: Option<&'a Crl>,
}

/// One distribution point of a certificate (RFC 5280, 4.2.1.13).
#[derive(Clone, Copy)]
struct Point<'a> {
    name: Option<PointName<'a>>,
    reasons: Reasons,
    /// Content of the GeneralNames of cRLIssuer.
    crl_issuer: Option<&'a [u8]>,
}

impl<'a> Inquiry<'a> {
    /// Looks up every certificate of the path.
    pub(super) fn about(&self, path: &TrustedPath, budget: &mut Budget) -> Result<NotRevoked, RevocationFailure> {
        let (mut checked, mut unpublished) = (0, 0);
        let mut answered: Vec<&Crl> = Vec::new();
        // A revoked certificate further up outweighs an unknown one below: the worst is told.
        let mut unknown = None;
        for (index, (certificate, issuer)) in path.links().enumerate() {
            let position = if index == 0 { Position::Target } else { Position::Ca };
            let subject = || certificate.subject_for_people();
            match self.status(certificate, issuer, path, &mut answered, budget)? {
                Status::Good => checked += 1,
                Status::Revoked(Revoked { date, reason }, list) => {
                    let list = Box::new(ListUsed::of(list, ListSource::Given));
                    return Err(RevocationFailure::Revoked { subject: subject(), position, date, reason, list });
                }
                Status::Unknown(NoStatus::NoList | NoStatus::OutOfScope) if !self.is_demanded(certificate) => {
                    unpublished += 1;
                }
                Status::Unknown(why) => {
                    unknown.get_or_insert_with(|| RevocationFailure::Unknown { subject: subject(), position, why });
                }
            }
        }
        let lists = answered.into_iter().map(|list| ListUsed::of(list, ListSource::Given)).collect();
        unknown.map_or(Ok(NotRevoked { checked, unpublished, lists }), Err)
    }

    fn is_demanded(&self, certificate: &Certificate) -> bool {
        let extensions = certificate.extensions();
        self.demand == RevocationDemand::Always || extensions.crl_distribution_points.is_some() || extensions.names_ocsp
    }

    /// RFC 5280, 6.3.3, for one certificate. Lists in whose scope it is, and which do not name it, join `answered`.
    fn status(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        path: &TrustedPath,
        answered: &mut Vec<&'a Crl>,
        budget: &mut Budget,
    ) -> Result<Status<'a>, BudgetSpent> {
        let mut points = points(certificate).unwrap_or_default();
        // The last paragraph: lists that no distribution point names, as if one named the issuer and no reasons.
        points.push(Point { name: None, reasons: Reasons::ALL, crl_issuer: None });
        let mut covered = Reasons::NONE;
        let mut nearest = NoStatus::NoList;
        for point in &points {
            for crl in self.crls.iter().copied() {
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
                    (Some(revoked), Ok(())) => return Ok(Status::Revoked(revoked, crl)),
                    (Some(revoked), Err(_))
                        if revoked.date <= self.request.time.unix_time() && revoked.reason.is_permanent() =>
                    {
                        return Ok(Status::Revoked(revoked, crl));
                    }
                    (_, Err(miss)) => nearest = nearest.max(miss),
                    (None, Ok(())) => {
                        covered = covered.or(reasons);
                        if !answered.iter().any(|known| known.sha256() == crl.sha256()) {
                            answered.push(crl);
                        }
                    }
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

enum Status<'a> {
    Good,
    Revoked(Revoked, &'a Crl),
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
