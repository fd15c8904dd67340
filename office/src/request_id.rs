//! The id that makes a signing request repeatable: the same id with the same request gives the same CMS, for ever.
//!
//! Invariant: a UUID of RFC 9562, written in lower-case hyphenated form, so that one id has one file name in the journal.

use std::fmt;

use thiserror::Error;
use uuid::Uuid;

/// Id of one signing request, unique within the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(Uuid);

/// The text is not a UUID in hyphenated form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a request id is a UUID such as 6f0c1f6e-3f0e-4b0a-9d5c-0123456789ab")]
pub struct RequestIdError;

impl RequestId {
    /// A version 4 UUID from 16 random octets, which the caller takes from the operating system.
    #[must_use]
    pub const fn from_random(octets: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(octets).into_uuid())
    }

    /// A new id from the operating system's generator. For the edge of a program; everything below takes the id as an argument.
    #[must_use]
    pub fn generate() -> Self {
        Self(Uuid::new_v4())
    }

    /// Reads an id: 36 characters with hyphens, in either case.
    ///
    /// # Errors
    ///
    /// [`RequestIdError`] for every other form that UUID libraries also take (braces, URN, no hyphens).
    pub fn parse(text: &str) -> Result<Self, RequestIdError> {
        if text.len() != uuid::fmt::Hyphenated::LENGTH {
            return Err(RequestIdError);
        }
        Uuid::try_parse(text).map(Self).map_err(|_| RequestIdError)
    }

    /// The 16 octets.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_id_has_one_spelling() {
        let id = RequestId::parse("6F0C1F6E-3F0E-4B0A-9D5C-0123456789AB").expect("hyphenated form");
        assert_eq!(id.to_string(), "6f0c1f6e-3f0e-4b0a-9d5c-0123456789ab");
    }

    #[test]
    fn random_octets_become_a_version_4_uuid() {
        assert_eq!(RequestId::from_random([0xff; 16]).to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    #[test]
    fn other_forms_of_a_uuid_are_refused() {
        for text in [
            "",
            "6f0c1f6e3f0e4b0a9d5c0123456789ab",
            "{6f0c1f6e-3f0e-4b0a-9d5c-0123456789ab}",
            "urn:uuid:6f0c1f6e-3f0e-4b0a-9d5c-0123456789ab",
            "6f0c1f6e-3f0e-4b0a-9d5c-0123456789ag",
            "../../../../../../../../../../../etc",
        ] {
            assert_eq!(RequestId::parse(text), Err(RequestIdError), "{text:?}");
        }
    }
}
