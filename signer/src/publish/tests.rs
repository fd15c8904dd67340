//! Lists as files: what they say, when they are exchanged, and what is never done.

use std::collections::BTreeMap;

use evidence::StatusIndex;
use evidence::status::{StatusToken, StatusValue};
use proto::teken::v1;

use super::*;
use crate::fixture::{Fixture, NOW, SELATAN, UTARA, document, request, request_id};
use crate::register::board::Event;

/// A publisher that a test drives by hand.
fn publisher_of(fixture: &Fixture) -> Publisher {
    Publisher::new(Arc::clone(&fixture.signer)).expect("status lists")
}

fn file(fixture: &Fixture, shard: u32) -> PathBuf {
    fixture.register_path().with_file_name("status").join(format!("{shard}.cwt"))
}

fn read(fixture: &Fixture, shard: u32) -> StatusToken {
    StatusToken::from_cwt(&std::fs::read(file(fixture, shard)).expect("a list")).expect("a token")
}

fn value(token: &StatusToken, index: Option<u64>) -> StatusValue {
    let index = StatusIndex::from_u64(index.expect("an index")).expect("an index");
    token.list().get(index).expect("its shard")
}

async fn sign(fixture: &Fixture, message: v1::SignDigestRequest) -> v1::Signature {
    fixture.sign(UTARA, message).await.expect("an answer").signature.expect("a signature")
}

fn change(n: u32, name: &str, status: v1::DocumentStatus) -> v1::SetDocumentStatusRequest {
    v1::SetDocumentStatusRequest {
        request_id: request_id(n),
        name: name.to_owned(),
        status: status.into(),
        reason: "uji".to_owned(),
        requesting_officer: "petugas".to_owned(),
        reason_code: 0,
    }
}

#[tokio::test]
async fn a_list_says_what_the_register_says_and_everything_else_is_invalid() {
    let fixture = Fixture::new().with_documents();
    let mut publisher = publisher_of(&fixture);
    let plain = v1::ReserveDocumentRequest {
        request_id: request_id(50),
        document: Some(document(50)),
        ..v1::ReserveDocumentRequest::default()
    };
    let reserved = fixture.reserve(UTARA, plain).await.expect("an answer").reservation.expect("a reservation");
    let one = sign(&fixture, request(1)).await;
    let two = sign(&fixture, request(2)).await;
    fixture.set_status(UTARA, change(1, &two.name, v1::DocumentStatus::Suspended)).await.expect("a change");
    fixture.clock.set(NOW + 10);
    assert!(!publisher.publish().await);
    let token = read(&fixture, 0);
    assert_eq!((token.sub(), token.times().issued_at.0), ("https://tte.example.go.id/status/0".to_owned(), NOW + 9));
    assert_eq!(value(&token, one.status_index), StatusValue::Valid);
    assert_eq!(value(&token, two.status_index), StatusValue::Suspended);
    assert_eq!(value(&token, Some(reserved.status_index)), StatusValue::Invalid, "reserved and not signed");
    let valid = (0..1 << 20).filter(|index| value(&token, Some(*index)) != StatusValue::Invalid).count();
    assert_eq!(valid, 2, "nothing else was released");

    // Everything later comes by events; a new publisher rebuilds the same from the register.
    let replacing = v1::SignDigestRequest { document: Some(document(1)), replaces: one.name.clone(), ..request(3) };
    let three = sign(&fixture, replacing).await;
    fixture.set_status(UTARA, change(2, &two.name, v1::DocumentStatus::Invalid)).await.expect("a change");
    fixture.clock.set(NOW + 20);
    assert!(!publisher.publish().await);
    let incremental = read(&fixture, 0);
    assert_eq!(value(&incremental, one.status_index), StatusValue::Superseded);
    assert_eq!(value(&incremental, two.status_index), StatusValue::Invalid);
    assert_eq!(value(&incremental, three.status_index), StatusValue::Valid);
    drop(publisher);
    let fixture = fixture.reopen().with_documents();
    fixture.clock.set(NOW + 30);
    assert!(!publisher_of(&fixture).publish().await);
    let rebuilt = read(&fixture, 0);
    assert_eq!(rebuilt.list(), incremental.list());
    assert!(rebuilt.times().issued_at > incremental.times().issued_at);
    let old = fixture.status(UTARA, &one.name).await.expect("a status");
    assert_eq!(old.publish_time.map(|time| time.seconds), Some((NOW + 19).cast_signed()));
}

#[tokio::test]
async fn a_list_is_issued_when_something_changed_and_before_it_grows_stale() {
    let fixture = Fixture::new().with_documents();
    let mut publisher = publisher_of(&fixture);
    let issued = || read(&fixture, 0).times().issued_at.0;
    assert!(!publisher.publish().await);
    assert_eq!(issued(), NOW - 1);
    fixture.clock.set(NOW + 100);
    assert!(!publisher.publish().await);
    assert_eq!(issued(), NOW - 1, "nothing changed");
    sign(&fixture, request(1)).await;
    fixture.clock.set(NOW + 101);
    assert!(!publisher.publish().await);
    assert_eq!(issued(), NOW + 100);
    fixture.clock.set(NOW + 100 + REFRESH_SECONDS);
    assert!(!publisher.publish().await);
    assert_eq!(issued(), NOW + 99 + REFRESH_SECONDS);
}

#[tokio::test]
async fn a_newer_file_than_the_register_knows_is_not_replaced_and_signing_goes_on() {
    let fixture = Fixture::new().with_documents();
    fixture.clock.set(NOW + 1_000);
    assert!(!publisher_of(&fixture).publish().await);
    let newer = std::fs::read(file(&fixture, 0)).expect("a list");
    // A register that was restored from before that.
    let restored = Fixture::new().with_documents();
    restored.clock.set(NOW + 2_000);
    std::fs::create_dir(file(&restored, 0).parent().expect("a directory")).expect("a directory");
    std::fs::write(file(&restored, 0), &newer).expect("a list");
    let mut publisher = publisher_of(&restored);
    let refused = publisher.publish_due().await;
    assert!(matches!(refused, Err(PublishError::RolledBack { shard: 0, .. })), "{refused:?}");
    assert!(publisher.publish().await);
    let health = restored.signer.status_lists.as_ref().expect("lists").health();
    assert!(!*health.borrow(), "the alarm is on");
    assert_eq!(std::fs::read(file(&restored, 0)).expect("the list"), newer);
    sign(&restored, request(1)).await;
    std::fs::remove_file(file(&restored, 0)).expect("the operator moved it away");
    restored.clock.set(NOW + 2_001);
    assert!(!publisher.publish().await);
    assert!(*health.borrow(), "and off again");
}

#[tokio::test]
async fn a_doubtful_clock_issues_no_list() {
    let fixture = Fixture::new().with_documents();
    let mut publisher = publisher_of(&fixture);
    assert!(!publisher.publish().await);
    let before = std::fs::read(file(&fixture, 0)).expect("a list");
    sign(&fixture, request(1)).await;
    fixture.clock.set(NOW - 100);
    let refused = publisher.publish_due().await;
    assert!(matches!(refused, Err(PublishError::Register(SignError::ClockDoubtful { .. }))), "{refused:?}");
    assert_eq!(std::fs::read(file(&fixture, 0)).expect("a list"), before);
    fixture.clock.set(NOW + 5);
    assert!(!publisher.publish().await, "the change was not forgotten");
    assert_ne!(std::fs::read(file(&fixture, 0)).expect("a list"), before);
}

/// The directory is a file: nothing can be written. Signing does not notice, and nothing is forgotten.
#[tokio::test]
async fn a_directory_that_cannot_be_written_stops_no_signature_and_loses_no_status() {
    let fixture = Fixture::new().with_documents();
    let directory = file(&fixture, 0).parent().expect("a directory").to_owned();
    std::fs::write(&directory, "").expect("a file in the way");
    let mut publisher = publisher_of(&fixture);
    assert!(publisher.publish().await);
    let one = sign(&fixture, request(1)).await;
    assert!(publisher.publish().await);
    std::fs::remove_file(&directory).expect("the way is free");
    fixture.clock.set(NOW + 10);
    assert!(!publisher.publish().await);
    assert_eq!(value(&read(&fixture, 0), one.status_index), StatusValue::Valid);
}

#[tokio::test]
async fn a_file_that_is_no_list_is_replaced_and_what_a_killed_process_left_is_removed() {
    let fixture = Fixture::new().with_documents();
    let directory = file(&fixture, 0).parent().expect("a directory").to_owned();
    std::fs::create_dir(&directory).expect("a directory");
    std::fs::write(file(&fixture, 0), "half of a li").expect("a file");
    std::fs::write(directory.join(".0.cwt.77-3.new"), "half").expect("a file");
    std::fs::write(directory.join("index.html"), "").expect("a file");
    assert!(!publisher_of(&fixture).publish().await);
    read(&fixture, 0);
    std::fs::write(file(&fixture, 0), vec![0; 1024 * 1024]).expect("a file");
    fixture.clock.set(NOW + 5);
    assert!(!publisher_of(&fixture).publish().await, "one that is too long for a list");
    read(&fixture, 0);
    let names: std::collections::BTreeSet<_> =
        std::fs::read_dir(&directory).expect("a directory").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(names, ["0.cwt", "index.html"].map(Into::into).into());
}

#[tokio::test]
async fn a_second_shard_begins_when_the_first_is_full_and_both_are_published() {
    let fixture = Fixture::new().with_documents();
    // Somebody reserved all but the last index of the first shard.
    let fixture = fixture.reopen_over(|path| {
        rusqlite::Connection::open(path)
            .expect("the register")
            .execute_batch(
                "INSERT INTO reservation (n, recorded_at, office, request_id, request, document_type, number, officer, \
                 status_serial, status_index, issued_at, expires_at) VALUES (1, 1, 'kec-selatan', zeroblob(16), zeroblob(32), \
                 'surat', zeroblob(32), zeroblob(32), 1048574, 5, 1, 2)",
            )
            .expect("a reservation");
    });
    let fixture = fixture.with_documents();
    let (one, two) = (sign(&fixture, request(1)).await, sign(&fixture, request(2)).await);
    let shards = [one.status_index, two.status_index].map(|index| index.expect("an index") >> 20);
    assert_eq!(shards, [0, 1]);
    fixture.clock.set(NOW + 5);
    assert!(!publisher_of(&fixture).publish().await);
    assert_eq!(value(&read(&fixture, 0), one.status_index), StatusValue::Valid);
    assert_eq!(value(&read(&fixture, 1), two.status_index), StatusValue::Valid);
}

#[tokio::test]
async fn another_office_cannot_change_what_is_published_of_ours() {
    let fixture = Fixture::new().with_documents();
    let ours = sign(&fixture, request(1)).await;
    fixture.set_status(SELATAN, change(1, &ours.name, v1::DocumentStatus::Invalid)).await.expect_err("a refusal");
    fixture.clock.set(NOW + 5);
    assert!(!publisher_of(&fixture).publish().await);
    assert_eq!(value(&read(&fixture, 0), ours.status_index), StatusValue::Valid);
}

/// The design's size: a shard that is full is built well within a second, and nothing in it is lost.
#[test]
fn a_full_shard_is_built_from_the_register_quickly() {
    let released: Vec<StatusIndex> =
        (0..1 << 20).map(|number| StatusIndex::from_u64(number).expect("an index")).collect();
    let changes = vec![(released[7], StatusValue::Superseded)];
    let statuses = crate::register::Statuses { released, changes, last_shard: 0, issued: BTreeMap::new() };
    let began = std::time::Instant::now();
    let mut lists = Lists::of(statuses).expect("lists");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    let index = StatusIndex::from_u64(7).expect("an index");
    lists.apply(&[Event::Change(index, StatusValue::Superseded)]).expect("an index of the shard");
    assert_eq!(lists.due(&[], 0, 0), [0]);
}
