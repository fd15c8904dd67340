//! The whole demo, in order: place, agency, service, documents, signatures, verdicts, what to try next.

use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::Context;
use evidence::status::StatusValue;
use jiff::ToSpan;
use jiff::civil::Date;
use office::{Client, Config};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use verifier::{DocumentStatus, Indication, Language, SealReport, SealVerdict};

use crate::next_steps::NextSteps;
use crate::on_paper::{self, Desk, Letter, Sheet};
use crate::paperwork::{self, Office, Signed, Way};
use crate::place::Place;
use crate::samples::SampleNumber;
use crate::service::Service;
use crate::throwaway::{Origin, ThrowAway};
use crate::{judge, openssl};

/// What the demo was asked to do.
#[derive(Debug)]
pub struct Door {
    /// Its folder.
    pub dir: PathBuf,
    /// The PDFs to sign; samples when empty.
    pub documents: Vec<PathBuf>,
    /// What to do after the verdicts.
    pub then: Then,
}

/// What to do after the verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Serve until interrupted.
    Serve,
    /// End at once.
    Exit,
}

/// How the demo ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Everything was signed, and every verdict is TOTAL-PASSED.
    AllPassed,
    /// A document was not signed, or a verdict is another one.
    NotAllPassed,
    /// Interrupted before the verdicts.
    Interrupted,
}

/// Opens the door; `interrupted` ends the demo in order, whenever it comes.
///
/// # Errors
/// What could not be made, started or written. A document that cannot be signed is not an error, but an ending.
pub async fn open(door: Door, interrupted: impl Future<Output = ()>) -> anyhow::Result<Ending> {
    let started = Instant::now();
    let mut interrupted = pin!(interrupted);
    // Before anything is made: a name that was mistyped must not leave a folder behind.
    for path in &door.documents {
        anyhow::ensure!(path.is_file(), "there is no file {}", path.display());
    }
    let mut place = Place::open(&door.dir)?;
    let now = jiff::Timestamp::now();
    let agency = ThrowAway::settle(&mut place, u64::try_from(now.as_second()).unwrap_or_default())?;
    say(format_args!(
        "Agency    {} ({}; UJI COBA, nobody relies on it)",
        place.dir().display(),
        match agency.origin {
            Origin::Made => "made just now",
            Origin::Reused => "from an earlier run, CRLs renewed",
        }
    ));
    keep_log(&place.dir().join("service.log"))?;
    let client = Client::connect(&Config::load(&agency.office_config)?).await?;
    let (service, office) = Service::start(&agency.signer_config)?.answering(Office::introduce(client)).await?;
    say(format_args!("Service   https://{} (gRPC, mutual TLS)", agency.address));

    let worked = tokio::select! {
        worked = async { work(&door, &mut place, &agency, &office?).await } => worked.map(Some),
        () = &mut interrupted => Ok(None),
    };
    let ending = match worked {
        Ok(Some(ending)) => {
            let incomplete = match ending {
                Ending::NotAllPassed => " Not every document was signed and verified: see above.",
                Ending::AllPassed | Ending::Interrupted => "",
            };
            say(format_args!("Done in {:.1} s.{incomplete}", started.elapsed().as_secs_f64()));
            if door.then == Then::Serve {
                say(format_args!("\nServing on https://{}. Ctrl-C ends it.", agency.address));
                interrupted.await;
            }
            Ok(ending)
        }
        Ok(None) => Ok(Ending::Interrupted),
        Err(error) => Err(error),
    };
    // Whatever happened, the service lets go of its register before this process ends.
    service.stop().await?;
    ending
}

/// Has everything signed and judged, and says what can be tried next.
async fn work(door: &Door, place: &mut Place, agency: &ThrowAway, office: &Office) -> anyhow::Result<Ending> {
    // The date in Waktu Indonesia Barat, the agency's time.
    let today = jiff::tz::offset(7).to_datetime(jiff::Timestamp::now()).date();
    let papers = match door.documents.as_slice() {
        [] => paperwork::draw_samples(place, today)?,
        files => paperwork::number_documents(place, files)?,
    };
    let folder = place.folder("signed")?;

    say("\nSigned, by the digest alone and as a whole document:");
    let mut signed = Vec::new();
    let mut refused = 0_usize;
    for paper in &papers {
        for way in Way::BOTH {
            match office.sign(paper, way, &folder).await {
                Ok(done) => {
                    say(format_args!(
                        "  register {:<4} {:<8} {:>5} ms  {}",
                        done.sequence,
                        way.word(),
                        done.took.as_millis(),
                        done.path.display()
                    ));
                    signed.push(done);
                }
                Err(error) => {
                    refused += 1;
                    say(format_args!(
                        "  REFUSED  {:<8}           {}: {:#}",
                        way.word(),
                        paper.path.display(),
                        anyhow::Error::new(error)
                    ));
                }
            }
        }
    }

    let mut others = verdicts(agency, &signed)?;
    // Only on a letter of our own: where a stranger's document has room for a signature the demo cannot know.
    let sheets = match door.documents.is_empty() {
        true => {
            let (of_paper, sheets) = on_paper(place, agency, office, today).await?;
            others += of_paper;
            Some(sheets)
        }
        false => None,
    };
    if let Some(first) = signed.first() {
        let parts = openssl::take_apart(&first.path, &place.folder("openssl")?)?;
        let steps = NextSteps {
            place: place.dir(),
            number: place.memory().last_number,
            agency,
            signed: first,
            parts: &parts,
            sheets: sheets.as_ref(),
        };
        say(format_args!("\n{steps}"));
    }
    Ok(if refused == 0 && others == 0 { Ending::AllPassed } else { Ending::NotAllPassed })
}

/// Prints a verdict for each file; returns how many are not TOTAL-PASSED.
fn verdicts(agency: &ThrowAway, signed: &[Signed]) -> anyhow::Result<usize> {
    if signed.is_empty() {
        say("\nNothing was signed, so there is nothing to verify.");
        return Ok(0);
    }
    let auditor = judge::Auditor::new(&agency.layout.root_anchor(), &agency.crls())?;
    say("\nVerified offline, with the root certificate and the CRLs:");
    let mut others = 0;
    for file in signed {
        let verdict = auditor.judge(&file.path, jiff::Timestamp::now().as_second())?;
        say(format_args!("  {:<14} {}", verdict.word, file.path.display()));
        for finding in &verdict.findings {
            say(format_args!("                 {finding}"));
        }
        if !verdict.passed {
            others += 1;
        }
    }
    Ok(others)
}

/// A letter on paper, and its replacement; returns how many answers are not the expected ones, and both.
async fn on_paper(
    place: &mut Place,
    agency: &ThrowAway,
    office: &Office,
    today: Date,
) -> anyhow::Result<(usize, [Sheet; 2])> {
    say("\nOn paper: a letter with a visible signature and a QR seal, printed and photographed (simulated):");
    let desk = Desk::lay_out(place, office)?;
    let number = SampleNumber { running: paperwork::next_number(place)?, year: today.year() };
    let letter = Letter { number, date: today, valid_until: today.checked_add(6.months())? };
    let first = desk.seal(place, &letter, None).await?;
    say_sheet(&first);
    let auditor = until_status(agency, &first, StatusValue::Valid).await?;
    say("\nRead back offline, with the trust list and the status list:");
    let mut others = say_readings(&auditor, &first, StatusValue::Valid)?;
    let now = jiff::Timestamp::now().as_second();
    let seals = auditor.judge_seals(&first.photograph, now)?.seals;
    say("  What a checker compares with the paper, masked as the seal has it:");
    for field in seals.iter().flat_map(SealReport::fields) {
        say(format_args!("    [ ] {}: {}", field.label_en, field.value));
    }

    say("\nReplaced by a corrected letter; whoever holds the first one is told so:");
    let corrected = Letter { valid_until: today.checked_add(12.months())?, ..letter };
    let second = desk.seal(place, &corrected, Some(&first.signed.name)).await?;
    say_sheet(&second);
    let auditor = until_status(agency, &first, StatusValue::Superseded).await?;
    others += say_readings(&auditor, &first, StatusValue::Superseded)?;
    others += say_readings(&auditor, &second, StatusValue::Valid)?;
    Ok((others, [first, second]))
}

fn say_sheet(sheet: &Sheet) {
    say(format_args!(
        "  register {:<4} sealed   {:>5} ms  {}",
        sheet.signed.sequence,
        sheet.signed.took.as_millis(),
        sheet.signed.path.display()
    ));
    say(format_args!("                                   {}", sheet.page.display()));
    say(format_args!("                                   {}", sheet.photograph.display()));
}

/// Waits until the published list says this of a letter; returns who has read it.
async fn until_status(agency: &ThrowAway, sheet: &Sheet, value: StatusValue) -> anyhow::Result<judge::Auditor> {
    let read = || {
        judge::Auditor::new(&agency.layout.root_anchor(), &agency.crls())?
            .with_published(&agency.layout.trust_list(), &agency.status_lists)
    };
    on_paper::published(|| {
        let verdict = read()?.judge(&sheet.signed.path, jiff::Timestamp::now().as_second())?;
        Ok(matches!(verdict.status, Some(DocumentStatus::Checked(status)) if status.value == value))
    })
    .await?;
    read()
}

/// Prints what the signature and the three seals of a letter say; returns how many do not say what is expected.
fn say_readings(auditor: &judge::Auditor, sheet: &Sheet, value: StatusValue) -> anyhow::Result<usize> {
    let now = jiff::Timestamp::now().as_second();
    let is_expected =
        |status: &Option<DocumentStatus>| matches!(status, Some(DocumentStatus::Checked(read)) if read.value == value);
    let words = |status: &Option<DocumentStatus>| status.as_ref().map(|status| status.text(Language::Indonesian));
    let mut others = 0;
    let mut line = |word: &str, what: &str, status: Option<DocumentStatus>, passed: bool, path: &Path| {
        let words = words(&status).unwrap_or_default();
        say(format_args!("  {word:<14} {what:<9} {}\n                 {words}", path.display()));
        others += usize::from(!passed || !is_expected(&status));
    };
    let verdict = auditor.judge(&sheet.signed.path, now)?;
    line(&verdict.word, "signature", verdict.status, verdict.passed, &sheet.signed.path);
    for carrier in sheet.carriers() {
        let report = auditor.judge_seals(carrier, now)?;
        let passed = report.verdict == SealVerdict::Sealed(Indication::TotalPassed);
        line(report.verdict.as_str(), "seal", report.document_status(), passed, carrier);
    }
    Ok(others)
}

/// Lets the service write its log into a file, one JSON object a line, as it would to standard error.
fn keep_log(path: &Path) -> anyhow::Result<()> {
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    let lines = tracing_subscriber::fmt::layer().json().with_writer(Mutex::new(file));
    // Of the libraries below, only what they warn of.
    let levels = Targets::new().with_default(LevelFilter::WARN).with_target("signer", LevelFilter::INFO);
    // A process has one log; a second door in the same process writes into the first one's.
    let _already = tracing_subscriber::registry().with(lines).with(levels).try_init();
    Ok(())
}

/// Prints a line. Whoever listened may have gone away (`demo | head`); the service goes on.
fn say(line: impl Display) {
    let mut out = io::stdout().lock();
    let _nobody_reads = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// A path as an argument of a shell: quoted only if it must be.
pub(crate) fn argument(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-+@%=:,".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_quoted_only_when_a_shell_would_split_or_expand_it() {
        assert_eq!(argument(Path::new("teken-demo/signed/a.pdf")), "teken-demo/signed/a.pdf");
        assert_eq!(argument(Path::new("surat saya.pdf")), "'surat saya.pdf'");
        assert_eq!(argument(Path::new("ibu's $HOME")), r"'ibu'\''s $HOME'");
        assert_eq!(argument(Path::new("")), "''");
    }
}
