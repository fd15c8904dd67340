//! The running program: calls, signals, files that change, descriptors that run out.

use std::fs;
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use keys::agency::{Purpose, RevocationReason};
use proto::teken::v1::signing_service_client::SigningServiceClient;
use proto::teken::v1::{self, GetSigningProfileRequest};
use rustix::process::Signal;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;

use crate::fixture::{PATIENCE, Place, Server, now, passphrase};

/// A request with the deadline without which nothing is signed.
pub(crate) fn timed<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(PATIENCE);
    request
}

async fn profile(channel: Channel) -> Result<v1::SigningProfile, Status> {
    SigningServiceClient::new(channel)
        .get_signing_profile(GetSigningProfileRequest {})
        .await
        .map(tonic::Response::into_inner)
}

pub(crate) fn sign_digest(number: u32) -> v1::SignDigestRequest {
    v1::SignDigestRequest {
        request_id: format!("5f0c3ab2-93a3-4e4d-8a53-{number:012x}"),
        document_digest: Some(v1::DocumentDigest { sha256: vec![7; 32] }),
        document: Some(v1::Document {
            r#type: v1::DocumentType::Surat.into(),
            number: format!("470/{number:04}/2026"),
            requesting_officer: "petugas01".to_owned(),
        }),
        ..v1::SignDigestRequest::default()
    }
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, Status>) -> (Code, String) {
    let status = answer.expect_err("a refusal");
    let reason = status.get_error_details().error_info().map(|info| info.reason.clone());
    (status.code(), reason.unwrap_or_else(|| status.message().to_owned()))
}

#[tokio::test]
async fn an_office_gets_a_signature_over_mtls() {
    let place = Place::new();
    let server = place.start();
    let channel = place.channel(&server, "utara").await.expect("a connection");
    let profile = profile(channel.clone()).await.expect("a profile");
    assert_eq!(profile.signer_title, "Kepala Dinas (UJI COBA)");
    assert_eq!(profile.office, "utara");
    assert_eq!(profile.max_document_size_bytes, 32 * 1024 * 1024);
    assert_eq!(profile.max_batch_size, 1_000);

    let request = sign_digest(1);
    let mut client = SigningServiceClient::new(channel);
    let first = client.sign_digest(timed(request.clone())).await.expect("a signature").into_inner();
    let again = client.sign_digest(timed(request)).await.expect("the same again").into_inner();
    let (first, again) = (first.signature.expect("a signature"), again.signature.expect("a signature"));
    assert!(!first.cms.is_empty());
    assert_eq!(first.cms, again.cms);
    assert!(!server.log().contains("470/0001"), "the log holds no number");
}

#[tokio::test]
async fn health_and_reflection_are_served_on_the_same_port() {
    use tonic_reflection::pb::v1::ServerReflectionRequest;
    use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
    use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
    use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

    let place = Place::new();
    let server = place.start();
    let channel = place.channel(&server, "utara").await.expect("a connection");
    let mut health = HealthClient::new(channel.clone());
    for service in ["", "teken.v1.SigningService", "teken.v1.DocumentService"] {
        let answer = health.check(HealthCheckRequest { service: service.to_owned() }).await.expect("an answer");
        assert_eq!(answer.into_inner().status(), ServingStatus::Serving);
    }
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut reflection = ServerReflectionClient::new(channel);
    let mut answers =
        reflection.server_reflection_info(tokio_stream::iter([request])).await.expect("a stream").into_inner();
    let Some(MessageResponse::ListServicesResponse(list)) =
        answers.message().await.expect("an answer").and_then(|answer| answer.message_response)
    else {
        panic!("no list of services");
    };
    let mut names: Vec<_> = list.service.into_iter().map(|service| service.name).collect();
    names.sort_unstable();
    let ours = ["teken.v1.DocumentService", "teken.v1.SigningService"];
    assert_eq!(names, [&["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"][..], &ours].concat());
}

#[tokio::test]
async fn an_office_that_the_configuration_does_not_list_is_unknown() {
    let place = Place::new();
    let server = place.start();
    let channel = place.channel(&server, "selatan").await.expect("its certificate is ours");
    assert_eq!(refusal(profile(channel).await), (Code::PermissionDenied, "OFFICE_UNKNOWN".to_owned()));
}

#[tokio::test]
async fn an_office_is_suspended_and_let_in_again_without_a_restart() {
    let place = Place::new();
    let server = place.start();
    let channel = place.channel(&server, "utara").await.expect("a connection");
    assert!(profile(channel.clone()).await.is_ok());

    place.configure(&place.usual().replace("suspended = false", "suspended = true"));
    server.signal(Signal::HUP);
    server.logs("the offices changed and were taken over");
    assert_eq!(refusal(profile(channel.clone()).await), (Code::PermissionDenied, "OFFICE_SUSPENDED".to_owned()));

    // A configuration that is refused changes nothing.
    place.configure("offices = none");
    server.signal(Signal::HUP);
    server.logs("the changed configuration is refused; the offices stay");
    assert_eq!(refusal(profile(channel.clone()).await), (Code::PermissionDenied, "OFFICE_SUSPENDED".to_owned()));

    place.configure(&place.usual().replace("batch_size = 1000", "batch_size = 10"));
    server.signal(Signal::HUP);
    server.logs("they take effect at the next start");
    assert!(profile(channel).await.is_ok());
}

/// By looking at the files, without a signal: every second here.
#[tokio::test]
async fn a_revoked_certificate_is_out_within_the_reload_interval() {
    let place = Place::new();
    place.configure(&place.usual().replace("reload_seconds = 5", "reload_seconds = 1"));
    let server = place.start();
    let channel = place.channel(&server, "utara").await.expect("a connection");
    assert!(profile(channel.clone()).await.is_ok());

    let mut agency = place.agency();
    let purpose = Purpose::Office("utara".to_owned());
    let serial = agency.issued().find(|(_, issued)| issued.purpose == purpose).map(|(_, issued)| issued.serial.clone());
    let serial = serial.expect("a certificate");
    agency.revoke(&serial, RevocationReason::KeyCompromise, now(), &passphrase()).expect("a revocation");
    server.logs("the files of mTLS changed and were taken over");
    // Refused, or, a moment later, its connection is gone and a new one is refused.
    let code = profile(channel).await.expect_err("a refusal").code();
    assert!(matches!(code, Code::PermissionDenied | Code::Unavailable), "{code:?}");
    let _refused = place.channel(&server, "utara").await;
    server.logs("client certificate refused");
    let line = server.log().lines().find(|line| line.contains("client certificate refused")).map(str::to_owned);
    let line = line.expect("a line");
    assert!(
        line.contains(&serial) && line.contains("\"claimed_office\":\"utara\"") && line.contains("Revoked"),
        "{line}"
    );
}

#[tokio::test]
async fn sigterm_and_sigint_end_it_in_order_and_the_port_is_free_again() {
    for signal in [Signal::TERM, Signal::INT] {
        let place = Place::new();
        let server = place.start();
        let channel = place.channel(&server, "utara").await.expect("a connection");
        assert!(profile(channel).await.is_ok());
        let address = server.address;
        server.signal(signal);
        assert_eq!(server.ended().code(), Some(0));
        assert!(TcpStream::connect(address).is_err());
        let again = place.start(); // the register's lock is free
        again.signal(signal);
        assert_eq!(again.ended().code(), Some(0));
    }
}

/// A connection in its handshake, an idle one and a health watch: none of them holds up the end.
#[tokio::test]
async fn connections_without_a_request_do_not_hold_up_the_end() {
    let place = Place::new();
    let server = place.start();
    let _stalled = TcpStream::connect(server.address).expect("a connection");
    let channel = place.channel(&server, "utara").await.expect("a connection");
    let mut health = HealthClient::new(channel);
    let mut watch = health.watch(HealthCheckRequest::default()).await.expect("a watch").into_inner();
    assert_eq!(watch.message().await.expect("a message").map(|first| first.status()), Some(ServingStatus::Serving));
    let start = Instant::now();
    server.signal(Signal::TERM);
    let mut seen = Vec::new();
    while let Ok(Some(message)) = watch.message().await {
        seen.push(message.status());
    }
    assert_eq!(seen, [ServingStatus::NotServing]);
    assert_eq!(server.ended().code(), Some(0));
    assert!(start.elapsed().as_secs() < 15, "{:?}; the drain time is 30 s", start.elapsed());
}

/// RUSTSEC-2024-0376 in spirit: strangers take every descriptor, and the service is there when they are gone, and
/// before.
#[tokio::test]
async fn running_out_of_descriptors_keeps_no_office_out_for_long() {
    let place = Place::new();
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 64; exec \"$0\" serve --config \"$1\"", env!("CARGO_BIN_EXE_teken-signer")]);
    command.arg(place.path("signer.toml"));
    let server = place.start_as(command);
    server.logs("file descriptors may run out");
    let strangers: Vec<_> = (0..200).map(|_| TcpStream::connect(server.address).expect("a connection")).collect();
    server.logs("cannot accept connections");
    assert!(honest(&place, &server).await, "an office is served while strangers hold on: {}", server.log());
    drop(strangers);
    assert!(honest(&place, &server).await, "and after they have gone");
    server.signal(Signal::TERM);
    assert_eq!(server.ended().code(), Some(0));
}

/// Whether an office gets an answer within the time in which it would try again.
async fn honest(place: &Place, server: &Server) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Ok(channel) = place.channel(server, "utara").await
            && profile(channel).await.is_ok()
        {
            return true;
        }
    }
    false
}

/// A disk that takes no more octets of the register in the middle of its service: a limit on the size of files, here.
#[tokio::test]
async fn a_register_that_fails_ends_the_program_with_74_within_seconds() {
    let place = Place::new();
    let mut command = Command::new("sh");
    let limited = "trap '' XFSZ; ulimit -f 512; exec \"$0\" serve --config \"$1\""; // 256 KiB, and no signal about it
    command.args(["-c", limited, env!("CARGO_BIN_EXE_teken-signer")]).arg(place.path("signer.toml"));
    let server = place.start_as(command);
    let mut client = SigningServiceClient::new(place.channel(&server, "utara").await.expect("a connection"));
    let mut signed = 0;
    let status = loop {
        match client.sign_digest(timed(sign_digest(signed))).await {
            Ok(_) => signed += 1,
            Err(status) => break status,
        }
        assert!(signed < 1_000, "the register never failed");
    };
    let failed = Instant::now();
    assert!(signed > 0);
    assert_ne!(status.code(), Code::Ok);
    let log = server.log_path();
    assert_eq!(server.ended().code(), Some(74));
    assert!(failed.elapsed().as_secs() < 10, "{:?}", failed.elapsed());
    let log = fs::read_to_string(log).expect("the log");
    assert!(log.contains("teken-signer: the register stopped: writing failed"), "{log}");
}

#[tokio::test]
async fn the_log_holds_no_passphrase_and_no_key() {
    let place = Place::new();
    place.configure(&place.usual().replace("level = \"info\"", "level = \"debug\""));
    let server = place.start();
    let channel = place.channel(&server, "utara").await.expect("a connection");
    assert!(profile(channel).await.is_ok());
    server.signal(Signal::TERM);
    server.logs("draining");
    let log = server.log();
    let commitment = fs::read(place.path("signer/commitment.key")).expect("the commitment key");
    assert!(!log.contains("frasa sandi"));
    assert!(!log.contains(&hex::encode(&commitment)));
    assert!(!log.contains("PRIVATE KEY"));
    assert!(log.lines().all(|line| line.starts_with('{')), "every line is JSON: {log}");
}

/// A caller without a deadline would wait for ever on a line that went dead. Reading needs none.
#[tokio::test]
async fn nothing_is_signed_for_a_caller_without_a_deadline() {
    let place = Place::new();
    let server = place.start();
    let mut client = SigningServiceClient::new(place.channel(&server, "utara").await.expect("a connection"));
    let missing = (Code::InvalidArgument, "DEADLINE_MISSING".to_owned());
    assert_eq!(refusal(client.sign_digest(sign_digest(1)).await), missing);
    let batch = v1::BatchSignDigestsRequest { requests: vec![sign_digest(2)] };
    assert_eq!(refusal(client.batch_sign_digests(batch).await.map(drop)), missing);
    let nothing = tokio_stream::iter(Vec::<v1::SignDocumentRequest>::new());
    assert_eq!(refusal(client.sign_document(nothing).await.map(drop)), missing);

    let listed = client.list_signatures(v1::ListSignaturesRequest::default()).await.expect("a page").into_inner();
    assert_eq!(listed.signatures, [], "nothing was recorded");
    let signed = client.sign_digest(timed(sign_digest(1))).await.expect("a signature").into_inner();
    assert_eq!(signed.signature.map(|act| act.sequence), Some(1));
}

/// A backup restored under the running program: what it wrote from then on would be in a file without a name.
#[tokio::test]
async fn a_register_that_is_replaced_under_the_program_ends_it_with_74() {
    let place = Place::new();
    let server = place.start();
    let mut client = SigningServiceClient::new(place.channel(&server, "utara").await.expect("a connection"));
    client.sign_digest(timed(sign_digest(1))).await.expect("a signature");
    fs::copy(place.path("register.db"), place.path("backup.db")).expect("a backup");
    fs::rename(place.path("backup.db"), place.path("register.db")).expect("its restoration");
    // The intent is in the file without a name: the same request will be carried out, or completed, by the next start.
    let unknown = (Code::DeadlineExceeded, "OUTCOME_UNKNOWN".to_owned());
    assert_eq!(refusal(client.sign_digest(timed(sign_digest(2))).await), unknown);
    let log = server.log_path();
    assert_eq!(server.ended().code(), Some(74));
    let log = fs::read_to_string(log).expect("the log");
    assert!(log.contains("moved, removed or replaced while it was open; look at the disk"), "{log}");
}

/// A collector of logs that hangs: a pipe holds some two hundred lines, and then whoever writes a line waits for ever.
#[tokio::test]
async fn a_log_that_nobody_reads_holds_up_neither_a_signature_nor_the_end() {
    let place = Place::new();
    let (nobody_reads, log) = std::io::pipe().expect("a pipe");
    let server = place.start_logging_to(place.command(), log.into());
    let mut client = SigningServiceClient::new(place.channel(&server, "utara").await.expect("a connection"));
    for number in 0..400 {
        let mut request = Request::new(sign_digest(number));
        request.set_timeout(Duration::from_secs(10));
        client.sign_digest(request).await.unwrap_or_else(|status| panic!("signature {number}: {status}"));
    }
    let start = Instant::now();
    server.signal(Signal::TERM);
    assert_eq!(server.ended().code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    drop(nobody_reads);
}
