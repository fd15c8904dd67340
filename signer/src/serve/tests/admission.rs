//! What changes while the service runs: certificates, the revocation list, time.

use tokio::time::Instant;
use tonic::Code;
use tonic::body::Body;

use super::fixture::{DAY, NOW, TestAgency, TestServer, metadata, pem_certificates, reason};
use crate::tls::{CrlError, Reload, TlsError};

#[tokio::test]
async fn a_renewed_certificate_is_shown_to_new_connections_and_a_running_call_goes_on() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let old = pem_certificates(&agency.path("signer/server.pem"));
    let (mut client, _ended) = server.used_client(agency.client("utara", &agency)).await;
    let running = tokio::spawn(async move { (client.call("Wait", &[], Body::empty()).await, client) });
    server.slow.begun.notified().await;

    agency.change(|agency, passphrase| agency.renew_server(&[], NOW, passphrase).expect("a new certificate"));
    assert_eq!(server.tls.reload().expect("files in order"), Reload::TakenOver);
    assert_eq!(server.tls.reload().expect("files in order"), Reload::Unchanged);

    let new = pem_certificates(&agency.path("signer/server.pem"));
    let (stream, _ended) = server.connect(agency.client("utara", &agency)).await;
    let stream = stream.expect("a handshake");
    assert_ne!(new, old);
    assert_eq!(stream.get_ref().1.peer_certificates(), Some(&*new));

    server.slow.go_on.notify_one();
    let (status, mut client) = running.await.expect("the running call");
    assert_eq!(status.code(), Code::Ok);
    server.slow.go_on.notify_one();
    assert_eq!(client.call("Wait", &[], Body::empty()).await.code(), Code::Ok, "the old connection goes on");
}

#[tokio::test(start_paused = true)]
async fn a_connection_whose_certificate_is_revoked_is_ended_and_the_others_go_on() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (mut revoked, ended) = server.used_client(agency.client("utara", &agency)).await;
    let (mut other, _other_ended) = server.used_client(agency.client("selatan", &agency)).await;
    agency.revoke("utara");
    let start = Instant::now();
    assert_eq!(server.tls.reload().expect("files in order"), Reload::TakenOver);
    ended.await.expect("the revoked connection's task");
    assert!(start.elapsed().as_secs() < 3, "{:?}: not because it was idle", start.elapsed());
    assert_eq!(revoked.call("Wait", &[], Body::empty()).await.code(), Code::Unknown, "there is no connection any more");

    server.slow.go_on.notify_one();
    let status = other.call("Wait", &[], Body::empty()).await;
    assert_eq!(status.code(), Code::Ok);
    assert_eq!(metadata(&status).get("office").map(String::as_str), Some("selatan"));
}

/// The task that ends the connection has not run yet: the request alone is what is judged.
#[tokio::test]
async fn a_request_over_a_connection_whose_certificate_was_just_revoked_is_refused_as_an_unknown_office_is() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (mut client, _ended) = server.used_client(agency.client("utara", &agency)).await;
    agency.revoke("utara");
    server.tls.reload_quietly_for_a_test();
    let status = client.call("Wait", &[], Body::empty()).await;
    let unknown = crate::wire::status::status(&crate::SignError::OfficeUnknown);
    assert_eq!(status.code(), Code::PermissionDenied);
    assert_eq!(status.message(), unknown.message());
    assert_eq!(status.details(), unknown.details());
}

#[tokio::test]
async fn a_request_after_the_certificates_end_is_refused() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (mut client, _ended) = server.used_client(agency.client("utara", &agency)).await;
    server.clock.set(NOW + 366 * DAY);
    let status = client.call("Wait", &[], Body::empty()).await;
    assert_eq!((status.code(), reason(&status).as_str()), (Code::PermissionDenied, "OFFICE_UNKNOWN"));
}

#[tokio::test]
async fn a_request_under_a_stale_list_is_refused_and_served_again_under_a_new_one() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (mut client, _ended) = server.used_client(agency.client("utara", &agency)).await;
    server.clock.set(NOW + 7 * DAY);
    let status = client.call("Wait", &[], Body::empty()).await;
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Unavailable, "REVOCATION_UNKNOWN"));
    assert_eq!(server.tls.crl_seconds_left(), 0);

    agency.change(|agency, passphrase| agency.renew_crls(NOW + 7 * DAY, passphrase).expect("new lists"));
    assert_eq!(server.tls.reload().expect("files in order"), Reload::TakenOver);
    assert_eq!(server.tls.crl_seconds_left(), 7 * DAY);
    server.slow.go_on.notify_one();
    assert_eq!(client.call("Wait", &[], Body::empty()).await.code(), Code::Ok);
}

#[tokio::test]
async fn a_refused_change_leaves_everything_as_it_was() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let before = server.tls.access().generation;

    // The certificate is there before its key, as when two files are exchanged one after the other.
    let foreign = TestAgency::foreign();
    std::fs::copy(foreign.path("signer/server.pem"), agency.path("signer/server.pem")).expect("a copy");
    let refused = server.tls.reload().expect_err("a certificate of another key");
    assert!(matches!(refused, TlsError::KeyMismatch { .. }), "{refused}");
    assert_eq!(server.tls.access().generation, before);
    let (_channel, _ended) = server.used_client(agency.client("utara", &agency)).await;
}

#[tokio::test]
async fn a_stale_list_that_arrives_by_reload_is_refused_and_the_good_one_stays() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    agency.change(|agency, passphrase| agency.renew_crls(NOW - 8 * DAY, passphrase).expect("lists of last week"));
    let refused = server.tls.reload().expect_err("a stale list");
    assert!(matches!(refused, TlsError::Crl { source: CrlError::Stale { .. }, .. }), "{refused}");
    let (_channel, _ended) = server.used_client(agency.client("utara", &agency)).await;
}
