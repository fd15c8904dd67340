//! The register's tables, how they came to be, and how a connection to them is set up.
//!
//! Every table is append-only: triggers refuse UPDATE and DELETE, and refuse an INSERT that is not the next number or that
//! goes back in time. They bind whoever opens the file, not only this program. A change of the schema is a new
//! `user_version`; a register of an earlier version is brought to the latest one in a single transaction, which adds and
//! never rewrites, so that it is of either version whenever the process ends.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{OpenError, StopCause};

mod version_1;
mod version_2;

/// "TKN1": marks the file as a register of ours (`PRAGMA application_id`).
const APPLICATION_ID: i32 = 0x544b_4e31;
/// Version of the tables below.
const SCHEMA_VERSION: i32 = 2;
/// SQLite 3.51.3: every version from 3.7.0 on before it can lose commits in WAL mode with two connections (WAL-reset
/// race).
const SQLITE_LEAST: i32 = 3_051_003;
/// Milliseconds that a connection waits for a lock of another program, such as a backup.
const BUSY_TIMEOUT_MS: u32 = 2_000;

/// Kinds of entries, as stored.
pub(super) const ATTEMPT: u8 = 2;
pub(super) const OUTCOME: u8 = 3;
pub(super) const ABANDONED: u8 = 4;

/// How hard a commit waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flush {
    /// `synchronous=FULL`: a commit returns when the disk has it.
    EveryCommit,
    /// `synchronous=NORMAL`: a power loss takes commits away that were already answered.
    Never,
}

/// Opens the connection that writes, and makes the tables if the file is new or of an earlier version.
pub(super) fn open_writer(path: &Path, flush: Flush) -> Result<Connection, OpenError> {
    let version = rusqlite::version_number();
    if version < SQLITE_LEAST {
        return Err(OpenError::SqliteTooOld { version, least: SQLITE_LEAST });
    }
    let mut connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW,
    )?;
    connection.busy_timeout(std::time::Duration::from_millis(u64::from(BUSY_TIMEOUT_MS)))?;
    let journal: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if journal != "wal" {
        return Err(OpenError::NoWriteAheadLog);
    }
    let wanted: i64 = match flush {
        Flush::EveryCommit => 2,
        Flush::Never => 1,
    };
    connection.pragma_update(None, "synchronous", wanted)?;
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    if synchronous != wanted {
        return Err(OpenError::NoFlush);
    }
    // Checkpoints are the writer's own: SQLite would drop their errors, and the first I/O error must stop the service.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    connection.pragma_update(None, "cache_size", -64 * 1024)?; // KiB
    connection.pragma_update(None, "temp_store", "MEMORY")?; // no file but ours can be missing or full
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "recursive_triggers", true)?; // or INSERT OR REPLACE would pass the DELETE trigger
    make_tables(&mut connection)?;
    settle(&connection)?;
    Ok(connection)
}

/// Opens a connection that can only read.
pub(super) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW,
    )?;
    connection.busy_timeout(std::time::Duration::from_millis(u64::from(BUSY_TIMEOUT_MS)))?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

/// Moves what an earlier process left in the log into the register. Its last flush may have failed: the system then shows
/// octets that no disk has, and never writes them again. Written anew they are flushed, or the error is told now.
fn settle(connection: &Connection) -> Result<(), OpenError> {
    match connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0)) {
        Ok(false) => Ok(()),
        Ok(true) => {
            tracing::warn!("another program reads the register: its log could not be emptied");
            Ok(())
        }
        // Without room nothing new is taken; what is on record can be read.
        Err(error) if matches!(fault(&error), Fault::Full | Fault::Busy) => {
            tracing::warn!(%error, "the register's log could not be emptied");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

fn make_tables(connection: &mut Connection) -> Result<(), OpenError> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let pragma = |name: &str| transaction.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let (application_id, version) = (pragma("application_id")?, pragma("user_version")?);
    let objects: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (application_id, version, objects) {
        (APPLICATION_ID, SCHEMA_VERSION, _) => return Ok(()),
        (APPLICATION_ID, 1, _) => tracing::info!(from = 1, to = SCHEMA_VERSION, "the register gets a new schema"),
        (0, 0, 0) => transaction.execute_batch(version_1::SCHEMA)?,
        (APPLICATION_ID, version, _) => return Err(OpenError::SchemaVersion { version, known: SCHEMA_VERSION }),
        _ => return Err(OpenError::NotARegister),
    }
    // A new register goes the same way as an old one, so that both are the same in the end.
    transaction.execute_batch(version_2::ADDITIONS)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()?;
    Ok(())
}

/// The first version's tables and what the second one adds, for the tests that make registers of both.
#[cfg(test)]
pub(super) mod versions {
    pub(in crate::register) use super::version_1::SCHEMA as FIRST;
    pub(in crate::register) use super::version_2::ADDITIONS as SECOND;

    pub(in crate::register) const APPLICATION_ID: i32 = super::APPLICATION_ID;
}

/// What an SQLite error means for the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// No space: nothing was written, and it may be tried again.
    Full,
    /// Another program holds the lock: nothing was written, and it may be tried again.
    Busy,
    /// A constraint or a trigger refused this one entry.
    Refused,
    /// Anything else: whether the disk has what it was given is not known.
    Stop(StopCause),
}

pub(super) fn fault(error: &rusqlite::Error) -> Fault {
    let Some(failure) = error.sqlite_error() else {
        // rusqlite's own refusals (a type that does not fit): a fault of this program, and a doubt all the same.
        return Fault::Stop(StopCause::Io { code: 0 });
    };
    let code = failure.extended_code;
    match failure.code {
        rusqlite::ErrorCode::DiskFull => Fault::Full,
        rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked => Fault::Busy,
        rusqlite::ErrorCode::ConstraintViolation => Fault::Refused,
        rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase => {
            Fault::Stop(StopCause::Corrupt { code })
        }
        _ => Fault::Stop(StopCause::Io { code }),
    }
}
