//! Log lines on standard error: JSON for machines or text for people.
//!
//! What may be in them: request id, office, key id, certificate serial, code, duration. Never a document, a name of a
//! person or a secret. Standard output is not for logs.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{Layer, fmt, registry};

use crate::config::{LogFormat, LogLevel, LogSettings};

/// Starts the log of this process.
///
/// # Errors
///
/// When the process has a log already.
pub fn start(settings: &LogSettings) -> Result<(), TryInitError> {
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
    let lines = match settings.format {
        LogFormat::Json => {
            fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(std::io::stderr).boxed()
        }
        LogFormat::Text => fmt::layer().with_ansi(false).with_writer(std::io::stderr).boxed(),
    };
    registry().with(lines.with_filter(levels)).try_init()
}
