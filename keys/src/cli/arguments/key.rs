//! Arguments about keys on their own, and what an outside CA certifies.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use keys::{Passphrase, PassphraseSource};

use crate::cli::passphrase::{PassphraseOptions, asked, source};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum KeyCommand {
    /// Make a P-256 key: PKCS#8, encrypted (scrypt, AES-256-CBC), mode 0400
    New(KeyNew),
    /// Encrypt a key anew under another passphrase
    ///
    /// Also takes a key that `openssl pkcs8 -topk8 -scrypt` or `-iter 600000` wrote, and writes it as this program does.
    ChangePassphrase(ChangePassphrase),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct KeyNew {
    /// File to write
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) out: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) passphrase: PassphraseOptions,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ChangePassphrase {
    /// The key file; it is replaced when the new one is whole
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) key: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) passphrase: PassphraseOptions,
    /// Read the new passphrase from the open file descriptor N
    #[arg(long, value_name = "N", conflicts_with = "new_passphrase_file")]
    new_passphrase_fd: Option<u32>,
    /// Read the new passphrase from a file of one line
    #[arg(long, value_name = "PATH")]
    new_passphrase_file: Option<PathBuf>,
}

impl ChangePassphrase {
    /// The passphrase that the key is to have.
    pub(in crate::cli) fn read_new_passphrase(&self) -> Result<Passphrase> {
        let source = source(self.new_passphrase_fd, self.new_passphrase_file.as_ref());
        asked(&source.unwrap_or(PassphraseSource::Prompt), "the key from now on", PassphraseSource::read_new)
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Csr {
    /// The key file
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) key: PathBuf,
    /// Name of the agency (O)
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) organization: String,
    /// Part of the agency (OU)
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) unit: Option<String>,
    /// Name of the person (CN)
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) common_name: String,
    /// Office that this person holds
    #[arg(long, value_name = "TITLE")]
    pub(in crate::cli) title: Option<String>,
    /// File to write; standard output if not given
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) out: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) passphrase: PassphraseOptions,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct InstallChain {
    /// The key file that the certificate is for
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) key: PathBuf,
    /// File to write the chain to: signing certificate first, without the root
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) out: PathBuf,
    /// Replace the chain that is there (after a renewal)
    #[arg(long)]
    pub(in crate::cli) replace: bool,
    /// PEM files that the CA sent, in any order, with or without the root
    #[arg(required = true, value_name = "PEM")]
    pub(in crate::cli) certificates: Vec<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) passphrase: PassphraseOptions,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum CommitmentKeyCommand {
    /// Make 32 random octets, mode 0400
    ///
    /// Whoever has this key can find out which document number a signature belongs to; who loses it cannot any more.
    New(CommitmentKeyNew),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CommitmentKeyNew {
    /// File to write
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) out: PathBuf,
}
