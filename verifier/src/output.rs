//! Standard output, and progress where somebody waits for it.

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};

use crate::arguments::{Arguments, Usage};

/// Where reports go. Written to from any thread, one report at a time.
#[derive(Debug, Default)]
pub(crate) struct Output {
    state: Mutex<State>,
    /// How many files there are, when progress is to be shown.
    progress_of: Option<usize>,
}

#[derive(Debug, Default)]
struct State {
    written: usize,
    fault: Option<io::Error>,
}

impl Output {
    /// Progress is shown for several files when standard error is a terminal and standard output, whose lines would be
    /// progress enough, is not or stays silent.
    pub(crate) fn new(arguments: &Arguments, files: usize) -> Self {
        let is_seen = io::stderr().is_terminal() && (arguments.quiet || !io::stdout().is_terminal());
        Self { state: Mutex::default(), progress_of: (files > 1 && is_seen).then_some(files) }
    }

    /// Writes one report and gives its verdict back.
    pub(crate) fn write<V>(&self, (verdict, text): (V, String)) -> V {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let result = io::stdout().lock().write_all(text.as_bytes());
        state.keep(result);
        state.written = state.written.saturating_add(1);
        if let Some(files) = self.progress_of {
            eprint!("\r{}/{files}", state.written);
        }
        verdict
    }

    /// Whether all of it went out. A reader that went away (`| head`) wanted no more, and is no fault.
    pub(crate) fn finish(self) -> Result<(), Usage> {
        if self.progress_of.is_some() {
            // Over the counter, however long it was.
            eprint!("\r{:40}\r", "");
        }
        let mut state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let result = io::stdout().lock().flush();
        state.keep(result);
        state.fault.map_or(Ok(()), |fault| Err(Usage::NotWritten(fault)))
    }
}

impl State {
    /// Keeps the first fault.
    fn keep(&mut self, result: io::Result<()>) {
        if let Err(fault) = result
            && fault.kind() != ErrorKind::BrokenPipe
        {
            self.fault.get_or_insert(fault);
        }
    }
}
