//! Log lines on their way to standard error, in a thread of their own.
//!
//! Standard error is a pipe, and whoever reads it may hang. A line that waits for him must not hold up a signature, so it
//! waits here, and when too many wait the next ones are left out and counted: the register, not the log, is the record of
//! what was done.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// Lines that may wait: some 2 MiB.
const WAITING: usize = 4_096;

/// Time for the last lines when the process ends.
const LAST_LINES: Duration = Duration::from_secs(1);

enum Message {
    Line(Vec<u8>),
    /// Everything before this is written; say so.
    Written(SyncSender<()>),
}

/// Where lines are given to. Clones share one thread.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    queue: SyncSender<Message>,
    left_out: Arc<AtomicU64>,
}

impl Lines {
    /// Starts the thread that writes to `to`; `tell` makes the line that says how many are missing.
    pub(super) fn start(to: impl Write + Send + 'static, tell: fn(u64) -> String) -> io::Result<Self> {
        let (queue, waiting) = sync_channel(WAITING);
        let left_out = Arc::new(AtomicU64::new(0));
        let missing = Arc::clone(&left_out);
        std::thread::Builder::new().name("log".to_owned()).spawn(move || write(to, &waiting, &missing, tell))?;
        Ok(Self { queue, left_out })
    }

    /// Waits until the lines are written, but not for somebody who hangs.
    pub(super) fn last(&self) {
        let (written, done) = sync_channel(1);
        if self.queue.try_send(Message::Written(written)).is_ok() {
            let _gave_up = done.recv_timeout(LAST_LINES);
        }
    }
}

fn write(mut to: impl Write, waiting: &Receiver<Message>, left_out: &AtomicU64, tell: fn(u64) -> String) {
    while let Ok(message) = waiting.recv() {
        // Nobody can be told that the log cannot be written.
        if let Message::Line(line) = &message {
            let _nowhere = to.write_all(line);
        }
        let missing = left_out.swap(0, Ordering::Relaxed);
        if missing > 0 {
            let _nowhere = to.write_all(tell(missing).as_bytes());
        }
        if let Message::Written(written) = message {
            let _gave_up = written.try_send(());
        }
    }
}

/// One line.
#[derive(Debug)]
pub(super) struct Line<'a>(&'a Lines);

impl Write for Line<'_> {
    /// tracing writes each line whole.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.0.queue.try_send(Message::Line(line.to_vec())).is_err() {
            self.0.left_out.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(self)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc;

    use super::*;

    /// Takes one line for each leave that it is given.
    struct Slow {
        leave: Receiver<()>,
        taken: Arc<Mutex<Vec<String>>>,
    }

    impl Write for Slow {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            let _for_ever = self.leave.recv();
            self.taken.lock().expect("no panic").push(String::from_utf8_lossy(line).into_owned());
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_that_nobody_takes_are_left_out_and_told_when_somebody_does() {
        let (go, leave) = mpsc::channel();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let lines = Lines::start(Slow { leave, taken: Arc::clone(&taken) }, |missing| format!("{missing} missing"));
        let lines = lines.expect("a thread");
        // One is being written, or will be; the queue holds the others.
        let given = WAITING + 1 + 100;
        for number in 0..given {
            lines.make_writer().write_all(number.to_string().as_bytes()).expect("nobody waits");
        }
        (0..given).for_each(|_| go.send(()).expect("the writer is there"));
        drop(go);
        let patience = std::time::Instant::now() + Duration::from_secs(30);
        while !taken.lock().expect("no panic").iter().any(|line| line.ends_with("missing")) {
            assert!(std::time::Instant::now() < patience, "nobody tells what is missing");
            std::thread::yield_now();
        }
        lines.last();
        let taken = taken.lock().expect("no panic");
        let missing =
            taken.iter().filter_map(|line| line.strip_suffix(" missing")?.parse::<usize>().ok()).sum::<usize>();
        let written: Vec<usize> = taken.iter().filter_map(|line| line.parse().ok()).collect();
        assert!((100..=101).contains(&missing), "{missing}");
        assert_eq!(written.len() + missing, given, "every line was written or counted");
        assert!(written.is_sorted(), "in their order");
    }
}
