//! The gRPC face: convert, call, convert.
//!
//! An act runs in a task of its own: a caller that goes away, or whose deadline passes, does not stop it half way.

use std::pin::Pin;
use std::sync::Arc;

use proto::teken::v1;
use proto::teken::v1::batch_sign_digests_response;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use crate::accept::PeerOffice;
use crate::authorize::admit;
use crate::batch::sign_batch;
use crate::call::Call;
use crate::domain::State;
use crate::error::SignError;
use crate::recover::check_record;
use crate::sign_digest::sign_digest;
use crate::sign_document::sign_document;
use crate::signer::Signer;
use crate::wire::server::signing_service_server::SigningService;
use crate::wire::status::{item_status, status};
use crate::wire::{SignatureKey, upload};
use crate::{page_token, wire};

mod document;

pub use document::DocumentServiceImpl;

/// `teken.v1.SigningService`, served by a [`Signer`].
#[derive(Debug, Clone)]
pub struct SigningServiceImpl(Arc<Signer>);

impl SigningServiceImpl {
    /// Serves a signer.
    #[must_use]
    pub const fn new(signer: Arc<Signer>) -> Self {
        Self(signer)
    }

    fn begin<T>(&self, method: &'static str, request: &Request<T>) -> Call {
        Call::begin(&self.0, method, request.extensions().get::<PeerOffice>())
    }
}

/// A stream of messages.
type Messages<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl SigningService for SigningServiceImpl {
    async fn get_signing_profile(
        &self,
        request: Request<v1::GetSigningProfileRequest>,
    ) -> Result<Response<v1::SigningProfile>, Status> {
        let call = self.begin("GetSigningProfile", &request);
        let office = call.office().and_then(|office| admit(&self.0.offices, office));
        call.end(office.map(|office| wire::profile(&self.0, &office)))
    }

    async fn sign_digest(
        &self,
        request: Request<v1::SignDigestRequest>,
    ) -> Result<Response<v1::SignDigestResponse>, Status> {
        let mut call = self.begin("SignDigest", &request);
        let read = call.office().cloned().and_then(|office| Ok((office, wire::sign_digest(request.into_inner())?)));
        let (office, asked) = match read {
            Ok(read) => read,
            Err(refusal) => return call.end(Err(refusal)),
        };
        call.request_id = Some(asked.request.request_id);
        let act = tokio::spawn(async move {
            let answer = sign_digest(call.signer(), &office, asked).await;
            call.end(answer.map(wire::answer))
        });
        act.await.unwrap_or_else(|_| Err(status(&SignError::TaskLost)))
    }

    type BatchSignDigestsStream = Messages<v1::BatchSignDigestsResponse>;

    async fn batch_sign_digests(
        &self,
        request: Request<v1::BatchSignDigestsRequest>,
    ) -> Result<Response<Self::BatchSignDigestsStream>, Status> {
        let call = self.begin("BatchSignDigests", &request);
        let items = request.into_inner().requests;
        let begun = call.office().and_then(|office| {
            admit(&self.0.offices, office)?;
            wire::check_batch_size(items.len(), self.0.batch_size)?;
            Ok(office.clone())
        });
        let stream = begun.map(|office| -> Self::BatchSignDigestsStream {
            let mut ids: Vec<String> = items.iter().map(|item| item.request_id.clone()).collect();
            let items = items.into_iter().map(wire::sign_digest).collect();
            let done = ReceiverStream::new(sign_batch(call.clone(), office, items));
            Box::pin(done.map(move |(index, answer)| {
                let position = usize::try_from(index).expect("a usize has at least 32 bits");
                let request_id = ids.get_mut(position).map(std::mem::take).unwrap_or_default();
                let result = match answer {
                    Ok(answer) => batch_sign_digests_response::Result::Response(wire::answer(answer)),
                    Err(refusal) => batch_sign_digests_response::Result::Status(item_status(&refusal)),
                };
                Ok(v1::BatchSignDigestsResponse { index, request_id, result: Some(result) })
            }))
        });
        call.end(stream)
    }

    type SignDocumentStream = Messages<v1::SignDocumentResponse>;

    async fn sign_document(
        &self,
        request: Request<Streaming<v1::SignDocumentRequest>>,
    ) -> Result<Response<Self::SignDocumentStream>, Status> {
        let mut call = self.begin("SignDocument", &request);
        let mut messages = request.into_inner();
        let received = async {
            let office = call.office()?.clone();
            let asked = upload::header(&mut messages, &self.0).await?;
            call.request_id = Some(asked.request.request_id);
            // An office that may not have this signed is told so before it sends the document.
            self.0.authorize(&office, &asked.request.document.document_type)?;
            let (document, room) = upload::document(&mut messages, &self.0, asked.size_bytes).await?;
            Ok((office, asked, document, room))
        };
        let (office, asked, document, room) = match received.await {
            Ok(received) => received,
            Err(upload::Broken::Refused(refusal)) => return call.end(Err(refusal)),
            Err(upload::Broken::Transport(broken)) => {
                call.log_broken(&broken);
                return Err(broken);
            }
        };
        let act = tokio::spawn(async move {
            let signed = sign_document(call.signer(), &office, asked, document).await;
            call.end(signed.map(|signed| Box::pin(upload::answer(signed, room)) as Self::SignDocumentStream))
        });
        act.await.unwrap_or_else(|_| Err(status(&SignError::TaskLost)))
    }

    async fn get_signature(
        &self,
        request: Request<v1::GetSignatureRequest>,
    ) -> Result<Response<v1::Signature>, Status> {
        let mut call = self.begin("GetSignature", &request);
        let answer = async {
            let office = call.office()?.clone();
            admit(&self.0.offices, &office)?;
            let act = match wire::signature_key(request.get_ref())? {
                // Another office's name is not even looked for; the answer is that of an absent one.
                SignatureKey::Name(name) if name.office != office => None,
                SignatureKey::Name(name) => self.0.register.find_by_sequence(&office, name.sequence).await?,
                SignatureKey::RequestId(request_id) => {
                    call.request_id = Some(request_id);
                    self.0.register.find_by_request(&office, request_id).await?
                }
            };
            let act = act.ok_or(SignError::NotFound)?;
            if let State::Signed { cms } = &act.signature.state {
                check_record(&self.0, &act, cms.as_deref())?;
            }
            Ok(wire::signature(act.signature))
        };
        let answer = answer.await;
        call.end(answer)
    }

    async fn list_signatures(
        &self,
        request: Request<v1::ListSignaturesRequest>,
    ) -> Result<Response<v1::ListSignaturesResponse>, Status> {
        let call = self.begin("ListSignatures", &request);
        let answer = async {
            let office = call.office()?;
            admit(&self.0.offices, office)?;
            let v1::ListSignaturesRequest { page_size, page_token } = request.get_ref();
            let page_size = wire::page_size(*page_size)?;
            let below = page_token::read(&self.0.commitment_key, office, page_token)?;
            // One more than the page: is there a next one?
            let mut acts = self.0.register.list(office, below, page_size.saturating_add(1)).await?;
            let more = u32::try_from(acts.len()).is_ok_and(|found| found > page_size);
            acts.truncate(usize::try_from(page_size).expect("a usize has at least 32 bits"));
            let last = acts.last().filter(|_| more).map(|act| act.signature.name.sequence);
            Ok(v1::ListSignaturesResponse {
                next_page_token: last
                    .map(|last| page_token::write(&self.0.commitment_key, office, last))
                    .unwrap_or_default(),
                signatures: acts.into_iter().map(|act| wire::signature(act.signature)).collect(),
            })
        };
        let answer = answer.await;
        call.end(answer)
    }
}

#[cfg(test)]
mod tests;
