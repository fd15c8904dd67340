//! One group in one transaction: numbers, time, and what is recorded at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::{Connection, OptionalExtension, Statement, params};

use super::command::{Answer, Command, Follow};
use super::document::Documents;
use super::{Stop, as_cause, trip};
use crate::error::SignError;
use crate::register::board::{Board, Committed, Event};
use crate::register::place::Place;
use crate::register::publication::Published;
use crate::register::reader::{self, LATEST};
use crate::register::reservation::{NewReservation, Reserved};
use crate::register::schema::{self, Fault, fault};
use crate::register::space::Space;
use crate::register::status_change::{Changed, NewStatusChange};
use crate::register::status_indexes::StatusIndexes;
use crate::register::{NewIntent, Recorded, Slot, StopCause, WriteError, check_replacement};
use crate::signer::CLOCK_TOLERANCE_SECONDS;

/// Where the register ends: the last entry, and the latest time in any table.
const TAIL: &str = "SELECT ifnull((SELECT max(seq) FROM entry), 0), max( \
     ifnull((SELECT recorded_at FROM entry ORDER BY seq DESC LIMIT 1), 0), \
     ifnull((SELECT recorded_at FROM reservation ORDER BY n DESC LIMIT 1), 0), \
     ifnull((SELECT recorded_at FROM status_change ORDER BY n DESC LIMIT 1), 0), \
     ifnull((SELECT recorded_at FROM publication ORDER BY n DESC LIMIT 1), 0))";
const FIND: &str = "SELECT seq FROM entry WHERE kind = 1 AND office = ?1 AND request_id = ?2";
const KEY_USES: &str = "SELECT ifnull(max(key_counter), 0) FROM entry WHERE key_id = ?1";

/// What the writer asks for each intent, for the test that looks at how it is answered.
#[cfg(test)]
pub(in crate::register) const QUESTIONS: [&str; 2] = [FIND, KEY_USES];

/// Where the register ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail {
    /// Number of the last entry.
    sequence: u64,
    /// The latest time in any table.
    pub(super) recorded_at: u64,
}

impl Tail {
    pub(super) fn of(connection: &Connection) -> rusqlite::Result<Self> {
        connection.query_row(TAIL, [], |row| Ok(Self { sequence: row.get(0)?, recorded_at: row.get(1)? }))
    }
}

/// Does one thing of a group, unless the group has failed; a failure that is more than its own fails the group.
fn attempt<T>(
    failure: &mut Option<Fault>,
    act: impl FnOnce() -> rusqlite::Result<Result<T, SignError>>,
) -> Result<T, SignError> {
    if failure.is_some() {
        return Err(SignError::RegisterFull);
    }
    act().unwrap_or_else(|error| {
        *failure = Some(fault(&error));
        Err(SignError::RegisterFull)
    })
}

/// The connection, its statements, and where the register ends.
pub(super) struct Log<'c> {
    connection: &'c Connection,
    pub(super) space: Space,
    place: Place,
    tail: Tail,
    /// Intents of this process that have no end yet: each will need room for one.
    pub(super) open: u64,
    /// What this transaction does, for the publisher.
    doing: Committed,
    board: Arc<Board>,
    documents: Documents<'c>,
    begin: Statement<'c>,
    commit: Statement<'c>,
    find: Statement<'c>,
    latest: Statement<'c>,
    key_uses: Statement<'c>,
    insert_intent: Statement<'c>,
    insert_follow: Statement<'c>,
}

impl<'c> Log<'c> {
    pub(super) fn new(
        connection: &'c Connection,
        (space, place): (Space, Place),
        (indexes, board): (Arc<StatusIndexes>, Arc<Board>),
        tail: Tail,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            connection,
            space,
            place,
            tail,
            open: 0,
            doing: Committed::default(),
            board,
            documents: Documents::new(connection, indexes, tail)?,
            begin: connection.prepare("BEGIN IMMEDIATE")?,
            commit: connection.prepare("COMMIT")?,
            find: connection.prepare(FIND)?,
            latest: connection.prepare(LATEST)?,
            key_uses: connection.prepare(KEY_USES)?,
            insert_intent: connection.prepare(
                "INSERT INTO entry (seq, recorded_at, kind, key_id, key_counter, office, request_id, request, document_type, number, \
                 officer, document_digest, signed_attributes, chain_id, claimed_at, contents_size, replaces, status_serial, status_index, \
                 reservation, seal_hash) \
                 VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
            )?,
            insert_follow: connection.prepare(
                "INSERT INTO entry (seq, recorded_at, kind, intent, key_id, key_counter, cms, reason) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?,
        })
    }

    /// Records a group and answers it. [`Fault::Stop`] when nobody can say what the disk has; the group is then
    /// answered too.
    pub(super) fn commit(
        &mut self,
        group: &mut Vec<Command>,
        now: u64,
        shown: &AtomicU64,
        stop: &Stop,
    ) -> Result<(), Fault> {
        let before = (self.tail, self.open, self.documents.ends);
        let mut answers = Vec::with_capacity(group.len());
        let failure = match self.record_group(group, now, &mut answers) {
            // The disk has it; is it the disk that the next start will read?
            Ok(()) if self.place.holds() => {
                self.documents.waiting.keep();
                self.board.committed(std::mem::take(&mut self.doing));
                shown.store(self.tail.recorded_at, Ordering::Release);
                answers.into_iter().for_each(Answer::send);
                return Ok(());
            }
            Ok(()) => Fault::Stop(StopCause::Moved),
            Err(failure) => failure,
        };
        // Nothing of this transaction counts: not its entries, and not the refusals that were decided in view of them.
        (self.tail, self.open, self.documents.ends) = before;
        self.documents.waiting.undo();
        self.doing = Committed::default();
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
                    answers.push(Answer::Intent(reply, attempt(&mut failure, || self.intent(*intent, now))));
                }
                Command::Reserve(reservation, reply) => {
                    answers.push(Answer::Reserve(reply, attempt(&mut failure, || self.reserve(&reservation, now))));
                }
                Command::Change(change, reply) => {
                    answers.push(Answer::Change(reply, attempt(&mut failure, || self.change(&change, now))));
                }
                Command::Publish(shards, reply) => {
                    answers.push(Answer::Publish(reply, attempt(&mut failure, || self.publish(shards, now))));
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
        if let Err(refusal) = self.may_begin(now) {
            return Ok(Err(refusal));
        }
        // A document was prepared with the server's time of a moment ago; its statement has the same time if it can.
        let time = intent.preparation.map_or(now, |preparation| preparation.claimed_at);
        let Tail { sequence, recorded_at } = self.next(time);
        let place = match self.documents.place(
            &office,
            &document_type,
            commitments.number,
            intent.reservation.as_ref(),
            now.max(recorded_at),
        )? {
            Ok(place) => place,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let slot = Slot {
            sequence,
            recorded_at,
            status_index: place.given.map(|given| given.index),
            seal_hash: place.seal_hash,
        };
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
            place.given.map(|given| given.serial),
            place.given.map(|given| given.index.as_u64()),
            place.reservation,
            place.seal_hash,
        ])?;
        if let Some(number) = place.reservation {
            self.documents.waiting.remove(&office, number);
            // One of its reservations is signed: there is room.
            self.doing.rooms.push((office, None));
        }
        self.tail = Tail { sequence, recorded_at };
        self.open = self.open.saturating_add(1);
        self.doing.opened.push((sequence, recorded_at));
        Ok(Ok(Recorded::New { slot, attributes }))
    }

    /// Nothing begins with a clock that is behind the register, or without room for what must follow.
    fn may_begin(&self, now: u64) -> Result<(), SignError> {
        if now.saturating_add(CLOCK_TOLERANCE_SECONDS) < self.tail.recorded_at {
            return Err(SignError::ClockDoubtful { now, last_recorded: self.tail.recorded_at });
        }
        if self.space.fits(self.open) { Ok(()) } else { Err(SignError::RegisterFull) }
    }

    fn follow(&mut self, intent: u64, follow: Follow, now: u64) -> rusqlite::Result<()> {
        // What the key did must go on record whatever the clock says: a clock that went back is held at the last time.
        let tail = self.next(now);
        let Tail { sequence, recorded_at } = tail;
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
        self.tail = tail;
        if kind == schema::OUTCOME {
            // What is released from here on is valid, and what it replaces is not: one step on the disk.
            let events = self.documents.released(intent, recorded_at)?;
            self.doing.events.extend(events);
        }
        if kind != schema::ATTEMPT {
            self.open = self.open.saturating_sub(1);
            self.doing.ended.push(intent);
        }
        Ok(())
    }

    /// Inner result: this reservation's answer. Outer: the whole transaction fails.
    fn reserve(&mut self, reservation: &NewReservation, now: u64) -> rusqlite::Result<Result<Reserved, SignError>> {
        if let Some(earlier) = reader::find_reservation(self.connection, &reservation.office, reservation.request_id)? {
            return Ok(Ok(Reserved::Existing(earlier)));
        }
        if let Err(refusal) = self.may_begin(now) {
            return Ok(Err(refusal));
        }
        let recorded_at = now.max(self.tail.recorded_at);
        let reserved = self.documents.reserve(reservation, recorded_at)?;
        match &reserved {
            Ok(_) => self.tail.recorded_at = recorded_at,
            Err(SignError::TooManyReservations { retry_seconds }) => {
                let until = recorded_at.saturating_add(*retry_seconds);
                self.doing.rooms.push((reservation.office.clone(), Some(until)));
            }
            Err(_) => {}
        }
        Ok(reserved.map(Reserved::New))
    }

    /// Inner result: this change's answer. Outer: the whole transaction fails.
    fn change(&mut self, change: &NewStatusChange, now: u64) -> rusqlite::Result<Result<Changed, SignError>> {
        if let Some(earlier) = self.documents.changed(change)? {
            return Ok(earlier);
        }
        if let Err(refusal) = self.may_begin(now) {
            return Ok(Err(refusal));
        }
        let recorded_at = now.max(self.tail.recorded_at);
        Ok(self.documents.change(change, recorded_at)?.map(|event| {
            self.tail.recorded_at = recorded_at;
            self.doing.events.push(event);
            Changed::New
        }))
    }

    /// Inner result: the publication's answer. Outer: the whole transaction fails.
    fn publish(&mut self, shards: Vec<u32>, now: u64) -> rusqlite::Result<Result<Published, SignError>> {
        if let Err(refusal) = self.may_begin(now) {
            return Ok(Err(refusal));
        }
        // Everything that is recorded after this has this time or a later one, so it is not older than the list.
        let recorded_at = now.max(self.tail.recorded_at);
        // An intent of this very group is open too.
        let opened = self.doing.opened.iter().filter(|(sequence, _)| !self.doing.ended.contains(sequence));
        let issue = opened.map(|(_, at)| at.saturating_sub(1)).fold(self.board.latest_issue(recorded_at), u64::min);
        let published = self.documents.publish(shards, (recorded_at, issue), self.tail.sequence)?;
        if let Some(publication) = published.number {
            self.tail.recorded_at = recorded_at;
            self.doing.events.push(Event::Cut { publication });
        }
        Ok(Ok(published))
    }

    /// The next number, and a time that does not go back.
    fn next(&self, time: u64) -> Tail {
        Tail { sequence: self.tail.sequence.saturating_add(1), recorded_at: time.max(self.tail.recorded_at) }
    }

    fn next_key_use(&mut self, key_id: &str) -> rusqlite::Result<u64> {
        self.key_uses.query_row(params![key_id], |row| row.get::<_, u64>(0)).map(|uses| uses.saturating_add(1))
    }

    /// SQLite rolls some failed transactions back by itself.
    fn roll_back(&self) -> rusqlite::Result<()> {
        if self.connection.is_autocommit() { Ok(()) } else { self.connection.execute_batch("ROLLBACK") }
    }

    /// Moves the log's pages into the register. A full disk or a reader in the way only means "later".
    pub(super) fn checkpoint(&self) -> Result<(), StopCause> {
        let done = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        match done.map_err(|error| fault(&error)) {
            Ok(()) | Err(Fault::Full | Fault::Busy) => Ok(()),
            Err(Fault::Stop(cause)) => Err(cause),
            Err(Fault::Refused) => Err(StopCause::Io { code: 0 }),
        }
    }
}
