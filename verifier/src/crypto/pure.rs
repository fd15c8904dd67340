//! Signature verification in pure Rust, for WebAssembly and as a witness in tests.

use p256::ecdsa::signature::hazmat::PrehashVerifier;

use super::{CryptoFailure, Curve, DigestAlgorithm, PublicKey, SignatureAlgorithm};

/// The key and the algorithm are of one kind, and an ECDSA value is well formed: `crypto::verify` saw to it.
pub(super) fn verify(
    key: &PublicKey<'_>,
    algorithm: SignatureAlgorithm,
    message: &[u8],
    value: &[u8],
) -> Result<(), CryptoFailure> {
    match (key, algorithm) {
        (PublicKey::Ec { curve: Curve::P256, point }, SignatureAlgorithm::Ecdsa(digest)) => {
            p256(point, digest, message, value)
        }
        _ => Err(CryptoFailure::Unsupported),
    }
}

fn p256(point: &[u8], digest: DigestAlgorithm, message: &[u8], value: &[u8]) -> Result<(), CryptoFailure> {
    let digest = digest.hash(&[message]).ok_or(CryptoFailure::Unsupported)?;
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| CryptoFailure::ValueWrong)?;
    let signature = p256::ecdsa::Signature::from_der(value).map_err(|_| CryptoFailure::ValueWrong)?;
    key.verify_prehash(digest.as_bytes(), &signature).map_err(|_| CryptoFailure::ValueWrong)
}
