//! Where seals stand: in a text, in a picture, in the signatures and the pages of a PDF.

use evidence::seal::IdentityNumber;
use pades::SignedPdf;

use super::report::{SealOrigin, SealReport, SealedFileReport};
use super::{SealProblem, verify_seal};
use crate::clock::ValidationTime;
use crate::findings::Finding;
use crate::validator::Validator;

/// Most octets of a text that is told in a finding.
const SHOWN: usize = 80;

/// Verifies every seal of a file: a PDF, a picture, or a text, by its first octets.
pub(crate) fn verify_sealed_file(
    octets: &[u8],
    number: Option<&IdentityNumber>,
    validator: &Validator,
    time: ValidationTime,
) -> SealedFileReport {
    let judge = |origin, text: &str| verify_seal(origin, text, number, validator, time);
    if octets.starts_with(b"%PDF-") {
        return of_pdf(octets, validator, time, judge);
    }
    if let Some(text) = as_text(octets) {
        return SealedFileReport::of(vec![judge(SealOrigin::Text, text)], Vec::new(), time);
    }
    match pictures::in_image(octets) {
        Ok(texts) if texts.is_empty() => SealedFileReport::unreadable(Finding::Seal(SealProblem::NoCode), time),
        Ok(texts) => {
            let mut findings = Vec::new();
            let seals = of_codes(texts, &mut findings, judge);
            SealedFileReport::of(seals, findings, time)
        }
        Err(why) => SealedFileReport::unreadable(Finding::Seal(SealProblem::NotReadable { why }), time),
    }
}

/// The file is nothing but the text of a QR code, perhaps with an end of line.
fn as_text(octets: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(octets).ok()?.trim();
    has_address(text).then_some(text)
}

/// It begins as an address does, in whatever case: not yet a seal, but meant as one.
fn has_address(text: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(scheme)))
}

/// The seals of a PDF's signatures, then those of the pictures on its pages that are not the same.
fn of_pdf(
    octets: &[u8],
    validator: &Validator,
    time: ValidationTime,
    judge: impl Fn(SealOrigin, &str) -> SealReport,
) -> SealedFileReport {
    let pdf = match SignedPdf::open(octets, validator.limits()) {
        Ok(pdf) => pdf,
        Err(error) => return SealedFileReport::unreadable(Finding::FileUnreadable(error), time),
    };
    let (mut seals, mut findings, mut known) = (Vec::new(), Vec::new(), Vec::new());
    for signature in pdf.signatures() {
        findings.extend(signature.seal_entry().err().map(|fault| Finding::Seal(SealProblem::EntryFaulty(fault))));
        if let Some(text) = signature.seal().filter(|text| !known.iter().any(|known| known == text)) {
            let field = signature.field_name().to_owned();
            seals.push(judge(SealOrigin::SignatureDictionary { field }, text));
            known.push(text.to_owned());
        }
    }
    let (texts, not_searched) = pictures::in_pdf(octets);
    let texts = texts.into_iter().filter(|text| !known.contains(text)).collect();
    seals.extend(of_codes(texts, &mut findings, judge));
    findings.extend(not_searched.map(Finding::Seal));
    if seals.is_empty() {
        findings.push(Finding::Seal(SealProblem::NoSealInFile));
    }
    SealedFileReport::of(seals, findings, time)
}

/// Judges the texts that are meant as seals: an address with digits behind a `#`. Others are told.
fn of_codes(
    texts: Vec<String>,
    findings: &mut Vec<Finding>,
    judge: impl Fn(SealOrigin, &str) -> SealReport,
) -> Vec<SealReport> {
    let is_meant = |text: &String| {
        let behind = text.split_once('#').map(|(_, behind)| behind);
        has_address(text) && behind.is_some_and(|behind| behind.starts_with(|first: char| first.is_ascii_digit()))
    };
    let (meant, others): (Vec<_>, Vec<_>) = texts.into_iter().partition(is_meant);
    findings.extend(others.into_iter().map(|text| {
        let text = text.chars().take(SHOWN).collect();
        Finding::Seal(SealProblem::OtherCode { text })
    }));
    meant.iter().map(|text| judge(SealOrigin::Picture, text)).collect()
}

#[cfg(all(feature = "qr", not(target_family = "wasm")))]
mod pictures {
    //! With the reader of QR codes.

    use super::SealProblem;
    use crate::qr::{Limits, read_image, read_pdf};

    pub(super) fn in_image(octets: &[u8]) -> Result<Vec<String>, String> {
        read_image(octets, &Limits::default()).map_err(|error| error.to_string())
    }

    /// The texts, and what was not searched.
    pub(super) fn in_pdf(octets: &[u8]) -> (Vec<String>, Option<SealProblem>) {
        match read_pdf(octets, &Limits::default()) {
            Ok(reading) => {
                let more = reading.not_read.len().saturating_sub(1);
                let first = reading.not_read.first();
                let not_searched = first.map(|first| {
                    let what = format!("object {}: {}", first.object, first.reason);
                    SealProblem::NotSearched { what, more }
                });
                (reading.texts, not_searched)
            }
            Err(error) => (Vec::new(), Some(SealProblem::NotSearched { what: error.to_string(), more: 0 })),
        }
    }
}

#[cfg(not(all(feature = "qr", not(target_family = "wasm"))))]
mod pictures {
    //! Without the reader of QR codes: the page in a browser reads them with the telephone's camera.

    use super::SealProblem;

    const WITHOUT: &str = "built without the reader of QR codes";

    pub(super) fn in_image(_: &[u8]) -> Result<Vec<String>, String> {
        Err(WITHOUT.into())
    }

    pub(super) fn in_pdf(_: &[u8]) -> (Vec<String>, Option<SealProblem>) {
        (Vec::new(), Some(SealProblem::NotSearched { what: WITHOUT.into(), more: 0 }))
    }
}
