//! Signatures in every algorithm that the verifier knows, and in some that it refuses, made by pyHanko.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};
use demo::samples::{SampleNumber, surat_keterangan};
use serde_json::Value;
use tests::{Outcome, Peer, Program, Suite, finish, scratch, workspace};

/// Within the chains that `algorithms.py` makes.
pub(crate) const MOMENT: &str = "2027-06-01T00:00:00Z";

pub(crate) fn cases(suite: &mut Suite) {
    suite.case_with(&[Peer::PyHanko], "every_algorithm_gets_its_verdict_and_a_changed_value_none", verdicts);
}

/// One signed file.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) file: PathBuf,
    pub(crate) root: PathBuf,
    /// What it must get.
    expected: Expected,
}

/// Verdict, sub-indication (empty for none) and integrity of the one signature.
#[derive(Debug)]
struct Expected(String, String, String);

/// Signs a sample in every algorithm.
pub(crate) fn sign_all(folder: &Path) -> anyhow::Result<Vec<Signed>> {
    let input = folder.join("input.pdf");
    let number = SampleNumber { running: 1, year: 2026 };
    fs::write(&input, surat_keterangan(jiff::civil::date(2026, 11, 24), &number)?)?;
    let mut command = Command::new(Peer::python());
    command.arg(workspace().join("tests/interop/algorithms.py")).arg(&input).arg(folder);
    let finished = finish(command)?;
    ensure!(finished.code == Some(0), "algorithms.py: {}", finished.stderr);
    finished
        .stdout
        .lines()
        .map(|line| {
            let [name, verdict, reason, integrity] =
                <[&str; 4]>::try_from(line.split('\t').collect::<Vec<_>>()).ok().context("four columns")?;
            let path = |ending| folder.join(format!("{name}.{ending}"));
            let expected = Expected(verdict.to_owned(), reason.to_owned(), integrity.to_owned());
            Ok(Signed { file: path("pdf"), root: path("pem"), expected })
        })
        .collect()
}

fn verdicts() -> Outcome {
    let folder = scratch();
    let signed = sign_all(folder.path())?;
    let changed = Expected("TOTAL-FAILED".into(), "SIG_CRYPTO_FAILURE".into(), "FAILED".into());
    for Signed { file, root, expected } in &signed {
        judge(file, root, expected).with_context(|| file.display().to_string())?;
        change_value(file)?;
        judge(file, root, &changed).with_context(|| format!("{}, value changed", file.display()))?;
    }
    let passed = signed.iter().filter(|signed| signed.expected.0 == "TOTAL-PASSED").count();
    println!("{} files of different algorithms, {passed} of them TOTAL-PASSED", signed.len());
    ensure!(signed.len() >= 30 && passed >= 20, "{passed} of {} pass", signed.len());
    Ok(())
}

fn judge(file: &Path, root: &Path, Expected(verdict, reason, integrity): &Expected) -> Outcome {
    let arguments = ["--json".as_ref(), "--at".as_ref(), MOMENT.as_ref(), "--trust".as_ref(), root.as_os_str()];
    let finished = Program::Verify.run(arguments.into_iter().chain([file.as_os_str()]))?;
    let report: Value = serde_json::from_str(&finished.stdout).with_context(|| finished.stderr.clone())?;
    let signature = &report["signatures"][0];
    ensure!(
        report["verdict"] == verdict.as_str()
            && signature["subIndication"].as_str().unwrap_or_default() == reason
            && signature["integrity"] == integrity.as_str(),
        "not {verdict} {reason} {integrity}: {}",
        finished.stdout
    );
    Ok(())
}

/// Changes the last octet of the CMS in `/Contents`, which is the last of the signature value: pyHanko writes no unsigned attributes here.
fn change_value(file: &Path) -> Outcome {
    let mut octets = fs::read(file)?;
    let start = octets.windows(11).rposition(|window| window == b"/Contents <").context("a signature")? + 11;
    let digits = octets.get(start..start + 8).context("a CMS")?;
    let [0x30, 0x82, high, low] = *hex(digits)?.as_slice() else { anyhow::bail!("not a CMS of 256 octets or more") };
    let last = start + 2 * (usize::from(u16::from_be_bytes([high, low])) + 3) + 1;
    let digit = octets.get_mut(last).context("the whole CMS")?;
    *digit = if *digit == b'0' { b'1' } else { b'0' };
    Ok(fs::write(file, octets)?)
}

fn hex(digits: &[u8]) -> anyhow::Result<Vec<u8>> {
    digits.chunks(2).map(|pair| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?)).collect()
}
