//! SignDigest: the procedure, and the part of it that every signature goes through.
//!
//! [`sign_digest`] is the whole act for a digest that the office computed; SignDocument joins it at [`sign`].
//! [`use_key`] is the one place where the key is used: once for a new intent, and once more (`recover.rs`) for one that
//! a crash left open.
//!
//! Order (it is the promise of this service): everything that can be refused is refused, the intent is on the disk, the
//! key signs, what came of it is re-read and compared, the outcome is on the disk, the CMS leaves.

use evidence::{CommitmentDomain, CommitmentKey, OfficeId, SigningStatement, UnixSeconds};
use keys::{Dtbsr, SignatureValue};
use pades::{CertificateChain, Cms, DocumentDigest, SignedAttribute, SignedAttributes};

use crate::authorize::Authorized;
use crate::domain::{
    AbandonedReason, Answer, Commitments, Freshness, Mode, ReservationKey, SignDigest, Signature, SignatureName,
    SigningRequest, State,
};
use crate::error::{SelfCheck, SignError};
use crate::recover;
use crate::register::{NewIntent, Preparation, Recorded, Slot, check_replacement};
use crate::signer::Signer;

/// Signs a document digest. `office` is the caller, as its certificate names it.
pub(crate) async fn sign_digest(signer: &Signer, office: &OfficeId, call: SignDigest) -> Result<Answer, SignError> {
    let SignDigest { request, document_digest } = call;
    // 1. May this office have this type signed? Nothing else gives access to the key.
    let authorized = signer.authorize(office, &request.document.document_type)?;
    // 2. The request's texts become commitments; from here on nothing needs the number or the officer.
    let commitments = commit(&signer.commitment_key, &request, &Subject::Digest(&document_digest));
    if request.mode == Mode::ValidateOnly {
        return validate(signer, &authorized, &request, &commitments).await;
    }
    // 3. One task at a time works on a request id.
    let _claim = signer.in_flight.claim(office, request.request_id)?;
    // 4. to 9.
    let order = Order { request, commitments, document_digest, preparation: None };
    let (signature, freshness) = sign(signer, &authorized, order).await?;
    Ok(Answer::Signed { signature: Box::new(signature), freshness })
}

/// What is to be signed, for whom, once the texts are gone.
pub(crate) struct Order {
    pub(crate) request: SigningRequest,
    pub(crate) commitments: Commitments,
    pub(crate) document_digest: DocumentDigest,
    /// How the document was prepared, when the service did.
    pub(crate) preparation: Option<Preparation>,
}

/// The shared middle of SignDigest and SignDocument. The caller holds the claim on the request id.
pub(crate) async fn sign(
    signer: &Signer,
    authorized: &Authorized<'_>,
    order: Order,
) -> Result<(Signature, Freshness), SignError> {
    // 4. The register decides in one step, free of races: was this id used, was this document signed, may the clock be
    //    believed? It gives number and time; with them the statement and the signed attributes are built: the service
    //    signs what it built itself.
    // 5. The intent is recorded. When this returns, the disk has it.
    let recorded = signer.register.record_intent(new_intent(signer, authorized, &order)).await;
    let (slot, attributes) = match recorded {
        Ok(Recorded::New { slot, attributes }) => (slot, attributes),
        Ok(Recorded::Existing { sequence }) => return repeat(signer, authorized, &order, sequence).await,
        Err(refusal) => return repeat_if_recorded(signer, authorized, &order, refusal).await,
    };

    // ---- First point of no return: the intent is durable and the key is about to be used. From here on the act gets
    //      an end on record, in this process or after its crash; the office is never again told that nothing happened.
    //      ----

    // 6. to 8. The key signs, the CMS is made and re-read, the outcome is recorded.
    let terms = Terms {
        sequence: slot.sequence,
        document_digest: &order.document_digest,
        statement_der: statement(authorized.office(), &order, slot).to_der().map_err(SignError::Statement)?,
    };
    let cms = use_key(signer, authorized, &terms, attributes).await?;

    // ---- Second point of no return: the outcome is durable; the CMS leaves. From here on the same request gets the
    // same CMS. ----

    // 9. Release.
    let name = SignatureName { office: authorized.office().clone(), sequence: slot.sequence };
    let signature = Signature {
        name,
        request_id: order.request.request_id,
        signed_at: slot.recorded_at,
        document_type: order.request.document.document_type,
        document_digest: order.document_digest,
        state: State::Signed { cms: Some(cms.to_der().to_vec()) },
        replaces: order.request.replaces,
        replaced_by: None,
        status_index: slot.status_index,
        seal_hash: slot.seal_hash,
    };
    Ok((signature, Freshness::New))
}

/// What a made CMS must say.
pub(crate) struct Terms<'a> {
    pub(crate) sequence: u64,
    pub(crate) document_digest: &'a DocumentDigest,
    pub(crate) statement_der: Vec<u8>,
}

/// The one path to the key. The intent, or the further attempt, is on the disk before this is called.
pub(crate) async fn use_key(
    signer: &Signer,
    authorized: &Authorized<'_>,
    terms: &Terms<'_>,
    attributes: SignedAttributes,
) -> Result<Cms, SignError> {
    // 6. The key signs the hash of the attributes that were recorded; `keys` gives verified values only.
    let dtbsr = Dtbsr::hash(attributes.to_der());
    let value = authorized.key().sign(&dtbsr).await.map_err(SignError::KeyUnavailable)?;
    // 7. The CMS is made, read again, and compared with what was recorded.
    let cms = match seal(attributes, &value, &signer.chain, terms, signer) {
        Ok(cms) => cms,
        Err(found) => {
            let recorded = signer.register.record_abandoned(terms.sequence, AbandonedReason::SelfCheckFailed).await;
            tracing::error!(sequence = terms.sequence, %found, ?recorded, "a made signature was not what was recorded and was dropped");
            return Err(SignError::SelfCheckFailed(found));
        }
    };
    // 8. The outcome is recorded. When this returns, the disk has it.
    signer.register.record_outcome(terms.sequence, cms.to_der().to_vec()).await.map_err(|error| {
        tracing::error!(sequence = terms.sequence, %error, "the outcome of an act is not recorded; it was not released");
        SignError::OutcomeUnknown
    })?;
    Ok(cms)
}

/// Makes the CMS and compares what it says with what was recorded.
fn seal(
    attributes: SignedAttributes,
    value: &SignatureValue,
    chain: &CertificateChain,
    terms: &Terms<'_>,
    signer: &Signer,
) -> Result<Cms, SelfCheck> {
    let recorded = attributes.to_der().to_vec();
    let made = attributes.seal(value.as_der(), chain).map_err(SelfCheck::Cms)?;
    let cms = Cms::from_der(made.to_der().to_vec()).map_err(SelfCheck::Cms)?;
    if cms.message_digest().as_ref() != Some(terms.document_digest) {
        return Err(SelfCheck::MessageDigest);
    }
    if cms.signed_attributes_der() != recorded {
        return Err(SelfCheck::SignedAttributes);
    }
    // A statement has one encoding, so equal octets are equal statements.
    if cms.signed_attribute(&signer.oid_arc.signing_statement()).as_ref() != Some(&terms.statement_der) {
        return Err(SelfCheck::Statement);
    }
    if cms.signature_value() != value.as_der() {
        return Err(SelfCheck::SignatureValue);
    }
    if cms.signing_certificate() != chain.signing_certificate().as_der() {
        return Err(SelfCheck::SigningCertificate);
    }
    Ok(cms)
}

/// The intent, with the closure that builds the signed attributes once the writer has given number and time.
fn new_intent(signer: &Signer, authorized: &Authorized<'_>, order: &Order) -> NewIntent {
    let (certificate, oid) = (signer.chain.signing_certificate().clone(), signer.oid_arc.signing_statement());
    let (validity, digest) = (authorized.validity(), order.document_digest);
    let unset = Slot { sequence: 0, recorded_at: 0, status_index: None, seal_hash: None };
    let mut draft = statement(authorized.office(), order, unset);
    NewIntent {
        office: authorized.office().clone(),
        request_id: order.request.request_id,
        commitments: order.commitments,
        document_type: order.request.document.document_type.clone(),
        document_digest: order.document_digest,
        preparation: order.preparation,
        key_id: authorized.key().key_id().clone(),
        chain_id: authorized.chain_id(),
        replaces: order.request.replaces.clone(),
        reservation: order.request.reservation.clone(),
        build: Box::new(move |slot| {
            validity.check(slot.recorded_at)?;
            draft.sequence = slot.sequence;
            draft.signed_at = UnixSeconds(slot.recorded_at);
            draft.status_index = Some(slot.status_index.ok_or(SignError::StatusIndexMissing)?);
            draft.seal_hash = slot.seal_hash;
            let value_der = draft.to_der().map_err(SignError::Statement)?;
            SignedAttributes::new(&digest, &certificate, &[SignedAttribute { oid, value_der }])
                .map_err(SignError::Attributes)
        }),
    }
}

fn statement(office: &OfficeId, order: &Order, slot: Slot) -> SigningStatement {
    SigningStatement {
        sequence: slot.sequence,
        signed_at: UnixSeconds(slot.recorded_at),
        office: office.clone(),
        document_type: order.request.document.document_type.clone(),
        number_commitment: order.commitments.number,
        seal_hash: slot.seal_hash,
        mandate: None,
        status_index: slot.status_index,
    }
}

/// The answer to a request whose id was used before.
async fn repeat(
    signer: &Signer,
    authorized: &Authorized<'_>,
    order: &Order,
    sequence: u64,
) -> Result<(Signature, Freshness), SignError> {
    let name = SignatureName { office: authorized.office().clone(), sequence };
    let act = signer
        .register
        .find_by_sequence(authorized.office(), sequence)
        .await?
        .ok_or(SignError::RecordDamaged { name })?;
    recover::answer_again(signer, authorized, act, &order.commitments).await
}

/// An answer that was given once is given again, even when nothing new can be recorded for now.
async fn repeat_if_recorded(
    signer: &Signer,
    authorized: &Authorized<'_>,
    order: &Order,
    refusal: SignError,
) -> Result<(Signature, Freshness), SignError> {
    let about_the_register = matches!(
        refusal,
        SignError::RegisterFull | SignError::RegisterBusy | SignError::QueueFull | SignError::RegisterStopped(_)
    );
    if about_the_register
        && let Ok(Some(act)) = signer.register.find_by_request(authorized.office(), order.request.request_id).await
    {
        return recover::answer_again(signer, authorized, act, &order.commitments).await;
    }
    Err(refusal)
}

/// Checks everything that can be checked without recording and signing.
pub(crate) async fn validate(
    signer: &Signer,
    authorized: &Authorized<'_>,
    request: &SigningRequest,
    commitments: &Commitments,
) -> Result<Answer, SignError> {
    let office = authorized.office();
    if let Some(cause) = *signer.fatal().borrow() {
        return Err(SignError::RegisterStopped(cause));
    }
    if let Some(act) = signer.register.find_by_request(office, request.request_id).await? {
        return match act.signature.state {
            _ if act.record.commitments.request != commitments.request => Err(SignError::RequestIdReused),
            State::Abandoned { reason } => Err(SignError::Abandoned { reason }),
            State::Open | State::Signed { .. } => Ok(Answer::Validated { freshness: Freshness::Replayed }),
        };
    }
    let latest =
        signer.register.latest_of_document(office, &request.document.document_type, commitments.number).await?;
    check_replacement(office, latest, request.replaces.as_ref())?;
    let now = signer.believable_time()?;
    authorized.validity().check(now)?;
    if let Some(reservation) = &request.reservation {
        let document_type = &request.document.document_type;
        signer.register.check_reservation(office, reservation, document_type, commitments.number, now).await?;
    }
    Ok(Answer::Validated { freshness: Freshness::New })
}

/// What the digest is taken from.
pub(crate) enum Subject<'a> {
    /// The office computed it.
    Digest(&'a DocumentDigest),
    /// The service prepares the document with this SHA-256 and uses this field.
    Document { sha256: &'a [u8; 32], field_name: &'a str },
}

/// Commits to a request's texts and to the request as a whole.
///
/// The whole is a text of lines. No field but the last can hold a line feed (they are names, hexadecimal, or refused
/// control characters), so two requests have one text only when they are equal.
pub(crate) fn commit(key: &CommitmentKey, request: &SigningRequest, subject: &Subject<'_>) -> Commitments {
    let document = &request.document;
    let (number, officer) = (document.number.as_str(), document.requesting_officer.as_str());
    let replaces = request.replaces.as_ref().map(SignatureName::to_string).unwrap_or_default();
    let (kind, digest, field_name) = match subject {
        Subject::Digest(digest) => ("digest", digest.as_bytes(), ""),
        Subject::Document { sha256, field_name } => ("document", *sha256, *field_name),
    };
    // A request without a reservation commits to what it committed to before there were any.
    let reservation = match &request.reservation {
        None => String::new(),
        Some(ReservationKey::Seal(hash)) => format!("seal {}\n", hex::encode(hash)),
        Some(ReservationKey::Name(name)) => format!("{name}\n"),
    };
    let whole = format!(
        "{reservation}{kind}\n{}\n{}\n{number}\n{officer}\n{replaces}\n{field_name}",
        hex::encode(digest),
        document.document_type
    );
    Commitments {
        request: key.commit(CommitmentDomain::Request, &whole),
        number: key.commit(CommitmentDomain::DocumentNumber, number),
        officer: key.commit(CommitmentDomain::RequestingOfficer, officer),
    }
}

#[cfg(test)]
mod tests;
