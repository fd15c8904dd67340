//! What the CRL says that lies where the world fetches it: the ledger must never fall behind it.
//!
//! Two ways lead there. A revocation was recorded and its list could not be written: everybody goes on trusting the
//! certificate, and the agency believes it revoked. Or an older ledger was restored: the next list would forget what was
//! revoked since, and use its numbers a second time (RFC 5280, 5.2.3).

use std::fs;

use const_oid::AssociatedOid;
use der::Decode;
use x509_cert::{crl::CertificateList, ext::pkix::CrlNumber};

use super::{AgencyError, Authority, layout::Layout, ledger::Book};

/// A published CRL.
pub(super) struct Published {
    number: u64,
    serials: Vec<String>,
}

impl Published {
    /// Reads it; `None` when there is none, or nothing that is one: the next one takes its place.
    pub(super) fn read(layout: &Layout, authority: Authority) -> Option<Self> {
        let der = fs::read(layout.crl(authority)).ok()?;
        let list = <CertificateList>::from_der(&der).ok()?.tbs_cert_list;
        let extensions = list.crl_extensions.unwrap_or_default();
        let number = extensions.iter().find(|extension| extension.extn_id == CrlNumber::OID)?;
        let number = CrlNumber::from_der(number.extn_value.as_bytes()).ok()?;
        let number = number
            .0
            .as_bytes()
            .iter()
            .try_fold(0_u64, |number, &octet| number.checked_mul(256)?.checked_add(u64::from(octet)));
        let revoked = list.revoked_certificates.unwrap_or_default();
        Some(Self {
            number: number.unwrap_or(u64::MAX),
            serials: revoked.iter().map(|entry| hex::encode(entry.serial_number.as_bytes())).collect(),
        })
    }

    /// Whether it says that this certificate is revoked.
    pub(super) fn lists(&self, serial: &str) -> bool {
        self.serials.iter().any(|listed| listed == serial)
    }

    /// Sees that a list made of this book forgets nothing of this one.
    pub(super) fn check(&self, authority: Authority, book: &Book) -> Result<(), AgencyError> {
        let known =
            |serial: &String| book.issued.iter().any(|issued| issued.serial == *serial && issued.revoked.is_some());
        if self.number > book.crl_number || !self.serials.iter().all(known) {
            return Err(AgencyError::IndexBehind { authority, published: self.number, recorded: book.crl_number });
        }
        Ok(())
    }
}
