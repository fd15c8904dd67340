//! The template as it is written. Numbers are checked here, one by one; what concerns several of them, in the parent.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{
    Align, Certify, ErrorCorrection, ImageElement, OnOverlap, PAGE_LIMIT_MM, PageChoice, Place, SealElement, Template,
    TemplateError, TextElement, Transparency, Weight,
};
use crate::appearance::area::Area;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TemplateFile {
    page: PageValue,
    #[serde(default)]
    on_overlap: OnOverlapWord,
    #[serde(default)]
    certify: CertifyWord,
    nip: Option<String>,
    signer_title: Option<String>,
    place: PlaceTable,
    #[serde(default)]
    font: FontTable,
    #[serde(default)]
    text: Vec<TextTable>,
    image: Option<ImageTable>,
    seal: Option<SealTable>,
    frame: Option<FrameTable>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "page must be \"first\", \"last\" or a number from 1")]
enum PageValue {
    Word(PageWord),
    Number(u32),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum PageWord {
    First,
    Last,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OnOverlapWord {
    #[default]
    Refuse,
    Allow,
}

#[derive(Debug, Default, Deserialize)]
enum CertifyWord {
    P1,
    #[default]
    P2,
    #[serde(rename = "none")]
    No,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceTable {
    #[serde(rename = "box")]
    fixed: Option<AreaTable>,
    field: Option<String>,
    anchor: Option<AnchorTable>,
    zone: Option<ZoneTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AreaTable {
    x_mm: f64,
    y_mm: f64,
    width_mm: f64,
    height_mm: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnchorTable {
    text: String,
    #[serde(default)]
    right_mm: f64,
    #[serde(default)]
    down_mm: f64,
    width_mm: f64,
    height_mm: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ZoneTable {
    x_mm: f64,
    y_mm: f64,
    width_mm: f64,
    height_mm: f64,
    box_width_mm: f64,
    box_height_mm: f64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FontTable {
    regular: Option<PathBuf>,
    bold: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TextTable {
    text: String,
    x_mm: f64,
    y_mm: f64,
    width_mm: f64,
    height_mm: f64,
    size_pt: f64,
    #[serde(default)]
    weight: WeightWord,
    #[serde(default)]
    align: AlignWord,
    #[serde(default)]
    underline: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WeightWord {
    #[default]
    Regular,
    Bold,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AlignWord {
    #[default]
    Left,
    Center,
    Right,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ImageTable {
    path: PathBuf,
    x_mm: f64,
    y_mm: f64,
    width_mm: f64,
    height_mm: f64,
    #[serde(default)]
    transparency: TransparencyWord,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TransparencyWord {
    #[default]
    Alpha,
    Stencil,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealTable {
    x_mm: f64,
    y_mm: f64,
    size_mm: f64,
    level: LevelWord,
}

#[derive(Debug, Deserialize)]
enum LevelWord {
    M,
    Q,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrameTable {
    line_pt: f64,
}

impl TemplateFile {
    pub(super) fn checked(self, folder: &Path) -> Result<Template, TemplateError> {
        Ok(Template {
            page: match self.page {
                PageValue::Word(PageWord::First) => PageChoice::First,
                PageValue::Word(PageWord::Last) => PageChoice::Last,
                PageValue::Number(number) => {
                    in_range("page", f64::from(number), 1.0, 1_000_000.0)?;
                    PageChoice::Number(number)
                }
            },
            place: self.place.checked()?,
            texts: self
                .text
                .into_iter()
                .enumerate()
                .map(|(index, text)| text.checked(&super::text_name(index)))
                .collect::<Result<_, _>>()?,
            image: self.image.map(|image| image.checked(folder)).transpose()?,
            seal: self.seal.map(SealTable::checked).transpose()?,
            frame_pt: self.frame.map(|frame| in_range("[frame] line_pt", frame.line_pt, 0.1, 10.0)).transpose()?,
            on_overlap: match self.on_overlap {
                OnOverlapWord::Refuse => OnOverlap::Refuse,
                OnOverlapWord::Allow => OnOverlap::Allow,
            },
            certify: match self.certify {
                CertifyWord::P1 => Certify::P1,
                CertifyWord::P2 => Certify::P2,
                CertifyWord::No => Certify::No,
            },
            nip: not_empty("nip", self.nip)?,
            signer_title: not_empty("signer_title", self.signer_title)?,
            regular_font: self.font.regular.map(|path| folder.join(path)),
            bold_font: self.font.bold.map(|path| folder.join(path)),
        })
    }
}

impl PlaceTable {
    fn checked(self) -> Result<Place, TemplateError> {
        let found = [self.fixed.is_some(), self.field.is_some(), self.anchor.is_some(), self.zone.is_some()]
            .into_iter()
            .filter(|given| *given)
            .count();
        match self {
            Self { fixed: Some(table), field: None, anchor: None, zone: None } => {
                Ok(Place::Box(table.checked("[place] box")?))
            }
            Self { fixed: None, field: Some(name), anchor: None, zone: None } => {
                Ok(Place::Field(not_empty("[place] field", Some(name))?.unwrap_or_default()))
            }
            Self { fixed: None, field: None, anchor: Some(table), zone: None } => table.checked(),
            Self { fixed: None, field: None, anchor: None, zone: Some(table) } => table.checked(),
            _ => Err(TemplateError::Place { found }),
        }
    }
}

impl AreaTable {
    fn checked(&self, name: &str) -> Result<Area, TemplateError> {
        area(name, self.x_mm, self.y_mm, self.width_mm, self.height_mm)
    }
}

impl AnchorTable {
    fn checked(self) -> Result<Place, TemplateError> {
        if self.text.split_whitespace().next().is_none() {
            return Err(TemplateError::Empty { field: "[place] anchor, text".to_owned() });
        }
        Ok(Place::Anchor {
            text: self.text,
            right_mm: in_range("[place] anchor, right_mm", self.right_mm, -PAGE_LIMIT_MM, PAGE_LIMIT_MM)?,
            down_mm: in_range("[place] anchor, down_mm", self.down_mm, -PAGE_LIMIT_MM, PAGE_LIMIT_MM)?,
            size_mm: size("[place] anchor", self.width_mm, self.height_mm)?,
        })
    }
}

impl ZoneTable {
    fn checked(&self) -> Result<Place, TemplateError> {
        let zone = area("[place] zone", self.x_mm, self.y_mm, self.width_mm, self.height_mm)?;
        Ok(Place::Zone {
            zone,
            size_mm: (
                in_range("[place] zone, box_width_mm", self.box_width_mm, 1.0, zone.width)?,
                in_range("[place] zone, box_height_mm", self.box_height_mm, 1.0, zone.height)?,
            ),
        })
    }
}

impl TextTable {
    fn checked(self, name: &str) -> Result<TextElement, TemplateError> {
        Ok(TextElement {
            area: area(name, self.x_mm, self.y_mm, self.width_mm, self.height_mm)?,
            text: self.text,
            // Below 4 points nobody can read it; above 144 it is no signature block.
            size_pt: in_range(&format!("{name}, size_pt"), self.size_pt, 4.0, 144.0)?,
            weight: match self.weight {
                WeightWord::Regular => Weight::Regular,
                WeightWord::Bold => Weight::Bold,
            },
            align: match self.align {
                AlignWord::Left => Align::Left,
                AlignWord::Center => Align::Center,
                AlignWord::Right => Align::Right,
            },
            underline: self.underline,
        })
    }
}

impl ImageTable {
    fn checked(self, folder: &Path) -> Result<ImageElement, TemplateError> {
        Ok(ImageElement {
            path: folder.join(self.path),
            area: area("[image]", self.x_mm, self.y_mm, self.width_mm, self.height_mm)?,
            transparency: match self.transparency {
                TransparencyWord::Alpha => Transparency::Alpha,
                TransparencyWord::Stencil => Transparency::Stencil,
            },
        })
    }
}

impl SealTable {
    fn checked(self) -> Result<SealElement, TemplateError> {
        let side = in_range("[seal] size_mm", self.size_mm, 10.0, 100.0)?;
        Ok(SealElement {
            area: area("[seal]", self.x_mm, self.y_mm, side, side)?,
            level: match self.level {
                LevelWord::M => ErrorCorrection::M,
                LevelWord::Q => ErrorCorrection::Q,
            },
        })
    }
}

fn area(name: &str, x: f64, y: f64, width: f64, height: f64) -> Result<Area, TemplateError> {
    let (width, height) = size(name, width, height)?;
    Ok(Area {
        x: in_range(&format!("{name}, x_mm"), x, 0.0, PAGE_LIMIT_MM)?,
        y: in_range(&format!("{name}, y_mm"), y, 0.0, PAGE_LIMIT_MM)?,
        width,
        height,
    })
}

fn size(name: &str, width: f64, height: f64) -> Result<(f64, f64), TemplateError> {
    Ok((
        in_range(&format!("{name}, width_mm"), width, 1.0, PAGE_LIMIT_MM)?,
        in_range(&format!("{name}, height_mm"), height, 1.0, PAGE_LIMIT_MM)?,
    ))
}

/// TOML has `nan` and `inf`, which are in no range.
fn in_range(field: &str, value: f64, least: f64, most: f64) -> Result<f64, TemplateError> {
    if (least..=most).contains(&value) {
        Ok(value)
    } else {
        Err(TemplateError::OutOfRange { field: field.to_owned(), value, least, most })
    }
}

fn not_empty(field: &str, text: Option<String>) -> Result<Option<String>, TemplateError> {
    match text {
        Some(text) if text.trim().is_empty() => Err(TemplateError::Empty { field: field.to_owned() }),
        other => Ok(other),
    }
}
