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

use rusqlite::{Connection, OptionalExtension, Statement, params};
use tokio::sync::{mpsc, oneshot, watch};

use super::place::Place;
use super::reader::{self, LATEST};
use super::schema::{self, Fault, fault};
use super::space::Space;
use super::{NewIntent, OpenError, Recorded, Slot, StopCause, WriteError, check_replacement};
use crate::clock::Clock;
use crate::domain::AbandonedReason;
use crate::error::SignError;
use crate::signer::CLOCK_TOLERANCE_SECONDS;

/// Entries of one transaction.
const GROUP_LIMIT: usize = 256;
/// Entries that may wait. At 2 ms a flush and 256 a group this is 32 ms of work.
const QUEUE_LIMIT: usize = 4_096;
/// Entries between two checkpoints: some 2,000 pages, so that the log stays within one segment of its index (4,062
/// frames), which is on the disk from the start. A further segment could not be had on a full disk, after the frames
/// were written.
const CHECKPOINT_EVERY: usize = 512;

const TAIL: &str = "SELECT seq, recorded_at FROM entry ORDER BY seq DESC LIMIT 1";
const FIND: &str = "SELECT seq FROM entry WHERE kind = 1 AND office = ?1 AND request_id = ?2";
const KEY_USES: &str = "SELECT ifnull(max(key_counter), 0) FROM entry WHERE key_id = ?1";

/// What the writer asks for each intent, for the test that looks at how it is answered.
#[cfg(test)]
pub(super) const QUESTIONS: [&str; 2] = [FIND, KEY_USES];

/// An entry that belongs to an intent.
#[derive(Debug)]
pub(super) enum Follow {
    Attempt { key_id: String },
    Outcome { cms_der: Vec<u8> },
    Abandoned { reason: AbandonedReason },
}

enum Command {
    Intent(Box<NewIntent>, oneshot::Sender<Result<Recorded, SignError>>),
    Follow(u64, Follow, oneshot::Sender<Result<(), WriteError>>),
}

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
    ) -> Result<Self, OpenError> {
        let tail = connection
            .query_row(TAIL, [], |row| Ok(Slot { sequence: row.get(0)?, recorded_at: row.get(1)? }))
            .optional()?
            .unwrap_or(Slot { sequence: 0, recorded_at: 0 });
        let (queue, waiting) = mpsc::channel(QUEUE_LIMIT);
        let last_recorded_at = Arc::new(AtomicU64::new(tail.recorded_at));
        let (shown, stopped) = (Arc::clone(&last_recorded_at), Arc::clone(&stop));
        let thread = std::thread::Builder::new()
            .name("register".to_owned())
            .spawn(move || run(&connection, (space, place), waiting, tail, &*clock, &shown, &stopped))
            .map_err(|error| OpenError::Thread(error.kind()))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), last_recorded_at, stop })
    }

    pub(super) async fn record_intent(&self, intent: NewIntent) -> Result<Recorded, SignError> {
        let (reply, answer) = oneshot::channel();
        // An intent that finds no place is refused at once; an entry that follows one waits, for its intent is on
        // record.
        self.queue().try_send(Command::Intent(Box::new(intent), reply)).map_err(|error| match error {
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

fn run(
    connection: &Connection,
    on_disk: (Space, Place),
    mut waiting: mpsc::Receiver<Command>,
    tail: Slot,
    clock: &dyn Clock,
    shown: &AtomicU64,
    stop: &Stop,
) {
    let _guard = StopOnPanic(stop);
    let mut log = match Log::new(connection, on_disk, tail) {
        Ok(log) => log,
        Err(error) => {
            trip(stop, as_cause(&error));
            while let Some(command) = waiting.blocking_recv() {
                refuse(command, stop.borrow().unwrap_or(as_cause(&error)));
            }
            return;
        }
    };
    let mut group = Vec::with_capacity(GROUP_LIMIT);
    let mut since_checkpoint = 0_usize;
    while waiting.blocking_recv_many(&mut group, GROUP_LIMIT) > 0 {
        let stopped = *stop.borrow();
        if let Some(cause) = stopped {
            group.drain(..).for_each(|command| refuse(command, cause));
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

fn refuse(command: Command, cause: StopCause) {
    // The caller may be gone; nobody else waits for this answer.
    match command {
        Command::Intent(_, reply) => drop(reply.send(Err(SignError::RegisterStopped(cause)))),
        Command::Follow(_, _, reply) => drop(reply.send(Err(WriteError::Stopped(cause)))),
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

/// An answer that waits for the commit.
enum Answer {
    Intent(oneshot::Sender<Result<Recorded, SignError>>, Result<Recorded, SignError>),
    Follow(oneshot::Sender<Result<(), WriteError>>, Result<(), WriteError>),
}

impl Answer {
    fn send(self) {
        // The caller may be gone; what is recorded stays recorded.
        match self {
            Self::Intent(reply, answer) => drop(reply.send(answer)),
            Self::Follow(reply, answer) => drop(reply.send(answer)),
        }
    }

    /// The same for a transaction of which nothing was recorded.
    fn failed(self, failure: Fault) -> Self {
        match self {
            Self::Intent(reply, _) => Self::Intent(
                reply,
                Err(match failure {
                    Fault::Full => SignError::RegisterFull,
                    Fault::Busy => SignError::RegisterBusy,
                    Fault::Stop(cause) => SignError::RegisterStopped(cause),
                    Fault::Refused => SignError::RegisterStopped(StopCause::Io { code: 0 }),
                }),
            ),
            Self::Follow(reply, _) => Self::Follow(
                reply,
                Err(match failure {
                    Fault::Full => WriteError::Full,
                    Fault::Busy => WriteError::Busy,
                    Fault::Stop(cause) => WriteError::Stopped(cause),
                    Fault::Refused => WriteError::Stopped(StopCause::Io { code: 0 }),
                }),
            ),
        }
    }
}

/// The connection, its statements, and where the register ends.
struct Log<'c> {
    connection: &'c Connection,
    space: Space,
    place: Place,
    tail: Slot,
    /// Intents of this process that have no end yet: each will need room for one.
    open: u64,
    begin: Statement<'c>,
    commit: Statement<'c>,
    find: Statement<'c>,
    latest: Statement<'c>,
    key_uses: Statement<'c>,
    insert_intent: Statement<'c>,
    insert_follow: Statement<'c>,
}

impl<'c> Log<'c> {
    fn new(connection: &'c Connection, (space, place): (Space, Place), tail: Slot) -> rusqlite::Result<Self> {
        Ok(Self {
            connection,
            space,
            place,
            tail,
            open: 0,
            begin: connection.prepare("BEGIN IMMEDIATE")?,
            commit: connection.prepare("COMMIT")?,
            find: connection.prepare(FIND)?,
            latest: connection.prepare(LATEST)?,
            key_uses: connection.prepare(KEY_USES)?,
            insert_intent: connection.prepare(
                "INSERT INTO entry (seq, recorded_at, kind, key_id, key_counter, office, request_id, request, document_type, number, \
                 officer, document_digest, signed_attributes, chain_id, claimed_at, contents_size, replaces) \
                 VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            )?,
            insert_follow: connection.prepare(
                "INSERT INTO entry (seq, recorded_at, kind, intent, key_id, key_counter, cms, reason) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?,
        })
    }

    /// Records a group and answers it. [`Fault::Stop`] when nobody can say what the disk has; the group is then
    /// answered too.
    fn commit(&mut self, group: &mut Vec<Command>, now: u64, shown: &AtomicU64, stop: &Stop) -> Result<(), Fault> {
        let before = (self.tail, self.open);
        let mut answers = Vec::with_capacity(group.len());
        let failure = match self.record_group(group, now, &mut answers) {
            // The disk has it; is it the disk that the next start will read?
            Ok(()) if self.place.holds() => {
                shown.store(self.tail.recorded_at, Ordering::Release);
                answers.into_iter().for_each(Answer::send);
                return Ok(());
            }
            Ok(()) => Fault::Stop(StopCause::Moved),
            Err(failure) => failure,
        };
        // Nothing of this transaction counts: not its entries, and not the refusals that were decided in view of them.
        (self.tail, self.open) = before;
        let failure = match (failure, self.roll_back()) {
            (_, Err(error)) => Fault::Stop(as_cause(&error)),
            (Fault::Refused, Ok(())) => Fault::Stop(StopCause::Io { code: 0 }),
            (failure, Ok(())) => failure,
        };
        // Whoever hears that the register stopped finds it stopped.
        if let Fault::Stop(cause) = failure {
            trip(stop, cause);
        }
        answers.into_iter().for_each(|answer| answer.failed(failure).send());
        Err(failure)
    }

    /// Everything between BEGIN and COMMIT. Every command ends in `answers`, whatever happens.
    fn record_group(&mut self, group: &mut Vec<Command>, now: u64, answers: &mut Vec<Answer>) -> Result<(), Fault> {
        let mut failure = self.begin.raw_execute().err().map(|error| fault(&error));
        for command in group.drain(..) {
            // After a failure the rest of the group is only carried to its answer.
            match command {
                Command::Intent(intent, reply) => {
                    let answer = match failure {
                        None => self.intent(*intent, now).unwrap_or_else(|error| {
                            failure = Some(fault(&error));
                            Err(SignError::RegisterFull)
                        }),
                        Some(_) => Err(SignError::RegisterFull),
                    };
                    answers.push(Answer::Intent(reply, answer));
                }
                Command::Follow(intent, follow, reply) => {
                    let answer = match failure {
                        None => match self.follow(intent, follow, now) {
                            Ok(()) => Ok(()),
                            Err(error) if fault(&error) == Fault::Refused => Err(WriteError::AlreadyEnded),
                            Err(error) => {
                                failure = Some(fault(&error));
                                Err(WriteError::Full)
                            }
                        },
                        Some(_) => Err(WriteError::Full),
                    };
                    answers.push(Answer::Follow(reply, answer));
                }
            }
        }
        match failure {
            Some(failure) => Err(failure),
            // The flush: when this returns, the disk has the group.
            None => self.commit.raw_execute().map(drop).map_err(|error| fault(&error)),
        }
    }

    /// Inner result: this intent's answer. Outer: the whole transaction fails.
    fn intent(&mut self, intent: NewIntent, now: u64) -> rusqlite::Result<Result<Recorded, SignError>> {
        let NewIntent { office, request_id, commitments, document_type, document_digest, .. } = intent;
        let earlier =
            self.find.query_row(params![office.as_str(), request_id.as_bytes()], |row| row.get(0)).optional()?;
        if let Some(sequence) = earlier {
            return Ok(Ok(Recorded::Existing { sequence }));
        }
        let latest = reader::latest_by(&mut self.latest, &office, &document_type, commitments.number)?;
        if let Err(refusal) = check_replacement(&office, latest, intent.replaces.as_ref()) {
            return Ok(Err(refusal));
        }
        if now.saturating_add(CLOCK_TOLERANCE_SECONDS) < self.tail.recorded_at {
            return Ok(Err(SignError::ClockDoubtful { now, last_recorded: self.tail.recorded_at }));
        }
        if !self.space.fits(self.open) {
            return Ok(Err(SignError::RegisterFull));
        }
        // A document was prepared with the server's time of a moment ago; its statement has the same time if it can.
        let time = intent.preparation.map_or(now, |preparation| preparation.claimed_at);
        let slot = self.next(time);
        let attributes = match (intent.build)(slot) {
            Ok(attributes) => attributes,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let key_counter = self.next_key_use(intent.key_id.as_str())?;
        self.insert_intent.execute(params![
            slot.sequence,
            slot.recorded_at,
            intent.key_id.as_str(),
            key_counter,
            office.as_str(),
            request_id.as_bytes(),
            commitments.request.as_bytes(),
            document_type.as_str(),
            commitments.number.as_bytes(),
            commitments.officer.as_bytes(),
            document_digest.as_bytes(),
            attributes.to_der(),
            intent.chain_id,
            intent.preparation.map(|preparation| preparation.claimed_at),
            intent.preparation.map(|preparation| preparation.contents_size),
            intent.replaces.map(|name| name.sequence),
        ])?;
        self.tail = slot;
        self.open = self.open.saturating_add(1);
        Ok(Ok(Recorded::New { slot, attributes }))
    }

    fn follow(&mut self, intent: u64, follow: Follow, now: u64) -> rusqlite::Result<()> {
        // What the key did must go on record whatever the clock says: a clock that went back is held at the last time.
        let slot = self.next(now);
        let Slot { sequence, recorded_at } = slot;
        let (kind, key_id, cms_der, reason) = match follow {
            Follow::Attempt { key_id } => (schema::ATTEMPT, Some(key_id), None, None),
            Follow::Outcome { cms_der } => (schema::OUTCOME, None, Some(cms_der), None),
            Follow::Abandoned { reason } => (schema::ABANDONED, None, None, Some(reason.code())),
        };
        let key_counter = key_id.as_deref().map(|key_id| self.next_key_use(key_id)).transpose()?;
        self.insert_follow.execute(params![
            sequence,
            recorded_at,
            kind,
            intent,
            key_id,
            key_counter,
            cms_der,
            reason
        ])?;
        self.tail = slot;
        if kind != schema::ATTEMPT {
            self.open = self.open.saturating_sub(1);
        }
        Ok(())
    }

    /// The next number, and a time that does not go back.
    fn next(&self, time: u64) -> Slot {
        Slot { sequence: self.tail.sequence.saturating_add(1), recorded_at: time.max(self.tail.recorded_at) }
    }

    fn next_key_use(&mut self, key_id: &str) -> rusqlite::Result<u64> {
        self.key_uses.query_row(params![key_id], |row| row.get::<_, u64>(0)).map(|uses| uses.saturating_add(1))
    }

    /// SQLite rolls some failed transactions back by itself.
    fn roll_back(&self) -> rusqlite::Result<()> {
        if self.connection.is_autocommit() { Ok(()) } else { self.connection.execute_batch("ROLLBACK") }
    }

    /// Moves the log's pages into the register. A full disk or a reader in the way only means "later".
    fn checkpoint(&self) -> Result<(), StopCause> {
        let done = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        match done.map_err(|error| fault(&error)) {
            Ok(()) | Err(Fault::Full | Fault::Busy) => Ok(()),
            Err(Fault::Stop(cause)) => Err(cause),
            Err(Fault::Refused) => Err(StopCause::Io { code: 0 }),
        }
    }
}
