//! Step 2: are the document's octets those that were signed? (ISO 32000-2, 12.8.1; EN 319 102-1, 5.2.7.)
//!
//! Job: the ByteRange is two spans around exactly the `/Contents` of this dictionary, it ends where a revision ends,
//! the field had this signature in that revision, and the digest over the spans is the signed one.
//! Invariant: an [`Intact`] says of every octet up to the end of one revision that it is covered, the signature's
//! own value aside. What stands behind that revision is for `later_revisions`.

use pades::pdf::{Object, View};
use pades::{Coverage, EmbeddedSignature, SignedPdf};

use crate::asn1::tag;
use crate::cms::Single;
use crate::crypto::DigestAlgorithm;
use crate::crypto::digest::Digest;
use crate::digests::FileDigests;
use crate::findings::Finding;
use crate::format::WellFormed;
use crate::oid;
use crate::report::{CoverageWord, Format};
use crate::time_stamps::TstInfo;

/// The octets are those that were signed.
#[derive(Debug)]
pub(crate) struct Intact {
    revision: usize,
    binding: Binding,
}

/// The digests by which what was signed is bound; it is bound no better than by the worst of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Binding {
    /// The signer's.
    pub(crate) digest: DigestAlgorithm,
    /// The one in a time-stamp's content, which the authority did not choose.
    pub(crate) imprint: Option<DigestAlgorithm>,
}

impl From<DigestAlgorithm> for Binding {
    fn from(digest: DigestAlgorithm) -> Self {
        Self { digest, imprint: None }
    }
}

impl Intact {
    /// Establishes it for one signature.
    pub(crate) fn establish(
        pdf: &SignedPdf<'_>,
        signature: &EmbeddedSignature,
        form: &WellFormed<'_>,
        digests: &FileDigests<'_>,
    ) -> Result<Self, Finding> {
        // 12.8.1: the gap is the value of Contents and nothing else.
        let range = signature.well_formed().map_err(|error| Finding::SignatureMalformed(error.clone()))?;
        let last = pdf.revisions().len().saturating_sub(1);
        let revision = match signature.coverage() {
            Coverage::WholeFile => last,
            // Not an earlier one than the dictionary's own: the gap lies inside what is covered.
            Coverage::WholeRevision(revision) => revision,
            Coverage::Partial => return Err(Finding::CoverageOdd),
        };
        if !pdf.document().view(revision).is_some_and(|view| field_has(view, signature)) {
            return Err(Finding::FieldNotSigned);
        }
        let of_document = |algorithm| digests.of(range, algorithm);
        let binding = match form.format() {
            Format::DocumentTimeStamp => token_is_intact(form, &TstInfo::of(form)?, &of_document)?,
            Format::Pkcs7Sha1 => sha1_content_is_intact(form, &of_document)?.into(),
            Format::PadesBaselineB | Format::PadesBaselineT | Format::Pkcs7Detached | Format::Unknown => {
                let algorithm = digest_algorithm(form)?;
                match form.signed_attributes() {
                    Some(_) => is_message_digest(form, of_document(algorithm))?,
                    // RFC 5652, 5.4: without signed attributes the value is made over the content itself, so that its
                    // verification is the proof of integrity too. PAdES does not allow it.
                    None if form.format() == Format::Pkcs7Detached => {}
                    None => return Err(Finding::SignedAttributesMissing),
                }
                algorithm.into()
            }
        };
        Ok(Self { revision, binding })
    }

    /// Index of the revision up to whose end everything is covered.
    pub(crate) fn revision(&self) -> usize {
        self.revision
    }

    /// The digests that were signed.
    pub(crate) fn binding(&self) -> Binding {
        self.binding
    }
}

/// A time-stamp token: its imprint is the digest of what is stamped, and its attributes hold the digest of its content
/// (RFC 3161, 2.4.2).
pub(crate) fn token_is_intact(
    form: &WellFormed<'_>,
    content: &TstInfo<'_>,
    stamped: &dyn Fn(DigestAlgorithm) -> Option<Digest>,
) -> Result<Binding, Finding> {
    let imprint = content.imprint_algorithm.clone().map_err(|unknown| Finding::AlgorithmUnknown(unknown.0))?;
    let computed = stamped(imprint).ok_or(Finding::AlgorithmUnsupported)?;
    if computed.as_bytes() != content.imprint {
        return Err(Finding::DigestWrong);
    }
    let algorithm = digest_algorithm(form)?;
    is_message_digest(form, algorithm.hash(&[form.signed_data().content.unwrap_or_default()]))?;
    Ok(Binding { digest: algorithm, imprint: Some(imprint) })
}

/// `adbe.pkcs7.sha1` (ISO 32000-1, 12.8.3.3.1): the CMS carries the SHA-1 of the document as its content.
fn sha1_content_is_intact(
    form: &WellFormed<'_>,
    of_document: &dyn Fn(DigestAlgorithm) -> Option<Digest>,
) -> Result<DigestAlgorithm, Finding> {
    let content = form.signed_data().content.unwrap_or_default();
    let computed = of_document(DigestAlgorithm::Sha1).ok_or(Finding::AlgorithmUnsupported)?;
    if computed.as_bytes() != content {
        return Err(Finding::DigestWrong);
    }
    if form.signed_attributes().is_some() {
        let algorithm = digest_algorithm(form)?;
        is_message_digest(form, algorithm.hash(&[content]))?;
    }
    // Whatever its signer used, the document itself is bound by SHA-1 alone.
    Ok(DigestAlgorithm::Sha1)
}

fn digest_algorithm(form: &WellFormed<'_>) -> Result<DigestAlgorithm, Finding> {
    form.signer_info().digest_algorithm.digest().map_err(|unknown| Finding::AlgorithmUnknown(unknown.0))
}

/// RFC 5652, 11.2: exactly one message-digest attribute with one value, the digest of the content.
fn is_message_digest(form: &WellFormed<'_>, computed: Option<Digest>) -> Result<(), Finding> {
    let attributes = form.signed_attributes().ok_or(Finding::SignedAttributesMissing)?;
    let signed = match attributes.one(oid::MESSAGE_DIGEST) {
        Single::Value(signed) if signed.tag == tag::OCTET_STRING => signed.content,
        _ => return Err(Finding::MessageDigestMissing),
    };
    let computed = computed.ok_or(Finding::AlgorithmUnsupported)?;
    if computed.as_bytes() == signed { Ok(()) } else { Err(Finding::DigestWrong) }
}

/// In the signed revision, the field's value is this very dictionary. Otherwise somebody attached a signature that
/// was made elsewhere in the file, perhaps by another field's owner.
fn field_has(view: View<'_>, signature: &EmbeddedSignature) -> bool {
    let Some(field) = signature.field() else {
        // A field that is a direct object lies in the octets of its revision; its dictionary was read from there.
        return true;
    };
    let Ok(Some(field)) = view.object(field) else { return false };
    let Ok(dictionary) = field.value.as_dictionary() else { return false };
    match (signature.dictionary(), dictionary.get("V")) {
        (Some(expected), Ok(Some(value))) => value.object == Object::Reference(expected),
        (None, Ok(Some(value))) => value.span() == signature.dictionary_span(),
        _ => false,
    }
}

/// How much a signature claims to cover, whether or not its digest is right.
pub(crate) fn coverage_word(signature: &EmbeddedSignature) -> CoverageWord {
    match signature.coverage() {
        Coverage::WholeFile => CoverageWord::WholeFile,
        Coverage::WholeRevision(_) => CoverageWord::WholeRevision,
        Coverage::Partial => CoverageWord::Partial,
    }
}

#[cfg(test)]
pub(crate) mod tests;
