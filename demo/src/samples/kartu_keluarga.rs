//! A page in the shape of a kartu keluarga: A4 on its side, two tables of ten rows, two signatures.

use jiff::civil::Date;

use super::document::{self, About, CrossReference};
use super::page::{Align, At, Colour, GREY, Page, Style, WARNING};
use super::{SampleError, SampleNumber, indonesian_date};

const LEFT: f32 = 34.0;
const RIGHT: f32 = 841.89 - 34.0;
const ROW: f32 = 13.3;
const ROWS: usize = 10;
const SHADE: Colour = Colour(0.93, 0.94, 0.96);
const CELL: Style = Style::regular(7.6);

/// One table: columns with their width in points, and the rows that are filled in.
struct Table<'a> {
    columns: &'a [(&'a [&'a str], f32)],
    rows: &'a [&'a [&'a str]],
    /// Columns from this one on are centred; the ones before it are set to the left.
    left_aligned: &'a [usize],
    header_height: f32,
}

const PERSONS: Table<'static> = Table {
    columns: &[
        (&["No"], 22.0),
        (&["Nama Lengkap"], 150.0),
        (&["NIK"], 96.0),
        (&["Jenis", "Kelamin"], 62.0),
        (&["Tempat Lahir"], 78.0),
        (&["Tanggal", "Lahir"], 58.0),
        (&["Agama"], 58.0),
        (&["Pendidikan"], 98.0),
        (&["Jenis Pekerjaan"], 106.0),
        (&["Golongan", "Darah"], 45.89),
    ],
    rows: &[
        &[
            "BUDI CONTOH",
            "0000000000000001",
            "LAKI-LAKI",
            "KOTA CONTOH",
            "01-01-1990",
            "CONTOH",
            "DIPLOMA IV/STRATA I",
            "PENGUJI PERANGKAT LUNAK",
            "-",
        ],
        &[
            "SITI CONTOH",
            "0000000000000002",
            "PEREMPUAN",
            "KOTA CONTOH",
            "02-02-1991",
            "CONTOH",
            "DIPLOMA IV/STRATA I",
            "PENULIS CONTOH",
            "-",
        ],
        &[
            "ANAK CONTOH PERTAMA",
            "0000000000000003",
            "PEREMPUAN",
            "KOTA CONTOH",
            "03-03-2015",
            "CONTOH",
            "BELUM TAMAT SD",
            "PELAJAR",
            "-",
        ],
        &[
            "ANAK CONTOH KEDUA",
            "0000000000000004",
            "LAKI-LAKI",
            "KOTA CONTOH",
            "04-04-2020",
            "CONTOH",
            "BELUM SEKOLAH",
            "BELUM BEKERJA",
            "-",
        ],
    ],
    left_aligned: &[1, 4, 7, 8],
    header_height: 24.0,
};

const RELATIONS: Table<'static> = Table {
    columns: &[
        (&["No"], 22.0),
        (&["Status Perkawinan"], 104.0),
        (&["Tanggal", "Perkawinan"], 66.0),
        (&["Status Hubungan", "Dalam Keluarga"], 104.0),
        (&["Kewarga-", "negaraan"], 62.0),
        (&["No. Paspor"], 70.0),
        (&["No. KITAP"], 70.0),
        (&["Nama Ayah"], 137.0),
        (&["Nama Ibu"], 138.89),
    ],
    rows: &[
        &["KAWIN TERCATAT", "05-05-2013", "KEPALA KELUARGA", "WNI", "-", "-", "KAKEK CONTOH", "NENEK CONTOH"],
        &["KAWIN TERCATAT", "05-05-2013", "ISTRI", "WNI", "-", "-", "AYAH CONTOH", "IBU CONTOH"],
        &["BELUM KAWIN", "-", "ANAK", "WNI", "-", "-", "BUDI CONTOH", "SITI CONTOH"],
        &["BELUM KAWIN", "-", "ANAK", "WNI", "-", "-", "BUDI CONTOH", "SITI CONTOH"],
    ],
    left_aligned: &[1, 3, 7, 8],
    header_height: 24.0,
};

/// Draws the page as of `date`, with `number` as its running number.
///
/// # Errors
/// [`SampleError`], which only a fault of this crate can cause.
pub fn kartu_keluarga(date: Date, number: &SampleNumber) -> Result<Vec<u8>, SampleError> {
    let mut page = Page::a4_landscape()?;
    page.mark("UJI COBA", 140.0, page.height / 2.0)?;
    heading(&mut page, number)?;
    let below = table(&mut page, 118.0, &PERSONS)?;
    let below = table(&mut page, below + 8.0, &RELATIONS)?;
    signatures(&mut page, below, date)?;
    notice(&mut page)?;
    document::write(page, &About { title: "UJI COBA - Kartu Keluarga", date, cross_reference: CrossReference::Streams })
}

fn heading(page: &mut Page, number: &SampleNumber) -> Result<(), SampleError> {
    let middle = page.width / 2.0;
    page.text(At(middle, 44.0), Align::Centre, Style::bold(19.0), "KARTU KELUARGA")?;
    page.text(At(middle, 60.0), Align::Centre, Style::bold(11.0), &format!("No. {}", number.family_card()))?;
    let label = Style::regular(8.6);
    let left = [
        ("Nama Kepala Keluarga", "BUDI CONTOH"),
        ("Alamat", "JALAN KARANGAN NOMOR 0"),
        ("RT/RW", "000/000"),
        ("Desa/Kelurahan", "CONTOHSARI"),
    ];
    let right = [
        ("Kecamatan", "CONTOH TIMUR"),
        ("Kabupaten/Kota", "KOTA CONTOH"),
        ("Kode Pos", "00000"),
        ("Provinsi", "PROVINSI CONTOH"),
    ];
    for (x, colon, entries) in [(LEFT, 100.0, left), (590.0, 78.0, right)] {
        let mut y = 74.0;
        for (name, value) in entries {
            page.text(At(x, y), Align::Left, label, name)?;
            page.text(At(x + colon, y), Align::Left, label, ":")?;
            page.text(At(x + colon + 8.0, y), Align::Left, label, value)?;
            y += 11.6;
        }
    }
    Ok(())
}

/// Draws a table whose upper edge is at `top`; returns its lower edge.
fn table(page: &mut Page, top: f32, table: &Table<'_>) -> Result<f32, SampleError> {
    const NUMBERS: f32 = 10.5;
    let first_row = top + table.header_height + NUMBERS;
    let bottom = (0..ROWS).fold(first_row, |y, _| y + ROW);

    let mut x = LEFT;
    for (index, (title, width)) in table.columns.iter().enumerate() {
        let middle = x + width / 2.0;
        let mut y = match title.len() {
            1 => top + table.header_height / 2.0 + 2.8,
            _ => top + table.header_height / 2.0 - 1.6,
        };
        for line in *title {
            page.text(At(middle, y), Align::Centre, Style::bold(7.8), line)?;
            y += 9.2;
        }
        // The official form numbers its columns and leaves the first one, the row number, out.
        if index > 0 {
            let number = format!("({index})");
            page.text(At(middle, first_row - 3.0), Align::Centre, Style::regular(6.6), &number)?;
        }
        for row in 0..ROWS {
            let y = first_row + ROW * row_offset(row) + 9.3;
            if index == 0 {
                page.text(At(middle, y), Align::Centre, CELL, &format!("{}", row + 1))?;
                continue;
            }
            let value = table.rows.get(row).and_then(|cells| cells.get(index - 1)).copied().unwrap_or("-");
            if table.left_aligned.contains(&index) && value != "-" {
                page.fitted(At(x + 4.0, y), Align::Left, CELL, width - 8.0, value)?;
            } else {
                page.fitted(At(middle, y), Align::Centre, CELL, width - 4.0, value)?;
            }
        }
        page.line(At(x, top), At(x, bottom), 0.5);
        x += width;
    }
    page.line(At(x, top), At(x, bottom), 0.5);
    page.line(At(LEFT, top + table.header_height), At(RIGHT, top + table.header_height), 0.5);
    for row in 0..ROWS {
        let y = first_row + ROW * row_offset(row);
        page.line(At(LEFT, y), At(RIGHT, y), 0.5);
    }
    page.line(At(LEFT, top), At(RIGHT, top), 1.0);
    page.line(At(LEFT, bottom), At(RIGHT, bottom), 1.0);
    Ok(bottom)
}

fn row_offset(row: usize) -> f32 {
    f32::from(u8::try_from(row).unwrap_or(u8::MAX))
}

fn signatures(page: &mut Page, below: f32, date: Date) -> Result<(), SampleError> {
    let text = Style::regular(8.6);
    let y = below + 15.0;
    page.text(At(LEFT, y), Align::Left, text, &format!("Dikeluarkan tanggal : {}", indonesian_date(date)))?;
    page.text(At(LEFT, y + 12.0), Align::Left, text, "Contoh ini terdiri atas satu lembar.")?;

    let family = 400.0;
    page.text(At(family, y), Align::Centre, text, "KEPALA KELUARGA")?;
    page.text(At(family, y + 58.0), Align::Centre, Style::bold(8.6), "BUDI CONTOH")?;
    page.text(At(family, y + 69.0), Align::Centre, Style::regular(7.0).in_colour(GREY), "tanda tangan")?;

    let agency = 686.0;
    page.text(At(agency, y), Align::Centre, text, "KEPALA DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL")?;
    page.text(At(agency, y + 11.0), Align::Centre, text, "KOTA CONTOH")?;
    let small = Style::regular(8.0).in_colour(GREY);
    page.text(At(agency, y + 36.0), Align::Centre, small, "Ditandatangani secara elektronik")?;
    page.text(At(agency, y + 58.0), Align::Centre, Style::bold(8.6), "KEPALA DINAS UJI COBA")?;
    page.text(At(agency, y + 69.0), Align::Centre, Style::regular(7.6), "NIP 00000000 000000 0 000")
}

fn notice(page: &mut Page) -> Result<(), SampleError> {
    let top = 556.0;
    page.fill(At(LEFT, top), RIGHT - LEFT, 18.0, SHADE);
    page.text(
        At(LEFT + 8.0, top + 12.0),
        Align::Left,
        Style::bold(8.0).in_colour(WARNING),
        "UJI COBA: BUKAN DOKUMEN RESMI.",
    )?;
    page.text(
        At(LEFT + 160.0, top + 12.0),
        Align::Left,
        Style::regular(8.0),
        "Semua nama dan data di halaman ini karangan. Nomor yang berawalan 00 bukan NIK atau nomor KK siapa pun: tidak ada provinsi dengan kode 00.",
    )
}
