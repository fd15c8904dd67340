//! Key and chain belong together, or there is no credential.

use std::{fs, path::Path, sync::Arc};

use getrandom::SysRng;
use keys::{
    Certificate, CertificateFault, Credential, KeyError, SigningKey, SoftKey, chain_from_pem, chain_to_pem,
    install_chain, office_from_certificate,
};
use libtest_mimic::Trial;

use crate::harness::{NOW, agency, case, office, passphrase, twin};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case("credential::key_and_chain_that_match_are_joined", key_and_chain_that_match_are_joined),
        case("credential::another_key_is_refused", another_key_is_refused),
        case("credential::an_empty_chain_is_refused", an_empty_chain_is_refused),
        case("credential::a_ca_certificate_does_not_sign_documents", a_ca_certificate_does_not_sign_documents),
        case("credential::a_chain_with_a_gap_is_refused", a_chain_with_a_gap_is_refused),
        case("credential::an_issuer_of_the_same_name_with_another_key_is_refused", another_issuer_key_is_refused),
        case("credential::a_changed_certificate_is_refused", a_changed_certificate_is_refused),
        case("credential::a_chain_of_twenty_one_is_refused", a_chain_of_twenty_one_is_refused),
        case("chain_from_pem::refuses_what_is_no_chain", refuses_what_is_no_chain),
        case("chain_from_pem::reads_what_chain_to_pem_writes", reads_what_chain_to_pem_writes),
        case("install_chain::takes_any_order_and_leaves_the_root_out", takes_any_order_and_leaves_the_root_out),
        case("install_chain::refuses_a_chain_for_another_key", refuses_a_chain_for_another_key),
        case("install_chain::refuses_a_certificate_that_does_not_belong", refuses_a_certificate_that_does_not_belong),
        case("install_chain::refuses_a_chain_before_and_after_its_validity", refuses_a_chain_outside_its_validity),
        case("office::the_client_certificate_names_its_office", the_client_certificate_names_its_office),
        case("office::other_certificates_name_none", other_certificates_name_none),
    ]
}

fn chain(path: &Path) -> Vec<Vec<u8>> {
    chain_from_pem(&fs::read(path).expect("a PEM file")).expect("certificates")
}

fn signing_chain() -> Vec<Vec<u8>> {
    chain(&agency().layout().signing_chain())
}

fn root() -> Vec<u8> {
    chain(&agency().layout().root_anchor()).remove(0)
}

fn key() -> Arc<SoftKey> {
    Arc::new(SoftKey::load(&agency().layout().signing_key(), &passphrase()).expect("the agency's key"))
}

fn refused(key: Arc<SoftKey>, chain: Vec<Vec<u8>>) -> KeyError {
    Credential::new(key, chain).expect_err("refused")
}

fn key_and_chain_that_match_are_joined() {
    let credential = Credential::new(key(), signing_chain()).expect("they match");
    assert_eq!(credential.subject_common_name(), "Siti Contoh (UJI COBA)");
    assert_eq!(credential.subject_title(), Some("Kepala Dinas"));
    assert_eq!(credential.not_before_unix(), NOW);
    assert_eq!(credential.not_after_unix(), NOW + 2 * 365 * 86_400);
    assert_eq!(credential.key_id(), key().key_id());
    let concatenated = signing_chain().concat();
    assert_eq!(credential.chain_id(), <[u8; 32]>::from(<sha2::Sha256 as sha2::Digest>::digest(concatenated)));
}

fn another_key_is_refused() {
    let other = Arc::new(SoftKey::generate(&mut SysRng).expect("a key"));
    let expected =
        KeyError::KeyAndCertificateMismatch { key: other.key_id().clone(), certificate: key().key_id().clone() };
    assert_eq!(refused(other, signing_chain()), expected);
}

fn an_empty_chain_is_refused() {
    assert_eq!(refused(key(), Vec::new()), KeyError::Certificate(CertificateFault::EmptyChain));
}

fn a_ca_certificate_does_not_sign_documents() {
    let issuing_key = agency().layout().dir().join("ca/issuing.key");
    let issuing = Arc::new(SoftKey::load(&issuing_key, &passphrase()).expect("the issuing CA's key"));
    let only_issuing = signing_chain().split_off(1);
    assert_eq!(refused(issuing, only_issuing), KeyError::Certificate(CertificateFault::SignerIsACa));
}

fn a_chain_with_a_gap_is_refused() {
    let mut chain = signing_chain();
    chain[1] = root();
    assert_eq!(refused(key(), chain), KeyError::Certificate(CertificateFault::IssuerIsNotNext { position: 0 }));
    let mut chain = signing_chain();
    let issuing = chain[1].clone();
    chain.push(issuing);
    assert_eq!(refused(key(), chain), KeyError::Certificate(CertificateFault::IssuerIsNotNext { position: 1 }));
}

fn another_issuer_key_is_refused() {
    // The same names everywhere, other keys.
    let (_folder, twin) = twin();
    let mut mixed = signing_chain();
    mixed[1] = chain(&twin.layout().signing_chain()).remove(1);
    assert_eq!(refused(key(), mixed), KeyError::Certificate(CertificateFault::NotSignedByNext { position: 0 }));
}

fn a_changed_certificate_is_refused() {
    let mut chain = signing_chain();
    let name = b"Kepala Dinas";
    let at = chain[0].windows(name.len()).position(|window| window == name).expect("the title");
    chain[0][at] = b'k';
    assert_eq!(refused(key(), chain), KeyError::Certificate(CertificateFault::NotSignedByNext { position: 0 }));
    let mut chain = signing_chain();
    chain[1].push(0);
    assert_eq!(refused(key(), chain), KeyError::Certificate(CertificateFault::Malformed { position: 1 }));
}

fn a_chain_of_twenty_one_is_refused() {
    let chain = vec![root(); 21];
    assert_eq!(refused(key(), chain.clone()), KeyError::Certificate(CertificateFault::ChainTooLong { limit: 20 }));
    let text = chain_to_pem(&chain);
    assert_eq!(
        chain_from_pem(text.as_bytes()).expect_err("refused"),
        KeyError::Certificate(CertificateFault::ChainTooLong { limit: 20 })
    );
}

fn refuses_what_is_no_chain() {
    let key_file = fs::read_to_string(agency().layout().signing_key()).expect("a key file");
    let good = fs::read_to_string(agency().layout().signing_chain()).expect("a chain");
    let cases = [
        (String::new(), CertificateFault::EmptyChain),
        ("nothing of interest\n".to_owned(), CertificateFault::EmptyChain),
        (key_file.clone(), CertificateFault::NotPem),
        (format!("{good}{key_file}"), CertificateFault::NotPem),
        (good.replacen("-----END CERTIFICATE-----", "", 2), CertificateFault::NotPem),
        (good.replacen('M', "!", 1), CertificateFault::NotPem),
        (
            "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n".to_owned(),
            CertificateFault::Malformed { position: 0 },
        ),
        (
            format!("{good}-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"),
            CertificateFault::Malformed { position: 2 },
        ),
    ];
    for (text, fault) in cases {
        assert_eq!(chain_from_pem(text.as_bytes()).expect_err("refused"), KeyError::Certificate(fault), "{text}");
    }
    assert_eq!(chain_from_pem(b"\xff").expect_err("refused"), KeyError::Certificate(CertificateFault::NotPem));
}

fn reads_what_chain_to_pem_writes() {
    let chain = signing_chain();
    let text = format!("subject=Siti\r\n{}\ntrailing words", chain_to_pem(&chain));
    assert_eq!(chain_from_pem(text.as_bytes()).expect("a chain"), chain);
}

fn takes_any_order_and_leaves_the_root_out() {
    let [signing, issuing]: [Vec<u8>; 2] = signing_chain().try_into().expect("two certificates");
    let expected = vec![signing.clone(), issuing.clone()];
    for sent in [
        vec![signing.clone(), issuing.clone()],
        vec![issuing.clone(), signing.clone()],
        vec![root(), issuing.clone(), signing.clone()],
        vec![issuing, root(), signing],
    ] {
        assert_eq!(install_chain(key().public_key(), sent, NOW).expect("a chain"), expected);
    }
}

fn refuses_a_chain_for_another_key() {
    let other = SoftKey::generate(&mut SysRng).expect("a key");
    let expected =
        KeyError::KeyAndCertificateMismatch { key: other.key_id().clone(), certificate: key().key_id().clone() };
    assert_eq!(install_chain(other.public_key(), signing_chain(), NOW).expect_err("refused"), expected);
    assert_eq!(
        install_chain(other.public_key(), Vec::new(), NOW).expect_err("refused"),
        KeyError::Certificate(CertificateFault::EmptyChain)
    );
}

fn refuses_a_certificate_that_does_not_belong() {
    let mut sent = signing_chain();
    sent.extend(chain(&agency().layout().access_anchor()));
    assert_eq!(
        install_chain(key().public_key(), sent, NOW).expect_err("refused"),
        KeyError::Certificate(CertificateFault::NotOfThisChain { count: 1 })
    );
}

fn refuses_a_chain_outside_its_validity() {
    let not_after = Certificate::from_der(&signing_chain()[0]).expect("a certificate").not_after_unix();
    install_chain(key().public_key(), signing_chain(), not_after).expect("the last second is valid");
    for (at, not_after) in [(NOW - 1, not_after), (not_after + 1, not_after)] {
        assert_eq!(
            install_chain(key().public_key(), signing_chain(), at).expect_err("refused"),
            KeyError::Certificate(CertificateFault::NotValidAt { position: 0, not_before: NOW, not_after, at })
        );
    }
}

fn the_client_certificate_names_its_office() {
    let certificate = chain(&agency().layout().office_certificate(&office("kec-barat"))).remove(0);
    assert_eq!(office_from_certificate(&certificate), Ok(office("kec-barat")));
}

fn other_certificates_name_none() {
    let server = chain(&agency().layout().server_certificate()).remove(0);
    for certificate in [server, root()] {
        assert_eq!(
            office_from_certificate(&certificate).expect_err("refused"),
            KeyError::Certificate(CertificateFault::NoOffice)
        );
    }
    assert_eq!(
        office_from_certificate(b"no certificate").expect_err("refused"),
        KeyError::Certificate(CertificateFault::Malformed { position: 0 })
    );
}
