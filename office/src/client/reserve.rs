//! ReserveDocument: the seal of a document that is about to be signed.

use evidence::seal::Seal;
use proto::teken::v1;

use super::{
    Client,
    call::{Attempts, CallError, timed, within},
};
use crate::{claims::Claims, document::Document, request_id::RequestId, wire};

impl Client {
    /// Has a seal made from what will be printed.
    ///
    /// The seal is read strictly and its hash compared; whether it was made with the agency's seal key is the verifier's question, which
    /// has the trust list.
    pub(crate) async fn reserve(
        &self,
        request_id: RequestId,
        document: &Document,
        claims: &Claims,
    ) -> Result<Seal, CallError> {
        let limit = self.settings.timeouts.request;
        let message = v1::ReserveDocumentRequest {
            request_id: request_id.to_string(),
            document: Some(wire::document(document)),
            claims: Some(claims.to_wire()),
            validate_only: false,
        };
        let mut attempts = Attempts::new(self.settings.timeouts.give_up, &request_id);
        loop {
            let mut documents = self.documents.clone();
            match within(limit, documents.reserve_document(timed(message.clone(), limit))).await {
                Ok(response) => return Ok(wire::reserved_seal(response)?),
                Err(fault) => attempts.after(fault).await?,
            }
        }
    }
}
