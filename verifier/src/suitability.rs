//! Step 8: is the signing certificate made for signing documents? (RFC 5280, 4.2.1.3 and 4.2.1.12; RFC 9336.)
//!
//! Job: key usage and extended key usage of the certificate that signed.
//! * key usage, when present: digitalSignature or nonRepudiation (contentCommitment);
//! * extended key usage, when present: document signing (RFC 9336), or what Adobe and Microsoft used before it; e-mail
//!   protection and anyExtendedKeyUsage are accepted with a note, because most certificates for persons have them.
//!
//! A certificate for TLS, code or time-stamps alone never passes.

use crate::certificate::{Certificate, oids};
use crate::findings::Finding;
use crate::oid;

/// The certificate may sign documents.
#[derive(Debug)]
pub(crate) struct Suitable(());

impl Suitable {
    /// RFC 3161, 2.3: an authority's key is for time-stamps alone, and its certificate says so in a critical extension.
    /// Criticality is not asked for: authorities in use lack it, and it changes nothing here.
    pub(crate) fn for_time_stamps(certificate: &Certificate) -> Result<Self, Finding> {
        let extensions = certificate.extensions();
        if extensions.key_usage.is_some_and(|usage| !usage.digital_signature() && !usage.non_repudiation()) {
            return Err(Finding::KeyUsageUnsuitable);
        }
        let is_alone = extensions
            .extended_key_usage
            .is_some_and(|purposes| oids(purposes.of(certificate.as_der())).eq([oid::TIME_STAMPING]));
        if is_alone { Ok(Self(())) } else { Err(Finding::PurposeUnsuitable) }
    }

    /// Checks it.
    pub(crate) fn establish(certificate: &Certificate, notes: &mut Vec<Finding>) -> Result<Self, Finding> {
        let extensions = certificate.extensions();
        if extensions.key_usage.is_some_and(|usage| !usage.digital_signature() && !usage.non_repudiation()) {
            return Err(Finding::KeyUsageUnsuitable);
        }
        let Some(purposes) = extensions.extended_key_usage else { return Ok(Self(())) };
        let purposes = purposes.of(certificate.as_der());
        let has = |wanted: &[&[u8]]| oids(purposes).any(|purpose| wanted.contains(&purpose));
        if has(&[oid::DOCUMENT_SIGNING, oid::ADOBE_AUTHENTIC_DOCUMENTS, oid::MICROSOFT_DOCUMENT_SIGNING]) {
            return Ok(Self(()));
        }
        if has(&[oid::EMAIL_PROTECTION, oid::ANY_EXTENDED_KEY_USAGE]) {
            notes.push(Finding::PurposeUnspecific);
            return Ok(Self(()));
        }
        Err(Finding::PurposeUnsuitable)
    }
}
