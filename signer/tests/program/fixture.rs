//! An agency on disk, the program beside it, and a client that connects as one of its offices.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use evidence::OfficeId;
use hyper_util::rt::TokioIo;
use keys::Passphrase;
use keys::agency::{Agency, AgencyOptions};
use rustix::process::{Pid, Signal, kill_process};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint, Uri};

/// Longer than a start or an end takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

const PASSPHRASE: &str = "frasa sandi uji coba";

pub(crate) fn passphrase() -> Passphrase {
    Passphrase::new(PASSPHRASE).expect("a passphrase")
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs()
}

/// Made once, since it costs several scrypt derivations; every test has a copy.
static MADE: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a directory");
    let passphrase = passphrase();
    let mut options = AgencyOptions::new("Dinas Contoh", "Budi Contoh", "Kepala Dinas", now() - 60, &passphrase);
    options.offices =
        ["utara", "selatan"].map(|id| (OfficeId::parse(id).expect("an office id"), format!("Kecamatan {id}"))).to_vec();
    Agency::create(dir.path(), &options).expect("an agency");
    write_secret(&dir.path().join("passphrase"), PASSPHRASE);
    dir
});

pub(crate) fn write_secret(path: &Path, text: &str) {
    use std::io::Write;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o400).open(path).expect("a new file");
    file.write_all(text.as_bytes()).expect("its text");
}

/// The agency's files and the configuration, to be changed at will.
pub(crate) struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        copy_tree(MADE.path(), dir.path());
        let place = Self { dir };
        place.configure(&place.usual());
        place
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    /// The example, with a free port, the passphrase from a file and the office `utara`.
    pub(crate) fn usual(&self) -> String {
        include_str!("../../signer.example.toml")
            .replace("127.0.0.1:8443", "127.0.0.1:0")
            .replace("passphrase = \"prompt\"", "passphrase = { file = \"passphrase\" }")
            .replace("kecamatan-contoh", "utara")
    }

    pub(crate) fn configure(&self, text: &str) {
        fs::write(self.path("signer.toml"), text).expect("a configuration");
    }

    pub(crate) fn agency(&self) -> Agency {
        Agency::open(self.dir.path()).expect("an agency")
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_teken-signer"));
        command.args(["serve", "--config"]).arg(self.path("signer.toml"));
        command
    }

    /// Starts the program, which must refuse; returns its exit code and what it said.
    pub(crate) fn refusal(&self) -> (Option<i32>, String) {
        let mut child = self
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        let start = Instant::now();
        while child.try_wait().expect("a status").is_none() {
            if start.elapsed() > PATIENCE {
                child.kill().expect("an end");
                panic!("it did not refuse: {:?}", child.wait_with_output());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let output = child.wait_with_output().expect("what it said");
        assert_eq!(output.stdout, b"", "nothing on standard output");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        (output.status.code(), said.lines().filter(|line| !line.starts_with('{')).collect::<Vec<_>>().join("\n"))
    }

    pub(crate) fn start(&self) -> Server {
        self.start_as(self.command())
    }

    pub(crate) fn start_as(&self, command: Command) -> Server {
        let log = File::create(self.path("log")).expect("a log");
        self.start_logging_to(command, log.into())
    }

    pub(crate) fn start_logging_to(&self, mut command: Command, stderr: Stdio) -> Server {
        let log = self.path("log");
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr).spawn().expect("the program");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let Some(address) = line.trim_end().strip_prefix("listening on ") else {
            panic!("no address but {line:?}; {}", fs::read_to_string(&log).unwrap_or_default());
        };
        Server { address: address.parse().expect("an address"), child, log }
    }

    /// A channel of an office. It connects anew after it was closed.
    pub(crate) async fn channel(&self, server: &Server, office: &str) -> Result<Channel, tonic::transport::Error> {
        let tls = TlsConnector::from(Arc::new(self.client(office)));
        let address = server.address;
        let connector = tower::service_fn(move |_: Uri| {
            let tls = tls.clone();
            async move {
                let stream = TcpStream::connect(address).await?;
                let name = ServerName::try_from("localhost").expect("a name");
                Ok::<_, std::io::Error>(TokioIo::new(tls.connect(name, stream).await?))
            }
        });
        Endpoint::from_static("http://localhost").connect_with_connector(connector).await
    }

    pub(crate) fn client(&self, office: &str) -> rustls::ClientConfig {
        let certificates = |file: &str| -> Vec<CertificateDer<'static>> {
            CertificateDer::pem_file_iter(self.path(file))
                .expect("PEM")
                .collect::<Result<_, _>>()
                .expect("certificates")
        };
        let mut roots = rustls::RootCertStore::empty();
        for anchor in certificates("anchors/access.pem") {
            roots.add(anchor).expect("an anchor");
        }
        let key = PrivateKeyDer::from_pem_file(self.path(&format!("office/{office}.key"))).expect("a key");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("protocol versions")
            .with_root_certificates(roots)
            .with_client_auth_cert(certificates(&format!("office/{office}.pem")), key)
            .expect("a key of its certificate");
        config.alpn_protocols = vec![b"h2".to_vec()];
        config
    }
}

fn copy_tree(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a directory").map(|entry| entry.expect("an entry")) {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            fs::create_dir(&target).expect("a new directory");
            copy_tree(&source, &target);
            let mode = fs::metadata(&source).expect("a mode").permissions().mode();
            fs::set_permissions(&target, fs::Permissions::from_mode(mode)).expect("its mode");
        } else {
            fs::copy(&source, &target).expect("a copy, with its mode");
        }
    }
}

/// The running program; killed when dropped.
pub(crate) struct Server {
    pub(crate) address: std::net::SocketAddr,
    child: Child,
    log: PathBuf,
}

impl Server {
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, signal).expect("a signal");
    }

    pub(crate) fn still_runs(&mut self) -> bool {
        self.child.try_wait().expect("a status").is_none()
    }

    pub(crate) fn ended(mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The most memory that the process ever held, KiB.
    pub(crate) fn peak_memory_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    pub(crate) fn log_path(&self) -> PathBuf {
        self.log.clone()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("the log")
    }

    /// Waits until the log holds this text.
    pub(crate) fn logs(&self, text: &str) {
        let start = Instant::now();
        while !self.log().contains(text) {
            assert!(start.elapsed() < PATIENCE, "no {text:?} in {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _status = self.child.wait();
    }
}
