//! The log on standard error.

use anyhow::{Context, Result};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

use crate::settings::{LogFormat, LogSettings};

/// Lines that may wait to be written; a request never waits for a slow terminal.
const WAITING_LINES: usize = 64 * 1024;

/// Starts the log. Lines that wait are written when the guard is dropped. `MIEN_LOG` wins over the
/// configured filter.
pub fn start(settings: &LogSettings) -> Result<WorkerGuard> {
    let text = std::env::var("MIEN_LOG").unwrap_or_else(|_| settings.filter.clone());
    let filter = EnvFilter::try_new(&text).with_context(|| format!("`{text}` is not a log filter"))?;
    let (writer, guard) = tracing_appender::non_blocking::NonBlockingBuilder::default()
        .buffered_lines_limit(WAITING_LINES)
        .lossy(true)
        .finish(std::io::stderr());
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    match settings.format {
        LogFormat::Text => {
            let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
            subscriber.with_ansi(colours).init();
        }
        LogFormat::Json => subscriber.json().flatten_event(true).init(),
    }
    Ok(guard)
}
