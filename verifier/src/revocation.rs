//! Has a certificate of the path been revoked? (RFC 5280, 6.3; ETSI EN 319 102-1, 5.2.5 and 5.2.6.)
//!
//! Job: for each certificate below the anchor, find lists that cover it at the validation time, verify them, and look
//! the certificate up. Only lists that are at hand count; nothing is fetched.
//! Invariant: [`NotRevoked`] exists only when every certificate that says where its status is published was found in
//! the scope of fresh, authentic lists for all reasons, and in none of them. Delta lists never make a certificate
//! good, because what they leave out depends on their base; what they revoke counts, as it does in a stale list.

use std::cmp::Reverse;

use crate::budget::{Budget, BudgetSpent};
use crate::clock::UnixTime;
use crate::findings::Finding;
use crate::outcome::Outcome;
use crate::path::{PathRequest, TrustedPath};
use crate::report::{ListSource, ListUsed};
use crate::validation_data::AtHand;

mod crl;
mod inquiry;

pub use crl::{Crl, RevocationReason};
use inquiry::Inquiry;

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
        /// The list that says so.
        list: Box<ListUsed>,
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
    lists: Vec<ListUsed>,
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

    /// The lists that answered.
    pub fn lists(&self) -> &[ListUsed] {
        &self.lists
    }

    /// Step 9 for one signature: what is given and what is carried.
    pub(crate) fn judge(
        path: &TrustedPath,
        given: &[Crl],
        at_hand: &AtHand<'_>,
        demand: RevocationDemand,
        request: &PathRequest<'_>,
        budget: &mut Budget,
        notes: &mut Vec<Finding>,
    ) -> Outcome<Self> {
        match Self::establish_with_carried(path, given, at_hand, demand, request, budget) {
            Ok(proof) => {
                if proof.unpublished() > 0 {
                    notes.push(Finding::RevocationNotPublished);
                }
                if proof.checked() == 0 { Outcome::NotApplicable } else { Outcome::Passed(proof) }
            }
            Err(failure @ RevocationFailure::Revoked { .. }) => Outcome::Failed(Finding::Revocation(failure)),
            Err(failure) => Outcome::NotChecked(Finding::Revocation(failure)),
        }
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

    /// As [`NotRevoked::establish`], with lists that the document carries beside those that were given, and with certificates
    /// that it carries for their signers.
    ///
    /// What a document carries can be put there by anybody. It may say that a certificate is revoked, or answer where
    /// nothing that was given does; it never takes an answer away, by being stale, forged, or too much to look at.
    pub(crate) fn establish_with_carried(
        path: &TrustedPath,
        given: &[Crl],
        at_hand: &AtHand<'_>,
        demand: RevocationDemand,
        request: &PathRequest<'_>,
        budget: &mut Budget,
    ) -> Result<Self, RevocationFailure> {
        let before = budget.clone();
        let by_given = Self::establish(path, given, demand, request, budget);
        if at_hand.is_empty() || matches!(by_given, Err(RevocationFailure::Revoked { .. })) {
            return by_given;
        }
        let both = given.iter().chain(at_hand.lists().iter().copied()).collect();
        let pool = at_hand.pool_with(request.pool);
        let request = PathRequest { pool: &pool, ..*request };
        let mut by_both = budget.for_carried(&before, |own| Self::by_all(both, path, demand, &request, own));
        let lists = match &mut by_both {
            Ok(proof) => proof.lists.as_mut_slice(),
            Err(RevocationFailure::Revoked { list, .. }) => std::slice::from_mut(&mut **list),
            Err(_) => &mut [],
        };
        for list in lists.iter_mut().filter(|list| !given.iter().any(|known| *known.sha256() == list.sha256)) {
            list.source = ListSource::Carried;
        }
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

#[cfg(test)]
mod self_vouching;
