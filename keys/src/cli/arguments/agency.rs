//! Arguments about an agency, and the certificates that it issues and revokes.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use evidence::OfficeId;
use keys::agency::{Authority, RevocationReason, SEAL_PREFIX, STATUS_PREFIX};

use crate::cli::passphrase::{CaPassphraseOptions, PassphraseOptions};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum AgencyCommand {
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
pub(in crate::cli) struct Init {
    /// Folder to make the agency in
    pub(in crate::cli) dir: PathBuf,
    /// Name of the agency (O of every certificate)
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) organization: String,
    /// Part of the agency (OU of the signer's certificate)
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) unit: Option<String>,
    /// Name of the person whose signature this will be (CN)
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) signer_name: String,
    /// Office that this person holds, "Kepala Dinas ..."
    #[arg(long, value_name = "TITLE")]
    pub(in crate::cli) signer_title: String,
    /// An office that may connect, as ID=NAME; ID is 1 to 63 of a-z, 0-9 and '-' (may be repeated)
    #[arg(long = "office", value_name = "ID=NAME", value_parser = office_and_name)]
    pub(in crate::cli) offices: Vec<(OfficeId, String)>,
    /// DNS name or IP address of the service, beside localhost and 127.0.0.1 (may be repeated)
    #[arg(long = "server-name", value_name = "HOST")]
    pub(in crate::cli) server_names: Vec<String>,
    /// Where the CRLs will be found; /root.crl, /issuing.crl and /access.crl are put after it
    #[arg(long, value_name = "URI", default_value = "http://crl.invalid")]
    pub(in crate::cli) crl_base_uri: String,
    /// With what every seal's text begins: the URL of a page of the agency that explains its seals, with '#' at the end
    #[arg(long, value_name = "URL#", default_value = SEAL_PREFIX)]
    pub(in crate::cli) seal_prefix: String,
    /// Where status tokens will be found: a URL with '/' at the end
    #[arg(long, value_name = "URL/", default_value = STATUS_PREFIX)]
    pub(in crate::cli) status_prefix: String,
    /// Days until the next CRL is due
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub(in crate::cli) crl_days: u16,
    /// Mark everything as test material: UJI COBA in the names
    #[arg(long)]
    pub(in crate::cli) test: bool,
    #[command(flatten)]
    pub(in crate::cli) passphrase: PassphraseOptions,
    #[command(flatten)]
    pub(in crate::cli) ca_passphrase: CaPassphraseOptions,
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
pub(in crate::cli) enum OfficeCommand {
    /// Give an office a TLS key and certificate: office/ID.key and office/ID.pem
    ///
    /// The office also has to be listed in the service's configuration. An office whose certificate is revoked or over gets a new
    /// one in the place of the old.
    Add(OfficeAdd),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct OfficeAdd {
    /// The agency's folder
    pub(in crate::cli) dir: PathBuf,
    /// The office's id: 1 to 63 of a-z, 0-9 and '-'
    #[arg(value_parser = office_id)]
    pub(in crate::cli) id: OfficeId,
    /// The office's name, as people know it
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) name: String,
    #[command(flatten)]
    pub(in crate::cli) passphrase: PassphraseOptions,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ServerCommand {
    /// Give the service a new TLS key and certificate in the place of the old: signer/server.key and signer/server.pem
    Renew(ServerRenew),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ServerRenew {
    /// The agency's folder
    pub(in crate::cli) dir: PathBuf,
    /// DNS name or IP address of the service, beside localhost and 127.0.0.1 (may be repeated)
    #[arg(long = "server-name", value_name = "HOST")]
    pub(in crate::cli) server_names: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) passphrase: PassphraseOptions,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum SigningCertificateCommand {
    /// Make a new signing key and certificate in the place of the old: signer/signing.key and signer/chain.pem
    ///
    /// The issuing CA certifies it; everything else stays. The old certificate stays valid for what was signed with it: revoke it if
    /// its key is in doubt. A service that runs goes on with the old key until it is started again. If an earlier attempt was
    /// interrupted, that one is finished.
    Renew(SigningCertificateRenew),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SigningCertificateRenew {
    /// The agency's folder
    pub(in crate::cli) dir: PathBuf,
    /// Name of the person who signs from now on (the same as before if not given)
    #[arg(long, value_name = "NAME", requires = "signer_title")]
    pub(in crate::cli) signer_name: Option<String>,
    /// Office that this person holds
    #[arg(long, value_name = "TITLE", requires = "signer_name")]
    pub(in crate::cli) signer_title: Option<String>,
    /// Days that the certificate is valid; never longer than the issuing CA's
    #[arg(long, value_name = "DAYS", default_value_t = 730, value_parser = clap::value_parser!(u16).range(1..=3660))]
    pub(in crate::cli) days: u16,
    #[command(flatten)]
    pub(in crate::cli) passphrase: PassphraseOptions,
    #[command(flatten)]
    pub(in crate::cli) ca_passphrase: CaPassphraseOptions,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum Reason {
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
pub(in crate::cli) struct Revoke {
    /// The agency's folder
    pub(in crate::cli) dir: PathBuf,
    /// The certificate: its serial number in hexadecimal (teken-keys list shows it), or a PEM file
    #[arg(value_name = "SERIAL|PEM")]
    pub(in crate::cli) certificate: String,
    /// Why
    #[arg(long, value_enum)]
    pub(in crate::cli) reason: Reason,
    #[command(flatten)]
    pub(in crate::cli) passphrase: PassphraseOptions,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum CrlCommand {
    /// Issue a new CRL of one CA
    Issue(CrlIssue),
    /// Issue new CRLs of all CAs; needs the key of each, the root's too
    Renew(CrlRenew),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum Which {
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
pub(in crate::cli) struct CrlIssue {
    /// The agency's folder
    pub(in crate::cli) dir: PathBuf,
    /// Which CA
    #[arg(long, value_enum)]
    pub(in crate::cli) authority: Which,
    #[command(flatten)]
    pub(in crate::cli) passphrase: PassphraseOptions,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CrlRenew {
    /// The agency's folder
    pub(in crate::cli) dir: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) passphrase: PassphraseOptions,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// The agency's folder
    pub(in crate::cli) dir: PathBuf,
    /// One JSON object a line
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
