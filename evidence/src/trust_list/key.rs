//! One key of a trust list.

use std::fmt;

use crate::{
    KeyHint, UnixSeconds,
    cbor::{Reader, Writer},
    cose::ESP256,
    status::LAST_SECOND,
};

use super::TrustListError;

/// Octets of a key: [`SPKI_P256`] and the two coordinates of the point.
pub const SPKI_OCTETS: usize = 91;
/// How the SubjectPublicKeyInfo of every P-256 key with an uncompressed point begins (RFC 5480, 2), up to the point's coordinates.
pub const SPKI_P256: [u8; 27] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];

const SPKI: u64 = 1;
const ALGORITHM: u64 = 2;
const PURPOSE: u64 = 3;
const FROM: u64 = 4;
const TO: u64 = 5;
const STATE: u64 = 6;
const COMPROMISED_AT: u64 = 7;

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyPurpose {
    /// Seals.
    Seal,
    /// Status lists.
    Status,
}

impl fmt::Display for KeyPurpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seal => "seal",
            Self::Status => "status",
        })
    }
}

/// What is to be thought of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// In use.
    Active,
    /// Another took its place; what it signed in its time holds.
    Retired,
    /// Somebody else may have it: nothing holds by its signature alone.
    Compromised {
        /// From when on, as far as the agency knows.
        at: UnixSeconds,
    },
}

/// One key of the agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKey {
    /// DER of the SubjectPublicKeyInfo, [`SPKI_OCTETS`] octets.
    pub spki_der: Vec<u8>,
    /// What it signs.
    pub purpose: KeyPurpose,
    /// First second in which it signs.
    pub issue_from: UnixSeconds,
    /// Last second in which it signs, after the first.
    pub issue_to: UnixSeconds,
    /// What is to be thought of it.
    pub state: KeyState,
}

impl TrustedKey {
    /// As seals and status lists name it.
    #[must_use]
    pub fn hint(&self) -> KeyHint {
        KeyHint::of_spki(&self.spki_der)
    }

    pub(super) fn check(&self, position: usize, issued_at: UnixSeconds) -> Result<(), TrustListError> {
        if self.spki_der.len() != SPKI_OCTETS || !self.spki_der.starts_with(&SPKI_P256) {
            return Err(TrustListError::KeyForm { position });
        }
        let (from, to) = (self.issue_from.0, self.issue_to.0);
        if from >= to || to > LAST_SECOND {
            return Err(TrustListError::KeyTimes { position, from, to });
        }
        match self.state {
            KeyState::Compromised { at } if !(from..=issued_at.0).contains(&at.0) => {
                Err(TrustListError::CompromiseTime { position, at: at.0 })
            }
            KeyState::Active | KeyState::Retired | KeyState::Compromised { .. } => Ok(()),
        }
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        let (state, compromised_at) = match self.state {
            KeyState::Active => (1, None),
            KeyState::Retired => (2, None),
            KeyState::Compromised { at } => (3, Some(at)),
        };
        let purpose = match self.purpose {
            KeyPurpose::Seal => 1,
            KeyPurpose::Status => 2,
        };
        writer.map(if compromised_at.is_some() { 7 } else { 6 });
        writer.unsigned(SPKI).bytes(&self.spki_der).unsigned(ALGORITHM).integer(ESP256);
        writer.unsigned(PURPOSE).unsigned(purpose);
        writer.unsigned(FROM).unsigned(self.issue_from.0).unsigned(TO).unsigned(self.issue_to.0);
        writer.unsigned(STATE).unsigned(state);
        if let Some(at) = compromised_at {
            writer.unsigned(COMPROMISED_AT).unsigned(at.0);
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>, position: usize) -> Result<Self, TrustListError> {
        let mut map = reader.map(&[SPKI, ALGORITHM, PURPOSE, FROM, TO, STATE, COMPROMISED_AT])?;
        map.required(reader, SPKI)?;
        let spki_der = reader.octets::<SPKI_OCTETS>()?.to_vec();
        map.required(reader, ALGORITHM)?;
        let found = reader.integer()?;
        if found != ESP256 {
            return Err(TrustListError::KeyAlgorithm { position, found });
        }
        map.required(reader, PURPOSE)?;
        let purpose = match reader.unsigned()? {
            1 => KeyPurpose::Seal,
            2 => KeyPurpose::Status,
            found => return Err(TrustListError::KeyPurpose { position, found }),
        };
        map.required(reader, FROM)?;
        let issue_from = UnixSeconds(reader.unsigned()?);
        map.required(reader, TO)?;
        let issue_to = UnixSeconds(reader.unsigned()?);
        map.required(reader, STATE)?;
        let state = match reader.unsigned()? {
            1 => KeyState::Active,
            2 => KeyState::Retired,
            3 => {
                map.required(reader, COMPROMISED_AT)?;
                KeyState::Compromised { at: UnixSeconds(reader.unsigned()?) }
            }
            found => return Err(TrustListError::KeyState { position, found }),
        };
        map.end(reader)?;
        Ok(Self { spki_der, purpose, issue_from, issue_to, state })
    }
}
