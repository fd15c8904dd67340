//! Searching for a path: from the target upwards, anchors first (RFC 4158).
//!
//! Job: propose chains whose links hold, in an order in which honest chains are found at once; stop at the first
//! that validates.
//! Invariant: no certificate's key and name appear twice in one chain, so loops of cross-certificates end; each
//! signature that is computed is paid for from the budget.

use super::{MAX_LENGTH, PathFailure, PathRequest, TrustedPath, verify_link};
use crate::budget::Budget;
use crate::certificate::Certificate;
use crate::crypto::CryptoFailure;
use crate::names;

struct Search<'a, 'b> {
    request: &'a PathRequest<'a>,
    budget: &'b mut Budget,
    best_failure: Option<PathFailure>,
}

/// Finds a path for `target`, or the failure that came furthest.
pub(super) fn search(
    target: &Certificate,
    request: &PathRequest<'_>,
    budget: &mut Budget,
) -> Result<TrustedPath, PathFailure> {
    let mut search = Search { request, budget, best_failure: None };
    let mut chain = vec![target];
    match search.extend(&mut chain)? {
        Some(path) => Ok(path),
        None => Err(search
            .best_failure
            .unwrap_or_else(|| PathFailure::NoIssuer { issuer: names::display(target.issuer()) })),
    }
}

impl<'a> Search<'a, '_> {
    fn note(&mut self, failure: PathFailure) {
        if self.best_failure.as_ref().is_none_or(|best| best.progress() < failure.progress()) {
            self.best_failure = Some(failure);
        }
    }

    /// Extends the chain by everything that may have issued its last certificate. `Err` is fatal.
    fn extend(&mut self, chain: &mut Vec<&'a Certificate>) -> Result<Option<TrustedPath>, PathFailure>
    where
        'a: 'a,
    {
        let Some(&last) = chain.last() else { return Ok(None) };
        let mut found_issuer = false;
        let request = self.request;
        for anchor in request.anchors.iter() {
            self.budget.path_step()?;
            if !names::is_same(anchor.subject(), last.issuer()) || !self.link_holds(last, anchor)? {
                continue;
            }
            found_issuer = true;
            match TrustedPath::validate(chain, anchor, request, self.budget) {
                Ok(path) => return Ok(Some(path)),
                Err(PathFailure::BudgetSpent) => return Err(PathFailure::BudgetSpent),
                Err(failure) => self.note(failure),
            }
        }
        for candidate in self.candidates(last)? {
            let repeats = chain.iter().any(|seen| {
                seen.public_key_info() == candidate.public_key_info()
                    && names::is_same(seen.subject(), candidate.subject())
            });
            if repeats || !self.link_holds(last, candidate)? {
                continue;
            }
            found_issuer = true;
            if chain.len() >= MAX_LENGTH {
                self.note(PathFailure::PathTooLong { subject: candidate.subject_for_people() });
                continue;
            }
            chain.push(candidate);
            let found = self.extend(chain)?;
            chain.pop();
            if found.is_some() {
                return Ok(found);
            }
        }
        if !found_issuer {
            self.note(PathFailure::NoIssuer { issuer: names::display(last.issuer()) });
        }
        Ok(None)
    }

    /// Certificates of the issuer's name, those whose key identifier fits first (RFC 4158, 3.5.12).
    fn candidates(&mut self, certificate: &Certificate) -> Result<Vec<&'a Certificate>, PathFailure> {
        let mut candidates = Vec::new();
        for candidate in self.request.pool {
            self.budget.path_step()?;
            if names::is_same(candidate.subject(), certificate.issuer()) {
                candidates.push(candidate);
            }
        }
        let wanted = certificate.extensions().authority_key_id.map(|span| span.of(certificate.as_der()));
        candidates.sort_by_key(|candidate| {
            let has = candidate.extensions().subject_key_id.map(|span| span.of(candidate.as_der()));
            match (wanted, has) {
                (Some(wanted), Some(has)) if wanted == has => 0,
                (Some(_), Some(_)) => 2,
                _ => 1,
            }
        });
        Ok(candidates)
    }

    fn link_holds(&mut self, certificate: &Certificate, issuer: &Certificate) -> Result<bool, PathFailure> {
        let subject = || certificate.subject_for_people();
        match verify_link(certificate, issuer, self.request, self.budget)? {
            Ok(()) => Ok(true),
            Err(CryptoFailure::ValueWrong | CryptoFailure::KeyMismatch) => {
                self.note(PathFailure::SignatureWrong { subject: subject() });
                Ok(false)
            }
            Err(CryptoFailure::Unsupported) => {
                self.note(PathFailure::AlgorithmUnknown { subject: subject() });
                Ok(false)
            }
        }
    }
}
