//! Step 2: are the document's octets those that were signed? (ISO 32000-2, 12.8.1; EN 319 102-1, 5.2.7.)
//!
//! Job: the ByteRange is two spans around exactly the `/Contents` of this dictionary, it ends where a revision ends,
//! the field had this signature in that revision, and the digest over the spans is the signed one.
//! Invariant: an [`Intact`] says of every octet up to the end of one revision that it is covered, the signature's
//! own value aside. What stands behind that revision is for `later_revisions`.

use pades::pdf::{Object, View};
use pades::{Coverage, EmbeddedSignature, SignedPdf};

use crate::cms::Single;
use crate::crypto::DigestAlgorithm;
use crate::digests::FileDigests;
use crate::findings::Finding;
use crate::format::WellFormed;
use crate::oid;
use crate::report::CoverageWord;

/// The octets are those that were signed.
#[derive(Debug)]
pub(crate) struct Intact {
    revision: usize,
    digest: DigestAlgorithm,
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
            Coverage::WholeRevision(revision) if revision >= signature.revision() => revision,
            Coverage::WholeRevision(_) | Coverage::Partial => return Err(Finding::CoverageOdd),
        };
        if !pdf.document().view(revision).is_some_and(|view| field_has(view, signature)) {
            return Err(Finding::FieldNotSigned);
        }
        let signer_info = form.signer_info();
        let algorithm = signer_info.digest_algorithm.digest();
        let digest = algorithm.map_err(|unknown| Finding::AlgorithmUnknown(unknown.0))?;
        // RFC 5652, 11.2: exactly one message-digest attribute with one value.
        let Single::Value(signed) = form.signed_attributes()?.one(oid::MESSAGE_DIGEST) else {
            return Err(Finding::MessageDigestMissing);
        };
        if signed.tag != crate::asn1::tag::OCTET_STRING {
            return Err(Finding::MessageDigestMissing);
        }
        let computed = digests.of(range, digest).ok_or(Finding::AlgorithmUnsupported)?;
        if computed.as_bytes() == signed.content { Ok(Self { revision, digest }) } else { Err(Finding::DigestWrong) }
    }

    /// Index of the revision up to whose end everything is covered.
    pub(crate) fn revision(&self) -> usize {
        self.revision
    }

    /// The digest that was signed.
    pub(crate) fn digest(&self) -> DigestAlgorithm {
        self.digest
    }
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
