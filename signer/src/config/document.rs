//! `[seal]` and `[status]`: what a service needs to seal documents and to publish their status.

use std::num::NonZeroU32;
use std::path::PathBuf;

use evidence::DocumentType;
use evidence::seal::SealPrefix;
use evidence::{OfficeId, StatusPrefix};
use serde::{Deserialize, Deserializer, de};
use thiserror::Error;

use super::Settings;

/// Most seconds between a change of a status and the list that says so.
const PUBLISH_SECONDS_LIMIT: u32 = 900;

/// How documents are sealed. Without this table the service makes no seals.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealSettings {
    /// The seal key, PKCS#8 encrypted (PEM) with the passphrase of the signing key.
    pub key: PathBuf,
    /// What stands before a seal's digits.
    #[serde(deserialize_with = "seal_prefix")]
    pub prefix: SealPrefix,
    /// The types for which seals are made.
    #[serde(default = "surat_alone", deserialize_with = "sealed_types")]
    pub document_types: Vec<DocumentType>,
}

/// How statuses are published. Without this table the service publishes none.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusSettings {
    /// The status key, PKCS#8 encrypted (PEM) with the passphrase of the signing key.
    pub key: PathBuf,
    /// The directory that gets one file a shard, `SHARD.cwt`. It is made when it is not there.
    pub directory: PathBuf,
    /// What stands before the shard's number in a list's `sub`.
    #[serde(deserialize_with = "status_prefix")]
    pub prefix: StatusPrefix,
    /// Seconds, at most, between a change and the list that says so.
    #[serde(default = "publish_seconds", deserialize_with = "bounded_publish_seconds")]
    pub publish_seconds: NonZeroU32,
}

/// Why `[seal]`, `[status]` and the offices do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DocumentSettingsError {
    /// A seal without a published status could never be found valid.
    #[error("[seal] needs [status]: a seal whose status nobody publishes is never found valid")]
    SealWithoutStatus,
    /// The seal names its office by a number.
    #[error("office {id} has no number; with [seal] every [[office]] needs one, such as number = 1")]
    NumberMissing {
        /// The office.
        id: OfficeId,
    },
    /// Two offices have one number.
    #[error("the offices {first} and {second} have the same number")]
    NumberTwice {
        /// The office that is listed first.
        first: OfficeId,
        /// The other one.
        second: OfficeId,
    },
    /// One file for two purposes: who has one key must not have the other.
    #[error("the signing key, the seal key and the status key must be three files")]
    SharedKey,
}

impl Settings {
    /// Sees that the tables fit together.
    pub(super) fn check_document_settings(&self) -> Result<(), DocumentSettingsError> {
        let keys = [
            Some(&self.credential.key),
            self.seal.as_ref().map(|seal| &seal.key),
            self.status.as_ref().map(|status| &status.key),
        ];
        let [signing, seal, status] = keys;
        if (seal.is_some() && (seal == signing || seal == status)) || (status.is_some() && status == signing) {
            return Err(DocumentSettingsError::SharedKey);
        }
        for (position, office) in self.offices.iter().enumerate() {
            if self.seal.is_some() && office.number.is_none() {
                return Err(DocumentSettingsError::NumberMissing { id: office.id.clone() });
            }
            let mut earlier = self.offices.iter().take(position);
            if let Some(first) = earlier.find(|other| office.number.is_some() && other.number == office.number) {
                let (first, second) = (first.id.clone(), office.id.clone());
                return Err(DocumentSettingsError::NumberTwice { first, second });
            }
        }
        if self.seal.is_some() && self.status.is_none() {
            return Err(DocumentSettingsError::SealWithoutStatus);
        }
        Ok(())
    }
}

fn seal_prefix<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SealPrefix, D::Error> {
    SealPrefix::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
}

fn status_prefix<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StatusPrefix, D::Error> {
    StatusPrefix::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
}

fn surat_alone() -> Vec<DocumentType> {
    vec![DocumentType::surat()]
}

/// The types that have a profile of claims.
fn sealed_types<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<DocumentType>, D::Error> {
    let known = [DocumentType::surat(), DocumentType::kk(), DocumentType::akta()];
    let names = Vec::<String>::deserialize(deserializer)?;
    let known_as = |name: &String| known.iter().find(|known| known.as_str() == name).cloned();
    names
        .iter()
        .map(|name| {
            known_as(name).ok_or_else(|| {
                de::Error::custom(format_args!("no seal for document type `{name}`, expected surat, kk or akta"))
            })
        })
        .collect()
}

const fn publish_seconds() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(59)
}

fn bounded_publish_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NonZeroU32, D::Error> {
    let seconds = NonZeroU32::deserialize(deserializer)?;
    if seconds.get() > PUBLISH_SECONDS_LIMIT {
        return Err(de::Error::custom(format_args!("publish_seconds is at most {PUBLISH_SECONDS_LIMIT}")));
    }
    Ok(seconds)
}
