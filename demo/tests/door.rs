//! The demo as a newcomer meets it: the program itself, in a folder of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Runs the demo in `here` to its end.
fn demo(here: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_demo"))
        .args(arguments)
        .current_dir(here)
        .stdin(Stdio::null())
        .output()
        .expect("the demo starts")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn pdfs(folder: &Path) -> Vec<PathBuf> {
    let mut paths = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "pdf"))
        .collect::<Vec<_>>();
    paths.sort();
    paths
}

#[test]
fn both_samples_are_signed_both_ways_and_every_verdict_is_total_passed() {
    let here = folder();
    let ended = demo(here.path(), &["--dir", "try", "--exit"]);
    let said = text(&ended.stdout);
    assert_eq!(ended.status.code(), Some(0), "{said}{}", text(&ended.stderr));
    // Four files; then three times a sealed letter's signature and its three seals.
    assert_eq!(said.matches("\n  TOTAL-PASSED  ").count(), 16, "{said}");
    let place = here.path().join("try");
    let names = pdfs(&place.join("signed"))
        .iter()
        .map(|path| path.file_name().expect("a file").to_string_lossy().into_owned())
        .collect::<Vec<_>>();
    assert_eq!(
        names,
        [
            "kartu-keluarga.digest.pdf",
            "kartu-keluarga.document.pdf",
            "surat-bersegel-2.pdf",
            "surat-bersegel.pdf",
            "surat-keterangan.digest.pdf",
            "surat-keterangan.document.pdf"
        ]
    );
    for name in ["anchors/root.pem", "crls/root.crl", "crls/issuing.crl", "crls/access.crl", "register.db"] {
        assert!(place.join(name).is_file(), "{name}");
    }
    // The letter is good by its signature, in the file, on the page and in a photograph; then it was replaced.
    assert_eq!(said.matches("  BERLAKU per ").count(), 8, "{said}");
    assert_eq!(said.matches("  DIGANTI per ").count(), 4, "{said}");
    let (before, after) = said.split_once("\nReplaced by a corrected letter").expect("two letters");
    assert!(!before.contains("DIGANTI") && after.find("DIGANTI") < after.find("BERLAKU"), "{said}");
    assert!(before.contains("[ ] NIK: ************0001"), "{said}");
}

#[test]
fn the_configurations_that_it_leaves_can_be_used() {
    let here = folder();
    assert_eq!(demo(here.path(), &["--dir", "try", "--exit"]).status.code(), Some(0));
    let place = here.path().join("try");
    let service = signer::Config::load(&place.join("signer.toml")).expect("complete");
    service.settings.credential.load().expect("the credential file holds the passphrase of the key");
    for id in ["kec-contoh-timur", "kec-contoh-barat"] {
        let office = office::Config::load(&place.join(format!("office/{id}.toml"))).expect("complete");
        assert_eq!(office.server.port_u16(), Some(service.settings.listen.port()));
    }
}

#[test]
fn a_second_run_keeps_the_agency_and_what_was_signed() {
    let here = folder();
    assert_eq!(demo(here.path(), &["--dir", "try", "--exit"]).status.code(), Some(0));
    let root = fs::read(here.path().join("try/anchors/root.pem")).expect("made");
    let first = fs::read(here.path().join("try/signed/kartu-keluarga.digest.pdf")).expect("signed");
    let ended = demo(here.path(), &["--dir", "try", "--exit"]);
    assert_eq!(ended.status.code(), Some(0), "{}{}", text(&ended.stdout), text(&ended.stderr));
    assert_eq!(pdfs(&here.path().join("try/signed")).len(), 12);
    assert_eq!(fs::read(here.path().join("try/anchors/root.pem")).expect("still there"), root);
    assert_eq!(fs::read(here.path().join("try/signed/kartu-keluarga.digest.pdf")).expect("still there"), first);
}

#[test]
fn a_folder_with_other_content_is_refused_and_left_alone() {
    let here = folder();
    fs::create_dir(here.path().join("mine")).expect("writable");
    fs::write(here.path().join("mine/letter.txt"), "dear").expect("writable");
    let ended = demo(here.path(), &["--dir", "mine", "--exit"]);
    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(
        text(&ended.stderr),
        "demo: mine is not empty and was not made by the demo; choose another one with --dir\n"
    );
    assert_eq!(fs::read_dir(here.path().join("mine")).expect("readable").count(), 1);
}

/// A folder in the state of a first run that was killed while it put the agency in place.
fn half_made(place: &Path) {
    drop(demo::place::Place::open(place).expect("made and marked"));
    for (file, octets) in [(".agency.new/ca/root.key", "half"), ("anchors/root.pem", "of another root")] {
        let path = place.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, octets).expect("writable");
    }
}

#[test]
fn what_a_killed_first_run_left_is_made_anew() {
    let here = folder();
    half_made(&here.path().join("try"));
    let ended = demo(here.path(), &["--dir", "try", "--exit"]);
    assert_eq!(ended.status.code(), Some(0), "{}{}", text(&ended.stdout), text(&ended.stderr));
    assert!(!here.path().join("try/.agency.new").exists());
}

#[test]
fn half_an_agency_beside_a_register_is_left_alone() {
    let here = folder();
    half_made(&here.path().join("try"));
    fs::write(here.path().join("try/register.db"), "acts").expect("writable");
    let ended = demo(here.path(), &["--dir", "try", "--exit"]);
    assert_eq!(ended.status.code(), Some(1));
    assert!(text(&ended.stderr).starts_with("demo: cannot make the agency: "), "{}", text(&ended.stderr));
    assert_eq!(fs::read(here.path().join("try/anchors/root.pem")).expect("still there"), b"of another root");
}

#[test]
fn a_document_that_is_not_there_leaves_no_folder_behind() {
    let here = folder();
    let ended = demo(here.path(), &["--dir", "try", "--exit", "letter.pdf"]);
    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(text(&ended.stderr), "demo: there is no file letter.pdf\n");
    assert!(!here.path().join("try").exists());
}

#[test]
fn a_document_that_cannot_be_signed_is_refused_and_the_exit_code_says_so() {
    let here = folder();
    let good = demo::samples::SampleNumber { running: 7, year: 2026 };
    let good = demo::samples::surat_keterangan(jiff::civil::date(2026, 11, 24), &good).expect("fixed text and font");
    fs::write(here.path().join("good.pdf"), good).expect("writable");
    fs::write(here.path().join("bad.pdf"), "this is no PDF").expect("writable");
    let ended = demo(here.path(), &["--dir", "try", "--exit", "bad.pdf", "good.pdf"]);
    let said = text(&ended.stdout);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert_eq!(said.matches("REFUSED ").count(), 2, "{said}");
    assert_eq!(said.matches("TOTAL-PASSED  ").count(), 2, "{said}");
    assert_eq!(pdfs(&here.path().join("try/signed")).len(), 2);
}

#[test]
fn when_nothing_could_be_signed_it_says_so() {
    let here = folder();
    fs::write(here.path().join("bad.pdf"), "this is no PDF").expect("writable");
    let ended = demo(here.path(), &["--dir", "try", "--exit", "bad.pdf"]);
    let said = text(&ended.stdout);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("Nothing was signed, so there is nothing to verify."), "{said}");
    assert!(said.trim_end().ends_with("Not every document was signed and verified: see above."), "{said}");
}

#[test]
fn an_interrupt_ends_the_service_and_frees_port_and_register() {
    let here = folder();
    let mut serving = Command::new(env!("CARGO_BIN_EXE_demo"))
        .args(["--dir", "try"])
        .current_dir(here.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the demo starts");
    let mut lines = BufReader::new(serving.stdout.take().expect("piped")).lines();
    let address = lines
        .by_ref()
        .map(|line| line.expect("text"))
        .find_map(|line| Some(line.strip_prefix("Serving on https://")?.split_once(". ")?.0.to_owned()))
        .expect("it serves when the verdicts are out");
    std::net::TcpStream::connect(&address).expect("it listens");

    let busy = demo(here.path(), &["--dir", "try", "--exit"]);
    assert_eq!(busy.status.code(), Some(1));
    assert!(text(&busy.stderr).starts_with("demo: another demo is running in try"), "{}", text(&busy.stderr));

    let interrupted = Command::new("kill").args(["-INT", &serving.id().to_string()]).status().expect("kill is there");
    assert!(interrupted.success());
    assert_eq!(serving.wait().expect("it ends").code(), Some(0));
    std::net::TcpStream::connect(&address).expect_err("nobody listens any more");
    assert_eq!(demo(here.path(), &["--dir", "try", "--exit"]).status.code(), Some(0));
}
