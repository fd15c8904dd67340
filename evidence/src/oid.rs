//! The one arc under which Teken's own object identifiers lie.
//!
//! | object | identifier |
//! | --- | --- |
//! | signing statement (signed attribute) | `arc.1.1` |

use der::asn1::ObjectIdentifier;
use thiserror::Error;

/// Why a text is not an arc.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OidArcError {
    /// Not an object identifier in dotted decimal form, or too long to extend.
    #[error("not an object identifier in dotted form, such as 1.3.6.1.4.1.32473")]
    NotAnObjectIdentifier,
}

/// The arc of an agency's own object identifiers.
///
/// The default is 1.3.6.1.4.1.32473, the private enterprise number that RFC 5612 sets aside for documentation, until the agency has its
/// own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OidArc {
    signing_statement: ObjectIdentifier,
}

impl OidArc {
    /// The documentation arc (RFC 5612).
    pub const DOCUMENTATION: &'static str = "1.3.6.1.4.1.32473";

    /// Reads an arc in dotted decimal form.
    ///
    /// # Errors
    ///
    /// [`OidArcError::NotAnObjectIdentifier`].
    pub fn parse(text: &str) -> Result<Self, OidArcError> {
        let arc = ObjectIdentifier::new(text).map_err(|_| OidArcError::NotAnObjectIdentifier)?;
        let signing_statement =
            arc.push_arc(1).and_then(|branch| branch.push_arc(1)).map_err(|_| OidArcError::NotAnObjectIdentifier)?;
        Ok(Self { signing_statement })
    }

    /// Identifier of the signed attribute that carries a [`SigningStatement`](crate::SigningStatement): `arc.1.1`.
    #[must_use]
    pub const fn signing_statement(&self) -> ObjectIdentifier {
        self.signing_statement
    }
}

impl Default for OidArc {
    fn default() -> Self {
        Self::parse(Self::DOCUMENTATION).expect("the constant is a short object identifier")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signing_statement_is_the_first_object_of_the_first_branch() {
        assert_eq!(OidArc::default().signing_statement().to_string(), "1.3.6.1.4.1.32473.1.1");
        assert_eq!(
            OidArc::parse("1.2.360").map(|arc| arc.signing_statement().to_string()),
            Ok("1.2.360.1.1".to_owned())
        );
    }

    #[test]
    fn text_that_is_no_object_identifier_is_refused() {
        for text in ["", "1", "x.y", "1.2.", "9.1.1"] {
            assert_eq!(OidArc::parse(text), Err(OidArcError::NotAnObjectIdentifier), "{text:?}");
        }
    }
}
