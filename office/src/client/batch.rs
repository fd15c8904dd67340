//! Many digests in one call: `BatchSignDigests`, answered item by item.
//!
//! An item fails alone. What a broken stream left unanswered, and what may succeed later, is sent again in the next attempt, with the
//! same ids. Invariant: every order gets exactly one outcome.

use proto::teken::v1::{self, batch_sign_digests_response::Result as ItemResult};
use tokio::time::timeout;

use super::{
    Client,
    call::{Attempts, CallError, DigestOrder, order_to_wire, timed, within},
};
use crate::{
    fault::{Fault, Standing},
    signature::Answer,
    wire::{self, WireError},
};

impl Client {
    /// Has many digests signed, at most the profile's `max_batch_size`. `done` is called once for each order, with its position, as
    /// soon as its outcome is known.
    pub(crate) async fn order_many(
        &self,
        orders: &[DigestOrder],
        mut done: impl FnMut(usize, Result<Answer, CallError>),
    ) {
        let mut open: Vec<Open> = orders
            .iter()
            .enumerate()
            .map(|(position, order)| Open { position, message: order_to_wire(order), doubt: false })
            .collect();
        let Some(first) = orders.first() else { return };
        let mut attempts = Attempts::new(self.settings.timeouts.give_up, &first.request_id);
        while !open.is_empty() {
            let (left, fault) = self.attempt(open, &mut done).await;
            open = left;
            if open.is_empty() {
                return;
            }
            // Something may still be signed: this fault says whether, and when, to ask again.
            if let Err(CallError::Fault { fault, attempts, .. }) = attempts.after(fault).await {
                for item in open {
                    let error = CallError::Fault { fault: fault.clone(), attempts, doubt: item.doubt };
                    done(item.position, Err(error));
                }
                return;
            }
        }
    }

    /// One call with everything that is open. Gives back what must be asked again, and why.
    async fn attempt(
        &self,
        open: Vec<Open>,
        done: &mut impl FnMut(usize, Result<Answer, CallError>),
    ) -> (Vec<Open>, Fault) {
        let limit = self.settings.timeouts.request;
        let mut waiting: Vec<Option<Open>> = open.into_iter().map(Some).collect();
        let message = v1::BatchSignDigestsRequest {
            requests: waiting.iter().flatten().map(|item| item.message.clone()).collect(),
        };
        // The deadline holds for the whole stream, so it grows with the batch; the silence between two answers does not.
        let deadline = limit.saturating_mul(1 + u32::try_from(waiting.len() / 100).unwrap_or(u32::MAX));
        let mut service = self.service.clone();
        let mut stream = match within(limit, service.batch_sign_digests(timed(message, deadline))).await {
            Ok(stream) => stream,
            Err(fault) => return (left(waiting, &fault), fault),
        };

        let mut again = Vec::new();
        let mut asked_again = None;
        let end = loop {
            let response = match timeout(limit, stream.message()).await {
                Ok(Ok(Some(response))) => response,
                Ok(Ok(None)) => break Fault::cut_short(),
                Ok(Err(status)) => break Fault::from_status(&status),
                Err(_) => break Fault::silence(limit),
            };
            let index = response.index;
            let slot = usize::try_from(index).ok().and_then(|index| waiting.get_mut(index));
            let Some(mut item) = slot.and_then(Option::take) else {
                // The stream is out of step: nothing that it says can be put to an order.
                for item in waiting.into_iter().flatten().chain(again) {
                    done(item.position, Err(WireError::Item { index }.into()));
                }
                return (Vec::new(), Fault::cut_short());
            };
            match response.result {
                Some(ItemResult::Response(response)) => {
                    done(item.position, wire::answer(response).map_err(CallError::from));
                }
                Some(ItemResult::Status(status)) => {
                    let fault = Fault::from_item(&status);
                    item.doubt |= matches!(fault.standing, Standing::Unknown | Standing::Broken);
                    if fault.can_be_repeated() {
                        asked_again = Some(fault);
                        again.push(item);
                    } else {
                        done(item.position, Err(CallError::Fault { fault, attempts: 1, doubt: item.doubt }));
                    }
                }
                None => done(item.position, Err(WireError::Field { field: "result" }.into())),
            }
        };
        // A stream that answered everything ends well, whatever it says at its end; then the items' own faults decide.
        let unanswered = waiting.iter().any(Option::is_some);
        let fault = if unanswered { end } else { asked_again.unwrap_or(end) };
        again.extend(left(waiting, &fault));
        (again, fault)
    }
}

/// An order that has no outcome yet.
#[derive(Debug)]
struct Open {
    position: usize,
    message: v1::SignDigestRequest,
    doubt: bool,
}

fn left(waiting: Vec<Option<Open>>, fault: &Fault) -> Vec<Open> {
    let doubt = matches!(fault.standing, Standing::Unknown | Standing::Broken);
    waiting.into_iter().flatten().map(|item| Open { doubt: item.doubt || doubt, ..item }).collect()
}
