//! A report as the verifier's command prints it, and what the cases ask of one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use serde_json::Value;
use tests::Finished;

/// The report of the first file in what `teken-verify --json` printed.
pub(crate) fn first(finished: &Finished) -> anyhow::Result<Value> {
    let line = finished.stdout.lines().next().with_context(|| format!("no report: {}", finished.stderr))?;
    Ok(serde_json::from_str(line)?)
}

/// The signatures of a report.
pub(crate) fn signatures(report: &Value) -> &[Value] {
    report["signatures"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Code, severity and sentence of every finding, of the signatures and of the file.
pub(crate) fn findings(report: &Value) -> Vec<(&str, &str, &str)> {
    signatures(report)
        .iter()
        .chain([report])
        .filter_map(|part| part["findings"].as_array())
        .flatten()
        .filter_map(|finding| {
            Some((finding["code"].as_str()?, finding["severity"].as_str()?, finding["text"].as_str()?))
        })
        .collect()
}

/// All PDFs below a folder, in a stable order.
pub(crate) fn files_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            files.append(&mut files_below(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "pdf") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
