//! A peer that speaks `teken.v1` and does what a script says: answers, refuses, hangs, lies. It is no model of the service; it is what
//! the client must withstand.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use evidence::DocumentType;
use hyper_util::rt::TokioIo;
use office::{Client, Settings, Timeouts};
use pades::{DocumentDigest, FieldChoice, Limits, PdfTime, PrepareOptions, UnsignedPdf};
use proto::teken::v1::{
    self,
    batch_sign_digests_response::Result as ItemResult,
    document_service_server::DocumentServiceServer,
    sign_document_request::Part as Sent,
    sign_document_response::Part as Received,
    signing_service_server::{SigningService, SigningServiceServer},
};
use tokio_stream::{Stream, StreamExt as _};
use tonic::{
    Code, Request, Response, Status, Streaming,
    transport::{Endpoint, Server},
};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::{
    pki::{NOW, Said, TestSigner},
    reservation::Reserve,
    status_service::Changes,
};

pub(crate) const OFFICE: &str = "kec-a";

/// What the peer does with one request to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Sign,
    /// A status of the service: code and reason.
    Refuse(Code, &'static str),
    /// A status that says when to come back.
    Later(Code, &'static str, Duration),
    /// A status without a reason, as a transport gives it.
    Break(Code),
    /// No answer, ever.
    Hang,
    /// Signs another digest and says so.
    SignAndSayOtherDigest,
    /// Signs another digest and says that it is ours.
    SignOtherDigest,
    AnswerOtherRequest,
    ValueDoesNotVerify,
    OtherSigner,
    /// Our signer, and a certificate of somebody else beside its chain.
    Stranger,
    /// Signed by the signer of this serial number.
    SignedBy(u8),
    NoStatement,
    OtherOffice,
    OtherType,
    OtherSequence,
    OtherTime,
    OtherName,
    /// The statement is about another seal than the one that was sent.
    OtherSeal,
    /// The statement is about no seal.
    NoSeal,
    NotCms,
    StateOpen,
    NoSignature,
    /// `SignDocument`: another document, signed.
    OtherDocument,
    /// `SignDocument`: signs the document twice.
    TwoRevisions,
    /// `SignDocument`: the signed document with an octet after it.
    Tail,
    /// `SignDocument`: the CMS of the answer is not the one in the file.
    OtherCms,
    /// `SignDocument`: only a part of the file, then the end.
    Short,
    /// `SignDocument`: far more than a signed document can be.
    Endless,
    /// `SignDocument`: no result before the file.
    NoResult,
    /// `BatchSignDigests`: answers an item that was not asked.
    UnaskedItem,
    /// `BatchSignDigests`: answers the item twice.
    Twice,
    /// `BatchSignDigests`: ends the stream before this item.
    End,
}

/// What the peer saw of a request to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) method: &'static str,
    pub(crate) request_id: String,
    /// The digest, or the whole document.
    pub(crate) content: Vec<u8>,
    pub(crate) had_deadline: bool,
}

#[derive(Default)]
pub(crate) struct State {
    script: VecDeque<Act>,
    seen: Vec<Seen>,
    /// What `GetSignature` answers.
    known: Option<v1::Signature>,
    /// What `ReserveDocument` was asked.
    pub(crate) reserved: Vec<v1::ReserveDocumentRequest>,
    /// What it does with requests about a status.
    pub(crate) changes: VecDeque<Changes>,
    /// What `SetDocumentStatus` was asked.
    pub(crate) changed: Vec<v1::SetDocumentStatusRequest>,
}

/// The peer. Clones share one state.
#[derive(Clone)]
pub(crate) struct Peer {
    state: Arc<Mutex<State>>,
    signer: Arc<TestSigner>,
    office: &'static str,
    certified: Option<&'static str>,
    profile_away: bool,
    pub(crate) reserves: Reserve,
}

impl Peer {
    pub(crate) fn doing(script: impl IntoIterator<Item = Act>) -> Self {
        let state = State { script: script.into_iter().collect(), ..State::default() };
        Self {
            state: Arc::new(Mutex::new(state)),
            signer: Arc::new(TestSigner::new(2)),
            office: OFFICE,
            certified: None,
            profile_away: false,
            reserves: Reserve::Honestly,
        }
    }

    pub(crate) fn away(mut self) -> Self {
        self.profile_away = true;
        self
    }

    /// What the peer does with every request for a seal.
    pub(crate) fn reserving(mut self, reserves: Reserve) -> Self {
        self.reserves = reserves;
        self
    }

    /// What the peer does with its first requests about a status.
    pub(crate) fn changing(self, script: impl IntoIterator<Item = Changes>) -> Self {
        self.change_next(script);
        self
    }

    pub(crate) fn change_next(&self, script: impl IntoIterator<Item = Changes>) {
        self.locked().changes = script.into_iter().collect();
    }

    /// What `SetDocumentStatus` was asked.
    pub(crate) fn changes(&self) -> Vec<v1::SetDocumentStatusRequest> {
        self.locked().changed.clone()
    }

    /// The service after its signer was renewed.
    pub(crate) fn signing_with(mut self, serial_number: u8) -> Self {
        self.signer = Arc::new(TestSigner::new(serial_number));
        self
    }

    /// A client whose certificate names this office.
    pub(crate) fn certifying(mut self, office: &'static str) -> Self {
        self.certified = Some(office);
        self
    }

    /// The service as another office meets it.
    pub(crate) fn taking_us_for(mut self, office: &'static str) -> Self {
        self.office = office;
        self
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.locked().seen.clone()
    }

    /// How often `ReserveDocument` was asked.
    pub(crate) fn reserved(&self) -> usize {
        self.locked().reserved.len()
    }

    /// From now on `GetSignature` knows this of the request that was seen last.
    pub(crate) fn know_last_as(&self, state: v1::SignatureState) {
        let last = self.seen().pop().expect("a request was seen");
        self.know(&last.request_id, last.content, state);
    }

    /// From now on `GetSignature` knows the request that was seen last as signed, with this seal.
    pub(crate) fn know_last_sealed(&self, seal_hash: [u8; 32]) {
        let last = self.seen().pop().expect("a request was seen");
        self.know_sealed(&last.request_id, last.content, v1::SignatureState::Signed, Some(seal_hash));
    }

    /// From now on `GetSignature` answers this, whatever it is asked.
    pub(crate) fn know(&self, request_id: &str, content: Vec<u8>, state: v1::SignatureState) {
        self.know_sealed(request_id, content, state, None);
    }

    fn know_sealed(&self, request_id: &str, content: Vec<u8>, state: v1::SignatureState, seal_hash: Option<[u8; 32]>) {
        let digest = DocumentDigest::from_sha256(content.try_into().expect("a digest"));
        let said = Said { sequence: 7, office: OFFICE, document_type: DocumentType::surat(), seal_hash };
        let mut signature = self.signature(request_id, &digest, &said);
        signature.state = state.into();
        if state == v1::SignatureState::Signed {
            signature.cms = self.signer.cms(&digest, Some(&said)).to_der().to_vec();
        }
        self.locked().known = Some(signature);
    }

    pub(crate) fn then(&self, script: impl IntoIterator<Item = Act>) {
        self.locked().script = script.into_iter().collect();
    }

    /// A client of this peer over a pipe, with its journal in `state_dir`.
    pub(crate) fn client(&self, state_dir: &std::path::Path, give_up: Duration) -> Client {
        let peer = self.clone();
        let endpoint = Endpoint::from_static("http://peer.invalid");
        let channel = endpoint.connect_with_connector_lazy(tower::service_fn(move |_| {
            let peer = peer.clone();
            async move {
                let (ours, theirs) = tokio::io::duplex(64 * 1024);
                tokio::spawn(
                    Server::builder()
                        .add_service(SigningServiceServer::new(peer.clone()))
                        .add_service(DocumentServiceServer::new(peer))
                        .serve_with_incoming(tokio_stream::once(Ok::<_, std::io::Error>(theirs))),
                );
                Ok::<_, std::io::Error>(TokioIo::new(ours))
            }
        }));
        let settings = Settings {
            concurrency: std::num::NonZeroUsize::new(4).expect("four"),
            oid_arc: evidence::OidArc::default(),
            timeouts: Timeouts { give_up, ..Timeouts::default() },
            office: self.certified.map(|office| evidence::OfficeId::parse(office).expect("an office")),
        };
        Client::over(channel, state_dir, settings).expect("the journal opens")
    }

    pub(crate) fn locked(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while it holds the state")
    }

    fn act(&self, seen: Seen) -> Act {
        let mut state = self.locked();
        state.seen.push(seen);
        state.script.pop_front().unwrap_or(Act::Sign)
    }

    fn signature(&self, request_id: &str, digest: &DocumentDigest, said: &Said<'_>) -> v1::Signature {
        v1::Signature {
            name: format!("offices/{}/signatures/{}", said.office, said.sequence),
            request_id: request_id.to_owned(),
            state: v1::SignatureState::Signed.into(),
            sequence: said.sequence,
            signing_time: Some(prost_types::Timestamp { seconds: i64::try_from(NOW).expect("a time"), nanos: 0 }),
            document_type: v1::DocumentType::Surat.into(),
            document_digest: Some(v1::DocumentDigest { sha256: digest.as_bytes().to_vec() }),
            ..v1::Signature::default()
        }
    }

    /// What the script makes of a digest: an answer with its CMS, or a status.
    async fn answer(
        &self,
        act: Act,
        request_id: &str,
        asked: &DocumentDigest,
        seal_hash: &[u8],
    ) -> Result<v1::SignDigestResponse, Status> {
        let other = DocumentDigest::from_sha256([0xaa; 32]);
        let seal_hash = seal_hash.try_into().ok();
        let mut said = Said { sequence: 7, office: OFFICE, document_type: DocumentType::surat(), seal_hash };
        let mut signature = self.signature(request_id, asked, &said);
        let cms = match act {
            Act::Refuse(code, reason) => return Err(refusal(code, reason, None)),
            Act::Later(code, reason, wait) => return Err(refusal(code, reason, Some(wait))),
            Act::Break(code) => return Err(Status::new(code, "broken")),
            Act::Hang => return std::future::pending().await,
            Act::SignAndSayOtherDigest => {
                signature.document_digest = Some(v1::DocumentDigest { sha256: other.as_bytes().to_vec() });
                self.signer.cms(&other, Some(&said))
            }
            Act::SignOtherDigest => self.signer.cms(&other, Some(&said)),
            Act::AnswerOtherRequest => {
                signature.request_id = "00000000-0000-4000-8000-000000000000".to_owned();
                self.signer.cms(asked, Some(&said))
            }
            Act::ValueDoesNotVerify => self.signer.cms_that_does_not_verify(asked, &said),
            Act::Stranger => self.signer.cms_with_a_stranger(asked, &said),
            Act::OtherSigner => TestSigner::new(4).cms(asked, Some(&said)),
            Act::SignedBy(serial_number) => TestSigner::new(serial_number).cms(asked, Some(&said)),
            Act::NoStatement => self.signer.cms(asked, None),
            Act::OtherOffice => {
                said.office = "kec-b";
                self.signer.cms(asked, Some(&said))
            }
            Act::OtherType => {
                said.document_type = DocumentType::kk();
                self.signer.cms(asked, Some(&said))
            }
            Act::OtherSequence => {
                signature.sequence = 8;
                self.signer.cms(asked, Some(&said))
            }
            Act::OtherTime => {
                signature.signing_time = Some(prost_types::Timestamp { seconds: 1, nanos: 0 });
                self.signer.cms(asked, Some(&said))
            }
            Act::OtherName => {
                signature.name = format!("offices/{OFFICE}/signatures/8");
                self.signer.cms(asked, Some(&said))
            }
            Act::OtherSeal => {
                said.seal_hash = Some([0xee; 32]);
                self.signer.cms(asked, Some(&said))
            }
            Act::NoSeal => {
                said.seal_hash = None;
                self.signer.cms(asked, Some(&said))
            }
            Act::NotCms => {
                signature.cms = b"not a CMS".to_vec();
                return Ok(v1::SignDigestResponse { signature: Some(signature), replayed: false });
            }
            Act::StateOpen => {
                signature.state = v1::SignatureState::Open.into();
                return Ok(v1::SignDigestResponse { signature: Some(signature), replayed: false });
            }
            Act::NoSignature => return Ok(v1::SignDigestResponse { signature: None, replayed: false }),
            _ => self.signer.cms(asked, Some(&said)),
        };
        signature.cms = cms.to_der().to_vec();
        Ok(v1::SignDigestResponse { signature: Some(signature), replayed: false })
    }

    /// A signed document, or something that is none.
    async fn document_parts(&self, act: Act, request_id: &str, sent: Vec<u8>) -> Result<Vec<Received>, Status> {
        let time = PdfTime::new(NOW, 420).expect("in range");
        let options = PrepareOptions::new(FieldChoice::New, time, pades::ContentsSize::new(8_192));
        let input = match act {
            Act::OtherDocument => crate::document::pdf("another"),
            Act::TwoRevisions => {
                let parts = Box::pin(self.document_parts(Act::Sign, request_id, sent)).await?;
                let chunks = parts.into_iter().filter_map(|part| match part {
                    Received::Chunk(chunk) => Some(chunk),
                    Received::Result(_) => None,
                });
                chunks.flatten().collect()
            }
            _ => sent,
        };
        let prepared = UnsignedPdf::open(input, &Limits::default())
            .expect("a document of the tests")
            .prepare(&options)
            .expect("which can be signed");
        let digest = *prepared.document_digest();
        let mut response = self.answer(act, request_id, &digest, &[]).await?;
        let cms = response.signature.as_ref().map(|signature| signature.cms.clone()).unwrap_or_default();
        let cms = pades::Cms::from_der(cms).map_err(|_| Status::internal("no CMS"))?;
        let mut file = prepared.embed(&cms).map_err(|_| Status::internal("not embedded"))?.into_bytes();
        match act {
            Act::Tail => file.push(b'\n'),
            Act::Short => file.truncate(file.len() / 2),
            Act::Endless => file.resize(file.len() + 8 * 1024 * 1024, 0),
            Act::OtherCms => {
                let other = self.answer(Act::NoStatement, request_id, &digest, &[]).await?;
                response.signature = other.signature;
            }
            _ => {}
        }
        let mut parts: Vec<Received> = if act == Act::NoResult { Vec::new() } else { vec![Received::Result(response)] };
        parts.extend(file.chunks(256 * 1024).map(|chunk| Received::Chunk(chunk.to_vec())));
        Ok(parts)
    }
}

pub(crate) fn refusal(code: Code, reason: &str, wait: Option<Duration>) -> Status {
    let mut details = ErrorDetails::new();
    details.set_error_info(reason, "teken.v1", std::collections::HashMap::<String, String>::new());
    details.set_localized_message("id-ID", "ditolak");
    if wait.is_some() {
        details.set_retry_info(wait);
    }
    Status::with_error_details(code, "refused", details)
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl SigningService for Peer {
    type BatchSignDigestsStream = Answers<v1::BatchSignDigestsResponse>;
    type SignDocumentStream = Answers<v1::SignDocumentResponse>;

    async fn get_signing_profile(
        &self,
        _: Request<v1::GetSigningProfileRequest>,
    ) -> Result<Response<v1::SigningProfile>, Status> {
        if self.profile_away {
            return Err(Status::unavailable("away"));
        }
        Ok(Response::new(v1::SigningProfile {
            certificate_chain: self.signer.chain_der.clone(),
            signer_name: "Penanda Tangan UJI COBA".to_owned(),
            signer_title: String::new(),
            level: v1::SignatureLevel::BB.into(),
            contents_size_bytes: 8_192,
            max_document_size_bytes: 1 << 20,
            max_batch_size: 10,
            document_types: vec![v1::DocumentType::Surat.into(), v1::DocumentType::Kk.into()],
            office: self.office.to_owned(),
            ..v1::SigningProfile::default()
        }))
    }

    async fn sign_digest(
        &self,
        request: Request<v1::SignDigestRequest>,
    ) -> Result<Response<v1::SignDigestResponse>, Status> {
        let had_deadline = request.metadata().contains_key("grpc-timeout");
        let message = request.into_inner();
        let content = message.document_digest.map(|digest| digest.sha256).unwrap_or_default();
        let digest = DocumentDigest::from_sha256(content.clone().try_into().expect("the client sends 32 octets"));
        let request_id = message.request_id;
        let act = self.act(Seen { method: "SignDigest", request_id: request_id.clone(), content, had_deadline });
        self.answer(act, &request_id, &digest, &message.seal_hash).await.map(Response::new)
    }

    async fn batch_sign_digests(
        &self,
        request: Request<v1::BatchSignDigestsRequest>,
    ) -> Result<Response<Self::BatchSignDigestsStream>, Status> {
        let had_deadline = request.metadata().contains_key("grpc-timeout");
        let mut answers = Vec::new();
        for (index, item) in (0_u32..).zip(request.into_inner().requests) {
            let content = item.document_digest.map(|digest| digest.sha256).unwrap_or_default();
            let digest = DocumentDigest::from_sha256(content.clone().try_into().expect("the client sends 32 octets"));
            let request_id = item.request_id;
            let seen = Seen { method: "BatchSignDigests", request_id: request_id.clone(), content, had_deadline };
            let act = self.act(seen);
            let result = match act {
                Act::End => break,
                Act::Break(_) => {
                    answers.push(self.answer(act, &request_id, &digest, &[]).await.map(|_| unreachable!("it breaks")));
                    break;
                }
                Act::Refuse(code, reason) | Act::Later(code, reason, _) => ItemResult::Status(v1::ItemStatus {
                    code: code.into(),
                    reason: reason.to_owned(),
                    message: "refused".to_owned(),
                    message_id: "ditolak".to_owned(),
                }),
                _ => ItemResult::Response(self.answer(act, &request_id, &digest, &item.seal_hash).await?),
            };
            let answer = v1::BatchSignDigestsResponse { index, request_id, result: Some(result) };
            match act {
                Act::UnaskedItem => answers.push(Ok(v1::BatchSignDigestsResponse { index: 99, ..answer })),
                Act::Twice => answers.extend([Ok(answer.clone()), Ok(answer)]),
                _ => answers.push(Ok(answer)),
            }
        }
        Ok(Response::new(Box::pin(tokio_stream::iter(answers))))
    }

    async fn sign_document(
        &self,
        request: Request<Streaming<v1::SignDocumentRequest>>,
    ) -> Result<Response<Self::SignDocumentStream>, Status> {
        let had_deadline = request.metadata().contains_key("grpc-timeout");
        let mut stream = request.into_inner();
        let Some(Ok(v1::SignDocumentRequest { part: Some(Sent::Header(header)) })) = stream.next().await else {
            return Err(Status::invalid_argument("no header"));
        };
        let mut content = Vec::new();
        while let Some(message) = stream.next().await {
            match message?.part {
                Some(Sent::Chunk(chunk)) if chunk.len() <= 256 * 1024 => content.extend_from_slice(&chunk),
                _ => return Err(Status::invalid_argument("no chunk")),
            }
        }
        assert_eq!(u64::try_from(content.len()), Ok(header.size_bytes));
        let request_id = header.request_id;
        let seen =
            Seen { method: "SignDocument", request_id: request_id.clone(), content: content.clone(), had_deadline };
        let act = self.act(seen);
        let parts = self.document_parts(act, &request_id, content).await?;
        let messages = parts.into_iter().map(|part| Ok(v1::SignDocumentResponse { part: Some(part) }));
        Ok(Response::new(Box::pin(tokio_stream::iter(messages.collect::<Vec<_>>()))))
    }

    async fn get_signature(&self, _: Request<v1::GetSignatureRequest>) -> Result<Response<v1::Signature>, Status> {
        let known = self.locked().known.clone();
        known.map(Response::new).ok_or_else(|| refusal(Code::NotFound, "SIGNATURE_NOT_FOUND", None))
    }

    async fn list_signatures(
        &self,
        _: Request<v1::ListSignaturesRequest>,
    ) -> Result<Response<v1::ListSignaturesResponse>, Status> {
        Ok(Response::new(v1::ListSignaturesResponse::default()))
    }
}
