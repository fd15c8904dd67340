//! A register of version 1 becomes one of version 2: every entry stays, and a process that ends on the way leaves either.

use evidence::status::StatusValue;
use evidence::{SigningStatement, UnixSeconds};
use pades::SignedAttribute;
use proto::teken::v1;
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use super::*;
use crate::fixture::{Fixture, UTARA, request};
use crate::register::schema::versions;
use crate::sign_digest::{Subject, commit};
use crate::wire;

/// A register as version 1 made it, with the entries that `fill` puts in.
fn version_1(path: &Path, fill: impl FnOnce(&Connection)) {
    let file = Connection::open(path).expect("a file");
    file.execute_batch("PRAGMA journal_mode = WAL").expect("a log");
    file.execute_batch(versions::FIRST).expect("the first schema");
    file.pragma_update(None, "application_id", versions::APPLICATION_ID).expect("the mark");
    file.pragma_update(None, "user_version", 1).expect("the version");
    fill(&file);
}

/// Intents with their outcomes, from 1.
fn insert_acts(file: &Connection, acts: u32) {
    let mut intent = file
        .prepare(
            "INSERT INTO entry (seq, recorded_at, kind, key_id, key_counter, office, request_id, request, document_type, number, \
             officer, document_digest, signed_attributes, chain_id) \
             VALUES (?1, ?2, 1, 'key', ?3, 'kec-utara', ?4, ?5, 'surat', ?5, ?5, ?5, x'31', ?5)",
        )
        .expect("a statement");
    let mut outcome = file
        .prepare("INSERT INTO entry (seq, recorded_at, kind, intent, cms) VALUES (?1, ?2, 3, ?3, x'3000')")
        .expect("a statement");
    for n in 0..acts {
        let mut id = [3; 32];
        id[..4].copy_from_slice(&n.to_be_bytes());
        intent.execute(params![2 * n + 1, NOW, n + 1, &id[..16], id]).expect("an intent");
        outcome.execute(params![2 * n + 2, NOW, 2 * n + 1]).expect("an outcome");
    }
}

fn entries(path: &Path) -> Vec<(u64, Vec<u8>)> {
    let file = Connection::open(path).expect("a file");
    let mut all = file.prepare("SELECT seq, ifnull(request, cms) FROM entry ORDER BY seq").expect("a statement");
    all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("entries")
        .collect::<Result<_, _>>()
        .expect("entries")
}

fn version_of(path: &Path) -> i32 {
    let file = Connection::open(path).expect("a file");
    file.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a version")
}

/// History is not rewritten: files with these very tables are out there.
#[test]
fn the_first_schema_is_the_one_that_was_released() {
    let hash = hex::encode(Sha256::digest(versions::FIRST));
    assert_eq!(hash, "32dd1824fb421b03f46c8b77d38bde92b3a5a5aca603cb98f3f577c23eb1e291");
}

#[tokio::test]
async fn a_register_of_version_1_keeps_every_entry_and_goes_on() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("register.db");
    version_1(&path, |file| insert_acts(file, 20));
    let before = entries(&path);
    let register = Register::open(&path, TestClock::at(NOW + 1)).expect("a migrated register");
    register.bind(&CommitmentKey::from_bytes([9; 32])).expect("its key");
    assert_eq!((version_of(&path), entries(&path)), (2, before));
    let recorded = register.record_intent(intent(1)).await.expect("an intent");
    let Recorded::New { slot, .. } = recorded else { panic!("the id is new") };
    assert_eq!(slot.sequence, 41);
    assert!(slot.status_index.is_some());
    drop(register);
    drop(Register::open(&path, TestClock::at(NOW + 1)).expect("the same register"));
    // A new register and a migrated one are the same.
    let tables = |path: &Path| -> Vec<String> {
        let file = Connection::open(path).expect("a file");
        let mut all = file
            .prepare(
                "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'commitment_key%' ORDER BY name",
            )
            .expect("a statement");
        all.query_map([], |row| row.get(0)).expect("tables").collect::<Result<_, _>>().expect("tables")
    };
    let new = Opened::new();
    assert_eq!(tables(&path), tables(&new.path()));
}

/// The process dies in the middle of the migration, with pages of it in the log already.
#[test]
fn a_crash_in_the_middle_of_the_migration_leaves_version_1() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("register.db");
    version_1(&path, |file| insert_acts(file, 200));
    let before = entries(&path);
    let dying = Connection::open(&path).expect("a file");
    dying
        .execute_batch("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; PRAGMA wal_autocheckpoint = 0")
        .expect("pragmas");
    dying.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
    let whole: Vec<&str> = versions::SECOND.split_inclusive("STRICT;\n").collect();
    for (step, part) in whole.iter().enumerate() {
        dying.execute_batch(part).expect("a part");
        // What the disk has at this moment is what a restarted process finds.
        let crashed = dir.path().join(format!("crashed-{step}.db"));
        let log = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
        std::fs::copy(&path, &crashed).expect("a copy");
        std::fs::copy(log(&path), log(&crashed)).expect("a copy");
        assert!(std::fs::metadata(log(&crashed)).expect("a log").len() > 0);
        assert_eq!((version_of(&crashed), entries(&crashed)), (1, before.clone()), "{step}");
        drop(Register::open(&crashed, TestClock::at(NOW)).expect("the next start migrates it"));
        assert_eq!((version_of(&crashed), entries(&crashed)), (2, before.clone()), "{step}");
    }
    assert_eq!(whole.len(), 4, "a state after each table");
}

/// An act of version 1 that was left open is completed as it was begun, without an index, and is served for ever.
#[tokio::test]
async fn an_open_act_of_version_1_is_completed_and_served() {
    let fixture = Fixture::new();
    let asked = wire::sign_digest(request(1)).expect("a request");
    let (attributes, commitments) = {
        let signer = &fixture.signer;
        let commitments = commit(&signer.commitment_key, &asked.request, &Subject::Digest(&asked.document_digest));
        let statement = SigningStatement {
            sequence: 1,
            signed_at: UnixSeconds(NOW),
            office: office(UTARA),
            document_type: DocumentType::surat(),
            number_commitment: commitments.number,
            seal_hash: None,
            mandate: None,
            status_index: None,
        };
        let value_der = statement.to_der().expect("a statement");
        let extra = [SignedAttribute { oid: signer.oid_arc.signing_statement(), value_der }];
        let certificate = signer.chain.signing_certificate();
        (SignedAttributes::new(&asked.document_digest, certificate, &extra).expect("attributes"), commitments)
    };
    let (key_id, chain_id) = {
        let authorized = fixture.signer.authorize(&office(UTARA), &DocumentType::surat()).expect("an office");
        (authorized.key().key_id().as_str().to_owned(), authorized.chain_id())
    };
    let fixture = fixture.reopen_over(|path| {
        std::fs::remove_file(path).expect("the register of version 2");
        version_1(path, |file| {
            file.execute(
                "INSERT INTO entry (seq, recorded_at, kind, key_id, key_counter, office, request_id, request, document_type, \
                 number, officer, document_digest, signed_attributes, chain_id) \
                 VALUES (1, ?1, 1, ?2, 1, ?3, ?4, ?5, 'surat', ?6, ?7, ?8, ?9, ?10)",
                params![
                    NOW,
                    key_id,
                    UTARA,
                    asked.request.request_id.as_bytes(),
                    commitments.request.as_bytes(),
                    commitments.number.as_bytes(),
                    commitments.officer.as_bytes(),
                    asked.document_digest.as_bytes(),
                    attributes.to_der(),
                    chain_id,
                ],
            )
            .expect("an intent");
        });
    });
    let recovery = fixture.signer.recover().await.expect("an end for every act");
    assert_eq!((recovery.completed, recovery.abandoned), (1, 0));
    let old = fixture.sign(UTARA, request(1)).await.expect("the old act");
    assert!(old.replayed);
    let old = old.signature.expect("a signature");
    assert_eq!((old.status_index, old.state), (None, v1::SignatureState::Signed.into()));

    let replacing = v1::SignDigestRequest { document: request(1).document, replaces: old.name.clone(), ..request(2) };
    let new = fixture.sign(UTARA, replacing).await.expect("a new act").signature.expect("a signature");
    assert!(new.status_index.is_some());
    let status = fixture.signer.register.status(&SignatureName::parse(&old.name).expect("a name")).await;
    let status = status.expect("a read").expect("the old act");
    assert_eq!((status.status, status.status_index), (StatusValue::Superseded, None));
}
