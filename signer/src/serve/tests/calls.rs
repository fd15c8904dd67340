//! One request's time: what is cut, when, and what the client is told.

use std::time::Duration;

use tokio::time::Instant;
use tonic::Code;
use tonic::body::Body;

use super::fixture::{TestAgency, TestServer, reason};

/// A body that never begins.
struct Silence;

impl http_body::Body for Silence {
    type Data = bytes::Bytes;
    type Error = tonic::Status;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, tonic::Status>>> {
        std::task::Poll::Pending
    }
}

/// So many octets every second, for ever.
struct Trickle {
    octets: usize,
    next: std::pin::Pin<Box<tokio::time::Sleep>>,
}

impl Trickle {
    fn new(octets: usize) -> Self {
        Self { octets, next: Box::pin(tokio::time::sleep(Duration::from_secs(1))) }
    }
}

impl http_body::Body for Trickle {
    type Data = bytes::Bytes;
    type Error = tonic::Status;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, tonic::Status>>> {
        std::task::ready!(self.next.as_mut().poll(cx));
        self.next.as_mut().reset(Instant::now() + Duration::from_secs(1));
        let data = bytes::Bytes::from(vec![0; self.octets]);
        std::task::Poll::Ready(Some(Ok(http_body::Frame::data(data))))
    }
}

async fn timed(
    server: &TestServer,
    agency: &TestAgency,
    method: &str,
    headers: &[(&str, &str)],
    body: Body,
) -> (tonic::Status, Duration) {
    let (mut client, _ended) = server.client(agency.client("utara", agency)).await;
    let start = Instant::now();
    let status = client.call(method, headers, body).await;
    (status, start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_ready_at_thirty_seconds_is_an_unknown_outcome() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (status, took) = timed(&server, &agency, "Wait", &[], Body::empty()).await;
    assert_eq!((status.code(), reason(&status).as_str()), (Code::DeadlineExceeded, "OUTCOME_UNKNOWN"));
    assert_eq!(took.as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn the_clients_own_deadline_is_kept_and_answered_with_deadline_exceeded() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (status, took) = timed(&server, &agency, "Wait", &[("grpc-timeout", "250m")], Body::empty()).await;
    assert_eq!((status.code(), reason(&status).as_str()), (Code::DeadlineExceeded, "OUTCOME_UNKNOWN"));
    assert!(took >= Duration::from_millis(250) && took < Duration::from_millis(260), "{took:?}");
}

#[tokio::test]
async fn a_deadline_that_cannot_be_read_is_refused() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (status, _took) = timed(&server, &agency, "Wait", &[("grpc-timeout", "soon")], Body::empty()).await;
    assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "DEADLINE_MALFORMED"));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_does_not_arrive_is_cut_at_thirty_seconds_and_nothing_was_done() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (status, took) = timed(&server, &agency, "Read", &[], Body::new(Silence)).await;
    assert_eq!((status.code(), reason(&status).as_str()), (Code::DeadlineExceeded, "REQUEST_TOO_SLOW"));
    assert_eq!(took.as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn one_octet_a_second_is_cut_at_thirty_seconds() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (status, took) = timed(&server, &agency, "Read", &[], Body::new(Trickle::new(1))).await;
    assert_eq!((status.code(), reason(&status).as_str()), (Code::DeadlineExceeded, "REQUEST_TOO_SLOW"));
    assert_eq!(took.as_secs(), 30);
}

/// At the rate of the limits an upload would go on for ever; at half of it the time doubles.
#[tokio::test(start_paused = true)]
async fn an_upload_at_half_the_rate_has_twice_the_time() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (status, took) = timed(&server, &agency, "Read", &[], Body::new(Trickle::new(8 * 1024))).await;
    assert_eq!((status.code(), reason(&status).as_str()), (Code::DeadlineExceeded, "REQUEST_TOO_SLOW"));
    assert!((58..=60).contains(&took.as_secs()), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_health_watch_has_no_deadline_and_ends_when_the_service_drains() {
    use tonic_health::pb::HealthCheckRequest;
    use tonic_health::pb::health_client::HealthClient;

    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (channel, ended) = server.channel(agency.client("utara", &agency)).await;
    let mut health = HealthClient::new(channel);
    let watch = health.watch(HealthCheckRequest { service: String::new() }).await.expect("a watch");
    let mut watch = watch.into_inner();
    assert!(watch.message().await.expect("a message").is_some());
    let silent = tokio::time::timeout(Duration::from_secs(10 * 60), watch.message()).await;
    assert!(silent.is_err(), "the watch goes on: {silent:?}");

    server.phases.send_replace(crate::serve::connection::Phase::Draining);
    let status = watch.message().await.expect_err("its end");
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Unavailable, "CONNECTION_ENDS"));
    ended.await.expect("the connection's task");
}

#[tokio::test]
async fn an_unknown_method_is_unimplemented() {
    use tonic_health::pb::HealthCheckRequest;
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (channel, _ended) = server.channel(agency.client("utara", &agency)).await;
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await.expect("a channel");
    let codec = tonic_prost::ProstCodec::<HealthCheckRequest, HealthCheckRequest>::default();
    let path = http::uri::PathAndQuery::from_static("/teken.v1.NoSuchService/Sign");
    let answer = client.unary(tonic::Request::new(HealthCheckRequest::default()), path, codec).await;
    assert_eq!(answer.expect_err("no such service").code(), Code::Unimplemented);
}
