//! Which commitment key a register belongs to.
//!
//! Under another key no recorded request is known again: a repeated one would be refused as reused, and a document that was signed
//! would be signed a second time under its number. A register that is restored without its key must not be served, so the first
//! key leaves a commitment of its own here, and every later start is compared with it.

use std::path::Path;

use evidence::{CommitmentDomain, CommitmentKey};
use rusqlite::{OptionalExtension, TransactionBehavior, params};

use super::OpenError;
use super::schema::{self, Flush};

/// No request commits to this text: theirs begin with a kind and a line feed.
const TEXT: &str = "this register";

const TABLE: &str = "
CREATE TABLE IF NOT EXISTS commitment_key (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    commitment BLOB NOT NULL CHECK (length(commitment) = 32)
) STRICT;
CREATE TRIGGER IF NOT EXISTS commitment_key_is_never_changed BEFORE UPDATE ON commitment_key BEGIN
    SELECT RAISE(ABORT, 'the register is append-only');
END;
CREATE TRIGGER IF NOT EXISTS commitment_key_is_never_removed BEFORE DELETE ON commitment_key BEGIN
    SELECT RAISE(ABORT, 'the register is append-only');
END;
";

/// Compares the key with the register's; a register that has none yet takes this one.
pub(super) fn bind(path: &Path, key: &CommitmentKey) -> Result<(), OpenError> {
    let ours = key.commit(CommitmentDomain::Request, TEXT);
    let mut connection = schema::open_writer(path, Flush::EveryCommit)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(TABLE)?;
    let known: Option<[u8; 32]> =
        transaction.query_row("SELECT commitment FROM commitment_key", [], |row| row.get(0)).optional()?;
    match known {
        Some(known) if known == *ours.as_bytes() => {}
        Some(_) => return Err(OpenError::OtherCommitmentKey),
        None => {
            transaction
                .execute("INSERT INTO commitment_key (one, commitment) VALUES (1, ?1)", params![ours.as_bytes()])?;
        }
    }
    transaction.commit()?;
    Ok(())
}
