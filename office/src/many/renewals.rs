//! Which files of a group are sealed anew.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard},
};

use super::Job;

/// The files of a group that can be sealed anew, should the reservations of their seals end before they are signed: each at most once.
pub(super) struct Renewals(Mutex<RenewalLists>);

#[derive(Default)]
struct RenewalLists {
    possible: Vec<(usize, Job)>,
    due: Vec<(usize, Job)>,
}

impl Renewals {
    pub(super) fn of(possible: Vec<(usize, Job)>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(RenewalLists { possible, due: Vec::new() })))
    }

    pub(super) fn none() -> Arc<Self> {
        Self::of(Vec::new())
    }

    /// Notes that this file is to be sealed anew; `false` if it cannot be.
    pub(super) fn is_due(&self, position: usize) -> bool {
        let mut lists = self.lists();
        let place = lists.possible.iter().position(|(possible, _)| *possible == position);
        let job = place.map(|place| lists.possible.swap_remove(place));
        let is_due = job.is_some();
        lists.due.extend(job);
        is_due
    }

    /// The files to be sealed anew, in their order.
    pub(super) fn due(&self) -> Vec<(usize, Job)> {
        let mut due = mem::take(&mut self.lists().due);
        due.sort_by_key(|(position, _)| *position);
        due
    }

    fn lists(&self) -> MutexGuard<'_, RenewalLists> {
        self.0.lock().expect("nobody panics while they hold the lists")
    }
}
