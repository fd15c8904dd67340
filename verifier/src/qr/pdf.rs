//! The pictures that the pages of a PDF show (ISO 32000-2, 8.9): what a scanner puts there, one a page.
//!
//! Pages are not drawn. Read are image XObjects in the resources of pages and of the forms they show, encoded with
//! DCTDecode, FlateDecode or not at all, gray or RGB, 1 or 8 bits. A seal drawn with lines, as the office draws it, is
//! not seen here and need not be: its text stands in the signature dictionary. Everything else is named as not read.

use std::collections::BTreeSet;

use pades::PdfError;
use pades::pdf::{Dictionary, Document, Indirect, Object, Ref, Value, View};

use super::gray::Gray;
use super::search::Deadline;
use super::{Limits, QrError, image, read_gray};

/// Page tree nodes and forms visited, and pictures looked at.
const MAX_NODES: usize = 10_000;
const MAX_IMAGES: usize = 200;

/// What was read from a PDF.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PdfReading {
    /// The text of each symbol, each text once.
    pub texts: Vec<String>,
    /// Pictures that were searched to the end.
    pub searched: usize,
    /// Pictures and resources that were not, so that a seal there would not have been found.
    pub not_read: Vec<NotRead>,
}

/// A picture that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRead {
    /// Number of the object that it is, or that refers to it.
    pub object: u32,
    /// Why.
    pub reason: NotReadReason,
}

/// Why a picture was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReadReason {
    /// `CCITTFaxDecode`, `JBIG2Decode`, `JPXDecode` and their like.
    #[error("unsupported filter {0}")]
    UnsupportedFilter(String),
    /// Other colours than gray and RGB, or samples of other sizes than 1 and 8 bits.
    #[error("unsupported colours")]
    UnsupportedColours,
    /// The object cannot be read.
    #[error("{0}")]
    Pdf(PdfError),
    /// The picture cannot be read.
    #[error("{0}")]
    Picture(QrError),
    /// There are more pictures or pages than are looked at.
    #[error("more pictures or pages than are looked at")]
    TooMany,
}

impl From<PdfError> for NotReadReason {
    fn from(error: PdfError) -> Self {
        Self::Pdf(error)
    }
}

impl From<QrError> for NotReadReason {
    fn from(error: QrError) -> Self {
        Self::Picture(error)
    }
}

/// The texts of the QR symbols in the pictures that the newest revision's pages show.
///
/// # Errors
///
/// [`QrError::Pdf`] when the file is no PDF that can be read. What goes wrong within it is in the reading.
pub fn read_pdf(octets: &[u8], limits: &Limits) -> Result<PdfReading, QrError> {
    // A blank page in black and white deflates to a thousandth.
    let pdf_limits = pades::Limits {
        stream_ratio: 1_100,
        stream_bytes: limits.pixels.saturating_mul(3),
        ..pades::Limits::default()
    };
    let document = Document::open(octets, &pdf_limits).map_err(QrError::Pdf)?;
    let deadline = Deadline::after(limits.time);
    let mut walk =
        Walk { view: document.latest(), limits, deadline, seen: BTreeSet::new(), reading: PdfReading::default() };
    walk.pages().map_err(QrError::Pdf)?;
    Ok(walk.reading)
}

struct Walk<'d, 'l> {
    view: View<'d>,
    limits: &'l Limits,
    deadline: Deadline,
    /// Numbers of the objects visited.
    seen: BTreeSet<u32>,
    reading: PdfReading,
}

impl<'d> Walk<'d, '_> {
    fn pages(&mut self) -> Result<(), PdfError> {
        let catalog = self.view.catalog()?;
        let mut nodes: Vec<Ref> = catalog.require("Pages")?.as_reference().into_iter().collect();
        while let Some(node) = nodes.pop() {
            if !self.enters(node) {
                continue;
            }
            if let Err(error) = self.node(node, &mut nodes) {
                self.give_up(node.number, error.into());
            }
        }
        Ok(())
    }

    /// Whether an object is visited: not twice, and not after too many.
    fn enters(&mut self, reference: Ref) -> bool {
        if self.seen.len() >= MAX_NODES {
            self.give_up(reference.number, NotReadReason::TooMany);
            return false;
        }
        self.seen.insert(reference.number)
    }

    fn give_up(&mut self, object: u32, reason: NotReadReason) {
        let not_read = NotRead { object, reason };
        if self.reading.not_read.len() < MAX_IMAGES && !self.reading.not_read.contains(&not_read) {
            self.reading.not_read.push(not_read);
        }
    }

    /// A page, or a node of the page tree, whose resources its pages inherit (7.7.3).
    fn node(&mut self, node: Ref, nodes: &mut Vec<Ref>) -> Result<(), PdfError> {
        let Some(object) = self.view.object(node)? else { return Ok(()) };
        let dictionary = object.value.as_dictionary()?;
        self.resources(dictionary)?;
        if let Some(kids) = self.view.get(dictionary, "Kids")? {
            // The last one first, because the stack turns them round.
            for kid in kids.as_array()?.iter().rev() {
                nodes.push(kid.as_reference()?);
            }
        }
        Ok(())
    }

    /// The XObjects of a dictionary's `/Resources` (7.8.3), and of the forms among them.
    fn resources(&mut self, dictionary: &Dictionary<'d>) -> Result<(), PdfError> {
        let mut waiting = self.xobjects(dictionary)?;
        while let Some(reference) = waiting.pop() {
            if !self.enters(reference) {
                continue;
            }
            match self.xobject(reference) {
                Ok(inner) => waiting.extend(inner),
                Err(reason) => self.give_up(reference.number, reason),
            }
        }
        Ok(())
    }

    fn xobjects(&self, dictionary: &Dictionary<'d>) -> Result<Vec<Ref>, PdfError> {
        let Some(resources) = self.view.get(dictionary, "Resources")? else { return Ok(Vec::new()) };
        let Some(xobjects) = self.view.get(resources.as_dictionary()?, "XObject")? else { return Ok(Vec::new()) };
        xobjects.as_dictionary()?.entries().iter().map(|(_, value)| value.as_reference()).collect()
    }

    /// Searches a picture; gives what a form shows.
    fn xobject(&mut self, reference: Ref) -> Result<Vec<Ref>, NotReadReason> {
        let Some(object) = self.view.object(reference)? else { return Ok(Vec::new()) };
        let dictionary = object.value.as_dictionary()?;
        if dictionary.is("Subtype", "Form")? {
            return Ok(self.xobjects(dictionary)?);
        }
        if !dictionary.is("Subtype", "Image")? {
            return Ok(Vec::new());
        }
        if self.reading.searched >= MAX_IMAGES {
            return Err(NotReadReason::TooMany);
        }
        if self.deadline.is_over() {
            return Err(QrError::TimeSpent.into());
        }
        let picture = self.picture(&object, dictionary)?;
        for text in read_gray(picture, &self.deadline)? {
            if !self.reading.texts.contains(&text) {
                self.reading.texts.push(text);
            }
        }
        self.reading.searched += 1;
        Ok(Vec::new())
    }

    fn picture(&self, object: &Indirect<'d>, dictionary: &Dictionary<'d>) -> Result<Gray, NotReadReason> {
        let size = |key| -> Result<usize, PdfError> {
            self.view.resolve(dictionary.require(key)?).and_then(|value| value.as_size())
        };
        let (width, height) = (size("Width")?, size("Height")?);
        image::admitted(width, height, self.limits.pixels)?;
        let filters = self.filters(dictionary)?;
        let is = |filter: &str, names: [&str; 2]| names.contains(&filter);
        match filters.as_slice() {
            [filter] if is(filter, ["DCTDecode", "DCT"]) => {
                let octets = object.data.clone().and_then(|data| self.view.bytes().get(data)).unwrap_or_default();
                return Ok(image::decode(octets, self.limits.pixels)?);
            }
            filters => {
                let known =
                    |filter: &&String| is(filter, ["FlateDecode", "Fl"]) || is(filter, ["ASCIIHexDecode", "AHx"]);
                if let Some(unknown) = filters.iter().find(|filter| !known(filter)) {
                    return Err(NotReadReason::UnsupportedFilter(unknown.clone()));
                }
            }
        }
        let (samples, bits) = self.samples(dictionary)?;
        let data = self.view.stream_data(object)?;
        unpacked(&data, (width, height), samples, bits).ok_or_else(|| QrError::ImageDamaged.into())
    }

    fn filters(&self, dictionary: &Dictionary<'d>) -> Result<Vec<String>, PdfError> {
        let Some(filter) = self.view.get(dictionary, "Filter")? else { return Ok(Vec::new()) };
        let one_or_many = match &filter.object {
            Object::Array(many) => many.as_slice(),
            _ => std::slice::from_ref(&*filter),
        };
        one_or_many.iter().map(|name| name.as_name().map(|name| name.to_text())).collect()
    }

    /// Samples a pixel, and bits a sample. Whether 0 is black or white does not matter: both are searched.
    fn samples(&self, dictionary: &Dictionary<'d>) -> Result<(usize, usize), NotReadReason> {
        let is_mask = self.view.get(dictionary, "ImageMask")?.is_some_and(|mask| mask.object == Object::Boolean(true));
        if is_mask {
            return Ok((1, 1));
        }
        let bits = self.view.resolve(dictionary.require("BitsPerComponent")?)?.as_size()?;
        let space = self.view.get(dictionary, "ColorSpace")?.ok_or(NotReadReason::UnsupportedColours)?;
        let samples = match &space.object {
            Object::Name(name) if name.is("DeviceGray") || name.is("G") => 1,
            Object::Name(name) if name.is("DeviceRGB") || name.is("RGB") => 3,
            Object::Array(parts) => self.samples_of_family(parts)?,
            _ => return Err(NotReadReason::UnsupportedColours),
        };
        let known = matches!((samples, bits), (1, 1) | (1 | 3, 8));
        if known { Ok((samples, bits)) } else { Err(NotReadReason::UnsupportedColours) }
    }

    /// CalGray, CalRGB and ICCBased with so many components (8.6.5). Their curves move no edge.
    fn samples_of_family(&self, parts: &[Value<'d>]) -> Result<usize, NotReadReason> {
        let [family, rest @ ..] = parts else { return Err(NotReadReason::UnsupportedColours) };
        let family = family.as_name()?;
        if family.is("CalGray") {
            return Ok(1);
        }
        if family.is("CalRGB") {
            return Ok(3);
        }
        let profile = rest.first().filter(|_| family.is("ICCBased")).ok_or(NotReadReason::UnsupportedColours)?;
        let profile = self.view.resolve(profile)?;
        let components = self.view.resolve(profile.as_dictionary()?.require("N")?)?.as_size()?;
        if matches!(components, 1 | 3) { Ok(components) } else { Err(NotReadReason::UnsupportedColours) }
    }
}

/// The picture of packed samples, whose rows begin at whole octets (8.9.5.2).
fn unpacked(data: &[u8], (width, height): (usize, usize), samples: usize, bits: usize) -> Option<Gray> {
    let row = width.checked_mul(samples)?.checked_mul(bits)?.div_ceil(8);
    let rows = data.get(..row.checked_mul(height)?)?.chunks_exact(row);
    let mut pixels = Vec::with_capacity(width * height);
    for row in rows {
        match (samples, bits) {
            (1, 8) => pixels.extend_from_slice(row),
            (3, 8) => pixels.extend(row.as_chunks().0.iter().map(image::lightness)),
            (1, 1) => {
                let bit = |octet: u8| (0..8).rev().map(move |at| if octet >> at & 1 == 1 { 255 } else { 0 });
                pixels.extend(row.iter().flat_map(|octet| bit(*octet)).take(width));
            }
            _ => return None,
        }
    }
    Gray::new(width, height, pixels)
}
