//! The register by itself: numbers, time, refusals, failures of the disk. What its files must be: `file.rs`.

use std::collections::BTreeSet;

use evidence::{Commitment, CommitmentDomain, CommitmentKey};
use pades::{CertificateChain, SignedAttribute};
use rusqlite::ErrorCode;

use super::*;
use crate::fixture::{NOW, TestClock, key_and_chain, office};

mod document;
mod file;
mod migration;

struct Opened {
    register: Register,
    clock: Arc<TestClock>,
    dir: tempfile::TempDir,
}

impl Opened {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let clock = TestClock::at(NOW);
        let register = Register::open(&dir.path().join("register.db"), clock.clone()).expect("a register");
        Self { register, clock, dir }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("register.db")
    }

    fn reopen(self) -> Self {
        let Self { register, clock, dir } = self;
        drop(register);
        let register = Register::open(&dir.path().join("register.db"), clock.clone()).expect("the same register");
        Self { register, clock, dir }
    }

    fn sql(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).expect("the register's file")
    }

    async fn record(&self, n: u32) -> Result<Slot, SignError> {
        match self.register.record_intent(intent(n)).await? {
            Recorded::New { slot, .. } => Ok(slot),
            Recorded::Existing { sequence } => panic!("recorded before as {sequence}"),
        }
    }
}

fn commitment(text: &str) -> Commitment {
    CommitmentKey::from_bytes([9; 32]).commit(CommitmentDomain::DocumentNumber, text)
}

/// The n-th intent: its own request id, digest and number.
fn intent(n: u32) -> NewIntent {
    static PARTS: std::sync::OnceLock<(KeyId, CertificateChain)> = std::sync::OnceLock::new();
    let (key_id, chain) = PARTS.get_or_init(|| {
        let (key, chain) = key_and_chain();
        (key.key_id().clone(), CertificateChain::from_der(chain).expect("a chain"))
    });
    let mut octets = [0; 16];
    octets[..4].copy_from_slice(&n.to_be_bytes());
    let number = commitment(&n.to_string());
    let (certificate, document_digest) = (chain.signing_certificate().clone(), DocumentDigest::from_sha256([7; 32]));
    NewIntent {
        office: office("kec-utara"),
        request_id: RequestId::from_bytes(octets),
        commitments: Commitments { request: number, number, officer: number },
        document_type: DocumentType::surat(),
        document_digest,
        preparation: None,
        key_id: key_id.clone(),
        chain_id: [1; 32],
        replaces: None,
        reservation: None,
        build: Box::new(move |slot| {
            let value_der = [&[0x04, 0x08], slot.sequence.to_be_bytes().as_slice()].concat();
            let extra = [SignedAttribute { oid: "1.3.6.1.4.1.32473.9".parse().expect("an oid"), value_der }];
            SignedAttributes::new(&document_digest, &certificate, &extra).map_err(SignError::Attributes)
        }),
    }
}

/// What a writer shares, of a register that gives no status indexes.
fn shared() -> (Arc<StatusIndexes>, Arc<Board>) {
    (Arc::new(StatusIndexes::starting_at(0)), Arc::new(Board::default()))
}

/// A writer of a register on a disk that has no page left; the page limit of its one connection stands for the disk's end.
fn writer_on_a_full_disk(path: &Path, clock: Arc<TestClock>, shared: (Arc<StatusIndexes>, Arc<Board>)) -> Writer {
    let connection = schema::open_writer(path, Flush::EveryCommit).expect("a connection");
    let pages: u32 = connection.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("the pages");
    connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).expect("a limit");
    let stop = Arc::new(watch::channel(None).0);
    Writer::start(connection, Space::of(path), Place::of(path), clock, stop, shared).expect("a writer")
}

/// What an intent gets in a register without a commitment key.
fn slot(sequence: u64, recorded_at: u64) -> Slot {
    Slot { sequence, recorded_at, status_index: None, seal_hash: None }
}

fn named(sequence: u64) -> SignatureName {
    SignatureName { office: office("kec-utara"), sequence }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_no_gap_whoever_asks_and_whatever_is_refused() {
    let opened = Arc::new(Opened::new());
    let tasks: Vec<_> = (0..500)
        .map(|n| {
            let opened = Arc::clone(&opened);
            tokio::spawn(async move {
                let mut intent = intent(n);
                if n % 5 == 0 {
                    intent.build = Box::new(|_| Err(SignError::TaskLost));
                }
                match opened.register.record_intent(intent).await {
                    Ok(Recorded::New { slot, .. }) => {
                        opened.register.record_outcome(slot.sequence, vec![0x30, 0]).await.expect("an outcome");
                        Some(slot.sequence)
                    }
                    Ok(Recorded::Existing { .. }) => panic!("every id is new"),
                    Err(refusal) => {
                        assert_eq!((refusal, n % 5), (SignError::TaskLost, 0));
                        None
                    }
                }
            })
        })
        .collect();
    let mut sequences = BTreeSet::new();
    for task in tasks {
        sequences.extend(task.await.expect("no panic"));
    }
    assert_eq!(sequences.len(), 400);
    let (count, first, last): (u64, u64, u64) = opened
        .sql()
        .query_row("SELECT count(*), min(seq), max(seq) FROM entry", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .expect("the entries");
    assert_eq!((count, first, last), (800, 1, 800));
    let uses: (u64, u64) = opened
        .sql()
        .query_row("SELECT count(*), max(key_counter) FROM entry WHERE key_id IS NOT NULL", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .expect("the uses of the key");
    assert_eq!(uses, (400, 400));
}

#[tokio::test]
async fn the_numbers_go_on_where_they_were() {
    let opened = Opened::new();
    assert_eq!(opened.record(1).await, Ok(slot(1, NOW)));
    let opened = opened.reopen();
    assert_eq!(opened.register.last_recorded_at(), NOW);
    opened.clock.set(NOW + 5);
    assert_eq!(opened.record(2).await, Ok(slot(2, NOW + 5)));
}

#[tokio::test]
async fn an_intent_is_recorded_as_it_was_given() {
    let opened = Opened::new();
    let recorded = opened.register.record_intent(intent(1)).await.expect("an intent");
    let Recorded::New { slot, attributes } = recorded else { panic!("the id is new") };
    let act =
        opened.register.find_by_sequence(&office("kec-utara"), slot.sequence).await.expect("a read").expect("the act");
    let expected = intent(1);
    assert_eq!(act.signature.name, named(1));
    assert_eq!(act.signature.request_id, expected.request_id);
    assert_eq!(act.signature.signed_at, NOW);
    assert_eq!(act.signature.document_digest, expected.document_digest);
    assert_eq!(act.signature.state, crate::domain::State::Open);
    assert_eq!(act.record.commitments, expected.commitments);
    assert_eq!(act.record.signed_attributes, attributes.to_der());
    assert_eq!((act.record.key_id.as_str(), act.record.chain_id), (expected.key_id.as_str(), [1; 32]));
    assert_eq!(opened.register.find_by_request(&office("kec-utara"), expected.request_id).await, Ok(Some(act)));
}

#[tokio::test]
async fn a_request_id_has_one_intent_in_its_office() {
    let opened = Opened::new();
    opened.record(1).await.expect("an intent");
    let again = opened.register.record_intent(intent(1)).await.expect("no refusal");
    assert!(matches!(again, Recorded::Existing { sequence: 1 }), "{again:?}");
    let elsewhere = NewIntent { office: office("kec-selatan"), ..intent(1) };
    assert!(matches!(
        opened.register.record_intent(elsewhere).await,
        Ok(Recorded::New { slot: Slot { sequence: 2, .. }, .. })
    ));
}

#[tokio::test]
async fn an_act_is_read_by_its_own_office_only() {
    let opened = Opened::new();
    opened.record(1).await.expect("an intent");
    let (other, id) = (office("kec-selatan"), intent(1).request_id);
    assert_eq!(opened.register.find_by_sequence(&other, 1).await, Ok(None));
    assert_eq!(opened.register.find_by_request(&other, id).await, Ok(None));
    assert_eq!(opened.register.list(&other, None, 10).await, Ok(Vec::new()));
    assert_eq!(opened.register.list(&office("kec-utara"), None, 10).await.map(|acts| acts.len()), Ok(1));
}

#[tokio::test]
async fn an_intent_has_one_end() {
    let opened = Opened::new();
    opened.record(1).await.expect("an intent");
    opened.register.record_outcome(1, vec![0x30, 0]).await.expect("an outcome");
    assert_eq!(opened.register.record_outcome(1, vec![0x30, 0]).await, Err(WriteError::AlreadyEnded));
    let reason = AbandonedReason::KeyChanged;
    assert_eq!(opened.register.record_abandoned(1, reason).await, Err(WriteError::AlreadyEnded));
    assert_eq!(opened.register.record_attempt(1, &intent(1).key_id).await, Err(WriteError::AlreadyEnded));
    // No such intent, and an entry that is none.
    assert_eq!(opened.register.record_outcome(9, vec![0x30, 0]).await, Err(WriteError::AlreadyEnded));
    assert_eq!(opened.register.record_outcome(2, vec![0x30, 0]).await, Err(WriteError::AlreadyEnded));
    // A refused entry took no number.
    assert_eq!(opened.record(2).await.map(|slot| slot.sequence), Ok(3));
}

#[tokio::test]
async fn one_document_is_signed_once_unless_the_latest_is_replaced() {
    let opened = Opened::new();
    let same_document = |n: u32, replaces: Option<u64>| {
        let mut same = intent(n);
        same.commitments.number = commitment("the document");
        same.replaces = replaces.map(named);
        same
    };
    let record = async |intent| {
        opened.register.record_intent(intent).await.map(|recorded| match recorded {
            Recorded::New { slot, .. } => slot.sequence,
            Recorded::Existing { .. } => 0,
        })
    };
    assert_eq!(record(same_document(1, Some(7))).await, Err(SignError::ReplacesNotLatest));
    assert_eq!(record(same_document(1, None)).await, Ok(1));
    // Open: it may still be signed.
    assert_eq!(record(same_document(2, None)).await, Err(SignError::DocumentAlreadySigned { latest: named(1) }));
    assert_eq!(record(same_document(2, Some(1))).await, Err(SignError::ReplacesOpen));
    opened.register.record_outcome(1, vec![0x30, 0]).await.expect("an outcome");
    assert_eq!(record(same_document(2, None)).await, Err(SignError::DocumentAlreadySigned { latest: named(1) }));
    let mut foreign = same_document(2, Some(1));
    foreign.replaces = Some(SignatureName { office: office("kec-selatan"), sequence: 1 });
    assert_eq!(record(foreign).await, Err(SignError::ReplacesNotLatest));
    assert_eq!(record(same_document(2, Some(1))).await, Ok(3));
    // An abandoned replacement replaced nothing.
    opened.register.record_abandoned(3, AbandonedReason::KeyChanged).await.expect("an end");
    assert_eq!(record(same_document(3, Some(3))).await, Err(SignError::ReplacesNotLatest));
    assert_eq!(record(same_document(3, Some(1))).await, Ok(5));
    opened.register.record_outcome(5, vec![0x30, 0]).await.expect("an outcome");
    assert_eq!(record(same_document(4, Some(1))).await, Err(SignError::ReplacesNotLatest));
    // Another type, and another office, have numbers of their own.
    assert_eq!(record(NewIntent { document_type: DocumentType::kk(), ..same_document(5, None) }).await, Ok(7));
    assert_eq!(record(NewIntent { office: office("kec-selatan"), ..same_document(6, None) }).await, Ok(8));
    let first = opened.register.find_by_sequence(&office("kec-utara"), 1).await.expect("a read").expect("the act");
    assert_eq!(first.signature.replaced_by, Some(named(5)));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_requests_for_one_document_one_is_recorded() {
    let opened = Arc::new(Opened::new());
    let tasks: Vec<_> = (0..200)
        .map(|n| {
            let opened = Arc::clone(&opened);
            tokio::spawn(async move {
                let mut same = intent(n);
                same.commitments.number = commitment("the document");
                opened.register.record_intent(same).await.map(drop)
            })
        })
        .collect();
    let mut recorded = 0;
    for task in tasks {
        match task.await.expect("no panic") {
            Ok(()) => recorded += 1,
            Err(refusal) => assert_eq!(refusal, SignError::DocumentAlreadySigned { latest: named(1) }),
        }
    }
    assert_eq!(recorded, 1);
}

#[tokio::test]
async fn time_never_goes_back_and_a_clock_behind_the_register_is_not_believed() {
    let opened = Opened::new();
    opened.record(1).await.expect("an intent");
    opened.clock.set(NOW - 1);
    assert_eq!(opened.record(2).await, Ok(slot(2, NOW)));
    opened.clock.set(NOW - 2);
    assert_eq!(opened.record(3).await, Err(SignError::ClockDoubtful { now: NOW - 2, last_recorded: NOW }));
    // What the key did is recorded whatever the clock says.
    opened.register.record_outcome(1, vec![0x30, 0]).await.expect("an outcome");
    assert_eq!(opened.register.last_recorded_at(), NOW);
    opened.clock.set(NOW);
    assert_eq!(opened.record(3).await, Ok(slot(4, NOW)));
}

#[tokio::test]
async fn a_prepared_document_keeps_its_time_unless_a_later_one_is_recorded() {
    let opened = Opened::new();
    let prepared =
        |n, claimed_at| NewIntent { preparation: Some(Preparation { claimed_at, contents_size: 16_384 }), ..intent(n) };
    opened.clock.set(NOW + 2);
    let slot = async |intent| match opened.register.record_intent(intent).await {
        Ok(Recorded::New { slot, .. }) => slot.recorded_at,
        other => panic!("{other:?}"),
    };
    assert_eq!(slot(prepared(1, NOW)).await, NOW);
    opened.record(2).await.expect("an intent at NOW + 2");
    assert_eq!(slot(prepared(3, NOW + 1)).await, NOW + 2);
    let act = opened.register.find_by_sequence(&office("kec-utara"), 3).await.expect("a read").expect("the act");
    assert_eq!(act.record.preparation, Some(Preparation { claimed_at: NOW + 1, contents_size: 16_384 }));
}

#[tokio::test]
async fn another_program_cannot_change_skip_or_backdate_entries() {
    let opened = Opened::new();
    opened.record(1).await.expect("an intent");
    opened.register.record_outcome(1, vec![0x30, 0]).await.expect("an outcome");
    let sql = opened.sql();
    for statement in [
        "UPDATE entry SET recorded_at = recorded_at + 1",
        "UPDATE entry SET cms = x'3000' WHERE kind = 3",
        "DELETE FROM entry WHERE seq = 2",
        "INSERT INTO entry (seq, recorded_at, kind, intent, cms) VALUES (4, 9e9, 3, 1, x'30')",
        "INSERT INTO entry (seq, recorded_at, kind, intent, cms) VALUES (3, 1, 3, 1, x'30')",
        "INSERT INTO entry (seq, recorded_at, kind, intent, cms) VALUES (3, 9000000000, 3, 1, x'30')",
        "INSERT INTO entry (seq, recorded_at, kind, intent, cms) VALUES (3, 9000000000, 3, 2, x'30')",
        "INSERT INTO entry (seq, recorded_at, kind) VALUES (3, 9000000000, 1)",
        "INSERT INTO entry (seq, recorded_at, kind) VALUES (3, 9000000000, 5)",
        "INSERT OR REPLACE INTO entry (seq, recorded_at, kind, intent, cms) VALUES (2, 9000000000, 3, 1, x'31')",
    ] {
        let refused = sql.execute(statement, []).err().and_then(|error| error.sqlite_error_code());
        assert!(
            matches!(refused, Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch)),
            "{statement}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn open_intents_are_those_without_an_end() {
    let opened = Opened::new();
    for n in 1..=4 {
        opened.record(n).await.expect("an intent");
    }
    opened.register.record_outcome(1, vec![0x30, 0]).await.expect("an outcome");
    opened.register.record_abandoned(3, AbandonedReason::OfficeUnknown).await.expect("an end");
    opened.register.record_attempt(4, &intent(4).key_id).await.expect("an attempt");
    let opened = opened.reopen();
    assert_eq!(opened.register.open_intents().await, Ok(vec![named(2), named(4)]));
}

#[tokio::test]
async fn a_full_disk_records_nothing_and_is_got_over() {
    let opened = Opened::new();
    opened.record(1).await.expect("an intent");
    let Opened { register, clock, dir } = opened;
    let path = dir.path().join("register.db");
    drop(register);
    let writer = writer_on_a_full_disk(&path, clock.clone(), shared());
    let mut refused = 0;
    for n in 2..=100 {
        match writer.record_intent(intent(n)).await {
            Ok(Recorded::New { .. }) => assert_eq!(refused, 0, "nothing fits after something did not"),
            Err(refusal) => {
                assert_eq!(refusal, SignError::RegisterFull);
                refused += 1;
            }
            Ok(Recorded::Existing { .. }) => panic!("every id is new"),
        }
    }
    assert!(refused > 50, "{refused}");
    assert_eq!(writer.record(1, Follow::Outcome { cms_der: vec![0x30; 8_192] }).await, Err(WriteError::Full));
    // What was recorded before is still told, and the register has not stopped.
    assert!(matches!(
        writer.record_intent(intent(1)).await,
        Ok(Recorded::Existing { sequence: 1 }) | Err(SignError::RegisterFull)
    ));
    assert_eq!(*writer.fatal().borrow(), None);
    drop(writer);

    let register = Register::open(&path, clock.clone()).expect("the register, with room again");
    let opened = Opened { register, clock, dir };
    let next = opened.record(1_000).await.expect("an intent").sequence;
    let count: u64 = opened.sql().query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).expect("the entries");
    assert_eq!((next, count), (101 - refused, 101 - refused));
}

#[tokio::test]
async fn the_first_doubtful_write_stops_the_register_for_good() {
    let opened = Opened::new();
    opened.record(1).await.expect("an intent");
    let Opened { register, clock, dir } = opened;
    drop(register);
    let connection = schema::open_reader(&dir.path().join("register.db")).expect("a connection that cannot write");
    let writer = Writer::start(
        connection,
        Space::of(dir.path()),
        Place::of(dir.path()),
        clock,
        Arc::new(watch::channel(None).0),
        shared(),
    )
    .expect("a writer");
    let Err(SignError::RegisterStopped(cause)) = writer.record_intent(intent(2)).await else {
        panic!("it cannot write")
    };
    assert_eq!(cause, StopCause::Io { code: rusqlite::ffi::SQLITE_READONLY });
    assert_eq!(*writer.fatal().borrow(), Some(cause));
    assert_eq!(writer.record(1, Follow::Outcome { cms_der: vec![0x30, 0] }).await, Err(WriteError::Stopped(cause)));
    assert!(
        matches!(writer.record_intent(intent(1)).await, Err(SignError::RegisterStopped(_))),
        "not even a repeated one"
    );
}

#[tokio::test]
async fn a_panic_in_the_writer_stops_the_register_and_not_its_callers() {
    let opened = Opened::new();
    let mut fatal = opened.register.fatal();
    let panics = NewIntent { build: Box::new(|_| panic!("a test's panic")), ..intent(1) };
    let stopped = Err(SignError::RegisterStopped(StopCause::Io { code: 0 }));
    assert_eq!(opened.register.record_intent(panics).await.map(drop), stopped);
    let cause = *fatal.wait_for(Option::is_some).await.expect("the register is still there");
    assert_eq!(cause, Some(StopCause::Io { code: 0 }));
    assert_eq!(opened.record(2).await.map(drop), stopped);
    // Nothing of the broken transaction is left.
    assert_eq!(opened.reopen().record(1).await, Ok(slot(1, NOW)));
}

#[test]
fn every_question_is_answered_from_an_index() {
    let opened = Opened::new();
    let sql = opened.sql();
    let questions = reader::QUESTIONS.into_iter().chain(writer::QUESTIONS).chain(reader::DOCUMENT_QUESTIONS);
    let questions = questions.chain(writer::DOCUMENT_QUESTIONS);
    for question in questions {
        let mut plan = sql.prepare(&format!("EXPLAIN QUERY PLAN {question}")).expect(question);
        let parameters = plan.parameter_count();
        let nothing = rusqlite::params_from_iter(std::iter::repeat_n(rusqlite::types::Null, parameters));
        let steps: Vec<String> = plan
            .query_map(nothing, |row| row.get::<_, String>(3))
            .expect("a plan")
            .collect::<Result<_, _>>()
            .expect("steps");
        for step in &steps {
            let scan = step.starts_with("SCAN") && !step.contains("COVERING INDEX");
            assert!(!scan && !step.contains("TEMP B-TREE"), "{question}: {steps:?}");
        }
    }
}

/// A backup program that holds the lock: nothing hangs, nothing is lost, and what finds no place is told at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_register_held_by_another_program_tells_everybody_and_goes_on() {
    let opened = Arc::new(Opened::new());
    let holder = opened.sql();
    holder.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    assert_eq!(opened.record(0).await, Err(SignError::RegisterBusy), "after the two seconds that a lock may be held");

    // More than the queue and two groups under way can take.
    let mut waiting: tokio::task::JoinSet<_> = (1..=5_000)
        .map(|n| {
            let opened = Arc::clone(&opened);
            async move { opened.record(n).await.map(drop) }
        })
        .collect();
    let mut told = Vec::new();
    while told.len() < 300 {
        told.push(waiting.join_next().await.expect("more than these").expect("no panic"));
    }
    assert!(told.iter().filter(|answer| **answer == Err(SignError::QueueFull)).count() >= 300, "{told:?}");
    holder.execute_batch("ROLLBACK").expect("the lock is given back");
    drop(holder);
    told.extend(waiting.join_all().await);
    let recorded = told.iter().filter(|answer| answer.is_ok()).count();
    assert!(told.iter().all(|answer| matches!(answer, Ok(()) | Err(SignError::QueueFull | SignError::RegisterBusy))));
    let entries: usize =
        opened.sql().query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).expect("the entries");
    assert_eq!(entries, recorded, "who was told yes is on record, and nobody else");
    assert!(recorded >= 3_000, "{recorded}");
    opened.record(0).await.expect("the id of the first one is still free");
}
