//! Embedding: the CMS goes into its gap, and the result is read back before anybody gets it.
//!
//! Only the digits between the angle brackets of the gap are written. The rest of the buffer has
//! been private and untouched since its digest was computed, so it is not hashed again: that the
//! CMS signs this digest, and that a reader finds exactly this gap in exactly this file, is what
//! remains to be checked, and is.

use crate::cms::Cms;
use crate::prepared::PreparedPdf;
use crate::write_error::{EmbedError, ReadBack};
use crate::{EmbeddedSignature, Limits, SignedPdf, SubFilter};

impl PreparedPdf {
    /// Writes the CMS into the gap, opens the result and compares.
    ///
    /// # Errors
    /// [`EmbedError::TooLarge`] and [`EmbedError::OtherDocument`] before anything is written; the
    /// others say that the result is not what was meant, and it is not released.
    pub fn embed(mut self, cms: &Cms) -> Result<SignedPdf<'static>, EmbedError> {
        // 1. It fits, and it signs this document.
        let (needed, reserved) = (cms.to_der().len(), self.reserved());
        if needed > reserved {
            return Err(EmbedError::TooLarge { needed, reserved });
        }
        let prepared = self.document_digest;
        match cms.message_digest() {
            Some(signed) if signed == prepared => {}
            Some(signed) => return Err(EmbedError::OtherDocument { signed, prepared }),
            None => return Err(EmbedError::ReadBack(ReadBack::Contents)),
        }
        let byte_range = self.byte_range().ok_or(EmbedError::ReadBack(ReadBack::ByteRange))?;

        // 2. The only octets that change.
        let digits = self.gap.start.saturating_add(1)..self.gap.end.saturating_sub(1);
        let digits = self.bytes.get_mut(digits).ok_or(EmbedError::ReadBack(ReadBack::ByteRange))?;
        write_hex(digits, cms.to_der());

        // 3. Read back with the reader that the verifier uses.
        let signed = SignedPdf::open(self.bytes, &Limits::default())?;
        let mut found = signed.signatures().iter().filter(|signature| signature.field_name() == self.field_name);
        let (Some(signature), None) = (found.next(), found.next()) else {
            return Err(EmbedError::ReadBack(ReadBack::Field));
        };
        let is_ours = |other: &&EmbeddedSignature| other.dictionary_span() == signature.dictionary_span();
        if signed.signatures().iter().filter(is_ours).count() != 1 {
            return Err(EmbedError::ReadBack(ReadBack::Shared));
        }
        // No early exit: the padding is long and, but for a bug, always zero.
        let is_zero = |octets: &[u8]| octets.iter().fold(0, |all, octet| all | octet) == 0;
        let padding_is_zero = |contents: &[u8]| contents.get(needed..).is_some_and(is_zero);
        // An earlier certification stays; a new one is ours, in the dictionary and in the catalog.
        let is_certified_as_prepared = match self.level {
            Some(level) => {
                signature.doc_mdp() == Some(level.into()) && signed.certification() == signature.dictionary()
            }
            None => signature.doc_mdp().is_none(),
        };
        let fault = if signature.byte_range() != Ok(&byte_range)
            || byte_range.end() != signed.bytes().len()
            || !signature.gap_is_contents()
        {
            Some(ReadBack::ByteRange)
        } else if signature.cms_der() != cms.to_der() || !padding_is_zero(signature.contents()) {
            Some(ReadBack::Contents)
        } else if *signature.sub_filter() != SubFilter::EtsiCadesDetached {
            Some(ReadBack::SubFilter)
        } else if signature.seal_entry() != Ok(self.seal.as_deref()) {
            Some(ReadBack::Seal)
        } else if !is_certified_as_prepared {
            Some(ReadBack::Certification)
        } else if signature.revision().checked_add(1) != Some(signed.revisions().len()) {
            Some(ReadBack::Revision)
        } else {
            None
        };
        match fault {
            Some(fault) => Err(EmbedError::ReadBack(fault)),
            None => Ok(signed),
        }
    }
}

/// Writes two lower-case digits an octet to the front of `digits`.
fn write_hex(digits: &mut [u8], octets: &[u8]) {
    let digit = |value: u8| if value < 10 { b'0' | value } else { b'a'.wrapping_add(value.wrapping_sub(10)) };
    for (pair, octet) in digits.as_chunks_mut::<2>().0.iter_mut().zip(octets) {
        *pair = [digit(octet >> 4), digit(octet & 0x0f)];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_has_its_two_digits() {
        let octets: Vec<u8> = (0..=u8::MAX).collect();
        let mut digits = vec![b'0'; 514];
        write_hex(&mut digits, &octets);
        let expected: String = octets.iter().map(|octet| format!("{octet:02x}")).chain(["00".to_owned()]).collect();
        assert_eq!(digits, expected.as_bytes());
    }
}
