//! What the caller decides about a signature before it is made: field, time, size, texts, looks.

#[cfg(feature = "appearance")]
use crate::appearance::VisibleSignature;
use crate::pdf_time::PdfTime;
use crate::signed::DocMdp;
use crate::write_error::PrepareError;

/// The field that will hold the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldChoice {
    /// A new field, named `Signature1` or with the next number that is free.
    New,
    /// The empty signature field of this fully qualified name.
    Existing(String),
}

/// What the signature looks like on the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Appearance {
    /// Nothing: a field of no extent on the first page.
    #[default]
    Invisible,
    /// Texts, pictures and codes in a rectangle of one page.
    #[cfg(feature = "appearance")]
    Visible(Box<VisibleSignature>),
}

/// Whether the signature says what may still be changed (ISO 32000-2, 12.8.2.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Certification {
    /// It does not.
    #[default]
    None,
    /// It does if it is the first signature of the document; only the first one can. A document that is signed already
    /// is signed without.
    FirstSignature(DocMdpLevel),
}

/// What a certification permits to be changed later, `/P` of the DocMDP transform (table 257).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocMdpLevel {
    /// 1: nothing. No second signature either.
    NoChanges,
    /// 2: filling in forms, and signing in the fields that are there.
    FormFilling,
    /// 3: annotations too. No new signature field either.
    Annotations,
}

impl From<DocMdpLevel> for DocMdp {
    fn from(level: DocMdpLevel) -> Self {
        match level {
            DocMdpLevel::NoChanges => Self::NoChanges,
            DocMdpLevel::FormFilling => Self::FormFilling,
            DocMdpLevel::Annotations => Self::Annotations,
        }
    }
}

impl DocMdpLevel {
    /// `/P`.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::NoChanges => 1,
            Self::FormFilling => 2,
            Self::Annotations => 3,
        }
    }
}

/// Octets that `/Contents` has room for. See [`crate::contents_size`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContentsSize(usize);

impl ContentsSize {
    /// The most that can be reserved: the reader's limit for one CMS.
    pub const LIMIT: usize = 1 << 20;

    /// Room for this many octets. Whether that is within the limit, `prepare` says.
    #[must_use]
    pub const fn new(octets: usize) -> Self {
        Self(octets)
    }

    /// How many octets.
    #[must_use]
    pub const fn octets(self) -> usize {
        self.0
    }
}

/// All that `prepare` needs to know. Start from [`PrepareOptions::new`] and set what differs.
#[derive(Clone, Debug, PartialEq)]
pub struct PrepareOptions {
    /// Where the signature goes.
    pub field: FieldChoice,
    /// `/M`, the time that the preparer claims.
    pub claimed_signing_time: PdfTime,
    /// Room for the CMS.
    pub contents_size: ContentsSize,
    /// `/Name`: who signs.
    pub name: Option<String>,
    /// `/Reason`. Not to be used together with a commitment-type-indication attribute
    /// (EN 319 142-1, 6.3).
    pub reason: Option<String>,
    /// `/Location`.
    pub location: Option<String>,
    /// What is to be seen.
    pub appearance: Appearance,
    /// What may be changed after it.
    pub certification: Certification,
    /// `/TKN_Seal`, a private entry: the text of the document's seal as its QR code has it. Printable ASCII, at most
    /// [`SEAL_LIMIT`] octets.
    pub seal: Option<String>,
}

/// Octets of `/Name`, `/Reason` and `/Location` each: a screenful, far beyond what viewers show.
const TEXT_LIMIT: usize = 4 * 1024;

/// Octets of the text of a seal: far more than a printed QR code holds.
pub const SEAL_LIMIT: usize = 1_200;

/// Whether these octets may be the text of a seal, which is printable ASCII.
pub(crate) fn is_printable(octets: &[u8]) -> bool {
    octets.iter().all(|octet| (0x20..0x7f).contains(octet))
}

impl PrepareOptions {
    /// An invisible signature in this field, without texts, certification or seal.
    #[must_use]
    pub const fn new(field: FieldChoice, claimed_signing_time: PdfTime, contents_size: ContentsSize) -> Self {
        Self {
            field,
            claimed_signing_time,
            contents_size,
            name: None,
            reason: None,
            location: None,
            appearance: Appearance::Invisible,
            certification: Certification::None,
            seal: None,
        }
    }

    /// What can be refused without looking at the document.
    pub(crate) fn check(&self) -> Result<(), PrepareError> {
        let octets = self.contents_size.octets();
        if octets == 0 || octets > ContentsSize::LIMIT {
            return Err(PrepareError::ContentsSize { octets, limit: ContentsSize::LIMIT });
        }
        for (key, text) in [("Name", &self.name), ("Reason", &self.reason), ("Location", &self.location)] {
            let length = text.as_ref().map_or(0, String::len);
            if length > TEXT_LIMIT {
                return Err(PrepareError::TextTooLong { key, length, limit: TEXT_LIMIT });
            }
        }
        let is_seal = |text: &String| (1..=SEAL_LIMIT).contains(&text.len()) && is_printable(text.as_bytes());
        if !self.seal.as_ref().is_none_or(is_seal) {
            return Err(PrepareError::SealText { limit: SEAL_LIMIT });
        }
        Ok(())
    }
}
