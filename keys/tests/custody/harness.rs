//! Cases, peers and the agency that many cases share.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

use evidence::OfficeId;
use keys::{
    Passphrase,
    agency::{Agency, AgencyOptions, Purpose},
};
use libtest_mimic::Trial;
use tempfile::TempDir;

/// 2026-01-02T03:04:05Z: no case reads today's date.
pub(crate) const NOW: u64 = 1_767_323_045;
pub(crate) const WORDS: &str = "kata sandi untuk uji";

/// A case that always runs.
pub(crate) fn case(name: &str, run: fn()) -> Trial {
    Trial::test(name, move || {
        run();
        Ok(())
    })
}

/// A case that needs something which may be absent.
pub(crate) fn case_with(name: &str, present: bool, run: fn()) -> Trial {
    let required = env::var_os("TEKEN_REQUIRE_PEERS").is_some_and(|value| value == "1");
    case(name, run).with_ignored_flag(!present && !required)
}

pub(crate) fn openssl_present() -> bool {
    static PRESENT: OnceLock<bool> = OnceLock::new();
    *PRESENT.get_or_init(|| Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success()))
}

/// Public test data outside the repository.
pub(crate) fn shared(path: &str) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace");
    env::var_os("TEKEN_SHARED").map_or_else(|| workspace.join("../shared"), PathBuf::from).join(path)
}

pub(crate) fn passphrase() -> Passphrase {
    Passphrase::new(WORDS).expect("a passphrase")
}

pub(crate) fn office(id: &str) -> OfficeId {
    OfficeId::parse(id).expect("an office id")
}

/// A folder of our own that nobody else can write to.
pub(crate) fn folder() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).expect("our own folder");
    folder
}

/// Writes a file with exactly this mode.
pub(crate) fn write(path: &Path, octets: impl AsRef<[u8]>, mode: u32) {
    fs::write(path, octets).expect("a file of our own");
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a file of our own");
}

pub(crate) fn options(passphrase: &Passphrase) -> AgencyOptions<'_> {
    AgencyOptions {
        organizational_unit: Some("Bidang Pelayanan".to_owned()),
        server_names: vec!["teken.example".to_owned(), "192.0.2.7".to_owned(), "::1".to_owned()],
        offices: vec![
            (office("kec-utara"), "Kecamatan Utara".to_owned()),
            (office("kec-barat"), "Kecamatan Barat".to_owned()),
        ],
        ..AgencyOptions::new("Disdukcapil Kota Contoh", "Siti Contoh", "Kepala Dinas", NOW, passphrase)
    }
}

/// A copy of the shared agency, for cases that change it: a new one costs a second of scrypt.
pub(crate) fn new_agency() -> (TempDir, Agency) {
    let folder = folder();
    copy(agency().layout().dir(), folder.path());
    let copied = Agency::open(folder.path()).expect("the copy");
    (folder, copied)
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("our folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&target).expect("our folder");
            copy(&entry.path(), &target);
            fs::set_permissions(&target, entry.metadata().expect("metadata").permissions()).expect("our folder");
        } else {
            // Copies the mode, too.
            fs::copy(entry.path(), &target).expect("our file");
        }
    }
}

/// An agency with keys of its own, and the same names.
pub(crate) fn twin() -> (TempDir, Agency) {
    let folder = folder();
    let agency = Agency::create(folder.path(), &options(&passphrase())).expect("an agency");
    (folder, agency)
}

/// One agency for all cases that only read.
pub(crate) fn agency() -> &'static Agency {
    static SHARED: OnceLock<(TempDir, Agency)> = OnceLock::new();
    &SHARED.get_or_init(twin).1
}

/// Runs a program; its output, whatever its end.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).output().expect("the program starts")
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("paths of ours are UTF-8")
}

/// Runs OpenSSL and expects it to succeed; gives standard output.
pub(crate) fn openssl(arguments: &[&str]) -> String {
    let output = run("openssl", arguments);
    assert!(
        output.status.success(),
        "openssl {arguments:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("OpenSSL writes text")
}

/// Serial number of the first certificate that was issued for this.
pub(crate) fn serial(agency: &Agency, purpose: &Purpose) -> String {
    agency.issued().find(|(_, issued)| issued.purpose == *purpose).expect("issued").1.serial.clone()
}
