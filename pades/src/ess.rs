//! The signing certificate as a signed attribute: ESS signing-certificate-v2 (RFC 5035, 5.4).
//!
//! ```text
//! SigningCertificateV2 ::= SEQUENCE {
//!     certs        SEQUENCE OF ESSCertIDv2,
//!     policies     SEQUENCE OF PolicyInformation OPTIONAL }
//! ESSCertIDv2 ::= SEQUENCE {
//!     hashAlgorithm AlgorithmIdentifier DEFAULT {algorithm id-sha256},
//!     certHash      OCTET STRING,
//!     issuerSerial  IssuerSerial OPTIONAL }
//! IssuerSerial ::= SEQUENCE {
//!     issuer        GeneralNames,
//!     serialNumber  CertificateSerialNumber }
//! ```
//!
//! What we write: one ESSCertIDv2, the hash algorithm omitted because SHA-256 is the default and
//! DER omits defaults (X.690, 11.5), issuerSerial present (EN 319 122-1, 5.2.2.3).

use const_oid::db::rfc5912::ID_SHA_256;
use der::Tag;

use crate::tlv::{self, Element, tlv};
use crate::write_error::CmsError;

/// The attribute's value for a certificate given by hash, issuer (a Name element) and serial
/// number (an INTEGER element).
pub(crate) fn signing_certificate_v2(cert_hash: &[u8; 32], issuer: &[u8], serial_number: &[u8]) -> Vec<u8> {
    let directory_name = tlv(tlv::CONTEXT_4, &[issuer]);
    let issuer_serial = tlv(tlv::SEQUENCE, &[&tlv(tlv::SEQUENCE, &[&directory_name]), serial_number]);
    let cert_id = tlv(tlv::SEQUENCE, &[&tlv(tlv::OCTET_STRING, &[cert_hash]), &issuer_serial]);
    tlv(tlv::SEQUENCE, &[&tlv(tlv::SEQUENCE, &[&cert_id])])
}

/// The hash by which a signing-certificate-v2 value names the signing certificate: the first
/// ESSCertIDv2 (RFC 5035, 5.4). Later ones only narrow the path and are none of our business.
pub(crate) fn cert_hash(value: &[u8]) -> Result<[u8; 32], CmsError> {
    let mut reader = Element::only(value, Tag::Sequence)?.reader()?;
    let certs = Element::read(&mut reader, Tag::Sequence)?;
    let mut certs = certs.reader()?;
    let mut cert_id = Element::read(&mut certs, Tag::Sequence)?.reader()?;
    if let Some(algorithm) = Element::read_optional(&mut cert_id, Tag::Sequence)? {
        let oid = Element::read(&mut algorithm.reader()?, Tag::ObjectIdentifier)?;
        if oid.content != ID_SHA_256.as_bytes() {
            return Err(CmsError::SigningCertificateHash);
        }
    }
    let hash = Element::read(&mut cert_id, Tag::OctetString)?;
    hash.content.try_into().map_err(|_| CmsError::SigningCertificateHash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_hash_algorithm_is_omitted_and_the_hash_is_read_back() {
        let value = signing_certificate_v2(&[7; 32], &[0x30, 0], &[2, 1, 5]);
        let mut expected = vec![0x30, 0x31, 0x30, 0x2f, 0x30, 0x2d, 0x04, 0x20];
        expected.extend([7; 32]);
        expected.extend([0x30, 0x09, 0x30, 0x04, 0xa4, 0x02, 0x30, 0x00, 0x02, 0x01, 0x05]);
        assert_eq!(value, expected);
        assert_eq!(cert_hash(&value), Ok([7; 32]));
    }

    #[test]
    fn an_explicit_sha256_is_understood_and_sha512_is_refused() {
        let with = |last: u8| {
            let oid = tlv(tlv::OBJECT_IDENTIFIER, &[&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, last]]);
            let id = tlv(tlv::SEQUENCE, &[&tlv(tlv::SEQUENCE, &[&oid]), &tlv(tlv::OCTET_STRING, &[&[9; 32]])]);
            tlv(tlv::SEQUENCE, &[&tlv(tlv::SEQUENCE, &[&id])])
        };
        assert_eq!(cert_hash(&with(1)), Ok([9; 32]));
        assert_eq!(cert_hash(&with(3)), Err(CmsError::SigningCertificateHash));
    }
}
