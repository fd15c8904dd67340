//! [`Ledger`]: what an agency has issued and revoked, and how far its CRLs are; `ca/index.json`.
//!
//! A CA that does not know what it signed cannot revoke it. The ledger is therefore written before a certificate is handed
//! out, never after, and nothing is ever taken out of it.

use core::fmt;
use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};
use x509_cert::ext::pkix::CrlReason;

use super::{AgencyError, trust_book::TrustBook};
use crate::Certificate;

/// The version of the file that this program writes.
pub(super) const VERSION: u32 = 2;
/// The version of an agency that has no trust list: it stays so until it gets one, for the programs that know no other.
const WITHOUT_TRUST_LIST: u32 = 1;

/// Which CA of the agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authority {
    /// The public anchor of signatures; certifies the issuing CA alone.
    Root,
    /// Certifies the signer.
    Issuing,
    /// Certifies the service and the offices for TLS; an anchor of its own, which vouches for no signature.
    Access,
}

impl Authority {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Root, Self::Issuing, Self::Access];

    /// As it is written in file names and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Issuing => "issuing",
            Self::Access => "access",
        }
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a certificate is revoked (RFC 5280, 5.3.1: the reasons that make sense here).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationReason {
    /// Not told.
    Unspecified,
    /// Somebody else may have the key: signatures from the revocation on are worth nothing.
    KeyCompromise,
    /// The person or office changed its name or place.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// The office is held no more, without any doubt about the key.
    CessationOfOperation,
    /// The right to use it was withdrawn.
    PrivilegeWithdrawn,
}

impl RevocationReason {
    pub(super) fn crl_reason(self) -> CrlReason {
        match self {
            Self::Unspecified => CrlReason::Unspecified,
            Self::KeyCompromise => CrlReason::KeyCompromise,
            Self::AffiliationChanged => CrlReason::AffiliationChanged,
            Self::Superseded => CrlReason::Superseded,
            Self::CessationOfOperation => CrlReason::CessationOfOperation,
            Self::PrivilegeWithdrawn => CrlReason::PrivilegeWithdrawn,
        }
    }
}

/// What a certificate was issued for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// A CA of the agency.
    Authority,
    /// The signer's signatures on documents.
    Signing,
    /// The service's TLS certificate.
    Server,
    /// An office's TLS certificate, with its id.
    Office(String),
}

/// When and why a certificate was revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Revoked {
    /// Unix seconds.
    pub at: u64,
    /// Why.
    pub reason: RevocationReason,
}

/// One issued certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Issued {
    /// Serial number, lower-case hexadecimal.
    pub serial: String,
    /// What for.
    pub purpose: Purpose,
    /// The subject's name as RFC 4514 writes it.
    pub subject: String,
    /// Which key it certifies.
    pub key_id: String,
    /// Start of the validity, Unix seconds.
    pub not_before: u64,
    /// End of the validity, Unix seconds.
    pub not_after: u64,
    /// Set once, for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Revoked>,
}

impl Issued {
    pub(super) fn of(certificate: &Certificate, purpose: Purpose) -> Self {
        Self {
            serial: certificate.serial_hex(),
            purpose,
            subject: certificate.parsed().tbs_certificate().subject().to_string(),
            key_id: certificate.key_id().to_string(),
            not_before: certificate.not_before_unix(),
            not_after: certificate.not_after_unix(),
            revoked: None,
        }
    }

    /// What it is worth at a time.
    pub fn state(&self, at: u64) -> State {
        if self.revoked.is_some() {
            State::Revoked
        } else if at > self.not_after {
            State::Expired
        } else if at < self.not_before {
            State::NotYetValid
        } else {
            State::Valid
        }
    }
}

/// What an issued certificate is worth at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// In its validity and not revoked.
    Valid,
    /// Before its validity.
    NotYetValid,
    /// After its validity.
    Expired,
    /// Revoked, whatever its validity.
    Revoked,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Valid => "valid",
            Self::NotYetValid => "not yet valid",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        })
    }
}

/// The book of one CA.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Book {
    /// Number of the last CRL (RFC 5280, 5.2.3: it only grows).
    pub(super) crl_number: u64,
    pub(super) issued: Vec<Issued>,
}

/// `ca/index.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Ledger {
    pub(super) version: u32,
    /// As the certificates say it, with its mark.
    pub(super) organization: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) organizational_unit: Option<String>,
    pub(super) test_mark: super::TestMark,
    pub(super) crl_base_uri: String,
    pub(super) crl_lifetime_seconds: u64,
    pub(super) tls_validity_seconds: u64,
    pub(super) authorities: BTreeMap<Authority, Book>,
    /// Since version 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) trust: Option<TrustBook>,
}

impl Ledger {
    pub(super) fn from_json(octets: &[u8], path: &Path) -> Result<Self, AgencyError> {
        /// The version is read first: a later file may have fields that this program does not know.
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let damaged = |error: serde_json::Error| AgencyError::IndexDamaged {
            path: path.to_owned(),
            line: error.line(),
            column: error.column(),
        };
        let Versioned { version } = serde_json::from_slice(octets).map_err(damaged)?;
        if version != VERSION && version != WITHOUT_TRUST_LIST {
            return Err(AgencyError::IndexVersion { path: path.to_owned(), version });
        }
        serde_json::from_slice(octets).map_err(damaged)
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).expect("strings, numbers and maps with string keys encode");
        text.push(b'\n');
        text
    }

    pub(super) fn book(&mut self, authority: Authority) -> &mut Book {
        self.authorities.entry(authority).or_default()
    }

    /// Everything issued, with its issuer.
    pub(super) fn issued(&self) -> impl Iterator<Item = (Authority, &Issued)> {
        self.authorities.iter().flat_map(|(&authority, book)| book.issued.iter().map(move |issued| (authority, issued)))
    }

    pub(super) fn find_mut(&mut self, serial: &str) -> Option<(Authority, &mut Issued)> {
        self.authorities
            .iter_mut()
            .flat_map(|(&authority, book)| book.issued.iter_mut().map(move |issued| (authority, issued)))
            .find(|(_, issued)| issued.serial == serial)
    }
}

#[cfg(test)]
mod tests {
    use super::{Issued, Purpose, RevocationReason, Revoked, State};

    fn issued(revoked: Option<Revoked>) -> Issued {
        Issued {
            serial: "41".to_owned(),
            purpose: Purpose::Signing,
            subject: "CN=Siti Contoh".to_owned(),
            key_id: "00".to_owned(),
            not_before: 100,
            not_after: 200,
            revoked,
        }
    }

    #[test]
    fn both_ends_of_the_validity_are_valid() {
        // RFC 5280, 4.1.2.5: "from notBefore through notAfter, inclusive".
        let states = [99, 100, 200, 201].map(|at| issued(None).state(at));
        assert_eq!(states, [State::NotYetValid, State::Valid, State::Valid, State::Expired]);
    }

    #[test]
    fn revoked_is_revoked_at_any_time() {
        let revoked = Some(Revoked { at: 150, reason: RevocationReason::Superseded });
        assert_eq!([0, 120, 500].map(|at| issued(revoked.clone()).state(at)), [State::Revoked; 3]);
    }
}
