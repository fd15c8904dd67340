//! OpenSSL as a peer: it reads our keys, we read its keys, and it finds every certificate and CRL in order.

use std::{fs, path::Path};

use getrandom::SysRng;
use keys::{
    Dtbsr, EnvelopeFault, KeyError, Protection, SigningKey, SoftKey, Subject,
    agency::{Agency, Authority, Issued, Purpose, RevocationReason},
    certification_request, chain_from_pem, install_chain,
};
use libtest_mimic::Trial;

use crate::harness::{
    NOW, WORDS, agency, case_with, folder, new_agency, office, openssl, openssl_present, passphrase, run, text, write,
};

pub(crate) fn trials() -> Vec<Trial> {
    let peer = |name, run| case_with(name, openssl_present(), run);
    vec![
        peer("openssl::reads_our_key", reads_our_key),
        peer("openssl::verifies_our_signature_value", verifies_our_signature_value),
        peer("openssl::its_scrypt_key_is_read", its_scrypt_key_is_read),
        peer("openssl::its_pbkdf2_key_of_600000_rounds_is_read", its_pbkdf2_key_is_read),
        peer("openssl::its_weaker_keys_are_refused_by_name", its_weaker_keys_are_refused_by_name),
        peer("openssl::its_other_curves_are_refused", its_other_curves_are_refused),
        peer("openssl::accepts_every_certificate_strictly_with_all_crls", accepts_every_certificate),
        peer("openssl::finds_the_revoked_signer", finds_the_revoked_signer),
        peer("openssl::finds_the_revoked_office", finds_the_revoked_office),
        peer("openssl::the_anchor_of_signatures_vouches_for_no_tls", the_anchors_do_not_meet),
        peer("openssl::server_and_client_certificates_serve_their_purpose_only", purposes),
        peer("openssl::the_server_certificate_is_for_its_names", the_server_certificate_is_for_its_names),
        peer("openssl::accepts_our_request_and_its_chain_is_installed", an_outside_ca),
        peer("openssl::a_chain_of_an_rsa_ca_is_installed", a_chain_of_an_rsa_ca_is_installed),
    ]
}

fn pass() -> String {
    format!("pass:{WORDS}")
}

fn reads_our_key() {
    let key_file = agency().layout().signing_key();
    let shown = openssl(&["pkey", "-in", text(&key_file), "-passin", &pass(), "-text", "-noout"]);
    assert!(shown.contains("ASN1 OID: prime256v1"), "{shown}");
    let key = SoftKey::load(&key_file, &passphrase()).expect("our key");
    let point: String = shown
        .split("pub:")
        .nth(1)
        .expect("a public key")
        .lines()
        .take_while(|line| !line.contains("ASN1"))
        .flat_map(|line| line.chars().filter(char::is_ascii_hexdigit))
        .collect();
    assert_eq!(point, hex::encode(key.public_key_sec1()));
    let wrong = run("openssl", &["pkey", "-in", text(&key_file), "-passin", "pass:salah", "-noout"]);
    assert!(!wrong.status.success(), "it is encrypted");
}

fn verifies_our_signature_value() {
    let folder = folder();
    let key = SoftKey::load(&agency().layout().signing_key(), &passphrase()).expect("our key");
    let message = b"signed attributes";
    let value = key.sign_with(&Dtbsr::hash(message), &mut SysRng).expect("signed");
    let [data, signature, public] = ["data", "value", "public.pem"].map(|name| folder.path().join(name));
    write(&data, message, 0o600);
    write(&signature, value.as_der(), 0o600);
    let chain = agency().layout().signing_chain();
    write(&public, openssl(&["x509", "-in", text(&chain), "-pubkey", "-noout"]), 0o600);
    let arguments = ["dgst", "-sha256", "-verify", text(&public), "-signature", text(&signature), text(&data)];
    assert_eq!(openssl(&arguments), "Verified OK\n");
}

/// A P-256 key in the clear, made by OpenSSL, and its public key as OpenSSL sees it.
fn foreign_key(dir: &Path) -> (std::path::PathBuf, Vec<u8>) {
    let path = dir.join("clear.pem");
    openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", text(&path)]);
    let spki = dir.join("public.der");
    openssl(&["pkey", "-in", text(&path), "-pubout", "-outform", "DER", "-out", text(&spki)]);
    (path, fs::read(spki).expect("a public key"))
}

/// What we say of OpenSSL's key after `pkcs8 -topk8` with these options.
fn load_foreign(options: &[&str]) -> Result<Protection, KeyError> {
    let folder = folder();
    let (clear, spki) = foreign_key(folder.path());
    let path = folder.path().join("signing.key");
    let pass = pass();
    let mut arguments = vec!["pkcs8", "-topk8", "-in", text(&clear), "-passout", &pass, "-out", text(&path)];
    arguments.extend(options);
    openssl(&arguments);
    write(&path, fs::read(&path).expect("a key"), 0o400);
    let key = SoftKey::load(&path, &passphrase())?;
    assert_eq!(key.public_key().spki_der(), spki);
    Ok(Protection::of_pem(&fs::read(&path).expect("a key")).expect("it was opened"))
}

fn its_scrypt_key_is_read() {
    assert_eq!(load_foreign(&["-scrypt"]), Ok(Protection::Scrypt { n: 16_384, r: 8, p: 1 }));
}

fn its_pbkdf2_key_is_read() {
    assert_eq!(load_foreign(&["-iter", "600000"]), Ok(Protection::Pbkdf2 { iterations: 600_000 }));
    let strong = ["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512", "-iter", "600000"];
    assert_eq!(load_foreign(&strong), Ok(Protection::Pbkdf2 { iterations: 600_000 }));
}

fn its_weaker_keys_are_refused_by_name() {
    let cases: [(&[&str], EnvelopeFault); 7] = [
        (&[], EnvelopeFault::WeakPbkdf2 { iterations: 2_048, least: 600_000 }),
        (&["-iter", "599999"], EnvelopeFault::WeakPbkdf2 { iterations: 599_999, least: 600_000 }),
        (&["-v2prf", "hmacWithSHA1", "-iter", "600000"], EnvelopeFault::WeakPrf),
        (&["-scrypt", "-scrypt_N", "8192"], EnvelopeFault::WeakScrypt { n: 8_192, r: 8 }),
        (&["-scrypt", "-v2", "aes-128-cbc"], EnvelopeFault::OtherCipher),
        (&["-v1", "PBE-SHA1-3DES"], EnvelopeFault::Malformed),
        (&["-nocrypt"], EnvelopeFault::Unencrypted),
    ];
    for (options, fault) in cases {
        assert_eq!(load_foreign(options), Err(KeyError::Envelope(fault)), "{options:?}");
    }
}

fn its_other_curves_are_refused() {
    let folder = folder();
    for curve in ["P-384", "secp256k1"] {
        let [clear, path] = ["clear.pem", curve].map(|name| folder.path().join(name));
        let curve = format!("ec_paramgen_curve:{curve}");
        openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", &curve, "-out", text(&clear)]);
        let pass = pass();
        openssl(&["pkcs8", "-topk8", "-scrypt", "-in", text(&clear), "-passout", &pass, "-out", text(&path)]);
        write(&path, fs::read(&path).expect("a key"), 0o400);
        assert_eq!(SoftKey::load(&path, &passphrase()).expect_err("refused"), KeyError::NotP256);
    }
}

/// `openssl verify` at the agency's time, with all CRLs, strictly.
fn verify(agency: &Agency, anchor: &Path, more: &[&str], certificate: &Path) -> Result<(), String> {
    let at = (NOW + 600).to_string();
    let layout = agency.layout();
    let crls = Authority::ALL.map(|authority| layout.crl(authority));
    let chain = layout.signing_chain();
    let mut arguments = vec!["verify", "-x509_strict", "-crl_check_all", "-attime", &at, "-CAfile", text(anchor)];
    for crl in &crls {
        arguments.extend(["-CRLfile", text(crl)]);
    }
    arguments.extend(["-untrusted", text(&chain)]);
    arguments.extend(more);
    arguments.push(text(certificate));
    let output = run("openssl", &arguments);
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout))
}

fn accepts_every_certificate() {
    let layout = agency().layout();
    let (root, access) = (layout.root_anchor(), layout.access_anchor());
    let mut seen = 0;
    for (authority, issued) in agency().issued() {
        let anchor = if authority == Authority::Access { &access } else { &root };
        let path = layout.dir().join(format!("ca/issued/{}.pem", issued.serial));
        assert_eq!(verify(agency(), anchor, &[], &path), Ok(()), "{}", issued.subject);
        seen += 1;
    }
    assert_eq!(seen, 7);
    assert_eq!(verify(agency(), &root, &[], &layout.signing_chain()), Ok(()));
}

fn revoke(agency: &mut Agency, purpose: &Purpose) {
    let is = |issued: &Issued| issued.purpose == *purpose;
    let serial = agency.issued().find(|(_, issued)| is(issued)).expect("issued").1.serial.clone();
    agency.revoke(&serial, RevocationReason::KeyCompromise, NOW + 60, &passphrase()).expect("revoked");
}

fn refused_as_revoked(agency: &Agency, anchor: &Path, certificate: &Path) {
    let said = verify(agency, anchor, &[], certificate).expect_err("revoked");
    assert!(said.contains("error 23 at 0 depth lookup: certificate revoked"), "{said}");
}

fn finds_the_revoked_signer() {
    let (_folder, mut agency) = new_agency();
    let (root, chain) = (agency.layout().root_anchor(), agency.layout().signing_chain());
    assert_eq!(verify(&agency, &root, &[], &chain), Ok(()));
    revoke(&mut agency, &Purpose::Signing);
    refused_as_revoked(&agency, &root, &chain);
}

fn finds_the_revoked_office() {
    let (_folder, mut agency) = new_agency();
    let layout = agency.layout().clone();
    revoke(&mut agency, &Purpose::Office("kec-utara".to_owned()));
    refused_as_revoked(&agency, &layout.access_anchor(), &layout.office_certificate(&office("kec-utara")));
    // Nobody else is.
    let access = layout.access_anchor();
    assert_eq!(verify(&agency, &access, &[], &layout.office_certificate(&office("kec-barat"))), Ok(()));
    assert_eq!(verify(&agency, &access, &[], &layout.server_certificate()), Ok(()));
}

fn the_anchors_do_not_meet() {
    let layout = agency().layout();
    for (anchor, certificate) in [
        (layout.root_anchor(), layout.server_certificate()),
        (layout.root_anchor(), layout.office_certificate(&office("kec-utara"))),
        (layout.access_anchor(), layout.signing_chain()),
    ] {
        let said = verify(agency(), &anchor, &[], &certificate).expect_err("refused");
        assert!(
            said.contains("unable to get local issuer certificate") || said.contains("unable to get issuer"),
            "{said}"
        );
    }
}

fn purposes() {
    let layout = agency().layout();
    let access = layout.access_anchor();
    let (server, client) = (layout.server_certificate(), layout.office_certificate(&office("kec-utara")));
    for (purpose, good, bad) in [("sslserver", &server, &client), ("sslclient", &client, &server)] {
        assert_eq!(verify(agency(), &access, &["-purpose", purpose], good), Ok(()));
        let said = verify(agency(), &access, &["-purpose", purpose], bad).expect_err("refused");
        assert!(
            said.contains("unsupported certificate purpose") || said.contains("unsuitable certificate purpose"),
            "{said}"
        );
    }
    // A document-signing certificate opens no TLS connection.
    let said = verify(agency(), &layout.root_anchor(), &["-purpose", "sslclient"], &layout.signing_chain());
    assert!(said.is_err());
}

fn the_server_certificate_is_for_its_names() {
    let layout = agency().layout();
    let (access, server) = (layout.access_anchor(), layout.server_certificate());
    for name in ["teken.example", "localhost"] {
        assert_eq!(verify(agency(), &access, &["-verify_hostname", name], &server), Ok(()));
    }
    for address in ["127.0.0.1", "192.0.2.7", "::1"] {
        assert_eq!(verify(agency(), &access, &["-verify_ip", address], &server), Ok(()));
    }
    assert!(verify(agency(), &access, &["-verify_hostname", "other.example"], &server).is_err());
    assert!(verify(agency(), &access, &["-verify_ip", "192.0.2.8"], &server).is_err());
}

/// A CA of OpenSSL's certifies a request of ours, and its chain is installed.
fn certified_by(ca_key: &[&str]) {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let key = SoftKey::generate(&mut SysRng).expect("a key");
    let subject = Subject {
        organization: "Disdukcapil Kota Contoh".to_owned(),
        organizational_unit: None,
        common_name: "Siti Contoh, S.H.".to_owned(),
        title: Some("Kepala Dinas".to_owned()),
    };
    let request = certification_request(&key, &subject, &mut SysRng).expect("a request");
    write(&path("request.csr"), &request, 0o600);
    let shown = openssl(&[
        "req",
        "-in",
        text(&path("request.csr")),
        "-noout",
        "-verify",
        "-text",
        "-nameopt",
        "utf8,sep_multiline",
    ]);
    for part in
        ["CN=Siti Contoh, S.H.", "title=Kepala Dinas", "Digital Signature, Non Repudiation", "1.3.6.1.5.5.7.3.36"]
    {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    let mut make_ca = vec!["req", "-x509", "-nodes", "-subj", "/C=ID/O=PSrE Contoh UJI COBA/CN=CA", "-days", "3000"];
    make_ca.extend(ca_key);
    let (ca, ca_private) = (path("ca.pem"), path("ca.key"));
    make_ca.extend(["-keyout", text(&ca_private), "-out", text(&ca)]);
    openssl(&make_ca);
    let signed = path("signed.pem");
    openssl(&[
        "x509",
        "-req",
        "-in",
        text(&path("request.csr")),
        "-CA",
        text(&ca),
        "-CAkey",
        text(&ca_private),
        "-copy_extensions",
        "copyall",
        "-days",
        "300",
        "-out",
        text(&signed),
    ]);
    let sent = [fs::read(&ca).expect("the CA"), fs::read(&signed).expect("the certificate")].concat();
    let sent = chain_from_pem(&sent).expect("certificates");
    let now = keys::Certificate::from_der(&sent[1]).expect("a certificate").not_before_unix() + 60;
    let chain = install_chain(key.public_key(), sent.clone(), now).expect("a chain");
    assert_eq!(chain, [sent[1].clone()], "the root is left out");
    let credential = keys::Credential::new(std::sync::Arc::new(key), chain).expect("they match");
    assert_eq!(credential.subject_common_name(), "Siti Contoh, S.H.");
    let other = SoftKey::generate(&mut SysRng).expect("a key");
    let refused = install_chain(other.public_key(), sent, now).expect_err("refused");
    assert!(matches!(refused, KeyError::KeyAndCertificateMismatch { .. }), "{refused:?}");
    assert_ne!(other.key_id(), credential.key_id());
}

fn an_outside_ca() {
    certified_by(&["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"]);
}

fn a_chain_of_an_rsa_ca_is_installed() {
    certified_by(&["-newkey", "rsa:2048"]);
}
