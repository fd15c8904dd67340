//! [`SignedPdf`]: a file read back, with its revisions and the signatures in it.
//!
//! It opens unsigned files too; they have no signatures. It establishes where things are, never whether they hold:
//! that is for the verifier. A signature that is malformed is still listed, with what is wrong with it, so that none
//! can hide by being broken.

mod coverage;
mod der_length;
mod field;
mod signature;

use std::borrow::Cow;
use std::ops::Range;

pub use coverage::Coverage;
pub use signature::{DocMdp, EmbeddedSignature, SealFault, SubFilter};

use crate::pdf::{Document, Ref, Revision};
use crate::{Limits, PdfError};

/// A PDF file and its signatures.
#[derive(Debug)]
pub struct SignedPdf<'a> {
    document: Document<'a>,
    signatures: Vec<EmbeddedSignature>,
    certification: Option<Ref>,
    has_dss: bool,
}

impl<'a> SignedPdf<'a> {
    /// Opens a file and lists its signature fields that have a value.
    ///
    /// It parses the cross-reference sections, the catalog and the form fields, nothing else.
    ///
    /// ```
    /// use pades::{Limits, PdfError, SignedPdf};
    ///
    /// let file = b"%PDF-2.0\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n\
    ///     trailer<</Size 2/Root 1 0 R>>\nstartxref\n40\n%%EOF\n";
    /// let pdf = SignedPdf::open(&file[..], &Limits::default())?;
    /// assert_eq!(pdf.revisions().len(), 1);
    /// assert!(pdf.signatures().is_empty());
    /// let cut = SignedPdf::open(&file[..90], &Limits::default());
    /// assert_eq!(cut.map(|_| ()), Err(PdfError::StartxrefMissing));
    /// # Ok::<(), PdfError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Any [`PdfError`] of the file as a whole; what is wrong with one signature is told by that signature.
    pub fn open(bytes: impl Into<Cow<'a, [u8]>>, limits: &Limits) -> Result<Self, PdfError> {
        let document = Document::open(bytes, limits)?;
        let form = field::read_form(&document)?;
        Ok(Self { document, signatures: form.signatures, certification: form.certification, has_dss: form.has_dss })
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.document.bytes()
    }

    /// The file, given back; without a copy when it was given as a vector.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.document.into_bytes().into_owned()
    }

    /// The objects beneath, as of any revision.
    #[must_use]
    pub const fn document(&self) -> &Document<'a> {
        &self.document
    }

    /// All revisions, oldest first; there is at least one.
    #[must_use]
    pub fn revisions(&self) -> &[Revision] {
        self.document.revisions()
    }

    /// The signatures in the order in which their `/Contents` lie in the file; those without come last.
    #[must_use]
    pub fn signatures(&self) -> &[EmbeddedSignature] {
        &self.signatures
    }

    /// The octets behind the last revision, which belong to none: nothing explains them.
    #[must_use]
    pub fn trailing(&self) -> Range<usize> {
        self.document.trailing()
    }

    /// The signature dictionary that `/Perms /DocMDP` of the catalog names (12.8.6).
    #[must_use]
    pub const fn certification(&self) -> Option<Ref> {
        self.certification
    }

    /// Whether the catalog has a document security store, `/DSS` (12.8.4.3).
    #[must_use]
    pub const fn has_dss(&self) -> bool {
        self.has_dss
    }
}
