//! The lists in memory: 256 KiB a shard, changed by what the writer tells.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use evidence::seal::KeyHint;
use evidence::status::{StatusList, StatusValue, TokenTimes, UnsignedToken};
use evidence::{StatusIndex, UnixSeconds};

use super::directory::Directory;
use super::{PublishError, REFRESH_SECONDS, StatusLists};
use crate::register::Statuses;
use crate::register::board::Event;
use crate::register::publication::ListIssue;

/// Every list as the register has it.
#[derive(Debug)]
pub(super) struct Lists {
    shards: BTreeMap<u32, StatusList>,
    /// Shards of which the file does not say what the list says.
    unwritten: BTreeSet<u32>,
    /// Time of the last list of each shard that is on record.
    issued: BTreeMap<u32, u64>,
    /// Time of the list that this process wrote.
    written: BTreeMap<u32, u64>,
}

impl Lists {
    /// The lists of this state.
    pub(super) fn of(statuses: Statuses) -> Result<Self, PublishError> {
        let mut lists = Self {
            shards: BTreeMap::new(),
            unwritten: BTreeSet::new(),
            issued: statuses.issued,
            written: BTreeMap::new(),
        };
        for shard in 0..=statuses.last_shard {
            lists.list(shard)?;
        }
        for index in statuses.released {
            lists.set(index, StatusValue::Valid)?;
        }
        for (index, status) in statuses.changes {
            lists.set(index, status)?;
        }
        Ok(lists)
    }

    fn list(&mut self, shard: u32) -> Result<&mut StatusList, PublishError> {
        match self.shards.entry(shard) {
            Entry::Occupied(list) => Ok(list.into_mut()),
            Entry::Vacant(place) => {
                let list = StatusList::new_invalid(shard).map_err(|error| PublishError::Token(error.into()))?;
                Ok(place.insert(list))
            }
        }
    }

    fn set(&mut self, index: StatusIndex, status: StatusValue) -> Result<(), PublishError> {
        self.list(index.shard())?.set(index, status).map_err(PublishError::Token)
    }

    /// Times of the lists that are on record.
    pub(super) const fn issued(&self) -> &BTreeMap<u32, u64> {
        &self.issued
    }

    /// Shards whose list must be issued now: changed, never written by this process, or about to grow stale.
    pub(super) fn due(&self, waiting: &[u32], last_shard: u32, now: u64) -> Vec<u32> {
        let stale = |shard: &u32| {
            let written = self.written.get(shard);
            written.is_none_or(|at| now.saturating_sub(*at) >= REFRESH_SECONDS)
        };
        let known = self.shards.keys().copied().chain(0..=last_shard);
        let due: BTreeSet<u32> =
            known.filter(stale).chain(waiting.iter().copied()).chain(self.unwritten.iter().copied()).collect();
        due.into_iter().collect()
    }

    /// Takes over what the writer told.
    pub(super) fn apply(&mut self, events: &[Event]) -> Result<(), PublishError> {
        for event in events {
            if let Event::Change(index, status) = event {
                self.unwritten.insert(index.shard());
                self.set(*index, *status)?;
            }
        }
        Ok(())
    }

    /// Makes, signs and writes one list.
    pub(super) fn write(&mut self, settings: &StatusLists, issue: ListIssue) -> Result<(), PublishError> {
        let ListIssue { shard, issued_at } = issue;
        self.issued.insert(shard, issued_at);
        self.unwritten.insert(shard);
        let first = self.written.is_empty();
        let token = sign(settings, self.list(shard)?, issued_at)?;
        let directory = Directory::open(&settings.directory)?;
        if first {
            directory.clean();
        }
        directory.write(shard, &token)?;
        self.unwritten.remove(&shard);
        self.written.insert(shard, issued_at);
        Ok(())
    }
}

/// The token of a list, signed.
fn sign(settings: &StatusLists, list: &StatusList, issued_at: u64) -> Result<Vec<u8>, PublishError> {
    let key = KeyHint::of_spki(settings.key.spki_der());
    let times = TokenTimes::usual(UnixSeconds(issued_at));
    let unsigned = UnsignedToken::new(list, &settings.prefix, times, key).map_err(PublishError::Token)?;
    let signature = settings.key.sign(&unsigned.to_be_signed()).map_err(PublishError::Key)?;
    unsigned.sign_with(signature).map_err(PublishError::Token)
}
