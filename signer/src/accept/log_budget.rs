//! How many lines strangers may write into our log.
//!
//! A refused connection costs a stranger one packet and us one line; without a bound he fills the disk that the register
//! needs. So a window of time has a fixed number of lines, and the first line after a full window tells how many are
//! missing.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Lines in one window: enough to see every refusal of an ordinary day, 430,000 lines a day at the most.
const LINES: u32 = 50;
const WINDOW: Duration = Duration::from_secs(10);

/// The lines that may still be written.
#[derive(Debug, Default)]
pub(crate) struct LogBudget(Mutex<Option<Window>>);

#[derive(Debug)]
struct Window {
    began: Instant,
    written: u32,
    left_out: u64,
}

impl LogBudget {
    /// Leave to write one line, with the number of lines that were left out before it; `None` when this one is to be left
    /// out.
    pub(crate) fn take(&self) -> Option<u64> {
        let now = Instant::now();
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *state {
            Some(window) if now.duration_since(window.began) < WINDOW => {
                if window.written >= LINES {
                    window.left_out = window.left_out.saturating_add(1);
                    return None;
                }
                window.written = window.written.saturating_add(1);
                Some(0)
            }
            before => {
                let left_out = before.as_ref().map_or(0, |window| window.left_out);
                *before = Some(Window { began: now, written: 1, left_out: 0 });
                Some(left_out)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_window_has_fifty_lines_and_the_next_one_tells_how_many_are_missing() {
        let budget = LogBudget::default();
        assert_eq!((0..50).filter_map(|_| budget.take()).collect::<Vec<_>>(), [0; 50]);
        assert_eq!((0..1_000).filter_map(|_| budget.take()).count(), 0);
        tokio::time::advance(WINDOW).await;
        assert_eq!(budget.take(), Some(1_000));
        assert_eq!(budget.take(), Some(0));
    }
}
