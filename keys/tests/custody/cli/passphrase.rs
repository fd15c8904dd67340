//! Where the command takes a passphrase from, and where never.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use libtest_mimic::Trial;

use super::Ceremony;
use crate::harness::{WORDS, case, write};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        case("cli::the_passphrase_is_never_an_argument_or_in_the_environment", never_an_argument),
        case("cli::without_a_terminal_it_says_what_to_use", without_a_terminal_it_says_what_to_use),
        case("cli::the_passphrase_is_read_from_any_open_descriptor", the_passphrase_is_read_from_any_descriptor),
        case("cli::a_short_new_passphrase_is_refused", a_short_new_passphrase_is_refused),
        case("cli::the_passphrase_can_be_changed", the_passphrase_can_be_changed),
    ]
}

fn never_an_argument() {
    let ceremony = Ceremony::new();
    for arguments in [&["key", "new", "--out", "k", "--passphrase", WORDS][..], &["key", "new", "--out", "k", WORDS]] {
        let output = ceremony.command(arguments).output().expect("teken-keys starts");
        assert_eq!(output.status.code(), Some(2));
    }
    let mut command = ceremony.command(&["key", "new", "--out", "k"]);
    for name in ["TEKEN_PASSPHRASE", "PASSPHRASE", "TEKEN_KEYS_PASSPHRASE"] {
        command.env(name, WORDS);
    }
    for name in ["PASSPHRASE_FILE", "TEKEN_KEYS_PASSPHRASE_FILE"] {
        command.env(name, "words");
    }
    let output = detached(&command).output().expect("teken-keys starts");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!ceremony.path("k").exists());
}

/// The same command in a session of its own: a process without a terminal to ask at.
fn detached(command: &Command) -> Command {
    let mut detached = Command::new("setsid");
    detached.arg("--wait").arg(command.get_program()).args(command.get_args());
    detached.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    detached.current_dir(command.get_current_dir().expect("a folder of ours"));
    detached.stdin(Stdio::null());
    detached
}

fn without_a_terminal_it_says_what_to_use() {
    let ceremony = Ceremony::new();
    let output = detached(&ceremony.command(&["key", "new", "--out", "k"])).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("no terminal") && said.contains("--passphrase-file or --passphrase-fd"), "{said}");
}

/// A pipe, a file, and a file that has no name any more (a shell's here-document).
fn the_passphrase_is_read_from_any_descriptor() {
    let ceremony = Ceremony::new();
    for (key, script) in [
        ("pipe", "echo \"$WORDS\" | { exec 7<&0; \"$0\" key new --out pipe --passphrase-fd 7 </dev/null; }"),
        ("file", "\"$0\" key new --out file --passphrase-fd 3 3<words"),
        ("here", "\"$0\" key new --out here --passphrase-fd 3 3<<END\n$WORDS\nEND\n"),
    ] {
        let output = Command::new("sh")
            .args(["-c", script, env!("CARGO_BIN_EXE_teken-keys")])
            .env("WORDS", WORDS)
            .current_dir(ceremony.folder.path())
            .output()
            .expect("a shell");
        assert!(output.status.success(), "{key}: {}", String::from_utf8_lossy(&output.stderr));
        ceremony.done(&[
            "csr",
            "--key",
            key,
            "--organization",
            "O",
            "--common-name",
            "N",
            "--passphrase-file",
            "words",
        ]);
    }
}

fn a_short_new_passphrase_is_refused() {
    let ceremony = Ceremony::new();
    write(&ceremony.path("short"), "pendek\n", 0o600);
    ceremony.refused(&["key", "new", "--out", "k", "--passphrase-file", "short"], &["shorter than 12 octets"]);
    write(&ceremony.path("empty"), "\n", 0o600);
    ceremony.refused(&["key", "new", "--out", "k", "--passphrase-file", "empty"], &["the passphrase is empty"]);
    write(&ceremony.path("two"), format!("{WORDS}\n{WORDS}\n"), 0o600);
    ceremony.refused(&["key", "new", "--out", "k", "--passphrase-file", "two"], &["more than one line"]);
    assert!(!ceremony.path("k").exists());
}

fn the_passphrase_can_be_changed() {
    let ceremony = Ceremony::new();
    let id = ceremony.done(&["key", "new", "--out", "k", "--passphrase-file", "words"]);
    write(&ceremony.path("new"), "kata sandi yang baru\n", 0o600);
    // The old one through standard input, descriptor 0.
    let mut child = ceremony
        .command(&["key", "change-passphrase", "--key", "k", "--passphrase-fd", "0", "--new-passphrase-file", "new"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("teken-keys starts");
    writeln!(child.stdin.take().expect("a pipe"), "{WORDS}").expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stdout), (Some(0), id.into_bytes()));
    let csr = ["csr", "--key", "k", "--organization", "O", "--common-name", "N", "--passphrase-file"];
    ceremony.refused(&[&csr[..], &["words"]].concat(), &["wrong passphrase"]);
    ceremony.done(&[&csr[..], &["new"]].concat());
}
