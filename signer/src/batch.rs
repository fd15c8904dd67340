//! BatchSignDigests: many single acts, a bounded number at a time.
//!
//! Each item is a whole act of its own, with its own answer or refusal. Items run side by side so that the register can
//! record many in one flush. When the caller goes away, items that have begun are carried through and no further one
//! begins.

use std::collections::HashSet;
use std::sync::Arc;

use evidence::OfficeId;
use tokio::sync::{Semaphore, mpsc};

use crate::call::Call;
use crate::domain::{Answer, SignDigest};
use crate::error::{FieldFault, SignError};
use crate::sign_digest::sign_digest;

/// Items of one batch that are under way at once: a group of the register's writer.
const SIDE_BY_SIDE: usize = 256;

/// One item: what it asks, or why it asks nothing.
pub(crate) type Item = Result<SignDigest, SignError>;
/// One item's position and answer.
pub(crate) type Done = (u32, Result<Answer, SignError>);

/// Starts a batch; the answers come in the order in which they are done.
pub(crate) fn sign_batch(call: Call, office: OfficeId, items: Vec<Item>) -> mpsc::Receiver<Done> {
    let (answers, receiver) = mpsc::channel(SIDE_BY_SIDE);
    tokio::spawn(async move {
        let turns = Arc::new(Semaphore::new(SIDE_BY_SIDE));
        let mut seen = HashSet::with_capacity(items.len());
        for (index, item) in (0..).zip(items) {
            let turn = Arc::clone(&turns).acquire_owned().await.expect("the semaphore is never closed");
            if answers.is_closed() {
                return;
            }
            let request_id = item.as_ref().ok().map(|asked| asked.request.request_id);
            // An id that stands in the batch twice names two acts; the first one is carried out.
            let repeated = request_id.is_some_and(|id| !seen.insert(id));
            let item = if repeated { Err(REPEATED) } else { item };
            let (call, office, answers) = (call.item(request_id), office.clone(), answers.clone());
            tokio::spawn(async move {
                let act = tokio::spawn(async move {
                    let answer = match item {
                        Ok(asked) => sign_digest(call.signer(), &office, asked).await,
                        Err(refusal) => Err(refusal),
                    };
                    call.log_answer(&answer);
                    answer
                });
                let answer = act.await.unwrap_or(Err(SignError::TaskLost));
                // Nobody may be there any more; what is recorded stays recorded.
                let _ = answers.send((index, answer)).await;
                drop(turn);
            });
        }
    });
    receiver
}

const REPEATED: SignError = SignError::Malformed { field: "request_id", fault: FieldFault::RepeatedInBatch };

#[cfg(test)]
mod tests;
