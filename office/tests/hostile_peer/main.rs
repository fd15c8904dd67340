//! The client against a peer that lies, refuses, breaks off and falls silent: nothing wrong goes into a document, nothing is signed
//! twice, and whatever may have been signed stays in the journal.

mod batch;
mod digest;
mod document;
mod document_status;
mod peer;
mod pki;
mod places;
mod reservation;
mod seal;
mod status_service;
mod whole_document;

use std::{sync::Arc, time::Duration};

use evidence::DocumentType;
use office::{Client, Document, DocumentNumber, Moment, OfficerAccount, Profile, RequestId, SignError, Task};

use crate::pki::NOW;

/// Long enough for the attempts that a test scripts; the clock of the tests does not run.
pub(crate) const PATIENT: Duration = Duration::from_secs(60);
/// One attempt.
pub(crate) const ONCE: Duration = Duration::ZERO;

pub(crate) fn task(number: &str) -> Task {
    Task {
        document: Document {
            document_type: DocumentType::surat(),
            number: DocumentNumber::parse(number).expect("a number"),
            officer: OfficerAccount::parse("loket1").expect("an account"),
        },
        replaces: None,
        input: None,
        output: None,
    }
}

pub(crate) fn moment(octet: u8) -> Moment {
    Moment::new(RequestId::from_random([octet; 16]), NOW).expect("in range")
}

pub(crate) async fn profile(client: &Client) -> Arc<Profile> {
    Arc::new(client.profile().await.expect("the peer gives its profile"))
}

/// Ids in the journal.
pub(crate) fn waiting(client: &Client) -> Vec<RequestId> {
    client.journal().unfinished().expect("listed").into_iter().map(|unfinished| unfinished.request_id).collect()
}

pub(crate) fn answer_error(error: SignError) -> office::AnswerError {
    match error {
        SignError::Answer { source, .. } => source,
        other => panic!("not about the answer: {other:?}"),
    }
}
