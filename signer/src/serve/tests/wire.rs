//! What a client sees on the wire: the limits in SETTINGS, and the guards against floods.

use std::collections::BTreeMap;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio_rustls::client::TlsStream;

use super::fixture::{TestAgency, TestServer};
use super::frames::*;

struct Frame {
    kind: u8,
    stream: u32,
    payload: Vec<u8>,
}

async fn read(stream: &mut TlsStream<DuplexStream>) -> std::io::Result<Frame> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await?;
    let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
    stream.read_exact(&mut payload).await?;
    let id = u32::from_be_bytes([head[5] & 0x7f, head[6], head[7], head[8]]);
    Ok(Frame { kind: head[3], stream: id, payload })
}

async fn raw(agency: &TestAgency, server: &TestServer) -> TlsStream<DuplexStream> {
    let (stream, _ended) = server.connect(agency.client("utara", agency)).await;
    let mut stream = stream.expect("a handshake");
    stream.write_all(PREFACE).await.expect("the preface");
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await.expect("empty settings");
    stream
}

#[tokio::test]
async fn the_limits_are_in_the_first_frame() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let mut stream = raw(&agency, &server).await;
    let first = read(&mut stream).await.expect("a frame");
    assert_eq!((first.kind, first.stream), (SETTINGS, 0));
    let settings: BTreeMap<u16, u32> = first
        .payload
        .chunks_exact(6)
        .map(|entry| {
            (u16::from_be_bytes([entry[0], entry[1]]), u32::from_be_bytes([entry[2], entry[3], entry[4], entry[5]]))
        })
        .collect();
    // RFC 9113, 6.5.2: 3 MAX_CONCURRENT_STREAMS, 4 INITIAL_WINDOW_SIZE, 5 MAX_FRAME_SIZE, 6 MAX_HEADER_LIST_SIZE.
    assert_eq!(settings, BTreeMap::from([(3, 64), (4, 65_536), (5, 16_384), (6, 8_192)]));
    // The connection's window is raised from the 65,535 of the protocol to ours.
    let window = loop {
        let frame = read(&mut stream).await.expect("a frame");
        if frame.kind == WINDOW_UPDATE && frame.stream == 0 {
            break u32::from_be_bytes(frame.payload.try_into().expect("four octets"));
        }
    };
    assert_eq!(65_535 + window, 512 * 1024);
}

/// ":method POST, :scheme https, :path /, :authority localhost".
fn header_block() -> Vec<u8> {
    let mut block = vec![0x83, 0x87, 0x84, 0x01, 9];
    block.extend(b"localhost");
    block
}

/// The same with this path: a literal with the indexed name 4 (RFC 7541, 6.2.2).
fn block_of(path: &str) -> Vec<u8> {
    let mut block = vec![0x83, 0x87, 0x04, u8::try_from(path.len()).expect("a short path")];
    block.extend(path.as_bytes());
    block.extend([0x01, 9]);
    block.extend(b"localhost");
    block
}

/// How a flood ended.
struct Ended {
    /// The error code of the GOAWAY.
    code: u32,
    /// Bursts sent, among them those that nobody read any more.
    bursts: u32,
    /// Streams that the server reset.
    resets: u32,
}

/// Sends until the connection is ended.
async fn flood(agency: &TestAgency, burst: impl Fn(u32) -> Vec<u8> + Send + 'static) -> Ended {
    let server = TestServer::new(agency);
    let stream = raw(agency, &server).await;
    let (mut from, mut to) = tokio::io::split(stream);
    let writer = tokio::spawn(async move {
        for number in 0..100_000_u32 {
            if to.write_all(&burst(2 * number + 1)).await.is_err() {
                return number;
            }
        }
        100_000
    });
    let (mut code, mut resets) = (None, 0);
    loop {
        let mut head = [0; 9];
        if from.read_exact(&mut head).await.is_err() {
            break;
        }
        let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
        if from.read_exact(&mut payload).await.is_err() {
            break;
        }
        resets += u32::from(head[3] == RST_STREAM);
        if head[3] == GOAWAY {
            code = Some(u32::from_be_bytes(payload[4..8].try_into().expect("four octets")));
        }
    }
    Ended { code: code.expect("a GOAWAY"), bursts: writer.await.expect("the writer"), resets }
}

/// CVE-2023-44487: open a stream, reset it, again and again.
#[tokio::test]
async fn rapid_reset_ends_the_connection() {
    let agency = TestAgency::ours();
    let Ended { code, bursts, .. } = flood(&agency, |stream| {
        let mut octets = frame(HEADERS, 4, stream, &header_block());
        octets.extend(frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
        octets
    })
    .await;
    assert_eq!(code, ENHANCE_YOUR_CALM);
    assert!(bursts < 100_000, "{bursts}");
}

/// CVE-2025-8671, RUSTSEC-2024-0003: make the server reset the streams, here with requests that have no `:path`.
#[tokio::test]
async fn made_you_reset_ends_the_connection() {
    let agency = TestAgency::ours();
    let Ended { code, bursts, resets } = flood(&agency, |stream| frame(HEADERS, 5, stream, &[0x83, 0x87])).await;
    assert_eq!(code, ENHANCE_YOUR_CALM);
    assert_eq!(resets, 128, "as many as the limit allows");
    assert!(bursts < 100_000, "{bursts}");
}

/// CVE-2024-27316: a header block that never ends.
#[tokio::test]
async fn a_continuation_flood_ends_the_connection() {
    let agency = TestAgency::ours();
    let Ended { code, bursts, .. } = flood(&agency, |stream| match stream {
        1 => frame(HEADERS, 0, 1, &header_block()),
        _ => frame(CONTINUATION, 0, 1, &[0x00, 1, b'a', 1, b'x']),
    })
    .await;
    assert_eq!(code, ENHANCE_YOUR_CALM);
    assert!(bursts < 10_000, "{bursts}"); // what fits into the pipe before the server runs
}

/// A header block that is begun and left: it is no request, so its connection is an idle one.
#[tokio::test(start_paused = true)]
async fn headers_that_do_not_end_hold_a_connection_no_longer_than_silence() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (stream, ended) = server.connect(agency.client("utara", &agency)).await;
    let mut stream = stream.expect("a handshake");
    let begun = [PREFACE, &frame(SETTINGS, 0, 0, &[]), &frame(HEADERS, 0, 1, &header_block())].concat();
    stream.write_all(&begun).await.expect("its first octets");
    let start = tokio::time::Instant::now();
    ended.await.expect("the connection's task");
    assert!((30..=32).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}

/// CVE-2019-9518 in its form of today: frames of one octet, which nobody reads.
#[tokio::test]
async fn a_flood_of_tiny_data_frames_ends_the_connection() {
    let agency = TestAgency::ours();
    let Ended { code, bursts, .. } = flood(&agency, |stream| match stream {
        1 => frame(HEADERS, 4, 1, &block_of("/test.Slow/Hold")),
        _ => frame(DATA, 0, 1, &[0]),
    })
    .await;
    assert_eq!(code, ENHANCE_YOUR_CALM);
    assert!(bursts < 70_000, "{bursts}");
}

/// More header octets than the limit never reach a service.
#[tokio::test]
async fn a_header_list_over_the_limit_is_refused_before_the_service() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let mut stream = raw(&agency, &server).await;
    let mut block = header_block();
    // Ninety literals of a hundred octets each: 90 * (1 + 100 + 32) > 8,192 (RFC 9113, 6.5.2 counts 32 for each).
    for _ in 0..90 {
        block.extend([0x00, 1, b'a', 100]);
        block.extend([b'x'; 100]);
    }
    stream.write_all(&frame(HEADERS, 5, 1, &block)).await.expect("a request");
    let answer = loop {
        let frame = read(&mut stream).await.expect("a frame");
        if frame.stream == 1 {
            break frame;
        }
    };
    // ":status 431": a literal with the indexed name 8, its value in Huffman code (RFC 7541, 6.2.1 and appendix B).
    assert_eq!((answer.kind, &*answer.payload), (HEADERS, &[0x48, 0x83, 0x69, 0x90, 0xff][..]));
}
