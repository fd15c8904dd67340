//! Many documents at once, bounded in number and in memory.
//!
//! Documents go in groups: a group is read, prepared and recorded with one flush, then sent: a few one by one, more than a few as one
//! batch. Two groups are under way at a time, so that one is prepared while the other is at the service. Each document has its own
//! outcome, told as soon as it is known. Invariant: a document that was not recorded was not sent, and one outcome is told for each.

mod renewals;

use std::{
    fs,
    io::Read as _,
    mem,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use pades::{Limits, PdfError};
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
};

use self::renewals::Renewals;
use crate::{
    client::Client,
    journal::{Begun, Draft, Entry, Taken, Way},
    profile::Profile,
    request_id::RequestId,
    sign_error::SignError,
    signing::{DigestWork, Index, Moment, Ready, Receipt, Task, blocking, ready},
};

/// Most documents of one group: half a second of one core's preparing, and one flush shared by a hundred.
const GROUP_DOCUMENTS: usize = 100;
/// Most octets of one group: what is held in memory at a time is twice two of these.
const GROUP_BYTES: u64 = 64 * 1024 * 1024;
/// Groups under way at a time.
const GROUPS: usize = 2;
/// Up to so many digests are asked one by one: a batch would make the first wait for the last to be prepared.
const FEW: usize = 4;

/// A file to be signed.
#[derive(Debug, Clone)]
pub struct Job {
    /// Where it is.
    pub input: PathBuf,
    /// What it is, and where it goes.
    pub task: Task,
    /// Which call it takes.
    pub way: Way,
}

/// What became of one job.
#[derive(Debug)]
pub struct Outcome {
    /// Position of the job, from 0.
    pub position: usize,
    /// The receipt, or why there is none.
    pub result: Result<Receipt, SignError>,
}

/// Gives a request id and a time for each new request: the generator and the clock of the caller.
pub type Moments = Arc<dyn Fn() -> Moment + Send + Sync>;

impl Client {
    /// Signs files and saves each in its place. The outcomes come as they are known, each once; dropping the receiver stops the work
    /// at the next group, with what was sent in the journal.
    #[must_use]
    pub fn sign_files(&self, profile: Arc<Profile>, jobs: Vec<Job>, moments: Moments) -> mpsc::Receiver<Outcome> {
        let (outcomes, receiver) = mpsc::channel(GROUP_DOCUMENTS);
        let run = Run::new(self, profile, outcomes);
        tokio::spawn(async move {
            let mut groups = Groups::default();
            let mut gathered = Gathered::new(run.group_documents());
            for (position, job) in jobs.into_iter().enumerate() {
                // A file that cannot be looked at counts nothing here and is reported when it is read.
                let size_bytes = fs::metadata(&job.input).map_or(0, |metadata| metadata.len());
                if let Some(group) = gathered.add((position, job), size_bytes) {
                    groups.add(Arc::clone(&run).files(group, Arc::clone(&moments))).await;
                }
                if run.outcomes.is_closed() {
                    return;
                }
            }
            groups.add(Arc::clone(&run).files(gathered.rest(), moments)).await;
            groups.finish().await;
        });
        receiver
    }

    /// Goes on with unfinished requests of the journal and saves each in the place that was recorded.
    #[must_use]
    pub fn resume(&self, profile: Arc<Profile>, requests: Vec<RequestId>) -> mpsc::Receiver<Outcome> {
        let (outcomes, receiver) = mpsc::channel(GROUP_DOCUMENTS);
        let run = Run::new(self, profile, outcomes);
        tokio::spawn(async move {
            let mut groups = Groups::default();
            let mut gathered = Gathered::new(run.group_documents());
            for (position, request_id) in requests.into_iter().enumerate() {
                let size_bytes = run.client.journal().payload_bytes(request_id);
                if let Some(group) = gathered.add((position, request_id), size_bytes) {
                    groups.add(Arc::clone(&run).entries(group)).await;
                }
                if run.outcomes.is_closed() {
                    return;
                }
            }
            groups.add(Arc::clone(&run).entries(gathered.rest())).await;
            groups.finish().await;
        });
        receiver
    }
}

/// Documents that will be one group: bounded in number and in octets, but for a single one that is larger.
struct Gathered<T> {
    group: Vec<T>,
    most: usize,
    size_bytes: u64,
}

impl<T> Gathered<T> {
    const fn new(most: usize) -> Self {
        Self { group: Vec::new(), most, size_bytes: 0 }
    }

    /// Takes one more. The group is given back when there is no room in it for this one, which then begins the next.
    fn add(&mut self, document: T, size_bytes: u64) -> Option<Vec<T>> {
        let full = self.group.len() >= self.most || self.size_bytes.saturating_add(size_bytes) > GROUP_BYTES;
        let group = (full && !self.group.is_empty()).then(|| {
            self.size_bytes = 0;
            mem::take(&mut self.group)
        });
        self.size_bytes = self.size_bytes.saturating_add(size_bytes);
        self.group.push(document);
        group
    }

    fn rest(self) -> Vec<T> {
        self.group
    }
}

/// At most [`GROUPS`] groups at a time.
#[derive(Default)]
struct Groups(JoinSet<()>);

impl Groups {
    async fn add(&mut self, group: impl Future<Output = ()> + Send + 'static) {
        while self.0.len() >= GROUPS {
            self.0.join_next().await.expect("the set is not empty").expect("a group does not panic");
        }
        self.0.spawn(group);
    }

    async fn finish(mut self) {
        while let Some(group) = self.0.join_next().await {
            group.expect("a group does not panic");
        }
    }
}

/// Reads a document, and of a file over the limit, or a device without end, no more than the limit.
fn read_input(path: &Path) -> Result<Vec<u8>, SignError> {
    let unreadable = |source| SignError::Input { path: path.to_owned(), source };
    let limit = Limits::default().input_bytes;
    let too_large = |length| SignError::Document(PdfError::TooLarge { length, limit });
    let file = fs::File::open(path).map_err(unreadable)?;
    let length = usize::try_from(file.metadata().map_err(unreadable)?.len()).unwrap_or(usize::MAX);
    if length > limit {
        return Err(too_large(length));
    }
    let mut pdf = Vec::with_capacity(length);
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut pdf).map_err(unreadable)?;
    if pdf.len() > limit { Err(too_large(pdf.len())) } else { Ok(pdf) }
}

struct Run {
    client: Client,
    profile: Arc<Profile>,
    outcomes: mpsc::Sender<Outcome>,
    /// Documents in work, and single calls under way.
    slots: Arc<Semaphore>,
    /// A group lost the service: those after it make one attempt, so that they are recorded and nobody waits an hour.
    away: AtomicBool,
}

impl Run {
    fn new(client: &Client, profile: Arc<Profile>, outcomes: mpsc::Sender<Outcome>) -> Arc<Self> {
        let slots = Arc::new(Semaphore::new(client.settings().concurrency.get()));
        Arc::new(Self { client: client.clone(), profile, outcomes, slots, away: AtomicBool::new(false) })
    }

    fn group_documents(&self) -> usize {
        self.profile.max_batch_size.clamp(1, GROUP_DOCUMENTS)
    }

    fn client(&self) -> Client {
        if self.away.load(Ordering::Relaxed) {
            self.client.clone().giving_up_after(Duration::ZERO)
        } else {
            self.client.clone()
        }
    }

    async fn tell(&self, position: usize, result: Result<Receipt, SignError>) {
        if let Err(SignError::Waiting { .. }) = &result {
            self.away.store(true, Ordering::Relaxed);
        }
        // Nobody listens any more: the journal knows all that matters.
        let _ = self.outcomes.send(Outcome { position, result }).await;
    }

    /// Tells an outcome, unless the document is to be sealed anew.
    async fn conclude(&self, renewals: &Renewals, position: usize, result: Result<Receipt, SignError>) {
        if !(matches!(result, Err(SignError::SealExpired { .. })) && renewals.is_due(position)) {
            self.tell(position, result).await;
        }
    }

    /// A group of files. Those whose seals expired before they were signed make another group, once.
    async fn files(self: Arc<Self>, group: Vec<(usize, Job)>, moments: Moments) {
        let sealed = group.iter().filter(|(_, job)| job.way == Way::Digest && self.client.can_seal(&job.task.document));
        let renewals = Renewals::of(sealed.cloned().collect());
        self.files_once(group, &moments, &renewals).await;
        let due = renewals.due();
        if !due.is_empty() {
            self.files_once(due, &moments, &Renewals::none()).await;
        }
    }

    /// A group of files: prepared side by side, recorded together, sent.
    async fn files_once(self: &Arc<Self>, group: Vec<(usize, Job)>, moments: &Moments, renewals: &Arc<Renewals>) {
        let journal = self.client.journal().clone();
        let index = match blocking(move || Index::scan(&journal)).await {
            Ok(index) => Arc::new(index),
            Err(error) => return self.tell_all(group.into_iter().map(|(position, _)| position), error).await,
        };

        // 1. Read and prepare.
        let mut preparing = JoinSet::new();
        for (position, job) in group {
            let slot = self.slot().await;
            let (run, index, moment) = (Arc::clone(self), Arc::clone(&index), moments());
            preparing.spawn_blocking(move || {
                let _slot = slot;
                (position, run.prepare(&index, job, moment))
            });
        }
        let mut entries = Vec::new();
        let mut drafts: Vec<(usize, Draft)> = Vec::new();
        while let Some(prepared) = preparing.join_next().await {
            match prepared.expect("preparing does not panic") {
                (position, Ok(Ready::Found(entry))) => entries.push((position, entry)),
                (position, Ok(Ready::Fresh(draft))) => drafts.push((position, *draft)),
                (position, Err(error)) => self.tell(position, Err(error)).await,
            }
        }

        // 2. Record, in the order of the files. Nothing of the group leaves before all of it is durable.
        drafts.sort_by_key(|(position, _)| *position);
        let (positions, drafts): (Vec<usize>, Vec<Draft>) = drafts.into_iter().unzip();
        let journal = self.client.journal().clone();
        let begun = if drafts.is_empty() { Ok(Vec::new()) } else { blocking(move || journal.begin(drafts)).await };
        match begun {
            Ok(begun) => {
                for (position, begun) in positions.into_iter().zip(begun) {
                    match begun {
                        Begun::Recorded(entry) => entries.push((position, entry)),
                        Begun::Unfinished(request_id) => {
                            self.tell(position, Err(SignError::Busy { request_id })).await;
                        }
                    }
                }
            }
            Err(error) => self.tell_all(positions, error).await,
        }

        // 3. Send, in the same order.
        entries.sort_by_key(|(position, _)| *position);
        self.settle(entries, renewals).await;
    }

    /// A group of journal entries.
    async fn entries(self: Arc<Self>, group: Vec<(usize, RequestId)>) {
        let mut entries = Vec::new();
        for (position, request_id) in group {
            let journal = self.client.journal().clone();
            match blocking(move || journal.take(request_id)).await {
                Ok(Taken::Entry(entry)) if entry.request().output.is_none() => {
                    self.tell(position, Err(SignError::NoPlace { request_id })).await;
                }
                Ok(Taken::Entry(entry)) => entries.push((position, entry)),
                Ok(Taken::Busy | Taken::Gone) => self.tell(position, Err(SignError::Busy { request_id })).await,
                Err(error) => self.tell(position, Err(error.into())).await,
            }
        }
        // The journal has no claims: nothing is sealed anew here.
        self.settle(entries, &Renewals::none()).await;
    }

    fn prepare(&self, index: &Index, job: Job, moment: Moment) -> Result<Ready, SignError> {
        let pdf = read_input(&job.input)?;
        ready(&self.client, index, &self.profile, pdf, job.task, job.way, moment)
    }

    /// Sends what is recorded: digests as a batch when they are more than a few, everything else one by one.
    async fn settle(self: &Arc<Self>, entries: Vec<(usize, Entry)>, renewals: &Arc<Renewals>) {
        let (digests, documents): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|(_, entry)| entry.request().way == Way::Digest);
        let (batch, singles) = if digests.len() > FEW {
            (digests, documents)
        } else {
            (Vec::new(), digests.into_iter().chain(documents).collect())
        };
        let mut concluding = JoinSet::new();
        if !batch.is_empty() {
            self.settle_batch(batch, renewals, &mut concluding).await;
        }
        for (position, entry) in singles {
            let (run, renewals, slot) = (Arc::clone(self), Arc::clone(renewals), self.slot().await);
            concluding.spawn(async move {
                let _slot = slot;
                let result = match run.client().settle(entry, &run.profile).await {
                    Ok(signed) => blocking(move || signed.save()).await,
                    Err(error) => Err(error),
                };
                run.conclude(&renewals, position, result).await;
            });
        }
        while let Some(concluded) = concluding.join_next().await {
            concluded.expect("concluding does not panic");
        }
    }

    async fn settle_batch(
        self: &Arc<Self>,
        batch: Vec<(usize, Entry)>,
        renewals: &Arc<Renewals>,
        concluding: &mut JoinSet<()>,
    ) {
        // 1. Read back what was recorded.
        let profile = Arc::clone(&self.profile);
        let loaded = blocking(move || {
            batch.into_iter().map(|(position, entry)| (position, DigestWork::load(entry, &profile))).collect::<Vec<_>>()
        })
        .await;
        let mut works: Vec<Option<(usize, DigestWork)>> = Vec::with_capacity(loaded.len());
        for (position, work) in loaded {
            match work {
                Ok(work) => works.push(Some((position, work))),
                Err(error) => self.tell(position, Err(error)).await,
            }
        }

        // 2. Ask, and conclude each answer while the others are still awaited.
        let orders: Vec<_> = works.iter().flatten().map(|(_, work)| work.order()).collect();
        let client = self.client();
        client
            .order_many(&orders, |index, answer| {
                let Some((position, work)) = works.get_mut(index).and_then(Option::take) else { return };
                let (run, renewals, client) = (Arc::clone(self), Arc::clone(renewals), client.clone());
                concluding.spawn(async move {
                    let slot = run.slot().await;
                    let result = match client.conclude(work, answer, &run.profile).await {
                        Ok(signed) => blocking(move || signed.save()).await,
                        Err(error) => Err(error),
                    };
                    drop(slot);
                    run.conclude(&renewals, position, result).await;
                });
            })
            .await;
    }

    async fn slot(&self) -> tokio::sync::OwnedSemaphorePermit {
        Arc::clone(&self.slots).acquire_owned().await.expect("the semaphore is never closed")
    }

    /// One failure of the journal for a whole group. The first one carries its cause.
    async fn tell_all(&self, positions: impl IntoIterator<Item = usize>, error: crate::journal::JournalError) {
        let mut error = Some(error);
        for position in positions {
            let result = match error.take() {
                Some(error) => SignError::Journal(error),
                None => SignError::NotRecorded,
            };
            self.tell(position, Err(result)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    fn groups(most: usize, sizes_bytes: &[u64]) -> Vec<Vec<usize>> {
        let mut gathered = Gathered::new(most);
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (document, size_bytes) in sizes_bytes.iter().enumerate() {
            groups.extend(gathered.add(document, *size_bytes));
        }
        groups.push(gathered.rest());
        groups
    }

    #[test]
    fn a_group_ends_before_the_document_that_would_make_it_too_many_or_too_large() {
        assert_eq!(groups(2, &[1, 1, 1, 1, 1]), [vec![0, 1], vec![2, 3], vec![4]]);
        assert_eq!(groups(100, &[30 * MIB, 34 * MIB, 1, 64 * MIB]), [vec![0, 1], vec![2], vec![3]]);
        assert_eq!(groups(100, &[900 * MIB, 1, 900 * MIB]), [vec![0], vec![1], vec![2]]);
        assert_eq!(groups(100, &[]), [Vec::<usize>::new()]);
    }

    #[test]
    fn a_file_over_the_limit_is_refused_before_it_is_read() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let limit = Limits::default().input_bytes;
        let length = limit.saturating_add(1);
        // A hole: it takes no room, and reading it would take seconds and as much memory.
        file.as_file().set_len(u64::try_from(length).expect("fits")).expect("stretched");
        let refused = read_input(file.path()).expect_err("over the limit");
        let SignError::Document(error) = refused else { panic!("{refused:?}") };
        assert_eq!(error, PdfError::TooLarge { length, limit });
    }
}
