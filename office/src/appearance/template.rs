//! The template of a visible signature: one TOML file that the agency edits, every field documented in `templates/surat.toml`.
//!
//! Invariant: a [`Template`] is complete and in range: each element lies inside the box where the box's size is known, each placeholder is
//! one that is filled. Whether a text fits and whether the place is blank depends on the document, and is asked when it is drawn. An
//! unknown field is refused, because a misspelt one that is silently ignored is found on ten thousand letters.

mod file;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use pades::FieldChoice;
use thiserror::Error;

use self::file::TemplateFile;
use super::{
    area::Area,
    placeholder::{self, PlaceholderError},
};

/// Largest template that is read, in octets: the shipped ones, comments and all, have fewer than 8,000.
const FILE_LIMIT_BYTES: u64 = 64 * 1024;
/// Most lines of text: a signature block has six.
const TEXTS_LIMIT: usize = 32;
/// Most octets of one text, before its placeholders are filled.
const TEXT_LIMIT_BYTES: usize = 1024;
/// Largest page that a template speaks of, in millimetres: an A0 sheet and some.
const PAGE_LIMIT_MM: f64 = 2_000.0;

/// A visible signature as the agency wants it.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// Which page.
    pub page: PageChoice,
    /// Where on it.
    pub place: Place,
    /// Lines of text.
    pub texts: Vec<TextElement>,
    /// The handwritten signature.
    pub image: Option<ImageElement>,
    /// The QR seal.
    pub seal: Option<SealElement>,
    /// A line around the box, in points.
    pub frame_pt: Option<f64>,
    /// What to do when something is drawn in the place already.
    pub on_overlap: OnOverlap,
    /// What a first signature says about later changes.
    pub certify: Certify,
    /// Employee number of the signer, for `{nip}`.
    pub nip: Option<String>,
    /// Title of the signer for `{signer_title}`, in place of the service's.
    pub signer_title: Option<String>,
    /// Font file of regular text, in place of the built-in one.
    pub regular_font: Option<PathBuf>,
    /// Font file of bold text, in place of the built-in one.
    pub bold_font: Option<PathBuf>,
}

/// Which page carries the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageChoice {
    /// The first one.
    First,
    /// The last one.
    Last,
    /// This one, counted from 1.
    Number(u32),
}

/// Where the box is.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// Here on the page.
    Box(Area),
    /// In the empty signature field of this name; the field decides the page and the size.
    Field(String),
    /// Beside a text of the page.
    Anchor {
        /// The text, which must stand on the page exactly once. Spaces do not count.
        text: String,
        /// From the left edge of its first letter to the left edge of the box, in millimetres; negative: further left.
        right_mm: f64,
        /// From its baseline to the upper edge of the box, in millimetres; negative: above.
        down_mm: f64,
        /// Width and height of the box in millimetres.
        size_mm: (f64, f64),
    },
    /// The first blank place in a zone that the agency's forms keep free, from its upper edge down.
    Zone {
        /// The zone on the page.
        zone: Area,
        /// Width and height of the box in millimetres.
        size_mm: (f64, f64),
    },
}

impl Place {
    /// The signature field that this place makes or takes.
    #[must_use]
    pub fn field(&self) -> FieldChoice {
        match self {
            Self::Field(name) => FieldChoice::Existing(name.clone()),
            Self::Box(_) | Self::Anchor { .. } | Self::Zone { .. } => FieldChoice::New,
        }
    }
}

/// One text of the box, wrapped at spaces into its area.
#[derive(Debug, Clone, PartialEq)]
pub struct TextElement {
    /// With its placeholders.
    pub text: String,
    /// In the box.
    pub area: Area,
    /// In points.
    pub size_pt: f64,
    /// Regular or bold.
    pub weight: Weight,
    /// Against which edge of its area.
    pub align: Align,
    /// Whether each line has a line under it, as under a signer's name.
    pub underline: bool,
}

/// Weight of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Regular.
    Regular,
    /// Bold.
    Bold,
}

/// Against which edge a text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// The left one.
    Left,
    /// Neither: centred.
    Center,
    /// The right one.
    Right,
}

/// The picture of the handwritten signature, as large as its area allows, centred in it.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageElement {
    /// PNG or JPEG.
    pub path: PathBuf,
    /// In the box.
    pub area: Area,
    /// How what is not ink is left out.
    pub transparency: Transparency,
}

/// How the picture lets the page shine through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transparency {
    /// By its alpha channel.
    Alpha,
    /// As a stencil in one colour, for documents of PDF/A-1, which forbids transparency.
    Stencil,
}

/// The QR seal: a square with its quiet zone.
#[derive(Debug, Clone, PartialEq)]
pub struct SealElement {
    /// In the box; a square.
    pub area: Area,
    /// How much of it may be damaged.
    pub level: ErrorCorrection,
}

/// Error correction of the QR code (ISO/IEC 18004, 7.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCorrection {
    /// Medium, about 15 %: for letters, and where space is short.
    M,
    /// Quartile, about 25 %: for papers that people fold.
    Q,
}

/// What to do when something is drawn in the place already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnOverlap {
    /// Do not sign.
    Refuse,
    /// Draw over it.
    Allow,
}

/// What a first signature says about later changes (ISO 32000-2, 12.8.2.2). A file that is signed already is never certified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certify {
    /// Nothing may change.
    P1,
    /// Forms may be filled, and fields that are there signed. A second signature in a new field is refused.
    P2,
    /// It does not certify: for documents that get a second signature in a new field.
    No,
}

/// Why a template cannot be used.
#[derive(Debug, Error)]
pub enum TemplateError {
    /// The file cannot be read.
    #[error("cannot read the template {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is larger than any template.
    #[error("the template {} has {size_bytes} octets; at most {limit_bytes} are read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        size_bytes: u64,
        /// The limit.
        limit_bytes: u64,
    },
    /// Not TOML, a field is missing, unknown or of another type.
    #[error("the template is not complete or not understood")]
    Syntax(#[from] toml::de::Error),
    /// A number is out of its range.
    #[error("{field} is {value}; it must be from {least} to {most}")]
    OutOfRange {
        /// The field.
        field: String,
        /// Its value.
        value: f64,
        /// Least value.
        least: f64,
        /// Greatest value.
        most: f64,
    },
    /// The place is given in no way, or in two.
    #[error("[place] must have exactly one of box, field, anchor and zone; it has {found}")]
    Place {
        /// How many it has.
        found: usize,
    },
    /// A name or an anchor that is empty.
    #[error("{field} is empty")]
    Empty {
        /// The field.
        field: String,
    },
    /// Nothing to be seen.
    #[error("the template draws nothing: it needs a text, an image or a seal")]
    Nothing,
    /// More texts than are read.
    #[error("the template has {found} texts; at most {most} are read")]
    TooManyTexts {
        /// How many it has.
        found: usize,
        /// The limit.
        most: usize,
    },
    /// An element does not lie in the box.
    #[error("{element} ({area}) passes the edge of the box, which is {} x {} mm", box_mm.0, box_mm.1)]
    OutsideBox {
        /// Which element.
        element: String,
        /// Its place in the box.
        area: Area,
        /// Width and height of the box in millimetres.
        box_mm: (f64, f64),
    },
    /// A text is too long.
    #[error("{element} has {length_bytes} octets; at most {limit_bytes} are read")]
    TextTooLong {
        /// Which element.
        element: String,
        /// Its length in octets.
        length_bytes: usize,
        /// The limit in octets.
        limit_bytes: usize,
    },
    /// A placeholder that is not filled.
    #[error("the text of {element}")]
    Placeholder {
        /// Which element.
        element: String,
        /// What is wrong.
        source: PlaceholderError,
    },
    /// `{nip}` without a number.
    #[error("{element} shows {{nip}}, and the template gives no nip")]
    NoNip {
        /// Which element.
        element: String,
    },
}

impl Template {
    /// Reads a template; relative paths in it are relative to its folder.
    ///
    /// # Errors
    ///
    /// [`TemplateError`].
    pub fn load(path: &Path) -> Result<Self, TemplateError> {
        let unreadable = |source| TemplateError::Unreadable { path: path.to_owned(), source };
        let size_bytes = fs::metadata(path).map_err(unreadable)?.len();
        if size_bytes > FILE_LIMIT_BYTES {
            return Err(TemplateError::TooLarge { path: path.to_owned(), size_bytes, limit_bytes: FILE_LIMIT_BYTES });
        }
        let text = fs::read_to_string(path).map_err(unreadable)?;
        Self::parse(&text, path.parent().unwrap_or(Path::new("")))
    }

    /// Reads the text of a template that lies in `folder`.
    ///
    /// # Errors
    ///
    /// [`TemplateError`].
    pub fn parse(text: &str, folder: &Path) -> Result<Self, TemplateError> {
        let file: TemplateFile = toml::from_str(text)?;
        let template = file.checked(folder)?;
        template.check()?;
        Ok(template)
    }

    /// Whether a seal is drawn, so that the claims for it are needed.
    #[must_use]
    pub const fn has_seal(&self) -> bool {
        self.seal.is_some()
    }

    /// Names and areas of all elements, in the order in which they are drawn.
    pub(crate) fn elements(&self) -> impl Iterator<Item = (String, Area)> + '_ {
        let seal = self.seal.iter().map(|seal| ("[seal]".to_owned(), seal.area));
        let image = self.image.iter().map(|image| ("[image]".to_owned(), image.area));
        let texts = self.texts.iter().enumerate().map(|(index, text)| (text_name(index), text.area));
        seal.chain(texts).chain(image)
    }

    /// Whether every element lies in a box of this size.
    ///
    /// # Errors
    ///
    /// [`TemplateError::OutsideBox`].
    pub(crate) fn fits_box(&self, width: f64, height: f64) -> Result<(), TemplateError> {
        match self.elements().find(|(_, area)| !Area::of_size(width, height).contains(area)) {
            Some((element, area)) => Err(TemplateError::OutsideBox { element, area, box_mm: (width, height) }),
            None => Ok(()),
        }
    }

    fn check(&self) -> Result<(), TemplateError> {
        if self.texts.len() > TEXTS_LIMIT {
            return Err(TemplateError::TooManyTexts { found: self.texts.len(), most: TEXTS_LIMIT });
        }
        if self.elements().next().is_none() {
            return Err(TemplateError::Nothing);
        }
        for (index, text) in self.texts.iter().enumerate() {
            let element = text_name(index);
            if text.text.trim().is_empty() {
                return Err(TemplateError::Empty { field: element });
            }
            let length_bytes = text.text.len();
            if length_bytes > TEXT_LIMIT_BYTES {
                return Err(TemplateError::TextTooLong { element, length_bytes, limit_bytes: TEXT_LIMIT_BYTES });
            }
            match placeholder::names(&text.text) {
                Err(source) => return Err(TemplateError::Placeholder { element, source }),
                Ok(names) if names.contains(&"nip") && self.nip.is_none() => {
                    return Err(TemplateError::NoNip { element });
                }
                Ok(_) => {}
            }
        }
        match &self.place {
            Place::Box(area) => self.fits_box(area.width, area.height),
            Place::Field(_) => Ok(()),
            Place::Anchor { size_mm, .. } | Place::Zone { size_mm, .. } => self.fits_box(size_mm.0, size_mm.1),
        }
    }
}

/// How messages name a text: as the file counts, from 1.
pub(crate) fn text_name(index: usize) -> String {
    format!("[[text]] number {}", index.saturating_add(1))
}

#[cfg(test)]
mod tests;
