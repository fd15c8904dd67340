//! What is asked of the writer's thread, and how it answers.

use tokio::sync::oneshot;

use crate::domain::AbandonedReason;
use crate::error::SignError;
use crate::register::publication::Published;
use crate::register::reservation::{NewReservation, Reserved};
use crate::register::schema::Fault;
use crate::register::status_change::{Changed, NewStatusChange};
use crate::register::{NewIntent, Recorded, StopCause, WriteError};

/// An entry that belongs to an intent.
#[derive(Debug)]
pub(in crate::register) enum Follow {
    Attempt { key_id: String },
    Outcome { cms_der: Vec<u8> },
    Abandoned { reason: AbandonedReason },
}

/// Whom an answer goes to.
pub(super) type Reply<T> = oneshot::Sender<Result<T, SignError>>;

/// One thing that is to be recorded.
pub(super) enum Command {
    Intent(Box<NewIntent>, Reply<Recorded>),
    Follow(u64, Follow, oneshot::Sender<Result<(), WriteError>>),
    Reserve(Box<NewReservation>, Reply<Reserved>),
    Change(Box<NewStatusChange>, Reply<Changed>),
    Publish(Vec<u32>, Reply<Published>),
}

impl Command {
    /// Answers that the register stopped.
    pub(super) fn refuse(self, cause: StopCause) {
        // The caller may be gone; nobody else waits for this answer.
        match self {
            Self::Intent(_, reply) => drop(reply.send(Err(SignError::RegisterStopped(cause)))),
            Self::Follow(_, _, reply) => drop(reply.send(Err(WriteError::Stopped(cause)))),
            Self::Reserve(_, reply) => drop(reply.send(Err(SignError::RegisterStopped(cause)))),
            Self::Change(_, reply) => drop(reply.send(Err(SignError::RegisterStopped(cause)))),
            Self::Publish(_, reply) => drop(reply.send(Err(SignError::RegisterStopped(cause)))),
        }
    }
}

/// An answer that waits for the commit.
pub(super) enum Answer {
    Intent(Reply<Recorded>, Result<Recorded, SignError>),
    Follow(oneshot::Sender<Result<(), WriteError>>, Result<(), WriteError>),
    Reserve(Reply<Reserved>, Result<Reserved, SignError>),
    Change(Reply<Changed>, Result<Changed, SignError>),
    Publish(Reply<Published>, Result<Published, SignError>),
}

impl Answer {
    pub(super) fn send(self) {
        // The caller may be gone; what is recorded stays recorded.
        match self {
            Self::Intent(reply, answer) => drop(reply.send(answer)),
            Self::Follow(reply, answer) => drop(reply.send(answer)),
            Self::Reserve(reply, answer) => drop(reply.send(answer)),
            Self::Change(reply, answer) => drop(reply.send(answer)),
            Self::Publish(reply, answer) => drop(reply.send(answer)),
        }
    }

    /// The same for a transaction of which nothing was recorded.
    pub(super) fn failed(self, failure: Fault) -> Self {
        match self {
            Self::Intent(reply, _) => Self::Intent(reply, Err(nothing_recorded(failure))),
            Self::Reserve(reply, _) => Self::Reserve(reply, Err(nothing_recorded(failure))),
            Self::Change(reply, _) => Self::Change(reply, Err(nothing_recorded(failure))),
            Self::Publish(reply, _) => Self::Publish(reply, Err(nothing_recorded(failure))),
            Self::Follow(reply, _) => Self::Follow(
                reply,
                Err(match failure {
                    Fault::Full => WriteError::Full,
                    Fault::Busy => WriteError::Busy,
                    Fault::Stop(cause) => WriteError::Stopped(cause),
                    Fault::Refused => WriteError::Stopped(StopCause::Io { code: 0 }),
                }),
            ),
        }
    }
}

const fn nothing_recorded(failure: Fault) -> SignError {
    match failure {
        Fault::Full => SignError::RegisterFull,
        Fault::Busy => SignError::RegisterBusy,
        Fault::Stop(cause) => SignError::RegisterStopped(cause),
        Fault::Refused => SignError::RegisterStopped(StopCause::Io { code: 0 }),
    }
}
