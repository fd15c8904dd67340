//! `teken-verify`: the auditor's offline verifier.
//!
//! Job: arguments -> files -> [`verifier::Validator`] -> stdout -> exit code. Everything that decides is in the
//! library; here are the clock, the files and the threads.

mod arguments;
mod input;
mod output;
mod seal_command;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use arguments::{Arguments, Command, Usage};
use clap::Parser as _;
use output::Output;
use verifier::{
    DocumentStatus, ExitStatus, FileVerdict, Language, UnixTime, ValidationTime, Validator, summary, to_json, to_text,
};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match &arguments.command {
        Some(Command::Seal(seal)) => seal_command::run(seal, now),
        None => run(&arguments),
    };
    ExitCode::from(match result {
        Ok(status) => status.code(),
        Err(usage) => {
            eprintln!("teken-verify: {usage}");
            eprintln!("hint: {}", usage.hint());
            ExitStatus::Usage.code()
        }
    })
}

fn run(arguments: &Arguments) -> Result<ExitStatus, Usage> {
    let validator = arguments.validator()?;
    let time = arguments.at.map_or_else(now, ValidationTime::new);
    let (files, empty) = input::collect(&arguments.files)?;
    for directory in &empty {
        eprintln!("teken-verify: {}: {}", directory.display(), no_pdf(arguments.language()));
    }
    let output = Output::new(arguments, files.len());
    let judged = verify_all(arguments, &validator, time, &files, &output);
    output.finish()?;
    if judged.len() > 1 && !arguments.quiet && !arguments.json {
        let verdicts: Vec<FileVerdict> = judged.iter().map(|one| one.verdict).collect();
        eprintln!("{}{}", summary(&verdicts, arguments.language()), statuses(&judged));
    }
    // A directory without any file to verify has proved nothing.
    let nothing = empty.iter().map(|_| ExitStatus::NoSignature);
    let codes = judged.iter().map(|one| one.exit_status).chain(nothing);
    Ok(codes.reduce(ExitStatus::worse).unwrap_or(ExitStatus::NoSignature))
}

/// What became of one file, for the summary and the exit code.
struct Judged {
    verdict: FileVerdict,
    document_status: Option<&'static str>,
    exit_status: ExitStatus,
}

/// How many documents have which status, where somebody asked.
fn statuses(judged: &[Judged]) -> String {
    let mut counts = BTreeMap::new();
    for status in judged.iter().filter_map(|one| one.document_status) {
        *counts.entry(status).or_insert(0_usize) += 1;
    }
    let parts: Vec<String> = counts.iter().map(|(status, count)| format!("{count} {status}")).collect();
    if parts.is_empty() { String::new() } else { format!("; status: {}", parts.join(", ")) }
}

fn no_pdf(language: Language) -> &'static str {
    match language {
        Language::Indonesian => "tidak ada berkas PDF di dalam folder ini",
        Language::English => "no PDF file in this directory",
    }
}

fn now() -> ValidationTime {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
    ValidationTime::new(UnixTime::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX)))
}

/// Verifies on every core and writes in the order of the files.
fn verify_all(
    arguments: &Arguments,
    validator: &Validator,
    time: ValidationTime,
    files: &[input::File],
    output: &Output,
) -> Vec<Judged> {
    let one = |file: &input::File| {
        let report = file.verify(validator, time);
        let mut text = if arguments.quiet {
            String::new()
        } else if arguments.json {
            to_json(&file.name(), &report, arguments.language())
        } else {
            to_text(&file.name(), &report, arguments.language(), arguments.detail())
        };
        if arguments.json && !arguments.quiet {
            text.push('\n');
        }
        let document_status = report.document_status.as_ref().map(DocumentStatus::as_str);
        (Judged { verdict: report.verdict, document_status, exit_status: report.exit_status() }, text)
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(files.len());
    if cores <= 1 {
        return files.iter().map(|file| output.write(one(file))).collect();
    }
    let next = AtomicUsize::new(0);
    let done = Mutex::new((Vec::with_capacity(files.len()), BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some((index, file)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    files.get(index).map(|file| (index, file))
                } {
                    let result = one(file);
                    let mut done = done.lock().expect("no thread panics while it writes");
                    let (verdicts, waiting) = &mut *done;
                    waiting.insert(index, result);
                    while let Some(result) = waiting.remove(&verdicts.len()) {
                        verdicts.push(output.write(result));
                    }
                }
            });
        }
    });
    done.into_inner().expect("no thread panics while it writes").0
}
