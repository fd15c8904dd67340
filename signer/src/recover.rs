//! What becomes of an intent without an outcome, and of a request that comes again.
//!
//! An intent can be open because the process died between the key and the disk, because the disk was full, or because
//! the key could not be reached. In every case nothing was released for it, so signing the *same* attributes once more
//! is safe: at most one of the values ever leaves. The further use of the key is recorded first. Where signing is no
//! longer allowed, the act is abandoned with its reason.

use evidence::{SigningStatement, UnixSeconds};
use pades::{Cms, SignedAttribute, SignedAttributes};

use crate::authorize::Authorized;
use crate::domain::{AbandonedReason, Commitments, Freshness, Signature, SignatureName, State};
use crate::error::SignError;
use crate::register::{Act, StopCause, WriteError};
use crate::sign_digest::{Terms, use_key};
use crate::signer::{Signer, StartError};

/// What recovery did at start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recovery {
    /// Acts that were completed by a further attempt.
    pub completed: usize,
    /// Acts that were abandoned.
    pub abandoned: usize,
}

impl Signer {
    /// Gives every open act an end. Call it once, before the first request.
    ///
    /// # Errors
    ///
    /// [`StartError`] when an act could not be ended: the service must not start then.
    pub async fn recover(&self) -> Result<Recovery, StartError> {
        let mut recovery = Recovery::default();
        let open = self.register.open_intents().await.map_err(StartError::Recovery)?;
        for name in open {
            if let Err(SignError::ClockDoubtful { now, last_recorded }) = self.believable_time() {
                return Err(StartError::ClockDoubtful { now, last_recorded });
            }
            match self.end(&name).await {
                Ok(()) => recovery.completed = recovery.completed.saturating_add(1),
                Err(SignError::Abandoned { .. } | SignError::SelfCheckFailed(_)) => {
                    recovery.abandoned = recovery.abandoned.saturating_add(1);
                }
                Err(error) => return Err(StartError::Recovery(error)),
            }
        }
        tracing::info!(
            completed = recovery.completed,
            abandoned = recovery.abandoned,
            "every act in the register has an end"
        );
        Ok(recovery)
    }

    /// Ends one open act, if its office may still have it.
    async fn end(&self, name: &SignatureName) -> Result<(), SignError> {
        let act = self.register.find_by_sequence(&name.office, name.sequence).await?;
        let act = act.ok_or_else(|| SignError::RecordDamaged { name: name.clone() })?;
        let _claim = self.in_flight.claim(&name.office, act.signature.request_id)?;
        match self.authorize(&name.office, &act.signature.document_type) {
            Ok(authorized) => complete(self, &authorized, act).await.map(drop),
            Err(refusal) => Err(abandon(self, name.sequence, unauthorized(refusal)?).await),
        }
    }
}

fn unauthorized(refusal: SignError) -> Result<AbandonedReason, SignError> {
    match refusal {
        SignError::OfficeUnknown => Ok(AbandonedReason::OfficeUnknown),
        SignError::OfficeSuspended => Ok(AbandonedReason::OfficeSuspended),
        SignError::DocumentTypeNotAllowed { .. } => Ok(AbandonedReason::DocumentTypeNotAllowed),
        other => Err(other),
    }
}

/// Answers a request whose id is in the register. The caller holds the claim on it.
pub(crate) async fn answer_again(
    signer: &Signer,
    authorized: &Authorized<'_>,
    act: Act,
    commitments: &Commitments,
) -> Result<(Signature, Freshness), SignError> {
    if act.record.commitments.request != commitments.request {
        return Err(SignError::RequestIdReused);
    }
    match &act.signature.state {
        State::Abandoned { reason } => Err(SignError::Abandoned { reason: *reason }),
        State::Signed { cms } => {
            check_record(signer, &act, cms.as_deref())?;
            Ok((act.signature, Freshness::Replayed))
        }
        // Nobody works on it, for we hold the claim: it was left open.
        State::Open => {
            signer.believable_time()?;
            let signature = complete(signer, authorized, act).await.map_err(unknown_outcome)?;
            Ok((signature, Freshness::New))
        }
    }
}

/// Compares a recorded CMS with its intent before it leaves again. What the disk gives back is not what was written to
/// it: stop.
pub(crate) fn check_record(signer: &Signer, act: &Act, cms: Option<&[u8]>) -> Result<(), SignError> {
    let read = cms.and_then(|der| Cms::from_der(der.to_vec()).ok());
    let same = read.is_some_and(|cms| {
        cms.message_digest().as_ref() == Some(&act.signature.document_digest)
            && cms.signed_attributes_der() == act.record.signed_attributes
    });
    if same {
        return Ok(());
    }
    signer.register.stop(StopCause::Corrupt { code: 0 });
    Err(SignError::RecordDamaged { name: act.signature.name.clone() })
}

/// Signs the recorded attributes of an open act once more, or abandons it.
async fn complete(signer: &Signer, authorized: &Authorized<'_>, act: Act) -> Result<Signature, SignError> {
    let sequence = act.signature.name.sequence;
    // 1. The same key, the same certificates, still valid?
    if act.record.key_id != authorized.key().key_id().as_str() {
        return Err(abandon(signer, sequence, AbandonedReason::KeyChanged).await);
    }
    if act.record.chain_id != authorized.chain_id() {
        return Err(abandon(signer, sequence, AbandonedReason::ChainChanged).await);
    }
    if authorized.validity().check(signer.clock.now_unix()).is_err() {
        return Err(abandon(signer, sequence, AbandonedReason::CertificateNotUsable).await);
    }
    // 2. The attributes are built anew from the record and must be the recorded ones: only what we would build today is
    //    signed.
    let Some((statement_der, attributes)) = rebuild(signer, &act) else {
        return Err(abandon(signer, sequence, AbandonedReason::RecordInconsistent).await);
    };
    // 3. The further use of the key is on the disk before it happens.
    signer.register.record_attempt(sequence, authorized.key().key_id()).await.map_err(not_recorded)?;
    // 4. The same path to the key as the first attempt.
    let mut signature = act.signature;
    let digest = signature.document_digest;
    let terms = Terms { sequence, document_digest: &digest, statement_der };
    let cms = use_key(signer, authorized, &terms, attributes).await?;
    signature.state = State::Signed { cms: Some(cms.to_der().to_vec()) };
    Ok(signature)
}

fn rebuild(signer: &Signer, act: &Act) -> Option<(Vec<u8>, SignedAttributes)> {
    let statement = SigningStatement {
        sequence: act.signature.name.sequence,
        signed_at: UnixSeconds(act.signature.signed_at),
        office: act.signature.name.office.clone(),
        document_type: act.signature.document_type.clone(),
        number_commitment: act.record.commitments.number,
        seal_hash: act.signature.seal_hash,
        mandate: None,
        status_index: act.signature.status_index,
    };
    let statement_der = statement.to_der().ok()?;
    let extra = [SignedAttribute { oid: signer.oid_arc.signing_statement(), value_der: statement_der.clone() }];
    let attributes =
        SignedAttributes::new(&act.signature.document_digest, signer.chain.signing_certificate(), &extra).ok()?;
    (attributes.to_der() == act.record.signed_attributes).then_some((statement_der, attributes))
}

/// Records that an act is abandoned, and gives the answer to whoever asked for it.
async fn abandon(signer: &Signer, sequence: u64, reason: AbandonedReason) -> SignError {
    match signer.register.record_abandoned(sequence, reason).await {
        Ok(()) => {
            tracing::warn!(sequence, %reason, "an act is abandoned");
            SignError::Abandoned { reason }
        }
        Err(error) => not_recorded(error),
    }
}

/// The key may have been used for this act before, so "nothing was signed" would be more than we know.
fn unknown_outcome(refusal: SignError) -> SignError {
    match refusal {
        SignError::RegisterFull | SignError::RegisterBusy | SignError::RegisterStopped(_) => SignError::OutcomeUnknown,
        other => other,
    }
}

fn not_recorded(error: WriteError) -> SignError {
    match error {
        WriteError::Full => SignError::RegisterFull,
        WriteError::Busy => SignError::RegisterBusy,
        WriteError::Stopped(cause) => SignError::RegisterStopped(cause),
        // Somebody ended it meanwhile; the next call reads how.
        WriteError::AlreadyEnded => SignError::RequestInFlight,
    }
}

#[cfg(test)]
mod tests;
