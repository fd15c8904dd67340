//! Signature dictionaries that no signature field leads to.
//!
//! Job: find them in the raw octets, so that removing a field, or damaging the file around it, does not turn a signed
//! document into one that "has no signature". Usage rights (`/Perms /UR3`, ISO 32000-2, 12.8.2.3) are dictionaries of
//! the same form that say nothing about the document; they are told apart.

use std::collections::HashSet;
use std::ops::Range;

use pades::SignedPdf;
use pades::pdf::{Object, Place, Source, View};

/// What every signature dictionary has and hardly anything else, without its solidus.
const MARK: &[u8] = b"ByteRange";

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
    let mut rest = marks(pdf.bytes()).filter(|offset| !of_field(*offset)).peekable();
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

/// Octets that are looked at together.
const BLOCK: usize = 512;

/// Where the mark stands, whichever of its letters are written as `#` and two digits (7.3.5): readers know it all the same.
///
/// One pass, as fast as looking for one spelling: most blocks have no solidus before a `B` or a `#`, which is seen without a branch
/// for each octet. Whatever follows a solidus is given up at the first octet that differs.
fn marks(octets: &[u8]) -> impl Iterator<Item = usize> {
    let behind = |at: usize| octets.get(at.saturating_add(1)..).unwrap_or_default();
    octets
        .chunks(BLOCK)
        .zip((0..).step_by(BLOCK))
        .filter(move |(block, start)| may_hold_mark(block, behind(*start)))
        .flat_map(|(block, start)| memchr::memchr_iter(b'/', block).map(move |at| start + at))
        .filter(move |at| begins_with_mark(behind(*at)))
}

/// A solidus stands in the block with the mark's first letter, or an escape, behind it. `next` is the block one octet later.
fn may_hold_mark(block: &[u8], next: &[u8]) -> bool {
    let is_start =
        |octet: &u8, next: &u8| u8::from(*octet == b'/') & (u8::from(*next == b'B') | u8::from(*next == b'#'));
    block.iter().zip(next).fold(0, |any, (octet, next)| any | is_start(octet, next)) != 0
}

fn begins_with_mark(mut octets: &[u8]) -> bool {
    for letter in MARK {
        octets = match octets {
            [octet, rest @ ..] if octet == letter => rest,
            [b'#', high, low, rest @ ..] if hex_value(*high, *low) == Some(*letter) => rest,
            _ => return false,
        };
    }
    true
}

fn hex_value(high: u8, low: u8) -> Option<u8> {
    let digit = |octet: u8| char::from(octet).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// Where the object streams lie that hold such dictionaries. A signature cannot stand in one, because its gap is a place in the
/// file; one that was made elsewhere can be kept there, or be hidden. What cannot be read holds none that anybody would see.
fn in_object_streams(pdf: &SignedPdf<'_>) -> Vec<usize> {
    let holds_one = |view: View<'_>, container| {
        let data = view.octets_in(Source::ObjectStream(container));
        data.is_ok_and(|data| marks(data).next().is_some())
    };
    object_streams(pdf)
        .into_iter()
        .filter(|(view, container, _)| holds_one(*view, *container))
        .map(|(_, _, offset)| offset)
        .collect()
}

/// Every object stream that some revision takes objects from, once, with a view that sees it and its place in the file: as many
/// revisions as a file may have can all name the largest one.
fn object_streams<'p>(pdf: &'p SignedPdf<'_>) -> Vec<(View<'p>, u32, usize)> {
    let document = pdf.document();
    let mut found = Vec::new();
    let mut seen = HashSet::new();
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
            if let Ok(Some(located)) = view.locate(container)
                && let Place::Offset(offset) = located.entry.place
                && seen.insert((container, offset))
            {
                found.push((view, container, offset));
            }
        }
    }
    found
}

/// The octets are those of a PDF that carries a signature dictionary, wherever it lies.
pub(crate) fn has_signature(bytes: &[u8]) -> bool {
    marks(bytes).next().is_some() && memchr::memmem::find(bytes, b"endobj").is_some()
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

#[cfg(test)]
mod tests {
    use pades::Limits;

    use super::*;
    use crate::clock::{UnixTime, ValidationTime};
    use crate::findings::Finding;
    use crate::made_for_tests::{certificate, cms, extension, page};
    use crate::oid;
    use crate::trust::TrustAnchors;
    use crate::validator::{Policy, ValidationData, Validator};

    /// A section of cross-references, whose entries are kind, place and index.
    fn section(file: &mut Vec<u8>, previous: Option<usize>, first: u32, entries: &[(u8, usize, u16)]) -> usize {
        let start = file.len();
        let data: Vec<u8> = entries
            .iter()
            .flat_map(|(kind, place, index)| {
                let place = u32::try_from(*place).expect("a small file").to_be_bytes();
                [&[*kind], &place[..], &index.to_be_bytes()].concat()
            })
            .collect();
        let previous = previous.map(|previous| format!("/Prev {previous}")).unwrap_or_default();
        let head = format!(
            "6 0 obj\n<</Type/XRef/Size 7/W[1 4 2]/Index[{first} {}]{previous}/Root 1 0 R/Length {}>>\nstream\n",
            entries.len(),
            data.len()
        );
        file.extend(head.as_bytes());
        file.extend(data);
        file.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").as_bytes());
        start
    }

    #[test]
    fn the_mark_is_found_however_its_letters_are_written() {
        let hit = |text: &str| marks(text.as_bytes()).collect::<Vec<_>>();
        for spelled in ["/ByteRange", "/Byte#52ange", "/#42yteRange", "/ByteRang#65", "/#42#79#74#65#52#61#6e#67#65"] {
            assert_eq!(hit(&format!("<</Type/Sig {spelled}[0 1 2 3]>>")), [12], "{spelled}");
        }
        for other in
            ["/ByteRang", "/Byte#51ange", "/byteRange", "/Byte#5ange", "/Byte#", "ByteRange", "/Byte #52ange", "/"]
        {
            assert_eq!(hit(other), Vec::<usize>::new(), "{other}");
        }
    }

    #[test]
    fn the_mark_is_found_wherever_it_lies_across_blocks() {
        for at in 0..3 * BLOCK {
            let octets = [&vec![b'x'; at][..], b"/Byte#52ange"].concat();
            assert_eq!(marks(&octets).collect::<Vec<_>>(), [at]);
        }
    }

    #[test]
    fn a_signature_that_nothing_leads_to_is_told_however_its_keys_are_written() {
        let certificate = certificate(("CA", 1), ("CA", 1), &extension(oid::KEY_USAGE, &[3, 2, 7, 0x80]));
        let codes = |more: &[String]| {
            let file = page("/Type/Sig/SubFilter/ETSI.CAdES.detached", "", more, |covered| {
                cms(&certificate, 1, covered, None, &[])
            });
            let time = ValidationTime::new(UnixTime::from_utc_time(b"261120000000Z").expect("a moment"));
            let report =
                Validator::new(TrustAnchors::none(), ValidationData::none(), Policy::default()).verify(&file, time);
            report.findings.iter().map(Finding::code).collect::<Vec<_>>()
        };
        assert_eq!(codes(&[]), [""; 0]);
        for spelled in ["ByteRange", "Byte#52ange"] {
            let lost = format!("<</Type/Sig/SubFilter/adbe.pkcs7.detached/{spelled}[0 1 2 3]/Contents<00>>>");
            assert_eq!(codes(&[lost]), ["ORPHANED_SIGNATURE"], "{spelled}");
        }
    }

    #[test]
    fn an_object_stream_is_searched_once_however_many_revisions_name_it() {
        let mut file = b"%PDF-1.7\n".to_vec();
        let mut offsets = vec![0];
        let data = "5 0 <</ByteRange[0 1 2 3]>>";
        for object in [
            "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n".to_owned(),
            "2 0 obj\n<</Type/Pages/Count 1/Kids[3 0 R]>>\nendobj\n".into(),
            "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>\nendobj\n".into(),
            format!("4 0 obj\n<</Type/ObjStm/N 1/First 4/Length {}>>\nstream\n{data}\nendstream\nendobj\n", data.len()),
        ] {
            offsets.push(file.len());
            file.extend(object.as_bytes());
        }
        let mut entries = vec![(0, 0, 0xffff)];
        entries.extend(offsets.iter().skip(1).map(|offset| (1, *offset, 0)));
        entries.extend([(2, 4, 0), (1, file.len(), 0)]);
        let mut last = section(&mut file, None, 0, &entries);
        for _ in 0..100 {
            let own = file.len();
            last = section(&mut file, Some(last), 5, &[(2, 4, 0), (1, own, 0)]);
        }
        let pdf = SignedPdf::open(&file, &Limits::default()).expect("a file");
        assert_eq!(pdf.revisions().len(), 101);
        let stream = *offsets.get(4).expect("it was written");
        let searched: Vec<usize> = object_streams(&pdf).into_iter().map(|(_, _, offset)| offset).collect();
        assert_eq!(searched, [stream]);
        assert_eq!(
            find(&pdf).offsets,
            [memchr::memmem::find(&file, b"/ByteRange").expect("it is not compressed"), stream]
        );
    }
}
