//! What an agency publishes beside its documents: its trust list, and lists of its documents' status.
//!
//! Job: take the files that were given, find out whose they are, and answer two questions at a moment: which keys and addresses are
//! the agency's ([`TrustListInForce`]), and what became of a document ([`DocumentStatus`]).
//! Invariant: nothing that these files say counts before a signature on it was verified, that of a trust list with the key of an
//! anchor, that of a status list with a status key of the trust list. A file that is damaged, by somebody else, too old or from the
//! future is a reason why something was *not* checked, never an answer.

mod problem;
mod status;
#[cfg(test)]
mod tests;
mod trust_list;
mod words;

use std::sync::Arc;

use evidence::status::StatusToken;
use evidence::trust_list::SignedTrustList;

use crate::clock::ValidationTime;
use crate::crypto::Implementation;
use crate::trust::TrustAnchors;

pub use problem::{StatusProblem, TrustListProblem};
use status::SignedStatusList;
pub(crate) use status::Since;
pub use status::{DocumentStatus, StatusRead};
use trust_list::AuthenticTrustList;
pub(crate) use trust_list::TrustListInForce;
pub(crate) use words::{headline, sentence as status_sentence};

/// Status lists that are taken. 256 shards are the documents of a hundred years, and take 64 MiB when they are inflated.
const MAX_STATUS_LISTS: usize = 256;

/// The files that were given.
#[derive(Clone, Debug, Default)]
pub struct Published {
    trust_list: Option<Result<SignedTrustList, evidence::trust_list::TrustListError>>,
    status_lists: Vec<GivenStatusList>,
    is_status_asked: bool,
}

/// A status list as it was given.
#[derive(Clone, Debug)]
pub(crate) struct GivenStatusList {
    /// The file's name, for people.
    name: String,
    token: Result<Arc<StatusToken>, evidence::status::StatusError>,
}

/// More status lists than are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {MAX_STATUS_LISTS} status lists")]
pub struct TooManyStatusLists;

impl Published {
    /// Nothing was published, or nobody asks.
    pub fn none() -> Self {
        Self::default()
    }

    /// Takes the agency's trust list. What is wrong with it is told of every document.
    pub fn set_trust_list(&mut self, octets: &[u8]) {
        self.trust_list = Some(SignedTrustList::from_cose(octets));
    }

    /// Remembers that documents' status is asked for, also when no list is there.
    pub fn ask_status(&mut self) {
        self.is_status_asked = true;
    }

    /// Takes a status list, and asks for documents' status. What is wrong with it is told of every document.
    ///
    /// # Errors
    /// When there are too many.
    pub fn add_status_list(&mut self, name: &str, octets: &[u8]) -> Result<(), TooManyStatusLists> {
        self.ask_status();
        if self.status_lists.len() >= MAX_STATUS_LISTS {
            return Err(TooManyStatusLists);
        }
        let token = StatusToken::from_cwt(octets).map(Arc::new);
        self.status_lists.push(GivenStatusList { name: name.to_owned(), token });
        Ok(())
    }

    /// Verifies every signature on it, once for all documents.
    pub(crate) fn authenticate(self, anchors: &TrustAnchors, crypto: Implementation) -> AuthenticPublished {
        let trust_list = AuthenticTrustList::establish(self.trust_list, anchors, crypto);
        let keys = trust_list.as_ref().ok();
        let status_lists =
            self.status_lists.into_iter().map(|given| SignedStatusList::read(given, keys, crypto)).collect();
        AuthenticPublished { trust_list, status_lists, is_status_asked: self.is_status_asked }
    }
}

/// The files that were given, and who signed them.
#[derive(Clone, Debug)]
pub(crate) struct AuthenticPublished {
    trust_list: Result<AuthenticTrustList, TrustListProblem>,
    status_lists: Vec<SignedStatusList>,
    is_status_asked: bool,
}

impl Default for AuthenticPublished {
    fn default() -> Self {
        Published::none().authenticate(&TrustAnchors::none(), Implementation::default())
    }
}

impl AuthenticPublished {
    /// The trust list, if it holds at this moment.
    pub(crate) fn trust_list(&self, time: ValidationTime) -> Result<TrustListInForce<'_>, TrustListProblem> {
        TrustListInForce::establish(self.trust_list.as_ref().map_err(Clone::clone)?, time)
    }

    /// Somebody wants to know what became of documents.
    pub(crate) fn is_status_asked(&self) -> bool {
        self.is_status_asked
    }
}
