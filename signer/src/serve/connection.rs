//! One connection, from its first frame to its last: HTTP/2 with our limits, and every reason to end it.
//!
//! A connection is ended politely (GOAWAY, the requests under way finish) when it is old, idle, when its certificate no
//! longer holds and when the service stops; it is cut when the requests under way do not finish in time. hyper is
//! driven here directly, because tonic's server cannot set every limit of HTTP/2 and knows no idle connection.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::server::conn::http2;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tonic::service::Routes;
use tonic::transport::server::Connected;

use super::call::{CallService, StreamTasks};
use crate::accept::OfficeConnection;
use crate::limits::{self, ServerLimits, seconds};
use crate::tls::Standing;

/// What the whole service is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// It takes connections and requests.
    Open,
    /// It finishes the requests under way and takes no others.
    Draining,
    /// Whatever still runs is cut.
    Ended,
}

/// Why a connection is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Age,
    Idle,
    Certificate,
    Drain,
}

/// Time for GOAWAY and its acknowledgement when no request is under way.
const FAREWELL: Duration = Duration::from_secs(2);

/// Serves a connection until it ends.
pub(super) async fn drive<IO>(
    connection: OfficeConnection<IO>,
    routes: Routes,
    limits: Arc<ServerLimits>,
    mut generations: watch::Receiver<u64>,
    mut phase: watch::Receiver<Phase>,
) where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let admission = Arc::clone(&connection.admission);
    let activity = Arc::new(Activity::new(&limits));
    let (ends, ending) = watch::channel(false);
    let service = CallService {
        routes,
        peer: connection.connect_info(),
        admission: Arc::clone(&admission),
        activity: Arc::clone(&activity),
        ending,
    };
    let http = http2_builder(&limits).serve_connection(TokioIo::new(connection), service);
    let mut http = pin!(http);
    let mut age = pin!(sleep_until(Instant::now() + seconds(limits.connection_age_seconds)));
    let mut idle = pin!(sleep_until(activity.quiet_until().unwrap_or_else(Instant::now)));
    let mut cut = pin!(sleep_until(Instant::now()));
    let mut cut_off = phase.clone();
    let mut grace = Duration::ZERO;
    let mut why = None;

    loop {
        let ended_by = tokio::select! {
            done = http.as_mut() => {
                if let Err(error) = done {
                    tracing::debug!(error = %Chain(&error), "connection failed");
                }
                break;
            }
            _ = cut_off.wait_for(|phase| *phase == Phase::Ended) => break,
            () = cut.as_mut(), if why.is_some() => {
                if activity.quiet_until().is_some() || grace.is_zero() {
                    tracing::info!(?why, requests_cut = activity.in_flight(), "connection cut");
                    break;
                }
                // A request that began before the GOAWAY arrived has the rest of the time.
                cut.as_mut().reset(Instant::now() + grace);
                grace = Duration::ZERO;
                continue;
            }
            () = age.as_mut(), if why.is_none() => Ending::Age,
            () = idle.as_mut(), if why.is_none() => match activity.quiet_until() {
                Some(until) if until <= Instant::now() => Ending::Idle,
                Some(until) => { idle.as_mut().reset(until); continue }
                None => { idle.as_mut().reset(Instant::now() + seconds(limits.idle_seconds)); continue }
            },
            _ = phase.wait_for(|phase| *phase != Phase::Open), if why.is_none() => Ending::Drain,
            Ok(()) = generations.changed(), if why.is_none() => {
                if admission.standing() == Standing::Good { continue }
                tracing::warn!("the client certificate of an open connection no longer holds");
                Ending::Certificate
            }
        };
        why = Some(ended_by);
        tracing::debug!(why = ?ended_by, "connection is being ended");
        http.as_mut().graceful_shutdown();
        ends.send_replace(true);
        let patience = match ended_by {
            Ending::Drain => seconds(limits.drain_seconds),
            Ending::Age | Ending::Idle | Ending::Certificate => seconds(limits.connection_grace_seconds),
        };
        cut.as_mut().reset(Instant::now() + FAREWELL.min(patience));
        grace = patience.saturating_sub(FAREWELL);
    }
}

/// hyper's HTTP/2 with every limit set; the figures and their reasons stand in `limits`.
fn http2_builder(limits: &Arc<ServerLimits>) -> http2::Builder<StreamTasks> {
    let mut http = http2::Builder::new(StreamTasks::new(Arc::clone(limits)));
    http.timer(TokioTimer::new())
        .max_concurrent_streams(limits.concurrent_streams.get())
        .max_pending_accept_reset_streams(limits::PENDING_ACCEPT_RESET_STREAMS)
        .max_local_error_reset_streams(limits::LOCAL_ERROR_RESET_STREAMS)
        .max_header_list_size(limits::HEADER_LIST_BYTES)
        .max_frame_size(limits::FRAME_BYTES)
        .max_send_buf_size(limits::SEND_BUFFER_BYTES)
        .adaptive_window(false)
        .initial_stream_window_size(limits::STREAM_WINDOW_BYTES)
        .initial_connection_window_size(limits::CONNECTION_WINDOW_BYTES)
        .keep_alive_interval(seconds(limits.keepalive_seconds))
        .keep_alive_timeout(seconds(limits.keepalive_timeout_seconds));
    http
}

/// Requests under way on a connection, and since when there is none.
#[derive(Debug)]
pub(super) struct Activity {
    idle: Duration,
    state: Mutex<ActivityState>,
}

#[derive(Debug)]
struct ActivityState {
    in_flight: usize,
    quiet_until: Instant,
}

/// One request under way.
#[derive(Debug)]
pub(super) struct InFlight(Arc<Activity>);

impl Activity {
    fn new(limits: &ServerLimits) -> Self {
        let quiet_until = Instant::now() + seconds(limits.first_request_seconds);
        let state = Mutex::new(ActivityState { in_flight: 0, quiet_until });
        Self { idle: seconds(limits.idle_seconds), state }
    }

    /// How long the connection may stay without a request; `None` while one is under way.
    fn quiet_until(&self) -> Option<Instant> {
        let state = self.lock();
        (state.in_flight == 0).then_some(state.quiet_until)
    }

    fn in_flight(&self) -> usize {
        self.lock().in_flight
    }

    /// A request begins.
    pub(super) fn begin(self: &Arc<Self>) -> InFlight {
        let mut state = self.lock();
        state.in_flight = state.in_flight.saturating_add(1);
        drop(state);
        InFlight(Arc::clone(self))
    }

    fn lock(&self) -> MutexGuard<'_, ActivityState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.in_flight = state.in_flight.saturating_sub(1);
        if state.in_flight == 0 {
            state.quiet_until = Instant::now() + self.0.idle;
        }
    }
}

/// An error with its causes, on one line.
struct Chain<'a>(&'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
