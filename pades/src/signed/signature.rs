//! [`EmbeddedSignature`]: the value of one signature field (ISO 32000-2, 12.8.1), as plain data.
//!
//! It knows where its `/Contents` lies in the file, so that "the gap is exactly the hexadecimal string of this very
//! dictionary" is a comparison of offsets. That needs a dictionary whose octets are in the file: one in an object
//! stream has none, and says so.

use std::ops::Range;

use super::coverage::Coverage;
use super::der_length::element_length;
use crate::options::{SEAL_LIMIT, is_printable};
use crate::pdf::{Dictionary, Document, Object, PdfString, Ref, Source, Value, View};
use crate::{ByteRange, PdfError};

/// One signature field's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddedSignature {
    field_name: String,
    field: Option<Ref>,
    dictionary: Option<Ref>,
    dictionary_span: Range<usize>,
    revision: usize,
    sub_filter: SubFilter,
    byte_range: Result<ByteRange, PdfError>,
    coverage: Coverage,
    contents: Result<Contents, PdfError>,
    claimed_signing_time: Option<String>,
    name: Option<String>,
    reason: Option<String>,
    location: Option<String>,
    seal: Result<Option<String>, SealFault>,
    doc_mdp: Option<DocMdp>,
}

/// Why a `/TKN_Seal` is not taken for a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    /// Not a string that stands in the signature dictionary itself, or there twice. A reference could lead to octets
    /// that somebody appended later.
    #[error("/TKN_Seal is not one string in the signature dictionary")]
    NotDirect,
    /// Longer than [`SEAL_LIMIT`].
    #[error("/TKN_Seal is longer than {SEAL_LIMIT} octets")]
    TooLong,
    /// Not printable ASCII.
    #[error("/TKN_Seal is not printable ASCII")]
    NotText,
    /// Not inside the octets that the signature covers.
    #[error("the signature does not cover its /TKN_Seal")]
    NotCovered,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Contents {
    octets: Vec<u8>,
    cms_length: usize,
    span: Range<usize>,
}

/// How the signature value is encoded, `/SubFilter` (table 255; EN 319 142-1, 5.3, 5.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubFilter {
    /// `ETSI.CAdES.detached`: PAdES.
    EtsiCadesDetached,
    /// `adbe.pkcs7.detached`.
    AdbePkcs7Detached,
    /// `adbe.pkcs7.sha1`: the CMS signs the SHA-1 of the document.
    AdbePkcs7Sha1,
    /// `ETSI.RFC3161`: a document time-stamp.
    EtsiRfc3161,
    /// Any other name; empty when there is none, or one that is too long to be told.
    Other(String),
}

/// What a certification signature permits afterwards, `/P` of its DocMDP transform (table 257).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocMdp {
    /// 1: nothing.
    NoChanges,
    /// 2: filling in forms, and signing.
    FormFilling,
    /// 3: annotations too.
    Annotations,
    /// The transform is there, but its permission is none of these, or cannot be read. It must never permit more
    /// than [`DocMdp::NoChanges`].
    Unknown,
}

/// In which object of the file something lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) reference: Ref,
    pub(crate) revision: usize,
    pub(crate) compressed: bool,
}

impl EmbeddedSignature {
    /// The field's full name, its partial names joined with full stops (12.7.4.2).
    #[must_use]
    pub fn field_name(&self) -> &str {
        &self.field_name
    }

    /// The field's object; `None` when it is a direct object of the form.
    #[must_use]
    pub const fn field(&self) -> Option<Ref> {
        self.field
    }

    /// The signature dictionary's object; `None` when it lies in the field itself. Two fields with the same one are
    /// two claims on one signature.
    #[must_use]
    pub const fn dictionary(&self) -> Option<Ref> {
        self.dictionary
    }

    /// Where the signature dictionary lies in the file.
    #[must_use]
    pub fn dictionary_span(&self) -> Range<usize> {
        self.dictionary_span.clone()
    }

    /// Index of the revision that wrote the signature dictionary.
    #[must_use]
    pub const fn revision(&self) -> usize {
        self.revision
    }

    /// How the signature value is encoded.
    #[must_use]
    pub const fn sub_filter(&self) -> &SubFilter {
        &self.sub_filter
    }

    /// The covered octets.
    ///
    /// # Errors
    ///
    /// Why the dictionary has no `/ByteRange` of the form that this crate accepts.
    pub const fn byte_range(&self) -> Result<&ByteRange, &PdfError> {
        self.byte_range.as_ref()
    }

    /// How much of the file is covered; [`Coverage::Partial`] when there is no [`ByteRange`].
    #[must_use]
    pub const fn coverage(&self) -> Coverage {
        self.coverage
    }

    /// The decoded `/Contents`, zero padding included; empty when there is none or it is malformed.
    #[must_use]
    pub fn contents(&self) -> &[u8] {
        self.contents.as_ref().map_or(&[], |contents| &contents.octets)
    }

    /// Where the hexadecimal string of `/Contents` lies in the file, angle brackets included.
    #[must_use]
    pub fn contents_span(&self) -> Option<Range<usize>> {
        self.contents.as_ref().ok().map(|contents| contents.span.clone())
    }

    /// The CMS: [`EmbeddedSignature::contents`] cut to the length of its outermost element, or all of it when that
    /// is not whole.
    #[must_use]
    pub fn cms_der(&self) -> &[u8] {
        self.split_contents().0
    }

    /// What stands behind the CMS in `/Contents`, up to the last octet that is not zero: empty for mere padding.
    #[must_use]
    pub fn trailing(&self) -> &[u8] {
        let padding = self.split_contents().1;
        let length = padding.iter().rposition(|octet| *octet != 0).map_or(0, |last| last.saturating_add(1));
        padding.get(..length).unwrap_or_default()
    }

    /// Whether the gap of the ByteRange is exactly the `/Contents` of this dictionary.
    #[must_use]
    pub fn gap_is_contents(&self) -> bool {
        self.well_formed().is_ok()
    }

    /// The covered octets, if everything that can be said from the file's syntax is right: ByteRange, `/Contents`,
    /// and the one being the gap of the other.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn well_formed(&self) -> Result<&ByteRange, &PdfError> {
        let range = self.byte_range.as_ref()?;
        let contents = self.contents.as_ref()?;
        if range.gap() != contents.span {
            return Err(&PdfError::GapNotContents);
        }
        Ok(range)
    }

    /// `/M` as written, a PDF date (7.9.4). Whoever made the file chose it.
    #[must_use]
    pub fn claimed_signing_time(&self) -> Option<&str> {
        self.claimed_signing_time.as_deref()
    }

    /// `/Name`. A text longer than [`crate::Limits::text_bytes`] counts as absent, as for all texts here.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// `/Reason`.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// `/Location`.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// `/TKN_Seal`, a private entry: the text of the document's QR seal, where its maker put one. It is printable
    /// ASCII of at most [`SEAL_LIMIT`] octets and the signature covers it; whether it is the seal that belongs to the
    /// document is not asked here. `None` also when [`EmbeddedSignature::seal_entry`] says what is wrong with it.
    #[must_use]
    pub fn seal(&self) -> Option<&str> {
        self.seal_entry().ok().flatten()
    }

    /// The same, with what is wrong.
    ///
    /// # Errors
    ///
    /// [`SealFault`] when there is an entry that is not taken for a seal.
    pub fn seal_entry(&self) -> Result<Option<&str>, SealFault> {
        self.seal.as_ref().map(Option::as_deref).map_err(|fault| *fault)
    }

    /// What the signature permits to be changed later, when it has a DocMDP transform (12.8.2.2).
    #[must_use]
    pub const fn doc_mdp(&self) -> Option<DocMdp> {
        self.doc_mdp
    }

    fn split_contents(&self) -> (&[u8], &[u8]) {
        let Ok(contents) = &self.contents else { return (&[], &[]) };
        contents.octets.split_at_checked(contents.cms_length).unwrap_or((&contents.octets, &[]))
    }

    /// Reads the value of a field that lies in `field`; `None` when it leads to nothing, so that the field is not
    /// signed.
    pub(crate) fn read(
        document: &Document<'_>,
        view: View<'_>,
        field_name: &str,
        field: Option<Place>,
        value: &Value<'_>,
    ) -> Result<Option<Self>, PdfError> {
        let indirect;
        let (value, place) = match value.object {
            Object::Reference(reference) => {
                let revision = view.locate(reference.number)?.map_or(0, |located| located.revision);
                indirect = match view.object(reference) {
                    Ok(None) => return Ok(None),
                    Ok(Some(object)) => object,
                    Err(PdfError::BudgetSpent) => return Err(PdfError::BudgetSpent),
                    Err(fault) => {
                        let place = Place { reference, revision, compressed: false };
                        return Ok(Some(Self::broken(field_name, field, Some(place), 0..0, fault)));
                    }
                };
                let compressed = indirect.source != Source::File;
                (&indirect.value, Some(Place { reference, revision, compressed }))
            }
            _ => (value, None),
        };
        let Ok(dictionary) = value.as_dictionary() else {
            let fault = PdfError::SignatureNotDictionary;
            return Ok(Some(Self::broken(field_name, field, place, value.span(), fault)));
        };
        if place.or(field).is_some_and(|place| place.compressed) {
            let fault = PdfError::SignatureCompressed;
            return Ok(Some(Self::broken(field_name, field, place, value.span(), fault)));
        }
        let limits = document.limits();
        let byte_range = byte_range(dictionary, document.bytes().len());
        let text = |key| {
            let value = view.get(dictionary, key).ok().flatten()?;
            let string = value.as_string().ok()?;
            // Checked before it is decoded: a hundred fields may share one dictionary.
            (string.octets().len() <= limits.text_bytes).then(|| string.to_text())
        };
        Ok(Some(Self {
            coverage: byte_range.as_ref().map_or(Coverage::Partial, |range| Coverage::of(range, document)),
            contents: contents(dictionary, limits.cms_bytes),
            sub_filter: sub_filter(dictionary, view, limits.text_bytes),
            claimed_signing_time: text("M"),
            name: text("Name"),
            reason: text("Reason"),
            location: text("Location"),
            seal: seal(dictionary, byte_range.as_ref().ok()),
            doc_mdp: doc_mdp(dictionary, view),
            byte_range,
            ..Self::broken(field_name, field, place, value.span(), PdfError::ByteRangeMissing)
        }))
    }

    fn broken(
        field_name: &str,
        field: Option<Place>,
        dictionary: Option<Place>,
        dictionary_span: Range<usize>,
        fault: PdfError,
    ) -> Self {
        Self {
            field_name: field_name.to_owned(),
            field: field.map(|place| place.reference),
            dictionary: dictionary.map(|place| place.reference),
            dictionary_span,
            revision: dictionary.or(field).map_or(0, |place| place.revision),
            sub_filter: SubFilter::Other(String::new()),
            byte_range: Err(fault.clone()),
            coverage: Coverage::Partial,
            contents: Err(fault),
            claimed_signing_time: None,
            name: None,
            reason: None,
            location: None,
            seal: Ok(None),
            doc_mdp: None,
        }
    }
}

/// `/ByteRange`: exactly four non-negative integers, all of it direct (table 255).
fn byte_range(dictionary: &Dictionary<'_>, file_length: usize) -> Result<ByteRange, PdfError> {
    let value = dictionary.get("ByteRange")?.ok_or(PdfError::ByteRangeMissing)?;
    let fault = || PdfError::ByteRangeNotFourIntegers { offset: value.span().start };
    let [first, second, third, fourth] = value.as_array().map_err(|_| fault())? else { return Err(fault()) };
    let number = |value: &Value<'_>| value.as_integer().ok().and_then(|number| u64::try_from(number).ok());
    match (number(first), number(second), number(third), number(fourth)) {
        (Some(first), Some(second), Some(third), Some(fourth)) => {
            ByteRange::new([first, second, third, fourth], file_length)
        }
        _ => Err(fault()),
    }
}

/// `/Contents`: a hexadecimal string, direct, within the limit.
fn contents(dictionary: &Dictionary<'_>, limit: usize) -> Result<Contents, PdfError> {
    let value = dictionary.get("Contents")?.ok_or(PdfError::ContentsMissing)?;
    let Object::String(PdfString::Hexadecimal(digits)) = value.object else {
        return Err(PdfError::ContentsNotHex { offset: value.span().start });
    };
    let length = digits.len() / 2;
    if length > limit {
        return Err(PdfError::ContentsTooLarge { length, limit });
    }
    let octets = PdfString::Hexadecimal(digits).octets().into_owned();
    let cms_length = element_length(&octets).unwrap_or(octets.len());
    Ok(Contents { octets, cms_length, span: value.span() })
}

/// `/TKN_Seal`: a string, direct, inside one of the covered spans.
fn seal(dictionary: &Dictionary<'_>, range: Option<&ByteRange>) -> Result<Option<String>, SealFault> {
    let Some(value) = dictionary.get("TKN_Seal").map_err(|_| SealFault::NotDirect)? else { return Ok(None) };
    let Object::String(string) = value.object else { return Err(SealFault::NotDirect) };
    let span = value.span();
    // A hexadecimal string takes twice its octets, a literal one four times at most.
    if span.len() > SEAL_LIMIT.saturating_mul(4).saturating_add(2) || string.octets().len() > SEAL_LIMIT {
        return Err(SealFault::TooLong);
    }
    let spans = range.map(ByteRange::spans).unwrap_or_default();
    if !spans.iter().any(|covered| covered.start <= span.start && span.end <= covered.end) {
        return Err(SealFault::NotCovered);
    }
    let octets = string.octets();
    match std::str::from_utf8(&octets) {
        Ok(text) if is_printable(&octets) => Ok(Some(text.to_owned())),
        _ => Err(SealFault::NotText),
    }
}

fn sub_filter(dictionary: &Dictionary<'_>, view: View<'_>, limit: usize) -> SubFilter {
    let value = view.get(dictionary, "SubFilter").ok().flatten();
    match value.and_then(|value| value.as_name().ok()) {
        Some(name) if name.is("ETSI.CAdES.detached") => SubFilter::EtsiCadesDetached,
        Some(name) if name.is("adbe.pkcs7.detached") => SubFilter::AdbePkcs7Detached,
        Some(name) if name.is("adbe.pkcs7.sha1") => SubFilter::AdbePkcs7Sha1,
        Some(name) if name.is("ETSI.RFC3161") => SubFilter::EtsiRfc3161,
        Some(name) if name.raw().len() <= limit => SubFilter::Other(name.to_text()),
        _ => SubFilter::Other(String::new()),
    }
}

/// The DocMDP transform among the signature references (table 256). What cannot be read may be one.
fn doc_mdp(dictionary: &Dictionary<'_>, view: View<'_>) -> Option<DocMdp> {
    find_doc_mdp(dictionary, view).unwrap_or(Some(DocMdp::Unknown))
}

fn find_doc_mdp(dictionary: &Dictionary<'_>, view: View<'_>) -> Result<Option<DocMdp>, PdfError> {
    let Some(references) = view.get(dictionary, "Reference")? else { return Ok(None) };
    for reference in references.as_array()? {
        let reference = view.resolve(reference)?;
        let reference = reference.as_dictionary()?;
        let is_doc_mdp = match view.get(reference, "TransformMethod")? {
            Some(method) => method.as_name()?.is("DocMDP"),
            None => false,
        };
        if !is_doc_mdp {
            continue;
        }
        let permission = match view.get(reference, "TransformParams")? {
            Some(parameters) => match view.get(parameters.as_dictionary()?, "P")? {
                Some(permission) => permission.as_integer()?,
                // Table 257: the default is 2.
                None => 2,
            },
            None => 2,
        };
        return Ok(Some(match permission {
            1 => DocMdp::NoChanges,
            2 => DocMdp::FormFilling,
            3 => DocMdp::Annotations,
            _ => DocMdp::Unknown,
        }));
    }
    Ok(None)
}
