//! A template with its fonts and its picture: read and prepared once, drawn on every document of a run.

use std::{
    borrow::Cow,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use pades::{
    Appearance, Certification, DocMdpLevel, FieldChoice, PdfTime, Rect, UnsignedPdf,
    appearance::{
        BaseSet, Colour, Element, EmbeddableFont, FontError, ImageError, Overlap, QrError, QrLevel, QrSymbol,
        SignatureImage, VisibleSignature,
    },
};
use thiserror::Error;

use super::{
    area::{Area, POINTS_PER_MM},
    error::AppearanceError,
    layout::{self, Canvas},
    place,
    placeholder::{self, Filling},
    sight::Sight,
    template::{Certify, ErrorCorrection, OnOverlap, Template, TemplateError, Transparency, Weight},
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
    regular: Face,
    bold: Face,
    picture: Option<Picture>,
}

/// One font file, ready with two sets of characters. A signature embeds the smaller one where it can: that is what keeps the file small,
/// and since the choice is between two and not of single letters, later signatures of the file mostly share it.
#[derive(Debug)]
struct Face {
    usual: EmbeddableFont,
    latin1: EmbeddableFont,
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
    #[error(transparent)]
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
        Self::new(Template::load(path)?)
    }

    /// Makes a template ready.
    ///
    /// # Errors
    ///
    /// [`ArtworkError`].
    pub fn new(template: Template) -> Result<Self, ArtworkError> {
        let regular = Face::load(template.regular_font.as_deref(), REGULAR, &own_text(&template, Weight::Regular))?;
        let bold = Face::load(template.bold_font.as_deref(), BOLD, &own_text(&template, Weight::Bold))?;
        let picture = template
            .image
            .as_ref()
            .map(|element| picture(&element.path, element.area, element.transparency))
            .transpose()?;
        Ok(Self { parts: Arc::new(Parts { template, regular, bold, picture }) })
    }

    /// The template.
    #[must_use]
    pub fn template(&self) -> &Template {
        &self.parts.template
    }

    /// The font of this weight for a signature that writes `characters` with it.
    pub(super) fn font(&self, weight: Weight, characters: &str) -> &EmbeddableFont {
        let face = match weight {
            Weight::Regular => &self.parts.regular,
            Weight::Bold => &self.parts.bold,
        };
        if face.usual.covers(characters) { &face.usual } else { &face.latin1 }
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
        let template = self.template();
        let placed = place::place(template, unsigned, pdf, sight)?;
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
        let mut content = layout::elements(self, canvas, &filling, code.as_ref())?;
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

impl Face {
    fn load(path: Option<&Path>, built_in: &[u8], extra: &str) -> Result<Self, ArtworkError> {
        let file = path.map_or_else(|| Ok(Cow::Borrowed(built_in)), |path| read(path).map(Cow::Owned))?;
        let font = |base| {
            EmbeddableFont::parse(&file, base, extra)
                .map_err(|source| ArtworkError::Font { path: path.map(Path::to_owned), source })
        };
        Ok(Self { usual: font(BaseSet::Usual)?, latin1: font(BaseSet::Latin1)? })
    }
}

/// What the template itself writes with a font of this weight: without a glyph for it the template is of no use.
fn own_text(template: &Template, weight: Weight) -> String {
    let own = Filling {
        signer_title: template.signer_title.clone().unwrap_or_default(),
        nip: template.nip.clone().unwrap_or_default(),
        ..Filling::default()
    };
    // A text that cannot be filled is told when it is drawn.
    let texts = template.texts.iter().filter(|text| text.weight == weight).flat_map(|text| own.fill(&text.text));
    texts.collect::<String>().replace('\n', "")
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
