//! The offline verifier.

#![deny(clippy::indexing_slicing)]

mod algorithms;
mod asn1;
mod budget;
mod certificate;
mod clock;
mod crypto;
mod links;
mod names;
mod oid;
mod path;
mod pem;
mod trust;
