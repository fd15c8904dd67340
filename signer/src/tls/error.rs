//! Why the files of mTLS were refused. Each message says what to do, since an operator reads it at start.

use std::io;
use std::path::PathBuf;

use keys::KeyError;
use thiserror::Error;

/// Why the files of mTLS were refused.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is larger than any of its kind.
    #[error("{} has {length} octets; at most {limit} are read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its length in octets.
        length: u64,
        /// The limit in octets.
        limit: u64,
    },
    /// No readable certificate in a PEM file.
    #[error("{} holds no certificate that can be read; it must be PEM", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// A certificate is expired or not yet valid.
    #[error("the certificate in {} is valid from {not_before} to {not_after} (Unix seconds), and it is {now}; renew it", path.display())]
    OutsideValidity {
        /// The file.
        path: PathBuf,
        /// Start of validity, Unix seconds.
        not_before: u64,
        /// End of validity, Unix seconds.
        not_after: u64,
        /// The time of the check, Unix seconds.
        now: u64,
    },
    /// No readable private key in a PEM file.
    #[error("{} holds no private key that can be read; it must be PKCS#8 PEM without a passphrase", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// The key's file is not kept as a secret, or cannot be read.
    #[error("the key of the TLS certificate is refused: {source}")]
    KeyFile {
        /// The file and what is wrong with it.
        source: KeyError,
    },
    /// The key is of a kind that TLS cannot use.
    #[error("the key in {} cannot be used: {source}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What rustls said.
        source: rustls::Error,
    },
    /// The key is not the certificate's.
    #[error("the key in {} does not belong to the first certificate in {}", key.display(), certificate.display())]
    KeyMismatch {
        /// The key's file.
        key: PathBuf,
        /// The certificate's file.
        certificate: PathBuf,
    },
    /// An anchor cannot be used.
    #[error("the client anchor in {} cannot be used: {source}", path.display())]
    Anchor {
        /// The file.
        path: PathBuf,
        /// What rustls said.
        source: rustls::Error,
    },
    /// The revocation list cannot be used.
    #[error("the revocation list {} is refused: {source}", path.display())]
    Crl {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: CrlError,
    },
    /// webpki refused anchors or lists that passed our own checks.
    #[error("the client verifier cannot be made: {source}")]
    Verifier {
        /// What rustls said.
        source: rustls::server::VerifierBuilderError,
    },
    /// rustls has no protocol version left.
    #[error("no TLS version can be offered: {source}")]
    Protocol {
        /// What rustls said.
        source: rustls::Error,
    },
}

/// Why a certificate revocation list (RFC 5280, section 5) was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CrlError {
    /// No list in the file.
    #[error("it is no certificate revocation list in DER or PEM")]
    NotACrl,
    /// A list of another issuer.
    #[error("it was not issued by the client anchor")]
    OtherIssuer,
    /// The anchor's key does not verify it.
    #[error("its signature is not the client anchor's")]
    BadSignature,
    /// It says nothing about when it becomes stale.
    #[error("it has no nextUpdate, so nobody can tell when it is stale")]
    NoNextUpdate,
    /// It is not yet current.
    #[error("its thisUpdate {this_update} lies ahead of the time {now} (Unix seconds); check the clock")]
    NotYetCurrent {
        /// Start of currency, Unix seconds.
        this_update: u64,
        /// The time of the check, Unix seconds.
        now: u64,
    },
    /// It is stale.
    #[error("it is stale: nextUpdate {next_update} has passed, it is {now} (Unix seconds); fetch or issue a new one")]
    Stale {
        /// End of currency, Unix seconds.
        next_update: u64,
        /// The time of the check, Unix seconds.
        now: u64,
    },
}
