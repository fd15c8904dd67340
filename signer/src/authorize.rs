//! May this office have this document signed? The only door to the key.
//!
//! [`KeyRoom`] holds the credential in a private field; only [`authorize`] opens it. So whatever signs has been through
//! here, at the start of a request and again when an act is completed after a crash.

use std::fmt;
use std::sync::Arc;

use evidence::{DocumentType, OfficeId};
use keys::{Credential, SigningKey};

use crate::accept::PeerOffice;
use crate::error::SignError;
use crate::offices::{Office, Offices};

/// Seconds before its certificate's end at which the key is no longer used: a signature must be checkable, and
/// time-stamped, while the certificate is valid.
const LAST_DAY_SECONDS: u64 = 24 * 60 * 60;

/// The credential, out of reach.
pub(crate) struct KeyRoom(Credential);

impl KeyRoom {
    pub(crate) fn new(credential: Credential) -> Self {
        Self(credential)
    }

    /// What everybody may know of the credential.
    pub(crate) fn key_id(&self) -> &str {
        self.0.key_id().as_str()
    }

    pub(crate) fn chain_der(&self) -> &[Vec<u8>] {
        self.0.chain_der()
    }

    pub(crate) fn signer_name(&self) -> &str {
        self.0.subject_common_name()
    }

    pub(crate) fn signer_title(&self) -> Option<&str> {
        self.0.subject_title()
    }
}

impl fmt::Debug for KeyRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyRoom").field(&self.0.key_id()).finish()
    }
}

/// Leave for one office to have one type of document signed.
pub(crate) struct Authorized<'s> {
    office: Arc<Office>,
    credential: &'s Credential,
    chain_id: [u8; 32],
}

impl<'s> Authorized<'s> {
    /// The office that asked.
    pub(crate) fn office(&self) -> &OfficeId {
        &self.office.id
    }

    /// The office's number in seals.
    pub(crate) fn office_number(&self) -> Option<u16> {
        self.office.number
    }

    /// The key.
    pub(crate) fn key(&self) -> &'s dyn SigningKey {
        &**self.credential.key()
    }

    /// SHA-256 over the certificates that will stand beside the signature.
    pub(crate) fn chain_id(&self) -> [u8; 32] {
        self.chain_id
    }

    /// The validity within which the key may be used.
    pub(crate) fn validity(&self) -> Validity {
        Validity { not_before: self.credential.not_before_unix(), not_after: self.credential.not_after_unix() }
    }
}

/// Validity of the signing certificate, Unix seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Validity {
    not_before: u64,
    not_after: u64,
}

impl Validity {
    /// Refuses a time at which the key must not be used.
    pub(crate) fn check(self, at: u64) -> Result<(), SignError> {
        if at < self.not_before {
            return Err(SignError::CertificateNotYetValid { not_before: self.not_before });
        }
        if at.saturating_add(LAST_DAY_SECONDS) > self.not_after {
            return Err(SignError::CertificateEnds { not_after: self.not_after });
        }
        Ok(())
    }
}

/// Which office is at the other end? Only its certificate says so.
pub(crate) fn identify(peer: Option<&PeerOffice>) -> Result<&OfficeId, SignError> {
    peer.ok_or(SignError::NotIdentified)?.office.as_ref().ok_or(SignError::OfficeUnknown)
}

/// Is the office one of ours, and in service?
pub(crate) fn admit(offices: &Offices, office: &OfficeId) -> Result<Arc<Office>, SignError> {
    let office = offices.find(office).ok_or(SignError::OfficeUnknown)?;
    if office.suspended { Err(SignError::OfficeSuspended) } else { Ok(office) }
}

/// May the office have this type signed?
pub(crate) fn authorize<'s>(
    offices: &Offices,
    room: &'s KeyRoom,
    office: &OfficeId,
    document_type: &DocumentType,
) -> Result<Authorized<'s>, SignError> {
    let office = admit(offices, office)?;
    if !office.document_types.contains(document_type) {
        return Err(SignError::DocumentTypeNotAllowed { document_type: document_type.clone() });
    }
    Ok(Authorized { office, credential: &room.0, chain_id: room.0.chain_id() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_rests_before_its_certificate_begins_and_on_its_last_day() {
        let validity = Validity { not_before: 1_000, not_after: 1_000_000 };
        assert_eq!(validity.check(999), Err(SignError::CertificateNotYetValid { not_before: 1_000 }));
        assert_eq!(validity.check(1_000), Ok(()));
        assert_eq!(validity.check(913_600), Ok(()));
        assert_eq!(validity.check(913_601), Err(SignError::CertificateEnds { not_after: 1_000_000 }));
        assert_eq!(validity.check(u64::MAX), Err(SignError::CertificateEnds { not_after: 1_000_000 }));
    }

    #[test]
    fn a_certificate_that_names_no_office_is_an_unknown_office() {
        let nameless = PeerOffice { office: None, certificate_serial: "01".to_owned() };
        assert_eq!(identify(Some(&nameless)), Err(SignError::OfficeUnknown));
        assert_eq!(identify(None), Err(SignError::NotIdentified));
    }

    #[test]
    fn an_office_outside_the_directory_or_suspended_is_not_admitted() {
        let id = |text: &str| OfficeId::parse(text).expect("an office id");
        let office = |text: &str, suspended| Office {
            id: id(text),
            name: "Kecamatan Contoh".to_owned(),
            document_types: vec![DocumentType::surat()],
            suspended,
            number: None,
            may_set_status: false,
        };
        let offices = Offices::new(vec![office("utara", false), office("selatan", true)]).expect("two offices");
        assert_eq!(admit(&offices, &id("utara")).map(|office| office.id.clone()), Ok(id("utara")));
        assert_eq!(admit(&offices, &id("selatan")), Err(SignError::OfficeSuspended));
        assert_eq!(admit(&offices, &id("timur")), Err(SignError::OfficeUnknown));
    }
}
