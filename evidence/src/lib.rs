//! Every signed statement of Teken other than the PDF signature itself.
//!
//! These are the [signing statement](SigningStatement), what the *service* knows about a signing act, carried as one signed attribute
//! of the CMS, so that an office cannot choose its own time, type or name; the [`seal`] on paper; the [status list](mod@status), what
//! became of documents; and the [trust list](trust_list), which says whose keys these are. The mandate and the log leaf come here
//! too when they are built.
//!
//! Invariant: bytes in, bytes out. Nothing here reads a clock, a file or a network, and nothing here holds a signing key. One value
//! has one encoding (DER or deterministic CBOR), and a decoder refuses every other encoding of it.
//!
//! It deliberately does not verify signatures: whoever reads a statement must already have established that the signed attributes
//! around it are authentic.
//!
//! Read first: [`signing_statement`], the specification of the attribute with a worked example.

#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::arithmetic_side_effects))]

mod address;
mod cbor;
mod commitment;
mod cose;
mod names;
mod oid;
pub mod seal;
pub mod signing_statement;
pub mod status;
pub mod trust_list;

pub use address::{ADDRESS_LIMIT, AddressError, SealPrefix, StatusPrefix};
pub use cbor::{CborError, CborErrorKind, CborType};
pub use commitment::{Commitment, CommitmentDomain, CommitmentKey};
pub use cose::{CoseError, KeyHint, SigStructure};
pub use der::asn1::ObjectIdentifier;
pub use names::{DocumentType, NameError, OfficeId};
pub use oid::{OidArc, OidArcError};
pub use signing_statement::{MandateReference, SigningStatement, StatementError, UnixSeconds};
pub use status::{StatusIndex, StatusIndexError};
