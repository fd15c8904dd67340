//! One certificate, judged alone: is it trusted at this moment, and not revoked?
//!
//! Job: the steps "path" and "revocation" of the procedure without a document around them, for conformance suites
//! (PKITS, x509-limbo) and for whoever wants to know before signing what a verifier will say after.

use crate::algorithms::AlgorithmPolicy;
use crate::budget::Budget;
use crate::certificate::Certificate;
use crate::clock::ValidationTime;
use crate::crypto::Implementation;
use crate::links::LinkCache;
use crate::path::{PathFailure, PathRequest, PolicyDemands, TrustedPath};
use crate::revocation::{Crl, NotRevoked, RevocationDemand, RevocationFailure};
use crate::trust::TrustAnchors;

/// What is asked about which certificate.
#[derive(Clone, Copy, Debug)]
pub struct CertificateQuestion<'a> {
    /// The certificate.
    pub certificate: &'a Certificate,
    /// Certificates that may stand between; nothing about them is trusted.
    pub intermediates: &'a [Certificate],
    /// What is trusted.
    pub anchors: &'a TrustAnchors,
    /// Lists at hand.
    pub crls: &'a [Crl],
    /// Which policies are demanded.
    pub policies: &'a PolicyDemands,
    /// Which certificates must be covered by lists.
    pub revocation: RevocationDemand,
    /// The moment.
    pub time: ValidationTime,
}

/// Why the answer is no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateFailure {
    /// There is no valid path.
    Path(PathFailure),
    /// The path is revoked, or its status is not known.
    Revocation(RevocationFailure),
}

impl CertificateQuestion<'_> {
    /// Answers it.
    ///
    /// # Errors
    /// Why the certificate is not trusted, or not known to be good.
    pub fn answer(&self) -> Result<(TrustedPath, NotRevoked), CertificateFailure> {
        let links = LinkCache::default();
        let request = PathRequest {
            anchors: self.anchors,
            pool: self.intermediates,
            demands: self.policies,
            algorithms: AlgorithmPolicy::default(),
            time: self.time,
            links: &links,
            crypto: Implementation::default(),
        };
        let mut budget = Budget::default();
        let path = TrustedPath::establish(self.certificate, &request, &mut budget).map_err(CertificateFailure::Path)?;
        let not_revoked = NotRevoked::establish(&path, self.crls, self.revocation, &request, &mut budget)
            .map_err(CertificateFailure::Revocation)?;
        Ok((path, not_revoked))
    }
}
