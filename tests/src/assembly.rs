//! A signer put together from its real parts, with one of them exchanged: a watched key, or a register that does not wait for the disk.

use std::{fs, path::Path, sync::Arc};

use anyhow::Context;
use evidence::CommitmentKey;
use keys::Credential;
use signer::{Config, Offices, Register, Signer, SignerParts, SystemClock, TlsSetup};
use tokio::net::TcpListener;

/// The parts of a service, from its configuration file.
#[derive(Debug)]
pub struct Assembly {
    /// The configuration.
    pub config: Config,
    /// The key and its chain.
    pub credential: Credential,
}

impl Assembly {
    /// Reads the configuration and the key.
    ///
    /// # Errors
    ///
    /// What `teken-signer` would say.
    pub fn load(config: &Path) -> anyhow::Result<Self> {
        let config = Config::load(config)?;
        let credential = config.settings.credential.load()?;
        Ok(Self { config, credential })
    }

    /// Opens the register that the configuration names.
    ///
    /// # Errors
    ///
    /// What the register says.
    pub fn register(&self) -> anyhow::Result<Register> {
        Ok(Register::open(&self.config.settings.register, Arc::new(SystemClock))?)
    }

    /// Serves on a port of loopback that the system chooses, until `shutdown`; `listening` is told the address.
    ///
    /// # Errors
    ///
    /// What the service says when it does not start, or when its register stops.
    pub async fn serve(
        self,
        register: Register,
        listening: impl FnOnce(String),
        shutdown: impl Future<Output = ()>,
    ) -> anyhow::Result<()> {
        let settings = &self.config.settings;
        let octets = fs::read(&settings.commitment_key)?;
        let octets: [u8; 32] = octets.try_into().ok().context("a commitment key has 32 octets")?;
        let signer = Signer::open(SignerParts {
            credential: self.credential,
            register,
            commitment_key: CommitmentKey::from_bytes(octets),
            offices: Arc::new(Offices::new(settings.offices.clone())?),
            clock: Arc::new(SystemClock),
            limits: pades::Limits::service(),
            oid_arc: settings.oid_arc,
            signer_title: None,
            batch_size: settings.limits.batch_size.get(),
        })?;
        signer.recover().await?;
        let tls = TlsSetup::load(settings.tls.clone(), Arc::new(SystemClock))?;
        let listener = TcpListener::bind(settings.listen).await?;
        listening(listener.local_addr()?.to_string());
        signer::serve(listener, Arc::new(signer), tls, settings.limits.clone(), shutdown).await?;
        Ok(())
    }
}
