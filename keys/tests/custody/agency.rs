//! An agency: whole or not at all, and never over another.

use std::{
    fs::{self, File, OpenOptions},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use keys::{
    Certificate, EnvelopeFault, KeyError, Passphrase,
    agency::{
        Agency, AgencyError, AgencyOptions, Authority, Issued, Lifetimes, NameAttribute, Purpose, RevocationReason,
        TestMark,
    },
    chain_from_pem,
};
use libtest_mimic::Trial;

use crate::harness::{NOW, agency, case, folder, new_agency, office, options, passphrase, serial, twin, write};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case("agency::every_file_lies_where_others_look_for_it_with_its_mode", every_file_has_its_place_and_mode),
        case("agency::an_agency_is_never_made_over_another", an_agency_is_never_made_over_another),
        case("agency::nothing_of_that_name_is_overwritten", nothing_of_that_name_is_overwritten),
        case("agency::a_link_by_one_of_its_names_is_in_the_way", a_link_by_one_of_its_names_is_in_the_way),
        case("agency::other_files_in_the_folder_are_left_alone", other_files_in_the_folder_are_left_alone),
        case("agency::a_left_over_attempt_is_told", a_left_over_attempt_is_told),
        case("agency::names_that_do_not_fit_a_certificate_are_refused", names_that_do_not_fit_are_refused),
        case("agency::a_refused_agency_leaves_nothing_behind", a_refused_agency_leaves_nothing_behind),
        case("agency::server_names_are_dns_names_or_addresses", server_names_are_dns_names_or_addresses),
        case("agency::crls_are_fetched_over_plain_http", crls_are_fetched_over_plain_http),
        case("agency::an_office_is_given_once", an_office_is_given_once),
        case("agency::test_material_says_so_and_other_material_does_not", test_material_says_so),
        case("agency::a_certificate_never_outlives_its_issuer", a_certificate_never_outlives_its_issuer),
        case("agency::an_expired_ca_issues_nothing", an_expired_ca_issues_nothing),
        case("agency::no_two_serial_numbers_or_keys_are_alike", no_two_serial_numbers_or_keys_are_alike),
        case("agency::opens_what_it_wrote", opens_what_it_wrote),
        case("agency::a_folder_without_an_agency_is_told", a_folder_without_an_agency_is_told),
        case("agency::a_damaged_or_later_index_is_refused", a_damaged_or_later_index_is_refused),
        case("agency::two_changes_at_once_are_refused", two_changes_at_once_are_refused),
        case("agency::the_wrong_passphrase_changes_nothing", the_wrong_passphrase_changes_nothing),
        case("agency::a_ca_key_of_another_agency_is_refused", a_ca_key_of_another_agency_is_refused),
        case("agency::the_cas_may_have_a_passphrase_of_their_own", the_cas_may_have_a_passphrase_of_their_own),
        case("agency::the_server_gets_a_new_key_and_certificate", the_server_gets_a_new_key_and_certificate),
    ]
}

fn modes(dir: &Path, below: &Path, found: &mut Vec<(String, u32)>) {
    for entry in fs::read_dir(below).expect("our folder") {
        let path = entry.expect("an entry").path();
        let mode = path.metadata().expect("metadata").permissions().mode() & 0o7777;
        found.push((path.strip_prefix(dir).expect("below").display().to_string(), mode));
        if path.is_dir() {
            modes(dir, &path, found);
        }
    }
}

fn every_file_has_its_place_and_mode() {
    let dir = agency().layout().dir();
    let mut found = Vec::new();
    modes(dir, dir, &mut found);
    found.retain(|(path, _)| !path.starts_with("ca/issued/") && path != "ca/lock");
    found.sort();
    let expected = [
        ("anchors", 0o755),
        ("anchors/access.pem", 0o444),
        ("anchors/root.pem", 0o444),
        ("ca", 0o700),
        ("ca/access.key", 0o400),
        ("ca/access.pem", 0o444),
        ("ca/index.json", 0o400),
        ("ca/issued", 0o700),
        ("ca/issuing.key", 0o400),
        ("ca/issuing.pem", 0o444),
        ("ca/root.key", 0o400),
        ("ca/root.pem", 0o444),
        ("crls", 0o755),
        ("crls/access.crl", 0o444),
        ("crls/issuing.crl", 0o444),
        ("crls/root.crl", 0o444),
        ("office", 0o700),
        ("office/kec-barat.key", 0o400),
        ("office/kec-barat.pem", 0o444),
        ("office/kec-utara.key", 0o400),
        ("office/kec-utara.pem", 0o444),
        ("signer", 0o700),
        ("signer/chain.pem", 0o444),
        ("signer/commitment.key", 0o400),
        ("signer/seal.key", 0o400),
        ("signer/server.key", 0o400),
        ("signer/server.pem", 0o444),
        ("signer/signing.key", 0o400),
        ("signer/status.key", 0o400),
        ("trust", 0o755),
        ("trust/trust-list.cose", 0o444),
    ];
    assert_eq!(found, expected.map(|(path, mode)| (path.to_owned(), mode)));
    assert_eq!(fs::read(agency().layout().commitment_key()).expect("a key").len(), 32);
}

fn create(dir: &Path, change: impl FnOnce(&mut AgencyOptions<'_>)) -> Result<Agency, AgencyError> {
    let passphrase = passphrase();
    let mut options = options(&passphrase);
    change(&mut options);
    Agency::create(dir, &options)
}

fn an_agency_is_never_made_over_another() {
    let (folder, first) = new_agency();
    let before = fs::read(first.layout().signing_key()).expect("a key");
    let refused = create(folder.path(), |_| ()).expect_err("refused");
    assert_eq!(refused, AgencyError::Exists { path: folder.path().join("anchors") });
    assert_eq!(fs::read(first.layout().signing_key()).expect("the same key"), before);
}

fn nothing_of_that_name_is_overwritten() {
    for name in ["anchors", "crls", "trust", "signer", "office", "ca"] {
        let folder = folder();
        let path = folder.path().join(name);
        fs::create_dir(&path).expect("a folder");
        fs::write(path.join("mine"), "mine").expect("a file");
        assert_eq!(create(folder.path(), |_| ()).expect_err("refused"), AgencyError::Exists { path: path.clone() });
        assert_eq!(fs::read_dir(folder.path()).expect("our folder").count(), 1);
        assert_eq!(fs::read(path.join("mine")).expect("still there"), b"mine");
    }
    // A file where a folder should be.
    let folder = folder();
    let path = folder.path().join("ca");
    fs::write(&path, "mine").expect("a file");
    assert_eq!(create(folder.path(), |_| ()).expect_err("refused"), AgencyError::Exists { path });
}

/// A link is no empty folder wherever it leads: an agency that was half put in place could not be put right again.
fn a_link_by_one_of_its_names_is_in_the_way() {
    for leads_to in ["nowhere", "empty"] {
        let dir = folder();
        fs::create_dir(dir.path().join("empty")).expect("a folder");
        std::os::unix::fs::symlink(dir.path().join(leads_to), dir.path().join("signer")).expect("a link");
        let refused = create(dir.path(), |_| ()).expect_err("refused");
        assert_eq!(refused, AgencyError::Exists { path: dir.path().join("signer") }, "{leads_to}");
        assert!(!dir.path().join("anchors").exists() && !dir.path().join(".agency.new").exists(), "{leads_to}");
    }
}

fn other_files_in_the_folder_are_left_alone() {
    let folder = folder();
    fs::create_dir(folder.path().join("office")).expect("an empty folder is no agency");
    fs::write(folder.path().join("signer.toml"), "mine").expect("a file");
    create(folder.path(), |_| ()).expect("an agency");
    assert_eq!(fs::read(folder.path().join("signer.toml")).expect("still there"), b"mine");
}

fn a_left_over_attempt_is_told() {
    let folder = folder();
    let path = folder.path().join(".agency.new");
    fs::create_dir(&path).expect("a folder");
    assert_eq!(create(folder.path(), |_| ()).expect_err("refused"), AgencyError::LeftOver { path: path.clone() });
    assert!(path.exists(), "it may be another process at work");
}

fn names_that_do_not_fit_are_refused() {
    let dir = folder();
    let long = "x".repeat(54);
    let refused = create(dir.path(), |options| options.organization = long.clone()).expect_err("refused");
    let attribute = NameAttribute::Organization;
    assert_eq!(refused, AgencyError::NameTooLong { attribute, length: 65, limit: 64 }, "54 and the mark's 11");
    let refused = create(dir.path(), |options| options.signer_title = "  ".to_owned()).expect_err("refused");
    assert_eq!(refused, AgencyError::NameEmpty { attribute: NameAttribute::Title });
    let refused = create(dir.path(), |options| options.signer_name = "Siti\nContoh".to_owned()).expect_err("refused");
    assert_eq!(refused, AgencyError::NameControl { attribute: NameAttribute::CommonName });
    let refused = create(dir.path(), |options| options.organizational_unit = Some(String::new())).expect_err("refused");
    assert_eq!(refused, AgencyError::NameEmpty { attribute: NameAttribute::OrganizationalUnit });
    let refused =
        create(dir.path(), |options| options.offices = vec![(office("a"), "x".repeat(65))]).expect_err("refused");
    let attribute = NameAttribute::CommonName;
    assert_eq!(refused, AgencyError::NameTooLong { attribute, length: 65, limit: 64 });
    // Characters, not octets, are counted.
    create(dir.path(), |options| options.organization = "é".repeat(53)).expect("64 characters with the mark");
}

fn a_refused_agency_leaves_nothing_behind() {
    let folder = folder();
    // Refused when the first certificate is to be made: the year is beyond 9999.
    let refused = create(folder.path(), |options| options.now = 253_402_300_800 - 10).expect_err("refused");
    assert_eq!(refused, AgencyError::Times);
    let refused = create(folder.path(), |options| options.now = u64::MAX - 10).expect_err("refused");
    assert_eq!(refused, AgencyError::Times);
    assert_eq!(fs::read_dir(folder.path()).expect("our folder").count(), 0);
}

fn server_names_are_dns_names_or_addresses() {
    let dir = folder();
    for name in [
        "",
        "*.example",
        "a b",
        "-a.example",
        "a-.example",
        "a..b",
        "example.",
        "1.2.3",
        "300.1.1.1",
        "a_b",
        "ü.example",
    ] {
        let refused = create(dir.path(), |options| options.server_names = vec![name.to_owned()]).expect_err("refused");
        assert_eq!(refused, AgencyError::ServerName { name: name.to_owned() });
    }
}

fn crls_are_fetched_over_plain_http() {
    let dir = folder();
    for uri in [
        "",
        "crl.example",
        "https://crl.example",
        "ftp://crl.example",
        "http://",
        "http:///x",
        "http://a b",
        "http://é",
    ] {
        let refused = create(dir.path(), |options| options.crl_base_uri = uri.to_owned()).expect_err("refused");
        assert_eq!(refused, AgencyError::CrlUri { uri: uri.to_owned() });
    }
}

fn an_office_is_given_once() {
    let dir = folder();
    let twice = vec![(office("kec-utara"), "A".to_owned()), (office("kec-utara"), "B".to_owned())];
    let refused = create(dir.path(), |options| options.offices = twice).expect_err("refused");
    assert_eq!(refused, AgencyError::OfficeExists { office: office("kec-utara") });
}

fn subjects(agency: &Agency) -> Vec<String> {
    agency.issued().map(|(_, issued)| issued.subject.clone()).collect()
}

fn test_material_says_so() {
    assert!(subjects(agency()).iter().all(|subject| subject.contains("UJI COBA")));
    let dir = folder();
    let unmarked = create(dir.path(), |options| options.test = TestMark::Unmarked).expect("an agency");
    assert!(subjects(&unmarked).iter().all(|subject| !subject.contains("UJI COBA")));
    let dir = folder();
    let marked =
        create(dir.path(), |options| options.organization = "UJI COBA Disdukcapil".to_owned()).expect("an agency");
    assert_eq!(marked.organization(), "UJI COBA Disdukcapil", "once is enough");
}

fn a_certificate_never_outlives_its_issuer() {
    let dir = folder();
    let short = Lifetimes { root: 1_000, issuing: 5_000, signing: 5_000, tls: 5_000, crl: 100, ..Lifetimes::default() };
    let agency = create(dir.path(), |options| options.validity = short).expect("an agency");
    assert!(agency.issued().all(|(_, issued)| issued.not_after == NOW + 1_000));
}

fn an_expired_ca_issues_nothing() {
    let (_folder, mut agency) = new_agency();
    let late = NOW + 21 * 365 * 86_400;
    let refused = agency.add_office(&office("kec-baru"), "Kecamatan Baru", late, &passphrase()).expect_err("refused");
    assert_eq!(refused, AgencyError::AuthorityNotValid { authority: Authority::Access });
    assert!(!agency.layout().office_key(&office("kec-baru")).exists());
}

fn no_two_serial_numbers_or_keys_are_alike() {
    let (_folder, other) = twin();
    let all: Vec<&Issued> = agency().issued().chain(other.issued()).map(|(_, issued)| issued).collect();
    assert_eq!(all.len(), 14);
    let distinct = |of: fn(&Issued) -> &str| {
        let mut values: Vec<&str> = all.iter().map(|issued| of(issued)).collect();
        values.sort_unstable();
        values.dedup();
        values.len()
    };
    assert_eq!(distinct(|issued| &issued.serial), 14);
    assert_eq!(distinct(|issued| &issued.key_id), 14);
    // 17 octets, positive, no leading zero: 34 digits, the first between 4 and 7.
    assert!(all.iter().all(
        |issued| issued.serial.len() == 34 && ('4'..='7').contains(&issued.serial.chars().next().expect("a digit"))
    ));
}

fn opens_what_it_wrote() {
    let opened = Agency::open(agency().layout().dir()).expect("an agency");
    assert!(opened.issued().eq(agency().issued()));
    assert_eq!(opened.organization(), "Disdukcapil Kota Contoh (UJI COBA)");
}

fn a_folder_without_an_agency_is_told() {
    let folder = folder();
    let refused = Agency::open(folder.path()).expect_err("refused");
    assert_eq!(refused, AgencyError::NotAnAgency { path: folder.path().to_owned() });
}

fn a_damaged_or_later_index_is_refused() {
    let (folder, agency) = new_agency();
    let path = folder.path().join("ca/index.json");
    let text = fs::read_to_string(&path).expect("the index");
    let refused = |text: &str| {
        write(&path, text, 0o600);
        Agency::open(agency.layout().dir()).expect_err("refused")
    };
    let version = AgencyError::IndexVersion { path: path.clone(), version: 3 };
    assert_eq!(refused(&text.replace("\"version\": 2", "\"version\": 3, \"later\": true")), version);
    let damaged = |line, column| AgencyError::IndexDamaged { path: path.clone(), line, column };
    assert_eq!(refused(""), damaged(1, 0));
    assert_eq!(refused("{\"version\": 2}"), damaged(1, 14));
    assert_eq!(refused(&text.replace("{\n  \"version\": 2,", "{\n  \"version\": 2, \"unknown\": 1,")), damaged(2, 25));
}

fn two_changes_at_once_are_refused() {
    let (folder, mut agency) = new_agency();
    let held = OpenOptions::new().write(true).create(true).truncate(false).open(folder.path().join("ca/lock"));
    let held: File = held.expect("the lock");
    held.lock().expect("nobody else has it");
    let busy = AgencyError::Busy { path: folder.path().to_owned() };
    assert_eq!(agency.renew_crls(NOW, &passphrase()).expect_err("refused"), busy);
    drop(held);
    agency.renew_crls(NOW, &passphrase()).expect("free again");
}

fn the_wrong_passphrase_changes_nothing() {
    let (folder, mut agency) = new_agency();
    let index = fs::read(folder.path().join("ca/index.json")).expect("the index");
    let wrong = Passphrase::new("bukan ini").expect("words");
    let expected = AgencyError::Key(KeyError::Envelope(EnvelopeFault::WrongPassphrase));
    let signing = serial(&agency, &Purpose::Signing);
    let reason = RevocationReason::KeyCompromise;
    assert_eq!(agency.revoke(&signing, reason, NOW, &wrong).expect_err("refused"), expected);
    assert!(agency.issued().all(|(_, issued)| issued.revoked.is_none()));
    assert_eq!(agency.add_office(&office("baru"), "Baru", NOW, &wrong).expect_err("refused"), expected);
    assert_eq!(agency.issue_crl(Authority::Root, NOW, &wrong).expect_err("refused"), expected);
    assert_eq!(fs::read(folder.path().join("ca/index.json")).expect("the index"), index);
}

fn a_ca_key_of_another_agency_is_refused() {
    let (folder, mut agency) = new_agency();
    let (other, _) = twin();
    let path = folder.path().join("ca/root.key");
    fs::remove_file(&path).expect("our own file");
    write(&path, fs::read(other.path().join("ca/root.key")).expect("a key"), 0o400);
    let refused = agency.issue_crl(Authority::Root, NOW, &passphrase()).expect_err("refused");
    assert!(matches!(refused, AgencyError::Key(KeyError::KeyAndCertificateMismatch { .. })), "{refused:?}");
}

fn the_cas_may_have_a_passphrase_of_their_own() {
    let dir = folder();
    let (signer_words, ca_words) = (passphrase(), Passphrase::new("kata sandi para CA").expect("words"));
    let options = AgencyOptions { ca_passphrase: Some(&ca_words), ..options(&signer_words) };
    let mut agency = Agency::create(dir.path(), &options).expect("an agency");
    keys::SoftKey::load(&agency.layout().signing_key(), &signer_words).expect("the signer's words");
    agency.renew_crls(NOW, &ca_words).expect("the CAs' words");
    let refused = agency.renew_crls(NOW, &signer_words).expect_err("refused");
    assert_eq!(refused, AgencyError::Key(KeyError::Envelope(EnvelopeFault::WrongPassphrase)));
}

fn the_server_gets_a_new_key_and_certificate() {
    let (_folder, mut agency) = new_agency();
    let certificate = |agency: &Agency| {
        let text = fs::read(agency.layout().server_certificate()).expect("a certificate");
        Certificate::from_der(&chain_from_pem(&text).expect("PEM")[0]).expect("a certificate")
    };
    let old = certificate(&agency);
    agency.renew_server(&["baru.example".to_owned()], NOW + 5, &passphrase()).expect("renewed");
    let new = certificate(&agency);
    assert_ne!(new.key_id(), old.key_id());
    assert_eq!(new.not_before_unix(), NOW + 5);
    assert_eq!(agency.issued().filter(|(_, issued)| issued.purpose == Purpose::Server).count(), 2);
}
