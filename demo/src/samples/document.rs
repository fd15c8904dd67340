//! The PDF around one drawn page (ISO 32000-2, 7.7): catalog, page tree, font, document information.
//!
//! The same page gives the same file, octet for octet: nothing here reads a clock or a generator.

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};
use jiff::civil::Date;
use lopdf::xref::XrefType;
use lopdf::{Dictionary, Document, Object, SaveOptions, Stream, dictionary};
use sha2::{Digest, Sha256};

use super::SampleError;
use super::font::Face;
use super::page::Page;

/// How the file says where its objects lie; real producers write both.
#[derive(Clone, Copy)]
pub(super) enum CrossReference {
    /// A classic table (ISO 32000-2, 7.5.4).
    Table,
    /// A cross-reference stream, and object streams (7.5.7, 7.5.8).
    Streams,
}

/// What the document says of itself.
pub(super) struct About {
    pub(super) title: &'static str,
    pub(super) date: Date,
    pub(super) cross_reference: CrossReference,
}

/// Writes the page as a PDF file.
pub(super) fn write(page: Page, about: &About) -> Result<Vec<u8>, SampleError> {
    let (width, height) = (page.width, page.height);
    let (content, face) = page.finish();
    let identifier = Sha256::digest(content.as_bytes());

    let mut document = Document::with_version("1.7");
    let font = add_font(&mut document, &face)?;
    let contents = add_stream(&mut document, Dictionary::new(), content.as_bytes())?;
    let pages = document.new_object_id();
    let page = document.add_object(dictionary! {
        "Type" => "Page",
        "Parent" => pages,
        "MediaBox" => vec![0.into(), 0.into(), width.into(), height.into()],
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
        "Contents" => contents,
    });
    document.objects.insert(pages, dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }.into());
    let catalog = document.add_object(dictionary! {
        "Type" => "Catalog",
        "Pages" => pages,
        "Lang" => Object::string_literal("id-ID"),
        "ViewerPreferences" => dictionary! { "DisplayDocTitle" => true },
    });
    let day = format!("D:{:04}{:02}{:02}", about.date.year(), about.date.month(), about.date.day());
    let information = document.add_object(dictionary! {
        "Title" => Object::string_literal(about.title),
        "Producer" => Object::string_literal("Teken demo"),
        "CreationDate" => Object::string_literal(day),
    });
    document.trailer.set("Root", catalog);
    document.trailer.set("Info", information);
    let identifier = Object::String(identifier[..16].to_vec(), lopdf::StringFormat::Hexadecimal);
    document.trailer.set("ID", vec![identifier.clone(), identifier]);

    let (kind, streams) = match about.cross_reference {
        CrossReference::Table => (XrefType::CrossReferenceTable, false),
        CrossReference::Streams => (XrefType::CrossReferenceStream, true),
    };
    document.reference_table.cross_reference_type = kind;
    let options = SaveOptions::builder().use_object_streams(streams).use_xref_streams(streams).build();
    let mut bytes = Vec::new();
    document.save_with_options(&mut bytes, options).map_err(SampleError::Write)?;
    Ok(bytes)
}

/// The font as a Type0 font over one CIDFontType2 (ISO 32000-2, 9.7.4, 9.8); returns the Type0 font.
fn add_font(document: &mut Document, face: &Face) -> Result<lopdf::ObjectId, SampleError> {
    // A subset's name begins with six capital letters and a plus sign (9.9.2).
    const NAME: &str = "UJCOBA+LiberationSans";
    let program = face.subset()?;
    let length = i64::try_from(program.len()).expect("the font is 400 KB");
    let file = add_stream(document, dictionary! { "Length1" => length }, &program)?;
    let to_unicode = add_stream(document, Dictionary::new(), face.to_unicode().as_bytes())?;
    let metrics = face.metrics();
    let descriptor = document.add_object(dictionary! {
        "Type" => "FontDescriptor",
        "FontName" => NAME,
        "Flags" => 4, // symbolic: the glyphs are not addressed by a standard Latin encoding (table 121)
        "FontBBox" => metrics.bounds.map(|edge| Object::from(edge.round())).to_vec(),
        "ItalicAngle" => 0,
        "Ascent" => metrics.ascent.round(),
        "Descent" => metrics.descent.round(),
        "CapHeight" => metrics.cap_height.round(),
        "StemV" => 80, // no table of the font says it; 80 is what a regular sans serif has
        "FontFile2" => file,
    });
    let advances = face.advances().map(Object::from).collect::<Vec<_>>();
    let descendant = document.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "CIDFontType2",
        "BaseFont" => NAME,
        "CIDSystemInfo" => dictionary! {
            "Registry" => Object::string_literal("Adobe"),
            "Ordering" => Object::string_literal("Identity"),
            "Supplement" => 0,
        },
        "FontDescriptor" => descriptor,
        "CIDToGIDMap" => "Identity",
        "W" => vec![1.into(), advances.into()],
    });
    Ok(document.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "Type0",
        "BaseFont" => NAME,
        "Encoding" => "Identity-H",
        "DescendantFonts" => vec![descendant.into()],
        "ToUnicode" => to_unicode,
    }))
}

/// A FlateDecode stream. lopdf's own compression keeps short streams plain; one way for all is easier to read.
fn add_stream(document: &mut Document, mut entries: Dictionary, plain: &[u8]) -> Result<lopdf::ObjectId, SampleError> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).map_err(SampleError::Compress)?;
    let packed = encoder.finish().map_err(SampleError::Compress)?;
    entries.set("Filter", "FlateDecode");
    Ok(document.add_object(Stream::new(entries, packed).with_compression(false)))
}
