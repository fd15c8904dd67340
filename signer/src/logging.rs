//! Log lines on standard error: JSON for machines or text for people.
//!
//! What may be in them: request id, office, key id, certificate serial, code, duration. Never a document, a name of a
//! person or a secret. Standard output is not for logs.

use std::io;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{Layer, fmt, registry};

use crate::config::{LogFormat, LogLevel, LogSettings};

mod lines;

use lines::Lines;

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The thread that writes it cannot be started.
    #[error("the log's thread cannot be started: {0}")]
    Thread(#[from] io::Error),
    /// The process has a log already.
    #[error(transparent)]
    Second(#[from] TryInitError),
}

/// The log of this process. Dropping it waits a moment for its last lines.
#[derive(Debug)]
pub struct Log(Lines);

impl Drop for Log {
    fn drop(&mut self) {
        self.0.last();
    }
}

/// Starts the log of this process.
///
/// # Errors
///
/// [`LogError`].
pub fn start(settings: &LogSettings) -> Result<Log, LogError> {
    let level = match settings.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    };
    // Our level is for our own lines. The libraries below (h2, hyper, rustls) write every frame at `debug`: only what
    // they warn of is kept.
    let levels = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("signer", level)
        .with_target("teken_signer", level);
    let lines = Lines::start(
        io::stderr(),
        match settings.format {
            LogFormat::Json => |missing| {
                format!("{{\"level\":\"WARN\",\"message\":\"nobody took the log's lines\",\"left_out\":{missing}}}\n")
            },
            LogFormat::Text => |missing| format!("WARN nobody took the log's lines left_out={missing}\n"),
        },
    )?;
    let log = Log(lines.clone());
    let layer = match settings.format {
        LogFormat::Json => fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(lines).boxed(),
        LogFormat::Text => fmt::layer().with_ansi(false).with_writer(lines).boxed(),
    };
    registry().with(layer.with_filter(levels)).try_init()?;
    Ok(log)
}
