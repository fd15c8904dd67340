//! pyHanko, pdfsig and openssl on every signed file of the corpus: where one of them says something else of a signature's integrity
//! than we do, that is listed with who is right (`data/exceptions.toml`), or belongs to a class that is out of scope.
//!
//! They agree with us when both say PASSED or neither does: what somebody refuses to look at, he does not call intact.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, ensure};
use pades::{EmbeddedSignature, Limits, SignedPdf, SubFilter};
use serde_json::Value;
use tests::{Outcome, Peer, Suite, finish, scratch, workspace};

use crate::{
    corpus::{Row, index, report_on},
    exceptions::Exceptions,
    report,
};

const PEERS: [Peer; 4] = [Peer::Shared, Peer::PyHanko, Peer::Pdfsig, Peer::OpenSsl];

pub(crate) fn cases(suite: &mut Suite) {
    suite.case_with(&PEERS, "every_disagreement_with_another_verifier_is_listed_with_who_is_right", compare);
}

/// What a peer says of a signature that it does not list.
const UNSEEN: &str = "does not see it";

/// What a peer says of one signature: PASSED, or why not.
type Answers = BTreeMap<String, String>;

fn compare() -> Outcome {
    let rows: Vec<Row> = index()?.into_iter().filter(Row::is_signed).collect();
    let exceptions = Exceptions::load()?;
    let hanko = pyhanko(&rows)?;
    let (mut found, mut classes, mut told) = (BTreeSet::new(), BTreeMap::<&str, usize>::new(), Vec::new());
    let mut compared = 0;
    for row in &rows {
        let ours = report_on(row)?;
        let octets = fs::read(&row.file)?;
        let answers = [
            ("pyhanko", hanko.get(&row.file.display().to_string()).cloned().unwrap_or_default()),
            ("pdfsig", pdfsig(&row.file)?),
            ("openssl", openssl(&octets)?),
        ];
        for (peer, answers) in answers {
            for disagreement in disagreements(peer, &ours, &answers, &mut compared) {
                match class_of(peer, &ours, &disagreement, &octets) {
                    Some(class) => *classes.entry(class).or_default() += 1,
                    None => {
                        told.push(format!("{}: {peer}: {disagreement:?}", row.path));
                        found.insert((row.path.clone(), peer.to_owned()));
                    }
                }
            }
        }
    }
    println!(
        "peers: {compared} answers on {} files compared; {} files disagreed on, of which this is said:",
        rows.len(),
        exceptions.count()
    );
    told.iter().for_each(|line| println!("  {line}"));
    println!("  out of scope: {classes:?}");
    ensure!(compared > 400, "{compared}");
    exceptions.are(&found, &classes.into_keys().collect())
}

/// Where one of us says PASSED and the other does not.
#[derive(Debug)]
struct Disagreement {
    field: String,
    ours: String,
    theirs: String,
}

fn disagreements(peer: &str, ours: &Value, theirs: &Answers, compared: &mut usize) -> Vec<Disagreement> {
    let mut all: BTreeMap<String, (String, Option<String>)> = BTreeMap::new();
    let nothing = || ours["verdict"].as_str().unwrap_or_default().to_owned();
    for signature in report::signatures(ours) {
        let field = signature["field"].as_str().unwrap_or_default().to_owned();
        all.insert(field, (signature["integrity"].as_str().unwrap_or_default().to_owned(), None));
    }
    for (field, answer) in theirs {
        all.entry(field.clone()).or_insert_with(|| (nothing(), None)).1 = Some(answer.clone());
    }
    let mut found = Vec::new();
    for (field, (ours, theirs)) in all {
        // openssl sees only what our reader hands it; of what it was not handed it says nothing.
        if theirs.is_none() && peer == "openssl" {
            continue;
        }
        *compared += 1;
        let theirs = theirs.unwrap_or_else(|| UNSEEN.to_owned());
        if (ours == "PASSED") != (theirs == "PASSED") {
            found.push(Disagreement { field, ours, theirs });
        }
    }
    found
}

/// The class that explains a disagreement as out of scope, if one does.
fn class_of(peer: &str, ours: &Value, disagreement: &Disagreement, octets: &[u8]) -> Option<&'static str> {
    let signature = report::signatures(ours).iter().find(|one| one["field"] == *disagreement.field);
    let has = |code: &str| {
        let findings = signature.and_then(|one| one["findings"].as_array()).map(Vec::as_slice).unwrap_or_default();
        findings.iter().any(|finding| finding["code"] == code)
    };
    let theirs = disagreement.theirs.as_str();
    if ours["verdict"] == "UNREADABLE" && report::findings(ours).iter().any(|(code, ..)| *code == "ENCRYPTED") {
        return Some("encrypted");
    }
    if disagreement.ours == "NOT-CHECKED" && (has("ALGORITHM_UNKNOWN") || has("ALGORITHM_UNSUPPORTED")) {
        return Some("algorithm-out-of-scope");
    }
    match peer {
        "pdfsig" if theirs == "Signature has not yet been verified." => Some("pdfsig-does-not-look"),
        "pdfsig" | "openssl" if is_edwards(octets, &disagreement.field) => Some("no-edwards-curves"),
        "pyhanko" if theirs.contains("/ETSI.RFC3161 is not a recognized SubFilter") => Some("pyhanko-time-stamp-type"),
        "pyhanko" if theirs.starts_with("KeyError: Reference(") => Some("pyhanko-dangling-reference"),
        "pyhanko" if theirs == UNSEEN && has("SUBFILTER_REFUSED") => Some("pyhanko-without-pkcs7-sha1"),
        _ => None,
    }
}

/// The signature of this field is made with Ed25519 or Ed448 (RFC 8419).
fn is_edwards(octets: &[u8], field: &str) -> bool {
    let Ok(pdf) = SignedPdf::open(octets, &Limits::default()) else { return false };
    pdf.signatures().iter().any(|signature| {
        let ed = |last| signature.cms_der().windows(5).any(|window| window == [6, 3, 0x2b, 0x65, last]);
        signature.field_name() == field && (ed(112) || ed(113))
    })
}

fn pyhanko(rows: &[Row]) -> anyhow::Result<BTreeMap<String, Answers>> {
    let folder = scratch();
    let list = folder.path().join("list");
    let mut text = Vec::new();
    for row in rows {
        writeln!(text, "{}", row.file.display())?;
    }
    fs::write(&list, text)?;
    let mut command = Command::new(Peer::python());
    command.arg(workspace().join("tests/conformance/pyhanko_integrity.py"));
    let output = command.stdin(fs::File::open(&list)?).stderr(Stdio::piped()).output()?;
    let mut all = BTreeMap::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        let value: Value = serde_json::from_str(line)?;
        let file = value["file"].as_str().context("a file")?.to_owned();
        let mut answers: Answers = serde_json::from_value(value["answers"].clone())?;
        // What was raised for the file as a whole says nothing of any signature in it.
        answers.remove("");
        all.insert(file, answers);
    }
    ensure!(all.len() == rows.len(), "pyhanko: {}", String::from_utf8_lossy(&output.stderr));
    Ok(all)
}

fn pdfsig(file: &Path) -> anyhow::Result<Answers> {
    let mut command = Command::new("pdfsig");
    command.arg("-nocert").arg(file);
    let finished = finish(command)?;
    let (mut answers, mut field) = (Answers::new(), String::new());
    for line in finished.stdout.lines() {
        if let Some(name) = line.strip_prefix("  - Signature Field Name: ") {
            name.clone_into(&mut field);
        } else if let Some(answer) = line.strip_prefix("  - Signature Validation: ") {
            let answer = if answer == "Signature is Valid." { "PASSED" } else { answer };
            // Two fields of one name: the worse answer counts.
            answers
                .entry(std::mem::take(&mut field))
                .and_modify(|known| {
                    if known == "PASSED" {
                        answer.clone_into(known);
                    }
                })
                .or_insert_with(|| answer.to_owned());
        }
    }
    Ok(answers)
}

/// `openssl cms -verify -noverify` on each CMS over the octets of its ByteRange. Of a file that our reader refuses, and of a
/// signature without a gap, it cannot be asked.
fn openssl(octets: &[u8]) -> anyhow::Result<Answers> {
    let mut answers = Answers::new();
    let Ok(pdf) = SignedPdf::open(octets, &Limits::default()) else { return Ok(answers) };
    let folder = scratch();
    for signature in pdf.signatures() {
        if let (Ok(range), Ok(_)) = (signature.byte_range(), signature.well_formed()) {
            let content = range.covered(octets).concat();
            if let Some(answer) = openssl_one(folder.path(), signature, &content)? {
                answers.insert(signature.field_name().to_owned(), answer);
            }
        }
    }
    Ok(answers)
}

fn openssl_one(folder: &Path, signature: &EmbeddedSignature, content: &[u8]) -> anyhow::Result<Option<String>> {
    // In these two the CMS signs its own content, and that content names the document's digest, which openssl does not compare.
    if matches!(signature.sub_filter(), SubFilter::EtsiRfc3161 | SubFilter::AdbePkcs7Sha1) {
        return Ok(None);
    }
    let (cms, document) = (folder.join("cms"), folder.join("document"));
    fs::write(&cms, signature.cms_der())?;
    fs::write(&document, content)?;
    let mut command = Command::new("openssl");
    command.args(["cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-out", "/dev/null", "-in"]);
    command.arg(&cms).arg("-content").arg(&document);
    let finished = finish(command)?;
    let why = || {
        let line = finished.stderr.lines().find(|line| line.contains(":error:")).unwrap_or("no reason given");
        line.rsplit(':').nth(3).unwrap_or(line).to_owned()
    };
    Ok(Some(if finished.code == Some(0) { "PASSED".to_owned() } else { why() }))
}
