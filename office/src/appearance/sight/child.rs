//! A look in a process of its own: what the page does to memory, stack and time, it does to that process alone.
//!
//! The question goes in as one line of JSON, the file after it; the answer comes out as octets, or a [`SightError`] as JSON after an `E`.

use std::{
    io::{self, BufRead as _, Read as _, Write as _},
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{Answer, MEMORY_LIMIT_BYTES, PIXELS_LIMIT, Question, SightError, answer::answer};
use crate::platform;

/// The one argument of the renderer's program.
const ARGUMENT: &str = "look";
/// Most octets of an answer: a picture, or the letters of a page.
const ANSWER_LIMIT_BYTES: u64 = PIXELS_LIMIT * 3 + 64;

#[derive(Debug, Serialize, Deserialize)]
struct Line {
    question: Question,
    memory_bytes: u64,
    seconds: u64,
}

/// Asks a child, and kills it when its time is over.
pub(super) fn ask(
    program: &Path,
    pdf: &Arc<Vec<u8>>,
    question: Question,
    limit: Duration,
) -> Result<Answer, SightError> {
    let unusable = |error: io::Error| SightError::Program { text: error.to_string() };
    let size = u64::try_from(pdf.len()).unwrap_or(u64::MAX);
    let memory_bytes = MEMORY_LIMIT_BYTES.saturating_add(size.saturating_mul(4));
    let mut line = serde_json::to_vec(&Line { question, memory_bytes, seconds: limit.as_secs() })
        .expect("a question is plain data");
    line.push(b'\n');

    let mut child = Command::new(program)
        .arg(ARGUMENT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(unusable)?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        unreachable!("both are piped")
    };
    // A thread writes and another reads: a child that does neither must not hold us.
    let pdf = Arc::clone(pdf);
    thread::spawn(move || {
        // A child that ends early says why on its other end.
        let _ = stdin.write_all(&line).and_then(|()| stdin.write_all(&pdf));
    });
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut octets = Vec::new();
        let read = stdout.take(ANSWER_LIMIT_BYTES).read_to_end(&mut octets);
        // Nobody waits any more when the time was over.
        let _ = sender.send(read.map(|_| octets));
    });
    let octets = receiver.recv_timeout(limit);
    // Its answer is whole, or it has none: it has nothing more to do. It may have ended by itself, and then there is nothing to kill.
    let _ = child.kill();
    child.wait().map_err(unusable)?;
    match octets {
        Ok(Ok(octets)) => match octets.split_first() {
            Some((b'E', error)) => Err(serde_json::from_slice(error).unwrap_or(SightError::Stopped)),
            _ => Answer::from_octets(&octets).ok_or(SightError::Stopped),
        },
        Ok(Err(error)) => Err(unusable(error)),
        Err(_) => Err(SightError::TooSlow { seconds: limit.as_secs() }),
    }
}

/// The other end: reads a question and a file from standard input, draws within the limits and answers on standard output.
///
/// # Errors
///
/// What reading and writing fail of. A page that cannot be drawn is an answer.
pub fn answer_from_stdin() -> io::Result<()> {
    let mut stdin = io::stdin().lock();
    let mut line = Vec::new();
    // A question has fewer than 200 octets.
    stdin.by_ref().take(1024).read_until(b'\n', &mut line)?;
    let line: Line = serde_json::from_slice(&line)?;
    platform::limit_process(line.memory_bytes, line.seconds)?;
    let mut pdf = Vec::new();
    stdin.read_to_end(&mut pdf)?;
    let octets = match super::bounded(Duration::from_secs(line.seconds), &super::LOST, move || {
        answer(Arc::new(pdf), line.question)
    }) {
        Ok(answer) => answer.to_octets(),
        Err(error) => {
            let mut octets = vec![b'E'];
            serde_json::to_writer(&mut octets, &error)?;
            octets
        }
    };
    let mut stdout = io::stdout().lock();
    stdout.write_all(&octets)?;
    stdout.flush()
}
