//! What comes back from the service is compared with what was asked, before it goes into a document.
//!
//! A service that answers with another document's CMS, with an older key's, or with one that does not verify, is caught here and
//! not by a citizen. Invariant: an [`AcceptedCms`] signs the digest that was asked for, with the key of a chain that the profile
//! announced, and its signing statement names this office and this type. Not checked: the path to an anchor and revocation, which
//! is the verifier's work, and the commitment to the number, which only the service can open.

use std::collections::BTreeSet;

use evidence::{DocumentType, OfficeId, OidArc, SigningStatement, StatementError, status::StatusValue};
use p256::ecdsa::{Signature as SignatureValue, signature::hazmat::PrehashVerifier as _};
use pades::{Cms, CmsError, DocumentDigest, Limits, PdfError, SignedPdf, SubFilter};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::{
    request_id::RequestId,
    signature::{Answer, Signature, SignatureState},
    signature_name::SignatureName,
    signer_chain::SignerChain,
    wire::WireError,
};

/// CR LF, the longest end-of-line (ISO 32000-2, 7.2.3).
const END_OF_LINE_BYTES: usize = 2;

/// What was asked, and of whom.
#[derive(Debug)]
pub struct Expectation<'a> {
    /// The request.
    pub request_id: RequestId,
    /// The document's type.
    pub document_type: &'a DocumentType,
    /// This office.
    pub office: &'a OfficeId,
    /// The chains that the service announced: when the document was prepared, and now.
    pub chains: &'a [&'a SignerChain],
    /// Where the signing statement is found.
    pub oid_arc: &'a OidArc,
}

/// A CMS that is what was asked for.
#[derive(Debug)]
pub struct AcceptedCms {
    cms: Cms,
    statement: SigningStatement,
    answer: Answer,
}

/// What is wrong with the service's answer. The document is not signed, and the service's operator must look.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AnswerError {
    /// A message that the contract does not allow.
    #[error("the answer is not one that the contract allows")]
    Wire(#[from] WireError),
    /// The statement is about another seal than the one on the page, or about none.
    #[error("the signing statement is not about the seal on the page")]
    OtherSeal,
    /// Another signature's answer.
    #[error("the answer is about {answered}")]
    OtherSignature {
        /// The signature it is about.
        answered: SignatureName,
    },
    /// The answer says that the status is another one than was asked for.
    #[error("the answer says that the status is {answered}")]
    OtherStatus {
        /// The status it says.
        answered: StatusValue,
    },
    /// Another request's answer.
    #[error("the answer is about request {answered}")]
    OtherRequest {
        /// The request it is about.
        answered: RequestId,
    },
    /// No signature, although none was refused.
    #[error("the signature is in state {state:?}")]
    NotSigned {
        /// Its state.
        state: SignatureState,
    },
    /// The answer says that another digest was signed.
    #[error("the answer is about another document digest")]
    OtherDigest,
    /// The CMS is not of the profile that the service produces.
    #[error("the CMS is not of the profile PAdES-BASELINE-B as Teken makes it")]
    Cms(#[from] CmsError),
    /// The CMS signs another document.
    #[error("the CMS signs another document digest")]
    OtherDocument,
    /// The certificates are not those of the profile.
    #[error("the certificates in the CMS are not those of the profile")]
    OtherChain,
    /// The signature value does not verify with the key of the signing certificate.
    #[error("the signature value does not verify")]
    SignatureValue,
    /// The CMS carries no signing statement.
    #[error("the CMS carries no signing statement")]
    NoStatement,
    /// The signing statement is not understood.
    #[error("the signing statement is not understood")]
    Statement(#[from] StatementError),
    /// The statement, or the profile, names another office.
    #[error("the service takes this office for {named}")]
    OtherOffice {
        /// The office it names.
        named: OfficeId,
    },
    /// The statement names another type.
    #[error("the signing statement names document type {named}")]
    OtherType {
        /// The type it names.
        named: DocumentType,
    },
    /// The answer's words differ from what was signed.
    #[error("{field} of the answer differs from the signing statement")]
    Contradiction {
        /// The field.
        field: &'static str,
    },
    /// The signed file is longer than the document and a signature can be.
    #[error("the signed file is longer than {limit_bytes} octets")]
    FileTooLong {
        /// The limit.
        limit_bytes: usize,
    },
    /// The signed file does not begin with the document that was sent.
    #[error("the signed file does not begin with the document that was sent")]
    NotOurDocument,
    /// The signed file does not open.
    #[error("the signed file does not open")]
    SignedFile(#[from] PdfError),
    /// The signed file does not end with exactly one new signature over all of it.
    #[error("the signed file does not end with a signature over the whole of it")]
    NotCovered,
    /// The CMS in the file is not the one in the answer.
    #[error("the CMS in the signed file is not the one in the answer")]
    OtherCms,
}

impl AcceptedCms {
    /// Compares an answer with what was asked.
    ///
    /// # Errors
    ///
    /// [`AnswerError`], the first difference in the order of the steps.
    pub fn accept(
        answer: Answer,
        expected_digest: &DocumentDigest,
        expectation: &Expectation<'_>,
    ) -> Result<Self, AnswerError> {
        // 1. It is about this request, and it is a signature.
        let Signature { request_id, state, document_digest, .. } = answer.signature;
        if request_id != expectation.request_id {
            return Err(AnswerError::OtherRequest { answered: request_id });
        }
        if state != SignatureState::Signed {
            return Err(AnswerError::NotSigned { state });
        }
        if document_digest != *expected_digest.as_bytes() {
            return Err(AnswerError::OtherDigest);
        }

        // 2. The CMS has the profile's shape; its signing-certificate-v2 matches the certificate of its SignerInfo.
        let cms = Cms::from_der(answer.signature.cms.clone())?;

        // 3. It signs our digest.
        if cms.message_digest().as_ref() != Some(expected_digest) {
            return Err(AnswerError::OtherDocument);
        }

        // 4. Its certificates are those of an announced chain, and its signer is that chain's.
        let chain = expectation.chains.iter().find(|chain| holds_chain(&cms, chain)).ok_or(AnswerError::OtherChain)?;

        // 5. The signature value verifies over the signed attributes (RFC 5652, 5.4).
        verify_value(&cms, chain)?;

        // 6. What the service signed about the act is about this office and this type, and is what it says.
        let statement = cms
            .signed_attribute(&expectation.oid_arc.signing_statement())
            .ok_or(AnswerError::NoStatement)
            .and_then(|der| Ok(SigningStatement::from_der(&der)?))?;
        if statement.office != *expectation.office {
            return Err(AnswerError::OtherOffice { named: statement.office });
        }
        if statement.document_type != *expectation.document_type {
            return Err(AnswerError::OtherType { named: statement.document_type });
        }
        let name = format!("offices/{}/signatures/{}", statement.office, statement.sequence);
        for (field, same) in [
            ("name", answer.signature.name.as_str() == name),
            ("sequence", answer.signature.sequence == statement.sequence),
            ("signing_time", answer.signature.signing_time_unix == statement.signed_at.0),
            ("document_type", answer.signature.document_type == statement.document_type),
        ] {
            if !same {
                return Err(AnswerError::Contradiction { field });
            }
        }
        Ok(Self { cms, statement, answer })
    }

    /// The CMS.
    #[must_use]
    pub const fn cms(&self) -> &Cms {
        &self.cms
    }

    /// What the service signed about the act.
    #[must_use]
    pub const fn statement(&self) -> &SigningStatement {
        &self.statement
    }

    /// The answer that it came in.
    #[must_use]
    pub const fn answer(&self) -> &Answer {
        &self.answer
    }

    /// The answer, without the CMS.
    #[must_use]
    pub fn into_answer(self) -> Answer {
        self.answer
    }
}

/// A signed file that the service made of a document that was sent whole.
///
/// It begins with that document and ends with one new signature over all of it, whose CMS was accepted. What the service's update
/// adds between the two is the service's word: an office that does not want to rely on it signs by digest.
#[derive(Debug)]
pub struct SignedFile {
    pdf: Vec<u8>,
    cms: AcceptedCms,
}

impl SignedFile {
    /// Compares a signed file with the document that was sent.
    ///
    /// # Errors
    ///
    /// [`AnswerError`], the first difference in the order of the steps.
    pub fn accept(
        pdf: Vec<u8>,
        sent: &[u8],
        answer: Answer,
        expectation: &Expectation<'_>,
    ) -> Result<Self, AnswerError> {
        // 1. The document that was sent is a byte-for-byte prefix.
        if !pdf.starts_with(sent) {
            return Err(AnswerError::NotOurDocument);
        }

        // 2. Its last revision, and only that one, is new; it holds one signature, which covers the whole file.
        let file = SignedPdf::open(pdf, &Limits::default())?;
        let revision = file.revisions().len().checked_sub(1);
        let mut last = file.signatures().iter().filter(|signature| Some(signature.revision()) == revision);
        let (Some(signature), None) = (last.next(), last.next()) else { return Err(AnswerError::NotCovered) };
        let earlier_end = revision.and_then(|last| last.checked_sub(1)).and_then(|index| file.revisions().get(index));
        // The update may complete the `%%EOF` line of the document with an end-of-line.
        let only_one_is_new =
            earlier_end.is_some_and(|revision| revision.end <= sent.len().saturating_add(END_OF_LINE_BYTES));
        let byte_range = signature.byte_range().map_err(Clone::clone)?;
        if !only_one_is_new
            || byte_range.end() != file.bytes().len()
            || !signature.gap_is_contents()
            || *signature.sub_filter() != SubFilter::EtsiCadesDetached
        {
            return Err(AnswerError::NotCovered);
        }

        // 3. The CMS in the file is the one in the answer, and it signs what the file holds.
        if signature.cms_der() != answer.signature.cms {
            return Err(AnswerError::OtherCms);
        }
        let digest = byte_range.digest(file.bytes());
        let cms = AcceptedCms::accept(answer, &digest, expectation)?;
        Ok(Self { pdf: file.into_bytes(), cms })
    }

    /// The file, and its CMS.
    #[must_use]
    pub fn into_parts(self) -> (Vec<u8>, AcceptedCms) {
        (self.pdf, self.cms)
    }
}

/// Compares a CMS that somebody else asked for: its certificates with a chain, when one is given, and its signature value with the key
/// of its signing certificate. Whether it signs the right document is asked when it is embedded.
pub(crate) fn accept_unasked(cms: &Cms, chain: Option<&SignerChain>) -> Result<(), AnswerError> {
    if let Some(chain) = chain {
        return if holds_chain(cms, chain) { verify_value(cms, chain) } else { Err(AnswerError::OtherChain) };
    }
    let own = SignerChain::from_der([cms.signing_certificate().to_vec()]).map_err(WireError::from)?;
    verify_value(cms, &own)
}

fn verify_value(cms: &Cms, chain: &SignerChain) -> Result<(), AnswerError> {
    let value = SignatureValue::from_der(cms.signature_value()).map_err(|_| AnswerError::SignatureValue)?;
    let dtbsr = Sha256::digest(cms.signed_attributes_der());
    chain.public_key().verify_prehash(&dtbsr, &value).map_err(|_| AnswerError::SignatureValue)
}

/// Exactly the chain's certificates, in any order, for a CMS holds a set; and the chain's first one signed.
fn holds_chain(cms: &Cms, chain: &SignerChain) -> bool {
    let held: BTreeSet<&[u8]> = cms.certificates().collect();
    let announced: BTreeSet<&[u8]> = chain.to_der().collect();
    held == announced && cms.signing_certificate() == chain.certificates().signing_certificate().as_der()
}
