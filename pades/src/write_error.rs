//! What can go wrong on the writing side, one enum a step: [`CmsError`] when attributes and CMS
//! are made or read, [`PrepareError`] when the incremental update is made, [`PreparedError`] when
//! a stored `PreparedPdf` is loaded, [`EmbedError`] when the CMS goes into its gap.
//!
//! A document that cannot be opened at all is a `PdfError` of the reading side.

use const_oid::ObjectIdentifier;

use crate::place_error::{DrawError, PlaceError};
use crate::{DocumentDigest, PdfError};

/// A certificate, a set of signed attributes or a CMS is not what RFC 5652 or our profile wants.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CmsError {
    /// The octets are not DER of the expected structure.
    #[error("malformed DER: {0}")]
    Der(#[from] der::Error),
    /// A certificate of a chain does not parse.
    #[error("certificate {index} of the chain does not parse: {source}")]
    Certificate {
        /// Position in the chain, the signing certificate is 0.
        index: usize,
        /// What the parser says.
        source: der::Error,
    },
    /// A chain without a single certificate.
    #[error("the certificate chain is empty")]
    EmptyChain,
    /// The same certificate stands in the chain twice.
    #[error("certificate {index} of the chain repeats an earlier one")]
    RepeatedCertificate {
        /// Position of the repetition.
        index: usize,
    },
    /// An extra attribute of a type that this crate writes itself or that PAdES forbids.
    #[error("attribute {oid} cannot be added by the caller")]
    ReservedAttribute {
        /// Attribute type.
        oid: ObjectIdentifier,
    },
    /// The same attribute type twice (RFC 5652, 5.3: one instance of each).
    #[error("attribute {oid} occurs twice")]
    RepeatedAttribute {
        /// Attribute type.
        oid: ObjectIdentifier,
    },
    /// An attribute must have exactly one value.
    #[error("attribute {oid} has {found} values, not one")]
    AttributeValues {
        /// Attribute type.
        oid: ObjectIdentifier,
        /// Values found.
        found: usize,
    },
    /// The value of an extra attribute is not exactly one DER element.
    #[error("the value of attribute {oid} is not one DER element")]
    AttributeValue {
        /// Attribute type.
        oid: ObjectIdentifier,
    },
    /// A signed attribute that the profile requires is absent.
    #[error("signed attribute {oid} is missing")]
    MissingAttribute {
        /// Attribute type.
        oid: ObjectIdentifier,
    },
    /// A signed attribute that PAdES forbids is present (EN 319 142-1, 6.3: signing-time).
    #[error("signed attribute {oid} is forbidden in PAdES")]
    ForbiddenAttribute {
        /// Attribute type.
        oid: ObjectIdentifier,
    },
    /// The signed attributes are not in DER order, so their hash is ambiguous (RFC 5652, 5.4).
    #[error("the signed attributes are not in DER order")]
    AttributeOrder,
    /// The signing-certificate-v2 attribute names another certificate than the one at hand.
    #[error("signing-certificate-v2 names another certificate")]
    SigningCertificateMismatch,
    /// The signing-certificate-v2 attribute uses a hash other than SHA-256.
    #[error("signing-certificate-v2 does not use SHA-256")]
    SigningCertificateHash,
    /// The message-digest attribute is not 32 octets long.
    #[error("message-digest has {length} octets, not 32")]
    MessageDigestLength {
        /// Octets found.
        length: usize,
    },
    /// The signature value is not an ECDSA-Sig-Value over P-256 (RFC 3279, 2.2.3).
    #[error("the signature value is not an ECDSA-Sig-Value over P-256")]
    SignatureValue,
    /// The outer content type is not id-signedData.
    #[error("content type {oid} is not id-signedData")]
    NotSignedData {
        /// Content type found.
        oid: ObjectIdentifier,
    },
    /// SignedData or SignerInfo has a version other than 1.
    #[error("version of {structure} is not 1")]
    Version {
        /// `SignedData` or `SignerInfo`.
        structure: &'static str,
    },
    /// The signed content is inside the CMS, or is not id-data.
    #[error("the signature is not detached from data")]
    NotDetached,
    /// A CMS with no signer or with several.
    #[error("{found} signers, not one")]
    SignerCount {
        /// SignerInfos found.
        found: usize,
    },
    /// A digest or signature algorithm other than the profile's.
    #[error("algorithm {oid} is not the profile's {role} algorithm")]
    Algorithm {
        /// `digest` or `signature`.
        role: &'static str,
        /// Algorithm found.
        oid: ObjectIdentifier,
    },
    /// The parameters of an algorithm are present where they must be absent.
    #[error("parameters of algorithm {oid} must be absent")]
    AlgorithmParameters {
        /// Algorithm found.
        oid: ObjectIdentifier,
    },
    /// No certificate in the CMS has the issuer and serial number of the SignerInfo.
    #[error("the signing certificate is not in the CMS")]
    SigningCertificateMissing,
    /// The CMS is larger than the limit.
    #[error("CMS of {length} octets is over the limit of {limit}")]
    TooLarge {
        /// Octets found.
        length: usize,
        /// Octets allowed.
        limit: usize,
    },
}

/// A document that opened cannot be prepared for this signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    // --- the request
    /// A claimed signing time outside the years 1970 to 9998, or an offset over 14 hours.
    #[error("time {unix_seconds} with offset {utc_offset_minutes} min cannot be written as a PDF date")]
    TimeOutOfRange {
        /// Seconds since 1970-01-01T00:00:00Z.
        unix_seconds: u64,
        /// Minutes east of UTC.
        utc_offset_minutes: i16,
    },
    /// The size asked for `/Contents` is zero or over the limit.
    #[error("{octets} octets for /Contents are not between 1 and {limit}")]
    ContentsSize {
        /// Octets asked for.
        octets: usize,
        /// Octets allowed.
        limit: usize,
    },
    /// Name, reason or location are longer than the limit.
    #[error("/{key} of {length} octets is over the limit of {limit}")]
    TextTooLong {
        /// `Name`, `Reason` or `Location`.
        key: &'static str,
        /// Octets asked for.
        length: usize,
        /// Octets allowed.
        limit: usize,
    },
    /// The text of a seal that is empty, over the limit, or not printable ASCII.
    #[error("the text of the seal is not 1 to {limit} octets of printable ASCII")]
    SealText {
        /// Octets allowed.
        limit: usize,
    },
    /// A visible signature has no place where it was asked for.
    #[error("the visible signature: {0}")]
    Place(#[from] PlaceError),
    /// What a visible signature shows cannot be drawn.
    #[error("the visible signature: {0}")]
    Draw(#[from] DrawError),
    /// No field of this name.
    #[error("the form has no field of the name asked for")]
    FieldNotFound,
    /// The field of this name is not a signature field.
    #[error("the field asked for is not a signature field")]
    NotASignatureField,
    /// The field of this name already holds a signature.
    #[error("the field asked for is already signed")]
    FieldAlreadySigned,
    /// Two fields have the name asked for, so that nobody knows which one is meant.
    #[error("two fields have the name asked for")]
    FieldNameAmbiguous,
    /// The field of this name is not an indirect object of its own, so that it cannot be updated.
    #[error("the field asked for is not an indirect object")]
    FieldNotIndirect,
    /// The field wants a signature that this crate does not make (ISO 32000-2, table 237 and 236).
    #[error("the field asks for a signature this service does not make: {demand}")]
    FieldDemand {
        /// The demand that cannot be met.
        demand: FieldDemand,
    },

    // --- the document
    /// A certification signature permits no changes (DocMDP, P = 1; ISO 32000-2, 12.8.2.2).
    #[error("the document is certified and permits no changes")]
    CertifiedNoChanges,
    /// A certification signature permits signing, and no field that was not there when it was made (DocMDP, P = 2 or 3;
    /// 12.8.2.2). Sign in a field that the document has, or have its first signature made without a certification.
    #[error("the document is certified: it can be signed in a field that it has, and gets no new one")]
    CertifiedNoNewField,
    /// An earlier signature locks the field that would be signed (FieldMDP; 12.8.2.4).
    #[error("an earlier signature locks the field")]
    FieldLocked,
    /// A dynamic XFA form: what is signed would not be what is shown.
    #[error("the document is a dynamic XFA form")]
    DynamicXfa,
    /// The page tree leads to no page, or is larger than any honest one, so that the signature has no place.
    #[error("the page tree leads to no page")]
    NoPage,
    /// The form has more fields than the limit, or they are nested too deeply.
    #[error("the form has more fields than the limit allows")]
    TooManyFields,
    /// The next object number would be over the limit of 8,388,607 (ISO 32000-1, annex C).
    #[error("the document has no free object number")]
    ObjectNumbersExhausted,
    /// The trailer's `/Size` hides objects that the cross-reference data lists: an update would bring them back.
    #[error("object {number} is listed but not below the trailer's /Size {size}")]
    HiddenObjects {
        /// The highest object number listed.
        number: u32,
        /// The trailer's `/Size`.
        size: u32,
    },
    /// The file would grow over the ten digits of a cross-reference entry (7.5.4).
    #[error("the signed file would be longer than 9,999,999,999 octets")]
    FileTooLong,
    /// An object that the update needs cannot be read.
    #[error("{part}: {source}")]
    Unreadable {
        /// Which part of the document.
        part: Part,
        /// What the reader says.
        source: PdfError,
    },
    /// An object that the update needs has another type than the standard gives it.
    #[error("{part} is not {expected}")]
    WrongType {
        /// Which part of the document.
        part: Part,
        /// `a dictionary`, `an array`, ...
        expected: &'static str,
    },
}

/// What an existing signature field demands and this crate does not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldDemand {
    /// `/SV` with a required entry.
    #[error("a required seed value")]
    SeedValue,
    /// `/Lock` with `/P`: document permissions by way of a field.
    #[error("document permissions in the field's lock")]
    LockPermissions,
    /// `/Lock` that does not name its fields as the standard says.
    #[error("a malformed lock")]
    Lock,
}

/// A part of a document that an update touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each variant is the noun that its text spells out")]
pub enum Part {
    #[error("the trailer")]
    Trailer,
    #[error("the catalog")]
    Catalog,
    #[error("the page tree")]
    PageTree,
    #[error("the page")]
    Page,
    #[error("/Annots of the page")]
    Annots,
    #[error("/AcroForm")]
    AcroForm,
    #[error("/Fields of the form")]
    Fields,
    #[error("a form field")]
    Field,
    #[error("/Perms of the catalog")]
    Perms,
    #[error("an earlier signature")]
    EarlierSignature,
}

impl Part {
    /// Wraps what the reader says about this part.
    pub(crate) const fn unreadable(self) -> impl Fn(PdfError) -> PrepareError {
        move |source| PrepareError::Unreadable { part: self, source }
    }
}

/// Stored octets are not a `PreparedPdf` as it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PreparedError {
    /// The first octets are not those of the format.
    #[error("not a prepared document")]
    NotPrepared,
    /// A format version that this build does not read.
    #[error("prepared document of format version {version}, this build reads {supported}")]
    Version {
        /// Version found.
        version: u16,
        /// Version understood.
        supported: u16,
    },
    /// The octets end early, or more follow.
    #[error("prepared document of {length} octets is cut off or has octets after its end")]
    Length {
        /// Octets found.
        length: usize,
    },
    /// The check value over the octets does not match.
    #[error("prepared document is corrupted")]
    Corrupted,
    /// The parts contradict each other although the check value matches.
    #[error("prepared document contradicts itself")]
    Inconsistent,
}

/// A CMS does not go into the document that was prepared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmbedError {
    /// The CMS is larger than the gap.
    #[error("CMS of {needed} octets does not fit the {reserved} octets reserved")]
    TooLarge {
        /// Octets of the CMS.
        needed: usize,
        /// Octets that `/Contents` has room for.
        reserved: usize,
    },
    /// The CMS signs another document.
    #[error("the CMS signs another document: message-digest {signed}, document digest {prepared}")]
    OtherDocument {
        /// What the CMS signs.
        signed: DocumentDigest,
        /// What was prepared.
        prepared: DocumentDigest,
    },
    /// The result does not open.
    #[error("the signed document does not open: {0}")]
    Reopen(#[from] PdfError),
    /// The result opens, but a reader does not find exactly the signature that was put in.
    #[error("the signed document read back differs: {0}")]
    ReadBack(ReadBack),
}

/// What differs when the signed document is read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadBack {
    /// The field holds no signature, or several fields have its name.
    #[error("the field does not hold exactly one signature")]
    Field,
    /// Another field holds the same signature.
    #[error("another field holds the same signature")]
    Shared,
    /// `/ByteRange` is not the one that was prepared, or does not cover the whole file.
    #[error("the ByteRange is another")]
    ByteRange,
    /// `/Contents` is not the CMS and zeros.
    #[error("the Contents are another")]
    Contents,
    /// `/SubFilter` is not `ETSI.CAdES.detached`.
    #[error("the SubFilter is another")]
    SubFilter,
    /// The seal is not the one that was prepared.
    #[error("the seal is another")]
    Seal,
    /// The document is certified otherwise than was prepared.
    #[error("the certification is another")]
    Certification,
    /// The signature does not belong to the last revision.
    #[error("the signature is not in the last revision")]
    Revision,
}
