//! Step 1: is there a signature of a form that can be judged? (EN 319 102-1, 5.2.2; ISO 32000-2, 12.8.3.)
//!
//! Job: read the CMS of one signature field and refuse every shape that leaves open what is signed or by whom.
//! Invariant: a [`WellFormed`] holds exactly one SignerInfo over detached data, and its SubFilter is one that says so.

use pades::{EmbeddedSignature, SubFilter};

use crate::asn1::{Element, tag};
use crate::certificate::Certificate;
use crate::cms::{Attributes, CmsOctets, Encoding, SignedData, SignerIdentifier, SignerInfo};
use crate::findings::Finding;
use crate::oid;
use crate::report::Format;

/// The form of a signature, by its SubFilter.
pub(crate) fn format_of(signature: &EmbeddedSignature) -> Format {
    match signature.sub_filter() {
        SubFilter::EtsiCadesDetached => Format::PadesBaselineB,
        SubFilter::AdbePkcs7Detached => Format::Pkcs7Detached,
        SubFilter::AdbePkcs7Sha1 => Format::Pkcs7Sha1,
        SubFilter::EtsiRfc3161 => Format::DocumentTimeStamp,
        SubFilter::Other(_) => Format::Unknown,
    }
}

/// A signature that can be judged.
pub(crate) struct WellFormed<'a> {
    signed_data: SignedData<'a>,
    format: Format,
}

impl<'a> WellFormed<'a> {
    /// The octets of the CMS, and what is odd about them.
    pub(crate) fn octets(signature: &'a EmbeddedSignature, notes: &mut Vec<Finding>) -> Result<CmsOctets<'a>, Finding> {
        match signature.sub_filter() {
            SubFilter::EtsiCadesDetached | SubFilter::AdbePkcs7Detached | SubFilter::EtsiRfc3161 => {}
            SubFilter::AdbePkcs7Sha1 => notes.push(Finding::SubFilterRefused),
            // What it is meant to be is unknown; if it is a CMS over the document, its integrity can still be told.
            SubFilter::Other(name) => notes.push(Finding::UnknownSubFilter(name.clone())),
        }
        signature.well_formed().map_err(|error| Finding::SignatureMalformed(error.clone()))?;
        let octets = CmsOctets::new(signature.cms_der()).map_err(Finding::CmsMalformed)?;
        if octets.encoding == Encoding::Ber {
            notes.push(Finding::CmsIsBer);
        }
        let trailing = signature.trailing().len();
        if trailing > 0 {
            notes.push(Finding::ContentsTrailing { octets: trailing });
        }
        Ok(octets)
    }

    /// Establishes the shape.
    pub(crate) fn establish(
        octets: &'a CmsOctets<'_>,
        format: Format,
        notes: &mut Vec<Finding>,
    ) -> Result<Self, Finding> {
        let signed_data = octets.signed_data().map_err(Finding::CmsMalformed)?;
        let [signer_info] = signed_data.signer_infos.as_slice() else {
            return Err(Finding::SignerInfoCount { count: signed_data.signer_infos.len() });
        };
        let content_is_right = match format {
            Format::DocumentTimeStamp => signed_data.content_type == oid::TST_INFO && signed_data.content.is_some(),
            Format::Pkcs7Sha1 => signed_data.content_type == oid::DATA && signed_data.content.is_some(),
            _ => signed_data.content_type == oid::DATA && signed_data.content.is_none(),
        };
        if !content_is_right {
            let is_token = format == Format::DocumentTimeStamp;
            return Err(if is_token { Finding::NotATimeStamp } else { Finding::ContentNotDetached });
        }
        if !has_right_versions(&signed_data, signer_info) {
            return Err(Finding::CmsVersion);
        }
        let used = signer_info.digest_algorithm.oid;
        // RFC 5652, 5.1: a verifier may refuse a digest that the set does not list. A set that is empty says nothing; one
        // that lists another digest only says something wrong.
        if signed_data.digest_algorithms.is_empty() {
            notes.push(Finding::DigestAlgorithmNotListed);
        } else if !signed_data.digest_algorithms.iter().any(|listed| listed.oid == used) {
            return Err(Finding::DigestAlgorithmOther);
        }
        Ok(Self { signed_data, format })
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn signed_data(&self) -> &SignedData<'a> {
        &self.signed_data
    }

    /// The certificates that the CMS carries, no more than `limit`; one that cannot be read is nobody's.
    pub(crate) fn certificates(&self, limit: usize) -> Vec<Certificate> {
        self.signed_data.certificates.iter().take(limit).filter_map(|der| Certificate::from_der(der).ok()).collect()
    }

    pub(crate) fn signer_info(&self) -> &SignerInfo<'a> {
        self.signed_data.signer_infos.first().expect("establish saw exactly one")
    }

    pub(crate) fn signed_attributes(&self) -> Option<&Attributes<'a>> {
        self.signer_info().signed_attributes.as_ref()
    }
}

/// RFC 5652, 5.1 and 5.3: the versions follow from what the structures hold, so a wrong one was not written by whoever made the
/// rest. Where 5.1 asks for 3, 4 or 5, authorities write 3 for all of them.
fn has_right_versions(signed_data: &SignedData<'_>, signer_info: &SignerInfo<'_>) -> bool {
    let of_signer = match signer_info.identifier {
        SignerIdentifier::IssuerAndSerial { .. } => 1,
        SignerIdentifier::SubjectKeyIdentifier(_) => 3,
    };
    let is_first = of_signer == 1 && signed_data.content_type == oid::DATA && signed_data.is_plain;
    let of_data: &[u64] = if is_first { &[1] } else { &[3, 4, 5] };
    is_version(&signer_info.version, &[of_signer]) && is_version(&signed_data.version, of_data)
}

fn is_version(version: &Element<'_>, allowed: &[u64]) -> bool {
    version.tag == tag::INTEGER && version.unsigned().is_ok_and(|version| allowed.contains(&version))
}
