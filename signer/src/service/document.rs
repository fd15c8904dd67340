//! `teken.v1.DocumentService`: convert, call, convert.

use std::sync::Arc;

use proto::teken::v1;
use tonic::{Request, Response, Status};

use crate::accept::PeerOffice;
use crate::call::Call;
use crate::domain::Freshness;
use crate::error::SignError;
use crate::reserve::reserve;
use crate::set_status::{get_status, set_status};
use crate::signer::Signer;
use crate::wire::document as wire;
use crate::wire::server::document_service_server::DocumentService;
use crate::wire::status::status;

/// `teken.v1.DocumentService`, served by a [`Signer`].
#[derive(Debug, Clone)]
pub struct DocumentServiceImpl(Arc<Signer>);

impl DocumentServiceImpl {
    /// Serves a signer.
    #[must_use]
    pub const fn new(signer: Arc<Signer>) -> Self {
        Self(signer)
    }

    fn begin<T>(&self, method: &'static str, request: &Request<T>) -> Call {
        Call::begin(&self.0, method, request.extensions().get::<PeerOffice>())
    }
}

#[tonic::async_trait]
impl DocumentService for DocumentServiceImpl {
    async fn reserve_document(
        &self,
        request: Request<v1::ReserveDocumentRequest>,
    ) -> Result<Response<v1::ReserveDocumentResponse>, Status> {
        let mut call = self.begin("ReserveDocument", &request);
        let read = call.office().cloned().and_then(|office| Ok((office, wire::reserve(request.into_inner())?)));
        let (office, asked) = match read {
            Ok(read) => read,
            Err(refusal) => return call.end(Err(refusal)),
        };
        call.request_id = Some(asked.request_id);
        let act = tokio::spawn(async move {
            let answer = reserve(call.signer(), &office, asked).await;
            call.end(answer.map(|(reservation, freshness)| wire::reserved(reservation, freshness)))
        });
        act.await.unwrap_or_else(|_| Err(status(&SignError::TaskLost)))
    }

    async fn set_document_status(
        &self,
        request: Request<v1::SetDocumentStatusRequest>,
    ) -> Result<Response<v1::SetDocumentStatusResponse>, Status> {
        let mut call = self.begin("SetDocumentStatus", &request);
        let read = call.office().cloned().and_then(|office| Ok((office, wire::set_status(request.into_inner())?)));
        let (office, asked) = match read {
            Ok(read) => read,
            Err(refusal) => return call.end(Err(refusal)),
        };
        call.request_id = Some(asked.request_id);
        let act = tokio::spawn(async move {
            let answer = set_status(call.signer(), &office, asked).await;
            call.end(answer.map(|(record, freshness)| v1::SetDocumentStatusResponse {
                document_status: Some(wire::status_record(record)),
                replayed: freshness == Freshness::Replayed,
            }))
        });
        act.await.unwrap_or_else(|_| Err(status(&SignError::TaskLost)))
    }

    async fn get_document_status(
        &self,
        request: Request<v1::GetDocumentStatusRequest>,
    ) -> Result<Response<v1::DocumentStatusRecord>, Status> {
        let call = self.begin("GetDocumentStatus", &request);
        let answer = async {
            let office = call.office()?;
            let name = wire::signature_name(&request.get_ref().name)?;
            get_status(&self.0, office, &name).await.map(wire::status_record)
        };
        let answer = answer.await;
        call.end(answer)
    }
}

#[cfg(test)]
mod tests;
