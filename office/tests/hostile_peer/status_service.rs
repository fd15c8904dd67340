//! The peer's `SetDocumentStatus` and `GetDocumentStatus`: an answer, a lie, or none.

use proto::teken::v1;
use tonic::{Code, Response, Status};

use crate::peer::{Peer, refusal};

/// The one document whose status the peer knows.
pub(crate) const NAME: &str = "offices/kec-a/signatures/7";

/// What the peer does with one request about a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Changes {
    Honestly,
    /// A status of the service: code and reason.
    Refuse(Code, &'static str),
    /// A status without a reason, as a transport gives it.
    Break(Code),
    /// No answer, ever.
    Hang,
    /// The answer is about another document.
    OtherName,
    /// The answer has this status, whatever was asked.
    Says(v1::DocumentStatus),
    /// The request was carried out before; now the status is this one.
    Replay(v1::DocumentStatus),
    NoRecord,
}

fn record(status: i32, act: Changes) -> v1::DocumentStatusRecord {
    let name = if act == Changes::OtherName { "offices/kec-a/signatures/8" } else { NAME };
    let status = match act {
        Changes::Says(status) | Changes::Replay(status) => status.into(),
        _ => status,
    };
    v1::DocumentStatusRecord { name: name.to_owned(), status_index: Some(7), status, ..Default::default() }
}

impl Peer {
    pub(crate) async fn set_status(
        &self,
        request: v1::SetDocumentStatusRequest,
    ) -> Result<Response<v1::SetDocumentStatusResponse>, Status> {
        let status = request.status;
        let act = {
            let mut state = self.locked();
            state.changed.push(request);
            state.changes.pop_front().unwrap_or(Changes::Honestly)
        };
        match act {
            Changes::Refuse(code, reason) => return Err(refusal(code, reason, None)),
            Changes::Break(code) => return Err(Status::new(code, "broken")),
            Changes::Hang => return std::future::pending().await,
            _ => {}
        }
        Ok(Response::new(v1::SetDocumentStatusResponse {
            document_status: (act != Changes::NoRecord).then(|| record(status, act)),
            replayed: matches!(act, Changes::Replay(_)),
        }))
    }

    pub(crate) fn status(&self) -> v1::DocumentStatusRecord {
        let act = self.locked().changes.pop_front().unwrap_or(Changes::Honestly);
        record(v1::DocumentStatus::Valid.into(), act)
    }
}
