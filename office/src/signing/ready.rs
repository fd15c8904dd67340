//! From the bytes of a PDF to a draft for the journal, or to the entry that an earlier run left.

use std::collections::HashMap;

use evidence::{DocumentType, OfficeId};
use pades::PdfError;
use sha2::{Digest as _, Sha256};

use super::{Moment, PrepareHalfError, Task, prepare};
use crate::{
    client::Client,
    document::DocumentNumber,
    durable::{WriteError, try_place},
    journal::{Draft, Entry, Journal, JournalError, Request, Subject, Taken, Way},
    profile::Profile,
    request_id::RequestId,
    sign_error::SignError,
};

/// The journal's unfinished requests at one moment, by what they are about.
#[derive(Debug, Default)]
pub(crate) struct Index {
    subjects: HashMap<Subject, RequestId>,
    /// Those whose file `resume` saves by itself, whatever their content.
    numbers: HashMap<(OfficeId, DocumentType, DocumentNumber), RequestId>,
}

impl Index {
    /// Damaged entries are not among them: they cannot be repeated, and `resume` reports them.
    pub(crate) fn scan(journal: &Journal) -> Result<Self, JournalError> {
        let mut index = Self::default();
        for unfinished in journal.unfinished()? {
            let Ok(request) = unfinished.request else { continue };
            let subject = request.subject();
            if request.output.is_some() {
                index.numbers.insert(number_of(&subject), unfinished.request_id);
            }
            index.subjects.insert(subject, unfinished.request_id);
        }
        Ok(index)
    }
}

fn number_of(subject: &Subject) -> (OfficeId, DocumentType, DocumentNumber) {
    (subject.office.clone(), subject.document_type.clone(), subject.number.clone())
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
    client: &Client,
    index: &Index,
    profile: &Profile,
    pdf: Vec<u8>,
    task: Task,
    way: Way,
    moment: Moment,
) -> Result<Ready, SignError> {
    let journal = client.journal();
    // 1. What is asked, as far as it is known before the document is prepared.
    let mut request = Request {
        request_id: moment.request_id,
        office: profile.office.clone(),
        way,
        document: task.document,
        replaces: task.replaces,
        seal_hash: None,
        input_sha256: Sha256::digest(&pdf).into(),
        payload_sha256: [0; 32],
        certificate_chain: profile.chain.to_der().map(<[u8]>::to_vec).collect(),
        input: task.input,
        output: task.output,
    };

    // 2. Asked before, and not finished: that request goes on. Its file goes where this run says, for the place of the first run may
    // be what kept it from being finished.
    let subject = request.subject();
    if let Some(&request_id) = index.subjects.get(&subject) {
        match (journal.take(request_id)?, request.output.clone()) {
            (Taken::Entry(entry), Some(output)) => return Ok(Ready::Found(entry.going_to(output))),
            (Taken::Entry(entry), None) => return Ok(Ready::Found(entry)),
            (Taken::Busy, _) => return Err(SignError::Busy { request_id }),
            (Taken::Gone, _) => {}
        }
    }
    // The same number with another content: were both sent, chance would decide which one is signed, and it may be the one that this
    // run corrects.
    if let Some(&request_id) = index.numbers.get(&number_of(&subject)).filter(|id| journal.holds(**id)) {
        return Err(SignError::NumberWaits { request_id });
    }

    // 3. What would be refused in the end is refused here, before anything is written.
    if let Some(output) = &request.output {
        try_place(&output.path, output.existing).map_err(|error| match error {
            WriteError::Exists { path } => SignError::OutputExists { path },
            source => SignError::NotWritable { source },
        })?;
    }
    let document_type = &request.document.document_type;
    if !profile.document_types.contains(document_type) {
        return Err(SignError::TypeNotAllowed { document_type: document_type.clone() });
    }

    // 4. What is recorded: the prepared document, or the document itself.
    let payload = match (way, client.stationery.as_deref()) {
        (Way::Digest, Some(stationery)) => {
            let drawn = client.draw(stationery, pdf, profile, &request.document, moment)?;
            request.seal_hash = drawn.seal_hash;
            drawn.prepared.to_bytes()
        }
        (Way::Digest, None) => match prepare(pdf, profile, moment.claimed_signing_time) {
            Ok(prepared) => prepared.to_bytes(),
            Err(PrepareHalfError::Document(error)) => return Err(error.into()),
            Err(PrepareHalfError::Prepare(error)) => return Err(error.into()),
        },
        (Way::Document, Some(_)) => return Err(SignError::UploadDrawn),
        (Way::Document, None) => {
            let size_bytes = u64::try_from(pdf.len()).unwrap_or(u64::MAX);
            // The service would say that the upload has no chunk, which tells a clerk nothing.
            if pdf.is_empty() {
                return Err(PdfError::NotAPdf.into());
            }
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
