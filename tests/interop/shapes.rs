//! Every shape of input, signed by the real service both ways and twice, and judged by everybody.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};
use demo::samples::{SampleNumber, kartu_keluarga, surat_keterangan};
use tests::{OFFICE, Outcome, Program, Suite, TestAgency, finish};

use crate::judges::{self, JUDGES};

/// What qpdf makes of one document: its arguments, by the shape's name.
const SHAPES: [(&str, &[&str]); 6] = [
    ("cross-reference-table", &["--object-streams=disable"]),
    ("cross-reference-stream", &["--object-streams=preserve", "--force-version=1.5"]),
    ("object-streams", &["--object-streams=generate"]),
    ("linearized-table", &["--linearize", "--object-streams=disable"]),
    ("linearized-streams", &["--linearize", "--object-streams=generate"]),
    ("written-for-people", &["--qdf"]),
];

pub(crate) fn cases(suite: &mut Suite) {
    suite.case_with(&JUDGES, "every_shape_signed_by_digest_is_valid_for_everybody", || shapes(&[], 1));
    suite.case_with(&JUDGES, "every_shape_signed_as_a_document_is_valid_for_everybody", || shapes(&["--upload"], 1));
    suite.case_with(&JUDGES, "a_second_signature_keeps_the_first_one_valid_for_everybody", || shapes(&[], 2));
}

fn shapes(options: &[&str], signatures: usize) -> Outcome {
    let agency = TestAgency::create()?;
    let service = agency.serve()?;
    let config = agency.office_config(OFFICE, &service.address)?;
    let mut files = inputs(&agency.path("input"))?;
    for round in 1..=signatures {
        let signed = agency.path(&format!("signed-{round}"));
        fs::create_dir(&signed)?;
        let mut arguments: Vec<_> = ["sign", "--config"].map(Into::into).to_vec();
        arguments.push(config.as_os_str().to_owned());
        arguments.extend(["--type", "surat", "--number", &format!("{round}/{{stem}}"), "--out"].map(Into::into));
        arguments.push(signed.as_os_str().to_owned());
        arguments.extend(options.iter().map(Into::into));
        arguments.extend(files.iter().map(|file| file.as_os_str().to_owned()));
        let finished = Program::Office.run(arguments)?;
        ensure!(finished.code == Some(0), "teken-office: {}{}", finished.stdout, finished.stderr);
        let outputs = signed_files(&signed)?;
        ensure!(outputs.len() == files.len(), "{} of {} files were signed", outputs.len(), files.len());
        for (input, output) in files.iter().zip(&outputs) {
            let (before, after) = (fs::read(input)?, fs::read(output)?);
            ensure!(after.starts_with(&before), "{} is no prefix of its signed file", input.display());
        }
        files = outputs;
    }
    for file in &files {
        judged_by_all(&agency, file, signatures).with_context(|| file.display().to_string())?;
    }
    for (file, (verdict, detail)) in judges::pyhanko(&agency, &files)? {
        ensure!(
            verdict == "VALID" && detail.starts_with(&signatures.to_string()),
            "{}: {verdict} {detail}",
            file.display()
        );
    }
    judges::ours(&agency, &files)
}

fn judged_by_all(agency: &TestAgency, file: &Path, signatures: usize) -> Outcome {
    ensure!(judges::qpdf_faults(file)? == 0, "qpdf finds faults");
    judges::pdfsig(file, signatures)?;
    judges::openssl(agency, file)
}

/// The sample documents in every shape that qpdf can give them.
fn inputs(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    fs::create_dir(folder)?;
    let (number, day) = (SampleNumber { running: 1, year: 2026 }, jiff::civil::date(2026, 11, 24));
    let samples = [("surat", surat_keterangan(day, &number)?), ("kk", kartu_keluarga(day, &number)?)];
    let mut files = Vec::new();
    for (name, octets) in samples {
        let drawn = folder.join(format!("{name}-drawn.pdf"));
        fs::write(&drawn, octets)?;
        for (shape, options) in SHAPES {
            let file = folder.join(format!("{name}-{shape}.pdf"));
            let mut command = Command::new("qpdf");
            command.args(options).arg(&drawn).arg(&file);
            let finished = finish(command)?;
            ensure!(finished.code == Some(0), "qpdf {options:?}: {}", finished.stderr);
            files.push(file);
        }
        files.push(drawn);
    }
    files.sort();
    Ok(files)
}

fn signed_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files: Vec<_> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    Ok(files)
}
