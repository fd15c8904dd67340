//! Name constraints (RFC 5280, 4.2.1.10 and 6.1.4 (g)).
//!
//! Job: check every name of a certificate against the constraints of every CA above it.
//! Invariant: a constraint on a kind of name that is not understood refuses every certificate that has such a name;
//! a malformed name or constraint refuses too. Keeping the CAs' lists side by side and asking each of them equals
//! the intersection (permitted) and the union (excluded) that the standard computes.
//!
//! ```text
//! NameConstraints ::= SEQUENCE { permittedSubtrees [0] OPTIONAL, excludedSubtrees [1] OPTIONAL }
//! GeneralSubtree ::= SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL }
//! ```

use crate::asn1::{Asn1ErrorKind, Asn1Result, Element, Reader, single, single_sequence, tag};
use crate::budget::{Budget, BudgetSpent};
use crate::certificate::Certificate;
use crate::{names, oid};

/// Tags of the choices of `GeneralName` (RFC 5280, 4.2.1.6).
pub(crate) mod general_name {
    use crate::asn1::tag;

    pub(crate) const RFC822: u8 = tag::primitive(1);
    pub(crate) const DNS: u8 = tag::primitive(2);
    pub(crate) const DIRECTORY: u8 = tag::constructed(4);
    pub(crate) const URI: u8 = tag::primitive(6);
    pub(crate) const IP: u8 = tag::primitive(7);
}

/// Why names and constraints do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConstraintFailure {
    /// A name is excluded, or none of the permitted subtrees holds it.
    Violated,
    /// A name or a constraint cannot be read.
    Malformed,
    /// The budget is spent.
    BudgetSpent,
}

impl From<crate::asn1::Asn1Error> for ConstraintFailure {
    fn from(_: crate::asn1::Asn1Error) -> Self {
        Self::Malformed
    }
}

impl From<BudgetSpent> for ConstraintFailure {
    fn from(_: BudgetSpent) -> Self {
        Self::BudgetSpent
    }
}

struct Constraints<'a> {
    permitted: Vec<Element<'a>>,
    excluded: Vec<Element<'a>>,
}

/// The constraints of the CAs above, root first.
#[derive(Default)]
pub(super) struct NameConstraints<'a>(Vec<Constraints<'a>>);

impl<'a> NameConstraints<'a> {
    /// Adds those of one more CA; `der` is its NameConstraints SEQUENCE.
    pub(super) fn add(&mut self, der: &'a [u8]) -> Result<(), ConstraintFailure> {
        let constraints = single_sequence(der)?.within(|reader| {
            let permitted = subtrees(reader.optional(tag::constructed(0))?)?;
            let excluded = subtrees(reader.optional(tag::constructed(1))?)?;
            Ok(Constraints { permitted, excluded })
        })?;
        // "MUST NOT issue certificates where name constraints is an empty sequence".
        if constraints.permitted.is_empty() && constraints.excluded.is_empty() {
            return Err(ConstraintFailure::Malformed);
        }
        self.0.push(constraints);
        Ok(())
    }

    /// Checks every name of `certificate` (6.1.3 (b) and (c)).
    pub(super) fn check(&self, certificate: &Certificate, budget: &mut Budget) -> Result<(), ConstraintFailure> {
        if self.0.is_empty() {
            return Ok(());
        }
        if !names::is_empty(certificate.subject()) {
            self.check_name(general_name::DIRECTORY, certificate.subject(), budget)?;
        }
        let Some(alternatives) = certificate.extensions().subject_alt_names else {
            // 4.2.1.10: without a subjectAltName, constraints on mail addresses bind the legacy attribute.
            for address in names::attribute_values(certificate.subject(), oid::EMAIL_ADDRESS) {
                self.check_name(general_name::RFC822, address.as_bytes(), budget)?;
            }
            return Ok(());
        };
        let mut reader = Reader::new(alternatives.of(certificate.as_der()));
        while !reader.is_empty() {
            let name = reader.any()?;
            self.check_name(name.tag, value_of(&name)?, budget)?;
        }
        Ok(())
    }

    fn check_name(&self, kind: u8, name: &[u8], budget: &mut Budget) -> Result<(), ConstraintFailure> {
        for constraints in &self.0 {
            let mut is_constrained = false;
            let mut is_permitted = false;
            for base in constraints.permitted.iter().filter(|base| base.tag == kind) {
                budget.name_comparison()?;
                is_constrained = true;
                is_permitted |= matches(kind, name, value_of(base)?, Reach::All)?;
            }
            if is_constrained && !is_permitted {
                return Err(ConstraintFailure::Violated);
            }
            for base in constraints.excluded.iter().filter(|base| base.tag == kind) {
                budget.name_comparison()?;
                if matches(kind, name, value_of(base)?, Reach::Any)? {
                    return Err(ConstraintFailure::Violated);
                }
            }
        }
        Ok(())
    }
}

/// What is inside: `directoryName` is EXPLICIT, because Name is a CHOICE; the others are IMPLICIT.
pub(crate) fn value_of<'a>(name: &Element<'a>) -> Asn1Result<&'a [u8]> {
    if name.tag == general_name::DIRECTORY { Ok(single(name.content)?.whole) } else { Ok(name.content) }
}

fn subtrees<'a>(list: Option<Element<'a>>) -> Asn1Result<Vec<Element<'a>>> {
    let Some(list) = list else { return Ok(Vec::new()) };
    let mut bases = Vec::new();
    let mut reader = list.reader();
    if reader.is_empty() {
        return Err(list.error(Asn1ErrorKind::Value));
    }
    while !reader.is_empty() {
        bases.push(reader.sequence()?.within(|reader| {
            let base = reader.any()?;
            // "minimum MUST be zero, and maximum MUST be absent": anything else is a constraint that we do not know.
            let minimum = reader.optional(tag::primitive(0))?;
            if let Some(maximum) = reader.optional(tag::primitive(1))? {
                return Err(maximum.error(Asn1ErrorKind::Value));
            }
            match minimum {
                Some(minimum) if minimum.unsigned()? != 0 => Err(minimum.error(Asn1ErrorKind::Value)),
                _ => Ok(base),
            }
        })?);
    }
    Ok(bases)
}

/// A wildcard stands for many hosts. It is permitted when all of them are, and excluded when one of them is
/// (CVE-2025-61727 was the other way round).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    All,
    Any,
}

fn matches(kind: u8, name: &[u8], base: &[u8], reach: Reach) -> Result<bool, ConstraintFailure> {
    match kind {
        general_name::DIRECTORY => Ok(names::is_within(name, base)?),
        general_name::RFC822 => mail_matches(ascii(name)?, ascii(base)?),
        general_name::DNS => dns_matches(ascii(name)?, ascii(base)?, reach),
        general_name::URI => uri_matches(ascii(name)?, ascii(base)?),
        general_name::IP => ip_matches(name, base),
        // otherName, x400Address, ediPartyName, registeredID: nothing is known about what would match, and 4.2.1.10
        // says to reject then.
        _ => Err(ConstraintFailure::Violated),
    }
}

fn ascii(text: &[u8]) -> Result<&str, ConstraintFailure> {
    std::str::from_utf8(text).ok().filter(|text| text.is_ascii()).ok_or(ConstraintFailure::Malformed)
}

/// Letters, digits, hyphens and underscores in labels that are not empty. One trailing dot is no host name here.
fn is_host(text: &str) -> bool {
    text.len() <= 253
        && text.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'))
        })
}

/// A host name equals `base`, or is `base` with labels added on the left.
fn is_below(host: &str, base: &str) -> bool {
    let (host, base) = (host.as_bytes(), base.as_bytes());
    let Some(start) = host.len().checked_sub(base.len()) else { return false };
    let tail_is_base = host.get(start..).is_some_and(|tail| tail.eq_ignore_ascii_case(base));
    tail_is_base && (start == 0 || host.get(start - 1) == Some(&b'.'))
}

/// dNSName: "constructed by simply adding zero or more labels to the left-hand side".
fn dns_matches(name: &str, base: &str, reach: Reach) -> Result<bool, ConstraintFailure> {
    let (name, is_wildcard) = match name.strip_prefix("*.") {
        Some(parent) => (parent, true),
        None => (name, false),
    };
    if !is_host(name) || !(base.is_empty() || is_host(base)) {
        return Err(ConstraintFailure::Malformed);
    }
    let reaches_base = || base.split_once('.').is_some_and(|(_, parent)| parent.eq_ignore_ascii_case(name));
    Ok(base.is_empty() || is_below(name, base) || (is_wildcard && reach == Reach::Any && reaches_base()))
}

/// `Local-part = Dot-string / Quoted-string` (RFC 5321, 4.1.2), so that a second `@` outside quotes is no address: readers
/// differ in which of the two they split at.
fn is_local_part(text: &str) -> bool {
    if let Some(quoted) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        let mut escaped = false;
        let is_closed_inside = quoted.bytes().any(|octet| {
            let closes = !escaped && octet == b'"';
            escaped = !escaped && octet == b'\\';
            closes || octet.is_ascii_control()
        });
        return !is_closed_inside && !escaped;
    }
    text.split('.').all(|atom| {
        !atom.is_empty()
            && atom.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&octet))
    })
}

/// rfc822Name: a mailbox, a host (all its mailboxes), or a domain with a leading dot (all hosts inside it).
fn mail_matches(name: &str, base: &str) -> Result<bool, ConstraintFailure> {
    let (local, host) = name.rsplit_once('@').ok_or(ConstraintFailure::Malformed)?;
    if !is_local_part(local) || !is_host(host) {
        return Err(ConstraintFailure::Malformed);
    }
    if let Some((base_local, base_host)) = base.rsplit_once('@') {
        // The local part is compared exactly (RFC 5280, 7.5).
        return Ok(local == base_local && host.eq_ignore_ascii_case(base_host));
    }
    match base.strip_prefix('.') {
        Some(domain) if is_host(domain) => Ok(is_below(host, domain) && !host.eq_ignore_ascii_case(domain)),
        None if is_host(base) => Ok(host.eq_ignore_ascii_case(base)),
        _ => Err(ConstraintFailure::Malformed),
    }
}

/// uniformResourceIdentifier: the constraint is on the host; a URI without a host name is refused.
fn uri_matches(name: &str, base: &str) -> Result<bool, ConstraintFailure> {
    let (_, rest) = name.split_once("://").ok_or(ConstraintFailure::Malformed)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host_and_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host_and_port.split_once(':').map_or(host_and_port, |(host, _)| host);
    let is_address = host.bytes().all(|octet| octet.is_ascii_digit() || octet == b'.');
    if !is_host(host) || is_address {
        return Err(ConstraintFailure::Malformed);
    }
    match base.strip_prefix('.') {
        Some(domain) if is_host(domain) => Ok(is_below(host, domain) && !host.eq_ignore_ascii_case(domain)),
        None if is_host(base) => Ok(host.eq_ignore_ascii_case(base)),
        _ => Err(ConstraintFailure::Malformed),
    }
}

/// iPAddress: the base is an address and a mask of the same family; the mask is a run of ones.
fn ip_matches(name: &[u8], base: &[u8]) -> Result<bool, ConstraintFailure> {
    if !matches!(name.len(), 4 | 16) || !matches!(base.len(), 8 | 32) {
        return Err(ConstraintFailure::Malformed);
    }
    let (network, mask) = base.split_at(base.len() / 2);
    let ones: u32 = mask.iter().map(|octet| octet.leading_ones()).sum();
    let leading: u32 = {
        let full = mask.iter().take_while(|octet| **octet == 0xff).count();
        u32::try_from(full).unwrap_or(0) * 8 + mask.get(full).map_or(0, |octet| octet.leading_ones())
    };
    let set: u32 = mask.iter().map(|octet| octet.count_ones()).sum();
    if leading != set || ones != set {
        return Err(ConstraintFailure::Malformed);
    }
    if name.len() != network.len() {
        return Ok(false);
    }
    Ok(name.iter().zip(network).zip(mask).all(|((octet, network), mask)| octet & mask == network & mask))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_match_on_whole_labels_only() {
        for reach in [Reach::All, Reach::Any] {
            let matches = |name, base| dns_matches(name, base, reach);
            assert_eq!(matches("www.bekasi.example", "bekasi.example"), Ok(true));
            assert_eq!(matches("BEKASI.example", "bekasi.example"), Ok(true));
            assert_eq!(matches("evilbekasi.example", "bekasi.example"), Ok(false));
            assert_eq!(matches("bekasi.example", ".example"), Err(ConstraintFailure::Malformed));
            assert_eq!(matches("bekasi..example", "example"), Err(ConstraintFailure::Malformed));
        }
    }

    #[test]
    fn a_wildcard_is_permitted_as_a_whole_and_excluded_in_part() {
        assert_eq!(dns_matches("*.example", "bekasi.example", Reach::Any), Ok(true));
        assert_eq!(dns_matches("*.example", "bekasi.example", Reach::All), Ok(false));
        for reach in [Reach::All, Reach::Any] {
            assert_eq!(dns_matches("*.bekasi.example", "bekasi.example", reach), Ok(true));
            assert_eq!(dns_matches("*.example", "a.bekasi.example", reach), Ok(false));
        }
    }

    #[test]
    fn mail_constraints_have_three_forms() {
        assert_eq!(mail_matches("a@x.example", "x.example"), Ok(true));
        assert_eq!(mail_matches("a@y.x.example", "x.example"), Ok(false));
        assert_eq!(mail_matches("a@y.x.example", ".x.example"), Ok(true));
        assert_eq!(mail_matches("a@x.example", ".x.example"), Ok(false));
        assert_eq!(mail_matches("A@x.example", "a@x.example"), Ok(false));
        assert_eq!(mail_matches("a@X.example", "a@x.example"), Ok(true));
        assert_eq!(mail_matches("x.example", "x.example"), Err(ConstraintFailure::Malformed));
        assert_eq!(mail_matches("\"a@y.example\"@x.example", "x.example"), Ok(true));
        for twice in
            ["a@y.example@x.example", "@x.example", "a..b@x.example", "\"a\"b\"@x.example", "\"a\\\"@x.example"]
        {
            assert_eq!(mail_matches(twice, "x.example"), Err(ConstraintFailure::Malformed), "{twice}");
        }
    }

    #[test]
    fn a_uri_is_judged_by_its_host() {
        assert_eq!(uri_matches("http://u:p@h.x.example:80/a@b", ".x.example"), Ok(true));
        assert_eq!(uri_matches("http://x.example/", ".x.example"), Ok(false));
        assert_eq!(uri_matches("urn:teken:office:a", ".x.example"), Err(ConstraintFailure::Malformed));
        assert_eq!(uri_matches("http://10.0.0.1/", "x.example"), Err(ConstraintFailure::Malformed));
    }

    #[test]
    fn addresses_need_a_contiguous_mask_of_their_own_family() {
        assert_eq!(ip_matches(&[10, 1, 2, 3], &[10, 0, 0, 0, 255, 0, 0, 0]), Ok(true));
        assert_eq!(ip_matches(&[11, 1, 2, 3], &[10, 0, 0, 0, 255, 0, 0, 0]), Ok(false));
        assert_eq!(ip_matches(&[10, 1, 2, 3], &[10, 0, 0, 0, 255, 0, 255, 0]), Err(ConstraintFailure::Malformed));
        assert_eq!(ip_matches(&[10, 1, 2, 3], &[0; 32]), Ok(false));
        assert_eq!(ip_matches(&[10, 1, 2], &[10, 0, 0, 0, 255, 0, 0, 0]), Err(ConstraintFailure::Malformed));
    }
}
