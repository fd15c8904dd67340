//! A new signing key and certificate within an agency: both or neither, and what was signed before stays verifiable.

use std::{fs, path::Path, sync::Arc};

use keys::{
    Certificate, Credential, EnvelopeFault, KeyError, Passphrase, SoftKey,
    agency::{Agency, AgencyError, Layout, NameAttribute, Purpose, Renewal, Signer, State},
    chain_from_pem,
};
use libtest_mimic::Trial;

use crate::harness::{NOW, case, case_with, new_agency, openssl, openssl_present, passphrase, text, twin, write};

const YEAR: u64 = 365 * 86_400;
const LATER: u64 = NOW + YEAR;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case("signing_certificate::a_renewed_pair_belongs_together", a_renewed_pair_belongs_together),
        case("signing_certificate::another_person_may_sign_from_now_on", another_person_may_sign_from_now_on),
        case("signing_certificate::a_refused_renewal_changes_nothing", a_refused_renewal_changes_nothing),
        case("signing_certificate::the_chain_of_an_outside_ca_is_not_replaced", an_outside_chain_is_not_replaced),
        case("signing_certificate::an_interrupted_renewal_is_finished", an_interrupted_renewal_is_finished),
        case("signing_certificate::what_was_not_recorded_is_thrown_away", what_was_not_recorded_is_thrown_away),
        case_with("signing_certificate::openssl_accepts_the_old_and_the_new", openssl_present(), openssl_accepts_both),
    ]
}

fn renew(agency: &mut Agency) -> Result<Renewal, AgencyError> {
    agency.renew_signing_certificate(Signer::Same, 2 * YEAR, LATER, &passphrase(), &passphrase())
}

fn chain(layout: &Layout) -> Vec<Vec<u8>> {
    chain_from_pem(&fs::read(layout.signing_chain()).expect("a chain")).expect("a chain")
}

/// The credential that a service would have.
fn credential(layout: &Layout) -> Credential {
    let key = SoftKey::load(&layout.signing_key(), &passphrase()).expect("a key");
    Credential::new(Arc::new(key), chain(layout)).expect("key and chain belong together")
}

/// Every file under the signer's folder, and the ledger.
fn files(layout: &Layout) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(layout.dir().join("signer"))
        .expect("our folder")
        .map(|entry| entry.expect("an entry").path())
        .chain([layout.dir().join("ca/index.json")])
        .map(|path| (path.display().to_string(), fs::read(&path).expect("our file")))
        .collect();
    files.sort();
    files
}

fn a_renewed_pair_belongs_together() {
    let (_folder, mut agency) = new_agency();
    let old = credential(agency.layout());
    assert_eq!(renew(&mut agency), Ok(Renewal::Done));
    let new = credential(agency.layout());
    assert_ne!(new.key_id(), old.key_id());
    assert_eq!(new.subject_common_name(), old.subject_common_name());
    assert_eq!(new.subject_title(), old.subject_title());
    assert_eq!((new.not_before_unix(), new.not_after_unix()), (LATER, LATER + 2 * YEAR));
    assert_eq!(chain(agency.layout())[1], old.chain_der()[1], "the same issuing CA");
    let states: Vec<State> = agency
        .issued()
        .filter(|(_, issued)| issued.purpose == Purpose::Signing)
        .map(|(_, issued)| issued.state(LATER))
        .collect();
    assert_eq!(states, [State::Valid, State::Valid]);
    let names = files(agency.layout()).len();
    assert_eq!(renew(&mut agency), Ok(Renewal::Done), "and again");
    assert_eq!(files(agency.layout()).len(), names, "nothing is left beside the files");
}

fn another_person_may_sign_from_now_on() {
    let (_folder, mut agency) = new_agency();
    let signer = Signer::Named { name: "Budi Contoh", title: "Plt. Kepala Dinas" };
    let renewed = agency.renew_signing_certificate(signer, YEAR, LATER, &passphrase(), &passphrase());
    assert_eq!(renewed, Ok(Renewal::Done));
    let new = credential(agency.layout());
    assert_eq!(new.subject_common_name(), "Budi Contoh (UJI COBA)");
    assert_eq!(new.subject_title(), Some("Plt. Kepala Dinas"));
}

fn a_refused_renewal_changes_nothing() {
    let (_folder, mut agency) = new_agency();
    let before = files(agency.layout());
    let wrong = Passphrase::new("bukan ini, bukan").expect("words");
    let wrong_words = AgencyError::Key(KeyError::Envelope(EnvelopeFault::WrongPassphrase));
    let attempts = [
        (Signer::Same, YEAR, LATER, &wrong, &passphrase(), wrong_words.clone()),
        (Signer::Same, YEAR, LATER, &passphrase(), &wrong, wrong_words),
        (Signer::Same, 0, LATER, &passphrase(), &passphrase(), AgencyError::Times),
        (Signer::Same, u64::MAX, LATER, &passphrase(), &passphrase(), AgencyError::Times),
        (
            Signer::Named { name: "Budi", title: "" },
            YEAR,
            LATER,
            &passphrase(),
            &passphrase(),
            AgencyError::NameEmpty { attribute: NameAttribute::Title },
        ),
    ];
    for (signer, lifetime, now, words, ca_words, error) in attempts {
        assert_eq!(agency.renew_signing_certificate(signer, lifetime, now, words, ca_words), Err(error));
        assert_eq!(files(agency.layout()), before);
    }
}

fn an_outside_chain_is_not_replaced() {
    let (_folder, mut agency) = new_agency();
    let (_other, twin) = twin();
    let outside = fs::read(twin.layout().signing_chain()).expect("a chain");
    replace(&agency.layout().signing_chain(), &outside, 0o444);
    let serial = Certificate::from_der(&chain(agency.layout())[0]).expect("a certificate").serial_hex();
    assert_eq!(renew(&mut agency), Err(AgencyError::UnknownSerial { serial }));
    assert_eq!(fs::read(agency.layout().signing_chain()).expect("a chain"), outside);
}

fn replace(path: &Path, octets: &[u8], mode: u32) {
    let _absent = fs::remove_file(path);
    write(path, octets, mode);
}

/// Both states in which a power loss after the recording can leave the files.
fn an_interrupted_renewal_is_finished() {
    for key_has_its_place in [false, true] {
        let (folder, mut agency) = new_agency();
        let layout = agency.layout().clone();
        let (key_file, chain_file) = (layout.signing_key(), layout.signing_chain());
        let old = [&key_file, &chain_file].map(|path| fs::read(path).expect("a file"));
        assert_eq!(renew(&mut agency), Ok(Renewal::Done));
        let new = credential(&layout);
        let issued = agency.issued().count();
        fs::rename(&chain_file, folder.path().join("signer/chain.pem.new")).expect("our own file");
        write(&chain_file, &old[1], 0o444);
        if !key_has_its_place {
            fs::rename(&key_file, folder.path().join("signer/signing.key.new")).expect("our own file");
            write(&key_file, &old[0], 0o400);
        }

        let mut agency = Agency::open(folder.path()).expect("the agency");
        assert_eq!(renew(&mut agency), Ok(Renewal::EarlierFinished));
        assert_eq!(credential(&layout).chain_id(), new.chain_id());
        assert_eq!(agency.issued().count(), issued, "no other certificate was issued");
        assert!(!folder.path().join("signer/chain.pem.new").exists());
        assert!(!folder.path().join("signer/signing.key.new").exists());
    }
}

/// A power loss before the recording: the service never saw these files, and the ledger knows nothing of them.
fn what_was_not_recorded_is_thrown_away() {
    let (folder, mut agency) = new_agency();
    let (_other, twin) = twin();
    let layout = agency.layout().clone();
    let read = |path: &Path| fs::read(path).expect("a file");
    write(&folder.path().join("signer/signing.key.new"), read(&twin.layout().signing_key()), 0o400);
    write(&folder.path().join("signer/chain.pem.new"), read(&twin.layout().signing_chain()), 0o444);
    assert_eq!(renew(&mut agency), Ok(Renewal::Done));
    assert_ne!(credential(&layout).key_id(), credential(twin.layout()).key_id());
    assert!(!folder.path().join("signer/chain.pem.new").exists());
    // Half a file of an attempt that went no further.
    write(&folder.path().join("signer/signing.key.new"), "half", 0o400);
    assert_eq!(renew(&mut agency), Ok(Renewal::Done));
    credential(&layout);
}

fn openssl_accepts_both() {
    let (folder, mut agency) = new_agency();
    let old = folder.path().join("old.pem");
    fs::copy(agency.layout().signing_chain(), &old).expect("our own file");
    renew(&mut agency).expect("renewed");
    agency.renew_crls(LATER, &passphrase()).expect("renewed");
    let layout = agency.layout();
    let at = (LATER + 60).to_string();
    let (root, new) = (layout.root_anchor(), layout.signing_chain());
    let crls = [keys::agency::Authority::Root, keys::agency::Authority::Issuing].map(|authority| layout.crl(authority));
    for chain in [&old, &new] {
        openssl(&[
            "verify",
            "-x509_strict",
            "-crl_check_all",
            "-attime",
            &at,
            "-CAfile",
            text(&root),
            "-CRLfile",
            text(&crls[0]),
            "-CRLfile",
            text(&crls[1]),
            "-untrusted",
            text(chain),
            text(chain),
        ]);
    }
    let public = |arguments: &[&str]| openssl(&[arguments, &["-pubkey", "-noout"]].concat());
    let pass = format!("pass:{}", crate::harness::WORDS);
    let of_key = openssl(&["pkey", "-in", text(&layout.signing_key()), "-passin", &pass, "-pubout"]);
    assert_eq!(of_key, public(&["x509", "-in", text(&new)]));
    assert_ne!(of_key, public(&["x509", "-in", text(&old)]));
}
