//! The trust list: which keys seal and say what still holds, and before which addresses, signed by the agency's root.
//!
//! # Specification
//!
//! ```text
//! COSE_Sign1, tag 18
//!    protected   { 1: -9 (ESP256), 4: kid (4 octets) }      kid: of the root's key
//!    unprotected {}
//!    payload     { 1: seq,                                   from 1; every list has a higher one than those before
//!                  2: iat,                                   seconds since 1970
//!                  3: exp,                                   after iat, at most 90 days
//!                  4: [ 1..32 seal prefix ],                 text, https://host/path#, each once
//!                  5: status prefix,                         text, https://host/path/
//!                  6: [ 1..256 key ] }
//!    signature   r || s, low s
//!
//! key          = { 1: spki,                                  bstr of 91 octets: DER SubjectPublicKeyInfo of a P-256 key, uncompressed
//!                  2: alg,                                   -9 (ESP256)
//!                  3: purpose,                               1 seal, 2 status
//!                  4: iat_from,                              first second in which it signs
//!                  5: iat_to,                                last one, after iat_from
//!                  6: state,                                 1 active, 2 retired, 3 compromised
//!                ? 7: compromised_at }                       in state 3 and in no other; from iat_from to iat
//! ```
//!
//! in deterministic CBOR (RFC 8949, 4.2.1), with the external_aad `teken trust list v1`. No key stands twice for the same purpose. No
//! time is after the year 9999. A list has at most 65,536 octets. The key of a list is the one in the agency's root certificate; what a
//! CA signs begins with 0x30 and what COSE signs with 0x84, so that neither can be taken for the other.
//!
//! Rules for a reader:
//!
//! 1. The order is: form, signature by the key of a trusted root, the root's own validity, `iat <= now < exp`. Only then does anything
//!    in the list count. Whether the point of a key lies on the curve is seen by whoever verifies with it.
//! 2. A list with a lower `seq` than one seen before is refused, and so are two different lists with the same one.
//! 3. A seal or status list is looked up by its kid among the keys of *its* purpose, and every key with that kid is tried.
//! 4. What a key signed holds if its day of issue (seal) or its time of issue (status list) lies in `iat_from..=iat_to`, also when the
//!    key is retired: paper is not printed anew.
//! 5. Of a compromised key nothing holds by its signature alone, whatever time is stated: whoever has the key chooses that time.
//!    `compromised_at` is for people who examine the cases by other proof.
//! 6. A prefix of a seal and the subject of a status list are compared octet for octet. Prefixes are never taken out of a list.
//!
//! # Example
//!
//! ```
//! use evidence::{KeyHint, SealPrefix, StatusPrefix, UnixSeconds, trust_list::*};
//!
//! # let point = [0x11; 64];
//! let spki_der = [SPKI_P256.as_slice(), &point].concat();
//! let list = TrustList {
//!     sequence: 1,
//!     issued_at: UnixSeconds(1_795_482_123),
//!     expires_at: UnixSeconds(1_795_482_123 + LONGEST_SECONDS),
//!     prefixes: vec![SealPrefix::parse("https://tte.example.go.id/v#")?],
//!     status_prefix: StatusPrefix::parse("https://tte.example.go.id/status/")?,
//!     keys: vec![TrustedKey {
//!         spki_der,
//!         purpose: KeyPurpose::Seal,
//!         issue_from: UnixSeconds(1_795_482_123),
//!         issue_to: UnixSeconds(1_858_554_123),
//!         state: KeyState::Active,
//!     }],
//! };
//! let unsigned = UnsignedTrustList::new(&list, KeyHint::from_bytes([1, 2, 3, 4]))?;
//! let signature = [1; 64]; // of the root's key over unsigned.to_be_signed()
//! let signed = unsigned.sign_with(signature)?;
//! assert_eq!(SignedTrustList::from_cose(signed.as_cose())?.list(), &list);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod key;
mod signed;

use thiserror::Error;

use crate::{
    AddressError, CborError, CoseError, KeyHint, SealPrefix, StatusPrefix, UnixSeconds,
    address::ADDRESS_LIMIT,
    cbor::{Reader, Writer},
    status::LAST_SECOND,
};

pub use key::{KeyPurpose, KeyState, SPKI_OCTETS, SPKI_P256, TrustedKey};
pub use signed::{SignedTrustList, UnsignedTrustList};

/// The external_aad: no other statement has it.
pub const EXTERNAL_AAD: &[u8] = b"teken trust list v1";
/// Longest time that a list holds, in seconds: 90 days.
pub const LONGEST_SECONDS: u64 = 90 * 86_400;
/// Most octets of a list.
pub const TRUST_LIST_LIMIT: usize = 65_536;
/// Most prefixes of a list.
pub const PREFIXES_LIMIT: usize = 32;
/// Most keys of a list.
pub const KEYS_LIMIT: usize = 256;

const SEQUENCE: u64 = 1;
const ISSUED: u64 = 2;
const EXPIRES: u64 = 3;
const PREFIXES: u64 = 4;
const STATUS_PREFIX: u64 = 5;
const KEYS: u64 = 6;

/// Why octets are no trust list, or why one cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TrustListError {
    /// More octets than any list has.
    #[error("the trust list has {length} octets; at most {limit} are allowed", limit = TRUST_LIST_LIMIT)]
    TooLong {
        /// Octets given.
        length: usize,
    },
    /// Not the signed structure.
    #[error(transparent)]
    Cose(#[from] CoseError),
    /// Not the deterministic CBOR of the payload; offsets count from its beginning.
    #[error("the payload of the trust list is malformed: {0}")]
    Payload(#[from] CborError),
    /// The number 0.
    #[error("the sequence number of the trust list is 0; the first has 1")]
    Sequence,
    /// A list that holds at no time, for too long or after the year 9999.
    #[error("the trust list is issued at {issued} and expires at {expires}; it must hold for 1 second to 90 days")]
    Times {
        /// Seconds since 1970.
        issued: u64,
        /// Seconds since 1970.
        expires: u64,
    },
    /// No prefixes, or too many.
    #[error("the trust list has {count} prefixes of seals; it must have 1 to {limit}", limit = PREFIXES_LIMIT)]
    PrefixCount {
        /// Prefixes found.
        count: usize,
    },
    /// A prefix that is none.
    #[error("prefix {position} of seals is malformed: {error}")]
    Prefix {
        /// Its position, from 0.
        position: usize,
        /// What is wrong with it.
        error: AddressError,
    },
    /// The same prefix again.
    #[error("prefix {position} of seals stands before already")]
    DuplicatePrefix {
        /// Position of the second one, from 0.
        position: usize,
    },
    /// A status prefix that is none.
    #[error("the prefix of status lists is malformed: {0}")]
    StatusPrefix(AddressError),
    /// No keys, or too many.
    #[error("the trust list has {count} keys; it must have 1 to {limit}", limit = KEYS_LIMIT)]
    KeyCount {
        /// Keys found.
        count: usize,
    },
    /// Not a public key of the one form.
    #[error("key {position} is not a SubjectPublicKeyInfo of 91 octets with an uncompressed point of P-256")]
    KeyForm {
        /// Its position, from 0.
        position: usize,
    },
    /// An algorithm other than ESP256.
    #[error("the algorithm of key {position} is {found} instead of -9, ESP256")]
    KeyAlgorithm {
        /// Its position, from 0.
        position: usize,
        /// The algorithm found.
        found: i64,
    },
    /// A purpose that there is not.
    #[error("the purpose of key {position} is {found}; 1 is seal, 2 is status")]
    KeyPurpose {
        /// Its position, from 0.
        position: usize,
        /// The purpose found.
        found: u64,
    },
    /// A state that there is not.
    #[error("the state of key {position} is {found}; 1 is active, 2 retired, 3 compromised")]
    KeyState {
        /// Its position, from 0.
        position: usize,
        /// The state found.
        found: u64,
    },
    /// A key that signs at no time, or after the year 9999.
    #[error("key {position} signs from {from} to {to}, which is no time during which it signs")]
    KeyTimes {
        /// Its position, from 0.
        position: usize,
        /// Seconds since 1970.
        from: u64,
        /// Seconds since 1970.
        to: u64,
    },
    /// A compromise before the key was in use, or after the list was issued.
    #[error("key {position} is compromised from {at} on, which is before its first use or after the list was issued")]
    CompromiseTime {
        /// Its position, from 0.
        position: usize,
        /// Seconds since 1970.
        at: u64,
    },
    /// The same key for the same purpose again.
    #[error("key {position} stands before already, for the same purpose")]
    DuplicateKey {
        /// Position of the second one, from 0.
        position: usize,
    },
}

/// What the root states about the agency. See the [module](self) for the specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustList {
    /// Number of the list, from 1; a later list has a higher one.
    pub sequence: u64,
    /// When it was made.
    pub issued_at: UnixSeconds,
    /// From when on it says nothing, at most [`LONGEST_SECONDS`] later.
    pub expires_at: UnixSeconds,
    /// What may stand before the digits of a seal, 1 to [`PREFIXES_LIMIT`], each once.
    pub prefixes: Vec<SealPrefix>,
    /// What stands before the number of a status list.
    pub status_prefix: StatusPrefix,
    /// The keys, 1 to [`KEYS_LIMIT`], each once for a purpose.
    pub keys: Vec<TrustedKey>,
}

impl TrustList {
    /// The keys of this purpose with this hint. A reader tries all of them: four octets are no name.
    pub fn candidates(&self, purpose: KeyPurpose, hint: KeyHint) -> impl Iterator<Item = &TrustedKey> {
        self.keys.iter().filter(move |key| key.purpose == purpose && key.hint() == hint)
    }

    /// Every rule that is not about the octets.
    fn check(&self) -> Result<(), TrustListError> {
        if self.sequence == 0 {
            return Err(TrustListError::Sequence);
        }
        let (issued, expires) = (self.issued_at.0, self.expires_at.0);
        let holds = expires.checked_sub(issued).is_some_and(|seconds| (1..=LONGEST_SECONDS).contains(&seconds));
        if !holds || expires > LAST_SECOND {
            return Err(TrustListError::Times { issued, expires });
        }
        if !(1..=PREFIXES_LIMIT).contains(&self.prefixes.len()) {
            return Err(TrustListError::PrefixCount { count: self.prefixes.len() });
        }
        if let Some(position) = second_of(&self.prefixes, |one, other| one == other) {
            return Err(TrustListError::DuplicatePrefix { position });
        }
        if !(1..=KEYS_LIMIT).contains(&self.keys.len()) {
            return Err(TrustListError::KeyCount { count: self.keys.len() });
        }
        for (position, key) in self.keys.iter().enumerate() {
            key.check(position, self.issued_at)?;
        }
        let same =
            |one: &TrustedKey, other: &TrustedKey| one.purpose == other.purpose && one.spki_der == other.spki_der;
        match second_of(&self.keys, same) {
            Some(position) => Err(TrustListError::DuplicateKey { position }),
            None => Ok(()),
        }
    }

    fn to_cbor(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.map(6).unsigned(SEQUENCE).unsigned(self.sequence);
        writer.unsigned(ISSUED).unsigned(self.issued_at.0).unsigned(EXPIRES).unsigned(self.expires_at.0);
        writer.unsigned(PREFIXES).array(self.prefixes.len());
        for prefix in &self.prefixes {
            writer.text(prefix.as_str());
        }
        writer.unsigned(STATUS_PREFIX).text(self.status_prefix.as_str());
        writer.unsigned(KEYS).array(self.keys.len());
        for key in &self.keys {
            key.write(&mut writer);
        }
        writer.into_octets()
    }

    fn from_cbor(octets: &[u8]) -> Result<Self, TrustListError> {
        let mut reader = Reader::new(octets);
        let mut map = reader.map(&[SEQUENCE, ISSUED, EXPIRES, PREFIXES, STATUS_PREFIX, KEYS])?;
        map.required(&mut reader, SEQUENCE)?;
        let sequence = reader.unsigned()?;
        map.required(&mut reader, ISSUED)?;
        let issued_at = UnixSeconds(reader.unsigned()?);
        map.required(&mut reader, EXPIRES)?;
        let expires_at = UnixSeconds(reader.unsigned()?);
        map.required(&mut reader, PREFIXES)?;
        let count = reader.array(PREFIXES_LIMIT)?;
        let prefixes = (0..count).map(|position| read_prefix(&mut reader, position)).collect::<Result<_, _>>()?;
        map.required(&mut reader, STATUS_PREFIX)?;
        let status_prefix = StatusPrefix::parse(reader.text(ADDRESS_LIMIT)?).map_err(TrustListError::StatusPrefix)?;
        map.required(&mut reader, KEYS)?;
        let count = reader.array(KEYS_LIMIT)?;
        let keys = (0..count).map(|position| TrustedKey::read(&mut reader, position)).collect::<Result<_, _>>()?;
        map.end(&reader)?;
        reader.end()?;
        let list = Self { sequence, issued_at, expires_at, prefixes, status_prefix, keys };
        list.check()?;
        Ok(list)
    }
}

fn read_prefix(reader: &mut Reader<'_>, position: usize) -> Result<SealPrefix, TrustListError> {
    let text = reader.text(ADDRESS_LIMIT)?;
    SealPrefix::parse(text).map_err(|error| TrustListError::Prefix { position, error })
}

/// Position of the first item that equals one before it. Lists are short: 256 keys are 32,640 comparisons.
fn second_of<T>(items: &[T], same: impl Fn(&T, &T) -> bool) -> Option<usize> {
    items
        .iter()
        .enumerate()
        .find(|(position, item)| items.iter().take(*position).any(|before| same(before, item)))
        .map(|(position, _)| position)
}

#[cfg(test)]
mod tests;
