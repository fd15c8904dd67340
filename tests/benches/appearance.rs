//! What drawing and sealing add to signing one 64 KB PDF in process, on one core, with the shipped template of a surat.
//!
//! Run: `cargo bench -p tests --bench appearance`

#[path = "document_signer.rs"]
mod document_signer;
#[path = "measure.rs"]
#[expect(dead_code, reason = "milliseconds are printed, not rates")]
mod measure;

use std::{fs, hint::black_box, path::Path, sync::Arc};

use document_signer::DocumentSigner;
use evidence::{
    CommitmentKey, OfficeId, SealPrefix, StatusIndex,
    seal::{
        Days, Head, IdentityNumber, KeyHint, SealPayload, Tags, UnsignedSeal, nonce,
        printed::{PrintedFields, SuratFields},
    },
};
use keys::{Passphrase, SealKey};
use measure::{Work, per_second};
use office::appearance::{Artwork, Drawing, Shown, Sight, Template};
use pades::{
    PdfTime, PrepareOptions, UnsignedPdf,
    appearance::{QrLevel, QrSymbol},
};
use tests::{PASSPHRASE, TestAgency, letter_of, now};

/// What drawing and sealing may add, in milliseconds.
const LIMIT: f64 = 1.2;

fn main() -> anyhow::Result<()> {
    let agency = TestAgency::create()?;
    let signer = DocumentSigner::load(&agency)?;
    let document = letter_of(64 * 1024)?;
    let pdf = Arc::new(document.clone());
    let seals = Seals::load(&agency)?;
    let text = seals.make();
    let template = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../office/templates/surat.toml"))?;
    fs::write(agency.path("tanda-tangan.png"), demo::handwriting::png()?)?;
    let looking = artwork(&agency, &template)?;
    let blind = artwork(&agency, &format!("on_overlap = \"allow\"\n{template}"))?;
    println!(
        "document of {} octets, seal of {} characters, picture of {} octets; medians of nine rounds, all in turn\n",
        document.len(),
        text.len(),
        fs::metadata(agency.path("tanda-tangan.png"))?.len()
    );

    let draw = |artwork: &Artwork, unsigned: &UnsignedPdf| -> Drawing {
        let shown = Shown {
            signer_name: "Dr. NAMA CONTOH, M.Si.",
            signer_title: "Kepala Dinas",
            number: "470/0001/UJI/2026",
            time: PdfTime::new(now(), 7 * 60).expect("now"),
            seal: Some(&text),
        };
        artwork.draw(unsigned, &pdf, &shown, &Sight::in_process()).expect("it fits")
    };
    let visible = |artwork: &Artwork| {
        signer.sign_with(document.clone(), |unsigned, options| {
            let drawing = draw(artwork, unsigned);
            PrepareOptions {
                field: drawing.field,
                appearance: drawing.appearance,
                certification: drawing.certification,
                seal: Some(text.clone()),
                ..options
            }
        })
    };
    let grown = visible(&blind).len() - signer.sign(document.clone()).len();
    // A document that is open has a budget for looks into it: each time another one.
    let open = || UnsignedPdf::open(black_box(document.clone()), &pades::Limits::default()).expect("it opens");
    let mut works = [
        Work::new("sign, invisible", || {
            black_box(signer.sign(black_box(document.clone())));
        }),
        Work::new("sign, drawn and sealed", || {
            black_box(visible(&blind));
        }),
        Work::new("  of it: opening the document", || {
            black_box(open());
        }),
        Work::new("  of it: opening, and the template on the page", || {
            black_box(draw(&blind, &open()));
        }),
        Work::new("  of that: the QR code", || {
            black_box(QrSymbol::encode(black_box(&text), QrLevel::M, 13).expect("it fits"));
        }),
        Work::new("the service's part: claims, COSE, signature, digits", || {
            black_box(seals.make());
        }),
        Work::new("sign, drawn and sealed, the place looked at", || {
            black_box(visible(&looking));
        }),
    ];
    let times: Vec<f64> = per_second(&mut works).into_iter().map(|rate| 1e3 / rate).collect();
    for (work, time) in works.iter().zip(&times) {
        println!("{:<58} {time:>8.3} ms", work.name);
    }
    let [invisible, drawn, _, _, _, sealing, looked] = times[..] else { unreachable!("seven works") };
    println!(
        "\ndrawing and embedding the seal adds                        {:>8.3} ms   limit {LIMIT}",
        drawn - invisible
    );
    println!(
        "with the service's part                                    {:>8.3} ms   limit {LIMIT}",
        drawn - invisible + sealing
    );
    println!(
        "looking whether the place is blank (the renderer) adds     {:>8.3} ms   no part of the limit",
        looked - drawn
    );
    println!("the file grows by                                          {grown:>8} octets   limit 40,000");
    Ok(())
}

fn artwork(agency: &TestAgency, template: &str) -> anyhow::Result<Artwork> {
    Ok(Artwork::new(Template::parse(template, agency.dir())?)?)
}

/// Makes seals as the service does.
struct Seals {
    key: SealKey,
    prefix: SealPrefix,
    office: OfficeId,
    commitment: CommitmentKey,
    printed: PrintedFields,
}

impl Seals {
    fn load(agency: &TestAgency) -> anyhow::Result<Self> {
        Ok(Self {
            key: SealKey::open(&agency.layout().seal_key(), &Passphrase::new(PASSPHRASE)?)?,
            prefix: SealPrefix::parse("https://tte.example.go.id/v#")?,
            office: OfficeId::parse("kec-uji-timur")?,
            commitment: CommitmentKey::from_bytes([7; 32]),
            printed: PrintedFields::Surat(SuratFields {
                number: "470/1234/DISDUKCAPIL.PIAK/XI/2026".to_owned(),
                letter_code: 14,
                name: "BUDI SANTOSO".to_owned(),
                nik: Some(IdentityNumber::parse("3275051708800012")?),
                valid_until: Some(Days::from_date(2027, 5, 24)?),
                tags: Tags::Sealed,
            }),
        })
    }

    fn make(&self) -> String {
        let nonce = nonce(&self.commitment, &self.office, "2c1d6c1e-3c0a-4b0b-9d0e-9a4c4a3b2a19", &self.printed);
        let head = Head {
            nonce,
            issue_date: Days::from_date(2026, 11, 24).expect("a day"),
            status: StatusIndex::new(7, 999_999).expect("an index"),
            office: 5,
        };
        let payload = SealPayload { head, claims: self.printed.mask(&nonce).expect("claims") };
        let unsigned =
            UnsignedSeal::new(&payload, KeyHint::of_spki(self.key.spki_der()), &self.prefix).expect("a payload");
        let signature = self.key.sign(&unsigned.to_be_signed()).expect("the key signs");
        unsigned.sign_with(signature).expect("a seal").to_text()
    }
}
