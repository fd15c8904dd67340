//! Whether every object of a document can be read, also those that signing never asks for.
//!
//! A signature covers all octets of a file, so all of them must mean one thing. The reader is
//! lazy; here it is asked for every object that the newest revision has, within its budget. Object
//! streams are decoded even when no entry leads into them, because other readers do that, too:
//! after this, what a file may inflate to is known to be bounded.

use std::collections::BTreeSet;

use crate::PdfError;
use crate::pdf::{Document, Place, Ref, View};

/// Reads every object of the newest revision.
pub(crate) fn check(document: &Document<'_>) -> Result<(), PdfError> {
    let view = document.latest();
    let mut seen = BTreeSet::new();
    let is_single = document.revisions().len() == 1;
    for revision in (0..document.revisions().len()).rev() {
        for entry in document.entries(revision)? {
            // An older revision's entry counts only where no newer one stands.
            // No object is at offset 0, where the header is: some writers mark absent objects so.
            let is_absent = matches!(entry.place, Place::Free | Place::Offset(0));
            if (is_single || seen.insert(entry.number)) && !is_absent {
                read(&view, Ref { number: entry.number, generation: entry.generation })?;
            }
        }
    }
    Ok(())
}

fn read(view: &View<'_>, reference: Ref) -> Result<(), PdfError> {
    let Some(object) = view.object(reference)? else {
        return Ok(());
    };
    if object.data.is_some() && object.value.as_dictionary()?.is("Type", "ObjStm")? {
        view.numbers_in_stream(reference.number)?;
    }
    Ok(())
}
