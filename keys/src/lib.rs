//! Custody: how the key that signs is made, kept, activated and used, and how it is certified.
//!
//! What this crate owns: private keys and their files, passphrases, certificates, CSRs and CRLs, and the throw-away or real
//! agency that issues them. Its invariants:
//!
//! - a [`SignatureValue`] exists only after it was verified with the public key;
//! - a [`Credential`] exists only when key and chain match;
//! - a [`SealKey`] or [`StatusKey`] signs statements of its own purpose and nothing else;
//! - a private key of a person is never written unencrypted, never printed, and never loaded from a file that others can
//!   read, exchange or reach by a second name.
//!
//! What it deliberately does not do: it knows no documents, no wire and no clock (times are arguments), validates no paths
//! (the verifier does), and starts no threads for signing (a soft key needs about 0.1 ms of processor time).
//!
//! Read [`SigningKey`] first, then [`SoftKey`], then `agency`.

pub mod agency;
mod certificate;
mod certification_request;
mod credential;
mod dtbsr;
mod envelope;
mod error;
mod harden;
mod key_id;
mod passphrase;
mod pem_blocks;
mod public_key;
pub mod secret_file;
mod signature_value;
mod signing_key;
mod soft;
mod statement_key;
mod to_be_signed;
pub mod whole_file;

pub use certificate::{Certificate, chain_from_pem, chain_to_pem, office_from_certificate};
pub use certification_request::{Subject, certification_request, install_chain};
pub use credential::Credential;
pub use dtbsr::Dtbsr;
pub use envelope::Protection;
pub use error::{CertificateFault, EnvelopeFault, FileFault, KeyError, PassphraseFault};
pub use harden::harden_process;
pub use key_id::KeyId;
pub use passphrase::{Passphrase, PassphraseSource};
pub use pem_blocks::pem_blocks;
pub use public_key::PublicKey;
pub use signature_value::SignatureValue;
pub use signing_key::{Signing, SigningKey};
pub use soft::SoftKey;
pub use statement_key::{SealKey, StatusKey};
