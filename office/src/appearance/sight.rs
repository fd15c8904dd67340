//! A look at a page: where its text stands, and what it looks like. Drawing is hayro's; bounding it is ours.
//!
//! A page's content is a program, and it may be hostile. So a look is a question that is answered elsewhere: in a process of its own that
//! has a limit on its memory and is killed when its time is over ([`Sight::program`]), or in a thread of this process
//! ([`Sight::in_process`]), which bounds the time and turns a panic into an error, but not the memory. Invariant: whatever the page is, a
//! look ends within [`TIME_LIMIT`] and gives an answer of bounded size or a [`SightError`].

mod answer;
mod child;
mod device;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use self::answer::answer;
pub use self::child::answer_from_stdin;

/// Time that one look may take. An honest page takes some 10 to 300 ms.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// Memory that the process of a look may take, beside four times the size of the file.
const MEMORY_LIMIT_BYTES: u64 = 1024 * 1024 * 1024;
/// Most pixels of a picture: A3 at 300 dots an inch has 17.4 million.
const PIXELS_LIMIT: u64 = 20_000_000;
/// Most letters of one page that are looked at. A page of a telephone book has 20,000.
const GLYPHS_LIMIT: usize = 200_000;
/// Threads that did not end in time and still run. When there are so many, nothing is looked at any more.
const LOST_LIMIT: usize = 4;
/// Stack of a thread that draws: forms inside forms recurse, 50 deep at most.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// How pages are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight(Way);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    Program(PathBuf),
    InProcess,
}

/// What is asked about one page.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Question {
    /// From 0.
    pub(crate) page: usize,
    pub(crate) about: About,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum About {
    /// Its letters.
    Letters,
    /// Its looks, in pixels for each unit of its user space.
    Picture { scale: f64, layers: Layers },
}

/// What of a page is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Layers {
    /// The page and its annotations: what a reader sees.
    Everything,
    /// The page without annotations: what lies under a form's field.
    PageOnly,
}

/// A letter of the page, in units of its user space from the upper left corner of the page as it is seen; `y` is its baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Letter {
    pub(crate) text: String,
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// Height of the font.
    pub(crate) size: f64,
}

/// The page as pixels, three octets each, from the upper left corner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) rgb: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    Letters(Vec<Letter>),
    Picture(Picture),
}

/// Why a page could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum SightError {
    /// The renderer does not read the file.
    #[error("the renderer cannot read the document")]
    Unreadable,
    /// The renderer finds fewer pages than there are.
    #[error("the renderer does not find page {page}")]
    NoPage {
        /// Which one, from 1.
        page: usize,
    },
    /// It takes too long.
    #[error("the page was not drawn within {seconds} s")]
    TooSlow {
        /// The limit.
        seconds: u64,
    },
    /// The renderer died: of its memory limit, or of itself.
    #[error("the renderer stopped on this page: it takes too much memory, or the renderer has a fault")]
    Stopped,
    /// Too many threads that never ended.
    #[error("{lost} earlier pages are still being drawn; this program must be started again")]
    Lost {
        /// How many.
        lost: usize,
    },
    /// The page is too large.
    #[error("the page would have {pixels} pixels; at most {limit} are drawn")]
    TooLarge {
        /// How many it would have.
        pixels: u64,
        /// The limit.
        limit: u64,
    },
    /// Too many letters.
    #[error("the page has more than {limit} letters")]
    TooManyLetters {
        /// The limit.
        limit: usize,
    },
    /// The renderer's program cannot be run.
    #[error("the renderer's program cannot be run: {text}")]
    Program {
        /// What the operating system says.
        text: String,
    },
}

static LOST: AtomicUsize = AtomicUsize::new(0);

impl Sight {
    /// Looks at pages in a process of its own: `program` must call [`answer_from_stdin`] when its only argument is `look`.
    #[must_use]
    pub const fn program(program: PathBuf) -> Self {
        Self(Way::Program(program))
    }

    /// Looks at pages in a thread of this process. It bounds time and not memory: for documents from a system that one trusts.
    #[must_use]
    pub const fn in_process() -> Self {
        Self(Way::InProcess)
    }

    /// The letters of a page.
    pub(crate) fn letters(&self, pdf: &Arc<Vec<u8>>, page: usize) -> Result<Vec<Letter>, SightError> {
        match self.ask(pdf, Question { page, about: About::Letters })? {
            Answer::Letters(letters) => Ok(letters),
            Answer::Picture(_) => Err(SightError::Stopped),
        }
    }

    /// A page as it looks.
    pub(crate) fn picture(
        &self,
        pdf: &Arc<Vec<u8>>,
        page: usize,
        scale: f64,
        layers: Layers,
    ) -> Result<Picture, SightError> {
        match self.ask(pdf, Question { page, about: About::Picture { scale, layers } })? {
            Answer::Picture(picture) => Ok(picture),
            Answer::Letters(_) => Err(SightError::Stopped),
        }
    }

    fn ask(&self, pdf: &Arc<Vec<u8>>, question: Question) -> Result<Answer, SightError> {
        match &self.0 {
            Way::Program(program) => child::ask(program, pdf, question, TIME_LIMIT),
            Way::InProcess => {
                let pdf = Arc::clone(pdf);
                bounded(TIME_LIMIT, &LOST, move || answer(pdf, question))
            }
        }
    }
}

/// Runs work that may never end in a thread that nobody waits for longer than `limit`.
fn bounded<T: Send + 'static>(
    limit: Duration,
    lost: &'static AtomicUsize,
    work: impl FnOnce() -> Result<T, SightError> + Send + 'static,
) -> Result<T, SightError> {
    let still_lost = lost.load(Ordering::SeqCst);
    if still_lost >= LOST_LIMIT {
        return Err(SightError::Lost { lost: still_lost });
    }
    let (sender, receiver) = mpsc::channel();
    // Set by whoever is first: the thread at its end, or the one who waits for it no longer.
    let parted = Arc::new(AtomicBool::new(false));
    let theirs = Arc::clone(&parted);
    let begun = thread::Builder::new().name("look".to_owned()).stack_size(STACK_BYTES).spawn(move || {
        // Nothing that the work touched is used after a panic.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        if theirs.swap(true, Ordering::SeqCst) {
            lost.fetch_sub(1, Ordering::SeqCst);
        }
        // Nobody waits any more when the time was over.
        let _ = sender.send(result.unwrap_or(Err(SightError::Stopped)));
    });
    begun.map_err(|error| SightError::Program { text: error.to_string() })?;
    receiver.recv_timeout(limit).unwrap_or_else(|_| {
        // Counted before it is parted from, so that the thread never takes off what was not put on.
        lost.fetch_add(1, Ordering::SeqCst);
        if parted.swap(true, Ordering::SeqCst) {
            lost.fetch_sub(1, Ordering::SeqCst);
        }
        Err(SightError::TooSlow { seconds: limit.as_secs() })
    })
}

#[cfg(test)]
mod tests;
