//! What pages look like, as pictures. `TEKEN_PICTURES=FOLDER` keeps them for people.

use super::*;

/// A letter of a page as a kecamatan prints it, with its lower half free.
fn letter() -> TestPdf {
    let mut pdf = TestPdf::a4();
    let lines = [
        "PEMERINTAH KOTA CONTOH",
        "DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL",
        "",
        "SURAT KETERANGAN",
        "Nomor: 470/1/UJI/2026",
        "",
        "Yang bertanda tangan di bawah ini, Kepala Dinas Kependudukan dan Pencatatan Sipil,",
        "menerangkan bahwa BUDI CONTOH adalah benar penduduk Kota Contoh.",
        "",
        "Surat ini dibuat untuk dipergunakan sebagaimana mestinya.",
    ];
    for (index, line) in (0_u8..).zip(lines) {
        pdf = pdf.line(71.0, 770.0 - 18.0 * f64::from(index), line);
    }
    pdf
}

fn shipped(name: &str) -> Artwork {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("tanda-tangan.png"), handwriting::png()).expect("written");
    let text =
        std::fs::read_to_string(format!("{}/templates/{name}.toml", env!("CARGO_MANIFEST_DIR"))).expect("shipped");
    std::fs::write(folder.path().join("t.toml"), text).expect("written");
    Artwork::load(&folder.path().join("t.toml")).expect("the shipped template with a picture")
}

fn values() -> Preview<'static> {
    Preview {
        signer_name: "Dr. NAMA CONTOH, M.Si.",
        signer_title: "Kepala Dinas",
        number: "470/1/UJI/2026",
        time: time(),
    }
}

fn kept(name: &str, octets: &[u8]) {
    if let Some(folder) = std::env::var_os("TEKEN_PICTURES") {
        std::fs::write(Path::new(&folder).join(name), octets).expect("a place for pictures");
    }
}

#[test]
fn each_shipped_template_draws_on_a_page_of_its_form_and_adds_at_most_40_kilobytes_with_a_picture_of_20() {
    assert!(handwriting::png().len() >= 20_000);
    let landscape = TestPdf::a4().media_box([0.0, 0.0, 842.0, 595.0]).line(300.0, 550.0, "KARTU KELUARGA");
    for (name, pdf) in [("surat", letter()), ("akta", letter()), ("kk", landscape)] {
        let artwork = shipped(name);
        let (picture, drawing) = preview(pdf.write(), &artwork, &values(), &Sight::in_process())
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        kept(&format!("preview-{name}.png"), &picture);
        assert_eq!(drawing.page, 0);

        // The same as a file, for other renderers.
        let pdf = Arc::new(pdf.write());
        let unsigned = UnsignedPdf::open(pdf.as_ref().clone(), &Limits::default()).expect("a PDF");
        let text = seal_text();
        let shown = Shown { seal: Some(&text), ..shown(None) };
        let drawing = artwork.draw(&unsigned, &pdf, &shown, &Sight::in_process()).expect("as the preview");
        let options = PrepareOptions {
            appearance: drawing.appearance,
            certification: drawing.certification,
            seal: Some(text.clone()),
            ..PrepareOptions::new(drawing.field, time(), ContentsSize::new(8192))
        };
        let prepared = unsigned.prepare(&options).expect("prepared");
        kept(&format!("prepared-{name}.pdf"), prepared.bytes());
        // Over the invisible signature of the same file.
        let invisible = PrepareOptions::new(pades::FieldChoice::New, time(), ContentsSize::new(8192));
        let invisible = UnsignedPdf::open(pdf.as_ref().clone(), &Limits::default()).expect("a PDF").prepare(&invisible);
        let grown = prepared.bytes().len() - invisible.expect("prepared").bytes().len();
        assert!(grown <= 40_000, "{name}: {grown} octets");
    }
}
