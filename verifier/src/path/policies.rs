//! Certificate policies (RFC 5280, 6.1, with the policy graph of RFC 9618).
//!
//! Job: find out whether a path has a valid policy when somebody (a CA or the caller) demands one.
//! RFC 5280's tree can grow exponentially in the number of mappings (CVE-2023-0464); RFC 9618 replaces it by a graph
//! with one node per policy and level. Only the lowest level is needed to decide, so that is all that is kept: each
//! node remembers the policies of the anchor's domain from which it descends.
//! Invariant: an empty level stays empty; nodes only ever come from nodes.

use std::collections::{BTreeMap, BTreeSet};

use crate::asn1::Reader;
use crate::certificate::Certificate;
use crate::oid::{self, Oid};

/// More policies or mappings in one certificate than this are refused; real ones have fewer than 20.
const MAX_POLICIES: usize = 256;

/// What the caller demands (RFC 5280, 6.1.1 (c) to (g)). The default demands nothing.
#[derive(Clone, Debug, Default)]
pub struct PolicyDemands {
    /// user-initial-policy-set: dotted identifiers' content octets; `None` is any-policy.
    acceptable: Option<BTreeSet<Oid>>,
    /// initial-explicit-policy
    pub require_explicit_policy: bool,
    /// initial-policy-mapping-inhibit
    pub inhibit_policy_mapping: bool,
    /// initial-any-policy-inhibit
    pub inhibit_any_policy: bool,
}

impl PolicyDemands {
    /// Accepts only these policies.
    #[must_use]
    pub fn accept_only(mut self, policies: impl IntoIterator<Item = Oid>) -> Self {
        let any = Oid::new(oid::ANY_POLICY);
        let set: BTreeSet<Oid> = policies.into_iter().collect();
        self.acceptable = if set.contains(&any) { None } else { Some(set) };
        self
    }
}

/// The policies of one certificate cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PolicyFailure {
    /// A policy was demanded and none is valid (6.1.3 (f), 6.1.5 (g)).
    NoneValid,
    /// A mapping to or from anyPolicy (6.1.4 (a)), or a policy given twice (4.2.1.4).
    Malformed,
    /// More than `MAX_POLICIES`.
    TooMany,
}

#[derive(Clone, Debug, Default)]
struct Node {
    expected: BTreeSet<Oid>,
    /// Policies in the anchor's domain; empty only for anyPolicy itself.
    roots: BTreeSet<Oid>,
}

/// The state of 6.1.2 that concerns policies.
pub(super) struct PolicyState {
    level: BTreeMap<Oid, Node>,
    explicit_policy: u64,
    policy_mapping: u64,
    inhibit_any_policy: u64,
    acceptable: Option<BTreeSet<Oid>>,
}

fn any_policy() -> Oid {
    Oid::new(oid::ANY_POLICY)
}

impl PolicyState {
    /// 6.1.2 (a), (d), (e), (f), for a path of `length` certificates below the anchor.
    pub(super) fn new(length: usize, demands: &PolicyDemands) -> Self {
        let beyond = u64::try_from(length).unwrap_or(u64::MAX).saturating_add(1);
        let start = |forced: bool| if forced { 0 } else { beyond };
        let any = Node { expected: [any_policy()].into(), roots: BTreeSet::new() };
        Self {
            level: [(any_policy(), any)].into(),
            explicit_policy: start(demands.require_explicit_policy),
            policy_mapping: start(demands.inhibit_policy_mapping),
            inhibit_any_policy: start(demands.inhibit_any_policy),
            acceptable: demands.acceptable.clone(),
        }
    }

    /// 6.1.3 (d) to (f) for one certificate.
    pub(super) fn process(&mut self, certificate: &Certificate, is_last: bool) -> Result<(), PolicyFailure> {
        let policies = match certificate.extensions().policies {
            // (e)
            None => {
                self.level.clear();
                return self.check_explicit();
            }
            Some(span) => policies(span.of(certificate.as_der()))?,
        };
        // (d)
        let any = any_policy();
        let mut parents: BTreeMap<&Oid, Vec<(&Oid, &Node)>> = BTreeMap::new();
        for (policy, node) in &self.level {
            for expected in &node.expected {
                parents.entry(expected).or_default().push((policy, node));
            }
        }
        let descend = |policy: &Oid, from: &[(&Oid, &Node)]| {
            let mut roots = BTreeSet::new();
            for (parent, node) in from {
                if **parent == any {
                    roots.insert(policy.clone());
                } else {
                    roots.extend(node.roots.iter().cloned());
                }
            }
            Node { expected: [policy.clone()].into(), roots }
        };
        let mut level = BTreeMap::new();
        for policy in policies.iter().filter(|policy| **policy != any) {
            // (d) (1) (i), else (ii)
            if let Some(from) =
                parents.get(policy).or_else(|| parents.get(&any).filter(|_| self.level.contains_key(&any)))
            {
                level.insert(policy.clone(), descend(policy, from));
            }
        }
        // (d) (2)
        if policies.contains(&any) && (self.inhibit_any_policy > 0 || (!is_last && certificate.is_self_issued())) {
            for (policy, from) in &parents {
                if **policy == any {
                    level.insert(any.clone(), Node { expected: [any.clone()].into(), roots: BTreeSet::new() });
                } else if !level.contains_key(*policy) {
                    level.insert((*policy).clone(), descend(policy, from));
                }
            }
        }
        self.level = level;
        self.check_explicit()
    }

    /// (f)
    fn check_explicit(&self) -> Result<(), PolicyFailure> {
        if self.explicit_policy == 0 && self.level.is_empty() { Err(PolicyFailure::NoneValid) } else { Ok(()) }
    }

    /// 6.1.4 (a), (b), (h), (i), (j) after a certificate that is not the last.
    pub(super) fn prepare_next(&mut self, certificate: &Certificate) -> Result<(), PolicyFailure> {
        let extensions = certificate.extensions();
        if let Some(span) = extensions.policy_mappings {
            let mappings = mappings(span.of(certificate.as_der()))?;
            let any = any_policy();
            for (from, to) in mappings {
                if self.policy_mapping == 0 {
                    self.level.remove(&from);
                } else if let Some(node) = self.level.get_mut(&from) {
                    node.expected = to;
                } else if self.level.contains_key(&any) {
                    self.level.insert(from.clone(), Node { expected: to, roots: [from].into() });
                }
            }
        }
        if !certificate.is_self_issued() {
            self.explicit_policy = self.explicit_policy.saturating_sub(1);
            self.policy_mapping = self.policy_mapping.saturating_sub(1);
            self.inhibit_any_policy = self.inhibit_any_policy.saturating_sub(1);
        }
        let constraints = extensions.policy_constraints;
        if let Some(skip) = constraints.require_explicit_policy {
            self.explicit_policy = self.explicit_policy.min(skip);
        }
        if let Some(skip) = constraints.inhibit_policy_mapping {
            self.policy_mapping = self.policy_mapping.min(skip);
        }
        if let Some(skip) = extensions.inhibit_any_policy {
            self.inhibit_any_policy = self.inhibit_any_policy.min(skip);
        }
        Ok(())
    }

    /// 6.1.5 (a), (b), (g) after the last certificate.
    pub(super) fn finish(mut self, certificate: &Certificate) -> Result<(), PolicyFailure> {
        self.explicit_policy = self.explicit_policy.saturating_sub(1);
        if certificate.extensions().policy_constraints.require_explicit_policy == Some(0) {
            self.explicit_policy = 0;
        }
        let is_acceptable = match &self.acceptable {
            None => !self.level.is_empty(),
            Some(acceptable) => {
                !acceptable.is_empty() && self.level.contains_key(&any_policy())
                    || self.level.values().any(|node| !node.roots.is_disjoint(acceptable))
            }
        };
        if self.explicit_policy > 0 || is_acceptable { Ok(()) } else { Err(PolicyFailure::NoneValid) }
    }
}

/// The policies of an extension, each once.
fn policies(content: &[u8]) -> Result<BTreeSet<Oid>, PolicyFailure> {
    let mut set = BTreeSet::new();
    let mut reader = Reader::new(content);
    while let Ok(information) = reader.sequence() {
        let policy = information.reader().oid().map_err(|_| PolicyFailure::Malformed)?;
        if !set.insert(Oid::new(policy)) {
            return Err(PolicyFailure::Malformed);
        }
        if set.len() > MAX_POLICIES {
            return Err(PolicyFailure::TooMany);
        }
    }
    Ok(set)
}

/// issuerDomainPolicy -> every subjectDomainPolicy that it is mapped to.
fn mappings(content: &[u8]) -> Result<BTreeMap<Oid, BTreeSet<Oid>>, PolicyFailure> {
    let mut map: BTreeMap<Oid, BTreeSet<Oid>> = BTreeMap::new();
    let mut count = 0_usize;
    let mut reader = Reader::new(content);
    while let Ok(mapping) = reader.sequence() {
        let mut inner = mapping.reader();
        let (Ok(from), Ok(to)) = (inner.oid(), inner.oid()) else { return Err(PolicyFailure::Malformed) };
        // 6.1.4 (a)
        if from == oid::ANY_POLICY || to == oid::ANY_POLICY {
            return Err(PolicyFailure::Malformed);
        }
        map.entry(Oid::new(from)).or_default().insert(Oid::new(to));
        count += 1;
        if count > MAX_POLICIES {
            return Err(PolicyFailure::TooMany);
        }
    }
    Ok(map)
}
