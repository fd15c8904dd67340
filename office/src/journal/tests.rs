//! Crashes between any two steps of the journal, two runs at once, and damage.

use evidence::{DocumentType, OfficeId};
use tempfile::TempDir;

use super::*;
use crate::{
    document::{Document, DocumentNumber, OfficerAccount},
    durable::Existing,
    signature_name::SignatureName,
};

fn id(octet: u8) -> RequestId {
    RequestId::from_random([octet; 16])
}

fn draft(octet: u8) -> Draft {
    let payload = vec![octet; 1_000];
    Draft {
        request: Request {
            request_id: id(octet),
            office: OfficeId::parse("kec-a").expect("an office"),
            way: Way::Digest,
            document: Document {
                document_type: DocumentType::surat(),
                number: DocumentNumber::parse(&format!("470/{octet}")).expect("a number"),
                officer: OfficerAccount::parse("loket1").expect("an account"),
            },
            seal_hash: None,
            replaces: Some(SignatureName::parse("offices/kec-a/signatures/7").expect("a name")),
            input_sha256: [octet; 32],
            payload_sha256: Sha256::digest(&payload).into(),
            certificate_chain: vec![vec![1, 2, 3], vec![4]],
            input: Some(PathBuf::from("in.pdf")),
            output: Some(Output { path: PathBuf::from("in.signed.pdf"), existing: Existing::Keep }),
        },
        payload,
    }
}

fn journal() -> (TempDir, Journal) {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = Journal::open(&folder.path().join("state")).expect("opened");
    (folder, journal)
}

fn recorded(journal: &Journal, draft: Draft) -> Entry {
    match journal.begin(vec![draft]).expect("begun").pop() {
        Some(Begun::Recorded(entry)) => entry,
        other => panic!("not recorded: {other:?}"),
    }
}

fn taken(journal: &Journal, id: RequestId) -> Entry {
    match journal.take(id).expect("taken") {
        Taken::Entry(entry) => entry,
        other => panic!("not taken: {other:?}"),
    }
}

fn unfinished_ids(journal: &Journal) -> Vec<RequestId> {
    journal
        .unfinished()
        .expect("listed")
        .into_iter()
        .map(|unfinished| unfinished.request.map(|_| unfinished.request_id).expect("readable"))
        .collect()
}

#[test]
fn a_run_after_a_crash_finds_exactly_the_bytes_that_were_recorded() {
    let (_folder, journal) = journal();
    let begun = draft(1);
    drop(recorded(&journal, begun.clone()));

    let found = taken(&journal, id(1));
    assert_eq!(found.provenance(), Provenance::Found);
    assert_eq!(*found.request(), begun.request);
    assert_eq!(found.payload().expect("whole"), begun.payload);
}

#[test]
fn a_crash_at_any_step_before_the_name_leaves_no_entry_and_no_obstacle() {
    let begun = draft(1);
    let record = serde_json::to_vec_pretty(&begun.request).expect("a record");
    // What a power loss can leave of the staging folder: nothing, the folder, a part of one file, one file, both, both and a torn record.
    let torn = record.get(..record.len() / 2).expect("half");
    type Content<'a> = Option<&'a [u8]>;
    let states: [(Content<'_>, Content<'_>); 6] = [
        (None, None),
        (Some(b""), None),
        (Some(&begun.payload), None),
        (Some(&begun.payload), Some(b"")),
        (Some(&begun.payload), Some(torn)),
        (Some(&begun.payload), Some(&record)),
    ];
    for (payload, record) in states {
        let (_folder, journal) = journal();
        let staging = journal.staging(id(1));
        fs::create_dir(&staging).expect("made");
        for (name, content) in [(PAYLOAD, payload), (RECORD, record)] {
            if let Some(content) = content {
                fs::write(staging.join(name), content).expect("written");
            }
        }
        assert_eq!(unfinished_ids(&journal), []);
        assert!(matches!(journal.take(id(1)), Ok(Taken::Gone)));

        let entry = recorded(&journal, begun.clone());
        assert_eq!(entry.provenance(), Provenance::New);
        assert_eq!(entry.payload().expect("whole"), begun.payload);
        assert!(!staging.exists());
    }
}

#[test]
fn a_crash_after_the_name_leaves_the_whole_entry() {
    let (_folder, journal) = journal();
    let begun = draft(1);
    // The steps of `begin` up to the rename, without the flush that follows it and without the answer to the caller.
    drop(journal.lock_new(id(1)).expect("locked"));
    journal.stage(&begun).expect("staged");
    journal.publish(id(1)).expect("named");

    assert_eq!(unfinished_ids(&journal), [id(1)]);
    assert_eq!(taken(&journal, id(1)).payload().expect("whole"), begun.payload);
}

#[test]
fn a_crash_while_an_entry_is_removed_leaves_it_finished() {
    let (_folder, journal) = journal();
    drop(recorded(&journal, draft(1)));
    // `finish` up to the rename, and one of the two files.
    let done = journal.folder.join(format!("{DONE}{}", id(1)));
    fs::rename(journal.entry(id(1)), &done).expect("renamed");
    fs::remove_file(done.join(PAYLOAD)).expect("removed");

    assert_eq!(unfinished_ids(&journal), []);
    assert!(matches!(journal.take(id(1)), Ok(Taken::Gone)));
    // The next run sweeps it.
    let _next = Journal::open(&journal.folder).expect("opened");
    assert!(!done.exists());
    assert_eq!(names_in(&journal.folder.join(LOCKS)).expect("listed"), Vec::<std::ffi::OsString>::new());
}

#[test]
fn a_finished_entry_leaves_no_file() {
    let (_folder, journal) = journal();
    recorded(&journal, draft(1)).finish().expect("finished");
    let mut names = journal.names().expect("listed");
    names.sort();
    assert_eq!(names, [JOURNAL_LOCK, LOCKS]);
    assert_eq!(names_in(&journal.folder.join(LOCKS)).expect("listed"), Vec::<std::ffi::OsString>::new());
}

#[test]
fn an_entry_that_one_run_holds_is_busy_for_every_other() {
    let (_folder, journal) = journal();
    let held = recorded(&journal, draft(1));
    let other = Journal::open(&journal.folder).expect("opened");
    assert!(matches!(other.take(id(1)), Ok(Taken::Busy)));
    drop(held);
    let second = taken(&other, id(1));
    assert!(matches!(journal.take(id(1)), Ok(Taken::Busy)));
    second.finish().expect("finished");
    assert!(matches!(journal.take(id(1)), Ok(Taken::Gone)));
}

#[test]
fn the_same_document_under_the_same_type_and_number_is_not_begun_twice() {
    let (_folder, journal) = journal();
    let _held = recorded(&journal, draft(1));
    let mut again = draft(1);
    again.request.request_id = id(9);
    let mut within = draft(2);
    within.request.request_id = id(8);
    let begun = journal.begin(vec![again, draft(2), within]).expect("begun");
    match begun.as_slice() {
        [Begun::Unfinished(first), Begun::Recorded(second), Begun::Unfinished(third)] => {
            assert_eq!((*first, second.request().request_id, *third), (id(1), id(2), id(2)));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn another_number_type_file_or_office_is_another_work() {
    let (_folder, journal) = journal();
    let _held = recorded(&journal, draft(1));
    let mut number = draft(1);
    number.request.request_id = id(2);
    number.request.document.number = DocumentNumber::parse("470/other").expect("a number");
    let mut kind = draft(1);
    kind.request.request_id = id(3);
    kind.request.document.document_type = DocumentType::kk();
    let mut input = draft(1);
    input.request.request_id = id(4);
    input.request.input_sha256 = [0xee; 32];
    let mut office = draft(1);
    office.request.request_id = id(5);
    office.request.office = OfficeId::parse("kec-b").expect("an office");
    let begun = journal.begin(vec![number, kind, input, office]).expect("begun");
    assert!(begun.iter().all(|begun| matches!(begun, Begun::Recorded(_))), "{begun:?}");
}

#[test]
fn many_entries_are_recorded_at_once_and_each_keeps_its_own_bytes() {
    let (_folder, journal) = journal();
    let drafts: Vec<Draft> = (1..=50).map(draft).collect();
    let begun = journal.begin(drafts.clone()).expect("begun");
    for (draft, begun) in drafts.iter().zip(&begun) {
        let Begun::Recorded(entry) = begun else { panic!("{begun:?}") };
        assert_eq!(*entry.request(), draft.request);
        assert_eq!(entry.payload().expect("whole"), draft.payload);
    }
}

#[test]
fn a_changed_payload_is_refused_and_kept() {
    let (_folder, journal) = journal();
    drop(recorded(&journal, draft(1)));
    let path = journal.entry(id(1)).join(PAYLOAD);
    let mut octets = fs::read(&path).expect("there");
    *octets.last_mut().expect("not empty") ^= 1;
    fs::write(&path, octets).expect("written");
    assert!(matches!(
        taken(&journal, id(1)).payload(),
        Err(JournalError::DamagedPayload { request_id }) if request_id == id(1)
    ));
    assert_eq!(unfinished_ids(&journal), [id(1)]);
}

#[test]
fn a_damaged_record_is_reported_beside_the_sound_ones_and_kept() {
    let (_folder, journal) = journal();
    drop(recorded(&journal, draft(1)));
    drop(recorded(&journal, draft(2)));
    let path = journal.entry(id(1)).join(RECORD);
    let sound = fs::read_to_string(&path).expect("there");
    for damaged in [
        String::new(),
        sound.replace("\"version\": 1", "\"version\": 2"),
        sound.replace("\"number\": \"470/1\"", "\"number\": \"\""),
        sound.replace("\"way\": \"digest\"", "\"way\": \"pigeon\""),
        sound.replace("\"officer\"", "\"oficer\""),
    ] {
        fs::write(&path, &damaged).expect("written");
        let listed = journal.unfinished().expect("listed");
        match listed.as_slice() {
            [
                Unfinished { request_id: first, request: Err(JournalError::DamagedRecord { request_id, .. }) },
                Unfinished { request_id: second, request: Ok(_) },
            ] => {
                assert_eq!((*first, *request_id, *second), (id(1), id(1), id(2)), "{damaged}");
            }
            other => panic!("{damaged}: {other:?}"),
        }
        assert!(matches!(journal.take(id(1)), Err(JournalError::DamagedRecord { .. })));
    }
    // A sound entry may still be recorded while another one is damaged.
    recorded(&journal, draft(3)).finish().expect("finished");
    assert!(path.exists());
}

#[test]
fn a_record_in_another_entrys_folder_is_refused() {
    let (_folder, journal) = journal();
    drop(recorded(&journal, draft(1)));
    fs::rename(journal.entry(id(1)), journal.entry(id(2))).expect("renamed");
    assert!(matches!(
        journal.take(id(2)),
        Err(JournalError::MisplacedRecord { request_id, recorded }) if request_id == id(2) && recorded == id(1)
    ));
}

#[test]
fn an_oversized_record_is_refused_before_it_is_read() {
    let (_folder, journal) = journal();
    drop(recorded(&journal, draft(1)));
    let path = journal.entry(id(1)).join(RECORD);
    File::options().write(true).open(&path).and_then(|file| file.set_len(RECORD_LIMIT_BYTES + 1)).expect("grown");
    assert!(matches!(
        journal.take(id(1)),
        Err(JournalError::RecordTooLarge { size_bytes, .. }) if size_bytes == RECORD_LIMIT_BYTES + 1
    ));
}

#[test]
fn files_of_others_in_the_folder_are_left_alone() {
    let (_folder, journal) = journal();
    for name in ["profile.json", ".new-not-an-id", "notes"] {
        fs::write(journal.folder.join(name), b"x").expect("written");
    }
    recorded(&journal, draft(1)).finish().expect("finished");
    assert_eq!(unfinished_ids(&journal), []);
    for name in ["profile.json", ".new-not-an-id", "notes"] {
        assert!(journal.folder.join(name).exists(), "{name}");
    }
}

#[test]
fn half_of_a_file_that_a_killed_run_left_is_swept() {
    let (folder, journal) = journal();
    let state = folder.path().join("state");
    let half = state.join(format!(".{}.tmp", id(1)));
    for name in [".notes.tmp", "profile.json"] {
        fs::write(state.join(name), b"x").expect("written");
    }
    fs::write(&half, b"{").expect("written");
    Journal::open(&state).expect("opened");
    assert!(!half.exists());
    for name in [".notes.tmp", "profile.json"] {
        assert!(journal.folder.join(name).exists(), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_path_that_cannot_be_written_down_is_refused_before_anything_is_named() {
    use std::os::unix::ffi::OsStringExt as _;

    let (_folder, journal) = journal();
    let mut bad = draft(1);
    bad.request.input = Some(PathBuf::from(std::ffi::OsString::from_vec(vec![0xff])));
    assert!(
        matches!(journal.begin(vec![draft(2), bad]), Err(JournalError::Unrecordable { request_id, .. }) if request_id == id(1))
    );
    assert_eq!(unfinished_ids(&journal), []);
    // Nor does what was staged beside it stay: it holds a citizen's document.
    assert!(!journal.staging(id(2)).exists());
}
