//! [`Agency`]: the certificates around a signer, made and kept by the agency itself.
//!
//! Two trees that never meet: the public anchor (root, issuing CA, the signer's certificate) vouches for signatures on documents; the
//! access anchor vouches for TLS alone. An auditor who trusts the first has not trusted a single office's client.
//!
//! Read [`Layout`] for the files, `profile` for what each certificate says, `create` for how an agency comes to be. What is changed
//! later ([`Agency::add_office`], [`Agency::revoke`], [`Agency::issue_crl`]) is changed under a lock and recorded in the ledger before
//! anything is handed out. The key of the root is needed for nothing but the root's CRL and may lie in a safe otherwise.
//!
//! A chain that comes from an outside CA needs none of this: see [`crate::certification_request`] and [`crate::install_chain`].

mod change;
mod create;
mod error;
mod issuer;
mod layout;
mod ledger;
mod options;
mod profile;
mod published;
mod signing;
mod stage;
mod staged;
mod tls;
mod trust;
mod trust_book;

pub(crate) use issuer::sign_structure;
pub(crate) use profile::{DOCUMENT_SIGNING, name, plain};

pub use create::new_commitment_key;
pub use error::AgencyError;
pub use layout::Layout;
pub use ledger::{Authority, Issued, Purpose, RevocationReason, Revoked, State};
pub use options::{AgencyOptions, Lifetimes, SEAL_PREFIX, STATUS_PREFIX, TestMark};
pub use profile::NameAttribute;
pub use signing::{Renewal, Signer};
pub use trust::{Compromise, Roll};
pub use trust_book::{Standing, StatementKey, StatementKind, TrustListChange};

/// An agency on disk.
#[derive(Debug)]
pub struct Agency {
    layout: Layout,
    ledger: ledger::Ledger,
}

impl Agency {
    /// Where its files lie.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// O of its certificates.
    pub fn organization(&self) -> &str {
        &self.ledger.organization
    }

    /// Everything it issued, with who signed it, in the order of issuing.
    pub fn issued(&self) -> impl Iterator<Item = (Authority, &Issued)> {
        self.ledger.issued()
    }
}
