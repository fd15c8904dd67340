//! The throw-away agency: keys, certificates, CRLs and offices, and the configuration files that use them.
//!
//! Everything is made by the same library as a real agency's (`keys::agency`). Two things are not as in earnest: the passphrase of
//! all its keys lies beside them, so that the service can be started again without asking, and everybody's keys lie on one machine.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use evidence::OfficeId;
use keys::agency::{
    Agency, AgencyError, AgencyOptions, Layout, Lifetimes, SEAL_PREFIX, STATUS_PREFIX, TrustListChange,
};
use keys::whole_file::{self, Readers};
use keys::{Passphrase, PassphraseSource};

use crate::place::{Memory, Place};

/// The offices: the first one signs; the second one shows that an office sees only its own.
const OFFICES: [(&str, &str); 2] = [
    ("kec-contoh-timur", "Kecamatan Contoh Timur (UJI COBA)"),
    ("kec-contoh-barat", "Kecamatan Contoh Barat (UJI COBA)"),
];

/// The folder of the status lists.
const STATUS_LISTS: &str = "status";

/// Whether an agency was made or found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// This run made it.
    Made,
    /// An earlier run made it; this one renewed its CRLs.
    Reused,
}

/// An agency that nobody relies on, ready to serve.
#[derive(Debug)]
pub struct ThrowAway {
    /// Where its files lie.
    pub layout: Layout,
    /// Made or found.
    pub origin: Origin,
    /// Where its service listens.
    pub address: SocketAddr,
    /// Where the service publishes its status lists.
    pub status_lists: PathBuf,
    /// The service's configuration.
    pub signer_config: PathBuf,
    /// The configuration of the office that signs.
    pub office_config: PathBuf,
    /// The configuration of the other office.
    pub other_office_config: PathBuf,
}

impl ThrowAway {
    /// Makes the agency in a place, or takes the one that is there; `now` in seconds since 1970.
    ///
    /// # Errors
    /// What the custody of keys or a file says.
    pub fn settle(place: &mut Place, now: u64) -> anyhow::Result<Self> {
        let passphrase = passphrase(place.dir())?;
        let (agency, origin) = match Agency::open(place.dir()) {
            Ok(mut agency) => {
                agency.renew_crls(now, &passphrase).context("cannot renew the CRLs")?;
                renew_trust_list(&mut agency, now, &passphrase).context("cannot renew the trust list")?;
                (agency, Origin::Reused)
            }
            Err(AgencyError::NotAnAgency { .. }) => {
                (make_anew(place.dir(), now, &passphrase).context("cannot make the agency")?, Origin::Made)
            }
            Err(error) => {
                return Err(error).context("the agency that is there cannot be used; choose another place with --dir");
            }
        };
        let address = free_address(place.memory().port)?;
        place.remember(Memory { port: address.port(), ..place.memory() })?;
        place.folder("state")?;
        let status_lists = place.folder(STATUS_LISTS)?;
        let configurations = Configurations { dir: place.dir(), address };
        Ok(Self {
            layout: agency.layout().clone(),
            origin,
            address,
            status_lists,
            signer_config: configurations.write_signer()?,
            office_config: configurations.write_office(OFFICES[0])?,
            other_office_config: configurations.write_office(OFFICES[1])?,
        })
    }

    /// Everything that an offline verifier needs beside the trust anchor.
    #[must_use]
    pub fn crls(&self) -> [PathBuf; 2] {
        use keys::agency::Authority;
        [self.layout.crl(Authority::Root), self.layout.crl(Authority::Issuing)]
    }
}

/// Issues the trust list anew; an agency of a demo that knew no seals gets its first one, and the keys that it names.
fn renew_trust_list(agency: &mut Agency, now: u64, passphrase: &Passphrase) -> Result<(), AgencyError> {
    let (change, lifetime) = (TrustListChange::default(), Lifetimes::default().trust_list);
    match agency.issue_trust_list(&change, lifetime, now, passphrase) {
        Err(AgencyError::NoTrustList { .. }) => agency.init_trust_list(&change, lifetime, now, passphrase, passphrase),
        issued => issued,
    }
}

/// Makes the agency; what a run that was killed while it did so left goes first. The folder is locked and the demo's own, and without
/// a register no service was ever started there, so nothing is lost.
fn make_anew(dir: &Path, now: u64, passphrase: &Passphrase) -> anyhow::Result<Agency> {
    loop {
        match make(dir, now, passphrase) {
            Err(AgencyError::LeftOver { path } | AgencyError::Exists { path }) if !dir.join("register.db").exists() => {
                fs::remove_dir_all(&path).with_context(|| format!("cannot remove {}", path.display()))?;
            }
            made => return Ok(made?),
        }
    }
}

fn make(dir: &Path, now: u64, passphrase: &Passphrase) -> Result<Agency, AgencyError> {
    let mut options = AgencyOptions::new(
        "Disdukcapil Kota Contoh",
        "Kepala Dinas (UJI COBA)",
        "Kepala Dinas Kependudukan dan Pencatatan Sipil",
        now,
        passphrase,
    );
    for (id, name) in OFFICES {
        options.offices.push((office_id(id), name.to_owned()));
    }
    Agency::create(dir, &options)
}

fn office_id(id: &str) -> OfficeId {
    OfficeId::parse(id).expect("the demo's office ids are well formed")
}

/// The passphrase of the agency's keys: random, made once, in a credential file as systemd would hand it to a service.
fn passphrase(dir: &Path) -> anyhow::Result<Passphrase> {
    let path = dir.join("passphrase");
    if !path.exists() {
        let mut octets = [0; 16];
        getrandom::fill(&mut octets).context("the operating system gives no random octets")?;
        whole_file::create(&path, format!("{}\n", hex::encode(octets)).as_bytes(), Readers::Owner)?;
    }
    Ok(PassphraseSource::File(path).read()?)
}

/// The port of the run before, if nobody took it, or any free one. Loopback only: nobody else is meant to connect.
fn free_address(port_before: u16) -> anyhow::Result<SocketAddr> {
    for port in [port_before, 0] {
        // The service binds the port by its own configuration in a moment; should somebody be faster, it says so and ends.
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            return listener.local_addr().context("the port cannot be read");
        }
    }
    bail!("no port of 127.0.0.1 can be listened on")
}

/// The configuration files of this run.
struct Configurations<'a> {
    dir: &'a Path,
    address: SocketAddr,
}

impl Configurations<'_> {
    /// `signer.toml`, for this run and for `teken-signer serve --config` afterwards.
    fn write_signer(&self) -> anyhow::Result<PathBuf> {
        let mut text = format!(
            "# The service of a throw-away agency (UJI COBA). Every run of the demo writes this file anew: copy it before you change it.\n\
             # signer/signer.example.toml in the sources documents every field.\n\
             listen = \"{address}\"\n\
             register = \"register.db\"\n\
             commitment_key = \"signer/commitment.key\"\n\n\
             [credential]\n\
             key = \"signer/signing.key\"\n\
             chain = \"signer/chain.pem\"\n\
             # In earnest this is a systemd credential, a file descriptor or a prompt.\n\
             passphrase = {{ file = \"passphrase\" }}\n\n\
             [tls]\n\
             certificate = \"signer/server.pem\"\n\
             key = \"signer/server.key\"\n\
             client_anchor = \"anchors/access.pem\"\n\
             client_crl = \"crls/access.crl\"\n\n\
             [log]\n\
             format = \"text\"\n\
             level = \"info\"\n\n\
             [seal]\n\
             key = \"signer/seal.key\"\n\
             prefix = \"{SEAL_PREFIX}\"\n\
             document_types = [\"surat\"]\n\n\
             [status]\n\
             key = \"signer/status.key\"\n\
             directory = \"{STATUS_LISTS}\"\n\
             prefix = \"{STATUS_PREFIX}\"\n\
             # In earnest a minute is enough.\n\
             publish_seconds = 1\n",
            address = self.address
        );
        for (number, (id, name)) in (1..).zip(OFFICES) {
            text.push_str(&format!(
                "\n[[office]]\nid = \"{id}\"\nname = \"{name}\"\n\
                 document_types = [\"surat\", \"kk\", \"akta\", \"ktp-el\"]\n\
                 number = {number}\nmay_set_status = true\n"
            ));
        }
        self.write("signer.toml", &text)
    }

    /// `office/<id>.toml`, for this run and for `teken-office --config` afterwards.
    fn write_office(&self, (id, name): (&str, &str)) -> anyhow::Result<PathBuf> {
        let text = format!(
            "# The client of {name}. Every run of the demo writes this file anew: copy it before you change it.\n\
             # office/office.example.toml in the sources documents every field.\n\
             server = \"https://{address}\"\n\
             access_anchor = \"../anchors/access.pem\"\n\
             certificate = \"{id}.pem\"\n\
             key = \"{id}.key\"\n\
             officer = \"loket1\"\n\
             state_dir = \"../state/{id}\"\n",
            address = self.address
        );
        self.write(&format!("office/{id}.toml"), &text)
    }

    fn write(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
        let path = self.dir.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }
}
