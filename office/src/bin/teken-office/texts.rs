//! Every failure in the words of the person who meets it: what happened and what to do, in Indonesian and in English, with the exit
//! code and one stable code for scripts. Here those of a whole command; below those of one document, of the document itself, and of the
//! service.
//!
//! When the service said why, its own words are shown: it gives both languages. The detail in brackets is the library's and English.

mod document;
mod service;
mod signing;
mod status;
#[cfg(test)]
mod tests;

use std::{error::Error, io, path::PathBuf};

use clap::ValueEnum;
use office::{
    CallError, ConfigError, ConnectError, EmbedHalfError, JournalError, PrepareHalfError, ReasonTextError,
    SignatureNameError, StatusError, WriteError, appearance::PreviewError,
};
use pades::PrepareError;
use thiserror::Error;

use self::service::{from_answer, from_fault};
pub(crate) use self::{signing::explain, status::status_word};
use crate::{plan::PlanError, report::Exit};

/// Language of the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// Indonesian.
    Id,
    /// English.
    En,
}

impl Language {
    /// The text in this language.
    pub(crate) fn pick<T>(self, indonesian: T, english: T) -> T {
        match self {
            Self::Id => indonesian,
            Self::En => english,
        }
    }
}

/// Why a command did not do its work at all.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error("configuration")]
    Config(#[from] ConfigError),
    #[error("command line")]
    Plan(#[from] PlanError),
    #[error("connection")]
    Connect(#[from] ConnectError),
    #[error("the service gave no profile")]
    Call(#[from] CallError),
    #[error("the journal failed")]
    Journal(#[from] JournalError),
    #[error("the document was not prepared")]
    Prepare(#[from] PrepareHalfError),
    #[error("the CMS was not embedded")]
    Embed(#[from] EmbedHalfError),
    #[error("the result was not written")]
    Write(#[from] WriteError),
    #[error("there is no preview")]
    Preview(#[from] PreviewError),
    #[error("the clock")]
    Clock(#[from] PrepareError),
    #[error("{} cannot be read", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{} is not a profile", path.display())]
    Profile { path: PathBuf, source: serde_json::Error },
    #[error("neither a request id nor the name of a signature")]
    Key,
    #[error("the name of the signature")]
    SignatureName(#[from] SignatureNameError),
    #[error("--reason")]
    Reason(#[from] ReasonTextError),
    #[error("the status")]
    Status(#[from] StatusError),
    #[error("stdout is gone")]
    Stdout(#[from] io::Error),
}

/// A failure in a person's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Explained {
    /// Stable, for scripts: the service's own reasons where the kind is the same.
    pub(crate) code: String,
    /// What happened.
    pub(crate) text: String,
    /// What to do.
    pub(crate) hint: String,
    /// The exit code of a run that ends with it.
    pub(crate) exit: Exit,
}

fn explained(code: &str, exit: Exit, text: impl Into<String>, hint: impl Into<String>) -> Explained {
    Explained { code: code.to_owned(), text: text.into(), hint: hint.into(), exit }
}

/// Text for a terminal, where a control character in a file's name would move the cursor or begin a line like another file's.
pub(crate) fn shown(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

/// A cause with the causes below it.
pub(crate) fn chain(error: &dyn Error) -> String {
    // The TOML library ends its text with the end of a line.
    let own = |error: &dyn Error| error.to_string().trim_end().to_owned();
    let mut text = own(error);
    let mut next = error.source();
    while let Some(error) = next {
        let below = own(error);
        // A library that prints its source in its own text would say everything twice.
        if !text.contains(&below) {
            text = format!("{text}: {below}");
        }
        next = error.source();
    }
    text
}

impl Failure {
    /// `command` is the one that failed, as it is written on the command line.
    pub(crate) fn explain(&self, language: Language, command: &str) -> Explained {
        match self {
            Self::Config(error) => explained(
                "CONFIGURATION",
                Exit::Usage,
                format!("{} ({})", language.pick("Konfigurasi tidak dapat dipakai", "The configuration cannot be used"), chain(error)),
                language.pick(
                    "Perbaiki berkas konfigurasi; setiap isian dijelaskan dalam office.example.toml.",
                    "Correct the configuration file; office.example.toml explains every field.",
                ),
            ),
            Self::Plan(PlanError::Artwork { template, source }) => explained(
                "TEMPLATE",
                Exit::Usage,
                format!(
                    "{} {} ({})",
                    language.pick("Template tidak dapat dipakai:", "The template cannot be used:"),
                    template.display(),
                    chain(source)
                ),
                language.pick(
                    "Belum ada yang dikirim. Perbaiki templatnya; setiap isian dijelaskan dalam templates/surat.toml.",
                    "Nothing was sent. Correct the template; templates/surat.toml explains every field.",
                ),
            ),
            Self::Plan(error) => command_line(chain(error), language, command),
            Self::SignatureName(error) => command_line(chain(error), language, command),
            Self::Reason(error) => command_line(chain(error), language, command),
            Self::Status(error) => status::explain(error, language),
            Self::Connect(error) => explained(
                "CERTIFICATE_FILES",
                Exit::Usage,
                format!(
                    "{} ({})",
                    language.pick("Sertifikat atau kunci kantor tidak dapat dipakai", "The office's certificate or key cannot be used"),
                    chain(error)
                ),
                language.pick(
                    "Periksa access_anchor, certificate, key dan state_dir dalam konfigurasi; berkas kunci hanya boleh dibaca pemiliknya.",
                    "Check access_anchor, certificate, key and state_dir in the configuration; only its owner may read the key file.",
                ),
            ),
            Self::Call(CallError::Fault { fault, attempts, .. }) => from_fault(fault, *attempts, None, language),
            Self::Call(CallError::Answer(error)) => from_answer(error, None, language),
            Self::Journal(error) => from_journal(error, language),
            Self::Prepare(PrepareHalfError::Document(error)) => document::unreadable(error, language),
            Self::Prepare(PrepareHalfError::Prepare(error)) | Self::Clock(error) => document::unprepared(error, language),
            Self::Preview(PreviewError::Document(error)) => document::unreadable(error, language),
            Self::Preview(error) => explained(
                "APPEARANCE",
                Exit::Refused,
                format!("{} ({})", language.pick("Halaman tidak dapat digambar", "The page cannot be drawn"), chain(error)),
                language.pick(
                    "Perbaiki template atau dokumen menurut alasan di atas.",
                    "Correct the template or the document as the reason above says.",
                ),
            ),
            Self::Embed(error) => explained(
                "NOT_EMBEDDED",
                Exit::Answer,
                format!(
                    "{} ({})",
                    language.pick("CMS tidak dapat dimasukkan ke dalam dokumen", "The CMS cannot be put into the document"),
                    chain(error)
                ),
                language.pick(
                    "Berkas tidak dibuat. Periksa apakah CMS itu jawaban untuk digest dokumen ini.",
                    "No file was made. Check that this CMS answers this document's digest.",
                ),
            ),
            Self::Write(error) => explained(
                "OUTPUT_UNWRITTEN",
                Exit::Machine,
                format!("{} ({})", language.pick("Berkas tidak dapat ditulis", "The file cannot be written"), chain(error)),
                language.pick(
                    "Pilih tempat lain dengan -o, atau pakai --force bila berkas lama boleh diganti.",
                    "Choose another place with -o, or use --force when the old file may go.",
                ),
            ),
            Self::Read { .. } | Self::Profile { .. } => explained(
                "INPUT_UNREADABLE",
                Exit::Usage,
                format!("{} ({})", language.pick("Berkas tidak dapat dibaca", "A file cannot be read"), chain(self)),
                language.pick("Periksa nama dan hak akses berkas.", "Check the file's name and rights."),
            ),
            Self::Key => explained(
                "COMMAND_LINE",
                Exit::Usage,
                language.pick(
                    "Bukan id permintaan dan bukan nama tanda tangan",
                    "Neither a request id nor the name of a signature",
                ),
                language.pick(
                    "Contoh: 6f0c1f6e-3f0e-4b0a-9d5c-0123456789ab atau offices/kec-bekasi-timur/signatures/7.",
                    "For example 6f0c1f6e-3f0e-4b0a-9d5c-0123456789ab or offices/kec-bekasi-timur/signatures/7.",
                ),
            ),
            Self::Stdout(error) => explained(
                "OUTPUT_UNWRITTEN",
                Exit::Machine,
                format!("{} ({error})", language.pick("Keluaran tidak dapat ditulis", "The output cannot be written")),
                language.pick(
                    "Dokumen yang sudah selesai tetap tersimpan; jalankan teken-office resume untuk sisanya.",
                    "Finished documents are saved; run teken-office resume for the rest.",
                ),
            ),
        }
    }
}

fn command_line(detail: String, language: Language, command: &str) -> Explained {
    explained(
        "COMMAND_LINE",
        Exit::Usage,
        format!("{} ({detail})", language.pick("Perintah tidak dapat dijalankan", "The command cannot be carried out")),
        language.pick(
            format!("Belum ada yang dikirim. Lihat teken-office {command} --help."),
            format!("Nothing was sent. See teken-office {command} --help."),
        ),
    )
}

fn from_journal(error: &JournalError, language: Language) -> Explained {
    explained(
        "JOURNAL_FAILED",
        Exit::Machine,
        format!("{} ({})", language.pick("Jurnal gagal", "The journal failed"), chain(error)),
        language.pick(
            "Periksa state_dir, hak akses dan ruang media penyimpanan. Jangan menghapus isinya: mungkin sudah ada yang ditandatangani.",
            "Check state_dir, its rights and the space on its disk. Do not delete what it holds: some of it may be signed.",
        ),
    )
}
