//! The two halves of a signature, without a service between them: for systems in other languages, which send the digest by themselves.

use pades::{
    Cms, CmsError, EmbedError, FieldChoice, Limits, PdfError, PdfTime, PrepareError, PrepareOptions, PreparedError,
    PreparedPdf, SignedPdf, UnsignedPdf,
};
use thiserror::Error;

use crate::{
    acceptance::{AnswerError, accept_unasked},
    profile::Profile,
    signer_chain::SignerChain,
};

/// Why a document was not prepared.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PrepareHalfError {
    /// The document cannot be signed as it is.
    #[error("the document cannot be read as a PDF that may be signed")]
    Document(#[from] PdfError),
    /// The document cannot be prepared.
    #[error("the document cannot be prepared for a signature")]
    Prepare(#[from] PrepareError),
}

/// Why a CMS was not embedded.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EmbedHalfError {
    /// The prepared document is not one that this version reads.
    #[error("the prepared document is not usable")]
    Prepared(#[from] PreparedError),
    /// Not a CMS as the service makes it.
    #[error("the CMS is not of the profile PAdES-BASELINE-B as Teken makes it")]
    Cms(#[from] CmsError),
    /// The CMS is of another chain, or does not verify.
    #[error("the CMS is not acceptable")]
    Answer(#[from] AnswerError),
    /// The CMS does not go into this document.
    #[error("the CMS cannot be put into the document")]
    Embed(#[from] EmbedError),
}

/// Prepares a PDF for a signature of this profile.
///
/// # Errors
///
/// [`PrepareHalfError`].
pub fn prepare(
    pdf: Vec<u8>,
    profile: &Profile,
    claimed_signing_time: PdfTime,
) -> Result<PreparedPdf, PrepareHalfError> {
    let options = PrepareOptions {
        name: Some(profile.signer_name.clone()).filter(|name| !name.is_empty()),
        ..PrepareOptions::new(FieldChoice::New, claimed_signing_time, profile.contents_size)
    };
    Ok(UnsignedPdf::open(pdf, &Limits::default())?.prepare(&options)?)
}

/// Puts a CMS into a prepared document, opens the result and compares.
///
/// The CMS must sign this document and verify with the key of its signing certificate; with a `chain`, its certificates must be exactly
/// those.
///
/// # Errors
///
/// [`EmbedHalfError`].
pub fn embed(
    prepared: &[u8],
    cms_der: Vec<u8>,
    chain: Option<&SignerChain>,
) -> Result<SignedPdf<'static>, EmbedHalfError> {
    let prepared = PreparedPdf::from_bytes(prepared)?;
    let cms = Cms::from_der(cms_der)?;
    accept_unasked(&cms, chain)?;
    Ok(prepared.embed(&cms)?)
}
