//! [`PdfError`]: why a document, or one signature in it, cannot be read as ISO 32000-2 says.
//!
//! Every refusal is its own fact, with the octet offset in the file where there is one. The reader repairs nothing:
//! two programs that repair differently show two documents under one signature, which is what the published attacks
//! on PDF signatures live on.

use crate::pdf::Ref;

/// A document, or a part of it, is not what the standard says, or is more than [`crate::Limits`] allow.
///
/// Offsets count octets from the start of the file; for an object inside an object stream they count from the start
/// of that stream's decoded data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    // --- the file as a whole
    /// No `%PDF-` at the start (7.5.2).
    #[error("not a PDF: no %PDF- header")]
    NotAPdf,
    /// The header is there, but not at octet 0, so that every offset in the file is off.
    #[error("{length} octets stand before the %PDF- header")]
    BytesBeforeHeader {
        /// Octets before the header.
        length: usize,
    },
    /// The file is larger than the limit.
    #[error("file of {length} octets is over the limit of {limit}")]
    TooLarge {
        /// Octets of the file.
        length: usize,
        /// Octets allowed.
        limit: usize,
    },
    /// No `startxref` in the file (7.5.5): it was cut off, or never finished.
    #[error("the file is truncated: it has no startxref")]
    StartxrefMissing,
    /// `startxref` is not followed by a number and `%%EOF` (7.5.5).
    #[error("startxref at {offset} is not followed by an offset and %%EOF")]
    StartxrefDamaged {
        /// Where the keyword stands.
        offset: usize,
    },
    /// The file is encrypted (7.6); neither signing nor verifying reads encrypted documents.
    #[error("the document is encrypted")]
    Encrypted,
    /// Asked for when a document is opened for signing only: another reader in wide use, in its strict mode, does not
    /// load every object of the file, so that people would not all see the same document.
    #[error("a second reader does not load the file: {fault}")]
    SecondReader {
        /// What it stumbles over.
        fault: SecondReaderFault,
    },

    // --- cross-reference data
    /// A cross-reference section is not where it should be or not in the form it should have (7.5.4, 7.5.8).
    #[error("cross-reference section damaged at {offset}: {fault}")]
    XrefDamaged {
        /// Where the fault was seen.
        offset: usize,
        /// What is wrong.
        fault: XrefFault,
    },
    /// `/Prev` leads back to a section already read (7.5.5).
    #[error("/Prev leads back to the cross-reference section at {offset}")]
    PrevLoop {
        /// The section named twice.
        offset: usize,
    },
    /// A cross-reference section is not followed by `startxref`, its own offset and `%%EOF`, so that its revision
    /// has no end (7.5.6).
    #[error("the revision of the cross-reference section at {offset} has no end")]
    RevisionEndMissing {
        /// Where the section starts.
        offset: usize,
    },
    /// More revisions than the limit.
    #[error("more than {limit} revisions")]
    TooManyRevisions {
        /// Revisions allowed.
        limit: usize,
    },
    /// More objects than the limit, in the cross-reference sections or inside one object.
    #[error("more than {limit} objects")]
    TooManyObjects {
        /// Objects allowed.
        limit: usize,
    },

    // --- objects
    /// The octets are not the token or object that must stand there (7.2, 7.3).
    #[error("syntax error at {offset}: expected {expected}")]
    Syntax {
        /// Where.
        offset: usize,
        /// What must stand there.
        expected: Expected,
    },
    /// Arrays, dictionaries, fields or references are nested too deeply.
    #[error("nested more than {limit} deep at {offset}")]
    NestingTooDeep {
        /// Where the level over the limit begins.
        offset: usize,
        /// Levels allowed.
        limit: usize,
    },
    /// The object at the offset of a cross-reference entry is not the one that the entry names (7.3.10).
    #[error("object {reference} is not at offset {offset}")]
    ObjectHeaderMismatch {
        /// The object looked for.
        reference: Ref,
        /// Where it should be.
        offset: usize,
    },
    /// A cross-reference entry of a revision leads to an offset outside that revision's part of the file.
    #[error("object {reference} at offset {offset} lies beyond the revision that names it")]
    ObjectOutsideRevision {
        /// The object looked for.
        reference: Ref,
        /// Where the entry leads.
        offset: usize,
    },
    /// A reference leads to itself through other references.
    #[error("reference {reference} leads back to itself")]
    ReferenceLoop {
        /// The reference that was followed.
        reference: Ref,
    },
    /// A dictionary has the key twice (7.3.7), so that two readers may see two documents.
    #[error("key /{key} occurs twice in the dictionary at {offset}")]
    DuplicateKey {
        /// Where the dictionary begins.
        offset: usize,
        /// The key, without its solidus.
        key: &'static str,
    },
    /// A required key is absent.
    #[error("key /{key} is missing in the dictionary at {offset}")]
    KeyMissing {
        /// Where the dictionary begins.
        offset: usize,
        /// The key, without its solidus.
        key: &'static str,
    },
    /// A value is of another type, or out of the range, that the standard gives it.
    #[error("value at {offset} is not {expected}")]
    WrongValue {
        /// Where the value begins.
        offset: usize,
        /// What it must be.
        expected: Expected,
    },

    // --- streams
    /// `/Length` does not lead to `endstream` (7.3.8).
    #[error("the stream at {offset} does not end where its /Length says")]
    StreamLength {
        /// Where the stream's data begins.
        offset: usize,
    },
    /// The stream needs a filter or a predictor that the reader does not have.
    #[error("the stream at {offset} needs a filter that is not supported")]
    FilterUnsupported {
        /// Where the stream's data begins.
        offset: usize,
    },
    /// The stream's data does not decode (7.4).
    #[error("the data of the stream at {offset} does not decode")]
    StreamDamaged {
        /// Where the stream's data begins.
        offset: usize,
    },
    /// The stream, or all streams together, inflate to more than the limit.
    #[error("decompression bomb: the stream at {offset} inflates to more than {limit} octets")]
    DecompressionBomb {
        /// Where the stream's data begins.
        offset: usize,
        /// Octets that it may inflate to.
        limit: usize,
    },
    /// An object stream does not hold the object that an entry says it holds (7.5.7).
    #[error("object stream {stream} does not hold object {number} at index {index}")]
    ObjectStreamMismatch {
        /// Number of the object stream.
        stream: u32,
        /// Number of the object looked for.
        number: u32,
        /// Index that the entry gives.
        index: u32,
    },
    /// All the work that a file of this size may cost is spent: the file was made to be slow.
    #[error("the file costs more work than a file of its size may")]
    BudgetSpent,

    // --- signatures
    /// More signature fields with a value than the limit.
    #[error("more than {limit} signatures")]
    TooManySignatures {
        /// Signatures allowed.
        limit: usize,
    },
    /// A field's full name is longer than the limit.
    #[error("a field name of more than {limit} octets")]
    FieldNameTooLong {
        /// Octets allowed.
        limit: usize,
    },
    /// The signature dictionary lies in an object stream, where its `/Contents` cannot be a gap of the file (12.8.1).
    #[error("the signature dictionary is compressed")]
    SignatureCompressed,
    /// The value of a signature field is not a dictionary (12.7.5.5).
    #[error("the value of the signature field is not a dictionary")]
    SignatureNotDictionary,
    /// The signature dictionary has no `/ByteRange`.
    #[error("the signature has no /ByteRange")]
    ByteRangeMissing,
    /// `/ByteRange` is not an array of exactly four non-negative integers, direct in the signature dictionary.
    #[error("the /ByteRange at {offset} is not four non-negative integers")]
    ByteRangeNotFourIntegers {
        /// Where the value begins.
        offset: usize,
    },
    /// `/ByteRange` does not begin at octet 0.
    #[error("the /ByteRange begins at octet {start}, not at 0")]
    ByteRangeStart {
        /// Its first number.
        start: u64,
    },
    /// The second span begins before the first one ends.
    #[error("the second span of the /ByteRange begins at {second}, before the first one ends at {first_end}")]
    ByteRangeOverlap {
        /// End of the first span.
        first_end: u64,
        /// Start of the second span.
        second: u64,
    },
    /// The second span ends beyond the file.
    #[error("the /ByteRange ends beyond the file of {length} octets")]
    ByteRangeBeyondFile {
        /// Octets of the file.
        length: usize,
    },
    /// The gap is not exactly the hexadecimal string of this dictionary's `/Contents`.
    #[error("the gap of the /ByteRange is not the /Contents of the signature")]
    GapNotContents,
    /// The signature dictionary has no `/Contents`.
    #[error("the signature has no /Contents")]
    ContentsMissing,
    /// `/Contents` is not a hexadecimal string, direct in the signature dictionary.
    #[error("the /Contents at {offset} is not a hexadecimal string")]
    ContentsNotHex {
        /// Where the value begins.
        offset: usize,
    },
    /// `/Contents` is larger than the limit.
    #[error("/Contents of {length} octets is over the limit of {limit}")]
    ContentsTooLarge {
        /// Octets of the decoded string.
        length: usize,
        /// Octets allowed.
        limit: usize,
    },
}

/// What the second reader stumbles over. It gives no offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecondReaderFault {
    /// The header line.
    #[error("the header")]
    Header,
    /// The cross-reference data or the trailer.
    #[error("the cross-reference data")]
    Xref,
    /// The cross-reference data, which it had to correct.
    #[error("cross-reference data that need a correction")]
    Correction,
    /// An object, perhaps one that nothing refers to.
    #[error("an object")]
    Object,
    /// The data of a stream that it must decode.
    #[error("a stream")]
    Stream,
}

/// What is wrong with a cross-reference section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XrefFault {
    /// The offset lies beyond the file, or beyond the section that points to it.
    #[error("the offset points nowhere")]
    OffsetNowhere,
    /// Neither the keyword `xref` nor a cross-reference stream is there.
    #[error("neither a table nor a cross-reference stream")]
    NotASection,
    /// A subsection's header is not two integers on a line (7.5.4).
    #[error("malformed subsection header")]
    SubsectionHeader,
    /// An entry is not twenty octets of the given form (7.5.4).
    #[error("malformed entry")]
    Entry,
    /// Two subsections of one section have an entry for the same object (7.5.4).
    #[error("two entries for one object")]
    OverlappingSubsections,
    /// No trailer dictionary follows the table (7.5.5).
    #[error("no trailer dictionary")]
    Trailer,
    /// `/W`, `/Index` or `/Size` of a cross-reference stream do not fit its data (7.5.8.2).
    #[error("fields of the cross-reference stream do not fit its data")]
    StreamFields,
    /// `/Prev` leads forwards, which only the first-page section of a linearized file does (annex F).
    #[error("/Prev leads forwards")]
    PrevForward,
}

/// What must stand at an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each variant is the noun that its text spells out")]
pub enum Expected {
    #[error("an object")]
    Object,
    #[error("a key or the end of the dictionary")]
    KeyOrDictionaryEnd,
    #[error("the end of a string")]
    StringEnd,
    #[error("a hexadecimal digit")]
    HexDigit,
    #[error("a name")]
    Name,
    #[error("an integer")]
    Integer,
    #[error("a non-negative integer")]
    NonNegativeInteger,
    #[error("a string")]
    String,
    #[error("an array")]
    Array,
    #[error("a dictionary")]
    Dictionary,
    #[error("a stream")]
    Stream,
    #[error("an indirect reference")]
    Reference,
    #[error("an indirect object")]
    IndirectObject,
    #[error("the end of the line after stream")]
    EndOfLineAfterStream,
    #[error("endobj")]
    EndObject,
}
