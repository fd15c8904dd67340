//! The floor: the contract's SignDigest over mutual TLS with nothing but the primitives that a durable signature needs.

use std::{fs, path::PathBuf, pin::Pin, sync::Arc};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey};
use p256::{
    ecdsa::{Signature, SigningKey, signature::hazmat::RandomizedPrehashSigner},
    elliptic_curve::Generate,
};
use proto::teken::v1::{
    self,
    signing_service_server::{SigningService, SigningServiceServer},
};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use tests::TestAgency;
use tokio::{
    net::TcpListener,
    runtime::Runtime,
    sync::{mpsc, oneshot},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_stream::{Stream, wrappers::ReceiverStream};
use tonic::{Request, Response, Status, Streaming, transport::Server};

/// Octets of an intent's row and of an outcome's, as the register's are.
const INTENT_BYTES: usize = 700;
const OUTCOME_BYTES: usize = 1_900;
/// Rows of one commit, as in the register.
const GROUP_LIMIT: usize = 256;

type Waiting = (usize, oneshot::Sender<()>);

struct Floor {
    key: SigningKey,
    public: ParsedPublicKey,
    rows: mpsc::Sender<Waiting>,
}

/// Serves the floor until the value is dropped.
pub(crate) fn serve(agency: &TestAgency) -> anyhow::Result<(oneshot::Sender<()>, String)> {
    let (stop, stopped) = oneshot::channel::<()>();
    let (told, address) = std::sync::mpsc::channel();
    let acceptor = acceptor(agency)?;
    let rows = writer(agency.path("floor.db"))?;
    let key = SigningKey::try_generate_from_rng(&mut getrandom::SysRng)?;
    let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key.verifying_key().to_sec1_point(false).as_bytes())?;
    std::thread::spawn(move || -> anyhow::Result<()> {
        Runtime::new()?.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            told.send(listener.local_addr()?.to_string())?;
            let service = SigningServiceServer::new(Floor { key, public, rows });
            Server::builder()
                .add_service(service)
                .serve_with_incoming_shutdown(accepted(listener, acceptor), async { drop(stopped.await) })
                .await?;
            Ok(())
        })
    });
    Ok((stop, address.recv()?))
}

fn accepted(
    listener: TcpListener,
    acceptor: TlsAcceptor,
) -> impl Stream<Item = std::io::Result<TlsStream<tokio::net::TcpStream>>> {
    let (established, accepted) = mpsc::channel(16);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, established) = (acceptor.clone(), established.clone());
            tokio::spawn(async move {
                stream.set_nodelay(true)?;
                let stream = acceptor.accept(stream).await;
                drop(established.send(stream).await);
                std::io::Result::Ok(())
            });
        }
    });
    ReceiverStream::new(accepted)
}

fn acceptor(agency: &TestAgency) -> anyhow::Result<TlsAcceptor> {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
    let layout = agency.layout();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(layout.access_anchor())?)?;
    let clients = rustls::server::WebPkiClientVerifier::builder(Arc::new(roots)).build()?;
    let chain = CertificateDer::pem_slice_iter(&fs::read(layout.server_certificate())?).collect::<Result<_, _>>()?;
    let mut config = rustls::ServerConfig::builder()
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(layout.server_key())?)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// A thread that commits whatever waits, durably.
fn writer(path: PathBuf) -> anyhow::Result<mpsc::Sender<Waiting>> {
    let connection = Connection::open(path)?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.execute_batch("PRAGMA synchronous = FULL; CREATE TABLE entry (seq INTEGER PRIMARY KEY, body BLOB)")?;
    let (rows, mut waiting) = mpsc::channel::<Waiting>(4_096);
    std::thread::spawn(move || -> rusqlite::Result<()> {
        let mut insert = connection.prepare("INSERT INTO entry (body) VALUES (?1)")?;
        let mut group = Vec::new();
        let body = vec![0xa5_u8; OUTCOME_BYTES];
        while waiting.blocking_recv_many(&mut group, GROUP_LIMIT) > 0 {
            connection.execute_batch("BEGIN IMMEDIATE")?;
            for (size, _) in &group {
                insert.execute(params![&body[..*size]])?;
            }
            connection.execute_batch("COMMIT")?;
            // The caller may be gone.
            group.drain(..).for_each(|(_, reply)| reply.send(()).unwrap_or_default());
        }
        Ok(())
    });
    Ok(rows)
}

impl Floor {
    async fn record(&self, size: usize) -> Result<(), Status> {
        let (reply, recorded) = oneshot::channel();
        self.rows.send((size, reply)).await.map_err(|_| Status::unavailable("the writer is gone"))?;
        recorded.await.map_err(|_| Status::unavailable("the writer is gone"))
    }
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl SigningService for Floor {
    type BatchSignDigestsStream = Answers<v1::BatchSignDigestsResponse>;
    type SignDocumentStream = Answers<v1::SignDocumentResponse>;

    async fn sign_digest(
        &self,
        request: Request<v1::SignDigestRequest>,
    ) -> Result<Response<v1::SignDigestResponse>, Status> {
        let request = request.into_inner();
        self.record(INTENT_BYTES).await?;
        let signed = request.document_digest.map(|digest| digest.sha256).unwrap_or_default();
        let digest = Sha256::digest(&signed);
        let value: Signature = self
            .key
            .sign_prehash_with_rng(&mut getrandom::SysRng, &digest)
            .map_err(|_| Status::internal("the key does not sign"))?;
        self.public
            .verify_sig(&signed, value.to_der().as_bytes())
            .map_err(|_| Status::internal("the value does not verify"))?;
        self.record(OUTCOME_BYTES).await?;
        let signature =
            v1::Signature { request_id: request.request_id, cms: vec![0xa5; OUTCOME_BYTES], ..Default::default() };
        Ok(Response::new(v1::SignDigestResponse { signature: Some(signature), replayed: false }))
    }

    async fn get_signing_profile(
        &self,
        _: Request<v1::GetSigningProfileRequest>,
    ) -> Result<Response<v1::SigningProfile>, Status> {
        Err(Status::unimplemented("the floor signs digests"))
    }

    async fn batch_sign_digests(
        &self,
        _: Request<v1::BatchSignDigestsRequest>,
    ) -> Result<Response<Self::BatchSignDigestsStream>, Status> {
        Err(Status::unimplemented("the floor signs digests"))
    }

    async fn sign_document(
        &self,
        _: Request<Streaming<v1::SignDocumentRequest>>,
    ) -> Result<Response<Self::SignDocumentStream>, Status> {
        Err(Status::unimplemented("the floor signs digests"))
    }

    async fn get_signature(&self, _: Request<v1::GetSignatureRequest>) -> Result<Response<v1::Signature>, Status> {
        Err(Status::unimplemented("the floor signs digests"))
    }

    async fn list_signatures(
        &self,
        _: Request<v1::ListSignaturesRequest>,
    ) -> Result<Response<v1::ListSignaturesResponse>, Status> {
        Err(Status::unimplemented("the floor signs digests"))
    }
}
