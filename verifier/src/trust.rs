//! Trust anchors: the only certificates that are believed without asking.
//!
//! Job: read them from what `--trust` names. Nothing else is ever an anchor: not the operating system's store, not a
//! self-signed certificate inside a document.

use crate::certificate::{Asn1Error, Certificate};
use crate::pem;

/// The anchors of one verification.
#[derive(Clone, Debug, Default)]
pub struct TrustAnchors(Vec<Certificate>);

/// A file of anchors, CRLs or other validation data that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaterialError {
    /// A PEM block that does not end, or is not base64.
    #[error("damaged PEM")]
    Pem,
    /// PEM without a block of the kind that is wanted.
    #[error("no {wanted} in the PEM file")]
    NoBlock {
        /// The label that is wanted.
        wanted: &'static str,
    },
    /// Octets that are not such a structure.
    #[error("not a DER {wanted}: {error}")]
    Der {
        /// What was wanted.
        wanted: &'static str,
        /// Where and how it is not one.
        error: Asn1Error,
    },
}

impl TrustAnchors {
    /// No anchor: integrity can still be told, trust cannot.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds the anchors of one file, PEM (any number) or DER (one).
    ///
    /// # Errors
    /// When the file holds no certificate or a damaged one.
    pub fn add_file(&mut self, octets: &[u8]) -> Result<(), MaterialError> {
        for der in read_blocks(octets, &["CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"])? {
            let certificate =
                Certificate::from_der(&der).map_err(|error| MaterialError::Der { wanted: "certificate", error })?;
            self.add(certificate);
        }
        Ok(())
    }

    /// Adds one anchor.
    pub fn add(&mut self, certificate: Certificate) {
        if self.find(&certificate).is_none() {
            self.0.push(certificate);
        }
    }

    /// The anchors.
    pub fn iter(&self) -> impl Iterator<Item = &Certificate> {
        self.0.iter()
    }

    /// There is no anchor.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The anchor that is this very certificate.
    pub(crate) fn find(&self, certificate: &Certificate) -> Option<&Certificate> {
        self.0.iter().find(|anchor| *anchor == certificate)
    }
}

/// The DER values in a file: its PEM blocks with one of the labels, or all of it.
pub(crate) fn read_blocks(octets: &[u8], labels: &'static [&'static str]) -> Result<Vec<Vec<u8>>, MaterialError> {
    if !pem::is_pem(octets) {
        return Ok(vec![octets.to_vec()]);
    }
    let blocks = pem::blocks(octets, labels).ok_or(MaterialError::Pem)?;
    if blocks.is_empty() {
        return Err(MaterialError::NoBlock { wanted: labels.first().copied().unwrap_or_default() });
    }
    Ok(blocks)
}
