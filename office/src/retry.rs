//! When the same request is sent again: bounded exponential waits with jitter, never before the service asked, never after the
//! budget. A pure function of attempt, time and seed; the caller sleeps.

use std::time::Duration;

use crate::{fault::Fault, request_id::RequestId};

/// First wait.
const FIRST: Duration = Duration::from_millis(200);
/// Longest wait that is ours to choose.
const LONGEST: Duration = Duration::from_secs(8);

/// The waits between the attempts at one request.
#[derive(Debug, Clone)]
pub(crate) struct Retry {
    give_up: Duration,
    attempts: u32,
    random: u64,
}

impl Retry {
    /// `seed` spreads the waits of many clients that lost the service at the same moment. A request id is random, and at hand.
    #[must_use]
    pub(crate) fn new(give_up: Duration, seed: &RequestId) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = *seed.as_bytes();
        Self { give_up, attempts: 0, random: u64::from_be_bytes([a, b, c, d, e, f, g, h]) | 1 }
    }

    /// Attempts that failed so far.
    #[must_use]
    pub(crate) const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How long to wait after this failure, or `None` to give up. `elapsed` is the time since the first attempt began.
    pub(crate) fn after(&mut self, fault: &Fault, elapsed: Duration) -> Option<Duration> {
        self.attempts = self.attempts.saturating_add(1);
        if !fault.can_be_repeated() {
            return None;
        }
        let doubled = FIRST.saturating_mul(1_u32.checked_shl(self.attempts.saturating_sub(1)).unwrap_or(u32::MAX));
        let chosen = self.jittered(doubled.min(LONGEST));
        let wait = chosen.max(fault.retry_after.unwrap_or_default());
        (elapsed.saturating_add(wait) < self.give_up).then_some(wait)
    }

    /// Between one half and the whole of `wait`.
    fn jittered(&mut self, wait: Duration) -> Duration {
        // xorshift64 (Marsaglia 2003): spreads, and need not be unpredictable.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let half = wait / 2;
        half.saturating_add(half.mul_f64((self.random >> 11) as f64 / (1_u64 << 53) as f64))
    }
}

#[cfg(test)]
mod tests {
    use tonic::Status;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn away() -> Fault {
        Fault::from_status(&Status::unavailable("away"))
    }

    fn retry(give_up: Duration) -> Retry {
        Retry::new(give_up, &RequestId::from_random([7; 16]))
    }

    #[test]
    fn waits_double_up_to_a_bound_and_stay_between_half_and_whole() {
        let mut retry = retry(MINUTE);
        for whole in [200, 400, 800, 1_600, 3_200, 6_400, 8_000, 8_000, 8_000] {
            let whole = Duration::from_millis(whole);
            let wait = retry.after(&away(), Duration::ZERO).expect("within the budget");
            assert!(whole / 2 <= wait && wait <= whole, "{wait:?} of {whole:?}");
        }
        assert_eq!(retry.attempts(), 9);
    }

    #[test]
    fn the_hundredth_attempt_is_as_bounded_as_the_tenth() {
        let mut retry = retry(MINUTE);
        let last = (0..100).map(|_| retry.after(&away(), Duration::ZERO).expect("within the budget")).last();
        assert!(last.is_some_and(|wait| wait <= LONGEST));
    }

    #[test]
    fn two_clients_do_not_wait_alike() {
        let mut other = Retry::new(MINUTE, &RequestId::from_random([8; 16]));
        assert_ne!(retry(MINUTE).after(&away(), Duration::ZERO), other.after(&away(), Duration::ZERO));
    }

    #[test]
    fn the_service_is_not_asked_before_it_said() {
        let fault = Fault { retry_after: Some(Duration::from_secs(20)), ..away() };
        assert_eq!(retry(MINUTE).after(&fault, Duration::ZERO), Some(Duration::from_secs(20)));
    }

    #[test]
    fn a_wait_that_would_end_after_the_budget_is_not_begun() {
        let fault = Fault { retry_after: Some(Duration::from_secs(20)), ..away() };
        assert_eq!(retry(MINUTE).after(&fault, Duration::from_secs(41)), None);
        assert_eq!(retry(Duration::ZERO).after(&away(), Duration::ZERO), None);
    }

    #[test]
    fn a_refusal_is_not_repeated() {
        let fault = Fault { standing: crate::fault::Standing::Refused, ..away() };
        assert_eq!(retry(MINUTE).after(&fault, Duration::ZERO), None);
    }
}
