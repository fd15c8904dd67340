//! The arguments, and the texts that explain them. Everything a newcomer needs stands in `--help`.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand, ValueEnum};
use evidence::{KeyHint, OfficeId};
use keys::{
    Passphrase, PassphraseSource,
    agency::{Authority, RevocationReason, SEAL_PREFIX, STATUS_PREFIX, TrustListChange},
};

use super::passphrase::{CaPassphraseOptions, PassphraseOptions, asked, source};

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

#[derive(Debug, Subcommand)]
pub(super) enum AgencyCommand {
    /// Make an agency: root, issuing CA, signer, server, offices, CRLs
    ///
    /// Under DIR come to lie: anchors/ (give root.pem to everybody who verifies), crls/ and trust/ (publish), signer/ (all that teken-signer
    /// needs), office/ (a key and certificate for each office), ca/ (the CAs' keys: keep a backup in a safe, and keep ca/root.key
    /// only there if you can).
    Init(Box<Init>),
    /// Offices that may connect
    #[command(subcommand)]
    Office(OfficeCommand),
    /// The service's TLS certificate
    #[command(subcommand)]
    Server(ServerCommand),
}

#[derive(Debug, Args)]
pub(super) struct Init {
    /// Folder to make the agency in
    pub(super) dir: PathBuf,
    /// Name of the agency (O of every certificate)
    #[arg(long, value_name = "NAME")]
    pub(super) organization: String,
    /// Part of the agency (OU of the signer's certificate)
    #[arg(long, value_name = "NAME")]
    pub(super) unit: Option<String>,
    /// Name of the person whose signature this will be (CN)
    #[arg(long, value_name = "NAME")]
    pub(super) signer_name: String,
    /// Office that this person holds, "Kepala Dinas ..."
    #[arg(long, value_name = "TITLE")]
    pub(super) signer_title: String,
    /// An office that may connect, as ID=NAME; ID is 1 to 63 of a-z, 0-9 and '-' (may be repeated)
    #[arg(long = "office", value_name = "ID=NAME", value_parser = office_and_name)]
    pub(super) offices: Vec<(OfficeId, String)>,
    /// DNS name or IP address of the service, beside localhost and 127.0.0.1 (may be repeated)
    #[arg(long = "server-name", value_name = "HOST")]
    pub(super) server_names: Vec<String>,
    /// Where the CRLs will be found; /root.crl, /issuing.crl and /access.crl are put after it
    #[arg(long, value_name = "URI", default_value = "http://crl.invalid")]
    pub(super) crl_base_uri: String,
    /// With what every seal's text begins: the URL of a page of the agency that explains its seals, with '#' at the end
    #[arg(long, value_name = "URL#", default_value = SEAL_PREFIX)]
    pub(super) seal_prefix: String,
    /// Where status tokens will be found: a URL with '/' at the end
    #[arg(long, value_name = "URL/", default_value = STATUS_PREFIX)]
    pub(super) status_prefix: String,
    /// Days until the next CRL is due
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub(super) crl_days: u16,
    /// Mark everything as test material: UJI COBA in the names
    #[arg(long)]
    pub(super) test: bool,
    #[command(flatten)]
    pub(super) passphrase: PassphraseOptions,
    #[command(flatten)]
    pub(super) ca_passphrase: CaPassphraseOptions,
}

fn office_and_name(text: &str) -> Result<(OfficeId, String), String> {
    let (id, name) = text.split_once('=').ok_or("write it as ID=NAME, for example kec-utara=\"Kecamatan Utara\"")?;
    let id = OfficeId::parse(id).map_err(|error| error.to_string())?;
    Ok((id, name.to_owned()))
}

fn office_id(text: &str) -> Result<OfficeId, String> {
    OfficeId::parse(text).map_err(|error| error.to_string())
}

#[derive(Debug, Subcommand)]
pub(super) enum OfficeCommand {
    /// Give an office a TLS key and certificate: office/ID.key and office/ID.pem
    ///
    /// The office also has to be listed in the service's configuration. An office whose certificate is revoked or over gets a new
    /// one in the place of the old.
    Add(OfficeAdd),
}

#[derive(Debug, Args)]
pub(super) struct OfficeAdd {
    /// The agency's folder
    pub(super) dir: PathBuf,
    /// The office's id: 1 to 63 of a-z, 0-9 and '-'
    #[arg(value_parser = office_id)]
    pub(super) id: OfficeId,
    /// The office's name, as people know it
    #[arg(long, value_name = "NAME")]
    pub(super) name: String,
    #[command(flatten)]
    pub(super) passphrase: PassphraseOptions,
}

#[derive(Debug, Subcommand)]
pub(super) enum ServerCommand {
    /// Give the service a new TLS key and certificate in the place of the old: signer/server.key and signer/server.pem
    Renew(ServerRenew),
}

#[derive(Debug, Args)]
pub(super) struct ServerRenew {
    /// The agency's folder
    pub(super) dir: PathBuf,
    /// DNS name or IP address of the service, beside localhost and 127.0.0.1 (may be repeated)
    #[arg(long = "server-name", value_name = "HOST")]
    pub(super) server_names: Vec<String>,
    #[command(flatten)]
    pub(super) passphrase: PassphraseOptions,
}

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Make a P-256 key: PKCS#8, encrypted (scrypt, AES-256-CBC), mode 0400
    New(KeyNew),
    /// Encrypt a key anew under another passphrase
    ///
    /// Also takes a key that `openssl pkcs8 -topk8 -scrypt` or `-iter 600000` wrote, and writes it as this program does.
    ChangePassphrase(ChangePassphrase),
}

#[derive(Debug, Args)]
pub(super) struct KeyNew {
    /// File to write
    #[arg(long, value_name = "PATH")]
    pub(super) out: PathBuf,
    #[command(flatten)]
    pub(super) passphrase: PassphraseOptions,
}

#[derive(Debug, Args)]
pub(super) struct ChangePassphrase {
    /// The key file; it is replaced when the new one is whole
    #[arg(long, value_name = "PATH")]
    pub(super) key: PathBuf,
    #[command(flatten)]
    pub(super) passphrase: PassphraseOptions,
    /// Read the new passphrase from the open file descriptor N
    #[arg(long, value_name = "N", conflicts_with = "new_passphrase_file")]
    new_passphrase_fd: Option<u32>,
    /// Read the new passphrase from a file of one line
    #[arg(long, value_name = "PATH")]
    new_passphrase_file: Option<PathBuf>,
}

impl ChangePassphrase {
    /// The passphrase that the key is to have.
    pub(super) fn read_new_passphrase(&self) -> Result<Passphrase> {
        let source = source(self.new_passphrase_fd, self.new_passphrase_file.as_ref());
        asked(&source.unwrap_or(PassphraseSource::Prompt), "the key from now on", PassphraseSource::read_new)
    }
}

#[derive(Debug, Args)]
pub(super) struct Csr {
    /// The key file
    #[arg(long, value_name = "PATH")]
    pub(super) key: PathBuf,
    /// Name of the agency (O)
    #[arg(long, value_name = "NAME")]
    pub(super) organization: String,
    /// Part of the agency (OU)
    #[arg(long, value_name = "NAME")]
    pub(super) unit: Option<String>,
    /// Name of the person (CN)
    #[arg(long, value_name = "NAME")]
    pub(super) common_name: String,
    /// Office that this person holds
    #[arg(long, value_name = "TITLE")]
    pub(super) title: Option<String>,
    /// File to write; standard output if not given
    #[arg(long, value_name = "PATH")]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) passphrase: PassphraseOptions,
}

#[derive(Debug, Args)]
pub(super) struct InstallChain {
    /// The key file that the certificate is for
    #[arg(long, value_name = "PATH")]
    pub(super) key: PathBuf,
    /// File to write the chain to: signing certificate first, without the root
    #[arg(long, value_name = "PATH")]
    pub(super) out: PathBuf,
    /// Replace the chain that is there (after a renewal)
    #[arg(long)]
    pub(super) replace: bool,
    /// PEM files that the CA sent, in any order, with or without the root
    #[arg(required = true, value_name = "PEM")]
    pub(super) certificates: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) passphrase: PassphraseOptions,
}

#[derive(Debug, Subcommand)]
pub(super) enum CommitmentKeyCommand {
    /// Make 32 random octets, mode 0400
    ///
    /// Whoever has this key can find out which document number a signature belongs to; who loses it cannot any more.
    New(CommitmentKeyNew),
}

#[derive(Debug, Args)]
pub(super) struct CommitmentKeyNew {
    /// File to write
    #[arg(long, value_name = "PATH")]
    pub(super) out: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Reason {
    /// Not told
    Unspecified,
    /// Somebody else may have the key
    KeyCompromise,
    /// The person or office changed its name or place
    AffiliationChanged,
    /// Another certificate took its place
    Superseded,
    /// The office is held no more; the key is not in doubt
    CessationOfOperation,
    /// The right to use it was withdrawn
    PrivilegeWithdrawn,
}

impl From<Reason> for RevocationReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Unspecified => Self::Unspecified,
            Reason::KeyCompromise => Self::KeyCompromise,
            Reason::AffiliationChanged => Self::AffiliationChanged,
            Reason::Superseded => Self::Superseded,
            Reason::CessationOfOperation => Self::CessationOfOperation,
            Reason::PrivilegeWithdrawn => Self::PrivilegeWithdrawn,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Revoke {
    /// The agency's folder
    pub(super) dir: PathBuf,
    /// The certificate: its serial number in hexadecimal (teken-keys list shows it), or a PEM file
    #[arg(value_name = "SERIAL|PEM")]
    pub(super) certificate: String,
    /// Why
    #[arg(long, value_enum)]
    pub(super) reason: Reason,
    #[command(flatten)]
    pub(super) passphrase: PassphraseOptions,
}

#[derive(Debug, Subcommand)]
pub(super) enum SigningCertificateCommand {
    /// Make a new signing key and certificate in the place of the old: signer/signing.key and signer/chain.pem
    ///
    /// The issuing CA certifies it; everything else stays. The old certificate stays valid for what was signed with it: revoke it if
    /// its key is in doubt. A service that runs goes on with the old key until it is started again. If an earlier attempt was
    /// interrupted, that one is finished.
    Renew(SigningCertificateRenew),
}

#[derive(Debug, Args)]
pub(super) struct SigningCertificateRenew {
    /// The agency's folder
    pub(super) dir: PathBuf,
    /// Name of the person who signs from now on (the same as before if not given)
    #[arg(long, value_name = "NAME", requires = "signer_title")]
    pub(super) signer_name: Option<String>,
    /// Office that this person holds
    #[arg(long, value_name = "TITLE", requires = "signer_name")]
    pub(super) signer_title: Option<String>,
    /// Days that the certificate is valid; never longer than the issuing CA's
    #[arg(long, value_name = "DAYS", default_value_t = 730, value_parser = clap::value_parser!(u16).range(1..=3660))]
    pub(super) days: u16,
    #[command(flatten)]
    pub(super) passphrase: PassphraseOptions,
    #[command(flatten)]
    pub(super) ca_passphrase: CaPassphraseOptions,
}

#[derive(Debug, Subcommand)]
pub(super) enum TrustListCommand {
    /// Give an agency that was made before there were seals its seal key, status key and first trust list
    ///
    /// Makes signer/seal.key, signer/status.key (under the passphrase of signer/signing.key) and trust/trust-list.cose. The
    /// service goes on as before until its configuration names them.
    Init(TrustListInit),
    /// Issue the list anew before the old one is over; needs the root's key
    ///
    /// Prefixes that are given are added; none is ever taken out, because paper keeps what was printed on it.
    Issue(TrustListIssue),
    /// Show what a trust list says; with --trust also whether that root signed it
    Show(TrustListShow),
}

/// What a new trust list says otherwise than the last.
#[derive(Debug, Args)]
pub(super) struct TrustListTerms {
    /// With what a seal's text begins: the URL of a page that explains seals, with '#' at the end (may be repeated)
    #[arg(long = "prefix", value_name = "URL#")]
    prefixes: Vec<String>,
    /// Where status tokens are found: a URL with '/' at the end
    #[arg(long, value_name = "URL/")]
    status_prefix: Option<String>,
    /// Days until the next list is due
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=90))]
    pub(super) days: u16,
}

impl TrustListTerms {
    pub(super) fn change(&self) -> TrustListChange {
        TrustListChange { prefixes: self.prefixes.clone(), status_prefix: self.status_prefix.clone() }
    }
}

#[derive(Debug, Args)]
pub(super) struct TrustListInit {
    /// The agency's folder
    pub(super) dir: PathBuf,
    #[command(flatten)]
    pub(super) terms: TrustListTerms,
    #[command(flatten)]
    pub(super) passphrase: PassphraseOptions,
    #[command(flatten)]
    pub(super) ca_passphrase: CaPassphraseOptions,
}

#[derive(Debug, Args)]
pub(super) struct TrustListIssue {
    /// The agency's folder
    pub(super) dir: PathBuf,
    #[command(flatten)]
    pub(super) terms: TrustListTerms,
    #[command(flatten)]
    pub(super) passphrase: PassphraseOptions,
}

#[derive(Debug, Args)]
pub(super) struct TrustListShow {
    /// The list: trust/trust-list.cose of an agency
    pub(super) file: PathBuf,
    /// The agency's root certificate (anchors/root.pem); refuses a list that it did not sign
    #[arg(long, value_name = "PEM")]
    pub(super) trust: Option<PathBuf>,
    /// One JSON object
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum StatementKeyCommand {
    /// Make a new key in the place of the old, and issue the trust list that names it; needs the root's key
    ///
    /// Publish the list before the service is started again, or nobody knows the new key. The old key is retired: what it signed holds, and
    /// the running service may go on with it for 7 days. If an earlier attempt was interrupted, that one is finished.
    Roll(StatementKeyRoll),
}

#[derive(Debug, Args)]
pub(super) struct StatementKeyRoll {
    /// The agency's folder
    pub(super) dir: PathBuf,
    /// The key that somebody else may have, 8 hexadecimal digits (trust-list show). A new one is made if it is the one in use
    #[arg(long, value_name = "KEYHINT", requires = "at", value_parser = key_hint)]
    pub(super) compromised: Option<KeyHint>,
    /// Since when somebody else may have it, for example 2026-11-24T07:00:00Z
    #[arg(long, value_name = "TIME", requires = "compromised", value_parser = unix_time)]
    pub(super) at: Option<u64>,
    /// Days until the next trust list is due
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=90))]
    pub(super) days: u16,
    #[command(flatten)]
    pub(super) passphrase: PassphraseOptions,
    #[command(flatten)]
    pub(super) ca_passphrase: CaPassphraseOptions,
}

fn key_hint(text: &str) -> Result<KeyHint, String> {
    let wrong = "write it as 8 hexadecimal digits, as teken-keys trust-list show does";
    let octets = hex::decode(text).ok().and_then(|octets| octets.try_into().ok());
    octets.map(KeyHint::from_bytes).ok_or_else(|| wrong.to_owned())
}

fn unix_time(text: &str) -> Result<u64, String> {
    let time: jiff::Timestamp = text.parse().map_err(|_| "write it like 2026-11-24T07:00:00Z".to_owned())?;
    u64::try_from(time.as_second()).map_err(|_| "a time before 1970".to_owned())
}

#[derive(Debug, Subcommand)]
pub(super) enum CrlCommand {
    /// Issue a new CRL of one CA
    Issue(CrlIssue),
    /// Issue new CRLs of all CAs; needs the key of each, the root's too
    Renew(CrlRenew),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Which {
    /// The public anchor: says whether the issuing CA is revoked
    Root,
    /// Says whether the signer is revoked
    Issuing,
    /// Says which offices and servers are revoked
    Access,
}

impl From<Which> for Authority {
    fn from(which: Which) -> Self {
        match which {
            Which::Root => Self::Root,
            Which::Issuing => Self::Issuing,
            Which::Access => Self::Access,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct CrlIssue {
    /// The agency's folder
    pub(super) dir: PathBuf,
    /// Which CA
    #[arg(long, value_enum)]
    pub(super) authority: Which,
    #[command(flatten)]
    pub(super) passphrase: PassphraseOptions,
}

#[derive(Debug, Args)]
pub(super) struct CrlRenew {
    /// The agency's folder
    pub(super) dir: PathBuf,
    #[command(flatten)]
    pub(super) passphrase: PassphraseOptions,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// The agency's folder
    pub(super) dir: PathBuf,
    /// One JSON object a line
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Inspect {
    /// PEM or DER files
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
}
