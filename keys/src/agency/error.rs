//! [`AgencyError`]: why an agency could not be made, read or changed.

use std::{net::AddrParseError, path::PathBuf};

use evidence::{AddressError, KeyHint, OfficeId, trust_list::TrustListError};

use super::{Authority, profile::NameAttribute, trust_book::StatementKind};
use crate::{FileFault, KeyError};

/// Why an agency could not be made, read or changed. Nothing of it was changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgencyError {
    /// Part of an agency, or something else by that name, is there already; nothing is overwritten.
    #[error("{} exists already and is not overwritten", path.display())]
    Exists {
        /// What is in the way.
        path: PathBuf,
    },
    /// An earlier attempt was interrupted and left its half-made files.
    #[error("{} was left by an attempt that did not finish", path.display())]
    LeftOver {
        /// The folder it left.
        path: PathBuf,
    },
    /// There is no `ca/index.json`.
    #[error("{} holds no agency", path.display())]
    NotAnAgency {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The index is not what this program wrote.
    #[error("{} is damaged at line {line}, column {column}", path.display())]
    IndexDamaged {
        /// The index file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// Written by a later version of this program.
    #[error("{} has version {version}, which this program does not know", path.display())]
    IndexVersion {
        /// The index file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
    /// A CRL was published that this index knows nothing of: an older index was restored.
    #[error(
        "the published CRL of {authority} has number {published}, and the index knows {recorded} or other revocations"
    )]
    IndexBehind {
        /// Whose CRL.
        authority: Authority,
        /// Its number.
        published: u64,
        /// The number in the index.
        recorded: u64,
    },
    /// Another process is changing this agency.
    #[error("another process is changing the agency in {}", path.display())]
    Busy {
        /// The agency's folder.
        path: PathBuf,
    },
    /// A part of a name is missing.
    #[error("the {attribute} is empty")]
    NameEmpty {
        /// Which part.
        attribute: NameAttribute,
    },
    /// A part of a name is longer than X.520 allows.
    #[error("the {attribute} has {length} characters, more than the {limit} that certificates allow")]
    NameTooLong {
        /// Which part.
        attribute: NameAttribute,
        /// Its length, characters.
        length: usize,
        /// Upper bound of X.520 (RFC 5280, appendix A.1), characters.
        limit: usize,
    },
    /// A part of a name holds a control character.
    #[error("the {attribute} holds a control character")]
    NameControl {
        /// Which part.
        attribute: NameAttribute,
    },
    /// Neither a DNS name nor an IP address.
    #[error("{name:?} is neither a DNS name nor an IP address")]
    ServerName {
        /// The text.
        name: String,
    },
    /// CRLs are fetched over plain HTTP or LDAP, from an ASCII URI.
    #[error("{uri:?} is no http URI to fetch CRLs from")]
    CrlUri {
        /// The text.
        uri: String,
    },
    /// The agency has this office already.
    #[error("office {office} has a valid certificate already")]
    OfficeExists {
        /// Which office.
        office: OfficeId,
    },
    /// No certificate with this serial number was issued here.
    #[error("no certificate with serial number {serial} was issued here")]
    UnknownSerial {
        /// Hexadecimal.
        serial: String,
    },
    /// Revoked before, which is for ever.
    #[error("certificate {serial} was revoked already")]
    AlreadyRevoked {
        /// Hexadecimal.
        serial: String,
    },
    /// A self-signed certificate: nobody would believe its own CRL. Take it out of every store of anchors instead.
    #[error("certificate {serial} is an anchor, which no CRL can revoke")]
    Anchor {
        /// Hexadecimal.
        serial: String,
    },
    /// The issuer's own certificate is over, or not yet valid.
    #[error("the {authority} certificate is not valid at the given time")]
    AuthorityNotValid {
        /// Whose.
        authority: Authority,
    },
    /// No prefix of seals or status tokens.
    #[error("{text:?} is no prefix of {kind}s: {error}")]
    Prefix {
        /// Of what.
        kind: StatementKind,
        /// The text.
        text: String,
        /// What is wrong with it.
        error: AddressError,
    },
    /// The agency was made before there were seals.
    #[error("the agency in {} has no trust list yet", path.display())]
    NoTrustList {
        /// The agency's folder.
        path: PathBuf,
    },
    /// The trust list was published by an index that knew more: an older index was restored.
    #[error("the published trust list has number {published}, and the index knows {recorded} or other keys")]
    TrustListAhead {
        /// Its number.
        published: u64,
        /// The number in the index.
        recorded: u64,
    },
    /// The published trust list is of a later time: the clock of then or of now is wrong.
    #[error("the published trust list is of {issued_at}, and now it is {now} (Unix seconds)")]
    TrustListOfLater {
        /// When it was issued, Unix seconds.
        issued_at: u64,
        /// Unix seconds.
        now: u64,
    },
    /// No key, or more than one, has this hint.
    #[error("no {kind} key of this agency has the hint {hint}")]
    UnknownStatementKey {
        /// What it would sign.
        kind: StatementKind,
        /// The hint.
        hint: KeyHint,
    },
    /// A compromise before the key was made, or in the future.
    #[error("a key in use since {from} was not compromised at {at}, seen from {now} (Unix seconds)")]
    CompromiseTime {
        /// The time given, Unix seconds.
        at: u64,
        /// Since when the key signs, Unix seconds.
        from: u64,
        /// Unix seconds.
        now: u64,
    },
    /// What a trust list cannot say.
    #[error("the trust list could not be made: {0}")]
    TrustList(#[from] TrustListError),
    /// A time before 1970 or after 9999, or a validity of no length.
    #[error("the times do not make a validity")]
    Times,
    /// A key or its file.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Any other file.
    #[error("{}: {fault}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: FileFault,
    },
    /// DER refused what we built: our mistake.
    #[error("a certificate or CRL could not be encoded: {0}")]
    Encoding(der::ErrorKind),
}

impl From<der::Error> for AgencyError {
    fn from(error: der::Error) -> Self {
        Self::Encoding(error.kind())
    }
}

impl AgencyError {
    pub(super) fn not_a_server_name(name: &str, _: AddrParseError) -> Self {
        Self::ServerName { name: name.to_owned() }
    }
}
