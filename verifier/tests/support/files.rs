//! The files of the corpus, and the trust that the attacks' manifest gives.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use verifier::{Policy, TrustAnchors, UnixTime, ValidationData, ValidationTime, Validator};

/// Every PDF below `folder`, sorted.
pub(crate) fn pdfs(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "pdf") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Trusts every anchor and has every list that some case of the manifest names, and gives the manifest's moment.
pub(crate) fn attack_validator(corpus: &Path, policy: Policy) -> (Validator, ValidationTime) {
    let manifest = manifest(corpus);
    let (mut anchors, mut data) = (TrustAnchors::none(), ValidationData::none());
    let mut names = BTreeSet::new();
    for entry in manifest["entries"].as_array().unwrap() {
        for kind in ["trust", "crls"] {
            names.extend(entry[kind].as_array().unwrap().iter().map(|name| (kind, name.as_str().unwrap())));
        }
    }
    for (kind, name) in names {
        let octets = std::fs::read(corpus.join("attacks").join(name)).unwrap();
        if kind == "trust" { anchors.add_file(&octets).unwrap() } else { data.add_crl_file(&octets).unwrap() }
    }
    let time = UnixTime::from_rfc3339(manifest["validation_time"].as_str().unwrap()).unwrap();
    (Validator::new(anchors, data, policy), ValidationTime::new(time))
}

/// The attacks' manifest.
pub(crate) fn manifest(corpus: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(corpus.join("attacks/manifest.json")).unwrap()).unwrap()
}
