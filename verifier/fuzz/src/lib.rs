//! What the fuzz targets of the verifier share: the files they start from and what must be true of every answer.
//!
//! `fixture/` was made by `examples/make_seeds.rs`, whose keys are gone: nothing that passes here was signed by a
//! fuzzer.

pub mod shown;
pub mod tree;

use std::sync::OnceLock;

use pades::{Limits, SignedPdf};
use verifier::{
    Certificate, FileVerdict, Indication, Policy, Report, TrustAnchors, UnixTime, ValidationData, ValidationTime,
    Validator,
};

use crate::shown::Page;

/// Signed files, by the first octet of an input.
pub const FILES: [&[u8]; 2] = [include_bytes!("../fixture/plain.pdf"), include_bytes!("../fixture/certified.pdf")];

/// The anchor.
pub const ROOT: &[u8] = include_bytes!("../fixture/root.der");

/// The lists of the anchor and of the authority below it, on which nothing is revoked.
pub const LISTS: [&[u8]; 2] = [include_bytes!("../fixture/root.crl"), include_bytes!("../fixture/issuing.crl")];

/// The next list of the authority, on which the signer is.
pub const REVOKED: &[u8] = include_bytes!("../fixture/issuing-revoked.crl");

/// The signer's certificate and that of the authority, one behind the other.
pub const ISSUED: &[u8] = include_bytes!("../fixture/issued");

/// The moment at which all of that is valid.
pub fn moment() -> ValidationTime {
    static MOMENT: OnceLock<ValidationTime> = OnceLock::new();
    *MOMENT.get_or_init(|| {
        let seconds = include_str!("../fixture/moment").trim().parse().expect("seconds");
        ValidationTime::new(UnixTime::from_seconds(seconds))
    })
}

/// The anchor as it is given to the verifier.
pub fn anchors() -> TrustAnchors {
    let mut anchors = TrustAnchors::none();
    anchors.add(Certificate::from_der(ROOT).expect("the anchor"));
    anchors
}

/// A verifier that trusts the anchor and has both lists.
pub fn validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| {
        let mut data = ValidationData::none();
        for list in LISTS {
            data.add_crl_file(list).expect("a list");
        }
        Validator::new(anchors(), data, Policy::default())
    })
}

/// The whole file passed.
pub fn passes(report: &Report) -> bool {
    report.verdict == FileVerdict::Signed(Indication::TotalPassed)
}

/// Octets that nobody reads.
pub fn is_padding(octets: &[u8]) -> bool {
    octets.iter().all(|octet| matches!(octet, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' '))
}

/// Verifies one of the [`FILES`] with something behind it.
///
/// * A file that is read has a signature: nothing behind a signature makes a file that never had one.
/// * Where the signature that was there passes, either nothing was added but white space and zeros, or its report
///   tells of what was added.
/// * Then the newest revision has the same pages, which show the same but for their annotations.
pub fn check_later_octets(choice: u8, appended: &[u8]) {
    let choice = usize::from(choice) % FILES.len();
    let base = FILES[choice];
    let file = [base, appended].concat();
    let report = validator().verify(&file, moment());
    assert_ne!(report.verdict, FileVerdict::NoSignature, "the signature vanished");
    let Ok(pdf) = SignedPdf::open(&file[..], &Limits::default()) else {
        let none = report.signatures.iter().all(|one| one.conclusion.indication != Indication::TotalPassed);
        assert!(none && !passes(&report), "passes and cannot be opened");
        return;
    };
    for (signature, report) in pdf.signatures().iter().zip(&report.signatures) {
        let is_first = signature.well_formed().is_ok_and(|range| range.end() <= base.len());
        if report.conclusion.indication != Indication::TotalPassed || !is_first || is_padding(appended) {
            continue;
        }
        assert!(!report.later_revisions.is_empty(), "passes in silence");
        assert!(report.later_revisions.iter().all(|later| later.span.start >= base.len()));
        let last = report.later_revisions.last().map_or(base.len(), |later| later.span.end);
        assert!(is_padding(&file[last..]) || !report.findings.is_empty(), "octets behind the last revision");
        let now = shown::pages(pdf.document().latest()).expect("a file that passes has pages");
        assert!(
            now == *pages_of(choice),
            "passes and shows something else:\n{}\n{}",
            String::from_utf8_lossy(&now.concat()),
            String::from_utf8_lossy(appended)
        );
    }
}

fn pages_of(choice: usize) -> &'static Vec<Page> {
    static PAGES: OnceLock<[Vec<Page>; 2]> = OnceLock::new();
    &PAGES.get_or_init(|| {
        FILES.map(|file| {
            let pdf = SignedPdf::open(file, &Limits::default()).expect("a fixture");
            shown::pages(pdf.document().latest()).expect("a fixture has pages")
        })
    })[choice]
}
