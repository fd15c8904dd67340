//! ESP256 (RFC 9864): ECDSA on P-256 with SHA-256, its value as `r || s`, 32 octets each (RFC 9053, 2.1).
//!
//! Job: the one algorithm of seals, trust lists and status lists. The same arithmetic as for certificates does the work; only the
//! encoding of the value differs. That `s` is the lower one of its two values is the business of the crate `evidence`.

use super::identifier;
use super::{CryptoFailure, Curve, DigestAlgorithm, Implementation, PublicKey, SignatureAlgorithm, verify};
use crate::asn1::tag;

/// Checks that `value` is a signature over `message` by the key of a SubjectPublicKeyInfo in DER.
pub(crate) fn verify_esp256(
    implementation: Implementation,
    public_key_info: &[u8],
    message: &[u8],
    value: &[u8; 64],
) -> Result<(), CryptoFailure> {
    let key = identifier::public_key(public_key_info).map_err(|_| CryptoFailure::Unsupported)?;
    if !matches!(key, PublicKey::Ec { curve: Curve::P256, .. }) {
        return Err(CryptoFailure::KeyMismatch);
    }
    verify(implementation, &key, SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256), message, &to_der(value))
}

/// `Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279, 2.2.3).
fn to_der(value: &[u8; 64]) -> Vec<u8> {
    let (r, s) = value.split_at(32);
    let content = [integer(r), integer(s)].concat();
    [&[tag::SEQUENCE, short(&content)][..], &content].concat()
}

/// The shortest INTEGER of a number of 32 octets that is not negative.
fn integer(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|octet| **octet == 0).count();
    let significant = number.get(zeros..).unwrap_or_default();
    let sign: &[u8] = if significant.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
    let content = [sign, significant].concat();
    [&[tag::INTEGER, short(&content)][..], &content].concat()
}

/// A length below 128: two numbers of 33 octets with their heads have 70.
fn short(content: &[u8]) -> u8 {
    u8::try_from(content.len()).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_of_numbers_becomes_the_shortest_der() {
        let mut value = [0; 64];
        value[31] = 1;
        value[63] = 0x80;
        assert_eq!(to_der(&value), [0x30, 7, 2, 1, 1, 2, 2, 0, 0x80]);
        assert_eq!(to_der(&[0; 64]), [0x30, 6, 2, 1, 0, 2, 1, 0]);
        assert_eq!(to_der(&[0xff; 64]).len(), 72);
    }

    /// RFC 6979, A.2.5: the key, and the signature over "sample" with SHA-256.
    #[test]
    fn both_implementations_take_a_published_signature_and_no_other() {
        let point = "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6\
                     7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
        let head = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
        let value = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
                     f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
        let key = hex::decode(format!("{head}{point}")).expect("hexadecimal");
        let value: [u8; 64] = hex::decode(value).expect("hexadecimal").try_into().expect("64 octets");
        for implementation in [Implementation::Native, Implementation::PureRust] {
            assert_eq!(verify_esp256(implementation, &key, b"sample", &value), Ok(()));
            assert_eq!(verify_esp256(implementation, &key, b"simple", &value), Err(CryptoFailure::ValueWrong));
            let mut other = value;
            other[63] ^= 1;
            assert_eq!(verify_esp256(implementation, &key, b"sample", &other), Err(CryptoFailure::ValueWrong));
            assert_eq!(verify_esp256(implementation, b"no key", b"sample", &value), Err(CryptoFailure::Unsupported));
        }
    }

    #[test]
    fn a_key_of_another_kind_is_refused() {
        // RFC 8410, 10.1
        let ed25519 =
            hex::decode("302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
        let key = ed25519.expect("hexadecimal");
        let verdict = verify_esp256(Implementation::default(), &key, b"", &[1; 64]);
        assert_eq!(verdict, Err(CryptoFailure::KeyMismatch));
    }
}
