//! The register: what the service says it did, durably, before and after each use of the key.
//!
//! Append-only entries with a gap-free sequence in one SQLite file (WAL, `synchronous=FULL`). One thread writes; it
//! commits whatever is waiting in one transaction, so a lone request waits for one flush and a thousand share it. Reads
//! go through connections of their own and never wait for the writer.
//!
//! | entry | says |
//! | --- | --- |
//! | intent | these attributes are about to be signed with this key, for this office and request |
//! | attempt | the key is about to be used once more for an intent whose first value was never released |
//! | outcome | this CMS came of it, and is released from now on |
//! | abandoned | nothing was released for this intent and nothing will be, for this reason |
//!
//! Beside the entries, in the same transactions: reservations of status indexes and seals, changes of a document's
//! status, publications of status lists. An intent has its status index from the start; its outcome makes the index valid and
//! supersedes what it replaces, in one step.
//!
//! Invariants: no number is skipped or used twice; time never decreases; an intent has at most one end; a request id
//! has at most one intent in its office; of one office's document (type and number) only the latest signature can be
//! replaced; a status index is given once, a reservation is signed once, INVALID and SUPERSEDED are final, the time of a
//! shard's lists only grows; it belongs to one commitment key. At the first error that leaves a doubt about the disk, and when its files are no
//! longer where they were opened, the register stops and stays stopped: see [`StopCause`].
//!
//! It keeps commitments, never a name, a number or an officer. It does not sign, and does not decide who may.

mod binding;
pub(crate) mod board;
mod lock;
mod place;
pub(crate) mod publication;
mod reader;
mod reservation;
mod schema;
mod space;
mod status_change;
mod status_indexes;
mod waiting;
mod writer;

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use evidence::{Commitment, CommitmentKey, DocumentType, OfficeId, StatusIndex};
use keys::KeyId;
use pades::{DocumentDigest, SignedAttributes};
use tokio::sync::watch;

use self::board::Board;
use self::lock::RegisterLock;
use self::place::Place;
use self::publication::Published;
use self::reader::Readers;
pub(crate) use self::reader::Statuses;
pub use self::reader::{Act, Record};
pub use self::reservation::{NewReservation, Reserved};
use self::schema::Flush;
use self::space::Space;
pub use self::status_change::{Changed, NewStatusChange};
pub use self::status_indexes::GivenIndex;
use self::status_indexes::StatusIndexes;
use self::writer::{Follow, Writer};
use crate::clock::Clock;
use crate::domain::{
    AbandonedReason, Commitments, RequestId, ReservationKey, ReservationRecord, SignatureName, StatusRecord,
};
use crate::error::SignError;

/// Why the register stopped. It does not start again within this process: what the kernel says about a file after a
/// failed flush cannot be believed, so the process must end (exit code 74) and read the disk anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StopCause {
    /// A write or a flush failed.
    #[error("writing failed (SQLite code {code})")]
    Io {
        /// Extended result code of SQLite; 0 when the fault is not SQLite's.
        code: i32,
    },
    /// A file of the register is no longer where it was: what is written to it now, no later start will find.
    #[error("the register's files were moved, removed or replaced while it was open")]
    Moved,
    /// The file is damaged.
    #[error("the register is damaged (SQLite code {code})")]
    Corrupt {
        /// Extended result code of SQLite; 0 when a record was found to be impossible.
        code: i32,
    },
}

/// Why a register cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another server has it open.
    #[error("another server is using this register: {} is locked", path.display())]
    InUse {
        /// The lock file.
        path: PathBuf,
    },
    /// The lock file cannot be made.
    #[error("the lock file {} cannot be used: {kind}", path.display())]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// The register's file cannot be made.
    #[error("the register {} cannot be made: {kind}", path.display())]
    Create {
        /// The register's file.
        path: PathBuf,
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// This SQLite can lose commits.
    #[error("SQLite {version} can lose commits; {least} or newer is needed")]
    SqliteTooOld {
        /// Version number found.
        version: i32,
        /// Version number needed.
        least: i32,
    },
    /// The file is a database of something else.
    #[error("the file is not a register of this service")]
    NotARegister,
    /// The file was written by another version of the service.
    #[error("the register has schema {version}; this service knows {known}")]
    SchemaVersion {
        /// Version found.
        version: i32,
        /// Version known.
        known: i32,
    },
    /// The register was made with another commitment key.
    #[error("the register was made with another commitment key; restore the key that was kept with it")]
    OtherCommitmentKey,
    /// Write-ahead logging is not to be had here, for example on a network file system.
    #[error("the register's file system does not allow write-ahead logging")]
    NoWriteAheadLog,
    /// SQLite did not take the setting that makes commits durable.
    #[error("the register cannot be made durable")]
    NoFlush,
    /// SQLite says no.
    #[error("the register cannot be opened: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The writer's thread cannot be started.
    #[error("the register's thread cannot be started: {0}")]
    Thread(io::ErrorKind),
}

/// Why an entry that follows an intent was not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// No space. Nothing was recorded; it may be tried again.
    #[error("the register's disk is full")]
    Full,
    /// Another program holds the lock. Nothing was recorded; it may be tried again.
    #[error("the register is held by another program")]
    Busy,
    /// The intent has an end already, or there is no such intent.
    #[error("the intent has an end already, or there is no such intent")]
    AlreadyEnded,
    /// The register has stopped. Whether the entry is recorded is not known.
    #[error("the register has stopped: {0}")]
    Stopped(StopCause),
}

/// What the writer gives an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Number of the entry.
    pub sequence: u64,
    /// Time of the entry, Unix seconds.
    pub recorded_at: u64,
    /// Index in the status list: its reservation's, or a new one. None where no commitment key is bound.
    pub status_index: Option<StatusIndex>,
    /// Hash of the seal, as its reservation has it.
    pub seal_hash: Option<[u8; 32]>,
}

/// Makes the signed attributes once number and time are known. It runs in the writer's thread: no I/O, no key, nothing
/// slow.
pub type BuildAttributes = Box<dyn FnOnce(Slot) -> Result<SignedAttributes, SignError> + Send>;

/// How a document was prepared: with this, the same octets can be prepared again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preparation {
    /// `/M`, Unix seconds. The intent's time is this one, unless something was recorded at a later second meanwhile.
    pub claimed_at: u64,
    /// Octets reserved for the CMS.
    pub contents_size: u32,
}

/// An intent that is to be recorded.
pub struct NewIntent {
    /// The office.
    pub office: OfficeId,
    /// Its name for the act.
    pub request_id: RequestId,
    /// What is kept of the request's texts.
    pub commitments: Commitments,
    /// The document's type.
    pub document_type: DocumentType,
    /// The digest.
    pub document_digest: DocumentDigest,
    /// How the document was prepared, when the service did.
    pub preparation: Option<Preparation>,
    /// The key.
    pub key_id: KeyId,
    /// Its chain.
    pub chain_id: [u8; 32],
    /// The signature to replace.
    pub replaces: Option<SignatureName>,
    /// The reservation to take.
    pub reservation: Option<ReservationKey>,
    /// Makes the signed attributes.
    pub build: BuildAttributes,
}

impl std::fmt::Debug for NewIntent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewIntent")
            .field("office", &self.office)
            .field("request_id", &self.request_id)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

/// What came of an intent that was to be recorded.
#[derive(Debug)]
pub enum Recorded {
    /// It is on record, durably.
    New {
        /// Its number and time.
        slot: Slot,
        /// The attributes that were recorded.
        attributes: SignedAttributes,
    },
    /// The office used this request id before; nothing was recorded.
    Existing {
        /// Number of the intent of then.
        sequence: u64,
    },
}

/// The register.
///
/// Dropping it waits for the writer to finish what it was given.
#[derive(Debug)]
pub struct Register {
    // In this order: the writer ends, the readers close, the lock goes.
    writer: Writer,
    readers: Arc<Readers>,
    indexes: Arc<StatusIndexes>,
    board: Arc<Board>,
    _lock: RegisterLock,
}

impl Register {
    /// Opens a register, or makes a new one. The lock file lies beside it (`register.db` has `register.lock`).
    ///
    /// # Errors
    ///
    /// [`OpenError`]; [`OpenError::InUse`] when another server has it.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Self::open_with(path, clock, Flush::EveryCommit)
    }

    /// Opens a register whose commits do not wait for the disk: **a power loss takes away signatures that were
    /// released.**
    ///
    /// It exists for one purpose: the test that replays power losses must be seen to find them when they are there.
    /// Nothing in the service calls it.
    ///
    /// # Errors
    ///
    /// As [`Register::open`].
    pub fn open_danger_without_flush(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Self::open_with(path, clock, Flush::Never)
    }

    fn open_with(path: &Path, clock: Arc<dyn Clock>, flush: Flush) -> Result<Self, OpenError> {
        // SQLite refuses symbolic links anywhere in the path; only the register itself must not be one.
        let path = &resolve_directory(path)?;
        let lock = RegisterLock::take(path)?;
        create_durably(path)?;
        let connection = schema::open_writer(path, flush)?;
        let (stop, _) = watch::channel(None);
        let stop = Arc::new(stop);
        let readers = Arc::new(Readers::open(path, Arc::clone(&stop))?);
        let indexes = Arc::new(StatusIndexes::starting_at(reader::next_serial(&connection)?));
        let board = Arc::new(Board::default());
        let shared = (Arc::clone(&indexes), Arc::clone(&board));
        let writer = Writer::start(connection, Space::of(path), Place::of(path), clock, stop, shared)?;
        Ok(Self { writer, readers, indexes, board, _lock: lock })
    }

    /// Sees that the register belongs to this commitment key; the first one that a register is given is its own.
    ///
    /// # Errors
    ///
    /// [`OpenError::OtherCommitmentKey`], or what SQLite says.
    pub fn bind(&self, key: &CommitmentKey) -> Result<(), OpenError> {
        binding::bind(self.readers.path(), key)?;
        self.indexes.bind(key);
        Ok(())
    }

    /// Takes a status index for a reservation that is about to be recorded. None where no commitment key is bound, and when
    /// all were given.
    #[must_use]
    pub fn take_status_index(&self) -> Option<GivenIndex> {
        self.indexes.take()
    }

    /// Refuses an office that has too many reservations, before anything is taken for one more.
    pub(crate) fn may_reserve(&self, office: &OfficeId, now: u64) -> Result<(), SignError> {
        self.board.may_reserve(office, now)
    }

    /// Records a reservation, unless the office used its request id before. When this returns [`Reserved::New`], the disk has it.
    ///
    /// # Errors
    ///
    /// [`SignError`] with nothing recorded: [`SignError::TooManyReservations`], the clock's, the register's.
    pub async fn record_reservation(&self, reservation: NewReservation) -> Result<Reserved, SignError> {
        self.writer.record_reservation(reservation).await
    }

    /// Records a change of a status, unless the office asked for it before. When this returns, the disk has it.
    ///
    /// # Errors
    ///
    /// [`SignError`] with nothing recorded: the change's refusals, the clock's, the register's.
    pub async fn record_status_change(&self, change: NewStatusChange) -> Result<Changed, SignError> {
        self.writer.record_change(change).await
    }

    /// Records that lists of these shards are about to leave, and gives each its time.
    pub(crate) async fn record_publication(&self, shards: Vec<u32>) -> Result<Published, SignError> {
        self.writer.record_publication(shards).await
    }

    /// What changes from commit to commit.
    pub(crate) fn board(&self) -> &Arc<Board> {
        &self.board
    }

    /// The shard of the last status index that was given.
    pub(crate) fn last_shard(&self) -> u32 {
        self.indexes.last_shard()
    }

    /// The state of every status list.
    pub(crate) async fn statuses(&self) -> Result<Statuses, SignError> {
        self.readers.read(reader::statuses).await
    }

    /// The reservation that an office made under a request id.
    ///
    /// # Errors
    ///
    /// [`SignError::RegisterUnreadable`].
    pub async fn find_reservation(
        &self,
        office: &OfficeId,
        request_id: RequestId,
    ) -> Result<Option<ReservationRecord>, SignError> {
        let office = office.clone();
        self.readers.read(move |connection| reader::find_reservation(connection, &office, request_id)).await
    }

    /// Checks, without taking it, that a reservation could be signed for this document now.
    pub(crate) async fn check_reservation(
        &self,
        office: &OfficeId,
        reservation: &ReservationKey,
        document_type: &DocumentType,
        number: Commitment,
        now: u64,
    ) -> Result<(), SignError> {
        let (office, reservation) = (office.clone(), reservation.clone());
        let found = self.readers.read(move |connection| reader::candidate(connection, &office, &reservation)).await?;
        found.ok_or(SignError::ReservationNotFound)?.check(document_type, number, now)
    }

    /// The status of an office's signature.
    ///
    /// # Errors
    ///
    /// [`SignError::RegisterUnreadable`].
    pub async fn status(&self, name: &SignatureName) -> Result<Option<StatusRecord>, SignError> {
        let name = name.clone();
        self.readers.read(move |connection| reader::status(connection, &name)).await
    }

    /// Records an intent, unless the office used its request id before. When this returns [`Recorded::New`], the disk
    /// has it.
    ///
    /// # Errors
    ///
    /// [`SignError`] with nothing recorded: the act's refusals, the clock's, the register's, and whatever `build` gave.
    pub async fn record_intent(&self, intent: NewIntent) -> Result<Recorded, SignError> {
        self.writer.record_intent(intent).await
    }

    /// Records that the key is about to be used once more for an open intent.
    ///
    /// # Errors
    ///
    /// [`WriteError`].
    pub async fn record_attempt(&self, intent: u64, key_id: &KeyId) -> Result<(), WriteError> {
        self.writer.record(intent, Follow::Attempt { key_id: key_id.as_str().to_owned() }).await
    }

    /// Records the CMS that came of an intent. When this returns, the disk has it and it may be released.
    ///
    /// # Errors
    ///
    /// [`WriteError`]; nothing may be released then.
    pub async fn record_outcome(&self, intent: u64, cms_der: Vec<u8>) -> Result<(), WriteError> {
        self.writer.record(intent, Follow::Outcome { cms_der }).await
    }

    /// Records that nothing was released for an intent and nothing will be.
    ///
    /// # Errors
    ///
    /// [`WriteError`].
    pub async fn record_abandoned(&self, intent: u64, reason: AbandonedReason) -> Result<(), WriteError> {
        self.writer.record(intent, Follow::Abandoned { reason }).await
    }

    /// An office's act by its request id, with everything that is recorded of it.
    ///
    /// # Errors
    ///
    /// [`SignError::RegisterUnreadable`].
    pub async fn find_by_request(&self, office: &OfficeId, request_id: RequestId) -> Result<Option<Act>, SignError> {
        let office = office.clone();
        self.readers.read(move |connection| reader::find_by_request(connection, &office, request_id)).await
    }

    /// An office's act by its number.
    ///
    /// # Errors
    ///
    /// [`SignError::RegisterUnreadable`].
    pub async fn find_by_sequence(&self, office: &OfficeId, sequence: u64) -> Result<Option<Act>, SignError> {
        let office = office.clone();
        self.readers.read(move |connection| reader::find_by_sequence(connection, &office, sequence)).await
    }

    /// An office's acts, newest first, below a number, without their CMS.
    ///
    /// # Errors
    ///
    /// [`SignError::RegisterUnreadable`].
    pub async fn list(&self, office: &OfficeId, below: Option<u64>, limit: u32) -> Result<Vec<Act>, SignError> {
        let office = office.clone();
        self.readers.read(move |connection| reader::list(connection, &office, below, limit)).await
    }

    /// The latest act of an office's document that was not abandoned, and whether it is still open.
    ///
    /// # Errors
    ///
    /// [`SignError::RegisterUnreadable`].
    pub async fn latest_of_document(
        &self,
        office: &OfficeId,
        document_type: &DocumentType,
        number: Commitment,
    ) -> Result<Option<Latest>, SignError> {
        let (office, document_type) = (office.clone(), document_type.clone());
        self.readers.read(move |connection| reader::latest(connection, &office, &document_type, number)).await
    }

    /// The office and number of every intent without an end, oldest first.
    ///
    /// # Errors
    ///
    /// [`SignError::RegisterUnreadable`].
    pub async fn open_intents(&self) -> Result<Vec<SignatureName>, SignError> {
        self.readers.read(reader::open_intents).await
    }

    /// Time of the last entry, Unix seconds; 0 in an empty register.
    #[must_use]
    pub fn last_recorded_at(&self) -> u64 {
        self.writer.last_recorded_at()
    }

    /// Tells when the register stops. The process must then end with exit code 74.
    #[must_use]
    pub fn fatal(&self) -> watch::Receiver<Option<StopCause>> {
        self.writer.fatal()
    }

    /// Stops the register: a record was found to be other than it was written.
    pub(crate) fn stop(&self, cause: StopCause) {
        self.writer.stop(cause);
    }
}

/// The latest act of a document that was not abandoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latest {
    /// Number of its intent.
    pub sequence: u64,
    /// Whether it has an outcome.
    pub progress: Progress,
}

/// Whether an act has come to its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// No end is recorded yet.
    Open,
    /// Its outcome is recorded.
    Signed,
}

/// Decides whether a document may be signed now, given its latest act.
///
/// # Errors
///
/// [`SignError::DocumentAlreadySigned`], [`SignError::ReplacesNotLatest`], [`SignError::ReplacesOpen`].
pub(crate) fn check_replacement(
    office: &OfficeId,
    latest: Option<Latest>,
    replaces: Option<&SignatureName>,
) -> Result<(), SignError> {
    match (latest, replaces) {
        (None, None) => Ok(()),
        (Some(latest), None) => Err(SignError::DocumentAlreadySigned {
            latest: SignatureName { office: office.clone(), sequence: latest.sequence },
        }),
        (Some(latest), Some(named)) if named.office == *office && named.sequence == latest.sequence => {
            match latest.progress {
                Progress::Signed => Ok(()),
                Progress::Open => Err(SignError::ReplacesOpen),
            }
        }
        // Absent, another document's, an older one, another office's: one answer, which tells nothing about other
        // offices.
        (_, Some(_)) => Err(SignError::ReplacesNotLatest),
    }
}

/// The same path with every link on the way to the file followed.
fn resolve_directory(path: &Path) -> Result<PathBuf, OpenError> {
    let failed = |kind: io::ErrorKind| OpenError::Create { path: path.to_owned(), kind };
    let name = path.file_name().ok_or_else(|| failed(io::ErrorKind::InvalidFilename))?;
    let directory = directory_of(path).canonicalize().map_err(|error| failed(error.kind()))?;
    Ok(directory.join(name))
}

fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the file, readable by its owner only, and its directory entry durable.
fn create_durably(path: &Path) -> Result<(), OpenError> {
    let failed = |error: io::Error| OpenError::Create { path: path.to_owned(), kind: error.kind() };
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(file) => file.sync_all().map_err(failed)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(failed(error)),
    }
    File::open(directory_of(path)).and_then(|directory| directory.sync_all()).map_err(failed)
}

#[cfg(test)]
mod tests;
