//! The status of a document after it was signed: valid, withdrawn, suspended, superseded.
//!
//! # Specification
//!
//! One list is a Status List Token in CWT form (draft-ietf-oauth-status-list-21) with two bits a value, for a *shard* of 2^20
//! documents. The profile is narrower than the draft, so that one list has one form:
//!
//! ```text
//! COSE_Sign1, tag 18
//!    protected   { 1: -9 (ESP256), 4: kid (4 octets), 16: "application/statuslist+cwt" }
//!    unprotected {}
//!    payload     {     2: status prefix || shard in decimal        subject, where the list is published
//!                      4: seconds since 1970                       expires
//!                      6: seconds since 1970                       issued
//!                  65533: { "lst": ZLIB stream, "bits": 2 }        the values
//!                  65534: seconds from 1 }                         time to live
//!    signature   r || s, low s
//! ```
//!
//! in deterministic CBOR (RFC 8949, 4.2.1), with an empty external_aad. The stream inflates to exactly 262,144 octets; value number
//! `idx` stands in octet `idx / 4`, shifted left by `idx % 4 * 2` bits.
//!
//! | value | draft | means | may become |
//! | --- | --- | --- | --- |
//! | 0 | VALID | released | 1, 2, 3 |
//! | 1 | INVALID | withdrawn, or never released | final |
//! | 2 | SUSPENDED | under examination | 0, 1 |
//! | 3 | application-specific | superseded by a newer document | final |
//!
//! A document's index is `shard * 2^20 + idx` ([`StatusIndex`]); it stands in its seal and its signing statement. Places are given
//! out in a keyed order ([`IndexPermutation`]).
//!
//! Rules for a reader:
//!
//! 1. The order is: form, signature by a trusted *status* key, the key's window, subject, times, value.
//! 2. The subject is the trusted status prefix and the shard of the index; no address is ever taken from a seal.
//! 3. Every index that was not released when the list was made reads INVALID. So a list says nothing about a document younger than
//!    itself: if it was issued before the document, the status was *not checked*.
//! 4. After `issued + time to live` a list is aged: get a newer one if possible, and say how old it is. From `expires` on it says
//!    nothing. Of several lists of one shard the latest counts, and one older than what was seen before is refused.
//! 5. Lists of more than 266,240 octets are refused unread.
//!
//! What a list shows: for a shard that is not full, how many values are valid, hence how many documents were released. Whoever fetches a list
//! shows which shard interests him, never which document.
//!
//! # Example
//!
//! ```
//! use evidence::{KeyHint, StatusPrefix, UnixSeconds, status::*};
//!
//! let index = StatusIndex::new(7, 12_345)?;
//! let mut list = StatusList::new_invalid(7)?;
//! list.set(index, StatusValue::Valid)?;
//! let prefix = StatusPrefix::parse("https://tte.example.go.id/status/")?;
//! let times = TokenTimes::usual(UnixSeconds(1_795_482_123));
//! let unsigned = UnsignedToken::new(&list, &prefix, times, KeyHint::from_bytes([1, 2, 3, 4]))?;
//! let signature = [1; 64]; // of the status key over unsigned.to_be_signed()
//! let token = StatusToken::from_cwt(&unsigned.sign_with(signature)?)?;
//! assert_eq!(token.sub(), "https://tte.example.go.id/status/7");
//! assert_eq!(token.list().get(index), Some(StatusValue::Valid));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod index;
mod list;
mod permutation;
mod token;

pub use index::{SHARD_VALUES, SHARDS, StatusIndex, StatusIndexError};
pub use list::{LIST_OCTETS, StatusList, StatusValue};
pub use permutation::IndexPermutation;
pub(crate) use token::LAST_SECOND;
pub use token::{
    Freshness, LIFETIME_SECONDS, StatusError, StatusToken, TOKEN_LIMIT, TOKEN_TYPE, TTL_SECONDS, TokenTimes,
    UnsignedToken,
};
