//! Opens any octets as a PDF and reads all objects as of every revision.
//!
//! Besides not panicking: revisions follow one another without gaps, and an earlier one reads the same when the file
//! is cut behind it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pades::Limits;
use pades::pdf::{Document, Place, Ref};

fuzz_target!(|octets: &[u8]| {
    let limits = Limits::default();
    let Ok(document) = Document::open(octets, &limits) else { return };
    let mut end = 0;
    for (index, revision) in document.revisions().iter().enumerate() {
        assert_eq!(revision.start, end);
        assert!(revision.eof <= revision.end && revision.end - revision.eof <= 2);
        end = revision.end;
        let view = document.view(index).expect("it is one of the revisions");
        let alone = Document::open(&octets[..end], &limits);
        if let Ok(alone) = &alone {
            assert_eq!(alone.revisions().len(), index + 1);
        }
        let Ok(changes) = document.changes(index) else { continue };
        for change in changes {
            let reference = Ref { number: change.after.number, generation: change.after.generation };
            let Ok(object) = view.object(reference) else { continue };
            assert!(change.after.place != Place::Free || object.is_none());
            let Some(object) = object else { continue };
            assert_eq!(object.reference, reference);
            if object.data.is_some() {
                let _read_or_refused = view.stream_data(&object);
            }
            if let Ok(alone) = &alone
                && let Ok(same) = alone.latest().object(reference)
            {
                assert_eq!(same, Some(object));
            }
        }
    }
    assert!(end <= octets.len());
});
