//! What the publisher of status lists must know of commits: which values changed, in their order, and how far back a list
//! may be dated.
//!
//! The writer tells this after each commit; the publisher takes it when it makes a list. A list counts for every
//! signature up to its time, so it must have regard to each: it is dated before the oldest intent that has no end yet.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use evidence::status::StatusValue;
use evidence::{OfficeId, StatusIndex};

use crate::error::SignError;

/// Seconds after which an intent without an end holds no list up any more. The key or the disk is away then, and the
/// withdrawal of others must still be published; the document of this intent, should it ever be released, reads INVALID
/// until the next list.
const PATIENCE_SECONDS: u64 = 60;

/// Something that the publisher must follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// A value became another one.
    Change(StatusIndex, StatusValue),
    /// A publication was recorded: what came before is in its list, what comes after is not.
    Cut {
        /// Number of the publication.
        publication: u64,
    },
}

#[derive(Debug, Default)]
struct Inner {
    /// Nobody may be there to take events.
    followed: bool,
    events: VecDeque<Event>,
    /// Intents of this process without an end, and their times.
    open: BTreeMap<u64, u64>,
    /// Offices that have too many reservations, and the time at which they have fewer.
    full: HashMap<OfficeId, u64>,
}

/// Between the writer and the publisher.
#[derive(Debug, Default)]
pub(crate) struct Board(Mutex<Inner>);

impl Board {
    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From here on events are kept until they are taken.
    pub(crate) fn follow(&self) {
        self.lock().followed = true;
    }

    /// Takes the events up to this publication's cut.
    pub(crate) fn take_until(&self, publication: u64) -> Vec<Event> {
        let mut inner = self.lock();
        let upto = inner.events.iter().position(|event| *event == Event::Cut { publication });
        let count = upto.map_or(inner.events.len(), |position| position.saturating_add(1));
        inner.events.drain(..count).collect()
    }

    /// Shards in which something changed that no list has regard to yet.
    pub(crate) fn waiting(&self) -> Vec<u32> {
        let mut shards: Vec<u32> = self
            .lock()
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Change(index, _) => Some(index.shard()),
                Event::Cut { .. } => None,
            })
            .collect();
        shards.sort_unstable();
        shards.dedup();
        shards
    }

    /// What one commit did.
    pub(super) fn committed(&self, done: Committed) {
        let mut inner = self.lock();
        for (sequence, recorded_at) in done.opened {
            inner.open.insert(sequence, recorded_at);
        }
        for sequence in done.ended {
            inner.open.remove(&sequence);
        }
        for (office, full_until) in done.rooms {
            match full_until {
                Some(until) => inner.full.insert(office, until),
                None => inner.full.remove(&office),
            };
        }
        if inner.followed {
            inner.events.extend(done.events);
        }
    }

    /// Refuses an office that the writer refused a moment ago: its request costs no status index and no seal.
    pub(super) fn may_reserve(&self, office: &OfficeId, now: u64) -> Result<(), SignError> {
        match self.lock().full.get(office) {
            Some(until) if *until > now => {
                Err(SignError::TooManyReservations { retry_seconds: until.saturating_sub(now) })
            }
            _ => Ok(()),
        }
    }

    /// The latest time that a list made now may have.
    pub(super) fn latest_issue(&self, now: u64) -> u64 {
        // Another intent of this second may still come.
        let before_now = now.saturating_sub(1);
        let inner = self.lock();
        let oldest = inner.open.values().copied().filter(|at| at.saturating_add(PATIENCE_SECONDS) > now).min();
        oldest.map_or(before_now, |oldest| before_now.min(oldest.saturating_sub(1)))
    }
}

/// What a transaction does, told when it is on the disk.
#[derive(Debug, Default)]
pub(super) struct Committed {
    pub(super) opened: Vec<(u64, u64)>,
    pub(super) ended: Vec<u64>,
    /// Offices that have too many reservations, and until when; no time for one that has room again.
    pub(super) rooms: Vec<(OfficeId, Option<u64>)>,
    pub(super) events: Vec<Event>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(number: u64) -> StatusIndex {
        StatusIndex::from_u64(number).expect("an index")
    }

    #[test]
    fn a_list_is_dated_before_the_oldest_open_intent_and_before_this_second() {
        let board = Board::default();
        assert_eq!(board.latest_issue(1_000), 999);
        let opened = vec![(1, 990), (2, 995)];
        board.committed(Committed { opened, ..Committed::default() });
        assert_eq!(board.latest_issue(1_000), 989);
        board.committed(Committed { ended: vec![1], ..Committed::default() });
        assert_eq!(board.latest_issue(1_000), 994);
        // One that stays open for long does not hold up what others wait for.
        assert_eq!(board.latest_issue(995 + PATIENCE_SECONDS), 994 + PATIENCE_SECONDS);
    }

    #[test]
    fn events_are_taken_up_to_the_cut_and_kept_after_it() {
        let board = Board::default();
        let change = |number| Event::Change(index(number), StatusValue::Valid);
        board.committed(Committed { events: vec![change(1)], ..Committed::default() });
        board.follow();
        let events = vec![change(2), Event::Cut { publication: 7 }, change(1 << 20)];
        board.committed(Committed { events: events.clone(), ..Committed::default() });
        assert_eq!(board.waiting(), [0, 1], "nobody followed when the first one came");
        assert_eq!(board.take_until(7), events[..2]);
        assert_eq!(board.waiting(), [1]);
    }
}
