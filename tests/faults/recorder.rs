//! A recording proxy between office and service: what it received from the service is the truth for "released".
//!
//! It ends the office's TLS with the service's certificate and opens its own to the service with the office's, so it sees the HTTP/2
//! frames of both directions. Octets are recorded before they are passed on.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, Mutex},
};

use anyhow::Context;
use prost::Message;
use proto::teken::v1::{SignDigestRequest, SignDigestResponse, Signature};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use tests::{OFFICE, TestAgency};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// One direction of one connection.
type Recording = Arc<Mutex<Vec<u8>>>;

/// The proxy; it stops when dropped.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// Where the office connects to.
    pub(crate) address: String,
    connections: Arc<Mutex<Vec<[Recording; 2]>>>,
    accepting: JoinHandle<()>,
}

/// What left the service.
#[derive(Debug, Default)]
pub(crate) struct Released {
    /// Whole answers.
    pub(crate) signatures: Vec<Signature>,
    /// Request ids of every call of which at least one octet of an answer left.
    pub(crate) begun: BTreeSet<String>,
}

impl Recorder {
    /// Starts a proxy in front of a service.
    pub(crate) async fn start(agency: &TestAgency, upstream: String) -> anyhow::Result<Self> {
        let (acceptor, connector) = (acceptor(agency)?, connector(agency)?);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let connections = Arc::new(Mutex::new(Vec::new()));
        let recorded = Arc::clone(&connections);
        let accepting = tokio::spawn(async move {
            while let Ok((office, _)) = listener.accept().await {
                let both = [Recording::default(), Recording::default()];
                recorded.lock().expect("no task panics").push(both.clone());
                // A connection ends when either side goes away; what it carried is on record.
                tokio::spawn(pass(office, upstream.clone(), acceptor.clone(), connector.clone(), both));
            }
        });
        Ok(Self { address, connections, accepting })
    }

    /// Reads the frames of everything recorded so far.
    pub(crate) fn released(&self) -> anyhow::Result<Released> {
        let mut released = Released::default();
        for [asked, answered] in self.connections.lock().expect("no task panics").iter() {
            let (asked, answered) =
                (streams(&asked.lock().expect("no task panics")), streams(&answered.lock().expect("no task panics")));
            for (stream, octets) in answered {
                let request =
                    asked.get(&stream).and_then(|octets| message(octets)).context("an answer without a request")?;
                released.begun.insert(SignDigestRequest::decode(request)?.request_id);
                if let Some(answer) = message(&octets) {
                    released.signatures.push(SignDigestResponse::decode(answer)?.signature.context("a signature")?);
                }
            }
        }
        Ok(released)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn pass(
    office: TcpStream,
    upstream: String,
    acceptor: TlsAcceptor,
    connector: TlsConnector,
    [asked, answered]: [Recording; 2],
) -> anyhow::Result<()> {
    let office = acceptor.accept(office).await?;
    let service = TcpStream::connect(upstream).await?;
    let service = connector.connect(ServerName::try_from("localhost")?, service).await?;
    let (office_in, office_out) = tokio::io::split(office);
    let (service_in, service_out) = tokio::io::split(service);
    tokio::try_join!(copy(office_in, service_out, asked), copy(service_in, office_out, answered))?;
    Ok(())
}

async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    recording: Recording,
) -> anyhow::Result<()> {
    let mut octets = vec![0; 64 * 1024];
    loop {
        let read = from.read(&mut octets).await?;
        let Some(received @ [_, ..]) = octets.get(..read) else { return Ok(to.shutdown().await?) };
        recording.lock().expect("no task panics").extend_from_slice(received);
        to.write_all(received).await?;
        to.flush().await?;
    }
}

/// The DATA octets of each stream (RFC 9113, 4.1 and 6.1); a frame that was cut off counts as far as it came.
fn streams(mut octets: &[u8]) -> BTreeMap<u32, Vec<u8>> {
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    const DATA: u8 = 0;
    octets = octets.strip_prefix(PREFACE).unwrap_or(octets);
    let mut streams = BTreeMap::<u32, Vec<u8>>::new();
    while let Some((header, rest)) = octets.split_first_chunk::<9>() {
        let [a, b, c, kind, _flags, s, t, u, v] = *header;
        let length = usize::try_from(u32::from_be_bytes([0, a, b, c])).expect("24 bits").min(rest.len());
        let (payload, after) = rest.split_at(length);
        if kind == DATA && !payload.is_empty() {
            streams.entry(u32::from_be_bytes([s & 0x7f, t, u, v])).or_default().extend_from_slice(payload);
        }
        octets = after;
    }
    streams
}

/// The first gRPC message of a stream, if it is whole: a flag, four octets of length, the message.
fn message(octets: &[u8]) -> Option<&[u8]> {
    let ([_flag, a, b, c, d], rest) = octets.split_first_chunk::<5>()?;
    rest.get(..usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).ok()?)
}

fn acceptor(agency: &TestAgency) -> anyhow::Result<TlsAcceptor> {
    let layout = agency.layout();
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain(&layout.server_certificate())?, PrivateKeyDer::from_pem_file(layout.server_key())?)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn connector(agency: &TestAgency) -> anyhow::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(agency.layout().access_anchor())?)?;
    let mut config = ClientConfig::builder().with_root_certificates(roots).with_client_auth_cert(
        chain(&agency.path(&format!("office/{OFFICE}.pem")))?,
        PrivateKeyDer::from_pem_file(agency.path(&format!("office/{OFFICE}.key")))?,
    )?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

fn chain(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    Ok(CertificateDer::pem_file_iter(path)?.collect::<Result<_, _>>()?)
}
