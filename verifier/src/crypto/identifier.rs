//! `AlgorithmIdentifier` and `SubjectPublicKeyInfo` (RFC 5280, 4.1.1.2 and 4.1.2.7).
//!
//! Job: turn identifiers and parameters into the closed types of `crypto`. Parameters are part of the algorithm:
//! ones that the standard does not allow make it unknown, they are never skipped.
//!
//! ```text
//! AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY DEFINED BY algorithm OPTIONAL }
//! RSASSA-PSS-params ::= SEQUENCE { hashAlgorithm [0] DEFAULT sha1, maskGenAlgorithm [1] DEFAULT mgf1SHA1,
//!                                  saltLength [2] INTEGER DEFAULT 20, trailerField [3] INTEGER DEFAULT 1 }
//! ```

use super::{Curve, DigestAlgorithm, PublicKey, RsaKey, RsaUsage, SignatureAlgorithm};
use crate::asn1::{Asn1Result, Element, single, single_sequence, tag};
use crate::oid::{self, Oid};

/// An identifier whose meaning has not been looked up yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AlgorithmIdentifier<'a> {
    /// Content octets of the identifier.
    pub(crate) oid: &'a [u8],
    /// The parameters, if any.
    pub(crate) parameters: Option<Element<'a>>,
}

/// An algorithm that this verifier does not know, by its identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnknownAlgorithm(pub(crate) Oid);

impl<'a> AlgorithmIdentifier<'a> {
    /// Reads the content of the SEQUENCE.
    pub(crate) fn read(sequence: &Element<'a>) -> Asn1Result<Self> {
        sequence.within(|reader| {
            let oid = reader.oid()?;
            let parameters = if reader.is_empty() { None } else { Some(reader.any()?) };
            Ok(Self { oid, parameters })
        })
    }

    fn unknown(&self) -> UnknownAlgorithm {
        UnknownAlgorithm(Oid::new(self.oid))
    }

    fn parameters_absent(&self) -> bool {
        self.parameters.is_none()
    }

    /// RFC 4055, 2.1 and 5: NULL, and absent is read as NULL.
    fn parameters_null_or_absent(&self) -> bool {
        self.parameters.is_none_or(|element| element.tag == tag::NULL && element.content.is_empty())
    }

    /// As a digest algorithm.
    pub(crate) fn digest(&self) -> Result<DigestAlgorithm, UnknownAlgorithm> {
        let known = match self.oid {
            oid::SHA1 => DigestAlgorithm::Sha1,
            oid::SHA256 => DigestAlgorithm::Sha256,
            oid::SHA384 => DigestAlgorithm::Sha384,
            oid::SHA512 => DigestAlgorithm::Sha512,
            _ => return Err(self.unknown()),
        };
        if self.parameters_null_or_absent() { Ok(known) } else { Err(self.unknown()) }
    }

    /// As a signature algorithm that names its digest, as certificates and CRLs do.
    pub(crate) fn signature(&self) -> Result<SignatureAlgorithm, UnknownAlgorithm> {
        use DigestAlgorithm::{Sha1, Sha256, Sha384, Sha512};
        let rsa = |digest| {
            if self.parameters_null_or_absent() {
                Ok(SignatureAlgorithm::RsaPkcs1(digest))
            } else {
                Err(self.unknown())
            }
        };
        // RFC 5758, 3.2: the parameters are omitted. NULL is tolerated: it says nothing.
        let ecdsa = |digest| {
            if self.parameters_null_or_absent() { Ok(SignatureAlgorithm::Ecdsa(digest)) } else { Err(self.unknown()) }
        };
        match self.oid {
            oid::SHA1_WITH_RSA => rsa(Sha1),
            oid::SHA256_WITH_RSA => rsa(Sha256),
            oid::SHA384_WITH_RSA => rsa(Sha384),
            oid::SHA512_WITH_RSA => rsa(Sha512),
            oid::RSASSA_PSS => self.pss().ok_or(self.unknown()),
            oid::ECDSA_WITH_SHA1 => ecdsa(Sha1),
            oid::ECDSA_WITH_SHA256 => ecdsa(Sha256),
            oid::ECDSA_WITH_SHA384 => ecdsa(Sha384),
            oid::ECDSA_WITH_SHA512 => ecdsa(Sha512),
            // RFC 8410, 3: absent, and nothing else.
            oid::ED25519 if self.parameters_absent() => Ok(SignatureAlgorithm::Ed25519),
            _ => Err(self.unknown()),
        }
    }

    /// As the signature algorithm of a SignerInfo, where `rsaEncryption` leaves the digest to `digestAlgorithm`
    /// (RFC 3370, 3.2).
    pub(crate) fn signer_info_signature(
        &self,
        digest: DigestAlgorithm,
    ) -> Result<SignatureAlgorithm, UnknownAlgorithm> {
        match self.oid {
            oid::RSA_ENCRYPTION if self.parameters_null_or_absent() => Ok(SignatureAlgorithm::RsaPkcs1(digest)),
            _ => self.signature(),
        }
    }

    fn pss(&self) -> Option<SignatureAlgorithm> {
        let parameters = self.parameters.filter(|element| element.tag == tag::SEQUENCE)?;
        let (digest, mask, salt_length) = parameters
            .within(|reader| {
                let inner = |element: Element<'a>| Self::read(&single(element.content)?);
                let hash = reader.optional(tag::constructed(0))?.map(inner).transpose()?;
                let mask = reader.optional(tag::constructed(1))?.map(inner).transpose()?;
                let salt = reader.optional(tag::constructed(2))?.map(|element| single(element.content)?.unsigned());
                let trailer = reader.optional(tag::constructed(3))?.map(|element| single(element.content)?.unsigned());
                Ok((hash, mask, (salt.transpose()?, trailer.transpose()?)))
            })
            .ok()
            .and_then(|(hash, mask, (salt, trailer))| {
                if trailer.unwrap_or(1) != 1 {
                    return None;
                }
                let digest = hash.map_or(Ok(DigestAlgorithm::Sha1), |identifier| identifier.digest()).ok()?;
                let mask = match mask {
                    None => DigestAlgorithm::Sha1,
                    Some(mask) if mask.oid == oid::MGF1 => Self::read(&mask.parameters?).ok()?.digest().ok()?,
                    Some(_) => return None,
                };
                Some((digest, mask, u16::try_from(salt.unwrap_or(20)).ok()?))
            })?;
        Some(SignatureAlgorithm::RsaPss { digest, mask, salt_length })
    }
}

/// `SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }`.
pub(crate) fn public_key(spki: &[u8]) -> Result<PublicKey<'_>, UnknownAlgorithm> {
    let parsed = single_sequence(spki).and_then(|sequence| {
        sequence.within(|reader| {
            let algorithm = AlgorithmIdentifier::read(&reader.sequence()?)?;
            Ok((algorithm, reader.expect(tag::BIT_STRING)?.bit_octets()?))
        })
    });
    let Ok((algorithm, octets)) = parsed else { return Err(UnknownAlgorithm(Oid::new(&[]))) };
    let key = match algorithm.oid {
        oid::EC_PUBLIC_KEY => elliptic(&algorithm, octets),
        oid::ED25519 if algorithm.parameters_absent() && octets.len() == 32 => Some(PublicKey::Ed25519(octets)),
        oid::RSA_ENCRYPTION if algorithm.parameters_null_or_absent() => rsa(octets, RsaUsage::Any),
        oid::RSASSA_PSS if algorithm.parameters_absent() => rsa(octets, RsaUsage::Pss),
        // RFC 4055, 3.1: parameters restrict the key to the algorithm that they name.
        oid::RSASSA_PSS => match algorithm.pss() {
            Some(SignatureAlgorithm::RsaPss { digest, mask, salt_length }) => {
                rsa(octets, RsaUsage::PssWith { digest, mask, salt_length })
            }
            _ => None,
        },
        _ => None,
    };
    key.ok_or(algorithm.unknown())
}

/// RFC 5480, 2.1.1: a named curve, never explicit parameters; and the uncompressed point, which all CAs write.
fn elliptic<'a>(algorithm: &AlgorithmIdentifier<'a>, point: &'a [u8]) -> Option<PublicKey<'a>> {
    let curve = match algorithm.parameters.filter(|element| element.tag == tag::OBJECT_IDENTIFIER)?.content {
        oid::P256 => Curve::P256,
        oid::P384 => Curve::P384,
        oid::P521 => Curve::P521,
        _ => return None,
    };
    let uncompressed = point.first() == Some(&4) && point.len() == 1 + 2 * curve.field_octets();
    uncompressed.then_some(PublicKey::Ec { curve, point })
}

/// `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }`, with an odd exponent of at least 3.
fn rsa(der: &[u8], usage: RsaUsage) -> Option<PublicKey<'_>> {
    let (modulus, exponent) = single_sequence(der)
        .and_then(|sequence| {
            sequence
                .within(|reader| Ok((reader.expect(tag::INTEGER)?.integer()?, reader.expect(tag::INTEGER)?.integer()?)))
        })
        .ok()?;
    let (modulus, exponent) = (magnitude(modulus)?, magnitude(exponent)?);
    if exponent == [1] || exponent.last()? % 2 == 0 {
        return None;
    }
    let first = *modulus.first()?;
    let modulus_bits = u32::try_from(modulus.len()).ok()?.checked_mul(8)?.checked_sub(first.leading_zeros())?;
    Some(PublicKey::Rsa(RsaKey { der, modulus, modulus_bits, exponent, usage }))
}

/// The octets of a number that is not negative, without the zero that keeps its first bit from being a sign.
fn magnitude(integer: &[u8]) -> Option<&[u8]> {
    let is_negative = integer.first()? & 0x80 != 0;
    (!is_negative).then(|| integer.strip_prefix(&[0]).unwrap_or(integer))
}
