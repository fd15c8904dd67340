//! Writes PDF files octet by octet, right or wrong on purpose.

use std::collections::BTreeMap;

/// A file that grows by objects and cross-reference sections.
pub(crate) struct File {
    pub(crate) octets: Vec<u8>,
    /// Of the objects written since the last section.
    pub(crate) offsets: BTreeMap<u32, usize>,
    /// Offset of the last section.
    pub(crate) section: Option<usize>,
}

impl File {
    pub(crate) fn new() -> Self {
        Self { octets: b"%PDF-1.7\n".to_vec(), offsets: BTreeMap::new(), section: None }
    }

    /// A one-page document without its section, objects 1 to 3; `catalog` goes into the catalog.
    pub(crate) fn page(catalog: &str) -> Self {
        let mut file = Self::new();
        file.object(1, format!("<</Type/Catalog/Pages 2 0 R{catalog}>>"));
        file.object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
        file.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>");
        file
    }

    pub(crate) fn push(&mut self, text: impl AsRef<[u8]>) {
        self.octets.extend_from_slice(text.as_ref());
    }

    pub(crate) fn object(&mut self, number: u32, body: impl AsRef<[u8]>) {
        self.offsets.insert(number, self.octets.len());
        self.push(format!("{number} 0 obj\n"));
        self.push(body);
        self.push("\nendobj\n");
    }

    pub(crate) fn stream(&mut self, number: u32, dictionary: &str, data: impl AsRef<[u8]>) {
        let data = data.as_ref();
        let mut body = format!("<<{dictionary}/Length {}>>stream\n", data.len()).into_bytes();
        body.extend_from_slice(data);
        body.extend_from_slice(b"\nendstream");
        self.object(number, body);
    }

    /// `xref` and its entries, without the trailer; returns where it begins.
    pub(crate) fn table(&mut self) -> usize {
        let start = self.octets.len();
        self.push("xref\n0 1\n0000000000 65535 f \n");
        for (number, offset) in std::mem::take(&mut self.offsets) {
            self.push(format!("{number} 1\n{offset:010} 00000 n \n"));
        }
        start
    }

    /// The end of a revision whose section begins at `section`.
    pub(crate) fn end(&mut self, section: usize) {
        self.push(format!("startxref\n{section}\n%%EOF\n"));
        self.section = Some(section);
    }

    /// A whole table section with its end; `trailer` goes into the trailer, `/Size`, `/Root` and `/Prev` apart.
    pub(crate) fn finish_with(&mut self, trailer: &str) {
        let prev = self.section.map_or(String::new(), |prev| format!("/Prev {prev}"));
        let section = self.table();
        self.push(format!("trailer\n<</Size 100000/Root 1 0 R{prev}{trailer}>>\n"));
        self.end(section);
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.finish_with("");
        self.octets
    }

    /// A cross-reference stream `number` with rows of widths 1, 4 and 2 for the given objects.
    pub(crate) fn stream_section(&mut self, number: u32, rows: &[(u32, [u32; 3])], dictionary: &str) -> usize {
        let start = self.octets.len();
        let (mut index, mut data) = (String::new(), Vec::new());
        for (object, [kind, second, third]) in rows {
            index.push_str(&format!("{object} 1 "));
            data.push(*kind as u8);
            data.extend_from_slice(&second.to_be_bytes());
            data.extend_from_slice(&(*third as u16).to_be_bytes());
        }
        let dictionary = format!("/Type/XRef/W[1 4 2]/Index[{index}]/Size 100000/Root 1 0 R{dictionary}");
        self.stream(number, &dictionary, data);
        self.offsets.clear();
        start
    }
}
