//! Signature verification in pure Rust: for WebAssembly, for what aws-lc-rs has no code for, and as a witness in tests.

use ed25519_dalek::Verifier as _;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;

use super::{CryptoFailure, Curve, DigestAlgorithm, PublicKey, SignatureAlgorithm, rsa};

/// The key and the algorithm are of one kind, and an ECDSA value is well formed: `crypto::verify` saw to it.
pub(super) fn verify(
    key: &PublicKey<'_>,
    algorithm: SignatureAlgorithm,
    message: &[u8],
    value: &[u8],
) -> Result<(), CryptoFailure> {
    let hash = |digest: DigestAlgorithm| digest.hash(&[message]).ok_or(CryptoFailure::Unsupported);
    let verified = match (key, algorithm) {
        (PublicKey::Ec { curve, point }, SignatureAlgorithm::Ecdsa(digest)) => {
            let prehash = prehash(*curve, hash(digest)?.as_bytes());
            match curve {
                Curve::P256 => p256(point, &prehash, value),
                Curve::P384 => p384(point, &prehash, value),
                Curve::P521 => p521(point, &prehash, value),
            }
        }
        (PublicKey::Ed25519(octets), SignatureAlgorithm::Ed25519) => ed25519(octets, message, value),
        (PublicKey::Rsa(key), SignatureAlgorithm::RsaPkcs1(digest)) => {
            rsa::verify_pkcs1(key, digest, hash(digest)?.as_bytes(), value)
        }
        (PublicKey::Rsa(key), SignatureAlgorithm::RsaPss { digest, mask, salt_length }) => {
            let pss = rsa::Pss { digest, mask, salt_length: usize::from(salt_length) };
            rsa::verify_pss(key, pss, hash(digest)?.as_bytes(), value)
        }
        _ => return Err(CryptoFailure::KeyMismatch),
    };
    verified.ok_or(CryptoFailure::ValueWrong)
}

/// The digest as the number e of FIPS 186-5, 6.4.2: filled up with zeros on the left, because the curves' code refuses
/// digests much shorter than the order (P-521 with SHA-256), which the standard allows.
fn prehash(curve: Curve, digest: &[u8]) -> Vec<u8> {
    let missing = curve.field_octets().saturating_sub(digest.len());
    [&vec![0; missing], digest].concat()
}

fn p256(point: &[u8], prehash: &[u8], value: &[u8]) -> Option<()> {
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
    key.verify_prehash(prehash, &p256::ecdsa::Signature::from_der(value).ok()?).ok()
}

fn p384(point: &[u8], prehash: &[u8], value: &[u8]) -> Option<()> {
    let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
    key.verify_prehash(prehash, &p384::ecdsa::Signature::from_der(value).ok()?).ok()
}

fn p521(point: &[u8], prehash: &[u8], value: &[u8]) -> Option<()> {
    let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
    key.verify_prehash(prehash, &p521::ecdsa::Signature::from_der(value).ok()?).ok()
}

fn ed25519(octets: &[u8], message: &[u8], value: &[u8]) -> Option<()> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(octets.try_into().ok()?).ok()?;
    key.verify(message, &ed25519_dalek::Signature::from_slice(value).ok()?).ok()
}
