//! The QR seal: what a printed document states, signed, in a QR code on the paper.
//!
//! ```text
//! text = prefix digits              prefix: https://host/path#, the trust list says which; digits: 17 for 7 octets
//!
//! octets = D2 84                    COSE_Sign1, tag 18
//!    49 A2 01 28 04 44 kid          protected: ESP256, the first 4 octets of SHA-256 of the key
//!    A0                             unprotected: empty
//!    58 nn payload                  deterministic CBOR, an array ([`SealPayload`])
//!    58 40 r || s                   low s
//! ```
//!
//! The external_aad is the prefix, so that digits moved behind another address are no seal. The hash of a seal is SHA-256 of the octets.
//!
//! [`Seal::from_text`] sees that a seal has its one form, not who signed it: that is for the reader, by the [trust list](crate::trust_list).

mod check;
mod claims;
mod days;
mod digits;
mod error;
mod fields;
mod mask;
mod payload;
pub mod printed;
mod row;
mod sealed;
mod text;

pub use crate::{
    address::{AddressError, SealPrefix},
    cose::KeyHint,
};
pub use check::{Agreement, IdentityNumber, NumberCheck, Tags};
pub use claims::{AktaClaims, Claims, KkClaims, Neighbourhood, Profile, Sex, SuratClaims};
pub use days::{DateError, Days};
pub use error::{ClaimsError, PayloadError, PrintedField, SealError};
pub use fields::SealedField;
pub use mask::MaskedName;
pub use payload::{Head, PAYLOAD_LIMIT, PREFERRED_PAYLOAD, SealPayload};
pub use printed::nonce;
pub use row::{Member, Relationship, SealedMember};
pub use sealed::{Seal, TEXT_LIMIT, UnsignedSeal};
pub use text::{SealedNumber, SealedText, TextError};

#[cfg(test)]
mod tests;
