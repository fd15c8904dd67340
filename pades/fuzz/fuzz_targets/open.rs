//! Opens any octets as a PDF and asks every signature everything.
//!
//! Besides not panicking: a signature that is well formed has its `/Contents` exactly in the gap, and what it says it
//! covers ends inside the file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pades::{Coverage, Limits, SignedPdf};

fuzz_target!(|octets: &[u8]| {
    let Ok(pdf) = SignedPdf::open(octets, &Limits::default()) else { return };
    let last = pdf.revisions().len() - 1;
    assert_eq!(pdf.trailing(), pdf.revisions()[last].end..octets.len());
    for signature in pdf.signatures() {
        assert!(signature.revision() <= last);
        assert!(signature.cms_der().len() + signature.trailing().len() <= signature.contents().len());
        if let Coverage::WholeRevision(index) = signature.coverage() {
            assert!(index <= last);
        }
        if let Ok(range) = signature.well_formed() {
            assert!(range.end() <= octets.len());
            let gap = &octets[range.gap()];
            assert!(gap.starts_with(b"<") && gap.ends_with(b">"));
            assert_eq!(Some(range.gap()), signature.contents_span());
            if signature.coverage() == Coverage::WholeFile {
                assert!(octets.len() - range.end() <= 2);
            }
        }
    }
});
