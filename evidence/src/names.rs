//! Names that a signing statement carries: offices and document types.
//!
//! Both are short lower-case ASCII words, so that one name has one spelling in certificates, configuration, register and statement.

use std::fmt;

use thiserror::Error;

/// Why a text is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NameError {
    /// Nothing there.
    #[error("the name is empty")]
    Empty,
    /// Longer than the limit, in octets.
    #[error("the name has {length} characters; at most {limit} are allowed")]
    TooLong {
        /// Length of the text in octets.
        length: usize,
        /// The limit in octets.
        limit: usize,
    },
    /// A character outside `a-z`, `0-9` and `-`.
    #[error("character {position} of the name is not one of a-z, 0-9 and '-'")]
    Character {
        /// Position of the offending octet, from 0.
        position: usize,
    },
}

fn check(text: &str, limit: usize) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if text.len() > limit {
        return Err(NameError::TooLong { length: text.len(), limit });
    }
    let allowed = |octet: &u8| matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'-');
    text.bytes().position(|octet| !allowed(&octet)).map_or(Ok(()), |position| Err(NameError::Character { position }))
}

/// The id of an office: 1 to 63 of `a-z`, `0-9`, `-` (the form of a DNS label, so that it fits a URN).
///
/// It stands in the URI subject alternative name of the office's TLS certificate (`urn:teken:office:<id>`), in the register, and in
/// every signing statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfficeId(String);

impl OfficeId {
    /// Most octets of an id: a DNS label's (RFC 1035, 2.3.4).
    pub const LIMIT: usize = 63;

    /// Reads an office id.
    ///
    /// # Errors
    ///
    /// [`NameError`] when the text is not 1 to 63 of `a-z`, `0-9`, `-`.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        check(text, Self::LIMIT)?;
        Ok(Self(text.to_owned()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OfficeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What kind of civil-registration document was signed: 1 to 32 of `a-z`, `0-9`, `-`.
///
/// The service signs only the types it knows; a verifier reads any, so that an old verifier can show a new type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentType(String);

impl DocumentType {
    /// Most octets of a type.
    pub const LIMIT: usize = 32;

    /// Reads a document type.
    ///
    /// # Errors
    ///
    /// [`NameError`] when the text is not 1 to 32 of `a-z`, `0-9`, `-`.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        check(text, Self::LIMIT)?;
        Ok(Self(text.to_owned()))
    }

    /// Surat keterangan and other letters of the agency.
    #[must_use]
    pub fn surat() -> Self {
        Self("surat".to_owned())
    }

    /// Kartu keluarga.
    #[must_use]
    pub fn kk() -> Self {
        Self("kk".to_owned())
    }

    /// Akta pencatatan sipil.
    #[must_use]
    pub fn akta() -> Self {
        Self("akta".to_owned())
    }

    /// KTP-el letters.
    #[must_use]
    pub fn ktp_el() -> Self {
        Self("ktp-el".to_owned())
    }

    /// The type as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DocumentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_id_is_a_lower_case_label() {
        assert_eq!(OfficeId::parse("kec-bekasi-timur").map(|id| id.to_string()), Ok("kec-bekasi-timur".to_owned()));
        assert_eq!(OfficeId::parse(""), Err(NameError::Empty));
        assert_eq!(OfficeId::parse("Kec"), Err(NameError::Character { position: 0 }));
        assert_eq!(OfficeId::parse("a/b"), Err(NameError::Character { position: 1 }));
        assert_eq!(OfficeId::parse("a\u{e9}"), Err(NameError::Character { position: 1 }));
        assert_eq!(OfficeId::parse(&"a".repeat(63)).map(|id| id.as_str().len()), Ok(63));
        assert_eq!(OfficeId::parse(&"a".repeat(64)), Err(NameError::TooLong { length: 64, limit: 63 }));
    }

    #[test]
    fn the_known_document_types_read_as_themselves() {
        for known in [DocumentType::surat(), DocumentType::kk(), DocumentType::akta(), DocumentType::ktp_el()] {
            assert_eq!(DocumentType::parse(known.as_str()), Ok(known));
        }
        assert_eq!(DocumentType::parse(&"a".repeat(33)), Err(NameError::TooLong { length: 33, limit: 32 }));
    }
}
