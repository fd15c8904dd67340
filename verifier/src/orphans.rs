//! Signature dictionaries that no signature field leads to.
//!
//! Job: find them in the raw octets, so that removing a field, or damaging the file around it, does not turn a signed
//! document into one that "has no signature". Usage rights (`/Perms /UR3`, ISO 32000-2, 12.8.2.3) are dictionaries of
//! the same form that say nothing about the document; they are told apart.

use std::ops::Range;

use pades::SignedPdf;
use pades::pdf::{Object, Place, Source, View};

/// What every signature dictionary has and hardly anything else.
const MARK: &[u8] = b"/ByteRange";

/// More of them in one file than this are not listed one by one.
const MAX_LISTED: usize = 16;

/// What was found.
pub(crate) struct Orphans {
    /// Offsets of dictionaries that nothing leads to.
    pub(crate) offsets: Vec<usize>,
    /// Some are usage rights.
    pub(crate) has_usage_rights: bool,
}

/// Looks for them.
pub(crate) fn find(pdf: &SignedPdf<'_>) -> Orphans {
    let of_field =
        |offset: usize| pdf.signatures().iter().any(|signature| signature.dictionary_span().contains(&offset));
    let mut rest = memchr::memmem::find_iter(pdf.bytes(), MARK).filter(|offset| !of_field(*offset)).peekable();
    let compressed = in_object_streams(pdf);
    if rest.peek().is_none() && compressed.is_empty() {
        return Orphans { offsets: Vec::new(), has_usage_rights: false };
    }
    let rights = usage_rights(pdf.document().latest());
    let mut has_usage_rights = false;
    let offsets = rest
        .chain(compressed)
        .filter(|offset| {
            let is_right = rights.iter().any(|span| span.contains(offset));
            has_usage_rights |= is_right;
            !is_right
        })
        .take(MAX_LISTED)
        .collect();
    Orphans { offsets, has_usage_rights }
}

/// Where the object streams lie that hold such dictionaries. A signature cannot stand in one, because its gap is a place in the
/// file; one that was made elsewhere can be kept there, or be hidden. What cannot be read holds none that anybody would see.
fn in_object_streams(pdf: &SignedPdf<'_>) -> Vec<usize> {
    let document = pdf.document();
    let mut offsets = Vec::new();
    for index in 0..pdf.revisions().len() {
        let (Some(view), Ok(entries)) = (document.view(index), document.entries(index)) else { continue };
        let mut containers: Vec<u32> = entries
            .iter()
            .filter_map(|entry| match entry.place {
                Place::ObjectStream { stream, .. } => Some(stream),
                Place::Free | Place::Offset(_) => None,
            })
            .collect();
        containers.sort_unstable();
        containers.dedup();
        for container in containers {
            let holds_one = view
                .octets_in(Source::ObjectStream(container))
                .is_ok_and(|data| memchr::memmem::find(data, MARK).is_some());
            if let (true, Ok(Some(located))) = (holds_one, view.locate(container))
                && let Place::Offset(offset) = located.entry.place
                && !offsets.contains(&offset)
            {
                offsets.push(offset);
            }
        }
    }
    offsets
}

/// The octets are those of a PDF that carries a signature dictionary, wherever it lies.
pub(crate) fn has_signature(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, MARK).is_some() && memchr::memmem::find(bytes, b"endobj").is_some()
}

/// Where the usage rights that the catalog names lie. What cannot be read names none.
fn usage_rights(view: View<'_>) -> Vec<Range<usize>> {
    let Ok(catalog) = view.catalog() else { return Vec::new() };
    let Ok(Some(permissions)) = view.get(&catalog, "Perms") else { return Vec::new() };
    let Ok(permissions) = permissions.as_dictionary() else { return Vec::new() };
    ["UR3", "UR"]
        .into_iter()
        .filter_map(|key| match permissions.get(key).ok()?? {
            value if matches!(value.object, Object::Reference(_)) => {
                Some(view.object(value.as_reference().ok()?).ok()??.span)
            }
            value => Some(value.span()),
        })
        .collect()
}
