//! [`UnsignedPdf`]: a document that two readers agree on, ready to be prepared.
//!
//! A signature is put only on what everybody reads the same way. Our own reader, the one the
//! verifier uses, opens the document first and reads every object of it: it repairs nothing, so a
//! file that would need repair is refused with the reason. lopdf, which other software uses, must
//! then load the whole file in its strict mode. What either refuses is not signed.

use std::collections::BTreeSet;

use crate::{Limits, PdfError, SignedPdf, every_object, second_reader};

/// A document that can be signed, as far as opening it can tell. It may hold signatures already.
#[derive(Debug)]
pub struct UnsignedPdf {
    pdf: SignedPdf<'static>,
    promised: BTreeSet<u32>,
}

impl UnsignedPdf {
    /// Opens a document for signing.
    ///
    /// # Errors
    /// Each reason to refuse has its own [`PdfError`]. The cheap ones come first: size and header,
    /// then the cross-reference data, then every object, then the second reader.
    pub fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Self, PdfError> {
        let pdf = SignedPdf::open(bytes, limits)?;
        let promised = promised_numbers(&pdf)?;
        second_reader::check(pdf.document(), limits)?;
        Ok(Self { pdf, promised })
    }

    /// The document as our reader sees it: its revisions and the signatures it already holds.
    #[must_use]
    pub const fn signed_pdf(&self) -> &SignedPdf<'static> {
        &self.pdf
    }

    /// Object numbers above all that exist which the document refers to all the same. Such a
    /// reference means null (7.3.10); an object that got the number would mean something.
    pub(crate) const fn promised(&self) -> &BTreeSet<u32> {
        &self.promised
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.pdf.into_bytes()
    }
}

/// Reads every object, and keeps what [`UnsignedPdf::promised`] tells.
fn promised_numbers(pdf: &SignedPdf<'_>) -> Result<BTreeSet<u32>, PdfError> {
    let view = pdf.document().latest();
    let highest = view.highest_number();
    let mut promised = BTreeSet::new();
    for (_, value) in view.trailer()?.entries() {
        every_object::add_references_above(highest, value, &mut promised);
    }
    every_object::visit(pdf.document(), |object| {
        every_object::add_references_above(highest, &object.value, &mut promised);
        Ok(())
    })?;
    Ok(promised)
}
