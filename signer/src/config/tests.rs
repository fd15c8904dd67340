//! Refusals name the field; the example documents every field.

use std::path::Path;

use super::*;

const EXAMPLE: &str = include_str!("../../signer.example.toml");

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("/etc/teken/signer.toml"))
}

fn refusal(text: &str) -> String {
    match parse(text).expect_err("a refusal") {
        ConfigError::Refused { source, .. } => source.message().to_owned(),
        other => panic!("refused for another reason: {other}"),
    }
}

#[test]
fn the_example_is_accepted_and_shows_the_defaults() {
    let settings = parse(EXAMPLE).expect("the example").settings;
    assert_eq!(settings.limits, ServerLimits::default());
    assert_eq!(settings.log, LogSettings::default());
    assert_eq!(settings.tls.reload_seconds, reload_seconds());
    assert_eq!(settings.oid_arc, OidArc::default());
    assert_eq!(settings.credential.passphrase, PassphraseFrom::default());
    assert_eq!(settings.seal.map(|seal| seal.document_types), Some(vec![evidence::DocumentType::surat()]));
    assert_eq!(settings.status.map(|status| status.publish_seconds.get()), Some(60));
}

/// The example with one line changed, and what is said about it.
fn refused_documents(from: &str, to: &str) -> DocumentSettingsError {
    assert!(EXAMPLE.contains(from), "{from}");
    match parse(&EXAMPLE.replace(from, to)).expect_err("a refusal") {
        ConfigError::Documents { source, .. } => source,
        other => panic!("refused for another reason: {other}"),
    }
}

#[test]
fn seal_status_and_offices_must_fit_together() {
    let id = |text: &str| evidence::OfficeId::parse(text).expect("an id");
    let contoh = id("kecamatan-contoh");
    assert_eq!(refused_documents("\nnumber = 1\n", "\n"), DocumentSettingsError::NumberMissing { id: contoh.clone() });
    let second =
        "\n[[office]]\nid = \"kedua\"\nname = \"Kedua\"\ndocument_types = [\"surat\"]\nnumber = 1\n\n[[office]]\n";
    assert_eq!(
        refused_documents("\n[[office]]\n", second),
        DocumentSettingsError::NumberTwice { first: id("kedua"), second: contoh }
    );
    assert_eq!(refused_documents("signer/seal.key", "signer/signing.key"), DocumentSettingsError::SharedKey);
    assert_eq!(refused_documents("signer/status.key", "signer/seal.key"), DocumentSettingsError::SharedKey);
    let start = EXAMPLE.find("[status]\n").expect("the table");
    let end = EXAMPLE[start..].find("\n[").expect("the next one") + start;
    assert_eq!(refused_documents(&EXAMPLE[start..end], ""), DocumentSettingsError::SealWithoutStatus);
}

#[test]
fn what_no_seal_or_list_can_have_is_refused() {
    let message = |from: &str, to: &str| {
        assert!(EXAMPLE.contains(from), "{from}");
        refusal(&EXAMPLE.replace(from, to))
    };
    assert!(message("document_types = [\"surat\"]", "document_types = [\"ktp-el\"]").contains("no seal for"));
    assert!(message("publish_seconds = 60", "publish_seconds = 901").contains("at most 900"));
    assert!(message("reservation_seconds = 900", "reservation_seconds = 901").contains("at most 900"));
    assert!(message("https://tte.example.go.id/v#", "http://tte.example.go.id/v#").contains("https://"));
    assert!(message("https://tte.example.go.id/status/", "https://tte.example.go.id/status").contains("end with"));
}

/// Every field that the reader knows stands in the example, with a comment above it. The reader itself is asked: its
/// answer to an unknown field lists those it expects.
#[test]
fn every_field_is_documented_in_the_example() {
    let tables =
        [("", 12), ("[credential]\n", 3), ("[tls]\n", 5), ("[limits]\n", 17), ("[log]\n", 2), ("[[office]]\n", 6)];
    let tables = tables.into_iter().chain([("[seal]\n", 3), ("[status]\n", 4)]);
    for (header, fields) in tables {
        let probe = if header.is_empty() {
            format!("unheard_of = 1\n{EXAMPLE}")
        } else {
            EXAMPLE.replace(&format!("\n{header}"), &format!("\n{header}unheard_of = 1\n"))
        };
        let message = refusal(&probe);
        let (_, expected) = message.split_once("expected ").unwrap_or_else(|| panic!("{message}"));
        let names: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        assert_eq!(names.len(), fields, "{message}");
        for name in names {
            let lines: Vec<&str> = EXAMPLE.lines().collect();
            let line = lines
                .iter()
                .position(|line| {
                    line.starts_with(&format!("{name} = "))
                        || *line == format!("[{name}]")
                        || *line == format!("[[{name}]]")
                })
                .unwrap_or_else(|| panic!("{name} is not in the example"));
            let table = lines[line].starts_with('[');
            assert!(table || lines[line - 1].starts_with("# "), "{name} has no comment");
        }
    }
}

#[test]
fn a_missing_field_is_named() {
    for (line, field) in [
        ("listen = \"127.0.0.1:8443\"\n", "listen"),
        ("register = \"register.db\"\n", "register"),
        ("commitment_key = \"signer/commitment.key\"\n", "commitment_key"),
        ("chain = \"signer/chain.pem\"\n", "chain"),
        ("certificate = \"signer/server.pem\"\n", "certificate"),
        ("client_anchor = \"anchors/access.pem\"\n", "client_anchor"),
        ("client_crl = \"crls/access.crl\"\n", "client_crl"),
        ("id = \"kecamatan-contoh\"\n", "id"),
        ("document_types = [\"surat\", \"kk\", \"akta\", \"ktp-el\"]\n", "document_types"),
    ] {
        assert!(EXAMPLE.contains(line), "{line}");
        assert_eq!(refusal(&EXAMPLE.replace(line, "")), format!("missing field `{field}`"));
    }
}

#[test]
fn a_missing_table_is_named() {
    let without_office = EXAMPLE.split("\n[[office]]\n").next().expect("text before the first office");
    assert_eq!(refusal(without_office), "missing field `office`");
}

#[test]
fn an_empty_list_of_offices_is_refused() {
    let without_office = EXAMPLE.split("\n[[office]]\n").next().expect("text before the first office");
    let error = parse(&format!("office = []\n{without_office}")).expect_err("nobody could sign");
    assert!(matches!(error, ConfigError::Offices { source: OfficesError::None, .. }), "{error}");
}

#[test]
fn a_limit_of_zero_is_refused() {
    let message = refusal(&EXAMPLE.replace("connections = 4096", "connections = 0"));
    assert!(message.contains("expected a nonzero u32"), "{message}");
}

#[test]
fn a_limit_without_a_unit_name_of_ours_is_refused() {
    let message = refusal(&EXAMPLE.replace("handshake_seconds = 5", "handshake_second = 5"));
    assert!(message.starts_with("unknown field `handshake_second`"), "{message}");
}

#[test]
fn an_address_without_a_port_is_refused() {
    let message = refusal(&EXAMPLE.replace("127.0.0.1:8443", "127.0.0.1"));
    assert!(message.contains("invalid socket address"), "{message}");
}

#[test]
fn an_arc_that_is_no_object_identifier_is_refused() {
    let message = refusal(&EXAMPLE.replace("1.3.6.1.4.1.32473", "teken"));
    assert!(message.contains("not an object identifier"), "{message}");
}

#[test]
fn a_passphrase_in_the_file_is_refused() {
    let message = refusal(&EXAMPLE.replace("passphrase = \"prompt\"", "passphrase = \"hunter2\""));
    assert!(message.starts_with("unknown variant"), "{message}");
}

#[test]
fn the_passphrase_comes_from_a_file_or_a_descriptor() {
    let from = |value: &str| {
        let text = EXAMPLE.replace("passphrase = \"prompt\"", &format!("passphrase = {value}"));
        parse(&text).expect("a source").settings.credential.passphrase
    };
    assert_eq!(from("{ file = \"secret/pass\" }"), PassphraseFrom::File("/etc/teken/secret/pass".into()));
    assert_eq!(from("{ fd = 3 }"), PassphraseFrom::Fd(3));
}

#[test]
fn relative_paths_count_from_the_file_and_absolute_ones_stay() {
    let text = EXAMPLE.replace("register.db", "/var/lib/teken/register.db");
    let settings = parse(&text).expect("paths").settings;
    assert_eq!(settings.register, Path::new("/var/lib/teken/register.db"));
    assert_eq!(settings.tls.key, Path::new("/etc/teken/signer/server.key"));
    assert_eq!(settings.credential.chain, Path::new("/etc/teken/signer/chain.pem"));
}

#[test]
fn a_file_that_is_not_there_is_refused_with_its_path() {
    let error = Config::load(Path::new("/nonexistent/signer.toml")).expect_err("no file");
    assert_eq!(error.to_string(), "cannot read the configuration /nonexistent/signer.toml");
}
