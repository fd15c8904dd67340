//! What a verdict rests on: the certificates, lists and clocks that were used, as plain values.

use crate::certificate::Certificate;
use crate::clock::UnixTime;
use crate::revocation::Crl;
use crate::{names, oid};

/// A certificate, for people and for whoever wants to find it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// The subject for people: its common name, else everything that it says.
    pub name: String,
    /// The subject's title.
    pub title: Option<String>,
    /// The subject's organization.
    pub organization: Option<String>,
    /// The whole subject, most specific part first.
    pub subject: String,
    /// The issuer for people.
    pub issuer: String,
    /// The serial number: the octets of the INTEGER, hexadecimal.
    pub serial: String,
    /// First moment of validity.
    pub not_before: UnixTime,
    /// Last moment of validity.
    pub not_after: UnixTime,
    /// SHA-256 over the certificate.
    pub sha256: [u8; 32],
}

impl CertificateFacts {
    pub(crate) fn of(certificate: &Certificate) -> Self {
        let subject = certificate.subject();
        let attribute = |wanted| names::attribute_values(subject, wanted).into_iter().next_back();
        Self {
            name: certificate.subject_for_people(),
            title: attribute(oid::TITLE),
            organization: attribute(oid::ORGANIZATION),
            subject: names::display_full(subject),
            issuer: names::display(certificate.issuer()),
            serial: hex::encode(certificate.serial()),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            sha256: *certificate.sha256(),
        }
    }
}

/// A revocation list that said something about a certificate of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListUsed {
    /// Its issuer, for people.
    pub issuer: String,
    /// When it was made.
    pub this_update: UnixTime,
    /// When the next one is due.
    pub next_update: Option<UnixTime>,
    /// SHA-256 over the list.
    pub sha256: [u8; 32],
    /// Where it lay.
    pub source: ListSource,
}

impl ListUsed {
    pub(crate) fn of(list: &Crl, source: ListSource) -> Self {
        Self {
            issuer: names::display(list.issuer()),
            this_update: list.this_update(),
            next_update: list.next_update(),
            sha256: *list.sha256(),
            source,
        }
    }
}

/// Where a revocation list lay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListSource {
    /// It was given beside the document.
    Given,
    /// The document carries it.
    Carried,
}

impl ListSource {
    /// As it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Given => "GIVEN",
            Self::Carried => "CARRIED",
        }
    }
}

/// What the best signature time rests on (EN 319 102-1, 5.5.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeBasis {
    /// Nothing but that the signature is there now: the moment of validation.
    Validation,
    /// A time-stamp on the signature value.
    SignatureTimeStamp {
        /// The authority, for people.
        authority: String,
    },
    /// The signature is itself a document time-stamp.
    DocumentTimeStamp {
        /// The authority, for people.
        authority: String,
    },
}

impl TimeBasis {
    /// As it stands in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Validation => "VALIDATION-TIME",
            Self::SignatureTimeStamp { .. } => "SIGNATURE-TIME-STAMP",
            Self::DocumentTimeStamp { .. } => "DOCUMENT-TIME-STAMP",
        }
    }
}
