//! What the tests draw, and on what.

use std::sync::OnceLock;

use pades::appearance::{BaseSet, Colour, Element, EmbeddableFont, SignatureImage, VisibleSignature};
use pades::{Appearance, FieldChoice, Point, PrepareError, PrepareOptions, Rect, SignedPdf, contents_size};

use crate::flow::{self, new_field};
use crate::pki::TestSigner;
use crate::shapes::Source;

/// Liberation Sans, of the office.
pub(crate) fn font_file() -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../office/assets/LiberationSans-Regular.ttf");
    std::fs::read(path).expect("the font is in the repository")
}

pub(crate) fn font() -> EmbeddableFont {
    static FONT: OnceLock<EmbeddableFont> = OnceLock::new();
    FONT.get_or_init(|| EmbeddableFont::parse(&font_file(), BaseSet::Latin1, "").expect("a font")).clone()
}

/// A PNG of eight bits a sample.
pub(crate) fn png(width: u32, height: u32, colour: png::ColorType, data: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(colour);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("a vector takes everything");
    writer.write_image_data(data).expect("as many octets as pixels need");
    writer.finish().expect("a vector takes everything");
    file
}

/// Half red, half transparent.
pub(crate) fn stamp() -> SignatureImage {
    let pixels: Vec<u8> = (0..16_u8).flat_map(|at| [200, 30, 30, if at % 4 < 2 { 255 } else { 0 }]).collect();
    SignatureImage::from_png(&png(4, 4, png::ColorType::Rgba, &pixels)).expect("a PNG")
}

pub(crate) fn text(text: &str, x: f64, y: f64) -> Element {
    Element::Text { text: text.to_owned(), font: font(), size: 10.0, colour: Colour::BLACK, origin: Point { x, y } }
}

/// A filled box of this colour.
pub(crate) fn filled(rect: Rect, colour: Colour) -> Element {
    Element::Frame { rect, line_width: 0.0, line: Colour::BLACK, fill: Some(colour) }
}

/// What the plain document has on the root of its page tree.
pub(crate) const MEDIA_BOX: &str = "/MediaBox[0 0 595.2760 841.89]";

/// One page of 600 x 800 with these entries beside its media box.
pub(crate) fn page(entries: &str) -> Source {
    Source::plain().replacing(3, "/Type/Page", &format!("/Type/Page/MediaBox[0 0 600 800]{entries}"))
}

pub(crate) const BOX: Rect = Rect::new(50.0, 300.0, 200.0, 80.0);

pub(crate) fn content() -> Vec<Element> {
    vec![
        text("Kepala Dinas – UJI COBA", 5.0, 60.0),
        Element::Image { image: stamp(), rect: Rect::new(5.0, 5.0, 40.0, 40.0) },
    ]
}

pub(crate) fn options(visible: VisibleSignature) -> PrepareOptions {
    PrepareOptions {
        appearance: Appearance::Visible(Box::new(visible)),
        contents_size: contents_size(&TestSigner::new().chain, &[]),
        ..new_field()
    }
}

pub(crate) fn sign_with(bytes: Vec<u8>, options: &PrepareOptions) -> Result<SignedPdf<'static>, PrepareError> {
    let prepared = flow::prepare(bytes, options)?;
    let cms = flow::cms(&prepared);
    Ok(prepared.embed(&cms).expect("embeds"))
}

pub(crate) fn sign(bytes: Vec<u8>, rect: Rect, content: Vec<Element>) -> SignedPdf<'static> {
    sign_with(bytes, &options(VisibleSignature::new(0, rect, content))).expect("prepares")
}

pub(crate) fn in_field(name: &str, visible: VisibleSignature) -> PrepareOptions {
    PrepareOptions { field: FieldChoice::Existing(name.to_owned()), ..options(visible) }
}

/// What was appended to `input`, without the hole for the CMS.
pub(crate) fn appended(signed: &SignedPdf<'_>, input: &[u8]) -> String {
    assert!(signed.bytes().starts_with(input), "the input is a prefix of the output");
    String::from_utf8_lossy(&signed.bytes()[input.len()..]).into_owned()
}
