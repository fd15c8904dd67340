//! Load: several callers that ask for one signature after another until the service goes away or enough is signed.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use proto::teken::v1::{SignDigestRequest, Signature};
use tests::{OFFICE, TestAgency, call_as, sign_digest_request};
use tokio::task::JoinSet;

/// An acknowledged signature: what was asked, and what the office holds in its hands.
#[derive(Debug, Clone)]
pub(crate) struct Acknowledged {
    pub(crate) request: SignDigestRequest,
    pub(crate) signature: Signature,
}

/// How much is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// Callers at once, over one connection.
    pub(crate) callers: u64,
    /// Signatures after which the callers stop.
    pub(crate) signatures: u64,
}

/// Runs the load, and gives what was acknowledged. `on_acknowledged` is called the moment an answer is there.
///
/// A call that fails ends its caller: the service is gone, and what became of the call is for the register to say.
pub(crate) async fn run(
    agency: &TestAgency,
    address: &str,
    load: Load,
    on_acknowledged: impl Fn(&Signature) + Send + Sync + 'static,
) -> anyhow::Result<Vec<Acknowledged>> {
    let caller = call_as(agency, OFFICE, address).await?;
    let (asked, on_acknowledged) = (Arc::new(AtomicU64::new(0)), Arc::new(on_acknowledged));
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let mut callers = JoinSet::new();
    for _ in 0..load.callers {
        let (mut caller, asked) = (caller.clone(), Arc::clone(&asked));
        let (acknowledged, on_acknowledged) = (Arc::clone(&acknowledged), Arc::clone(&on_acknowledged));
        callers.spawn(async move {
            while asked.fetch_add(1, Ordering::Relaxed) < load.signatures {
                let mut request = sign_digest_request([9; 32], "");
                if let Some(document) = &mut request.document {
                    document.number.clone_from(&request.request_id);
                }
                let Ok(answer) = caller.sign_digest(request.clone()).await else { return };
                let Some(signature) = answer.into_inner().signature else { return };
                on_acknowledged(&signature);
                acknowledged.lock().expect("no caller panics").push(Acknowledged { request, signature });
            }
        });
    }
    while callers.join_next().await.is_some() {}
    let acknowledged = std::mem::take(&mut *acknowledged.lock().expect("no caller panics"));
    Ok(acknowledged)
}
