//! The real programs of the workspace, built once and started as processes.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};

use crate::data::workspace;

/// A program of the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// The newcomer's door.
    Demo,
    /// Key ceremony and certificates.
    Keys,
    /// The kecamatan's client.
    Office,
    /// The service.
    Signer,
    /// The auditor's verifier.
    Verify,
}

/// How a program ended.
#[derive(Debug)]
pub struct Finished {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Program {
    /// File name of the executable, without the platform's suffix.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Keys => "teken-keys",
            Self::Office => "teken-office",
            Self::Signer => "teken-signer",
            Self::Verify => "teken-verify",
        }
    }

    /// Path of the executable, built from this work tree in the profile of the running test.
    ///
    /// # Panics
    ///
    /// When the workspace does not build.
    #[must_use]
    pub fn path(self) -> PathBuf {
        BINARIES.join(self.name()).with_extension(std::env::consts::EXE_EXTENSION)
    }

    /// A command that runs it, with nothing on standard input.
    #[must_use]
    pub fn command(self) -> Command {
        let mut command = Command::new(self.path());
        command.stdin(Stdio::null());
        command
    }

    /// Runs it to its end, which must come within two minutes.
    ///
    /// # Errors
    ///
    /// When it cannot be started or does not end.
    pub fn run<S: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = S>) -> anyhow::Result<Finished> {
        let mut command = self.command();
        command.args(arguments);
        finish(command)
    }
}

/// Runs a command to its end, which must come within two minutes.
///
/// # Errors
///
/// When it cannot be started or does not end.
pub fn finish(mut command: Command) -> anyhow::Result<Finished> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {command:?}"))?;
    let mut stdout = child.stdout.take().context("standard output is piped")?;
    let mut stderr = child.stderr.take().context("standard error is piped")?;
    let out = thread::spawn(move || read(&mut stdout));
    let err = thread::spawn(move || read(&mut stderr));
    let deadline = Instant::now() + Duration::from_secs(120);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() > deadline {
            child.kill()?;
            child.wait()?;
            bail!("{command:?} did not end within two minutes");
        }
        thread::sleep(Duration::from_millis(2));
    };
    let text =
        |handle: thread::JoinHandle<Vec<u8>>| String::from_utf8_lossy(&handle.join().unwrap_or_default()).into_owned();
    Ok(Finished { code: status.code(), stdout: text(out), stderr: text(err) })
}

fn read(source: &mut impl Read) -> Vec<u8> {
    let mut octets = Vec::new();
    // A pipe that breaks gives what came before it broke; the exit code tells the rest.
    let _broken = source.read_to_end(&mut octets);
    octets
}

/// A program that serves until it is told to stop; killed when dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Running {
    /// Starts a command; its standard error goes to the given file.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start(mut command: Command, stderr: &Path) -> anyhow::Result<Self> {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(stderr)?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let stdout = BufReader::new(child.stdout.take().context("standard output is piped")?);
        Ok(Self { child, stdout })
    }

    /// Reads standard output up to the line that starts with `prefix`, and gives what follows the prefix.
    ///
    /// # Errors
    ///
    /// When the program ends before it prints such a line.
    pub fn wait_for_line(&mut self, prefix: &str) -> anyhow::Result<String> {
        loop {
            let mut line = String::new();
            ensure!(self.stdout.read_line(&mut line)? > 0, "the program ended before it printed {prefix:?}");
            if let Some(rest) = line.trim_end().strip_prefix(prefix) {
                return Ok(rest.to_owned());
            }
        }
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as `kill -9` does.
    ///
    /// # Errors
    ///
    /// When it cannot be signalled.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Waits for its end and gives the exit code; `None` when a signal ended it.
    ///
    /// # Errors
    ///
    /// When it does not end within the given time.
    pub fn wait(&mut self, within: Duration) -> anyhow::Result<Option<i32>> {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status.code());
            }
            ensure!(Instant::now() < deadline, "process {} did not end within {within:?}", self.child.id());
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Either may fail only because it has ended.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// The folder of the executables. Cargo tells a test only about executables of its own package, so the others are built here.
static BINARIES: LazyLock<PathBuf> = LazyLock::new(|| {
    let test = std::env::current_exe().expect("a running program has a path");
    let folder = test.parent().and_then(Path::parent).expect("a test lies in target/PROFILE/deps").to_owned();
    let mut build = Command::new(env!("CARGO"));
    build.current_dir(workspace()).args(["build", "--quiet", "--locked", "--bins"]);
    for package in ["demo", "keys", "office", "signer", "verifier"] {
        build.args(["--package", package]);
    }
    if folder.ends_with("release") {
        build.arg("--release");
    }
    let status = build.stdin(Stdio::null()).status().expect("cargo starts");
    assert!(status.success(), "the workspace's programs do not build");
    folder
});
