//! The trust list: signed by the root, its number only grows, no key is ever forgotten; and the keys it names are in place or wait.

use std::{fs, path::Path};

use evidence::{
    KeyHint,
    trust_list::{KeyState, SignedTrustList, TrustList},
};
use keys::{
    Certificate, EnvelopeFault, FileFault, KeyError, Passphrase, PublicKey, SealKey, StatusKey,
    agency::{Agency, AgencyError, Authority, Compromise, Layout, Roll, Standing, StatementKind, TrustListChange},
    chain_from_pem,
};
use libtest_mimic::Trial;

use crate::harness::{NOW, agency, case, new_agency, passphrase, twin, write};

const DAY: u64 = 86_400;
const LIFETIME: u64 = 90 * DAY;
const LATER: u64 = NOW + 100 * DAY;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case("trust_list::the_first_names_both_keys_and_is_the_roots", the_first_names_both_keys),
        case("trust_list::its_number_only_grows", its_number_only_grows),
        case("trust_list::prefixes_are_added_and_never_taken_out", prefixes_are_added),
        case("trust_list::what_is_no_prefix_is_refused", what_is_no_prefix_is_refused),
        case("trust_list::a_refused_list_changes_nothing", a_refused_list_changes_nothing),
        case("trust_list::it_never_outlives_the_root", it_never_outlives_the_root),
        case("trust_list::an_older_index_publishes_none", an_older_index_publishes_none),
        case("trust_list::a_number_that_was_recorded_is_not_used_again", a_recorded_number_is_not_used_again),
        case("trust_list::a_clock_that_went_back_publishes_none", a_clock_that_went_back_publishes_none),
        case("trust_list::a_forged_list_does_not_stop_the_next", a_forged_list_does_not_stop_the_next),
        case("trust_list::a_roll_retires_the_old_key_and_keeps_it_on_the_list", a_roll_retires_the_old_key),
        case("trust_list::a_compromised_key_in_use_is_replaced", a_compromised_key_in_use_is_replaced),
        case("trust_list::a_compromised_earlier_key_is_only_marked", a_compromised_earlier_key_is_only_marked),
        case("trust_list::nonsense_about_a_compromise_is_refused", nonsense_about_a_compromise_is_refused),
        case("trust_list::an_interrupted_roll_is_finished", an_interrupted_roll_is_finished),
        case("trust_list::a_key_that_was_not_recorded_is_thrown_away", a_key_not_recorded_is_thrown_away),
        case("trust_list::an_old_agency_goes_on_without_one", an_old_agency_goes_on_without_one),
        case("trust_list::an_old_agency_gets_keys_and_list", an_old_agency_gets_keys_and_list),
        case("trust_list::an_interrupted_init_is_made_up_for", an_interrupted_init_is_made_up_for),
    ]
}

fn read(layout: &Layout) -> TrustList {
    SignedTrustList::from_cose(&fs::read(layout.trust_list()).expect("a list")).expect("a list").list().clone()
}

fn root_key(layout: &Layout) -> PublicKey {
    let chain = chain_from_pem(&fs::read(layout.root_anchor()).expect("an anchor")).expect("PEM");
    PublicKey::from_spki_der(Certificate::from_der(&chain[0]).expect("a certificate").spki_der()).expect("a key")
}

fn seal_key(layout: &Layout) -> SealKey {
    SealKey::open(&layout.seal_key(), &passphrase()).expect("the key in use")
}

fn hint(key: &SealKey) -> KeyHint {
    KeyHint::of_spki(key.spki_der())
}

fn issue(agency: &mut Agency, now: u64) -> Result<(), AgencyError> {
    agency.issue_trust_list(&TrustListChange::default(), LIFETIME, now, &passphrase())
}

fn roll(agency: &mut Agency, compromised: Option<Compromise>, now: u64) -> Result<Roll, AgencyError> {
    agency.roll_statement_key(StatementKind::Seal, compromised, LIFETIME, now, &passphrase(), &passphrase())
}

/// Name and octets of every file that a change could touch.
fn files(layout: &Layout) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = ["signer", "trust"]
        .iter()
        .filter_map(|folder| fs::read_dir(layout.dir().join(folder)).ok())
        .flat_map(|entries| entries.map(|entry| entry.expect("an entry").path()))
        .chain([layout.dir().join("ca/index.json")])
        .map(|path| (path.display().to_string(), fs::read(&path).expect("our file")))
        .collect();
    files.sort();
    files
}

fn the_first_names_both_keys() {
    let layout = agency().layout();
    let octets = fs::read(layout.trust_list()).expect("a list");
    let signed = SignedTrustList::from_cose(&octets).expect("a list");
    let root = root_key(layout);
    assert_eq!(signed.key_hint(), KeyHint::of_spki(root.spki_der()));
    assert!(root.verifies_statement(signed.to_be_signed(), signed.signature()));
    let list = signed.list();
    assert_eq!((list.sequence, list.issued_at.0, list.expires_at.0), (1, NOW, NOW + LIFETIME));
    assert_eq!(
        list.prefixes.iter().map(|prefix| prefix.as_str()).collect::<Vec<_>>(),
        ["https://tte.example.go.id/v#"]
    );
    assert_eq!(list.status_prefix.as_str(), "https://tte.example.go.id/status/");
    let status = StatusKey::open(&layout.status_key(), &passphrase()).expect("the key in use");
    let keys: Vec<_> = list.keys.iter().map(|key| (key.purpose.to_string(), key.spki_der.clone())).collect();
    assert_eq!(
        keys,
        [("seal".to_owned(), seal_key(layout).spki_der().to_vec()), ("status".to_owned(), status.spki_der().to_vec())]
    );
    assert!(list.keys.iter().all(|key| key.state == KeyState::Active && key.issue_from.0 == NOW));
    // Neither the issuing CA nor the signer can make one.
    for path in [layout.signing_chain(), layout.access_anchor()] {
        let chain = chain_from_pem(&fs::read(path).expect("a chain")).expect("PEM");
        for der in chain {
            let key = Certificate::from_der(&der).expect("a certificate");
            let key = PublicKey::from_spki_der(key.spki_der()).expect("a key");
            assert!(!key.verifies_statement(signed.to_be_signed(), signed.signature()));
        }
    }
}

fn its_number_only_grows() {
    let (folder, mut agency) = new_agency();
    issue(&mut agency, NOW + 1).expect("issued");
    let mut other = Agency::open(folder.path()).expect("the same agency");
    issue(&mut other, NOW + 2).expect("issued");
    issue(&mut agency, NOW + 2).expect("issued");
    let list = read(agency.layout());
    assert_eq!((list.sequence, list.issued_at.0), (4, NOW + 2));
}

fn prefixes_are_added() {
    let (_folder, mut agency) = new_agency();
    let change = TrustListChange {
        prefixes: vec!["https://baru.example.go.id/v#".to_owned(), "https://tte.example.go.id/v#".to_owned()],
        status_prefix: Some("https://baru.example.go.id/status/".to_owned()),
    };
    agency.issue_trust_list(&change, LIFETIME, NOW, &passphrase()).expect("issued");
    issue(&mut agency, NOW).expect("issued again, without a word about them");
    let list = read(agency.layout());
    let prefixes: Vec<_> = list.prefixes.iter().map(|prefix| prefix.as_str()).collect();
    assert_eq!(prefixes, ["https://tte.example.go.id/v#", "https://baru.example.go.id/v#"]);
    assert_eq!(list.status_prefix.as_str(), "https://baru.example.go.id/status/");
}

fn what_is_no_prefix_is_refused() {
    let (_folder, mut agency) = new_agency();
    let before = files(agency.layout());
    for text in ["http://a.example/v#", "https://a.example/v", "https://b@a.example/v#", ""] {
        let change = TrustListChange { prefixes: vec![text.to_owned()], status_prefix: None };
        let refused = agency.issue_trust_list(&change, LIFETIME, NOW, &passphrase()).expect_err("refused");
        assert!(matches!(refused, AgencyError::Prefix { kind: StatementKind::Seal, .. }), "{refused:?}");
    }
    for text in ["http://a.example/status/", "https://a.example/status", "https://a.example/v#"] {
        let change = TrustListChange { prefixes: Vec::new(), status_prefix: Some(text.to_owned()) };
        let refused = agency.issue_trust_list(&change, LIFETIME, NOW, &passphrase()).expect_err("refused");
        assert!(matches!(refused, AgencyError::Prefix { kind: StatementKind::Status, .. }), "{refused:?}");
    }
    assert_eq!(files(agency.layout()), before);
}

fn a_refused_list_changes_nothing() {
    let (folder, mut agency) = new_agency();
    let before = files(agency.layout());
    let wrong = Passphrase::new("bukan ini, bukan").expect("words");
    let wrong_words = AgencyError::Key(KeyError::Envelope(EnvelopeFault::WrongPassphrase));
    let nothing = TrustListChange::default();
    assert_eq!(agency.issue_trust_list(&nothing, LIFETIME, NOW, &wrong), Err(wrong_words.clone()));
    assert_eq!(agency.issue_trust_list(&nothing, 0, NOW, &passphrase()), Err(AgencyError::Times));
    assert_eq!(agency.issue_trust_list(&nothing, u64::MAX, NOW, &passphrase()), Err(AgencyError::Times));
    for (words, ca_words) in [(&wrong, &passphrase()), (&passphrase(), &wrong)] {
        let refused = agency.roll_statement_key(StatementKind::Seal, None, LIFETIME, NOW, words, ca_words);
        assert_eq!(refused, Err(wrong_words.clone()));
    }
    assert_eq!(
        agency.init_trust_list(&nothing, LIFETIME, NOW, &passphrase(), &passphrase()),
        Err(AgencyError::Exists { path: agency.layout().trust_list() })
    );
    let root = folder.path().join("ca/root.key");
    fs::rename(&root, folder.path().join("in-a-safe")).expect("our own file");
    let missing = AgencyError::Key(KeyError::File { path: root, fault: FileFault::NotFound });
    assert_eq!(issue(&mut agency, NOW), Err(missing));
    assert_eq!(files(agency.layout()), before);
}

fn it_never_outlives_the_root() {
    let (_folder, mut agency) = new_agency();
    let end = NOW + 20 * 365 * DAY;
    issue(&mut agency, end - DAY).expect("issued");
    assert_eq!(read(agency.layout()).expires_at.0, end);
    let late = AgencyError::AuthorityNotValid { authority: Authority::Root };
    assert_eq!(issue(&mut agency, end + 1), Err(late));
}

fn restore(path: &Path, octets: &[u8]) {
    fs::remove_file(path).expect("our own file");
    write(path, octets, 0o400);
}

/// A backup of the index would take the newest key off the list, and use its number twice.
fn an_older_index_publishes_none() {
    let (folder, mut agency) = new_agency();
    let index = folder.path().join("ca/index.json");
    let backup = fs::read(&index).expect("the index");
    roll(&mut agency, None, NOW + 1).expect("rolled");
    let published = fs::read(agency.layout().trust_list()).expect("a list");
    restore(&index, &backup);
    let ahead = AgencyError::TrustListAhead { published: 2, recorded: 1 };
    assert_eq!(issue(&mut agency, NOW + 2), Err(ahead));
    // Its number alone was made up for by hand.
    let text = String::from_utf8(backup).expect("JSON").replace("\"sequence\": 1", "\"sequence\": 9");
    restore(&index, text.as_bytes());
    let ahead = AgencyError::TrustListAhead { published: 2, recorded: 9 };
    assert_eq!(issue(&mut agency, NOW + 2), Err(ahead));
    assert_eq!(fs::read(agency.layout().trust_list()).expect("a list"), published);
}

/// The list could not be written after its number was recorded: that number is gone.
fn a_recorded_number_is_not_used_again() {
    let (_folder, mut agency) = new_agency();
    let list = agency.layout().trust_list();
    fs::remove_file(&list).expect("our own file");
    fs::create_dir(&list).expect("something in the way");
    let refused = issue(&mut agency, NOW + 1).expect_err("no list");
    assert!(matches!(refused, AgencyError::Key(KeyError::File { .. })), "{refused:?}");
    fs::remove_dir(&list).expect("our own folder");
    issue(&mut agency, NOW + 1).expect("issued");
    assert_eq!(read(agency.layout()).sequence, 3);
}

fn a_clock_that_went_back_publishes_none() {
    let (_folder, mut agency) = new_agency();
    issue(&mut agency, LATER).expect("issued");
    let refused = AgencyError::TrustListOfLater { issued_at: LATER, now: LATER - 1 };
    assert_eq!(issue(&mut agency, LATER - 1), Err(refused));
    assert_eq!(read(agency.layout()).sequence, 2);
}

/// Whoever can write into the published folder, but has no root key, must not stop the agency.
fn a_forged_list_does_not_stop_the_next() {
    let (_folder, mut agency) = new_agency();
    let (_other, mut twin) = twin();
    issue(&mut twin, NOW + 1).expect("issued");
    let list = agency.layout().trust_list();
    restore(&list, &fs::read(twin.layout().trust_list()).expect("a list"));
    issue(&mut agency, NOW).expect("issued");
    restore(&list, b"no list");
    issue(&mut agency, NOW).expect("issued");
    assert_eq!(read(agency.layout()).sequence, 3);
}

/// State and window of each seal key on the list.
fn seal_keys(layout: &Layout) -> Vec<(KeyHint, KeyState, u64, u64)> {
    let list = read(layout);
    let seals = list.keys.iter().filter(|key| key.purpose.to_string() == "seal");
    seals.map(|key| (KeyHint::of_spki(&key.spki_der), key.state, key.issue_from.0, key.issue_to.0)).collect()
}

const YEARS_2: u64 = 2 * 365 * DAY;

fn a_roll_retires_the_old_key() {
    let (_folder, mut agency) = new_agency();
    let layout = agency.layout().clone();
    let old = seal_key(&layout);
    let status = fs::read(layout.status_key()).expect("a key");
    assert_eq!(roll(&mut agency, None, LATER), Ok(Roll::Done));
    let new = seal_key(&layout);
    assert_ne!(new.spki_der(), old.spki_der());
    let expected =
        [(hint(&old), KeyState::Retired, NOW, LATER + 7 * DAY), (hint(&new), KeyState::Active, LATER, LATER + YEARS_2)];
    assert_eq!(seal_keys(&layout), expected);
    assert_eq!(read(&layout).sequence, 2);
    assert_eq!(fs::read(layout.status_key()).expect("a key"), status, "the other key stays");
    assert_eq!(roll(&mut agency, None, LATER + DAY), Ok(Roll::Done), "and again");
    assert_eq!(seal_keys(&layout)[..1], expected[..1], "what is retired stays as it was");
    assert_eq!(seal_keys(&layout).len(), 3);
    assert!(files(&layout).iter().all(|(name, _)| !name.ends_with(".new")));
}

fn a_compromised_key_in_use_is_replaced() {
    let (_folder, mut agency) = new_agency();
    let layout = agency.layout().clone();
    let old = seal_key(&layout);
    let compromise = Compromise { hint: hint(&old), at: LATER - DAY };
    assert_eq!(roll(&mut agency, Some(compromise), LATER), Ok(Roll::Done));
    let new = seal_key(&layout);
    assert_ne!(new.spki_der(), old.spki_der());
    let found: Vec<_> = seal_keys(&layout).into_iter().map(|(hint, state, ..)| (hint, state)).collect();
    let at = evidence::UnixSeconds(LATER - DAY);
    assert_eq!(found, [(hint(&old), KeyState::Compromised { at }), (hint(&new), KeyState::Active)]);
}

fn a_compromised_earlier_key_is_only_marked() {
    let (_folder, mut agency) = new_agency();
    let layout = agency.layout().clone();
    let old = hint(&seal_key(&layout));
    roll(&mut agency, None, LATER).expect("rolled");
    let key = fs::read(layout.seal_key()).expect("a key");
    let marked = |agency: &mut Agency, at| roll(agency, Some(Compromise { hint: old, at }), LATER + DAY);
    assert_eq!(marked(&mut agency, LATER), Ok(Roll::Marked));
    assert_eq!(fs::read(layout.seal_key()).expect("a key"), key, "the key in use stays");
    let standing = |agency: &Agency| agency.statement_keys()[0].standing;
    assert_eq!(standing(&agency), Standing::Compromised(LATER));
    // Found to be earlier: taken. Later: not, or what was distrusted would be trusted again.
    assert_eq!(marked(&mut agency, NOW), Ok(Roll::Marked));
    assert_eq!(marked(&mut agency, LATER), Ok(Roll::Marked));
    assert_eq!(standing(&agency), Standing::Compromised(NOW));
}

fn nonsense_about_a_compromise_is_refused() {
    let (_folder, mut agency) = new_agency();
    let before = files(agency.layout());
    let key = hint(&seal_key(agency.layout()));
    for at in [NOW - 1, LATER + 1] {
        let refused = AgencyError::CompromiseTime { at, from: NOW, now: LATER };
        assert_eq!(roll(&mut agency, Some(Compromise { hint: key, at }), LATER), Err(refused));
    }
    let status = agency.statement_keys().iter().find(|key| key.kind == StatementKind::Status).expect("a key").hint();
    for hint in [KeyHint::from_bytes([0; 4]), status] {
        let refused = AgencyError::UnknownStatementKey { kind: StatementKind::Seal, hint };
        assert_eq!(roll(&mut agency, Some(Compromise { hint, at: NOW }), LATER), Err(refused));
    }
    assert_eq!(files(agency.layout()), before);
}

/// A power loss after the list was published and before the key had its place.
fn an_interrupted_roll_is_finished() {
    let (folder, mut agency) = new_agency();
    let layout = agency.layout().clone();
    let old = fs::read(layout.seal_key()).expect("a key");
    roll(&mut agency, None, LATER).expect("rolled");
    let new = hint(&seal_key(&layout));
    let waits = folder.path().join("signer/seal.key.new");
    fs::rename(layout.seal_key(), &waits).expect("our own file");
    write(&layout.seal_key(), old, 0o400);

    let mut agency = Agency::open(folder.path()).expect("the agency");
    assert!(agency.roll_was_interrupted(StatementKind::Seal));
    assert_eq!(roll(&mut agency, None, LATER + DAY), Ok(Roll::EarlierFinished));
    assert!(!agency.roll_was_interrupted(StatementKind::Seal));
    assert_eq!(hint(&seal_key(&layout)), new);
    assert_eq!(seal_keys(&layout).len(), 2, "no other key was made");
}

/// A power loss before the key was recorded: no list names it, so nothing may be sealed with it.
fn a_key_not_recorded_is_thrown_away() {
    let (folder, mut agency) = new_agency();
    let (_other, twin) = twin();
    let stranger = hint(&seal_key(twin.layout()));
    write(&folder.path().join("signer/seal.key.new"), fs::read(twin.layout().seal_key()).expect("a key"), 0o400);
    assert_eq!(roll(&mut agency, None, LATER), Ok(Roll::Done));
    assert!(seal_keys(agency.layout()).iter().all(|(hint, ..)| *hint != stranger));
    assert!(!agency.roll_was_interrupted(StatementKind::Seal));
    assert_eq!(seal_keys(agency.layout())[1].0, hint(&seal_key(agency.layout())));
}

/// As agencies were before there were seals: no keys, no list, an index of version 1 that knows of none.
fn old_agency() -> (tempfile::TempDir, Agency) {
    let (folder, agency) = new_agency();
    let layout = agency.layout();
    for path in [layout.seal_key(), layout.status_key()] {
        fs::remove_file(path).expect("our own file");
    }
    fs::remove_dir_all(folder.path().join("trust")).expect("our own folder");
    let index = folder.path().join("ca/index.json");
    let mut ledger: serde_json::Value = serde_json::from_slice(&fs::read(&index).expect("the index")).expect("JSON");
    ledger.as_object_mut().expect("an object").remove("trust").expect("it was there");
    ledger["version"] = 1.into();
    restore(&index, ledger.to_string().as_bytes());
    let agency = Agency::open(folder.path()).expect("an old agency");
    (folder, agency)
}

fn an_old_agency_goes_on_without_one() {
    let (folder, mut agency) = old_agency();
    assert!(agency.statement_keys().is_empty());
    agency.renew_crls(NOW, &passphrase()).expect("renewed");
    agency.renew_server(&[], NOW, &passphrase()).expect("renewed");
    let index = fs::read_to_string(folder.path().join("ca/index.json")).expect("the index");
    assert!(index.contains("\"version\": 1,") && !index.contains("trust"), "earlier programs still read it");
    let none = AgencyError::NoTrustList { path: folder.path().to_owned() };
    assert_eq!(issue(&mut agency, NOW), Err(none.clone()));
    assert_eq!(roll(&mut agency, None, NOW), Err(none));
    assert!(!agency.layout().seal_key().exists() && !folder.path().join("trust").exists());
}

fn init(agency: &mut Agency, words: &Passphrase) -> Result<(), AgencyError> {
    agency.init_trust_list(&TrustListChange::default(), LIFETIME, LATER, words, &passphrase())
}

fn an_old_agency_gets_keys_and_list() {
    let (folder, mut agency) = old_agency();
    let before = files(agency.layout());
    let wrong = Passphrase::new("bukan ini, bukan").expect("words");
    let wrong_words = AgencyError::Key(KeyError::Envelope(EnvelopeFault::WrongPassphrase));
    assert_eq!(init(&mut agency, &wrong), Err(wrong_words));
    assert_eq!(files(agency.layout()), before, "the service could not have opened such keys");
    init(&mut agency, &passphrase()).expect("made");
    let layout = agency.layout().clone();
    assert_eq!(seal_keys(&layout), [(hint(&seal_key(&layout)), KeyState::Active, LATER, LATER + YEARS_2)]);
    StatusKey::open(&layout.status_key(), &passphrase()).expect("a status key");
    assert_eq!(read(&layout).sequence, 1);
    assert!(fs::read_to_string(folder.path().join("ca/index.json")).expect("the index").contains("\"version\": 2,"));
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| path.metadata().expect("metadata").permissions().mode() & 0o7777;
    assert_eq!([&layout.seal_key(), &layout.status_key()].map(|path| mode(path)), [0o400; 2]);
    assert_eq!(mode(&layout.trust_list()), 0o444);
    assert!(files(&layout).iter().all(|(name, _)| !name.ends_with(".new")));
    // What changes it later knows the list.
    Agency::open(folder.path()).and_then(|mut agency| agency.renew_crls(LATER, &passphrase())).expect("renewed");
    assert_eq!(issue(&mut agency, LATER), Ok(()));
}

/// A power loss at any step: the next attempt leaves an agency whose list names the keys that are in place.
fn an_interrupted_init_is_made_up_for() {
    // Before the recording: keys that nobody knows wait.
    let (folder, mut agency) = old_agency();
    write(&folder.path().join("signer/seal.key.new"), "half", 0o400);
    init(&mut agency, &passphrase()).expect("made");
    assert_eq!(seal_keys(agency.layout())[0].0, hint(&seal_key(agency.layout())));

    // After it: list and ledger are there, and the keys wait.
    let layout = agency.layout().clone();
    let new = hint(&seal_key(&layout));
    fs::rename(layout.seal_key(), folder.path().join("signer/seal.key.new")).expect("our own file");
    assert_eq!(roll(&mut agency, None, LATER), Ok(Roll::EarlierFinished));
    assert_eq!(hint(&seal_key(&layout)), new);
    assert_eq!(seal_keys(&layout).len(), 1, "no other key was made");
}
