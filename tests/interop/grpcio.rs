//! A system in another language: `teken-office prepare`, a Python client made from the contract, `teken-office embed`.

use std::{fs, process::Command};

use anyhow::{Context, ensure};
use demo::samples::{SampleNumber, surat_keterangan};
use serde_json::Value;
use tests::{Finished, OFFICE, Outcome, Peer, Program, Suite, TestAgency, finish, workspace};

use crate::judges::{self, JUDGES};

pub(crate) fn cases(suite: &mut Suite) {
    let peers: Vec<_> = JUDGES.into_iter().chain([Peer::Grpcio]).collect();
    suite.case_with(&peers, "a_python_client_signs_a_digest_and_the_embedded_result_is_valid_for_everybody", python);
}

fn python() -> Outcome {
    let agency = TestAgency::create()?;
    let service = agency.serve()?;
    let config = agency.office_config(OFFICE, &service.address)?;
    let [input, prepared, cms, output] = ["in.pdf", "in.prepared", "in.cms", "out.pdf"].map(|name| agency.path(name));
    let number = SampleNumber { running: 1, year: 2026 };
    fs::write(&input, surat_keterangan(jiff::civil::date(2026, 11, 24), &number)?)?;

    let mut command = Program::Office.command();
    command.arg("prepare").arg("--config").arg(&config).arg(&input).arg("-o").arg(&prepared);
    let finished = succeeded(finish(command)?)?;
    let told: Value = serde_json::from_str(&finished.stdout)?;
    let digest = told["documentDigest"].as_str().context("the digest in hexadecimal")?;

    let request_id = "6f1d9f0e-7f0a-4a57-9f5e-0b6f5f0c2a11";
    let client = |digest: &str| {
        let mut command = Command::new(Peer::python());
        command.arg(workspace().join("tests/interop/grpcio_client.py")).arg(workspace().join("proto"));
        // The server's certificate names localhost.
        command.arg(service.address.replace("127.0.0.1", "localhost")).arg(agency.layout().access_anchor());
        command.arg(agency.path(&format!("office/{OFFICE}.pem"))).arg(agency.path(&format!("office/{OFFICE}.key")));
        command.args([digest, "470/PY-1", request_id]).arg(&cms);
        finish(command)
    };
    let first = succeeded(client(digest)?)?;
    ensure!(first.stdout.trim().ends_with("/signatures/1 new"), "{}", first.stdout);
    let made = fs::read(&cms)?;
    let again = succeeded(client(digest)?)?;
    ensure!(again.stdout.trim().ends_with("/signatures/1 replayed") && fs::read(&cms)? == made, "{}", again.stdout);
    let other = client(&"00".repeat(32))?;
    ensure!(other.code == Some(1) && other.stdout.starts_with("ALREADY_EXISTS"), "{other:?}");

    let mut command = Program::Office.command();
    command.arg("embed").arg("--prepared").arg(&prepared).arg("--cms").arg(&cms).arg("-o").arg(&output);
    succeeded(finish(command)?)?;
    ensure!(judges::qpdf_faults(&output)? == 0, "qpdf finds faults");
    judges::pdfsig(&output, 1)?;
    judges::openssl(&agency, &output)?;
    let verdicts = judges::pyhanko(&agency, std::slice::from_ref(&output))?;
    ensure!(verdicts.values().all(|(verdict, _)| verdict == "VALID"), "{verdicts:?}");
    judges::ours(&agency, &[output])
}

fn succeeded(finished: Finished) -> anyhow::Result<Finished> {
    ensure!(finished.code == Some(0), "{finished:?}");
    Ok(finished)
}
