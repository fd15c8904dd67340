//! Who gets in, who does not, and what each is told.

use std::sync::Arc;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::Instant;
use tokio_rustls::client::TlsStream;

use super::fixture::{DAY, NOW, TestAgency, TestServer, handshake, limits, office};
use crate::accept::{OfficeConnection, Refusal, Slots, establish};
use crate::limits::ServerLimits;

/// Both sides of one handshake: what the server decided and what the client was told.
async fn meet(
    server: &TestServer,
    client: rustls::ClientConfig,
) -> (Result<OfficeConnection<DuplexStream>, Refusal>, std::io::Result<TlsStream<DuplexStream>>) {
    let (near, far) = tokio::io::duplex(64 * 1024);
    let limits = ServerLimits::default();
    let slot = Arc::new(Slots::new(&limits)).enter().expect("a place");
    tokio::join!(establish(far, slot, &server.tls, &limits), handshake(near, client))
}

/// The alert that a client gets, at the latest when it reads (in TLS 1.3 its own handshake ends before its certificate
/// was judged).
async fn alert(told: std::io::Result<TlsStream<DuplexStream>>) -> AlertDescription {
    let error = match told {
        Ok(mut stream) => stream.read_u8().await.expect_err("an alert"),
        Err(error) => error,
    };
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::AlertReceived(alert)) => *alert,
        other => panic!("no alert but {other:?} ({error})"),
    }
}

async fn expect_refusal(
    server: &TestServer,
    client: rustls::ClientConfig,
    because: rustls::Error,
    told: AlertDescription,
) {
    let (decided, client_side) = meet(server, client).await;
    match decided {
        Err(Refusal::Handshake(error)) => {
            let found = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
            assert_eq!(found, Some(&because));
        }
        Err(other) => panic!("refused for another reason: {other}"),
        Ok(_) => panic!("let in"),
    }
    assert_eq!(alert(client_side).await, told);
}

#[tokio::test]
async fn an_office_is_let_in_and_its_certificate_names_it() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let (decided, _client) = meet(&server, agency.client("utara", &agency)).await;
    let peer = tonic::transport::server::Connected::connect_info(&decided.expect("an office"));
    assert_eq!(peer.office, Some(office("utara")));
    agency.change(|agency, _| {
        let mut serials = agency.issued().map(|(_, issued)| issued.serial.clone());
        assert!(serials.any(|serial| serial == peer.certificate_serial), "{}", peer.certificate_serial);
    });
}

#[tokio::test]
async fn a_client_without_a_certificate_is_refused() {
    let agency = TestAgency::ours();
    let client = TestAgency::nameless_client(&agency);
    let told = AlertDescription::CertificateRequired;
    expect_refusal(&TestServer::new(&agency), client, rustls::Error::NoCertificatesPresented, told).await;
}

#[tokio::test]
async fn a_revoked_certificate_is_refused() {
    let agency = TestAgency::ours();
    agency.revoke("utara");
    let server = TestServer::new(&agency);
    let because = rustls::Error::InvalidCertificate(CertificateError::Revoked);
    expect_refusal(&server, agency.client("utara", &agency), because, AlertDescription::CertificateRevoked).await;
    let (decided, _client) = meet(&server, agency.client("selatan", &agency)).await;
    assert!(decided.is_ok(), "the other office is let in");
}

#[tokio::test]
async fn a_certificate_of_another_agency_is_refused() {
    let (agency, foreign) = (TestAgency::ours(), TestAgency::foreign());
    let because = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
    let client = foreign.client("utara", &agency);
    expect_refusal(&TestServer::new(&agency), client, because, AlertDescription::UnknownCA).await;
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let agency = TestAgency::ours();
    let year = 365 * DAY + DAY / 4;
    let later = NOW + year + 1;
    // Everything but the office's own certificate is renewed.
    agency.change(|agency, passphrase| {
        agency.renew_server(&[], NOW + year - DAY, passphrase).expect("a server certificate");
        agency.renew_crls(NOW + year - DAY, passphrase).expect("lists");
    });
    let server = TestServer::at(&agency, later);
    let (decided, told) = meet(&server, agency.client_at("utara", &agency, later)).await;
    let Err(Refusal::Handshake(error)) = decided else { panic!("not refused in the handshake") };
    let found = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    assert!(
        matches!(found, Some(rustls::Error::InvalidCertificate(CertificateError::ExpiredContext { .. }))),
        "{found:?}"
    );
    assert_eq!(alert(told).await, AlertDescription::CertificateExpired);
}

#[tokio::test]
async fn a_certificate_that_is_not_valid_yet_is_refused() {
    let agency = TestAgency::ours();
    agency.change(|agency, passphrase| {
        agency.add_office(&office("timur"), "Kecamatan timur", NOW + DAY, passphrase).expect("a certificate");
    });
    let (decided, told) = meet(&TestServer::new(&agency), agency.client("timur", &agency)).await;
    let Err(Refusal::Handshake(error)) = decided else { panic!("not refused in the handshake") };
    let found = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    assert!(
        matches!(found, Some(rustls::Error::InvalidCertificate(CertificateError::NotValidYetContext { .. }))),
        "{found:?}"
    );
    assert_eq!(alert(told).await, AlertDescription::CertificateExpired);
}

#[tokio::test]
async fn a_certificate_for_servers_does_not_make_a_client() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    for (from, to) in [("signer/server.pem", "office/utara.pem"), ("signer/server.key", "office/utara.key")] {
        std::fs::remove_file(agency.path(to)).expect("the office's file");
        std::fs::copy(agency.path(from), agency.path(to)).expect("a copy");
    }
    let (decided, _told) = meet(&server, agency.client("utara", &agency)).await;
    let Err(Refusal::Handshake(error)) = decided else { panic!("not refused in the handshake") };
    let found = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    assert!(
        matches!(found, Some(rustls::Error::InvalidCertificate(CertificateError::InvalidPurposeContext { .. }))),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_stale_list_refuses_everybody() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    server.clock.set(NOW + 7 * DAY);
    let (decided, told) = meet(&server, agency.client("utara", &agency)).await;
    let Err(Refusal::Handshake(error)) = decided else { panic!("not refused in the handshake") };
    let found = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    assert!(
        matches!(found, Some(rustls::Error::InvalidCertificate(CertificateError::ExpiredRevocationListContext { .. }))),
        "{found:?}"
    );
    assert!(alert(told).await != AlertDescription::CloseNotify);
}

#[tokio::test]
async fn a_client_that_does_not_ask_for_http2_is_refused() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let mut client = agency.client("utara", &agency);
    client.alpn_protocols = Vec::new();
    let (decided, _told) = meet(&server, client).await;
    assert!(matches!(decided, Err(Refusal::NotHttp2)));
    let mut client = agency.client("utara", &agency);
    client.alpn_protocols = vec![b"http/1.1".to_vec()];
    let (_decided, told) = meet(&server, client).await;
    assert_eq!(alert(told).await, AlertDescription::NoApplicationProtocol);
}

#[tokio::test]
async fn no_session_is_resumed_and_no_early_data_taken() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let mut client = agency.client_of("utara", &agency, NOW + 1, &[version]);
        client.enable_early_data = true;
        for _ in 0..2 {
            // The second connection would resume the first one's session, if there were one.
            let (decided, told) = meet(&server, client.clone()).await;
            let (_connection, mut stream) = (decided.expect("let in"), told.expect("a handshake"));
            stream.write_all(b"x").await.expect("an octet");
            let (_, session) = stream.get_ref();
            assert_eq!(session.protocol_version(), Some(version.version));
            assert_eq!(session.handshake_kind(), Some(rustls::HandshakeKind::Full));
            assert_eq!(session.tls13_tickets_received(), 0);
            assert!(!session.is_early_data_accepted());
        }
    }
}

/// TLS 1.2 tells the client in its handshake.
#[tokio::test]
async fn a_revoked_certificate_is_refused_over_tls_1_2_too() {
    let agency = TestAgency::ours();
    agency.revoke("utara");
    let client = agency.client_of("utara", &agency, NOW + 1, &[&rustls::version::TLS12]);
    let because = rustls::Error::InvalidCertificate(CertificateError::Revoked);
    expect_refusal(&TestServer::new(&agency), client, because, AlertDescription::CertificateRevoked).await;
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_stalls_is_cut_at_five_seconds() {
    let agency = TestAgency::ours();
    let server = TestServer::new(&agency);
    let start = Instant::now();
    let (mut silent, ended) = server.pipe();
    silent.write_all(&[0x16]).await.expect("one octet of a ClientHello");
    ended.await.expect("the connection's task");
    assert_eq!(start.elapsed(), Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn a_handshake_gives_way_to_a_newcomer_in_a_full_house() {
    let agency = TestAgency::ours();
    let server = TestServer::with_limits(&agency, limits(&[("connections", 1)]));
    let start = Instant::now();
    let (_silent, stalled) = server.pipe();
    let (channel, _ended) = server.client(agency.client("utara", &agency)).await;
    stalled.await.expect("the stalled connection's task");
    assert_eq!(start.elapsed(), Duration::ZERO);
    drop(channel);
}

#[tokio::test]
async fn one_certificate_has_no_more_than_its_share_of_connections() {
    let agency = TestAgency::ours();
    let server = TestServer::with_limits(&agency, limits(&[("connections_per_certificate", 1)]));
    let (first, _ended) = server.client(agency.client("utara", &agency)).await;
    let (second, refused) = server.connect(agency.client("utara", &agency)).await;
    refused.await.expect("the second connection's task");
    let end = second.expect("a handshake").read(&mut [0; 1]).await;
    assert!(end.is_err() || end.is_ok_and(|octets| octets == 0), "the second connection is closed");
    let (_other, _ended) = server.client(agency.client("selatan", &agency)).await;
    drop(first);
}
