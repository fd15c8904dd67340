//! What a run tells: one line or one JSON object a file on stdout, failures and progress on stderr, and the exit code at the end.

use std::{
    io::{self, IsTerminal as _, Write as _},
    path::Path,
    process::ExitCode,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use office::{Provenance, Receipt, SignError};
use serde_json::{Value, json};

use crate::texts::{self, Explained, Language};

/// Exit codes; the documentation of `main` is their table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0.
    Signed,
    /// 1.
    Refused,
    /// 2.
    Usage,
    /// 3.
    Away,
    /// 4.
    Machine,
    /// 5.
    Answer,
}

impl Exit {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Signed => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Away => 3,
            Self::Machine => 4,
            Self::Answer => 5,
        }
    }

    /// The worse of two files, in the order 5 4 2 3 1 0: what needs a person before what needs patience.
    pub(crate) const fn worse(self, other: Self) -> Self {
        const fn rank(exit: Exit) -> u8 {
            match exit {
                Exit::Signed => 0,
                Exit::Refused => 1,
                Exit::Away => 2,
                Exit::Usage => 3,
                Exit::Machine => 4,
                Exit::Answer => 5,
            }
        }
        if rank(self) >= rank(other) { self } else { other }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A line for people.
    Text,
    /// A JSON object a line.
    Json,
}

/// A run's report.
#[derive(Debug)]
pub(crate) struct Report {
    form: Form,
    language: Language,
    progress: ProgressBar,
    exit: Exit,
}

impl Report {
    /// A progress bar is drawn for several files when stderr is a terminal.
    pub(crate) fn new(form: Form, language: Language, files: usize) -> Self {
        let progress = if files > 1 && io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} {eta}")
                .expect("the template is a constant that was tried");
            let bar = ProgressBar::new(u64::try_from(files).unwrap_or(u64::MAX)).with_style(style);
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        } else {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden())
        };
        Self { form, language, progress, exit: Exit::Signed }
    }

    /// One file's outcome.
    pub(crate) fn tell(&mut self, file: &Path, result: &Result<Receipt, SignError>) -> io::Result<()> {
        let failure = result.as_ref().err().map(|error| texts::explain(error, self.language));
        self.exit = self.exit.worse(failure.as_ref().map_or(Exit::Signed, |failure| failure.exit));
        self.progress.inc(1);
        let (form, language) = (self.form, self.language);
        self.progress.suspend(|| match (form, result, failure) {
            (Form::Json, Ok(receipt), _) => line(&signed_object(file, receipt).to_string()),
            (Form::Json, Err(error), Some(failure)) => line(&failure_object(file, error, &failure).to_string()),
            (Form::Text, Ok(receipt), _) => line(&signed_text(file, receipt, language)),
            (Form::Text, Err(_), Some(failure)) => {
                writeln!(io::stderr(), "{}: {}\n  {}", shown(file), failure.text, failure.hint)
            }
            (_, Err(_), None) => Ok(()),
        })
    }

    /// Ends the report.
    pub(crate) fn finish(self) -> Exit {
        self.progress.finish_and_clear();
        self.exit
    }
}

/// A line on stdout.
pub(crate) fn line(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{text}")?;
    stdout.flush()
}

fn signed_text(file: &Path, receipt: &Receipt, language: Language) -> String {
    let name = receipt.answer.signature.name.as_str();
    let verb = language.pick("ditandatangani", "signed");
    match &receipt.output {
        Some(output) => format!("{verb}: {} -> {} ({name})", shown(file), shown(output)),
        None => format!("{verb}: {} ({name})", shown(file)),
    }
}

fn shown(path: &Path) -> String {
    texts::shown(&path.display().to_string())
}

fn signed_object(file: &Path, receipt: &Receipt) -> Value {
    let signature = &receipt.answer.signature;
    json!({
        "file": file.display().to_string(),
        "status": "SIGNED",
        "output": receipt.output.as_ref().map(|output| output.display().to_string()),
        "requestId": receipt.request_id.to_string(),
        "signature": signature.name.as_str(),
        "sequence": signature.sequence,
        "signingTime": time(signature.signing_time_unix),
        "documentDigest": hex::encode(signature.document_digest),
        "replayed": receipt.answer.replayed,
        "resumed": receipt.provenance == Provenance::Found,
        "error": null,
        "exitCode": Exit::Signed.code(),
    })
}

fn failure_object(file: &Path, error: &SignError, failure: &Explained) -> Value {
    let status = match failure.exit {
        Exit::Away => "WAITING",
        Exit::Refused => "REFUSED",
        Exit::Signed | Exit::Usage | Exit::Machine | Exit::Answer => "FAILED",
    };
    json!({
        "file": file.display().to_string(),
        "status": status,
        "output": null,
        "requestId": error.kept().map(|id| id.to_string()),
        "error": {"code": failure.code, "text": failure.text, "hint": failure.hint},
        "exitCode": failure.exit.code(),
    })
}

/// RFC 3339 in UTC.
pub(crate) fn time(unix_seconds: u64) -> String {
    i64::try_from(unix_seconds)
        .ok()
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .map_or_else(|| unix_seconds.to_string(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_file_decides_the_exit_code() {
        let order = [Exit::Answer, Exit::Machine, Exit::Usage, Exit::Away, Exit::Refused, Exit::Signed];
        for (rank, worse) in order.iter().enumerate() {
            for better in order.iter().skip(rank) {
                assert_eq!(worse.worse(*better), *worse);
                assert_eq!(better.worse(*worse), *worse);
            }
        }
    }

    #[test]
    fn a_time_is_written_as_rfc_3339_in_utc() {
        assert_eq!(time(1_790_000_000), "2026-09-21T14:13:20Z");
        assert_eq!(time(u64::MAX), u64::MAX.to_string());
    }
}
