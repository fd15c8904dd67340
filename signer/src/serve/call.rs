//! One request: admitted, bounded in time, answered with one status.
//!
//! tonic's own time-out answers CANCELLED and stops counting when the answer begins; this one covers a request from its
//! headers to the last octet of its answer and says DEADLINE_EXCEEDED. A reader that stops reading cannot be told
//! anything, so its stream is reset a moment later.
//!
//! Each HTTP/2 stream runs in a task of its own, which [`StreamTasks`] starts with a [`Deadline`] in the task's own
//! storage; the request finds it there.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::sync::watch;
use tonic::service::Routes;
use tower::Service;
use tracing::Instrument;

use super::connection::{Activity, InFlight};
use super::deadline::Deadline;
use super::refusal::Refused;
use crate::accept::PeerOffice;
use crate::limits::ServerLimits;
use crate::tls::{Admission, Standing};

/// The one method without a deadline: a health watch lasts as long as its connection (gRPC health checking protocol).
const HEALTH_WATCH: &str = "/grpc.health.v1.Health/Watch";

/// The methods that record. A caller without a deadline waits for ever on a line that went dead, and asks nobody again;
/// these refuse it before it matters.
const RECORDING: [&str; 5] = [
    "/teken.v1.SigningService/SignDigest",
    "/teken.v1.SigningService/BatchSignDigests",
    "/teken.v1.SigningService/SignDocument",
    "/teken.v1.DocumentService/ReserveDocument",
    "/teken.v1.DocumentService/SetDocumentStatus",
];

/// Time after the deadline in which the status may still reach a slow reader, before its stream is reset.
const LAST_WORD: Duration = Duration::from_secs(2);

tokio::task_local! {
    static DEADLINE: Arc<Deadline>;
}

/// Starts the task of each stream and ends it when its time is over.
#[derive(Debug, Clone)]
pub(super) struct StreamTasks(Arc<ServerLimits>);

impl StreamTasks {
    pub(super) fn new(limits: Arc<ServerLimits>) -> Self {
        Self(limits)
    }
}

impl<F> hyper::rt::Executor<F> for StreamTasks
where
    F: Future + Send + 'static,
{
    fn execute(&self, stream: F) {
        let deadline = Arc::new(Deadline::new(&self.0));
        let bounded = DEADLINE.scope(Arc::clone(&deadline), async move {
            let mut stream = pin!(stream);
            // `biased` polls the stream first, so that the headers are read before the deadline is asked for.
            tokio::select! {
                biased;
                _ = &mut stream => return,
                () = deadline.passes() => {}
            }
            // The stream sees that its time is over at its next poll, which is now, and says so to the client.
            tokio::select! {
                biased;
                _ = &mut stream => {}
                () = tokio::time::sleep(LAST_WORD) => tracing::info!("stream reset: its reader took no status"),
            }
        });
        // The connection's span tells whose request a log line is about.
        tokio::spawn(bounded.in_current_span());
    }
}

/// Answers the requests of one connection.
pub(super) struct CallService {
    pub(super) routes: Routes,
    pub(super) peer: PeerOffice,
    pub(super) admission: Arc<Admission>,
    pub(super) activity: Arc<Activity>,
    /// Becomes true when the connection is being ended.
    pub(super) ending: watch::Receiver<bool>,
}

type Answer = Response<AnswerBody>;

impl hyper::service::Service<Request<Incoming>> for CallService {
    type Response = Answer;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Answer, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        let in_flight = self.activity.begin();
        let admission = Arc::clone(&self.admission);
        let mut routes = self.routes.clone();
        let ending = self.ending.clone();
        request.extensions_mut().insert(self.peer.clone());
        Box::pin(async move {
            let deadline = DEADLINE.with(Arc::clone);
            let refuse = |refused: Refused| {
                let body = AnswerBody::refused(Arc::clone(&deadline));
                Ok(refused.status().into_http::<()>().map(|()| body))
            };
            match admission.standing() {
                Standing::Good => {}
                Standing::Refused => return refuse(Refused::CertificateNoLongerHolds),
                Standing::Unknown => return refuse(Refused::RevocationUnknown),
            }
            let watch = request.uri().path() == HEALTH_WATCH;
            if watch {
                deadline.lift();
            } else if RECORDING.contains(&request.uri().path()) && !Deadline::is_told(request.headers()) {
                return refuse(Refused::DeadlineMissing);
            } else if deadline.shorten(request.headers()).is_err() {
                return refuse(Refused::DeadlineMalformed);
            }

            if request.body().is_end_stream() {
                deadline.request_is_complete(); // nobody will read a body that is not there
            }
            let method = request.uri().path().to_owned();
            let request = request.map(|body| tonic::body::Body::new(AskBody { body, deadline: Arc::clone(&deadline) }));
            let mut answer = pin!(routes.call(request));
            let answered = poll_fn(|cx| match answer.as_mut().poll(cx) {
                Poll::Pending if deadline.has_passed() => Poll::Ready(None),
                poll => poll.map(Some),
            })
            .await;
            let Some(answered) = answered else {
                let refused = Refused::too_slow(&deadline);
                tracing::warn!(method, reason = refused.reason(), "request ended at its deadline");
                return refuse(refused);
            };
            let Ok(answer) = answered;
            let ended: Pin<Box<dyn Future<Output = ()> + Send>> =
                if watch { Box::pin(until_true(ending)) } else { Box::pin(std::future::pending()) };
            Ok(answer.map(|body| AnswerBody {
                body,
                deadline,
                ended,
                last_word_said: false,
                _in_flight: Some(in_flight),
            }))
        })
    }
}

async fn until_true(mut flag: watch::Receiver<bool>) {
    let _sender_gone = flag.wait_for(|set| *set).await;
}

/// A request's body; what moves is counted.
struct AskBody {
    body: Incoming,
    deadline: Arc<Deadline>,
}

impl Body for AskBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                self.deadline.moved(frame.data_ref().map_or(0, Bytes::len));
                if self.body.is_end_stream() {
                    self.deadline.request_is_complete();
                }
            }
            Poll::Ready(None) => self.deadline.request_is_complete(),
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body, which ends with a status at the deadline.
pub(super) struct AnswerBody {
    body: tonic::body::Body,
    deadline: Arc<Deadline>,
    /// Ends when the connection is being ended, for an answer that would go on for ever.
    ended: Pin<Box<dyn Future<Output = ()> + Send>>,
    last_word_said: bool,
    _in_flight: Option<InFlight>,
}

impl AnswerBody {
    fn refused(deadline: Arc<Deadline>) -> Self {
        let body = tonic::body::Body::empty();
        Self { body, deadline, ended: Box::pin(std::future::pending()), last_word_said: true, _in_flight: None }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = tonic::Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, tonic::Status>>> {
        if self.last_word_said {
            return Poll::Ready(None);
        }
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &frame {
            self.deadline.moved(frame.data_ref().map_or(0, Bytes::len));
        }
        if frame.is_ready() {
            return frame;
        }
        let refused = if self.deadline.has_passed() {
            Refused::too_slow(&self.deadline)
        } else if self.ended.as_mut().poll(cx).is_ready() {
            Refused::ConnectionEnds
        } else {
            return Poll::Pending;
        };
        tracing::debug!(reason = refused.reason(), "answer ended before its end");
        self.last_word_said = true;
        Poll::Ready(Some(Ok(Frame::trailers(refused.status().into_http::<()>().into_parts().0.headers))))
    }

    fn is_end_stream(&self) -> bool {
        self.last_word_said || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.last_word_said { SizeHint::with_exact(0) } else { self.body.size_hint() }
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;

    /// A method that is renamed, or a new one that records, would slip past the guard.
    #[test]
    fn the_methods_that_record_are_those_of_the_contract() {
        let set =
            prost_types::FileDescriptorSet::decode(proto::teken::v1::FILE_DESCRIPTOR_SET).expect("a descriptor set");
        let services = set.file.iter().filter(|file| file.package() == "teken.v1").flat_map(|file| &file.service);
        let methods = services.flat_map(|service| {
            service.method.iter().map(|method| format!("/teken.v1.{}/{}", service.name(), method.name()))
        });
        let mut recording: Vec<String> =
            methods.filter(|path| !path.contains("/Get") && !path.contains("/List")).collect();
        let mut expected = super::RECORDING.map(str::to_owned).to_vec();
        recording.sort_unstable();
        expected.sort_unstable();
        assert_eq!(recording, expected);
    }
}
