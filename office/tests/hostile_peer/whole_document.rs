//! `SignDocument`: the file that comes back is compared with the one that was sent.

use office::{AnswerError, RequestId, SignError, WireError};
use tempfile::TempDir;
use tonic::Code;

use crate::{
    ONCE, PATIENT, answer_error,
    document::pdf,
    moment,
    peer::{Act, Peer},
    profile, task, waiting,
};

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Larger than one chunk.
fn large_pdf() -> Vec<u8> {
    pdf(&"a".repeat(600 * 1024))
}

#[tokio::test(start_paused = true)]
async fn an_honest_file_comes_back_with_the_document_as_its_prefix() {
    let (folder, peer) = (folder(), Peer::doing([]));
    let client = peer.client(folder.path(), ONCE);
    let signed =
        client.sign_document(&profile(&client).await, large_pdf(), task("1"), moment(1)).await.expect("signed");
    assert!(signed.pdf().starts_with(&large_pdf()));
    signed.finish().expect("finished");
    assert_eq!(waiting(&client), []);
    assert!(peer.seen().iter().all(|seen| seen.had_deadline && seen.content == large_pdf()));
}

#[tokio::test(start_paused = true)]
async fn every_lie_about_a_file_is_caught() {
    for (act, expected) in [
        (Act::OtherDocument, AnswerError::NotOurDocument),
        (Act::OtherCms, AnswerError::OtherCms),
        (Act::TwoRevisions, AnswerError::NotCovered),
        (Act::NoResult, AnswerError::Wire(WireError::Stream)),
        (Act::OtherOffice, AnswerError::OtherOffice { named: evidence::OfficeId::parse("kec-b").expect("an office") }),
        (Act::ValueDoesNotVerify, AnswerError::SignatureValue),
        (Act::OtherSigner, AnswerError::OtherChain),
    ] {
        let (folder, peer) = (folder(), Peer::doing([act]));
        let client = peer.client(folder.path(), PATIENT);
        let error =
            client.sign_document(&profile(&client).await, pdf("a"), task("1"), moment(1)).await.expect_err("a lie");
        assert_eq!(answer_error(error), expected, "{act:?}");
        assert_eq!(waiting(&client), [RequestId::from_random([1; 16])], "{act:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_cut_off_or_goes_on_is_refused() {
    for act in [Act::Short, Act::Tail] {
        let (folder, peer) = (folder(), Peer::doing([act]));
        let client = peer.client(folder.path(), PATIENT);
        let error =
            client.sign_document(&profile(&client).await, pdf("a"), task("1"), moment(1)).await.expect_err("a lie");
        let error = answer_error(error);
        assert!(
            matches!(error, AnswerError::SignedFile(_) | AnswerError::NotCovered | AnswerError::NotOurDocument),
            "{act:?}: {error:?}"
        );
        assert_eq!(waiting(&client), [RequestId::from_random([1; 16])], "{act:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_without_end_is_given_up_at_the_limit() {
    let (folder, peer) = (folder(), Peer::doing([Act::Endless]));
    let client = peer.client(folder.path(), PATIENT);
    let error =
        client.sign_document(&profile(&client).await, pdf("a"), task("1"), moment(1)).await.expect_err("too long");
    let AnswerError::FileTooLong { limit_bytes } = answer_error(error) else { panic!("not the limit") };
    assert!(limit_bytes < 8 * 1024 * 1024);
}

#[tokio::test(start_paused = true)]
async fn the_same_document_is_sent_again_until_the_answer_is_there() {
    let away = Act::Refuse(Code::Unavailable, "REGISTER_BUSY");
    let (folder, peer) = (folder(), Peer::doing([away, Act::Break(Code::Internal), Act::Hang]));
    let client = peer.client(folder.path(), std::time::Duration::from_secs(600));
    let signed =
        client.sign_document(&profile(&client).await, large_pdf(), task("1"), moment(1)).await.expect("in the end");
    signed.finish().expect("finished");
    let seen = peer.seen();
    assert_eq!(seen.len(), 4);
    assert!(seen.windows(2).all(|pair| pair.first() == pair.last()), "the same id and the same bytes");
}

#[tokio::test(start_paused = true)]
async fn a_document_over_the_services_limit_is_not_sent() {
    let (folder, peer) = (folder(), Peer::doing([]));
    let client = peer.client(folder.path(), ONCE);
    let document = pdf(&"a".repeat(1 << 20));
    let size = u64::try_from(document.len()).expect("fits");
    let error = client.sign_document(&profile(&client).await, document, task("1"), moment(1)).await.expect_err("large");
    assert!(
        matches!(error, SignError::TooLarge { size_bytes, limit_bytes } if size_bytes == size && limit_bytes == 1 << 20)
    );
    assert_eq!(peer.seen().len(), 0);
    assert_eq!(waiting(&client), []);
}

#[tokio::test(start_paused = true)]
async fn an_empty_file_is_no_pdf_and_is_not_sent() {
    let (folder, peer) = (folder(), Peer::doing([]));
    let client = peer.client(folder.path(), ONCE);
    let error =
        client.sign_document(&profile(&client).await, Vec::new(), task("1"), moment(1)).await.expect_err("empty");
    assert!(matches!(error, SignError::Document(pades::PdfError::NotAPdf)), "{error:?}");
    assert_eq!(peer.seen().len(), 0);
    assert_eq!(waiting(&client), []);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_the_service_will_never_give_again_ends_the_request() {
    let (folder, peer) = (folder(), Peer::doing([Act::Break(Code::Unavailable)]));
    let client = peer.client(folder.path(), ONCE);
    let profile = profile(&client).await;
    client.sign_document(&profile, pdf("a"), task("1"), moment(1)).await.expect_err("away");
    peer.then([Act::Refuse(Code::FailedPrecondition, "DOCUMENT_NOT_REBUILT")]);
    let error = client.sign_document(&profile, pdf("a"), task("1"), moment(2)).await.expect_err("never");
    assert!(matches!(&error, SignError::Refused { .. }), "{error:?}");
    assert_eq!(waiting(&client), []);
}
