//! Object identifiers, as the content octets of their DER encoding.
//!
//! Job: name every identifier that is compared anywhere in this crate, once. Comparing octets is exact, because
//! `asn1` admits only the minimal encoding. The dotted form exists for reports alone.

use std::fmt;

macro_rules! oids {
    ($($(#[$doc:meta])* $name:ident = [$($octet:literal),+];)+) => {
        $($(#[$doc])* pub(crate) const $name: &[u8] = &[$($octet),+];)+
    };
}

// Certificate and CRL extensions: 2.5.29.x (RFC 5280, 4.2.1 and 5.2).
oids! {
    SUBJECT_KEY_IDENTIFIER = [0x55, 0x1d, 14];
    KEY_USAGE = [0x55, 0x1d, 15];
    SUBJECT_ALT_NAME = [0x55, 0x1d, 17];
    ISSUER_ALT_NAME = [0x55, 0x1d, 18];
    BASIC_CONSTRAINTS = [0x55, 0x1d, 19];
    CRL_NUMBER = [0x55, 0x1d, 20];
    REASON_CODE = [0x55, 0x1d, 21];
    INVALIDITY_DATE = [0x55, 0x1d, 24];
    DELTA_CRL_INDICATOR = [0x55, 0x1d, 27];
    ISSUING_DISTRIBUTION_POINT = [0x55, 0x1d, 28];
    CERTIFICATE_ISSUER = [0x55, 0x1d, 29];
    NAME_CONSTRAINTS = [0x55, 0x1d, 30];
    CRL_DISTRIBUTION_POINTS = [0x55, 0x1d, 31];
    CERTIFICATE_POLICIES = [0x55, 0x1d, 32];
    ANY_POLICY = [0x55, 0x1d, 32, 0];
    POLICY_MAPPINGS = [0x55, 0x1d, 33];
    AUTHORITY_KEY_IDENTIFIER = [0x55, 0x1d, 35];
    POLICY_CONSTRAINTS = [0x55, 0x1d, 36];
    EXTENDED_KEY_USAGE = [0x55, 0x1d, 37];
    ANY_EXTENDED_KEY_USAGE = [0x55, 0x1d, 37, 0];
    FRESHEST_CRL = [0x55, 0x1d, 46];
    INHIBIT_ANY_POLICY = [0x55, 0x1d, 54];
    /// 1.3.6.1.5.5.7.1.1
    AUTHORITY_INFORMATION_ACCESS = [0x2b, 6, 1, 5, 5, 7, 1, 1];
    /// 1.3.6.1.5.5.7.48.1
    ACCESS_OCSP = [0x2b, 6, 1, 5, 5, 7, 48, 1];
    /// 1.3.6.1.5.5.7.48.1.5
    OCSP_NO_CHECK = [0x2b, 6, 1, 5, 5, 7, 48, 1, 5];
    /// 1.3.6.1.5.5.7.1.3, descriptive statements that never change whether a path is valid (RFC 3739, 3.2.6).
    QC_STATEMENTS = [0x2b, 6, 1, 5, 5, 7, 1, 3];
}

// Extended key purposes.
oids! {
    /// 1.3.6.1.5.5.7.3.4
    EMAIL_PROTECTION = [0x2b, 6, 1, 5, 5, 7, 3, 4];
    /// 1.3.6.1.5.5.7.3.8
    TIME_STAMPING = [0x2b, 6, 1, 5, 5, 7, 3, 8];
    /// 1.3.6.1.5.5.7.3.36 (RFC 9336)
    DOCUMENT_SIGNING = [0x2b, 6, 1, 5, 5, 7, 3, 36];
    /// 1.2.840.113583.1.1.5
    ADOBE_AUTHENTIC_DOCUMENTS = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x2f, 1, 1, 5];
    /// 1.3.6.1.4.1.311.10.3.12
    MICROSOFT_DOCUMENT_SIGNING = [0x2b, 6, 1, 4, 1, 0x82, 0x37, 10, 3, 12];
}

// Attribute types of names (RFC 5280, appendix A.1; RFC 4519).
oids! {
    COMMON_NAME = [0x55, 4, 3];
    ORGANIZATION = [0x55, 4, 10];
    TITLE = [0x55, 4, 12];
    /// 1.2.840.113549.1.9.1
    EMAIL_ADDRESS = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];
}

// Algorithms.
oids! {
    /// 1.2.840.113549.1.1.x
    RSA_ENCRYPTION = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
    SHA1_WITH_RSA = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5];
    MGF1 = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8];
    RSASSA_PSS = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
    SHA256_WITH_RSA = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
    SHA384_WITH_RSA = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12];
    SHA512_WITH_RSA = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13];
    /// 1.2.840.10045.2.1
    EC_PUBLIC_KEY = [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
    /// 1.2.840.10045.3.1.7
    P256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
    /// 1.3.132.0.34
    P384 = [0x2b, 0x81, 4, 0, 34];
    /// 1.3.132.0.35
    P521 = [0x2b, 0x81, 4, 0, 35];
    /// 1.2.840.10045.4.1
    ECDSA_WITH_SHA1 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1];
    /// 1.2.840.10045.4.3.x
    ECDSA_WITH_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    ECDSA_WITH_SHA384 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
    ECDSA_WITH_SHA512 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4];
    /// 1.3.101.112 (RFC 8410)
    ED25519 = [0x2b, 0x65, 0x70];
    /// 1.3.14.3.2.26
    SHA1 = [0x2b, 0x0e, 3, 2, 26];
    /// 2.16.840.1.101.3.4.2.x
    SHA256 = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
    SHA384 = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2];
    SHA512 = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3];
}

// CMS content types and attributes (RFC 5652; RFC 5035; RFC 6211; RFC 3161).
oids! {
    /// 1.2.840.113549.1.7.x
    DATA = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
    SIGNED_DATA = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
    /// 1.2.840.113549.1.9.x
    CONTENT_TYPE = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
    MESSAGE_DIGEST = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];
    SIGNING_TIME = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5];
    CMS_ALGORITHM_PROTECTION = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 52];
    /// 1.2.840.113549.1.9.16.1.4, a time-stamp's content
    TST_INFO = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4];
    /// 1.2.840.113549.1.9.16.2.x
    SIGNING_CERTIFICATE = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 12];
    TIME_STAMP_TOKEN = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 14];
    SIGNING_CERTIFICATE_V2 = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47];
    /// 1.2.840.113583.1.1.8
    ADOBE_REVOCATION_ARCHIVAL = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x2f, 1, 1, 8];
}

/// An object identifier that is reported.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(Box<[u8]>);

impl Oid {
    /// From the dotted form; `None` when it is not one, or has a number beyond 64 bits.
    pub fn from_dotted(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|number| number.parse::<u64>().ok());
        let (top, second) = (numbers.next()??, numbers.next()??);
        if top > 2 || (top < 2 && second > 39) {
            return None;
        }
        let mut content = Vec::new();
        push_base128(&mut content, top.checked_mul(40)?.checked_add(second)?);
        for number in numbers {
            push_base128(&mut content, number?);
        }
        Some(Self(content.into()))
    }

    /// From the content octets of the encoding.
    pub(crate) fn new(content: &[u8]) -> Self {
        Self(content.into())
    }
}

fn push_base128(content: &mut Vec<u8>, number: u64) {
    let groups = (1..10).rev().filter(|group| number >> (7 * group) != 0);
    content.extend(groups.map(|group| 0x80 | u8::try_from((number >> (7 * group)) & 0x7f).unwrap_or(0)));
    content.push(u8::try_from(number & 0x7f).unwrap_or(0));
}

impl fmt::Display for Oid {
    /// The dotted form. A subidentifier beyond 64 bits, which no registered one is, is shown as `?`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut value = Some(0_u64);
        let mut first = true;
        for octet in &self.0 {
            value = value.and_then(|value| value.checked_mul(128)).map(|value| value | u64::from(octet & 0x7f));
            if octet & 0x80 != 0 {
                continue;
            }
            match (first, value) {
                (true, Some(value)) => {
                    let top = (value / 40).min(2);
                    write!(formatter, "{top}.{}", value - top * 40)?;
                }
                (false, Some(value)) => write!(formatter, ".{value}")?,
                (true, None) => formatter.write_str("?")?,
                (false, None) => formatter.write_str(".?")?,
            }
            first = false;
            value = Some(0);
        }
        Ok(())
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_the_identifiers_that_they_are_named_for() {
        for (octets, dotted) in [
            (SIGNING_CERTIFICATE_V2, "1.2.840.113549.1.9.16.2.47"),
            (DOCUMENT_SIGNING, "1.3.6.1.5.5.7.3.36"),
            (ADOBE_AUTHENTIC_DOCUMENTS, "1.2.840.113583.1.1.5"),
            (MICROSOFT_DOCUMENT_SIGNING, "1.3.6.1.4.1.311.10.3.12"),
            (P256, "1.2.840.10045.3.1.7"),
            (P384, "1.3.132.0.34"),
            (SHA512, "2.16.840.1.101.3.4.2.3"),
            (SHA1, "1.3.14.3.2.26"),
            (ANY_EXTENDED_KEY_USAGE, "2.5.29.37.0"),
            (ADOBE_REVOCATION_ARCHIVAL, "1.2.840.113583.1.1.8"),
        ] {
            assert_eq!(Oid::new(octets).to_string(), dotted);
            assert_eq!(Oid::from_dotted(dotted), Some(Oid::new(octets)));
        }
    }

    #[test]
    fn an_oversized_subidentifier_does_not_overflow() {
        assert_eq!(Oid::new(&[0x2a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]).to_string(), "1.2.?");
    }
}
