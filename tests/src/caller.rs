//! An office's bare gRPC client: mutual TLS and the generated code, no journal, no retry. What the service answers is what a case sees.

use std::{fs, path::Path, time::Duration};

use anyhow::Context;
use proto::teken::v1::{
    Document, DocumentDigest, DocumentType, SignDigestRequest, document_service_client::DocumentServiceClient,
    signing_service_client::SigningServiceClient,
};
use tonic::{
    Request, Status,
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity},
};
use uuid::Uuid;

use crate::TestAgency;

/// The generated client over a channel of its own.
pub type Caller = SigningServiceClient<InterceptedService<Channel, Timed>>;

/// The same for seals and statuses.
pub type DocumentCaller = DocumentServiceClient<InterceptedService<Channel, Timed>>;

/// Gives each call the deadline without which nothing is signed.
#[derive(Debug, Clone, Copy)]
pub struct Timed;

impl Interceptor for Timed {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.set_timeout(Duration::from_secs(20));
        Ok(request)
    }
}

/// A client that calls as an office of the agency.
///
/// # Errors
///
/// When a file cannot be read or nobody listens.
pub async fn call_as(agency: &TestAgency, office: &str, address: &str) -> anyhow::Result<Caller> {
    Ok(SigningServiceClient::with_interceptor(channel_of(agency, office, address).await?, Timed))
}

/// As [`call_as`], to the service of seals and statuses.
///
/// # Errors
///
/// When a file cannot be read or nobody listens.
pub async fn documents_as(agency: &TestAgency, office: &str, address: &str) -> anyhow::Result<DocumentCaller> {
    Ok(DocumentServiceClient::with_interceptor(channel_of(agency, office, address).await?, Timed))
}

/// A client that trusts an anchor and shows a certificate, or none.
///
/// # Errors
///
/// When a file cannot be read or nobody listens.
pub async fn call_with(anchor: &Path, identity: Option<(&Path, &Path)>, address: &str) -> anyhow::Result<Caller> {
    Ok(SigningServiceClient::with_interceptor(channel(anchor, identity, address).await?, Timed))
}

async fn channel_of(agency: &TestAgency, office: &str, address: &str) -> anyhow::Result<Channel> {
    let identity = (agency.path(&format!("office/{office}.pem")), agency.path(&format!("office/{office}.key")));
    channel(&agency.layout().access_anchor(), Some((&identity.0, &identity.1)), address).await
}

async fn channel(anchor: &Path, identity: Option<(&Path, &Path)>, address: &str) -> anyhow::Result<Channel> {
    let read = |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let mut tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(read(anchor)?)).domain_name("localhost");
    if let Some((certificate, key)) = identity {
        tls = tls.identity(Identity::from_pem(read(certificate)?, read(key)?));
    }
    let endpoint = Endpoint::from_shared(format!("https://{address}"))?;
    let endpoint = endpoint.tls_config(tls)?.connect_timeout(Duration::from_secs(10)).tcp_nodelay(true);
    Ok(endpoint.connect().await?)
}

/// A request to sign a digest, with a request id of its own.
#[must_use]
pub fn sign_digest_request(digest: [u8; 32], number: &str) -> SignDigestRequest {
    SignDigestRequest {
        request_id: Uuid::new_v4().to_string(),
        document_digest: Some(DocumentDigest { sha256: digest.to_vec() }),
        document: Some(Document {
            r#type: DocumentType::Surat.into(),
            number: number.to_owned(),
            requesting_officer: "loket1".to_owned(),
        }),
        ..SignDigestRequest::default()
    }
}
