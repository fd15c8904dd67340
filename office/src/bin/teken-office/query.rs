//! `profile`, `get` and `list`: what the service knows, as JSON.

use office::{
    Client, Config, Existing, RequestId, Signature, SignatureKey, SignatureName, SignatureState, write_whole,
};
use serde_json::{Value, json};

use crate::{
    args::{Get, List, Profile},
    report::{Exit, line, time},
    texts::Failure,
};

/// Most signatures of one page (`ListSignaturesRequest.page_size`).
const PAGE: usize = 1_000;

/// `profile`.
pub(crate) async fn profile(profile: &Profile) -> Result<Exit, Failure> {
    let config = Config::load(&profile.config)?;
    let profile = Client::connect(&config).await?.profile().await?;
    let text = serde_json::to_string_pretty(&profile).expect("a profile is plain data");
    line(&text)?;
    Ok(Exit::Signed)
}

/// `get`.
pub(crate) async fn get(get: &Get) -> Result<Exit, Failure> {
    let key = match (RequestId::parse(&get.key), SignatureName::parse(&get.key)) {
        (Ok(id), _) => SignatureKey::RequestId(id),
        (_, Ok(name)) => SignatureKey::Name(name),
        _ => return Err(Failure::Key),
    };
    let config = Config::load(&get.config)?;
    let signature = Client::connect(&config).await?.signature(&key).await?;
    if let Some(path) = &get.cms {
        write_whole(path, &signature.cms, Existing::Keep)?;
    }
    line(&object(&signature).to_string())?;
    Ok(Exit::Signed)
}

/// `list`.
pub(crate) async fn list(list: &List) -> Result<Exit, Failure> {
    let config = Config::load(&list.config)?;
    let client = Client::connect(&config).await?;
    let mut left = list.most;
    let mut token: Option<String> = None;
    while left > 0 {
        let size = u16::try_from(left.min(PAGE)).expect("a page has at most a thousand");
        let page = client.signatures(size, token.as_deref()).await?;
        for signature in page.signatures.iter().take(left) {
            line(&object(signature).to_string())?;
        }
        left = left.saturating_sub(page.signatures.len());
        match page.next_page_token {
            Some(next) if !page.signatures.is_empty() => token = Some(next),
            _ => break,
        }
    }
    Ok(Exit::Signed)
}

fn object(signature: &Signature) -> Value {
    let state = match signature.state {
        SignatureState::Open => "OPEN",
        SignatureState::Signed => "SIGNED",
        SignatureState::Abandoned => "ABANDONED",
    };
    json!({
        "signature": signature.name.as_str(),
        "requestId": signature.request_id.to_string(),
        "state": state,
        "sequence": signature.sequence,
        "signingTime": time(signature.signing_time_unix),
        "documentType": signature.document_type.as_str(),
        "documentDigest": hex::encode(signature.document_digest),
        "replaces": signature.replaces.as_ref().map(SignatureName::as_str),
        "replacedBy": signature.replaced_by.as_ref().map(SignatureName::as_str),
        "abandonedReason": Some(&signature.abandoned_reason).filter(|reason| !reason.is_empty()),
    })
}
