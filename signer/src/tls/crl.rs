//! The client anchor's revocation list (RFC 5280, section 5), checked before it is used.
//!
//! webpki checks a list only when a certificate is verified against it; a list that is stale, foreign or broken would
//! then refuse every client without a word at start. Here it is refused as a whole, with the reason.

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use x509_cert::crl::CertificateList;
use x509_cert::der::{AnyRef, Decode, Encode, Sequence, asn1::BitStringRef};
use x509_cert::spki::AlgorithmIdentifierRef;
use x509_cert::{Certificate, der};

use super::CrlError;

/// Lists that are the anchors' own and current.
pub(super) struct CurrentCrls {
    pub(super) der: Vec<CertificateRevocationListDer<'static>>,
    /// The earliest nextUpdate among them, Unix seconds.
    pub(super) next_update: u64,
}

/// Reads one DER list or any number of PEM ones, each issued and signed by one of the anchors and current at `now`.
pub(super) fn read(
    file: &[u8],
    anchors: &[CertificateDer<'_>],
    provider: &CryptoProvider,
    now: u64,
) -> Result<CurrentCrls, CrlError> {
    let der: Vec<CertificateRevocationListDer<'static>> = if file.starts_with(b"-----BEGIN") {
        CertificateRevocationListDer::pem_slice_iter(file).collect::<Result<_, _>>().map_err(|_| CrlError::NotACrl)?
    } else {
        vec![file.to_vec().into()]
    };
    let mut earliest = None;
    for list in &der {
        let next_update = check(list, anchors, provider, now)?;
        earliest = Some(earliest.map_or(next_update, |before: u64| before.min(next_update)));
    }
    Ok(CurrentCrls { der, next_update: earliest.ok_or(CrlError::NotACrl)? })
}

/// ```text
/// CertificateList  ::=  SEQUENCE  {
///      tbsCertList          TBSCertList,
///      signatureAlgorithm   AlgorithmIdentifier,
///      signatureValue       BIT STRING  }
/// ```
#[derive(Sequence)]
struct Signed<'a> {
    tbs: AnyRef<'a>,
    algorithm: AlgorithmIdentifierRef<'a>,
    signature: BitStringRef<'a>,
}

fn check(
    list_der: &[u8],
    anchors: &[CertificateDer<'_>],
    provider: &CryptoProvider,
    now: u64,
) -> Result<u64, CrlError> {
    let list: CertificateList = CertificateList::from_der(list_der).map_err(|_| CrlError::NotACrl)?;
    let mut issued = false;
    let mut signed = false;
    for anchor in anchors.iter().filter_map(|anchor| Certificate::from_der(anchor).ok()) {
        if anchor.tbs_certificate().subject() == &list.tbs_cert_list.issuer {
            issued = true;
            signed |= verifies(list_der, &anchor, provider).unwrap_or(false);
        }
    }
    if !issued {
        return Err(CrlError::OtherIssuer);
    }
    if !signed {
        return Err(CrlError::BadSignature);
    }
    let this_update = list.tbs_cert_list.this_update.to_unix_duration().as_secs();
    if now < this_update {
        return Err(CrlError::NotYetCurrent { this_update, now });
    }
    let next_update = list.tbs_cert_list.next_update.ok_or(CrlError::NoNextUpdate)?.to_unix_duration().as_secs();
    if now >= next_update {
        return Err(CrlError::Stale { next_update, now });
    }
    Ok(next_update)
}

/// Whether the anchor's key verifies the list, by the algorithms that TLS itself uses.
fn verifies(list_der: &[u8], anchor: &Certificate, provider: &CryptoProvider) -> der::Result<bool> {
    let signed = Signed::from_der(list_der)?;
    let message = signed.tbs.to_der()?; // DER in, so the same DER out
    let key = anchor.tbs_certificate().subject_public_key_info();
    let key_algorithm = value_of(&key.algorithm.to_der()?)?;
    let signature_algorithm = value_of(&signed.algorithm.to_der()?)?;
    Ok(provider.signature_verification_algorithms.all.iter().any(|algorithm| {
        *algorithm.public_key_alg_id() == *key_algorithm
            && *algorithm.signature_alg_id() == *signature_algorithm
            && algorithm
                .verify_signature(key.subject_public_key.raw_bytes(), &message, signed.signature.raw_bytes())
                .is_ok()
    }))
}

/// rustls names an algorithm by the contents of its AlgorithmIdentifier, without the outer tag and length.
fn value_of(der: &[u8]) -> der::Result<Vec<u8>> {
    Ok(AnyRef::from_der(der)?.value().to_vec())
}
