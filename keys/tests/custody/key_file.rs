//! A key file is loaded only when it is kept as a secret, and its form is worth the name.

use std::{fs, os::unix::fs::symlink, path::Path};

use getrandom::SysRng;
use keys::{
    EnvelopeFault, FileFault, KeyError, Passphrase, PassphraseFault, PassphraseSource, SigningKey, SoftKey,
    secret_file::{self, Kept},
    whole_file::{self, Readers},
};
use libtest_mimic::Trial;

use crate::harness::{WORDS, agency, case, folder, passphrase, write};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case("key_file::a_key_that_was_written_is_loaded", a_key_that_was_written_is_loaded),
        case("key_file::the_wrong_passphrase_is_refused", the_wrong_passphrase_is_refused),
        case("key_file::a_damaged_file_is_refused", a_damaged_file_is_refused),
        case("key_file::a_symbolic_link_is_refused", a_symbolic_link_is_refused),
        case("key_file::a_second_hard_link_is_refused", a_second_hard_link_is_refused),
        case("key_file::every_mode_but_0400_and_0600_is_refused", every_mode_but_0400_and_0600_is_refused),
        case(
            "key_file::a_directory_that_others_can_write_to_is_refused",
            a_directory_that_others_can_write_to_is_refused,
        ),
        case("key_file::a_missing_file_is_told_as_missing", a_missing_file_is_told_as_missing),
        case("key_file::a_folder_is_no_key", a_folder_is_no_key),
        case("key_file::a_pipe_is_refused_without_waiting", a_pipe_is_refused_without_waiting),
        case("key_file::a_file_without_end_is_not_read_to_its_end", a_file_without_end_is_not_read_to_its_end),
        case("key_file::a_certificate_is_no_key", a_certificate_is_no_key),
        case("key_file::a_key_in_the_clear_is_refused", a_key_in_the_clear_is_refused),
        case("key_file::a_new_file_never_replaces_another", a_new_file_never_replaces_another),
        case("key_file::a_replaced_file_is_whole_and_leaves_nothing_beside_it", a_replaced_file_is_whole),
        case("key_file::a_passphrase_file_is_kept_as_a_secret_too", a_passphrase_file_is_kept_as_a_secret_too),
        case("key_file::a_credential_that_root_gives_is_a_passphrase_and_no_key", a_credential_that_root_gives),
        case("key_file::a_closed_descriptor_gives_no_passphrase", a_closed_descriptor_gives_no_passphrase),
    ]
}

fn file(path: &Path, fault: FileFault) -> KeyError {
    KeyError::File { path: path.to_owned(), fault }
}

fn load(path: &Path) -> KeyError {
    SoftKey::load(path, &passphrase()).expect_err("refused")
}

/// A good key file in a folder of its own.
fn good() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = folder();
    let path = folder.path().join("signing.key");
    write(&path, fs::read(agency().layout().signing_key()).expect("a key file"), 0o400);
    (folder, path)
}

fn a_key_that_was_written_is_loaded() {
    let key = SoftKey::generate(&mut SysRng).expect("a key");
    let folder = folder();
    let path = folder.path().join("k");
    let pem_text = key.to_encrypted_pem(&passphrase(), &mut SysRng).expect("sealed");
    whole_file::create(&path, pem_text.as_bytes(), Readers::Owner).expect("written");
    assert_eq!(SoftKey::load(&path, &passphrase()).expect("loaded").key_id(), key.key_id());
}

fn the_wrong_passphrase_is_refused() {
    let (_folder, path) = good();
    let wrong = Passphrase::new("kata sandi yang lain").expect("a passphrase");
    let refused = SoftKey::load(&path, &wrong).expect_err("refused");
    assert_eq!(refused, KeyError::Envelope(EnvelopeFault::WrongPassphrase));
}

fn a_damaged_file_is_refused() {
    let (_folder, path) = good();
    let text = fs::read_to_string(&path).expect("text");
    // The last line but one holds the end of the encrypted octets.
    let last = text.lines().rev().nth(1).expect("base64 lines");
    let changed: String = last.chars().rev().collect();
    write(&path, text.replace(last, &changed), 0o600);
    let refused = load(&path);
    let expected = [EnvelopeFault::WrongPassphrase, EnvelopeFault::Malformed, EnvelopeFault::NotPem];
    assert!(expected.map(KeyError::Envelope).contains(&refused), "{refused:?}");
}

fn a_symbolic_link_is_refused() {
    let (folder, path) = good();
    let link = folder.path().join("link.key");
    symlink(&path, &link).expect("a link");
    assert_eq!(load(&link), file(&link, FileFault::SymbolicLink));
}

fn a_second_hard_link_is_refused() {
    let (folder, path) = good();
    fs::hard_link(&path, folder.path().join("second.key")).expect("a link");
    assert_eq!(load(&path), file(&path, FileFault::HardLinks { links: 2 }));
}

fn every_mode_but_0400_and_0600_is_refused() {
    let (_folder, path) = good();
    for mode in [0o000, 0o200, 0o500, 0o700, 0o404, 0o440, 0o460, 0o604, 0o620, 0o640, 0o644, 0o666, 0o4400, 0o777] {
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("our own file");
        let refused = load(&path);
        // Without read permission for the owner the system refuses first, unless the user is root.
        let closed = file(&path, FileFault::Io(std::io::ErrorKind::PermissionDenied));
        assert!(
            refused == file(&path, FileFault::Mode { mode }) || (mode & 0o400 == 0 && refused == closed),
            "{refused:?}"
        );
    }
    for mode in [0o400, 0o600] {
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("our own file");
        secret_file::read(&path, Kept::AsKey).expect("kept as a key");
    }
}

fn a_directory_that_others_can_write_to_is_refused() {
    let (folder, path) = good();
    for mode in [0o720, 0o702, 0o777, 0o1777] {
        fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("our own folder");
        assert_eq!(load(&path), file(&path, FileFault::DirectoryMode { mode }));
    }
}

fn a_missing_file_is_told_as_missing() {
    let path = folder().path().join("none.key");
    assert_eq!(load(&path), file(&path, FileFault::NotFound));
}

fn a_folder_is_no_key() {
    let folder = folder();
    let path = folder.path().join("folder.key");
    fs::create_dir(&path).expect("a folder");
    assert_eq!(load(&path), file(&path, FileFault::NotARegularFile));
}

fn a_pipe_is_refused_without_waiting() {
    let folder = folder();
    let path = folder.path().join("pipe.key");
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, rustix::fs::Mode::from_raw_mode(0o600), 0)
        .expect("a pipe");
    assert_eq!(load(&path), file(&path, FileFault::NotARegularFile));
}

fn a_file_without_end_is_not_read_to_its_end() {
    let folder = folder();
    let path = folder.path().join("long.key");
    write(&path, b"", 0o600);
    fs::OpenOptions::new().write(true).open(&path).and_then(|file| file.set_len(1 << 40)).expect("a sparse file");
    assert_eq!(load(&path), file(&path, FileFault::TooLong { limit_bytes: 65_536 }));
}

fn a_certificate_is_no_key() {
    let folder = folder();
    let path = folder.path().join("certificate.key");
    write(&path, fs::read(agency().layout().root_anchor()).expect("a certificate"), 0o400);
    assert_eq!(load(&path), KeyError::Envelope(EnvelopeFault::OtherPem));
}

fn a_key_in_the_clear_is_refused() {
    assert_eq!(load(&agency().layout().server_key()), KeyError::Envelope(EnvelopeFault::Unencrypted));
}

fn a_new_file_never_replaces_another() {
    let folder = folder();
    let path = folder.path().join("k");
    whole_file::create(&path, b"first", Readers::Owner).expect("written");
    let refused = whole_file::create(&path, b"second", Readers::Owner).expect_err("refused");
    assert_eq!(refused, file(&path, FileFault::Exists));
    assert_eq!(fs::read(&path).expect("the first"), b"first");
    assert_eq!(fs::read_dir(folder.path()).expect("our folder").count(), 1, "nothing is left beside it");
}

fn a_replaced_file_is_whole() {
    let folder = folder();
    let path = folder.path().join("k");
    whole_file::create(&path, b"first", Readers::Owner).expect("written");
    whole_file::replace(&path, b"second", Readers::Owner).expect("replaced");
    assert_eq!(secret_file::read(&path, Kept::AsKey).expect("kept as a secret").as_slice(), b"second");
    assert_eq!(fs::read_dir(folder.path()).expect("our folder").count(), 1, "nothing is left beside it");
}

fn a_passphrase_file_is_kept_as_a_secret_too() {
    let folder = folder();
    let path = folder.path().join("words");
    write(&path, format!("{WORDS}\n"), 0o644);
    let source = PassphraseSource::File(path.clone());
    assert_eq!(source.read().expect_err("refused"), file(&path, FileFault::Mode { mode: 0o644 }));
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("our own file");
    SoftKey::load(&agency().layout().signing_key(), &source.read().expect("the words")).expect("they open the key");
}

/// systemd shows a credential as root's, mode 0440, with an access control list for the service's user.
fn a_credential_that_root_gives() {
    let folder = folder();
    let path = folder.path().join("words");
    write(&path, WORDS, 0o440);
    let mode = file(&path, FileFault::Mode { mode: 0o440 });
    assert_eq!(secret_file::read(&path, Kept::AsKey).expect_err("refused"), mode);
    let as_credential = secret_file::read(&path, Kept::AsCredential);
    if rustix::process::geteuid().is_root() {
        assert_eq!(as_credential.expect("given by root").as_slice(), WORDS.as_bytes());
        write(&path, WORDS, 0o444);
        let mode = file(&path, FileFault::Mode { mode: 0o444 });
        assert_eq!(secret_file::read(&path, Kept::AsCredential).expect_err("refused"), mode);
    } else {
        assert_eq!(as_credential.expect_err("not root's"), mode);
    }
}

fn a_closed_descriptor_gives_no_passphrase() {
    let refused = PassphraseSource::Fd(1_000_000).read().expect_err("refused");
    let expected = PassphraseFault::Descriptor { descriptor: 1_000_000, kind: std::io::ErrorKind::NotFound };
    assert_eq!(refused, KeyError::Passphrase(expected));
}
