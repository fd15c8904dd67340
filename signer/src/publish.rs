//! Publishing status lists.

use std::path::PathBuf;
use std::time::Duration;

use evidence::StatusPrefix;
use keys::StatusKey;

/// What a service needs to publish status lists.
#[derive(Debug)]
pub struct StatusLists {
    key: StatusKey,
    directory: PathBuf,
    prefix: StatusPrefix,
    publish_within: Duration,
}

impl StatusLists {
    /// Takes the key and what the configuration says about lists.
    #[must_use]
    pub const fn new(key: StatusKey, directory: PathBuf, prefix: StatusPrefix, publish_within: Duration) -> Self {
        Self { key, directory, prefix, publish_within }
    }

    pub(crate) const fn prefix(&self) -> &StatusPrefix {
        &self.prefix
    }
}
