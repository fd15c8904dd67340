//! How much work and memory a hostile document may cost: one table, handed to every reader.
//!
//! A limit is never a guess about honest files alone: each says where its number comes from, and each has its own
//! error, so that "too large" is never confused with "damaged". Nothing in this crate reads a document without one.

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// The bounds within which a document is read.
///
/// [`Limits::default`] is the table of the command line (`teken-verify`), [`Limits::service`] that of the signing
/// service and [`Limits::page`] that of the public verification page: they differ in the size of the input only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Octets of the whole file. 1 GiB on the command line: larger than any scanned bundle seen at a counter, and
    /// still addressable by the ten digits of a cross-reference entry (ISO 32000-2, 7.5.4).
    pub input_bytes: usize,
    /// Octets one stream may inflate to. 64 MiB: a cross-reference stream of a million entries takes some 20 MB.
    pub stream_bytes: usize,
    /// Times its own size a stream may inflate to. 200: what Deflate reaches on honest tables; its ceiling is 1032.
    pub stream_ratio: usize,
    /// Cross-reference entries of all sections together, and objects nested in one indirect object. One million:
    /// eight times the largest public test file (ISO 32000-1, annex C.2 named 8,388,607 as one reader's ceiling).
    pub objects: usize,
    /// Arrays and dictionaries inside one another, and fields inside fields. 64: honest files stay below 12; readers
    /// that recursed without a bound died of 10,000 (RUSTSEC-2026-0187).
    pub nesting: usize,
    /// Revisions, that is cross-reference sections reachable through `/Prev`. 1,000: one signature a day for years.
    pub revisions: usize,
    /// Signature fields that hold a value. 100: each one costs public-key operations.
    pub signatures: usize,
    /// Filters on one stream that the reader needs. 4: honest cross-reference and object streams use one.
    pub filters: usize,
    /// Octets of a field's full name, and of any other text taken from a signature dictionary. 4 KiB: names made by
    /// form designers stay below 500.
    pub text_bytes: usize,
    /// Octets of one CMS, padding included. 1 MiB: ten times a signature with its chain, token and revocation data.
    pub cms_bytes: usize,
    /// Certificates tried in one path search. 20: the longest chain in use is five.
    pub path_certificates: usize,
    /// Certificates taken from one document. 100.
    pub certificates: usize,
}

impl Limits {
    /// The table of the signing service: 32 MiB of input, the rest as on the command line.
    #[must_use]
    pub const fn service() -> Self {
        Self { input_bytes: 32 * MIB, ..Self::command_line() }
    }

    /// The table of the public verification page, which runs in a telephone's browser: 64 MiB of input.
    #[must_use]
    pub const fn page() -> Self {
        Self { input_bytes: 64 * MIB, ..Self::command_line() }
    }

    const fn command_line() -> Self {
        Self {
            input_bytes: 1024 * MIB,
            stream_bytes: 64 * MIB,
            stream_ratio: 200,
            objects: 1_000_000,
            nesting: 64,
            revisions: 1_000,
            signatures: 100,
            filters: 4,
            text_bytes: 4 * KIB,
            cms_bytes: MIB,
            path_certificates: 20,
            certificates: 100,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::command_line()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_size_of_the_input_differs_between_the_tables() {
        assert_eq!(Limits::service().input_bytes, 33_554_432);
        assert_eq!(Limits::page().input_bytes, 67_108_864);
        assert_eq!(Limits::default().input_bytes, 1_073_741_824);
        assert_eq!(Limits { input_bytes: 0, ..Limits::service() }, Limits { input_bytes: 0, ..Limits::default() });
        assert_eq!(Limits { input_bytes: 0, ..Limits::page() }, Limits { input_bytes: 0, ..Limits::default() });
    }
}
