//! Step 11: time-stamps and validation data that the document carries.
//!
//! They are not judged yet. What is present is reported as not checked: it gives nothing to the signature, no earlier
//! time and no revocation status, and takes nothing from one that passes without it.

use pades::SignedPdf;

use crate::findings::Finding;
use crate::format::WellFormed;
use crate::oid;
use crate::outcome::Outcome;

/// Signature time-stamps were judged. Nothing makes one yet.
#[derive(Debug)]
pub(crate) struct TimeStampsJudged(());

impl TimeStampsJudged {
    /// Looks for them (EN 319 122-1, 5.3).
    pub(crate) fn establish(form: &WellFormed<'_>) -> Outcome<Self> {
        let has = form.signer_info().unsigned_attributes.as_ref().is_some_and(|set| set.has(oid::TIME_STAMP_TOKEN));
        if has { Outcome::NotChecked(Finding::TimeStampNotChecked) } else { Outcome::NotApplicable }
    }
}

/// Validation data inside the document were used. Nothing makes one yet.
#[derive(Debug)]
pub(crate) struct ValidationDataUsed(());

impl ValidationDataUsed {
    /// Looks for a DSS (ISO 32000-2, 12.8.4.3) and for data in the CMS.
    pub(crate) fn establish(pdf: &SignedPdf<'_>, form: &WellFormed<'_>) -> Outcome<Self> {
        let archived = form.signed_attributes().is_ok_and(|set| set.has(oid::ADOBE_REVOCATION_ARCHIVAL));
        if pdf.has_dss() || archived || !form.signed_data().crls.is_empty() {
            Outcome::NotChecked(Finding::DssNotChecked)
        } else {
            Outcome::NotApplicable
        }
    }
}
