//! The folder of public test data, and what becomes of cases whose data are missing.

use std::env;
use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};

/// The folder that `TEKEN_SHARED` names, else `../shared` beside the repository. It need not exist.
pub(crate) fn shared() -> PathBuf {
    env::var_os("TEKEN_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from)
}

/// A case that needs `data`: ignored where it is missing, or failed where `TEKEN_REQUIRE_PEERS` asks for everything.
pub(crate) fn case_with(data: &Path, name: &str, run: impl FnOnce() -> Result<(), Failed> + Send + 'static) -> Trial {
    if data.exists() {
        Trial::test(name, run)
    } else if env::var_os("TEKEN_REQUIRE_PEERS").is_some_and(|value| value == "1") {
        let message = format!("TEKEN_REQUIRE_PEERS is set and {} is missing", data.display());
        Trial::test(name, || Err(message.into()))
    } else {
        Trial::test(format!("{name} [needs TEKEN_SHARED]"), || Ok(())).with_ignored_flag(true)
    }
}

/// A case over the public corpus, which it is given.
#[allow(dead_code, reason = "not every test binary judges the corpus")]
pub(crate) fn corpus_case(name: &str, run: fn(&Path) -> Result<(), Failed>) -> Trial {
    let corpus = shared().join("corpus");
    case_with(&corpus.clone(), name, move || run(&corpus))
}
