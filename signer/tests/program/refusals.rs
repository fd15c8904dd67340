//! Each refusal to start: exit code 1, and a line that says what to do.

use std::fs;
use std::process::{Command, Stdio};

use crate::fixture::{Place, now, passphrase, write_secret};

fn expect_refusal(place: &Place, says: &[&str]) {
    let (code, said) = place.refusal();
    assert_eq!(code, Some(1), "{said}");
    for part in says {
        assert!(said.contains(part), "{part:?} is not in {said:?}");
    }
}

#[test]
fn a_missing_field_is_named() {
    let place = Place::new();
    place.configure(&place.usual().replace("register = \"register.db\"\n", ""));
    expect_refusal(&place, &["signer.toml is refused", "missing field `register`"]);
}

#[test]
fn an_unknown_field_is_named_with_its_line() {
    let place = Place::new();
    place.configure(&place.usual().replace("[limits]\n", "[limits]\nconections = 9\n"));
    expect_refusal(&place, &["unknown field `conections`", "TOML parse error at line"]);
}

#[test]
fn a_configuration_that_is_not_there_is_named() {
    let place = Place::new();
    fs::remove_file(place.path("signer.toml")).expect("the configuration");
    expect_refusal(&place, &["cannot read the configuration", "signer.toml"]);
}

#[test]
fn a_wrong_passphrase_is_refused_without_being_shown() {
    let place = Place::new();
    fs::remove_file(place.path("passphrase")).expect("the passphrase");
    write_secret(&place.path("passphrase"), "bukan frasa sandinya\n");
    expect_refusal(&place, &["signing.key cannot be opened", "passphrase"]);
    assert!(!place.refusal().1.contains("bukan"));
}

#[test]
fn a_key_and_a_chain_that_do_not_match_are_refused() {
    let (place, other) = (Place::new(), tempfile::tempdir().expect("a directory"));
    let passphrase = passphrase();
    let options = keys::agency::AgencyOptions::new("Dinas Lain", "Ani Contoh", "Kepala Dinas", now() - 60, &passphrase);
    keys::agency::Agency::create(other.path(), &options).expect("another agency");
    fs::remove_file(place.path("signer/chain.pem")).expect("the chain");
    fs::copy(other.path().join("signer/chain.pem"), place.path("signer/chain.pem")).expect("a copy");
    expect_refusal(&place, &["signing.key", "chain.pem", "do not match"]);
}

#[test]
fn a_stale_revocation_list_is_refused() {
    let place = Place::new();
    place.agency().renew_crls(now() - 8 * 24 * 60 * 60, &passphrase()).expect("lists of last week");
    expect_refusal(&place, &["access.crl is refused", "stale", "fetch or issue a new one"]);
}

#[test]
fn a_missing_revocation_list_is_refused() {
    let place = Place::new();
    fs::remove_file(place.path("crls/access.crl")).expect("the list");
    expect_refusal(&place, &["cannot read", "access.crl"]);
}

#[test]
fn the_revocation_list_of_another_ca_is_refused() {
    let place = Place::new();
    fs::copy(place.path("crls/issuing.crl"), place.path("crls/access.crl")).expect("a copy");
    expect_refusal(&place, &["access.crl is refused", "not issued by the client anchor"]);
}

#[test]
fn a_revocation_list_with_a_changed_octet_is_refused() {
    let place = Place::new();
    let path = place.path("crls/access.crl");
    let mut list = fs::read(&path).expect("the list");
    *list.last_mut().expect("octets") ^= 1;
    fs::write(&path, list).expect("the changed list");
    expect_refusal(&place, &["access.crl is refused", "its signature is not the client anchor's"]);
}

#[test]
fn a_server_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let mode = fs::Permissions::from_mode(0o444);
    fs::set_permissions(place.path("signer/server.key"), mode).expect("a mode");
    expect_refusal(&place, &["the key of the TLS certificate is refused", "server.key", "mode 0444"]);
}

#[test]
fn a_server_key_of_another_certificate_is_refused() {
    let place = Place::new();
    fs::remove_file(place.path("signer/server.key")).expect("the key");
    fs::copy(place.path("office/utara.key"), place.path("signer/server.key")).expect("a copy");
    expect_refusal(&place, &["server.key does not belong to the first certificate in", "server.pem"]);
}

#[test]
fn a_commitment_key_of_another_length_is_refused() {
    let place = Place::new();
    fs::remove_file(place.path("signer/commitment.key")).expect("the key");
    write_secret(&place.path("signer/commitment.key"), "thirty-one octets are too short");
    expect_refusal(&place, &["commitment.key has 31 octets; it must have 32"]);
}

/// Under another key nothing that was recorded would be known again, and a document be signed twice under its number.
#[test]
fn a_register_made_with_another_commitment_key_is_refused() {
    let place = Place::new();
    drop(place.start());
    fs::remove_file(place.path("signer/commitment.key")).expect("the key");
    write_secret(&place.path("signer/commitment.key"), "thirty-two octets of another key");
    expect_refusal(&place, &["the register was made with another commitment key", "restore the key"]);
}

#[test]
fn a_second_server_on_the_same_register_is_refused_and_the_first_goes_on() {
    let place = Place::new();
    let mut first = place.start();
    expect_refusal(&place, &["another server is using this register"]);
    assert!(first.still_runs());
}

#[test]
fn a_port_that_is_taken_is_refused() {
    let place = Place::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    place.configure(&place.usual().replace("127.0.0.1:0", &address));
    expect_refusal(&place, &[&format!("cannot listen on {address}")]);
}

#[test]
fn a_prompt_without_a_terminal_is_refused() {
    let place = Place::new();
    place.configure(&place.usual().replace("{ file = \"passphrase\" }", "\"prompt\""));
    let mut command = Command::new("setsid");
    command.args(["--wait", env!("CARGO_BIN_EXE_teken-signer"), "serve", "--config"]).arg(place.path("signer.toml"));
    let output = command.stdin(Stdio::null()).output().expect("setsid of util-linux");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("no passphrase for the signing key"), "{said}");
}

#[test]
fn a_command_that_does_not_exist_is_wrong_usage() {
    for arguments in [&[][..], &["sign"], &["serve"], &["serve", "--config"], &["serve", "--passphrase", "rahasia"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_teken-signer")).args(arguments).output().expect("the program");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn check_config_finds_what_a_start_would_find_without_the_passphrase() {
    let place = Place::new();
    let check = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_teken-signer"));
        command.args(["check-config", "--config"]).arg(place.path("signer.toml"));
        let output = command.output().expect("the program");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    fs::remove_file(place.path("passphrase")).expect("the passphrase");
    assert_eq!(check(), (Some(0), String::new()));
    assert!(!place.path("register.db").exists(), "nothing was made");
    fs::remove_file(place.path("signer/chain.pem")).expect("the chain");
    let (code, said) = check();
    assert_eq!(code, Some(1));
    assert!(said.contains("cannot read the certificate chain"), "{said}");
}
