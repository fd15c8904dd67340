//! Unsigned documents with a free place for the signature, drawn in every geometry that a page can have.

use std::{collections::BTreeMap, fmt::Write as _};

use anyhow::Context;
use lopdf::{Dictionary, Document, Object, Stream, dictionary, xref::XrefType};
use skrifa::{
    FontRef, GlyphId, MetadataProvider,
    instance::{LocationRef, Size},
};

/// Liberation Sans Regular 2.1.5, SIL Open Font License 1.1, of the office.
const FONT: &[u8] = include_bytes!("../../office/assets/LiberationSans-Regular.ttf");

/// What is printed on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A letter, A4 upright; its lower 60 % are free.
    Surat,
    /// A family card, A4 on its side; its lower right corner is free.
    Kk,
    /// A birth certificate, A4 upright; its lower quarter is free.
    Akta,
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Surat, Self::Kk, Self::Akta];

    /// The word for the type of document, also the name of the office's template.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Surat => "surat",
            Self::Kk => "kk",
            Self::Akta => "akta",
        }
    }

    /// A number of such a document; no province has the code 00.
    #[must_use]
    pub fn number(self, running: u32) -> String {
        match self {
            Self::Surat => format!("470/{running:04}/UJI/2026"),
            Self::Kk => format!("{running:016}"),
            Self::Akta => format!("0000-LU-24112026-{running:04}"),
        }
    }

    /// What the seal of such a document says, as `teken-office sign --claims` reads it.
    #[must_use]
    pub const fn claims(self) -> &'static str {
        match self {
            Self::Surat => {
                "[surat]\nletter_code = 470\nname = \"BUDI CONTOH\"\nnik = \"0000000000000001\"\nvalid_until = 2030-12-31\n"
            }
            Self::Kk => {
                "[kk]\nhead_name = \"BUDI CONTOH\"\nkelurahan = 1001\nrt = 1\nrw = 2\n\n\
                 [[kk.members]]\nname = \"BUDI CONTOH\"\nnik = \"0000000000000001\"\nsex = \"L\"\ndate_of_birth = 1990-01-01\n\
                 relationship = \"head\"\n\n\
                 [[kk.members]]\nname = \"SITI CONTOH\"\nnik = \"0000000000000002\"\nsex = \"P\"\ndate_of_birth = 1991-02-02\n\
                 relationship = \"wife\"\n"
            }
            Self::Akta => {
                "[akta]\nchild_name = \"ANAK CONTOH\"\ndate_of_birth = 2026-11-01\nsex = \"P\"\nplace_of_birth = \"KOTA CONTOH\"\n\
                 birth_order = 1\nnik = \"0000000000000003\"\nfather_name = \"BUDI CONTOH\"\nmother_name = \"SITI CONTOH\"\n"
            }
        }
    }

    /// Width and height of the page as seen, in points.
    #[must_use]
    pub const fn size(self) -> (f64, f64) {
        match self {
            Self::Surat | Self::Akta => (595.28, 841.89),
            Self::Kk => (841.89, 595.28),
        }
    }

    /// Lines of text: left edge and baseline in points from the upper left corner, size, text.
    fn lines(self) -> Vec<(f64, f64, f64, &'static str)> {
        let head = |x: f64| {
            vec![
                (x, 60.0, 13.0, "PEMERINTAH KOTA CONTOH (UJI COBA)"),
                (x, 78.0, 11.0, "DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL"),
            ]
        };
        let mut lines = match self {
            Self::Surat | Self::Akta => head(71.0),
            Self::Kk => head(40.0),
        };
        let body: &[&str] = match self {
            Self::Surat => &[
                "SURAT KETERANGAN",
                "",
                "Yang bertanda tangan di bawah ini menerangkan bahwa:",
                "Nama: BUDI CONTOH",
                "NIK: 0000 0000 0000 0001",
                "adalah benar penduduk Kota Contoh yang tercatat dalam basis data kependudukan.",
                "Surat ini dibuat untuk dipergunakan sebagaimana mestinya.",
            ],
            Self::Kk => &[
                "KARTU KELUARGA",
                "",
                "No.   Nama lengkap   NIK   Jenis kelamin   Tanggal lahir   Hubungan",
                "1     BUDI CONTOH   0000000000000001   L   01-01-1990   Kepala keluarga",
                "2     SITI CONTOH   0000000000000002   P   02-02-1991   Istri",
            ],
            Self::Akta => &[
                "KUTIPAN AKTA KELAHIRAN",
                "",
                "Berdasarkan Akta Kelahiran tersebut, di KOTA CONTOH pada tanggal satu November 2026",
                "telah lahir ANAK CONTOH, anak ke-satu, perempuan,",
                "dari ayah BUDI CONTOH dan ibu SITI CONTOH.",
            ],
        };
        let left = lines.first().map_or(71.0, |line| line.0);
        lines.extend((0_u8..).zip(body).map(|(row, text)| (left, 125.0 + 20.0 * f64::from(row), 11.0, *text)));
        lines
    }
}

/// How the page lies in its file. What is seen is the same for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// As usual.
    Plain,
    /// The page stands on its side and `/Rotate 90` turns it.
    Rotated,
    /// The media box is larger and begins elsewhere; the crop box shows the page.
    Cropped,
    /// `/UserUnit 2`: one unit is two points.
    LargeUnits,
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Plain, Self::Rotated, Self::Cropped, Self::LargeUnits];

    /// For names of files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Rotated => "rotated",
            Self::Cropped => "cropped",
            Self::LargeUnits => "large-units",
        }
    }

    /// The matrix from the page as seen (points, origin lower left) to default user space, for a page of this size as seen.
    fn matrix(self, (_, height): (f64, f64)) -> [f64; 6] {
        match self {
            Self::Plain => [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
            // What is up in the file is right on the page, what is right in the file is down on the page.
            Self::Rotated => [0.0, 1.0, -1.0, 0.0, height, 0.0],
            Self::Cropped => [1.0, 0.0, 0.0, 1.0, CROP.0, CROP.1],
            Self::LargeUnits => [0.5, 0.0, 0.0, 0.5, 0.0, 0.0],
        }
    }

    fn boxes(self, page: &mut Dictionary, (width, height): (f64, f64)) {
        let edges =
            |[x, y, width, height]: [f64; 4]| -> Object { [x, y, x + width, y + height].map(real).to_vec().into() };
        match self {
            Self::Plain => page.set("MediaBox", edges([0.0, 0.0, width, height])),
            Self::Rotated => {
                page.set("MediaBox", edges([0.0, 0.0, height, width]));
                page.set("Rotate", 90);
            }
            Self::Cropped => {
                page.set("MediaBox", edges([-30.0, -20.0, width + 200.0, height + 200.0]));
                page.set("CropBox", edges([CROP.0, CROP.1, width, height]));
            }
            Self::LargeUnits => {
                page.set("MediaBox", edges([0.0, 0.0, width / 2.0, height / 2.0]));
                page.set("UserUnit", 2);
            }
        }
    }
}

/// Lower left corner of the crop box.
const CROP: (f64, f64) = (50.0, 70.0);

/// A document of one page that waits for its signature.
#[derive(Debug, Clone)]
pub struct Paper {
    form: Form,
    shape: Shape,
    fields: Vec<(String, [f64; 4])>,
    intent: bool,
}

impl Paper {
    /// A page of this form in a file of the usual shape.
    #[must_use]
    pub const fn new(form: Form) -> Self {
        Self { form, shape: Shape::Plain, fields: Vec::new(), intent: false }
    }

    /// Another shape of the page.
    #[must_use]
    pub fn shape(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }

    /// An empty signature field: `[x, y, width, height]` on the page as seen, in points from its lower left corner.
    #[must_use]
    pub fn field(mut self, name: &str, place: [f64; 4]) -> Self {
        self.fields.push((name.to_owned(), place));
        self
    }

    /// PDF 1.4 with an output intent of three components, as a PDF/A-1 file has that uses colours of a device (ISO 19005-1, 6.2.2).
    #[must_use]
    pub fn output_intent(self) -> Self {
        Self { intent: true, ..self }
    }

    /// The file.
    ///
    /// # Errors
    ///
    /// Only a fault of the drawing's own.
    pub fn write(&self) -> anyhow::Result<Vec<u8>> {
        let font = FontRef::new(FONT)?;
        let mut document = Document::with_version("1.7");
        let mut glyphs = Glyphs::new(&font);
        let content = self.content(&mut glyphs)?;
        let mut stream = Stream::new(Dictionary::new(), content.into_bytes());
        stream.compress()?;
        let content = document.add_object(stream);
        let font = glyphs.write(&mut document)?;
        let (pages, page) = (document.new_object_id(), document.new_object_id());
        let fields: Vec<Object> =
            self.fields.iter().map(|(name, place)| self.widget(&mut document, page, name, *place).into()).collect();
        let mut dictionary = dictionary! {
            "Type" => "Page", "Parent" => pages, "Contents" => content,
            "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
        };
        self.shape.boxes(&mut dictionary, self.form.size());
        let mut catalog = dictionary! { "Type" => "Catalog", "Pages" => pages };
        if !fields.is_empty() {
            dictionary.set("Annots", fields.clone());
            catalog.set("AcroForm", dictionary! { "Fields" => fields, "SigFlags" => 1 });
        }
        if self.intent {
            document.version = "1.4".to_owned();
            document.reference_table.cross_reference_type = XrefType::CrossReferenceTable;
            catalog.set("OutputIntents", vec![output_intent(&mut document).into()]);
        }
        document.objects.insert(page, dictionary.into());
        let kids = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
        document.objects.insert(pages, kids.into());
        let catalog = document.add_object(catalog);
        document.trailer.set("Root", catalog);
        let id = Object::string_literal(format!("{:?}{:?}", self.form, self.shape));
        document.trailer.set("ID", vec![id.clone(), id]);
        let mut octets = Vec::new();
        document.save_to(&mut octets)?;
        Ok(octets)
    }

    fn content(&self, glyphs: &mut Glyphs<'_>) -> anyhow::Result<String> {
        let (_, height) = self.form.size();
        let [a, b, c, d, e, f] = self.shape.matrix(self.form.size());
        let mut content = format!("q {a} {b} {c} {d} {e} {f} cm 0.08 g\n");
        for (x, down, size, text) in self.form.lines() {
            writeln!(content, "BT /F1 {size} Tf {x} {:.2} Td <{}> Tj ET", height - down, glyphs.encode(text)?)?;
        }
        content.push_str("Q\n");
        Ok(content)
    }

    fn widget(&self, document: &mut Document, page: lopdf::ObjectId, name: &str, place: [f64; 4]) -> lopdf::ObjectId {
        let [a, b, c, d, e, f] = self.shape.matrix(self.form.size());
        let at = |x: f64, y: f64| (a * x + c * y + e, b * x + d * y + f);
        let [x, y, width, height] = place;
        let (one, other) = (at(x, y), at(x + width, y + height));
        let edges = [one.0.min(other.0), one.1.min(other.1), one.0.max(other.0), one.1.max(other.1)];
        document.add_object(dictionary! {
            "Type" => "Annot", "Subtype" => "Widget", "FT" => "Sig", "T" => Object::string_literal(name), "F" => 4, "P" => page,
            "Rect" => edges.map(real).to_vec(),
        })
    }
}

#[expect(clippy::cast_possible_truncation, reason = "lopdf has reals of 32 bits, and places on a page are small")]
fn real(value: f64) -> Object {
    Object::Real(value as f32)
}

fn output_intent(document: &mut Document) -> lopdf::ObjectId {
    // Only the number of components is looked at. A real file has a profile of the International Color Consortium here.
    let profile = document.add_object(Stream::new(dictionary! { "N" => 3 }, Vec::new()));
    document.add_object(dictionary! {
        "Type" => "OutputIntent", "S" => "GTS_PDFA1", "OutputConditionIdentifier" => Object::string_literal("sRGB"),
        "DestOutputProfile" => profile,
    })
}

/// The whole font, whose glyphs are addressed by their number, and those that were used.
struct Glyphs<'f> {
    font: &'f FontRef<'static>,
    used: BTreeMap<u32, char>,
}

impl<'f> Glyphs<'f> {
    const fn new(font: &'f FontRef<'static>) -> Self {
        Self { font, used: BTreeMap::new() }
    }

    fn encode(&mut self, text: &str) -> anyhow::Result<String> {
        let mut digits = String::new();
        for character in text.chars() {
            let glyph = self.font.charmap().map(character).with_context(|| format!("no glyph for {character:?}"))?;
            self.used.insert(glyph.to_u32(), character);
            write!(digits, "{:04X}", glyph.to_u32())?;
        }
        Ok(digits)
    }

    fn write(&self, document: &mut Document) -> anyhow::Result<lopdf::ObjectId> {
        let metrics = self.font.glyph_metrics(Size::new(1000.0), LocationRef::default());
        let mut widths: Vec<Object> = Vec::new();
        let mut map = String::new();
        for (glyph, character) in &self.used {
            let advance = metrics.advance_width(GlyphId::new(*glyph)).context("a glyph of the font")?;
            widths.extend([i64::from(*glyph).into(), vec![Object::Real(advance)].into()]);
            writeln!(map, "1 beginbfchar\n<{glyph:04X}> <{:04X}>\nendbfchar", u32::from(*character))?;
        }
        let map = format!(
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /U def\n/CMapType 2 def\n\
             1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{map}endcmap\nend\nend\n"
        );
        let map = document.add_object(Stream::new(Dictionary::new(), map.into_bytes()));
        let length = i64::try_from(FONT.len())?;
        let mut program = Stream::new(dictionary! { "Length1" => length }, FONT.to_vec());
        program.compress()?;
        let program = document.add_object(program);
        let descriptor = document.add_object(dictionary! {
            "Type" => "FontDescriptor", "FontName" => "LiberationSans", "Flags" => 4, "ItalicAngle" => 0, "Ascent" => 905,
            "Descent" => -212, "CapHeight" => 729, "StemV" => 80, "FontFile2" => program,
            "FontBBox" => vec![(-544).into(), (-303).into(), 1302.into(), 980.into()],
        });
        let system = dictionary! {
            "Registry" => Object::string_literal("Adobe"), "Ordering" => Object::string_literal("Identity"), "Supplement" => 0,
        };
        let descendant = document.add_object(dictionary! {
            "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => "LiberationSans", "CIDSystemInfo" => system,
            "FontDescriptor" => descriptor, "CIDToGIDMap" => "Identity", "W" => widths,
        });
        Ok(document.add_object(dictionary! {
            "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "LiberationSans", "Encoding" => "Identity-H",
            "DescendantFonts" => vec![descendant.into()], "ToUnicode" => map,
        }))
    }
}
