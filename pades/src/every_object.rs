//! Every object of a document, also those that signing never asks for.
//!
//! A signature covers all octets of a file, so all of them must mean one thing. The reader is
//! lazy; here it is asked for every object that the newest revision has, within its budget. Object
//! streams are decoded even when no entry leads into them, because other readers do that, too:
//! after this, what a file may inflate to is known to be bounded.

use std::collections::BTreeSet;

use crate::PdfError;
use crate::pdf::{Document, Indirect, Object, Place, Ref, Value, View};

/// Reads every object of the newest revision and hands it to `look`, the first fault ends it.
pub(crate) fn visit<'d>(
    document: &'d Document<'_>,
    mut look: impl FnMut(&Indirect<'d>) -> Result<(), PdfError>,
) -> Result<(), PdfError> {
    let view = document.latest();
    let mut seen = BTreeSet::new();
    let is_single = document.revisions().len() == 1;
    for revision in (0..document.revisions().len()).rev() {
        for entry in document.entries(revision)? {
            // No object is at offset 0, where the header is: some writers mark absent objects so.
            let is_absent = matches!(entry.place, Place::Free | Place::Offset(0));
            // An older revision's entry counts only where no newer one stands.
            if (is_single || seen.insert(entry.number)) && !is_absent {
                let reference = Ref { number: entry.number, generation: entry.generation };
                if let Some(object) = view.object(reference)? {
                    decode_object_stream(&view, &object)?;
                    look(&object)?;
                }
            }
        }
    }
    Ok(())
}

/// Adds every object number above `highest` that `value` refers to.
pub(crate) fn add_references_above(highest: u32, value: &Value<'_>, numbers: &mut BTreeSet<u32>) {
    match &value.object {
        Object::Reference(reference) if reference.number > highest => {
            numbers.insert(reference.number);
        }
        // The parser bounds the nesting.
        Object::Array(elements) => {
            elements.iter().for_each(|element| add_references_above(highest, element, numbers));
        }
        Object::Dictionary(dictionary) => {
            dictionary.entries().iter().for_each(|(_, value)| add_references_above(highest, value, numbers));
        }
        _ => {}
    }
}

fn decode_object_stream(view: &View<'_>, object: &Indirect<'_>) -> Result<(), PdfError> {
    if object.data.is_some() && object.value.as_dictionary()?.is("Type", "ObjStm")? {
        view.numbers_in_stream(object.reference.number)?;
    }
    Ok(())
}
