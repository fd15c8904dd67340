//! How connections end: idle, old, drained, cut.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;
use tonic::Code;
use tonic::body::Body;

use super::fixture::{TestAgency, TestServer, limits};
use crate::serve::connection::Phase;

/// Longer than anything here needs between an event and its effect: octets in a pipe, a GOAWAY and its acknowledgement.
const AT_ONCE: Duration = Duration::from_secs(3);

#[tokio::test(start_paused = true)]
async fn a_connection_without_a_request_is_ended_at_thirty_seconds() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (_channel, ended) = server.client(agency.client("utara", &agency)).await;
    let start = Instant::now();
    ended.await.expect("the connection's task");
    let took = start.elapsed();
    assert!(took >= Duration::from_secs(30) && took < Duration::from_secs(30) + AT_ONCE, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_never_speaks_http2_is_ended_too() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (stream, ended) = server.connect(agency.client("utara", &agency)).await;
    let mut stream = stream.expect("a handshake");
    let start = Instant::now();
    ended.await.expect("the connection's task");
    let took = start.elapsed();
    assert!(took >= Duration::from_secs(30) && took < Duration::from_secs(30) + AT_ONCE, "{took:?}");
    let mut rest = Vec::new();
    let _closed_without_notice = stream.read_to_end(&mut rest).await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_was_used_is_ended_five_minutes_after_its_last_request() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (mut client, ended) = server.client(agency.client("utara", &agency)).await;
    let mut last = Instant::now();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_secs(29)).await;
        server.slow.go_on.notify_one();
        assert_eq!(client.call("Wait", &[], Body::empty()).await.code(), Code::Ok);
        last = Instant::now();
    }
    ended.await.expect("the connection's task");
    let took = last.elapsed();
    assert!(took >= Duration::from_secs(300) && took < Duration::from_secs(300) + AT_ONCE, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn an_old_connection_is_ended_although_it_is_in_use() {
    let agency = TestAgency::ours();
    let server = TestServer::with_limits(&agency, limits(&[("connection_age_seconds", 60)]));
    let (mut client, ended) = server.client(agency.client("utara", &agency)).await;
    let start = Instant::now();
    let mut calls = 0;
    while calls < 100 {
        server.slow.go_on.notify_one();
        if client.call("Wait", &[], Body::empty()).await.code() != Code::Ok {
            break;
        }
        calls += 1;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert!((59..=62).contains(&calls), "{calls} calls in {:?}", start.elapsed());
    ended.await.expect("the connection's task");
}

#[tokio::test(start_paused = true)]
async fn a_request_under_way_outlives_its_connections_age_within_the_grace() {
    let agency = TestAgency::ours();
    let changed = limits(&[("connection_age_seconds", 10), ("connection_grace_seconds", 15)]);
    let server = TestServer::with_limits(&agency, changed);
    let (mut client, ended) = server.client(agency.client("utara", &agency)).await;
    let running = tokio::spawn(async move { client.call("Wait", &[], Body::empty()).await });
    server.slow.begun.notified().await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    server.slow.go_on.notify_one();
    assert_eq!(running.await.expect("the call").code(), Code::Ok);
    ended.await.expect("the connection's task");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_outlives_the_grace_is_cut() {
    let agency = TestAgency::ours();
    let changed = limits(&[("connection_age_seconds", 10), ("connection_grace_seconds", 15)]);
    let server = TestServer::with_limits(&agency, changed);
    let (mut client, ended) = server.client(agency.client("utara", &agency)).await;
    let start = Instant::now();
    let status = client.call("Wait", &[], Body::empty()).await;
    assert_ne!(status.code(), Code::Ok);
    ended.await.expect("the connection's task");
    assert_eq!(start.elapsed().as_secs(), 25);
}

#[tokio::test(start_paused = true)]
async fn a_drain_lets_the_request_under_way_finish_and_takes_no_other() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (mut client, ended) = server.client(agency.client("utara", &agency)).await;
    let mut late = client.clone();
    let running = tokio::spawn(async move { client.call("Wait", &[], Body::empty()).await });
    server.slow.begun.notified().await;
    server.phases.send_replace(Phase::Draining);
    tokio::time::sleep(Duration::from_secs(5)).await;
    let refused = late.call("Wait", &[], Body::empty()).await;
    assert_eq!(refused.code(), Code::Unknown, "the client was told to go: {refused:?}");
    server.slow.go_on.notify_one();
    assert_eq!(running.await.expect("the call").code(), Code::Ok);
    ended.await.expect("the connection's task");
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_drain_cuts_what_still_runs() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (mut client, ended) = server.client(agency.client("utara", &agency)).await;
    let running = tokio::spawn(async move { client.call("Wait", &[], Body::empty()).await });
    server.slow.begun.notified().await;
    server.phases.send_replace(Phase::Draining);
    server.phases.send_replace(Phase::Ended);
    ended.await.expect("the connection's task");
    assert_ne!(running.await.expect("the call").code(), Code::Ok);
}

/// A reader that takes nothing: no status reaches it, so its stream is reset, and the connection is idle again.
#[tokio::test(start_paused = true)]
async fn a_reader_that_stops_reading_is_reset_soon_after_the_deadline() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (stream, ended) = server.connect(agency.client("utara", &agency)).await;
    let mut stream = stream.expect("a handshake");
    let start = Instant::now();
    // Preface, empty SETTINGS, HEADERS on stream 1 (END_STREAM, END_HEADERS); then not one WINDOW_UPDATE.
    let mut octets = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    octets.extend([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    let mut block = vec![0x83, 0x87]; // :method POST, :scheme https
    for (name, value) in [(0x04_u8, "/test.Slow/Flood"), (0x01, "localhost")] {
        block.push(name); // a literal without indexing, its name from the static table (RFC 7541, 6.2.2)
        block.push(u8::try_from(value.len()).expect("a short value"));
        block.extend(value.as_bytes());
    }
    octets.extend([0, 0, u8::try_from(block.len()).expect("a short block"), 1, 5, 0, 0, 0, 1]);
    octets.extend(block);
    stream.write_all(&octets).await.expect("a request");

    let mut frames = Vec::new();
    let mut data = 0;
    let reset_after = loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.expect("a frame");
        let length = usize::from(head[1]) << 8 | usize::from(head[2]);
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).await.expect("its payload");
        match head[3] {
            0 => data += length,
            3 => break start.elapsed(),
            // PING: acknowledged, or the connection would be dead before the deadline.
            6 if head[4] & 1 == 0 => {
                let mut answer = [0, 0, 8, 6, 1, 0, 0, 0, 0].to_vec();
                answer.extend(&payload);
                stream.write_all(&answer).await.expect("an acknowledgement");
            }
            other => frames.push(other),
        }
    };
    assert_eq!(data, 65_535, "the initial window of HTTP/2 and not one octet more");
    // The window's octets earned four seconds (16 KiB a second); two more are for the last word.
    assert!((30..=38).contains(&reset_after.as_secs()), "{reset_after:?}, other frames {frames:?}");
    drop(stream);
    ended.await.expect("the connection's task");
}
