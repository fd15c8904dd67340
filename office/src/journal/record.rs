//! What `request.json` says: one request, complete enough to be sent again by another run of another day.
//!
//! The file names its version. A field that is unknown, missing or malformed makes the record damaged; nothing is guessed.

use std::path::PathBuf;

use evidence::{DocumentType, OfficeId};
use serde::{Deserialize, Serialize, de::Error as _};

use crate::{
    document::{Document, DocumentNumber, OfficerAccount},
    durable::Existing,
    request_id::RequestId,
    signature_name::SignatureName,
};

const VERSION: u32 = 1;

/// Which call of the service a request makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// `SignDigest` or `BatchSignDigests`: the document stays here.
    Digest,
    /// `SignDocument`: the whole document travels.
    Document,
}

/// Where the signed file goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The place.
    pub path: PathBuf,
    /// Whether a file in that place may be replaced.
    pub existing: Existing,
}

/// One request as it was, or will be, sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "RequestFile", try_from = "RequestFile")]
pub struct Request {
    /// Its id.
    pub request_id: RequestId,
    /// The office that asks: a request is never sent in the name of another one.
    pub office: OfficeId,
    /// Which call it makes.
    pub way: Way,
    /// Which document it is about.
    pub document: Document,
    /// The signature that the new one replaces.
    pub replaces: Option<SignatureName>,
    /// SHA-256 of the seal on the prepared page.
    pub seal_hash: Option<[u8; 32]>,
    /// SHA-256 of the input file.
    pub input_sha256: [u8; 32],
    /// SHA-256 of the payload of the entry.
    pub payload_sha256: [u8; 32],
    /// The profile's certificates (DER) when the document was prepared, the signing certificate first.
    pub certificate_chain: Vec<Vec<u8>>,
    /// Where the input came from; for people only.
    pub input: Option<PathBuf>,
    /// Where the signed file goes; `None` when a program takes it from memory.
    pub output: Option<Output>,
}

/// What makes two requests the same work: the same file under the same type and number, for the same office.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject {
    /// The office that asks.
    pub office: OfficeId,
    /// SHA-256 of the input file.
    pub input_sha256: [u8; 32],
    /// The document's type.
    pub document_type: DocumentType,
    /// The document's number.
    pub number: DocumentNumber,
}

impl Request {
    /// What this request is about.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject {
            office: self.office.clone(),
            input_sha256: self.input_sha256,
            document_type: self.document.document_type.clone(),
            number: self.document.number.clone(),
        }
    }
}

/// The JSON object.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestFile {
    version: u32,
    request_id: String,
    office: String,
    way: Way,
    document_type: String,
    number: String,
    officer: String,
    replaces: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seal_hash: Option<String>,
    input_sha256: String,
    payload_sha256: String,
    certificate_chain: Vec<String>,
    input: Option<PathBuf>,
    output: Option<PathBuf>,
    replace_output: bool,
}

impl From<Request> for RequestFile {
    fn from(request: Request) -> Self {
        let replace_output = request.output.as_ref().is_some_and(|output| output.existing == Existing::Replace);
        Self {
            version: VERSION,
            request_id: request.request_id.to_string(),
            office: request.office.as_str().to_owned(),
            way: request.way,
            document_type: request.document.document_type.as_str().to_owned(),
            number: request.document.number.as_str().to_owned(),
            officer: request.document.officer.as_str().to_owned(),
            replaces: request.replaces.map(|name| name.as_str().to_owned()),
            seal_hash: request.seal_hash.map(hex::encode),
            input_sha256: hex::encode(request.input_sha256),
            payload_sha256: hex::encode(request.payload_sha256),
            certificate_chain: request.certificate_chain.iter().map(hex::encode).collect(),
            input: request.input,
            output: request.output.map(|output| output.path),
            replace_output,
        }
    }
}

impl TryFrom<RequestFile> for Request {
    type Error = serde_json::Error;

    fn try_from(file: RequestFile) -> Result<Self, Self::Error> {
        if file.version != VERSION {
            return Err(serde_json::Error::custom(format_args!("version {} is not {VERSION}", file.version)));
        }
        let existing = if file.replace_output { Existing::Replace } else { Existing::Keep };
        Ok(Self {
            request_id: RequestId::parse(&file.request_id).map_err(serde_json::Error::custom)?,
            office: OfficeId::parse(&file.office).map_err(serde_json::Error::custom)?,
            way: file.way,
            document: Document {
                document_type: DocumentType::parse(&file.document_type).map_err(serde_json::Error::custom)?,
                number: DocumentNumber::parse(&file.number).map_err(serde_json::Error::custom)?,
                officer: OfficerAccount::parse(&file.officer).map_err(serde_json::Error::custom)?,
            },
            replaces: file
                .replaces
                .as_deref()
                .map(SignatureName::parse)
                .transpose()
                .map_err(serde_json::Error::custom)?,
            seal_hash: file.seal_hash.as_deref().map(sha256).transpose()?,
            input_sha256: sha256(&file.input_sha256)?,
            payload_sha256: sha256(&file.payload_sha256)?,
            certificate_chain: file
                .certificate_chain
                .iter()
                .map(hex::decode)
                .collect::<Result<_, _>>()
                .map_err(serde_json::Error::custom)?,
            input: file.input,
            output: file.output.map(|path| Output { path, existing }),
        })
    }
}

fn sha256(text: &str) -> Result<[u8; 32], serde_json::Error> {
    let mut octets = [0; 32];
    hex::decode_to_slice(text, &mut octets).map_err(serde_json::Error::custom)?;
    Ok(octets)
}
