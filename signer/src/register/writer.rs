//! The one thread that writes: group commit, numbers, time.
//!
//! It takes whatever waits (at most [`GROUP_LIMIT`]), records it in one transaction, and answers only when the
//! transaction is on the disk. An entry that is refused takes no number and does not disturb its neighbours.
//!
//! When a transaction fails because the disk is full or another program holds the lock, nothing of it is recorded and
//! everybody is told so. When it fails in any other way nobody can say what the disk has: the register stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use self::command::{Command, Reply};
use self::log::{Log, Tail};
use super::board::Board;
use super::place::Place;
use super::publication::Published;
use super::reservation::{NewReservation, Reserved};
use super::schema::{Fault, fault};
use super::space::Space;
use super::status_change::{Changed, NewStatusChange};
use super::status_indexes::StatusIndexes;
use super::{NewIntent, OpenError, Recorded, StopCause, WriteError};
use crate::clock::Clock;
use crate::error::SignError;

mod command;
mod document;
mod log;

pub(super) use command::Follow;
#[cfg(test)]
pub(super) use {document::QUESTIONS as DOCUMENT_QUESTIONS, log::QUESTIONS};

/// Entries of one transaction.
const GROUP_LIMIT: usize = 256;
/// Entries that may wait. At 2 ms a flush and 256 a group this is 32 ms of work.
const QUEUE_LIMIT: usize = 4_096;
/// Entries between two checkpoints: some 2,000 pages, so that the log stays within one segment of its index (4,062
/// frames), which is on the disk from the start. A further segment could not be had on a full disk, after the frames
/// were written.
const CHECKPOINT_EVERY: usize = 512;

type Stop = watch::Sender<Option<StopCause>>;

/// The handle to the thread.
#[derive(Debug)]
pub(super) struct Writer {
    /// `None` only while dropping.
    queue: Option<mpsc::Sender<Command>>,
    thread: Option<JoinHandle<()>>,
    last_recorded_at: Arc<AtomicU64>,
    stop: Arc<Stop>,
}

impl Writer {
    pub(super) fn start(
        connection: Connection,
        space: Space,
        place: Place,
        clock: Arc<dyn Clock>,
        stop: Arc<Stop>,
        shared: (Arc<StatusIndexes>, Arc<Board>),
    ) -> Result<Self, OpenError> {
        let tail = Tail::of(&connection)?;
        let (queue, waiting) = mpsc::channel(QUEUE_LIMIT);
        let last_recorded_at = Arc::new(AtomicU64::new(tail.recorded_at));
        let (shown, stopped) = (Arc::clone(&last_recorded_at), Arc::clone(&stop));
        let thread = std::thread::Builder::new()
            .name("register".to_owned())
            .spawn(move || run(&connection, (space, place), shared, waiting, tail, &*clock, &shown, &stopped))
            .map_err(|error| OpenError::Thread(error.kind()))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), last_recorded_at, stop })
    }

    pub(super) async fn record_intent(&self, intent: NewIntent) -> Result<Recorded, SignError> {
        self.ask(|reply| Command::Intent(Box::new(intent), reply)).await
    }

    pub(super) async fn record_reservation(&self, reservation: NewReservation) -> Result<Reserved, SignError> {
        self.ask(|reply| Command::Reserve(Box::new(reservation), reply)).await
    }

    pub(super) async fn record_change(&self, change: NewStatusChange) -> Result<Changed, SignError> {
        self.ask(|reply| Command::Change(Box::new(change), reply)).await
    }

    pub(super) async fn record_publication(&self, shards: Vec<u32>) -> Result<Published, SignError> {
        self.ask(|reply| Command::Publish(shards, reply)).await
    }

    /// What begins something finds a place or is refused at once; an entry that follows an intent waits, for its
    /// intent is on record.
    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, SignError> {
        let (reply, answer) = oneshot::channel();
        self.queue().try_send(command(reply)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SignError::QueueFull,
            mpsc::error::TrySendError::Closed(_) => SignError::RegisterStopped(self.cause()),
        })?;
        answer.await.unwrap_or_else(|_| Err(SignError::RegisterStopped(self.cause())))
    }

    pub(super) async fn record(&self, intent: u64, follow: Follow) -> Result<(), WriteError> {
        let (reply, answer) = oneshot::channel();
        let gone = || WriteError::Stopped(self.cause());
        self.queue().send(Command::Follow(intent, follow, reply)).await.map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }

    pub(super) fn last_recorded_at(&self) -> u64 {
        self.last_recorded_at.load(Ordering::Acquire)
    }

    pub(super) fn fatal(&self) -> watch::Receiver<Option<StopCause>> {
        self.stop.subscribe()
    }

    pub(super) fn stop(&self, cause: StopCause) {
        trip(&self.stop, cause);
    }

    fn queue(&self) -> &mpsc::Sender<Command> {
        self.queue.as_ref().expect("the queue is taken only when the writer is dropped")
    }

    /// Why the thread is gone: it ends by itself only after a panic.
    fn cause(&self) -> StopCause {
        self.stop.borrow().unwrap_or(StopCause::Io { code: 0 })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was reported when it happened; its callers were told that the register stopped.
            let _ = thread.join();
        }
    }
}

/// A panic of the writer's thread is a doubt like any other.
struct StopOnPanic<'a>(&'a Stop);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            trip(self.0, StopCause::Io { code: 0 });
        }
    }
}

/// The first cause stays.
pub(super) fn trip(stop: &Stop, cause: StopCause) {
    stop.send_if_modified(|stopped| {
        let first = stopped.is_none();
        if first {
            tracing::error!(%cause, "the register stops; nothing is signed until the service is started again");
            *stopped = Some(cause);
        }
        first
    });
}

#[expect(clippy::too_many_arguments, reason = "what a thread is started with")]
fn run(
    connection: &Connection,
    on_disk: (Space, Place),
    shared: (Arc<StatusIndexes>, Arc<Board>),
    mut waiting: mpsc::Receiver<Command>,
    tail: Tail,
    clock: &dyn Clock,
    shown: &AtomicU64,
    stop: &Stop,
) {
    let _guard = StopOnPanic(stop);
    let mut log = match Log::new(connection, on_disk, shared, tail) {
        Ok(log) => log,
        Err(error) => {
            trip(stop, as_cause(&error));
            while let Some(command) = waiting.blocking_recv() {
                command.refuse(stop.borrow().unwrap_or(as_cause(&error)));
            }
            return;
        }
    };
    let mut group = Vec::with_capacity(GROUP_LIMIT);
    let mut since_checkpoint = 0_usize;
    while waiting.blocking_recv_many(&mut group, GROUP_LIMIT) > 0 {
        let stopped = *stop.borrow();
        if let Some(cause) = stopped {
            group.drain(..).for_each(|command| command.refuse(cause));
            continue;
        }
        since_checkpoint = since_checkpoint.saturating_add(group.len());
        let full = match log.commit(&mut group, clock.now_unix(), shown, stop) {
            Ok(()) => false,
            Err(Fault::Stop(_)) => continue,
            Err(failure) => {
                tracing::warn!(?failure, "a group of entries was not recorded");
                // Emptying the log may make the room that the group needed.
                failure == Fault::Full
            }
        };
        // Where the log does not fit beside itself the outcomes under way come first; a full disk leaves no choice.
        if full || (since_checkpoint >= CHECKPOINT_EVERY && log.space.fits_checkpoint(log.open)) {
            match log.checkpoint() {
                Ok(()) => since_checkpoint = 0,
                Err(cause) => trip(stop, cause),
            }
        }
    }
}

fn as_cause(error: &rusqlite::Error) -> StopCause {
    match fault(error) {
        Fault::Stop(cause) => cause,
        Fault::Full | Fault::Busy | Fault::Refused => {
            StopCause::Io { code: error.sqlite_error().map_or(0, |failure| failure.extended_code) }
        }
    }
}
