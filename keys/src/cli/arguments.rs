//! The arguments, and the texts that explain them. Everything a newcomer needs stands in `--help`.

mod agency;
mod key;
mod trust_list;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(super) use agency::{
    AgencyCommand, CrlCommand, Init, List, OfficeAdd, OfficeCommand, Revoke, ServerCommand, ServerRenew,
    SigningCertificateCommand,
};
pub(super) use key::{ChangePassphrase, CommitmentKeyCommand, Csr, InstallChain, KeyCommand, KeyNew};
pub(super) use trust_list::{
    StatementKeyCommand, StatementKeyRoll, TrustListCommand, TrustListInit, TrustListIssue, TrustListShow,
};

/// Keys and certificates of a Teken agency.
///
/// A new agency that certifies itself:     teken-keys agency init
/// A signer certified by an outside CA:    teken-keys key new, csr, install-chain
/// Whatever a file is:                     teken-keys inspect FILE
///
/// Passphrases are asked for at the terminal, or read with --passphrase-file or --passphrase-fd; never from the arguments or the
/// environment, which others can read. Nothing that exists is ever overwritten unless a command says so.
///
/// Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
#[derive(Debug, Parser)]
#[command(name = "teken-keys", version, verbatim_doc_comment)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an agency, or change its offices and its server
    #[command(subcommand)]
    Agency(AgencyCommand),
    /// Make a signing key on its own, to be certified by an outside CA
    #[command(subcommand)]
    Key(KeyCommand),
    /// Write a certificate signing request (PKCS#10) for a key
    Csr(Csr),
    /// Check the chain that an outside CA sent, and install it beside its key
    InstallChain(InstallChain),
    /// Make the key under which document numbers are recorded
    #[command(subcommand)]
    CommitmentKey(CommitmentKeyCommand),
    /// Revoke a certificate for ever, and issue the CRL that says so
    Revoke(Revoke),
    /// Give the signer a new key and certificate before the old ones are over
    #[command(subcommand)]
    SigningCertificate(SigningCertificateCommand),
    /// The list of the keys of seals and status tokens, which those who verify need
    #[command(subcommand)]
    TrustList(TrustListCommand),
    /// The key that seals what is printed
    #[command(subcommand)]
    SealKey(StatementKeyCommand),
    /// The key that says which documents still hold
    #[command(subcommand)]
    StatusKey(StatementKeyCommand),
    /// Issue certificate revocation lists before the old ones are over
    #[command(subcommand)]
    Crl(CrlCommand),
    /// List the certificates that an agency issued, and their state
    List(List),
    /// Show what is in a certificate, chain, CRL, request, trust list or key file; needs no passphrase
    Inspect(Inspect),
}

#[derive(Debug, Args)]
pub(super) struct Inspect {
    /// PEM or DER files
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
}
