//! The first half: from the bytes of a PDF to a draft for the journal, or to the entry that an earlier run left.

use std::collections::HashMap;

use pades::{Appearance, FieldChoice, Limits, PdfTime, PrepareOptions, PreparedPdf, UnsignedPdf};
use sha2::{Digest as _, Sha256};

use super::{Moment, Task};
use crate::{
    durable::Existing,
    journal::{Draft, Entry, Journal, JournalError, Request, Subject, Taken, Way},
    profile::Profile,
    request_id::RequestId,
    sign_error::SignError,
};

/// The journal's unfinished requests at one moment, by what they are about.
#[derive(Debug, Default)]
pub(crate) struct Unfinished(HashMap<Subject, RequestId>);

impl Unfinished {
    /// Damaged entries are not among them: they cannot be repeated, and `resume` reports them.
    pub(crate) fn scan(journal: &Journal) -> Result<Self, JournalError> {
        let readable = journal.unfinished()?.into_iter().filter_map(|(id, read)| Some((read.ok()?.subject(), id)));
        Ok(Self(readable.collect()))
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
    unfinished: &Unfinished,
    profile: &Profile,
    pdf: Vec<u8>,
    task: Task,
    way: Way,
    moment: Moment,
) -> Result<Ready, SignError> {
    // 1. What is asked, as far as it is known before the document is prepared.
    let mut request = Request {
        request_id: moment.request_id,
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
    if let Some(&request_id) = unfinished.0.get(&request.subject()) {
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
        Way::Digest => prepare(pdf, profile, moment.claimed_signing_time)?.to_bytes(),
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

/// Prepares a PDF for a signature of this profile: the first half for systems that send the digest by themselves.
///
/// # Errors
///
/// [`SignError::Document`], [`SignError::Prepare`].
pub fn prepare(pdf: Vec<u8>, profile: &Profile, claimed_signing_time: PdfTime) -> Result<PreparedPdf, SignError> {
    let options = PrepareOptions {
        field: FieldChoice::New,
        claimed_signing_time,
        contents_size: profile.contents_size,
        name: Some(profile.signer_name.clone()).filter(|name| !name.is_empty()),
        reason: None,
        location: None,
        appearance: Appearance::Invisible,
    };
    Ok(UnsignedPdf::open(pdf, &Limits::default())?.prepare(&options)?)
}
