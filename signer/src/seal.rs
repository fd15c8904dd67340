//! Making seals: key, prefix, and for which types.
//!
//! A seal depends on the request, the status index and the date of issue alone: nonce and signature are derived, so that
//! the same request gets the same octets for ever, and the register needs to keep nothing but their hash.

use evidence::seal::printed::PrintedFields;
use evidence::seal::{Days, Head, KeyHint, PayloadError, Seal, SealPayload, SealPrefix, UnsignedSeal, nonce};
use evidence::{CommitmentKey, DocumentType, OfficeId, StatusIndex, UnixSeconds};
use keys::SealKey;

use crate::domain::RequestId;
use crate::error::SignError;

/// What a service needs to make seals.
#[derive(Debug)]
pub struct SealMaker {
    key: SealKey,
    prefix: SealPrefix,
    document_types: Vec<DocumentType>,
}

/// What stands in a seal beside the claims.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SealHead {
    pub(crate) status: StatusIndex,
    /// Unix seconds; the seal has the day in WIB.
    pub(crate) issued_at: u64,
    /// Number of the office.
    pub(crate) office: u16,
}

impl SealMaker {
    /// Takes the key and what the configuration says about seals.
    #[must_use]
    pub const fn new(key: SealKey, prefix: SealPrefix, document_types: Vec<DocumentType>) -> Self {
        Self { key, prefix, document_types }
    }

    /// The types for which seals are made.
    pub(crate) fn document_types(&self) -> &[DocumentType] {
        &self.document_types
    }

    pub(crate) fn prefix(&self) -> &SealPrefix {
        &self.prefix
    }

    pub(crate) fn key_id(&self) -> &str {
        self.key.key_id().as_str()
    }

    /// Refuses a type for which no seals are made.
    pub(crate) fn check_type(&self, document_type: &DocumentType) -> Result<(), SignError> {
        if self.document_types.contains(document_type) {
            return Ok(());
        }
        Err(SignError::SealTypeOff { document_type: document_type.clone() })
    }

    /// Masks what is printed and seals it.
    pub(crate) fn make(
        &self,
        commitment_key: &CommitmentKey,
        office: &OfficeId,
        request_id: RequestId,
        printed: &PrintedFields,
        head: SealHead,
    ) -> Result<Seal, SignError> {
        let nonce = nonce(commitment_key, office, &request_id.to_string(), printed);
        let payload = SealPayload {
            head: Head {
                nonce,
                issue_date: Days::in_jakarta(UnixSeconds(head.issued_at))
                    .map_err(|error| SignError::Seal(PayloadError::from(error).into()))?,
                status: head.status,
                office: head.office,
            },
            claims: printed.mask(&nonce).map_err(claims_refused)?,
        };
        let unsigned = UnsignedSeal::new(&payload, KeyHint::of_spki(self.key.spki_der()), &self.prefix)
            .map_err(SignError::Seal)?;
        let signature = self.key.sign(&unsigned.to_be_signed()).map_err(SignError::SealKeyUnavailable)?;
        unsigned.sign_with(signature).map_err(SignError::Seal)
    }
}

/// What is printed cannot be sealed: the caller's to correct.
pub(crate) fn claims_refused(error: evidence::seal::ClaimsError) -> SignError {
    SignError::Malformed { field: "claims", fault: crate::error::FieldFault::Claims(error) }
}
