//! A one-page surat keterangan, A4 upright: letterhead, number, what is stated, of whom, place for the signature. Two of them: one with its
//! signature block printed, for an invisible signature, and one whose lower half is left free for a visible one.

use jiff::civil::Date;

use super::document::{self, About, CrossReference};
use super::page::{Align, At, GREY, Page, Style, WARNING};
use super::{SampleError, SampleNumber, indonesian_date};

const LEFT: f32 = 71.0;
const RIGHT: f32 = 595.28 - 71.0;
const WIDTH: f32 = RIGHT - LEFT;
const BODY: Style = Style::regular(11.0);

/// The invented subject's name, as printed.
pub const SUBJECT_NAME: &str = "BUDI CONTOH";

/// What the letter states of its invented subject.
const SUBJECT: [(&str, &str); 8] = [
    ("Nama", SUBJECT_NAME),
    ("NIK", "0000 0000 0000 0001"),
    ("Nomor KK", "0000 0000 0000 0000"),
    ("Tempat, tanggal lahir", "Kota Contoh, 1 Januari 1990"),
    ("Jenis kelamin", "Laki-laki"),
    ("Pekerjaan", "Penguji perangkat lunak"),
    ("Alamat", "Jalan Karangan Nomor 0, RT 000/RW 000"),
    ("Kelurahan, kecamatan", "Contohsari, Contoh Timur"),
];

/// Draws the letter as of `date`, with `number` as its running number.
///
/// # Errors
/// [`SampleError`], which only a fault of this crate can cause.
pub fn surat_keterangan(date: Date, number: &SampleNumber) -> Result<Vec<u8>, SampleError> {
    let mut page = Page::a4_portrait()?;
    page.mark("UJI COBA", 132.0, page.height / 2.0)?;
    letterhead(&mut page)?;
    let below = statement(&mut page, number)?;
    let below = page.paragraph(LEFT, below + 8.0, WIDTH, BODY, REQUEST)?;
    signature(&mut page, below, date)?;
    notice(&mut page)?;
    document::write(page, &about(date))
}

/// Draws the letter without a signature block, and with the last day on which it holds: what is visible of the signature comes into the
/// lower half, which nothing is printed on, not even the mark.
///
/// # Errors
/// [`SampleError`], which only a fault of this crate can cause.
pub fn surat_to_be_sealed(date: Date, number: &SampleNumber, valid_until: Date) -> Result<Vec<u8>, SampleError> {
    let mut page = Page::a4_portrait()?;
    page.mark("UJI COBA", 70.0, 275.0)?;
    letterhead(&mut page)?;
    let below = statement(&mut page, number)?;
    let holds = format!("{REQUEST} Surat ini berlaku sampai dengan tanggal {}.", indonesian_date(valid_until));
    page.paragraph(LEFT, below + 8.0, WIDTH, BODY, &holds)?;
    notice(&mut page)?;
    document::write(page, &about(date))
}

const fn about(date: Date) -> About {
    About { title: "UJI COBA - Surat Keterangan", date, cross_reference: CrossReference::Table }
}

const REQUEST: &str = "Surat keterangan ini dibuat atas permintaan yang bersangkutan melalui Kecamatan Contoh Timur, untuk \
                       dipergunakan sebagaimana mestinya.";

fn letterhead(page: &mut Page) -> Result<(), SampleError> {
    let emblem = At(LEFT + 30.0, 84.0);
    page.circle(emblem, 29.0, 1.4);
    page.circle(emblem, 25.5, 0.5);
    page.text(At(emblem.0, emblem.1 - 1.0), Align::Centre, Style::bold(10.0), "UJI")?;
    page.text(At(emblem.0, emblem.1 + 10.5), Align::Centre, Style::bold(10.0), "COBA")?;

    let centre = (LEFT + 66.0 + RIGHT) / 2.0;
    page.text(At(centre, 66.0), Align::Centre, Style::bold(13.0), "PEMERINTAH KOTA CONTOH")?;
    page.text(At(centre, 85.0), Align::Centre, Style::bold(13.0), "DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL")?;
    page.text(At(centre, 101.0), Align::Centre, Style::regular(9.5), "Jalan Karangan Nomor 0, Kota Contoh 00000")?;
    page.text(
        At(centre, 114.0),
        Align::Centre,
        Style::regular(9.5),
        "Telepon (000) 000 0000 · disdukcapil@kota-contoh.invalid",
    )?;
    page.line(At(LEFT, 128.0), At(RIGHT, 128.0), 2.2);
    page.line(At(LEFT, 131.2), At(RIGHT, 131.2), 0.6);
    Ok(())
}

/// From the title to what is stated; returns the baseline after it.
fn statement(page: &mut Page, number: &SampleNumber) -> Result<f32, SampleError> {
    let middle = page.width / 2.0;
    let title = Style::bold(14.0);
    let half = page.face.width("SURAT KETERANGAN", title.size)? / 2.0;
    page.text(At(middle, 172.0), Align::Centre, title, "SURAT KETERANGAN")?;
    page.line(At(middle - half, 175.5), At(middle + half, 175.5), 0.9);
    let number = format!("Nomor: {}", number.letter());
    page.text(At(middle, 191.0), Align::Centre, BODY, &number)?;

    let mut y = page.paragraph(
        LEFT,
        230.0,
        WIDTH,
        BODY,
        "Yang bertanda tangan di bawah ini, Kepala Dinas Kependudukan dan Pencatatan Sipil Kota Contoh, \
         menerangkan bahwa:",
    )?;
    y += 8.0;
    for (label, value) in SUBJECT {
        page.text(At(LEFT + 20.0, y), Align::Left, BODY, label)?;
        page.text(At(LEFT + 160.0, y), Align::Left, BODY, ":")?;
        page.text(At(LEFT + 170.0, y), Align::Left, BODY, value)?;
        y += 18.0;
    }
    y += 8.0;
    page.paragraph(
        LEFT,
        y,
        WIDTH,
        BODY,
        "adalah benar penduduk Kota Contoh yang tercatat dalam basis data kependudukan, dan pada saat surat ini \
         dibuat datanya dalam keadaan aktif.",
    )
}

fn signature(page: &mut Page, below: f32, date: Date) -> Result<(), SampleError> {
    let left = 330.0;
    let y = below + 26.0;
    page.text(At(left, y), Align::Left, BODY, &format!("Kota Contoh, {}", indonesian_date(date)))?;
    page.text(At(left, y + 17.0), Align::Left, BODY, "Kepala Dinas Kependudukan")?;
    page.text(At(left, y + 32.0), Align::Left, BODY, "dan Pencatatan Sipil,")?;
    let small = Style::regular(9.0).in_colour(GREY);
    page.text(At(left, y + 62.0), Align::Left, small, "Ditandatangani secara elektronik")?;
    page.text(At(left, y + 94.0), Align::Left, Style::bold(11.0), "KEPALA DINAS UJI COBA")?;
    page.text(At(left, y + 109.0), Align::Left, BODY, "NIP 00000000 000000 0 000")
}

fn notice(page: &mut Page) -> Result<(), SampleError> {
    let top = 742.0;
    page.outline(At(LEFT, top), WIDTH, 50.0, 0.8, WARNING);
    page.text(
        At(LEFT + 10.0, top + 15.0),
        Align::Left,
        Style::bold(9.0).in_colour(WARNING),
        "UJI COBA: BUKAN DOKUMEN RESMI",
    )?;
    page.paragraph(
        LEFT + 10.0,
        top + 28.0,
        WIDTH - 20.0,
        Style::regular(8.5),
        "Semua nama dan data di halaman ini karangan. Nomor yang berawalan 00 bukan NIK atau nomor KK siapa pun: \
         tidak ada provinsi dengan kode 00.",
    )?;
    Ok(())
}
