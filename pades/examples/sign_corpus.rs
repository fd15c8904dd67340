//! Signs every unsigned PDF of the shared corpus and counts what happens, by reason.
//!
//! `cargo run -p pades --example sign_corpus [-- [--list] [--out DIR] [CATEGORY...]]`; the corpus
//! is looked for in `$TEKEN_SHARED`, by default in `../shared`. Categories: `unsigned-ok` and
//! `unsigned-weird` unless others are named. With `--out`, the signed files and the root
//! certificate are left in DIR, for other tools to judge. The key is the one of the tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pades::{
    Appearance, Certification, FieldChoice, Limits, PdfTime, PrepareOptions, SignedAttributes, SignedPdf, UnsignedPdf,
    contents_size,
};

#[path = "../tests/prepare/pki.rs"]
mod pki;

use pki::TestSigner;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let (mut list, mut out, mut categories) = (false, None, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--list" => list = true,
            "--out" => out = arguments.next().map(PathBuf::from),
            _ => categories.push(argument),
        }
    }
    if categories.is_empty() {
        categories = ["unsigned-ok", "unsigned-weird"].map(str::to_owned).to_vec();
    }
    let signer = TestSigner::new();
    if let Some(out) = &out {
        std::fs::create_dir_all(out)?;
        let root = signer.chain.certificates().last().ok_or("an empty chain")?;
        std::fs::write(out.join("root.der"), root.as_der())?;
    }
    let shared = std::env::var_os("TEKEN_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let index = std::fs::read_to_string(shared.join("corpus/INDEX.tsv"))?;
    let mut counts: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for row in index.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let (Some(path), Some(category)) = (columns.get(1), columns.get(8)) else { continue };
        if !categories.iter().any(|wanted| wanted == category) {
            continue;
        }
        let outcome = match sign(&shared.join("corpus/files").join(path), &signer) {
            Ok(signed) => {
                if let Some(out) = &out {
                    std::fs::write(out.join(path.replace('/', "__")), signed.bytes())?;
                }
                "signed".to_owned()
            }
            Err(reason) => reason.to_string(),
        };
        if list {
            println!("{category}\t{path}\t{outcome}");
        }
        let count = counts.entry((category, without_numbers(&outcome))).or_default();
        *count = count.saturating_add(1);
    }
    for ((category, reason), count) in counts {
        println!("{count:5}  {category}: {reason}");
    }
    Ok(())
}

fn sign(path: &Path, signer: &TestSigner) -> Result<SignedPdf<'static>, Failure> {
    let options = PrepareOptions {
        field: FieldChoice::New,
        claimed_signing_time: PdfTime::new(1_767_200_400, 420)?,
        contents_size: contents_size(&signer.chain, &[]),
        name: Some("Kepala Dinas (UJI COBA)".to_owned()),
        reason: None,
        location: Some("Kota Bekasi".to_owned()),
        appearance: Appearance::Invisible,
        certification: Certification::None,
        seal: None,
    };
    let document =
        UnsignedPdf::open(std::fs::read(path)?, &Limits::service()).map_err(|error| format!("open: {error}"))?;
    let prepared = document.prepare(&options).map_err(|error| format!("prepare: {error}"))?;
    let attributes = SignedAttributes::new(prepared.document_digest(), signer.chain.signing_certificate(), &[])?;
    let value = signer.sign(&attributes);
    let cms = attributes.seal(&value, &signer.chain)?;
    Ok(prepared.embed(&cms).map_err(|error| format!("embed: {error}"))?)
}

/// The reason without its offsets, so that the same refusal counts together.
fn without_numbers(reason: &str) -> String {
    let mut out = String::new();
    for c in reason.chars() {
        match c {
            '0'..='9' if out.ends_with('#') => {}
            '0'..='9' => out.push('#'),
            other => out.push(other),
        }
    }
    out
}
