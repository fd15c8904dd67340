//! Opens and prepares every unsigned PDF of the shared corpus and counts what happens, by reason.
//!
//! `cargo run -p pades --example prepare_corpus [-- --list] [CATEGORY...]`; the corpus is looked
//! for in `$TEKEN_SHARED`, by default in `../shared`. A reason is the first line of the error
//! without its numbers, so that the same refusal counts together whatever the offset.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pades::{Appearance, ContentsSize, FieldChoice, Limits, PdfTime, PrepareOptions, UnsignedPdf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (flags, mut categories): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a == "--list");
    if categories.is_empty() {
        categories = vec!["unsigned-ok".to_owned(), "unsigned-weird".to_owned()];
    }
    let shared = std::env::var_os("TEKEN_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let index = std::fs::read_to_string(shared.join("corpus/INDEX.tsv"))?;
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in index.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let (Some(path), Some(category)) = (columns.get(1), columns.get(8)) else { continue };
        if !categories.iter().any(|wanted| wanted == category) {
            continue;
        }
        let outcome = match prepare(std::fs::read(shared.join("corpus/files").join(path))?) {
            Ok(_) => "prepared".to_owned(),
            Err(reason) => reason,
        };
        if !flags.is_empty() {
            println!("{category}\t{path}\t{outcome}");
        }
        let reason = outcome.split(|c: char| c.is_ascii_digit()).collect::<Vec<_>>().join("#").replace("##", "#");
        let count = counts.entry(((*category).to_owned(), reason)).or_default();
        *count = count.saturating_add(1);
    }
    for ((category, reason), count) in counts {
        println!("{count:5}  {category}: {reason}");
    }
    Ok(())
}

fn prepare(bytes: Vec<u8>) -> Result<pades::PreparedPdf, String> {
    let options = PrepareOptions {
        field: FieldChoice::New,
        claimed_signing_time: PdfTime::new(1_767_200_400, 420).map_err(|error| error.to_string())?,
        contents_size: ContentsSize::new(16 * 1024),
        name: Some("Kepala Dinas (UJI COBA)".to_owned()),
        reason: None,
        location: Some("Kota Bekasi".to_owned()),
        appearance: Appearance::Invisible,
    };
    let document = UnsignedPdf::open(bytes, &Limits::service()).map_err(|error| format!("open: {error}"))?;
    document.prepare(&options).map_err(|error| format!("prepare: {error}"))
}
