//! Reading reservations, statuses and publications.

use std::collections::BTreeMap;

use evidence::status::StatusValue;
use evidence::{Commitment, DocumentType, OfficeId, StatusIndex};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{impossible, office};
use crate::domain::{
    RequestId, ReservationKey, ReservationName, ReservationRecord, SealRecord, SignatureName, StatusReason,
    StatusRecord,
};
use crate::error::SignError;
use crate::register::schema;
use crate::register::status_indexes::GivenIndex;

/// The reservation that an office made under a request id.
const RESERVATION: &str = "SELECT office, n, request, document_type, number, status_index, issued_at, expires_at, seal_hash, seal_key_id \
     FROM reservation WHERE office = ?1 AND request_id = ?2";

/// A signature's index, end and latest change.
const STATUS: &str = "SELECT i.status_index, e.kind, e.seq, c.n, c.status, c.recorded_at, c.reason_code, c.by_intent FROM entry i \
     LEFT JOIN entry e ON e.intent = i.seq AND e.kind > 2 \
     LEFT JOIN status_change c ON c.n = (SELECT max(n) FROM status_change WHERE intent = i.seq) \
     WHERE i.kind = 1 AND i.office = ?1 AND i.seq = ?2";
const PUBLISHED_WITH_ENTRY: &str =
    "SELECT issued_at FROM publication WHERE shard = ?1 AND last_entry >= ?2 ORDER BY last_entry LIMIT 1";
const PUBLISHED_WITH_CHANGE: &str =
    "SELECT issued_at FROM publication WHERE shard = ?1 AND last_change >= ?2 ORDER BY last_change LIMIT 1";
const INDEXES: &str = "SELECT seq, status_index FROM entry INDEXED BY entry_status WHERE status_serial IS NOT NULL";
const CHANGES: &str = "SELECT status_index, status FROM status_change WHERE status_index IS NOT NULL ORDER BY n";

/// What readers ask of documents, for the test that looks at how it is answered.
#[cfg(test)]
pub(in crate::register) const QUESTIONS: [&str; 6] =
    [RESERVATION, STATUS, PUBLISHED_WITH_ENTRY, PUBLISHED_WITH_CHANGE, CANDIDATE_BY_SEAL, CANDIDATE_BY_NUMBER];

/// Every value of the status lists that is not INVALID for never having been released.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Statuses {
    /// Indexes of what was released.
    pub(crate) released: Vec<StatusIndex>,
    /// What became of them, in its order.
    pub(crate) changes: Vec<(StatusIndex, StatusValue)>,
    /// Shards of which an index was given to somebody: from 0 to this one.
    pub(crate) last_shard: u32,
    /// The time of the last list of each shard that had one.
    pub(crate) issued: BTreeMap<u32, u64>,
}

/// The state of all lists, of one moment. Scans of indexes and a comparison, as for the open intents.
pub(in crate::register) fn statuses(connection: &Connection) -> rusqlite::Result<Statuses> {
    let transaction = connection.unchecked_transaction()?; // all of them see one state
    let ended: Vec<u64> = transaction
        .prepare(ENDS_OF_KIND)?
        .query_map(params![schema::OUTCOME], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut statuses = Statuses { released: Vec::with_capacity(ended.len()), ..Statuses::default() };
    let mut given = transaction.prepare(INDEXES)?;
    let mut rows = given.query([])?;
    while let Some(row) = rows.next()? {
        if ended.binary_search(&row.get(0)?).is_ok() {
            statuses.released.push(status_index(row.get(1)?, 1)?);
        }
    }
    statuses.changes = transaction
        .prepare(CHANGES)?
        .query_map([], |row| Ok((status_index(row.get(0)?, 0)?, status_value(row, 1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let next: u64 = next_serial(&transaction)?;
    let last = StatusIndex::from_u64(next.saturating_sub(1)).map_err(|_| impossible(0, Type::Integer))?;
    statuses.last_shard = last.shard();
    statuses.issued = transaction
        .prepare("SELECT shard, max(issued_at) FROM publication GROUP BY shard")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(statuses)
}

/// Every intent with an end of one kind, in order; the partial index on ends serves it.
const ENDS_OF_KIND: &str = "SELECT intent FROM entry WHERE kind > 2 AND kind = ?1 ORDER BY intent";

/// The serial that comes after every recorded one.
pub(in crate::register) fn next_serial(connection: &Connection) -> rusqlite::Result<u64> {
    connection.query_row(
        "SELECT 1 + max( \
         ifnull((SELECT max(status_serial) FROM entry WHERE status_serial IS NOT NULL), -1), \
         ifnull((SELECT max(status_serial) FROM reservation), -1))",
        [],
        |row| row.get(0),
    )
}

/// What must be known of a reservation before it is signed.
#[derive(Debug)]
pub(in crate::register) struct Candidate {
    /// Its number.
    pub(in crate::register) number: u64,
    /// Its index.
    pub(in crate::register) given: GivenIndex,
    /// The hash of its seal.
    pub(in crate::register) seal_hash: Option<[u8; 32]>,
    document_type: String,
    document_number: [u8; 32],
    expires_at: u64,
    is_used: bool,
}

/// The reservation of this office that is named so. Another office's is not even looked for.
pub(in crate::register) fn candidate(
    connection: &Connection,
    office: &OfficeId,
    reservation: &ReservationKey,
) -> rusqlite::Result<Option<Candidate>> {
    match reservation {
        ReservationKey::Seal(hash) => connection
            .prepare_cached(CANDIDATE_BY_SEAL)?
            .query_row(params![office.as_str(), hash], to_candidate)
            .optional(),
        ReservationKey::Name(name) if name.office != *office => Ok(None),
        ReservationKey::Name(name) => connection
            .prepare_cached(CANDIDATE_BY_NUMBER)?
            .query_row(params![office.as_str(), name.number], to_candidate)
            .optional(),
    }
}

macro_rules! candidate_columns {
    ($which:literal) => {
        concat!(
            "SELECT r.n, r.document_type, r.number, r.status_serial, r.status_index, r.expires_at, r.seal_hash, ",
            "EXISTS (SELECT 1 FROM entry WHERE reservation = r.n) FROM reservation r WHERE r.office = ?1 AND ",
            $which
        )
    };
}

const CANDIDATE_BY_SEAL: &str = candidate_columns!("r.seal_hash = ?2");
const CANDIDATE_BY_NUMBER: &str = candidate_columns!("r.n = ?2");

fn to_candidate(row: &Row<'_>) -> rusqlite::Result<Candidate> {
    Ok(Candidate {
        number: row.get(0)?,
        given: GivenIndex { serial: row.get(3)?, index: status_index(row.get(4)?, 4)? },
        seal_hash: row.get(6)?,
        document_type: row.get(1)?,
        document_number: row.get(2)?,
        expires_at: row.get(5)?,
        is_used: row.get(7)?,
    })
}

impl Candidate {
    /// May it be signed for this document now?
    pub(in crate::register) fn check(
        &self,
        document_type: &DocumentType,
        number: Commitment,
        now: u64,
    ) -> Result<(), SignError> {
        if self.document_type != document_type.as_str() || self.document_number != *number.as_bytes() {
            return Err(SignError::ReservationOtherDocument);
        }
        if self.is_used {
            return Err(SignError::ReservationUsed);
        }
        if now > self.expires_at {
            return Err(SignError::ReservationExpired { expired_at: self.expires_at });
        }
        Ok(())
    }
}

pub(in crate::register) fn find_reservation(
    connection: &Connection,
    office: &OfficeId,
    request_id: RequestId,
) -> rusqlite::Result<Option<ReservationRecord>> {
    connection
        .prepare_cached(RESERVATION)?
        .query_row(params![office.as_str(), request_id.as_bytes()], reservation)
        .optional()
}

fn reservation(row: &Row<'_>) -> rusqlite::Result<ReservationRecord> {
    let document_type: String = row.get(3)?;
    let seal = match (row.get(8)?, row.get(9)?) {
        (Some(hash), Some(key_id)) => Some(SealRecord { hash, key_id }),
        _ => None,
    };
    Ok(ReservationRecord {
        name: ReservationName { office: office(row, 0)?, number: row.get(1)? },
        request: Commitment::from_bytes(row.get(2)?),
        document_type: DocumentType::parse(&document_type).map_err(|_| impossible(3, Type::Text))?,
        number: Commitment::from_bytes(row.get(4)?),
        status_index: status_index(row.get(5)?, 5)?,
        issued_at: row.get(6)?,
        expires_at: row.get(7)?,
        seal,
    })
}

/// The status of one signature of an office.
pub(in crate::register) fn status(
    connection: &Connection,
    name: &SignatureName,
) -> rusqlite::Result<Option<StatusRecord>> {
    let transaction = connection.unchecked_transaction()?; // both questions see one state
    let found = transaction
        .prepare_cached(STATUS)?
        .query_row(params![name.office.as_str(), name.sequence], |row| {
            let released = row.get::<_, Option<u8>>(1)? == Some(schema::OUTCOME);
            let status = match row.get::<_, Option<u8>>(4)? {
                Some(_) => status_value(row, 4)?,
                None if released => StatusValue::Valid,
                None => StatusValue::Invalid,
            };
            let reason: Option<u8> = row.get(6)?;
            let by: Option<u64> = row.get(7)?;
            let record = StatusRecord {
                name: name.clone(),
                status_index: row.get::<_, Option<u64>>(0)?.map(|number| status_index(number, 0)).transpose()?,
                status,
                reason_code: StatusReason::from_code(reason.unwrap_or_default())
                    .ok_or_else(|| impossible(6, Type::Integer))?,
                changed_at: row.get(5)?,
                superseded_by: by.map(|sequence| SignatureName { office: name.office.clone(), sequence }),
                published_at: None,
            };
            Ok((record, released.then(|| row.get::<_, u64>(2)).transpose()?, row.get::<_, Option<u64>>(3)?))
        })
        .optional()?;
    let Some((mut record, outcome, change)) = found else { return Ok(None) };
    if let (Some(index), Some(outcome)) = (record.status_index, outcome) {
        let first = |question: &str, number: u64| {
            transaction
                .prepare_cached(question)?
                .query_row(params![index.shard(), number], |row| row.get::<_, u64>(0))
                .optional()
        };
        let released = first(PUBLISHED_WITH_ENTRY, outcome)?;
        record.published_at = match change {
            None => released,
            Some(change) => released.zip(first(PUBLISHED_WITH_CHANGE, change)?).map(|(one, other)| one.max(other)),
        };
    }
    Ok(Some(record))
}

/// A number that the writer recorded as an index.
pub(in crate::register) fn status_index(number: u64, column: usize) -> rusqlite::Result<StatusIndex> {
    StatusIndex::from_u64(number).map_err(|_| impossible(column, Type::Integer))
}

/// A number that the writer recorded as a status.
pub(in crate::register) fn status_value(row: &Row<'_>, column: usize) -> rusqlite::Result<StatusValue> {
    StatusValue::from_code(row.get(column)?).ok_or_else(|| impossible(column, Type::Integer))
}
