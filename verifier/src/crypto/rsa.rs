//! RSA signature verification (RFC 8017, 8.1.2 and 8.2.2).
//!
//! Job: the public operation and the two encodings. A crate for all of RSA would bring prime search, decryption and
//! randomness, and only the public half is wanted: one exponentiation whose operands everybody knows, so nothing here
//! need take constant time.
//! Invariant: an encoding is compared whole. PKCS#1's is made anew and compared, never parsed: parsing it leniently is
//! how values were forged for keys with exponent 3 (CVE-2006-4339).

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};

use super::{DigestAlgorithm, RsaKey};

/// The parameters of RSASSA-PSS (RFC 8017, A.2.3).
#[derive(Clone, Copy, Debug)]
pub(super) struct Pss {
    pub(super) digest: DigestAlgorithm,
    pub(super) mask: DigestAlgorithm,
    /// Octets.
    pub(super) salt_length: usize,
}

/// RSASSA-PKCS1-v1_5-VERIFY. The value has as many octets as the modulus.
pub(super) fn verify_pkcs1(key: &RsaKey<'_>, digest: DigestAlgorithm, hash: &[u8], value: &[u8]) -> Option<()> {
    let recovered = recover(key, value)?;
    let expected = encode_pkcs1(digest, hash, key.modulus.len())?;
    (recovered == expected).then_some(())
}

/// RSASSA-PSS-VERIFY. The value has as many octets as the modulus.
pub(super) fn verify_pss(key: &RsaKey<'_>, pss: Pss, hash: &[u8], value: &[u8]) -> Option<()> {
    let recovered = recover(key, value)?;
    let bits = usize::try_from(key.modulus_bits).ok()?.checked_sub(1)?;
    let octets = bits.div_ceil(8);
    // A modulus of 8n + 1 bits has one octet more than the encoding, and it must be zero.
    let (zeros, encoded) = recovered.split_at_checked(recovered.len().checked_sub(octets)?)?;
    if zeros.iter().any(|octet| *octet != 0) {
        return None;
    }
    verify_pss_encoding(pss, hash, encoded, bits)
}

/// RSAVP1 (5.2.2): `value^e mod n`, as long as n.
fn recover(key: &RsaKey<'_>, value: &[u8]) -> Option<Vec<u8>> {
    let modulus = Option::<Odd<BoxedUint>>::from(Odd::new(BoxedUint::from_be_slice_vartime(key.modulus)))?;
    let value = BoxedUint::from_be_slice_vartime(value);
    if value >= *modulus {
        return None;
    }
    let parameters = BoxedMontyParams::new_vartime(modulus);
    let power = BoxedMontyForm::new(value, &parameters)
        .pow(&BoxedUint::from_be_slice_vartime(key.exponent))
        .retrieve()
        .to_be_bytes();
    // Whole machine words, of which the first octets are zero where the modulus does not fill them.
    let (_, recovered) = power.split_at_checked(power.len().checked_sub(key.modulus.len())?)?;
    Some(recovered.to_vec())
}

/// EMSA-PKCS1-v1_5 (9.2): `00 01 FF .. FF 00 DigestInfo`, with the NULL that note 1 asks for.
fn encode_pkcs1(digest: DigestAlgorithm, hash: &[u8], octets: usize) -> Option<Vec<u8>> {
    let info = [digest_info(digest), hash].concat();
    let padding = octets.checked_sub(info.len())?.checked_sub(3).filter(|padding| *padding >= 8)?;
    Some([&[0, 1], &vec![0xff; padding][..], &[0], &info].concat())
}

/// `DigestInfo ::= SEQUENCE { digestAlgorithm, digest OCTET STRING }` up to the digest (9.2, note 1).
fn digest_info(digest: DigestAlgorithm) -> &'static [u8] {
    match digest {
        DigestAlgorithm::Sha1 => &[0x30, 0x21, 0x30, 9, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0, 4, 20],
        DigestAlgorithm::Sha256 => &[0x30, 0x31, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 32],
        DigestAlgorithm::Sha384 => &[0x30, 0x41, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2, 5, 0, 4, 48],
        DigestAlgorithm::Sha512 => &[0x30, 0x51, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3, 5, 0, 4, 64],
    }
}

/// EMSA-PSS-VERIFY (9.1.2): `maskedDB || H || bc`, where DB is `00 .. 00 01 salt`.
fn verify_pss_encoding(pss: Pss, hash: &[u8], encoded: &[u8], bits: usize) -> Option<()> {
    // Step 3
    let padding = encoded.len().checked_sub(hash.len())?.checked_sub(pss.salt_length)?.checked_sub(2)?;
    // Steps 4 and 5
    let (0xbc, rest) = encoded.split_last()? else { return None };
    let (masked, seed) = rest.split_at_checked(rest.len().checked_sub(hash.len())?)?;
    // Step 6: bits that the modulus has no room for.
    let spare_bits = encoded.len().checked_mul(8)?.checked_sub(bits)?;
    let used = 0xff_u8.checked_shr(u32::try_from(spare_bits).ok()?)?;
    if masked.first()? & !used != 0 {
        return None;
    }
    // Steps 7 to 9
    let mut block: Vec<u8> =
        masked.iter().zip(mask(pss.mask, seed, masked.len())?).map(|(octet, mask)| octet ^ mask).collect();
    *block.first_mut()? &= used;
    // Step 10
    let (zeros, rest) = block.split_at_checked(padding)?;
    let (1, salt) = rest.split_first()? else { return None };
    if zeros.iter().any(|octet| *octet != 0) {
        return None;
    }
    // Steps 11 to 14
    let expected = pss.digest.hash(&[&[0; 8], hash, salt])?;
    (expected.as_bytes() == seed).then_some(())
}

/// MGF1 (B.2.1).
fn mask(digest: DigestAlgorithm, seed: &[u8], octets: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(octets + 64);
    for counter in 0_u32.. {
        if out.len() >= octets {
            break;
        }
        out.extend_from_slice(digest.hash(&[seed, &counter.to_be_bytes()])?.as_bytes());
    }
    out.truncate(octets);
    Some(out)
}
