//! Signature verification by aws-lc-rs.
//!
//! What it has no code for is [`CryptoFailure::Unsupported`], and pure Rust does it.

use aws_lc_rs::signature::{self, RsaParameters, RsaPssSaltLength, UnparsedPublicKey, VerificationAlgorithm};

use super::{CryptoFailure, Curve, DigestAlgorithm, PublicKey, SignatureAlgorithm};

/// The key and the algorithm are of one kind, and an ECDSA value is well formed: `crypto::verify` saw to it.
pub(super) fn verify(
    key: &PublicKey<'_>,
    algorithm: SignatureAlgorithm,
    message: &[u8],
    value: &[u8],
) -> Result<(), CryptoFailure> {
    if let PublicKey::Rsa(key) = key
        && (key.modulus_bits < 1024 || key.exponent.len() > 4)
    {
        return Err(CryptoFailure::Unsupported);
    }
    let (verification, octets): (&'static dyn VerificationAlgorithm, &[u8]) = match (key, algorithm) {
        (PublicKey::Ec { curve, point }, SignatureAlgorithm::Ecdsa(digest)) => (ecdsa(*curve, digest)?, point),
        (PublicKey::Ed25519(octets), SignatureAlgorithm::Ed25519) => (&signature::ED25519, octets),
        (PublicKey::Rsa(key), SignatureAlgorithm::RsaPkcs1(digest)) => (rsa_pkcs1(key.modulus_bits, digest)?, key.der),
        (PublicKey::Rsa(key), SignatureAlgorithm::RsaPss { digest, mask, salt_length }) => {
            let parameters = rsa_pss(key.modulus_bits, digest, mask)?;
            let parameters = parameters.with_pss_salt_length(RsaPssSaltLength::Custom(salt_length));
            return rsa_pss_verify(key.der, parameters, message, value);
        }
        _ => return Err(CryptoFailure::KeyMismatch),
    };
    UnparsedPublicKey::new(verification, octets).verify(message, value).map_err(|_| CryptoFailure::ValueWrong)
}

fn rsa_pss_verify(der: &[u8], parameters: RsaParameters, message: &[u8], value: &[u8]) -> Result<(), CryptoFailure> {
    parameters.verify_sig(der, message, value).map_err(|_| CryptoFailure::ValueWrong)
}

fn ecdsa(curve: Curve, digest: DigestAlgorithm) -> Result<&'static dyn VerificationAlgorithm, CryptoFailure> {
    use DigestAlgorithm::{Sha1, Sha256, Sha384, Sha512};
    Ok(match (curve, digest) {
        (Curve::P256, Sha1) => &signature::ECDSA_P256_SHA1_ASN1,
        (Curve::P256, Sha256) => &signature::ECDSA_P256_SHA256_ASN1,
        (Curve::P256, Sha384) => &signature::ECDSA_P256_SHA384_ASN1,
        (Curve::P256, Sha512) => &signature::ECDSA_P256_SHA512_ASN1,
        (Curve::P384, Sha256) => &signature::ECDSA_P384_SHA256_ASN1,
        (Curve::P384, Sha384) => &signature::ECDSA_P384_SHA384_ASN1,
        (Curve::P384, Sha512) => &signature::ECDSA_P384_SHA512_ASN1,
        (Curve::P521, Sha1) => &signature::ECDSA_P521_SHA1_ASN1,
        (Curve::P521, Sha256) => &signature::ECDSA_P521_SHA256_ASN1,
        (Curve::P521, Sha384) => &signature::ECDSA_P521_SHA384_ASN1,
        (Curve::P521, Sha512) => &signature::ECDSA_P521_SHA512_ASN1,
        (Curve::P384, Sha1) => return Err(CryptoFailure::Unsupported),
    })
}

/// Keys below 2048 bits and SHA-1 are verified too, so that integrity can be told; `algorithms` refuses them.
fn rsa_pkcs1(bits: u32, digest: DigestAlgorithm) -> Result<&'static dyn VerificationAlgorithm, CryptoFailure> {
    let short = bits < 2048;
    Ok(match digest {
        DigestAlgorithm::Sha1 => &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        DigestAlgorithm::Sha256 => &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        DigestAlgorithm::Sha384 if short => return Err(CryptoFailure::Unsupported),
        DigestAlgorithm::Sha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        DigestAlgorithm::Sha512 => &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
    })
}

/// It has MGF1 over the message's own digest only.
fn rsa_pss(bits: u32, digest: DigestAlgorithm, mask: DigestAlgorithm) -> Result<RsaParameters, CryptoFailure> {
    if digest != mask || bits < 2048 {
        return Err(CryptoFailure::Unsupported);
    }
    match digest {
        DigestAlgorithm::Sha1 => Err(CryptoFailure::Unsupported),
        DigestAlgorithm::Sha256 => Ok(signature::RSA_PSS_2048_8192_SHA256),
        DigestAlgorithm::Sha384 => Ok(signature::RSA_PSS_2048_8192_SHA384),
        DigestAlgorithm::Sha512 => Ok(signature::RSA_PSS_2048_8192_SHA512),
    }
}
