//! Between the contract and the domain: the only place that names both.
//!
//! Shape, length and alphabet of every field are checked here, once. [`status`] maps every refusal to its status.

pub(crate) mod codec;
pub(crate) mod document;
pub(crate) mod server;
pub(crate) mod status;
pub(crate) mod upload;

use evidence::seal::Seal;
use evidence::{DocumentType, StatusIndex};
use pades::{DocumentDigest, FieldChoice};
use proto::teken::v1;

use crate::domain::{
    Answer, Document, DocumentNumber, Freshness, Mode, RequestId, RequestingOfficer, ReservationKey, ReservationName,
    SignDigest, SignDocument, Signature, SignatureName, SigningRequest, State, TextFault,
};
use crate::error::{FieldFault, SignError};
use crate::offices::Office;
use crate::seal::SealMaker;
use crate::signer::Signer;

/// Octets of a field's name: far above any form's.
const FIELD_NAME_LIMIT: usize = 1_024;
/// Acts of one page when the caller does not say, and at most.
const PAGE_SIZE: u32 = 100;
const PAGE_SIZE_LIMIT: u32 = 1_000;

type Checked<T> = Result<T, SignError>;

fn malformed(field: &'static str, fault: impl Into<FieldFault>) -> SignError {
    SignError::Malformed { field, fault: fault.into() }
}

fn at<T>(field: &'static str, read: Result<T, TextFault>) -> Checked<T> {
    read.map_err(|fault| malformed(field, fault))
}

// --- requests

/// A request to sign a digest.
pub(crate) fn sign_digest(message: v1::SignDigestRequest) -> Checked<SignDigest> {
    let v1::SignDigestRequest {
        request_id,
        document_digest,
        document,
        replaces,
        validate_only,
        seal_hash,
        reservation,
    } = message;
    let reservation = reservation_key(&seal_hash, &reservation)?;
    let request = signing_request(&request_id, document, &replaces, reservation, validate_only)?;
    let digest = document_digest.ok_or_else(|| malformed("document_digest", TextFault::Missing))?;
    Ok(SignDigest { request, document_digest: sha256(&digest)? })
}

/// The header of a request to sign a document.
pub(crate) fn sign_document(header: v1::SignDocumentHeader) -> Checked<SignDocument> {
    let v1::SignDocumentHeader {
        request_id,
        document,
        replaces,
        validate_only,
        field_name,
        size_bytes,
        seal_hash,
        reservation,
        seal_text,
    } = header;
    let reservation = reservation_key(&seal_hash, &reservation)?;
    let seal_text = sealed_text(reservation.as_ref(), seal_text)?;
    let request = signing_request(&request_id, document, &replaces, reservation, validate_only)?;
    if field_name.len() > FIELD_NAME_LIMIT {
        return Err(malformed("field_name", TextFault::TooLong { length: field_name.len(), limit: FIELD_NAME_LIMIT }));
    }
    let field = if field_name.is_empty() { FieldChoice::New } else { FieldChoice::Existing(field_name.clone()) };
    Ok(SignDocument { request, field, field_name, size_bytes: (size_bytes > 0).then_some(size_bytes), seal_text })
}

/// How the reservation is named, if one is.
fn reservation_key(seal_hash: &[u8], reservation: &str) -> Checked<Option<ReservationKey>> {
    match (seal_hash, reservation) {
        ([], "") => Ok(None),
        ([], name) => at("reservation", ReservationName::parse(name)).map(|name| Some(ReservationKey::Name(name))),
        (hash, "") => <[u8; 32]>::try_from(hash)
            .map(|hash| Some(ReservationKey::Seal(hash)))
            .map_err(|_| malformed("seal_hash", FieldFault::DigestLength { length: hash.len() })),
        _ => Err(malformed("reservation", FieldFault::ReservationTwice)),
    }
}

/// The seal's text: it stands beside its hash, and only there.
fn sealed_text(reservation: Option<&ReservationKey>, text: String) -> Checked<Option<String>> {
    let hash = match reservation {
        Some(ReservationKey::Seal(_)) if text.is_empty() => {
            return Err(malformed("seal_text", TextFault::Missing));
        }
        Some(ReservationKey::Seal(hash)) => *hash,
        Some(ReservationKey::Name(_)) | None if text.is_empty() => return Ok(None),
        Some(ReservationKey::Name(_)) | None => return Err(malformed("seal_text", FieldFault::SealText)),
    };
    match Seal::from_text(&text) {
        Ok(seal) if seal.hash() == hash => Ok(Some(text)),
        Ok(_) | Err(_) => Err(malformed("seal_text", FieldFault::SealText)),
    }
}

fn signing_request(
    request_id: &str,
    document: Option<v1::Document>,
    replaces: &str,
    reservation: Option<ReservationKey>,
    validate_only: bool,
) -> Checked<SigningRequest> {
    let request_id = at("request_id", RequestId::parse(request_id))?;
    let document = read_document(document)?;
    let replaces = if replaces.is_empty() { None } else { Some(at("replaces", SignatureName::parse(replaces))?) };
    Ok(SigningRequest { request_id, document, replaces, reservation, mode: mode(validate_only) })
}

const fn mode(validate_only: bool) -> Mode {
    if validate_only { Mode::ValidateOnly } else { Mode::Sign }
}

fn read_document(document: Option<v1::Document>) -> Checked<Document> {
    let document = document.ok_or_else(|| malformed("document", TextFault::Missing))?;
    Ok(Document {
        document_type: document_type(&document)?,
        number: at("document.number", DocumentNumber::parse(document.number))?,
        requesting_officer: at("document.requesting_officer", RequestingOfficer::parse(document.requesting_officer))?,
    })
}

fn document_type(document: &v1::Document) -> Checked<DocumentType> {
    match v1::DocumentType::try_from(document.r#type) {
        Ok(v1::DocumentType::Surat) => Ok(DocumentType::surat()),
        Ok(v1::DocumentType::Kk) => Ok(DocumentType::kk()),
        Ok(v1::DocumentType::Akta) => Ok(DocumentType::akta()),
        Ok(v1::DocumentType::KtpEl) => Ok(DocumentType::ktp_el()),
        Ok(v1::DocumentType::Unspecified) | Err(_) => Err(malformed("document.type", FieldFault::DocumentType)),
    }
}

fn sha256(digest: &v1::DocumentDigest) -> Checked<DocumentDigest> {
    let length = digest.sha256.len();
    let octets = <[u8; 32]>::try_from(digest.sha256.as_slice());
    octets
        .map(DocumentDigest::from_sha256)
        .map_err(|_| malformed("document_digest.sha256", FieldFault::DigestLength { length }))
}

/// How an act is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SignatureKey {
    Name(SignatureName),
    RequestId(RequestId),
}

pub(crate) fn signature_key(message: &v1::GetSignatureRequest) -> Checked<SignatureKey> {
    match &message.key {
        Some(v1::get_signature_request::Key::Name(name)) => {
            at("name", SignatureName::parse(name)).map(SignatureKey::Name)
        }
        Some(v1::get_signature_request::Key::RequestId(id)) => {
            at("request_id", RequestId::parse(id)).map(SignatureKey::RequestId)
        }
        None => Err(malformed("key", TextFault::Missing)),
    }
}

pub(crate) fn page_size(asked: i32) -> Checked<u32> {
    match u32::try_from(asked) {
        Ok(0) => Ok(PAGE_SIZE),
        Ok(asked) => Ok(asked.min(PAGE_SIZE_LIMIT)),
        Err(_) => Err(malformed("page_size", FieldFault::PageSize)),
    }
}

pub(crate) fn check_batch_size(count: usize, limit: u32) -> Checked<()> {
    let limit = usize::try_from(limit).expect("a usize has at least 32 bits");
    if (1..=limit).contains(&count) {
        Ok(())
    } else {
        Err(malformed("requests", FieldFault::BatchSize { count, limit }))
    }
}

// --- answers

pub(crate) fn profile(signer: &Signer, office: &Office) -> v1::SigningProfile {
    // An office without a number in seals gets none.
    let seals = signer.seals.as_ref().filter(|_| office.number.is_some());
    let type_code = |named: &DocumentType| wire_type(named).into();
    v1::SigningProfile {
        certificate_chain: signer.room.chain_der().to_vec(),
        signer_name: signer.room.signer_name().to_owned(),
        signer_title: signer.signer_title.clone(),
        level: v1::SignatureLevel::BB.into(),
        contents_size_bytes: u32::try_from(signer.contents_size.octets()).unwrap_or(u32::MAX),
        max_document_size_bytes: signer.limits.input_bytes.try_into().unwrap_or(u64::MAX),
        max_batch_size: signer.batch_size,
        document_types: office.document_types.iter().map(type_code).collect(),
        office: office.id.to_string(),
        seal_document_types: seals.map(SealMaker::document_types).unwrap_or_default().iter().map(type_code).collect(),
        seal_prefix: seals.map(|seals| seals.prefix().as_str().to_owned()).unwrap_or_default(),
        status_prefix: signer.status_lists.as_ref().map(|lists| lists.prefix().as_str().to_owned()).unwrap_or_default(),
        may_set_status: signer.status_lists.is_some() && office.may_set_status,
    }
}

pub(crate) fn answer(answer: Answer) -> v1::SignDigestResponse {
    let (signed, freshness) = match answer {
        Answer::Signed { signature: signed, freshness } => (Some(signature(*signed)), freshness),
        Answer::Validated { freshness } => (None, freshness),
    };
    v1::SignDigestResponse { signature: signed, replayed: freshness == Freshness::Replayed }
}

pub(crate) fn signature(act: Signature) -> v1::Signature {
    let (state, cms, abandoned_reason) = match act.state {
        State::Open => (v1::SignatureState::Open, Vec::new(), String::new()),
        State::Signed { cms } => (v1::SignatureState::Signed, cms.unwrap_or_default(), String::new()),
        State::Abandoned { reason } => (v1::SignatureState::Abandoned, Vec::new(), reason.to_string()),
    };
    let named = |name: Option<SignatureName>| name.map(|name| name.to_string()).unwrap_or_default();
    v1::Signature {
        name: act.name.to_string(),
        request_id: act.request_id.to_string(),
        state: state.into(),
        sequence: act.name.sequence,
        signing_time: Some(timestamp(act.signed_at)),
        document_type: wire_type(&act.document_type).into(),
        document_digest: Some(v1::DocumentDigest { sha256: act.document_digest.as_bytes().to_vec() }),
        cms,
        replaces: named(act.replaces),
        replaced_by: named(act.replaced_by),
        abandoned_reason,
        status_index: act.status_index.map(StatusIndex::as_u64),
        seal_hash: act.seal_hash.map(Vec::from).unwrap_or_default(),
    }
}

fn timestamp(unix_seconds: u64) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: i64::try_from(unix_seconds).unwrap_or(i64::MAX), nanos: 0 }
}

/// A type that a later version recorded shows as unspecified rather than as another type.
fn wire_type(document_type: &DocumentType) -> v1::DocumentType {
    match document_type.as_str() {
        "surat" => v1::DocumentType::Surat,
        "kk" => v1::DocumentType::Kk,
        "akta" => v1::DocumentType::Akta,
        "ktp-el" => v1::DocumentType::KtpEl,
        _ => v1::DocumentType::Unspecified,
    }
}
