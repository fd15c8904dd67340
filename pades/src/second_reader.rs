//! lopdf as the second opinion on a document that is to be signed.
//!
//! Our own reader is lazy and looks only at what signing needs. lopdf loads every object, and in
//! its strict mode refuses what it would otherwise repair or skip. Invariant: a document passes
//! only if lopdf loaded all of it from the cross-reference data as written. What lopdf loaded is
//! then thrown away: one reader, the verifier's, decides what is signed.

use lopdf::{DecompressError, Document, Error, LoadOptions, ParseError};

use crate::error::SecondReaderFault;
use crate::{Limits, PdfError};

/// Whether lopdf loads the whole file.
pub(crate) fn check(bytes: &[u8], limits: &Limits) -> Result<(), PdfError> {
    let options =
        LoadOptions { strict: true, max_decompressed_size: Some(limits.stream_bytes), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, options).map_err(refusal)?;
    if document.is_encrypted() || document.was_encrypted() {
        return Err(PdfError::Encrypted);
    }
    if document.xref_recovery.is_some() {
        return Err(PdfError::SecondReader { fault: SecondReaderFault::Correction });
    }
    Ok(())
}

fn refusal(error: Error) -> PdfError {
    let fault = match error {
        Error::Decompress(DecompressError::MemoryLimitExceeded { limit }) => {
            return PdfError::DecompressionBomb { offset: 0, limit };
        }
        Error::Decryption(_) | Error::InvalidPassword | Error::UnsupportedSecurityHandler(_) => {
            return PdfError::Encrypted;
        }
        Error::Parse(ParseError::InvalidFileHeader) => SecondReaderFault::Header,
        Error::Parse(ParseError::InvalidTrailer | ParseError::InvalidXref)
        | Error::Xref(_)
        | Error::MissingXrefEntry => SecondReaderFault::Xref,
        Error::Decompress(_) | Error::InvalidStream(_) | Error::InvalidObjectStream(_) => SecondReaderFault::Stream,
        _ => SecondReaderFault::Object,
    };
    PdfError::SecondReader { fault }
}
