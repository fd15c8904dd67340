//! From the bytes of a PDF to a draft for the journal, or to the entry that an earlier run left.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::{Moment, PrepareHalfError, Task, prepare};
use crate::{
    durable::Existing,
    journal::{Draft, Entry, Journal, JournalError, Request, Subject, Taken, Unfinished, Way},
    profile::Profile,
    request_id::RequestId,
    sign_error::SignError,
};

/// The journal's unfinished requests at one moment, by what they are about.
#[derive(Debug, Default)]
pub(crate) struct Index(HashMap<Subject, RequestId>);

impl Index {
    /// Damaged entries are not among them: they cannot be repeated, and `resume` reports them.
    pub(crate) fn scan(journal: &Journal) -> Result<Self, JournalError> {
        Ok(Self(journal.unfinished()?.into_iter().filter_map(Unfinished::subject).collect()))
    }
}

/// How a document enters this run.
#[derive(Debug)]
pub(crate) enum Ready {
    /// The journal holds it, and it is taken.
    Found(Entry),
    /// It must be recorded.
    Fresh(Box<Draft>),
}

/// Finds the unfinished request for these bytes, or prepares a new one.
pub(crate) fn ready(
    journal: &Journal,
    index: &Index,
    profile: &Profile,
    pdf: Vec<u8>,
    task: Task,
    way: Way,
    moment: Moment,
) -> Result<Ready, SignError> {
    // 1. What is asked, as far as it is known before the document is prepared.
    let mut request = Request {
        request_id: moment.request_id,
        office: profile.office.clone(),
        way,
        document: task.document,
        replaces: task.replaces,
        input_sha256: Sha256::digest(&pdf).into(),
        payload_sha256: [0; 32],
        certificate_chain: profile.chain.to_der().map(<[u8]>::to_vec).collect(),
        input: task.input,
        output: task.output,
    };

    // 2. Asked before, and not finished: that request goes on.
    if let Some(&request_id) = index.0.get(&request.subject()) {
        match journal.take(request_id)? {
            Taken::Entry(entry) => return Ok(Ready::Found(entry)),
            Taken::Busy => return Err(SignError::Busy { request_id }),
            Taken::Gone => {}
        }
    }

    // 3. What would be refused in the end is refused here, before anything is written.
    if let Some(output) = &request.output
        && output.existing == Existing::Keep
        && output.path.try_exists().unwrap_or(true)
    {
        return Err(SignError::OutputExists { path: output.path.clone() });
    }
    let document_type = &request.document.document_type;
    if !profile.document_types.contains(document_type) {
        return Err(SignError::TypeNotAllowed { document_type: document_type.clone() });
    }

    // 4. What is recorded: the prepared document, or the document itself.
    let payload = match way {
        Way::Digest => match prepare(pdf, profile, moment.claimed_signing_time) {
            Ok(prepared) => prepared.to_bytes(),
            Err(PrepareHalfError::Document(error)) => return Err(error.into()),
            Err(PrepareHalfError::Prepare(error)) => return Err(error.into()),
        },
        Way::Document => {
            let size_bytes = u64::try_from(pdf.len()).unwrap_or(u64::MAX);
            let limit_bytes = profile.max_document_size_bytes;
            if size_bytes > limit_bytes {
                return Err(SignError::TooLarge { size_bytes, limit_bytes });
            }
            pdf
        }
    };
    request.payload_sha256 = Sha256::digest(&payload).into();
    Ok(Ready::Fresh(Box::new(Draft { request, payload })))
}
