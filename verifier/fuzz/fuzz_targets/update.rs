//! Well-formed updates behind a signed file: octets choose which objects are written anew, with which entries, and how.
//!
//! Random octets behind a file are hardly ever a revision. Here every input is one or two: what varies is what they
//! say. The first octet chooses the file, each further one a step of [`Draft`]; an input that ends early chooses 0.
#![no_main]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use pades::Limits;
use pades::pdf::{Document, Ref};
use verifier_fuzz::{FILES, check_later_octets};

/// Entries that an object may get, or have replaced.
const KEYS: &[&str] = &[
    "AP",
    "V",
    "AS",
    "Annots",
    "Contents",
    "Resources",
    "Kids",
    "Parent",
    "Rect",
    "F",
    "DA",
    "MediaBox",
    "Fields",
    "T",
    "FT",
    "Type",
    "Subtype",
    "AcroForm",
    "Perms",
    "DSS",
    "Metadata",
    "Names",
    "OpenAction",
    "AA",
    "NeedAppearances",
    "SigFlags",
    "DR",
    "CO",
    "XFA",
    "Extensions",
    "Length",
    "Filter",
    "BBox",
    "Matrix",
    "Font",
    "MK",
    "Ff",
    "Opt",
    "P",
    "ByteRange",
    "Reference",
    "Lock",
    "SV",
    "Count",
    "Rotate",
    "OCProperties",
    "M",
    "N",
    "StmF",
    "Q",
    "MaxLen",
    "DV",
];

/// What stands there then.
const VALUES: &[&str] = &[
    "(Siti)",
    "null",
    "true",
    "0",
    "4",
    "6 0 R",
    "<</N 6 0 R>>",
    "<</N 20 0 R>>",
    "[7 0 R]",
    "[7 0 R 8 0 R]",
    "[7 0 R 8 0 R 20 0 R]",
    "[7 0 R 21 0 R]",
    "20 0 R",
    "21 0 R",
    "<<>>",
    "[]",
    "[0 0 200 100]",
    "[10 10 90 22]",
    "[0 0 0 0]",
    "/Tx",
    "/Sig",
    "/Annot",
    "/Widget",
    "/Text",
    "/Off",
    "4 0 R",
    "5 0 R",
    "7 0 R",
    "[4 0 R 20 0 R]",
    "<</Font<</Helv 5 0 R>>>>",
    "<</Font<</Helv 21 0 R>>>>",
    "<</S/JavaScript/JS(1)>>",
    "<</S/URI/URI(a)>>",
    "<</DocMDP 9 0 R>>",
    "<</CRLs[20 0 R]>>",
    "<</CRLs[20 0 R]/VRI<<>>>>",
    "(/Helv 9 Tf 0 g)",
    "(/Helv 90 Tf 1 g)",
    "3",
    "3 0 R",
    "1 0 R",
    "2 0 R",
    "[3 0 R]",
    "[3 0 R 20 0 R]",
    "-1",
    "1.5",
    "2",
    "132",
    "(\\(x\\))",
    "<53>",
];

/// Whole objects.
const OBJECTS: &[&str] = &[
    "<</FT/Tx/T(Nama)/V(Siti)/Type/Annot/Subtype/Widget/Rect[10 10 90 22]/P 3 0 R/F 4/DA(/Helv 9 Tf 0 g)/AP<</N 6 0 R>>>>",
    "<</FT/Tx/T(Nama)/V(Siti)/Type/Annot/Subtype/Widget/Rect[10 10 90 22]/P 3 0 R/F 4/DA(/Helv 9 Tf 0 g)/AP<</N 20 0 R>>>>",
    "<</Type/Annot/Subtype/Text/Rect[1 1 9 9]/Contents(?)>>",
    "<</Type/Annot/Subtype/FreeText/Rect[10 70 190 90]/Contents(?)/DA(/Helv 9 Tf 0 g)/AP<</N 20 0 R>>>>",
    "<</FT/Sig/T(B)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R/F 132>>",
    "<</FT/Sig/T(B)/V 22 0 R/Type/Annot/Subtype/Widget/Rect[0 0 200 100]/P 3 0 R/F 132/AP<</N 6 0 R>>>>",
    "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 1 2 3]/Contents<00>>>",
    "<</Type/Font/Subtype/Type1/BaseFont/Symbol>>",
    "<</Title(Lain)>>",
    "[20 0 R 21 0 R]",
    "<</Linearized 1/L 9000/H[1 1]/O 3/E 1/N 1/T 1>>",
];

/// The data of streams.
const DATA: &[&str] = &[
    "/Tx BMC q BT /Helv 9 Tf 0 g 2 3 Td (Siti) Tj ET Q EMC",
    "/Tx BMC EMC",
    "BT /Helv 9 Tf 10 80 Td (Rp 900) Tj ET",
    "",
    "0 0 200 100 re f",
    "q 2 0 0 2 0 0 cm BT /Helv 9 Tf 2 3 Td (Siti) Tj ET",
    "endstream endobj",
];

/// Dictionaries of streams, without `/Length`.
const STREAMS: &[&str] = &[
    "/Type/XObject/Subtype/Form/BBox[0 0 80 12]/Resources<</Font<</Helv 5 0 R>>>>",
    "/Type/XObject/Subtype/Form/BBox[0 0 80 12]",
    "/Type/XObject/Subtype/Form/BBox[0 0 800 120]/Matrix[1 0 0 1 0 50]",
    "",
    "/Type/Metadata/Subtype/XML",
    "/Type/XObject/Subtype/Form/BBox[0 0 80 12]/Resources<</Font<</Helv 21 0 R>>>>",
];

struct Base {
    bodies: BTreeMap<u32, String>,
    xref: usize,
}

fn bases() -> &'static [Base; 2] {
    static BASES: OnceLock<[Base; 2]> = OnceLock::new();
    BASES.get_or_init(|| {
        FILES.map(|file| {
            let document = Document::open(file, &Limits::default()).expect("a fixture");
            let view = document.latest();
            let mut bodies = BTreeMap::new();
            for number in 1..=view.highest_number() {
                let Ok(Some(object)) = view.object(Ref { number, generation: 0 }) else { continue };
                let text = String::from_utf8_lossy(&file[object.span]).into_owned();
                let body = text.split_once("obj").expect("an object").1.rsplit_once("endobj").expect("its end").0;
                bodies.insert(number, body.trim().to_owned());
            }
            Base { bodies, xref: document.revisions().last().expect("one").xref_offset() }
        })
    })
}

/// The octets of the input, each used once.
struct Choices<'a>(std::slice::Iter<'a, u8>);

impl Choices<'_> {
    fn below(&mut self, end: usize) -> usize {
        self.0.next().map_or(0, |octet| usize::from(*octet) % end)
    }

    fn one<'t>(&mut self, table: &[&'t str]) -> &'t str {
        table[self.below(table.len())]
    }
}

/// A revision that is being written.
struct Draft {
    file: Vec<u8>,
    /// Number, and where it begins, `None` when it is freed.
    entries: BTreeMap<u32, Option<usize>>,
}

impl Draft {
    fn object(&mut self, number: u32, generation: usize, body: &str) {
        self.entries.insert(number, Some(self.file.len()));
        self.file.extend_from_slice(format!("{number} {generation} obj\n{body}\nendobj\n").as_bytes());
    }

    fn table(&self) -> String {
        let mut table = "xref\n".to_owned();
        for (number, offset) in &self.entries {
            let (offset, generation, kind) = offset.map_or((0, 1, 'f'), |offset| (offset, 0, 'n'));
            let _ = writeln!(table, "{number} 1\n{offset:010} {generation:05} {kind} ");
        }
        table
    }

    /// Finishes it with a table or a stream of cross-references.
    fn finish(mut self, choices: &mut Choices<'_>, previous: usize) -> (Vec<u8>, usize) {
        let mut trailer = match choices.below(8) {
            0 => "/Root 20 0 R".to_owned(),
            1 => format!(
                "/Root 1 0 R/{} {}",
                choices.one(&["Info", "ID", "Encrypt", "XRefStm", "Extra"]),
                choices.one(VALUES)
            ),
            2 => "/Root 1 0 R/Info 21 0 R".to_owned(),
            _ => "/Root 1 0 R".to_owned(),
        };
        match choices.below(16) {
            0 => {}
            1 => trailer.push_str("/Prev 9"),
            2 => {
                let _ = write!(trailer, "/Prev {previous}/Prev {previous}");
            }
            _ => {
                let _ = write!(trailer, "/Prev {previous}");
            }
        }
        let end = choices.one(&["", "", "", " ", "%x\n", "%%EOF\n"]);
        let start = self.file.len();
        if choices.below(4) == 0 {
            self.entries.insert(29, Some(start));
            let mut data = Vec::new();
            let mut index = String::new();
            for (number, offset) in &self.entries {
                let _ = write!(index, "{number} 1 ");
                data.push(u8::from(offset.is_some()));
                data.extend_from_slice(&(offset.unwrap_or_default() as u32).to_be_bytes());
                data.push(u8::from(offset.is_none()));
            }
            let dictionary =
                format!("<</Type/XRef/Size 30/W[1 4 1]/Index[{index}]/Length {}{trailer}>>\nstream\n", data.len());
            self.file.extend_from_slice(format!("29 0 obj\n{dictionary}").as_bytes());
            self.file.extend_from_slice(&data);
            self.file.extend_from_slice(b"\nendstream\nendobj\n");
        } else {
            let table = self.table();
            self.file.extend_from_slice(format!("{table}trailer\n<</Size 30{trailer}>>\n").as_bytes());
        }
        self.file.extend_from_slice(format!("startxref\n{start}\n{end}%%EOF\n").as_bytes());
        (self.file, start)
    }
}

/// A body with one entry replaced, or added.
fn with_entry(body: &str, key: &str, value: &str) -> String {
    let Some(rest) = body.strip_prefix("<<") else { return value.to_owned() };
    let old = format!("/{key}");
    match rest.find(&format!("{old} ")).or_else(|| rest.find(&old)) {
        // What stood there goes to a key that nobody reads; its value stays well formed.
        Some(at) => format!("<</{key} {value} {}/Was{}", &rest[..at], &rest[at + old.len()..]),
        None => format!("<</{key} {value} {rest}"),
    }
}

fn revision(
    file: Vec<u8>,
    bodies: &mut BTreeMap<u32, String>,
    previous: usize,
    choices: &mut Choices<'_>,
) -> (Vec<u8>, usize) {
    let mut draft = Draft { file, entries: BTreeMap::new() };
    for _ in 0..choices.below(5) {
        let number = choices.below(24) as u32 + 1;
        let old = bodies.get(&number).cloned().unwrap_or_else(|| "<<>>".to_owned());
        let generation = usize::from(choices.below(32) == 1);
        let body = match choices.below(8) {
            0 => {
                draft.entries.insert(number, None);
                continue;
            }
            1 | 2 => choices.one(OBJECTS).to_owned(),
            3 | 4 => {
                let (dictionary, data) = (choices.one(STREAMS), choices.one(DATA));
                format!("<<{dictionary}/Length {}>>\nstream\n{data}\nendstream", data.len())
            }
            5 => {
                let (first, second) = (choices.one(KEYS), choices.one(VALUES));
                with_entry(&with_entry(&old, first, second), choices.one(KEYS), choices.one(VALUES))
            }
            6 => old,
            _ => with_entry(&old, choices.one(KEYS), choices.one(VALUES)),
        };
        draft.object(number, generation, &body);
        bodies.insert(number, body);
    }
    draft.finish(choices, previous)
}

fuzz_target!(|octets: &[u8]| {
    let Some((&choice, octets)) = octets.split_first() else { return };
    let which = usize::from(choice) % FILES.len();
    let base = &bases()[which];
    let mut choices = Choices(octets.iter());
    let mut bodies = base.bodies.clone();
    let (mut file, mut xref) = (FILES[which].to_vec(), base.xref);
    for _ in 0..=choices.below(2) {
        (file, xref) = revision(file, &mut bodies, xref, &mut choices);
    }
    check_later_octets(choice, &file[FILES[which].len()..]);
});
