//! `accept(2)` that never gives up (RUSTSEC-2024-0376 is what happens otherwise).
//!
//! An error of `accept` is either about the one connection that just died, which costs nothing, or about us (no
//! descriptors, no memory), which passes only if we wait and let go of something.

use std::io;
use std::time::Duration;

use rustix::io::Errno;

/// First and longest wait. The longest is what keeps an honest client waiting once descriptors are there again.
const SHORTEST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(320);

/// What an error of `accept` is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// The connection that was to be accepted (accept(2), "Error handling").
    TheConnection,
    /// Us: descriptors, memory, or something unheard of.
    Ourselves,
}

fn about(error: &io::Error) -> About {
    match Errno::from_io_error(error) {
        Some(
            Errno::CONNABORTED
            | Errno::CONNRESET
            | Errno::NETDOWN
            | Errno::PROTO
            | Errno::NOPROTOOPT
            | Errno::HOSTDOWN
            | Errno::NONET
            | Errno::HOSTUNREACH
            | Errno::OPNOTSUPP
            | Errno::NETUNREACH
            | Errno::PERM
            | Errno::INTR
            | Errno::TIMEDOUT,
        ) => About::TheConnection,
        _ => About::Ourselves,
    }
}

/// The next connection, however long it takes. After an error that is about us, `let_go` is called and the loop waits.
pub(crate) async fn accept_next<T>(
    mut accept: impl AsyncFnMut() -> io::Result<T>,
    mut let_go: impl FnMut() -> usize,
) -> T {
    let mut wait = SHORTEST;
    loop {
        match accept().await {
            Ok(connection) => return connection,
            Err(error) if about(&error) == About::TheConnection => {
                tracing::debug!(%error, "a connection ended before it was accepted");
                tokio::task::yield_now().await; // a listener that fails at every call must not hold the thread
            }
            Err(error) => {
                let handshakes_sent_away = let_go();
                tracing::error!(%error, handshakes_sent_away, wait_ms = wait.as_millis(), "cannot accept connections");
                tokio::time::sleep(wait).await;
                wait = wait.saturating_mul(2).min(LONGEST);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::time::Instant;

    use super::*;

    fn error(errno: Errno) -> io::Error {
        io::Error::from_raw_os_error(errno.raw_os_error())
    }

    /// Plays a list of answers, then succeeds; tells how long it took (on the paused clock) and how often something was
    /// let go.
    async fn play(answers: &[Errno]) -> (Duration, usize) {
        let mut left = answers.iter();
        let let_go = Cell::new(0);
        let start = Instant::now();
        let accepted = accept_next(
            async || left.next().map_or(Ok("a connection"), |errno| Err(error(*errno))),
            || {
                let_go.set(let_go.get() + 1);
                1
            },
        )
        .await;
        assert_eq!(accepted, "a connection");
        (start.elapsed(), let_go.get())
    }

    #[tokio::test(start_paused = true)]
    async fn running_out_of_descriptors_waits_and_lets_go_but_goes_on() {
        let (took, let_go) = play(&[Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM]).await;
        assert_eq!(let_go, 4);
        assert_eq!(took, Duration::from_millis(5 + 10 + 20 + 40));
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_stays_below_a_second_however_long_it_lasts() {
        let (took, let_go) = play(&[Errno::MFILE; 20]).await;
        assert_eq!(let_go, 20);
        assert_eq!(took, Duration::from_millis(5 + 10 + 20 + 40 + 80 + 160 + 14 * 320));
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_died_in_the_queue_costs_nothing() {
        let (took, let_go) =
            play(&[Errno::CONNABORTED, Errno::CONNRESET, Errno::PROTO, Errno::INTR, Errno::PERM]).await;
        assert_eq!((took, let_go), (Duration::ZERO, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_that_nobody_foresaw_waits_instead_of_ending_the_loop() {
        let (took, let_go) = play(&[Errno::BADF]).await;
        assert_eq!((took, let_go), (SHORTEST, 1));
    }
}
