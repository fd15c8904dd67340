//! What is trusted, demanded and at hand: read once, used for every file.

use evidence::OidArc;
use evidence::seal::IdentityNumber;
use pades::{Limits, SignedPdf};

use crate::algorithms::AlgorithmPolicy;
use crate::clock::ValidationTime;
use crate::crypto::Implementation;
use crate::file_octets::{FileOctets, KeptStates};
use crate::findings::Finding;
use crate::links::LinkCache;
use crate::path::PolicyDemands;
use crate::published::{AuthenticPublished, Published};
use crate::report::Report;
use crate::revocation::{Crl, RevocationDemand};
use crate::seal::{self, SealOrigin, SealReport, SealedFileReport};
use crate::trust::{MaterialError, TrustAnchors, read_blocks};
use crate::verify;

/// Validation data that are at hand beside the document.
#[derive(Clone, Debug, Default)]
pub struct ValidationData {
    crls: Vec<Crl>,
    has_ocsp: bool,
}

impl ValidationData {
    /// Nothing is at hand.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds the lists of one file, PEM (any number) or DER (one).
    ///
    /// # Errors
    /// When the file holds no list or a damaged one.
    pub fn add_crl_file(&mut self, octets: &[u8]) -> Result<(), MaterialError> {
        for der in read_blocks(octets, &["X509 CRL"])? {
            let crl = Crl::from_der(&der).map_err(|error| MaterialError::Der { wanted: "revocation list", error })?;
            self.add_crl(crl);
        }
        Ok(())
    }

    /// Adds one list.
    pub fn add_crl(&mut self, crl: Crl) {
        if !self.crls.iter().any(|known| known.sha256() == crl.sha256()) {
            self.crls.push(crl);
        }
    }

    /// Remembers that OCSP responses were given: they are reported as not checked.
    pub fn note_ocsp(&mut self) {
        self.has_ocsp = true;
    }
}

/// What is demanded of a signature. The default is the one policy of `teken-verify`.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Bounds on what a file may cost.
    pub limits: Limits,
    /// Which certificates must be covered by revocation lists.
    pub revocation: RevocationDemand,
    /// Which certificate policies are demanded.
    pub policies: PolicyDemands,
    /// Under which arc the signing service's own attributes lie.
    pub arc: OidArc,
    /// Which algorithms are good enough.
    pub algorithms: AlgorithmPolicy,
    /// Whose arithmetic is used.
    pub crypto: Implementation,
}

/// Verifies any number of files with the same trust, from any number of threads.
///
/// Signatures on certificates and lists that were found right are remembered, so that a thousand documents of one
/// signer cost one path; validity and revocation are judged anew each time.
#[derive(Debug)]
pub struct Validator {
    anchors: TrustAnchors,
    time_stamp_anchors: Option<TrustAnchors>,
    data: ValidationData,
    policy: Policy,
    links: LinkCache,
    published: AuthenticPublished,
}

impl Validator {
    /// Takes what is trusted, at hand and demanded.
    pub fn new(anchors: TrustAnchors, data: ValidationData, policy: Policy) -> Self {
        let (links, published) = (LinkCache::default(), AuthenticPublished::default());
        Self { anchors, time_stamp_anchors: None, data, policy, links, published }
    }

    /// Trusts these for time-stamps instead of the anchors for signatures.
    #[must_use]
    pub fn with_time_stamp_anchors(mut self, anchors: TrustAnchors) -> Self {
        self.time_stamp_anchors = Some(anchors);
        self
    }

    /// Takes what the agency published: its trust list, for seals, and its status lists.
    #[must_use]
    pub fn with_published(mut self, published: Published) -> Self {
        self.published = published.authenticate(&self.anchors, self.policy.crypto);
        self
    }

    /// Verifies the seal with this text at one moment. `number` is the NIK, or on a kartu keluarga its own number, as a person
    /// read it on the paper.
    pub fn verify_seal(&self, text: &str, number: Option<&IdentityNumber>, time: ValidationTime) -> SealReport {
        seal::verify_seal(SealOrigin::Text, text, number, self, time)
    }

    /// The same as a report of its own, as `teken-verify seal` writes it.
    pub fn verify_seal_text(
        &self,
        text: &str,
        number: Option<&IdentityNumber>,
        time: ValidationTime,
    ) -> SealedFileReport {
        SealedFileReport::of(vec![self.verify_seal(text, number, time)], Vec::new(), time)
    }

    /// Verifies every seal in a picture (PNG, JPEG; needs the feature `qr`), in a PDF, or in a file with a seal's text.
    pub fn verify_sealed_file(
        &self,
        octets: &[u8],
        number: Option<&IdentityNumber>,
        time: ValidationTime,
    ) -> SealedFileReport {
        seal::verify_sealed_file(octets, number, self, time)
    }

    /// Verifies every signature of one file at one moment.
    pub fn verify(&self, bytes: &[u8], time: ValidationTime) -> Report {
        verify::verify(bytes, &KeptStates::default(), self, time)
    }

    /// The same for a file that was hashed while it was read.
    pub fn verify_file(&self, file: &FileOctets, time: ValidationTime) -> Report {
        verify::verify(file.octets(), file.kept(), self, time)
    }

    pub(crate) fn anchors(&self) -> &TrustAnchors {
        &self.anchors
    }

    pub(crate) fn time_stamp_anchors(&self) -> &TrustAnchors {
        self.time_stamp_anchors.as_ref().unwrap_or(&self.anchors)
    }

    pub(crate) fn crls(&self) -> &[Crl] {
        &self.data.crls
    }

    pub(crate) fn published(&self) -> &AuthenticPublished {
        &self.published
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.policy.limits
    }

    pub(crate) fn algorithms(&self) -> AlgorithmPolicy {
        self.policy.algorithms
    }

    pub(crate) fn crypto(&self) -> Implementation {
        self.policy.crypto
    }

    pub(crate) fn arc(&self) -> &OidArc {
        &self.policy.arc
    }

    pub(crate) fn policy_demands(&self) -> &PolicyDemands {
        &self.policy.policies
    }

    pub(crate) fn revocation_demand(&self) -> RevocationDemand {
        self.policy.revocation
    }

    pub(crate) fn links(&self) -> &LinkCache {
        &self.links
    }

    /// What is to be said about a file because of what was given beside it.
    pub(crate) fn file_notes(&self, _pdf: &SignedPdf<'_>) -> Option<Finding> {
        self.data.has_ocsp.then_some(Finding::OcspNotChecked)
    }
}
