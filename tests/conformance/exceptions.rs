//! `data/exceptions.toml`, as far as this suite reads it: where a peer and we say different things of a signature's integrity.
//!
//! A class is a whole kind of file or answer, with the rule in `peers`; a disagreement is one file. Either is stale, and fails, when
//! nothing needs it any more.

use std::{collections::BTreeSet, fs};

use anyhow::ensure;
use serde::Deserialize;
use tests::{Outcome, workspace};

/// Outside the classes, so many files may be disagreed on.
const MAX_DISAGREEMENTS: usize = 15;

#[derive(Deserialize)]
pub(crate) struct Exceptions {
    class: Vec<Class>,
    disagreement: Vec<Disagreement>,
}

/// A kind of file or answer that is out of scope.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Class {
    name: String,
    reason: String,
    /// Files whose row in the index cannot be met because of it.
    #[serde(default)]
    index: Vec<String>,
}

/// One file, and the peers that say otherwise.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Disagreement {
    case: String,
    peers: BTreeSet<String>,
    right: String,
    reason: String,
    second_tool: String,
}

impl Exceptions {
    pub(crate) fn load() -> anyhow::Result<Self> {
        let text = fs::read_to_string(workspace().join("tests/data/exceptions.toml"))?;
        let all: Self = toml::from_str(&text)?;
        for class in &all.class {
            ensure!(class.reason.len() > 40, "the class {} has no reason", class.name);
        }
        for one in &all.disagreement {
            ensure!(["ours", "theirs"].contains(&&*one.right), "{}: who is right?", one.case);
            ensure!(one.reason.len() > 40 && one.second_tool.len() > 20, "{}: no reason, or no second tool", one.case);
        }
        let (cases, files) = (all.disagreement.len(), all.disagreement.iter().map(|one| &one.case));
        ensure!(files.collect::<BTreeSet<_>>().len() == cases, "a file stands there twice");
        ensure!(cases <= MAX_DISAGREEMENTS, "{cases} disagreements, {MAX_DISAGREEMENTS} allowed");
        Ok(all)
    }

    /// The class because of which this file's row in the index cannot be met.
    pub(crate) fn of_index(&self, path: &str) -> Option<&str> {
        self.class.iter().find(|class| class.index.iter().any(|file| file == path)).map(|class| class.name.as_str())
    }

    /// Every file that a class excuses needed it.
    pub(crate) fn index_is_not_stale(&self, needed: &[(&str, &str)]) -> Outcome {
        let stale: Vec<_> = self
            .class
            .iter()
            .flat_map(|class| &class.index)
            .filter(|file| !needed.iter().any(|(path, _)| path == file))
            .collect();
        ensure!(stale.is_empty(), "the index is met without an exception: {stale:#?}");
        Ok(())
    }

    /// The peers' disagreements are those that are listed, and every class is in use.
    pub(crate) fn are(&self, found: &BTreeSet<(String, String)>, classes: &BTreeSet<&str>) -> Outcome {
        let listed: BTreeSet<(String, String)> = self
            .disagreement
            .iter()
            .flat_map(|one| one.peers.iter().map(|peer| (one.case.clone(), peer.clone())))
            .collect();
        let missing: Vec<_> = found.difference(&listed).collect();
        let stale: Vec<_> = listed.difference(found).collect();
        ensure!(missing.is_empty() && stale.is_empty(), "not listed: {missing:#?}, stale: {stale:#?}");
        let named: BTreeSet<&str> = self.class.iter().map(|class| class.name.as_str()).collect();
        let unknown: Vec<_> = classes.difference(&named).collect();
        let unused: Vec<_> = named.difference(classes).collect();
        ensure!(unknown.is_empty() && unused.is_empty(), "classes without a reason: {unknown:?}, unused: {unused:?}");
        Ok(())
    }

    /// How many files are disagreed on, for print.
    pub(crate) fn count(&self) -> usize {
        self.disagreement.len()
    }
}
