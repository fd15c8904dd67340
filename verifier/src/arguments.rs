//! The command line, and what it loads before the first file.

use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};
use verifier::{Detail, Language, MaterialError, Policy, TrustAnchors, UnixTime, ValidationData, Validator};

/// Verifies the signatures of PDF files, offline.
#[derive(Debug, Parser)]
#[command(name = "teken-verify", version, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Trust anchors: a PEM or DER file, or a directory of them. Nothing else is trusted
    #[arg(long, value_name = "PEM")]
    trust: Vec<PathBuf>,
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

const AFTER_HELP: &str = "\
Exit codes: 0 every file TOTAL-PASSED, 1 TOTAL-FAILED, 2 usage, 3 INDETERMINATE, 4 no signature,
5 revoked or superseded document, 6 unreadable file. Several files: the worst, in the order 2 6 1 4 5 3 0.
A directory without a PDF is 4, a report that could not be written is 2.

Without --trust a signature is INDETERMINATE at best; whether the document was changed is told all the same.

Examples:
  teken-verify --trust anchors/root.pem --crl crls signed/*.pdf
  teken-verify --trust anchors/root.pem --crl crls --json --at 2026-11-24T07:00:00+07:00 surat.pdf";

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LanguageName {
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
            Self::NotWritten(_) => {
                "what standard output leads to is full or broken; no exit code but this one can be relied on"
            }
        }
    }
}

fn moment(text: &str) -> Result<UnixTime, &'static str> {
    UnixTime::from_rfc3339(text).ok_or("not a moment such as 2026-11-24T07:00:00+07:00 or 2026-11-24")
}

impl Arguments {
    pub(crate) fn language(&self) -> Language {
        match self.lang {
            LanguageName::Id => Language::Indonesian,
            LanguageName::En => Language::English,
        }
    }

    pub(crate) fn detail(&self) -> Detail {
        if self.explain { Detail::Explain } else { Detail::Normal }
    }

    /// Loads everything that is trusted and at hand. One damaged file stops it: half a trust store is none.
    pub(crate) fn validator(&self) -> Result<Validator, Usage> {
        let mut anchors = TrustAnchors::none();
        for_each_file(&self.trust, &["pem", "crt", "cer", "der"], |octets| anchors.add_file(octets))?;
        let mut time_stamp_anchors = TrustAnchors::none();
        for_each_file(&self.tsa_trust, &["pem", "crt", "cer", "der"], |octets| time_stamp_anchors.add_file(octets))?;
        let mut data = ValidationData::none();
        for_each_file(&self.crl, &["crl", "pem", "der"], |octets| data.add_crl_file(octets))?;
        for_each_file(&self.ocsp, &["ors", "ocsp", "der"], |_| {
            data.note_ocsp();
            Ok(())
        })?;
        let validator = Validator::new(anchors, data, Policy::default());
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
        if !path.is_dir() {
            load(path)?;
            continue;
        }
        let files =
            crate::input::files_in(path, endings).map_err(|error| Usage::NotRead { path: path.clone(), error })?;
        if files.is_empty() {
            return Err(Usage::NothingInDirectory { path: path.clone(), endings: endings.join(", ") });
        }
        files.iter().try_for_each(|file| load(file))?;
    }
    Ok(())
}
