//! The foreign judges of a signed PDF, each asked the same question: do you take it?

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, ensure};
use pades::{Limits, SignedPdf};
use tests::{Finished, Peer, TestAgency, finish, scratch, workspace};

/// Every judge; a case that uses them all needs all of these.
pub(crate) const JUDGES: [Peer; 4] = [Peer::Qpdf, Peer::Pdfsig, Peer::OpenSsl, Peer::PyHanko];

fn run(program: &str, arguments: &[&Path]) -> anyhow::Result<Finished> {
    let mut command = Command::new(program);
    command.args(arguments);
    finish(command)
}

/// Faults that qpdf finds in a file, without the file's name and positions: comparable between input and output.
pub(crate) fn qpdf_faults(file: &Path) -> anyhow::Result<usize> {
    let finished = run("qpdf", &[Path::new("--check"), file])?;
    let text = format!("{}{}", finished.stdout, finished.stderr);
    let faults = text.lines().filter(|line| line.contains("WARNING:") || line.starts_with("ERROR")).count();
    ensure!(finished.code == Some(0) || faults > 0, "qpdf: {text}");
    Ok(faults)
}

/// `pdfsig` must call each of the file's signatures valid, the last one of the whole document.
pub(crate) fn pdfsig(file: &Path, signatures: usize) -> anyhow::Result<()> {
    let finished = run("pdfsig", &[Path::new("-nocert"), file])?;
    let valid = finished.stdout.matches("Signature Validation: Signature is Valid.").count();
    ensure!(valid == signatures, "pdfsig calls {valid} of {signatures} valid: {}{}", finished.stdout, finished.stderr);
    ensure!(finished.stdout.contains("Total document signed"), "pdfsig: not the whole document: {}", finished.stdout);
    Ok(())
}

/// `openssl cms -verify -cades` of the file's last signature, with the path to the root. `-purpose any`: openssl knows no purpose for the
/// document-signing extended key usage (RFC 9336).
pub(crate) fn openssl(agency: &TestAgency, file: &Path) -> anyhow::Result<()> {
    let octets = fs::read(file)?;
    let pdf = SignedPdf::open(&octets, &Limits::default())?;
    let signature = pdf.signatures().last().context("a signature")?;
    let folder = scratch();
    let (cms, content) = (folder.path().join("cms"), folder.path().join("content"));
    fs::write(&cms, signature.cms_der())?;
    fs::write(&content, signature.byte_range().map_err(Clone::clone)?.covered(&octets).concat())?;
    let mut command = Command::new("openssl");
    command.args([
        "cms",
        "-verify",
        "-cades",
        "-purpose",
        "any",
        "-binary",
        "-inform",
        "DER",
        "-out",
        "/dev/null",
        "-in",
    ]);
    command.arg(&cms).arg("-content").arg(&content).arg("-CAfile").arg(agency.layout().root_anchor());
    let finished = finish(command)?;
    ensure!(finished.code == Some(0), "openssl: {}", finished.stderr);
    Ok(())
}

/// What pyHanko says about each file, in one process: it takes a second to start.
pub(crate) fn pyhanko(agency: &TestAgency, files: &[PathBuf]) -> anyhow::Result<BTreeMap<PathBuf, (String, String)>> {
    let folder = scratch();
    let list = folder.path().join("list");
    let mut text = Vec::new();
    for file in files {
        writeln!(text, "{}", file.display())?;
    }
    fs::write(&list, text)?;
    let mut command = Command::new(Peer::python());
    command.arg(workspace().join("tests/interop/pyhanko_judge.py")).arg(agency.layout().root_anchor());
    let output = command.stdin(fs::File::open(&list)?).stderr(Stdio::piped()).output()?;
    let verdicts: BTreeMap<_, _> = String::from_utf8(output.stdout)?
        .lines()
        .filter_map(|line| {
            let mut fields = line.splitn(3, '\t');
            let (verdict, path, detail) = (fields.next()?, fields.next()?, fields.next()?);
            Some((PathBuf::from(path), (verdict.to_owned(), detail.to_owned())))
        })
        .collect();
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(verdicts.len() == files.len(), "pyhanko judged {} of {} files: {stderr}", verdicts.len(), files.len());
    Ok(verdicts)
}

/// Our own verifier, as a process, must pass every file with the agency's anchor and lists.
pub(crate) fn ours(agency: &TestAgency, files: &[PathBuf]) -> anyhow::Result<()> {
    let arguments = std::iter::once("--json".into()).chain(files.iter().map(|file| file.as_os_str().to_owned()));
    let finished = agency.verify(arguments)?;
    let failed: Vec<_> = finished.stdout.lines().filter(|line| !line.contains(r#""verdict":"TOTAL-PASSED""#)).collect();
    ensure!(finished.code == Some(0) && failed.is_empty(), "exit {:?}: {failed:#?}{}", finished.code, finished.stderr);
    ensure!(finished.stdout.lines().count() == files.len(), "a file without a verdict");
    Ok(())
}
