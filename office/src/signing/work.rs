//! The second half: a journal entry read back, sent, and concluded.
//!
//! What is sent is what is on disk, for a new request as for one of yesterday. A refusal ends a request only when it is certain that
//! nothing was signed under its id.

use std::sync::Arc;

use pades::PreparedPdf;

use super::{SignedDocument, blocking};
use crate::{
    acceptance::{AcceptedCms, AnswerError, Expectation, SignedFile},
    client::{CallError, Client, DigestOrder, DocumentAnswer, DocumentOrder},
    fault::Standing,
    journal::{Entry, Provenance, Request},
    profile::Profile,
    sign_error::SignError,
    signature::{Answer, Signature, SignatureKey, SignatureState},
    signer_chain::SignerChain,
};

/// The service's reason when another version of it made the signed file of this request.
const NOT_REBUILT: &str = "DOCUMENT_NOT_REBUILT";

/// The service's reason when the reservation of the seal on the page ended before the signature was made.
const RESERVATION_EXPIRED: &str = "RESERVATION_EXPIRED";

/// A prepared document whose digest is to be signed.
#[derive(Debug)]
pub(crate) struct DigestWork {
    entry: Entry,
    prepared: PreparedPdf,
}

/// A document that travels whole.
#[derive(Debug)]
pub(crate) struct DocumentWork {
    entry: Entry,
    pdf: Arc<Vec<u8>>,
}

impl DigestWork {
    /// Reads back what was recorded of a request by digest.
    pub(crate) fn load(entry: Entry, profile: &Profile) -> Result<Self, SignError> {
        check_office(&entry, profile)?;
        let request_id = entry.request().request_id;
        let prepared =
            PreparedPdf::from_bytes(&entry.payload()?).map_err(|source| SignError::Prepared { request_id, source })?;
        Ok(Self { entry, prepared })
    }

    pub(crate) fn order(&self) -> DigestOrder {
        let request = self.entry.request();
        DigestOrder {
            request_id: request.request_id,
            document_digest: *self.prepared.document_digest(),
            document: request.document.clone(),
            replaces: request.replaces.clone(),
            seal_hash: request.seal_hash,
        }
    }

    fn embed(self, answer: Answer, client: &Client, profile: &Profile) -> Result<SignedDocument, SignError> {
        let request_id = self.entry.request().request_id;
        let accepted = expecting(self.entry.request(), client, profile, |expectation| {
            AcceptedCms::accept(answer, self.prepared.document_digest(), expectation)
        })
        .map_err(|source| SignError::Answer { request_id, source })?;
        // The page shows a seal, and the statement binds it: a print and a file then prove each other.
        if accepted.statement().seal_hash != self.entry.request().seal_hash {
            return Err(SignError::Answer { request_id, source: AnswerError::OtherSeal });
        }
        let signed = self.prepared.embed(accepted.cms()).map_err(|source| SignError::Embed { request_id, source })?;
        let statement = accepted.statement().clone();
        Ok(SignedDocument { entry: self.entry, pdf: signed.into_bytes(), answer: accepted.into_answer(), statement })
    }
}

impl DocumentWork {
    /// Reads back what was recorded of a request by document.
    pub(crate) fn load(entry: Entry, profile: &Profile) -> Result<Self, SignError> {
        check_office(&entry, profile)?;
        let pdf = Arc::new(entry.payload()?);
        Ok(Self { entry, pdf })
    }

    pub(crate) fn order(&self) -> DocumentOrder {
        let request = self.entry.request();
        DocumentOrder {
            request_id: request.request_id,
            document: request.document.clone(),
            replaces: request.replaces.clone(),
            pdf: Arc::clone(&self.pdf),
        }
    }

    fn open(self, answer: DocumentAnswer, client: &Client, profile: &Profile) -> Result<SignedDocument, SignError> {
        let request_id = self.entry.request().request_id;
        let file = expecting(self.entry.request(), client, profile, |expectation| {
            SignedFile::accept(answer.file, &self.pdf, answer.answer, expectation)
        })
        .map_err(|source| SignError::Answer { request_id, source })?;
        let (pdf, cms) = file.into_parts();
        let statement = cms.statement().clone();
        Ok(SignedDocument { entry: self.entry, pdf, answer: cms.into_answer(), statement })
    }
}

impl Client {
    /// Embeds an answer to a request by digest, or decides what its failure means.
    pub(crate) async fn conclude(
        &self,
        work: DigestWork,
        answer: Result<Answer, CallError>,
        profile: &Arc<Profile>,
    ) -> Result<SignedDocument, SignError> {
        let (work, answer) = match answer {
            Ok(answer) => (work, answer),
            Err(error) => {
                let DigestWork { entry, prepared } = work;
                let (entry, signature) = self.signed_after_all(entry, error).await?;
                (DigestWork { entry, prepared }, Answer { signature, replayed: true })
            }
        };
        let (client, profile) = (self.clone(), Arc::clone(profile));
        blocking(move || work.embed(answer, &client, &profile)).await
    }

    /// Opens a signed document, or decides what the failure means.
    pub(crate) async fn conclude_document(
        &self,
        work: DocumentWork,
        answer: Result<DocumentAnswer, CallError>,
        profile: &Arc<Profile>,
    ) -> Result<SignedDocument, SignError> {
        match answer {
            Ok(answer) => {
                let (client, profile) = (self.clone(), Arc::clone(profile));
                blocking(move || work.open(answer, &client, &profile)).await
            }
            Err(error) => {
                let refusal = error.clone();
                // Without the answer there is no file: what the service knows of the request can only end it, not complete it.
                let (entry, _signature) = self.signed_after_all(work.entry, error).await?;
                let request_id = entry.request().request_id;
                match refusal {
                    // The service will never give this file again. What was signed can be replaced by a new request.
                    CallError::Fault { fault, .. } if fault.reason.as_deref() == Some(NOT_REBUILT) => {
                        blocking(move || entry.finish()).await?;
                        Err(SignError::Refused { fault, request_id })
                    }
                    CallError::Fault { fault, attempts, .. } => Err(SignError::Waiting { fault, attempts, request_id }),
                    CallError::Answer(source) => Err(SignError::Answer { request_id, source }),
                }
            }
        }
    }

    /// Decides what a failure means for the journal.
    ///
    /// A refusal of a request that nobody can have sent before removes its entry. When an earlier attempt may have been signed, the
    /// service is asked what it knows of this request id: a signature that is found is given back, and the entry is removed only on
    /// the service's word that there is none.
    async fn signed_after_all(&self, entry: Entry, error: CallError) -> Result<(Entry, Signature), SignError> {
        let request_id = entry.request().request_id;
        let (fault, attempts, doubt) = match error {
            CallError::Fault { fault, attempts, doubt } => (fault, attempts, doubt),
            CallError::Answer(source) => return Err(SignError::Answer { request_id, source }),
        };
        if fault.standing != Standing::Refused {
            return Err(SignError::Waiting { fault, attempts, request_id });
        }
        if doubt || entry.provenance() == Provenance::Found {
            match self.signature(&SignatureKey::RequestId(request_id)).await {
                Ok(signature) if signature.request_id != request_id => {
                    let source = AnswerError::OtherRequest { answered: signature.request_id };
                    return Err(SignError::Answer { request_id, source });
                }
                Ok(signature) => match signature.state {
                    SignatureState::Signed => return Ok((entry, signature)),
                    SignatureState::Open => return Err(SignError::Waiting { fault, attempts, request_id }),
                    SignatureState::Abandoned => {}
                },
                Err(CallError::Fault { fault: absent, .. })
                    if absent.standing == Standing::Refused && absent.code == tonic::Code::NotFound => {}
                Err(_) => return Err(SignError::Waiting { fault, attempts, request_id }),
            }
        }
        let document = entry.request().document.clone();
        blocking(move || entry.finish()).await?;
        // A reservation that ended does not begin again: nothing will be signed under this id either.
        Err(match fault.reason.as_deref() {
            Some(RESERVATION_EXPIRED) => SignError::SealExpired { request_id, document },
            _ => SignError::Refused { fault, request_id },
        })
    }
}

/// The service takes us for the office that our certificate names: a request of another one must not be sent with it.
fn check_office(entry: &Entry, profile: &Profile) -> Result<(), SignError> {
    let Request { request_id, office, .. } = entry.request();
    if *office == profile.office {
        Ok(())
    } else {
        Err(SignError::OtherOffice { request_id: *request_id, office: office.clone() })
    }
}

/// Builds what an entry expects of an answer: the chain of the day it was prepared, or today's.
fn expecting<T>(
    request: &Request,
    client: &Client,
    profile: &Profile,
    compare: impl FnOnce(&Expectation<'_>) -> T,
) -> T {
    let recorded = if profile.chain.to_der().eq(request.certificate_chain.iter().map(Vec::as_slice)) {
        None
    } else {
        // A recorded chain that does not parse can only make the comparison stricter.
        SignerChain::from_der(request.certificate_chain.iter().cloned()).ok()
    };
    let chains: Vec<&SignerChain> = std::iter::once(&profile.chain).chain(&recorded).collect();
    compare(&Expectation {
        request_id: request.request_id,
        document_type: &request.document.document_type,
        office: &profile.office,
        chains: &chains,
        oid_arc: &client.settings().oid_arc,
    })
}
