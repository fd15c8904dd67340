//! `teken-office`: signs PDFs for a kecamatan office.
//!
//! ```text
//! teken-office sign --config office.toml --type surat --number 470/123/KEC-BT/2026 surat.pdf      -> surat.signed.pdf
//! teken-office sign --config office.toml --type kk --number '{stem}' kk/*.pdf -o signed/          the file's name is the number
//! teken-office sign --config office.toml --numbers-from today.csv -o signed/                      a table: file;number;type;replaces
//! teken-office sign --template surat.toml --claims budi.toml ...                                  with a visible signature and a seal
//! teken-office preview --template surat.toml surat.pdf -o page.png                                the page as it will look
//! teken-office resume --config office.toml                                                        what waits in the journal
//! teken-office prepare ... / embed ...                                                            the halves, for other systems
//! teken-office profile | get | list --config office.toml                                          what the service knows
//! teken-office status get | set --config office.toml offices/kec-a/signatures/7 ...               in force, suspended, withdrawn
//! ```
//!
//! stdout is the result, stderr is for people. With `--json` every file is one object on one line:
//! `{"file","status","output","requestId","signature","sequence","signingTime","documentDigest","replayed","resumed","error","exitCode"}`.
//! `status` is SIGNED, REFUSED (nothing is signed), WAITING (in the journal) or FAILED; `error` is null or `{"code","text","hint"}`, where
//! `code` is stable and, for the same kind of failure, the service's own reason. Fields may be added.
//!
//! Exit codes, the worst of all files in the order 5 4 2 3 1 0:
//!
//! | code | meaning | what to do |
//! | --- | --- | --- |
//! | 0 | all signed, or done | |
//! | 1 | a document was refused, by the service or because it cannot be signed; nothing is signed of it | read the reason |
//! | 2 | the command line, the configuration or a certificate is wrong; nothing was sent | correct it |
//! | 3 | the service is away; what was recorded waits in the journal | `teken-office resume` |
//! | 4 | this machine failed: a file, a disk, the journal | mend it, then `teken-office resume` |
//! | 5 | the service's answer is not what was asked for; the journal keeps the request | tell the agency |

mod args;
mod halves;
mod manifest;
mod plan;
mod preview;
mod query;
mod report;
mod sign;
mod status;
mod texts;

use std::{io::Write as _, process::ExitCode};

use clap::Parser as _;

use crate::{
    args::{Args, Command, Status},
    texts::{Failure, Language},
};

fn main() -> ExitCode {
    let args = Args::parse();
    if matches!(args.command, Command::Look) {
        // Before the runtime, whose threads would count against the limits of this process.
        return if office::appearance::answer_from_stdin().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    signs(args)
}

#[tokio::main]
async fn signs(args: Args) -> ExitCode {
    let (language, command) = (args.lang, args.command.name());
    match run(args).await {
        Ok(code) => code.into(),
        Err(failure) => {
            let explained = failure.explain(language, command);
            // When stderr is gone there is nobody to tell; the exit code remains.
            let _ = writeln!(std::io::stderr(), "teken-office: {}\n  {}", explained.text, explained.hint);
            explained.exit.into()
        }
    }
}

async fn run(args: Args) -> Result<report::Exit, Failure> {
    let language: Language = args.lang;
    match args.command {
        Command::Sign(sign) => sign::sign(sign, language).await,
        Command::Preview(preview) => preview::preview(&preview),
        // It ended before the runtime began.
        Command::Look => Ok(report::Exit::Machine),
        Command::Resume(resume) => sign::resume(&resume, language).await,
        Command::Prepare(prepare) => halves::prepare(prepare).await,
        Command::Embed(embed) => halves::embed(&embed),
        Command::Profile(profile) => query::profile(&profile).await,
        Command::Get(get) => query::get(&get).await,
        Command::List(list) => query::list(&list).await,
        Command::Status(Status::Get(get)) => status::get(&get, language).await,
        Command::Status(Status::Set(set)) => status::set(&set, language).await,
    }
}
