//! A whole document through `SignDocument`: for documents that the office cannot prepare itself.
//!
//! The same header and the same document are sent again until the answer is whole; the service gives the same file. The file is
//! bounded before it is kept, and compared by [`crate::acceptance`] before anybody gets it.

use std::sync::Arc;

use proto::teken::v1::{self, sign_document_request::Part as Sent, sign_document_response::Part as Received};
use tokio::time::timeout;
use tonic::Streaming;

use super::{
    Client,
    call::{Attempts, CallError, timed, within},
};
use crate::{
    acceptance::AnswerError, document::Document, fault::Fault, request_id::RequestId, signature::Answer,
    signature_name::SignatureName, wire, wire::WireError,
};

/// Most octets of one chunk (`SignDocumentRequest.chunk`).
const CHUNK_BYTES: usize = 256 * 1024;

/// Room in the signed file beside the document and the CMS: the update's own objects, and a cross-reference table that may be
/// rewritten for a large form.
const UPDATE_ROOM_BYTES: usize = 4 * 1024 * 1024;

/// One document that is to be signed by the service.
#[derive(Debug, Clone)]
pub(crate) struct DocumentOrder {
    pub(crate) request_id: RequestId,
    pub(crate) document: Document,
    pub(crate) replaces: Option<SignatureName>,
    pub(crate) pdf: Arc<Vec<u8>>,
}

/// What came back, not yet compared.
#[derive(Debug)]
pub(crate) struct DocumentAnswer {
    pub(crate) answer: Answer,
    pub(crate) file: Vec<u8>,
}

impl Client {
    /// Has one whole document signed.
    pub(crate) async fn order_document(&self, order: &DocumentOrder) -> Result<DocumentAnswer, CallError> {
        let limit = self.settings.timeouts.upload;
        let header = v1::SignDocumentHeader {
            request_id: order.request_id.to_string(),
            document: Some(wire::document(&order.document)),
            replaces: order.replaces.as_ref().map(|name| name.as_str().to_owned()).unwrap_or_default(),
            validate_only: false,
            field_name: String::new(),
            size_bytes: u64::try_from(order.pdf.len()).unwrap_or(u64::MAX),
            ..v1::SignDocumentHeader::default()
        };
        let mut attempts = Attempts::new(self.settings.timeouts.give_up, &order.request_id);
        loop {
            let messages = messages(header.clone(), Arc::clone(&order.pdf));
            let mut service = self.service.clone();
            let answered = match within(limit, service.sign_document(timed(messages, limit))).await {
                Ok(stream) => match timeout(limit, receive(stream, order.pdf.len())).await {
                    Ok(received) => received,
                    Err(_) => Err(Interrupted::Fault(Fault::silence(limit))),
                },
                Err(fault) => Err(Interrupted::Fault(fault)),
            };
            match answered {
                Ok(answer) => return Ok(answer),
                Err(Interrupted::Answer(error)) => return Err(error.into()),
                Err(Interrupted::Fault(fault)) => attempts.after(fault).await?,
            }
        }
    }
}

enum Interrupted {
    Fault(Fault),
    Answer(AnswerError),
}

impl From<WireError> for Interrupted {
    fn from(error: WireError) -> Self {
        Self::Answer(error.into())
    }
}

/// The header, then the document in chunks, each copied only when the connection takes it.
fn messages(
    header: v1::SignDocumentHeader,
    pdf: Arc<Vec<u8>>,
) -> impl tokio_stream::Stream<Item = v1::SignDocumentRequest> + Send + 'static {
    let mut header = Some(header);
    let mut offset = 0_usize;
    tokio_stream::iter(std::iter::from_fn(move || {
        let part = match header.take() {
            Some(header) => Sent::Header(header),
            None => {
                let rest = pdf.get(offset..).filter(|rest| !rest.is_empty())?;
                let chunk = rest.get(..CHUNK_BYTES).unwrap_or(rest);
                offset = offset.saturating_add(chunk.len());
                Sent::Chunk(chunk.to_vec())
            }
        };
        Some(v1::SignDocumentRequest { part: Some(part) })
    }))
}

async fn receive(
    mut stream: Streaming<v1::SignDocumentResponse>,
    sent_bytes: usize,
) -> Result<DocumentAnswer, Interrupted> {
    let mut answer: Option<Answer> = None;
    let mut file: Vec<u8> = Vec::new();
    let mut limit_bytes = 0;
    loop {
        let message = stream.message().await.map_err(|status| Interrupted::Fault(Fault::from_status(&status)))?;
        match (message.map(|message| message.part), &answer) {
            (Some(Some(Received::Result(result))), None) => {
                let read = wire::answer(result)?;
                // `/Contents` holds two digits an octet.
                limit_bytes = sent_bytes
                    .saturating_add(pades::ContentsSize::LIMIT.saturating_mul(2))
                    .saturating_add(UPDATE_ROOM_BYTES);
                file.reserve(sent_bytes.saturating_add(read.signature.cms.len().saturating_mul(8)));
                answer = Some(read);
            }
            (Some(Some(Received::Chunk(chunk))), Some(_)) => {
                if file.len().saturating_add(chunk.len()) > limit_bytes {
                    return Err(Interrupted::Answer(AnswerError::FileTooLong { limit_bytes }));
                }
                file.extend_from_slice(&chunk);
            }
            (Some(_), _) => return Err(WireError::Stream.into()),
            (None, _) => break,
        }
    }
    answer.map(|answer| DocumentAnswer { answer, file }).ok_or_else(|| WireError::Stream.into())
}
