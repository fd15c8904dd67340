//! lopdf as the second opinion on a document that is to be signed.
//!
//! Our own reader decides what is signed; lopdf must see the same document. Invariant: a document
//! passes only if lopdf loads all of it from the cross-reference data as written, in its strict
//! mode, or, where that mode is stricter than the standard's readers, every object in its lenient
//! mode with the very data that our reader gives each stream. What lopdf loaded is thrown away.

use lopdf::{DecompressError, Error, LoadOptions, Object, ParseError};

use crate::error::SecondReaderFault;
use crate::pdf::{Document, Indirect, is_white_space};
use crate::{Limits, PdfError, every_object};

/// Whether lopdf loads the whole file. Everything in it was read by our reader before.
pub(crate) fn check(document: &Document<'_>, limits: &Limits) -> Result<(), PdfError> {
    match load(document.bytes(), limits, Mode::Strict) {
        Ok(_) => Ok(()),
        // The strict mode knows but one end-of-line between a stream's data and `endstream`.
        Err(PdfError::SecondReader { fault: SecondReaderFault::Object }) => {
            let lenient = load(document.bytes(), limits, Mode::Lenient)?;
            every_object::visit(document, |object| agrees(&lenient, object, document.bytes()))
        }
        Err(refusal) => Err(refusal),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Strict,
    Lenient,
}

fn load(bytes: &[u8], limits: &Limits, mode: Mode) -> Result<lopdf::Document, PdfError> {
    let options = LoadOptions {
        strict: mode == Mode::Strict,
        max_decompressed_size: Some(limits.stream_bytes),
        ..LoadOptions::default()
    };
    let document = lopdf::Document::load_mem_with_options(bytes, options).map_err(refusal)?;
    if document.is_encrypted() || document.was_encrypted() {
        return Err(PdfError::Encrypted);
    }
    if document.xref_recovery.is_some() {
        return Err(PdfError::SecondReader { fault: SecondReaderFault::Correction });
    }
    Ok(document)
}

/// Whether lopdf has the object and, when it is a stream, its data; blanks may follow the data.
fn agrees(lenient: &lopdf::Document, object: &Indirect<'_>, bytes: &[u8]) -> Result<(), PdfError> {
    let id = (object.reference.number, object.reference.generation);
    let is_same = match (lenient.objects.get(&id), &object.data) {
        (Some(Object::Stream(stream)), Some(data)) => {
            let data = bytes.get(data.clone()).unwrap_or_default();
            stream.content.strip_prefix(data).is_some_and(|rest| rest.iter().all(|octet| is_white_space(*octet)))
        }
        (Some(Object::Stream(_)), None) | (Some(_), Some(_)) | (None, _) => false,
        (Some(_), None) => true,
    };
    if is_same { Ok(()) } else { Err(PdfError::SecondReader { fault: SecondReaderFault::Object }) }
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
