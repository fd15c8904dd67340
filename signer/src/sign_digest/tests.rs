//! The order of the procedure, and what happens when it is disturbed between two steps.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, Weak};

use proto::teken::v1;
use sha2::{Digest, Sha256};
use tonic::Code;

use super::*;
use crate::fixture::{
    Fixture, KeyAndChain, SELATAN, UTARA, failing, from, gated, hooked, office, refusal, request, request_id,
};
use crate::register::StopCause;
use crate::wire::server::signing_service_server::SigningService;

fn signed(answer: v1::SignDigestResponse) -> v1::Signature {
    answer.signature.expect("a signature")
}

/// Kinds of the entries of the register, in order.
fn kinds(fixture: &Fixture) -> Vec<u8> {
    let sql = fixture.sql();
    let mut entries = sql.prepare("SELECT kind FROM entry ORDER BY seq").expect("the table");
    entries.query_map([], |row| row.get(0)).expect("the entries").collect::<Result<_, _>>().expect("kinds")
}

#[tokio::test]
async fn the_intent_is_committed_before_the_key_is_used_and_the_outcome_before_the_answer() {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    static SEEN: Mutex<Vec<(u64, u64)>> = Mutex::new(Vec::new());
    // The key reads the register through a connection of its own, as another process would.
    let fixture = Fixture::with(hooked(|dtbsr| {
        let sql = rusqlite::Connection::open(PATH.get().expect("set below")).expect("the register's file");
        let mut intents = sql.prepare("SELECT seq, signed_attributes FROM entry WHERE kind = 1").expect("the table");
        let intents = intents
            .query_map([], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, Vec<u8>>(1)?)))
            .expect("the intents")
            .collect::<Result<Vec<_>, _>>()
            .expect("intents");
        let recorded = intents.iter().find(|(_, attributes)| Sha256::digest(attributes)[..] == dtbsr.as_bytes()[..]);
        let sequence = recorded.expect("an intent over what the key is about to sign").0;
        let ends = sql.query_row("SELECT count(*) FROM entry WHERE intent = ?1", [sequence], |row| row.get(0));
        SEEN.lock().expect("no panic").push((sequence, ends.expect("a count")));
        std::future::ready(Ok(()))
    }));
    PATH.set(fixture.register_path()).expect("once");
    let signature = signed(fixture.sign(UTARA, request(1)).await.expect("a signature"));
    assert_eq!(*SEEN.lock().expect("no panic"), [(1, 0)]);
    let recorded: Vec<u8> = fixture
        .sql()
        .query_row("SELECT cms FROM entry WHERE intent = 1 AND kind = 3", [], |row| row.get(0))
        .expect("the outcome");
    assert_eq!(recorded, signature.cms);
}

#[tokio::test]
async fn a_request_under_way_is_aborted_and_then_repeated() {
    let (gate, key) = gated();
    let fixture = Fixture::with(key);
    let service = fixture.service();
    let first = tokio::spawn(async move { service.sign_digest(from(UTARA, request(1))).await });
    gate.begun.acquire().await.expect("the gate stays").forget();
    let status = fixture.sign(UTARA, request(1)).await.expect_err("under way");
    assert!(tonic_types::StatusExt::get_details_retry_info(&status).is_some());
    assert_eq!(refusal::<()>(Err(status)), (Code::Aborted, "REQUEST_IN_FLIGHT".to_owned()));
    // Only this id in this office waits.
    gate.go.add_permits(2);
    fixture.sign(SELATAN, request(1)).await.expect("another office's request");
    let first = signed(first.await.expect("no panic").expect("a signature").into_inner());
    let again = fixture.sign(UTARA, request(1)).await.expect("a repetition");
    assert!(again.replayed);
    assert_eq!(signed(again), first);
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_a_whole_act() {
    let (gate, key) = gated();
    let fixture = Fixture::with(key);
    let service = fixture.service();
    let call = tokio::spawn(async move { service.sign_digest(from(UTARA, request(1))).await });
    gate.begun.acquire().await.expect("the gate stays").forget();
    call.abort();
    assert!(call.await.is_err_and(|error| error.is_cancelled()));
    assert_eq!(kinds(&fixture), [1]);
    gate.go.add_permits(1);
    fixture.signer.idle().await;
    assert_eq!(kinds(&fixture), [1, 3]);
    assert!(fixture.sign(UTARA, request(1)).await.expect("a repetition").replayed);
}

#[tokio::test]
async fn a_key_out_of_reach_leaves_the_act_open_and_the_same_request_completes_it() {
    let fixture = Fixture::with(failing(2));
    let unavailable = (Code::Unavailable, "KEY_UNAVAILABLE".to_owned());
    assert_eq!(refusal(fixture.sign(UTARA, request(1)).await), unavailable);
    let open = fixture.get(UTARA, "offices/kec-utara/signatures/1").await.expect("the act");
    assert_eq!((open.state, open.cms.len()), (v1::SignatureState::Open.into(), 0));
    assert_eq!(refusal(fixture.sign(UTARA, request(1)).await), unavailable);
    // Another request does not get it, whatever it asks.
    let other = v1::SignDigestRequest { document_digest: request(2).document_digest, ..request(1) };
    assert_eq!(refusal(fixture.sign(UTARA, other).await), (Code::AlreadyExists, "REQUEST_ID_REUSED".to_owned()));

    let completed = fixture.sign(UTARA, request(1)).await.expect("a signature");
    assert!(!completed.replayed, "nothing was given before");
    // Intent, two further attempts, outcome: each use of the key is on record.
    assert_eq!(kinds(&fixture), [1, 2, 2, 3]);
    let uses: u64 =
        fixture.sql().query_row("SELECT max(key_counter) FROM entry", [], |row| row.get(0)).expect("the counter");
    assert_eq!(uses, 3);
    let again = fixture.sign(UTARA, request(1)).await.expect("a repetition");
    assert!(again.replayed);
    assert_eq!(again.signature, completed.signature);
}

/// A key in whose first use the register stops: the intent is on the disk, the outcome cannot get there.
fn stopping(signer: &'static OnceLock<Weak<Signer>>) -> KeyAndChain {
    hooked(|_| {
        let signer = signer.get().and_then(Weak::upgrade).expect("the signer is in use");
        signer.register.stop(StopCause::Io { code: 1_034 });
        std::future::ready(Ok(()))
    })
}

#[tokio::test]
async fn an_outcome_that_is_not_recorded_is_not_released_and_the_same_request_gets_a_cms_after_a_restart() {
    static SIGNER: OnceLock<Weak<Signer>> = OnceLock::new();
    let fixture = Fixture::with(stopping(&SIGNER));
    SIGNER.set(std::sync::Arc::downgrade(&fixture.signer)).expect("once");
    let unknown = (Code::DeadlineExceeded, "OUTCOME_UNKNOWN".to_owned());
    assert_eq!(refusal(fixture.sign(UTARA, request(1)).await), unknown);
    assert_eq!(kinds(&fixture), [1]);
    let fixture = fixture.reopen();
    let completed = fixture.sign(UTARA, request(1)).await.expect("a signature");
    assert_eq!(kinds(&fixture), [1, 2, 3]);
    let again = fixture.sign(UTARA, request(1)).await.expect("a repetition");
    assert_eq!((again.replayed, again.signature), (true, completed.signature));
}

#[tokio::test]
async fn what_was_made_is_compared_with_what_was_recorded() {
    let fixture = Fixture::new();
    let signer = &fixture.signer;
    let authorized = signer.authorize(&office(UTARA), &evidence::DocumentType::surat()).expect("leave to sign");
    let order = Order {
        request: crate::wire::sign_digest(request(1)).expect("a request").request,
        commitments: commit(
            &signer.commitment_key,
            &crate::wire::sign_digest(request(1)).expect("a request").request,
            &Subject::Digest(&DocumentDigest::from_sha256([1; 32])),
        ),
        document_digest: DocumentDigest::from_sha256([1; 32]),
        preparation: None,
    };
    let record = async || match signer.register.record_intent(new_intent(signer, &authorized, &order)).await {
        Ok(Recorded::New { slot, attributes }) => (slot, attributes),
        other => panic!("{other:?}"),
    };
    let (slot, attributes) = record().await;
    let statement_der = statement(authorized.office(), &order, slot).to_der().expect("a statement");
    let value = authorized.key().sign(&Dtbsr::hash(attributes.to_der())).await.expect("a value");
    let (right, other) = (order.document_digest, DocumentDigest::from_sha256([2; 32]));
    let sealed = |digest, statement_der: &[u8]| {
        let terms = Terms { sequence: 1, document_digest: digest, statement_der: statement_der.to_vec() };
        seal(attributes.clone(), &value, &signer.chain, &terms, signer).map(drop)
    };
    assert_eq!(sealed(&right, &statement_der), Ok(()));
    assert_eq!(sealed(&other, &statement_der), Err(SelfCheck::MessageDigest));
    assert_eq!(sealed(&right, b"\x05\x00"), Err(SelfCheck::Statement));

    // The act ends there, on record, and its id stays used.
    let terms = Terms { sequence: slot.sequence, document_digest: &other, statement_der };
    let refused = use_key(signer, &authorized, &terms, attributes.clone()).await.map(drop);
    assert_eq!(refused, Err(SignError::SelfCheckFailed(SelfCheck::MessageDigest)));
    assert_eq!(kinds(&fixture), [1, 4]);
    let act = fixture.get(UTARA, "offices/kec-utara/signatures/1").await.expect("the act");
    assert_eq!((act.request_id, act.abandoned_reason.as_str()), (request_id(1), "SELF_CHECK_FAILED"));
}

#[test]
fn requests_that_differ_anywhere_have_different_commitments() {
    let key = CommitmentKey::from_bytes([9; 32]);
    let read = |message| crate::wire::sign_digest(message).expect("a request");
    let whole = |message: v1::SignDigestRequest| {
        let asked = read(message);
        commit(&key, &asked.request, &Subject::Digest(&asked.document_digest)).request
    };
    let first = whole(request(1));
    assert_eq!(whole(request(1)), first);
    assert_ne!(
        whole(v1::SignDigestRequest { replaces: "offices/kec-utara/signatures/1".to_owned(), ..request(1) }),
        first
    );
    // A digest and a document of the same octets are two requests, and so are two fields of one document.
    let asked = read(request(1));
    let document = |field_name| {
        let subject = Subject::Document { sha256: asked.document_digest.as_bytes(), field_name };
        commit(&key, &asked.request, &subject).request
    };
    assert_ne!(document(""), first);
    assert_ne!(document("Kepala"), document(""));
    // Neither id nor mode is part of it: the id names the request, the mode only checks it.
    let renamed = v1::SignDigestRequest { request_id: request_id(2), validate_only: true, ..request(1) };
    assert_eq!(whole(renamed), first);
}
