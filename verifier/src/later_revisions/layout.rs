//! The octets of one later revision: each belongs to an object, to a cross-reference section, or to the end mark.
//!
//! Job: refuse what would be read by some programs and not by others: objects that no cross-reference section names,
//! entries that lead into octets of an earlier revision, an end mark inside, a linearization dictionary that sends
//! readers elsewhere.
//! Invariant: white space and comments are the only octets that stand for nothing.

use std::ops::Range;

use pades::PdfError;
use pades::pdf::{Place as Entry, Ref, View};

use super::change::{Change, Place};
use pades::SignedPdf;

/// What is wrong with the octets of revision `index`.
pub(super) fn review(pdf: &SignedPdf<'_>, index: usize) -> Vec<Change> {
    match try_review(pdf, index) {
        Ok(changes) => changes,
        Err(error) => vec![Change::Unreadable(error)],
    }
}

fn try_review(pdf: &SignedPdf<'_>, index: usize) -> Result<Vec<Change>, PdfError> {
    let mut changes = Vec::new();
    let (Some(revision), Some(view)) = (pdf.revisions().get(index), pdf.document().view(index)) else {
        return Ok(changes);
    };
    let span = revision.span();
    let mut pieces: Vec<Range<usize>> = revision.xref_spans();
    for change in pdf.document().changes(index)? {
        let reference = Ref { number: change.after.number, generation: change.after.generation };
        let offset = match change.after.place {
            Entry::Free => continue,
            Entry::Offset(offset) => Some(offset),
            Entry::ObjectStream { .. } => None,
        };
        if offset.is_some_and(|offset| !span.contains(&offset)) {
            changes.push(Change::Unexplained { place: Place::OutsideRevision, object: Some(reference) });
            continue;
        }
        let Some(object) = view.object(reference)? else { continue };
        if object.value.as_dictionary().is_ok_and(|dictionary| dictionary.get("Linearized") != Ok(None)) {
            changes.push(Change::Unexplained { place: Place::Linearization, object: Some(reference) });
        }
        // The octets of one in an object stream are that stream's.
        pieces.extend(offset.map(|_| object.span));
    }
    if let Some(offset) = revision.hybrid_offset().filter(|offset| span.contains(offset)) {
        pieces.extend(stream_at(view, offset, &pieces));
    }
    pieces.sort_by_key(|piece| (piece.start, piece.end));
    let octets = pdf.bytes();
    let mut position = span.start;
    for piece in pieces {
        let gap = octets.get(position..piece.start.max(position)).unwrap_or_default();
        if let Some(inside) = first_meaningful(gap) {
            changes.push(unexplained_octets(position + inside));
        }
        position = position.max(piece.end);
    }
    let tail = octets.get(position..revision.eof).unwrap_or_default();
    if !is_end(tail) {
        changes.push(unexplained_octets(position));
    }
    Ok(changes)
}

fn unexplained_octets(offset: usize) -> Change {
    Change::Unexplained { place: Place::Octets { offset }, object: None }
}

/// The cross-reference stream of a hybrid section is an object that no entry needs to name.
fn stream_at(view: View<'_>, offset: usize, known: &[Range<usize>]) -> Option<Range<usize>> {
    if known.iter().any(|piece| piece.contains(&offset)) {
        return None;
    }
    let octets = view.bytes();
    let end = memchr::memmem::find(octets.get(offset..)?, b"endobj")?;
    Some(offset..offset + end + b"endobj".len())
}

/// Offset of the first octet that is neither white space nor in a comment. A comment that looks like a header or an
/// end mark counts: some programs obey it.
fn first_meaningful(gap: &[u8]) -> Option<usize> {
    let mut position = 0;
    while let Some(octet) = gap.get(position) {
        match octet {
            0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ' => position += 1,
            b'%' => {
                let rest = gap.get(position..).unwrap_or_default();
                if rest.starts_with(b"%PDF") || rest.starts_with(b"%%EOF") {
                    return Some(position);
                }
                position += rest.iter().position(|octet| matches!(octet, b'\r' | b'\n')).unwrap_or(rest.len());
            }
            _ => return Some(position),
        }
    }
    None
}

/// `startxref`, a number, `%%EOF` (7.5.5); comments between are as harmless here as elsewhere.
fn is_end(tail: &[u8]) -> bool {
    let Some(rest) = after_blanks(tail).strip_prefix(b"startxref") else { return false };
    let rest = after_blanks(rest);
    let digits = rest.iter().take_while(|octet| octet.is_ascii_digit()).count();
    digits > 0 && after_blanks(rest.get(digits..).unwrap_or_default()) == b"%%EOF"
}

fn after_blanks(octets: &[u8]) -> &[u8] {
    first_meaningful(octets).and_then(|start| octets.get(start..)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
