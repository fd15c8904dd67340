//! The one place where a signature value is checked against a key.
//!
//! Job: `verify(key, algorithm, message, value)`. Natively the work is done by aws-lc-rs, elsewhere (the page in a
//! browser) by pure Rust; the two agree on all Wycheproof vectors, which a test shows. Whether an algorithm is
//! still *good enough* is not asked here but in `algorithms`: integrity is told even for a SHA-1 signature.
//! Invariant: a key of one kind is never used with an algorithm of another, and an ECDSA value has exactly one
//! encoding (RFC 3279, 2.2.3, in DER), so that both implementations see the same thing.

use crate::asn1;

pub(crate) mod digest;
pub(crate) mod identifier;
#[cfg(not(target_family = "wasm"))]
mod native;
mod pure;

pub use digest::DigestAlgorithm;

/// Whose arithmetic is used. Both must say the same; a second opinion is worth having on a file that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Implementation {
    /// aws-lc-rs.
    #[cfg(not(target_family = "wasm"))]
    Native,
    /// Pure Rust: P-256 so far; other algorithms are unsupported.
    PureRust,
}

impl Default for Implementation {
    fn default() -> Self {
        #[cfg(not(target_family = "wasm"))]
        return Self::Native;
        #[cfg(target_family = "wasm")]
        return Self::PureRust;
    }
}

/// A signature algorithm with everything that its parameters say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// ECDSA over the given digest; the curve is the key's (RFC 5758, 3.2).
    Ecdsa(DigestAlgorithm),
    /// Ed25519 (RFC 8410).
    Ed25519,
    /// RSASSA-PKCS1-v1_5 (RFC 8017, 8.2).
    RsaPkcs1(DigestAlgorithm),
    /// RSASSA-PSS (RFC 8017, 8.1).
    RsaPss {
        /// The digest of the message.
        digest: DigestAlgorithm,
        /// The digest inside MGF1.
        mask: DigestAlgorithm,
        /// Octets of salt.
        salt_length: u16,
    },
}

impl SignatureAlgorithm {
    /// The digest over the message, where there is one of its own.
    pub fn digest(self) -> Option<DigestAlgorithm> {
        match self {
            Self::Ecdsa(digest) | Self::RsaPkcs1(digest) | Self::RsaPss { digest, .. } => Some(digest),
            Self::Ed25519 => None,
        }
    }
}

/// A named curve (RFC 5480, 2.1.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Curve {
    /// secp256r1
    P256,
    /// secp384r1
    P384,
    /// secp521r1
    P521,
}

impl Curve {
    /// Octets of one coordinate.
    fn field_octets(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

/// What kind of key it is, for the policy on algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// An elliptic curve key.
    Ec(Curve),
    /// Ed25519.
    Ed25519,
    /// RSA with this many bits of modulus.
    Rsa(u32),
}

/// A public key, over the certificate's octets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PublicKey<'a> {
    /// The uncompressed point (SEC 1, 2.3.3).
    Ec {
        curve: Curve,
        point: &'a [u8],
    },
    Ed25519(&'a [u8]),
    /// `RSAPublicKey` (RFC 8017, A.1.1); `only_pss` when the key says that it makes nothing else (RFC 4055, 1.2).
    Rsa {
        der: &'a [u8],
        modulus_bits: u32,
        only_pss: bool,
    },
}

impl PublicKey<'_> {
    pub(crate) fn kind(&self) -> KeyKind {
        match self {
            Self::Ec { curve, .. } => KeyKind::Ec(*curve),
            Self::Ed25519(_) => KeyKind::Ed25519,
            Self::Rsa { modulus_bits, .. } => KeyKind::Rsa(*modulus_bits),
        }
    }
}

/// Why a signature value was not found to be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CryptoFailure {
    /// The equation does not hold, or the value is not one at all.
    #[error("the signature value does not verify")]
    ValueWrong,
    /// The algorithm is not one for this kind of key.
    #[error("the signature algorithm does not fit the key")]
    KeyMismatch,
    /// The algorithm, the key or their combination is not known here: nothing is said about the value.
    #[error("the signature algorithm is not supported")]
    Unsupported,
}

/// Checks that `value` is a signature by `key` over `message`.
pub(crate) fn verify(
    implementation: Implementation,
    key: &PublicKey<'_>,
    algorithm: SignatureAlgorithm,
    message: &[u8],
    value: &[u8],
) -> Result<(), CryptoFailure> {
    match (key, algorithm) {
        (PublicKey::Ec { curve, .. }, SignatureAlgorithm::Ecdsa(_)) => {
            if !is_ecdsa_value(value, *curve) {
                return Err(CryptoFailure::ValueWrong);
            }
        }
        (PublicKey::Ed25519(_), SignatureAlgorithm::Ed25519)
        | (PublicKey::Rsa { .. }, SignatureAlgorithm::RsaPss { .. })
        | (PublicKey::Rsa { only_pss: false, .. }, SignatureAlgorithm::RsaPkcs1(_)) => {}
        _ => return Err(CryptoFailure::KeyMismatch),
    }
    match implementation {
        #[cfg(not(target_family = "wasm"))]
        Implementation::Native => native::verify(key, algorithm, message, value),
        Implementation::PureRust => pure::verify(key, algorithm, message, value),
    }
}

/// Checks a signature value with a key given as SubjectPublicKeyInfo and an algorithm given as AlgorithmIdentifier, both
/// in DER: what the rest of the crate does with certificates, for test vectors.
///
/// # Errors
/// [`CryptoFailure::Unsupported`] also when key or algorithm cannot be read.
pub fn verify_value(
    implementation: Implementation,
    public_key_info: &[u8],
    algorithm: &[u8],
    message: &[u8],
    value: &[u8],
) -> Result<(), CryptoFailure> {
    let key = identifier::public_key(public_key_info).map_err(|_| CryptoFailure::Unsupported)?;
    let algorithm = crate::certificate::signature_algorithm(algorithm).map_err(|_| CryptoFailure::Unsupported)?;
    verify(implementation, &key, algorithm, message, value)
}

/// `Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }` in DER, both positive and no longer than the curve's order.
fn is_ecdsa_value(value: &[u8], curve: Curve) -> bool {
    let component = |reader: &mut asn1::Reader<'_>| {
        let element = reader.expect(asn1::tag::INTEGER)?;
        let content = element.integer()?;
        let positive = content.first().is_some_and(|first| first & 0x80 == 0) && content != [0];
        let octets = content.strip_prefix(&[0]).unwrap_or(content).len();
        Ok(positive && octets <= curve.field_octets())
    };
    asn1::single_sequence(value)
        .and_then(|sequence| sequence.within(|reader| Ok(component(reader)? & component(reader)?)))
        .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ecdsa_value_has_one_encoding() {
        assert!(is_ecdsa_value(&[0x30, 6, 2, 1, 1, 2, 1, 1], Curve::P256));
        for wrong in [
            &[0x30, 7, 2, 2, 0, 1, 2, 1, 1][..],   // a padded integer
            &[0x30, 6, 2, 1, 0, 2, 1, 1],          // r = 0
            &[0x30, 6, 2, 1, 0x81, 2, 1, 1],       // r < 0
            &[0x30, 6, 2, 1, 1, 2, 1, 1, 0],       // an octet behind
            &[0x30, 0x81, 6, 2, 1, 1, 2, 1, 1],    // a long length
            &[0x30, 9, 2, 1, 1, 2, 1, 1, 2, 1, 1], // a third integer
            &[1; 64],                              // r and s side by side
        ] {
            assert!(!is_ecdsa_value(wrong, Curve::P256), "{wrong:?}");
        }
    }

    #[test]
    fn an_algorithm_of_another_kind_of_key_is_refused_before_any_arithmetic() {
        let key = PublicKey::Ec { curve: Curve::P256, point: &[4; 65] };
        let rsa = SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256);
        assert_eq!(verify(Implementation::default(), &key, rsa, b"", b""), Err(CryptoFailure::KeyMismatch));
        let pss_only = PublicKey::Rsa { der: &[], modulus_bits: 2048, only_pss: true };
        assert_eq!(verify(Implementation::default(), &pss_only, rsa, b"", b""), Err(CryptoFailure::KeyMismatch));
    }
}
