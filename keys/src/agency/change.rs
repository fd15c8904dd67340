//! What happens to an agency after it was made: offices come, certificates are revoked, CRLs are renewed.
//!
//! Every change takes the lock, reads the ledger again, writes it before anything is handed out, and hands out whole files only.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use evidence::OfficeId;
use getrandom::SysRng;

use super::{
    Agency, AgencyError, Authority,
    issuer::Issuer,
    layout::Layout,
    ledger::{Issued, Ledger, Purpose, RevocationReason, Revoked, State},
    options::server_names,
    published::Published,
    stage::file_error,
    tls::{self, Identity},
};
use crate::{
    CertificateFault, KeyError, Passphrase, SoftKey, certificate, chain_to_pem,
    credential::check_key_of,
    whole_file::{self, Readers},
};

impl Agency {
    /// Reads the agency in `dir`.
    ///
    /// # Errors
    /// [`AgencyError::NotAnAgency`], [`AgencyError::IndexDamaged`], [`AgencyError::IndexVersion`].
    pub fn open(dir: &Path) -> Result<Self, AgencyError> {
        let layout = Layout::new(dir);
        let ledger = read_ledger(&layout)?;
        Ok(Self { layout, ledger })
    }

    /// Gives an office a key and a certificate: `office/<id>.key`, `office/<id>.pem`.
    ///
    /// An office whose certificate is over or revoked gets a new one; the old files are replaced then, and only then.
    ///
    /// # Errors
    /// [`AgencyError::OfficeExists`] when it has a valid certificate.
    pub fn add_office(
        &mut self,
        office: &OfficeId,
        display_name: &str,
        now: u64,
        ca_passphrase: &Passphrase,
    ) -> Result<(), AgencyError> {
        let _lock = self.lock()?;
        let purpose = Purpose::Office(office.to_string());
        let valid = |issued: &Issued| matches!(issued.state(now), State::Valid | State::NotYetValid);
        if self.issued().any(|(_, issued)| issued.purpose == purpose && valid(issued)) {
            return Err(AgencyError::OfficeExists { office: office.clone() });
        }
        let access = self.issuer(Authority::Access, ca_passphrase)?;
        let client = tls::client(&access, &self.ledger, office, display_name, now)?;
        let (key, certificate) = (self.layout.office_key(office), self.layout.office_certificate(office));
        self.hand_out(&client, purpose, &key, &certificate)
    }

    /// Gives the service a new TLS key and certificate. The old certificate stays valid until it is over or revoked.
    ///
    /// # Errors
    /// [`AgencyError::ServerName`], or what the key or a file says.
    pub fn renew_server(&mut self, names: &[String], now: u64, ca_passphrase: &Passphrase) -> Result<(), AgencyError> {
        let _lock = self.lock()?;
        let access = self.issuer(Authority::Access, ca_passphrase)?;
        let server = tls::server(&access, &self.ledger, server_names(names)?, now)?;
        let (key, certificate) = (self.layout.server_key(), self.layout.server_certificate());
        self.hand_out(&server, Purpose::Server, &key, &certificate)
    }

    /// Revokes a certificate, for ever, and issues the CRL that says so. Returns who had issued it.
    ///
    /// A revocation that was recorded and whose CRL was never written is published now, with the time and reason of then.
    ///
    /// # Errors
    /// [`AgencyError::UnknownSerial`], [`AgencyError::AlreadyRevoked`], or what the issuer's key says; nothing is revoked then.
    pub fn revoke(
        &mut self,
        serial: &str,
        reason: RevocationReason,
        now: u64,
        ca_passphrase: &Passphrase,
    ) -> Result<Authority, AgencyError> {
        let _lock = self.lock()?;
        let serial = serial.replace(':', "").to_ascii_lowercase();
        let unknown = || AgencyError::UnknownSerial { serial: serial.clone() };
        let (authority, issued) = self.ledger.find_mut(&serial).ok_or_else(unknown)?;
        // Recorded and not published is not revoked for anybody: then the list is made up for.
        let before = issued.revoked.clone();
        if before.is_some() && Published::read(&self.layout, authority).is_some_and(|crl| crl.lists(&serial)) {
            return Err(AgencyError::AlreadyRevoked { serial });
        }
        let revoked = before.unwrap_or(Revoked { at: now, reason });
        let key_id = issued.key_id.clone();
        // The key is opened before the ledger says revoked: a wrong passphrase changes nothing, not even in memory.
        let issuer = self.issuer(authority, ca_passphrase)?;
        if issuer.certificate.key_id().as_str() == key_id {
            return Err(AgencyError::Anchor { serial });
        }
        let (_, issued) = self.ledger.find_mut(&serial).ok_or_else(unknown)?;
        issued.revoked = Some(revoked);
        self.publish_crl(&issuer, now)?;
        Ok(authority)
    }

    /// Issues a new CRL of one CA, with the next number.
    ///
    /// # Errors
    /// What the CA's key or a file says.
    pub fn issue_crl(&mut self, authority: Authority, now: u64, ca_passphrase: &Passphrase) -> Result<(), AgencyError> {
        let _lock = self.lock()?;
        let issuer = self.issuer(authority, ca_passphrase)?;
        self.publish_crl(&issuer, now)
    }

    /// Issues new CRLs of all CAs.
    ///
    /// # Errors
    /// The first of them; the CAs that could are renewed all the same: the root's key may lie in a safe.
    pub fn renew_crls(&mut self, now: u64, ca_passphrase: &Passphrase) -> Result<(), AgencyError> {
        let _lock = self.lock()?;
        let renewed = Authority::ALL.map(|authority| {
            let issuer = self.issuer(authority, ca_passphrase)?;
            self.publish_crl(&issuer, now)
        });
        renewed.into_iter().collect()
    }

    /// Records a certificate, and only then writes it and its key where their owner finds them.
    fn hand_out(
        &mut self,
        identity: &Identity,
        purpose: Purpose,
        key_path: &Path,
        certificate_path: &Path,
    ) -> Result<(), AgencyError> {
        self.record(Authority::Access, &identity.certificate, purpose)?;
        let pem_text = chain_to_pem([identity.certificate.as_der()]);
        whole_file::replace(key_path, &identity.key_pem, Readers::Owner)?;
        Ok(whole_file::replace(certificate_path, pem_text.as_bytes(), Readers::Everybody)?)
    }

    /// Records a certificate, and keeps a copy of it beside the ledger.
    pub(super) fn record(
        &mut self,
        authority: Authority,
        certificate: &crate::Certificate,
        purpose: Purpose,
    ) -> Result<(), AgencyError> {
        let issued = Issued::of(certificate, purpose);
        let copy = self.layout.issued_certificate(&issued.serial);
        self.ledger.book(authority).issued.push(issued);
        self.write_ledger()?;
        Ok(whole_file::create(&copy, chain_to_pem([certificate.as_der()]).as_bytes(), Readers::Everybody)?)
    }

    /// Counts the number up, records it, and only then publishes: a number is never used twice (RFC 5280, 5.2.3).
    fn publish_crl(&mut self, issuer: &Issuer, now: u64) -> Result<(), AgencyError> {
        let next_update = now.checked_add(self.ledger.crl_lifetime_seconds).ok_or(AgencyError::Times)?;
        let book = self.ledger.book(issuer.authority);
        if let Some(published) = Published::read(&self.layout, issuer.authority) {
            published.check(issuer.authority, book)?;
        }
        book.crl_number = book.crl_number.checked_add(1).ok_or(AgencyError::Times)?;
        let revoked: Vec<&Issued> = book.issued.iter().filter(|issued| issued.revoked.is_some()).collect();
        let crl = issuer.issue_crl(&revoked, book.crl_number, now, next_update, &mut SysRng)?;
        self.write_ledger()?;
        Ok(whole_file::replace(&self.layout.crl(issuer.authority), &crl, Readers::Everybody)?)
    }

    /// Takes the lock that every change holds, and reads the ledger as it is now.
    pub(super) fn lock(&mut self) -> Result<File, AgencyError> {
        let path = self.layout.lock();
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = file.map_err(|error| file_error(&path, &error))?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => AgencyError::Busy { path: self.layout.dir().to_owned() },
            TryLockError::Error(error) => file_error(&path, &error),
        })?;
        self.ledger = read_ledger(&self.layout)?;
        Ok(file)
    }

    pub(super) fn write_ledger(&self) -> Result<(), AgencyError> {
        Ok(whole_file::replace(&self.layout.index(), &self.ledger.to_json(), Readers::Owner)?)
    }

    /// Opens a CA's key and sees that it is the key of its certificate.
    pub(super) fn issuer(&self, authority: Authority, passphrase: &Passphrase) -> Result<Issuer, AgencyError> {
        let path = self.layout.ca_certificate(authority);
        let pem_text = fs::read(&path).map_err(|error| file_error(&path, &error))?;
        let der = certificate::chain_from_pem(&pem_text)?.into_iter().next();
        let der = der.ok_or(KeyError::from(CertificateFault::EmptyChain))?;
        let certificate = crate::Certificate::from_der(&der)?;
        let key = SoftKey::load(&self.layout.ca_key(authority), passphrase)?;
        check_key_of(&certificate, key.public_key())?;
        Ok(Issuer { authority, key, certificate })
    }
}

fn read_ledger(layout: &Layout) -> Result<Ledger, AgencyError> {
    let path = layout.index();
    match fs::read(&path) {
        Ok(octets) => Ledger::from_json(&octets, &path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(AgencyError::NotAnAgency { path: layout.dir().to_owned() })
        }
        Err(error) => Err(file_error(&path, &error)),
    }
}
