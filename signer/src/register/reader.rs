//! Reading the register: a few read-only connections, used from blocking threads, never waiting for the writer.
//!
//! Every question is asked for one office; an answer about another office cannot be put together here.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use evidence::{Commitment, DocumentType, OfficeId};
use pades::DocumentDigest;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Statement, params};
use tokio::sync::{Semaphore, watch};

use super::schema::{self, Fault, fault};
use super::writer::trip;
use super::{Latest, Preparation, Progress, StopCause};
use crate::domain::{AbandonedReason, Commitments, RequestId, Signature, SignatureName, State};
use crate::error::SignError;

mod document;

#[cfg(test)]
pub(super) use document::QUESTIONS as DOCUMENT_QUESTIONS;
pub(crate) use document::Statuses;
pub(super) use document::{candidate, find_reservation, next_serial, status, status_index, status_value, statuses};

/// Reads at the same time; more wait. Two cores keep two busy, the others wait for the disk.
const READERS: usize = 4;

/// The read-only connections.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    turns: Arc<Semaphore>,
    stop: Arc<watch::Sender<Option<StopCause>>>,
}

impl Readers {
    pub(super) fn open(path: &Path, stop: Arc<watch::Sender<Option<StopCause>>>) -> rusqlite::Result<Self> {
        let first = schema::open_reader(path)?;
        Ok(Self {
            path: path.to_owned(),
            idle: Mutex::new(vec![first]),
            turns: Arc::new(Semaphore::new(READERS)),
            stop,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs a question on a blocking thread.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, SignError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.expect("the semaphore is never closed");
        let readers = Arc::clone(self);
        let answer = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let connection = readers.connection()?;
            let answer = question(&connection);
            readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            answer
        });
        let Ok(answer) = answer.await else { return Err(SignError::TaskLost) };
        answer.map_err(|error| {
            if let Fault::Stop(cause @ StopCause::Corrupt { .. }) = fault(&error) {
                trip(&self.stop, cause);
            }
            SignError::RegisterUnreadable { code: error.sqlite_error().map_or(0, |failure| failure.extended_code) }
        })
    }

    fn connection(&self) -> rusqlite::Result<Connection> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| schema::open_reader(&self.path), Ok)
    }
}

/// A signing act: what its office may see, and what else is recorded of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// What its office may see.
    pub signature: Signature,
    /// What else is recorded.
    pub record: Record,
}

/// What is recorded of an act beyond what its office may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What is kept of the request's texts.
    pub commitments: Commitments,
    /// DER SET OF of the signed attributes.
    pub signed_attributes: Vec<u8>,
    /// How the document was prepared, when the service did.
    pub preparation: Option<Preparation>,
    /// The chain's id.
    pub chain_id: [u8; 32],
    /// The key's id.
    pub key_id: String,
}

/// Columns of an [`Act`]; `e.cms` stands last, so that a listing can leave it out.
macro_rules! act_columns {
    ($cms:literal) => {
        concat!(
            "SELECT i.seq, i.recorded_at, i.office, i.request_id, i.request, i.document_type, i.number, i.officer, i.document_digest, ",
            "i.signed_attributes, i.chain_id, i.key_id, i.claimed_at, i.contents_size, i.replaces, e.kind, e.reason, ",
            "(SELECT r.seq FROM entry r JOIN entry x ON x.intent = r.seq AND x.kind > 2 AND x.kind = 3 ",
            "WHERE r.replaces = i.seq ORDER BY r.seq DESC LIMIT 1), i.status_index, i.seal_hash, ",
            $cms,
            " FROM entry i LEFT JOIN entry e ON e.intent = i.seq AND e.kind > 2 WHERE i.kind = 1 AND i.office = ?1 "
        )
    };
}

const BY_REQUEST: &str = concat!(act_columns!("e.cms"), "AND i.request_id = ?2");
const BY_SEQUENCE: &str = concat!(act_columns!("e.cms"), "AND i.seq = ?2");
const LIST: &str = concat!(act_columns!("NULL"), "AND i.seq < ?2 ORDER BY i.seq DESC LIMIT ?3");

const ENDS: &str = "SELECT intent FROM entry WHERE kind > 2 ORDER BY intent";
const INTENTS: &str = "SELECT seq, office FROM entry INDEXED BY entry_office WHERE kind = 1";

/// What readers ask, for the test that looks at how it is answered.
#[cfg(test)]
pub(super) const QUESTIONS: [&str; 6] = [BY_REQUEST, BY_SEQUENCE, LIST, LATEST, ENDS, INTENTS];

/// Every act of a document, newest first, with the kind of its end.
pub(super) const LATEST: &str = "SELECT i.seq, (SELECT e.kind FROM entry e WHERE e.intent = i.seq AND e.kind > 2) FROM entry i \
     WHERE i.kind = 1 AND i.office = ?1 AND i.document_type = ?2 AND i.number = ?3 ORDER BY i.seq DESC";

pub(super) fn find_by_request(
    connection: &Connection,
    office: &OfficeId,
    request_id: RequestId,
) -> rusqlite::Result<Option<Act>> {
    connection.prepare_cached(BY_REQUEST)?.query_row(params![office.as_str(), request_id.as_bytes()], act).optional()
}

pub(super) fn find_by_sequence(
    connection: &Connection,
    office: &OfficeId,
    sequence: u64,
) -> rusqlite::Result<Option<Act>> {
    connection.prepare_cached(BY_SEQUENCE)?.query_row(params![office.as_str(), sequence], act).optional()
}

pub(super) fn list(
    connection: &Connection,
    office: &OfficeId,
    below: Option<u64>,
    limit: u32,
) -> rusqlite::Result<Vec<Act>> {
    let below = below.unwrap_or(i64::MAX.unsigned_abs());
    connection.prepare_cached(LIST)?.query_map(params![office.as_str(), below, limit], act)?.collect()
}

pub(super) fn latest(
    connection: &Connection,
    office: &OfficeId,
    document_type: &DocumentType,
    number: Commitment,
) -> rusqlite::Result<Option<Latest>> {
    latest_by(&mut *connection.prepare_cached(LATEST)?, office, document_type, number)
}

/// The same with the writer's own statement: inside its transaction this is what makes "signed before" free of races.
pub(super) fn latest_by(
    statement: &mut Statement<'_>,
    office: &OfficeId,
    document_type: &DocumentType,
    number: Commitment,
) -> rusqlite::Result<Option<Latest>> {
    let mut acts = statement.query(params![office.as_str(), document_type.as_str(), number.as_bytes()])?;
    while let Some(row) = acts.next()? {
        let progress = match row.get::<_, Option<u8>>(1)? {
            None => Progress::Open,
            Some(schema::OUTCOME) => Progress::Signed,
            Some(_) => continue, // abandoned: nothing was released, so the document was not signed by it
        };
        return Ok(Some(Latest { sequence: row.get(0)?, progress }));
    }
    Ok(None)
}

/// Intents without an end. Two scans of indexes and a comparison: a join of a million acts would cost seconds at every
/// start.
pub(super) fn open_intents(connection: &Connection) -> rusqlite::Result<Vec<SignatureName>> {
    let transaction = connection.unchecked_transaction()?; // both scans see one state
    let mut ends = transaction.prepare(ENDS)?;
    let ends: Vec<u64> = ends.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let mut intents = transaction.prepare(INTENTS)?;
    let mut rows = intents.query([])?;
    let mut open = Vec::new();
    while let Some(row) = rows.next()? {
        let sequence: u64 = row.get(0)?;
        if ends.binary_search(&sequence).is_err() {
            open.push(SignatureName { office: office(row, 1)?, sequence });
        }
    }
    open.sort_unstable_by_key(|name| name.sequence);
    Ok(open)
}

fn act(row: &Row<'_>) -> rusqlite::Result<Act> {
    let office = office(row, 2)?;
    let named = |sequence: Option<u64>| sequence.map(|sequence| SignatureName { office: office.clone(), sequence });
    let state = match row.get::<_, Option<u8>>(15)? {
        None => State::Open,
        Some(schema::OUTCOME) => State::Signed { cms: row.get(20)? },
        Some(_) => State::Abandoned {
            reason: AbandonedReason::from_code(row.get(16)?).ok_or_else(|| impossible(16, Type::Integer))?,
        },
    };
    let document_type: String = row.get(5)?;
    let preparation = match (row.get(12)?, row.get(13)?) {
        (Some(claimed_at), Some(contents_size)) => Some(Preparation { claimed_at, contents_size }),
        _ => None,
    };
    Ok(Act {
        signature: Signature {
            name: SignatureName { office: office.clone(), sequence: row.get(0)? },
            request_id: RequestId::from_bytes(row.get(3)?),
            signed_at: row.get(1)?,
            document_type: DocumentType::parse(&document_type).map_err(|_| impossible(5, Type::Text))?,
            document_digest: DocumentDigest::from_sha256(row.get(8)?),
            state,
            replaces: named(row.get(14)?),
            replaced_by: named(row.get(17)?),
            status_index: row.get::<_, Option<u64>>(18)?.map(|number| status_index(number, 18)).transpose()?,
            seal_hash: row.get(19)?,
        },
        record: Record {
            commitments: Commitments {
                request: Commitment::from_bytes(row.get(4)?),
                number: Commitment::from_bytes(row.get(6)?),
                officer: Commitment::from_bytes(row.get(7)?),
            },
            signed_attributes: row.get(9)?,
            preparation,
            chain_id: row.get(10)?,
            key_id: row.get(11)?,
        },
    })
}

pub(super) fn office(row: &Row<'_>, column: usize) -> rusqlite::Result<OfficeId> {
    OfficeId::parse(&row.get::<_, String>(column)?).map_err(|_| impossible(column, Type::Text))
}

/// A value that the writer cannot have written.
pub(super) fn impossible(column: usize, found: Type) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnType(column, "entry".to_owned(), found)
}
