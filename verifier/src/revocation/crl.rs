//! One certificate revocation list, read strictly and once (RFC 5280, 5).
//!
//! Job: hold the octets, the list's scope and its entries, sorted so that a serial number is found at once.
//! Invariant: a [`Crl`] is well-formed DER and its two algorithm fields agree. Whether it may be used for a
//! certificate is decided in `revocation`; a list with a critical extension that is not known never is.
//!
//! ```text
//! CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue BIT STRING }
//! TBSCertList ::= SEQUENCE { version INTEGER OPTIONAL, signature, issuer, thisUpdate, nextUpdate OPTIONAL,
//!     revokedCertificates SEQUENCE OF SEQUENCE { serial, revocationDate, crlEntryExtensions OPTIONAL } OPTIONAL,
//!     crlExtensions [0] OPTIONAL }
//! IssuingDistributionPoint ::= SEQUENCE { distributionPoint [0] OPTIONAL, onlyContainsUserCerts [1] DEFAULT FALSE,
//!     onlyContainsCACerts [2] DEFAULT FALSE, onlySomeReasons [3] OPTIONAL, indirectCRL [4] DEFAULT FALSE,
//!     onlyContainsAttributeCerts [5] DEFAULT FALSE }
//! ```

use std::sync::Arc;

use crate::asn1::{Asn1ErrorKind, Asn1Result, Element, Reader, Span, single_sequence, tag};
use crate::certificate::{Asn1Error, bit_string_octets, read_extensions, signature_algorithm};
use crate::clock::UnixTime;
use crate::crypto::SignatureAlgorithm;
use crate::crypto::digest::Digest;
use crate::crypto::identifier::UnknownAlgorithm;
use crate::path::constraints::{general_name, value_of};
use crate::{names, oid};

/// The longest list that is read. The largest public ones have some 10 MiB.
const MAX_OCTETS: usize = 64 * 1024 * 1024;

/// Octets of the issuer's name, and of what names the distribution point. Honest ones have some hundred. They are compared with
/// every certificate that may be meant, before anybody knows who signed the list.
const MAX_NAME_OCTETS: usize = 16 * 1024;

/// Reasons for revocation as bits of ReasonFlags (RFC 5280, 4.2.1.13): bits 1 to 8; 0 is unused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reasons(u16);

impl Reasons {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self(0b1_1111_1110);

    pub(crate) fn of(element: &Element<'_>) -> Asn1Result<Self> {
        Ok(Self(element.named_bits()? & Self::ALL.0))
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Everything in `self` is in `other` too.
    pub(crate) fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
}

/// CRLReason (RFC 5280, 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevocationReason(u8);

impl RevocationReason {
    /// The certificate is suspended, not ended.
    pub fn is_hold(self) -> bool {
        self.0 == 6
    }

    /// Neither a suspension nor the end of one.
    pub(crate) fn is_permanent(self) -> bool {
        !matches!(self.0, 6 | 8)
    }

    /// The standard's word.
    pub fn as_str(self) -> &'static str {
        match self.0 {
            1 => "keyCompromise",
            2 => "cACompromise",
            3 => "affiliationChanged",
            4 => "superseded",
            5 => "cessationOfOperation",
            6 => "certificateHold",
            8 => "removeFromCRL",
            9 => "privilegeWithdrawn",
            10 => "aACompromise",
            _ => "unspecified",
        }
    }
}

/// DistributionPointName, as it stands in a certificate or a list.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PointName<'a> {
    /// Content of the GeneralNames.
    Full(&'a [u8]),
    /// Content of the SET of the last relative distinguished name.
    Relative(&'a [u8]),
}

impl<'a> PointName<'a> {
    /// Reads what is inside the `[0]`.
    pub(crate) fn read(element: &Element<'a>) -> Asn1Result<Self> {
        element.within(|reader| {
            let name = reader.any()?;
            match name.tag {
                0xa0 => Ok(Self::Full(name.content)),
                0xa1 => Ok(Self::Relative(name.content)),
                _ => Err(name.error(Asn1ErrorKind::UnexpectedTag)),
            }
        })
    }

    /// The two points have a name in common; a relative name hangs below its own issuer.
    pub(crate) fn meets(self, own_issuer: &[u8], other: Self, other_issuer: &[u8]) -> bool {
        match (self, other) {
            (Self::Full(first), Self::Full(second)) => general_names_meet(first, second),
            (Self::Relative(first), Self::Relative(second)) => {
                first == second && names::is_same(own_issuer, other_issuer)
            }
            (Self::Relative(last), Self::Full(names)) => has_relative(names, own_issuer, last),
            (Self::Full(names), Self::Relative(last)) => has_relative(names, other_issuer, last),
        }
    }

    /// One of the point's names is this directory name.
    pub(crate) fn has_directory_name(self, own_issuer: &[u8], name: &[u8]) -> bool {
        match self {
            Self::Full(names) => has_directory_name(names, name),
            Self::Relative(last) => names::is_relative(name, own_issuer, last),
        }
    }
}

fn general_names(content: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut reader = Reader::new(content);
    std::iter::from_fn(move || {
        let name = reader.any().ok()?;
        Some((name.tag, value_of(&name).ok()?))
    })
}

fn general_names_meet(first: &[u8], second: &[u8]) -> bool {
    general_names(first).any(|(tag, name)| {
        general_names(second).any(|(other_tag, other)| {
            tag == other_tag && (name == other || tag == general_name::DIRECTORY && names::is_same(name, other))
        })
    })
}

/// One of the GeneralNames is this directory name.
pub(crate) fn has_directory_name(content: &[u8], name: &[u8]) -> bool {
    general_names(content).any(|(tag, value)| tag == general_name::DIRECTORY && names::is_same(value, name))
}

fn has_relative(content: &[u8], issuer: &[u8], last: &[u8]) -> bool {
    general_names(content).any(|(tag, value)| tag == general_name::DIRECTORY && names::is_relative(value, issuer, last))
}

/// What a list says about its scope.
#[derive(Clone, Debug, Default)]
struct Scope {
    /// The content of the `[0]`.
    point: Option<Span>,
    only_user: bool,
    only_ca: bool,
    only_attribute: bool,
    is_indirect: bool,
    some_reasons: Option<Reasons>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    serial: Span,
    date: UnixTime,
    reason: RevocationReason,
    /// Index into the issuers of an indirect list; `None`: the list's own issuer.
    issuer: Option<u32>,
}

/// One revoked certificate in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Revoked {
    pub(crate) date: UnixTime,
    pub(crate) reason: RevocationReason,
}

/// A certificate revocation list.
#[derive(Clone, Debug)]
pub struct Crl {
    der: Arc<[u8]>,
    sha256: [u8; 32],
    tbs: Span,
    issuer: Span,
    this_update: UnixTime,
    next_update: Option<UnixTime>,
    algorithm: Span,
    signature: Span,
    /// Sorted by serial number.
    entries: Vec<Entry>,
    /// GeneralNames contents of certificateIssuer entry extensions.
    entry_issuers: Vec<Span>,
    scope: Scope,
    is_delta: bool,
    has_unknown_critical: bool,
}

impl Crl {
    /// Reads a list that fills `der`.
    ///
    /// # Errors
    /// Where and how `der` is not one.
    pub fn from_der(der: &[u8]) -> Result<Self, Asn1Error> {
        if der.len() > MAX_OCTETS {
            return Err(Asn1Error { kind: Asn1ErrorKind::Length, offset: 0 });
        }
        let (tbs, algorithm, signature) = single_sequence(der)?.within(|reader| {
            let parts = (reader.sequence()?, reader.sequence()?, reader.expect(tag::BIT_STRING)?);
            parts.2.bit_octets()?;
            Ok(parts)
        })?;
        let mut reader = tbs.reader();
        let version = reader.optional(tag::INTEGER)?;
        if let Some(version) = version.filter(|version| version.unsigned() != Ok(1)) {
            return Err(version.error(Asn1ErrorKind::Value));
        }
        let inner_algorithm = reader.sequence()?;
        if inner_algorithm.whole != algorithm.whole {
            return Err(inner_algorithm.error(Asn1ErrorKind::Value));
        }
        let issuer = short(reader.sequence()?)?;
        let this_update = reader.any()?.time()?;
        let next_update = match reader.peek() {
            Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(reader.any()?.time()?),
            _ => None,
        };
        let mut crl = Self {
            sha256: Digest::sha256(der),
            tbs: tbs.span(),
            issuer: issuer.span(),
            this_update,
            next_update,
            algorithm: algorithm.span(),
            signature: bit_string_octets(&signature),
            entries: Vec::new(),
            entry_issuers: Vec::new(),
            scope: Scope::default(),
            is_delta: false,
            has_unknown_critical: false,
            der: der.into(),
        };
        if let Some(revoked) = reader.optional(tag::SEQUENCE)? {
            crl.read_entries(&revoked)?;
        }
        if let Some(extensions) = reader.optional(tag::constructed(0))? {
            // 5.1.2.1: extensions only in version 2.
            if version.is_none() {
                return Err(extensions.error(Asn1ErrorKind::Order));
            }
            extensions.within(|reader| crl.read_extensions(&reader.sequence()?))?;
        }
        reader.finish()?;
        Ok(crl)
    }

    fn read_entries(&mut self, revoked: &Element<'_>) -> Asn1Result<()> {
        let mut reader = revoked.reader();
        let mut issuer = None;
        while !reader.is_empty() {
            let mut entry = reader.sequence()?.reader();
            let serial = entry.expect(tag::INTEGER)?;
            // Compared octet by octet with a certificate's, which is minimal: a longer one would never be found.
            serial.integer()?;
            let date = entry.any()?.time()?;
            let mut reason = RevocationReason(0);
            if let Some(extensions) = entry.optional(tag::SEQUENCE)? {
                for extension in read_extensions(&extensions)? {
                    let value = extension.value();
                    match extension.oid {
                        oid::REASON_CODE => {
                            let code = value?;
                            reason = RevocationReason(
                                u8::try_from(code.unsigned()?).map_err(|_| code.error(Asn1ErrorKind::Value))?,
                            );
                        }
                        oid::CERTIFICATE_ISSUER => {
                            // 5.3.3: holds for this entry and those behind it.
                            issuer = u32::try_from(self.entry_issuers.len()).ok();
                            self.entry_issuers.push(value?.content_span());
                        }
                        oid::INVALIDITY_DATE => {}
                        _ => self.has_unknown_critical |= extension.is_critical,
                    }
                }
            }
            entry.finish()?;
            self.entries.push(Entry { serial: serial.content_span(), date, reason, issuer });
        }
        let der = Arc::clone(&self.der);
        self.entries.sort_by(|first, second| first.serial.of(&der).cmp(second.serial.of(&der)));
        Ok(())
    }

    fn read_extensions(&mut self, sequence: &Element<'_>) -> Asn1Result<()> {
        for extension in read_extensions(sequence)? {
            match extension.oid {
                oid::DELTA_CRL_INDICATOR => self.is_delta = true,
                oid::ISSUING_DISTRIBUTION_POINT => self.scope = scope(&short(extension.value()?)?)?,
                oid::CRL_NUMBER | oid::AUTHORITY_KEY_IDENTIFIER | oid::ISSUER_ALT_NAME | oid::FRESHEST_CRL => {}
                _ => self.has_unknown_critical |= extension.is_critical,
            }
        }
        Ok(())
    }

    /// SHA-256 over the octets.
    pub(crate) fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    /// What the issuer signed.
    pub(crate) fn tbs(&self) -> &[u8] {
        self.tbs.of(&self.der)
    }

    /// The issuer's name in DER.
    pub(crate) fn issuer(&self) -> &[u8] {
        self.issuer.of(&self.der)
    }

    /// When the list was made.
    pub fn this_update(&self) -> UnixTime {
        self.this_update
    }

    /// When the next list is due at the latest.
    pub fn next_update(&self) -> Option<UnixTime> {
        self.next_update
    }

    pub(crate) fn signature(&self) -> &[u8] {
        self.signature.of(&self.der)
    }

    pub(crate) fn signature_algorithm(&self) -> Result<SignatureAlgorithm, UnknownAlgorithm> {
        signature_algorithm(self.algorithm.of(&self.der))
    }

    pub(crate) fn is_delta(&self) -> bool {
        self.is_delta
    }

    pub(crate) fn has_unknown_critical(&self) -> bool {
        self.has_unknown_critical
    }

    pub(crate) fn is_indirect(&self) -> bool {
        self.scope.is_indirect
    }

    /// The kind of certificate is in the list's scope (RFC 5280, 6.3.3 (b) (2) (ii) to (iv)).
    pub(crate) fn covers(&self, is_ca: bool) -> bool {
        let Scope { only_attribute, only_user, only_ca, .. } = self.scope;
        match (only_attribute, is_ca) {
            (true, _) => false,
            (false, true) => !only_user,
            (false, false) => !only_ca,
        }
    }

    /// The name of its own distribution point.
    pub(crate) fn point(&self) -> Option<PointName<'_>> {
        self.scope.point.and_then(|span| {
            // Read once when the list was read.
            let mut reader = Reader::new(span.of(&self.der));
            PointName::read(&reader.any().ok()?).ok()
        })
    }

    pub(crate) fn reasons(&self) -> Reasons {
        self.scope.some_reasons.unwrap_or(Reasons::ALL)
    }

    /// Finds a certificate by its serial number and issuer.
    pub(crate) fn find(&self, serial: &[u8], issuer: &[u8]) -> Option<Revoked> {
        let first = self.entries.partition_point(|entry| entry.serial.of(&self.der) < serial);
        self.entries
            .iter()
            .skip(first)
            .take_while(|entry| entry.serial.of(&self.der) == serial)
            .find(|entry| match entry.issuer.and_then(|index| self.entry_issuers.get(usize::try_from(index).ok()?)) {
                None => names::is_same(self.issuer(), issuer),
                Some(issuers) => has_directory_name(issuers.of(&self.der), issuer),
            })
            .map(|entry| Revoked { date: entry.date, reason: entry.reason })
    }
}

/// Refuses what is longer than any honest name.
fn short(element: Element<'_>) -> Asn1Result<Element<'_>> {
    if element.whole.len() > MAX_NAME_OCTETS { Err(element.error(Asn1ErrorKind::Length)) } else { Ok(element) }
}

fn scope(value: &Element<'_>) -> Asn1Result<Scope> {
    if value.tag != tag::SEQUENCE {
        return Err(value.error(Asn1ErrorKind::UnexpectedTag));
    }
    value.within(|reader| {
        let point = reader.optional(tag::constructed(0))?;
        if let Some(point) = &point {
            PointName::read(point)?;
        }
        let flag = |reader: &mut Reader<'_>, number| {
            reader.optional(tag::primitive(number))?.map_or(Ok(false), |element| element.boolean())
        };
        Ok(Scope {
            point: point.map(|point| point.span()),
            only_user: flag(reader, 1)?,
            only_ca: flag(reader, 2)?,
            some_reasons: reader.optional(tag::primitive(3))?.map(|element| Reasons::of(&element)).transpose()?,
            is_indirect: flag(reader, 4)?,
            only_attribute: flag(reader, 5)?,
        })
    })
}

#[cfg(test)]
mod tests;
