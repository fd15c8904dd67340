//! Small PDFs in every shape that a cross-reference section, a form and a page can have.
//!
//! A [`Source`] is what the document says, a [`Layout`] how the file says it. All offsets are
//! computed, so that a shape is a few lines of PDF syntax.

use std::collections::BTreeMap;

/// Objects by number: generation and body. Object 1 is the catalog.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) objects: BTreeMap<u32, (u16, String)>,
    pub(crate) trailer: String,
}

/// How the objects are laid out in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Table,
    TableCrLf,
    XrefStream,
    ObjectStream,
    Hybrid,
    Linearized,
}

pub(crate) const LAYOUTS: [Layout; 6] =
    [Layout::Table, Layout::TableCrLf, Layout::XrefStream, Layout::ObjectStream, Layout::Hybrid, Layout::Linearized];

/// Every way in which a page can have annotations and a catalog a form.
pub(crate) fn every_source() -> Vec<(&'static str, Source)> {
    let plain = Source::plain();
    let widget = "<</Type/Annot/Subtype/Widget/FT/Tx/T(nama)/Rect[1 1 9 9]/P 3 0 R>>";
    let page = |annots: &str| plain.clone().replacing(3, "/Type/Page", &format!("/Type/Page/Annots {annots}"));
    let form =
        |form: &str| page("[5 0 R]").with(5, widget).replacing(1, "/Catalog", &format!("/Catalog/AcroForm {form}"));
    vec![
        ("nothing", plain.clone()),
        ("no /ID", Source { trailer: String::new(), ..plain.clone() }),
        ("private trailer entry", Source { trailer: "/Teken_X(a\\)b)".to_owned(), ..plain.clone() }),
        ("direct Annots", page("[]")),
        ("null Annots", page("null")),
        ("indirect Annots", page("5 0 R").with(5, "[ % none >> ]\n]")),
        ("Annots that lead nowhere", page("9 0 R")),
        ("direct form, direct Fields", form("<</Fields[5 0 R]/NeedAppearances true>>")),
        ("direct form, indirect Fields", form("<</Fields 6 0 R>>").with(6, "[5 0 R]")),
        ("direct form without Fields", form("<</DA(/F 0 Tf)>>")),
        ("indirect form, direct Fields", form("6 0 R").with(6, "<</Fields[5 0 R]/SigFlags 1>>")),
        ("indirect form, indirect Fields", form("6 0 R").with(6, "<</Fields 7 0 R>>").with(7, "[5 0 R]")),
        ("SigFlags already set", form("6 0 R").with(6, "<</Fields[5 0 R]/SigFlags 3>>")),
        ("indirect SigFlags", form("6 0 R").with(6, "<</Fields[5 0 R]/SigFlags 7 0 R>>").with(7, "1")),
        (
            "one array is Annots and Fields",
            page("6 0 R").with(5, widget).with(6, "[5 0 R]").replacing(
                1,
                "/Catalog",
                "/Catalog/AcroForm<</Fields 6 0 R>>",
            ),
        ),
        (
            "nested page tree",
            plain
                .clone()
                .replacing(2, "Kids[3 0 R]", "Kids[5 0 R 6 0 R]")
                .with(5, "<</Type/Pages/Parent 2 0 R/Kids[]/Count 0>>")
                .with(6, "<</Type/Pages/Parent 2 0 R/Kids 7 0 R/Count 1>>")
                .with(7, "[3 0 R]"),
        ),
        ("page of generation 3", plain.clone().generation(3, 3)),
        ("catalog of generation 7", plain.clone().generation(1, 7)),
        ("escaped names", page("[]").replacing(3, "/Annots", "/An#6eots")),
    ]
}

impl Source {
    /// One page, no form, no annotations.
    pub(crate) fn plain() -> Self {
        let page = "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<>>>>";
        let content = "0.5 g 10 10 100.000 50 re f";
        let objects = [
            (1, "<</Type/Catalog/Pages 2 0 R>>".to_owned()),
            (2, "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595.2760 841.89]>>".to_owned()),
            (3, page.to_owned()),
            (4, format!("<</Length {}>>stream\n{content}\nendstream", content.len())),
        ];
        Self {
            objects: objects.into_iter().map(|(number, body)| (number, (0, body))).collect(),
            trailer: "/ID[<00112233445566778899AABBCCDDEEFF><00112233445566778899AABBCCDDEEFF>]".to_owned(),
        }
    }

    /// The same with another object.
    pub(crate) fn with(mut self, number: u32, body: &str) -> Self {
        self.objects.insert(number, (0, body.to_owned()));
        self
    }

    /// The same with another text in an object.
    pub(crate) fn replacing(mut self, number: u32, old: &str, new: &str) -> Self {
        let (_, body) = self.objects.get_mut(&number).expect("the object exists");
        assert!(body.contains(old), "{body} has no {old}");
        *body = body.replace(old, new);
        self
    }

    /// The same with another generation number for an object, references included.
    pub(crate) fn generation(mut self, number: u32, generation: u16) -> Self {
        for (_, body) in self.objects.values_mut() {
            *body = body.replace(&format!("{number} 0 R"), &format!("{number} {generation} R"));
        }
        self.objects.get_mut(&number).expect("the object exists").0 = generation;
        self
    }

    /// The file.
    pub(crate) fn file(&self, layout: Layout) -> Vec<u8> {
        match layout {
            Layout::Table => self.table("\n"),
            Layout::TableCrLf => self.table("\r\n"),
            Layout::XrefStream => self.xref_stream(&[]),
            Layout::ObjectStream => self.xref_stream(&self.compressible()),
            Layout::Hybrid => self.hybrid(),
            Layout::Linearized => self.linearized(),
        }
    }

    /// A cross-reference stream with a number of its own that it does not list.
    pub(crate) fn file_with_unlisted_stream(&self, own: u32) -> Vec<u8> {
        let mut file = File::new("\n");
        for (number, (generation, body)) in &self.objects {
            file.object(*number, *generation, body);
        }
        let size = self.objects.keys().max().expect("there are objects") + 1;
        let start = file.stream_of(own, &(0..size).collect::<Vec<_>>(), size, &self.root());
        file.end(start)
    }

    /// The trailer's `/Root` and its own entries.
    fn root(&self) -> String {
        format!("/Root 1 {} R{}", self.objects[&1].0, self.trailer)
    }

    /// All but streams and objects of other generations than 0 (7.5.7).
    fn compressible(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = Vec::new();
        for (number, (generation, body)) in &self.objects {
            if *generation == 0 && !body.contains("endstream") {
                numbers.push(*number);
            }
        }
        numbers
    }

    fn table(&self, eol: &str) -> Vec<u8> {
        let mut file = File::new(eol);
        for (number, (generation, body)) in &self.objects {
            file.object(*number, *generation, body);
        }
        let size = self.objects.keys().max().expect("there are objects") + 1;
        let start = file.table(0..size, &format!("/Size {size}{}", self.root()));
        file.end(start)
    }

    fn xref_stream(&self, compressed: &[u32]) -> Vec<u8> {
        let mut file = File::new("\n");
        for (number, (generation, body)) in &self.objects {
            if !compressed.contains(number) {
                file.object(*number, *generation, body);
            }
        }
        let mut next = self.objects.keys().max().expect("there are objects") + 1;
        if !compressed.is_empty() {
            file.object_stream(next, self, compressed);
            next += 1;
        }
        let start = file.stream(next, 0..next + 1, &self.root());
        file.end(start)
    }

    /// The first page's content and everything else in a table, catalog and tree in a stream that
    /// only `/XRefStm` knows (7.5.8.4).
    fn hybrid(&self) -> Vec<u8> {
        let mut file = File::new("\n");
        let hidden: Vec<u32> = self.compressible().into_iter().filter(|number| *number > 3).collect();
        for (number, (generation, body)) in &self.objects {
            if !hidden.contains(number) {
                file.object(*number, *generation, body);
            }
        }
        let next = self.objects.keys().max().expect("there are objects") + 1;
        // A hybrid file without a hidden object gets one that nobody needs.
        let holder = self.clone().with(next, "(hidden)");
        let hidden = if hidden.is_empty() { vec![next] } else { hidden };
        file.object_stream(next + 1, &holder, &hidden);
        let hidden_entries: BTreeMap<u32, Entry> =
            file.entries.iter().filter(|(number, _)| hidden.contains(number)).map(|(n, e)| (*n, *e)).collect();
        for number in &hidden {
            file.entries.remove(number);
        }
        let all = std::mem::replace(&mut file.entries, hidden_entries);
        let size = next + 3;
        let stream = file.stream_of(next + 2, &hidden, size, "");
        file.entries = all;
        let trailer = format!("/Size {size}/XRefStm {stream}{}", self.root());
        let start = file.table(0..size, &trailer);
        file.end(start)
    }

    /// Two sections, the one of the first page in front of the other (annex F): `startxref` leads
    /// to the front, its `/Prev` to the back.
    fn linearized(&self) -> Vec<u8> {
        let size = self.objects.keys().max().expect("there are objects") + 2;
        let first_page: Vec<u32> = vec![1, 3, size - 1];
        let build = |numbers: &BTreeMap<&str, usize>| {
            let number = |key| numbers.get(key).copied().unwrap_or(0);
            let mut file = File::new("\n");
            let parameters = format!(
                "<</Linearized 1/L {:010}/H[{:010} 10]/O 3/E {:010}/N 1/T {:010}>>",
                number("length"),
                number("hint"),
                number("end"),
                number("main")
            );
            file.object(size - 1, 0, &parameters);
            let front = file.bytes.len();
            // Room for the first table; its entries are known when the objects stand.
            let table_length = file.table_length(&first_page) + 180 + self.trailer.len();
            file.bytes.resize(front + table_length, b' ');
            file.bytes.extend_from_slice(b"\nstartxref\n0\n%%EOF\n");
            for (object, (generation, body)) in &self.objects {
                if first_page.contains(object) {
                    file.object(*object, *generation, body);
                }
            }
            let end = file.bytes.len();
            for (object, (generation, body)) in &self.objects {
                if !first_page.contains(object) {
                    file.object(*object, *generation, body);
                }
            }
            let rest: Vec<u32> = (0..size).filter(|object| !first_page.contains(object)).collect();
            let main = file.table_of(&rest, &format!("/Size {size}"));
            let mut first = File::new("\n");
            first.bytes.clear();
            first.entries = file.entries.clone();
            first.table_of(&first_page, &format!("/Size {size}/Prev {main:010}{}", self.root()));
            assert!(first.bytes.len() <= table_length, "{} > {table_length}", first.bytes.len());
            file.bytes[front..front + first.bytes.len()].copy_from_slice(&first.bytes);
            let bytes = file.end(front);
            let facts = BTreeMap::from([("length", bytes.len()), ("hint", end), ("end", end), ("main", main)]);
            (bytes, facts)
        };
        let (_, facts) = build(&BTreeMap::new());
        build(&facts).0
    }
}

#[derive(Clone, Copy, Debug)]
enum Entry {
    At(usize, u16),
    In(u32, u32),
}

struct File {
    bytes: Vec<u8>,
    eol: String,
    entries: BTreeMap<u32, Entry>,
}

impl File {
    fn new(eol: &str) -> Self {
        let bytes = format!("%PDF-1.7{eol}%\u{e9}\u{e9}{eol}").into_bytes();
        Self { bytes, eol: eol.to_owned(), entries: BTreeMap::new() }
    }

    fn push(&mut self, line: &str) {
        self.bytes.extend_from_slice(line.as_bytes());
        self.bytes.extend_from_slice(self.eol.as_bytes());
    }

    fn object(&mut self, number: u32, generation: u16, body: &str) {
        self.entries.insert(number, Entry::At(self.bytes.len(), generation));
        self.push(&format!("{number} {generation} obj"));
        self.push(body);
        self.push("endobj");
    }

    fn object_stream(&mut self, stream: u32, source: &Source, numbers: &[u32]) {
        let (mut head, mut data) = (String::new(), String::new());
        for (index, number) in numbers.iter().enumerate() {
            let (_, body) = &source.objects[number];
            head.push_str(&format!("{number} {} ", data.len()));
            data.push_str(body);
            data.push('\n');
            self.entries.insert(*number, Entry::In(stream, index as u32));
        }
        let body = format!(
            "<</Type/ObjStm/N {}/First {}/Length {}>>stream\n{head}{data}\nendstream",
            numbers.len(),
            head.len(),
            head.len() + data.len()
        );
        self.object(stream, 0, &body);
    }

    fn table_length(&self, numbers: &[u32]) -> usize {
        runs(numbers).iter().map(|run| run.len() * 20 + 16).sum::<usize>() + 5
    }

    fn table(&mut self, numbers: std::ops::Range<u32>, trailer: &str) -> usize {
        self.table_of(&numbers.collect::<Vec<_>>(), trailer)
    }

    fn table_of(&mut self, numbers: &[u32], trailer: &str) -> usize {
        let start = self.bytes.len();
        self.push("xref");
        for run in runs(numbers) {
            self.push(&format!("{} {}", run[0], run.len()));
            for number in run {
                let entry = match self.entries.get(&number) {
                    Some(Entry::At(offset, generation)) => format!("{offset:010} {generation:05} n"),
                    _ => "0000000000 65535 f".to_owned(),
                };
                let end = if self.eol == "\r\n" { "\r\n" } else { " \n" };
                self.bytes.extend_from_slice(format!("{entry}{end}").as_bytes());
            }
        }
        self.push("trailer");
        self.push(&format!("<<{trailer}>>"));
        start
    }

    fn stream(&mut self, own: u32, numbers: std::ops::Range<u32>, trailer: &str) -> usize {
        let size = numbers.end;
        self.stream_of(own, &numbers.collect::<Vec<_>>(), size, trailer)
    }

    fn stream_of(&mut self, own: u32, numbers: &[u32], size: u32, trailer: &str) -> usize {
        let start = self.bytes.len();
        self.entries.insert(own, Entry::At(start, 0));
        let (mut index, mut data) = (String::new(), Vec::new());
        for run in runs(numbers) {
            index.push_str(&format!("{} {} ", run[0], run.len()));
            for number in run {
                let (kind, second, third) = match self.entries.get(&number) {
                    Some(Entry::At(offset, generation)) => (1, *offset as u32, *generation),
                    Some(Entry::In(stream, index)) => (2, *stream, *index as u16),
                    None => (0, 0, 65535),
                };
                data.push(kind);
                data.extend(second.to_be_bytes());
                data.extend(third.to_be_bytes());
            }
        }
        self.bytes.extend_from_slice(
            format!(
                "{own} 0 obj\n<</Type/XRef/Size {size}/W[1 4 2]/Index[{index}]/Length {}{trailer}>>stream\n",
                data.len()
            )
            .as_bytes(),
        );
        self.bytes.extend_from_slice(&data);
        self.bytes.extend_from_slice(b"\nendstream\nendobj\n");
        start
    }

    fn end(mut self, start: usize) -> Vec<u8> {
        self.push("startxref");
        self.push(&start.to_string());
        self.push("%%EOF");
        self.bytes
    }
}

fn runs(numbers: &[u32]) -> Vec<Vec<u32>> {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    sorted.chunk_by(|left, right| left + 1 == *right).map(<[u32]>::to_vec).collect()
}
