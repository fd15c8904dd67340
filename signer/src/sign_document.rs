//! SignDocument: the same act for a whole PDF. The service prepares it, so the digest is its own; in between it goes
//! the way of SignDigest, through [`sign`].
//!
//! The document must be prepared before its digest is known, and `/M` stands in it, so the time is taken first: `/M` is
//! the server's time, and the intent (with it the signing statement) gets the same time unless something was recorded
//! at a later second meanwhile. Both are in the register. A repeated request sends the document again: prepared with
//! the recorded time and size it has the recorded digest, and the recorded CMS makes the same file of it.

use evidence::OfficeId;
use pades::{
    Appearance, Certification, Cms, ContentsSize, FieldChoice, PdfTime, PrepareError, PrepareOptions, PreparedPdf,
    UnsignedPdf,
};
use sha2::{Digest, Sha256};

use crate::domain::{Answer, Freshness, Mode, SignDocument, Signature, State};
use crate::error::SignError;
use crate::recover;
use crate::register::{Act, Preparation};
use crate::sign_digest::{Order, Subject, commit, sign, validate};
use crate::signer::Signer;

/// Minutes east of UTC in `/M`: Waktu Indonesia Barat, the agency's time.
const UTC_OFFSET_MINUTES: i16 = 7 * 60;

/// What SignDocument gives back.
#[derive(Debug)]
pub(crate) struct SignedDocument {
    /// As SignDigest gives it.
    pub(crate) answer: Answer,
    /// The signed PDF, unless the request was only checked.
    pub(crate) file: Option<Vec<u8>>,
}

/// Signs a document. `office` is the caller, as its certificate names it.
pub(crate) async fn sign_document(
    signer: &Signer,
    office: &OfficeId,
    call: SignDocument,
    document: Vec<u8>,
) -> Result<SignedDocument, SignError> {
    let SignDocument { request, field, field_name, size_bytes: _, seal_text } = call;
    // 1. May this office have this type signed? Nothing else gives access to the key.
    let authorized = signer.authorize(office, &request.document.document_type)?;
    // 2. The document is hashed and opened: whatever cannot be signed is refused before anything is recorded.
    let limits = signer.limits.clone();
    let (sha256, opened) = blocking(move || {
        let sha256: [u8; 32] = Sha256::digest(&document).into();
        UnsignedPdf::open(document, &limits).map(|opened| (sha256, opened)).map_err(SignError::Pdf)
    })
    .await?;
    let commitments =
        commit(&signer.commitment_key, &request, &Subject::Document { sha256: &sha256, field_name: &field_name });
    // 3. One task at a time works on a request id; a check alone disturbs nobody.
    let _claim = match request.mode {
        Mode::Sign => Some(signer.in_flight.claim(office, request.request_id)?),
        Mode::ValidateOnly => None,
    };
    // 4. The document is prepared: as it was then, when the register has the request, or else with the server's time.
    let earlier = signer.register.find_by_request(office, request.request_id).await?;
    let preparation = match &earlier {
        Some(act) if act.record.commitments.request != commitments.request => return Err(SignError::RequestIdReused),
        Some(Act { record, .. }) => record.preparation.ok_or(SignError::RequestIdReused)?,
        None => {
            let claimed_at = signer.believable_time()?;
            authorized.validity().check(claimed_at)?;
            Preparation { claimed_at, contents_size: contents_size(signer.contents_size)? }
        }
    };
    let prepared = prepare(opened, field, seal_text, preparation).await?;
    if request.mode == Mode::ValidateOnly {
        let answer = validate(signer, &authorized, &request, &commitments).await?;
        return Ok(SignedDocument { answer, file: None });
    }
    // 5. The middle that every signature goes through: intent, key, re-reading, outcome.
    let (signature, freshness) = match earlier {
        Some(act) if act.signature.document_digest != *prepared.document_digest() => {
            return Err(SignError::NotRebuilt { name: act.signature.name });
        }
        Some(act) => recover::answer_again(signer, &authorized, act, &commitments).await?,
        None => {
            let document_digest = *prepared.document_digest();
            let order = Order { request, commitments, document_digest, preparation: Some(preparation) };
            sign(signer, &authorized, order).await?
        }
    };
    // 6. The CMS goes into the hole that was left for it, and the file is opened again and compared before it leaves.
    embed(prepared, signature, freshness).await
}

async fn prepare(
    opened: UnsignedPdf,
    field: FieldChoice,
    seal: Option<String>,
    preparation: Preparation,
) -> Result<PreparedPdf, SignError> {
    let options = PrepareOptions {
        field,
        claimed_signing_time: PdfTime::new(preparation.claimed_at, UTC_OFFSET_MINUTES).map_err(SignError::Prepare)?,
        contents_size: ContentsSize::new(
            usize::try_from(preparation.contents_size).expect("a usize has at least 32 bits"),
        ),
        // The certificate says who signs. A name here would have to be the same when the request is repeated years
        // later.
        name: None,
        reason: None,
        location: None,
        appearance: Appearance::Invisible,
        certification: Certification::None,
        seal,
    };
    blocking(move || opened.prepare(&options).map_err(SignError::Prepare)).await
}

async fn embed(prepared: PreparedPdf, signature: Signature, freshness: Freshness) -> Result<SignedDocument, SignError> {
    let State::Signed { cms: Some(cms) } = &signature.state else {
        return Err(SignError::RecordDamaged { name: signature.name });
    };
    let cms = Cms::from_der(cms.clone()).map_err(SignError::Attributes)?;
    let file =
        blocking(move || prepared.embed(&cms).map(|signed| signed.into_bytes()).map_err(SignError::Embed)).await?;
    Ok(SignedDocument { answer: Answer::Signed { signature: Box::new(signature), freshness }, file: Some(file) })
}

/// The size as the register keeps it.
fn contents_size(size: ContentsSize) -> Result<u32, SignError> {
    u32::try_from(size.octets()).map_err(|_| {
        SignError::Prepare(PrepareError::ContentsSize { octets: size.octets(), limit: ContentsSize::LIMIT })
    })
}

/// Documents are read and written on the blocking threads: 32 MiB take some 100 ms, during which others must be served.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SignError> + Send + 'static,
) -> Result<T, SignError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(SignError::TaskLost))
}

#[cfg(test)]
mod tests;
