//! One failed attempt at a call: who said so, what it means for the request, and whether repeating it can help.
//!
//! A status that carries the service's own reason is an answer; one without it came from the transport, which does not know what the
//! service did. Even the service's UNAVAILABLE leaves doubt: an intent whose key could not be used is on record and may be completed.

use std::{error::Error, fmt, io, time::Duration};

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// The domain of the service's own errors (`ErrorInfo.domain`).
const DOMAIN: &str = "teken.v1";

/// Longest wait that a service may ask for: a hostile or confused one must not hold a counter for a day.
const RETRY_LIMIT: Duration = Duration::from_secs(60);

/// Longest text of a service that is kept, in characters.
const TEXT_LIMIT: usize = 1_000;

/// What a failed attempt means for the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The service said no. This attempt signed nothing, and repeating it gives the same answer.
    Refused,
    /// Nothing was signed by this attempt; later it may be.
    NotDone,
    /// It may have been signed. Only the same request, sent again, can tell.
    Unknown,
    /// The service says that it is broken: it may have been signed, and repeating it now does not help.
    Broken,
    /// The two sides do not accept each other's certificates. Nothing was sent.
    Untrusted,
}

/// One failed attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What it means.
    pub standing: Standing,
    /// The status code.
    pub code: Code,
    /// The service's stable reason, when it gave one.
    pub reason: Option<String>,
    /// English text.
    pub message: String,
    /// Indonesian text, when the service gave one.
    pub message_id: Option<String>,
    /// How long the service asks to wait.
    pub retry_after: Option<Duration>,
}

impl Fault {
    /// Reads a status.
    #[must_use]
    pub fn from_status(status: &Status) -> Self {
        let details = status.get_error_details();
        let reason = details
            .error_info()
            .filter(|info| info.domain == DOMAIN && !info.reason.is_empty())
            .map(|info| printable(&info.reason));
        let retry_after = details.retry_info().and_then(|info| info.retry_delay).map(|delay| delay.min(RETRY_LIMIT));
        let message_id = details
            .localized_message()
            .filter(|text| text.locale.to_ascii_lowercase().starts_with("id"))
            .map(|text| printable(&text.message));
        let standing = if untrusted(status) {
            Standing::Untrusted
        } else if reason.is_some() {
            answered(status.code(), retry_after)
        } else {
            transported(status.code())
        };
        Self {
            standing,
            code: status.code(),
            reason,
            message: printable(&deepest_text(status)),
            message_id,
            retry_after,
        }
    }

    /// An item of a batch.
    pub(crate) fn from_item(status: &proto::teken::v1::ItemStatus) -> Self {
        let code = Code::from_i32(status.code);
        // An item has no place for a time to wait. The service is full; a document that is too large cannot be in a batch of digests.
        let full = (code == Code::ResourceExhausted).then_some(Duration::ZERO);
        Self {
            standing: answered(code, full),
            code,
            reason: (!status.reason.is_empty()).then(|| printable(&status.reason)),
            message: printable(&status.message),
            message_id: (!status.message_id.is_empty()).then(|| printable(&status.message_id)),
            retry_after: None,
        }
    }

    /// The call gave no sign of life within its time.
    pub(crate) fn silence(limit: Duration) -> Self {
        Self {
            standing: Standing::Unknown,
            code: Code::DeadlineExceeded,
            reason: None,
            message: format!("no answer within {} s", limit.as_secs()),
            message_id: None,
            retry_after: None,
        }
    }

    /// A stream ended before it had answered everything.
    pub(crate) fn cut_short() -> Self {
        Self {
            standing: Standing::Unknown,
            code: Code::Unknown,
            reason: None,
            message: "the answer was cut short".to_owned(),
            message_id: None,
            retry_after: None,
        }
    }

    /// Whether sending the same request again can help.
    #[must_use]
    pub const fn can_be_repeated(&self) -> bool {
        matches!(self.standing, Standing::NotDone | Standing::Unknown)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Some(reason) => write!(f, "{reason}: {}", self.message),
            None => write!(f, "{:?}: {}", self.code, self.message),
        }
    }
}

impl Error for Fault {}

/// What the service's own codes mean (the table of codes in the service's contract).
const fn answered(code: Code, retry_after: Option<Duration>) -> Standing {
    match code {
        Code::ResourceExhausted if retry_after.is_some() => Standing::NotDone,
        // Aborted: the same request is under way, perhaps an earlier attempt of ours.
        Code::Unavailable | Code::Aborted | Code::DeadlineExceeded | Code::Cancelled => Standing::Unknown,
        Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::Unauthenticated => Standing::Refused,
        // A service that answers OK in place of an error is as broken as one that says so.
        Code::Internal | Code::DataLoss | Code::Unknown | Code::Ok => Standing::Broken,
    }
}

/// What the transport's codes mean. It does not know whether the service got the request: even UNAVAILABLE is also tonic's word
/// for a connection that went silent while a call was under way.
const fn transported(code: Code) -> Standing {
    match code {
        Code::Unavailable
        | Code::Unknown
        | Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Internal
        | Code::Aborted
        | Code::ResourceExhausted => Standing::Unknown,
        // Given without the handler having run: no such method, a message over the codec's limit, a caller that is not accepted by
        // whoever ends TLS before the service.
        Code::Unimplemented | Code::OutOfRange | Code::Unauthenticated | Code::PermissionDenied => Standing::Refused,
        // Teken gives these with a reason, and a transport does not give them.
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::FailedPrecondition
        | Code::DataLoss => Standing::Broken,
    }
}

/// Alerts by which a peer says that it does not take our certificate, or has none that we take (RFC 8446, 6.2).
const CERTIFICATE_ALERTS: [rustls::AlertDescription; 10] = {
    use rustls::AlertDescription as Alert;
    [
        Alert::BadCertificate,
        Alert::UnsupportedCertificate,
        Alert::CertificateRevoked,
        Alert::CertificateExpired,
        Alert::CertificateUnknown,
        Alert::UnknownCA,
        Alert::AccessDenied,
        Alert::CertificateRequired,
        Alert::HandshakeFailure,
        Alert::DecryptError,
    ]
};

/// Whether TLS itself failed on a certificate, by either side's word. rustls hides in `io::Error`s on the way up.
fn untrusted(status: &Status) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Error::source(status);
    while let Some(error) = next {
        if error.downcast_ref::<rustls::Error>().is_some_and(is_about_certificates) {
            return true;
        }
        let below = inside(error);
        // In TLS 1.3 a client hears of its own refused certificate on its first read, and there h2 keeps the text of an I/O error only.
        if below.is_none() && CERTIFICATE_ALERTS.iter().any(|alert| error.to_string().ends_with(&alert_text(*alert))) {
            return true;
        }
        next = below;
    }
    false
}

fn alert_text(alert: rustls::AlertDescription) -> String {
    rustls::Error::AlertReceived(alert).to_string()
}

/// The next error down. `io::Error::source` skips the very error that it wraps.
fn inside<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

fn is_about_certificates(error: &rustls::Error) -> bool {
    match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => true,
        rustls::Error::AlertReceived(alert) => CERTIFICATE_ALERTS.contains(alert),
        _ => false,
    }
}

/// tonic says "transport error"; the cause is what a person can use.
fn deepest_text(status: &Status) -> String {
    let mut deepest: Option<&(dyn Error + 'static)> = None;
    let mut next: Option<&(dyn Error + 'static)> = Error::source(status);
    while let Some(error) = next {
        deepest = Some(error);
        next = inside(error);
    }
    let text = status.message();
    match deepest.map(ToString::to_string) {
        Some(cause) if !text.contains(&cause) => format!("{text}: {cause}"),
        _ => text.to_owned(),
    }
}

/// A service's text goes to a terminal: no control characters, and not without end.
fn printable(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(TEXT_LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use tonic_types::ErrorDetails;

    use super::*;

    fn answered_status(code: Code, retry: Option<Duration>) -> Status {
        let mut details = ErrorDetails::new();
        details.set_error_info("SOME_REASON", DOMAIN, std::collections::HashMap::<String, String>::new());
        details.set_localized_message("id-ID", "teks");
        if retry.is_some() {
            details.set_retry_info(retry);
        }
        Status::with_error_details(code, "text", details)
    }

    #[test]
    fn each_code_of_the_service_has_one_meaning() {
        for (code, standing) in [
            (Code::InvalidArgument, Standing::Refused),
            (Code::NotFound, Standing::Refused),
            (Code::AlreadyExists, Standing::Refused),
            (Code::PermissionDenied, Standing::Refused),
            (Code::FailedPrecondition, Standing::Refused),
            (Code::ResourceExhausted, Standing::Refused),
            (Code::OutOfRange, Standing::Refused),
            (Code::Unimplemented, Standing::Refused),
            (Code::Unauthenticated, Standing::Refused),
            (Code::Unavailable, Standing::Unknown),
            (Code::Aborted, Standing::Unknown),
            (Code::DeadlineExceeded, Standing::Unknown),
            (Code::Cancelled, Standing::Unknown),
            (Code::Internal, Standing::Broken),
            (Code::DataLoss, Standing::Broken),
            (Code::Unknown, Standing::Broken),
        ] {
            assert_eq!(Fault::from_status(&answered_status(code, None)).standing, standing, "{code:?}");
        }
    }

    #[test]
    fn a_full_service_that_names_a_time_is_asked_again() {
        let fault = Fault::from_status(&answered_status(Code::ResourceExhausted, Some(Duration::from_secs(3))));
        assert_eq!((fault.standing, fault.retry_after), (Standing::NotDone, Some(Duration::from_secs(3))));
    }

    #[test]
    fn no_service_can_ask_for_a_wait_of_a_day() {
        let fault = Fault::from_status(&answered_status(Code::Unavailable, Some(Duration::from_secs(86_400))));
        assert_eq!(fault.retry_after, Some(RETRY_LIMIT));
    }

    #[test]
    fn a_status_without_the_services_reason_is_the_transports_and_leaves_doubt() {
        for (code, standing) in [
            (Code::Unavailable, Standing::Unknown),
            (Code::Internal, Standing::Unknown),
            (Code::Unknown, Standing::Unknown),
            (Code::Cancelled, Standing::Unknown),
            (Code::DeadlineExceeded, Standing::Unknown),
            (Code::Unimplemented, Standing::Refused),
            (Code::OutOfRange, Standing::Refused),
            (Code::InvalidArgument, Standing::Broken),
            (Code::Ok, Standing::Broken),
        ] {
            assert_eq!(Fault::from_status(&Status::new(code, "text")).standing, standing, "{code:?}");
        }
        let mut foreign = ErrorDetails::new();
        foreign.set_error_info("SOME_REASON", "proxy.example", std::collections::HashMap::<String, String>::new());
        let foreign = Status::with_error_details(Code::Internal, "text", foreign);
        assert_eq!(Fault::from_status(&foreign).standing, Standing::Unknown);
    }

    #[test]
    fn both_languages_and_the_reason_are_kept_without_control_characters() {
        let mut details = ErrorDetails::new();
        details.set_error_info("R\u{1b}[31m", DOMAIN, std::collections::HashMap::<String, String>::new());
        details.set_localized_message("id-ID", "tek\ns");
        let fault = Fault::from_status(&Status::with_error_details(Code::NotFound, "te\u{7}xt", details));
        assert_eq!(fault.reason.as_deref(), Some("R[31m"));
        assert_eq!(fault.message, "text");
        assert_eq!(fault.message_id.as_deref(), Some("teks"));
        assert_eq!(fault.to_string(), "R[31m: text");
    }

    #[test]
    fn a_refused_certificate_is_found_under_the_layers_of_the_transport() {
        #[derive(Debug)]
        struct Layer(io::Error);
        impl fmt::Display for Layer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("transport error")
            }
        }
        impl Error for Layer {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&self.0)
            }
        }
        let layered = |error: rustls::Error| Status::from_error(Box::new(Layer(io::Error::other(error))));
        let revoked = rustls::Error::AlertReceived(rustls::AlertDescription::CertificateRevoked);
        let fault = Fault::from_status(&layered(revoked));
        assert_eq!(fault.standing, Standing::Untrusted);
        assert_eq!(fault.message, "transport error: received fatal alert: CertificateRevoked");
        let foreign = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        assert_eq!(Fault::from_status(&layered(foreign)).standing, Standing::Untrusted);
        let only_the_text = Layer(io::Error::other("received fatal alert: CertificateRevoked"));
        assert_eq!(Fault::from_status(&Status::from_error(Box::new(only_the_text))).standing, Standing::Untrusted);
        let other = rustls::Error::AlertReceived(rustls::AlertDescription::InternalError);
        assert_eq!(Fault::from_status(&layered(other)).standing, Standing::Unknown);
    }
}
