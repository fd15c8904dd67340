//! `teken-keys` as people and scripts call it: results on stdout, words on stderr, exit codes, and no passphrase anywhere.

mod passphrase;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use libtest_mimic::Trial;
use tempfile::TempDir;

use crate::harness::{WORDS, agency, case, case_with, folder, openssl, openssl_present, text, write};

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = passphrase::trials();
    trials.extend([
        case("cli::an_agency_is_made_listed_and_changed", an_agency_is_made_listed_and_changed),
        case("cli::the_trust_list_is_issued_and_shown", the_trust_list_is_issued_and_shown),
        case("cli::a_request_is_certified_and_installed", a_key_and_a_request_are_made),
        case("cli::wrong_usage_is_exit_code_2", wrong_usage_is_exit_code_2),
        case("cli::refusals_are_exit_code_1_with_a_hint_and_no_result", refusals_are_exit_code_1),
        case("cli::inspect_shows_every_kind_of_file_without_a_passphrase", inspect_shows_every_kind_of_file),
        case("cli::inspect_does_not_print_control_characters_of_a_file", inspect_prints_no_control_characters),
        case("cli::help_explains_every_command", help_explains_every_command),
        case_with("cli::the_installed_chain_is_openssls_chain", openssl_present(), the_installed_chain),
    ]);
    trials
}

struct Ceremony {
    folder: TempDir,
}

impl Ceremony {
    fn new() -> Self {
        let folder = folder();
        write(&folder.path().join("words"), format!("{WORDS}\n"), 0o600);
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_teken-keys"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().expect("teken-keys starts");
        let all = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!all.contains(WORDS), "{all}");
        output
    }

    /// Runs and expects success; gives standard output.
    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// Runs and expects refusal with these words and nothing on standard output.
    fn refused(&self, arguments: &[&str], words: &[&str]) {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        for word in words {
            assert!(said.contains(word), "{word}: {said}");
        }
    }

    fn init(&self) {
        self.done(&[
            "agency",
            "init",
            "a",
            "--test",
            "--organization",
            "Disdukcapil Kota Contoh",
            "--signer-name",
            "Siti Contoh",
            "--signer-title",
            "Kepala Dinas",
            "--office",
            "kec-utara=Kecamatan Utara",
            "--passphrase-file",
            "words",
        ]);
    }
}

fn an_agency_is_made_listed_and_changed() {
    let ceremony = Ceremony::new();
    ceremony.init();
    for path in ["a/anchors/root.pem", "a/crls/issuing.crl", "a/signer/signing.key", "a/office/kec-utara.pem"] {
        assert!(ceremony.path(path).is_file(), "{path}");
    }
    let added =
        ceremony.done(&["agency", "office", "add", "a", "kec-barat", "--name", "Barat", "--passphrase-file", "words"]);
    assert_eq!(added, "a/office/kec-barat.pem\n");
    let revoked = ceremony.done(&[
        "revoke",
        "a",
        "a/signer/chain.pem",
        "--reason",
        "key-compromise",
        "--passphrase-file",
        "words",
    ]);
    assert_eq!(revoked, "a/crls/issuing.crl\n");
    let renewed = ceremony.done(&["crl", "renew", "a", "--passphrase-file", "words"]);
    assert_eq!(renewed, "a/crls/root.crl\na/crls/issuing.crl\na/crls/access.crl\n");
    let issued = ceremony.done(&["crl", "issue", "a", "--authority", "root", "--passphrase-file", "words"]);
    assert_eq!(issued, "a/crls/root.crl\n");
    let server = ceremony.done(&["agency", "server", "renew", "a", "--passphrase-file", "words"]);
    assert_eq!(server, "a/signer/server.pem\n");

    let signing = ceremony.done(&["signing-certificate", "renew", "a", "--passphrase-file", "words"]);
    assert_eq!(signing, "a/signer/chain.pem\n");

    let list = ceremony.done(&["list", "a", "--json"]);
    let lines: Vec<serde_json::Value> = list.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let states: Vec<(&str, &str)> = lines
        .iter()
        .map(|line| (line["purpose"].as_str().expect("text"), line["state"].as_str().expect("text")))
        .collect();
    let expected = [
        ("authority", "valid"),
        ("authority", "valid"),
        ("signing", "revoked"),
        ("signing", "valid"),
        ("authority", "valid"),
        ("server", "valid"),
        ("office", "valid"),
        ("office", "valid"),
        ("server", "valid"),
    ];
    assert_eq!(states, expected);
    assert_eq!(lines[2]["reason"], "key-compromise");
    assert_eq!(lines[7]["office"], "kec-barat");
    let plain = ceremony.done(&["list", "a"]);
    assert_eq!(plain.lines().count(), 9);
}

fn the_trust_list_is_issued_and_shown() {
    let ceremony = Ceremony::new();
    ceremony.init();
    let words = ["--passphrase-file", "words"];
    let list = "a/trust/trust-list.cose";
    let issue = [&["trust-list", "issue", "a", "--prefix", "https://baru.example.go.id/v#"][..], &words].concat();
    assert_eq!(ceremony.done(&issue), format!("{list}\n"));
    let show = |more: &[&str]| ceremony.done(&[&["trust-list", "show", list, "--json"], more].concat());
    let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    let object = parsed(&show(&["--trust", "a/anchors/root.pem"]));
    assert_eq!((&object["sequence"], &object["signatureVerified"]), (&2.into(), &true.into()));
    assert_eq!(
        object["prefixes"],
        serde_json::json!(["https://tte.example.go.id/v#", "https://baru.example.go.id/v#"])
    );
    assert_eq!(object["statusPrefix"], "https://tte.example.go.id/status/");
    let hint = object["keys"][0]["keyHint"].as_str().expect("a hint").to_owned();
    assert_eq!(parsed(&show(&[]))["signatureVerified"], false);
    ceremony.refused(&["trust-list", "show", list, "--trust", "a/anchors/access.pem"], &["was not signed by"]);
    ceremony.refused(&["trust-list", "show", "a/anchors/root.pem"], &["a/anchors/root.pem: "]);

    let text = ceremony.done(&["trust-list", "show", list]);
    for part in ["sequence number       2", "prefix of seals       https://baru.example.go.id/v#", &hint, "active"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(ceremony.done(&["inspect", list]).contains(&hint));

    let roll = ["seal-key", "roll", "a", "--compromised", &hint];
    let at = object["issuedAt"].as_str().expect("a time");
    let roll = [&roll[..], &["--at", at], &words].concat();
    assert_eq!(ceremony.done(&roll), format!("{list}\n"));
    let keys = parsed(&show(&[]))["keys"].clone();
    let states: Vec<_> =
        keys.as_array().expect("keys").iter().map(|key| (key["purpose"].clone(), key["state"].clone())).collect();
    assert_eq!(
        states,
        [("seal", "compromised"), ("status", "active"), ("seal", "active")].map(|(a, b)| (a.into(), b.into()))
    );
    assert_eq!(keys[0]["compromisedAt"], at);
    assert_eq!(ceremony.done(&[&["status-key", "roll", "a"][..], &words].concat()), format!("{list}\n"));

    // Refusals say what to do.
    let refused = |arguments: &[&str], said: &[&str]| ceremony.refused(&[arguments, &words].concat(), said);
    refused(
        &["trust-list", "issue", "a", "--prefix", "http://a.example/v#"],
        &["https://", "hint: write it like https://"],
    );
    refused(&["trust-list", "issue", "a", "--prefix", "https://a.example/v"], &["'#'", "hint: write it like https://"]);
    refused(&["trust-list", "init", "a"], &["exists already"]);
    refused(&["seal-key", "roll", "a", "--compromised", "00000000", "--at", at], &["00000000", "trust-list show"]);
    for usage in [
        &["trust-list", "issue", "a", "--days", "0"][..],
        &["seal-key", "roll", "a", "--compromised", &hint],
        &["seal-key", "roll", "a", "--compromised", "0000", "--at", at],
        &["seal-key", "roll", "a", "--compromised", &hint, "--at", "yesterday"],
    ] {
        assert_eq!(ceremony.run(usage).status.code(), Some(2), "{usage:?}");
    }

    // People are told in time.
    let said = |output: Output| String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said(ceremony.run(&["list", "a"])), "");
    ceremony.done(&[&["trust-list", "issue", "a", "--days", "1"][..], &words].concat());
    let warned = said(ceremony.run(&["list", "a"]));
    assert!(warned.starts_with("warning: the trust list is over on "), "{warned}");
    fs::rename(ceremony.path("a/signer/seal.key"), ceremony.path("a/signer/seal.key.new")).expect("our own file");
    fs::remove_file(ceremony.path(list)).expect("our own file");
    let warned = said(ceremony.run(&["list", "a"]));
    for part in ["a/trust/trust-list.cose", "a new seal key waits", "teken-keys seal-key roll finishes it"] {
        assert!(warned.contains(part), "{part}\n{warned}");
    }
}

fn a_key_and_a_request_are_made() {
    let ceremony = Ceremony::new();
    let id = ceremony.done(&["key", "new", "--out", "k", "--passphrase-file", "words"]);
    let request = [
        "csr",
        "--key",
        "k",
        "--organization",
        "Disdukcapil",
        "--common-name",
        "Siti",
        "--title",
        "Kepala Dinas",
        "--passphrase-file",
        "words",
    ];
    let text = ceremony.done(&request);
    assert!(text.starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"), "{text}");
    let with_file = [&request[..], &["--out", "r.csr"]].concat();
    assert_eq!(ceremony.done(&with_file), "r.csr\n");
    assert!(ceremony.done(&["inspect", "r.csr"]).contains(id.trim()));
    let commitment = ceremony.done(&["commitment-key", "new", "--out", "c"]);
    assert_eq!(commitment, "c\n");
    assert_eq!(fs::read(ceremony.path("c")).expect("a key").len(), 32);
}

fn wrong_usage_is_exit_code_2() {
    let ceremony = Ceremony::new();
    for arguments in [
        &[][..],
        &["unknown"],
        &["csr", "--key", "k"],
        &["inspect"],
        &["crl", "issue", "a", "--authority", "other"],
        &["key", "new", "--out", "k", "--passphrase-fd", "3", "--passphrase-file", "words"],
        &["agency", "office", "add", "a", "Kec Utara", "--name", "x"],
        &["revoke", "a", "00", "--reason", "because"],
        &["key", "new", "--out", "k", "--passphrase-fd", "-1"],
    ] {
        let output = ceremony.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    assert!(!ceremony.path("k").exists());
}

fn refusals_are_exit_code_1() {
    let ceremony = Ceremony::new();
    ceremony.init();
    write(&ceremony.path("wrong"), "kata sandi yang salah\n", 0o600);
    write(&ceremony.path("open"), format!("{WORDS}\n"), 0o644);
    let csr = |key: &'static str, words: &'static str| {
        ["csr", "--key", key, "--organization", "O", "--common-name", "N", "--passphrase-file", words]
    };
    ceremony.refused(&csr("a/signer/signing.key", "wrong"), &["a/signer/signing.key: wrong passphrase"]);
    ceremony.refused(&csr("a/signer/signing.key", "open"), &["open: has mode 0644", "hint: chmod 0400 open"]);
    ceremony.refused(&csr("none", "words"), &["none: no such file"]);
    ceremony
        .refused(&csr("a/signer/server.key", "words"), &["the private key is not encrypted", "hint: encrypt it anew"]);
    ceremony.refused(&csr("a/signer/chain.pem", "words"), &["has mode 0444"]);
    ceremony.refused(&["list", "."], &[". holds no agency", "hint: "]);
    ceremony.refused(
        &["revoke", "a", "4142", "--reason", "superseded", "--passphrase-file", "words"],
        &["4142", "teken-keys list"],
    );
    ceremony.refused(&["crl", "renew", "a", "--passphrase-file", "wrong"], &["wrong passphrase"]);
    let init = [
        "agency",
        "init",
        "a",
        "--organization",
        "O",
        "--signer-name",
        "N",
        "--signer-title",
        "T",
        "--passphrase-file",
        "words",
    ];
    ceremony.refused(&init, &["a/anchors exists already and is not overwritten"]);
    ceremony
        .refused(&["key", "new", "--out", "a/signer/signing.key", "--passphrase-file", "words"], &["exists already"]);
    ceremony.refused(&["commitment-key", "new", "--out", "a/signer/commitment.key"], &["exists already"]);
    let install =
        ["install-chain", "--key", "a/signer/signing.key", "--out", "a/signer/chain.pem", "--passphrase-file", "words"];
    ceremony.refused(&[&install[..], &["a/anchors/root.pem"]].concat(), &["a/signer/chain.pem: exists already"]);
    ceremony.refused(&[&install[..], &["--replace", "a/anchors/root.pem"]].concat(), &["do not match"]);
    ceremony.refused(&["inspect", "words"], &["words: is no certificate"]);
}

fn inspect_shows_every_kind_of_file() {
    let ceremony = Ceremony::new();
    let show = |path: &Path| ceremony.done(&["inspect", text(path)]);
    let layout = agency().layout();
    let chain = show(&layout.signing_chain());
    for part in [
        "subject               TITLE=Kepala Dinas,CN=Siti Contoh (UJI COBA),OU=Bidang Pelayanan",
        "valid from            2026-01-02T03:04:05Z",
        "valid until           2028-01-02T03:04:05Z",
        "signed with           ecdsa-with-SHA256",
        "key usage             DigitalSignature, NonRepudiation",
        "extended key usage    document signing",
        "CRL at                http://crl.invalid/issuing.crl",
        "CA                    yes, path length 0",
    ] {
        assert!(chain.contains(part), "{part}\n{chain}");
    }
    let server = show(&layout.server_certificate());
    assert!(server.contains("alternative names     teken.example, 192.0.2.7, ::1, localhost, 127.0.0.1"), "{server}");
    let crl = show(&layout.crl(keys::agency::Authority::Access));
    for part in [
        "certificate revocation list",
        "next one due          2026-01-09T03:04:05Z",
        "number                1",
        "revoked               0",
    ] {
        assert!(crl.contains(part), "{part}\n{crl}");
    }
    let key = show(&layout.signing_key());
    for part in ["encrypted private key", "scrypt N=16384, r=8, p=5; AES-256-CBC", "kept as a secret"] {
        assert!(key.contains(part), "{part}\n{key}");
    }
    assert!(show(&layout.server_key()).contains("private key in the clear"));
    write(&ceremony.path("copy.key"), fs::read(layout.signing_key()).expect("a key"), 0o644);
    assert!(show(&ceremony.path("copy.key")).contains("NOT kept as a secret: has mode 0644"));
}

fn inspect_prints_no_control_characters() {
    let ceremony = Ceremony::new();
    let chain = fs::read(agency().layout().signing_chain()).expect("a chain");
    let mut der = keys::chain_from_pem(&chain).expect("a chain").remove(0);
    let at = der.windows(4).position(|window| window == b"Siti").expect("the name");
    der[at..at + 4].copy_from_slice(b"\x1b[2J");
    write(&ceremony.path("forged.der"), &der, 0o600);
    let shown = ceremony.done(&["inspect", "forged.der"]);
    assert!(!shown.contains('\x1b'), "{shown:?}");
}

fn help_explains_every_command() {
    let ceremony = Ceremony::new();
    for (command, word) in [
        (&["--help"][..], "Exit codes: 0 done, 1 refused or failed, 2 wrong usage"),
        (&["agency", "init", "--help"], "anchors/"),
        (&["agency", "office", "add", "--help"], "office/ID.key"),
        (&["agency", "server", "renew", "--help"], "--server-name"),
        (&["key", "new", "--help"], "--passphrase-fd"),
        (&["csr", "--help"], "PKCS#10"),
        (&["install-chain", "--help"], "in any order"),
        (&["revoke", "--help"], "key-compromise"),
        (&["crl", "renew", "--help"], "all CAs"),
        (&["signing-certificate", "renew", "--help"], "stays valid"),
        (&["trust-list", "init", "--help"], "signer/seal.key"),
        (&["trust-list", "issue", "--help"], "root's key"),
        (&["trust-list", "show", "--help"], "--trust"),
        (&["seal-key", "roll", "--help"], "--compromised"),
        (&["status-key", "roll", "--help"], "Publish the list before"),
        (&["list", "--help"], "--json"),
        (&["inspect", "--help"], "no passphrase"),
        (&["commitment-key", "new", "--help"], "32 random octets"),
    ] {
        let shown = ceremony.done(command);
        assert!(shown.contains(word), "{command:?} {word}\n{shown}");
    }
}

fn the_installed_chain() {
    let ceremony = Ceremony::new();
    ceremony.done(&["key", "new", "--out", "k", "--passphrase-file", "words"]);
    ceremony.done(&[
        "csr",
        "--key",
        "k",
        "--organization",
        "Disdukcapil",
        "--common-name",
        "Siti",
        "--out",
        "r.csr",
        "--passphrase-file",
        "words",
    ]);
    let [request, ca, ca_key, signed] = ["r.csr", "ca.pem", "ca.key", "signed.pem"].map(|name| ceremony.path(name));
    openssl(&[
        "req",
        "-x509",
        "-nodes",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-subj",
        "/O=CA UJI COBA",
        "-days",
        "30",
        "-keyout",
        text(&ca_key),
        "-out",
        text(&ca),
    ]);
    openssl(&[
        "x509",
        "-req",
        "-in",
        text(&request),
        "-CA",
        text(&ca),
        "-CAkey",
        text(&ca_key),
        "-copy_extensions",
        "copyall",
        "-days",
        "30",
        "-out",
        text(&signed),
    ]);
    let install = ["install-chain", "--key", "k", "--out", "chain.pem", "--passphrase-file", "words"];
    assert_eq!(ceremony.done(&[&install[..], &["ca.pem", "signed.pem", "signed.pem"]].concat()), "chain.pem\n");
    let installed = keys::chain_from_pem(&fs::read(ceremony.path("chain.pem")).expect("a chain")).expect("a chain");
    assert_eq!(installed, keys::chain_from_pem(&fs::read(&signed).expect("a certificate")).expect("a certificate"));
    ceremony.refused(&[&install[..], &["signed.pem"]].concat(), &["chain.pem: exists already"]);
    ceremony.done(&[&install[..], &["--replace", "signed.pem"]].concat());
}
