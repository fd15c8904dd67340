//! What can be wrong with a seal that is read, and with what shall be sealed.

use thiserror::Error;

use crate::{
    AddressError, StatusIndexError,
    cbor::CborError,
    cose::CoseError,
    seal::{DateError, text::TextError},
};

/// Why a text is no seal, or why a seal cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SealError {
    /// The text is longer than any seal.
    #[error("the text has {length} octets; a seal has at most {limit}")]
    TextTooLong {
        /// Octets of the text.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// No `#` that would end a prefix.
    #[error("the text has no '#' before its digits")]
    NoPrefix,
    /// What stands before the digits is no prefix.
    #[error("what stands before the digits is no address of a seal: {0}")]
    Prefix(#[from] AddressError),
    /// Something other than 0 to 9 after the prefix.
    #[error("character {position} after the '#' is not a digit")]
    NotADigit {
        /// Position, from 0.
        position: usize,
    },
    /// A number of digits that no octets give.
    #[error("{digits} digits do not make whole octets: some are missing or too many")]
    DigitCount {
        /// Digits after the `#`.
        digits: usize,
    },
    /// A group of digits with a number that its octets cannot hold.
    #[error("the group of digits at position {position} stands for no octets")]
    DigitsOutOfRange {
        /// Position of the group's first digit, from 0.
        position: usize,
    },
    /// Not the signed structure.
    #[error(transparent)]
    Cose(#[from] CoseError),
    /// The claims take more room than a QR code of version 13-Q has.
    #[error("the claims take {length} octets; at most {limit} fit the QR code")]
    PayloadTooLong {
        /// Octets of the payload.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// Not the claims of a known profile.
    #[error("the claims are malformed: {0}")]
    Payload(#[from] PayloadError),
}

/// Why octets are not the claims of a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PayloadError {
    /// Not the deterministic CBOR of the profile.
    #[error(transparent)]
    Cbor(#[from] CborError),
    /// A profile that this reader does not know.
    #[error("profile {found} is unknown")]
    Profile {
        /// The profile found.
        found: u64,
    },
    /// A day outside the years that seals know.
    #[error(transparent)]
    Date(#[from] DateError),
    /// An issue date before 1970.
    #[error("the issue date lies before 1970")]
    IssueDate,
    /// An end that is no day after 1970-01-01.
    #[error("the end of validity does not lie after 1970-01-01")]
    ValidUntil,
    /// A status index that no list has.
    #[error(transparent)]
    Status(#[from] StatusIndexError),
    /// A text that must not be sealed.
    #[error("octet {at}: {error}")]
    Text {
        /// Offset of the item.
        at: usize,
        /// What is wrong.
        error: TextError,
    },
    /// A byte string that is not the one base-40 form of a text.
    #[error("octet {at}: not a text in base 40")]
    Base40 {
        /// Offset of the item.
        at: usize,
    },
    /// A text string where base 40 would do, which must then be used.
    #[error("octet {at}: a text string that must be in base 40")]
    NotBase40 {
        /// Offset of the item.
        at: usize,
    },
    /// Not a mask of one to six words.
    #[error("octet {at}: not a masked name")]
    Mask {
        /// Offset of the item.
        at: usize,
    },
    /// Rows that are no whole rows, or none.
    #[error("octet {at}: not the rows of a kartu keluarga")]
    Rows {
        /// Offset of the item.
        at: usize,
    },
    /// A code outside its table.
    #[error("octet {at}: the code is out of its range")]
    Code {
        /// Offset of the item.
        at: usize,
    },
}

/// What a text or number on a page is, for errors about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrintedField {
    /// The document's number.
    Number,
    /// Whom the document is about.
    Name,
    /// Where the child was born.
    BirthPlace,
    /// The father's name.
    Father,
    /// The mother's name.
    Mother,
    /// The head of the family.
    HeadOfFamily,
    /// The name of the n-th member of the family, from 1.
    Member(usize),
}

impl std::fmt::Display for PrintedField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Number => "the document's number",
            Self::Name => "the name",
            Self::BirthPlace => "the place of birth",
            Self::Father => "the father's name",
            Self::Mother => "the mother's name",
            Self::HeadOfFamily => "the name of the head of the family",
            Self::Member(number) => return write!(f, "the name of member {number}"),
        })
    }
}

/// Why what is printed cannot be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ClaimsError {
    /// A text that must not be sealed.
    #[error("{field}: {error}")]
    Text {
        /// Which text.
        field: PrintedField,
        /// What is wrong.
        error: TextError,
    },
    /// A NIK or number of a kartu keluarga that is none.
    #[error("the NIK or nomor KK is not 16 digits, the last four not 0000")]
    IdentityNumber,
    /// A kelurahan code with more than four digits.
    #[error("the kelurahan code {0} has more than four digits")]
    Kelurahan(u16),
    /// A family without members.
    #[error("the kartu keluarga has no members")]
    NoMembers,
    /// More rows than the QR code holds.
    #[error("the kartu keluarga has {members} members; a seal holds at most {limit}")]
    TooManyMembers {
        /// Members given.
        members: usize,
        /// The limit.
        limit: usize,
    },
    /// An end of validity that is no day after 1970-01-01.
    #[error("the end of validity does not lie after 1970-01-01")]
    ValidUntil,
}
