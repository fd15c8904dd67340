//! The addresses that statements carry: what stands before a seal's digits and before a status list's number.
//!
//! An address is compared octet for octet, so it has one spelling: `https://`, a host in lower case, perhaps a port, a path. No user
//! part (`https://real.example@fake.example/` shows the wrong host), no query, no percent-encoding.

use std::fmt;

use thiserror::Error;

/// Most octets of an address.
pub const ADDRESS_LIMIT: usize = 64;

const SCHEME: &str = "https://";

/// Why a text is no address of the form that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AddressError {
    /// Too long.
    #[error("the address has {length} octets; at most {limit} are allowed", limit = ADDRESS_LIMIT)]
    TooLong {
        /// Octets of the text.
        length: usize,
    },
    /// Not `https://` in lower case.
    #[error("the address does not begin with https://")]
    Scheme,
    /// Another last character.
    #[error("the address does not end with '{expected}'")]
    End {
        /// What it must end with.
        expected: char,
    },
    /// Nothing, or more than a host and a port, before the path.
    #[error("the address has no host of the form name.example or name.example:8443 in lower case")]
    Host,
    /// A character that has no place in the path.
    #[error("character {position} of the address is not one of A-Z, a-z, 0-9, '-', '.', '_', '~', '/'")]
    Character {
        /// Position of the octet, from 0.
        position: usize,
    },
}

/// Reads `https://host[:port]/path` and the octet that ends it, `#` or `/`.
fn check(text: &str, end: char) -> Result<(), AddressError> {
    if text.len() > ADDRESS_LIMIT {
        return Err(AddressError::TooLong { length: text.len() });
    }
    let after_scheme = text.strip_prefix(SCHEME).ok_or(AddressError::Scheme)?;
    let body = after_scheme.strip_suffix(end).ok_or(AddressError::End { expected: end })?;
    let authority = body.split_once('/').map_or(body, |(authority, _)| authority);
    if !is_authority(authority) {
        return Err(AddressError::Host);
    }
    let allowed = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~/".contains(&octet);
    let path = body.strip_prefix(authority).unwrap_or_default();
    match path.bytes().position(|octet| !allowed(octet)) {
        Some(position) => Err(AddressError::Character {
            position: SCHEME.len().saturating_add(authority.len()).saturating_add(position),
        }),
        None => Ok(()),
    }
}

fn is_authority(text: &str) -> bool {
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|octet| matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    let port_is_one = |port: &str| {
        !port.starts_with('0') && port.bytes().all(|octet| octet.is_ascii_digit()) && port.parse::<u16>().is_ok()
    };
    host.split('.').all(label) && port.is_none_or(port_is_one)
}

/// What stands before a seal's digits: `https://host/path#`, at most 64 octets of ASCII. It is part of what a seal signs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SealPrefix(String);

impl SealPrefix {
    /// Reads a prefix.
    ///
    /// # Errors
    ///
    /// Every [`AddressError`].
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        check(text, '#')?;
        Ok(Self(text.to_owned()))
    }

    /// The prefix as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SealPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands before a status list's number: `https://host/path/`, at most 64 octets of ASCII.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusPrefix(String);

impl StatusPrefix {
    /// Reads a prefix.
    ///
    /// # Errors
    ///
    /// Every [`AddressError`].
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        check(text, '/')?;
        Ok(Self(text.to_owned()))
    }

    /// The prefix as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StatusPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_spelling() {
        for text in ["https://tte.bekasikota.go.id/v#", "https://a#", "https://a.example:8443/a/b_c~d.e#"] {
            assert_eq!(SealPrefix::parse(text).map(|prefix| prefix.to_string()), Ok(text.to_owned()));
        }
        assert_eq!(StatusPrefix::parse("https://a/").map(|prefix| prefix.to_string()), Ok("https://a/".to_owned()));
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        for (text, error) in [
            ("http://a/v#", AddressError::Scheme),
            ("HTTPS://a/v#", AddressError::Scheme),
            ("https://a/v", AddressError::End { expected: '#' }),
            ("https://a/v#12", AddressError::End { expected: '#' }),
            ("https://#", AddressError::Host),
            ("https:///v#", AddressError::Host),
            ("https://A/v#", AddressError::Host),
            ("https://real.example@fake.example/v#", AddressError::Host),
            ("https://a..b/v#", AddressError::Host),
            ("https://-a/v#", AddressError::Host),
            ("https://a./v#", AddressError::Host),
            ("https://a:/v#", AddressError::Host),
            ("https://a:065/v#", AddressError::Host),
            ("https://a:65536/v#", AddressError::Host),
            ("https://a?v#", AddressError::Host),
            ("https://b\u{e9}kasi/v#", AddressError::Host),
            ("https://a/v?x#", AddressError::Character { position: 11 }),
            ("https://a/%41#", AddressError::Character { position: 10 }),
            ("https://a/v##", AddressError::Character { position: 11 }),
            ("https://a/v #", AddressError::Character { position: 11 }),
            ("https://a/:#", AddressError::Character { position: 10 }),
        ] {
            assert_eq!(SealPrefix::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_prefix_of_64_octets_is_the_longest() {
        let text = |length: usize| format!("https://a/{}#", "v".repeat(length - 11));
        assert!(SealPrefix::parse(&text(64)).is_ok());
        assert_eq!(SealPrefix::parse(&text(65)), Err(AddressError::TooLong { length: 65 }));
    }
}
