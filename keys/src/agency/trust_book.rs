//! [`TrustBook`]: the keys of seals and status tokens, and what the next trust list says of them; part of `ca/index.json`.
//!
//! It holds public keys only, and none is ever taken out: what was sealed with a retired key stays sealed. The list is made of
//! this book and of nothing else.

use core::fmt;

use evidence::{
    AddressError, KeyHint, SealPrefix, StatusPrefix, UnixSeconds,
    trust_list::{KeyPurpose, KeyState, TrustedKey},
};
use serde::{Deserialize, Serialize};

use super::AgencyError;
use crate::PublicKey;

/// What a key signs, beside the signatures on documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatementKind {
    /// Seals on what is printed.
    Seal,
    /// Status tokens.
    Status,
}

impl StatementKind {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Seal, Self::Status];

    /// As it is written in file names and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Status => "status",
        }
    }
}

impl fmt::Display for StatementKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is to be thought of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// In use.
    Active,
    /// Another took its place; what it signed in its time holds.
    Retired,
    /// Somebody else may have it, from this time on (Unix seconds).
    Compromised(u64),
}

/// One key of seals or status tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatementKey {
    /// DER of the SubjectPublicKeyInfo, hexadecimal.
    pub spki: String,
    /// What it signs.
    pub kind: StatementKind,
    /// First moment at which it signs, Unix seconds.
    pub from: u64,
    /// Last moment at which it signs, Unix seconds.
    pub until: u64,
    /// What is to be thought of it.
    pub standing: Standing,
}

impl StatementKey {
    /// DER of the SubjectPublicKeyInfo.
    pub(super) fn spki_der(&self) -> Result<Vec<u8>, AgencyError> {
        hex::decode(&self.spki).map_err(|_| AgencyError::Encoding(der::ErrorKind::Failed))
    }

    /// As the trust list says it.
    pub(super) fn trusted(&self) -> Result<TrustedKey, AgencyError> {
        Ok(TrustedKey {
            spki_der: self.spki_der()?,
            purpose: match self.kind {
                StatementKind::Seal => KeyPurpose::Seal,
                StatementKind::Status => KeyPurpose::Status,
            },
            issue_from: UnixSeconds(self.from),
            issue_to: UnixSeconds(self.until),
            state: match self.standing {
                Standing::Active => KeyState::Active,
                Standing::Retired => KeyState::Retired,
                Standing::Compromised(at) => KeyState::Compromised { at: UnixSeconds(at) },
            },
        })
    }

    /// As seals and tokens name it.
    pub fn hint(&self) -> KeyHint {
        KeyHint::of_spki(&hex::decode(&self.spki).unwrap_or_default())
    }
}

/// What the next trust list changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustListChange {
    /// Prefixes of seals to add; the list keeps those it has.
    pub prefixes: Vec<String>,
    /// Where status tokens are found from now on.
    pub status_prefix: Option<String>,
}

/// What the next trust list is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TrustBook {
    /// Of the last list; it only grows.
    pub(super) sequence: u64,
    /// Before what every seal's text begins with, oldest first; none is ever taken out, because paper keeps what was printed.
    pub(super) prefixes: Vec<String>,
    pub(super) status_prefix: String,
    pub(super) keys: Vec<StatementKey>,
}

impl TrustBook {
    /// A book without keys, of which no list was made yet.
    pub(super) fn new(change: &TrustListChange) -> Result<Self, AgencyError> {
        let mut book = Self {
            sequence: 0,
            prefixes: Vec::new(),
            status_prefix: super::options::STATUS_PREFIX.to_owned(),
            keys: Vec::new(),
        };
        book.apply(change)?;
        if book.prefixes.is_empty() {
            book.prefixes.push(super::options::SEAL_PREFIX.to_owned());
        }
        Ok(book)
    }

    /// Takes over what a change says.
    pub(super) fn apply(&mut self, change: &TrustListChange) -> Result<(), AgencyError> {
        for prefix in &change.prefixes {
            seal_prefix(prefix)?;
            if !self.prefixes.contains(prefix) {
                self.prefixes.push(prefix.clone());
            }
        }
        if let Some(prefix) = &change.status_prefix {
            status_prefix(prefix)?;
            self.status_prefix = prefix.clone();
        }
        Ok(())
    }

    pub(super) fn prefixes(&self) -> Result<Vec<SealPrefix>, AgencyError> {
        self.prefixes.iter().map(|text| seal_prefix(text)).collect()
    }

    pub(super) fn status_prefix(&self) -> Result<StatusPrefix, AgencyError> {
        status_prefix(&self.status_prefix)
    }

    pub(super) fn knows(&self, spki_der: &[u8]) -> bool {
        let spki = hex::encode(spki_der);
        self.keys.iter().any(|key| key.spki == spki)
    }

    /// Takes a key into use; the one until now signs on until `overlap_end` at most.
    pub(super) fn put_in_use(
        &mut self,
        kind: StatementKind,
        key: &PublicKey,
        from: u64,
        until: u64,
        overlap_end: u64,
    ) -> Result<(), AgencyError> {
        if until <= from {
            return Err(AgencyError::Times);
        }
        for old in self.keys.iter_mut().filter(|old| old.kind == kind && old.standing == Standing::Active) {
            old.standing = Standing::Retired;
            old.until = old.until.min(overlap_end);
        }
        let spki = hex::encode(key.spki_der());
        self.keys.push(StatementKey { spki, kind, from, until, standing: Standing::Active });
        Ok(())
    }

    /// The one key of this kind that a hint names.
    fn named(&mut self, kind: StatementKind, hint: KeyHint) -> Result<&mut StatementKey, AgencyError> {
        let mut named = self.keys.iter_mut().filter(|key| key.kind == kind && key.hint() == hint);
        match (named.next(), named.next()) {
            (Some(key), None) => Ok(key),
            _ => Err(AgencyError::UnknownStatementKey { kind, hint }),
        }
    }

    /// Marks a key as compromised from a time on; an earlier time than the one recorded is taken, a later one is not.
    pub(super) fn compromise(
        &mut self,
        kind: StatementKind,
        hint: KeyHint,
        at: u64,
        now: u64,
    ) -> Result<Standing, AgencyError> {
        let key = self.named(kind, hint)?;
        if at > now || at < key.from {
            return Err(AgencyError::CompromiseTime { at, from: key.from, now });
        }
        let before = key.standing;
        key.standing = Standing::Compromised(match before {
            Standing::Compromised(earlier) => at.min(earlier),
            Standing::Active | Standing::Retired => at,
        });
        Ok(before)
    }
}

fn seal_prefix(text: &str) -> Result<SealPrefix, AgencyError> {
    SealPrefix::parse(text).map_err(|error| wrong(StatementKind::Seal, text, error))
}

fn status_prefix(text: &str) -> Result<StatusPrefix, AgencyError> {
    StatusPrefix::parse(text).map_err(|error| wrong(StatementKind::Status, text, error))
}

fn wrong(kind: StatementKind, text: &str, error: AddressError) -> AgencyError {
    AgencyError::Prefix { kind, text: text.to_owned(), error }
}
