//! Validation data that the document carries: a DSS (ISO 32000-2, 12.8.4.3), lists inside the CMS, Adobe's attribute.
//!
//! They are not used yet. What is present is reported as not checked: it gives no revocation status, and takes nothing
//! from a signature that passes without it.

use pades::SignedPdf;

use crate::findings::Finding;
use crate::format::WellFormed;
use crate::oid;
use crate::outcome::Outcome;

/// Validation data inside the document were used. Nothing makes one yet.
#[derive(Debug)]
pub(crate) struct ValidationDataUsed(());

impl ValidationDataUsed {
    /// Looks for them.
    pub(crate) fn establish(pdf: &SignedPdf<'_>, form: &WellFormed<'_>) -> Outcome<Self> {
        let archived = form.signed_attributes().is_some_and(|set| set.has(oid::ADOBE_REVOCATION_ARCHIVAL));
        if pdf.has_dss() || archived || !form.signed_data().crls.is_empty() {
            Outcome::NotChecked(Finding::DssNotChecked)
        } else {
            Outcome::NotApplicable
        }
    }
}
