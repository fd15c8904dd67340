//! Revocations and CRLs: nothing revoked is ever trusted again, and no number is used twice.

use std::fs;

use keys::{
    FileFault, KeyError,
    agency::{Agency, AgencyError, Authority, Layout, Purpose, RevocationReason, State},
};
use libtest_mimic::Trial;
use x509_cert::{crl::CertificateList, der::Decode, ext::pkix::CrlNumber};

use crate::harness::{NOW, case, new_agency, office, passphrase, serial, write};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case("revocation::an_unknown_serial_number_is_not_revoked", an_unknown_serial_number_is_not_revoked),
        case("revocation::a_certificate_is_revoked_once_for_ever", a_certificate_is_revoked_once_for_ever),
        case(
            "revocation::a_revocation_that_was_not_published_is_published_by_the_next_attempt",
            a_revocation_that_was_not_published_is_published_by_the_next_attempt,
        ),
        case("revocation::an_older_index_publishes_no_list", an_older_index_publishes_no_list),
        case("revocation::an_anchor_cannot_revoke_itself", an_anchor_cannot_revoke_itself),
        case("revocation::a_revoked_office_may_have_a_new_certificate", a_revoked_office_may_have_a_new_certificate),
        case("revocation::crl_numbers_only_grow", crl_numbers_only_grow),
        case("revocation::a_root_key_in_a_safe_does_not_stop_the_other_crls", a_root_key_in_a_safe),
    ]
}

fn an_unknown_serial_number_is_not_revoked() {
    let (_folder, mut agency) = new_agency();
    for serial in ["", "00", "4142", "../ca/root"] {
        let refused = agency.revoke(serial, RevocationReason::Superseded, NOW, &passphrase()).expect_err("refused");
        assert_eq!(refused, AgencyError::UnknownSerial { serial: serial.to_owned() });
    }
}

fn crl(layout: &Layout, authority: Authority) -> CertificateList {
    CertificateList::from_der(&fs::read(layout.crl(authority)).expect("a CRL")).expect("a CRL")
}

fn crl_number(list: &CertificateList) -> u64 {
    let extensions = list.tbs_cert_list.crl_extensions.as_ref().expect("extensions");
    let number = extensions.iter().find_map(|extension| CrlNumber::from_der(extension.extn_value.as_bytes()).ok());
    number.expect("a number").0.as_bytes().iter().fold(0, |sum, &octet| sum * 256 + u64::from(octet))
}

fn a_certificate_is_revoked_once_for_ever() {
    let (_folder, mut agency) = new_agency();
    let signing = serial(&agency, &Purpose::Signing);
    // As OpenSSL prints it, too.
    let octets = hex::decode(&signing).expect("hexadecimal");
    let with_colons = octets.iter().map(|octet| format!("{octet:02X}")).collect::<Vec<_>>().join(":");
    let authority = agency.revoke(&with_colons, RevocationReason::KeyCompromise, NOW + 60, &passphrase());
    assert_eq!(authority, Ok(Authority::Issuing));
    let list = crl(agency.layout(), Authority::Issuing);
    let entries = list.tbs_cert_list.revoked_certificates.as_deref().expect("one entry");
    assert_eq!(entries.len(), 1);
    assert_eq!(hex::encode(entries[0].serial_number.as_bytes()), signing);
    assert_eq!(entries[0].revocation_date.to_unix_duration().as_secs(), NOW + 60);
    assert_eq!(list.tbs_cert_list.this_update.to_unix_duration().as_secs(), NOW + 60);
    assert_eq!(list.tbs_cert_list.next_update.expect("told").to_unix_duration().as_secs(), NOW + 60 + 7 * 86_400);
    assert!(crl(agency.layout(), Authority::Root).tbs_cert_list.revoked_certificates.is_none());

    let again = agency.revoke(&signing, RevocationReason::Superseded, NOW + 120, &passphrase()).expect_err("refused");
    assert_eq!(again, AgencyError::AlreadyRevoked { serial: signing.clone() });
    agency.renew_crls(NOW + 180, &passphrase()).expect("renewed");
    let list = crl(agency.layout(), Authority::Issuing);
    let entries = list.tbs_cert_list.revoked_certificates.as_deref().expect("it stays");
    assert_eq!(entries[0].revocation_date.to_unix_duration().as_secs(), NOW + 60);
}

/// The list could not be written: the certificate counts as revoked here, and nowhere else.
fn a_revocation_that_was_not_published_is_published_by_the_next_attempt() {
    let (folder, mut agency) = new_agency();
    let office = serial(&agency, &Purpose::Office("kec-utara".to_owned()));
    let list = agency.layout().crl(Authority::Access);
    fs::remove_file(&list).expect("our own file");
    fs::create_dir(&list).expect("something in the way");
    let refused =
        agency.revoke(&office, RevocationReason::KeyCompromise, NOW + 60, &passphrase()).expect_err("no list");
    assert!(matches!(refused, AgencyError::Key(KeyError::File { .. })), "{refused:?}");
    fs::remove_dir(&list).expect("our own folder");

    let mut agency = Agency::open(folder.path()).expect("the agency");
    let again = agency.revoke(&office, RevocationReason::Superseded, NOW + 120, &passphrase());
    assert_eq!(again, Ok(Authority::Access));
    let list = crl(agency.layout(), Authority::Access);
    let entries = list.tbs_cert_list.revoked_certificates.as_deref().expect("one entry");
    assert_eq!(hex::encode(entries[0].serial_number.as_bytes()), office);
    assert_eq!(entries[0].revocation_date.to_unix_duration().as_secs(), NOW + 60, "from then on, not from now");
    let again = agency.revoke(&office, RevocationReason::Superseded, NOW + 180, &passphrase()).expect_err("refused");
    assert_eq!(again, AgencyError::AlreadyRevoked { serial: office });
}

/// A backup of the index brings back the trust in everything that was revoked since, and uses numbers twice.
fn an_older_index_publishes_no_list() {
    let (folder, mut agency) = new_agency();
    let index = folder.path().join("ca/index.json");
    let backup = fs::read(&index).expect("the index");
    let restore = |octets: &[u8]| {
        fs::remove_file(&index).expect("our own file");
        write(&index, octets, 0o400);
        Agency::open(folder.path()).expect("the agency of then")
    };
    let office = serial(&agency, &Purpose::Office("kec-utara".to_owned()));
    agency.revoke(&office, RevocationReason::KeyCompromise, NOW + 60, &passphrase()).expect("revoked");
    let published = fs::read(agency.layout().crl(Authority::Access)).expect("the list");

    let mut older = restore(&backup);
    let behind = AgencyError::IndexBehind { authority: Authority::Access, published: 2, recorded: 1 };
    assert_eq!(older.issue_crl(Authority::Access, NOW + 120, &passphrase()).expect_err("refused"), behind);
    let other = serial(&older, &Purpose::Office("kec-barat".to_owned()));
    let refused = older.revoke(&other, RevocationReason::Superseded, NOW + 120, &passphrase()).expect_err("refused");
    assert_eq!(refused, behind);
    // Its number alone was made up for by hand.
    let text = String::from_utf8(backup).expect("JSON").replace("\"crlNumber\": 1", "\"crlNumber\": 9");
    let forgetful = AgencyError::IndexBehind { authority: Authority::Access, published: 2, recorded: 9 };
    assert_eq!(restore(text.as_bytes()).renew_crls(NOW + 120, &passphrase()).expect_err("refused"), forgetful);
    assert_eq!(fs::read(agency.layout().crl(Authority::Access)).expect("the list"), published);
}

fn an_anchor_cannot_revoke_itself() {
    let (_folder, mut agency) = new_agency();
    let anchors: Vec<String> = agency
        .issued()
        .filter(|(_, issued)| issued.purpose == Purpose::Authority && !issued.subject.contains("Issuing"))
        .map(|(_, issued)| issued.serial.clone())
        .collect();
    assert_eq!(anchors.len(), 2);
    for serial in anchors {
        let refused = agency.revoke(&serial, RevocationReason::KeyCompromise, NOW, &passphrase()).expect_err("refused");
        assert_eq!(refused, AgencyError::Anchor { serial });
    }
}

fn a_revoked_office_may_have_a_new_certificate() {
    let (_folder, mut agency) = new_agency();
    let id = office("kec-utara");
    let old = fs::read(agency.layout().office_certificate(&id)).expect("a certificate");
    let refused = agency.add_office(&id, "Kecamatan Utara", NOW, &passphrase()).expect_err("refused");
    assert_eq!(refused, AgencyError::OfficeExists { office: id.clone() });
    let serial = serial(&agency, &Purpose::Office("kec-utara".to_owned()));
    agency.revoke(&serial, RevocationReason::KeyCompromise, NOW, &passphrase()).expect("revoked");
    agency.add_office(&id, "Kecamatan Utara", NOW + 1, &passphrase()).expect("a new one");
    let new = fs::read(agency.layout().office_certificate(&id)).expect("a certificate");
    assert_ne!(new, old);
    let states: Vec<State> = agency
        .issued()
        .filter(|(_, issued)| issued.purpose == Purpose::Office("kec-utara".to_owned()))
        .map(|(_, issued)| issued.state(NOW + 1))
        .collect();
    assert_eq!(states, [State::Revoked, State::Valid]);
}

fn crl_numbers_only_grow() {
    let (folder, mut agency) = new_agency();
    let numbers = |agency: &Agency| Authority::ALL.map(|authority| crl_number(&crl(agency.layout(), authority)));
    assert_eq!(numbers(&agency), [1, 1, 1]);
    agency.issue_crl(Authority::Issuing, NOW + 1, &passphrase()).expect("issued");
    assert_eq!(numbers(&agency), [1, 2, 1]);
    // Another process changed it meanwhile.
    let mut other = Agency::open(folder.path()).expect("the same agency");
    other.issue_crl(Authority::Issuing, NOW + 2, &passphrase()).expect("issued");
    agency.renew_crls(NOW + 3, &passphrase()).expect("renewed");
    assert_eq!(numbers(&agency), [2, 4, 2]);
}

fn a_root_key_in_a_safe() {
    let (folder, mut agency) = new_agency();
    let path = folder.path().join("ca/root.key");
    fs::remove_file(&path).expect("our own file");
    let refused = agency.renew_crls(NOW, &passphrase()).expect_err("one is missing");
    assert_eq!(refused, AgencyError::Key(KeyError::File { path, fault: FileFault::NotFound }));
    let numbers = Authority::ALL.map(|authority| crl_number(&crl(agency.layout(), authority)));
    assert_eq!(numbers, [1, 2, 2]);
}
