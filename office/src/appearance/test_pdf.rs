//! Small PDFs for tests, written octet by octet: one page, one standard font.

use std::fmt::Write as _;

/// A PDF of one page.
#[derive(Debug, Clone)]
pub(crate) struct TestPdf {
    media_box: [f64; 4],
    crop_box: Option<[f64; 4]>,
    rotate: i32,
    user_unit: Option<f64>,
    content: String,
    forms: Vec<(String, String)>,
    field: Option<(String, [f64; 4])>,
}

impl TestPdf {
    /// An empty upright A4 page of 595 x 842 points.
    pub(crate) const fn a4() -> Self {
        Self {
            media_box: [0.0, 0.0, 595.0, 842.0],
            crop_box: None,
            rotate: 0,
            user_unit: None,
            content: String::new(),
            forms: Vec::new(),
            field: None,
        }
    }

    pub(crate) fn content(mut self, content: &str) -> Self {
        self.content = content.to_owned();
        self
    }

    /// A letter of body text at 11 points whose baseline is `y` points above the page's lower edge.
    pub(crate) fn line(mut self, x: f64, y: f64, text: &str) -> Self {
        writeln!(self.content, "BT /F1 11 Tf {x} {y} Td ({text}) Tj ET").expect("writing to a String cannot fail");
        self
    }

    pub(crate) fn media_box(mut self, edges: [f64; 4]) -> Self {
        self.media_box = edges;
        self
    }

    pub(crate) fn crop_box(mut self, edges: [f64; 4]) -> Self {
        self.crop_box = Some(edges);
        self
    }

    pub(crate) fn rotate(mut self, degrees: i32) -> Self {
        self.rotate = degrees;
        self
    }

    pub(crate) fn user_unit(mut self, points: f64) -> Self {
        self.user_unit = Some(points);
        self
    }

    /// A form XObject that the content draws by `/NAME Do`.
    pub(crate) fn form(mut self, name: &str, content: &str) -> Self {
        self.forms.push((name.to_owned(), content.to_owned()));
        self
    }

    /// An empty signature field.
    pub(crate) fn field(mut self, name: &str, rectangle: [f64; 4]) -> Self {
        self.field = Some((name.to_owned(), rectangle));
        self
    }

    /// The file.
    pub(crate) fn write(&self) -> Vec<u8> {
        // 1 catalog, 2 pages, 3 page, 4 content, 5 font, 6 field, 7.. forms
        let mut resources = "/Font << /F1 5 0 R >>".to_owned();
        if !self.forms.is_empty() {
            let names: String =
                self.forms.iter().enumerate().map(|(index, (name, _))| format!("/{name} {} 0 R ", index + 7)).collect();
            resources = format!("{resources} /XObject << {names}>>");
        }
        let edges = |[a, b, c, d]: [f64; 4]| format!("[{a} {b} {c} {d}]");
        let mut page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox {} /Rotate {} /Contents 4 0 R /Resources << {resources} >>",
            edges(self.media_box),
            self.rotate
        );
        if let Some(crop_box) = self.crop_box {
            page = format!("{page} /CropBox {}", edges(crop_box));
        }
        if let Some(user_unit) = self.user_unit {
            page = format!("{page} /UserUnit {user_unit}");
        }
        let mut catalog = "<< /Type /Catalog /Pages 2 0 R".to_owned();
        let mut field = "null".to_owned();
        if let Some((name, rectangle)) = &self.field {
            page = format!("{page} /Annots [6 0 R]");
            catalog = format!("{catalog} /AcroForm << /Fields [6 0 R] /SigFlags 1 >>");
            field = format!(
                "<< /Type /Annot /Subtype /Widget /FT /Sig /T ({name}) /F 4 /P 3 0 R /Rect {} >>",
                edges(*rectangle)
            );
        }
        let stream = |entries: &str, content: &str| {
            format!("<< {entries} /Length {} >>\nstream\n{content}\nendstream", content.len())
        };
        let mut objects = vec![
            format!("{catalog} >>"),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            format!("{page} >>"),
            stream("", &self.content),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
            field,
        ];
        for (_, content) in &self.forms {
            let entries = format!("/Type /XObject /Subtype /Form /BBox [0 0 600 900] /Resources << {resources} >>");
            objects.push(stream(&entries, content));
        }
        let mut out = "%PDF-1.7\n".to_owned();
        let mut offsets = Vec::new();
        for (index, object) in objects.iter().enumerate() {
            offsets.push(out.len());
            write!(out, "{} 0 obj\n{object}\nendobj\n", index + 1).expect("writing to a String cannot fail");
        }
        let table = out.len();
        write!(out, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).expect("writing to a String cannot fail");
        for offset in &offsets {
            writeln!(out, "{offset:010} 00000 n ").expect("writing to a String cannot fail");
        }
        write!(out, "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1)
            .expect("writing to a String cannot fail");
        out.into_bytes()
    }
}
