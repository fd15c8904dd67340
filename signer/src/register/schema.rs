//! The register's one table, and how a connection to it is set up.
//!
//! `entry` is append-only: triggers refuse UPDATE and DELETE, and refuse an INSERT that is not the next number or that
//! goes back in time. They bind whoever opens the file, not only this program. A change of the schema is a new
//! `user_version`.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{OpenError, StopCause};

/// "TKN1": marks the file as a register of ours (`PRAGMA application_id`).
const APPLICATION_ID: i32 = 0x544b_4e31;
/// Version of the table below.
const SCHEMA_VERSION: i32 = 1;
/// SQLite 3.51.3: every version from 3.7.0 on before it can lose commits in WAL mode with two connections (WAL-reset
/// race).
const SQLITE_LEAST: i32 = 3_051_003;
/// Milliseconds that a connection waits for a lock of another program, such as a backup.
const BUSY_TIMEOUT_MS: u32 = 2_000;

/// Kinds of entries, as stored.
pub(super) const ATTEMPT: u8 = 2;
pub(super) const OUTCOME: u8 = 3;
pub(super) const ABANDONED: u8 = 4;

/// Kinds 3 and 4 end an intent: `kind > 2` in every statement, so that the partial index serves it.
const SCHEMA: &str = "
CREATE TABLE entry (
    seq               INTEGER PRIMARY KEY,  -- gap-free from 1
    recorded_at       INTEGER NOT NULL,     -- Unix seconds, never decreasing; an intent's is its statement's time
    kind              INTEGER NOT NULL,     -- 1 intent, 2 further attempt, 3 outcome, 4 abandoned
    intent            INTEGER,              -- 2, 3, 4: the intent's seq
    key_id            TEXT,                 -- 1, 2: the key that may be used after this entry
    key_counter       INTEGER,              -- 1, 2: which use of that key
    office            TEXT,                 -- 1, as everything up to `replaces`
    request_id        BLOB,                 -- UUID
    request           BLOB,                 -- commitment to the whole request
    document_type     TEXT,
    number            BLOB,                 -- commitment to the document's number
    officer           BLOB,                 -- commitment to the officer's account
    document_digest   BLOB,                 -- SHA-256 over the ByteRange
    signed_attributes BLOB,                 -- DER SET OF: its SHA-256 goes to the key
    chain_id          BLOB,                 -- SHA-256 over the certificates' DER
    claimed_at        INTEGER,              -- SignDocument: /M, Unix seconds
    contents_size     INTEGER,              -- SignDocument: octets reserved for the CMS
    replaces          INTEGER,              -- seq of the intent whose signature this one replaces
    cms               BLOB,                 -- 3: the CMS, DER
    reason            INTEGER,              -- 4: why
    CHECK (CASE kind
        WHEN 1 THEN intent IS NULL AND key_id IS NOT NULL AND key_counter > 0 AND office IS NOT NULL
            AND length(request_id) = 16 AND length(request) = 32 AND document_type IS NOT NULL AND length(number) = 32
            AND length(officer) = 32 AND length(document_digest) = 32 AND signed_attributes IS NOT NULL
            AND length(chain_id) = 32 AND (claimed_at IS NULL) = (contents_size IS NULL) AND cms IS NULL AND reason IS NULL
        WHEN 2 THEN intent < seq AND key_id IS NOT NULL AND key_counter > 0 AND office IS NULL AND cms IS NULL AND reason IS NULL
        WHEN 3 THEN intent < seq AND key_id IS NULL AND office IS NULL AND length(cms) > 0 AND reason IS NULL
        WHEN 4 THEN intent < seq AND key_id IS NULL AND office IS NULL AND cms IS NULL AND reason > 0
        ELSE 0 END)
) STRICT;
CREATE UNIQUE INDEX entry_request ON entry (office, request_id) WHERE kind = 1;
CREATE INDEX entry_number ON entry (office, document_type, number, seq) WHERE kind = 1;
CREATE INDEX entry_office ON entry (office, seq) WHERE kind = 1;
CREATE UNIQUE INDEX entry_end ON entry (intent, kind) WHERE kind > 2;
CREATE UNIQUE INDEX entry_key ON entry (key_id, key_counter) WHERE key_id IS NOT NULL;
CREATE INDEX entry_replaces ON entry (replaces) WHERE replaces IS NOT NULL;
CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry BEGIN
    SELECT RAISE(ABORT, 'the register is append-only');
END;
CREATE TRIGGER entry_is_never_removed BEFORE DELETE ON entry BEGIN
    SELECT RAISE(ABORT, 'the register is append-only');
END;
CREATE TRIGGER entry_follows_the_last BEFORE INSERT ON entry
WHEN NEW.seq <> 1 + ifnull((SELECT max(seq) FROM entry), 0)
  OR NEW.recorded_at < ifnull((SELECT recorded_at FROM entry ORDER BY seq DESC LIMIT 1), 0)
BEGIN
    SELECT RAISE(ABORT, 'the entry is not the next one');
END;
CREATE TRIGGER entry_belongs_to_an_open_intent BEFORE INSERT ON entry
WHEN NEW.intent IS NOT NULL
  AND (ifnull((SELECT kind FROM entry WHERE seq = NEW.intent), 0) <> 1
    OR EXISTS (SELECT 1 FROM entry WHERE intent = NEW.intent AND kind > 2))
BEGIN
    SELECT RAISE(ABORT, 'the entry belongs to no open intent');
END;
";

/// How hard a commit waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flush {
    /// `synchronous=FULL`: a commit returns when the disk has it.
    EveryCommit,
    /// `synchronous=NORMAL`: a power loss takes commits away that were already answered.
    Never,
}

/// Opens the connection that writes, and makes the table if the file is new.
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
    make_table(&mut connection)?;
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

fn make_table(connection: &mut Connection) -> Result<(), OpenError> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let pragma = |name: &str| transaction.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let (application_id, version) = (pragma("application_id")?, pragma("user_version")?);
    let objects: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (application_id, version, objects) {
        (APPLICATION_ID, SCHEMA_VERSION, _) => return Ok(()),
        (0, 0, 0) => {}
        (APPLICATION_ID, version, _) => return Err(OpenError::SchemaVersion { version, known: SCHEMA_VERSION }),
        _ => return Err(OpenError::NotARegister),
    }
    transaction.execute_batch(SCHEMA)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()?;
    Ok(())
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
