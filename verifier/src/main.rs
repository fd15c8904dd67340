//! `teken-verify`: the auditor's offline verifier.
//!
//! Job: arguments -> files -> [`verifier::Validator`] -> stdout -> exit code. Everything that decides is in the
//! library; here are the clock, the files and the threads.

mod arguments;
mod input;
mod output;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use arguments::{Arguments, Usage};
use clap::Parser as _;
use output::Output;
use verifier::{ExitStatus, FileVerdict, Language, UnixTime, ValidationTime, Validator, summary, to_json, to_text};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    ExitCode::from(match run(&arguments) {
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
    let verdicts = verify_all(arguments, &validator, time, &files, &output);
    output.finish()?;
    if verdicts.len() > 1 && !arguments.quiet && !arguments.json {
        eprintln!("{}", summary(&verdicts, arguments.language()));
    }
    // A directory without any file to verify has proved nothing.
    let nothing = empty.iter().map(|_| ExitStatus::NoSignature);
    let statuses = verdicts.iter().map(|verdict| verdict.exit_code()).chain(nothing);
    Ok(statuses.reduce(ExitStatus::worse).unwrap_or(ExitStatus::NoSignature))
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
) -> Vec<FileVerdict> {
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
        (report.verdict, text)
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
