//! What becomes of acts that a crash left open.

use proto::teken::v1;
use tonic::Code;

use super::*;
use crate::fixture::{
    Fixture, KeyAndChain, NOW, UTARA, failing, key_and_chain, office, offices, other_key_and_chain, refusal, request,
};

const NAME: &str = "offices/kec-utara/signatures/1";

/// A signer with one open act, as a crash between the intent and the key leaves it.
async fn crashed() -> Fixture {
    let fixture = Fixture::with(failing(1));
    let unavailable = (Code::Unavailable, "KEY_UNAVAILABLE".to_owned());
    assert_eq!(refusal(fixture.sign(UTARA, request(1)).await), unavailable);
    fixture
}

async fn expect_abandoned(fixture: &Fixture, reason: &str) {
    let recovery = fixture.signer.recover().await.expect("a recovery");
    assert_eq!(recovery, Recovery { completed: 0, abandoned: 1 });
    let act = fixture.signer.register.find_by_sequence(&office(UTARA), 1).await.expect("a read").expect("the act");
    let State::Abandoned { reason: recorded } = act.signature.state else { panic!("{:?}", act.signature.state) };
    assert_eq!(recorded.to_string(), reason);
    assert_eq!(fixture.signer.recover().await.expect("a recovery"), Recovery::default());
}

#[tokio::test]
async fn an_open_act_is_completed_with_the_same_attributes_and_the_further_use_is_recorded() {
    let fixture = crashed().await;
    let before = fixture.signer.register.find_by_sequence(&office(UTARA), 1).await.expect("a read").expect("the act");
    fixture.clock.set(NOW + 3_600);
    let fixture = fixture.reopen();
    assert_eq!(fixture.signer.recover().await.expect("a recovery"), Recovery { completed: 1, abandoned: 0 });

    let act = fixture.get(UTARA, NAME).await.expect("the act");
    assert_eq!(act.state, i32::from(v1::SignatureState::Signed));
    let cms = Cms::from_der(act.cms.clone()).expect("a CMS");
    assert_eq!(cms.signed_attributes_der(), before.record.signed_attributes);
    let entries: String = fixture
        .sql()
        .query_row("SELECT group_concat(kind || '@' || recorded_at) FROM entry", [], |row| row.get(0))
        .expect("the entries");
    assert_eq!(entries, format!("1@{NOW},2@{},3@{}", NOW + 3_600, NOW + 3_600));

    let again = fixture.sign(UTARA, request(1)).await.expect("a repetition");
    assert_eq!((again.replayed, again.signature), (true, Some(act)));
    assert_eq!(fixture.signer.recover().await.expect("a recovery"), Recovery::default());
}

#[tokio::test]
async fn a_register_without_open_acts_is_left_as_it_is() {
    let fixture = Fixture::new();
    fixture.sign(UTARA, request(1)).await.expect("a signature");
    let fixture = fixture.reopen();
    assert_eq!(fixture.signer.recover().await.expect("a recovery"), Recovery::default());
    let entries: u64 = fixture.sql().query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).expect("a count");
    assert_eq!(entries, 2);
}

#[tokio::test]
async fn an_act_of_an_office_that_is_gone_is_abandoned() {
    let fixture = crashed().await;
    let others = offices().into_iter().filter(|other| other.id != office(UTARA)).collect();
    fixture.offices.replace(others).expect("two offices");
    expect_abandoned(&fixture.reopen(), "OFFICE_UNKNOWN").await;
}

#[tokio::test]
async fn an_act_of_a_suspended_office_is_abandoned() {
    let fixture = crashed().await;
    let mut suspended = offices();
    suspended.iter_mut().for_each(|office| office.suspended = true);
    fixture.offices.replace(suspended).expect("three offices");
    expect_abandoned(&fixture.reopen(), "OFFICE_SUSPENDED").await;
}

#[tokio::test]
async fn an_act_of_a_type_that_is_no_longer_allowed_is_abandoned() {
    let fixture = crashed().await;
    let mut narrowed = offices();
    narrowed.iter_mut().for_each(|office| office.document_types.retain(|allowed| allowed.as_str() == "kk"));
    fixture.offices.replace(narrowed).expect("three offices");
    expect_abandoned(&fixture.reopen(), "DOCUMENT_TYPE_NOT_ALLOWED").await;
}

#[tokio::test]
async fn an_act_for_another_key_is_abandoned() {
    let fixture = crashed().await.reopen_with(other_key_and_chain());
    expect_abandoned(&fixture, "KEY_CHANGED").await;
}

#[tokio::test]
async fn an_act_for_another_chain_is_abandoned() {
    let (key, mut chain): KeyAndChain = key_and_chain();
    chain.truncate(1);
    let fixture = crashed().await.reopen_with((key, chain));
    expect_abandoned(&fixture, "CHAIN_CHANGED").await;
}

#[tokio::test]
async fn an_act_whose_certificate_has_ended_is_abandoned() {
    let fixture = crashed().await.reopen();
    fixture.clock.set(NOW + 3 * 365 * 24 * 60 * 60);
    expect_abandoned(&fixture, "CERTIFICATE_NOT_USABLE").await;
}

#[tokio::test]
async fn an_act_that_would_be_built_differently_today_is_abandoned() {
    let fixture = crashed().await;
    // One octet of the recorded attributes is changed by whoever has the file.
    fixture
        .sql()
        .execute_batch(
            "DROP TRIGGER entry_is_never_changed;
             UPDATE entry SET signed_attributes = CAST(signed_attributes || x'00' AS BLOB);",
        )
        .expect("a change");
    expect_abandoned(&fixture.reopen(), "RECORD_INCONSISTENT").await;
}

#[tokio::test]
async fn an_abandoned_act_stays_abandoned_and_its_document_can_be_signed_anew() {
    let fixture = crashed().await.reopen_with(other_key_and_chain());
    expect_abandoned(&fixture, "KEY_CHANGED").await;
    let abandoned = (Code::FailedPrecondition, "SIGNATURE_ABANDONED".to_owned());
    assert_eq!(refusal(fixture.sign(UTARA, request(1)).await), abandoned);
    let checked = v1::SignDigestRequest { validate_only: true, ..request(1) };
    assert_eq!(refusal(fixture.sign(UTARA, checked).await), abandoned);
    let act = fixture.get(UTARA, NAME).await.expect("the act");
    assert_eq!((act.state, act.abandoned_reason.as_str()), (v1::SignatureState::Abandoned.into(), "KEY_CHANGED"));
    let anew = v1::SignDigestRequest { document: request(1).document, ..request(2) };
    fixture.sign(UTARA, anew).await.expect("a signature under a new id");
}

#[tokio::test]
async fn a_service_whose_clock_is_behind_an_open_act_does_not_start() {
    let fixture = crashed().await;
    fixture.clock.set(NOW - 2);
    let fixture = fixture.reopen();
    let started = fixture.signer.recover().await;
    let Err(StartError::ClockDoubtful { now, last_recorded }) = started else { panic!("{started:?}") };
    assert_eq!((now, last_recorded), (NOW - 2, NOW));
}

#[tokio::test]
async fn a_key_out_of_reach_at_start_keeps_the_service_from_starting() {
    let fixture = crashed().await.reopen_with(failing(1));
    let started = fixture.signer.recover().await;
    assert!(matches!(started, Err(StartError::Recovery(SignError::KeyUnavailable(_)))), "{started:?}");
    assert_eq!(fixture.signer.recover().await.expect("a recovery"), Recovery { completed: 1, abandoned: 0 });
}

#[tokio::test]
async fn an_office_that_lost_its_right_does_not_complete_its_open_act() {
    let fixture = crashed().await;
    let mut suspended = offices();
    suspended.iter_mut().for_each(|office| office.suspended = true);
    fixture.offices.replace(suspended).expect("three offices");
    let expected = (Code::PermissionDenied, "OFFICE_SUSPENDED".to_owned());
    assert_eq!(refusal(fixture.sign(UTARA, request(1)).await), expected);
    let entries: u64 = fixture.sql().query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).expect("a count");
    assert_eq!(entries, 1);
}
