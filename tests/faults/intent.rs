//! An intent as the service records it, for the controls: they take its register and its key, and break the order between them.

use evidence::{CommitmentDomain, CommitmentKey, DocumentType, OfficeId};
use keys::Credential;
use pades::{CertificateChain, DocumentDigest, SignedAttributes};
use signer::{
    SignError,
    domain::{Commitments, RequestId},
    register::NewIntent,
};

/// An intent to sign a digest, whose attributes `look` sees in the middle of the transaction: before the commit.
pub(crate) fn intent(
    credential: &Credential,
    office: OfficeId,
    request_id: RequestId,
    document_digest: DocumentDigest,
    look: impl FnOnce(&SignedAttributes) + Send + 'static,
) -> anyhow::Result<NewIntent> {
    let chain = CertificateChain::from_der(credential.chain_der().iter().cloned())?;
    let number = CommitmentKey::from_bytes([1; 32]).commit(CommitmentDomain::DocumentNumber, &request_id.to_string());
    Ok(NewIntent {
        office,
        request_id,
        commitments: Commitments { request: number, number, officer: number },
        document_type: DocumentType::surat(),
        document_digest,
        preparation: None,
        key_id: credential.key_id().clone(),
        chain_id: credential.chain_id(),
        replaces: None,
        reservation: None,
        build: Box::new(move |_| {
            let attributes = SignedAttributes::new(&document_digest, chain.signing_certificate(), &[])
                .map_err(SignError::Attributes)?;
            look(&attributes);
            Ok(attributes)
        }),
    })
}
