//! [`SigStructure`]: what a COSE signature signs (RFC 9052, 4.4), seen to be that and nothing else.
//!
//! ```text
//! Sig_structure = [ "Signature1", body_protected : bstr, external_aad : bstr, payload : bstr ]
//! ```
//!
//! It begins with 0x84, signed attributes with 0x31, certificates, requests and CRLs with 0x30 (DER): octets that pass here are
//! none of those, so no signature made over them can be taken for one on a document or a certificate. Each purpose has an external_aad
//! of its own, so that no statement can be taken for one of another purpose either. What the payload says is not looked at:
//! `evidence` made it.

use sha2::{Digest, Sha256};

use crate::{Dtbsr, KeyError, PublicKey};

/// Array of four, then the text "Signature1".
const CONTEXT: &[u8] = b"\x84\x6aSignature1";
/// What follows the protected map's head: alg (1) is ESP256 (-9, RFC 9864), kid (4) has four octets.
const ALGORITHM_AND_KEY_HINT: &[u8] = b"\x01\x28\x04\x44";
/// Octets of the SHA-256 of the SubjectPublicKeyInfo that a kid has.
const KEY_HINT_OCTETS: usize = 4;
/// The external_aad of trust lists.
const TRUST_LIST: &[u8] = b"teken trust list v1";
/// CBOR's major types (RFC 8949, 3.1), in the upper three bits.
const MAJOR_TYPE: u8 = 0xe0;
const BYTE_STRING: u8 = 0x40;
const MAP: u8 = 0xa0;

/// What a statement is for. Only statements of its own purpose are signed by a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatementPurpose {
    /// The seal on a document; external_aad is its URL prefix.
    Seal,
    /// A token with a status list: a CWT, which has no external_aad (RFC 8392, 7.1).
    Status,
    /// The list of the agency's keys, signed by its root.
    TrustList,
}

impl StatementPurpose {
    fn has(self, external_aad: &[u8]) -> bool {
        match self {
            Self::Seal => external_aad.starts_with(b"https://") && external_aad.ends_with(b"#"),
            Self::Status => external_aad.is_empty(),
            Self::TrustList => external_aad == TRUST_LIST,
        }
    }
}

/// The octets of a Sig_structure that one key may sign.
#[derive(Debug)]
pub(crate) struct SigStructure<'a>(&'a [u8]);

impl<'a> SigStructure<'a> {
    /// Reads the structure and sees that it is of this purpose and that its header names this key.
    ///
    /// # Errors
    /// [`KeyError::NotToBeSigned`].
    pub(crate) fn of(octets: &'a [u8], purpose: StatementPurpose, key: &PublicKey) -> Result<Self, KeyError> {
        let refused = || KeyError::NotToBeSigned { key_id: key.key_id().clone() };
        let fields = octets.strip_prefix(CONTEXT).ok_or_else(refused)?;
        let (protected, fields) = byte_string(fields).ok_or_else(refused)?;
        let (external_aad, fields) = byte_string(fields).ok_or_else(refused)?;
        let (_payload, rest) = byte_string(fields).ok_or_else(refused)?;
        if rest.is_empty() && names(protected, key) && purpose.has(external_aad) {
            return Ok(Self(octets));
        }
        Err(refused())
    }

    /// What goes to the key.
    pub(crate) fn dtbsr(&self) -> Dtbsr {
        Dtbsr::hash(self.0)
    }
}

/// Does the protected header say ESP256 and this key? Its kid is how a verifier finds the key: a wrong one makes paper worthless.
fn names(protected: &[u8], key: &PublicKey) -> bool {
    let hash = Sha256::digest(key.spki_der());
    protected
        .split_first()
        .filter(|&(&head, _)| head & MAJOR_TYPE == MAP)
        .and_then(|(_, entries)| entries.strip_prefix(ALGORITHM_AND_KEY_HINT)?.get(..KEY_HINT_OCTETS))
        .is_some_and(|hint| hash.starts_with(hint))
}

/// A byte string with the shortest head (RFC 8949, 4.2.1), and what follows it.
fn byte_string(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&head, rest) = octets.split_first()?;
    if head & MAJOR_TYPE != BYTE_STRING {
        return None;
    }
    let (length, rest) = match head & !MAJOR_TYPE {
        short @ 0..24 => (u32::from(short), rest),
        24 => rest.split_first_chunk::<1>().map(|(length, rest)| (u32::from(length[0]), rest))?,
        25 => rest.split_first_chunk().map(|(&length, rest)| (u32::from(u16::from_be_bytes(length)), rest))?,
        26 => rest.split_first_chunk().map(|(&length, rest)| (u32::from_be_bytes(length), rest))?,
        _ => return None,
    };
    let shortest = match length {
        0..24 => head & !MAJOR_TYPE < 24,
        24..=0xff => head & !MAJOR_TYPE == 24,
        0x100..=0xffff => head & !MAJOR_TYPE == 25,
        _ => head & !MAJOR_TYPE == 26,
    };
    rest.split_at_checked(usize::try_from(length).ok()?).filter(|_| shortest)
}

#[cfg(test)]
mod tests {
    use getrandom::SysRng;

    use super::{KeyError, SigStructure, StatementPurpose, byte_string};
    use crate::{PublicKey, SoftKey};

    const PREFIX: &[u8] = b"https://tte.example.go.id/v#";

    fn public_key() -> PublicKey {
        SoftKey::generate(&mut SysRng).expect("a key").public_key().clone()
    }

    fn hint(key: &PublicKey) -> Vec<u8> {
        hex::decode(&key.key_id().as_str()[..8]).expect("hexadecimal")
    }

    fn of_parts(protected: &[u8], external_aad: &[u8], payload: &[u8]) -> Vec<u8> {
        let mut octets = b"\x84\x6aSignature1".to_vec();
        for part in [protected, external_aad, payload] {
            assert!(part.len() < 256);
            if part.len() < 24 {
                octets.push(0x40 | u8::try_from(part.len()).expect("short"));
            } else {
                octets.extend([0x58, u8::try_from(part.len()).expect("short")]);
            }
            octets.extend(part);
        }
        octets
    }

    fn seal(key: &PublicKey) -> Vec<u8> {
        of_parts(&[&b"\xa2\x01\x28\x04\x44"[..], &hint(key)].concat(), PREFIX, &[0; 68])
    }

    #[test]
    fn a_structure_of_its_own_purpose_is_taken() {
        let key = public_key();
        SigStructure::of(&seal(&key), StatementPurpose::Seal, &key).expect("a seal's");
        let typed = [&b"\xa3\x01\x28\x04\x44"[..], &hint(&key), b"\x10\x63cwt"].concat();
        SigStructure::of(&of_parts(&typed, b"", b"\xa0"), StatementPurpose::Status, &key).expect("a token's");
    }

    #[test]
    fn every_other_thing_is_refused() {
        let key = public_key();
        let protected = [&b"\xa2\x01\x28\x04\x44"[..], &hint(&key)].concat();
        let good = seal(&key);
        let mut countersignature = good.clone();
        countersignature[3] = b'C';
        let mut after = good.clone();
        after.push(0);
        let hash_envelope_of_es256 = [&b"\xa2\x01\x26\x04\x44"[..], &hint(&key)].concat();
        let cases = [
            ("nothing", Vec::new()),
            ("signed attributes", b"\x31\x03\x02\x01\x00".to_vec()),
            ("a certificate", b"\x30\x03\x02\x01\x00".to_vec()),
            ("another context", countersignature),
            ("an octet after it", after),
            ("an octet less", good[..good.len() - 1].to_vec()),
            ("another key's", seal(&public_key())),
            ("another algorithm", of_parts(&hash_envelope_of_es256, PREFIX, b"")),
            ("no header", of_parts(b"", PREFIX, b"")),
            ("a token", of_parts(&protected, b"", b"")),
            ("a trust list", of_parts(&protected, b"teken trust list v1", b"")),
            ("plain http", of_parts(&protected, b"http://tte.example.go.id/v#", b"")),
        ];
        for (what, octets) in cases {
            let refused = SigStructure::of(&octets, StatementPurpose::Seal, &key).expect_err(what);
            assert_eq!(refused, KeyError::NotToBeSigned { key_id: key.key_id().clone() }, "{what}");
        }
        let refused = SigStructure::of(&good, StatementPurpose::Status, &key).expect_err("a seal is no token");
        assert_eq!(refused, KeyError::NotToBeSigned { key_id: key.key_id().clone() });
    }

    #[test]
    fn a_length_has_one_form() {
        let zeros = |head: &[u8], length: usize| [head, &vec![0; length]].concat();
        for (head, length) in [
            (&b"\x40"[..], 0),
            (b"\x57", 23),
            (b"\x58\x18", 24),
            (b"\x58\xff", 255),
            (b"\x59\x01\x00", 256),
            (b"\x59\xff\xff", 65_535),
            (b"\x5a\x00\x01\x00\x00", 65_536),
        ] {
            assert_eq!(
                byte_string(&zeros(head, length)).map(|(value, rest)| (value.len(), rest.len())),
                Some((length, 0))
            );
            assert_eq!(byte_string(&zeros(head, length)[..head.len() + length - 1]), None, "{head:?} cut");
        }
        for (head, length) in [
            (&b"\x58\x17"[..], 23),
            (b"\x59\x00\xff", 255),
            (b"\x5a\x00\x00\xff\xff", 65_535),
            (b"\x5b\x00\x00\x00\x00\x00\x01\x00\x00", 65_536),
            (b"\x5f\xff", 0),
            (b"\x60", 0),
            (b"\x5a\xff\xff\xff\xff", 9),
        ] {
            assert_eq!(byte_string(&zeros(head, length)), None, "{head:?}");
        }
    }
}
