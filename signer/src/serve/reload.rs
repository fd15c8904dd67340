//! What changes without a restart: the files of mTLS, and the offices of the configuration.
//!
//! The files are looked at every few seconds and on SIGHUP. They are read, not asked for their time of change: five
//! small files cost less than one wrong answer. A change that fails a check is logged once and tried again at each
//! look, because the second file of a pair may only be on its way.

use std::convert::Infallible;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::config::{Config, ConfigError, Settings};
use crate::limits::seconds;
use crate::offices::Offices;
use crate::tls::{Reload, TlsSetup};

/// Seconds before the revocation list's nextUpdate from which on its age is a warning.
const CRL_WARNING_SECONDS: u64 = 24 * 60 * 60;

/// The same for the end of the service's own certificate.
const CERTIFICATE_WARNING_SECONDS: u64 = 14 * 24 * 60 * 60;

/// Seconds between two warnings of one kind.
const REMIND: Duration = Duration::from_secs(60 * 60);

/// Looks at the files for ever.
pub(super) async fn watch(config: Config, tls: TlsSetup, offices: Arc<Offices>, look_now: Arc<Notify>) -> Infallible {
    let every = seconds(config.settings.tls.reload_seconds);
    let Config { path, settings } = config;
    let mut watcher = Watcher { path, settings, text: None, tls, offices, last: Last::default() };
    loop {
        let asked = tokio::time::timeout(every, look_now.notified()).await.is_ok();
        // Reading files may wait for a disk; the requests must not.
        let looked = tokio::task::spawn_blocking(move || {
            watcher.look(asked);
            watcher
        });
        watcher = match looked.await {
            Ok(watcher) => watcher,
            Err(error) => {
                tracing::error!(%error, "the files are looked at no longer; restart the service");
                return std::future::pending().await;
            }
        };
    }
}

struct Watcher {
    path: PathBuf,
    /// The settings that hold: those of the start, with the offices of now.
    settings: Settings,
    /// The configuration's text as it was last judged good; `None` before the first look, because the file may have
    /// changed since it was read at start.
    text: Option<Vec<u8>>,
    tls: TlsSetup,
    offices: Arc<Offices>,
    last: Last,
}

/// What was logged before, so that it is not logged every few seconds.
#[derive(Default)]
struct Last {
    tls: Option<String>,
    config: Option<String>,
    crl: Option<Instant>,
    certificate: Option<Instant>,
}

impl Watcher {
    fn look(&mut self, asked: bool) {
        if asked {
            self.last = Last::default();
        }
        self.look_at_tls(asked);
        self.look_at_config(asked);
        self.look_at_age();
    }

    fn look_at_tls(&mut self, asked: bool) {
        match self.tls.reload() {
            Ok(Reload::TakenOver) => {
                self.last.tls = None;
                tracing::info!("the files of mTLS changed and were taken over; open connections were checked again");
            }
            Ok(Reload::Unchanged) => {
                self.last.tls = None;
                if asked {
                    tracing::info!("the files of mTLS are unchanged");
                }
            }
            Err(error) => {
                complain(&mut self.last.tls, "the files of mTLS are refused; those before stay", &error.to_string())
            }
        }
    }

    fn look_at_config(&mut self, asked: bool) {
        let text = match fs::read(&self.path) {
            Ok(text) if self.text.as_ref() == Some(&text) => {
                self.last.config = None;
                if asked {
                    tracing::info!("the configuration is unchanged");
                }
                return;
            }
            Ok(text) => text,
            Err(error) => {
                return complain(
                    &mut self.last.config,
                    "the configuration cannot be read; the offices stay",
                    &error.to_string(),
                );
            }
        };
        match self.take_over(&text) {
            Ok(()) => {
                self.last.config = None;
                self.text = Some(text);
            }
            Err(error) => {
                complain(
                    &mut self.last.config,
                    "the changed configuration is refused; the offices stay",
                    &error.to_string(),
                );
            }
        }
    }

    fn take_over(&mut self, text: &[u8]) -> Result<(), ConfigError> {
        let changed = Config::parse(&String::from_utf8_lossy(text), &self.path)?.settings;
        if changed.offices != self.settings.offices {
            self.offices
                .replace(changed.offices.clone())
                .map_err(|source| ConfigError::Offices { path: self.path.clone(), source })?;
            let suspended = changed.offices.iter().filter(|office| office.suspended).count();
            tracing::info!(offices = changed.offices.len(), suspended, "the offices changed and were taken over");
            self.settings.offices.clone_from(&changed.offices);
        }
        if changed != self.settings {
            tracing::warn!("other settings than the offices changed; they take effect at the next start");
        }
        Ok(())
    }

    fn look_at_age(&mut self) {
        let left = self.tls.crl_seconds_left();
        if remind(&mut self.last.crl, left <= CRL_WARNING_SECONDS) {
            if left == 0 {
                tracing::error!(
                    "the revocation list of the client anchor is stale: nobody can sign; fetch or issue a new one"
                );
            } else {
                tracing::warn!(
                    seconds_left = left,
                    "the revocation list of the client anchor will soon be stale; signing then stops"
                );
            }
        }
        let left = self.tls.certificate_seconds_left();
        if remind(&mut self.last.certificate, left <= CERTIFICATE_WARNING_SECONDS) {
            tracing::warn!(
                seconds_left = left,
                "the service's TLS certificate ends soon; clients then refuse it: renew it"
            );
        }
    }
}

/// Whether it is time to say something again that holds.
fn remind(last: &mut Option<Instant>, holds: bool) -> bool {
    if !holds {
        *last = None;
        return false;
    }
    let due = last.is_none_or(|last| last.elapsed() >= REMIND);
    if due {
        *last = Some(Instant::now());
    }
    due
}

/// Logs a complaint unless the last one was the same.
fn complain(last: &mut Option<String>, what: &'static str, reason: &str) {
    if last.as_deref() != Some(reason) {
        tracing::error!(reason, "{what}");
        *last = Some(reason.to_owned());
    }
}
