//! The real service, in this process: the very function and the very configuration file that `teken-signer serve` uses.
//!
//! It has a thread and a runtime of its own, as it has a process of its own in earnest: client and service share nothing but TCP.

use std::path::Path;
use std::pin::pin;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, bail};
use signer::{Config, ServeError};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// How often it is looked whether the service is still there, while its first answer is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// For what the service left in the background: tasks that still hold the register drop it then.
const LAST_TASKS: Duration = Duration::from_secs(2);

/// A running service. It ends, and lets its register go, with [`Service::stop`].
#[derive(Debug)]
pub struct Service {
    stop: oneshot::Sender<()>,
    serving: JoinHandle<Result<(), ServeError>>,
}

impl Service {
    /// Starts the service that a configuration describes.
    ///
    /// # Errors
    /// What is wrong with the configuration, the key or its passphrase. What is wrong later, [`Service::answering`] says.
    pub fn start(config: &Path) -> anyhow::Result<Self> {
        let config = Config::load(config)?;
        let keys = config.settings.load_keys()?;
        let runtime = Runtime::new().context("cannot start the service's runtime")?;
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = thread::spawn(move || {
            let served = runtime.block_on(signer::run(config, keys, async {
                // The sender says stop by being dropped.
                let _dropped = stopped.await;
            }));
            runtime.shutdown_timeout(LAST_TASKS);
            served
        });
        Ok(Self { stop, serving })
    }

    /// Waits for the answer to a first question, which is repeated by whoever asks it until the service listens.
    ///
    /// # Errors
    /// Why the service ended instead.
    pub async fn answering<T>(self, question: impl Future<Output = T>) -> anyhow::Result<(Self, T)> {
        let mut question = pin!(question);
        while !self.serving.is_finished() {
            if let Ok(answer) = tokio::time::timeout(LOOK_EVERY, &mut question).await {
                return Ok((self, answer));
            }
        }
        self.stop().await.context("the service does not start")?;
        bail!("the service ended at once")
    }

    /// Lets the requests under way finish, then ends the service.
    ///
    /// # Errors
    /// Why it did not start, or what went wrong while it served.
    pub async fn stop(self) -> anyhow::Result<()> {
        drop(self.stop);
        let serving = self.serving;
        let ended =
            tokio::task::spawn_blocking(move || serving.join()).await.context("the service cannot be waited for")?;
        match ended {
            Ok(served) => Ok(served?),
            Err(_panic) => bail!("the service died"),
        }
    }
}
