//! Signature dictionaries that no signature field leads to.
//!
//! Job: find them in the raw octets, so that removing a field, or damaging the file around it, does not turn a signed
//! document into one that "has no signature".

use pades::SignedPdf;

/// What every signature dictionary has and hardly anything else.
const MARK: &[u8] = b"/ByteRange";

/// More of them in one file than this are not listed one by one.
const MAX_LISTED: usize = 16;

/// Offsets of dictionaries that no field leads to.
pub(crate) fn find(pdf: &SignedPdf<'_>) -> Vec<usize> {
    let known = |offset: usize| pdf.signatures().iter().any(|signature| signature.dictionary_span().contains(&offset));
    memchr::memmem::find_iter(pdf.bytes(), MARK).filter(|offset| !known(*offset)).take(MAX_LISTED).collect()
}

/// The octets carry a signature dictionary, wherever it lies.
pub(crate) fn has_signature(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, MARK).is_some()
}
