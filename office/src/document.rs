//! Which document is to be signed, said by the office: its type, its number, and the officer who asks.
//!
//! The rules are those of `teken.v1.Document`; they are checked here, so that a slip of the pen is told at the counter and not by
//! the service after the document was prepared.

use std::fmt;

use evidence::DocumentType;
use thiserror::Error;

/// A document's number as printed: 1 to 128 octets of UTF-8 without control characters.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DocumentNumber(String);

/// Why a text is not a document number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NumberError {
    /// Nothing there.
    #[error("the document number is empty")]
    Empty,
    /// Longer than the limit.
    #[error("the document number has {length_bytes} octets; at most {limit_bytes} are allowed")]
    TooLong {
        /// Its length in octets.
        length_bytes: usize,
        /// The limit in octets.
        limit_bytes: usize,
    },
    /// A control character, which nobody can print.
    #[error("octet {position} of the document number begins a control character")]
    ControlCharacter {
        /// Position of the character in octets, from 0.
        position: usize,
    },
}

impl DocumentNumber {
    /// Most octets of a number (`teken.v1.Document.number`).
    pub const LIMIT_BYTES: usize = 128;

    /// Reads a document number.
    ///
    /// # Errors
    ///
    /// [`NumberError`].
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        if text.is_empty() {
            return Err(NumberError::Empty);
        }
        if text.len() > Self::LIMIT_BYTES {
            return Err(NumberError::TooLong { length_bytes: text.len(), limit_bytes: Self::LIMIT_BYTES });
        }
        match text.char_indices().find(|(_, character)| character.is_control()) {
            Some((position, _)) => Err(NumberError::ControlCharacter { position }),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DocumentNumber {
    /// A number leads to a citizen: it is not for logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DocumentNumber(..)")
    }
}

/// The account of the officer who asks: 1 to 64 of `A-Z a-z 0-9 . _ @ -`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OfficerAccount(String);

/// Why a text is not an officer's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OfficerError {
    /// Nothing there.
    #[error("the officer's account is empty")]
    Empty,
    /// Longer than the limit.
    #[error("the officer's account has {length_bytes} octets; at most {limit_bytes} are allowed")]
    TooLong {
        /// Its length in octets.
        length_bytes: usize,
        /// The limit in octets.
        limit_bytes: usize,
    },
    /// A character outside the set.
    #[error("octet {position} of the officer's account is not one of A-Z a-z 0-9 . _ @ -")]
    Character {
        /// Its position in octets, from 0.
        position: usize,
    },
}

impl OfficerAccount {
    /// Most octets of an account (`teken.v1.Document.requesting_officer`).
    pub const LIMIT_BYTES: usize = 64;

    /// Reads an account.
    ///
    /// # Errors
    ///
    /// [`OfficerError`].
    pub fn parse(text: &str) -> Result<Self, OfficerError> {
        if text.is_empty() {
            return Err(OfficerError::Empty);
        }
        if text.len() > Self::LIMIT_BYTES {
            return Err(OfficerError::TooLong { length_bytes: text.len(), limit_bytes: Self::LIMIT_BYTES });
        }
        let allowed = |octet: u8| octet.is_ascii_alphanumeric() || b"._@-".contains(&octet);
        match text.bytes().position(|octet| !allowed(octet)) {
            Some(position) => Err(OfficerError::Character { position }),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The account as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which document is to be signed. Never a name and never an NIK.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Document {
    /// What kind of document it is.
    pub document_type: DocumentType,
    /// Its number as printed.
    pub number: DocumentNumber,
    /// Who asks.
    pub officer: OfficerAccount,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_number_is_printable_text_of_bounded_length() {
        assert_eq!(
            DocumentNumber::parse("470/123-Kec.BT").map(|n| n.as_str().to_owned()),
            Ok("470/123-Kec.BT".to_owned())
        );
        assert_eq!(DocumentNumber::parse(""), Err(NumberError::Empty));
        assert_eq!(DocumentNumber::parse("470\n1"), Err(NumberError::ControlCharacter { position: 3 }));
        assert_eq!(DocumentNumber::parse("\u{e9}\u{85}"), Err(NumberError::ControlCharacter { position: 2 }));
        assert_eq!(DocumentNumber::parse(&"1".repeat(128)).map(|n| n.as_str().len()), Ok(128));
        assert_eq!(
            DocumentNumber::parse(&"1".repeat(129)),
            Err(NumberError::TooLong { length_bytes: 129, limit_bytes: 128 })
        );
        // The limit is in octets: 43 characters of three octets each are one too many.
        assert_eq!(
            DocumentNumber::parse(&"\u{20ac}".repeat(43)),
            Err(NumberError::TooLong { length_bytes: 129, limit_bytes: 128 })
        );
    }

    #[test]
    fn an_officer_is_an_account_and_not_a_name() {
        assert_eq!(
            OfficerAccount::parse("sri.w@kec-1_a").map(|o| o.as_str().to_owned()),
            Ok("sri.w@kec-1_a".to_owned())
        );
        assert_eq!(OfficerAccount::parse(""), Err(OfficerError::Empty));
        assert_eq!(OfficerAccount::parse("Bu Sri"), Err(OfficerError::Character { position: 2 }));
        assert_eq!(OfficerAccount::parse("sr\u{ed}"), Err(OfficerError::Character { position: 2 }));
        assert_eq!(
            OfficerAccount::parse(&"a".repeat(65)),
            Err(OfficerError::TooLong { length_bytes: 65, limit_bytes: 64 })
        );
    }

    #[test]
    fn a_document_number_does_not_show_in_debug_output() {
        let number = DocumentNumber::parse("470/123").expect("a number");
        assert_eq!(format!("{number:?}"), "DocumentNumber(..)");
    }
}
