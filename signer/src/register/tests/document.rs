//! Reservations, status indexes, statuses and publications in the register.

use evidence::status::StatusValue;

use super::*;
use crate::domain::{ReservationName, SealRecord, StatusReason};
use crate::register::board::Event;
use crate::register::{Changed, NewReservation, NewStatusChange, Reserved, Statuses};

const LIMIT: u32 = 10;

impl Opened {
    /// A register that gives status indexes.
    fn bound() -> Self {
        let opened = Self::new();
        opened.bind();
        opened
    }

    fn bind(&self) {
        self.register.bind(&CommitmentKey::from_bytes([9; 32])).expect("its key");
    }

    fn reopen_bound(self) -> Self {
        let opened = self.reopen();
        opened.bind();
        opened
    }

    async fn reserve(&self, n: u32) -> Result<ReservationRecord, SignError> {
        match self.register.record_reservation(reservation(&self.register, n)).await? {
            Reserved::New(record) => Ok(record),
            Reserved::Existing(record) => panic!("reserved before as {}", record.name),
        }
    }

    async fn sign(&self, intent: NewIntent) -> Result<Slot, SignError> {
        let slot = self.begin(intent).await?;
        self.register.record_outcome(slot.sequence, vec![0x30, 0]).await.expect("an outcome");
        Ok(slot)
    }

    async fn begin(&self, intent: NewIntent) -> Result<Slot, SignError> {
        match self.register.record_intent(intent).await? {
            Recorded::New { slot, .. } => Ok(slot),
            Recorded::Existing { sequence } => panic!("recorded before as {sequence}"),
        }
    }

    async fn change(&self, n: u32, intent: u64, status: StatusValue) -> Result<Changed, SignError> {
        self.register.record_status_change(change(n, intent, status)).await
    }

    async fn status(&self, sequence: u64) -> StatusValue {
        self.register.status(&named(sequence)).await.expect("a read").expect("an act").status
    }

    /// Every refusal of the schema itself, whoever writes.
    fn refused(&self, sql: &str) -> String {
        self.sql().execute_batch(sql).expect_err(sql).to_string()
    }
}

fn request_id(n: u32) -> RequestId {
    let mut octets = [1; 16];
    octets[..4].copy_from_slice(&n.to_be_bytes());
    RequestId::from_bytes(octets)
}

fn hash(n: u32) -> [u8; 32] {
    let mut hash = [7; 32];
    hash[..4].copy_from_slice(&n.to_be_bytes());
    hash
}

/// The n-th reservation, for the n-th intent's document.
fn reservation(register: &Register, n: u32) -> NewReservation {
    let IntentParts { office, commitments, document_type } = parts(n);
    NewReservation {
        office,
        request_id: request_id(n),
        commitments,
        document_type,
        given: register.take_status_index().expect("an index"),
        issued_at: NOW,
        expires_at: NOW + 900,
        seal: Some(SealRecord { hash: hash(n), key_id: "0b".repeat(32) }),
        open_limit: LIMIT,
    }
}

struct IntentParts {
    office: OfficeId,
    commitments: Commitments,
    document_type: DocumentType,
}

fn parts(n: u32) -> IntentParts {
    let NewIntent { office, commitments, document_type, .. } = intent(n);
    IntentParts { office, commitments, document_type }
}

fn sealed(n: u32) -> NewIntent {
    NewIntent { reservation: Some(ReservationKey::Seal(hash(n))), ..intent(n) }
}

/// The n-th intent, which replaces the signature `old` of the first document.
fn replacing(n: u32, old: u64) -> NewIntent {
    NewIntent { commitments: intent(1).commitments, replaces: Some(named(old)), ..intent(n) }
}

fn change(n: u32, intent: u64, status: StatusValue) -> NewStatusChange {
    NewStatusChange {
        office: office("kec-utara"),
        request_id: request_id(n),
        request: commitment(&format!("{n} {intent} {status}")),
        officer: commitment("officer"),
        reason: commitment("reason"),
        reason_code: StatusReason::Fraud,
        intent,
        status,
    }
}

#[tokio::test]
async fn every_intent_has_an_index_of_its_own_and_a_sealed_one_that_of_its_reservation() {
    let opened = Opened::bound();
    let reserved = opened.reserve(1).await.expect("a reservation");
    let plain = opened.begin(intent(2)).await.expect("an intent");
    let sealed = opened.begin(sealed(1)).await.expect("an intent");
    assert_eq!(sealed.status_index, Some(reserved.status_index));
    assert_eq!(sealed.seal_hash, Some(hash(1)));
    assert_eq!(plain.seal_hash, None);
    assert_ne!(plain.status_index, sealed.status_index);
    let act = opened.register.find_by_sequence(&office("kec-utara"), sealed.sequence).await.expect("a read");
    let signature = act.expect("the act").signature;
    assert_eq!((signature.status_index, signature.seal_hash), (sealed.status_index, sealed.seal_hash));
}

#[tokio::test]
async fn no_index_is_given_again_after_a_crash() {
    let mut opened = Opened::bound();
    let mut given = BTreeSet::new();
    for n in 0..6 {
        // One that is taken and never recorded is lost with the process; nobody has seen it.
        let _lost = opened.register.take_status_index();
        let index = match n % 3 {
            0 => opened.reserve(n).await.expect("a reservation").status_index,
            1 => opened.begin(intent(n)).await.expect("an intent").status_index.expect("an index"),
            _ => opened.begin(sealed(n - 2)).await.expect("an intent").status_index.expect("an index"),
        };
        assert_eq!(given.insert(index), n % 3 != 2, "{n}: {index}");
        opened = opened.reopen_bound();
    }
    let (entries, reserved): (u64, u64) = opened
        .sql()
        .query_row("SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM reservation)", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .expect("counts");
    assert_eq!((entries, reserved), (4, 2));
}

#[tokio::test]
async fn a_reservation_is_for_one_office_type_and_number_until_it_ends_and_is_signed_once() {
    let opened = Opened::bound();
    for n in [1, 2, 3] {
        opened.reserve(n).await.expect("a reservation");
    }
    let refused = |intent| async { opened.begin(intent).await.expect_err("a refusal") };
    let other_number = NewIntent { commitments: parts(9).commitments, ..sealed(1) };
    assert_eq!(refused(other_number).await, SignError::ReservationOtherDocument);
    assert_eq!(
        refused(NewIntent { document_type: DocumentType::kk(), ..sealed(1) }).await,
        SignError::ReservationOtherDocument
    );
    assert_eq!(refused(NewIntent { office: office("kec-selatan"), ..sealed(1) }).await, SignError::ReservationNotFound);
    assert_eq!(refused(sealed(9)).await, SignError::ReservationNotFound);
    let elsewhere = ReservationName { office: office("kec-selatan"), number: 1 };
    let by_name = |name| NewIntent { reservation: Some(ReservationKey::Name(name)), ..intent(1) };
    assert_eq!(refused(by_name(elsewhere)).await, SignError::ReservationNotFound);

    opened.begin(by_name(ReservationName { office: office("kec-utara"), number: 1 })).await.expect("an intent");
    let again = NewIntent { request_id: request_id(99), ..sealed(1) };
    // The number was signed; so the second one would replace it, and still has no index.
    let again = NewIntent { replaces: Some(named(1)), ..again };
    opened.register.record_outcome(1, vec![0x30, 0]).await.expect("an outcome");
    assert_eq!(refused(again).await, SignError::ReservationUsed);

    opened.clock.set(NOW + 900);
    opened.begin(sealed(2)).await.expect("the last second counts");
    opened.clock.set(NOW + 901);
    assert_eq!(refused(sealed(3)).await, SignError::ReservationExpired { expired_at: NOW + 900 });
}

#[tokio::test]
async fn a_repeated_reservation_is_given_again_even_when_the_clock_is_wrong() {
    let opened = Opened::bound();
    let first = opened.reserve(1).await.expect("a reservation");
    opened.clock.set(NOW - 100);
    let again = opened.register.record_reservation(reservation(&opened.register, 1)).await;
    assert_eq!(again, Ok(Reserved::Existing(first)));
    assert_eq!(
        opened.reserve(2).await,
        Err(SignError::ClockDoubtful { now: NOW - 100, last_recorded: NOW }),
        "a new one needs a clock"
    );
}

#[tokio::test]
async fn open_reservations_of_an_office_are_limited_across_restarts() {
    let mut opened = Opened::bound();
    for n in 0..LIMIT {
        opened.reserve(n).await.expect("a reservation");
    }
    let full = Err(SignError::TooManyReservations { retry_seconds: 901 });
    assert_eq!(opened.reserve(90).await, full);
    assert!(opened.register.may_reserve(&office("kec-utara"), NOW).is_err(), "and it costs nothing to say so again");
    assert_eq!(opened.register.may_reserve(&office("kec-selatan"), NOW), Ok(()));
    opened = opened.reopen_bound();
    assert_eq!(opened.reserve(90).await, full);
    opened.begin(sealed(0)).await.expect("one is signed");
    assert_eq!(opened.register.may_reserve(&office("kec-utara"), NOW), Ok(()));
    opened.reserve(90).await.expect("there is room");
    opened.clock.set(NOW + 901);
    opened.reserve(91).await.expect("the others have expired");
}

/// A group fills the office's limit, refuses one more for it, and then finds no room on the disk: none of it counts.
#[tokio::test]
async fn a_refusal_in_view_of_reservations_that_were_not_recorded_shuts_no_office_out() {
    let Opened { register, clock, dir } = Opened::bound();
    let reservations: Vec<NewReservation> = (0..=LIMIT).map(|n| reservation(&register, n)).collect();
    drop(register);
    let (indexes, board) = shared();
    let shared = (indexes, Arc::clone(&board));
    let writer = Arc::new(writer_on_a_full_disk(&dir.path().join("register.db"), clock, shared));
    // The first intent holds the thread until everything else waits: that is one group. Tasks begin in their order.
    let (begun, holds) = tokio::sync::oneshot::channel();
    let (go, gate) = std::sync::mpsc::channel();
    let build = move |_| {
        begun.send(()).and_then(|()| gate.recv().map_err(drop)).expect("the test waits and lets go");
        Err(SignError::TaskLost)
    };
    let begin = |intent| {
        let writer = Arc::clone(&writer);
        tokio::spawn(async move { writer.record_intent(intent).await.map(drop) })
    };
    let held = begin(NewIntent { build: Box::new(build), ..intent(1) });
    holds.await.expect("the thread begins");
    let mut reserving = tokio::task::JoinSet::new();
    for reservation in reservations {
        let writer = Arc::clone(&writer);
        reserving.spawn(async move { writer.record_reservation(reservation).await.map(drop) });
    }
    let filling: Vec<_> = (100..200).map(|n| begin(intent(n))).collect();
    tokio::spawn(async move { go.send(()) }).await.expect("no panic").expect("the thread waits");

    assert_eq!(held.await.expect("no panic"), Err(SignError::TaskLost));
    while let Some(answer) = reserving.join_next().await {
        assert_eq!(answer.expect("no panic"), Err(SignError::RegisterFull));
    }
    for answer in filling {
        assert_eq!(answer.await.expect("no panic"), Err(SignError::RegisterFull));
    }
    assert_eq!(board.may_reserve(&office("kec-utara"), NOW), Ok(()));
}

#[tokio::test]
async fn an_outcome_makes_valid_and_supersedes_in_one_step() {
    let opened = Opened::bound();
    let first = opened.begin(intent(1)).await.expect("an intent");
    assert_eq!(opened.status(1).await, StatusValue::Invalid, "nothing is released yet");
    opened.register.record_outcome(1, vec![0x30, 0]).await.expect("an outcome");
    assert_eq!(opened.status(1).await, StatusValue::Valid);

    let second = opened.begin(replacing(2, 1)).await.expect("an intent");
    assert_eq!(opened.status(1).await, StatusValue::Valid, "until the new one is released");
    opened.register.record_outcome(second.sequence, vec![0x30, 0]).await.expect("an outcome");
    let old = opened.register.status(&named(1)).await.expect("a read").expect("an act");
    assert_eq!((old.status, old.superseded_by), (StatusValue::Superseded, Some(named(second.sequence))));
    assert_eq!(old.status_index, first.status_index);
    assert_eq!(opened.status(second.sequence).await, StatusValue::Valid);
    // The same transaction: at every state of the file there is either none of the two or both.
    let orphans: u64 = opened
        .sql()
        .query_row(
            "SELECT count(*) FROM entry i JOIN entry o ON o.intent = i.seq AND o.kind = 3 WHERE i.replaces IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM status_change WHERE by_intent = i.seq)",
            [],
            |row| row.get(0),
        )
        .expect("a count");
    assert_eq!(orphans, 0);
}

#[tokio::test]
async fn an_outcome_that_cannot_supersede_is_not_recorded_and_stops_the_register() {
    let opened = Opened::bound();
    opened.sign(intent(1)).await.expect("a signature");
    let second = opened.begin(replacing(2, 1)).await.expect("an intent");
    // Somebody with the file in his hands.
    opened
        .sql()
        .execute_batch(
            "CREATE TRIGGER nothing_changes BEFORE INSERT ON status_change BEGIN SELECT RAISE(ABORT, 'no'); END;",
        )
        .expect("a trigger");
    let stopped = WriteError::Stopped(StopCause::Io { code: 0 });
    assert_eq!(opened.register.record_outcome(second.sequence, vec![0x30, 0]).await, Err(stopped));
    let outcomes: u64 = opened
        .sql()
        .query_row("SELECT count(*) FROM entry WHERE intent = ?1", [second.sequence], |row| row.get(0))
        .expect("a count");
    assert_eq!(outcomes, 0, "the new document must not be valid beside the old one");
}

#[tokio::test]
async fn what_was_withdrawn_stays_withdrawn_when_it_is_replaced() {
    let opened = Opened::bound();
    opened.sign(intent(1)).await.expect("a signature");
    opened.change(1, 1, StatusValue::Invalid).await.expect("a change");
    opened.sign(replacing(2, 1)).await.expect("a replacement");
    assert_eq!(opened.status(1).await, StatusValue::Invalid);
}

#[tokio::test]
async fn what_is_suspended_is_superseded_when_it_is_replaced() {
    let opened = Opened::bound();
    opened.sign(intent(1)).await.expect("a signature");
    opened.change(1, 1, StatusValue::Suspended).await.expect("a change");
    opened.sign(replacing(2, 1)).await.expect("a replacement");
    assert_eq!(opened.status(1).await, StatusValue::Superseded);
}

#[tokio::test]
async fn a_status_changes_as_the_rules_say_and_a_repeated_request_changes_nothing() {
    use StatusValue::{Invalid, Suspended, Valid};
    let opened = Opened::bound();
    opened.sign(intent(1)).await.expect("a signature");
    let refused = |from, to| Err(SignError::StatusNotAllowed { from, to });
    assert_eq!(opened.change(1, 1, Valid).await, refused(Valid, Valid));
    assert_eq!(opened.change(2, 1, Suspended).await, Ok(Changed::New));
    assert_eq!(opened.change(3, 1, Suspended).await, refused(Suspended, Suspended));
    assert_eq!(opened.change(4, 1, Valid).await, Ok(Changed::New));
    assert_eq!(opened.change(2, 1, Suspended).await, Ok(Changed::Existing), "asked for before");
    assert_eq!(opened.status(1).await, Valid);
    assert_eq!(opened.change(2, 1, Invalid).await, Err(SignError::RequestIdReused));
    assert_eq!(opened.change(5, 1, Invalid).await, Ok(Changed::New));
    for (n, to) in [(6, Valid), (7, Suspended), (8, Invalid)] {
        assert_eq!(opened.change(n, 1, to).await, refused(Invalid, to), "final");
    }
    let opened = opened.reopen_bound();
    assert_eq!(opened.status(1).await, Invalid);
}

#[tokio::test]
async fn only_a_released_signature_of_the_office_has_a_status_to_change() {
    let opened = Opened::bound();
    opened.begin(intent(1)).await.expect("an intent");
    assert_eq!(opened.change(1, 1, StatusValue::Invalid).await, Err(SignError::StatusNotSigned));
    opened.register.record_abandoned(1, AbandonedReason::KeyChanged).await.expect("an end");
    assert_eq!(opened.change(1, 1, StatusValue::Invalid).await, Err(SignError::StatusNotSigned));
    assert_eq!(opened.status(1).await, StatusValue::Invalid);
    let other = opened.sign(NewIntent { office: office("kec-selatan"), ..intent(2) }).await.expect("a signature");
    assert_eq!(opened.change(1, other.sequence, StatusValue::Invalid).await, Err(SignError::NotFound));
    assert_eq!(opened.change(1, 2, StatusValue::Invalid).await, Err(SignError::NotFound), "an entry that is no intent");
    assert_eq!(opened.change(1, 99, StatusValue::Invalid).await, Err(SignError::NotFound));
    assert_eq!(opened.register.status(&named(other.sequence)).await, Ok(None));
}

#[tokio::test]
async fn an_act_without_an_index_has_no_status_to_change() {
    let opened = Opened::new();
    opened.sign(intent(1)).await.expect("a signature");
    assert_eq!(opened.change(1, 1, StatusValue::Invalid).await, Err(SignError::StatusAbsent));
    opened.sign(replacing(2, 1)).await.expect("a replacement");
    assert_eq!(opened.status(1).await, StatusValue::Superseded);
}

#[tokio::test]
async fn the_state_of_all_lists_is_what_the_events_told() {
    let opened = Opened::bound();
    opened.register.board().follow();
    let mut indexes = Vec::new();
    for n in [1, 2, 3] {
        indexes.push(opened.sign(intent(n)).await.expect("a signature").status_index.expect("an index"));
    }
    opened.change(1, 3, StatusValue::Suspended).await.expect("a change");
    let newer = opened.sign(replacing(4, 1)).await.expect("a replacement").status_index.expect("an index");
    opened.begin(intent(5)).await.expect("an intent");
    opened.reserve(6).await.expect("a reservation");

    let published = opened.register.record_publication(vec![0]).await.expect("a publication");
    let events = opened.register.board().take_until(published.number.expect("one"));
    let expected = [
        Event::Change(indexes[0], StatusValue::Valid),
        Event::Change(indexes[1], StatusValue::Valid),
        Event::Change(indexes[2], StatusValue::Valid),
        Event::Change(indexes[1], StatusValue::Suspended),
        Event::Change(newer, StatusValue::Valid),
        Event::Change(indexes[0], StatusValue::Superseded),
        Event::Cut { publication: 1 },
    ];
    assert_eq!(events, expected, "the third entry is the second intent");

    let Statuses { mut released, changes, last_shard, issued } =
        opened.register.statuses().await.expect("the statuses");
    released.sort_unstable();
    let mut all = [indexes.clone(), vec![newer]].concat();
    all.sort_unstable();
    assert_eq!(released, all);
    let expected = [(indexes[1], StatusValue::Suspended), (indexes[0], StatusValue::Superseded)];
    assert_eq!((changes.as_slice(), last_shard), (expected.as_slice(), 0));
    assert_eq!(issued.into_iter().collect::<Vec<_>>(), [(0, NOW - 1)]);
}

#[tokio::test]
async fn a_list_is_dated_before_what_it_does_not_have_and_its_time_only_grows() {
    let opened = Opened::bound();
    opened.clock.set(NOW + 100);
    let issue = || async { opened.register.record_publication(vec![0]).await.expect("an answer").lists };
    let first = issue().await;
    assert_eq!(first.iter().map(|list| (list.shard, list.issued_at)).collect::<Vec<_>>(), [(0, NOW + 99)]);
    assert_eq!(issue().await, [], "not twice with one time");
    opened.clock.set(NOW + 103);
    let slot = opened.begin(intent(1)).await.expect("an intent");
    opened.clock.set(NOW + 110);
    let second = issue().await;
    assert_eq!(second.iter().map(|list| list.issued_at).collect::<Vec<_>>(), [slot.recorded_at - 1]);
    assert_eq!(issue().await, [], "while the intent is open");
    // What is recorded after a list is not older than it.
    let prepared = Some(Preparation { claimed_at: NOW + 90, contents_size: 8_192 });
    let late = opened.begin(NewIntent { preparation: prepared, ..intent(2) }).await.expect("an intent");
    assert!(late.recorded_at > second[0].issued_at);
    opened.clock.set(NOW);
    let refused = opened.register.record_publication(vec![0]).await;
    assert!(matches!(refused, Err(SignError::ClockDoubtful { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_status_says_which_list_says_so() {
    let opened = Opened::bound();
    let published_at =
        || async { opened.register.status(&named(1)).await.expect("a read").expect("an act").published_at };
    opened.sign(intent(1)).await.expect("a signature");
    assert_eq!(published_at().await, None);
    opened.clock.set(NOW + 10);
    opened.register.record_publication(vec![0]).await.expect("a publication");
    assert_eq!(published_at().await, Some(NOW + 9));
    opened.change(1, 1, StatusValue::Invalid).await.expect("a change");
    assert_eq!(published_at().await, None, "no list says so yet");
    opened.clock.set(NOW + 20);
    opened.register.record_publication(vec![0]).await.expect("a publication");
    opened.clock.set(NOW + 30);
    opened.register.record_publication(vec![0]).await.expect("a publication");
    assert_eq!(published_at().await, Some(NOW + 19));
}

#[tokio::test]
async fn whoever_opens_the_file_cannot_rewrite_what_it_says() {
    let opened = Opened::bound();
    opened.reserve(1).await.expect("a reservation");
    opened.sign(sealed(1)).await.expect("a signature");
    opened.change(1, 1, StatusValue::Invalid).await.expect("a change");
    opened.register.record_publication(vec![0]).await.expect("a publication");
    for table in ["reservation", "status_change", "publication"] {
        assert!(opened.refused(&format!("DELETE FROM {table}")).contains("append-only"));
        assert!(opened.refused(&format!("UPDATE {table} SET recorded_at = 0")).contains("append-only"));
    }
    let reservation = |n: u32, serial: u64| {
        format!(
            "INSERT INTO reservation SELECT {n}, recorded_at, office, randomblob(16), request, document_type, number, officer, \
             {serial}, status_index, issued_at, expires_at, NULL, NULL FROM reservation"
        )
    };
    assert!(opened.refused(&reservation(3, 9)).contains("not the next one"));
    assert!(opened.refused(&reservation(2, 0)).contains("given before"), "its own intent has it");
    let change = |status: u8, by: &str| {
        format!(
            "INSERT INTO status_change SELECT 2, recorded_at, intent, status_index, {status}, office, randomblob(16), request, \
             officer, reason_code, reason, {by} FROM status_change"
        )
    };
    assert!(opened.refused(&change(0, "NULL")).contains("cannot become"), "INVALID is final");
    let entry = |serial: &str, reservation: &str| {
        format!(
            "INSERT INTO entry SELECT 3, recorded_at, kind, intent, key_id, 2, office, randomblob(16), request, document_type, \
             number, officer, document_digest, signed_attributes, chain_id, claimed_at, contents_size, replaces, cms, reason, \
             {serial}, status_index, {reservation}, NULL FROM entry WHERE seq = 1"
        )
    };
    assert!(opened.refused(&entry("0", "NULL")).contains("given before"));
    assert!(opened.refused(&entry("7", "1")).contains("for something else"));
    assert!(opened.refused(&entry("NULL", "NULL")).contains("not whole"));
    let publication =
        "INSERT INTO publication SELECT 2, recorded_at, shard, issued_at, last_entry, last_change FROM publication";
    assert!(opened.refused(publication).contains("not the next one"), "the time of a list only grows");
}
