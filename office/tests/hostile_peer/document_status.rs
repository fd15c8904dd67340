//! The status of a document: asked and changed, with a peer that lies, refuses and loses its answers.

use std::path::Path;

use evidence::status::StatusValue;
use office::{
    AnswerError, CallError, Client, NewStatus, OfficerAccount, ReasonText, RequestId, SignatureName, Standing,
    StatusChange, StatusError, StatusReason, WireError,
};
use proto::teken::v1;
use tempfile::TempDir;
use tonic::Code;

use crate::{
    ONCE, PATIENT,
    peer::Peer,
    status_service::{Changes, NAME},
};

fn change() -> StatusChange {
    StatusChange {
        name: SignatureName::parse(NAME).expect("a name"),
        status: NewStatus::Suspended,
        reason: ReasonText::parse("sedang diperiksa").expect("a reason"),
        reason_code: Some(StatusReason::UnderReview),
        officer: OfficerAccount::parse("loket1").expect("an account"),
    }
}

fn id(octet: u8) -> RequestId {
    RequestId::from_random([octet; 16])
}

fn recorded(folder: &Path) -> usize {
    std::fs::read_dir(folder.join("status-changes")).map_or(0, Iterator::count)
}

fn peer(script: impl IntoIterator<Item = Changes>) -> (TempDir, Peer) {
    (tempfile::tempdir().expect("a folder"), Peer::doing([]).changing(script))
}

async fn refused(client: &Client) -> StatusError {
    client.set_document_status(&change(), id(1)).await.expect_err("no change is reported")
}

#[tokio::test(start_paused = true)]
async fn a_change_says_what_was_asked_and_is_forgotten_when_it_is_made() {
    let (folder, peer) = peer([]);
    let client = peer.client(folder.path(), ONCE);
    let changed = client.set_document_status(&change(), id(1)).await.expect("changed");
    assert_eq!((changed.request_id, changed.replayed, changed.status.status), (id(1), false, StatusValue::Suspended));
    let asked = peer.changes();
    let [request] = asked.as_slice() else { panic!("{asked:?}") };
    let expected = v1::SetDocumentStatusRequest {
        request_id: id(1).to_string(),
        name: NAME.to_owned(),
        status: v1::DocumentStatus::Suspended.into(),
        reason: "sedang diperiksa".to_owned(),
        requesting_officer: "loket1".to_owned(),
        reason_code: v1::StatusReason::UnderReview.into(),
    };
    assert_eq!((request, recorded(folder.path())), (&expected, 0));
    let status = client.document_status(&change().name).await.expect("known");
    assert_eq!(status.name, change().name);
}

#[tokio::test(start_paused = true)]
async fn every_lie_about_a_status_is_caught_and_the_request_stays_on_record() {
    let other = SignatureName::parse("offices/kec-a/signatures/8").expect("a name");
    let missing = |field| AnswerError::Wire(WireError::Field { field });
    for (act, expected) in [
        (Changes::OtherName, AnswerError::OtherSignature { answered: other.clone() }),
        (Changes::Says(v1::DocumentStatus::Valid), AnswerError::OtherStatus { answered: StatusValue::Valid }),
        (Changes::Says(v1::DocumentStatus::Unspecified), missing("status")),
        (Changes::NoRecord, missing("document_status")),
    ] {
        let (folder, peer) = peer([act]);
        match refused(&peer.client(folder.path(), PATIENT)).await {
            StatusError::Answer { request_id, source } => {
                assert_eq!((request_id, source), (id(1), expected), "{act:?}")
            }
            error => panic!("{act:?}: {error:?}"),
        }
        assert_eq!((peer.changes().len(), recorded(folder.path())), (1, 1), "{act:?}");
    }
    let (folder, peer) = peer([Changes::OtherName]);
    match peer.client(folder.path(), ONCE).document_status(&change().name).await {
        Err(StatusError::Unknown(CallError::Answer(error))) => {
            assert_eq!(error, AnswerError::OtherSignature { answered: other });
        }
        answer => panic!("{answer:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_answer_was_lost_is_the_same_request_in_the_next_run() {
    for lost in [Changes::Break(Code::Unavailable), Changes::Refuse(Code::Internal, "INTERNAL"), Changes::Hang] {
        let (folder, peer) = peer([lost]);
        match refused(&peer.client(folder.path(), ONCE)).await {
            StatusError::Unsettled { request_id, .. } => assert_eq!(request_id, id(1), "{lost:?}"),
            error => panic!("{lost:?}: {error:?}"),
        }
        assert_eq!(recorded(folder.path()), 1);

        // The next run has another id at hand and does not use it.
        peer.change_next([Changes::Replay(v1::DocumentStatus::Suspended)]);
        let changed = peer.client(folder.path(), ONCE).set_document_status(&change(), id(2)).await.expect("changed");
        assert_eq!((changed.request_id, changed.replayed), (id(1), true));
        let asked = peer.changes();
        let [first, second] = asked.as_slice() else { panic!("{asked:?}") };
        assert_eq!((first, recorded(folder.path())), (second, 0), "{lost:?}");
    }
    // And within one run.
    let (folder, peer) = peer([Changes::Break(Code::Unavailable), Changes::Replay(v1::DocumentStatus::Suspended)]);
    peer.client(folder.path(), PATIENT).set_document_status(&change(), id(1)).await.expect("changed");
    let asked = peer.changes();
    assert_eq!((asked.len(), asked.first()), (2, asked.last()));
}

#[tokio::test(start_paused = true)]
async fn a_change_that_was_made_and_undone_is_not_reported_as_made() {
    let (folder, peer) = peer([Changes::Break(Code::Unavailable)]);
    refused(&peer.client(folder.path(), ONCE)).await;
    peer.change_next([Changes::Replay(v1::DocumentStatus::Valid)]);
    let error = peer.client(folder.path(), ONCE).set_document_status(&change(), id(2)).await.expect_err("undone since");
    let StatusError::Overtaken { status } = error else { panic!("{error:?}") };
    assert_eq!(status.status, StatusValue::Valid);
    // Asked for once more it is a new request.
    peer.client(folder.path(), ONCE).set_document_status(&change(), id(3)).await.expect("changed");
    let asked: Vec<String> = peer.changes().into_iter().map(|request| request.request_id).collect();
    assert_eq!(asked, [id(1), id(1), id(3)].map(|id| id.to_string()));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_ends_a_change_unless_an_earlier_attempt_may_have_made_it() {
    let no = Changes::Refuse(Code::FailedPrecondition, "STATUS_NOT_ALLOWED");
    let (folder, peer) = peer([no]);
    let StatusError::Refused { fault, doubt } = refused(&peer.client(folder.path(), PATIENT)).await else {
        panic!("not refused")
    };
    assert_eq!((fault.reason.as_deref(), doubt, recorded(folder.path())), (Some("STATUS_NOT_ALLOWED"), false, 0));

    // The mandate was withdrawn after the attempt whose answer was lost: by the same run, or by an earlier one.
    let withdrawn = Changes::Refuse(Code::PermissionDenied, "MANDATE_STATUS");
    peer.change_next([Changes::Break(Code::Unavailable), withdrawn, withdrawn]);
    for _ in 0..2 {
        let StatusError::Refused { fault, doubt } = refused(&peer.client(folder.path(), PATIENT)).await else {
            panic!("not refused")
        };
        assert_eq!((fault.standing, doubt, recorded(folder.path())), (Standing::Refused, true, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn another_offices_document_is_not_asked_for() {
    let (folder, peer) = peer([]);
    let client = peer.clone().certifying("kec-b").client(folder.path(), ONCE);
    assert!(matches!(refused(&client).await, StatusError::OtherOffice { .. }));
    assert!(matches!(client.document_status(&change().name).await, Err(StatusError::OtherOffice { .. })));
    assert_eq!((peer.changes().len(), recorded(folder.path())), (0, 0));
}
