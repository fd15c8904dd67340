//! What an office must know before it prepares a document: chain, name to show, octets to reserve, limits.
//!
//! The service gives it (`GetSigningProfile`); it can be kept in a JSON file, for `teken-office prepare --profile` and for the
//! counter that goes on preparing while the service is away.

use std::collections::BTreeSet;

use evidence::{DocumentType, OfficeId};
use pades::ContentsSize;
use serde::{Deserialize, Serialize, de::Error as _};

use crate::signer_chain::SignerChain;

const VERSION: u32 = 1;

/// The service's profile for one office.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "ProfileFile", try_from = "ProfileFile")]
pub struct Profile {
    /// The signer's certificates.
    pub chain: SignerChain,
    /// Name to show.
    pub signer_name: String,
    /// Title to show; may be empty.
    pub signer_title: String,
    /// Octets to reserve for the CMS.
    pub contents_size: ContentsSize,
    /// Largest document that the service takes whole, in octets.
    pub max_document_size_bytes: u64,
    /// Most items of one batch; at least 1.
    pub max_batch_size: usize,
    /// What this office may have signed.
    pub document_types: BTreeSet<DocumentType>,
    /// The office, as its client certificate names it.
    pub office: OfficeId,
}

/// The JSON object.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ProfileFile {
    version: u32,
    office: String,
    signer_name: String,
    signer_title: String,
    contents_size_bytes: usize,
    max_document_size_bytes: u64,
    max_batch_size: usize,
    document_types: Vec<String>,
    certificate_chain: Vec<String>,
}

impl From<Profile> for ProfileFile {
    fn from(profile: Profile) -> Self {
        Self {
            version: VERSION,
            office: profile.office.as_str().to_owned(),
            certificate_chain: profile.chain.to_der().map(hex::encode).collect(),
            signer_name: profile.signer_name,
            signer_title: profile.signer_title,
            contents_size_bytes: profile.contents_size.octets(),
            max_document_size_bytes: profile.max_document_size_bytes,
            max_batch_size: profile.max_batch_size,
            document_types: profile.document_types.iter().map(|known| known.as_str().to_owned()).collect(),
        }
    }
}

impl TryFrom<ProfileFile> for Profile {
    type Error = serde_json::Error;

    fn try_from(file: ProfileFile) -> Result<Self, Self::Error> {
        if file.version != VERSION {
            return Err(serde_json::Error::custom(format_args!("version {} is not {VERSION}", file.version)));
        }
        if file.contents_size_bytes == 0 || file.contents_size_bytes > ContentsSize::LIMIT || file.max_batch_size == 0 {
            return Err(serde_json::Error::custom("a size is out of its range"));
        }
        let chain = file
            .certificate_chain
            .iter()
            .map(hex::decode)
            .collect::<Result<Vec<_>, _>>()
            .map_err(serde_json::Error::custom)?;
        Ok(Self {
            chain: SignerChain::from_der(chain).map_err(serde_json::Error::custom)?,
            signer_name: file.signer_name,
            signer_title: file.signer_title,
            contents_size: ContentsSize::new(file.contents_size_bytes),
            max_document_size_bytes: file.max_document_size_bytes,
            max_batch_size: file.max_batch_size,
            document_types: file
                .document_types
                .iter()
                .map(|text| DocumentType::parse(text))
                .collect::<Result<_, _>>()
                .map_err(serde_json::Error::custom)?,
            office: OfficeId::parse(&file.office).map_err(serde_json::Error::custom)?,
        })
    }
}
