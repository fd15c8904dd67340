//! Octets as requests, through the generated server: whatever comes, the answer is one of the contract's and nothing panics.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as _, Frame};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::{Config, TestRunner};
use prost::Message;
use proto::teken::v1;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tower::Service;

use crate::accept::PeerOffice;
use crate::fixture::{Fixture, UTARA, document, office, request, request_id};
use crate::limits::MESSAGE_BYTES;
use crate::wire::server::signing_service_server::SigningServiceServer;

/// A request's body, sent in one piece.
struct Octets(Option<Bytes>);

impl http_body::Body for Octets {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Poll::Ready(self.0.take().map(|octets| Ok(Frame::data(octets))))
    }
}

/// One gRPC message: no compression, its length, its octets.
fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("a short message").to_be_bytes();
    [&[0], length.as_slice(), message].concat()
}

/// What a call gave: the octets of its answer, and its status.
async fn call(fixture: &Fixture, method: &str, headers: &[(&str, &str)], body: Vec<u8>) -> (Vec<u8>, Status) {
    let mut server = SigningServiceServer::new(fixture.service()).max_decoding_message_size(MESSAGE_BYTES);
    let mut asked = http::Request::builder()
        .method("POST")
        .uri(format!("https://localhost/teken.v1.SigningService/{method}"))
        .header("content-type", "application/grpc");
    for (name, value) in headers {
        asked = asked.header(*name, *value);
    }
    let mut asked = asked.body(Body::new(Octets(Some(body.into())))).expect("a request");
    asked.extensions_mut().insert(PeerOffice { office: Some(office(UTARA)), certificate_serial: "01".to_owned() });
    let answer = server.call(asked).await.expect("every refusal is an answer");
    if let Some(status) = Status::from_header_map(answer.headers()) {
        return (Vec::new(), status);
    }
    let (mut body, mut octets) = (answer.into_body(), Vec::new());
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        match frame.expect("an answer's frame").into_data() {
            Ok(data) => octets.extend_from_slice(&data),
            Err(trailers) => {
                let trailers = trailers.into_trailers().expect("data or trailers");
                return (octets, Status::from_header_map(&trailers).expect("a status"));
            }
        }
    }
    panic!("an answer without a status")
}

fn reason(status: &Status) -> String {
    let infos = status.get_error_details_vec();
    let count = infos.iter().filter(|detail| matches!(detail, tonic_types::ErrorDetail::ErrorInfo(_))).count();
    assert_eq!(count, 1, "exactly one ErrorInfo: {status:?}");
    status.get_details_error_info().expect("an ErrorInfo").reason
}

/// The messages of an answer's octets.
fn messages<M: Message + Default>(mut octets: &[u8]) -> Vec<M> {
    let mut messages = Vec::new();
    while let Some(([0, length @ ..], rest)) = octets.split_first_chunk::<5>() {
        let (message, after) = rest.split_at(usize::try_from(u32::from_be_bytes(*length)).expect("32 bits"));
        messages.push(M::decode(message).expect("our own message"));
        octets = after;
    }
    messages
}

const METHODS: [&str; 6] =
    ["GetSigningProfile", "SignDigest", "BatchSignDigests", "SignDocument", "GetSignature", "ListSignatures"];

fn entries(fixture: &Fixture) -> u64 {
    fixture.sql().query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).expect("a count")
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// No octets but a real request can sign: each gets INVALID_ARGUMENT, or the answer to an empty question.
#[test]
fn arbitrary_octets_are_an_invalid_argument_of_every_method() {
    let (runtime, fixture) = (runtime(), Fixture::new());
    // Half of them begin like a field, so that more of them get past the first octet.
    let octets = prop_oneof![
        vec(any::<u8>(), 0..600),
        (1_u8..9, 0_u8..6, vec(any::<u8>(), 0..200)).prop_map(|(field, kind, rest)| {
            let length = u8::try_from(rest.len().min(127)).expect("below 128");
            [&[field << 3 | kind, length], rest.as_slice()].concat()
        }),
    ];
    let judged = runner(2_000).run(&octets, |octets| {
        for method in METHODS {
            let (answered, status) = runtime.block_on(call(&fixture, method, &[], framed(&octets)));
            if status.code() == Code::InvalidArgument {
                reason(&status);
                continue;
            }
            assert_eq!(status.code(), Code::Ok, "{method}: {status:?}");
            match method {
                // An empty question, with fields that this version does not know, is still a question.
                "GetSigningProfile" | "ListSignatures" => {}
                "BatchSignDigests" => {
                    for item in messages::<v1::BatchSignDigestsResponse>(&answered) {
                        let Some(v1::batch_sign_digests_response::Result::Status(refused)) = item.result else {
                            panic!("an item of arbitrary octets was signed");
                        };
                        assert_eq!(refused.code, i32::from(Code::InvalidArgument), "{refused:?}");
                    }
                }
                _ => panic!("{method} took arbitrary octets: {answered:?}"),
            }
        }
        Ok(())
    });
    judged.expect("no such octets");
    assert_eq!(entries(&fixture), 0, "nothing was recorded");
}

/// A real request with octets changed, taken out and put in: signed, or refused with a reason of the contract.
#[test]
fn a_changed_request_is_signed_or_refused_with_a_reason_and_never_an_internal_error() {
    let (runtime, fixture) = (runtime(), Fixture::new());
    let digest = request(1).encode_to_vec();
    let batch = v1::BatchSignDigestsRequest { requests: vec![request(2), request(3)] }.encode_to_vec();
    let header =
        v1::SignDocumentHeader { request_id: request_id(4), document: Some(document(4)), ..Default::default() };
    let part = Some(v1::sign_document_request::Part::Header(header));
    let header = v1::SignDocumentRequest { part }.encode_to_vec();
    let originals =
        prop_oneof![Just(("SignDigest", digest)), Just(("BatchSignDigests", batch)), Just(("SignDocument", header))];
    let changes = vec((any::<u16>(), any::<u8>(), 0_u8..3), 1..4);
    let judged = runner(600).run(&(originals, changes), |((method, mut octets), changes)| {
        for (place, octet, change) in changes {
            let place = usize::from(place) % octets.len().max(1);
            match change {
                0 => octets.insert(place, octet),
                1 => octets.truncate(place),
                _ => octets.get_mut(place).into_iter().for_each(|changed| *changed ^= octet),
            }
        }
        let (_, status) = runtime.block_on(call(&fixture, method, &[], framed(&octets)));
        match status.code() {
            Code::Ok => {}
            Code::InvalidArgument
            | Code::AlreadyExists
            | Code::FailedPrecondition
            | Code::PermissionDenied
            | Code::ResourceExhausted => drop(reason(&status)),
            _ => panic!("{method}: {status:?} for {octets:02x?}"),
        }
        Ok(())
    });
    judged.expect("no such octets");
    assert_eq!(*fixture.signer.fatal().borrow(), None);
}

#[tokio::test]
async fn octets_that_are_no_message_and_text_that_is_not_utf_8_are_told_apart_from_nothing() {
    let fixture = Fixture::new();
    for message in [&[0xff][..], &[0x0a, 0x7f], &[0x0a, 1, 0xff], &[0x0d, 0, 0, 0]] {
        let (_, status) = call(&fixture, "SignDigest", &[], framed(message)).await;
        assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "MESSAGE_MALFORMED"));
    }
    let (_, status) = call(&fixture, "SignDigest", &[], framed(&[])).await;
    assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "FIELD_MISSING"));
}

/// What it is, its headers, its octets, its code.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], Vec<u8>, Code);

/// What tonic answers before our code is asked. Nobody chose these; whoever changes tonic sees here what changed.
#[tokio::test]
async fn broken_framing_compression_and_overlong_messages_have_the_codes_of_tonic() {
    let fixture = Fixture::new();
    let whole = framed(&request(1).encode_to_vec());
    let cut = whole.get(..whole.len() - 1).expect("a longer message").to_vec();
    let flagged = |flag: u8| [&[flag], whole.get(1..).expect("a frame")].concat();
    let announced = |length: u32| [&[0], length.to_be_bytes().as_slice(), &[0; 16]].concat();
    let limit = u32::try_from(MESSAGE_BYTES).expect("32 bits");
    let cases: [Case<'_>; 9] = [
        ("a stream cut in a message", &[], cut, Code::Internal),
        ("no message at all", &[], Vec::new(), Code::Internal),
        ("a frame cut in its header", &[], vec![0, 0, 0], Code::Internal),
        ("a flag that does not exist", &[], flagged(2), Code::Internal),
        ("compressed without a name", &[], flagged(1), Code::Internal),
        ("compressed", &[("grpc-encoding", "gzip")], flagged(1), Code::Unimplemented),
        ("one octet over the limit", &[], announced(limit + 1), Code::OutOfRange),
        ("4 GiB announced", &[], announced(u32::MAX), Code::OutOfRange),
        ("as much as the limit announced, and cut", &[], announced(limit), Code::Internal),
    ];
    for (case, headers, body, code) in cases {
        let (_, status) = call(&fixture, "SignDigest", headers, body).await;
        assert_eq!(status.code(), code, "{case}: {status:?}");
    }
    assert_eq!(entries(&fixture), 0);
}
