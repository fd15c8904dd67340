//! SetDocumentStatus and GetDocumentStatus: what the agency says of a document after it was signed.
//!
//! The register decides in one step, free of races: is it the office's, was it signed, may its status become this one? Who
//! asked and why is kept as commitments, and the reason's code in the clear.

use evidence::{CommitmentDomain, OfficeId};

use crate::authorize::admit;
use crate::domain::{Freshness, SetStatus, SignatureName, StatusRecord};
use crate::error::SignError;
use crate::register::{Changed, NewStatusChange};
use crate::signer::Signer;

/// Changes a status. `office` is the caller, as its certificate names it.
pub(crate) async fn set_status(
    signer: &Signer,
    office: &OfficeId,
    call: SetStatus,
) -> Result<(StatusRecord, Freshness), SignError> {
    // 1. Does the service publish statuses, and may this office change them?
    let entry = admit(&signer.offices, office)?;
    if signer.status_lists.is_none() {
        return Err(SignError::StatusNotServed);
    }
    if !entry.may_set_status {
        return Err(SignError::StatusNotAllowedToOffice);
    }
    // 2. The change is recorded. When this returns, the disk has it; the publisher hears of it.
    let change = new_change(signer, office, &call);
    let changed = signer.register.record_status_change(change).await?;
    let record = read(signer, office, &call.name).await?;
    match changed {
        Changed::New => Ok((record, Freshness::New)),
        Changed::Existing => Ok((record, Freshness::Replayed)),
    }
}

/// The status of one of the office's documents.
pub(crate) async fn get_status(
    signer: &Signer,
    office: &OfficeId,
    name: &SignatureName,
) -> Result<StatusRecord, SignError> {
    admit(&signer.offices, office)?;
    read(signer, office, name).await
}

async fn read(signer: &Signer, office: &OfficeId, name: &SignatureName) -> Result<StatusRecord, SignError> {
    // Another office's name is not even looked for; the answer is that of an absent one.
    if name.office != *office {
        return Err(SignError::NotFound);
    }
    signer.register.status(name).await?.ok_or(SignError::NotFound)
}

fn new_change(signer: &Signer, office: &OfficeId, call: &SetStatus) -> NewStatusChange {
    let key = &signer.commitment_key;
    let (officer, reason) = (call.requesting_officer.as_str(), call.reason.as_str());
    // Only the last line may hold a line feed.
    let whole = format!("status\n{}\n{}\n{}\n{officer}\n{reason}", call.name, call.status, call.reason_code.code());
    NewStatusChange {
        office: office.clone(),
        request_id: call.request_id,
        request: key.commit(CommitmentDomain::Request, &whole),
        officer: key.commit(CommitmentDomain::RequestingOfficer, officer),
        // No request commits to this text: the first line names their kind.
        reason: key.commit(CommitmentDomain::Request, &format!("reason\n{reason}")),
        reason_code: call.reason_code,
        // Another office's name is that of no intent: it goes the way of an absent one.
        intent: if call.name.office == *office { call.name.sequence } else { 0 },
        status: call.status,
    }
}
