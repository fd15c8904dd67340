//! Batches: each item an act of its own, all of them answered, none half done.

use std::collections::BTreeMap;

use proto::teken::v1;
use proto::teken::v1::batch_sign_digests_response::Result as ItemResult;
use tokio_stream::StreamExt;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::fixture::{Fixture, UTARA, document, from, gated, refusal, request};
use crate::wire::server::signing_service_server::SigningService;

/// The results by position; every position at most once.
async fn batch(
    fixture: &Fixture,
    requests: Vec<v1::SignDigestRequest>,
) -> Result<BTreeMap<u32, (String, ItemResult)>, Status> {
    let asked = from(UTARA, v1::BatchSignDigestsRequest { requests });
    let mut answers = fixture.service().batch_sign_digests(asked).await?.into_inner();
    let mut results = BTreeMap::new();
    while let Some(answer) = answers.next().await {
        let v1::BatchSignDigestsResponse { index, request_id, result } = answer?;
        let before = results.insert(index, (request_id, result.expect("a result")));
        assert_eq!(before, None, "item {index} is answered twice");
    }
    Ok(results)
}

fn status_of(result: &(String, ItemResult)) -> &v1::ItemStatus {
    match &result.1 {
        ItemResult::Status(status) => status,
        ItemResult::Response(response) => panic!("signed: {response:?}"),
    }
}

fn signature_of(result: &(String, ItemResult)) -> &v1::SignDigestResponse {
    match &result.1 {
        ItemResult::Response(response) => response,
        ItemResult::Status(status) => panic!("refused: {status:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_items_are_signed_each_once() {
    let fixture = Fixture::new();
    let requests: Vec<_> = (0..1_000).map(request).collect();
    let results = batch(&fixture, requests.clone()).await.expect("a batch");
    assert_eq!(results.len(), 1_000);
    for (asked, result) in requests.iter().zip(results.values()) {
        let signature = signature_of(result).signature.as_ref().expect("a signature");
        assert_eq!((&result.0, &signature.request_id), (&asked.request_id, &asked.request_id));
        assert_eq!(signature.document_digest, asked.document_digest);
    }
    let entries: (u64, u64) = fixture
        .sql()
        .query_row("SELECT count(*), max(seq) FROM entry", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("the entries");
    assert_eq!(entries, (2_000, 2_000));
    // The same batch again gives the same answers and records nothing.
    let again = batch(&fixture, requests).await.expect("a batch");
    for (first, second) in results.values().zip(again.values()) {
        assert!(signature_of(second).replayed);
        assert_eq!(signature_of(second).signature, signature_of(first).signature);
    }
}

#[tokio::test]
async fn an_item_fails_alone_with_the_status_of_a_single_call() {
    let fixture = Fixture::new();
    fixture.sign(UTARA, request(1)).await.expect("a signature");
    let digestless = v1::SignDigestRequest { document_digest: None, ..request(2) };
    let reused = v1::SignDigestRequest { document: Some(document(3)), ..request(1) };
    let mut akta = request(4);
    akta.document.as_mut().expect("a document").r#type = v1::DocumentType::Akta.into();
    let signed_before = v1::SignDigestRequest { document: Some(document(1)), ..request(5) };
    let refused = [digestless, reused, akta, signed_before];
    let mut requests = refused.to_vec();
    requests.push(request(6));
    let results = batch(&fixture, requests).await.expect("a batch");
    for (index, single) in (0..).zip(refused) {
        let item = status_of(&results[&index]);
        assert_eq!(results[&index].0, single.request_id);
        let status = fixture.sign(UTARA, single).await.expect_err("the same refusal");
        let localized = status.get_details_localized_message().expect("a text").message;
        let message = status.message().to_owned();
        let (code, reason) = refusal::<()>(Err(status));
        let expected = v1::ItemStatus { code: code.into(), reason, message, message_id: localized };
        assert_eq!(*item, expected);
    }
    assert!(signature_of(&results[&4]).signature.is_some());
}

#[tokio::test]
async fn an_id_that_stands_in_the_batch_twice_is_carried_out_once() {
    let fixture = Fixture::new();
    let results = batch(&fixture, vec![request(1), request(1), request(2)]).await.expect("a batch");
    assert!(signature_of(&results[&0]).signature.is_some());
    let repeated = status_of(&results[&1]);
    assert_eq!((repeated.code, repeated.reason.as_str()), (Code::InvalidArgument.into(), "REQUEST_ID_REPEATED"));
    assert!(signature_of(&results[&2]).signature.is_some());
}

#[tokio::test]
async fn a_batch_has_one_to_a_thousand_items() {
    let fixture = Fixture::new();
    let size = (Code::InvalidArgument, "BATCH_SIZE".to_owned());
    assert_eq!(refusal(batch(&fixture, Vec::new()).await), size);
    assert_eq!(refusal(batch(&fixture, (0..1_001).map(request).collect()).await), size);
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_whole_acts_and_no_further_one_begins() {
    let (gate, key) = gated();
    let fixture = Fixture::with(key);
    let asked = from(UTARA, v1::BatchSignDigestsRequest { requests: (0..1_000).map(request).collect() });
    let answers = fixture.service().batch_sign_digests(asked).await.expect("a batch").into_inner();
    gate.begun.acquire_many(256).await.expect("the gate stays").forget();
    drop(answers);
    gate.go.add_permits(1_000);
    fixture.signer.idle().await;
    let (intents, outcomes): (u64, u64) = fixture
        .sql()
        .query_row("SELECT sum(kind = 1), sum(kind = 3) FROM entry", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("the entries");
    assert_eq!((intents, outcomes), (256, 256));
}
