//! `report.schema.json` against the reports of every attack, every honest control and every file of the corpus; and
//! against reports that were spoiled in one place, each of which it must refuse.
//!
//! The corpus stays outside the repository and is found through `TEKEN_SHARED`.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test binary")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};
use verifier::{Language, Policy, Report, TrustAnchors, UnixTime, ValidationData, ValidationTime, Validator, to_json};

#[path = "support/files.rs"]
mod files;
#[path = "support/schema.rs"]
mod schema;
#[path = "support/shared.rs"]
mod shared;

fn june() -> ValidationTime {
    ValidationTime::new(UnixTime::from_rfc3339("2026-06-01").unwrap())
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::test("a_report_without_signatures_follows_the_schema", without_signatures),
        shared::corpus_case("every_report_follows_the_schema", every_report),
        shared::corpus_case("a_report_that_is_spoiled_anywhere_is_refused", spoiled),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("report.schema.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn follows(schema: &Value, name: &str, report: &Report) -> Result<Value, Failed> {
    let line = to_json(name, report, Language::Indonesian);
    let value: Value = serde_json::from_str(&line).unwrap();
    schema::check(schema, &value).map_err(|failure| format!("{name}: {failure}: {line}"))?;
    if line.contains('\n') { Err(format!("{name}: more than a line").into()) } else { Ok(value) }
}

fn without_signatures() -> Result<(), Failed> {
    let schema = schema();
    let validator = Validator::new(TrustAnchors::none(), ValidationData::none(), Policy::default());
    follows(&schema, "a missing \"file\"\n", &Report::not_read(std::io::ErrorKind::NotFound, june()))?;
    follows(&schema, "large", &Report::too_large(2, 1, june()))?;
    let no_pdf = follows(&schema, "text", &validator.verify(b"no PDF", june()))?;
    if no_pdf["verdict"] == "UNREADABLE" { Ok(()) } else { Err(no_pdf.to_string().into()) }
}

fn every_report(corpus: &Path) -> Result<(), Failed> {
    let schema = schema();
    let (validator, time) = files::attack_validator(corpus, Policy::default());
    let (mut count, mut seen) = (0, BTreeSet::new());
    for path in files::pdfs(corpus) {
        let name = path.strip_prefix(corpus).unwrap().display().to_string();
        let report = follows(&schema, &name, &validator.verify(&std::fs::read(&path).unwrap(), time))?;
        count += 1;
        seen.insert(report["verdict"].to_string());
        for signature in report["signatures"].as_array().unwrap() {
            seen.extend(["indication", "subIndication", "format", "coverage"].map(|key| signature[key].to_string()));
        }
    }
    println!("{count} reports follow the schema; words seen: {seen:?}");
    if count > 500 && seen.len() > 15 { Ok(()) } else { Err("too few were found".into()) }
}

/// Takes away every required member and replaces every value by one of another kind.
fn spoiled(corpus: &Path) -> Result<(), Failed> {
    let schema = schema();
    let (validator, time) = files::attack_validator(corpus, Policy::default());
    let path = corpus.join("attacks").join(accepted(corpus));
    let report = follows(&schema, "honest", &validator.verify(&std::fs::read(path).unwrap(), time))?;
    let mut places = Vec::new();
    collect(&report, String::new(), &mut places);
    let (mut removed, mut replaced) = (0, 0);
    for place in &places {
        let (parent, key) = place.rsplit_once('/').unwrap();
        let mut without = report.clone();
        if let Some(object) = without.pointer_mut(parent).and_then(Value::as_object_mut) {
            object.remove(key).unwrap();
            removed += 1;
            if schema::check(&schema, &without).is_ok() {
                return Err(format!("{place} may be missing").into());
            }
        }
        let mut other = report.clone();
        *other.pointer_mut(place).unwrap() = json!(-0.5);
        replaced += 1;
        if schema::check(&schema, &other).is_ok() {
            return Err(format!("{place} may be a number").into());
        }
    }
    println!("{removed} members removed, {replaced} values replaced: all refused");
    let mut more = report.clone();
    more["added"] = json!({});
    more["signatures"][0]["added"] = json!(1);
    schema::check(&schema, &more).map_err(|failure| format!("a field may be added: {failure}"))?;
    let mut word = report;
    word["signatures"][0]["indication"] = json!("VALID");
    if schema::check(&schema, &word).is_ok() {
        return Err("a word that is not the standard's is accepted".into());
    }
    if removed > 30 { Ok(()) } else { Err(format!("{removed} members only").into()) }
}

/// An honest file of the manifest.
fn accepted(corpus: &Path) -> String {
    let manifest = files::manifest(corpus);
    let mut entries = manifest["entries"].as_array().unwrap().iter();
    entries.find(|entry| entry["expect"] == "accept").unwrap()["file"].as_str().unwrap().to_owned()
}

/// JSON Pointers to every member and item.
fn collect(value: &Value, at: String, places: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(key, member)| (key.clone(), member)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        _ => return,
    };
    for (key, member) in members {
        let place = format!("{at}/{key}");
        places.push(place.clone());
        collect(member, place, places);
    }
}
