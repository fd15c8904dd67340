//! [`SignError`]: why a request got no signature, ordered by whom to call.
//!
//! The caller's request, then what the caller may do, then the act itself, then the document, then our surroundings,
//! then our own faults. `wire.rs` maps each to exactly one status; nothing here knows the wire.

use evidence::seal::{ClaimsError, SealError};
use evidence::status::StatusValue;
use evidence::{DocumentType, StatementError};
use keys::KeyError;
use pades::{CmsError, EmbedError, PdfError, PrepareError};

use crate::domain::{AbandonedReason, ReservationName, SignatureName, TextFault};
use crate::register::StopCause;

/// Why a request got no signature.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SignError {
    // --- the request
    /// The octets are not the message of this method.
    #[error("the request is not the message of this method")]
    MessageMalformed,
    /// A field is not what the contract says.
    #[error("{field} {fault}")]
    Malformed {
        /// Path of the field.
        field: &'static str,
        /// What is wrong with it.
        fault: FieldFault,
    },

    // --- the caller
    /// The connection carries no client certificate.
    #[error("the connection carries no client certificate")]
    NotIdentified,
    /// The client certificate names no office, or one that is not in the directory.
    #[error("the office is not in the directory")]
    OfficeUnknown,
    /// The office may not sign for now.
    #[error("the office is suspended")]
    OfficeSuspended,
    /// The office may not have this type signed.
    #[error("the office may not have documents of type {document_type} signed")]
    DocumentTypeNotAllowed {
        /// The type asked for.
        document_type: DocumentType,
    },

    // --- the act
    /// The same request id is being worked on at this moment.
    #[error("a request with this request_id is under way")]
    RequestInFlight,
    /// The request id was used for another request.
    #[error("the request_id was used for another request")]
    RequestIdReused,
    /// The same type and number was signed under another request id.
    #[error("this document was signed before as {latest}")]
    DocumentAlreadySigned {
        /// The latest signature of this type and number.
        latest: SignatureName,
    },
    /// `replaces` is not the latest signature of this type and number.
    #[error("the signature to replace is not the latest one of this document")]
    ReplacesNotLatest,
    /// `replaces` names an act whose end is not known yet.
    #[error("the signature to replace is still under way")]
    ReplacesOpen,
    /// The act under this request id ended without a signature.
    #[error("the request was abandoned: {reason}")]
    Abandoned {
        /// Why.
        reason: AbandonedReason,
    },
    /// No such signature, or another office's.
    #[error("no such signature")]
    NotFound,

    // --- reservation and seal
    /// No such reservation, or another office's.
    #[error("no such reservation")]
    ReservationNotFound,
    /// The reservation is for another type or number.
    #[error("the reservation is for another document")]
    ReservationOtherDocument,
    /// The reservation was signed under another request id.
    #[error("the reservation was signed by another request")]
    ReservationUsed,
    /// The reservation cannot be signed any more.
    #[error("the reservation ended at {expired_at}")]
    ReservationExpired {
        /// Its end, Unix seconds.
        expired_at: u64,
    },
    /// The office has too many reservations that wait for their signature.
    #[error("too many reservations of this office wait for their signature")]
    TooManyReservations {
        /// Seconds after which there is room again.
        retry_seconds: u64,
    },
    /// The service makes no seals.
    #[error("this service makes no seals")]
    SealsNotServed,
    /// The service makes no seals for this type.
    #[error("this service makes no seals for documents of type {document_type}")]
    SealTypeOff {
        /// The type asked for.
        document_type: DocumentType,
    },
    /// The seal cannot be made again: the key or the prefix is another one.
    #[error("the seal of {name} cannot be made again: its key or prefix was changed")]
    SealNotRebuilt {
        /// The reservation.
        name: ReservationName,
    },

    // --- status
    /// The service publishes no status lists.
    #[error("this service publishes no status lists")]
    StatusNotServed,
    /// The office may not change the status of its documents.
    #[error("the office may not change the status of its documents")]
    StatusNotAllowedToOffice,
    /// There is no released signature that could have a status.
    #[error("the act has no released signature")]
    StatusNotSigned,
    /// The signature is older than status lists.
    #[error("the signature has no status index")]
    StatusAbsent,
    /// The status cannot become the one asked for.
    #[error("the status is {from} and cannot become {to}")]
    StatusNotAllowed {
        /// What it is.
        from: StatusValue,
        /// What was asked for.
        to: StatusValue,
    },

    // --- the document
    /// The document cannot be read.
    #[error("the document cannot be signed: {0}")]
    Pdf(PdfError),
    /// The document can be read and must not be signed.
    #[error("the document cannot be signed: {0}")]
    Prepare(PrepareError),
    /// More octets than the service takes.
    #[error("the document is over the limit of {limit_bytes} octets")]
    DocumentTooLarge {
        /// Octets allowed.
        limit_bytes: u64,
    },
    /// The signed file cannot be made again: it was made by another version of the service.
    #[error("the signed document cannot be rebuilt; the CMS of {name} is recorded")]
    NotRebuilt {
        /// The act.
        name: SignatureName,
    },

    // --- our surroundings
    /// The wall clock is behind what is recorded.
    #[error("the clock says {now}, after {last_recorded} was recorded")]
    ClockDoubtful {
        /// The wall clock, Unix seconds.
        now: u64,
        /// Time of the last entry, Unix seconds.
        last_recorded: u64,
    },
    /// The signing certificate's time has not come.
    #[error("the signing certificate is not valid before {not_before}")]
    CertificateNotYetValid {
        /// Start of its validity, Unix seconds.
        not_before: u64,
    },
    /// The signing certificate has ended, or ends within a day.
    #[error("the signing certificate ends at {not_after}")]
    CertificateEnds {
        /// End of its validity, Unix seconds.
        not_after: u64,
    },
    /// No space for the record. Nothing was recorded or signed.
    #[error("the register's disk is full")]
    RegisterFull,
    /// Another program holds the register's write lock. Nothing was recorded or signed.
    #[error("the register is held by another program")]
    RegisterBusy,
    /// Too many requests wait for the register. Nothing was recorded or signed.
    #[error("too many requests wait for the register")]
    QueueFull,
    /// Too many documents are held at once. Nothing was recorded or signed.
    #[error("too many documents are being signed")]
    DocumentsBusy,
    /// The register stopped at the first doubt. Nothing was signed for this request.
    #[error("the register has stopped: {0}")]
    RegisterStopped(StopCause),
    /// A record could not be read.
    #[error("the register cannot be read (SQLite code {code})")]
    RegisterUnreadable {
        /// Extended result code of SQLite, or 0 when the value itself is impossible.
        code: i32,
    },
    /// A record is not what was recorded.
    #[error("the record of {name} is damaged")]
    RecordDamaged {
        /// The act.
        name: SignatureName,
    },
    /// The key gave no signature value. The intent is on record and open: the same request completes it.
    #[error("the key cannot be used: {0}")]
    KeyUnavailable(KeyError),
    /// The key of the seals gave no signature value. Nothing is on record.
    #[error("the seal key cannot be used: {0}")]
    SealKeyUnavailable(KeyError),
    /// The key may have signed, and the outcome is not on record; nothing was released. The same request completes it.
    #[error("the outcome is not recorded")]
    OutcomeUnknown,

    // --- our own faults
    /// The CMS that was made is not what was recorded. It was dropped and the act abandoned.
    #[error("the signature that was made is not what was recorded: {0}")]
    SelfCheckFailed(SelfCheck),
    /// The signed attributes or the CMS could not be built.
    #[error("the signed attributes cannot be built: {0}")]
    Attributes(CmsError),
    /// The signing statement could not be built.
    #[error("the signing statement cannot be built: {0}")]
    Statement(StatementError),
    /// No status index was to be had.
    #[error("no status index is left")]
    StatusIndexMissing,
    /// The seal could not be made.
    #[error("the seal cannot be made: {0}")]
    Seal(SealError),
    /// The CMS could not be put into the document that was prepared for it. It is recorded.
    #[error("the signature cannot be embedded: {0}")]
    Embed(EmbedError),
    /// The task that did the work ended without an answer.
    #[error("the task of the request ended without an answer")]
    TaskLost,
}

/// What is wrong with a field of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FieldFault {
    /// A text.
    #[error(transparent)]
    Text(#[from] TextFault),
    /// A digest of the wrong length.
    #[error("has {length} octets; a SHA-256 digest has 32")]
    DigestLength {
        /// Octets found.
        length: usize,
    },
    /// An enum value that the contract does not have, or its zero.
    #[error("is not a document type of the contract")]
    DocumentType,
    /// An enum value that the contract does not have, its zero, or one that the service gives by itself.
    #[error("is not a status that can be set")]
    Status,
    /// An enum value that the contract does not have, or one that the service gives by itself.
    #[error("is not a reason of the contract that can be given")]
    StatusReason,
    /// An enum value that the contract does not have, or its zero.
    #[error("is not a value of the contract")]
    EnumValue,
    /// A seal's text without its hash, or with another one.
    #[error("is not the text of the seal that seal_hash names")]
    SealText,
    /// Both ways of naming a reservation.
    #[error("must be empty when seal_hash is given")]
    ReservationTwice,
    /// Not a day of the calendar.
    #[error("is not a day of the calendar")]
    Date,
    /// A number that its field does not take.
    #[error("is {number}; at most {limit} is allowed")]
    NumberTooLarge {
        /// Number found.
        number: u32,
        /// Number allowed.
        limit: u32,
    },
    /// Claims for another type of document.
    #[error("are not the claims of this document type")]
    ClaimsOtherType,
    /// What is printed cannot stand in a seal.
    #[error("cannot be sealed: {0}")]
    Claims(ClaimsError),
    /// Too few or too many items.
    #[error("has {count} items; 1 to {limit} are allowed")]
    BatchSize {
        /// Items found.
        count: usize,
        /// Items allowed.
        limit: usize,
    },
    /// The id stands in the batch before.
    #[error("repeats the request_id of an earlier item")]
    RepeatedInBatch,
    /// A negative page size.
    #[error("is negative")]
    PageSize,
    /// Not a token that this office was given.
    #[error("is not a token that ListSignatures gave this office")]
    PageToken,
    /// The stream begins with something else.
    #[error("must be the first message of the stream")]
    HeaderMissing,
    /// A second header.
    #[error("occurs a second time")]
    HeaderRepeated,
    /// A message with neither part.
    #[error("is a message without header or chunk")]
    PartMissing,
    /// Too many octets in one message.
    #[error("has {length} octets; at most {limit} are allowed in one message")]
    ChunkTooLarge {
        /// Octets found.
        length: usize,
        /// Octets allowed.
        limit: usize,
    },
    /// No octets at all.
    #[error("is an empty document")]
    EmptyDocument,
    /// The announced size is not the size that came.
    #[error("announced {announced} octets, and {received} came")]
    SizeDiffers {
        /// Octets announced.
        announced: u64,
        /// Octets received.
        received: u64,
    },
}

/// What the re-reading of a made CMS found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SelfCheck {
    /// The CMS could not be made, or does not read.
    #[error("the CMS cannot be made: {0}")]
    Cms(CmsError),
    /// Its message-digest is not the document digest.
    #[error("message-digest differs")]
    MessageDigest,
    /// Its signed attributes are not those that were recorded.
    #[error("signed attributes differ")]
    SignedAttributes,
    /// Its signing statement is not the recorded one.
    #[error("signing statement differs")]
    Statement,
    /// Its signature value is not the one that the key gave.
    #[error("signature value differs")]
    SignatureValue,
    /// Its signing certificate is not the key's.
    #[error("signing certificate differs")]
    SigningCertificate,
}
