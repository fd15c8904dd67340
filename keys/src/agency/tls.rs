//! TLS certificates of the service and of the offices, each with a key of its own.
//!
//! These keys lie on disk in the clear: a service and a clerk's client start without a person who types. They open connections and
//! sign no documents; who steals one is stopped by revoking its certificate.

use der::pem::{self, LineEnding};
use evidence::OfficeId;
use getrandom::SysRng;
use zeroize::Zeroizing;

use super::{
    AgencyError,
    create::crl_uri,
    issuer::{Issuer, Wanted},
    ledger::Ledger,
    profile::{NameAttribute, Profile, ServerName, name},
};
use crate::{Certificate, SoftKey};

/// A key and its certificate.
pub(super) struct Identity {
    pub(super) key_pem: Zeroizing<Vec<u8>>,
    pub(super) certificate: Certificate,
}

/// The service's.
pub(super) fn server(
    access: &Issuer,
    ledger: &Ledger,
    names: Vec<ServerName>,
    now: u64,
) -> Result<Identity, AgencyError> {
    let common_name = ledger.test_mark.mark("Teken signer");
    identity(access, ledger, &Profile::Server(names), &common_name, now)
}

/// An office's.
pub(super) fn client(
    access: &Issuer,
    ledger: &Ledger,
    office: &OfficeId,
    display_name: &str,
    now: u64,
) -> Result<Identity, AgencyError> {
    identity(access, ledger, &Profile::Client(office.clone()), display_name, now)
}

fn identity(
    access: &Issuer,
    ledger: &Ledger,
    profile: &Profile,
    common_name: &str,
    now: u64,
) -> Result<Identity, AgencyError> {
    let key = SoftKey::generate(&mut SysRng)?;
    let certificate = access.issue(
        Wanted {
            profile,
            subject: name(&[
                (NameAttribute::Organization, &ledger.organization),
                (NameAttribute::CommonName, common_name),
            ])?,
            spki_der: key.public_key().spki_der(),
            not_before: now,
            not_after: now.checked_add(ledger.tls_validity_seconds).ok_or(AgencyError::Times)?,
            crl_uri: Some(&crl_uri(&ledger.crl_base_uri, access.authority)),
        },
        &mut SysRng,
    )?;
    let clear = key.to_private_key_info()?;
    let key_pem = pem::encode_string("PRIVATE KEY", LineEnding::LF, clear.as_bytes())
        .map_err(|_| AgencyError::Encoding(der::ErrorKind::Failed))?;
    Ok(Identity { key_pem: Zeroizing::new(key_pem.into_bytes()), certificate })
}
