//! What the register's files must be: ours, of this version, where they were opened, and of one commitment key.

use super::*;

#[tokio::test]
async fn a_second_server_on_the_same_register_is_refused() {
    let opened = Opened::new();
    let second = Register::open(&opened.path(), opened.clock.clone());
    let Err(OpenError::InUse { path }) = second else { panic!("{second:?}") };
    assert_eq!(path, opened.dir.path().join("register.lock"));
    opened.reopen().record(1).await.expect("the first one goes on");
}

#[test]
fn a_database_of_something_else_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("register.db");
    rusqlite::Connection::open(&path)
        .and_then(|other| other.execute_batch("CREATE TABLE t (x)"))
        .expect("another database");
    let opened = Register::open(&path, TestClock::at(NOW));
    assert!(matches!(opened, Err(OpenError::NotARegister)), "{opened:?}");
}

#[test]
fn a_register_of_another_version_is_refused() {
    let Opened { register, clock, dir } = Opened::new();
    drop(register);
    let path = dir.path().join("register.db");
    rusqlite::Connection::open(&path).and_then(|file| file.execute_batch("PRAGMA user_version = 3")).expect("the file");
    let opened = Register::open(&path, clock);
    assert!(matches!(opened, Err(OpenError::SchemaVersion { version: 3, known: 2 })), "{opened:?}");
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("register.db");
    std::fs::write(&path, [0x55; 4_096]).expect("a file");
    let opened = Register::open(&path, TestClock::at(NOW));
    let Err(OpenError::Sqlite(error)) = opened else { panic!("{opened:?}") };
    assert_eq!(error.sqlite_error_code(), Some(ErrorCode::NotADatabase));
}

#[test]
#[cfg(unix)]
fn the_register_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let opened = Opened::new();
    for name in ["register.db", "register.db-wal", "register.db-shm", "register.lock"] {
        let mode = std::fs::metadata(opened.dir.path().join(name)).expect(name).permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn this_sqlite_does_not_lose_commits() {
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
}

#[cfg(unix)]
#[tokio::test]
async fn a_register_behind_a_linked_directory_is_opened_and_one_that_is_a_link_is_not() {
    let dir = tempfile::tempdir().expect("a directory");
    let (real, linked) = (dir.path().join("real"), dir.path().join("linked"));
    std::fs::create_dir(&real).expect("a directory");
    std::os::unix::fs::symlink(&real, &linked).expect("a link");
    let register = Register::open(&linked.join("register.db"), TestClock::at(NOW)).expect("a register");
    let second = Register::open(&real.join("register.db"), TestClock::at(NOW));
    assert!(matches!(second, Err(OpenError::InUse { .. })), "{second:?}");
    drop(register);

    std::os::unix::fs::symlink(real.join("register.db"), dir.path().join("other.db")).expect("a link");
    let opened = Register::open(&dir.path().join("other.db"), TestClock::at(NOW));
    let Err(OpenError::Sqlite(error)) = opened else { panic!("{opened:?}") };
    assert_eq!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen));
}

/// A backup that is restored under a running service: without the guard every entry from then on is answered and lost.
#[cfg(unix)]
#[tokio::test]
async fn nothing_is_answered_for_a_register_that_was_moved_removed_or_replaced() {
    let moved: [fn(&Path); 4] = [
        |dir| std::fs::rename(dir.join("register.db"), dir.join("elsewhere")).expect("a move"),
        |dir| std::fs::remove_file(dir.join("register.db-wal")).expect("a removal"),
        |dir| std::fs::remove_file(dir.join("register.lock")).expect("a removal"),
        |dir| {
            std::fs::copy(dir.join("register.db"), dir.join("backup")).expect("a copy");
            std::fs::rename(dir.join("backup"), dir.join("register.db")).expect("a restored backup");
        },
    ];
    for (case, change) in moved.into_iter().enumerate() {
        let opened = Opened::new();
        opened.record(1).await.expect("an intent");
        change(opened.dir.path());
        let stopped = StopCause::Moved;
        assert_eq!(
            opened.register.record_outcome(1, vec![0x30, 0]).await,
            Err(WriteError::Stopped(stopped)),
            "case {case}"
        );
        assert_eq!(opened.record(2).await, Err(SignError::RegisterStopped(stopped)), "case {case}");
        assert_eq!(*opened.register.fatal().borrow(), Some(stopped), "case {case}");
    }
}

/// What a failed flush of an earlier process left in the system's memory alone looks like a record to the next one, and no
/// later flush writes it again. So the log is moved into the register, by fresh writes, before anything is added to it.
#[tokio::test]
async fn what_a_crash_left_in_the_log_is_in_the_register_before_anything_is_added() {
    let opened = Opened::new();
    opened.record(1).await.expect("an intent");
    let crashed = tempfile::tempdir().expect("a directory");
    for name in ["register.db", "register.db-wal"] {
        std::fs::copy(opened.dir.path().join(name), crashed.path().join(name)).expect("what a crash leaves");
    }
    let log = || std::fs::metadata(crashed.path().join("register.db-wal")).expect("the log").len();
    assert!(log() > 0);
    let path = crashed.path().join("register.db");
    let register = Register::open(&path, opened.clock.clone()).expect("the register after a crash");
    assert_eq!(log(), 0);
    assert_eq!(register.open_intents().await, Ok(vec![named(1)]));
    drop(register);
    assert_eq!(Register::open(&path, opened.clock.clone()).expect("again").open_intents().await, Ok(vec![named(1)]));
}

#[tokio::test]
async fn a_register_belongs_to_the_first_commitment_key_for_ever() {
    let opened = Opened::new();
    let key = |octet| CommitmentKey::from_bytes([octet; 32]);
    opened.register.bind(&key(9)).expect("the first key");
    opened.record(1).await.expect("an intent");
    let opened = opened.reopen();
    opened.register.bind(&key(9)).expect("the same key");
    let other = opened.register.bind(&key(8));
    assert!(matches!(other, Err(OpenError::OtherCommitmentKey)), "{other:?}");
    opened.record(2).await.expect("the first key goes on");
    for statement in ["UPDATE commitment_key SET commitment = zeroblob(32)", "DELETE FROM commitment_key"] {
        let refused = opened.sql().execute(statement, []).err().and_then(|error| error.sqlite_error_code());
        assert_eq!(refused, Some(ErrorCode::ConstraintViolation), "{statement}");
    }
}

/// A register of before this table takes the key that it is served with.
#[test]
fn a_register_without_a_commitment_key_takes_one() {
    let opened = Opened::new();
    let tables = || -> u64 {
        let count = "SELECT count(*) FROM sqlite_schema WHERE name = 'commitment_key'";
        opened.sql().query_row(count, [], |row| row.get(0)).expect("a count")
    };
    assert_eq!(tables(), 0);
    opened.register.bind(&CommitmentKey::from_bytes([9; 32])).expect("its key");
    assert_eq!(tables(), 1);
}
