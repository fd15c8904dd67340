//! The keys of seals and status tokens: kept as the signing key is, and good for nothing but their own statements.

use std::{fs, os::unix::fs::symlink, path::PathBuf};

use keys::{EnvelopeFault, FileFault, KeyError, KeyId, Passphrase, SealKey, SoftKey, StatusKey};
use libtest_mimic::Trial;
use p256::{
    ecdsa::{Signature, VerifyingKey, signature::Verifier},
    pkcs8::DecodePublicKey,
};

use crate::harness::{WORDS, agency, case, case_with, folder, openssl, openssl_present, passphrase, run, text, write};

pub(crate) fn trials() -> Vec<Trial> {
    let peer = |name, run| case_with(name, openssl_present(), run);
    vec![
        case("statement_key::a_seal_is_signed_alike_each_time", a_seal_is_signed_alike_each_time),
        case("statement_key::a_token_is_signed_anew_each_time", a_token_is_signed_anew_each_time),
        case("statement_key::every_signature_is_low_s_and_verifies", every_signature_is_low_s_and_verifies),
        case("statement_key::nothing_but_its_own_statements_is_signed", nothing_but_its_own_statements_is_signed),
        case("statement_key::the_three_keys_of_the_signer_are_three", the_three_keys_of_the_signer_are_three),
        case("statement_key::the_file_is_kept_as_the_signing_key_is", the_file_is_kept_as_the_signing_key_is),
        case("statement_key::the_wrong_passphrase_is_refused", the_wrong_passphrase_is_refused),
        case("statement_key::debug_and_errors_show_no_secret", debug_and_errors_show_no_secret),
        peer("statement_key::a_key_of_another_curve_is_refused", a_key_of_another_curve_is_refused),
        peer("statement_key::openssl_reads_the_keys_and_verifies", openssl_reads_the_keys_and_verifies),
        peer("statement_key::no_file_of_an_agency_holds_them_in_the_clear", no_file_holds_them_in_the_clear),
    ]
}

fn seal_key() -> SealKey {
    SealKey::open(&agency().layout().seal_key(), &passphrase()).expect("the agency's key")
}

fn status_key() -> StatusKey {
    StatusKey::open(&agency().layout().status_key(), &passphrase()).expect("the agency's key")
}

/// A Sig_structure whose header names this key, and after it a type if there is one.
fn structure(key: &KeyId, content_type: &[u8], external_aad: &[u8], payload: &[u8]) -> Vec<u8> {
    let entries = if content_type.is_empty() { b"\xa2" } else { b"\xa3" };
    let hint = hex::decode(&key.as_str()[..8]).expect("hexadecimal");
    let protected = [&entries[..], b"\x01\x28\x04\x44", &hint, content_type].concat();
    let mut octets = b"\x84\x6aSignature1".to_vec();
    if protected.len() < 24 {
        octets.push(0x40 | u8::try_from(protected.len()).expect("short"));
    } else {
        octets.extend([0x58, u8::try_from(protected.len()).expect("short")]);
    }
    octets.extend(protected);
    for part in [external_aad, payload] {
        assert!(part.is_empty() || (24..256).contains(&part.len()), "a head of one or two octets");
        if part.is_empty() {
            octets.push(0x40);
        } else {
            octets.extend([0x58, u8::try_from(part.len()).expect("short")]);
        }
        octets.extend(part);
    }
    octets
}

fn seal(key: &KeyId, payload: &[u8]) -> Vec<u8> {
    structure(key, b"", b"https://tte.example.go.id/v#", payload)
}

fn token(key: &KeyId, payload: &[u8]) -> Vec<u8> {
    structure(key, b"\x10\x78\x1aapplication/statuslist+cwt", b"", payload)
}

fn a_seal_is_signed_alike_each_time() {
    let (key, again) = (seal_key(), seal_key());
    let octets = seal(key.key_id(), &[7; 68]);
    let signature = key.sign(&octets).expect("signed");
    assert_eq!(key.sign(&octets), Ok(signature));
    assert_eq!(again.sign(&octets), Ok(signature), "after a restart, too");
    assert_ne!(key.sign(&seal(key.key_id(), &[8; 68])).expect("signed")[..32], signature[..32], "another nonce");
}

fn a_token_is_signed_anew_each_time() {
    let key = status_key();
    let octets = token(key.key_id(), &[7; 68]);
    assert_ne!(key.sign(&octets).expect("signed")[..32], key.sign(&octets).expect("signed")[..32]);
}

fn every_signature_is_low_s_and_verifies() {
    let (seal_key, status_key) = (seal_key(), status_key());
    let verifies = |spki_der: &[u8], octets: &[u8], signature: [u8; 64]| {
        let signature = Signature::from_slice(&signature).expect("r and s");
        assert_eq!(signature.normalize_s(), signature, "low-s");
        VerifyingKey::from_public_key_der(spki_der).expect("a key").verify(octets, &signature).expect("it verifies");
    };
    for payload in 0..100 {
        let octets = seal(seal_key.key_id(), &[payload; 68]);
        verifies(seal_key.spki_der(), &octets, seal_key.sign(&octets).expect("signed"));
        let octets = token(status_key.key_id(), &[payload; 68]);
        verifies(status_key.spki_der(), &octets, status_key.sign(&octets).expect("signed"));
    }
}

fn nothing_but_its_own_statements_is_signed() {
    let (seal_key, status_key) = (seal_key(), status_key());
    let payload = [7; 68];
    let der = fs::read(agency().layout().crl(keys::agency::Authority::Root)).expect("DER");
    let refused = Err(KeyError::NotToBeSigned { key_id: seal_key.key_id().clone() });
    let trust_list = structure(seal_key.key_id(), b"", &[b'a'; 40], &payload);
    let others = seal(status_key.key_id(), &payload);
    // Signed attributes, a CRL, a hash, a token, another statement, another key's seal.
    for octets in
        [b"\x31\x02\x30\x00", &der[..], &[0x84; 32], &token(seal_key.key_id(), &payload), &trust_list, &others]
    {
        assert_eq!(seal_key.sign(octets), refused);
    }
    let refused = Err(KeyError::NotToBeSigned { key_id: status_key.key_id().clone() });
    let others = token(seal_key.key_id(), &payload);
    for octets in [b"\x31\x02\x30\x00", &der[..], &[0x84; 32], &seal(status_key.key_id(), &payload), &others] {
        assert_eq!(status_key.sign(octets), refused);
    }
}

fn the_three_keys_of_the_signer_are_three() {
    let signing = SoftKey::load(&agency().layout().signing_key(), &passphrase()).expect("the agency's key");
    let (signing, seal, status) = (signing.public_key().spki_der().to_vec(), seal_key(), status_key());
    assert_ne!(signing, seal.spki_der());
    assert_ne!(signing, status.spki_der());
    assert_ne!(seal.spki_der(), status.spki_der());
}

/// Opens a file as either kind of key and gives the one refusal.
fn refused(path: &std::path::Path, passphrase: &Passphrase) -> KeyError {
    let refused = SealKey::open(path, passphrase).expect_err("refused");
    assert_eq!(StatusKey::open(path, passphrase).expect_err("refused"), refused);
    refused
}

fn the_file_is_kept_as_the_signing_key_is() {
    let folder = folder();
    let good = fs::read(agency().layout().seal_key()).expect("a key file");
    let path = folder.path().join("seal.key");
    let file = |path: &PathBuf, fault| KeyError::File { path: path.clone(), fault };
    for mode in [0o440, 0o600 | 0o004, 0o500] {
        write(&path, &good, 0o600);
        write(&path, &good, mode);
        assert_eq!(refused(&path, &passphrase()), file(&path, FileFault::Mode { mode }));
        fs::remove_file(&path).expect("our own file");
    }
    write(&path, &good, 0o400);
    let link = folder.path().join("link.key");
    symlink(&path, &link).expect("a link");
    assert_eq!(refused(&link, &passphrase()), file(&link, FileFault::SymbolicLink));
    let clear = agency().layout().server_key();
    assert_eq!(refused(&clear, &passphrase()), KeyError::Envelope(EnvelopeFault::Unencrypted));
    let none = folder.path().join("none.key");
    assert_eq!(refused(&none, &passphrase()), file(&none, FileFault::NotFound));
}

fn the_wrong_passphrase_is_refused() {
    let wrong = Passphrase::new("kata sandi yang lain").expect("a passphrase");
    for path in [agency().layout().seal_key(), agency().layout().status_key()] {
        assert_eq!(refused(&path, &wrong), KeyError::Envelope(EnvelopeFault::WrongPassphrase));
    }
}

fn debug_and_errors_show_no_secret() {
    let (seal_key, status_key) = (seal_key(), status_key());
    assert_eq!(format!("{seal_key:?}"), format!("SealKey({})", seal_key.key_id()));
    assert_eq!(format!("{status_key:?}"), format!("StatusKey({})", status_key.key_id()));
    let refused = seal_key.sign(b"rahasia").expect_err("refused");
    let shown = format!("{refused:?} {refused}");
    assert!(!shown.contains("rahasia") && !shown.contains(WORDS), "{shown}");
}

fn a_key_of_another_curve_is_refused() {
    let folder = folder();
    for curve in ["P-384", "secp256k1"] {
        let [clear, path] = ["clear.pem", curve].map(|name| folder.path().join(name));
        let (curve, pass) = (format!("ec_paramgen_curve:{curve}"), format!("pass:{WORDS}"));
        openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", &curve, "-out", text(&clear)]);
        openssl(&["pkcs8", "-topk8", "-scrypt", "-in", text(&clear), "-passout", &pass, "-out", text(&path)]);
        write(&path, fs::read(&path).expect("a key"), 0o400);
        assert_eq!(refused(&path, &passphrase()), KeyError::NotP256);
    }
}

fn openssl_reads_the_keys_and_verifies() {
    let folder = folder();
    let (seal_key, status_key) = (seal_key(), status_key());
    let (of_seal, of_token) = (seal(seal_key.key_id(), &[7; 68]), token(status_key.key_id(), &[7; 68]));
    let layout = agency().layout();
    for (path, spki_der, octets, signature) in [
        (layout.seal_key(), seal_key.spki_der(), &of_seal, seal_key.sign(&of_seal)),
        (layout.status_key(), status_key.spki_der(), &of_token, status_key.sign(&of_token)),
    ] {
        let [public, data, value] = ["public.pem", "data", "value"].map(|name| folder.path().join(name));
        let pass = format!("pass:{WORDS}");
        openssl(&["pkey", "-in", text(&path), "-passin", &pass, "-pubout", "-out", text(&public)]);
        let read = VerifyingKey::from_public_key_pem(&fs::read_to_string(&public).expect("PEM")).expect("a key");
        assert_eq!(read, VerifyingKey::from_public_key_der(spki_der).expect("a key"));
        write(&data, octets, 0o600);
        let signature = Signature::from_slice(&signature.expect("signed")).expect("r and s");
        write(&value, signature.to_der().as_bytes(), 0o600);
        let arguments = ["dgst", "-sha256", "-verify", text(&public), "-signature", text(&value), text(&data)];
        assert_eq!(openssl(&arguments), "Verified OK\n");
        let wrong = run("openssl", &["pkey", "-in", text(&path), "-passin", "pass:salah", "-noout"]);
        assert!(!wrong.status.success(), "it is encrypted");
    }
}

/// OpenSSL opens the key; the scalar it finds stands in no file, neither as octets nor in any of the usual texts.
fn no_file_holds_them_in_the_clear() {
    let folder = folder();
    let layout = agency().layout();
    for path in [layout.seal_key(), layout.status_key()] {
        let clear = folder.path().join("clear.der");
        let pass = format!("pass:{WORDS}");
        openssl(&["pkey", "-in", text(&path), "-passin", &pass, "-outform", "DER", "-out", text(&clear)]);
        let der = fs::read(&clear).expect("a key");
        // SEC 1's ECPrivateKey: version 1, then OCTET STRING of 32 octets.
        let at = der.windows(5).position(|octets| octets == [2, 1, 1, 4, 32]).expect("a private key") + 5;
        let scalar = &der[at..at + 32];
        let in_hex = hex::encode(scalar);
        let mut looked_at = 0;
        each_file(layout.dir(), &mut |path, octets| {
            looked_at += 1;
            let pem = pem_octets(octets);
            for octets in [octets, &pem] {
                assert!(!octets.windows(32).any(|part| part == scalar), "{}", path.display());
            }
            assert!(!String::from_utf8_lossy(octets).to_lowercase().contains(&in_hex), "{}", path.display());
        });
        assert!(looked_at > 20, "{looked_at}");
    }
}

fn each_file(dir: &std::path::Path, look: &mut dyn FnMut(&std::path::Path, &[u8])) {
    for entry in fs::read_dir(dir).expect("our folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            each_file(&path, look);
        } else {
            look(&path, &fs::read(&path).expect("our file"));
        }
    }
}

/// What is inside a PEM file, or nothing.
fn pem_octets(octets: &[u8]) -> Vec<u8> {
    der::pem::decode_vec(octets).map_or_else(|_| Vec::new(), |(_, der)| der)
}
