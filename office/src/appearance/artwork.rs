//! A template with its fonts and its picture: read and prepared once, drawn on every document of a run.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use pades::{
    Appearance, Certification, DocMdpLevel, FieldChoice, PdfTime, Rect, UnsignedPdf,
    appearance::{
        Colour, Element, EmbeddableFont, FontError, ImageError, Overlap, QrError, QrLevel, QrSymbol, SignatureImage,
        VisibleSignature,
    },
};
use thiserror::Error;

use super::{
    area::{Area, POINTS_PER_MM},
    error::AppearanceError,
    layout::{self, Canvas},
    place::{self, Placed},
    placeholder::{self, Filling},
    sight::Sight,
    template::{Certify, ErrorCorrection, OnOverlap, Template, TemplateError, Transparency},
};

/// Liberation Sans 2.1.5, SIL Open Font License 1.1; see `assets/README.md`.
const REGULAR: &[u8] = include_bytes!("../../assets/LiberationSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../assets/LiberationSans-Bold.ttf");

/// Largest font or picture file that is read, in octets. `pades` has its own, smaller limits.
const FILE_LIMIT_BYTES: u64 = 32 * 1024 * 1024;

/// Largest version of a seal's QR code that is printed: more modules than a folded paper gives back.
pub(crate) const LARGEST_QR_VERSION: u8 = 13;

/// Colour of a handwritten signature that is drawn as a stencil: the blue of a pen.
const PEN: Colour = Colour([20, 40, 120]);

/// A template that is ready to be drawn. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Artwork {
    parts: Arc<Parts>,
}

#[derive(Debug)]
struct Parts {
    template: Template,
    path: Option<PathBuf>,
    regular: EmbeddableFont,
    bold: EmbeddableFont,
    picture: Option<Picture>,
}

/// The handwritten signature.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) image: SignatureImage,
    /// It covers what lies under it.
    pub(super) opaque: bool,
}

/// Why a template cannot be made ready.
#[derive(Debug, Error)]
pub enum ArtworkError {
    /// The template.
    #[error("the template cannot be used")]
    Template(#[from] TemplateError),
    /// A file that it names cannot be read.
    #[error("cannot read {}, which the template names", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that it names is too large.
    #[error("{} has {size_bytes} octets; at most {limit_bytes} are read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        size_bytes: u64,
        /// The limit.
        limit_bytes: u64,
    },
    /// A font that cannot be embedded, or that lacks a letter of the template.
    #[error("the font {} cannot be used", shown(path.as_deref()))]
    Font {
        /// The file; `None` for the built-in font.
        path: Option<PathBuf>,
        /// Why.
        source: FontError,
    },
    /// A picture that cannot be drawn.
    #[error("[image] ({area}): the picture {} cannot be used", path.display())]
    Image {
        /// The file.
        path: PathBuf,
        /// Its place in the box.
        area: Area,
        /// Why.
        source: ImageError,
    },
    /// Neither PNG nor JPEG.
    #[error("[image] ({area}): {} is neither PNG nor JPEG", path.display())]
    NoPicture {
        /// The file.
        path: PathBuf,
        /// Its place in the box.
        area: Area,
    },
    /// A JPEG is drawn as it is.
    #[error("[image] ({area}): {} is a JPEG, and only a PNG can be a stencil", path.display())]
    NoStencil {
        /// The file.
        path: PathBuf,
        /// Its place in the box.
        area: Area,
    },
}

/// What a document's signature shows beside what the template says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown<'a> {
    /// `{signer_name}`.
    pub signer_name: &'a str,
    /// `{signer_title}`, unless the template gives one.
    pub signer_title: &'a str,
    /// `{number}`.
    pub number: &'a str,
    /// `{date}` and `{time}`.
    pub time: PdfTime,
    /// Text of the seal's QR code.
    pub seal: Option<&'a str>,
}

/// What is drawn, where, and what the signature says about later changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// The field that holds the signature.
    pub field: FieldChoice,
    /// What is seen.
    pub appearance: Appearance,
    /// What a first signature certifies.
    pub certification: Certification,
    /// The page, from 0.
    pub page: usize,
    /// The box in millimetres.
    pub area: Area,
}

impl Artwork {
    /// Reads a template, its fonts and its picture.
    ///
    /// # Errors
    ///
    /// [`ArtworkError`].
    pub fn load(path: &Path) -> Result<Self, ArtworkError> {
        let mut parts = Self::parts(Template::load(path)?)?;
        parts.path = Some(path.to_owned());
        Ok(Self { parts: Arc::new(parts) })
    }

    /// Makes a template ready.
    ///
    /// # Errors
    ///
    /// [`ArtworkError`].
    pub fn new(template: Template) -> Result<Self, ArtworkError> {
        Ok(Self { parts: Arc::new(Self::parts(template)?) })
    }

    fn parts(template: Template) -> Result<Parts, ArtworkError> {
        // What the template writes must be in the font; what documents add is mostly in every font's base set.
        let extra: String =
            template.texts.iter().map(|text| text.text.as_str()).chain(template.nip.as_deref()).collect();
        let extra = extra.replace('\n', "");
        let regular = font(template.regular_font.as_deref(), REGULAR, &extra)?;
        let bold = font(template.bold_font.as_deref(), BOLD, &extra)?;
        let picture = template
            .image
            .as_ref()
            .map(|element| picture(&element.path, element.area, element.transparency))
            .transpose()?;
        Ok(Parts { template, path: None, regular, bold, picture })
    }

    /// The template.
    #[must_use]
    pub fn template(&self) -> &Template {
        &self.parts.template
    }

    /// Where the template was read from.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.parts.path.as_deref()
    }

    pub(super) fn regular(&self) -> &EmbeddableFont {
        &self.parts.regular
    }

    pub(super) fn bold(&self) -> &EmbeddableFont {
        &self.parts.bold
    }

    pub(super) fn picture(&self) -> Option<&Picture> {
        self.parts.picture.as_ref()
    }

    /// Places the signature on a document and draws it. `pdf` must be the octets of `unsigned`.
    ///
    /// # Errors
    ///
    /// [`AppearanceError`]: what does not fit, is not found, or would cover what is there.
    pub fn draw(
        &self,
        unsigned: &UnsignedPdf,
        pdf: &Arc<Vec<u8>>,
        shown: &Shown<'_>,
        sight: &Sight,
    ) -> Result<Drawing, AppearanceError> {
        let code = match (&self.template().seal, shown.seal) {
            (Some(seal), Some(text)) => Some(symbol(text, seal.level)?),
            (Some(_), None) => return Err(AppearanceError::NoSeal),
            (None, _) => None,
        };
        let placed = place::place(self.template(), unsigned, pdf, sight)?;
        self.draw_at(placed, shown, code.as_ref())
    }

    /// The part of [`Self::draw`] that does not look at the page.
    pub(super) fn draw_at(
        &self,
        placed: Placed,
        shown: &Shown<'_>,
        symbol: Option<&QrSymbol>,
    ) -> Result<Drawing, AppearanceError> {
        let template = self.template();
        let (date, time) = placeholder::printed(shown.time);
        let filling = Filling {
            signer_name: shown.signer_name.to_owned(),
            signer_title: template.signer_title.clone().unwrap_or_else(|| shown.signer_title.to_owned()),
            nip: template.nip.clone().unwrap_or_default(),
            date,
            time,
            number: shown.number.to_owned(),
        };
        let rect = placed.rect();
        let canvas = Canvas { left: rect.x, top: placed.area.y * POINTS_PER_MM, height: rect.height };
        let mut content = layout::elements(self, canvas, &filling, symbol)?;
        if let Some(line_width) = template.frame_pt {
            let whole = Rect::new(0.0, 0.0, rect.width, rect.height);
            content.insert(0, Element::Frame { rect: whole, line_width, line: Colour::BLACK, fill: None });
        }
        let mut visible = VisibleSignature::new(placed.page, rect, content);
        visible.overlap = match template.on_overlap {
            OnOverlap::Refuse => Overlap::Refuse,
            OnOverlap::Allow => Overlap::Allow,
        };
        Ok(Drawing {
            field: placed.field,
            appearance: Appearance::Visible(Box::new(visible)),
            certification: match template.certify {
                Certify::P1 => Certification::FirstSignature(DocMdpLevel::NoChanges),
                Certify::P2 => Certification::FirstSignature(DocMdpLevel::FormFilling),
                Certify::No => Certification::None,
            },
            page: placed.page,
            area: placed.area,
        })
    }
}

/// The QR code of a seal.
pub(super) fn symbol(text: &str, level: ErrorCorrection) -> Result<QrSymbol, QrError> {
    let level = match level {
        ErrorCorrection::M => QrLevel::M,
        ErrorCorrection::Q => QrLevel::Q,
    };
    QrSymbol::encode(text, level, LARGEST_QR_VERSION)
}

fn font(path: Option<&Path>, built_in: &[u8], extra: &str) -> Result<EmbeddableFont, ArtworkError> {
    let font = match path {
        Some(path) => EmbeddableFont::parse_with(&read(path)?, extra),
        None => EmbeddableFont::parse_with(built_in, extra),
    };
    font.map_err(|source| ArtworkError::Font { path: path.map(Path::to_owned), source })
}

fn picture(path: &Path, area: Area, transparency: Transparency) -> Result<Picture, ArtworkError> {
    let octets = read(path)?;
    let jpeg = octets.starts_with(&[0xff, 0xd8]);
    if !jpeg && !octets.starts_with(b"\x89PNG") {
        return Err(ArtworkError::NoPicture { path: path.to_owned(), area });
    }
    let image = match (jpeg, transparency) {
        (true, Transparency::Stencil) => return Err(ArtworkError::NoStencil { path: path.to_owned(), area }),
        (true, Transparency::Alpha) => SignatureImage::from_jpeg(&octets),
        (false, Transparency::Alpha) => SignatureImage::from_png(&octets),
        (false, Transparency::Stencil) => SignatureImage::stencil_from_png(&octets, PEN),
    };
    let image = image.map_err(|source| ArtworkError::Image { path: path.to_owned(), area, source })?;
    Ok(Picture { image, opaque: jpeg })
}

fn read(path: &Path) -> Result<Vec<u8>, ArtworkError> {
    let unreadable = |source| ArtworkError::Unreadable { path: path.to_owned(), source };
    let size_bytes = fs::metadata(path).map_err(unreadable)?.len();
    if size_bytes > FILE_LIMIT_BYTES {
        return Err(ArtworkError::TooLarge { path: path.to_owned(), size_bytes, limit_bytes: FILE_LIMIT_BYTES });
    }
    fs::read(path).map_err(unreadable)
}

fn shown(path: Option<&Path>) -> String {
    path.map_or_else(|| "Liberation Sans (built in)".to_owned(), |path| path.display().to_string())
}
