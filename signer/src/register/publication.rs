//! Publications of status lists as they are recorded: before the list leaves.

/// What came of a publication that was to be recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Published {
    /// Number of the last publication that was recorded, if any was.
    pub(crate) number: Option<u64>,
    /// The lists that may leave now. A shard that had a list of this second is not among them: ask again.
    pub(crate) lists: Vec<ListIssue>,
}

/// One list that may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ListIssue {
    /// The shard.
    pub(crate) shard: u32,
    /// Its time (iat), Unix seconds: above that of every list of this shard before.
    pub(crate) issued_at: u64,
}
