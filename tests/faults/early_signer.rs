//! The control of the kills: a service that releases a signature before its outcome is recorded, over the real register, key and chain.
//!
//! It differs from the service in this order and in what the order does not need. The kills must find what it releases and loses.

mod intent;

use std::{env, fs, path::PathBuf, pin::Pin, sync::Arc};

use anyhow::Context;
use evidence::OfficeId;
use keys::{Credential, Dtbsr};
use pades::{CertificateChain, DocumentDigest};
use proto::teken::v1::{
    self,
    signing_service_server::{SigningService, SigningServiceServer},
};
use signer::{
    Register,
    domain::RequestId,
    register::{Recorded, Slot},
};
use tests::{Assembly, OFFICE};
use tokio::net::TcpListener;
use tokio_stream::{Stream, wrappers::TcpListenerStream};
use tonic::{
    Request, Response, Status, Streaming,
    transport::{Certificate, Identity, Server, ServerTlsConfig},
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = env::args_os().nth(1).map(PathBuf::from).context("usage: early-signer CONFIG")?;
    let assembly = Assembly::load(&config)?;
    let register = Arc::new(assembly.register()?);
    let (settings, credential) = (assembly.config.settings, assembly.credential);
    let tls = ServerTlsConfig::new()
        .identity(Identity::from_pem(fs::read(&settings.tls.certificate)?, fs::read(&settings.tls.key)?))
        .client_ca_root(Certificate::from_pem(fs::read(&settings.tls.client_anchor)?));
    let listener = TcpListener::bind(settings.listen).await?;
    println!("listening on {}", listener.local_addr()?);
    let service = SigningServiceServer::new(Early { register, credential });
    Server::builder()
        .tls_config(tls)?
        .add_service(service)
        .serve_with_incoming(TcpListenerStream::new(listener))
        .await?;
    Ok(())
}

struct Early {
    register: Arc<Register>,
    credential: Credential,
}

impl Early {
    async fn sign(&self, asked: v1::SignDigestRequest) -> anyhow::Result<v1::Signature> {
        let digest = asked.document_digest.context("a digest")?;
        let document_digest = DocumentDigest::from_sha256(digest.sha256.as_slice().try_into()?);
        let (office, request_id) = (OfficeId::parse(OFFICE)?, RequestId::parse(&asked.request_id)?);
        let new = intent::intent(&self.credential, office, request_id, document_digest, |_| {})?;
        let Recorded::New { slot: Slot { sequence, .. }, attributes } = self.register.record_intent(new).await? else {
            anyhow::bail!("{request_id} was used before");
        };
        let value = self.credential.key().sign(&Dtbsr::hash(attributes.to_der())).await?;
        let chain = CertificateChain::from_der(self.credential.chain_der().iter().cloned())?;
        let cms = attributes.seal(value.as_der(), &chain)?.to_der().to_vec();
        // The fault: nobody waits for this.
        let (register, recorded) = (Arc::clone(&self.register), cms.clone());
        tokio::spawn(async move { register.record_outcome(sequence, recorded).await });
        Ok(v1::Signature {
            name: format!("offices/{OFFICE}/signatures/{sequence}"),
            request_id: asked.request_id,
            sequence,
            cms,
            ..v1::Signature::default()
        })
    }
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl SigningService for Early {
    type BatchSignDigestsStream = Answers<v1::BatchSignDigestsResponse>;
    type SignDocumentStream = Answers<v1::SignDocumentResponse>;

    async fn sign_digest(
        &self,
        request: Request<v1::SignDigestRequest>,
    ) -> Result<Response<v1::SignDigestResponse>, Status> {
        let signature =
            self.sign(request.into_inner()).await.map_err(|error| Status::internal(format!("{error:#}")))?;
        Ok(Response::new(v1::SignDigestResponse { signature: Some(signature), replayed: false }))
    }

    async fn get_signing_profile(
        &self,
        _: Request<v1::GetSigningProfileRequest>,
    ) -> Result<Response<v1::SigningProfile>, Status> {
        Err(not_served())
    }

    async fn batch_sign_digests(
        &self,
        _: Request<v1::BatchSignDigestsRequest>,
    ) -> Result<Response<Self::BatchSignDigestsStream>, Status> {
        Err(not_served())
    }

    async fn sign_document(
        &self,
        _: Request<Streaming<v1::SignDocumentRequest>>,
    ) -> Result<Response<Self::SignDocumentStream>, Status> {
        Err(not_served())
    }

    async fn get_signature(&self, _: Request<v1::GetSignatureRequest>) -> Result<Response<v1::Signature>, Status> {
        Err(not_served())
    }

    async fn list_signatures(
        &self,
        _: Request<v1::ListSignaturesRequest>,
    ) -> Result<Response<v1::ListSignaturesResponse>, Status> {
        Err(not_served())
    }
}

fn not_served() -> Status {
    Status::unimplemented("the kills ask for digests alone")
}
