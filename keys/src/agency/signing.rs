//! A new key and certificate for the person who signs, under the issuing CA that is there.
//!
//! The old certificate stays valid: what was signed with it stays verifiable. Its key is gone once the new one has its place; a service that
//! runs keeps the old one in memory until it is started again.

use std::{fs, path::Path};

use getrandom::SysRng;
use x509_cert::name::Name;

use super::{
    Agency, AgencyError, Authority,
    create::crl_uri,
    issuer::{Issuer, Wanted},
    ledger::{Ledger, Purpose},
    profile::{NameAttribute, Profile, name},
    stage::file_error,
    staged::Staged,
};
use crate::{
    Certificate, CertificateFault, KeyError, Passphrase, SoftKey, certificate, chain_to_pem, whole_file::Readers,
};

/// Who signs from now on.
#[derive(Debug, Clone, Copy)]
pub enum Signer<'a> {
    /// Whoever the last signing certificate names.
    Same,
    /// Another name or title.
    Named {
        /// CN: the person's name.
        name: &'a str,
        /// The office that the person holds.
        title: &'a str,
    },
}

/// What came of a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// A new key took the old one's place.
    Done,
    /// An earlier attempt had been interrupted; its key took the old one's place, and no other was made.
    EarlierFinished,
}

impl Agency {
    /// Gives the signer a new key and certificate in the place of the old: `signer/signing.key`, `signer/chain.pem`.
    ///
    /// `passphrase` opens the signing key that is there and protects the new one; `lifetime` is in seconds. A renewal that was
    /// interrupted after it was recorded is finished instead.
    ///
    /// # Errors
    /// [`AgencyError::UnknownSerial`] when the chain that lies there is another CA's; what a key, a name or a file says. Key and chain
    /// are those of before then.
    pub fn renew_signing_certificate(
        &mut self,
        signer: Signer<'_>,
        lifetime: u64,
        now: u64,
        passphrase: &Passphrase,
        ca_passphrase: &Passphrase,
    ) -> Result<Renewal, AgencyError> {
        let _lock = self.lock()?;
        let (key_file, chain_file) =
            (Staged::of(self.layout().signing_key()), Staged::of(self.layout().signing_chain()));
        if chain_file.is_there() && self.issued_signer(&first_of(chain_file.path())?).is_ok() {
            // The key goes first, so it may have its place already.
            if key_file.is_there() {
                key_file.put_in_place()?;
            }
            chain_file.put_in_place()?;
            return Ok(Renewal::EarlierFinished);
        }
        chain_file.discard()?;
        key_file.discard()?;

        let old = first_of(&self.layout().signing_chain())?;
        self.issued_signer(&old)?;
        SoftKey::load(&self.layout().signing_key(), passphrase)?;
        let issuing = self.issuer(Authority::Issuing, ca_passphrase)?;
        let key = SoftKey::generate(&mut SysRng)?;
        let subject = match signer {
            Signer::Same => old.parsed().tbs_certificate().subject().clone(),
            Signer::Named { name, title } => subject(&self.ledger, name, title)?,
        };
        let not_after = now.checked_add(lifetime).ok_or(AgencyError::Times)?;
        let certificate = certify(&issuing, &self.ledger, subject, key.public_key().spki_der(), now, not_after)?;

        key_file.write(key.to_encrypted_pem(passphrase, &mut SysRng)?.as_bytes(), Readers::Owner)?;
        let chain = chain_to_pem([certificate.as_der(), issuing.certificate.as_der()]);
        chain_file.write(chain.as_bytes(), Readers::Everybody)?;
        self.record(Authority::Issuing, &certificate, Purpose::Signing)?;
        key_file.put_in_place()?;
        chain_file.put_in_place()?;
        Ok(Renewal::Done)
    }

    /// Sees that this certificate was issued here to a signer.
    fn issued_signer(&self, certificate: &Certificate) -> Result<(), AgencyError> {
        let serial = certificate.serial_hex();
        let is = |(_, issued): (_, &super::Issued)| issued.purpose == Purpose::Signing && issued.serial == serial;
        if self.issued().any(is) { Ok(()) } else { Err(AgencyError::UnknownSerial { serial }) }
    }
}

/// The first certificate of a PEM file.
fn first_of(path: &Path) -> Result<Certificate, AgencyError> {
    let pem_text = fs::read(path).map_err(|error| file_error(path, &error))?;
    let der = certificate::chain_from_pem(&pem_text)?.into_iter().next();
    Ok(Certificate::from_der(&der.ok_or(KeyError::from(CertificateFault::EmptyChain))?)?)
}

/// The name of the person who signs, within the agency.
pub(super) fn subject(ledger: &Ledger, signer_name: &str, title: &str) -> Result<Name, AgencyError> {
    let signer_name = ledger.test_mark.mark(signer_name);
    NameAttribute::CommonName.check(&signer_name)?;
    NameAttribute::Title.check(title)?;
    let mut subject = vec![(NameAttribute::Organization, ledger.organization.as_str())];
    subject.extend(ledger.organizational_unit.as_deref().map(|unit| (NameAttribute::OrganizationalUnit, unit)));
    subject.push((NameAttribute::CommonName, signer_name.as_str()));
    subject.push((NameAttribute::Title, title));
    name(&subject)
}

/// The certificate of the person who signs.
pub(super) fn certify(
    issuing: &Issuer,
    ledger: &Ledger,
    subject: Name,
    spki_der: &[u8],
    not_before: u64,
    not_after: u64,
) -> Result<Certificate, AgencyError> {
    issuing.issue(
        Wanted {
            profile: &Profile::Signing,
            subject,
            spki_der,
            not_before,
            not_after,
            crl_uri: Some(&crl_uri(&ledger.crl_base_uri, Authority::Issuing)),
        },
        &mut SysRng,
    )
}
