//! Other people's PDFs: each unsigned one of the public corpus is signed and passes every judge, or is refused with a precise reason.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::Value;
use tests::{OFFICE, Outcome, Peer, Program, Suite, TestAgency, shared, workspace};

use crate::judges;

const PEERS: [Peer; 5] = [Peer::Shared, Peer::Qpdf, Peer::Pdfsig, Peer::OpenSsl, Peer::PyHanko];

pub(crate) fn cases(suite: &mut Suite) {
    suite.case_with(&PEERS, "every_unsigned_pdf_of_the_corpus_is_signed_and_judged_or_refused_with_a_reason", corpus);
}

/// Reasons for which a file may be refused before anything is sent. Anything else is a fault of ours.
const REASONS: [&str; 8] = [
    "DYNAMIC_XFA",
    "NOT_A_PDF",
    "PDF_BYTES_BEFORE_HEADER",
    "PDF_DAMAGED",
    "PDF_ENCRYPTED",
    "PDF_LIMIT",
    "PDF_TRUNCATED",
    "PDF_XREF_DAMAGED",
];

fn corpus() -> Outcome {
    let corpus = shared().context("the peer is there")?.join("corpus");
    let inputs = unsigned(&corpus)?;
    let agency = TestAgency::create()?;
    let service = agency.serve()?;
    let config = agency.office_config(OFFICE, &service.address)?;
    let (table, out) = (agency.path("table.tsv"), agency.path("out"));
    fs::create_dir(&out)?;
    let mut text = "file\tnumber\n".to_owned();
    for (index, input) in inputs.iter().enumerate() {
        writeln!(text, "{}\tcorpus-{index}", input.display())?;
    }
    fs::write(&table, text)?;
    let mut command = Program::Office.command();
    command.arg("sign").arg("--config").arg(&config).args(["--type", "surat", "--json", "--numbers-from"]);
    command.arg(&table).arg("--out").arg(&out);
    let finished = tests::finish(command)?;
    ensure!(matches!(finished.code, Some(0 | 1)), "exit {:?}: {}", finished.code, finished.stderr);

    let mut signed = BTreeMap::new();
    let mut refused = BTreeMap::<String, usize>::new();
    for line in finished.stdout.lines() {
        let result: Value = serde_json::from_str(line)?;
        let input = PathBuf::from(result["file"].as_str().context("a file")?);
        match (result["output"].as_str(), result["error"]["code"].as_str()) {
            (Some(output), None) => drop(signed.insert(PathBuf::from(output), input)),
            (None, Some(reason)) if REASONS.contains(&reason) => *refused.entry(reason.to_owned()).or_default() += 1,
            _ => bail!("neither signed nor refused for a known reason: {line}"),
        }
    }
    println!("corpus: {} signed, refused: {refused:?}", signed.len());
    ensure!(signed.len() + refused.values().sum::<usize>() == inputs.len(), "a file without a result");

    let files: Vec<_> = signed.keys().cloned().collect();
    judges::ours(&agency, &files)?;
    let mut faults = Vec::new();
    let mut disagreements = BTreeSet::new();
    for (output, input) in &signed {
        let mut judge = |judged: Outcome| {
            if let Err(fault) = judged {
                faults.push(format!("{}: {fault:#}", input.display()));
            }
        };
        judge(judges::pdfsig(output, 1));
        judge(judges::openssl(&agency, output));
        judge(no_new_fault(input, output));
    }
    for (output, (verdict, detail)) in judges::pyhanko(&agency, &files)? {
        if verdict != "VALID" {
            let input = &signed[&output];
            let case = input.strip_prefix(corpus.join("files"))?.display().to_string();
            if !disagreements.insert(("pyhanko".to_owned(), case)) {
                faults.push(format!("{}: pyhanko: {verdict} {detail}", input.display()));
            }
        }
    }
    ensure!(faults.is_empty(), "{faults:#?}");
    ensure!(disagreements == exceptions()?, "not as tests/data/exceptions.toml says: {disagreements:?}");
    Ok(())
}

/// qpdf finds no fault that it does not find in the unsigned file.
fn no_new_fault(input: &Path, output: &Path) -> Outcome {
    let (before, after) = (judges::qpdf_faults(input)?, judges::qpdf_faults(output)?);
    ensure!(after <= before, "qpdf finds {after} faults, {before} of them before signing");
    Ok(())
}

fn unsigned(corpus: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let index = fs::read_to_string(corpus.join("INDEX.tsv"))?;
    let mut lines = index.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let header = lines.next().context("a header")?;
    let column = |name| header.iter().position(|column| *column == name).context("a column");
    let (path, category) = (column("local_path")?, column("category")?);
    Ok(lines
        .filter(|row| matches!(row.get(category), Some(&("unsigned-ok" | "unsigned-weird"))))
        .filter_map(|row| Some(corpus.join("files").join(row.get(path)?)))
        .collect())
}

/// The part of the file that is this suite's.
#[derive(Deserialize)]
struct Exceptions {
    exception: Vec<Exception>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    peer: String,
    case: String,
    right: String,
    reason: String,
}

fn exceptions() -> anyhow::Result<BTreeSet<(String, String)>> {
    let text = fs::read_to_string(workspace().join("tests/data/exceptions.toml"))?;
    let Exceptions { exception } = toml::from_str(&text)?;
    ensure!(exception.iter().all(|entry| ["ours", "theirs"].contains(&&*entry.right) && entry.reason.len() > 40));
    Ok(exception.into_iter().map(|entry| (entry.peer, entry.case)).collect())
}
