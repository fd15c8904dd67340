//! The QR seal.

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
