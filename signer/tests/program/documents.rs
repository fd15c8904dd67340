//! Sealed documents and their status, with the program killed (SIGKILL) between the steps and at any moment.

use std::fs;
use std::time::{Duration, Instant};

use evidence::StatusIndex;
use evidence::seal::Seal;
use evidence::status::{StatusToken, StatusValue};
use proto::teken::v1;
use proto::teken::v1::document_service_client::DocumentServiceClient;
use proto::teken::v1::seal_claims::Claims;
use proto::teken::v1::signing_service_client::SigningServiceClient;
use rustix::process::Signal;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::fixture::{PATIENCE, Place, Server};
use crate::running::{sign_digest, timed};

const UTARA: &str = "utara";

/// A place whose office may set a status, and whose lists follow within a second.
fn place() -> Place {
    let place = Place::new();
    let text = place.usual().replace("may_set_status = false", "may_set_status = true");
    place.configure(&text.replace("publish_seconds = 60", "publish_seconds = 1"));
    place
}

async fn documents(place: &Place, server: &Server) -> DocumentServiceClient<Channel> {
    DocumentServiceClient::new(place.channel(server, UTARA).await.expect("a connection"))
}

async fn sign(place: &Place, server: &Server, request: &v1::SignDigestRequest) -> v1::Signature {
    let mut service = SigningServiceClient::new(place.channel(server, UTARA).await.expect("a connection"));
    let answer = service.sign_digest(timed(request.clone())).await.expect("an answer").into_inner();
    answer.signature.expect("a signature")
}

/// SIGKILL, and the next start.
fn killed(place: &Place, server: Server) -> Server {
    server.signal(Signal::KILL);
    server.ended();
    place.start()
}

/// The list as it is published at this moment: whole, or not there yet.
fn list(place: &Place) -> Option<StatusToken> {
    let octets = fs::read(place.path("status/0.cwt")).ok()?;
    Some(StatusToken::from_cwt(&octets).expect("nobody ever sees half of a list"))
}

async fn published(place: &Place, index: Option<u64>, wanted: StatusValue) {
    let index = StatusIndex::from_u64(index.expect("an index")).expect("an index");
    let start = Instant::now();
    loop {
        let value = list(place).and_then(|token| token.list().get(index));
        if value == Some(wanted) {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{index} reads {value:?} and not {wanted:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn reservation(request: &v1::SignDigestRequest) -> v1::ReserveDocumentRequest {
    let surat = v1::SuratClaims {
        letter_code: 14,
        name: "BUDI CONTOH".to_owned(),
        nik: "3275051708800012".to_owned(),
        valid_until: Some(v1::CalendarDate { year: 2099, month: 5, day: 24 }),
    };
    v1::ReserveDocumentRequest {
        request_id: request.request_id.clone(),
        document: request.document.clone(),
        claims: Some(v1::SealClaims { claims: Some(Claims::Surat(surat)), withhold_checks: false }),
        validate_only: false,
    }
}

#[tokio::test]
async fn a_sealed_document_survives_a_kill_between_any_two_of_its_steps() {
    let place = place();
    let server = place.start();
    let request = sign_digest(1);

    // 1. Reserved, and killed: the same request gets the same octets, and the seal is not valid yet.
    let reserve = reservation(&request);
    let first = documents(&place, &server).await.reserve_document(timed(reserve.clone())).await.expect("an answer");
    let reserved = first.into_inner().reservation.expect("a reservation");
    let server = killed(&place, server);
    let again = documents(&place, &server).await.reserve_document(timed(reserve)).await.expect("an answer");
    let again = again.into_inner();
    assert!(again.replayed);
    assert_eq!(again.reservation.as_ref(), Some(&reserved));
    let seal = Seal::from_text(&reserved.seal_text).expect("a seal");
    assert_eq!(seal.hash().as_slice(), reserved.seal_hash);
    published(&place, Some(reserved.status_index), StatusValue::Invalid).await;

    // 2. Signed, and killed.
    let sealed = v1::SignDigestRequest { seal_hash: reserved.seal_hash.clone(), ..request.clone() };
    let signature = sign(&place, &server, &sealed).await;
    assert_eq!((signature.status_index, &signature.seal_hash), (Some(reserved.status_index), &reserved.seal_hash));
    let server = killed(&place, server);
    assert_eq!(sign(&place, &server, &sealed).await, signature);
    published(&place, signature.status_index, StatusValue::Valid).await;

    // 3. Suspended, and killed.
    let suspend = v1::SetDocumentStatusRequest {
        request_id: sign_digest(90).request_id,
        name: signature.name.clone(),
        status: v1::DocumentStatus::Suspended.into(),
        reason: "diperiksa".to_owned(),
        requesting_officer: "petugas01".to_owned(),
        reason_code: v1::StatusReason::UnderReview.into(),
    };
    documents(&place, &server).await.set_document_status(timed(suspend.clone())).await.expect("a change");
    let server = killed(&place, server);
    let again = documents(&place, &server).await.set_document_status(timed(suspend)).await.expect("the same");
    assert!(again.into_inner().replayed);
    published(&place, signature.status_index, StatusValue::Suspended).await;

    // 4. Replaced, and killed.
    let replacing =
        v1::SignDigestRequest { document: request.document, replaces: signature.name.clone(), ..sign_digest(2) };
    let newer = sign(&place, &server, &replacing).await;
    let server = killed(&place, server);
    published(&place, signature.status_index, StatusValue::Superseded).await;
    published(&place, newer.status_index, StatusValue::Valid).await;
    let log = server.log();
    assert!(!log.contains("BUDI") && !log.contains("3275051708800012") && !log.contains("diperiksa"), "{log}");
}

/// A document that is replaced again and again, under kills at moments that nobody chose. Whatever the register says in
/// the end, the list says too; and of one document exactly the latest is valid.
#[tokio::test]
async fn after_kills_at_any_moment_the_list_agrees_with_the_register() {
    let place = place();
    let mut server = place.start();
    let mut issued = 0;
    let mut last: Option<v1::Signature> = None;
    let mut number = 0;
    for round in 0..6_u64 {
        let channel = place.channel(&server, UTARA).await.expect("a connection");
        let ends = Instant::now() + Duration::from_millis(300 + 170 * round);
        let mut service = SigningServiceClient::new(channel);
        let mut pending = None;
        while Instant::now() < ends {
            number += 1;
            let replaces = last.as_ref().map(|signature| signature.name.clone()).unwrap_or_default();
            let request = v1::SignDigestRequest { document: sign_digest(1).document, replaces, ..sign_digest(number) };
            let call = service.sign_digest(timed(request.clone()));
            // The last call of a round is cut off by the kill.
            match tokio::time::timeout(ends.saturating_duration_since(Instant::now()), call).await {
                Ok(answer) => last = answer.expect("an answer").into_inner().signature,
                Err(_) => pending = Some(request),
            }
        }
        server = killed(&place, server);
        if let Some(request) = pending {
            last = Some(sign(&place, &server, &request).await);
        }
        let token = list(&place);
        let now = token.map_or(0, |token| token.times().issued_at.0);
        assert!(now >= issued, "the time of the list went back");
        issued = now;
    }
    let last = last.expect("a signature");
    published(&place, last.status_index, StatusValue::Valid).await;
    let token = list(&place).expect("a list");
    let register = rusqlite::Connection::open(place.path("register.db")).expect("the register");
    let mut acts = register
        .prepare(
            "SELECT i.status_index, (SELECT status FROM status_change c WHERE c.intent = i.seq ORDER BY n DESC LIMIT 1) \
             FROM entry i JOIN entry o ON o.intent = i.seq AND o.kind = 3 WHERE i.kind = 1",
        )
        .expect("a question");
    let acts: Vec<(u64, Option<u8>)> = acts
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("acts")
        .collect::<Result<_, _>>()
        .expect("acts");
    assert!(acts.len() > 6, "{}", acts.len());
    let mut valid = 0;
    for (index, status) in &acts {
        let index = StatusIndex::from_u64(*index).expect("an index");
        let expected = if *status == Some(3) { StatusValue::Superseded } else { StatusValue::Valid };
        valid += usize::from(expected == StatusValue::Valid);
        assert_eq!(token.list().get(index), Some(expected), "{index}");
    }
    assert_eq!(valid, 1, "of one document exactly the latest is valid");
    let others = (0..1_u64 << 20).filter(|index| {
        token.list().get(StatusIndex::from_u64(*index).expect("an index")) != Some(StatusValue::Invalid)
    });
    assert_eq!(others.count(), acts.len(), "everything else is invalid");
}

#[tokio::test]
async fn a_directory_in_which_nothing_can_be_written_is_told_and_stops_no_signature() {
    let place = place();
    fs::write(place.path("status"), "").expect("a file in the way");
    let server = place.start();
    let channel = place.channel(&server, UTARA).await.expect("a connection");
    let health = async |wanted: ServingStatus| {
        let mut health = HealthClient::new(channel.clone());
        let start = Instant::now();
        loop {
            let asked = HealthCheckRequest { service: "teken.v1.StatusLists".to_owned() };
            let status = health.check(asked).await.map(|answer| answer.into_inner().status());
            if status.as_ref().is_ok_and(|status| *status == wanted) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "{status:?} and not {wanted:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    health(ServingStatus::NotServing).await;
    let signature = sign(&place, &server, &sign_digest(1)).await;
    assert!(server.log().contains("a status list is not published"), "{}", server.log());
    fs::remove_file(place.path("status")).expect("the way is free");
    health(ServingStatus::Serving).await;
    published(&place, signature.status_index, StatusValue::Valid).await;
}
