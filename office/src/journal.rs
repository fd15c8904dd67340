//! The journal of unfinished requests: what was asked is on disk *before* it leaves, so that it can be asked again.
//!
//! ```text
//! state_dir/journal.lock          taken, briefly, to record new entries and to sweep
//! state_dir/locks/<request_id>    taken as long as a run works on that entry
//! state_dir/<request_id>/prepared        the PreparedPdf, or the document itself for --upload
//! state_dir/<request_id>/request.json    what was asked, see [`Request`]
//! ```
//!
//! An entry is made in `.new-<request_id>`, flushed, and renamed; it is removed by a rename to `.done-<request_id>`. So an entry
//! exists whole or not at all, and whatever a crash leaves under those two names was never sent, or is safe already.
//!
//! Invariants: [`Entry`] exists only with its lock held and its files durable; a request that is repeated sends the bytes of its
//! first attempt; an entry that is unreadable is reported and never removed.

mod record;
#[cfg(test)]
mod tests;

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};
use thiserror::Error;

pub use self::record::{Output, Request, Subject, Way};
use crate::{durable, platform, request_id::RequestId};

const RECORD: &str = "request.json";
const PAYLOAD: &str = "prepared";
const LOCKS: &str = "locks";
const JOURNAL_LOCK: &str = "journal.lock";
const NEW: &str = ".new-";
const DONE: &str = ".done-";

/// Threads that flush at one time: the file system then shares one flush of its own journal among them.
const FLUSHERS: usize = 8;

/// Largest `request.json` that is read, in octets: ten certificates of 8 KiB in hexadecimal, and some.
const RECORD_LIMIT_BYTES: u64 = 256 * 1024;

/// The journal of one office.
#[derive(Debug, Clone)]
pub struct Journal {
    folder: PathBuf,
}

/// A request that is about to be recorded.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What is asked.
    pub request: Request,
    /// The prepared PDF, or the document for [`Way::Document`].
    pub payload: Vec<u8>,
}

/// What became of a [`Draft`].
#[derive(Debug)]
pub enum Begun {
    /// It is durable and may be sent.
    Recorded(Entry),
    /// The same document under the same type and number is unfinished: this request must be repeated instead.
    Unfinished(RequestId),
}

/// What became of an attempt to take an entry.
#[derive(Debug)]
pub enum Taken {
    /// It is ours.
    Entry(Entry),
    /// Another run works on it at this moment.
    Busy,
    /// It is finished.
    Gone,
}

/// How this run came by an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// This run recorded it: nobody can have sent it before.
    New,
    /// An earlier run recorded it, and may have sent it.
    Found,
}

/// One unfinished request, held by this run alone.
#[derive(Debug)]
pub struct Entry {
    journal: Journal,
    request: Box<Request>,
    provenance: Provenance,
    // Held, not read: dropping it gives the entry back.
    _lock: File,
}

/// A request that the journal holds, read and not taken.
#[derive(Debug)]
pub struct Unfinished {
    /// Its id.
    pub request_id: RequestId,
    /// What was asked, or why that cannot be read.
    pub request: Result<Request, JournalError>,
}

/// Why the journal could not do its work.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The operating system refused.
    #[error("cannot use {} in the journal", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The record of an entry is not understood.
    #[error("the record of request {request_id} in the journal is damaged")]
    DamagedRecord {
        /// The entry.
        request_id: RequestId,
        /// Where.
        source: serde_json::Error,
    },
    /// The record of an entry is larger than any that is written.
    #[error("the record of request {request_id} in the journal has {size_bytes} octets")]
    RecordTooLarge {
        /// The entry.
        request_id: RequestId,
        /// Its size.
        size_bytes: u64,
    },
    /// The record names another request than its folder does.
    #[error("the folder of request {request_id} in the journal holds the record of {recorded}")]
    MisplacedRecord {
        /// The folder.
        request_id: RequestId,
        /// The record.
        recorded: RequestId,
    },
    /// The prepared document is not the one that was recorded.
    #[error("the prepared document of request {request_id} in the journal is damaged")]
    DamagedPayload {
        /// The entry.
        request_id: RequestId,
    },
    /// The request cannot be written as JSON, which happens to a path that is not Unicode.
    #[error("request {request_id} cannot be recorded")]
    Unrecordable {
        /// The request.
        request_id: RequestId,
        /// Why.
        source: serde_json::Error,
    },
}

impl Journal {
    /// Opens the journal in `folder`, which is made when it is not there.
    ///
    /// # Errors
    ///
    /// [`JournalError::Io`].
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        let locks = folder.join(LOCKS);
        platform::create_private_folder_durably(&locks).map_err(io_at(&locks))?;
        let journal = Self { folder: folder.to_owned() };
        // What a crashed run left holds documents of citizens: it goes now, unless another run is recording, which sweeps too.
        let path = journal.folder.join(JOURNAL_LOCK);
        let lock = open_lock(&path)?;
        match lock.try_lock() {
            Ok(()) => journal.sweep()?,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(source)) => return Err(JournalError::Io { path, source }),
        }
        Ok(journal)
    }

    /// Records requests, durably, all with one flush of the journal's folder. Only what is [`Begun::Recorded`] may be sent.
    ///
    /// # Errors
    ///
    /// [`JournalError`]; then nothing of `drafts` may be sent. What was recorded already is found again by [`Self::unfinished`].
    pub fn begin(&self, drafts: Vec<Draft>) -> Result<Vec<Begun>, JournalError> {
        // 1. Alone: nobody else may record the same subject between our look and our names.
        let _alone = self.lock_journal()?;
        self.sweep()?;
        let mut unfinished: Vec<(Subject, RequestId)> =
            self.unfinished()?.into_iter().filter_map(Unfinished::subject).collect();

        // 2. A subject that is unfinished is not begun twice.
        let mut begun = Vec::with_capacity(drafts.len());
        let mut fresh = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let subject = draft.request.subject();
            if let Some((_, id)) = unfinished.iter().find(|(other, _)| *other == subject) {
                begun.push(Some(Begun::Unfinished(*id)));
            } else {
                unfinished.push((subject, draft.request.request_id));
                begun.push(None);
                fresh.push(draft);
            }
        }

        // 3. Locks first, so that no entry is ever seen without an owner.
        let locks = fresh.iter().map(|draft| self.lock_new(draft.request.request_id)).collect::<Result<Vec<_>, _>>()?;

        // 4. Content, flushed, under a name that nobody reads. What a full disk took half of gives its room back at once.
        self.stage_all(&fresh).inspect_err(|_| {
            for draft in &fresh {
                // What cannot be removed now, the next run sweeps.
                let _ = fs::remove_dir_all(self.staging(draft.request.request_id));
            }
        })?;

        // 5. The real names, and one flush that makes them durable.
        for draft in &fresh {
            self.publish(draft.request.request_id)?;
        }
        self.sync()?;

        // From here on the requests may leave.
        let mut recorded = fresh.into_iter().zip(locks).map(|(draft, lock)| {
            Begun::Recorded(Entry {
                journal: self.clone(),
                request: Box::new(draft.request),
                provenance: Provenance::New,
                _lock: lock,
            })
        });
        Ok(begun
            .into_iter()
            .map(|known| known.or_else(|| recorded.next()).expect("each gap was left by one fresh draft"))
            .collect())
    }

    /// The unfinished requests in the order of their ids; an unreadable one is told as such.
    ///
    /// # Errors
    ///
    /// [`JournalError::Io`] when the folder cannot be read.
    pub fn unfinished(&self) -> Result<Vec<Unfinished>, JournalError> {
        let mut found = Vec::new();
        for name in self.names()? {
            let Some(id) = name.to_str().and_then(|name| RequestId::parse(name).ok()) else { continue };
            match self.read_record(id) {
                // It was finished between the listing and the look.
                Err(JournalError::Io { source, .. })
                    if source.kind() == io::ErrorKind::NotFound && !self.exists(id) => {}
                request => found.push(Unfinished { request_id: id, request }),
            }
        }
        found.sort_by_key(|unfinished| unfinished.request_id);
        Ok(found)
    }

    /// Takes an unfinished entry for this run.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the entry is damaged: it stays where it is.
    pub fn take(&self, id: RequestId) -> Result<Taken, JournalError> {
        if !self.exists(id) {
            return Ok(Taken::Gone);
        }
        let Some(lock) = self.try_lock(id)? else { return Ok(Taken::Busy) };
        // The one who held the lock before us may have finished it.
        if !self.exists(id) {
            return Ok(Taken::Gone);
        }
        let request = Box::new(self.read_record(id)?);
        Ok(Taken::Entry(Entry { journal: self.clone(), request, provenance: Provenance::Found, _lock: lock }))
    }

    fn lock_journal(&self) -> Result<File, JournalError> {
        let path = self.folder.join(JOURNAL_LOCK);
        let file = open_lock(&path)?;
        file.lock().map_err(io_at(&path))?;
        Ok(file)
    }

    fn try_lock(&self, id: RequestId) -> Result<Option<File>, JournalError> {
        let path = self.lock_path(id);
        let file = open_lock(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(JournalError::Io { path, source }),
        }
    }

    fn lock_new(&self, id: RequestId) -> Result<File, JournalError> {
        let taken = io::Error::from(io::ErrorKind::AlreadyExists);
        self.try_lock(id)?.ok_or_else(|| JournalError::Io { path: self.lock_path(id), source: taken })
    }

    /// Stages many entries with several flushes under way at a time.
    fn stage_all(&self, drafts: &[Draft]) -> Result<(), JournalError> {
        let share = drafts.len().div_ceil(FLUSHERS).max(1);
        std::thread::scope(|scope| {
            let threads: Vec<_> = drafts
                .chunks(share)
                .map(|drafts| scope.spawn(move || drafts.iter().try_for_each(|draft| self.stage(draft))))
                .collect();
            threads.into_iter().try_for_each(|thread| thread.join().expect("staging does not panic"))
        })
    }

    fn stage(&self, draft: &Draft) -> Result<(), JournalError> {
        let request_id = draft.request.request_id;
        let record = serde_json::to_vec_pretty(&draft.request)
            .map_err(|source| JournalError::Unrecordable { request_id, source })?;
        let folder = self.staging(request_id);
        platform::create_private_folder(&folder).map_err(io_at(&folder))?;
        let payload = folder.join(PAYLOAD);
        durable::write_new(&payload, &draft.payload).map_err(io_at(&payload))?;
        let path = folder.join(RECORD);
        durable::write_new(&path, &record).map_err(io_at(&path))?;
        platform::sync_folder(&folder).map_err(io_at(&folder))
    }

    fn publish(&self, id: RequestId) -> Result<(), JournalError> {
        fs::rename(self.staging(id), self.entry(id)).map_err(io_at(&self.entry(id)))
    }

    fn sync(&self) -> Result<(), JournalError> {
        platform::sync_folder(&self.folder).map_err(io_at(&self.folder))
    }

    /// Removes what crashed runs left behind. The caller holds the journal's lock: a staged entry then has no living owner.
    fn sweep(&self) -> Result<(), JournalError> {
        for name in self.names()? {
            let Some(name) = name.to_str() else { continue };
            let ours = |prefix| name.strip_prefix(prefix).is_some_and(|id| RequestId::parse(id).is_ok());
            if ours(NEW) || ours(DONE) {
                let path = self.folder.join(name);
                ignore_absent(fs::remove_dir_all(&path)).map_err(io_at(&path))?;
            }
            // Half of a profile. Should its run be alive, it goes on without remembering one.
            if durable::is_temporary(name) {
                let path = self.folder.join(name);
                ignore_absent(fs::remove_file(&path)).map_err(io_at(&path))?;
            }
        }
        let locks = self.folder.join(LOCKS);
        for name in names_in(&locks)? {
            let Some(id) = name.to_str().and_then(|name| RequestId::parse(name).ok()) else { continue };
            if !self.exists(id) && self.try_lock(id)?.is_some() {
                let path = self.lock_path(id);
                ignore_absent(fs::remove_file(&path)).map_err(io_at(&path))?;
            }
        }
        Ok(())
    }

    fn read_record(&self, request_id: RequestId) -> Result<Request, JournalError> {
        let path = self.entry(request_id).join(RECORD);
        let size_bytes = fs::metadata(&path).map_err(io_at(&path))?.len();
        if size_bytes > RECORD_LIMIT_BYTES {
            return Err(JournalError::RecordTooLarge { request_id, size_bytes });
        }
        let octets = fs::read(&path).map_err(io_at(&path))?;
        let request: Request =
            serde_json::from_slice(&octets).map_err(|source| JournalError::DamagedRecord { request_id, source })?;
        if request.request_id != request_id {
            return Err(JournalError::MisplacedRecord { request_id, recorded: request.request_id });
        }
        Ok(request)
    }

    /// Whether a request is unfinished.
    pub(crate) fn holds(&self, id: RequestId) -> bool {
        self.exists(id)
    }

    /// Octets of the payload of an entry; none when it cannot be looked at, which is reported when it is read.
    pub(crate) fn payload_bytes(&self, id: RequestId) -> u64 {
        fs::metadata(self.entry(id).join(PAYLOAD)).map_or(0, |metadata| metadata.len())
    }

    fn names(&self) -> Result<Vec<std::ffi::OsString>, JournalError> {
        names_in(&self.folder)
    }

    fn exists(&self, id: RequestId) -> bool {
        self.entry(id).is_dir()
    }

    fn entry(&self, id: RequestId) -> PathBuf {
        self.folder.join(id.to_string())
    }

    fn staging(&self, id: RequestId) -> PathBuf {
        self.folder.join(format!("{NEW}{id}"))
    }

    fn lock_path(&self, id: RequestId) -> PathBuf {
        self.folder.join(LOCKS).join(id.to_string())
    }
}

impl Unfinished {
    /// What the request is about, when it can be read.
    #[must_use]
    pub fn subject(self) -> Option<(Subject, RequestId)> {
        Some((self.request.ok()?.subject(), self.request_id))
    }
}

impl Entry {
    /// What was asked.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// This entry with another place for its file, for this run alone: the record keeps the place of the first run.
    #[must_use]
    pub(crate) fn going_to(mut self, output: Output) -> Self {
        self.request.output = Some(output);
        self
    }

    /// Whether an earlier run may have sent it.
    #[must_use]
    pub const fn provenance(&self) -> Provenance {
        self.provenance
    }

    /// The recorded bytes, compared with their recorded hash.
    ///
    /// # Errors
    ///
    /// [`JournalError::Io`], [`JournalError::DamagedPayload`].
    pub fn payload(&self) -> Result<Vec<u8>, JournalError> {
        let request_id = self.request.request_id;
        let path = self.journal.entry(request_id).join(PAYLOAD);
        let octets = fs::read(&path).map_err(io_at(&path))?;
        if Sha256::digest(&octets).as_slice() != self.request.payload_sha256 {
            return Err(JournalError::DamagedPayload { request_id });
        }
        Ok(octets)
    }

    /// Removes the entry: its signed file is safe, or it is certain that nothing was and nothing will be signed under its id.
    ///
    /// # Errors
    ///
    /// [`JournalError::Io`]; the entry may then be found again, and repeating it gives the same file.
    pub fn finish(self) -> Result<(), JournalError> {
        let id = self.request.request_id;
        let done = self.journal.folder.join(format!("{DONE}{id}"));
        fs::rename(self.journal.entry(id), &done).map_err(io_at(&done))?;
        ignore_absent(fs::remove_dir_all(&done)).map_err(io_at(&done))?;
        let lock = self.journal.lock_path(id);
        ignore_absent(fs::remove_file(&lock)).map_err(io_at(&lock))
    }
}

fn open_lock(path: &Path) -> Result<File, JournalError> {
    File::options().create(true).truncate(false).write(true).open(path).map_err(io_at(path))
}

fn names_in(folder: &Path) -> Result<Vec<std::ffi::OsString>, JournalError> {
    fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.file_name())).collect())
        .map_err(io_at(folder))
}

/// Another run may sweep the same leftover at the same moment.
fn ignore_absent(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> JournalError {
    let path = path.to_owned();
    move |source| JournalError::Io { path, source }
}
