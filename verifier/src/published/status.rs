//! What became of a document, by the agency's status lists (Token Status List).
//!
//! A list has one value for each of 2^20 documents, and INVALID for every place that had not been given to a document when the list
//! was made. So INVALID in a list that is older than the document says nothing about it. Any other value does: whoever wrote it knew the
//! document, and the moments of a list and of a signature that the service made in the same second may differ by one.

use std::sync::Arc;

use evidence::UnixSeconds;
use evidence::seal::Days;
use evidence::status::{Freshness, StatusIndex, StatusToken, StatusValue};
use evidence::trust_list::{KeyPurpose, KeyState, TrustedKey};

use super::trust_list::AuthenticTrustList;
use super::{AuthenticPublished, GivenStatusList, StatusProblem};
use crate::clock::{UnixTime, ValidationTime};
use crate::crypto::{Implementation, verify_esp256};
use crate::findings::{Finding, Language};
use crate::report::ExitStatus;

/// What is known about a document's status.
#[derive(Clone, Debug, PartialEq)]
pub enum DocumentStatus {
    /// The newest list says so.
    Checked(StatusRead),
    /// It was asked for and could not be found out. This is never a good sign.
    NotChecked(StatusProblem),
}

/// What a list says about one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusRead {
    /// The document's place.
    pub index: StatusIndex,
    /// What stands there.
    pub value: StatusValue,
    /// The list's address, its `sub`.
    pub uri: String,
    /// When the list was issued: the value holds as of this moment.
    pub issued: UnixTime,
    /// From when on the list says nothing.
    pub expires: UnixTime,
    /// How old the list was at the moment of validation, in seconds.
    pub age: u64,
    /// Whether it was younger than the age (`ttl`) at which a newer one is to be had.
    pub is_fresh: bool,
}

impl DocumentStatus {
    /// As it stands in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Checked(read) => match read.value {
                StatusValue::Valid => "VALID",
                StatusValue::Invalid => "INVALID",
                StatusValue::Suspended => "SUSPENDED",
                StatusValue::Superseded => "SUPERSEDED",
            },
            Self::NotChecked(_) => "NOT-CHECKED",
        }
    }

    /// The status in a sentence: value, moment, age.
    pub fn text(&self, language: Language) -> String {
        super::status_sentence(self, language)
    }

    /// What it makes of the exit code of a document that is otherwise good: a check that was asked for and not done can only be 3.
    pub fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Checked(StatusRead { value: StatusValue::Valid, .. }) => ExitStatus::Passed,
            Self::Checked(_) => ExitStatus::DocumentRevoked,
            Self::NotChecked(_) => ExitStatus::Indeterminate,
        }
    }

    /// The worse of two: what is known to be bad, then what is not known.
    pub(crate) fn worse(self, other: Self) -> Self {
        let rank = |status: &Self| match status {
            Self::Checked(read) => match read.value {
                StatusValue::Invalid => 4,
                StatusValue::Suspended => 3,
                StatusValue::Superseded => 2,
                StatusValue::Valid => 0,
            },
            Self::NotChecked(_) => 1,
        };
        if rank(&other) > rank(&self) { other } else { self }
    }
}

/// From when on a document can be in a list.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Since {
    /// The service signed it at this moment: its own statement says so.
    SignedAt(UnixTime),
    /// It was issued on this day in Jakarta; when on that day is not sealed.
    IssuedOn(Days),
}

/// A status list that was given, and the status keys of the trust list that signed it.
#[derive(Clone, Debug)]
pub(crate) struct SignedStatusList {
    given: GivenStatusList,
    keys: Vec<TrustedKey>,
}

impl SignedStatusList {
    pub(super) fn read(given: GivenStatusList, trust: Option<&AuthenticTrustList>, crypto: Implementation) -> Self {
        let keys = match (&given.token, trust) {
            (Ok(token), Some(trust)) => {
                let candidates = trust.list().candidates(KeyPurpose::Status, token.key_hint());
                let made_it = |key: &&TrustedKey| {
                    verify_esp256(crypto, &key.spki_der, token.to_be_signed(), token.signature()).is_ok()
                };
                candidates.filter(made_it).cloned().collect()
            }
            _ => Vec::new(),
        };
        Self { given, keys }
    }

    /// A key signed it that was in use when it was issued, retired since or not (`evidence::trust_list`, rules 4 and 5). Whoever
    /// has a compromised one chooses the time that he states.
    fn is_authentic(&self, issued: UnixTime) -> bool {
        self.keys.iter().any(|key| match key.state {
            KeyState::Compromised { .. } => false,
            KeyState::Active | KeyState::Retired => {
                UnixTime::from(key.issue_from) <= issued && issued <= UnixTime::from(key.issue_to)
            }
        })
    }
}

/// A moment before 1970 is before every list.
fn unix_seconds(time: UnixTime) -> UnixSeconds {
    UnixSeconds(u64::try_from(time.seconds()).unwrap_or_default())
}

impl AuthenticPublished {
    /// What the lists say about the document with this index, and what is odd about them.
    pub(crate) fn status(
        &self,
        index: StatusIndex,
        since: Since,
        time: ValidationTime,
        notes: &mut Vec<Finding>,
    ) -> DocumentStatus {
        notes.extend(self.damaged().map(Finding::Status));
        match self.read(index, since, time, notes) {
            Ok(read) => DocumentStatus::Checked(read),
            Err(problem) => DocumentStatus::NotChecked(problem),
        }
    }

    fn read(
        &self,
        index: StatusIndex,
        since: Since,
        time: ValidationTime,
        notes: &mut Vec<Finding>,
    ) -> Result<StatusRead, StatusProblem> {
        let at = time.unix_time();
        // 1. Whose lists count.
        let trust = self.trust_list(time).map_err(StatusProblem::TrustList)?;
        // 2. The lists of the document's shard.
        let uri = format!("{}{}", trust.list().status_prefix, index.shard());
        let of_shard: Vec<_> = self.tokens().filter(|(_, token)| token.sub() == uri).collect();
        let Some((first, _)) = of_shard.first() else { return Err(StatusProblem::NoList { uri }) };
        let name = first.given.name.clone();
        // 3. Those that the agency signed.
        let authentic: Vec<_> =
            of_shard.into_iter().filter(|(list, token)| list.is_authentic(token.times().issued_at.into())).collect();
        if authentic.is_empty() {
            return Err(StatusProblem::NotAuthentic { name });
        }
        // 4. Those that were made by now.
        let (known, future): (Vec<_>, Vec<_>) =
            authentic.into_iter().partition(|(_, token)| UnixTime::from(token.times().issued_at) <= at);
        let from_future =
            future.first().map(|(_, token)| StatusProblem::FromTheFuture { issued: token.times().issued_at.into() });
        // 5. The newest of them; an older one beside it may have been put there to make something good again.
        let Some((_, token)) = known.iter().max_by_key(|(_, token)| token.times().issued_at) else {
            return Err(from_future.unwrap_or(StatusProblem::NoList { uri }));
        };
        notes.extend(from_future.map(Finding::Status));
        let issued = UnixTime::from(token.times().issued_at);
        let older = known.iter().find(|(_, other)| other.times().issued_at < token.times().issued_at);
        notes.extend(older.map(|(list, other)| {
            let (name, issued) = (list.given.name.clone(), other.times().issued_at.into());
            Finding::Status(StatusProblem::OlderBeside { name, issued })
        }));
        let value = token.list().get(index);
        let same_moment = known.iter().filter(|(_, other)| other.times().issued_at == token.times().issued_at);
        if same_moment.into_iter().any(|(_, other)| other.list().get(index) != value) {
            return Err(StatusProblem::Contradiction { issued });
        }
        // 6. It still says something.
        let expires = UnixTime::from(token.times().expires_at);
        if expires <= at {
            return Err(StatusProblem::Expired { expires });
        }
        let Some(value) = value else { return Err(StatusProblem::NoList { uri }) };
        // 7. It knows the document.
        let may_be_younger = match since {
            Since::SignedAt(signed) => issued < signed,
            Since::IssuedOn(day) => issued <= UnixTime::from(day.end_in_jakarta()),
        };
        if value == StatusValue::Invalid && may_be_younger {
            return Err(StatusProblem::OlderThanDocument { issued });
        }
        let age = at.distance(issued);
        Ok(StatusRead {
            index,
            value,
            uri,
            issued,
            expires,
            age,
            is_fresh: token.freshness(unix_seconds(at)) == Freshness::Fresh,
        })
    }

    /// Lists that could be read, each with its content.
    fn tokens(&self) -> impl Iterator<Item = (&SignedStatusList, &Arc<StatusToken>)> {
        self.status_lists.iter().filter_map(|list| Some((list, list.given.token.as_ref().ok()?)))
    }

    fn damaged(&self) -> Option<StatusProblem> {
        let mut damaged = self.status_lists.iter().filter_map(|list| Some((list, *list.given.token.as_ref().err()?)));
        let (list, error) = damaged.next()?;
        Some(StatusProblem::Damaged { name: list.given.name.clone(), more: damaged.count(), error })
    }
}
