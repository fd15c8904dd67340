//! Declares cases and runs them.
//!
//! A case whose peer is missing is reported as ignored, with the peer's name in the case's; with `TEKEN_REQUIRE_PEERS=1`, as continuous
//! integration sets, it fails instead. Plain libtest cannot skip at run time, hence `libtest-mimic`.

use std::{env, process::ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

use crate::Peer;

/// What a case returns: an error is a failed case, told with its causes.
pub type Outcome = anyhow::Result<()>;

/// The cases of one suite.
#[derive(Debug, Default)]
pub struct Suite {
    trials: Vec<Trial>,
}

impl Suite {
    /// An empty suite.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a case. Its name is a claim: `a_page_added_after_signing_is_not_permitted`.
    pub fn case(&mut self, name: &str, run: impl FnOnce() -> Outcome + Send + 'static) -> &mut Self {
        self.case_with(&[], name, run)
    }

    /// Adds a case that needs other programs or data.
    pub fn case_with(
        &mut self,
        peers: &[Peer],
        name: &str,
        run: impl FnOnce() -> Outcome + Send + 'static,
    ) -> &mut Self {
        let missing: Vec<_> = peers.iter().filter(|peer| !peer.is_present()).map(|peer| peer.name()).collect();
        let trial = if missing.is_empty() {
            Trial::test(name, move || run().map_err(|error| Failed::from(format!("{error:?}"))))
        } else if env::var_os("TEKEN_REQUIRE_PEERS").is_some_and(|value| value == "1") {
            let message = format!("TEKEN_REQUIRE_PEERS is set and these are missing: {}", missing.join(", "));
            Trial::test(name, move || Err(Failed::from(message)))
        } else {
            Trial::test(format!("{name} [needs {}]", missing.join(", ")), || Ok(())).with_ignored_flag(true)
        };
        self.trials.push(trial);
        self
    }

    /// Runs what the command line selects (the arguments of libtest).
    #[must_use]
    pub fn run(self) -> ExitCode {
        let arguments = Arguments::from_args();
        libtest_mimic::run(&arguments, self.trials).exit_code()
    }
}
