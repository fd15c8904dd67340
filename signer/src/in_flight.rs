//! Which request ids are being worked on at this moment.
//!
//! One task at a time works on an office's request id: a second one would find an open intent and take it for one that
//! a crash left.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use evidence::OfficeId;
use tokio::sync::Notify;

use crate::domain::RequestId;
use crate::error::SignError;

type Key = (OfficeId, RequestId);

#[derive(Debug, Default)]
struct Claims {
    keys: Mutex<HashSet<Key>>,
    emptied: Notify,
}

impl Claims {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<Key>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The request ids being worked on.
#[derive(Debug, Default)]
pub(crate) struct InFlight(Arc<Claims>);

/// Holds one request id until it is dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    key: Key,
    claims: Arc<Claims>,
}

impl InFlight {
    /// Takes a request id, or refuses because somebody has it.
    pub(crate) fn claim(&self, office: &OfficeId, request_id: RequestId) -> Result<Claim, SignError> {
        let key = (office.clone(), request_id);
        if !self.0.lock().insert(key.clone()) {
            return Err(SignError::RequestInFlight);
        }
        Ok(Claim { key, claims: Arc::clone(&self.0) })
    }

    /// Waits until nothing is being worked on.
    pub(crate) async fn idle(&self) {
        loop {
            let emptied = self.0.emptied.notified();
            if self.0.lock().is_empty() {
                return;
            }
            emptied.await;
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let empty = {
            let mut keys = self.claims.lock();
            keys.remove(&self.key);
            keys.is_empty()
        };
        if empty {
            self.claims.emptied.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_is_claimed_once_at_a_time_and_in_its_office_only() {
        let (utara, selatan) = (OfficeId::parse("utara").expect("an id"), OfficeId::parse("selatan").expect("an id"));
        let id = RequestId::from_bytes([7; 16]);
        let in_flight = InFlight::default();
        let claim = in_flight.claim(&utara, id).expect("nobody has it");
        assert_eq!(in_flight.claim(&utara, id).err(), Some(SignError::RequestInFlight));
        assert!(in_flight.claim(&selatan, id).is_ok());
        drop(claim);
        assert!(in_flight.claim(&utara, id).is_ok());
    }

    #[tokio::test]
    async fn idle_waits_for_the_last_claim() {
        let in_flight = InFlight::default();
        in_flight.idle().await;
        let office = OfficeId::parse("utara").expect("an id");
        let claim = in_flight.claim(&office, RequestId::from_bytes([7; 16])).expect("nobody has it");
        let (before, ()) = tokio::join!(
            async {
                in_flight.idle().await;
                in_flight.0.lock().len()
            },
            async { drop(claim) }
        );
        assert_eq!(before, 0);
    }
}
