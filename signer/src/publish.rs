//! Publishing status lists: one file a shard, for a web server to hand out as it is.
//!
//! The order for each list: its file is looked at (is it older than the register?), the publication is recorded with its
//! time, the token is made from exactly what was recorded until then, signed, and put in the place of the old file in one step. A
//! process that ends on the way leaves the old file; the next one publishes again, with a later time.
//!
//! What fails here is logged and told by the health service, and stops nobody from signing: statuses are safe in the
//! register, and a list that is not renewed grows stale for whoever reads it.

mod directory;
mod lists;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use evidence::StatusPrefix;
use evidence::status::StatusError;
use keys::{KeyError, StatusKey};
use tokio::sync::watch;
use tokio::time::Instant;

use self::directory::Directory;
use self::lists::Lists;
use crate::error::SignError;
use crate::signer::Signer;

/// Seconds after which a list is issued anew though nothing changed: half of the time for which a reader may keep one.
const REFRESH_SECONDS: u64 = 1_800;
/// Time between two attempts when one failed.
const RETRY: Duration = Duration::from_secs(10);
/// Time between two log lines about the same failure.
const REMIND: Duration = Duration::from_secs(60 * 60);

/// What a service needs to publish status lists.
#[derive(Debug)]
pub struct StatusLists {
    key: StatusKey,
    directory: PathBuf,
    prefix: StatusPrefix,
    publish_within: Duration,
    /// Whether every list is as fresh as it must be.
    health: watch::Sender<bool>,
}

impl StatusLists {
    /// Takes the key and what the configuration says about lists; `publish_within` is the longest time between a change and the
    /// list that says so.
    #[must_use]
    pub fn new(key: StatusKey, directory: PathBuf, prefix: StatusPrefix, publish_within: Duration) -> Self {
        Self { key, directory, prefix, publish_within, health: watch::Sender::new(false) }
    }

    pub(crate) const fn prefix(&self) -> &StatusPrefix {
        &self.prefix
    }

    pub(crate) fn health(&self) -> watch::Receiver<bool> {
        self.health.subscribe()
    }
}

/// Why a list was not published.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PublishError {
    /// The register did not tell or take what it had to.
    #[error("the register: {0}")]
    Register(#[from] SignError),
    /// The directory or a file in it.
    #[error("{}: {kind}", path.display())]
    Directory {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        kind: std::io::ErrorKind,
    },
    /// The list's file could not be exchanged.
    #[error(transparent)]
    File(KeyError),
    /// The file that is there is newer than the register knows: the register was restored from an older state.
    #[error(
        "the list of shard {shard} was issued at {issued_at}, which the register does not know: was it restored from an older \
         state? Its status changes since then are missing; enter them again, and move the file away"
    )]
    RolledBack {
        /// The shard.
        shard: u32,
        /// Time of the file, Unix seconds.
        issued_at: u64,
    },
    /// The status key.
    #[error("the status key: {0}")]
    Key(KeyError),
    /// The token could not be made.
    #[error("the list cannot be made: {0}")]
    Token(StatusError),
    /// The thread that writes ended.
    #[error("the thread that writes lists ended without an answer")]
    ThreadLost,
}

/// Publishes the lists of a [`Signer`].
#[derive(Debug)]
pub struct Publisher {
    signer: Arc<Signer>,
    settings: Arc<StatusLists>,
    /// None until the register was read, and after a failure that lost them.
    lists: Option<Lists>,
    told: Option<(String, Instant)>,
}

impl Publisher {
    /// A publisher for a service with status lists; none for another one.
    #[must_use]
    pub fn new(signer: Arc<Signer>) -> Option<Self> {
        let settings = Arc::clone(signer.status_lists.as_ref()?);
        Some(Self { signer, settings, lists: None, told: None })
    }

    /// Publishes until `stop` becomes true or its sender goes away, and once more then.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let within = self.settings.publish_within;
        // Half of the time for waiting, half for the work.
        let every = within / 2;
        loop {
            let failed = self.publish().await;
            let pause = if failed { every.max(RETRY.min(within)) } else { every };
            let ends = tokio::select! {
                _true_or_gone = stop.wait_for(|stop| *stop) => true,
                () = tokio::time::sleep(pause) => false,
            };
            if ends {
                self.publish().await;
                return;
            }
        }
    }

    /// Publishes what is due. True when something of it failed.
    pub(crate) async fn publish(&mut self) -> bool {
        let failure = self.publish_due().await.err();
        self.tell(failure.as_ref());
        let health = &self.settings.health;
        health.send_if_modified(|healthy| std::mem::replace(healthy, failure.is_none()) != failure.is_none());
        failure.is_some()
    }

    /// The first failure comes back; the lists that it does not concern are published all the same.
    async fn publish_due(&mut self) -> Result<(), PublishError> {
        let signer = &self.signer;
        let lists = match self.lists.take() {
            Some(lists) => lists,
            None => {
                // Before the register is read: what is recorded meanwhile comes as an event, and does no harm twice.
                signer.register.board().follow();
                let statuses = signer.register.statuses().await?;
                tokio::task::spawn_blocking(move || Lists::of(statuses))
                    .await
                    .map_err(|_| PublishError::ThreadLost)??
            }
        };
        let lists = self.lists.insert(lists);
        let due = lists.due(&signer.register.board().waiting(), signer.register.last_shard(), signer.clock.now_unix());
        if due.is_empty() {
            return Ok(());
        }
        // 1. A file that is newer than the register is not replaced.
        let (due, mut failure) = self.checked(due).await?;
        // 2. The publication is on record before the list leaves.
        let published = self.signer.register.record_publication(due).await?;
        let Some(number) = published.number else { return failure.map_or(Ok(()), Err) };
        // 3. What is recorded until then, and nothing else, is in the lists.
        let events = self.signer.register.board().take_until(number);
        let settings = Arc::clone(&self.settings);
        let Some(mut lists) = self.lists.take() else { return Err(PublishError::ThreadLost) };
        let written = tokio::task::spawn_blocking(move || {
            let mut failure = lists.apply(&events).err();
            for list in published.lists {
                failure = failure.or(lists.write(&settings, list).err());
            }
            (lists, failure)
        });
        let (lists, not_written) = written.await.map_err(|_| PublishError::ThreadLost)?;
        self.lists = Some(lists);
        failure = failure.or(not_written);
        failure.map_or(Ok(()), Err)
    }

    /// The shards of which the file may be replaced, and why the others may not.
    async fn checked(&self, due: Vec<u32>) -> Result<(Vec<u32>, Option<PublishError>), PublishError> {
        let settings = Arc::clone(&self.settings);
        let issued = self.lists.as_ref().map(|lists| lists.issued().clone()).unwrap_or_default();
        let checked = tokio::task::spawn_blocking(move || {
            let directory = Directory::open(&settings.directory)?;
            let (mut good, mut failure) = (Vec::new(), None);
            for shard in due {
                match directory.check_age(shard, issued.get(&shard).copied()) {
                    Ok(()) => good.push(shard),
                    Err(error) => failure = failure.or(Some(error)),
                }
            }
            Ok((good, failure))
        });
        checked.await.map_err(|_| PublishError::ThreadLost)?
    }

    /// Logs a failure once, and again from time to time while it lasts.
    fn tell(&mut self, failure: Option<&PublishError>) {
        let Some(failure) = failure else {
            if self.told.take().is_some() {
                tracing::info!("the status lists are published again");
            }
            return;
        };
        let text = failure.to_string();
        if self.told.as_ref().is_some_and(|(before, at)| *before == text && at.elapsed() < REMIND) {
            return;
        }
        tracing::error!(error = text, "a status list is not published; signing goes on");
        self.told = Some((text, Instant::now()));
    }
}

#[cfg(test)]
mod tests;
