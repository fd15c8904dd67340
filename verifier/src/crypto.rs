//! The one place where a signature value is checked against a key.
//!
//! Job: `verify(key, algorithm, message, value)`. Natively the work is done by aws-lc-rs, elsewhere (the page in a
//! browser) by pure Rust, which also does what aws-lc-rs has no code for; the two agree on all Wycheproof vectors and on
//! every value of the corpus, which tests show. Whether an algorithm is still *good enough* is not asked here but in
//! `algorithms`: integrity is told even for a SHA-1 signature.
//! Invariant: a key of one kind is never used with an algorithm of another, and what implementations are known to differ
//! in is decided here, before either: an ECDSA value has exactly one encoding (RFC 3279, 2.2.3, in DER), an RSA value
//! the length of the modulus, an Ed25519 key a canonical encoding and a large order.

use crate::asn1;

pub(crate) mod digest;
mod esp256;
pub(crate) mod identifier;
#[cfg(not(target_family = "wasm"))]
mod native;
mod pure;
mod rsa;

pub use digest::DigestAlgorithm;
pub(crate) use esp256::verify_esp256;

/// Whose arithmetic is used. Both must say the same; a second opinion is worth having on a file that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Implementation {
    /// aws-lc-rs, and pure Rust for what it has no code for.
    #[cfg(not(target_family = "wasm"))]
    Native,
    /// Pure Rust for everything.
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
    Rsa(RsaKey<'a>),
}

/// `RSAPublicKey` (RFC 8017, A.1.1), and what it may be used for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RsaKey<'a> {
    #[cfg_attr(target_family = "wasm", expect(dead_code, reason = "only aws-lc-rs takes the key as it stands"))]
    der: &'a [u8],
    /// Without leading zeros.
    modulus: &'a [u8],
    modulus_bits: u32,
    /// Odd, at least 3, without leading zeros.
    exponent: &'a [u8],
    usage: RsaUsage,
}

/// What the key says about the algorithms that it is used with (RFC 4055, 1.2 and 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RsaUsage {
    /// rsaEncryption: any.
    Any,
    /// id-RSASSA-PSS without parameters: PSS with whatever parameters.
    Pss,
    /// id-RSASSA-PSS with parameters: these digests, and at least so many octets of salt.
    PssWith { digest: DigestAlgorithm, mask: DigestAlgorithm, salt_length: u16 },
}

impl RsaUsage {
    fn permits(self, algorithm: SignatureAlgorithm) -> bool {
        match (self, algorithm) {
            (Self::Any, SignatureAlgorithm::RsaPkcs1(_) | SignatureAlgorithm::RsaPss { .. })
            | (Self::Pss, SignatureAlgorithm::RsaPss { .. }) => true,
            (
                Self::PssWith { digest, mask, salt_length },
                SignatureAlgorithm::RsaPss { digest: used_digest, mask: used_mask, salt_length: used_salt_length },
            ) => digest == used_digest && mask == used_mask && used_salt_length >= salt_length,
            _ => false,
        }
    }
}

impl PublicKey<'_> {
    pub(crate) fn kind(&self) -> KeyKind {
        match self {
            Self::Ec { curve, .. } => KeyKind::Ec(*curve),
            Self::Ed25519(_) => KeyKind::Ed25519,
            Self::Rsa(key) => KeyKind::Rsa(key.modulus_bits),
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

/// Sizes of RSA keys that are computed with, so that integrity can be told; which are good enough, `algorithms` says.
/// Anybody factors shorter ones on a telephone, longer ones only cost time.
const RSA_BITS: std::ops::RangeInclusive<u32> = 512..=8192;

/// FIPS 186-5, A.1.1: e below 2^256. 2^16 + 1 is what everybody uses.
const MAX_RSA_EXPONENT_OCTETS: usize = 32;

/// Checks that `value` is a signature by `key` over `message`.
pub(crate) fn verify(
    implementation: Implementation,
    key: &PublicKey<'_>,
    algorithm: SignatureAlgorithm,
    message: &[u8],
    value: &[u8],
) -> Result<(), CryptoFailure> {
    match (key, algorithm) {
        (PublicKey::Ec { curve, .. }, SignatureAlgorithm::Ecdsa(_)) if is_ecdsa_value(value, *curve) => {}
        (PublicKey::Ed25519(octets), SignatureAlgorithm::Ed25519) if is_ed25519_key(octets) => {}
        (PublicKey::Rsa(key), _) if key.usage.permits(algorithm) => {
            if !RSA_BITS.contains(&key.modulus_bits) || key.exponent.len() > MAX_RSA_EXPONENT_OCTETS {
                return Err(CryptoFailure::Unsupported);
            }
            // RFC 8017, 8.1.2 and 8.2.2, step 1.
            if value.len() != key.modulus.len() {
                return Err(CryptoFailure::ValueWrong);
            }
        }
        (PublicKey::Ec { .. }, SignatureAlgorithm::Ecdsa(_)) | (PublicKey::Ed25519(_), SignatureAlgorithm::Ed25519) => {
            return Err(CryptoFailure::ValueWrong);
        }
        _ => return Err(CryptoFailure::KeyMismatch),
    }
    match implementation {
        #[cfg(not(target_family = "wasm"))]
        Implementation::Native => match native::verify(key, algorithm, message, value) {
            Err(CryptoFailure::Unsupported) => pure::verify(key, algorithm, message, value),
            result => result,
        },
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

/// A point of edwards25519 whose encoding decodes (RFC 8032, 5.1.3: y below 2^255 - 19) and whose order is large. For a
/// key of small order anybody can make a value that verifies for most messages, and libraries differ in whether they
/// refuse it; an honest key never has one.
fn is_ed25519_key(octets: &[u8]) -> bool {
    let Ok(mut y) = <[u8; 32]>::try_from(octets) else { return false };
    // Little-endian; the top bit is the sign of x.
    y[31] &= 0x7f;
    let is_reduced = y.iter().rev().lt(ED25519_PRIME.iter().rev());
    is_reduced && !ED25519_SMALL_ORDER.contains(&y)
}

/// 2^255 - 19.
const ED25519_PRIME: [u8; 32] = {
    let mut prime = [0xff; 32];
    prime[0] = 0xed;
    prime[31] = 0x7f;
    prime
};

/// The y of the eight points whose order divides 8: 1 (order 1), -1 (2), 0 (4), and the two y of order 8.
const ED25519_SMALL_ORDER: [[u8; 32]; 5] = {
    let mut one = [0; 32];
    one[0] = 1;
    let mut minus_one = ED25519_PRIME;
    minus_one[0] = 0xec;
    let eighth = [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ];
    let other_eighth = [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ];
    [one, minus_one, [0; 32], eighth, other_eighth]
};

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
        let ed25519 = PublicKey::Ed25519(&[9; 32]);
        assert_eq!(verify(Implementation::default(), &ed25519, rsa, b"", b""), Err(CryptoFailure::KeyMismatch));
    }

    #[test]
    fn a_key_for_pss_permits_what_its_parameters_say() {
        use DigestAlgorithm::{Sha256, Sha384};
        let pss = |digest, mask, salt_length| SignatureAlgorithm::RsaPss { digest, mask, salt_length };
        assert!(!RsaUsage::Pss.permits(SignatureAlgorithm::RsaPkcs1(Sha256)));
        assert!(RsaUsage::Pss.permits(pss(Sha384, Sha256, 0)));
        let restricted = RsaUsage::PssWith { digest: Sha256, mask: Sha256, salt_length: 32 };
        assert!(restricted.permits(pss(Sha256, Sha256, 32)));
        assert!(restricted.permits(pss(Sha256, Sha256, 64)));
        for other in [
            pss(Sha256, Sha256, 31),
            pss(Sha384, Sha256, 48),
            pss(Sha256, Sha384, 32),
            SignatureAlgorithm::RsaPkcs1(Sha256),
        ] {
            assert!(!restricted.permits(other), "{other:?}");
        }
        assert!(!RsaUsage::Any.permits(SignatureAlgorithm::Ecdsa(Sha256)));
    }

    /// RFC 8032, 7.1, test 2.
    const ED25519_KEY: &str = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    const ED25519_VALUE: &str = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                                 085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

    #[test]
    fn ed25519_is_verified_alike_by_both() {
        let key = hex::decode(ED25519_KEY).expect("hexadecimal");
        let value = hex::decode(ED25519_VALUE).expect("hexadecimal");
        for implementation in [Implementation::Native, Implementation::PureRust] {
            let verify = |message: &[u8], value: &[u8]| {
                verify(implementation, &PublicKey::Ed25519(&key), SignatureAlgorithm::Ed25519, message, value)
            };
            assert_eq!(verify(&[0x72], &value), Ok(()));
            assert_eq!(verify(&[0x73], &value), Err(CryptoFailure::ValueWrong));
            // S + L: the equation holds, the value is another one (RFC 8032, 5.1.7, step 1).
            let mut malleable = value.clone();
            let order = hex::decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").expect("hex");
            let mut carry = 0_u16;
            for (octet, add) in malleable.iter_mut().skip(32).zip(order) {
                carry += u16::from(*octet) + u16::from(add);
                *octet = u8::try_from(carry & 0xff).expect("masked");
                carry >>= 8;
            }
            assert_eq!(verify(&[0x72], &malleable), Err(CryptoFailure::ValueWrong));
            assert_eq!(verify(&[0x72], value.get(..63).expect("64 octets")), Err(CryptoFailure::ValueWrong));
        }
    }

    #[test]
    fn an_ed25519_key_that_fits_every_message_is_none() {
        // The identity as key and as R, with S = 0: the equation holds for every message.
        let mut identity = [0; 32];
        identity[0] = 1;
        let value = [identity, [0; 32]].concat();
        let mut unreduced = ED25519_PRIME;
        unreduced[0] = 0xee;
        for key in [identity, unreduced] {
            for implementation in [Implementation::Native, Implementation::PureRust] {
                assert_eq!(
                    verify(implementation, &PublicKey::Ed25519(&key), SignatureAlgorithm::Ed25519, b"any", &value),
                    Err(CryptoFailure::ValueWrong),
                );
            }
        }
        for y in ED25519_SMALL_ORDER {
            let mut other_sign = y;
            other_sign[31] |= 0x80;
            assert!(!is_ed25519_key(&y) && !is_ed25519_key(&other_sign));
        }
    }
}
