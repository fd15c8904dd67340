//! The one place where messages of `teken.v1` become the office's types and back. Below it nothing is left to check.
//!
//! A message that leaves out what the contract requires is a [`WireError`]: the service is broken or is not Teken.

use evidence::{DocumentType, NameError, OfficeId, seal::Seal};
use pades::{ContentsSize, DocumentDigest};
use proto::teken::v1;
use thiserror::Error;

pub(crate) mod status;

use crate::{
    document::Document,
    profile::Profile,
    request_id::{RequestId, RequestIdError},
    signature::{Answer, Signature, SignatureKey, SignatureState},
    signature_name::{SignatureName, SignatureNameError},
    signer_chain::{SignerChain, SignerChainError},
};

/// What a message lacks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WireError {
    /// A required field is absent or out of its range.
    #[error("{field} is missing or out of range")]
    Field {
        /// The field.
        field: &'static str,
    },
    /// A name of an office.
    #[error("the office's name")]
    Office(#[from] NameError),
    /// A name of a signature.
    #[error("a signature's name")]
    SignatureName(#[from] SignatureNameError),
    /// A request id.
    #[error("a request id")]
    RequestId(#[from] RequestIdError),
    /// The certificates.
    #[error("the signer's certificates")]
    Chain(#[from] SignerChainError),
    /// A stream ended before its result, or gave two.
    #[error("the stream did not begin with exactly one result")]
    Stream,
    /// A batch answered an item that was not asked, or twice.
    #[error("the batch answered item {index}, which was not asked or is answered")]
    Item {
        /// Position that it named.
        index: u32,
    },
}

const fn missing(field: &'static str) -> WireError {
    WireError::Field { field }
}

/// The types in the contract, by the names that signing statements carry.
const TYPES: [(v1::DocumentType, fn() -> DocumentType); 4] = [
    (v1::DocumentType::Surat, DocumentType::surat),
    (v1::DocumentType::Kk, DocumentType::kk),
    (v1::DocumentType::Akta, DocumentType::akta),
    (v1::DocumentType::KtpEl, DocumentType::ktp_el),
];

/// A type that the contract has no number for goes out as unspecified, which the service refuses by that name.
fn type_to_wire(document_type: &DocumentType) -> v1::DocumentType {
    let known = TYPES.iter().find(|(_, name)| name() == *document_type);
    known.map_or(v1::DocumentType::Unspecified, |(wire, _)| *wire)
}

fn type_from_wire(number: i32) -> Option<DocumentType> {
    TYPES.iter().find(|(wire, _)| *wire as i32 == number).map(|(_, name)| name())
}

pub(crate) fn document(document: &Document) -> v1::Document {
    v1::Document {
        r#type: type_to_wire(&document.document_type).into(),
        number: document.number.as_str().to_owned(),
        requesting_officer: document.officer.as_str().to_owned(),
    }
}

pub(crate) fn document_digest(digest: &DocumentDigest) -> v1::DocumentDigest {
    v1::DocumentDigest { sha256: digest.as_bytes().to_vec() }
}

pub(crate) fn signature_key(key: &SignatureKey) -> v1::GetSignatureRequest {
    use v1::get_signature_request::Key;
    let key = match key {
        SignatureKey::Name(name) => Key::Name(name.as_str().to_owned()),
        SignatureKey::RequestId(id) => Key::RequestId(id.to_string()),
    };
    v1::GetSignatureRequest { key: Some(key) }
}

pub(crate) fn profile(profile: v1::SigningProfile) -> Result<Profile, WireError> {
    let contents_size = usize::try_from(profile.contents_size_bytes)
        .ok()
        .filter(|octets| (1..=ContentsSize::LIMIT).contains(octets))
        .ok_or(missing("contents_size_bytes"))?;
    let max_batch_size =
        usize::try_from(profile.max_batch_size).ok().filter(|most| *most > 0).ok_or(missing("max_batch_size"))?;
    if profile.level != v1::SignatureLevel::BB as i32 {
        return Err(missing("level"));
    }
    Ok(Profile {
        chain: SignerChain::from_der(profile.certificate_chain)?,
        signer_name: profile.signer_name,
        signer_title: profile.signer_title,
        contents_size: ContentsSize::new(contents_size),
        max_document_size_bytes: profile.max_document_size_bytes,
        max_batch_size,
        // A type that a newer service knows and this client does not is left out: it cannot be asked for here.
        document_types: profile.document_types.into_iter().filter_map(type_from_wire).collect(),
        office: OfficeId::parse(&profile.office)?,
    })
}

pub(crate) fn answer(response: v1::SignDigestResponse) -> Result<Answer, WireError> {
    let signature = signature(response.signature.ok_or(missing("signature"))?)?;
    Ok(Answer { signature, replayed: response.replayed })
}

/// The seal of a reservation, its text and its hash compared.
pub(crate) fn reserved_seal(response: v1::ReserveDocumentResponse) -> Result<Seal, WireError> {
    let reservation = response.reservation.ok_or(missing("reservation"))?;
    let seal = Seal::from_text(&reservation.seal_text).map_err(|_| missing("seal_text"))?;
    if seal.as_cose() != reservation.seal {
        return Err(missing("seal"));
    }
    if seal.hash().as_slice() != reservation.seal_hash {
        return Err(missing("seal_hash"));
    }
    Ok(seal)
}

pub(crate) fn signature(signature: v1::Signature) -> Result<Signature, WireError> {
    let state = match v1::SignatureState::try_from(signature.state) {
        Ok(v1::SignatureState::Open) => SignatureState::Open,
        Ok(v1::SignatureState::Signed) => SignatureState::Signed,
        Ok(v1::SignatureState::Abandoned) => SignatureState::Abandoned,
        Ok(v1::SignatureState::Unspecified) | Err(_) => return Err(missing("state")),
    };
    let signing_time_unix =
        signature.signing_time.and_then(|time| u64::try_from(time.seconds).ok()).ok_or(missing("signing_time"))?;
    let document_digest =
        signature.document_digest.and_then(|digest| digest.sha256.try_into().ok()).ok_or(missing("document_digest"))?;
    Ok(Signature {
        name: SignatureName::parse(&signature.name)?,
        request_id: RequestId::parse(&signature.request_id)?,
        state,
        sequence: signature.sequence,
        signing_time_unix,
        document_type: type_from_wire(signature.document_type).ok_or(missing("document_type"))?,
        document_digest,
        cms: signature.cms,
        replaces: optional_name(&signature.replaces)?,
        replaced_by: optional_name(&signature.replaced_by)?,
        abandoned_reason: signature.abandoned_reason,
    })
}

fn optional_name(text: &str) -> Result<Option<SignatureName>, WireError> {
    if text.is_empty() { Ok(None) } else { Ok(Some(SignatureName::parse(text)?)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_the_contract_has_one_name_and_comes_back() {
        for (wire, name) in TYPES {
            assert_eq!(type_to_wire(&name()), wire);
            assert_eq!(type_from_wire(wire.into()), Some(name()));
        }
        assert_eq!(type_from_wire(0), None);
        let unknown = DocumentType::parse("sim").expect("a name");
        assert_eq!(type_to_wire(&unknown), v1::DocumentType::Unspecified);
    }

    fn whole() -> v1::Signature {
        v1::Signature {
            name: "offices/kec-a/signatures/7".into(),
            request_id: "6f0c1f6e-3f0e-4b0a-9d5c-0123456789ab".into(),
            state: v1::SignatureState::Signed.into(),
            sequence: 7,
            signing_time: Some(prost_types::Timestamp { seconds: 1_790_000_000, nanos: 0 }),
            document_type: v1::DocumentType::Surat.into(),
            document_digest: Some(v1::DocumentDigest { sha256: vec![1; 32] }),
            cms: vec![0x30],
            replaces: String::new(),
            replaced_by: "offices/kec-a/signatures/8".into(),
            abandoned_reason: String::new(),
            ..v1::Signature::default()
        }
    }

    #[test]
    fn a_whole_signature_is_read() {
        let read = signature(whole()).expect("whole");
        assert_eq!(read.state, SignatureState::Signed);
        assert_eq!(read.signing_time_unix, 1_790_000_000);
        assert_eq!(read.replaces, None);
        assert_eq!(read.replaced_by.map(|name| name.to_string()), Some("offices/kec-a/signatures/8".into()));
    }

    #[test]
    fn a_signature_that_lacks_a_required_field_is_refused_by_its_name() {
        type Damage = fn(&mut v1::Signature);
        let cases: [(&str, Damage); 6] = [
            ("state", |s| s.state = 0),
            ("state", |s| s.state = 99),
            ("signing_time", |s| s.signing_time = None),
            ("signing_time", |s| s.signing_time = Some(prost_types::Timestamp { seconds: -1, nanos: 0 })),
            ("document_type", |s| s.document_type = 0),
            ("document_digest", |s| s.document_digest = Some(v1::DocumentDigest { sha256: vec![1; 31] })),
        ];
        for (field, damage) in cases {
            let mut damaged = whole();
            damage(&mut damaged);
            assert_eq!(signature(damaged), Err(WireError::Field { field }));
        }
        let mut unnamed = whole();
        unnamed.name.clear();
        assert_eq!(signature(unnamed), Err(WireError::SignatureName(SignatureNameError)));
        let mut unasked = whole();
        unasked.request_id.clear();
        assert_eq!(signature(unasked), Err(WireError::RequestId(RequestIdError)));
    }
}
