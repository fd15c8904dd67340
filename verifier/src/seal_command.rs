//! `teken-verify seal`: the seal on a paper, given as text, as a picture or with its PDF.

use std::path::{Path, PathBuf};

use clap::Args;
use evidence::seal::IdentityNumber;
use verifier::{ExitStatus, SealedFileReport, UnixTime, ValidationTime, Validator, seal_to_json, seal_to_text};

use crate::arguments::{LanguageName, Trust, Usage, moment};
use crate::input::File;
use crate::output::Output;

/// Verifies the QR seal of a printed document, offline, and shows what to compare with the paper.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct SealArguments {
    #[command(flatten)]
    trust: Trust,
    /// Judge everything at this moment (RFC 3339, or a date); default: now
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) at: Option<UnixTime>,
    /// The NIK on the paper (on a kartu keluarga its own number), 16 digits, to be compared with the seal
    #[arg(long, value_name = "DIGITS", value_parser = identity_number)]
    nik: Option<IdentityNumber>,
    /// One JSON object for each input and line
    #[arg(long)]
    json: bool,
    /// Language of the sentences
    #[arg(long, value_enum, default_value_t = LanguageName::Id)]
    lang: LanguageName,
    /// The whole text of a QR code (https://...#digits), PNG or JPEG pictures, PDF files, or - for standard input
    #[arg(required = true, value_name = "TEXT|IMAGE|PDF")]
    inputs: Vec<PathBuf>,
}

const AFTER_HELP: &str = "\
A genuine seal proves what was issued, not that this sheet is it: compare every line with the paper.

Exit codes: 0 genuine, 1 forged, changed, by another key or for another address, 2 usage, 3 INDETERMINATE (no trust
list, no --trust, or --status could not be checked), 4 no seal in the file, 5 revoked, suspended or superseded,
6 unreadable, or no QR code in the picture. Several inputs: the worst, in the order 2 6 1 4 5 3 0.

Examples:
  teken-verify seal --trust root.pem --trust-list trust-list.cose --status status photo.jpg
  teken-verify seal --trust root.pem --trust-list trust-list.cose 'https://tte.example.go.id/v#1234...'";

fn identity_number(text: &str) -> Result<IdentityNumber, &'static str> {
    IdentityNumber::parse(text).map_err(|_| "not 16 digits, the last four not 0000")
}

/// Verifies every input and says the worst.
pub(crate) fn run(arguments: &SealArguments, now: impl Fn() -> ValidationTime) -> Result<ExitStatus, Usage> {
    let validator = arguments.trust.validator()?;
    let time = arguments.at.map_or_else(now, ValidationTime::new);
    let output = Output::default();
    let mut worst = None;
    for input in &arguments.inputs {
        let (name, report) = verify(input, arguments, &validator, time)?;
        let language = arguments.lang.language();
        let text = match arguments.json {
            true => format!("{}\n", seal_to_json(&name, &report, language)),
            false => seal_to_text(&name, &report, language),
        };
        let status = output.write((report.exit_status(), text));
        worst = Some(worst.map_or(status, |worst: ExitStatus| worst.worse(status)));
    }
    output.finish()?;
    Ok(worst.unwrap_or(ExitStatus::NoSignature))
}

/// The input's name for the report, and the report. A text is judged as it is; anything else is read first.
fn verify(
    input: &Path,
    arguments: &SealArguments,
    validator: &Validator,
    time: ValidationTime,
) -> Result<(String, SealedFileReport), Usage> {
    let number = arguments.nik.as_ref();
    if let Some(text) = input.to_str() {
        if is_address(text) {
            return Ok(("seal".into(), validator.verify_seal_text(text, number, time)));
        }
        if !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit()) && !input.exists() {
            return Err(Usage::DigitsAlone);
        }
    }
    let file = File::named(input);
    Ok((file.name(), file.verify_seals(number, validator, time)))
}

fn is_address(text: &str) -> bool {
    let beginning = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    beginning.starts_with("https://") || beginning.starts_with("http://")
}
