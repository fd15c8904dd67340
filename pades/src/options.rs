//! What the caller decides about a signature before it is made: field, time, size, texts.

use crate::pdf_time::PdfTime;
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appearance {
    /// Nothing: a field of no extent on the first page.
    Invisible,
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

/// All that `prepare` needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
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
}

/// Octets of `/Name`, `/Reason` and `/Location` each: a screenful, far beyond what viewers show.
const TEXT_LIMIT: usize = 4 * 1024;

impl PrepareOptions {
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
        Ok(())
    }
}
