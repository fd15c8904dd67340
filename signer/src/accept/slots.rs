//! How many connections there may be, and who gives way when the house is full.
//!
//! A handshake costs a stranger one packet, an established connection costs a certificate. So a newcomer to a full
//! house takes the place of the *oldest unfinished handshake*: an honest handshake is done in milliseconds, one that
//! stalls is the oldest soon, and a crowd of stalled connections cannot keep an office out. Established connections
//! never give way, and one certificate has a share of its own.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::limits::ServerLimits;

/// The places in the house.
#[derive(Debug)]
pub(crate) struct Slots {
    limit: usize,
    limit_per_certificate: u32,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    /// Handshakes under way, oldest first. Dropping a sender sends that handshake away.
    handshakes: BTreeMap<u64, oneshot::Sender<()>>,
    next: u64,
    established: usize,
    per_certificate: HashMap<[u8; 32], u32>,
}

/// A place for a handshake; given back when dropped.
#[derive(Debug)]
pub(crate) struct Handshaking {
    slots: Arc<Slots>,
    number: u64,
    given_away: oneshot::Receiver<()>,
}

/// A place for an established connection; given back when dropped.
#[derive(Debug)]
pub(crate) struct Established {
    slots: Arc<Slots>,
    certificate: [u8; 32],
}

impl Slots {
    pub(crate) fn new(limits: &ServerLimits) -> Self {
        Self {
            limit: usize::try_from(limits.connections.get()).unwrap_or(usize::MAX),
            limit_per_certificate: limits.connections_per_certificate.get(),
            taken: Mutex::default(),
        }
    }

    /// A place for a new connection, or `None` when every place is held by an established one.
    pub(crate) fn enter(self: &Arc<Self>) -> Option<Handshaking> {
        let mut taken = self.lock();
        if taken.handshakes.len().saturating_add(taken.established) >= self.limit {
            taken.handshakes.pop_first()?;
        }
        let number = taken.next;
        taken.next = number.wrapping_add(1);
        let (place, given_away) = oneshot::channel();
        taken.handshakes.insert(number, place);
        Some(Handshaking { slots: Arc::clone(self), number, given_away })
    }

    /// Sends the oldest unfinished handshakes away, at most `count`: file descriptors have run out.
    pub(crate) fn give_way(&self, count: usize) -> usize {
        let mut taken = self.lock();
        (0..count).map_while(|_| taken.handshakes.pop_first()).count()
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Handshaking {
    /// Ends when this place was given to a newer connection.
    pub(crate) async fn given_away(&mut self) {
        let _closed = (&mut self.given_away).await;
    }

    /// Makes the place an established one, or says how many connections the certificate may have.
    pub(super) fn established(self, certificate: [u8; 32]) -> Result<Established, u32> {
        let mut taken = self.slots.lock();
        let count = taken.per_certificate.entry(certificate).or_default();
        if *count >= self.slots.limit_per_certificate {
            return Err(*count);
        }
        *count = count.saturating_add(1);
        taken.established = taken.established.saturating_add(1);
        drop(taken);
        let slots = Arc::clone(&self.slots);
        Ok(Established { slots, certificate })
    }
}

impl Drop for Handshaking {
    fn drop(&mut self) {
        self.slots.lock().handshakes.remove(&self.number);
    }
}

impl Drop for Established {
    fn drop(&mut self) {
        let mut taken = self.slots.lock();
        taken.established = taken.established.saturating_sub(1);
        if let Some(count) = taken.per_certificate.get_mut(&self.certificate) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.per_certificate.remove(&self.certificate);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn slots(connections: u32, per_certificate: u32) -> Arc<Slots> {
        let positive = |number| NonZeroU32::new(number).expect("a test's limit");
        Arc::new(Slots::new(&ServerLimits {
            connections: positive(connections),
            connections_per_certificate: positive(per_certificate),
            ..ServerLimits::default()
        }))
    }

    fn is_sent_away(place: &mut Handshaking) -> bool {
        matches!(place.given_away.try_recv(), Err(oneshot::error::TryRecvError::Closed))
    }

    #[test]
    fn the_oldest_handshake_gives_way_to_a_newcomer() {
        let slots = slots(2, 2);
        let mut oldest = slots.enter().expect("the first place");
        let mut older = slots.enter().expect("the second place");
        let mut newest = slots.enter().expect("the oldest's place");
        assert!(is_sent_away(&mut oldest));
        assert!(!is_sent_away(&mut older));
        assert!(!is_sent_away(&mut newest));
    }

    #[test]
    fn established_connections_never_give_way() {
        let slots = slots(2, 2);
        let first = slots.enter().expect("a place").established([1; 32]).expect("within its share");
        let _second = slots.enter().expect("a place").established([2; 32]).expect("within its share");
        assert!(slots.enter().is_none());
        assert_eq!(slots.give_way(9), 0);
        drop(first);
        assert!(slots.enter().is_some());
    }

    #[test]
    fn one_certificate_has_its_share_and_no_more() {
        let slots = slots(8, 2);
        let first = slots.enter().expect("a place").established([1; 32]).expect("within its share");
        let _second = slots.enter().expect("a place").established([1; 32]).expect("within its share");
        assert_eq!(slots.enter().expect("a place").established([1; 32]).err(), Some(2));
        let _other = slots.enter().expect("a place").established([2; 32]).expect("another certificate");
        drop(first);
        let _third = slots.enter().expect("a place").established([1; 32]).expect("a connection of it ended");
    }

    #[test]
    fn a_place_that_is_left_counts_once_whether_it_was_sent_away_or_not() {
        let slots = slots(1, 1);
        let sent_away = slots.enter().expect("a place");
        let left = slots.enter().expect("the place of the first");
        drop(sent_away);
        assert_eq!(slots.lock().handshakes.len(), 1);
        drop(left);
        assert_eq!(slots.lock().handshakes.len(), 0);
    }

    #[test]
    fn running_out_of_descriptors_sends_the_oldest_away() {
        let slots = slots(8, 8);
        let mut places: Vec<_> = (0..4).map(|_| slots.enter().expect("a place")).collect();
        assert_eq!(slots.give_way(3), 3);
        let sent_away: Vec<bool> = places.iter_mut().map(is_sent_away).collect();
        assert_eq!(sent_away, [true, true, true, false]);
    }
}
