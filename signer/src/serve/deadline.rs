//! When a request's time is over.
//!
//! The time runs from the headers to the end of the answer. Octets that move, in either direction, lengthen it at a
//! fixed rate, so a large document over an office's line has the time it needs while a trickle has not. A client's own
//! `grpc-timeout` is never lengthened.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use http::HeaderMap;
use tokio::time::{Instant, sleep_until};

use crate::limits::{ServerLimits, seconds};

/// The header of the client's own deadline (gRPC over HTTP/2, "Requests").
const TIMEOUT: &str = "grpc-timeout";

/// The deadline of one request.
#[derive(Debug)]
pub(super) struct Deadline {
    started: Instant,
    allowed: Duration,
    bytes_per_second: u32,
    moved: AtomicU64,
    /// What the client allows.
    wanted: OnceLock<Duration>,
    lifted: AtomicBool,
    passed: AtomicBool,
    request_complete: AtomicBool,
}

/// The header is not what the gRPC protocol says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MalformedTimeout;

impl Deadline {
    pub(super) fn new(limits: &ServerLimits) -> Self {
        Self {
            started: Instant::now(),
            allowed: seconds(limits.request_seconds),
            bytes_per_second: limits.transfer_bytes_per_second.get(),
            moved: AtomicU64::new(0),
            wanted: OnceLock::new(),
            lifted: AtomicBool::new(false),
            passed: AtomicBool::new(false),
            request_complete: AtomicBool::new(false),
        }
    }

    /// Whether the client told a deadline of its own.
    pub(super) fn is_told(headers: &HeaderMap) -> bool {
        headers.contains_key(TIMEOUT)
    }

    /// Takes the client's own deadline into account.
    pub(super) fn shorten(&self, headers: &HeaderMap) -> Result<(), MalformedTimeout> {
        if let Some(header) = headers.get(TIMEOUT) {
            let _set_once = self.wanted.set(timeout(header.as_bytes()).ok_or(MalformedTimeout)?);
        }
        Ok(())
    }

    /// This request has no deadline.
    pub(super) fn lift(&self) {
        self.lifted.store(true, Ordering::Relaxed);
    }

    /// So many octets moved.
    pub(super) fn moved(&self, octets: usize) {
        self.moved.fetch_add(u64::try_from(octets).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The whole request was read.
    pub(super) fn request_is_complete(&self) {
        self.request_complete.store(true, Ordering::Relaxed);
    }

    /// Whether the whole request was read, so that its work may be done.
    pub(super) fn request_was_complete(&self) -> bool {
        self.request_complete.load(Ordering::Relaxed)
    }

    /// Whether the time is over, as [`passes`](Self::passes) found.
    pub(super) fn has_passed(&self) -> bool {
        self.passed.load(Ordering::Relaxed)
    }

    /// Ends when the time is over.
    pub(super) async fn passes(&self) {
        while let Some(at) = self.at() {
            if at <= Instant::now() {
                self.passed.store(true, Ordering::Relaxed);
                return;
            }
            sleep_until(at).await;
        }
        std::future::pending().await
    }

    /// The deadline as it stands now.
    fn at(&self) -> Option<Instant> {
        if self.lifted.load(Ordering::Relaxed) {
            return None;
        }
        let earned = self.moved.load(Ordering::Relaxed) / u64::from(self.bytes_per_second.max(1));
        let allowed = self.allowed.saturating_add(Duration::from_secs(earned));
        let allowed = self.wanted.get().map_or(allowed, |wanted| allowed.min(*wanted));
        self.started.checked_add(allowed)
    }
}

/// ```text
/// Timeout → "grpc-timeout" TimeoutValue TimeoutUnit
/// TimeoutValue → {positive integer as ASCII string of at most 8 digits}
/// TimeoutUnit → Hour / Minute / Second / Millisecond / Microsecond / Nanosecond   ("H" "M" "S" "m" "u" "n")
/// ```
/// (gRPC over HTTP/2, "Requests".)
fn timeout(header: &[u8]) -> Option<Duration> {
    let (unit, digits) = header.split_last()?;
    if digits.is_empty() || digits.len() > 8 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value: u64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    match unit {
        b'H' => Some(Duration::from_secs(value.checked_mul(3_600)?)),
        b'M' => Some(Duration::from_secs(value.checked_mul(60)?)),
        b'S' => Some(Duration::from_secs(value)),
        b'm' => Some(Duration::from_millis(value)),
        b'u' => Some(Duration::from_micros(value)),
        b'n' => Some(Duration::from_nanos(value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::sync::Arc;

    use http::HeaderValue;

    use super::*;

    fn deadline(request_seconds: u32, bytes_per_second: u32) -> Arc<Deadline> {
        let positive = |number| NonZeroU32::new(number).expect("a test's limit");
        Arc::new(Deadline::new(&ServerLimits {
            request_seconds: positive(request_seconds),
            transfer_bytes_per_second: positive(bytes_per_second),
            ..ServerLimits::default()
        }))
    }

    async fn passes_after(deadline: &Deadline) -> Duration {
        let start = Instant::now();
        deadline.passes().await;
        start.elapsed()
    }

    fn header(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([("grpc-timeout".parse().expect("a name"), HeaderValue::from_static(value))])
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_moves_nothing_has_its_time_and_no_more() {
        let deadline = deadline(30, 1_000);
        assert!(!deadline.has_passed());
        assert_eq!(passes_after(&deadline).await, Duration::from_secs(30));
        assert!(deadline.has_passed());
    }

    #[tokio::test(start_paused = true)]
    async fn one_octet_a_second_earns_nothing() {
        let deadline = deadline(30, 1_000);
        let trickle = Arc::clone(&deadline);
        let sender = tokio::spawn(async move {
            loop {
                trickle.moved(1);
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        assert_eq!(passes_after(&deadline).await, Duration::from_secs(30));
        sender.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn octets_at_the_rate_lengthen_the_time() {
        let deadline = deadline(30, 1_000);
        deadline.moved(20_000);
        assert_eq!(passes_after(&deadline).await, Duration::from_secs(50));
    }

    #[tokio::test(start_paused = true)]
    async fn octets_that_move_while_it_waits_count_too() {
        let deadline = deadline(30, 1_000);
        let upload = Arc::clone(&deadline);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(29)).await;
            upload.moved(5_000);
        });
        assert_eq!(passes_after(&deadline).await, Duration::from_secs(35));
    }

    #[tokio::test(start_paused = true)]
    async fn the_clients_shorter_deadline_wins_and_octets_do_not_lengthen_it() {
        let deadline = deadline(30, 1_000);
        assert_eq!(deadline.shorten(&header("2S")), Ok(()));
        deadline.moved(20_000);
        assert_eq!(passes_after(&deadline).await, Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn the_clients_longer_deadline_does_not_win() {
        let deadline = deadline(30, 1_000);
        assert_eq!(deadline.shorten(&header("99999999H")), Ok(()));
        assert_eq!(passes_after(&deadline).await, Duration::from_secs(30));
    }

    #[test]
    fn a_timeout_is_at_most_eight_digits_and_a_unit() {
        for (header, expected) in [
            ("1H", Some(Duration::from_secs(3_600))),
            ("3M", Some(Duration::from_secs(180))),
            ("7S", Some(Duration::from_secs(7))),
            ("250m", Some(Duration::from_millis(250))),
            ("99999999u", Some(Duration::from_micros(99_999_999))),
            ("1n", Some(Duration::from_nanos(1))),
            ("", None),
            ("S", None),
            ("5", None),
            ("5s", None),
            ("-5S", None),
            ("+5S", None),
            ("5.0S", None),
            ("123456789S", None),
            ("5 S", None),
        ] {
            assert_eq!(timeout(header.as_bytes()), expected, "{header:?}");
        }
    }
}
