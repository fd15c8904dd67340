//! What the edge itself answers, before or instead of the service behind it.
//!
//! One status a kind, each with exactly one `ErrorInfo` of the domain `teken.v1` and an Indonesian text, as the
//! contract says. Where the service has the same refusal, its status is given, octet for octet.

use std::collections::HashMap;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::deadline::Deadline;
use crate::error::SignError;
use crate::wire::status::{DOMAIN, LOCALE, explain, status};

/// Why the edge answered in the service's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The client certificate of an open connection was revoked or expired, or the anchor changed.
    CertificateNoLongerHolds,
    /// The revocation list is stale.
    RevocationUnknown,
    /// A method that signs was called without `grpc-timeout`.
    DeadlineMissing,
    /// `grpc-timeout` cannot be read.
    DeadlineMalformed,
    /// The request had not arrived whole when its time was over: nothing was done.
    RequestTooSlow,
    /// The request had arrived and its answer was not complete when its time was over: it may be done.
    OutcomeUnknown,
    /// The connection is being ended, and the answer would go on for ever.
    ConnectionEnds,
}

/// Where a refusal's status comes from.
enum Source {
    /// The service's.
    Service(SignError),
    /// Ours: code, reason, English, Indonesian.
    Own(Code, &'static str, &'static str, &'static str),
}

impl Refused {
    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 7] = [
        Self::CertificateNoLongerHolds,
        Self::RevocationUnknown,
        Self::DeadlineMissing,
        Self::DeadlineMalformed,
        Self::RequestTooSlow,
        Self::OutcomeUnknown,
        Self::ConnectionEnds,
    ];

    /// What a request is answered whose time is over.
    pub(super) fn too_slow(deadline: &Deadline) -> Self {
        if deadline.request_was_complete() { Self::OutcomeUnknown } else { Self::RequestTooSlow }
    }

    /// `ErrorInfo.reason`; stable.
    pub(crate) fn reason(self) -> &'static str {
        match self.source() {
            Source::Service(error) => explain(&error).reason,
            Source::Own(_, reason, ..) => reason,
        }
    }

    /// The status that the client gets.
    pub(crate) fn status(self) -> Status {
        match self.source() {
            Source::Service(error) => status(&error),
            Source::Own(code, reason, english, indonesian) => {
                let mut details = ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new());
                details.set_localized_message(LOCALE, indonesian);
                Status::with_error_details(code, english, details)
            }
        }
    }

    fn source(self) -> Source {
        match self {
            // An office that is revoked and one that never was look alike.
            Self::CertificateNoLongerHolds => Source::Service(SignError::OfficeUnknown),
            Self::OutcomeUnknown => Source::Service(SignError::OutcomeUnknown),
            Self::RevocationUnknown => Source::Own(
                Code::Unavailable,
                "REVOCATION_UNKNOWN",
                "The service cannot tell which client certificates are revoked. Nothing was signed; try again later.",
                "Layanan tidak dapat memeriksa pencabutan sertifikat klien. Tidak ada yang ditandatangani; coba lagi nanti.",
            ),
            Self::DeadlineMissing => Source::Own(
                Code::InvalidArgument,
                "DEADLINE_MISSING",
                "A call that signs needs a deadline (grpc-timeout). Set one in the client, such as 20 seconds.",
                "Permintaan tanda tangan harus memiliki batas waktu (grpc-timeout). Aturlah pada aplikasi klien, misalnya 20 detik.",
            ),
            Self::DeadlineMalformed => Source::Own(
                Code::InvalidArgument,
                "DEADLINE_MALFORMED",
                "grpc-timeout is not at most eight digits and a unit. Correct the client.",
                "Batas waktu permintaan (grpc-timeout) tidak dapat dibaca. Perbaiki aplikasi klien.",
            ),
            Self::RequestTooSlow => Source::Own(
                Code::DeadlineExceeded,
                "REQUEST_TOO_SLOW",
                "The request did not arrive in time. Nothing was signed; send it again.",
                "Permintaan tidak diterima tepat waktu. Tidak ada yang ditandatangani; kirim kembali.",
            ),
            Self::ConnectionEnds => Source::Own(
                Code::Unavailable,
                "CONNECTION_ENDS",
                "The connection is being ended. Connect again.",
                "Sambungan sedang ditutup. Sambungkan kembali.",
            ),
        }
    }
}
