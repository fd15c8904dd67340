//! The two streams of SignDocument: a header and chunks in, a result and chunks out.
//!
//! The document is counted while it comes; what is over the limit is refused at the chunk that crosses it. Before
//! octets are kept, room is taken for them from one budget for all callers, so that many large uploads end in a refusal
//! and not in a process without memory.

use std::sync::Arc;

use proto::teken::v1;
use proto::teken::v1::sign_document_request::Part;
use proto::teken::v1::sign_document_response;
use tokio::sync::OwnedSemaphorePermit;
use tokio_stream::{Stream, StreamExt};
use tonic::Status;

use super::malformed;
use crate::domain::SignDocument;
use crate::error::{FieldFault, SignError};
use crate::sign_document::SignedDocument;
use crate::signer::{ROOM_UNIT_BYTES, Signer};

/// Octets of one chunk that a caller may send (the contract says 256 KiB).
const CHUNK_LIMIT: usize = 256 * 1024;
/// Octets of one chunk that we send.
const CHUNK_BYTES: usize = 64 * 1024;

/// Why an upload ended: the transport said so, or we did.
#[derive(Debug)]
pub(crate) enum Broken {
    Transport(Status),
    Refused(SignError),
}

impl From<SignError> for Broken {
    fn from(refusal: SignError) -> Self {
        Self::Refused(refusal)
    }
}

/// Octets of documents in memory, and the room that they take; the room is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Room {
    permit: Option<OwnedSemaphorePermit>,
    units: usize,
}

impl Room {
    fn none() -> Self {
        Self { permit: None, units: 0 }
    }

    /// Takes room for a document of this size in all.
    fn grow(&mut self, signer: &Signer, octets: usize) -> Result<(), SignError> {
        let missing = octets.div_ceil(ROOM_UNIT_BYTES).saturating_sub(self.units);
        if missing == 0 {
            return Ok(());
        }
        let permits = u32::try_from(missing).map_err(|_| SignError::DocumentsBusy)?;
        let more =
            Arc::clone(&signer.document_room).try_acquire_many_owned(permits).map_err(|_| SignError::DocumentsBusy)?;
        match &mut self.permit {
            Some(permit) => permit.merge(more),
            None => self.permit = Some(more),
        }
        self.units = self.units.saturating_add(missing);
        Ok(())
    }
}

/// Reads the first message.
pub(crate) async fn header<S>(stream: &mut S, signer: &Signer) -> Result<SignDocument, Broken>
where
    S: Stream<Item = Result<v1::SignDocumentRequest, Status>> + Unpin,
{
    let call = match next(stream).await? {
        Some(Part::Header(header)) => super::sign_document(header)?,
        Some(Part::Chunk(_)) | None => return Err(malformed("header", FieldFault::HeaderMissing).into()),
    };
    match call.size_bytes {
        Some(announced) if announced > limit_bytes(signer) => Err(too_large(signer).into()),
        _ => Ok(call),
    }
}

/// Reads the document.
pub(crate) async fn document<S>(
    stream: &mut S,
    signer: &Signer,
    announced: Option<u64>,
) -> Result<(Vec<u8>, Room), Broken>
where
    S: Stream<Item = Result<v1::SignDocumentRequest, Status>> + Unpin,
{
    let mut room = Room::none();
    let mut document = Vec::new();
    while let Some(part) = next(stream).await? {
        let chunk = match part {
            Part::Chunk(chunk) => chunk,
            Part::Header(_) => return Err(malformed("header", FieldFault::HeaderRepeated).into()),
        };
        if chunk.len() > CHUNK_LIMIT {
            return Err(
                malformed("chunk", FieldFault::ChunkTooLarge { length: chunk.len(), limit: CHUNK_LIMIT }).into()
            );
        }
        let length = document.len().saturating_add(chunk.len());
        if length > signer.limits.input_bytes {
            return Err(too_large(signer).into());
        }
        room.grow(signer, length)?;
        document.extend_from_slice(&chunk);
    }
    let received = u64::try_from(document.len()).unwrap_or(u64::MAX);
    if document.is_empty() {
        return Err(malformed("chunk", FieldFault::EmptyDocument).into());
    }
    if let Some(announced) = announced.filter(|announced| *announced != received) {
        return Err(malformed("header.size_bytes", FieldFault::SizeDiffers { announced, received }).into());
    }
    Ok((document, room))
}

async fn next<S>(stream: &mut S) -> Result<Option<Part>, Broken>
where
    S: Stream<Item = Result<v1::SignDocumentRequest, Status>> + Unpin,
{
    match stream.next().await {
        None => Ok(None),
        Some(Ok(v1::SignDocumentRequest { part: Some(part) })) => Ok(Some(part)),
        Some(Ok(v1::SignDocumentRequest { part: None })) => Err(malformed("part", FieldFault::PartMissing).into()),
        Some(Err(status)) => Err(Broken::Transport(status)),
    }
}

fn limit_bytes(signer: &Signer) -> u64 {
    signer.limits.input_bytes.try_into().unwrap_or(u64::MAX)
}

fn too_large(signer: &Signer) -> SignError {
    SignError::DocumentTooLarge { limit_bytes: limit_bytes(signer) }
}

/// The answer's messages: the result, then the file. The room is held until the last octet is on its way.
pub(crate) fn answer(
    signed: SignedDocument,
    room: Room,
) -> impl Stream<Item = Result<v1::SignDocumentResponse, Status>> {
    let SignedDocument { answer, file } = signed;
    let result = sign_document_response::Part::Result(super::answer(answer));
    let file = file.unwrap_or_default();
    let mut sent = 0_usize;
    let chunks = std::iter::from_fn(move || {
        let _held = &room;
        let rest = file.get(sent..).filter(|rest| !rest.is_empty())?;
        let chunk = rest.get(..CHUNK_BYTES).unwrap_or(rest).to_vec();
        sent = sent.saturating_add(chunk.len());
        Some(sign_document_response::Part::Chunk(chunk))
    });
    tokio_stream::iter(
        std::iter::once(result).chain(chunks).map(|part| Ok(v1::SignDocumentResponse { part: Some(part) })),
    )
}
