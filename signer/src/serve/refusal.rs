//! What the edge itself answers, before or instead of the service behind it.
//!
//! One status a kind, each with exactly one `ErrorInfo` of the domain `teken.v1` and an Indonesian text, as the contract says.

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::deadline::Deadline;

/// `ErrorInfo.domain` of everything that we answer.
const DOMAIN: &str = "teken.v1";

/// Why the edge answered in the service's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// The client certificate of an open connection was revoked or expired, or the anchor changed.
    CertificateNoLongerHolds,
    /// The revocation list is stale.
    RevocationUnknown,
    /// `grpc-timeout` cannot be read.
    DeadlineMalformed,
    /// The request had not arrived whole when its time was over: nothing was done.
    RequestTooSlow,
    /// The request had arrived and its answer was not complete when its time was over: it may be done.
    OutcomeUnknown,
    /// The connection is being ended, and the answer would go on for ever.
    ConnectionEnds,
}

impl Refused {
    /// What a request is answered whose time is over.
    pub(super) fn too_slow(deadline: &Deadline) -> Self {
        if deadline.request_was_complete() { Self::OutcomeUnknown } else { Self::RequestTooSlow }
    }

    /// `ErrorInfo.reason`; stable.
    pub(super) fn reason(self) -> &'static str {
        self.parts().1
    }

    pub(super) fn status(self) -> Status {
        let (code, reason, english, indonesian) = self.parts();
        let mut details = ErrorDetails::with_error_info(reason, DOMAIN, std::collections::HashMap::new());
        details.set_localized_message("id-ID", indonesian);
        Status::with_error_details(code, english, details)
    }

    fn parts(self) -> (Code, &'static str, &'static str, &'static str) {
        match self {
            Self::CertificateNoLongerHolds => (
                Code::PermissionDenied,
                "OFFICE_NOT_ALLOWED",
                "the office may not use this service",
                "Kantor ini tidak diizinkan memakai layanan ini.",
            ),
            Self::RevocationUnknown => (
                Code::Unavailable,
                "REVOCATION_UNKNOWN",
                "the service cannot tell which client certificates are revoked; nothing was signed, try again later",
                "Layanan tidak dapat memeriksa pencabutan sertifikat klien. Tidak ada yang ditandatangani; coba lagi nanti.",
            ),
            Self::DeadlineMalformed => (
                Code::InvalidArgument,
                "DEADLINE_MALFORMED",
                "grpc-timeout is not a timeout of at most eight digits and a unit",
                "Batas waktu permintaan (grpc-timeout) tidak dapat dibaca.",
            ),
            Self::RequestTooSlow => (
                Code::DeadlineExceeded,
                "REQUEST_TOO_SLOW",
                "the request did not arrive in time; nothing was signed",
                "Permintaan tidak diterima tepat waktu. Tidak ada yang ditandatangani.",
            ),
            Self::OutcomeUnknown => (
                Code::DeadlineExceeded,
                "OUTCOME_UNKNOWN",
                "the answer was not ready in time; repeat the request with the same request_id",
                "Jawaban tidak siap tepat waktu. Ulangi permintaan dengan request_id yang sama.",
            ),
            Self::ConnectionEnds => (
                Code::Unavailable,
                "CONNECTION_ENDS",
                "the connection is being ended; connect again",
                "Sambungan sedang ditutup; sambungkan kembali.",
            ),
        }
    }
}
