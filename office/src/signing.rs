//! One document's way: read, prepare, record, send, compare, embed, save, forget.
//!
//! [`Client::sign_pdf`] is the whole of it. Every step that fails leaves one of two states: nothing was recorded, or the journal holds
//! the request and the next run goes on from there. Invariant: a [`SignedDocument`] was compared with what was asked and opened again,
//! and its journal entry lives until [`SignedDocument::save`] or [`SignedDocument::finish`] says that the file is safe.

mod halves;
mod ready;
mod work;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use evidence::SigningStatement;
use pades::{PdfTime, PrepareError};

pub use self::halves::{EmbedHalfError, PrepareHalfError, embed, prepare};
pub(crate) use self::{
    ready::{Index, Ready, ready},
    work::{DigestWork, DocumentWork},
};
use crate::{
    acceptance::{AcceptedCms, Expectation},
    client::{CallError, Client, DigestOrder},
    document::Document,
    durable::{Existing, write_owned},
    journal::{Begun, Entry, Output, Provenance, Way},
    profile::Profile,
    request_id::RequestId,
    sign_error::SignError,
    signature::Answer,
    signature_name::SignatureName,
};

/// Minutes east of UTC of Waktu Indonesia Barat, the agency's time.
const WIB_OFFSET_MINUTES: i16 = 7 * 60;

/// What is to be signed, beside the bytes.
#[derive(Debug, Clone)]
pub struct Task {
    /// Which document it is.
    pub document: Document,
    /// The signature that the new one replaces.
    pub replaces: Option<SignatureName>,
    /// Where the input came from; for people only.
    pub input: Option<PathBuf>,
    /// Where the signed file goes; `None` when the program takes it from memory.
    pub output: Option<Output>,
}

/// What a new request takes from outside: an id from the generator, and a time from the clock.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The id of the request, if one is made.
    pub request_id: RequestId,
    /// `/M` of the signature dictionary.
    pub claimed_signing_time: PdfTime,
}

impl Moment {
    /// A moment in seconds since 1970-01-01T00:00:00Z, shown in Waktu Indonesia Barat.
    ///
    /// # Errors
    ///
    /// [`PrepareError::TimeOutOfRange`] from the year 9999 on.
    pub fn new(request_id: RequestId, unix_seconds: u64) -> Result<Self, PrepareError> {
        Ok(Self { request_id, claimed_signing_time: PdfTime::new(unix_seconds, WIB_OFFSET_MINUTES)? })
    }
}

/// A signed document in memory, compared and opened again. Its journal entry lives until it is saved.
#[derive(Debug)]
#[must_use = "save it, or finish it when its bytes are safe: until then the journal holds the request"]
pub struct SignedDocument {
    entry: Entry,
    pdf: Vec<u8>,
    answer: Answer,
    statement: SigningStatement,
}

/// What is left to tell when a signed file is safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The request.
    pub request_id: RequestId,
    /// The service's answer, without the CMS.
    pub answer: Answer,
    /// What the service signed about the act.
    pub statement: SigningStatement,
    /// Whether an earlier run had recorded the request.
    pub provenance: Provenance,
    /// Where the file is, when it was saved by this library.
    pub output: Option<PathBuf>,
}

impl SignedDocument {
    /// The signed PDF.
    #[must_use]
    pub fn pdf(&self) -> &[u8] {
        &self.pdf
    }

    /// The service's answer.
    #[must_use]
    pub const fn answer(&self) -> &Answer {
        &self.answer
    }

    /// What the service signed about the act: its own time, office, type and sequence.
    #[must_use]
    pub const fn statement(&self) -> &SigningStatement {
        &self.statement
    }

    /// The request.
    #[must_use]
    pub fn request_id(&self) -> RequestId {
        self.entry.request().request_id
    }

    /// Writes the file to the place that was recorded, whole and durable, and lets the journal forget the request.
    ///
    /// # Errors
    ///
    /// [`SignError::Unwritten`] and [`SignError::NoPlace`], with the request still in the journal; [`SignError::Journal`].
    pub fn save(self) -> Result<Receipt, SignError> {
        match self.entry.request().output.clone() {
            Some(output) => self.save_to(&output.path, output.existing),
            None => Err(SignError::NoPlace { request_id: self.request_id() }),
        }
    }

    /// Writes the file to a place of the caller's, whole and durable, and lets the journal forget the request.
    ///
    /// # Errors
    ///
    /// [`SignError::Unwritten`] with the request still in the journal; [`SignError::Journal`].
    pub fn save_to(self, path: &Path, existing: Existing) -> Result<Receipt, SignError> {
        let request_id = self.request_id();
        write_owned(path, &self.pdf, existing, request_id)
            .map_err(|source| SignError::Unwritten { request_id, source })?;
        let receipt = self.finish()?;
        Ok(Receipt { output: Some(path.to_owned()), ..receipt })
    }

    /// Lets the journal forget the request: the caller has the bytes, and they are safe.
    ///
    /// # Errors
    ///
    /// [`SignError::Journal`].
    pub fn finish(self) -> Result<Receipt, SignError> {
        let mut answer = self.answer;
        answer.signature.cms = Vec::new();
        let receipt = Receipt {
            request_id: self.entry.request().request_id,
            answer,
            statement: self.statement,
            provenance: self.entry.provenance(),
            output: None,
        };
        self.entry.finish()?;
        Ok(receipt)
    }
}

impl Client {
    /// Signs one PDF; only its digest leaves the office.
    ///
    /// When the journal holds an unfinished request for the same bytes, type and number, exactly that one is sent again, and
    /// `moment` is not used; the file goes where `task` says, when it says so. When the reservation of its seal has ended and nothing is
    /// signed under its id, the document is sealed, drawn and sent anew, once, if this client has the claims.
    ///
    /// # Errors
    ///
    /// [`SignError`].
    pub async fn sign_pdf(
        &self,
        profile: &Arc<Profile>,
        pdf: Vec<u8>,
        task: Task,
        moment: Moment,
    ) -> Result<SignedDocument, SignError> {
        self.sign(profile, pdf, task, Way::Digest, moment).await
    }

    /// Signs one PDF by sending the whole of it to the service. For the rest, as [`Self::sign_pdf`].
    ///
    /// # Errors
    ///
    /// [`SignError`].
    pub async fn sign_document(
        &self,
        profile: &Arc<Profile>,
        pdf: Vec<u8>,
        task: Task,
        moment: Moment,
    ) -> Result<SignedDocument, SignError> {
        self.sign(profile, pdf, task, Way::Document, moment).await
    }

    /// Has one digest signed, for a caller that prepares and embeds by itself, and gives back the CMS compared with what was asked.
    ///
    /// The journal is not used: the caller must keep `order` until the CMS is safe, and send it again when this fails.
    ///
    /// # Errors
    ///
    /// [`CallError`].
    pub async fn sign_digest(&self, profile: &Profile, order: &DigestOrder) -> Result<AcceptedCms, CallError> {
        let answer = self.order(order).await?;
        let expectation = Expectation {
            request_id: order.request_id,
            document_type: &order.document.document_type,
            office: &profile.office,
            chains: &[&profile.chain],
            oid_arc: &self.settings().oid_arc,
        };
        Ok(AcceptedCms::accept(answer, &order.document_digest, &expectation)?)
    }

    /// Sends what a journal entry holds, compares what comes back and embeds it.
    ///
    /// # Errors
    ///
    /// [`SignError`]; the entry stays in the journal unless it is certain that nothing was signed under its id.
    pub async fn settle(&self, entry: Entry, profile: &Arc<Profile>) -> Result<SignedDocument, SignError> {
        let shared = Arc::clone(profile);
        match entry.request().way {
            Way::Digest => {
                let work = blocking(move || DigestWork::load(entry, &shared)).await?;
                let answer = self.order(&work.order()).await;
                self.conclude(work, answer, profile).await
            }
            Way::Document => {
                let work = blocking(move || DocumentWork::load(entry, &shared)).await?;
                let answer = self.order_document(&work.order()).await;
                self.conclude_document(work, answer, profile).await
            }
        }
    }

    async fn sign(
        &self,
        profile: &Arc<Profile>,
        pdf: Vec<u8>,
        task: Task,
        way: Way,
        moment: Moment,
    ) -> Result<SignedDocument, SignError> {
        let again = (way == Way::Digest && self.can_seal(&task.document)).then(|| (pdf.clone(), task.clone()));
        match (self.sign_once(profile, pdf, task, way, moment).await, again) {
            // Another request, so another id: the old one is spent.
            (Err(SignError::SealExpired { .. }), Some((pdf, task))) => {
                let moment = Moment { request_id: RequestId::generate(), ..moment };
                self.sign_once(profile, pdf, task, way, moment).await
            }
            (outcome, _) => outcome,
        }
    }

    async fn sign_once(
        &self,
        profile: &Arc<Profile>,
        pdf: Vec<u8>,
        task: Task,
        way: Way,
        moment: Moment,
    ) -> Result<SignedDocument, SignError> {
        // 1. Prepare and record, or find what was recorded before.
        let (client, shared) = (self.clone(), Arc::clone(profile));
        let entry = blocking(move || {
            let journal = client.journal();
            let draft = match ready(&client, &Index::scan(journal)?, &shared, pdf, task, way, moment)? {
                Ready::Found(entry) => return Ok(entry),
                Ready::Fresh(draft) => draft,
            };
            match journal.begin(vec![*draft])?.pop().expect("one draft has one outcome") {
                Begun::Recorded(entry) => Ok(entry),
                Begun::Unfinished(request_id) => Err(SignError::Busy { request_id }),
            }
        })
        .await?;
        // 2. It is on disk: it may leave.
        self.settle(entry, profile).await
    }
}

/// Runs work on files or hashes beside the connection's threads.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => match stopped.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => panic!("blocking work is not cancelled once it runs"),
        },
    }
}
