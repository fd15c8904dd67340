//! Makes what the fuzz targets start from: `cargo run --example make_seeds` in this folder.
//!
//! An agency that exists for this run alone (UJI COBA) signs small documents and revokes its own signer; its keys are
//! gone when the run ends. What stays, here and in `pades/fuzz/seeds`, is public: certificates, lists, signed files.
//!
//! `fixture/` is what the targets are compiled with: `plain.pdf`, a page with a form, signed by an incremental update
//! as the service does it; `certified.pdf`, the same page certified with P 3 (forms may be filled and notes added);
//! the anchor; the lists of both authorities; `issued`, everything that they signed; `moment`, at which all is valid.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};
use keys::agency::{Agency, AgencyOptions, Authority, RevocationReason};
use keys::{Dtbsr, Passphrase, SoftKey, chain_from_pem};
use pades::{
    Appearance, CertificateChain, Certification, ContentsSize, DocumentDigest, FieldChoice, Limits, PdfTime,
    PrepareOptions, SignedAttributes, SignedPdf, UnsignedPdf,
};
use sha2::{Digest, Sha256};

/// Room for one signature, which takes 1,560 octets more or less, and for a certificate or attributes added to it.
const CONTENTS: usize = 2_600;

struct Signatory {
    key: SoftKey,
    chain: CertificateChain,
    now: u64,
}

fn main() -> anyhow::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scratch = tempfile::tempdir()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let passphrase = Passphrase::new("UJI COBA, hanya untuk benih fuzz")?;
    let options =
        AgencyOptions::new("Dinas Uji (UJI COBA)", "Kepala Dinas Uji (UJI COBA)", "Kepala Dinas Uji", now, &passphrase);
    let mut agency = Agency::create(&scratch.path().join("agency"), &options)?;
    let layout = agency.layout().clone();
    let chain = chain_from_pem(&fs::read(layout.signing_chain())?)?;
    let [root] =
        <[Vec<u8>; 1]>::try_from(chain_from_pem(&fs::read(layout.root_anchor())?)?).ok().context("one anchor")?;
    let signatory = Signatory {
        key: SoftKey::load(&layout.signing_key(), &passphrase)?,
        chain: CertificateChain::from_der(chain.clone())?,
        now,
    };
    let lists = [fs::read(layout.crl(Authority::Root))?, fs::read(layout.crl(Authority::Issuing))?];
    let (_, signer) =
        agency.issued().find(|(authority, _)| *authority == Authority::Issuing).context("nothing issued")?;
    let serial = signer.serial.clone();
    agency.revoke(&serial, RevocationReason::Superseded, now + 1, &passphrase)?;
    let revoked = fs::read(layout.crl(Authority::Issuing))?;
    ensure!(revoked != lists[1], "the list did not change");

    let plain = signatory.sign_as_the_service(base())?;
    let certified = signatory.certify()?;
    let fixture = |name: &str| here.join("fixture").join(name);
    write(fixture("plain.pdf"), &plain)?;
    write(fixture("certified.pdf"), &certified)?;
    write(fixture("root.der"), &root)?;
    write(fixture("root.crl"), &lists[0])?;
    write(fixture("issuing.crl"), &lists[1])?;
    write(fixture("issuing-revoked.crl"), &revoked)?;
    write(fixture("issued"), &chain.concat())?;
    write(fixture("moment"), format!("{}", now + 60).as_bytes())?;

    for (name, file) in [("plain", &plain), ("certified", &certified)] {
        let pdf = SignedPdf::open(&file[..], &Limits::default())?;
        let [signature] = pdf.signatures() else { anyhow::bail!("not one signature in {name}") };
        write(here.join("seeds/cms").join(name), signature.cms_der())?;
        for target in ["open", "revisions"] {
            write(here.join("../../pades/fuzz/seeds").join(target).join(name), file)?;
        }
    }
    let cms = seed_of(&here.join("seeds/cms/plain"))?;
    write(here.join("seeds/cms/indefinite"), &indefinite(&cms)?)?;

    let path = |name: &str, options: u8, parts: &[&[u8]]| {
        write(here.join("seeds/path").join(name), &[&[options], parts.concat().as_slice()].concat())
    };
    let all = [&chain[..], &lists[..]].concat();
    let all: Vec<&[u8]> = all.iter().map(Vec::as_slice).collect();
    path("whole", 0, &all)?;
    path("always", 1, &all)?;
    path("explicit_policy", 2, &all)?;
    path("without_lists", 0, &all[..chain.len()])?;
    path("revoked", 1, &[&all[..all.len() - 1], &[revoked.as_slice()]].concat())?;
    path("authority_as_leaf", 0, &all[1..])?;

    for (choice, name, file) in [(0, "plain", &plain), (1, "certified", &certified)] {
        let later = |what: &str, appended: &[u8]| {
            write(here.join("seeds/later_revisions").join(format!("{name}_{what}")), &[&[choice], appended].concat())
        };
        later("nothing", b"")?;
        later("padding", b" \n\0\0\r\n")?;
        for (what, objects) in updates() {
            let file = appended(file, &objects)?;
            later(what, &file.1)?;
            for target in ["open", "revisions"] {
                if choice == 0 {
                    write(here.join("../../pades/fuzz/seeds").join(target).join(what), &file.0)?;
                }
            }
        }
        let twice = signatory.sign_as_the_service(file.clone());
        if let Ok(twice) = twice {
            later("signed_again", &twice[file.len()..])?;
        }
        // Instructions for `update`: see there.
        for instructions in 0..8_u8 {
            let octets: Vec<u8> =
                (0..24).map(|at: u8| at.wrapping_mul(37 + instructions * 14) ^ instructions).collect();
            write(
                here.join("seeds/update").join(format!("{name}_{instructions}")),
                &[&[choice], octets.as_slice()].concat(),
            )?;
        }
    }
    Ok(())
}

impl Signatory {
    fn sign_as_the_service(&self, document: Vec<u8>) -> anyhow::Result<Vec<u8>> {
        let options = PrepareOptions {
            field: FieldChoice::New,
            claimed_signing_time: PdfTime::new(self.now, 7 * 60)?,
            contents_size: ContentsSize::new(CONTENTS),
            name: None,
            reason: None,
            location: None,
            appearance: Appearance::Invisible,
            certification: Certification::None,
            seal: None,
        };
        let prepared = UnsignedPdf::open(document, &Limits::service())?.prepare(&options)?;
        let attributes = SignedAttributes::new(prepared.document_digest(), self.chain.signing_certificate(), &[])?;
        let value = self.key.sign_with(&Dtbsr::hash(attributes.to_der()), &mut getrandom::SysRng)?;
        Ok(prepared.embed(&attributes.seal(value.as_der(), &self.chain)?)?.into_bytes())
    }

    /// A certification, which the service does not make: one revision, DocMDP with P 3.
    fn certify(&self) -> anyhow::Result<Vec<u8>> {
        let mut objects = page("/Perms<</DocMDP 9 0 R>>", " 8 0 R");
        objects.push((
            8,
            "<</FT/Sig/T(Sertifikasi)/V 9 0 R/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R/F 132>>".into(),
        ));
        let digits = "0".repeat(2 * CONTENTS);
        objects.push((
            9,
            format!(
                "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(D:20260101000000Z)\
                 /Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P 3/V/1.2>>>>]\
                 /ByteRange[0 0000000001 0000000002 0000000003]/Contents<{digits}>>>"
            ),
        ));
        let mut file = b"%PDF-1.7\n".to_vec();
        append(&mut file, &objects, "/Root 1 0 R", None);
        let start = position(&file, b"/Contents<0")? + "/Contents".len();
        let end = start + digits.len() + 2;
        for (placeholder, number) in [("0000000001", start), ("0000000002", end), ("0000000003", file.len() - end)] {
            let at = position(&file, format!(" {placeholder}").as_bytes())? + 1;
            file[at..at + 10].copy_from_slice(format!("{number:<10}").as_bytes());
        }
        let digest = Sha256::new().chain_update(&file[..start]).chain_update(&file[end..]).finalize();
        let digest = DocumentDigest::from_sha256(digest.into());
        let attributes = SignedAttributes::new(&digest, self.chain.signing_certificate(), &[])?;
        let value = self.key.sign_with(&Dtbsr::hash(attributes.to_der()), &mut getrandom::SysRng)?;
        let cms = attributes.seal(value.as_der(), &self.chain)?;
        let digits: String = cms.to_der().iter().map(|octet| format!("{octet:02x}")).collect();
        file[start + 1..=start + digits.len()].copy_from_slice(digits.as_bytes());
        Ok(file)
    }
}

/// The page's objects: text, a font, a text field with its widget.
fn page(catalog: &str, more_fields: &str) -> Vec<(usize, String)> {
    let form = format!("<</Fields[7 0 R{more_fields}]/SigFlags 3/DR<</Font<</Helv 5 0 R>>>>/DA(/Helv 9 Tf 0 g)>>");
    vec![
        (1, format!("<</Type/Catalog/Pages 2 0 R/AcroForm {form}{catalog}>>")),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>".into()),
        (
            3,
            format!(
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Annots[7 0 R{more_fields}]\
                 /Resources<</Font<</Helv 5 0 R>>>>>>"
            ),
        ),
        (4, stream("", "BT /Helv 9 Tf 10 80 Td (Rp 100) Tj ET")),
        (5, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".into()),
        (6, stream("/Type/XObject/Subtype/Form/BBox[0 0 80 12]", "/Tx BMC EMC")),
        (
            7,
            "<</FT/Tx/T(Nama)/Type/Annot/Subtype/Widget/Rect[10 10 90 22]/P 3 0 R/F 4/DA(/Helv 9 Tf 0 g)/AP<</N 6 0 R>>>>"
                .into(),
        ),
    ]
}

fn base() -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    append(&mut file, &page("", ""), "/Root 1 0 R", None);
    file
}

/// What might be appended, honest or not.
fn updates() -> Vec<(&'static str, Vec<(usize, String)>)> {
    let filled = "/Tx BMC q BT /Helv 9 Tf 0 g 2 3 Td (Siti) Tj ET Q EMC";
    let resources = "/Type/XObject/Subtype/Form/BBox[0 0 80 12]/Resources<</Font<</Helv 5 0 R>>>>";
    let widget = "<</FT/Tx/T(Nama)/V(Siti)/Type/Annot/Subtype/Widget/Rect[10 10 90 22]/P 3 0 R/F 4/DA(/Helv 9 Tf 0 g)\
                  /AP<</N 6 0 R>>>>";
    let annotated = |more: &str| {
        format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Annots[7 0 R{more}]\
             /Resources<</Font<</Helv 5 0 R>>>>>>"
        )
    };
    vec![
        ("filled", vec![(6, stream(resources, filled)), (7, widget.into())]),
        ("content_changed", vec![(4, stream("", "BT /Helv 9 Tf 10 80 Td (Rp 900) Tj ET"))]),
        (
            "note",
            vec![
                (3, annotated(" 8 0 R 20 0 R")),
                (20, "<</Type/Annot/Subtype/Text/Rect[1 1 9 9]/Contents(?)>>".into()),
            ],
        ),
        ("info", vec![(21, "<</Title(Lain)>>".into())]),
        ("font_changed", vec![(5, "<</Type/Font/Subtype/Type1/BaseFont/Symbol>>".into())]),
        ("catalog_changed", vec![(1, "<</Type/Catalog/Pages 2 0 R>>".into())]),
    ]
}

fn stream(dictionary: &str, data: &str) -> String {
    format!("<<{dictionary}/Length {}>>\nstream\n{data}\nendstream", data.len())
}

/// The file with one more revision, and that revision alone.
fn appended(file: &[u8], objects: &[(usize, String)]) -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
    let at = file.windows(9).rposition(|window| window == b"startxref").context("no startxref")?;
    let digits = String::from_utf8_lossy(&file[at + 9..]).into_owned();
    let previous = digits.split_ascii_whitespace().next().context("no offset")?.parse()?;
    let mut longer = file.to_vec();
    append(&mut longer, objects, "/Root 1 0 R", Some(previous));
    let update = longer[file.len()..].to_vec();
    Ok((longer, update))
}

fn append(file: &mut Vec<u8>, objects: &[(usize, String)], trailer: &str, previous: Option<usize>) {
    let mut sections = String::from("xref\n");
    if previous.is_none() {
        sections.push_str("0 1\n0000000000 65535 f \n");
    }
    for (number, body) in objects {
        sections.push_str(&format!("{number} 1\n{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
    }
    let size = if previous.is_none() { objects.len() + 1 } else { 30 };
    let start = file.len();
    let previous = previous.map_or_else(String::new, |offset| format!("/Prev {offset}"));
    let end = format!("trailer\n<</Size {size}{trailer}{previous}>>\nstartxref\n{start}\n%%EOF\n");
    file.extend_from_slice(sections.as_bytes());
    file.extend_from_slice(end.as_bytes());
}

/// The same CMS with its outer two lengths left open (BER, X.690, 8.1.3.6).
fn indefinite(cms: &[u8]) -> anyhow::Result<Vec<u8>> {
    ensure!(cms.get(..2) == Some(&[0x30, 0x82]) && cms.get(15..17) == Some(&[0xa0, 0x82]), "other headers");
    Ok([&[0x30, 0x80], &cms[4..15], &[0xa0, 0x80], &cms[19..], &[0, 0, 0, 0]].concat())
}

fn position(file: &[u8], needle: &[u8]) -> anyhow::Result<usize> {
    file.windows(needle.len())
        .position(|window| window == needle)
        .with_context(|| format!("no {:?}", String::from_utf8_lossy(needle)))
}

fn seed_of(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| path.display().to_string())
}

fn write(path: PathBuf, octets: &[u8]) -> anyhow::Result<()> {
    fs::create_dir_all(path.parent().context("no folder")?)?;
    fs::write(&path, octets).with_context(|| path.display().to_string())
}
