//! Arguments about the keys of seals and status tokens, and the list that names them.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use evidence::KeyHint;
use keys::agency::TrustListChange;

use crate::cli::passphrase::{CaPassphraseOptions, PassphraseOptions};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum TrustListCommand {
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
pub(in crate::cli) struct TrustListTerms {
    /// With what a seal's text begins: the URL of a page that explains seals, with '#' at the end (may be repeated)
    #[arg(long = "prefix", value_name = "URL#")]
    prefixes: Vec<String>,
    /// Where status tokens are found: a URL with '/' at the end
    #[arg(long, value_name = "URL/")]
    status_prefix: Option<String>,
    /// Days until the next list is due
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=90))]
    pub(in crate::cli) days: u16,
}

impl TrustListTerms {
    pub(in crate::cli) fn change(&self) -> TrustListChange {
        TrustListChange { prefixes: self.prefixes.clone(), status_prefix: self.status_prefix.clone() }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct TrustListInit {
    /// The agency's folder
    pub(in crate::cli) dir: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) terms: TrustListTerms,
    #[command(flatten)]
    pub(in crate::cli) passphrase: PassphraseOptions,
    #[command(flatten)]
    pub(in crate::cli) ca_passphrase: CaPassphraseOptions,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct TrustListIssue {
    /// The agency's folder
    pub(in crate::cli) dir: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) terms: TrustListTerms,
    #[command(flatten)]
    pub(in crate::cli) passphrase: PassphraseOptions,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct TrustListShow {
    /// The list: trust/trust-list.cose of an agency
    pub(in crate::cli) file: PathBuf,
    /// The agency's root certificate (anchors/root.pem); refuses a list that it did not sign
    #[arg(long, value_name = "PEM")]
    pub(in crate::cli) trust: Option<PathBuf>,
    /// One JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum StatementKeyCommand {
    /// Make a new key in the place of the old, and issue the trust list that names it; needs the root's key
    ///
    /// Publish the list before the service is started again, or nobody knows the new key. The old key is retired: what it signed holds, and
    /// the running service may go on with it for 7 days. If an earlier attempt was interrupted, that one is finished.
    Roll(StatementKeyRoll),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct StatementKeyRoll {
    /// The agency's folder
    pub(in crate::cli) dir: PathBuf,
    /// The key that somebody else may have, 8 hexadecimal digits (trust-list show). A new one is made if it is the one in use
    #[arg(long, value_name = "KEYHINT", requires = "at", value_parser = key_hint)]
    pub(in crate::cli) compromised: Option<KeyHint>,
    /// Since when somebody else may have it, for example 2026-11-24T07:00:00Z
    #[arg(long, value_name = "TIME", requires = "compromised", value_parser = unix_time)]
    pub(in crate::cli) at: Option<u64>,
    /// Days until the next trust list is due
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=90))]
    pub(in crate::cli) days: u16,
    #[command(flatten)]
    pub(in crate::cli) passphrase: PassphraseOptions,
    #[command(flatten)]
    pub(in crate::cli) ca_passphrase: CaPassphraseOptions,
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
