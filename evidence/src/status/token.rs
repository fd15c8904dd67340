//! The signed list: a Status List Token in CWT form.

use std::fmt;

use thiserror::Error;

use crate::{
    CborError, CborErrorKind, CoseError, KeyHint, StatusPrefix, UnixSeconds,
    address::{ADDRESS_LIMIT, AddressError},
    cbor::{Reader, Writer},
    cose::{Sign1, UnsignedSign1},
};

use super::list::StatusList;
use super::{SHARDS, StatusIndexError};

/// The type in the protected header.
pub const TOKEN_TYPE: &str = "application/statuslist+cwt";
/// How long a list is fresh, in seconds: after that a reader that can get a new one does.
pub const TTL_SECONDS: u64 = 3_600;
/// How long a list says anything, in seconds.
pub const LIFETIME_SECONDS: u64 = 7 * 86_400;
/// Most octets of a token: the values of a shard that do not compress at all, and 4 KiB around them.
pub const TOKEN_LIMIT: usize = 266_240;

/// The last second of the year 9999.
pub(crate) const LAST_SECOND: u64 = 253_402_300_799;
const SUBJECT: u64 = 2;
const EXPIRES: u64 = 4;
const ISSUED: u64 = 6;
const STATUS_LIST: u64 = 65_533;
const TIME_TO_LIVE: u64 = 65_534;
const BITS: u64 = 2;
/// A prefix and the seven digits of the last shard.
const SUBJECT_LIMIT: usize = ADDRESS_LIMIT + 7;

/// Why octets are no status list, or why one cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StatusError {
    /// More octets than any list has.
    #[error("the status list has {length} octets; at most {limit} are allowed")]
    TooLong {
        /// Octets given.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// Not the signed structure.
    #[error(transparent)]
    Cose(#[from] CoseError),
    /// Not the deterministic CBOR of the claims; offsets count from the beginning of the payload.
    #[error("the claims of the status list are malformed: {0}")]
    Claims(#[from] CborError),
    /// A subject that is not a prefix and the number of a shard.
    #[error("the subject of the status list is not an address that ends with the number of a shard")]
    Subject,
    /// A prefix that is none.
    #[error("the subject of the status list is malformed: {0}")]
    Prefix(#[from] AddressError),
    /// No such shard.
    #[error(transparent)]
    Index(#[from] StatusIndexError),
    /// Another width of the values.
    #[error("the values have {found} bits instead of 2")]
    Bits {
        /// The width found.
        found: u64,
    },
    /// A list that ends before it begins, or after the year 9999.
    #[error("the status list is issued at {issued} and expires at {expires}, which is no time during which it holds")]
    Times {
        /// Seconds since 1970.
        issued: u64,
        /// Seconds since 1970.
        expires: u64,
    },
    /// A time to live of no seconds.
    #[error("the time to live of the status list is 0 seconds")]
    TimeToLive,
    /// Not a ZLIB stream, or one whose checksum is wrong.
    #[error("the values are not a ZLIB stream")]
    NotZlib,
    /// The ZLIB stream ends too early.
    #[error("the ZLIB stream of the values ends too early")]
    StreamTruncated,
    /// Something follows the ZLIB stream.
    #[error("something follows the ZLIB stream of the values")]
    StreamTrailing,
    /// More values than a shard has.
    #[error("the values inflate to more than {limit} octets")]
    ListTooLong {
        /// Octets of a shard.
        limit: usize,
    },
    /// Fewer values than a shard has.
    #[error("the values inflate to {length} octets instead of {expected}")]
    ListTooShort {
        /// Octets found.
        length: usize,
        /// Octets of a shard.
        expected: usize,
    },
    /// An index of one shard, a list of another.
    #[error("the index is of shard {index}, the list is of shard {list}")]
    OtherShard {
        /// The list's shard.
        list: u32,
        /// The index's shard.
        index: u32,
    },
}

/// How old a list is at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Issued later than that.
    NotYetIssued,
    /// Younger than its time to live.
    Fresh,
    /// Older, but not expired.
    Aged,
    /// It says nothing any more.
    Expired,
}

/// From when to when a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenTimes {
    /// When it was made.
    pub issued_at: UnixSeconds,
    /// When it ends, which is after it was made.
    pub expires_at: UnixSeconds,
    /// How long it is fresh, in seconds, from 1.
    pub ttl_seconds: u64,
}

impl TokenTimes {
    /// Fresh for [`TTL_SECONDS`], valid for [`LIFETIME_SECONDS`].
    #[must_use]
    pub const fn usual(issued_at: UnixSeconds) -> Self {
        let expires_at = UnixSeconds(issued_at.0.saturating_add(LIFETIME_SECONDS));
        Self { issued_at, expires_at, ttl_seconds: TTL_SECONDS }
    }

    fn check(self) -> Result<Self, StatusError> {
        let (issued, expires) = (self.issued_at.0, self.expires_at.0);
        if expires <= issued || expires > LAST_SECOND {
            return Err(StatusError::Times { issued, expires });
        }
        if self.ttl_seconds == 0 {
            return Err(StatusError::TimeToLive);
        }
        Ok(self)
    }
}

/// A list that lacks its signature.
#[derive(Clone, PartialEq, Eq)]
pub struct UnsignedToken(UnsignedSign1);

impl UnsignedToken {
    /// Puts the values of a shard behind a prefix, to be signed by the key with this hint.
    ///
    /// # Errors
    ///
    /// [`StatusError::Times`], [`StatusError::TimeToLive`].
    pub fn new(list: &StatusList, prefix: &StatusPrefix, times: TokenTimes, key: KeyHint) -> Result<Self, StatusError> {
        let times = times.check()?;
        let mut writer = Writer::default();
        writer.map(5).unsigned(SUBJECT).text(&format!("{prefix}{}", list.shard()));
        writer.unsigned(EXPIRES).unsigned(times.expires_at.0).unsigned(ISSUED).unsigned(times.issued_at.0);
        writer.unsigned(STATUS_LIST).map(2).text("lst").bytes(&list.compress()).text("bits").unsigned(BITS);
        writer.unsigned(TIME_TO_LIVE).unsigned(times.ttl_seconds);
        Ok(Self(UnsignedSign1::new(key, Some(TOKEN_TYPE), writer.into_octets())))
    }

    /// The octets that the status key signs with ECDSA on P-256 over their SHA-256.
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        self.0.to_be_signed(&[])
    }

    /// Adds the signature, `r || s` of 32 octets each, and gives the token's octets.
    ///
    /// # Errors
    ///
    /// [`StatusError::Cose`] when the signature is out of range or has the upper `s`.
    pub fn sign_with(&self, signature: [u8; 64]) -> Result<Vec<u8>, StatusError> {
        Ok(self.0.sign_with(&signature)?)
    }
}

impl fmt::Debug for UnsignedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsignedToken").finish_non_exhaustive()
    }
}

/// A list in its one form. Its signature has not been verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusToken {
    prefix: StatusPrefix,
    times: TokenTimes,
    list: StatusList,
    key_hint: KeyHint,
    to_be_signed: Vec<u8>,
    signature: [u8; 64],
}

impl StatusToken {
    /// Reads a token.
    ///
    /// # Errors
    ///
    /// Every [`StatusError`] but [`StatusError::OtherShard`].
    pub fn from_cwt(octets: &[u8]) -> Result<Self, StatusError> {
        if octets.len() > TOKEN_LIMIT {
            return Err(StatusError::TooLong { length: octets.len(), limit: TOKEN_LIMIT });
        }
        let statement = Sign1::read(octets, Some(TOKEN_TYPE), TOKEN_LIMIT)?;
        let mut reader = Reader::new(statement.payload);
        let mut claims = reader.map(&[SUBJECT, EXPIRES, ISSUED, STATUS_LIST, TIME_TO_LIVE])?;
        claims.required(&mut reader, SUBJECT)?;
        let (prefix, shard) = read_subject(reader.text(SUBJECT_LIMIT)?)?;
        claims.required(&mut reader, EXPIRES)?;
        let expires_at = UnixSeconds(reader.unsigned()?);
        claims.required(&mut reader, ISSUED)?;
        let issued_at = UnixSeconds(reader.unsigned()?);
        claims.required(&mut reader, STATUS_LIST)?;
        let stream = read_status_list(&mut reader)?;
        claims.required(&mut reader, TIME_TO_LIVE)?;
        let ttl_seconds = reader.unsigned()?;
        claims.end(&reader)?;
        reader.end()?;
        let times = TokenTimes { issued_at, expires_at, ttl_seconds }.check()?;
        Ok(Self {
            prefix,
            times,
            list: StatusList::inflate(shard, stream)?,
            key_hint: statement.key,
            to_be_signed: statement.to_be_signed(&[]),
            signature: statement.signature,
        })
    }

    /// The subject: where this list is published.
    #[must_use]
    pub fn sub(&self) -> String {
        format!("{}{}", self.prefix, self.list.shard())
    }

    /// The subject without the number of the shard. A reader compares it with the trusted one.
    #[must_use]
    pub const fn prefix(&self) -> &StatusPrefix {
        &self.prefix
    }

    /// When it was made, when it ends, how long it is fresh.
    #[must_use]
    pub const fn times(&self) -> TokenTimes {
        self.times
    }

    /// How old it is at this time.
    #[must_use]
    pub const fn freshness(&self, at: UnixSeconds) -> Freshness {
        let TokenTimes { issued_at, expires_at, ttl_seconds } = self.times;
        if at.0 < issued_at.0 {
            Freshness::NotYetIssued
        } else if at.0 >= expires_at.0 {
            Freshness::Expired
        } else if at.0 < issued_at.0.saturating_add(ttl_seconds) {
            Freshness::Fresh
        } else {
            Freshness::Aged
        }
    }

    /// The values, and of which shard they are.
    #[must_use]
    pub const fn list(&self) -> &StatusList {
        &self.list
    }

    /// Where to look for the key. A reader tries every trusted status key that has this hint.
    #[must_use]
    pub const fn key_hint(&self) -> KeyHint {
        self.key_hint
    }

    /// The octets that were signed.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// `r || s`, 32 octets each.
    #[must_use]
    pub const fn signature(&self) -> &[u8; 64] {
        &self.signature
    }
}

/// A prefix and the decimal number of a shard without leading zeros.
fn read_subject(text: &str) -> Result<(StatusPrefix, u32), StatusError> {
    let slash = text.rfind('/').ok_or(StatusError::Subject)?;
    let (prefix, number) = text.split_at_checked(slash.saturating_add(1)).ok_or(StatusError::Subject)?;
    let shard: u32 = number.parse().map_err(|_| StatusError::Subject)?;
    if shard.to_string() != number {
        return Err(StatusError::Subject);
    }
    if shard >= SHARDS {
        return Err(StatusIndexError::Shard { shard }.into());
    }
    Ok((StatusPrefix::parse(prefix)?, shard))
}

/// `{ "lst": bstr, "bits": 2 }`: in bytewise order the shorter key comes first (RFC 8949, 4.2.1).
fn read_status_list<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], StatusError> {
    let at = reader.at();
    let entries = reader.map_length()?;
    if entries != 2 {
        return Err(CborError { at, kind: CborErrorKind::Count { expected: 2, found: entries } }.into());
    }
    read_name(reader, "lst")?;
    let stream = reader.bytes(TOKEN_LIMIT)?;
    read_name(reader, "bits")?;
    let found = reader.unsigned()?;
    if found != BITS {
        return Err(StatusError::Bits { found });
    }
    Ok(stream)
}

fn read_name(reader: &mut Reader<'_>, expected: &'static str) -> Result<(), CborError> {
    let at = reader.at();
    if reader.text(expected.len())? == expected {
        return Ok(());
    }
    Err(CborError { at, kind: CborErrorKind::Name { expected } })
}

#[cfg(test)]
mod tests;
