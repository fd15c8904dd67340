//! A real agency on disk for the cases: keys, certificates, CRLs, configuration files, and the service over it as a process.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Context;
use evidence::OfficeId;
use keys::{
    Passphrase,
    agency::{Agency, AgencyOptions, Authority, Layout},
    whole_file::{self, Readers},
};
use tempfile::TempDir;

use crate::{Program, Running, data::scratch};

/// Passphrase of every key of a test agency.
pub const PASSPHRASE: &str = "kata sandi uji coba";

/// The office that signs.
pub const OFFICE: &str = "kec-uji-timur";
/// Another office of the same agency.
pub const OTHER_OFFICE: &str = "kec-uji-barat";
/// An office that has a certificate but does not stand in the service's configuration.
pub const UNKNOWN_OFFICE: &str = "kec-uji-hilang";

/// An agency in a folder that vanishes with the value.
#[derive(Debug)]
pub struct TestAgency {
    folder: TempDir,
    layout: Layout,
}

/// Seconds since 1970, for what is handed to programs that read the real clock.
///
/// # Panics
///
/// When the clock says it is before 1970.
#[must_use]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is after 1970").as_secs()
}

impl TestAgency {
    /// Makes an agency with three offices, of which the service knows two, and `signer.toml` for a port that the system chooses.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn create() -> anyhow::Result<Self> {
        Self::create_in(scratch())
    }

    /// As [`TestAgency::create`], with seals on every type of document that can have one, and status lists within a second of a change.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn create_sealing() -> anyhow::Result<Self> {
        let agency = Self::create()?;
        let text = fs::read_to_string(agency.signer_config())?;
        // Tables come before the offices or behind them, as one likes.
        fs::write(agency.signer_config(), text + SEAL_AND_STATUS)?;
        Ok(agency)
    }

    /// As [`TestAgency::create`], in a given folder.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn create_in(folder: TempDir) -> anyhow::Result<Self> {
        let passphrase = Passphrase::new(PASSPHRASE)?;
        let mut options = AgencyOptions::new(
            "Dinas Uji (UJI COBA)",
            "Kepala Dinas Uji (UJI COBA)",
            "Kepala Dinas Uji",
            now(),
            &passphrase,
        );
        for office in [OFFICE, OTHER_OFFICE, UNKNOWN_OFFICE] {
            options.offices.push((OfficeId::parse(office)?, format!("Kantor {office}")));
        }
        let layout = Agency::create(folder.path(), &options)?.layout().clone();
        let agency = Self { folder, layout };
        whole_file::create(&agency.path("passphrase"), PASSPHRASE.as_bytes(), Readers::Owner)?;
        fs::write(agency.path("signer.toml"), signer_toml())?;
        Ok(agency)
    }

    /// The agency's folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// A file below the agency's folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where keys, certificates and CRLs lie.
    #[must_use]
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The service's configuration.
    #[must_use]
    pub fn signer_config(&self) -> PathBuf {
        self.path("signer.toml")
    }

    /// Starts `teken-signer serve` and waits until it listens. Its log goes to `signer.log`.
    ///
    /// # Errors
    ///
    /// When it ends before it listens; the log says why.
    pub fn serve(&self) -> anyhow::Result<Service> {
        self.serve_with(|command| command)
    }

    /// As [`TestAgency::serve`], after a change to the command: an environment variable, a tracer before it.
    ///
    /// # Errors
    ///
    /// When it ends before it listens; the log says why.
    pub fn serve_with(&self, change: impl FnOnce(Command) -> Command) -> anyhow::Result<Service> {
        let mut command = Program::Signer.command();
        command.arg("serve").arg("--config").arg(self.signer_config());
        let log = self.path("signer.log");
        let mut running = Running::start(change(command), &log)?;
        let address = running
            .wait_for_line("listening on ")
            .with_context(|| format!("the service said: {}", fs::read_to_string(&log).unwrap_or_default()))?;
        Ok(Service { running, address })
    }

    /// Writes the configuration of an office's client for a service at `address`, and gives its path.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn office_config(&self, office: &str, address: &str) -> anyhow::Result<PathBuf> {
        let path = self.path(&format!("office/{office}.toml"));
        let text = format!(
            "server = \"https://{address}\"\naccess_anchor = \"../anchors/access.pem\"\ncertificate = \"{office}.pem\"\n\
             key = \"{office}.key\"\nofficer = \"loket1\"\nstate_dir = \"../state/{office}\"\n"
        );
        fs::write(&path, text)?;
        Ok(path)
    }

    /// Runs `teken-verify` with the agency's anchor and CRLs, before the given arguments.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn verify<S: AsRef<std::ffi::OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> anyhow::Result<crate::Finished> {
        let mut command = Program::Verify.command();
        command.arg("--trust").arg(self.layout.root_anchor());
        for authority in [Authority::Root, Authority::Issuing] {
            command.arg("--crl").arg(self.layout.crl(authority));
        }
        command.args(arguments);
        crate::finish(command)
    }

    /// Where a service made by [`TestAgency::create_sealing`] publishes its status lists.
    #[must_use]
    pub fn status_lists(&self) -> PathBuf {
        self.path("status")
    }
}

/// The service as a process.
#[derive(Debug)]
pub struct Service {
    /// The process.
    pub running: Running,
    /// `ADDRESS:PORT` that it listens on.
    pub address: String,
}

/// One address for all agencies: what tells them apart is their keys.
const SEAL_AND_STATUS: &str = "
[seal]
key = \"signer/seal.key\"
prefix = \"https://tte.example.go.id/v#\"
document_types = [\"surat\", \"kk\", \"akta\"]

[status]
key = \"signer/status.key\"
directory = \"status\"
prefix = \"https://tte.example.go.id/status/\"
publish_seconds = 1
";

fn signer_toml() -> String {
    let mut text = "listen = \"127.0.0.1:0\"\nregister = \"register.db\"\ncommitment_key = \"signer/commitment.key\"\n\n\
         [credential]\nkey = \"signer/signing.key\"\nchain = \"signer/chain.pem\"\npassphrase = { file = \"passphrase\" }\n\n\
         [tls]\ncertificate = \"signer/server.pem\"\nkey = \"signer/server.key\"\nclient_anchor = \"anchors/access.pem\"\n\
         client_crl = \"crls/access.crl\"\nreload_seconds = 1\n\n[log]\nformat = \"json\"\nlevel = \"info\"\n"
        .to_owned();
    for (number, office) in [(1, OFFICE), (2, OTHER_OFFICE)] {
        text.push_str(&format!(
            "\n[[office]]\nid = \"{office}\"\nname = \"Kantor {office}\"\nnumber = {number}\nmay_set_status = true\n\
             document_types = [\"surat\", \"kk\", \"akta\", \"ktp-el\"]\n"
        ));
    }
    text
}
