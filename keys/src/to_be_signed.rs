//! [`ToBeSigned`]: octets that one key may sign, because they are a statement of its own purpose that names it and nothing else.
//!
//! That they are a COSE Sig_structure (RFC 9052, 4.4) and so no signed attributes, certificate, request or CRL, [`SigStructure`] sees.
//! Each purpose has a type or an external_aad of its own, so that no statement can be taken for one of another purpose either. What
//! the payload says is not looked at: `evidence` made it.

use evidence::{KeyHint, SealPrefix, SigStructure, status::TOKEN_TYPE, trust_list};

use crate::{Dtbsr, KeyError, PublicKey};

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
    const fn content_type(self) -> Option<&'static str> {
        match self {
            Self::Status => Some(TOKEN_TYPE),
            Self::Seal | Self::TrustList => None,
        }
    }

    fn has(self, external_aad: &[u8]) -> bool {
        match self {
            Self::Seal => core::str::from_utf8(external_aad).is_ok_and(|text| SealPrefix::parse(text).is_ok()),
            Self::Status => external_aad.is_empty(),
            Self::TrustList => external_aad == trust_list::EXTERNAL_AAD,
        }
    }
}

/// The octets of a statement that one key may sign.
#[derive(Debug)]
pub(crate) struct ToBeSigned<'a>(&'a [u8]);

impl<'a> ToBeSigned<'a> {
    /// Sees that octets are a statement of this purpose and that its header names this key: by the kid a verifier finds the key, and a
    /// wrong one makes paper worthless.
    ///
    /// # Errors
    /// [`KeyError::NotToBeSigned`].
    pub(crate) fn of(octets: &'a [u8], purpose: StatementPurpose, key: &PublicKey) -> Result<Self, KeyError> {
        let names_key = |structure: &SigStructure<'_>| structure.key_hint() == KeyHint::of_spki(key.spki_der());
        SigStructure::read(octets, purpose.content_type())
            .ok()
            .filter(|structure| names_key(structure) && purpose.has(structure.external_aad()))
            .map(|_| Self(octets))
            .ok_or_else(|| KeyError::NotToBeSigned { key_id: key.key_id().clone() })
    }

    /// What goes to the key.
    pub(crate) fn dtbsr(&self) -> Dtbsr {
        Dtbsr::hash(self.0)
    }
}

#[cfg(test)]
mod tests {
    use getrandom::SysRng;

    use super::{KeyError, StatementPurpose, TOKEN_TYPE, ToBeSigned};
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

    fn untyped(key: &PublicKey) -> Vec<u8> {
        [&b"\xa2\x01\x28\x04\x44"[..], &hint(key)].concat()
    }

    fn typed(key: &PublicKey, content_type: &str) -> Vec<u8> {
        let head = [0x10, 0x78, u8::try_from(content_type.len()).expect("short")];
        [&b"\xa3\x01\x28\x04\x44"[..], &hint(key), &head, content_type.as_bytes()].concat()
    }

    fn seal(key: &PublicKey) -> Vec<u8> {
        of_parts(&untyped(key), PREFIX, &[0; 68])
    }

    fn token(key: &PublicKey) -> Vec<u8> {
        of_parts(&typed(key, TOKEN_TYPE), b"", b"\xa0")
    }

    #[test]
    fn a_structure_of_its_own_purpose_is_taken() {
        let key = public_key();
        ToBeSigned::of(&seal(&key), StatementPurpose::Seal, &key).expect("a seal's");
        ToBeSigned::of(&token(&key), StatementPurpose::Status, &key).expect("a token's");
        let list = of_parts(&untyped(&key), b"teken trust list v1", b"\xa0");
        ToBeSigned::of(&list, StatementPurpose::TrustList, &key).expect("a trust list's");
    }

    #[test]
    fn every_other_thing_is_refused() {
        let key = public_key();
        let protected = untyped(&key);
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
            ("a token", token(&key)),
            ("no prefix", of_parts(&protected, b"", b"")),
            ("a trust list", of_parts(&protected, b"teken trust list v1", b"")),
            ("plain http", of_parts(&protected, b"http://tte.example.go.id/v#", b"")),
            ("a prefix with another host", of_parts(&protected, b"https://real.example@fake.example/v#", b"")),
            ("a prefix that is no text", of_parts(&protected, b"https://\xff/v#", b"")),
        ];
        for (what, octets) in cases {
            let refused = ToBeSigned::of(&octets, StatementPurpose::Seal, &key).expect_err(what);
            assert_eq!(refused, KeyError::NotToBeSigned { key_id: key.key_id().clone() }, "{what}");
        }
        for (what, octets) in [
            ("a seal is no token", good),
            ("a token has a type", of_parts(&protected, b"", b"\xa0")),
            ("and no other", of_parts(&typed(&key, "application/statuslist+jwt"), b"", b"\xa0")),
            ("and nothing else", of_parts(&typed(&key, TOKEN_TYPE), PREFIX, b"\xa0")),
        ] {
            let refused = ToBeSigned::of(&octets, StatementPurpose::Status, &key).expect_err(what);
            assert_eq!(refused, KeyError::NotToBeSigned { key_id: key.key_id().clone() }, "{what}");
        }
    }
}
