//! HTTP/2 abuse of the running program by somebody who holds a client certificate: while each flood is on its way another office
//! gets its signature within a second, and the process' memory stays where it was.

use std::net::TcpStream as StdStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use proto::teken::v1::signing_service_client::SigningServiceClient;
use rustix::process::Signal;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::fixture::{Place, Server};
use crate::frames::*;
use crate::running::{sign_digest, timed};

/// How long each flood lasts, unless the service ends it.
const FLOOD: Duration = Duration::from_millis(400);
/// What all floods together may add to the memory of the process: some 90 stalled connections and what waits in their buffers.
const GROWTH_KIB: u64 = 24 * 1024;

/// A header that stands for itself: a literal without indexing (RFC 7541, 6.2.2), both texts below 127 octets.
fn literal(name: &str, value: &str) -> Vec<u8> {
    let length = |text: &str| u8::try_from(text.len()).expect("a short text");
    [&[0x00, length(name)], name.as_bytes(), &[length(value)], value.as_bytes()].concat()
}

/// The headers of a call: POST, https, its path, and what gRPC needs.
fn call_of(method: &str) -> Vec<u8> {
    [
        vec![0x83, 0x87],
        literal(":path", &format!("/teken.v1.SigningService/{method}")),
        literal(":authority", "localhost"),
        literal("content-type", "application/grpc"),
        literal("te", "trailers"),
        literal("grpc-timeout", "20S"),
    ]
    .concat()
}

/// A field of 4,000 octets put into the table once (RFC 7541, 6.2.1), and called up 3,000 times: 12 MB out of 7 KB.
fn hpack_bomb() -> Vec<u8> {
    let mut block = call_of("SignDigest");
    block.extend([0x40, 1, b'a', 0x7f]);
    block.extend([0xa1, 0x1e]); // 127 + 0x21 + 0x1e * 128 = 4,000 (RFC 7541, 5.1)
    block.extend([b'x'; 4_000]);
    block.extend([0xbe; 3_000]); // index 62, the newest entry
    block
}

/// Reproducible octets of no meaning (a 64-bit linear congruential generator, Knuth's MMIX constants).
fn noise(seed: u32, length: usize) -> Vec<u8> {
    let mut state = u64::from(seed);
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    })
    .take(length)
    .collect()
}

async fn connect(place: &Place, server: &Server) -> std::io::Result<TlsStream<TcpStream>> {
    let tls = TlsConnector::from(Arc::new(place.client("selatan")));
    let stream = TcpStream::connect(server.address).await?;
    tls.connect(ServerName::try_from("localhost").expect("a name"), stream).await
}

/// Whether the one who floods reads what comes back; who does not fills the service's buffers.
#[derive(Clone, Copy, PartialEq)]
enum Reads {
    Everything,
    Nothing,
}

/// How a flood must end.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ends {
    /// GOAWAY with ENHANCE_YOUR_CALM.
    Calm,
    /// With any error, soon.
    Refused,
    /// It may go on: it costs the service no memory, and the one who floods as much work as the service.
    Never,
}

type Burst = fn(u32) -> Vec<u8>;

struct Flood {
    name: &'static str,
    begins: fn() -> Vec<u8>,
    burst: Burst,
    reads: Reads,
    ends: Ends,
}

fn nothing() -> Vec<u8> {
    Vec::new()
}

fn an_upload() -> Vec<u8> {
    frame(HEADERS, END_HEADERS, 1, &call_of("SignDocument"))
}

fn unended_headers() -> Vec<u8> {
    frame(HEADERS, 0, 1, &call_of("SignDigest"))
}

fn floods() -> Vec<Flood> {
    let flood = |name, begins, burst, reads, ends| Flood { name, begins, burst, reads, ends };
    let ping: Burst = |_| frame(PING, 0, 0, b"abcdefgh");
    let settings: Burst = |_| frame(SETTINGS, 0, 0, &[0, 4, 0, 1, 0, 0]);
    let reset: Burst = |number| {
        let stream = 2 * number + 1;
        let mut octets = frame(HEADERS, END_HEADERS | END_STREAM, stream, &call_of("SignDigest"));
        octets.extend(frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
        octets
    };
    let garbage: Burst = |number| {
        let stream = 2 * number + 1;
        let mut octets = frame(HEADERS, END_HEADERS, stream, &call_of("SignDigest"));
        octets.extend(frame(DATA, END_STREAM, stream, &noise(number, 200)));
        octets
    };
    let no_message: Burst = |number| {
        let stream = 2 * number + 1;
        let mut octets = frame(HEADERS, END_HEADERS, stream, &call_of("BatchSignDigests"));
        octets.extend(frame(DATA, END_STREAM, stream, &[&[0, 0, 0, 0, 200], &*noise(number, 200)].concat()));
        octets
    };
    vec![
        flood("pings", nothing, ping, Reads::Everything, Ends::Never),
        flood("pings whose answers nobody reads", nothing, ping, Reads::Nothing, Ends::Never),
        flood("settings", nothing, settings, Reads::Everything, Ends::Never),
        flood("settings whose answers nobody reads", nothing, settings, Reads::Nothing, Ends::Never),
        flood("window updates", nothing, |_| frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]), Reads::Everything, Ends::Never),
        flood(
            "priorities",
            nothing,
            |number| frame(PRIORITY, 0, 2 * number + 1, &[0; 5]),
            Reads::Everything,
            Ends::Never,
        ),
        flood("frames of no known type", nothing, |_| frame(UNKNOWN, 0, 0, &[0; 64]), Reads::Everything, Ends::Never),
        flood("empty data", an_upload, |_| frame(DATA, 0, 1, &[]), Reads::Everything, Ends::Calm),
        flood(
            "continuations",
            unended_headers,
            |_| frame(CONTINUATION, 0, 1, &literal("a", "x")),
            Reads::Everything,
            Ends::Calm,
        ),
        flood(
            "empty continuations",
            unended_headers,
            |_| frame(CONTINUATION, 0, 1, &[]),
            Reads::Everything,
            Ends::Calm,
        ),
        flood("rapid resets", nothing, reset, Reads::Everything, Ends::Calm),
        flood("rapid resets whose answers nobody reads", nothing, reset, Reads::Nothing, Ends::Refused),
        flood(
            "header lists that unfold",
            nothing,
            |number| frame(HEADERS, END_HEADERS | END_STREAM, 2 * number + 1, &hpack_bomb()),
            Reads::Everything,
            Ends::Never,
        ),
        flood("octets that are no gRPC", nothing, garbage, Reads::Everything, Ends::Never),
        flood("messages that are none", nothing, no_message, Reads::Everything, Ends::Never),
        flood("octets that are no HTTP/2", nothing, |number| noise(number, 500), Reads::Everything, Ends::Refused),
    ]
}

/// Sends the flood until its time is over or the service ends the connection; gives the code of the GOAWAY, if there was one, and
/// whether the connection was ended.
async fn send(place: &Place, server: &Server, flood: &Flood) -> (Option<u32>, bool) {
    let stream = connect(place, server).await.expect("a handshake");
    let (mut from, mut to) = tokio::io::split(stream);
    let reads = flood.reads;
    let reader = tokio::spawn(async move {
        let mut code = None;
        let mut head = [0; 9];
        while reads == Reads::Everything && from.read_exact(&mut head).await.is_ok() {
            let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
            if from.read_exact(&mut payload).await.is_err() {
                break;
            }
            if head[3] == GOAWAY {
                code = code.or(payload.get(4..8).and_then(|code| code.try_into().ok()).map(u32::from_be_bytes));
            }
        }
        (code, from)
    });
    let begins = [PREFACE, &frame(SETTINGS, 0, 0, &[]), &(flood.begins)()].concat();
    let mut ended = to.write_all(&begins).await.is_err();
    let start = Instant::now();
    let mut number = 0;
    while !ended && start.elapsed() < FLOOD {
        let burst: Vec<u8> = (number..number + 64).flat_map(flood.burst).collect();
        number += 64;
        // A service that does not read any more is one that defends itself.
        ended = tokio::time::timeout(FLOOD, to.write_all(&burst)).await.is_ok_and(|sent| sent.is_err());
    }
    if !ended && flood.ends != Ends::Never {
        // What it had not read yet is read now.
        ended = tokio::time::timeout(Duration::from_secs(5), async {
            while to.write_all(&frame(PING, 0, 0, b"abcdefgh")).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
        .is_ok();
    }
    drop(to);
    let code = match tokio::time::timeout(Duration::from_millis(50), reader).await {
        Ok(read) => read.expect("the reader").0,
        Err(_goes_on) => None,
    };
    (code, ended)
}

/// An office that connects and has a digest signed; how long that took. The median of three, for a machine that does other things too.
async fn honest(place: &Place, server: &Server) -> Duration {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let mut took = Vec::new();
    for _ in 0..3 {
        let start = Instant::now();
        let channel = place.channel(server, "utara").await.expect("a connection");
        let request = timed(sign_digest(NUMBER.fetch_add(1, Ordering::Relaxed)));
        SigningServiceClient::new(channel).sign_digest(request).await.expect("a signature");
        took.push(start.elapsed());
    }
    took.sort_unstable();
    took[1]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_flood_keeps_an_office_waiting_or_fills_the_memory() {
    let place = Place::new();
    let mut server = place.start();
    honest(&place, &server).await;
    let before = server.peak_memory_kib();
    for flood in floods() {
        let ((code, ended), waited) = tokio::join!(send(&place, &server, &flood), honest(&place, &server));
        let peak = server.peak_memory_kib();
        println!("{}: code {code:?}, ended {ended}, an office waited {waited:?}, peak {peak} KiB", flood.name);
        match flood.ends {
            Ends::Calm => assert_eq!((code, ended), (Some(ENHANCE_YOUR_CALM), true), "{}", flood.name),
            Ends::Refused => assert!(ended, "{} goes on", flood.name),
            Ends::Never => {}
        }
        assert!(waited < Duration::from_secs(1), "{}: an office waited {waited:?}", flood.name);
        assert!(peak < before + GROWTH_KIB, "{}: {peak} KiB, {before} before", flood.name);
    }
    assert!(server.still_runs());
    assert!(!server.log().contains("panicked"), "{}", server.log());
    server.signal(Signal::TERM);
    assert_eq!(server.ended().code(), Some(0), "it ends in order, whoever still holds on");
}

/// As many connections as one certificate may have, each stalled in its own way, and strangers who begin a handshake: others get in.
#[tokio::test(flavor = "multi_thread")]
async fn stalled_connections_keep_nobody_out() {
    let place = Place::new();
    let mut server = place.start();
    honest(&place, &server).await;
    let before = server.peak_memory_kib();
    let strangers: Vec<_> = (0..300)
        .map(|_| {
            let mut stream = StdStream::connect(server.address).expect("a connection");
            std::io::Write::write_all(&mut stream, &[0x16]).expect("one octet of a ClientHello");
            stream
        })
        .collect();
    let mut stalled = Vec::new();
    for number in 0..64 {
        let mut stream = connect(&place, &server).await.expect("a handshake");
        let begun = match number % 4 {
            0 => Vec::new(),
            1 => PREFACE.get(..10).expect("a longer preface").to_vec(),
            // Headers that do not end, and a message that does not come.
            2 => [PREFACE, &frame(SETTINGS, 0, 0, &[]), &unended_headers()].concat(),
            _ => [PREFACE, &frame(SETTINGS, 0, 0, &[]), &an_upload(), &frame(DATA, 0, 1, &[0, 0, 0, 0xff])].concat(),
        };
        stream.write_all(&begun).await.expect("its first octets");
        // The service's SETTINGS: it has let this one in, before it sees the next. A handshake of TLS 1.3 is over for
        // the client before it is for the server, and a busy machine changes their order.
        stream.read_exact(&mut [0; 1]).await.expect("an answer");
        stalled.push(stream);
    }
    // The certificate has its share, and no more.
    let mut one_more = connect(&place, &server).await.expect("a handshake");
    let end = one_more.read(&mut [0; 1]).await;
    assert!(end.is_err() || end.is_ok_and(|octets| octets == 0), "the sixty-fifth connection is closed");
    let waited = honest(&place, &server).await;
    let peak = server.peak_memory_kib();
    println!("an office waited {waited:?}, peak {peak} KiB, {before} before");
    assert!(waited < Duration::from_secs(1), "an office waited {waited:?}");
    assert!(peak < before + GROWTH_KIB, "{peak} KiB, {before} before");
    assert!(server.still_runs());
    drop((strangers, stalled));
}
