//! Many files: batches that break off, items that fail alone, a service that is away.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use office::{
    AnswerError, Client, Existing, Job, Moments, Outcome, Output, Provenance, Receipt, RequestId, SignError, Way,
    WireError,
};
use proto::teken::v1;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tonic::Code;

use crate::{
    ONCE, PATIENT, answer_error,
    document::pdf,
    moment,
    peer::{Act, Peer},
    profile, task, waiting,
};

/// `count` files, each with its own content and number.
fn jobs(folder: &Path, count: usize) -> Vec<Job> {
    (0..count)
        .map(|index| {
            let input = folder.join(format!("{index}.pdf"));
            std::fs::write(&input, pdf(&index.to_string())).expect("written");
            let mut task = task(&format!("470/{index}"));
            task.input = Some(input.clone());
            task.output = Some(Output { path: folder.join(format!("{index}.signed.pdf")), existing: Existing::Keep });
            Job { input, task, way: Way::Digest }
        })
        .collect()
}

fn moments() -> Moments {
    let next = AtomicU8::new(1);
    Arc::new(move || moment(next.fetch_add(1, Ordering::Relaxed)))
}

async fn outcomes(mut receiver: mpsc::Receiver<Outcome>) -> BTreeMap<usize, Result<Receipt, SignError>> {
    let mut outcomes = BTreeMap::new();
    while let Some(outcome) = receiver.recv().await {
        assert!(outcomes.insert(outcome.position, outcome.result).is_none(), "one outcome for each file");
    }
    outcomes
}

async fn sign(client: &Client, folder: &Path, count: usize) -> BTreeMap<usize, Result<Receipt, SignError>> {
    let profile = profile(client).await;
    outcomes(client.sign_files(profile, jobs(folder, count), moments())).await
}

fn signed_files(folder: &Path) -> BTreeSet<PathBuf> {
    std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(".signed.pdf"))
        .collect()
}

fn folders() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    (folder, state)
}

#[tokio::test(start_paused = true)]
async fn every_file_of_many_is_signed_with_its_own_cms() {
    let (folder, state) = folders();
    let peer = Peer::doing([]);
    let client = peer.client(&state, ONCE);
    let outcomes = sign(&client, folder.path(), 25).await;
    assert_eq!(outcomes.len(), 25);
    for (position, outcome) in &outcomes {
        let output = outcome.as_ref().expect("signed").output.clone().expect("saved");
        let bytes = std::fs::read(&output).expect("there");
        assert!(bytes.starts_with(&pdf(&position.to_string())), "{position}");
    }
    assert_eq!(waiting(&client), []);
    let seen = peer.seen();
    assert_eq!(seen.len(), 25);
    assert!(seen.iter().all(|seen| seen.method == "BatchSignDigests" && seen.had_deadline));
}

#[tokio::test(start_paused = true)]
async fn a_few_files_are_asked_one_by_one() {
    let (folder, state) = folders();
    let peer = Peer::doing([]);
    let outcomes = sign(&peer.client(&state, ONCE), folder.path(), 4).await;
    assert!(outcomes.values().all(Result::is_ok));
    assert!(peer.seen().iter().all(|seen| seen.method == "SignDigest"));
}

#[tokio::test(start_paused = true)]
async fn an_item_that_is_refused_or_lied_about_fails_alone() {
    let (folder, state) = folders();
    let peer = Peer::doing([
        Act::Sign,
        Act::Refuse(Code::AlreadyExists, "DOCUMENT_ALREADY_SIGNED"),
        Act::SignOtherDigest,
        Act::Sign,
        Act::Refuse(Code::Internal, "INTERNAL"),
        Act::Sign,
    ]);
    let client = peer.client(&state, PATIENT);
    let outcomes = sign(&client, folder.path(), 6).await;
    let mut signed = 0;
    for outcome in outcomes.into_values() {
        match outcome {
            Ok(_) => signed += 1,
            Err(SignError::Refused { fault, .. }) => {
                assert_eq!(fault.reason.as_deref(), Some("DOCUMENT_ALREADY_SIGNED"));
            }
            Err(SignError::Waiting { fault, .. }) => assert_eq!(fault.reason.as_deref(), Some("INTERNAL")),
            Err(error) => assert_eq!(answer_error(error), AnswerError::OtherDocument),
        }
    }
    assert_eq!((signed, signed_files(folder.path()).len()), (3, 3));
    // The lie and the broken item wait; the refused one does not.
    assert_eq!(waiting(&client).len(), 2);
    assert_eq!(peer.seen().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn what_a_broken_batch_left_is_asked_again_with_the_same_ids() {
    for end in [Act::End, Act::Break(Code::Unavailable), Act::Break(Code::Internal)] {
        let (folder, state) = folders();
        let peer = Peer::doing([Act::Sign, Act::Sign, end]);
        let client = peer.client(&state, PATIENT);
        let outcomes = sign(&client, folder.path(), 6).await;
        assert!(outcomes.values().all(Result::is_ok), "{end:?}: {outcomes:?}");
        let seen = peer.seen();
        // Three of the first attempt, the last of them unanswered; then the four that had no answer.
        assert_eq!(seen.len(), 7, "{end:?}");
        let contents: BTreeMap<&str, &[u8]> =
            seen.iter().map(|seen| (seen.request_id.as_str(), seen.content.as_slice())).collect();
        assert_eq!(contents.len(), 6, "{end:?}");
        assert!(seen.iter().all(|seen| contents.get(seen.request_id.as_str()) == Some(&seen.content.as_slice())));
    }
}

#[tokio::test(start_paused = true)]
async fn an_item_for_later_is_asked_again_without_the_others() {
    let (folder, state) = folders();
    let full = Act::Refuse(Code::ResourceExhausted, "QUEUE_FULL");
    let peer = Peer::doing([Act::Sign, full, Act::Sign, Act::Sign, Act::Sign]);
    let outcomes = sign(&peer.client(&state, PATIENT), folder.path(), 5).await;
    assert!(outcomes.values().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(peer.seen().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn an_item_in_doubt_that_is_then_refused_ends_only_on_the_services_word() {
    let doubt = Act::Refuse(Code::DeadlineExceeded, "OUTCOME_UNKNOWN");
    let refusal = Act::Refuse(Code::PermissionDenied, "OFFICE_SUSPENDED");
    let fifth = RequestId::from_random([5; 16]);
    for (known, left) in [(v1::SignatureState::Open, vec![fifth]), (v1::SignatureState::Abandoned, vec![])] {
        let (folder, state) = folders();
        let peer = Peer::doing([Act::Sign, Act::Sign, Act::Sign, Act::Sign, doubt, refusal]);
        peer.know(&fifth.to_string(), vec![0; 32], known);
        let client = peer.client(&state, PATIENT);
        let outcomes = sign(&client, folder.path(), 5).await;
        match (known, outcomes.get(&4)) {
            (v1::SignatureState::Open, Some(Err(SignError::Waiting { request_id, .. })))
            | (v1::SignatureState::Abandoned, Some(Err(SignError::Refused { request_id, .. }))) => {
                assert_eq!(*request_id, fifth);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(waiting(&client), left, "{known:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn requests_are_sent_in_the_order_of_the_files() {
    let (folder, state) = folders();
    let peer = Peer::doing([]);
    sign(&peer.client(&state, ONCE), folder.path(), 10).await;
    let ids: Vec<String> = peer.seen().into_iter().map(|seen| seen.request_id).collect();
    let in_order: Vec<String> = (1..=10).map(|octet| RequestId::from_random([octet; 16]).to_string()).collect();
    assert_eq!(ids, in_order);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_out_of_step_signs_nothing_wrong_and_keeps_the_rest() {
    for (act, index) in [(Act::UnaskedItem, 99), (Act::Twice, 2)] {
        let (folder, state) = folders();
        let peer = Peer::doing([Act::Sign, Act::Sign, act]);
        let client = peer.client(&state, PATIENT);
        let outcomes = sign(&client, folder.path(), 6).await;
        assert_eq!(outcomes.len(), 6);
        let signed = outcomes.values().filter(|outcome| outcome.is_ok()).count();
        for error in outcomes.into_values().filter_map(Result::err) {
            assert_eq!(answer_error(error), AnswerError::Wire(WireError::Item { index }), "{act:?}");
        }
        assert_eq!(signed_files(folder.path()).len(), signed);
        assert_eq!(waiting(&client).len(), 6 - signed);
        assert_eq!(peer.seen().len(), 6, "{act:?}: such a stream is not asked for again");
    }
}

#[tokio::test(start_paused = true)]
async fn while_the_service_is_away_everything_is_recorded_and_resume_signs_exactly_that() {
    let (folder, state) = folders();
    let peer = Peer::doing(vec![Act::Break(Code::Unavailable); 3]);
    let client = peer.client(&state, ONCE);
    let first = sign(&client, folder.path(), 25).await;
    assert!(first.values().all(|outcome| matches!(outcome, Err(SignError::Waiting { .. }))), "{first:?}");
    let recorded = waiting(&client);
    assert_eq!(recorded.len(), 25);
    assert_eq!(signed_files(folder.path()).len(), 0);

    let client = peer.client(&state, ONCE);
    let resumed = outcomes(client.resume(profile(&client).await, recorded.clone())).await;
    let ids: BTreeSet<RequestId> = resumed
        .values()
        .map(|outcome| {
            let receipt = outcome.as_ref().expect("signed");
            assert_eq!(receipt.provenance, Provenance::Found);
            receipt.request_id
        })
        .collect();
    assert_eq!(ids, recorded.into_iter().collect());
    assert_eq!(signed_files(folder.path()).len(), 25);
    assert_eq!(waiting(&client), []);
}

#[tokio::test(start_paused = true)]
async fn the_same_files_again_go_on_with_what_the_journal_holds() {
    let (folder, state) = folders();
    let peer = Peer::doing([Act::Break(Code::Unavailable)]);
    let client = peer.client(&state, ONCE);
    sign(&client, folder.path(), 6).await;
    let recorded: BTreeSet<RequestId> = waiting(&client).into_iter().collect();
    let again = sign(&client, folder.path(), 6).await;
    let ids: BTreeSet<RequestId> = again.values().map(|outcome| outcome.as_ref().expect("signed").request_id).collect();
    assert_eq!(ids, recorded);
}

#[tokio::test(start_paused = true)]
async fn resume_leaves_requests_of_programs_to_their_programs() {
    let (_folder, state) = folders();
    let peer = Peer::doing([]);
    let client = peer.client(&state, ONCE);
    let profile = profile(&client).await;
    drop(client.sign_pdf(&profile, pdf("a"), task("1"), moment(1)).await.expect("signed"));
    let resumed = outcomes(client.resume(profile, waiting(&client))).await;
    assert!(matches!(resumed.get(&0), Some(Err(SignError::NoPlace { .. }))), "{resumed:?}");
    assert_eq!(peer.seen().len(), 1, "only the program's own call was made");
    assert_eq!(waiting(&client).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_not_there_or_not_a_pdf_fails_alone() {
    let (folder, state) = folders();
    let peer = Peer::doing([]);
    let client = peer.client(&state, ONCE);
    let profile = profile(&client).await;
    let jobs = jobs(folder.path(), 6);
    std::fs::remove_file(folder.path().join("1.pdf")).expect("removed");
    std::fs::write(folder.path().join("2.pdf"), b"hello").expect("written");
    let outcomes = outcomes(client.sign_files(profile, jobs, moments())).await;
    assert!(matches!(outcomes.get(&1), Some(Err(SignError::Input { .. }))));
    assert!(matches!(outcomes.get(&2), Some(Err(SignError::Document(pades::PdfError::NotAPdf)))));
    assert_eq!(outcomes.values().filter(|outcome| outcome.is_ok()).count(), 4);
    assert_eq!(waiting(&client), []);
}
