//! The signing statement: what the service itself knows about a signing act, signed.
//!
//! # Specification, version 1
//!
//! An office prepares the document, so it writes `/M`, `/Name` and everything visible. What it must not be able to choose is signed
//! beside it: one signed attribute (RFC 5652, 5.3) of type `arc.1.1` (see [`OidArc`](crate::OidArc)) with exactly one value, the DER
//! encoding (X.690, clause 10) of
//!
//! ```text
//! SigningStatement ::= SEQUENCE {
//!     version           INTEGER { v1(1) },
//!     sequence          INTEGER (1..9223372036854775807), -- of the intent in the service's register
//!     signedAt          GeneralizedTime,                  -- the service's clock, UTC, whole seconds
//!     office            UTF8String (SIZE (1..63)),        -- a-z 0-9 -, from the TLS client certificate
//!     documentType      UTF8String (SIZE (1..32)),        -- a-z 0-9 -
//!     numberCommitment  OCTET STRING (SIZE (32)),         -- HMAC-SHA-256 of the number, see CommitmentKey
//!     sealHash      [0] IMPLICIT OCTET STRING (SIZE (32)) OPTIONAL, -- SHA-256 of the QR seal on the page
//!     mandate       [1] IMPLICIT MandateReference OPTIONAL,
//!     statusIndex   [2] IMPLICIT INTEGER (0..1099511627775) OPTIONAL } -- see StatusIndex
//!
//! MandateReference ::= SEQUENCE {
//!     id    UTF8String (SIZE (1..63)),
//!     hash  OCTET STRING (SIZE (32)) }                    -- SHA-256 of the signed mandate
//! ```
//!
//! Rules for a reader:
//!
//! 1. The attribute is absent, or present once with one value; anything else is malformed.
//! 2. Every encoding but DER is malformed, as is anything after the value, an unknown version, or an unknown field.
//! 3. `signedAt` is the time by which mandates, office hours and terms of office are judged. `/M` is only a claim; one that lies more
//!    than [`CLAIMED_TIME_TOLERANCE_SECONDS`] away is reported.
//! 4. `statusIndex` names one value of one status list (see [`status`](crate::status)). A list that was issued before `signedAt` says
//!    nothing about this signature: every index that was not given out when a list was made reads INVALID in it.
//! 5. The statement proves what the *service* said when it signed. It is no time-stamp: it does not show that the signature existed
//!    before the certificate expired or was revoked.
//!
//! # Worked example
//!
//! Sequence 7, 2026-11-24 01:02:03 UTC, office `kec-bekasi-timur`, type `surat`, a commitment of 32 octets `aa`, no seal, no mandate,
//! no status index:
//!
//! ```text
//! 30 52                                      SEQUENCE, 82 octets
//!    02 01 01                                   version 1
//!    02 01 07                                   sequence 7
//!    18 0f 32303236313132343031303230335a       "20261124010203Z"
//!    0c 10 6b65632d62656b6173692d74696d7572     "kec-bekasi-timur"
//!    0c 05 7375726174                           "surat"
//!    04 20 aa..aa                               commitment
//! ```
//!
//! With the status index 1 of shard 7, 7,340,033, it ends with `82 03 70 00 01`.
//!
//! ```
//! use evidence::{Commitment, DocumentType, OfficeId, SigningStatement, UnixSeconds};
//!
//! let statement = SigningStatement {
//!     sequence: 7,
//!     signed_at: UnixSeconds(1_795_482_123),
//!     office: OfficeId::parse("kec-bekasi-timur")?,
//!     document_type: DocumentType::surat(),
//!     number_commitment: Commitment::from_bytes([0xaa; 32]),
//!     seal_hash: None,
//!     mandate: None,
//!     status_index: None,
//! };
//! let der = statement.to_der()?;
//! assert_eq!(der[..8], [0x30, 0x52, 0x02, 0x01, 0x01, 0x02, 0x01, 0x07]);
//! assert_eq!(SigningStatement::from_der(&der)?, statement);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::{fmt, time::Duration};

use der::{
    Decode, Encode, Sequence, ValueOrd,
    asn1::{GeneralizedTime, OctetStringRef, Utf8StringRef},
};
use thiserror::Error;

use crate::{Commitment, DocumentType, NameError, OfficeId, StatusIndex};

/// How far `/M` may lie from `signedAt`, either way, before a verifier reports it, in seconds.
pub const CLAIMED_TIME_TOLERANCE_SECONDS: u64 = 600;

/// Largest `sequence`: SQLite and PostgreSQL count in signed 64-bit integers.
pub const SEQUENCE_LIMIT: u64 = i64::MAX.unsigned_abs();

/// Why octets are not a signing statement, or why a statement cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StatementError {
    /// Not the DER of a `SigningStatement`.
    #[error("the signing statement is not well-formed DER: {0}")]
    Malformed(der::ErrorKind),
    /// The office or mandate id, or the document type, is no name.
    #[error("a name in the signing statement is malformed: {0}")]
    Name(#[from] NameError),
    /// A digest or commitment that is not 32 octets.
    #[error("a digest in the signing statement has {length} octets instead of 32")]
    DigestLength {
        /// Octets found.
        length: usize,
    },
    /// Zero, or over [`SEQUENCE_LIMIT`].
    #[error("the sequence of the signing statement is {0}, which no register gives")]
    Sequence(u64),
    /// A status index that no list has.
    #[error("the status index of the signing statement is {0}, which no status list has")]
    StatusIndex(u64),
    /// A time that GeneralizedTime cannot hold.
    #[error("the time of the signing statement is outside the years 1970 to 9999")]
    Time,
    /// A version that this reader does not know.
    #[error("version {0} of the signing statement is unknown")]
    Version(u8),
}

impl From<der::Error> for StatementError {
    fn from(error: der::Error) -> Self {
        Self::Malformed(error.kind())
    }
}

/// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixSeconds(pub u64);

impl fmt::Display for UnixSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What the service states about one signing act. See the [module](self) for the specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningStatement {
    /// Number of the intent in the service's register, from 1.
    pub sequence: u64,
    /// The service's time.
    pub signed_at: UnixSeconds,
    /// The office that asked, as its TLS client certificate names it.
    pub office: OfficeId,
    /// What kind of document was signed.
    pub document_type: DocumentType,
    /// Commitment to the document's number.
    pub number_commitment: Commitment,
    /// SHA-256 of the QR seal on the page, if there is one.
    pub seal_hash: Option<[u8; 32]>,
    /// The mandate under which the office asked, if mandates are in force.
    pub mandate: Option<MandateReference>,
    /// Where the status of the document stands, if it has one.
    pub status_index: Option<StatusIndex>,
}

/// Names one mandate exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MandateReference {
    /// The mandate's id: 1 to 63 of `a-z`, `0-9`, `-`.
    pub id: OfficeId,
    /// SHA-256 of the signed mandate.
    pub hash: [u8; 32],
}

/// The ASN.1 type, borrowed.
#[derive(Sequence)]
struct StatementDer<'a> {
    version: u8,
    sequence: u64,
    signed_at: GeneralizedTime,
    office: Utf8StringRef<'a>,
    document_type: Utf8StringRef<'a>,
    number_commitment: &'a OctetStringRef,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    seal_hash: Option<&'a OctetStringRef>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    mandate: Option<MandateDer<'a>>,
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", optional = "true")]
    status_index: Option<u64>,
}

/// The ASN.1 type, borrowed.
#[derive(Sequence, ValueOrd)]
struct MandateDer<'a> {
    id: Utf8StringRef<'a>,
    hash: &'a OctetStringRef,
}

const VERSION: u8 = 1;

impl SigningStatement {
    /// The DER encoding: the one value of the signed attribute.
    ///
    /// # Errors
    ///
    /// [`StatementError::Sequence`] or [`StatementError::Time`] when a number is out of the range that the encoding allows.
    pub fn to_der(&self) -> Result<Vec<u8>, StatementError> {
        if self.sequence == 0 || self.sequence > SEQUENCE_LIMIT {
            return Err(StatementError::Sequence(self.sequence));
        }
        let signed_at = GeneralizedTime::from_unix_duration(Duration::from_secs(self.signed_at.0))
            .map_err(|_| StatementError::Time)?;
        let mandate = match &self.mandate {
            Some(mandate) => Some(MandateDer {
                id: Utf8StringRef::new(mandate.id.as_str())?,
                hash: OctetStringRef::new(&mandate.hash)?,
            }),
            None => None,
        };
        let value = StatementDer {
            version: VERSION,
            sequence: self.sequence,
            signed_at,
            office: Utf8StringRef::new(self.office.as_str())?,
            document_type: Utf8StringRef::new(self.document_type.as_str())?,
            number_commitment: OctetStringRef::new(self.number_commitment.as_bytes())?,
            seal_hash: self.seal_hash.as_ref().map(|hash| OctetStringRef::new(hash)).transpose()?,
            mandate,
            status_index: self.status_index.map(StatusIndex::as_u64),
        };
        Ok(value.to_der()?)
    }

    /// Reads the one value of the signed attribute.
    ///
    /// # Errors
    ///
    /// Every [`StatementError`]: the octets are not exactly one DER statement of a known version.
    pub fn from_der(der: &[u8]) -> Result<Self, StatementError> {
        let value = StatementDer::from_der(der)?;
        if value.version != VERSION {
            return Err(StatementError::Version(value.version));
        }
        if value.sequence == 0 || value.sequence > SEQUENCE_LIMIT {
            return Err(StatementError::Sequence(value.sequence));
        }
        let mandate = match value.mandate {
            Some(mandate) => {
                Some(MandateReference { id: OfficeId::parse(mandate.id.as_str())?, hash: digest(mandate.hash)? })
            }
            None => None,
        };
        Ok(Self {
            sequence: value.sequence,
            signed_at: UnixSeconds(value.signed_at.to_unix_duration().as_secs()),
            office: OfficeId::parse(value.office.as_str())?,
            document_type: DocumentType::parse(value.document_type.as_str())?,
            number_commitment: Commitment::from_bytes(digest(value.number_commitment)?),
            seal_hash: value.seal_hash.map(digest).transpose()?,
            mandate,
            status_index: value.status_index.map(status_index).transpose()?,
        })
    }
}

fn digest(octets: &OctetStringRef) -> Result<[u8; 32], StatementError> {
    let octets = octets.as_bytes();
    octets.try_into().map_err(|_| StatementError::DigestLength { length: octets.len() })
}

fn status_index(number: u64) -> Result<StatusIndex, StatementError> {
    StatusIndex::from_u64(number).map_err(|_| StatementError::StatusIndex(number))
}

#[cfg(test)]
mod tests;
