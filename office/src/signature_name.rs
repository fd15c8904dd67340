//! The resource name of a signature: `offices/{office}/signatures/{sequence}`.

use std::fmt;

use evidence::OfficeId;
use thiserror::Error;

/// Name of one signature of one office.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SignatureName(String);

/// The text is not a signature's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a signature is named offices/OFFICE/signatures/NUMBER")]
pub struct SignatureNameError;

impl SignatureName {
    /// Reads a name. The number is decimal, from 1, without leading zeros, so that one signature has one name.
    ///
    /// # Errors
    ///
    /// [`SignatureNameError`].
    pub fn parse(text: &str) -> Result<Self, SignatureNameError> {
        let mut parts = text.split('/');
        let (Some("offices"), Some(office), Some("signatures"), Some(sequence), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(SignatureNameError);
        };
        let number = sequence.parse::<u64>().map_err(|_| SignatureNameError)?;
        if OfficeId::parse(office).is_err() || number == 0 || number.to_string() != sequence {
            return Err(SignatureNameError);
        }
        Ok(Self(text.to_owned()))
    }

    /// Whether it is a signature of this office.
    #[must_use]
    pub fn is_of(&self, office: &OfficeId) -> bool {
        self.0.split('/').nth(1) == Some(office.as_str())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SignatureName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_as_itself() {
        let text = "offices/kec-bekasi-timur/signatures/18446744073709551615";
        assert_eq!(SignatureName::parse(text).map(|name| name.to_string()), Ok(text.to_owned()));
    }

    #[test]
    fn a_name_is_of_one_office() {
        let name = SignatureName::parse("offices/kec-a/signatures/1").expect("a name");
        let office = |id| OfficeId::parse(id).expect("an office");
        assert!(name.is_of(&office("kec-a")) && !name.is_of(&office("kec")) && !name.is_of(&office("kec-a1")));
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "offices/a/signatures/",
            "offices/a/signatures/0",
            "offices/a/signatures/01",
            "offices/a/signatures/+1",
            "offices/a/signatures/-1",
            "offices/a/signatures/18446744073709551616",
            "offices/A/signatures/1",
            "offices//signatures/1",
            "offices/a/signatures/1/",
            "/offices/a/signatures/1",
            "office/a/signatures/1",
        ] {
            assert_eq!(SignatureName::parse(text), Err(SignatureNameError), "{text:?}");
        }
    }
}
