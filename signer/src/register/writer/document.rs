//! The writer's half of reservations, statuses and publications. Everything here runs inside the writer's transaction.

use std::sync::Arc;

use evidence::status::StatusValue;
use evidence::{Commitment, DocumentType, OfficeId, StatusIndex};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Statement, params};

use super::log::Tail;
use crate::domain::{ReservationKey, ReservationName, ReservationRecord, may_change};
use crate::error::SignError;
use crate::register::board::Event;
use crate::register::publication::{ListIssue, Published};
use crate::register::reader::{self, impossible, status_index, status_value};
use crate::register::reservation::NewReservation;
use crate::register::schema;
use crate::register::status_change::{Changed, NewStatusChange};
use crate::register::status_indexes::{GivenIndex, StatusIndexes};
use crate::register::waiting::{Unsigned, WINDOW_SECONDS, Waiting};

/// Numbers of the last rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    reservation: u64,
    change: u64,
    publication: u64,
}

/// What an intent takes: its index, and the reservation that it comes from.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) given: Option<GivenIndex>,
    pub(super) reservation: Option<u64>,
    pub(super) seal_hash: Option<[u8; 32]>,
}

/// The statements, and what must be known at every call.
pub(super) struct Documents<'c> {
    connection: &'c Connection,
    indexes: Arc<StatusIndexes>,
    pub(super) ends: Ends,
    pub(super) waiting: Waiting,
    insert_reservation: Statement<'c>,
    of_intent: Statement<'c>,
    target: Statement<'c>,
    find_change: Statement<'c>,
    insert_change: Statement<'c>,
    last_issue: Statement<'c>,
    insert_publication: Statement<'c>,
}

/// A signature's office, index, end and latest status.
const TARGET: &str = "SELECT i.office, i.status_index, (SELECT e.kind FROM entry e WHERE e.intent = i.seq AND e.kind > 2), \
     ifnull((SELECT c.status FROM status_change c WHERE c.intent = i.seq ORDER BY c.n DESC LIMIT 1), 0) \
     FROM entry i WHERE i.seq = ?1 AND i.kind = 1";

const FIND_CHANGE: &str = "SELECT request FROM status_change WHERE office = ?1 AND request_id = ?2";
const LAST_ISSUE: &str = "SELECT max(issued_at) FROM publication WHERE shard = ?1";

/// What the writer asks, for the test that looks at how it is answered.
#[cfg(test)]
pub(in crate::register) const QUESTIONS: [&str; 3] = [TARGET, FIND_CHANGE, LAST_ISSUE];

impl<'c> Documents<'c> {
    pub(super) fn new(connection: &'c Connection, indexes: Arc<StatusIndexes>, tail: Tail) -> rusqlite::Result<Self> {
        let last = |table: &str| {
            connection.query_row(&format!("SELECT ifnull(max(n), 0) FROM {table}"), [], |row| row.get::<_, u64>(0))
        };
        Ok(Self {
            connection,
            indexes,
            ends: Ends {
                reservation: last("reservation")?,
                change: last("status_change")?,
                publication: last("publication")?,
            },
            waiting: waiting(connection, tail.recorded_at)?,
            insert_reservation: connection.prepare(
                "INSERT INTO reservation (n, recorded_at, office, request_id, request, document_type, number, officer, \
                 status_serial, status_index, issued_at, expires_at, seal_hash, seal_key_id) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?,
            of_intent: connection.prepare("SELECT status_index, replaces FROM entry WHERE seq = ?1")?,
            target: connection.prepare(TARGET)?,
            find_change: connection.prepare(FIND_CHANGE)?,
            insert_change: connection.prepare(
                "INSERT INTO status_change (n, recorded_at, intent, status_index, status, office, request_id, request, officer, \
                 reason_code, reason, by_intent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?,
            last_issue: connection.prepare(LAST_ISSUE)?,
            insert_publication: connection.prepare(
                "INSERT INTO publication (n, recorded_at, shard, issued_at, last_entry, last_change) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?,
        })
    }

    /// The index for an intent: its reservation's, or a new one. Inner result: the refusal of this intent.
    pub(super) fn place(
        &mut self,
        office: &OfficeId,
        document_type: &DocumentType,
        number: Commitment,
        reservation: Option<&ReservationKey>,
        now: u64,
    ) -> rusqlite::Result<Result<Place, SignError>> {
        let Some(reservation) = reservation else {
            return Ok(Ok(Place { given: self.indexes.take(), ..Place::default() }));
        };
        let Some(found) = reader::candidate(self.connection, office, reservation)? else {
            return Ok(Err(SignError::ReservationNotFound));
        };
        Ok(found.check(document_type, number, now).map(|()| Place {
            given: Some(found.given),
            reservation: Some(found.number),
            seal_hash: found.seal_hash,
        }))
    }

    /// Records a reservation. Inner result: its refusal.
    pub(super) fn reserve(
        &mut self,
        new: &NewReservation,
        recorded_at: u64,
    ) -> rusqlite::Result<Result<ReservationRecord, SignError>> {
        if let Err(refusal) = self.waiting.check(&new.office, recorded_at, new.open_limit) {
            return Ok(Err(refusal));
        }
        let number = self.ends.reservation.saturating_add(1);
        self.insert_reservation.execute(params![
            number,
            recorded_at,
            new.office.as_str(),
            new.request_id.as_bytes(),
            new.commitments.request.as_bytes(),
            new.document_type.as_str(),
            new.commitments.number.as_bytes(),
            new.commitments.officer.as_bytes(),
            new.given.serial,
            new.given.index.as_u64(),
            new.issued_at,
            new.expires_at,
            new.seal.as_ref().map(|seal| seal.hash),
            new.seal.as_ref().map(|seal| seal.key_id.as_str()),
        ])?;
        self.ends.reservation = number;
        self.waiting.add(&new.office, number, Unsigned { recorded_at, expires_at: new.expires_at });
        Ok(Ok(ReservationRecord {
            name: ReservationName { office: new.office.clone(), number },
            request: new.commitments.request,
            document_type: new.document_type.clone(),
            number: new.commitments.number,
            status_index: new.given.index,
            issued_at: new.issued_at,
            expires_at: new.expires_at,
            seal: new.seal.clone(),
        }))
    }

    /// An act has its outcome: it is valid, and what it replaces is superseded.
    pub(super) fn released(&mut self, intent: u64, recorded_at: u64) -> rusqlite::Result<Vec<Event>> {
        let (index, replaces): (Option<u64>, Option<u64>) =
            self.of_intent.query_row(params![intent], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut events = Vec::new();
        if let Some(index) = index {
            events.push(Event::Change(status_index(index, 0)?, StatusValue::Valid));
        }
        let Some(replaced) = replaces else { return Ok(events) };
        let target = self.target.query_row(params![replaced], target)?;
        // What was withdrawn stays withdrawn.
        if may_change(target.status, StatusValue::Superseded) {
            let change = Change { intent: replaced, target: &target, status: StatusValue::Superseded };
            // The outcome stands in this transaction already: it must not be committed without this. A refusal here means
            // that the register is not what it was taken for.
            events.extend(self.insert(&change, recorded_at, None, Some(intent)).map_err(in_doubt)?);
        }
        Ok(events)
    }

    /// Whether the office asked for this change before: the same one, or another one under its id.
    pub(super) fn changed(&mut self, change: &NewStatusChange) -> rusqlite::Result<Option<Result<Changed, SignError>>> {
        let earlier: Option<[u8; 32]> = self
            .find_change
            .query_row(params![change.office.as_str(), change.request_id.as_bytes()], |row| row.get(0))
            .optional()?;
        Ok(earlier.map(|request| {
            if request == *change.request.as_bytes() { Ok(Changed::Existing) } else { Err(SignError::RequestIdReused) }
        }))
    }

    /// Records a change. Inner result: its refusal.
    pub(super) fn change(
        &mut self,
        new: &NewStatusChange,
        recorded_at: u64,
    ) -> rusqlite::Result<Result<Event, SignError>> {
        let target = self.target.query_row(params![new.intent], target).optional()?;
        // Absent and another office's look the same.
        let Some(target) = target.filter(|target| target.office == new.office.as_str()) else {
            return Ok(Err(SignError::NotFound));
        };
        if !target.is_signed {
            return Ok(Err(SignError::StatusNotSigned));
        }
        if target.index.is_none() {
            return Ok(Err(SignError::StatusAbsent));
        }
        if !may_change(target.status, new.status) {
            return Ok(Err(SignError::StatusNotAllowed { from: target.status, to: new.status }));
        }
        let change = Change { intent: new.intent, target: &target, status: new.status };
        let event = self.insert(&change, recorded_at, Some(new), None)?;
        Ok(event.ok_or(SignError::StatusAbsent))
    }

    fn insert(
        &mut self,
        change: &Change<'_>,
        recorded_at: u64,
        asked: Option<&NewStatusChange>,
        by_intent: Option<u64>,
    ) -> rusqlite::Result<Option<Event>> {
        let number = self.ends.change.saturating_add(1);
        self.insert_change.execute(params![
            number,
            recorded_at,
            change.intent,
            change.target.index.map(StatusIndex::as_u64),
            change.status.code(),
            asked.map(|asked| asked.office.as_str()),
            asked.map(|asked| asked.request_id.as_bytes()),
            asked.map(|asked| asked.request.as_bytes()),
            asked.map(|asked| asked.officer.as_bytes()),
            asked.map(|asked| asked.reason_code.code()),
            asked.map(|asked| asked.reason.as_bytes()),
            by_intent,
        ])?;
        self.ends.change = number;
        Ok(change.target.index.map(|index| Event::Change(index, change.status)))
    }

    /// Records that lists of these shards leave with this time; a shard that has a list of this time or later waits.
    pub(super) fn publish(
        &mut self,
        shards: Vec<u32>,
        (recorded_at, issued_at): (u64, u64),
        last_entry: u64,
    ) -> rusqlite::Result<Published> {
        let mut published = Published::default();
        for shard in shards {
            let before: Option<u64> = self.last_issue.query_row(params![shard], |row| row.get(0))?;
            if before.is_some_and(|before| issued_at <= before) {
                continue;
            }
            let number = self.ends.publication.saturating_add(1);
            self.insert_publication.execute(params![
                number,
                recorded_at,
                shard,
                issued_at,
                last_entry,
                self.ends.change
            ])?;
            self.ends.publication = number;
            published.number = Some(number);
            published.lists.push(ListIssue { shard, issued_at });
        }
        Ok(published)
    }
}

/// A change of one status.
struct Change<'a> {
    intent: u64,
    target: &'a Target,
    status: StatusValue,
}

/// The signature whose status it is.
struct Target {
    office: String,
    index: Option<StatusIndex>,
    is_signed: bool,
    status: StatusValue,
}

fn target(row: &Row<'_>) -> rusqlite::Result<Target> {
    Ok(Target {
        office: row.get(0)?,
        index: row.get::<_, Option<u64>>(1)?.map(|number| status_index(number, 1)).transpose()?,
        is_signed: row.get::<_, Option<u8>>(2)? == Some(schema::OUTCOME),
        status: status_value(row, 3)?,
    })
}

/// The reservations that count for their office's limits, as the register has them.
fn waiting(connection: &Connection, last_recorded: u64) -> rusqlite::Result<Waiting> {
    let mut waiting = Waiting::default();
    let mut latest = connection.prepare(
        "SELECT r.n, r.office, r.recorded_at, r.expires_at, EXISTS (SELECT 1 FROM entry WHERE reservation = r.n) \
         FROM reservation r ORDER BY r.n DESC",
    )?;
    let mut rows = latest.query([])?;
    while let Some(row) = rows.next()? {
        let unsigned = Unsigned { recorded_at: row.get(2)?, expires_at: row.get(3)? };
        if unsigned.recorded_at.saturating_add(WINDOW_SECONDS) < last_recorded {
            break;
        }
        if !row.get::<_, bool>(4)? {
            waiting.add(&reader::office(row, 1)?, row.get(0)?, unsigned);
        }
    }
    waiting.keep();
    Ok(waiting)
}

/// A refusal by the schema where none may be: nobody knows what the register is then.
fn in_doubt(error: rusqlite::Error) -> rusqlite::Error {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::ConstraintViolation) => impossible(0, Type::Null),
        _ => error,
    }
}
