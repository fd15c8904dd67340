//! The command line, and what it loads before the first file.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use evidence::status::TOKEN_LIMIT;
use evidence::trust_list::TRUST_LIST_LIMIT;
use verifier::{Detail, Language, MaterialError, Policy, Published, TrustAnchors, UnixTime, ValidationData, Validator};

use crate::seal_command::SealArguments;

/// Verifies the signatures of PDF files, offline.
#[derive(Debug, Parser)]
#[command(name = "teken-verify", version, after_help = AFTER_HELP)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    trust: Trust,
    /// Trust anchors for time-stamp authorities; default: those of --trust
    #[arg(long, value_name = "PEM")]
    tsa_trust: Vec<PathBuf>,
    /// Revocation lists: a DER or PEM file, or a directory of them
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// OCSP responses. This version reports them as NOT-CHECKED
    #[arg(long, value_name = "FILE")]
    ocsp: Vec<PathBuf>,
    /// Judge everything at this moment (RFC 3339, or a date); default: now
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) at: Option<UnixTime>,
    /// One JSON object for each file and line
    #[arg(long)]
    pub(crate) json: bool,
    /// Language of the sentences
    #[arg(long, value_enum, default_value_t = LanguageName::Id)]
    lang: LanguageName,
    /// Write nothing; the exit code is the answer
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Show every step of the procedure with its result and the reason; --json always has them
    #[arg(long)]
    explain: bool,
    /// PDF files, directories (searched for *.pdf), or - for standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// What is not about the signatures of PDF files.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Seal(SealArguments),
}

/// What is trusted, and what the agency published.
#[derive(Debug, Args)]
pub(crate) struct Trust {
    /// Trust anchors: a PEM or DER file, or a directory of them. Nothing else is trusted
    #[arg(long, value_name = "PEM")]
    trust: Vec<PathBuf>,
    /// The agency's trust list, which says whose seals and status lists count. The key of a --trust certificate signed it
    #[arg(long, value_name = "FILE")]
    trust_list: Option<PathBuf>,
    /// The agency's status lists: a file, or a directory of them (*.cwt). Needs --trust-list; what cannot be checked is 3
    #[arg(long, value_name = "DIR|FILE")]
    status: Vec<PathBuf>,
}

const AFTER_HELP: &str = "\
Exit codes: 0 every file TOTAL-PASSED, 1 TOTAL-FAILED, 2 usage, 3 INDETERMINATE, 4 no signature,
5 revoked or superseded document, 6 unreadable file. Several files: the worst, in the order 2 6 1 4 5 3 0.
A directory without a PDF is 4, a report that could not be written is 2.

--status makes of a document that was revoked, suspended or superseded a 5, and of one whose status is not known a 3.

Without --trust a signature is INDETERMINATE at best; whether the document was changed is told all the same.

Examples:
  teken-verify --trust anchors/root.pem --crl crls signed/*.pdf
  teken-verify --trust anchors/root.pem --crl crls --json --at 2026-11-24T07:00:00+07:00 surat.pdf
  teken-verify seal --help";

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LanguageName {
    Id,
    En,
}

/// Why nothing could be verified at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Usage {
    #[error("{}: {error}", path.display())]
    NotRead { path: PathBuf, error: std::io::Error },
    #[error("{}: {error}", path.display())]
    NotUsable { path: PathBuf, error: MaterialError },
    #[error("{}: no file with one of the endings {endings}", path.display())]
    NothingInDirectory { path: PathBuf, endings: String },
    #[error("{}: {error}", path.display())]
    TooManyLists { path: PathBuf, error: verifier::TooManyStatusLists },
    #[error("digits alone are no seal")]
    DigitsAlone,
    #[error("the report could not be written: {0}")]
    NotWritten(std::io::Error),
}

impl Usage {
    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::NotRead { .. } => "check the path and its permissions",
            Self::NotUsable { .. } => "give certificates and lists as PEM or DER",
            Self::NothingInDirectory { .. } => "name the files themselves",
            Self::TooManyLists { .. } => "name the lists of the documents' shards",
            Self::DigitsAlone => {
                "give the whole text of the QR code, from https:// on: the address is part of what was sealed"
            }
            Self::NotWritten(_) => {
                "what standard output leads to is full or broken; no exit code but this one can be relied on"
            }
        }
    }
}

pub(crate) fn moment(text: &str) -> Result<UnixTime, &'static str> {
    UnixTime::from_rfc3339(text).ok_or("not a moment such as 2026-11-24T07:00:00+07:00 or 2026-11-24")
}

impl LanguageName {
    pub(crate) fn language(self) -> Language {
        match self {
            Self::Id => Language::Indonesian,
            Self::En => Language::English,
        }
    }
}

impl Trust {
    /// The anchors and what was published, for seals alone.
    pub(crate) fn validator(&self) -> Result<Validator, Usage> {
        let validator = Validator::new(self.anchors()?, ValidationData::none(), Policy::default());
        Ok(validator.with_published(self.published()?))
    }

    fn anchors(&self) -> Result<TrustAnchors, Usage> {
        let mut anchors = TrustAnchors::none();
        for_each_file(&self.trust, &["pem", "crt", "cer", "der"], |octets| anchors.add_file(octets))?;
        Ok(anchors)
    }

    /// A list that is damaged is told of every document; only one that is not there stops everything.
    fn published(&self) -> Result<Published, Usage> {
        let mut published = Published::none();
        if let Some(path) = &self.trust_list {
            published.set_trust_list(&read_bounded(path, TRUST_LIST_LIMIT)?);
        }
        for path in &self.status {
            published.ask_status();
            for file in files_of(path, &["cwt"])? {
                let octets = read_bounded(&file, TOKEN_LIMIT)?;
                published
                    .add_status_list(&file.display().to_string(), &octets)
                    .map_err(|error| Usage::TooManyLists { path: path.clone(), error })?;
            }
        }
        Ok(published)
    }
}

/// A file of at most so many octets and one more, which says that there are more: what is longer is refused by whoever reads it.
fn read_bounded(path: &Path, limit: usize) -> Result<Vec<u8>, Usage> {
    let fault = |error| Usage::NotRead { path: path.to_owned(), error };
    let mut octets = Vec::new();
    let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    std::fs::File::open(path).map_err(fault)?.take(bound).read_to_end(&mut octets).map_err(fault)?;
    Ok(octets)
}

/// The path itself, or the files with these endings below it.
fn files_of(path: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, Usage> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let files =
        crate::input::files_in(path, endings).map_err(|error| Usage::NotRead { path: path.to_owned(), error })?;
    if files.is_empty() {
        return Err(Usage::NothingInDirectory { path: path.to_owned(), endings: endings.join(", ") });
    }
    Ok(files)
}

impl Arguments {
    pub(crate) fn language(&self) -> Language {
        self.lang.language()
    }

    pub(crate) fn detail(&self) -> Detail {
        if self.explain { Detail::Explain } else { Detail::Normal }
    }

    /// Loads everything that is trusted and at hand. One damaged file stops it: half a trust store is none.
    pub(crate) fn validator(&self) -> Result<Validator, Usage> {
        let anchors = self.trust.anchors()?;
        let published = self.trust.published()?;
        let mut time_stamp_anchors = TrustAnchors::none();
        for_each_file(&self.tsa_trust, &["pem", "crt", "cer", "der"], |octets| time_stamp_anchors.add_file(octets))?;
        let mut data = ValidationData::none();
        for_each_file(&self.crl, &["crl", "pem", "der"], |octets| data.add_crl_file(octets))?;
        for_each_file(&self.ocsp, &["ors", "ocsp", "der"], |_| {
            data.note_ocsp();
            Ok(())
        })?;
        let validator = Validator::new(anchors, data, Policy::default()).with_published(published);
        Ok(if self.tsa_trust.is_empty() { validator } else { validator.with_time_stamp_anchors(time_stamp_anchors) })
    }
}

fn for_each_file(
    paths: &[PathBuf],
    endings: &[&str],
    mut take: impl FnMut(&[u8]) -> Result<(), MaterialError>,
) -> Result<(), Usage> {
    let mut load = |path: &Path| {
        let octets = std::fs::read(path).map_err(|error| Usage::NotRead { path: path.to_owned(), error })?;
        take(&octets).map_err(|error| Usage::NotUsable { path: path.to_owned(), error })
    };
    for path in paths {
        files_of(path, endings)?.iter().try_for_each(|file| load(file))?;
    }
    Ok(())
}
