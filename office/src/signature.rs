//! A signing act as the service tells it, read from the wire and not yet believed: see [`crate::acceptance`].

use evidence::DocumentType;

use crate::{request_id::RequestId, signature_name::SignatureName};

/// Where a signing act stands in the service's register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureState {
    /// The intent is recorded and the outcome is not.
    Open,
    /// The signature was made, recorded and released.
    Signed,
    /// No signature was released and none will be.
    Abandoned,
}

/// One signature of this office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Its resource name.
    pub name: SignatureName,
    /// The request that asked for it.
    pub request_id: RequestId,
    /// Where it stands.
    pub state: SignatureState,
    /// Number of its intent in the register.
    pub sequence: u64,
    /// The service's time in the signing statement, in seconds since 1970-01-01T00:00:00Z.
    pub signing_time_unix: u64,
    /// The document's type.
    pub document_type: DocumentType,
    /// SHA-256 over the document's ByteRange.
    pub document_digest: [u8; 32],
    /// The CMS in DER; empty unless signed, and in lists.
    pub cms: Vec<u8>,
    /// The signature that this one replaced.
    pub replaces: Option<SignatureName>,
    /// The signature that replaced this one.
    pub replaced_by: Option<SignatureName>,
    /// Why it was abandoned; empty otherwise.
    pub abandoned_reason: String,
}

/// The service's answer to a request to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The signature.
    pub signature: Signature,
    /// It repeats an answer that was given before.
    pub replayed: bool,
}

/// Which signature is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureKey {
    /// By its name.
    Name(SignatureName),
    /// By the request that asked for it.
    RequestId(RequestId),
}
